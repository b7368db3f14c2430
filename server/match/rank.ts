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
  /** YYYY-MM-DD: of its last activity, as the CRM said when the record was last read; absent: none is known. */
  readonly activeOn?: string;
};

/** Which of several of one kind is meant (AC-17). */
export const tieBreaks = ['latest', 'active', 'owned by agent', 'oldest', 'ask', 'none'] as const;
/** Are person accounts looked for (FC-33)? `auto`: where the org has them and `kinds` names them. */
export const personAccountChoices = ['auto', 'on', 'off'] as const;
/** What a lead nobody works on any more is to a call of its number (R5). */
export const closedLeadChoices = ['log', 'reopen', 'new lead'] as const;

/** What the admin says about matching. */
export type MatchRules = {
  /** Kinds of records that are looked for, the preferred first (AC-16). */
  readonly kinds: readonly string[];
  /**
   * Which of several of one kind (AC-17): changed last, active last, whoever's it is who has the call, unchanged for longest. `ask`: the one
   * changed last until a person chooses; `none`: nobody until then.
   */
  readonly tieBreak: (typeof tieBreaks)[number];
  /** A record that was clicked to dial is what the call is about (MT-17). */
  readonly clicked: boolean;
  /** And one that was on the screen when the call was taken. */
  readonly shown: boolean;
  /** Whom people chose twice for a number is remembered for it (DP-24). */
  readonly remembered: boolean;
  readonly personAccounts: (typeof personAccountChoices)[number];
  /** Our own, in E.164: whoever calls from them is nobody's customer. */
  readonly ownNumbers: readonly string[];
  /** Several people's, in E.164: the call is the company's, and nobody's in person. */
  readonly sharedNumbers: readonly string[];
  /** A number that more people have than this is shared, whatever the list says. */
  readonly sharedAbove: number;
  /** Statuses of a lead that nobody works on any more (RS-45). */
  readonly closedLeadStatuses: readonly string[];
  /** Such a lead comes last, and may be opened again; or it is nobody's any more: then the number is a stranger's (R5). */
  readonly closedLead: (typeof closedLeadChoices)[number];
  /** The status it is opened with; left out: that of new leads. */
  readonly reopenedLeadStatus?: string;
};

export const defaultRules: MatchRules = {
  kinds: ['contact', 'lead', 'account', 'person-account'], // AC-16, as quoted
  tieBreak: 'latest',
  clicked: true,
  shown: false,
  remembered: true,
  personAccounts: 'auto',
  ownNumbers: [],
  sharedNumbers: [],
  sharedAbove: 10,
  closedLeadStatuses: ['Closed - Not Converted', 'Closed - Converted'], // as Salesforce ships them
  closedLead: 'log',
};

/** Which kinds are looked for, the preferred first. */
export function kindsOf({ kinds, personAccounts }: Pick<MatchRules, 'kinds' | 'personAccounts'>): readonly string[] {
  if (personAccounts === 'off') return kinds.filter((kind) => kind !== 'person-account');
  return personAccounts === 'on' && !kinds.includes('person-account') ? [...kinds, 'person-account'] : kinds;
}

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

/**
 * Records of one number, best first; the first is meant. `shared`: too many people have it for any of them to be meant. `tied`: so many at
 * the top are told apart by the tie-break alone. `closed`: leads that are nobody's any more; a person may still choose one.
 */
export type Ranked = {
  readonly candidates: readonly Candidate[];
  readonly shared: boolean;
  readonly tied?: number;
  readonly closed?: readonly Candidate[];
};

/** Which of the records that have this number is meant? The same records give the same answer in whatever order they come. */
export function rank(found: readonly Found[], rules: MatchRules, isListedShared = false): Ranked {
  const once = [...Map.groupBy(found, ({ id }) => id).values()].map((same) => same.toSorted(byPlace)[0]!);
  const kinds = kindsOf(rules);
  const all = once.filter(({ kind }) => kinds.includes(kind)).toSorted((a, b) => compare(a, b, kinds, rules));
  const isOver = (one: Found) => rules.closedLead === 'new lead' && isClosed(one, rules);
  const ordered = all.filter((one) => !isOver(one));
  const over = all.filter(isOver).map((one) => candidateOf(one, `Its status is “${one.status}”: it is nobody's any more (R5).`, true));
  const people = ordered.filter(({ kind }) => isPerson(kind));
  if (!isListedShared && people.length <= rules.sharedAbove) {
    const tied = ordered.filter((one) => compareKinds(one, ordered[0]!, kinds, rules) === 0).length;
    return {
      candidates: ordered.map((one, place) => candidateOf(one, reasonOf(one, place, ordered, rules), isClosed(one, rules))),
      shared: false,
      ...(tied > 1 && { tied }),
      ...(over.length > 0 && { closed: over }),
    };
  }

  const why = isListedShared ? 'The number is listed as shared' : `${people.length} people have this number`;
  const accounts = new Set(people.map(({ accountId }) => accountId));
  const [only] = accounts;
  const companies = ordered.filter(({ kind }) => !isPerson(kind)).toSorted((a, b) => Number(b.id === only) - Number(a.id === only));
  if (companies.length > 0)
    return {
      candidates: companies.map((one) => candidateOf(one, `${why}: the call is the company's. It stands in ${one.field}.`)),
      shared: true,
    };
  // only a contact has an account
  if (only === undefined || accounts.size > 1) return { candidates: [], shared: true };
  const because = `${why}, all of one company: the call is the company's.`;
  return { candidates: [{ record: { kind: 'account', id: only, ...companyName(people[0]!) }, as: 'what', because }], shared: true };
}

/** Somebody an activity can be with; else something it is about. */
export const isPerson = (kind: string) => kind === 'contact' || kind === 'lead' || kind === 'person-account';
const companyName = ({ company }: Found) => (company === undefined ? {} : { name: company });

function candidateOf(one: Found, because: string, closed = false): Candidate {
  const { kind, id, name, ownerId, contactId } = one;
  return {
    // An activity of a person account names its contact.
    record: { kind, id: kind === 'person-account' ? (contactId ?? id) : id, name },
    as: isPerson(kind) && (kind !== 'person-account' || contactId !== undefined) ? 'who' : 'what',
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

const compare = (a: Found, b: Found, kinds: readonly string[], rules: MatchRules): number =>
  compareKinds(a, b, kinds, rules) || compareTied(a, b, rules) || order(a.id, b.id);

/** What matters before any tie-break. */
const compareKinds = (a: Found, b: Found, kinds: readonly string[], rules: MatchRules): number =>
  Number(isClosed(a, rules)) - Number(isClosed(b, rules)) ||
  kinds.indexOf(a.kind) - kinds.indexOf(b.kind) ||
  Number(a.extension !== undefined) - Number(b.extension !== undefined);

/** Whose it is who has the call is known later than the number (server/decide/meant.ts). */
function compareTied(a: Found, b: Found, { tieBreak }: MatchRules): number {
  const later = b.modifiedAtMs - a.modifiedAtMs;
  if (tieBreak === 'oldest') return -later;
  return (tieBreak === 'active' ? order(b.activeOn ?? '', a.activeOn ?? '') : 0) || later;
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
  if (rules.tieBreak === 'active' && first.activeOn !== second.activeOn) return `${where} The one active last comes first (AC-17).`;
  if (first.modifiedAtMs !== second.modifiedAtMs)
    return `${where} ${rules.tieBreak === 'oldest' ? 'The one unchanged for longest' : 'The one changed last'} comes first (AC-17).`;
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
