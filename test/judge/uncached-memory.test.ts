// Goal: nobody's bytes but those of the memory are allowed where caches could excuse others.
// Method: memory that no cache has, mapped without syncs; and a line beside a sync of a part.
import { describe, expect, it } from 'vitest';
import { failed } from '../../contract/outcome.ts';
import type { Answered } from './forge.ts';
import { grant, ok, verdicts } from './forge.ts';
import { at, BOUNCES, HIGH, high, SLOTS } from './lies/streaming.ts';

const OK = ok();
const ops = (...list: readonly string[]): Answered[] => list.map((op) => [op, OK]);

/** Which of the values 1 to 4 one byte may be read as. */
function allowed(before: readonly Answered[], op: string): number[] {
  const values = [1, 2, 3, 4];
  const answers = values.map((value) => ok({ bytes: [[value, 1]] }));
  const laws = verdicts(BOUNCES.machine, before, op, answers, BOUNCES.setting);
  return values.filter((_, index) => laws[index] === null);
}

describe('memory of a pool, for a device that does not snoop', () => {
  const POOL = 0x90000000;
  const mapped: Answered[] = [
    [`declare d0 0x${POOL.toString(16)} 0x${POOL.toString(16)} 16384`, OK],
    ['h0 = alloc_coherent d0 4096', grant(POOL, 4096)],
    ...ops('write h0 0 4096 1'),
    ['m1 = map_page d0 h0 4096 attrs=skip-cpu-sync', at(POOL)],
  ];

  it('is what the CPU stored, before the mapping and since', () => {
    expect(allowed(mapped, 'mapped_read m1 0 1')).toEqual([1]);
    const stored = [...mapped, ...ops('write h0 0 64 2')];
    expect(allowed(stored, 'mapped_read m1 0 1')).toEqual([2]);
  });

  it('is what the device wrote, at once and after any unmap', () => {
    const written = [...mapped, ...ops('mapped_write m1 0 64 3')];
    expect(allowed(written, 'read h0 0 1')).toEqual([3]);
    const unmapped = [...written, ...ops('unmap m1 attrs=skip-cpu-sync')];
    expect(allowed(unmapped, 'read h0 0 1')).toEqual([3]);
    expect(allowed(unmapped, 'read h0 64 1')).toEqual([1]);
  });
});

describe('a line of slots beside a sync of a part', () => {
  const before: Answered[] = [
    high,
    ...ops('write h0 0 8192 1'),
    ['m1 = map_page d0 h0 4096', at(SLOTS)],
    ...ops('mapped_write m1 0 64 3', 'write h0 0 64 2', 'sync_for_device m1 length=1'),
  ];

  it('may be what was copied there, and nothing else', () => {
    expect(allowed(before, 'mapped_read m1 0 1')).toEqual([2]);
    expect(allowed(before, 'mapped_read m1 1 1')).toEqual([1, 2, 3]);
    expect(allowed(before, 'mapped_read m1 64 1')).toEqual([1]);
    expect(allowed([...before, ...ops('unmap m1')], 'read h0 63 1')).toEqual([1, 2, 3]);
  });
});

describe('a table whose pieces all bounce', () => {
  const pieces = 6;
  const spans = Array.from({ length: pieces }, (_, n) => 2 * n).join();
  const entries = Array.from({ length: pieces }, (_, n) => [HIGH + 8192 * n, 4096] as const);
  const before: Answered[] = [
    ['h0 = alloc_contig 0x100000000 16', OK],
    [`t1 = sg_from_pages h0 pages=${spans}`, ok({ entries })],
  ];

  it('is mapped where there are places for all of them, in more pieces than segments', () => {
    const refused = [failed('EIO')];
    const map = 'm2 = map_sgtable c0 t1';
    expect(verdicts(BOUNCES.machine, before, map, refused, BOUNCES.setting)).toEqual([
      'map/complete',
    ]);
  });
});
