import { installJudges } from '../tools/install-judges.ts';
import { answerHelp, say, watch } from '../tools/run.ts';
import { hold, type Judge } from './judge.ts';
import { jsforce } from './jsforce.ts';
import { pubSub } from './pub-sub.ts';
import { salesforceCli } from './salesforce-cli.ts';

const judges: readonly Judge[] = [salesforceCli, jsforce, pubSub];

answerHelp(`
npm run judges — programs that others wrote against real Salesforce orgs, unmodified, are pointed at the stand-in.

${judges.map(({ name, shows }) => `${name.padEnd(16)} ${shows}`).join('\n')}

--only <name>   that one alone (several: separated by commas)

They are installed into judges/node_modules at the first run. The last line is "N passed, N failed".
`);
const only = process.argv.includes('--only') ? process.argv[process.argv.indexOf('--only') + 1]?.split(',') : undefined;
const unknown = only?.filter((name) => !judges.some((judge) => judge.name === name)) ?? [];
if (unknown.length > 0) {
  console.error(`There is no judge ${unknown.join(', ')}. There are ${judges.map(({ name }) => name).join(', ')}.`);
  process.exit(2);
}

const cannot = await installJudges();
if (cannot !== undefined) {
  console.log(`Left out: ${cannot}`);
  console.log(say({ passed: 0, failed: process.env['CI'] ? 1 : 0 }));
  process.exit(process.env['CI'] ? 1 : 0);
}
const count = { passed: 0, failed: 0 };
for (const judge of judges.filter(({ name }) => only?.includes(name) ?? true)) {
  console.log(`\n${judge.name}: ${judge.shows}`);
  const watching = watch(() => [judge.name]);
  try {
    await hold(judge, (name, failure, ms) => {
      count[failure === undefined ? 'passed' : 'failed']++;
      console.log(
        `${failure === undefined ? 'ok    ' : 'FAILED'} ${name} (${(ms / 1000).toFixed(1)} s)${failure === undefined ? '' : `\n       ${failure}`}`,
      );
    });
  } catch (error) {
    count.failed++;
    console.log(`FAILED ${judge.name} could not be heard: ${(error as Error).stack ?? String(error)}`);
  } finally {
    watching.stop();
  }
}
console.log(say(count));
process.exitCode = count.failed === 0 ? 0 : 1;
