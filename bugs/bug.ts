/** A planted bug: a small edit of the sources that a test suite ought to notice. */

/** `find` stands exactly once inside the function or method `within`, compared token by token. */
export interface Edit {
  /** Path from the top of the checkout. */
  readonly file: string;
  /** Name of the function, method or class; `Class.method` for a method. */
  readonly within: string;
  readonly find: string;
  readonly replace: string;
}

/**
 * - `history`: Linux once had it.
 * - `linux-6.12`: Linux 6.12 has it; all of them together make the subject behave as Linux does.
 * - `own`: written by someone who had not read the properties.
 */
export type Family = 'history' | 'linux-6.12' | 'own';

export interface Bug {
  readonly id: string;
  readonly family: Family;
  /** The part it sits in: coherent, bitmap, buddy, cma, atomic-pool, dma-direct, limits, … */
  readonly group: string;
  readonly edits: readonly Edit[];
  /** What goes wrong, in a sentence or two. */
  readonly story: string;
  /** Commit, CVE or deviation id. */
  readonly reference: string;
}
