/** The floors of the house, lowest first: imports point strictly down (docs/architecture.md). */
const FLOORS = [
  ['tiers', 'ledger'],
  ['auth'],
  ['vault', 'jobs'],
  ['media'],
  ['entries'],
  ['inbox', 'journal'],
  ['search', 'sync', 'integrations', 'export'],
];

const folder = (names) => `^src/modules/(${names.join('|')})/`;

/** A module may look at the floors below its own, and at itself: not up, and not sideways. */
const floorRules = FLOORS.flatMap((names, floor) =>
  names.map((name) => ({
    name: `floor-of-${name}`,
    severity: 'error',
    from: { path: `^src/modules/${name}/` },
    to: {
      path: folder(
        FLOORS.slice(floor)
          .flat()
          .filter((other) => other !== name)
          .concat('none'),
      ),
    },
  })),
);

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...floorRules,
    {
      name: 'every-module-has-a-floor',
      severity: 'error',
      from: {},
      to: { path: '^src/modules/', pathNot: folder(FLOORS.flat()) },
    },
    {
      name: 'platform-knows-no-module',
      comment: 'what any server needs imports nothing that a diary is about',
      severity: 'error',
      from: { path: '^src/platform/' },
      to: { path: '^src/(modules/|commands/|[^/]+\\.ts$)' },
    },
    {
      name: 'the-root-is-seen-by-none',
      severity: 'error',
      from: { path: '^src/modules/' },
      to: { path: '^src/([^/]+\\.ts$|commands/)' },
    },
    {
      name: 'only-the-front-door',
      comment: 'other modules see service, schema, events, problems, caller and module, not repositories or rows',
      severity: 'error',
      from: { path: '^src/modules/([^/]+)/' },
      to: { path: '^src/modules/.+\\.(repository|entity)\\.ts$', pathNot: '^src/modules/$1/' },
    },
    {
      name: 'only-the-published-sdk',
      comment: 'src uses the exports of the SDK, as any client does',
      severity: 'error',
      from: { path: '^(src|test)/' },
      to: { path: '^sdk/(src|dist)/(?!index|crypto/index|passwords/index|search/index)' },
    },
    {
      name: 'one-way-to-postgresql',
      comment: 'values are read alike in every connection (platform/database/pg.ts)',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/platform/database/pg\\.ts$' },
      to: { path: 'node_modules/pg/', dependencyTypesNot: ['type-only'] },
    },
    { name: 'the-sdk-knows-no-server', severity: 'error', from: { path: '^sdk/src/' }, to: { path: '^(src|test)/' } },
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'not-to-dev-dependency',
      severity: 'error',
      from: { path: '^(src|sdk/src)/' },
      to: { dependencyTypes: ['npm-dev'], pathNot: '@types/' },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^sdk/dist'] },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
