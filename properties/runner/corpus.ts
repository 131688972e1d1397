/** The past: scenarios replayed before anything is generated, in a plain loop. */
import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../contract/scenario.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { fileProblem } from './files.ts';
import { SHOWN_LAWS } from './shown.ts';

export interface CorpusFile {
  readonly path: string;
  readonly scenario: Scenario;
}

/** Larger files are no scenarios. */
const BYTES_MAX = 4 * 2 ** 20;
const CHUNK_BYTES = 2 ** 16;
/** Standard input, as a path. */
export const STDIN = '-';

/** For messages. */
export function nameOf(path: string): string {
  return path === STDIN ? 'standard input' : path;
}

/** `-` is standard input. @throws InputError when the file cannot be read or is no scenario. */
export function readScenario(path: string): Scenario {
  return scenarioOf(readText(path), path);
}

/** @throws InputError when the text of that file is no scenario */
export function scenarioOf(text: string, path: string): Scenario {
  return parseScenario(text, nameOf(path), SHOWN_LAWS);
}

/** Of any kind of file: a pipe has no size, so it is read up to the bound. @throws InputError */
export function readText(path: string): string {
  const expected = 'a readable scenario file';
  const refused = (found: string) =>
    new InputError({ file: nameOf(path), line: 0, column: 0, found, expected });
  let bytes: Buffer;
  try {
    const file = path === STDIN ? process.stdin.fd : openSync(path, 'r');
    bytes = readUpTo(file, BYTES_MAX + 1);
    if (path !== STDIN) closeSync(file);
  } catch (error) {
    throw refused(fileProblem(error));
  }
  if (bytes.length > BYTES_MAX) throw refused('more than 4 MiB');
  return bytes.toString('utf8');
}

function readUpTo(file: number, bytesMax: number): Buffer {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length < bytesMax) {
    const chunk = Buffer.alloc(Math.min(CHUNK_BYTES, bytesMax - length));
    const count = readSync(file, chunk, 0, chunk.length, null);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    length += count;
  }
  return Buffer.concat(chunks);
}

/** All scenarios of a folder, by name. @throws InputError at the first that is none. */
export function readCorpus(directory: string): CorpusFile[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.carveout'));
  return names.sort().map((name) => {
    const path = join(directory, name);
    return { path, scenario: readScenario(path) };
  });
}
