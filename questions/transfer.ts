/** One importer's use of one buffer: was every byte seen that had to be? */
import type { Runs } from '../contract/outcome.ts';
import type { Desk, Heard, Said } from './desk.ts';
import type { Backing } from './heap.ts';
import { exportBuffer, HEAP_ERRNO, mapFor, unmapAgain } from './heap.ts';
import type { Site } from './machines.ts';
import type { Workload } from './workload.ts';

/**
 * - `correct`: CPU and device saw what the other had written, and nothing else.
 * - `wrong`: success was reported, and some byte was another; or a law was broken.
 * - `astray`: success was reported, with an address that is not, or not for all bytes, one of
 *   theirs to the device: its accesses are never sent.
 * - `fault`: the kernel crashed.
 * - `unclear`: not asked; an address would mean two things to the device.
 * - an errno: nothing was mapped (-EBUSY: the device may not attach).
 */
export const VERDICTS = [
  'correct',
  'wrong',
  'astray',
  'fault',
  '-EBUSY',
  '-ENOMEM',
  'unclear',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export interface Answer {
  readonly verdict: Verdict;
  /** Bytes copied between buffers and bounce memory. */
  readonly copied: number;
}

type Part = Runs[number];

/** A line of a program, and what it has to read. */
interface Step {
  readonly line: string;
  readonly reads?: Runs;
}

/** The importer maps the buffer, both sides write, and both read what the other wrote. */
export function transfer(
  desk: Desk,
  site: Site,
  backing: Backing,
  importer: string,
  skips: boolean,
  workload: Workload,
): Answer {
  const setup = exportBuffer(backing, workload.size).map((line) => ({ line }));
  const steps = [...setup, ...shared(importer, skips, workload)];
  return verdictOf(steps, desk.ask(site, linesOf(steps)));
}

/** The owner's own use of coherent memory out of its pool `index`; nothing is mapped. */
export function ownUse(
  desk: Desk,
  site: Site,
  owner: string,
  index: number,
  { size, cut, values }: Workload,
): Answer {
  const { cpu, device } = values;
  const steps: Step[] = [
    { line: `attach ${owner} index=${index}` },
    { line: `h0 = alloc_coherent ${owner} ${size}` },
    { line: `write h0 0 ${size} ${cpu}` },
    { line: `device_read h0 0 ${size}`, reads: [[cpu, size]] },
    { line: `device_write h0 0 ${cut} ${device}` },
    { line: `read h0 0 ${size}`, reads: runs([device, cut], [cpu, size - cut]) },
  ];
  return verdictOf(steps, desk.ask(site, linesOf(steps)));
}

function shared(importer: string, skips: boolean, workload: Workload): Step[] {
  const { size, direction, cut, values } = workload;
  const { cpu, device, late } = values;
  const toDevice = direction !== 'from-device';
  const fromDevice = direction !== 'to-device';
  const written: Part[] = fromDevice ? [[device, cut]] : [[cpu, cut]];
  const seen = runs(...written, [cpu, size - cut]);
  // A store to what only the device writes may be lost, by contract.
  const after = toDevice ? runs(...written, [cpu, 1], [late, size - cut - 1]) : seen;
  const sync = (side: 'cpu' | 'device') => (skips ? [] : [{ line: `sync_for_${side} m2` }]);
  return [
    { line: `write h0 0 ${size} ${cpu}` },
    { line: mapFor(importer, direction, skips) },
    ...(toDevice ? [{ line: `mapped_read m2 0 ${size}`, reads: runs([cpu, size]) }] : []),
    ...(fromDevice ? [{ line: `mapped_write m2 0 ${cut} ${device}` }] : []),
    ...sync('cpu'),
    { line: `read h0 0 ${size}`, reads: seen },
    ...(toDevice
      ? [
          { line: `write h0 ${cut + 1} ${size - cut - 1} ${late}` },
          ...sync('device'),
          { line: `mapped_read m2 0 ${size}`, reads: after },
        ]
      : []),
    { line: unmapAgain(skips) },
    { line: `read h0 0 ${size}`, reads: after },
  ];
}

const linesOf = (steps: readonly Step[]) => steps.map(({ line }) => line);

/** Without empty runs, and equal neighbours as one. */
function runs(...parts: readonly Part[]): Runs {
  const joined: [number, number][] = [];
  for (const [value, count] of parts) {
    const last = joined.at(-1);
    if (count === 0) continue;
    if (last?.[0] === value) last[1] += count;
    else joined.push([value, count]);
  }
  return joined;
}

const copiedBy = (said: readonly (Said | null)[]) =>
  said.reduce((sum, one) => sum + (one?.copied ?? 0), 0);

function verdictOf(steps: readonly Step[], { said, broken }: Heard): Answer {
  const copied = copiedBy(said);
  if (broken) return { verdict: 'wrong', copied };
  for (const [index, { line, reads }] of steps.entries()) {
    const outcome = said[index]?.outcome;
    if (outcome === undefined) return unsent(line, copied);
    if (outcome.is === 'crash') return { verdict: 'fault', copied };
    // The heap hides the cause of what a mapping was refused for.
    if (outcome.is !== 'ok') return { verdict: `-${HEAP_ERRNO}` as Verdict, copied };
    if (reads === undefined) continue;
    const got = runs(...(outcome.bytes ?? []));
    if (JSON.stringify(got) !== JSON.stringify(reads)) return { verdict: 'wrong', copied };
  }
  return { verdict: 'correct', copied };
}

/** What the judge calls undefined is never sent; of the rest all has to be. */
function unsent(line: string, copied: number): Answer {
  if (line.includes(' map_sgtable ')) return { verdict: 'unclear', copied };
  if (/^(mapped|device)_/.test(line)) return { verdict: 'astray', copied };
  throw new Error(`question: "${line}" was not sent`);
}

/** `correct 12, fault 8`: how often each verdict was reached, in a fixed order. */
export function tallyText(verdicts: readonly Verdict[]): string {
  return VERDICTS.map((verdict) => ({
    verdict,
    count: verdicts.filter((one) => one === verdict).length,
  }))
    .filter(({ count }) => count > 0)
    .map(({ verdict, count }) => `${verdict} ${count}`)
    .join(', ');
}
