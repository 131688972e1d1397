/** Own bugs in binding devices to reserved regions. */
import type { Bug } from '../bug.ts';

export const RESERVED_MEM: readonly Bug[] = [
  {
    id: 'own-detach-drops-foreign-binding',
    family: 'own',
    group: 'reserved-mem',
    edits: [
      {
        file: 'sut/of/reserved-mem.ts',
        within: 'ReservedMemory.deviceRelease',
        find: 'this.#assigned = this.#assigned.filter((binding) => binding.dev !== dev);',
        replace: `
          const index = this.#assigned.findIndex((binding) => binding.dev === dev);
          this.#assigned.splice(index, 1);`,
      },
    ],
    story:
      'Detaching a device that holds nothing splices at -1 and forgets the last binding made. ' +
      'The detach of that other device then does nothing: it still allocates, attaching is EBUSY.',
    reference: 'spec 2.2, reserved-mem detach',
  },
  {
    id: 'own-range-warning-first-attach-only',
    family: 'own',
    group: 'reserved-mem',
    edits: [
      {
        file: 'sut/of/reserved-mem.ts',
        within: 'ReservedMemory.#rmemDmaDeviceInit',
        find: 'if (rmem.priv === null) {',
        replace: `
          if (rmem.priv !== null) {
            return { error: dmaAssignCoherentMemory(dev, rmem.priv), warnings: SILENT };
          }
          if (rmem.priv === null) {`,
      },
    ],
    story:
      'A short cut for regions that already have their pool goes around the range check: a ' +
      'second attach by a device whose limit lies below the end of the pool gives no warning.',
    reference: 'spec 2.2, range warning',
  },
];
