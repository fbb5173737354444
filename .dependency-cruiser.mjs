// The walls of the house: who may import whom, and who owns which package. The one copy; ARCHITECTURE.md tells the same in words.
// test/architecture/import-rules.test.ts plants one offence per rule and expects each to be named.

/** Room → rooms that it may import besides itself. */
const MAY_IMPORT = {
  domain: [],
  lib: [],
  ports: ['domain'],
  security: ['domain', 'lib'],
  config: ['domain', 'lib', 'ports'],
  protocols: ['domain', 'lib'],
  presets: ['domain', 'lib', 'protocols'],
  gateway: ['domain', 'lib', 'ports', 'security', 'config', 'protocols', 'presets'],
  state: ['domain', 'lib', 'ports'],
  observability: ['domain', 'lib', 'ports'],
  store: ['domain', 'lib', 'ports', 'config', 'security'],
  control: ['domain', 'lib', 'ports', 'config', 'security', 'presets', 'store'],
  cli: ['domain', 'lib', 'config', 'app'],
};
MAY_IMPORT.app = Object.keys(MAY_IMPORT).filter((room) => room !== 'cli');

/** Package → the only places in src that may import it. */
const OWNERS = {
  '(kysely|pg|mysql2|sqlite)': 'store',
  '@redis/[^/]+': 'state/redis',
  undici: 'gateway/upstream',
  '(@fastify/[^/]+|fastify)': '(gateway/http|control|observability|app)',
  'prom-client': 'observability',
  yaml: 'config',
  typebox: '(config|control)',
  pino: '(observability|app)',
  jose: 'security',
  'openid-client': 'control',
};

const TEST = '[.]test[.]ts$';
const CODE = '^(src|console|test|bench|tools|bin)/';

const rooms = Object.entries(MAY_IMPORT).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `src/${room} may import ${allowed.length === 0 ? 'nothing' : allowed.join(', ')}.`,
  from: { path: `^src/${room}/`, pathNot: TEST },
  to: { path: CODE, pathNot: `^src/(${[room, ...allowed].join('|')})/` },
}));

const owners = Object.entries(OWNERS).map(([name, place]) => ({
  name: `owner-of-${name.replaceAll(/\W+/g, '-').replaceAll(/^-|-$/g, '')}`,
  comment: `Only src/${place} may import ${name}.`,
  from: { path: '^src/', pathNot: [`^src/${place}/`, TEST] },
  to: { path: `(^|node_modules/|^node:)${name}(/|$)`, dependencyTypesNot: ['local'] },
}));

const forbidden = [
  { name: 'no-cycles', comment: 'No import cycles at all.', from: {}, to: { circular: true } },
  { name: 'resolvable', comment: 'Every import leads somewhere.', from: {}, to: { couldNotResolve: true } },
  ...rooms,
  {
    name: 'main-only-starts-cli',
    comment: 'src/main.ts turns argv over to the cli.',
    from: { path: '^src/[^/]+$' },
    to: { path: CODE, pathNot: '^src/cli/' },
  },
  {
    name: 'no-loose-rooms',
    comment: 'Every folder of src is a room with a rule above.',
    from: { path: '^src/[^/]+/', pathNot: [`^src/(${Object.keys(MAY_IMPORT).join('|')})/`] },
    to: {},
  },
  {
    name: 'protocols-never-another',
    comment: 'A protocol never imports another protocol; the canonical form stands between them.',
    from: { path: '^src/protocols/([^/]+)/', pathNot: TEST },
    to: { path: '^src/protocols/[^/]+/', pathNot: '^src/protocols/$1/' },
  },
  {
    name: 'gateway-siblings',
    comment: 'Inside gateway only exchange knows its sibling rooms; http may call the entry of exchange.',
    from: { path: '^src/gateway/(?!exchange/|http/)([^/]+)/', pathNot: TEST },
    to: { path: '^src/gateway/[^/]+/', pathNot: '^src/gateway/$1/' },
  },
  {
    name: 'gateway-http-calls-exchange',
    comment: 'Of its siblings, gateway/http knows the entry of exchange only (handle-….ts).',
    from: { path: '^src/gateway/http/', pathNot: TEST },
    to: { path: '^src/gateway/[^/]+/', pathNot: '^src/gateway/(http/|exchange/handle-[^/]+[.]ts$)' },
  },
  {
    name: 'gateway-root-knows-no-room',
    comment: 'A file that stands between the rooms of gateway knows none of them.',
    from: { path: '^src/gateway/[^/]+$', pathNot: TEST },
    to: { path: '^src/gateway/[^/]+/' },
  },
  {
    name: 'console-contract-only',
    comment: 'The console knows the contract of the admin API and nothing else of the server.',
    from: { path: '^console/' },
    to: { path: '^(src|test|bench|tools|bin)/', pathNot: '^src/control/admin-api/contract' },
  },
  {
    name: 'console-types-only',
    comment: 'The console takes types from the server, never code.',
    from: { path: '^console/' },
    to: { path: '^src/', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'pure-domain-and-ports',
    comment: 'domain and ports use no package and no part of Node.',
    from: { path: '^src/(domain|ports)/', pathNot: TEST },
    to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'pure-protocols',
    comment: 'protocols are pure functions: no I/O.',
    from: { path: '^src/protocols/', pathNot: TEST },
    to: { path: '^(node:)?(fs|net|tls|dns|http|https|http2|child_process|worker_threads|timers)(/|$)' },
  },
  {
    name: 'no-dev-packages',
    comment: 'What runs in production stands in dependencies.',
    from: { path: '^(src|bin)/', pathNot: TEST },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  ...owners,
];

export default {
  forbidden: forbidden.map((rule) => ({ ...rule, severity: 'error' })),
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    moduleSystems: ['es6'],
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.mjs', '.js', '.json'],
    },
    builtInModules: { add: ['node:sqlite', 'node:test', 'node:test/reporters', 'node:sea'] },
  },
};
