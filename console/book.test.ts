import { describe, expect, test } from 'vitest';
import type { Book } from '../wire/console.ts';
import { inOrder, kindName, readingOf, rowsOf, total } from './book.ts';
import { formatFor } from './format.ts';
import { en } from './words/en.ts';
import { fr } from './words/fr.ts';
import { ja } from './words/ja.ts';
import { pl } from './words/pl.ts';
import { ru } from './words/ru.ts';

const kind = (name: string, more: Partial<Book['kinds'][number]>): Book['kinds'][number] => ({
  kind: name,
  filled: false,
  read: 0,
  ...more,
});
const book = (...kinds: Book['kinds']): Book => ({ kinds, leftOut: [] });
const million = book(kind('contact', { read: 412_000, expected: 1_000_000 }));

describe('what is being read', () => {
  test.each([
    ['en', en, 'Reading your contacts: 412,000 of about 1,000,000'],
    ['fr', fr, 'Lecture de vos contacts : 412 000 sur environ 1 000 000'],
    ['ja', ja, '取引先責任者を読み込み中: 約 1,000,000 件中 412,000 件'],
    ['pl', pl, 'Odczyt kontaktów: 412 000 z około 1 000 000'],
    ['ru', ru, 'Чтение контактов: 412 000 из примерно 1 000 000'],
  ] as const)('in words: %s', (language, words, said) => {
    const { what, progress } = readingOf(million, words, formatFor(language))!;
    expect(words.book.readingAt(what, progress).replaceAll(/\s/g, ' ')).toBe(said);
  });
  test.each<[Partial<Book['kinds'][number]>, number | undefined]>([
    [{ read: 0, expected: 1_000_000 }, 0],
    [{ read: 412_000, expected: 1_000_000 }, 41],
    [{ read: 1_000_000, expected: 1_000_000 }, 99], // the end is said by `filled`
    [{ read: 1_200_000, expected: 1_000_000 }, 99], // made since they were counted
    [{ read: 5_000 }, undefined],
    [{ read: 0, expected: 0 }, undefined],
  ])('%j is %s of a hundred', (more, share) => expect(readingOf(book(kind('contact', more)), en, formatFor('en'))!.share).toBe(share));
  test('one at a time: what was begun, else what comes first', () => {
    const said = (...kinds: Book['kinds']) => readingOf(book(...kinds), en, formatFor('en'))?.what;
    expect(said(kind('account', {}), kind('contact', { filled: true }), kind('lead', {}))).toBe('Reading your leads');
    expect(said(kind('account', { read: 1 }), kind('contact', {}))).toBe('Reading your accounts');
    expect(said(kind('Site__c', {}))).toBe('Reading Site__c');
    expect(said(kind('contact', { filled: true }))).toBeUndefined();
    expect(said()).toBeUndefined();
    expect(readingOf({ ...million, leftOut: [{ kind: 'contact', because: 'No access.' }] }, en, formatFor('en'))).toBeUndefined();
  });
});

test('people are looked for among people first', () =>
  expect(inOrder(['Site__c', 'account', 'person-account', 'contact', 'lead'].map((one) => ({ kind: one }))).map((one) => one.kind)).toEqual(
    ['contact', 'lead', 'account', 'person-account', 'Site__c'],
  ));
test('a kind is one row, also when it was read and is left out by now', () => {
  const [contact, lead] = [kind('contact', { filled: true }), kind('lead', {})];
  const leftOut = { kind: 'contact', because: 'No access.' };
  const site = { kind: 'Site__c', because: 'No such object.' };
  expect(rowsOf({ kinds: [lead, contact], leftOut: [site, leftOut] })).toEqual([
    { kind: 'contact', state: contact, leftOut },
    { kind: 'lead', state: lead },
    { kind: 'Site__c', leftOut: site },
  ]);
});
test('a custom object, or a name of a method, is called as it is', () =>
  expect(['contact', 'Site__c', 'constructor'].map((one) => kindName(one, en))).toEqual(['Contacts', 'Site__c', 'constructor']));
test('counts are of all kinds, and nothing is said before anything was counted', () => {
  expect(total(book(kind('contact', { numbers: 8 }), kind('lead', { numbers: 3 }), kind('account', {})), 'numbers')).toBe(11);
  expect(total(book(kind('contact', {})), 'unmatchable')).toBeUndefined();
});
