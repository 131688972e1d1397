/** `carveout fuzz`: random machines and programs against a subject. */
import { randomBytes } from 'node:crypto';
import { KNOWN_IDS } from '../../contract/known.ts';
import type { Machine } from '../../contract/machine.ts';
import { nearMiss } from '../../contract/text/near-miss.ts';
import { CASES_PER_BLOCK } from '../../properties/runner/campaign.ts';
import { readScenario } from '../../properties/runner/corpus.ts';
import type { Report } from '../../report/campaign.ts';
import { exitCode, reportText } from '../../report/campaign.ts';
import { reportJson } from '../../report/json.ts';
import { checkHolds } from '../folders.ts';
import type { FuzzPlan, PhasePlan } from '../fuzzing.ts';
import { corpusDirectory, fuzz } from '../fuzzing.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import {
  helpText,
  integerOption,
  listOption,
  parseOptions,
  shardOption,
  timeOption,
} from '../options.ts';
import { plantedIds, runPlanted } from '../planted.ts';
import { choiceOf, TIMEOUT } from '../subject.ts';
import { UsageError } from '../usage.ts';

export const FUZZ_OPTIONS = {
  seed: { value: 'TEXT', doc: 'any string; default CARVEOUT_SEED, else a fresh one' },
  time: { value: 'TIME', doc: 'stop after 30s, 5m, 1h (default 30s without --cases)' },
  cases: { value: 'N', doc: 'stop after so many cases' },
  case: { value: 'N', doc: 'run this one case of the seed' },
  shard: { value: 'I/N', doc: 'run part I of N of the cases' },
  jobs: { value: 'N', doc: 'processes to run in (default 1)' },
  subject: { value: 'CMD', doc: 'judge a program (docs/formats.md), or a running kernel: linux' },
  timeout: TIMEOUT,
  machine: { value: 'FILE', doc: 'run on the machine of a scenario file only' },
  known: { value: 'IDS', doc: 'deviations to excuse, or linux-6.12 for all repaired ones' },
  bugs: { value: 'IDS', doc: 'plant these bugs (or a family) into the built-in subject' },
  'bug-dir': { value: 'DIR', doc: 'take bugs from your own files; they are code' },
  corpus: { value: 'DIR', doc: 'scenarios to replay first (default: the shipped ones)' },
  'no-corpus': { doc: 'replay none' },
  failures: { value: 'DIR', doc: 'where failure files go (default failures)' },
  bail: { doc: 'stop at the first broken law' },
  labels: { doc: 'print what the generated cases reached' },
  json: { doc: 'print one JSON document instead (docs/formats.md)' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

export async function fuzzCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, FUZZ_OPTIONS);
  if (parsed.switches.has('help')) {
    const about = 'Runs random programs on random machines and judges every answer.';
    process.stdout.write(helpText('fuzz [options]', about, FUZZ_OPTIONS));
    return 0;
  }
  if (parsed.words.length > 0) throw new UsageError(`unexpected word "${parsed.words[0]}"`);
  const planted = await runPlanted(parsed, ['fuzz', ...args]);
  if (planted !== null) return planted;
  return await runFuzz(parsed, [phaseOf(parsed)]);
}

/** Runs the phases with the common options and prints the report. */
export async function runFuzz(parsed: Parsed, phases: readonly PhasePlan[]): Promise<number> {
  const plan = planOf(parsed, phases);
  const json = parsed.switches.has('json');
  if (!json) process.stdout.write(`seed "${plan.seed}"\n`);
  const report = await fuzz(plan);
  printReport(report, parsed);
  return exitCode(report);
}

/** `extra`: what else the JSON document is to hold. */
export function printReport(
  report: Report,
  parsed: Parsed,
  extra: Readonly<Record<string, unknown>> = {},
): void {
  const text = parsed.switches.has('json')
    ? reportJson(report, extra)
    : reportText(report, { labels: parsed.switches.has('labels') });
  process.stdout.write(text);
}

export function planOf(parsed: Parsed, phases: readonly PhasePlan[]): FuzzPlan {
  const { values, switches } = parsed;
  const shard = shardOption(parsed);
  for (const { cases } of phases) checkShare(cases, shard);
  return {
    subject: choiceOf(commandOf(values.get('subject')), parsed),
    seed: seedOf(parsed),
    phases,
    firstCase: integerOption(parsed, 'case', 0) ?? 0,
    shard,
    jobs: integerOption(parsed, 'jobs', 1, 256) ?? 1,
    failures: values.get('failures') ?? 'failures',
    corpus: corpusOf(parsed),
    known: knownOf(parsed),
    bugs: plantedIds(),
    bail: switches.has('bail'),
  };
}

/** A part without a single case would be a run that judges nothing. @throws UsageError */
function checkShare(cases: number | undefined, { index, count }: FuzzPlan['shard']): void {
  if (cases === undefined || index * CASES_PER_BLOCK < cases) return;
  throw new UsageError(
    `--cases ${cases} --shard ${index + 1}/${count}: no case is left for this part; ` +
      `parts take turns at blocks of ${CASES_PER_BLOCK} cases`,
  );
}

function corpusOf(parsed: Parsed): string | null {
  const given = parsed.values.get('corpus');
  if (given === undefined) return parsed.switches.has('no-corpus') ? null : corpusDirectory();
  if (parsed.switches.has('no-corpus')) {
    throw new UsageError('--corpus and --no-corpus: one of the two');
  }
  checkHolds('corpus', given, '.carveout');
  return given;
}

/** A failure file holds the command on one line. */
function commandOf(given: string | undefined): string | null {
  const command = given?.trim();
  if (command === '') throw new UsageError('--subject: a command, not nothing');
  if (command !== undefined && /[\n\r]/.test(command)) {
    throw new UsageError('--subject: one line; put more into a script');
  }
  return command ?? null;
}

export function seedOf(parsed: Parsed): string {
  const given = parsed.values.get('seed') ?? process.env['CARVEOUT_SEED'];
  if (given !== undefined && given !== '') {
    if (/["\n\r]/.test(given)) throw new UsageError('--seed: no quotes or line ends');
    return given;
  }
  return `${new Date().toISOString().slice(0, 10)}-${randomBytes(4).toString('hex')}`;
}

/** @throws UsageError for an id that is no repaired deviation */
function knownOf(parsed: Parsed): readonly string[] {
  return listOption(parsed, 'known').flatMap((id) => {
    if (id === LINUX) return KNOWN_IDS;
    if (KNOWN_IDS.includes(id)) return [id];
    const hint = nearMiss(id, [LINUX, ...KNOWN_IDS]) ?? `it is none of ${KNOWN_IDS.join(', ')}`;
    throw new UsageError(`--known ${id}: expected ${LINUX} or ids of repaired deviations; ${hint}`);
  });
}

/** Stands for all repaired rows. */
const LINUX = 'linux-6.12';

/** What says how many cases to run; a single one has nothing to divide. */
const NOT_WITH_CASE = ['cases', 'shard', 'jobs'] as const;

function phaseOf(parsed: Parsed): PhasePlan {
  const single = parsed.values.has('case');
  const other = NOT_WITH_CASE.find((name) => parsed.values.has(name));
  if (single && other !== undefined) {
    throw new UsageError(`--case runs a single case: it does not go with --${other}`);
  }
  const cases = single ? 1 : integerOption(parsed, 'cases', 1);
  const timeMs = timeOption(parsed, 'time') ?? (cases === undefined ? 30_000 : undefined);
  const file = parsed.values.get('machine');
  const machine: Machine | undefined = file === undefined ? undefined : readScenario(file).machine;
  return { title: file === undefined ? 'random' : 'machine', machine, cases, timeMs };
}
