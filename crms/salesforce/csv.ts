/**
 * Reads CSV as Bulk API 2.0 writes it: fields in quotes, quotes doubled, any text inside. The first row names the columns; each further one is
 * given as an object by these names. Throws when the last line has no end, or a row another number of fields: then it was cut off.
 */
export function* readCsv(text: string): Generator<Readonly<Record<string, string>>> {
  let names: string[] | undefined;
  let row: string[] = [];
  const take = (): Readonly<Record<string, string>> | undefined => {
    const values = row;
    row = [];
    if (!names) return void (names = values);
    // An empty line is no row, except where there is one column, of which nothing is a value.
    if (values.length === 1 && values[0] === '' && names.length > 1) return undefined;
    if (values.length !== names.length) throw new Error(`a row has ${values.length} fields instead of ${names.length}`);
    return Object.fromEntries(names.map((name, place) => [name, values[place]!]));
  };
  for (let at = 0; at < text.length;) {
    let value: string;
    if (text[at] === '"') {
      let parts = '';
      for (let from = at + 1; ; from = at) {
        const end = text.indexOf('"', from);
        if (end < 0) throw new Error('it ends inside quotes');
        parts += text.slice(from, end);
        at = end + 1;
        if (text[at] !== '"') break;
        parts += '"';
        at++;
      }
      value = parts;
    } else {
      const end = endOfBare(text, at);
      value = text.slice(at, end);
      at = end;
    }
    row.push(value);
    if (text[at] === ',') {
      at++;
      if (at < text.length && text[at] !== '\n' && text[at] !== '\r') continue;
      row.push(''); // nothing stands after the last comma of a line
    }
    if (text[at] === '\r') at++;
    if (text[at] !== '\n') throw new Error(at < text.length ? 'something stands behind the quotes' : 'the last line has no end');
    at++;
    const given = take();
    if (given) yield given;
  }
}

function endOfBare(text: string, from: number): number {
  let end = from;
  while (end < text.length && text[end] !== ',' && text[end] !== '\n' && text[end] !== '\r') end++;
  return end;
}
