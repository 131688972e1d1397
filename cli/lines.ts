/** A file or standard input, line by line, however long it is and whatever it is. */
import { createReadStream, statSync } from 'node:fs';
import { JSON_LIMITS } from '../contract/json/line.ts';
import { InputError } from '../contract/text/input-error.ts';
import { nameOf, STDIN } from '../properties/runner/corpus.ts';
import { fileProblem } from '../properties/runner/files.ts';

/** Lines without their ends; `-` is standard input. @throws InputError when it cannot be read */
export async function* linesOf(path: string, expected: string): AsyncGenerator<string> {
  const refused = (found: string, line = 0) =>
    new InputError({ file: nameOf(path), line, column: 0, found, expected });
  const stat = path === STDIN ? undefined : statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true) throw refused('a folder');
  const stream = path === STDIN ? process.stdin : createReadStream(path);
  stream.setEncoding('utf8');
  /** The line that has not ended: its pieces are looked through once, however many there are. */
  let pieces: string[] = [];
  let length = 0;
  let count = 0;
  try {
    for await (const chunk of stream as AsyncIterable<string>) {
      const [first, ...others] = chunk.split('\n');
      pieces.push(first!);
      length += first!.length;
      for (const piece of others) {
        yield pieces.join('');
        count += 1;
        pieces = [piece];
        length = piece.length;
      }
      // Never held in memory without an end in sight.
      if (length > JSON_LIMITS.line) throw refused('a line without an end', count + 1);
    }
  } catch (error) {
    const isRefusal = error instanceof Error && 'syscall' in error;
    throw isRefusal ? refused(fileProblem(error)) : error;
  }
  if (length > 0) yield pieces.join('');
}
