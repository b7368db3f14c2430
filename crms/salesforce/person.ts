import { z } from 'zod';
import type { CrmFailure } from '../../server/crm-failure.ts';
import {
  type Exchange,
  type FieldDefaults,
  type Fields,
  type PersonKind,
  type ReadAnswer,
  Refused,
  Unanswered,
  type WantedMatter,
  type WantedPerson,
  type WriteAnswer,
  type WriteAsk,
} from '../../server/crm.ts';
import { type DescribedField, defaultsOf, neededDefaults } from './defaults.ts';
import { failureOf, isPerRequestLimit, readErrorBody, readRowErrors, type SalesforceError } from './failures.ts';
import { refusedFields, type Sparable } from './refused-fields.ts';
import { type Connection, counted, Found, isOurName, type Part, parsed, Rows, sendable, shortId } from './parts.ts';
import type { Api } from './request.ts';
import { draftMapped } from './mapped.ts';
import { isOneOf, shortLists } from './soql.ts';
import { cutAt, oneLine } from './text.ts';

/** What is made once: persons for numbers, cases and opportunities for calls. */
export const matterKinds = ['case', 'opportunity'] as const satisfies readonly WantedMatter['kind'][];
type MadeKind = PersonKind | WantedMatter['kind'];
export const objects = {
  ...{ lead: 'Lead', contact: 'Contact', account: 'Account', 'person-account': 'Account' },
  ...{ case: 'Case', opportunity: 'Opportunity' },
} as const satisfies Record<MadeKind, string>;
/** `cb1` and 40 hex digits (W1). */
const nameLength = 43;

/** What this user can do with one kind of record that is made once. */
export type MadeShape<Kind extends MadeKind = MadeKind> = {
  readonly kind: Kind;
  readonly object: string;
  readonly nameField: string;
  /** Why none can be made, in words that say what to do; undefined: they can. */
  readonly closedBecause: string | undefined;
  readonly fields: readonly DescribedField[];
  canCreate(field: string): boolean;
  /** Ids by the CRM's name for programs; those that may be used. */
  readonly recordTypes: ReadonlyMap<string, string>;
  /** The one a record has if nobody says otherwise. */
  readonly usualRecordType?: string | undefined;
  /** The org has no such records at all. */
  readonly absent?: true;
};

export type PersonShape = MadeShape<PersonKind>;
export type MatterShape = MadeShape<WantedMatter['kind']>;

/** The record in Salesforce's words. A lead must have a company, a contact and a lead a last name (salesforce.md §3.3). */
export function draftPerson(wanted: WantedPerson, shape: PersonShape | undefined): Fields {
  const isAccount = wanted.kind === 'account';
  const isPersonAccount = wanted.kind === 'person-account';
  const asked = wanted.recordType?.toLowerCase();
  const recordType =
    [...(shape?.recordTypes ?? [])].find(([name]) => name.toLowerCase() === asked)?.[1] ??
    // its record type is what makes an account a person
    (isPersonAccount ? shape?.usualRecordType : undefined);
  const statuses = shape?.fields.find(({ name }) => name === 'Status')?.picklistValues ?? [];
  const status = statuses.find(({ value, active }) => active && value === wanted.leadStatus)?.value;
  const mapped = draftMapped(wanted.fields, shape?.fields ?? [], (field) => personDecidedBy(field, shape?.nameField) === undefined);
  const text = (value: string, length: number) => cutAt(oneLine(value), length) || null;
  return {
    ...(isAccount ? { Name: text(wanted.name, 255) } : { LastName: text(wanted.lastName ?? wanted.name, 80) }),
    ...(!isAccount && wanted.firstName !== undefined ? { FirstName: text(wanted.firstName, 40) } : {}),
    ...(wanted.kind === 'lead' ? { Company: text(wanted.company, 255) } : {}),
    [wanted.mobile ? (isPersonAccount ? 'PersonMobilePhone' : 'MobilePhone') : 'Phone']: text(wanted.phone, 40),
    ...(!isAccount && isEmail(wanted.email) ? { [isPersonAccount ? 'PersonEmail' : 'Email']: wanted.email } : {}),
    ...(wanted.ownerId === undefined ? {} : { OwnerId: wanted.ownerId }),
    ...(status === undefined ? {} : { Status: status }),
    ...(recordType === undefined ? {} : { RecordTypeId: recordType }),
    ...mapped.fields,
  };
}
export const unfitForPerson = ({ fields }: WantedPerson, shape: PersonShape | undefined) =>
  draftMapped(fields, shape?.fields ?? [], (field) => personDecidedBy(field, shape?.nameField) === undefined).unfit;

const decidedBy: Readonly<Record<string, string>> = {
  LastName: 'stranger.names',
  FirstName: 'stranger.names',
  Name: 'stranger.names',
  Company: 'stranger.company',
  Phone: 'stranger.phoneField',
  OwnerId: 'stranger.ownerId',
  Status: 'stranger.status',
  RecordTypeId: 'stranger.recordType',
};
export const personDecidedBy = (field: string, nameField: string | undefined): string | undefined =>
  Object.hasOwn(decidedBy, field) ? decidedBy[field] : field === nameField ? 'Cordboard itself' : undefined;

/** What a phone system gives as an address may be anything; Salesforce refuses the whole record for one that isn't. */
const isEmail = (text: string | undefined): text is string => text !== undefined && text.length <= 80 && z.email().safeParse(text).success;

const Describe = z.looseObject({
  createable: z.boolean(),
  fields: z.array(
    z.looseObject({
      name: z.string(),
      label: z.string().optional(),
      type: z.string(),
      updateable: z.boolean().optional(),
      digits: z.number().nullish(),
      precision: z.number().nullish(),
      scale: z.number().nullish(),
      nillable: z.boolean().nullish(),
      defaultedOnCreate: z.boolean().nullish(),
      restrictedPicklist: z.boolean().nullish(),
      picklistValues: z.array(z.looseObject({ value: z.string(), active: z.boolean(), defaultValue: z.boolean().nullish() })).nullish(),
      length: z.number().nullish(),
      createable: z.boolean(),
      externalId: z.boolean().nullish(),
      unique: z.boolean().nullish(),
    }),
  ),
  recordTypeInfos: z
    .array(
      z.looseObject({
        recordTypeId: z.string(),
        developerName: z.string().nullish(),
        active: z.boolean().nullish(),
        available: z.boolean(),
        defaultRecordTypeMapping: z.boolean().nullish(),
      }),
    )
    .nullish(),
});
const Composite = z.looseObject({ compositeResponse: z.array(z.looseObject({ body: z.unknown(), httpStatusCode: z.number() })) });

/** One API call. `nameField`: the unique field that a name is kept in, on each of the objects. */
export async function describeMade<Kind extends MadeKind>(
  api: Api,
  nameField: string,
  chance: () => number,
  kinds: readonly Kind[],
): Promise<MadeShape<Kind>[]> {
  const compositeRequest = kinds.map((kind) => ({
    method: 'GET',
    url: `${api.base}/sobjects/${objects[kind]}/describe`,
    referenceId: kind,
  }));
  const { json } = await api.call({ method: 'POST', path: `${api.base}/composite`, body: { allOrNone: false, compositeRequest } });
  const answers = parsed(Composite, json).compositeResponse;
  return kinds.map((kind, place) => {
    const object = objects[kind];
    const answer = answers[place];
    if (!answer) throw new Unanswered('Salesforce left a part of the request unanswered.');
    if (answer.httpStatusCode >= 300) {
      const errors = readErrorBody(answer.body);
      const failure = errors && failureOf(errors, chance, (text) => text);
      if (failure === undefined || failure.mendedBy === 'time')
        throw new Refused(
          failure ?? {
            mendedBy: 'time',
            code: `HTTP_${answer.httpStatusCode}`,
            message: `Salesforce doesn't describe ${object} now.`,
            retryAfterMs: 5_000,
          },
        );
      return {
        kind,
        object,
        nameField,
        closedBecause: `The connected user may not see ${object} records: ${failure.message}`,
        fields: [],
        canCreate: () => false,
        recordTypes: new Map(),
        usualRecordType: undefined,
      };
    }
    const described = parsed(Describe, answer.body);
    const fields = new Map(described.fields.map((field) => [field.name.toLowerCase(), field]));
    const name = fields.get(nameField.toLowerCase());
    const closedBecause = !described.createable
      ? `The connected user may not create ${object} records.`
      : !name
        ? `The field ${nameField} doesn't exist on ${object}, or the connected user can't see it: without it one could become two.`
        : !name.externalId || !name.unique || !name.createable || (name.length ?? 0) < nameLength
          ? `The field ${nameField} on ${object} must be a unique external id of at least ${nameLength} characters that the connected user may write.`
          : undefined;
    return {
      kind,
      object,
      nameField: name?.name ?? nameField,
      closedBecause,
      fields: described.fields,
      canCreate: (field) => fields.get(field.toLowerCase())?.createable ?? false,
      recordTypes: new Map(
        (described.recordTypeInfos ?? []).flatMap(({ recordTypeId, developerName, active, available }) =>
          developerName && available && active !== false ? [[developerName, recordTypeId] as const] : [],
        ),
      ),
      usualRecordType: (described.recordTypeInfos ?? []).find(({ defaultRecordTypeMapping }) => defaultRecordTypeMapping)?.recordTypeId,
    };
  });
}

const PersonTypes = z.looseObject({ records: z.array(z.looseObject({ Id: z.string() })) });
/** Fields that only accounts of persons have (object reference, Account: "Person account fields"). */
const personOnly = /^(?:(?:FirstName|LastName|MiddleName|Salutation|Suffix)$|Person(?!\w*__c$)[A-Z])|__pc$/;
/** And those they haven't. */
const companyOnly = /^(?:Name|ParentId)$/;

/**
 * One API call, and a second where the org has person accounts: of which record types they are, describe doesn't say. An account is a company
 * or a person from the first, and each takes fields that the other refuses.
 */
export async function describePersons(api: Api, nameField: string, chance: () => number): Promise<PersonShape[]> {
  const shapes = await describeMade(api, nameField, chance, ['lead', 'contact', 'account']);
  const account = shapes.find(({ kind }) => kind === 'account')!;
  if (!account.fields.some(({ name }) => name === 'IsPersonAccount'))
    return [
      ...shapes,
      {
        ...{ ...account, kind: 'person-account', canCreate: () => false, recordTypes: new Map(), usualRecordType: undefined, absent: true },
        closedBecause:
          account.closedBecause ?? 'This org has no person accounts: have them enabled, or choose another record in the policy.',
      },
    ];
  const soql = "SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true";
  const { json } = await api.call({ method: 'GET', path: `${api.base}/query?q=${encodeURIComponent(soql)}` });
  const ofPersons = new Set(parsed(PersonTypes, json).records.map(({ Id }) => shortId(Id)));
  const half = (kind: 'account' | 'person-account'): PersonShape => {
    const isPerson = kind === 'person-account';
    const recordTypes = new Map([...account.recordTypes].filter(([, id]) => ofPersons.has(shortId(id)) === isPerson));
    const usual = account.usualRecordType;
    const isOthers = (name: string) => (isPerson ? companyOnly : personOnly).test(name);
    const noType = 'The connected user may use no record type of person accounts: give one to its profile or permission set.';
    return {
      ...{ ...account, kind, recordTypes },
      usualRecordType: usual !== undefined && [...recordTypes.values()].includes(usual) ? usual : [...recordTypes.values()][0],
      closedBecause: account.closedBecause ?? (isPerson && recordTypes.size === 0 ? noType : undefined),
      fields: account.fields.map((field) => (isOthers(field.name) ? { ...field, createable: false } : field)),
      canCreate: (field) =>
        !isOthers(account.fields.find(({ name }) => name.toLowerCase() === field.toLowerCase())?.name ?? field) && account.canCreate(field),
    };
  };
  return [...shapes.filter((shape) => shape !== account), half('account'), half('person-account')];
}

/** All fields of an object, as whichever of its kinds takes them. */
export const fieldsOf = (shapes: readonly MadeShape[], object: string): readonly DescribedField[] | undefined => {
  const [first, ...others] = shapes.filter((shape) => shape.object.toLowerCase() === object.toLowerCase());
  return first?.fields.map(
    (field) => others.flatMap(({ fields }) => fields.find(({ name, createable }) => createable && name === field.name) ?? [])[0] ?? field,
  );
};

type Answers = { readonly reads: (ReadAnswer | undefined)[]; readonly writes: (WriteAnswer | undefined)[] };

/** The parts of an exchange that are about records made once: looked up by name, and made. `matter.ts` says what of them is changed. */
export function madeParts(connection: Connection, shapes: readonly MadeShape[], asked: Exchange, answers: Answers): Part[] {
  const { api } = connection;
  const parts: Part[] = [];
  const shapeOf = (kind: string | undefined) => shapes.find((shape) => shape.kind === kind);

  for (const shape of shapes) {
    const reads = asked.reads.map((ask, index) => ({ ask, index })).filter(({ ask }) => ask.kind === shape.kind);
    const lists = [
      ...shortLists([...new Set(reads.flatMap(({ ask }) => ask.id ?? []))]).map((list) => ({ field: 'Id', list })),
      ...shortLists([...new Set(reads.flatMap(({ ask }) => (ask.id === undefined ? ask.name : [])))]).map((list) => ({
        field: shape.nameField,
        list,
      })),
    ];
    for (const { field, list } of lists) {
      const asking = reads.filter(
        ({ ask }) => list.includes(field === 'Id' ? (ask.id ?? '') : ask.name) && (ask.id === undefined) === (field !== 'Id'),
      );
      // Whose a lead is may be the choice of the org's own rules.
      const owner = shape.kind === 'lead' ? 'OwnerId, ' : shape.kind === 'case' ? 'ContactId, Subject, ' : '';
      const soql = `SELECT Id, IsDeleted, ${owner}${shape.nameField} FROM ${shape.object} WHERE ${isOneOf(field, list)}`;
      parts.push({
        ask: { method: 'GET', path: `${api.base}/queryAll?q=${encodeURIComponent(soql)}` },
        words: `GET /queryAll (${asking.length} ${shape.object})`,
        take(json) {
          const { records } = parsed(Found, json);
          for (const { ask, index } of asking) {
            const isIt = (record: (typeof records)[number]) =>
              ask.id === undefined
                ? String(record[shape.nameField]).toLowerCase() === ask.name.toLowerCase()
                : shortId(record.Id) === shortId(ask.id);
            const found = records.filter(isIt).toSorted((a, b) => Number(a.IsDeleted) - Number(b.IsDeleted))[0];
            const [OwnerId, ContactId, Subject] = [found?.['OwnerId'], found?.['ContactId'], found?.['Subject']];
            const fields: Fields = {
              ...(typeof OwnerId === 'string' ? { OwnerId } : {}),
              ...(typeof ContactId === 'string' || ContactId === null ? { ContactId } : {}),
              ...(typeof Subject === 'string' || Subject === null ? { Subject } : {}),
            };
            answers.reads[index] = { held: found && { id: found.Id, fields, deleted: found.IsDeleted, doubles: [] } };
          }
        },
        refuse(failure, whole) {
          for (const { index } of asking) answers.reads[index] = { failure, ...(whole && asking.length > 1 ? { whole: true } : {}) };
        },
      });
    }
  }

  const creates = asked.writes.flatMap((ask, index): (PersonSent & { readonly index: number })[] => {
    const shape = shapeOf(ask.kind);
    if (!shape || ask.id !== undefined) return [];
    if (shape.closedBecause !== undefined) {
      answers.writes[index] = { refused: 'failed', failure: closed(shape.closedBecause) };
      return [];
    }
    return [{ ...personToSend(ask, shape, asked.defaults), index }];
  });
  // What the rules of the org may do is said with a request, not with a row.
  for (const [, rows] of Map.groupBy(creates, ({ ask }) => JSON.stringify(headersOf(ask)))) {
    const records = rows.map((row) => ({ attributes: { type: row.shape.object }, ...bodyOf(row) }));
    parts.push({
      // An upsert by name would write over what people have made of it (P2); an insert of a name that is there is refused.
      ask: {
        method: 'POST',
        path: `${api.base}/composite/sobjects`,
        body: { allOrNone: false, records },
        headers: headersOf(rows[0]!.ask),
      },
      words: `POST /composite/sobjects (${counted(rows.length, matterKinds.some((kind) => kind === rows[0]!.shape.kind) ? rows[0]!.shape.object : 'person')})`,
      take(json) {
        const results = parsed(Rows, json);
        if (results.length !== rows.length) throw new Unanswered('Salesforce answered another number of rows than it was sent.');
        rows.forEach((row, at) => (answers.writes[row.index] = answerOf(results[at]!, row)));
      },
      refuse(failure, whole) {
        for (const { index } of rows)
          answers.writes[index] = { refused: 'failed', failure, ...(whole && rows.length > 1 ? { whole: true } : {}) };
      },
      spare(failure) {
        const error = { code: failure.code, message: '', fields: 'fields' in failure ? (failure.fields ?? []) : [] };
        const spared = rows.map((row) => refusedFields([error], sparable(row)));
        if (!spared.some((fields) => Array.isArray(fields))) return false;
        rows.forEach(({ index }, at) => {
          const fields = spared[at];
          answers.writes[index] =
            fields === undefined || fields === 'unclear'
              ? { refused: 'failed', failure, ...(rows.length > 1 ? { whole: true } : {}) }
              : { refused: 'fields', fields, failure };
        });
        return true;
      },
    });
  }
  return parts;

  function answerOf(result: z.infer<typeof Rows>[number], row: PersonSent): WriteAnswer {
    if (result.success) {
      if (!result.id) throw new Unanswered('Salesforce wrote a record without telling its id.');
      return madeOf(row, result.id);
    }
    const errors = readRowErrors(result.errors) ?? [];
    const answer = refusalOf(connection, row, errors);
    return answer.refused === 'failed' && creates.length > 1 && errors.some(isPerRequestLimit) ? { ...answer, whole: true } : answer;
  }
}

/** One record as it is sent: what was asked, and the admin's defaults that it can't do without. */
type PersonSent = {
  readonly ask: WriteAsk;
  readonly shape: MadeShape;
  readonly fields: Fields;
  readonly needed: Fields;
  readonly defaults: Fields;
};
export function personToSend(ask: WriteAsk, shape: MadeShape, given: FieldDefaults | undefined): PersonSent {
  const fields = sendable(ask.fields, shape.canCreate);
  const defaults = defaultsOf(given, shape.object);
  return { ask, shape, fields, needed: neededDefaults(shape.fields, fields, defaults), defaults };
}
export const bodyOf = ({ ask, shape, fields, needed }: PersonSent): Fields => ({ ...fields, ...needed, [shape.nameField]: ask.name });

/** What it means that the record was made. */
export const madeOf = ({ needed }: PersonSent, id: string) => ({
  id,
  created: true,
  ...(Object.keys(needed).length > 0 ? { given: needed } : {}),
});

/** What it means that it wasn't, in a collection or alone. */
export function refusalOf(
  { session, world }: Pick<Connection, 'session' | 'world'>,
  row: PersonSent,
  errors: readonly SalesforceError[],
): Extract<WriteAnswer, { refused: string }> {
  const [first] = errors;
  if (first?.code === 'DUPLICATE_VALUE' && isOurName(first, row.shape.nameField)) {
    const id = /\b(?:00Q|003|001|500|006)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b/.exec(first.message)?.[0];
    return { refused: 'exists', ...(id === undefined ? {} : { id }), message: session.redact(first.message) };
  }
  const failure = failureOf(errors, world.chance, session.redact);
  // Whom the rule found isn't said in a collection's answer.
  if (first?.code === 'DUPLICATES_DETECTED') return { refused: 'duplicate', others: [], failure };
  const fields = refusedFields(errors, sparable(row));
  return fields !== undefined && fields !== 'unclear' ? { refused: 'fields', fields, failure } : { refused: 'failed', failure };
}

function sparable({ ask, shape, fields, needed, defaults }: PersonSent): Sparable {
  return {
    fields: { ...fields, ...needed },
    // A person without the number isn't the one who called.
    essential: [
      ...['Name', 'LastName', 'Company', 'Phone', 'MobilePhone', 'PersonMobilePhone', 'StageName', 'CloseDate', shape.nameField],
      ...(shape.kind === 'person-account' ? ['RecordTypeId'] : []),
    ],
    spareOwnerId: ask.spareOwnerId,
    creating: true,
    defaults,
  };
}

/** Owners are as decided, and duplicate rules hold, unless the admin said otherwise. */
export const headersOf = ({ byAssignmentRules, despiteDuplicates }: WriteAsk): Readonly<Record<string, string>> => ({
  ...(byAssignmentRules ? { 'Sforce-Auto-Assign': 'TRUE' } : {}),
  ...(despiteDuplicates ? { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } : {}),
});

const closed = (message: string): CrmFailure => ({ mendedBy: 'admin', code: 'PERSON_CLOSED', message });
