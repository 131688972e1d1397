/** A process per bug: the parent sends an errand, the planted child answers with its hunt. */
import { spawn } from 'node:child_process';
import type { PlantedCommand } from '../../bugs/command.ts';
import { UsageError } from '../usage.ts';
import type { Errand, Hunt } from './hunt.ts';
import { hunt } from './hunt.ts';

/** The word after `bugs` that makes a process the other side. */
export const WORKER = 'worker';

/** Beyond the time an errand may take anyway, before its process is ended. */
const HANG_MS = 60_000;

/** Runs the errand in a process that has its bug. @throws Error when that process fails. */
export function send(errand: Errand, command: PlantedCommand): Promise<Hunt> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.program, [...command.args], {
      env: command.env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let result: Hunt | null = null;
    child.on('message', (message) => {
      result = message as Hunt;
    });
    const timer = setTimeout(() => {
      result ??= hung(errand);
      child.kill('SIGKILL');
    }, errand.totalMs + HANG_MS);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      if (result !== null) resolve(result);
      else reject(new Error(`bug "${errand.bug}": its process ended with ${signal ?? code}`));
    });
    child.send(errand);
  });
}

/** A bug that makes the sources run for ever is found, too. */
function hung({ bug, seeds }: Errand): Hunt {
  const text = 'the process gave no answer';
  const found = { law: 'any/no-crash', operations: 0, devices: 0, text };
  const milliseconds = HANG_MS;
  return {
    bug,
    loaded: [],
    seeds: seeds.map((seed) => ({ seed, stage: null, found, cases: 1, milliseconds })),
    known: null,
  };
}

/** The other side: takes one errand, answers, and ends. */
export async function serve(): Promise<number> {
  const errand = await new Promise<Errand>((resolve, reject) => {
    if (process.send === undefined) {
      reject(new UsageError('"bugs worker" is no command for people: carveout starts it itself'));
    }
    process.once('message', (message) => resolve(message as Errand));
  });
  const result = await hunt(errand);
  await new Promise<void>((resolve, reject) => {
    process.send!(result, (error: Error | null) => (error === null ? resolve() : reject(error)));
  });
  process.disconnect();
  return 0;
}

/**
 * Up to `jobs` processes at a time; results in the order of the errands. `commandOf` says how to
 * start the worker (`bugs`, WORKER) with the bug of an errand.
 */
export async function sendAll(
  errands: readonly Errand[],
  jobs: number,
  commandOf: (errand: Errand) => PlantedCommand | Promise<PlantedCommand>,
  onDone: (hunt: Hunt) => void = () => {},
): Promise<Hunt[]> {
  const results: Hunt[] = [];
  let next = 0;
  const work = async () => {
    while (next < errands.length) {
      const index = next++;
      const errand = errands[index]!;
      results[index] = await send(errand, await commandOf(errand));
      onDone(results[index]);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return results;
}
