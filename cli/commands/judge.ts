/** `carveout judge TRACE`: judges a recorded trace, wherever it was recorded. */
import { TraceReader } from '../../contract/json/trace.ts';
import type { Op, OpName } from '../../contract/operations.ts';
import type { Observation } from '../../contract/subject.ts';
import { FIRST_OPERATIONS, OBSERVATIONS } from '../../contract/subject.ts';
import { Tally } from '../../properties/labels/tally.ts';
import { nameOf } from '../../properties/runner/corpus.ts';
import type { Failure } from '../../properties/runner/trial.ts';
import { Trial } from '../../properties/runner/trial.ts';
import type { Judged, Unjudged } from '../../report/judged.ts';
import { judgedJson, judgedText, verdictOf } from '../../report/judged.ts';
import { unsent } from '../../report/unsent.ts';
import { linesOf } from '../lines.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import { helpText, listOption, parseOptions } from '../options.ts';
import { UsageError } from '../usage.ts';

/** Who tells where all pages are says so. */
const USUAL = OBSERVATIONS.filter((name) => name !== 'free-memory');

const OPTIONS = {
  observes: {
    value: 'LIST',
    doc: `what the recorder reported (default: what the trace says, else ${USUAL.join(',')})`,
  },
  json: { doc: 'print one JSON document instead (docs/formats.md)' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

export async function judgeCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    const about =
      'Judges a recorded trace; - is stdin. Exit code 1: a law was broken, or nothing was judged.';
    process.stdout.write(helpText('judge TRACE [options]', about, OPTIONS));
    return 0;
  }
  const [path, ...more] = parsed.words;
  if (path === undefined || more.length > 0) throw new UsageError('judge: exactly one trace file');
  const report = await judge(path, observesOf(parsed));
  process.stdout.write(parsed.switches.has('json') ? judgedJson(report) : judgedText(report));
  return verdictOf(report) === 'clean' ? 0 : 1;
}

/** Null: as the trace says. */
function observesOf(parsed: Parsed): ReadonlySet<Observation> | null {
  const listed = listOption(parsed, 'observes');
  for (const name of listed) {
    if (!(OBSERVATIONS as readonly string[]).includes(name)) {
      throw new UsageError(`--observes ${name}: expected some of ${OBSERVATIONS.join(', ')}`);
    }
  }
  return listed.length === 0 ? null : new Set(OBSERVATIONS.filter((o) => listed.includes(o)));
}

/** Up to the end, or to the first broken law. @throws InputError */
async function judge(path: string, asked: ReadonlySet<Observation> | null): Promise<Judged> {
  const reader = new TraceReader(nameOf(path));
  const program: Op[] = [];
  const unjudged = new Map<string, Unjudged>();
  let judged = 0;
  let observes: ReadonlySet<Observation> = asked ?? new Set(USUAL);
  let operations: ReadonlySet<OpName> = new Set(FIRST_OPERATIONS);
  let trial: Trial | null = null;
  let failure: Failure | null = null;
  for await (const line of linesOf(path, 'a trace')) {
    const step = reader.read(line);
    if (trial === null && reader.head !== null) {
      const { machine, booted } = reader.head;
      observes = asked ?? new Set(reader.head.observes ?? USUAL);
      operations = new Set<OpName>(reader.head.operations ?? FIRST_OPERATIONS);
      const profile = { observes, known: [], operations, placement: false };
      trial = new Trial(machine, profile, new Tally());
      failure = trial.booted(booted);
    }
    if (trial !== null && step !== null) {
      program.push(step.op);
      const why = unsent(trial.judge, step.op, operations);
      if (why === null) {
        judged += 1;
        failure = trial.answer(step.op, step.outcome, program.length - 1);
      } else countUnjudged(unjudged, step.op, why);
    }
    if (failure !== null) break;
  }
  const { machine } = reader.end();
  return { path, machine, program, judged, unjudged: [...unjudged.values()], observes, failure };
}

function countUnjudged(rows: Map<string, Unjudged>, { op }: Op, why: Unjudged['why']): void {
  const key = `${op} ${why}`;
  rows.set(key, { op, why, count: (rows.get(key)?.count ?? 0) + 1 });
}
