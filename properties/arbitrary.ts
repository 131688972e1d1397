/** Machines and cases as fast-check arbitraries: own draws, own shrinking. */
import fc from 'fast-check';
import type { Machine } from '../contract/machine.ts';
import type { OpName } from '../contract/operations.ts';
import { OP_NAMES } from '../contract/operations.ts';
import type { Case } from '../contract/scenario.ts';
import type { MachineLimits } from '../contract/subject.ts';
import { drawMachine } from './machines/draw.ts';
import { drawProgram } from './programs/draw.ts';
import { Random } from './random.ts';
import { candidates } from './shrink/shrink.ts';

/** Random machines within the limits. They shrink as part of a case, not alone. */
export function machineArbitrary(limits: MachineLimits = {}): fc.Arbitrary<Machine> {
  return new Drawn((random) => drawMachine(random, limits));
}

const ALL: ReadonlySet<OpName> = new Set(OP_NAMES);

/**
 * Random programs on the machine, as cases; shrinking simplifies both. `operations`: what programs
 * consist of; all there are, unless said.
 */
export function caseArbitrary(
  machine: Machine,
  operations: ReadonlySet<OpName> = ALL,
  trail: Trail = new Trail(),
): fc.Arbitrary<Case> {
  return new Drawn<Case>(
    (random) => ({ machine, program: drawProgram(random, machine, operations) }),
    (kase) => trail.candidates(kase),
  );
}

/** One given case, only to be shrunk. */
export function fixedCase(kase: Case, trail: Trail): fc.Arbitrary<Case> {
  return new Drawn<Case>(
    () => kase,
    (value) => trail.candidates(value),
  );
}

/** What shrinking remembers of a hunt: where each failing case failed, and what was tried. */
export class Trail {
  readonly tries = new Map<string, number>();
  readonly #steps = new WeakMap<Case, number>();
  readonly #seen = new Set<string>();
  #ended = false;

  /** Notes that the case fails at `step` of its program. */
  failedAt(kase: Case, step: number): void {
    this.#steps.set(kase, step);
  }

  /** Nothing is proposed from now on: shrinking stops where it is. */
  end(): void {
    this.#ended = true;
  }

  *candidates(kase: Case): Generator<Case> {
    const step = this.#steps.get(kase) ?? kase.program.length;
    const count = (pass: string) => this.tries.set(pass, (this.tries.get(pass) ?? 0) + 1);
    for (const candidate of candidates(kase, step, this.#seen, count)) {
      if (this.#ended) return;
      yield candidate;
    }
  }
}

class Drawn<T> extends fc.Arbitrary<T> {
  readonly #draw: (random: Random) => T;
  readonly #shrink: (value: T) => Iterable<T>;

  constructor(draw: (random: Random) => T, shrink: (value: T) => Iterable<T> = () => []) {
    super();
    this.#draw = draw;
    this.#shrink = shrink;
  }

  override generate(source: fc.Random): fc.Value<T> {
    return new fc.Value(this.#draw(new Random(source)), undefined);
  }

  /** Only values this arbitrary drew or proposed are ever shrunk. */
  override canShrinkWithoutContext(_value: unknown): _value is T {
    return false;
  }

  override shrink(value: T): fc.Stream<fc.Value<T>> {
    return fc.stream(this.#values(value));
  }

  *#values(value: T): IterableIterator<fc.Value<T>> {
    for (const candidate of this.#shrink(value)) yield new fc.Value(candidate, undefined);
  }
}
