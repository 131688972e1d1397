/**
 * The same operation table for fc.commands, as fast as it goes: one command class, plain `nat`
 * draws, one tuple per kind, no chains. What depends on the state (which buffer, how large a pool)
 * is drawn as a number and reduced when the command is reached, as commands have to.
 */
import fc from 'fast-check';
import type { Machine } from '../../contract/machine.ts';
import type { Op, OpName } from '../../contract/operations.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import type { SyncSession } from '../../contract/subject.ts';
import type { Kind } from './kinds.ts';
import { kindsOf } from './kinds.ts';
import type { Setup } from './setup.ts';
import { setupMaxima, setupOf } from './setup.ts';
import type { World } from './world.ts';

/** Whatever answers operations. */
export type Real = Pick<SyncSession, 'apply'>;

/** How often each kind is drawn: the mix our generator was seen to produce. */
export type Weights = ReadonlyMap<OpName, number>;

export class Command implements fc.Command<World, Real> {
  readonly #kind: Kind;
  readonly #drawn: readonly number[];
  #op: Op | null = null;

  constructor(kind: Kind, drawn: readonly number[]) {
    this.#kind = kind;
    this.#drawn = drawn;
  }

  check(world: Readonly<World>): boolean {
    this.#op = this.#kind.resolve(world, this.#drawn);
    return this.#op !== null && world.allows(this.#op);
  }

  run(world: World, real: Real): void {
    perform(this.#op!, world, real);
  }

  toString(): string {
    return JSON.stringify(this.#op);
  }
}

export function perform(op: Op, world: World, real: Real): void {
  world.note(op, real.apply(op));
}

/** Longest programs of the three lengths programs have, a third each. */
export const LENGTHS = [8, 40, 200] as const;

/** `stretch`: drawn per kept command, so that as many are kept as our programs have. */
export function programArbitrary(machine: Machine, weights: Weights, stretch: number) {
  const kinds = kindsOf(machine);
  const command = fc.oneof(
    ...OP_NAMES.map((name) => ({
      weight: weights.get(name) ?? 0,
      arbitrary: commandArbitrary(kinds[name]),
    })),
  );
  const lengths = LENGTHS.map((length) =>
    fc.commands([command], { maxCommands: Math.round(length * stretch), size: 'max' }),
  );
  return fc.tuple(setupArbitrary(machine), fc.oneof(...lengths));
}

function commandArbitrary(kind: Kind): fc.Arbitrary<Command> {
  const numbers = kind.maxima.map((max) => fc.nat({ max }));
  return fc.tuple(...numbers).map((drawn) => new Command(kind, drawn));
}

/** Up to 4 devices, most often ones that share a region, and the pools most programs begin with. */
function setupArbitrary(machine: Machine): fc.Arbitrary<Setup> {
  return fc.tuple(...setupMaxima(machine).map((max) => fc.nat({ max }))).map(setupOf(machine));
}
