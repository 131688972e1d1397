/**
 * Goal: gen_pool stops where the kernel does, at the very ends of a chunk. Method: a chunk of a
 * whole word of granules and a few bytes, all handed out, and frees that end one byte too far.
 */
import { describe, expect, it } from 'vitest';
import { GenPool, GenPoolBug } from '../../sut/lib/genalloc.ts';

const G = 8;
const START = 0x1000;

/** A pool of 32 granules and `tail` bytes, of which all granules are handed out at once. */
function fullPool(tail: number): GenPool {
  const pool = new GenPool(3);
  pool.addVirt(START, null, 32 * G + tail);
  pool.alloc(32 * G);
  return pool;
}

describe('gen_pool_free', () => {
  it('of the part granule behind the last one', () => {
    expect(() => fullPool(3).free(START + 32 * G, 3)).toThrow(GenPoolBug);
  });

  it('of the last granule, from its second byte on', () => {
    expect(() => fullPool(0).free(START + 31 * G + 1, G)).toThrow('leaves its chunk');
    expect(() => fullPool(0).free(START + 31 * G + 1, G - 1)).not.toThrow();
  });

  it('of no chunk', () => {
    expect(() => fullPool(0).free(START - 1, 1)).toThrow('no chunk has it');
  });
});
