import {
  type Exchange,
  type Fields,
  isOfLead,
  type ReadAnswer,
  Unanswered,
  type Unfit,
  type WantedMarks,
  type WantedReopening,
  type WriteAnswer,
} from '../../server/crm.ts';
import { failureOf, readRowErrors } from './failures.ts';
import { draftMapped, standardOf } from './mapped.ts';
import { counted, type Connection, Found, type Part, parsed, Rows, sendable, shortId } from './parts.ts';
import { objects, personDecidedBy, type PersonShape } from './person.ts';
import { refusedFields } from './refused-fields.ts';
import { isOneOf, shortLists } from './soql.ts';

/** A visit's marks in the words of the org's leads; what this user may not change is left out. */
export function draftMarks({ first, last }: WantedMarks, shape: PersonShape | undefined) {
  const may = (field: string) =>
    personDecidedBy(field, shape?.nameField) === undefined && shape?.fields.some(({ name, updateable }) => name === field && updateable);
  return draftMapped({ ...first, ...last }, shape?.fields ?? [], (field) => may(field) === true);
}

/**
 * A status that the lead is worked on in: the one that is named, else the one that new leads of this org have (LeadStatus.IsDefault, as
 * describe tells it); `unfit`: there is none, and why.
 */
export function draftReopening(
  { status, closed }: WantedReopening,
  shape: PersonShape | undefined,
): { readonly fields: Fields; readonly unfit: Readonly<Record<string, Unfit>> } {
  const field = shape?.fields.find(({ name }) => name === 'Status');
  // before it is known what leads look like nothing is sent (exchange)
  if (!field) return { fields: {}, unfit: {} };
  const value = status ?? standardOf(field) ?? '';
  const isOffered = field.picklistValues?.some((one) => one.active && one.value === value) === true;
  const message = !field.updateable
    ? 'The connected user may not change the status of leads.'
    : closed.includes(value)
      ? `“${value}” is a closed status: name another one in match.reopenedLeadStatus.`
      : isOffered
        ? undefined
        : value === ''
          ? 'New leads have no status of their own here: name one in match.reopenedLeadStatus.'
          : `There is no status “${value}” of leads.`;
  return {
    fields: { Status: value },
    unfit: message === undefined ? {} : { Status: { code: 'NOT_TO_BE_REOPENED', message, value } },
  };
}

type Answers = { readonly reads: (ReadAnswer | undefined)[]; readonly writes: (WriteAnswer | undefined)[] };

/** The parts of an exchange that are about leads that are there already: looked at, and changed by id, never made. */
export function leadParts({ api, session, world }: Connection, shapes: readonly PersonShape[], asked: Exchange, answers: Answers): Part[] {
  const shape = shapes.find(({ kind }) => kind === 'lead');
  const parts: Part[] = [];
  if (!shape) return parts;
  const reads = asked.reads.map((ask, index) => ({ ask, index })).filter(({ ask }) => isOfLead(ask.kind));
  for (const list of shortLists([...new Set(reads.flatMap(({ ask }) => ask.id ?? []))])) {
    const asking = reads.filter(({ ask }) => list.includes(ask.id ?? ''));
    const also = new Set(asking.flatMap(({ ask }) => ask.also ?? []).map((field) => field.toLowerCase()));
    if (asking.some(({ ask }) => ask.kind === 'reopening')) also.add('status');
    const fields = shape.fields.flatMap(({ name }) => (also.has(name.toLowerCase()) ? [name] : []));
    const soql = `SELECT ${['Id', 'IsDeleted', 'IsConverted', 'LastModifiedDate', ...fields].join(', ')} FROM ${objects.lead} WHERE ${isOneOf('Id', list)}`;
    parts.push({
      ask: { method: 'GET', path: `${api.base}/queryAll?q=${encodeURIComponent(soql)}` },
      words: `GET /queryAll (${counted(asking.length, 'lead')})`,
      take(json) {
        const { records } = parsed(Found, json);
        for (const { ask, index } of asking) {
          const found = records.find((record) => shortId(record.Id) === shortId(ask.id ?? ''));
          // A converted lead can't be changed any more: it is no lead now.
          const isGone = found?.IsDeleted === true || found?.['IsConverted'] === true;
          const changedAtMs = Date.parse(String(found?.['LastModifiedDate']));
          const held = found && {
            ...{ id: found.Id, deleted: isGone, doubles: [] },
            ...(Number.isNaN(changedAtMs) ? {} : { changedAtMs }),
            fields: Object.fromEntries(fields.map((field) => [field, valueOf(found[field])])),
          };
          answers.reads[index] = { held };
        }
      },
      refuse(failure, whole) {
        for (const { index } of asking) answers.reads[index] = { failure, ...(whole && asking.length > 1 ? { whole: true } : {}) };
      },
    });
  }

  const writes = asked.writes.map((ask, index) => ({ ask, index })).filter(({ ask }) => isOfLead(ask.kind));
  if (writes.length === 0) return parts;
  const rows = writes.map((row) => ({ ...row, fields: sendable(row.ask.fields, () => true) }));
  const body = {
    allOrNone: false,
    records: rows.map(({ ask, fields }) => ({ attributes: { type: objects.lead }, Id: ask.id ?? '', ...fields })),
  };
  parts.push({
    ask: { method: 'PATCH', path: `${api.base}/composite/sobjects`, body },
    words: `PATCH /composite/sobjects (${counted(rows.length, 'lead')})`,
    take(json) {
      const results = parsed(Rows, json);
      if (results.length !== rows.length) throw new Unanswered('Salesforce answered another number of rows than it was sent.');
      rows.forEach(({ ask, index, fields }, at) => {
        const result = results[at]!;
        answers.writes[index] = result.success ? { id: ask.id ?? '', created: false } : refusalOf(fields, ask.id ?? '', result.errors);
      });
    },
    refuse(failure, whole) {
      for (const { index } of rows)
        answers.writes[index] = { refused: 'failed', failure, ...(whole && rows.length > 1 ? { whole: true } : {}) };
    },
  });
  return parts;

  function refusalOf(fields: Fields, id: string, said: unknown): WriteAnswer {
    const errors = readRowErrors(said) ?? [];
    const failure = failureOf(errors, world.chance, session.redact);
    if (errors.some(({ code }) => code === 'ENTITY_IS_DELETED' || code === 'CANNOT_UPDATE_CONVERTED_LEAD'))
      return { refused: 'deleted', id, message: failure.message };
    const spared = refusedFields(errors, { fields, essential: [], spareOwnerId: undefined, creating: false, defaults: {} });
    return spared !== undefined && spared !== 'unclear' ? { refused: 'fields', fields: spared, failure } : { refused: 'failed', failure };
  }
}

const valueOf = (value: unknown) => (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null);
