/** What an operation did besides its answer. */
import type { Event, Outcome } from '../../contract/outcome.ts';

export function withEvents(outcome: Outcome, events: readonly Event[]): Outcome {
  return events.length === 0 ? outcome : { ...outcome, events };
}
