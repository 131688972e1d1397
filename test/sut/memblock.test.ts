/** Where booting puts the bounce pool: as kernel logs of real machines say. */
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../contract/text/parse.ts';
import { carveoutSubject } from '../../sut/subject.ts';

/** Physical address and bytes, or null. */
function bouncePool(text: string): readonly [number | undefined, number] | null {
  const { machine } = parseScenario(`carveout scenario 1\n${text}`, 'test');
  const { events = [] } = carveoutSubject.boot(machine).booted;
  const pool = events.find(({ event }) => event === 'bounce-pool');
  return pool === undefined ? null : [pool.phys, pool.bytes];
}

const MIB_64 = 0x4000000;

describe('the bounce pool', () => {
  it('leaves the last page of low memory', () => {
    // "software IO TLB: mapped [mem 0xfbfff000-0xfffff000] (64MB)": the limit is taken for an end.
    const ram = 'bank 0x40000000 8G\nswiotlb slots 32768';
    expect(bouncePool(`profile arm64\n${ram}`)).toEqual([0xfbfff000, MIB_64]);
    expect(bouncePool(`profile x86-64\n${ram}`)).toEqual([0xfbfff000, MIB_64]);
  });

  it('ends with ZONE_DMA on arm64', () => {
    // A Raspberry Pi 4, whose buses reach 1 GiB: [mem 0x37400000-0x3b400000] below its CMA area.
    const pi = 'profile arm64 zone-dma 0x3fffffff\nbank 0x0 4032M';
    const cma = 'cma c0 0x3b400000 76M default';
    expect(bouncePool(`${pi}\n${cma}\nswiotlb slots 32768`)).toEqual([0x37400000, MIB_64]);
  });

  it('ends with RAM, where that ends first', () => {
    // "[mem 0x3bfff000-0x3ffff000]" on a board with 1 GiB; elsewhere the limit is 4 GiB anyway.
    const ram = 'bank 0x0 1G\nswiotlb slots 32768';
    expect(bouncePool(`profile arm64\n${ram}`)).toEqual([0x3bfff000, MIB_64]);
    expect(bouncePool(`profile x86-64\n${ram}`)).toEqual([0x3c000000, MIB_64]);
  });

  it('lies above 4 GiB where all RAM does, on arm64 only', () => {
    // There ZONE_DMA is all memory; elsewhere nothing is low.
    const ram = 'bank 0x800000000 1G\nswiotlb slots 512';
    expect(bouncePool(`profile arm64\n${ram}`)).toEqual([0x83feff000, 0x100000]);
    expect(bouncePool(`profile x86-64\n${ram}`)).toBeNull();
  });

  it('has no part of page 0, and half the size where it finds no room', () => {
    // 2 MiB of low memory from address 0: 2 MiB cannot be, 1 MiB can.
    const ram = 'profile arm64 zone-dma 0x1fffff\nbank 0x0 4M\nswiotlb slots 1024';
    expect(bouncePool(ram)).toEqual([0xff000, 0x100000]);
  });
});
