// Goal: nothing small is missed. Method: every program up to a constant length on a pool of five
// pages with two sharing devices, each judged, closed and probed. The count is asserted.
import { describe, expect, it } from 'vitest';
import type { Op } from '../../contract/operations.ts';
import { FIRST_OPERATIONS } from '../../contract/subject.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { Tally } from '../../properties/labels/tally.ts';
import { profileOf, runSync } from '../../properties/runner/run.ts';
import { carveoutSubject } from '../../sut/subject.ts';

/** Takes about 4 seconds; 8, with 393,190 programs, would take six times as long. */
const LENGTH_MAX = 7;

const { machine } = parseScenario(
  `carveout scenario 1
profile arm64
bank 0x80000000 1G
pool p0 0x0 20K
device d0 pool p0
device d1 pool p0
`,
  'tiny',
);

const SIZES = [4096, 8192, 12288];

/** Every choice after `live` labels out of `next` defined ones. */
function choices(live: readonly number[], next: number): Op[] {
  const allocs = SIZES.map(
    (size): Op => ({
      op: 'alloc_coherent',
      out: next,
      device: next % 2,
      size,
      gfp: 'blocking',
      attrs: [],
    }),
  );
  // Freed through the device that did not allocate it.
  return [...allocs, ...live.map((buffer): Op => ({ op: 'free', buffer, via: 1 - (buffer % 2) }))];
}

function* programs(length: number, live: readonly number[], next: number): Generator<Op[]> {
  if (length === 0) {
    yield [];
    return;
  }
  for (const op of choices(live, next)) {
    const after = op.op === 'free' ? live.filter((label) => label !== op.buffer) : [...live, next];
    const count = op.op === 'free' ? next : next + 1;
    for (const rest of programs(length - 1, after, count)) yield [op, ...rest];
  }
}

/** Programs by recurrence, not by generating them: `free` choices are the live labels. */
function countPrograms(length: number, live: number): number {
  if (length === 0) return 1;
  const allocs = SIZES.length * countPrograms(length - 1, live + 1);
  return allocs + live * (live > 0 ? countPrograms(length - 1, live - 1) : 0);
}

describe('all small programs', () => {
  it('breaks no law on any of them', { timeout: 120_000 }, () => {
    const attach: Op[] = [0, 1].map((device) => ({ op: 'attach', device, index: 0 }));
    // Memory behind the pool is none of its business here.
    const subject = { ...carveoutSubject, operations: FIRST_OPERATIONS };
    const profile = profileOf(subject, []);
    const tally = new Tally();
    let count = 0;
    for (let length = 0; length <= LENGTH_MAX; length++) {
      for (const program of programs(length, [], 0)) {
        const failure = runSync(
          subject,
          { machine, program: [...attach, ...program] },
          profile,
          tally,
        );
        if (failure !== null) expect({ program, failure }).toBeNull();
        count += 1;
      }
    }
    const lengths = Array.from({ length: LENGTH_MAX + 1 }, (_, length) => length);
    expect(count).toBe(lengths.reduce((sum, length) => sum + countPrograms(length, 0), 0));
    expect(count).toBe(61_738);
    expect(tally.counts.get('pool full')).toBeGreaterThan(0);
    expect(tally.counts.get('pool fragmented')).toBeGreaterThan(0);
  });
});
