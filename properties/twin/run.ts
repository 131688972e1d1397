/** One case on two subjects: the same operations, and the answers side by side. */
import type { Law } from '../../contract/law.ts';
import type { Machine } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { Case } from '../../contract/scenario.ts';
import type { BatchSession, SyncSubject } from '../../contract/subject.ts';
import { broken } from '../../model/judge/rule.ts';
import { lowLimit } from '../../model/judge/rules/bounce-pool.ts';
import { Tally } from '../labels/tally.ts';
import { takeBack } from '../runner/batch.ts';
import { batchProblem, outcomeProblem } from '../runner/form.ts';
import { begin, type Recorder } from '../runner/send.ts';
import type { Failure, Profile } from '../runner/trial.ts';
import { Trial } from '../runner/trial.ts';
import { compare, differingText } from './compare.ts';
import type { Asked } from './left.ts';
import { askLeft, withPoolOf } from './left.ts';
import { isUnknown } from './unknown.ts';

/** The subject in process that the other one is compared with. */
export interface Twin {
  readonly subject: SyncSubject;
  readonly profile: Profile;
  /** Can the other subject be asked that, on this machine? */
  sends(machine: Machine, op: Op): boolean;
  /** Who is to see what the other one says on a machine; left out: nobody. */
  recorder?(machine: Machine): TwinRecorder;
}

export interface TwinRecorder extends Recorder {
  /** The case is over, and nothing differed. */
  keep(): void;
}

export const TWIN_LAW: Law = {
  id: 'twin/same',
  says: 'The implementation with all of linux-6.12 planted answers what a running Linux answers.',
  decides: [],
  source: 'Linux 6.12, running',
  by: 'twin',
};

/** How two subjects are compared. */
export interface TwinRun {
  readonly twin: Twin;
  /** Of the other subject. */
  readonly right: Profile;
  readonly tally: Tally;
  /** Leave out what ends the other one in a known way. */
  readonly spares: boolean;
  /** Give everything back at the end? The program of a trace has done so. */
  readonly closes?: boolean;
}

/** The first broken law or difference, or null. */
export async function runTwin(
  session: BatchSession,
  { machine, program }: Case,
  { twin, right, tally, spares, closes = true }: TwinRun,
): Promise<Failure | null> {
  const trial = new Trial(machine, right, tally);
  const record = twin.recorder?.(machine);
  const problem = begin(session, trial, record);
  if (problem !== null) return problem;
  const besides = withPoolOf(machine, session.booted, lowLimit(machine) + 1);
  const { subject, profile } = twin;
  const sends = (op: Op) => right.operations.has(op.op) && twin.sends(machine, op);
  const asking = { subject, profile, tally: new Tally(), sends, spares, closes };
  const run = askLeft(asking, { machine: besides, program });
  if ('failure' in run) return run.failure;
  const outcomes = await session.run(run.asked.map(({ op }) => op));
  const unusable = batchProblem(outcomes, run.asked.length);
  if (unusable !== null) return trial.malformed(unusable, null, -1);
  for (const [index, asked] of run.asked.entries()) {
    if (!trial.sends(asked.op)) {
      // With memory elsewhere it was undefined: neither what comes after it says anything, nor does
      // the machine that has done it.
      tally.add('twin: ended early');
      await session.close?.();
      return null;
    }
    record?.answered(asked.op, outcomes[index]!);
    const failure = judgeBoth(trial, asked, outcomes[index]!, tally);
    if (failure !== null) return failure;
    if (outcomes[index]!.is === 'crash') tally.add('died in a known way');
  }
  const left = outcomes.at(-1)?.is === 'crash' ? null : await takeBack(session, program.length);
  if (left === null) record?.keep();
  return left;
}

/** The difference first: what it breaks besides is told by a campaign of its own. */
function judgeBoth(
  trial: Trial,
  { op, step, outcome: left, about }: Asked,
  right: Outcome,
  tally: Tally,
): Failure | null {
  const problem = outcomeProblem(right);
  if (problem !== null) return trial.malformed(problem, op, step);
  const told = compare(left, right, about);
  const verdict =
    told === 'different' && isUnknown(trial.judge, op, left, right) ? 'unknown' : told;
  tally.add(`twin: ${verdict}`);
  if (verdict === 'different') {
    const violation = broken(TWIN_LAW.id, differingText(right, left), differingText(left, right));
    return { violation, step, op, outcome: left };
  }
  return trial.answer(op, right, step);
}
