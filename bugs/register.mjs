/**
 * Plants bugs into the sources of a process before they are compiled:
 *
 *   CARVEOUT_PLANTED=coherent-release-keeps-pointer \
 *     node --import ./bugs/register.mjs bin/carveout.js start
 *
 * CARVEOUT_PLANTED: ids and families, separated by commas. CARVEOUT_BUG_DIR: a folder of bug files
 * of your own, which are code and are run. tsx must register after this file (bin/carveout.js
 * does): the hook that registers last asks the one before it for the text.
 */
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';

const words = process.env['CARVEOUT_PLANTED'];
if (words) {
  try {
    const { tsImport } = await import('tsx/esm/api');
    // A tsx of its own, for the loader of bugs alone: the hook must stand before the real one.
    const { plantedSources } = await tsImport('./planted.ts', {
      parentURL: import.meta.url,
      tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)),
    });
    const sources = await plantedSources(words, process.env['CARVEOUT_BUG_DIR']);
    register('./hooks.mjs', import.meta.url, { data: sources });
  } catch (error) {
    const what = error instanceof Error ? error.message : String(error);
    process.stderr.write(`carveout: ${what}\n`);
    process.exit(2);
  }
}
