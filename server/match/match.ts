import type { Call } from '../call/call.ts';
import type { LinkedRecord } from '../call/event.ts';
import type { CrmRecord, PersonKind } from '../crm.ts';
import { type Candidate, type Found, type MatchRules, rank } from './rank.ts';

export { defaultRules, type MatchRules } from './rank.ts';

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
};
/** `waiting`: it isn't in the CRM yet. `record`: it, or what it was merged with or converted to. `deleted`: a person took it away. */
export type MadePerson = {
  readonly kind: PersonKind;
  readonly generation: number;
  readonly state: 'waiting' | 'there' | 'parked' | 'deleted';
  readonly record?: CrmRecord;
  /** Why it can't be made. */ readonly because?: string;
};
export const nobodyKnown: LookedUp = { exact: [], weak: [], complete: true };

/** Of so many a person can choose one; a longer list is a search. */
const mostOthers = 20;

/**
 * Which records is this call about? Precedence's rungs: the record clicked or shown, the case code, the agent's choice, the remembered
 * choice, the numbers. So far a person's choice and the numbers are looked at. Never blocks a log: nobody found is an answer.
 */
export function matchCall(call: Call, lookedUp: LookedUp, rules: MatchRules): Match {
  if (call.linked !== undefined) return chosen(call.linked);
  const { number, withheld, asSent } = call.customer;
  if (withheld) return { candidates: [], searched: 'The number was withheld: there is nothing to look for.' };
  if (number === undefined)
    return {
      candidates: [],
      searched: `${asSent === undefined ? 'No number was told' : 'What was told is no phone number'}: there is nothing to look for.`,
    };
  if (rules.ownNumbers.includes(number)) return { candidates: [], searched: `${number} is one of our own numbers: nobody is looked for.` };

  const { exact, weak, complete } = lookedUp;
  const { candidates, shared } = rank(exact, rules, rules.sharedNumbers.includes(number));
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

function chosen(linked: NonNullable<Call['linked']>): Match {
  const by = linked.by === undefined ? 'a person' : (linked.by.name ?? linked.by.email ?? linked.by.id);
  const because = `Chosen by ${by}.`;
  const who = linked.who && ({ record: recordOf(linked.who), as: 'who', because } as const);
  const what = linked.what && ({ record: recordOf(linked.what), as: 'what', because } as const);
  // an activity of a lead can't also be about a case: linking the case moves the log off the lead (AC-14, FC-70), so the case ranks first
  const ranked = isLead(linked.who) ? [what, who] : [who, what];
  const candidates = ranked.filter((candidate) => candidate !== undefined);
  return {
    candidates,
    searched:
      candidates.length > 0
        ? `Looked for a record chosen by a person: found ${candidates.map(({ record }) => nameOf(record)).join(' and ')}.`
        : `Looked for a record chosen by a person: ${by} took the link off. Nothing else was looked at.`,
  };
}

/** Only a lead stands alone: every other person may share an activity with an account, a case or an opportunity. */
export const isLead = (record: { readonly kind: string } | undefined): boolean => record?.kind.toLowerCase() === 'lead';

const recordOf = ({ kind, id, name }: LinkedRecord): CrmRecord => (name === undefined ? { kind, id } : { kind, id, name });
