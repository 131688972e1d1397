/**
 * The judge. It does not predict the answer; it decides whether an answer is allowed, then
 * believes it.
 */
import type { Violation } from '../../contract/law.ts';
import type { Machine } from '../../contract/machine.ts';
import type { LabelKind, Op, OpName } from '../../contract/operations.ts';
import type { Outcome, Warning } from '../../contract/outcome.ts';
import type { Booted } from '../../contract/subject.ts';
import type { Legality, Rule, Seen } from './rule.ts';
import { broken, outcomeText } from './rule.ts';
import {
  deviceRead,
  deviceWrite,
  evict,
  mappedRead,
  mappedWrite,
  prefetch,
} from './rules/access.ts';
import { allocCoherent, allocNoncoherent, free } from './rules/alloc.ts';
import { adoptBounce, checkBootBounce } from './rules/bounce-pool.ts';
import { census } from './rules/census.ts';
import { mmap, read, write } from './rules/contents.ts';
import { adoptChunks, checkBootChunks, runWork } from './rules/growth.ts';
import {
  addressingLimited,
  capable,
  coherentOkRule,
  dmaToPhys,
  maxMappingSize,
  optMappingSize,
  physToDma,
  requiredMask,
  setCoherentMask,
  setMask,
  setOffset,
} from './rules/limits.ts';
import { mapPage, mapResource, mapSgtable } from './rules/mapping.ts';
import { allocContig, allocExact, allocPages, freePages, pin, unpin } from './rules/pages.ts';
import { attach, declare, detach, release } from './rules/pools.ts';
import { needSync, syncForCpu, syncForDevice, unmap } from './rules/sync.ts';
import { sgNentsForLen, sgRead, sgWrite } from './rules/table-walk.ts';
import { sgAppend, sgFree, sgFromPages, sgOfBuffer, sgSplit } from './rules/tables.ts';
import type { State } from './state.ts';
import { defaultRegions, newState } from './state.ts';

const RULES: { readonly [N in OpName]: Rule<N> } = {
  set_mask: setMask,
  set_coherent_mask: setCoherentMask,
  set_offset: setOffset,
  phys_to_dma: physToDma,
  dma_to_phys: dmaToPhys,
  coherent_ok: coherentOkRule,
  capable,
  required_mask: requiredMask,
  addressing_limited: addressingLimited,
  declare,
  release,
  attach,
  detach,
  alloc_coherent: allocCoherent,
  alloc_noncoherent: allocNoncoherent,
  free,
  mmap,
  alloc_pages: allocPages,
  alloc_exact: allocExact,
  alloc_contig: allocContig,
  free_pages: freePages,
  pin,
  unpin,
  run_work: runWork,
  census,
  write,
  read,
  sg_from_pages: sgFromPages,
  sg_append: sgAppend,
  sg_of_buffer: sgOfBuffer,
  sg_split: sgSplit,
  sg_nents_for_len: sgNentsForLen,
  sg_read: sgRead,
  sg_write: sgWrite,
  sg_free: sgFree,
  map_page: mapPage,
  map_sgtable: mapSgtable,
  map_resource: mapResource,
  unmap,
  sync_for_cpu: syncForCpu,
  sync_for_device: syncForDevice,
  need_sync: needSync,
  max_mapping_size: maxMappingSize,
  opt_mapping_size: optMappingSize,
  mapped_read: mappedRead,
  mapped_write: mappedWrite,
  device_read: deviceRead,
  device_write: deviceWrite,
  evict,
  prefetch,
};

const NO_OPERATIONS: ReadonlySet<OpName> = new Set();

function ruleOf(op: Op): Rule<OpName> {
  return RULES[op.op];
}

export class Judge {
  readonly state: State;
  readonly #seen: Seen;

  /**
   * `seen`: what the subject can report; laws that need more stay silent. `operations`: what it can
   * be asked. One that knows `alloc_noncoherent` has memory behind its pools; for others, what is
   * asked of no pool stays without meaning.
   */
  constructor(machine: Machine, seen: Seen, operations: ReadonlySet<OpName> = NO_OPERATIONS) {
    const hasPages = operations.has('alloc_noncoherent') && seen.has('phys');
    const accounted = hasPages && seen.has('free-memory');
    const contents = seen.has('bytes') || seen.has('device-bytes');
    this.state = newState(machine, { hasPages, accounted, contents });
    this.#seen = seen;
  }

  /** Holds what booting said against the machine, and believes it. */
  checkBoot(booted: Booted): Violation | null {
    const events = booted.events ?? [];
    const bounce = checkBootBounce(this.state, events);
    adoptBounce(this.state, events);
    const chunks = events.filter(({ event }) => event !== 'bounce-pool');
    const violation = this.#checkMessages(booted) ?? bounce ?? checkBootChunks(this.state, chunks);
    if (this.state.accounted) adoptChunks(this.state, chunks);
    return violation;
  }

  #checkMessages(booted: Booted): Violation | null {
    if (!this.#seen.has('warnings')) return null;
    const expected = Math.max(0, defaultRegions(this.state.machine).length - 1);
    const observed = booted.warnings.filter((w) => w === 'default-redefined').length;
    if (observed === expected) return null;
    return broken('boot/default-pool', `${expected} warnings`, `${observed}`);
  }

  /** Does the label stand for something now? */
  lives(kind: LabelKind, label: number): boolean {
    const { buffers, tables, mappings } = this.state;
    return { buffer: buffers, table: tables, mapping: mappings }[kind].has(label);
  }

  legality(op: Op): Legality {
    return ruleOf(op).legality(this.state, op);
  }

  /** Is the answer allowed? Changes nothing. Only for operations that were sent. */
  check(op: Op, outcome: Outcome): Violation | null {
    if (outcome.is === 'crash') return broken('any/no-crash', 'no crash', outcomeText(outcome));
    const rule = ruleOf(op);
    if (outcome.is === 'skipped') {
      const may = rule.maySkip?.(this.state, op) === true;
      return may ? null : broken('any/form', 'an answer', 'skipped');
    }
    return (
      rule.check(this.state, op, outcome, this.#seen) ??
      this.#checkWarnings(op, outcome) ??
      this.#checkEvents(op, outcome)
    );
  }

  /** Memory is given to pools by operations whose rules say so, and by no others. */
  #checkEvents(op: Op, outcome: Outcome): Violation | null {
    const { tells = [] } = ruleOf(op);
    const first = (outcome.events ?? []).find(({ event }) => !tells.includes(event));
    if (first === undefined || !this.state.accounted) return null;
    const law = first.event.startsWith('bounce-pool') ? 'bounce/growth' : 'atomic/growth';
    return broken(law, 'growth by run_work alone', `${first.event} of ${first.bytes}`);
  }

  #checkWarnings(op: Op, outcome: Outcome): Violation | null {
    if (!this.#seen.has('warnings')) return null;
    const wanted = ruleOf(op).warnings?.(this.state, op) ?? [];
    const got = outcome.warnings ?? [];
    if (got.length === wanted.length && got.every((w, i) => w === wanted[i])) return null;
    const text = (list: readonly Warning[]) => (list.length === 0 ? 'no warning' : list.join(', '));
    return broken('attach/range-warning', text(wanted), text(got));
  }

  /** Believes the answer. */
  adopt(op: Op, outcome: Outcome): void {
    if (outcome.is !== 'crash') ruleOf(op).adopt(this.state, op, outcome);
  }
}
