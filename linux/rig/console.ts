/** What a kernel said on its console when it died. */
import type { Crash } from '../../contract/outcome.ts';

export interface Death {
  readonly crash: Crash['crash'];
  /** The function it died in, or the reason of a panic without one. */
  readonly where: string;
  /** Index in the batch, by the module's own line; null: there is none. */
  readonly operation: number | null;
}

/** First lines of a report, each with what it tells. A warning is none. */
const REPORTS = [
  [/kernel BUG at /, 'bug'],
  [/BUG: (?:soft|hard) lockup|BUG: workqueue lockup|hard LOCKUP|rcu: INFO: .*stall/, 'hang'],
  [/Unable to handle kernel |Internal error: |BUG: /, 'oops'],
  [/Kernel panic - not syncing: /, 'oops'],
] as const satisfies readonly (readonly [RegExp, Crash['crash']])[];

/**
 * Functions that only do what they are told, without underscores and `pi_` before the name: whoever
 * called them is to blame.
 */
const LIBRARY = new Set([
  ...['memcpy', 'memmove', 'memset', 'memcmp', 'memchr', 'memscan', 'memcpy_fromio', 'memcpy_toio'],
  ...[
    'memset_io',
    'memchr_inv',
    'strlen',
    'strnlen',
    'strcmp',
    'strncmp',
    'copy_page',
    'clear_page',
  ],
  ...['copy_to_user', 'copy_from_user', 'arch_copy_to_user', 'arch_copy_from_user'],
  ...['dcache_clean_poc', 'dcache_inval_poc', 'dcache_clean_inval_poc', 'dcache_clean_inval_pou'],
]);

const UNKNOWN = 'an unknown place';

/** Null: it did not die, as far as the console knows. */
export function crashOf(text: string): Death | null {
  const lines = text.split('\n');
  const first = deathLine(lines);
  if (first < 0) return null;
  const report = lines.slice(first);
  const [, crash] = REPORTS.find(([pattern]) => pattern.test(lines[first]!))!;
  const operation = /carveout: died at operation (\d+)/.exec(text)?.[1];
  return {
    crash,
    where: panicOf(lines[first]!) ?? functionOf(report) ?? UNKNOWN,
    operation: operation === undefined ? null : Number(operation),
  };
}

/** Index of the first line that is about death, or -1. */
export function deathLine(lines: readonly string[]): number {
  return lines.findIndex((line) => REPORTS.some(([pattern]) => pattern.test(line)));
}

/** Where it was, who had called, and so on: the first that is not of the library. */
function functionOf(report: readonly string[]): string | null {
  const frames = report.map(frameIn).filter((frame) => frame !== null);
  return frames.find((frame) => !isLibrary(frame)) ?? frames[0] ?? null;
}

/** The function of `pc : f+0x1/0x2`, of `lr : …`, or of a line of a call trace. */
function frameIn(line: string): string | null {
  const words = line.replace(/^\[[^\]]*\]/, '').trim();
  return /^(?:pc : |lr : )?([A-Za-z_][\w.]*)\+0x[0-9a-f]+\/0x[0-9a-f]+/.exec(words)?.[1] ?? null;
}

function isLibrary(name: string): boolean {
  return LIBRARY.has(name.replace(/^(?:_|pi_)+/, ''));
}

/** A panic without an oops says more by its reason than by who asked for it. */
function panicOf(line: string): string | null {
  const reason = /Kernel panic - not syncing: (.*)/.exec(line)?.[1];
  return reason === undefined ? null : `panic: ${reason.trim()}`;
}
