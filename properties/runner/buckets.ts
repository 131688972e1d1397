/** Failures that end in the same text are one: a bucket is a law and a text. */
import { rmSync } from 'node:fs';
import type { Header } from '../../contract/scenario.ts';
import { printScenario } from '../../contract/text/print.ts';
import { measure } from '../shrink/measure.ts';
import { failurePath, writeAtomically } from './files.ts';
import type { Finding } from './hunt.ts';

/** Everything a report says about one distinct failure. */
export interface Bucket {
  readonly law: string;
  readonly finding: Finding;
  /** Where the first case of the bucket came from: property, seed and case. */
  readonly origin: Origin;
  /** Cases that ended here. */
  count: number;
  /** The failure file, or null when none is written. */
  readonly file: string | null;
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
  readonly #header: Pick<Header, 'bugs' | 'subject' | 'known'>;

  /** `directory`: null to write no files. `header`: what replay needs to know of the subject. */
  constructor(directory: string | null, header: Pick<Header, 'bugs' | 'subject' | 'known'>) {
    this.#directory = directory;
    this.#header = header;
  }

  get all(): readonly Bucket[] {
    return [...this.#buckets.values()];
  }

  /** Writes the failure as it is now; called again each time it gets smaller. */
  save(finding: Finding, origin: Origin): string | null {
    if (this.#directory === null) return null;
    const law = finding.failure.violation.law;
    const path = failurePath(this.#directory, law, originText(origin));
    writeAtomically(path, this.scenarioText(finding, origin));
    return path;
  }

  /** Files the finished finding; a text that is known already only counts. */
  add(finding: Finding, origin: Origin): Bucket {
    const law = finding.failure.violation.law;
    const key = keyOf(finding);
    const known = this.#buckets.get(key);
    const file = this.save(finding, origin);
    if (known !== undefined) {
      known.count += 1;
      if (file !== null && file !== known.file) rmSync(file, { force: true });
      return known;
    }
    const scenario = this.scenarioText(finding, origin);
    const bucket = { law, finding, origin, count: 1, file, scenario };
    this.#buckets.set(key, bucket);
    return bucket;
  }

  scenarioText(finding: Finding, origin: Origin): string {
    const expect = expectationOf(finding);
    const header: Header = { ...this.#header, expect, found: originText(origin) };
    return printScenario({ ...finding.kase, header });
  }
}

/** Buckets of several workers or phases: the same law and text is the same failure. */
export function mergeBuckets(all: readonly Bucket[]): Bucket[] {
  const merged = new Map<string, Bucket>();
  for (const bucket of all) {
    const key = keyOf(bucket.finding);
    const first = merged.get(key);
    if (first === undefined) merged.set(key, { ...bucket });
    else first.count += bucket.count;
  }
  return [...merged.values()];
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
