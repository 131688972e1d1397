/** How devices see memory, and which devices see it alike. */
import type { Device } from '../../contract/machine.ts';
import { coherentOf } from '../dma/coherence.ts';
import { iommuOf, pciIommuOf } from '../dma/iommu.ts';
import { type DeviceLimits, limitsOf } from '../dma/limits.ts';
import type { DmaTopology } from '../dma/parent.ts';
import { windowsOf } from '../dma/windows.ts';
import type { FdtNode } from '../fdt/tree.ts';
import type { Master } from './enumerate.ts';

/** The part of a device that the bus decides. */
export type View = DeviceLimits & Pick<Device, 'coherent' | 'iommu'>;

interface BusView {
  readonly limits: DeviceLimits;
  readonly coherent: boolean;
}

const NO_BUS: BusView = { limits: limitsOf({ is: 'none' }), coherent: false };

/** Computes views; what a bus says is worked out once. */
export class Viewer {
  private readonly buses = new Map<FdtNode, BusView>();
  private readonly topology: DmaTopology;

  constructor(topology: DmaTopology) {
    this.topology = topology;
  }

  /**
   * The search for windows starts at the DMA parent; of a PCI function at the host itself, whose
   * coherence and units count, too.
   */
  viewOf({ node, host }: Master): View {
    const { table, notes } = this.topology;
    if (host !== null) {
      const { limits, coherent } = this.busView(host);
      return { ...limits, coherent, iommu: pciIommuOf(host, table, notes) };
    }
    const parent = this.topology.parentOf(node);
    const bus = parent === null ? NO_BUS : this.busView(parent);
    const own = node.has('dma-coherent') || node.has('dma-noncoherent');
    const coherent = own ? coherentOf([node]) : bus.coherent;
    return { ...bus.limits, coherent, iommu: iommuOf(node, table, notes) };
  }

  private busView(bus: FdtNode): BusView {
    const known = this.buses.get(bus);
    if (known !== undefined) return known;
    const path = this.topology.pathOf(bus);
    const view = {
      limits: limitsOf(windowsOf(path, this.topology.notes)),
      coherent: coherentOf(path),
    };
    this.buses.set(bus, view);
    return view;
  }
}

/** Equal for equal views; of a translating unit only its presence is known. */
export function viewKey(view: View): string {
  const { busLimit, mask, coherentMask, coherent, iommu } = view;
  const windows = view.windows.map(({ cpu, dma, size }) => `${cpu},${dma},${size}`).join(';');
  return `${busLimit} ${mask} ${coherentMask} ${coherent} ${iommu !== null} ${windows}`;
}
