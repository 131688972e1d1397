/** Finds the declaration an edit is confined to. */
import type { Node, SourceFile } from 'typescript';
import type { TypeScript } from './typescript.ts';

/**
 * Declarations called `name`: a class, a function at any depth, a variable of the module, or a
 * member as `Class.member` (`Class.constructor`, `Class.#member`). Mere signatures do not count.
 */
export function declarationsNamed(ts: TypeScript, source: SourceFile, name: string): Node[] {
  const found: Node[] = [];
  const visit = (node: Node, owner: string) => {
    const own = nameOf(ts, node, owner);
    if (own === name) found.push(node);
    const inside = ts.isClassLike(node) ? (own ?? owner) : owner;
    ts.forEachChild(node, (child) => visit(child, inside));
  };
  visit(source, '');
  return found;
}

function nameOf(ts: TypeScript, node: Node, owner: string): string | undefined {
  if (ts.isFunctionDeclaration(node)) return node.body && node.name?.text;
  if (ts.isClassDeclaration(node)) return node.name?.text;
  if (ts.isVariableDeclaration(node)) {
    const ofModule = ts.isSourceFile(node.parent.parent.parent);
    return ofModule && ts.isIdentifier(node.name) ? node.name.text : undefined;
  }
  if (ts.isConstructorDeclaration(node)) return node.body && `${owner}.constructor`;
  if (ts.isMethodDeclaration(node) || ts.isAccessor(node)) {
    return node.body && ts.isClassLike(node.parent) ? memberName(owner, node.name) : undefined;
  }
  return ts.isPropertyDeclaration(node) ? memberName(owner, node.name) : undefined;
}

function memberName(owner: string, name: Node): string | undefined {
  return 'text' in name ? `${owner}.${name.text}` : undefined;
}
