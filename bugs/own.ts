/** Bugs of the family `own`: their author had not read the properties. */
import type { Bug } from './bug.ts';
import { BITMAP } from './own/bitmap.ts';
import { COHERENT } from './own/coherent.ts';
import { DIRECT } from './own/direct.ts';
import { MAPPING } from './own/mapping.ts';
import { RESERVED_MEM } from './own/reserved-mem.ts';
import { RESOURCE } from './own/resource.ts';

export const OWN_BUGS: readonly Bug[] = [
  ...RESERVED_MEM,
  ...COHERENT,
  ...MAPPING,
  ...DIRECT,
  ...RESOURCE,
  ...BITMAP,
];
