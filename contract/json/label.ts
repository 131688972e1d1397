/** Labels as JSON: `"h0"`. */
import type { LabelKind } from '../operations.ts';
import { LABEL_LETTER, labelText } from '../operations.ts';
import { LABEL_MAX } from '../text/op-lines.ts';
import type { Codec } from './codec.ts';
import type { JsonPlace } from './place.ts';

/** Labels of a kind. */
export function label(kind: LabelKind): Codec<number> {
  const pattern = new RegExp(`^${LABEL_LETTER[kind]}(\\d{1,7})$`);
  return {
    write: (value) => labelText(kind, value),
    read(value, at: JsonPlace) {
      const [first, last] = [labelText(kind, 0), labelText(kind, LABEL_MAX)];
      const expected = `a label, "${first}" to "${last}"`;
      const match = typeof value === 'string' ? pattern.exec(value) : null;
      if (match === null) return at.failOn(value, expected);
      const number = Number(match[1]);
      return number <= LABEL_MAX ? number : at.failOn(value, expected);
    },
  };
}
