import { existsSync } from 'node:fs';
import { run } from './run.ts';

/** Fetches a real Asterisk and who calls it, where that takes nobody's leave: as root on a Debian-like system. Gives why not otherwise. */
export async function installAsterisk(): Promise<undefined | string> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return 'Asterisk runs in a folder of its own (chroot), which needs root on a Debian-like system';
  console.log('  Looking for Asterisk; fetching it takes a minute …');
  const { exitCode, output, seconds } = await run(['node', 'pbx/prepare.ts'], (text) => process.stdout.write(text));
  if (exitCode !== 0) return `Asterisk could not be fetched: ${output.trim().split('\n').at(-1)}`;
  if (seconds > 2) console.log(`  … done in ${Math.round(seconds)} s`);
  return undefined;
}
