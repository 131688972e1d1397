/** Every lie about memory behind the pools. */
import type { Lie } from './lie.ts';
import { PAGE_LIES } from './pages.ts';

export const MEMORY_LIES: readonly Lie[] = [...PAGE_LIES];
