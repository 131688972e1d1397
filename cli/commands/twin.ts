/** `carveout twin`: the implementation as Linux 6.12 beside a running one, answer by answer. */
import { KNOWN_IDS } from '../../contract/known.ts';
import type { Machine } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import type { BatchSubject } from '../../contract/subject.ts';
import { handsOut } from '../../linux/limits.ts';
import type { CampaignResult } from '../../properties/runner/campaign.ts';
import { campaign } from '../../properties/runner/campaign.ts';
import { checkFolder } from '../../properties/runner/files.ts';
import { profileOf } from '../../properties/runner/run.ts';
import type { Twin } from '../../properties/twin/run.ts';
import type { Report } from '../../report/campaign.ts';
import { exitCode } from '../../report/campaign.ts';
import { notJudged } from '../../report/not-judged.ts';
import { twinText } from '../../report/twin.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import { helpText, integerOption, parseOptions, timeOption } from '../options.ts';
import { askPlanted, plantedIds } from '../planted.ts';
import { choiceOf, LINUX, openSubject, TIMEOUT } from '../subject.ts';
import { Terminal } from '../terminal.ts';
import type { TwinResult } from '../twin-files.ts';
import {
  compareRecorded,
  LiveTwin,
  readTwinFile,
  TraceOf,
  tracePath,
  twinFileText,
} from '../twin-files.ts';
import { UsageError } from '../usage.ts';
import { seedOf } from './fuzz.ts';

const OPTIONS = {
  seed: { value: 'TEXT', doc: 'any string; default CARVEOUT_SEED, else a fresh one' },
  time: { value: 'TIME', doc: 'stop after 30s, 5m, 1h (default 30s without --cases)' },
  cases: { value: 'N', doc: 'stop after so many cases' },
  timeout: TIMEOUT,
  failures: { value: 'DIR', doc: 'where failure files go (default failures)' },
  labels: { doc: 'print what the generated cases reached' },
  recorded: { doc: 'take the answers from the traces: no kernel is started' },
  record: { value: 'DIR', doc: 'write what the kernel answers as traces' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

/** All of the family but what an emulator does not show: it has no caches to maintain. */
const HIDDEN = 'no-linear-maintenance';
const PLANTED = KNOWN_IDS.filter((id) => id !== HIDDEN);

export async function twinCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    const about =
      'Runs the implementation, with all of linux-6.12 planted, beside a running kernel: ' +
      'generated programs, or scenarios and traces.';
    process.stdout.write(helpText('twin [FILE…] [options]', about, OPTIONS));
    return 0;
  }
  const isRecorded = parsed.switches.has('recorded');
  if (isRecorded && (parsed.words.length === 0 || parsed.values.has('record'))) {
    throw new UsageError('--recorded: traces, and no --record');
  }
  if (plantedIds().length === 0) {
    return (await askPlanted(PLANTED, parsed, ['twin', ...args])).code;
  }
  return parsed.words.length > 0 ? await compareFiles(parsed) : await compareMany(parsed);
}

/** Exit code 1: an answer differs, or a law is broken. */
async function compareFiles(parsed: Parsed): Promise<number> {
  const folder = recordFolder(parsed);
  const isRecorded = parsed.switches.has('recorded');
  const files = await Promise.all(parsed.words.map(readTwinFile));
  const none = files.find(({ recorded }) => recorded === null);
  if (isRecorded && none !== undefined) {
    throw new UsageError(`--recorded: ${none.path} is no trace: it has no answers`);
  }
  const subject = isRecorded ? null : await openLinux(parsed);
  const live = subject === null ? null : new LiveTwin(subject);
  let code = 0;
  const tell = (result: TwinResult) => {
    process.stdout.write(twinFileText(result));
    if (result.failure !== null) code = 1;
  };
  try {
    for (const file of files) {
      if (file.recorded !== null) tell(await compareRecorded(twin(), file.path, file.recorded));
      if (subject === null || live === null) continue;
      const named = folder === null ? null : () => tracePath(folder, file.path);
      tell(await live.compare(recording(subject, named), file));
    }
  } finally {
    await live?.close();
  }
  return code;
}

function recordFolder(parsed: Parsed): string | null {
  const folder = parsed.values.get('record') ?? null;
  if (folder !== null) checkFolder(folder);
  return folder;
}

/** `path`: where the next trace goes; null: none is written. */
function recording(subject: BatchSubject, path: (() => string) | null): Twin {
  if (path === null) return twin();
  return { ...twin(), recorder: (machine) => new TraceOf(path(), subject, machine) };
}

async function openLinux(parsed: Parsed): Promise<BatchSubject> {
  const subject = await openSubject(choiceOf(LINUX, parsed));
  if (subject.kind !== 'batch') throw new Error('Linux answers batches');
  return subject;
}

/** The implementation, asked what Linux can answer at the same addresses. */
function twin(): Twin {
  return {
    subject: carveoutSubject,
    profile: profileOf(carveoutSubject, KNOWN_IDS),
    sends: (machine: Machine, op: Op) =>
      op.op !== 'alloc_contig' || handsOut(machine, op.phys, op.pages * machine.pageSize),
  };
}

async function compareMany(parsed: Parsed): Promise<number> {
  const folder = recordFolder(parsed);
  const failures = parsed.values.get('failures') ?? 'failures';
  checkFolder(failures);
  const seed = seedOf(parsed);
  const cases = integerOption(parsed, 'cases', 1);
  const timeMs = timeOption(parsed, 'time') ?? (cases === undefined ? 30_000 : undefined);
  const subject = await openLinux(parsed);
  const terminal = new Terminal();
  process.stdout.write(`seed "${seed}"\n`);
  try {
    const result = await campaign(subject, {
      seed,
      cases,
      timeMs,
      failures,
      twin: recording(subject, folder === null ? null : numbered(folder, seed)),
      known: [],
      bugs: [],
      command: LINUX,
      metamorphic: false,
      stopped: () => terminal.stopped,
      onProgress: (progress) => terminal.progress('twin', progress),
      onFailure: (finding, origin, file) => terminal.failure(finding, origin, file),
    });
    const report = reportOf(subject.name, result, subject.known ?? [], notJudged(subject));
    process.stdout.write(twinText(report, { labels: parsed.switches.has('labels') }));
    return exitCode(report);
  } finally {
    terminal.close();
    await subject.close?.();
  }
}

/** A trace for each case: `seed-1.trace`, `seed-2.trace`, … */
function numbered(folder: string, seed: string): () => string {
  let count = 0;
  return () => {
    count += 1;
    return tracePath(folder, `${seed}-${count}`);
  };
}

/** Rows nobody met are no failure here: they are held against the laws by `fuzz`. */
function reportOf(
  subject: string,
  result: CampaignResult,
  known: readonly string[],
  laws: Report['notJudged'],
): Report {
  const { labels, buckets, interrupted, seed } = result;
  const met = known.flatMap((id): [string, number][] => {
    const hits = labels.get(`known: ${id}`) ?? 0;
    return hits === 0 ? [] : [[id, hits]];
  });
  return {
    subject,
    seed,
    phases: [{ title: 'twin', ...result }],
    buckets,
    corpus: { files: 0, refused: 0, failed: [] },
    known: new Map(met),
    notJudged: laws,
    interrupted,
  };
}
