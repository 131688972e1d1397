/** The past: scenarios replayed before anything is generated, in a plain loop. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../contract/scenario.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { SHOWN_LAWS } from './shown.ts';

export interface CorpusFile {
  readonly path: string;
  readonly scenario: Scenario;
}

/** Larger files are no scenarios. */
const BYTES_MAX = 4 * 2 ** 20;

/** @throws InputError when the file cannot be read or is no scenario. */
export function readScenario(path: string): Scenario {
  let text: string;
  try {
    if (statSync(path).size > BYTES_MAX) throw new Error('larger than 4 MiB');
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const found = error instanceof Error ? error.message : String(error);
    const expected = 'a readable scenario file';
    throw new InputError({ file: path, line: 0, column: 0, found, expected });
  }
  return parseScenario(text, path, SHOWN_LAWS);
}

/** All scenarios of a folder, by name. @throws InputError at the first that is none. */
export function readCorpus(directory: string): CorpusFile[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.carveout'));
  return names.sort().map((name) => {
    const path = join(directory, name);
    return { path, scenario: readScenario(path) };
  });
}
