/**
 * Shrinking: named passes in a fixed order. Each is pure and bounded and proposes valid cases;
 * only strictly simpler ones (measure.ts) are tried, so shrinking always ends. After every
 * success the passes start over.
 */
import type { Case } from '../../contract/scenario.ts';
import { declareInstead, windowInstead } from './canonical.ts';
import { enumeratePrograms } from './enumerate.ts';
import { plainBus, plainLayout } from './layout.ts';
import { simplifyMachine } from './machine.ts';
import { measure, simpler } from './measure.ts';
import { simplifyOperands } from './operands.ts';
import {
  dropChunks,
  dropKinds,
  dropLabels,
  dropPairs,
  dropTail,
  keepDependencies,
  renameLabels,
} from './program.ts';
import { uniformSizes } from './uniform.ts';

type Pass = (kase: Case, step: number) => Iterable<Case>;

export const PASSES: readonly (readonly [name: string, pass: Pass])[] = [
  ['tail', dropTail],
  ['dependencies', keepDependencies],
  ['kinds', dropKinds],
  ['labels', dropLabels],
  ['chunks', dropChunks],
  ['pairs', dropPairs],
  ['rename', renameLabels],
  ['machine', simplifyMachine],
  ['declare', declareInstead],
  ['window', windowInstead],
  ['layout', plainLayout],
  ['bus', plainBus],
  ['uniform', uniformSizes],
  ['operands', simplifyOperands],
  ['enumerate', enumeratePrograms],
];

/** Tries and successes per pass, for people who tune them. */
export type PassCounts = Map<string, { tries: number; wins: number }>;

/**
 * Strictly simpler cases to try, most promising first. `step`: where the case failed. `seen`
 * holds the texts tried before; they are not proposed again.
 */
export function* candidates(
  kase: Case,
  step: number,
  seen: Set<string>,
  onTry: (pass: string) => void = () => {},
): Generator<Case> {
  const from = measure(kase);
  for (const [name, pass] of PASSES) {
    for (const candidate of pass(kase, step)) {
      const to = measure(candidate);
      if (!simpler(to, from) || seen.has(to.text)) continue;
      seen.add(to.text);
      onTry(name);
      yield candidate;
    }
  }
}
