import { allow, jsonBody, type Answer, type Call } from '../call.ts';
import { entityIsDeleted, notFound, notImplemented, noSuchType, Refusal } from '../errors.ts';
import type { Field } from '../schema.ts';
import { parseSoql, plain, queryError, type Condition, type Literal, type Path, type Query } from '../soql.ts';
import type { Ctx } from '../work.ts';
import { mayCustomize } from './access.ts';
import type { Catalog, Component } from './catalog.ts';
import type { Deployments } from './deployments.ts';
import { fieldName } from './fields.ts';
import { apply, nameTaken, takeOut } from './org-catalog.ts';
import { deployResult } from './result.ts';
import { allElements, docOf, docsOf, numberOf, Problem, readJson, textOf } from './types.ts';
import type { Doc } from './xml.ts';

// /services/data/vNN.0/tooling: custom fields one by one, and what tools ask about objects, fields and deployments.

type Cell = string | number | boolean | null | Record<string, unknown>;
type Row = { readonly [column: string]: Cell };
type Table = {
  readonly keyPrefix: string;
  readonly label: string;
  readonly columns: readonly string[];
  /** Parents a path may lead through. */
  readonly parents: Readonly<Record<string, (row: Row, catalog: Catalog) => Row | undefined>>;
  readonly rows: (catalog: Catalog, ctx: Ctx, deployments: Deployments) => Row[];
  /** Not kept in tables: "don't support … COUNT(), GROUP BY, LIMIT, LIMIT OFFSET, OR, NOT" [D Tooling API, SOQL Operation Limitations] */
  readonly virtual?: true;
};

/** How other set-up objects know an object: a standard one by its name, a custom one by its id. */
const durableId = (catalog: Catalog, object: string): string => catalog.get('CustomObject', object)?.id?.slice(0, 15) ?? object;
const date = (ms: number): string => new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('Z', '+0000');

/** `Metadata` of the Tooling API: every element, empty ones as null; a value's name is called valueName there [C public clients]. */
function metadataOf(doc: Doc): Record<string, unknown> {
  const set = docOf(doc, 'valueSet');
  const values = docsOf(docOf(set, 'valueSetDefinition'), 'value').map((value) => ({
    color: textOf(value, 'color') ?? null,
    default: value['default'] ?? false,
    description: textOf(value, 'description') ?? null,
    isActive: value['isActive'] ?? null,
    label: textOf(value, 'label') ?? textOf(value, 'fullName'),
    urls: null,
    valueName: textOf(value, 'fullName'),
  }));
  return {
    ...Object.fromEntries(allElements('CustomField').map((name) => [name, doc[name] ?? null])),
    ...(set
      ? {
          valueSet: {
            controllingField: null,
            restricted: set['restricted'] ?? null,
            valueSetDefinition: { sorted: docOf(set, 'valueSetDefinition')?.['sorted'] ?? false, value: values },
            valueSetName: null,
            valueSettings: [],
          },
        }
      : {}),
    urls: null,
  };
}

function fieldRow(catalog: Catalog, one: Component): Row {
  const [object = '', name = ''] = one.fullName.split('.');
  return {
    Id: one.id ?? '',
    DeveloperName: name.replace(/__c$/, ''),
    TableEnumOrId: durableId(catalog, object),
    EntityDefinitionId: durableId(catalog, object),
    NamespacePrefix: null,
    FullName: one.fullName,
    Metadata: metadataOf(one.doc),
    Description: textOf(one.doc, 'description') ?? null,
    InlineHelpText: textOf(one.doc, 'inlineHelpText') ?? null,
    Length: numberOf(one.doc, 'length') ?? null,
    Precision: numberOf(one.doc, 'precision') ?? null,
    Scale: numberOf(one.doc, 'scale') ?? null,
    RelationshipLabel: textOf(one.doc, 'relationshipLabel') ?? null,
    ManageableState: 'unmanaged',
    CreatedDate: date(one.createdMs),
    CreatedById: one.createdById,
    LastModifiedDate: date(one.modifiedMs),
    LastModifiedById: one.modifiedById,
  };
}

function entityRows(catalog: Catalog): Row[] {
  return catalog.schema.objects.map((object) => ({
    DurableId: durableId(catalog, object.name),
    QualifiedApiName: object.name,
    DeveloperName: object.name.replace(/__c$/, ''),
    Label: object.label,
    MasterLabel: object.label,
    PluralLabel: object.labelPlural,
    NamespacePrefix: null,
    KeyPrefix: object.keyPrefix,
    IsCustomizable: object.flags.has('layout'),
    IsCustomSetting: false,
    IsDeprecatedAndHidden: false,
    IsLayoutable: object.flags.has('layout'),
    IsQueryable: true,
    IsSearchable: object.flags.has('search'),
    IsTriggerable: object.flags.has('trigger'),
  }));
}

/** As Setup names a type [C FieldDefinition.DataType in public code: Text(80), Lookup(Account), Number(18, 0)]. */
const dataType = (field: Field): string => {
  if (field.autoNumber !== undefined) return 'Auto Number';
  switch (field.type) {
    case 'id':
      return 'Record ID';
    case 'reference':
      return `${field.masterDetail ? 'Master-Detail' : 'Lookup'}(${field.referenceTo.join(',')})`;
    case 'string':
      return `Text(${field.length})`;
    case 'textarea':
      return field.length > 255
        ? `${field.flags?.has('extra=richtextarea') ? 'Rich' : 'Long'} Text Area(${field.length})`
        : `Text Area(${field.length})`;
    case 'double':
    case 'int':
      return `Number(${(field.digits || 18) - field.scale}, ${field.scale})`;
    case 'currency':
    case 'percent':
      return `${field.type === 'currency' ? 'Currency' : 'Percent'}(${(field.digits || 18) - field.scale}, ${field.scale})`;
    default:
      return {
        address: 'Address',
        boolean: 'Checkbox',
        date: 'Date',
        datetime: 'Date/Time',
        phone: 'Phone',
        email: 'Email',
        url: 'URL(255)',
        picklist: 'Picklist',
        multipicklist: 'Picklist (Multi-Select)',
        combobox: 'Picklist',
      }[field.type];
  }
};
const definitionRows = (catalog: Catalog): Row[] =>
  catalog.schema.objects.flatMap((object) =>
    object.fields.map((field) => {
      const own = field.custom ? catalog.get('CustomField', fieldName(`${object.name}.${field.name}`)) : undefined;
      return {
        DurableId: `${durableId(catalog, object.name)}.${own?.id?.slice(0, 15) ?? field.name}`,
        QualifiedApiName: field.name,
        DeveloperName: field.name.replace(/__c$/, ''),
        Label: field.label,
        MasterLabel: field.label,
        DataType: dataType(field),
        EntityDefinitionId: durableId(catalog, object.name),
        Length: field.length,
        Precision: field.digits,
        Scale: field.scale,
        NamespacePrefix: null,
        IsNillable: field.nillable,
        IsIndexed: field.idLookup || field.externalId || field.unique,
        IsCalculated: false,
        RelationshipName: field.relationship ?? null,
      };
    }),
  );

const entityOf = (row: Row, catalog: Catalog): Row | undefined =>
  entityRows(catalog).find((entity) => entity['DurableId'] === row['EntityDefinitionId']);

const tables: Readonly<Record<string, Table>> = {
  CustomField: {
    keyPrefix: '00N',
    label: 'Custom Field Definition',
    columns: [
      'Id',
      'DeveloperName',
      'TableEnumOrId',
      'EntityDefinitionId',
      'NamespacePrefix',
      'FullName',
      'Metadata',
      'Description',
      'InlineHelpText',
      'Length',
      'Precision',
      'Scale',
      'RelationshipLabel',
      'ManageableState',
      'CreatedDate',
      'CreatedById',
      'LastModifiedDate',
      'LastModifiedById',
    ],
    parents: { EntityDefinition: entityOf },
    rows: (catalog) => catalog.list('CustomField').map((one) => fieldRow(catalog, one)),
  },
  EntityDefinition: {
    keyPrefix: '4ie',
    label: 'Entity Definition',
    columns: [
      'DurableId',
      'QualifiedApiName',
      'DeveloperName',
      'Label',
      'MasterLabel',
      'PluralLabel',
      'NamespacePrefix',
      'KeyPrefix',
      'IsCustomizable',
      'IsCustomSetting',
      'IsDeprecatedAndHidden',
      'IsLayoutable',
      'IsQueryable',
      'IsSearchable',
      'IsTriggerable',
    ],
    parents: {},
    rows: entityRows,
    virtual: true,
  },
  FieldDefinition: {
    keyPrefix: '4fe',
    label: 'Field Definition',
    columns: [
      'DurableId',
      'QualifiedApiName',
      'DeveloperName',
      'Label',
      'MasterLabel',
      'DataType',
      'EntityDefinitionId',
      'Length',
      'Precision',
      'Scale',
      'NamespacePrefix',
      'IsNillable',
      'IsIndexed',
      'IsCalculated',
      'RelationshipName',
    ],
    parents: { EntityDefinition: entityOf },
    rows: definitionRows,
    virtual: true,
  },
  DeployRequest: {
    keyPrefix: '0Af',
    label: 'Deploy Request',
    columns: [
      'Id',
      'Status',
      'CheckOnly',
      'RollbackOnError',
      'IgnoreWarnings',
      'NumberComponentErrors',
      'NumberComponentsDeployed',
      'NumberComponentsTotal',
      'NumberTestErrors',
      'NumberTestsCompleted',
      'NumberTestsTotal',
      'ErrorMessage',
      'ErrorStatusCode',
      'CreatedDate',
      'CreatedById',
      'StartDate',
      'CompletedDate',
    ],
    parents: {},
    rows: (_catalog, ctx, deployments) =>
      deployments.all().map((one) => {
        const result = deployResult(ctx.store, one);
        return {
          Id: one.id,
          Status: one.status,
          CheckOnly: one.options.checkOnly,
          RollbackOnError: one.options.rollbackOnError,
          IgnoreWarnings: one.options.ignoreWarnings,
          NumberComponentErrors: one.errors,
          NumberComponentsDeployed: one.deployed,
          NumberComponentsTotal: one.total,
          NumberTestErrors: 0,
          NumberTestsCompleted: 0,
          NumberTestsTotal: 0,
          ErrorMessage: result['errorMessage'] ?? null,
          ErrorStatusCode: result['errorStatusCode'] ?? null,
          CreatedDate: date(one.createdMs),
          CreatedById: one.userId,
          StartDate: one.startedMs === undefined ? null : date(one.startedMs),
          CompletedDate: one.completedMs === undefined ? null : date(one.completedMs),
        };
      }),
  },
};
const tableOf = (name: string): { name: string; table: Table } | undefined => {
  const found = Object.entries(tables).find(([one]) => one.toLowerCase() === name.toLowerCase());
  return found && { name: found[0], table: found[1] };
};

/** The resources below /tooling. */
export function tooling(call: Call, ctx: Ctx, deployments: Deployments): Answer {
  const [, resource, name, id, ...more] = call.path;
  const base = `/services/data/v${ctx.version}/tooling`;
  if (resource === undefined) {
    allow(call, 'GET', 'HEAD');
    return { status: 200, body: Object.fromEntries(['query', 'sobjects'].map((one) => [one, `${base}/${one}`])) };
  }
  if (!mayCustomize(ctx.store, ctx.userId)) throw new Refusal(403, 'INSUFFICIENT_ACCESS', 'insufficient access rights on object id'); // text guessed
  if (resource === 'query' && name === undefined) {
    allow(call, 'GET', 'HEAD');
    const soql = call.query.get('q');
    return { status: 200, body: call.query.get('columns') === 'true' ? columnsOf(soql) : query(soql, ctx, deployments) };
  }
  if (resource !== 'sobjects' || more.length > 0) throw notImplemented(`/tooling/${resource}`);
  if (name === undefined) {
    allow(call, 'GET', 'HEAD');
    return { status: 200, body: { encoding: 'UTF-8', maxBatchSize: 200, sobjects: Object.keys(tables).map((one) => brief(one, base)) } };
  }
  // An org without source tracking has none [C @salesforce/core: "The requested resource does not exist" means no tracking].
  if (name === 'SourceMember') throw notFound();
  const found = tableOf(name);
  if (!found) throw notImplemented(`/tooling/sobjects/${name}`);
  if (id === 'describe') {
    allow(call, 'GET', 'HEAD');
    return { status: 200, body: { ...brief(found.name, base), fields: found.table.columns.map(describeColumn) } };
  }
  if (found.name !== 'CustomField') throw notImplemented(`/tooling/sobjects/${found.name} by id`);
  try {
    return id === undefined ? createField(call, ctx, deployments) : oneField(call, ctx, deployments, id, base);
  } catch (cause) {
    if (!(cause instanceof Problem)) throw cause;
    throw new Refusal(
      cause.code === 'STAND_IN_CANNOT' ? 501 : 400,
      cause.code,
      cause.message,
      cause.code === 'STAND_IN_CANNOT' ? undefined : [],
    );
  }
}

function brief(name: string, base: string): Record<string, unknown> {
  const table = tables[name];
  const writable = name === 'CustomField';
  return {
    createable: writable,
    custom: false,
    deletable: writable,
    keyPrefix: table?.keyPrefix ?? null,
    label: table?.label,
    labelPlural: `${table?.label ?? ''}s`,
    name,
    queryable: true,
    retrieveable: !table?.virtual,
    updateable: writable,
    urls: {
      rowTemplate: `${base}/sobjects/${name}/{ID}`,
      describe: `${base}/sobjects/${name}/describe`,
      sobject: `${base}/sobjects/${name}`,
    },
  };
}
const typeOfColumn = (name: string): 'complexvalue' | 'id' | 'datetime' | 'boolean' | 'int' | 'string' => {
  if (name === 'Metadata') return 'complexvalue';
  if (name === 'Id') return 'id';
  if (name.endsWith('Date')) return 'datetime';
  if (/^(?:Is[A-Z]|CheckOnly|RollbackOnError|IgnoreWarnings)/.test(name)) return 'boolean';
  return /^(?:Number|Length|Precision|Scale)/.test(name) ? 'int' : 'string';
};
function describeColumn(name: string): Record<string, unknown> {
  const type = typeOfColumn(name);
  return { name, label: name, type, nillable: name !== 'Id', filterable: name !== 'Metadata' && name !== 'FullName' };
}

function createField(call: Call, ctx: Ctx, deployments: Deployments): Answer {
  allow(call, 'POST');
  const { fullName, metadata } = readBody(call);
  if (fullName === undefined) throw new Refusal(400, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [FullName]', ['FullName']);
  const before = deployments.catalog(ctx.userId);
  const after = before.copy();
  if (after.get('CustomField', fullName)) throw nameTaken('CustomField', fullName);
  apply(ctx.store, after, 'CustomField', fullName, metadata, undefined);
  deployments.write(before, after, ctx.userId);
  const id = deployments.catalog(ctx.userId).get('CustomField', fullName)?.id ?? '';
  return { status: 201, body: { id, success: true, errors: [], warnings: [], infos: [] } };
}

function oneField(call: Call, ctx: Ctx, deployments: Deployments, id: string, base: string): Answer {
  allow(call, 'GET', 'HEAD', 'PATCH', 'DELETE');
  const before = deployments.catalog(ctx.userId);
  const found = before.list('CustomField').find((one) => one.id === id || one.id?.slice(0, 15) === id);
  if (!found) throw notFound();
  if (call.method === 'GET' || call.method === 'HEAD')
    return {
      status: 200,
      body: { attributes: { type: 'CustomField', url: `${base}/sobjects/CustomField/${found.id ?? ''}` }, ...fieldRow(before, found) },
    };
  const after = before.copy();
  if (call.method === 'DELETE') {
    if (!takeOut(ctx.store, after, 'CustomField', found.fullName)) throw entityIsDeleted();
  } else {
    const { fullName, metadata } = readBody(call);
    if (fullName !== undefined && fullName.toLowerCase() !== found.fullName.toLowerCase())
      throw notImplemented('a new name for a custom field');
    apply(ctx.store, after, 'CustomField', found.fullName, metadata, undefined);
  }
  deployments.write(before, after, ctx.userId);
  return { status: 204 };
}

function readBody(call: Call): { fullName: string | undefined; metadata: Doc } {
  const body = jsonBody(call);
  for (const key of Object.keys(body))
    if (!['FullName', 'Metadata', 'attributes'].includes(key))
      throw new Refusal(400, 'INVALID_FIELD', `No such column '${key}' on sobject of type CustomField`);
  const { FullName: fullName, Metadata: given } = body;
  if (given === undefined || given === null)
    throw new Refusal(400, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [Metadata]', ['Metadata']);
  const { urls: _, ...rest } = given as Record<string, unknown>; // what a GET brought along
  return { fullName: typeof fullName === 'string' ? fullName : undefined, metadata: readJson('CustomField', withoutNulls(rest)) };
}
/** A GET's own answer may be sent back: its empty lists and addresses say nothing. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, one]) => (one === null || key === 'urls' ? [] : [[key, withoutNulls(one)]])),
  );
}

// Queries

/** What a query would bring, without its rows: `columns=true` [C @salesforce/plugin-data reads columnName, displayName, aggregate, joinColumns]. */
function columnsOf(soql: string | null): Record<string, unknown> {
  if (soql === null) throw noQuery();
  const asked = parseSoql(soql);
  const found = tableOf(asked.from);
  if (!found) throw notImplemented(`Tooling queries of ${asked.from}`);
  const column = (path: Path, joinColumns: unknown[]) => {
    const joined = joinColumns.length > 0;
    const name = joined ? (path.names[0] ?? '') : (path.names.at(-1) ?? '');
    const type = typeOfColumn(joined ? '' : name);
    return {
      aggregate: false,
      apexType: { complexvalue: 'complexvaluetype', id: 'Id', datetime: 'Datetime', boolean: 'Boolean', int: 'Integer', string: 'String' }[
        type
      ],
      booleanType: type === 'boolean',
      columnName: name,
      custom: false,
      displayName: name,
      foreignKeyName: null,
      insertable: name === 'FullName' || name === 'Metadata',
      joinColumns,
      numberType: type === 'int',
      textType: type === 'string' || type === 'id',
      updatable: name === 'Metadata',
    };
  };
  const select = asked.select === 'COUNT()' ? [] : asked.select;
  return {
    columnMetadata: select.map((path) => column(path, path.names.length > 1 ? [column(path, [])] : [])),
    entityName: found.name,
    groupBy: false,
    idSelected: select.some((path) => path.names.length === 1 && path.names[0]?.toLowerCase() === 'id'),
    keyPrefix: found.table.keyPrefix,
  };
}
const noQuery = () => new Refusal(400, 'MALFORMED_QUERY', 'SOQL statement is missing'); // guessed, as in rest.ts

function query(soql: string | null, ctx: Ctx, deployments: Deployments): Record<string, unknown> {
  if (soql === null) throw noQuery();
  const asked = parseSoql(soql);
  const found = tableOf(asked.from);
  if (!found) {
    // Records are no business of the Tooling API.
    if (ctx.store.schema.find(asked.from)?.flags.has('layout'))
      throw queryError('INVALID_TYPE', soql, asked.fromAt, noSuchType(asked.from).message);
    throw notImplemented(`Tooling queries of ${asked.from}`);
  }
  const { name, table } = found;
  if (table.virtual) limits(asked, name);
  const catalog = deployments.catalog(ctx.userId);
  const look = (row: Row, path: Path): Cell => value(catalog, name, table, row, path, soql);
  let rows = table
    .rows(catalog, ctx, deployments)
    .filter((row) => asked.where === undefined || holds(asked.where, (path) => look(row, path), soql));
  const [first] = asked.orderBy;
  if (asked.orderBy.length > 1) throw notImplemented('ORDER BY several fields in a Tooling query');
  if (first) {
    const text = (row: Row) => say(look(row, first.path));
    rows = rows.toSorted((a, b) => (text(a) < text(b) ? -1 : 1) * (first.descending ? -1 : 1));
  }
  if (asked.select === 'COUNT()')
    return { size: rows.length, totalSize: rows.length, done: true, queryLocator: null, entityTypeName: name, records: [] };
  if (!table.virtual) rows = rows.slice(asked.offset ?? 0, (asked.offset ?? 0) + (asked.limit ?? rows.length));
  const heavy = asked.select.some(
    (path) => path.names.length === 1 && ['fullname', 'metadata'].includes((path.names[0] ?? '').toLowerCase()),
  );
  if (heavy && rows.length > 1)
    throw new Refusal(
      400,
      'MALFORMED_QUERY',
      `When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row for retrieval. Result size: ${rows.length}`,
    );
  const select = asked.select;
  const base = `/services/data/v${ctx.version}/tooling/sobjects`;
  const records = rows.map((row) => {
    const record: Record<string, unknown> = { attributes: { type: name, url: `${base}/${name}/${say(row['Id'] ?? row['DurableId'])}` } };
    for (const path of select) {
      if (path.names.length === 1) record[columnOf(table, path, name, soql)] = look(row, path);
      else {
        const [parent = '', leaf = ''] = path.names;
        const above = (record[parent] ?? {
          attributes: { type: parent, url: `${base}/${parent}/${say(row[`${parent}Id`])}` },
        }) as Record<string, unknown>;
        record[parent] = { ...above, [leaf]: look(row, path) };
      }
    }
    return record;
  });
  return { size: records.length, totalSize: records.length, done: true, queryLocator: null, entityTypeName: name, records };
}

function limits(asked: Query, name: string): void {
  const unsupported = (message: string) => new Refusal(400, 'MALFORMED_QUERY', message); // texts [D SOQL Operation Limitations]; code guessed
  if (asked.select === 'COUNT()')
    throw unsupported(
      'The requested operation is not yet supported by this SObject storage type, contact salesforce.com support for more information.',
    );
  const walk = (condition: Condition): void => {
    if (condition.kind === 'or') throw unsupported('Disjunctions not supported');
    if (condition.kind === 'not' || (condition.kind === 'compare' && condition.op === '!='))
      throw unsupported('Only equals comparisons permitted');
    if (condition.kind === 'and') for (const part of condition.parts) walk(part);
  };
  if (asked.where) walk(asked.where);
  if (name !== 'FieldDefinition') return;
  const filtered = (condition: Condition | undefined): boolean =>
    condition?.kind === 'and'
      ? condition.parts.some(filtered)
      : condition?.kind === 'compare' &&
        /^(?:entitydefinitionid|durableid|entitydefinition\.qualifiedapiname)$/i.test(condition.path.names.join('.'));
  if (!filtered(asked.where))
    throw new Refusal(
      400,
      'EXTERNAL_OBJECT_UNSUPPORTED_EXCEPTION',
      'A filter on a reified column is required [EntityDefinitionId,DurableId]',
    ); // [K]
}

function columnOf(table: Table, path: Path, name: string, soql: string): string {
  const wanted = (path.names.at(-1) ?? '').toLowerCase();
  const found = table.columns.find((column) => column.toLowerCase() === wanted);
  if (found === undefined) throw notImplemented(`the field ${path.names.at(-1) ?? ''} of ${name} in a Tooling query: ${soql}`);
  return found;
}
function value(catalog: Catalog, name: string, table: Table, row: Row, path: Path, soql: string): Cell {
  if (path.names.length === 1) return row[columnOf(table, path, name, soql)] ?? null;
  const parent = Object.entries(table.parents).find(([one]) => one.toLowerCase() === path.names[0]?.toLowerCase());
  if (!parent || path.names.length > 2) throw notImplemented(`the path ${path.names.join('.')} in a Tooling query`);
  const above = parent[1](row, catalog);
  return above?.[columnOf(tables[parent[0]] ?? table, path, parent[0], soql)] ?? null;
}

/** As text, to sort and to compare. */
const say = (cell: Cell | undefined): string => (cell === undefined || cell === null || typeof cell === 'object' ? '' : String(cell));
const literal = (one: Literal): Cell => {
  if (one.kind === 'null') return null;
  if (one.kind === 'range') throw notImplemented('date ranges in a Tooling query');
  return one.kind === 'string' ? plain(one.value) : one.value;
};
function holds(condition: Condition, look: (path: Path) => Cell, soql: string): boolean {
  switch (condition.kind) {
    case 'and':
      return condition.parts.every((part) => holds(part, look, soql));
    case 'or':
      return condition.parts.some((part) => holds(part, look, soql));
    case 'not':
      return !holds(condition.part, look, soql);
    case 'semijoin':
      throw notImplemented('semi-joins in a Tooling query');
    case 'compare':
      return compares(look(condition.path), condition.op, condition.values, soql);
  }
}
function compares(cell: Cell, op: string, values: readonly Literal[], soql: string): boolean {
  // An id is the same with fifteen characters.
  const same = (a: Cell, b: Cell) =>
    typeof a === 'string' && typeof b === 'string'
      ? a.toLowerCase() === b.toLowerCase() ||
        (/^[A-Za-z0-9]{18}$/.test(a) && a.slice(0, 15) === b) ||
        (/^[A-Za-z0-9]{18}$/.test(b) && b.slice(0, 15) === a)
      : a === b;
  const [first] = values;
  const against = first ? literal(first) : null;
  switch (op) {
    case '=':
      return same(cell, against);
    case '!=':
      return !same(cell, against);
    case 'IN':
      return values.some((one) => same(cell, literal(one)));
    case 'NOT IN':
      return !values.some((one) => same(cell, literal(one)));
    case 'LIKE': {
      const pattern = first?.kind === 'string' ? first.value : '';
      const shape = pattern.replace(/\\([%_\\])|([%_])|([.*+?^${}()|[\]/])/g, (_, escaped?: string, wild?: string, special?: string) =>
        escaped !== undefined ? `\\${escaped}` : wild === '%' ? '.*' : wild === '_' ? '.' : `\\${special ?? ''}`,
      );
      return new RegExp(`^${shape}$`, 'is').test(say(cell));
    }
    case '<':
    case '<=':
    case '>':
    case '>=': {
      if (typeof cell !== typeof against || cell === null || against === null) return false;
      const order = cell < against ? -1 : cell > against ? 1 : 0;
      return op === '<' ? order < 0 : op === '<=' ? order <= 0 : op === '>' ? order > 0 : order >= 0;
    }
    default:
      throw notImplemented(`${op} in a Tooling query: ${soql}`);
  }
}
