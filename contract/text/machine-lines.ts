/** Reads the machine lines of a scenario: profile, bank, regions, swiotlb, device. */
import type { Bank, Device, Machine, ProfileName, Region, Swiotlb, Window } from '../machine.ts';
import { DEVICE_DEFAULTS, PROFILES, REGION_FLAGS, usualZoneDmaLimit } from '../machine.ts';
import type { MachineProblem } from '../machine-check.ts';
import { machineProblem } from '../machine-check.ts';
import { maskOfBits } from '../numbers.ts';
import type { Line, Word } from './line.ts';

const REGION_KINDS = ['pool', 'cma', 'restricted', 'plain'] as const;

const SWIOTLB_WORDS = ['slots', 'areas', 'force', 'dynamic'] as const;

export const MACHINE_WORDS = ['profile', 'bank', ...REGION_KINDS, 'swiotlb', 'device'] as const;

/** What a profile line says. */
interface Profile {
  readonly name: ProfileName;
  page: number;
  line: number;
  cpus: number;
  zone: number | null;
  reserve: boolean;
}

const PROFILE_OPTIONS = ['page', 'line', 'cpus', 'zone-dma', 'lowmem-reserve'] as const;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Collects a machine line by line and remembers where each part stood. */
export class MachineLines {
  #profile: Profile | null;
  #swiotlb: Swiotlb | null = null;
  readonly #banks: Bank[] = [];
  readonly #regions: Region[] = [];
  readonly #devices: Device[] = [];
  readonly #places = new Map<string, Line>();

  constructor() {
    this.#profile = null;
  }

  get isEmpty(): boolean {
    return this.#profile === null;
  }

  /** Reads the line if `head` starts a machine line; false otherwise. */
  read(line: Line, head: Word): boolean {
    const word = head.text;
    if (!(MACHINE_WORDS as readonly string[]).includes(word)) return false;
    if (this.#profile === null && word !== 'profile') {
      line.failAt(head, 'the "profile" line first');
    }
    if (word === 'profile') this.#readProfile(line, head);
    else if (word === 'bank') this.#readBank(line);
    else if (word === 'swiotlb') this.#readSwiotlb(line, head);
    else if (word === 'device') this.#readDevice(line);
    else this.#readRegion(line, word as Region['kind']);
    line.end();
    return true;
  }

  /** The machine, refused at the line that contradicts. `last` stands in for missing lines. */
  finish(last: Line): Machine {
    const profile = this.#profile;
    if (profile === null) last.fail(0, 'no "profile" line', 'a machine');
    const machine: Machine = {
      profile: profile.name,
      pageSize: profile.page,
      cacheLine: profile.line,
      cpus: profile.cpus,
      zoneDmaLimit: profile.zone ?? usualZoneDmaLimit(profile.name, this.#banks),
      lowmemReserve: profile.reserve,
      banks: this.#banks,
      regions: this.#regions,
      swiotlb: this.#swiotlb,
      devices: this.#devices,
    };
    const problem = machineProblem(machine);
    if (problem !== null) this.#refuse(problem, last);
    return machine;
  }

  #refuse({ place, found, expected }: MachineProblem, last: Line): never {
    const line = this.#places.get(`${place.part} ${place.index}`) ?? last;
    return line.fail(1, found, expected);
  }

  #readProfile(line: Line, head: Word): void {
    if (this.#profile !== null) line.failAt(head, 'a single "profile" line');
    const names = Object.keys(PROFILES) as ProfileName[];
    const word = line.take('a profile name');
    const name = names.find((n) => n === word.text);
    if (name === undefined) line.failNear(word, `one of ${names.join(', ')}`, names);
    const found = PROFILES[name];
    const profile: Profile = {
      name,
      page: 4096,
      line: found.cacheLine,
      cpus: 1,
      zone: null,
      reserve: false,
    };
    while (!line.done) {
      const option = line.take('an option');
      if (option.text === 'page') profile.page = line.bytes('a page size', 1);
      else if (option.text === 'line') profile.line = line.count('a cache line size', 1, 65536);
      else if (option.text === 'cpus') profile.cpus = line.count('a number of CPUs', 1, 1024);
      else if (option.text === 'zone-dma') profile.zone = line.bytes('the last byte of ZONE_DMA');
      else if (option.text === 'lowmem-reserve') profile.reserve = true;
      else line.failNear(option, `one of ${PROFILE_OPTIONS.join(', ')}`, PROFILE_OPTIONS);
    }
    this.#profile = profile;
    this.#places.set('profile 0', line);
  }

  #readBank(line: Line): void {
    this.#places.set(`banks ${this.#banks.length}`, line);
    this.#banks.push({ base: line.address('a base address'), size: line.bytes('a size') });
  }

  #readSwiotlb(line: Line, head: Word): void {
    if (this.#swiotlb !== null) line.failAt(head, 'a single "swiotlb" line');
    this.#places.set('swiotlb 0', line);
    const swiotlb: Mutable<Swiotlb> = {
      slots: 32768,
      areas: 1,
      force: false,
      dynamic: false,
    };
    while (!line.done) {
      const option = line.take('an option');
      if (option.text === 'slots') swiotlb.slots = line.count('slots of 2 KiB', 1, 2 ** 31 - 1);
      else if (option.text === 'areas') swiotlb.areas = line.count('areas', 1, 65536);
      else if (option.text === 'force') swiotlb.force = true;
      else if (option.text === 'dynamic') swiotlb.dynamic = true;
      else line.failNear(option, `one of ${SWIOTLB_WORDS.join(', ')}`, SWIOTLB_WORDS);
    }
    this.#swiotlb = swiotlb;
  }

  #readRegion(line: Line, kind: Region['kind']): void {
    this.#places.set(`regions ${this.#regions.length}`, line);
    const name = line.take('a name').text;
    const region: Mutable<Region> = {
      name,
      kind,
      base: line.address('a base address'),
      size: line.bytes('a size'),
      ...REGION_FLAGS,
    };
    while (!line.done) {
      const flag = line.take('a flag');
      if (flag.text === 'no-map') region.noMap = true;
      else if (flag.text === 'default') region.isDefault = true;
      else if (flag.text === 'disabled') region.disabled = true;
      else line.failNear(flag, 'no-map, default or disabled', ['no-map', 'default', 'disabled']);
    }
    this.#regions.push(region);
  }

  #readDevice(line: Line): void {
    this.#places.set(`devices ${this.#devices.length}`, line);
    const name = line.take('a name').text;
    const device: Mutable<Device> = { name, ...DEVICE_DEFAULTS, windows: [], regions: [] };
    const windows: Window[] = [];
    const regions: number[] = [];
    let coherentMask: number | undefined;
    while (!line.done) {
      const option = line.take('an option');
      if (option.text === 'pool') regions.push(this.#regionIndex(line));
      else if (option.text === 'window') windows.push(readWindow(line));
      else if (option.text === 'coherent-mask') coherentMask = readMask(line);
      else readDeviceOption(line, option, device);
    }
    device.coherentMask = coherentMask ?? device.mask ?? DEVICE_DEFAULTS.coherentMask;
    this.#devices.push({ ...device, windows, regions });
  }

  #regionIndex(line: Line): number {
    const word = line.take('the name of a region');
    const index = this.#regions.findIndex((region) => region.name === word.text);
    if (index < 0) {
      const names = this.#regions.map((region) => region.name);
      line.failNear(word, 'a region defined above', names);
    }
    return index;
  }
}

const DEVICE_OPTIONS = [
  'coherent',
  'mask',
  'coherent-mask',
  'bus-limit',
  'window',
  'pool',
  'iommu',
  'max-segment',
  'segment-boundary',
  'min-align',
] as const;

function readDeviceOption(line: Line, option: Word, device: Mutable<Device>): void {
  if (option.text === 'coherent') device.coherent = true;
  else if (option.text === 'mask') device.mask = readMaskOrNone(line);
  else if (option.text === 'bus-limit') device.busLimit = line.bytes('the last bus address', 1);
  else if (option.text === 'iommu') device.iommu = readIommu(line);
  else if (option.text === 'max-segment') device.maxSegment = line.bytes('a segment size', 1);
  else if (option.text === 'segment-boundary') device.segmentBoundary = line.bytes('a mask', 1);
  else if (option.text === 'min-align') device.minAlign = line.bytes('a mask');
  else line.failNear(option, `one of ${DEVICE_OPTIONS.join(', ')}`, DEVICE_OPTIONS);
}

function readWindow(line: Line): Window {
  const cpu = line.address('the first physical byte of the window');
  const dma = line.address('its bus address');
  return { cpu, dma, size: line.bytes('the size of the window') };
}

function readIommu(line: Line): NonNullable<Device['iommu']> {
  return {
    granule: line.bytes('the smallest IOMMU page', 1),
    apertureStart: line.address('the first translatable address'),
    apertureEnd: line.bytes('the last translatable address'),
  };
}

function readMaskOrNone(line: Line): number | null {
  if (line.peek() !== 'none') return readMask(line);
  line.take('none');
  return null;
}

/** A width in bits, or the mask itself in hex. */
function readMask(line: Line): number {
  return line.peek()?.startsWith('0x') === true
    ? line.bytes('a mask')
    : maskOfBits(line.count('a width in bits', 0, 64));
}
