/** Bugs of somebody's own: a folder of modules that export them. They are code, and are run. */
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Bug, Edit } from './bug.ts';

/** A bug file, or a folder of them, that is not what it should be. */
export class BugFileError extends Error {
  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = 'BugFileError';
  }
}

/** Every exported bug, and every bug of an exported list, by file name. @throws BugFileError */
export async function bugsOfDirectory(directory: string): Promise<Bug[]> {
  const bugs: Bug[] = [];
  for (const name of namesOf(directory)) {
    const path = resolve(directory, name);
    const module: Record<string, unknown> = await import(pathToFileURL(path).href);
    const exported = Object.values(module).flat();
    if (exported.length === 0) throw new BugFileError(path, 'exports no bug');
    for (const [index, value] of exported.entries()) {
      const problem = problemOf(value);
      if (problem !== null) throw new BugFileError(path, `export ${index + 1}: ${problem}`);
      bugs.push(value as Bug);
    }
  }
  return bugs;
}

function namesOf(directory: string): string[] {
  try {
    const names = readdirSync(directory).filter((name) => /\.(ts|mts|mjs|js)$/.test(name));
    if (names.length > 0) return names.sort();
  } catch (error) {
    throw new BugFileError(directory, error instanceof Error ? error.message : String(error));
  }
  throw new BugFileError(directory, 'no .ts, .mts, .mjs or .js file in it');
}

/** What keeps a value from being a bug, or null. */
export function problemOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null) return 'expected a bug, an object';
  const bug = value as Partial<Record<keyof Bug, unknown>>;
  for (const key of ['id', 'family', 'group', 'story', 'reference'] as const) {
    if (typeof bug[key] !== 'string') return `"${key}" is ${typeof bug[key]}, expected a text`;
  }
  if (!/^[a-z0-9][a-z0-9.-]*$/.test(String(bug.id))) {
    return `the id "${bug.id}" has characters other than a-z, 0-9, dot and dash`;
  }
  if (!Array.isArray(bug.edits) || bug.edits.length === 0) return '"edits" has no edit';
  for (const edit of bug.edits as readonly Partial<Record<keyof Edit, unknown>>[]) {
    for (const key of ['file', 'within', 'find', 'replace'] as const) {
      if (typeof edit?.[key] !== 'string') return `an edit has no "${key}"`;
    }
  }
  return null;
}
