/** What the implementation gives every view of a board; a broken law is an error here. */
import type { Board } from '../../boards/loader.ts';
import { type MeasuredReach, measureReach } from '../../report/reach/measure.ts';
import { carveoutSubject } from '../../sut/subject.ts';

export function measured(board: Board): MeasuredReach {
  const seen = measureReach(carveoutSubject, board);
  if (seen.is === 'measured') return seen.reach;
  const { law, expected, observed } = seen.failure.violation;
  throw new Error(`${law}: expected ${expected}, observed ${observed}`);
}
