// Goal: the past stays fixed. Method: every shipped scenario, in a plain loop, as its header says.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { plantedCommand } from '../../bugs/command.ts';
import { corpusDirectory } from '../../cli/fuzzing.ts';
import type { Op } from '../../contract/operations.ts';
import { printOp, printScenario } from '../../contract/text/print.ts';
import { readCorpus } from '../../properties/runner/corpus.ts';
import { replay } from '../../properties/runner/replay.ts';
import { carveoutSubject } from '../../sut/subject.ts';

const FILES = readCorpus(corpusDirectory());

describe('the corpus', () => {
  it('has files', () => {
    expect(FILES.length).toBeGreaterThanOrEqual(12);
  });

  for (const { path, scenario } of FILES) {
    const name = path.split('/').at(-1)!;
    it(`${name} is written as the printer writes it`, () => {
      const code = readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => !line.startsWith('#') || line.startsWith('# found:'));
      expect(code.join('\n')).toBe(printScenario(scenario));
    });

    const { bugs } = scenario.header;
    if (bugs.length > 0) {
      it(`${name} shows what it expects, with its bugs planted`, () => {
        const { program, args, env } = plantedCommand(bugs, null, ['replay', path]);
        const { status, stdout } = spawnSync(program, args, { env, encoding: 'utf8' });
        expect(stdout).toMatch(/, as expected\n$/);
        expect(status).toBe(0);
      });
      continue;
    }

    it(`${name} shows what it expects and applies whole`, async () => {
      const sent = new Set<Op>();
      const seen = await replay(carveoutSubject, scenario, (op) => sent.add(op));
      expect(seen.observed).toBe(seen.expected);
      // A stale file is one whose operations no longer apply.
      const { machine, program } = scenario;
      const left = program.filter((op) => !sent.has(op)).map((op) => printOp(op, machine));
      expect(left).toEqual([]);
    });
  }
});
