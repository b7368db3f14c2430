import { z } from 'zod';
import type { CrmFailure } from '../../server/crm-failure.ts';
import {
  type Exchange,
  type Fields,
  type PersonKind,
  personKinds,
  type ReadAnswer,
  Refused,
  Unanswered,
  type WantedPerson,
  type WriteAnswer,
} from '../../server/crm.ts';
import { failureOf, isPerRequestLimit, readErrorBody, readRowErrors } from './failures.ts';
import { type Connection, counted, Found, isOurName, type Part, parsed, Rows, sendable, shortId } from './parts.ts';
import type { Api } from './request.ts';
import { isOneOf, shortLists } from './soql.ts';
import { cutAt, oneLine } from './text.ts';

const objects = { lead: 'Lead', contact: 'Contact', account: 'Account' } as const satisfies Record<PersonKind, string>;
/** `cb1` and 40 hex digits (W1). */
const nameLength = 43;

/** What this user can do with one kind of record made for strangers. */
export type PersonShape = {
  readonly kind: PersonKind;
  readonly object: string;
  readonly nameField: string;
  /** Why none can be made, in words that say what to do; undefined: they can. */
  readonly closedBecause: string | undefined;
  canCreate(field: string): boolean;
};

/** The record in Salesforce's words. A lead must have a company, a contact and a lead a last name (salesforce.md §3.3). */
export function draftPerson(wanted: WantedPerson): Fields {
  const text = (value: string, length: number) => cutAt(oneLine(value), length) || null;
  return {
    ...(wanted.kind === 'account' ? { Name: text(wanted.name, 255) } : { LastName: text(wanted.name, 80) }),
    ...(wanted.kind === 'lead' ? { Company: text(wanted.company, 255) } : {}),
    Phone: text(wanted.phone, 40),
    ...(wanted.kind !== 'account' && isEmail(wanted.email) ? { Email: wanted.email } : {}),
    ...(wanted.ownerId === undefined ? {} : { OwnerId: wanted.ownerId }),
  };
}

/** What a phone system gives as an address may be anything; Salesforce refuses the whole record for one that isn't. */
const isEmail = (text: string | undefined): text is string => text !== undefined && text.length <= 80 && z.email().safeParse(text).success;

const Describe = z.looseObject({
  createable: z.boolean(),
  fields: z.array(
    z.looseObject({
      name: z.string(),
      length: z.number().nullish(),
      createable: z.boolean(),
      externalId: z.boolean().nullish(),
      unique: z.boolean().nullish(),
    }),
  ),
});
const Composite = z.looseObject({ compositeResponse: z.array(z.looseObject({ body: z.unknown(), httpStatusCode: z.number() })) });

/** One API call. `nameField`: the unique field that a name is kept in, on each of the objects. */
export async function describePersons(api: Api, nameField: string, chance: () => number): Promise<PersonShape[]> {
  const compositeRequest = personKinds.map((kind) => ({
    method: 'GET',
    url: `${api.base}/sobjects/${objects[kind]}/describe`,
    referenceId: kind,
  }));
  const { json } = await api.call({ method: 'POST', path: `${api.base}/composite`, body: { allOrNone: false, compositeRequest } });
  const answers = parsed(Composite, json).compositeResponse;
  return personKinds.map((kind, place) => {
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
        canCreate: () => false,
      };
    }
    const described = parsed(Describe, answer.body);
    const fields = new Map(described.fields.map((field) => [field.name.toLowerCase(), field]));
    const name = fields.get(nameField.toLowerCase());
    const closedBecause = !described.createable
      ? `The connected user may not create ${object} records.`
      : !name
        ? `The field ${nameField} doesn't exist on ${object}, or the connected user can't see it: without it one stranger could become two.`
        : !name.externalId || !name.unique || !name.createable || (name.length ?? 0) < nameLength
          ? `The field ${nameField} on ${object} must be a unique external id of at least ${nameLength} characters that the connected user may write.`
          : undefined;
    return {
      kind,
      object,
      nameField: name?.name ?? nameField,
      closedBecause,
      canCreate: (field) => fields.get(field.toLowerCase())?.createable ?? false,
    };
  });
}

type Answers = { readonly reads: (ReadAnswer | undefined)[]; readonly writes: (WriteAnswer | undefined)[] };

/** The parts of an exchange that are about records made for strangers: looked up by name, and made, never changed. */
export function personParts(connection: Connection, shapes: readonly PersonShape[], asked: Exchange, answers: Answers): Part[] {
  const { api, session, world } = connection;
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
      const soql = `SELECT Id, IsDeleted, ${shape.nameField} FROM ${shape.object} WHERE ${isOneOf(field, list)}`;
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
            answers.reads[index] = { held: found && { id: found.Id, fields: {}, deleted: found.IsDeleted, doubles: [] } };
          }
        },
        refuse(failure, whole) {
          for (const { index } of asking) answers.reads[index] = { failure, ...(whole && asking.length > 1 ? { whole: true } : {}) };
        },
      });
    }
  }

  const creates = asked.writes.flatMap((ask, index) => {
    const shape = shapeOf(ask.kind);
    if (!shape) return [];
    if (shape.closedBecause !== undefined) {
      answers.writes[index] = { refused: 'failed', failure: closed(shape.closedBecause) };
      return [];
    }
    return [{ ask, index, shape }];
  });
  if (creates.length > 0) {
    const records = creates.map(({ ask, shape }) => ({
      attributes: { type: shape.object },
      ...sendable(ask.fields, shape.canCreate),
      [shape.nameField]: ask.name,
    }));
    parts.push({
      // An upsert by name would write over what people have made of it (P2); an insert of a name that is there is refused.
      ask: { method: 'POST', path: `${api.base}/composite/sobjects`, body: { allOrNone: false, records } },
      words: `POST /composite/sobjects (${counted(creates.length, 'person')})`,
      take(json) {
        const results = parsed(Rows, json);
        if (results.length !== creates.length) throw new Unanswered('Salesforce answered another number of rows than it was sent.');
        creates.forEach(({ index, shape }, at) => (answers.writes[index] = answerOf(results[at]!, shape)));
      },
      refuse(failure, whole) {
        for (const { index } of creates)
          answers.writes[index] = { refused: 'failed', failure, ...(whole && creates.length > 1 ? { whole: true } : {}) };
      },
    });
  }
  return parts;

  function answerOf(result: z.infer<typeof Rows>[number], shape: PersonShape): WriteAnswer {
    if (result.success) {
      if (!result.id) throw new Unanswered('Salesforce wrote a record without telling its id.');
      return { id: result.id, created: true };
    }
    const errors = readRowErrors(result.errors) ?? [];
    const [first] = errors;
    if (first?.code === 'DUPLICATE_VALUE' && isOurName(first, shape.nameField)) {
      const id = /\b(?:00Q|003|001)[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?\b/.exec(first.message)?.[0];
      return { refused: 'exists', ...(id === undefined ? {} : { id }), message: session.redact(first.message) };
    }
    return {
      refused: 'failed',
      failure: failureOf(errors, world.chance, session.redact),
      ...(creates.length > 1 && errors.some(isPerRequestLimit) ? { whole: true } : {}),
    };
  }
}

const closed = (message: string): CrmFailure => ({ mendedBy: 'admin', code: 'PERSON_CLOSED', message });
