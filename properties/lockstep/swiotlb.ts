/**
 * Slots beside their literal definition: after every step the answer, every record, the numbers and
 * the pools are compared, and what must hold of any answer is checked on its own. Where Linux gives
 * up although something would do, the first such place is expected (`slot-search-incomplete`).
 */
import { ReferencePool } from '../../model/reference/swiotlb.ts';
import {
  ReferenceIoTlb,
  type ReferencePlace,
  type ReferenceWanted,
} from '../../model/reference/swiotlb-mem.ts';
import { IoTlbMem, type IoTlbMemOptions } from '../../sut/dma/swiotlb/mem.ts';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';
import { SlotMemory } from './slot-memory.ts';
import { bouncedText, type Devices, devicesOf, expectedBounce } from './swiotlb-devices.ts';
import { brokenRuns, brokenSlots, brokenTotals, type LiveSlots } from './swiotlb-invariants.ts';
import {
  type SlotMap,
  type SlotProgram,
  type SlotStep,
  slotPrograms,
  slotStepText,
  smallSlotPrograms,
} from './swiotlb-programs.ts';
import {
  expectedNumbers,
  expectedPools,
  expectedRecords,
  observedNumbers,
  observedPools,
  observedRecords,
} from './swiotlb-text.ts';

export const SLOT_LAWS = [
  'slots/search',
  'slots/records',
  'slots/counts',
  'slots/bounce',
  'slots/dynamic',
] as const;
export type SlotLaw = (typeof SLOT_LAWS)[number];

/** The implementation under test. */
export type MakeSlots = (options: IoTlbMemOptions) => IoTlbMem;

/** What a run met, for who counts. */
export type SlotWatcher = (label: string) => void;

const makeSlots: MakeSlots = (options) => new IoTlbMem(options);

/** First failure of a law of slots in `cases` programs of `seed`. */
export function checkSlots(
  law: SlotLaw,
  seed: string,
  cases: number,
  make: MakeSlots = makeSlots,
  watcher: SlotWatcher = () => undefined,
): LockstepFailure | undefined {
  const run = (program: SlotProgram) => new SlotsRun(program, make, law, watcher).run();
  return checkLockstep(
    { law, programs: slotPrograms(), run, small: smallSlotPrograms },
    seed,
    cases,
  );
}

/** Where memory of further pools begins. */
const GROWS_AT = 0x10000000;
const HOLDS = 'mapping 4.14 holds';

export class SlotsRun {
  readonly #program: SlotProgram;
  readonly #law: SlotLaw;
  readonly #watch: SlotWatcher;
  readonly #mem: IoTlbMem;
  readonly #expect: ReferenceIoTlb;
  readonly #devices: Devices;
  readonly #memory: SlotMemory | null;
  readonly #expectMemory: SlotMemory | null;
  readonly #live: LiveSlots[] = [];
  readonly #calls: string[];

  /** Whole states are compared for their own law only: that is most of the work. */
  constructor(program: SlotProgram, make: MakeSlots, law: SlotLaw, watcher: SlotWatcher) {
    const { start, nslabs, nareas, pageSize, budget, devices } = program;
    const memory = () => (budget === null ? null : new SlotMemory(budget, GROWS_AT));
    this.#program = program;
    this.#law = law;
    this.#watch = watcher;
    this.#memory = memory();
    this.#expectMemory = memory();
    const dynamic = this.#memory && { memory: this.#memory, physLimit: 0x7fffffff };
    this.#mem = make({ start, nslabs, nareas, pageSize, ...(dynamic && { dynamic }) });
    const maxSlabs = pageSize === 4096 ? 2048 : 16384;
    this.#expect = new ReferenceIoTlb(
      new ReferencePool(start, nslabs, nareas),
      pageSize,
      this.#expectMemory && { memory: this.#expectMemory, physLimit: 0x7fffffff, maxSlabs },
    );
    this.#devices = devices.map(devicesOf);
    const grows = budget === null ? '' : `, may grow by ${budget} bytes`;
    this.#calls = [
      `pool of ${nslabs} slots in ${nareas} areas at ${start}, pages of ${pageSize}${grows}`,
      ...devices.map((device, index) => `device ${index}: ${JSON.stringify(device)}`),
    ];
  }

  run(): Divergence | undefined {
    for (const step of this.#program.steps) {
      this.#calls.push(slotStepText(step));
      const failure = this.#step(step) ?? this.#state();
      if (failure) return failure;
    }
    return this.#unmapAll();
  }

  #step(step: SlotStep): Divergence | undefined {
    switch (step.kind) {
      case 'map':
        return this.#map(step);
      case 'alloc':
        return this.#alloc(step.device, step.pages * this.#program.pageSize, step.cpu);
      case 'unmap':
        return this.#unmap(step.pick);
      case 'stray':
        return this.#stray(step.pick, step.off);
      case 'bounce':
        return this.#bounce(step.pick, step.at, step.bytes);
      case 'comb':
        return this.#comb(step);
      case 'again':
        return this.#again(step.pick, step.times);
      case 'work':
        return this.#work();
      case 'hiwater':
        if (step.value === 0) this.#expect.usedHiwater = 0;
        return this.#same(
          'slots/counts',
          step.value === 0 ? null : 'EINVAL',
          this.#mem.setUsedHiwater(step.value),
        );
      case 'base':
        this.#expect.canGrow = false;
        return this.#same('slots/dynamic', this.#program.start, this.#mem.defaultSwiotlbBase());
    }
  }

  #map({ device, cpu, orig, bytes, align }: SlotMap): Divergence | undefined {
    const { dev, reference } = this.#devices[device]!;
    const wanted = this.#expect.wantedForMap(reference, orig, bytes, align);
    const place = this.#expected(device, wanted, cpu);
    const expected = place && this.#expect.addressOf(place, wanted);
    const observed = this.#mem.tblMapSingle(dev, orig, bytes, align, cpu);
    const differs = this.#sameAddress(expected, observed);
    if (observed === null || differs) return differs;
    this.#live.push({ tlbAddr: observed, orig, bytes, align, device });
    return undefined;
  }

  #alloc(device: number, bytes: number, cpu: number): Divergence | undefined {
    // Devices without a buffer have restricted pools, which do not grow.
    if (this.#memory !== null) return undefined;
    const { dev, reference } = this.#devices[device]!;
    const wanted = this.#expect.wantedForAlloc(bytes);
    const place = this.#expected(device, wanted, cpu);
    let expected = place && this.#expect.addressOf(place, wanted);
    if (expected !== null && expected % this.#program.pageSize !== 0) {
      this.#watch('aligned for the bus only');
      this.#expect.unmap(reference, expected);
      expected = null;
    }
    const observed = this.#mem.alloc(dev, bytes, cpu);
    const differs = this.#sameAddress(expected, observed);
    if (observed === null || differs) return differs;
    this.#live.push({ tlbAddr: observed, orig: null, bytes, align: wanted.alignMask, device });
    return undefined;
  }

  /** Linux's place, or the first one that would do, where Linux gives up for no reason. */
  #expected(device: number, wanted: ReferenceWanted, cpu: number): ReferencePlace | null {
    const { reference } = this.#devices[device]!;
    const linux = this.#expect.find(reference, wanted, cpu);
    if (linux !== null) {
      this.#watch(this.#labelOf(linux, wanted, cpu));
      return linux;
    }
    const place = this.#expect.anyFit(reference, wanted, cpu);
    this.#watch(place === null ? 'none' : 'missed by Linux');
    return place && this.#expect.place(place.pool, place.slot, wanted);
  }

  #labelOf({ pool, slot }: ReferencePlace, { pad }: ReferenceWanted, cpu: number): string {
    if (pool.transient) return 'transient';
    if (pool !== this.#expect.defpool) return 'grown';
    const another = Math.floor(slot / pool.areaNslabs) !== cpu % pool.areas.length;
    return another ? 'another area' : pad > 0 ? 'padded' : 'found';
  }

  #again(pick: number, times: number): Divergence | undefined {
    const at = pick % Math.max(1, this.#live.length);
    const one = this.#live[at];
    if (one === undefined || one.orig === null) return undefined;
    const { orig, bytes, align, device } = one;
    let failure = this.#unmap(at);
    for (let k = 1; k < times && !failure; k++) {
      const before = this.#live.length;
      failure = this.#map({ kind: 'map', device, cpu: 0, orig, bytes, align });
      if (!failure && this.#live.length > before) failure = this.#unmap(before);
    }
    return failure ?? this.#map({ kind: 'map', device, cpu: 0, orig, bytes, align });
  }

  #comb({ device, count, period, holes }: SlotStep & { kind: 'comb' }): Divergence | undefined {
    const first = this.#live.length;
    for (let end = first + count; this.#live.length < end; ) {
      const before = this.#live.length;
      const orig = 0x41000000 + (before % 2) * 2048;
      const failure = this.#map({ kind: 'map', device, cpu: 0, orig, bytes: 1, align: 0 });
      if (failure) return failure;
      if (this.#live.length === before) break;
    }
    for (let at = this.#live.length - 1; at >= first; at--) {
      const failure = (at - first) % period < holes ? this.#unmap(at) : undefined;
      if (failure) return failure;
    }
    return undefined;
  }

  #unmap(pick: number): Divergence | undefined {
    const [one] = this.#live.splice(pick % Math.max(1, this.#live.length), 1);
    if (one === undefined) return undefined;
    const { dev, reference } = this.#devices[one.device]!;
    this.#expect.unmap(reference, one.tlbAddr);
    const observed =
      one.orig === null ? this.#mem.free(one.tlbAddr) : this.#mem.tblUnmapSingle(dev, one.tlbAddr);
    return this.#same('slots/counts', true, observed);
  }

  /** Nothing is released where nothing was handed out. */
  #stray(pick: number, off: number): Divergence | undefined {
    const one = this.#live[pick % Math.max(1, this.#live.length)];
    if (one === undefined) return undefined;
    const tlbAddr = one.tlbAddr + off;
    if (this.#live.some((other) => other.tlbAddr === tlbAddr)) return undefined;
    const { dev } = this.#devices[one.device]!;
    this.#watch('stray');
    return (
      this.#same('slots/counts', false, this.#mem.tblUnmapSingle(dev, tlbAddr)) ??
      this.#same('slots/counts', false, this.#mem.free(tlbAddr))
    );
  }

  #bounce(pick: number, at: number, bytes: number): Divergence | undefined {
    const one = this.#live[pick % Math.max(1, this.#live.length)];
    if (one === undefined) return undefined;
    const { dev, reference } = this.#devices[one.device]!;
    const address = one.tlbAddr + at;
    const owner = this.#live.find((other) => this.#has(other, address));
    if (owner !== undefined && owner.device !== one.device) return undefined;
    const inPool = this.#expect.poolOf(address) !== null;
    this.#watch(inPool ? 'asked inside' : 'asked outside');
    return (
      this.#same('slots/dynamic', inPool, this.#mem.isSwiotlbBuffer(dev, address)) ??
      this.#same(
        'slots/bounce',
        expectedBounce(this.#expect, reference, owner, address, bytes),
        bouncedText(this.#mem.bounce(dev, address, bytes)),
      )
    );
  }

  /** Is the address in the slots of this one? */
  #has({ tlbAddr, device }: LiveSlots, address: number): boolean {
    const pool = this.#expect.poolOf(address);
    if (pool === null || !pool.has(tlbAddr)) return false;
    const { slot, count } = pool.runOf(this.#devices[device]!.reference, tlbAddr);
    const at = Math.floor((address - pool.start) / 2048);
    return at >= slot && at < slot + count;
  }

  #work(): Divergence | undefined {
    const pool = this.#expect.runWork();
    const grown = this.#mem.runWork();
    const text = (start: number, nslabs: number, nareas: number) => `${start} ${nslabs} ${nareas}`;
    if (pool !== null) this.#watch('grew');
    return this.#same(
      'slots/dynamic',
      pool && text(pool.start, pool.nslabs, pool.areas.length),
      grown && text(grown.start, grown.nslabs, grown.nareas),
    );
  }

  /** 4.14.7: what is left when everything went back is what there was at first. */
  #unmapAll(): Divergence | undefined {
    this.#calls.push('unmap all');
    while (this.#live.length > 0) {
      const failure = this.#unmap(this.#live.length - 1);
      if (failure) return failure;
    }
    return this.#state() ?? this.#same('slots/counts', 0, this.#mem.totalUsed);
  }

  #state(): Divergence | undefined {
    const broken = () =>
      this.#mem.pools.map(brokenSlots).find((says) => says !== null) ??
      this.#mem.pools
        .map((pool) => brokenRuns(pool, this.#program.devices, this.#live))
        .find((says) => says !== null) ??
      brokenTotals(this.#mem);
    switch (this.#law) {
      case 'slots/search':
      case 'slots/bounce':
        return undefined;
      case 'slots/records':
        return this.#same(this.#law, expectedRecords(this.#expect), observedRecords(this.#mem));
      case 'slots/counts':
        return (
          this.#same(this.#law, expectedNumbers(this.#expect), observedNumbers(this.#mem)) ??
          this.#same(this.#law, HOLDS, broken() ?? HOLDS)
        );
      case 'slots/dynamic':
        return this.#same(
          this.#law,
          expectedPools(this.#expect, this.#expectMemory),
          observedPools(this.#mem, this.#devices, this.#memory),
        );
    }
  }

  /** The address, and where every area goes on. */
  #sameAddress(expected: number | null, observed: number | null): Divergence | undefined {
    const says = (address: number | null, pools: readonly { areas: readonly Indexed[] }[]) => {
      const indexes = pools.map(({ areas }) => areas.map(({ index }) => index).join(' '));
      return `${address}, areas go on at ${indexes.join('; ')}`;
    };
    return this.#same(
      'slots/search',
      says(expected, this.#expect.pools),
      says(observed, this.#mem.pools),
    );
  }

  #same<T>(law: SlotLaw, expected: T, observed: T): Divergence | undefined {
    if (expected === observed) return undefined;
    return { law, calls: this.#calls, expected: String(expected), observed: String(observed) };
  }
}

interface Indexed {
  readonly index: number;
}
