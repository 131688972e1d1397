/**
 * A private apt: its own lists, cache and empty package status in one folder. Of the system's apt
 * it reads the sources, keys, credentials and how to reach the network; it writes nothing of it,
 * runs none of its hooks and needs no root.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finished, run } from './run.ts';

/** Milliseconds. All lists are 20 MB, the packages 110 MB: what takes longer is no network. */
const ASK_TIMEOUT_MS = 30_000;
const UPDATE_TIMEOUT_MS = 90_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;

/** Settings that are not about reaching and reading a mirror: apt has them by itself. */
const OWN_SETTINGS = /^Acquire::(?:IndexTargets|CompressionTypes|Changelogs|Languages)\b/;

/** Packages of the kernel are of this architecture, whatever the machine's own is. */
export const ARCHITECTURE = 'arm64';

/** One version of a package: the fields of its paragraph by name. */
export type Paragraph = ReadonlyMap<string, string>;

export interface Apt {
  /** All versions of a package (`name` or `name:architecture`), newest first; none: unknown. */
  show(name: string): Promise<readonly Paragraph[]>;
  /** Downloads packages (`name:architecture=version`) into a folder, their sums verified. */
  download(names: readonly string[], folder: string): Promise<Finished>;
  /** Why lists may be incomplete, or null. */
  readonly problem: string | null;
}

/** Reads the lists of the system's sources for the machine's architecture and ARCHITECTURE. */
export async function openApt(folder: string): Promise<Apt> {
  const env = await writeConfiguration(folder);
  const ask = (program: string, args: readonly string[], timeoutMs: number, cwd = folder) =>
    run(program, args, { timeoutMs, env, cwd });
  const updated = await ask('apt-get', ['--error-on=any', 'update'], UPDATE_TIMEOUT_MS);
  return {
    problem: updated.ok ? null : firstError(updated),
    async show(name) {
      const shown = await ask('apt-cache', ['show', name], ASK_TIMEOUT_MS);
      return parseParagraphs(shown.stdout.toString());
    },
    download: (names, into) => ask('apt-get', ['download', ...names], DOWNLOAD_TIMEOUT_MS, into),
  };
}

/** What follows from it need not be said. */
function firstError({ stderr, reason }: Finished): string {
  return /^E: (.*)$/m.exec(stderr)?.[1]?.trim() ?? reason;
}

/** Writes the configuration and answers the environment that selects it. */
async function writeConfiguration(folder: string): Promise<NodeJS.ProcessEnv> {
  const dumped = await run('apt-config', ['dump'], { timeoutMs: ASK_TIMEOUT_MS });
  const settings = dumped.stdout.toString().split('\n');
  const kept = settings.filter((line) => line.startsWith('Acquire::') && !OWN_SETTINGS.test(line));
  const at = (name: string) => join(folder, name);
  for (const name of ['lists/partial', 'cache/archives/partial']) {
    mkdirSync(at(name), { recursive: true });
  }
  writeFileSync(at('status'), '');
  const lines = [
    ...kept,
    // Settings of the system, hooks among them, are read no further.
    `Dir::Etc::main "${at('none')}";`,
    `Dir::Etc::parts "${at('none')}";`,
    `Dir::State::lists "${at('lists')}";`,
    `Dir::State::status "${at('status')}";`,
    `Dir::Cache "${at('cache')}";`,
    `APT::Architectures { "${nativeArchitecture(settings)}"; "${ARCHITECTURE}"; };`,
    'APT::Sandbox::User "";',
    'Acquire::Languages "none";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
  ];
  writeFileSync(at('apt.conf'), `${lines.join('\n')}\n`);
  return { ...process.env, APT_CONFIG: at('apt.conf'), LC_ALL: 'C' };
}

function nativeArchitecture(settings: readonly string[]): string {
  const found = settings.map((line) => /^APT::Architecture "(.+)";/.exec(line)?.[1]);
  return found.find((name) => name !== undefined) ?? 'amd64';
}

/** Paragraphs of `apt-cache show`. Lines that go on (descriptions) are left out. */
export function parseParagraphs(text: string): Paragraph[] {
  return text
    .split(/\n{2,}/)
    .map((part) => {
      const fields = part.split('\n').map((line) => /^([^\s:]+): (.*)$/.exec(line));
      return new Map(fields.flatMap((field) => (field ? [[field[1]!, field[2]!]] : [])));
    })
    .filter((paragraph) => paragraph.size > 0);
}
