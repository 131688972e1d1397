/** Source text as tokens: what is compared when an edit looks for its place. */
import type { SyntaxKind as Kind } from 'typescript';
import type { TypeScript } from './typescript.ts';

export interface Token {
  readonly text: string;
  /** Offsets in the text. */
  readonly start: number;
  readonly end: number;
}

/** Tokens of text[start, end); spaces, line ends and comments are none. */
export function tokensOf(
  ts: TypeScript,
  text: string,
  start = 0,
  end: number = text.length,
): readonly Token[] {
  const { SyntaxKind } = ts;
  const scanner = ts.createScanner(ts.ScriptTarget.Latest, true);
  scanner.setText(text, start, end - start);
  const tokens: Token[] = [];
  // Open braces, innermost last: true where the brace belongs to a template.
  const braces: boolean[] = [];
  for (let kind = scanner.scan(); kind !== SyntaxKind.EndOfFileToken; kind = scanner.scan()) {
    let scanned: Kind = kind;
    // A scanner alone cannot tell a pattern from a division, nor the end of a template hole.
    if (kind === SyntaxKind.SlashToken && !endsOperand(tokens.at(-1)?.text)) {
      scanned = scanner.reScanSlashToken();
    } else if (kind === SyntaxKind.CloseBraceToken && braces.pop() === true) {
      scanned = scanner.reScanTemplateToken(false);
      if (scanned === SyntaxKind.TemplateMiddle) braces.push(true);
    } else if (kind === SyntaxKind.TemplateHead) braces.push(true);
    else if (kind === SyntaxKind.OpenBraceToken) braces.push(false);
    const span = { start: scanner.getTokenStart(), end: scanner.getTokenEnd() };
    tokens.push({ text: text.slice(span.start, span.end), ...span });
  }
  return tokens;
}

/** After a name, a literal or a closing bracket a slash divides. */
function endsOperand(before: string | undefined): boolean {
  if (before === undefined) return false;
  if (/^[)\]}]$|['"`]$/.test(before)) return true;
  if (!/^[\w$#]/.test(before)) return false;
  return !['return', 'typeof', 'case', 'in', 'of', 'void', 'delete'].includes(before);
}

/** Where `wanted` stands in `tokens`, as indexes of its first token. */
export function occurrences(tokens: readonly Token[], wanted: readonly Token[]): readonly number[] {
  const found: number[] = [];
  for (let at = 0; at + wanted.length <= tokens.length; at++) {
    if (wanted.every(({ text }, k) => tokens[at + k]!.text === text)) found.push(at);
  }
  return found;
}
