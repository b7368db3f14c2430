import { dice } from './clock.ts';
import { Refusal, rowLocked } from './errors.ts';
import type { SObject } from './schema.ts';
import type { Row } from './store.ts';

/** What can go wrong between a program and its org, on demand. */
export const requestFaults = [
  'late-answer',
  'lost-answer',
  'refused',
  'late-apply',
  'twice',
  'status-503',
  'html-502',
  'session-401',
  'limit-daily-403',
  'limit-concurrent-403',
  'whole-400',
  'whole-error',
  'down',
] as const;
export const rowFaults = ['lock-row', 'row-error'] as const;
export type RequestFaultKind = (typeof requestFaults)[number];
export type FaultKind = RequestFaultKind | (typeof rowFaults)[number];

export type FaultOrder = {
  kind: FaultKind;
  /** At most so often, then never again. Without it: until cleared. */
  times?: number;
  /** Only every n-th request (or row) it could have hit, the n-th first. */
  everyNth?: number;
  /** Only with this chance, by dice thrown from `seed`. */
  probability?: number;
  seed?: number;
  match?: { method?: string; pathPrefix?: string };
  delayMs?: number;
  /** late-apply: leave the connection open instead of destroying it. */
  hang?: boolean;
  /** Row faults: only rows whose field holds this value. Without `value`: rows that fill the field. */
  field?: string;
  value?: string | number | boolean | null;
  error?: { statusCode?: string; message?: string; fields?: string[] };
  /** whole-error: what HTTP says of it. */
  status?: number;
  /** whole-error: a page instead of JSON, as servers before the API answer. */
  page?: string;
};
export type Fault = FaultOrder & { id: number; met: number; hit: number };
export type RowFault = (object: SObject, row: Row) => Refusal | undefined;

const isRowFault = (fault: Fault): boolean => (rowFaults as readonly string[]).includes(fault.kind);

export class Faults {
  #faults: (Fault & { roll: () => number })[] = [];
  #ids = 0;

  add(order: FaultOrder): Fault {
    const fault = { ...order, id: (this.#ids += 1), met: 0, hit: 0, roll: dice(order.seed ?? 1) };
    this.#faults.push(fault);
    return fault;
  }
  clear(id?: number): void {
    this.#faults = id === undefined ? [] : this.#faults.filter((fault) => fault.id !== id);
  }
  list(): Fault[] {
    return this.#faults.map(({ roll: _, ...fault }) => fault);
  }

  /** The first fault that wants this request. Unless it says otherwise a fault hits data requests, not sign-in; `down` hits everything. */
  forRequest(method: string, path: string): Fault | undefined {
    return this.#faults.find((fault) => !isRowFault(fault) && this.#matches(fault, method, path) && this.#hits(fault));
  }

  forRows(method: string, path: string): { rowFault: RowFault; hits: () => FaultKind | undefined } | undefined {
    const wanting = this.#faults.filter((fault) => isRowFault(fault) && this.#matches(fault, method, path));
    if (wanting.length === 0) return undefined;
    let last: FaultKind | undefined;
    const rowFault: RowFault = (object, row) => {
      const fault = wanting.find((one) => this.#wantsRow(one, object, row) && this.#hits(one));
      if (!fault) return undefined;
      last = fault.kind;
      if (fault.kind === 'lock-row') return rowLocked();
      const { statusCode = 'UNKNOWN_EXCEPTION', message = 'An unexpected error occurred', fields = [] } = fault.error ?? {};
      return new Refusal(400, statusCode, message, fields);
    };
    return { rowFault, hits: () => last };
  }

  #matches(fault: Fault, method: string, path: string): boolean {
    const prefix = fault.match?.pathPrefix ?? (fault.kind === 'down' ? '/' : '/services/data');
    return (fault.match?.method === undefined || fault.match.method.toUpperCase() === method) && path.startsWith(prefix);
  }
  #wantsRow(fault: Fault, object: SObject, row: Row): boolean {
    if (fault.field === undefined) return true;
    const field = object.byName.get(fault.field.toLowerCase());
    const value = field ? (row[field.name] ?? null) : null;
    if (fault.value === undefined) return value !== null;
    return (typeof fault.value === 'boolean' ? Number(fault.value) : fault.value) === value;
  }
  #hits(fault: Fault & { roll: () => number }): boolean {
    if (fault.times !== undefined && fault.hit >= fault.times) return false;
    fault.met += 1;
    if (fault.everyNth !== undefined && fault.met % fault.everyNth !== 0) return false;
    if (fault.probability !== undefined && fault.roll() >= fault.probability) return false;
    fault.hit += 1;
    return true;
  }
}
