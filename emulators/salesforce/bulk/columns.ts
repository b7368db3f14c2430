import { noSuchForeignKey, Refusal } from '../errors.ts';
import { readId } from '../ids.ts';
import type { Field, SObject } from '../schema.ts';
import { maySee } from '../sharing.ts';
import type { Row, Value } from '../store.ts';
import { readValue } from '../values.ts';
import type { Ctx } from '../work.ts';

/** What a column of an upload means: a field of the record, or a parent named by a field of the parent's. */
export type Column =
  | { readonly kind: 'field'; readonly field: Field }
  | { readonly kind: 'parent'; readonly link: Field; readonly parent: SObject; readonly by: Field };

/**
 * `Name`, `Account.Ext__c`, or with several kinds of parents `User:Owner.Username` [D Help 000381876; datafiles_relationship_fields].
 * Undefined: the object has no such field. Without a kind before the colon the first kind that has the field is meant (guessed).
 */
export function readColumn(object: SObject, name: string, find: (name: string) => SObject | undefined): Column | undefined {
  const field = object.byName.get(name.toLowerCase());
  if (field) return { kind: 'field', field };
  const parts = /^(?:([^:.]+):)?([^:.]+)\.([^:.]+)$/.exec(name);
  const link = parts && object.byRelationship.get((parts[2] ?? '').toLowerCase());
  if (!parts || !link) return undefined;
  for (const target of link.referenceTo) {
    if (parts[1] !== undefined && parts[1].toLowerCase() !== target.toLowerCase()) continue;
    const parent = find(target);
    const by = parent?.byName.get((parts[3] ?? '').toLowerCase());
    if (parent && by && (by.type === 'id' || by.idLookup || by.externalId || isUserName(parent, by)))
      return { kind: 'parent', link, parent, by };
  }
  return undefined;
}

/** `Owner.Email` [D datafiles_csv_samples]; fields.tsv has users from the object reference, which does not tell idLookup. */
const isUserName = (parent: SObject, by: Field): boolean => parent.name === 'User' && ['Email', 'Username'].includes(by.name);

/** "To set a field value to null, use #N/A" [D datafiles_prepare_csv]. */
const nothing = '#N/A';
/** [D asynch_api_csv "Valid date format in records", Boolean] */
const yes = ['yes', 'y', 'true', 'on', '1'];
const no = ['no', 'n', 'false', 'off', '0'];

/** [C quoted by users of loaders: "Deposit?: value not of required type"] */
const wrongType = (field: Field, text: string) =>
  new Refusal(400, 'INVALID_TYPE_ON_FIELD_IN_RECORD', `${field.label}: value not of required type: ${text}`, [field.name]);

function typed(field: Field, text: string): Value {
  if (field.type === 'boolean') {
    const word = text.trim().toLowerCase();
    if (yes.includes(word)) return 1;
    if (no.includes(word)) return 0;
    throw wrongType(field, text);
  }
  try {
    return readValue(field, text);
  } catch (cause) {
    if (cause instanceof Refusal && cause.code === 'JSON_PARSER_ERROR') throw wrongType(field, text);
    throw cause;
  }
}

/** The record a row describes. "Empty field values are ignored when you update records" [D]; on insert the default holds. */
export function readRow(ctx: Ctx, object: SObject, columns: readonly Column[], values: readonly string[]): Row {
  const row: Row = {};
  for (const [place, column] of columns.entries()) {
    const text = values[place] ?? '';
    if (text === '') continue;
    if (column.kind === 'field') row[column.field.name] = text === nothing ? null : typed(column.field, text);
    else row[column.link.name] = text === nothing ? null : parentId(ctx, column, text);
  }
  return row;
}

function parentId(ctx: Ctx, { parent, by }: Extract<Column, { kind: 'parent' }>, text: string): string {
  const value = by.type === 'id' ? (readId(text) ?? text) : typed(by, text);
  const found = value === null ? [] : ctx.store.find(parent, by, value).filter((row) => maySee(ctx.store, ctx.userId, parent, row));
  const [first, second] = found;
  if (!first) throw noSuchForeignKey(text, by.name, parent.name);
  // "If there are multiple User records with an Email value … the relationship can't be created" [D datafiles_csv_samples]; words guessed
  if (second)
    throw new Refusal(400, 'INVALID_FIELD', `More than 1 record found for external id ${by.name} in entity ${parent.name}: ${text}`, []);
  return String(first['Id']);
}
