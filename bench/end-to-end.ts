/**
 * A case from the draw to the verdict: ours beside fc.commands with the judge as its model, and
 * beside a loop that checks nothing. Then a CPU profile of both: where the time goes.
 *
 * Both sides boot the same subject per case, judge every answer with the same judge, count the same
 * labels, and close by reading, freeing and refilling. Ours pays for a seed and an fc.check per
 * case, so that any case can be replayed alone; fc.commands gets one fc.check per machine.
 */
import { sample } from './commands/sample.ts';
import type { BenchTable } from './measure.ts';
import { median } from './measure.ts';
import { profileOf } from './profile.ts';
import { compare, race } from './rates.ts';
import { commandSide, ourSide, rawSide } from './sides.ts';

const MACHINES = 24;
const ROUNDS = 21;
const PROFILE_MS = 1500;
/** Subject and judge cost both sides the same, and do more with every allocator: 1.5x at first. */
const GAIN_MIN = 1.3;

export async function endToEndBench(): Promise<BenchTable[]> {
  const machines = sample(MACHINES);
  const ours = ourSide(machines);
  const commands = commandSide(machines);
  const raw = rawSide(machines);
  const rates = race(
    [
      { name: 'ours', round: ours },
      { name: 'commands', round: commands },
      { name: 'raw', round: raw },
    ],
    ROUNDS,
  );
  return [
    ratesTable(rates),
    { title: 'profile of ours', rows: [], claims: [], notes: await profileOf(ours, PROFILE_MS) },
    {
      title: 'profile of fc.commands',
      rows: [],
      claims: [],
      notes: await profileOf(commands, PROFILE_MS),
    },
  ];
}

function ratesTable([ours, commands, raw]: readonly (readonly number[])[]): BenchTable {
  const gain = compare(ours!, commands!);
  const ceiling = compare(raw!, ours!);
  const unit = 'ops/s';
  const checked = 'generate, judge, subject, checks';
  return {
    title: `end to end: ${checked}; ${MACHINES} random machines, operations per CPU second`,
    rows: [
      { name: 'ours', value: median(ours!), unit },
      {
        name: 'the same with fc.commands',
        value: median(commands!),
        unit,
        ratio: gain.median,
        ratioOf: 'times slower than ours',
      },
      {
        name: 'raw loop: generator and subject, nothing checked',
        value: median(raw!),
        unit,
        ratio: ceiling.median,
        ratioOf: 'times faster than ours',
      },
    ],
    claims: [
      {
        says: `at least ${GAIN_MIN}x as fast as with fc.commands`,
        value: gain.median,
        range: gain.range,
        holds: gain.median >= GAIN_MIN,
      },
    ],
  };
}
