/** Any answer, allowed or not: what the written forms must carry. */
import * as fc from 'fast-check';
import { BEYOND } from '../../contract/numbers.ts';
import type { OpName } from '../../contract/operations.ts';
import { rowOf } from '../../contract/operations.ts';
import type { Outcome } from '../../contract/outcome.ts';
import { address, name, size } from './arbitrary.ts';

const answered = fc.oneof(address, fc.maxSafeNat(), fc.constant(BEYOND));
const run = fc.tuple(
  fc.nat({ max: 255 }),
  size.map((value) => Math.max(1, value)),
);

const piece = fc.tuple(answered, fc.maxSafeNat());

const RESULTS = {
  phys: answered,
  handle: answered,
  address: answered,
  bytes: fc.array(run, { maxLength: 4 }),
  truth: fc.boolean(),
  pfn: fc.maxSafeNat(),
  entries: fc.array(piece, { maxLength: 3 }),
  segments: fc.array(piece, { maxLength: 3 }),
  length: fc.maxSafeNat(),
  count: fc.maxSafeNat(),
  census: fc.array(fc.tuple(name, fc.maxSafeNat()), { maxLength: 3 }),
} as const;

/** Any answer an operation may have; what a subject does not observe is missing. */
export function outcomes(op: OpName): fc.Arbitrary<Outcome> {
  const results = Object.fromEntries(rowOf(op).results.map((field) => [field, RESULTS[field]]));
  const extra = fc.record(
    {
      warnings: fc.array(fc.constantFrom('range', 'default-redefined'), { minLength: 1 }),
      events: fc.array(
        fc.record(
          {
            event: name,
            bytes: fc.maxSafeInteger().map((value) => value + 0),
            of: name,
            phys: answered,
          },
          { requiredKeys: ['event', 'bytes'] },
        ),
        { minLength: 1, maxLength: 2 },
      ),
    },
    { requiredKeys: [] },
  );
  const body = fc.oneof(
    fc.record(results, { requiredKeys: [] }).map((found) => ({ is: 'ok', ...found })),
    fc.constantFrom({ is: 'none' }, { is: 'skipped' }, { is: 'error', errno: 'EINVAL' }),
    fc.record({
      is: fc.constant('crash'),
      crash: fc.constantFrom('oops', 'bug', 'hang'),
      where: fc.string(),
    }),
  );
  return fc.tuple(body, extra).map(([is, more]) => ({ ...is, ...more }) as Outcome);
}
