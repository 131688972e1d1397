/**
 * Has an answer the form of one at all? Types promise it, but a subject may be plain JavaScript,
 * and the judge trusts what it reads. Whether the values are right is the judge's business.
 */
import { ERRNO } from '../../contract/errno.ts';

type Check = (value: unknown) => boolean;

const isNumber: Check = (value) => typeof value === 'number';
const isText: Check = (value) => typeof value === 'string';
const isList: Check = (value) => Array.isArray(value);
const isRuns: Check = (value) =>
  Array.isArray(value) &&
  value.every((run) => Array.isArray(run) && run.length === 2 && run.every(isNumber));

const isEvents: Check = (value) =>
  Array.isArray(value) &&
  value.every((event) => typeof event === 'object' && event !== null && isText(event.event));

type Members = readonly (readonly [name: string, isForm: Check, form: string])[];

/** Members an answer may have. Others are none of our business. */
type Forms = ReadonlyMap<string, { readonly isForm: Check; readonly form: string }>;

const formsOf = (members: Members): Forms =>
  new Map(members.map(([name, isForm, form]) => [name, { isForm, form }]));

const EVERY: Members = [
  ['warnings', isList, 'a list'],
  ['events', isEvents, 'a list of events'],
];
const COMMON = formsOf(EVERY);

const isCensus: Check = (value) =>
  Array.isArray(value) &&
  value.every(
    (count) => Array.isArray(count) && count.length === 2 && isText(count[0]) && isNumber(count[1]),
  );

const OK = formsOf([
  ['phys', isNumber, 'a number'],
  ['handle', isNumber, 'a number'],
  ['address', isNumber, 'a number'],
  ['pfn', isNumber, 'a number'],
  ['truth', (value) => typeof value === 'boolean', 'true or false'],
  ['bytes', isRuns, 'a list of [value, count]'],
  ['census', isCensus, 'a list of [source, free]'],
  ['entries', isRuns, 'a list of [address, bytes]'],
  ['segments', isRuns, 'a list of [address, bytes]'],
  ['length', isNumber, 'a number'],
  ['count', isNumber, 'a number'],
  ...EVERY,
]);

const NEEDED: Readonly<Record<string, Members>> = {
  ok: [],
  none: [],
  skipped: [],
  error: [['errno', (value) => isText(value) && Object.hasOwn(ERRNO, `${value}`), 'an errno']],
  crash: [
    ['crash', isText, 'a kind of crash'],
    ['where', isText, 'a string'],
  ],
};

export interface FormProblem {
  readonly expected: string;
  readonly observed: string;
}

/** What is wrong with the form of an answer, or null. */
export function outcomeProblem(outcome: unknown): FormProblem | null {
  if (typeof outcome !== 'object' || outcome === null) return problem('an outcome', outcome);
  const members = outcome as Readonly<Record<string, unknown>>;
  const { is } = members;
  if (typeof is !== 'string' || !Object.hasOwn(NEEDED, is)) {
    return problem(`is: one of ${Object.keys(NEEDED).join(', ')}`, is);
  }
  for (const [name, isForm, form] of NEEDED[is]!) {
    if (!isForm(members[name])) return problem(`${name}: ${form}`, members[name]);
  }
  const forms = is === 'ok' ? OK : COMMON;
  // Member by member of the answer, and not of the table: most answers have two or three.
  for (const name in members) {
    const value = members[name];
    const check = forms.get(name);
    if (value === undefined || check === undefined || check.isForm(value)) continue;
    return problem(`${name}: ${check.form}`, value);
  }
  return null;
}

/** The same for a booted session of a subject. */
export function sessionProblem(session: unknown): FormProblem | null {
  if (typeof session !== 'object' || session === null) return problem('a session', session);
  const { booted } = session as { readonly booted?: unknown };
  if (typeof booted !== 'object' || booted === null) return problem('booted: an object', booted);
  const { warnings, events = [] } = booted as { readonly [name: string]: unknown };
  if (!isList(warnings)) return problem('booted.warnings: a list', warnings);
  return isEvents(events) ? null : problem('booted.events: a list of events', events);
}

/** The same for the answer to a batch. */
export function batchProblem(outcomes: unknown, count: number): FormProblem | null {
  const expected = `a list of ${count} outcomes, one for each operation`;
  if (!Array.isArray(outcomes)) return problem(expected, outcomes);
  return outcomes.length === count ? null : { expected, observed: `${outcomes.length} outcomes` };
}

/** Characters of a value that go into a message. */
const SHOWN_MAX = 60;

function problem(expected: string, value: unknown): FormProblem {
  return { expected, observed: shown(value) };
}

function shown(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, SHOWN_MAX));
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    return `an object with ${Object.keys(value).join(', ').slice(0, SHOWN_MAX) || 'nothing'}`;
  }
  return typeof value === 'function' ? 'a function' : String(value).slice(0, SHOWN_MAX);
}
