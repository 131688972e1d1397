/** What `expect law` can name: the laws a replay decides. */
import { JUDGE_LAWS } from '../../model/judge/laws.ts';
import { RELATIONS } from '../metamorphic.ts';
import { PLACEMENT_LAWS } from '../placement.ts';
import { TWIN_LAW } from '../twin/run.ts';

/** Ids. A crash breaks a law as well, but its word in a header is `expect crash`. */
export const SHOWN_LAWS: readonly string[] = [
  ...JUDGE_LAWS,
  ...PLACEMENT_LAWS,
  ...RELATIONS.map(({ law }) => law),
  TWIN_LAW,
]
  .map(({ id }) => id)
  .filter((id) => id !== 'any/no-crash');
