/** Where a piece of work spends its time: V8's sampling profiler, self time by function. */
import type { Profiler } from 'node:inspector';
import { Session } from 'node:inspector/promises';
import { fileURLToPath } from 'node:url';

const TOP = fileURLToPath(new URL('../', import.meta.url));
const FUNCTIONS = 8;
const PARTS = 6;
const INTERVAL_US = 250;

/** Runs `round` for about so long; answers lines: shares of the parts, then the top functions. */
export async function profileOf(
  round: (turn: number) => unknown,
  milliseconds: number,
): Promise<string[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: INTERVAL_US });
  await session.post('Profiler.start');
  const end = performance.now() + milliseconds;
  for (let turn = 0; performance.now() < end; turn++) round(turn);
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return linesOf(profile);
}

function linesOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): string[] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]));
  const functions = new Map<string, number>();
  const parts = new Map<string, number>();
  let total = 0;
  for (const [index, id] of samples.entries()) {
    const { functionName, url } = frames.get(id)!;
    // The profiler's own start and stop.
    if (functionName === 'dispatch' && url === '') continue;
    const time = timeDeltas[index] ?? 0;
    const file = fileOf(url);
    total += time;
    add(functions, `${functionName || 'anonymous function'}  ${file}`.trim(), time);
    add(parts, partOf(functionName, file), time);
  }
  const percent = (time: number) => `${((time / total) * 100).toFixed(1)} %`;
  const shares = largest(parts, PARTS).map(([part, time]) => `${part} ${percent(time)}`);
  const rows = largest(functions, FUNCTIONS).map(
    ([name, time]) => `${percent(time).padStart(7)}  ${name}`,
  );
  return [shares.join(', '), ...rows];
}

function add(times: Map<string, number>, key: string, time: number): void {
  times.set(key, (times.get(key) ?? 0) + time);
}

function largest(times: ReadonlyMap<string, number>, count: number): [string, number][] {
  return [...times].sort((a, b) => b[1] - a[1]).slice(0, count);
}

/** Path in the checkout or the package; '' for the engine itself. */
function fileOf(url: string): string {
  if (url.startsWith('node:')) return url;
  if (!url.startsWith('file:')) return '';
  const path = fileURLToPath(url);
  const inPackages = path.split('node_modules/').at(-1)!;
  if (inPackages !== path) return inPackages;
  return path.startsWith(TOP) ? path.slice(TOP.length) : path;
}

/** A folder of ours, a package, or the engine. */
function partOf(functionName: string, file: string): string {
  if (functionName === '(garbage collector)') return 'garbage';
  if (file === '' || file.startsWith('node:')) return 'engine';
  return file.split('/')[0]!;
}
