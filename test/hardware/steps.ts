/** Steps that hardware can be asked to do, and how the real one does them. */
import fc from 'fast-check';
import type { Bus } from '../../hardware/bus.ts';
import type { CpuCache } from '../../hardware/cache.ts';
import type { Ram } from '../../hardware/ram.ts';
import type { Run } from '../../hardware/run-map.ts';
import type { CpuViews } from '../../hardware/views.ts';

/** What `Hardware` is made of, sound or broken. */
export interface Parts {
  readonly ram: Ram;
  readonly cache: CpuCache;
  readonly bus: Bus;
  readonly views: CpuViews;
}

export type MakeParts = (line: number) => Parts;

type Does<T> = (parts: Parts, step: Step, base: number) => T;

const READS = {
  load: ({ views }, { start, size }, base) => views.cached.read(base + start, size),
  uncachedRead: ({ views }, { start, size }, base) => views.uncached.read(base + start, size),
  busRead: ({ bus }, { start, size }, base) => bus.read(base + start, size, false),
  snoopRead: ({ bus }, { start, size }, base) => bus.read(base + start, size, true),
} satisfies Record<string, Does<Run[]>>;

const CHANGES = {
  fill: ({ views }, { start, size, value }, base) => views.cached.fill(base + start, size, value),
  write: ({ views }, { start, runs }, base) => views.cached.write(base + start, runs),
  copy: ({ views }, { from, start, size }, base) =>
    views.cached.copy(base + from, base + start, size),
  uncachedFill: ({ views }, { start, size, value }, base) =>
    views.uncached.fill(base + start, size, value),
  uncachedWrite: ({ views }, { start, runs }, base) => views.uncached.write(base + start, runs),
  uncachedCopy: ({ views }, { from, start, size }, base) =>
    views.uncached.copy(base + from, base + start, size),
  beginUncached: ({ views }, { start, size }, base) => views.beginUncached(base + start, size),
  prefetch: ({ cache }, { start, size }, base) => cache.prefetch(base + start, size),
  evict: ({ cache }, { start, size }, base) => cache.evict(base + start, size),
  clean: ({ cache }, { start, size }, base) => cache.clean(base + start, size),
  invalidate: ({ cache }, { start, size }, base) => cache.invalidate(base + start, size),
  cleanInvalidate: ({ cache }, { start, size }, base) => cache.cleanInvalidate(base + start, size),
  busFill: ({ bus }, { start, size, value }, base) => bus.fill(base + start, size, value, false),
  busWrite: ({ bus }, { start, runs }, base) => bus.write(base + start, runs, false),
  snoopFill: ({ bus }, { start, size, value }, base) => bus.fill(base + start, size, value, true),
  snoopWrite: ({ bus }, { start, runs }, base) => bus.write(base + start, runs, true),
} satisfies Record<string, Does<void>>;

type Read = keyof typeof READS;
export type Act = Read | keyof typeof CHANGES;

export const ACT_NAMES = Object.keys({ ...READS, ...CHANGES }) as readonly Act[];

const isRead = (act: Act): act is Read => act in READS;

/** One step; what an act does not need is ignored. */
export interface Step {
  readonly act: Act;
  readonly start: number;
  readonly size: number;
  readonly value: number;
  readonly runs: readonly Run[];
  /** Where a copy takes its bytes. */
  readonly from: number;
}

/** The runs a read answers, none for other steps. `base`: where offset 0 lies. */
export function apply(parts: Parts, step: Step, base: number): Run[] {
  const { act } = step;
  if (isRead(act)) return READS[act](parts, step, base);
  CHANGES[act](parts, step, base);
  return [];
}

/**
 * Steps inside `size` bytes. Few values, so that equal runs meet; half of the edges lie on lines;
 * one range in eight, and those where both edges are one, is empty.
 */
export function steps(size: number, line: number): fc.Arbitrary<Step> {
  const edge = fc.oneof(
    fc.integer({ min: 0, max: size }),
    fc.integer({ min: 0, max: size / line }).map((index) => index * line),
  );
  const value = fc.integer({ min: 0, max: 3 });
  const run = fc.tuple(value, fc.integer({ min: 0, max: line }));
  return fc
    .record({
      act: fc.constantFrom(...ACT_NAMES),
      edges: fc.tuple(edge, edge),
      value,
      runs: fc.array(run, { maxLength: 5 }),
      to: edge,
      empty: fc.integer({ min: 0, max: 7 }).map((drawn) => drawn === 7),
    })
    .map(({ act, edges, value, runs, to, empty }) => {
      const start = Math.min(...edges);
      const length = empty ? 0 : Math.max(...edges) - start;
      if (!act.toLowerCase().endsWith('copy')) {
        const inside = { start, size: length, from: start };
        return { act, ...inside, value, runs: within(runs, size - start) };
      }
      return { act, start: Math.min(to, size - length), size: length, value, runs, from: start };
    });
}

/** As much of the runs as fits. */
function within(runs: readonly (readonly [number, number])[], size: number): Run[] {
  let left = size;
  return runs.map(([value, count]) => {
    const taken = Math.min(count, left);
    left -= taken;
    return [value, taken];
  });
}
