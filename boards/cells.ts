/**
 * Cells: big-endian 32-bit words, and the 64-bit numbers made of them.
 *
 * Inside the loader a 64-bit number is a bigint, because trees hold sizes like ffffffffffffc000
 * and the kernel's sums wrap at 2^64. Machines know numbers only; `addressOf` and `sizeOf` are
 * the two doors between the worlds.
 */
import { ADDRESS_END, UNLIMITED } from '../contract/numbers.ts';
import { BoardError } from './errors.ts';

const CELL_RANGE = 2n ** 32n;
export const U64_MAX = 2n ** 64n - 1n;

/** All whole cells of a value; a tail of one to three bytes is ignored, as the kernel does. */
export function cellsOf(value: Uint8Array): number[] {
  const cells: number[] = [];
  for (let at = 0; at + 4 <= value.length; at += 4) cells.push(cellAt(value, at));
  return cells;
}

function cellAt(value: Uint8Array, at: number): number {
  const high = value[at]! * 256 + value[at + 1]!;
  return (high * 256 + value[at + 2]!) * 256 + value[at + 3]!;
}

/**
 * The number in `count` cells from `first` on; 0 for no cells. Of more than two cells the high
 * ones are lost. Source: include/linux/of.h:of_read_number.
 */
export function numberAt(cells: readonly number[], first: number, count: number): bigint {
  let value = 0n;
  for (let index = first + Math.max(0, count - 2); index < first + count; index += 1) {
    value = value * CELL_RANGE + BigInt(cells[index] ?? 0);
  }
  return value;
}

/** Wraps as an unsigned 64-bit register does. */
export function wrap64(value: bigint): bigint {
  return BigInt.asUintN(64, value);
}

export function highCell(value: bigint): number {
  return Number(wrap64(value) / CELL_RANGE);
}

export function lowCell(value: bigint): number {
  return Number(wrap64(value) % CELL_RANGE);
}

/** A 64-bit base as an address of a machine; refuses what no machine has. */
export function addressOf(value: bigint, where: string): number {
  if (value < BigInt(ADDRESS_END)) return Number(value);
  throw new BoardError(where, `address 0x${value.toString(16)}`, 'an address below 2^52');
}

/** A 64-bit size or limit; 2^53 - 1 stands for everything from there on. */
export function sizeOf(value: bigint): number {
  return value < BigInt(UNLIMITED) ? Number(value) : UNLIMITED;
}

/**
 * First and last byte of a range, or undefined when it ends beyond every address or wraps 2^64.
 * A range of size 0 is empty, not wrapped, wherever it starts.
 * Source: drivers/of/address.c:__of_address_resource_bounds.
 */
export function boundsOf(base: bigint, size: bigint): { start: bigint; end: bigint } | undefined {
  const end = size === 0n ? base : base + wrap64(size - 1n);
  return end >= BigInt(ADDRESS_END) ? undefined : { start: base, end };
}
