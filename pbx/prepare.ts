import { rootOf } from './lab.ts';
import { ensureRoot, type Suite } from './root.ts';

// Fetches what the lab needs. The last line says why that can't be done, if it can't.
const suite: Suite = process.argv.includes('bullseye') ? 'bullseye' : 'forky';
ensureRoot(suite, rootOf(suite), (words) => console.log(`  … ${words}`)).catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
