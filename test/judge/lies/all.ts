/** Every lie about memory behind the pools. */
import { AREA_LIES } from './areas.ts';
import type { Lie } from './lie.ts';
import { PAGE_LIES } from './pages.ts';
import { SOURCE_LIES } from './sources.ts';

export const MEMORY_LIES: readonly Lie[] = [...PAGE_LIES, ...AREA_LIES, ...SOURCE_LIES];
