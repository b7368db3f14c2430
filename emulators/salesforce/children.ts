import type { Field, Schema, SObject } from './schema.ts';

/** A list of records that hang on one, as sub-queries and addresses name it: Contacts of an account. */
export function childList(schema: Schema, object: SObject, name: string): { child: SObject; field: Field } | undefined {
  const found = object.children.find((one) => one.name?.toLowerCase() === name.toLowerCase());
  const child = found && schema.find(found.child);
  const field = found && child?.byName.get(found.field.toLowerCase());
  return child && field ? { child, field } : undefined;
}
