/** The form of a question and of its answers. */
import type { Desk } from './desk.ts';
import type { PolicyId } from './policies.ts';
import type { Verdict } from './transfer.ts';
import { tallyText } from './transfer.ts';

export interface Finding {
  readonly policy: PolicyId;
  /** What of the question this line is about. */
  readonly about: string;
  /** What the source of Linux 6.12 says must come out. */
  readonly predicted: string;
  readonly measured: string;
  /** Part by part, and not only in sum. */
  readonly agrees: boolean;
}

export interface Question {
  /** As in the debate: Q1, Q2, … */
  readonly id: string;
  readonly claim: string;
  /** Who said so. */
  readonly by: string;
  ask(desk: Desk, seed: string): readonly Finding[];
}

/** One use of one buffer: what must come out, and what did. */
export interface Cell {
  readonly predicted: Verdict;
  readonly measured: Verdict;
}

export function findingOf(policy: PolicyId, about: string, cells: readonly Cell[]): Finding {
  return {
    policy,
    about,
    predicted: tallyText(cells.map(({ predicted }) => predicted)),
    measured: tallyText(cells.map(({ measured }) => measured)),
    agrees: cells.every(({ predicted, measured }) => predicted === measured),
  };
}

/** A finding in numbers, or whatever else two texts say. */
export function compared(
  policy: PolicyId,
  about: string,
  predicted: string,
  measured: string,
): Finding {
  return { policy, about, predicted, measured, agrees: predicted === measured };
}
