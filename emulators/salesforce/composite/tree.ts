import { childList } from '../children.ts';
import { jsonBroken, notFound, Refusal, type RowError } from '../errors.ts';
import { allow, jsonBody, type Answer, type Call } from '../call.ts';
import { readSent } from '../parents.ts';
import { insertRow } from '../records.ts';
import type { Field, SObject } from '../schema.ts';
import { mustBeWritable } from '../sobjects.ts';
import type { Row } from '../store.ts';
import { allOrNothing, asRowRefusal, type Ctx, type Work } from '../work.ts';
import { schemaFor } from '../rights/seen.ts';

// POST /composite/tree/X: records with their children, all or none. [D resources_composite_sobject_tree]

/** "Up to 200 records across all trees; up to five records of different types; trees up to five levels deep" [D the same] */
const most = { records: 200, types: 5, levels: 5 };

type Node = {
  readonly referenceId: string;
  readonly object: SObject;
  readonly read: () => Row;
  readonly parent: { readonly node: Node; readonly link: Field } | undefined;
};

const invalid = (message: string, status = 400) => new Refusal(status, 'INVALID_INPUT', message);

type Told = { attributes: { type?: unknown; referenceId?: unknown }; fields: Record<string, unknown> };
function readEntry(entry: unknown): Told {
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) throw jsonBroken('Each record is required to be a JSON object');
  const { attributes, ...fields } = entry as Record<string, unknown>;
  return { attributes: typeof attributes === 'object' && attributes !== null ? attributes : {}, fields };
}

const recordsOf = (given: unknown): unknown[] | undefined =>
  typeof given === 'object' && given !== null && 'records' in given && Array.isArray(given.records) ? given.records : undefined;

/** Level by level, as the answer lists them [D responses_composite_sobject_tree, example]. */
function readTree(ctx: Ctx, root: SObject, records: unknown[]): { nodes: Node[]; untyped: string[] } {
  const schema = schemaFor(ctx);
  const nodes: Node[] = [];
  const untyped: string[] = [];
  let level: { entry: unknown; parent: Node['parent'] }[] = records.map((entry) => ({ entry, parent: undefined }));
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > most.levels) throw invalid(`The request can’t be deeper than ${most.levels} levels.`); // words guessed
    const next: typeof level = [];
    for (const { entry, parent } of level) {
      const { attributes, fields } = readEntry(entry);
      // [C quoted by a public client, with this status]
      if (typeof attributes.referenceId !== 'string') throw invalid('Include a reference ID for each record in the request.', 403);
      const { referenceId, type } = attributes;
      if (typeof type !== 'string') {
        untyped.push(referenceId);
        continue;
      }
      const object = schema.named(type);
      mustBeWritable(object);
      // "The type of all root records is that of the address" [D the same; words guessed]
      if (!parent && object !== root) throw invalid(`The type of a root record must be ${root.name}, not ${object.name}`);
      const own: Record<string, unknown> = {};
      const lists: { link: Field; entries: unknown[] }[] = [];
      for (const [name, value] of Object.entries(fields)) {
        const entries = recordsOf(value);
        const list = entries && childList(schema, object, name);
        if (entries && list) lists.push({ link: list.field, entries });
        else own[name] = value;
      }
      const node: Node = { referenceId, object, read: readSent(ctx, object, own).whole, parent };
      nodes.push(node);
      next.push(...lists.flatMap(({ link, entries }) => entries.map((child) => ({ entry: child, parent: { node, link } }))));
    }
    level = next;
  }
  return { nodes, untyped };
}

export function* tree(call: Call, ctx: Ctx): Work<Answer> {
  const [, , type = '', ...more] = call.path;
  const root = schemaFor(ctx).inAddress(type);
  if (!root || more.length > 0) throw notFound();
  allow(call, 'POST');
  const { records } = jsonBody(call);
  if (!Array.isArray(records)) throw jsonBroken('The records list is required');
  const { nodes, untyped } = readTree(ctx, root, records);
  if (nodes.length > most.records) throw invalid(`The request can’t contain more than ${most.records} records.`); // words guessed
  if (new Set(nodes.map(({ object }) => object.name)).size > most.types)
    throw invalid(`The request can’t contain more than ${most.types} types of records.`); // words guessed

  const refused = (referenceId: string, ...errors: RowError[]) => ({ referenceId, errors });
  // [C quoted by a public client; "results contains one item for each instance of the duplicate ID", D responses_composite_sobject_tree]
  const twice = nodes.filter(({ referenceId }, place) => nodes.some((other, at) => at !== place && other.referenceId === referenceId));
  const misread = [
    ...untyped.map((id) => refused(id, invalid('Include an entity type for each record in the request.').row())),
    ...twice.map(({ referenceId }) => refused(referenceId, invalid('Duplicate ReferenceId provided in the request.').row())),
  ];
  if (misread.length > 0) return { status: 400, body: { hasErrors: true, results: misread } };

  function* work(): Work<{ made: { referenceId: string; id: string }[]; errors: ReturnType<typeof refused>[] }> {
    const ids = new Map<Node, string>();
    const errors: ReturnType<typeof refused>[] = [];
    for (const node of nodes) {
      const parentId = node.parent && ids.get(node.parent.node);
      if (node.parent && parentId === undefined) continue; // its parent is the one that failed
      try {
        const row = node.read();
        if (node.parent) row[node.parent.link.name] = parentId ?? null;
        ids.set(node, yield* insertRow(ctx, node.object, row));
      } catch (cause) {
        const refusal = asRowRefusal(cause);
        ctx.tally.rowErrors.set(refusal.code, (ctx.tally.rowErrors.get(refusal.code) ?? 0) + 1);
        errors.push(refused(node.referenceId, ...refusal.rows()));
      }
    }
    return { made: [...ids].map(([{ referenceId }, id]) => ({ referenceId, id })), errors };
  }
  const { made, errors } = yield* allOrNothing(ctx, nodes.length, work, (result) => result.errors.length === 0);
  return errors.length > 0
    ? { status: 400, body: { hasErrors: true, results: errors } }
    : { status: 201, body: { hasErrors: false, results: made } };
}
