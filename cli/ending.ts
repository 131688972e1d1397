/** How a run ends that did not get to its verdict: what is told, and which exit code says it. */
import { InputError } from '../contract/text/input-error.ts';
import { UsageError } from './usage.ts';
import { version } from './version.ts';

/** What a person wrote, or a place that cannot be read or written. */
const USAGE = 2;
/** EX_SOFTWARE of sysexits.h: never to be taken for a broken law. */
const DEFECT = 70;
/** 128 + SIGPIPE, as of any program whose reader left. */
const READER_LEFT = 141;

/** Answers of the system that are about the machine this runs on, and not about carveout. */
const SYSTEM_REFUSALS = new Set([
  'EACCES',
  'EDQUOT',
  'EIO',
  'EMFILE',
  'ENFILE',
  'ENOMEM',
  'ENOSPC',
  'EPERM',
  'EROFS',
]);

/** On stderr: what a person wrote is answered in a sentence, a defect is told with its stack. */
export function tellError(error: unknown): number {
  if (error instanceof UsageError || error instanceof InputError || isSystemRefusal(error)) {
    process.stderr.write(`carveout: ${error.message}\n`);
    return USAGE;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    'carveout: this is a defect of carveout, not a broken law; please report these lines\n' +
      `carveout ${version()}, Node.js ${process.version}, ${process.platform} ${process.arch}\n` +
      `${stack}\n`,
  );
  return DEFECT;
}

function isSystemRefusal(error: unknown): error is NodeJS.ErrnoException {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && SYSTEM_REFUSALS.has(code);
}

/** Covers what no `await` sees: streams whose reader left, and errors in callbacks. */
export function watchProcess(): void {
  // Nobody reads any further, so nothing more is said: `carveout replay … | head -1`.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    process.exit(error.code === 'EPIPE' ? READER_LEFT : tellError(error));
  });
  // The verdict is on stdout: without a reader of stderr the run still counts.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => process.exit(tellError(error)));
}
