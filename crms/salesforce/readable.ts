import { z } from 'zod';
import { Refused, Unanswered } from '../../server/crm.ts';
import type { World } from '../../server/world.ts';
import type { Api } from './request.ts';
import type { Session } from './session.ts';
import { isOneOf, quoted } from './soql.ts';
import { getTogether } from './together.ts';

/** Records one query about rights may name (object reference, UserRecordAccess). */
const mostRecords = 200;
const Rights = z.looseObject({ records: z.array(z.looseObject({ RecordId: z.string(), HasReadAccess: z.boolean() })) });

/**
 * Who may read what, as sharing and permissions say together: UserRecordAccess is computed for the user named. It takes one user a query, so
 * several go as one composite.
 */
export async function readableBy(
  connection: { readonly api: Api; readonly session: Pick<Session, 'redact'>; readonly world: World },
  asked: readonly { readonly userId: string; readonly ids: readonly string[] }[],
): Promise<ReadonlySet<string>[]> {
  const answers = await getTogether(
    connection,
    asked.map(({ userId, ids }) => {
      const where = `UserId = ${quoted(userId)} AND ${isOneOf('RecordId', ids.slice(0, mostRecords))}`;
      return `${connection.api.base}/query?q=${encodeURIComponent(`SELECT RecordId, HasReadAccess FROM UserRecordAccess WHERE ${where}`)}`;
    }),
  );
  return answers.map((answer, place) => {
    if (answer instanceof Refused) throw answer;
    const read = Rights.safeParse(answer);
    if (!read.success)
      throw new Unanswered(`Salesforce says who may see what in a way we can't read (${read.error.issues[0]?.path.join('.')}).`);
    const readable = new Set(read.data.records.filter((record) => record.HasReadAccess).map((record) => record.RecordId.slice(0, 15)));
    return new Set(asked[place]!.ids.filter((id) => readable.has(id.slice(0, 15))));
  });
}
