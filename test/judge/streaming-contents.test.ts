// Goal: of every byte the judge allows exactly the values that the rules of the DMA API leave open.
// Method: short programs on direct and bounced memory, with and without snooping; of the four
// values that play a part, those that a read may answer.
import { describe, expect, it } from 'vitest';
import type { Answered } from './forge.ts';
import { ok, verdicts } from './forge.ts';
import { at, BOUNCES, HIGH, high, LOW, low, SLOTS } from './lies/streaming.ts';

/** Before the mapping; stored by the CPU since; by the device; by nobody. */
const [OLD, CPU, DEVICE, NEVER] = [1, 2, 3, 4];
const ALL = [OLD, CPU, DEVICE, NEVER];
const OK = ok();

/** Of those, what one byte may be read as. */
function allowed(before: readonly Answered[], op: string): number[] {
  const answers = ALL.map((value) => ok({ bytes: [[value, 1]] }));
  const laws = verdicts(BOUNCES.machine, before, op, answers, BOUNCES.setting);
  return ALL.filter((_, index) => laws[index] === null);
}

const ops = (...list: readonly string[]): Answered[] => list.map((op) => [op, OK]);
const old = ops(`write h0 0 8192 ${OLD}`);

const KINDS = [
  { name: 'snooped', device: 'c0', buffer: low, address: LOW },
  { name: 'not snooped', device: 'd0', buffer: low, address: LOW },
  { name: 'bounced, snooped', device: 'c0', buffer: high, address: SLOTS },
  { name: 'bounced, not snooped', device: 'd0', buffer: high, address: SLOTS },
] as const;

describe.each(KINDS)('$name', ({ device, buffer, address }) => {
  const mapped = (rest: string): Answered[] => [
    buffer,
    ...old,
    [`m1 = map_page ${device} h0 4096 ${rest}`, at(address)],
  ];

  it.each(['to-device', 'from-device', 'bidirectional'])('a %s mapping starts as it was', (way) => {
    const before = mapped(`direction=${way}`);
    expect(allowed(before, 'mapped_read m1 0 1')).toEqual([OLD]);
    expect(allowed([...before, ...ops('unmap m1')], 'read h0 0 1')).toEqual([OLD]);
  });

  it.each(['from-device', 'bidirectional'])('what the device writes is seen, %s', (way) => {
    const before = [...mapped(`direction=${way}`), ...ops(`mapped_write m1 0 64 ${DEVICE}`)];
    const then = (...list: string[]) => [...before, ...ops(...list)];
    expect(allowed(before, 'mapped_read m1 63 1')).toEqual([DEVICE]);
    expect(allowed(before, 'read h0 63 1')).toEqual([OLD, DEVICE]);
    expect(allowed(then('sync_for_cpu m1'), 'read h0 63 1')).toEqual([DEVICE]);
    expect(allowed(then('unmap m1'), 'read h0 63 1')).toEqual([DEVICE]);
    // What it did not write stays.
    expect(allowed(then('unmap m1'), 'read h0 64 1')).toEqual([OLD]);
    expect(allowed(then('unmap m1 attrs=skip-cpu-sync'), 'read h0 63 1')).toEqual([OLD, DEVICE]);
  });

  it('a part is passed on, and no more', () => {
    const before = [
      ...mapped('direction=from-device'),
      ...ops(`mapped_write m1 0 128 ${DEVICE}`, 'sync_for_cpu m1 offset=0 length=64'),
    ];
    expect(allowed(before, 'read h0 63 1')).toEqual([DEVICE]);
    expect(allowed(before, 'read h0 64 1')).toEqual([OLD, DEVICE]);
  });

  it('what the CPU writes is seen once it is passed on', () => {
    const before = [...mapped('direction=to-device'), ...ops(`write h0 0 128 ${CPU}`)];
    const synced = [...before, ...ops('sync_for_device m1 offset=0 length=64')];
    expect(allowed(before, 'mapped_read m1 0 1')).toEqual([OLD, CPU]);
    expect(allowed(synced, 'mapped_read m1 63 1')).toEqual([CPU]);
    expect(allowed([...before, ...ops('unmap m1')], 'read h0 0 1')).toEqual([CPU]);
  });

  it('giving it back to a device that writes undoes nothing', () => {
    const before = [
      ...mapped('direction=from-device'),
      ...ops(`mapped_write m1 0 64 ${DEVICE}`, 'sync_for_device m1'),
    ];
    expect(allowed(before, 'mapped_read m1 0 1')).toEqual([DEVICE]);
    expect(allowed([...before, ...ops('unmap m1')], 'read h0 0 1')).toEqual([DEVICE]);
  });

  it('mapped without a sync: only who snoops sees what was there', () => {
    const before = mapped('attrs=skip-cpu-sync');
    expect(allowed(before, 'mapped_read m1 0 1')).toEqual(device === 'c0' ? [OLD] : ALL);
    expect(allowed(before, 'read h0 0 1')).toEqual([OLD]);
  });

  it('two mappings that may write see what either sees, and nothing else', () => {
    const before: Answered[] = [
      ...mapped('direction=from-device'),
      ['m2 = map_page wide h0 4096', at(buffer === low ? LOW : HIGH)],
      ...ops(`mapped_write m2 0 64 ${DEVICE}`),
    ];
    for (const read of ['mapped_read m1 0 1', 'mapped_read m2 0 1', 'read h0 0 1']) {
      expect(allowed(before, read)).toEqual([OLD, DEVICE]);
    }
    expect(allowed(before, 'read h0 64 1')).toEqual([OLD]);
    // Alone again, the one that is left decides.
    const alone = ops('unmap m2', `mapped_write m1 0 64 ${CPU}`, 'sync_for_cpu m1');
    expect(allowed([...before, ...alone], 'mapped_read m1 0 1')).toContain(CPU);
    expect(allowed([...before, ...alone], 'read h0 0 1')).not.toContain(NEVER);
  });

  it('two that only read are passed on to one by one', () => {
    const before: Answered[] = [
      ...mapped('direction=to-device'),
      ['m2 = map_page wide h0 4096 direction=to-device', at(buffer === low ? LOW : HIGH)],
      ...ops(`write h0 0 64 ${CPU}`, 'sync_for_device m1'),
    ];
    expect(allowed(before, 'mapped_read m1 0 1')).toEqual([CPU]);
    expect(allowed(before, 'mapped_read m2 0 1')).toEqual([OLD, CPU]);
  });
});

describe('cache lines', () => {
  const shared: Answered[] = [
    low,
    ...old,
    ['m1 = map_page d0 h0 4096 offset=32 direction=from-device', at(LOW + 32)],
  ];

  it('a store beside a mapping may be lost, and what the device writes there', () => {
    const stored = [...shared, ...ops(`write h0 0 1 ${CPU}`)];
    expect(allowed(stored, 'read h0 0 1')).toEqual([OLD, CPU]);
    expect(allowed(shared, 'mapped_read m1 0 1')).toEqual([OLD]);
    const written = [...stored, ...ops(`mapped_write m1 0 64 ${DEVICE}`, 'unmap m1')];
    expect(allowed(written, 'read h0 32 1')).toEqual([OLD, DEVICE]);
    // The next line is the mapping's own.
    expect(allowed(written, 'read h0 64 1')).toEqual([DEVICE]);
  });

  it('a sync in the wrong direction leaves lines dirty', () => {
    const before: Answered[] = [
      low,
      ...old,
      ['m1 = map_page d0 h0 4096 direction=from-device', at(LOW)],
      ...ops(`write h0 0 64 ${CPU}`, 'sync_for_cpu m1 direction=to-device'),
      ...ops(`mapped_write m1 0 64 ${DEVICE}`),
    ];
    expect(allowed(before, 'mapped_read m1 0 1')).toEqual([OLD, CPU, DEVICE]);
  });

  it('what comes out of slots makes a line dirty that another device writes', () => {
    const before: Answered[] = [
      low,
      ...old,
      ['m1 = map_page d0 h0 32 direction=from-device', at(SLOTS)],
      ['m2 = map_page d0 h0 4096 direction=from-device', at(LOW)],
      ...ops('unmap m1', `mapped_write m2 0 128 ${DEVICE}`),
    ];
    // Of the first line, what the CPU stored may be written back later.
    expect(allowed(before, 'mapped_read m2 40 1')).toEqual([OLD, DEVICE]);
    expect(allowed(before, 'mapped_read m2 64 1')).toEqual([DEVICE]);
  });

  it('lines of slots are not those of the buffer', () => {
    const before: Answered[] = [
      high,
      ...old,
      ['m1 = map_page d0 h0 4096 offset=32 attrs=skip-cpu-sync', at(SLOTS)],
      // The first line of the slot: bytes 32 to 95 of the buffer.
      ...ops('sync_for_device m1 offset=0 length=1', `mapped_write m1 0 128 ${DEVICE}`),
    ];
    expect(allowed(before, 'mapped_read m1 63 1')).toEqual([DEVICE]);
    expect(allowed(before, 'mapped_read m1 64 1')).toEqual(ALL);
  });
});
