/** Pools come, are bound to devices, and go. Source: kernel/dma/coherent.c, of_reserved_mem.c. */
import { PROFILES } from '../../../contract/machine.ts';
import type { OpOf } from '../../../contract/operations.ts';
import { failed, OK } from '../../../contract/outcome.ts';
import type { Rule } from '../rule.ts';
import type { State } from '../state.ts';
import { newPool, poolRefusal } from '../state.ts';
import { coherentLimit } from '../view.ts';
import type { Expectation } from './exact.ts';
import { exact } from './exact.ts';
import { deviceOf } from './limits.ts';

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
      state.pools.push(pool);
    }
    if (outcome.is !== 'ok') return;
    device.pool = state.regionPools.get(index)!;
    device.attached.push(index);
  },
});

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
  if (region.kind !== 'pool' || region.size === 0) {
    const because = region.size === 0 ? 'it has no bytes' : 'no handler for this kind of region';
    return { law: 'attach/no-handler', allowed: [failed('EINVAL')], because };
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
