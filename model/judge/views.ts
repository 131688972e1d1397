/**
 * What may be read of bytes: a set of values for each, or anything. A view is how one party sees
 * memory; bytes it says nothing about may hold anything.
 */

/** Ascending; null: any. */
export type Values = readonly number[] | null;

/** Bytes `[start, end)` that may hold the same. */
export interface Run {
  readonly start: number;
  readonly end: number;
  readonly values: readonly number[];
}

/** Sorted, disjoint. */
export type View = readonly Run[];

export function join(a: Values, b: Values): Values {
  if (a === null || b === null) return null;
  return [...new Set([...a, ...b])].sort((x, y) => x - y);
}

function same(a: Values, b: Values): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((value, index) => value === b[index]);
}

/** All bytes of `[start, end)`, those that may hold anything included, in order. */
export function seen(
  view: View,
  start: number,
  end: number,
): { readonly start: number; readonly end: number; readonly values: Values }[] {
  const found: { start: number; end: number; values: Values }[] = [];
  let at = start;
  for (const run of view) {
    if (run.end <= at || run.start >= end) continue;
    if (at < run.start) found.push({ start: at, end: run.start, values: null });
    const [from, to] = [Math.max(at, run.start), Math.min(end, run.end)];
    found.push({ start: from, end: to, values: run.values });
    at = to;
  }
  if (at < end) found.push({ start: at, end, values: null });
  return found;
}

/** The view after all bytes of `[start, end)` may hold `values` and nothing else. */
export function assign(view: View, start: number, end: number, values: Values): View {
  if (start >= end) return view;
  const before = view.filter((run) => run.start < start);
  const after = view.filter((run) => run.end > end);
  return [
    ...before.map((run) => (run.end <= start ? run : { ...run, end: start })),
    ...(values === null ? [] : [{ start, end, values }]),
    ...after.map((run) => (run.start >= end ? run : { ...run, start: end })),
  ];
}

/** The view with what it says of `[start, end)` changed, run by run. */
export function change(
  view: View,
  start: number,
  end: number,
  to: (values: Values, start: number, end: number) => Values,
): View {
  let changed = view;
  for (const run of seen(view, start, end)) {
    const values = to(run.values, run.start, run.end);
    if (!same(values, run.values)) changed = assign(changed, run.start, run.end, values);
  }
  return changed;
}

/** Where two views differ is cut: `to` gets what each says. */
export function combine(
  view: View,
  other: View,
  start: number,
  end: number,
  to: (mine: Values, theirs: Values) => Values,
): View {
  let changed = view;
  for (const { start: from, end: until, values } of seen(other, start, end)) {
    changed = change(changed, from, until, (mine) => to(mine, values));
  }
  return changed;
}
