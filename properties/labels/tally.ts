/** Counts by name. */
export class Tally {
  /** Cells, so that counting one more is a look-up and no write to the map. */
  readonly #cells = new Map<string, { count: number }>();

  get counts(): Map<string, number> {
    return new Map([...this.#cells].map(([label, cell]) => [label, cell.count]));
  }

  add(label: string, count = 1): void {
    const cell = this.#cells.get(label);
    if (cell === undefined) this.#cells.set(label, { count });
    else cell.count += count;
  }

  addAll(other: Iterable<readonly [string, number]>): void {
    for (const [label, count] of other) this.add(label, count);
  }
}
