/**
 * Reserved memory comes out as the tree says it.
 *
 * Up to six entries: regions with an address and a size, often 0, and regions to be placed, some
 * of them many times over, more than the kernel's table holds. A device may list one of them.
 */
import fc from 'fast-check';
import { BoardError } from '../../../boards/errors.ts';
import { DYNAMIC_REGIONS_MAX } from '../../../boards/limits.ts';
import { type Board, boardOf } from '../../../boards/loader.ts';
import { hex, sizeText } from '../../../contract/numbers.ts';
import {
  checkLockstep,
  type Divergence,
  type LockstepFailure,
} from '../../../properties/lockstep/check.ts';
import { addDevice, addMemory, addNode, rootNode, treeOf, wide } from './tree.ts';

export const RESERVATION_LAWS = [
  'board/loads',
  'board/static-exact',
  'board/dynamic-limit',
  'board/cma-aligned',
] as const;
type ReservationLaw = (typeof RESERVATION_LAWS)[number];

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const RAM = { base: 2 ** 31, size: 2 ** 30 };

interface Flags {
  readonly noMap: boolean;
  readonly reusable: boolean;
}

type Entry = Flags &
  (
    | { readonly how: 'static'; readonly base: number; readonly size: number }
    | {
        readonly how: 'dynamic';
        readonly size: number;
        readonly alignment: number;
        readonly times: number;
      }
  );

interface ReservedTree {
  readonly entries: readonly Entry[];
  /** Entry the device lists, or null: it has no `memory-region`. */
  readonly listed: number | null;
}

const flags = { noMap: fc.boolean(), reusable: fc.boolean() };

const entries: fc.Arbitrary<Entry> = fc.oneof(
  fc.record({
    how: fc.constant('static' as const),
    base: fc.constantFrom(0, RAM.base, RAM.base + MIB, 2 ** 36),
    size: fc.constantFrom(0, 4 * KIB, MIB, 16 * MIB),
    ...flags,
  }),
  fc.record({
    how: fc.constant('dynamic' as const),
    size: fc.constantFrom(64 * KIB, MIB, 4 * MIB),
    alignment: fc.constantFrom(64 * KIB, MIB, 4 * MIB),
    times: fc.constantFrom(1, 1, 1, 1, 1, DYNAMIC_REGIONS_MAX + 1),
    ...flags,
  }),
);

const trees: fc.Arbitrary<ReservedTree> = fc
  .tuple(fc.array(entries, { maxLength: 6, size: 'max' }), fc.option(fc.nat({ max: 5 })))
  .map(([list, wanted]) => {
    const listed = wanted === null || list.length === 0 ? null : wanted % list.length;
    return { entries: list, listed };
  });

function load({ entries: list, listed }: ReservedTree): Board {
  const root = rootNode();
  addMemory(root, RAM.base, RAM.size);
  const counts = { '#address-cells': [2], '#size-cells': [2] } as const;
  const parent = addNode(root, 'reserved-memory', { ...counts, ranges: true });
  for (const [index, entry] of list.entries()) {
    const properties = {
      compatible: 'shared-dma-pool',
      ...(entry.noMap ? { 'no-map': true as const } : {}),
      ...(entry.reusable ? { reusable: true as const } : {}),
    };
    const times = entry.how === 'dynamic' ? entry.times : 1;
    const place =
      entry.how === 'static'
        ? { reg: [...wide(entry.base), ...wide(entry.size)] }
        : { size: wide(entry.size), alignment: wide(entry.alignment) };
    for (let time = 0; time < times; time++) {
      const phandle = time === 0 ? { phandle: [index + 1] } : {};
      addNode(parent, `r${index}-${time}`, { ...properties, ...place, ...phandle });
    }
  }
  addDevice(root, 'd', listed === null ? {} : { 'memory-region': [listed + 1] });
  return boardOf(treeOf(root));
}

function run(tree: ReservedTree): Divergence | undefined {
  const broken = (law: ReservationLaw, expected: string, observed: string): Divergence => {
    return { law, calls: lines(tree), expected, observed };
  };
  let board: Board;
  try {
    board = load(tree);
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    return broken('board/loads', 'a machine', error.message);
  }
  const { regions } = board;
  for (const [index, entry] of tree.entries.entries()) {
    if (entry.how !== 'static') continue;
    const region = regions.find(({ node }) => node?.name === `r${index}-0`)?.region;
    // Nobody takes these: the region keeps its place and holds nothing.
    const returned = entry.reusable && region?.kind === 'plain' && region.size === 0;
    if (returned || (region?.base === entry.base && region.size === entry.size)) continue;
    const observed = region === undefined ? 'no region' : `${hex(region.base)}+${region.size}`;
    return broken('board/static-exact', `${hex(entry.base)}+${entry.size}`, observed);
  }
  const placed = regions.filter(({ origin }) => origin === 'dynamic');
  if (placed.length > DYNAMIC_REGIONS_MAX) {
    const expected = `at most ${DYNAMIC_REGIONS_MAX} placed regions`;
    return broken('board/dynamic-limit', expected, String(placed.length));
  }
  for (const { region, node, declaredKind } of placed) {
    const entry = tree.entries[Number(/\d+/.exec(node!.name))]!;
    if (declaredKind !== 'cma' || entry.noMap || entry.size % (4 * MIB) !== 0) continue;
    if (region.kind === 'cma') continue;
    return broken('board/cma-aligned', 'a cma area', `${region.kind} at ${hex(region.base)}`);
  }
  return undefined;
}

function lines({ entries: list, listed }: ReservedTree): string[] {
  return [
    ...list.map((entry, index) => {
      const words = [`region r${index}`];
      if (entry.how === 'static') words.push(hex(entry.base), sizeText(entry.size));
      else words.push('anywhere', sizeText(entry.size), 'align', sizeText(entry.alignment));
      if (entry.noMap) words.push('no-map');
      if (entry.reusable) words.push('reusable');
      if (entry.how === 'dynamic' && entry.times > 1) words.push(`${entry.times} times`);
      return words.join(' ');
    }),
    listed === null ? 'device d' : `device d memory-region r${listed}`,
  ];
}

export function checkReservations(
  law: ReservationLaw,
  seed: string,
  cases: number,
): LockstepFailure | undefined {
  return checkLockstep({ law, programs: trees, run }, seed, cases);
}
