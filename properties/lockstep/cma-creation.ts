/**
 * Places of CMA areas beside the literal rule. Machines have up to 3 banks and up to 4 reserved
 * ranges, whose edges are whole MiB around 0, 1, 4 and 6 GiB; requests are a few MiB, fixed or not.
 */
import fc from 'fast-check';
import { pageblockOrder } from '../../contract/machine.ts';
import { hex, sizeText } from '../../contract/numbers.ts';
import { referencePlace } from '../../model/reference/cma-place.ts';
import { CmaTable } from '../../sut/mm/cma-areas.ts';
import type {
  BootMemory,
  BootRange,
  ContigRequest,
  placeContiguous,
} from '../../sut/mm/cma-place.ts';
import { checkLockstep, type Divergence, type LockstepFailure } from './check.ts';

export const CREATION_LAW = 'cma/creation';

interface CreationProgram {
  readonly pageSize: number;
  readonly memory: BootMemory;
  readonly request: ContigRequest;
}

const MIB = 2 ** 20;

/** First failure of `cma/creation` in `cases` programs of `seed`; `place` is under test. */
export function checkCmaCreation(
  seed: string,
  cases: number,
  place: typeof placeContiguous = declare,
): LockstepFailure | undefined {
  const run = (program: CreationProgram) => runCreation(program, place);
  return checkLockstep({ law: CREATION_LAW, programs: creationPrograms(), run }, seed, cases);
}

/** The first area of a table: where it is placed, and taken as it is. */
const declare: typeof placeContiguous = (request, pageSize, memory) => {
  const unused = () => {
    throw new Error('creating an area takes no pages');
  };
  const table = new CmaTable(pageSize, { allocContigRange: unused, freeContigRange: unused });
  const area = table.declareContiguous(request, memory, null);
  if (typeof area === 'string') return area;
  return { base: area.basePfn * pageSize, size: area.count * pageSize };
};

function runCreation(
  { pageSize, memory, request }: CreationProgram,
  place: typeof placeContiguous,
): Divergence | undefined {
  const least = pageSize * 2 ** pageblockOrder(pageSize);
  const expected = placeText(referencePlace(request, pageSize, least, memory));
  const observed = placeText(place(request, pageSize, memory));
  if (expected === observed) return undefined;
  const { base, size, limit, alignment, orderPerBit, fixed } = request;
  const asked = [
    `${fixed ? 'fixed ' : ''}size ${sizeText(size)} base ${hex(base)} limit ${hex(limit)}`,
    `alignment ${sizeText(alignment)}, 2^${orderPerBit} pages a bit`,
  ];
  const calls = [
    `pages of ${sizeText(pageSize)}`,
    ...memory.banks.map((bank) => `bank ${rangeText(bank)}`),
    ...memory.reserved.map((range) => `reserved ${rangeText(range)}`),
    asked.join(' '),
  ];
  return { law: CREATION_LAW, calls, expected, observed };
}

const rangeText = ({ start, end }: BootRange) => `${hex(start)}..${hex(end)}`;

function placeText(place: ReturnType<typeof placeContiguous>): string {
  return typeof place === 'string' ? place : `${sizeText(place.size)} at ${hex(place.base)}`;
}

function creationPrograms(): fc.Arbitrary<CreationProgram> {
  const edge = fc
    .tuple(fc.constantFrom(0, 1024, 4096, 6144), fc.integer({ min: -12, max: 12 }))
    .map(([gib, mib]) => Math.max(0, gib + mib) * MIB);
  const range = fc
    .tuple(
      edge,
      fc.oneof(
        edge,
        fc.integer({ min: 1, max: 16 }).map((mib) => mib * MIB),
      ),
    )
    .map(([start, length]) => ({ start, end: start + Math.max(MIB, length) }));
  const bytes = fc
    .tuple(fc.integer({ min: 0, max: 12 }), fc.constantFrom(0, 0, 4096))
    .map(([mib, more]) => mib * MIB + more);
  const request = fc.record({
    base: fc.oneof(fc.constant(0), edge),
    size: bytes,
    limit: fc.oneof(fc.constant(0), edge),
    alignment: fc.constantFrom(0, 0, MIB, 4 * MIB, 16 * MIB, 3 * MIB),
    orderPerBit: fc.constantFrom(0, 0, 1, 10),
    fixed: fc.boolean(),
  });
  const memory = fc.record({
    banks: fc.array(range, { minLength: 1, maxLength: 3 }),
    reserved: fc.array(range, { maxLength: 4 }),
  });
  const pageSize = fc.constantFrom(4096, 16384);
  return fc.noBias(fc.record({ pageSize, memory, request }));
}
