/**
 * A virtual machine that answers a frame for a frame, until its kernel dies, its time is over or we
 * end it.
 *
 * QEMU must never outlive us: a guest that hangs keeps a processor busy for ever. So it is started
 * by `setpriv --pdeathsig KILL`: Linux itself kills it when the thread that started it ends, be it
 * by SIGKILL. If we are gone before that is arranged, nobody would; so a shell between the two
 * starts QEMU only while its parent is still us. Handlers of ours could not promise any of this,
 * and a pipe that closes with us would need a second process that watches it.
 *
 * The channel is one end of a pair of sockets that QEMU inherits, and the tree an open file without
 * a name: no folder has to be removed, whatever happens.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { Crash } from '../../contract/outcome.ts';
import { boardArguments } from './board.ts';
import { crashOf } from './console.ts';
import { ConsoleLog } from './console-log.ts';
import { FrameReader, frameOf } from './frames.ts';
import { chosenText, loaderFile, loadingArguments } from './loading.ts';
import { QEMU } from './tools.ts';
import { compileTree, treeSource } from './tree.ts';

export interface VmOptions {
  /** Paths; see `Rig`. */
  readonly kernel: string;
  readonly initrd: string;
  readonly dtb: Buffer;
  /** Bytes of RAM of the board: at least up to the end of the last bank. */
  readonly memory: number;
  readonly cpus: number;
  /** Command line of the kernel, besides what the watching needs. */
  readonly append: string;
  /** Longest wait for a frame, in milliseconds; the first one may take BOOT_MS more. */
  readonly timeoutMs: number;
}

/** Why no answer comes, now or ever. */
export interface Ended {
  readonly ended: true;
  readonly crash: Pick<Crash, 'crash' | 'where'>;
  /** Which operation of the batch it was, by the module; null: it did not say. */
  readonly operation: number | null;
}

/** Booting takes 3 s where nothing else runs. */
const BOOT_MS = 60_000;
/** Characters of what QEMU said last. */
const STDERR_MAX = 2000;
/** Lines of the console that go into a message. */
const LAST_LINES = 5;

/** Every death is a panic that ends QEMU, and is told from the first instruction on. */
const WATCHED = 'console=ttyAMA0 earlycon oops=panic panic=-1 nokaslr';

/** Becomes the command in its arguments, if its parent is the process of the first one. */
const IF_PARENT = 'test "$PPID" = "$0" && exec "$@"';

/** Resolves once QEMU is being started; the kernel boots while the first request waits. */
export async function startVm(options: VmOptions): Promise<Vm> {
  const append = `${WATCHED} ${options.append}`;
  const chosen = chosenText(append, options.initrd);
  const loader = loaderFile(await compileTree((await treeSource(options.dtb)) + chosen));
  const fd = openNameless(loader);
  try {
    const args = [
      ...boardArguments(options.memory, options.cpus),
      ...loadingArguments(options.kernel, options.initrd, `/proc/self/fd/${LOADER_FD}`),
      ...['-serial', 'stdio', '-no-reboot'],
      ...['-chardev', `socket,id=c0,fd=${CHANNEL_FD}`],
      ...['-device', 'virtio-serial-pci'],
      ...['-device', 'virtserialport,chardev=c0,name=carveout'],
    ];
    // A group of its own, so that Ctrl-C reaches us and is no crash of the kernel.
    const guard = ['--pdeathsig', 'KILL', 'sh', '-c', IF_PARENT, String(process.pid)];
    const child = spawn('setpriv', [...guard, QEMU, ...args], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe', fd],
    });
    return new Vm(child, options.timeoutMs);
  } finally {
    closeSync(fd);
  }
}

const CHANNEL_FD = 3;
const LOADER_FD = 4;

/** An open file that is gone with the last process that has it open. */
function openNameless(content: Buffer): number {
  const folder = mkdtempSync(join(tmpdir(), 'carveout-vm-'));
  try {
    const file = join(folder, 'loader');
    writeFileSync(file, content);
    return openSync(file, 'r');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export class Vm {
  readonly #child: ChildProcess;
  readonly #channel: Socket;
  readonly #timeoutMs: number;
  readonly #console = new ConsoleLog();
  readonly #frames = new FrameReader();
  readonly #started = performance.now();
  readonly #gone: Promise<void>;
  #stderr = '';
  #bootMs: number | null = null;
  /** Set once: why no answer comes any more. An Error is ours, not the kernel's. */
  #end: Ended | Error | null = null;
  #waiting: (() => void) | null = null;
  #reply: Buffer | null = null;

  constructor(child: ChildProcess, timeoutMs: number) {
    this.#child = child;
    this.#timeoutMs = timeoutMs;
    this.#channel = child.stdio[CHANNEL_FD] as Socket;
    this.#gone = new Promise((resolve) => child.once('close', () => resolve()));
    child.once('error', (error) => this.#finish(error));
    // After 'exit' the last words may still be in the pipe; after 'close' they are all here.
    child.once('close', (code, signal) => this.#finish(this.#ending(code, signal)));
    text(child.stdout).on('data', (words: string) => this.#console.add(words));
    text(child.stderr).on('data', (words: string) => {
      this.#stderr = `${this.#stderr}${words}`.slice(-STDERR_MAX);
    });
    // No news of its own: the end of the process follows, or the time limit.
    this.#channel.on('error', () => {}).on('data', (chunk: Buffer) => this.#take(chunk));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Milliseconds from the start to the first reply; null before it. */
  get bootMs(): number | null {
    return this.#bootMs;
  }

  /** What is kept of the console. */
  get console(): string {
    return this.#console.text;
  }

  /**
   * Sends a frame; answers the next one, or how the kernel ended. One request at a time. Throws
   * when QEMU does not work, when it was stopped, and when what comes is no frame.
   */
  async request(payload: Uint8Array): Promise<Buffer | Ended> {
    if (this.#waiting !== null) throw new Error('a request is under way');
    if (this.#end === null) {
      this.#channel.write(frameOf(payload));
      await this.#news();
    }
    const reply = this.#reply;
    this.#reply = null;
    if (reply !== null) return reply;
    const end = this.#end as Ended | Error | null;
    if (end === null || end instanceof Error) throw end ?? new Error('woken without news');
    return end;
  }

  /** Resolves when QEMU is gone; may be called more than once. */
  async stop(): Promise<void> {
    this.#finish(new Error('the virtual machine was stopped'));
    await this.#gone;
  }

  /** Resolves with a reply or an end. */
  #news(): Promise<void> {
    const limit = this.#timeoutMs + (this.#bootMs === null ? BOOT_MS : 0);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#finish(this.#hang(limit)), limit);
      this.#waiting = () => {
        clearTimeout(timer);
        this.#waiting = null;
        resolve();
      };
    });
  }

  #take(chunk: Buffer): void {
    if (this.#end !== null) return;
    try {
      for (const payload of this.#frames.take(chunk)) {
        if (this.#waiting === null || this.#reply !== null) throw new Error('a frame too many');
        this.#bootMs ??= performance.now() - this.#started;
        this.#reply = payload;
      }
    } catch (error) {
      this.#finish(error as Error);
    }
    if (this.#reply !== null) this.#waiting?.();
  }

  #finish(end: Ended | Error): void {
    const { pid, exitCode, signalCode } = this.#child;
    this.#end ??= end;
    // By its own id, and only while it is certain to be ours.
    if (pid !== undefined && exitCode === null && signalCode === null) this.#child.kill('SIGKILL');
    this.#waiting?.();
  }

  #hang(limitMs: number): Ended {
    // A kernel that lost the thread which served us says so, and goes on without it.
    const death = crashOf(this.#console.text);
    if (death !== null) return endedBy(death);
    const where = `no reply within ${limitMs / 1000} s`;
    return { ended: true, crash: { crash: 'hang', where }, operation: null };
  }

  #ending(code: number | null, signal: NodeJS.Signals | null): Ended | Error {
    const death = crashOf(this.#console.text);
    if (death !== null) return endedBy(death);
    const last = [this.#stderr.trim(), ...this.#console.lastLines(LAST_LINES)].filter(Boolean);
    if (code !== 0) {
      return new Error(`${QEMU}: ${signal ?? `status ${code}`}: ${last.join('; ')}`);
    }
    const where = `it ended without a reason: ${last.join('; ')}`;
    return { ended: true, crash: { crash: 'oops', where }, operation: null };
  }
}

function endedBy({ crash, where, operation }: ReturnType<typeof crashOf> & object): Ended {
  return { ended: true, crash: { crash, where }, operation };
}

function text(stream: Readable | null): Readable {
  return stream!.setEncoding('utf8');
}
