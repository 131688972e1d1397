/**
 * A console block: command lines after `$ `, each followed by what it prints.
 *
 * Two things are never the same twice: how long a run took, and all that a run counts until its
 * time is up. The first is not compared; of the output of a command with `--time` only the words.
 */

export interface Step {
  readonly command: string;
  readonly output: readonly string[];
  /** Lines between the opening fence and the command, from 1. */
  readonly line: number;
}

const PROMPT = '$ ';
const TIME = /(--time) \S+/;

/** @throws Error when the block does not begin with a command */
export function stepsOf(lines: readonly string[]): readonly Step[] {
  const starts = lines.flatMap((line, index) => (line.startsWith(PROMPT) ? [index] : []));
  if (starts[0] !== 0) throw new Error(`a console block begins with "${PROMPT}" and a command`);
  return starts.map((start, index) => ({
    command: (lines[start] ?? '').slice(PROMPT.length),
    output: lines.slice(start + 1, starts[index + 1]),
    line: start + 1,
  }));
}

export function consoleLines(steps: readonly Pick<Step, 'command' | 'output'>[]): string[] {
  return steps.flatMap(({ command, output }) => [`${PROMPT}${command}`, ...output]);
}

/** The command with a time in which it still prints all its lines. */
export function shortened(command: string): string {
  return command.replace(TIME, '$1 200ms');
}

/** Does the command print the same today? */
export function isSame(command: string, shown: readonly string[], now: readonly string[]): boolean {
  const steady = TIME.test(command) ? withoutNumbers : withoutDurations;
  return steady(shown.join('\n')) === steady(now.join('\n'));
}

function withoutDurations(text: string): string {
  return text.replace(/\bin [\d,]+\.\d s\b/g, 'in # s');
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+(?:[.,]\d+)*/g, '#').replace(/ +/g, ' ');
}
