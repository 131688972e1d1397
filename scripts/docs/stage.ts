/**
 * Where the commands of a page run: a temporary directory that looks like the top of a checkout.
 * What they write stays there and goes with it.
 */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What the commands of the pages see of the checkout. */
const LINKED = [
  'api.ts',
  'bin',
  'corpus',
  'examples',
  'node_modules',
  'package.json',
  'tsconfig.json',
];

/** A run without a seed of its own takes this one, which has the shape of a fresh one. */
const SEED = '2026-01-01-5eed5eed';

export interface Ran {
  readonly code: number | null;
  /** Standard output and standard error, in the order they were written. */
  readonly lines: readonly string[];
}

export class Stage {
  readonly #root = mkdtempSync(join(tmpdir(), 'carveout-docs-'));
  readonly directory = join(this.#root, 'checkout');
  readonly #path = join(this.#root, 'path');

  constructor(checkout: string) {
    mkdirSync(this.directory);
    mkdirSync(this.#path);
    for (const name of LINKED) symlinkSync(join(checkout, name), join(this.directory, name));
    // As after `npm install --global`.
    symlinkSync(join(checkout, 'bin/carveout.js'), join(this.#path, 'carveout'));
  }

  close(): void {
    rmSync(this.#root, { recursive: true, force: true });
  }

  /** @throws Error for a name outside of the directory, or of the checkout itself */
  write(name: string, text: string): void {
    writeFileSync(this.#pathOf(name), text);
  }

  /** @throws Error when nothing was written under the name */
  read(name: string): string {
    return readFileSync(this.#pathOf(name), 'utf8');
  }

  #pathOf(name: string): string {
    if (!/^[\w-]+\.\w+$/.test(name) || LINKED.includes(name)) {
      throw new Error(`"${name}" is not a name for a file of the page`);
    }
    return join(this.directory, name);
  }

  /** Failure files written so far, as the pages name them. */
  get failures(): readonly string[] {
    const directory = join(this.directory, 'failures');
    if (!existsSync(directory)) return [];
    return readdirSync(directory).map((name) => `failures/${name}`);
  }

  run(command: string): Promise<Ran> {
    return new Promise((resolve, reject) => {
      const child = spawn('sh', ['-c', `exec 2>&1\n${command}`], {
        cwd: this.directory,
        env: this.#environment(),
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let text = '';
      child.stdout.setEncoding('utf8').on('data', (data: string) => {
        text += data;
      });
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({ code, lines: text === '' ? [] : text.replace(/\n$/, '').split('\n') });
      });
    });
  }

  #environment(): NodeJS.ProcessEnv {
    // npm tells what it starts where its package is; an npm in there would go back to the checkout.
    const own = Object.entries(process.env).filter(([name]) => !/^(npm_|INIT_CWD$)/i.test(name));
    return {
      ...Object.fromEntries(own),
      PATH: `${this.#path}${delimiter}${process.env['PATH']}`,
      CARVEOUT_SEED: SEED,
      NO_COLOR: '1',
      // No headlines of npm before the output of what it runs.
      npm_config_loglevel: 'silent',
    };
  }
}
