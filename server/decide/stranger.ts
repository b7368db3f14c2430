import type { Call } from '../call/call.ts';
import type { PersonKind, WantedPerson } from '../crm.ts';
import type { DecideFacts } from './decide.ts';
import { zoneOf } from './due.ts';
import { wishesFor, withWishes } from './fields.ts';
import { isMobile } from '../match/is-mobile.ts';
import { correctedMs, localDate } from './local-date.ts';
import { type Known as Merged, renderLine } from './merge.ts';
import { splitName } from './names.ts';
import { authorOf, chooseByChain, chooseFollowUpOwner, chooseOwner, spareOwner } from './owner.ts';
import { judgeHours } from './hours-of-call.ts';
import type { Inputs } from './pin.ts';
import { cut, singleLine } from './plain-text.ts';
import type { Policy, StrangerRules } from './policy.ts';
import { words } from './words.ts';

/** Lead.LastName and Contact.LastName hold this many characters, FirstName these. */
const nameCap = 80;
const firstNameCap = 40;

type Known = Pick<DecideFacts, 'made' | 'heard' | 'settled' | 'ownGeneration'>;
/** A record wanted for the number of a call, and why; or why not. `generation`: which record of this number it is (P2). */
export type StrangerChoice = {
  readonly person?: { readonly record: WantedPerson; readonly generation: number };
  readonly because: readonly string[];
  /** Asked again once it is settled (D3). */
  readonly unsettled?: true;
};

/**
 * Is a record made for the number of this call (AC-10)? `made`: the one made before, whatever call wanted it: the first decision fixes what
 * it is (P1). `settled`: nothing more is expected to be heard that could take the wish back (D3).
 */
export function chooseStranger(call: Call, inputs: Inputs, { made, heard, settled, ownGeneration }: Known): StrangerChoice {
  const { number } = call.customer;
  if (!inputs.match.stranger || number === undefined) return { because: [] };
  const rules = inputs.policy.stranger;
  const [making, when] = makingOf(call, rules, inputs.policy);
  const time = timeToMake(call, inputs, settled);
  if (making === 'nothing' || time === 'not now') return { because: [] };
  const noun = articled(making);
  if (time === 'unsettled')
    return { because: [`${when}: ${noun} is made when nothing more is to be expected of the call (D3).`], unsettled: true };

  // Late news of a call raise nobody from the dead: only another call may want another record, if the policy says so (P2).
  const isOwnGone = ownGeneration !== undefined && made !== undefined && (made.generation > ownGeneration || made.state === 'deleted');
  if (isOwnGone || (made?.state === 'deleted' && rules.afterDeletion === 'nothing'))
    return { because: [`A person deleted the ${nounOf(made.kind)} that was made for this number: no other is made (P2).`] };
  const again = made !== undefined && made.state !== 'deleted' && !isOver(inputs, { made, ownGeneration });
  if (again && made.kind !== making)
    return {
      person: { record: recordFor(call, inputs, made.kind, rules, heard), generation: made.generation },
      because: [
        `${when}: ${noun} would be made, but ${articled(made.kind)} is there already for this number; the first decision counts (P1).`,
      ],
    };
  return {
    person: { record: recordFor(call, inputs, making, rules, heard), generation: again ? made.generation : (made?.generation ?? 0) + 1 },
    because: [`${when}: ${again ? `the ${nounOf(making)} made for this number is theirs` : `${noun} is made for the number`} (AC-10).`],
  };
}

const articled = (kind: PersonKind): string => (kind === 'account' ? 'an account' : `a ${nounOf(kind)}`);

/** Has the moment come for somebody to be made for this call's number? `unsettled`: it is asked again once nothing more is expected (D3). */
export function timeToMake(call: Call, inputs: Inputs, settled: boolean): 'now' | 'unsettled' | 'not now' {
  const rules = inputs.policy.stranger;
  // What isn't logged makes nobody, whenever it is asked.
  const isClosed = judgeHours(call, inputs).is === 'out of hours';
  const isLogged =
    call.type !== undefined ||
    (!isClosed && inputs.policy.logging[call.direction === 'outbound' ? 'outbound-answered' : 'inbound-answered'] !== 'skip');
  const isLoggedInVain = inputs.policy.logging[call.direction === 'outbound' ? 'outbound-unanswered' : 'missed'] !== 'skip';
  const isTalking = rules.moment !== 'end' && call.answeredAt !== undefined && isLogged;
  // At ring it is what is made when nobody answers, as far as anybody can tell by then (RS-12).
  const isRinging = rules.moment === 'ring' && call.direction !== undefined && call.type !== 'internal' && !isClosed && isLoggedInVain;
  const isNow = isTalking || isRinging;
  if (isNow) return 'now';
  return call.phase !== 'ended' ? 'not now' : settled ? 'now' : 'unsettled';
}

/**
 * The lead made for its number is closed, and a call of a closed lead is a stranger's (R5). A call that it was made for, or that found it
 * open, goes on hanging on it.
 */
export function isOver(
  { policy: { match } }: Inputs,
  { made, ownGeneration }: { readonly made?: Known['made'] | undefined; readonly ownGeneration?: number | undefined },
): boolean {
  const isClosed = made?.status !== undefined && made.record?.kind === 'lead' && match.closedLeadStatuses.includes(made.status);
  return isClosed && match.closedLead === 'new lead' && ownGeneration !== made.generation;
}

/** What such a call makes of a stranger, and what sort of call it was, in words. */
export function makingOf(call: Call, rules: StrangerRules, { messages }: Policy): [StrangerRules['missed'], string] {
  if (call.messages) return [messages.create, call.direction === 'outbound' ? 'A stranger was written to' : 'A stranger wrote'];
  if (call.direction === 'outbound') return [rules.outbound, 'A stranger was called'];
  return call.answeredAt === undefined ? [rules.missed, 'A stranger called in vain'] : [rules.answered, 'A stranger called'];
}

function recordFor(call: Call, inputs: Inputs, kind: PersonKind, rules: StrangerRules, heard: Known['heard']): WantedPerson {
  const { number, name = heard?.name, email = heard?.email } = call.customer;
  const { policy } = inputs;
  const say = words[policy.language];
  const told = singleLine(name ?? '');
  // A number in the place of the name is a caller's display without one.
  const isNamed = /\p{L}/u.test(told);
  // whose the messages are is as good as who talked
  const answered = call.answeredAt !== undefined || call.messages?.some(({ agent }) => agent) === true;
  const usual = () => (answered ? chooseOwner(call, inputs) : chooseFollowUpOwner(call, inputs, undefined));
  const owner = rules.owner ? chooseByChain(rules.owner, call, inputs, undefined, usual) : usual();
  const ownerId = rules.owner || answered ? owner.ownerId : (rules.ownerId ?? owner.ownerId);
  const zone = zoneOf(owner, policy);
  const date = localDate(correctedMs(call.startedAt, inputs.clockOffsetMs), zone);
  const merged: Merged = {
    ...{ call, inputs, owner, date, zone },
    facts: { recordingLinks: {}, settled: true, ...(heard && { heard }) },
    clockMs: correctedMs(0, inputs.clockOffsetMs),
    recordName: undefined,
  };
  const template = rules.unnamed?.[policy.language];
  const unnamed = template === undefined ? undefined : renderLine(template, merged);
  // a former release pinned no such rule
  const order = rules.names === 'first last' || rules.names === 'last first' ? rules.names : undefined;
  const { first, last } = order === undefined ? { first: '', last: '' } : splitName(told, order);
  return {
    kind,
    ...(answered ? authorOf(call, inputs) : {}),
    name: cut(isNamed ? told : unnamed || number!, nameCap),
    ...(last !== '' && { lastName: cut(last, nameCap) }),
    ...(first !== '' && { firstName: cut(first, firstNameCap) }),
    company: rules.company ?? (answered || call.messages || call.phase !== 'ended' ? say.companyUnknown : say.companyMissed),
    phone: number!,
    ...(kind !== 'account' &&
      (rules.phoneField === 'mobile' || (rules.phoneField === 'by number type' && isMobile(number!))) && { mobile: true as const }),
    ...(email === undefined || singleLine(email) === '' ? {} : { email: singleLine(email) }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...spareOwner(ownerId, inputs),
    ...(kind === 'lead' && rules.leadsOwnedBy === 'assignment rules' ? { byAssignmentRules: true } : {}),
    ...(kind === 'lead' && rules.status !== undefined && { leadStatus: rules.status }),
    ...(rules.recordType !== undefined && { recordType: rules.recordType }),
    ...withWishes(wishesFor(objectOf[kind], merged)),
  };
}
const objectOf = {
  ...{ lead: 'Lead', contact: 'Contact' },
  ...{ account: 'Account', 'person-account': 'Account' },
} as const satisfies Record<PersonKind, string>;
const nounOf = (kind: PersonKind): string => kind.replace('-', ' ');
