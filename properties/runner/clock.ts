/** The time a run has, and the moments at which it listens to the world while it computes. */

/** Milliseconds between two looks at signals and the terminal. */
const BREATH_MS = 50;

/** Shrinking that outlasts the time of a run gives up after so many milliseconds more. */
export const OVERTIME_MS = 30_000;

export interface ClockOptions {
  /** Milliseconds; undefined: no bound. */
  readonly timeMs?: number | undefined;
  /** Has somebody asked for an early end? */
  readonly stopped?: (() => boolean) | undefined;
  readonly onBreath: () => void;
}

export class Clock {
  readonly #options: ClockOptions;
  readonly #started = performance.now();
  #breath = 0;

  constructor(options: ClockOptions) {
    this.#options = options;
  }

  get milliseconds(): number {
    return performance.now() - this.#started;
  }

  get stopped(): boolean {
    return this.#options.stopped?.() === true;
  }

  /** No further case. */
  get isOver(): boolean {
    return this.stopped || this.#isPast(0);
  }

  /** No further step of shrinking either. */
  get isOverdue(): boolean {
    return this.stopped || this.#isPast(OVERTIME_MS);
  }

  #isPast(moreMs: number): boolean {
    const { timeMs } = this.#options;
    return timeMs !== undefined && this.milliseconds >= timeMs + moreMs;
  }

  /** Null most of the time; else to be awaited, so that signals and timers get their turn. */
  breathe(): Promise<void> | null {
    const now = performance.now();
    if (now - this.#breath < BREATH_MS) return null;
    this.#breath = now;
    this.#options.onBreath();
    return turn();
  }
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
