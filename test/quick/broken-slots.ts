/** Slot allocators that are wrong on purpose, each in one way that kernels or ports have been. */
import type { MakeSlots } from '../../properties/lockstep/swiotlb-sides.ts';
import type { IoTlbArea } from '../../sut/dma/swiotlb/area.ts';
import { IoTlbMem, type SwiotlbDevice } from '../../sut/dma/swiotlb/mem.ts';
import type { SlotSearch } from '../../sut/dma/swiotlb/search.ts';

export const slotsOf =
  (broken: typeof IoTlbMem): MakeSlots =>
  (options) =>
    new broken(options);

/** The implementation with other areas in its default pool. */
export const slotsWith =
  (breaks: (area: IoTlbArea) => void): MakeSlots =>
  (options) => {
    const mem = new IoTlbMem(options);
    for (const area of mem.defpool.areas) breaks(area);
    return mem;
  };

/** Searches with something of the request changed, which is as it was when slots are taken. */
const searchesWith = (change: (search: SlotSearch, area: IoTlbArea) => void) =>
  slotsWith((area) => {
    const find = area.find.bind(area);
    area.find = (search) => {
      const { slots, stride, step, period } = search;
      change(search, area);
      const at = find(search);
      Object.assign(search, { slots, stride, step, period });
      return at;
    };
  });

/** Takes with something of the request changed. */
const takesWith = (change: (search: SlotSearch) => void) =>
  slotsWith((area) => {
    const take = area.take.bind(area);
    area.take = (at, search) => {
      const { size, slots, lo, pad, orig } = search;
      change(search);
      take(at, search);
      Object.assign(search, { size, slots, lo, pad, orig });
    };
  });

/** 4.5: every processor begins at the first area. */
export class IgnoresTheProcessor extends IoTlbMem {
  override tblMapSingle(dev: SwiotlbDevice, orig: number, size: number, mask: number) {
    return super.tblMapSingle(dev, orig, size, mask, 0);
  }
}

/** 4.3: the alignment asked for is forgotten. */
export class ForgetsTheAlignment extends IoTlbMem {
  override tblMapSingle(dev: SwiotlbDevice, orig: number, size: number, _: number, cpu: number) {
    return super.tblMapSingle(dev, orig, size, 0, cpu);
  }
}

/** 4.4: low bits that the device asks for are not kept. */
export class KeepsNoLowBits extends IoTlbMem {
  override tblMapSingle(dev: SwiotlbDevice, orig: number, size: number, mask: number, cpu: number) {
    const bare = { ...dev, minAlign: Math.min(dev.minAlign, 0x7ff) };
    return super.tblMapSingle(bare, orig, size, mask, cpu);
  }
}

/** 4.4: boundaries are crossed. */
export class CrossesBoundaries extends IoTlbMem {
  override tblMapSingle(dev: SwiotlbDevice, orig: number, size: number, mask: number, cpu: number) {
    return super.tblMapSingle({ ...dev, segmentBoundary: 2 ** 53 - 1 }, orig, size, mask, cpu);
  }
}

/** 4.4: first fit, every search from 0 on. */
export const startsAtZero = slotsWith((area) => {
  const take = area.take.bind(area);
  area.take = (at, search) => {
    take(at, search);
    area.index = 0;
  };
});

/** 4.4: a search goes on at the slot taken, not behind the run. */
export const goesOnAtTheRun = slotsWith((area) => {
  const take = area.take.bind(area);
  area.take = (at, search) => {
    take(at, search);
    area.index = at;
  };
});

/** 4.15: wraps modulo the number of slots. */
export const wrapsModulo = slotsWith((area) => {
  area.find = (search) => {
    const first = search.firstIn(area.start);
    let at = area.index;
    for (let checked = 0; checked < area.nslabs; ) {
      const aligned = (at + search.period - first) % search.period === 0;
      const fits = aligned && area.slot(at).list >= search.slots;
      if (fits && search.insideBoundary(area.start + at)) return at;
      const step = aligned ? search.stride : 1;
      at = (at + step) % area.nslabs;
      checked += step;
    }
    return -1;
  };
});

/** 4.4: every slot is tried, aligned or not, from the index on. */
export const triesAllSlots = searchesWith((search) => {
  search.step = search.period;
  search.stride = search.period;
});

/** E3: what Linux overlooks is found at once, and other areas are not asked first. */
export const repairsTooEarly = slotsWith((area) => {
  const find = area.find.bind(area);
  area.find = (search) => {
    const at = find(search);
    return at < 0 ? area.findAny(search) : at;
  };
});

/** E3: what Linux overlooks stays unseen. */
export const neverRepairs = slotsWith((area) => {
  area.findAny = () => -1;
});

/** 4.4: one slot too few must be free. */
export const takesTheLastAsFree = searchesWith((search) => {
  search.slots = Math.max(1, search.slots - 1);
});

/** 4.6: padding slots have an original address. */
export const padsWithData = takesWith((search) => {
  search.pad = 0;
});

/** 4.4: bytes before the buffer count as its bytes. */
export const countsTheLowBytes = takesWith((search) => {
  search.size += search.lo;
});

/** 4.9: the original address stays behind. */
export const keepsOldRecords = slotsWith((area) => {
  const release = area.release.bind(area);
  const slot = area.slot.bind(area);
  const old = new Map<number, number | null>();
  area.release = (at) => {
    old.set(at, area.slot(at).origAddr);
    release(at);
  };
  area.slot = (at) => {
    const now = slot(at);
    return now.list === 0 ? now : { ...now, origAddr: old.get(at) ?? null };
  };
});

/** 4.9: a run that is given back does not join the one behind it. */
export const keepsRunsApart = slotsWith((area) => {
  const release = area.release.bind(area);
  const slot = area.slot.bind(area);
  const borders = new Set<number>();
  area.release = (at) => {
    let end = at;
    while (end < area.nslabs && slot(end).list === 0) end++;
    borders.add(end);
    release(at);
  };
  area.slot = (at) => {
    const now = slot(at);
    for (let k = 1; k < now.list; k++) if (borders.has(at + k)) return { ...now, list: k };
    return now;
  };
});

/** 4.9: the area counts slots that came back as taken. */
export const losesCounts = slotsWith((area) => {
  const release = area.release.bind(area);
  area.release = (at) => {
    const { used } = area;
    release(at);
    area.used = Math.max(area.used, used - 1);
  };
});

/** 4.2: the mark follows what is used. */
export class ForgetsTheMark extends IoTlbMem {
  override get usedHiwater() {
    return this.totalUsed;
  }
}

/** 4.15: any address in a mapping will do. */
export class ReleasesByAnyAddress extends IoTlbMem {
  override tblUnmapSingle(dev: SwiotlbDevice, tlbAddr: number) {
    const pool = this.findPool(dev, tlbAddr);
    return super.tblUnmapSingle(dev, tlbAddr) || (pool !== null && pool.transient === false);
  }
}

/** 4.7: the rest of the slot belongs to the buffer. */
export class NeverClips extends IoTlbMem {
  override bounce(dev: SwiotlbDevice, tlbAddr: number, size: number) {
    const bounced = super.bounce(dev, tlbAddr, size);
    return bounced && { ...bounced, size, clipped: false };
  }
}

/** 4.7: bytes are counted from the slot, whatever the low bits are. */
export class CountsFromTheSlot extends IoTlbMem {
  override bounce(dev: SwiotlbDevice, tlbAddr: number, size: number) {
    const bounced = super.bounce(dev, tlbAddr, size);
    const distance = bounced && tlbAddr % 2048;
    return bounced && { ...bounced, orig: bounced.orig - (bounced.orig % 2048) + distance! };
  }
}

/** 4.15: bytes of the slot before the mapping are copied as well. */
export class CopiesWhatIsBefore extends IoTlbMem {
  override bounce(dev: SwiotlbDevice, tlbAddr: number, size: number) {
    for (let before = 0; before < 64; before++) {
      const bounced = super.bounce(dev, tlbAddr + before, size);
      if (bounced !== null) return { ...bounced, orig: bounced.orig - before };
    }
    return null;
  }
}

/** 4.11: nothing ever grows. */
export class NeverGrows extends IoTlbMem {
  override runWork() {
    return null;
  }
}

/** 4.11: pools of one mapping stay. */
export class KeepsTransientPools extends IoTlbMem {
  override tblUnmapSingle(dev: SwiotlbDevice, tlbAddr: number) {
    const pools = [...dev.dmaIoTlbPools];
    const released = super.tblUnmapSingle(dev, tlbAddr);
    dev.dmaIoTlbPools.splice(0, Number.POSITIVE_INFINITY, ...pools);
    return released;
  }
}

/** 4.11: new pools are asked last. */
export class OldestFirst extends IoTlbMem {
  override runWork() {
    const grown = super.runWork();
    const pools = this.pools as unknown[];
    if (grown !== null) pools.push(pools.shift());
    return grown;
  }
}

/** 4.11: growth goes on when somebody relies on the default pool. */
export class GrowsAnyway extends IoTlbMem {
  override defaultSwiotlbBase() {
    return this.defpool.start;
  }
}
