import { allow, jsonBody, type Answer, type Call, type Org } from '../call.ts';
import { jsonBroken, noSuchType, notFound, notImplemented, Refusal } from '../errors.ts';
import type { SObject } from '../schema.ts';
import { visibleTo } from '../sharing.ts';
import type { Ctx, Work } from '../work.ts';
import { mostResults, parseSosl, parseTerm, searchError, searchGroupOf, type Piece, type Returning, type Search } from './sosl.ts';
import { isSearchable } from './text-index.ts';
import { schemaFor } from '../rights/seen.ts';

// GET /search?q=FIND {…} …, and /parameterizedSearch. [D REST guide, Search, Parameterized Search]

type Found = Record<string, unknown>;

export function* search(call: Call, ctx: Ctx, org: Org): Work<Answer> {
  if (call.path.length > 1)
    throw ['scopeOrder', 'layout', 'suggestions', 'suggestSearchQueries', 'suggestTitleMatches'].includes(call.path[1] ?? '')
      ? notImplemented(`/search/${call.path[1] ?? ''}`)
      : notFound();
  allow(call, 'GET', 'HEAD');
  const sosl = call.query.get('q');
  if (sosl === null) throw new Refusal(400, 'MALFORMED_SEARCH', 'No search term found. The search term must be enclosed in braces.'); // guessed for no q at all
  return answered(ctx, yield* run(parseSosl(sosl), ctx, org, sosl));
}

/** "searchRecords" since 37.0, a bare list before [D REST guide, Search for a String, 35.0 and 37.0]. */
const answered = (ctx: Ctx, searchRecords: Found[]): Answer => ({
  status: 200,
  body: Number(ctx.version) < 37 ? searchRecords : { searchRecords },
});

function* run({ term, group, returning, limit }: Search, ctx: Ctx, org: Org, source: string): Work<Found[]> {
  const wanted =
    returning ??
    schemaFor(ctx)
      .objects.filter(isSearchable)
      .map(({ name }): Returning => ({
        object: name,
        at: 0,
        fields: undefined,
        where: undefined,
        orderBy: undefined,
        limit: undefined,
        offset: undefined,
      }));
  const each: Found[][] = [];
  for (const one of wanted) {
    const object = schemaFor(ctx).inAddress(one.object);
    if (!object) throw searchError(source, one.at, noSuchType(one.object).message, 'INVALID_TYPE');
    if (!isSearchable(object)) throw searchError(source, one.at, `entity type ${object.name} does not support search`, 'INVALID_TYPE'); // guessed
    while (org.search.catchUp(object)) yield { wait: 'turn' };
    const ids = term === undefined ? [] : org.search.find(object, term, group, visibleTo(ctx.store, ctx.userId, object, 't0'));
    each.push(read(object, ids, one, ctx, org, source));
  }
  return shared(each, limit).flat();
}

/** A page of SOQL is never shorter, however wide its rows. */
const atOnce = 200;
const inOrder = (ids: readonly string[], records: ReadonlyMap<string, Found>): Found[] =>
  ids.map((id) => records.get(id)).filter((record) => record !== undefined);
const idOf = (record: Found): string => /[^/]+$/.exec(String((record['attributes'] as { url?: unknown }).url))?.[0] ?? '';

/**
 * What the search found, as SOQL reads it: filter and order first, of narrow rows, then the fields of those that remain. The best hit
 * first, unless an order was asked for.
 */
function read(
  object: SObject,
  hits: readonly string[],
  { fields, where, orderBy, limit, offset }: Returning,
  ctx: Ctx,
  org: Org,
  source: string,
): Found[] {
  const query = (select: string | Piece, ids: readonly string[], more: readonly (string | Piece)[]): Map<string, Found> => {
    // Also when nothing was found: what is wrong with fields and filter is said all the same.
    const list = (ids.length > 0 ? ids : ['000000000000000AAA']).map((id) => `'${id}'`).join(',');
    const parts = ['SELECT ', select, ` FROM ${object.name} WHERE Id IN (${list})`, ...more];
    const soql = parts.map((part) => (typeof part === 'string' ? part : part.text)).join('');
    try {
      const options = { all: false, batch: mostResults, version: ctx.version, zone: org.zone, userId: ctx.userId };
      return new Map((org.queries.run(soql, options).records as Found[]).map((record) => [idOf(record), record]));
    } catch (cause) {
      throw cause instanceof Refusal ? placed(cause, soql, parts, source) : cause;
    }
  };
  const kept = query('Id', hits, [...(where ? [' AND (', where, ')'] : []), ...(orderBy ? [' ', orderBy] : [])]);
  const known = new Set(hits);
  const ordered = orderBy ? [...kept.keys()].filter((id) => known.has(id)) : hits.filter((id) => kept.has(id));
  const page = ordered.slice(offset ?? 0, (offset ?? 0) + (limit ?? mostResults));
  if (!fields) return inOrder(page, kept);
  const found: Found[] = [];
  for (let place = 0; place === 0 || place < page.length; place += atOnce) {
    const some = page.slice(place, place + atOnce);
    found.push(...inOrder(some, query(fields, some, [])));
  }
  return found;
}

/** SOQL's error points into the query we composed: it is made to point into the search it came from. */
function placed(refusal: Refusal, soql: string, parts: readonly (string | Piece)[], source: string): Refusal {
  const found = /ERROR at Row:(\d+):Column:(\d+)\n([\s\S]*)$/.exec(refusal.message);
  if (!found) return refusal;
  const lines = soql.split('\n');
  const before = lines.slice(0, Number(found[1]) - 1).reduce((sum, line) => sum + line.length + 1, 0);
  let place = before + Number(found[2]) - 1;
  for (const part of parts) {
    const { length } = typeof part === 'string' ? part : part.text;
    if (place <= length && typeof part !== 'string') return searchError(source, part.at + place, found[3] ?? '', refusal.code);
    place -= length;
    if (place < 0) break;
  }
  return searchError(source, 0, found[3] ?? '', refusal.code);
}

/** "When you set a limit on the entire query, results are evenly distributed among the objects returned" [D SOSL reference, LIMIT]; what one does not need the others get (guessed). */
function shared(each: readonly Found[][], limit: number): Found[][] {
  const share = each.map(() => 0);
  let left = limit;
  while (left > 0) {
    const hungry = each.flatMap((found, place) => ((share[place] ?? 0) < found.length ? [place] : []));
    if (hungry.length === 0) break;
    for (const place of hungry) {
      const more = Math.min(Math.max(1, Math.floor(left / hungry.length)), (each[place]?.length ?? 0) - (share[place] ?? 0), left);
      share[place] = (share[place] ?? 0) + more;
    }
    left = limit - share.reduce((sum, one) => sum + one, 0);
  }
  return each.map((found, place) => found.slice(0, share[place]));
}

const elsewhere = [
  'dataCategory',
  'dataCategories',
  'division',
  'metadata',
  'netWork',
  'netWorkIds',
  'pricebookId',
  'snippet',
  'updateTracking',
  'updateViewStat',
];
const known = [
  'q',
  'in',
  'fields',
  'sobject',
  'sobjects',
  'overallLimit',
  'defaultLimit',
  'offset',
  'spellCorrection',
  'filterByDataCategory',
];

type Asked = {
  readonly q: unknown;
  readonly in: unknown;
  readonly fields: readonly string[];
  readonly sobjects: readonly {
    name: string;
    fields: readonly string[];
    where: string | undefined;
    orderBy: string | undefined;
    limit: unknown;
  }[];
  readonly overallLimit: unknown;
  readonly defaultLimit: unknown;
  readonly offset: unknown;
};

const commaList = (given: unknown): string[] =>
  (Array.isArray(given) ? given.map(String) : typeof given === 'string' ? given.split(',') : [])
    .map((one) => one.trim())
    .filter((one) => one !== '');

function fromQuery(query: URLSearchParams): Asked {
  const own = (name: string, key: string) => [...query].find(([param]) => param.toLowerCase() === `${name}.${key}`.toLowerCase())?.[1];
  return {
    q: query.get('q'),
    in: query.get('in') ?? undefined,
    fields: commaList(query.get('fields')),
    sobjects: query
      .getAll('sobject')
      .flatMap(commaList)
      .map((name) => ({
        name,
        fields: commaList(own(name, 'fields')),
        where: own(name, 'where'),
        orderBy: own(name, 'orderBy'),
        limit: own(name, 'limit'),
      })),
    overallLimit: query.get('overallLimit') ?? undefined,
    defaultLimit: query.get('defaultLimit') ?? undefined,
    offset: query.get('offset') ?? undefined,
  };
}

function fromBody(body: Record<string, unknown>): Asked {
  const strange = Object.keys(body).find((key) => !known.includes(key) && !elsewhere.includes(key));
  if (strange !== undefined) throw jsonBroken(`Unrecognized field "${strange}" at [line:1, column:1]`); // guessed
  const text = (given: unknown) => (typeof given === 'string' && given.trim() !== '' ? given : undefined);
  const sobjects: unknown = body['sobjects'] ?? [];
  if (!Array.isArray(sobjects)) throw jsonBroken('sobjects is required to be a list');
  return {
    q: body['q'],
    in: body['in'],
    fields: commaList(body['fields']),
    sobjects: sobjects.map((one: unknown) => {
      const { name, fields, where, orderBy, limit } = (typeof one === 'object' && one !== null ? one : {}) as Record<string, unknown>;
      if (typeof name !== 'string') throw jsonBroken('name is required for each of the sobjects');
      return { name, fields: commaList(fields), where: text(where), orderBy: text(orderBy), limit };
    }),
    overallLimit: body['overallLimit'],
    defaultLimit: body['defaultLimit'],
    offset: body['offset'],
  };
}

/** "The maximum is 2000" [D REST guide, parameterized search; the refusal is guessed]. Numbers may come as text. */
function count(given: unknown, name: string): number | undefined {
  if (given === undefined || given === null) return undefined;
  const number = Number(given);
  if (!Number.isInteger(number) || number < 0 || number > mostResults)
    throw new Refusal(400, 'INVALID_SEARCH', `${name} must be a number from 0 to ${mostResults}`);
  return number;
}

export function* parameterizedSearch(call: Call, ctx: Ctx, org: Org): Work<Answer> {
  if (call.path.length > 1) throw notFound();
  allow(call, 'GET', 'HEAD', 'POST');
  const body = call.method === 'POST' ? jsonBody(call) : undefined;
  const cannot = elsewhere.find((name) => (body ? body[name] !== undefined : call.query.has(name)));
  if (cannot !== undefined) throw notImplemented(`${cannot} in a parameterized search`);
  const asked = body ? fromBody(body) : fromQuery(call.query);
  if (typeof asked.q !== 'string' || asked.q.trim() === '') throw new Refusal(400, 'MISSING_ARGUMENT', 'q is required'); // guessed
  const group =
    asked.in === undefined ? 'ALL' : typeof asked.in === 'string' ? searchGroupOf(asked.in.replace(/ FIELDS$/i, '')) : undefined;
  if (!group) throw new Refusal(400, 'INVALID_SEARCH', 'in is ALL, NAME, EMAIL, PHONE or SIDEBAR'); // guessed
  if (asked.sobjects.length === 0 && (asked.fields.length > 0 || asked.defaultLimit !== undefined))
    throw new Refusal(400, 'INVALID_SEARCH', 'at least one sobject must be specified'); // [D the same: "Must specify at least one sobject"; words guessed]
  const defaultLimit = count(asked.defaultLimit, 'defaultLimit');
  const offset = count(asked.offset, 'offset');
  const piece = (text: string | undefined): Piece | undefined => (text === undefined ? undefined : { text, at: 0 });
  const returning = asked.sobjects.map((one): Returning => {
    const fields = one.fields.length > 0 ? one.fields : asked.fields;
    return {
      object: one.name,
      at: 0,
      fields: fields.length > 0 ? piece(fields.join(', ')) : undefined,
      where: piece(one.where),
      orderBy: piece(one.orderBy && `ORDER BY ${one.orderBy}`),
      limit: count(one.limit, 'limit') ?? defaultLimit,
      offset,
    };
  });
  const found = yield* run(
    {
      term: parseTerm(asked.q),
      group,
      returning: returning.length > 0 ? returning : undefined,
      limit: count(asked.overallLimit, 'overallLimit') ?? mostResults,
    },
    ctx,
    org,
    asked.q,
  );
  return answered(ctx, found);
}
