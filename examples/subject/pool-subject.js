import { FreeList } from './free-list.js';
import { serve } from './serve.js';

await serve('free list', FreeList);
