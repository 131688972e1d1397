/** `carveout twin`: the implementation as Linux 6.12 beside a running one, answer by answer. */
import { KNOWN_IDS } from '../../contract/known.ts';
import type { Violation } from '../../contract/law.ts';
import type { Machine } from '../../contract/machine.ts';
import type { Op } from '../../contract/operations.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { handsOut } from '../../linux/limits.ts';
import { Tally } from '../../properties/labels/tally.ts';
import type { CampaignResult } from '../../properties/runner/campaign.ts';
import { campaign } from '../../properties/runner/campaign.ts';
import { readScenario } from '../../properties/runner/corpus.ts';
import { checkFolder } from '../../properties/runner/files.ts';
import { BatchRunner, profileOf } from '../../properties/runner/run.ts';
import type { Twin } from '../../properties/twin/run.ts';
import { runTwin } from '../../properties/twin/run.ts';
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
import { seedOf } from './fuzz.ts';

const OPTIONS = {
  seed: { value: 'TEXT', doc: 'any string; default CARVEOUT_SEED, else a fresh one' },
  time: { value: 'TIME', doc: 'stop after 30s, 5m, 1h (default 30s without --cases)' },
  cases: { value: 'N', doc: 'stop after so many cases' },
  timeout: TIMEOUT,
  failures: { value: 'DIR', doc: 'where failure files go (default failures)' },
  labels: { doc: 'print what the generated cases reached' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

/** All of the family but what an emulator does not show: it has no caches to maintain. */
const HIDDEN = 'no-linear-maintenance';
const PLANTED = KNOWN_IDS.filter((id) => id !== HIDDEN);

export async function twinCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    const about =
      'Runs the implementation, with all of linux-6.12 planted, beside a running kernel.';
    process.stdout.write(helpText('twin [FILE…] [options]', about, OPTIONS));
    return 0;
  }
  if (plantedIds().length === 0) {
    return (await askPlanted(PLANTED, parsed, ['twin', ...args])).code;
  }
  const scenarios = parsed.words.map((path) => ({ path, scenario: readScenario(path) }));
  return scenarios.length > 0 ? await compareFiles(scenarios, parsed) : await compareMany(parsed);
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
  const failures = parsed.values.get('failures') ?? 'failures';
  checkFolder(failures);
  const seed = seedOf(parsed);
  const cases = integerOption(parsed, 'cases', 1);
  const timeMs = timeOption(parsed, 'time') ?? (cases === undefined ? 30_000 : undefined);
  const subject = await openSubject(choiceOf(LINUX, parsed));
  const terminal = new Terminal();
  process.stdout.write(`seed "${seed}"\n`);
  try {
    const result = await campaign(subject, {
      seed,
      cases,
      timeMs,
      failures,
      twin: twin(),
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

interface Named {
  readonly path: string;
  readonly scenario: Scenario;
}

async function compareFiles(files: readonly Named[], parsed: Parsed): Promise<number> {
  const subject = await openSubject(choiceOf(LINUX, parsed));
  if (subject.kind !== 'batch') throw new Error('Linux answers batches');
  const profile = profileOf(subject, []);
  let code = 0;
  try {
    for (const { path, scenario } of files) {
      const reason = subject.accepts(scenario.machine);
      if (reason !== null) {
        process.stdout.write(`${path}\n  refused    ${reason}\n`);
        continue;
      }
      const runner = new BatchRunner(subject, profile);
      const tally = new Tally();
      try {
        const failure = await runner.use(scenario.machine, (session) =>
          runTwin(twin(), session, scenario, profile, tally, false),
        );
        const same = tally.counts.get('twin: same') ?? 0;
        const told =
          failure === null ? `same       ${same} answers` : differenceText(failure.violation);
        process.stdout.write(`${path}\n  ${told}\n`);
        if (failure !== null) code = 1;
      } finally {
        await runner.close();
      }
    }
  } finally {
    await subject.close?.();
  }
  return code;
}

function differenceText({ expected, observed }: Violation): string {
  return `different  Linux: ${expected}\n  here       ${observed}`;
}
