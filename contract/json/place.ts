/** Where in a JSON text a value stands, and the refusal that names the place. */
import { InputError } from '../text/input-error.ts';
import { nearMiss } from '../text/near-miss.ts';

/** Long enough to recognize a value, short enough for a terminal. */
const QUOTE_MAX = 60;

/** A value's place; the path is put together only when somebody complains. */
export class JsonPlace {
  readonly file: string;
  /** From 1; 0 when the text has no lines. */
  readonly line: number;
  readonly #parent: JsonPlace | null;
  readonly #key: string;

  constructor(file: string, line: number, parent: JsonPlace | null = null, key = '') {
    this.file = file;
    this.line = line;
    this.#parent = parent;
    this.#key = key;
  }

  /** The place of a member (by name) or an item (by index). */
  at(key: string | number): JsonPlace {
    const step = typeof key === 'number' ? `[${key}]` : memberStep(key);
    return new JsonPlace(this.file, this.line, this, step);
  }

  /** `$.ops[3].size` */
  get path(): string {
    return this.#parent === null ? '$' : this.#parent.path + this.#key;
  }

  fail(found: string, expected: string, hint?: string): never {
    const { file, line } = this;
    const place = `${found} at ${this.path}`;
    throw new InputError({ file, line, column: 0, found: place, expected, hint });
  }

  failOn(value: unknown, expected: string, hint?: string): never {
    this.fail(quote(value), expected, hint);
  }

  /** Refuses a text that is none of `words`, with the nearest of them as a hint. */
  failNear(text: string, expected: string, words: readonly string[]): never {
    this.failOn(text, expected, nearMiss(text.slice(0, QUOTE_MAX), words));
  }
}

function memberStep(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `[${quote(key)}]`;
}

/** A foreign value in a message: its JSON text, cut. */
export function quote(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = typeof value === 'string' ? value.slice(0, QUOTE_MAX + 1) : value;
  const shown = JSON.stringify(text) ?? 'nothing';
  return shown.length > QUOTE_MAX ? `${shown.slice(0, QUOTE_MAX)}…` : shown;
}
