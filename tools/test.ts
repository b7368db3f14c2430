import { installAsterisk } from './asterisk.ts';
import { installJudges } from './install-judges.ts';
import { findChromium, installChromium } from './chromium.ts';
import { parts, type Part } from './parts.ts';
import { add, answerHelp, countOf, run, say, watch, type Count } from './run.ts';

answerHelp(`
npm test — everything that is run on every change.

${parts.map(({ name, shows, budgetSeconds }) => `${name.padEnd(14)} ${shows} (${budgetSeconds} s at most)`).join('\n')}

Name parts to run only those: npm test -- check requirements
What a part needs from the operating system is installed first when run as root on Debian or Ubuntu, and the judges are
fetched into judges/node_modules. Where that can't be done the part is left out and said so; with CI set that is a failure. The last line is "N passed, N failed".
`);

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}. There are: ${parts.map(({ name }) => name).join(', ')}.`);
  process.exit(1);
}
const chosen = parts.filter(({ name }) => asked.length === 0 || asked.includes(name));

/** Gives why it can't be had. */
const provide: Readonly<Record<NonNullable<Part['needs']>, () => Promise<undefined | string>>> = {
  chromium: async () => (findChromium() ? undefined : installChromium()),
  asterisk: installAsterisk,
  judges: installJudges,
};
type Outcome = Count & { readonly part: Part; readonly seconds: number; readonly leftOut?: string };

async function runPart(part: Part): Promise<Outcome> {
  console.log(`\n── ${part.name}: ${part.shows} (${part.budgetSeconds} s at most)`);
  const missing = part.needs && (await provide[part.needs]());
  if (missing) {
    console.log(`LEFT OUT: ${missing}.`);
    return { part, seconds: 0, passed: 0, failed: process.env['CI'] ? 1 : 0, leftOut: missing };
  }
  let silentSince = performance.now();
  const watching = watch(() => (performance.now() - silentSince > 9000 ? [part.name] : []));
  const ran = await run(['node', part.script], (text) => {
    silentSince = performance.now();
    process.stdout.write(text);
  });
  watching.stop();
  const count = countOf(ran);
  // Said loudly and not failed: how busy the machine is says nothing about the change.
  if (ran.seconds > part.budgetSeconds)
    console.log(`TOO SLOW: ${part.name} took ${ran.seconds.toFixed(1)} s, its budget is ${part.budgetSeconds} s (tools/parts.ts).`);
  return { part, seconds: ran.seconds, ...count };
}

const outcomes: Outcome[] = [];
for (const part of chosen) outcomes.push(await runPart(part));

console.log('\npart             seconds   budget    used');
for (const { part, seconds, leftOut, passed, failed } of outcomes) {
  const used = `${Math.round((100 * seconds) / part.budgetSeconds)} %`;
  console.log(
    `${part.name.padEnd(14)} ${seconds.toFixed(1).padStart(9)} ${String(part.budgetSeconds).padStart(8)} ${used.padStart(7)}   ${leftOut ? `LEFT OUT: ${leftOut}` : say({ passed, failed })}`,
  );
}
const total = add(outcomes);
console.log(say(total));
process.exitCode = total.failed === 0 ? 0 : 1;
