/** The laws of the judge: every answer is held against them. */
import type { Law } from '../../contract/law.ts';
import { DMA_LAWS } from './laws/dma.ts';
import { MEMORY_LAWS } from './laws/memory.ts';
import { POOL_LAWS } from './laws/pools.ts';
import { STREAMING_LAWS } from './laws/streaming.ts';

export const JUDGE_LAWS: readonly Law[] = [
  ...DMA_LAWS,
  ...POOL_LAWS,
  ...MEMORY_LAWS,
  ...STREAMING_LAWS,
];
