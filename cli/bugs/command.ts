/** `carveout bugs`: plants every bug in a process of its own and shows what finds it. */
import type { Bug } from '../../bugs/bug.ts';
import { ALL_BUGS, BugNameError, chooseBugs, FAMILIES } from '../../bugs/catalog.ts';
import { BugFileError, bugsOfDirectory } from '../../bugs/directory.ts';
import { PlantError } from '../../bugs/plant.ts';
import { checkTypes } from '../../bugs/types.ts';
import { CheckoutError } from '../../bugs/typescript.ts';
import { deviation } from '../../contract/deviations.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import { helpText, integerOption, listOption, parseOptions } from '../options.ts';
import { UsageError } from '../usage.ts';
import { problemsOf, readBoard, writeBoard } from './board.ts';
import type { Errand } from './hunt.ts';
import { tableText } from './report.ts';
import { summarize } from './summary.ts';
import { sendAll, serve, WORKER } from './worker.ts';

export const BUGS_OPTIONS = {
  bugs: { value: 'IDS', doc: 'these bugs only' },
  family: { value: 'NAME', doc: `bugs of one family only: ${FAMILIES.join(', ')}` },
  'bug-dir': { value: 'DIR', doc: 'bugs from your own files; they are code' },
  list: { doc: 'print the bugs with their stories, and end' },
  seeds: { value: 'N', doc: 'seeds per bug (default 10)' },
  jobs: { value: 'N', doc: 'processes at a time (default 2)' },
  update: { doc: 'write what is found to bugs/board.json instead of comparing with it' },
  json: { doc: 'print one JSON document instead' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

const ABOUT =
  'Plants each bug in a process of its own and lets the properties look for it with ten seeds. ' +
  'A bug\nthat bugs/board.json has as found and that is missed now makes the exit code 1.';

/** Per seed; a seed that finds nothing costs this much. */
const BUDGET = { cases: 30_000, timeMs: 20_000 };
/** Per bug, all seeds together. */
const TOTAL_MS = 60_000;

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
  const seeds = integerOption(parsed, 'seeds', 1, 1000) ?? 10;
  const jobs = integerOption(parsed, 'jobs', 1, 64) ?? 2;
  const directory = parsed.values.get('bug-dir') ?? null;
  const problems = checkTypes(bugs).map(({ bug, message }) => `${bug}: ${message}`);
  let done = 0;
  const hunts = await sendAll(
    bugs.map((bug) => errandOf(bug, seeds)),
    directory,
    jobs,
    ({ bug }) => progress(`${++done} of ${bugs.length}: ${bug}`),
  );
  progress('');
  const summaries = hunts.map((hunt, index) => summarize(bugs[index]!, hunt));
  const board = readBoard();
  const update = parsed.switches.has('update');
  // What is written now cannot be worse than what is written now.
  const before = update ? { seeds, bugs: {} } : board;
  problems.push(...summaries.flatMap((summary) => problemsOf(before, summary)));
  if (parsed.switches.has('json')) {
    process.stdout.write(`${JSON.stringify({ seeds, summaries, problems }, null, 2)}\n`);
  } else {
    process.stdout.write(tableText(summaries));
    for (const problem of problems) process.stdout.write(`\nPROBLEM ${problem}\n`);
  }
  if (update) {
    const path = writeBoard(board, seeds, summaries);
    process.stderr.write(`written: ${path}\n`);
  }
  return problems.length === 0 ? 0 : 1;
}

function errandOf({ id, edits }: Bug, seeds: number): Errand {
  const repaired = deviation(id)?.disposition === 'repaired';
  return {
    bug: id,
    files: [...new Set(edits.map(({ file }) => file))],
    seeds: Array.from({ length: seeds }, (_, index) => `bug-${index}`),
    budget: BUDGET,
    totalMs: TOTAL_MS,
    known: repaired ? id : null,
  };
}

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
