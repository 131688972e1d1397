/** A small generator: MINSTD, exact in numbers, the same on every machine. */
export class Random {
  private state: number;

  constructor(start: number) {
    this.state = start;
  }

  /** An integer in 0..count - 1. */
  below(count: number): number {
    this.state = (this.state * 48_271) % 2_147_483_647;
    // The low digits of such a generator are poor: use the high ones.
    return Math.floor((this.state / 2_147_483_647) * count);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}
