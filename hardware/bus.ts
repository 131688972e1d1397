/**
 * What devices do on the bus, by physical address: translation is not hardware's concern here.
 *
 * A device that snoops (`dma-coherent`) meets the CPU's cache on the way; any other one sees RAM
 * alone, and the cache learns nothing of it. A snooping write takes the lines out of the cache,
 * their dirty bytes to RAM, and then writes to RAM: as an interconnect does for a device without a
 * cache of its own. RAM is then the one place that holds the bytes. Were lines updated in place,
 * a dirty line could be older than RAM in one byte and newer in the next.
 */
import type { CpuCache } from './cache.ts';
import type { Ram } from './ram.ts';
import { type Run, sizeOf } from './run-map.ts';

export class Bus {
  readonly #ram: Ram;
  readonly #cache: CpuCache;

  constructor(ram: Ram, cache: CpuCache) {
    this.#ram = ram;
    this.#cache = cache;
  }

  /** What the device sees of [start, start + size). No line and no byte changes. */
  read(start: number, size: number, snoops: boolean): Run[] {
    return snoops ? this.#cache.snoop(start, size) : this.#ram.read(start, size);
  }

  /** The device writes `size` bytes `value`. */
  fill(start: number, size: number, value: number, snoops: boolean): void {
    this.write(start, [[value, size]], snoops);
  }

  /** The device writes the bytes of `runs`, in order. */
  write(start: number, runs: readonly Readonly<Run>[], snoops: boolean): void {
    if (snoops) this.#cache.cleanInvalidate(start, sizeOf(runs));
    this.#ram.write(start, runs);
  }
}
