/** All planted bugs, and how people name them. */
import type { Bug, Family } from './bug.ts';
import { ATOMIC_POOL } from './history/atomic-pool.ts';
import { BITMAP } from './history/bitmap.ts';
import { BUDDY } from './history/buddy.ts';
import { CMA } from './history/cma.ts';
import { COHERENT } from './history/coherent.ts';
import { DIRECT } from './history/direct.ts';
import { DMA_RANGES } from './history/dma-ranges.ts';
import { GENALLOC } from './history/genalloc.ts';
import { MASKS } from './history/masks.ts';
import { RESERVED_MEM } from './history/reserved-mem.ts';
import { SCATTERLIST } from './history/scatterlist.ts';
import { STREAMING } from './history/streaming.ts';
import { SWIOTLB } from './history/swiotlb.ts';
import { LINUX_COHERENT } from './linux-6.12/coherent.ts';
import { LINUX_LIMITS } from './linux-6.12/limits.ts';
import { LINUX_MEMORY } from './linux-6.12/memory.ts';
import { LINUX_STREAMING } from './linux-6.12/streaming.ts';
import { OWN_BUGS } from './own.ts';

export const FAMILIES: readonly Family[] = ['history', 'linux-6.12', 'own'];

/** A word that names no bug, or an id that names two. */
export class BugNameError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'BugNameError';
  }
}

export const ALL_BUGS: readonly Bug[] = distinct([
  ...COHERENT,
  ...BITMAP,
  ...DMA_RANGES,
  ...RESERVED_MEM,
  ...GENALLOC,
  ...ATOMIC_POOL,
  ...BUDDY,
  ...CMA,
  ...DIRECT,
  ...MASKS,
  ...SWIOTLB,
  ...SCATTERLIST,
  ...STREAMING,
  ...LINUX_COHERENT,
  ...LINUX_LIMITS,
  ...LINUX_MEMORY,
  ...LINUX_STREAMING,
  ...OWN_BUGS,
]);

/** The bugs as they are. @throws BugNameError when two have the same id, or that of a family */
export function distinct(bugs: readonly Bug[]): readonly Bug[] {
  const seen = new Set<string>(FAMILIES);
  for (const { id } of bugs) {
    if (seen.has(id)) throw new BugNameError(`two bugs or families are called "${id}"`);
    seen.add(id);
  }
  return bugs;
}

export function bugById(id: string): Bug | undefined {
  return ALL_BUGS.find((bug) => bug.id === id);
}

export function bugsOfFamily(family: Family): readonly Bug[] {
  return ALL_BUGS.filter((bug) => bug.family === family);
}

/**
 * The bugs that ids and families name, each once, in catalog order. `more`: bugs of somebody's
 * own, besides the catalog. @throws BugNameError
 */
export function chooseBugs(words: readonly string[], more: readonly Bug[] = []): Bug[] {
  const all = distinct([...ALL_BUGS, ...more]);
  const wanted = words.map((word) => word.trim()).filter((word) => word !== '');
  for (const word of wanted) {
    if (all.some(({ id, family }) => id === word || family === word)) continue;
    throw new BugNameError(`no bug or family is called "${word}"; npm run bugs -- --list`);
  }
  return all.filter(({ id, family }) => wanted.includes(id) || wanted.includes(family));
}
