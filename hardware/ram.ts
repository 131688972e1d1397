/** Simulated RAM: what every physical byte holds, as runs. */
import { RunMap } from './run-map.ts';

/** What memory nobody wrote holds: never 0, so that a missing clear shows. */
export const DIRT = 0xa5;

export class Ram extends RunMap {
  constructor() {
    super(DIRT);
  }
}
