import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { answerHelp, root, say } from '../tools/run.ts';
import { changedSince, fingerprint, type Measured, readMeasured, share, writeMeasured } from './measured.ts';

answerHelp(`
npm run mutation [-- --all] [file …]   would the tests notice a fault?

Puts faults into the pure rooms, one at a time (another comparison, an emptied block, a dropped condition), and runs the unit
tests of that room: a fault that no test notices has survived. docs/reference/mutation.tsv keeps what came of it, file by
file, with every survivor.

Without arguments: the files that have changed since they were measured. It may be ended at any time, and goes on where it was.
--all      every file anew
file …     these files, whatever the tests were when they were measured: after adding a test
file:3-9   these lines only, which is quick: says what survives there, and keeps nothing
--report   measures nothing, and says what was measured

It takes a tenth to a quarter of a second for each fault. Faults in what runs only while a module is loaded are left out. The last
line is "N passed, N failed": of files whose tests notice 85 % of the faults, and of all files together.
`);

const rooms = ['server/call', 'server/match', 'server/decide'];
/** Of all faults (0…1). */
const wanted = 0.85;
const results = join(root, 'docs/reference/mutation.tsv');

const files = new Map(
  rooms
    .flatMap((room) => readdirSync(join(root, room), { recursive: true, encoding: 'utf8' }).map((path) => `${room}/${path}`))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .toSorted()
    .map((path) => [path, readFileSync(join(root, path), 'utf8')] as const),
);
const words = process.argv.slice(2);
const isPart = (word: string) => /:\d+-\d+$/.test(word);
const parts = words.filter(isPart);
const named = words.filter((word) => !word.startsWith('--') && !isPart(word));
const unknown = [...named, ...parts.map(fileOf)].filter((name) => !files.has(name));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: give files of ${rooms.join(', ')}, as in server/match/rank.ts.`);
  process.exit(1);
}

for (const part of parts) {
  const one = await measure(part);
  console.log(line(one));
  for (const { line: at, column, kind, instead } of one.survivors) console.log(`  ${at}:${column} ${kind} ${instead}`);
}
if (parts.length > 0) process.exit();

const kept = (existsSync(results) ? readMeasured(readFileSync(results, 'utf8')) : []).filter(({ file }) => files.has(file));
const todo = words.includes('--report')
  ? []
  : words.includes('--all')
    ? [...files.keys()]
    : named.length > 0
      ? named
      : changedSince(files, kept);
const all = new Map(kept.map((one) => [one.file, one]));
for (const [index, file] of todo.entries()) {
  const begun = performance.now();
  const one = await measure(file);
  all.set(file, one);
  // whole or not at all: it may be ended at any time
  writeFileSync(`${results}.new`, writeMeasured([...all.values()]));
  renameSync(`${results}.new`, results);
  console.log(`${index + 1}/${todo.length} ${line(one)}, ${Math.round((performance.now() - begun) / 1000)} s`);
}

const below = [...all.values()].filter((one) => share([one]) < wanted).toSorted((a, b) => b.survivors.length - a.survivors.length);
if (below.length > 0) console.log(`Below ${wanted * 100} %:`);
for (const one of below) console.log(`  ${line(one)}`);
const unmeasured = changedSince(files, [...all.values()]);
if (unmeasured.length > 0)
  console.log(`Changed since they were measured, or never: ${unmeasured.length} files, such as ${unmeasured.slice(0, 5).join(', ')}`);
const total = share([...all.values()]);
console.log(`All files together: ${(total * 100).toFixed(1)} % of the faults are noticed.`);
const failed = below.length + (total < wanted ? 1 : 0);
console.log(say({ passed: all.size + 1 - failed, failed }));
process.exit(total < wanted ? 1 : 0);

function line(one: Measured): string {
  return `${one.file}: ${one.killed} of ${one.killed + one.survivors.length} (${Math.floor(share([one]) * 100)} %)`;
}

function fileOf(place: string): string {
  return place.replace(/:\d+-\d+$/, '');
}

/**
 * `place`: a file, or a part of one (server/match/rank.ts:10-20). The tests that are called like the file go first, and notice most in a
 * fraction of the time; what they don't is tried against all of the room.
 */
async function measure(place: string): Promise<Measured> {
  const file = fileOf(place);
  const room = rooms.find((one) => file.startsWith(`${one}/`)) ?? '';
  const name = file.slice(room.length + 1, -'.ts'.length);
  const own = readdirSync(join(root, room)).filter((test) => test.startsWith(name) && /^(?:-.*)?\.test\.ts$/.test(test.slice(name.length)));
  const ownTests = own.map((test) => `${room}/${test}`);
  const ofRoom = [`${room}/**/*.test.ts`];
  const first = await putIn([place], own.length > 0 ? ownTests : ofRoom);
  const open = first.filter((fault) => !isNoticed(fault));
  const isOpen = new Set(open.map(nameOf));
  const places = new Set(open.map(({ location: { start, end } }) => `${file}:${start.line}-${end.line}`));
  const second = own.length > 0 ? (await putIn([...places], ofRoom)).filter((fault) => isOpen.has(nameOf(fault))) : open;
  const survivors = second
    .filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
    .map(({ location: { start }, mutatorName, replacement }) => ({ ...start, kind: mutatorName, instead: replacement ?? '' }));
  const killed = first.filter(isNoticed).length + second.filter(isNoticed).length;
  return { file, of: fingerprint(files.get(file) ?? ''), killed, survivors };
}

type Fault = Awaited<ReturnType<Stryker['runMutationTest']>>[number];
function isNoticed({ status }: Fault): boolean {
  return status === 'Killed' || status === 'Timeout';
}
function nameOf({ location, mutatorName, replacement }: Fault): string {
  return JSON.stringify([location, mutatorName, replacement]);
}

/**
 * Puts each fault of these places in, and runs these tests (globs; mutation/vitest.config.ts asks for them).
 *
 * The configuration names no tsconfig, since TypeScript 7 has no API in JavaScript, which preparing one needs; and its folder for copies lies
 * inside, so that packages are found from there.
 */
async function putIn(mutate: string[], tests: readonly string[]): Promise<Fault[]> {
  if (mutate.length === 0) return [];
  process.env.MUTATION_TESTS = JSON.stringify(tests);
  return new Stryker({ configFile: 'mutation/stryker.config.json', mutate }).runMutationTest();
}
