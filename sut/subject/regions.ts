/** Operations on regions, areas and pools, and on the machine as a whole. */
import type { OpOf } from '../../contract/operations.ts';
import type { Event, Outcome } from '../../contract/outcome.ts';
import { OK } from '../../contract/outcome.ts';
import { dmaDeclareCoherentMemory, dmaReleaseCoherentMemory } from '../dma/coherent.ts';
import type { Range } from '../lib/ranges.ts';
import { censusOf } from './census.ts';
import type { RegionOp } from './kinds.ts';
import { result } from './limits.ts';
import type { System } from './system.ts';
import { withEvents } from './with-events.ts';

export function applyRegion(system: System, op: RegionOp): Outcome {
  const { memory, reserved, devices } = system;
  switch (op.op) {
    case 'attach': {
      const { error, warnings } = reserved.deviceInitByIdx(devices[op.device]!, op.index);
      return warnings.length === 0 ? result(error) : { ...result(error), warnings };
    }
    case 'detach':
      reserved.deviceRelease(devices[op.device]!);
      return OK;
    case 'declare': {
      const dev = devices[op.device]!;
      return result(dmaDeclareCoherentMemory(memory, dev, op.phys, op.dma, op.size));
    }
    case 'release':
      dmaReleaseCoherentMemory(memory, devices[op.device]!);
      return OK;
    case 'pin':
    case 'unpin': {
      const range = pagesOfArea(system, op);
      if (range === null) return result('EINVAL');
      return result(op.op === 'pin' ? system.pinned.take(range) : system.pinned.give(range));
    }
    case 'run_work':
      return withEvents(OK, runWork(system));
    case 'census':
      return { is: 'ok', census: censusOf(system) };
  }
}

/** What was put off, in the order in which the kernel first asks for it. */
function runWork({ atomicPools, ioTlb, tlbPages }: System): readonly Event[] {
  const chunks = atomicPools?.runWork() ?? [];
  ioTlb?.runWork();
  return [...chunks, ...(tlbPages?.events('grown') ?? [])];
}

/** Page frames of the area of a region; null: it has none, or not so many. */
function pagesOfArea({ reserved }: System, op: OpOf<'pin' | 'unpin'>): Range | null {
  const area = reserved.regions[op.region]!.area;
  if (area === null || op.page + op.pages > area.count) return null;
  const start = area.basePfn + op.page;
  return { start, end: start + op.pages };
}
