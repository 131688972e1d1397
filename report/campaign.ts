/** The end of a run, for people and for machines. */
import type { Law } from '../contract/law.ts';
import type { Bucket } from '../properties/runner/buckets.ts';
import { bucketText } from './failure.ts';

/** One part of a run: random machines, a board, the corpus. */
export interface Phase {
  readonly title: string;
  readonly cases: number;
  readonly lastCase: number;
  readonly refusedMachines: number;
  readonly moreFailures: number;
  readonly milliseconds: number;
  readonly labels: ReadonlyMap<string, number>;
}

export interface Report {
  readonly subject: string;
  readonly seed: string;
  readonly phases: readonly Phase[];
  readonly buckets: readonly Bucket[];
  readonly corpus: CorpusResult;
  /** Hits per known deviation; 0: the row is stale. */
  readonly known: ReadonlyMap<string, number>;
  readonly notJudged: readonly Law[];
  readonly interrupted: boolean;
}

export interface CorpusResult {
  /** Scenarios that were replayed. */
  readonly files: number;
  /** Scenarios whose machine the subject refused. */
  readonly refused: number;
  /** Those that did not show what they expect. */
  readonly failed: readonly CorpusFailure[];
}

export interface CorpusFailure {
  readonly path: string;
  readonly expected: string;
  readonly observed: string;
}

export function staleRows(report: Report): readonly string[] {
  return [...report.known].filter(([, hits]) => hits === 0).map(([id]) => id);
}

/** No operation of a generated case was judged: whatever the subject is, nothing was seen of it. */
export function isEmpty(report: Report): boolean {
  return report.phases.every(({ labels }) => (labels.get('operations') ?? 0) === 0);
}

/** Did something fail? */
export function isBroken(report: Report): boolean {
  const { buckets, corpus } = report;
  return buckets.length > 0 || corpus.failed.length > 0 || staleRows(report).length > 0;
}

/**
 * 0: nothing unknown. 1: a law was broken, a corpus file failed, a known row is stale, or nothing
 * was judged at all.
 */
export function exitCode(report: Report): 0 | 1 {
  return isBroken(report) || isEmpty(report) ? 1 : 0;
}

export function totalLabels(report: Report): Map<string, number> {
  const total = new Map<string, number>();
  for (const phase of report.phases) {
    for (const [label, count] of phase.labels) total.set(label, (total.get(label) ?? 0) + count);
  }
  return total;
}

const number = new Intl.NumberFormat('en-US');

export function reportText(report: Report, options: { readonly labels: boolean }): string {
  const blocks: string[] = [];
  for (const bucket of report.buckets) blocks.push(bucketText(bucket));
  for (const { path, expected, observed } of report.corpus.failed) {
    blocks.push(`${path}\n  expected   ${expected}\n  observed   ${observed}`);
  }
  if (options.labels) blocks.push(labelsText(totalLabels(report)));
  blocks.push(summaryLines(report).join('\n'));
  return `${blocks.join('\n\n')}\n`;
}

function summaryLines(report: Report): string[] {
  const lines: string[] = [];
  const { files, failed, refused } = report.corpus;
  if (files + refused > 0) {
    const told = failed.length === 0 ? ', all as expected' : `, ${failed.length} not as expected`;
    lines.push(`corpus     ${files} scenarios${files > 0 ? told : ''}${refusedText(refused)}`);
  }
  for (const phase of report.phases) lines.push(phaseLine(phase));
  for (const [id, hits] of report.known) {
    lines.push(`known      ${id}: ${hits === 0 ? 'never hit: the row is stale' : `${hits} hits`}`);
  }
  lines.push(...notJudgedLines(report.notJudged));
  const more = report.phases.reduce((sum, phase) => sum + phase.moreFailures, 0);
  if (more > 0) lines.push(`more       ${number.format(more)} failing cases of laws listed above`);
  if (report.interrupted) lines.push('stopped    by a signal; this is what was found so far');
  lines.push(`verdict    ${verdict(report)}`);
  return lines;
}

/** A few laws with what they say; many by their names alone. */
const SPELLED_OUT_MAX = 4;
/** Columns of a line of names. */
const WIDTH = 89;

function notJudgedLines(laws: readonly Law[]): string[] {
  if (laws.length <= SPELLED_OUT_MAX)
    return laws.map(({ id, says }) => `not judged ${id}: ${says}`);
  const lines = [
    `not judged ${laws.length} laws (docs/laws.md): the subject is not asked, or does not tell`,
  ];
  let line = '';
  for (const { id } of laws) {
    const longer = line === '' ? id : `${line} ${id}`;
    if (longer.length <= WIDTH) line = longer;
    else {
      lines.push(`           ${line}`);
      line = id;
    }
  }
  return [...lines, `           ${line}`];
}

function phaseLine(phase: Phase): string {
  const operations = phase.labels.get('operations') ?? 0;
  const seconds = (phase.milliseconds / 1000).toFixed(1);
  const counts = `${number.format(phase.cases)} cases, ${number.format(operations)} operations`;
  const refused = refusedText(phase.refusedMachines);
  const { lastCase } = phase;
  const reached = lastCase < 0 ? 'no case of it ran' : `up to case ${number.format(lastCase)}`;
  return `${phase.title.padEnd(10)} ${counts} in ${seconds} s, ${reached}${refused}`;
}

function refusedText(machines: number): string {
  if (machines === 0) return '';
  return `, ${number.format(machines)} ${machines === 1 ? 'machine' : 'machines'} refused`;
}

function verdict(report: Report): string {
  const problems: string[] = [];
  const laws = new Set(report.buckets.map((bucket) => bucket.law));
  if (laws.size > 0) {
    problems.push(`${report.buckets.length} distinct failures of ${[...laws].sort().join(', ')}`);
  }
  if (report.corpus.failed.length > 0) problems.push('the corpus does not hold');
  if (staleRows(report).length > 0) problems.push('a known deviation was never seen');
  if (isEmpty(report)) problems.push('nothing judged');
  return problems.length === 0 ? 'no law broken' : problems.join('; ');
}

function labelsText(labels: ReadonlyMap<string, number>): string {
  const rows = [...labels].sort((a, b) => b[1] - a[1]);
  const width = Math.max(...rows.map(([label]) => label.length));
  return rows
    .map(([label, count]) => `  ${label.padEnd(width)} ${number.format(count)}`)
    .join('\n');
}
