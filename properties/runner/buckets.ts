/** Failures that end in the same text are one: a bucket is a law and a text. */
import { rmSync } from 'node:fs';
import type { Header } from '../../contract/scenario.ts';
import { printScenario } from '../../contract/text/print.ts';
import { measure } from '../shrink/measure.ts';
import { failurePath, fileProblem, writeAtomically } from './files.ts';
import type { Finding } from './hunt.ts';

/** Where a finding was written. */
export interface Saved {
  /** The failure file, or null when there is none. */
  readonly file: string | null;
  /** Why the file is missing, or not the smallest case; null: nothing went wrong. */
  readonly unwritten: string | null;
}

/** Everything a report says about one distinct failure. */
export interface Bucket extends Saved {
  readonly law: string;
  readonly finding: Finding;
  /** Where the first case of the bucket came from: property, seed and case. */
  readonly origin: Origin;
  /** Cases that ended here. */
  count: number;
  /** What the file holds or would hold. */
  readonly scenario: string;
}

export interface Origin {
  readonly seed: string;
  readonly property: string;
  readonly case: number;
}

export class Buckets {
  readonly #buckets = new Map<string, Bucket>();
  readonly #directory: string | null;
  /** Failure files of this run that exist. */
  readonly #written = new Set<string>();
  readonly #header: Pick<Header, 'bugs' | 'subject' | 'known'>;

  /** `directory`: null to write no files. `header`: what replay needs to know of the subject. */
  constructor(directory: string | null, header: Pick<Header, 'bugs' | 'subject' | 'known'>) {
    this.#directory = directory;
    this.#header = header;
  }

  get all(): readonly Bucket[] {
    return [...this.#buckets.values()];
  }

  /**
   * Writes the failure as it is now; called again each time it gets smaller. What cannot be
   * written is still reported.
   */
  save(finding: Finding, origin: Origin): Saved {
    if (this.#directory === null) return { file: null, unwritten: null };
    const law = finding.failure.violation.law;
    const path = failurePath(this.#directory, law, originText(origin));
    try {
      writeAtomically(path, this.scenarioText(finding, origin));
      this.#written.add(path);
      return { file: path, unwritten: null };
    } catch (error) {
      // An earlier, larger case of the failure may be there: it replays as well.
      return { file: this.#written.has(path) ? path : null, unwritten: fileProblem(error) };
    }
  }

  /** Files the finished finding; a text that is known already only counts. */
  add(finding: Finding, origin: Origin): void {
    const law = finding.failure.violation.law;
    const scenario = this.scenarioText(finding, origin);
    const saved = this.save(finding, origin);
    const found = { law, finding, origin, count: 1, ...saved, scenario };
    const key = keyOf(finding);
    const known = this.#buckets.get(key);
    if (known === undefined) this.#buckets.set(key, found);
    else join(known, found);
  }

  scenarioText(finding: Finding, origin: Origin): string {
    const expect = expectationOf(finding);
    const header: Header = { ...this.#header, expect, found: originText(origin) };
    return printScenario({ ...finding.kase, header });
  }
}

/**
 * Buckets of several workers or phases of this run: the same law and text is the same failure, and
 * has one file. Where they are in the order of their cases, it is the file of the first.
 */
export function mergeBuckets(all: readonly Bucket[]): Bucket[] {
  const merged = new Map<string, Bucket>();
  for (const bucket of all) {
    const key = keyOf(bucket.finding);
    const first = merged.get(key);
    if (first === undefined) merged.set(key, { ...bucket });
    else join(first, bucket);
  }
  return [...merged.values()];
}

/** Counts the second failure with the first; one file says it all. */
function join(first: Bucket, second: Bucket): void {
  first.count += second.count;
  if (second.file !== null && second.file !== first.file) rmSync(second.file, { force: true });
}

function keyOf({ kase, failure }: Finding): string {
  return `${failure.violation.law}\n${measure(kase).text}`;
}

function expectationOf({ failure }: Finding): Header['expect'] {
  const { law } = failure.violation;
  return law === 'any/no-crash' ? { kind: 'crash' } : { kind: 'law', law };
}

export function originText({ seed, property, case: index }: Origin): string {
  return `seed "${seed}" property ${property} case ${index}`;
}
