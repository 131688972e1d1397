/**
 * What a program's author keeps in mind while writing it: which device has which pool, which
 * labels are live. It predicts, so that nearly every operation applies; the judge decides.
 */
import type { Machine } from '../../contract/machine.ts';
import { isCoherent, maxPfn, PROFILES } from '../../contract/machine.ts';
import { bitsOfMask, minNotZero } from '../../contract/numbers.ts';

/** A pool as its users know it. */
export interface PlannedPool {
  /** Index of the region, or -1 for a declared pool. */
  readonly region: number;
  readonly base: number;
  readonly pages: number;
  live: number;
}

export interface PlannedBuffer {
  readonly label: number;
  /** -1: the kernel's own pages. */
  readonly device: number;
  /** Null: memory of another source. */
  readonly pool: PlannedPool | null;
  readonly viaGlobal: boolean;
  readonly size: number;
}

export interface PlannedTable {
  readonly label: number;
  readonly buffers: readonly number[];
  readonly length: number;
  /** Pages that may still be appended; 0: it is closed. */
  more: number;
}

export interface PlannedMapping {
  readonly label: number;
  readonly device: number;
  readonly length: number;
  readonly writable: boolean;
  readonly buffers: readonly number[];
  /** -1: none. */
  readonly table: number;
}

/** What follows from the machine alone: several programs run on each. */
interface Fixed {
  /** Regions that can be areas. */
  readonly areas: readonly number[];
  /** Devices that some memory is out of reach for, without translation in front of them. */
  readonly narrow: readonly number[];
  readonly servedByGlobal: readonly boolean[];
  /** Index of the region the global pool is made of, or -1. */
  readonly global: number;
}

const FIXED = new WeakMap<Machine, Fixed>();

function fixedOf(machine: Machine): Fixed {
  const known = FIXED.get(machine);
  if (known !== undefined) return known;
  const fixed = computeFixed(machine);
  FIXED.set(machine, fixed);
  return fixed;
}

function computeFixed(machine: Machine): Fixed {
  const { devices, regions } = machine;
  const end = maxPfn(machine) * machine.pageSize;
  const built = PROFILES[machine.profile].globalPool;
  return {
    areas: regions.flatMap(({ kind, disabled }, i) => (kind === 'cma' && !disabled ? [i] : [])),
    narrow: devices.flatMap(({ iommu, mask, busLimit }, index) =>
      iommu === null && mask !== null && minNotZero(mask, busLimit) < end - 1 ? [index] : [],
    ),
    servedByGlobal: devices.map(
      (device) => built && !isCoherent(machine, device) && device.iommu === null,
    ),
    global: built
      ? regions.findLastIndex((r) => r.kind === 'pool' && r.isDefault && !r.disabled && r.size > 0)
      : -1,
  };
}

export class Plan {
  readonly machine: Machine;
  /** Pool of each device, or null. */
  readonly pools: (PlannedPool | null)[];
  readonly live: PlannedBuffer[] = [];
  readonly tables: PlannedTable[] = [];
  /** The one used last comes last. */
  readonly mappings: PlannedMapping[] = [];
  /** Has the device a restricted pool? */
  readonly restricted: boolean[];
  /** Pages of areas somebody uses: region, first page, how many. */
  readonly pinned: (readonly [region: number, page: number, pages: number])[] = [];
  nextLabel = 0;
  readonly #byRegion = new Map<number, PlannedPool>();
  readonly #global: PlannedPool | null = null;
  readonly #fixed: Fixed;

  constructor(machine: Machine) {
    this.machine = machine;
    this.pools = machine.devices.map(() => null);
    this.restricted = machine.devices.map(() => false);
    this.#fixed = fixedOf(machine);
    const { global } = this.#fixed;
    if (global >= 0) this.#global = this.#regionPool(global);
  }

  /** Regions that can be areas. */
  get areas(): readonly number[] {
    return this.#fixed.areas;
  }

  /** Devices that some memory is out of reach for, without translation in front of them. */
  get narrow(): readonly number[] {
    return this.#fixed.narrow;
  }

  /** Is there a pool that devices and requests it is not for might take from by mistake? */
  get hasGlobal(): boolean {
    return this.#global !== null;
  }

  /** How many bits the device says it can address; undefined: none, or no such number. */
  widthOf(device: number): number | undefined {
    const { mask } = this.machine.devices[device]!;
    return mask === null ? undefined : bitsOfMask(mask);
  }

  /** The pool an allocation of the device would come from, or null. */
  poolOf(device: number): PlannedPool | null {
    return (
      this.pools[device] ?? (this.#fixed.servedByGlobal[device] === true ? this.#global : null)
    );
  }

  /** May the device free the buffer: is it bound to its pool, in the same manner? */
  owns(device: number, buffer: PlannedBuffer): boolean {
    const viaGlobal = this.pools[device] === null;
    if (buffer.pool === null) return device === buffer.device;
    return viaGlobal === buffer.viaGlobal && this.poolOf(device) === buffer.pool;
  }

  attach(device: number, index: number): void {
    const region = this.machine.devices[device]!.regions[index];
    if (region === undefined || this.pools[device] !== null) return;
    const { kind, disabled } = this.machine.regions[region]!;
    if (kind === 'pool' && !disabled) this.pools[device] = this.#regionPool(region);
    if (kind === 'restricted' && !disabled) this.restricted[device] = true;
  }

  declare(device: number, base: number, size: number): void {
    const pages = Math.floor(size / this.machine.pageSize);
    if (this.pools[device] === null) this.pools[device] = { region: -1, base, pages, live: 0 };
  }

  /** Detach or release: the device has no pool any more. */
  unbind(device: number): void {
    this.pools[device] = null;
  }

  /** `mapped`: with a kernel mapping, which the global pool insists on. */
  alloc(device: number, size: number, mapped: boolean): number {
    const label = this.newName();
    const own = this.pools[device] ?? null;
    const pool = own ?? (mapped ? this.poolOf(device) : null);
    const viaGlobal = pool !== null && own === null;
    this.live.push({ label, device, pool, viaGlobal, size });
    if (pool !== null) pool.live += 1;
    return label;
  }

  newName(): number {
    this.nextLabel += 1;
    return this.nextLabel - 1;
  }

  /** Has some device bytes of the buffer? */
  isMapped(buffer: number): boolean {
    return this.mappings.some(({ buffers }) => buffers.includes(buffer));
  }

  /** Memory of no coherent pool: for a device, or for the kernel itself (-1). */
  take(device: number, size: number): number {
    const label = this.newName();
    this.live.push({ label, device, pool: null, viaGlobal: false, size });
    return label;
  }

  free(index: number): void {
    const [buffer] = this.live.splice(index, 1);
    if (buffer!.pool !== null) buffer!.pool.live -= 1;
  }

  #regionPool(index: number): PlannedPool {
    const known = this.#byRegion.get(index);
    if (known !== undefined) return known;
    const { base, size } = this.machine.regions[index]!;
    const pages = Math.floor(size / this.machine.pageSize);
    const pool = { region: index, base, pages, live: 0 };
    this.#byRegion.set(index, pool);
    return pool;
  }
}
