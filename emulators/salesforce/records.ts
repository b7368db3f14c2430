import {
  badPicklist,
  cannotInsert,
  cannotUpdate,
  convertedLead,
  duplicateValue,
  emailInvalid,
  entityIsDeleted,
  inactiveOwner,
  insufficientAccess,
  leadWithWhat,
  malformedId,
  noSuchReference,
  noAccess,
  noSuchColumn,
  noSuchType,
  notFound,
  notInBin,
  notImplemented,
  notWriteable,
  numberOutOfRange,
  requiredMissing,
  tooLong,
  wrongIdType,
} from './errors.ts';
import { assignedOwner } from './assignment.ts';
import { fieldOf } from './conditions.ts';
import { readId } from './ids.ts';
import { derivedAccount, settleEvent } from './model/activities.ts';
import { firstStates, mirrorToMembers, recount, settleMember } from './model/campaigns.ts';
import { isActivity, numbered } from './model/custom-objects.ts';
import { settleDeal, shareOfPrimary } from './model/deals.ts';
import { countActivity } from './model/last-activity.ts';
import { parentOf as parent } from './model/parent.ts';
import { checkOffered, checkRecordType, defaultsByType } from './model/record-types.ts';
import { settleSetup } from './model/setup-records.ts';
import {
  deleteAlong,
  filledBy,
  hasShared,
  nextPerson,
  recountRelations,
  relate,
  settlePrimary,
  settleRelation,
} from './model/shared-activities.ts';
import { asContact, isPerson, notByItself, settleAccount } from './person-accounts.ts';
import type { Field, SObject } from './schema.ts';
import { rightsFor, schemaFor } from './rights/seen.ts';
import { checkUnlocked } from './rules/approval-locks.ts';
import { chosen, offers } from './rules/choices.ts';
import { checkDeletable } from './rules/deleting.ts';
import { checkDuplicates, readDuplicateHeader } from './rules/duplicates.ts';
import { checkValidationRules } from './rules/validation.ts';
import { mayChange, maySee } from './sharing.ts';
import type { Change, Row, Store, Value } from './store.ts';
import { isText, wholeSecond } from './values.ts';
import { tryLock, type Ctx, type Work } from './work.ts';

// What a record may hold, and what the org adds by itself.

function checkField(store: Store, field: Field, value: Value): Value {
  if (value === null) return null;
  if (typeof value === 'string' && isText(field)) {
    // Characters are counted as UTF-16 units, as Java does [K].
    if (field.length > 0 && value.length > field.length) throw tooLong(field.label, field.name, value, field.length);
    if (field.type === 'email' && !/^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/.test(value)) throw emailInvalid(field.label, field.name, value);
    if (field.type === 'multipicklist') {
      const { value: kept, bad } = chosen(field, value);
      if (bad !== undefined) throw badPicklist(field.label, field.name, bad);
      return kept;
    }
    if (field.restricted && field.picklist.length > 0 && !offers(field, value)) throw badPicklist(field.label, field.name, value);
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
    if (!target && (field.name === 'WhatId' || field.name === 'RelationId'))
      throw notImplemented(`relating a task to ${id.slice(0, 3)}… (only accounts, campaigns, cases, deals and custom objects are here)`);
    throw wrongIdType(field.label, field.name, text);
  }
  const found = store.get(target, id);
  if (!found) throw noSuchReference(field.name);
  if (found['IsDeleted'] === 1) throw entityIsDeleted();
  return id;
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

/** What the org derives, and the rules between fields. `before` is undefined for a new record. */
function settle(ctx: Ctx, object: SObject, before: Row | undefined, row: Row, given: Row): void {
  const { store } = ctx;
  switch (object.name) {
    case 'Event':
      settleEvent(before, row, given);
      settleWhoAndWhat(ctx, before, row, given);
      return;
    case 'Task': {
      if (Object.entries(given).some(([name, value]) => name.startsWith('Recurrence') && value !== null) || given['IsRecurrence'] === 1)
        throw notImplemented('recurring tasks');
      if (hasShared(store)) settlePrimary(store, before, row);
      settleWhoAndWhat(ctx, before, row, given);
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
      if (given['Comments'] != null) throw notImplemented('comments of cases');
      row['IsClosed'] = closesCase(store, row['Status']) ? 1 : 0;
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
      settleDeal(store, before, row, given, ctx.now());
      return;
    case 'TaskRelation':
      settleRelation(store, before, row);
      return;
    case 'CampaignMember':
      settleMember(store, before, row, new Date(ctx.now()).toISOString().slice(0, 10));
      return;
    default:
      settleSetup(store, object, before, row);
  }
}

/** Of tasks and of events. */
function settleWhoAndWhat({ store }: Ctx, before: Row | undefined, row: Row, given: Row): void {
  const who = parent(store, row['WhoId']);
  if (who?.object.name === 'Lead') {
    if (row['WhatId']) throw leadWithWhat();
    if (who.row['IsConverted'] === 1 && (!before || 'WhoId' in given)) throw convertedLead();
  }
  if (row['IsReminderSet'] === 1 && row['ReminderDateTime'] == null) throw requiredMissing(['ReminderDateTime']); // guessed
  row['AccountId'] = derivedAccount(store, row);
  // An archived one comes back when it is related to something else [C zenn.dev/actbe_tech: WhatId does, Subject does not].
  if (before?.['IsArchived'] === 1 && before['WhatId'] !== row['WhatId']) row['IsArchived'] = 0;
}

/** CaseStatus.IsClosed says it [D object reference]; a status that is in no list is an open one (guessed). */
const closesCase = (store: Store, status: Value | undefined): boolean =>
  store.select('SELECT "IsClosed" FROM "CaseStatus" WHERE "ApiName" = ?', [status ?? null])[0]?.['IsClosed'] === 1;

function checkRules(ctx: Ctx, object: SObject, row: Row, before: Row | undefined, given: Row): void {
  checkValidationRules(ctx, object, row, before);
  if (ctx.via === 'api')
    checkDuplicates(
      {
        store: ctx.store,
        userId: ctx.userId,
        version: ctx.version,
        options: readDuplicateHeader(ctx.duplicates, ctx.version),
        besides: ctx.together ?? new Set(),
      },
      object,
      row,
      before,
    );
  checkUnique(ctx, object, row, before, given);
  if (object.name !== 'Account' || !isPerson(row)) return;
  const contact = ctx.store.schema.named('Contact');
  checkUnique(
    ctx,
    contact,
    asContact(ctx.store.schema, row),
    before && personContact(ctx, before)?.row,
    asContact(ctx.store.schema, given),
  );
}

function checkUnique(ctx: Ctx, object: SObject, row: Row, before: Row | undefined, given: Row): void {
  for (const field of object.fields) {
    const value = row[field.name];
    if (!field.unique || value == null || (before && !(field.name in given))) continue;
    // "Uniqueness spans" tasks and events: the field is one, of activities [K].
    const places = isActivity(object.name) ? ['Task', 'Event'].map((name) => ctx.store.schema.named(name)) : [object];
    const other = places.flatMap((place) => ctx.store.find(place, field, value)).find((found) => found['Id'] !== before?.['Id']);
    if (other) throw duplicateValue(field.name, String(other['Id']).slice(0, 15));
  }
}

/** Programs change and name only what their user sees. */
function mustSee(ctx: Ctx, object: SObject, row: Row): void {
  if (ctx.via === 'api' && !maySee(ctx.store, ctx.userId, object, row)) throw noAccess(String(row['Id']).slice(0, 15));
}

/** What the rights on the object allow. `id` is of the record there is. */
function mayDo(ctx: Ctx, object: SObject, what: 'create' | 'update' | 'delete', id?: string): void {
  if (ctx.via !== 'api') return;
  const mine = schemaFor(ctx).find(object.name);
  if (!mine) throw noSuchType(object.name);
  if (!mine.may[what])
    throw what === 'create' ? cannotInsert(object.label) : what === 'update' ? cannotUpdate(object.label) : insufficientAccess();
  // One's own name and number everybody may mend; other people's only who manages users [D object reference, User].
  if (object.name === 'User' && id !== undefined && id !== ctx.userId && !rightsFor(ctx.store, ctx.userId).has('ManageUsers'))
    throw insufficientAccess();
}
/** Of a user's record, for who manages users. */
const managed = /^(?:IsActive|ProfileId|UserRoleId|Username|FederationIdentifier|ManagerId|UserPermissions\w+|EmployeeNumber)$/;

function mayMend(ctx: Ctx, object: SObject, given: Row): void {
  if (ctx.via !== 'api' || object.name !== 'User' || rightsFor(ctx.store, ctx.userId).has('ManageUsers')) return;
  const name = Object.keys(given).find((one) => managed.test(one));
  if (name !== undefined) throw notWriteable(name);
}

function checked(ctx: Ctx, object: SObject, given: Row, may: 'createable' | 'updateable'): Row {
  const row: Row = {};
  const mine = schemaFor(ctx).find(object.name);
  for (const [name, value] of Object.entries(given)) {
    const field = fieldOf(object, name);
    if (!mine?.byName.has(name.toLowerCase())) throw noSuchColumn(name, object.name);
    if (ctx.via === 'api' && !mine.byName.get(name.toLowerCase())?.[may]) throw notWriteable(field.name);
    row[name] = checkField(ctx.store, field, value);
    const reference = field.type === 'reference' && ctx.via === 'api' ? parent(ctx.store, row[name]) : undefined;
    if (reference) mustSee(ctx, reference.object, reference.row);
  }
  if (typeof row['OwnerId'] === 'string') checkOwner(ctx.store, object, row['OwnerId']);
  return row;
}

/** May not be empty, and the org has an own idea when they are. */
const given = new Set(['CommunityNickname', 'DigestFrequency', 'DefaultGroupNotificationFrequency', 'OpportunityAccessForAccountOwner']);
/** Fields that may not be empty and that nobody fills by himself. */
const needed = (object: SObject, row: Row): string[] =>
  object.fields
    .filter((field) => !field.nillable && field.createable && field.type !== 'boolean' && row[field.name] == null && !given.has(field.name))
    .map((field) => field.name);

const numberTypes = new Set<Field['type']>(['int', 'double', 'currency', 'percent']);

function defaults(ctx: Ctx, object: SObject): Row {
  const row: Row = {};
  for (const field of object.fields) {
    if (field.type === 'boolean') row[field.name] = field.defaultValue === 'true' ? 1 : 0;
    else if (field.defaultValue !== undefined)
      row[field.name] = numberTypes.has(field.type) ? Number(field.defaultValue) : field.defaultValue;
  }
  if (object.byName.has('ownerid')) row['OwnerId'] = ctx.userId;
  if (object.name === 'Task') {
    row['Status'] = ctx.store.select('SELECT "ApiName" FROM "TaskStatus" WHERE "IsDefault" = 1')[0]?.['ApiName'] ?? 'Not Started';
    row['Priority'] = ctx.store.select('SELECT "ApiName" FROM "TaskPriority" WHERE "IsDefault" = 1')[0]?.['ApiName'] ?? 'Normal';
    row['TaskSubtype'] = 'Task';
  }
  // "The default is the status with IsDefault" [D object reference, LeadStatus]
  if (object.name === 'Lead') {
    const status = ctx.store.select('SELECT "ApiName" FROM "LeadStatus" WHERE "IsDefault" = 1')[0];
    if (status) row['Status'] = status['ApiName'] ?? null;
  }
  if (object.name === 'Case') {
    const status = ctx.store.select('SELECT "ApiName" FROM "CaseStatus" WHERE "IsDefault" = 1')[0];
    if (status) row['Status'] = status['ApiName'] ?? null;
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
  mayDo(ctx, object, 'create');
  const sent = checked(ctx, object, given, 'createable');
  const row: Row = { ...defaults(ctx, object), ...sent };
  if (object.byName.has('ownerid') && row['OwnerId'] == null) row['OwnerId'] = ctx.userId; // an empty owner is the caller [K]
  assign(ctx, object, row, true);
  if (object.name === 'Account') settleAccount(ctx.store, undefined, row, sent);
  checkRecordType(ctx.store, object, undefined, row, sent);
  defaultsByType(ctx.store, object, row, sent);
  checkOffered(ctx.store, object, row, sent);
  const missing = needed(object, row);
  if (missing.length > 0) throw requiredMissing(missing);
  settle(ctx, object, undefined, row, sent);
  checkRules(ctx, object, row, undefined, sent);
  // A closed task or one without a due date locks nobody; an open one with a date locks its people [C "task locks", Data Architect guide].
  const locks = isActivity(object.name) && row['IsClosed'] !== 1 && row['ActivityDate'] != null ? parentsOf(row) : [];
  return { row, locks };
}

function prepareUpdate(ctx: Ctx, object: SObject, id: string, given: Row): Prepared & { before: Row } {
  const before = ctx.store.get(object, id);
  if (!before) throw noSuchReference();
  if (before['IsDeleted'] === 1) throw entityIsDeleted();
  mayDo(ctx, object, 'update', id);
  mustSee(ctx, object, before);
  if (ctx.via === 'api' && !mayChange(ctx.store, ctx.userId, object, before)) throw insufficientAccess();
  notByItself(object, before);
  if (ctx.via === 'api') checkUnlocked(ctx.store, ctx.userId, object, id);
  mayMend(ctx, object, given);
  const sent = checked(ctx, object, given, 'updateable');
  const row: Row = { ...before, ...sent };
  assign(ctx, object, row, false);
  if (object.name === 'Account') settleAccount(ctx.store, before, row, sent);
  checkRecordType(ctx.store, object, before, row, sent);
  checkOffered(ctx.store, object, row, sent);
  const missing = needed(object, row).filter((name) => name in sent);
  if (missing.length > 0) throw requiredMissing(missing);
  settle(ctx, object, before, row, sent);
  checkRules(ctx, object, row, before, sent);
  return { before, row, locks: [id, ...(isActivity(object.name) ? parentsOf(before, row) : [])] };
}

function assign(ctx: Ctx, object: SObject, row: Row, created: boolean): void {
  if (ctx.via !== 'api') return;
  const owner = assignedOwner(ctx.store, object, row, ctx.autoAssign, created);
  if (owner === undefined) return;
  checkOwner(ctx.store, object, owner);
  row['OwnerId'] = owner;
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

/** The object with the fields its user does not see: the org keeps and derives those as well. */
const whole = (ctx: Ctx, seen: SObject): SObject => ctx.store.schema.find(seen.name) ?? seen;

/** Applied after the row's own time has passed. */
export function* insertRow(ctx: Ctx, seen: SObject, given: Row): Work<string> {
  const object = whole(ctx, seen);
  yield { wait: 'row' };
  faultFor(ctx, object, given);
  const { row } = yield* locked(ctx, () => prepareInsert(ctx, object, given));
  const { n, id } = ctx.store.newId(object);
  const at = wholeSecond(ctx.now());
  if (object.name === 'Case') row['CaseNumber'] = String(1000 + n).padStart(8, '0');
  for (const field of object.fields) if (field.autoNumber !== undefined) row[field.name] = numbered(field.autoNumber, n);
  if (object.custom && row['Name'] == null) row['Name'] = id; // [K]
  if (object.name === 'VoiceCall') row['Name'] ??= `VC-${String(n).padStart(8, '0')}`; // the form is a guess
  const stamps = { ...stamp(object, at, ctx.userId), CreatedDate: at, CreatedById: ctx.userId };
  const contact = ctx.store.schema.named('Contact');
  const beside = object.name === 'Account' && isPerson(row) ? ctx.store.newId(contact) : undefined;
  insert(ctx, object, n, { ...row, Id: id, ...(beside ? { PersonContactId: beside.id } : {}), ...stamps });
  if (beside)
    insert(ctx, contact, beside.n, {
      ...defaults(ctx, contact),
      ...asContact(ctx.store.schema, { ...row, Id: id }),
      Id: beside.id,
      ...stamps,
    });
  ctx.together?.add(id);
  yield* alongside(ctx, object, id, row);
  ctx.tally.written += 1;
  return id;
}

function insert(ctx: Ctx, object: SObject, n: number, row: Row): void {
  ctx.store.insert(object, n, row);
  if (object.name === 'Task' && hasShared(ctx.store)) relate(ctx.store, row);
  countActivity(ctx.store, object, undefined, row, wholeSecond(ctx.now()));
  ctx.store.changes.capture(ctx, object, 'create', row);
}

/** What comes into being with a record, or is counted by another. */
function* alongside(ctx: Ctx, object: SObject, id: string, row: Row): Work<void> {
  const { store } = ctx;
  if (object.name === 'Campaign') {
    const state = store.schema.named('CampaignMemberStatus');
    for (const given of firstStates) yield* insertRow({ ...ctx, via: 'screen', rowFault: undefined }, state, { ...given, CampaignId: id });
  }
  if (object.name === 'CampaignMember') recount(store, row['CampaignId']);
  if (object.name === 'OpportunityContactRole') shareOfPrimary(store, id, row);
  if (object.name === 'TaskRelation') fillTask(ctx, row);
  if (object.name === 'Opportunity' && row['ContactId'] != null) {
    const role = store.schema.named('OpportunityContactRole');
    const given = { OpportunityId: id, ContactId: row['ContactId'], IsPrimary: 1 };
    yield* insertRow({ ...ctx, via: 'screen', rowFault: undefined }, role, given);
  }
}

/** The first of a task's people is its WhoId, its thing the WhatId. */
function fillTask(ctx: Ctx, relation: Row): void {
  const task = ctx.store.schema.named('Task');
  const filled = filledBy(ctx.store, relation);
  if (filled) applyChange(ctx, task, filled.task, settled(ctx, task, filled.task, filled.change), 'update');
  else recountRelations(ctx.store, relation['TaskId'] ?? null);
}

/**
 * A relation that a program deletes is gone for good [D object reference, TaskRelation.IsDeleted]. Was it what WhoId or WhatId says, the
 * task loses that.
 */
function unrelate(ctx: Ctx, object: SObject, relation: Row): void {
  const task = parent(ctx.store, relation['TaskId']);
  const link = relation['IsWhat'] === 1 ? 'WhatId' : 'WhoId';
  if (task && task.row[link] === relation['RelationId'])
    applyChange(ctx, task.object, task.row, settled(ctx, task.object, task.row, { [link]: null }), 'update');
  ctx.store.remove(object, String(relation['Id']));
  recountRelations(ctx.store, relation['TaskId'] ?? null);
  ctx.tally.written += 1;
}

/** The same after a change. */
function afterwards(ctx: Ctx, object: SObject, before: Row, after: Row): void {
  const id = String(before['Id']);
  countActivity(ctx.store, object, before, after, wholeSecond(ctx.now()));
  if (object.name === 'Contact' || object.name === 'Lead') {
    mirrorToMembers(ctx.store, object, id);
    if (before['IsConverted'] !== after['IsConverted'])
      for (const member of ctx.store.select('SELECT "CampaignId" FROM "CampaignMember" WHERE "LeadId" = ?', [id]))
        recount(ctx.store, member['CampaignId']);
  }
  if (object.name === 'CampaignMember') recount(ctx.store, before['CampaignId']);
  if (object.name === 'OpportunityContactRole') shareOfPrimary(ctx.store, id, after);
  if (object.name === 'TaskRelation') recountRelations(ctx.store, before['TaskId'] ?? null);
  if (object.name === 'Task' && hasShared(ctx.store)) {
    if (after['IsDeleted'] === 1) deleteAlong(ctx.store, id);
    else if (before['WhoId'] !== after['WhoId'] || before['WhatId'] !== after['WhatId'])
      relate(ctx.store, { ...after, ...stamp(object, wholeSecond(ctx.now()), ctx.userId) });
  }
}

/** The contact beside the account of a person. */
function personContact(ctx: Ctx, account: Row): { object: SObject; row: Row } | undefined {
  return isPerson(account) ? parent(ctx.store, account['PersonContactId']) : undefined;
}

const stamp = (object: SObject, at: number, userId: string): Row => ({
  ...(object.byName.has('lastmodifieddate') ? { LastModifiedDate: at, LastModifiedById: userId } : {}),
  SystemModstamp: at,
});

export function applyChange(ctx: Ctx, object: SObject, before: Row, after: Row, action: Change['action']): void {
  keep(ctx, object, before, after, action);
  // "Salesforce always updates the LastModifiedDate in both the account and contact" [D CDC guide, updating a person account]
  const contact = object.name === 'Account' && action === 'update' ? personContact(ctx, before) : undefined;
  if (contact) keep(ctx, contact.object, contact.row, { ...contact.row, ...asContact(ctx.store.schema, after) }, 'update');
}

function keep(ctx: Ctx, object: SObject, before: Row, after: Row, action: Change['action']): void {
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
  ctx.store.changes.capture(ctx, object, action, { ...before, ...changes }, before, Object.keys(fields));
  ctx.store.recordChange({ atMs: ctx.now(), userId: ctx.userId, via: ctx.via, object: object.name, recordId: id, action, fields });
  afterwards(ctx, object, before, after);
  ctx.tally.written += 1;
}

export function* updateRow(ctx: Ctx, seen: SObject, id: string, given: Row): Work<void> {
  const object = whole(ctx, seen);
  yield { wait: 'row' };
  faultFor(ctx, object, { ...ctx.store.get(object, id), ...given });
  const { before, row } = yield* locked(ctx, () => prepareUpdate(ctx, object, id, given));
  applyChange(ctx, object, before, row, 'update');
}

export function* deleteRow(ctx: Ctx, seen: SObject, id: string): Work<void> {
  const object = whole(ctx, seen);
  yield { wait: 'row' };
  const { before } = yield* locked(ctx, () => {
    const row = ctx.store.get(object, id);
    if (!row) throw noSuchReference();
    if (row['IsDeleted'] === 1) throw entityIsDeleted();
    mayDo(ctx, object, 'delete', id);
    mustSee(ctx, object, row);
    if (ctx.via === 'api' && !mayChange(ctx.store, ctx.userId, object, row)) throw insufficientAccess();
    notByItself(object, row);
    if (ctx.via === 'api') checkUnlocked(ctx.store, ctx.userId, object, id);
    faultFor(ctx, object, row);
    checkDeletable(ctx.store, object, row);
    return { before: row, row, locks: [id, ...(isActivity(object.name) ? parentsOf(row) : [])] };
  });
  if (object.name === 'TaskRelation') unrelate(ctx, object, before);
  else remove(ctx, object, before);
}

/**
 * What goes along is what describe says so of: "deleting an account will delete all the contacts associated with that account" [D api
 * undelete()], and its deals; a master's details. What has no recycle bin is gone at once.
 */
function remove(ctx: Ctx, object: SObject, before: Row): void {
  const id = String(before['Id']);
  if (object.byName.has('isdeleted')) applyChange(ctx, object, before, { ...before, IsDeleted: 1 }, 'delete');
  else {
    ctx.store.recordChange({
      atMs: ctx.now(),
      userId: ctx.userId,
      via: ctx.via,
      object: object.name,
      recordId: id,
      action: 'delete',
      fields: {},
    });
    ctx.store.remove(object, id);
    ctx.tally.written += 1;
  }
  if (isActivity(object.name)) return;
  for (const { child: name, field, cascade } of object.children) {
    const child = ctx.store.schema.named(name);
    const living = child.byName.has('isdeleted') ? ' AND "IsDeleted" = 0' : '';
    const rows = () => ctx.store.select(`SELECT * FROM "${name}" WHERE "${field}" = ?${living}`, [id]);
    if (isActivity(name)) {
      if (field === 'WhoId' || field === 'WhatId') letGo(ctx, child, field, id, rows());
    } else if (cascade)
      for (const row of rows()) {
        remove(ctx, child, row);
        if (living !== '') ctx.store.update(child, String(row['Id']), { _deletedWith: id });
      }
    // A look-up an admin made is emptied [D Help, lookup relationships: "clear the value of this field"].
    else if (child.byName.get(field.toLowerCase())?.custom)
      for (const row of rows()) applyChange(ctx, child, row, settled(ctx, child, row, { [field]: null }), 'update');
  }
}

/** Its tasks and events go with a deleted record, unless they hang on another one as well; then the link is cleared [K]. */
function letGo(ctx: Ctx, child: SObject, link: 'WhoId' | 'WhatId', id: string, rows: readonly Row[]): void {
  const other = link === 'WhoId' ? 'WhatId' : 'WhoId';
  for (const row of rows)
    // A task with more people goes on without this one.
    if (row[other] == null && !(link === 'WhoId' && child.name === 'Task' && hasOthers(ctx, row, id))) {
      applyChange(ctx, child, row, { ...row, IsDeleted: 1 }, 'delete');
      ctx.store.update(child, String(row['Id']), { _deletedWith: id });
    } else applyChange(ctx, child, row, settled(ctx, child, row, { [link]: null }), 'update');
}

const hasOthers = (ctx: Ctx, task: Row, id: string): boolean =>
  hasShared(ctx.store) && nextPerson(ctx.store, task['Id'] ?? null, id) !== null;

/** The record with these changes, and with what the org derives from them. */
export function settled(ctx: Ctx, object: SObject, before: Row, changes: Row): Row {
  const row = { ...before, ...changes };
  settle(ctx, object, before, row, changes);
  return row;
}

const binMs = 15 * 86_400_000;
/**
 * From the recycle bin, with what was deleted along with it. Only people do it here: REST has no such resource [K]. A merged record comes
 * back alone: "the child objects are reparented, which can't be undone" [D api undelete()].
 */
export function undelete(ctx: Ctx, object: SObject, id: string, along = false): void {
  const before = ctx.store.get(object, id);
  if (!before) throw notFound();
  if (before['IsDeleted'] !== 1) return;
  if (!along) notByItself(object, before);
  if (before['_deletedWith'] != null && !along) throw notInBin();
  // "Records stay in the Recycle Bin for 15 days" [D Help, recycle bin]; its last stamp is that of the deletion.
  if (!along && ctx.now() - Number(before['SystemModstamp'] ?? 0) > binMs) throw notInBin();
  for (const field of object.fields) {
    const value = before[field.name];
    const other = field.unique && value != null ? ctx.store.find(object, field, value)[0] : undefined;
    if (other) throw duplicateValue(field.name, String(other['Id']).slice(0, 15));
  }
  applyChange(
    ctx,
    object,
    before,
    { ...before, IsDeleted: 0, ...(object.byName.has('masterrecordid') ? { MasterRecordId: null } : {}) },
    'undelete',
  );
  ctx.store.update(object, id, { _deletedWith: null });
  for (const name of new Set(object.children.filter(({ cascade }) => cascade).map(({ child }) => child)))
    for (const row of ctx.store.select(`SELECT "Id" FROM "${name}" WHERE _deletedWith = ? AND "IsDeleted" = 1`, [id]))
      undelete(ctx, ctx.store.schema.named(name), String(row['Id']), true);
}
