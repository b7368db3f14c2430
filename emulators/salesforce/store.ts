import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { idFor } from './ids.ts';
import { buildSchema, type CustomField, type Field, type Schema, type SObject } from './schema.ts';

/** As kept: booleans as 0 and 1, datetimes as milliseconds, dates as `2026-11-21`, ids as 18 characters. */
export type Value = string | number | null;
export type Row = Record<string, Value>;
export type Change = {
  atMs: number;
  userId: string;
  /** `api` for programs, `screen` for a person in the Salesforce screens. */
  via: 'api' | 'screen';
  object: string;
  recordId: string;
  action: 'update' | 'delete' | 'undelete';
  fields: Record<string, [before: Value, after: Value]>;
};

const sqlType = (field: Field): string => {
  switch (field.type) {
    case 'id':
    case 'reference':
    case 'date':
      return 'TEXT';
    case 'boolean':
    case 'int':
    case 'datetime':
      return 'INTEGER';
    case 'double':
    case 'currency':
    case 'percent':
      return 'REAL';
    default:
      return 'TEXT COLLATE NOCASE'; // text compares without case in SOQL and in unique fields [D SOQL reference, comparison operators]
  }
};
const quoted = (name: string) => `"${name}"`;
const indexed = new Set([
  'OwnerId',
  'WhoId',
  'WhatId',
  'AccountId',
  'ContactId',
  'SystemModstamp',
  'CreatedDate',
  'Email',
  'Phone',
  'MobilePhone',
  'Cordboard_Call__c',
]);

/**
 * The org's tables in one SQLite file: one table per object, one column per field, so that SOQL becomes SQL and millions of rows stay
 * on disk. Written with a full sync: what was answered survives kill -9. Rows written in the same turn of the event loop share one
 * sync; `durable` resolves after it, and no answer leaves before.
 */
export class Store {
  schema: Schema;
  #db: DatabaseSync;
  #statements = new Map<string, StatementSync>();
  #serials = new Map<string, number>();
  #columns = new Map<string, string[]>();
  #committing: { done: Promise<void>; commit: () => void } | undefined;
  #custom: CustomField[];

  constructor(file: string, customFields: readonly CustomField[]) {
    this.#db = new DatabaseSync(file);
    this.#db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA busy_timeout = 2000; PRAGMA temp_store = MEMORY;',
    );
    this.#db.exec(`CREATE TABLE IF NOT EXISTS "meta" (key TEXT PRIMARY KEY, value TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS "change" (n INTEGER PRIMARY KEY, atMs INTEGER, userId TEXT, via TEXT, object TEXT, recordId TEXT, action TEXT, fields TEXT);
      CREATE INDEX IF NOT EXISTS "change_record" ON "change" (recordId);`);
    const kept = this.meta('customFields');
    this.#custom = kept === undefined ? [...customFields] : (JSON.parse(kept) as CustomField[]);
    this.setMeta('customFields', JSON.stringify(this.#custom));
    this.schema = buildSchema(this.#custom);
    this.#createTables();
    this.commit();
  }

  #createTables(): void {
    for (const object of this.schema.objects) {
      const columns = object.fields.map((field) => `${quoted(field.name)} ${sqlType(field)}${field.type === 'id' ? ' UNIQUE' : ''}`);
      this.#db.exec(`CREATE TABLE IF NOT EXISTS ${quoted(object.name)} (n INTEGER PRIMARY KEY, _deletedWith TEXT, ${columns.join(', ')})`);
      const present = new Set(
        (this.#db.prepare(`SELECT name FROM pragma_table_info('${object.name}')`).all() as { name: string }[]).map((column) => column.name),
      );
      for (const field of object.fields) {
        if (!present.has(field.name))
          this.#db.exec(`ALTER TABLE ${quoted(object.name)} ADD COLUMN ${quoted(field.name)} ${sqlType(field)}`);
        if (indexed.has(field.name) || field.externalId || field.unique)
          this.#db.exec(
            `CREATE INDEX IF NOT EXISTS ${quoted(`${object.name}_${field.name}`)} ON ${quoted(object.name)} (${quoted(field.name)})`,
          );
      }
      this.#columns.set(
        object.name,
        object.fields.map((field) => field.name),
      );
      const last = this.#db.prepare(`SELECT MAX(n) AS last FROM ${quoted(object.name)}`).get() as { last: number | null };
      this.#serials.set(object.name, last.last ?? 0);
    }
  }

  /** An admin adds or removes a field under Setup. A removed field's column stays in the file, unseen, as a deleted field's does for 15 days. */
  changeFields(change: (custom: CustomField[]) => CustomField[]): void {
    this.#custom = change(this.#custom);
    this.setMeta('customFields', JSON.stringify(this.#custom));
    this.commit();
    this.schema = buildSchema(this.#custom);
    this.#statements.clear();
    this.#createTables();
  }

  meta(key: string): string | undefined {
    return (this.#statement('SELECT value FROM "meta" WHERE key = ?').get(key) as { value: string } | undefined)?.value;
  }
  setMeta(key: string, value: string): void {
    this.#begin();
    this.#statement('INSERT INTO "meta" (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value').run(key, value);
  }

  metaWith(prefix: string): { key: string; value: string }[] {
    return this.#statement('SELECT key, value FROM "meta" WHERE substr(key, 1, length(?)) = ?').all(prefix, prefix) as {
      key: string;
      value: string;
    }[];
  }
  deleteMeta(key: string): void {
    this.#begin();
    this.#statement('DELETE FROM "meta" WHERE key = ?').run(key);
  }

  get(object: SObject, id: string): Row | undefined {
    return this.#statement(`SELECT * FROM ${quoted(object.name)} WHERE "Id" = ?`).get(id) as Row | undefined;
  }

  /** Living records holding this value, at most `atMost`. */
  find(object: SObject, field: Field, value: Value, atMost = 5): Row[] {
    const living = object.byName.has('isdeleted') ? ' AND "IsDeleted" = 0' : '';
    return this.#statement(`SELECT * FROM ${quoted(object.name)} WHERE ${quoted(field.name)} = ?${living} ORDER BY n LIMIT ${atMost}`).all(
      value,
    ) as Row[];
  }

  /** The id the next insert will get, and its number. A rolled-back insert leaves a gap, as in a real org. */
  newId(object: SObject): { n: number; id: string } {
    const n = (this.#serials.get(object.name) ?? 0) + 1;
    this.#serials.set(object.name, n);
    return { n, id: idFor(object.keyPrefix, n) };
  }

  insert(object: SObject, n: number, row: Row): void {
    this.#begin();
    const columns = this.#columns.get(object.name) ?? [];
    this.#statement(
      `INSERT INTO ${quoted(object.name)} (n, ${columns.map(quoted).join(', ')}) VALUES (?${', ?'.repeat(columns.length)})`,
    ).run(n, ...columns.map((column) => row[column] ?? null));
  }

  update(object: SObject, id: string, changes: Row): void {
    this.#begin();
    const columns = Object.keys(changes);
    this.#statement(`UPDATE ${quoted(object.name)} SET ${columns.map((column) => `${quoted(column)} = ?`).join(', ')} WHERE "Id" = ?`).run(
      ...columns.map((column) => changes[column] ?? null),
      id,
    );
  }

  recordChange(change: Change): void {
    this.#begin();
    this.#statement('INSERT INTO "change" (atMs, userId, via, object, recordId, action, fields) VALUES (?, ?, ?, ?, ?, ?, ?)').run(
      change.atMs,
      change.userId,
      change.via,
      change.object,
      change.recordId,
      change.action,
      JSON.stringify(change.fields),
    );
  }
  changesOf(recordId: string): Change[] {
    const rows = this.#statement('SELECT * FROM "change" WHERE recordId = ? ORDER BY n DESC LIMIT 200').all(recordId) as unknown as (Omit<
      Change,
      'fields'
    > & { fields: string })[];
    return rows.map((row) => ({ ...row, fields: JSON.parse(row.fields) as Change['fields'] }));
  }

  select(sql: string, parameters: readonly SQLInputValue[] = []): Row[] {
    return this.#statement(sql).all(...parameters) as Row[];
  }
  count(sql: string, parameters: readonly SQLInputValue[] = []): number {
    return Number((this.#statement(sql).get(...parameters) as { count: number }).count);
  }
  /** Column 0 of every row, packed: a cursor over a million rows is eight megabytes. */
  numbers(sql: string, parameters: readonly SQLInputValue[]): Float64Array {
    const found: number[] = [];
    for (const row of this.#statement(sql).iterate(...parameters) as Iterable<{ n: number }>) found.push(row.n);
    return Float64Array.from(found);
  }

  /** All or nothing. `work` must not wait: between its first and last statement nobody else may write. */
  atomically<T>(work: () => T, keep: (result: T) => boolean): T {
    this.#begin();
    this.#db.exec('SAVEPOINT whole');
    let kept = false;
    try {
      const result = work();
      kept = keep(result);
      return result;
    } finally {
      this.#db.exec(kept ? 'RELEASE whole' : 'ROLLBACK TO whole; RELEASE whole');
    }
  }

  /** Resolves when everything written so far is on the disk. */
  durable(): Promise<void> {
    return this.#committing?.done ?? Promise.resolve();
  }
  commit(): void {
    this.#committing?.commit();
  }

  /** Back to an empty org. Sign-ins and set-up fields stay. */
  clear(): void {
    this.commit();
    for (const object of this.schema.objects) this.#db.exec(`DELETE FROM ${quoted(object.name)}`);
    this.#db.exec('DELETE FROM "change"; DELETE FROM "meta" WHERE key IN (\'validationRules\', \'seeded\')');
    for (const object of this.schema.objects) this.#serials.set(object.name, 0);
  }

  close(): void {
    this.commit();
    this.#statements.clear();
    this.#db.close();
  }

  #begin(): void {
    if (this.#committing) return;
    this.#db.exec('BEGIN IMMEDIATE');
    let settle: { resolve: () => void; reject: (cause: unknown) => void } | undefined;
    const done = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    done.catch(() => undefined); // whoever answers for these rows sees the failure; a turn without one must not end the process
    const commit = () => {
      if (this.#committing?.commit !== commit) return;
      this.#committing = undefined;
      try {
        this.#db.exec('COMMIT');
        settle?.resolve();
      } catch (cause) {
        this.#db.exec('ROLLBACK');
        settle?.reject(cause);
      }
    };
    this.#committing = { done, commit };
    setImmediate(commit);
  }

  #statement(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size > 400) this.#statements.clear(); // SOQL makes ever new ones
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}
