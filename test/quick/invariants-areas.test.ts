/**
 * Goal: each invariant of gen_pool and CMA that is checked on the implementation alone can fail.
 * Method: a sound state, and claims about it that break one of them.
 */
import { describe, expect, it } from 'vitest';
import { brokenBits, brokenPlace } from '../../properties/lockstep/cma-invariants.ts';
import {
  brokenAccounts,
  brokenChoice,
  brokenRegions,
  viewOf,
} from '../../properties/lockstep/genalloc-invariants.ts';
import { PageLedger } from '../../properties/lockstep/page-ledger.ts';
import { GenPool } from '../../sut/lib/genalloc.ts';

/** Granules of 8 bytes; an old chunk at 64 with `##..#.#.`, a new one at 1024 with two free. */
function pool(): GenPool {
  const made = new GenPool(3);
  made.addVirt(64, 0x1000, 8 * 8);
  for (let k = 0; k < 8; k++) made.alloc(8);
  for (const k of [2, 3, 5, 7]) made.free(64 + k * 8, 8);
  made.addVirt(1024, null, 2 * 8);
  return made;
}

describe('gen_pool', () => {
  it('G-I1: the numbers of a chunk, and of all', () => {
    expect(brokenAccounts(pool())).toBeNull();
    const off = pool();
    off.chunks()[1]!.avail += 8;
    expect(brokenAccounts(off)).toContain('chunk 64: avail 40');
    expect(
      brokenAccounts(
        new (class extends GenPool {
          override get avail() {
            return 1;
          }
        })(3),
      ),
    ).toBe('avail 1, but chunks have 0');
  });

  it.each([
    [
      'handed out twice',
      [
        { addr: 64, bytes: 9 },
        { addr: 72, bytes: 8 },
      ],
    ],
    ['in 0 chunks', [{ addr: 120, bytes: 16 }]],
  ])('G-I2: %s', (says, live) => {
    expect(brokenRegions(pool(), live)).toContain(says);
    expect(brokenRegions(pool(), live.slice(1, 1))).toBeNull();
  });

  const choice = (
    bytes: number,
    kind: 'first-fit' | 'order-align' | 'best-fit',
    addr: number | null,
  ) => brokenChoice(pool(), viewOf(pool()), bytes, { kind }, addr);

  it.each([
    ['G-I4: passed over 1024, which has room', choice(16, 'first-fit', 80)],
    ['G-I6: passed over 1024, which has room', choice(16, 'first-fit', null)],
    ['G-I3: granule 1 is taken, or not where it may begin', choice(16, 'order-align', 1032)],
    ['is in no chunk', choice(64, 'first-fit', 4096)],
  ])('%s', (says, broken) => {
    expect(says).toContain(broken?.replace('4096 ', ''));
    expect(broken).not.toBeNull();
  });

  it('G-I5: a longer run than the shortest that fits', () => {
    const one = pool();
    one.alloc(16);
    const view = viewOf(one);
    const best = (addr: number) => brokenChoice(one, view, 8, { kind: 'best-fit' }, addr);
    expect([best(64 + 40), best(64 + 16)]).toEqual([null, 'a run of 1 granules begins at 5']);
  });
});

describe('CMA', () => {
  const area = { basePfn: 100, count: 8, orderPerBit: 1 };

  it.each([
    ['2 bits are set', '##..', [{ pfn: 100, pages: 2 }]],
    [
      'handed out twice',
      '###.',
      [
        { pfn: 100, pages: 4 },
        { pfn: 103, pages: 1 },
      ],
    ],
    ['behind the area', '...#', [{ pfn: 107, pages: 2 }]],
  ])('M-I1: %s', (says, map, live) => {
    expect(brokenBits(area, map, live)).toContain(says);
  });

  it('M-I2 and M-I3: aligned, and the leftmost', () => {
    const asked = { ...area, pages: 2, align: 2, map: '#...' };
    expect(brokenPlace(asked, 104, false)).toBeNull();
    expect(brokenPlace(asked, 102, false)).toContain('no multiple of 2^2');
    expect(brokenPlace(asked, null, false)).toContain('begins at page 104');
    expect(brokenPlace(asked, null, true)).toBeNull();
  });

  it('M-I4: pages change hands once', () => {
    const pages = new PageLedger();
    pages.allocContigRange(1, 3);
    pages.allocContigRange(2, 3);
    pages.freeContigRange(1, 3);
    expect(pages.offences).toEqual(['page 2 taken twice', 'page 3 given back, but not taken']);
  });
});
