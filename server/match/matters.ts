import type { Call } from '../call/call.ts';
import type { LinkedRecord } from '../call/event.ts';
import type { CrmRecord } from '../crm.ts';
import { isPerson, type Match } from './match.ts';
import type { Candidate } from './rank.ts';

/** A case or an opportunity, as the book knows it. */
export type Matter = {
  readonly kind: 'case' | 'opportunity';
  readonly id: string;
  readonly name: string;
  readonly contactId?: string;
  readonly accountId?: string;
  readonly closed: boolean;
  /** Its contact is the first of those the opportunity names. */ readonly primary?: true;
  readonly modifiedAtMs: number;
};
/** One that a call has begun and that the book hasn't seen yet. `id`: it is in the CRM. */
export type ComingMatter = {
  /** Of its row of `writes`. */
  readonly name: string;
  readonly kind: Matter['kind'];
  readonly contactId: string;
  readonly id?: string;
  readonly called: string;
  readonly sinceMs: number;
};
/** `unread`: it can't be read, or isn't asked for; `unasked`: the policy in force asks for none, of whoever tries another out. */
export type MattersRead = 'read' | 'reading' | 'unread' | 'unasked';
/** What the book knows of the cases and opportunities of whoever a call may be about. */
export type KnownMatters = {
  /** Open ones of these contacts and accounts. */
  readonly open: readonly Matter[];
  readonly coming: readonly ComingMatter[];
  /** The case somebody chose. */
  readonly chosen?: Matter;
  /** What was keyed in, as it was looked for, and the case it is. */
  readonly code?: { readonly looked: string; readonly found?: Matter };
  readonly is: Readonly<Record<Matter['kind'], MattersRead>>;
  /** Of contacts that have the number: whose they are. */
  readonly accounts?: Readonly<Record<string, string>>;
};
export const noMatters: KnownMatters = { open: [], coming: [], is: { case: 'unread', opportunity: 'unread' } };

/** Whose matters are to be looked up. */
export type MattersAsk = {
  readonly contacts: readonly string[];
  readonly accounts: readonly string[];
  /** The case somebody chose, by id. */
  readonly chosen?: string;
  /** As keyed in. */
  readonly code?: string;
};

/** A number as an agent or an org writes it: `1026` and `00001026` are one case; Salesforce numbers them with eight digits. */
export function codeAsNumbered(keyed: string, field: string): string | undefined {
  const digits = keyed.replace(/\D/g, '');
  if (digits === '') return undefined;
  return field === 'CaseNumber' ? digits.replace(/^0+(?=\d)/, '').padStart(8, '0') : digits;
}

/** AC-18: of an opportunity's contacts the primary first, then the one changed last; the lower id where they are alike. */
export const byRecency = (a: Matter, b: Matter): number =>
  Number(b.primary ?? false) - Number(a.primary ?? false) || b.modifiedAtMs - a.modifiedAtMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

export const isCase = (record: LinkedRecord | CrmRecord | undefined): boolean =>
  record !== undefined && (record.kind.toLowerCase() === 'case' || record.id.startsWith('500'));

/**
 * The match with what is known of cases: the one whose number the caller keyed in (FC-31), before anything that follows from who calls; and
 * the contact of a case that a person chose (FC-74). What a person chose stays first.
 */
export function withCases(match: Match, call: Pick<Call, 'linked'>, { code, chosen }: KnownMatters): Match {
  if (call.linked !== undefined) {
    const { who, what } = call.linked;
    const isLead = who?.kind.toLowerCase() === 'lead';
    if (!isCase(what) || !chosen?.contactId || (who && !isLead)) return match;
    const contact: Candidate = {
      record: { kind: 'contact', id: chosen.contactId },
      as: 'who',
      because: 'The contact of the case that was chosen (FC-74).',
    };
    return { ...match, candidates: [contact, ...match.candidates.filter(({ as }) => as === 'what')] };
  }
  // what was pointed at stands above what was keyed in
  if (match.pointed || !code) return match;
  const { looked, found } = code;
  if (!found) return { ...match, searched: `No case has the number ${looked} that was keyed in (FC-31). ${match.searched}` };
  const because = `Its number ${looked} was keyed in${found.closed ? ', though it is closed' : ''} (FC-31).`;
  const { stranger: _, unsure: __, ...rest } = match;
  const known = [...match.candidates, ...(match.others ?? [])];
  const person = known.find(({ record }) => isPerson(record.kind) && record.id === found.contactId);
  const who: Candidate[] = found.contactId
    ? [
        {
          ...(person ?? { record: { kind: 'contact', id: found.contactId }, as: 'who' as const }),
          because: `The contact of case ${found.name}.`,
        },
      ]
    : [];
  const what: Candidate = { record: { kind: 'case', id: found.id, name: found.name }, as: 'what', because };
  const others = known.filter(({ record }) => record.id !== found.contactId);
  return {
    ...rest,
    candidates: [...who, what],
    ...(others.length > 0 && { others }),
    searched: `Looked for the case ${looked} that was keyed in: found it.`,
  };
}
