import type { Call } from '../call/call.ts';
import type { PersonKind, WantedPerson } from '../crm.ts';
import type { DecideFacts } from './decide.ts';
import { authorOf, chooseByChain, chooseFollowUpOwner, chooseOwner, spareOwner } from './owner.ts';
import { judgeHours } from './hours-of-call.ts';
import type { Inputs } from './pin.ts';
import { cut, singleLine } from './plain-text.ts';
import type { Policy, StrangerRules } from './policy.ts';
import { words } from './words.ts';

/** Lead.LastName and Contact.LastName hold this many characters. */
const nameCap = 80;

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
  if (making === 'nothing') return { because: [] };
  const noun = `a ${making}`;
  // What isn't logged makes nobody, whenever it is asked.
  const isClosed = judgeHours(call, inputs).is === 'out of hours';
  const isLogged =
    call.type !== undefined ||
    (!isClosed && inputs.policy.logging[call.direction === 'outbound' ? 'outbound-answered' : 'inbound-answered'] !== 'skip');
  const isTalking = rules.moment === 'answer' && call.answeredAt !== undefined && isLogged;
  if (call.phase !== 'ended' && !isTalking) return { because: [] };
  if (!settled && !isTalking)
    return { because: [`${when}: ${noun} is made when nothing more is to be expected of the call (D3).`], unsettled: true };

  // Late news of a call raise nobody from the dead: only another call may want another record, if the policy says so (P2).
  const isOwnGone = ownGeneration !== undefined && made !== undefined && (made.generation > ownGeneration || made.state === 'deleted');
  if (isOwnGone || (made?.state === 'deleted' && rules.afterDeletion === 'nothing'))
    return { because: [`A person deleted the ${made.kind} that was made for this number: no other is made (P2).`] };
  const again = made !== undefined && made.state !== 'deleted' && !isOver(inputs, { made, ownGeneration });
  if (again && made.kind !== making)
    return {
      person: { record: recordFor(call, inputs, made.kind, rules, heard), generation: made.generation },
      because: [`${when}: ${noun} would be made, but a ${made.kind} is there already for this number; the first decision counts (P1).`],
    };
  return {
    person: { record: recordFor(call, inputs, making, rules, heard), generation: again ? made.generation : (made?.generation ?? 0) + 1 },
    because: [`${when}: ${again ? `the ${making} made for this number is theirs` : `${noun} is made for the number`} (AC-10).`],
  };
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

function makingOf(call: Call, rules: StrangerRules, { messages }: Policy): [StrangerRules['missed'], string] {
  if (call.messages) return [messages.create, call.direction === 'outbound' ? 'A stranger was written to' : 'A stranger wrote'];
  if (call.direction === 'outbound') return [rules.outbound, 'A stranger was called'];
  return call.answeredAt === undefined ? [rules.missed, 'A stranger called in vain'] : [rules.answered, 'A stranger called'];
}

function recordFor(call: Call, inputs: Inputs, kind: PersonKind, rules: StrangerRules, heard: Known['heard']): WantedPerson {
  const { number, name = heard?.name, email = heard?.email } = call.customer;
  const say = words[inputs.policy.language];
  const known = singleLine(name ?? '');
  // whose the messages are is as good as who talked
  const answered = call.answeredAt !== undefined || call.messages?.some(({ agent }) => agent) === true;
  const usual = () => (answered ? chooseOwner(call, inputs) : chooseFollowUpOwner(call, inputs, undefined));
  const { ownerId } = rules.owner
    ? chooseByChain(rules.owner, call, inputs, undefined, usual)
    : answered || rules.ownerId === undefined
      ? usual()
      : rules;
  return {
    kind,
    ...(answered ? authorOf(call, inputs) : {}),
    // A number in the place of the name is a caller's display without one.
    name: cut(/\p{L}/u.test(known) ? known : number!, nameCap),
    company: rules.company ?? (answered || call.messages ? say.companyUnknown : say.companyMissed),
    phone: number!,
    ...(email === undefined || singleLine(email) === '' ? {} : { email: singleLine(email) }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...spareOwner(ownerId, inputs),
    ...(kind === 'lead' && rules.leadsOwnedBy === 'assignment rules' ? { byAssignmentRules: true } : {}),
  };
}
