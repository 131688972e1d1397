/** Answers somebody gave once, given again: a subject that need not be there. */
import type { TraceHead, TraceStep } from '../../contract/json/trace.ts';
import type { Op } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import type { BatchSession, Booted } from '../../contract/subject.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { printOp } from '../../contract/text/print.ts';

/** A trace, whole. */
export interface Recorded {
  /** For messages. */
  readonly path: string;
  readonly head: TraceHead;
  readonly steps: readonly TraceStep[];
}

/** Answers to the operations of the trace, in their order. */
export class RecordedSession implements BatchSession {
  readonly booted: Booted;
  readonly #recorded: Recorded;
  #next = 0;

  constructor(recorded: Recorded) {
    this.#recorded = recorded;
    this.booted = recorded.head.booted;
  }

  /** @throws InputError when something else is asked than was then, which nobody answered */
  async run(ops: readonly Op[]): Promise<readonly Outcome[]> {
    return ops.map((op) => this.#answer(op));
  }

  #answer(op: Op): Outcome {
    const { path, head, steps } = this.#recorded;
    const step = steps[this.#next];
    const asked = printOp(op, head.machine);
    const found = step === undefined ? 'the end of the trace' : printOp(step.op, head.machine);
    // The first line is the machine's.
    const line = this.#next + 2;
    this.#next += 1;
    if (step !== undefined && found === asked) return step.outcome;
    const expected = `the answer to ${asked}, which is asked here now: record the trace anew`;
    throw new InputError({ file: path, line, column: 0, found, expected });
  }
}
