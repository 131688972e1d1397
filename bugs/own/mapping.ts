/** Own bugs in the front end: the global pool and the masks. */
import type { Bug } from '../bug.ts';

export const MAPPING: readonly Bug[] = [
  {
    id: 'own-free-skips-global-pool',
    family: 'own',
    group: 'global-pool',
    edits: [
      {
        file: 'sut/dma/mapping.ts',
        within: 'DmaMapping.freeAttrs',
        find: 'if (dmaReleaseFromPool(this.#memory, dev.dmaMem, order, cpu)) return;',
        replace: `
          if (dev.dmaMem !== null) {
            dmaReleaseFromPool(this.#memory, dev.dmaMem, order, cpu);
            return;
          }`,
      },
    ],
    story:
      'Free asks one pool, as allocation does. A buffer of the global pool, freed by a device ' +
      'that got a pool of its own meanwhile, stays taken: the global pool answers none too early.',
    reference: 'spec 2.7, P-I5',
  },
  {
    id: 'own-refused-coherent-mask-stays',
    family: 'own',
    group: 'limits',
    edits: [
      {
        file: 'sut/dma/mapping.ts',
        within: 'DmaMapping.setCoherentMask',
        find: `
          if (!this.#supported(dev, mask)) return 'EIO';
          dev.coherentDmaMask = mask;`,
        replace: `
          dev.coherentDmaMask = mask;
          if (!this.#supported(dev, mask)) return 'EIO';`,
      },
    ],
    story:
      'The coherent mask is stored before it is checked and not put back: after an EIO the ' +
      'device lives with the refused mask, so coherent_ok turns false and attaching warns.',
    reference: 'spec 1.4, dma_set_coherent_mask',
  },
];
