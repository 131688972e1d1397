/** `carveout bugs`: plants every bug in a process of its own and shows what finds it. */
import type { Bug } from '../../bugs/bug.ts';
import { ALL_BUGS, BugNameError, chooseBugs, FAMILIES } from '../../bugs/catalog.ts';
import { BugFileError, bugsOfDirectory } from '../../bugs/directory.ts';
import { PlantError } from '../../bugs/plant.ts';
import { CheckoutError } from '../../bugs/typescript.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import { helpText, integerOption, listOption, parseOptions } from '../options.ts';
import { UsageError } from '../usage.ts';
import { readBoard, writeBoard } from './board.ts';
import { jsonText, tableText } from './report.ts';
import type { Plan } from './survey.ts';
import { survey } from './survey.ts';
import { serve, WORKER } from './worker.ts';

export const BUGS_OPTIONS = {
  bugs: { value: 'IDS', doc: 'these bugs only' },
  family: { value: 'NAME', doc: `bugs of one family only: ${FAMILIES.join(', ')}` },
  'bug-dir': { value: 'DIR', doc: 'bugs from your own files; they are code' },
  list: { doc: 'print the bugs with their stories, and end' },
  seeds: { value: 'N', doc: 'seeds per bug (default 10)' },
  jobs: { value: 'N', doc: 'processes at a time (default 2)' },
  update: { doc: 'write what is found to bugs/board.json instead of comparing with it' },
  json: { doc: 'print one JSON document instead (docs/formats.md)' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

const ABOUT =
  'Plants each bug in a process of its own and lets the properties look for it with ten seeds. ' +
  'A bug\nthat bugs/board.json has as found and that is missed now makes the exit code 1.';

export async function bugsCommand(args: readonly string[]): Promise<number> {
  if (args[0] === WORKER) return await serve();
  const parsed = parseOptions(args, BUGS_OPTIONS);
  if (parsed.switches.has('help')) {
    process.stdout.write(helpText('bugs [options]', ABOUT, BUGS_OPTIONS));
    return 0;
  }
  if (parsed.words.length > 0) throw new UsageError(`unexpected word "${parsed.words[0]}"`);
  try {
    const bugs = await bugsAskedFor(parsed);
    if (!parsed.switches.has('list')) return await runBoard(parsed, bugs);
    process.stdout.write(bugs.map(storyText).join('\n'));
    return 0;
  } catch (error) {
    const said = [BugNameError, BugFileError, PlantError, CheckoutError];
    if (!said.some((kind) => error instanceof kind)) throw error;
    throw new UsageError((error as Error).message);
  }
}

async function bugsAskedFor(parsed: Parsed): Promise<readonly Bug[]> {
  const directory = parsed.values.get('bug-dir');
  const own = directory === undefined ? [] : await bugsOfDirectory(directory);
  const words = [...listOption(parsed, 'bugs'), ...listOption(parsed, 'family')];
  if (words.length > 0) return chooseBugs(words, own);
  return own.length > 0 ? own : ALL_BUGS;
}

function storyText({ id, family, group, story, reference }: Bug): string {
  return `${id}  (${family}, ${group})\n  ${story}\n  ${reference}\n`;
}

async function runBoard(parsed: Parsed, bugs: readonly Bug[]): Promise<number> {
  const update = parsed.switches.has('update');
  const board = readBoard();
  const plan: Plan = {
    seeds: integerOption(parsed, 'seeds', 1, 1000) ?? 10,
    jobs: integerOption(parsed, 'jobs', 1, 64) ?? 2,
    directory: parsed.values.get('bug-dir') ?? null,
    // What is written now has nothing to be compared with.
    board: update ? { seeds: 0, bugs: {} } : board,
    onProgress: progress,
  };
  const result = await survey(bugs, plan);
  progress('');
  const print = parsed.switches.has('json') ? jsonText : tableText;
  process.stdout.write(print(result));
  if (update) {
    const path = writeBoard(board, plan.seeds, result.summaries);
    process.stderr.write(`written: ${path}\n`);
  }
  return result.problems.length === 0 ? 0 : 1;
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
