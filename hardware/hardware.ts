/** The simulated hardware of one machine. */
import { Bus } from './bus.ts';
import { CpuCache } from './cache.ts';
import { Ram } from './ram.ts';
import { CpuViews } from './views.ts';

export class Hardware {
  readonly ram: Ram;
  readonly cache: CpuCache;
  readonly bus: Bus;
  readonly views: CpuViews;

  /** Untouched RAM, an empty cache. `cacheLine`: bytes of a line, a power of two. */
  constructor(cacheLine: number) {
    this.ram = new Ram();
    this.cache = new CpuCache(this.ram, cacheLine);
    this.bus = new Bus(this.ram, this.cache);
    this.views = new CpuViews(this.ram, this.cache);
  }
}
