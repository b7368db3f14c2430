import { holds, type Condition } from '../conditions.ts';
import { notImplemented, validationFailed, type Refusal } from '../errors.ts';
import type { SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';
import { FormulaError, isTrue, readFormula, type Formula } from './formula.ts';

/** A rule an admin made: when it is true of a record, the record is refused with the admin's words. */
export type ValidationRule = {
  readonly name: string;
  readonly object: string;
  readonly active: boolean;
  readonly message: string;
  /** Where the words stand: a field, or at the top of the page. */
  readonly errorField?: string;
  /** One of the two. Conditions are all to hold. */
  readonly formula?: string;
  readonly when?: readonly Condition[];
};

const key = 'validationRules';
export const validationRules = (store: Store): readonly ValidationRule[] => JSON.parse(store.meta(key) ?? '[]') as ValidationRule[];
export const saveValidationRules = (store: Store, rules: readonly ValidationRule[]): void => store.setMeta(key, JSON.stringify(rules));

/** Read once for each schema: a field that went away is met again then. */
const read = new WeakMap<object, Map<string, Formula>>();
function formulaOf(store: Store, object: SObject, source: string): Formula {
  const known = read.get(store.schema) ?? new Map<string, Formula>();
  read.set(store.schema, known);
  const name = `${object.name} ${source}`;
  const formula = known.get(name) ?? readFormula(store.schema, object, source);
  known.set(name, formula);
  return formula;
}

/**
 * Refuses the record for every rule that is true of it: "when one validation rule fails, Salesforce continues to check any additional
 * validation rules … and displays all appropriate error messages at once" [D Help, validation rules considerations].
 */
export function checkValidationRules(
  { store, userId, now }: { readonly store: Store; readonly userId: string; readonly now: () => number },
  object: SObject,
  row: Row,
  before: Row | undefined,
): void {
  const failed: Refusal[] = [];
  for (const rule of validationRules(store)) {
    if (rule.object !== object.name || !rule.active) continue;
    try {
      const wrong =
        rule.formula === undefined
          ? (rule.when ?? []).every((condition) => holds(object, row, condition))
          : isTrue(formulaOf(store, object, rule.formula), { store, object, row, before, userId, nowMs: now() });
      if (wrong) failed.push(validationFailed(rule.message, rule.errorField));
    } catch (cause) {
      if (cause instanceof FormulaError) throw notImplemented(`working out the validation rule ${rule.name}: ${cause.message}`);
      throw cause;
    }
  }
  const [first, ...others] = failed;
  if (!first) return;
  first.also = others;
  throw first;
}
