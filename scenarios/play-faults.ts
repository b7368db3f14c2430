import { leaveTestServer } from '../server/testing/test-database.ts';
import setup from '../tools/vitest-setup.ts';
import { answerHelp, say } from '../tools/run.ts';
import { faultStories, playFault } from './faults.ts';

answerHelp(`
npm exec -c 'node scenarios/play-faults.ts [fault …] [--calls 1000]'

So many calls through the whole line while each fault of the stand-in lasts: nothing lost, nothing doubled, the reason shown, all caught up
after. Names choose the faults that contain them. The last line is "N passed, N failed".
`);

const words = process.argv.slice(2);
const at = words.indexOf('--calls');
const calls = at < 0 ? 1_000 : Number(words[at + 1]);
const asked = words.filter((word, place) => !word.startsWith('--') && (at < 0 || place !== at + 1));
if (!Number.isInteger(calls) || calls < 1) throw new Error('--calls takes a whole number.');

const tearDown = await setup();
let [passed, failed] = [0, 0];
for (const story of faultStories.filter(({ name }) => asked.length === 0 || asked.some((word) => name.includes(word)))) {
  const begun = performance.now();
  const seconds = () => ((performance.now() - begun) / 1000).toFixed(1).padStart(5);
  try {
    const { lost, doubled, told, unexplained, requests } = await playFault(story, calls);
    const isWell = lost.length + doubled.length + unexplained === 0 && (story.told === undefined || story.told.test(told));
    if (isWell) passed += 1;
    else failed += 1;
    console.log(
      `${isWell ? 'ok    ' : 'FAILED'} ${story.name.padEnd(40)} ${seconds()} s  ${requests} requests, ${lost.length} lost, ${doubled.length} doubled, ${unexplained} unexplained`,
    );
    if (!isWell) console.log(told.replaceAll(/^/gm, '       '));
  } catch (error) {
    // The others are played all the same.
    failed += 1;
    console.log(`FAILED ${story.name.padEnd(40)} ${seconds()} s  ${(error as Error).message}`);
  }
}
await leaveTestServer();
await tearDown();
console.log(say({ passed, failed }));
process.exitCode = failed === 0 ? 0 : 1;
