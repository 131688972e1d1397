/** Notes about finished regions: overlaps, names that lie, pools a kernel will refuse. */
import type { Bank } from '../../contract/machine.ts';
import { hex } from '../../contract/numbers.ts';
import type { Notebook } from '../notes.ts';
import type { RegionInfo } from './regions.ts';
import { spanText } from './reserve.ts';
import { overlaps } from './spans.ts';

export function noteOddities(
  infos: readonly RegionInfo[],
  banks: readonly Bank[],
  notes: Notebook,
): void {
  const ram = banks.map(({ base, size }) => ({ start: base, end: base + size }));
  const defaults = new Set<string>();
  for (const info of infos) {
    noteUnitAddress(info, notes);
    const { region, node } = info;
    const where = node?.path ?? '/';
    if (node?.has('iommu-addresses')) notes.add('iova-reserved', where, 'bus addresses, too');
    if (region.disabled) continue;
    if (region.isDefault && defaults.has(region.kind)) {
      notes.add('default-twice', where, `a second default of kind ${region.kind}`);
    }
    if (region.isDefault) defaults.add(region.kind);
    if (region.kind !== 'pool' || region.size === 0) continue;
    const span = { start: region.base, end: region.base + region.size };
    if (!overlaps(span, ram)) notes.add('region-outside', where, spanText(span));
    else if (!region.noMap) notes.add('region-mapped', where, spanText(span));
  }
  noteOverlaps(infos, notes);
}

/** One note per region that starts inside an earlier one, by address. */
function noteOverlaps(infos: readonly RegionInfo[], notes: Notebook): void {
  const live = infos.filter(({ region }) => region.size > 0 && !region.disabled);
  live.sort((a, b) => a.region.base - b.region.base);
  let highest: RegionInfo | undefined;
  for (const info of live) {
    const end = highest === undefined ? 0 : highest.region.base + highest.region.size;
    if (highest !== undefined && info.region.base < end) {
      const both = `${info.region.name} starts inside ${highest.region.name}`;
      notes.add('region-overlap', info.node?.path ?? '/', both);
    }
    if (info.region.base + info.region.size > end) highest = info;
  }
}

/** Never take an address from a name: 55 real regions would go wrong. */
function noteUnitAddress(info: RegionInfo, notes: Notebook): void {
  if (info.origin !== 'static' || info.node === null) return;
  const unit = /@([0-9a-f]+)$/i.exec(info.node.name)?.[1];
  if (unit === undefined || Number.parseInt(unit, 16) === info.region.base) return;
  notes.add('region-unit', info.node.path, `reg starts at ${hex(info.region.base)}`);
}
