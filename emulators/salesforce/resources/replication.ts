import { allow, type Answer, type Call } from '../call.ts';
import { Refusal } from '../errors.ts';
import type { SObject } from '../schema.ts';
import { visibleTo } from '../sharing.ts';
import { readDatetime } from '../values.ts';
import type { Ctx } from '../work.ts';

// GET /sobjects/X/updated and /deleted: what changed between two moments. [D resources_getupdated, resources_getdeleted]

const minuteMs = 60_000;
const dayMs = 86_400_000;
/** A start earlier than this is refused [D the same; C getomnico/omni#450]; what was deleted is told of 15 days. */
const reach = { asked: 30 * dayMs, deleted: 15 * dayMs };
/** "If more than 600,000 IDs would be returned, EXCEEDED_ID_LIMIT is returned" [D the same] */
const mostIds = 600_000;

const wrongDate = (message: string) => new Refusal(400, 'INVALID_REPLICATION_DATE', message);
const asText = (ms: number) => new Date(ms).toISOString().replace('Z', '+0000');

/** A plus that was not escaped arrives as a blank. */
function readMoment(call: Call, name: string): number {
  const given = call.query.get(name);
  if (given === null) throw new Refusal(400, 'MISSING_ARGUMENT', `${name} is required`); // guessed
  const ms = readDatetime(given.replace(' ', '+')) ?? readDatetime(`${given}T00:00:00Z`);
  if (ms === undefined) throw new Refusal(400, 'INVALID_FIELD', `${name} is not a valid dateTime: ${given}`); // guessed
  return ms;
}
/** "The API ignores the seconds portion" [D the same]. */
const wholeMinute = (ms: number) => Math.floor(ms / minuteMs) * minuteMs;

export function replication(call: Call, ctx: Ctx, object: SObject, what: 'updated' | 'deleted'): Answer {
  allow(call, 'GET', 'HEAD');
  // [C MinnPost/object-sync-for-salesforce#109]
  if (!object.byName.has('isdeleted') || !object.byName.has('systemmodstamp'))
    throw new Refusal(400, 'INVALID_TYPE', `sObject type ${object.name} is not replicable`);
  const now = ctx.now();
  const [start, end] = [readMoment(call, 'start'), readMoment(call, 'end')];
  // "must chronologically precede the specified end by more than one minute" [D SOAP guide, getDeleted(); words guessed]; just one does
  // [C jsforce's own tests against real orgs]
  if (end - start < minuteMs) throw wrongDate('startDate must be more than one minute before endDate');
  if (start < now - reach.asked) throw wrongDate('startDate cannot be more than 30 days ago'); // words guessed
  const from = Math.max(wholeMinute(start), what === 'deleted' ? now - reach.deleted : 0);
  const visible = visibleTo(ctx.store, ctx.userId, object, 't0');
  const rows = ctx.store.select(
    `SELECT t0."Id" AS id, t0."SystemModstamp" AS at FROM "${object.name}" t0 WHERE t0."SystemModstamp" >= ? AND t0."SystemModstamp" < ? AND t0."IsDeleted" = ${what === 'deleted' ? 1 : 0}${visible === undefined ? '' : ` AND ${visible}`} ORDER BY t0."SystemModstamp", t0."Id" LIMIT ${mostIds + 1}`,
    [from, wholeMinute(end)],
  );
  if (rows.length > mostIds) throw new Refusal(400, 'EXCEEDED_ID_LIMIT', `more than ${mostIds} ids would be returned`); // words guessed
  const latestDateCovered = asText(wholeMinute(Math.min(end, now)));
  if (what === 'updated') return { status: 200, body: { ids: rows.map((row) => row['id']), latestDateCovered } };
  return {
    status: 200,
    body: {
      deletedRecords: rows.map((row) => ({ deletedDate: asText(Number(row['at'])), id: row['id'] })),
      earliestDateAvailable: asText(wholeMinute(now - reach.deleted)), // guessed: the bin is never emptied here
      latestDateCovered,
    },
  };
}
