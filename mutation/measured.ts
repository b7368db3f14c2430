import { createHash } from 'node:crypto';

/** What became of the faults put into one file. `of`: which text of the file that was. */
export type Measured = { readonly file: string; readonly of: string; readonly killed: number; readonly survivors: readonly Survivor[] };
/** A fault that no test noticed: where, of what kind, and what stood there instead. Lines and columns count from 1. */
export type Survivor = { readonly line: number; readonly column: number; readonly kind: string; readonly instead: string };

/** Tells two texts of a file apart. */
export const fingerprint = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12);

const columns = 'file\tof\tkilled\tline:column\tkind\tinstead';
const mostShown = 100;
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim().slice(0, mostShown);

/** As the file of results has it: a line for each file, and under it one for each survivor. */
export function writeMeasured(all: readonly Measured[]): string {
  const lines = all
    .toSorted((a, b) => (a.file < b.file ? -1 : 1))
    .flatMap(({ file, of, killed, survivors }) => [
      `${file}\t${of}\t${killed}\t\t\t`,
      ...survivors
        .toSorted((a, b) => a.line - b.line || a.column - b.column)
        .map(({ line, column, kind, instead }) => `\t\t\t${line}:${column}\t${kind}\t${oneLine(instead)}`),
    ]);
  return `${[columns, ...lines].join('\n')}\n`;
}

/** Reads what `writeMeasured` wrote; throws at a line it didn't write. */
export function readMeasured(text: string): Measured[] {
  const all: (Omit<Measured, 'survivors'> & { survivors: Survivor[] })[] = [];
  const [head, ...lines] = text.trimEnd().split('\n');
  if (head !== columns) throw new Error(`It begins with ${JSON.stringify(head)}, not with ${JSON.stringify(columns)}.`);
  for (const [index, row] of lines.entries()) {
    const [file = '', of = '', killed = '', at = '', kind = '', instead = ''] = row.split('\t');
    const [line, column] = at.split(':').map(Number);
    if (file !== '') all.push({ file, of, killed: Number(killed), survivors: [] });
    else if (all.length > 0 && line && column) all.at(-1)!.survivors.push({ line, column, kind, instead });
    else throw new Error(`Line ${index + 2} can't be read: ${JSON.stringify(row)}.`);
  }
  return all;
}

/** The files to be measured: new ones, and those that are another text by now. */
export const changedSince = (files: ReadonlyMap<string, string>, all: readonly Measured[]): string[] =>
  [...files].filter(([file, text]) => all.find((one) => one.file === file)?.of !== fingerprint(text)).map(([file]) => file);

/** Share of the faults that tests noticed, 0…1; 1 where there was none. */
export function share(all: readonly Pick<Measured, 'killed' | 'survivors'>[]): number {
  const killed = all.reduce((sum, one) => sum + one.killed, 0);
  const survived = all.reduce((sum, one) => sum + one.survivors.length, 0);
  return killed + survived === 0 ? 1 : killed / (killed + survived);
}
