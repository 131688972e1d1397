/** The command line: a word and its options in, an exit code out. */
import { nearMiss } from '../contract/text/near-miss.ts';
import { tellError, watchProcess } from './ending.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

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
  questions: {
    about: 'should coherent pools become heaps? What the debate asked, predicted and measured',
    load: async () => (await import('./commands/questions.ts')).questionsCommand,
  },
  twin: {
    about: 'the implementation as Linux 6.12 beside a running kernel, answer by answer',
    load: async () => (await import('./commands/twin.ts')).twinCommand,
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

const EXIT_CODES = [
  'Exit codes: 0 nothing unknown, 1 a law was broken or nothing was judged, 2 bad usage or input,',
  '70 a defect of carveout itself, 141 the reader of its output left.',
];

function usage(): string {
  const rows = publicNames().map((name) => `  ${name.padEnd(9)} ${COMMANDS[name]!.about}`);
  return [
    'usage: carveout COMMAND [options]',
    '',
    ...rows,
    '',
    'carveout COMMAND --help says more; carveout --version says which this is.',
    ...EXIT_CODES,
    '',
  ].join('\n');
}

function publicNames(): string[] {
  return Object.keys(COMMANDS).filter((name) => COMMANDS[name]!.about !== null);
}

export async function main(words: readonly string[]): Promise<number> {
  watchProcess();
  try {
    return await runCommand(words);
  } catch (error) {
    return tellError(error);
  }
}

/** The same without what concerns the process as a whole. @throws UsageError, InputError */
export async function runCommand([name, ...args]: readonly string[]): Promise<number> {
  if (name === '--version') return print(`${version()}\n`);
  if (name !== undefined && HELP.includes(name)) {
    const [about] = args;
    return about === undefined ? print(usage()) : await (await commandOf(about))(['--help']);
  }
  return await (await commandOf(name))(args);
}

const HELP = ['--help', '-h', 'help'];

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** @throws UsageError with the nearest command there is */
async function commandOf(name: string | undefined): Promise<Command> {
  if (name === undefined) throw new UsageError('which command? carveout --help lists them');
  if (!Object.hasOwn(COMMANDS, name)) {
    const hint = nearMiss(name, publicNames());
    throw new UsageError(`unknown command "${name}"${hint === undefined ? '' : `: ${hint}`}`);
  }
  const { about, load } = COMMANDS[name]!;
  // Workers take their orders from a parent, over a channel a person does not have.
  if (about === null && process.send === undefined) {
    throw new UsageError(`"${name}" is no command for people: carveout starts it itself`);
  }
  return await load();
}
