import { standInFolders } from './parts.ts';
import { answerHelp, say, watch } from './run.ts';
import { runUnitTests } from './unit-tests.ts';

answerHelp(`
npm run org:test — the stand-in org by itself: every behaviour it has, over HTTP, with how we know it of a real org.

What it runs are the *.test.ts of ${standInFolders.join(' and ')}. Programs of others against it: npm run judges. The last line is "N passed, N failed".
`);

const watching = watch(() => ['stand-in']);
const { story, skipped, ...count } = await runUnitTests([...standInFolders]);
watching.stop();
if (story) console.log(story);
if (skipped) console.log(`${skipped} left out on this machine`);
console.log(say(count));
process.exitCode = count.failed === 0 ? 0 : 1;
