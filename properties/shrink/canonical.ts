/**
 * Passes between ways to say the same thing, so that different seeds end in one text: pools are
 * declared rather than attached or global, windows are there rather than installed.
 */
import type { Machine, Region } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';
import { withoutRegion } from './machine.ts';

/** A private pool needs no region: attach becomes declare, here and there or everywhere. */
export function* declareInstead({ machine, program }: Case): Generator<Case> {
  const attaches = program.flatMap((op, index) => (op.op === 'attach' ? [index] : []));
  const swap = (op: Op): Op => {
    const region = op.op === 'attach' ? regionOf(machine, op) : undefined;
    return op.op === 'attach' && region !== undefined ? declaration(op.device, region) : op;
  };
  if (attaches.length > 1) yield withoutIdle({ machine, program: program.map(swap) });
  for (const index of attaches) {
    const swapped = program.map((op, i) => (i === index ? swap(op) : op));
    yield withoutIdle({ machine, program: swapped });
  }
  yield* declareGlobal({ machine, program });
}

/** Regions no operation attaches any more go. */
function withoutIdle(kase: Case): Case {
  const { machine, program } = kase;
  const attached = new Set(
    program.map((op) =>
      op.op === 'attach' ? machine.devices[op.device]!.regions[op.index] : undefined,
    ),
  );
  const idle = machine.regions.flatMap((region, index) =>
    attached.has(index) || region.isDefault ? [] : [index],
  );
  return idle.reduceRight((rest, index) => withoutRegion(rest, index), kase);
}

/** What the global pool serves is served by a declared or attached one, without the profile. */
function* declareGlobal({ machine, program }: Case): Generator<Case> {
  const region = machine.regions.findLast((r) => r.kind === 'pool' && r.isDefault);
  if (region === undefined || !PROFILES[machine.profile].globalPool) return;
  const profile = { profile: 'arm64', cacheLine: PROFILES.arm64.cacheLine } as const;
  const regions = machine.regions.filter((r) => r !== region);
  if (machine.devices.some((device) => device.regions.length > 0)) return;
  for (const device of machine.devices.keys()) {
    const declared = [declaration(device, region), ...program];
    yield { machine: { ...machine, ...profile, regions }, program: declared };
    const index = regions.length;
    const devices = machine.devices.map((d, i) => (i === device ? { ...d, regions: [index] } : d));
    const listed = { ...machine, ...profile, devices };
    yield {
      machine: { ...listed, regions: [...regions, { ...region, isDefault: false }] },
      program: [{ op: 'attach', device, index: 0 }, ...program],
    };
  }
}

function regionOf(machine: Machine, op: { device: number; index: number }): Region | undefined {
  const region = machine.regions[machine.devices[op.device]!.regions[op.index] ?? -1];
  return region?.kind === 'pool' ? region : undefined;
}

function declaration(device: number, { base, size }: Region): Op {
  return { op: 'declare', device, phys: base, dma: base, size };
}

/** A window firmware gave needs no operation: set_offset becomes a window. */
export function* windowInstead({ machine, program }: Case): Generator<Case> {
  for (const [index, op] of program.entries()) {
    if (op.op !== 'set_offset' || machine.devices[op.device]!.windows.length > 0) continue;
    const { cpu, dma, size } = op;
    const devices = machine.devices.map((device, i) =>
      i === op.device ? { ...device, windows: [{ cpu, dma, size }] } : device,
    );
    yield { machine: { ...machine, devices }, program: program.filter((_, i) => i !== index) };
  }
}
