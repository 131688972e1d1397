/** Reads one operation of a program: `h0 = alloc_coherent d0 8192 gfp=atomic`. */
import type { Machine } from '../machine.ts';
import { ADDRESS_END, UNLIMITED } from '../numbers.ts';
import type { Field, LabelKind, Op, OpName } from '../operations.ts';
import { LABEL_LETTER, labelText, OP_NAMES, rowOf } from '../operations.ts';
import type { Line, Word } from './line.ts';

/** Labels are dense small integers; the bound keeps tables small. */
export const LABEL_MAX = 2 ** 20;

/** Reads the operation whose first word is `head`. */
export function readOp(line: Line, head: Word, machine: Machine): Op {
  const labelled = line.peek() === '=';
  let nameWord = head;
  if (labelled) {
    line.take('=');
    nameWord = line.take('an operation');
  }
  const name = OP_NAMES.find((n) => n === nameWord.text);
  if (name === undefined) line.failNear(nameWord, 'a machine line or an operation', OP_NAMES);
  const row = rowOf(name);
  const op: Record<string, unknown> = { op: name };
  if (row.returns === undefined) {
    if (labelled) line.failAt(head, `no label: ${name} returns nothing`);
  } else {
    if (!labelled) line.failAt(head, `a label: ${labelText(row.returns, 0)} = ${name} …`);
    op['out'] = readLabel(line, head, row.returns);
  }
  for (const field of row.fields) {
    if (field.default === undefined) op[field.name] = readValue(line, field, machine);
    else op[field.name] = field.default;
  }
  readOptions(line, name, op, machine);
  return op as unknown as Op;
}

function readOptions(
  line: Line,
  name: OpName,
  op: Record<string, unknown>,
  machine: Machine,
): void {
  const optional = rowOf(name).fields.filter((field) => field.default !== undefined);
  const names = optional.map((field) => `${field.name}=`);
  while (!line.done) {
    const word = line.take('an option');
    const cut = word.text.indexOf('=');
    const field = optional.find((f) => f.name === word.text.slice(0, cut));
    const expected = names.length === 0 ? 'the end of the line' : `one of ${names.join(', ')}`;
    if (cut < 0 || field === undefined) line.failNear(word, expected, names);
    const value = { text: word.text.slice(cut + 1), column: word.column + cut + 1 };
    op[field.name] = fieldValue(line, value, field, machine);
  }
}

function readValue(line: Line, field: Field, machine: Machine): unknown {
  return fieldValue(line, line.take(`${field.name}: ${field.doc}`), field, machine);
}

function fieldValue(line: Line, word: Word, field: Field, machine: Machine): unknown {
  const min = Math.max(field.min ?? 0, 0);
  const what = `${field.name}: ${field.doc}`;
  switch (field.type) {
    case 'device':
      return indexOf(line, word, machine.devices, 'a device of the machine');
    case 'region':
      return indexOf(line, word, machine.regions, 'a region of the machine');
    case 'buffer':
    case 'table':
    case 'mapping':
      return readLabel(line, word, field.type);
    case 'spans':
      return word.text.split(',').map((text) => spanOf(line, { ...word, text }));
    case 'address':
      return line.number_(word, what, min, ADDRESS_END - 1);
    case 'bytes':
      return line.number_(word, what, min, UNLIMITED);
    case 'bits':
      return line.number_(word, what, min, 64);
    case 'byte':
      return line.number_(word, what, min, 255);
    case 'count':
      return line.number_(word, what, min, UNLIMITED);
    case 'choice':
      return choiceOf(line, word, field.choices ?? []);
    case 'flags': {
      const picked = word.text
        .split(',')
        .map((text) => choiceOf(line, { ...word, text }, field.choices ?? []));
      return (field.choices ?? []).filter((choice) => picked.includes(choice));
    }
  }
}

function choiceOf(line: Line, word: Word, choices: readonly string[]): string {
  if (!choices.includes(word.text)) {
    line.failNear(word, `one of ${choices.join(', ')}`, choices);
  }
  return word.text;
}

function indexOf(
  line: Line,
  word: Word,
  items: readonly { readonly name: string }[],
  what: string,
): number {
  const names = items.map(({ name }) => name);
  const index = names.indexOf(word.text);
  if (index < 0) line.failNear(word, what, names);
  return index;
}

function readLabel(line: Line, word: Word, kind: LabelKind): number {
  const match = new RegExp(`^${LABEL_LETTER[kind]}(\\d{1,7})$`).exec(word.text);
  if (match === null) line.failAt(word, `a label such as ${labelText(kind, 0)}`);
  const label = Number(match[1]);
  if (label > LABEL_MAX) line.failAt(word, `a label up to ${labelText(kind, LABEL_MAX)}`);
  return label;
}

/** `4+3`: three from the fourth on; `4`: that one. */
function spanOf(line: Line, word: Word): readonly [first: number, count: number] {
  const match = /^(\d{1,15})(?:\+(\d{1,15}))?$/.exec(word.text);
  const count = match?.[2] === undefined ? 1 : Number(match[2]);
  if (match === null || count === 0) line.failAt(word, 'runs of pages such as 0+4,6');
  return [Number(match[1]), count];
}
