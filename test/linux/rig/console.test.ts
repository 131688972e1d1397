/** Goal: a crash is named by the function to blame. Method: texts as kernels write them. */
import { describe, expect, test } from 'vitest';
import { crashOf } from '../../../linux/rig/console.ts';
import { ConsoleLog } from '../../../linux/rig/console-log.ts';

const WARNING = `[    0.310000] ------------[ cut here ]------------
[    0.310100] swiotlb addr 0x7bf09000+8192 overflow (mask fffffff)
[    0.310200] WARNING: CPU: 0 PID: 1 at kernel/dma/direct.h:105 dma_map_page_attrs+0x1a4/0x204
[    0.310300] pc : dma_map_page_attrs+0x1a4/0x204
[    0.310400] Call trace:
[    0.310500]  dma_map_page_attrs+0x1a4/0x204
[    0.310600] ---[ end trace 0000000000000000 ]---
`;

const COPY = `[    0.500761] Unable to handle kernel paging request at virtual address ffff0001
[    0.503708] Internal error: Oops: 0000000096000006 [#1] SMP
[    0.504001] carveout: died at operation 17
[    0.505717] pc : __memcpy+0x110/0x240
[    0.506324] lr : swiotlb_bounce+0xec/0x14c
[    0.509300] Call trace:
[    0.509350]  __memcpy+0x110/0x240
[    0.509402]  swiotlb_tbl_map_single+0x12c/0x24c
[    0.509591]  swiotlb_map+0x44/0x1e4
[    0.513033] Kernel panic - not syncing: Attempted to kill init! exitcode=0x0000000b
`;

const BUG = `[    1.200000] ------------[ cut here ]------------
[    1.200100] kernel BUG at mm/page_alloc.c:1234!
[    1.200200] Internal error: Oops - BUG: 00000000f2000800 [#1] SMP
[    1.200300] pc : free_pages_exact.part.0+0x40/0x48 [carveout]
[    1.200400] lr : run_free+0x18/0x30 [carveout]
`;

const LOCKUP = `[   30.100000] watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [init:1]
[   30.100100] pc : swiotlb_do_find_slots+0x1c8/0x3f0
[   30.100200] lr : swiotlb_find_slots+0x80/0x160
[   30.100300] Kernel panic - not syncing: softlockup: hung tasks
`;

const PANIC = `[    0.900000] Kernel panic - not syncing: No working init found.
[    0.900100] CPU: 0 UID: 0 PID: 1 Comm: init Not tainted 6.12.1 #1
[    0.900200] Call trace:
[    0.900300]  dump_backtrace+0xa0/0x128
[    0.900400]  panic+0x398/0x400
`;

describe('a console', () => {
  test('without a crash tells none, warnings or not', () => {
    expect(crashOf('')).toBeNull();
    expect(crashOf(WARNING)).toBeNull();
  });

  test('blames who copied, not the copying', () => {
    const death = { crash: 'oops', where: 'swiotlb_bounce', operation: 17 };
    expect(crashOf(COPY)).toEqual(death);
    expect(crashOf(COPY.replaceAll('__memcpy', '__pi_memset'))).toEqual(death);
  });

  test('is searched on when the caller is lost, too', () => {
    const lost = COPY.replace('swiotlb_bounce', '__memcpy');
    expect(crashOf(lost)).toMatchObject({ where: 'swiotlb_tbl_map_single' });
    const wild = COPY.replace('__memcpy+0x110/0x240', '0x0');
    expect(crashOf(wild)).toMatchObject({ where: 'swiotlb_bounce' });
  });

  test('does not mistake a warning before the crash for it', () => {
    expect(crashOf(WARNING + COPY)).toMatchObject({ where: 'swiotlb_bounce' });
  });

  test('tells a BUG, in a module as well', () => {
    expect(crashOf(BUG)).toEqual({
      crash: 'bug',
      where: 'free_pages_exact.part.0',
      operation: null,
    });
  });

  test('tells a lockup as a hang', () => {
    expect(crashOf(LOCKUP)).toMatchObject({ crash: 'hang', where: 'swiotlb_do_find_slots' });
  });

  test('tells the reason of a panic', () => {
    const where = 'panic: No working init found.';
    expect(crashOf(PANIC)).toEqual({ crash: 'oops', where, operation: null });
  });

  test('that was cut off has a crash all the same', () => {
    const cut = COPY.split('\n').slice(0, 2).join('\n');
    expect(crashOf(cut)).toEqual({ crash: 'oops', where: 'an unknown place', operation: null });
  });
});

describe('what is kept of it', () => {
  const filler = Array.from({ length: 20_000 }, (_, i) => `line ${i}\n`).join('');

  test('is the end, while it lives', () => {
    const log = new ConsoleLog();
    log.add(filler);
    expect(log.text.length).toBeLessThanOrEqual(64 * 1024);
    expect(log.lastLines(2)).toEqual(['line 19998', 'line 19999']);
  });

  test('is everything from the crash on, in whatever pieces it comes', () => {
    const log = new ConsoleLog();
    log.add(filler);
    for (const character of COPY) log.add(character);
    log.add(filler);
    expect(log.text).toContain(COPY);
    expect(crashOf(log.text)).toMatchObject({ where: 'swiotlb_bounce', operation: 17 });
  });

  test('has a limit after the crash, too', () => {
    const log = new ConsoleLog();
    log.add(COPY);
    for (let i = 0; i < 10; i += 1) log.add(filler);
    expect(log.text.length).toBeLessThanOrEqual(320 * 1024);
    expect(log.text.startsWith(COPY)).toBe(true);
  });
});
