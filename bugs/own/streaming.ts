/** Own bugs in streaming mappings: who sees which bytes, and what is bounced. */
import type { Bug, Edit } from '../bug.ts';

const DIRECT_MAP = 'sut/dma/direct-map.ts';

type Story = Pick<Bug, 'story' | 'reference'>;

function streaming(id: string, edit: Edit, { story, reference }: Story): Bug {
  return { id, family: 'own', group: 'streaming', edits: [edit], story, reference };
}

const BYTES: readonly Bug[] = [
  streaming(
    'own-unmap-copies-back-always',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.syncForCpu',
      find: "if (direction !== 'to-device') this.#swiotlbCopy",
      replace: 'this.#swiotlbCopy',
    },
    {
      story:
        'Slots are copied back whatever the direction: what the CPU stored meanwhile to a buffer ' +
        'that the device only reads is gone.',
      reference: 'mapping 3.8, invariant 3',
    },
  ),
  streaming(
    'own-copy-out-before-invalidate',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.syncForCpu',
      find: `
        this.#archSyncForCpu(dev, phys, size, direction);
        if (direction !== 'to-device') this.#swiotlbCopy(dev, phys, size, 'out');`,
      replace: `
        if (direction !== 'to-device') this.#swiotlbCopy(dev, phys, size, 'out');
        this.#archSyncForCpu(dev, phys, size, direction);`,
    },
    {
      story:
        'Slots are copied back first and their lines dropped then: the copy shows what the ' +
        'cache held of them, and not what the device wrote.',
      reference: 'mapping 3.9',
    },
  ),
  streaming(
    'own-clean-stops-one-short',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.#archSyncForDevice',
      find: 'this.#memory.cache.clean(phys, size);',
      replace: 'this.#memory.cache.clean(phys, size - 1);',
    },
    {
      story:
        'The end of what is written back is its last byte, taken for the first one behind it: ' +
        'a last line with one byte of the buffer stays in the cache.',
      reference: 'mapping 3.6',
    },
  ),
  streaming(
    'own-map-drops-dirty-lines',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.mapPage',
      find: 'if (!options.skipCpuSync) this.#archSyncForDevice(dev, phys, size);',
      replace: `
        const written = direction === 'from-device' && !options.skipCpuSync;
        if (written) this.#archSyncForCpu(dev, phys, size, direction);
        else if (!options.skipCpuSync) this.#archSyncForDevice(dev, phys, size);`,
    },
    {
      story:
        'What the device will write need not be written back before, so lines are dropped: bytes ' +
        'it leaves out are what memory held, not what the CPU stored.',
      reference: 'mapping 3.6, 3.8 invariant 2',
    },
  ),
  streaming(
    'own-skip-attr-skips-copy-in',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.#bounce',
      find: 'this.#copy(phys, slots, size);',
      replace: 'if (!options.skipCpuSync) this.#copy(phys, slots, size);',
    },
    {
      story:
        'Skipping the synchronization skips the copy into slots: the device, and later the CPU, ' +
        'sees what was in them.',
      reference: 'mapping 3.5, last row; 4.6 step 5',
    },
  ),
  streaming(
    'own-slots-released-before-copy',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.unmapPage',
      find: `
        if (!skipCpuSync) this.syncForCpu(dev, addr, size, direction);
        const phys = dmaToPhys(dev, addr);
        if (this.tlbOf(dev)?.isSwiotlbBuffer(dev, phys) !== true) return;
        this.tlbOf(dev)!.tblUnmapSingle(dev, phys);
        dev.liveBounces -= 1;`,
      replace: `
        const phys = dmaToPhys(dev, addr);
        if (this.tlbOf(dev)?.isSwiotlbBuffer(dev, phys) === true) {
          this.tlbOf(dev)!.tblUnmapSingle(dev, phys);
          dev.liveBounces -= 1;
        }
        if (!skipCpuSync) this.syncForCpu(dev, addr, size, direction);`,
    },
    {
      story:
        'Unmapping releases the slots before it copies them back: whose bytes they are is ' +
        'forgotten by then, and nothing is copied.',
      reference: 'mapping 3.5',
    },
  ),
  streaming(
    'own-bounce-keeps-skip-sync',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.#bounce',
      find: 'dev.dmaSkipSync = false;',
      replace: '',
    },
    {
      story: 'A device that snoops and was given a mask is never synchronized, bounced or not.',
      reference: 'mapping 2.4; swiotlb.c:swiotlb_tbl_map_single (dma_reset_need_sync)',
    },
  ),
  streaming(
    'own-copy-ends-with-slot',
    {
      file: 'sut/dma/swiotlb/mem.ts',
      within: 'IoTlbMem.bounce',
      find: 'size: Math.min(size, avail)',
      replace: 'size: Math.min(size, avail, IO_TLB_SIZE - within)',
    },
    {
      story: 'A copy between slots and buffer ends with the first slot it touches.',
      reference: 'mapping 4.7',
    },
  ),
  {
    id: 'own-remap-keeps-lines',
    family: 'own',
    group: 'dma-direct',
    edits: [
      {
        file: 'sut/dma/direct-alloc.ts',
        within: 'DirectAlloc.#remap',
        find: 'this.#memory.views.beginUncached(phys, bytes);',
        replace: '',
      },
    ],
    story:
      'Pages get an uncached mapping while lines of theirs are in the cache: dirty ones come ' +
      'back later, over what was stored.',
    reference: 'mm/remap.c, arch_dma_prep_coherent',
  },
];

const PLACES: readonly Bug[] = [
  streaming(
    'own-small-bounce-by-size',
    {
      file: 'sut/dma/kmalloc.ts',
      within: 'kmallocNeedsBounce',
      find: 'return object % line !== 0;',
      replace: 'return object > 0 && size % line !== 0;',
    },
    {
      story: 'Small buffers bounce by their own size, and not by that of the object they are in.',
      reference: 'mapping 3.2',
    },
  ),
  streaming(
    'own-bounce-out-of-reach-kept',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.#bounce',
      find: 'endsWithin(dma, size, minNotZero(dev.dmaMask!, dev.busDmaLimit))',
      replace: 'endsWithin(dma, 1, minNotZero(dev.dmaMask!, dev.busDmaLimit))',
    },
    {
      story: 'Slots are within reach if their first byte is.',
      reference: 'mapping 4.8',
    },
  ),
  streaming(
    'own-list-unwinds-one-short',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.mapSg',
      find: 'this.unmapSg(dev, table, index, direction, true);',
      replace: 'this.unmapSg(dev, table, index - 1, direction, true);',
    },
    {
      story: 'When an entry of a list cannot be mapped, the slots of the one before stay taken.',
      reference: 'mapping 3.3; 3.8 invariant 5',
    },
  ),
  streaming(
    'own-resource-translated',
    {
      file: DIRECT_MAP,
      within: 'DirectMap.mapResource',
      find: 'return dmaCapable(dev, phys, size) ? phys : DMA_MAPPING_ERROR;',
      replace: `
        const dma = physToDma(dev, phys);
        return dmaCapable(dev, dma, size) ? dma : DMA_MAPPING_ERROR;`,
    },
    {
      story: 'Registers are seen through the windows of RAM.',
      reference: 'mapping 3.4',
    },
  ),
];

export const STREAMING: readonly Bug[] = [...BYTES, ...PLACES];
