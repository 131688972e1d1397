/**
 * Scatter/gather tables, literally (mapping.md §1.1 to §1.4): arrays of entries, links between
 * them, an end mark. A place in a list is an array and an index, as a pointer is in the kernel.
 */

export interface ReferenceEntry {
  pfn: number;
  /** Of the pages: the owner of their device memory, which the kernel finds by the page. */
  owner: number;
  offset: number;
  length: number;
  dmaAddress: number;
  dmaLength: number;
  dmaFlags: number;
  /** Not null: this place holds no entry, the list goes on there. */
  link: ReferenceEntry[] | null;
  end: boolean;
}

export interface ReferencePlace {
  readonly array: ReferenceEntry[];
  readonly at: number;
}

export interface ReferenceTable {
  sgl: ReferenceEntry[] | null;
  nents: number;
  origNents: number;
}

/** Lends arrays; what it is asked for is all it knows. */
export interface ReferenceArrays {
  take(places: number): boolean;
  give(places: number): void;
}

export const emptyTable = (): ReferenceTable => ({ sgl: null, nents: 0, origNents: 0 });

const emptyEntry = (): ReferenceEntry => {
  return {
    pfn: 0,
    owner: 0,
    offset: 0,
    length: 0,
    dmaAddress: 0,
    dmaLength: 0,
    dmaFlags: 0,
    link: null,
    end: false,
  };
};

/** The last place is the end. */
export function initTable(nents: number): ReferenceEntry[] {
  const array = Array.from({ length: nents }, emptyEntry);
  array[nents - 1]!.end = true;
  return array;
}

/** Null: no memory. */
export function takeArray(places: number, arrays: ReferenceArrays): ReferenceEntry[] | null {
  return arrays.take(places) ? initTable(places) : null;
}

export const entryAt = ({ array, at }: ReferencePlace): ReferenceEntry => array[at]!;

/** A link has neither bytes nor an end mark. */
export function chain(place: ReferencePlace, array: ReferenceEntry[]): void {
  const entry = entryAt(place);
  entry.offset = 0;
  entry.length = 0;
  entry.end = false;
  entry.link = array;
}

export function markEnd(place: ReferencePlace): void {
  const entry = entryAt(place);
  entry.end = true;
  entry.link = null;
}

/** Null: the end. */
export function sgNext(place: ReferencePlace): ReferencePlace | null {
  if (entryAt(place).end) return null;
  const adjacent = { array: place.array, at: place.at + 1 };
  const { link } = entryAt(adjacent);
  return link === null ? adjacent : { array: link, at: 0 };
}

/** All entries that a walk meets, of a list that may be none. */
export function entriesOf(sgl: ReferenceEntry[] | null): ReferenceEntry[] {
  const entries: ReferenceEntry[] = [];
  let place: ReferencePlace | null = sgl === null ? null : { array: sgl, at: 0 };
  while (place !== null) {
    entries.push(entryAt(place));
    place = sgNext(place);
  }
  return entries;
}

/** A list of one array, of the fields of other entries. */
export function listOf(entries: readonly Partial<ReferenceEntry>[]): ReferenceEntry[] {
  const array = initTable(entries.length);
  for (const [k, entry] of entries.entries()) {
    Object.assign(array[k]!, entry, { link: null, end: k === entries.length - 1 });
  }
  return array;
}

export const referenceMaxSingleAlloc = (pageSize: number) => pageSize / 32;

/** 0: success. A first array of `first` places, if not null, is the caller's. */
export function allocTable(
  table: ReferenceTable,
  nents: number,
  maxEntries: number,
  arrays: ReferenceArrays,
  first: ReferenceEntry[] | null = null,
): 'EINVAL' | 'ENOMEM' | 0 {
  Object.assign(table, emptyTable());
  if (nents === 0) return 'EINVAL';
  let left = nents;
  let most = first === null ? maxEntries : first.length;
  let before: ReferenceEntry[] | null = null;
  do {
    let places = left;
    let used = places;
    if (places > most) {
      places = most;
      used = places - 1;
    }
    left -= used;
    const array: ReferenceEntry[] | null =
      before === null && first !== null ? initTable(places) : takeArray(places, arrays);
    if (array === null) {
      if (before !== null) {
        table.origNents += 1;
        table.nents = table.origNents;
      }
      freeTable(table, maxEntries, first?.length ?? 0, table.origNents, arrays);
      return 'ENOMEM';
    }
    table.origNents += used;
    table.nents = table.origNents;
    if (before === null) table.sgl = array;
    else chain({ array: before, at: before.length - 1 }, array);
    if (left === 0) markEnd({ array, at: used - 1 });
    before = array;
    most = maxEntries;
  } while (left > 0);
  return 0;
}

/** A first array that suffices is all there is; one that has room for a link only is nothing. */
export function allocTableChained(
  table: ReferenceTable,
  nents: number,
  firstPlaces: number,
  arrays: ReferenceArrays,
): 'EINVAL' | 'ENOMEM' | 0 {
  if (firstPlaces > 0 && nents <= firstPlaces) {
    table.sgl = initTable(nents);
    table.nents = nents;
    table.origNents = nents;
    return 0;
  }
  const first = firstPlaces > 1 ? initTable(firstPlaces) : null;
  return allocTable(table, nents, 128, arrays, first);
}

/** The sizes of the arrays are reckoned from the number of entries, nothing else. */
export function freeTable(
  table: ReferenceTable,
  maxEntries: number,
  firstPlaces: number,
  entries: number,
  arrays: ReferenceArrays,
): void {
  let array = table.sgl;
  let left = entries;
  let most = firstPlaces === 0 ? maxEntries : firstPlaces;
  let isFirst = firstPlaces > 0;
  while (array !== null && left > 0) {
    let places = left;
    let used = places;
    let next: ReferenceEntry[] | null = null;
    if (places > most) {
      next = array[most - 1]?.link ?? null;
      places = most;
      used = places - 1;
    }
    left -= used;
    if (!isFirst) arrays.give(places);
    isFirst = false;
    array = next;
    most = maxEntries;
  }
  table.sgl = null;
}
