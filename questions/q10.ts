import type { Desk } from './desk.ts';
import { importFrom } from './importers.ts';
import type { Site } from './machines.ts';
import { M3, M3_CROSSED } from './machines.ts';
import { POLICIES } from './policies.ts';
import type { Question } from './question.ts';
import { findingOf } from './question.ts';
import type { Verdict } from './transfer.ts';
import { ownUse } from './transfer.ts';
import { SIZES, type Workload, workloads } from './workload.ts';

/** The whole of PX: only then its bytes lie on both sides of the window's end. */
const WHOLE = [2097152] as const;

export const Q10: Question = {
  id: 'Q10',
  claim: 'Windows of the bus (dma-ranges) decide, and not the heap device.',
  by: 'Esteve, 11 March',
  ask: (desk, seed) => {
    const load = workloads(seed, 'Q10', SIZES);
    const whole = workloads(seed, 'Q10 whole', WHOLE);
    const uses = (['heapL', 'heapLw', 'heapH'] as const).flatMap((heap) =>
      load.map((workload) => ({ heap, workload })),
    );
    const cells = (id: 'P1f' | 'P5', missed: (size: number) => Verdict) =>
      uses.map(({ heap, workload }) => ({
        predicted: heap === 'heapH' ? missed(workload.size) : ('correct' as const),
        measured: importTo(desk, M3, id, heap, workload),
      }));
    const crossed = (id: 'P1f' | 'P5', predicted: Verdict) =>
      whole.map((workload) => ({
        predicted,
        measured: importTo(desk, M3_CROSSED, id, 'heapX', workload),
      }));
    return [
      findingOf('P0', 'dw owns PL, or PH', owners(desk, load)),
      findingOf('P1f', 'dw from heapL, heapLw, heapH', cells('P1f', asLinux)),
      findingOf('P1f', 'across the end of a window', crossed('P1f', 'astray')),
      findingOf(
        'P5',
        'dw from heapL, heapLw, heapH',
        cells('P5', () => '-EBUSY'),
      ),
      findingOf('P5', 'across the end of a window', crossed('P5', '-EBUSY')),
    ];
  },
};

const asLinux = (size: number): Verdict => (size <= 262144 ? 'fault' : '-ENOMEM');

function importTo(
  desk: Desk,
  site: Site,
  id: 'P1f' | 'P5',
  heap: string,
  workload: Workload,
): Verdict {
  const pool = `P${heap[4]}`;
  return importFrom(desk, site, POLICIES[id], { pool, heap, importer: 'dw' }, workload);
}

const owners = (desk: Desk, load: readonly Workload[]) =>
  [0, 1].flatMap((index) =>
    load.map((workload) => ({
      predicted: index === 0 ? ('correct' as const) : ('astray' as const),
      measured: ownUse(desk, M3, 'dw', index, workload).verdict,
    })),
  );
