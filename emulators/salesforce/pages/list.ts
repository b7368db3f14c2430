import { elapsedMs } from '../clock.ts';
import type { Field, SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';
import { cell, labelOf, linkTo, listPath, moment, nameLabel } from './fields.ts';
import { html, none, table, type Html } from './html.ts';

// The records of an object, the latest changed first, page by page; searched by name or phone.

const pageRows = 50;
/** Records looked through at once, and how long a person waits before the page says how far it came. */
const window = 2_000;
const patienceMs = 200;

const chosen: Readonly<Record<string, readonly string[]>> = {
  Account: ['Phone', 'PersonMobilePhone', 'BillingCity', 'OwnerId'],
  Contact: ['AccountId', 'Phone', 'MobilePhone', 'Email', 'OwnerId'],
  Lead: ['Company', 'Phone', 'MobilePhone', 'Status', 'OwnerId'],
  Opportunity: ['AccountId', 'StageName', 'Amount', 'CloseDate', 'OwnerId'],
  Case: ['Subject', 'Status', 'AccountId', 'OwnerId'],
  Task: ['Status', 'ActivityDate', 'WhoId', 'WhatId', 'OwnerId'],
  User: ['Username', 'Extension', 'IsActive'],
  Group: ['Type', 'DeveloperName'],
};

/** What a list shows besides the name. */
export function columnsOf(object: SObject): Field[] {
  const named = chosen[object.name];
  if (named) return named.flatMap((name) => object.byName.get(name.toLowerCase()) ?? []);
  const own = object.fields.filter((field) => field.custom || field.type === 'phone' || field.type === 'email').slice(0, 4);
  const others = object.fields.filter(
    (field) => field.name !== object.nameField && field.type !== 'id' && !/Date$|ById$|Modstamp$|^Is/.test(field.name),
  );
  return own.length > 0 ? own : others.slice(0, 3);
}

const phones = (object: SObject): Field[] => object.fields.filter((field) => field.type === 'phone');
/** A number's digits, however it is written. */
const digitsOf = (column: string): string =>
  [' ', '-', '(', ')', '.', '+', '/'].reduce((sql, char) => `replace(${sql}, '${char}', '')`, column);

/** Names that hold the words, or numbers that hold the digits. */
function searchOf(object: SObject, words: string): { sql: string; values: string[] } | undefined {
  const text = words.trim();
  if (text === '') return undefined;
  const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const digits = text.replace(/\D/g, '');
  const isNumber = digits.length >= 3 && !/\p{L}/u.test(text);
  const names = [object.nameField, 'Name', 'Subject'].filter(
    (name, place, all) => object.byName.has(name.toLowerCase()) && all.indexOf(name) === place,
  );
  const numbers = isNumber ? phones(object).map((field) => `${digitsOf(`"${field.name}"`)} LIKE ?`) : [];
  return {
    sql: `(${[...names.map((name) => `"${name}" LIKE ? ESCAPE '\\'`), ...numbers].join(' OR ')})`,
    values: [...names.map(() => like), ...numbers.map(() => `%${digits}%`)],
  };
}

/** What a record is ordered by: of a whole object the latest change first, of what points at one record the newest first, as its index has them. */
const ordersOf = (only: Only | undefined) => (only ? ['n'] : ['SystemModstamp', 'Id']);
type Only = { readonly field: Field; readonly id: string };
type Place = readonly (string | number)[];
const placeOf = (row: Row | undefined, order: readonly string[]): Place => order.map((name) => row?.[name] ?? 0);
function readPlace(text: string | null, order: readonly string[]): Place | undefined {
  const parts = (text ?? '').split('-');
  return parts.length === order.length && parts.every((part) => /^[A-Za-z0-9]{1,18}$/.test(part))
    ? parts.map((part, place) => (order[place] === 'Id' ? part : Number(part)))
    : undefined;
}

/** From there on. Looks at most `patienceMs`: among millions a rare name is not found in one go. */
function read(store: Store, object: SObject, words: string, from: Place | undefined, only: Only | undefined) {
  const living = object.byName.has('isdeleted') ? '"IsDeleted" = 0' : '1';
  const tied = only ? `AND "${only.field.name}" = ?` : '';
  const names = ordersOf(only);
  const order = `ORDER BY ${names.map((name) => `"${name}" DESC`).join(', ')}`;
  const before = `AND (${names.map((name) => `"${name}"`).join(', ')}) < (${names.map(() => '?').join(', ')})`;
  const search = searchOf(object, words);
  const began = elapsedMs();
  const rows: Row[] = [];
  let place = from;
  let looked = 0;
  for (;;) {
    const where = `${tied} ${place ? before : ''} ${order}`;
    const values = [...(only ? [only.id] : []), ...(place ?? [])];
    if (!search) {
      const found = store.select(`SELECT * FROM "${object.name}" WHERE ${living} ${where} LIMIT ${pageRows + 1}`, values);
      const next = found.length > pageRows ? placeOf(found[pageRows - 1], names) : undefined;
      return { rows: found.slice(0, pageRows), next, looked: undefined };
    }
    const some = store.select(
      `SELECT n, "Id", "SystemModstamp", ${living} AND ${search.sql} AS hit FROM "${object.name}" WHERE 1 ${where} LIMIT ${window}`,
      [...search.values, ...values],
    );
    for (const row of some) {
      looked += 1;
      place = placeOf(row, names);
      if (row['hit'] !== 1) continue;
      const whole = store.get(object, String(row['Id']));
      if (whole) rows.push(whole);
      if (rows.length === pageRows) return { rows, next: place, looked };
    }
    if (some.length < window) return { rows, next: undefined, looked };
    if (elapsedMs() - began > patienceMs) return { rows, next: place, looked };
  }
}

/** The list itself, with its search, on the page at `path`. `only`: what points at one record. */
export function listOf(store: Store, object: SObject, query: URLSearchParams, path: string, only?: Only): Html {
  const words = query.get('q') ?? '';
  const { rows, next, looked } = read(store, object, words, readPlace(query.get('before'), ordersOf(only)), only);
  const columns = columnsOf(object).filter((column) => column !== only?.field);
  const onward = next && new URLSearchParams({ ...(words === '' ? {} : { q: words }), before: next.join('-') });
  const told =
    looked !== undefined && next && rows.length < pageRows
      ? html`Looked through ${looked.toLocaleString('en')} records so far`
      : html`${rows.length === 0 ? 'No records' : only ? 'The newest first' : 'The latest changed first'}`;
  const what = phones(object).length > 0 ? 'Name or phone' : 'Name';
  return html`<form method="get" action="${path}" role="search">
      <label class="grow">${what}<input type="search" name="q" value="${words}" /></label><button>Search</button>
    </form>
    ${table(
      told,
      [{ name: nameLabel(object) }, ...columns.map((column) => ({ name: labelOf(column) })), { name: 'Last Modified' }],
      rows.map((row) => [
        linkTo(store, row['Id']),
        ...columns.map((column) => cell(store, column, row)),
        moment(row['LastModifiedDate'] ?? row['SystemModstamp']),
      ]),
    )}
    ${query.has('before') || onward ? html`<nav class="pages" aria-label="Pages">${query.has('before') ? html`<a href="${path}${words === '' ? '' : `?${new URLSearchParams({ q: words }).toString()}`}">From the beginning</a>` : none}${onward ? html`<a href="${path}?${onward.toString()}">${looked !== undefined && rows.length < pageRows ? 'Look on' : 'Next page'}</a>` : none}</nav>` : none}`;
}

export function listBody(store: Store, object: SObject, query: URLSearchParams): Html {
  const living = object.byName.has('isdeleted') ? ' WHERE "IsDeleted" = 0' : '';
  const count = store.count(`SELECT COUNT(*) AS count FROM "${object.name}"${living}`);
  return html`<div class="head">
      <h1>${object.labelPlural}</h1>
      <p class="soft">${count.toLocaleString('en')} in all</p>
    </div>
    <section>${listOf(store, object, query, listPath(object))}</section>`;
}
