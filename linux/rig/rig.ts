/** Everything a virtual machine is started with, from packages and sources or from the cache. */
import { fileURLToPath } from 'node:url';
import { buildInitrd } from './build.ts';
import { MissingError } from './missing.ts';
import { fetchKernel } from './packages.ts';
import { missingTools } from './tools.ts';

export { MissingError } from './missing.ts';

export interface RigOptions {
  /** Of the kernel, `6.12`. */
  readonly series: string;
  /** Of the packages, `6.12.117-1~deb12u1`; default: the newest of the series. */
  readonly version?: string;
  /** Text of the header that the module is compiled with. */
  readonly header: string;
  /** Folder of the module's sources; default: the module's. */
  readonly sources?: string;
  /** Told in a few words what is done now, and what could not be done. */
  readonly onProgress?: (text: string) => void;
}

export interface Rig {
  /** Path of the kernel's Image. */
  readonly kernel: string;
  /** Path of the initrd with init and module. */
  readonly initrd: string;
  /** What the kernel calls itself, `6.12.117+deb12-arm64`. */
  readonly release: string;
  /** Of the packages. */
  readonly version: string;
  /** Milliseconds of each step; 0: its result was in the cache. */
  readonly timings: { readonly fetch: number; readonly unpack: number; readonly build: number };
}

const SOURCES = fileURLToPath(new URL('../module', import.meta.url));

/**
 * Throws MissingError, with a sentence for people, when tools or packages cannot be had, and an
 * Error with the compiler's words when the sources do not build.
 */
export async function prepareRig(options: RigOptions): Promise<Rig> {
  const { header, sources = SOURCES, onProgress } = options;
  const missing = missingTools();
  if (missing !== null) throw new MissingError(missing);
  const kernel = await fetchKernel(options);
  if (kernel.note !== null) onProgress?.(kernel.note);
  const told = onProgress === undefined ? {} : { onProgress };
  const built = await buildInitrd(kernel, { sources, header, ...told });
  return {
    kernel: kernel.image,
    initrd: built.initrd,
    release: kernel.release,
    version: kernel.version,
    timings: { fetch: kernel.fetchMs, unpack: kernel.unpackMs, build: built.buildMs },
  };
}
