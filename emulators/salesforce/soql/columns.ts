import type { Field, SObject } from '../schema.ts';
import { isText } from '../values.ts';
import type { GroupedEntry } from './grouped.ts';
import { isNumber } from './names.ts';
import { shown, type Entry, type Plan } from './plan.ts';

// `columns=true`: what a query would answer, without its records. Keys and values as recorded [C salesforcecli/plugin-data,
// queryFields.exemplars; jetstreamapp/jetstream, types].

type ColumnMetadata = Record<string, unknown>;

const apexTypes: Partial<Record<Field['type'], string>> = {
  id: 'Id',
  reference: 'Id',
  boolean: 'Boolean',
  int: 'Integer',
  double: 'Double',
  currency: 'Double',
  percent: 'Double',
  date: 'Date',
  datetime: 'Datetime',
};

const column = (name: string, more: ColumnMetadata): ColumnMetadata => ({
  aggregate: false,
  apexType: null,
  booleanType: false,
  columnName: name,
  custom: false,
  displayName: name,
  foreignKeyName: null,
  insertable: false,
  joinColumns: [],
  numberType: false,
  textType: false,
  updatable: false,
  ...more,
});

const ofField = (name: string, field: Field): ColumnMetadata =>
  column(name, {
    apexType: apexTypes[field.type] ?? 'String',
    booleanType: field.type === 'boolean',
    custom: field.custom,
    insertable: field.createable,
    numberType: isNumber(field),
    textType: isText(field),
    updatable: field.updateable,
  });

function ofEntry(entry: Entry): ColumnMetadata {
  switch (entry.kind) {
    case 'value':
      return entry.made
        ? column(entry.key, {
            aggregate: true,
            displayName: entry.made.shown,
            numberType: isNumber(entry.field),
            textType: isText(entry.field),
          })
        : ofField(entry.key, entry.field);
    case 'address':
      return column(entry.key, { apexType: 'Address' }); // guessed
    case 'parent':
      return column(entry.key, { custom: entry.link.custom, foreignKeyName: entry.link.name, joinColumns: entry.entries.map(ofEntry) });
    case 'typeof': {
      // All that may come, each once (guessed).
      const all = [...entry.branches.flatMap((branch) => branch.entries), ...(entry.otherwise ?? [])];
      const once = all.filter((one, place) => all.findIndex((other) => other.key === one.key) === place);
      return column(entry.key, { custom: entry.link.custom, foreignKeyName: entry.link.name, joinColumns: once.map(ofEntry) });
    }
    case 'children':
      return column(entry.key, { aggregate: true, joinColumns: entry.plan.entries.map(ofEntry) });
  }
}

const whole = (object: SObject, columnMetadata: ColumnMetadata[], groupBy: boolean, idSelected: boolean) => ({
  columnMetadata,
  entityName: object.name,
  groupBy,
  idSelected,
  keyPrefix: object.keyPrefix,
});

export const columnsOf = ({ object, entries }: Plan) =>
  whole(
    object,
    entries.map(ofEntry),
    false,
    entries.some((entry) => entry.key === 'Id'),
  );

export const columnsOfGroups = (object: SObject, entries: readonly GroupedEntry[], groupBy: boolean) =>
  whole(
    object,
    entries.map(({ key, made, value }) =>
      value.kind === 'path'
        ? { ...ofField(key, made.field), displayName: made.field.name }
        : column(key, { aggregate: true, displayName: shown(value), numberType: isNumber(made.field), textType: isText(made.field) }),
    ),
    groupBy,
    false,
  );

export const columnsOfCount = (object: SObject) => whole(object, [], false, false); // guessed
