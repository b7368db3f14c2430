import { readFileSync, writeFileSync } from 'node:fs';
import { completeLock, type Lock, missingPlatforms } from './lock.ts';

/** `npm run lock`: after any change of dependencies, so that `npm ci` works on every platform. */
const file = new URL('../package-lock.json', import.meta.url);
if (process.argv.includes('--help')) process.stdout.write('npm run lock: adds the platform packages npm left out of package-lock.json.\n');
else {
  const lock = JSON.parse(readFileSync(file, 'utf8')) as Lock;
  const count = missingPlatforms(lock).length;
  if (count > 0) writeFileSync(file, `${JSON.stringify(completeLock(lock), null, 2)}\n`);
  process.stdout.write(count > 0 ? `${count} platform packages added\n` : 'the lock is complete\n');
}
