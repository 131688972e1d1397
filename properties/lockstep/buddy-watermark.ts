/** pools.md §5.5 on the allocator's own counters: what an allocation must have left free. */
import type { PageLayout } from '../../sut/mm/page-alloc.ts';
import { hintOf, type Seen, type Wrong } from './buddy-invariants.ts';
import type { Allocator, Call } from './buddy-run.ts';

const DEFAULT_RATIO = { dma: 256, dma32: 256, normal: 32 } as const;

/** Did an allocation go below the mark and reserve of the zone it came from? */
export function belowWatermark(
  call: Call & { name: 'alloc' | 'movable' },
  answer: number,
  before: Seen,
  layout: PageLayout,
  allocator: Allocator,
): Wrong | undefined {
  const { zones, watermarks } = layout;
  if (watermarks === undefined || answer < 0) return undefined;
  const index = zones.findIndex(({ start, end }) => start <= answer && answer < end);
  const { name } = zones[index]!;
  const mine = before[index]!.filter((block) => call.name === 'movable' || !block.cma);
  const free = mine.reduce((sum, { order }) => sum + 2 ** order, 0);
  const ratio = watermarks.ratios?.[name] ?? DEFAULT_RATIO[name];
  const between = zones.slice(index + 1, hintOf(zones, call.zone) + 1);
  const above = between.reduce((sum, zone) => sum + allocator.managed(zone.name), 0);
  const reserve = ratio === 0 ? 0 : Math.floor(above / ratio);
  const floor = (watermarks.marks[name] ?? 0) + reserve;
  const rest = free - (2 ** call.order - 1);
  return rest > floor ? undefined : { expected: `more than ${floor} left`, observed: `${rest}` };
}
