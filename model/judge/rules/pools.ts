/** Pools come, are bound to devices, and go. Source: kernel/dma/coherent.c, of_reserved_mem.c. */
import { PROFILES } from '../../../contract/machine.ts';
import type { OpOf } from '../../../contract/operations.ts';
import { failed, OK } from '../../../contract/outcome.ts';
import type { Rule } from '../rule.ts';
import type { PoolState, State } from '../state.ts';
import { newPool, poolRefusal } from '../state.ts';
import { coherentLimit } from '../view.ts';
import type { Expectation } from './exact.ts';
import { exact } from './exact.ts';
import { deviceOf } from './limits.ts';

/** A new pool may describe memory another pool has: what its buffers hold is then unknown. */
function addPool(state: State, pool: PoolState): void {
  const { pageSize } = state.machine;
  const end = pool.base + pool.pages * pageSize;
  for (const other of state.pools) {
    for (const buffer of other.live) {
      const start = other.base + buffer.page * pageSize;
      if (start < end && pool.base < start + buffer.pages * pageSize) buffer.contents = null;
    }
  }
  state.pools.push(pool);
}

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
    const pool = newPool(state.machine, range, op.dma, 'declared');
    addPool(state, pool);
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

export const attach: Rule<'attach'> = exact({
  legality: (state, op) => {
    if (!PROFILES[state.machine.profile].deviceTree) return 'meaningless';
    const region = state.machine.regions[deviceOf(state, op).spec.regions[op.index] ?? -1];
    if (region === undefined || region.disabled) return 'legal';
    // Areas and bounce pools are bound by the allocators that own them, not modelled yet.
    return region.kind === 'cma' || region.kind === 'restricted' ? 'meaningless' : 'legal';
  },
  expect: expectAttach,
  adopt: (state, op, outcome) => {
    const device = deviceOf(state, op);
    const index = device.spec.regions[op.index];
    const region = index === undefined ? undefined : state.machine.regions[index]!;
    if (index === undefined || region?.kind !== 'pool' || region.disabled) return;
    const created = outcome.is === 'ok' || (outcome.is === 'error' && outcome.errno === 'EBUSY');
    if (created && !state.regionPools.has(index)) {
      const pool = newPool(state.machine, region, null, 'region');
      state.regionPools.set(index, pool);
      addPool(state, pool);
    }
    if (outcome.is !== 'ok') return;
    device.pool = state.regionPools.get(index)!;
    device.attached.push(index);
  },
});

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
  if (region.kind !== 'pool') {
    const because = 'no handler for this kind of region';
    return { law: 'attach/no-handler', allowed: [failed('EINVAL')], because };
  }
  const refusal = poolRefusal(state.machine, state.ram, region);
  if (refusal !== null && !state.regionPools.has(index)) {
    return { law: 'pool/creation', allowed: [failed('EINVAL')], because: refusal };
  }
  // The physical end against a bus limit: Linux's rule as it is (deviation P-T8).
  const beyond = region.base + region.size - 1 > coherentLimit(device);
  const warnings = beyond ? (['range'] as const) : [];
  if (device.pool !== null) {
    const because = 'the device has a pool';
    return { law: 'pool/busy', allowed: [failed('EBUSY')], because, warnings };
  }
  return { law: 'pool/creation', allowed: [OK], because: 'a pool outside System RAM', warnings };
}

export const detach: Rule<'detach'> = exact({
  legality: (state, op) => {
    if (!PROFILES[state.machine.profile].deviceTree) return 'meaningless';
    const device = deviceOf(state, op);
    const live = device.pool?.live.some((buffer) => buffer.device === op.device) ?? false;
    return live && device.attached.length > 0 ? 'misuse' : 'legal';
  },
  expect: () => ({ law: 'pool/unbind', allowed: [OK], because: 'it cannot fail' }),
  adopt: (state, op) => {
    const device = deviceOf(state, op);
    if (device.attached.length > 0) device.pool = null;
    device.attached = [];
  },
});
