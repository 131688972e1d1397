/** RAM cut where a device may stop to see it alike, and where in a piece there is a free page. */
import type { Bank, Device, Machine } from '../../contract/machine.ts';
import { pageblockOrder } from '../../contract/machine.ts';
import { alignUp, minNotZero } from '../../contract/numbers.ts';
import type { Booted } from '../../contract/subject.ts';
import { without } from '../../model/judge/arena.ts';
import { longestPages } from './bounce.ts';

/** Pieces that are asked about; real boards have at most a dozen. */
const PIECES_MAX = 64;

/** Devices see each piece alike, from its first byte to its last. No answer is taken from here. */
export function piecesOf(machine: Machine): Bank[] {
  const { banks, pageSize, zoneDmaLimit, devices } = machine;
  const cuts = [zoneDmaLimit + 1, 2 ** 32, ...devices.flatMap(bordersOf)]
    .map((at) => alignUp(Math.max(0, at), pageSize))
    .sort((a, b) => a - b);
  return banks
    .flatMap(({ base, size }) => {
      const inside = [...new Set(cuts)].filter((at) => base < at && at < base + size);
      return [base, ...inside].map((start, index) => {
        return { base: start, size: (inside[index] ?? base + size) - start };
      });
    })
    .slice(0, PIECES_MAX);
}

/** Physical addresses where windows begin and end, or the limit of the device lies. */
function bordersOf({ windows, mask, busLimit }: Device): number[] {
  const limit = minNotZero(mask ?? 0, busLimit);
  if (windows.length === 0) return [limit + 1];
  return windows.flatMap(({ cpu, dma, size }) => [cpu, cpu + size, cpu + (limit + 1 - dma)]);
}

/** A place to ask for: some pages from a physical address. */
export interface Place {
  readonly phys: number;
  readonly pages: number;
}

/** How many of the free runs of a piece are tried. */
const RUNS_MAX = 3;

/**
 * Places that nothing is known to lie in, the most promising first: whole page blocks are free
 * more often than parts of them, and many pages allow to ask for a long piece.
 */
export function placesIn({ base, size }: Bank, machine: Machine, { events = [] }: Booted): Place[] {
  const { pageSize, regions } = machine;
  const spans = [
    ...regions,
    ...events.map(({ phys, bytes }) => ({ base: phys ?? 0, size: bytes })),
  ];
  const taken = spans
    .filter((span) => span.size > 0)
    .map((span) => [span.base, span.base + span.size] as const);
  const runs = without([[base, base + size]], taken)
    // Page 0 stands for "no buffer" and is never mapped.
    .map(([start, end]) => [alignUp(start || 1, pageSize), end - (end % pageSize)] as const)
    .filter(([start, end]) => start < end)
    .sort((a, b) => b[1] - b[0] - (a[1] - a[0]))
    .slice(0, RUNS_MAX);
  const block = pageSize * 2 ** pageblockOrder(pageSize);
  return [longestPages(machine), 1].flatMap((pages) =>
    runs.flatMap(([start, end]) =>
      [...new Set([alignUp(start, block), start])]
        .filter((phys) => phys + pages * pageSize <= end)
        .map((phys) => ({ phys, pages })),
    ),
  );
}
