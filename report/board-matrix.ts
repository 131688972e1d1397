/**
 * The reach matrix as text: a row for each piece of RAM, a row per group of neighbouring pools that
 * every view sees alike, a column per device view, a sign per answer, and a legend that says what
 * the signs mean.
 */
import { hex, sizeText } from '../contract/numbers.ts';
import type { BoardReport, ViewReport } from './board.ts';
import type { Reach, Verdict } from './reach/reach.ts';
import { explain } from './reach/words.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** Answers that are the same wherever they stand. */
const SIGNS: { readonly [V in Verdict]?: string } = { direct: '=', iommu: '#' };
const NAME_COLUMNS = 44;

type Matrix = Pick<BoardReport, 'ram' | 'pools' | 'views' | 'reach'>;

export function matrixLines(report: Matrix): string[] {
  if (report.views.length === 0) return [];
  const legend = new Legend(report.views);
  const rows = [...ramRows(report, legend), ...poolRows(report, legend)];
  if (rows.length === 0) return [];
  const head = report.views.map((_, index) => String(index + 1).padStart(3)).join('');
  return [
    `${'view'.padEnd(NAME_COLUMNS)}${head}`,
    ...rows.map(({ title, signs }) => title.padEnd(NAME_COLUMNS) + signs),
    '',
    ...legend.lines,
  ];
}

interface Row {
  readonly title: string;
  readonly signs: string;
}

function ramRows({ ram }: Matrix, legend: Legend): Row[] {
  return ram.map(({ base, size, asked, reach }) => ({
    title: `RAM ${hex(base)} ${sizeText(size)}`,
    signs: legend.signs(reach, asked ?? base),
  }));
}

function poolRows({ pools, reach }: Matrix, legend: Legend): Row[] {
  const rows: { first: number; last: number; signs: string }[] = [];
  for (const [index, cells] of reach.entries()) {
    const signs = legend.signs(cells, pools[index]!.base);
    const open = rows.at(-1);
    if (open?.signs === signs) open.last = index;
    else rows.push({ first: index, last: index, signs });
  }
  return rows.map(({ first, last, signs }) => {
    const { name, size } = pools[first]!;
    const one = `${name} ${sizeText(size)}`;
    const many = `${name} .. ${pools[last]!.name} (${last - first + 1})`;
    return { title: first === last ? one : many, signs };
  });
}

/** A letter per different explanation, handed out in the order of appearance. */
class Legend {
  readonly #views: readonly ViewReport[];
  readonly #signs = new Map<string, string>();
  #letters = 0;

  constructor(views: readonly ViewReport[]) {
    this.#views = views;
  }

  /** Signs that are the same everywhere come first. */
  get lines(): string[] {
    const fixed = new Set(Object.values(SIGNS));
    const lines = [...this.#signs].map(([text, sign]) => ({ sign, line: `${sign}  ${text}` }));
    return [true, false].flatMap((isFixed) =>
      lines.filter(({ sign }) => fixed.has(sign) === isFixed).map(({ line }) => line),
    );
  }

  /** A window is told by its distance: what is in one window shares a letter. */
  signs(cells: readonly Reach[], at: number): string {
    const signs = cells.map((cell, view) => {
      return this.#sign(cell, explain(cell, at, this.#views[view]!));
    });
    return signs.map((sign) => sign.padStart(3)).join('');
  }

  #sign({ is }: Reach, text: string): string {
    const known = this.#signs.get(text);
    if (known !== undefined) return known;
    const sign = SIGNS[is] ?? this.#letter();
    this.#signs.set(text, sign);
    return sign;
  }

  /** Two letters from the 27th on; a real board needs a handful of explanations. */
  #letter(): string {
    const count = this.#letters;
    this.#letters += 1;
    const last = LETTERS[count % LETTERS.length]!;
    const turn = Math.floor(count / LETTERS.length);
    return turn === 0 ? last : `${LETTERS[(turn - 1) % LETTERS.length]}${last}`;
  }
}
