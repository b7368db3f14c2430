import { z } from 'zod';
import type { CrmFailure } from '../../server/crm-failure.ts';
import {
  type Exchange,
  type Exchanged,
  type FieldDefaults,
  type Fields,
  type FieldValue,
  isOfLead,
  type ReadAnswer,
  type ReadAsk,
  type RefusedField,
  Refused,
  Unanswered,
  type WriteAnswer,
  type WriteAsk,
} from '../../server/crm.ts';
import { type Hand, NoSession } from './agents.ts';
import { defaultsOf, neededDefaults } from './defaults.ts';
import { standardFields, type TaskShape } from './describe.ts';
import { edgeFailure, failureOf, isPerRequestLimit, namedFields, readErrorBody, readRowErrors, type SalesforceError } from './failures.ts';
import { type Ask, ownerAsDecided } from './request.ts';
import { type Connection, counted, Found, type FoundRecord, isOurName, type Part, parsed, Rows, sendable, shortId } from './parts.ts';
import { leadParts } from './marks.ts';
import { readChoices } from './mapped.ts';
import { matterChanges } from './matter.ts';
import { madeParts, matterKinds } from './person.ts';
import { personsAfter } from './person-after.ts';
import { refusedFields, references, type Sparable } from './refused-fields.ts';
import { getTogether } from './together.ts';
import { dateTime, isOneOf, quoted, shortLists } from './soql.ts';

/** Records of one collection (salesforce.md §2.1). Two writes and two reads of this size fit one composite request. */
export const maxRecords = 200;
/** Of the 25 subrequests of a composite at most five may be queries or collections. */
const maxParts = 5;
/** A name found once stays findable when Salesforce's clock is behind ours; names are unique, so a wider search finds no strangers. */
const clockMarginMs = 5 * 60_000;

/**
 * One API call: a single query or collection goes by itself, several go as one composite. Reads come first. Nothing is
 * all-or-none: each row has its own fate.
 */
export async function exchange(connection: Connection, asked: Exchange, signal?: AbortSignal): Promise<Exchanged> {
  const hand = handOf(connection, asked);
  if (hand === 'none') return { reads: [], writes: asked.writes.map(() => notTheirs(noSession)), wire: nothingSent };
  // Written in their session; whatever else is asked, the integration user asks, who sees everything.
  const writing = hand ? { ...connection, ...hand } : connection;
  const reads: (ReadAnswer | undefined)[] = asked.reads.map(() => undefined);
  const writes: (WriteAnswer | undefined)[] = asked.writes.map(() => undefined);
  checkSize(asked);
  const doubts: Doubt[] = [];
  // What the admin wants in their fields was drafted without knowing what they take.
  const all = [...asked.reads, ...asked.writes];
  const mapped = asked.writes.filter((ask) => ask.mapped);
  const isPersonMapped = mapped.some((ask) => !isMatter(ask)) || asked.reads.some(({ kind }) => isOfLead(kind));
  const isBlind = (isPersonMapped && !connection.arePersonsKnown()) || (mapped.some(isMatter) && !connection.areMattersKnown());
  const shapes = all.some((ask) => !isActivity(ask) && !isMatter(ask)) ? await connection.persons() : undefined;
  const matters = all.some(isMatter) ? await connection.matters() : [];
  if (isBlind) throw new Refused(changedMeanwhile);
  const parts = [
    ...readParts(connection, asked.reads, reads),
    ...madeParts(writing, [...(shapes ?? []), ...matters], asked, { reads, writes }),
    ...(shapes ? leadParts(writing, shapes, asked, { reads, writes }) : []),
    ...matterChanges(writing, matters, asked, writes),
    ...writeParts(writing, asked.writes, asked.defaults, writes, doubts),
  ];
  if (parts.length > maxParts) throw new Refused(tooMuch('These names are too long to be looked up in one request.'));
  if (hand) {
    const wire = await sendAs(hand, parts);
    if (shapes) await personsAfter(connection, shapes, asked, writes, signal);
    return { reads: [], writes: writes.map(answered), wire };
  }
  const wire = await sendParts(connection, parts, signal);
  // A field that was there isn't shown any more, or one is wanted that wasn't: who reads reads again, by what is there now.
  if (([...reads, ...writes].some(saysFieldLost) || writes.some(wantsDefault)) && (await connection.lookAgain()))
    reads.forEach((answer, index) => saysFieldLost(answer) && (reads[index] = { failure: changedMeanwhile }));
  await settleDoubts(connection, asked.writes, writes, doubts);
  if (shapes) await personsAfter(connection, shapes, asked, writes, signal);
  return { reads: reads.map(answered), writes: writes.map(answered), wire };

  /** In an agent's name. What that agent isn't let do, and what doesn't pass by itself, is for the integration user to ask again. */
  async function sendAs(hand: Hand, parts: readonly Part[]): Promise<Exchanged['wire']> {
    let wire: Exchanged['wire'] = { ...nothingSent, request: parts.map(({ words }) => words).join('; ') };
    let first: CrmFailure | undefined;
    let isShut = false;
    try {
      wire = await sendParts(writing, parts, signal);
      writes.forEach((answer, index) => {
        const failure = answer && refusedAs(answer);
        if (!failure) return;
        first ??= failure;
        writes[index] = notTheirs(failure);
      });
    } catch (error) {
      isShut = error instanceof NoSession;
      if (!(error instanceof Refused) || (error.failure.mendedBy === 'time' && !isShut)) throw error;
      first = error.failure;
      for (const [index, answer] of writes.entries()) if (!answer || 'refused' in answer) writes[index] = notTheirs(first);
    }
    const lasting = first && (await connection.agents.refused(asked.as!, hand, first, isShut));
    if (lasting)
      for (const [index, answer] of writes.entries())
        if (answer && 'refused' in answer && answer.refused === 'author') writes[index] = { ...answer, failure: lasting };
    return wire;
  }

  async function sendParts({ api, session, world }: Connection, parts: readonly Part[], signal?: AbortSignal) {
    const [only] = parts;
    if (!only) return nothingSent;
    if (parts.length === 1) {
      try {
        const { status, json, ms } = await api.call(only.ask, signal);
        only.take(json);
        return { request: only.words, status, ms };
      } catch (error) {
        if (hand || !(error instanceof Refused) || !isFieldLost(error.failure)) throw error;
        // A collection is refused as one for a column that isn't there for this user.
        if (!only.spare?.(error.failure)) {
          if (!(await connection.lookAgain())) throw error;
          only.refuse(changedMeanwhile, false);
        }
        return { request: only.words, status: 400, ms: 0 };
      }
    }
    const body = {
      allOrNone: false,
      // The default has been true since v49, and then the order is Salesforce's choice; reads must come before writes.
      collateSubrequests: false,
      compositeRequest: parts.map(({ ask }, index) => ({
        method: ask.method,
        url: ask.path,
        referenceId: `part${index}`,
        ...(ask.body === undefined ? {} : { body: ask.body }),
        // Subrequests inherit Accept, Authorization and Content-Type only (requests-composite.md).
        ...(ask.method === 'GET' ? {} : { httpHeaders: { ...ownerAsDecided, ...ask.headers } }),
      })),
    };
    const { status, json, ms } = await api.call({ method: 'POST', path: `${api.base}/composite`, body }, signal);
    const answers = new Map(parsed(Composite, json).compositeResponse.map((answer) => [answer.referenceId, answer]));
    parts.forEach((part, index) => {
      const answer = answers.get(`part${index}`);
      if (!answer) throw new Unanswered('Salesforce left a part of the request unanswered.');
      if (answer.httpStatusCode < 300) return part.take(answer.body);
      const errors = readErrorBody(answer.body);
      const failure = errors ? failureOf(errors, world.chance, session.redact) : edgeFailure(answer.httpStatusCode, world.chance);
      if (!isFieldLost(failure) || !part.spare?.(failure)) part.refuse(failure, failure.mendedBy !== 'time');
    });
    return { request: `POST /composite (${parts.map((part) => part.words).join('; ')})`, status, ms };
  }
}

const Composite = z.looseObject({
  compositeResponse: z.array(z.looseObject({ body: z.unknown(), httpStatusCode: z.number(), referenceId: z.string() })),
});
const FieldValues = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** Every part answers all its rows or throws; a row without an answer would be a fault of this file. */
function answered<T>(answer: T | undefined): T {
  if (answer === undefined) throw new Unanswered('A row was left without an answer.');
  return answer;
}

const isMatter = ({ kind }: ReadAsk | WriteAsk) => matterKinds.some((one) => one === kind);
const isActivity = ({ kind }: ReadAsk | WriteAsk) => kind === undefined || kind === 'activity';
const isFieldLost = ({ code }: CrmFailure) => code === 'INVALID_FIELD' || code === 'INVALID_FIELD_FOR_INSERT_UPDATE';
const saysFieldLost = (answer: ReadAnswer | WriteAnswer | undefined): boolean =>
  answer !== undefined && 'failure' in answer && isFieldLost(answer.failure);
const wantsDefault = (answer: WriteAnswer | undefined): boolean =>
  answer !== undefined &&
  'refused' in answer &&
  answer.refused === 'fields' &&
  answer.fields.some(({ field, instead }) => field !== 'OwnerId' && instead !== undefined);
const changedMeanwhile: CrmFailure = {
  mendedBy: 'time',
  code: 'FIELDS_CHANGED',
  message: 'What the connected user may see has changed meanwhile; it is asked again.',
  retryAfterMs: 500,
};

const nothingSent: Exchanged['wire'] = { request: 'nothing to send', status: 0, ms: 0 };

/** Undefined: the integration user's own. `none`: no session is open for who is asked for. */
function handOf({ agents }: Connection, { as, reads }: Exchange): Hand | 'none' | undefined {
  if (as === undefined) return undefined;
  if (reads.length > 0) throw new Refused(tooMuch('Nothing is read in an agent’s name.'));
  return agents.hand(as) ?? 'none';
}
/**
 * What a row was refused for in an agent's name, if the integration user may fare better: rights and rules depend on who asks. Undefined:
 * it was taken, or it is there already, or it is the same for everybody and passes.
 */
function refusedAs(answer: WriteAnswer): CrmFailure | undefined {
  if (!('refused' in answer) || answer.refused === 'exists') return undefined;
  if (!('failure' in answer)) return { mendedBy: 'admin', code: 'UNSEEN', message: `“${answer.message}”` };
  return answer.failure.mendedBy === 'time' ? undefined : answer.failure;
}
/** The advice is for the integration user; of an agent only Salesforce's own words are told. */
const notTheirs = (failure: CrmFailure): WriteAnswer => {
  const quote = /^“[^”]*”/.exec(failure.message)?.[0];
  return {
    refused: 'author',
    failure: { ...failure, message: quote ? `Salesforce refused it in their name: ${quote}` : failure.message },
  };
};
const noSession: CrmFailure = { mendedBy: 'admin', code: 'NO_SESSION', message: 'No session is open in their name.' };

const tooMuch = (message: string): CrmFailure => ({ mendedBy: 'us', code: 'EXCHANGE_TOO_LARGE', message });

function checkSize({ reads, writes }: Exchange): void {
  if (reads.length > maxRecords || writes.length > maxRecords)
    throw new Refused(tooMuch(`At most ${maxRecords} reads and ${maxRecords} writes fit one exchange.`));
  const keys = writes.flatMap(({ name, id }) => [name.toLowerCase(), ...(id === undefined ? [] : [shortId(id)])]);
  // Salesforce refuses both rows, or takes the last: neither is an answer to two askers (W5).
  if (new Set(keys).size < keys.length)
    throw new Refused({ mendedBy: 'us', code: 'NAME_TWICE', message: 'One request holds a name or a record twice.' });
}

// ── reads ───────────────────────────────────────────────────────────────────────────────────────────────────────────

function readParts(connection: Connection, asks: readonly ReadAsk[], answers: (ReadAnswer | undefined)[]): Part[] {
  const rows = asks.map((ask, index) => ({ ask, index })).filter(({ ask }) => isActivity(ask));
  const byId = rows.filter(({ ask }) => ask.id !== undefined);
  const byName = rows.filter(({ ask }) => ask.id === undefined);
  const { api, shape, selfId } = connection;
  const also = spelt(
    asks.flatMap((ask) => ask.also ?? []),
    shape,
  );
  const columns = [
    ...readableFields(shape),
    ...also.filter((field) => !readableFields(shape).includes(field)),
    ...(shape.form === 'reduced' ? ['CallObject', 'CreatedDate'] : [shape.nameField]),
  ];
  const select = `SELECT Id, IsDeleted, ${columns.join(', ')} FROM Task WHERE`;

  const part = (
    words: string,
    where: string,
    asking: typeof rows,
    keyOf: (record: FoundRecord) => string,
    keyAsked: (ask: ReadAsk) => string,
  ): Part => ({
    // queryAll: deleted and archived records are records too.
    ask: { method: 'GET', path: `${api.base}/queryAll?q=${encodeURIComponent(`${select} ${where}`)}` },
    words: `GET /queryAll (${words})`,
    take(json) {
      const found = parsed(Found, json);
      const groups = Map.groupBy(found.records, keyOf);
      for (const { ask, index } of asking) {
        const records = groups.get(keyAsked(ask)) ?? [];
        // A page may be cut short when rows are wide; who isn't on it may be on the next. Fewer rows fit.
        if (!found.done && (records.length === 0 || shape.form === 'reduced'))
          answers[index] = { failure: cutShort, ...(asking.length > 1 ? { whole: true } : {}) };
        else answers[index] = { held: heldOf(records, shape, also) };
      }
    },
    refuse(failure, whole) {
      for (const { index } of asking) answers[index] = { failure, ...(whole && asking.length > 1 ? { whole: true } : {}) };
    },
  });

  const idParts = shortLists([...new Set(byId.map(({ ask }) => ask.id ?? ''))]).map((ids) => {
    const wanted = new Set(ids);
    const asking = byId.filter(({ ask }) => wanted.has(ask.id ?? ''));
    return part(
      `${asking.length} by id`,
      isOneOf('Id', ids),
      asking,
      (record) => shortId(record.Id),
      (ask) => shortId(ask.id ?? ''),
    );
  });
  const nameParts = shortLists([...new Set(byName.map(({ ask }) => ask.name))]).map((names) => {
    const wanted = new Set(names);
    const asking = byName.filter(({ ask }) => wanted.has(ask.name));
    const since = Math.min(...asking.map(({ ask }) => ask.since)) - clockMarginMs;
    // CallObject has no index and anybody may write it: our own records of the time in question are all that can be meant (W8).
    const bounds =
      shape.form === 'reduced' ? ` AND CreatedDate >= ${dateTime(since)} AND CreatedById = ${quoted(selfId)} ORDER BY CreatedDate, Id` : '';
    const nameOf = (record: FoundRecord) => String(record[shape.nameField]).toLowerCase();
    return part(`${asking.length} by name`, isOneOf(shape.nameField, names) + bounds, asking, nameOf, (ask) => ask.name.toLowerCase());
  });
  return [...idParts, ...nameParts];
}

const cutShort: CrmFailure = {
  mendedBy: 'us',
  code: 'PAGE_CUT_SHORT',
  message: 'Salesforce gave only a part of the records asked for at once: ask for fewer.',
};

/** What `draft` may send and what humans may edit, plus the account, which an update locks. */
const readableFields = (shape: TaskShape): string[] => {
  const { call, link, waitSeconds } = shape.names;
  const standard = standardFields.filter((field) => field !== 'CallObject' || shape.form === 'unique');
  return [...standard, 'AccountId', call, link, waitSeconds].filter((field) => shape.has(field));
};

/** Fields by the org's spelling; those there are. */
const spelt = (named: readonly string[], shape: TaskShape): readonly string[] => {
  const asked = new Set(named.map((field) => field.toLowerCase()));
  return shape.fields.flatMap(({ name }) => (asked.has(name.toLowerCase()) ? [name] : []));
};

/** The living record counts before a deleted one, the oldest before its doubles. */
function heldOf(
  records: readonly FoundRecord[],
  shape: TaskShape,
  also: readonly string[],
): Exclude<ReadAnswer, { failure: CrmFailure }>['held'] {
  const living = records.filter((record) => !record.IsDeleted);
  const record = living[0] ?? records[0];
  if (!record) return undefined;
  const fields = Object.fromEntries(
    [...readableFields(shape), ...also].map((field) => [
      field,
      readChoices(
        shape.fields.find(({ name }) => name === field),
        fieldValue(record[field]),
      ),
    ]),
  );
  return { id: record.Id, fields, deleted: record.IsDeleted, doubles: living.slice(1).map((double) => double.Id) };
}

function fieldValue(value: unknown): FieldValue {
  const read = parsed(FieldValues.optional(), value) ?? null;
  // Text areas come back with CR LF where LF was written, and instants with +0000 where Z was; that is nobody's edit.
  if (typeof read === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+\+0000$/.test(read)) return new Date(read).toISOString();
  return typeof read === 'string' ? read.replaceAll('\r\n', '\n') : read;
}

// ── writes ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A row refused for a record that is gone, and it isn't said which: its own, or one it refers to. */
type Doubt = { readonly index: number; readonly error: SalesforceError };

function writeParts(
  connection: Connection,
  asks: readonly WriteAsk[],
  defaults: FieldDefaults | undefined,
  answers: (WriteAnswer | undefined)[],
  doubts: Doubt[],
): Part[] {
  const { api, shape } = connection;
  const given = defaultsOf(defaults, 'Task');
  type Sent = { readonly ask: WriteAsk; readonly index: number; readonly fields: Fields; readonly needed: Fields };
  const creates: Sent[] = [];
  const updates: Sent[] = [];
  const neverEmpty = new Set(shape.fields.flatMap(({ name, nillable }) => (nillable === false ? [name] : [])));
  for (const [index, ask] of asks.entries()) {
    if (!isActivity(ask)) continue;
    if (ask.id === undefined) {
      const fields = sendable(ask.fields, shape.canCreate);
      creates.push({ ask, index, fields, needed: neededDefaults(shape.fields, fields, given) });
      continue;
    }
    const may = sendable(ask.fields, (field) => shape.canUpdate(field) && field !== shape.nameField);
    // A field that can't be empty was given a default when the record was made: that stays.
    const fields = Object.fromEntries(Object.entries(may).filter(([field, value]) => value !== null || !neverEmpty.has(field)));
    // Nothing this user may change is left: an empty update would only take locks and move LastModifiedDate.
    if (Object.keys(fields).length === 0) answers[index] = { id: ask.id, created: false };
    else updates.push({ ask, index, fields, needed: {} });
  }

  const part = (ask: Ask, words: string, rows: readonly Sent[]): Part => {
    const sparable = ({ ask: row, fields, needed }: Sent): Sparable => ({
      fields: { ...fields, ...needed },
      essential: ['Subject', 'Status', shape.nameField],
      spareOwnerId: row.spareOwnerId,
      creating: row.id === undefined,
      defaults: given,
    });
    return {
      ask,
      words,
      take(json) {
        const results = parsed(Rows, json);
        if (results.length !== rows.length) throw new Unanswered('Salesforce answered another number of rows than it was sent.');
        rows.forEach((row, at) => (answers[row.index] = rowAnswer(connection, row, sparable(row), results[at], rows.length, doubts)));
      },
      refuse(failure, whole) {
        for (const { index } of rows) answers[index] = { refused: 'failed', failure, ...(whole && rows.length > 1 ? { whole: true } : {}) };
      },
      spare(failure) {
        const error = { code: failure.code, message: '', fields: 'fields' in failure ? (failure.fields ?? []) : [] };
        const spared = rows.map((row) => refusedFields([error], sparable(row)));
        if (!spared.some((fields) => Array.isArray(fields))) return false;
        rows.forEach(({ index }, at) => {
          const fields = spared[at];
          answers[index] =
            fields === undefined || fields === 'unclear'
              ? { refused: 'failed', failure, ...(rows.length > 1 ? { whole: true } : {}) }
              : { refused: 'fields', fields, failure };
        });
        return true;
      },
    };
  };
  const collection = (records: readonly Fields[]) => ({
    allOrNone: false,
    records: records.map((record) => ({ attributes: { type: 'Task' }, ...record })),
  });

  const parts: Part[] = [];
  if (creates.length > 0) {
    const body = collection(creates.map(({ ask, fields, needed }) => ({ ...fields, ...needed, [shape.nameField]: ask.name })));
    const ask: Ask =
      shape.form === 'unique'
        ? { method: 'PATCH', path: `${api.base}/composite/sobjects/Task/${shape.nameField}`, body }
        : { method: 'POST', path: `${api.base}/composite/sobjects`, body };
    parts.push(part(ask, `${ask.method} ${ask.path.slice(api.base.length)} (${counted(creates.length, 'create')})`, creates));
  }
  if (updates.length > 0) {
    const body = collection(updates.map(({ ask, fields }) => ({ Id: ask.id ?? '', ...fields })));
    parts.push(
      part(
        { method: 'PATCH', path: `${api.base}/composite/sobjects`, body },
        `PATCH /composite/sobjects (${counted(updates.length, 'update')})`,
        updates,
      ),
    );
  }
  return parts;
}

function rowAnswer(
  { shape, session, world }: Connection,
  { ask, index, needed }: { readonly ask: WriteAsk; readonly index: number; readonly needed: Fields },
  sparable: Sparable,
  result: z.infer<typeof Rows>[number] | undefined,
  company: number,
  doubts: Doubt[],
): WriteAnswer {
  if (result?.success) {
    if (!result.id) throw new Unanswered('Salesforce wrote a record without telling its id.');
    // An insert doesn't say "created", since it can't do anything else.
    const created = ask.id === undefined && (result.created ?? true);
    return { id: result.id, created, ...(Object.keys(needed).length > 0 ? { given: needed } : {}) };
  }
  const errors = readRowErrors(result?.errors) ?? [];
  const [first] = errors;
  if (first?.code === 'DUPLICATE_VALUE' && ask.id === undefined && isOurName(first, shape.nameField)) {
    const id = /\b00[A-Za-z0-9]{13}(?:[A-Za-z0-9]{3})?\b/.exec(first.message)?.[0];
    return { refused: 'exists', ...(id === undefined ? {} : { id }), message: session.redact(first.message) };
  }
  if (first && ask.id === undefined && isUnchangeable(first, shape)) return { refused: 'exists', message: session.redact(first.message) };
  const failure = failureOf(errors, world.chance, session.redact);
  const fields = refusedFields(errors, sparable);
  if (first && (fields === 'unclear' || (ask.id !== undefined && saysGone(first) && referencesOf(ask).length > 0)))
    doubts.push({ index, error: first });
  if (first && ask.id !== undefined && saysGone(first))
    return { refused: 'deleted', id: ask.id, message: `${failure.code}: ${session.redact(first.message)}` };
  if (fields !== undefined && fields !== 'unclear') return { refused: 'fields', fields, failure };
  return { refused: 'failed', failure, ...(company > 1 && errors.some(isPerRequestLimit) ? { whole: true } : {}) };
}

/**
 * A first write carries fields that can be set at creation only (TaskSubtype). Sent again after an unanswered request it meets
 * its own record, and Salesforce refuses those fields: which is to say that the record is there.
 */
function isUnchangeable({ code, message, fields }: SalesforceError, shape: TaskShape): boolean {
  if (code !== 'INVALID_FIELD_FOR_INSERT_UPDATE') return false;
  const named = namedFields({ code, message, fields });
  return named.length > 0 && named.every((field) => shape.canCreate(field) && !shape.canUpdate(field));
}

const goneCodes = new Set(['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY', 'NOT_FOUND']);
/** Said of the record itself, or of one it refers to: unless a field is named, the same words serve for both. */
const saysGone = ({ code, fields }: SalesforceError) => goneCodes.has(code) && fields.every((field) => field === 'Id');
const referencesOf = ({ fields }: WriteAsk): readonly string[] => [...references, 'OwnerId'].filter((field) => fields[field]);

/**
 * "entity is deleted" may mean the task, or the contact it was to be linked with; Salesforce doesn't say which. To take a living task for a
 * deleted one would end its log for ever (W2), and to leave out a link that is well would lose it; so this rare case is worth a second,
 * reading call: which tasks live, and which of the linked records this user may read.
 */
async function settleDoubts(
  connection: Connection,
  asks: readonly WriteAsk[],
  answers: (WriteAnswer | undefined)[],
  doubts: readonly Doubt[],
): Promise<void> {
  const { api, world, session, selfId } = connection;
  if (doubts.length === 0) return;
  const ids = doubts.flatMap(({ index }) => asks[index]?.id ?? []);
  const linked = [...new Set(doubts.flatMap(({ index }) => references.flatMap((field) => idIn(asks[index]?.fields[field]))))];
  const path = (soql: string) => `${api.base}/queryAll?q=${encodeURIComponent(soql)}`;
  const queries = [
    ...shortLists(ids).map((list) => path(`SELECT Id, IsDeleted FROM Task WHERE ${isOneOf('Id', list)}`)),
    ...shortLists(linked).map((list) =>
      path(`SELECT RecordId, HasReadAccess FROM UserRecordAccess WHERE UserId = ${quoted(selfId)} AND ${isOneOf('RecordId', list)}`),
    ),
  ];
  const fail = (index: number, failure: CrmFailure) => (answers[index] = { refused: 'failed', failure });
  try {
    const living = new Set<string>();
    for (const page of await getTogether(connection, queries.slice(0, maxParts))) {
      if (page instanceof Refused) throw page;
      for (const record of parsed(Looked, page).records)
        if (record.Id === undefined ? record.HasReadAccess : record.IsDeleted === false)
          living.add(shortId(record.Id ?? record.RecordId ?? ''));
    }
    for (const { index, error } of doubts) {
      const { id, fields, spareOwnerId } = asks[index]!;
      if (id !== undefined && !living.has(shortId(id))) continue; // it is deleted, as was said
      const set = references.filter((field) => fields[field]);
      const lost = set.filter((field) => !living.has(shortId(String(fields[field]))));
      const failure = failureOf([error], world.chance, session.redact);
      // All that is linked is there: then it is the owner, and where there is no other owner, whatever is linked.
      const spared: readonly RefusedField[] =
        lost.length === 0 && spareOwnerId !== undefined && fields['OwnerId'] && fields['OwnerId'] !== spareOwnerId
          ? [{ field: 'OwnerId', instead: spareOwnerId }]
          : (lost.length > 0 ? lost : set).map((field) => ({ field }));
      answers[index] = spared.length > 0 ? { refused: 'fields', fields: spared, failure } : { refused: 'failed', failure };
    }
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
    // What the others were answered stands; these few are asked again.
    for (const { index, error: said } of doubts)
      fail(index, {
        mendedBy: 'time',
        code: 'DELETED_OR_NOT',
        message: session.redact(said.message),
        retryAfterMs: Math.round(5_000 * (1 + world.chance())),
      });
  }
}
const Looked = z.looseObject({
  records: z.array(
    z.looseObject({
      Id: z.string().optional(),
      IsDeleted: z.boolean().optional(),
      RecordId: z.string().optional(),
      HasReadAccess: z.boolean().optional(),
    }),
  ),
});
const idIn = (value: FieldValue | undefined): readonly string[] => (typeof value === 'string' && value !== '' ? [value] : []);
