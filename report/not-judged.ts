/** Laws a subject gives no occasion to break: it does not report enough, or is asked too little. */
import type { Law } from '../contract/law.ts';
import type { OpName } from '../contract/operations.ts';
import type { Subject } from '../contract/subject.ts';
import { FIRST_OPERATIONS } from '../contract/subject.ts';
import { JUDGE_LAWS } from '../model/judge/laws.ts';

/** One operation out of every group must be asked before the law can break. */
type Groups = readonly (readonly OpName[])[];

const ALLOC: Groups = [['alloc_coherent']];
const ATTACH: Groups = [['attach']];
const MMAP: Groups = [['alloc_coherent'], ['mmap']];
const BINDING: Groups = [['attach', 'declare']];
/** Memory for devices, from behind the coherent pools. */
const MEMORY: Groups = [['alloc_noncoherent']];
const PAGES: Groups = MEMORY;
const SLOTS: Groups = [['alloc_noncoherent'], ['attach']];

/** Streaming mappings, of memory from behind the coherent pools or of theirs. */
const MAP: Groups = [['alloc_noncoherent'], ['map_page', 'map_sgtable']];
const TABLES: Groups = [
  ['alloc_noncoherent'],
  ['sg_from_pages', 'sg_append', 'sg_of_buffer', 'sg_split'],
];

/** By law. Every law of the judge has a row; a test says so. */
export const ASKED_BY: Readonly<Record<string, Groups>> = {
  'any/no-crash': [],
  'any/form': [],
  'boot/default-pool': [],
  'dma/mask': [['set_mask', 'set_coherent_mask']],
  'dma/set-offset': [['set_offset']],
  'dma/translate': [['phys_to_dma']],
  'dma/untranslate': [['dma_to_phys']],
  'dma/coherent-ok': [['coherent_ok']],
  'dma/inside-window': [['coherent_ok']],
  'dma/capable': [['capable']],
  'dma/required-mask': [['required_mask']],
  'dma/addressing-limited': [['addressing_limited']],
  'pool/creation': BINDING,
  'pool/busy': BINDING,
  'attach/index': ATTACH,
  'attach/disabled': ATTACH,
  'attach/no-handler': ATTACH,
  'attach/range-warning': ATTACH,
  'pool/unbind': [['release', 'detach']],
  'pool/size-zero': ALLOC,
  'alloc/final': ALLOC,
  'pool/inside': ALLOC,
  'pool/aligned': ALLOC,
  'pool/disjoint': ALLOC,
  'pool/handle': ALLOC,
  'pool/zeroed': ALLOC,
  'pool/complete': ALLOC,
  'attach/memory': SLOTS,
  'alloc/no-mask': MEMORY,
  'alloc/source': MEMORY,
  'alloc/handle': MEMORY,
  'alloc/reachable': MEMORY,
  'pages/inside': PAGES,
  'pages/aligned': PAGES,
  'pages/disjoint': PAGES,
  'pages/complete': PAGES,
  'contig/exact': [['alloc_noncoherent'], ['alloc_contig', 'pin']],
  'cma/inside': MEMORY,
  'cma/aligned': MEMORY,
  'cma/disjoint': MEMORY,
  'cma/complete': MEMORY,
  'atomic/inside': [['alloc_noncoherent'], ['alloc_coherent']],
  'atomic/aligned': [['alloc_noncoherent'], ['alloc_coherent']],
  'atomic/disjoint': [['alloc_noncoherent'], ['alloc_coherent']],
  'atomic/complete': [['alloc_noncoherent'], ['alloc_coherent']],
  'atomic/growth': MEMORY,
  'atomic/chunk': MEMORY,
  'slots/inside': SLOTS,
  'slots/aligned': SLOTS,
  'slots/disjoint': SLOTS,
  'slots/complete': SLOTS,
  'account/pages': [['alloc_noncoherent'], ['census']],
  'free/returns-all': [['alloc_coherent'], ['free']],
  'mmap/bounds': MMAP,
  'mmap/frame': MMAP,
  'cpu/contents': [['alloc_coherent'], ['read']],
  'table/entries': TABLES,
  'table/split-end': [['alloc_noncoherent'], ['sg_split']],
  'table/refusal': TABLES,
  'table/count': [...TABLES, ['sg_nents_for_len']],
  'table/copy': [...TABLES, ['sg_read', 'sg_write']],
  'map/pieces': MAP,
  'map/reachable': MAP,
  'map/bounced': MAP,
  'map/no-needless-bounce': MAP,
  'map/nonlinear': MAP,
  'map/complete': MAP,
  'map/last-place': MAP,
  'map/inside-window': MAP,
  'map/no-mask': MAP,
  'map/resource': [['alloc_noncoherent'], ['map_resource']],
  'bounce/pool': [['alloc_noncoherent']],
  'bounce/transient': MAP,
  'bounce/growth': [...MAP, ['run_work']],
  'bounce/inside': MAP,
  'bounce/disjoint': MAP,
  'bounce/aligned': MAP,
  'bounce/boundary': MAP,
  'sync/needed': [...MAP, ['need_sync']],
  'dma/mapping-size': [['alloc_noncoherent'], ['max_mapping_size', 'opt_mapping_size']],
  'device/contents': [...MAP, ['mapped_read']],
  'device/coherent': [['alloc_noncoherent'], ['alloc_coherent'], ['device_read']],
};

/** Laws that were not judged, whatever was run. */
export function notJudged(subject: Pick<Subject, 'observes' | 'operations'>): readonly Law[] {
  const asked = new Set<OpName>(subject.operations ?? FIRST_OPERATIONS);
  return JUDGE_LAWS.filter(({ id, needs = [] }) => {
    const groups = ASKED_BY[id] ?? [];
    const isAsked = groups.every((group) => group.some((name) => asked.has(name)));
    return !isAsked || needs.some((need) => !subject.observes.has(need));
  });
}
