import { allow, type Answer, type Call } from '../call.ts';
import { picklistOf, recordTypes } from '../describe.ts';
import { notFound, notImplemented, Refusal } from '../errors.ts';
import { readId } from '../ids.ts';
import type { Field, SObject } from '../schema.ts';
import type { Store } from '../store.ts';
import type { Ctx } from '../work.ts';
import { etagOf } from './conditional.ts';
import { schemaFor } from '../rights/seen.ts';

// /ui-api/object-info/X and its picklist-values: what a screen needs to know of an object. [D UI API guide]

const choices: readonly Field['type'][] = ['picklist', 'multipicklist'];
/** As UI API says types [D UI API guide, Field; those of rarer types guessed]. */
const dataTypes: Readonly<Record<Field['type'], string>> = {
  id: 'Reference',
  reference: 'Reference',
  string: 'String',
  textarea: 'TextArea',
  picklist: 'Picklist',
  multipicklist: 'MultiPicklist',
  combobox: 'ComboBox',
  phone: 'Phone',
  email: 'Email',
  url: 'Url',
  boolean: 'Boolean',
  int: 'Int',
  double: 'Double',
  currency: 'Currency',
  percent: 'Percent',
  date: 'Date',
  datetime: 'DateTime',
  address: 'Address',
};

const choice = (value: string) => ({ attributes: null, label: value, validFor: [], value });

/** [D responses Picklist Values] */
function picklistValues(store: Store, object: SObject, field: Field, recordTypeId: string, version: string): Record<string, unknown> {
  const values = picklistOf(store, object, field, recordTypeId);
  const chosen = values.find((one) => one.isDefault);
  const body = {
    controllerValues: {},
    defaultValue: chosen ? choice(chosen.value) : null,
    url: `/services/data/v${version}/ui-api/object-info/${object.name}/picklist-values/${recordTypeId}/${field.name}`,
    values: values.map(({ value }) => choice(value)),
  };
  return { ...body, eTag: etagOf(body).slice(1, 33) };
}

function recordTypeIn(store: Store, object: SObject, given: string): string {
  const id = readId(given);
  const known = recordTypes(store, object, '').some((type) => type['recordTypeId'] === id);
  if (id === undefined || !known) throw new Refusal(400, 'INVALID_ID', `${given} is no record type of ${object.name}`); // guessed
  return id;
}

function objectInfo(store: Store, object: SObject): Record<string, unknown> {
  const types = recordTypes(store, object, '').map(({ available, defaultRecordTypeMapping, master, name, recordTypeId }) => ({
    available,
    defaultRecordTypeMapping,
    master,
    name,
    recordTypeId,
  }));
  const body = {
    apiName: object.name,
    createable: object.may.create,
    custom: object.name.endsWith('__c'),
    defaultRecordTypeId: types.find((type) => type.defaultRecordTypeMapping)?.recordTypeId ?? null,
    deletable: object.may.delete,
    dependentFields: {},
    fields: Object.fromEntries(
      object.fields.map((field) => [
        field.name,
        {
          apiName: field.name,
          createable: field.createable && object.may.create,
          custom: field.custom,
          dataType: dataTypes[field.type],
          filterable: field.filterable,
          label: field.label,
          length: field.length,
          nameField: field.name === object.nameField && field.name !== 'Id',
          polymorphicForeignKey: field.referenceTo.length > 1,
          precision: ['double', 'currency', 'percent'].includes(field.type) ? field.digits : 0,
          reference: field.type === 'reference',
          referenceToInfos: field.referenceTo.map((name) => ({
            apiName: name,
            nameFields: [store.schema.find(name)?.nameField ?? 'Name'],
          })),
          relationshipName: field.relationship ?? null,
          required: !field.nillable && field.createable && field.type !== 'boolean' && field.defaultValue === undefined,
          scale: field.scale,
          sortable: field.filterable,
          unique: field.unique,
          updateable: field.updateable && object.may.update,
        },
      ]),
    ),
    keyPrefix: object.keyPrefix,
    label: object.label,
    labelPlural: object.labelPlural,
    nameFields: [object.nameField],
    queryable: true,
    recordTypeInfos: Object.fromEntries(types.map((type) => [String(type.recordTypeId), type])),
    updateable: object.may.update,
  };
  return { ...body, eTag: etagOf(body).slice(1, 33) };
}

export function uiApi(call: Call, ctx: Ctx): Answer {
  const [, kind, name = '', list, recordTypeId, fieldName, ...more] = call.path;
  if (kind !== 'object-info' || name === '' || (list !== undefined && list !== 'picklist-values') || more.length > 0)
    throw notImplemented(`/${call.path.join('/')}`);
  allow(call, 'GET', 'HEAD');
  const object = schemaFor(ctx).inAddress(name);
  if (!object) throw notFound();
  if (list === undefined) return { status: 200, body: objectInfo(ctx.store, object) };
  if (recordTypeId === undefined) throw notFound();
  const type = recordTypeIn(ctx.store, object, recordTypeId);
  if (fieldName !== undefined) {
    const field = object.byName.get(fieldName.toLowerCase());
    if (!field || !choices.includes(field.type)) throw notFound();
    return { status: 200, body: picklistValues(ctx.store, object, field, type, ctx.version) };
  }
  const fields = object.fields.filter((field) => choices.includes(field.type));
  const picklistFieldValues = Object.fromEntries(
    fields.map((field) => [field.name, picklistValues(ctx.store, object, field, type, ctx.version)]),
  );
  return { status: 200, body: { eTag: etagOf(picklistFieldValues).slice(1, 33), picklistFieldValues } };
}
