/** How to start a process whose sources have bugs planted. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkout } from './checkout.ts';

export interface PlantedCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Complete: the environment of this process, and what names the bugs. */
  readonly env: NodeJS.ProcessEnv;
}

/**
 * The command line with bugs: `ids` may also be families, `directory` is a folder of somebody's
 * own bug files or null, `args` are the words for carveout, `script` what else to run.
 * @throws CheckoutError in an installed package
 */
export function plantedCommand(
  ids: readonly string[],
  directory: string | null,
  args: readonly string[],
  script = 'bin/carveout.js',
): PlantedCommand {
  const top = checkout();
  const env: NodeJS.ProcessEnv = { ...process.env, CARVEOUT_PLANTED: ids.join(',') };
  if (directory === null) delete env['CARVEOUT_BUG_DIR'];
  else env['CARVEOUT_BUG_DIR'] = resolve(directory);
  const register = new URL('bugs/register.mjs', top).href;
  const path = fileURLToPath(new URL(script, top));
  return { program: process.execPath, args: ['--import', register, path, ...args], env };
}
