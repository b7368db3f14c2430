import type { Call } from '../call/call.ts';
import type { CallEvent } from '../call/event.ts';
import type { CrmRecord } from '../crm.ts';
import type { Decision } from '../decide/decide.ts';
import { talkedAt } from '../decide/facts.ts';
import type { Inputs } from '../decide/pin.ts';
import { type LookedUp, type MadePerson, type Match } from '../match/match.ts';
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
/** The records that the policy under trial would have made, by number: one each, whatever call asks first (P1). */
export type Making = Map<string, MadePerson>;
/** What a call is tried with. `org`: with the policy under trial in the place of its own. */
export type Trial = {
  readonly org: OrgView;
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

/**
 * What would be wanted of this call under another policy: as the line would judge it, except that who was meant stays as it was pinned,
 * unless `book` says otherwise. `making`: what the same policy made for numbers of earlier calls; it is added to. Pure but for that.
 */
export function tryCall(trial: Trial, source: Source, stored: StoredCall, call: Call, found: LookedUp, making: Making): Tried {
  const { org, links, book, nowMs } = trial;
  const { due } = stored;
  const { number } = call.customer;
  // What has been renamed, converted or deleted since was not so then.
  const hungOn = book === 'then' ? recordOfThen(stored) : undefined;
  const real: MadePerson | undefined =
    found.made && hungOn
      ? { ...found.made, state: 'there', generation: due.personGeneration ?? found.made.generation, record: hungOn }
      : found.made;
  const before = number === undefined ? undefined : making.get(number);
  // What became of a record the call itself asked for, or an earlier one, is known; one that a later call had made isn't there yet.
  const isGone = real?.state !== 'there' && (due.personGeneration !== undefined || (before !== undefined && before.row !== unwritten));
  const isKnown = real !== undefined && (stored.madeBefore || isGone);
  const made = isKnown ? real : before;
  const isReal = made !== undefined && made.row !== unwritten;
  const pinned = due.pinned && pinnedFor(due.pinned, inputsNow(org, due, call, found), isKnown || isReal ? undefined : real);
  const isPinned = pinned !== undefined && book === 'then' && !pinned.match.unsure;
  const judging = (its: MadePerson | undefined): Judging => ({
    due: { ...due, pinned, wantsPerson: false },
    call,
    org,
    book: withMade(found, its),
    settled: call.phase === 'ended' && nowMs >= due.heardAtMs + source.settleMs,
    isRefused: !isPinned,
  });
  const first = judgeCall(links, judging(made));
  const tried = ({ inputs, decision, wants }: ReturnType<typeof judgeCall>): Tried => {
    const isNobodys = number === undefined && call.linked === undefined;
    return { call, inputs, decision, wants, book: isNobodys ? 'none' : isPinned || call.linked ? 'then' : 'now' };
  };
  const { person } = first.decision;
  if (!person || isKnown || number === undefined) return tried(first);
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
  making.set(number, there);
  return tried(made === there ? first : judgeCall(links, judging(there)));
}

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
