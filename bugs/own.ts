/** Bugs of the family `own`: their author had not read the properties. */
import type { Bug } from './bug.ts';
import { ATOMIC_POOL } from './own/atomic-pool.ts';
import { BITMAP } from './own/bitmap.ts';
import { BUDDY } from './own/buddy.ts';
import { CMA } from './own/cma.ts';
import { COHERENT } from './own/coherent.ts';
import { DIRECT } from './own/direct.ts';
import { DYNAMIC_POOLS } from './own/dynamic-pools.ts';
import { LADDER } from './own/ladder.ts';
import { MAPPING } from './own/mapping.ts';
import { RESERVED_MEM } from './own/reserved-mem.ts';
import { RESOURCE } from './own/resource.ts';
import { SCATTERLIST } from './own/scatterlist.ts';
import { STREAMING } from './own/streaming.ts';

export const OWN_BUGS: readonly Bug[] = [
  ...RESERVED_MEM,
  ...COHERENT,
  ...MAPPING,
  ...DIRECT,
  ...RESOURCE,
  ...BITMAP,
  ...BUDDY,
  ...CMA,
  ...ATOMIC_POOL,
  ...LADDER,
  ...STREAMING,
  ...SCATTERLIST,
  ...DYNAMIC_POOLS,
];
