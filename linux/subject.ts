/** A running Linux kernel as a subject. */
import type { Machine } from '../contract/machine.ts';
import type { OpName } from '../contract/operations.ts';
import { OP_NAMES } from '../contract/operations.ts';
import type { BatchSubject, Booted, Refused } from '../contract/subject.ts';
import { cTables } from './c-tables.ts';
import { arenasOf, LINUX_MACHINES, ramOf, refusalOf } from './limits.ts';
import type { Hello } from './replies.ts';
import { readHello, readSetup } from './replies.ts';
import { helloRequest, setupRequest } from './requests.ts';
import type { Rig } from './rig/rig.ts';
import { prepareRig } from './rig/rig.ts';
import { compileTree, treeText } from './rig/tree.ts';
import { startVm, type Vm } from './rig/vm.ts';
import { LinuxSession } from './session.ts';

/** A wrong slot, a wrong byte, nothing copied back by unmap, a mapping that keeps its slots. */
export type Lie = 'slot' | 'byte' | 'copy' | 'leak';

export interface LinuxOptions {
  /** Longest wait for a frame, in milliseconds. */
  readonly timeoutMs: number;
  /** Told what is being prepared: packages are fetched once, a module is built once. */
  readonly onProgress: (text: string) => void;
  /** The module lies on purpose: proves that the judge sees it. */
  readonly lie?: Lie | undefined;
}

/** Cannot be done to a running kernel from a module, or shows nothing under emulation. */
const UNABLE: readonly OpName[] = ['pin', 'unpin', 'run_work', 'census', 'evict', 'prefetch'];

/** Repaired rows that Linux 6.12 has and machines of the rig can show. */
export const LINUX_KNOWN = [
  'pool-size-zero',
  'pool-base-misaligned',
  'window-crossed',
  'slot-search-incomplete',
  'sgtable-without-mask',
  'skip-sync-forgets-bounces',
  'no-linear-address',
  'sg-split-last-output',
] as const;

/** Bytes of a slot (IO_TLB_SIZE). */
const SLOT = 2048;

/** Programs of one boot, which takes seconds. */
const CASES_PER_MACHINE = 64;

/**
 * Fetches and builds what is not in the cache.
 * @throws MissingError when tools or packages cannot be had
 */
export async function linuxSubject(options: LinuxOptions): Promise<BatchSubject> {
  const rig = await prepareRig({
    series: '6.12',
    header: cTables(),
    onProgress: options.onProgress,
  });
  const live = new Set<LinuxSession>();
  const first = firstTold(rig, options.onProgress);
  return {
    kind: 'batch',
    name: `linux ${rig.release}`,
    observes: new Set(['phys', 'handle', 'bytes', 'entries', 'device-bytes']),
    operations: OP_NAMES.filter((name) => !UNABLE.includes(name)),
    known: LINUX_KNOWN,
    machines: LINUX_MACHINES,
    casesPerMachine: CASES_PER_MACHINE,
    accepts: refusalOf,
    async boot(machine) {
      const session = await bootSession(rig, machine, options, first);
      if (!('refused' in session)) live.add(session);
      return session;
    },
    async close() {
      for (const session of live) await session.close();
    },
  };
}

/** Tells once how long it took from nothing to the first judged program, and what took it. */
function firstTold({ release, timings }: Rig, onProgress: (text: string) => void) {
  let told = false;
  return (bootMs: number) => {
    if (told) return;
    told = true;
    const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
    const packages = seconds(timings.fetch + timings.unpack);
    const parts = `packages ${packages}, module ${seconds(timings.build)}, boot ${seconds(bootMs)}`;
    onProgress(
      `linux ${release}: first program judged after ${seconds(performance.now())}: ${parts}`,
    );
  };
}

/** A kernel with the devices of the machine, and what it said first. */
interface Up {
  readonly vm: Vm;
  readonly hello: Hello;
}

/** A kernel that does not come up has no such machine, whoever is to blame. */
async function bootSession(
  rig: Rig,
  machine: Machine,
  options: LinuxOptions,
  judged: (bootMs: number) => void,
): Promise<LinuxSession | Refused> {
  const setup = setupRequest(machine, arenasOf(machine));
  const boot = () => bootUp(rig, machine, options, setup);
  const up = await boot();
  if ('refused' in up) return up;
  const again = async () => {
    const next = await boot();
    if ('refused' in next) throw new Error(`it came up before: ${next.refused}`);
    return next.vm;
  };
  return new LinuxSession(up.vm, bootedOf(up.hello), {
    setup,
    boot: again,
    judged: () => judged(up.vm.bootMs ?? 0),
  });
}

async function bootUp(
  rig: Rig,
  machine: Machine,
  options: LinuxOptions,
  setup: Buffer,
): Promise<Up | Refused> {
  const vm = await bootVm(rig, machine, options);
  const hello = await vm.request(helloRequest());
  if ('ended' in hello) return { refused: `the kernel does not boot: ${hello.crash.where}` };
  const ready = await vm.request(setup);
  if ('ended' in ready) return { refused: `it has no such devices: ${ready.crash.where}` };
  readSetup(ready);
  return { vm, hello: readHello(hello) };
}

/** Where the bounce pool is, the judge is told as it was by any other subject. */
function bootedOf({ bouncePool }: Hello): Booted {
  if (bouncePool === null) return { warnings: [], events: [] };
  const { phys, slots } = bouncePool;
  const event = { event: 'bounce-pool', of: 'default', phys, bytes: slots * SLOT };
  return { warnings: [], events: [event] };
}

async function bootVm(rig: Rig, machine: Machine, options: LinuxOptions): Promise<Vm> {
  const memory = ramOf(machine);
  const { cpus } = machine;
  const text = await treeText(machine, { memory, cpus, arenas: arenasOf(machine) });
  return await startVm({
    kernel: rig.kernel,
    initrd: rig.initrd,
    dtb: await compileTree(text),
    memory,
    cpus,
    append: commandLine(machine, options),
    timeoutMs: options.timeoutMs,
  });
}

function commandLine({ swiotlb, regions }: Machine, { lie }: LinuxOptions): string {
  const bounce =
    swiotlb === null
      ? 'noforce'
      : `${swiotlb.slots},${swiotlb.areas}${swiotlb.force ? ',force' : ''}`;
  const hasDefault = regions.some(
    ({ kind, isDefault, disabled }) => kind === 'cma' && isDefault && !disabled,
  );
  // The kernel's own default area; asked for none, it drops one of the tree as well.
  const area = hasDefault ? [] : ['cma=0'];
  const canary = lie === undefined ? [] : [`carveout.lie=${lie}`];
  return ['quiet', `swiotlb=${bounce}`, ...area, ...canary].join(' ');
}
