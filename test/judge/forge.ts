/** Forged answers: what a lying subject would say, for tests of the judge. */
import type { Machine } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { OBSERVATIONS } from '../../contract/subject.ts';
import { parseScenario } from '../../contract/text/parse.ts';
import { Judge } from '../../model/judge/judge.ts';

export type Answered = readonly [op: string, outcome: Outcome];

/** The law the last answer breaks, or null. All earlier answers must be allowed. */
export function lawBrokenBy(machineText: string, answers: readonly Answered[]): string | null {
  const { machine, program } = parse(
    machineText,
    answers.map(([op]) => op),
  );
  const judge = new Judge(machine, new Set(OBSERVATIONS));
  for (const [index, op] of program.entries()) {
    const legality = judge.legality(op);
    if (legality === 'undefined' || legality === 'meaningless') {
      throw new Error(`step ${index + 1} is ${legality}: ${answers[index]![0]}`);
    }
    const outcome = answers[index]![1];
    const violation = judge.check(op, outcome);
    if (index === program.length - 1) return violation?.law ?? null;
    if (violation !== null) throw new Error(`step ${index + 1} breaks ${violation.law} already`);
    judge.adopt(op, outcome);
  }
  return null;
}

/** A judge that believes the answers, and the operation that comes next. */
export function judgeAfter(machineText: string, answers: readonly Answered[], last: string) {
  const { machine, program } = parse(machineText, [...answers.map(([op]) => op), last]);
  const judge = new Judge(machine, new Set(OBSERVATIONS));
  for (const [index, [, outcome]] of answers.entries()) judge.adopt(program[index]!, outcome);
  return { judge, last: program.at(-1)! };
}

/** The legality of the last operation after the answers before it. */
export function legalityOf(machineText: string, answers: readonly Answered[], last: string) {
  const next = judgeAfter(machineText, answers, last);
  return next.judge.legality(next.last);
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
