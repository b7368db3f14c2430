import type { Language } from '../decide/words.ts';
import type { Unmatchable } from '../store/console-store.ts';
import { byteOrderMark, csvRecord } from './csv.ts';
import { unmatchableWords } from './unmatchable-words.ts';

/** The report as a file, page by page: as much of it is in memory as is on its way. */
export async function* unmatchableCsv(
  pages: AsyncIterable<readonly Unmatchable[]>,
  language: Language,
  recordUrl: (id: string) => string | undefined,
): AsyncGenerator<Uint8Array> {
  const { columns, kinds, because } = unmatchableWords[language];
  const utf8 = new TextEncoder();
  const recordOf = (one: Unmatchable) =>
    csvRecord([
      recordUrl(one.id) ?? '',
      own(kinds, one.kind) ?? one.kind,
      one.id,
      one.name,
      one.owner ?? '',
      one.field,
      { kept: one.written },
      own(because, one.because) ?? one.because,
    ]);
  let head = byteOrderMark + csvRecord(Object.values(columns));
  for await (const page of pages) {
    yield utf8.encode(head + page.map(recordOf).join(''));
    head = '';
  }
}

const own = (from: Readonly<Record<string, string>>, key: string): string | undefined => (Object.hasOwn(from, key) ? from[key] : undefined);
