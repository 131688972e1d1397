/**
 * Goal: the hardware alone shows why streaming mappings need cache maintenance, and what each step
 * of a mapping guarantees to a device that does not snoop and is not bounced. Method: the few calls
 * the kernel makes on arm64 for each step and direction, and programs of CPU and device around
 * them; without the step, the stale byte must show.
 */
import { describe, expect, test } from 'vitest';
import { Hardware } from '../../hardware/hardware.ts';
import { DIRT } from '../../hardware/ram.ts';

const LINE = 64;
const BUFFER = 2 ** 31;
const SIZE = 4 * LINE;
const [OLD, NEW, DEVICE, NEIGHBOUR] = [1, 2, 3, 4] as const;

type Direction = 'TO' | 'FROM' | 'BIDI';
const DIRECTIONS: readonly Direction[] = ['TO', 'FROM', 'BIDI'];
const TO_CPU = ['FROM', 'BIDI'] as const;

/** A machine, a buffer in it, and what the CPU, the device and the DMA layer do to that buffer. */
class Scene {
  readonly hardware = new Hardware(LINE);
  readonly start: number;
  readonly size: number;

  constructor(start = BUFFER, size = SIZE) {
    this.start = start;
    this.size = size;
  }

  cpuFills(value: number) {
    this.hardware.cache.fill(this.start, this.size, value);
  }

  get cpuSees(): string {
    return this.hardware.cache.read(this.start, this.size).join(' ');
  }

  deviceFills(value: number) {
    this.hardware.bus.fill(this.start, this.size, value, false);
  }

  get deviceSees(): string {
    return this.hardware.bus.read(this.start, this.size, false).join(' ');
  }

  /** Lines leave on their own. */
  pressure() {
    this.hardware.cache.evict(this.start, this.size);
  }

  /** Lines arrive on their own. */
  speculation() {
    this.hardware.cache.prefetch(this.start, this.size);
  }

  /** At map and at sync for device. arch/arm64/mm/dma-mapping.c:arch_sync_dma_for_device. */
  forDevice(_: Direction) {
    this.hardware.cache.clean(this.start, this.size);
  }

  /** At sync for CPU and at unmap. arch/arm64/mm/dma-mapping.c:arch_sync_dma_for_cpu. */
  forCpu(direction: Direction) {
    if (direction !== 'TO') this.hardware.cache.invalidate(this.start, this.size);
  }
}

const all = (value: number, size = SIZE) => `${value},${size}`;

describe('map and sync for device', () => {
  test.each(DIRECTIONS)(
    '%s: the device sees what the CPU stored before, not after',
    (direction) => {
      const scene = new Scene();
      scene.cpuFills(OLD);
      expect(scene.deviceSees).toBe(all(DIRT));
      scene.forDevice(direction);
      expect(scene.deviceSees).toBe(all(OLD));
      scene.cpuFills(NEW);
      expect(scene.deviceSees).toBe(all(OLD));
      scene.forDevice(direction);
      expect(scene.deviceSees).toBe(all(NEW));
    },
  );

  test('a store between map and sync: the device may see either', () => {
    const scene = new Scene();
    scene.cpuFills(OLD);
    scene.forDevice('TO');
    scene.cpuFills(NEW);
    expect(scene.deviceSees).toBe(all(OLD));
    scene.pressure();
    expect(scene.deviceSees).toBe(all(NEW));
  });

  test.each(DIRECTIONS)('%s: lines stay valid, the CPU loses nothing', (direction) => {
    const scene = new Scene();
    scene.cpuFills(OLD);
    scene.forDevice(direction);
    expect(scene.cpuSees).toBe(all(OLD));
    expect(scene.hardware.cache.isValid(BUFFER)).toBe(true);
    expect(scene.hardware.cache.isDirty(BUFFER)).toBe(false);
  });

  test('FROM: bytes the device leaves alone keep what the CPU stored', () => {
    const scene = new Scene();
    scene.cpuFills(OLD);
    scene.forDevice('FROM');
    scene.hardware.bus.fill(BUFFER, LINE, DEVICE, false);
    scene.forCpu('FROM');
    expect(scene.cpuSees).toBe(`${DEVICE},${LINE} ${OLD},${SIZE - LINE}`);
  });

  test('FROM without it: what the device wrote is overwritten by a line that leaves', () => {
    const scene = new Scene();
    scene.cpuFills(OLD);
    scene.deviceFills(DEVICE);
    scene.pressure();
    scene.forCpu('FROM');
    expect(scene.cpuSees).toBe(all(OLD));
  });

  test('SKIP_CPU_SYNC at map: the device sees what an earlier map wrote back', () => {
    const scene = new Scene();
    scene.cpuFills(OLD);
    scene.forDevice('TO');
    scene.cpuFills(NEW);
    expect(scene.deviceSees).toBe(all(OLD));
  });
});

describe('sync for CPU and unmap', () => {
  test.each(TO_CPU)('%s: the CPU sees what the device wrote', (direction) => {
    const scene = new Scene();
    scene.cpuFills(OLD);
    scene.forDevice(direction);
    scene.deviceFills(DEVICE);
    expect(scene.cpuSees).toBe(all(OLD));
    scene.forCpu(direction);
    expect(scene.cpuSees).toBe(all(DEVICE));
  });

  test.each(TO_CPU)('%s: also after a speculative fill during the transfer', (direction) => {
    const scene = new Scene();
    scene.forDevice(direction);
    scene.speculation();
    scene.deviceFills(DEVICE);
    expect(scene.cpuSees).toBe(all(DIRT));
    scene.forCpu(direction);
    expect(scene.cpuSees).toBe(all(DEVICE));
  });

  test('SKIP_CPU_SYNC at unmap: seen only where no line was held', () => {
    const scene = new Scene();
    scene.forDevice('FROM');
    scene.hardware.cache.prefetch(BUFFER, LINE);
    scene.deviceFills(DEVICE);
    expect(scene.cpuSees).toBe(`${DIRT},${LINE} ${DEVICE},${SIZE - LINE}`);
  });

  test('TO: nothing happens, so a device that wrote all the same is not seen', () => {
    const scene = new Scene();
    scene.cpuFills(OLD);
    scene.forDevice('TO');
    scene.deviceFills(DEVICE);
    scene.forCpu('TO');
    expect(scene.cpuSees).toBe(all(OLD));
    scene.pressure();
    expect(scene.cpuSees).toBe(all(DEVICE));
  });

  test.each(TO_CPU)('%s: a store while the device owned the buffer is lost', (direction) => {
    const scene = new Scene();
    scene.cpuFills(OLD);
    scene.forDevice(direction);
    scene.cpuFills(NEW);
    scene.forCpu(direction);
    expect(scene.cpuSees).toBe(all(OLD));
  });

  test('BIDI: there and back, and there again', () => {
    const scene = new Scene();
    scene.cpuFills(OLD);
    scene.forDevice('BIDI');
    expect(scene.deviceSees).toBe(all(OLD));
    scene.deviceFills(DEVICE);
    scene.forCpu('BIDI');
    expect(scene.cpuSees).toBe(all(DEVICE));
    scene.cpuFills(NEW);
    scene.forDevice('BIDI');
    expect(scene.deviceSees).toBe(all(NEW));
  });
});

describe('a line shared with a neighbour', () => {
  const HALF = LINE / 2;
  /** A buffer from the middle of a line on; the first half of that line is the neighbour's. */
  const shared = () => {
    const scene = new Scene(BUFFER + HALF, LINE);
    const { cache } = scene.hardware;
    const neighbour = () => cache.read(BUFFER, HALF).join(' ');
    return { scene, cache, neighbour };
  };

  test('the neighbour keeps a store from before the map', () => {
    const { scene, cache, neighbour } = shared();
    cache.fill(BUFFER, HALF, NEIGHBOUR);
    scene.forDevice('FROM');
    scene.deviceFills(DEVICE);
    scene.forCpu('FROM');
    expect(scene.cpuSees).toBe(all(DEVICE, LINE));
    expect(neighbour()).toBe(all(NEIGHBOUR, HALF));
  });

  test('a store of the neighbour during the transfer survives, bytes of the device do not', () => {
    const { scene, cache, neighbour } = shared();
    scene.cpuFills(OLD);
    scene.forDevice('FROM');
    cache.fill(BUFFER, 1, NEIGHBOUR);
    scene.deviceFills(DEVICE);
    scene.forCpu('FROM');
    expect(neighbour()).toBe(`${NEIGHBOUR},1 ${DIRT},${HALF - 1}`);
    expect(scene.cpuSees).toBe(`${OLD},${HALF} ${DEVICE},${HALF}`);
  });

  test('a load of the neighbour is enough for a line that unmap must drop', () => {
    const { scene, neighbour } = shared();
    scene.forDevice('FROM');
    neighbour();
    scene.deviceFills(DEVICE);
    expect(scene.cpuSees).toBe(`${DIRT},${HALF} ${DEVICE},${HALF}`);
    scene.forCpu('FROM');
    expect(scene.cpuSees).toBe(all(DEVICE, LINE));
  });

  test('two buffers in one line: the unmap of one loses what another device wrote', () => {
    const { scene, cache } = shared();
    const other = { start: BUFFER, size: HALF };
    const { bus } = scene.hardware;
    scene.forDevice('FROM');
    cache.fill(scene.start, 1, NEW);
    bus.fill(other.start, other.size, DEVICE, false);
    scene.forCpu('FROM');
    cache.invalidate(other.start, other.size);
    expect(cache.read(other.start, other.size).join(' ')).toBe(all(DIRT, HALF));
  });
});

describe('what needs none of it', () => {
  test('a device that snoops', () => {
    const { cache, bus } = new Hardware(LINE);
    cache.fill(BUFFER, SIZE, OLD);
    expect(bus.read(BUFFER, SIZE, true).join(' ')).toBe(all(OLD));
    expect(cache.isDirty(BUFFER)).toBe(true);
    bus.fill(BUFFER + 1, SIZE - 2, DEVICE, true);
    expect(cache.read(BUFFER, SIZE).join(' ')).toBe(`${OLD},1 ${DEVICE},${SIZE - 2} ${OLD},1`);
  });

  test('an uncached view of memory whose linear alias was cleaned and dropped', () => {
    const { cache, bus, views } = new Hardware(LINE);
    cache.fill(BUFFER, SIZE, OLD);
    views.beginUncached(BUFFER, SIZE);
    expect(views.uncached.read(BUFFER, SIZE).join(' ')).toBe(all(OLD));
    views.uncached.fill(BUFFER, SIZE, NEW);
    cache.evict(BUFFER, SIZE);
    expect(bus.read(BUFFER, SIZE, false).join(' ')).toBe(all(NEW));
  });

  test('not so when it was left alone: a line comes back over what the view stored', () => {
    const { cache, bus, views } = new Hardware(LINE);
    cache.fill(BUFFER, SIZE, OLD);
    expect(views.uncached.read(BUFFER, SIZE).join(' ')).toBe(all(DIRT));
    views.uncached.fill(BUFFER, SIZE, NEW);
    cache.evict(BUFFER, SIZE);
    expect(bus.read(BUFFER, SIZE, false).join(' ')).toBe(all(OLD));
  });
});
