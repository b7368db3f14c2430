import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { Instant, PhoneNumber } from '../call/event.ts';
import { type MadePerson, matchCall, nobodyKnown } from '../match/match.ts';
import { anOutboundCall, anUnansweredCall, aToldCall, ben, noon } from '../testing/a-told-call.ts';
import type { DecideFacts } from './decide.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, type Policy, type StrangerRules } from './policy.ts';
import { chooseStranger, isOver } from './stranger.ts';

/** A kind of its own for each way a stranger may come, so that the kind says which it was. */
const makes = { missed: 'lead', answered: 'contact', outbound: 'account' } as const;
type Given = {
  readonly stranger?: Partial<StrangerRules>;
  readonly policy?: Partial<Policy>;
  readonly more?: Partial<Inputs>;
  readonly known?: Partial<DecideFacts>;
};
const inputsFor = (call: Call, { stranger, policy, more }: Given = {}): Inputs => {
  const usual = defaultPolicy('en');
  return {
    policyVersion: 1,
    policy: { ...usual, ...policy, stranger: { ...usual.stranger, ...makes, ...stranger } },
    people: { anna: { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna in the CRM' } },
    fallbackOwner: { crmUserId: '005Z', zone: 'Europe/Warsaw', name: 'Integration' },
    named: {},
    match: matchCall(call, nobodyKnown, usual.match),
    clockOffsetMs: 0,
    ...more,
  };
};
const choose = (call: Call, given: Given = {}) =>
  chooseStranger(call, inputsFor(call, given), { recordingLinks: {}, settled: true, ...given.known });
const record = (call: Call, given?: Given) => choose(call, given).person?.record;
/** What is made now, or that it waits, or nothing. */
const now = (call: Call, given?: Given) => {
  const { person, unsettled } = choose(call, given);
  return person?.record.kind ?? (unsettled ? 'later' : 'nothing');
};
const going = { type: undefined, endedAt: undefined } as const;
const ringing = anUnansweredCall({ ...going, phase: 'ringing' });
const talking = aToldCall({ ...going, phase: 'talking' });
const dialling = anOutboundCall({ ...going, phase: 'ringing', answeredAt: undefined, answeredBy: undefined });
const reached = anOutboundCall({ ...going, phase: 'talking' });
const inVain = anOutboundCall({ type: 'outbound-unanswered', answeredAt: undefined, answeredBy: undefined, lastWith: undefined });
const office = { week: { monday: ['14:00-15:00'] }, holidays: [], exceptions: [] } as const;
const closed = { hours: { calendars: { office }, calendar: 'office', calls: 'in hours', messages: 'always' } } as const;
const logging = defaultPolicy('en').logging;

describe('AC-10: who is made for a number that nobody has', () => {
  const text = { id: 'm1', at: noon, direction: 'inbound' } as const;
  test.each([
    ['called in vain', anUnansweredCall(), 'A stranger called in vain: a lead is made for the number (AC-10).'],
    ['called', aToldCall(), 'A stranger called: a contact is made for the number (AC-10).'],
    ['was called', anOutboundCall(), 'A stranger was called: an account is made for the number (AC-10).'],
    ['was called in vain', inVain, 'A stranger was called: an account is made for the number (AC-10).'],
    ['wrote', anUnansweredCall({ messages: [text] }), 'A stranger wrote: an account is made for the number (AC-10).'],
    [
      'was written to',
      anUnansweredCall({ messages: [text], direction: 'outbound' }),
      'A stranger was written to: an account is made for the number (AC-10).',
    ],
  ])('who %s', (_how, call, because) => {
    const stranger = call.messages ? ({ missed: 'nothing', answered: 'nothing', outbound: 'nothing' } as const) : {};
    const policy = { messages: { log: 'per message', create: 'account' } } as const;
    const { person, ...rest } = choose(call, { stranger, policy });
    expect(rest).toStrictEqual({ because: [because] });
    expect([because.includes(` ${person?.record.kind} `), person?.generation]).toEqual([true, 1]);
  });
  test.each([
    ['somebody has the number', anUnansweredCall(), { more: { match: { candidates: [], searched: '' } } }],
    ['no number is known', anUnansweredCall({ customer: {} }), { more: { match: { candidates: [], searched: '', stranger: true } } }],
    ['the policy makes nothing of missed calls', anUnansweredCall(), { stranger: { missed: 'nothing' } }],
    ['… of calls that were taken', aToldCall(), { stranger: { answered: 'nothing' } }],
    ['… of calls we made', anOutboundCall(), { stranger: { outbound: 'nothing' } }],
    ['… of messages', anUnansweredCall({ messages: [text] }), {}],
  ] satisfies [string, Call, Given][])('nobody where %s, and nothing is said', (_why, call, given) =>
    expect(choose(call, given)).toStrictEqual({ because: [] }),
  );
});

describe('RS-12, RS-38: when it is made', () => {
  const calls = [ringing, talking, dialling, reached, anUnansweredCall(), aToldCall(), inVain, anOutboundCall()];
  test.each([
    ['ring', ['lead', 'contact', 'account', 'account', 'lead', 'contact', 'account', 'account']],
    ['answer', ['nothing', 'contact', 'nothing', 'account', 'later', 'contact', 'later', 'account']],
    ['end', ['nothing', 'nothing', 'nothing', 'nothing', 'later', 'later', 'later', 'later']],
  ] as const)('D3: at %s, while more may be heard', (moment, expected) =>
    expect(calls.map((call) => now(call, { stranger: { moment }, known: { settled: false } }))).toEqual(expected),
  );
  test.each(['ring', 'answer', 'end'] as const)('at %s, once nothing more is expected', (moment) =>
    expect(calls.slice(4).map((call) => now(call, { stranger: { moment } }))).toEqual(['lead', 'contact', 'account', 'account']),
  );
  test('nothing is said of a call that goes on', () => expect(choose(ringing)).toStrictEqual({ because: [] }));
  test('what it waits for is said', () =>
    expect(choose(anUnansweredCall(), { known: { settled: false } })).toEqual({
      because: ['A stranger called in vain: a lead is made when nothing more is to be expected of the call (D3).'],
      unsettled: true,
    }));
  test.each([
    ['inbound-answered', 'answer', ['nothing', 'nothing', 'nothing', 'account']],
    ['outbound-answered', 'answer', ['nothing', 'contact', 'nothing', 'nothing']],
    ['missed', 'ring', ['nothing', 'contact', 'account', 'account']],
    ['outbound-unanswered', 'ring', ['lead', 'contact', 'nothing', 'account']],
  ] as const)('where calls of type %s aren’t logged: nobody at %s by what may become one', (type, moment, expected) => {
    const given = { stranger: { moment }, policy: { logging: { ...logging, [type]: 'skip' } } } as const;
    expect(calls.slice(0, 4).map((call) => now(call, given))).toEqual(expected);
  });
  test('a call that was taken and is logged for its memo makes its record at once', () =>
    expect(now(aToldCall(), { policy: { logging: { ...logging, 'inbound-answered': 'skip' } }, known: { settled: false } })).toBe(
      'contact',
    ));
  test('AC-09: nobody while it rings, or while somebody talks, out of hours', () =>
    expect([ringing, talking].map((call) => now(call, { stranger: { moment: 'ring' }, policy: closed }))).toEqual(['nothing', 'nothing']));
  test('nobody at ring while it isn’t known who calls whom, or among colleagues', () => {
    const atRing = { stranger: { moment: 'ring' } } as const;
    const among = anUnansweredCall({ ...going, type: 'internal', phase: 'ringing' });
    expect([anUnansweredCall({ ...going, phase: 'ringing', direction: undefined }), among].map((call) => now(call, atRing))).toEqual([
      'nothing',
      'nothing',
    ]);
  });
});

describe('P1, P2: a number has one record', () => {
  const made: MadePerson = { kind: 'lead', generation: 4, state: 'there', row: 'written', record: { kind: 'lead', id: '00Q1' } };
  const gone = { ...made, state: 'deleted' } as const;
  const closedOne = { ...made, status: 'Closed - Converted' };
  const again = { afterDeletion: 'again' } as const;
  const renewed = { policy: { match: { ...defaultPolicy('en').match, closedLead: 'new lead' } } } as const;
  const theirs = 'A stranger called in vain: the lead made for this number is theirs (AC-10).';
  const another = 'A stranger called in vain: a lead is made for the number (AC-10).';
  const deleted = 'A person deleted the lead that was made for this number: no other is made (P2).';
  test.each([
    ['there already', { known: { made } }, 4, theirs],
    ['there, and this call’s own', { known: { made, ownGeneration: 4 } }, 4, theirs],
    ['on its way', { known: { made: { ...made, state: 'waiting' } } }, 4, theirs],
    ['deleted', { known: { made: gone } }, undefined, deleted],
    ['deleted, and made again if the policy says so', { known: { made: gone }, stranger: again }, 5, another],
    ['deleted, and this call’s own', { known: { made: gone, ownGeneration: 4 }, stranger: again }, undefined, deleted],
    ['made again for another call', { known: { made, ownGeneration: 3 }, stranger: again }, undefined, deleted],
    ['unknown here, though this call had one', { known: { ownGeneration: 3 } }, 1, another],
    ['closed', { known: { made: closedOne } }, 4, theirs],
    ['R5: closed, and closed leads are as strangers', { known: { made: closedOne }, ...renewed }, 5, another],
    ['closed, and this call’s own', { known: { made: closedOne, ownGeneration: 4 }, ...renewed }, 4, theirs],
  ] satisfies [string, Given, number | undefined, string][])('the lead is %s', (_how, given, generation, because) => {
    const chosen = choose(anUnansweredCall(), given);
    expect([chosen.person?.record.kind, chosen.person?.generation]).toEqual([generation && 'lead', generation]);
    expect(chosen.because).toEqual([because]);
  });
  test('P1: one of another kind is there: the first decision counts', () => {
    const other = { ...made, kind: 'contact' } as const;
    const chosen = choose(anUnansweredCall(), { known: { made: other } });
    expect([chosen.person?.record.kind, chosen.person?.generation, chosen.because]).toEqual([
      'contact',
      4,
      ['A stranger called in vain: a lead would be made, but a contact is there already for this number; the first decision counts (P1).'],
    ]);
    expect(now(anUnansweredCall(), { known: { made: { ...other, state: 'deleted' } }, stranger: again })).toBe('lead');
  });

  test.each([
    [true, { made: closedOne }],
    [true, { made: closedOne, ownGeneration: 3 }],
    [false, { made: closedOne, ownGeneration: 4 }],
    [false, { made: { ...made, status: 'Open' } }],
    [false, { made }],
    [false, { made: { ...closedOne, record: { kind: 'contact', id: '003A' } } }],
    [false, { made: { kind: 'lead', generation: 4, state: 'there', row: 'written', status: 'Closed - Converted' } }],
    [false, {}],
  ] satisfies [boolean, Parameters<typeof isOver>[1]][])('R5: over is %s of %j', (expected, own) => {
    const inputs = inputsFor(anUnansweredCall(), renewed);
    expect(isOver(inputs, own)).toBe(expected);
    expect(isOver(inputsFor(anUnansweredCall()), own)).toBe(false);
  });
});

describe('what it holds', () => {
  test('of a call that was taken: whoever took it owns it, in their name', () =>
    expect(record(aToldCall())).toStrictEqual({
      kind: 'contact',
      author: { id: '005A', name: 'Anna in the CRM' },
      name: 'Hanako Tanaka',
      company: 'Caller',
      phone: '+81312345678',
      ownerId: '005A',
      spareOwnerId: '005Z',
    }));
  test('of a call in vain: whoever owns what is nobody’s, under the number', () =>
    expect(record(anUnansweredCall({ customer: { number: '+81312345678' as PhoneNumber } }))).toStrictEqual({
      kind: 'lead',
      name: '+81312345678',
      company: 'Missed call',
      phone: '+81312345678',
      ownerId: '005Z',
    }));
  test('of one we made in vain: whoever dialled owns it, and nobody talked in their name', () =>
    expect(record(inVain)).toStrictEqual({
      kind: 'account',
      name: 'Hanako Tanaka',
      company: 'Missed call',
      phone: '+81312345678',
      ownerId: '005A',
      spareOwnerId: '005Z',
    }));
  test('all that the policy says of it', () =>
    expect(
      record(
        anUnansweredCall({ customer: { number: '+819012345678' as PhoneNumber, name: 'Tanaka Hanako Maria', email: ' h@example.com\n' } }),
        {
          stranger: {
            ...{ names: 'last first', phoneField: 'by number type', status: 'New', recordType: 'Callers', company: 'Unknown Ltd' },
            ...{ ownerId: '00GQ', leadsOwnedBy: 'assignment rules' },
          },
          policy: { fields: { Lead: { Source__c: { value: 'phone' } }, Contact: { Other__c: { value: 'no' } } } },
        },
      ),
    ).toStrictEqual({
      kind: 'lead',
      name: 'Tanaka Hanako Maria',
      firstName: 'Hanako Maria',
      lastName: 'Tanaka',
      company: 'Unknown Ltd',
      phone: '+819012345678',
      mobile: true,
      email: 'h@example.com',
      ownerId: '00GQ',
      spareOwnerId: '005Z',
      byAssignmentRules: true,
      leadStatus: 'New',
      recordType: 'Callers',
      fields: { Source__c: { as: 'text', text: 'phone' } },
    }));
  test('status and assignment rules are a lead’s alone', () =>
    expect(record(aToldCall(), { stranger: { status: 'New', leadsOwnedBy: 'assignment rules' } })).toStrictEqual(record(aToldCall())));
  test.each([
    ['answered', 'contact', { Contact: { Last__c: { value: 1 } } }],
    ['missed', 'lead', { Lead: { Last__c: { value: 1 } } }],
    ['outbound', 'account', { Account: { Last__c: { value: 1 } } }],
  ] as const)('fields of its own: %s makes a %s', (how, kind, fields) => {
    const call = { answered: aToldCall(), missed: anUnansweredCall(), outbound: inVain }[how];
    expect(record(call, { policy: { fields } })).toMatchObject({ kind, fields: { Last__c: { as: 'number', number: 1 } } });
  });

  describe('AC-20: the name', () => {
    const named = (name: string | undefined, given: Given = {}, call = anUnansweredCall()) => {
      const { name: _, ...customer } = call.customer;
      const told = record({ ...call, customer: name === undefined ? customer : { ...customer, name } }, given);
      return [told?.name, told?.firstName, told?.lastName];
    };
    const whole = 'Hanako Maria Tanaka';
    test.each([
      ['whole', [whole, undefined, undefined]],
      ['first last', [whole, 'Hanako Maria', 'Tanaka']],
      ['last first', [whole, 'Maria Tanaka', 'Hanako']],
    ] as const)('%s', (names, expected) => expect(named(whole, { stranger: { names } })).toEqual(expected));
    test('one word is a last name', () =>
      expect(
        record(anUnansweredCall({ customer: { ...ringing.customer, name: 'Hanako' } }), { stranger: { names: 'first last' } }),
      ).toStrictEqual({
        ...record(anUnansweredCall()),
        name: 'Hanako',
        lastName: 'Hanako',
      }));
    test('a number in its place is none', () => expect(named('+81 3 1234 5678')).toEqual(['+81312345678', undefined, undefined]));
    test('what the phone system said of the number in another call counts where this one tells none', () => {
      const known = { heard: { name: 'Heard Name', email: 'heard@example.com' } };
      const silent = anUnansweredCall({ customer: { number: '+81312345678' as PhoneNumber } });
      expect(record(silent, { known })).toMatchObject({ name: 'Heard Name', email: 'heard@example.com' });
      const told = { ...silent.customer, name: 'Told Name', email: 'told@example.com' };
      expect(record({ ...silent, customer: told }, { known })).toMatchObject({ name: 'Told Name', email: 'told@example.com' });
    });
    test('it is as long as its field: 80 and 40 characters', () => {
      const first = 'f'.repeat(41);
      const last = 'l'.repeat(81);
      const [name, ...parts] = named(`${first} ${last}`, { stranger: { names: 'first last' } });
      expect([name, ...parts]).toEqual([`${first} ${'l'.repeat(37)}…`, `${'f'.repeat(39)}…`, `${'l'.repeat(79)}…`]);
    });
    test.each([
      ['{AGENT} has no name for {DATE}', { clockOffsetMs: 0 }, '2026-03-02'],
      ['{DATE}', { clockOffsetMs: 11 * 3_600_000 }, '2026-03-03'],
    ])('nobody’s name in the policy’s words: %s', (template, more, date) =>
      expect(named(undefined, { stranger: { unnamed: { en: template, ja: 'no' } }, more })[0]).toContain(date),
    );
    test('the number where these words come out empty, or are of another language', () => {
      expect(named(undefined, { stranger: { unnamed: { en: '{QUEUE}' } } })[0]).toBe('+81312345678');
      expect(named(undefined, { stranger: { unnamed: { ja: '名なし' } } })[0]).toBe('+81312345678');
      expect(named(undefined, { stranger: { unnamed: { en: 'No name' } } })[0]).toBe('No name');
    });
    test('these words know the owner, their zone, our clock and no record', () => {
      const late = aToldCall({ startedAt: (noon + 4 * 3_600_000) as Instant, customer: { number: '+81312345678' as PhoneNumber } });
      const words = (en: string, more: Partial<Inputs> = {}) =>
        record(late, { stranger: { unnamed: { en } }, more, known: { heard: { name: '12', email: 'heard@example.com' } } })?.name;
      expect(words('{AGENT}, {OWNER_NAME}, {DATE}, {CALL_START}, {RECORD_NAME}, {RECORD_EMAIL}')).toBe(
        'Anna Sato, Anna in the CRM, 2026-03-03, 2026-03-03 01:00:00, , heard@example.com',
      );
      expect(words('{CALL_START}', { clockOffsetMs: 5_000 })).toBe('2026-03-03 01:00:05');
    });
  });

  test('AC-21: where the number goes', () => {
    const mobiles = (number: string) =>
      (['phone', 'mobile', 'by number type'] as const).map(
        (phoneField) => record(anUnansweredCall({ customer: { number: number as PhoneNumber } }), { stranger: { phoneField } })?.mobile,
      );
    expect([mobiles('+81312345678'), mobiles('+819012345678')]).toEqual([
      [undefined, true, undefined],
      [undefined, true, true],
    ]);
    expect(record(inVain, { stranger: { phoneField: 'mobile' } })).toStrictEqual(record(inVain));
  });
  test('an e-mail of blanks is none', () =>
    expect(record(anUnansweredCall({ customer: { ...ringing.customer, email: ' \n' } }))).toStrictEqual(record(anUnansweredCall())));

  test.each([
    ['a call in vain', anUnansweredCall(), 'Missed call'],
    ['one that was taken', aToldCall(), 'Caller'],
    ['one that rings', ringing, 'Caller'],
    ['messages', anUnansweredCall({ messages: [{ id: 'm1', at: noon, direction: 'inbound' }] }), 'Caller'],
  ])('DP-36: the company of %s', (_what, call, company) => {
    const policy = { messages: { log: 'per message', create: 'lead' } } as const;
    expect(record(call, { stranger: { moment: 'ring' }, policy })?.company).toBe(company);
  });

  describe('whose it is', () => {
    const written = (agent?: typeof ben) =>
      anUnansweredCall({
        messages: [
          { id: 'm1', at: noon, direction: 'inbound' },
          { id: 'm2', at: noon, direction: 'outbound', ...(agent && { agent }) },
        ],
      });
    const more = {
      people: {
        anna: { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna in the CRM' },
        ben: { crmUserId: '005B', zone: 'UTC', name: 'Ben in the CRM' },
      },
    };
    const policy = {
      messages: { log: 'per message', create: 'lead' },
      followUp: { ...defaultPolicy('en').followUp, seniorManagerId: '005S' },
    } as const;
    const owner = (call: Call, stranger: Partial<StrangerRules> = {}) => {
      const made = record(call, { stranger, policy, more });
      return [made?.ownerId, made?.author?.id];
    };
    test.each([
      ['who talked', aToldCall({ answeredBy: ben }), ['005B', '005B'], ['005B', '005B']],
      ['whoever hands out what is nobody’s', anUnansweredCall(), ['005S', undefined], ['00GQ', undefined]],
      ['who has the messages', written(ben), ['005B', '005B'], ['005B', '005B']],
      ['nobody in particular', written(), ['005S', undefined], ['00GQ', undefined]],
    ])('%s, and whom the policy names where nobody talked', (_who, call, usual, withOwner) =>
      expect([owner(call), owner(call, { ownerId: '00GQ' })]).toEqual([usual, withOwner]),
    );
    test('a chain of the policy’s before all else', () => {
      const chain = { owner: ['first answerer', '005Chain1'], ownerId: '00GQ' };
      expect([owner(aToldCall({ answeredBy: ben }), chain), owner(anUnansweredCall(), chain)]).toEqual([
        ['005B', '005B'],
        ['005Chain1', undefined],
      ]);
      expect(owner(anUnansweredCall(), { owner: ['agent'], ownerId: '00GQ' })).toEqual(['005S', undefined]);
    });
    test('nobody at all: the CRM says whose it is', () =>
      expect(record(anUnansweredCall(), { more: { fallbackOwner: null } })).toStrictEqual({
        kind: 'lead',
        name: 'Hanako Tanaka',
        company: 'Missed call',
        phone: '+81312345678',
      }));
  });
});
