/** Several processes for one campaign: each runs its own shard and sends its result back. */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Tally } from '../properties/labels.ts';
import { mergeBuckets } from '../properties/runner/buckets.ts';
import type { CampaignOptions, CampaignResult, Progress } from '../properties/runner/campaign.ts';
import { campaign } from '../properties/runner/campaign.ts';
import type { FuzzPlan } from './fuzzing.ts';
import type { SubjectChoice } from './subject.ts';
import { openSubject } from './subject.ts';
import { Terminal } from './terminal.ts';

interface Order {
  readonly subject: SubjectChoice;
  readonly options: CampaignOptions;
}

type Message =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: CampaignResult };

/** The launcher of this very program, in a checkout or an installed package. */
export function launcher(): string {
  const inCheckout = join(import.meta.dirname, '../bin/carveout.js');
  return existsSync(inCheckout) ? inCheckout : join(import.meta.dirname, '../../bin/carveout.js');
}

/** Splits the shard among `plan.jobs` processes. A worker that dies fails the run. */
export async function runJobs(
  plan: FuzzPlan,
  options: CampaignOptions,
  terminal: Terminal,
): Promise<CampaignResult> {
  const { index, count } = plan.shard;
  const last = new Map<number, Progress>();
  const workers = Array.from({ length: plan.jobs }, (_, job) => {
    const shard = { index: index * plan.jobs + job, count: count * plan.jobs };
    const order: Order = { subject: plan.subject, options: { ...options, shard } };
    return work(order, (progress) => {
      last.set(job, progress);
      terminal.progress(`${plan.jobs} processes`, addProgress([...last.values()]));
    });
  });
  return mergeResults(options.seed, await Promise.all(workers));
}

function addProgress(all: readonly Progress[]): Progress {
  return {
    cases: all.reduce((sum, p) => sum + p.cases, 0),
    lastCase: Math.max(...all.map((p) => p.lastCase)),
    failures: all.reduce((sum, p) => sum + p.failures, 0),
  };
}

function work(order: Order, onProgress: (progress: Progress) => void): Promise<CampaignResult> {
  return new Promise((resolve, reject) => {
    // A message is a structured clone, so maps arrive as maps.
    const child: ChildProcess = fork(launcher(), ['worker'], { serialization: 'advanced' });
    let result: CampaignResult | null = null;
    child.on('message', (message: Message) => {
      if (message.kind === 'progress') onProgress(message.progress);
      else result = message.result;
    });
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (result !== null) resolve(result);
      else reject(new Error(`a worker ended with ${signal ?? `exit code ${code}`} and no result`));
    });
    child.send(order);
  });
}

function mergeResults(seed: string, results: readonly CampaignResult[]): CampaignResult {
  const labels = new Tally();
  for (const result of results) labels.addAll(result.labels);
  const sum = (field: 'cases' | 'refusedMachines' | 'moreFailures') =>
    results.reduce((total, result) => total + result[field], 0);
  return {
    seed,
    cases: sum('cases'),
    lastCase: Math.max(...results.map((result) => result.lastCase)),
    refusedMachines: sum('refusedMachines'),
    buckets: mergeBuckets(results.flatMap((result) => result.buckets)),
    moreFailures: sum('moreFailures'),
    labels: labels.counts,
    interrupted: results.some((result) => result.interrupted),
    milliseconds: Math.max(...results.map((result) => result.milliseconds)),
  };
}

/** The other side: takes one order from the parent, answers, and ends. */
export async function workerCommand(): Promise<number> {
  const order = await new Promise<Order>((resolve, reject) => {
    if (process.send === undefined) reject(new Error('worker is started by carveout itself'));
    process.once('message', (message) => resolve(message as Order));
  });
  const send = (message: Message) =>
    new Promise<void>((resolve, reject) => {
      process.send!(message, (error: Error | null) => (error === null ? resolve() : reject(error)));
    });
  const terminal = new Terminal();
  const subject = await openSubject(order.subject);
  try {
    const result = await campaign(subject, {
      ...order.options,
      stopped: () => terminal.stopped,
      onProgress: (progress) => void send({ kind: 'progress', progress }),
    });
    await send({ kind: 'result', result });
  } finally {
    terminal.close();
    await subject.close?.();
    process.disconnect();
  }
  return 0;
}
