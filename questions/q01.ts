import type { M1Device, PoolName } from './importers.ts';
import { everyUse, importOnM1, isReached, LONGEST_BOUNCE, POOLS } from './importers.ts';
import { M1 } from './machines.ts';
import { POLICIES } from './policies.ts';
import type { Question } from './question.ts';
import { findingOf } from './question.ts';
import type { Verdict } from './transfer.ts';
import { ownUse } from './transfer.ts';
import { SIZES, workloads } from './workload.ts';

export const Q1: Question = {
  id: 'Q1',
  claim: 'Every device that attaches gets a correct mapping of its own.',
  by: 'Esteve, 11 March',
  ask: (desk, seed) => {
    const uses = everyUse(workloads(seed, 'Q1', SIZES));
    const owned = uses.map(({ device, pool, workload }) => ({
      predicted: isReached(device, pool) ? ('correct' as const) : ('astray' as const),
      measured: ownUse(desk, M1, device.name, POOLS.indexOf(pool), workload).verdict,
    }));
    const cells = (id: 'P1f' | 'P5', predict: Predict) =>
      uses.map(({ device, pool, workload }) => ({
        predicted: predict(device, pool, workload.size),
        measured: importOnM1(desk, POLICIES[id], pool, device.name, workload),
      }));
    return [
      findingOf('P0', 'owners alone: nothing is shared', owned),
      findingOf('P1f', 'importers of PL and PH', cells('P1f', asLinux)),
      findingOf('P5', 'importers of PL and PH', cells('P5', checked)),
    ];
  },
};

type Predict = (device: M1Device, pool: PoolName, size: number) => Verdict;

/** Without a linear address neither caches can be maintained nor bytes be copied. */
const asLinux: Predict = (device, pool, size) => {
  if (isReached(device, pool)) return device.coherent ? 'correct' : 'fault';
  return size <= LONGEST_BOUNCE ? 'fault' : '-ENOMEM';
};

const checked: Predict = (device, pool) => (isReached(device, pool) ? 'correct' : '-EBUSY');
