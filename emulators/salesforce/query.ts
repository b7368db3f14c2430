import { Refusal } from './errors.ts';
import { asksForAccess, recordAccess } from './record-access.ts';
import { prepareDefinitions } from './model/definitions.ts';
import { seenBy } from './rights/seen.ts';
import type { Row, Store } from './store.ts';
import { isCount, parseSoql, type Query } from './soql.ts';
import { columnsOf, columnsOfCount, columnsOfGroups } from './soql/columns.ts';
import { Compiler, type Asked } from './soql/compiler.ts';
import { Cursors } from './soql/cursors.ts';
import { isGrouped, planGrouped } from './soql/grouped.ts';
import { habitsOf } from './soql/habits.ts';
import type { Reader } from './soql/names.ts';
import { planQuery, rowsPerPage, type Plan } from './soql/plan.ts';
import { columnOf, render, type Answered } from './soql/render.ts';
import { malformed } from './soql/tokens.ts';

export type QueryAnswer = Answered;
export type QueryOptions = {
  /** What is deleted or archived, too. */
  readonly all: boolean;
  /** Records per page, at most. */
  readonly batch: number;
  /** Of the API: `67.0`. */
  readonly version: string;
  /** The user's: days begin at its midnight. */
  readonly zone: string;
  readonly userId: string;
};

/** "2,000 rows offset at most" [D SOQL reference, OFFSET] */
const maxOffset = 2000;

/** How much of a page is left, children counted. */
type Room = { left: number };
/** One answer that is being put together. */
type Answering = { readonly version: string; readonly userId: string; readonly batch: number; readonly room: Room };

/** Answers queries. The rows of a long answer are settled by its first page; their values are read page by page. */
export class Queries {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #cursors: Cursors;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
    this.#cursors = new Cursors(now);
  }

  run(soql: string, options: QueryOptions): QueryAnswer {
    const query = parseSoql(soql);
    if (asksForAccess(query)) {
      const records = recordAccess(this.#store, soql, query, options.userId, options.version);
      return { totalSize: records.length, done: true, records };
    }
    const compiler = this.#compiler(soql, query, options);
    if (isCount(query)) return this.#count(query, compiler);
    if (isGrouped(query)) return this.#group(query, compiler, options);
    const plan = planQuery(compiler, query);
    const batch = Math.min(options.batch, rowsPerPage(plan));
    const answering = { version: options.version, userId: options.userId, batch, room: { left: batch } };
    const answer = this.#list(plan, [], answering);
    // "When using OFFSET, only the first batch of records is returned" [D SOQL reference, OFFSET]
    if (query.offset !== undefined && !answer.done) return { totalSize: answer.records.length, done: true, records: answer.records };
    return answer;
  }

  /** `columns=true`: what the answer would be made of. */
  columns(soql: string, options: QueryOptions): unknown {
    const query = parseSoql(soql);
    const compiler = this.#compiler(soql, query, options);
    if (isCount(query)) return columnsOfCount(compiler.object(query));
    if (!isGrouped(query)) return columnsOf(planQuery(compiler, query));
    const { object, entries } = planGrouped(compiler, query);
    return columnsOfGroups(object, entries, query.grouping !== undefined);
  }

  /** A further page of an answer, or one already read again. */
  more(address: string, version: string, userId?: string): QueryAnswer {
    const { locator, cursor, from } = this.#cursors.find(address, userId);
    const { plan, rows, batch } = cursor;
    const page = rows.subarray(from, from + batch);
    const found = new Map(
      this.#store
        .select(
          `SELECT ${plan.alias}.n AS n, ${columnList(plan)} FROM ${plan.from} WHERE ${plan.alias}.n IN (${Array.from(page).join(', ')})`,
        )
        .map((row) => [row['n'], row]),
    );
    const room = { left: batch };
    const { records, taken } = this.#records(
      plan,
      Array.from(page, (n) => found.get(n)),
      { version, userId: cursor.userId, batch, room },
    );
    const next = from + taken;
    const done = next >= rows.length;
    return { totalSize: rows.length, done, ...(done ? {} : { nextRecordsUrl: pageUrl(version, locator, next) }), records };
  }

  forget(): void {
    this.#cursors.clear();
  }

  #compiler(soql: string, query: Query, { all, version, zone, userId }: QueryOptions): Compiler {
    if ((query.offset ?? 0) > maxOffset)
      throw new Refusal(400, 'NUMBER_OUTSIDE_VALID_RANGE', `Maximum SOQL offset allowed is ${maxOffset}`); // [C recorded]
    const asked: Asked = { all, version, habits: () => habitsOf(this.#store, userId, zone, this.#now()) };
    prepareDefinitions(this.#store, userId, query.from, soql);
    const reader: Reader = { store: this.#store, userId, schema: seenBy(this.#store, userId) };
    return new Compiler(reader, soql, asked);
  }

  #count(query: Query, compiler: Compiler): QueryAnswer {
    const source = { object: compiler.object(query), alias: 't0' };
    // "You can't use COUNT() with an ORDER BY clause" [D SOQL reference, COUNT(); words guessed after those of grouped queries]
    const [order] = query.orderBy;
    if (order) throw compiler.error('MALFORMED_QUERY', order.by.at, 'Ordered field must be grouped or aggregated');
    if (query.grouping) throw malformed("unexpected token: 'GROUP'"); // words guessed
    const { from, where } = compiler.rows(query, source);
    const totalSize = this.#store.count(`SELECT COUNT(*) AS count FROM (SELECT 1 FROM ${from}${where.text}${slice(query)})`, where.values);
    return { totalSize, done: true, records: [] };
  }

  #group(query: Query, compiler: Compiler, { batch }: QueryOptions): QueryAnswer {
    const { sql, values, entries } = planGrouped(compiler, query);
    const rows = this.#store.select(sql, values);
    if (rows.length > batch)
      throw new Refusal(
        400,
        'EXCEEDED_ID_LIMIT',
        'Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch',
      ); // [C restforce#726]
    const records = rows.map((row) => ({
      attributes: { type: 'AggregateResult' },
      ...Object.fromEntries(entries.map(({ key, write }, place) => [key, write(row[columnOf(place)] ?? null)])),
    }));
    return { totalSize: records.length, done: true, records };
  }

  /** The beginning of a list, at the top or inside a record, and a cursor for what found no room. */
  #list(plan: Plan, values: readonly string[], answering: Answering): Answered {
    const { where, order, from, alias } = plan;
    const room = Math.max(0, answering.room.left);
    const bound = [...values, ...where.values];
    const first = this.#store.select(
      `SELECT ${columnList(plan)} FROM ${from}${where.text}${order} LIMIT ${Math.min(plan.limit ?? Infinity, room + 1)} OFFSET ${plan.offset ?? 0}`,
      bound,
    );
    const { records, taken } = this.#records(plan, first.slice(0, room), answering);
    if (taken === first.length) return { totalSize: first.length, done: true, records };
    const rows = this.#store.numbers(`SELECT ${alias}.n AS n FROM ${from}${where.text}${order}${slice(plan)}`, bound);
    const { userId, batch, version } = answering;
    const locator = this.#cursors.keep({ plan, rows, batch, userId });
    return { totalSize: rows.length, done: false, nextRecordsUrl: pageUrl(version, locator, taken), records };
  }

  /** Rows as records, as many as there is room for; those that are gone since the first page take none. */
  #records(plan: Plan, rows: readonly (Row | undefined)[], answering: Answering): { records: unknown[]; taken: number } {
    const { schema } = this.#store;
    const { room, version } = answering;
    const records: unknown[] = [];
    let taken = 0;
    for (const row of rows) {
      if (room.left <= 0) break;
      taken += 1;
      if (!row) continue;
      room.left -= 1;
      records.push(
        render(row, plan.object, plan.entries, version, schema.ofId, (entry, parentId) => {
          const list = this.#list(entry.plan, [parentId], answering);
          return list.totalSize === 0 ? null : list;
        }),
      );
    }
    return { records, taken };
  }
}

const columnList = (plan: Plan): string => plan.columns.map((column, place) => `${column} AS ${columnOf(place)}`).join(', ');
const slice = ({ limit, offset }: { limit: number | undefined; offset: number | undefined }): string =>
  limit === undefined && offset === undefined ? '' : ` LIMIT ${limit ?? -1} OFFSET ${offset ?? 0}`;
const pageUrl = (version: string, locator: string, place: number): string => `/services/data/v${version}/query/${locator}-${place}`;
