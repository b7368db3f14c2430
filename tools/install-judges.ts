import { existsSync, readFileSync, statSync } from 'node:fs';
import { run, root } from './run.ts';

const folder = `${root}judges`;
/** Are what judges/package-lock.json asks for there, and fetched after it was written? */
function areThere(): boolean {
  const installed = `${folder}/node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const { packages } = JSON.parse(readFileSync(installed, 'utf8')) as { packages: object };
  return Object.keys(packages).length > 0 && statSync(installed).mtimeMs >= statSync(`${folder}/package-lock.json`).mtimeMs - 1000;
}

/** Fetches the programs that judge the stand-in, about 390 MB, apart from what Cordboard needs. Gives why not, if it can't be done. */
export async function installJudges(): Promise<undefined | string> {
  if (areThere()) return undefined;
  console.log('  Fetching the judges; this takes a minute …');
  const { exitCode, output, seconds } = await run(['npm', 'ci', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']);
  if (exitCode !== 0) return `the judges could not be fetched: ${output.trim().split('\n').at(-1)}`;
  console.log(`  … done in ${Math.round(seconds)} s`);
  return undefined;
}
