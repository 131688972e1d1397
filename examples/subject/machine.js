// A booted machine: its devices, its pools and what their memory holds. `apply` answers one
// operation; what it cannot apply to anything is `skipped`.
import * as bus from './bus.js';
import { Memory } from './memory.js';

const OK = { is: 'ok' };
const NONE = { is: 'none' };
const SKIPPED = { is: 'skipped' };
const error = (errno) => ({ is: 'error', errno });
const hex = (value) => `0x${value.toString(16)}`;
const maskOf = (bits) => (bits > 52 ? Number.MAX_SAFE_INTEGER : 2 ** bits - 1);
const orNone = (value) => (value === null ? NONE : { is: 'ok', address: hex(value) });

// Every "0x…" of the machine as a number.
const parsed = (json) =>
  JSON.parse(JSON.stringify(json), (_key, value) =>
    typeof value === 'string' && value.startsWith('0x') ? Number(value) : value,
  );

export class Machine {
  constructor(json, Allocator) {
    Object.assign(this, parsed(json));
    this.Allocator = Allocator;
    this.mapped = bus.mappedMemory(this);
    this.ram = bus.systemRam(this);
    this.regionPools = new Map();
    this.buffers = new Map();
    this.memory = new Memory();
    for (const device of this.devices) Object.assign(device, { pool: null, attached: false });
    const asks = (r) => r.kind === 'pool' && r.isDefault && !r.disabled && r.size > 0;
    const defaults = this.regions.filter(asks);
    this.hasGlobal = this.profile === 'arm-nommu';
    const last = this.hasGlobal ? defaults.at(-1) : undefined;
    this.globalPool = last === undefined ? null : this.regionPool(last);
    this.warnings = this.hasGlobal ? defaults.slice(1).map(() => 'default-redefined') : [];
  }

  apply(op) {
    const device = this.devices.find(({ name }) => name === (op.device ?? op.via));
    return this[op.op](op, device);
  }

  set_mask({ mask }, device) {
    if (device.mask === null || !bus.supports(this, device, maskOf(mask))) return error('EIO');
    device.mask = maskOf(mask);
    return OK;
  }

  set_coherent_mask({ mask }, device) {
    if (!bus.supports(this, device, maskOf(mask))) return error('EIO');
    device.coherentMask = maskOf(mask);
    return OK;
  }

  set_offset(op, device) {
    if (device.windows.length > 0) return error('EINVAL');
    const window = { cpu: Number(op.cpu), dma: Number(op.dma), size: op.size };
    if (window.cpu !== window.dma) device.windows = [window];
    return OK;
  }

  phys_to_dma = ({ phys }, device) => orNone(bus.toBus(device, Number(phys)));
  dma_to_phys = ({ dma }, device) => orNone(bus.toPhys(device, Number(dma)));
  required_mask = (_op, device) => orNone(bus.requiredMask(this, device));
  addressing_limited = (_op, device) => ({ is: 'ok', truth: bus.addressingLimited(this, device) });

  coherent_ok({ phys, size }, device) {
    return { is: 'ok', truth: bus.coherentOk(device, Number(phys), size) };
  }

  capable({ dma, size }, device) {
    return { is: 'ok', truth: size - 1 <= bus.streamLimit(device) - Number(dma) };
  }

  // A new pool, or null where there can be none.
  pool(base, size, deviceBase) {
    if (size === 0 || base % this.pageSize !== 0) return null;
    if (!bus.isFree(this, base, base + size)) return null;
    const pages = Math.floor(size / this.pageSize);
    return { base, pages, deviceBase, free: new this.Allocator(pages) };
  }

  regionPool(region) {
    const pool = this.regionPools.get(region) ?? this.pool(region.base, region.size, null);
    if (pool !== null) this.regionPools.set(region, pool);
    return pool;
  }

  declare(op, device) {
    const pool = this.pool(Number(op.phys), op.size, Number(op.dma));
    if (pool === null) return error('EINVAL');
    if (device.pool !== null) return error('EBUSY');
    device.pool = pool;
    return OK;
  }

  release(_op, device) {
    if (!device.attached) device.pool = null;
    return OK;
  }

  attach({ index = 0 }, device) {
    const name = device.regions[index];
    const region = this.regions.find((one) => one.name === name);
    if (region === undefined) return error('ENODEV');
    if (region.disabled) return OK;
    if (region.kind === 'plain') return error('EINVAL');
    if (region.kind !== 'pool') return SKIPPED;
    const pool = this.regionPool(region);
    if (pool === null) return error('EINVAL');
    const beyond = region.base + region.size - 1 > bus.coherentLimit(device);
    const heard = beyond ? { warnings: ['range'] } : {};
    if (device.pool !== null) return { ...error('EBUSY'), ...heard };
    Object.assign(device, { pool, attached: true });
    return { ...OK, ...heard };
  }

  detach(_op, device) {
    if (device.attached) Object.assign(device, { pool: null, attached: false });
    return OK;
  }

  // Devices that do not snoop caches get global memory, where there is any.
  usesGlobal = (device) => this.hasGlobal && !device.coherent;

  alloc_coherent({ out, size, attrs = [] }, device) {
    const global = this.usesGlobal(device) && !attrs.includes('no-kernel-mapping');
    // Neither a pool nor the global one: some other allocator serves the device, which is not here.
    if (device.pool === null && !global) return SKIPPED;
    const pool = device.pool ?? this.globalPool;
    if (pool === null || size === 0) return NONE;
    let count = 1;
    while (count * this.pageSize < size) count *= 2;
    const page = pool.free.take(count);
    if (page === null) return NONE;
    const offset = page * this.pageSize;
    const phys = pool.base + offset;
    this.buffers.set(out, { device, pool, page, count, phys, size });
    this.memory.fill(phys, size, 0);
    const handle = this.handle(device, pool, offset, size);
    return { is: 'ok', phys: hex(phys), handle, bytes: this.memory.read(phys, size) };
  }

  // Where no window holds the buffer, handles count on from the base of the pool, like Linux's:
  // from all ones, with 64 bits, if no window holds the base either.
  handle(device, pool, offset, size) {
    if (pool.deviceBase !== null) return hex(pool.deviceBase + offset);
    const right = bus.toBus(device, pool.base + offset, size);
    if (right !== null) return hex(right);
    const base = bus.toBus(device, pool.base);
    if (base !== null) return hex(base + offset);
    return offset === 0 ? hex(2n ** 64n - 1n) : hex(offset - 1);
  }

  // The buffer, if the calling device shares its pool.
  buffer({ buffer: label }, caller) {
    const buffer = this.buffers.get(label);
    const device = caller ?? buffer?.device;
    if (buffer === undefined || device.pool === buffer.pool) return buffer;
    return this.usesGlobal(device) && buffer.pool === this.globalPool ? buffer : undefined;
  }

  free(op, device) {
    const buffer = this.buffer(op, device);
    if (buffer === undefined) return SKIPPED;
    buffer.pool.free.give(buffer.page, buffer.count);
    this.buffers.delete(op.buffer);
    return OK;
  }

  mmap(op, device) {
    const buffer = this.buffer(op, device);
    if (buffer === undefined) return SKIPPED;
    const { size = buffer.size, offset = 0, pages = 1 } = op;
    const count = Math.ceil(size / this.pageSize);
    if (offset >= count || pages > count - offset) return error('ENXIO');
    return { is: 'ok', pfn: buffer.pool.base / this.pageSize + buffer.page + offset };
  }

  // The buffer, if it has the range.
  range({ buffer: label, offset, length }) {
    const buffer = this.buffers.get(label);
    return buffer !== undefined && offset + length <= buffer.size ? buffer : undefined;
  }

  write(op) {
    const buffer = this.range(op);
    if (buffer === undefined) return SKIPPED;
    this.memory.fill(buffer.phys + op.offset, op.length, op.value);
    return OK;
  }

  read(op) {
    const buffer = this.range(op);
    if (buffer === undefined) return SKIPPED;
    return { is: 'ok', bytes: this.memory.read(buffer.phys + op.offset, op.length) };
  }
}
