/** Memory for pools of slots that are added: as much as it is told, with a journal. */

export class SlotMemory {
  /** What was asked for and given back, in order. */
  readonly journal: string[] = [];
  #budget: number;
  #next: number;
  readonly #given = new Map<number, number>();

  /** `budget` bytes in all; what it hands out begins at `start`, a page, and has gaps between. */
  constructor(budget: number, start: number) {
    this.#budget = budget;
    this.#next = start;
  }

  obtain(bytes: number, limit: number): number | null {
    const phys = this.#next;
    const fits = bytes <= this.#budget && phys + bytes - 1 <= limit;
    this.journal.push(`obtain ${bytes} below ${limit}: ${fits ? phys : 'none'}`);
    if (!fits) return null;
    this.#budget -= bytes;
    this.#given.set(phys, bytes);
    // Whole pages, and one more: neighbours must not look like one pool.
    this.#next += (Math.ceil(bytes / 0x10000) + 1) * 0x10000;
    return phys;
  }

  giveBack(phys: number, bytes: number): void {
    const right = this.#given.get(phys) === bytes;
    this.journal.push(`give back ${phys}, ${bytes} bytes${right ? '' : ', never handed out'}`);
    if (!right) return;
    this.#budget += bytes;
    this.#given.delete(phys);
  }
}
