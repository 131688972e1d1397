/** A child process that answers a line for a line, until it ends, its time is over or we end it. */
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { JSON_LIMITS } from '../contract/json/line.ts';
import { InputError } from '../contract/text/input-error.ts';
import { adoptGroup, buryGroup, killGroup } from './reaper.ts';

/** Characters of the last line of stderr that go into a message. */
const LAST_WORDS_MAX = 200;

/** How long a process may take to leave after its input ended, and pipes after the process. */
const GRACE_MS = 1000;

export interface ProcessOptions {
  readonly timeoutMs: number;
  /** Receives what the process writes to stderr. */
  readonly stderr: (text: string) => void;
}

/** Why no answer comes, now or ever. */
export interface Ended {
  readonly ended: 'oops' | 'hang';
  /** Exit code, signal or time limit, and the last line of stderr. */
  readonly where: string;
}

/** A line of its output; `line` counts from 1. */
export interface Answer {
  readonly text: string;
  readonly line: number;
}

type Reply = Answer | Ended;

export class LineProcess {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #options: ProcessOptions;
  /** For messages. */
  readonly label: string;
  #ended: Ended | null = null;
  #broken: InputError | null = null;
  #waiting: ((reply: Reply) => void) | null = null;
  #line = 0;
  /** The unfinished line of stdout, in pieces. */
  #pieces: string[] = [];
  #length = 0;
  #lastWords = '';
  #inputError: string | null = null;
  readonly #gone: Promise<void>;

  constructor(words: readonly [string, ...string[]], label: string, options: ProcessOptions) {
    const [program, ...rest] = words;
    this.label = label;
    this.#options = options;
    this.#child = spawn(program, rest, { detached: true, stdio: 'pipe' });
    const { pid, stdin, stdout, stderr } = this.#child;
    if (pid !== undefined) adoptGroup(pid);
    this.#gone = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#child.once('error', (error) => this.#end('oops', `it does not start: ${error.message}`));
    this.#child.once('exit', () => this.#sweep());
    this.#child.once('close', (code, signal) => this.#end('oops', ending(code, signal)));
    // No news of its own: the end of the process follows, or the time limit, which tells of it.
    stdin.on('error', (error) => {
      this.#inputError = error.message;
    });
    stdout.setEncoding('utf8').on('data', (text: string) => this.#take(text));
    stderr.setEncoding('utf8').on('data', (text: string) => this.#hear(text));
  }

  get alive(): boolean {
    return this.#ended === null && this.#broken === null;
  }

  /** Sends a line; answers the next line, or how the process ended. One request at a time. */
  async request(text: string): Promise<Reply> {
    if (this.#waiting !== null) throw new Error('a request is under way');
    if (this.#broken !== null) throw this.#broken;
    if (this.#ended === null) this.#child.stdin.write(`${text}\n`);
    const reply = await this.#reply();
    // It may have broken in the meantime, which the compiler cannot know. A line that came before
    // is still an answer: what is wrong with it says more than a second line.
    const broken = this.#broken as InputError | null;
    if (broken !== null && 'ended' in reply) throw broken;
    return reply;
  }

  /** Asks it to leave by ending its input, then kills it. Resolves when it is gone. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.kill(), GRACE_MS);
    await this.#gone;
    clearTimeout(timer);
  }

  /** Resolves when the process and its pipes are gone. */
  async kill(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child;
    if (pid !== undefined && exitCode === null && signalCode === null) killGroup(pid);
    await this.#gone;
  }

  #reply(): Promise<Reply> {
    if (this.#ended !== null) return Promise.resolve(this.#ended);
    const limit = this.#options.timeoutMs;
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        const input = this.#inputError === null ? '' : `, and it closed its input`;
        this.#end('hang', `no answer within ${limit / 1000} s${input}`);
        void this.kill();
      }, limit);
      this.#waiting = (reply) => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve(reply);
      };
    });
  }

  /** The leader is gone: nobody it started may stay, and no pipe may keep us waiting. */
  #sweep(): void {
    const { pid, stdout, stderr } = this.#child;
    if (pid === undefined) return;
    killGroup(pid);
    buryGroup(pid);
    const timer = setTimeout(() => {
      stdout.destroy();
      stderr.destroy();
    }, GRACE_MS);
    this.#child.once('close', () => clearTimeout(timer));
  }

  #end(ended: Ended['ended'], how: string): void {
    if (this.#ended !== null) return;
    const words = this.#lastWords.trim().slice(0, LAST_WORDS_MAX);
    this.#ended = { ended, where: words === '' ? how : `${how}: ${words}` };
    this.#waiting?.(this.#ended);
  }

  #take(text: string): void {
    const lines = text.split('\n');
    for (const [index, piece] of lines.entries()) {
      this.#pieces.push(piece);
      this.#length += piece.length;
      if (this.#length > JSON_LIMITS.line) {
        this.#break(`more than ${JSON_LIMITS.line} characters`, 'the end of the line');
        return;
      }
      if (index < lines.length - 1) this.#finishLine();
    }
  }

  #finishLine(): void {
    const text = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    this.#line += 1;
    if (this.#waiting !== null) this.#waiting({ text, line: this.#line });
    else this.#break(`"${text.slice(0, LAST_WORDS_MAX)}"`, 'one line per request, and no other');
  }

  /** Its output is not ours any more: every request from now on says so. */
  #break(found: string, expected: string): void {
    if (this.#broken !== null) return;
    const problem = { file: this.label, line: this.#line, column: 0, found, expected };
    this.#broken = new InputError(problem);
    this.#child.stdout.removeAllListeners('data').resume();
    this.#end('oops', 'its output');
    void this.kill();
  }

  #hear(text: string): void {
    this.#options.stderr(text);
    const lines = (this.#lastWords + text).split('\n').filter((line) => line.trim() !== '');
    const partial = (lines.at(-1) ?? '').slice(-JSON_LIMITS.text);
    this.#lastWords = text.endsWith('\n') ? `${partial}\n` : partial;
  }
}

function ending(code: number | null, signal: NodeJS.Signals | null): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
