/**
 * The same operation table for fc.commands. What depends on the state (which buffer, how large a
 * pool) is drawn as a number and given a meaning when the command is reached, as commands have to.
 */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import type { Op, OpName } from '../../contract/operations.ts';
import type { SyncSession } from '../../contract/subject.ts';
import { FIRST_OPERATIONS } from '../../contract/subject.ts';
import { kindsOf } from './kinds.ts';
import type { Setup } from './setup.ts';
import { setupArbitrary } from './setup.ts';
import type { World } from './world.ts';

/** Whatever answers operations. */
export type Real = Pick<SyncSession, 'apply'>;

/** How often each kind is drawn: the mix our generator was seen to produce. */
export type Weights = ReadonlyMap<OpName, number>;

export type CommandProgram = readonly [Setup, Iterable<fc.Command<World, Real>>];

class Command<D> implements fc.Command<World, Real> {
  readonly #resolve: (world: World, drawn: D) => Op | null;
  readonly #drawn: D;
  #op: Op | null = null;

  constructor(resolve: (world: World, drawn: D) => Op | null, drawn: D) {
    this.#resolve = resolve;
    this.#drawn = drawn;
  }

  check(world: Readonly<World>): boolean {
    this.#op = this.#resolve(world, this.#drawn);
    return this.#op !== null && world.allows(this.#op);
  }

  run(world: World, real: Real): void {
    perform(this.#op!, world, real);
  }

  toString(): string {
    return JSON.stringify(this.#op ?? this.#drawn);
  }
}

export function perform(op: Op, world: World, real: Real): void {
  world.note(op, real.apply(op));
}

/** Longest programs of the three lengths programs have, a third each. */
const LENGTHS = [8, 40, 200] as const;

/** `stretch`: commands drawn per operation that applies, so that as many apply as in ours. */
export function programArbitrary(
  machine: Machine,
  weights: Weights,
  stretch: number,
): fc.Arbitrary<CommandProgram> {
  const kinds = kindsOf<fc.Command<World, Real>>(machine, (resolve, drawn) => {
    return new Command(resolve, drawn);
  });
  const command = fc.oneof(
    ...FIRST_OPERATIONS.map((name) => ({ weight: weights.get(name) ?? 0, arbitrary: kinds[name] })),
  );
  const lengths = LENGTHS.map((length) =>
    fc.commands([command], { maxCommands: Math.round(length * stretch), size: 'max' }),
  );
  return fc.tuple(setupArbitrary(machine), fc.oneof(...lengths));
}
