import type { Field, SObject } from '../schema.ts';
import type { Store } from '../store.ts';
import { fieldBreak, joinedDigits, tokensOf } from './tokens.ts';
import { mostResults, type SearchGroup, type Term } from './sosl.ts';

/**
 * How the digits of a phone value can be found. No vendor text says how Salesforce cuts them, so a client is to be right under both:
 * `lenient`: by each group of digits and by all of them joined; `strict`: by the groups alone.
 */
export type PhoneTokens = 'lenient' | 'strict';
export const phoneTokens: readonly PhoneTokens[] = ['lenient', 'strict'];
export type SearchSettings = { readonly phoneTokens: PhoneTokens; readonly indexDelayMs: number };

/** Besides the field that names a record [D SOSL reference, IN]. */
const nameFields: Readonly<Record<string, readonly string[]>> = {
  Account: ['Website', 'Site'],
  Case: ['SuppliedName', 'SuppliedCompany', 'Subject'],
  Contact: ['AssistantName'],
  Lead: ['Company'],
  Task: ['Subject'],
  User: ['CommunityNickname'],
};
/** "Numeric fields aren't searchable", nor dates, checkboxes and picklists [D SOSL reference, IN, About SOSL]. */
const searchedTypes: readonly Field['type'][] = ['string', 'textarea', 'phone', 'email', 'url', 'combobox'];
/** The kinds of record people search for. A user is found too, though programs cannot write him here [D object reference, supported calls]. */
export const isSearchable = (object: SObject): boolean => object.flags.has('search');

type Column = 'name' | 'email' | 'phone' | 'digits' | 'words';
const columns: readonly Column[] = ['name', 'email', 'phone', 'digits', 'words'];
const columnsOf: Readonly<Record<SearchGroup, readonly Column[]>> = {
  ALL: ['name', 'email', 'phone', 'words'],
  NAME: ['name'],
  EMAIL: ['email'],
  PHONE: ['phone'],
  SIDEBAR: ['name', 'email', 'phone'], // guessed
};

type Searched = { readonly field: string; readonly column: Column };
function searchedFields(object: SObject): Searched[] {
  const named = new Set([object.nameField, ...(nameFields[object.name] ?? [])]);
  // A person's first and last name stand in Name as well.
  const twice = new Set(object.byName.has('lastname') ? ['FirstName', 'LastName'] : []);
  return object.fields
    .filter((field) => searchedTypes.includes(field.type) && !twice.has(field.name))
    .map(({ name, type }) => ({
      field: name,
      column: named.has(name) ? 'name' : type === 'phone' ? 'phone' : type === 'email' ? 'email' : 'words',
    }));
}

const tableOf = (object: SObject) => `"search_${object.name}"`;
const quoted = (name: string) => `"${name}"`;
/** Rows read and indexed before others get a turn. */
const atOnce = 500;
/** So many hits are weighed against each other; of more, the first. */
const mostWeighed = 20_000;
/** So many words of the index a wildcard in the middle may stand for. */
const mostExpanded = 1000;

function chain(term: Term, kind: 'and' | 'or'): Term[] {
  const parts: Term[] = [];
  let rest = term;
  for (; rest.kind === kind; rest = rest.left) parts.unshift(...(rest.right.kind === kind ? chain(rest.right, kind) : [rest.right]));
  return [rest, ...parts];
}

/**
 * The search index: one full-text table per object, in the org's file and in the transactions of its rows. It is filled when somebody
 * searches and not before: new rows are those above a mark; of changed ones, triggers keep the numbers. So an org that is never searched
 * pays nothing, a load of millions pays nothing, and after kill -9 index and mark agree.
 */
export class TextIndex {
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    store.defineFunction('search_now', () => this.#now());
    store.run(
      'CREATE TABLE IF NOT EXISTS "search_state" (object TEXT PRIMARY KEY, mark INTEGER NOT NULL, fields TEXT NOT NULL) WITHOUT ROWID',
    );
    store.run(
      'CREATE TABLE IF NOT EXISTS "search_queue" (object TEXT, n INTEGER, at INTEGER NOT NULL, PRIMARY KEY (object, n)) WITHOUT ROWID',
    );
    for (const object of this.#begun()) this.#watch(object);
    store.commit();
  }

  get settings(): SearchSettings {
    return { phoneTokens: 'lenient', indexDelayMs: 0, ...(JSON.parse(this.#store.meta('search') ?? '{}') as Partial<SearchSettings>) };
  }
  /** With a delay, what is written from now on is found that much later; what was there before is found at once. */
  change(settings: Partial<SearchSettings>): void {
    this.#store.setMeta('search', JSON.stringify({ ...this.settings, ...settings }));
    if (this.settings.indexDelayMs > 0) for (const object of this.#store.schema.objects) if (isSearchable(object)) this.#begin(object);
    for (const object of this.#begun()) this.#watch(object);
  }

  /** How far the index is: rows of an object, and how many of them it has yet to read. */
  progress(): Record<string, { readonly rows: number; readonly waiting: number }> {
    return Object.fromEntries(
      this.#store.schema.objects.filter(isSearchable).map((object) => {
        const { mark } = this.#state(object) ?? { mark: 0 };
        const rows = this.#store.count(`SELECT coalesce(max(n), 0) AS count FROM ${quoted(object.name)}`);
        const queued = this.#store.count('SELECT COUNT(*) AS count FROM "search_queue" WHERE object = ? AND n <= ?', [object.name, mark]);
        return [object.name, { rows, waiting: rows - mark + queued }];
      }),
    );
  }

  /** An empty index. Called before the org's rows are cleared. */
  forget(): void {
    for (const object of this.#store.schema.objects) this.#drop(object);
    this.#store.deleteMeta('search');
    this.#store.commit();
  }
  #drop(object: SObject): void {
    this.#unwatch(object);
    this.#store.run(`DROP TABLE IF EXISTS temp."vocabulary_${object.name}"`);
    this.#store.run(`DROP TABLE IF EXISTS ${tableOf(object)}`);
    this.#store.run('DELETE FROM "search_queue" WHERE object = ?', [object.name]);
    this.#store.run('DELETE FROM "search_state" WHERE object = ?', [object.name]);
  }

  /**
   * Reads some rows that the index does not have yet. False when it has all that are due. The first time of an object not in a
   * transaction that may be taken back: SQLite leaves the full-text table broken.
   */
  catchUp(object: SObject): boolean {
    this.#begin(object);
    this.#follow(object);
    return this.#step(object);
  }

  /**
   * Ids of living records that match, the best first, at most 2,000: "the search engine looks for matches across a maximum of 2,000
   * records" before it looks at who may see them [D SOSL limits]. What is best is our own guess (bm25).
   */
  find(object: SObject, term: Term, group: SearchGroup, visible: string | undefined): string[] {
    const match = this.#match(object, term, columnsOf[group]);
    if (match === undefined) return [];
    const hits = `SELECT n, worth FROM (SELECT rowid AS n, rank AS worth FROM ${tableOf(object)} WHERE ${tableOf(object)} MATCH ? LIMIT ${mostWeighed}) ORDER BY worth, n LIMIT ${mostResults}`;
    const living = object.byName.has('isdeleted') ? ' AND t0."IsDeleted" = 0' : '';
    return this.#store
      .select(
        `SELECT t0."Id" AS id FROM (${hits}) hit CROSS JOIN ${quoted(object.name)} t0 ON t0.n = hit.n WHERE 1${living}${visible === undefined ? '' : ` AND ${visible}`} ORDER BY hit.worth, hit.n`,
        [match],
      )
      .map((row) => String(row['id']));
  }

  /** As FTS5 says it. Undefined: nothing can match. */
  #match(object: SObject, term: Term, among: readonly Column[]): string | undefined {
    if (term.kind === 'text') return this.#matchText(object, term.text, among);
    if (term.kind === 'but not') {
      const [left, right] = [term.left, term.right].map((one) => this.#match(object, one, among));
      return left !== undefined && right !== undefined ? `(${left} NOT ${right})` : left;
    }
    // A row of ANDs or ORs is one list: FTS5 nests no deeper than 256.
    const parts = chain(term, term.kind).map((one) => this.#match(object, one, among));
    const some = parts.filter((one) => one !== undefined);
    if (some.length === 0 || (term.kind === 'and' && some.length < parts.length)) return undefined;
    return `(${some.join(term.kind === 'and' ? ' AND ' : ' OR ')})`;
  }

  #matchText(object: SObject, text: string, among: readonly Column[]): string | undefined {
    const tokens = tokensOf(text, false);
    const phrase = this.#phrase(object, tokens);
    const said = phrase === undefined ? [] : [`{${among.join(' ')}} : ${phrase}`];
    const joined = tokens.join('');
    if (this.settings.phoneTokens === 'lenient' && among.includes('phone') && /^\p{N}[\p{N}*?]*$/u.test(joined)) {
      const digits = this.#phrase(object, [joined]);
      if (digits !== undefined) said.push(`{digits} : ${digits}`);
    }
    return said.length > 1 ? `(${said.join(' OR ')})` : said[0];
  }

  /** Tokens next to each other. One wildcard at the very end FTS5 knows; for others stand the words of the index that they fit. */
  #phrase(object: SObject, tokens: readonly string[]): string | undefined {
    const last = tokens.at(-1);
    if (last === undefined) return undefined;
    if (tokens.every((token, place) => !/[*?]/.test(place === tokens.length - 1 ? token.replace(/\*$/, '') : token)))
      return `"${tokens.join(' ').replace(/\*$/, '')}"${last.endsWith('*') ? ' *' : ''}`;
    let phrases = [''];
    for (const token of tokens) {
      const words = /[*?]/.test(token) ? this.#wordsLike(object, token) : [token];
      phrases = phrases.flatMap((phrase) => words.map((word) => (phrase === '' ? word : `${phrase} ${word}`))).slice(0, mostExpanded);
    }
    return phrases.length === 0 ? undefined : `(${phrases.map((phrase) => `"${phrase}"`).join(' OR ')})`;
  }

  #wordsLike(object: SObject, pattern: string): string[] {
    const start = pattern.replace(/[*?].*$/su, '');
    this.#store.run(
      `CREATE VIRTUAL TABLE IF NOT EXISTS temp."vocabulary_${object.name}" USING fts5vocab('main', 'search_${object.name}', 'row')`,
    );
    return this.#store
      .select(`SELECT term FROM temp."vocabulary_${object.name}" WHERE term >= ? AND term < ? AND term GLOB ? LIMIT ${mostExpanded}`, [
        start,
        `${start}\u{10FFFF}`,
        pattern,
      ])
      .map((row) => String(row['term']));
  }

  #state(object: SObject): { mark: number; fields: string } | undefined {
    const [row] = this.#store.select('SELECT mark, fields FROM "search_state" WHERE object = ?', [object.name]);
    return row && { mark: Number(row['mark']), fields: String(row['fields']) };
  }
  #begun(): SObject[] {
    return this.#store.select('SELECT object FROM "search_state"').flatMap((row) => this.#store.schema.find(String(row['object'])) ?? []);
  }

  #begin(object: SObject): void {
    const state = this.#state(object);
    // Fewer rows than were read: the object was taken out and is there anew.
    if (state && state.mark > this.#store.count(`SELECT coalesce(max(n), 0) AS count FROM ${quoted(object.name)}`)) this.#drop(object);
    else if (state) return;
    this.#store.run(
      `CREATE VIRTUAL TABLE IF NOT EXISTS ${tableOf(object)} USING fts5(${columns.join(', ')}, content = '', contentless_delete = 1, tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co'")`,
    );
    this.#store.run('INSERT INTO "search_state" (object, mark, fields) VALUES (?, 0, ?)', [
      object.name,
      JSON.stringify(searchedFields(object)),
    ]);
    this.#watch(object);
  }

  /** An admin added a field or took one away: rows that have something in it are read again. */
  #follow(object: SObject): void {
    const before = this.#state(object)?.fields ?? '[]';
    const after = JSON.stringify(searchedFields(object));
    if (before === after) return;
    const kept = this.#store.select('SELECT name FROM pragma_table_info(?)', [object.name]).map((row) => row['name']);
    const [was, is] = [JSON.parse(before) as Searched[], searchedFields(object)].map((list) => list.map((one) => JSON.stringify(one)));
    const changed = [...(was ?? []).filter((one) => !is?.includes(one)), ...(is ?? []).filter((one) => !was?.includes(one))]
      .map((one) => (JSON.parse(one) as Searched).field)
      .filter((field) => kept.includes(field));
    for (const field of new Set(changed))
      this.#store.run(
        `INSERT OR IGNORE INTO "search_queue" (object, n, at) SELECT '${object.name}', n, 0 FROM ${quoted(object.name)} WHERE ${quoted(field)} IS NOT NULL`,
      );
    this.#store.run('UPDATE "search_state" SET fields = ? WHERE object = ?', [after, object.name]);
    this.#watch(object);
  }

  /** Triggers of this connection: they are made anew whenever the org starts, before anybody can write. */
  #watch(object: SObject): void {
    this.#unwatch(object);
    const fields = [...searchedFields(object).map(({ field }) => field), ...(object.byName.has('isdeleted') ? ['IsDeleted'] : [])];
    const delayed = this.settings.indexDelayMs > 0;
    // When it came matters for the delay alone.
    const at = delayed ? 'search_now()' : '0';
    const note = `BEGIN INSERT OR IGNORE INTO search_queue (object, n, at) VALUES ('${object.name}', new.n, ${at}); END`;
    this.#store.run(
      `CREATE TEMP TRIGGER "searched_${object.name}_changed" AFTER UPDATE OF ${fields.map(quoted).join(', ')} ON main.${quoted(object.name)} ${note}`,
    );
    // New rows are above the mark.
    if (delayed) this.#store.run(`CREATE TEMP TRIGGER "searched_${object.name}_new" AFTER INSERT ON main.${quoted(object.name)} ${note}`);
  }
  #unwatch(object: SObject): void {
    for (const what of ['changed', 'new']) this.#store.run(`DROP TRIGGER IF EXISTS temp."searched_${object.name}_${what}"`);
  }

  #step(object: SObject): boolean {
    const due = this.#now() - this.settings.indexDelayMs;
    const { mark } = this.#state(object) ?? { mark: 0 };
    const fields = searchedFields(object);
    const select = `SELECT t0.n AS n, ${object.byName.has('isdeleted') ? 't0."IsDeleted"' : '0'} AS gone, ${fields.map(({ field }, place) => `t0.${quoted(field)} AS f${place}`).join(', ')} FROM`;
    const queued = this.#store.select(
      `${select} "search_queue" q CROSS JOIN ${quoted(object.name)} t0 ON t0.n = q.n WHERE q.object = ? AND q.n <= ? AND q.at <= ? ORDER BY q.n LIMIT ${atOnce}`,
      [object.name, mark, due],
    );
    const added =
      queued.length > 0
        ? []
        : this.#store.select(`${select} ${quoted(object.name)} t0 WHERE t0.n > ? ORDER BY t0.n LIMIT ${atOnce}`, [mark]);
    const last = added.at(-1)?.['n'];
    const late = new Set(
      last === undefined
        ? []
        : this.#store
            .select('SELECT n FROM "search_queue" WHERE object = ? AND n > ? AND n <= ? AND at > ?', [object.name, mark, last, due])
            .map((row) => row['n']),
    );
    for (const row of queued.length > 0 ? queued : added) {
      const n = row['n'] ?? null;
      if (late.has(n)) continue;
      const cells: Record<Column, string[]> = { name: [], email: [], phone: [], digits: [], words: [] };
      for (const [place, { column }] of fields.entries()) {
        const value = row[`f${place}`];
        if (typeof value !== 'string') continue;
        cells[column].push(tokensOf(value, true).join(' '));
        if (column === 'phone') cells.digits.push(joinedDigits(value));
      }
      if (queued.length > 0) this.#store.run(`DELETE FROM ${tableOf(object)} WHERE rowid = ?`, [n]);
      if (row['gone'] !== 1 && columns.some((column) => cells[column].length > 0))
        this.#store.run(`INSERT INTO ${tableOf(object)} (rowid, ${columns.join(', ')}) VALUES (?${', ?'.repeat(columns.length)})`, [
          n,
          ...columns.map((column) => cells[column].join(` ${fieldBreak} `)),
        ]);
      if (queued.length > 0) this.#store.run('DELETE FROM "search_queue" WHERE object = ? AND n = ?', [object.name, n]);
    }
    if (last !== undefined) {
      this.#store.run('DELETE FROM "search_queue" WHERE object = ? AND n > ? AND n <= ? AND at <= ?', [object.name, mark, last, due]);
      this.#store.run('UPDATE "search_state" SET mark = ? WHERE object = ?', [last, object.name]);
    }
    return queued.length > 0 || added.length > 0;
  }
}
