/** Pools come, are bound to devices, and go. Source: kernel/dma/coherent.c, of_reserved_mem.c. */
import type { Region } from '../../../contract/machine.ts';
import { PROFILES } from '../../../contract/machine.ts';
import type { OpOf } from '../../../contract/operations.ts';
import { failed, OK } from '../../../contract/outcome.ts';
import { slotsAt } from '../memory.ts';
import type { Rule } from '../rule.ts';
import type { DeviceState, Source, State } from '../state.ts';
import { newPool, poolRefusal } from '../state.ts';
import { coherentLimit } from '../view.ts';
import type { Expectation } from './exact.ts';
import { exact } from './exact.ts';
import { deviceOf } from './limits.ts';

/** IO_TLB_SEGSIZE slots of 2 KiB. */
const SEGMENT_BYTES = 128 * 2048;

export const declare: Rule<'declare'> = exact({
  legality: () => 'legal',
  expect: (state, op) => {
    const refusal = poolRefusal(state.machine, state.ram, { base: op.phys, size: op.size });
    if (refusal !== null) {
      return { law: 'pool/creation', allowed: [failed('EINVAL')], because: refusal };
    }
    if (deviceOf(state, op).pool !== null) {
      return { law: 'pool/busy', allowed: [failed('EBUSY')], because: 'the device has a pool' };
    }
    return { law: 'pool/creation', allowed: [OK], because: 'free memory outside System RAM' };
  },
  adopt: (state, op, outcome) => {
    if (outcome.is !== 'ok') return;
    const range = { base: op.phys, size: op.size };
    const pool = newPool(state.machine, range, op.dma, 'declared', op.device);
    state.pools.push(pool);
    deviceOf(state, op).pool = pool;
  },
});

export const release: Rule<'release'> = exact({
  legality: (state, op) => {
    const pool = deviceOf(state, op).pool;
    if (pool === null) return 'legal';
    return pool.origin === 'declared' && pool.live.length === 0 ? 'legal' : 'undefined';
  },
  expect: () => ({ law: 'pool/unbind', allowed: [OK], because: 'it cannot fail' }),
  adopt: (state, op) => {
    const device = deviceOf(state, op);
    if (device.pool === null) return;
    state.pools.splice(state.pools.indexOf(device.pool), 1);
    device.pool = null;
  },
});

const bind: Rule<'attach'> = exact({
  legality: (state, op) => {
    if (!PROFILES[state.machine.profile].deviceTree) return 'meaningless';
    const region = state.machine.regions[deviceOf(state, op).spec.regions[op.index] ?? -1];
    if (region === undefined || region.disabled || region.kind === 'plain') return 'legal';
    if (region.kind === 'pool') return 'legal';
    if (!state.hasPages) return 'meaningless';
    return region.kind === 'cma' || canBounce(state, region) ? 'legal' : 'undefined';
  },
  expect: expectAttach,
  adopt: (state, op, outcome) => {
    const device = deviceOf(state, op);
    const index = device.spec.regions[op.index];
    const region = index === undefined ? undefined : state.machine.regions[index]!;
    if (index === undefined || region === undefined || region.disabled) return;
    if (outcome.is === 'ok' && region.kind !== 'pool') return bindMemory(state, device, index);
    const created = outcome.is === 'ok' || (outcome.is === 'error' && outcome.errno === 'EBUSY');
    if (created && !state.regionPools.has(index)) {
      const pool = newPool(state.machine, region, null, 'region', index);
      state.regionPools.set(index, pool);
      state.pools.push(pool);
    }
    if (outcome.is !== 'ok') return;
    device.pool = state.regionPools.get(index)!;
    device.attached.push(index);
  },
});

/** Do handlers accept the node? Elsewhere than on such builds nobody knows areas and slots. */
function hasHandler(state: State, index: number): boolean {
  const { kind, size } = state.machine.regions[index]!;
  if (kind === 'cma') return state.memory.areas.some(({ region }) => region === index);
  if (kind === 'restricted') return PROFILES[state.machine.profile].remaps && size > 0;
  return kind === 'pool' && size > 0;
}

/**
 * Slots are whole segments of memory the kernel maps; other regions the kernel would crash on, or
 * read past the end of (deviations restricted-elsewhere, restricted-tail).
 */
function canBounce(state: State, { base, size }: Region): boolean {
  if (!PROFILES[state.machine.profile].remaps || size === 0) return true;
  const isMapped = state.ram.mapped.some(([from, to]) => from <= base && base + size <= to);
  return isMapped && size % SEGMENT_BYTES === 0 && base % state.machine.pageSize === 0;
}

/** From now on the device allocates from the area, or from the slots alone. */
function bindMemory(state: State, device: DeviceState, index: number): void {
  const { memory, machine } = state;
  const { base, size, kind } = machine.regions[index]!;
  if (kind === 'cma') device.area = memory.areas.find(({ region }) => region === index) ?? null;
  else {
    const slots = memory.slots.get(index) ?? slotsAt(index, base, base + size);
    memory.slots.set(index, slots);
    device.slots = slots;
  }
  device.attached.push(index);
}

export const attach: Rule<'attach'> = {
  ...bind,
  warnings: (state, op) => {
    const device = deviceOf(state, op);
    const index = device.spec.regions[op.index];
    if (index === undefined || !hasPool(state, index)) return [];
    // The physical end against a bus limit: Linux's rule as it is (deviation P-T8).
    const { base, size } = state.machine.regions[index]!;
    return base + size - 1 > coherentLimit(device) ? ['range'] : [];
  },
};

/** Does attaching the region find a pool, made by then or before? */
function hasPool(state: State, index: number): boolean {
  const region = state.machine.regions[index]!;
  if (region.disabled || region.kind !== 'pool') return false;
  return state.regionPools.has(index) || poolRefusal(state.machine, state.ram, region) === null;
}

function expectAttach(state: State, op: OpOf<'attach'>): Expectation {
  const device = deviceOf(state, op);
  const index = device.spec.regions[op.index];
  if (index === undefined) {
    const because = `memory-region has ${device.spec.regions.length} entries`;
    return { law: 'attach/index', allowed: [failed('ENODEV')], because };
  }
  const region = state.machine.regions[index]!;
  if (region.disabled) {
    return { law: 'attach/disabled', allowed: [OK], because: 'the region is disabled' };
  }
  if (!hasHandler(state, index)) {
    const because = region.size === 0 ? 'it has no bytes' : 'no handler for this kind of region';
    return { law: 'attach/no-handler', allowed: [failed('EINVAL')], because };
  }
  if (region.kind !== 'pool') {
    return { law: 'attach/memory', allowed: [OK], because: 'it binds the area or the slots' };
  }
  const refusal = poolRefusal(state.machine, state.ram, region);
  if (refusal !== null && !state.regionPools.has(index)) {
    return { law: 'pool/creation', allowed: [failed('EINVAL')], because: refusal };
  }
  if (device.pool !== null) {
    const because = 'the device has a pool';
    return { law: 'pool/busy', allowed: [failed('EBUSY')], because };
  }
  return { law: 'pool/creation', allowed: [OK], because: 'a pool outside System RAM' };
}

export const detach: Rule<'detach'> = exact({
  legality: (state, op) => {
    if (!PROFILES[state.machine.profile].deviceTree) return 'meaningless';
    const device = deviceOf(state, op);
    const bound: readonly (Source | null)[] = [device.pool, device.area, device.slots];
    const live = [...state.buffers.values()].some(
      (buffer) => buffer.device === op.device && bound.includes(buffer.source),
    );
    return live && device.attached.length > 0 ? 'misuse' : 'legal';
  },
  expect: () => ({ law: 'pool/unbind', allowed: [OK], because: 'it cannot fail' }),
  adopt: (state, op) => {
    const device = deviceOf(state, op);
    const kinds = device.attached.map((index) => state.machine.regions[index]!.kind);
    if (kinds.includes('pool')) device.pool = null;
    device.area = null;
    device.slots = null;
    device.attached = [];
  },
});
