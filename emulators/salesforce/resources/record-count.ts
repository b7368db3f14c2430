import { allow, type Answer, type Call } from '../call.ts';
import { notFound, Refusal } from '../errors.ts';
import { rightsFor } from '../rights/seen.ts';
import type { Ctx } from '../work.ts';

/** GET /limits/recordCount?sObjects=A,B: how many records there are, whoever may see them. [D resources_record_count] */
export function recordCount(call: Call, ctx: Ctx): Answer {
  allow(call, 'GET', 'HEAD');
  if (call.path.length > 2 || Number.parseInt(ctx.version, 10) < 40) throw notFound();
  if (!rightsFor(ctx.store, ctx.userId).has('ViewSetup'))
    throw new Refusal(403, 'INSUFFICIENT_ACCESS', 'View Setup and Configuration is needed to count records'); // code and words guessed
  const asked = call.query
    .get('sObjects')
    ?.split(',')
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== '');
  const all = asked === undefined || asked.length === 0;
  const counts = ctx.store.schema.objects
    .filter(({ name }) => all || asked.includes(name.toLowerCase()))
    .map((object) => {
      const kept = ['IsDeleted', 'IsArchived'].filter((name) => object.byName.has(name.toLowerCase())).map((name) => `"${name}" = 0`);
      const where = kept.length === 0 ? '' : ` WHERE ${kept.join(' AND ')}`;
      return { count: ctx.store.count(`SELECT COUNT(*) AS count FROM "${object.name}"${where}`), name: object.name };
    });
  return { status: 200, body: { sObjects: counts.filter(({ count }) => count > 0) } };
}
