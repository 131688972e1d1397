/** Words of the command line to options, with the same manners everywhere. */
import { parseArgs } from 'node:util';
import { nearMiss } from '../contract/text/near-miss.ts';
import { UsageError } from './usage.ts';

export interface OptionSpec {
  /** Name of the value in the help; absent: a switch. */
  readonly value?: string;
  readonly doc: string;
}

export interface Parsed {
  readonly words: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
}

/** @throws UsageError naming the option, with the nearest known one. */
export function parseOptions(
  args: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
): Parsed {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, spec]) => [
      name,
      {
        type: spec.value === undefined ? ('boolean' as const) : ('string' as const),
        ...(name === 'help' ? { short: 'h' } : {}),
      },
    ]),
  );
  checkNames(args, specs);
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
  const values = new Map<string, string>();
  const switches = new Set<string>();
  for (const [name, value] of Object.entries(parsed.values)) {
    if (typeof value === 'string') values.set(name, value);
    else if (value === true) switches.add(name);
  }
  return { words: parsed.positionals, values, switches };
}

/** The options again, for a process that is to do the same. */
export function optionWords({ values, switches }: Parsed): string[] {
  const given = [...values].map(([name, value]) => `--${name}=${value}`);
  return [...given, ...[...switches].map((name) => `--${name}`)];
}

function checkNames(args: readonly string[], specs: Readonly<Record<string, OptionSpec>>): void {
  for (const arg of args) {
    if (arg === '--') return;
    const name = /^--([^=]+)/.exec(arg)?.[1];
    if (name === undefined || Object.hasOwn(specs, name)) continue;
    const names = Object.keys(specs).map((n) => `--${n}`);
    const hint = nearMiss(`--${name}`, names);
    throw new UsageError(`unknown option --${name}${hint === undefined ? '' : `: ${hint}`}`);
  }
}

export function helpText(
  usage: string,
  about: string,
  specs: Readonly<Record<string, OptionSpec>>,
): string {
  const rows = Object.entries(specs).map(([name, { value, doc }]) => {
    const word = name === 'help' ? '-h, --help' : `--${name}`;
    const option = value === undefined ? word : `${word} ${value}`;
    return `  ${option.padEnd(24)} ${doc}`;
  });
  return [`usage: carveout ${usage}`, '', about, '', ...rows, ''].join('\n');
}

const TIME_UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `30s`, `5m`, `250ms`, `1h` in milliseconds; never none at all. @throws UsageError */
export function timeOption(parsed: Parsed, name: string): number | undefined {
  const text = parsed.values.get(name);
  if (text === undefined) return undefined;
  const match = /^(\d{1,6})(ms|s|m|h)$/.exec(text);
  const time = match === null ? 0 : Number(match[1]) * TIME_UNITS[match[2]!]!;
  if (time === 0) {
    throw new UsageError(`--${name} ${text}: expected a time above 0 such as 30s or 5m`);
  }
  return time;
}

/** @throws UsageError unless the value is an integer of [min, max]. */
export function integerOption(
  parsed: Parsed,
  name: string,
  min: number,
  max = Number.MAX_SAFE_INTEGER,
): number | undefined {
  const text = parsed.values.get(name);
  if (text === undefined) return undefined;
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw new UsageError(`--${name} ${text}: expected an integer from ${min} to ${max}`);
  }
  return value;
}

/** `2/4` as part 1 of 4 (counted from 0). @throws UsageError */
export function shardOption(parsed: Parsed): { index: number; count: number } {
  const text = parsed.values.get('shard');
  if (text === undefined) return { index: 0, count: 1 };
  const match = /^(\d{1,6})\/(\d{1,6})$/.exec(text);
  const index = Number(match?.[1]);
  const count = Number(match?.[2]);
  if (!(index >= 1 && index <= count)) {
    throw new UsageError(`--shard ${text}: expected I/N with 1 <= I <= N, such as 2/4`);
  }
  return { index: index - 1, count };
}

/** A comma separated list; empty when the option is absent. */
export function listOption(parsed: Parsed, name: string): readonly string[] {
  const text = parsed.values.get(name) ?? '';
  return text.split(',').filter((word) => word !== '');
}
