// Goal: restricted pools: which slots, when none, and what comes back. Method: small arm64 machines
// through the subject, and the pool itself where a machine cannot be told so.
import { describe, expect, it } from 'vitest';
import { rmemSwiotlbDeviceInit } from '../../sut/dma/swiotlb/mem.ts';
import { answers, errors, freeOf, places } from './answers.ts';

const KIB = 1024;

/** Answers after attaching device d0 to a restricted pool of so many slots. */
function pool(base: string, slots: number, device: string, ops: string) {
  return answers(`profile arm64
bank 0x80000000 64M
restricted r0 ${base} ${slots * 2048}
device d0 ${device} pool r0
device d1 coherent pool r0
attach d0
attach d1
${ops}
census`).slice(2);
}

/**
 * The first slot of every allocation. Operations: a number of bytes to allocate, or the index of an
 * allocation to free.
 */
function slots(
  base: number,
  count: number,
  device: string,
  ...ops: readonly (number | { readonly free: number })[]
) {
  let label = 0;
  const lines = ops.map((op) =>
    typeof op === 'number' ? `h${label++} = alloc_coherent d0 ${op}` : `free h${op.free}`,
  );
  const seen = pool(`0x${base.toString(16)}`, count, device, lines.join('\n'));
  const allocated = seen.filter((_, index) => typeof ops[index] === 'number');
  return places(allocated).map((phys) => (typeof phys === 'number' ? (phys - base) / 2048 : phys));
}

const free = (label: number) => ({ free: label });

describe('allocation', () => {
  it('is aligned to its size rounded up, from where the last one ended', () => {
    expect(slots(0x81000000, 64, 'coherent', 4096, 12288, 1, free(0), 4096, 8192)).toEqual([
      0, 8, 14, 16, 20,
    ]);
  });

  it('is the only source: not for lack of sleep, mapping or room', () => {
    const seen = pool(
      '0x81000000',
      8,
      '',
      `h0 = alloc_coherent d0 4096 gfp=atomic
h1 = alloc_coherent d0 4096 attrs=no-kernel-mapping
h2 = alloc_coherent d0 16384
h3 = alloc_noncoherent d0 16384
h4 = alloc_noncoherent d1 8192
read h1 0 1
free h0
free h1`,
    );
    const allocated = places(seen.slice(0, 5));
    expect(allocated).toEqual([0x81000000, 0x81001000, 'none', 'none', 0x81002000]);
    expect(seen[5]).toEqual({ is: 'ok', bytes: [[0, 1]] });
    // Atomic pools, areas and pages were left alone.
    expect(freeOf(seen[8])).toEqual({
      dma: 16384 - 4 - 96,
      dma32: 0,
      normal: 0,
      'atomic:kernel': 32,
      'atomic:dma': 32,
      'atomic:dma32': 32,
      'slots:r0': 4,
    });
  });

  it('is at most a segment, which no run leaves', () => {
    const K = KIB;
    const fill = [256 * K, 260 * K, 128 * K, 192 * K, 64 * K, 88 * K];
    const rest = [free(2), free(4), free(5), free(0), 256 * K, 256 * K];
    // The last segment has 44 slots only.
    expect(slots(0x81000000, 300, 'coherent', ...fill, ...rest)).toEqual([
      0,
      'none',
      128,
      'none',
      192,
      256,
      0,
      128,
    ]);
  });

  it('crosses no boundary of the device', () => {
    const device = 'coherent segment-boundary 0xffff';
    expect(slots(0x81008000, 128, device, 65536, 131072, 4096)).toEqual([16, 'none', 48]);
    // A page reaches over a boundary of one slot.
    expect(slots(0x81000000, 64, 'coherent segment-boundary 2047', 1)).toEqual(['none']);
  });

  it('needs a segment that begins as aligned as it is itself', () => {
    expect(slots(0x81008000, 256, 'coherent', 131072, 262144)).toEqual([48, 'none']);
  });

  it('looks everywhere, also where steps of Linux pass over a slot', () => {
    const ops = [8192, 8192, 8192, free(1), 4096, 4096, 4096, free(5), 8192];
    expect(slots(0x81001000, 16, 'coherent', ...ops)).toEqual([2, 6, 10, 14, 0, 6, 6]);
    // The stride is longer than the pool.
    const device = 'coherent min-align 0xffff';
    expect(slots(0x81000000, 4, device, 4096, 4096, free(1), 4096)).toEqual([0, 2, 2]);
  });

  it('a fragmented pool has no run, a full one no slot', () => {
    const ops = [4096, 4096, 4096, free(0), 8192, 12288];
    expect(slots(0x81000000, 8, 'coherent', ...ops)).toEqual([0, 2, 4, 'none', 'none']);
  });
});

describe('what the device can reach', () => {
  const none = (base: string, device: string) => {
    const seen = pool(base, 64, device, 'h0 = alloc_coherent d0 4096');
    expect(places(seen.slice(0, 1))).toEqual(['none']);
    expect(freeOf(seen[1])).toMatchObject({ 'slots:r0': 64 });
  };

  it('slots beyond its limit or its windows go back', () => {
    none('0x81000000', 'coherent-mask 31');
    none('0x81000000', 'window 0x90000000 0x0 1M');
    none('0x81000000', 'window 0x81000000 0x0 2K');
  });

  it('aligned is what the bus sees; a page of the CPU must begin there, too', () => {
    none('0x81000800', 'window 0x81000800 0x0 1M');
    none('0x81000400', '');
    const seen = pool('0x81000800', 64, '', 'h0 = alloc_coherent d0 4096');
    expect(places(seen.slice(0, 1))).toEqual([0x81001000]);
  });
});

describe('attach and detach', () => {
  it('a detached device is served like any other, the pool goes on', () => {
    const seen = pool(
      '0x81000000',
      64,
      'coherent',
      `h0 = alloc_coherent d0 4096
detach d0
free h0 via=d1
h1 = alloc_coherent d0 4096`,
    );
    expect(places([seen[3]!])).toEqual([0x81080000]);
    expect(freeOf(seen[4])).toMatchObject({ 'slots:r0': 64 });
  });

  it('a region of no bytes has no handler; one of less than a page gives nothing', () => {
    const seen = answers(`profile arm64
bank 0x80000000 64M
restricted r0 0x81000000 0
restricted r1 0x82000000 1K
device d0 pool r0 pool r1
attach d0
attach d0 index=1
h0 = alloc_coherent d0 1`);
    expect(errors(seen.slice(0, 2))).toEqual(['EINVAL', null]);
    expect(places(seen.slice(2))).toEqual(['none']);
  });

  it('an address that is not of an allocation is not released', () => {
    const mem = rmemSwiotlbDeviceInit(0x81000000, 64 * KIB, 4096);
    expect([mem.free(0x81000000), mem.free(0x80000000)]).toEqual([false, false]);
    expect([mem.nslabs, mem.totalUsed]).toEqual([32, 0]);
  });
});
