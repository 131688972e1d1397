/**
 * The operation table: what can be asked of a machine. One row per operation; the text form, the
 * JSON form, validation, operand shrinking, documentation and foreign tables derive from it.
 * To add an operation, add a row to a file of operations/, a rule in model/judge and an arm in the
 * subject.
 */
import { BUFFER_ROWS } from './operations/buffers.ts';
import { LIMIT_ROWS } from './operations/limits.ts';
import { MAPPING_ROWS } from './operations/mappings.ts';
import { PAGE_ROWS } from './operations/pages.ts';
import { REGION_ROWS } from './operations/regions.ts';
import type { Field, LabelKind, Row } from './operations/row.ts';
import { TABLE_ROWS } from './operations/tables.ts';

export { ATTRS, DIRECTIONS, GFP } from './operations/buffers.ts';
export type { Field, FieldType, LabelKind, ResultField, Row } from './operations/row.ts';
export { RESULT_FIELDS } from './operations/row.ts';
export { MAX_SEGMENT } from './operations/tables.ts';

export const OPERATIONS = {
  ...LIMIT_ROWS,
  ...REGION_ROWS,
  ...BUFFER_ROWS,
  ...PAGE_ROWS,
  ...TABLE_ROWS,
  ...MAPPING_ROWS,
} as const satisfies Record<string, Row>;

export type OpName = keyof typeof OPERATIONS;

/** Runs of small integers, `[first, how many]`, in the order they are listed. */
export type Spans = readonly (readonly [first: number, count: number])[];

type Value<F extends Field> = F['type'] extends 'choice'
  ? F extends { choices: readonly (infer C)[] }
    ? C
    : never
  : F['type'] extends 'flags'
    ? F extends { choices: readonly (infer C)[] }
      ? readonly C[]
      : never
    : F['type'] extends 'spans'
      ? Spans
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
export const LABEL_LETTER: { readonly [K in LabelKind]: string } = {
  buffer: 'h',
  table: 't',
  mapping: 'm',
};

const LABEL_KINDS = Object.keys(LABEL_LETTER) as readonly LabelKind[];

/** Does a field of this type hold a label? */
export function isLabelKind(type: string): type is LabelKind {
  return (LABEL_KINDS as readonly string[]).includes(type);
}

/** The row of an operation, with its general type. */
export function rowOf(name: OpName): Row {
  return OPERATIONS[name];
}

/** A label as people write it: `h0`. */
export function labelText(kind: LabelKind, label: number): string {
  return `${LABEL_LETTER[kind]}${label}`;
}

/** The label an operation defines, or undefined. */
export function definesOf(op: Op): number | undefined {
  return 'out' in op ? op.out : undefined;
}

/** A label an operation works on. */
export interface LabelUse {
  readonly field: string;
  readonly kind: LabelKind;
  readonly label: number;
}

/** The labels an operation works on, in the order of its fields. */
export function usesOf(op: Op): readonly LabelUse[] {
  const operands = op as unknown as Readonly<Record<string, number>>;
  return rowOf(op.op).fields.flatMap(({ name, type }) =>
    isLabelKind(type) ? [{ field: name, kind: type, label: operands[name]! }] : [],
  );
}
