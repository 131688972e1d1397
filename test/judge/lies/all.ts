/** Every lie about memory behind the pools. */
import { ACCOUNT_LIES } from './accounts.ts';
import { AREA_LIES } from './areas.ts';
import { ATOMIC_LIES } from './atomic.ts';
import type { BootLie } from './boot.ts';
import { BOOT_LIES as CHUNK_LIES } from './boot.ts';
import { BOUNCE_GROWTH_LIES } from './bounce-growth.ts';
import { BOUNCE_BOOT_LIES } from './bounce-pool.ts';
import { DYNAMIC_LIES } from './dynamic.ts';
import { GROWTH_LIES } from './growth.ts';
import { LADDER_LIES } from './ladder.ts';
import type { Lie } from './lie.ts';
import { PAGE_LIES } from './pages.ts';
import { SLOT_LIES } from './slots.ts';
import { SOURCE_LIES } from './sources.ts';
import { STREAMING_LIES } from './streaming.ts';
import { TABLE_LIES } from './tables.ts';
import { USELESS_LIES } from './useless-areas.ts';

export const BOOT_LIES: readonly BootLie[] = [...CHUNK_LIES, ...BOUNCE_BOOT_LIES];

export const MEMORY_LIES: readonly Lie[] = [
  ...PAGE_LIES,
  ...LADDER_LIES,
  ...AREA_LIES,
  ...SOURCE_LIES,
  ...ATOMIC_LIES,
  ...GROWTH_LIES,
  ...SLOT_LIES,
  ...ACCOUNT_LIES,
  ...USELESS_LIES,
  ...TABLE_LIES,
  ...STREAMING_LIES,
  ...DYNAMIC_LIES,
  ...BOUNCE_GROWTH_LIES,
];
