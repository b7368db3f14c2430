/** A cell and where it stands; `line` is where its record begins. */
export type CsvRow = { readonly line: number; readonly cells: readonly string[] };
export type CsvMistake = { readonly line: number; readonly column: number; readonly field?: string; readonly message: string };

/**
 * A CSV file (RFC 4180) as spreadsheets write it: fields parted by comma, semicolon or tab, whichever stands in the first line; lines ended in
 * any way; UTF-8 with or without a byte order mark, or UTF-16 with one.
 */
export function readCsv(bytes: Uint8Array): { readonly rows: readonly CsvRow[]; readonly mistakes: readonly CsvMistake[] } {
  const text = decode(bytes);
  if (text === undefined)
    return { rows: [], mistakes: [{ line: 1, column: 1, message: 'The file is not UTF-8. Save it as "CSV UTF-8".' }] };
  const rows: { line: number; cells: string[] }[] = [];
  const mistakes: CsvMistake[] = [];
  // spreadsheets may be told the separator in a first line of its own
  const told = /^sep=(.)(?:\r\n|\r|\n)/i.exec(text);
  const separator = told?.[1] ?? separatorOf(text);
  let line = told ? 2 : 1;
  let at = told?.[0].length ?? 0;
  while (at < text.length) {
    const row = { line, cells: [] as string[] };
    for (let isOver = false; !isOver;) {
      let cell = '';
      if (text[at] === '"') {
        const opened = { line, column: row.cells.length + 1 };
        at++;
        for (; at < text.length && !(text[at] === '"' && text[at + 1] !== '"'); at++) {
          if (text[at] === '"') at++;
          if (text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')) line++;
          cell += text[at];
        }
        if (at >= text.length) mistakes.push({ ...opened, message: 'A quotation mark opens here and is never closed.' });
        at++;
      }
      const rest = at;
      while (at < text.length && text[at] !== separator && text[at] !== '\n' && text[at] !== '\r') at++;
      row.cells.push((cell + text.slice(rest, at)).trim());
      isOver = text[at] !== separator;
      at += text.startsWith('\r\n', at) ? 2 : 1;
    }
    line++;
    if (row.cells.some((cell) => cell !== '')) rows.push(row);
  }
  return { rows, mistakes };
}

function decode(bytes: Uint8Array): string | undefined {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** The one that stands most often in the first line, outside quotes. */
function separatorOf(text: string): string {
  const head = (/^(?:"[^"]*"|[^"\r\n])*/.exec(text)?.[0] ?? '').replaceAll(/"[^"]*"/g, '');
  const count = (separator: string) => head.split(separator).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}
