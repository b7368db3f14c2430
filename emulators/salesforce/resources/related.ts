import type { Answer, Call, Org } from '../call.ts';
import { allow } from '../call.ts';
import { childList } from '../children.ts';
import { noSuchColumn, notFound, Refusal } from '../errors.ts';
import type { SObject } from '../schema.ts';
import { maySee } from '../sharing.ts';
import type { Ctx } from '../work.ts';
import { schemaFor } from '../rights/seen.ts';

// /sobjects/X/<id>/<relationship>/…: on to the parent, and on, or to the children. [D resources_sobject_relationships, dome_relationship_traversal]

/** "No more than five levels can be traversed" from child to parent, one from parent to child [D dome_relationship_traversal] */
const mostHops = 5;

/** The record at the end of the way, or the list of children that hang on it. */
export function relatedTo(
  call: Call,
  ctx: Ctx,
  org: Org,
  start: SObject,
  startId: string,
  names: readonly string[],
): { object: SObject; id: string } | Answer {
  let [object, id] = [start, startId];
  for (const [hop, name] of names.entries()) {
    const row = ctx.store.get(object, id);
    if (!row || row['IsDeleted'] === 1 || !maySee(ctx.store, ctx.userId, object, row)) throw notFound();
    const link = object.byRelationship.get(name.toLowerCase());
    if (!link) {
      const list = childList(schemaFor(ctx), object, name);
      if (!list || hop < names.length - 1) throw notFound();
      allow(call, 'GET', 'HEAD'); // "Only a child-to-parent relationship can be traversed" to write [D resources_sobject_relationships_patch]
      const asked = call.query
        .get('fields')
        ?.split(',')
        .map((one) => one.trim());
      const unknown = asked?.find((one) => !list.child.byName.has(one.toLowerCase()));
      if (unknown !== undefined) throw noSuchColumn(unknown, list.child.name);
      const fields = asked ?? list.child.fields.map((field) => field.name);
      const soql = `SELECT ${fields.join(', ')} FROM ${list.child.name} WHERE ${list.field.name} = '${id}'`;
      const options = { all: false, batch: org.limits.rowsPerPage, version: ctx.version, zone: org.zone, userId: ctx.userId };
      return { status: 200, body: org.queries.run(soql, options) };
    }
    if (hop >= mostHops) throw new Refusal(400, 'INVALID_FIELD', `No more than ${mostHops} relationships can be traversed`); // words guessed
    const next = row[link.name];
    const parent = typeof next === 'string' ? schemaFor(ctx).ofId(next) : undefined;
    if (typeof next !== 'string' || !parent) throw notFound(); // "If there's no record associated … a 404" [D resources_sobject_relationships_get]
    [object, id] = [parent, next];
  }
  return { object, id };
}
