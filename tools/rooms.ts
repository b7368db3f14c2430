/** What the files of one room may import besides each other. What isn't listed is forbidden (architecture.test.ts). */
export type Row = {
  /** Folders and files of this repository. */
  readonly from: readonly string[];
  readonly packages?: readonly string[];
  /** All of Node's modules, or these. */
  readonly node?: true | readonly string[];
};

const facts = ['server/call/event.ts'];
const ports = ['server/source.ts', 'server/crm.ts', 'server/crm-failure.ts', 'server/store.ts', 'server/world.ts'];
const react = ['react', 'react-dom', 'react-aria-components'];
const everything = ['server', 'sources', 'crms', 'emulators', 'wire'];

/** Who may import whom. The longest row that covers a path holds. */
export const rooms: Readonly<Record<string, Row>> = {
  // The straight line. `call` and `decide` are pure: no clock, no network, no database, no CRM.
  'server/call': { from: [] },
  'server/decide': {
    from: ['server/call', 'server/crm.ts', 'server/match/match.ts', 'server/match/is-mobile.ts', 'server/match/matters.ts'],
  },
  // Numbers in, whose they are out. Knows no call; what the CRM calls things is the adapter's business.
  'server/book': {
    from: [
      'server/call/event.ts',
      'server/crm.ts',
      'server/match',
      'server/store.ts',
      'server/store/book-store.ts',
      'server/world.ts',
      'server/bell.ts',
    ],
  },
  'server/match': { from: ['server/call', 'server/crm.ts'], packages: ['libphonenumber-js'] },
  // Names in the CRM are SHA-256 (W1); nothing else of Node is needed to write.
  'server/write': {
    from: [
      'server/call',
      'server/decide',
      'server/match/has-number.ts', // is who a duplicate rule found the one who called?
      'server/crm.ts',
      'server/crm-failure.ts',
      'server/store.ts',
      'server/world.ts',
      'server/bell.ts',
    ],
    node: ['node:crypto'],
  },
  'server/notify': {
    from: [
      'server/call',
      'server/decide',
      'server/crm.ts',
      'server/store.ts',
      'server/store/access-store.ts',
      'server/store/alert-store.ts',
      'server/world.ts',
      'server/bell.ts',
      'wire',
    ],
  },
  // Knows no call: bytes in, a stored delivery out (E1).
  'server/ingest': { from: ['server/source.ts', 'server/store.ts', 'server/world.ts'], node: ['node:crypto'] },
  // Files in, files out: knows no fold and no rule. Its tables are its own; what a call must hear goes by the delivery's road.
  'server/recordings': {
    from: ['server/store.ts', 'server/store/database.ts', 'server/world.ts'],
    packages: ['aws4fetch', 'undici'],
    node: true,
  },
  'server/admin': { from: ['server', 'wire'], packages: ['zod', 'hono'], node: ['node:crypto'] },
  'server/setup': {
    from: [
      'server/connect/guide-page.ts',
      'server/crm.ts',
      'server/crm-setup.ts',
      'server/decide/policy.ts',
      'server/door.ts',
      'server/guard.ts',
      'server/store.ts',
      'server/store/console-store.ts',
      'server/store/secrets.ts',
      'server/store/setup-store.ts',
      'server/world.ts',
      'wire',
    ],
  },
  // Files of the policy are YAML (decision 33).
  'server/policy': {
    from: [
      'server/crm.ts',
      'server/decide',
      'server/door.ts',
      'server/guard.ts',
      'server/store.ts',
      'server/store/policy-store.ts',
      'wire',
    ],
    packages: ['yaml'],
    node: ['node:fs'],
  },
  // Judges as the line does, and touches nothing.
  'server/simulate': {
    from: [
      'server/pipeline.ts',
      'server/book-settings.ts',
      'server/own-matters.ts',
      'server/book/look-up.ts',
      'server/call',
      'server/crm.ts',
      'server/decide',
      'server/door.ts',
      'server/guard.ts',
      'server/match',
      'server/policy',
      'server/source.ts',
      'server/store.ts',
      'server/store/policy-store.ts',
      'server/store/simulate-store.ts',
      'server/world.ts',
      'server/write/text.ts',
      'wire',
    ],
  },
  // Who works here, and what each line is. Decides nothing: what is done with a call is the policy's.
  'server/people': {
    from: [
      'server/call/event.ts',
      'server/crm.ts',
      'server/decide',
      'server/match',
      'server/admin/csv.ts',
      'server/door.ts',
      'server/guard.ts',
      'server/store.ts',
      'server/store/people-store.ts',
      'wire',
    ],
    packages: ['zod'],
  },
  // What agents save: bodies in, facts of calls and wishes out.
  'server/tasks': {
    from: [
      'server/call',
      'server/crm.ts',
      'server/decide/plain-text.ts',
      'server/door.ts',
      'server/guard.ts',
      'server/store.ts',
      'server/store/task-store.ts',
      'server/world.ts',
      'server/write/name.ts',
      'wire',
    ],
  },
  'server/store': {
    from: [
      'server/store.ts',
      'server/world.ts',
      'server/bell.ts',
      'server/pipeline.ts',
      'server/call',
      'server/match',
      'server/decide',
      'server/people/directory.ts',
      'server/book/overlap.ts',
      'server/book/budget.ts',
      'server/notify/alerts.ts',
      'server/crm.ts',
      'server/crm-failure.ts',
      'server/crm-sign-in.ts',
      'server/vault.ts',
      'wire/setup.ts',
    ],
    packages: ['pg'],
    node: true,
  },
  // Whole calls are wired here as main wires them.
  'server/testing': {
    from: ['server', 'sources/index.ts', 'sources/generic-webhook/sign.ts', 'crms/index.ts', 'emulators', 'wire'],
    packages: ['pg', 'fast-check'],
    node: true,
  },
  // What a port says may name what travels through it.
  'server/store.ts': { from: ['server'] },
  'server/crm.ts': { from: ['server/crm-failure.ts', 'server/crm-setup.ts', 'server/call'] },
  'server/crm-setup.ts': { from: ['server/crm.ts', 'wire'] },
  'server/crm-sign-in.ts': { from: ['server/crm-failure.ts'] },
  'server/vault.ts': { from: [] },
  'server/source.ts': { from: [...facts, 'server/world.ts'] },
  'server/world.ts': { from: [] },
  'server/crm-failure.ts': { from: [] },
  // Two exceptions to "by the registry only": test calls are signed as a phone system would, and main builds the console
  // when it is missing. The stand-in org runs in a process of its own; nothing of it is imported.
  server: {
    from: ['server', 'sources/index.ts', 'sources/generic-webhook/sign.ts', 'crms/index.ts', 'console/build.ts', 'wire'],
    packages: ['hono', '@hono/node-server', 'zod'],
    node: true,
  },

  sources: {
    from: ['server/source.ts', 'server/world.ts', ...facts],
    packages: ['zod', 'libphonenumber-js', 'standardwebhooks', 'undici'],
    node: true,
  },
  // Change events travel as gRPC and Avro (decision 24).
  crms: {
    from: [
      'server/crm.ts',
      'server/crm-sign-in.ts',
      'server/crm-setup.ts',
      'server/crm-failure.ts',
      'server/vault.ts',
      'server/world.ts',
      ...facts,
    ],
    packages: ['zod', 'undici', 'fflate', '@grpc/grpc-js', '@grpc/proto-loader', 'avsc'],
    node: true,
  },
  wire: { from: [], packages: ['zod'] },

  console: { from: ['wire'], packages: [...react, 'zod'] },
  'console/build.ts': { from: ['server/world.ts'], packages: ['vite', '@vitejs/plugin-react'], node: true },

  // A witness must not have rehearsed with the accused: never crms/, never server/.
  // Packages of the Metadata API are zips (fflate) of XML (fast-xml-parser).
  emulators: {
    from: [],
    packages: [
      'hono',
      '@hono/node-server',
      'zod',
      'pg',
      '@grpc/grpc-js',
      '@grpc/proto-loader',
      'avsc',
      'fflate',
      'fast-xml-parser',
      'formulon',
    ],
    node: true,
  },

  scenarios: { from: [...everything, 'tools'], packages: ['vitest', 'pg', 'undici', 'zod'], node: true },
  chaos: { from: [...everything, 'scenarios', 'tools'], packages: ['pg', 'undici'], node: true },
  // Strangers' programs, run as processes of their own; nothing of theirs is imported.
  judges: { from: ['emulators', 'tools'], packages: ['fflate'], node: true },
  // Asks a real org and the stand-in the same: plain HTTP, so that the client's reading of either has no part in it.
  parity: { from: ['emulators', 'tools'], node: true },
  // A real Asterisk and whoever calls through it; the judge looks at the org.
  pbx: { from: [...everything, 'chaos', 'tools'], packages: ['pg', 'undici'], node: true },
  // Measures what chaos starts: the product as `npm start` runs it.
  mutation: { from: ['tools'], packages: ['@stryker-mutator/core', 'fast-check', 'vitest'], node: true },
  bench: { from: [...everything, 'scenarios', 'chaos', 'tools'], packages: ['pg', 'undici'], node: true },
  // Reads the console's words, to look for what a person would read.
  e2e: {
    from: [...everything, 'console/because.ts', 'console/words', 'scenarios', 'tools'],
    packages: ['playwright-core', 'axe-core', 'pg', 'undici'],
    node: true,
  },
  // What the console says of an org's setup, the command says in the same words.
  tools: { from: [...everything, 'scenarios', 'console/words/setup/words.ts'], node: true },
  'vite.config.ts': { from: [], packages: ['vite', '@vitejs/plugin-react'], node: true },
  'vitest.config.ts': { from: [], packages: ['vitest'], node: ['node:os'] },
};

/** What tests, conformance suites and `testing/` may use on top of their room's row. */
export const inTests: Row = {
  from: ['server/testing', 'server/source-conformance.ts', 'server/crm-conformance.ts', 'emulators', 'wire', ...ports],
  packages: ['vitest', 'fast-check', 'pg', 'zod', 'undici'],
  node: true,
};
/** The files `inTests` holds for. */
export const isForTests = (path: string): boolean => /\.test\.tsx?$|-conformance\.ts$|\/testing\//.test(path);
