/** States of slots as text, the same way for both sides. */
import type { ReferencePool } from '../../model/reference/swiotlb.ts';
import type { ReferenceIoTlb } from '../../model/reference/swiotlb-mem.ts';
import type { IoTlbMem } from '../../sut/dma/swiotlb/mem.ts';
import type { SlotMemory } from './slot-memory.ts';
import type { Devices } from './swiotlb-devices.ts';
import { slotsOfPool } from './swiotlb-invariants.ts';

interface Record {
  readonly list: number;
  readonly origAddr: number | null;
  readonly allocSize: number;
  readonly padSlots: number;
}

/** All that differs from a slot of which nothing is known but that it is free. */
function recordsText(start: number, records: readonly Record[]): string {
  const texts = records.map(({ list, origAddr, allocSize, padSlots }) => {
    const plain = origAddr === null && allocSize === 0 && padSlots === 0;
    return plain ? String(list) : `${list}{${origAddr} ${allocSize} ${padSlots}}`;
  });
  return `${start}: ${texts.join(' ')}`;
}

const referenceRecords = (pool: ReferencePool): Record[] =>
  pool.list.map((list, slot) => ({
    list,
    origAddr: pool.orig[slot]!,
    allocSize: pool.alloc[slot]!,
    padSlots: pool.pad[slot]!,
  }));

export function expectedRecords({ pools }: ReferenceIoTlb): string {
  return pools.map((pool) => recordsText(pool.start, referenceRecords(pool))).join('\n');
}

export function observedRecords({ pools }: IoTlbMem): string {
  return pools.map((pool) => recordsText(pool.start, slotsOfPool(pool))).join('\n');
}

interface Numbers {
  readonly nslabs: number;
  readonly totalUsed: number;
  readonly usedHiwater: number;
  readonly transient: number;
  readonly pools: readonly { readonly areas: readonly { readonly used: number }[] }[];
}

function numbersText({ nslabs, totalUsed, usedHiwater, transient, pools }: Numbers): string {
  const used = pools.map(({ areas }) => areas.map((area) => area.used).join(' ')).join('; ');
  const all = `${totalUsed} used of ${nslabs} slots, at most ${usedHiwater}`;
  return `${all}; areas use ${used}; transient pools have ${transient}`;
}

export function expectedNumbers(expect: ReferenceIoTlb): string {
  const { totalUsed, usedHiwater, pools } = expect;
  const [nslabs, transient] = [expect.nslabs(), expect.transientNslabs()];
  return numbersText({ nslabs, totalUsed, usedHiwater, transient, pools });
}

export function observedNumbers(mem: IoTlbMem): string {
  const { nslabs, totalUsed, usedHiwater, transientNslabs: transient, pools } = mem;
  return numbersText({ nslabs, totalUsed, usedHiwater, transient, pools });
}

const poolText = (pool: { readonly start: number; readonly nslabs: number }) =>
  `${pool.start}+${pool.nslabs}`;

function poolsText(
  pools: readonly string[],
  transient: readonly string[],
  canGrow: boolean,
  memory: SlotMemory | null,
): string {
  const known = `pools ${pools.join(' ')}, transient ${[...transient].sort().join(' ')}`;
  return [`${known}, ${canGrow ? 'may grow' : 'stays'}`, ...(memory?.journal ?? [])].join('\n');
}

export function expectedPools(expect: ReferenceIoTlb, memory: SlotMemory | null): string {
  const transient = expect.transient.map(poolText);
  return poolsText(expect.pools.map(poolText), transient, expect.canGrow, memory);
}

export function observedPools(mem: IoTlbMem, devices: Devices, memory: SlotMemory | null): string {
  const transient = devices.flatMap(({ dev }) => dev.dmaIoTlbPools.map(poolText));
  return poolsText(mem.pools.map(poolText), transient, mem.canGrow, memory);
}
