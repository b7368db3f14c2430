import { readFileSync, writeFileSync } from 'node:fs';
import { printedPages } from './print-docs.ts';

/** `npm run docs`: prints anew what pages take from the code. */
if (process.argv.includes('--help')) process.stdout.write('npm run docs: prints anew what the pages of docs take from the code.\n');
else
  for (const { path, print } of printedPages) {
    const page = readFileSync(path, 'utf8');
    const printed = print(page);
    if (printed !== page) writeFileSync(path, printed);
    process.stdout.write(`${path} ${printed === page ? 'is up to date' : 'printed anew'}\n`);
  }
