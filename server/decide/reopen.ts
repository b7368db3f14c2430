import type { Call } from '../call/call.ts';
import type { CrmRecord, WantedReopening } from '../crm.ts';
import type { DecideFacts } from './decide.ts';
import type { Inputs } from './pin.ts';
import type { Policy } from './policy.ts';
import { applyRows } from './rows.ts';
import type { Situation } from './situation.ts';
import { makingOf, timeToMake } from './stranger.ts';

/** A lead that this call has had opened: a request may have carried it. */
export type OwnReopening = { readonly sent: boolean; readonly wanted: WantedReopening };
/** What becomes of the closed lead a call is about, and why; nothing of any other. */
export type ReopeningChoice = {
  readonly record?: WantedReopening;
  readonly because: readonly string[];
  /** Asked again once it is settled (D3). */
  readonly unsettled?: true;
};
const nothing: ReopeningChoice = { because: [] };

/**
 * A closed lead is opened again by a call that would have made a lead, were its number a stranger's (R5). `lead`: whom the call is about.
 * What people chose or clicked stays as they left it. What this call has had opened stays wanted, whatever the lead is by now: the writer
 * knows that it was done.
 */
export function chooseReopening(call: Call, inputs: Inputs, facts: DecideFacts, lead: CrmRecord | undefined): ReopeningChoice {
  const { match, policy } = inputs;
  if (policy.match.closedLead !== 'reopen' || lead?.kind !== 'lead') return nothing;
  const own = facts.reopenings?.find(({ sent, wanted }) => sent && wanted.id === lead.id);
  if (own) return { record: own.wanted, because: ['It was closed, and this call has had it opened again (R5).'] };
  const isClosed = match.candidates.some(({ record, closed }) => closed && record.id === lead.id);
  // somebody who isn't closed may be among those that the book hasn't read
  if (!isClosed || match.unsure) return nothing;
  const no = (because: string): ReopeningChoice => ({ because: [`It is closed and stays so: ${because} (R5).`] });
  if (match.by === 'ask') return no('a person is to choose which of several is meant');
  const [making] = makingOf(call, policy.stranger, policy);
  if (making !== 'lead') return no('of a stranger such a call makes no lead');
  const time = timeToMake(call, inputs, facts.settled);
  if (time === 'not now') return nothing;
  if (time === 'unsettled')
    return { because: ['It is opened again when nothing more is to be expected of the call (D3).'], unsettled: true };
  const { closedLeadStatuses: closed, reopenedLeadStatus: status } = policy.match;
  return {
    record: { kind: 'reopening', id: lead.id, ...(status !== undefined && { status }), closed },
    because: ['It is closed, and of a stranger such a call would make a lead: it is opened again (R5).'],
  };
}

/** The inputs as a stranger of the same situation would have them: what its rows say of whom to make counts for a closed lead as well. */
export const asOfStranger = (inputs: Inputs, policy: Policy, situation: Situation): Inputs =>
  inputs.policy.match.closedLead !== 'reopen'
    ? inputs
    : { ...inputs, policy: { ...inputs.policy, stranger: strangerRulesOf(policy, situation) } };
const strangerRulesOf = (policy: Policy, situation: Situation): Policy['stranger'] =>
  applyRows(policy, { ...situation, customer: [...situation.customer, 'stranger'] }).policy.stranger;
