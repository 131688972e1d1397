/** Passes that make the machine smaller and plainer. */
import type { Device, Machine, Region } from '../../contract/machine.ts';
import { DEVICE_DEFAULTS, PROFILES, usualZoneDmaLimit } from '../../contract/machine.ts';
import { machineProblem } from '../../contract/machine-check.ts';
import { alignUp } from '../../contract/numbers.ts';
import type { Op } from '../../contract/operations.ts';
import { rowOf } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';
import { devicesOf } from './program.ts';

/** Only machines that do not contradict themselves. */
function* valid(cases: Iterable<Case>): Generator<Case> {
  for (const kase of cases) if (machineProblem(kase.machine) === null) yield kase;
}

/** All machine passes in order. */
export function* simplifyMachine(kase: Case): Generator<Case> {
  yield* valid(dropUnused(kase));
  yield* valid(dropDevices(kase));
  yield* valid(mergeDevices(kase));
  yield* valid(dropRegions(kase));
  yield* valid(dropParts(kase));
  yield* valid(plainDevices(kase));
  yield* valid(plainRegions(kase));
  yield* valid(plainFrame(kase));
  yield* valid(plainSlots(kase));
  yield* valid(swapNeighbours(kase));
}

/** Everything no operation needs, at once: the big first step. */
function* dropUnused(kase: Case): Generator<Case> {
  const used = new Set(kase.program.flatMap(devicesOf));
  const unused = kase.machine.devices.flatMap((_, i) => (used.has(i) ? [] : [i]));
  const fewer = unused.reduceRight((rest, index) => withoutDevice(rest, index), kase);
  if (used.size > 0) yield fewer;
  const listed = new Set(fewer.machine.devices.flatMap((device) => device.regions));
  const idle = fewer.machine.regions.flatMap((_, i) => (listed.has(i) ? [] : [i]));
  if (used.size > 0) yield idle.reduceRight((rest, index) => withoutRegion(rest, index), fewer);
  yield idle.reduceRight((rest, index) => withoutRegion(rest, index), kase);
}

function* dropDevices(kase: Case): Generator<Case> {
  const { devices } = kase.machine;
  if (devices.length < 2) return;
  for (let index = devices.length - 1; index >= 0; index--) yield withoutDevice(kase, index);
}

/** What one device does is done by another. */
function* mergeDevices(kase: Case): Generator<Case> {
  const count = kase.machine.devices.length;
  for (let from = count - 1; from > 0; from--) {
    for (let to = 0; to < from; to++) {
      yield mergeDevice(kase, from, to);
      yield mergeDevice(kase, to, from);
    }
  }
}

/** Device `from` goes; `to` does what it did. */
export function mergeDevice(kase: Case, from: number, to: number): Case {
  const program = kase.program.map((op) => mapNames(op, 'device', (d) => (d === from ? to : d)));
  return withoutDevice({ ...kase, program }, from);
}

/** Neighbours change places: which of two devices or regions comes first is the draw's choice. */
function* swapNeighbours({ machine, program }: Case): Generator<Case> {
  for (let i = 1; i < machine.devices.length; i++) {
    const swap = (index: number) => (index === i ? i - 1 : index === i - 1 ? i : index);
    const devices = machine.devices.map((_, index) => ({
      ...machine.devices[swap(index)]!,
      name: `d${index}`,
    }));
    yield {
      machine: { ...machine, devices },
      program: program.map((op) => mapNames(op, 'device', swap)),
    };
  }
  for (let i = 1; i < machine.regions.length; i++) {
    const swap = (index: number) => (index === i ? i - 1 : index === i - 1 ? i : index);
    const regions = machine.regions.map((_, index) => {
      const region = machine.regions[swap(index)]!;
      return { ...region, name: `${region.kind[0]}${index}` };
    });
    const devices = machine.devices.map((device) => ({
      ...device,
      regions: device.regions.map(swap),
    }));
    const renamed = program.map((op) => mapNames(op, 'region', swap));
    yield { machine: { ...machine, regions, devices }, program: renamed };
  }
}

function* dropRegions(kase: Case): Generator<Case> {
  for (let index = kase.machine.regions.length - 1; index >= 0; index--) {
    yield withoutRegion(kase, index);
  }
}

function* dropParts(kase: Case): Generator<Case> {
  const { machine } = kase;
  if (machine.swiotlb !== null) yield withMachine(kase, { swiotlb: null });
  for (let index = machine.banks.length - 1; index >= 0; index--) {
    const banks = machine.banks.filter((_, i) => i !== index);
    yield withMachine(kase, { banks });
    // What had to bounce because of that bank may have to without it.
    if (machine.swiotlb === null) continue;
    yield withMachine(kase, { banks, swiotlb: { ...machine.swiotlb, force: true } });
  }
  for (const [index, device] of machine.devices.entries()) {
    for (let i = device.regions.length - 1; i >= 0; i--) {
      yield* withoutEntry(kase, index, i);
    }
    for (let i = device.windows.length - 1; i >= 0; i--) {
      yield withDevice(kase, index, { windows: device.windows.filter((_, j) => j !== i) });
    }
  }
}

/** An entry of a memory-region list goes; attaches of later entries move down. */
function* withoutEntry(kase: Case, device: number, entry: number): Generator<Case> {
  const regions = kase.machine.devices[device]!.regions.filter((_, i) => i !== entry);
  const program = kase.program.map((op) =>
    op.op === 'attach' && op.device === device && op.index > entry
      ? { ...op, index: op.index - 1 }
      : op,
  );
  yield withDevice({ ...kase, program }, device, { regions });
}

function* plainDevices(kase: Case): Generator<Case> {
  for (const [index, device] of kase.machine.devices.entries()) {
    yield withDevice(kase, index, { ...DEVICE_DEFAULTS, regions: device.regions });
    for (const key of Object.keys(DEVICE_DEFAULTS) as (keyof typeof DEVICE_DEFAULTS)[]) {
      if (key === 'regions' || device[key] === DEVICE_DEFAULTS[key]) continue;
      yield withDevice(kase, index, { [key]: DEVICE_DEFAULTS[key] });
    }
    const { mask, coherentMask, busLimit } = DEVICE_DEFAULTS;
    yield withDevice(kase, index, { mask, coherentMask });
    yield withDevice(kase, index, { mask, coherentMask, busLimit });
    yield withDevice(kase, index, { name: `d${index}` });
    const bases = [0, ...kase.machine.regions.map((region) => region.base), 2 ** 30, 2 ** 31];
    const places = bases.map((cpu) => ({ cpu }));
    const sizes = [{ size: kase.machine.pageSize }, { size: 2 ** 30 }];
    for (const [i, window] of device.windows.entries()) {
      for (const simple of [{ dma: 0 }, ...sizes, ...places]) {
        const windows = device.windows.map((w, j) => (j === i ? { ...window, ...simple } : w));
        yield withDevice(kase, index, { windows });
      }
    }
  }
}

/** Few pages, round bases, no flags. A region outside the banks needs no no-map. */
function* plainRegions(kase: Case): Generator<Case> {
  const { machine } = kase;
  const page = machine.pageSize;
  for (const [index, region] of machine.regions.entries()) {
    yield withRegion(kase, index, { name: `${region.kind[0]}${index}` });
    for (const kind of ['pool', 'plain'] as const) {
      yield withRegion(kase, index, { kind, name: `${kind[0]}${index}` });
    }
    for (const pages of [1, 2, 3, 4, 8, 16, 64, 1024, 2 ** 20]) {
      if (pages * page < region.size) yield withRegion(kase, index, { size: pages * page });
    }
    yield withRegion(kase, index, { size: alignUp(region.size, page) });
    for (const flag of ['disabled', 'isDefault', 'noMap'] as const) {
      if (region[flag]) yield withRegion(kase, index, { [flag]: false });
    }
    for (const base of [0, 0x10000, 0x100000, 0x80000000, alignUp(region.base, page)]) {
      yield withRegion(kase, index, { base: base + index * 0x10000 });
      yield withRegion(kase, index, { base, noMap: false });
    }
  }
}

function* plainFrame(kase: Case): Generator<Case> {
  const { machine } = kase;
  const { banks, profile } = machine;
  const { cacheLine: line } = PROFILES.arm64;
  const zone = usualZoneDmaLimit('arm64', banks);
  yield withMachine(kase, { profile: 'arm64', cacheLine: line });
  yield withMachine(kase, { profile: 'arm64', cacheLine: line, zoneDmaLimit: zone });
  const zoneDmaLimit = usualZoneDmaLimit(profile, banks);
  const { cacheLine } = PROFILES[profile];
  yield withMachine(kase, { zoneDmaLimit, cacheLine, cpus: 1, lowmemReserve: false });
  yield withMachine(kase, { pageSize: 4096 });
  for (const [index, bank] of banks.entries()) {
    for (const simple of [{ size: 2 ** 30 }, { base: 0x80000000 }, { base: 0x40000000 }]) {
      const moved = banks.map((b, i) => (i === index ? { ...bank, ...simple } : b));
      yield withMachine(kase, { banks: moved });
      // The usual zone goes with where RAM is.
      yield withMachine(kase, { banks: moved, zoneDmaLimit: usualZoneDmaLimit(profile, moved) });
    }
  }
}

/** One segment of slots, one area, no words. */
function* plainSlots(kase: Case): Generator<Case> {
  const { swiotlb } = kase.machine;
  if (swiotlb === null) return;
  const simple = [{ areas: 1, slots: 128 }, { areas: 1 }, { force: false }, { dynamic: false }];
  for (const change of simple) yield withMachine(kase, { swiotlb: { ...swiotlb, ...change } });
}

function withMachine(kase: Case, change: Partial<Machine>): Case {
  return { ...kase, machine: { ...kase.machine, ...change } };
}

function withDevice(kase: Case, index: number, change: Partial<Device>): Case {
  const devices = kase.machine.devices.map((d, i) => (i === index ? { ...d, ...change } : d));
  return withMachine(kase, { devices });
}

function withRegion(kase: Case, index: number, change: Partial<Region>): Case {
  const regions = kase.machine.regions.map((r, i) => (i === index ? { ...r, ...change } : r));
  return withMachine(kase, { regions });
}

/** The device goes with every operation that names it. */
function withoutDevice({ machine, program }: Case, index: number): Case {
  const kept = program.filter((op) => !devicesOf(op).includes(index));
  return {
    machine: { ...machine, devices: machine.devices.filter((_, i) => i !== index) },
    program: kept.map((op) => mapNames(op, 'device', (d) => (d > index ? d - 1 : d))),
  };
}

/** The region goes with its entries in every list; attaches of it now miss, later ones move. */
export function withoutRegion(kase: Case, index: number): Case {
  const { machine } = kase;
  const down = (r: number) => (r > index ? r - 1 : r);
  const regions = machine.regions.filter((_, i) => i !== index);
  const devices = machine.devices.map((device) => ({
    ...device,
    regions: device.regions.filter((r) => r !== index).map(down),
  }));
  const program = kase.program.flatMap((op): Op[] => {
    if ('region' in op) return op.region === index ? [] : [mapNames(op, 'region', down)];
    if (op.op !== 'attach') return [op];
    const list = machine.devices[op.device]!.regions;
    if (list[op.index] === index) return [];
    const before = list.slice(0, op.index).filter((r) => r === index).length;
    return [{ ...op, index: op.index - before }];
  });
  return { machine: { ...machine, regions, devices }, program };
}

function mapNames(op: Op, type: 'device' | 'region', map: (index: number) => number): Op {
  const values: Record<string, unknown> = { ...op };
  for (const field of rowOf(op.op).fields) {
    const value = values[field.name];
    if (field.type === type && typeof value === 'number' && value >= 0) {
      values[field.name] = map(value);
    }
  }
  return values as unknown as Op;
}
