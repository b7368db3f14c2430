import type { Call } from '../call/call.ts';
import type { CrmRecord, WantedCase, WantedMatter, WantedOpportunity } from '../crm.ts';
import { byRecency, type ComingMatter, type KnownMatters, type Matter, type MattersRead, noMatters } from '../match/matters.ts';
import type { CaseRules } from './cases.ts';
import type { DecideFacts } from './decide.ts';
import { zoneOf } from './due.ts';
import { wishesFor, withWishes } from './fields.ts';
import { isOpenAt, judgeHours } from './hours-of-call.ts';
import { correctedMs, localDate } from './local-date.ts';
import { type Known as MergeKnown, renderLine } from './merge.ts';
import { authorOf, chooseFollowUpOwner, chooseOwner, type OwnerChoice, spareOwner } from './owner.ts';
import type { Inputs } from './pin.ts';
import { cut, singleLine } from './plain-text.ts';
import { typeSoFar } from './situation.ts';
import { words } from './words.ts';

/** A case or an opportunity that this call has begun: how its record stands. */
export type OwnMatter = {
  readonly role: Matter['kind'];
  readonly state: 'waiting' | 'there' | 'parked' | 'deleted';
  readonly id?: string;
  /** A request may have carried it. */ readonly sent: boolean;
  /** It was made for that call, which turned out to be part of this one (C2). */ readonly ofPart?: string;
  readonly wanted: WantedMatter;
};
type About = { readonly who: CrmRecord | undefined; readonly what: CrmRecord | undefined };
/** What else the log is about, what is made for that, and why. */
export type MatterChoice = {
  readonly what?: CrmRecord;
  /** It is being made: the log waits for it a little (D3). */ readonly awaits?: true;
  readonly wants: readonly {
    readonly role: Matter['kind'];
    readonly record: WantedMatter;
    /** Only as long as no other call makes one for the same contact. */ readonly once?: true;
  }[];
  readonly because: readonly string[];
  /** Asked again once it is settled (D3). */ readonly unsettled?: true;
  /** Another call is making one for this contact: looked for again soon. */ readonly coming?: true;
};

/** Which case or opportunity a call hangs on, and is one made for it (AC-12…15, AC-19, FC-29)? `about`: whom it is about without. */
export function chooseMatter(call: Call, inputs: Inputs, facts: DecideFacts, about: About): MatterChoice {
  const { cases, opportunities } = inputs.policy;
  if (cases.attach === 'nothing' && cases.create === 'never' && opportunities.create === 'never') return none;
  const party = partyOf(call, inputs, facts, about);
  const all = (facts.matters ?? []).filter(({ state }) => state !== 'deleted');
  const own = all.filter(({ ofPart }) => ofPart === undefined);
  // one for a conversation, however many calls it was told as: what a part has begun stays its case
  const taken = own.some(({ role, sent }) => role === 'case' && sent)
    ? undefined
    : all.find(({ role, sent, ofPart, wanted }) => role === 'case' && sent && ofPart !== undefined && wanted.contactId === party.contactId);
  const open = openOf(inputs, party);
  const made = madeOf(call, inputs, facts, about, party, open, own, taken);
  const because = [...party.because, ...made.because];
  const rest = { wants: made.wants, ...(made.unsettled && { unsettled: true as const }), ...(made.coming && { coming: true as const }) };
  // What a person chose, or a code named, stays; an account that has the number gives way to its case where the admin says so.
  if (about.what && !party.mayReplace) return { ...rest, because };
  if (party.isLead) return { ...rest, because };

  const there = made.wants.flatMap(({ role }) => own.find((one) => one.role === role && one.state === 'there') ?? []);
  const [mine = taken?.state === 'there' ? taken : undefined] = there;
  if (mine)
    return {
      ...rest,
      what: { kind: mine.role, id: mine.id!, name: nameIn(mine.wanted) },
      because: [
        ...because,
        mine.ofPart === undefined
          ? `It hangs on the ${mine.role} that was made for it.`
          : `It hangs on the case that was made for call ${singleLine(mine.ofPart)}, which is part of it (C2).`,
      ],
    };
  const isOutOfReach = (role: Matter['kind']) =>
    (facts.matters ?? []).some(
      (one) => one.ofPart === undefined && one.role === role && (one.state === 'parked' || one.state === 'deleted'),
    );
  const isComing = made.wants.some(({ role }) => !isOutOfReach(role)) || made.coming || taken?.state === 'waiting';
  if (isComing) return { ...rest, awaits: true, because };
  const attached = attachedOf(cases.attach, open);
  if (!attached) return { ...rest, because: [...because, ...whyNothing(cases.attach, party, inputs.matters)] };
  const { kind, id, name, primary } = attached.matter;
  return {
    ...rest,
    what: { kind, id, name },
    because: [
      ...because,
      `Also about ${kind} ${singleLine(name) || id}: ${attached.because}${primary ? '; its contact is the primary one' : ''} (AC-12, AC-18).`,
    ],
  };
}
const none: MatterChoice = { wants: [], because: [] };
const nameIn = (wanted: WantedMatter): string => (wanted.kind === 'case' ? wanted.subject : wanted.name);

/** Whose cases they may be (AC-14). */
type Party = {
  readonly contactId: string | undefined;
  readonly accountId: string | undefined;
  /** Nobody knew the number: the contact was made for it. */ readonly isMade: boolean;
  readonly isLead: boolean;
  readonly mayReplace: boolean;
  readonly because: readonly string[];
};

function partyOf(call: Call, { match, policy }: Inputs, facts: DecideFacts, { who, what }: About): Party {
  const kindOf = (record: CrmRecord | undefined) => record?.kind.toLowerCase();
  const viaAccount = policy.cases.via === 'contact or account';
  const isPersonAccount = kindOf(who) === 'person-account';
  const isLead = kindOf(who) === 'lead';
  const isAccount = kindOf(what) === 'account' || kindOf(what) === 'person-account';
  const contact = isLead || (isPersonAccount && !viaAccount) ? undefined : who;
  return {
    contactId: contact?.id,
    accountId: viaAccount && isAccount ? what?.id : undefined,
    isMade: match.stranger === true && facts.made?.state === 'there',
    isLead,
    mayReplace: viaAccount && isAccount && call.linked?.what === undefined,
    because: isLead
      ? ['A lead has no cases or opportunities (AC-14).']
      : (isPersonAccount || isAccount) && !viaAccount
        ? ['Only those of a contact count, by the policy (AC-14).']
        : [],
  };
}

type Open = { readonly cases: readonly Matter[]; readonly opportunities: readonly Matter[]; readonly coming: readonly ComingMatter[] };

function openOf({ matters = noMatters }: Inputs, { contactId, accountId }: Party): Open {
  const theirs = matters.open.filter((one) =>
    contactId === undefined ? accountId !== undefined && one.accountId === accountId : one.contactId === contactId,
  );
  const came = matters.coming
    .filter((one) => contactId !== undefined && one.contactId === contactId)
    .flatMap(({ kind, id, called, sinceMs }): Matter[] =>
      id === undefined ? [] : [{ kind, id, name: called, contactId: contactId!, closed: false, modifiedAtMs: sinceMs }],
    );
  const all = [...new Map([...came, ...theirs].map((one) => [one.id, one])).values()].toSorted(byRecency);
  return {
    cases: all.filter(({ kind }) => kind === 'case'),
    opportunities: all.filter(({ kind }) => kind === 'opportunity'),
    coming: matters.coming.filter((one) => one.id === undefined && contactId !== undefined && one.contactId === contactId),
  };
}

function attachedOf(attach: CaseRules['attach'], { cases: [ofCases], opportunities: [deal] }: Open) {
  const its = (matter: Matter | undefined, because: string) => matter && { matter, because };
  switch (attach) {
    case 'nothing':
      return undefined;
    case 'case':
      return its(ofCases, 'the open case changed last');
    case 'opportunity':
      return its(deal, 'the open opportunity changed last');
    case 'case, then opportunity':
      return its(ofCases, 'the open case changed last') ?? its(deal, 'no case is open, and this is the open opportunity changed last');
    case 'latest of both': {
      const [last] = [ofCases, deal]
        .filter((one) => one !== undefined)
        .toSorted((a, b) => b.modifiedAtMs - a.modifiedAtMs || (a.id < b.id ? -1 : 1));
      return its(last, 'changed last of all that is open');
    }
  }
}

const notRead: Readonly<Record<Exclude<MattersRead, 'read'>, string>> = {
  reading: 'still being read',
  unread: 'not to be read in this org',
  unasked: 'not in the book, since the policy in force asks for none',
};

function whyNothing(attach: CaseRules['attach'], party: Party, { is } = noMatters): string[] {
  if (attach === 'nothing' || (party.contactId === undefined && party.accountId === undefined)) return [];
  const asked = (['case', 'opportunity'] as const).filter((kind) => attach !== (kind === 'case' ? 'opportunity' : 'case'));
  const missing = asked.flatMap((kind) =>
    is[kind] === 'read' ? [] : [`its ${kind === 'case' ? 'cases' : 'opportunities'} are ${notRead[is[kind]]}`],
  );
  return [
    missing.length > 0
      ? `Nothing it could also be about: ${missing.join(', ')}.`
      : `Nothing of theirs is open that it could also be about (${attach}).`,
  ];
}

type Made = Pick<MatterChoice, 'wants' | 'because' | 'unsettled' | 'coming'>;

/** What is made for this call. What a request may have carried stays wanted; of it only whose it is follows the agent's choice (FC-30). */
function madeOf(
  call: Call,
  inputs: Inputs,
  facts: DecideFacts,
  about: About,
  party: Party,
  open: Open,
  own: readonly OwnMatter[],
  taken: OwnMatter | undefined,
): Made {
  const begun = own.filter(({ sent }) => sent);
  const kept = begun.map(({ role, wanted }) => ({ role, record: withContact(wanted, party) }));
  const mine = (facts.matters ?? []).filter(({ ofPart }) => ofPart === undefined);
  const isGone = (role: Matter['kind']) => mine.some((one) => one.role === role && one.state === 'deleted');
  // What people deleted stays deleted, and so it stays wanted: the writer knows better than to make it again (W2).
  const deleted = mine.filter(({ state }) => state === 'deleted').map(({ role, wanted }) => ({ role, record: wanted }));
  const fresh: Made[] = [
    ...(taken || begun.some(({ role }) => role === 'case') || isGone('case') ? [] : [newCase(call, inputs, facts, about, party, open)]),
    ...(begun.some(({ role }) => role === 'opportunity') || isGone('opportunity')
      ? []
      : [newOpportunity(call, inputs, facts, about, party, open)]),
  ];
  return {
    wants: [...kept, ...deleted, ...fresh.flatMap(({ wants }) => wants)],
    because: [
      ...deleted.map(({ role }) => `A person deleted the ${role} that was made for this call: no other is made (W2).`),
      ...fresh.flatMap(({ because }) => because),
    ],
    ...(fresh.some(({ unsettled }) => unsettled) && { unsettled: true as const }),
    ...(fresh.some(({ coming }) => coming) && { coming: true as const }),
  };
}

/** FC-30: the agent's choice of another contact holds for the case, too. Taking the link off leaves it whose it was. */
function withContact(wanted: WantedMatter, { contactId }: Party): WantedMatter {
  return contactId === undefined || wanted.kind !== 'case' || wanted.contactId === contactId ? wanted : { ...wanted, contactId };
}

function newCase(call: Call, inputs: Inputs, facts: DecideFacts, about: About, party: Party, open: Open): Made {
  const { cases } = inputs.policy;
  if (cases.create === 'never') return none;
  const no = (because: string): Made => ({ wants: [], because: [`No case is made: ${because}`] });
  // The one somebody named is the case of this call.
  if (about.what && about.what.kind.toLowerCase() === 'case') return none;
  const when = timeOf(call, inputs, facts.settled);
  if (when.is === 'never') return no(when.because);
  if (when.is === 'later') return none;
  if (when.is === 'unsettled')
    return { wants: [], because: [`A case is made when nothing more is to be expected of the call (D3).`], unsettled: true };
  if (cases.createFor !== 'anybody') {
    if (party.contactId === undefined)
      return no(`no ${cases.createFor === 'any contact' ? '' : 'existing '}contact has the number (AC-15).`);
    if (party.isMade && cases.createFor === 'existing contact')
      return no('the contact was made for this number, and was not there before (AC-15).');
  }
  // A contact that is just being made is waited for: its coming tells the call again.
  if (inputs.match.stranger && facts.made?.state === 'waiting' && facts.made.kind === 'contact')
    return { wants: [], because: ['A case is made once its contact is there (D3).'] };
  if (cases.create === 'none open') {
    const [there] = open.cases;
    if (there) return no(`case ${singleLine(there.name) || there.id} of theirs is open (AC-13).`);
    if (open.coming.some(({ kind }) => kind === 'case'))
      return { wants: [], because: ['Another call is just making a case for this contact.'], coming: true };
    const is = inputs.matters?.is.case ?? 'unread';
    if (is !== 'read' && (party.contactId ?? party.accountId) !== undefined)
      return no(`whether one is open isn't known, since cases are ${notRead[is]}.`);
  }
  const because = `${cases.create === 'always' ? 'Each such call makes a case' : 'No case of theirs is open, so one is made'} (${cases.create === 'always' ? 'FC-29' : 'AC-13'}).`;
  const record = caseFor(call, inputs, facts, about, party);
  return { wants: [{ role: 'case', record, ...(cases.create === 'none open' && { once: true as const }) }], because: [because] };
}

/** Is it the time for it, and is it such a call (FC-29)? */
function timeOf(
  call: Call,
  inputs: Inputs,
  settled: boolean,
): { readonly is: 'now' | 'later' | 'unsettled' } | { readonly is: 'never'; readonly because: string } {
  const { cases, logging } = inputs.policy;
  const also = (one: CaseRules['also'][number]) => cases.also.includes(one);
  const never = (because: string) => ({ is: 'never' as const, because });
  if (call.direction === 'internal' || call.type === 'internal') return never('colleagues called each other (FC-29).');
  if (call.direction === 'outbound' && !also('outbound')) return never('it was an outbound call (FC-29).');
  if (call.customer.withheld && !also('withheld')) return never('the number was withheld (FC-29).');
  if (isOpenAt(call, inputs) === false && !also('out of hours')) return never('it came out of hours (FC-29).');
  if (call.phase !== 'ended') {
    // Nobody knows yet what becomes of it: neither may be one that is left out.
    const types = [typeSoFar(call), typeSoFar({ ...call, answeredAt: call.startedAt })];
    const isLogged = judgeHours(call, inputs).is !== 'out of hours' && types.every((type) => logging[type] !== 'skip');
    const isNow = cases.moment === 'ring' || (cases.moment === 'answer' && call.answeredAt !== undefined);
    return { is: isNow && isLogged && call.direction !== undefined ? 'now' : 'later' };
  }
  if (cases.moment === 'ring') return { is: 'now' };
  if (call.answeredAt === undefined && !also('missed')) return never('nobody took the call (FC-29).');
  return { is: call.answeredAt !== undefined && cases.moment === 'answer' ? 'now' : settled ? 'now' : 'unsettled' };
}

function ownerFor(call: Call, inputs: Inputs): OwnerChoice {
  return call.answeredAt === undefined && call.phase === 'ended' ? chooseFollowUpOwner(call, inputs, undefined) : chooseOwner(call, inputs);
}

function mergeKnown(call: Call, inputs: Inputs, facts: DecideFacts, { who, what }: About): MergeKnown {
  const owner = ownerFor(call, inputs);
  const zone = zoneOf(owner, inputs.policy);
  const startMs = correctedMs(call.startedAt, inputs.clockOffsetMs);
  return {
    call,
    inputs,
    facts,
    owner,
    date: localDate(startMs, zone),
    zone,
    clockMs: correctedMs(0, inputs.clockOffsetMs),
    recordName: who?.name ?? what?.name,
  };
}

function caseFor(call: Call, inputs: Inputs, facts: DecideFacts, about: About, { contactId, accountId }: Party): WantedCase {
  const { cases, language } = inputs.policy;
  const known = mergeKnown(call, inputs, facts, about);
  const usual = words[language].caseSubject;
  const ownerId = cases.ownerId ?? known.owner.ownerId;
  const { number, name } = call.customer;
  return {
    kind: 'case',
    ...authorOf(call, inputs),
    subject: cut(renderLine(cases.subject ?? usual, known) || renderLine(usual, known), 255),
    origin: cases.origin,
    ...(contactId !== undefined && { contactId }),
    ...(contactId === undefined && accountId !== undefined && { accountId }),
    ...(contactId === undefined && number !== undefined && { phone: number }),
    ...(contactId === undefined && singleLine(name ?? '') && { caller: cut(singleLine(name ?? ''), 80) }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...spareOwner(ownerId, inputs),
    ...(cases.owner === 'assignment rules' && { byAssignmentRules: true as const }),
    ...withWishes(wishesFor('Case', known)),
  };
}

/** AC-19: made when an answered call is over, for a contact that was there and has none open. */
function newOpportunity(call: Call, inputs: Inputs, facts: DecideFacts, about: About, party: Party, open: Open): Made {
  const { create, stage, closeDays, name } = inputs.policy.opportunities;
  if (create === 'never' || stage === undefined || party.contactId === undefined || party.isMade) return none;
  if (call.phase !== 'ended' || call.type === 'internal' || call.answeredAt === undefined) return none;
  if (!facts.settled)
    return { wants: [], because: ['An opportunity is made when nothing more is to be expected of the call (D3).'], unsettled: true };
  const [there] = open.opportunities;
  if (there) return { wants: [], because: [`No opportunity is made: ${singleLine(there.name) || there.id} of theirs is open (AC-19).`] };
  if (open.coming.some(({ kind }) => kind === 'opportunity'))
    return { wants: [], because: ['Another call is just making an opportunity for this contact.'], coming: true };
  if (inputs.matters?.is.opportunity !== 'read')
    return {
      wants: [],
      because: ["No opportunity is made: whether one is open isn't known, since opportunities are not read to their end."],
    };
  const known = mergeKnown(call, inputs, facts, about);
  const day = localDate(correctedMs(call.startedAt, inputs.clockOffsetMs) + closeDays * 86_400_000, known.zone);
  const { ownerId } = known.owner;
  const record: WantedOpportunity = {
    kind: 'opportunity',
    ...authorOf(call, inputs),
    name: cut(renderLine(name ?? '{CUSTOMER}', known) || renderLine('{CUSTOMER}', known), 120),
    stage,
    closeDate: day,
    contactId: party.contactId,
    ...accountOf(inputs.matters, party.contactId),
    // A queue owns no opportunities.
    ...(ownerId?.startsWith('005') ? { ownerId, ...spareOwner(ownerId, inputs) } : {}),
    ...withWishes(wishesFor('Opportunity', known)),
  };
  return { wants: [{ role: 'opportunity', record, once: true }], because: ['No opportunity of theirs is open, so one is made (AC-19).'] };
}

const accountOf = ({ accounts = {} }: KnownMatters, contactId: string) =>
  Object.hasOwn(accounts, contactId) ? { accountId: accounts[contactId]! } : {};
