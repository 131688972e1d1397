/** Masks, windows and the questions about them. Sources: kernel/dma/mapping.c, direct.c. */
import { hex, maskOfBits, minNotZero, sizeText, UNLIMITED } from '../../../contract/numbers.ts';
import type { OpOf } from '../../../contract/operations.ts';
import type { Outcome } from '../../../contract/outcome.ts';
import { failed, OK } from '../../../contract/outcome.ts';
import { hasBounced, isForced, maxBounce, poolsOf } from '../bounce.ts';
import type { Rule } from '../rule.ts';
import { broken, outcomeText } from '../rule.ts';
import type { DeviceState, State } from '../state.ts';
import {
  coherentOk,
  ramUncovered,
  requiredMasks,
  streamLimit,
  supported,
  translations,
  untranslations,
} from '../view.ts';
import { exact } from './exact.ts';

const always = () => 'legal' as const;

export function deviceOf(state: State, op: { readonly device: number }): DeviceState {
  return state.devices[op.device]!;
}

function expectMask(state: State, op: OpOf<'set_mask' | 'set_coherent_mask'>) {
  const device = deviceOf(state, op);
  if (op.op === 'set_mask' && device.mask === null) {
    return { law: 'dma/mask', allowed: [failed('EIO')], because: 'the device has no mask pointer' };
  }
  const { mayBeTrue, mayBeFalse } = supported(state, device, maskOfBits(op.mask));
  const allowed: Outcome[] = [];
  if (mayBeTrue) allowed.push(OK);
  if (mayBeFalse) allowed.push(failed('EIO'));
  return { law: 'dma/mask', allowed, because: `${op.mask} bits against the end of ZONE_DMA` };
}

export const setMask: Rule<'set_mask'> = exact({
  legality: always,
  expect: expectMask,
  adopt: (state, op, outcome) => {
    if (outcome.is !== 'ok') return;
    const device = deviceOf(state, op);
    device.mask = maskOfBits(op.mask);
    device.forgets = device.coherent && hasBounced(state, device);
  },
});

export const setCoherentMask: Rule<'set_coherent_mask'> = exact({
  legality: always,
  expect: expectMask,
  adopt: (state, op, outcome) => {
    if (outcome.is === 'ok') deviceOf(state, op).coherentMask = maskOfBits(op.mask);
  },
});

export const setOffset: Rule<'set_offset'> = exact({
  legality: always,
  expect: (state, op) => {
    const has = deviceOf(state, op).windows.length > 0;
    const because = has ? 'the device has windows' : 'the device has no window';
    return { law: 'dma/set-offset', allowed: [has ? failed('EINVAL') : OK], because };
  },
  adopt: (state, op, outcome) => {
    const { cpu, dma, size } = op;
    if (outcome.is === 'ok' && cpu !== dma) deviceOf(state, op).windows = [{ cpu, dma, size }];
  },
});

/** An address that must be one of `possible`, or none when there is no possibility. */
function checkAddress(law: string, possible: readonly number[], outcome: Outcome) {
  const address = outcome.is === 'ok' ? outcome.address : undefined;
  if (address !== undefined && possible.includes(address)) return null;
  if (outcome.is === 'none' && possible.length === 0) return null;
  const expected =
    possible.length === 0 ? 'none: no window holds it' : possible.map(hex).join(' or ');
  return broken(law, expected, address === undefined ? outcomeText(outcome) : hex(address));
}

function checkTruth(law: string, mayBeTrue: boolean, mayBeFalse: boolean, outcome: Outcome) {
  const truth = outcome.is === 'ok' ? outcome.truth : undefined;
  if (truth === undefined) return broken('any/form', 'ok with truth', outcomeText(outcome));
  if (truth ? mayBeTrue : mayBeFalse) return null;
  return broken(law, String(!truth), String(truth));
}

const changesNothing = () => {};

export const physToDma: Rule<'phys_to_dma'> = {
  legality: always,
  check: (state, op, outcome) =>
    checkAddress('dma/translate', translations(deviceOf(state, op), op.phys, 1), outcome),
  adopt: changesNothing,
};

export const dmaToPhys: Rule<'dma_to_phys'> = {
  legality: always,
  check: (state, op, outcome) =>
    checkAddress('dma/untranslate', untranslations(deviceOf(state, op), op.dma), outcome),
  adopt: changesNothing,
};

export const coherentOkRule: Rule<'coherent_ok'> = {
  legality: always,
  check: (state, op, outcome) => {
    const device = deviceOf(state, op);
    const { mayBeTrue, mayBeFalse, leaves } = coherentOk(device, op.phys, op.size);
    const law = leaves && !mayBeTrue ? 'dma/inside-window' : 'dma/coherent-ok';
    return checkTruth(law, mayBeTrue, mayBeFalse, outcome);
  },
  adopt: changesNothing,
};

export const capable: Rule<'capable'> = {
  // Without a mask pointer the kernel would read through NULL.
  legality: (state, op) => (deviceOf(state, op).mask === null ? 'undefined' : 'legal'),
  check: (state, op, outcome) => {
    const limit = streamLimit(deviceOf(state, op));
    const fits = op.dma <= limit && op.size - 1 <= limit - op.dma;
    return checkTruth('dma/capable', fits, !fits, outcome);
  },
  adopt: changesNothing,
};

const defined = (state: State, op: { readonly device: number }) =>
  requiredMasks(state, deviceOf(state, op)).length === 0 ? 'undefined' : 'legal';

export const requiredMask: Rule<'required_mask'> = {
  legality: defined,
  check: (state, op, outcome) =>
    checkAddress('dma/required-mask', requiredMasks(state, deviceOf(state, op)), outcome),
  adopt: changesNothing,
};

/** May all of RAM be in reach, and may some of it not be? */
function limited(state: State, device: DeviceState) {
  // dma_get_mask: no mask, or a mask of 0, counts as 32 bits.
  const mask = device.mask === null || device.mask === 0 ? maskOfBits(32) : device.mask;
  const limit = minNotZero(mask, device.spec.busLimit);
  const below = requiredMasks(state, device).map(
    (required) => limit < Math.min(required, UNLIMITED),
  );
  const uncovered = device.spec.iommu === null && ramUncovered(state, device);
  const mayBeTrue = uncovered || below.includes(true);
  return { mayBeTrue, mayBeFalse: !uncovered && below.includes(false) };
}

export const addressingLimited: Rule<'addressing_limited'> = {
  legality: defined,
  check: (state, op, outcome) => {
    const { mayBeTrue, mayBeFalse } = limited(state, deviceOf(state, op));
    return checkTruth('dma/addressing-limited', mayBeTrue, mayBeFalse, outcome);
  },
  adopt: changesNothing,
};

type SizeOf = OpOf<'max_mapping_size' | 'opt_mapping_size'>;

/** Only what may have to bounce is limited; without an optimum of its own, that is the optimum. */
function mappingSize<N extends SizeOf['op']>(): Rule<N> {
  return {
    legality: (state, op) => {
      const device = state.devices[(op as SizeOf).device]!;
      if (!state.hasPages || device.spec.iommu !== null) return 'meaningless';
      return requiredMasks(state, device).length === 0 ? 'undefined' : 'legal';
    },
    check: (state, op, outcome) => {
      const device = state.devices[(op as SizeOf).device]!;
      const { mayBeTrue, mayBeFalse } = limited(state, device);
      const active = poolsOf(state, device).length > 0;
      const forced = isForced(state, device);
      const allowed: number[] = [];
      if (active && (mayBeTrue || forced)) allowed.push(maxBounce(device));
      if (!active || (mayBeFalse && !forced)) allowed.push(UNLIMITED);
      const got = outcome.is === 'ok' ? outcome.length : undefined;
      if (got !== undefined && allowed.includes(got)) return null;
      const text = got === undefined ? outcomeText(outcome) : sizeText(got);
      return broken('dma/mapping-size', allowed.map(sizeText).join(' or '), text);
    },
    adopt: changesNothing,
  };
}

export const maxMappingSize = mappingSize<'max_mapping_size'>();
export const optMappingSize = mappingSize<'opt_mapping_size'>();
