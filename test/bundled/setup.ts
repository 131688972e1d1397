/** One bundle for all specs of a run, and the folder of the bundles some make of their own. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { bundle } from './bundle.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The file that starts the command line. */
    readonly launcher: string;
    /** Within the checkout, so that packages are found; gone after the run. */
    readonly bundles: string;
  }
}

export async function setup({ provide }: TestProject): Promise<() => void> {
  const cache = join(import.meta.dirname, '../../node_modules/.cache');
  mkdirSync(cache, { recursive: true });
  const bundles = mkdtempSync(join(cache, 'carveout-specs-'));
  provide('bundles', bundles);
  provide('launcher', await bundle(join(bundles, 'clean')));
  return () => rmSync(bundles, { recursive: true, force: true });
}
