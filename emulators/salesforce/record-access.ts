import { notImplemented, Refusal } from './errors.ts';
import { readId } from './ids.ts';
import { rightsFor } from './rights/seen.ts';
import { mayChange, maySee } from './sharing.ts';
import { isCount, type Condition, type Operand, type Query } from './soql.ts';
import { plain, queryError } from './soql/tokens.ts';
import type { Store } from './store.ts';

// SELECT … FROM UserRecordAccess: what a user may do with records. Not a table; every query names one user and the records.

/** "Up to 200 record IDs can be queried" [D object reference, UserRecordAccess] */
const mostRecords = 200;
/** What can be asked, in the words of describe. Here who may delete a record may do everything with it. */
const levels = ['HasReadAccess', 'HasEditAccess', 'HasDeleteAccess', 'HasTransferAccess', 'HasAllAccess'];
const selectable = ['RecordId', ...levels, 'MaxAccessLevel'];
/** "Only records of objects listed on the Sharing Settings page" [D the same]. */
const shared = ['Account', 'Contact', 'Lead', 'Opportunity', 'Case', 'Campaign'];

type Asked = { readonly userId: string; readonly recordIds: readonly string[]; readonly only: ReadonlyMap<string, boolean> };

const nameOf = (operand: Operand): string => (operand.kind === 'path' ? operand.names.join('.').toLowerCase() : '');

export const asksForAccess = (query: Query): boolean => query.from.toLowerCase() === 'userrecordaccess';

export function recordAccess(store: Store, soql: string, query: Query, runningUserId: string, version: string): Record<string, unknown>[] {
  const wrong = (message: string) => queryError('MALFORMED_QUERY', soql, query.fromAt, message); // words guessed
  if (isCount(query)) throw notImplemented('COUNT() of UserRecordAccess');
  const fields = query.select.map((one) =>
    one.kind === 'value' ? (selectable.find((name) => name.toLowerCase() === nameOf(one.value)) ?? '') : '',
  );
  // "You must use SELECT RecordId and optionally one or more of the access level fields"; "when filtering by an access level field, you
  // must use SELECT RecordId only" [D the same]
  if (!fields.includes('RecordId') || fields.includes('')) throw wrong('SELECT takes RecordId and access levels');
  const { userId, recordIds, only } = readAsked(soql, query, wrong);
  if (only.size > 0 && fields.length > 1) throw wrong('SELECT takes RecordId only when an access level is filtered');
  if (recordIds.length > mostRecords) throw new Refusal(400, 'EXCEEDED_ID_LIMIT', `Number of records exceeds limit:${mostRecords}`); // [C cnblogs.com/salesforcechina/p/15636800; code guessed]

  const rows = [...new Set(recordIds)].flatMap((recordId): Record<string, unknown>[] => {
    const object = store.schema.ofId(recordId);
    if (object && !object.custom && !shared.includes(object.name)) throw notImplemented(`access to ${object.name} records`);
    const row = object && store.get(object, recordId);
    // "Records that the running user does not have read access to are filtered out of the results" [D the same]; so is what is not there.
    if (!object || !row || row['IsDeleted'] === 1 || !maySee(store, runningUserId, object, row)) return [];
    // Sharing and the rights on the object, whichever is less [D the same].
    const on = rightsFor(store, userId).on(object);
    const [sees, owns] = [on.read && maySee(store, userId, object, row), mayChange(store, userId, object, row)];
    const edits = sees && on.edit && owns;
    const deletes = edits && on.delete;
    const may: Readonly<Record<string, boolean>> = {
      HasReadAccess: sees,
      HasEditAccess: edits,
      HasDeleteAccess: deletes,
      HasTransferAccess: deletes,
      HasAllAccess: deletes,
    };
    if ([...only].some(([level, wanted]) => wanted !== may[level])) return [];
    return [{ RecordId: recordId, ...may, MaxAccessLevel: deletes ? 'All' : edits ? 'Edit' : sees ? 'Read' : 'None' }];
  });
  for (const { by, descending } of query.orderBy.toReversed()) {
    const field = fields.find((name) => name.toLowerCase() === nameOf(by));
    if (field === undefined) throw wrong('ORDER BY takes selected fields'); // "for any field that is being selected" [D the same]
    const key = (row: Record<string, unknown>) => String(row[field]);
    rows.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (descending ? -1 : 1));
  }
  return rows.slice(query.offset ?? 0, (query.offset ?? 0) + (query.limit ?? rows.length)).map((row) => ({
    attributes: { type: 'UserRecordAccess', url: `/services/data/v${version}/sobjects/UserRecordAccess/${String(row['RecordId'])}` }, // the address is a guess
    ...Object.fromEntries(fields.map((field) => [field, row[field]])),
  }));
}

function readAsked(soql: string, { where }: Query, wrong: (message: string) => Refusal): Asked {
  const parts: readonly Condition[] = where?.kind === 'and' ? where.parts : where ? [where] : [];
  let userId: string | undefined;
  let recordIds: string[] | undefined;
  const only = new Map<string, boolean>();
  for (const part of parts) {
    if (part.kind !== 'compare') throw wrong('UserRecordAccess is filtered by UserId and RecordId');
    const name = nameOf(part.left);
    const ids = () =>
      part.values.map((literal) => {
        const id = literal.kind === 'string' ? readId(plain(literal.value)) : undefined;
        if (id === undefined)
          throw queryError(
            'INVALID_QUERY_FILTER_OPERATOR',
            soql,
            part.at,
            `invalid ID field: ${'value' in literal ? String(literal.value) : ''}`,
          );
        return id;
      });
    const level = levels.find((one) => one.toLowerCase() === name);
    const [first] = part.values;
    if (name === 'userid' && part.op === '=') [userId] = ids();
    else if (name === 'recordid' && (part.op === '=' || part.op === 'IN')) recordIds = ids();
    else if (level && part.op === '=' && first?.kind === 'boolean') only.set(level, first.value);
    else throw wrong('UserRecordAccess is filtered by UserId and RecordId');
  }
  if (userId === undefined || recordIds === undefined) throw wrong('UserRecordAccess is filtered by UserId and RecordId');
  return { userId, recordIds, only };
}
