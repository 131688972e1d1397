// Goal: a buffer goes back where it came from, by whoever shares its source; and pages of every
// source can be mapped for a process. Method: through the subject; a census before and after.
import { describe, expect, it } from 'vitest';
import { answers, freeOf } from './answers.ts';

const ARM64 = `profile arm64
bank 0x80000000 64M
cma c0 0x80400000 4M default
pool p0 0x0 64K
device plain
device snoops coherent
device pooled pool p0
device shifted window 0x80000000 0x0 64M
attach pooled
`;

/** Does freeing through `via` restore what was free before? */
function comesBack(machine: string, alloc: string, via: string): boolean {
  const seen = answers(`${machine}census\nh0 = ${alloc}\ncensus\nfree h0${via}\ncensus`).slice(-5);
  expect(seen[1]!.is).toBe('ok');
  expect(seen[2]).not.toEqual(seen[0]);
  expect(seen[3]).toEqual({ is: 'ok' });
  return JSON.stringify(freeOf(seen[4])) === JSON.stringify(freeOf(seen[0]));
}

describe('free', () => {
  const allocs = [
    'alloc_coherent plain 20480',
    'alloc_coherent plain 4096',
    'alloc_coherent plain 20480 gfp=atomic',
    'alloc_coherent snoops 20480',
    'alloc_coherent snoops 20480 gfp=atomic',
    'alloc_coherent shifted 20480',
    'alloc_coherent pooled 20480',
    'alloc_coherent plain 20480 attrs=no-kernel-mapping',
    'alloc_coherent plain 4096 attrs=no-kernel-mapping',
    'alloc_noncoherent plain 20480',
    'alloc_noncoherent pooled 4096',
  ];
  for (const alloc of allocs) {
    it(`${alloc} comes back`, () => {
      expect(comesBack(ARM64, alloc, '')).toBe(true);
    });
  }

  it('by another device: what it is itself does not matter', () => {
    expect(comesBack(ARM64, 'alloc_coherent plain 20480', ' via=snoops')).toBe(true);
    expect(comesBack(ARM64, 'alloc_coherent plain 20480 gfp=atomic', ' via=snoops')).toBe(true);
    expect(comesBack(ARM64, 'alloc_coherent snoops 20480', ' via=plain')).toBe(true);
    expect(comesBack(ARM64, 'alloc_noncoherent plain 20480', ' via=shifted')).toBe(true);
  });

  it('of the global pool', () => {
    const nommu = `profile arm-nommu
bank 0x80000000 64M
pool p0 0x81000000 1M no-map default
device d0
device d1
`;
    expect(comesBack(nommu, 'alloc_coherent d0 20480', ' via=d1')).toBe(true);
    const none = 'profile arm-nommu\nbank 0x80000000 64M\ndevice d0\nh0 = alloc_coherent d0 1';
    expect(answers(none)).toEqual([{ is: 'none' }]);
  });

  it('of a pool the device declared', () => {
    const seen = answers(`${ARM64}declare plain 0x10000000 0x0 64K
h0 = alloc_coherent plain 20480
census
free h0
census
release plain
census`).slice(1);
    const free = [2, 4, 6].map((i) => freeOf(seen[i])['declared:plain']);
    expect(free).toEqual([8, 16, undefined]);
  });

  it('what has another kind of label is skipped', () => {
    const seen = answers(`${ARM64}h0 = alloc_pages 0
h1 = alloc_coherent plain 1
free h0
free_pages h1
mmap h0`).slice(3);
    expect(seen.map(({ is }) => is)).toEqual(['skipped', 'skipped', 'skipped']);
  });
});

describe('mmap', () => {
  const pfns = (alloc: string, ...options: string[]) => {
    const maps = options.map((option) => `mmap h0 ${option}`).join('\n');
    const seen = answers(`${ARM64}h0 = ${alloc}\n${maps}`).slice(1);
    const [got, ...rest] = seen;
    const first = got?.is === 'ok' ? got.phys! / 4096 : -1;
    return rest.map((outcome) => {
      if (outcome.is === 'error') return outcome.errno;
      return outcome.is === 'ok' ? outcome.pfn! - first : outcome.is;
    });
  };
  const options = ['', 'offset=1 pages=2', 'offset=1 pages=3', 'offset=3', 'size=1 pages=2'];
  const expected = [0, 1, 'ENXIO', 'ENXIO', 'ENXIO'];

  for (const alloc of [
    'alloc_coherent plain 12288',
    'alloc_coherent plain 12288 gfp=atomic',
    'alloc_coherent shifted 12288',
    'alloc_coherent pooled 12288',
    'alloc_coherent plain 12288 attrs=no-kernel-mapping',
    'alloc_noncoherent shifted 12288',
  ]) {
    it(`pages of ${alloc}`, () => {
      expect(pfns(alloc, ...options)).toEqual(expected);
    });
  }

  it('a claimed size past the pool is refused', () => {
    expect(pfns('alloc_coherent pooled 12288', 'size=128K pages=20')).toEqual(['ENXIO']);
  });

  it('a handle that no window has any more names no page', () => {
    const seen = answers(`${ARM64}h0 = alloc_coherent plain 4096
set_offset plain 0x10000000 0x0 1M
mmap h0`).slice(3);
    expect(seen).toEqual([{ is: 'error', errno: 'ENXIO' }]);
  });
});

describe('who is not served', () => {
  it('devices behind an IOMMU, unless they have a pool', () => {
    const seen = answers(`profile arm64
bank 0x80000000 64M
pool p0 0x0 64K
device d0 iommu 4K 0x1000 0xffffffff pool p0
h0 = alloc_coherent d0 4096
h1 = alloc_noncoherent d0 4096
attach d0
h2 = alloc_coherent d0 4096
h3 = alloc_noncoherent d0 4096`);
    expect(seen.map(({ is }) => is)).toEqual(['skipped', 'skipped', 'ok', 'ok', 'skipped']);
  });

  it('non-coherent pages for a device whose coherent mask is 0', () => {
    const seen = answers(`profile arm64
bank 0x80000000 64M
device d0 mask 32 coherent-mask 0 bus-limit 0xffffffff
h0 = alloc_coherent d0 4096
h1 = alloc_noncoherent d0 4096`);
    expect(seen.map(({ is }) => is)).toEqual(['ok', 'none']);
  });
});
