import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { inTests, isForTests, rooms } from './rooms.ts';

const root = new URL('..', import.meta.url).pathname;
const notOurs = /(^|\/)(node_modules|dist|data|\.git)(\/|$)/;
const paths = readdirSync(root, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => posix.relative(root, posix.join(entry.parentPath, entry.name)))
  .filter((path) => !notOurs.test(path))
  .toSorted();
const code = paths.filter((path) => /\.tsx?$/.test(path));
const read = (path: string) => readFileSync(root + path, 'utf8');

/** The longest row that covers this path: `server/call/call.ts` → `server/call`. */
const roomOf = (path: string) =>
  Object.keys(rooms)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .toSorted((a, b) => b.length - a.length)[0];

const importsOf = (source: string) =>
  [...source.matchAll(/^\s*(?:import|export)\s+(?:[^'"=(]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)|\brequire\('([^']+)'\)/gm)].map(
    (found) => (found[1] ?? found[2] ?? found[3])!,
  );

function complaint(path: string, specifier: string): string | undefined {
  // A test is in the room of what it tests.
  const subject = path.replace(/\.test(\.tsx?)$/, '$1');
  const room = roomOf(subject);
  if (!room) return `${path} is in no room: give its folder a row in tools/rooms.ts`;
  const row = rooms[room]!;
  const extra = isForTests(path) ? inTests : { from: [] };
  if (specifier.startsWith('.')) {
    const target = posix.normalize(posix.join(dirname(path), specifier));
    const allowed = [...row.from, ...extra.from].some((entry) => target === entry || target.startsWith(`${entry}/`));
    // A file with a row of its own is no member of the folder around it, unless the folder's row says so.
    const together = target === subject || (roomOf(target) === room && target !== room);
    return allowed || together ? undefined : `${path} may not import ${target} (row '${room}')`;
  }
  if (specifier.startsWith('node:')) {
    const allowed = [row.node, extra.node].some((node) => node === true || node?.includes(specifier));
    return allowed ? undefined : `${path} may not use ${specifier} (row '${room}')`;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return [...(row.packages ?? []), ...(extra.packages ?? [])].includes(name)
    ? undefined
    : `${path} may not use the package ${name} (row '${room}')`;
}

test('every import is one the table allows', () => {
  expect(code.flatMap((path) => importsOf(read(path)).flatMap((specifier) => complaint(path, specifier) ?? []))).toEqual([]);
});
test('every import is seen', () => {
  const source = `import a from './a.ts';\nimport type { B } from './b.ts';\nimport {\n  c,\n  d,\n} from './c.ts';\nexport { e } from './e.ts';\nimport './f.css';\nconst g = await import('./g.ts');\nconst h = require('./h');`;
  expect(importsOf(source)).toEqual(['./a.ts', './b.ts', './c.ts', './e.ts', './f.css', './g.ts', './h']);
});
test('every row is about something that is there, or will be', () => {
  const folders = new Set(paths.flatMap((path) => path.split('/').map((_, depth, parts) => parts.slice(0, depth + 1).join('/'))));
  const comingFolders = /^(vite\.config\.ts|console\/(vite\.config|build)\.ts|(chaos|bench|e2e|scenarios)(\/|$))/;
  const named = Object.entries(rooms).flatMap(([room, { from }]) => [room, ...from]);
  expect(named.filter((name) => !folders.has(name) && !comingFolders.test(name))).toEqual([]);
});
// The table must bite: these are the walls that matter most.
test.each([
  ['server/decide/decide.ts', '../write/write.ts'],
  ['server/decide/decide.ts', '../match/candidates.ts'],
  ['server/decide/decide.ts', '../world.ts'],
  ['server/call/call.ts', 'node:crypto'],
  ['server/call/call.ts', '../decide/policy.ts'],
  ['server/match/match.ts', '../store/postgres.ts'],
  ['server/write/write.ts', '../store/postgres.ts'],
  ['server/write/write.ts', '../../crms/salesforce/exchange.ts'],
  ['server/write/name.ts', 'node:fs'],
  ['server/ingest/receive.ts', '../call/call.ts'],
  ['server/ingest/receive.ts', 'node:fs'],
  ['server/notify/notify.ts', 'react'],
  ['server/crm.ts', '../crms/salesforce/session.ts'],
  ['server/world.ts', './store.ts'],
  ['server/store/postgres.ts', '../write/write.ts'],
  ['server/main.ts', '../crms/salesforce/session.ts'],
  ['server/main.ts', '../emulators/salesforce/main.ts'],
  ['server/main.ts', '../console/main.tsx'],
  ['server/routes.ts', '../sources/generic-webhook/generic-webhook.ts'],
  ['server/main.ts', 'pg'],
  ['emulators/salesforce/soql.ts', '../../crms/salesforce/soql.ts'],
  ['emulators/salesforce/soql.ts', '../../server/crm.ts'],
  ['emulators/salesforce/soql.test.ts', '../../crms/salesforce/soql.ts'],
  ['crms/salesforce/soql.ts', '../../emulators/salesforce/soql.ts'],
  ['crms/salesforce/soql.ts', '../../server/store.ts'],
  ['sources/acme/acme.ts', '../../crms/salesforce/save.ts'],
  ['sources/acme/acme.ts', '../../server/call/call.ts'],
  ['console/pages/calls/calls.tsx', '../../../server/call/call.ts'],
  ['console/pages/calls/calls.tsx', 'node:fs'],
  ['console/pages/calls/calls.tsx', 'hono'],
  ['wire/console.ts', '../server/call/call.ts'],
])('%s may not import %s', (path, specifier) => expect(complaint(path, specifier)).toMatch(/may not/));
test.each([
  ['server/decide/decide.ts', '../match/match.ts'],
  ['server/write/name.ts', 'node:crypto'],
  ['server/ingest/receive.ts', 'node:crypto'],
  ['server/call/call.test.ts', 'fast-check'],
  ['server/call/call.test.ts', '../testing/a-call.ts'],
  ['server/main.ts', './store/postgres.ts'],
  ['server/store/postgres.ts', '../store.ts'],
  ['console/build.test.ts', './build.ts'],
  ['console/build.test.ts', 'node:fs'],
  ['e2e/console.ts', 'playwright-core'],
])('%s may import %s', (path, specifier) => expect(complaint(path, specifier)).toBeUndefined());
test('a folder without a row is a complaint', () => expect(complaint('helpers/misc.ts', './other.ts')).toMatch(/in no room/));

/** Code without its comments, in which a word is only talked about. */
const bare = (source: string) => source.replaceAll(/\/\*[\s\S]*?\*\/|(?<![:'"`\\])\/\/.*$/gm, '');
const wild =
  /\bDate\.now\(|\bnew Date\(\)|\bset(?:Timeout|Interval)\(|\bMath\.random\(|\brandomUUID\(|\brandom(?:Bytes|Int)\(|\bgetRandomValues\(|'node:timers/;
const spans = /\bperformance\.now\(/; // a test may measure how long something takes

describe('time and chance come in through server/world.ts (E3)', () => {
  test('in TypeScript', () => {
    const inside = code.filter((path) => /^(server|sources|crms)\//.test(path) && path !== 'server/world.ts');
    expect(inside.filter((path) => wild.test(bare(read(path))) || (!isForTests(path) && spans.test(bare(read(path)))))).toEqual([]);
  });
  test.each([
    'Date.now()',
    'new Date()',
    'setTimeout(f, 1)',
    'Math.random()',
    'crypto.randomUUID()',
    'randomBytes(8)',
    "import { setTimeout } from 'node:timers/promises'",
  ])('%s is seen', (source) => expect(bare(source)).toMatch(wild));
  test.each(['new Date(at)', 'world.now()', '// Date.now() is forbidden', '/* setTimeout( */', 'clearTimeout(timer)'])(
    '%s is fine',
    (source) => expect(bare(source)).not.toMatch(wild),
  );
});

describe('one clock decides in SQL: cb_now() (E3)', () => {
  const clock =
    /\bnow\(\)|\b(?:clock|statement|transaction)_timestamp\(|\bcurrent_(?:timestamp|date|time)\b|\blocaltime(?:stamp)?\b|\btimeofday\(/i;
  const withoutComments = (sql: string) => sql.replaceAll(/--.*$|\/\*[\s\S]*?\*\//gm, '');
  const asks = (sql: string) => clock.test(withoutComments(sql).replaceAll(/\bcb_now\(\)/g, ''));
  /** The statements in a piece of TypeScript: strings that begin like SQL. What is put in by `${}` is TypeScript. */
  const statementsIn = (source: string) =>
    [...bare(source).matchAll(/`(?:[^`\\]|\\[\s\S])*`|'(?:[^'\\\n]|\\.)*'/g)]
      .map(([literal]) => literal.slice(1, -1).replaceAll(/\$\{[^}]*\}/g, ''))
      .filter((text) => /^\s*(?:select|insert|update|delete|create|alter|with|begin|do)\b/i.test(text));
  const migrations = paths.filter((path) => /^server\/store\/migrations\/.*\.sql$/.test(path));
  const definition = /create(?: or replace)? function cb_now\(\)[\s\S]*?as\s+(?:'[^']*'|(\$\w*\$)[\s\S]*?\1)/i;

  test('the files', () => {
    const files = paths.filter((path) => path.startsWith('server/') && path.endsWith('.sql'));
    expect(files.filter((path) => asks(path === migrations[0] ? read(path).replace(definition, '') : read(path)))).toEqual([]);
  });
  test('the statements in TypeScript', () => {
    // The list of migrations is older than cb_now(), and decides nothing by its time.
    const own = /create table if not exists migrations \([^)]*\)/;
    expect(
      code.filter((path) => path.startsWith('server/') && !isForTests(path) && statementsIn(read(path).replace(own, '')).some(asks)),
    ).toEqual([]);
  });
  test('is asked in one place, in the first migration', () => {
    expect(migrations.filter((path) => definition.test(read(path)))).toEqual(migrations.slice(0, 1));
    expect(read(migrations[0]!)).toMatch(definition);
  });
  test.each(['select now()', 'select CURRENT_TIMESTAMP', 'insert into t values (clock_timestamp())', 'where at < current_date'])(
    '%s is seen',
    (sql) => expect(asks(sql)).toBe(true),
  );
  test.each(['select cb_now()', '-- not now()', 'select snow()'])('%s is fine', (sql) => expect(asks(sql)).toBe(false));
  test('strings of SQL are found, others are not', () => {
    expect(statementsIn("const a = `select now() + ${world.now()}`; say('he said now()'); query('update t set at = now()')")).toEqual([
      'select now() + ',
      'update t set at = now()',
    ]);
  });
});

test('index.ts exists only where things are registered', () => {
  expect(code.filter((path) => /(^|\/)index\.tsx?$/.test(path) && path !== 'sources/index.ts' && path !== 'crms/index.ts')).toEqual([]);
});
test('no file is named after a kind of code', () => {
  expect(code.filter((path) => /(^|\/)(utils?|helpers?|misc|common|types|constants)(\.|\/)/i.test(path))).toEqual([]);
});
test('every source has deliveries as its vendor sends them, a page and a report card', () => {
  const sources = new Set(paths.flatMap((path) => /^sources\/([^/]+)\//.exec(path)?.[1] ?? []));
  const lacks = [...sources].flatMap((source) =>
    [
      paths.some((path) => path.startsWith(`sources/${source}/deliveries/`) && path.endsWith('.json'))
        ? []
        : `sources/${source}/deliveries/*.json`,
      ['README.md', 'quality.json']
        .filter((file) => !existsSync(`${root}sources/${source}/${file}`))
        .map((file) => `sources/${source}/${file}`),
    ].flat(),
  );
  expect(lacks).toEqual([]);
});
test('every source and CRM is in its registry', () => {
  const folders = new Set(paths.flatMap((path) => /^((?:sources|crms)\/[^/]+)\//.exec(path)?.[1] ?? []));
  const registered = ['sources', 'crms'].flatMap((room) =>
    importsOf(read(`${room}/index.ts`)).map((specifier) => posix.join(room, dirname(specifier))),
  );
  expect([...folders].filter((folder) => !registered.includes(folder))).toEqual([]);
});
test('nothing names the machine it was written on', () => {
  const machine = new RegExp(['/work' + '/', '/root' + '/', '/Users' + '/', '/tmp' + '/cb'].join('|'));
  const text = paths.filter((path) => /\.(tsx?|json|sql|md|txt|jsonl|tsv|html|css|ya?ml|sh)$|(^|\/)(run|\.npmrc|\.gitignore)$/.test(path));
  expect(text.filter((path) => machine.test(read(path)))).toEqual([]);
});
