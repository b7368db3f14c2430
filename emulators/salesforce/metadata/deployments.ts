import { idFor, readId } from '../ids.ts';
import type { Latency } from '../latency.ts';
import type { Row, Store } from '../store.ts';
import type { Catalog } from './catalog.ts';
import { deploy, type DeployOptions, type Message } from './deploy.ts';
import { prepareTables, readCatalog, writeCatalog } from './org-catalog.ts';
import { readPackages, type Package } from './package.ts';
import { retrieve, type Retrieved, type RetrieveRequest } from './retrieve.ts';
import { openZip, ZipBroken } from './zip.ts';

export type DeployStatus = 'Pending' | 'InProgress' | 'Succeeded' | 'SucceededPartial' | 'Failed' | 'Canceling' | 'Canceled';
export type Deployment = {
  readonly id: string;
  readonly userId: string;
  readonly createdMs: number;
  readonly startedMs: number | undefined;
  readonly completedMs: number | undefined;
  readonly modifiedMs: number;
  readonly status: DeployStatus;
  readonly options: DeployOptions;
  readonly validatedId: string | undefined;
  readonly canceledBy: string | undefined;
  readonly total: number;
  readonly errors: number;
  readonly deployed: number;
  readonly messages: readonly Message[];
  readonly error: { readonly code: string; readonly message: string } | undefined;
};
export type Retrieval = {
  readonly id: string;
  readonly userId: string;
  readonly dueMs: number;
  readonly request: RetrieveRequest;
};

/** Why a deployment can't be begun or called off: becomes a fault or a REST error. */
export class DeployRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'DeployRefusal';
    this.code = code;
  }
}

export const isDone = (status: DeployStatus): boolean => !['Pending', 'InProgress', 'Canceling'].includes(status);
/** "within the last 10 days" [D deployRecentValidation()] */
const quickWithinMs = 10 * 86_400_000;

/** Kept: what is answered, and how long each step takes. */
type State = Omit<Deployment, 'id'> & { readonly dueMs: number; readonly workMs: number; readonly perComponentMs: number };

/**
 * Deployments wait in a queue and are worked off one after the other, as slowly as the org answers. Nothing runs by itself: whoever asks
 * the org anything finds done what was due by then. So a test moves the clock and never waits, and a deployment that was under way when
 * the process died is taken up by the next question.
 */
export class Deployments {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #latency: Latency;
  readonly #onChange: () => void;
  /** How long a deployment waits and how long it is worked on; undefined: as slowly as the org answers. */
  pace: { waitMs: number; workMs: number } | undefined;
  /** No later than this something is due; Infinity: nothing is. */
  #dueMs: number;

  constructor(store: Store, now: () => number, latency: Latency, onChange: () => void) {
    this.#store = store;
    this.#now = now;
    this.#latency = latency;
    this.#onChange = onChange;
    prepareTables(store);
    store.run('CREATE TABLE IF NOT EXISTS "deployment" (n INTEGER PRIMARY KEY, done INTEGER, state TEXT, zip TEXT)');
    store.run('CREATE TABLE IF NOT EXISTS "retrieval" (n INTEGER PRIMARY KEY, state TEXT)');
    this.#dueMs = -Infinity;
  }

  catalog(userId: string): Catalog {
    return readCatalog(this.#store, { userId, nowMs: this.#now() });
  }
  /** Makes the org what `after` says. */
  write(before: Catalog, after: Catalog, userId: string): void {
    writeCatalog(this.#store, before, after, { userId, nowMs: this.#now() });
    this.#onChange();
  }
  get store(): Store {
    return this.#store;
  }

  /** Throws `DeployRefusal`. */
  start(userId: string, zip: Uint8Array, options: DeployOptions): Deployment {
    return this.#queue(userId, Buffer.from(zip).toString('base64'), options, undefined);
  }
  /** "Quick deploy": what was validated and tested is deployed without tests. Throws `DeployRefusal`. */
  startValidated(userId: string, validatedId: string): Deployment {
    const validated = this.get(validatedId);
    const zip = validated && this.#zip(validated.id);
    const recent = validated !== undefined && this.#now() - (validated.completedMs ?? 0) <= quickWithinMs;
    if (!validated) throw new DeployRefusal('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    const tested = validated.options.testLevel !== undefined && validated.options.testLevel !== 'NoTestRun';
    if (!validated.options.checkOnly || validated.status !== 'Succeeded' || !recent || !tested || zip === undefined)
      throw new DeployRefusal(
        'INVALID_ID_FIELD',
        `The validation ${validated.id} can't be deployed: it must have succeeded with tests within the last 10 days`,
      ); // the rule [D]; text guessed
    return this.#queue(userId, zip, { ...validated.options, checkOnly: false }, validated.id);
  }
  #queue(userId: string, zip: string, options: DeployOptions, validatedId: string | undefined): Deployment {
    const nowMs = this.#now();
    const { baseMs, perRecordMs } = this.#latency.forRequest();
    const { waitMs, workMs } = this.pace ?? { waitMs: baseMs, workMs: baseMs };
    const state: State = {
      userId,
      createdMs: nowMs,
      startedMs: undefined,
      completedMs: undefined,
      modifiedMs: nowMs,
      status: 'Pending',
      options,
      validatedId,
      canceledBy: undefined,
      total: 0,
      errors: 0,
      deployed: 0,
      messages: [],
      error: undefined,
      dueMs: nowMs + waitMs,
      workMs,
      perComponentMs: this.pace ? 0 : perRecordMs,
    };
    this.#store.run('INSERT INTO "deployment" (done, state, zip) VALUES (0, ?, ?)', [JSON.stringify(state), zip]);
    this.#dueMs = Math.min(this.#dueMs, state.dueMs);
    return deploymentOf(this.#store.select('SELECT * FROM "deployment" ORDER BY n DESC LIMIT 1')[0] ?? {});
  }

  get(id: string): Deployment | undefined {
    const n = serialOf('0Af', id);
    const row = n === undefined ? undefined : this.#store.select('SELECT n, state FROM "deployment" WHERE n = ?', [n])[0];
    return row && deploymentOf(row);
  }
  all(): Deployment[] {
    return this.#store.select('SELECT n, state FROM "deployment" ORDER BY n').map(deploymentOf);
  }
  #zip(id: string): string | undefined {
    const zip = this.#store.select('SELECT zip FROM "deployment" WHERE n = ?', [serialOf('0Af', id) ?? 0])[0]?.['zip'];
    return typeof zip === 'string' ? zip : undefined;
  }

  /** "When a deployment hasn't started yet … canceled immediately" [D cancelDeploy()]. Throws `DeployRefusal`. */
  cancel(id: string, userId: string): Deployment {
    const found = this.get(id);
    if (!found) throw new DeployRefusal('INVALID_CROSS_REFERENCE_KEY', 'invalid cross reference id');
    if (isDone(found.status)) throw new DeployRefusal('INVALID_OPERATION', `Deployment already completed: ${found.status}`); // guessed
    const nowMs = this.#now();
    const pending = found.status === 'Pending';
    this.#change(found.id, {
      status: pending ? 'Canceled' : 'Canceling',
      canceledBy: userId,
      modifiedMs: nowMs,
      ...(pending ? { completedMs: nowMs } : {}),
    });
    this.#dueMs = -Infinity;
    return this.get(id) ?? found;
  }

  #change(id: string, changes: Partial<State>): void {
    const n = serialOf('0Af', id) ?? 0;
    const row = this.#store.select('SELECT state FROM "deployment" WHERE n = ?', [n])[0];
    const state = { ...(JSON.parse(String(row?.['state'])) as State), ...changes };
    const done = isDone(state.status);
    const keepsZip = !done || (state.status === 'Succeeded' && state.options.checkOnly);
    this.#store.run(`UPDATE "deployment" SET done = ?, state = ?${keepsZip ? '' : ', zip = NULL'} WHERE n = ?`, [
      done ? 1 : 0,
      JSON.stringify(state),
      n,
    ]);
  }

  /** Does what is due by now. */
  advance(): void {
    const nowMs = this.#now();
    if (nowMs < this.#dueMs) return;
    for (;;) {
      const row = this.#store.select('SELECT n, state FROM "deployment" WHERE done = 0 ORDER BY n LIMIT 1')[0];
      if (!row) break;
      const state = JSON.parse(String(row['state'])) as State;
      if (state.dueMs > nowMs && state.status !== 'Canceling') {
        this.#dueMs = state.dueMs;
        return;
      }
      const found = deploymentOf(row);
      try {
        this.#step(found, state, nowMs);
      } catch (cause) {
        // Ours, not the deployment's: it must not be met again by whoever asks next.
        console.error(cause);
        const message = 'UNKNOWN_EXCEPTION: An unexpected error occurred. Please include this ErrorId if you contact support: 0-0 (0)';
        this.#change(found.id, { status: 'Failed', completedMs: nowMs, modifiedMs: nowMs, error: { code: 'UNKNOWN_EXCEPTION', message } });
      }
    }
    this.#dueMs = Infinity;
  }
  #step(found: Deployment, state: State, nowMs: number): void {
    if (state.status === 'Canceling') return this.#change(found.id, { status: 'Canceled', completedMs: nowMs, modifiedMs: nowMs });
    let packages: Package[];
    try {
      packages = readPackages(openZip(Buffer.from(this.#zip(found.id) ?? '', 'base64')), state.options.singlePackage);
    } catch (cause) {
      if (!(cause instanceof ZipBroken)) throw cause;
      return this.#change(found.id, {
        status: 'Failed',
        startedMs: state.dueMs,
        completedMs: nowMs,
        modifiedMs: nowMs,
        error: { code: cause.code, message: `${cause.code}: ${cause.message}` },
      });
    }
    if (state.status === 'Pending') {
      const total = packages.reduce((sum, { parts, before, after }) => sum + parts.length + before.length + after.length, 0);
      const dueMs = state.dueMs + state.workMs + state.perComponentMs * total;
      return this.#change(found.id, { status: 'InProgress', startedMs: state.dueMs, modifiedMs: state.dueMs, total, dueMs });
    }
    const before = this.catalog(state.userId);
    const after = before.copy();
    const { messages, status, total, errors, deployed } = deploy(this.#store, after, packages, state.options);
    const saved = !state.options.checkOnly && status !== 'Failed';
    if (saved) this.write(before, after, state.userId);
    const ids = saved ? this.catalog(state.userId) : before;
    for (const message of messages) {
      const id = ids.get(message.componentType, message.fullName)?.id;
      if (id !== undefined) message.id = id;
    }
    this.#change(found.id, { status, total, errors, deployed, messages, completedMs: nowMs, modifiedMs: nowMs });
  }

  startRetrieve(userId: string, request: RetrieveRequest): string {
    const { baseMs } = this.#latency.forRequest();
    const state: Omit<Retrieval, 'id'> = { userId, request, dueMs: this.#now() + (this.pace?.workMs ?? baseMs) };
    this.#store.run('INSERT INTO "retrieval" (state) VALUES (?)', [JSON.stringify(state)]);
    return idFor('09S', Number(this.#store.select('SELECT MAX(n) AS n FROM "retrieval"')[0]?.['n'] ?? 0));
  }
  /** Undefined: no such retrieval. */
  retrieved(id: string): { id: string; done: boolean; userId: string } | undefined {
    const found = this.#retrieval(id);
    return found && { id: found.id, done: this.#now() >= found.dueMs, userId: found.userId };
  }
  /** The files, as the org is when they are asked for. */
  files(id: string): Retrieved | undefined {
    const found = this.#retrieval(id);
    if (!found || this.#now() < found.dueMs) return undefined;
    return retrieve(this.#store, this.catalog(found.userId), found.request, { userId: found.userId, nowMs: this.#now() });
  }
  #retrieval(id: string): Retrieval | undefined {
    const n = serialOf('09S', id);
    const row = n === undefined ? undefined : this.#store.select('SELECT n, state FROM "retrieval" WHERE n = ?', [n])[0];
    return row && { ...(JSON.parse(String(row['state'])) as Omit<Retrieval, 'id'>), id: idFor('09S', Number(row['n'])) };
  }
}

const deploymentOf = (row: Row): Deployment => ({
  ...(JSON.parse(String(row['state'])) as Omit<Deployment, 'id'>),
  id: idFor('0Af', Number(row['n'])),
});

const base62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** The running number in an id of ours. */
function serialOf(prefix: string, given: string): number | undefined {
  const id = readId(given);
  if (id === undefined || !id.startsWith(prefix)) return undefined;
  let n = 0;
  for (const char of id.slice(6, 15)) n = n * 62 + base62.indexOf(char);
  return idFor(prefix, n) === id ? n : undefined;
}
