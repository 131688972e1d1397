/** The programs the rig is made with, by the Debian package that has them. */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export const QEMU = 'qemu-system-aarch64';
/** Prefix of the cross compiler and its tools. */
export const CROSS = 'aarch64-linux-gnu-';

/** Program -> package, in the order people are told of them. */
const PROGRAMS = [
  [QEMU, 'qemu-system-arm'],
  [`${CROSS}gcc`, 'gcc-aarch64-linux-gnu'],
  ['dtc', 'device-tree-compiler'],
  ['make', 'make'],
  ['cpio', 'cpio'],
  ['setpriv', 'util-linux'],
] as const;

/** Kernels come as packages, so nothing else can stand in for these. */
const PACKAGERS = ['apt-get', 'apt-cache', 'dpkg-deb'] as const;

/** What the static init is linked with; the compiler only recommends it. */
const LIBC_PACKAGE = 'libc6-dev-arm64-cross';

/** What is installed; a parameter, so that specs can have less. */
export interface Installed {
  /** Is there a program of this name? */
  readonly has: (program: string) => boolean;
  /** Can the cross compiler link statically? Asked only if there is one. */
  readonly hasLibc: () => boolean;
}

/** What people have to install, in one sentence; null: nothing. */
export function missingTools(installed: Installed = HERE): string | null {
  if (!PACKAGERS.every(installed.has)) {
    return `needs ${PACKAGERS.join(', ')}: the kernel comes as Debian packages`;
  }
  const packages = missingPackages(installed).join(' ');
  return packages === '' ? null : `needs ${packages}: apt-get install ${packages}`;
}

function missingPackages({ has, hasLibc }: Installed): string[] {
  return PROGRAMS.flatMap(([program, name]) => {
    const missing: string[] = has(program) ? [] : [name];
    // Without a compiler nobody can tell; a package that is there is not installed twice.
    if (program === `${CROSS}gcc` && (missing.length > 0 || !hasLibc())) missing.push(LIBC_PACKAGE);
    return missing;
  });
}

const HERE: Installed = { has: isOnPath, hasLibc: hasStaticLibc };

function isOnPath(program: string): boolean {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** The compiler answers a path if it finds the library, else the bare name. */
function hasStaticLibc(): boolean {
  const asked = spawnSync(`${CROSS}gcc`, ['-print-file-name=libc.a'], { encoding: 'utf8' });
  const path = (asked.stdout ?? '').trim();
  return isAbsolute(path) && existsSync(path);
}
