import type { InventedCall, TriedCall, TriedPeriod } from '../../wire/simulate.ts';
import type { LookUp } from '../book/look-up.ts';
import type { Call } from '../call/call.ts';
import type { CallEvent, CallId } from '../call/event.ts';
import type { Crm } from '../crm.ts';
import type { Policy } from '../decide/policy.ts';
import { type LookedUp, nobodyKnown } from '../match/match.ts';
import type { Line } from '../pipeline.ts';
import type { Source } from '../source.ts';
import type { PagePlace, Period, SimulateStore, StoredCall } from '../store/simulate-store.ts';
import type { DueCall, OrgId, OrgView } from '../store.ts';
import type { World } from '../world.ts';
import { inventEvents, inventFound } from './invent.ts';
import { sayDiffering, sayPeriod, sayTried } from './say-tried.ts';
import { compare, Tally } from './tally.ts';
import {
  type Book,
  hearStored,
  type Known,
  lookUpFor,
  type Making,
  mattersFor,
  nothingMade,
  type Trial,
  tryCall,
  type Tried,
} from './try-call.ts';

export type SimulatorParts = {
  readonly store: SimulateStore;
  readonly world: Pick<World, 'now' | 'monotonic' | 'sleep'>;
  readonly sources: Readonly<Record<string, Source>>;
  /** Hears invented calls. */
  readonly generic: Source;
  readonly links: Pick<Line, 'callLink' | 'recordingLink'>;
  orgView(org: OrgId): Promise<OrgView>;
  lookUp(org: OrgId, asked: LookUp): Promise<LookedUp>;
  /** As the line asks. */
  matters: Line['matters'];
  /** For what the CRM calls things; undefined while none is connected. */
  crm(org: OrgId): Pick<Crm, 'draft' | 'unfit' | 'textField' | 'recordUrl'> | undefined;
};
/** A policy on trial. It is tried as the version it would be saved as. */
export type Draft = { readonly policy: Policy; readonly book: Book };
/** How far a period has come; at the end what came of it. */
export type PeriodStep = { readonly done: number; readonly of: number; readonly result?: TriedPeriod };
export type Simulator = ReturnType<typeof simulator>;
/** An invented call can't be read: the message says what is wrong with it. */
export class Unreadable extends Error {}

/** A stored call, and what it would come to, or why nothing can be told of it. */
export type TriedStored = { readonly stored: StoredCall; readonly tried: Tried | string };

/** Few enough that a page is read, and its rows parsed, in a few milliseconds. */
const pageSize = 100;
/** So long the event loop is ours at a time: calls ring meanwhile. */
const atATimeMs = 4;
/** How often it is told how far it has come; whoever goes away is noticed then. */
const sayEveryMs = 200;

/** Tries a policy on calls without touching anything: no write, no request to the CRM, and PostgreSQL refuses what would change a row. */
export function simulator(parts: SimulatorParts) {
  const { store, world, sources } = parts;
  const trialOf = async (org: OrgId, { policy, book }: Draft): Promise<Trial> => {
    const view = await parts.orgView(org);
    return {
      org: { ...view, policy, policyVersion: view.policyVersion + 1 },
      inForce: view.policy,
      ...{ links: parts.links, book, nowMs: world.now() },
    };
  };
  /** Undefined with a reason: nothing can be told of it. */
  const tryStored = async (trial: Trial, stored: StoredCall, making: Making, found?: LookedUp): Promise<Tried | string> => {
    const source = sources[stored.due.source];
    const call = hearStored(stored, source, trial.org);
    if (!call || !source) return whyNot(stored);
    return tryCall(trial, source, stored, call, await known(trial, stored, call, found), making);
  };
  /** All that the book is asked before a call is judged; of an invented one the form may say who has the number. */
  const known = async (trial: Trial, stored: StoredCall, call: Call, invented?: LookedUp): Promise<Known> => {
    const { org } = trial.org;
    const found = invented ?? (await parts.lookUp(org, lookUpFor(call)));
    const asks = mattersFor(trial, stored, call, found);
    return { ...found, ...(asks && { asks, matters: await parts.matters(org, asks) }) };
  };

  /**
   * The calls that began in a period, in that order, some at a time: what each would come to, or why nothing can be told of it. The node is
   * let go between them.
   */
  async function* each(org: OrgId, period: Period, draft: Draft): AsyncGenerator<readonly TriedStored[]> {
    const trial = await trialOf(org, draft);
    const making = nothingMade();
    const pageAfter = (place: PagePlace | undefined) => {
      const page = store.page(org, period, place, pageSize);
      page.catch(() => undefined); // heard below, unless nobody asks any more
      return page;
    };
    for (let coming: ReturnType<typeof pageAfter> | undefined = pageAfter(undefined); coming;) {
      const page: Awaited<ReturnType<typeof pageAfter>> = await coming;
      coming = page.next && pageAfter(page.next); // is read while this one is tried
      const breathe = breathing(world);
      const heard: (readonly [StoredCall, Call | undefined])[] = [];
      for (const stored of page.calls) {
        heard.push([stored, hearStored(stored, sources[stored.due.source], trial.org)]);
        await breathe();
      }
      const found = await Promise.all(heard.map(([stored, call]) => (call ? known(trial, stored, call) : Promise.resolve(nobodyKnown))));
      let some: TriedStored[] = [];
      for (const [place, [stored, call]] of heard.entries()) {
        const source = sources[stored.due.source];
        some.push({ stored, tried: call && source ? tryCall(trial, source, stored, call, found[place]!, making) : whyNot(stored) });
        if (await breathe()) {
          yield some;
          some = [];
        }
      }
      yield some;
    }
  }

  return {
    /** A stored call; undefined: there is none of this number. */
    async call(org: OrgId, id: string, draft: Draft): Promise<TriedCall | string | undefined> {
      const [first] = await store.read(org, [id], 0);
      if (!first) return undefined;
      // what was made for its number by calls before it was there
      const [stored] = first.startedAtMs === undefined ? [first] : await store.read(org, [id], first.startedAtMs);
      const trial = await trialOf(org, draft);
      const tried = await tryStored(trial, stored ?? first, nothingMade());
      return typeof tried === 'string' ? tried : sayTried(tried, stored, parts.crm(org), trial.org);
    },

    /** A call nobody made: a form, or events as the generic source takes them. Throws `Unreadable`. */
    async invented(
      org: OrgId,
      given: { readonly form?: InventedCall; readonly events?: readonly unknown[] },
      draft: Draft,
    ): Promise<TriedCall> {
      const trial = await trialOf(org, draft);
      const events = readInvented(parts.generic, given.form ? inventEvents(given.form, trial.nowMs) : (given.events ?? []), trial.nowMs);
      const [first] = events;
      if (!first) throw new Unreadable('The events tell of no call.');
      const due: DueCall = {
        org,
        id: '0',
        connection: '',
        source: parts.generic.name,
        externalId: first.callId,
        incarnation: 0,
        version: 0,
        heardAtMs: -Infinity,
        pinned: undefined,
        wantsPerson: false,
        personGeneration: undefined,
        events: events.map((event) => ({ event, clockOffsetMs: 0, contradicted: false })),
        writes: [],
        ofLeads: [],
        ofKin: [],
        known: new Map(),
        lastDecision: undefined,
      };
      const stored: StoredCall = { due, startedAtMs: undefined, decided: undefined, trouble: undefined, talk: undefined, madeBefore: true };
      const match = given.form?.match;
      const found = match && { ...nobodyKnown, exact: inventFound(match) };
      const nowhere: Trial = { ...trial, links: { ...trial.links, callLink: () => undefined } };
      const tried = await tryStored({ ...nowhere, nowMs: Infinity }, stored, nothingMade(), found);
      if (typeof tried === 'string') throw new Unreadable(tried);
      return sayTried(tried, undefined, parts.crm(org), trial.org);
    },

    each,

    /** What a policy would do to the calls that began in a period. Ends when nobody asks for the next step any more. */
    async *period(org: OrgId, period: Period, draft: Draft, show: number): AsyncGenerator<PeriodStep> {
      const beganMs = world.monotonic();
      let saidMs = beganMs;
      const of = await store.count(org, period);
      const view = await parts.orgView(org);
      const tally = new Tally();
      const first: ReturnType<typeof sayDiffering>[] = [];
      yield { done: 0, of };
      for await (const page of each(org, period, draft)) {
        for (const { stored, tried } of page) {
          if (typeof tried === 'string') {
            tally.skip(tried);
            continue;
          }
          const compared = compare(stored, tried);
          tally.add(tried, compared);
          if (compared.differs && first.length < show) first.push(sayDiffering(tried, stored, compared, view));
        }
        if (world.monotonic() - saidMs < sayEveryMs) continue;
        saidMs = world.monotonic();
        yield { done: tally.calls, of };
      }
      const seconds = (world.monotonic() - beganMs) / 1000;
      yield { done: tally.calls, of, result: sayPeriod(tally, { period, asked: draft.book, first, seconds, org: view }) };
    },
  };
}

/** Lets whoever waits for this node go first, whenever it has been ours for long enough. Gives whether it did. */
function breathing(world: Pick<World, 'monotonic'>): () => Promise<boolean> {
  let sinceMs = world.monotonic();
  return async () => {
    if (world.monotonic() - sinceMs < atATimeMs) return false;
    await new Promise((resolve) => setImmediate(resolve));
    sinceMs = world.monotonic();
    return true;
  };
}

const whyNot = ({ due, trouble }: StoredCall): string =>
  trouble ??
  (due.events.length === 0 ? 'nothing has been heard of it yet' : `no source "${due.source}" in this version, or nothing it can tell`);

function readInvented(generic: Source, events: readonly unknown[], receivedAt: number): readonly CallEvent[] {
  const body = new TextEncoder().encode(JSON.stringify({ version: 1, events: events.map(inOneCall) }));
  try {
    return generic.translate({ body, headers: {}, receivedAt, deliveryId: 'invented' }).events;
  } catch (error) {
    throw new Unreadable((error as Error).message, { cause: error });
  }
}

/** Events of an invented call need not say which call. */
const inOneCall = (event: unknown): unknown =>
  typeof event === 'object' && event !== null && !Array.isArray(event) && !Object.hasOwn(event, 'call')
    ? { ...event, call: 'invented' as CallId }
    : event;
