/** How often each verdict was reached, over the boards of a survey. */
import type { MeasuredReach } from './measure.ts';
import type { Cause, Reach, Verdict } from './reach.ts';

/** Pairs of a piece of memory and a device view, by verdict; what cannot be mapped by its cause. */
export type Tallied = Readonly<Partial<Record<Exclude<Verdict, 'cannot-map'> | Cause, number>>>;

export interface ReachTotals {
  /** Of coherent pools. */
  readonly pools: Tallied;
  /** Of pieces of RAM. */
  readonly ram: Tallied;
}

/** Adds up what is measured, board by board. */
export class ReachCounter {
  readonly #pools = new Map<string, number>();
  readonly #ram = new Map<string, number>();

  add({ pools, ram }: MeasuredReach): void {
    count(this.#pools, pools.flat());
    count(
      this.#ram,
      ram.flatMap(({ reach }) => reach),
    );
  }

  get totals(): ReachTotals {
    return { pools: Object.fromEntries(this.#pools), ram: Object.fromEntries(this.#ram) };
  }
}

function count(into: Map<string, number>, cells: readonly Reach[]): void {
  for (const { is, cause } of cells) {
    const name = cause ?? is;
    into.set(name, (into.get(name) ?? 0) + 1);
  }
}

/** `2072 direct, 58 no-linear-address`, the most frequent first. */
export function talliedText(tallied: Tallied): string {
  const counts = Object.entries(tallied).sort(([, a], [, b]) => b - a);
  return counts.map(([name, n]) => `${n} ${name}`).join(', ') || 'none';
}
