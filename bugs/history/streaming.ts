/** Streaming mappings without an IOMMU: what kernel/dma/direct.c once got wrong. */
import type { Bug } from '../bug.ts';

export const STREAMING: readonly Bug[] = [
  {
    id: 'direct-sync-sg-misses-bounce',
    family: 'history',
    group: 'streaming',
    edits: [
      {
        file: 'sut/subject/mappings.ts',
        within: 'Mappings.#sync',
        find: '{ dev, direction: own, segments }: MappingRecord',
        replace: '{ dev, direction: own, segments, table }: MappingRecord',
      },
      {
        file: 'sut/subject/mappings.ts',
        within: 'Mappings.#sync',
        find: "if (op.op === 'sync_for_cpu') {",
        replace: `
          const entry = segments.findIndex(({ address, length: bytes }) => {
            return address <= part.address && part.address < address + bytes;
          });
          const at = dmaToPhys(dev, segments[entry]!.address);
          if (table !== null && at !== table.phys(entry)) continue;
          if (op.op === 'sync_for_cpu') {`,
      },
    ],
    story:
      'A sync of a list looks for bounced entries at the addresses of their bytes: none of them ' +
      'is found, and nothing is copied.',
    reference: '449fa54d6815 "dma-direct: correct the physical addr in dma_direct_sync_sg_…"',
  },
  {
    id: 'mapping-resource-tested-as-ram',
    family: 'history',
    group: 'streaming',
    edits: [
      {
        file: 'sut/dma/direct-map.ts',
        within: 'DirectMap.mapResource',
        find: 'return dmaCapable(dev, phys, size) ? phys : DMA_MAPPING_ERROR;',
        replace: `
          const lowest = this.#memory.resources.systemRam[0]?.start ?? 0;
          if (phys < lowest) return DMA_MAPPING_ERROR;
          return dmaCapable(dev, phys, size) ? phys : DMA_MAPPING_ERROR;`,
      },
    ],
    story: 'Registers below all RAM are refused, as RAM there would have to be.',
    reference: '68a33b179466 "dma-direct: exclude dma_direct_map_resource from the min_low_pfn …"',
  },
];
