/**
 * Progress and signals. Progress goes to a terminal only. Each signal asks for an early end; the
 * same one again, such as a second Ctrl-C, no longer waits for anything.
 */
import { InputError } from '../contract/text/input-error.ts';
import type { Origin } from '../properties/runner/buckets.ts';
import { originText } from '../properties/runner/buckets.ts';
import type { Progress } from '../properties/runner/campaign.ts';
import type { Finding } from '../properties/runner/hunt.ts';

const number = new Intl.NumberFormat('en-US');

/** Signals by which people, terminals and supervisors ask us to leave. */
export const END_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * The same from a parent that is asked (planted.ts). A signal of its own, because the other ones
 * often go to parent and child alike and would count twice.
 */
export const PARENT_SIGNAL = 'SIGUSR2';

const SIGNALS = [...END_SIGNALS, PARENT_SIGNAL] as const;

export class Terminal {
  readonly #seen = new Set<NodeJS.Signals>();
  readonly #listeners: (() => void)[] = [];
  #dirty = false;
  readonly #onSignal = (signal: NodeJS.Signals) => {
    if (this.#seen.has(signal)) process.exit(130);
    this.#seen.add(signal);
    for (const listener of this.#listeners) listener();
  };

  constructor() {
    for (const signal of SIGNALS) process.on(signal, this.#onSignal);
  }

  /** Has somebody asked for an early end? */
  get stopped(): boolean {
    return this.#seen.size > 0;
  }

  /** Called with every signal that asks for an early end. */
  onStop(listener: () => void): void {
    this.#listeners.push(listener);
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
    for (const signal of SIGNALS) process.off(signal, this.#onSignal);
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
