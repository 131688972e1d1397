/** What bugs in bounce memory have in common. */
import type { Bug, Edit } from '../bug.ts';

type Story = Pick<Bug, 'story' | 'reference'>;

export function swiotlb(id: string, edits: readonly Edit[], { story, reference }: Story): Bug {
  return { id, family: 'history', group: 'swiotlb', edits, story, reference };
}
