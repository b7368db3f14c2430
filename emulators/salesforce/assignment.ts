import { holds, type Condition } from './conditions.ts';
import { malformedId, noSuchReference } from './errors.ts';
import { readId } from './ids.ts';
import type { SObject } from './schema.ts';
import type { Row, Store } from './store.ts';

/** What an admin set up under Lead or Case Assignment Rules. The first entry that is true of the record gives the owner. */
export type AssignmentRule = {
  id: string;
  name: string;
  object: string;
  active: boolean;
  entries: { when: Condition[]; ownerId: string }[];
};
export type Assignment = {
  rules: AssignmentRule[];
  /** Support Settings and Lead Settings: who gets what no entry is true of. */
  defaultOwners: Record<string, string>;
};

/** Accounts have territory rules instead, which are not here (org.md). */
export const assignedObjects: readonly string[] = ['Lead', 'Case'];

export const assignment = (store: Store): Assignment =>
  JSON.parse(store.meta('assignment') ?? '{"rules":[],"defaultOwners":{}}') as Assignment;
export const saveAssignment = (store: Store, changed: Assignment): void => store.setMeta('assignment', JSON.stringify(changed));

/**
 * The owner the org gives a record a program creates or changes, or undefined: the one it was sent with. `Sforce-Auto-Assign` is TRUE when
 * a program leaves it out; "FALSE: active assignment rules are not applied"; a rule's id: "applied for created" records
 * [D headers_autoassign]. What no entry is true of goes to the default owner [C]. So does a case where the only rules are inactive
 * [D Help 000395506]; a lead stays with its owner then (guessed). Without any rule everything stays [D DmlOptions, since 30.0].
 */
export function assignedOwner(store: Store, object: SObject, row: Row, header: string | undefined, created: boolean): string | undefined {
  if (!assignedObjects.includes(object.name) || header?.toUpperCase() === 'FALSE') return undefined;
  const { rules, defaultOwners } = assignment(store);
  const own = rules.filter((rule) => rule.object === object.name);
  let rule = own.find((one) => one.active);
  if (header !== undefined && header.toUpperCase() !== 'TRUE') {
    const id = readId(header);
    if (id === undefined) throw malformedId('Assignment Rule ID', 'Sforce-Auto-Assign', header); // "MALFORMED_ID" [D AssignmentRuleHeader]; words guessed
    rule = own.find((one) => one.id === id);
    if (!rule) throw noSuchReference(); // guessed
    if (!created) return undefined;
  }
  if (!rule && (object.name !== 'Case' || own.length === 0)) return undefined;
  const entry = rule?.entries.find(({ when }) => when.every((condition) => holds(object, row, condition)));
  return entry?.ownerId ?? defaultOwners[object.name];
}
