import type { Desk } from './desk.ts';
import { everyUse, importFrom, POOLS } from './importers.ts';
import { M1_MASKS } from './machines.ts';
import { POLICIES } from './policies.ts';
import type { Finding, Question } from './question.ts';
import { compared } from './question.ts';
import type { Verdict } from './transfer.ts';
import { SIZES, type Workload, workloads } from './workload.ts';

const MASKS = [24, 32, 64] as const;

export const Q7: Question = {
  id: 'Q7',
  claim: 'That the heap device coerces its mask to 64 bits means nothing.',
  by: 'Davis, 10 March',
  ask: (desk, seed) => {
    const load = workloads(seed, 'Q7', SIZES);
    return [
      sameHandles(desk),
      sameOutcomes(desk, 'P1f', load),
      compared('P1f', 'attach warns of range', 'PL24, PH24, PH32', warned(desk)),
      compared('P1f', 'dma_set_mask', '24: -EIO, 32: ok, 64: ok', settable(desk)),
      sameOutcomes(desk, 'P5', load),
    ];
  },
};

/** All importers with all pools, through heap devices of each width. */
function sameOutcomes(desk: Desk, id: 'P1f' | 'P5', load: readonly Workload[]): Finding {
  const uses = everyUse(load);
  const verdicts = (bits: number): Verdict[] =>
    uses.map(({ device, pool, workload }) =>
      importFrom(
        desk,
        M1_MASKS,
        POLICIES[id],
        { pool, heap: `heap${pool[1]}${bits}`, importer: device.name },
        workload,
      ),
    );
  const [narrow, usual, wide] = MASKS.map(verdicts);
  const same = uses.filter((_, i) => narrow![i] === usual![i] && usual![i] === wide![i]).length;
  const total = uses.length;
  const about = 'uses alike at 24, 32, 64 bits';
  return compared(id, about, `${total} of ${total}`, `${same} of ${total}`);
}

/** What an owner of each width is given, by pool and size. */
function sameHandles(desk: Desk): Finding {
  const uses = POOLS.flatMap((pool) => SIZES.map((size) => ({ pool, size })));
  const given = (bits: number) =>
    uses.map(({ pool, size }) => {
      const owner = `heap${pool[1]}${bits}`;
      const { said } = desk.ask(M1_MASKS, [
        `attach ${owner}`,
        `h0 = alloc_coherent ${owner} ${size}`,
      ]);
      const outcome = said[1]?.outcome;
      return outcome?.is === 'ok' ? `${outcome.phys} ${outcome.handle}` : 'nothing';
    });
  const [narrow, usual, wide] = MASKS.map(given);
  const same = uses.filter((_, i) => narrow![i] === usual![i] && usual![i] === wide![i]).length;
  const about = 'handles alike for owners of these widths';
  return compared('P0', about, `${uses.length} of ${uses.length}`, `${same} of ${uses.length}`);
}

function warned(desk: Desk): string {
  const heaps = MASKS.flatMap((bits) => POOLS.map((pool) => ({ pool, bits })));
  const { said } = desk.ask(
    M1_MASKS,
    heaps.map(({ pool, bits }) => `attach heap${pool[1]}${bits}`),
  );
  return heaps
    .filter((_, index) => said[index]?.outcome.warnings?.includes('range'))
    .map(({ pool, bits }) => `${pool}${bits}`)
    .join(', ');
}

function settable(desk: Desk): string {
  const { said } = desk.ask(
    M1_MASKS,
    MASKS.map((bits) => `set_mask heapL64 ${bits}`),
  );
  return MASKS.map((bits, index) => {
    const outcome = said[index]?.outcome;
    return `${bits}: ${outcome?.is === 'error' ? `-${outcome.errno}` : outcome?.is}`;
  }).join(', ');
}
