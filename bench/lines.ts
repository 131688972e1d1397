/** Lines of code of the judge beside those of the implementation it judges. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import type { BenchRow, BenchTable } from './measure.ts';

const TOP = new URL('../', import.meta.url);

/** The laws in words: text for readers, and not counted. */
const isLawText = (file: string) => file === 'laws.ts' || file.startsWith('laws/');

export function linesBench(): BenchTable[] {
  const judge = linesOf('model/judge/', isLawText);
  const subject = linesOf('sut/');
  const hardware = linesOf('hardware/');
  const percent = (lines: number) => `${((judge / lines) * 100).toFixed(1)} %`;
  const row = (name: string, value: number): BenchRow => ({ name, value, unit: 'lines' });
  return [
    {
      title: 'lines of code: no blank lines, no comments',
      rows: [
        row('model/judge, without the texts of its laws', judge),
        row('sut', subject),
        row('hardware', hardware),
      ],
      notes: [
        `judge : sut = ${percent(subject)}; with hardware ${percent(subject + hardware)}`,
        'target for the finished project: 15 %, never met by moving judgement elsewhere',
      ],
      claims: [],
    },
  ];
}

function linesOf(folder: string, except: (file: string) => boolean = () => false): number {
  const directory = fileURLToPath(new URL(folder, TOP));
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts') && !except(file))
    .reduce((total, file) => total + codeLines(`${directory}${file}`), 0);
}

/** Lines that hold code, by the compiler's own idea of what is code. */
function codeLines(path: string): number {
  const text = readFileSync(path, 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const lineOf = (position: number) => file.getLineAndCharacterOfPosition(position).line;
  const lines = new Set<number>();
  const mark = (node: ts.Node): void => {
    const children = node.getChildren(file);
    for (const child of children) if (!ts.isJSDoc(child)) mark(child);
    // Empty lists and the end of the file are nodes, too.
    if (children.length > 0 || node.getStart(file) === node.end) return;
    for (let at = lineOf(node.getStart(file)); at <= lineOf(node.end); at++) lines.add(at);
  };
  mark(file);
  return lines.size;
}
