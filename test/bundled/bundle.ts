/**
 * The command line as one file, for specs that start it again and again: a checkout compiles its
 * sources on the way, which takes two thirds of a short run. Meanings of `import.meta` stay those
 * of the source, so a bundle knows its checkout. That bin/carveout.js runs is test/launcher's.
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const TOP = join(import.meta.dirname, '../..');

const ENTRY = `
import { main } from './cli/main.ts';
process.exitCode = await main(process.argv.slice(2));
`;

/**
 * Fills a folder within the checkout and answers the file to start. `planted`: other texts for
 * sources, by file URL.
 */
export async function bundle(
  outdir: string,
  planted: ReadonlyMap<string, string> = new Map(),
): Promise<string> {
  await build({
    stdin: { contents: ENTRY, resolveDir: TOP, sourcefile: 'launcher.ts' },
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    splitting: true,
    target: 'node20',
    logLevel: 'silent',
    plugins: [
      {
        name: 'sources',
        setup: ({ onLoad }) =>
          onLoad({ filter: /\.ts$/ }, async ({ path }) => {
            const url = pathToFileURL(path).href;
            const text = planted.get(url) ?? (await readFile(path, 'utf8'));
            return { contents: inPlace(text, url, dirname(path)), loader: 'ts' };
          }),
      },
    ],
  });
  return join(outdir, 'stdin.mjs');
}

function inPlace(text: string, url: string, directory: string): string {
  return text
    .replaceAll('import.meta.url', JSON.stringify(url))
    .replaceAll('import.meta.dirname', JSON.stringify(directory));
}
