/** The traces of what a kernel answered, which are compared with and without one. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'recorded');

export const RECORDED: readonly string[] = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.trace'))
  .map((name) => join(FOLDER, name));
