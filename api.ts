/** What the package offers to programs. Everything else may change without notice. */
export type { Deviation, Disposition } from './contract/deviations.ts';
export { DEVIATIONS } from './contract/deviations.ts';
export type { Errno } from './contract/errno.ts';
export type { Law, Violation } from './contract/law.ts';
export type {
  Bank,
  Device,
  Iommu,
  Machine,
  Profile,
  ProfileName,
  Region,
  RegionKind,
  Swiotlb,
  Window,
} from './contract/machine.ts';
export { BEYOND, UNLIMITED } from './contract/numbers.ts';
export type { Op, OpName, OpOf, Row } from './contract/operations.ts';
export { OPERATIONS } from './contract/operations.ts';
export type {
  Census,
  Crash,
  Event,
  Failed,
  None,
  Ok,
  Outcome,
  Runs,
  Skipped,
  Warning,
} from './contract/outcome.ts';
export type { Case, Expectation, Header, Scenario } from './contract/scenario.ts';
export type {
  BatchSession,
  BatchSubject,
  Booted,
  MachineLimits,
  Observation,
  Refused,
  Subject,
  SyncSession,
  SyncSubject,
} from './contract/subject.ts';
export type { InputProblem } from './contract/text/input-error.ts';
export { InputError } from './contract/text/input-error.ts';
export { parseScenario } from './contract/text/parse.ts';
export { printScenario } from './contract/text/print.ts';
export { JUDGE_LAWS as LAWS } from './model/judge/laws.ts';
export type { PipeOptions } from './pipe/subject.ts';
export { pipeSubject } from './pipe/subject.ts';
export { caseArbitrary, machineArbitrary } from './properties/arbitrary.ts';
export type { CheckOptions } from './properties/check.ts';
export { check } from './properties/check.ts';
export type { Bucket, Origin } from './properties/runner/buckets.ts';
export type { CampaignResult } from './properties/runner/campaign.ts';
export type { Finding } from './properties/runner/hunt.ts';
export type { Failure } from './properties/runner/trial.ts';
export { assert, CheckFailedError, LawBrokenError } from './report/assert.ts';
export { carveoutSubject } from './sut/subject.ts';
