// The order of the layers, and who may touch which library. A package may import those of a lower
// rank only, so there can be no circle between packages; see ARCHITECTURE.md.
const ranks = {
  domain: 0,
  embedded: 0,
  db: 1,
  'build-plan': 1,
  mcp: 1,
  bus: 2,
  runtime: 2,
  access: 3,
  logs: 3,
  deployments: 4,
  router: 4,
  api: 5,
}
const names = Object.keys(ranks)
const rankOf = (/** @type {string} */ name) =>
  Object.entries(ranks).find(([key]) => key === name)?.[1] ?? 0
const anyOf = (/** @type {string[]} */ list) => `(${list.join('|')})`

// Code that proves or measures from outside may speak to anything as a user's client does.
const outside =
  '[.]test[.]tsx?$|-fixture[.]ts$|/(fixtures|test|testing)/|(^|/)e2e/|^infra/(test|bench|compatibility)/|^packages/testing/'

const layers = names.map((name) => ({
  name: `layer-${name}`,
  comment:
    'Imports run one way: domain <- db, build-plan, mcp <- bus, runtime, access, logs <- deployments, router <- api <- apps.',
  severity: 'error',
  from: { path: `^packages/${name}/`, pathNot: outside },
  to: {
    path: '^packages/',
    pathNot: `^packages/${anyOf([name, ...names.filter((other) => rankOf(other) < rankOf(name))])}/`,
  },
}))

/** @param {string} name @param {string} library @param {string} home */
const onlyIn = (name, library, home) => ({
  name,
  comment: `${library} belongs to ${home} alone: everyone else goes through it.`,
  severity: 'error',
  from: { pathNot: `${home}|${outside}` },
  to: { path: `(^|/node_modules/)${library}(/|$)` },
})

export default {
  forbidden: [
    {
      name: 'no-circle',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    ...layers,
    {
      name: 'no-app-imports-app',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'apps-are-the-end',
      severity: 'error',
      from: { path: '^(packages|infra)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'product-without-infra',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: outside },
      to: { path: '^(infra|e2e|packages/testing)/' },
    },
    {
      name: 'embedded-for-infra-and-tests',
      comment: 'Production brings its own Postgres.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: `^packages/embedded/|${outside}` },
      to: { path: '^packages/embedded/' },
    },
    onlyIn('dockerode-in-runtime', 'dockerode', '^packages/runtime/src/docker'),
    onlyIn('bullmq-in-bus', 'bullmq', '^packages/bus/'),
    onlyIn(
      'octokit-in-one-file',
      '@octokit',
      '^packages/deployments/src/github/github-client[.]ts$',
    ),
    onlyIn('ioredis-in-bus', 'ioredis', '^packages/bus/'),
    onlyIn('mcp-sdk-in-mcp', '@modelcontextprotocol', '^packages/mcp/'),
  ],
  options: {
    doNotFollow: { path: '(^|/)node_modules/|/generated/' },
    exclude: {
      path: '(^|/)[.](next|moorage)/|^e2e/(servers|flavors)/|^infra/(examples|test/fixtures)/|[.]css$',
    },
    // Imports that only carry types order the layers just the same.
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json', '.d.ts'],
    },
  },
}
