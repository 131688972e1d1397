/** Bytes that nobody wrote differ from machine to machine. */
import type { Op } from '../../contract/operations.ts';
import type { Ok, Outcome, Runs } from '../../contract/outcome.ts';
import type { Judge } from '../../model/judge/judge.ts';

/** Two values: no byte that is known may hold either of them, unless it holds both. */
const PROBES = [0xee, 0x11] as const;

/** May all bytes in which the answers differ hold anything? Asked before either is believed. */
export function isUnknown(judge: Judge, op: Op, left: Outcome, right: Outcome): boolean {
  if (left.is !== 'ok' || right.is !== 'ok') return false;
  const [ours, theirs] = [left.bytes, right.bytes];
  if (ours === undefined || theirs === undefined) return false;
  return PROBES.every((probe) => {
    const changed: Ok = { ...right, bytes: marked(ours, theirs, probe) };
    return judge.check(op, changed) === null;
  });
}

/** The bytes of both, with `probe` where they differ. */
function marked(ours: Runs, theirs: Runs, probe: number): Runs {
  const found: [number, number][] = [];
  const rest = theirs.map(([value, count]) => ({ value, count }));
  for (const [value, count] of ours) {
    for (let left = count; left > 0 && rest.length > 0; ) {
      const run = rest[0]!;
      const length = Math.min(left, run.count);
      found.push([run.value === value ? value : probe, length]);
      run.count -= length;
      left -= length;
      if (run.count === 0) rest.shift();
    }
  }
  return found;
}
