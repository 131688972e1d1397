/**
 * Random programs. First the configuration (length, weights, scale, the devices in focus), then
 * the operations. Half of the programs draw their weights (swarm): some kinds are off, others up
 * to 100 times as frequent; half use the usual ones.
 */
import type { Machine } from '../../contract/machine.ts';
import { PROFILES } from '../../contract/machine.ts';
import type { Op, OpName } from '../../contract/operations.ts';
import { OP_NAMES } from '../../contract/operations.ts';
import type { Random } from '../random.ts';
import { between, chance, pick } from '../random.ts';
import { drawOperation } from './operations.ts';
import { Plan } from './plan.ts';
import type { Scale } from './sizes.ts';

/** How often each kind is drawn where a program does not draw its own weights. */
const USUAL: { readonly [N in OpName]: number } = {
  alloc_coherent: 70,
  alloc_noncoherent: 12,
  free: 46,
  alloc_pages: 12,
  alloc_exact: 4,
  alloc_contig: 6,
  free_pages: 12,
  pin: 4,
  unpin: 2,
  run_work: 4,
  census: 1,
  attach: 14,
  detach: 3,
  declare: 4,
  release: 3,
  mmap: 8,
  write: 14,
  read: 10,
  set_mask: 6,
  set_coherent_mask: 2,
  set_offset: 2,
  phys_to_dma: 4,
  dma_to_phys: 3,
  coherent_ok: 5,
  capable: 3,
  required_mask: 1,
  addressing_limited: 1,
  sg_from_pages: 26,
  sg_append: 12,
  sg_of_buffer: 3,
  sg_split: 3,
  sg_nents_for_len: 2,
  sg_read: 3,
  sg_write: 4,
  sg_free: 5,
  map_page: 40,
  map_sgtable: 30,
  map_resource: 2,
  unmap: 36,
  sync_for_cpu: 14,
  sync_for_device: 14,
  need_sync: 6,
  max_mapping_size: 1,
  opt_mapping_size: 1,
  mapped_read: 16,
  mapped_write: 16,
  device_read: 5,
  device_write: 5,
  evict: 8,
  prefetch: 5,
};

/** What programs about memory alone leave out. */
const STREAMING: ReadonlySet<OpName> = new Set(
  OP_NAMES.filter(
    (name) => /^(sg_|map|unmap|sync_|need_sync)/.test(name) || ['evict', 'prefetch'].includes(name),
  ),
);

/** What mappings cannot do without. */
const WITH_MAPPINGS: ReadonlySet<OpName> = new Set<OpName>([
  'alloc_coherent',
  'alloc_noncoherent',
  'alloc_pages',
  'write',
  'read',
  'device_read',
  'device_write',
  'set_mask',
]);

/** How often each kind is drawn where slots are to run out; others are not. */
const FOR_SLOTS: { readonly [N in OpName]?: number } = {
  alloc_pages: 30,
  free_pages: 6,
  run_work: 12,
  write: 6,
  read: 6,
  sg_from_pages: 10,
  sg_free: 2,
  map_page: 70,
  map_sgtable: 20,
  unmap: 25,
  sync_for_cpu: 8,
  sync_for_device: 8,
  mapped_read: 12,
  mapped_write: 12,
};

/** Drawn before the first operation. */
export interface Configuration {
  readonly length: number;
  readonly scale: Scale;
  /** Devices most operations are about. */
  readonly focus: readonly number[];
  readonly kinds: Kinds;
  /** Is there memory behind the coherent pools to ask for? */
  readonly hasPages: boolean;
  /** Are pages counted? Elsewhere a program that makes them scarce shows nothing. */
  readonly counted: boolean;
}

/** What a subject can be asked. */
export type Operations = ReadonlySet<OpName>;

/** Kinds that are drawn at all, with running sums of their weights. */
interface Kinds {
  readonly names: readonly OpName[];
  readonly sums: readonly number[];
  readonly total: number;
}

export const LENGTH_MAX = 200;

/**
 * Of the given operations alone. Empty for a machine without devices: nearly every operation asks
 * one.
 */
export function drawProgram(random: Random, machine: Machine, operations: Operations): Op[] {
  if (machine.devices.length === 0) return [];
  const configuration = drawConfiguration(random, machine, operations);
  const plan = new Plan(machine);
  const program: Op[] = [];
  if (chance(random, 3, 4)) bindFocus(random, configuration, plan, program);
  if (operations.has('set_mask') && chance(random, 1, 2)) setMasks(configuration, plan, program);
  // A kind with nothing to apply to draws again; the bound only guards against empty focuses.
  for (let tries = 0; program.length < configuration.length && tries < 4 * LENGTH_MAX; tries++) {
    const op = drawOperation(random, drawKind(random, configuration.kinds), configuration, plan);
    if (op !== null) program.push(op);
  }
  return program;
}

function drawConfiguration(
  random: Random,
  machine: Machine,
  operations: Operations,
): Configuration {
  return {
    length: drawLength(random),
    scale: chance(random, 1, 2) ? 'small' : 'large',
    focus: drawFocus(random, machine),
    kinds: drawKinds(random, machine, operations),
    hasPages: operations.has('alloc_noncoherent'),
    counted: operations.has('census'),
  };
}

/** A third up to 8, a third up to 40, a third up to the maximum. */
function drawLength(random: Random): number {
  return between(random, 1, pick(random, [8, 40, LENGTH_MAX]));
}

/** Up to 4 devices, most often ones that list the same region. */
function drawFocus(random: Random, machine: Machine): number[] {
  const first = between(random, 0, machine.devices.length - 1);
  const focus = [first];
  const shared = machine.devices[first]!.regions;
  const count = between(random, 1, 4);
  const sharing = machine.devices.flatMap((device, index) =>
    index !== first && device.regions.some((r) => shared.includes(r)) ? [index] : [],
  );
  while (focus.length < count) {
    const next =
      sharing.length > 0 && chance(random, 2, 3)
        ? pick(random, sharing)
        : between(random, 0, machine.devices.length - 1);
    focus.push(next);
  }
  return focus;
}

function kindsOf(weight: (name: OpName) => number): Kinds {
  const names: OpName[] = [];
  const sums: number[] = [];
  let total = 0;
  for (const name of OP_NAMES) {
    const own = weight(name);
    if (own === 0) continue;
    total += own;
    names.push(name);
    sums.push(total);
  }
  return { names, sums, total };
}

function drawKind(random: Random, { names, sums, total }: Kinds): OpName {
  const at = random.below(total) + 1;
  let index = 0;
  while (sums[index]! < at) index += 1;
  return names[index]!;
}

/** What a program is about. */
type Theme = 'memory' | 'mappings' | 'placed' | 'both' | 'slots';

/** Of a program about mappings, this share of what only memory is about. */
const ASIDE = 1 / 8;
/** How often a range of RAM is asked for in a program about mappings of known places. */
const PLACED = 40;

/** How often a kind is drawn in a program about something, if it draws no weights of its own. */
function usual(name: OpName, theme: Theme): number {
  if (theme === 'slots') return FOR_SLOTS[name] ?? 0;
  if (theme === 'placed' && name === 'alloc_contig') return PLACED;
  if (STREAMING.has(name)) return theme === 'memory' ? 0 : USUAL[name];
  const isAside = theme === 'mappings' || theme === 'placed';
  return isAside && !WITH_MAPPINGS.has(name) ? USUAL[name] * ASIDE : USUAL[name];
}

const ALL_USUAL = new WeakMap<Operations, Map<Theme, Kinds>>();

function usualKinds(operations: Operations, theme: Theme): Kinds {
  const themes = ALL_USUAL.get(operations) ?? new Map<Theme, Kinds>();
  ALL_USUAL.set(operations, themes);
  const known = themes.get(theme);
  if (known !== undefined) return known;
  const kinds = kindsOf((name) => (operations.has(name) ? Math.ceil(usual(name, theme)) : 0));
  themes.set(theme, kinds);
  return kinds;
}

const THEMES: readonly Theme[] = ['memory', 'mappings', 'both'];
/** Where pages are not counted the page allocator may put them anywhere. */
const THEMES_UNCOUNTED: readonly Theme[] = ['memory', 'mappings', 'placed', 'placed', 'both'];

/**
 * Of three programs one is about memory alone, one about mappings and one about both. Where bounce
 * memory may grow, one in three is about that instead; where memory is scarce, nearly
 * all are about memory alone.
 */
function drawKinds(random: Random, machine: Machine, operations: Operations): Kinds {
  const { swiotlb, lowmemReserve } = machine;
  const both = operations.has('map_page');
  const grows = both && operations.has('alloc_pages') && swiotlb?.dynamic === true;
  if (grows && chance(random, 1, 3)) return usualKinds(operations, 'slots');
  const scarce = lowmemReserve && chance(random, 3, 4);
  const themes = operations.has('census') ? THEMES : THEMES_UNCOUNTED;
  const theme = both && !scarce ? pick(random, themes) : 'memory';
  return chance(random, 1, 2)
    ? swarmKinds(random, operations, theme)
    : usualKinds(operations, theme);
}

/** A third of the kinds off, the others at 1, 3, 10, 30 or 100; allocations are never off. */
function swarmKinds(random: Random, operations: Operations, theme: Theme): Kinds {
  return kindsOf((name) => {
    if (!operations.has(name) || usual(name, theme) === 0) return 0;
    if (name !== 'alloc_coherent' && chance(random, 1, 3)) return 0;
    const weight = pick(random, [1, 3, 10, 30, 100]);
    return usual(name, theme) < USUAL[name] ? Math.ceil(weight * ASIDE) : weight;
  });
}

/** What drivers do when they probe: the mask the device has is set, and syncs may be skipped. */
function setMasks({ focus }: Configuration, plan: Plan, program: Op[]): void {
  for (const device of new Set(focus)) {
    const mask = plan.widthOf(device);
    if (mask !== undefined) program.push({ op: 'set_mask', device, mask });
  }
}

/** Most programs start with pools bound to the devices in focus. */
function bindFocus(random: Random, config: Configuration, plan: Plan, program: Op[]): void {
  const kind = PROFILES[plan.machine.profile].deviceTree ? 'attach' : 'declare';
  for (const device of new Set(config.focus)) {
    if (chance(random, 1, 6)) continue;
    const op = drawOperation(random, kind, { ...config, focus: [device] }, plan);
    if (op !== null) program.push(op);
  }
}
