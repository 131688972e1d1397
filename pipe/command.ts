/** A command line as words, without a shell: no variables, no wildcards, no pipes. */
import { InputError } from '../contract/text/input-error.ts';

/**
 * Words are separated by blanks. '…' and "…" keep blanks, may stand inside a word, and end at the
 * same quote; nothing is special inside them and there is no escape character.
 * @throws InputError when a quote stays open or there is no word.
 */
export function splitCommand(command: string): readonly [string, ...string[]] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: { readonly mark: string; readonly column: number } | null = null;
  for (const [index, char] of [...command].entries()) {
    if (quote !== null) {
      if (char === quote.mark) quote = null;
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = { mark: char, column: index + 1 };
      word ??= '';
    } else if (/\s/.test(char)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + char;
  }
  if (quote !== null)
    refuse(command, quote.column, `an open ${quote.mark}`, 'the same quote again');
  if (word !== null) words.push(word);
  const [program, ...rest] = words;
  if (program === undefined || program === '') refuse(command, 1, 'no program', 'a command');
  return [program, ...rest];
}

function refuse(command: string, column: number, found: string, expected: string): never {
  const file = `subject command '${command.slice(0, 200)}'`;
  throw new InputError({ file, line: 1, column, found, expected });
}
