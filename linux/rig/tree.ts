/** Device trees by QEMU and dtc: the board's own, a machine's, and trees as blobs. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Machine } from '../../contract/machine.ts';
import { boardArguments } from './board.ts';
import { run } from './run.ts';
import { QEMU } from './tools.ts';
import { type Arena, treeOver } from './tree-text.ts';

export interface TreeOptions {
  /** Bytes of RAM of the board. */
  readonly memory: number;
  readonly cpus: number;
  /** Reserved after the regions. */
  readonly arenas?: readonly Arena[];
}

const TIMEOUT_MS = 30_000;
/** Source of the board's own tree, by memory and processors. */
const bases = new Map<string, Promise<string>>();

/** Source of the machine's tree; see `treeOver`. Throws when QEMU or dtc do not work. */
export async function treeText(machine: Machine, options: TreeOptions): Promise<string> {
  const { memory, cpus, arenas = [] } = options;
  const key = `${memory} ${cpus}`;
  const base = bases.get(key) ?? dumpTree(memory, cpus);
  bases.set(key, base);
  return treeOver(await base, machine, arenas);
}

/** Throws with dtc's words when the source is wrong. */
export function compileTree(text: string): Promise<Buffer> {
  return convert('dts', 'dtb', text);
}

/** The source of a blob, which compiles to its equal. */
export async function treeSource(dtb: Buffer): Promise<string> {
  return (await convert('dtb', 'dts', dtb)).toString();
}

/** What QEMU would give a kernel it loads itself. */
async function dumpTree(memory: number, cpus: number): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'carveout-tree-'));
  const file = join(folder, 'board.dtb');
  try {
    const args = boardArguments(memory, cpus, `,dumpdtb=${file}`);
    const dumped = await run(QEMU, args, { timeoutMs: TIMEOUT_MS });
    if (!dumped.ok) throw new Error(dumped.reason);
    return await treeSource(readFileSync(file));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Warnings are left out: trees of scenarios deserve many. */
async function convert(from: string, to: string, input: string | Buffer): Promise<Buffer> {
  const args = ['-q', '-I', from, '-O', to, '-o', '-', '-'];
  const done = await run('dtc', args, { timeoutMs: TIMEOUT_MS, input });
  if (!done.ok) throw new Error(done.reason);
  return done.stdout;
}
