import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { ChangeLog } from './events/change-log.ts';
import { wallClock } from './clock.ts';
import { idFor } from './ids.ts';
import { customPrefix, type CustomObject } from './model/custom-objects.ts';
import { buildSchema, type CustomField, type Features, type Field, type Schema, type SObject } from './schema.ts';
import { defineFunctions } from './soql/sql-functions.ts';

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
      if (field.caseSensitive) return 'TEXT';
      return 'TEXT COLLATE NOCASE'; // text compares without case in SOQL and in unique fields [D SOQL reference, comparison operators]
  }
};
/** What rights and the schema as a user sees it are made of. */
const setUp = new Set([
  'Profile',
  'PermissionSet',
  'PermissionSetAssignment',
  'ObjectPermissions',
  'FieldPermissions',
  'User',
  'RecordType',
]);
const quoted = (name: string) => `"${name}"`;

/** The parts of an address, by their names within it [C recorded answers]. */
const addressParts = ['City', 'Country', 'GeocodeAccuracy', 'Latitude', 'Longitude', 'PostalCode', 'State', 'Street'];
/** Its column is worked out when it is read: it is never written and takes no room. */
function asAddress(object: SObject, field: Field): string {
  const prefix = field.name.replace(/Address$/, '');
  const parts = addressParts.filter((part) => object.byName.has((prefix + part).toLowerCase()));
  const pairs = parts.map((part) => `'${part.charAt(0).toLowerCase()}${part.slice(1)}', ${quoted(prefix + part)}`);
  return `TEXT GENERATED ALWAYS AS (CASE WHEN coalesce(${parts.map((part) => quoted(prefix + part)).join(', ')}) IS NULL THEN NULL ELSE json_object(${pairs.join(', ')}) END) VIRTUAL`;
}
const columnOf = (object: SObject, field: Field): string => (field.type === 'address' ? asAddress(object, field) : sqlType(field));
const indexed = new Set([
  'OwnerId',
  'WhoId',
  'WhatId',
  'AccountId',
  'ContactId',
  'CreatedDate',
  'Email',
  'LastName',
  'Phone',
  'MobilePhone',
  'Cordboard_Call__c',
  'CampaignId',
  'LeadId',
  'OpportunityId',
  'GroupId',
  'QueueId',
  'AssigneeId',
  'PermissionSetId',
  'ActivityId',
  'TaskId',
  'RelationId',
]);

const counted = (object: SObject): string[] =>
  ['IsDeleted', 'IsPersonAccount', 'IsArchived'].filter((name) => object.byName.has(name.toLowerCase()));
/** Few records have these. */
const sparse = new Set([
  'ReportsToId',
  'ParentId',
  'PersonContactId',
  'PersonMobilePhone',
  'UserRoleId',
  'ParentRoleId',
  'RelatedRecordId',
]);

/**
 * Every object can be read on from a moment: `SystemModstamp > x ORDER BY SystemModstamp, Id`, page by page, among millions. With
 * IsDeleted and IsPersonAccount at its end the same index counts the living, and persons or companies, without a look at the rows.
 */
const indexesOf = (object: SObject): (readonly [name: string, columns: readonly string[], where?: string])[] => [
  ...(object.byName.has('systemmodstamp')
    ? [[`${object.name}_changed_${counted(object).length}`, ['SystemModstamp', 'Id', ...counted(object)]] as const]
    : []),
  ...object.fields
    .filter((field) => indexed.has(field.name) || field.externalId || field.unique || (field.custom && field.type === 'reference'))
    .map((field) => [`${object.name}_${field.name}`, [field.name]] as const),
  ...[...object.fields.map((field) => field.name).filter((name) => sparse.has(name)), '_deletedWith'].map(
    (name) => [`${object.name}_${name}`, [name], `${quoted(name)} IS NOT NULL`] as const,
  ),
  // Companies are looked for by name when one more is made.
  ...(object.name === 'Account' ? [['Account_Name', ['Name']] as const] : []),
  // Persons are few among the accounts, and are read by themselves.
  ...(object.name === 'Account' && object.byName.has('ispersonaccount')
    ? ([
        ['Account_persons', ['Id', 'IsDeleted'], '"IsPersonAccount" = 1'],
        ['Account_persons_changed', ['SystemModstamp', 'Id', 'IsDeleted'], '"IsPersonAccount" = 1'],
      ] as const)
    : []),
];

/**
 * The org's tables in one SQLite file: one table per object, one column per field, so that SOQL becomes SQL and millions of rows stay
 * on disk. Written with a full sync: what was answered survives kill -9. Rows written in the same turn of the event loop share one
 * sync; `durable` resolves after it, and no answer leaves before.
 */
export class Store {
  schema: Schema;
  /** Change events, written with the rows they tell of. */
  readonly changes = new ChangeLog(this);
  #db: DatabaseSync;
  #statements = new Map<string, StatementSync>();
  #serials = new Map<string, number>();
  #columns = new Map<string, string[]>();
  #committing: { done: Promise<void>; commit: () => void } | undefined;
  #custom: CustomField[];
  #objects: CustomObject[];
  #features: Features;
  /** The org's clock; startOrg gives its own. */
  now: () => number = wallClock;
  /** Another number after each change of rights, users or fields: what was derived from them is out of date. */
  setUpVersion = 0;
  /** Fields that came in with this start. */
  readonly brought: readonly CustomField[];

  constructor(file: string, customFields: readonly CustomField[], features: Partial<Features> = {}) {
    this.#db = new DatabaseSync(file);
    defineFunctions(this.#db);
    this.#db.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536; PRAGMA busy_timeout = 2000; PRAGMA temp_store = MEMORY;',
    );
    this.#db.exec(`CREATE TABLE IF NOT EXISTS "meta" (key TEXT PRIMARY KEY, value TEXT NOT NULL);
      CREATE TABLE IF NOT EXISTS "change" (n INTEGER PRIMARY KEY, atMs INTEGER, userId TEXT, via TEXT, object TEXT, recordId TEXT, action TEXT, fields TEXT);
      CREATE INDEX IF NOT EXISTS "change_record" ON "change" (recordId);
      CREATE TABLE IF NOT EXISTS "hidden" (userId TEXT, recordId TEXT, PRIMARY KEY (userId, recordId)) WITHOUT ROWID;`);
    const kept = this.meta('customFields');
    this.#custom = kept === undefined ? [] : (JSON.parse(kept) as CustomField[]);
    // What was never deployed here comes in now; what an admin has taken out since stays out.
    const nameOf = ({ object, name }: CustomField) => `${object}.${name}`;
    const deployed = new Set(JSON.parse(this.meta('deployedFields') ?? JSON.stringify(this.#custom.map(nameOf))) as string[]);
    this.brought = customFields.filter((field) => !deployed.has(nameOf(field)));
    this.#custom.push(...this.brought);
    this.setMeta('customFields', JSON.stringify(this.#custom));
    this.setMeta('deployedFields', JSON.stringify([...new Set([...deployed, ...customFields.map(nameOf)])]));
    const on = (feature: keyof Features) => features[feature] === true || this.meta(feature) === 'on';
    this.#features = { personAccounts: on('personAccounts'), sharedActivities: on('sharedActivities') };
    for (const feature of ['personAccounts', 'sharedActivities'] as const) if (this.#features[feature]) this.setMeta(feature, 'on');
    this.#objects = JSON.parse(this.meta('customObjects') ?? '[]') as CustomObject[];
    this.schema = buildSchema(this.#custom, this.#features, this.#objects);
    this.#createTables();
    this.changes.open();
    this.commit();
  }

  #createTables(): void {
    for (const object of this.schema.objects) {
      const columns = object.fields.map(
        (field) => `${quoted(field.name)} ${columnOf(object, field)}${field.type === 'id' ? ' UNIQUE' : ''}`,
      );
      this.#db.exec(`CREATE TABLE IF NOT EXISTS ${quoted(object.name)} (n INTEGER PRIMARY KEY, _deletedWith TEXT, ${columns.join(', ')})`);
      const present = new Set(
        (this.#db.prepare(`SELECT name FROM pragma_table_xinfo('${object.name}')`).all() as { name: string }[]).map(
          (column) => column.name,
        ),
      );
      for (const field of object.fields) {
        if (!present.has(field.name))
          this.#db.exec(
            `ALTER TABLE ${quoted(object.name)} ADD COLUMN ${quoted(field.name)} ${columnOf(object, field)}${field.type === 'boolean' ? ' DEFAULT 0' : ''}`,
          );
      }
      this.#createIndexes(object);
      this.#columns.set(
        object.name,
        object.fields.filter((field) => field.type !== 'address').map((field) => field.name),
      );
      const last = this.#db.prepare(`SELECT MAX(n) AS last FROM ${quoted(object.name)}`).get() as { last: number | null };
      this.#serials.set(object.name, last.last ?? 0);
    }
  }

  #createIndexes(object: SObject): void {
    const wanted = new Set(indexesOf(object).map(([name]) => name));
    const present = this.#db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL")
      .all(object.name);
    for (const { name } of present as { name: string }[]) if (!wanted.has(name)) this.#db.exec(`DROP INDEX ${quoted(name)}`);
    for (const [name, columns, where] of indexesOf(object))
      this.#db.exec(
        `CREATE INDEX IF NOT EXISTS ${quoted(name)} ON ${quoted(object.name)} (${columns.map(quoted).join(', ')})${where === undefined ? '' : ` WHERE ${where}`}`,
      );
  }

  /** An admin adds or removes a field under Setup. A removed field's column stays in the file, unseen, as a deleted field's does for 15 days. */
  changeFields(change: (custom: CustomField[]) => CustomField[]): void {
    this.#custom = change(this.#custom);
    this.setMeta('customFields', JSON.stringify(this.#custom));
    this.#rebuild();
  }

  /** An admin's own objects. */
  get customObjects(): readonly CustomObject[] {
    return this.#objects;
  }
  /**
   * An admin or a deployment makes an object, or makes it anew as given: its prefix and its records stay. Its fields come by `changeFields`.
   * Nobody has a right on it or on its fields until one is given (rights/grants.ts).
   */
  saveObject(given: Omit<CustomObject, 'keyPrefix'>): CustomObject {
    const known = this.#objects.find((object) => object.name.toLowerCase() === given.name.toLowerCase());
    const count = Number(this.meta('customPrefixes') ?? 0);
    if (!known) this.setMeta('customPrefixes', String(count + 1));
    const object: CustomObject = { ...given, keyPrefix: known?.keyPrefix ?? customPrefix(count) };
    this.#objects = known ? this.#objects.map((one) => (one === known ? object : one)) : [...this.#objects, object];
    this.setMeta('customObjects', JSON.stringify(this.#objects));
    this.#rebuild();
    return object;
  }
  /** With its fields, and what points at it. Its records stay in the file, unseen, as a deleted object's do for 15 days. */
  removeObject(name: string): void {
    this.#objects = this.#objects.filter((object) => object.name !== name);
    this.setMeta('customObjects', JSON.stringify(this.#objects));
    this.changeFields((custom) => custom.filter((field) => field.object !== name && field.referenceTo !== name));
  }
  /** What an admin switches on under Setup, for good. */
  switchOn(feature: keyof Features): void {
    this.#features = { ...this.#features, [feature]: true };
    this.setMeta(feature, 'on');
    this.#rebuild();
  }
  get customFields(): readonly CustomField[] {
    return this.#custom;
  }

  #touched(name: string): void {
    if (setUp.has(name)) this.setUpVersion += 1;
  }

  #rebuild(): void {
    this.commit();
    this.setUpVersion += 1;
    this.schema = buildSchema(this.#custom, this.#features, this.#objects);
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

  /** Whether this record, or any at all, is hidden from this user. */
  hides(userId: string, recordId?: string): boolean {
    return recordId === undefined
      ? this.#statement('SELECT 1 FROM "hidden" WHERE userId = ? LIMIT 1').get(userId) !== undefined
      : this.#statement('SELECT 1 FROM "hidden" WHERE userId = ? AND recordId = ?').get(userId, recordId) !== undefined;
  }
  hide(userId: string, recordId: string, hidden: boolean): void {
    this.run(
      hidden ? 'INSERT OR IGNORE INTO "hidden" (userId, recordId) VALUES (?, ?)' : 'DELETE FROM "hidden" WHERE userId = ? AND recordId = ?',
      [userId, recordId],
    );
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
    this.#touched(object.name);
    const columns = this.#columns.get(object.name) ?? [];
    this.#statement(
      `INSERT INTO ${quoted(object.name)} (n, ${columns.map(quoted).join(', ')}) VALUES (?${', ?'.repeat(columns.length)})`,
    ).run(n, ...columns.map((column) => row[column] ?? null));
  }

  /** Many records of one kind: keeps of each what `columns` names, and gives its id. Yes-no fields left out are no, others empty. */
  loader(object: SObject, columns: readonly string[]): (row: Row) => string {
    const no = object.fields.filter((field) => field.type === 'boolean' && !columns.includes(field.name)).map((field) => field.name);
    const statement = this.#db.prepare(
      `INSERT INTO ${quoted(object.name)} (n, "Id", ${[...columns, ...no].map(quoted).join(', ')}) VALUES (?, ?${', ?'.repeat(columns.length)}${', 0'.repeat(no.length)})`,
    );
    return (row) => {
      this.#begin();
      this.#touched(object.name);
      const { n, id } = this.newId(object);
      statement.run(n, id, ...columns.map((column) => row[column] ?? null));
      return id;
    };
  }

  /** For a big load: rows sorted into an index one by one take ten times as long as an index built at the end. Who asks meanwhile waits longer. */
  dropIndexes(): void {
    this.commit();
    for (const object of this.schema.objects) for (const [name] of indexesOf(object)) this.#db.exec(`DROP INDEX IF EXISTS ${quoted(name)}`);
  }
  createIndexes(): void {
    this.commit();
    for (const object of this.schema.objects) this.#createIndexes(object);
  }
  /** Without a sync after each commit, and sorting on disk: for a load that is begun anew when the machine fails in its midst. */
  hurry(on: boolean): void {
    this.commit();
    this.#db.exec(
      `PRAGMA synchronous = ${on ? 'OFF' : 'FULL'}; PRAGMA temp_store = ${on ? 'FILE' : 'MEMORY'}; PRAGMA wal_checkpoint(TRUNCATE);`,
    );
  }

  update(object: SObject, id: string, changes: Row): void {
    this.#begin();
    this.#touched(object.name);
    const columns = Object.keys(changes);
    this.#statement(`UPDATE ${quoted(object.name)} SET ${columns.map((column) => `${quoted(column)} = ?`).join(', ')} WHERE "Id" = ?`).run(
      ...columns.map((column) => changes[column] ?? null),
      id,
    );
  }

  /** For good: of objects without a recycle bin. */
  remove(object: SObject, id: string): void {
    this.run(`DELETE FROM ${quoted(object.name)} WHERE "Id" = ?`, [id]);
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

  /** A change of many records at once, by the org itself. */
  run(sql: string, parameters: readonly SQLInputValue[] = []): void {
    this.#begin();
    this.#touched(/^(?:UPDATE|DELETE FROM) "(\w+)"/.exec(sql)?.[1] ?? '');
    this.#statement(sql).run(...parameters);
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
    const mark = this.changes.mark();
    let kept = false;
    try {
      const result = work();
      kept = keep(result);
      return result;
    } finally {
      if (!kept) this.changes.undo(mark);
      if (!kept) this.setUpVersion += 1;
      this.#db.exec(kept ? 'RELEASE whole' : 'ROLLBACK TO whole; RELEASE whole');
    }
  }

  /** A function that triggers of this connection may call. */
  defineFunction(name: string, answer: () => SQLInputValue): void {
    this.#db.function(name, answer);
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
    this.#db.exec(
      "DELETE FROM \"change\"; DELETE FROM \"hidden\"; DELETE FROM \"meta\" WHERE key LIKE 'locked %' OR key IN ('sharing', 'validationRules', 'duplicateRules', 'peopleBlocks', 'assignment', 'recordTypeOffers', 'seeded')",
    );
    for (const object of this.schema.objects) this.#serials.set(object.name, 0);
    this.changes.clear();
    this.setUpVersion += 1;
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
      try {
        this.changes.flush();
        this.#committing = undefined;
        this.#db.exec('COMMIT');
        settle?.resolve();
      } catch (cause) {
        this.#committing = undefined;
        this.#db.exec('ROLLBACK');
        settle?.reject(cause);
        return;
      }
      this.changes.announce();
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
