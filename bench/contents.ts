/**
 * Whole-machine programs with contents and without: the same cases, booted, played, judged, closed
 * by reading, freeing and refilling.
 *
 * - `on`: the subject as it is; RAM, cache and bounce copies are simulated, every byte is judged.
 * - `not observed`: bytes are moved, and nobody is told: the judge does not remember them.
 * - `off`: nor are they moved. The machine's RAM and cache are replaced, after boot, by ones that
 *   hold nothing and answer at once; the implementation runs as it is, up to the last store.
 *
 * Programs are drawn beforehand: what is compared is playing them. All three are asked the same
 * operations, those about bytes included, and must be given the same places.
 */
import fc from 'fast-check';
import type { Op } from '../contract/operations.ts';
import { OP_NAMES } from '../contract/operations.ts';
import type { Outcome } from '../contract/outcome.ts';
import type { Case } from '../contract/scenario.ts';
import type { SyncSubject } from '../contract/subject.ts';
import { OBSERVATIONS } from '../contract/subject.ts';
import type { Run } from '../hardware/run-map.ts';
import { caseArbitrary, machineArbitrary } from '../properties/arbitrary.ts';
import { Tally } from '../properties/labels/tally.ts';
import { profileOf, runSync } from '../properties/runner/run.ts';
import { bootSystem, type System } from '../sut/subject/system.ts';
import { carveoutSubject, Session } from '../sut/subject.ts';
import { seedOf } from './commands/sample.ts';
import { type BenchRow, type BenchTable, median } from './measure.ts';
import { compare, type Rates, race } from './rates.ts';

const MACHINES = 24;
/** Programs of each machine. */
const PROGRAMS = 12;
const ROUNDS = 21;

const notObserved: SyncSubject = {
  ...carveoutSubject,
  observes: new Set(OBSERVATIONS.filter((name) => name !== 'bytes' && name !== 'device-bytes')),
};

const off: SyncSubject = {
  ...notObserved,
  boot: (machine) => {
    const system = bootSystem(machine);
    takeBytes(system);
    return new Session(system);
  },
};

/** Loads find nothing, stores and copies go nowhere; no line is ever held. */
function takeBytes({ memory }: System): void {
  const nothing = () => {};
  const read = (_start: number, size: number): Run[] => [[0, size]];
  const stores = { fill: nothing, write: nothing, copy: nothing };
  const lines = { clean: nothing, invalidate: nothing, cleanInvalidate: nothing };
  Object.assign(memory.views.uncached, { read, ...stores });
  Object.assign(memory.cache, { read, ...stores, ...lines, prefetch: nothing, evict: nothing });
  Object.assign(memory.bus, { read, fill: nothing, write: nothing });
}

const CONTENDERS = [
  { name: 'contents on: bytes are moved and judged', subject: carveoutSubject },
  { name: 'not observed: bytes are moved only', subject: notObserved },
  { name: 'contents off: neither', subject: off },
] as const;

function drawnCases(): Case[] {
  const operations = new Set(OP_NAMES);
  const machines = fc.sample(machineArbitrary(), { seed: seedOf(0, 0), numRuns: MACHINES });
  return machines.flatMap((machine, index) =>
    fc.sample(caseArbitrary(machine, operations), { seed: seedOf(1, index), numRuns: PROGRAMS }),
  );
}

/** Plays all cases; answers how many operations were judged. */
function player(subject: SyncSubject, cases: readonly Case[]): () => number {
  const profile = profileOf(subject, []);
  return () => {
    const tally = new Tally();
    for (const kase of cases) {
      const failure = runSync(subject, kase, profile, tally);
      if (failure !== null) throw new Error(`${failure.violation.law} broken: no verdict`);
    }
    return tally.counts.get('operations')!;
  };
}

/** Where everything is, as told: whoever moves no bytes must put the same things there. */
function placesOf(subject: SyncSubject, cases: readonly Case[]): string {
  const places: unknown[] = [];
  const profile = profileOf(subject, []);
  const answered = (op: Op, outcome: Outcome) => {
    if (outcome.is !== 'ok') return void places.push(op.op, outcome.is);
    const { phys, handle, address, segments } = outcome;
    places.push(op.op, phys, handle, address, segments);
  };
  for (const kase of cases) runSync(subject, kase, profile, new Tally(), { answered });
  return JSON.stringify(places);
}

export function contentsBench(): BenchTable[] {
  const cases = drawnCases();
  const places = placesOf(carveoutSubject, cases);
  for (const { name, subject } of CONTENDERS) {
    if (placesOf(subject, cases) !== places) throw new Error(`${name}: other places`);
  }
  const contenders = CONTENDERS.map(({ name, subject }) => ({
    name,
    round: player(subject, cases),
  }));
  const operations = contenders[0]!.round();
  const rates = race(contenders, ROUNDS);
  const gain = compare(rates.at(-1)!, rates[0]!);
  return [
    {
      title: `contents: ${cases.length} programs on ${MACHINES} random machines, per CPU second`,
      rows: rates.flatMap((rate, index) => [
        programsRow(rate, rates[0]!, index, cases.length / operations),
        { name: '  operations', value: median(rate), unit: 'ops/s' },
      ]),
      notes: [`${operations} operations, ${Math.round(operations / cases.length)} a program`],
      claims: [
        {
          says: 'no slower without contents',
          value: gain.median,
          range: gain.range,
          holds: gain.median >= 1,
        },
      ],
    },
  ];
}

function programsRow(rate: Rates, on: Rates, index: number, perOperation: number): BenchRow {
  const { name } = CONTENDERS[index]!;
  const row: BenchRow = { name, value: median(rate) * perOperation, unit: 'programs/s' };
  if (rate === on) return row;
  return { ...row, ratio: compare(rate, on).median, ratioOf: 'the speed of on' };
}
