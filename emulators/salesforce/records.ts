import {
  badPicklist,
  convertedLead,
  duplicateValue,
  emailInvalid,
  entityIsDeleted,
  inactiveOwner,
  jsonWrongType,
  leadWithWhat,
  malformedId,
  noSuchColumn,
  noSuchReference,
  notFound,
  notImplemented,
  notWriteable,
  numberOutOfRange,
  requiredMissing,
  tooLong,
  validationFailed,
  wrongIdType,
} from './errors.ts';
import { readId } from './ids.ts';
import type { Field, SObject } from './schema.ts';
import type { Change, Row, Store, Value } from './store.ts';
import { tryLock, type Ctx, type Work } from './work.ts';

// What a record may hold, and what the org adds by itself.

const textTypes = new Set<Field['type']>(['string', 'textarea', 'picklist', 'multipicklist', 'combobox', 'phone', 'email', 'url']);
export const isText = (field: Field): boolean => textTypes.has(field.type);

/** Leading and trailing white space goes, an empty text is no text [K; the characters are Java's trim(), guessed]. */
const trimmed = (text: string): string => text.replace(/^[\u0000-\u0020]+|[\u0000-\u0020]+$/g, '');

/** Audit times have whole seconds: every recorded answer ends in `.000+0000` [C]. */
export const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;

const jsonToken = (value: unknown): string => {
  switch (typeof value) {
    case 'string':
      return 'VALUE_STRING';
    case 'number':
      return Number.isInteger(value) ? 'VALUE_NUMBER_INT' : 'VALUE_NUMBER_FLOAT';
    case 'boolean':
      return value ? 'VALUE_TRUE' : 'VALUE_FALSE';
    default:
      return Array.isArray(value) ? 'START_ARRAY' : 'START_OBJECT';
  }
};

/** A JSON value as this field keeps it. Wrong types end the whole request, as the org's parser does before it looks at any row [K]. */
export function readValue(field: Field, value: unknown): Value {
  if (value === null) return null;
  const wrong = (type: string) => jsonWrongType(type, jsonToken(value), typeof value === 'object' ? JSON.stringify(value) : value);
  switch (field.type) {
    case 'boolean':
      if (typeof value !== 'boolean') throw wrong('boolean');
      return value ? 1 : 0;
    case 'int':
    case 'double':
    case 'currency':
    case 'percent': {
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value; // digits in a string are taken [K]
      if (typeof number !== 'number' || !Number.isFinite(number) || (field.type === 'int' && !Number.isInteger(number)))
        throw wrong(field.type === 'int' ? 'int' : 'double');
      return number;
    }
    case 'date': {
      const found = typeof value === 'string' ? /^(\d{4}-\d{2}-\d{2})(?:T[\d:.+Z-]+)?$/.exec(value)?.[1] : undefined; // a datetime is cut [C]
      if (found === undefined || Number.isNaN(Date.parse(found)) || new Date(found).toISOString().slice(0, 10) !== found)
        throw wrong('date');
      return found;
    }
    case 'datetime': {
      const ms = typeof value === 'string' ? readDatetime(value) : undefined;
      if (ms === undefined) throw wrong('datetime');
      return wholeSecond(ms);
    }
    case 'id':
    case 'reference':
      if (typeof value !== 'string') throw wrong('reference');
      return value === '' ? null : value;
    default: {
      if (typeof value !== 'string') throw wrong('string');
      const text = trimmed(value);
      return text === '' ? null : text;
    }
  }
}

export function readDatetime(text: string): number | undefined {
  const parts = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2})?$/.exec(text);
  if (!parts) return undefined;
  const zone = parts[4] === undefined ? 'Z' : parts[4].replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const ms = Date.parse(`${parts[1]}T${parts[2]}${(parts[3] ?? '').slice(0, 4)}${zone}`);
  return Number.isNaN(ms) ? undefined : ms;
}

/** A record as sent, in the org's own terms. `attributes` is not data. */
export function readRecord(object: SObject, sent: Record<string, unknown>): Row {
  const row: Row = {};
  for (const [name, value] of Object.entries(sent)) {
    if (name === 'attributes') continue;
    const field = object.byName.get(name.toLowerCase());
    if (field) row[field.name] = readValue(field, value);
    else if (object.byRelationship.has(name.toLowerCase())) throw notImplemented(`naming a parent by external id (${name})`);
    else throw noSuchColumn(name, object.name);
  }
  return row;
}

/** A kept value as JSON. */
export function writeValue(field: Field, value: Value | undefined): unknown {
  if (value === null || value === undefined) return null;
  if (field.type === 'boolean') return value === 1;
  if (field.type === 'datetime') return new Date(Number(value)).toISOString().replace('Z', '+0000');
  return value;
}

function checkField(store: Store, field: Field, value: Value): Value {
  if (value === null) return null;
  if (typeof value === 'string' && isText(field)) {
    // Characters are counted as UTF-16 units, as Java does [K].
    if (field.length > 0 && value.length > field.length) throw tooLong(field.label, field.name, value, field.length);
    if (field.type === 'email' && !/^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(value)) throw emailInvalid(field.label, field.name, value);
    if (field.restricted && field.picklist.length > 0) {
      const chosen = field.type === 'multipicklist' ? value.split(';') : [value];
      const bad = chosen.find((one) => !field.picklist.some((entry) => entry.toLowerCase() === one.toLowerCase()));
      if (bad !== undefined) throw badPicklist(field.label, field.name, bad);
    }
    return value;
  }
  if (typeof value === 'number' && field.digits > 0 && ['int', 'double', 'currency', 'percent'].includes(field.type)) {
    if (Math.abs(value) >= 10 ** (field.digits - field.scale)) throw numberOutOfRange(field.label, field.name, value);
    return field.type === 'int' ? value : Number(value.toFixed(Math.min(field.scale, 15)));
  }
  if (field.type === 'reference') return checkReference(store, field, String(value));
  return value;
}

function checkReference(store: Store, field: Field, text: string): string {
  const id = readId(text);
  if (id === undefined) throw malformedId(field.label, field.name, text);
  const target = store.schema.ofId(id);
  if (!target || !field.referenceTo.includes(target.name)) {
    if (!target && field.name === 'WhatId')
      throw notImplemented(`relating a task to ${id.slice(0, 3)}… (only Account, Case and Opportunity are here)`);
    throw wrongIdType(field.label, field.name, text);
  }
  const found = store.get(target, id);
  if (!found) throw noSuchReference(field.name);
  if (found['IsDeleted'] === 1) throw entityIsDeleted();
  return id;
}

function parent(store: Store, id: Value | undefined): { object: SObject; row: Row } | undefined {
  if (typeof id !== 'string') return undefined;
  const object = store.schema.ofId(id);
  const row = object && store.get(object, id);
  return object && row ? { object, row } : undefined;
}

function checkOwner(store: Store, object: SObject, id: string): void {
  const owner = parent(store, id);
  if (owner?.object.name === 'User') {
    if (owner.row['IsActive'] !== 1) throw inactiveOwner(id, object.name);
    return;
  }
  // A queue may own what QueueSobject lists for it [K]; any other group never.
  const queueObject = store.schema.named('QueueSobject');
  const listed = store.select('SELECT 1 AS count FROM "QueueSobject" WHERE "QueueId" = ? AND "SobjectType" = ?', [id, object.name]);
  if (owner?.row['Type'] !== 'Queue' || listed.length === 0 || !queueObject) {
    const field = object.byName.get('ownerid');
    throw wrongIdType(field?.label ?? 'Owner ID', 'OwnerId', id);
  }
}

/** WhatId=Account: that; Case or Opportunity: its account; else the contact's [D object reference, Task.AccountId]. */
function derivedAccount(store: Store, task: Row): Value {
  const what = parent(store, task['WhatId']);
  if (what) return what.object.name === 'Account' ? (what.row['Id'] ?? null) : (what.row['AccountId'] ?? null);
  const who = parent(store, task['WhoId']);
  return who?.object.name === 'Contact' ? (who.row['AccountId'] ?? null) : null;
}

/** What the org derives, and the rules between fields. `before` is undefined for a new record. */
function settle(ctx: Ctx, object: SObject, before: Row | undefined, row: Row, given: Row): void {
  const { store } = ctx;
  switch (object.name) {
    case 'Task': {
      if (Object.entries(given).some(([name, value]) => name.startsWith('Recurrence') && value !== null) || given['IsRecurrence'] === 1)
        throw notImplemented('recurring tasks');
      const who = parent(store, row['WhoId']);
      if (who?.object.name === 'Lead') {
        if (row['WhatId']) throw leadWithWhat();
        if (who.row['IsConverted'] === 1 && (!before || 'WhoId' in given)) throw convertedLead();
      }
      if (row['IsReminderSet'] === 1 && row['ReminderDateTime'] == null) throw requiredMissing(['ReminderDateTime']); // guessed
      row['AccountId'] = derivedAccount(store, row);
      const status = store.find(
        store.schema.named('TaskStatus'),
        fieldOf(store.schema.named('TaskStatus'), 'ApiName'),
        row['Status'] ?? null,
        1,
      )[0];
      row['IsClosed'] = status?.['IsClosed'] ?? 0; // an unknown status is taken [C] and is an open one (guessed)
      const priority = store.find(
        store.schema.named('TaskPriority'),
        fieldOf(store.schema.named('TaskPriority'), 'ApiName'),
        row['Priority'] ?? null,
        1,
      )[0];
      row['IsHighPriority'] = priority?.['IsHighPriority'] ?? 0;
      if (row['IsClosed'] !== 1) row['CompletedDateTime'] = null;
      else if (before?.['IsClosed'] !== 1) row['CompletedDateTime'] = wholeSecond(ctx.now());
      return;
    }
    case 'Contact':
    case 'Lead':
      row['Name'] = [row['FirstName'], row['LastName']].filter((part) => part != null).join(' ');
      if (object.name === 'Lead' && before?.['IsConverted'] === 1 && ctx.via === 'api') throw convertedLead();
      return;
    case 'Case': {
      const contact = parent(store, row['ContactId']);
      if (contact && row['AccountId'] == null) row['AccountId'] = contact.row['AccountId'] ?? null;
      row['IsClosed'] = row['Status'] === 'Closed' ? 1 : 0;
      row['ClosedDate'] = row['IsClosed'] === 1 ? (before?.['ClosedDate'] ?? wholeSecond(ctx.now())) : null;
      for (const [mirror, source] of [
        ['ContactPhone', 'Phone'],
        ['ContactMobile', 'MobilePhone'],
        ['ContactEmail', 'Email'],
        ['ContactFax', 'Fax'],
      ] as const)
        row[mirror] = contact?.row[source] ?? null;
      return;
    }
    case 'Opportunity':
      row['IsWon'] = row['StageName'] === 'Closed Won' ? 1 : 0;
      row['IsClosed'] = row['IsWon'] === 1 || row['StageName'] === 'Closed Lost' ? 1 : 0;
      return;
    case 'User':
      row['Name'] = [row['FirstName'], row['LastName']].filter((part) => part != null).join(' ');
      return;
    default:
  }
}

const fieldOf = (object: SObject, name: string): Field => {
  const field = object.byName.get(name.toLowerCase());
  if (!field) throw new Error(`${object.name} has no field ${name}`);
  return field;
};

/** A rule an admin made: when it is true of the record, the record is refused with the admin's words. */
export type ValidationRule = {
  name: string;
  object: string;
  when: {
    field: string;
    op: '=' | '!=' | '<' | '>' | '<=' | '>=' | 'isBlank' | 'notBlank' | 'contains';
    value?: string | number | boolean | null;
  }[];
  message: string;
  errorField?: string;
};
export const validationRules = (store: Store): ValidationRule[] => JSON.parse(store.meta('validationRules') ?? '[]') as ValidationRule[];

function holds(object: SObject, row: Row, condition: ValidationRule['when'][number]): boolean {
  const field = fieldOf(object, condition.field);
  const value = row[field.name] ?? null;
  if (condition.op === 'isBlank') return value === null;
  if (condition.op === 'notBlank') return value !== null;
  const expected = readValue(field, condition.value ?? null);
  if (condition.op === '=') return value === expected;
  if (condition.op === '!=') return value !== expected;
  if (value === null || expected === null) return false;
  switch (condition.op) {
    case '<':
      return value < expected;
    case '>':
      return value > expected;
    case '<=':
      return value <= expected;
    case '>=':
      return value >= expected;
    default:
      return String(value).includes(String(expected));
  }
}

function checkRules(ctx: Ctx, object: SObject, row: Row, before: Row | undefined, given: Row): void {
  for (const rule of validationRules(ctx.store))
    if (rule.object === object.name && rule.when.every((condition) => holds(object, row, condition)))
      throw validationFailed(rule.message, rule.errorField);
  for (const field of object.fields) {
    const value = row[field.name];
    if (!field.unique || value == null || (before && !(field.name in given))) continue;
    const other = ctx.store.find(object, field, value).find((found) => found['Id'] !== before?.['Id']);
    if (other) throw duplicateValue(field.name, String(other['Id']).slice(0, 15));
  }
}

function checked(ctx: Ctx, object: SObject, given: Row, may: 'createable' | 'updateable'): Row {
  const row: Row = {};
  for (const [name, value] of Object.entries(given)) {
    const field = fieldOf(object, name);
    if (ctx.via === 'api' && !field[may]) throw notWriteable(field.name);
    row[name] = checkField(ctx.store, field, value);
  }
  if (typeof row['OwnerId'] === 'string') checkOwner(ctx.store, object, row['OwnerId']);
  return row;
}

/** Fields that may not be empty and that nobody fills by himself. */
const needed = (object: SObject, row: Row): string[] =>
  object.fields
    .filter((field) => !field.nillable && field.createable && field.type !== 'boolean' && row[field.name] == null)
    .map((field) => field.name);

function defaults(ctx: Ctx, object: SObject): Row {
  const row: Row = {};
  for (const field of object.fields) {
    if (field.type === 'boolean') row[field.name] = field.defaultValue === 'true' ? 1 : 0;
    else if (field.defaultValue !== undefined) row[field.name] = field.defaultValue;
  }
  if (object.byName.has('ownerid')) row['OwnerId'] = ctx.userId;
  if (object.name === 'Task') {
    row['Status'] = ctx.store.select('SELECT "ApiName" FROM "TaskStatus" WHERE "IsDefault" = 1')[0]?.['ApiName'] ?? 'Not Started';
    row['Priority'] = ctx.store.select('SELECT "ApiName" FROM "TaskPriority" WHERE "IsDefault" = 1')[0]?.['ApiName'] ?? 'Normal';
    row['TaskSubtype'] = 'Task';
  }
  return row;
}

type Prepared = { readonly row: Row; readonly locks: string[] };

const parentsOf = (...rows: (Row | undefined)[]): string[] => [
  ...new Set(
    rows.flatMap((row) => [row?.['AccountId'], row?.['WhoId'], row?.['WhatId']].filter((id): id is string => typeof id === 'string')),
  ),
];

function prepareInsert(ctx: Ctx, object: SObject, given: Row): Prepared {
  const sent = checked(ctx, object, given, 'createable');
  const row: Row = { ...defaults(ctx, object), ...sent };
  if (object.byName.has('ownerid') && row['OwnerId'] == null) row['OwnerId'] = ctx.userId; // an empty owner is the caller [K]
  const missing = needed(object, row);
  if (missing.length > 0) throw requiredMissing(missing);
  settle(ctx, object, undefined, row, sent);
  checkRules(ctx, object, row, undefined, sent);
  // A closed task or one without a due date locks nobody; an open one with a date locks its people [C "task locks", Data Architect guide].
  const locks = object.name === 'Task' && row['IsClosed'] !== 1 && row['ActivityDate'] != null ? parentsOf(row) : [];
  return { row, locks };
}

function prepareUpdate(ctx: Ctx, object: SObject, id: string, given: Row): Prepared & { before: Row } {
  const before = ctx.store.get(object, id);
  if (!before) throw noSuchReference();
  if (before['IsDeleted'] === 1) throw entityIsDeleted();
  const sent = checked(ctx, object, given, 'updateable');
  const row: Row = { ...before, ...sent };
  const missing = needed(object, row).filter((name) => name in sent);
  if (missing.length > 0) throw requiredMissing(missing);
  settle(ctx, object, before, row, sent);
  checkRules(ctx, object, row, before, sent);
  return { before, row, locks: [id, ...(object.name === 'Task' ? parentsOf(before, row) : [])] };
}

/** Takes the locks the change needs. Had it to wait, it looks again: the record may have changed meanwhile. */
function* locked<T extends Prepared>(ctx: Ctx, prepare: () => T): Work<T> {
  for (;;) {
    const prepared = prepare();
    if (tryLock(ctx, prepared.locks)) return prepared;
    yield { wait: 'locks', ids: prepared.locks };
  }
}

function faultFor(ctx: Ctx, object: SObject, row: Row): void {
  const refusal = ctx.rowFault?.(object, row);
  if (refusal) throw refusal;
}

/** Applied after the row's own time has passed. */
export function* insertRow(ctx: Ctx, object: SObject, given: Row): Work<string> {
  yield { wait: 'row' };
  faultFor(ctx, object, given);
  const { row } = yield* locked(ctx, () => prepareInsert(ctx, object, given));
  const { n, id } = ctx.store.newId(object);
  const at = wholeSecond(ctx.now());
  if (object.name === 'Case') row['CaseNumber'] = String(1000 + n).padStart(8, '0');
  ctx.store.insert(object, n, { ...row, Id: id, ...stamp(object, at, ctx.userId), CreatedDate: at, CreatedById: ctx.userId });
  ctx.tally.written += 1;
  return id;
}

const stamp = (object: SObject, at: number, userId: string): Row => ({
  ...(object.byName.has('lastmodifieddate') ? { LastModifiedDate: at, LastModifiedById: userId } : {}),
  SystemModstamp: at,
});

function applyChange(ctx: Ctx, object: SObject, before: Row, after: Row, action: Change['action']): void {
  const id = String(before['Id']);
  const fields: Change['fields'] = {};
  const changes: Row = stamp(object, wholeSecond(ctx.now()), ctx.userId);
  for (const field of object.fields) {
    const [was, is] = [before[field.name] ?? null, after[field.name] ?? null];
    if (was === is) continue;
    changes[field.name] = is;
    fields[field.name] = [was, is];
  }
  ctx.store.update(object, id, changes);
  ctx.store.recordChange({ atMs: ctx.now(), userId: ctx.userId, via: ctx.via, object: object.name, recordId: id, action, fields });
  ctx.tally.written += 1;
}

export function* updateRow(ctx: Ctx, object: SObject, id: string, given: Row): Work<void> {
  yield { wait: 'row' };
  faultFor(ctx, object, { ...ctx.store.get(object, id), ...given });
  const { before, row } = yield* locked(ctx, () => prepareUpdate(ctx, object, id, given));
  applyChange(ctx, object, before, row, 'update');
}

export function* deleteRow(ctx: Ctx, object: SObject, id: string): Work<void> {
  yield { wait: 'row' };
  const { before } = yield* locked(ctx, () => {
    const row = ctx.store.get(object, id);
    if (!row) throw noSuchReference();
    if (row['IsDeleted'] === 1) throw entityIsDeleted();
    faultFor(ctx, object, row);
    return { before: row, row, locks: [id, ...(object.name === 'Task' ? parentsOf(row) : [])] };
  });
  remove(ctx, object, before);
}

/** Its tasks go with a deleted record, unless they hang on another one as well; then the link is cleared [K]. */
function remove(ctx: Ctx, object: SObject, before: Row): void {
  const id = String(before['Id']);
  applyChange(ctx, object, before, { ...before, IsDeleted: 1 }, 'delete');
  const link = object.name === 'Contact' || object.name === 'Lead' ? 'WhoId' : 'WhatId';
  if (object.name === 'Task') return;
  const task = ctx.store.schema.named('Task');
  const other = link === 'WhoId' ? 'WhatId' : 'WhoId';
  for (const row of ctx.store.select(`SELECT * FROM "Task" WHERE "${link}" = ? AND "IsDeleted" = 0`, [id])) {
    if (row[other] == null) {
      applyChange(ctx, task, row, { ...row, IsDeleted: 1 }, 'delete');
      ctx.store.update(task, String(row['Id']), { _deletedWith: id });
    } else applyChange(ctx, task, row, settled(ctx, task, row, { [link]: null }), 'update');
  }
}
function settled(ctx: Ctx, object: SObject, before: Row, changes: Row): Row {
  const row = { ...before, ...changes };
  settle(ctx, object, before, row, changes);
  return row;
}

/** From the recycle bin. Only people do it here: REST has no such resource [K]. */
export function undelete(ctx: Ctx, object: SObject, id: string): void {
  const before = ctx.store.get(object, id);
  if (!before) throw notFound();
  if (before['IsDeleted'] !== 1) return;
  for (const field of object.fields) {
    const value = before[field.name];
    const other = field.unique && value != null ? ctx.store.find(object, field, value)[0] : undefined;
    if (other) throw duplicateValue(field.name, String(other['Id']).slice(0, 15));
  }
  applyChange(ctx, object, before, { ...before, IsDeleted: 0 }, 'undelete');
  const task = ctx.store.schema.named('Task');
  for (const row of ctx.store.select('SELECT * FROM "Task" WHERE _deletedWith = ? AND "IsDeleted" = 1', [id])) {
    applyChange(ctx, task, row, { ...row, IsDeleted: 0 }, 'undelete');
    ctx.store.update(task, String(row['Id']), { _deletedWith: null });
  }
}
