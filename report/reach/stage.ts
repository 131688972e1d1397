/** The board's own machine with devices to ask with in place of its own. */
import type { View } from '../../boards/devices/views.ts';
import type { Board } from '../../boards/loader.ts';
import type { Device, Machine, Region } from '../../contract/machine.ts';
import { DEVICE_DEFAULTS } from '../../contract/machine.ts';
import { UNLIMITED } from '../../contract/numbers.ts';

export interface Stage {
  readonly machine: Machine;
  /** Indexes of the regions that are coherent pools, disabled and empty ones left out. */
  readonly pools: readonly number[];
  /** A device for every pool that reaches everything and lists that pool. */
  readonly exporters: readonly number[];
  /** A device for every view; null: behind an IOMMU. */
  readonly importers: readonly (Importer | null)[];
}

export interface Importer {
  /** Index into the devices. */
  readonly device: number;
  readonly view: View;
  /** Index of the restricted pool it bounces through, or null. */
  readonly restricted: number | null;
}

/** Coherent pools a device could attach. */
export function livePools(regions: readonly Region[]): number[] {
  return regions.flatMap(({ kind, disabled, size }, index) =>
    kind === 'pool' && !disabled && size > 0 ? [index] : [],
  );
}

export function stageOf({ machine, devices: { views } }: Board): Stage {
  const pools = livePools(machine.regions);
  const devices: Device[] = pools.map((pool) => ({
    ...DEVICE_DEFAULTS,
    name: `exporter-${pool}`,
    mask: UNLIMITED,
    coherentMask: UNLIMITED,
    regions: [pool],
  }));
  const exporters = devices.map((_, index) => index);
  const importers = views.map(({ view, restricted }, index): Importer | null => {
    if (view.iommu !== null) return null;
    const regions = restricted === null ? [] : [restricted];
    const device = devices.length;
    devices.push({ ...DEVICE_DEFAULTS, name: `view-${index + 1}`, ...view, regions });
    return { device, view, restricted };
  });
  return { machine: { ...machine, devices }, pools, exporters, importers };
}
