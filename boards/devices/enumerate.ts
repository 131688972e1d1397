/**
 * Which nodes are bus masters.
 *
 * A tree does not say. The loader takes every available node (all ancestors available, too) that
 * - has `compatible` and `reg` and sits on memory-mapped buses only: every bus above it, up to the
 *   root, has `ranges` (a client of an I2C or SPI bus is no master), or
 * - lists a reserved region, wherever it sits (remote processors have no `reg`), or
 * - is a function behind a PCI host.
 * Every PCI host also gets one function that stands for whatever is plugged in: the tree knows how
 * such a function sees the bus, but not that it exists. CPUs and reserved memory are not devices.
 */
import { isPci } from '../dma/bus.ts';
import { baseName, type FdtNode } from '../fdt/tree.ts';
import { DEVICES_MAX } from '../limits.ts';
import type { Notebook } from '../notes.ts';
import { isAvailable } from '../property.ts';

export interface Master {
  readonly node: FdtNode;
  /** Of a PCI function: the host whose windows and units it uses; else null. */
  readonly host: FdtNode | null;
  /** Stands for any function of the host: `node` is the host itself. */
  readonly synthetic: boolean;
}

const NO_MASTERS = ['cpus', 'reserved-memory', 'memory', 'chosen', 'aliases'];

/** In file order; a host's synthetic function follows the host. */
export function mastersOf(root: FdtNode, notes: Notebook): Master[] {
  const masters: Master[] = [];
  const stack: Place[] = [];
  for (const child of [...root.children].reverse()) {
    if (!NO_MASTERS.includes(baseName(child)))
      stack.push({ node: child, mapped: true, host: null });
  }
  for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
    if (!isAvailable(place.node)) continue;
    if (masters.length >= DEVICES_MAX) {
      notes.add('limit', place.node.path, `only ${DEVICES_MAX} devices are looked at`);
      break;
    }
    masters.push(...mastersAt(place));
    const below = {
      mapped: place.mapped && place.node.has('ranges'),
      host: place.host ?? (isPci(place.node) ? place.node : null),
    };
    for (let index = place.node.children.length - 1; index >= 0; index -= 1) {
      stack.push({ node: place.node.children[index]!, ...below });
    }
  }
  return masters;
}

interface Place {
  readonly node: FdtNode;
  /** Do all buses above have `ranges`? */
  readonly mapped: boolean;
  readonly host: FdtNode | null;
}

function mastersAt({ node, mapped, host }: Place): Master[] {
  const lists = node.has('memory-region');
  if (host !== null) {
    return lists || node.has('compatible') ? [{ node, host, synthetic: false }] : [];
  }
  if (!lists && !(mapped && node.has('compatible') && node.has('reg'))) return [];
  const self = { node, host: null, synthetic: false };
  return isPci(node) ? [self, { node, host: node, synthetic: true }] : [self];
}
