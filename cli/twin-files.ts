/** Scenarios and traces, each on the implementation and on Linux, or beside what it once said. */
import { join, parse } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { TraceStep } from '../contract/json/trace.ts';
import { TraceReader, traceHeadLine, traceStepLine } from '../contract/json/trace.ts';
import type { Violation } from '../contract/law.ts';
import type { OpName } from '../contract/operations.ts';
import type { Case } from '../contract/scenario.ts';
import type { BatchSubject, Booted } from '../contract/subject.ts';
import { OBSERVATIONS } from '../contract/subject.ts';
import { LINUX_KNOWN } from '../linux/subject.ts';
import { Tally } from '../properties/labels/tally.ts';
import { nameOf, readScenario, STDIN } from '../properties/runner/corpus.ts';
import { writeAtomically } from '../properties/runner/files.ts';
import { BatchRunner, profileOf } from '../properties/runner/run.ts';
import type { Failure, Profile } from '../properties/runner/trial.ts';
import { type Recorded, RecordedSession } from '../properties/twin/recorded.ts';
import type { Twin, TwinRecorder } from '../properties/twin/run.ts';
import { runTwin } from '../properties/twin/run.ts';
import { linesOf } from './lines.ts';

/** What is compared: a case, and what was answered to it before, if it comes from a trace. */
export interface TwinFile {
  readonly path: string;
  readonly kase: Case;
  readonly recorded: Recorded | null;
}

const TRACE = '.trace';

/** @throws InputError for what is neither a scenario nor a trace */
export async function readTwinFile(path: string): Promise<TwinFile> {
  if (!path.endsWith(TRACE)) return { path, kase: readScenario(path), recorded: null };
  const reader = new TraceReader(nameOf(path));
  const steps: TraceStep[] = [];
  for await (const line of linesOf(path, 'a trace')) {
    const step = reader.read(line);
    if (step !== null) steps.push(step);
  }
  const head = reader.end();
  const kase = { machine: head.machine, program: steps.map(({ op }) => op) };
  return { path, kase, recorded: { path: nameOf(path), head, steps } };
}

/** What came of a file. */
export interface TwinResult {
  readonly path: string;
  /** Why the machine is not taken, or null. */
  readonly refused: string | null;
  readonly failure: Failure | null;
  readonly tally: Tally;
  /** The name of who answered. */
  readonly by: string;
}

/** Beside the answers of the trace: no kernel is needed. */
export async function compareRecorded(
  twin: Twin,
  path: string,
  recorded: Recorded,
): Promise<TwinResult> {
  const { head, steps } = recorded;
  const tally = new Tally();
  const right: Profile = {
    observes: new Set(head.observes ?? OBSERVATIONS),
    known: LINUX_KNOWN,
    operations: new Set<OpName>(head.operations ?? steps.map(({ op }) => op.op)),
    placement: false,
  };
  const kase = { machine: head.machine, program: steps.map(({ op }) => op) };
  const session = new RecordedSession(recorded);
  const how = { twin, right, tally, spares: false, closes: false };
  const failure = await runTwin(session, kase, how);
  return { path, refused: null, failure, tally, by: `${head.subject ?? 'somebody'}, recorded` };
}

/** Beside a running kernel, which boots once for files in a row that have the same machine. */
export class LiveTwin {
  readonly #subject: BatchSubject;
  readonly #right: Profile;
  readonly #runner: BatchRunner;
  #machine: Case['machine'] | null = null;

  constructor(subject: BatchSubject) {
    this.#subject = subject;
    this.#right = profileOf(subject, []);
    this.#runner = new BatchRunner(subject, this.#right);
  }

  async compare(twin: Twin, { path, kase, recorded }: TwinFile): Promise<TwinResult> {
    const tally = new Tally();
    const result = { path, tally, by: this.#subject.name };
    const reason = this.#subject.accepts(kase.machine);
    if (reason !== null) return { ...result, refused: reason, failure: null };
    const machine = this.#sameMachine(kase.machine);
    const how = { twin, right: this.#right, tally, spares: false, closes: recorded === null };
    const failure = await this.#runner.use(machine, (session) =>
      runTwin(session, { ...kase, machine }, how),
    );
    return { ...result, refused: null, failure };
  }

  #sameMachine(machine: Case['machine']): Case['machine'] {
    if (!isDeepStrictEqual(machine, this.#machine)) this.#machine = machine;
    return this.#machine!;
  }

  async close(): Promise<void> {
    await this.#runner.close();
    await this.#subject.close?.();
  }
}

/** Where the trace of a file goes. */
export function tracePath(folder: string, path: string): string {
  return join(folder, `${path === STDIN ? 'stdin' : parse(path).name}${TRACE}`);
}

/** What a subject says, as a trace; written when it was all as it should be. */
export class TraceOf implements TwinRecorder {
  readonly #path: string;
  readonly #subject: BatchSubject;
  readonly #machine: Case['machine'];
  #booted: Booted = { warnings: [] };
  readonly #lines: string[] = [];

  constructor(path: string, subject: BatchSubject, machine: Case['machine']) {
    this.#path = path;
    this.#subject = subject;
    this.#machine = machine;
  }

  booted(booted: Booted): void {
    this.#booted = booted;
  }

  answered(op: TraceStep['op'], outcome: TraceStep['outcome']): void {
    this.#lines.push(traceStepLine({ op, outcome }, this.#machine));
  }

  keep(): void {
    const { name, observes, operations } = this.#subject;
    const head = traceHeadLine({
      subject: name,
      observes: [...observes],
      operations,
      machine: this.#machine,
      booted: this.#booted,
    });
    writeAtomically(this.#path, `${[head, ...this.#lines].join('\n')}\n`);
  }
}

export function twinFileText({ path, refused, failure, tally, by }: TwinResult): string {
  if (refused !== null) return `${path}\n  refused    ${refused}\n`;
  if (failure !== null) return `${path}\n${differenceText(failure.violation, by)}`;
  const count = (verdict: string) => tally.counts.get(`twin: ${verdict}`) ?? 0;
  const elsewhere = count('place') + count('cache') + count('unknown');
  const more = elsewhere === 0 ? '' : `; ${elsewhere} not compared`;
  return `${path}\n  same       ${count('same')} answers of ${by}${more}\n`;
}

function differenceText({ law, expected, observed }: Violation, by: string): string {
  if (law !== 'twin/same') return `  ${law} broken: ${expected}, but ${observed}\n`;
  return `  different  ${by}: ${expected}\n  here       ${observed}\n`;
}
