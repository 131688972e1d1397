/** Progress and signals. Progress goes to a terminal only; Ctrl-C asks for an early end. */
import { InputError } from '../contract/text/input-error.ts';
import type { Origin } from '../properties/runner/buckets.ts';
import { originText } from '../properties/runner/buckets.ts';
import type { Progress } from '../properties/runner/campaign.ts';
import type { Finding } from '../properties/runner/hunt.ts';

const number = new Intl.NumberFormat('en-US');

export class Terminal {
  #stopped = false;
  #dirty = false;
  readonly #onSignal = () => {
    // The second signal no longer waits for anything.
    if (this.#stopped) process.exit(130);
    this.#stopped = true;
  };

  constructor() {
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  /** Has somebody asked for an early end? */
  get stopped(): boolean {
    return this.#stopped;
  }

  progress(title: string, { cases, lastCase, failures }: Progress): void {
    const found = failures === 0 ? '' : `, ${failures} distinct failures`;
    this.#line(`${title}: ${number.format(cases)} cases, at case ${lastCase}${found}`);
  }

  failure(finding: Finding, origin: Origin, file: string | null): void {
    const { law } = finding.failure.violation;
    const where = file === null ? '' : `, saved as ${file}`;
    this.#line('');
    if (process.stderr.isTTY) {
      process.stderr.write(`\r${law} broken: ${originText(origin)}${where}; shrinking\n`);
    }
  }

  #line(text: string): void {
    if (!process.stderr.isTTY) return;
    process.stderr.write(`\r\u001b[K${text}`);
    this.#dirty = true;
  }

  close(): void {
    if (this.#dirty) process.stderr.write('\r\u001b[K');
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
  }
}

/** A problem with a word of the command line, as an input error. */
export function wordProblem(word: string, expected: string, hint?: string): InputError {
  return new InputError({
    file: word,
    line: 0,
    column: 0,
    found: 'nothing usable',
    expected,
    hint,
  });
}
