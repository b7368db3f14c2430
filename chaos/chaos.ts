import { answerHelp, say as sayCount } from '../tools/run.ts';
import { endAll, type Experiment, type Outcome } from './experiment.ts';
import { diskFull } from './disk-full.ts';
import { killAtEachPoint } from './kill-points.ts';
import { misbehavingOrg, reducedForm } from './org-faults.ts';
import { outage } from './outage.ts';
import { killAtRandom } from './random-kills.ts';
import { strangers } from './strangers.ts';
import { twoNodes } from './two-nodes.ts';

/** The longest first. */
const experiments: readonly Experiment[] = [
  killAtRandom,
  outage,
  killAtEachPoint,
  misbehavingOrg,
  reducedForm,
  strangers,
  twoNodes,
  diskFull,
];
answerHelp(`
npm run chaos — what is promised when things break: 0 lost, 0 doubled. About six minutes.

${experiments.map(({ name, shows }) => `${name.padEnd(12)} ${shows}`).join('\n')}

--only <name>   that one alone (several: separated by commas)
--seed <n>      other dice
--long          ten times as much

Each installation is started as \`npm start\` does, in a temporary folder and on free ports, with real fsync. The judge is the
stand-in org's export, compared with the list of calls that were told. The last line is "N passed, N failed".
`);
if (process.platform !== 'linux') {
  console.log('Left out: the processes of PostgreSQL are found in /proc, which only Linux has.');
  console.log(sayCount({ passed: 0, failed: process.env['CI'] ? 1 : 0 }));
  process.exit(process.env['CI'] ? 1 : 0);
}
const argument = (name: string) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const only = argument('--only')?.split(',');
const unknown = only?.filter((name) => !experiments.some((one) => one.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`There is no experiment ${unknown.join(', ')}. There are ${experiments.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

// What was started ends with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void endAll().then(() => process.exit(130)));
const begun = performance.now();
const count = { passed: 0, failed: 0 };
async function conduct({ name, run }: Experiment): Promise<void> {
  const started = performance.now();
  let saidMs = started;
  const say = (words: string) => {
    if (performance.now() - saidMs < 5_000) return;
    saidMs = performance.now();
    console.log(`  … ${name}, ${Math.round((saidMs - started) / 1000)} s: ${words}`);
  };
  const setting = { long: process.argv.includes('--long'), seed: Number(argument('--seed') ?? 1), say };
  const outcome = await run(setting).catch((error: unknown): Outcome => ({
    figures: 'did not begin',
    complaints: [(error as Error).message],
  }));
  const fine = outcome.complaints.length === 0;
  if (outcome.leftOut === undefined) count[fine ? 'passed' : 'failed']++;
  const word = outcome.leftOut !== undefined ? 'left out' : fine ? 'ok' : 'FAILED';
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  console.log(`${word.padEnd(8)} ${name.padEnd(8)} ${seconds.padStart(4)} s  ${outcome.leftOut ?? outcome.figures}`);
  for (const complaint of outcome.complaints) console.log(`         ${complaint}`);
}

// They wait more than they work, for restarts and for an org that is late: two at a time.
const waiting = experiments.filter(({ name }) => only === undefined || only.includes(name));
const worker = async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) await conduct(next);
};
await Promise.all([worker(), worker()]);
console.log(`all in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
console.log(sayCount(count));
process.exitCode = count.failed === 0 ? 0 : 1;
