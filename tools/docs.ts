import { readFileSync, writeFileSync } from 'node:fs';
import { printedPages, printPage } from './print-docs.ts';

/** `npm run docs`: prints the tables of the reference anew from the code. */
if (process.argv.includes('--help')) process.stdout.write('npm run docs: prints the tables of docs/reference anew from the code.\n');
else
  for (const { path, print } of printedPages) {
    const page = readFileSync(path, 'utf8');
    const printed = printPage(page, print());
    if (printed !== page) writeFileSync(path, printed);
    process.stdout.write(`${path} ${printed === page ? 'is up to date' : 'printed anew'}\n`);
  }
