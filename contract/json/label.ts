/** Labels as JSON: `"h0"`. */
import { LABEL_LETTER } from '../operations.ts';
import { LABEL_MAX } from '../text/op-lines.ts';
import type { Codec } from './codec.ts';
import type { JsonPlace } from './place.ts';

const LABEL = new RegExp(`^${LABEL_LETTER.buffer}(\\d{1,7})$`);

export const label: Codec<number> = {
  write: (value) => `${LABEL_LETTER.buffer}${value}`,
  read(value, at: JsonPlace) {
    const expected = `a label, "h0" to "h${LABEL_MAX}"`;
    const match = typeof value === 'string' ? LABEL.exec(value) : null;
    if (match === null) return at.failOn(value, expected);
    const number = Number(match[1]);
    return number <= LABEL_MAX ? number : at.failOn(value, expected);
  },
};
