/** Streaming DMA as Linux 6.12 has it: the repaired rows of deviations/streaming.ts. */
import type { Bug } from '../bug.ts';

export const LINUX_STREAMING: readonly Bug[] = [
  {
    id: 'sgtable-without-mask',
    family: 'linux-6.12',
    group: 'streaming',
    edits: [
      {
        file: 'sut/dma/streaming.ts',
        within: 'Streaming.mapSgtable',
        find: "if (dev.dmaMask === null) return 'EIO';",
        replace: `if (dev.dmaMask === null) {
          table.nents = 0;
          return null;
        }`,
      },
      {
        file: 'sut/subject/mappings.ts',
        within: 'Mappings.#mapTable',
        // dma_map_sg answers the number of entries, so that 0 is a refusal there.
        find: "if (error !== null) return op.call === 'sg' ? NONE : failed(error);",
        replace: `
          if (op.call === 'sg' && table.nents === 0) return NONE;
          if (error !== null) return op.call === 'sg' ? NONE : failed(error);`,
      },
    ],
    story: 'For a device without a mask mapping a table succeeds, with no entries.',
    reference: 'sgtable-without-mask',
  },
  {
    id: 'skip-sync-forgets-bounces',
    family: 'linux-6.12',
    group: 'streaming',
    edits: [
      {
        file: 'sut/dma/mapping.ts',
        within: 'DmaMapping.setMask',
        find: 'dev.dmaSkipSync = dev.dmaCoherent && dev.liveBounces === 0;',
        replace: 'dev.dmaSkipSync = dev.dmaCoherent;',
      },
    ],
    story: 'A mask set while something is bounced ends all copies until something bounces anew.',
    reference: 'skip-sync-forgets-bounces',
  },
  {
    id: 'no-linear-address',
    family: 'linux-6.12',
    group: 'streaming',
    edits: [
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.#bounce',
        find: `if (!this.#memory.resources.hasLinearAddress(phys, size)) return DMA_MAPPING_ERROR;`,
        // Slots come first, and without any there is nothing to copy. Nobody gives them back in a
        // kernel that has crashed; here calls go on.
        replace: `if (!this.#memory.resources.hasLinearAddress(phys, size)) {
          const taken = tlb.tblMapSingle(dev, phys, size, 0, options.cpu);
          if (taken === null) return DMA_MAPPING_ERROR;
          tlb.tblUnmapSingle(dev, taken);
          throw new Error('swiotlb_bounce: no linear address');
        }`,
      },
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.mapSg',
        find: 'const address = this.mapPage(dev, table.phys(index), length, direction, options);',
        replace: `let address: number;
          try {
            address = this.mapPage(dev, table.phys(index), length, direction, options);
          } catch (error) {
            this.unmapSg(dev, table, index, direction, true);
            throw error;
          }`,
      },
    ],
    story: 'Bytes that the kernel has no address for crash it when they are bounced.',
    reference: 'no-linear-address',
  },
  {
    id: 'no-linear-maintenance',
    family: 'linux-6.12',
    group: 'streaming',
    edits: [
      // What the pieces before it took goes back: what a crash leaves behind is nobody's promise.
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.mapSg',
        find: 'const length = table.length(index);',
        replace: `const length = table.length(index);
        const phys = table.phys(index);
        const direct =
          this.tlbOf(dev)?.forceBounce !== true &&
          insideWindow(dev, phys, length) &&
          dmaCapable(dev, physToDma(dev, phys), length) &&
          !kmallocNeedsBounce(dev, length, direction, this.#smallLine);
        const maintained = direct && !dev.dmaCoherent && !options.skipCpuSync;
        if (maintained && !this.#memory.resources.hasLinearAddress(phys, length)) {
          this.unmapSg(dev, table, index, direction, true);
          throw new Error('arch_sync_dma_for_device: no linear address');
        }`,
      },
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.mapPage',
        find: 'if (!options.skipCpuSync) this.#archSyncForDevice(dev, phys, size);',
        replace: `if (!options.skipCpuSync) {
          const { resources } = this.#memory;
          if (!dev.dmaCoherent && !resources.hasLinearAddress(phys, size)) {
            throw new Error('arch_sync_dma_for_device: no linear address');
          }
          this.#archSyncForDevice(dev, phys, size);
        }`,
      },
      // Of several pieces none is touched: what a crash leaves behind is nobody's promise.
      {
        file: 'sut/subject/mappings.ts',
        within: 'Mappings.#unmap',
        find: "if (kind === 'resource') return;",
        replace: `if (kind === 'resource') return;
        if (!dev.dmaCoherent && !skip && direction !== 'to-device') {
          const { resources } = this.#system.memory;
          for (const { address, length } of segments) {
            if (resources.hasLinearAddress(dmaToPhys(dev, address), length)) continue;
            throw new Error('arch_sync_dma_for_cpu: no linear address');
          }
        }`,
      },
      {
        file: 'sut/subject/mappings.ts',
        within: 'Mappings.#sync',
        find: 'const length = op.length < 0 ? all - op.offset : op.length;',
        replace: `const length = op.length < 0 ? all - op.offset : op.length;
        if (!dev.dmaCoherent && !(op.op === 'sync_for_cpu' && direction === 'to-device')) {
          const { resources } = this.#system.memory;
          for (const part of partsOf(segments, op.offset, length)) {
            if (resources.hasLinearAddress(dmaToPhys(dev, part.address), part.length)) continue;
            throw new Error('arch_sync_dma: no linear address');
          }
        }`,
      },
    ],
    story:
      'Cleaning or dropping cache lines of bytes that the kernel has no address for crashes it; ' +
      'devices that do not snoop ask for that.',
    reference: 'no-linear-maintenance',
  },
  {
    id: 'sg-split-last-output',
    family: 'linux-6.12',
    group: 'scatterlist',
    edits: [
      {
        file: 'sut/lib/sg-split.ts',
        within: 'sharesOf',
        find: 'shares.push({ first, skip: before, nents: end - first, last });',
        replace: `
          const isLast = shares.length === sizes.length - 1;
          const goesOn = isLast && passed > 0 && end < nents;
          const cut = { first, skip: before, nents: end - first, last };
          shares.push(goesOn ? { ...cut, nents: nents - first, last: 0 } : cut);`,
      },
    ],
    story:
      'A last output that ends inside an entry is not cut there: all further entries follow, ' +
      'and the last of them has no bytes.',
    reference: 'sg-split-last-output',
  },
];
