/** What these specs need, and how one is skipped, with the reason, where that cannot be had. */
import { cTables } from '../../../linux/c-tables.ts';
import { MissingError, prepareRig, type Rig } from '../../../linux/rig/rig.ts';
import { compileTree, treeText } from '../../../linux/rig/tree.ts';
import { startVm, type Vm, type VmOptions } from '../../../linux/rig/vm.ts';
import { MACHINE } from '../rig/machine.ts';

export const MEMORY = 6 * 2 ** 30;

let prepared: Promise<Rig> | undefined;

/** From the cache, or fetched and built: once for all specs. */
export async function rigOr(skip: (note: string) => never): Promise<Rig> {
  prepared ??= prepareRig({ series: '6.12', header: cTables() });
  try {
    return await prepared;
  } catch (error) {
    if (error instanceof MissingError) return skip(error.message);
    throw error;
  }
}

/** A kernel on MACHINE; stopped when `use` ends. */
export async function withVm<T>(
  rig: Rig,
  more: Partial<VmOptions>,
  use: (vm: Vm) => Promise<T>,
): Promise<T> {
  const { cpus } = MACHINE;
  const vm = await startVm({
    kernel: rig.kernel,
    initrd: rig.initrd,
    dtb: await compileTree(await treeText(MACHINE, { memory: MEMORY, cpus })),
    memory: MEMORY,
    cpus,
    append: 'quiet cma=0',
    timeoutMs: 30_000,
    ...more,
  });
  try {
    return await use(vm);
  } finally {
    await vm.stop();
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
