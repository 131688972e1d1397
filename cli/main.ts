/** The command line: a word and its options in, an exit code out. */
import { InputError } from '../contract/text/input-error.ts';
import { nearMiss } from '../contract/text/near-miss.ts';
import { UsageError } from './usage.ts';

type Command = (args: readonly string[]) => Promise<number>;

interface CommandRow {
  /** Null: started by carveout itself, not by people. */
  readonly about: string | null;
  readonly load: () => Promise<Command>;
}

/** Loaded on demand: most runs need one of them. */
const COMMANDS: Readonly<Record<string, CommandRow>> = {
  start: {
    about: 'the main job: random machines and a built-in board, for half a minute',
    load: async () => (await import('./commands/start.ts')).startCommand,
  },
  fuzz: {
    about: 'random machines and programs against a subject, for as long as you like',
    load: async () => (await import('./commands/fuzz.ts')).fuzzCommand,
  },
  replay: {
    about: 'runs scenario files again and compares with what they expect',
    load: async () => (await import('./commands/replay.ts')).replayCommand,
  },
  board: {
    about: "a real board's device tree: what it has, who reaches what, and a fuzz run on it",
    load: async () => (await import('./commands/board.ts')).boardCommand,
  },
  boards: {
    about: 'the same, short, for every board of a Debian kernel package',
    load: async () => (await import('./commands/boards.ts')).boardsCommand,
  },
  judge: {
    about: 'judges a recorded trace (JSON Lines)',
    load: async () => (await import('./commands/judge.ts')).judgeCommand,
  },
  bugs: {
    about: 'plants bugs and shows which are found, how soon, and by which law',
    load: async () => (await import('./bugs/command.ts')).bugsCommand,
  },
  worker: {
    about: null,
    load: async () => (await import('./jobs.ts')).workerCommand,
  },
  bench: {
    about: 'measures, as ratios within one run',
    load: async () => (await import('./commands/bench.ts')).benchCommand,
  },
};

function usage(): string {
  const rows = Object.entries(COMMANDS).flatMap(([name, { about }]) =>
    about === null ? [] : [`  ${name.padEnd(8)} ${about}`],
  );
  return [
    'usage: carveout COMMAND [options]',
    '',
    ...rows,
    '',
    'carveout COMMAND --help says more. Exit codes: 0 nothing unknown, 1 a law was broken,',
    '2 bad usage or input.',
    '',
  ].join('\n');
}

export async function main(words: readonly string[]): Promise<number> {
  const [name, ...args] = words;
  if (name === '--help' || name === 'help') {
    process.stdout.write(usage());
    return 0;
  }
  try {
    const command = Object.hasOwn(COMMANDS, name ?? '') ? COMMANDS[name!] : undefined;
    if (command === undefined) throw new UsageError(unknownCommand(name));
    const run = await command.load();
    return await run(args);
  } catch (error) {
    // What a person wrote is answered in a sentence; anything else is a defect and keeps its stack.
    if (!(error instanceof UsageError || error instanceof InputError)) throw error;
    console.error(`carveout: ${error.message}`);
    return 2;
  }
}

function unknownCommand(name: string | undefined): string {
  if (name === undefined) return 'which command? carveout --help lists them';
  const hint = nearMiss(name, Object.keys(COMMANDS));
  return `unknown command "${name}"${hint === undefined ? '' : `: ${hint}`}`;
}
