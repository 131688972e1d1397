/** Labels of memory behind the coherent pools: which source, which rung, which trap. */
import { maxPageOrder } from '../../contract/machine.ts';
import { orderOf } from '../../contract/numbers.ts';
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { Wish } from '../../model/judge/arena.ts';
import { fits, someFit } from '../../model/judge/arena.ts';
import type { DmaAlloc } from '../../model/judge/dispatch.ts';
import { wantedBy } from '../../model/judge/dispatch.ts';
import type { Rungs } from '../../model/judge/ladder.ts';
import { ladders, rungArena, someUnreachable } from '../../model/judge/ladder.ts';
import { areaArena, pageArena } from '../../model/judge/memory.ts';
import { areaWish, blockFor, sourceAt, wholePages } from '../../model/judge/place.ts';
import { atomicSequence } from '../../model/judge/rules/refusal.ts';
import type { DeviceState, State } from '../../model/judge/state.ts';
import {
  coherentEdges,
  coherentLimit,
  coherentOk,
  untranslations,
} from '../../model/judge/view.ts';
import { zonesUpTo } from '../../model/judge/zones.ts';
import type { Tally } from './tally.ts';

/** An allocation for a device from anything but a coherent pool. */
export function countMemory(tally: Tally, state: State, op: DmaAlloc, outcome: Outcome) {
  const wanted = wantedBy(state, op);
  const device = state.devices[op.device]!;
  const name = op.op === 'alloc_coherent' ? 'coherent' : 'noncoherent';
  if (wanted.from === 'nothing') return tally.add(`${name} refused: ${wanted.law}`);
  if (wanted.from === 'atomic' && outcome.is === 'none') countNoPool(tally, state, device);
  if (wanted.from === 'slots' || wanted.from === 'atomic') {
    return tally.add(`${wanted.from}: ${outcome.is}`);
  }
  if (wanted.from !== 'pages') return;
  if (outcome.is === 'none') return countRefusal(tally, state, device, op);
  if (outcome.is !== 'ok' || outcome.phys === undefined) return;
  if (!wanted.cleared) tally.add('hazard: handed out uncleared');
  if (!wanted.cleared && state.globalPool !== null && !device.coherent) {
    tally.add('hazard: global pool bypassed');
  }
  const { kind } = sourceAt(state, outcome.phys);
  tally.add(`${name} from ${kind}`);
  if (wanted.area !== null) countArea(tally, state, device, op, kind);
  if (kind === 'pages') countRung(tally, state, device, outcome.phys, op);
}

/** The hint names a pool that could not be made, and then no other is asked. */
function countNoPool(tally: Tally, state: State, device: DeviceState) {
  if (atomicSequence(state, device).some((pools) => pools.length === 0)) {
    tally.add('hazard: no pool for the hint');
  }
}

function countArea(tally: Tally, state: State, device: DeviceState, op: DmaAlloc, kind: string) {
  const area = state.devices[op.device]!.area;
  if (area !== null) tally.add('own area asked');
  const asked = area ?? state.memory.defaultArea!;
  const arena = areaArena(state.memory, asked);
  const wish = areaWish(state, op.size);
  if (kind === 'cma') {
    if (asked.pinned.length > 0) tally.add('area with pinned pages');
    if (orderOf(op.size, state.machine.pageSize) > 8) tally.add('area alignment capped');
    return;
  }
  if (fits(arena, wish).length === 0) tally.add('area has no room');
  else if (someUnreachable(device, arena, wish, wish.length)) tally.add('area out of reach');
}

/** On which rung was the block found? */
function countRung(tally: Tally, state: State, device: DeviceState, phys: number, op: DmaAlloc) {
  const { pageSize } = state.machine;
  const pfn = phys / pageSize;
  const zone = state.memory.zones.find(({ start, end }) => start <= pfn && pfn < end);
  const [hint] = ladders(state, device)[0]!;
  tally.add(`hint ${hint}, block in ${zone?.name ?? 'no zone'}`);
  const block = blockFor(state, op.size);
  const length = wholePages(state, op.size);
  if (block === null) return;
  if (block.length > length) tally.add('block larger than asked for');
  if (block.length === pageSize * 2 ** maxPageOrder(pageSize)) tally.add('largest block');
  if (someUnreachable(device, rungArena(state, hint!, block.length), block, length)) {
    tally.add('some blocks out of reach');
  }
}

/** A refusal that memory within reach contradicts is one of the ladder's known misses. */
function countRefusal(tally: Tally, state: State, device: DeviceState, op: DmaAlloc) {
  const block = blockFor(state, op.size);
  if (block === null) return tally.add('larger than a block');
  const { memory, machine } = state;
  const length = wholePages(state, op.size);
  const all = pageArena(memory, machine.pageSize, memory.zones);
  if (fits(all, block).length === 0) return tally.add('no block left');
  const reachable = (at: number) => coherentOk(device, at, length).mayBeTrue;
  if (!someFit(all, block, coherentEdges(device, length), reachable)) {
    return tally.add('no block within reach');
  }
  const [rungs] = ladders(state, device);
  if (keptByReserve(state, rungs!, block)) return tally.add('hazard: reserve ends the ladder');
  const beyond = device.windows.length > 0 && limitInNoWindow(device);
  if (beyond) tally.add('hazard: limit outside the windows');
  else if (rungs![0] === 'dma') tally.add('hazard: mask inside ZONE_DMA');
  else tally.add('hazard: zone in the middle not searched');
}

/** Would a rung have a block if no zone kept a reserve, and has none as it is? */
function keptByReserve(state: State, rungs: Rungs, block: Wish): boolean {
  const { memory, machine } = state;
  return rungs.some((rung) => {
    const all = pageArena(memory, machine.pageSize, zonesUpTo(memory.zones, rung));
    return fits(rungArena(state, rung, block.length), block).length < fits(all, block).length;
  });
}

function limitInNoWindow(device: DeviceState): boolean {
  return untranslations(device, coherentLimit(device)).length === 0;
}

type PageOp = Exclude<Op, { device: number } | { op: 'free' | 'mmap' | 'read' | 'write' }>;

/** What the kernel itself does. */
export function countPages(tally: Tally, { machine }: State, op: PageOp, outcome: Outcome) {
  const { pageSize } = machine;
  if (op.op === 'run_work') {
    const events = outcome.events ?? [];
    if (events.length === 0) tally.add('nothing put off');
    if (events.some(({ event }) => event === 'chunk')) tally.add('atomic pool grew');
    for (const { event, bytes } of events) {
      if (event !== 'bounce-pool') continue;
      tally.add('bounce pool added');
      if (bytes === pageSize * 2 ** maxPageOrder(pageSize)) tally.add('largest bounce pool added');
    }
    return;
  }
  const how = outcome.is === 'error' ? outcome.errno : outcome.is;
  tally.add(how === 'ok' ? op.op : `${op.op} ${how}`);
}
