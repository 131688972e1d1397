/** The JSON form of a machine. Devices name their regions; every member is written. */
import type { Device, Machine, ProfileName, Region, RegionKind } from '../machine.ts';
import { DEVICE_DEFAULTS, PROFILES, REGION_FLAGS, usualZoneDmaLimit } from '../machine.ts';
import { MACHINE_LIMITS, machineProblem } from '../machine-check.ts';
import { UNLIMITED } from '../numbers.ts';
import type { Codec, Json } from './codec.ts';
import {
  integer,
  list,
  nullable,
  object,
  readMember,
  text,
  truth,
  withDefault,
  word,
} from './codec.ts';
import { address, bytes, limit } from './numbers.ts';
import { JsonPlace } from './place.ts';

const PROFILE_NAMES = Object.keys(PROFILES) as ProfileName[];
const KINDS = ['pool', 'cma', 'restricted', 'plain'] as const satisfies readonly RegionKind[];

const name = text('a name');
const count = (what: string) => integer(0, UNLIMITED, what);

const bank = object({ base: address, size: bytes }, 'a bank');

const region: Codec<Region> = object(
  {
    name,
    kind: word(KINDS, 'kind of region'),
    base: address,
    size: bytes,
    noMap: withDefault(truth, REGION_FLAGS.noMap),
    isDefault: withDefault(truth, REGION_FLAGS.isDefault),
    disabled: withDefault(truth, REGION_FLAGS.disabled),
  },
  'a region',
);

const swiotlb = object(
  {
    slots: count('slots'),
    areas: withDefault(count('areas'), 1),
    force: withDefault(truth, false),
    dynamic: withDefault(truth, false),
  },
  'a bounce pool',
);

const iommu = object({ granule: bytes, apertureStart: address, apertureEnd: limit }, 'an IOMMU');
const window = object({ cpu: address, dma: address, size: bytes }, 'a window');

/** A device as it is written: an absent coherent mask follows the streaming mask. */
type DeviceForm = Omit<Device, 'coherentMask'> & { readonly coherentMask: number | undefined };

const orAbsent = (codec: Codec<number>) =>
  withDefault(codec as Codec<number | undefined>, undefined);

function deviceForm(regions: Codec<number>): Codec<DeviceForm> {
  const d = DEVICE_DEFAULTS;
  const members = {
    name,
    coherent: withDefault<boolean>(truth, d.coherent),
    mask: withDefault(nullable(limit), d.mask),
    coherentMask: orAbsent(limit),
    busLimit: withDefault(limit, d.busLimit),
    windows: withDefault(list(window, MACHINE_LIMITS.windows, 'windows'), d.windows),
    regions: withDefault(list(regions, MACHINE_LIMITS.regions, 'names of regions'), d.regions),
    iommu: withDefault(nullable(iommu), d.iommu),
    maxSegment: withDefault(bytes, d.maxSegment),
    segmentBoundary: withDefault(limit, d.segmentBoundary),
    minAlign: withDefault(limit, d.minAlign),
  };
  return object<DeviceForm>(members, 'a device');
}

function device(regions: readonly Region[]): Codec<Device> {
  const form = deviceForm(named(regions, 'a region of the machine'));
  return {
    write: form.write,
    read(value, at: JsonPlace) {
      const found = form.read(value, at);
      const coherentMask = found.coherentMask ?? found.mask ?? DEVICE_DEFAULTS.coherentMask;
      return { ...found, coherentMask };
    },
  };
}

/** An index into `items`, written as the name of the item. */
export function named(items: readonly { readonly name: string }[], what: string): Codec<number> {
  return {
    write: (index) => items[index]!.name,
    read(value, at: JsonPlace) {
      if (typeof value !== 'string') at.failOn(value, what);
      const index = items.findIndex((item) => item.name === value);
      if (index >= 0) return index;
      const names = items.map((item) => item.name);
      return at.failNear(value, what, names);
    },
  };
}

type Outline = Pick<Machine, 'profile' | 'regions' | 'banks'>;

const bankList = list(bank, MACHINE_LIMITS.banks, 'banks');

/** All members; the defaults of some depend on others, hence two steps. */
function machine({ profile, regions, banks }: Outline): Codec<Machine> {
  const defaults = PROFILES[profile];
  const members = {
    profile: word(PROFILE_NAMES, 'a profile'),
    pageSize: withDefault(bytes, 4096),
    cacheLine: withDefault(bytes, defaults.cacheLine),
    cpus: withDefault(count('CPUs'), 1),
    zoneDmaLimit: withDefault(limit, usualZoneDmaLimit(profile, banks)),
    lowmemReserve: withDefault(truth, false),
    banks: bankList,
    regions: withDefault(list(region, MACHINE_LIMITS.regions, 'regions'), []),
    swiotlb: withDefault(nullable(swiotlb), null),
    devices: withDefault(list(device(regions), MACHINE_LIMITS.devices, 'devices'), []),
  };
  return object<Machine>(members, 'a machine');
}

export function machineToJson(value: Machine): Json {
  return machine(value).write(value);
}

/** @throws InputError when it is no machine, or one that contradicts itself. */
export function machineFromJson(value: unknown, at = new JsonPlace('JSON', 0)): Machine {
  const found = machine(outline(value, at)).read(value, at);
  const problem = machineProblem(found);
  if (problem === null) return found;
  const { part, index } = problem.place;
  const inList = part === 'banks' || part === 'regions' || part === 'devices';
  const place = at.at(part);
  return (inList ? place.at(index) : place).fail(problem.found, problem.expected);
}

/** What the rest of the machine depends on, read ahead. */
function outline(value: unknown, at: JsonPlace): Outline {
  const regions = list(region, MACHINE_LIMITS.regions, 'regions');
  const found = typeof value === 'object' && value !== null ? value : at.failOn(value, 'a machine');
  const members = found as Readonly<Record<string, unknown>>;
  return {
    profile: word(PROFILE_NAMES, 'a profile').read(members['profile'], at.at('profile')),
    regions: Object.hasOwn(members, 'regions')
      ? regions.read(members['regions'], at.at('regions'))
      : [],
    banks: readMember(members, 'banks', bankList, at),
  };
}
