/** The board as a table for people, at most 100 columns wide. */
import { MISSED } from '../../bugs/missed.ts';
import type { KnownResult } from './stages.ts';
import type { LawSummary, Summary } from './summary.ts';
import type { Survey } from './survey.ts';

const COLUMNS = ['bug', 'found', 'law', 'cases', 'p95', 'ops', 'dev', 'texts', 'time'] as const;
const LEFT = new Set(['bug', 'law']);
const WIDEST = { bug: 38, law: 21 } as const;

type Cells = Readonly<Record<(typeof COLUMNS)[number], string>>;

/** Its schema is in docs/formats.md; additions only. */
export function jsonText({ seeds, summaries, linux, problems, milliseconds }: Survey): string {
  const document = {
    carveout: 'bugs',
    version: 1,
    seeds,
    bugs: summaries.map(summaryJson),
    linux,
    problems,
    milliseconds: Math.round(milliseconds),
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function summaryJson({ bug, laws, milliseconds, ...counts }: Summary) {
  const { id, family, group, story, reference } = bug;
  return {
    id,
    family,
    group,
    story,
    reference,
    ...counts,
    laws: laws.map(({ texts, ...law }) => ({
      ...law,
      texts: texts.map(({ seeds, found: { text, operations, devices } }) => {
        return { seeds, text, operations, devices };
      }),
    })),
    milliseconds: Math.round(milliseconds),
  };
}

export function tableText({ summaries, linux, problems, milliseconds }: Survey): string {
  const rows = [headerCells(), ...summaries.map(cellsOf)];
  const widths = COLUMNS.map((column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    COLUMNS.map((column, index) => {
      const width = widths[index]!;
      return LEFT.has(column) ? row[column].padEnd(width) : row[column].padStart(width);
    })
      .join('  ')
      .trimEnd(),
  );
  const found = summaries.filter((summary) => summary.found > 0).length;
  const seconds = (milliseconds / 1000).toFixed(0);
  return [
    ...lines,
    '',
    ...NOTES,
    ...summaries.flatMap(remarks),
    '',
    ...(linux === null ? [] : [linuxText(linux)]),
    `${found} of ${summaries.length} bugs found, in ${seconds} s`,
    ...problems.map((problem) => `PROBLEM  ${problem}`),
    '',
  ].join('\n');
}

function linuxText({ hits, broken }: KnownResult): string {
  const counts = Object.entries(hits).map(([id, count]) => `  ${id}: ${count} times`);
  const rest = broken.length === 0 ? 'and nothing else' : `and ${broken.length} laws more`;
  const title = 'With all of linux-6.12 planted and known, the laws excuse';
  return [title, ...counts, rest].join('\n');
}

const NOTES = [
  'found: seeds of all that looked. cases: median to the first failure. ops, dev: operations and',
  'devices of the shrunk scenario. texts: seeds that end in the commonest text, per law.',
];

function headerCells(): Cells {
  return Object.fromEntries(COLUMNS.map((column) => [column, column])) as Cells;
}

function cellsOf(summary: Summary): Cells {
  const { bug, found, seeds, laws, casesMedian, casesP95, milliseconds } = summary;
  const [law] = laws;
  const first = law?.texts[0]?.found;
  return {
    bug: cut(bug.id, WIDEST.bug),
    found: `${found}/${seeds}`,
    law: law === undefined ? 'missed' : cut(law.law, WIDEST.law),
    cases: numberText(casesMedian),
    p95: numberText(casesP95),
    ops: numberText(first?.operations ?? null),
    dev: numberText(first?.devices ?? null),
    texts: law === undefined ? '-' : `${law.texts[0]!.seeds.length}/${law.seeds}`,
    time: `${(milliseconds / 1000).toFixed(1)}s`,
  };
}

const numberText = (value: number | null) => (value === null ? '-' : String(value));

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

/** Nine seeds of ten should end in one text. */
const CONVERGED = 0.9;

function remarks(summary: Summary): string[] {
  const { bug, laws, found, seeds } = summary;
  const lines: string[] = [];
  if (found === 0) lines.push(`  missed: ${MISSED[bug.id] ?? 'nobody has said why'}`);
  else if (found < seeds) lines.push(`  missed by ${seeds - found} of ${seeds} seeds`);
  for (const law of laws.slice(1)) lines.push(`  also ${law.law} (${law.seeds} of ${found} seeds)`);
  lines.push(...laws.flatMap(scattered));
  return lines.length === 0 ? [] : ['', bug.id, ...lines];
}

function scattered({ law, seeds, texts }: LawSummary): string[] {
  const [first, ...others] = texts;
  if (first === undefined || first.seeds.length >= seeds * CONVERGED) return [];
  const lines = [`  ${law} ends in ${texts.length} texts:`];
  for (const { seeds: same, found } of [first, ...others].slice(0, 3)) {
    lines.push(`  - ${same.length} of ${seeds}, e.g. seed "${same[0]}":`);
    lines.push(...found.text.split('\n').map((line) => `      ${line}`));
  }
  return lines;
}
