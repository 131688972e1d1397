/**
 * Performs a page: writes the files it shows, runs its commands in order, and puts what they print
 * today into its console blocks. Code without a file name is run as it stands.
 */
import { consoleLines, isSame, type Step, shortened, stepsOf } from './console.ts';
import { corrected } from './failure-files.ts';
import { type Block, type Part, pageOf, partsOf } from './markdown.ts';
import type { Stage } from './stage.ts';

export interface Performed {
  readonly text: string;
  /** What is no longer as the page shows it, one sentence each. */
  readonly changes: readonly string[];
  /** What no rewriting helps. */
  readonly errors: readonly string[];
}

export interface PerformOptions {
  /** Name of the page in messages. */
  readonly name: string;
  readonly stage: Stage;
  /** Run a command whose output changed for all its time, to show what it prints then. */
  readonly fully: boolean;
}

const CODE = ['js', 'ts'];
/** Blocks for the eye only. */
const SHOWN = ['text', 'scenario'];

export async function perform(page: string, options: PerformOptions): Promise<Performed> {
  const performance = new Performance(options);
  const parts: Part[] = [];
  for (const part of partsOf(page, options.name)) {
    parts.push(part.is === 'text' ? part : await performance.play(part));
  }
  const { changes, errors } = performance;
  return { text: pageOf(parts), changes, errors };
}

class Performance {
  readonly changes: string[] = [];
  readonly errors: string[] = [];
  readonly #options: PerformOptions;

  constructor(options: PerformOptions) {
    this.#options = options;
  }

  /** Answers the block as it should be. */
  async play(block: Block): Promise<Block> {
    try {
      if (block.language === 'console') return await this.#console(block);
      await this.#file(block);
    } catch (error) {
      this.errors.push(`${this.#place(block.line)}: ${(error as Error).message}`);
    }
    return block;
  }

  async #file({ language, file, lines }: Block): Promise<void> {
    const { stage } = this.#options;
    const text = `${lines.join('\n')}\n`;
    if (language === 'diff') {
      if (file === null) throw new Error('a diff names its file: "diff FILE"');
      stage.write(file, patched(stage.read(file), lines));
    } else if (CODE.includes(language)) {
      stage.write(file ?? `code.${language}`, text);
      if (file === null) await this.#run(`node --import tsx code.${language}`, [0]);
    } else if (!SHOWN.includes(language)) {
      const known = ['console', 'diff', ...CODE, ...SHOWN].join(', ');
      throw new Error(`the block says "${language}", expected one of ${known}`);
    }
  }

  async #console(block: Block): Promise<Block> {
    const steps: Pick<Step, 'command' | 'output'>[] = [];
    for (const step of stepsOf(block.lines)) {
      steps.push(await this.#step(step, this.#place(block.line + step.line)));
    }
    return { ...block, lines: consoleLines(steps) };
  }

  async #step({ command: shown, output }: Step, place: string) {
    const { stage, fully } = this.#options;
    const { text: command, unknown } = corrected(shown, stage.failures);
    if (unknown.length > 0) throw new Error(`"${shown}": no command before it wrote this file`);
    const short = shortened(command);
    const now = await this.#run(short);
    const isUpToDate = isSame(command, output, now);
    if (isUpToDate && command === shown) return { command, output };
    this.changes.push(changeText(place, command, shown, output, now));
    if (isUpToDate) return { command, output };
    return { command, output: fully && short !== command ? await this.#run(command) : now };
  }

  /** 1 is a broken law, which a page may want to show; anything else is a mistake. */
  async #run(command: string, allowed: readonly number[] = [0, 1]): Promise<readonly string[]> {
    const { code, lines } = await this.#options.stage.run(command);
    if (code !== null && allowed.includes(code)) return lines;
    throw new Error(`"${command}": exit code ${code}\n${lines.join('\n')}`);
  }

  #place(line: number): string {
    return `${this.#options.name}:${line}`;
  }
}

/** Places of commands, and the first line that differs. */
function changeText(
  place: string,
  command: string,
  shown: string,
  output: readonly string[],
  now: readonly string[],
): string {
  if (command !== shown) return `${place}: the file is another one now: ${command}`;
  const differs = (_: unknown, index: number) => {
    const [one, other] = [output[index], now[index]];
    return one === undefined || other === undefined || !isSame(command, [one], [other]);
  };
  const at = (output.length < now.length ? now : output).findIndex(differs);
  const line = (lines: readonly string[]) => lines[at] ?? '(nothing)';
  return [`${place}: ${command}`, `  shown  ${line(output)}`, `  now    ${line(now)}`].join('\n');
}

/**
 * A change as `diff` shows it, without line numbers: the lines that were there must follow each
 * other in the text, and only once.
 */
export function patched(text: string, change: readonly string[]): string {
  const lines = text.split('\n');
  const without = (mark: string) =>
    change.filter((line) => !line.startsWith(mark)).map((line) => line.slice(1));
  const before = without('+');
  const [at, ...more] = lines.flatMap((_, start) =>
    before.every((line, index) => lines[start + index] === line) ? [start] : [],
  );
  if (at === undefined) throw new Error('the lines to change are not in the file');
  if (more.length > 0) throw new Error('the lines to change stand more than once in the file');
  return lines.toSpliced(at, before.length, ...without('-')).join('\n');
}
