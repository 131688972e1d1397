/** Passes that take operations away. */
import type { Op, OpName } from '../../contract/operations.ts';
import { definesOf, rowOf, usesOf } from '../../contract/operations.ts';
import type { Case } from '../../contract/scenario.ts';

const withProgram = (kase: Case, program: readonly Op[]): Case => ({ ...kase, program });

type Operands = Readonly<Record<string, unknown>>;

const labelsOf = (op: Op): readonly number[] => usesOf(op).map(({ label }) => label);

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

/** What made the labels of an operation, and theirs: a mapping of a table of a buffer. */
function definersOf(op: Op, program: readonly Op[]): Op[] {
  const found = program.filter((earlier) => {
    const label = definesOf(earlier);
    return earlier !== op && label !== undefined && labelsOf(op).includes(label);
  });
  return found.flatMap((earlier) => [earlier, ...definersOf(earlier, program)]);
}

/** Keeps what the failing operation is about: its devices, its label, and their history. */
export function* keepDependencies(kase: Case, step: number): Generator<Case> {
  const last = kase.program[step];
  if (last === undefined) return;
  const devices = new Set(devicesOf(last));
  for (const op of definersOf(last, kase.program)) {
    for (const device of devicesOf(op)) devices.add(device);
  }
  const about = (op: Op) => devicesOf(op).some((device) => devices.has(device));
  const labels = new Set(kase.program.filter(about).map(definesOf));
  const uses = (op: Op) => labelsOf(op).some((label) => labels.has(label));
  const kept = kase.program.filter((op) => about(op) || (uses(op) && op !== last));
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
    yield withProgram(kase, withoutLabel(kase.program, label));
  }
}

/** Without the label, and what was made of it. */
function withoutLabel(program: readonly Op[], gone: number): Op[] {
  const dead = new Set([gone]);
  return program.filter((op) => {
    const label = definesOf(op);
    const goes = label === gone || labelsOf(op).some((used) => dead.has(used));
    if (goes && label !== undefined) dead.add(label);
    return !goes;
  });
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
    const renamed = usesOf(op).map(({ field, label }) => [field, rename(label)] as const);
    const out = 'out' in op ? { out: rename(op.out) } : {};
    return { ...op, ...out, ...Object.fromEntries(renamed) } as Op;
  });
  yield withProgram(kase, program);
}
