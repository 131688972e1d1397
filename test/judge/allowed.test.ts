// Goal: the judge believes what it is told, and allows what Linux does where that is kept. Method:
// forged answers that break no law.
import { describe, expect, it } from 'vitest';
import { OK } from '../../contract/outcome.ts';
import type { Observation } from '../../contract/subject.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { Judge } from '../../model/judge/judge.ts';
import type { Answered } from './forge.ts';
import { grant, lawBrokenBy, ok, verdicts } from './forge.ts';

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

describe('a subject that tells bus addresses alone', () => {
  const observes = new Set<Observation>(['handle', 'bytes']);
  const told = (handle: number) => ok({ handle, bytes: [[0, 4096]] });
  const said = (device: string, before: readonly Answered[], handles: readonly number[]) => {
    const machine = `bank 0x80000000 1G\npool p0 0x20000000 16K\ndevice d0 ${device} pool p0`;
    const all: Answered[] = [['attach d0', OK], ...before];
    const op = 'h9 = alloc_coherent d0 4096';
    return verdicts(machine, all, op, handles.map(told), { observes });
  };
  const first: Answered = ['h0 = alloc_coherent d0 4096', told(0x1000)];

  it('tells the page by it', () => {
    const window = 'window 0x20000000 0x0 64K';
    expect(said(window, [first], [0, 0x1000, 0x1800, 0x4000])).toEqual([
      null,
      'pool/disjoint',
      'pool/aligned',
      'pool/inside',
    ]);
  });

  it('even where it counts from all ones (deviation P-T6)', () => {
    const window = 'window 0x80000000 0x0 64K';
    const taken: Answered = ['h0 = alloc_coherent d0 4096', told(Number.POSITIVE_INFINITY)];
    expect(said(window, [taken], [Number.POSITIVE_INFINITY, 0xfff, 0x1fff, 0x3fff])).toEqual([
      'pool/disjoint',
      null,
      null,
      'pool/inside',
    ]);
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
