/** A gen_pool and an area that count what they meet: what the generators reach. */
import type { MakeArea } from '../../properties/lockstep/cma.ts';
import { GENPOOL, type GenPoolSide } from '../../properties/lockstep/genalloc.ts';
import type { PageLedger } from '../../properties/lockstep/page-ledger.ts';
import { type GenAlgo, GenPool, genPoolFirstFit } from '../../sut/lib/genalloc.ts';
import { Cma } from '../../sut/mm/cma.ts';

export class Labels {
  readonly #counts = new Map<string, number>();

  add(label: string): void {
    this.#counts.set(label, (this.#counts.get(label) ?? 0) + 1);
  }

  /** Labels that were met less often than their floor, with their count. */
  below(floors: Readonly<Record<string, number>>): string[] {
    const count = (label: string) => this.#counts.get(label) ?? 0;
    return Object.entries(floors)
      .filter(([label, floor]) => count(label) < floor)
      .map(([label]) => `${label}: ${count(label)}`);
  }
}

export function countingPool(labels: Labels): GenPoolSide {
  const kinds = new Map<GenAlgo, string>([[genPoolFirstFit, 'first-fit']]);
  class CountingPool extends GenPool {
    override allocAlgo(size: number, algo: GenAlgo) {
      const before = this.avail;
      const enough = this.chunks().filter(({ avail }) => avail >= size);
      const searched: { leftmost: number; end: number; bit: number }[] = [];
      const addr = super.allocAlgo(size, (map, end, start, nr, chunk, pool) => {
        const leftmost = genPoolFirstFit(map, end, start, nr, chunk, pool);
        searched.push({ leftmost, end, bit: algo(map, end, start, nr, chunk, pool) });
        return searched.at(-1)!.bit;
      });
      const last = searched.at(-1);
      if (addr === null) labels.add(enough.length > 0 ? 'none fits' : 'none has the bytes');
      else labels.add(`${kinds.get(algo)} found`);
      if (addr === null && this.avail < before) labels.add('address 0');
      if (addr !== null && searched.length > 1) labels.add('not in the first chunk with the bytes');
      if (last !== undefined && last.leftmost < last.bit && last.bit < last.end) {
        labels.add(`${kinds.get(algo)} not leftmost`);
      }
      const granules = Math.ceil(size / this.granule);
      // Trap G-T8: the bytes are there, but only with those behind the last granule.
      if (enough.some(({ avail }) => Math.floor(avail / this.granule) < granules)) {
        labels.add('bytes only with the tail');
      }
      return addr;
    }

    override free(addr: number, size: number) {
      try {
        super.free(addr, size);
        labels.add('free returns');
      } catch (error) {
        labels.add('free stops');
        throw error;
      }
    }
  }
  return {
    pool: (minAllocOrder) => new CountingPool(minAllocOrder),
    algo: (algorithm) => {
      const algo = GENPOOL.algo(algorithm);
      kinds.set(algo, algorithm.kind);
      return algo;
    },
  };
}

export function countingArea(labels: Labels): MakeArea {
  return (basePfn, count, orderPerBit, pages) => {
    const ledger = pages as PageLedger;
    class CountingArea extends Cma {
      override alloc(wanted: number, align: number) {
        const pfn = super.alloc(wanted, align);
        const busy = ledger.attempts.filter((attempt) => attempt.endsWith('EBUSY')).length;
        const ending = pfn === null ? 'none' : 'found';
        labels.add(busy > 1 ? `busy more than once, ${ending}` : `${ending}`);
        if (ledger.attempts.at(-1)?.endsWith('ENOMEM')) labels.add('another error');
        if (pfn !== null && wanted % 2 ** orderPerBit !== 0) labels.add('part of a bit');
        if (pfn !== null && align > orderPerBit && basePfn % 2 ** align !== 0) {
          labels.add('aligned in an area that is not');
        }
        return pfn;
      }
    }
    return new CountingArea('area', basePfn, count, orderPerBit, pages);
  };
}
