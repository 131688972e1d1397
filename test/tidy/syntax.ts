/** What the rules need to know about TypeScript's syntax. */
import ts from 'typescript';

export interface Source {
  readonly path: string;
  readonly text: string;
}

const FUNCTION_LINES = 70;

function parse({ path, text }: Source): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
}

function lineOf(file: ts.SourceFile, position: number): number {
  return file.getLineAndCharacterOfPosition(position).line;
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

/** `test`, `test.each(…)`, `describe.each(…)`: the plain name behind a call, or ''. */
function calledName(call: ts.CallExpression): string {
  let callee: ts.Expression = call.expression;
  while (!ts.isIdentifier(callee)) {
    if (ts.isPropertyAccessExpression(callee) || ts.isCallExpression(callee)) {
      callee = callee.expression;
    } else {
      return '';
    }
  }
  return callee.text;
}

/** The body of a `describe` is a chapter, not a function. */
function isChapter(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && calledName(node.parent) === 'describe';
}

export function tooLongFunctions(source: Source): string[] {
  const file = parse(source);
  const findings: string[] = [];
  visit(file, (node) => {
    if (!ts.isFunctionLike(node) || isChapter(node)) return;
    const first = lineOf(file, node.getStart(file));
    const lines = lineOf(file, node.end) - first + 1;
    if (lines > FUNCTION_LINES) {
      findings.push(`line ${first + 1}: ${lines} lines, ${FUNCTION_LINES} allowed`);
    }
  });
  return findings;
}

/** Lines that hold code: blank lines and comments are free. */
export function codeLines(source: Source): number {
  const file = parse(source);
  const lines = new Set<number>();
  const mark = (node: ts.Node): void => {
    const children = node.getChildren(file);
    for (const child of children) if (!ts.isJSDoc(child)) mark(child);
    // Empty lists and the end of the file are nodes, too.
    if (children.length > 0 || node.getStart(file) === node.end) return;
    const last = lineOf(file, node.end);
    for (let line = lineOf(file, node.getStart(file)); line <= last; line++) lines.add(line);
  };
  mark(file);
  return lines.size;
}

/** The names given to `test`, `it` and `describe`, as written. */
export function testNames(source: Source): string[] {
  const file = parse(source);
  const names: string[] = [];
  visit(file, (node) => {
    if (!ts.isCallExpression(node)) return;
    const name = node.arguments[0];
    if (!['it', 'test', 'describe'].includes(calledName(node)) || name === undefined) return;
    if (ts.isStringLiteralLike(name) || ts.isTemplateExpression(name)) {
      names.push(name.getText(file).slice(1, -1));
    }
  });
  return names;
}

/** Specifiers of imports and exports, of values and of types, that start with a dot. */
export function relativeImports({ text }: Source): string[] {
  const imported = ts.preProcessFile(text, true, false).importedFiles;
  return imported.map(({ fileName }) => fileName).filter((name) => name.startsWith('.'));
}
