/** One line of JSON text as a value. Everything is bounded before it is looked at. */
import { InputError } from '../text/input-error.ts';
import { quote } from './place.ts';

/** Bounds of foreign input. They are far above what carveout itself writes. */
export const JSON_LIMITS = {
  /** Characters of a line. */
  line: 2 ** 24,
  /** Characters of a name, a reason or a crash's place. */
  text: 4096,
  /** Operations of a batch, outcomes of a reply, runs of a buffer's contents. */
  list: 2 ** 20,
} as const;

/** @throws InputError when the text is no JSON. `file` and `line` (from 1) are for messages. */
export function parseJsonLine(text: string, file: string, line: number): unknown {
  if (text.length > JSON_LIMITS.line) {
    const found = `a line of ${text.length} characters`;
    throw new InputError({ file, line, column: 0, found, expected: `up to ${JSON_LIMITS.line}` });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message);
    const column = position === null ? 0 : Number(position[1]) + 1;
    const hint = `the line is ${quote(text)}`;
    throw new InputError({ file, line, column, found: 'broken JSON', expected: 'one value', hint });
  }
}
