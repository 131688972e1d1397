/** An error in something a person wrote: file, place, what was found, what was expected. */

export interface InputProblem {
  readonly file: string;
  /** From 1; 0 when the problem has no line. */
  readonly line: number;
  /** From 1; 0 when the problem has no column. */
  readonly column: number;
  readonly found: string;
  readonly expected: string;
  /** A near miss, or where to look. */
  readonly hint?: string | undefined;
}

export class InputError extends Error {
  readonly problem: InputProblem;

  constructor(problem: InputProblem) {
    super(describe(problem));
    this.name = 'InputError';
    this.problem = problem;
  }
}

function describe(problem: InputProblem): string {
  const { file, line, column, found, expected, hint } = problem;
  const place = line === 0 ? file : column === 0 ? `${file}:${line}` : `${file}:${line}:${column}`;
  const first = `${place}: found ${found}, expected ${expected}`;
  return hint === undefined ? first : `${first}\n  hint: ${hint}`;
}
