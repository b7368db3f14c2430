import { answerHelp, say as sayCount } from '../tools/run.ts';
import { closeAll, type Experiment } from './experiment.ts';
import { diskFull } from './disk-full.ts';
import { killAtEachPoint } from './kill-points.ts';
import { misbehavingOrg, reducedForm } from './org-faults.ts';
import { outage } from './outage.ts';
import { killAtRandom } from './random-kills.ts';
import { twoNodes } from './two-nodes.ts';

const experiments: readonly Experiment[] = [killAtEachPoint, killAtRandom, diskFull, twoNodes, misbehavingOrg, reducedForm, outage];
answerHelp(`
npm run chaos — what is promised when things break: 0 lost, 0 doubled. About six minutes.

${experiments.map(({ name, shows }) => `${name.padEnd(12)} ${shows}`).join('\n')}

--only <name>   that one alone (several: separated by commas)
--seed <n>      other dice
--long          ten times as much

Each installation is started as \`npm start\` does, in a temporary folder and on free ports, with real fsync. The judge is the
stand-in org's export, compared with the list of calls that were told. The last line is "N passed, N failed".
`);
const argument = (name: string) => (process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : undefined);
const only = argument('--only')?.split(',');
const unknown = only?.filter((name) => !experiments.some((one) => one.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`There is no experiment ${unknown.join(', ')}. There are ${experiments.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

// What was started ends with us.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void closeAll().then(() => process.exit(130)));
const begun = performance.now();
const count = { passed: 0, failed: 0 };
for (const { name, run } of experiments.filter((one) => only === undefined || only.includes(one.name))) {
  const started = performance.now();
  let saidMs = started;
  const say = (words: string) => {
    if (performance.now() - saidMs < 5_000) return;
    saidMs = performance.now();
    console.log(`  … ${name}, ${Math.round((saidMs - started) / 1000)} s: ${words}`);
  };
  const outcome = await run({ long: process.argv.includes('--long'), seed: Number(argument('--seed') ?? 1), say });
  const fine = outcome.complaints.length === 0;
  if (outcome.leftOut === undefined) count[fine ? 'passed' : 'failed']++;
  const word = outcome.leftOut !== undefined ? 'left out' : fine ? 'ok' : 'FAILED';
  console.log(
    `${word.padEnd(8)} ${name.padEnd(12)} ${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${outcome.leftOut ?? outcome.figures}`,
  );
  for (const complaint of outcome.complaints) console.log(`         ${complaint}`);
}
console.log(`all in ${((performance.now() - begun) / 1000).toFixed(0)} s`);
console.log(sayCount(count));
process.exitCode = count.failed === 0 ? 0 : 1;
