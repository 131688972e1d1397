/** Forged answers: what a lying subject would say, for tests of the judge. */
import type { Machine } from '../../contract/machine.ts';
import type { Op, OpName } from '../../contract/operations.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import type { Event, Outcome } from '../../contract/outcome.ts';
import type { Observation } from '../../contract/subject.ts';
import { OBSERVATIONS } from '../../contract/subject.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { Judge } from '../../model/judge/judge.ts';

export type Answered = readonly [op: string, outcome: Outcome];

/** What the forged subject can be asked, tells, and said while booting. */
export interface Setting {
  readonly operations?: ReadonlySet<OpName>;
  readonly observes?: ReadonlySet<Observation>;
  readonly chunks?: readonly Event[];
}

/** A subject with memory behind its pools; its atomic pools were made of these chunks. */
export function withMemory(...chunks: readonly Event[]): Setting {
  return { operations: new Set(OP_NAMES), chunks };
}

/** The law each of these answers to `last` breaks, or null. Earlier answers must be allowed. */
export function verdicts(
  machineText: string,
  before: readonly Answered[],
  last: string,
  outcomes: readonly Outcome[],
  setting: Setting = {},
): (string | null)[] {
  const { machine, program } = parse(machineText, [...before.map(([op]) => op), last]);
  const judge = bootedJudge(machine, setting);
  for (const [index, op] of program.entries()) {
    const legality = judge.legality(op);
    const answered = before[index];
    if (legality === 'undefined' || legality === 'meaningless') {
      throw new Error(`step ${index + 1} is ${legality}: ${answered?.[0] ?? last}`);
    }
    if (answered === undefined) break;
    const violation = judge.check(op, answered[1]);
    if (violation !== null) throw new Error(`step ${index + 1} breaks ${violation.law} already`);
    judge.adopt(op, answered[1]);
  }
  return outcomes.map((outcome) => judge.check(program.at(-1)!, outcome)?.law ?? null);
}

/** The law the last answer breaks, or null. All earlier answers must be allowed. */
export function lawBrokenBy(
  machineText: string,
  answers: readonly Answered[],
  setting: Setting = {},
): string | null {
  const [last, outcome] = answers.at(-1)!;
  return verdicts(machineText, answers.slice(0, -1), last, [outcome], setting)[0]!;
}

/** The law that booting breaks, or null. */
export function lawBrokenAtBoot(machineText: string, chunks: readonly Event[]): string | null {
  const { operations } = withMemory();
  const judge = new Judge(parse(machineText, []).machine, new Set(OBSERVATIONS), operations);
  return judge.checkBoot({ warnings: [], events: chunks })?.law ?? null;
}

/** A judge that believes the answers, and the operation that comes next. */
export function judgeAfter(
  machineText: string,
  answers: readonly Answered[],
  last: string,
  setting: Setting = {},
) {
  const { machine, program } = parse(machineText, [...answers.map(([op]) => op), last]);
  const judge = bootedJudge(machine, setting);
  for (const [index, [, outcome]] of answers.entries()) judge.adopt(program[index]!, outcome);
  return { judge, last: program.at(-1)! };
}

/** The legality of the last operation after the answers before it. */
export function legalityOf(
  machineText: string,
  answers: readonly Answered[],
  last: string,
  setting: Setting = {},
) {
  const next = judgeAfter(machineText, answers, last, setting);
  return next.judge.legality(next.last);
}

function bootedJudge(machine: Machine, setting: Setting): Judge {
  const { operations, observes = new Set(OBSERVATIONS), chunks = [] } = setting;
  const judge = new Judge(machine, observes, operations);
  const violation = judge.checkBoot({ warnings: [], events: chunks });
  if (violation !== null) throw new Error(`booting breaks ${violation.law}: ${violation.expected}`);
  return judge;
}

function parse(
  machineText: string,
  ops: readonly string[],
): { readonly machine: Machine; readonly program: readonly Op[] } {
  const text = ['carveout scenario 1', 'profile arm64', machineText, ...ops].join('\n');
  // A machine text may choose its own profile.
  const own = machineText.trim().startsWith('profile');
  return parseScenario(own ? text.replace('profile arm64\n', '') : text, 'forged');
}

export const ok = (fields: Omit<Extract<Outcome, { is: 'ok' }>, 'is'> = {}): Outcome => ({
  is: 'ok',
  ...fields,
});

/** A correct grant of `size` bytes at `phys`. */
export const grant = (phys: number, size: number, handle = phys): Outcome =>
  ok({ phys, handle, bytes: [[0, size]] });

/** Memory given to an atomic pool. */
export const chunk = (of: string, phys: number, bytes: number): Event => ({
  event: 'chunk',
  of,
  phys,
  bytes,
});
