/**
 * Page allocators that are wrong on purpose, each in one way: the traps of pools.md §5, and what
 * kernels or ports get wrong. They are variants of the literal one, whose rules can be replaced.
 */
import type { ZoneName } from '../../contract/machine.ts';
import { ReferenceBuddy } from '../../model/reference/buddy.ts';
import {
  type Boot,
  type FreeBlock,
  FreeLists,
  type Type,
} from '../../model/reference/free-lists.ts';
import type { MigrateType } from '../../sut/mm/page-alloc.ts';

/** B-T3: what is freed goes to the head, always. */
export class LastInFirstOut extends FreeLists {
  override buddyMergeLikely() {
    return false;
  }
}

/** B-T4: only the largest order goes to the head, not the one below it as well. */
export class TailBelowLargest extends FreeLists {
  override buddyMergeLikely(pfn: number, buddy: number, order: number) {
    if (order !== this.boot.maxOrder - 1) return super.buddyMergeLikely(pfn, buddy, order);
    return this.typeOfFree(this.buddyOf(Math.min(pfn, buddy), order + 1), order + 1) !== undefined;
  }
}

/** The kind of the neighbour decides, too. */
export class SameKindLikely extends FreeLists {
  override buddyMergeLikely(pfn: number, buddy: number, order: number) {
    const higher = this.buddyOf(Math.min(pfn, buddy), order + 1);
    return super.buddyMergeLikely(pfn, buddy, order) && this.typeOf(higher) === this.typeOf(pfn);
  }
}

/** B-T5: halves are pushed from small to large, so the answer is the highest part. */
export class KeepsTheUpperHalf extends FreeLists {
  override rmqueueSmallest(zone: number, type: Type, order: number) {
    const pfn = super.rmqueueSmallest(zone, type, order);
    const upper = pfn + 2 ** order;
    if (pfn < 0 || this.typeOfFree(upper, order) !== type) return pfn;
    this.unlink({ pfn: upper, order });
    this.link({ pfn, order }, type, false);
    return upper;
  }
}

/** B-T2: pairs are counted from the start of the zone. */
export class CountsFromTheZone extends FreeLists {
  override buddyOf(pfn: number, order: number) {
    const { start } = this.boot.zones[this.zoneOf(pfn)] ?? { start: 0 };
    return start + super.buddyOf(pfn - start, order);
  }
}

/** B-T8: 32-bit page numbers. */
export class Truncates extends FreeLists {
  override buddyOf(pfn: number, order: number) {
    return super.buddyOf(pfn % 2 ** 31, order);
  }
}

/** Boot and exact allocations free to the head. */
export class NeverToTheTail extends FreeLists {
  override splitLargeBuddy(pfn: number, order: number) {
    super.splitLargeBuddy(pfn, order, false);
  }
}

/** B-T9: a block larger than a pageblock stays in pieces. */
export class LeavesPieces extends FreeLists {
  override splitLargeBuddy(pfn: number, order: number, toTail: boolean) {
    const { pageblockOrder } = this.boot;
    if (order <= pageblockOrder) return super.splitLargeBuddy(pfn, order, toTail);
    for (let first = pfn; first < pfn + 2 ** order; first += 2 ** pageblockOrder) {
      this.link({ pfn: first, order: pageblockOrder }, this.typeOf(first), toTail);
    }
  }
}

export class MergesKinds extends FreeLists {
  override mayMerge(pfn: number, buddy: number, order: number) {
    return this.zoneOf(buddy) === this.zoneOf(pfn) && this.typeOfFree(buddy, order) !== undefined;
  }
}

export class MergesZones extends FreeLists {
  override mayMerge(_pfn: number, buddy: number, order: number) {
    return this.typeOfFree(buddy, order) === 'ordinary';
  }
}

/** The block that came first decides: the upper half never joins a lower one. */
export class MergesUpwardsOnly extends FreeLists {
  override mayMerge(pfn: number, buddy: number, order: number, type: Type) {
    return pfn < buddy && super.mayMerge(pfn, buddy, order, type);
  }
}

/** B-I6: splits the largest block there is. */
export class SplitsTheLargest extends FreeLists {
  override rmqueueSmallest(zone: number, type: Type, order: number) {
    for (let from = this.boot.maxOrder; from > order; from--) {
      if (this.lists[zone]![type][from]!.length === 0) continue;
      const pfn = super.rmqueueSmallest(zone, type, from);
      for (let half = from - 1; half >= order; half--) {
        this.link({ pfn: pfn + 2 ** half, order: half }, type, false);
      }
      return pfn;
    }
    return super.rmqueueSmallest(zone, type, order);
  }
}

/** B-I5: of an order, only the lists below the largest are searched. */
export class MissesTheLargest extends FreeLists {
  override rmqueueSmallest(zone: number, type: Type, order: number) {
    const largest = this.lists[zone]![type][this.boot.maxOrder]!;
    const hidden = largest.splice(0);
    const pfn = super.rmqueueSmallest(zone, type, order);
    largest.push(...hidden);
    return pfn;
  }
}

/** B-I7: a half is lost when the largest block is split. */
export class LosesAHalf extends FreeLists {
  override link(block: FreeBlock, type: Type, toTail: boolean) {
    const head = block.order === this.boot.maxOrder - 1 && !toTail;
    if (head && this.typeOfFree(this.buddyOf(block.pfn, block.order), block.order)) return;
    super.link(block, type, toTail);
  }
}

/** B-T7: a zone without room is helped out by the ones above. */
export class FallsBackUp extends ReferenceBuddy {
  override allocPages(order: number, zone: ZoneName) {
    const pfn = super.allocPages(order, zone);
    return pfn >= 0 ? pfn : super.allocPages(order, 'normal');
  }
}

/** B-I8: the pages beyond the exact ones are kept. */
export class KeepsTheRest extends ReferenceBuddy {
  override allocPagesExact(pages: number, zone: ZoneName) {
    return super.allocPages(Math.ceil(Math.log2(pages)), zone);
  }
}

/** Counts free CMA pages as ordinary ones. */
export class CountsCma extends ReferenceBuddy {
  override freeCount(zone: ZoneName) {
    return super.freeCount(zone) + super.freeCmaCount(zone);
  }
}

/** Takes the whole pageblocks around the range. */
export class TakesPageblocks extends ReferenceBuddy {
  override allocContigRange(start: number, end: number, type: MigrateType) {
    const last = this.lists.pageblockOf(end - 1);
    return super.allocContigRange(
      this.lists.pageblockOf(start),
      last + 2 ** this.lists.boot.pageblockOrder,
      type,
    );
  }
}

/** Refuses where something would have to be moved. */
export class NeverMoves extends ReferenceBuddy {
  override allocContigRange(start: number, end: number, type: MigrateType) {
    for (let pfn = start; pfn < end; pfn++) {
      if (this.lists.freeAround(pfn) === undefined) return 'EBUSY' as const;
    }
    return super.allocContigRange(start, end, type);
  }
}

/** Movable requests ask CMA areas last. */
export class CmaLast extends ReferenceBuddy {
  override allocMovable(order: number, zone: ZoneName) {
    const pfn = this.allocPages(order, zone);
    return pfn >= 0 ? pfn : super.allocMovable(order, zone);
  }
}

/** Marks alone count: nothing is reserved for requests that can only go low. */
export class ForgetsTheReserves extends ReferenceBuddy {
  constructor({ watermarks, ...boot }: Boot) {
    const ratios = { dma: 0, dma32: 0, normal: 0 };
    super(watermarks === undefined ? boot : { ...boot, watermarks: { ...watermarks, ratios } });
  }
}

/** The mark is compared with what is free now, not with what is left. */
export class ForgetsTheRequest extends ReferenceBuddy {
  override watermarkOk(zone: number, hint: number, _order: number, movable: boolean) {
    return super.watermarkOk(zone, hint, 0, movable);
  }
}
