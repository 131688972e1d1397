/** Several processes for one campaign: each runs its own shard and sends its result back. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { InputProblem } from '../contract/text/input-error.ts';
import { InputError } from '../contract/text/input-error.ts';
import { Tally } from '../properties/labels/tally.ts';
import { mergeBuckets } from '../properties/runner/buckets.ts';
import type { CampaignOptions, CampaignResult, Progress } from '../properties/runner/campaign.ts';
import { campaign } from '../properties/runner/campaign.ts';
import type { FuzzPlan } from './fuzzing.ts';
import type { SubjectChoice } from './subject.ts';
import { openSubject } from './subject.ts';
import type { Terminal } from './terminal.ts';
import { END_SIGNALS } from './terminal.ts';

interface Order {
  readonly subject: SubjectChoice;
  readonly options: CampaignOptions;
}

type Message =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: CampaignResult }
  | { readonly kind: 'refused'; readonly problem: InputProblem };

/** What a worker is told after its order: stop, and send what there is. */
const STOP = 'stop';

/** The launcher of this very program, in a checkout or an installed package. */
export function launcher(): string {
  const inCheckout = join(import.meta.dirname, '../bin/carveout.js');
  return existsSync(inCheckout) ? inCheckout : join(import.meta.dirname, '../../bin/carveout.js');
}

/**
 * Splits the shard among `plan.jobs` processes. A worker that dies fails the run. Each counts for
 * itself how many failures of a law it has shrunk, so more of them may be shrunk than by one alone.
 */
export async function runJobs(
  plan: FuzzPlan,
  options: CampaignOptions,
  terminal: Terminal,
): Promise<CampaignResult> {
  const { index, count } = plan.shard;
  const last = new Map<number, Progress>();
  const children: ChildProcess[] = [];
  const workers = Array.from({ length: plan.jobs }, (_, job) => {
    const shard = { index: index * plan.jobs + job, count: count * plan.jobs };
    const order: Order = { subject: plan.subject, options: { ...options, shard } };
    // By what this process was started: they run the very same code. A message is a structured
    // clone, so maps arrive as maps.
    const child = fork(process.argv[1]!, ['worker'], { serialization: 'advanced' });
    children.push(child);
    return work(child, order, terminal, (progress) => {
      last.set(job, progress);
      terminal.progress(`${plan.jobs} processes`, addProgress([...last.values()]));
    });
  });
  try {
    const results = (await Promise.all(workers)).filter((result) => result !== null);
    return mergeResults(options.seed, results, terminal.stopped);
  } finally {
    // Where one has failed, the others leave.
    for (const child of children) if (child.connected) child.disconnect();
  }
}

function addProgress(all: readonly Progress[]): Progress {
  return {
    cases: all.reduce((sum, p) => sum + p.cases, 0),
    lastCase: Math.max(...all.map((p) => p.lastCase)),
    failures: all.reduce((sum, p) => sum + p.failures, 0),
  };
}

/** Null: a signal ended the worker before it could listen. */
function work(
  child: ChildProcess,
  order: Order,
  terminal: Terminal,
  onProgress: (progress: Progress) => void,
): Promise<CampaignResult | null> {
  return new Promise((resolve, reject) => {
    let result: CampaignResult | null = null;
    terminal.onStop(() => {
      // One that has just left needs no telling.
      if (child.connected) child.send(STOP, () => {});
    });
    child.on('message', (message: Message) => {
      if (message.kind === 'progress') onProgress(message.progress);
      else if (message.kind === 'result') result = message.result;
      else reject(new InputError(message.problem));
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      const isAsked = terminal.stopped && END_SIGNALS.some((name) => name === signal);
      if (result !== null || isAsked) resolve(result);
      else reject(new Error(`a worker ended with ${signal ?? `exit code ${code}`} and no result`));
    });
    // One that is gone already says so by its end.
    child.send(order, () => {});
  });
}

function mergeResults(
  seed: string,
  results: readonly CampaignResult[],
  interrupted: boolean,
): CampaignResult {
  const labels = new Tally();
  for (const result of results) labels.addAll(result.labels);
  const sum = (field: 'cases' | 'refusedMachines' | 'operations' | 'moreFailures') =>
    results.reduce((total, result) => total + result[field], 0);
  const buckets = results.flatMap((result) => result.buckets);
  const [first, ...rest] = results;
  const isStale = (id: string) => rest.every(({ stale }) => stale.includes(id));
  return {
    seed,
    cases: sum('cases'),
    lastCase: Math.max(-1, ...results.map((result) => result.lastCase)),
    refusedMachines: sum('refusedMachines'),
    operations: sum('operations'),
    // In the order in which one process would have met them.
    buckets: mergeBuckets(buckets.sort((a, b) => a.origin.case - b.origin.case)),
    stale: (first?.stale ?? []).filter(isStale),
    moreFailures: sum('moreFailures'),
    labels: labels.counts,
    interrupted: interrupted || results.some((result) => result.interrupted),
    milliseconds: Math.max(0, ...results.map((result) => result.milliseconds)),
  };
}

/**
 * The other side: takes one order from the parent, answers, and ends. Signals are requests here,
 * however many: a terminal sends them to parent and worker alike. A worker without parent leaves.
 */
export async function workerCommand(): Promise<number> {
  if (process.send === undefined) throw new Error('worker is started by carveout itself');
  let stopped = false;
  const stop = () => {
    stopped = true;
  };
  const leave = () => process.exit(130);
  for (const signal of END_SIGNALS) process.on(signal, stop);
  process.once('disconnect', leave);
  const order = await new Promise<Order>((resolve) => {
    process.on('message', (message) => (message === STOP ? stop() : resolve(message as Order)));
  });
  try {
    await post(await answer(order, () => stopped));
  } finally {
    process.off('disconnect', leave);
    process.disconnect();
  }
  return 0;
}

async function answer({ subject: choice, options }: Order, stopped: () => boolean) {
  try {
    const subject = await openSubject(choice);
    try {
      const onProgress = (progress: Progress) => void post({ kind: 'progress', progress });
      const result = await campaign(subject, { ...options, stopped, onProgress });
      return { kind: 'result', result } as const;
    } finally {
      await subject.close?.();
    }
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { kind: 'refused', problem: error.problem } as const;
  }
}

/** Resolves when the message has left. A parent that is gone hears nothing: we leave, too. */
function post(message: Message): Promise<void> {
  return new Promise((resolve) => {
    process.send!(message, () => resolve());
  });
}
