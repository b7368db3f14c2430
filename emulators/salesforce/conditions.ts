import type { Field, SObject } from './schema.ts';
import type { Row } from './store.ts';
import { readValue } from './values.ts';

/** One line of an admin's criteria: of a validation rule, of an entry of an assignment rule. */
export type Condition = {
  field: string;
  op: (typeof operators)[number];
  value?: string | number | boolean | null;
};
export const operators = ['=', '!=', '<', '>', '<=', '>=', 'isBlank', 'notBlank', 'contains'] as const;

export const fieldOf = (object: SObject, name: string): Field => {
  const field = object.byName.get(name.toLowerCase());
  if (!field) throw new Error(`${object.name} has no field ${name}`);
  return field;
};

export function holds(object: SObject, row: Row, condition: Condition): boolean {
  const field = fieldOf(object, condition.field);
  const value = row[field.name] ?? null;
  if (condition.op === 'isBlank') return value === null;
  if (condition.op === 'notBlank') return value !== null;
  const expected = readValue(field, condition.value ?? null);
  if (condition.op === '=') return value === expected;
  if (condition.op === '!=') return value !== expected;
  if (value === null || expected === null) return false;
  switch (condition.op) {
    case '<':
      return value < expected;
    case '>':
      return value > expected;
    case '<=':
      return value <= expected;
    case '>=':
      return value >= expected;
    default:
      return String(value).includes(String(expected));
  }
}
