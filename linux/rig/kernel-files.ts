/** A kernel's packages, unpacked: where things are in them, and what has to be made right. */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.ts';

export interface KernelFiles {
  /** Of the packages, `6.12.117-1~deb12u1`. */
  readonly version: string;
  /** What the kernel calls itself, `6.12.117+deb12-arm64`. */
  readonly release: string;
  /** The kernel, an uncompressed Image. */
  readonly image: string;
  /** What modules are made in (`make -C`). */
  readonly headers: string;
}

/** Written last, so a folder with it is complete. */
const LABEL = 'kernel.json';
const UNPACK_TIMEOUT_MS = 300_000;
/** Most of what is unpacked: modules and device trees that nothing here loads. */
const UNUSED = ['lib/modules', 'usr/lib/linux-image-'] as const;

/** The kernel in an entry of the cache; null: there is no entry. */
export function kernelIn(entry: string): KernelFiles | null {
  const label = join(entry, LABEL);
  if (!existsSync(label)) return null;
  const { version, release } = JSON.parse(readFileSync(label, 'utf8')) as {
    version: string;
    release: string;
  };
  const image = join(entry, 'boot', `vmlinuz-${release}`);
  return { version, release, image, headers: join(entry, 'usr/src', `linux-headers-${release}`) };
}

/** Unpacks all package files of a folder into `target`. Throws when they are no kernel. */
export async function unpackKernel(
  downloads: string,
  target: string,
  label: { readonly version: string; readonly release: string },
): Promise<void> {
  for (const name of readdirSync(downloads).filter((file) => file.endsWith('.deb'))) {
    const args = ['-x', join(downloads, name), target];
    const done = await run('dpkg-deb', args, { timeoutMs: UNPACK_TIMEOUT_MS });
    if (!done.ok) throw new Error(done.reason);
    for (const unused of UNUSED)
      rmSync(join(target, unused.replace(/-$/, `-${label.release}`)), GONE);
  }
  makeRelative(join(target, 'usr/src', `linux-headers-${label.release}`, 'Makefile'));
  writeFileSync(join(target, LABEL), `${JSON.stringify(label)}\n`);
  const files = kernelIn(target);
  if (files === null || !existsSync(files.image) || !existsSync(files.headers)) {
    throw new Error(`the packages of ${label.release} hold no kernel with headers`);
  }
}

const GONE = { recursive: true, force: true } as const;

/** The headers include those common to all flavours by their place in an installed system. */
function makeRelative(makefile: string): void {
  const here = '$(dir $(realpath $(lastword $(MAKEFILE_LIST))))';
  const text = readFileSync(makefile, 'utf8');
  writeFileSync(makefile, text.replaceAll(/^include \/usr\/src\//gm, `include ${here}../`));
}
