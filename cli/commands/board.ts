/** `carveout board FILE.dtb`: what a board has, who is given what, and a fuzz run on it. */
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { BoardError } from '../../boards/errors.ts';
import { withImporters } from '../../boards/importers.ts';
import type { LoadOptions } from '../../boards/loader.ts';
import { type Board, loadBoard } from '../../boards/loader.ts';
import type { Bank } from '../../contract/machine.ts';
import { ADDRESS_END } from '../../contract/numbers.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { parseNumber } from '../../contract/text/line.ts';
import { fileProblem } from '../../properties/runner/files.ts';
import { type BoardReport, boardJson, boardText, reportBoard } from '../../report/board.ts';
import { exitCode } from '../../report/campaign.ts';
import { bucketText } from '../../report/failure.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { fuzz } from '../fuzzing.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import { helpText, integerOption, listOption, parseOptions, timeOption } from '../options.ts';
import { reachOf } from '../reach.ts';
import { UsageError } from '../usage.ts';
import { FUZZ_OPTIONS, planOf, printReport } from './fuzz.ts';

const { machine: _machine, bugs: _bugs, 'bug-dir': _dir, case: _case, ...COMMON } = FUZZ_OPTIONS;
const OPTIONS = {
  memory: { value: 'BASE+SIZE', doc: 'RAM banks, comma separated, instead of what the tree says' },
  page: { value: 'SIZE', doc: 'page size of the kernel: 4K (default), 16K or 64K' },
  ...COMMON,
  time: { value: 'TIME', doc: 'how long to fuzz (default 10s)' },
  'no-fuzz': { doc: 'print the board only' },
} as const satisfies Record<string, OptionSpec>;

export async function boardCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    const about =
      'Prints banks, pools, owners, device views and, by asking, what each view is given of RAM\n' +
      'and pools; then fuzzes the pools, with other devices of the board as users too. FILE may\n' +
      'be /sys/firmware/fdt.';
    process.stdout.write(helpText('board FILE.dtb [options]', about, OPTIONS));
    return 0;
  }
  const [file, ...more] = parsed.words;
  if (file === undefined || more.length > 0) throw new UsageError('board: exactly one device tree');
  const board = readBoard(file, { ...memoryOption(parsed), pageSize: pageOption(parsed) });
  const json = parsed.switches.has('json');
  const failures = parsed.values.get('failures') ?? 'failures';
  const measured = reachOf(carveoutSubject, board, basename(file), failures);
  if (measured.is === 'broken') {
    const { buckets } = measured;
    const text = buckets.map((bucket) => `${bucketText(bucket)}\n`).join('\n');
    process.stdout.write(json ? boardJson(null, buckets) : text);
    return 1;
  }
  const report = reportBoard(board, measured.reach);
  if (!json) process.stdout.write(`${boardText(report)}\n`);
  if (parsed.switches.has('no-fuzz')) {
    if (json) process.stdout.write(boardJson(report, []));
    return 0;
  }
  return await fuzzBoard(parsed, board, report);
}

async function fuzzBoard(parsed: Parsed, board: Board, shown: BoardReport): Promise<number> {
  const machine = withImporters(board.machine);
  const cases = integerOption(parsed, 'cases', 1);
  const timeMs = timeOption(parsed, 'time') ?? (cases === undefined ? 10_000 : undefined);
  const plan = planOf(parsed, [{ title: 'board', machine, cases, timeMs }]);
  if (!parsed.switches.has('json')) process.stdout.write(`seed "${plan.seed}"\n`);
  const report = await fuzz(plan);
  printReport(report, parsed, { board: shown });
  return exitCode(report);
}

/** @throws InputError with the file, the place in the tree, and what was expected */
export function readBoard(file: string, options: LoadOptions): Board {
  const blob = readBlob(file);
  try {
    return loadBoard(blob, options);
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    const { where, found, expected } = error;
    throw new InputError({ file: `${file}: ${where}`, line: 0, column: 0, found, expected });
  }
}

/** @throws InputError when it cannot be read */
export function readBlob(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const found = fileProblem(error);
    const expected = 'a readable device-tree blob';
    throw new InputError({ file, line: 0, column: 0, found, expected });
  }
}

/** `--memory 0x80000000+2G,0x880000000+30G` */
function memoryOption(parsed: Parsed): { memory?: readonly Bank[] } {
  const words = listOption(parsed, 'memory');
  if (words.length === 0) return {};
  const memory = words.map((word) => {
    const [base, size] = word.split('+').map((part) => parseNumber(part));
    const right = word.split('+').length === 2 && base !== undefined && size !== undefined;
    if (!right || size === 0 || !(base + size <= ADDRESS_END)) {
      throw new UsageError(`--memory ${word}: expected BASE+SIZE such as 0x80000000+2G`);
    }
    return { base, size };
  });
  return { memory };
}

function pageOption(parsed: Parsed): number {
  const text = parsed.values.get('page') ?? '4K';
  const size = parseNumber(text);
  if (size !== 4096 && size !== 16384 && size !== 65536) {
    throw new UsageError(`--page ${text}: expected 4K, 16K or 64K`);
  }
  return size;
}
