/** What every view is given of RAM and pools: each verdict and each cause on a board of its own. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Board } from '../../boards/loader.ts';
import { reachOf } from '../../cli/reach.ts';
import type { SyncSubject } from '../../contract/subject.ts';
import { boardJson } from '../../report/board.ts';
import { bucketText } from '../../report/failure.ts';
import { measureReach } from '../../report/reach/measure.ts';
import type { Reach } from '../../report/reach/reach.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { node, reg, type Spec, u64 } from './blob.ts';
import { measured } from './measured.ts';
import { isReached } from './predicate.ts';
import { Random } from './random.ts';
import { bus, device, GIB, load, MIB, memory, pool, reserved } from './trees.ts';

const KIB = 1024;

/** `dma`, `cpu`, `size` of each window. */
const windows = (...tuples: readonly (readonly number[])[]) => ({
  'dma-ranges': tuples.flatMap((tuple) => tuple.flatMap((value) => u64(value))),
});

/** Verdict, barrier and cause, as far as there are any. */
const brief = ({ is, barrier, cause, partly }: Reach) =>
  [is, barrier, cause, partly ? 'partly' : null].filter((word) => word !== null).join(' ');

const ramOf = (board: Board) =>
  measured(board).ram.map(({ base, reach }) => [base / MIB, ...reach.map(brief)]);

const poolOf = (board: Board, row = 0) => measured(board).pools[row]!.map(brief);

/** The board with the mask of a driver that sets one. */
function masked(board: Board, bits: number): Board {
  const mask = 2 ** bits - 1;
  const views = board.devices.views.map((info) => ({
    ...info,
    view: { ...info.view, mask, coherentMask: mask },
  }));
  return { ...board, devices: { ...board.devices, views } };
}

const D = device('d@1000');
const POOL = reserved(pool('p', 2 * GIB + 16 * MIB, MIB, 1));

describe('RAM', () => {
  it('is direct below the mask, and bounces up to 256 KiB above it', () => {
    // 32 bits, a bank on each side of 4 GiB; bounce memory leaves the last page.
    const board = load([memory([2 * GIB, 2 * GIB], [34 * GIB, GIB]), D]);
    const { ram, bounceMemory } = measured(board);
    expect(ram.map(({ reach }) => reach.map(brief))).toEqual([['direct'], ['bounces beyond']]);
    expect(ram[1]!.reach[0]!.longest).toBe(256 * KIB);
    expect(bounceMemory).toEqual({ base: 0xfbfff000, size: 64 * MIB });
  });

  it('bounces as far with large pages', () => {
    // 64 KiB: four of them are a segment.
    const board = load([memory([2 * GIB, 2 * GIB], [34 * GIB, GIB]), D], { pageSize: 65536 });
    expect(measured(board).ram[1]!.reach[0]).toMatchObject({ is: 'bounces', longest: 256 * KIB });
  });

  it('is cut where windows end, and whole where every view goes on', () => {
    // A bus that sees the second and third of four quarters, moved.
    const soc = bus('soc', windows([0, 2 * GIB + 256 * MIB, 512 * MIB]), D);
    expect(ramOf(load([memory(), soc, device('e@1')]))).toEqual([
      [2048, 'bounces outside', 'direct'],
      [2304, 'window', 'direct'],
      [2816, 'bounces outside', 'direct'],
    ]);
  });

  it('cannot be mapped where bounce memory is beyond the mask, too', () => {
    // A driver with 24 bits; then 32 bits where all RAM lies above 4 GiB.
    expect(ramOf(masked(load([memory(), D]), 24))).toEqual([
      [2048, 'cannot-map beyond bounce-beyond'],
    ]);
    expect(ramOf(load([memory([34 * GIB, GIB]), D]))).toEqual([
      [34 * 1024, 'cannot-map beyond bounce-beyond'],
    ]);
  });

  it('cannot be mapped where there is no bounce memory', () => {
    // A bus of 16 MiB ends ZONE_DMA below all RAM: nothing is low.
    const soc = bus('soc', windows([0, 0, 16 * MIB]), D);
    const board = load([memory(), soc]);
    expect(measured(board).bounceMemory).toBeNull();
    expect(ramOf(board)).toEqual([[2048, 'cannot-map outside no-bounce']]);
  });

  it('is not told where no page is free, or a mapping would mean two things', () => {
    // A bank that somebody has; then two windows that both have the middle of RAM.
    const taken = node('all', { reg: reg([34 * GIB, 64 * MIB]) });
    const ram = memory([2 * GIB, GIB], [34 * GIB, 64 * MIB]);
    expect(ramOf(load([ram, reserved(taken), D]))).toEqual([
      [2048, 'direct'],
      [34 * 1024, 'no-memory'],
    ]);
    const two = windows([0, 2 * GIB, 512 * MIB], [GIB, 2 * GIB + 256 * MIB, 512 * MIB]);
    expect(ramOf(load([memory(), bus('soc', two, D)]))).toEqual([
      [2048, 'window'],
      [2304, 'unclear'],
      [2560, 'window'],
      [2816, 'bounces outside'],
    ]);
  });
});

describe('a pool', () => {
  it('is direct or moved', () => {
    // Two views of one pool; address 0 is a bus address.
    const soc = bus('soc', windows([0, 2 * GIB + 16 * MIB, 64 * MIB]), D);
    const { pools } = measured(load([memory(), POOL, soc, device('e@1')]));
    expect(pools[0]!.map(brief)).toEqual(['window', 'direct']);
    expect(pools[0]!.map(({ busAddress }) => busAddress)).toEqual([0, 2 * GIB + 16 * MIB]);
  });

  it('out of reach has no linear address, where RAM bounces', () => {
    // The same machine gives its device bounces of the RAM beside the pool.
    const high = reserved(pool('p', 34 * GIB, MIB, 1));
    const board = load([memory([2 * GIB, GIB], [34 * GIB, GIB]), high, D]);
    expect(poolOf(board)).toEqual(['cannot-map beyond no-linear-address']);
    expect(ramOf(board)[1]!.slice(1)).toEqual(['bounces beyond']);
  });

  it('out of reach has none where all RAM is direct: the board is started anew', () => {
    // Nothing bounces by itself; with swiotlb=force a page of RAM does.
    const board = load([memory(), reserved(pool('p', 34 * GIB, MIB, 1)), D]);
    expect(ramOf(board)).toEqual([[2048, 'direct']]);
    expect(poolOf(board)).toEqual(['cannot-map beyond no-linear-address']);
  });

  it('out of reach of a device that nothing bounces for says that first', () => {
    // Bounce memory beyond the mask; none at all.
    expect(poolOf(masked(load([memory(), POOL, D]), 24))).toEqual([
      'cannot-map beyond bounce-beyond',
    ]);
    const soc = bus('soc', windows([0, 0, 16 * MIB]), D);
    expect(poolOf(load([memory(), POOL, soc]))).toEqual(['cannot-map outside no-bounce']);
  });

  it('partly in a window is told from one outside', () => {
    // The window, and with it the bus, ends in the middle.
    const soc = bus('soc', windows([0, 2 * GIB, 16 * MIB + 512 * KIB]), D);
    expect(poolOf(load([memory(), POOL, soc]))).toEqual([
      'cannot-map beyond no-linear-address partly',
    ]);
  });

  it('in two windows is too long to bounce, or has no linear address', () => {
    // Every page is mapped by itself; the whole is longer than a bounce, or two pages.
    const border = 2 * GIB + 16 * MIB + 512 * KIB;
    const two = windows([0, 2 * GIB, border - 2 * GIB], [GIB, border, 512 * MIB]);
    expect(poolOf(load([memory(), POOL, bus('soc', two, D)]))).toEqual([
      'cannot-map crosses too-long partly',
    ]);
    const small = reserved(pool('p', border - 4 * KIB, 8 * KIB, 1));
    expect(poolOf(load([memory(), small, bus('soc', two, D)]))).toEqual([
      'cannot-map crosses no-linear-address partly',
    ]);
  });

  it('of pages that are no power of two is asked for to its last one', () => {
    // 15 pages, and a window that lacks the last.
    const odd = reserved(pool('p', 2 * GIB, 60 * KIB, 1));
    const seen = (size: number) =>
      poolOf(load([memory(), odd, bus('soc', windows([0, 2 * GIB, size]), D)]));
    expect(seen(64 * MIB)).toEqual(['window']);
    expect(seen(56 * KIB)[0]).toMatch(/^cannot-map beyond .* partly$/);
  });

  it('is none where the kernel maps its memory', () => {
    // Without no-map inside RAM.
    const mapped = node('p', {
      compatible: 'shared-dma-pool',
      reg: reg([2 * GIB + 16 * MIB, MIB]),
      phandle: [1],
    });
    expect(poolOf(load([memory(), reserved(mapped), D]))).toEqual(['no-pool']);
  });

  it('is not judged behind an IOMMU', () => {
    // A translated device beside a plain one.
    const unit = node('smmu', { phandle: [8], '#iommu-cells': [1] });
    const user = device('e@1', { iommus: [8, 1] });
    expect(poolOf(load([memory(), POOL, unit, user, D]))).toEqual(
      expect.arrayContaining(['iommu', 'direct']),
    );
  });
});

describe('a restricted pool', () => {
  const own = node('r', {
    compatible: 'restricted-dma-pool',
    reg: reg([2 * GIB + 64 * MIB, 4 * MIB]),
    phandle: [2],
  });
  const both = reserved(pool('p', 2 * GIB + 16 * MIB, MIB, 1), own);
  const user = device('e@1', { 'memory-region': [2] });

  it('makes its devices a view of their own, for whom everything bounces', () => {
    // What the other view has direct is copied for them, and a pool cannot be.
    const board = load([memory(), both, D, user]);
    expect(board.devices.views.map(({ restricted }) => restricted !== null)).toEqual([false, true]);
    expect(ramOf(board)).toEqual([[2048, 'direct', 'bounces forced']]);
    expect(poolOf(board)).toEqual(['direct', 'cannot-map forced no-linear-address']);
  });
});

/** A bus with up to two windows over the RAM of the board, or none. */
function randomBus(random: Random, index: number): Spec {
  const edges = [0, 4, 8, 12, 16, 20, 32, 1024].map((mib) => 2 * GIB + mib * MIB);
  const window = () => {
    const cpu = random.pick(edges);
    const dma = random.pick([0, 16 * MIB, cpu, 3 * GIB, 4 * GIB - 8 * MIB]);
    return [dma, cpu, random.pick([1, 4, 8, 64, 2048]) * MIB];
  };
  const count = random.below(3);
  const ranges = count === 0 ? {} : windows(...Array.from({ length: count }, window));
  return bus(`bus${index}`, ranges, device(`d@${index}`));
}

describe('measured and worked out', () => {
  it('agree on what is reached, for pools and views of generated boards', () => {
    // Everything that has a verdict: reached is what lies in one window and within the limits.
    const random = new Random(20_260_711);
    const seen = { reached: 0, refused: 0 };
    for (let count = 0; count < 120; count += 1) {
      const pools = [0, 4, 8, 16].map((mib, index) =>
        pool(`p${index}`, 2 * GIB + mib * MIB, random.pick([1, 2, 4]) * MIB, index + 1),
      );
      const buses = Array.from({ length: 3 }, (_, index) => randomBus(random, index));
      const board = load([memory(), reserved(...pools), ...buses]);
      const { pools: rows } = measured(board);
      for (const [row, cells] of rows.entries()) {
        for (const [view, { is }] of cells.entries()) {
          if (is === 'unclear') continue;
          const expected = isReached(board.machine.regions[row]!, board.devices.views[view]!.view);
          expect(is === 'direct' || is === 'window', `board ${count}`).toBe(expected);
          seen[expected ? 'reached' : 'refused'] += 1;
        }
      }
    }
    expect(seen.reached).toBeGreaterThan(200);
    expect(seen.refused).toBeGreaterThan(200);
  });
});

describe('an answer that breaks a law', () => {
  /** Hands out the physical address, whoever asks. */
  const lying: SyncSubject = {
    ...carveoutSubject,
    boot: (machine) => {
      const session = carveoutSubject.boot(machine);
      const entries = new Map<number, readonly (readonly [number, number])[]>();
      return {
        booted: session.booted,
        apply: (op) => {
          const outcome = session.apply(op);
          if (op.op === 'sg_from_pages' && outcome.is === 'ok')
            entries.set(op.out, outcome.entries!);
          if (op.op !== 'map_sgtable') return outcome;
          return { is: 'ok', segments: entries.get(op.table) ?? [] };
        },
      };
    },
  };

  it('is no verdict: it ends the asking, with a program that can be run again', () => {
    // The device does not reach the RAM it is handed.
    const seen = measureReach(lying, load([memory([34 * GIB, GIB]), D]));
    expect(seen).toMatchObject({ is: 'broken', failure: { violation: { law: 'map/reachable' } } });
    if (seen.is !== 'broken') return;
    expect(seen.kase.program.map(({ op }) => op)).toEqual([
      'alloc_contig',
      'sg_from_pages',
      'map_sgtable',
    ]);
    expect(seen.failure.step).toBe(2);
  });

  it('is written down and told as any other failure', () => {
    // The text of the command, the JSON document, and the file.
    const folder = mkdtempSync(join(tmpdir(), 'carveout-'));
    const seen = reachOf(lying, load([memory([34 * GIB, GIB]), D]), 'my.dtb', folder);
    if (seen.is !== 'broken') throw new Error('no law broke');
    const [bucket] = seen.buckets;
    expect(bucketText(bucket!)).toMatch(
      /^map\/reachable broken at step 3 of 3: {2}m2 = map_sgtable/,
    );
    expect(JSON.parse(boardJson(null, seen.buckets))).toMatchObject({
      board: null,
      failures: [{ law: 'map/reachable', property: 'reach', seed: 'my.dtb', file: bucket!.file }],
    });
    expect(readFileSync(bucket!.file!, 'utf8')).toBe(bucket!.scenario);
    rmSync(folder, { recursive: true });
  });
});
