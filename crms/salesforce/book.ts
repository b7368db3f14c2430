import { z } from 'zod';
import { type BookObject, type BookRecord, type CrmBook, Refused, Unanswered } from '../../server/crm.ts';
import type { World } from '../../server/world.ts';
import { isMatter, matterFields, matterObjects, matterShape } from './book-matters.ts';
import { bulkRead } from './bulk-read.ts';
import { follow, keepsAmong, topicOf } from './events/book-events.ts';
import type { PubSub } from './events/pubsub.ts';
import { type Api, countedAs } from './request.ts';
import { getTogether } from './together.ts';
import type { Session } from './session.ts';
import { isOneOf, quoted } from './soql.ts';

/** A page of a query. The most Salesforce gives at once (soql-query-batch-size: 200 to 2,000). */
const pageSize = 2_000;
/** Of the 25 subrequests of a composite at most five may be queries. */
const atOnce = 5;

/** A list of ids that fits the address of a query (soql.ts). */
const idsAtOnce = 200;

type Connection = {
  readonly api: Api;
  readonly session: Pick<Session, 'redact'>;
  readonly world: World;
  /** Where change events are told, if anywhere. */
  readonly pubsub?: PubSub;
};

const Described = z.looseObject({
  queryable: z.boolean().nullish(),
  fields: z.array(z.looseObject({ name: z.string(), type: z.string(), nameField: z.boolean().nullish() })),
});
const Page = z.looseObject({ totalSize: z.number(), done: z.boolean(), records: z.array(z.looseObject({})) });
type Found = z.infer<typeof Page>['records'][number];

/** Our word for an object, and Salesforce's. A custom object is called by its API name in both. */
const apiNames: Readonly<Record<string, string>> = {
  ...{ contact: 'Contact', lead: 'Lead', account: 'Account', 'person-account': 'Account' },
  ...matterObjects,
};
const apiNameOf = (kind: string) => (Object.hasOwn(apiNames, kind) ? apiNames[kind]! : kind);

/** Who is asked for a number is not who reads faxes, and a contact's assistant is somebody else. */
const isNobodysPhone = (field: string) => /fax/i.test(field) || /^(?:Person)?AssistantPhone$/.test(field);
/** The first of each that the object has. */
const wantedColumns = {
  name: ['Name'],
  company: ['Company'],
  ownerId: ['OwnerId'],
  email: ['Email', 'PersonEmail'],
  accountId: ['AccountId'],
  contactId: ['PersonContactId'],
  // With state and country picklists the code is the field a computer can trust.
  country: ['MailingCountryCode', 'MailingCountry', 'CountryCode', 'Country', 'BillingCountryCode', 'BillingCountry'],
  status: ['Status'],
  activeOn: ['LastActivityDate'],
} as const;

/** What one object looks like to this user. */
type Shape = {
  readonly object: string;
  readonly columns: Readonly<Record<keyof typeof wantedColumns, string | undefined>>;
  readonly phones: readonly string[];
  readonly select: string;
  /** What it names. */
  readonly selected: ReadonlySet<string>;
  /** Only the half of the object that this kind is of: companies, or persons. */
  readonly half: string | undefined;
  /** More than that: only such records are read at first; what becomes another is told by its changes. */
  readonly atFill?: string | undefined;
  /** Of a case: the field it is asked for by. */
  readonly code?: string | undefined;
  /** As `BookObject.fields`, where that isn't the phone fields. */
  readonly fields?: readonly string[];
  has(field: string): boolean;
};

/** Why it can't be read. `absent`: the org has none of it. */
type NoShape = { readonly because: string; readonly absent?: true };
/** What is known of a kind, and until when that is believed. One that was readable is remembered: who has asked goes on reading. */
type Known = { readonly shape?: Shape; readonly out?: NoShape; readonly untilMs: number };
/** A right that was missing may have been given by then; asking at each poll would double what the book costs. */
const refusedForMs = 10 * 60_000;
/** A phone field that somebody adds is read from then on. */
const believedForMs = 4 * 3_600_000;
/** An org too busy to describe what we know well enough is asked again after this. */
const busyForMs = 60_000;

/** The book's side of the org. Every method is one API call; describes are asked for every few hours, and when a query is refused. */
export function salesforceBook({ api: polling, session, world, pubsub }: Connection): CrmBook {
  const [api, describing] = [countedAs(polling, 'fill'), countedAs(polling, 'other')];
  const known = new Map<string, Known>();
  const doubtedAtMs = new Map<string, number>();
  /** By which field cases are asked for, as they were last described. */
  let codeKnown: string | undefined;
  const shapeOf = ({ kind }: { kind: string }): Shape => {
    const shape = known.get(kind)?.shape;
    if (!shape) throw new Error(`${kind} was not asked for with objects()`);
    return shape;
  };
  /** A field it names may have been removed or hidden: it is described again before it is next read. Not each time, for it may be something else. */
  const doubt = (kind: string, { failure }: Refused): void => {
    const nowMs = world.monotonic();
    if (failure.mendedBy === 'time' || nowMs - (doubtedAtMs.get(kind) ?? -Infinity) < refusedForMs) return;
    doubtedAtMs.set(kind, nowMs);
    known.set(kind, { ...known.get(kind), untilMs: nowMs });
  };
  const ask = async ({ kind }: BookObject, soql: string): Promise<unknown> => {
    try {
      return (await api.call({ method: 'GET', path: queryPath(soql) })).json;
    } catch (error) {
      if (error instanceof Refused) doubt(kind, error);
      throw error;
    }
  };
  const queryPath = (soql: string, all = false) => `${api.base}/${all ? 'queryAll' : 'query'}?q=${encodeURIComponent(soql)}`;

  return {
    atOnce,
    async objects(kinds, code) {
      if (code !== codeKnown) known.delete('case');
      codeKnown = code;
      const nowMs = world.monotonic();
      const isAsked = (kind: string) => nowMs >= (known.get(kind)?.untilMs ?? -Infinity);
      const asked = [...new Set(kinds.filter(isAsked).map(apiNameOf))];
      const described =
        asked.length === 0
          ? []
          : await getTogether(
              { api: describing, session, world },
              asked.map((name) => `${api.base}/sobjects/${encodeURIComponent(name)}/describe`),
            );
      for (const [place, name] of asked.entries()) {
        const answer = described[place];
        for (const kind of kinds.filter((one) => apiNameOf(one) === name)) {
          const before = known.get(kind);
          if (answer instanceof Refused && answer.failure.mendedBy === 'time') {
            if (!before) throw answer;
            known.set(kind, { ...before, untilMs: nowMs + busyForMs });
            continue;
          }
          const shape = shapeOrNot(kind, name, answer, code);
          if ('select' in shape) known.set(kind, { shape, untilMs: nowMs + believedForMs });
          else known.set(kind, { ...before, out: shape, untilMs: nowMs + (shape.absent ? believedForMs : refusedForMs) });
        }
      }
      return kinds.map((kind) => {
        const { shape, out } = known.get(kind)!;
        return out ? { kind, ...out } : { kind, fields: shape!.fields ?? shape!.phones };
      });
    },

    async newest(objects) {
      const answers = await getTogether(
        { api, session, world },
        objects.map((object) =>
          queryPath(`SELECT SystemModstamp FROM ${shapeOf(object).object} ORDER BY SystemModstamp DESC LIMIT 1`, true),
        ),
      );
      for (const [place, { kind }] of objects.entries()) {
        const answer = answers[place];
        if (answer instanceof Refused) doubt(kind, answer);
      }
      return answers.map((answer) => {
        if (answer instanceof Refused) throw answer;
        const [record] = read(Page, answer).records;
        return record && stampOf(record);
      });
    },

    async count(object) {
      const { object: name } = shapeOf(object);
      const soql = `SELECT COUNT() FROM ${name}${whereOf(conditionsOf(shapeOf(object)))}`;
      return read(Page, await ask(object, soql)).totalSize;
    },

    async page(object, afterId) {
      const { select } = shapeOf(object);
      const where = [...conditionsOf(shapeOf(object)), ...(afterId === undefined ? [] : [`Id > ${quoted(afterId)}`])];
      // By id and not by cursor: a fill goes on where it stood after a restart, a day later too, when a cursor is gone.
      const soql = `${select}${whereOf(where)} ORDER BY Id LIMIT ${pageSize}`;
      const { records, done } = read(Page, await ask(object, soql));
      const last = records.at(-1);
      // A page of wide rows may be cut short: then there is more, whatever its length.
      return {
        records: records.map((record) => recordOf(object.kind, shapeOf(object), record)),
        last: last && (!done || records.length === pageSize) ? idOf(last) : undefined,
      };
    },

    async changes(asked, purpose) {
      const answers = await getTogether(
        { api: purpose === undefined ? polling : countedAs(polling, purpose), session, world },
        asked.map(({ object, after }) => {
          const { select, half } = shapeOf(object);
          const stamp = new Date(after.stamp).toISOString();
          const since =
            after.id === ''
              ? `SystemModstamp >= ${stamp}`
              : `(SystemModstamp > ${stamp} OR (SystemModstamp = ${stamp} AND Id > ${quoted(after.id)}))`;
          return queryPath(
            `${select} WHERE ${half === undefined ? '' : `${half} AND `}${since} ORDER BY SystemModstamp, Id LIMIT ${pageSize}`,
            true,
          );
        }),
      );
      return answers.map((answer, place) => {
        const { object } = asked[place]!;
        if (answer instanceof Refused) {
          doubt(object.kind, answer);
          return { failure: answer.failure };
        }
        const { records, done } = read(Page, answer);
        const last = records.at(-1);
        return {
          records: records.map((record) => recordOf(object.kind, shapeOf(object), record)),
          last: last && { stamp: stampOf(last), id: idOf(last) },
          more: !done || records.length === pageSize,
        };
      });
    },

    idsAtOnce,
    async byId(asked) {
      const answers = await getTogether(
        { api: countedAs(polling, 'events'), session, world },
        asked.map(({ object, ids }) => {
          const { select, half } = shapeOf(object);
          return queryPath(`${select} WHERE ${half === undefined ? '' : `${half} AND `}${isOneOf('Id', ids)}`, true);
        }),
      );
      return answers.flatMap((answer, place) => {
        const { object } = asked[place]!;
        if (answer instanceof Refused) {
          doubt(object.kind, answer);
          throw answer;
        }
        return read(Page, answer).records.map((record) => recordOf(object.kind, shapeOf(object), record));
      });
    },

    topics(objects) {
      if (!pubsub) return [];
      const kinds = Map.groupBy(objects, ({ kind }) => topicOf(apiNameOf(kind)));
      return [...kinds].map(([topic, some]) => ({ topic, kinds: some.map(({ kind }) => kind) }));
    },
    follow(topic, from, signal) {
      const isKept = (field: string) =>
        [...known].some(
          ([kind, { shape }]) => shape !== undefined && topicOf(apiNameOf(kind)) === topic && keepsAmong(shape.selected)(field),
        );
      return follow(pubsub, topic, from, isKept, signal);
    },
    whole: bulkRead(
      api,
      (object) => {
        const { select } = shapeOf(object);
        return `${select}${whereOf(conditionsOf(shapeOf(object)))}`;
      },
      (object, record) => recordOf(object.kind, shapeOf(object), record),
    ),

    async country() {
      const { json } = await describing.call({ method: 'GET', path: queryPath('SELECT Country FROM Organization LIMIT 1') });
      const country = read(Page, json).records[0]?.['Country'];
      return typeof country === 'string' && country !== '' ? country : undefined;
    },
  };
}

/** Which records of an object a fill reads. */
const conditionsOf = ({ half, atFill }: Shape): string[] => [half, atFill].filter((condition) => condition !== undefined);
const whereOf = (conditions: readonly string[]) => (conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '');

function shapeOrNot(kind: string, object: string, answer: unknown, caseCode: string | undefined): Shape | NoShape {
  if (answer instanceof Refused) {
    const { code, message } = answer.failure;
    // An org for sales may have no cases, one for service no opportunities (DP-04).
    if (code === 'NOT_FOUND' && isMatter(kind))
      return { because: `There is no ${object}, or the connected user may not see it.`, absent: true };
    return { because: code === 'NOT_FOUND' ? 'There is no such object, or the connected user may not see it.' : message };
  }
  const described = Described.safeParse(answer);
  if (!described.success) return { because: `Salesforce describes it in a way that can't be read.` };
  const { fields } = described.data;
  const has = (field: string) => fields.some((one) => one.name === field);
  if (isMatter(kind)) {
    const shape = matterShape(kind, has, caseCode);
    if ('because' in shape) return shape;
    const { columns, ...more } = shape;
    const select = `SELECT ${columns.join(', ')} FROM ${object}`;
    return { object, columns: noColumns, phones: [], select, selected: new Set(columns), half: undefined, has, ...more };
  }
  if (kind === 'person-account' && !has('IsPersonAccount')) return { because: 'This org has no person accounts.', absent: true };
  const shape = shapeFor(kind, object, fields, has);
  return shape.phones.length > 0 ? shape : { because: 'It has no phone field that the connected user may see.' };
}

function shapeFor(kind: string, object: string, fields: z.infer<typeof Described>['fields'], has: (field: string) => boolean): Shape {
  const names = Object.entries(wantedColumns).map(([column, candidates]) => [column, candidates.find(has)] as const);
  const columns = Object.fromEntries(names) as Shape['columns'];
  const nameField = fields.find((field) => field.nameField)?.name ?? columns.name;
  const phones = fields.filter(({ name, type }) => type === 'phone' && !isNobodysPhone(name)).map(({ name }) => name);
  const fixed = [
    'Id',
    'SystemModstamp',
    'LastModifiedDate',
    'IsDeleted',
    'MasterRecordId',
    'IsConverted',
    'ConvertedContactId',
    'ConvertedAccountId',
    'Account.Name',
  ];
  const isThere = (field: string) => (field === 'Account.Name' ? object === 'Contact' && has('AccountId') : has(field));
  const selected = new Set(
    [...fixed.filter(isThere), nameField, ...Object.values(columns), ...phones].filter((field) => field !== undefined),
  );
  // A person account is a contact as well, with the same numbers: it is kept once, as what it is.
  const half = !has('IsPersonAccount') ? undefined : `IsPersonAccount = ${kind === 'person-account'}`;
  return {
    object,
    columns: { ...columns, name: nameField },
    phones,
    select: `SELECT ${[...selected].join(', ')} FROM ${object}`,
    selected,
    half,
    has,
  };
}

const noColumns = Object.fromEntries(Object.keys(wantedColumns).map((column) => [column, undefined])) as Shape['columns'];

function recordOf(kind: string, { columns, phones, code }: Shape, record: Found): BookRecord {
  const text = (field: string | undefined): string | undefined => {
    const value = field === undefined ? undefined : record[field];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const account = record['Account'] as { Name?: unknown } | null | undefined;
  const company = text(columns.company) ?? (typeof account?.Name === 'string' ? account.Name : undefined);
  const converted = record['IsConverted'] === true;
  const mergedInto = text('MasterRecordId');
  const convertedInto = converted ? (text('ConvertedContactId') ?? text('ConvertedAccountId')) : undefined;
  const intoAccount = converted ? text('ConvertedAccountId') : undefined;
  const into = mergedInto ?? convertedInto;
  const optional = {
    company,
    ownerId: text(columns.ownerId),
    email: text(columns.email),
    accountId: text(columns.accountId),
    contactId: text(columns.contactId),
    country: text(columns.country),
    status: text(columns.status),
    activeOn: text(columns.activeOn),
    into: into === undefined ? undefined : { id: into, ...(intoAccount === undefined ? {} : { accountId: intoAccount }) },
  };
  return {
    kind,
    id: idOf(record),
    name: text(columns.name) ?? '',
    phones: phones.flatMap((field) => ((written) => (written === undefined ? [] : [{ field, written }]))(text(field))),
    state: record['IsDeleted'] === true ? 'gone' : converted ? 'converted' : 'there',
    stamp: stampOf(record),
    modifiedAtMs: Date.parse(text('LastModifiedDate') ?? stampOf(record)),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<BookRecord>),
    ...(isMatter(kind) && matterFields(kind, code, text, (field) => record[field] === true)),
  };
}

const Told = z.looseObject({
  Id: z.string(),
  SystemModstamp: z.iso.datetime({ offset: true }).or(z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]+\+0000$/)),
});
const idOf = (record: Found): string => read(Told.pick({ Id: true }), record).Id;
/** `2026-11-21T09:00:00.000+0000` as `2026-11-21T09:00:00.000Z`: one way of writing, so that text sorts by time. */
const stampOf = (record: Found): string =>
  new Date(Date.parse(read(Told.pick({ SystemModstamp: true }), record).SystemModstamp)).toISOString();

function read<T>(schema: z.ZodType<T>, json: unknown): T {
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new Unanswered(`Salesforce's answer can't be read (${parsed.error.issues[0]?.path.join('.') || 'at the top'}).`);
  return parsed.data;
}
