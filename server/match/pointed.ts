import type { Call } from '../call/call.ts';
import type { Agent, LinkedRecord } from '../call/event.ts';
import type { CrmRecord } from '../crm.ts';
import type { Candidate, MatchRules } from './rank.ts';

/** A record as the book knows it: what it became, if it was merged or converted. */
export type KnownRecord = {
  readonly kind: string;
  readonly id: string;
  readonly name: string;
  readonly ownerId?: string;
  /** Of a person account, or of what hangs on a contact: whom an activity names. */
  readonly contactId?: string;
};
/** A record that somebody pointed at without choosing it: clicked to dial it, or had it on the screen. */
export type Pointer = { readonly how: 'clicked' | 'shown'; readonly record: LinkedRecord; readonly by?: Agent };

/** What was pointed at and counts, the stronger first: who clicks a record to dial it means it (MT-17). */
export function pointersOf(call: Call, { clicked, shown }: Pick<MatchRules, 'clicked' | 'shown'>): Pointer[] {
  return [
    ...(clicked && call.clicked ? [{ how: 'clicked', ...call.clicked } as const] : []),
    ...(shown && call.shown ? [{ how: 'shown', ...call.shown } as const] : []),
  ];
}

/**
 * Whom and what a call is about that was made from this record (FC-73…75), or why it can't be. `known`: false where the book knows that it
 * is gone. An account is what it is about, and of a person account also the person; a lead or contact is whom it is with and nothing else;
 * of everything else, the contact it belongs to.
 */
export function byPointer(
  { how, record, by }: Pointer,
  lookedUp: { readonly known?: Readonly<Record<string, KnownRecord | null>>; readonly relatedTo?: readonly string[] },
): { readonly candidates: readonly Candidate[]; readonly searched: string } | { readonly because: string } {
  const found = lookedUp.known && Object.hasOwn(lookedUp.known, record.id) ? lookedUp.known[record.id] : undefined;
  const said = how === 'clicked' ? 'was clicked to dial' : 'was on the screen';
  if (found === null) return { because: `${sayRecord(record)} ${said}, and isn't there any more.` };
  const kind = found?.kind ?? kindOf(record);
  const name = found?.name || record.name;
  const it: CrmRecord = { kind, id: found?.id ?? record.id, ...(name === undefined ? {} : { name }) };
  const { ownerId, contactId } = found ?? {};
  const whose = by ? ` ${how === 'clicked' ? 'by' : 'of'} ${by.name ?? by.email ?? by.id}` : '';
  const because = `It ${said}${whose} (${how === 'clicked' ? 'MT-17' : 'FC-70'}).`;
  const candidate = (one: CrmRecord, as: Candidate['as'], why = because): Candidate => ({
    record: one,
    as,
    ...(ownerId === undefined ? {} : { ownerId }),
    because: why,
  });
  const searched = `Looked at the record that ${said}: ${sayRecord(it)}.`;
  if (kind === 'contact' || kind === 'lead') return { candidates: [candidate(it, 'who')], searched };
  if (!standard.has(kind) && lookedUp.relatedTo && !isAmong(kind, lookedUp.relatedTo))
    return { because: `${sayRecord(it)} ${said}, but a ${kind} takes no activities (MT-17).` };
  const who: CrmRecord | undefined =
    contactId === undefined ? undefined : kind === 'person-account' ? { ...it, id: contactId } : { kind: 'contact', id: contactId };
  const what = kind === 'person-account' ? { ...it, kind: 'account' } : it;
  return {
    candidates: [
      ...(who ? [candidate(who, 'who', kind === 'person-account' ? because : `It is the contact of the ${kind} (FC-74).`)] : []),
      candidate(what, 'what'),
    ],
    searched,
  };
}

/** They take activities in every org. */
const standard: ReadonlySet<string> = new Set(['contact', 'lead', 'account', 'person-account']);
/** As the book calls it: a standard object in lower case. */
const kindOf = ({ kind }: LinkedRecord): string => (standard.has(kind.toLowerCase()) ? kind.toLowerCase() : kind);
const isAmong = (kind: string, objects: readonly string[]) => objects.some((object) => object.toLowerCase() === kind.toLowerCase());
const sayRecord = ({ kind, id, name }: { readonly kind: string; readonly id: string; readonly name?: string }) => `${kind} ${name || id}`;
