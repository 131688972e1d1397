// The walls of the house: who may import whom. Each room lists the only places its files may reach
// (an allow list, so a new folder is closed until it is named here). ARCHITECTURE.md has the
// picture; test/walls proves that each wall stands.

const own = (room) => `^${room}/`;
const npm = { dependencyTypes: ['npm', 'npm-dev', 'npm-peer', 'npm-optional', 'npm-no-pkg'] };

/** What everything that wires the parts together may use. */
const PARTS = [
  'contract',
  'hardware',
  'model/judge',
  'model/reference',
  'sut',
  'boards',
  'properties',
  'linux',
  'pipe',
];

/** Room -> folders of ours it may import besides itself. */
const ROOMS = {
  contract: [],
  hardware: ['contract'],
  'model/judge': ['contract'],
  'model/reference': ['contract'],
  sut: ['contract', 'hardware'],
  boards: ['contract'],
  properties: ['contract', 'model/judge', 'model/reference'],
  questions: ['contract', 'properties'],
  bugs: ['contract'],
  linux: ['contract'],
  pipe: ['contract'],
  report: [...PARTS, 'bugs', 'questions'],
  cli: [...PARTS, 'bugs', 'questions', 'report', 'bench'],
  bench: [...PARTS, 'bugs', 'report'],
  scripts: [...PARTS, 'bugs', 'report', 'bench'],
  bin: ['cli'],
  examples: [],
};

/** The one part of properties/ that knows the implementation and its literal reference. */
const LOCKSTEP = 'properties/lockstep';
const LOCKSTEP_MAY = ['contract', 'model/judge', 'model/reference', 'sut', 'properties'];

/** Rooms of plain logic: neither npm packages nor Node's own modules. */
const PURE = ['contract', 'hardware', 'model', 'sut'];

/** Rooms that are part of the installed package. */
const SHIPPED = [
  'api\\.ts',
  'boards/',
  'cli/',
  'linux/',
  'pipe/',
  'properties/',
  'questions/',
  'report/',
];

/** Where a walk through the imports starts: everything a person or a runner starts by name. */
const ENTRIES = '^(api\\.ts|cli/main\\.ts|(bench|bugs|examples|scripts|test)/)';

/** The rest of properties/: it holds for any subject, so it never meets this one. */
const properties = { path: own('properties'), pathNot: own(LOCKSTEP) };

const wall = (name, from, allowed) => ({
  name: `${name.replace('/', '-')}-imports`,
  comment: `${name} may import: ${allowed.join(', ') || 'nothing of ours'}.`,
  severity: 'error',
  from,
  to: { pathNot: [...allowed, 'node_modules'], dependencyTypesNot: ['core'] },
});

const roomWall = (room) =>
  wall(room, room === 'properties' ? properties : { path: own(room) }, [
    own(room),
    ...ROOMS[room].map(own),
    // An example uses what users have: the package by its name.
    ...(room === 'examples' ? ['^api\\.ts$'] : []),
  ]);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.keys(ROOMS).map(roomWall),
    wall(LOCKSTEP, { path: own(LOCKSTEP) }, LOCKSTEP_MAY.map(own)),
    wall('api.ts', { path: '^api\\.ts$' }, [...PARTS, 'report'].map(own)),
    {
      name: 'no-unknown-rooms',
      comment: 'Every folder has its own wall: name a new one in .dependency-cruiser.cjs.',
      severity: 'error',
      from: { pathNot: [...Object.keys(ROOMS).map(own), own('test'), '^[^/]+$', 'node_modules'] },
      to: {},
    },
    {
      name: 'properties-not-lockstep',
      comment: 'Laws and generators never know the implementation, not even through lockstep.',
      severity: 'error',
      from: properties,
      to: { path: own(LOCKSTEP) },
    },
    {
      name: 'bugs-types-only',
      comment: 'Planted bugs are data: of the contract they see types.',
      severity: 'error',
      from: { path: own('bugs') },
      to: { path: own('contract'), dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pure-no-packages',
      comment: 'contract, hardware, model and sut are plain logic that runs anywhere.',
      severity: 'error',
      from: { path: PURE.map(own) },
      to: npm,
    },
    {
      name: 'pure-no-node',
      severity: 'error',
      from: { path: PURE.map(own) },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'shipped-no-dev-packages',
      comment: 'An installed package has no development dependencies.',
      severity: 'error',
      from: { path: SHIPPED.map((path) => `^${path}`) },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'] },
    },
    {
      name: 'bugs-packages',
      comment: 'The loader of planted bugs parses TypeScript and runs it, no more.',
      severity: 'error',
      from: { path: own('bugs') },
      to: { ...npm, pathNot: 'node_modules/(typescript|tsx)/' },
    },
    {
      name: 'no-cycles',
      comment: 'A ring that an import of types closes is gone when the program loads.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dead-modules',
      comment: 'Reached by no command, export, test or script.',
      severity: 'error',
      from: { path: ENTRIES },
      to: {
        path: '\\.ts$',
        pathNot: [ENTRIES, '^[^/]+\\.config\\.ts$', 'node_modules'],
        reachable: false,
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(\\.git|dist|coverage|failures)/' },
    // An import of types is an import: it decides what a reader must know.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.cjs', '.mjs', '.json', '.d.ts'],
    },
  },
};
