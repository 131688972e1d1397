// Goal: the three atomic pools: their size, growth, and which one answers. Method: the formula
// itself, and small arm64 machines through the subject.
import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../contract/text/parse.ts';
import { atomicPoolSize } from '../../sut/dma/pool.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { answers, freeOf, places } from './answers.ts';

const KIB = 1024;
const MIB = 2 ** 20;
const GIB = 2 ** 30;

/** Name, physical address and bytes of every chunk made at boot. */
function chunks(machine: string) {
  const text = `carveout scenario 1\nprofile ${machine}\n`;
  const { booted } = carveoutSubject.boot(parseScenario(text, 'test').machine);
  return (booted.events ?? []).map(({ of, phys, bytes }) => [of, phys, bytes]);
}

describe('size of the atomic pools', () => {
  it('128 KiB per GiB, at least 128 KiB, at most one largest block', () => {
    const sizes = [64 * MIB, 256 * MIB, GIB, 3 * GIB, 32 * GIB, 64 * GIB].map((ram) =>
      atomicPoolSize(ram / 4096, 4096),
    );
    expect(sizes).toEqual([128 * KIB, 128 * KIB, 128 * KIB, 384 * KIB, 4 * MIB, 4 * MIB]);
    // Larger pages: the same share, but larger blocks.
    expect(atomicPoolSize(4096 * (GIB / 65536), 65536)).toBe(512 * MIB);
  });

  it('kernel, dma and dma32 come at boot, in this order, each a power of two of pages', () => {
    // One page is reserved: 3 GiB less a page make a little less than 384 KiB, an order of 7.
    expect(chunks('arm64\nbank 0x80000000 3G\nplain p 0x80000000 4K')).toEqual([
      ['kernel', 0x100000000, 512 * KIB],
      ['dma', 0x80080000, 512 * KIB],
      ['dma32', 0x80100000, 512 * KIB],
    ]);
  });

  it('where ZONE_DMA ends below RAM there is no dma pool, and no memory for dma32', () => {
    const high = 'bank 0x100000000 1G';
    const all = chunks(`arm64\n${high}`).map(([name]) => name);
    expect(all).toEqual(['kernel', 'dma', 'dma32']);
    const some = chunks(`arm64 zone-dma 0xffffffff\n${high}`);
    expect(some).toEqual([['kernel', 0x100000000, 128 * KIB]]);
  });

  it('only the profile that maps coherent memory anew has them', () => {
    expect(chunks('x86-64\nbank 0x0 1G')).toEqual([]);
    expect(chunks('arm-nommu\nbank 0x0 1G')).toEqual([]);
    expect(answers('profile x86-64\nbank 0x0 1G\nrun_work')).toEqual([{ is: 'ok' }]);
  });

  it('a chunk is smaller when nothing of the size is left, down to none', () => {
    // 25 pages: 16 and 8 and 1.
    expect(chunks('arm64\nbank 0x80000000 100K')).toEqual([
      ['kernel', 0x80000000, 64 * KIB],
      ['dma', 0x80010000, 32 * KIB],
      ['dma32', 0x80018000, 4 * KIB],
    ]);
    expect(chunks('arm64\nbank 0x80000000 4K')).toEqual([['kernel', 0x80000000, 4 * KIB]]);
    expect(chunks('arm64\nbank 0x80000000 4K\nplain p 0x80000000 4K')).toEqual([]);
  });
});

describe('memory of the atomic pools', () => {
  const area = (base: string, zone: string) =>
    chunks(`arm64 ${zone}\nbank 0x80000000 1G\nbank 0x140000000 256M\ncma c0 ${base} 4M default`);

  it('comes from the default area, if it lies below the limit of the zone', () => {
    const first = [0x80400000, 0x80440000, 0x80480000];
    expect(area('0x80400000', '').map(([, phys]) => phys)).toEqual(first);
    expect(area('0x80400000', 'zone-dma 0x803fffff').map(([, phys]) => phys)).toEqual([
      0x80400000,
      // ZONE_DMA ends before the area.
      0x80000000, 0x80440000,
    ]);
    expect(area('0x140000000', '').map(([, phys]) => phys)).toEqual([
      0x140000000, 0x80000000, 0x80040000,
    ]);
  });

  it('an area that spans zones is none: its pages are ordinary', () => {
    const split = chunks(
      'arm64 zone-dma 0x805fffff\nbank 0x80000000 1G\ncma c0 0x80400000 4M default',
    );
    expect(split.map(([, phys]) => phys)).toEqual([0x80600000, 0x80400000, 0x80620000]);
  });
});

describe('growth', () => {
  const machine = 'profile arm64\nbank 0x80000000 256M\ndevice d0\ndevice d1 coherent\n';

  it('a pool below its threshold doubles when deferred work runs', () => {
    const seen = answers(`${machine}run_work
h0 = alloc_coherent d0 4096 gfp=atomic
run_work
run_work
h1 = alloc_coherent d0 131072 gfp=atomic
run_work
census
free h0
free h1
census`);
    expect(seen[0]).toEqual({ is: 'ok' });
    expect(seen[2]).toEqual({
      is: 'ok',
      events: [{ event: 'chunk', of: 'dma', phys: 0x80060000, bytes: 131072 }],
    });
    // Enough is free again, and nobody asked.
    expect(seen[3]).toEqual({ is: 'ok' });
    // The newest chunk is asked first.
    expect(places([seen[4]!])).toEqual([0x80060000]);
    expect(seen[5]).toEqual({
      is: 'ok',
      events: [{ event: 'chunk', of: 'dma', phys: 0x80080000, bytes: 262144 }],
    });
    expect(freeOf(seen[6])).toMatchObject({
      'atomic:kernel': 32,
      'atomic:dma': 95,
      'atomic:dma32': 32,
    });
    expect(freeOf(seen[9])).toMatchObject({ 'atomic:dma': 128, 'atomic:kernel': 32 });
  });

  it('a chunk is larger than the threshold, and only what is below it asks for work', () => {
    // 3 GiB less a page: chunks of 128 pages, refilled below 95.
    const seen = answers(`profile arm64
bank 0x80000000 3G
plain p 0x80000000 4K
device d0
h0 = alloc_coherent d0 4096 gfp=atomic
run_work
h1 = alloc_coherent d0 135168 gfp=atomic
run_work
free h1
h2 = alloc_coherent d0 4096 gfp=atomic
run_work`);
    const events = [1, 3, 6].map((i) => seen[i]!.events?.length ?? 0);
    expect(events).toEqual([0, 1, 0]);
  });

  it('grows by nothing when no page is left', () => {
    const seen = answers(`profile arm64
bank 0x80000000 512K
device d0
h0 = alloc_coherent d0 4096 gfp=atomic
h1 = alloc_pages 5
run_work`);
    expect(seen[2]).toEqual({ is: 'ok' });
  });

  it('coherent devices and who may sleep never take from the pools', () => {
    const seen = answers(`${machine}h0 = alloc_coherent d1 4096 gfp=atomic
h1 = alloc_coherent d0 4096
h2 = alloc_noncoherent d0 4096 gfp=atomic
census`);
    expect(freeOf(seen[3])).toMatchObject({
      'atomic:kernel': 32,
      'atomic:dma': 32,
      'atomic:dma32': 32,
    });
  });
});

describe('which pool answers', () => {
  /** Chunks at boot: kernel at 6 GiB, dma at 1 GiB, dma32 at 3 GiB; 128 KiB each. */
  const zones = `profile arm64 zone-dma 0x7fffffff
bank 0x40000000 16M
bank 0xc0000000 16M
bank 0x180000000 16M
`;
  const asked = (device: string, ...sizes: number[]) =>
    places(
      answers(
        `${zones}device d0 ${device}\n${sizes
          .map((size, index) => `h${index} = alloc_coherent d0 ${size} gfp=atomic`)
          .join('\n')}`,
      ),
    );
  const whole = 131072;

  it('no hint: kernel, then dma32, then dma', () => {
    expect(asked('coherent-mask 64', whole, whole, whole, 4096)).toEqual([
      0x180000000,
      0xc0000000,
      0x40000000,
      'none',
    ]);
  });

  it('hint DMA32: dma32, then dma', () => {
    expect(asked('coherent-mask 32', whole, whole, 4096)).toEqual([0xc0000000, 0x40000000, 'none']);
  });

  it('hint DMA: dma and no other', () => {
    expect(asked('coherent-mask 31', whole, 4096)).toEqual([0x40000000, 'none']);
  });

  it('memory out of reach goes back, and the next pool is asked', () => {
    const limited = 'coherent-mask 64 bus-limit 0x17fffffff';
    expect(asked(limited, whole, whole)).toEqual([0xc0000000, 0x40000000]);
    expect(asked('coherent-mask 64 window 0x10000000 0x0 256M', 4096)).toEqual(['none']);
  });

  it('hint DMA without a dma pool: all the others; hint DMA32 without that pool: none', () => {
    const high = (mask: string) =>
      places(
        answers(`profile arm64 zone-dma 0xffffffff
bank 0x100000000 16M
device d0 coherent-mask ${mask} window 0x100000000 0x0 16M
h0 = alloc_coherent d0 4096 gfp=atomic`),
      );
    // The windows end below both limits: the physical limit is unknown, and there is no hint.
    expect(high('32')).toEqual([0x100000000]);
    const low = (mask: string) =>
      places(
        answers(`profile arm64 zone-dma 0xffffffff
bank 0x100000000 16M
device d0 coherent-mask ${mask}
h0 = alloc_coherent d0 4096 gfp=atomic`),
      );
    expect([low('33'), low('32'), low('64')]).toEqual([[0x100000000], ['none'], [0x100000000]]);
    const split = places(
      answers(`profile arm64 zone-dma 0xffff
bank 0x100000000 16M
device d0 coherent-mask 32
h0 = alloc_coherent d0 4096 gfp=atomic`),
    );
    expect(split).toEqual(['none']);
  });

  it('without any pool, what an area of its own gave comes back', () => {
    const seen = answers(`profile arm64
bank 0x80000000 2M
cma c0 0x80000000 2M
device d0 pool c0
attach d0
census
h0 = alloc_coherent d0 8192
free h0
census`);
    expect(seen[1]).toEqual(seen[4]);
    expect(freeOf(seen[1])).toEqual({
      dma: 0,
      'lent:dma': 512,
      dma32: 0,
      normal: 0,
      'cma:c0': 512,
    });
  });

  it('without any pool there is nothing', () => {
    const seen = answers(`profile arm64
bank 0x80000000 4K
plain p 0x80000000 4K
device d0
h0 = alloc_coherent d0 4096 gfp=atomic
h1 = alloc_coherent d0 4096
census`);
    expect(places(seen.slice(0, 2))).toEqual(['none', 'none']);
    expect(seen[2]).toEqual({
      is: 'ok',
      census: [
        ['dma', 0],
        ['dma32', 0],
        ['normal', 0],
      ],
    });
  });
});
