/**
 * Goal: no search in a small pool is answered wrongly, and no short program ends in another state.
 * Method: every state of 8 slots with every index, asked everything small; then every program of up
 * to 4 steps in pools of one and of two segments, beside the literal rules. Counts are asserted.
 */
import { describe, expect, test } from 'vitest';
import { UNLIMITED } from '../../contract/numbers.ts';
import { type ReferenceDevice, ReferencePool } from '../../model/reference/swiotlb.ts';
import { ReferenceIoTlb } from '../../model/reference/swiotlb-mem.ts';
import { sequences } from '../../properties/lockstep/sequences.ts';
import { devicesOf } from '../../properties/lockstep/swiotlb-devices.ts';
import { IoTlbMem, type SwiotlbDevice } from '../../sut/dma/swiotlb/mem.ts';

const PAGE = 4096;
const SLOT = 2048;
const ORIG = 0x41000000;

interface Request {
  readonly low: number;
  readonly bytes: number;
  readonly cpu: number;
}

/** Both sides in one state. */
class Pair {
  readonly mem: IoTlbMem;
  readonly expected: ReferenceIoTlb;
  readonly #start: number;

  constructor(start: number, nslabs: number, nareas: number) {
    this.#start = start;
    this.mem = new IoTlbMem({ start, nslabs, nareas, pageSize: PAGE });
    this.expected = new ReferenceIoTlb(new ReferencePool(start, nslabs, nareas), PAGE, null);
  }

  /** What both answer; null where Linux, or the first place that would do, is null. */
  map(dev: SwiotlbDevice, reference: ReferenceDevice, { low, bytes, cpu }: Request) {
    const wanted = this.expected.wantedForMap(reference, ORIG + low, bytes, 0);
    const { place, missed } = this.expected.findOrRepair(reference, wanted, cpu);
    const expected = place && this.expected.addressOf(place, wanted);
    const observed = this.mem.tblMapSingle(dev, ORIG + low, bytes, 0, cpu);
    return { expected, observed, missed };
  }

  unmap(dev: SwiotlbDevice, reference: ReferenceDevice, tlbAddr: number): void {
    this.mem.tblUnmapSingle(dev, tlbAddr);
    this.expected.unmap(reference, tlbAddr);
  }

  set index(index: number) {
    this.mem.defpool.areas[0]!.index = index;
    this.expected.defpool.areas[0]!.index = index;
  }

  /** Slots are taken where the bits of `state` are set. */
  take(state: number, nslabs: number): void {
    const { dev, reference } = devicesOf(PLAIN);
    for (let slot = 0; slot < nslabs; slot++) {
      this.map(dev, reference, { low: 0, bytes: 1, cpu: 0 });
    }
    for (let slot = 0; slot < nslabs; slot++) {
      if (Math.floor(state / 2 ** slot) % 2 === 0) {
        this.unmap(dev, reference, this.#start + slot * SLOT);
      }
    }
  }

  /** Where both go on, and what is free. */
  states(): readonly [string, string] {
    const { defpool: ours } = this.mem;
    const { defpool: theirs } = this.expected;
    const lists = theirs.list.map((_, slot) => ours.slot(slot).list);
    const indexes = (areas: readonly { index: number; used: number }[]) =>
      areas.map(({ index, used }) => `${index} ${used}`);
    return [`${theirs.list} ${indexes(theirs.areas)}`, `${lists} ${indexes(ours.areas)}`];
  }
}

const PLAIN = { minAlign: 0, boundary: UNLIMITED, offset: 0, limit: UNLIMITED };
const DEVICES = [
  PLAIN,
  { ...PLAIN, boundary: 0x1fff },
  { ...PLAIN, minAlign: 0xfff },
  { ...PLAIN, minAlign: 0x1fff },
  { ...PLAIN, minAlign: 0xfff, boundary: 0x1fff },
].map(devicesOf);
const REQUESTS = [0, 0x800, 0x1000, 0x1a00].flatMap((low) =>
  [1, 4096].map((bytes) => ({ low, bytes, cpu: 0 })),
);

/** Every request from one state on: what is wrong, and how often Linux overlooks a slot. */
function askAll(pair: Pair, index: number): { wrong: string[]; asked: number; missed: number } {
  const wrong: string[] = [];
  let [asked, overlooked] = [0, 0];
  for (const [device, { dev, reference }] of DEVICES.entries()) {
    for (const request of REQUESTS) {
      pair.index = index;
      const { expected, observed, missed } = pair.map(dev, reference, request);
      asked += 1;
      overlooked += missed ? 1 : 0;
      if (expected !== observed) wrong.push(`device ${device}: ${JSON.stringify(request)}`);
      if (expected !== null) pair.unmap(dev, reference, expected);
    }
  }
  return { wrong, asked, missed: overlooked };
}

describe('every state of 8 slots', () => {
  test.each([0, 1])('%i pages behind a multiple of them all', (pages) => {
    const start = 0x1000000 + pages * PAGE;
    const wrong: string[] = [];
    let [asked, missed] = [0, 0];
    for (let state = 0; state < 2 ** 8; state++) {
      const pair = new Pair(start, 8, 1);
      pair.take(state, 8);
      for (let index = 0; index < 8; index++) {
        const answers = askAll(pair, index);
        wrong.push(...answers.wrong.map((says) => `${state} at ${index}, ${says}`));
        asked += answers.asked;
        missed += answers.missed;
      }
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(asked).toBe(2 ** 8 * 8 * DEVICES.length * REQUESTS.length);
    expect(missed).toBeGreaterThan(100);
  });
});

/** A request of a device, or an unmap of the oldest or the newest live address. */
type Step = (Request & { readonly device: number }) | 'oldest' | 'newest';

const STEPS: readonly Step[] = [
  { device: 0, low: 0, bytes: 1, cpu: 0 },
  { device: 0, low: 0, bytes: 63 * SLOT, cpu: 1 },
  { device: 0, low: 0, bytes: 128 * SLOT, cpu: 0 },
  { device: 2, low: 0x800, bytes: 5 * SLOT, cpu: 1 },
  { device: 3, low: 0x1fff, bytes: 64 * SLOT, cpu: 0 },
  'oldest',
  'newest',
];

/** What goes wrong; null: nothing. */
function run(steps: readonly Step[], nslabs: number, nareas: number): string | null {
  const pair = new Pair(0x1000000, nslabs, nareas);
  const live: { readonly device: number; readonly tlbAddr: number }[] = [];
  for (const step of steps) {
    if (typeof step === 'string') {
      const one = step === 'oldest' ? live.shift() : live.pop();
      if (one === undefined) continue;
      const { dev, reference } = DEVICES[one.device]!;
      pair.unmap(dev, reference, one.tlbAddr);
    } else {
      const { dev, reference } = DEVICES[step.device]!;
      const { expected, observed } = pair.map(dev, reference, step);
      if (expected !== observed) return `${JSON.stringify(steps)}: ${observed}, not ${expected}`;
      if (expected !== null) live.push({ device: step.device, tlbAddr: expected });
    }
  }
  const [expected, observed] = pair.states();
  return expected === observed ? null : `${JSON.stringify(steps)}: ${observed}, not ${expected}`;
}

describe('every program of up to 4 steps', () => {
  test.each([
    [128, 1],
    [256, 2],
  ])('%i slots in %i areas', (nslabs, nareas) => {
    const wrong: string[] = [];
    let programs = 0;
    for (const steps of sequences(STEPS, 4)) {
      programs++;
      const says = run(steps, nslabs, nareas);
      if (says !== null) wrong.push(says);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
    expect(programs).toBe(7 + 7 ** 2 + 7 ** 3 + 7 ** 4);
  });
});
