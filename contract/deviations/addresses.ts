/** Deviations of addresses, masks and windows (A-T). */
import type { Window } from '../machine.ts';
import type { Deviation } from './row.ts';

const overlapping = (windows: readonly Window[]) =>
  windows.some((one, index) =>
    windows
      .slice(index + 1)
      .some((other) => one.cpu < other.cpu + other.size && other.cpu < one.cpu + one.size),
  );

export const ADDRESS_DEVIATIONS: readonly Deviation[] = [
  {
    id: 'limits-both-zero',
    spec: 'A-T1',
    disposition: 'kept',
    laws: ['dma/coherent-ok'],
    linux: 'A mask of 0 and no bus limit give the limit 0: no buffer fits (and a WARN once).',
    reason: 'A refusal, not a wrong address; 0 means "unlimited" for one of the two only.',
  },
  {
    id: 'window-crossed',
    spec: 'A-T2',
    disposition: 'repaired',
    laws: ['dma/inside-window', 'placement/first-window', 'alloc/handle', 'map/inside-window'],
    linux: 'Only the first byte is translated: a buffer may start in a window and end outside it.',
    reason: 'The tail would name foreign memory; no caller can want that.',
    repaired: 'false unless one window holds the whole buffer',
    matches: (op, { law, expected }, { devices }) => {
      if (law.endsWith('/inside-window')) return true;
      if (law !== 'alloc/handle' || !('device' in op)) return false;
      // Where windows overlap, the one that holds the whole buffer may not be the first.
      return expected.startsWith('none') || overlapping(devices[op.device]!.windows);
    },
  },
  {
    id: 'address-wraps',
    spec: 'A-T3',
    disposition: 'excluded',
    laws: [],
    linux: 'address + size - 1 wraps at 2^64 and passes; size 0 tests the byte before.',
    reason: 'Addresses end below 2^52 and sizes are at least 1, so no sum can wrap.',
  },
  {
    id: 'mask-any-value',
    spec: '1.2',
    disposition: 'excluded',
    laws: [],
    linux: 'Any 64-bit value can be set as a mask; one with gaps is compared like a limit.',
    reason: 'set_mask takes widths; other masks come with the device, where real trees cause them.',
  },
  {
    id: 'masks-one-variable',
    spec: '1.2',
    disposition: 'excluded',
    laws: [],
    linux:
      'Some buses let the streaming mask pointer point at the coherent mask: setting one ' +
      'sets both.',
    reason: 'A property of bus drivers; devices here have two masks or no mask pointer.',
  },
  {
    id: 'zero-window-ends-table',
    spec: 'A-T4',
    disposition: 'kept',
    laws: ['dma/translate'],
    linux: 'A window of size 0 ends the table; the RAM walk already stops below one page.',
    reason: 'It is how the table says where it ends; later windows do not exist.',
  },
  {
    id: 'limit-outside-windows',
    spec: 'A-T5',
    disposition: 'kept',
    laws: ['dma/untranslate'],
    linux: 'A bus address outside every window translates to all ones, not to an error.',
    reason: 'The answer "none" is that value; what the zone hint makes of it is judged there.',
  },
  {
    id: 'mask-from-first-byte',
    spec: 'A-T6',
    disposition: 'kept',
    laws: ['dma/required-mask'],
    linux: 'The required mask uses the first byte of the last page; bus address 0 is undefined.',
    reason: 'Equal to the last-byte rule except at bus address 0, which is never asked.',
  },
  {
    id: 'bit-operators',
    spec: 'A-T7',
    disposition: 'excluded',
    laws: [],
    linux: 'Not a behaviour: JavaScript bit operators truncate to 32 bits.',
    reason: 'The linter bans them outside the bitmap files; contract/numbers.ts is exact.',
  },
];
