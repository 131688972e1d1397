/**
 * Nothing outlives us. Every subject leads a process group of its own, so that Ctrl-C reaches us
 * and not the subject. The group is killed by id: when its leader ends, when we exit, and when a
 * signal ends us. A signal somebody else handles does not end us: that may be a wish to finish.
 */

/** Signals that end a process which does not handle them. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'] as const;

/** Process groups started here that have not ended. */
const groups = new Set<number>();

/** Call once the group leader runs. */
export function adoptGroup(pid: number): void {
  if (groups.size === 0) {
    process.on('exit', killAll);
    // First in line, so that handlers that remove themselves are still seen.
    for (const signal of SIGNALS) process.prependListener(signal, onSignal);
  }
  groups.add(pid);
}

/** Kills what is left of the group; call again, at the latest, when its leader has ended. */
export function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nobody is left: what we want.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Forgets a group whose leader has ended; its id may belong to somebody else soon. */
export function buryGroup(pid: number): void {
  if (!groups.delete(pid) || groups.size > 0) return;
  process.off('exit', killAll);
  for (const signal of SIGNALS) process.off(signal, onSignal);
}

function killAll(): void {
  for (const pid of groups) killGroup(pid);
}

function onSignal(signal: NodeJS.Signals): void {
  if (process.listenerCount(signal) > 1) return;
  killAll();
  // Ours was the only handler: let the signal do what it does without one.
  process.off(signal, onSignal);
  process.kill(process.pid, signal);
}
