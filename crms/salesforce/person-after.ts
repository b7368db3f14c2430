import { z } from 'zod';
import type { CrmFailure } from '../../server/crm-failure.ts';
import {
  type Duplicate,
  type Exchange,
  type FieldDefaults,
  type Fields,
  Refused,
  Unanswered,
  type WriteAnswer,
  type WriteAsk,
} from '../../server/crm.ts';
import { type Connection, parsed, shortId } from './parts.ts';
import { bodyOf, headersOf, madeOf, objects, type PersonShape, personToSend, refusalOf } from './person.ts';
import { isOneOf, shortLists } from './soql.ts';
import { getTogether } from './together.ts';

/** Records a duplicate rule found that are looked at; it names the likeliest first. */
const mostOthers = 25;

/**
 * What the answer about records made for strangers leaves open is asked for: whom a duplicate rule found, and whom the org's own rules
 * chose. It never throws `Refused` or `Unanswered`: what was answered of the others stands.
 */
export async function personsAfter(
  connection: Connection,
  shapes: readonly PersonShape[],
  { writes: asks, defaults }: Exchange,
  answers: (WriteAnswer | undefined)[],
  signal?: AbortSignal,
): Promise<void> {
  let trouble: CrmFailure | undefined;
  for (const [index, answer] of answers.entries()) {
    const ask = asks[index]!;
    if (!answer || !('refused' in answer) || answer.refused !== 'duplicate' || !ask.lookAtDuplicates) continue;
    const shape = shapes.find(({ kind }) => kind === ask.kind);
    if (!shape) continue;
    // Whoever isn't answered now isn't asked for each of the others too: nothing was done to them, and they come again.
    const found: Found = trouble
      ? { answer: { refused: 'failed', failure: trouble } }
      : await whoIsIt(connection, shapes, shape, ask, defaults, answer, signal);
    answers[index] = found.answer;
    if (found.trouble?.mendedBy === 'time') trouble = found.trouble;
  }
  await readOwners(connection, asks, answers);
}
/** `trouble`: it is not about this record. */
type Found = { readonly answer: WriteAnswer; readonly trouble?: CrmFailure };

const Match = z.looseObject({
  record: z.looseObject({ Id: z.string(), attributes: z.looseObject({ type: z.string() }).nullish() }),
});
const Result = z.looseObject({ matchResults: z.array(z.looseObject({ matchRecords: z.array(Match) })) });
/** Versions up to 54.0 at least misspell the key; from which on it is right is not known (recorded answers, see the ledger of the stand-in). */
const Said = z.array(z.looseObject({ duplicateResult: Result.optional(), duplicateResut: Result.optional() })).min(1);

/**
 * A collection's answer doesn't say whom the rule found; that of a record created by itself does (resources_composite_sobjects_collections
 * and salesforce.md §2.3). So it is asked once more, alone: the name keeps it from being two should it succeed.
 */
async function whoIsIt(
  connection: Connection,
  shapes: readonly PersonShape[],
  shape: PersonShape,
  ask: WriteAsk,
  defaults: FieldDefaults | undefined,
  duplicate: Extract<WriteAnswer, { refused: 'duplicate' }>,
  signal: AbortSignal | undefined,
): Promise<Found> {
  const { api, world } = connection;
  const row = personToSend(ask, shape, defaults);
  const later = (message: string): CrmFailure => ({
    mendedBy: 'time',
    code: 'DUPLICATE_UNSEEN',
    message: `It can't be told whom the duplicate rule found: ${message}`,
    retryAfterMs: Math.round(5_000 * (1 + world.chance())),
  });
  try {
    const said = await api.attempt(
      { method: 'POST', path: `${api.base}/sobjects/${shape.object}`, body: bodyOf(row), headers: headersOf(ask) },
      signal,
    );
    if (!('errors' in said)) return { answer: madeOf(row, parsed(Created, said.json).id) }; // the rule was switched off meanwhile
    const refusal = refusalOf(connection, row, said.errors);
    if (refusal.refused !== 'duplicate') return { answer: refusal };
    const found = Said.safeParse(said.json);
    const ids = found.success
      ? found.data.flatMap(
          ({ duplicateResult, duplicateResut }) =>
            (duplicateResult ?? duplicateResut)?.matchResults.flatMap(({ matchRecords }) => matchRecords.map(({ record }) => record.Id)) ??
            [],
        )
      : [];
    try {
      return { answer: { ...duplicate, others: await withPhones(connection, shapes, [...new Set(ids)].slice(0, mostOthers)) } };
    } catch (error) {
      // It was only read: the record itself was refused.
      if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
      const failure = error instanceof Refused ? error.failure : later(error.message);
      return { answer: { refused: 'failed', failure }, trouble: failure };
    }
  } catch (error) {
    if (error instanceof Refused) return { answer: { refused: 'failed', failure: error.failure }, trouble: error.failure };
    // It may have been made.
    if (error instanceof Unanswered) return { answer: { refused: 'unanswered', message: error.message }, trouble: later(error.message) };
    throw error;
  }
}
const Created = z.looseObject({ id: z.string() });
const Phones = z.looseObject({ records: z.array(z.looseObject({ Id: z.string(), Name: z.string().nullish() })) });

/** What stands in the phone fields of these records, as this user sees them. */
async function withPhones(connection: Connection, shapes: readonly PersonShape[], ids: readonly string[]): Promise<Duplicate[]> {
  // of an account it isn't told whether it is a person: the book will know
  const prefixes = { lead: '00Q', contact: '003', account: '001' } as const;
  const queries = shapes.flatMap(({ kind, object, fields }) => {
    if (kind === 'person-account') return [];
    const own = ids.filter((id) => id.startsWith(prefixes[kind]));
    const phones = fields.filter(({ type }) => type === 'phone').map(({ name }) => name);
    return own.length === 0 || phones.length === 0
      ? []
      : [{ kind, soql: `SELECT Id, Name, ${phones.join(', ')} FROM ${object} WHERE ${isOneOf('Id', own)}` }];
  });
  if (queries.length === 0) return [];
  const pages = await getTogether(
    connection,
    queries.map(({ soql }) => `${connection.api.base}/query?q=${encodeURIComponent(soql)}`),
  );
  return pages.flatMap((page, at) => {
    if (page instanceof Refused) throw page;
    return parsed(Phones, page).records.map(({ Id, Name, attributes: _, ...values }) => ({
      kind: queries[at]!.kind,
      id: Id,
      name: Name ?? '',
      phones: Object.values(values).filter((value): value is string => typeof value === 'string' && value !== ''),
    }));
  });
}

const Owners = z.looseObject({ records: z.array(z.looseObject({ Id: z.string(), OwnerId: z.string() })) });

/** Whom the org's own rules have chosen. Not told if it can't be read: the record is there all the same. */
async function readOwners(connection: Connection, asks: readonly WriteAsk[], answers: (WriteAnswer | undefined)[]): Promise<void> {
  const made = answers.flatMap((answer, index) =>
    asks[index]?.byAssignmentRules && asks[index]?.kind === 'lead' && answer && 'created' in answer && answer.created
      ? [{ index, answer }]
      : [],
  );
  if (made.length === 0) return;
  const { api } = connection;
  const queries = shortLists(made.map(({ answer }) => answer.id)).map(
    (list) => `${api.base}/query?q=${encodeURIComponent(`SELECT Id, OwnerId FROM ${objects.lead} WHERE ${isOneOf('Id', list)}`)}`,
  );
  try {
    const owners = new Map(
      (await getTogether(connection, queries)).flatMap((page) =>
        page instanceof Refused ? [] : parsed(Owners, page).records.map(({ Id, OwnerId }) => [shortId(Id), OwnerId] as const),
      ),
    );
    for (const { index, answer } of made) {
      const OwnerId = owners.get(shortId(answer.id));
      const given: Fields = { ...answer.given, ...(OwnerId === undefined ? {} : { OwnerId }) };
      answers[index] = { ...answer, given };
    }
  } catch (error) {
    if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
  }
}
