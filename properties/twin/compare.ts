/** Are two answers to one operation the same? */
import { hex } from '../../contract/numbers.ts';
import type { Ok, Outcome } from '../../contract/outcome.ts';
import { outcomeText } from '../../model/judge/rule.ts';

/**
 * - `same`: nothing that both report differs.
 * - `place`: only where memory is, in an answer of an allocator that is not compared.
 * - `cache`: only bytes, and a device that does not snoop has seen memory of this program: what
 *   caches do an emulator does not show.
 * - `different`: everything else.
 */
export type Verdict = 'same' | 'place' | 'cache' | 'different';

/** What is known about an operation besides its two answers. */
export interface About {
  /** The memory comes from, or is of, a source whose places are not compared. */
  readonly elsewhere: boolean;
  /** Is it asked for here? Then one may have it and the other not. */
  readonly allocates: boolean;
  /** Has a device without snooping seen memory? */
  readonly cached: boolean;
}

/** Where something is, or follows from it; what was in memory before is seen there, too. */
const PLACES = ['phys', 'handle', 'address', 'pfn', 'entries', 'segments', 'bytes'] as const;

export function compare(left: Outcome, right: Outcome, about: About): Verdict {
  const { elsewhere, cached, allocates } = about;
  if (left.is !== right.is) return elsewhere && allocates ? 'place' : 'different';
  if (left.is === 'error' && right.is === 'error') {
    return left.errno === right.errno ? 'same' : 'different';
  }
  if (left.is === 'crash' && right.is === 'crash') {
    // An exception says more than the function.
    const same = left.crash === right.crash && left.where.includes(right.where);
    return same ? 'same' : 'different';
  }
  if (left.is !== 'ok' || right.is !== 'ok') return 'same';
  return compareOk(left, right, elsewhere, cached);
}

function compareOk(left: Ok, right: Ok, elsewhere: boolean, cached: boolean): Verdict {
  const differing = fieldsOf(left, right).filter((name) => !isEqual(left[name], right[name]));
  if (differing.length === 0) return 'same';
  const onlyPlaces = differing.every((name) => PLACES.some((place) => place === name));
  if (elsewhere && onlyPlaces) return 'place';
  return cached && differing.every((name) => name === 'bytes') ? 'cache' : 'different';
}

type OkField = Exclude<keyof Ok, 'is' | 'warnings' | 'events'>;

/** What both report; what one of them cannot see is no difference. */
function fieldsOf(left: Ok, right: Ok): OkField[] {
  const names = Object.keys(left) as (keyof Ok)[];
  return names.filter(
    (name): name is OkField =>
      name !== 'is' && name !== 'warnings' && name !== 'events' && right[name] !== undefined,
  );
}

/** What of an answer is not as in the other one: `address 0x7ff80000`. */
export function differingText(one: Outcome, other: Outcome): string {
  if (one.is !== 'ok' || other.is !== 'ok') return outcomeText(one);
  const names = fieldsOf(one, other).filter((name) => !isEqual(one[name], other[name]));
  return names.map((name) => `${name} ${valueText(one[name])}`).join(', ');
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return hex(value);
  return Array.isArray(value) ? `[${value.map(valueText).join(' ')}]` : String(value);
}

function isEqual(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b)) return a === b;
  return a.length === b.length && a.every((item, index) => isEqual(item, b[index]));
}
