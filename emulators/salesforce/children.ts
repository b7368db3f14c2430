import type { Field, Schema, SObject } from './schema.ts';

/** Lists of records that hang on one, as sub-queries and addresses name them [C describes recorded by CumulusCI]. */
const lists: readonly (readonly [parent: string, name: string, child: string, field: string])[] = [
  ['Account', 'ChildAccounts', 'Account', 'ParentId'],
  ['Account', 'Contacts', 'Contact', 'AccountId'],
  ['Account', 'Opportunities', 'Opportunity', 'AccountId'],
  ['Account', 'Cases', 'Case', 'AccountId'],
  ['Account', 'Tasks', 'Task', 'WhatId'],
  ['Contact', 'Cases', 'Case', 'ContactId'],
  ['Contact', 'Tasks', 'Task', 'WhoId'],
  ['Lead', 'Tasks', 'Task', 'WhoId'],
  ['Case', 'Cases', 'Case', 'ParentId'],
  ['Case', 'Tasks', 'Task', 'WhatId'],
  ['Opportunity', 'Tasks', 'Task', 'WhatId'],
];

export function childList(schema: Schema, object: SObject, name: string): { child: SObject; field: Field } | undefined {
  const found = lists.find(([parent, list]) => parent === object.name && list.toLowerCase() === name.toLowerCase());
  const child = found && schema.find(found[2]);
  const field = found && child?.byName.get(found[3].toLowerCase());
  return child && field ? { child, field } : undefined;
}
