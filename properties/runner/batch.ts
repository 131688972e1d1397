/**
 * A case on a subject that answers batches: as many operations at once as can be asked whatever the
 * answers are, because a round trip costs more than an operation.
 */
import type { Op, OpName } from '../../contract/operations.ts';
import { OK } from '../../contract/outcome.ts';
import type { Case } from '../../contract/scenario.ts';
import type { BatchSession } from '../../contract/subject.ts';
import { broken, outcomeText } from '../../model/judge/rule.ts';
import type { Tally } from '../labels/tally.ts';
import { isDeadly } from './deadly.ts';
import { batchProblem, outcomeProblem } from './form.ts';
import { begin, type Recorder } from './send.ts';
import type { Failure, Profile } from './trial.ts';
import { CENSUS, Trial } from './trial.ts';

/** How a batch is run, besides what is in it. */
export interface BatchRun {
  readonly record?: Recorder | undefined;
  /** Leave out what ends the subject in a known way. */
  readonly spares?: boolean;
}

/** After these the same may be asked as before, whatever they answered. */
const QUIET: ReadonlySet<OpName> = new Set<OpName>([
  'phys_to_dma',
  'dma_to_phys',
  'coherent_ok',
  'capable',
  'required_mask',
  'addressing_limited',
  'max_mapping_size',
  'opt_mapping_size',
  'need_sync',
  'mmap',
  'write',
  'read',
  'device_write',
  'device_read',
  'mapped_write',
  'mapped_read',
  'sg_nents_for_len',
  'sg_write',
  'sg_read',
  'census',
]);

/** The first broken law, or null. */
export async function runBatch(
  session: BatchSession,
  { machine, program }: Case,
  profile: Profile,
  tally: Tally,
  { record, spares = false }: BatchRun = {},
): Promise<Failure | null> {
  const trial = new Trial(machine, profile, tally);
  const broken = begin(session, trial, record);
  if (broken !== null) return broken;
  const { length } = program;
  const play = (ops: readonly Op[], first: number, rising: 0 | 1) => {
    const steps = ops.map((op, i) => ({ op, step: first + rising * i }));
    return playSteps(session, trial, steps, { record, spares });
  };
  const played =
    (await play(program, 0, 1)) ??
    (await play(trial.returns(), length, 0)) ??
    (await play(trial.probes(), length, 0));
  if (played === DIED) {
    tally.add('died in a known way');
    return null;
  }
  return played ?? (await takeBack(session, length));
}

/** What is in use still, and what dies of taking it back, is the program's doing. */
export async function takeBack(session: BatchSession, length: number): Promise<Failure | null> {
  const outcome = (await session.takeBack?.()) ?? OK;
  if (outcome.is === 'ok') return null;
  const law = outcome.is === 'crash' ? 'any/no-crash' : 'free/returns-all';
  const violation = broken(law, 'all is given back', outcomeText(outcome));
  return { violation, step: length, op: null, outcome };
}

/** A crash that is known: nobody is there to answer the rest. */
const DIED = Symbol('died');

interface Step {
  readonly op: Op;
  readonly step: number;
  /** A census nobody wrote down: of the operation before. */
  readonly of?: Op;
}

type Played = Failure | null | typeof DIED;

async function playSteps(
  session: BatchSession,
  trial: Trial,
  steps: readonly Step[],
  how: BatchRun,
): Promise<Played> {
  for (let at = 0; at < steps.length; ) {
    const end = batchEnd(steps, at);
    const batch = steps.slice(at, end).flatMap((step) => sent(trial, step, how));
    const played = batch.length === 0 ? null : await playBatch(session, trial, batch, how.record);
    if (played !== null) return played;
    at = end;
  }
  return null;
}

/** Up to the first operation that may change what can be asked, and with it. */
function batchEnd(steps: readonly Step[], start: number): number {
  const last = steps.findIndex(({ op }, i) => i >= start && !QUIET.has(op.op));
  return last < 0 ? steps.length : last + 1;
}

function sent(trial: Trial, { op, step }: Step, { spares = false }: BatchRun): Step[] {
  if (!trial.sends(op) || (spares && isDeadly(trial.judge.state, op))) return [];
  return trial.audits(op)
    ? [
        { op, step },
        { op: CENSUS, step, of: op },
      ]
    : [{ op, step }];
}

async function playBatch(
  session: BatchSession,
  trial: Trial,
  steps: readonly Step[],
  record: Recorder | undefined,
): Promise<Played> {
  const outcomes = await session.run(steps.map(({ op }) => op));
  const unusable = batchProblem(outcomes, steps.length);
  if (unusable !== null) return trial.malformed(unusable, steps[0]!.op, steps[0]!.step);
  for (const [index, { op, step, of }] of steps.entries()) {
    const outcome = outcomes[index]!;
    const problem = outcomeProblem(outcome);
    if (problem !== null) return trial.malformed(problem, op, step);
    if (of === undefined) record?.answered(op, outcome);
    const failure =
      of === undefined ? trial.answer(op, outcome, step) : trial.audited(of, outcome, step);
    if (failure !== null) return failure;
    if (outcome.is === 'crash') return DIED;
  }
  return null;
}
