/**
 * The C header says the same as the operation table. Method: its enums and rows are read back and
 * compared with the rows of the table.
 */
import { describe, expect, it } from 'vitest';
import { DIRECTIONS, OP_NAMES, RESULT_FIELDS, rowOf } from '../../contract/operations.ts';
import { cTables } from '../../linux/c-tables.ts';

const TEXT = cTables();

/** All names with a number, `OP_FREE` -> 15. */
const NUMBERS = new Map(
  [...TEXT.matchAll(/^\t([A-Z0-9_]+) = ([^,]+),$/gm)].map(([, name, value]) => [name!, value!]),
);

const upper = (text: string) => text.replaceAll('-', '_').toUpperCase();

describe('the C header', () => {
  it('numbers operations and results by their places', () => {
    expect(OP_NAMES.map((name) => NUMBERS.get(`OP_${upper(name)}`))).toEqual(
      OP_NAMES.map((_, index) => `${index}`),
    );
    expect(RESULT_FIELDS.map((name) => NUMBERS.get(`RESULT_${upper(name)}`))).toEqual(
      RESULT_FIELDS.map((_, index) => `${index}`),
    );
  });

  it('numbers the fields of every operation', () => {
    for (const op of OP_NAMES) {
      rowOf(op).fields.forEach((field, index) => {
        expect(NUMBERS.get(`${upper(op)}_${upper(field.name)}`)).toBe(`${index}`);
      });
    }
  });

  it('gives every name once', () => {
    const names = [...TEXT.matchAll(/^\t([A-Z0-9_]+) = /gm)].map(([, name]) => name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('has a row for every operation, with types and counts of choices', () => {
    for (const op of OP_NAMES) {
      const { returns, fields } = rowOf(op);
      const types = fields.map(
        ({ type, choices = [] }) => `{ TYPE_${upper(type)}, ${choices.length} }`,
      );
      const list = types.length === 0 ? '' : `, { ${types.join(', ')} }`;
      const row = `{ ${returns !== undefined}, ${fields.length}${list} }`;
      expect(TEXT).toContain(`\t[OP_${upper(op)}] = ${row}, \\\n`);
    }
  });

  it('tells lists of choices apart that belong to fields of the same name', () => {
    DIRECTIONS.forEach((direction, index) => {
      expect(NUMBERS.get(`CHOICE_DIRECTION_${upper(direction)}`)).toBe(`${index}`);
      expect(NUMBERS.get(`CHOICE_UNMAP_DIRECTION_${upper(direction)}`)).toBe(`${index + 1}`);
    });
    expect(NUMBERS.get('FLAG_ATTRS_SKIP_CPU_SYNC')).toBe('1 << 3');
  });
});
