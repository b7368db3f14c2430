import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { SObject } from '../schema.ts';
import { Store } from '../store.ts';
import { parseTerm } from './sosl.ts';
import { TextIndex } from './text-index.ts';
import { joinedDigits, tokensOf } from './tokens.ts';

describe('tokens', () => {
  test.each([
    ['Zofia Nowak-Król', ['zofia', 'nowak', 'król']],
    ['blue1 42nd', ['blue', '1', '42', 'nd']],
    ['ewa@acme.example', ['ewa', 'acme', 'example']],
    ['+48 (601) 234-567 w.12', ['48', '601', '234', '567', 'w', '12']],
    ['東京都知事', ['東京', '京都', '都知', '知事', '事']],
    ['ケーキ屋Acme２', ['ケー', 'ーキ', 'キ屋', '屋', 'acme', '2']],
    ['Київ “Ґанок”', ['київ', 'ґанок']],
    ['नमस्ते', ['नमस्ते']],
    ['*?…—', []],
    ['Where are you?* a？', ['where', 'are', 'you', 'a']],
  ])('%s', (text, tokens) => {
    expect(tokensOf(text, true)).toEqual(tokens);
  });
  test('wildcards belong to what stands before them', () => {
    expect(tokensOf('jo?n* 48* 4*8 東京* 東* a1*', false)).toEqual(['jo?n*', '48*', '4*8', '東京', '東*', 'a', '1*']);
    expect(joinedDigits('+48 (0)601-23４ x')).toBe('48060123' + '4');
  });
});

describe('the index', () => {
  const folder = mkdtempSync(join(tmpdir(), 'search-index-'));
  let nowMs = 1_000_000;
  const open = () => {
    const store = new Store(join(folder, 'org.sqlite'), []);
    const index = new TextIndex(store, () => nowMs);
    return { store, index, contact: store.schema.named('Contact') };
  };
  const insert = (store: Store, object: SObject, name: string) => {
    const { n, id } = store.newId(object);
    store.insert(object, n, { Id: id, Name: name, IsDeleted: 0 });
    return id;
  };
  let { store, index, contact } = open();
  const reopen = () => {
    store.close();
    ({ store, index, contact } = open());
  };
  const search = (text: string): string[] => {
    while (index.catchUp(contact));
    const term = parseTerm(text);
    return term ? index.find(contact, term, 'ALL', undefined) : [];
  };
  afterAll(() => {
    store.close();
    rmSync(folder, { recursive: true });
  });

  test('nothing is written for it before somebody searches', () => {
    const fresh = new Store(':memory:', []);
    const unread = new TextIndex(fresh, () => nowMs);
    const people = fresh.schema.named('Contact');
    const id = insert(fresh, people, 'First Person');
    fresh.update(people, id, { Name: 'First Renamed' });
    expect(fresh.count('SELECT COUNT(*) AS count FROM "search_queue"')).toBe(0);
    while (unread.catchUp(people));
    expect(fresh.count('SELECT COUNT(*) AS count FROM "search_Contact"')).toBe(1);
    fresh.close();
  });
  test('after a restart it goes on where it was', () => {
    const second = insert(store, contact, 'Second Person');
    expect(search('second')).toEqual([second]);
    reopen();
    store.update(contact, second, { Name: 'Changed Since' });
    const third = insert(store, contact, 'Third Person');
    reopen();
    expect([search('second'), search('changed'), search('third')]).toEqual([[], [second], [third]]);
    expect(index.progress()['Contact']?.waiting).toBe(0);
  });
  test('what a transaction took back is not in it, nor counted as read', () => {
    search('somebody');
    const taken = store.atomically(
      () => {
        const id = insert(store, contact, 'Taken Back');
        expect(search('taken')).toEqual([id]);
        return id;
      },
      () => false,
    );
    expect(search('taken')).toEqual([]);
    const after = insert(store, contact, 'After That');
    expect([taken < after, search('after')]).toEqual([true, [after]]);
    store.atomically(
      () => {
        store.update(contact, after, { Name: 'Not For Long' });
        expect(search('long')).toEqual([after]);
      },
      () => false,
    );
    expect([search('long'), search('after')]).toEqual([[], [after]]);
  });
  test('a delay outlives a restart; a second change meanwhile is found with the first', () => {
    index.change({ indexDelayMs: 5_000 });
    const id = insert(store, contact, 'Slow One');
    reopen();
    expect(search('slow')).toEqual([]);
    nowMs += 3_000;
    store.update(contact, id, { Name: 'Slow Two' });
    nowMs += 2_000;
    expect([search('one'), search('two')]).toEqual([[], [id]]);
    index.change({ indexDelayMs: 0 });
    expect(insert(store, contact, 'Quick')).toBe(search('quick')[0]);
  });
  test('an emptied table is read anew', () => {
    const fresh = new Store(':memory:', []);
    const read = new TextIndex(fresh, () => nowMs);
    const people = fresh.schema.named('Contact');
    const find = (text: string) => {
      while (read.catchUp(people));
      return read.find(people, { kind: 'text', text, phrase: false }, 'NAME', undefined).length;
    };
    insert(fresh, people, 'Old One');
    insert(fresh, people, 'Old Two');
    expect(find('old')).toBe(2);
    fresh.clear();
    insert(fresh, people, 'New One');
    expect([find('old'), find('new')]).toEqual([0, 1]);
    fresh.close();
  });
  test('a long row of words is no deep tree, a common word gives two thousand', () => {
    const words = Array.from({ length: 300 }, (_, n) => `word${n}`);
    const id = insert(store, contact, words.slice(0, 12).join(' '));
    expect(search(words.join(' OR '))).toEqual([id]);
    expect(search(words.join(' AND '))).toEqual([]);
    expect(search('word1 AND NOT word11')).toEqual([]);
    for (let n = 0; n < 2_100; n += 1) insert(store, contact, 'Common Name');
    expect(search('common').length).toBe(2_000);
    expect(search('c?mmon').length).toBe(2_000);
  });
});
