/** Hardware that is wrong on purpose, each in one way. */
import { alignDown, alignUp } from '../../contract/numbers.ts';
import { Bus } from '../../hardware/bus.ts';
import { CpuCache } from '../../hardware/cache.ts';
import { Ram } from '../../hardware/ram.ts';
import { type Run, sizeOf } from '../../hardware/run-map.ts';
import { CpuViews } from '../../hardware/views.ts';
import type { MakeParts } from './steps.ts';

/** A cache whose flaws reach RAM and think in lines. */
class LooseCache extends CpuCache {
  readonly ram: Ram;

  constructor(ram: Ram, line: number) {
    super(ram, line);
    this.ram = ram;
  }

  down(address: number): number {
    return alignDown(address, this.line);
  }

  up(address: number): number {
    return alignUp(address, this.line);
  }

  /** The lines that lie entirely inside a range. */
  inside(start: number, size: number): [start: number, size: number] {
    const first = this.up(start);
    return [first, Math.max(0, this.down(start + size) - first)];
  }

  /** Drops whole lines and what they hold. */
  lose(start: number, size: number): void {
    if (size === 0) return;
    super.invalidate(this.down(start), this.up(start + size) - this.down(start));
  }
}

class InvalidateWritesBack extends LooseCache {
  override invalidate(start: number, size: number) {
    this.cleanInvalidate(start, size);
  }
}

class InvalidateLosesNeighbours extends LooseCache {
  override invalidate(start: number, size: number) {
    this.lose(start, size);
  }
}

class InvalidateForgetsTheFirstPart extends LooseCache {
  override invalidate(start: number, size: number) {
    super.invalidate(this.down(start), size + start - this.down(start));
  }
}

class InvalidateSkipsPartialLines extends LooseCache {
  override invalidate(start: number, size: number) {
    super.invalidate(...this.inside(start, size));
  }
}

class InvalidateKeepsPartialLines extends LooseCache {
  override invalidate(start: number, size: number) {
    if (size === 0) return;
    this.clean(start, 1);
    this.clean(start + size - 1, 1);
    super.invalidate(...this.inside(start, size));
  }
}

class InvalidateMeetsAnEmptyRange extends LooseCache {
  override invalidate(start: number, size: number) {
    super.invalidate(start, Math.max(1, size));
  }
}

class EvictForgetsDirtyLines extends LooseCache {
  override evict(start: number, size: number) {
    this.lose(start, size);
  }
}

class EvictKeepsLines extends LooseCache {
  override evict(start: number, size: number) {
    this.clean(start, size);
  }
}

class PrefetchOverDirtyLines extends LooseCache {
  override prefetch(start: number, size: number) {
    this.lose(start, size);
    super.prefetch(start, size);
  }
}

class PrefetchRefreshesCleanLines extends LooseCache {
  override prefetch(start: number, size: number) {
    const end = this.up(start + size);
    for (let at = this.down(start); size > 0 && at < end; at += this.line) {
      if (!this.isDirty(at)) this.lose(at, this.line);
    }
    super.prefetch(start, size);
  }
}

class PrefetchDoesNothing extends LooseCache {
  override prefetch() {}
}

class CleanDropsLines extends LooseCache {
  override clean(start: number, size: number) {
    super.clean(start, size);
    this.lose(start, size);
  }
}

class CleanWritesTheRangeOnly extends LooseCache {
  override clean(start: number, size: number) {
    super.clean(...this.inside(start, size));
  }
}

class CleanLeavesLinesDirty extends LooseCache {
  override clean(start: number, size: number) {
    this.ram.write(start, this.snoop(start, size));
  }
}

class CleanWritesCleanLines extends LooseCache {
  override clean(start: number, size: number) {
    if (size === 0) return;
    const first = this.down(start);
    const bytes = this.snoop(first, this.up(start + size) - first);
    super.clean(start, size);
    this.ram.write(first, bytes);
  }
}

class CleanInvalidateOnlyCleans extends LooseCache {
  override cleanInvalidate(start: number, size: number) {
    this.clean(start, size);
  }
}

class StoresPassThrough extends LooseCache {
  override write(start: number, runs: readonly Run[]) {
    super.write(start, runs);
    this.clean(start, sizeOf(runs));
  }
}

class StoresDoNotAllocate extends LooseCache {
  override write(start: number, runs: readonly Run[]) {
    if (this.isValid(start)) super.write(start, runs);
    else this.ram.write(start, runs);
  }
}

class StoresFillWholeLines extends LooseCache {
  override fill(start: number, size: number, value: number) {
    if (size > 0) super.fill(this.down(start), this.up(start + size) - this.down(start), value);
  }
}

class LoadsDoNotAllocate extends LooseCache {
  override read(start: number, size: number) {
    return this.snoop(start, size);
  }
}

class LoadsPassTheCache extends LooseCache {
  override read(start: number, size: number) {
    super.read(start, size);
    return this.ram.read(start, size);
  }
}

class CopiesForwards extends LooseCache {
  override copy(from: number, to: number, size: number) {
    for (let i = 0; i < size; i++) super.copy(from + i, to + i, 1);
  }
}

class CopiesPastTheCache extends LooseCache {
  override copy(from: number, to: number, size: number) {
    this.write(to, this.ram.read(from, size));
  }
}

class RamCopiesForwards extends Ram {
  override copy(from: number, to: number, size: number) {
    for (let i = 0; i < size; i++) super.copy(from + i, to + i, 1);
  }
}

class RamStopsAtAnEmptyRun extends Ram {
  override write(start: number, runs: readonly Run[]) {
    const empty = runs.findIndex(([, count]) => count === 0);
    super.write(start, empty < 0 ? runs : runs.slice(0, empty));
  }
}

class SnoopsMissDirtyLines extends Bus {
  override read(start: number, size: number) {
    return super.read(start, size, false);
  }
}

class AllSnoop extends Bus {
  override write(start: number, runs: readonly Run[]) {
    super.write(start, runs, true);
  }
}

class NobodySnoops extends Bus {
  override write(start: number, runs: readonly Run[]) {
    super.write(start, runs, false);
  }
}

class LooseViews extends CpuViews {
  readonly cache: LooseCache;

  constructor(ram: Ram, cache: LooseCache) {
    super(ram, cache);
    this.cache = cache;
  }
}

class BeginOnlyCleans extends LooseViews {
  override beginUncached(start: number, size: number) {
    this.cache.clean(start, size);
  }
}

class BeginOnlyDrops extends LooseViews {
  override beginUncached(start: number, size: number) {
    this.cache.lose(start, size);
  }
}

class BeginDoesNothing extends LooseViews {
  override beginUncached() {}
}

interface Flawed {
  readonly Memory?: typeof Ram;
  readonly Cache?: typeof LooseCache;
  readonly Wires?: typeof Bus;
  readonly Views?: typeof LooseViews;
}

/** Sound parts but for those given. */
export const withFlaw =
  ({ Memory = Ram, Cache = LooseCache, Wires = Bus, Views = LooseViews }: Flawed): MakeParts =>
  (line) => {
    const ram = new Memory();
    const cache = new Cache(ram, line);
    return { ram, cache, bus: new Wires(ram, cache), views: new Views(ram, cache) };
  };

export const BROKEN: readonly (readonly [flaw: string, make: MakeParts])[] = [
  ['invalidate writes back', withFlaw({ Cache: InvalidateWritesBack })],
  ['invalidate loses neighbours', withFlaw({ Cache: InvalidateLosesNeighbours })],
  ['invalidate loses neighbours in front', withFlaw({ Cache: InvalidateForgetsTheFirstPart })],
  ['invalidate skips partial lines', withFlaw({ Cache: InvalidateSkipsPartialLines })],
  ['invalidate keeps partial lines', withFlaw({ Cache: InvalidateKeepsPartialLines })],
  ['invalidate meets an empty range', withFlaw({ Cache: InvalidateMeetsAnEmptyRange })],
  ['evict forgets dirty lines', withFlaw({ Cache: EvictForgetsDirtyLines })],
  ['evict keeps lines', withFlaw({ Cache: EvictKeepsLines })],
  ['prefetch over dirty lines', withFlaw({ Cache: PrefetchOverDirtyLines })],
  ['prefetch refreshes clean lines', withFlaw({ Cache: PrefetchRefreshesCleanLines })],
  ['prefetch does nothing', withFlaw({ Cache: PrefetchDoesNothing })],
  ['clean drops lines', withFlaw({ Cache: CleanDropsLines })],
  ['clean writes the range only', withFlaw({ Cache: CleanWritesTheRangeOnly })],
  ['clean leaves lines dirty', withFlaw({ Cache: CleanLeavesLinesDirty })],
  ['clean writes clean lines', withFlaw({ Cache: CleanWritesCleanLines })],
  ['cleanInvalidate only cleans', withFlaw({ Cache: CleanInvalidateOnlyCleans })],
  ['stores pass through', withFlaw({ Cache: StoresPassThrough })],
  ['stores do not allocate', withFlaw({ Cache: StoresDoNotAllocate })],
  ['stores fill whole lines', withFlaw({ Cache: StoresFillWholeLines })],
  ['loads do not allocate', withFlaw({ Cache: LoadsDoNotAllocate })],
  ['loads pass the cache', withFlaw({ Cache: LoadsPassTheCache })],
  ['copies forwards', withFlaw({ Cache: CopiesForwards })],
  ['copies past the cache', withFlaw({ Cache: CopiesPastTheCache })],
  ['RAM copies forwards', withFlaw({ Memory: RamCopiesForwards })],
  ['RAM stops at an empty run', withFlaw({ Memory: RamStopsAtAnEmptyRun })],
  ['snoops miss dirty lines', withFlaw({ Wires: SnoopsMissDirtyLines })],
  ['all devices snoop', withFlaw({ Wires: AllSnoop })],
  ['no device snoops', withFlaw({ Wires: NobodySnoops })],
  ['beginUncached only cleans', withFlaw({ Views: BeginOnlyCleans })],
  ['beginUncached only drops', withFlaw({ Views: BeginOnlyDrops })],
  ['beginUncached does nothing', withFlaw({ Views: BeginDoesNothing })],
];
