/** `carveout boards`: every board of a Debian kernel package, loaded, asked and fuzzed. */
import { basename } from 'node:path';
import { dtbFiles, fetchBoards, PINNED } from '../../boards/fetch.ts';
import { withImporters } from '../../boards/importers.ts';
import type { Board } from '../../boards/loader.ts';
import { SURVEY_MEMORY_BYTES, surveyBoards } from '../../boards/survey.ts';
import type { Machine } from '../../contract/machine.ts';
import type { Bucket } from '../../properties/runner/buckets.ts';
import { mergeBuckets } from '../../properties/runner/buckets.ts';
import { campaign } from '../../properties/runner/campaign.ts';
import { boardsJson, isNotClean } from '../../report/boards.ts';
import { bucketText } from '../../report/failure.ts';
import { ReachCounter, type Tallied, talliedText } from '../../report/reach/totals.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import { checkFolder } from '../folders.ts';
import { campaignOptions } from '../fuzzing.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import { helpText, integerOption, parseOptions } from '../options.ts';
import { reachOf } from '../reach.ts';
import { UsageError } from '../usage.ts';
import { readBlob } from './board.ts';
import { planOf } from './fuzz.ts';

/** Facts of the pinned package; a change in the loader that loses one is a defect. */
const EXPECTED = { loaded: 1712, coherentRegions: 1206, boardsWithCoherent: 370 } as const;
/** Pairs of a pool and a view, by what was answered. */
const EXPECTED_REACH: Tallied = {
  direct: 2072,
  iommu: 401,
  'no-linear-address': 58,
  'no-pool': 44,
};

const OPTIONS = {
  cases: { value: 'N', doc: 'cases per board (default 8)' },
  seed: { value: 'TEXT', doc: 'any string; default "boards"' },
  failures: { value: 'DIR', doc: 'where failure files go (default failures)' },
  dir: { value: 'DIR', doc: 'take the .dtb files of this folder instead of fetching a package' },
  json: { doc: 'print one JSON document instead (docs/formats.md)' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

export async function boardsCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    const about =
      `Fetches ${PINNED.package} from Debian without root, loads every board in it, asks\n` +
      'who is given what and fuzzes each for a moment. Needs apt-get and dpkg-deb; without them\n' +
      'it says so and skips.';
    process.stdout.write(helpText('boards [options]', about, OPTIONS));
    return 0;
  }
  if (parsed.words.length > 0) throw new UsageError(`unexpected word "${parsed.words[0]}"`);
  const source = await filesOf(parsed.values.get('dir'));
  if (typeof source === 'string') {
    process.stdout.write(`SKIPPED: no device trees to load: ${source}\n`);
    return 0;
  }
  return await runSurvey(parsed, source);
}

interface Source {
  readonly files: readonly string[];
  readonly name: string;
  readonly pinned: boolean;
}

async function filesOf(directory: string | undefined): Promise<Source | string> {
  if (directory !== undefined) {
    checkFolder('dir', directory);
    const files = dtbFiles(directory);
    if (files.length === 0) throw new UsageError(`--dir ${directory}: no .dtb file in or below it`);
    return { files, name: directory, pinned: false };
  }
  const fetched = await fetchBoards();
  if (fetched.is === 'unavailable') return fetched.reason;
  return { files: fetched.files, name: fetched.package, pinned: fetched.pinned };
}

async function runSurvey(parsed: Parsed, source: Source): Promise<number> {
  const started = performance.now();
  const machines: Machine[] = [];
  const asked = new Asked(parsed.values.get('failures') ?? 'failures');
  const survey = surveyBoards(source.files, {
    memorySize: SURVEY_MEMORY_BYTES,
    read: readBlob,
    onBoard: (board, file) => {
      machines.push(board.machine);
      asked.ask(board, basename(file));
    },
  });
  const loadedMs = performance.now() - started - asked.milliseconds;
  const { cases, operations, buckets: fuzzed } = await fuzzAll(parsed, machines);
  const buckets = mergeBuckets([...asked.buckets, ...fuzzed]);
  const seconds = (performance.now() - started) / 1000;
  const reach = asked.counter.totals;
  const lost = source.pinned
    ? [...missed(EXPECTED, survey), ...missed(EXPECTED_REACH, reach.pools)]
    : [];
  const report = { source: source.name, survey, reach, cases, operations, buckets, lost };
  const failed = isNotClean(report);
  if (parsed.switches.has('json')) {
    process.stdout.write(boardsJson(report));
    return failed ? 1 : 0;
  }
  for (const bucket of buckets) process.stdout.write(`${bucketText(bucket)}\n\n`);
  const note = source.pinned ? '' : ' (not the pinned one: structural checks only)';
  const lines = [
    `package    ${source.name}${note}`,
    `boards     ${survey.loaded} of ${survey.files} loaded in ${(loadedMs / 1000).toFixed(1)} s`,
    `pools      ${survey.coherentRegions} coherent regions on ${survey.boardsWithCoherent} boards`,
    `reach      pools: ${talliedText(reach.pools)}`,
    `           RAM:   ${talliedText(reach.ram)}`,
    `           (pairs of memory and view, asked in ${(asked.milliseconds / 1000).toFixed(1)} s)`,
    `fuzz       ${cases} cases, ${operations} operations`,
    `failures   ${buckets.length} distinct ones`,
    ...survey.failures
      .slice(0, 10)
      .map(({ file, error }) => `failed     ${file}: ${error.message}`),
    ...lost.map((line) => `changed    ${line}`),
    `wall time  ${seconds.toFixed(1)} s`,
    `verdict    ${failed ? 'not clean' : 'no law broken'}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return failed ? 1 : 0;
}

/** Who is given what, board by board. */
class Asked {
  readonly counter = new ReachCounter();
  readonly buckets: Bucket[] = [];
  milliseconds = 0;
  readonly #failures: string;

  constructor(failures: string) {
    this.#failures = failures;
  }

  ask(board: Board, name: string): void {
    const started = performance.now();
    const measured = reachOf(carveoutSubject, board, name, this.#failures);
    if (measured.is === 'measured') this.counter.add(measured.reach);
    else this.buckets.push(...measured.buckets);
    this.milliseconds += performance.now() - started;
  }
}

function missed<K extends string>(
  facts: Readonly<Partial<Record<K, number>>>,
  seen: Readonly<Partial<Record<K, unknown>>>,
): string[] {
  return Object.entries(facts).flatMap(([key, expected]) => {
    const observed = seen[key as K] ?? 0;
    return observed === expected ? [] : [`${key}: ${observed}, expected ${expected}`];
  });
}

async function fuzzAll(
  parsed: Parsed,
  machines: readonly Machine[],
): Promise<{ cases: number; operations: number; buckets: readonly Bucket[] }> {
  const perBoard = integerOption(parsed, 'cases', 1, 1_000_000) ?? 8;
  let operations = 0;
  let cases = 0;
  const buckets: Bucket[] = [];
  for (const [index, board] of machines.entries()) {
    const machine = withImporters(board);
    const plan = planOf(parsed, [{ title: 'board', machine, cases: perBoard }]);
    const seed = `${parsed.values.get('seed') ?? 'boards'}/${index}`;
    const result = await campaign(
      carveoutSubject,
      campaignOptions({ ...plan, seed }, plan.phases[0]!),
    );
    cases += result.cases;
    operations += result.labels.get('operations') ?? 0;
    buckets.push(...result.buckets);
  }
  return { cases, operations, buckets: mergeBuckets(buckets) };
}
