import { parseArgs } from 'node:util';
import { answerHelp, run, say as sayCount } from '../tools/run.ts';
import { questions, scenes } from './questions/all.ts';
import { ParityTrouble, readWay } from './org.ts';
import { recordedFolder } from './recordings.ts';
import { startRehearsal } from './rehearsal.ts';
import { callsOf, runParity } from './run-parity.ts';

const areas = [...new Set(questions.map(({ area }) => area))];
answerHelp(`
npm run parity — asks a real Salesforce org and the stand-in the same ${questions.length} things, and says where the answers differ.

The org: SF_LOGIN_URL (its My Domain), SF_CLIENT_ID and SF_CLIENT_SECRET, or SF_ACCESS_TOKEN and SF_INSTANCE_URL.
A Developer Edition or a sandbox; docs/extend/parity.md says how to get one.

--plan               only says what would be asked; sends nothing
--rehearse           asks a second stand-in, in a process of its own, instead of a real org
--only <area>[/<question>]   may be given again; areas: ${areas.join(', ')}
--record             keeps the answers in emulators/salesforce/truth/recorded
--into <folder>      keeps them there instead
--client             runs the client's own tests against the org as well
--tooling            makes and deletes fields, too
--max-calls <n>      API calls of this run, at most (1000)
--api-version <n.0>  67.0
--i-know             a production org is meant

The last line is "N passed, N failed": questions that agree, and that differ.
`);

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      plan: { type: 'boolean', default: false },
      rehearse: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      record: { type: 'boolean', default: false },
      into: { type: 'string' },
      client: { type: 'boolean', default: false },
      tooling: { type: 'boolean', default: false },
      'max-calls': { type: 'string', default: '1000' },
      'api-version': { type: 'string', default: '67.0' },
      'i-know': { type: 'boolean', default: false },
    },
  });
  const asked = questions.filter(
    ({ area, name }) => values.only.length === 0 || values.only.some((one) => one === area || one === `${area}/${name}`),
  );
  if (asked.length === 0) throw new ParityTrouble(`There is nothing called ${values.only.join(', ')}. Areas: ${areas.join(', ')}.`);
  if (!/^\d+$/.test(values['max-calls'])) throw new ParityTrouble('--max-calls must be a number.');
  if (!/^\d\d\.0$/.test(values['api-version'])) throw new ParityTrouble('--api-version must look like 67.0.');
  if (values.plan) {
    for (const { area, name, learns, needs } of asked)
      console.log(`${area}/${name}: ${learns}${needs.length === 0 ? '' : ` (needs ${needs.join(', ')})`}`);
    console.log(`\n${asked.length} questions, about ${callsOf(asked, scenes)} API calls. Nothing was sent.`);
    return 0;
  }
  // What a stand-in answered is no evidence.
  if (values.rehearse && values.record && values.into === undefined)
    throw new ParityTrouble('A rehearsal is recorded with --into <folder> only: the ledger wants real orgs.');
  if (values.rehearse && values.client) throw new ParityTrouble('--client is for a real org; npm run check tries it with a stand-in.');
  const rehearsal = values.rehearse ? await startRehearsal('rehearsal', 'rehearsal-secret') : undefined;
  try {
    const { verdicts } = await runParity({
      way: rehearsal?.way ?? readWay(process.env),
      questions: asked,
      scenes,
      apiVersion: values['api-version'],
      maxCalls: Number(values['max-calls']),
      flags: new Set(values.tooling ? ['tooling'] : []),
      iKnow: values['i-know'],
      recordInto: values.into ?? (values.record ? recordedFolder : undefined),
      day: new Date().toISOString().slice(0, 10),
      say: (text) => console.log(text),
    });
    const client = values.client
      ? await run(['vitest', 'run', 'crms/salesforce/conformance'], (text) => process.stdout.write(text))
      : undefined;
    const count = {
      passed: verdicts.filter(({ is }) => is === 'agrees').length + (client?.exitCode === 0 ? 1 : 0),
      failed: verdicts.filter(({ is }) => is === 'differs').length + (client && client.exitCode !== 0 ? 1 : 0),
    };
    console.log(sayCount(count));
    return count.failed === 0 ? 0 : 1;
  } finally {
    await rehearsal?.stop();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  // A network that is away has its reason below.
  const { message, cause } = error as Error;
  console.error(error instanceof ParityTrouble ? message : `${message}${cause instanceof Error ? `: ${cause.message}` : ''}`);
  process.exitCode = 2;
}
