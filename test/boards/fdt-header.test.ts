/** The header of a blob: every field out of range is refused at its own offset. */
import { describe, expect, it } from 'vitest';
import { BoardError, FdtError } from '../../boards/errors.ts';
import { parseFdt } from '../../boards/fdt/parse.ts';
import { blob, node } from './blob.ts';

const GOOD = blob(node('', { model: 'header' }), { reserve: [[0x1000n, 0x2000n]] });

function patched(field: number, value: number): Uint8Array {
  const bytes = GOOD.slice();
  new DataView(bytes.buffer).setUint32(field, value);
  return bytes;
}

function offsetOfError(bytes: Uint8Array): number {
  try {
    parseFdt(bytes);
  } catch (error) {
    if (error instanceof FdtError) return error.offset;
    throw error;
  }
  return -1;
}

describe('the header', () => {
  it('is accepted as the builder writes it', () => {
    // The ground all other tests stand on: parse one blob and look at all of it.
    const tree = parseFdt(GOOD);
    expect(tree.root.path).toBe('/');
    expect([...tree.root.properties.keys()]).toEqual(['model']);
    expect(tree.reserveMap).toEqual([{ cells: [0, 0x1000, 0, 0x2000] }]);
    expect(tree.skippedNodes).toBe(0);
  });

  it.each([
    ['magic', 0, 0xd00dfeee],
    ['total size below the header', 4, 39],
    ['total size beyond the file', 4, GOOD.length + 1],
    ['total size of 2 GiB', 4, 0x80000000],
    ['structure block inside the header', 8, 36],
    ['structure block not aligned', 8, 42],
    ['structure block that would wrap 32 bits', 8, 0xfffffff0],
    ['strings block beyond the end', 12, GOOD.length],
    ['reserve map not aligned', 16, 44],
    ['reserve map beyond the end', 16, 0xfffffff8],
    ['version 15', 20, 15],
    ['last compatible version 18', 24, 18],
  ])('refuses %s', (_, field, value) => {
    // One field at a time is set to the first value that libfdt refuses.
    expect(offsetOfError(patched(field, value))).toBe(field);
  });

  it('refuses a size of a block that does not fit', () => {
    // The size fields are reported with the block they belong to.
    expect(offsetOfError(patched(36, 0xffffffff))).toBe(8);
    expect(offsetOfError(patched(32, 0xffffffff))).toBe(12);
  });

  it('refuses a last compatible version above the version', () => {
    // Version 16 with last compatible 17 contradicts itself.
    const bytes = patched(20, 16);
    new DataView(bytes.buffer).setUint32(24, 17);
    expect(offsetOfError(bytes)).toBe(24);
  });

  it('reads version 16, which has no size of the structure block', () => {
    // The block then reaches to the end of the blob.
    expect(parseFdt(patched(20, 16)).root.has('model')).toBe(true);
  });

  it('refuses every truncation', () => {
    // A blob cut anywhere is shorter than its total size.
    for (let size = 0; size < GOOD.length; size += 1) {
      expect(() => parseFdt(GOOD.subarray(0, size))).toThrow(FdtError);
    }
  });

  it('ignores a tail after the total size and never reads it (FM10)', () => {
    // The tail would continue the strings block if anybody looked.
    const long = new Uint8Array(GOOD.length + 64).fill(0x41);
    long.set(GOOD);
    expect(parseFdt(long).root.has('model')).toBe(true);
  });

  it('works on a view into a larger buffer', () => {
    // Files are often slices of pooled buffers, at offsets that are aligned to nothing.
    const large = new Uint8Array(GOOD.length + 7);
    large.set(GOOD, 3);
    const slice = large.subarray(3, 3 + GOOD.length);
    expect(parseFdt(slice).root.has('model')).toBe(true);
  });

  it('says what, where and what else in its error', () => {
    // The three parts are what a person needs to find the damage.
    try {
      parseFdt(patched(0, 1));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(BoardError);
      const { name, message } = error as Error;
      expect(name).toBe('FdtError');
      expect(message).toBe('blob byte 0x0: found magic 0x1, expected magic 0xd00dfeed');
    }
  });
});

describe('the reserve map', () => {
  it('must end before the blob does (FM1)', () => {
    // The terminator is overwritten, and the map runs into the structure block and beyond.
    const bytes = GOOD.slice().fill(0xff, 40);
    expect(() => parseFdt(bytes)).toThrow(/reserve map entry of size 0/);
  });

  it('ends at the first entry of size 0, whatever its address', () => {
    // The kernel stops there; an entry behind it does not count.
    const bytes = blob(node('', {}), {
      reserve: [
        [5n, 0n],
        [0x1000n, 0x1000n],
      ],
    });
    expect(parseFdt(bytes).reserveMap).toEqual([]);
  });

  it('keeps 64 bits exactly', () => {
    // 2^63 + 1 is the classic victim of a conversion to a number.
    const bytes = blob(node('', {}), { reserve: [[2n ** 63n + 1n, 1n]] });
    expect(parseFdt(bytes).reserveMap).toEqual([{ cells: [2 ** 31, 1, 0, 1] }]);
  });
});
