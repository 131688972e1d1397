/**
 * Slots beside their literal definition: after every step the answer, every record, the numbers and
 * the pools are compared, and what must hold of any answer is checked on its own. Where Linux gives
 * up although something would do, the first such place is expected (`slot-search-incomplete`).
 */
import { IoTlbMem } from '../../sut/dma/swiotlb/mem.ts';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';
import { bouncedText, expectedBounce } from './swiotlb-devices.ts';
import { brokenRuns, brokenSlots, brokenTotals, type LiveSlots } from './swiotlb-invariants.ts';
import {
  type SlotMap,
  type SlotProgram,
  type SlotStep,
  slotPrograms,
  slotStepText,
  smallSlotPrograms,
} from './swiotlb-programs.ts';
import { type MakeSlots, type SlotAnswers, SlotSides, type SlotWatcher } from './swiotlb-sides.ts';
import * as text from './swiotlb-text.ts';

export const SLOT_LAWS = [
  'slots/search',
  'slots/records',
  'slots/counts',
  'slots/bounce',
  'slots/dynamic',
] as const;
export type SlotLaw = (typeof SLOT_LAWS)[number];

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

const HOLDS = 'mapping 4.14 holds';

class SlotsRun {
  readonly #program: SlotProgram;
  readonly #law: SlotLaw;
  readonly #watch: SlotWatcher;
  readonly #sides: SlotSides;
  readonly #live: LiveSlots[] = [];
  readonly #calls: string[];

  /** Whole states are compared for their own law only: that is most of the work. */
  constructor(program: SlotProgram, make: MakeSlots, law: SlotLaw, watcher: SlotWatcher) {
    const { start, nslabs, nareas, pageSize, budget, devices } = program;
    this.#program = program;
    this.#law = law;
    this.#watch = watcher;
    this.#sides = new SlotSides(program, make, watcher);
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
        return this.#answered(this.#sides.map(step));
      case 'alloc':
        // Devices that allocate have restricted pools, which do not grow.
        if (this.#sides.memory !== null) return undefined;
        return this.#answered(
          this.#sides.alloc(step.device, step.pages * this.#program.pageSize, step.cpu),
        );
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
        if (step.value === 0) this.#sides.expect.usedHiwater = 0;
        return this.#same(
          'slots/counts',
          step.value === 0 ? null : 'EINVAL',
          this.#sides.mem.setUsedHiwater(step.value),
        );
      case 'base':
        this.#sides.expect.canGrow = false;
        return this.#same(
          'slots/dynamic',
          this.#program.start,
          this.#sides.mem.defaultSwiotlbBase(),
        );
    }
  }

  /** Where both answered the same, the address is live. */
  #answered({ expected, observed, live }: SlotAnswers): Divergence | undefined {
    const differs = this.#sameAddress(expected, observed);
    if (observed === null || differs) return differs;
    this.#live.push({ tlbAddr: observed, ...live });
    return undefined;
  }

  #mapped(asked: Omit<SlotMap, 'kind' | 'cpu'>): Divergence | undefined {
    return this.#answered(this.#sides.map({ kind: 'map', cpu: 0, ...asked }));
  }

  #again(pick: number, times: number): Divergence | undefined {
    const at = pick % Math.max(1, this.#live.length);
    const one = this.#live[at];
    if (one === undefined || one.orig === null) return undefined;
    const { orig, bytes, align, device } = one;
    let failure = this.#unmap(at);
    for (let k = 1; k < times && !failure; k++) {
      const before = this.#live.length;
      failure = this.#mapped({ device, orig, bytes, align });
      if (!failure && this.#live.length > before) failure = this.#unmap(before);
    }
    return failure ?? this.#mapped({ device, orig, bytes, align });
  }

  #comb({ device, count, period, holes }: SlotStep & { kind: 'comb' }): Divergence | undefined {
    const first = this.#live.length;
    for (let end = first + count; this.#live.length < end; ) {
      const before = this.#live.length;
      const orig = 0x41000000 + (before % 2) * 2048;
      const failure = this.#mapped({ device, orig, bytes: 1, align: 0 });
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
    return this.#same('slots/counts', true, this.#sides.release(one));
  }

  /** Nothing is released where nothing was handed out. */
  #stray(pick: number, off: number): Divergence | undefined {
    const one = this.#live[pick % Math.max(1, this.#live.length)];
    if (one === undefined) return undefined;
    const tlbAddr = one.tlbAddr + off;
    if (this.#live.some((other) => other.tlbAddr === tlbAddr)) return undefined;
    const { dev } = this.#sides.devices[one.device]!;
    this.#watch('stray');
    return (
      this.#same('slots/counts', false, this.#sides.mem.tblUnmapSingle(dev, tlbAddr)) ??
      this.#same('slots/counts', false, this.#sides.mem.free(tlbAddr))
    );
  }

  #bounce(pick: number, at: number, bytes: number): Divergence | undefined {
    const one = this.#live[pick % Math.max(1, this.#live.length)];
    if (one === undefined) return undefined;
    const { dev, reference } = this.#sides.devices[one.device]!;
    const address = one.tlbAddr + at;
    const owner = this.#live.find((other) => this.#sides.has(other, address));
    if (owner !== undefined && owner.device !== one.device) return undefined;
    const inPool = this.#sides.expect.poolOf(address) !== null;
    this.#watch(inPool ? 'asked inside' : 'asked outside');
    return (
      this.#same('slots/dynamic', inPool, this.#sides.mem.isSwiotlbBuffer(dev, address)) ??
      this.#same(
        'slots/bounce',
        expectedBounce(this.#sides.expect, reference, owner, address, bytes),
        bouncedText(this.#sides.mem.bounce(dev, address, bytes)),
      )
    );
  }

  #work(): Divergence | undefined {
    const pool = this.#sides.expect.runWork();
    const grown = this.#sides.mem.runWork();
    const poolText = (start: number, nslabs: number, nareas: number) =>
      `${start} ${nslabs} ${nareas}`;
    if (pool !== null) this.#watch('grew');
    return this.#same(
      'slots/dynamic',
      pool && poolText(pool.start, pool.nslabs, pool.areas.length),
      grown && poolText(grown.start, grown.nslabs, grown.nareas),
    );
  }

  /** 4.14.7: what is left when everything went back is what there was at first. */
  #unmapAll(): Divergence | undefined {
    this.#calls.push('unmap all');
    while (this.#live.length > 0) {
      const failure = this.#unmap(this.#live.length - 1);
      if (failure) return failure;
    }
    return this.#state() ?? this.#same('slots/counts', 0, this.#sides.mem.totalUsed);
  }

  #state(): Divergence | undefined {
    const broken = () =>
      this.#sides.mem.pools.map(brokenSlots).find((says) => says !== null) ??
      this.#sides.mem.pools
        .map((pool) => brokenRuns(pool, this.#program.devices, this.#live))
        .find((says) => says !== null) ??
      brokenTotals(this.#sides.mem);
    switch (this.#law) {
      case 'slots/search':
      case 'slots/bounce':
        return undefined;
      case 'slots/records':
        return this.#same(
          this.#law,
          text.expectedRecords(this.#sides.expect),
          text.observedRecords(this.#sides.mem),
        );
      case 'slots/counts':
        return (
          this.#same(
            this.#law,
            text.expectedNumbers(this.#sides.expect),
            text.observedNumbers(this.#sides.mem),
          ) ?? this.#same(this.#law, HOLDS, broken() ?? HOLDS)
        );
      case 'slots/dynamic':
        return this.#same(
          this.#law,
          text.expectedPools(this.#sides.expect, this.#sides.expectMemory),
          text.observedPools(this.#sides.mem, this.#sides.devices, this.#sides.memory),
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
      says(expected, this.#sides.expect.pools),
      says(observed, this.#sides.mem.pools),
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
