/**
 * Any machine the checks accept and any program of the operation table, legal or not: what the
 * written forms must carry. Generators of meaningful programs are in properties/.
 */
import * as fc from 'fast-check';
import type { Device, Machine, ProfileName, Region } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import { cmaAlignment } from '../../contract/machine-check.ts';
import { ADDRESS_END, alignDown, alignUp, maskOfBits, UNLIMITED } from '../../contract/numbers.ts';
import type { Field, Op, OpName } from '../../contract/operations.ts';
import { OP_NAMES, rowOf } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';

/** Checks the claim for any value. One seed: a red build is caused by a change. */
export function holds<T>(values: fc.Arbitrary<T>, claim: (value: T) => void): void {
  void fc.assert(fc.property(values, claim), { seed: 1, numRuns: 300 });
}

export const address = fc.oneof(
  fc.integer({ min: 0, max: ADDRESS_END - 1 }),
  fc.constantFrom(0, 4096, 2 ** 31, 2 ** 32 - 1, 2 ** 32, ADDRESS_END - 1),
);
export const size = fc.oneof(
  fc.maxSafeNat(),
  fc.constantFrom(0, 1, 4095, 4096, 2 ** 30, 3 * 2 ** 40, UNLIMITED),
);
const bitMask = fc.integer({ min: 0, max: 64 }).map(maskOfBits);
const limit = fc.oneof(bitMask, fc.maxSafeNat());
export const name = fc.stringMatching(/^[A-Za-z0-9_.@:é-]{1,12}$/);

/** Whole steps of `step` bytes that end below 2^52. */
const range = (step: number) =>
  fc.tuple(address, size).map(([low, length]) => {
    const base = Math.min(alignDown(low, step), ADDRESS_END - step);
    const room = ADDRESS_END - base;
    return { base, size: Math.max(step, alignDown(Math.min(length, room), step)) };
  });

const bytesRange = fc
  .tuple(address, size)
  .map(([base, length]) => ({ base, size: Math.min(length, ADDRESS_END - base) }));

/** Mostly small: there must be room for it. */
const areaRange = (pageSize: number) =>
  fc
    .tuple(range(cmaAlignment(pageSize)), fc.integer({ min: 1, max: 4 }))
    .map(([{ base, size: whole }, granules]) => ({
      base,
      size: Math.min(whole, granules * cmaAlignment(pageSize)),
    }));

function region(profile: ProfileName, pageSize: number, called: string): fc.Arbitrary<Region> {
  const flags = { name: called, noMap: false, isDefault: false, disabled: false };
  const plain = fc
    .record({ noMap: fc.boolean(), disabled: fc.boolean(), range: bytesRange })
    .map(({ range: r, ...f }) => ({ ...flags, ...f, ...r, kind: 'plain' as const }));
  if (!PROFILES[profile].deviceTree) return plain;
  const pool = fc
    .record({ noMap: fc.boolean(), isDefault: fc.boolean(), range: bytesRange })
    .map(({ range: { base, size: whole }, ...f }) => {
      const pages = 2 ** 31 - 1;
      return {
        ...flags,
        ...f,
        noMap: f.noMap || PROFILES[profile].poolsNeedNoMap,
        kind: 'pool' as const,
        base,
        size: Math.min(whole, pages * pageSize),
      };
    });
  const cma = fc
    .record({ isDefault: fc.boolean(), disabled: fc.boolean(), range: areaRange(pageSize) })
    .map(({ range: r, ...f }) => ({ ...flags, ...f, ...r, kind: 'cma' as const }));
  const restricted = bytesRange.map((r) => ({ ...flags, ...r, kind: 'restricted' as const }));
  return fc.oneof(pool, cma, restricted, plain);
}

/**
 * The areas are moved to where the machine check wants them: inside a bank, beside everything else.
 * One that finds no room is a plain region.
 */
function settled(machine: Machine): Machine {
  const regions: Region[] = machine.regions.filter(({ kind }) => kind !== 'cma');
  const byName = new Map(regions.map((one) => [one.name, one]));
  for (const area of machine.regions.filter(({ kind }) => kind === 'cma')) {
    const base = roomFor(area, machine, regions);
    const plain = { ...area, kind: 'plain', isDefault: false } as const;
    const placed = base === undefined ? plain : { ...area, base };
    byName.set(area.name, placed);
    regions.push(placed);
  }
  return { ...machine, regions: machine.regions.map(({ name: called }) => byName.get(called)!) };
}

/** Where it was drawn, or else at the start of a bank or behind another region. */
function roomFor(
  { base: drawn, size: length }: Region,
  { banks, pageSize }: Machine,
  others: readonly Region[],
): number | undefined {
  const starts = [...banks.map(({ base }) => base), ...others.map((r) => r.base + r.size)];
  return [drawn, ...starts.map((start) => alignUp(start, cmaAlignment(pageSize)))].find(
    (base) =>
      banks.some((bank) => bank.base <= base && base + length <= bank.base + bank.size) &&
      others.every((r) => r.disabled || r.base >= base + length || base >= r.base + r.size),
  );
}

const window = fc.record({ cpu: address, dma: address, size });

function device(called: string, regions: number): fc.Arbitrary<Device> {
  const index = fc.nat({ max: Math.max(0, regions - 1) });
  return fc.record({
    name: fc.constant(called),
    coherent: fc.boolean(),
    mask: fc.oneof(limit, fc.constant(null)),
    coherentMask: limit,
    busLimit: limit,
    windows: fc.array(window, { maxLength: 3 }),
    regions: regions === 0 ? fc.constant([]) : fc.array(index, { maxLength: 3 }),
    iommu: fc.option(
      fc.record({
        granule: fc.constantFrom(4096, 65536),
        apertureStart: address,
        apertureEnd: limit,
      }),
    ),
    maxSegment: size.map((value) => Math.max(1, value)),
    segmentBoundary: bitMask.map((value) => Math.max(1, value)),
    minAlign: bitMask,
  });
}

/** One arbitrary per name. */
const each = <T>(names: readonly string[], make: (called: string) => fc.Arbitrary<T>) =>
  fc.tuple(...names.map(make));

const names = (minLength: number) => fc.uniqueArray(name, { minLength, maxLength: 4 });

const swiotlb = fc
  .tuple(fc.constantFrom(1, 2, 8), fc.integer({ min: 0, max: 10 }), fc.boolean(), fc.boolean())
  .map(([areas, step, force, dynamic]) => ({
    slots: 128 * areas * 2 ** step,
    areas,
    force,
    dynamic,
  }));

const profileNames = Object.keys(PROFILES) as ProfileName[];

export const machines: fc.Arbitrary<Machine> = fc
  .constantFrom(...profileNames)
  .chain((profile) =>
    fc.tuple(
      fc.constant(profile),
      fc.constantFrom<number>(...PROFILES[profile].pageSizes),
      names(0),
      names(1),
    ),
  )
  .chain(([profile, pageSize, regionNames, deviceNames]) =>
    fc.record({
      profile: fc.constant(profile),
      pageSize: fc.constant(pageSize),
      cacheLine: fc.integer({ min: 0, max: 12 }).map((bits) => 2 ** bits),
      cpus: fc.integer({ min: 1, max: 1024 }),
      zoneDmaLimit: limit,
      lowmemReserve: fc.boolean(),
      banks: fc.array(range(pageSize), { minLength: 1, maxLength: 3 }),
      regions: each(regionNames, (called) => region(profile, pageSize, called)),
      swiotlb: fc.option(swiotlb),
      devices: each(deviceNames, (called) => device(called, regionNames.length)),
    }),
  )
  .map(settled);

function operand(field: Field, machine: Machine): fc.Arbitrary<unknown> {
  const given = givenOperand(field, machine);
  return field.default === undefined ? given : fc.oneof(given, fc.constant(field.default));
}

function givenOperand(field: Field, machine: Machine): fc.Arbitrary<unknown> {
  const min = Math.max(0, field.min ?? 0);
  const upTo = (max: number) => fc.integer({ min, max });
  switch (field.type) {
    case 'device':
      return upTo(machine.devices.length - 1);
    case 'region':
      return upTo(machine.regions.length - 1);
    case 'buffer':
    case 'table':
    case 'mapping':
      return upTo(2 ** 20);
    case 'spans':
      return fc.array(fc.tuple(fc.nat(1000), fc.integer({ min: 1, max: 9 })), { maxLength: 4 });
    case 'address':
      return address;
    case 'bytes':
    case 'count':
      return size.map((value) => Math.max(min, value));
    case 'bits':
      return upTo(64);
    case 'byte':
      return upTo(255);
    case 'choice':
      return fc.constantFrom(...(field.choices ?? []));
    case 'flags':
      return fc.subarray([...(field.choices ?? [])]);
  }
}

function operation(op: OpName, machine: Machine): fc.Arbitrary<Op> {
  const fields = rowOf(op).fields.map((f) => [f.name, operand(f, machine)] as const);
  return fc
    .record(Object.fromEntries(fields))
    .map((operands) => ({ op, ...operands }) as unknown as Op);
}

/** Each label is defined once, in no order. */
function labelled(ops: readonly Op[]): Op[] {
  return ops.map((op, index) =>
    rowOf(op.op).returns === undefined ? op : ({ ...op, out: (index * 7) % 1009 } as Op),
  );
}

/** A machine and up to 20 operations. */
export const cases: fc.Arbitrary<Case> = machines.chain((machine) => {
  // Without regions nothing can be said about one.
  const possible = OP_NAMES.filter(
    (op) => machine.regions.length > 0 || rowOf(op).fields.every(({ type }) => type !== 'region'),
  );
  const one = fc.oneof(...possible.map((op) => operation(op, machine)));
  const program = fc.array(one, { maxLength: 20 }).map(labelled);
  return fc.record({ machine: fc.constant(machine), program });
});
