import type { Call } from '../call/call.ts';
import type { CallEvent } from '../call/event.ts';
import { bookSettings } from '../book-settings.ts';
import type { CrmRecord, WantedMatter } from '../crm.ts';
import { mattersRead } from '../decide/cases.ts';
import type { Decision } from '../decide/decide.ts';
import { talkedAt } from '../decide/facts.ts';
import { effectivePolicy, whoseOf } from '../decide/layers.ts';
import type { OwnMatter } from '../decide/matter.ts';
import type { Inputs } from '../decide/pin.ts';
import type { Policy } from '../decide/policy.ts';
import { type LookedUp, type MadePerson, type Match } from '../match/match.ts';
import { type ComingMatter, type KnownMatters, type Matter, type MattersAsk, type MattersRead, noMatters } from '../match/matters.ts';
import { mattersAsk, ownMatterOf, relevantMatters } from '../own-matters.ts';
import { hearCall, inputsNow, judgeCall, type Judging, type Line } from '../pipeline.ts';
import type { LookUp } from '../book/look-up.ts';
import type { Source } from '../source.ts';
import type { StoredCall, WantedRecord } from '../store/simulate-store.ts';
import type { OrgView } from '../store.ts';

/** Who was meant then, as it was pinned, or who would be found in the book now. */
export type Book = 'then' | 'now';
/** What a call would come to. `book`: whose word it is who the call is about; `none`: nobody was looked for. */
export type Tried = {
  readonly call: Call;
  readonly inputs: Inputs;
  readonly decision: Decision;
  readonly wants: readonly WantedRecord[];
  readonly book: Book | 'none';
};
/** What the policy under trial would have made: whom for a number, one each, whatever call asks first (P1), and cases and opportunities. */
export type Making = { readonly persons: Map<string, MadePerson>; readonly matters: ComingMatter[] };
export const nothingMade = (): Making => ({ persons: new Map(), matters: [] });
/** What the book knows that a call is judged by. */
export type Known = LookedUp & { readonly asks?: MattersAsk | undefined; readonly matters?: KnownMatters | undefined };
/** What a call is tried with. `org`: with the policy under trial in the place of its own, `inForce`. */
export type Trial = {
  readonly org: OrgView;
  readonly inForce: Policy;
  readonly links: Pick<Line, 'callLink' | 'recordingLink'>;
  readonly book: Book;
  readonly nowMs: number;
};

/** The call as it is known, with the talk that came after it; undefined: nothing can be told of it. Pure. */
export function hearStored({ due, talk }: Pick<StoredCall, 'due' | 'talk'>, source: Source | undefined, org: OrgView): Call | undefined {
  if (!source) return undefined;
  const told = due.events.some(({ event }) => event.type === 'called-back' && event.callId === due.externalId);
  const { call } = hearCall(due, source, org);
  // The policy of then may not have asked who called back, so that no fact says it (D4).
  if (!call || told || !talk || talkedAt(call) !== undefined) return call;
  return hearCall(
    { ...due, events: [...due.events, { event: talk satisfies CallEvent, clockOffsetMs: 0, contradicted: false }] },
    source,
    org,
  ).call;
}

/** What the book has to be asked before `tryCall`: also of who was pinned, whether it is a record that was made for the number. Pure. */
export function lookUpFor({ linked, clicked, shown, customer }: Call): LookUp {
  const chosen = (linked ? [linked.who, linked.what] : [clicked?.record, shown?.record]).filter((record) => record !== undefined);
  return { number: linked ? undefined : customer.number, chosen };
}

/** Whose cases and opportunities have to be known before `tryCall`, as the line would ask; undefined: nobody's, or those of then say all. Pure. */
export function mattersFor({ org, book }: Trial, { due }: StoredCall, call: Call, found: LookedUp): MattersAsk | undefined {
  const { pinned } = due;
  const asks = mattersAsk(call, found, pinned, policyFor(call, { ...pinned, policy: org.policy }));
  if (!asks || !pinned || call.linked || book === 'now' || pinned.match.unsure) return asks;
  return isAllOfThen(pinned, call, org.policy, asks) ? undefined : asks;
}

/** Does what was pinned say all that this policy asks for? */
function isAllOfThen(pinned: Inputs, call: Call, policy: Policy, { code }: MattersAsk): boolean {
  const [then, now] = [policyFor(call, pinned), policyFor(call, { ...pinned, policy })];
  const kinds = mattersRead(then).kinds;
  return (
    pinned.matters !== undefined &&
    mattersRead(now).kinds.every((kind) => kinds.includes(kind)) &&
    (now.cases.via === 'contact' || then.cases.via !== 'contact') &&
    pinned.matters.code?.looked === code
  );
}

const policyFor = (call: Call, inputs: Parameters<typeof whoseOf>[1]): Policy =>
  effectivePolicy(inputs.policy, whoseOf(call, inputs)).policy;

/** What is known of cases: of then, where it was asked then; of now what the policy on trial asks for besides, and what it has made itself. */
function mattersOf(
  trial: Trial,
  { due }: StoredCall,
  call: Call,
  { asks, matters, ...found }: Known,
  making: Making,
): KnownMatters | undefined {
  const { pinned } = due;
  const isAsked = mattersRead(policyFor(call, { ...pinned, policy: trial.org.policy })).kinds.length > 0;
  // What was keyed in is no case any more where the policy doesn't say so.
  if (!isAsked) return pinned?.matters?.code ? noMatters : undefined;
  const ids = due.writes.flatMap(({ crmId }) => crmId ?? []);
  const names = due.writes.map(({ name }) => name);
  const others = matters && { ...matters, open: matters.open.filter(({ id }) => !ids.includes(id)), is: isIn(matters, trial.inForce) };
  const now = others && relevantMatters(others, found, names);
  const isThen = trial.book === 'then' && pinned?.matters !== undefined && !pinned.match.unsure;
  const known = isThen ? (now ? joined(pinned, call, asks, now) : pinned.matters) : now;
  if (!known) return undefined;
  const made = making.matters.filter(({ kind }) => known.is[kind] === 'read');
  return { ...known, coming: [...known.coming, ...made] };
}

/** What the policy in force doesn't ask for is not on its way into the book. */
function isIn({ is }: KnownMatters, inForce: Policy): KnownMatters['is'] {
  const { kinds } = bookSettings(inForce);
  const said = (kind: Matter['kind']): MattersRead => (is[kind] === 'reading' && !kinds.includes(kind) ? 'unasked' : is[kind]);
  return { case: said('case'), opportunity: said('opportunity') };
}

function joined(pinned: Inputs, call: Call, asks: MattersAsk | undefined, now: KnownMatters): KnownMatters {
  const then = pinned.matters ?? noMatters;
  const policy = policyFor(call, pinned);
  const { kinds } = mattersRead(policy);
  const isOfThen = ({ kind, contactId }: Pick<Matter, 'kind' | 'contactId'>) =>
    kinds.includes(kind) && (policy.cases.via !== 'contact' || (contactId !== undefined && asks?.contacts.includes(contactId) === true));
  const is = (kind: Matter['kind']) => (kinds.includes(kind) ? then.is[kind] : now.is[kind]);
  const { code: _code, ...rest } = now;
  const code = then.code?.looked === now.code?.looked ? then.code : now.code;
  return {
    ...rest,
    ...(then.chosen && { chosen: then.chosen }),
    ...(code && { code }),
    ...(then.accounts && { accounts: { ...now.accounts, ...then.accounts } }),
    open: [...then.open, ...now.open.filter((one) => !isOfThen(one))],
    coming: [...then.coming, ...now.coming.filter((one) => !isOfThen(one))],
    is: { case: is('case'), opportunity: is('opportunity') },
  };
}

/**
 * What would be wanted of this call under another policy: as the line would judge it, except that who was meant stays as it was pinned,
 * unless `book` says otherwise. `making`: what the same policy made for numbers of earlier calls; it is added to. Pure but for that.
 */
export function tryCall(trial: Trial, source: Source, stored: StoredCall, call: Call, known: Known, making: Making): Tried {
  const { org, links, book, nowMs } = trial;
  const { due } = stored;
  const { number } = call.customer;
  const { asks: _asks, matters: _matters, ...found } = known;
  const matters = mattersOf(trial, stored, call, known, making);
  const own = due.writes.flatMap(ownMatterOf);
  const isSameRules = due.pinned !== undefined && sameMatterRules(due.pinned, call, org.policy);
  // What another policy began is none of this one's, but for what people deleted: it isn't made again (W2).
  const ownFirst = isSameRules ? own : own.filter(({ state }) => state === 'deleted');
  // What has been renamed, converted or deleted since was not so then.
  const hungOn = book === 'then' ? recordOfThen(stored) : undefined;
  const real: MadePerson | undefined =
    found.made && hungOn
      ? { ...found.made, state: 'there', generation: due.personGeneration ?? found.made.generation, record: hungOn }
      : found.made;
  const before = number === undefined ? undefined : making.persons.get(number);
  // What became of a record the call itself asked for, or an earlier one, is known; one that a later call had made isn't there yet.
  const isGone = real?.state !== 'there' && (due.personGeneration !== undefined || (before !== undefined && before.row !== unwritten));
  const isKnown = real !== undefined && (stored.madeBefore || isGone);
  const made = isKnown ? real : before;
  const isReal = made !== undefined && made.row !== unwritten;
  const pinned = due.pinned && pinnedFor(due.pinned, inputsNow(org, due, call, found), isKnown || isReal ? undefined : real);
  const isPinned = pinned !== undefined && book === 'then' && !pinned.match.unsure;
  const judging = (its: MadePerson | undefined, ownMatters = ownFirst): Judging => ({
    due: { ...due, pinned: pinned && (matters && isPinned ? { ...pinned, matters } : pinned), wantsPerson: false },
    call,
    org,
    book: withMade(found, its),
    settled: call.phase === 'ended' && nowMs >= due.heardAtMs + source.settleMs,
    isRefused: !isPinned,
    ...(matters && { matters }),
    ownMatters,
  });
  const first = judgeCall(links, judging(made));
  const tried = ({ inputs, decision, wants }: ReturnType<typeof judgeCall>): Tried => {
    const isNobodys = number === undefined && call.linked === undefined;
    return { call, inputs, decision, wants, book: isNobodys ? 'none' : isPinned || call.linked ? 'then' : 'now' };
  };
  /** A case or an opportunity that it begins would be there by the time the log is written, and the log would hang on it. */
  const withMatters = (its: MadePerson | undefined, judged: ReturnType<typeof judgeCall>): Tried => {
    const begun = judged.decision.matters.filter(({ role }) => !ownFirst.some((one) => one.role === role));
    if (begun.length === 0) return tried(judged);
    const there = begun.map(({ role, record }): OwnMatter => {
      const written = own.find((one) => one.role === role);
      if (written) return { ...written, wanted: record };
      const id = `new ${role} ${due.id}`;
      if (record.contactId !== undefined)
        making.matters.push({ name: id, kind: role, contactId: record.contactId, id, called: calledIn(record), sinceMs: call.startedAt });
      return { role, state: 'there', id, sent: true, wanted: record };
    });
    return tried(judgeCall(links, judging(its, [...ownFirst, ...there])));
  };
  const { person } = first.decision;
  if (!person || isKnown || number === undefined) return withMatters(made, first);
  // It would have been made by the time the log is written, or soon after, and the log would hang on it (D3).
  const there: MadePerson =
    made ??
    (real?.state === 'there' && real.kind === person.record.kind
      ? real
      : {
          kind: person.record.kind,
          generation: person.generation,
          state: 'there',
          row: unwritten,
          record: { kind: person.record.kind, id: `new ${person.record.kind} ${number}`, name: person.record.name },
        });
  making.persons.set(number, there);
  return withMatters(there, made === there ? first : judgeCall(links, judging(there)));
}

/** Do both policies begin and choose cases and opportunities alike? */
function sameMatterRules(pinned: Inputs, call: Call, policy: Policy): boolean {
  const rulesOf = ({ cases, opportunities }: Policy) =>
    JSON.stringify([cases, opportunities].map((one) => Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1))));
  return rulesOf(policyFor(call, pinned)) === rulesOf(policyFor(call, { ...pinned, policy }));
}
const calledIn = (wanted: WantedMatter): string => (wanted.kind === 'case' ? wanted.subject : wanted.name);

const withMade = ({ made: _made, ...found }: LookedUp, made: MadePerson | undefined): LookedUp => ({ ...found, ...(made && { made }) });

/** No row of `writes`: it would be made by the policy on trial. */
const unwritten = '';

/** The record made for its number, as the log of a stranger's call hung on it. */
function recordOfThen({ due, decided }: StoredCall): CrmRecord | undefined {
  if (!due.pinned?.match.stranger) return undefined;
  const log = decided?.wants.find(({ role }) => role === 'log')?.record;
  return log?.kind === 'activity' ? (log.who ?? log.what) : undefined;
}

/** What was pinned, under the policy on trial. `unmade`: a record that this policy has not made: nobody was meant by it. */
function pinnedFor(pinned: Inputs, now: Inputs, unmade: MadePerson | undefined): Inputs {
  const isSameOwner = now.policy.defaultOwnerId === pinned.policy.defaultOwnerId;
  return {
    ...pinned,
    policy: now.policy,
    policyVersion: now.policyVersion,
    fallbackOwner: isSameOwner ? pinned.fallbackOwner : (now.fallbackOwner ?? pinned.fallbackOwner),
    named: { ...now.named, ...pinned.named }, // the policy on trial may name others
    match: unmade?.record ? without(pinned.match, unmade.record.id) : pinned.match,
  };
}

function without(match: Match, id: string): Match {
  const all = [...match.candidates, ...(match.others ?? [])];
  if (!all.some(({ record }) => record.id === id)) return match;
  const { candidates: _candidates, others: _others, ...rest } = match;
  const [best, ...others] = all.filter(({ record }) => record.id !== id);
  return {
    ...rest,
    candidates: best ? [best] : [],
    ...(others.length > 0 && { others }),
    ...(best ? {} : { stranger: true as const }),
    searched: `${match.searched} The record made for the number is left out: this policy has not made it.`,
  };
}
