/** The way of a DMA: it need not be the way of the CPU. */
import type { FdtNode } from '../fdt/tree.ts';
import { DMA_STEPS_MAX } from '../limits.ts';
import type { Notebook } from '../notes.ts';
import { type PhandleTable, phandleEntries } from '../phandles.ts';
import { stringsOf } from '../property.ts';

/** Answers where DMA goes from a node; looks at every node once. */
export class DmaTopology {
  readonly table: PhandleTable;
  readonly notes: Notebook;
  private readonly parents = new Map<FdtNode, FdtNode | null>();

  constructor(table: PhandleTable, notes: Notebook) {
    this.table = table;
    this.notes = notes;
  }

  /**
   * The node that DMA of `node` reaches next: the `interconnects` entry named "dma-mem", else the
   * parent. Source: drivers/of/address.c:__of_get_dma_parent.
   */
  parentOf(node: FdtNode): FdtNode | null {
    if (!node.has('interconnect-names')) return node.parent;
    let parent = this.parents.get(node);
    if (parent === undefined) {
      const index = stringsOf(node.get('interconnect-names')).indexOf('dma-mem');
      parent = (index < 0 ? undefined : this.interconnect(node, index)) ?? node.parent;
      this.parents.set(node, parent);
    }
    return parent;
  }

  /**
   * A node and its DMA parents up to the root, the node first. Interconnects can lead in a
   * circle, where a kernel would go on for ever: then the node stands alone, a bus that leads
   * nowhere.
   */
  pathOf(start: FdtNode): FdtNode[] {
    const path: FdtNode[] = [];
    for (let node: FdtNode | null = start; node !== null; node = this.parentOf(node)) {
      if (path.length === DMA_STEPS_MAX) {
        this.notes.add('dma-parent-loop', start.path, `no root within ${DMA_STEPS_MAX} steps`);
        return [start];
      }
      path.push(node);
    }
    return path;
  }

  private interconnect(node: FdtNode, index: number): FdtNode | undefined {
    const { entries } = phandleEntries(node, 'interconnects', '#interconnect-cells', this.table);
    return entries[index]?.target;
  }
}
