/**
 * The operation table: what can be asked of a machine. One row per operation; the text form, the
 * JSON form, validation, operand shrinking, documentation and foreign tables derive from it.
 * To add an operation, add a row to a file of operations/, a rule in model/judge and an arm in the
 * subject.
 */
import { BUFFER_ROWS } from './operations/buffers.ts';
import { LIMIT_ROWS } from './operations/limits.ts';
import { PAGE_ROWS } from './operations/pages.ts';
import { REGION_ROWS } from './operations/regions.ts';
import type { Field, Row } from './operations/row.ts';

export { ATTRS, DIRECTIONS, GFP } from './operations/buffers.ts';
export type { Field, FieldType, ResultField, Row } from './operations/row.ts';

export const OPERATIONS = {
  ...LIMIT_ROWS,
  ...REGION_ROWS,
  ...BUFFER_ROWS,
  ...PAGE_ROWS,
} as const satisfies Record<string, Row>;

export type OpName = keyof typeof OPERATIONS;

type Value<F extends Field> = F['type'] extends 'choice'
  ? F extends { choices: readonly (infer C)[] }
    ? C
    : never
  : F['type'] extends 'flags'
    ? F extends { choices: readonly (infer C)[] }
      ? readonly C[]
      : never
    : number;

type Operands<R extends Row> = {
  readonly [F in R['fields'][number] as F['name']]: Value<F>;
};

type Defines<R> = R extends { returns: string } ? { readonly out: number } : unknown;

/** The plain object of one operation: `{ op: 'free', buffer: 0, via: -1 }`. */
export type OpOf<N extends OpName> = N extends OpName
  ? { readonly op: N } & Operands<(typeof OPERATIONS)[N]> & Defines<(typeof OPERATIONS)[N]>
  : never;

export type Op = OpOf<OpName>;

export const OP_NAMES = Object.keys(OPERATIONS) as readonly OpName[];

/** Letter that starts the labels of a kind. */
export const LABEL_LETTER = { buffer: 'h' } as const;

/** The row of an operation, with its general type. */
export function rowOf(name: OpName): Row {
  return OPERATIONS[name];
}

/** The label an operation defines, or undefined. */
export function definesOf(op: Op): number | undefined {
  return 'out' in op ? op.out : undefined;
}
