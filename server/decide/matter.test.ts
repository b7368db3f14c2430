import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { Instant, PhoneNumber } from '../call/event.ts';
import type { CrmRecord } from '../crm.ts';
import type { MadePerson } from '../match/match.ts';
import { type ComingMatter, type KnownMatters, type Matter, noMatters } from '../match/matters.ts';
import { anna, anOutboundCall, anUnansweredCall, aToldCall, noon } from '../testing/a-told-call.ts';
import type { CaseRules, OpportunityRules } from './cases.ts';
import type { DecideFacts } from './decide.ts';
import { chooseMatter, type OwnMatter } from './matter.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, type Policy } from './policy.ts';

const hanako: CrmRecord = { kind: 'contact', id: '003A', name: 'Hanako' };
const shop: CrmRecord = { kind: 'account', id: '001S', name: 'Shop' };
const read: KnownMatters = { ...noMatters, is: { case: 'read', opportunity: 'read' } };
const ticket: Matter = { kind: 'case', id: '500A', name: '00001026', contactId: '003A', closed: false, modifiedAtMs: 10 };
const deal: Matter = { kind: 'opportunity', id: '006A', name: 'Bakery', contactId: '003A', closed: false, modifiedAtMs: 20 };
const coming: ComingMatter = { name: 'cb1x', kind: 'case', contactId: '003A', called: 'Call: Hanako', sinceMs: 30 };

type Given = {
  readonly cases?: Partial<CaseRules>;
  readonly opportunities?: Partial<OpportunityRules>;
  readonly policy?: Partial<Policy>;
  readonly matters?: Partial<KnownMatters> | 'never asked for';
  readonly who?: CrmRecord | undefined;
  readonly what?: CrmRecord | undefined;
  readonly more?: Partial<Inputs>;
  readonly known?: Partial<DecideFacts>;
};
const choose = (call: Call, given: Given) => {
  const usual = defaultPolicy('en');
  const inputs: Inputs = {
    policyVersion: 1,
    policy: {
      ...{ ...usual, ...given.policy },
      cases: { ...usual.cases, ...given.cases },
      opportunities: { ...usual.opportunities, ...given.opportunities },
    },
    people: { anna: { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna in the CRM' } },
    fallbackOwner: { crmUserId: '005Z', zone: 'Europe/Warsaw', name: 'Integration' },
    match: { candidates: [], searched: '' },
    ...(given.matters === 'never asked for' ? {} : { matters: { ...read, ...given.matters } }),
    named: {},
    clockOffsetMs: 0,
    ...given.more,
  };
  const about = { who: 'who' in given ? given.who : hanako, what: given.what };
  return chooseMatter(call, inputs, { recordingLinks: {}, settled: true, ...given.known }, about);
};
const attached = (given: Given, call = aToldCall()) => choose(call, given).what?.id;
const said = (given: Given, call = aToldCall()) => choose(call, given).because;

describe('AC-12: what the log is also about', () => {
  const older = [
    { ...ticket, id: '500O', modifiedAtMs: 5 },
    { ...deal, id: '006O', modifiedAtMs: 15 },
  ];
  const others = [
    { ...ticket, id: '500B', contactId: '003B', modifiedAtMs: 99 },
    { ...deal, id: '006B', contactId: '003B', modifiedAtMs: 99 },
  ];
  const all = [...older, ticket, deal, ...others];
  const theCase = { kind: 'case', id: '500A', name: '00001026' };
  const theDeal = { kind: 'opportunity', id: '006A', name: 'Bakery' };
  const cases = all.filter(({ kind }) => kind === 'case');
  const deals = all.filter(({ kind }) => kind === 'opportunity');
  test.each([
    ['case', all, theCase, 'case 00001026: the open case changed last'],
    ['opportunity', all, theDeal, 'opportunity Bakery: the open opportunity changed last'],
    ['case, then opportunity', all, theCase, 'case 00001026: the open case changed last'],
    ['case, then opportunity', deals, theDeal, 'opportunity Bakery: no case is open, and this is the open opportunity changed last'],
    ['latest of both', all, theDeal, 'opportunity Bakery: changed last of all that is open'],
    ['latest of both', cases, theCase, 'case 00001026: changed last of all that is open'],
    ['latest of both', deals, theDeal, 'opportunity Bakery: changed last of all that is open'],
  ] as const)('%s', (attach, open, what, because) =>
    expect(choose(aToldCall(), { cases: { attach }, matters: { open } })).toStrictEqual({
      wants: [],
      what,
      because: [`Also about ${because} (AC-12, AC-18).`],
    }),
  );
  test('of both, the one changed last; of two alike the lower id', () => {
    const latest = (open: readonly Matter[]) => attached({ cases: { attach: 'latest of both' }, matters: { open } });
    expect(latest([deal, { ...ticket, modifiedAtMs: 21 }])).toBe('500A');
    expect(latest([ticket, { ...deal, modifiedAtMs: 10 }])).toBe('006A');
    expect(
      latest([
        { ...deal, id: '600A' },
        { ...ticket, modifiedAtMs: 20 },
      ]),
    ).toBe('500A');
  });
  test('AC-18: an opportunity whose contact is the primary one says so; one without a name is called by its id', () => {
    const because = (more: Partial<Matter>) => said({ cases: { attach: 'opportunity' }, matters: { open: [{ ...deal, ...more }] } });
    expect(because({ primary: true })).toEqual([
      'Also about opportunity Bakery: the open opportunity changed last; its contact is the primary one (AC-12, AC-18).',
    ]);
    expect(because({ name: ' \n' })).toEqual(['Also about opportunity 006A: the open opportunity changed last (AC-12, AC-18).']);
  });
  test('one that another call has made counts from then on, and what was read of it counts more', () => {
    const there = { ...coming, id: '500C' };
    const given = (open: readonly Matter[]) =>
      choose(aToldCall(), {
        cases: { attach: 'case' },
        matters: { open, coming: [there, { ...there, contactId: '003B', id: '500D', sinceMs: 50 }] },
      });
    expect(given([ticket]).what).toEqual({ kind: 'case', id: '500C', name: 'Call: Hanako' });
    expect(given([{ ...ticket, id: '500C' }]).what).toEqual({ kind: 'case', id: '500C', name: '00001026' });
    expect(given([{ ...ticket, modifiedAtMs: 31 }]).what?.id).toBe('500A');
  });
  test('nothing is asked: nothing is said', () =>
    expect(choose(aToldCall(), { who: { kind: 'lead', id: '00Q1' }, matters: { open: all } })).toStrictEqual({ wants: [], because: [] }));
  test('cases are made, and no log is about another', () =>
    expect(choose(aToldCall(), { cases: { create: 'none open' }, matters: { open: all } })).toStrictEqual({
      wants: [],
      because: ['No case is made: case 00001026 of theirs is open (AC-13).'],
    }));

  test.each([
    ['case', { case: 'reading', opportunity: 'unread' }, 'Nothing it could also be about: its cases are still being read.'],
    ['case', { case: 'read', opportunity: 'unread' }, 'Nothing of theirs is open that it could also be about (case).'],
    [
      'opportunity',
      { case: 'reading', opportunity: 'unread' },
      'Nothing it could also be about: its opportunities are not to be read in this org.',
    ],
    ['opportunity', { case: 'reading', opportunity: 'read' }, 'Nothing of theirs is open that it could also be about (opportunity).'],
    [
      'latest of both',
      { case: 'unread', opportunity: 'reading' },
      'Nothing it could also be about: its cases are not to be read in this org, its opportunities are still being read.',
    ],
  ] as const)('nothing is open: where was looked for %s, %j', (attach, is, because) =>
    expect(choose(aToldCall(), { cases: { attach }, matters: { is } })).toStrictEqual({ wants: [], because: [because] }),
  );
  test('what was never looked for is not read', () =>
    expect(said({ cases: { attach: 'case' }, matters: 'never asked for' })).toEqual([
      'Nothing it could also be about: its cases are not to be read in this org.',
    ]));
  test('where nobody is meant, nothing is said', () =>
    expect(said({ cases: { attach: 'case' }, who: undefined, matters: { open: [{ ...ticket, contactId: '003B' }] } })).toEqual([]));
});

describe('AC-14: whose it may be', () => {
  const ofShop = { kind: 'case', id: '500S', name: 'Till', accountId: '001S', closed: false, modifiedAtMs: 7 } as const;
  const open = [ticket, ofShop, { ...ofShop, id: '500T', accountId: '001T' }];
  const isOpen = { matters: { open } };
  const person: CrmRecord = { kind: 'person-account', id: '003A' };
  const lead: CrmRecord = { kind: 'Lead', id: '003A' };
  const via = { attach: 'case', via: 'contact or account' } as const;
  const onlyContacts = 'Only those of a contact count, by the policy (AC-14).';
  const ofContact = 'Also about case 00001026: the open case changed last (AC-12, AC-18).';
  const ofAccount = 'Also about case Till: the open case changed last (AC-12, AC-18).';
  test.each([
    ['a lead', { who: lead }, undefined, ['A lead has no cases or opportunities (AC-14).']],
    ['a lead, where accounts count', { who: lead, cases: via }, undefined, ['A lead has no cases or opportunities (AC-14).']],
    ['a person account', { who: person }, undefined, [onlyContacts]],
    ['a person account, where they count', { who: person, cases: via }, '500A', [ofContact]],
    ['an account', { who: undefined, what: shop }, undefined, [onlyContacts]],
    ['an account, where they count', { who: undefined, what: shop, cases: via }, '500S', [ofAccount]],
    [
      'a person account as what it is about, where they count',
      { who: undefined, what: { kind: 'Person-Account', id: '001S' }, cases: via },
      '500S',
      [ofAccount],
    ],
    ['a contact, beside an account', { what: shop, cases: via }, '500A', [ofContact]],
    ['a contact, beside an account that doesn’t count', { what: shop }, undefined, [onlyContacts]],
    ['another object', { who: undefined, what: { kind: 'Site__c', id: '001S' }, cases: via }, undefined, []],
    ['nobody', { who: undefined, cases: via }, undefined, []],
    [
      'an account that has none',
      { who: undefined, what: { ...shop, id: '001U' }, cases: via },
      undefined,
      ['Nothing of theirs is open that it could also be about (case).'],
    ],
  ] satisfies [string, Given, string | undefined, string[]][])('%s', (_whose, given, id, because) => {
    const chosen = choose(aToldCall(), { cases: { attach: 'case' }, ...isOpen, ...given });
    expect([chosen.what?.id, chosen.because]).toEqual([id, because]);
  });
  test('an account that a person chose stays', () => {
    const linked = { what: { kind: 'Account', id: '001S' } };
    expect(attached({ who: undefined, what: shop, cases: via, ...isOpen }, aToldCall({ linked }))).toBeUndefined();
    const theirs = { who: { kind: 'Contact', id: '003A' } };
    expect(attached({ what: shop, cases: via, ...isOpen }, aToldCall({ linked: theirs }))).toBe('500A');
  });
});

const always = { create: 'always' } as const;
const noneOpen = { create: 'none open' } as const;
const going = { type: undefined, endedAt: undefined } as const;
const talking = aToldCall({ ...going, phase: 'talking' });
const ringing = anUnansweredCall({ ...going, phase: 'ringing' });
const office = { week: { monday: ['14:00-15:00'] }, holidays: [], exceptions: [] } as const;
const closed = (calls: 'always' | 'in hours') =>
  ({ hours: { calendars: { office }, calendar: 'office', calls, messages: 'always' } }) as const satisfies Partial<Policy>;
const logging = defaultPolicy('en').logging;
/** What is made, in a word; else why not. */
const making = (call: Call, cases: Partial<CaseRules>, given: Given = {}) => {
  const { wants, because, unsettled } = choose(call, { ...given, cases });
  if (wants.length > 0) return wants.map(({ role }) => role).join(' ');
  return unsettled ? 'later' : (because[0] ?? 'nothing');
};

describe('FC-29: which calls make a case', () => {
  const withheld = aToldCall({ customer: { withheld: true } });
  const outOfHours = { policy: closed('always') };
  const no = (why: string) => `No case is made: ${why} (FC-29).`;
  const anybody = { ...always, createFor: 'anybody' } as const;
  test.each([
    ['colleagues', aToldCall({ direction: 'internal' }), ['outbound', 'missed'], {}, no('colleagues called each other')],
    ['colleagues, by its type', aToldCall({ type: 'internal' }), ['outbound', 'missed'], {}, no('colleagues called each other')],
    ['one we made', anOutboundCall(), ['missed', 'withheld', 'out of hours'], {}, no('it was an outbound call')],
    ['one we made, where it counts', anOutboundCall(), ['outbound'], {}, 'case'],
    ['a withheld number', withheld, ['outbound', 'missed', 'out of hours'], {}, no('the number was withheld')],
    ['a withheld number, where it counts', withheld, ['withheld'], {}, 'case'],
    ['one out of hours', aToldCall(), ['outbound', 'missed', 'withheld'], outOfHours, no('it came out of hours')],
    ['one out of hours, where it counts', aToldCall(), ['out of hours'], outOfHours, 'case'],
    ['one nobody took', anUnansweredCall(), ['outbound', 'withheld', 'out of hours'], {}, no('nobody took the call')],
    ['one nobody took, where it counts', anUnansweredCall(), ['missed'], {}, 'case'],
    ['one that was taken', aToldCall(), [], {}, 'case'],
  ] satisfies [string, Call, CaseRules['also'], Given, string][])('%s', (_what, call, also, given, expected) =>
    expect(making(call, { ...anybody, also }, given)).toBe(expected),
  );
  test('never: nothing is said', () => expect(making(anOutboundCall(), { attach: 'case' }, { who: undefined })).toBe('nothing'));

  const calls = [ringing, talking, aToldCall(), anUnansweredCall()];
  test.each([
    ['ring', false, ['case', 'case', 'case', 'case']],
    ['answer', false, ['nothing', 'case', 'case', 'later']],
    ['answer', true, ['nothing', 'case', 'case', 'case']],
    ['end', false, ['nothing', 'nothing', 'later', 'later']],
    ['end', true, ['nothing', 'nothing', 'case', 'case']],
  ] as const)('at %s; nothing more is expected: %j', (moment, settled, expected) =>
    expect(calls.map((call) => making(call, { ...always, also: ['missed'], moment }, { known: { settled } }))).toEqual(expected),
  );
  test('D3: what it waits for is said', () =>
    expect(choose(aToldCall(), { cases: { ...always, moment: 'end' }, known: { settled: false } })).toStrictEqual({
      wants: [],
      unsettled: true,
      because: ['A case is made when nothing more is to be expected of the call (D3).'],
    }));
  test.each([
    ['may be missed, which isn’t logged', ringing, { logging: { ...logging, missed: 'skip' } }, 'nothing'],
    ['may be answered, which isn’t logged', ringing, { logging: { ...logging, 'inbound-answered': 'skip' } }, 'nothing'],
    ['is answered, which isn’t logged', talking, { logging: { ...logging, 'inbound-answered': 'skip' } }, 'nothing'],
    ['is answered and can’t be missed any more', talking, { logging: { ...logging, missed: 'skip' } }, 'case'],
    ['may be what isn’t logged of others', ringing, { logging: { ...logging, voicemail: 'skip', 'outbound-answered': 'skip' } }, 'case'],
    ['comes out of hours, which aren’t logged', ringing, closed('in hours'), 'nothing'],
    ['comes out of hours, which are logged', ringing, closed('always'), 'case'],
    ['has no direction yet', anUnansweredCall({ ...going, phase: 'ringing', direction: undefined }), {}, 'nothing'],
  ] satisfies [string, Call, Partial<Policy>, string][])('at ring, one that %s', (_what, call, policy, expected) =>
    expect(making(call, { ...always, moment: 'ring', also: ['out of hours'] }, { policy })).toBe(expected),
  );

  test('the case that somebody named is the case of this call; another record is none', () => {
    expect(making(aToldCall(), always, { what: { kind: 'Case', id: '500N' } })).toBe('nothing');
    expect(making(aToldCall(), always, { what: { kind: 'Campaign', id: '701A' } })).toBe('case');
  });
});

describe('AC-15: for whom', () => {
  const made: MadePerson = { kind: 'contact', generation: 1, state: 'there', row: 'written', record: hanako };
  const stranger = { more: { match: { candidates: [], searched: '', stranger: true } } } as const;
  const madeFor = { ...stranger, known: { made } };
  const nobody = { ...stranger, who: undefined };
  const none = 'No case is made: no existing contact has the number (AC-15).';
  const noneAtAll = 'No case is made: no contact has the number (AC-15).';
  const wasMade = 'No case is made: the contact was made for this number, and was not there before (AC-15).';
  test.each([
    ['existing contact', ['case', wasMade, none]],
    ['any contact', ['case', 'case', noneAtAll]],
    ['anybody', ['case', 'case', 'case']],
  ] as const)('%s: one that was there, one made for the number, nobody', (createFor, expected) =>
    expect([{}, madeFor, nobody].map((given) => making(aToldCall(), { ...always, createFor }, given))).toEqual(expected),
  );
  test('a record made for the number before somebody else had it is no stranger’s', () =>
    expect(making(aToldCall(), always, { known: { made } })).toBe('case'));
  test.each([
    ['contact', 'waiting', 'A case is made once its contact is there (D3).'],
    ['lead', 'waiting', 'case'],
    ['contact', 'parked', 'case'],
  ] as const)('a %s that is %s', (kind, state, expected) =>
    expect(making(aToldCall(), { ...always, createFor: 'anybody' }, { ...nobody, known: { made: { ...made, kind, state } } })).toBe(
      expected,
    ),
  );
});

describe('AC-13: only if none is open', () => {
  const another = 'Another call is just making a case for this contact.';
  const unknown = (why: string) => `No case is made: whether one is open isn't known, since cases are ${why}.`;
  test.each([
    ['none is', {}, 'case'],
    ['one is', { open: [{ ...ticket, name: '' }] }, 'No case is made: case 500A of theirs is open (AC-13).'],
    ['an opportunity is', { open: [deal], coming: [{ ...coming, kind: 'opportunity' }] }, 'case'],
    ['another’s is', { open: [{ ...ticket, contactId: '003B' }], coming: [{ ...coming, contactId: '003B' }] }, 'case'],
    ['one is on its way', { coming: [coming] }, another],
    ['they are being read', { is: { case: 'reading', opportunity: 'read' } }, unknown('still being read')],
    ['they can’t be read', { is: { case: 'unread', opportunity: 'read' } }, unknown('not to be read in this org')],
  ] satisfies [string, Partial<KnownMatters>, string][])('%s', (_what, matters, expected) =>
    expect(making(aToldCall(), noneOpen, { matters })).toBe(expected),
  );
  test('of nobody none is known to be open, whatever was read; of an account it has to be', () => {
    const cases = { ...noneOpen, createFor: 'anybody', via: 'contact or account' } as const;
    const matters = { is: noMatters.is, coming: [coming] };
    expect(making(aToldCall(), cases, { who: undefined, matters })).toBe('case');
    expect(making(aToldCall(), cases, { who: undefined, what: shop, matters })).toBe(unknown('not to be read in this org'));
    expect(making(aToldCall(), cases, { who: undefined, what: shop, matters: 'never asked for' })).toBe(
      unknown('not to be read in this org'),
    );
  });
  test('each call its own, however many are open', () =>
    expect(making(aToldCall(), always, { matters: { open: [ticket], coming: [coming], is: noMatters.is } })).toBe('case'));
  test('it is made once, as long as no other call makes one; the log waits for it', () => {
    expect(choose(aToldCall(), { cases: noneOpen })).toMatchObject({
      wants: [{ role: 'case', once: true }],
      because: ['No case of theirs is open, so one is made (AC-13).'],
      awaits: true,
    });
    const each = choose(aToldCall(), { cases: always });
    expect([each.wants.map((want) => 'once' in want), each.because, each.awaits]).toEqual([
      [false],
      ['Each such call makes a case (FC-29).'],
      true,
    ]);
  });
  test('another call’s is waited for', () =>
    expect(
      choose(aToldCall(), { cases: { ...noneOpen, attach: 'opportunity' }, matters: { coming: [coming], open: [deal] } }),
    ).toStrictEqual({
      wants: [],
      coming: true,
      awaits: true,
      because: [another],
    }));
});

describe('what was begun', () => {
  const wanted = { kind: 'case', subject: 'Call: Then', origin: 'Phone', contactId: '003A' } as const;
  const begun: OwnMatter = { role: 'case', state: 'there', id: '500M', sent: true, wanted };
  const bargain = { kind: 'opportunity', name: 'Then', stage: 'First', closeDate: '2026-04-01', contactId: '003A' } as const;
  const ownDeal: OwnMatter = { role: 'opportunity', state: 'there', id: '006M', sent: true, wanted: bargain };
  const opportunities = { create: 'none open', stage: 'Prospecting' } as const;
  const own = (...matters: OwnMatter[]) => ({ known: { matters } });
  test('the log hangs on it, by its name', () => {
    expect(choose(aToldCall(), { cases: { ...always, attach: 'case' }, matters: { open: [ticket] }, ...own(begun) })).toStrictEqual({
      wants: [{ role: 'case', record: wanted }],
      what: { kind: 'case', id: '500M', name: 'Call: Then' },
      because: ['It hangs on the case that was made for it.'],
    });
    expect(choose(aToldCall(), { opportunities, ...own(ownDeal) })).toStrictEqual({
      wants: [{ role: 'opportunity', record: bargain }],
      what: { kind: 'opportunity', id: '006M', name: 'Then' },
      because: ['It hangs on the opportunity that was made for it.'],
    });
  });
  test('each kind is begun once, and the other is made besides', () => {
    const roles = (...matters: OwnMatter[]) =>
      choose(aToldCall(), { cases: always, opportunities, ...own(...matters) }).wants.map(({ role, record }) => [
        role,
        record === wanted || record === bargain,
      ]);
    expect(roles()).toEqual([
      ['case', false],
      ['opportunity', false],
    ]);
    expect(roles(begun)).toEqual([
      ['case', true],
      ['opportunity', false],
    ]);
    expect(roles(ownDeal)).toEqual([
      ['opportunity', true],
      ['case', false],
    ]);
    expect(roles(begun, ownDeal)).toEqual([
      ['case', true],
      ['opportunity', true],
    ]);
  });
  test('what no request has carried yet is as it would be now, and may be wanted no more', () => {
    const unsent = { ...begun, state: 'waiting', sent: false } as const;
    expect(choose(aToldCall(), { cases: always, ...own(unsent) }).wants).toMatchObject([{ record: { subject: 'Call: Hanako' } }]);
    expect(making(anOutboundCall(), always, own(unsent))).toBe('No case is made: it was an outbound call (FC-29).');
    expect(choose(aToldCall(), { cases: { ...always, attach: 'case' }, ...own(unsent) })).toMatchObject({ awaits: true });
  });
  test('FC-30: whose it is follows what an agent chose, and nobody chosen leaves it whose it was; an opportunity stays', () => {
    const records = (who: CrmRecord | undefined, ...matters: OwnMatter[]) =>
      choose(aToldCall(), { cases: always, who, ...own(...matters) }).wants.map(({ record }) => record);
    expect(records({ kind: 'contact', id: '003C' }, begun, ownDeal)).toEqual([{ ...wanted, contactId: '003C' }, bargain]);
    expect(records(undefined, begun)).toEqual([wanted]);
  });
  test('W2: deleted, it stays wanted as it was, no other is made, and the log hangs on what else is open', () => {
    const gone = { ...begun, state: 'deleted' } as const;
    const goneDeal = { ...ownDeal, state: 'deleted' } as const;
    expect(
      choose(aToldCall(), { cases: { ...always, attach: 'case' }, opportunities, matters: { open: [ticket] }, ...own(gone, goneDeal) }),
    ).toStrictEqual({
      wants: [
        { role: 'case', record: wanted },
        { role: 'opportunity', record: bargain },
      ],
      what: { kind: 'case', id: '500A', name: '00001026' },
      because: [
        'A person deleted the case that was made for this call: no other is made (W2).',
        'A person deleted the opportunity that was made for this call: no other is made (W2).',
        'Also about case 00001026: the open case changed last (AC-12, AC-18).',
      ],
    });
    expect(choose(aToldCall(), { cases: always, opportunities, ...own(gone) }).wants.map(({ role }) => role)).toEqual([
      'case',
      'opportunity',
    ]);
    expect(choose(aToldCall(), { cases: always, opportunities, ...own(goneDeal) }).wants.map(({ role }) => role)).toEqual([
      'opportunity',
      'case',
    ]);
  });
  test('parked, the log doesn’t wait for it', () => {
    const parked = { ...begun, state: 'parked' } as const;
    expect(choose(aToldCall(), { cases: { ...always, attach: 'case' }, matters: { open: [ticket] }, ...own(parked) })).toMatchObject({
      wants: [{ role: 'case', record: wanted }],
      what: { id: '500A' },
    });
    expect(choose(aToldCall(), { cases: always, ...own({ ...parked, state: 'waiting' }) })).toMatchObject({ awaits: true });
  });
  test('what somebody named, and a lead, is not moved to it', () => {
    const campaign = { kind: 'Campaign', id: '701A' };
    expect(choose(aToldCall(), { cases: always, what: campaign, ...own(begun) })).toStrictEqual({
      wants: [{ role: 'case', record: wanted }],
      because: [],
    });
    expect(choose(aToldCall(), { cases: always, who: { kind: 'lead', id: '00Q1' }, ...own(begun) })).toStrictEqual({
      wants: [{ role: 'case', record: wanted }],
      because: ['A lead has no cases or opportunities (AC-14).'],
    });
  });
});

describe('what a case holds', () => {
  const record = (call: Call, cases: Partial<CaseRules>, given: Given = {}) =>
    choose(call, { ...given, cases: { ...always, ...cases } }).wants[0]?.record;
  const usual = {
    kind: 'case',
    author: { id: '005A', name: 'Anna in the CRM' },
    subject: 'Call: Hanako',
    origin: 'Phone',
    contactId: '003A',
    ownerId: '005A',
    spareOwnerId: '005Z',
  } as const;
  const nobody = { createFor: 'anybody', also: ['withheld', 'missed'] } as const;
  test('of a contact', () => expect(record(aToldCall(), {})).toStrictEqual(usual));
  test('of an account', () => {
    const { contactId: _, ...rest } = usual;
    expect(record(aToldCall(), { ...nobody, via: 'contact or account' }, { who: undefined, what: shop })).toStrictEqual({
      ...rest,
      subject: 'Call: Shop',
      accountId: '001S',
      phone: '+81312345678',
      caller: 'Hanako Tanaka',
    });
    expect(record(aToldCall(), { via: 'contact or account' }, { what: shop })).toStrictEqual(usual);
  });
  test('not of an account where only contacts count, nor of another object', () => {
    const of = (via: CaseRules['via'], what: CrmRecord) => {
      const made = record(aToldCall(), { ...nobody, via }, { who: undefined, what });
      return made?.kind === 'case' ? [made.subject, made.accountId] : undefined;
    };
    expect(of('contact', shop)).toEqual(['Call: Shop', undefined]);
    expect(of('contact or account', { kind: 'Site__c', id: 'a01S', name: 'Site' })).toEqual(['Call: Site', undefined]);
  });
  test('of nobody: who called, as far as it was told', () => {
    const { contactId: _, ...rest } = usual;
    const told = (customer: Call['customer']) => record(aToldCall({ customer }), nobody, { who: undefined });
    const number = '+81312345678' as PhoneNumber;
    expect(told({ number, name: ` ${'n'.repeat(81)}` })).toStrictEqual({
      ...rest,
      subject: `Call: ${'n'.repeat(81)}`,
      phone: number,
      caller: `${'n'.repeat(79)}…`,
    });
    expect(told({ number, name: ' ' })).toStrictEqual({ ...rest, subject: `Call: ${number}`, phone: number });
    expect(told({ withheld: true })).toStrictEqual({ ...rest, subject: 'Call: number withheld' });
  });
  test('what the policy says of it', () =>
    expect(record(aToldCall(), { ownerId: '00GC', origin: 'Call', subject: 'About {CUSTOMER}' })).toStrictEqual({
      ...usual,
      subject: 'About Hanako',
      origin: 'Call',
      ownerId: '00GC',
    }));
  test('by the CRM’s own rules', () =>
    expect(record(aToldCall(), { owner: 'assignment rules' })).toStrictEqual({ ...usual, byAssignmentRules: true }));
  test('its subject knows the owner, the day and the times in their zone by our clock, and the record', () => {
    const call = aToldCall({ startedAt: (noon + 4 * 3_600_000) as Instant });
    const subject = (template: string, given: Given = {}) => {
      const made = record(call, { subject: template }, given);
      return made?.kind === 'case' ? made.subject : undefined;
    };
    expect(subject('{OWNER_NAME}, {DATE}, {CALL_START}, {RECORD_NAME}')).toBe('Anna in the CRM, 2026-03-03, 2026-03-03 01:00:00, Hanako');
    expect(subject('{DATE} {CALL_START}', { more: { clockOffsetMs: -3_600_000 } })).toBe('2026-03-03 2026-03-03 00:00:00');
    expect(subject('{DATE} {CALL_START}', { more: { clockOffsetMs: -3_601_000 } })).toBe('2026-03-02 2026-03-02 23:59:59');
    expect(subject('{QUEUE}')).toBe('Call: Hanako');
    expect(subject(`${'s'.repeat(249)} {CUSTOMER}`)).toBe(`${'s'.repeat(249)} Hana…`);
  });
  test('whose it is: who took the call; in vain, whoever hands out what is nobody’s, once it is over', () => {
    const followUp = { ...defaultPolicy('en').followUp, seniorManagerId: '005S' };
    const owner = (call: Call) => {
      const made = record(call, { ...nobody, moment: 'ring' }, { policy: { followUp } });
      return [made?.ownerId, made?.author?.id];
    };
    expect([owner(aToldCall()), owner(anUnansweredCall()), owner(ringing), owner(talking)]).toEqual([
      ['005A', '005A'],
      ['005S', undefined],
      ['005Z', undefined],
      ['005A', '005A'],
    ]);
  });
  test('nobody at all: the CRM says whose it is', () =>
    expect(record(anUnansweredCall(), nobody, { more: { fallbackOwner: null } })).toStrictEqual({
      kind: 'case',
      subject: 'Call: Hanako',
      origin: 'Phone',
      contactId: '003A',
    }));
});

describe('AC-19: when an opportunity is made', () => {
  const rules = { create: 'none open', stage: 'Prospecting' } as const;
  const made: MadePerson = { kind: 'contact', generation: 1, state: 'there', row: 'written', record: hanako };
  const usual = {
    kind: 'opportunity',
    author: { id: '005A', name: 'Anna in the CRM' },
    name: 'Hanako',
    stage: 'Prospecting',
    closeDate: '2026-04-01',
    contactId: '003A',
    ownerId: '005A',
    spareOwnerId: '005Z',
  } as const;
  test('after an answered call with a contact who has none open', () =>
    expect(choose(aToldCall(), { opportunities: rules })).toStrictEqual({
      wants: [{ role: 'opportunity', record: usual, once: true }],
      awaits: true,
      because: ['No opportunity of theirs is open, so one is made (AC-19).'],
    }));
  const said = (because: string, more: object = {}) => ({ wants: [], ...more, because: [because] });
  const nothing = { wants: [], because: [] };
  const unread = "No opportunity is made: whether one is open isn't known, since opportunities are not read to their end.";
  const stranger = { candidates: [], searched: '', stranger: true } as const;
  test.each([
    [
      'none is asked for',
      aToldCall(),
      { opportunities: { create: 'never', stage: 'Prospecting' }, cases: { attach: 'case' }, who: undefined },
      nothing,
    ],
    ['it isn’t said in which stage', aToldCall(), { opportunities: { create: 'none open' } }, nothing],
    ['nobody is meant', aToldCall(), { who: undefined }, nothing],
    ['its contact was made for the number', aToldCall(), { known: { made }, more: { match: stranger } }, nothing],
    ['the call goes on', talking, {}, nothing],
    ['colleagues talked', aToldCall({ type: 'internal' }), {}, nothing],
    ['nobody took the call', anUnansweredCall(), {}, nothing],
    [
      'more may be heard',
      aToldCall(),
      { known: { settled: false } },
      said('An opportunity is made when nothing more is to be expected of the call (D3).', { unsettled: true }),
    ],
    ['one is open', aToldCall(), { matters: { open: [deal] } }, said('No opportunity is made: Bakery of theirs is open (AC-19).')],
    [
      'one without a name is open',
      aToldCall(),
      { matters: { open: [{ ...deal, name: '' }] } },
      said('No opportunity is made: 006A of theirs is open (AC-19).'),
    ],
    [
      'another call is making it',
      aToldCall(),
      { matters: { coming: [{ ...coming, kind: 'opportunity' }] } },
      said('Another call is just making an opportunity for this contact.', { coming: true, awaits: true }),
    ],
    ['they are still being read', aToldCall(), { matters: { is: { case: 'read', opportunity: 'reading' } } }, said(unread)],
    ['they were never asked for', aToldCall(), { matters: 'never asked for' }, said(unread)],
  ] satisfies [string, Call, Given, object][])('none where %s', (_why, call, given, expected) =>
    expect(choose(call, { opportunities: rules, ...given })).toStrictEqual(expected),
  );
  test('a case that is open or on its way is none', () =>
    expect(choose(aToldCall(), { opportunities: rules, matters: { open: [ticket], coming: [coming] } }).wants).toHaveLength(1));

  const record = (more: Partial<OpportunityRules>, given: Given = {}, call = aToldCall()) =>
    choose(call, { ...given, opportunities: { ...rules, ...more } }).wants[0]?.record;
  test('AC-19: it closes so many days after the day of the call in its owner’s zone, by our clock', () => {
    const late = aToldCall({ startedAt: (noon + 2.5 * 3_600_000) as Instant });
    expect(record({ closeDays: 7 }, {}, late)).toStrictEqual({ ...usual, closeDate: '2026-03-09' });
    expect(record({ closeDays: 7 }, { more: { clockOffsetMs: 1_800_000 } }, late)).toStrictEqual({ ...usual, closeDate: '2026-03-10' });
  });
  test('its name is a template; one that comes out empty is the customer’s', () => {
    expect(record({ name: 'Deal with {CUSTOMER} of {OWNER_NAME}' })).toStrictEqual({
      ...usual,
      name: 'Deal with Hanako of Anna in the CRM',
    });
    expect(record({ name: '{QUEUE}' })).toStrictEqual(usual);
    expect(record({ name: `${'n'.repeat(115)} {CUSTOMER}` })).toStrictEqual({ ...usual, name: `${'n'.repeat(115)} Han…` });
  });
  test('it is of the account of its contact', () => {
    const accounts = { '003A': '001S', '003B': '001T' };
    expect(record({}, { matters: { accounts } })).toStrictEqual({ ...usual, accountId: '001S' });
    expect(record({}, { matters: { accounts }, who: { kind: 'contact', id: 'toString', name: 'Hanako' } })).toStrictEqual({
      ...usual,
      contactId: 'toString',
    });
  });
  test('a queue owns none', () => {
    const { author: _, ownerId: __, spareOwnerId: ___, ...rest } = usual;
    const queues = { more: { people: {} }, policy: { defaultOwnerId: '00GQ', zone: 'Asia/Tokyo' } };
    expect(record({}, queues)).toStrictEqual(rest);
    expect(record({}, { more: { people: {}, fallbackOwner: null } }, aToldCall({ answeredBy: anna }))).toStrictEqual(rest);
  });
});
