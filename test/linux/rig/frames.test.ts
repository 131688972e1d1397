/** Goal: frames come out as they went in. Method: one stream, cut at every place. */
import { describe, expect, test } from 'vitest';
import { FRAME_MAX, FrameReader, frameOf } from '../../../linux/rig/frames.ts';

const PAYLOADS = ['', 'a', 'four', 'a longer one', ''].map((text) => Buffer.from(text));
const STREAM = Buffer.concat(PAYLOADS.map(frameOf));

describe('frames', () => {
  test('have their length in front, little endian', () => {
    expect([...frameOf(Buffer.from('ab'))]).toEqual([2, 0, 0, 0, 0x61, 0x62]);
  });

  test('may come in two pieces, cut anywhere', () => {
    for (let cut = 0; cut <= STREAM.length; cut += 1) {
      const reader = new FrameReader();
      const got = [STREAM.subarray(0, cut), STREAM.subarray(cut)].flatMap((c) => reader.take(c));
      expect(got.map(String)).toEqual(PAYLOADS.map(String));
    }
  });

  test('may come byte by byte', () => {
    const reader = new FrameReader();
    const got = [...STREAM].flatMap((byte) => reader.take(Buffer.of(byte)));
    expect(got.map(String)).toEqual(PAYLOADS.map(String));
  });

  test('are not longer than a limit', () => {
    const head = Buffer.alloc(4);
    head.writeUInt32LE(FRAME_MAX + 1);
    expect(() => new FrameReader().take(head)).toThrow(RangeError);
    expect(() => frameOf({ length: FRAME_MAX + 1 } as Uint8Array)).toThrow(RangeError);
  });
});
