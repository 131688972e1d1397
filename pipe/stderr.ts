/** What a subject writes to stderr, passed on to ours as long as somebody might read it. */

/** Characters in all, whatever is restarted. */
const SHOWN_MAX = 8 * 1024;

export function boundedStderr(): (text: string) => void {
  let left = SHOWN_MAX;
  return (text) => {
    if (left === 0) return;
    process.stderr.write(text.slice(0, left));
    left = Math.max(0, left - text.length);
    if (left === 0) process.stderr.write('\n… the rest of its stderr is not shown\n');
  };
}
