/**
 * A private apt: its own configuration, lists, cache and empty package status in one directory.
 * Nothing of the system's apt state is read beyond the configured mirror, proxy and keys, and
 * nothing of it is written; no root is needed.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Finished, run } from './process.ts';

/** Milliseconds. An index is 0.3 MB and a package 5 MB: a minute is a dead network. */
const ASK_TIMEOUT_MS = 20_000;
const NETWORK_TIMEOUT_MS = 90_000;
/** Every keyring of the distribution; newer than the keys apt itself was told to trust. */
const ARCHIVE_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const UNSIGNED = ' trusted=yes';
/** Settings of the machine that decide whether a mirror can be reached and read at all. */
const KEPT_SETTINGS = /^Acquire::(?:[A-Za-z]+::Proxy|Check-Date|Check-Valid-Until|Retries)\b/;

export interface Apt {
  run(program: string, args: readonly string[], cwd?: string): Promise<Finished>;
  /** Did a key of this machine sign the index? */
  readonly authenticated: boolean;
}

/** Base addresses of the configured Debian mirrors, in the order of the machine's sources. */
export async function mirrors(): Promise<readonly string[] | string> {
  const listed = await run('apt-get', ['indextargets', '--format', '$(REPO_URI) $(COMPONENT)'], {
    timeoutMs: ASK_TIMEOUT_MS,
  });
  if (!listed.ok) return listed.reason;
  const bases = listed.stdout
    .split('\n')
    .filter((line) => line.endsWith(' main'))
    .map((line) => line.slice(0, -' main'.length))
    // The security archive has no backports.
    .filter((base) => base !== '' && !base.includes('security'));
  const distinct = [...new Set(bases)];
  return distinct.length === 0 ? 'the apt sources of this machine name no mirror' : distinct;
}

/**
 * Reads the index of one suite of a mirror for a foreign architecture, signed if at all possible.
 * Answers a reason when the mirror cannot be used.
 *
 * Two ways of trust are tried in order: the keys of this machine, then none. An old installation
 * may lack the key that signs a newer suite. Without a signature the caller must know the SHA-256
 * of what it downloads: that pin is then the whole integrity check.
 */
export async function openApt(
  directory: string,
  mirror: string,
  suite: string,
  architecture: string,
): Promise<Apt | string> {
  const settings = await run('apt-config', ['dump'], { timeoutMs: ASK_TIMEOUT_MS });
  if (!settings.ok) return settings.reason;
  const kept = settings.stdout.split('\n').filter((line) => KEPT_SETTINGS.test(line));
  let reason = '';
  for (const trust of [keysOption(), UNSIGNED]) {
    const source = `deb [arch=${architecture}${trust}] ${mirror} ${suite} main`;
    const env = writeConfiguration(directory, architecture, source, kept);
    const runApt: Apt['run'] = (program, args, cwd) =>
      run(program, args, { timeoutMs: NETWORK_TIMEOUT_MS, env, ...(cwd ? { cwd } : {}) });
    const updated = await runApt('apt-get', ['--error-on=any', 'update']);
    if (updated.ok) return { run: runApt, authenticated: trust !== UNSIGNED };
    reason = updated.reason;
  }
  return reason;
}

/** Without the archive's own keyring apt falls back on the keys it trusts in general. */
function keysOption(): string {
  return existsSync(ARCHIVE_KEYRING) ? ` signed-by=${ARCHIVE_KEYRING}` : '';
}

/** Writes the configuration and answers the environment that selects it. */
function writeConfiguration(
  directory: string,
  architecture: string,
  source: string,
  kept: readonly string[],
): NodeJS.ProcessEnv {
  const at = (...names: string[]) => join(directory, ...names);
  for (const name of ['etc', 'lists/partial', 'cache/archives/partial', 'empty']) {
    mkdirSync(at(name), { recursive: true });
  }
  writeFileSync(at('status'), '');
  writeFileSync(at('etc', 'sources.list'), `${source}\n`);
  const configuration = [
    ...kept,
    `APT::Architecture "${architecture}";`,
    `APT::Architectures { "${architecture}"; };`,
    `Dir::Etc "${at('etc')}";`,
    `Dir::Etc::parts "${at('empty')}";`,
    `Dir::Etc::sourceparts "${at('empty')}";`,
    `Dir::Etc::preferencesparts "${at('empty')}";`,
    // Not private on purpose: these are the keys this machine trusts.
    'Dir::Etc::trusted "/etc/apt/trusted.gpg";',
    'Dir::Etc::trustedparts "/etc/apt/trusted.gpg.d";',
    `Dir::State "${directory}";`,
    `Dir::State::lists "${at('lists')}";`,
    `Dir::State::status "${at('status')}";`,
    `Dir::Cache "${at('cache')}";`,
    'Acquire::Languages "none";',
    'Acquire::http::Timeout "20";',
    'Acquire::https::Timeout "20";',
    'APT::Sandbox::User "";',
  ];
  writeFileSync(at('apt.conf'), `${configuration.join('\n')}\n`);
  return { ...process.env, APT_CONFIG: at('apt.conf'), LC_ALL: 'C' };
}
