// Goal: bounce pools come from pages and go back to them (4.11). Method: small machines through the
// subject, whose default pool of one segment is full; its last answer is a census.
import { describe, expect, it } from 'vitest';
import type { Event } from '../../contract/outcome.ts';
import { answers, errors, freeOf } from './answers.ts';

/** 16 MiB low in two zones, 16 MiB out of reach; one mapping has all slots. */
const full = (ops: string, device = 'device d0', slots = 128, low = '16M') =>
  answers(`profile x86-64 zone-dma 0x807fffff
bank 0x80000000 ${low}
bank 0x100000000 16M
swiotlb slots ${slots} dynamic
${device}
device all
h0 = alloc_pages 8
m1 = map_page all h0 256K
${ops}
census`).slice(2);

const eventsOf = (outcomes: ReturnType<typeof full>) =>
  outcomes.flatMap(({ events = [] }) => events.map(text));
const text = ({ event, of, phys, bytes }: Event) => `${event} ${of} ${phys?.toString(16)}+${bytes}`;
/** Free pages below 4 GiB, and slots. */
const free = (outcomes: ReturnType<typeof full>) => {
  const { dma, dma32, slots } = freeOf(outcomes.at(-1));
  return { low: dma! + dma32!, slots };
};
const UNUSED = { low: 4096 - 64, slots: 0 };

describe('a pool for one mapping', () => {
  it('is whole pages, of the highest zone in reach, and goes with the mapping', () => {
    const map = 'm2 = map_page d0 h0 6000';
    expect(eventsOf(full(map))).toEqual(['bounce-pool transient 80f80000+6144']);
    expect(free(full(map))).toEqual({ low: UNUSED.low - 2, slots: 0 });
    const both = full(`${map}\nunmap m2`);
    expect(eventsOf(both)[1]).toBe('bounce-pool-gone transient 80f80000+6144');
    expect(free(both)).toEqual(UNUSED);
  });

  it.each([
    ['80f80fff', ['bounce-pool transient 80f80000+4096']],
    // The first zone gives what ends above.
    ['80f80ffe', ['bounce-pool transient 80000000+4096']],
    ['807fffff', ['bounce-pool transient 80000000+4096']],
    ['80000ffe', []],
  ])('ends up to 0x%s', (limit, expected) => {
    const seen = full('m2 = map_page d0 h0 4096', `device d0 bus-limit 0x${limit}`);
    expect(eventsOf(seen)).toEqual(expected);
    expect(free(seen).low).toBe(UNUSED.low - expected.length);
  });

  it('ends when another piece of the table finds no memory', () => {
    const table = 't4 = sg_from_pages h0 pages=0+2 max_segment=4096\nm5 = map_sgtable d0 t4';
    expect(eventsOf(full(table, 'device d0', 128, '264K'))).toHaveLength(2);
    const seen = full(table, 'device d0', 128, '260K');
    expect(errors(seen)).toEqual([null, 'EIO', null]);
    expect(eventsOf(seen)).toEqual([]);
    expect(free(seen).low).toBe(1);
  });

  it('holds cleared slots', () => {
    const seen = full(`h2 = alloc_pages 0 zone=dma32
write h2 0 4096 0x5a
free_pages h2
m3 = map_page d0 h0 1 direction=from-device
mapped_read m3 0 1
unmap m3
h4 = alloc_pages 0 zone=dma32
read h4 0 4096`);
    expect(eventsOf(seen)).toHaveLength(2);
    expect(seen.at(-2)).toEqual({
      is: 'ok',
      bytes: [
        [0xa5, 1],
        [0, 2047],
        [0x5a, 2048],
      ],
    });
  });
});

describe('put-off work', () => {
  const refused = (slots: number, more: string) =>
    full(`m2 = map_page d0 h0 65537${more}`, 'device d0 segment-boundary 0xffff', slots);

  it('adds a pool once for what found no slots', () => {
    const seen = refused(128, '\nrun_work\nrun_work\nm3 = map_page d0 h0 4096');
    expect(seen[0]?.is).toBe('none');
    expect(eventsOf(seen)).toEqual(['bounce-pool grown 80f80000+262144']);
    expect(seen[3]).toEqual({ is: 'ok', address: 0x80f80000 });
    expect(free(seen)).toEqual({ low: UNUSED.low - 64, slots: 126 });
  });

  it('adds no more than the largest block of pages', () => {
    expect(eventsOf(refused(4096, '\nrun_work'))).toEqual(['bounce-pool grown 80000000+4194304']);
  });

  it('adds nothing where nothing was looked for', () => {
    const seen = full('m2 = map_page d0 h0 262145\nrun_work');
    expect(seen.map(({ is }) => is)).toEqual(['none', 'ok', 'ok']);
    expect(eventsOf(seen)).toEqual([]);
  });
});
