/** A case as data: header, machine, program. The text form is in contract/text. */
import type { Machine } from './machine.ts';
import type { Op } from './operations.ts';

/** What replaying the file must show. */
export type Expectation =
  | { readonly kind: 'ok' }
  | { readonly kind: 'crash' }
  | { readonly kind: 'law'; readonly law: string };

/** All replay needs besides machine and program. */
export interface Header {
  readonly expect: Expectation;
  /** Where it came from; printed as a comment line, kept by the parser. */
  readonly found: string | null;
  /** Planted bugs the subject runs with, sorted. */
  readonly bugs: readonly string[];
  /** Command of a foreign subject; null: the built-in one. */
  readonly subject: string | null;
  /** Known deviations (ids) the run excuses, sorted. */
  readonly known: readonly string[];
}

export interface Case {
  readonly machine: Machine;
  readonly program: readonly Op[];
}

export interface Scenario extends Case {
  readonly header: Header;
}

export const PLAIN_HEADER: Header = {
  expect: { kind: 'ok' },
  found: null,
  bugs: [],
  subject: null,
  known: [],
};
