import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { calls } from './calls.ts';
import { openLab } from './lab.ts';
import { recordCall } from './record-call.ts';
import { during } from './root.ts';

const help = `
npm run pbx:record -- [options] <name>… — what Asterisk says of these calls

--all              every call, in about ten minutes
--list             what there is
--suite <name>     forky has Asterisk 22 and is the default, bullseye has 16
--into <folder>    where the files go; by default cordboard-recordings in the folder for temporary files

Needs Debian and root (README.md). The last line is "N passed, N failed".
`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean' },
    list: { type: 'boolean' },
    help: { type: 'boolean' },
    suite: { type: 'string', default: 'forky' },
    into: { type: 'string', default: join(tmpdir(), 'cordboard-recordings') },
  },
});
const { suite } = values;
const names = values.all ? Object.keys(calls) : positionals;
const unknown = names.filter((name) => !(name in calls));
if (values.help) {
  console.log(help);
  process.exit(0);
}
if (values.list) {
  for (const [name, { words }] of Object.entries(calls)) console.log(`${name}\n    ${words}`);
  process.exit(0);
}
if (suite !== 'forky' && suite !== 'bullseye') {
  console.error(`There is no suite ${suite}: forky has Asterisk 22, bullseye has 16.`);
  process.exit(2);
}
if (names.length === 0 || unknown.length > 0) {
  console.error(unknown.length > 0 ? `There is no call ${unknown.join(', ')}: --list shows all.` : help);
  process.exit(2);
}

const say = (words: string) => console.log(`  … ${words}`);
const into = resolve(values.into);
await mkdir(into, { recursive: true });
const lab = await openLab({ suite, say }).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
// Asterisk ends with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void lab.stop().finally(() => process.exit(130)));

const jsonLines = (rows: readonly unknown[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');
async function record(name: string): Promise<boolean> {
  const call = calls[name];
  if (!call) return false;
  const begun = performance.now();
  const seconds = () => ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
  try {
    const { events, records } = await during(say, name, recordCall(lab, call), 10_000);
    const expected = { name, words: call.words, calls: call.expected };
    await writeFile(join(into, `${name}.ami.jsonl`), jsonLines(events));
    await writeFile(join(into, `${name}.cel.jsonl`), jsonLines(records));
    await writeFile(join(into, `${name}.expected.json`), `${JSON.stringify(expected, null, 2)}\n`);
    console.log(`ok     ${name.padEnd(32)} ${seconds()} s  ${events.length} events`);
    return true;
  } catch (error) {
    console.log(`FAILED ${name.padEnd(32)} ${seconds()} s  ${error instanceof Error ? error.message : String(error)}`);
    return false;
  }
}

const count = { passed: 0, failed: 0 };
try {
  for (const name of names) count[(await record(name)) ? 'passed' : 'failed']++;
} finally {
  await lab.stop();
}
console.log(`in ${into}`);
console.log(`${count.passed} passed, ${count.failed} failed`);
process.exitCode = count.failed === 0 ? 0 : 1;
