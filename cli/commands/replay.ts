/** `carveout replay FILE…`: runs scenario files again. */
import { traceHeadLine, traceStepLine } from '../../contract/json/trace.ts';
import type { Scenario } from '../../contract/scenario.ts';
import { printOp } from '../../contract/text/print.ts';
import { readScenario } from '../../properties/runner/corpus.ts';
import { writeAtomically } from '../../properties/runner/files.ts';
import type { Replayed } from '../../properties/runner/replay.ts';
import { replay } from '../../properties/runner/replay.ts';
import { failureText } from '../../report/failure.ts';
import { outcomeLine } from '../../report/outcome-text.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import { helpText, parseOptions, timeOption } from '../options.ts';
import { plantedIds, replayPlanted } from '../planted.ts';
import { openSubject } from '../subject.ts';
import { UsageError } from '../usage.ts';

const OPTIONS = {
  subject: { value: 'CMD', doc: 'run another subject than the file names' },
  timeout: { value: 'TIME', doc: 'how long that program may take for an answer (default 10s)' },
  'bug-dir': { value: 'DIR', doc: 'where bugs the file names are, besides the shipped ones' },
  trace: { value: 'FILE', doc: 'write what was asked and answered as a trace (one scenario)' },
  json: { doc: 'print one JSON document per file' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

export async function replayCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    const about =
      'Replays scenario files with the subject, bugs and deviations they name.\n' +
      'Exit code 0: every file showed what its header expects.';
    process.stdout.write(helpText('replay FILE… [options]', about, OPTIONS));
    return 0;
  }
  if (parsed.words.length === 0) throw new UsageError('replay: which file?');
  if (parsed.values.has('trace') && parsed.words.length > 1) {
    throw new UsageError('--trace takes one scenario');
  }
  const timeoutMs = timeOption(parsed, 'timeout') ?? 10_000;
  const command = parsed.values.get('subject') ?? null;
  let code = 0;
  for (const path of parsed.words) {
    const scenario = readScenario(path);
    const { bugs } = scenario.header;
    if (bugs.length > 0 && bugs.join() !== plantedIds().join()) {
      const options = args.filter((arg) => !parsed.words.includes(arg));
      const status = await replayPlanted(bugs, parsed, ['replay', path, ...options]);
      code = Math.max(code, status);
      continue;
    }
    const choice = { command: command ?? scenario.header.subject, timeoutMs };
    const shown = await replayOne(path, scenario, choice, parsed);
    if (!shown) code = Math.max(code, 1);
  }
  return code;
}

async function replayOne(
  path: string,
  scenario: Scenario,
  choice: { command: string | null; timeoutMs: number },
  parsed: Parsed,
): Promise<boolean> {
  const { machine } = scenario;
  const traceFile = parsed.values.get('trace');
  const trace: string[] = [];
  const steps: { op: string; outcome: string }[] = [];
  const subject = await openSubject(choice);
  let seen: Replayed;
  try {
    seen = await replay(subject, scenario, (op, outcome) => {
      steps.push({ op: printOp(op, machine), outcome: outcomeLine(outcome) });
      trace.push(traceStepLine({ op, outcome }, machine));
    });
  } finally {
    await subject.close?.();
  }
  const { asExpected, expected, observed, failure, booted } = seen;
  if (traceFile !== undefined) {
    writeAtomically(traceFile, `${[traceHeadLine({ machine, booted }), ...trace].join('\n')}\n`);
  }
  if (parsed.switches.has('json')) {
    const violation = failure?.violation ?? null;
    const document = { carveout: 'replay', version: 1, file: path, asExpected, expected, observed };
    process.stdout.write(`${JSON.stringify({ ...document, violation, steps }, null, 2)}\n`);
    return asExpected;
  }
  const width = Math.min(60, Math.max(...steps.map(({ op }) => op.length), 0));
  const lines = steps.map(({ op, outcome }) => `  ${op.padEnd(width)}  ${outcome}`);
  if (failure !== null) lines.push(failureText(failure, scenario));
  const verdict = asExpected ? 'as expected' : `not as expected: ${expected}`;
  process.stdout.write(`${[path, ...lines, `${observed}, ${verdict}`].join('\n')}\n`);
  return asExpected;
}
