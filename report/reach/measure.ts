/**
 * Who is given what, decided by asking the implementation under the judge: on the board's own
 * machine, then, for what that leaves open, on the same board started with `swiotlb=force`.
 */
import type { Board } from '../../boards/loader.ts';
import type { SyncSubject } from '../../contract/subject.ts';
import type { Played, Script } from '../../properties/runner/script.ts';
import { playScript } from '../../properties/runner/script.ts';
import { askForced, type Bounces, bindRestricted, bounceMemory, forced } from './bounce.ts';
import { askPools, type PoolCell, type Refusal } from './pools.ts';
import { Labels } from './questions.ts';
import { askRam, mergeRam, type RamReach } from './ram.ts';
import { type Cause, type Reach, refused, untold } from './reach.ts';
import { type Importer, type Stage, stageOf } from './stage.ts';

export interface MeasuredReach {
  /** Bounce memory that serves everybody; null: none. */
  readonly bounceMemory: { readonly base: number; readonly size: number } | null;
  readonly ram: readonly RamReach[];
  /** `pools[pool][view]`; pools that are disabled or empty are not among them. */
  readonly pools: readonly (readonly Reach[])[];
}

type Broken = Extract<Played<unknown>, { readonly is: 'broken' }>;

/** A broken law instead of an answer ends it: what was asked, and what was wrong. */
export type Measured = { readonly is: 'measured'; readonly reach: MeasuredReach } | Broken;

export function measureReach(subject: SyncSubject, board: Board): Measured {
  const stage = stageOf(board);
  const first = playScript(subject, stage.machine, (booted) => askBoard(stage, booted));
  if (first.is === 'broken') return first;
  const { bounces, unknown } = first.result;
  if (unknown.length > 0) {
    const second = playScript(subject, forced(stage), () => askForced(stage.machine, unknown));
    if (second.is === 'broken') return second;
    for (const [importer, longest] of second.result) bounces.set(importer, longest);
  }
  return { is: 'measured', reach: settle(first.result) };
}

interface Answers extends Pick<MeasuredReach, 'bounceMemory' | 'ram'> {
  readonly pools: readonly (readonly PoolCell[])[];
  readonly bounces: Bounces;
  /** Importers that were refused something, and of which nobody saw whether anything bounces. */
  readonly unknown: readonly Importer[];
  readonly hasBounce: (importer: Importer) => boolean;
}

function* askBoard(stage: Stage, booted: Parameters<typeof bounceMemory>[0]): Script<Answers> {
  const bounces: Bounces = new Map();
  const shared = bounceMemory(booted);
  const restricted = yield* bindRestricted(stage.importers);
  const hasBounce = (importer: Importer) => shared !== null || restricted.has(importer);
  const known = { stage, booted, labels: new Labels(), bounces, hasBounce };
  const ram = mergeRam(yield* askRam(known));
  const pools = yield* askPools(known);
  const refusals = new Set(pools.flat().flatMap((cell) => (isOpen(cell) ? [cell.importer] : [])));
  const unknown = [...refusals].filter((one) => !bounces.has(one) && hasBounce(one));
  return { bounceMemory: shared, ram, pools, bounces, unknown, hasBounce };
}

const isOpen = (cell: PoolCell): cell is Refusal => 'importer' in cell;

function settle({ bounceMemory, ram, pools, bounces, hasBounce }: Answers): MeasuredReach {
  const settled = pools.map((row) =>
    row.map((cell) => {
      if (!isOpen(cell)) return cell;
      const { importer, busAddress, barrier, partly } = cell;
      const longest = hasBounce(importer) ? bounces.get(importer) : 0;
      if (longest === undefined) return untold('unclear');
      const cause = causeOf(cell.length, longest, hasBounce(importer));
      return refused(busAddress, barrier, cause, partly);
    }),
  );
  return { bounceMemory, ram, pools: settled };
}

/** Beside ordinary memory of the same size, for the same device. */
function causeOf(length: number, longest: number, hasBounce: boolean): Cause {
  if (!hasBounce) return 'no-bounce';
  if (longest === 0) return 'bounce-beyond';
  return length <= longest ? 'no-linear-address' : 'too-long';
}
