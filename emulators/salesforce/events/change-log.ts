import { createHash } from 'node:crypto';
import { dice, wallClock } from '../clock.ts';
import type { SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';
import { wholeSecond } from '../values.ts';
import type { Ctx } from '../work.ts';
import { eventSchema, EventWriter, nested, pathsOf, placed, type ChangeType, type EventBody, type Header } from './event-schema.ts';
import { textDiff } from './text-diff.ts';

/** The changes of selected objects as events, written in the same transaction as the rows they tell of. */

const settingsKey = 'changeEvents';
const deliveredKey = 'changeEventsDelivered';
export type Settings = {
  /** "Select up to five entities" without an add-on [D CDC guide, allocations]; none in a new org. */
  objects: string[];
  /** [D Pub/Sub API, event message durability] */
  retentionHours: number;
  /** In 24 hours, each subscriber counting: 25,000 for Enterprise Edition [D CDC guide, allocations]. */
  maxDelivered: number;
  /** "The first 100,000 changes generate change events" [D CDC guide, overflow events]. */
  overflowAfter: number;
};
const atFirst: Settings = { objects: [], retentionHours: 72, maxDelivered: 25_000, overflowAfter: 100_000 };
export const mostObjects = 5;
/** Objects of the stand-in for which a real org has change events; custom ones all have [D object reference, StandardObjectNameChangeEvent]. */
export const hasChangeEvents = (object: SObject): boolean =>
  object.name.endsWith('__c') || ['Account', 'Case', 'Contact', 'Lead', 'Opportunity', 'Task', 'User'].includes(object.name);

const mostBytes = 1_000_000;
/** The empty record id: an overflow event names no record [D CDC guide, overflow events]. */
const noRecord = '000000000000000AAA';
const dayMs = 86_400_000;
const bucketMs = 300_000;
/** A place told so lately is new enough for every quiet stream. */
const quietMs = 30_000;

type Action = 'create' | 'update' | 'delete' | 'undelete';
type Change = {
  holder: symbol;
  object: SObject;
  id: string;
  action: Action;
  before: Row;
  after: Row;
  /** Columns an update changed. */
  columns: ReadonlySet<string>;
  userId: string;
  origin: string;
};
/** One request's changes: they share a key and are numbered, also when they reach the disk in several steps. */
type Transaction = { key: string; commit: bigint; sequence: number; changes: number };

export type LoggedEvent = {
  readonly replayId: number;
  readonly object: string;
  readonly schemaId: string;
  readonly body: EventBody;
  /** The event's own id, the same each time it is delivered. */
  readonly id: string;
};

const uuidOf = (text: string): string => {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-');
};

export class ChangeLog {
  /** The org's clock. */
  now: () => number = wallClock;
  readonly #store: Store;
  #settings: Settings = atFirst;
  #selected: ReadonlySet<string> = new Set();
  #pending: Change[] = [];
  #transactions = new WeakMap<symbol, Transaction>();
  #last = 0;
  #lastCommit = 0n;
  #fresh = false;
  readonly #listeners = new Set<() => void>();
  readonly #writers = new Map<string, EventWriter>();
  /** Deliveries by five minutes. */
  #delivered = new Map<number, number>();
  #deliveredKept = true;

  constructor(store: Store) {
    this.#store = store;
  }

  /** After the tables are there. */
  open(): void {
    this.#store.run(
      'CREATE TABLE IF NOT EXISTS "change_event" (n INTEGER PRIMARY KEY AUTOINCREMENT, atMs INTEGER NOT NULL, object TEXT NOT NULL, schemaId TEXT, body TEXT)',
    );
    this.#store.run('CREATE INDEX IF NOT EXISTS "change_event_object" ON "change_event" (object, n)');
    this.#store.run('CREATE TABLE IF NOT EXISTS "change_event_schema" (id TEXT PRIMARY KEY, json TEXT NOT NULL) WITHOUT ROWID');
    this.#last = Number(this.#store.select("SELECT seq FROM sqlite_sequence WHERE name = 'change_event'")[0]?.['seq'] ?? 0);
    const [newest] = this.#store.select('SELECT body FROM "change_event" WHERE object <> \'\' ORDER BY n DESC LIMIT 1');
    if (newest) this.#lastCommit = BigInt((JSON.parse(String(newest['body'])) as EventBody).header.commitNumber);
    this.#delivered = new Map(JSON.parse(this.#store.meta(deliveredKey) ?? '[]') as [number, number][]);
    this.#settings = { ...atFirst, ...(JSON.parse(this.#store.meta(settingsKey) ?? '{}') as Partial<Settings>) };
    this.#selected = new Set(this.#settings.objects);
  }

  get settings(): Settings {
    return this.#settings;
  }
  /** What an admin chooses under Setup. */
  change(changed: Partial<Settings>): void {
    this.#settings = { ...this.#settings, ...changed };
    this.#selected = new Set(this.#settings.objects);
    this.#store.setMeta(settingsKey, JSON.stringify(this.#settings));
  }
  isSelected(object: string): boolean {
    return this.#selected.has(object);
  }
  get selectedObjects(): SObject[] {
    return this.#settings.objects.flatMap((name) => this.#store.schema.find(name) ?? []);
  }

  /** A row was written. Costs one look-up when its object is not selected. */
  capture(ctx: Ctx, object: SObject, action: Action, after: Row, before: Row = {}, changed: Iterable<string> = []): void {
    if (!this.#selected.has(object.name)) return;
    this.#pending.push({
      holder: ctx.holder,
      object,
      id: String(after['Id']),
      action,
      before,
      after,
      columns: new Set(changed),
      userId: ctx.userId,
      origin: ctx.origin ?? originOf(ctx),
    });
  }
  /** How far the changes go that are not yet on their way to the disk, and back to there: a savepoint that is rolled back takes them along. */
  mark(): number {
    return this.#pending.length;
  }
  undo(mark: number): void {
    this.#pending.length = mark;
  }

  /** The last words of every transaction that wrote: its changes become events. */
  flush(): void {
    if (this.#pending.length === 0) return;
    const pending = this.#pending;
    this.#pending = [];
    for (const [holder, changes] of Map.groupBy(pending, (change) => change.holder)) this.#tell(this.#transaction(holder), changes);
    this.#fresh = true;
  }
  /** After the commit. Whoever listens hears of it in a turn of his own: no answer waits for him. */
  announce(): void {
    if (!this.#fresh) return;
    this.#fresh = false;
    if (this.#listeners.size > 0)
      setImmediate(() => {
        for (const listener of this.#listeners) listener();
      });
  }
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #transaction(holder: symbol): Transaction {
    const known = this.#transactions.get(holder);
    if (known) return known;
    const commit = this.#commitNumber();
    const begun = { key: uuidOf(`transaction ${commit}`), commit, sequence: 0, changes: 0 };
    this.#transactions.set(holder, begun);
    return begun;
  }
  #commitNumber(): bigint {
    const byClock = BigInt(Math.floor(this.now())) * 1_000_000n;
    this.#lastCommit = byClock > this.#lastCommit ? byClock : this.#lastCommit + 1n;
    return this.#lastCommit;
  }

  #tell(transaction: Transaction, changes: readonly Change[]): void {
    const overflowing = new Map<string, Change>();
    const told = new Map<string, { change: Change; body: EventBody }>();
    for (const change of oneEach(changes)) {
      transaction.changes += change.action === 'update' ? change.columns.size : 1;
      if (transaction.changes > this.#settings.overflowAfter) {
        if (!overflowing.has(change.object.name)) overflowing.set(change.object.name, change);
        continue;
      }
      const body = this.#bodyOf(change);
      // "Merged into one event if the same change occurred in multiple records": the same values, or a deletion [D CDC guide, merged events].
      const same = sameness(change, body);
      const other = same === undefined ? undefined : told.get(same);
      if (other) other.body.header.recordIds.push(change.id);
      else told.set(same ?? `${change.object.name} ${change.id} ${told.size}`, { change, body });
    }
    for (const { change, body } of told.values()) this.#append(change.object, this.#numbered(transaction, body));
    for (const change of overflowing.values())
      this.#append(change.object, this.#numbered(transaction, { ...empty(), header: headerOf(change, 'GAP_OVERFLOW', [noRecord]) }));
  }

  #bodyOf(change: Change): EventBody {
    const type = change.action.toUpperCase() as ChangeType;
    const body = { ...empty(), header: headerOf(change, type, [change.id]) };
    if (change.action === 'delete') return body;
    if (change.action !== 'update') return { ...body, values: nested(placed(change.object, change.after)) };
    const columns = this.#columnsOf(change);
    const values = placed(change.object, change.after, columns);
    const diffs = new Map(
      values.flatMap(({ path, column }): [string, string][] => {
        const [before, after] = [change.before[column], change.after[column]];
        const long = (change.object.byName.get(column.toLowerCase())?.length ?? 0) > 255;
        const diff = long && typeof before === 'string' && typeof after === 'string' ? textDiff(before, after) : undefined;
        return diff === undefined ? [] : [[path, diff]];
      }),
    );
    return {
      ...body,
      values: nested(values.map(({ path, value }) => ({ path, value: diffs.get(path) ?? value }))),
      changed: values.map(({ path }) => path),
      nulled: values.filter(({ value }) => value === null).map(({ path }) => path),
      diff: [...diffs.keys()],
    };
  }

  /** What an update changed, as its event tells it. */
  #columnsOf({ object, before, after, columns }: Change): ReadonlySet<string> {
    const told = new Set(columns);
    // "The change event for the lead update doesn't include the LastModifiedDate field" [D CDC guide, lead conversion]
    if (!(object.name === 'Lead' && columns.has('IsConverted'))) told.add('LastModifiedDate');
    // "… includes the LastModifiedById field only if it has changed" [D CDC guide, change event body fields]
    if (before['LastModifiedById'] === after['LastModifiedById']) told.delete('LastModifiedById');
    else told.add('LastModifiedById');
    // "If only Account is selected … the account change event doesn't contain the fields that stem from the contact" [D, person accounts]
    if (object.name === 'Account' && !this.#selected.has('Contact'))
      for (const name of told) if (name.endsWith('__pc') || (name.startsWith('Person') && name !== 'PersonContactId')) told.delete(name);
    return told;
  }

  #numbered(transaction: Transaction, body: EventBody): EventBody {
    transaction.sequence += 1;
    const { key: transactionKey, commit, sequence: sequenceNumber } = transaction;
    const commitTimestamp = wholeSecond(this.now());
    return {
      ...body,
      header: { ...body.header, transactionKey, sequenceNumber, commitTimestamp, commitNumber: String(commit) },
    };
  }

  #append(object: SObject, body: EventBody): void {
    const schema = eventSchema(object);
    this.#store.run('INSERT OR IGNORE INTO "change_event_schema" (id, json) VALUES (?, ?)', [schema.id, schema.json]);
    let text = JSON.stringify(body);
    // "The change event size exceeds the maximum 1 MB message size" [D CDC guide, gap events]
    if (text.length > mostBytes / 4 && this.#writer(schema.id).write(body, new Set()).length > mostBytes)
      text = JSON.stringify({ ...empty(), header: { ...body.header, changeType: `GAP_${body.header.changeType}` } });
    this.#insert(object.name, schema.id, text);
  }
  #insert(object: string, schemaId: string | null, body: string | null): void {
    // "Replay ID values aren't guaranteed to be contiguous" [D event message durability]: here they never can be counted on.
    this.#last += 1 + Math.floor(dice(this.#last)() * 3);
    this.#store.run('INSERT INTO "change_event" (n, atMs, object, schemaId, body) VALUES (?, ?, ?, ?, ?)', [
      this.#last,
      this.now(),
      object,
      schemaId,
      body,
    ]);
  }

  /** What a real org says instead of a change it could not make an event of. */
  gap(object: SObject, ids: readonly string[], changeType: ChangeType, commitUser: string): void {
    const transaction = { key: '', commit: this.#commitNumber(), sequence: 0, changes: 0 };
    transaction.key = uuidOf(`transaction ${transaction.commit}`);
    const recordIds = changeType === 'GAP_OVERFLOW' ? [noRecord] : [...ids];
    const header = headerOf({ object, userId: commitUser, origin: '' }, changeType, recordIds);
    this.#append(object, this.#numbered(transaction, { ...empty(), header }));
    this.#fresh = true;
  }

  // What subscribers read.

  /** The newest place of the stream. */
  get last(): number {
    return this.#last;
  }
  /** Whether the stream may be taken up after this place: it was told here, and not longer ago than events are kept. */
  holds(replayId: number): boolean {
    return this.#store.select('SELECT n FROM "change_event" WHERE n = ?', [replayId]).length > 0;
  }
  after(replayId: number, objects: readonly string[], atMost: number): LoggedEvent[] {
    // One object by its index; several by their order in the stream, or a long stream would be sorted for each answer.
    const which = objects.length === 1 ? 'object = ?' : `+object IN (${objects.map(() => '?').join(', ')})`;
    const rows = this.#store.select(`SELECT * FROM "change_event" WHERE ${which} AND n > ? ORDER BY n LIMIT ?`, [
      ...objects,
      replayId,
      atMost,
    ]);
    return rows.map((row) => {
      const replay = Number(row['n']);
      return {
        replayId: replay,
        object: String(row['object']),
        schemaId: String(row['schemaId']),
        body: JSON.parse(String(row['body'])) as EventBody,
        id: uuidOf(`event ${replay} ${String(row['atMs'])}`),
      };
    });
  }
  /**
   * The place a quiet stream is told: "an advanced position in the stream is possible even if you didn't receive events" [D Subscribe RPC
   * method]. So a subscriber who hears nothing for days still has a place that is kept.
   */
  advance(): number {
    const [newest] = this.#store.select('SELECT n, atMs FROM "change_event" ORDER BY n DESC LIMIT 1');
    if (!newest || this.now() - Number(newest['atMs']) > quietMs) this.#insert('', null, null);
    return this.#last;
  }
  schemaJson(id: string): string | undefined {
    const [row] = this.#store.select('SELECT json FROM "change_event_schema" WHERE id = ?', [id]);
    return row === undefined ? undefined : String(row['json']);
  }
  /** The schema an object's events have now. */
  schemaIdOf(object: SObject): string {
    const schema = eventSchema(object);
    this.#store.run('INSERT OR IGNORE INTO "change_event_schema" (id, json) VALUES (?, ?)', [schema.id, schema.json]);
    return schema.id;
  }
  /** An event as Avro, without the hidden fields. */
  encode({ object, schemaId, body }: LoggedEvent, hiddenColumns: ReadonlySet<string>): Buffer {
    const type = this.#store.schema.find(object);
    const hidden = hiddenColumns.size > 0 && type ? pathsOf(type, hiddenColumns) : new Set<string>();
    return this.#writer(schemaId).write(body, hidden);
  }
  #writer(id: string): EventWriter {
    const known = this.#writers.get(id);
    if (known) return known;
    const json = this.schemaJson(id);
    if (json === undefined) throw new Error(`no schema ${id}`);
    const made = new EventWriter(json);
    this.#writers.set(id, made);
    return made;
  }

  /** What is older than events are kept goes. */
  prune(): void {
    const [first] = this.#store.select('SELECT atMs FROM "change_event" ORDER BY n LIMIT 1');
    const oldest = this.now() - this.#settings.retentionHours * 3_600_000;
    if (first && Number(first['atMs']) < oldest) this.#store.run('DELETE FROM "change_event" WHERE atMs < ?', [oldest]);
  }

  // The allocation of deliveries.

  get delivered(): number {
    const since = this.now() - dayMs;
    let sum = 0;
    for (const [bucket, count] of this.#delivered) if (bucket >= since) sum += count;
    return sum;
  }
  countDelivered(events: number): void {
    const bucket = Math.floor(this.now() / bucketMs) * bucketMs;
    this.#delivered.set(bucket, (this.#delivered.get(bucket) ?? 0) + events);
    this.#deliveredKept = false;
  }
  setDelivered(events: number): void {
    this.#delivered.clear();
    this.countDelivered(events);
  }
  /** Now and then, not with each delivery: kill -9 may lose a minute's count. */
  keepDelivered(): void {
    if (this.#deliveredKept) return;
    this.#deliveredKept = true;
    const since = this.now() - dayMs;
    for (const bucket of this.#delivered.keys()) if (bucket < since) this.#delivered.delete(bucket);
    this.#store.setMeta(deliveredKey, JSON.stringify([...this.#delivered]));
  }

  /** Back to a new org: nothing selected, nothing kept. The places go on from where they were. */
  clear(): void {
    this.#pending = [];
    this.#store.run('DELETE FROM "change_event"');
    this.#store.deleteMeta(settingsKey);
    this.#store.deleteMeta(deliveredKey);
    this.#delivered.clear();
    this.#settings = atFirst;
    this.#selected = new Set();
  }
}

const empty = (): Omit<EventBody, 'header'> => ({ values: {}, changed: [], nulled: [], diff: [] });

function headerOf(
  { object, userId, origin }: Pick<Change, 'object' | 'userId' | 'origin'>,
  changeType: ChangeType,
  recordIds: string[],
): Header {
  return {
    entityName: object.name,
    recordIds,
    changeType,
    changeOrigin: origin,
    transactionKey: '',
    sequenceNumber: 0,
    commitTimestamp: 0,
    commitNumber: '0',
    commitUser: userId,
  };
}

/**
 * "If multiple DML operations are performed on a record within the same transaction, only one change event is generated for the initial
 * change type", with what is there in the end [D CDC guide, general considerations]. A deletion is always told: that it would be swallowed by
 * an update before it is more than the sentence can mean (guessed).
 */
function oneEach(changes: readonly Change[]): Change[] {
  const told: Change[] = [];
  const open = new Map<string, number>();
  for (const change of changes) {
    const place = open.get(change.id);
    const earlier = place === undefined ? undefined : told[place];
    if (place !== undefined && earlier && change.action === 'update') {
      told[place] = { ...earlier, after: change.after, columns: new Set([...earlier.columns, ...change.columns]) };
      continue;
    }
    if (change.action === 'delete') open.delete(change.id);
    else open.set(change.id, told.length);
    told.push(change);
  }
  return told;
}

function sameness(change: Change, body: EventBody): string | undefined {
  if (change.action === 'delete') return `${change.object.name} delete`;
  return change.action === 'update' ? `${change.object.name} ${JSON.stringify([body.values, body.changed])}` : undefined;
}

/** "com/salesforce/api/<API_Name>/<API_Version>;client=<Client_ID>"; without a client id that part is left out [D ChangeEventHeader]. */
export function changeOrigin(api: 'rest' | 'soap' | 'bulkapi', version: string, callOptions: string | undefined): string {
  const client = /(?:^|[,;\s])client=([^,;\s]+)/i.exec(callOptions ?? '')?.[1];
  return `com/salesforce/api/${api}/${version}${client === undefined ? '' : `;client=${client}`}`;
}
/** What a person saves in Lightning comes as in the guide's own examples. */
const originOf = ({ via, version }: Ctx): string =>
  changeOrigin(via === 'screen' ? 'soap' : 'rest', version, via === 'screen' ? 'client=SfdcInternalAPI/' : undefined);
