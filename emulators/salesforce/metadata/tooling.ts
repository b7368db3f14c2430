import { allow, jsonBody, type Answer, type Call, type Org } from '../call.ts';
import { entityIsDeleted, notFound, notImplemented, noSuchType, Refusal } from '../errors.ts';
import { queryError } from '../soql/tokens.ts';
import type { Ctx } from '../work.ts';
import { mayCustomize } from './access.ts';
import type { Catalog, Component } from './catalog.ts';
import type { Deployments } from './deployments.ts';
import { apply, nameTaken, takeOut } from './org-catalog.ts';
import { deployResult } from './result.ts';
import { choose, readAsked, say, type Asked, type Cell, type Row } from './tooling-query.ts';
import { allElements, docOf, docsOf, numberOf, Problem, readJson, textOf } from './documents.ts';
import type { Doc } from './xml.ts';

// /services/data/vNN.0/tooling: custom fields one by one, and what tools ask about objects, fields and deployments.

type Table = {
  readonly keyPrefix: string;
  readonly label: string;
  readonly columns: readonly string[];
  /** Parents a path may lead through. */
  readonly parents: Readonly<Record<string, (row: Row, catalog: Catalog) => Row | undefined>>;
  readonly rows: (catalog: Catalog, ctx: Ctx, deployments: Deployments) => Row[];
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

/** The object a field is on; Activity is none that can be described. */
const entityOf = (row: Row, catalog: Catalog): Row => {
  const name = say(row['FullName']).split('.')[0] ?? '';
  const object = catalog.schema.find(name);
  const label = object?.label ?? name;
  return {
    DurableId: row['EntityDefinitionId'] ?? null,
    QualifiedApiName: name,
    DeveloperName: name.replace(/__c$/, ''),
    Label: label,
    MasterLabel: label,
    KeyPrefix: object?.keyPrefix ?? null,
  };
};

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
export function tooling(call: Call, ctx: Ctx, org: Org): Answer {
  const { deployments } = org;
  const [, resource, name, id, ...more] = call.path;
  const base = `/services/data/v${ctx.version}/tooling`;
  if (resource === undefined) {
    allow(call, 'GET', 'HEAD');
    return { status: 200, body: Object.fromEntries(['query', 'sobjects'].map((one) => [one, `${base}/${one}`])) };
  }
  // Text guessed
  if (!mayCustomize(ctx.store, ctx.userId)) throw new Refusal(403, 'INSUFFICIENT_ACCESS', 'insufficient access rights on object id');
  if (resource === 'query' && name === undefined) {
    allow(call, 'GET', 'HEAD');
    const soql = call.query.get('q');
    if (soql === null) throw noQuery();
    return { status: 200, body: call.query.get('columns') === 'true' ? columns(soql, ctx, org) : query(soql, ctx, org) };
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
    retrieveable: name === 'CustomField',
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

const noQuery = () => new Refusal(400, 'MALFORMED_QUERY', 'SOQL statement is missing'); // guessed, as in rest.ts

/** Objects both APIs know, and a query of which brings the same here as there [D Tooling API, objects]. */
const shared = new Set(['entitydefinition', 'fielddefinition', 'permissionset', 'profile', 'recordtype', 'user', 'group']);
const own = (asked: Asked, soql: string, ctx: Ctx): { name: string; table: Table } => {
  const found = tableOf(asked.from);
  if (found) return found;
  // Records are no business of the Tooling API.
  if (ctx.store.schema.find(asked.from)?.flags.has('layout'))
    throw queryError('INVALID_TYPE', soql, asked.fromAt, noSuchType(asked.from).message);
  throw notImplemented(`Tooling queries of ${asked.from}`);
};

const objectOf = (soql: string): string => /\bfrom\s+(\w+)/i.exec(soql)?.[1] ?? '';
const asking = (ctx: Ctx, org: Org) => ({ all: false, batch: 2000, version: ctx.version, zone: org.zone, userId: ctx.userId });

/** What a query would bring, without its rows: `columns=true` [C @salesforce/plugin-data for what is read of it]. */
function columns(soql: string, ctx: Ctx, org: Org): unknown {
  if (shared.has(objectOf(soql).toLowerCase())) return org.queries.columns(soql, asking(ctx, org));
  const asked = readAsked(soql);
  const { name: from, table } = own(asked, soql, ctx);
  const column = (name: string, joinColumns: unknown[]) => {
    const type = joinColumns.length > 0 ? 'string' : typeOfColumn(name);
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
  return {
    columnMetadata: asked.select.map(([first = '', second]) =>
      second === undefined ? column(columnOf(table, from, first), []) : column(first, [column(second, [])]),
    ),
    entityName: from,
    groupBy: false,
    idSelected: asked.select.some(([first = '', second]) => second === undefined && first.toLowerCase() === 'id'),
    keyPrefix: table.keyPrefix,
  };
}

function query(soql: string, ctx: Ctx, org: Org): Record<string, unknown> {
  const base = `/services/data/v${ctx.version}/tooling/sobjects`;
  const from = objectOf(soql);
  if (shared.has(from.toLowerCase())) {
    const answer = org.queries.run(soql, asking(ctx, org));
    if (!answer.done) throw notImplemented(`more than 2,000 rows of ${from} in a Tooling query`);
    const { totalSize, records } = answer;
    return {
      size: records.length,
      totalSize,
      done: true,
      queryLocator: null,
      entityTypeName: from,
      records: records.map((record) => moved(record, base)),
    };
  }
  const asked = readAsked(soql);
  const { name, table } = own(asked, soql, ctx);
  const catalog = org.deployments.catalog(ctx.userId);
  const look = (row: Row, names: readonly string[]): Cell => {
    const [first = '', second] = names;
    if (second === undefined) return row[columnOf(table, name, first)] ?? null;
    const parent = Object.entries(table.parents).find(([one]) => one.toLowerCase() === first.toLowerCase());
    const above = names.length === 2 ? parent?.[1](row, catalog) : undefined;
    const found = Object.keys(above ?? {}).find((one) => one.toLowerCase() === second.toLowerCase());
    if (found === undefined) throw notImplemented(`the path ${names.join('.')} in a Tooling query`);
    return above?.[found] ?? null;
  };
  const rows = choose(asked, table.rows(catalog, ctx, org.deployments), look);
  const whole = { size: rows.length, totalSize: rows.length, done: true, queryLocator: null, entityTypeName: name };
  if (asked.count) return { ...whole, records: [] };
  const heavy = asked.select.some(([first = '', second]) => second === undefined && ['fullname', 'metadata'].includes(first.toLowerCase()));
  if (heavy && rows.length > 1)
    throw new Refusal(
      400,
      'MALFORMED_QUERY',
      `When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row for retrieval. Result size: ${rows.length}`,
    );
  const records = rows.map((row) => {
    const record: Record<string, unknown> = { attributes: { type: name, url: `${base}/${name}/${say(row['Id'])}` } };
    for (const names of asked.select) {
      const [first = '', second] = names;
      if (second === undefined) record[columnOf(table, name, first)] = look(row, names);
      else {
        const above = record[first] ?? { attributes: { type: first, url: `${base}/${first}/${say(row[`${first}Id`])}` } };
        record[first] = { ...(above as Record<string, unknown>), [second]: look(row, names) };
      }
    }
    return record;
  });
  return { ...whole, records };
}

/** A record of the other API under its address here. */
function moved(record: unknown, base: string): unknown {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return record;
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [
      key,
      key === 'url' && typeof value === 'string' ? value.replace(/^\/services\/data\/v[\d.]+\/sobjects/, base) : moved(value, base),
    ]),
  );
}

function columnOf(table: Table, name: string, wanted: string): string {
  const found = table.columns.find((column) => column.toLowerCase() === wanted.toLowerCase());
  if (found === undefined) throw notImplemented(`the field ${wanted} of ${name} in a Tooling query`);
  return found;
}
