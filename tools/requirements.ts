import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerHelp, root, say } from './run.ts';
import { compare, namedIn, readClaims } from './read-requirements.ts';

answerHelp(`
npm run requirements — is what we say we do tested?

docs/requirements.tsv lists the requirements, one a line: id, a tab, where it is done (empty: not yet), a tab, what has to
be built for it if it isn't. Every id that says where must be named by a test or a scenario, and every other must say what
it waits for.

--all   every id, with the tests and scenarios that name it, or what it waits for

The last line is "N passed, N failed".
`);

const list = `${root}docs/requirements.tsv`;
const places = ['server', 'sources', 'crms', 'wire', 'emulators', 'console', 'scenarios', 'chaos', 'e2e', 'tools'];
const tests = places
  .filter((place) => existsSync(join(root, place)))
  .flatMap((place) => readdirSync(join(root, place), { recursive: true, encoding: 'utf8' }).map((path) => join(place, path)))
  // tools/ has ids in its own tests that are about nothing.
  .filter(
    (path) =>
      (/\.test\.tsx?$/.test(path) && !path.startsWith('tools')) ||
      /^(scenarios\/.*(story\.txt|scenario\.json|README\.md)|(e2e|chaos)\/.*\.ts)$/.test(path),
  );
const named = namedIn(tests.map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') })));

if (!existsSync(list)) console.log('docs/requirements.tsv is not there yet: nothing is claimed.');
const claims = existsSync(list) ? readClaims(readFileSync(list, 'utf8')) : [];
const { tested, untested, open, unexplained, unlisted } = compare(claims, named);

if (process.argv.includes('--all'))
  for (const { id, where, openFor } of claims)
    console.log(`${id.padEnd(6)} ${where ? `${where}: ${(named.get(id) ?? []).join(', ') || 'no test'}` : `open (${openFor})`}`);
for (const { id, where } of untested) console.log(`FAILED ${id} is claimed to be done in ${where}, and no test names it`);
for (const { id } of unexplained) console.log(`FAILED ${id} is not done, and nothing is said of what it waits for`);
if (unlisted.length > 0) console.log(`       named by tests, and not in the list: ${unlisted.join(', ')}`);
for (const [openFor, some] of Map.groupBy(open, (claim) => claim.openFor))
  console.log(`open for ${openFor.padEnd(18)} ${String(some.length).padStart(3)}`);
console.log(`${claims.length} listed; ${tested.length + untested.length} claimed, ${tested.length} of them tested; ${open.length} open`);
const failed = untested.length + unexplained.length;
console.log(say({ passed: tested.length, failed }));
process.exitCode = failed === 0 ? 0 : 1;
