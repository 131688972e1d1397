/**
 * Goal: a wrong answer of a kernel is seen by the judge, through the whole channel. Method: modules
 * that lie about a slot or a byte, and a scenario that holds where the module tells the truth.
 */
import { expect, test } from 'vitest';
import type { Lie } from '../../../linux/subject.ts';
import { linuxSubject } from '../../../linux/subject.ts';
import { readScenario } from '../../../properties/runner/corpus.ts';
import { replay } from '../../../properties/runner/replay.ts';
import { rigOr } from './needed.ts';

const BOUNCED = new URL('../../../corpus/part-of-a-table-bounces.carveout', import.meta.url);

async function lawBroken(lie: Lie | undefined): Promise<string | null> {
  const subject = await linuxSubject({ timeoutMs: 60_000, onProgress: () => {}, lie });
  try {
    const { failure } = await replay(subject, readScenario(BOUNCED.pathname));
    return failure?.violation.law ?? null;
  } finally {
    await subject.close?.();
  }
}

test.for([
  ['the truth', undefined, null],
  ['a wrong slot', 'slot', 'bounce/aligned'],
  ['a wrong byte', 'byte', 'cpu/contents'],
  ['bytes that are lost on their way back', 'copy', 'cpu/contents'],
  ['nothing of slots that are never given back', 'leak', 'free/returns-all'],
] as const)('a kernel that tells %s', async ([, lie, law], { skip }) => {
  await rigOr(skip);
  expect(await lawBroken(lie)).toBe(law);
});
