/**
 * Goal: the style of CONTRIBUTING.md holds in every file. Method: each rule over every file of the
 * project; and, because a rule that cannot fail is no rule, each over a text made to break it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { foldersWithoutReadme, RULES } from './rules.ts';
import type { Source } from './syntax.ts';
import { trackedFiles } from './tracked-files.ts';

const REPOSITORY = join(import.meta.dirname, '../..');
const paths = trackedFiles();

function findingsOf(name: string, { path, text }: Source): readonly string[] {
  const rule = RULES.find((one) => one.name === name);
  if (rule === undefined) throw new Error(`no rule is called "${name}"`);
  return rule.applies(path) ? rule.findings({ path, text }) : [];
}

describe('this tree', () => {
  const sources = paths.map((path) => ({
    path,
    text: readFileSync(join(REPOSITORY, path), 'utf8'),
  }));

  test('is seen', () => {
    expect(paths).toContain('package.json');
    expect(paths).toContain('contract/machine.ts');
  });

  test.each(RULES.map(({ name }) => name))('%s', (name) => {
    const findings = sources.flatMap((source) =>
      findingsOf(name, source).map((finding) => `${source.path}: ${finding}`),
    );
    expect(findings).toEqual([]);
  });

  test('has a README in every top folder', () => {
    expect(foldersWithoutReadme(paths)).toEqual([]);
  });
});

const lines = (count: number, line: string) => `${line}\n`.repeat(count);
const longFunction = (count: number) => `function f() {\n${lines(count - 2, 'g();')}}`;
// Put together here, so that this file passes the rules it proves.
const NAME = 'test';
const named = (name: string) => `${NAME}('${name}', () => {});`;

const SAMPLES: readonly (readonly [rule: string, path: string, bad: string, good: string])[] = [
  ['line length', 'a.ts', '/'.repeat(101), '/'.repeat(100)],
  ['line length', 'a.ts', `// ${'x '.repeat(60)}`, `// see https://example.org/${'x'.repeat(100)}`],
  ['function length', 'a.ts', longFunction(71), longFunction(70)],
  ['function length', 'a.ts', `const f = () => {\n${lines(70, 'g();')}};`, lines(90, 'g();')],
  ['function length', 'a.ts', `it('x', () => {\n${lines(70, '')}});`, 'it("x", () => {});'],
  ['function length', 'a.ts', longFunction(71), `describe('x', () => {\n${lines(90, '')}});`],
  ['file length', 'a.ts', lines(251, 'g();'), lines(250, 'g();')],
  ['file length', 'a.ts', lines(251, 'g(); // why'), lines(300, '// why\n')],
  ['file length', 'a.ts', lines(84, 'f(\n  x\n);'), lines(83, '/** why\n*/\nf(\n  x\n);')],
  ['file length', 'a.ts', `const a = \`${lines(251, 'x')}\`;`, `/*${lines(300, 'x')}*/`],
  ['unfinished', 'a.md', `TO${'DO'} later`, `TO${'DO'} because the kernel changes it in 6.13`],
  ['unfinished', 'a.ts', `// FIX${'ME'}`, '// fixed'],
  ['switched off', 'test/a.ts', `${NAME}.skip('x', f);`, `${NAME}.each([1])('x', f);`],
  ['switched off', 'test/a.ts', `describe.${'only'}('x', f);`, `describe('only', f);`],
  ['switched off', 'test/a.ts', `x${'it'}('x', f);`, `exit(1);`],
  ['test names', 'test/a.ts', named('case 12345678'), named('order 10 of 65536 at 0x80000000')],
  ['test names', 'test/a.ts', named('fails at 8c1f2e'), named('defaced facade')],
  ['test names', 'test/a.ts', named('seed 42'), named('a seed means one run')],
  ['test names', 'test/a.ts', `${NAME}(\`run \${seed}\`, f);`, `${NAME}(\`run \${name}\`, f);`],
  ['test names', 'test/a.ts', `describe.each([1])('8c1f2e', f);`, `other('8c1f2e', f);`],
  ['places', 'a.md', `see /${'work'}/notes`, `see docs/${'work'}/notes`],
  ['places', 'a.json', `"/${'root'}/x"`, `"${'$'}{top}/${'root'}/x"`],
  ['places', 'a.json', `"resol${'ved'}": "https://x"`, '"resolved": false'],
  ['places', 'a.md', `https://registry.${'npmjs'}.org/x`, 'the npm registry'],
  ['imports', 'a.ts', `import a from './a';`, `import a from './a.ts';`],
  ['imports', 'a.ts', `export * from '../b/a.js';`, `import a from 'a';`],
  ['readme length', 'sut/README.md', lines(16, 'x'), lines(15, 'x')],
];

describe('each rule', () => {
  test.each(SAMPLES)('%s can fail in %s', (name, path, bad, good) => {
    expect(findingsOf(name, { path, text: bad })).not.toEqual([]);
    expect(findingsOf(name, { path, text: good })).toEqual([]);
  });

  test('is proven to fail', () => {
    expect([...new Set(SAMPLES.map(([name]) => name))]).toEqual(RULES.map(({ name }) => name));
  });

  test('a folder without a README is named', () => {
    const files = ['sut/a.ts', 'sut/README.md', 'boards/a.ts', '.ci/run', 'api.ts'];
    expect(foldersWithoutReadme(files)).toEqual(['boards']);
  });
});
