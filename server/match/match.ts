import type { Call } from '../call/call.ts';
import type { Agent, LinkedRecord } from '../call/event.ts';
import type { CrmRecord, PersonKind } from '../crm.ts';
import { type Candidate, type Found, type MatchRules, rank } from './rank.ts';

export { defaultRules, isPerson, type MatchRules } from './rank.ts';

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
  /** Whom people chose for this number in the last two calls in which they chose (DP-24). */
  readonly remembered?: Remembered;
  /** Who the phone system last said has this number (R2). */ readonly heard?: { readonly name: string; readonly email?: string };
  /** Owners of chosen records, by id, as far as the book knows. */ readonly owners?: Readonly<Record<string, string>>;
};
export type Remembered = { readonly who?: LinkedRecord; readonly what?: LinkedRecord; readonly by?: Agent; readonly atMs: number };
/** `waiting`: it isn't in the CRM yet. `record`: it, or what it was merged with or converted to. `deleted`: a person took it away. */
export type MadePerson = {
  readonly kind: PersonKind;
  readonly generation: number;
  readonly state: 'waiting' | 'there' | 'parked' | 'deleted';
  /** How its row of `writes` stood when this was read; another state by now is news. */
  readonly row: string;
  readonly record?: CrmRecord;
  /** Why it can't be made. */ readonly because?: string;
};
export const nobodyKnown: LookedUp = { exact: [], weak: [], complete: true };

/** Of so many a person can choose one; a longer list is a search. */
const mostOthers = 20;

/**
 * Which records is this call about? Precedence's rungs: the record clicked or shown, the case code, the agent's choice, the remembered
 * choice, the numbers. The clicked one and the code are still to come. Never blocks a log: nobody found is an answer.
 */
export function matchCall(call: Call, lookedUp: LookedUp, rules: MatchRules): Match {
  if (call.linked !== undefined) return chosen(call.linked, lookedUp.owners);
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
  if (remembered && !isShared) return rememberedMatch(number, remembered, lookedUp, rules);
  const { candidates, shared } = rank(exact, rules, isShared);
  const possible = candidates.length > 0 ? [] : rank(weak, rules).candidates;
  const [best, ...others] = candidates;
  return {
    candidates: best === undefined ? [] : [best],
    ...(others.length > 0 && { others: others.slice(0, mostOthers) }),
    ...(possible.length > 0 && { possible: possible.slice(0, mostOthers) }),
    ...(complete ? candidates.length === 0 && !shared && { stranger: true } : { unsure: true }),
    searched: [
      `Looked for ${number} in the book: ${shared ? 'too many people have it for one of them to be meant' : `${counted(candidates.length)} it`}.`,
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
function rememberedMatch(
  number: string,
  { who, what, by, atMs }: Remembered,
  { exact, owners, complete }: LookedUp,
  rules: MatchRules,
): Match {
  const because = `Chosen for this number twice, last by ${nameOfPerson(by)} on ${new Date(atMs).toISOString().slice(0, 10)} (DP-24).`;
  const candidates = candidatesOf({ ...(who && { who }), ...(what && { what }) }, because, owners);
  const others = rank(exact, rules).candidates.filter(({ record }) => !candidates.some((candidate) => candidate.record.id === record.id));
  return {
    candidates,
    ...(others.length > 0 && { others: others.slice(0, mostOthers) }),
    searched: `Looked for ${number}: ${candidates.map(({ record }) => nameOf(record)).join(' and ')} is remembered for it.`,
    ...(complete ? {} : { unsure: true }),
  };
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
