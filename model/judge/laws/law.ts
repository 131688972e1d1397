/** How the judge's laws are written down. */
import type { Law } from '../../../contract/law.ts';
import type { Observation } from '../../../contract/subject.ts';

export const law = (
  id: string,
  says: string,
  decides: readonly string[],
  source: string,
  needs: readonly Observation[] = [],
): Law => ({ id, says, decides, source, needs, by: 'judge' });
