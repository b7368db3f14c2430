import { endAll } from '../chaos/experiment.ts';
import { say as sayCount } from '../tools/run.ts';
import { outageOfTwo, outagesOfOne } from './outages.ts';
import { rootOf } from './lab.ts';
import { type Part } from './part.ts';
import { ensureRoot } from './root.ts';
import { wholeCalls } from './whole-calls.ts';

const parts: readonly Part[] = [wholeCalls, outagesOfOne, outageOfTwo];
const help = `
npm run pbx — real calls through a real Asterisk to the Task in the stand-in org. About two and a half minutes.

${parts.map(({ name, shows }) => `${name.padEnd(8)} ${shows}`).join('\n')}

--only <name>   that one alone (several: separated by commas)
--call <name>   of the calls only these (several: separated by commas)
--suite <name>  forky has Asterisk 22 and is the default, bullseye has 16
--long          outages as long as they are in life

Needs Debian and root (pbx/README.md). The last line is "N passed, N failed".
`;
const argument = (name: string) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
if (process.argv.includes('--help')) {
  console.log(help.trim());
  process.exit(0);
}
const suite = argument('--suite') ?? 'forky';
if (suite !== 'forky' && suite !== 'bullseye') {
  console.error(`There is no suite ${suite}: forky has Asterisk 22, bullseye has 16.`);
  process.exit(2);
}
const only = argument('--only')?.split(',');
const unknown = only?.filter((name) => !parts.some((part) => part.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. There are ${parts.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const cannot = await ensureRoot(suite, rootOf(suite), (words) => console.log(`  … ${words}`)).catch((error: Error) => error.message);
if (cannot !== undefined) {
  console.log(`Left out: ${cannot}`);
  console.log(sayCount({ passed: 0, failed: process.env['CI'] ? 1 : 0 }));
  process.exit(process.env['CI'] ? 1 : 0);
}

const begun = performance.now();
const count = { passed: 0, failed: 0 };
/** What was begun, newest last. */
const begunThings: (() => Promise<unknown>)[] = [];
async function conduct({ name, run }: Part): Promise<void> {
  const started = performance.now();
  const ends: (() => Promise<unknown>)[] = [];
  let saidMs = started;
  const say = (words: string) => {
    if (performance.now() - saidMs < 5_000) return;
    saidMs = performance.now();
    console.log(`  … ${name}, ${Math.round((saidMs - started) / 1000)} s: ${words}`);
  };
  const ending = (end: () => Promise<unknown>) => {
    ends.push(end);
    begunThings.push(end);
  };
  const setting = {
    suite: suite as 'forky' | 'bullseye',
    long: process.argv.includes('--long'),
    only: argument('--call')?.split(','),
    say,
    ending,
  };
  const outcome = await run(setting).catch((error: unknown): Awaited<ReturnType<Part['run']>> => ({
    figures: 'did not begin',
    complaints: [(error as Error).message],
  }));
  for (const end of ends.reverse()) await end().catch((error: unknown) => console.log(`  … ${name}: ${(error as Error).message}`));
  const fine = outcome.complaints.length === 0;
  count.passed += outcome.passed ?? (fine ? 1 : 0);
  count.failed += Math.max(outcome.failed ?? 0, fine ? 0 : 1);
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${(fine ? 'ok' : 'FAILED').padEnd(8)} ${name.padEnd(8)} ${seconds.padStart(4)} s  ${outcome.figures}`);
  for (const complaint of outcome.complaints) console.log(`         ${complaint}`);
}

// What was started ends with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void Promise.allSettled([endAll(), ...begunThings.map((end) => end())]).then(() => process.exit(130)));
await Promise.all(parts.filter(({ name }) => only === undefined || only.includes(name)).map(conduct));
console.log(`all in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
console.log(sayCount(count));
process.exitCode = count.failed === 0 ? 0 : 1;
