/**
 * Numbers as JSON. Addresses are "0x…" strings, because readers in other languages and JSON.parse
 * itself round large JSON numbers; counts are JSON numbers up to 2^53 - 1.
 */
import { ADDRESS_END, BEYOND, hex, UNLIMITED } from '../numbers.ts';
import type { Codec } from './codec.ts';
import { integer } from './codec.ts';
import type { JsonPlace } from './place.ts';

/** Enough for 128 bits; a longer number is no address of anything. */
const HEX = /^0x[0-9a-f]{1,32}$/i;

/** The word for a value of 2^53 or more: printing any digits would be a lie. */
const BEYOND_WORD = 'beyond';

/** An address somebody answered: any value; 2^53 and more is BEYOND, never rounded. */
export const answeredAddress: Codec<number> = {
  write(value) {
    if (value !== BEYOND && !(Number.isSafeInteger(value) && value >= 0)) {
      throw new RangeError(`an address is a safe integer from 0 or BEYOND, not ${value}`);
    }
    return hex(value);
  },
  read: (value, at) => readHex(value, at, 'an address such as "0x1000"'),
};

/** An address of a machine or an operand: below 2^52. */
export const address: Codec<number> = {
  write: hex,
  read(value, at) {
    const expected = `an address below "0x${ADDRESS_END.toString(16)}"`;
    const found = readHex(value, at, expected);
    return found < ADDRESS_END ? found : at.failOn(value, expected);
  },
};

/** An inclusive limit or a mask; everything from 2^53 - 1 on means "64 bits, unlimited". */
export const limit: Codec<number> = {
  write: hex,
  read: (value, at) => Math.min(UNLIMITED, readHex(value, at, 'a limit such as "0xffffffff"')),
};

/** A count of bytes. */
export const bytes: Codec<number> = integer(0, UNLIMITED, 'bytes');

function readHex(value: unknown, at: JsonPlace, expected: string): number {
  if (value === BEYOND_WORD) return BEYOND;
  if (typeof value !== 'string') {
    const hint = typeof value === 'number' ? 'addresses are strings in hex' : undefined;
    return at.failOn(value, expected, hint);
  }
  if (!HEX.test(value)) at.failOn(value, expected);
  // Exact below 2^53; from there on Number may round, but never back below.
  const number = Number(value);
  return number > UNLIMITED ? BEYOND : number;
}
