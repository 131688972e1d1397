// Goal: what the judge cannot know it does not hold against a subject, and what Linux does where
// several answers are right it allows. Method: forged answers that break no law, or just one.
import { describe, expect, it } from 'vitest';
import { failed, NONE, OK } from '../../contract/outcome.ts';
import type { Observation } from '../../contract/subject.ts';
import type { Answered, Setting } from './forge.ts';
import { grant, ok, verdicts, withMemory } from './forge.ts';

const MACHINE = `bank 0x80000000 64M
cma c0 0x82000000 4M
restricted r0 0x83000000 512K
device d0 pool c0
device d1 pool r0`;

/** One that does not say what is free, and when pools grow. */
const silent: Setting = {
  ...withMemory(),
  observes: new Set<Observation>(['phys', 'handle', 'bytes', 'warnings']),
};

describe('a subject that keeps no accounts', () => {
  const judged = (before: readonly Answered[], op: string, ...outcomes: readonly Answered[1][]) =>
    verdicts(MACHINE, before, op, outcomes, silent);
  const bound: Answered = ['attach d0', OK];

  it('may refuse: others may have taken what it has', () => {
    expect(judged([], 'h0 = alloc_coherent d0 4096', NONE)).toEqual([null]);
    expect(judged([bound], 'h0 = alloc_coherent d0 4096', NONE)).toEqual([null]);
    expect(judged([], 'h0 = alloc_coherent d0 1 gfp=atomic', NONE)).toEqual([null]);
    expect(judged([], 'h0 = alloc_pages 0', NONE)).toEqual([null]);
    expect(judged([], 'h0 = alloc_contig 0x80000000 1', failed('EBUSY'))).toEqual([null]);
    expect(judged([], 'pin c0 0', failed('EBUSY'), failed('ENOMEM'))).toEqual([null, null]);
  });

  it('but not what nobody else can have taken', () => {
    const slots: Answered = ['attach d1', OK];
    expect(judged([slots], 'h0 = alloc_coherent d1 1', NONE)).toEqual(['slots/complete']);
  });

  it('may have its atomic pools anywhere, and they may grow at any time', () => {
    const atomic = 'h0 = alloc_coherent d0 4096 gfp=atomic';
    const grown = { event: 'chunk', of: 'dma', phys: 0x80000000, bytes: 0x20000 };
    const granted = grant(0x80000000, 4096);
    expect(judged([], atomic, granted, { ...granted, events: [grown] })).toEqual([null, null]);
    expect(judged([], 'run_work', ok({ events: [grown] }))).toEqual([null]);
    expect(
      judged(
        [
          [atomic, granted],
          ['run_work', OK],
          ['free h0', OK],
        ],
        'run_work',
        OK,
      ),
    ).toEqual([null]);
  });

  it('has no memory the machine does not, nor parts of pages, nor what is taken', () => {
    const [inside, outside] = [grant(0x80000000, 4096), grant(0x10000000, 4096)];
    const atomic = 'h0 = alloc_coherent d0 4096 gfp=atomic';
    const half = grant(0x80000800, 4096);
    expect(judged([], atomic, outside, half, inside)).toEqual([
      'alloc/source',
      'pages/aligned',
      null,
    ]);
    const taken: Answered = ['h1 = alloc_coherent d0 8192', grant(0x80000000, 8192)];
    const [second, behind] = [grant(0x80001000, 4096), grant(0x80002000, 4096)];
    expect(judged([taken], atomic, second, behind)).toEqual(['pages/disjoint', null]);
    expect(judged([], 'h0 = alloc_coherent d0 4096', outside, inside)).toEqual([
      'pages/inside',
      null,
    ]);
  });

  it('may have atomic pools of any size', () => {
    const large: Answered = [
      'h0 = alloc_coherent d0 5M gfp=atomic',
      grant(0x80000000, 5 * 2 ** 20),
    ];
    const behind = grant(0x80500000, 4096);
    expect(judged([large], 'h1 = alloc_coherent d0 4096', grant(0x804ff000, 4096), behind)).toEqual(
      ['pages/disjoint', null],
    );
  });

  it('gives no memory twice, all the same', () => {
    const taken: Answered = ['h0 = alloc_coherent d0 4096', grant(0x80000000, 4096)];
    const op = 'h1 = alloc_coherent d0 4096';
    expect(judged([taken], op, grant(0x80000000, 4096))).toEqual(['pages/disjoint']);
    expect(judged([taken, ['free h0', OK]], op, grant(0x80000000, 4096))).toEqual([null]);
  });

  it('gives pages although the area has room: others may have been there', () => {
    const op = 'h0 = alloc_coherent d0 4096';
    expect(judged([bound], op, grant(0x80000000, 4096))).toEqual([null]);
  });
});

describe('a subject that tells no bus addresses', () => {
  const observes = new Set<Observation>(['phys', 'bytes', 'free-memory']);
  const setting: Setting = { ...withMemory(), observes };
  const machine = `profile x86-64
bank 0x800000 4M
device d0
device d1 bus-limit 0x800fff`;
  const placed = (phys: number) => ok({ phys, bytes: [[0, 4096]] });

  it('is not asked whether they are right', () => {
    const op = 'h0 = alloc_coherent d1 4096';
    expect(verdicts(machine, [], op, [placed(0x801000)], setting)).toEqual([null]);
  });

  it('gives no memory twice, and takes it back', () => {
    const first: Answered = ['h0 = alloc_coherent d0 4096', placed(0x800000)];
    const again = 'h1 = alloc_coherent d0 4096';
    const said = (before: readonly Answered[]) =>
      verdicts(machine, before, again, [placed(0x800000)], setting);
    expect([...said([first]), ...said([first, ['free h0', OK]])]).toEqual(['pages/disjoint', null]);
  });
});

describe('where several answers are right', () => {
  it('either window that holds the limit leads down the zones', () => {
    // The limit is below 16 MiB by the one, and above 4 GiB by the other.
    const machine = `profile x86-64
bank 0x800000 4M
bank 0x100000000 4M
device d0 mask 24 window 0x0 0x0 16M window 0x100000000 0x0 16M`;
    const op = 'h0 = alloc_coherent d0 4096';
    const low = grant(0x800000, 4096);
    const high = grant(0x100000000, 4096, 0);
    const said = (before: readonly Answered[]) =>
      verdicts(machine, before, op, [low, high, NONE], withMemory());
    expect(said([])).toEqual([null, null, 'pages/complete']);
    // By the first, nothing is left.
    const used: Answered = ['h9 = alloc_contig 0x800000 1024', OK];
    expect(said([used])).toEqual(['pages/disjoint', null, null]);
  });

  it('a device without a limit needs no zone in the middle, one with a high limit asks it', () => {
    // ZONE_DMA32 has what the device can reach; its memory above is out of reach.
    const machine = (limit: string) => `profile x86-64
bank 0x80000000 4M
bank 0x180000000 4M
device d0 mask 64 ${limit} window 0x0 0x0 4G window 0x100000000 0x200000000 4G`;
    const refused = (limit: string) =>
      verdicts(machine(limit), [], 'h0 = alloc_coherent d0 1', [NONE], withMemory());
    // A limit in the first window, in no window, in the second.
    expect(refused('bus-limit 0xffffffff')).toEqual(['pages/complete']);
    expect(refused('bus-limit 0x13fffffff')).toEqual([null]);
    expect(refused('bus-limit 0x240000000')).toEqual(['pages/complete']);
  });

  it('nobody says what pages without a mapping hold', () => {
    const machine = 'profile x86-64\nbank 0x800000 4M\ndevice d0';
    const op = 'h0 = alloc_coherent d0 4096 attrs=no-kernel-mapping';
    const place = { phys: 0x800000, handle: 0x800000 };
    const dirty = ok({ ...place, bytes: [[7, 4096]] });
    expect(verdicts(machine, [], op, [ok(place), dirty], withMemory())).toEqual([null, null]);
  });
});
