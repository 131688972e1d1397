/** One line of a text file as words with places, and the reading of numbers out of them. */
import { ADDRESS_END, hex, UNLIMITED } from '../numbers.ts';
import { InputError } from './input-error.ts';
import { nearMiss } from './near-miss.ts';

export interface Word {
  readonly text: string;
  /** From 1. */
  readonly column: number;
}

const UNITS: Readonly<Record<string, number>> = { K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 };

/** A cursor over the words of a line; every complaint carries the place. */
export class Line {
  readonly #file: string;
  readonly number: number;
  readonly #text: string;
  readonly #words: readonly Word[];
  readonly #end: number;
  #next = 0;

  constructor(file: string, number: number, text: string) {
    this.#file = file;
    this.number = number;
    this.#text = text.trimEnd();
    // Not ".*": a comment may hold characters that a dot takes for line ends.
    const code = text.replace(/(^|\s)#[\s\S]*$/, '').trimEnd();
    this.#end = code.length + 1;
    this.#words = [...code.matchAll(/\S+/g)].map((m) => ({ text: m[0], column: m.index + 1 }));
  }

  get isEmpty(): boolean {
    return this.#words.length === 0;
  }

  get done(): boolean {
    return this.#next >= this.#words.length;
  }

  /** The next word without taking it. */
  peek(): string | undefined {
    return this.#words[this.#next]?.text;
  }

  /** Takes the next word; `expected` describes what should stand there. */
  take(expected: string): Word {
    const word = this.#words[this.#next];
    if (word === undefined) this.fail(this.#end, 'the end of the line', expected);
    this.#next += 1;
    return word;
  }

  /** Takes all up to the end of the line, as written: here `#` begins no comment. */
  verbatim(expected: string): string {
    const { column } = this.take(expected);
    this.#next = this.#words.length;
    return this.#text.slice(column - 1);
  }

  end(): void {
    const extra = this.#words[this.#next];
    if (extra !== undefined) this.failAt(extra, 'the end of the line');
  }

  fail(column: number, found: string, expected: string, hint?: string): never {
    throw new InputError({ file: this.#file, line: this.number, column, found, expected, hint });
  }

  failAt(word: Word, expected: string, hint?: string): never {
    this.fail(word.column, `"${word.text}"`, expected, hint);
  }

  /** Refuses a word that is none of `words`, with the nearest of them as a hint. */
  failNear(word: Word, expected: string, words: readonly string[]): never {
    this.failAt(word, expected, nearMiss(word.text, words));
  }

  /** A number up to `max`; hex, decimal, or decimal with K, M, G, T. */
  number_(word: Word, what: string, min: number, max: number): number {
    const value = parseNumber(word.text);
    const span = `${what} (${hex(min)} to ${hex(max)})`;
    if (value === undefined) this.failAt(word, span, 'write 4096, 0x1000, 4K, 15M or 2G');
    if (!(value >= min && value <= max)) this.failAt(word, span);
    return value;
  }

  address(what: string): number {
    return this.number_(this.take(what), what, 0, ADDRESS_END - 1);
  }

  /** A byte count; `unlimited` and anything above 2^53 - 1 is UNLIMITED. */
  bytes(what: string, min = 0): number {
    const word = this.take(what);
    if (word.text === 'unlimited') return UNLIMITED;
    const value = parseNumber(word.text);
    if (value !== undefined && value > UNLIMITED) return UNLIMITED;
    return this.number_(word, what, min, UNLIMITED);
  }

  count(what: string, min: number, max: number): number {
    const word = this.take(what);
    if (!/^\d+$/.test(word.text)) this.failAt(word, `${what} (${min} to ${max})`);
    const value = Number(word.text);
    if (value < min || value > max) this.failAt(word, `${what} (${min} to ${max})`);
    return value;
  }
}

/** Undefined when the text is no number; may exceed the safe integers. */
export function parseNumber(text: string): number | undefined {
  if (/^0x[0-9a-fA-F]+$/.test(text)) return Number(text);
  const match = /^(\d+)([KMGT]?)$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * (match[2] === '' ? 1 : UNITS[match[2]!]!);
}
