// Goal: the judge believes what it is told, and allows what Linux does where that is kept. Method:
// forged answers that break no law.
import { describe, expect, it } from 'vitest';
import { OK } from '../../contract/outcome.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { Judge } from '../../model/judge/judge.ts';
import type { Answered } from './forge.ts';
import { grant, lawBrokenBy, ok } from './forge.ts';

describe('what the judge believes', () => {
  it('a crash changes nothing', () => {
    const text = 'carveout scenario 1\nprofile arm64\nbank 0x80000000 1G\ndevice d0\nrelease d0\n';
    const { machine, program } = parseScenario(text, 'forged');
    const judge = new Judge(machine, new Set(['phys']));
    judge.adopt(program[0]!, { is: 'crash', crash: 'bug', where: 'kfree' });
    expect(judge.legality(program[0]!)).toBe('legal');
  });

  it('reads of a subject that reports no bytes are not judged', () => {
    const text = `carveout scenario 1
profile arm64
bank 0x80000000 1G
device d0
declare d0 0x0 0x0 4096
h0 = alloc_coherent d0 16
read h0 0 16
`;
    const { machine, program } = parseScenario(text, 'forged');
    const judge = new Judge(machine, new Set(['phys']));
    judge.adopt(program[0]!, OK);
    judge.adopt(program[1]!, ok({ phys: 0 }));
    expect(judge.check(program[2]!, OK)).toBeNull();
  });
});

describe('what Linux does and the judge allows', () => {
  it('a pool outside the windows counts from all ones (deviation P-T6)', () => {
    const machine = `bank 0x80000000 1G
pool p0 0x20000000 16K
device d0 window 0x80000000 0x0 1G pool p0`;
    const answers: Answered[] = [
      ['attach d0', OK],
      ['h0 = alloc_coherent d0 4096', grant(0x20000000, 4096, Number.POSITIVE_INFINITY)],
      ['h1 = alloc_coherent d0 4096', grant(0x20001000, 4096, 0xfff)],
    ];
    expect(lawBrokenBy(machine, answers)).toBeNull();
  });

  it('a buffer behind the window of its pool counts from the translated base (P-T7)', () => {
    const machine = `bank 0x80000000 1G
pool p0 0x20000000 16K
device d0 window 0x20000000 0x0 4K pool p0`;
    const answers: Answered[] = [
      ['attach d0', OK],
      ['h0 = alloc_coherent d0 8192', grant(0x20000000, 8192, 0x0)],
    ];
    expect(lawBrokenBy(machine, answers)).toBeNull();
  });
});
