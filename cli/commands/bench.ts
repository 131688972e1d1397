/** `carveout bench`: measures, as ratios within one run, and says which floors hold. */
import { existsSync } from 'node:fs';
import { nearMiss } from '../../contract/text/near-miss.ts';
import type { OptionSpec } from '../options.ts';
import { helpText, parseOptions } from '../options.ts';
import { UsageError } from '../usage.ts';

const OPTIONS = {
  json: { doc: 'print one JSON document instead (docs/formats.md)' },
  help: { doc: 'this text' },
} as const satisfies Record<string, OptionSpec>;

type Tables = Awaited<ReturnType<typeof import('../../bench/end-to-end.ts').endToEndBench>>;

/** Loaded on demand: the sources of the benches are part of a checkout, not of the package. */
const BENCHES: Readonly<Record<string, () => Promise<Tables>>> = {
  generation: async () => (await import('../../bench/generation.ts')).generationBench(),
  'end-to-end': async () => (await import('../../bench/end-to-end.ts')).endToEndBench(),
  contents: async () => (await import('../../bench/contents.ts')).contentsBench(),
  pool: async () => [...(await import('../../bench/pool.ts')).poolBench().tables],
  buddy: async () => (await import('../../bench/buddy.ts')).buddyBench(),
  search: async () => (await import('../../bench/search.ts')).searchBench(),
  sg: async () => (await import('../../bench/sg.ts')).sgBench(),
  slots: async () => (await import('../../bench/slots.ts')).slotsBench(),
  boot: async () => (await import('../../bench/boot.ts')).bootBench(),
  lines: async () => (await import('../../bench/lines.ts')).linesBench(),
};

const USAGE = `bench [${Object.keys(BENCHES).join('|')}]... [options]`;

/** 0: every floor holds; 1: one is missed. @throws UsageError */
export async function benchCommand(args: readonly string[]): Promise<number> {
  const parsed = parseOptions(args, OPTIONS);
  if (parsed.switches.has('help')) {
    const about =
      'Measures all of it (about two minutes), or what is named. Exit code 1: too slow.';
    process.stdout.write(helpText(USAGE, about, OPTIONS));
    return 0;
  }
  const names = parsed.words.length === 0 ? Object.keys(BENCHES) : parsed.words;
  for (const name of names) if (!Object.hasOwn(BENCHES, name)) throw unknown(name);
  if (!existsSync(new URL('../../bench/measure.ts', import.meta.url))) {
    throw new UsageError('bench: runs in a checkout only; the package has no bench/ sources');
  }
  const { benchJson, tableText } = await import('../../bench/measure.ts');
  const json = parsed.switches.has('json');
  const all: { bench: string; tables: Tables }[] = [];
  for (const bench of names) {
    const tables = await BENCHES[bench]!();
    all.push({ bench, tables });
    if (!json) process.stdout.write(`${tables.map(tableText).join('\n\n')}\n\n`);
  }
  if (json) process.stdout.write(benchJson(all));
  const missed = all.flatMap(({ tables }) => tables.flatMap(({ claims }) => claims));
  return missed.every(({ holds }) => holds) ? 0 : 1;
}

function unknown(name: string): UsageError {
  const hint = nearMiss(name, Object.keys(BENCHES));
  const listed = Object.keys(BENCHES).join(', ');
  return new UsageError(
    `bench ${name}: expected ${listed}${hint === undefined ? '' : `; ${hint}`}`,
  );
}
