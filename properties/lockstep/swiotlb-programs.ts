/**
 * Generated programs of slot requests: buffers of two devices mapped and unmapped in any order,
 * memory without a buffer, addresses asked about, pools that grow. One step in twenty fills slots
 * one by one, and most of these make holes; one in nine unmaps a buffer and maps it again, which is
 * where the search of Linux gives up in a full pool.
 *
 * Half of the pools have one area and up to 400 slots, a part of a segment at the end included, or
 * one segment; the others are 256 or 512 slots in 1, 2 or 4 areas, a third of them in an allocator
 * that can grow. Pools begin anywhere in 128 KiB. Sizes sit on edges: 1 byte, a slot, a page,
 * 64 KiB and the longest mapping, each one more or less; the others are small.
 */
import fc from 'fast-check';
import { UNLIMITED } from '../../contract/numbers.ts';
import { sequences } from './sequences.ts';

export interface SlotDeviceSpec {
  /** M and B, masks. */
  readonly minAlign: number;
  readonly boundary: number;
  /** Bus address minus physical address. */
  readonly offset: number;
  /** Highest bus address, inclusive. */
  readonly limit: number;
}

export interface SlotMap {
  readonly kind: 'map';
  readonly device: number;
  readonly cpu: number;
  readonly orig: number;
  readonly bytes: number;
  /** A, a mask. */
  readonly align: number;
}

export type SlotStep =
  | SlotMap
  /** Whole pages without a buffer. */
  | {
      readonly kind: 'alloc';
      readonly device: number;
      readonly cpu: number;
      readonly pages: number;
    }
  /** The live address number `pick`, modulo their count. */
  | { readonly kind: 'unmap'; readonly pick: number }
  /** An unmap or a free so many bytes off a live address. */
  | { readonly kind: 'stray'; readonly pick: number; readonly off: number }
  /** The bytes behind `bytes` bytes, `at` bytes from a live address on. */
  | {
      readonly kind: 'bounce';
      readonly pick: number;
      readonly at: number;
      readonly bytes: number;
    }
  /** An unmap of that number, and the same map again, so often. */
  | { readonly kind: 'again'; readonly pick: number; readonly times: number }
  /**
   * Up to so many single slots by turns of parity; then, of every `period`, the first `holes` are
   * unmapped.
   */
  | {
      readonly kind: 'comb';
      readonly device: number;
      readonly count: number;
      readonly period: number;
      readonly holes: number;
    }
  | { readonly kind: 'work' }
  | { readonly kind: 'hiwater'; readonly value: number }
  /** Asks for the base of the default pool, which ends growth. */
  | { readonly kind: 'base' };

export interface SlotProgram {
  readonly start: number;
  readonly nslabs: number;
  readonly nareas: number;
  readonly pageSize: number;
  /** Bytes that an allocator that can grow may have besides; null: it cannot grow. */
  readonly budget: number | null;
  readonly devices: readonly [SlotDeviceSpec, SlotDeviceSpec];
  readonly steps: readonly SlotStep[];
}

const POOL_AT = 0x1000000;
const STEPS_MAX = 40;
const DEVICES = fc.nat({ max: 1 });
const CPUS = fc.nat({ max: 7 });
const PICKS = fc.nat({ max: 60 });

export function slotPrograms(): fc.Arbitrary<SlotProgram> {
  const steps = fc.array(slotSteps(), { minLength: 1, maxLength: STEPS_MAX, size: 'max' });
  const program = fc.record({ shape: shapes(), devices: fc.tuple(device(), device()), steps });
  return fc.noBias(program.map(({ shape, devices, steps }) => ({ ...shape, devices, steps })));
}

function shapes() {
  const pageSize = fc.constantFrom(4096, 4096, 4096, 16384);
  const single = fc.record({
    nslabs: fc.oneof(fc.constant(128), fc.integer({ min: 1, max: 400 })),
    nareas: fc.constant(1),
    budget: fc.constant(null),
  });
  const several = fc.record({
    nslabs: fc.constantFrom(256, 512),
    nareas: fc.constantFrom(1, 2, 2, 4),
    budget: fc.constantFrom(null, null, 0x100000, 0x300000),
  });
  const sizes = fc.oneof(single, several).map(({ nslabs, nareas, budget }) => {
    return { nslabs, nareas: Math.min(nareas, Math.max(1, nslabs / 128)), budget };
  });
  return fc.tuple(sizes, pageSize, fc.nat({ max: 31 })).map(([size, bytes, page]) => {
    return { ...size, pageSize: bytes, start: POOL_AT + (page % (0x20000 / bytes)) * bytes };
  });
}

function device(): fc.Arbitrary<SlotDeviceSpec> {
  return fc.record({
    minAlign: fc.constantFrom(0, 0, 0x1ff, 0x7ff, 0xfff, 0xfff, 0x1fff, 0xffff, 0xffff),
    boundary: fc.constantFrom(
      UNLIMITED,
      UNLIMITED,
      0xffffffff,
      0x7ffff,
      0xffff,
      0x7fff,
      0x3fff,
      0x7ff,
    ),
    offset: fc.constantFrom(0, 0, 0x40000000, 0x9000),
    limit: fc.constantFrom(UNLIMITED, 0xffffffff, 0x4fffffff),
  });
}

const sizes: fc.Arbitrary<number> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(1, 2047, 2048, 2049, 4095, 4096, 4097) },
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 10000 }) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 40 }).map((slots) => slots * 2048) },
  { weight: 1, arbitrary: fc.constantFrom(0xffff, 0x10000, 0x10001, 0x18000, 0x20000) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.constantFrom(262144, 260096, 258048, 196608), fc.integer({ min: -1, max: 1 }))
      .map(([most, off]) => most + off),
  },
);

/** Buffers begin anywhere in 256 KiB; one in 50 at address 0, where Linux matches nothing. */
const origs: fc.Arbitrary<number> = fc.oneof(
  { weight: 24, arbitrary: fc.nat({ max: 0x3ffff }).map((low) => 0x41000000 + low) },
  { weight: 25, arbitrary: fc.nat({ max: 0x7f }).map((low) => 0x41000000 + low * 2048) },
  { weight: 1, arbitrary: fc.constant(0) },
);

function slotSteps(): fc.Arbitrary<SlotStep> {
  const kind = <K extends string>(name: K) => fc.constant(name);
  const map = fc.record({
    kind: kind('map'),
    device: DEVICES,
    cpu: CPUS,
    orig: origs,
    bytes: sizes,
    align: fc.constantFrom(0, 0, 0, 0xfff, 0xfff, 0x3fff),
  });
  const pages = fc.constantFrom(1, 1, 1, 2, 2, 3, 4, 8, 16, 64, 65);
  const alloc = fc.record({ kind: kind('alloc'), device: DEVICES, cpu: CPUS, pages });
  const off = fc.constantFrom(1, 512, 2048, 4096, -2048, -1);
  const bounce = fc.record({
    kind: kind('bounce'),
    pick: PICKS,
    at: fc.oneof(fc.constantFrom(0, -1, 2047, 2048), fc.integer({ min: -4096, max: 12000 })),
    bytes: sizes,
  });
  const comb = fc.record({
    kind: kind('comb'),
    device: DEVICES,
    count: fc.nat({ max: 300 }),
    period: fc.constantFrom(3, 4, 5, 9),
    holes: fc.constantFrom(0, 0, 1, 2, 3),
  });
  const times = fc.integer({ min: 1, max: 3 });
  return fc.oneof(
    { weight: 14, arbitrary: map },
    { weight: 4, arbitrary: alloc },
    { weight: 9, arbitrary: fc.record({ kind: kind('unmap'), pick: PICKS }) },
    { weight: 1, arbitrary: fc.record({ kind: kind('stray'), pick: PICKS, off }) },
    { weight: 5, arbitrary: bounce },
    { weight: 2, arbitrary: comb },
    { weight: 5, arbitrary: fc.record({ kind: kind('again'), pick: PICKS, times }) },
    { weight: 2, arbitrary: fc.record({ kind: kind('work') }) },
    {
      weight: 1,
      arbitrary: fc.record({ kind: kind('hiwater'), value: fc.constantFrom(0, 0, 1) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('work', 'work', 'base') }) },
  );
}

/** The request of a step as a line. */
export function slotStepText(step: SlotStep): string {
  const { kind, ...operands } = step;
  const texts = Object.entries(operands).map(([name, value]) => `${name} ${value}`);
  return [kind, texts.join(', ')].join(' ').trimEnd();
}

const PLAIN: SlotDeviceSpec = { minAlign: 0, boundary: UNLIMITED, offset: 0, limit: UNLIMITED };
const PAGES: SlotDeviceSpec = { ...PLAIN, minAlign: 0xfff };

const maps = (device: number, low: number, bytes: number, align = 0): SlotStep => {
  return { kind: 'map', device, cpu: 1, orig: 0x41000000 + low, bytes, align };
};

const SMALL_STEPS: readonly SlotStep[] = [
  maps(0, 0, 2048),
  maps(1, 0xa00, 2048),
  maps(1, 0xfff, 6000, 0xfff),
  maps(0, 0, 262144),
  { kind: 'alloc', device: 0, cpu: 0, pages: 1 },
  { kind: 'unmap', pick: 0 },
  { kind: 'unmap', pick: 1 },
  { kind: 'stray', pick: 0, off: 2048 },
  { kind: 'bounce', pick: 0, at: 0, bytes: 4096 },
  { kind: 'bounce', pick: 0, at: 2048, bytes: 4096 },
  { kind: 'comb', device: 1, count: 128, period: 3, holes: 0 },
  { kind: 'again', pick: 3, times: 2 },
  { kind: 'work' },
  { kind: 'hiwater', value: 0 },
  { kind: 'base' },
];

/** Short programs, simplest first: what a failure ends in does not depend on the draw. */
export function* smallSlotPrograms(): Generator<SlotProgram> {
  const pool = { start: POOL_AT, pageSize: 4096, devices: [PLAIN, PAGES] as const };
  for (const steps of sequences(SMALL_STEPS, 2)) {
    yield { ...pool, nslabs: 128, nareas: 1, budget: null, steps };
    yield { ...pool, nslabs: 256, nareas: 2, budget: null, steps };
    yield { ...pool, nslabs: 128, nareas: 1, budget: 0x100000, steps };
  }
}
