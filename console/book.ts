import type { Book } from '../wire/console.ts';
import type { Format } from './format.ts';
import { own } from './words/own.ts';
import type { Words } from './words/words.ts';

type Kind = Book['kinds'][number];

/** How far a reading is. `share`: of a hundred; undefined where it isn't known. */
export type Reading = { readonly what: string; readonly progress: string; readonly share: number | undefined };

/** The order in which people look for people. */
const order = ['contact', 'lead', 'account', 'person-account'];
const placeOf = ({ kind }: { kind: string }) => (order.includes(kind) ? order.indexOf(kind) : order.length);
export const inOrder = <K extends { readonly kind: string }>(kinds: readonly K[]): K[] => kinds.toSorted((a, b) => placeOf(a) - placeOf(b));

/** One row for each kind. One that was read may be left out by now, and keeps what it held. */
export function rowsOf(book: Book): { readonly kind: string; readonly state?: Kind; readonly leftOut?: Book['leftOut'][number] }[] {
  const kinds = new Set([...book.kinds, ...book.leftOut].map(({ kind }) => kind));
  return inOrder([...kinds].map((kind) => ({ kind }))).map(({ kind }) => {
    const state = book.kinds.find((one) => one.kind === kind);
    const leftOut = book.leftOut.find((one) => one.kind === kind);
    return { kind, ...(state && { state }), ...(leftOut && { leftOut }) };
  });
}

/** As Salesforce calls these records in the person's language; a custom object by its own name. */
export const kindName = (kind: string, { book }: Words): string => own(book.kinds, kind) ?? kind;

/** What is being read now, if anything is; one kind is read after the other. */
export function readingOf(book: Book, words: Words, format: Format): Reading | undefined {
  const unread = inOrder(book.kinds.filter(({ kind, filled }) => !filled && !book.leftOut.some((one) => one.kind === kind)));
  const now = unread.find(({ read }) => read > 0) ?? unread[0];
  return now && readingOfKind(now, words, format);
}

export function readingOfKind({ kind, read, expected }: Kind, words: Words, format: Format): Reading {
  const of = Math.max(expected ?? 0, read);
  return {
    what: own(words.book.reading, kind) ?? words.book.readingOther(kind),
    progress: words.book.progress(format.number(read), format.number(of)),
    // what was made meanwhile isn't in what was expected, and the last page isn't stored before it is said
    share: expected === undefined || of === 0 ? undefined : Math.min(99, Math.floor((100 * read) / of)),
  };
}

/** All kinds together; undefined before anything was counted. */
export function total(book: Book, what: 'numbers' | 'unmatchable'): number | undefined {
  const counts = book.kinds.flatMap((kind) => kind[what] ?? []);
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}
