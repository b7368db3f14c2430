import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { answerHelp, root, say } from './run.ts';
import { compare, namedIn, readClaims } from './read-requirements.ts';

answerHelp(`
npm run requirements — is what we say we do tested?

docs/requirements.tsv lists the requirements, one a line: id, a tab, where it is done (empty: not yet). Every id that
says where must be named by a test or a scenario. The last line is "N passed, N failed".
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
const { tested, untested, open, unlisted } = compare(claims, named);

for (const { id, where } of untested) console.log(`FAILED ${id} is claimed to be done in ${where}, and no test names it`);
if (unlisted.length > 0) console.log(`       named by tests, and not in the list: ${unlisted.join(', ')}`);
console.log(`${claims.length} listed; ${tested.length + untested.length} claimed, ${tested.length} of them tested; ${open.length} open`);
console.log(say({ passed: tested.length, failed: untested.length }));
process.exitCode = untested.length === 0 ? 0 : 1;
