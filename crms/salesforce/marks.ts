import { type Exchange, type Fields, Unanswered, type WantedMarks, type ReadAnswer, type WriteAnswer } from '../../server/crm.ts';
import { failureOf, readRowErrors } from './failures.ts';
import { draftMapped } from './mapped.ts';
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

type Answers = { readonly reads: (ReadAnswer | undefined)[]; readonly writes: (WriteAnswer | undefined)[] };

/** The parts of an exchange that are about leads that are there already: looked at, and changed by id, never made. */
export function marksParts({ api, session, world }: Connection, shapes: readonly PersonShape[], asked: Exchange, answers: Answers): Part[] {
  const shape = shapes.find(({ kind }) => kind === 'lead');
  const parts: Part[] = [];
  if (!shape) return parts;
  const reads = asked.reads.map((ask, index) => ({ ask, index })).filter(({ ask }) => ask.kind === 'marks');
  for (const list of shortLists([...new Set(reads.flatMap(({ ask }) => ask.id ?? []))])) {
    const asking = reads.filter(({ ask }) => list.includes(ask.id ?? ''));
    const also = new Set(asking.flatMap(({ ask }) => ask.also ?? []).map((field) => field.toLowerCase()));
    const fields = shape.fields.flatMap(({ name }) => (also.has(name.toLowerCase()) ? [name] : []));
    const soql = `SELECT ${['Id', 'IsDeleted', 'IsConverted', ...fields].join(', ')} FROM ${objects.lead} WHERE ${isOneOf('Id', list)}`;
    parts.push({
      ask: { method: 'GET', path: `${api.base}/queryAll?q=${encodeURIComponent(soql)}` },
      words: `GET /queryAll (${counted(asking.length, 'lead')})`,
      take(json) {
        const { records } = parsed(Found, json);
        for (const { ask, index } of asking) {
          const found = records.find((record) => shortId(record.Id) === shortId(ask.id ?? ''));
          // A converted lead can't be changed any more: it is no lead now.
          const isGone = found?.IsDeleted === true || found?.['IsConverted'] === true;
          const held = found && {
            ...{ id: found.Id, deleted: isGone, doubles: [] },
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

  const writes = asked.writes.map((ask, index) => ({ ask, index })).filter(({ ask }) => ask.kind === 'marks');
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
