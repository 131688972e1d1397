/** The region list of a machine: what is reserved, in tree order, and what devices may list. */
import type { Bank, Region, RegionKind } from '../../contract/machine.ts';
import { REGION_FLAGS } from '../../contract/machine.ts';
import { areaTrouble } from '../../contract/machine-check.ts';
import { ADDRESS_END } from '../../contract/numbers.ts';
import { addressOf, boundsOf, numberAt } from '../cells.ts';
import { BoardError } from '../errors.ts';
import type { FdtNode, ReserveEntry } from '../fdt/tree.ts';
import { REGIONS_MAX } from '../limits.ts';
import { Namer } from '../names.ts';
import type { Notebook } from '../notes.ts';
import type { Declared } from './declared.ts';
import { declaredKind, type HandlerRules, kindOf } from './handlers.ts';
import type { Span } from './placement.ts';
import { type Reserved, spanOf, spanText } from './reserve.ts';

/**
 * Where a region comes from.
 * - `static`, `dynamic`: the tree gave the address, or the loader did.
 * - `extra`: a further tuple of the static region before it.
 * - `header`: the reserve map.
 * - `placeholder`: nothing is reserved; devices list it, so it keeps the place in their lists.
 */
export type RegionOrigin = 'static' | 'dynamic' | 'extra' | 'header' | 'placeholder';

export interface RegionInfo {
  readonly region: Region;
  readonly origin: RegionOrigin;
  /** Null for `header` and for a phandle that leads nowhere. */
  readonly node: FdtNode | null;
  /** What the properties say, before handlers decided and whether or not it is disabled. */
  readonly declaredKind: RegionKind;
}

/** Collects the list; the index of a region is its place in `Machine.regions`. */
export class RegionList {
  readonly infos: RegionInfo[] = [];
  private readonly byNode = new Map<FdtNode, number>();
  private readonly namer = new Namer();
  private readonly notes: Notebook;

  constructor(notes: Notebook) {
    this.notes = notes;
  }

  indexOf(node: FdtNode): number | undefined {
    return this.byNode.get(node);
  }

  addDeclared(declared: readonly Declared[], reserved: Reserved, rules: HandlerRules): void {
    for (const region of declared) {
      if (region.how === 'none') continue;
      const spans = reserved.get(region);
      if (spans !== undefined) this.addReserved(region, spans, rules);
      else if (region.available) this.addPlaceholder(region.node, declaredKind(region), false);
      else this.addDisabled(region, rules);
    }
  }

  /** After all others: the kernel reserves these last. Whole map, sizes included, as plain. */
  addHeader(entries: readonly ReserveEntry[]): void {
    for (const [index, { cells }] of entries.entries()) {
      const base = numberAt(cells, 0, 2);
      const size = numberAt(cells, 2, 2);
      const where = `reserve map entry ${index}`;
      const start = addressOf(base, where);
      const fits = boundsOf(base, size) !== undefined;
      const span = { start, end: fits ? start + Number(size) : ADDRESS_END };
      this.notes.add('header-reservation', '/', spanText(span));
      this.push(null, 'header', `memreserve@${start.toString(16)}`, plain(span));
    }
  }

  /** After all others: an area the kernel would crash on, or hand out twice, is only reserved. */
  retireAreas(banks: readonly Bank[]): void {
    const regions = this.infos.map(({ region }) => region);
    for (const [index, info] of this.infos.entries()) {
      const { region, node } = info;
      const trouble = region.kind === 'cma' ? areaTrouble({ banks, regions }, region) : null;
      if (trouble === null) continue;
      this.notes.add('area-unusable', node?.path ?? '/', trouble[0]);
      this.infos[index] = { ...info, region: { ...region, kind: 'plain', isDefault: false } };
    }
  }

  /** A list entry must keep its place, although attaching it binds nothing. */
  addPlaceholder(node: FdtNode | null, kind: RegionKind, disabled: boolean, name = ''): number {
    const region = { ...plain({ start: 0, end: 0 }), disabled };
    return this.push(node, 'placeholder', node === null ? name : node.name, region, kind);
  }

  /**
   * A region that handlers refused is RAM again: it keeps its address for the reader and its
   * place in lists, but reserves nothing.
   */
  private addReserved(
    region: Declared,
    spans: readonly [Span, ...Span[]],
    rules: HandlerRules,
  ): void {
    const [first, ...more] = spans;
    const size = first.end - first.start;
    const kind = kindOf(region, first.start, size, rules);
    if (kind === 'returned') this.notes.add('region-returned', region.node.path, spanText(first));
    if (size === 0) this.notes.add('region-empty', region.node.path, spanText(first));
    this.push(
      region.node,
      region.how === 'dynamic' ? 'dynamic' : 'static',
      region.node.name,
      kind === 'returned'
        ? plain({ start: first.start, end: first.start })
        : { ...plain(first), kind, noMap: region.noMap, isDefault: isDefault(region, kind) },
      declaredKind(region),
    );
    for (const [index, span] of more.entries()) {
      this.notes.add('region-extra', region.node.path, spanText(span));
      const name = `${region.node.name}+${index + 1}`;
      this.push(region.node, 'extra', name, { ...plain(span), noMap: region.noMap });
    }
  }

  /** No handler ever saw a disabled node: one they would refuse is plain. */
  private addDisabled(region: Declared, rules: HandlerRules): void {
    const [tuple] = region.tuples;
    const span = tuple === undefined ? { start: 0, end: 0 } : spanOf(region, tuple, this.notes);
    const kind = kindOf(region, span.start, span.end - span.start, rules);
    const flags = kind === 'returned' ? {} : { kind, isDefault: isDefault(region, kind) };
    const entry = { ...plain(span), noMap: region.noMap, ...flags, disabled: true };
    const origin = region.how === 'dynamic' ? 'dynamic' : 'static';
    this.push(region.node, origin, region.node.name, entry, declaredKind(region));
  }

  private push(
    node: FdtNode | null,
    origin: RegionOrigin,
    name: string,
    region: Omit<Region, 'name'>,
    kind: RegionKind = 'plain',
  ): number {
    const index = this.infos.length;
    if (index >= REGIONS_MAX) {
      throw new BoardError('/reserved-memory', 'more reservations', `at most ${REGIONS_MAX}`);
    }
    if (node !== null && origin !== 'extra') this.byNode.set(node, index);
    const named = { name: this.namer.name(name), ...region };
    this.infos.push({ region: named, origin, node, declaredKind: kind });
    return index;
  }
}

function plain(span: Span): Omit<Region, 'name'> {
  return { kind: 'plain', base: span.start, size: span.end - span.start, ...REGION_FLAGS };
}

function isDefault(region: Declared, kind: RegionKind): boolean {
  if (kind === 'pool') return region.dmaDefault;
  return kind === 'cma' && region.cmaDefault;
}
