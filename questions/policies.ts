/** Who may share a pool, and how: the policies of the debate that are asked about. */
import type { Device, Machine, Region } from '../contract/machine.ts';
import { canReach } from './reach.ts';

export const POLICY_IDS = ['P0', 'P1f', 'P5'] as const;
export type PolicyId = (typeof POLICY_IDS)[number];

export interface Policy {
  readonly id: PolicyId;
  readonly about: string;
  /** May the device attach to a buffer of this memory? Else -EBUSY. */
  accepts(machine: Machine, device: Device, memory: Pick<Region, 'base' | 'size'>): boolean;
  /** DMA_ATTR_SKIP_CPU_SYNC at map and unmap, and no sync between: nobody has a cached view. */
  readonly skips: boolean;
}

export const POLICIES: Readonly<Record<PolicyId, Policy>> = {
  P0: {
    id: 'P0',
    about: 'status quo: the owner allocates for itself, and nothing is shared',
    accepts: () => false,
    skips: false,
  },
  P1f: {
    id: 'P1f',
    about: 'a heap device of 64 bits per pool; every device may attach',
    accepts: () => true,
    skips: false,
  },
  P5: {
    id: 'P5',
    about: 'as P1f, but a device that cannot reach the pool may not attach',
    accepts: canReach,
    skips: true,
  },
};
