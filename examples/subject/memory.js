// What physical memory holds: runs of equal bytes, sorted by address.

export class Memory {
  runs = [];

  fill(start, length, value) {
    const end = start + length;
    const kept = this.runs.flatMap((run) => [
      { ...run, end: Math.min(run.end, start) },
      { ...run, start: Math.max(run.start, end) },
    ]);
    this.runs = [...kept, { start, end, value }]
      .filter((run) => run.start < run.end)
      .sort((a, b) => a.start - b.start);
  }

  // As the protocol wants them: [value, count] in order.
  read(start, length) {
    const end = start + length;
    return this.runs
      .filter((run) => run.start < end && start < run.end)
      .map((run) => [run.value, Math.min(run.end, end) - Math.max(run.start, start)]);
  }
}
