import type { CrmRecord } from '../crm.ts';

/** A record that has the number of a call, as the book knows it. */
export type Found = {
  /** Where the number stands. */
  readonly field: string;
  readonly extension: string | undefined;
  /** It is the number of a lead that became this record (RS-72). */
  readonly converted: boolean;
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly company: string | undefined;
  readonly ownerId: string | undefined;
  readonly email: string | undefined;
  readonly accountId: string | undefined;
  /** Of a person account: the contact an activity names. */
  readonly contactId: string | undefined;
  readonly status: string | undefined;
  /** 0: not known. */
  readonly modifiedAtMs: number;
};

/** What the admin says about matching. */
export type MatchRules = {
  /** Kinds of records that are looked for, the preferred first (AC-16). */
  readonly kinds: readonly string[];
  /** Which of several of one kind (AC-17). */
  readonly tieBreak: 'latest' | 'oldest';
  /** Our own, in E.164: whoever calls from them is nobody's customer. */
  readonly ownNumbers: readonly string[];
  /** Several people's, in E.164: the call is the company's, and nobody's in person. */
  readonly sharedNumbers: readonly string[];
  /** A number that more people have than this is shared, whatever the list says. */
  readonly sharedAbove: number;
  /** Statuses of a lead that nobody works on any more (RS-45). */
  readonly closedLeadStatuses: readonly string[];
};

export const defaultRules: MatchRules = {
  kinds: ['contact', 'lead', 'account', 'person-account'], // AC-16, as quoted
  tieBreak: 'latest',
  ownNumbers: [],
  sharedNumbers: [],
  sharedAbove: 10,
  closedLeadStatuses: ['Closed - Not Converted', 'Closed - Converted'], // as Salesforce ships them
};

/** A record this call may be about. `who`: a person (lead, contact); `what`: what it concerns (account, case, opportunity). */
export type Candidate = {
  readonly record: CrmRecord;
  readonly as: 'who' | 'what';
  /** Whose it is in the CRM. */
  readonly ownerId?: string;
  /** A lead nobody works on any more (RS-45). */
  readonly closed?: true;
  /** Why it is here, in a sentence. */ readonly because: string;
};

/** Records of one number, best first; the first is meant. `shared`: too many people have it for any of them to be meant. */
export type Ranked = { readonly candidates: readonly Candidate[]; readonly shared: boolean };

/** Which of the records that have this number is meant? The same records give the same answer in whatever order they come. */
export function rank(found: readonly Found[], rules: MatchRules, isListedShared = false): Ranked {
  const once = [...Map.groupBy(found, ({ id }) => id).values()].map((same) => same.toSorted(byPlace)[0]!);
  const ordered = once.filter(({ kind }) => rules.kinds.includes(kind)).toSorted((a, b) => compare(a, b, rules));
  const people = ordered.filter(({ kind }) => isPerson(kind));
  if (!isListedShared && people.length <= rules.sharedAbove)
    return {
      candidates: ordered.map((one, place) => candidateOf(one, reasonOf(one, place, ordered, rules), isClosed(one, rules))),
      shared: false,
    };

  const companies = ordered.filter(({ kind }) => !isPerson(kind));
  const why = isListedShared ? 'The number is listed as shared' : `${people.length} people have this number`;
  const accounts = new Set(people.map(({ accountId }) => accountId));
  const [only] = accounts;
  const theirs = only !== undefined && accounts.size === 1 && people.every(({ kind }) => kind === 'contact');
  const named = companies.find(({ id }) => id === only);
  const company: Candidate[] =
    companies.length > 0
      ? companies.map((one) => candidateOf(one, `${why}: the call is the company's. It stands in ${one.field}.`))
      : theirs
        ? [
            {
              record: { kind: 'account', id: only, ...companyName(people[0]!) },
              as: 'what',
              because: `${why}, all of one company: the call is the company's.`,
            },
          ]
        : [];
  const first = named && company.find(({ record }) => record.id === named.id);
  return { candidates: first ? [first, ...company.filter((one) => one !== first)] : company, shared: true };
}

/** Somebody an activity can be with; else something it is about. */
export const isPerson = (kind: string) => kind === 'contact' || kind === 'lead' || kind === 'person-account';
const companyName = ({ company }: Found) => (company === undefined ? {} : { name: company });

function candidateOf(one: Found, because: string, closed = false): Candidate {
  const { kind, id, name, ownerId, contactId } = one;
  return {
    // An activity of a person account names its contact.
    record: { kind, id: kind === 'person-account' ? (contactId ?? id) : id, name },
    as: kind === 'person-account' && contactId === undefined ? 'what' : isPerson(kind) ? 'who' : 'what',
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(closed && { closed }),
    because,
  };
}

/** A number of one's own before one at the end of a switchboard. */
const byPlace = (a: Found, b: Found) =>
  Number(a.extension !== undefined) - Number(b.extension !== undefined) ||
  Number(a.converted) - Number(b.converted) ||
  order(a.field, b.field);

function compare(a: Found, b: Found, rules: MatchRules): number {
  const later = a.modifiedAtMs - b.modifiedAtMs;
  return (
    Number(isClosed(a, rules)) - Number(isClosed(b, rules)) ||
    rules.kinds.indexOf(a.kind) - rules.kinds.indexOf(b.kind) ||
    Number(a.extension !== undefined) - Number(b.extension !== undefined) ||
    (rules.tieBreak === 'latest' ? -later : later) ||
    order(a.id, b.id)
  );
}
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
const isClosed = ({ kind, status }: Found, { closedLeadStatuses }: MatchRules) =>
  kind === 'lead' && status !== undefined && closedLeadStatuses.includes(status);

/** Why it stands where it stands: what first tells it from the one before it, or after it if it is the first. */
function reasonOf(one: Found, place: number, ordered: readonly Found[], rules: MatchRules): string {
  const where = `The number stands in ${one.field}${one.extension === undefined ? '' : `, extension ${one.extension}`}${one.converted ? ' of the lead it was' : ''}.`;
  const other = ordered[place === 0 ? 1 : place - 1];
  if (other === undefined) return where;
  const [first, second] = place === 0 ? [one, other] : [other, one];
  if (isClosed(first, rules) !== isClosed(second, rules)) return `${where} A closed lead comes last.`;
  if (first.kind !== second.kind) return `${where} ${capital(nounOf(first.kind))} come before ${nounOf(second.kind)} (AC-16).`;
  if ((first.extension === undefined) !== (second.extension === undefined))
    return `${where} Who has the number alone comes before who has an extension of it.`;
  if (first.modifiedAtMs !== second.modifiedAtMs)
    return `${where} ${rules.tieBreak === 'latest' ? 'The one changed last' : 'The one unchanged for longest'} comes first (AC-17).`;
  return `${where} Changed at the same time as another; the lower id comes first.`;
}
const nouns: Readonly<Record<string, string>> = {
  contact: 'contacts',
  lead: 'leads',
  account: 'accounts',
  'person-account': 'person accounts',
};
const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const nounOf = (kind: string) => (Object.hasOwn(nouns, kind) ? nouns[kind]! : `records of ${kind}`);
