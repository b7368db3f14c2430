import type { Call } from '../call/call.ts';
import type { LinkedRecord } from '../call/event.ts';
import type { CrmRecord } from '../crm.ts';

/** A record this call may be about. `who`: a person (lead, contact); `what`: what it concerns (account, case, opportunity). */
export type Candidate = {
  readonly record: CrmRecord;
  readonly as: 'who' | 'what';
  /** Why it is here, in a sentence. */ readonly because: string;
};
/** The records a call may be about, best first, and in words where we looked: nobody found means nothing without it. */
export type Match = { readonly candidates: readonly Candidate[]; readonly searched: string };

/**
 * Which records is this call about? Precedence's rungs: the record clicked or shown, the case code, the agent's choice,
 * the remembered choice, the numbers. So far only a person's choice is looked at. Never blocks a log: nobody found is an answer.
 */
export function matchCall(call: Call): Match {
  const { linked } = call;
  if (linked === undefined)
    return { candidates: [], searched: 'Looked for a record chosen by a person: nobody has chosen one. Nothing else was looked at.' };

  const by = linked.by === undefined ? 'a person' : (linked.by.name ?? linked.by.email ?? linked.by.id);
  const because = `Chosen by ${by}.`;
  const who = linked.who && ({ record: recordOf(linked.who), as: 'who', because } as const);
  const what = linked.what && ({ record: recordOf(linked.what), as: 'what', because } as const);
  // an activity of a lead can't also be about a case: linking the case moves the log off the lead (AC-14, FC-70), so the case ranks first
  const ranked = isLead(linked.who) ? [what, who] : [who, what];
  const candidates = ranked.filter((candidate) => candidate !== undefined);
  const searched =
    candidates.length > 0
      ? `Looked for a record chosen by a person: found ${candidates.map(({ record }) => `${record.kind} ${record.name ?? record.id}`).join(' and ')}.`
      : `Looked for a record chosen by a person: ${by} took the link off. Nothing else was looked at.`;
  return { candidates, searched };
}

/** Only a lead stands alone: every other person may share an activity with an account, a case or an opportunity. */
export const isLead = (record: { readonly kind: string } | undefined): boolean => record?.kind.toLowerCase() === 'lead';

const recordOf = ({ kind, id, name }: LinkedRecord): CrmRecord => (name === undefined ? { kind, id } : { kind, id, name });
