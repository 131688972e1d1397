/** Hunts for planted bugs in processes that start at once: each bug is a bundle. */
import { join } from 'node:path';
import { inject } from 'vitest';
import { plantedSources } from '../../bugs/planted.ts';
import type { Errand, Hunt } from '../../cli/bugs/hunt.ts';
import { sendAll, WORKER } from '../../cli/bugs/worker.ts';
import { bundle } from './bundle.ts';

const PROCESSES = 2;

/** The same as `carveout bugs` does, in the order of the errands. */
export function sendBundled(errands: readonly Errand[]): Promise<Hunt[]> {
  return sendAll(errands, PROCESSES, async ({ bug }) => {
    const planted = await plantedSources(bug, undefined);
    const path = await bundle(join(inject('bundles'), bug), planted);
    return { program: process.execPath, args: [path, 'bugs', WORKER], env: process.env };
  });
}
