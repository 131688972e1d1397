// Goal: where zones end and which memory the page allocator gets. Method: small machines; zones
// as page frames, memory by the census of a machine that has just booted.
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../contract/text/parse.ts';
import { zonesOf } from '../../sut/mm/zones.ts';
import { answers, freeOf } from './answers.ts';

function zones(machine: string) {
  const { machine: parsed } = parseScenario(`carveout scenario 1\nprofile ${machine}`, 'test');
  return zonesOf(parsed).map(({ name, start, end }) => [name, start, end]);
}

describe('zones', () => {
  it('x86-64: 16 MiB, 4 GiB, the rest', () => {
    expect(zones('x86-64\nbank 0x0 8G')).toEqual([
      ['dma', 0, 4096],
      ['dma32', 4096, 2 ** 20],
      ['normal', 2 ** 20, 2 ** 21],
    ]);
  });

  it('RAM that ends early leaves the higher ones empty', () => {
    expect(zones('x86-64\nbank 0x0 8M')).toEqual([
      ['dma', 0, 2048],
      ['dma32', 2048, 2048],
      ['normal', 2048, 2048],
    ]);
  });

  it('arm64: DMA32 is what is left between the limits, usually nothing', () => {
    expect(zones('arm64\nbank 0x80000000 4G')).toEqual([
      ['dma', 0, 2 ** 20],
      ['dma32', 2 ** 20, 2 ** 20],
      ['normal', 2 ** 20, 0x180000],
    ]);
    expect(zones('arm64 zone-dma 0x3fffffff\nbank 0x0 8G').map(([, , end]) => end)).toEqual([
      2 ** 18,
      2 ** 20,
      2 ** 21,
    ]);
  });

  it('a limit above 4 GiB moves the end of DMA32 along', () => {
    expect(zones('arm64 zone-dma 0x17fffffff\nbank 0x0 8G').map(([, , end]) => end)).toEqual([
      0x180000,
      0x180000,
      2 ** 21,
    ]);
  });

  it('a limit inside a page leaves the page to the next zone; no limit leaves nothing', () => {
    expect(zones('arm64 page 64K zone-dma 0x8001ffff\nbank 0x80000000 1M')[0]).toEqual([
      'dma',
      0,
      0x8002,
    ]);
    expect(zones('arm64 page 64K zone-dma 0x80020000\nbank 0x80000000 1M')[0]).toEqual([
      'dma',
      0,
      0x8002,
    ]);
    expect(zones('arm64 zone-dma unlimited\nbank 0x80000000 1M')[0]).toEqual(['dma', 0, 0x80100]);
    expect(zones('arm64 zone-dma 0\nbank 0x80000000 1M')[0]).toEqual(['dma', 0, 0]);
  });

  it('arm-nommu has no DMA32', () => {
    expect(zones('arm-nommu\nbank 0x80000000 4G')).toEqual([
      ['dma', 0, 2 ** 20],
      ['normal', 2 ** 20, 0x180000],
    ]);
  });
});

describe('memory of the page allocator', () => {
  const pages = (machine: string) => freeOf(answers(`profile ${machine}\ncensus`)[0])['dma'];

  it('is what regions leave, in whole pages', () => {
    // 1 MiB without two part pages, without a page, and without nothing.
    expect(pages('arm-nommu\nbank 0x0 1M\nplain p 0x1800 0x1000')).toBe(254);
    expect(pages('arm-nommu\nbank 0x0 1M\nplain p 0x1000 0x1000')).toBe(255);
    expect(pages('arm-nommu\nbank 0x0 1M\nplain p 0x1000 0x1000 disabled')).toBe(256);
    expect(pages('arm-nommu\nbank 0x0 1M\nplain p 0x1000 0')).toBe(256);
    expect(pages('arm-nommu\nbank 0x0 1M\nplain p 0x200000 1M')).toBe(256);
  });

  it('a no-map region takes its memory away, unless another reserved it before', () => {
    expect(pages('arm-nommu\nbank 0x0 1M\npool p 0x1000 0x2000 no-map')).toBe(254);
    const both = 'plain q 0x1000 0x1000\npool p 0x1000 0x2000 no-map';
    // The mapping stays, and with it the second page of the region is ordinary memory.
    expect(pages(`arm-nommu\nbank 0x0 1M\n${both}`)).toBe(255);
  });

  it('overlapping banks and regions count once', () => {
    const banks = 'bank 0x0 1M\nbank 0x80000 1M';
    expect(pages(`arm-nommu\n${banks}\nplain p 0x1000 8K\nplain q 0x2000 8K`)).toBe(384 - 3);
  });
});
