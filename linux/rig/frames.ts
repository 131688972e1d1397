/** Frames on a stream of bytes: a length as `u32`, little endian, then that many bytes. */

/** Bytes a frame may have. */
export const FRAME_MAX = 64 * 2 ** 20;
const HEAD = 4;

export function frameOf(payload: Uint8Array): Buffer {
  if (payload.length > FRAME_MAX) throw new RangeError(`a frame of ${payload.length} bytes`);
  const frame = Buffer.allocUnsafe(HEAD + payload.length);
  frame.writeUInt32LE(payload.length);
  frame.set(payload, HEAD);
  return frame;
}

export class FrameReader {
  /** What has come of the next frame. */
  #chunks: Buffer[] = [];
  #length = 0;

  /** Payloads that are complete now. @throws RangeError when a length is beyond FRAME_MAX */
  take(chunk: Buffer): Buffer[] {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    const payloads: Buffer[] = [];
    for (let size = this.#size(); size <= this.#length; size = this.#size()) {
      const all = this.#joined();
      payloads.push(all.subarray(HEAD, size));
      this.#chunks = [all.subarray(size)];
      this.#length = all.length - size;
    }
    return payloads;
  }

  /** Bytes of the next frame with its head; infinite while that is unknown. */
  #size(): number {
    if (this.#length < HEAD) return Number.POSITIVE_INFINITY;
    const first = this.#chunks[0]!;
    const payload = (first.length >= HEAD ? first : this.#joined()).readUInt32LE();
    if (payload > FRAME_MAX) throw new RangeError(`a frame of ${payload} bytes`);
    return HEAD + payload;
  }

  #joined(): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = [all];
    return all;
  }
}
