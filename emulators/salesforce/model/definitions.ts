import { seenBy } from '../rights/seen.ts';
import type { Field, SObject } from '../schema.ts';
import { defaultOf } from '../sharing.ts';
import { Refusal } from '../errors.ts';
import type { Row, Store } from '../store.ts';

// EntityDefinition and FieldDefinition: what describe says, as rows to query. Worked out when they are asked for, as the asking user sees the org.

const names = ['entitydefinition', 'fielddefinition'];
const filled = new WeakMap<Store, { version: number; userId: string }>();

/** "A filter on a reified column is required" [C quoted]: fields are asked of one object at a time. */
const filterNeeded = () => new Refusal(400, 'MALFORMED_QUERY', 'A filter on a reified column is required [EntityDefinitionId,DurableId]');

/** Makes the rows of a query on one of the two ready; `soql` is the query's text, `from` its object. */
export function prepareDefinitions(store: Store, userId: string, from: string, soql: string): void {
  if (!names.includes(from.toLowerCase())) return;
  if (from.toLowerCase() === 'fielddefinition' && !/\bwhere\b[\s\S]*\b(?:EntityDefinitionId|EntityDefinition\.\w+|DurableId)\b/i.test(soql))
    throw filterNeeded();
  const known = filled.get(store);
  if (known && known.version === store.setUpVersion && known.userId === userId) return;
  const [entities, fields] = [store.schema.named('EntityDefinition'), store.schema.named('FieldDefinition')];
  store.run('DELETE FROM "EntityDefinition"');
  store.run('DELETE FROM "FieldDefinition"');
  let [n, m] = [0, 0];
  for (const object of seenBy(store, userId).objects) {
    if (names.includes(object.name.toLowerCase())) continue;
    store.insert(entities, (n += 1), entityRow(store, object));
    for (const field of object.fields) store.insert(fields, (m += 1), fieldRow(object, field));
  }
  filled.set(store, { version: store.setUpVersion, userId });
}

const developerName = (name: string): string => name.replace(/__p?c$/, '');
const yes = (value: boolean): number => (value ? 1 : 0);

function entityRow(store: Store, object: SObject): Row {
  const is = (flag: string) => yes(object.flags.has(flag));
  return {
    Id: object.name,
    DurableId: object.name,
    QualifiedApiName: object.name,
    DeveloperName: developerName(object.name),
    MasterLabel: object.label,
    Label: object.label,
    PluralLabel: object.labelPlural,
    KeyPrefix: object.keyPrefix,
    IsQueryable: 1,
    IsSearchable: is('search'),
    IsTriggerable: is('trigger'),
    IsApexTriggerable: is('trigger'),
    IsLayoutable: is('layout'),
    IsCompactLayoutable: is('compact'),
    IsFeedEnabled: is('feed'),
    IsMruEnabled: is('mru'),
    IsReplicateable: is('replicate'),
    IsRetrieveable: is('retrieve'),
    IsCustomSetting: 0,
    IsEverCreatable: yes(object.may.create),
    IsEverUpdatable: yes(object.may.update),
    IsEverDeletable: yes(object.may.delete),
    InternalSharingModel: object.fields.some((field) => field.masterDetail) ? 'ControlledByParent' : defaultOf(store, object),
  };
}

/** As Setup writes a field's type: Text(80), Lookup(Contact,Lead) [D Tooling API, FieldDefinition.DataType; forms of some types guessed]. */
function dataType(object: SObject, field: Field): string {
  const sized = (name: string) => `${name}(${field.length})`;
  const number = (name: string) => `${name}(${field.digits - field.scale}, ${field.scale})`;
  if (field.autoNumber !== undefined || field.flags?.has('auto')) return 'Auto Number';
  if (field.masterDetail) return `Master-Detail(${field.referenceTo.join(',')})`;
  if (field.name === object.nameField && !field.custom && object.byName.has('firstname')) return 'Name';
  switch (field.type) {
    case 'id':
      return 'Lookup()';
    case 'reference':
      return `Lookup(${field.referenceTo.join(',')})`;
    case 'boolean':
      return 'Checkbox';
    case 'datetime':
      return 'Date/Time';
    case 'date':
      return 'Date';
    case 'url':
      return sized('URL');
    case 'textarea':
      return field.filterable ? sized('Text Area') : sized('Long Text Area');
    case 'multipicklist':
      return 'Picklist (Multi-Select)';
    case 'combobox':
    case 'picklist':
      return 'Picklist';
    case 'int':
    case 'double':
      return number('Number');
    case 'currency':
      return number('Currency');
    case 'percent':
      return number('Percent');
    case 'string':
      return `${sized('Text')}${field.externalId ? ' (External ID)' : ''}${field.unique ? ` (Unique Case ${field.caseSensitive ? 'Sensitive' : 'Insensitive'})` : ''}`;
    default:
      return field.type.charAt(0).toUpperCase() + field.type.slice(1);
  }
}

const fieldRow = (object: SObject, field: Field): Row => ({
  Id: `${object.name}.${field.name}`,
  DurableId: `${object.name}.${field.name}`,
  QualifiedApiName: field.name,
  EntityDefinitionId: object.name,
  DeveloperName: developerName(field.name),
  MasterLabel: field.label,
  Label: field.label,
  Length: field.length,
  DataType: dataType(object, field),
  ExtraTypeInfo: [...(field.flags ?? [])].find((flag) => flag.startsWith('extra='))?.slice('extra='.length) ?? null,
  IsCalculated: 0,
  IsNameField: yes(field.name === object.nameField && field.name !== 'Id'),
  IsNillable: yes(field.nillable),
  IsIndexed: yes(field.type === 'id' || field.type === 'reference' || field.idLookup || field.unique),
  IsApiFilterable: yes(field.filterable),
  IsPolymorphicForeignKey: yes(field.referenceTo.length > 1),
  Precision: field.digits,
  Scale: field.scale,
  RelationshipName: field.relationship ?? null,
});
