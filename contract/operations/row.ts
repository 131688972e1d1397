/** What a row of the operation table says, and the fields that many rows have. */

/**
 * - `device`: index into `Machine.devices` (text: its name).
 * - `region`: index into `Machine.regions` (text: its name).
 * - `buffer`, `table`, `mapping`: label of an allocation (text: `h0`), a scatter/gather table
 *   (`t1`) or a mapping (`m2`). One numbering serves all kinds.
 * - `spans`: runs of small integers, `[first, how many]` (text: `0+4,6,5`).
 * - `address`: below 2^52, printed in hex. `bytes`: a count, printed with a suffix.
 * - `bits`: an address width, 0..64. `count`: a small integer. `byte`: 0..255.
 * - `choice`: one of `choices`. `flags`: a set out of `choices`, kept sorted by that order.
 */
/** What a label stands for. */
export type LabelKind = 'buffer' | 'table' | 'mapping';

export type FieldType =
  | LabelKind
  | 'device'
  | 'region'
  | 'spans'
  | 'address'
  | 'bytes'
  | 'bits'
  | 'count'
  | 'byte'
  | 'choice'
  | 'flags';

export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly doc: string;
  /** Present: the field may be left out of the text and JSON forms. */
  readonly default?: number | string | readonly [];
  readonly choices?: readonly string[];
  /** Smallest legal value; 0 unless said. */
  readonly min?: number;
}

/** What an `ok` outcome may hold. Foreign programs know a field by its place here. */
export const RESULT_FIELDS = [
  'phys',
  'handle',
  'bytes',
  'address',
  'truth',
  'pfn',
  'census',
  'entries',
  'segments',
  'length',
  'count',
] as const;

export type ResultField = (typeof RESULT_FIELDS)[number];

export interface Row {
  /** Label kind the operation defines, if any. */
  readonly returns?: LabelKind;
  readonly doc: string;
  readonly source: string;
  readonly fields: readonly Field[];
  /** Result fields of an `ok` outcome. */
  readonly results: readonly ResultField[];
}

export const device = { name: 'device', type: 'device', doc: 'the calling device' } as const;

/**
 * The device is a label's own unless said. -1: the device that allocated the buffer; it stands
 * for "left out" and is never printed.
 */
export const via = {
  name: 'via',
  type: 'device',
  default: -1,
  doc: 'the calling device; left out: the one that allocated the buffer',
} as const;

export const buffer = { name: 'buffer', type: 'buffer', doc: 'a live allocation' } as const;

export const sizeField = (doc: string, min: number) =>
  ({ name: 'size', type: 'bytes', doc, min }) as const;
