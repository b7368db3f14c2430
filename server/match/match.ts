import type { Call } from '../call/call.ts';
import type { Agent, LinkedRecord } from '../call/event.ts';
import type { CrmRecord, PersonKind } from '../crm.ts';
import { byPointer, type KnownRecord, pointersOf } from './pointed.ts';
import { type Candidate, type Found, type MatchRules, rank, type Ranked } from './rank.ts';

export {
  type Candidate,
  closedLeadChoices,
  defaultRules,
  isPerson,
  kindsOf,
  type MatchRules,
  personAccountChoices,
  tieBreaks,
} from './rank.ts';

/**
 * The records a call is about, those meant, and in words where we looked: nobody found means nothing without it. `others`: also have the
 * number; a person may choose one of them. `possible`: have its last digits and no country; never meant by themselves (RS-64…68).
 */
export type Match = {
  readonly candidates: readonly Candidate[];
  readonly others?: readonly Candidate[];
  readonly possible?: readonly Candidate[];
  /** Nobody has this number, and nobody is kept from having it: a record may be made for it. */
  readonly stranger?: true;
  /** Somebody of ours clicked it, or had it on the screen: what a caller keys in counts less. */
  readonly pointed?: true;
  /** So many, the first of `others` among them, only the tie-break tells from the one that is meant; absent: none is like it. */
  readonly tied?: number;
  /** Which of them is meant is decided by who has the call, or is asked of a person (AC-17). */
  readonly by?: 'owned by agent' | 'ask';
  /** The book was still being read: looked at again once it is (D1 pins only what was known). */
  readonly unsure?: true;
  readonly searched: string;
};
/** What the book knows of the number of a call. `complete` false: it is still being read, so that nobody found means little. */
export type LookedUp = {
  readonly exact: readonly Found[];
  readonly weak: readonly Found[];
  readonly complete: boolean;
  /** The record we made, or are making, for this number (P1). */ readonly made?: MadePerson;
  /** Those made before it, the newest first. */ readonly formerlyMade?: readonly MadePerson[];
  /** Whom people chose for this number in the last two calls in which they chose (DP-24). */
  readonly remembered?: Remembered;
  /** Who the phone system last said has this number (R2). */ readonly heard?: { readonly name: string; readonly email?: string };
  /** Owners of chosen records, by id, as far as the book knows. */ readonly owners?: Readonly<Record<string, string>>;
  /** Records that were pointed at, by id, as far as the book knows; null: gone. */ readonly known?: Readonly<
    Record<string, KnownRecord | null>
  >;
  /** The objects an activity may be about, as the org says; absent: it isn't known. */ readonly relatedTo?: readonly string[];
};
export type Remembered = {
  readonly who?: LinkedRecord;
  readonly what?: LinkedRecord;
  readonly by?: Agent;
  /** Said to be for the number, not for one call. */ readonly always?: true;
  readonly atMs: number;
};
/** `waiting`: it isn't in the CRM yet. `record`: it, or what it was merged with or converted to. `deleted`: a person took it away. */
export type MadePerson = {
  readonly kind: PersonKind;
  readonly generation: number;
  readonly state: 'waiting' | 'there' | 'parked' | 'deleted';
  /** How its row of `writes` stood when this was read; another state by now is news. */
  readonly row: string;
  readonly record?: CrmRecord;
  /** Of a lead, in the org's own words. */ readonly status?: string;
  /** Why it can't be made. */ readonly because?: string;
};
export const nobodyKnown: LookedUp = { exact: [], weak: [], complete: true };

/** Of so many a person can choose one; a longer list is a search. */
const mostOthers = 20;

/**
 * Which records is this call about? Precedence's rungs: what a person chose for this very call, the record clicked or shown, the case code,
 * the remembered choice, the numbers (docs/decisions/0035). Never blocks a log: nobody found is an answer.
 */
export function matchCall(call: Call, lookedUp: LookedUp, rules: MatchRules): Match {
  if (call.linked !== undefined) return chosen(call.linked, lookedUp.owners);
  const passedOver: string[] = [];
  for (const pointer of pointersOf(call, rules)) {
    const pointed = byPointer(pointer, lookedUp);
    if ('candidates' in pointed)
      return withOthers({ ...pointed, pointed: true, ...(lookedUp.complete ? {} : { unsure: true }) }, lookedUp, rules);
    passedOver.push(pointed.because);
  }
  const found = byNumber(call, lookedUp, rules);
  return passedOver.length === 0 ? found : { ...found, searched: [...passedOver, found.searched].join(' ') };
}

/** Who has the number besides can still be chosen instead. */
function withOthers(match: Match, { exact }: LookedUp, rules: MatchRules): Match {
  const others = rank(exact, rules).candidates.filter(
    ({ record }) => !match.candidates.some((candidate) => candidate.record.id === record.id),
  );
  return others.length === 0 ? match : { ...match, others: others.slice(0, mostOthers) };
}

function byNumber(call: Call, lookedUp: LookedUp, rules: MatchRules): Match {
  const { number, withheld, asSent } = call.customer;
  if (withheld) return { candidates: [], searched: 'The number was withheld: there is nothing to look for.' };
  if (number === undefined)
    return {
      candidates: [],
      searched: `${asSent === undefined ? 'No number was told' : 'What was told is no phone number'}: there is nothing to look for.`,
    };
  if (rules.ownNumbers.includes(number)) return { candidates: [], searched: `${number} is one of our own numbers: nobody is looked for.` };

  const { exact, weak, complete, remembered } = lookedUp;
  const isShared = rules.sharedNumbers.includes(number);
  if (remembered && rules.remembered && !isShared) return rememberedMatch(number, remembered, lookedUp, rules);
  const ranked = rank(exact, rules, isShared);
  const { candidates, shared, tied, closed = [] } = ranked;
  const possible = candidates.length > 0 ? [] : rank(weak, rules).candidates;
  const isNobody = rules.tieBreak === 'none' && tied !== undefined;
  const meant = isNobody ? [] : candidates.slice(0, 1);
  const others = [...candidates.slice(meant.length), ...closed];
  // whose it is who has the call may be any of them
  const most = rules.tieBreak === 'owned by agent' ? Math.max(tied ?? 0, mostOthers) : mostOthers;
  return {
    candidates: meant,
    ...(others.length > 0 && { others: others.slice(0, most) }),
    ...(possible.length > 0 && { possible: possible.slice(0, mostOthers) }),
    ...(tied !== undefined && (rules.tieBreak === 'owned by agent' || rules.tieBreak === 'ask') && { tied, by: rules.tieBreak }),
    ...(complete ? candidates.length === 0 && !shared && { stranger: true } : { unsure: true }),
    searched: [
      `Looked for ${number} in the book: ${shared ? 'too many people have it for one of them to be meant' : `${counted(candidates.length)} it`}.`,
      ...sayTie(ranked, rules),
      ...(others.length > 0
        ? [
            `Also: ${others
              .slice(0, 3)
              .map(({ record }) => nameOf(record))
              .join(', ')}${others.length > 3 ? ` and ${others.length - 3} more` : ''}.`,
          ]
        : []),
      ...(possible.length > 0
        ? [`${counted(possible.length)} the same last digits and no country: possible, and never linked unasked.`]
        : []),
      ...(complete ? [] : ['The book is still being read, so somebody may be missing.']),
    ].join(' '),
  };
}

/** What the tie-break leaves to a person. */
function sayTie({ tied, candidates }: Ranked, { tieBreak }: MatchRules): string[] {
  if (tied === undefined) return [];
  const which = `${tied} records of ${candidates[0]!.record.kind} are equally good`;
  if (tieBreak === 'none') return [`${which}: none of them is meant until a person chooses (AC-17).`];
  return tieBreak === 'ask' ? [`${which}: a person may choose; until then it is the one changed last (AC-17).`] : [];
}

const counted = (count: number) => (count === 0 ? 'nobody has' : count === 1 ? 'one record has' : `${count} records have`);
const nameOf = ({ kind, id, name }: CrmRecord) => `${kind} ${name ?? id}`;

function chosen(linked: NonNullable<Call['linked']>, owners: LookedUp['owners']): Match {
  const by = nameOfPerson(linked.by);
  const candidates = candidatesOf(linked, `Chosen by ${by}.`, owners);
  return {
    candidates,
    searched:
      candidates.length > 0
        ? `Looked for a record chosen by a person: found ${candidates.map(({ record }) => nameOf(record)).join(' and ')}.`
        : `Looked for a record chosen by a person: ${by} took the link off. Nothing else was looked at.`,
  };
}

/** The numbers are looked at as well: who else has it can still be chosen instead. */
function rememberedMatch(number: string, { who, what, by, always, atMs }: Remembered, lookedUp: LookedUp, rules: MatchRules): Match {
  const { owners, complete } = lookedUp;
  const because = `Chosen for this number ${always ? 'from then on' : 'twice, last'} by ${nameOfPerson(by)} on ${new Date(atMs).toISOString().slice(0, 10)} (DP-24).`;
  const candidates = candidatesOf({ ...(who && { who }), ...(what && { what }) }, because, owners);
  return withOthers(
    {
      candidates,
      searched: `Looked for ${number}: ${candidates.map(({ record }) => nameOf(record)).join(' and ')} is remembered for it.`,
      ...(complete ? {} : { unsure: true }),
    },
    lookedUp,
    rules,
  );
}

const nameOfPerson = (agent: Agent | undefined): string => (agent === undefined ? 'a person' : (agent.name ?? agent.email ?? agent.id));

function candidatesOf(
  { who, what }: { readonly who?: LinkedRecord; readonly what?: LinkedRecord },
  because: string,
  owners: LookedUp['owners'] = {},
): Candidate[] {
  const candidate = (linked: LinkedRecord | undefined, as: 'who' | 'what'): Candidate[] => {
    if (!linked) return [];
    const ownerId = Object.hasOwn(owners, linked.id) ? owners[linked.id] : undefined;
    return [{ record: recordOf(linked), as, ...(ownerId === undefined ? {} : { ownerId }), because }];
  };
  // an activity of a lead can't also be about a case: linking the case moves the log off the lead (AC-14, FC-70), so the case ranks first
  return isLead(who) ? [...candidate(what, 'what'), ...candidate(who, 'who')] : [...candidate(who, 'who'), ...candidate(what, 'what')];
}

/** Only a lead stands alone: every other person may share an activity with an account, a case or an opportunity. */
export const isLead = (record: { readonly kind: string } | undefined): boolean => record?.kind.toLowerCase() === 'lead';

const recordOf = ({ kind, id, name }: LinkedRecord): CrmRecord => (name === undefined ? { kind, id } : { kind, id, name });
