/** `carveout replay FILE…`: runs scenario files again. */
import { statSync } from 'node:fs';
import { traceHeadLine, traceStepLine } from '../../contract/json/trace.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { readText, STDIN, scenarioOf } from '../../properties/runner/corpus.ts';
import { writeAtomically } from '../../properties/runner/files.ts';
import { replay } from '../../properties/runner/replay.ts';
import type { ReplayJson, ReplayReport } from '../../report/replay.ts';
import {
  replayJson,
  replaysOf,
  replaysText,
  replayText,
  reportReplay,
} from '../../report/replay.ts';
import type { Answer } from '../../report/steps.ts';
import { checkFile } from '../folders.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import { helpText, optionWords, parseOptions } from '../options.ts';
import { askPlanted, plantedIds } from '../planted.ts';
import { choiceOf, openSubject, TIMEOUT } from '../subject.ts';
import { UsageError } from '../usage.ts';

const OPTIONS = {
  subject: { value: 'CMD', doc: 'run another subject than the file names' },
  timeout: TIMEOUT,
  'bug-dir': { value: 'DIR', doc: 'where bugs the file names are, besides the shipped ones' },
  trace: { value: 'FILE', doc: 'write what was asked and answered as a trace (one scenario)' },
  json: { doc: 'print one JSON document instead (docs/formats.md)' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

export async function replayCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    const about =
      'Replays scenario files with the subject, bugs and deviations they name; - is stdin.\n' +
      'Exit code 0: every file showed what its header expects.';
    process.stdout.write(helpText('replay FILE… [options]', about, OPTIONS));
    return 0;
  }
  checkWords(parsed);
  const replays: ReplayJson[] = [];
  let code = 0;
  for (const path of parsed.words) {
    const text = readText(path);
    const scenario = scenarioOf(text, path);
    const { bugs } = scenario.header;
    const ended =
      bugs.length > 0 && bugs.join() !== plantedIds().join()
        ? await replayPlanted(path, text, bugs, parsed)
        : await replayHere(path, scenario, parsed);
    // Not a verdict: it has been told on stderr.
    if (ended.code > 1) return ended.code;
    code = Math.max(code, ended.code);
    replays.push(...ended.replays);
  }
  if (parsed.switches.has('json')) process.stdout.write(replaysText(replays));
  return code;
}

function checkWords({ words, values }: Parsed): void {
  if (words.length === 0) throw new UsageError('replay: which file?');
  if (words.filter((word) => word === STDIN).length > 1) {
    throw new UsageError(`replay: ${STDIN} can be read once`);
  }
  const trace = values.get('trace');
  if (trace === undefined) return;
  if (words.length > 1) throw new UsageError('--trace takes one scenario');
  checkFile('trace', trace);
}

interface Ended {
  readonly code: number;
  /** With `--json` only. */
  readonly replays: readonly ReplayJson[];
}

/** In a process that has the bugs; it prints what this one would. */
async function replayPlanted(
  path: string,
  text: string,
  bugs: readonly string[],
  parsed: Parsed,
): Promise<Ended> {
  const keep = parsed.switches.has('json');
  const args = (file: string) => ['replay', ...optionWords(parsed), '--', file];
  if (isRereadable(path))
    return endedOf(await askPlanted(bugs, parsed, args(path), { keep }), path);
  return endedOf(await askPlanted(bugs, parsed, args(STDIN), { keep, input: text }), path);
}

/** A pipe has been read to its end. */
function isRereadable(path: string): boolean {
  return path !== STDIN && statSync(path).isFile();
}

function endedOf({ code, out }: { code: number; out: string }, path: string): Ended {
  const replays = out === '' ? [] : replaysOf(out).map((one) => ({ ...one, file: path }));
  return { code, replays };
}

async function replayHere(path: string, scenario: Scenario, parsed: Parsed): Promise<Ended> {
  const report = await run(path, scenario, parsed);
  const code = report.seen.asExpected ? 0 : 1;
  if (parsed.switches.has('json')) return { code, replays: [replayJson(report)] };
  process.stdout.write(replayText(report));
  return { code, replays: [] };
}

async function run(path: string, scenario: Scenario, parsed: Parsed): Promise<ReplayReport> {
  const { machine, header } = scenario;
  const subject = await openSubject(
    choiceOf(parsed.values.get('subject') ?? header.subject, parsed),
  );
  const answers: Answer[] = [];
  try {
    const seen = await replay(subject, scenario, (op, outcome) => answers.push({ op, outcome }));
    const trace = parsed.values.get('trace');
    if (trace !== undefined) {
      const lines = answers.map((answer) => traceStepLine(answer, machine));
      const { operations } = subject;
      const observes = [...subject.observes];
      const head = traceHeadLine({ observes, operations, machine, booted: seen.booted });
      writeAtomically(trace, `${[head, ...lines].join('\n')}\n`);
    }
    return reportReplay(path, scenario, subject, seen, answers);
  } finally {
    await subject.close?.();
  }
}
