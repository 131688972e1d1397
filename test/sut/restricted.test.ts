// Goal: restricted pools: which slots, when none, and what comes back. Method: small arm64 machines
// through the subject, and the pool itself where a machine cannot be told so.
import { describe, expect, it } from 'vitest';
import { IoTlbMem } from '../../sut/dma/swiotlb.ts';
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

const slotsOf = (base: number, outcomes: Parameters<typeof places>[0]) =>
  places(outcomes).map((phys) => (typeof phys === 'number' ? (phys - base) / 2048 : phys));

describe('allocation', () => {
  it('is aligned to its size rounded up, from where the last one ended', () => {
    const seen = pool(
      '0x81000000',
      64,
      'coherent',
      `h0 = alloc_coherent d0 4096
h1 = alloc_coherent d0 12288
h2 = alloc_coherent d0 1
free h0
h3 = alloc_coherent d1 4096
h4 = alloc_noncoherent d0 8192`,
    );
    expect(
      slotsOf(
        0x81000000,
        [0, 1, 2, 4, 5].map((i) => seen[i]!),
      ),
    ).toEqual([0, 8, 14, 16, 20]);
    expect(freeOf(seen[6])).toMatchObject({ 'slots:r0': 64 - 6 - 2 - 2 - 4 });
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
read h1 0 1
free h0
free h1`,
    );
    expect(slotsOf(0x81000000, seen.slice(0, 4))).toEqual([0, 2, 'none', 'none']);
    expect(seen[4]).toEqual({ is: 'ok', bytes: [[0, 1]] });
    // Atomic pools, areas and pages were left alone.
    expect(freeOf(seen[7])).toEqual({
      dma: 16384 - 4 - 96,
      dma32: 0,
      normal: 0,
      'atomic:kernel': 32,
      'atomic:dma': 32,
      'atomic:dma32': 32,
      'slots:r0': 8,
    });
  });

  it('is at most a segment, which no run leaves', () => {
    const seen = pool(
      '0x81000000',
      300,
      'coherent',
      `h0 = alloc_coherent d0 262144
h1 = alloc_coherent d0 266240
h2 = alloc_coherent d0 131072
h3 = alloc_coherent d0 196608
h4 = alloc_coherent d0 65536
h5 = alloc_coherent d0 90112
free h2
free h4
free h5
free h0
h6 = alloc_coherent d0 262144
h7 = alloc_coherent d0 262144`,
    );
    const allocated = [0, 1, 2, 3, 4, 5, 10, 11].map((i) => seen[i]!);
    expect(slotsOf(0x81000000, allocated)).toEqual([0, 'none', 128, 'none', 192, 256, 0, 128]);
  });

  it('crosses no boundary of the device', () => {
    const seen = pool(
      '0x81008000',
      128,
      'coherent segment-boundary 0xffff',
      `h0 = alloc_coherent d0 65536
h1 = alloc_coherent d0 131072
h2 = alloc_coherent d0 4096
h3 = alloc_coherent d1 131072`,
    );
    expect(slotsOf(0x81008000, seen.slice(0, 4))).toEqual([16, 'none', 48, 'none']);
  });

  it('a page reaches over a boundary of one slot: none', () => {
    const seen = pool(
      '0x81000000',
      64,
      'coherent segment-boundary 2047',
      'h0 = alloc_coherent d0 1',
    );
    expect(places(seen.slice(0, 1))).toEqual(['none']);
  });

  it('looks everywhere, also where steps of Linux pass over a slot', () => {
    const seen = pool(
      '0x81001000',
      16,
      'coherent',
      `h0 = alloc_coherent d0 8192
h1 = alloc_coherent d0 8192
h2 = alloc_coherent d0 8192
free h1
h3 = alloc_coherent d0 4096
h4 = alloc_coherent d0 4096
h5 = alloc_coherent d0 4096
free h5
h6 = alloc_coherent d0 8192`,
    );
    const allocated = [0, 1, 2, 4, 5, 6, 8].map((i) => seen[i]!);
    expect(slotsOf(0x81001000, allocated)).toEqual([2, 6, 10, 14, 0, 6, 6]);
  });

  it('looks everywhere, also where the stride of the device is longer than the pool', () => {
    const seen = pool(
      '0x81000000',
      4,
      'coherent min-align 0xffff',
      `h0 = alloc_coherent d0 4096
h1 = alloc_coherent d0 4096
free h1
h2 = alloc_coherent d0 4096`,
    );
    expect(
      slotsOf(
        0x81000000,
        [0, 1, 3].map((i) => seen[i]!),
      ),
    ).toEqual([0, 2, 2]);
  });

  it('no free count, no search; a fragmented pool has no run', () => {
    const seen = pool(
      '0x81000000',
      8,
      'coherent',
      `h0 = alloc_coherent d0 4096
h1 = alloc_coherent d0 4096
h2 = alloc_coherent d0 4096
free h0
h3 = alloc_coherent d0 8192
h4 = alloc_coherent d0 12288`,
    );
    expect(places(seen.slice(4, 6))).toEqual(['none', 'none']);
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
    const mem = new IoTlbMem(0x81000000, 64 * KIB);
    expect([mem.release(0x81000000), mem.release(0x80000000), mem.free]).toEqual([
      false,
      false,
      32,
    ]);
  });
});
