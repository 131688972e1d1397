// Goal: memory of CMA areas for devices, and what becomes of regions that make areas. Method:
// small machines through the subject.
import { describe, expect, it } from 'vitest';
import { answers, errors, freeOf, places } from './answers.ts';

const TWO_AREAS = `profile arm64
bank 0x80000000 64M
cma c0 0x80400000 4M default
cma c1 0x80800000 2M
device d0 coherent
device own coherent pool c1
attach own
`;

describe('which area answers', () => {
  it('a device without one: the default area, but not for a single page (M-T6)', () => {
    const seen = answers(`${TWO_AREAS}h0 = alloc_coherent d0 8192
h1 = alloc_coherent d0 4096
h2 = alloc_noncoherent d0 20480
h3 = alloc_coherent d0 8192 gfp=atomic
census`).slice(1);
    // Atomic pools are the first in the area; single pages are from the smallest block.
    expect(places(seen.slice(0, 4))).toEqual([0x80460000, 0x80a00000, 0x80468000, 0x80a02000]);
    expect(freeOf(seen[4])).toMatchObject({ 'cma:c0': 1024 - 96 - 7, 'cma:c1': 512 });
  });

  it('a device with one: that area only, a single page as well (M-T6, M-T7)', () => {
    const seen = answers(`${TWO_AREAS}h0 = alloc_coherent own 4096
h1 = alloc_coherent own 2097152
h2 = alloc_noncoherent own 2M
free h0
h3 = alloc_coherent own 2097152
census`);
    // No room in its area: ordinary memory, never the default area.
    expect(places(seen.slice(1, 4))).toEqual([0x80800000, 0x80a00000, 0x80000000]);
    expect(places(seen.slice(5, 6))).toEqual([0x80800000]);
    expect(freeOf(seen[6])).toMatchObject({ 'cma:c0': 1024 - 96, 'cma:c1': 0 });
  });

  it('memory of the area out of reach goes back, and pages are asked for', () => {
    const seen = answers(`profile arm64
bank 0x80000000 64M
cma c0 0x82000000 4M default
device d0 coherent window 0x80000000 0x0 16M
h0 = alloc_coherent d0 8192
census`);
    expect(places(seen.slice(0, 1))).toEqual([0x80000000]);
    expect(freeOf(seen[1])).toMatchObject({ 'cma:c0': 1024 - 96 });
  });

  it('no default area: pages', () => {
    const seen = answers('profile x86-64\nbank 0x0 64M\ndevice d0\nh0 = alloc_coherent d0 8192');
    expect(places(seen)).toEqual([0x1000000]);
  });

  it('alignment ends at 256 pages, and pages are not rounded up (M-I2, M-T3)', () => {
    const seen = answers(`profile arm64
bank 0x80000000 64M
cma c0 0x80400000 8M default
device d0 coherent
h0 = alloc_coherent d0 1228800
h1 = alloc_coherent d0 12288
census`);
    expect(places(seen.slice(0, 2))).toEqual([0x80500000, 0x80460000]);
    expect(freeOf(seen[2])).toMatchObject({ 'cma:c0': 2048 - 96 - 300 - 3 });
  });
});

describe('regions that make areas', () => {
  const many = (count: number) =>
    Array.from(
      { length: count },
      (_, i) => `cma c${i} 0x${(0x80000000 + i * 2 ** 21).toString(16)} 2M`,
    );
  const device = (count: number) =>
    `device d0 ${many(count)
      .map((_, i) => `pool c${i}`)
      .join(' ')}`;

  it('the ninth is given back: its memory is ordinary, attaching it is EINVAL', () => {
    const seen = answers(`profile arm64
bank 0x80000000 32M
${many(9).join('\n')}
${device(9)}
attach d0 index=7
attach d0 index=8
census`);
    expect(errors(seen.slice(0, 2))).toEqual([null, 'EINVAL']);
    expect(freeOf(seen[2])).toMatchObject({ dma: 8192 - 8 * 512 - 96, 'cma:c7': 512 });
    expect(freeOf(seen[2])['cma:c8']).toBeUndefined();
  });

  it('without CMA in the kernel every one is given back', () => {
    const seen = answers(`profile arm-nommu
bank 0x80000000 32M
${many(1).join('\n')}
restricted r0 0x81000000 1M
device d0 pool c0 pool r0
attach d0
attach d0 index=1
census`);
    expect(errors(seen.slice(0, 2))).toEqual(['EINVAL', 'EINVAL']);
    expect(freeOf(seen[2])).toEqual({ dma: 8192 - 256, normal: 0 });
  });

  it('disabled and empty regions are no areas', () => {
    const seen = answers(`profile arm64
bank 0x80000000 32M
cma c0 0x80000000 2M disabled
cma c1 0x80200000 0
device d0 pool c0 pool c1
attach d0
attach d0 index=1
census`);
    expect(errors(seen.slice(0, 2))).toEqual([null, 'EINVAL']);
    expect(freeOf(seen[2])).toMatchObject({ dma: 8192 - 96 });
  });

  it('an area that spans zones is empty: attaching it is fine and gives nothing', () => {
    const seen = answers(`profile arm64 zone-dma 0x807fffff
bank 0x80000000 32M
cma c0 0x80600000 4M default
device d0 coherent pool c0
attach d0
h0 = alloc_coherent d0 8192
pin c0 0
census
free h0
census`);
    expect(errors(seen.slice(0, 3))).toEqual([null, null, 'EINVAL']);
    const { dma, dma32 } = freeOf(seen[5]);
    expect([dma, dma32]).toEqual([2048 - 32, 6144 - 64]);
    expect(seen[3]).not.toEqual(seen[5]);
  });

  it('the last default region that became an area is the default', () => {
    const seen = answers(`profile arm64
bank 0x80000000 32M
cma c0 0x80400000 2M default
cma c1 0x80800000 2M default
cma c2 0x80c00000 2M
device d0 coherent
h0 = alloc_coherent d0 8192`);
    expect(places(seen)).toEqual([0x80860000]);
  });
});

describe('attach and detach', () => {
  it('a detached device is served from the default area again', () => {
    const seen = answers(`${TWO_AREAS}h0 = alloc_coherent own 8192
free h0
detach own
h1 = alloc_coherent own 8192`);
    expect(places([seen[1]!, seen[4]!])).toEqual([0x80800000, 0x80460000]);
  });

  it('an area and a pool at once: the pool answers', () => {
    const seen = answers(`profile arm64
bank 0x80000000 64M
cma c0 0x80400000 4M
pool p0 0x0 64K
device d0 pool c0 pool p0
attach d0
attach d0 index=1
h0 = alloc_coherent d0 8192
h1 = alloc_noncoherent d0 8192
free h0
free h1
census`);
    expect(places(seen.slice(2, 4))).toEqual([0, 0x80400000]);
    expect(freeOf(seen[6])).toMatchObject({ 'cma:c0': 1024, 'pool:p0': 16 });
  });
});

describe('pages in use by others', () => {
  it('pinned pages are stepped over and come back (M-T4)', () => {
    const seen = answers(`profile arm64
bank 0x80000000 64M
cma c0 0x80400000 4M
device d0 coherent pool c0
attach d0
pin c0 1
pin c0 6 pages=2
h0 = alloc_coherent d0 8192
h1 = alloc_coherent d0 8192
census
unpin c0 6
unpin c0 6
unpin c0 6 pages=2
unpin c0 1
unpin c0 7
h2 = alloc_coherent d0 4096
pin c0 0
pin c0 1024
pin c0 1020 pages=5
free h2
free h0
free h1
census`);
    expect(places(seen.slice(3, 5))).toEqual([0x80402000, 0x80404000]);
    expect(freeOf(seen[5])).toMatchObject({ 'cma:c0': 1024 - 3 - 4 });
    expect(errors(seen.slice(6, 11))).toEqual([null, 'EINVAL', 'EINVAL', null, null]);
    expect(places(seen.slice(11, 12))).toEqual([0x80400000]);
    expect(errors(seen.slice(12, 15))).toEqual(['EBUSY', 'EINVAL', 'EINVAL']);
    expect(freeOf(seen[18])).toMatchObject({ 'cma:c0': 1024 });
  });

  it('pages taken by address count as taken; those of areas are for areas alone', () => {
    const seen = answers(`profile arm64
bank 0x80000000 64M
cma c0 0x80400000 4M
device d0 coherent pool c0
attach d0
h0 = alloc_contig 0x80800000 3
h1 = alloc_coherent d0 4096
h2 = alloc_contig 0x80400800 1
h3 = alloc_contig 0x80403000 1
census
write h0 0 4096 0x77
read h0 4095 2
free h0
mmap h0
free_pages h0
free_pages h1
census`);
    expect(errors([seen[1]!, seen[3]!, seen[4]!])).toEqual([null, 'EINVAL', 'EBUSY']);
    expect(places(seen.slice(2, 3))).toEqual([0x80400000]);
    expect(freeOf(seen[5])).toMatchObject({ 'cma:c0': 1024 - 1 });
    expect(seen[7]).toEqual({
      is: 'ok',
      bytes: [
        [0x77, 1],
        [0xa5, 1],
      ],
    });
    expect(seen.slice(8, 12).map(({ is }) => is)).toEqual(['skipped', 'skipped', 'ok', 'skipped']);
    expect(freeOf(seen[12])).toMatchObject({ 'cma:c0': 1024 - 1 });
  });
});

describe('pages for the kernel', () => {
  it('orders, exact sizes and refusals', () => {
    const seen = answers(`profile x86-64
bank 0x0 64M
h0 = alloc_pages 3 zone=dma
h1 = alloc_exact 20480 zone=dma
h2 = alloc_pages 11
h3 = alloc_exact 8M
h4 = alloc_pages 0 zone=dma
census
free_pages h0
free_pages h1
free_pages h4
census`);
    expect(places(seen.slice(0, 5))).toEqual([0, 0x8000, 'none', 'none', 0xd000]);
    expect(freeOf(seen[5])).toEqual({ dma: 4096 - 8 - 5 - 1, dma32: 12288, normal: 0 });
    expect(freeOf(seen[9])).toEqual({ dma: 4096, dma32: 12288, normal: 0 });
  });
});
