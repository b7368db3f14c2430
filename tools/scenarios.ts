import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Before, readHappenings } from '../scenarios/happening.ts';
import { tellPresets } from '../scenarios/tell-presets.ts';
import { tellStory } from '../scenarios/tell-story.ts';
import { leaveTestServer } from '../server/testing/test-database.ts';
import { diff } from './diff.ts';
import { answerHelp, root, run, say } from './run.ts';
import setup from './vitest-setup.ts';

answerHelp(`
npm run scenarios [-- name …]   whole calls from wire to wire, each compared with its story.txt; then what whole lines promise
npm run golden [-- name …]      rewrites story.txt and presets.txt where they have changed; their diff is what the reviewer reads

A scenario is a folder of scenarios/: call.jsonl says what happens, org.json what the org is before, story.txt what came of it,
presets.txt what each preset would have made of the same calls.
Names choose the scenarios, and the tests of scenarios/, that contain them. The last line is "N passed, N failed".
`);

const folder = join(root, 'scenarios');
const golden = process.argv.includes('--golden');
const asked = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const isAsked = (name: string) => asked.length === 0 || asked.some((word) => name.includes(word));
const entries = (await readdir(folder, { withFileTypes: true })).filter((entry) => isAsked(entry.name));
const names = entries
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .toSorted();
/** What whole lines promise, told by no single story. */
const promises = golden
  ? []
  : entries.filter((entry) => entry.isFile() && entry.name.endsWith('.test.ts')).map((entry) => `scenarios/${entry.name}`);
if (names.length === 0 && promises.length === 0) {
  console.error(`No scenario is called anything like ${asked.join(', ')}.`);
  process.exit(1);
}

const textOf = (...path: string[]) =>
  readFile(join(folder, ...path), 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? undefined : Promise.reject(error),
  );
let [passed, failed, rewritten] = [0, 0, 0];

/** With what is known; rewrites it where that is asked for. */
async function compare(name: string, file: string, told: string): Promise<{ readonly problem?: string; readonly note?: string }> {
  const known = await textOf(name, file);
  if (told === known) return {};
  if (!golden) return { problem: known === undefined ? `It has no ${file} yet: read what \`npm run golden\` writes.` : diff(known, told) };
  await writeFile(join(folder, name, file), told);
  rewritten += 1;
  return { note: `${file} ${known === undefined ? 'written' : 'rewritten'}` };
}

async function tell(name: string): Promise<void> {
  const begun = performance.now();
  let problem: string | undefined;
  let note = '';
  try {
    const happenings = readHappenings((await textOf(name, 'call.jsonl')) ?? '');
    const before = Before.parse(JSON.parse((await textOf(name, 'org.json')) ?? '{}'));
    let presets = '';
    const told = await tellStory(happenings, before, async (line, names) => {
      presets = await tellPresets(line, names);
    });
    if (!told.includes('\n  0 calls unexplained\n')) problem = told.slice(told.indexOf('Explanations'));
    else {
      const found = [await compare(name, 'story.txt', told), await compare(name, 'presets.txt', presets)];
      note = found.flatMap((one) => one.note ?? []).join(', ');
      problem = found.flatMap((one) => one.problem ?? []).join('\n') || undefined;
    }
  } catch (error) {
    problem = (error as Error).stack ?? String(error);
  }
  if (problem === undefined) passed += 1;
  else failed += 1;
  console.log(
    `${problem === undefined ? 'ok    ' : 'FAILED'} ${name.padEnd(48)} ${((performance.now() - begun) / 1000).toFixed(2).padStart(5)} s  ${note}`.trimEnd(),
  );
  if (problem !== undefined) console.log(problem.trimEnd().replaceAll(/^/gm, '       '));
}

if (names.length > 0) {
  const tearDown = await setup();
  const waiting = [...names];
  const teller = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await tell(name);
  };
  // Two, so that one waits for the database while the other works.
  await Promise.all([teller(), teller()]);
  await leaveTestServer();
  await tearDown();
  console.log(`${names.length} scenarios${golden ? `, ${rewritten} stories rewritten` : ''}`);
}
if (promises.length > 0) {
  console.log('\nwhat whole lines promise (scenarios/*.test.ts), at most 3 minutes');
  const ran = await run(['vitest', 'run', ...promises, '--maxWorkers=2', '--reporter=verbose', '--no-color'], (text) =>
    process.stdout.write(text),
  );
  const [, some] = /Tests .*?(\d+) passed/.exec(ran.output) ?? [];
  const [, bad] = /Tests .*?(\d+) failed/.exec(ran.output) ?? [];
  passed += Number(some ?? 0);
  failed += Math.max(Number(bad ?? 0), ran.exitCode === 0 ? 0 : 1);
}
console.log(say({ passed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
