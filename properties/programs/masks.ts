/** Address widths, as drivers set them. */
import { maskOfBits } from '../../contract/numbers.ts';

/** The width a mask stands for; null: it is none of them. */
export function widthOf(mask: number | null): number | null {
  for (let bits = 0; bits <= 64; bits++) if (maskOfBits(bits) === mask) return bits;
  return null;
}
