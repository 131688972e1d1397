// Goal: answers no program can ask for through the operations. Method: the functions themselves.
import { describe, expect, it } from 'vitest';
import { PROFILES } from '../../contract/machine.ts';
import { UNLIMITED } from '../../contract/numbers.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import type { Device } from '../../sut/device.ts';
import { dmaInitCoherentMemory, dmaMmapFromPool } from '../../sut/dma/coherent.ts';
import { DMA_MAPPING_ERROR, dmaCapable, dmaDirectAllRamMapped } from '../../sut/dma/direct.ts';
import { memoryOf } from '../../sut/memory.ts';
import { carveoutSubject } from '../../sut/subject.ts';

const { machine } = parseScenario(
  'carveout scenario 1\nprofile arm64\nbank 0x80000000 1G\npool p0 0x20000000 64K\n' +
    'device d0 pool p0\nattach d0\nh0 = alloc_coherent d0 8192\n',
  'kernel',
);
const memory = memoryOf(machine);
const device: Device = {
  name: 'd0',
  dmaMask: 2 ** 32 - 1,
  coherentDmaMask: 2 ** 32 - 1,
  busDmaLimit: 0,
  dmaRangeMap: null,
  dmaMem: null,
  cmaArea: null,
  dmaIoTlbMem: null,
  dmaIoTlbPools: [],
  dmaUsesIoTlb: false,
  dmaSkipSync: false,
  liveBounces: 0,
  dmaCoherent: false,
  iommu: null,
  segmentBoundary: UNLIMITED,
  minAlign: 0,
  memoryRegion: [],
};

function pool() {
  const mem = dmaInitCoherentMemory(memory, 0x20000000, 0x20000000, 0x10000, true);
  if (typeof mem === 'string') throw new Error(mem);
  return mem;
}

describe('the kernel side', () => {
  it('DMA_MAPPING_ERROR is within no limit', () => {
    expect(dmaCapable(device, DMA_MAPPING_ERROR, 1)).toBe(false);
    expect(dmaCapable(device, 2 ** 32 - 1, 1)).toBe(true);
  });

  it('a pool maps only what it holds whole', () => {
    const mem = pool();
    expect(dmaMmapFromPool(memory, mem, mem.virtBase, 0x10000, 0, 16)).toBe(0x20000);
    expect(dmaMmapFromPool(memory, mem, mem.virtBase + 0x1000, 0x10000, 0, 1)).toBe('ENXIO');
    expect(dmaMmapFromPool(memory, mem, mem.virtBase - 1, 1, 0, 1)).toBeNull();
    expect(dmaMmapFromPool(memory, null, mem.virtBase, 1, 0, 1)).toBeNull();
  });

  it('a mapping that is gone has no memory behind it, its neighbours have', () => {
    const first = pool();
    const second = pool();
    memory.resources.memunmap(first.virtBase);
    expect(() => memory.resources.virtToPhys(first.virtBase)).toThrow('no mapping');
    expect(memory.resources.virtToPhys(second.virtBase + 5)).toBe(0x20000005);
    expect(() => memory.resources.virtToPhys(second.virtBase - 1)).toThrow('no mapping');
    // Running off the end of a mapping reaches nothing.
    expect(() => memory.resources.virtToPhys(second.virtBase + 0x10000)).toThrow('no mapping');
  });

  it('windows under a page end the table of the RAM walk', () => {
    const windows = [
      { cpu: 0, dma: 0, size: 4095 },
      { cpu: 0x80000000, dma: 0, size: 2 ** 30 },
    ];
    const walk = (map: typeof windows) =>
      dmaDirectAllRamMapped({ ...device, dmaRangeMap: map }, machine, memory.resources);
    expect([walk(windows), walk(windows.slice(1))]).toEqual([false, true]);
  });

  it('the subject describes its pools', () => {
    const scenario = parseScenario(
      'carveout scenario 1\nprofile arm64\nbank 0x80000000 1G\npool p0 0x0 64K\n' +
        'device d0 pool p0\nattach d0\nh0 = alloc_coherent d0 8192\n',
      'described',
    );
    const session = carveoutSubject.boot(scenario.machine);
    expect(session.describe?.()).toEqual([]);
    for (const op of scenario.program) session.apply(op);
    expect(session.describe?.()).toEqual(['p0: 2 of 16 pages taken']);
    expect(session.apply({ op: 'free', buffer: 7, via: -1 })).toEqual({ is: 'skipped' });
  });

  it('every profile has the defaults machines are made of', () => {
    for (const profile of Object.values(PROFILES)) {
      expect(profile.pageSizes[0]).toBe(4096);
      expect(profile.cacheLine).toBeGreaterThan(0);
    }
  });
});
