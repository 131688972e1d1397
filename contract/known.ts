/** Which deviations a subject or a scenario may list as known. */
import { DEVIATIONS } from './deviations.ts';

/** The repaired rows: what others keep is allowed anyway, and what is excluded is never asked. */
export const KNOWN_IDS: readonly string[] = DEVIATIONS.filter(
  (row) => row.disposition === 'repaired',
).map((row) => row.id);
