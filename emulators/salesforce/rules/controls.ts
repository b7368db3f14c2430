import type { HttpBindings } from '@hono/node-server';
import type { Context, Hono } from 'hono';
import { readId } from '../ids.ts';
import { relateTasks } from '../model/shared-activities.ts';
import type { OrgState } from '../org-state.ts';
import type { SObject } from '../schema.ts';
import type { Condition } from '../conditions.ts';
import { lockedRecords, setLocked } from './approval-locks.ts';
import { archiveActivities } from './archive.ts';
import {
  actions,
  duplicateRules,
  isComparable,
  saveDuplicateRules,
  standardMatch,
  type DuplicateRule,
  type Matching,
} from './duplicates.ts';
import { FormulaError, readFormula } from './formula.ts';
import { RecordTypeError, recordTypesNow, saveRecordType } from './record-type-controls.ts';
import { saveValidationRules, validationRules, type ValidationRule } from './validation.ts';

type Json = Record<string, unknown>;
type Given = {
  readonly app: Hono<{ Bindings: HttpBindings }>;
  readonly org: OrgState;
  readonly bodyOf: (request: { text(): Promise<string> }) => Promise<Json>;
  readonly conditionsOf: (object: SObject, given: unknown) => Condition[];
};

class Wrong extends Error {}
const text = (body: Json, key: string): string => {
  const value = body[key];
  if (typeof value !== 'string' || value === '') throw new Wrong(`${key} is required`);
  return value;
};

/** What an admin sets up: `/__org/validation-rules`, `/__org/duplicate-rules`, `/__org/record-types`, `/__org/activity-settings`, `/__org/archive`, `/__org/record-locks`. */
export function ruleControls({ app, org, bodyOf, conditionsOf }: Given): void {
  const { store } = org;
  const answering =
    (work: (body: Json) => unknown, status: 200 | 201 = 200) =>
    async (c: Context<{ Bindings: HttpBindings }>) => {
      try {
        const told = work(await bodyOf(c.req));
        await store.durable();
        return c.json(told, status);
      } catch (cause) {
        if (cause instanceof Wrong || cause instanceof FormulaError || cause instanceof RecordTypeError)
          return c.json({ error: cause.message }, 400);
        throw cause;
      }
    };

  app.get('/__org/validation-rules', (c) => c.json(validationRules(store)));
  app.post(
    '/__org/validation-rules',
    answering((body) => {
      const object = store.schema.named(text(body, 'object'));
      const known = validationRules(store);
      const { formula, errorField } = body;
      if (formula !== undefined) readFormula(store.schema, object, text(body, 'formula'));
      const rule: ValidationRule = {
        name: typeof body['name'] === 'string' ? body['name'] : `rule_${known.length + 1}`,
        object: object.name,
        active: body['active'] !== false,
        ...(typeof formula === 'string' ? { formula } : { when: conditionsOf(object, body['when'] ?? body) }),
        message: text(body, 'message'),
        ...(typeof errorField === 'string' ? { errorField: fieldNamed(object, errorField) } : {}),
      };
      // A rule of the same name is the same rule, changed.
      saveValidationRules(store, [...known.filter((one) => one.object !== rule.object || one.name !== rule.name), rule]);
      return rule;
    }, 201),
  );
  app.delete(
    '/__org/validation-rules',
    answering(() => {
      saveValidationRules(store, []);
      return [];
    }),
  );

  app.get('/__org/duplicate-rules', (c) => c.json(duplicateRules(store)));
  app.post(
    '/__org/duplicate-rules',
    answering((body) => {
      const rule = duplicateRule(org, body);
      saveDuplicateRules(store, [...duplicateRules(store).filter((one) => one.object !== rule.object || one.name !== rule.name), rule]);
      return rule;
    }, 201),
  );
  app.delete(
    '/__org/duplicate-rules',
    answering(() => {
      saveDuplicateRules(store, undefined);
      return duplicateRules(store);
    }),
  );

  app.get('/__org/record-types', (c) => c.json(recordTypesNow(store)));
  app.post(
    '/__org/record-types',
    answering((body) => saveRecordType(store, org.now(), store.schema.named(text(body, 'object')), body), 201),
  );

  app.get('/__org/activity-settings', (c) => c.json({ sharedActivities: store.schema.features.sharedActivities }));
  app.post(
    '/__org/activity-settings',
    answering((body) => {
      // "If you enable Shared Activities … you can't disable it" [D Help]
      if (body['sharedActivities'] !== true) throw new Wrong('sharedActivities is true: what is on stays on');
      if (!store.schema.features.sharedActivities) store.switchOn('sharedActivities');
      relateTasks(store, org.now());
      org.queries.forget();
      return { sharedActivities: true };
    }),
  );

  app.post(
    '/__org/archive',
    answering(() => archiveActivities(store, org.now())),
  );

  app.get('/__org/record-locks', (c) => c.json(lockedRecords(store)));
  app.post(
    '/__org/record-locks',
    answering((body) => {
      const id = readId(text(body, 'id'));
      const object = id === undefined ? undefined : store.schema.ofId(id);
      if (id === undefined || !object || !store.get(object, id)) throw new Wrong('id names no record of this org');
      setLocked(store, id, body['locked'] !== false);
      return lockedRecords(store);
    }),
  );
}

function fieldNamed(object: SObject, name: string): string {
  const field = object.byName.get(name.toLowerCase());
  if (!field) throw new Wrong(`${object.name} has no field ${name}`);
  return field.name;
}

/** Without a name: the standard rule of the object, changed. */
function duplicateRule({ store }: OrgState, body: Json): DuplicateRule {
  const object = store.schema.named(text(body, 'object'));
  const name = typeof body['name'] === 'string' ? body['name'] : `Standard_${object.name}_Duplicate_Rule`;
  const known = duplicateRules(store).find((one) => one.object === object.name && one.name === name);
  const action = (key: string) => {
    if (body[key] === undefined) return undefined;
    const found = actions.find((one) => one === body[key]);
    if (!found) throw new Wrong(`${key} is one of ${actions.join(', ')}`);
    return found;
  };
  const both = action('action');
  const sharing = (['enforce', 'bypass'] as const).find((one) => one === (body['sharing'] ?? known?.sharing ?? 'enforce'));
  if (!sharing) throw new Wrong('sharing is enforce or bypass');
  return {
    name,
    object: object.name,
    active: typeof body['active'] === 'boolean' ? body['active'] : (known?.active ?? true),
    onCreate: action('onCreate') ?? both ?? known?.onCreate ?? 'alert',
    onUpdate: action('onUpdate') ?? both ?? known?.onUpdate ?? 'allow',
    message: typeof body['message'] === 'string' ? body['message'] : (known?.message ?? 'Use one of these records?'),
    matches: matchesOf(store.schema.named, object, name, body['match']) ?? known?.matches ?? standardOf(object),
    sharing,
  };
}

function standardOf(object: SObject): Matching[] {
  const match = standardMatch(object.name);
  if (!match) throw new Wrong(`${object.name} has no standard rule: match is a list of fields`);
  return [match];
}

function matchesOf(named: (name: string) => SObject, object: SObject, rule: string, given: unknown): Matching[] | undefined {
  if (given === undefined) return undefined;
  if (given === 'standard') return standardOf(object);
  if (!Array.isArray(given) || given.length === 0) throw new Wrong('match is "standard" or a list of fields');
  const fields = given.map((one: unknown) => fieldNamed(named(object.name), String(one)));
  const odd = fields.find((field) => !isComparable(object, field));
  if (odd !== undefined) throw new Wrong(`${odd} cannot be compared`);
  return [{ object: object.name, rule: `${rule.replace(/_?Duplicate_Rule$/, '')}_Match_Rule`, fields }];
}
