import { allow, type Answer, type Call } from '../call.ts';
import { Refusal } from '../errors.ts';
import type { SObject } from '../schema.ts';
import { maySee } from '../sharing.ts';
import type { Store } from '../store.ts';
import type { Ctx } from '../work.ts';
import { schemaFor } from '../rights/seen.ts';

// What a user looked at last. A program's writes are no looking, unless it says so: `Sforce-Mru: updateMru=true` [D headers_mru].

const prefix = 'recent:';
/** "the default maximum number of records returned is the maximum number of entries in the list of most-recently viewed records, which is 200" [D resources_recent_items] */
const mostKept = 200;

const idsOf = (store: Store, userId: string): string[] => JSON.parse(store.meta(prefix + userId) ?? '[]') as string[];

export function noteRecent(call: Call, ctx: Ctx, id: string): void {
  if (!/updateMru\s*=\s*true/i.test(call.header('sforce-mru') ?? '')) return;
  const ids = [id, ...idsOf(ctx.store, ctx.userId).filter((one) => one !== id)].slice(0, mostKept);
  ctx.store.setMeta(prefix + ctx.userId, JSON.stringify(ids));
}
export function forgetRecent(store: Store): void {
  for (const { key } of store.metaWith(prefix)) store.deleteMeta(key);
}

/** The last first: id and name of what is there and may be seen, of one kind or of all. */
export function recentItems(ctx: Ctx, most: number, only?: SObject): Record<string, unknown>[] {
  const items = idsOf(ctx.store, ctx.userId).flatMap((id) => {
    const object = schemaFor(ctx).ofId(id);
    const row = object && (!only || only.name === object.name) ? ctx.store.get(object, id) : undefined;
    if (!object || !row || row['IsDeleted'] === 1 || !maySee(ctx.store, ctx.userId, object, row)) return [];
    const url = `/services/data/v${ctx.version}/sobjects/${object.name}/${id}`;
    return [{ attributes: { type: object.name, url }, Id: id, Name: row[object.nameField] ?? null }];
  });
  return items.slice(0, most);
}

export function recent(call: Call, ctx: Ctx): Answer {
  allow(call, 'GET', 'HEAD');
  const asked = call.query.get('limit');
  if (asked !== null && !/^\d+$/.test(asked)) throw new Refusal(400, 'INVALID_FIELD', `limit is not a number: ${asked}`); // guessed
  return { status: 200, body: recentItems(ctx, asked === null ? mostKept : Number(asked)) };
}
