/** The operation table as a C header: the module knows no operation but through it. */
import type { Field, OpName } from '../contract/operations.ts';
import { OP_NAMES, RESULT_FIELDS, rowOf } from '../contract/operations.ts';

/** What the module includes. */
export const C_TABLES_FILE = 'operations.h';

/**
 * Numbers are the places of things in the operation table, as on the wire. `OP_MAP_PAGE` is an
 * operation, `MAP_PAGE_SIZE` the place of a field, `CHOICE_GFP_ATOMIC` a choice, `RESULT_PHYS` a
 * result, `FLAG_ATTRS_NO_WARN` a bit. A field with other choices than its namesakes bears the
 * operation as well: `CHOICE_UNMAP_DIRECTION_MAPPED`.
 */
export function cTables(): string {
  const parts = [
    '/* SPDX-License-Identifier: GPL-2.0 */',
    '/* Made from the operation table (linux/c-tables.ts). */',
    '#ifndef CARVEOUT_OPERATIONS_H\n#define CARVEOUT_OPERATIONS_H',
    enumOf('carveout_op', OP_NAMES, 'OP', 'OP_COUNT'),
    enumOf('carveout_result', RESULT_FIELDS, 'RESULT'),
    enumOf('carveout_type', fieldTypes(), 'TYPE'),
    ...OP_NAMES.filter((name) => rowOf(name).fields.length > 0).map(places),
    ...choiceLists().map(choices),
    rows(),
    '#endif',
  ];
  return `${parts.join('\n\n')}\n`;
}

const upper = (...words: string[]) => words.join('_').replaceAll('-', '_').toUpperCase();

function enumOf(name: string, items: readonly string[], prefix: string, last?: string): string {
  const lines = items.map((item, index) => `\t${upper(prefix, item)} = ${index},`);
  return braced(`enum ${name}`, last === undefined ? lines : [...lines, `\t${last}`]);
}

const braced = (head: string, lines: readonly string[]) => `${head} {\n${lines.join('\n')}\n};`;

/** Where the fields of an operation are. */
function places(name: OpName): string {
  return braced(
    'enum',
    rowOf(name).fields.map((field, index) => `\t${upper(name, field.name)} = ${index},`),
  );
}

function allFields(): (readonly [op: OpName, field: Field])[] {
  return OP_NAMES.flatMap((op) => rowOf(op).fields.map((field) => [op, field] as const));
}

function fieldTypes(): string[] {
  return [...new Set(allFields().map(([, { type }]) => type))];
}

interface ChoiceList {
  readonly name: string;
  readonly isFlags: boolean;
  readonly choices: readonly string[];
}

/** Every list once, by the name of its field, or of the first operation that has it as well. */
function choiceLists(): ChoiceList[] {
  const lists = new Map<string, ChoiceList>();
  const owners = new Map<string, string>();
  for (const [op, { name, type, choices = [] }] of allFields()) {
    if (choices.length === 0) continue;
    const list = choices.join();
    const owner = owners.get(name) ?? list;
    owners.set(name, owner);
    const key = `${name} ${list}`;
    if (lists.has(key)) continue;
    const own = owner === list ? name : upper(op, name);
    lists.set(key, { name: own, isFlags: type === 'flags', choices });
  }
  return [...lists.values()];
}

function choices({ name, isFlags, choices }: ChoiceList): string {
  const lines = choices.map((choice, index) =>
    isFlags
      ? `\t${upper('FLAG', name, choice)} = 1 << ${index},`
      : `\t${upper('CHOICE', name, choice)} = ${index},`,
  );
  return braced('enum', lines);
}

/** What the decoder is driven by: a `struct carveout_row` for each operation. */
function rows(): string {
  const most = Math.max(...OP_NAMES.map((name) => rowOf(name).fields.length));
  const lines = OP_NAMES.map((name) => {
    const { returns, fields } = rowOf(name);
    const types = fields.map(
      ({ type, choices = [] }) => `{ ${upper('TYPE', type)}, ${choices.length} }`,
    );
    const list = types.length === 0 ? '' : `, { ${types.join(', ')} }`;
    return `\t[${upper('OP', name)}] = { ${returns !== undefined}, ${fields.length}${list} }, \\`;
  });
  return [
    `#define CARVEOUT_FIELDS_MAX ${most}`,
    '',
    '/* Does it define a label, how many fields, of which type and how many choices each. */',
    '#define CARVEOUT_ROWS { \\',
    ...lines,
    '}',
  ].join('\n');
}
