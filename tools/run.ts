import { spawn } from 'node:child_process';
import { delimiter } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How one command ended. */
export type Ran = { readonly exitCode: number | null; readonly output: string; readonly seconds: number };
/** What a part of the tests came to. */
export type Count = { readonly passed: number; readonly failed: number };

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs one of our programs or an installed tool, from the root, with this very Node. `onText` hears the output as it comes. */
export function run(command: readonly string[], onText: (text: string) => void = () => {}): Promise<Ran> {
  const begun = performance.now();
  const [program, ...args] = command as [string, ...string[]];
  const env = { ...process.env, PATH: `${root}node_modules/.bin${delimiter}${process.env['PATH'] ?? ''}` };
  return new Promise((resolve) => {
    let output = '';
    const child = spawn(program === 'node' ? process.execPath : program, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        onText(text);
      });
    const end = (exitCode: number | null) => resolve({ exitCode, output, seconds: (performance.now() - begun) / 1000 });
    child.once('error', (cause) => {
      output += `${program} can't be started: ${cause.message}\n`;
      end(null);
    });
    child.once('close', end);
  });
}

/** The count in a part's last line. A part that doesn't end on one failed: it crashed, or never counted. */
export function countOf({ exitCode, output }: Pick<Ran, 'exitCode' | 'output'>): Count {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(last) ?? [];
  if (passed === undefined || failed === undefined) return { passed: 0, failed: 1 };
  // Whatever the words say, a part that ends in error has failed.
  return { passed: Number(passed), failed: Math.max(Number(failed), exitCode === 0 ? 0 : 1) };
}
export const add = (counts: readonly Count[]): Count => ({
  passed: counts.reduce((sum, { passed }) => sum + passed, 0),
  failed: counts.reduce((sum, { failed }) => sum + failed, 0),
});
/** The line every tool ends on. */
export const say = ({ passed, failed }: Count): string => `${passed} passed, ${failed} failed`;

/** Says every 5 s what is still running, so that nobody waits before a silent screen. */
export function watch(running: () => readonly string[]): { stop(): void } {
  const begun = performance.now();
  const timer = setInterval(() => {
    const names = running();
    if (names.length > 0) console.log(`  … ${Math.round((performance.now() - begun) / 1000)} s, still running: ${names.join(', ')}`);
  }, 5000);
  return { stop: () => clearInterval(timer) };
}

/** Prints what the program is for and ends, when that was asked. */
export function answerHelp(text: string): void {
  if (!process.argv.slice(2).some((word) => word === '--help' || word === '-h')) return;
  console.log(text.trim());
  process.exit(0);
}
