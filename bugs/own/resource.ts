/** Own bugs in what counts as System RAM. */
import type { Bug } from '../bug.ts';

export const RESOURCE: readonly Bug[] = [
  {
    id: 'own-touching-regions-overlap',
    family: 'own',
    group: 'resource',
    edits: [
      {
        file: 'sut/kernel/resource.ts',
        within: 'overlapsAny',
        find: 'range.start < other.end',
        replace: 'range.start <= other.end',
      },
    ],
    story:
      'A no-map region in RAM that begins exactly where an earlier region ends counts as an ' +
      'overlap and keeps its mapping: attaching it, or declaring a pool in it, is EINVAL.',
    reference: 'contract/machine.ts, Bank',
  },
];
