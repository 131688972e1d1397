/** A small house with the real one's rooms, in which every room imports from every other. */
import { copyFileSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { edge, REPOSITORY } from './cruise.ts';

/** What each room may import, read off the table of ARCHITECTURE.md and not off the rules. */
const PARTS =
  'contract hardware model/judge model/reference sut boards ' +
  'properties properties/lockstep linux pipe';
export const MAY: Readonly<Record<string, string>> = {
  contract: '',
  hardware: 'contract',
  'model/judge': 'contract',
  'model/reference': 'contract',
  sut: 'contract hardware',
  boards: 'contract',
  properties: 'contract model/judge model/reference',
  'properties/lockstep': 'contract model/judge model/reference sut properties',
  bugs: 'contract',
  linux: 'contract',
  pipe: 'contract',
  report: `${PARTS} bugs`,
  cli: `${PARTS} bugs report bench`,
  bench: `${PARTS} bugs report`,
  scripts: `${PARTS} bugs report bench`,
  bin: 'cli',
  examples: '',
  test: `${PARTS} bugs report bench scripts cli bin examples attic model/stray`,
  // Folders that no rule names.
  attic: '',
  'model/stray': '',
};

export const ROOMS = Object.keys(MAY);

/** A package or a module of Node: may this file import it? */
export const PACKAGES: readonly (readonly [from: string, specifier: string, may: boolean])[] = [
  ['contract', 'fast-check', false],
  ['contract', 'node:fs', false],
  ['hardware', 'seedrandom', false],
  ['model/judge', 'fast-check', false],
  ['model/reference', 'node:assert', false],
  ['sut', 'node:buffer', false],
  ['sut', 'vitest', false],
  ['boards', 'node:fs', true],
  ['linux', 'node:child_process', true],
  ['properties', 'fast-check', true],
  ['properties', 'seedrandom', true],
  ['properties', 'vitest', false],
  ['properties/lockstep', 'typescript', false],
  ['bugs', 'typescript', true],
  ['bugs', 'node:module', true],
  ['bugs', 'fast-check', false],
  ['report', 'tsx', false],
  ['cli', 'typescript', false],
  ['cli', 'node:fs', true],
  ['cli', 'not-installed', false],
  ['scripts', 'typescript', true],
  ['test', 'vitest', true],
  ['examples', 'carveout', true],
];

export function probe(room: string, kind: 'values' | 'types' | 'packages'): string {
  return `${room}/${kind}.ts`;
}

export function leaf(room: string): string {
  return `${room}/leaf.ts`;
}

/** Files of the fixture that are about one rule each. */
const CASES: Readonly<Record<string, string>> = {
  'sut/ring-a.ts': `import './ring-b.ts';`,
  'sut/ring-b.ts': `import './ring-a.ts';`,
  'sut/types-a.ts': `import type { B } from './types-b.ts';\nexport type A = B;`,
  'sut/types-b.ts': `import { type A } from './types-a.ts';\nexport type B = A;`,
  'sut/half-a.ts': `import type { B } from './half-b.ts';\nexport type A = B;`,
  'sut/half-b.ts': `import './half-a.ts';\nexport type B = 1;`,
  'sut/lost.ts': `import './lost-too.ts';`,
  'sut/lost-too.ts': 'export {};',
  'sut/missing.ts': `import './no-such-file.ts';`,
  'api.ts': ROOMS.map((room) => `import './${leaf(room)}';`).join('\n'),
  'cli/main.ts': `import '../sut/used.ts';`,
  'sut/used.ts': 'export {};',
  'report/entry.ts': `import '../api.ts';`,
};

/** Every edge between two rooms that the table forbids, for imports of values or of types. */
export function forbiddenEdges(kind: 'values' | 'types'): string[] {
  return ROOMS.flatMap((from) =>
    ROOMS.filter((to) => to !== from && !MAY[from]?.split(' ').includes(to)).map((to) =>
      edge(probe(from, kind), leaf(to)),
    ),
  );
}

export function buildFixture(): string {
  const tree = mkdtempSync(join(tmpdir(), 'carveout-walls-'));
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), text);
  };
  for (const name of ['package.json', 'tsconfig.json']) {
    copyFileSync(join(REPOSITORY, name), join(tree, name));
  }
  symlinkSync(join(REPOSITORY, 'node_modules'), join(tree, 'node_modules'));
  for (const room of ROOMS) {
    put(leaf(room), 'export const leaf = 1;\nexport type Leaf = 1;\n');
    put(probe(room, 'values'), importsOfAll(room, 'leaf'));
    put(probe(room, 'types'), importsOfAll(room, 'type Leaf'));
    const wanted = PACKAGES.filter(([from]) => from === room);
    put(
      probe(room, 'packages'),
      wanted.map(([, specifier]) => `import '${specifier}';`).join('\n'),
    );
  }
  for (const [path, text] of Object.entries(CASES)) put(path, text);
  return tree;
}

function importsOfAll(room: string, name: string): string {
  const [keyword, word] = name.startsWith('type ')
    ? ['import type', name.slice('type '.length)]
    : ['import', name];
  const others = ROOMS.filter((to) => to !== room);
  return others
    .map((to, index) => {
      const path = posix.relative(room, leaf(to));
      const specifier = path.startsWith('.') ? path : `./${path}`;
      return `${keyword} { ${word} as n${index} } from '${specifier}';`;
    })
    .join('\n');
}
