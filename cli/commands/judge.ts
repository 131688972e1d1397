/** `carveout judge TRACE`: judges a recorded trace, wherever it was recorded. */
import { createReadStream, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { TraceReader } from '../../contract/json/trace.ts';
import type { Op } from '../../contract/operations.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import { OBSERVATIONS } from '../../contract/subject.ts';
import { InputError } from '../../contract/text/input-error.ts';
import { Tally } from '../../properties/labels.ts';
import { Trial } from '../../properties/runner/trial.ts';
import { failureText } from '../../report/failure.ts';
import type { OptionSpec } from '../options.ts';
import { helpText, listOption, parseOptions } from '../options.ts';
import { UsageError } from '../usage.ts';

const OPTIONS = {
  observes: {
    value: 'LIST',
    doc: `what the recorder reported (default ${OBSERVATIONS.join(',')})`,
  },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

export async function judgeCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    process.stdout.write(helpText('judge TRACE [options]', 'Judges a recorded trace.', OPTIONS));
    return 0;
  }
  const [path, ...more] = parsed.words;
  if (path === undefined || more.length > 0) throw new UsageError('judge: exactly one trace file');
  const listed = listOption(parsed, 'observes');
  for (const name of listed) {
    if (!(OBSERVATIONS as readonly string[]).includes(name)) {
      throw new UsageError(`--observes ${name}: expected some of ${OBSERVATIONS.join(', ')}`);
    }
  }
  const observes = new Set(
    listed.length === 0 ? OBSERVATIONS : OBSERVATIONS.filter((o) => listed.includes(o)),
  );
  return await judgeFile(path, observes);
}

async function judgeFile(
  path: string,
  observes: Set<(typeof OBSERVATIONS)[number]>,
): Promise<number> {
  if (!isFile(path)) {
    throw new InputError({
      file: path,
      line: 0,
      column: 0,
      found: 'no such file',
      expected: 'a trace',
    });
  }
  const reader = new TraceReader(path);
  const tally = new Tally();
  const program: Op[] = [];
  let trial: Trial | null = null;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const step = reader.read(line);
    if (trial === null && reader.head !== null) {
      const { machine, booted } = reader.head;
      const operations = new Set(OP_NAMES);
      trial = new Trial(machine, { observes, known: [], operations, placement: false }, tally);
      const failure = trial.booted(booted);
      if (failure !== null) return report(failureText(failure, { machine, program }));
    }
    if (step === null || trial === null) continue;
    program.push(step.op);
    if (!trial.sends(step.op)) continue;
    const failure = trial.answer(step.op, step.outcome, program.length - 1);
    const { machine } = trial.judge.state;
    if (failure !== null) return report(failureText(failure, { machine, program }));
  }
  reader.end();
  const judged = tally.counts.get('operations') ?? 0;
  const total = program.length;
  process.stdout.write(`${path}: ${judged} of ${total} operations judged, no law broken\n`);
  return 0;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function report(text: string): number {
  process.stdout.write(`${text}\n`);
  return 1;
}
