// Goal: where coherent memory comes from, rung by rung. Method: V-C and the traps C-T1 to C-T9
// through the subject, with the free memory of each zone chosen by taking the rest.
import { describe, expect, it } from 'vitest';
import { answers, freeOf, places } from './answers.ts';

const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** The last answer on x86-64 with 8 GiB of RAM, as a physical address. */
function place(device: string, ...ops: string[]) {
  return places(answers(`profile x86-64\nbank 0x0 8G\ndevice d0 ${device}\n${ops.join('\n')}`)).at(
    -1,
  );
}

/** Takes [start, end) bytes. */
const take = (label: string, start: number, end: number) =>
  `${label} = alloc_contig 0x${start.toString(16)} ${(end - start) / 4096}`;
const ALLOC = 'h9 = alloc_coherent d0 4096';

describe('V-C (ladder), x86-64 with identity windows and 8 GiB', () => {
  it('limit 2^64-1: no hint, any page will do', () => {
    expect(place('coherent-mask 64', ALLOC)).toBe(4 * GIB);
    expect(place('coherent-mask 64', take('h0', 4 * GIB, 8 * GIB), ALLOC)).toBe(16 * MIB);
  });

  it('limit 2^32-1: hint DMA32', () => {
    expect(place('coherent-mask 32', ALLOC)).toBe(16 * MIB);
    // Without the hint, what ZONE_DMA32 keeps in reserve would be out of bounds.
    const reserve = `profile x86-64 lowmem-reserve
bank 0x1000000 64K
bank 0x100000000 1G
device d0 coherent-mask 32
device d1 coherent-mask 33
h0 = alloc_contig 0x100000000 262144
h1 = alloc_coherent d1 4096
h2 = alloc_coherent d0 4096`;
    expect(places(answers(reserve)).slice(-2)).toEqual(['none', 16 * MIB]);
  });

  it('limit 2^31-1: hint DMA32; a page at 0x9000_0000 is out of reach, and DMA is next', () => {
    expect(place('coherent-mask 31', ALLOC)).toBe(16 * MIB);
    expect(place('coherent-mask 31', take('h0', 16 * MIB, 0x90000000), ALLOC)).toBe(0);
  });

  it('limit 2^24-1: hint DMA', () => {
    expect(place('coherent-mask 24', ALLOC)).toBe(0);
    expect(place('coherent-mask 24', take('h0', 0, 16 * MIB), ALLOC)).toBe('none');
  });

  it('limit 2^23-1: hint DMA; a page from 8 MiB on is out of reach, and nothing is next', () => {
    expect(place('coherent-mask 23', ALLOC)).toBe(0);
    expect(place('coherent-mask 23', take('h0', 0, 8 * MIB), ALLOC)).toBe('none');
  });

  it('limit of 5 GiB: no hint; a page at 6 GiB is out of reach, and DMA32 is next', () => {
    const limited = `coherent-mask 64 bus-limit ${5 * GIB - 1}`;
    expect(place(limited, ALLOC)).toBe(4 * GIB);
    expect(place(limited, take('h0', 4 * GIB, 6 * GIB), ALLOC)).toBe(16 * MIB);
  });

  it('arm64 with a zone_dma_limit of 2^32-1: limit 2^32-1 means hint DMA, not DMA32', () => {
    const seen = answers(`profile arm64 zone-dma ${2 * GIB - 1}
bank 0x0 4G
device low coherent coherent-mask 31
device high coherent coherent-mask 32
h0 = alloc_coherent high 4096
h1 = alloc_coherent low 4096
census`);
    // Atomic pools took the first memory of each zone.
    expect(places(seen.slice(0, 2))).toEqual([2 * GIB + MIB, MIB / 2]);
    const one = answers(`profile arm64
bank 0x0 6G
device d0 coherent coherent-mask 32
h0 = alloc_coherent d0 4096
census`);
    expect(freeOf(one[1])['dma32']).toBe(0);
    expect(places(one.slice(0, 1))).toEqual([2 * MIB]);
  });
});

describe('traps of the ladder, kept as they are', () => {
  it('C-T1: the next rung is DMA, although DMA32 has memory within reach', () => {
    const taken = [
      take('h0', 0, 16 * MIB),
      take('h1', 16 * MIB, GIB),
      take('h2', GIB, 2 * GIB),
      take('h3', 2 * GIB, 4 * GIB),
    ];
    const free = ['free_pages h2', 'free_pages h3'];
    expect(place('coherent-mask 31', ...taken, ...free, ALLOC)).toBe('none');
    expect(place('coherent-mask 31', ...taken, 'free_pages h2', ALLOC)).toBeLessThan(2 * GIB);
  });

  it('C-T2: a rung without a page ends the ladder; no zone below had one either', () => {
    const all = [
      take('h0', 0, 16 * MIB),
      take('h1', 16 * MIB, 4 * GIB),
      take('h2', 4 * GIB, 8 * GIB),
    ];
    expect(place('coherent-mask 64', ...all, ALLOC)).toBe('none');
    expect(place('coherent-mask 64', ...all, 'free_pages h0', ALLOC)).toBeLessThan(16 * MIB);
  });

  it('C-T3: a limit outside every window passes DMA32 over', () => {
    const windowed = 'window 0x0 0x0 4G coherent-mask';
    expect(place(`${windowed} 64`, ALLOC)).toBe(0);
    const noDma = take('h0', 0, 16 * MIB);
    expect(place(`${windowed} 64`, noDma, ALLOC)).toBe('none');
    expect(place(`${windowed} 32`, noDma, ALLOC)).toBe(16 * MIB);
  });

  it('C-T4: nothing is below the DMA hint', () => {
    const ops = [
      take('h0', 0, 8 * MIB),
      take('h1', 8 * MIB, 16 * MIB),
      'free_pages h0',
      'free_pages h1',
    ];
    // Freed last, the upper half is handed out first.
    expect(place('coherent-mask 23', ...ops, ALLOC)).toBe('none');
  });

  it('C-T5: without a kernel mapping the global pool is not asked', () => {
    const seen = answers(`profile arm-nommu
bank 0x80000000 1G
pool p0 0xa0000000 1M no-map default
device d0
h0 = alloc_coherent d0 4096 attrs=no-kernel-mapping
h1 = alloc_coherent d0 4096
free h0
free h1
census`);
    expect(places(seen.slice(0, 2))).toEqual([0xa0100000, 0xa0000000]);
    expect(seen[0]).toEqual({ is: 'ok', phys: 0xa0100000, handle: 0xa0100000 });
    expect(freeOf(seen[4])).toEqual({ dma: 0x3ff00, normal: 0, 'pool:p0': 256 });
  });

  it('arm-nommu has no DMA32: the rung below NORMAL is DMA', () => {
    const seen = answers(`profile arm-nommu
bank 0x80000000 4G
device d0 coherent coherent-mask 0x1000007ff
device d1 coherent coherent-mask 33
h0 = alloc_coherent d0 4096
h1 = alloc_coherent d1 4096`);
    expect(places(seen)).toEqual([0x80000000, 0x100000000]);
  });
});

describe('what is cleared, and what the CPU sees', () => {
  it('C-T6: memory without a mapping is not cleared and has no CPU view', () => {
    const seen = answers(`profile x86-64
bank 0x0 1G
device d0
h0 = alloc_pages 0 zone=dma32
write h0 0 4096 0x5a
free_pages h0
h1 = alloc_coherent d0 4096 attrs=no-kernel-mapping
read h1 0 16
write h1 0 16 0x11
mmap h1
free h1
h2 = alloc_pages 0 zone=dma32
read h2 0 4096`);
    expect(places([seen[0]!, seen[3]!, seen[8]!])).toEqual([16 * MIB, 16 * MIB, 16 * MIB]);
    expect(seen.slice(4, 6)).toEqual([{ is: 'skipped' }, { is: 'skipped' }]);
    expect(seen[6]).toEqual({ is: 'ok', pfn: 4096 });
    expect(seen[9]).toEqual({ is: 'ok', bytes: [[0x5a, 4096]] });
  });

  it('C-T9: a pool clears the bytes asked for, pages are cleared to their end', () => {
    const seen = answers(`profile arm64
bank 0x80000000 1G
pool p0 0x0 1M
device pooled pool p0
device plain
attach pooled
h0 = alloc_coherent pooled 100
h1 = alloc_coherent plain 100
h2 = alloc_coherent plain 100 gfp=atomic
h3 = alloc_noncoherent plain 100
read h0 0 4096
read h1 0 4096
read h2 0 4096
read h3 0 4096`);
    expect(seen.slice(5)).toEqual([
      {
        is: 'ok',
        bytes: [
          [0, 100],
          [0xa5, 3996],
        ],
      },
      { is: 'ok', bytes: [[0, 4096]] },
      { is: 'ok', bytes: [[0, 4096]] },
      { is: 'ok', bytes: [[0, 4096]] },
    ]);
  });

  it('size 0 is refused by every source', () => {
    const seen = answers(`profile arm64
bank 0x80000000 1G
restricted r0 0x90000000 1M
device d0
device slots pool r0
attach slots
h0 = alloc_coherent d0 0
h1 = alloc_coherent d0 0 gfp=atomic
h2 = alloc_noncoherent d0 0
h3 = alloc_coherent slots 0
h4 = alloc_coherent d0 0 attrs=no-kernel-mapping`);
    expect(places(seen.slice(1))).toEqual(['none', 'none', 'none', 'none', 'none']);
  });
});
