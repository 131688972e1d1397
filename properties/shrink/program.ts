/** Passes that take operations away. */
import type { Op, OpName } from '../../contract/operations.ts';
import { definesOf, rowOf } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';

const withProgram = (kase: Case, program: readonly Op[]): Case => ({ ...kase, program });

type Operands = Readonly<Record<string, unknown>>;

/** The label an operation works on, or undefined. */
export function usesOf(op: Op): number | undefined {
  const field = rowOf(op.op).fields.find((f) => f.type === 'buffer');
  return field && ((op as unknown as Operands)[field.name] as number);
}

/** The devices an operation names. */
export function devicesOf(op: Op): number[] {
  const values = op as unknown as Operands;
  return rowOf(op.op)
    .fields.filter((field) => field.type === 'device')
    .map((field) => values[field.name] as number)
    .filter((device) => device >= 0);
}

/** Nothing after the step that failed matters. */
export function* dropTail(kase: Case, step: number): Generator<Case> {
  if (step + 1 < kase.program.length) yield withProgram(kase, kase.program.slice(0, step + 1));
}

/** Keeps what the failing operation is about: its devices, its label, and their history. */
export function* keepDependencies(kase: Case, step: number): Generator<Case> {
  const last = kase.program[step];
  if (last === undefined) return;
  const devices = new Set(devicesOf(last));
  const label = usesOf(last);
  const defining = kase.program.find((op) => definesOf(op) === label);
  if (label !== undefined && defining !== undefined) {
    for (const device of devicesOf(defining)) devices.add(device);
  }
  const about = (op: Op) => devicesOf(op).some((device) => devices.has(device));
  const labels = new Set(kase.program.filter(about).map(definesOf));
  const kept = kase.program.filter((op) => about(op) || (labels.has(usesOf(op)) && op !== last));
  if (kept.length < kase.program.length) yield withProgram(kase, [...new Set([...kept, last])]);
}

/** One whole kind of operation goes. */
export function* dropKinds(kase: Case): Generator<Case> {
  const kinds = new Set<OpName>(kase.program.map((op) => op.op));
  for (const kind of kinds) {
    const rest = kase.program.filter((op) => op.op !== kind);
    if (rowOf(kind).returns === undefined) yield withProgram(kase, rest);
  }
}

/** One label goes with all its uses, latest first. */
export function* dropLabels(kase: Case): Generator<Case> {
  const labels = kase.program.flatMap((op) => definesOf(op) ?? []).reverse();
  for (const label of labels) {
    const rest = kase.program.filter((op) => definesOf(op) !== label && usesOf(op) !== label);
    yield withProgram(kase, rest);
  }
}

/** Runs of operations go: halves, quarters, … single ones, latest first. */
export function* dropChunks(kase: Case): Generator<Case> {
  const { program } = kase;
  for (let size = Math.ceil(program.length / 2); size >= 1; size = Math.floor(size / 2)) {
    for (let end = program.length; end > 0; end -= size) {
      const start = Math.max(0, end - size);
      yield withProgram(kase, [...program.slice(0, start), ...program.slice(end)]);
    }
  }
}

/** Two operations go at once: what neither can do alone (an attach and its detach, …). */
export function* dropPairs(kase: Case): Generator<Case> {
  const { program } = kase;
  if (program.length > 24) return;
  for (let i = program.length - 1; i > 0; i--) {
    for (let j = i - 1; j >= 0; j--) {
      yield withProgram(
        kase,
        program.filter((_, k) => k !== i && k !== j),
      );
    }
  }
}

/** Labels are numbered from 0 in order of definition. */
export function* renameLabels(kase: Case): Generator<Case> {
  const names = new Map<number, number>();
  for (const op of kase.program) {
    const label = definesOf(op);
    if (label !== undefined && !names.has(label)) names.set(label, names.size);
  }
  const rename = (label: number) => names.get(label) ?? label;
  const program = kase.program.map((op) => {
    if ('out' in op) return { ...op, out: rename(op.out) };
    return usesOf(op) === undefined ? op : ({ ...op, buffer: rename(usesOf(op)!) } as Op);
  });
  yield withProgram(kase, program);
}
