/** Hardware beside arrays of bytes and lines: the first thing that differs, if anything does. */
import { ADDRESS_END } from '../../contract/numbers.ts';
import { DIRT } from '../../hardware/ram.ts';
import type { Run } from '../../hardware/run-map.ts';
import { ByteLines, runsOf } from './byte-lines.ts';
import { apply, type Parts, type Step } from './steps.ts';

/** Where a program runs: memory of `size` bytes at `base`, both whole lines. */
export interface Place {
  readonly base: number;
  readonly size: number;
  readonly line: number;
}

/**
 * Runs the steps on both sides. Answers are compared after each of them, everything else after
 * each or, with `onlyLast`, after the last one.
 */
export function difference(
  parts: Parts,
  place: Place,
  program: readonly Step[],
  onlyLast = false,
): string | undefined {
  const expected = new ByteLines(place.size, place.line);
  for (const [index, step] of program.entries()) {
    const observed = apply(parts, step, place.base);
    const differs = compareRuns('answer', observed, expected.apply(step));
    if (differs !== undefined) return `${index}: ${JSON.stringify(step)}: ${differs}`;
    if (onlyLast && index < program.length - 1) continue;
    const state = compareState(parts, place, expected);
    if (state !== undefined) return `${index}: ${JSON.stringify(step)}: ${state}`;
  }
  return undefined;
}

function compareState(parts: Parts, place: Place, expected: ByteLines): string | undefined {
  const { ram, cache } = parts;
  const { base, size, line } = place;
  for (const index of expected.valid.keys()) {
    // Somewhere in the line, and another place in every line.
    const address = base + index * line + (index % line);
    if (cache.isValid(address) !== expected.valid[index]) return `line ${index}: valid`;
    if (cache.isDirty(address) !== expected.dirty[index]) return `line ${index}: dirty`;
  }
  const seen = expected.ram.map((_, byte) => expected.seen(byte));
  return (
    compareRuns('RAM', ram.read(base, size), expected.ram) ??
    compareRuns('snooped', cache.snoop(base, size), seen) ??
    compareCosts(parts, place, expected)
  );
}

/** Nothing is kept twice: the runs held are those there are. */
function compareCosts({ ram, cache }: Parts, place: Place, bytes: ByteLines): string | undefined {
  const dirty = bytes.ram.map((_, byte) => Number(bytes.dirty[bytes.lineOf(byte)]));
  const inRam = runsIn(bytes.ram, DIRT, place);
  if (ram.runs !== inRam) return `${ram.runs} runs of RAM, not ${inRam}`;
  const inCache = runsIn(bytes.held, -1, place) + runsIn(dirty, 0, place);
  return cache.runs === inCache ? undefined : `${cache.runs} runs in the cache, not ${inCache}`;
}

/** Runs of all addresses, when `outside` is what lies around the place. */
function runsIn(bytes: readonly number[], outside: number, { base, size }: Place): number {
  const before = base > 0 ? [outside] : [];
  const behind = base + size < ADDRESS_END ? [outside] : [];
  return runsOf([...before, ...bytes, ...behind]).length;
}

function compareRuns(
  what: string,
  observed: readonly Run[],
  bytes: readonly number[],
): string | undefined {
  const expected = runsOf(bytes).join(' ');
  const shown = observed.join(' ');
  return shown === expected ? undefined : `${what}: ${shown}, not ${expected}`;
}
