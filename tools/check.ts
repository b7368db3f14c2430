import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { add, answerHelp, root, run, say, watch, type Count } from './run.ts';
import { standInFolders } from './parts.ts';
import { runUnitTests } from './unit-tests.ts';

answerHelp(`
npm run check — what to run before each commit; about a minute.

types      tsc over the server side, and over the console
lint       oxlint with type information (.oxlintrc.json)
format     oxfmt; \`npm run format\` mends what it finds
unused     knip: files, exports and dependencies nobody uses
unit       every *.test.ts in server, sources, crms, wire, console, pbx and tools (the stand-in's own: npm run org:test)

Parts run side by side. The last line is "N passed, N failed"; a tool counts as one, unit tests one by one.
`);

type Result = Count & { readonly seconds: number; readonly note?: string; readonly story: string };
type Part = { readonly name: string; readonly work: () => Promise<Result> };

/** A tool that is content or isn't. */
const tool = (name: string, command: readonly string[], mend?: string): Part => ({
  name,
  async work() {
    const { exitCode, output, seconds } = await run(command);
    const fine = exitCode === 0;
    return { passed: fine ? 1 : 0, failed: fine ? 0 : 1, seconds, story: fine ? '' : `${output.trim()}${mend ? `\n${mend}` : ''}` };
  },
});
/** Folders whose tests are long and have commands of their own. */
const elsewhere = ['scenarios', 'chaos', 'bench', 'e2e', ...standInFolders];
const unit: Part = {
  name: 'unit',
  async work() {
    const { skipped, ...counted } = await runUnitTests(elsewhere.flatMap((name) => ['--exclude', `${name}/**`]));
    return { ...counted, note: `${counted.passed + counted.failed} tests${skipped ? `, ${skipped} left out on this machine` : ''}` };
  },
};

// The longest first: with two cores they finish together.
const parts: Part[] = [
  unit,
  tool('lint', ['oxlint', '--deny-warnings', '--format=unix']),
  tool('types', ['tsc', '-p', '.', '--pretty', 'false']),
  ...(existsSync(`${root}console/main.tsx`) ? [tool('types of the console', ['tsc', '-p', 'console', '--pretty', 'false'])] : []),
  tool('unused', ['knip', '--no-progress', '--no-config-hints']),
  tool('format', ['oxfmt', '--check', '.'], 'Run `npm run format`.'),
];

const begun = performance.now();
const waiting = [...parts];
const running = new Set<string>();
const results: Result[] = [];
const watching = watch(() => [...running]);
async function worker(): Promise<void> {
  for (let part = waiting.shift(); part; part = waiting.shift()) {
    running.add(part.name);
    const result = await part.work();
    running.delete(part.name);
    results.push(result);
    console.log(
      `${result.failed === 0 ? 'ok    ' : 'FAILED'} ${part.name.padEnd(22)} ${result.seconds.toFixed(1).padStart(5)} s  ${result.note ?? ''}`,
    );
    if (result.story) console.log(result.story.replaceAll(/^/gm, '       '));
  }
}
await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
watching.stop();

const seconds = (performance.now() - begun) / 1000;
console.log(`${parts.length} parts in ${seconds.toFixed(1)} s of 60 s`);
const total = add(results);
console.log(say(total));
process.exitCode = total.failed === 0 ? 0 : 1;
