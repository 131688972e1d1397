/** The one way a bad input ends: what was found, where, and what was expected instead. */
import { hex } from '../contract/numbers.ts';

/** A device tree, or an option about one, that cannot become a machine. */
export class BoardError extends Error {
  override readonly name: string = 'BoardError';
  /** Node path with property, option, or byte offset. */
  readonly where: string;
  readonly found: string;
  readonly expected: string;

  constructor(where: string, found: string, expected: string) {
    super(`${where}: found ${found}, expected ${expected}`);
    this.where = where;
    this.found = found;
    this.expected = expected;
  }
}

/** A blob that is no flattened device tree. */
export class FdtError extends BoardError {
  override readonly name = 'FdtError';
  /** Bytes from the start of the blob. */
  readonly offset: number;

  constructor(offset: number, found: string, expected: string) {
    super(`blob byte ${hex(offset)}`, found, expected);
    this.offset = offset;
  }
}
