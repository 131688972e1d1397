#!/usr/bin/env node
// Runs the command line: in a checkout straight from the TypeScript sources, so that there is no
// build step and a stale dist/ never runs; in an installed package, which has no sources, from
// dist/.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const source = new URL('../cli/main.ts', import.meta.url);
const entry = existsSync(source) ? source : new URL('../dist/cli/main.js', import.meta.url);

if (entry === source) {
  try {
    const { register } = await import('tsx/esm/api');
    // Named here, because tsx would otherwise take the tsconfig.json of the working directory.
    register({ tsconfig: fileURLToPath(new URL('../tsconfig.json', import.meta.url)) });
  } catch (error) {
    if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    console.error('carveout: a checkout runs its sources through tsx, which is not installed.');
    console.error('Install the development dependencies as well: npm ci');
    process.exit(2);
  }
}

const { main } = await import(entry.href);
process.exitCode = await main(process.argv.slice(2));
