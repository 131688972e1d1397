/** The console's text, as much of it as is worth keeping. */
import { deathLine } from './console.ts';

/** Characters kept while the kernel lives, and after the first line about its death. */
const LIVING_MAX = 64 * 1024;
const DYING_MAX = 256 * 1024;

/** Keeps the last 64 Ki characters, and from the first line about death on, 256 Ki. */
export class ConsoleLog {
  #living = '';
  #dying = '';
  /** The line that has not ended yet. */
  #partial = '';

  add(text: string): void {
    const lines = (this.#partial + text).split('\n');
    this.#partial = (lines.pop() ?? '').slice(-LIVING_MAX);
    if (this.#dying === '') {
      const death = deathLine(lines);
      const before = death < 0 ? lines : lines.splice(0, death);
      this.#living = (this.#living + before.map((line) => `${line}\n`).join('')).slice(-LIVING_MAX);
      if (death < 0) return;
    }
    this.#dying = (this.#dying + lines.map((line) => `${line}\n`).join('')).slice(0, DYING_MAX);
  }

  get text(): string {
    return this.#living + this.#dying + this.#partial;
  }

  /** For messages: the last lines with words. */
  lastLines(count: number): string[] {
    const lines = this.text.split('\n').map((line) => line.trim());
    return lines.filter((line) => line !== '').slice(-count);
  }
}
