/** A rule every answer is held against, and what a broken one looks like. */
import type { Observation } from './subject.ts';

export interface Law {
  /** Stable: files and buckets name it. */
  readonly id: string;
  /** One sentence. */
  readonly says: string;
  /** Specification ids it decides (P-I4, A-T2, …). */
  readonly decides: readonly string[];
  /** `file:function` in Linux 6.12, or the page of the specification. */
  readonly source: string;
  /** What a subject must report for it; else the law is shown as "not judged". */
  readonly needs?: readonly Observation[];
  /**
   * How it is checked: on every answer; on every answer of a subject that promises Linux's own
   * choices; by comparing runs; against the literal reference; on generated device trees; or beside
   * a running kernel.
   */
  readonly by: 'judge' | 'placement' | 'metamorphic' | 'lockstep' | 'board' | 'twin';
}

export interface Violation {
  readonly law: string;
  readonly expected: string;
  readonly observed: string;
}
