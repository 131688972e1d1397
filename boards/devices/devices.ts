/**
 * The devices of a board, and the few of them a machine needs: each that lists a pool, CMA or
 * restricted region, and one for every different view among the rest.
 */
import type { Device } from '../../contract/machine.ts';
import { DEVICE_DEFAULTS } from '../../contract/machine.ts';
import type { FdtNode } from '../fdt/tree.ts';
import { MACHINE_DEVICES_MAX, VIEWS_MAX } from '../limits.ts';
import { Namer } from '../names.ts';
import type { Notebook } from '../notes.ts';
import type { Master } from './enumerate.ts';
import { type RegionLookup, regionsOf, restrictedEntry } from './memory-region.ts';
import { type View, type Viewer, viewKey } from './views.ts';

export interface DeviceInfo {
  readonly device: Device;
  readonly path: string;
  readonly kind: 'platform' | 'pci';
  /** Index into the views. */
  readonly view: number;
  /** Position in its list of a restricted pool that Linux binds by itself, or null. */
  readonly restricted: number | null;
  /** Lists a pool, CMA or restricted region. */
  readonly owner: boolean;
}

export interface ViewInfo {
  readonly view: View;
  /** Restricted pool its devices bounce everything through: index of the region, or null. */
  readonly restricted: number | null;
  /** Devices of the board with it. */
  readonly count: number;
  /** Index into the devices of the machine: one that has it. */
  readonly example: number;
}

export interface DeviceList {
  readonly infos: readonly DeviceInfo[];
  readonly views: readonly ViewInfo[];
  /** Devices of the board, of which the infos are a part. */
  readonly total: number;
}

/** A view while devices are still being counted. */
type OpenView = { -readonly [K in keyof ViewInfo]: ViewInfo[K] } & {
  /** Has a device that owns nothing been taken for it? */
  hasPlain: boolean;
};

export function devicesOf(
  masters: readonly Master[],
  viewer: Viewer,
  lookup: RegionLookup,
): DeviceList {
  const infos: DeviceInfo[] = [];
  const views: OpenView[] = [];
  const byKey = new Map<string, number>();
  const namer = new Namer();
  let total = 0;
  for (const master of masters) {
    const { view, regions, position, restricted } = outlookOf(master, viewer, lookup);
    const key = `${viewKey(view)} ${restricted}`;
    let number = byKey.get(key);
    if (number === undefined) {
      if (full(views.length, VIEWS_MAX, 'views', master, lookup.notes)) continue;
      // A view is shown by one of its devices.
      if (full(infos.length, MACHINE_DEVICES_MAX, 'devices', master, lookup.notes)) continue;
      number = views.length;
      byKey.set(key, number);
      views.push({ view, restricted, count: 0, example: infos.length, hasPlain: false });
    }
    const entry = views[number]!;
    total += 1;
    entry.count += 1;
    const owner = regions.some((index) => lookup.regions.infos[index]?.declaredKind !== 'plain');
    if (!owner && entry.hasPlain) continue;
    if (full(infos.length, MACHINE_DEVICES_MAX, 'devices', master, lookup.notes)) continue;
    if (!owner) entry.hasPlain = true;
    const name = master.synthetic
      ? namer.name(`${master.node.name}:function`, `${master.node.path}:function`)
      : namer.name(master.node.name, master.node.path);
    infos.push({
      device: { ...DEVICE_DEFAULTS, name, ...view, regions },
      path: master.node.path,
      kind: master.host === null ? 'platform' : 'pci',
      view: number,
      restricted: position,
      owner,
    });
  }
  return { infos, views: views.map(({ hasPlain, ...info }) => info), total };
}

interface Outlook {
  readonly view: View;
  readonly regions: readonly number[];
  /** Where in its list the restricted pool stands that it bounces through, and the pool. */
  readonly position: number | null;
  readonly restricted: number | null;
}

function outlookOf(master: Master, viewer: Viewer, lookup: RegionLookup): Outlook {
  const view = viewer.viewOf(master);
  const regions = masterRegions(master, lookup);
  const position = view.iommu === null ? restrictedEntry(regionsNode(master), lookup) : null;
  return { view, regions, position, restricted: position === null ? null : regions[position]! };
}

function full(used: number, most: number, what: string, at: Master, notes: Notebook): boolean {
  if (used < most) return false;
  notes.add('limit', at.node.path, `only ${most} ${what} are used`);
  return true;
}

/**
 * A PCI function without list of its own uses the one of its host, but only for a restricted
 * pool. Source: drivers/of/device.c:of_dma_set_restricted_buffer.
 */
function regionsNode({ node, host }: Master): FdtNode {
  return host !== null && !node.has('memory-region') ? host : node;
}

function masterRegions(master: Master, lookup: RegionLookup): number[] {
  const { node, host, synthetic } = master;
  if (host === null || (!synthetic && node.has('memory-region'))) return regionsOf(node, lookup);
  if (restrictedEntry(host, lookup) === null) return [];
  lookup.notes.add('pci-restricted', node.path, `listed by ${host.path}`);
  return regionsOf(host, lookup);
}
