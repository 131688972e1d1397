/** `carveout start`: the main job. Random machines, then a board everybody has. */
import { BUILTIN_BOARD } from '../../boards/builtin.ts';
import { helpText, parseOptions, timeOption } from '../options.ts';
import { runPlanted } from '../planted.ts';
import { FUZZ_OPTIONS, runFuzz } from './fuzz.ts';

const { case: _case, cases: _cases, machine: _machine, time, ...OTHERS } = FUZZ_OPTIONS;
const START_OPTIONS = { ...OTHERS, time: { ...time, doc: 'stop after 30s, 5m, 1h (default 28s)' } };

/** Share of the time that goes to the board. */
const BOARD_SHARE = 1 / 5;

export async function startCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, START_OPTIONS);
  if (parsed.switches.has('help')) {
    const about = 'Fuzzes random machines and a built-in board, by default for half a minute.';
    process.stdout.write(helpText('start [options]', about, START_OPTIONS));
    return 0;
  }
  const planted = await runPlanted(parsed, ['start', ...args]);
  if (planted !== null) return planted;
  // Start-up and the corpus take the rest of the half minute.
  const timeMs = timeOption(parsed, 'time') ?? 28_000;
  return await runFuzz(parsed, [
    { title: 'random', timeMs: timeMs * (1 - BOARD_SHARE) },
    { title: BUILTIN_BOARD.name, machine: BUILTIN_BOARD.machine, timeMs: timeMs * BOARD_SHARE },
  ]);
}
