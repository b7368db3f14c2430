import type { ViewName } from './question.ts';

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const list = (value: unknown): readonly Tree[] => (Array.isArray(value) ? value.filter(isTree) : []);
const keysOf = (trees: readonly Tree[]) => [...new Set(trees.flatMap((tree) => Object.keys(tree)))].toSorted();

/** Words that an admin or a language chose; the rest of a field or an object is Salesforce's. */
const chosen = new Set(['label', 'labelPlural', 'inlineHelpText', 'defaultValue', 'defaultValueFormula', 'calculatedFormula', 'keyPrefix']);
const flags = (tree: Tree): Tree =>
  Object.fromEntries(Object.entries(tree).filter(([key, value]) => !chosen.has(key) && (typeof value !== 'object' || value === null)));
const byName = (trees: readonly Tree[]): Tree => Object.fromEntries(trees.map((tree) => [String(tree['name']), flags(tree)]));

/** A custom object’s history and shares don’t call themselves custom; their names do. */
const isStandard = (object: Tree): boolean => object['custom'] !== true && !String(object['name']).includes('__');

/** Every value replaced by its type, for answers that are about a person or a company. Lists keep one element. */
function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(0, 1).map(shape);
  if (isTree(value)) return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shape(one)]));
  return value === null ? 'null' : typeof value;
}

/** What of an answer is compared and recorded. `open`: lists of which the real org has more, which is no difference. */
export const views: Readonly<Record<ViewName, { readonly open?: string; of(body: unknown): unknown }>> = {
  shape: { of: shape },
  describe: {
    open: 'fields',
    of: (body) => {
      if (!isTree(body) || !Array.isArray(body['fields'])) return body;
      const fields = list(body['fields']).filter((field) => field['custom'] !== true);
      return {
        object: flags(body),
        keys: Object.keys(body).toSorted(),
        keysOfFields: keysOf(fields),
        keysOfValues: keysOf(fields.flatMap((field) => list(field['picklistValues']))),
        keysOfChildren: keysOf(list(body['childRelationships'])),
        fields: byName(fields),
      };
    },
  },
  global: {
    open: 'sobjects',
    of: (body) => {
      if (!isTree(body)) return body;
      const objects = list(body['sobjects']).filter(isStandard);
      return {
        keys: Object.keys(body).toSorted(),
        maxBatchSize: body['maxBatchSize'],
        keysOfObjects: keysOf(objects),
        sobjects: byName(objects),
      };
    },
  },
  limits: { of: (body) => (isTree(body) ? Object.fromEntries(Object.entries(body).map(([key, limit]) => [key, shape(limit)])) : body) },
  versions: { of: (body) => (Array.isArray(body) ? body.filter((one) => isTree(one) && one['version'] === '60.0') : body) },
};
