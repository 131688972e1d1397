/** `carveout questions`: the debate's questions, predicted, measured, compared. */
import type { Answers } from '../../questions/answers.ts';
import { askAll } from '../../questions/answers.ts';
import { isBroken, questionsJson, questionsText } from '../../report/questions.ts';
import { carveoutSubject } from '../../sut/subject.ts';
import type { OptionSpec, Parsed } from '../options.ts';
import { helpText, parseOptions } from '../options.ts';
import { askPlanted, canPlant, plantedIds } from '../planted.ts';
import { UsageError } from '../usage.ts';
import { seedOf } from './fuzz.ts';

const OPTIONS = {
  seed: { value: 'TEXT', doc: 'any string; default CARVEOUT_SEED, else a fresh one' },
  json: { doc: 'print one JSON document instead (docs/formats.md)' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

/** All that Linux 6.12 still does. */
const LINUX = ['linux-6.12'];

export async function questionsCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    const about =
      'Should coherent pools become heaps? Asks what the debate asked, of an implementation\n' +
      'that does as Linux 6.12 does and of one with its defects repaired, and compares the\n' +
      'first with what its source lets one predict. Policies: P0 owners allocate for\n' +
      'themselves; P1f a heap that any device may attach to; P5 the same, but only devices\n' +
      'that reach the pool may.\n' +
      'astray: success, with an address that does not mean these bytes to the device. fault:\n' +
      'the kernel crashes.';
    process.stdout.write(helpText('questions [options]', about, OPTIONS));
    return 0;
  }
  if (parsed.words.length > 0) throw new UsageError(`unexpected word "${parsed.words[0]}"`);
  const seed = seedOf(parsed);
  // This is the process that has them: the other one reads what it says.
  if (plantedIds().length > 0) {
    process.stdout.write(JSON.stringify(askAll(carveoutSubject, true, seed)));
    return 0;
  }
  const json = parsed.switches.has('json');
  if (!json) process.stdout.write(`seed "${seed}"\n`);
  const asked = askLinux(parsed, seed);
  const repaired = askAll(carveoutSubject, false, seed);
  const report = { seed, linux: await asked, repaired };
  process.stdout.write(json ? questionsJson(report) : questionsText(report));
  return isBroken(report) ? 1 : 0;
}

/** In a process of its own, at the same time; null outside of a checkout. */
async function askLinux(parsed: Parsed, seed: string): Promise<Answers | null> {
  if (!canPlant()) return null;
  const { code, out } = await askPlanted(LINUX, parsed, ['questions', '--seed', seed], {
    keep: true,
  });
  if (code !== 0) throw new Error(`the process that answers as Linux does ended with ${code}`);
  return JSON.parse(out) as Answers;
}
