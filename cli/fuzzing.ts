/** A run of the suite: corpus, then one or more phases of generated cases, then a report. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from '../contract/machine.ts';
import type { Subject } from '../contract/subject.ts';
import { Tally } from '../properties/labels/tally.ts';
import { mergeBuckets } from '../properties/runner/buckets.ts';
import type { CampaignOptions, CampaignResult } from '../properties/runner/campaign.ts';
import { campaign } from '../properties/runner/campaign.ts';
import type { CorpusFile } from '../properties/runner/corpus.ts';
import { readCorpus } from '../properties/runner/corpus.ts';
import { checkFolder } from '../properties/runner/files.ts';
import type { Replayed } from '../properties/runner/replay.ts';
import { replay } from '../properties/runner/replay.ts';
import { RefusedError } from '../properties/runner/run.ts';
import type { CorpusFailure, Phase, Report } from '../report/campaign.ts';
import { notJudged } from '../report/not-judged.ts';
import { runJobs } from './jobs.ts';
import type { SubjectChoice } from './subject.ts';
import { openSubject } from './subject.ts';
import { Terminal } from './terminal.ts';

export interface PhasePlan {
  readonly title: string;
  readonly machine?: Machine | undefined;
  readonly cases?: number | undefined;
  readonly timeMs?: number | undefined;
}

export interface FuzzPlan {
  readonly subject: SubjectChoice;
  readonly seed: string;
  readonly phases: readonly PhasePlan[];
  readonly firstCase: number;
  readonly shard: { readonly index: number; readonly count: number };
  readonly jobs: number;
  readonly failures: string | null;
  /** Folder of scenarios to replay first; null: none. */
  readonly corpus: string | null;
  readonly known: readonly string[];
  readonly bugs: readonly string[];
  readonly bail: boolean;
}

/** The campaign options of a phase, without what cannot be sent to a worker. */
export function campaignOptions(plan: FuzzPlan, phase: PhasePlan): CampaignOptions {
  return {
    seed: plan.seed,
    cases: phase.cases,
    timeMs: phase.timeMs,
    firstCase: plan.firstCase,
    shard: plan.shard,
    machine: phase.machine,
    failures: plan.failures,
    known: plan.known,
    bugs: plan.bugs,
    command: plan.subject.command,
    metamorphic: plan.subject.command === null,
    bail: plan.bail,
  };
}

/** @throws InputError, before anything runs, when failure files could not be written */
export async function fuzz(plan: FuzzPlan): Promise<Report> {
  if (plan.failures !== null) checkFolder(plan.failures);
  const subject = await openSubject(plan.subject);
  const terminal = new Terminal();
  try {
    const tally = new Tally();
    const corpus = await replayCorpus(subject, plan, tally, terminal);
    const results: [PhasePlan, CampaignResult][] = [];
    for (const phase of plan.phases) {
      if (terminal.stopped || (plan.bail && results.some(([, r]) => r.buckets.length > 0))) break;
      results.push([phase, await runPhase(subject, plan, phase, terminal)]);
    }
    return reportOf(subject, plan, corpus, tally, results, terminal.stopped);
  } finally {
    terminal.close();
    await subject.close?.();
  }
}

async function runPhase(
  subject: Subject,
  plan: FuzzPlan,
  phase: PhasePlan,
  terminal: Terminal,
): Promise<CampaignResult> {
  const options = campaignOptions(plan, phase);
  if (plan.jobs > 1) return await runJobs(plan, options, terminal);
  return await campaign(subject, {
    ...options,
    stopped: () => terminal.stopped,
    onProgress: (progress) => terminal.progress(phase.title, progress),
    onFailure: (finding, origin, file) => terminal.failure(finding, origin, file),
  });
}

/** Scenarios of the built-in subject hold for every correct one that takes their machine. */
async function replayCorpus(
  subject: Subject,
  plan: FuzzPlan,
  tally: Tally,
  terminal: Terminal,
): Promise<Report['corpus']> {
  const failed: CorpusFailure[] = [];
  let files = 0;
  let refused = 0;
  for (const file of corpusOf(plan)) {
    const seen = await replayKnowing(subject, file, plan.known);
    // A crash may be the work of the signal that stopped us.
    if (terminal.stopped) break;
    if (seen === null) {
      refused += 1;
      continue;
    }
    files += 1;
    tally.addAll(seen.tally.counts);
    if (!seen.asExpected) failed.push(failureOf(file, seen));
  }
  return { files, refused, failed };
}

/** What any correct subject must show. */
function corpusOf({ corpus }: FuzzPlan): readonly CorpusFile[] {
  if (corpus === null || !existsSync(corpus)) return [];
  return readCorpus(corpus).filter(({ scenario: { header } }) => {
    return header.bugs.length === 0 && header.subject === null && header.expect.kind === 'ok';
  });
}

/** Null: the subject does not take the machine. */
async function replayKnowing(
  subject: Subject,
  { scenario }: CorpusFile,
  more: readonly string[],
): Promise<Replayed | null> {
  const known = [...new Set([...scenario.header.known, ...more])];
  try {
    return await replay(subject, { ...scenario, header: { ...scenario.header, known } });
  } catch (error) {
    if (error instanceof RefusedError) return null;
    throw error;
  }
}

function failureOf({ path }: CorpusFile, { expected, observed, failure }: Replayed): CorpusFailure {
  const violation = failure?.violation;
  const how = violation && `: ${violation.expected}, but ${violation.observed}`;
  return { path, expected, observed: `${observed}${how ?? ''}` };
}

function reportOf(
  subject: Subject,
  plan: FuzzPlan,
  corpus: Report['corpus'],
  tally: Tally,
  results: readonly (readonly [PhasePlan, CampaignResult])[],
  interrupted: boolean,
): Report {
  for (const [, result] of results) tally.addAll(result.labels);
  const known = new Map<string, number>();
  for (const id of [...plan.known, ...(subject.known ?? [])]) {
    known.set(id, tally.counts.get(`known: ${id}`) ?? 0);
  }
  return {
    subject: subject.name,
    seed: plan.seed,
    phases: results.map(([phase, result]) => phaseOf(phase, result)),
    buckets: mergeBuckets(results.flatMap(([, result]) => result.buckets)),
    corpus,
    known,
    notJudged: notJudged(subject),
    interrupted: interrupted || results.some(([, result]) => result.interrupted),
  };
}

function phaseOf(phase: PhasePlan, result: CampaignResult): Phase {
  const { cases, lastCase, refusedMachines, moreFailures, milliseconds, labels } = result;
  const { title } = phase;
  return { title, cases, lastCase, refusedMachines, moreFailures, milliseconds, labels };
}

/** `corpus/` beside the sources, or in the installed package. */
export function corpusDirectory(): string {
  const inCheckout = join(import.meta.dirname, '../corpus');
  return existsSync(inCheckout) ? inCheckout : join(import.meta.dirname, '../../corpus');
}
