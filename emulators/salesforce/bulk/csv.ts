// CSV as Bulk API 2.0 reads and writes it.

export const delimiters = { COMMA: ',', TAB: '\t', PIPE: '|', SEMICOLON: ';', CARET: '^', BACKQUOTE: '`' } as const;
export type Delimiter = keyof typeof delimiters;
export const lineEndings = { LF: '\n', CRLF: '\r\n' } as const;
export type LineEnding = keyof typeof lineEndings;

export type CsvRecord = {
  /** Undefined: a quote stands where none may. "A space before or after a double quote generates an error for the row" [D datafiles_prepare_csv]. */
  readonly values: readonly string[] | undefined;
  /** As it was sent, without its line ending. */
  readonly raw: string;
  /** How its line ended; undefined for a last line without an end. */
  readonly ending: LineEnding | undefined;
};

/** "400,000 characters in a record" [D Bulk API 2.0 limits]; what is longer never ends, most likely for want of a quote. */
const longestRecord = 400_000;
export class EndlessRecord extends Error {}

/** Reads a text that comes in pieces. A record is given out when its end has been seen. */
export class CsvReader {
  readonly #delimiter: string;
  #rest = '';
  #begun = false;

  constructor(delimiter: Delimiter) {
    this.#delimiter = delimiters[delimiter];
  }

  *read(piece: string, last: boolean): Generator<CsvRecord> {
    let text = this.#rest + piece;
    if (!this.#begun && text !== '') {
      this.#begun = true;
      if (text.startsWith('\uFEFF')) text = text.slice(1);
    }
    let at = 0;
    while (at < text.length) {
      const found = this.#record(text, at, last);
      if (!found) break;
      at = found.next;
      // An empty line is no record (guessed).
      if (found.record.raw !== '') yield found.record;
    }
    this.#rest = text.slice(at);
    if (this.#rest.length > 2 * longestRecord) throw new EndlessRecord('a record is longer than 400,000 characters');
  }

  /** Undefined: its end is in a later piece. */
  #record(text: string, start: number, last: boolean): { record: CsvRecord; next: number } | undefined {
    const values: string[] = [];
    let well = true;
    let at = start;
    for (;;) {
      let value = '';
      const quoted = text[at] === '"';
      if (quoted) {
        let from = at + 1;
        for (;;) {
          const quote = text.indexOf('"', from);
          if (quote < 0 || (quote + 1 === text.length && !last)) {
            if (!last) return undefined;
            return { record: { values: undefined, raw: text.slice(start), ending: undefined }, next: text.length };
          }
          value += text.slice(from, quote);
          from = quote + 1;
          if (text[from] !== '"') break;
          value += '"';
          from += 1;
        }
        at = from;
      }
      const open = at;
      while (at < text.length && text[at] !== this.#delimiter && text[at] !== '\n') at += 1;
      if (at === text.length && !last) return undefined;
      const ended = at < text.length && text[at] === '\n';
      const carriage = ended && at > open && text[at - 1] === '\r';
      const bare = text.slice(open, carriage ? at - 1 : at);
      if (quoted ? bare !== '' : /^\s+"|"\s+$/.test(bare)) well = false;
      else value += bare;
      values.push(value);
      if (at < text.length && !ended) {
        at += 1;
        continue;
      }
      const raw = text.slice(start, carriage ? at - 1 : at);
      const ending = ended ? (carriage ? 'CRLF' : 'LF') : undefined;
      return { record: { values: well ? values : undefined, raw, ending }, next: at + 1 };
    }
  }
}

export const quotedCell = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A text in pieces of at most this many UTF-16 units; no character is cut in two. */
export function* piecesOf(text: string, size = 262_144): Generator<string> {
  for (let at = 0; at < text.length;) {
    let end = Math.min(text.length, at + size);
    if (end < text.length && /[\ud800-\udbff]/.test(text.charAt(end - 1))) end -= 1;
    yield text.slice(at, end);
    at = end;
  }
}
