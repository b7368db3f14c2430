import { Refusal } from '../errors.ts';
import type { SObject } from '../schema.ts';
import type { Row, Store } from '../store.ts';

/** So many are named; a real org's own limit was not found. */
const mostNamed = 20;

/**
 * What describe calls `restrictedDelete`: a record such children hang on stays. "Your attempt to delete Mr. Josh Davis could not be
 * completed because it is associated with the following cases.: 00001005\n" [C recorded: a public JavaScript client].
 */
export function checkDeletable(store: Store, object: SObject, row: Row): void {
  for (const { child: name, field, restricted } of object.children) {
    if (!restricted) continue;
    const child = store.schema.named(name);
    const named = child.name === 'Case' ? 'CaseNumber' : child.nameField;
    const living = child.byName.has('isdeleted') ? ' AND "IsDeleted" = 0' : '';
    const rows = store.select(`SELECT "${named}" AS name FROM "${name}" WHERE "${field}" = ?${living} ORDER BY n LIMIT ${mostNamed}`, [
      row['Id'] ?? null,
    ]);
    if (rows.length === 0) continue;
    const own = [row['Salutation'], row[object.nameField]].filter((part) => part != null).join(' ');
    const others = rows.map((one) => String(one['name'])).join(', ');
    throw new Refusal(
      400,
      'DELETE_FAILED',
      `Your attempt to delete ${own} could not be completed because it is associated with the following ${child.labelPlural.toLowerCase()}.: ${others}\n`,
      [],
    );
  }
}
