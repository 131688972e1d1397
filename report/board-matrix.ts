/**
 * The reach matrix as text: a row per group of neighbouring pools that every view sees alike, a
 * column per device view, a letter per answer, and a legend that says why.
 */
import { hex, sizeText } from '../contract/numbers.ts';
import type { BoardReport } from './board.ts';
import type { Reach } from './board-reach.ts';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz';
/** Answers that need no explanation. */
const SIGNS = { direct: '=', iommu: '#' } as const;
const NAME_COLUMNS = 44;

export function matrixLines(report: Pick<BoardReport, 'pools' | 'views' | 'reach'>): string[] {
  if (report.pools.length === 0 || report.views.length === 0) return [];
  const legend = new Map<string, string>();
  const groups = groupRows(report, legend);
  const head = report.views.map((_, index) => String(index + 1).padStart(3)).join('');
  const rows = groups.map(({ title, signs }) => title.padEnd(NAME_COLUMNS) + signs);
  const used = new Set(report.reach.flat().map((reach) => reach.is));
  return [
    `${'view'.padEnd(NAME_COLUMNS)}${head}`,
    ...rows,
    '',
    ...(used.has('direct') ? [`${SIGNS.direct}  direct: bus address = physical address`] : []),
    ...(used.has('iommu')
      ? [`${SIGNS.iommu}  iommu: translated to any bus address, if somebody maps it there`]
      : []),
    ...[...legend].map(([text, letter]) => `${letter}  ${text}`),
  ];
}

interface Row {
  readonly title: string;
  readonly signs: string;
}

function groupRows(
  { pools, reach }: Pick<BoardReport, 'pools' | 'reach'>,
  legend: Map<string, string>,
): Row[] {
  const rows: { first: number; last: number; signs: string }[] = [];
  for (const [index, cells] of reach.entries()) {
    const base = pools[index]!.base;
    const signs = cells.map((cell) => sign(cell, base, legend).padStart(3)).join('');
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
function sign(reach: Reach, base: number, legend: Map<string, string>): string {
  if (reach.is === 'direct' || reach.is === 'iommu') return SIGNS[reach.is];
  const text = explain(reach, base);
  const known = legend.get(text);
  if (known !== undefined) return known;
  // Two letters from the 27th on; a real board needs four explanations at most.
  const count = legend.size;
  const last = LETTERS[count % LETTERS.length]!;
  const turn = Math.floor(count / LETTERS.length);
  const letter = turn === 0 ? last : `${LETTERS[(turn - 1) % LETTERS.length]}${last}`;
  legend.set(text, letter);
  return letter;
}

/** A window is told by its distance: pools in one window share a letter. */
function explain({ is, busAddress, why }: Reach, base: number): string {
  if (is !== 'window' || busAddress === null) return `${is}: not reachable, ${why}`;
  const shift = busAddress - base;
  const way = shift < 0 ? `- ${hex(-shift)}` : `+ ${hex(shift)}`;
  return `window: bus address = physical address ${way}`;
}
