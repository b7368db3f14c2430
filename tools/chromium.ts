import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './run.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser of this machine; `CHROMIUM` names another. */
export function findChromium(): string | undefined {
  const places = (process.env['PATH'] ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)));
  return [process.env['CHROMIUM'], ...places, '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'].find(
    (path) => path && existsSync(path),
  );
}

/** Installs it where that takes nobody's leave: as root on a Debian-like system. Gives why not otherwise. */
export async function installChromium(): Promise<undefined | string> {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get'))
    return 'Chromium is not installed; install it, or name a browser in CHROMIUM';
  for (const [doing, command] of [
    ['Reading the list of packages', ['apt-get', 'update', '-q']],
    ['Installing Chromium, about 100 MB', ['apt-get', 'install', '-q', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core']],
  ] as const) {
    console.log(`  ${doing} …`);
    const { exitCode, output, seconds } = await run(command);
    if (exitCode !== 0) return `Chromium could not be installed (${command.join(' ')}): ${output.trim().split('\n').slice(-2).join(' ')}`;
    console.log(`  … done in ${Math.round(seconds)} s`);
  }
  return findChromium() ? undefined : 'apt-get installed Chromium, but it is not on the PATH';
}
