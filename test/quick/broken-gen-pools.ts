/** gen_pools that are wrong on purpose, each in one way that kernels or ports have been wrong. */
import type { Algorithm } from '../../model/reference/genalloc.ts';
import { GENPOOL, type GenPoolSide } from '../../properties/lockstep/genalloc.ts';
import {
  type GenAlgo,
  type GenChunk,
  GenPool,
  GenPoolBug,
  genPoolFirstFit,
  genPoolFirstFitOrderAlign,
} from '../../sut/lib/genalloc.ts';

/** The implementation with another pool. */
export const withPool = (pool: new (minAllocOrder: number) => GenPool): GenPoolSide => ({
  ...GENPOOL,
  pool: (minAllocOrder) => new pool(minAllocOrder),
});

/** The implementation with another algorithm of one kind. */
export const withAlgo = (
  kind: Algorithm['kind'],
  algo: (algorithm: Algorithm) => GenAlgo,
): GenPoolSide => ({
  ...GENPOOL,
  algo: (algorithm) => (algorithm.kind === kind ? algo(algorithm) : GENPOOL.algo(algorithm)),
});

/** G-T3: where the search of one chunk ended is where that of the next begins. */
export class CarriesTheStart extends GenPool {
  override allocAlgo(size: number, algo: GenAlgo) {
    let carried = 0;
    return super.allocAlgo(size, (map, end, _start, nr, chunk, pool) => {
      carried = algo(map, end, carried, nr, chunk, pool);
      return carried;
    });
  }
}

/** G-T4: address 0 is an address. */
export class HandsOutZero extends GenPool {
  override allocAlgo(size: number, algo: GenAlgo) {
    const before = this.avail;
    return super.allocAlgo(size, algo) ?? (this.avail < before ? 0 : null);
  }
}

/** G-I4: new chunks are searched last. */
export class OldestFirst extends GenPool {
  override addVirt(virt: number, phys: number | null, size: number) {
    super.addVirt(virt, phys, size);
    const list = this.chunks() as GenChunk[];
    list.push(list.shift()!);
  }
}

/** G-I6, G-T8: one chunk that is too fragmented, or too short by its tail, ends the search. */
export class GivesUpEarly extends GenPool {
  override allocAlgo(size: number, algo: GenAlgo) {
    let missed = false;
    return super.allocAlgo(size, (map, end, start, nr, chunk, pool) => {
      const bit = missed ? end : algo(map, end, start, nr, chunk, pool);
      missed = bit >= end;
      return bit;
    });
  }
}

/** G-T1: takes the power of two that it is aligned to. */
export class TakesThePower extends GenPool {
  override allocAlgo(size: number, algo: GenAlgo) {
    if (algo !== genPoolFirstFitOrderAlign || size === 0) return super.allocAlgo(size, algo);
    const granules = 2 ** Math.ceil(Math.log2(Math.ceil(size / this.granule)));
    return super.allocAlgo(granules * this.granule, algo);
  }
}

/** G-I1: what is freed is not available again. */
export class LosesTheFreed extends GenPool {
  #lost = 0;
  override free(addr: number, size: number) {
    super.free(addr, size);
    this.#lost += size;
  }
  override get avail() {
    return super.avail - this.#lost;
  }
}

/** G-I1: the rest behind the last granule does not count. */
export class DropsTheTail extends GenPool {
  override addVirt(virt: number, phys: number | null, size: number) {
    super.addVirt(virt, phys, size - (size % this.granule));
  }
}

/** G-I7: a new chunk pushes the oldest one out. */
export class KeepsTwoChunks extends GenPool {
  override addVirt(virt: number, phys: number | null, size: number) {
    super.addVirt(virt, phys, size);
    (this.chunks() as GenChunk[]).splice(2);
  }
}

export class FreesAnything extends GenPool {
  override free(addr: number, size: number) {
    try {
      super.free(addr, size);
    } catch (error) {
      if (!(error instanceof GenPoolBug)) throw error;
    }
  }
}

/** G-T9: counts whole granules only, so that a part of one cannot be freed. */
export class FreesTooMuch extends GenPool {
  override free(addr: number, size: number) {
    super.free(addr, size + 1);
  }
}

export class DestroysAnything extends GenPool {
  override destroy() {}
}

/** G-I2: the physical address of the chunk, not of the place in it. */
export class ForgetsTheDistance extends GenPool {
  override virtToPhys(addr: number) {
    return this.chunks().find(({ start, end }) => addr >= start && addr <= end)?.phys ?? null;
  }
}

export class LooksAtTheStartOnly extends GenPool {
  override hasAddr(addr: number, _size: number) {
    return super.hasAddr(addr, 1);
  }
}

/** G-T2: aligns the address instead of the place in the chunk. */
export const alignsTheAddress: GenAlgo = (map, size, start, nr, chunk, pool) => {
  const power = 2 ** Math.ceil(Math.log2(nr));
  const off = Math.floor(chunk.start / pool.granule) % power;
  return map.findNextZeroAreaOff(size, start, nr, power - 1, off);
};

/** Aligns the place in the chunk instead of the address. */
export const alignsThePlace =
  (align: number): GenAlgo =>
  (map, size, start, nr, _chunk, pool) =>
    map.findNextZeroAreaOff(size, start, nr, Math.ceil(align / pool.granule) - 1, 0);

/** G-I5: of runs equally long, the last one. */
export const lastOnTies: GenAlgo = (map, size, start, nr) => {
  let best = size;
  let shortest = size + 1;
  let at = map.findNextZeroAreaOff(size, start, nr, 0, 0);
  while (at < size) {
    const end = map.findNextBit(size, at + nr);
    if (end - at <= shortest) best = at;
    shortest = Math.min(shortest, end - at);
    at = map.findNextZeroAreaOff(size, end + 1, nr, 0, 0);
  }
  return best;
};

/** Anywhere from the offset on. */
export const fromTheOffsetOn =
  (offset: number): GenAlgo =>
  (map, size, _start, nr, chunk, pool) =>
    genPoolFirstFit(map, size, Math.ceil(offset / pool.granule), nr, chunk, pool);
