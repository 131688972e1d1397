/** Little-endian numbers in frames. Integers are safe; -1 stands for all ones. */
import { BEYOND, UNLIMITED } from '../contract/numbers.ts';

const WORD = 2 ** 32;

/** Bytes that grow as they are written. */
export class Writer {
  #buffer = Buffer.allocUnsafe(4096);
  #length = 0;

  /** What was written, without a copy: nothing may be written behind it. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  u8(value: number): void {
    this.#length = this.#room(1).writeUInt8(value, this.#length);
  }

  u32(value: number): void {
    this.#length = this.#room(4).writeUInt32LE(value, this.#length);
  }

  /** Two's complement: -1 is all ones. */
  i64(value: number): void {
    const high = Math.floor(value / WORD);
    const buffer = this.#room(8);
    buffer.writeUInt32LE(value - high * WORD, this.#length);
    this.#length = buffer.writeInt32LE(high, this.#length + 4);
  }

  /** A limit: "unlimited" is all ones. */
  limit(value: number): void {
    this.i64(value === UNLIMITED ? -1 : value);
  }

  #room(bytes: number): Buffer {
    if (this.#length + bytes > this.#buffer.length) {
      const grown = Buffer.allocUnsafe(2 * this.#buffer.length);
      this.#buffer.copy(grown, 0, 0, this.#length);
      this.#buffer = grown;
    }
    return this.#buffer;
  }
}

/** Reads a frame from its first byte to its last. @throws RangeError behind the end */
export class Reader {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#buffer.length;
  }

  u8(): number {
    const value = this.#buffer.readUInt8(this.#at);
    this.#at += 1;
    return value;
  }

  u32(): number {
    const value = this.#buffer.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  i32(): number {
    const value = this.#buffer.readInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  /** BEYOND from 2^53 on: nothing is rounded. */
  u64(): number {
    const low = this.u32();
    const value = this.u32() * WORD + low;
    return value > UNLIMITED ? BEYOND : value;
  }

  text(bytes: number): string {
    const end = this.#at + bytes;
    if (end > this.#buffer.length) throw new RangeError(`${bytes} bytes of text behind the end`);
    const text = this.#buffer.toString('utf8', this.#at, end);
    this.#at = end;
    return text;
  }
}
