/**
 * Windows lead where the buses above send them.
 *
 * A bus has up to four banks, each a range of its addresses that leads to a CPU address. With
 * three address cells the first cell tells the banks apart and their numbers may be the same; with
 * two the numbers do. Below are up to two buses with empty `dma-ranges`, which change nothing, and
 * one with a single window into one of the banks.
 */
import fc from 'fast-check';
import { BoardError } from '../../../boards/errors.ts';
import type { FdtNode } from '../../../boards/fdt/tree.ts';
import { boardOf } from '../../../boards/loader.ts';
import { hex } from '../../../contract/numbers.ts';
import {
  checkLockstep,
  type Divergence,
  type LockstepFailure,
} from '../../../properties/lockstep/check.ts';
import { addDevice, addMemory, addNode, rootNode, treeOf, wide } from './tree.ts';

const LAW = 'board/translate';
const MIB = 2 ** 20;
const GIB = 2 ** 30;

interface BusTree {
  /** Address cells of the upper buses. */
  readonly cells: 2 | 3;
  /** CPU address of each bank, in GiB. */
  readonly banks: readonly number[];
  readonly emptyBuses: number;
  /** The window: a bank, an offset into it and a bus address, in MiB. */
  readonly bank: number;
  readonly offset: number;
  readonly dma: number;
}

const busTrees: fc.Arbitrary<BusTree> = fc
  .record({
    cells: fc.constantFrom(2 as const, 3 as const),
    banks: fc.uniqueArray(fc.nat({ max: 200 }), { minLength: 1, maxLength: 4 }),
    emptyBuses: fc.nat({ max: 2 }),
    bank: fc.nat({ max: 3 }),
    offset: fc.nat({ max: 512 }),
    dma: fc.nat({ max: 4096 }),
  })
  .map((tree) => ({ ...tree, bank: tree.bank % tree.banks.length }));

/** An address inside a bank, in the cells of the upper buses. */
function bankAddress({ cells }: BusTree, bank: number, offset: number): number[] {
  return cells === 3 ? [bank + 1, ...wide(offset)] : wide(bank * GIB + offset);
}

function run(tree: BusTree): Divergence | undefined {
  const { cells, banks, emptyBuses, bank, offset, dma } = tree;
  const counts = { compatible: 'simple-bus', '#size-cells': [2], ranges: true } as const;
  const root = rootNode();
  addMemory(root, GIB, GIB);
  const ranges = banks.flatMap((cpu, index) => [
    ...bankAddress(tree, index, 0),
    ...wide(cpu * GIB),
    ...wide(GIB),
  ]);
  const upper = { ...counts, '#address-cells': [cells] };
  let bus = addNode(root, 'top', { ...upper, 'dma-ranges': ranges });
  for (let level = 0; level < emptyBuses; level++) {
    bus = addNode(bus, `empty-${level}`, { ...upper, 'dma-ranges': true });
  }
  const size = MIB;
  const inBank = bankAddress(tree, bank, offset * MIB);
  const window = [...wide(dma * MIB), ...inBank, ...wide(size)];
  bus = addNode(bus, 'low', { ...counts, '#address-cells': [2], 'dma-ranges': window });
  addDevice(bus, 'd', {});
  const cpu = banks[bank]! * GIB + offset * MIB;
  const expected = windowsText([{ dma: dma * MIB, cpu, size }]);
  const observed = windowsOf(root);
  return observed === expected ? undefined : { law: LAW, calls: lines(tree), expected, observed };
}

/** The windows of the device, or why there is no machine. */
function windowsOf(root: FdtNode): string {
  try {
    const { devices } = boardOf(treeOf(root)).machine;
    return windowsText(devices.find(({ name }) => name === 'd')?.windows ?? []);
  } catch (error) {
    if (error instanceof BoardError) return error.message;
    throw error;
  }
}

function windowsText(windows: readonly { dma: number; cpu: number; size: number }[]): string {
  const texts = windows.map(({ dma, cpu, size }) => `${hex(dma)} -> ${hex(cpu)} + ${hex(size)}`);
  return texts.length === 0 ? 'no window' : texts.join(', ');
}

function lines({ cells, banks, emptyBuses, bank, offset, dma }: BusTree): string[] {
  return [
    `bus of ${cells} address cells`,
    ...banks.map((cpu, index) => `  bank ${index + 1} -> ${hex(cpu * GIB)}`),
    ...Array.from({ length: emptyBuses }, () => '  bus with empty dma-ranges'),
    `  window ${hex(dma * MIB)} -> ${hex(offset * MIB)} of bank ${bank + 1}`,
  ];
}

export function checkTranslation(seed: string, cases: number): LockstepFailure | undefined {
  return checkLockstep({ law: LAW, programs: busTrees, run }, seed, cases);
}
