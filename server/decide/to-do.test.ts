import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import { defaultRules, matchCall, nobodyKnown } from '../match/match.ts';
import { anAgent, anOutboundCall, anUnansweredCall, aToldCall } from '../testing/a-told-call.ts';
import { decide } from './decide.ts';
import type { WantedActivity } from '../crm.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, type FollowUpRules, type Policy } from './policy.ts';
import { toDosOf } from './to-do.ts';

const annas = { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' };
const bens = { crmUserId: '005B', zone: 'Europe/Paris', name: 'Ben Roy' };
const seniors = { crmUserId: '005S', zone: 'Europe/Warsaw', name: 'Senior' };
type Given = { followUp?: Partial<FollowUpRules>; recordOwner?: string; named?: Inputs['named']; people?: Inputs['people'] };
const decided = (call: Call, { followUp, recordOwner, named, people }: Given = {}) => {
  const candidate = {
    record: { kind: 'lead', id: '00QX', name: 'Hanako' },
    as: 'who',
    ownerId: recordOwner,
    because: 'The book.',
  } as const;
  const { ownerId: _, ...ownerless } = candidate;
  const match = matchCall(call, nobodyKnown, defaultRules);
  return decide(
    call,
    {
      policyVersion: 1,
      policy: { ...defaultPolicy('en'), followUp: { ...defaultPolicy('en').followUp, ...followUp } },
      people: { anna: annas, ben: bens, ...people },
      fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
      match:
        recordOwner === undefined
          ? match
          : { ...match, candidates: [recordOwner === '' ? ownerless : { ...candidate, ownerId: recordOwner }] },
      named: { '005A': annas, '005B': bens, '005S': seniors, '00GQ': null, '005Gone': null, ...named },
      clockOffsetMs: 0,
    },
    { recordingLinks: {}, settled: true, link: 'https://cordboard.example/calls/c-41' },
  );
};
const roles = (call: Call, given?: Given) => decided(call, given).wants.map(({ role }) => role);
const owned = (call: Call, given?: Given) => decided(call, given).wants.map(({ role, record }) => [role, record.ownerId]);
const review = { followUp: { review: 'inbound' } } as const;

describe('RS-47…49: whose record it is looks at a call that a colleague had', () => {
  test('the log is the answerer’s, the review the owner’s', () =>
    expect(owned(aToldCall(), { ...review, recordOwner: '005B' })).toEqual([
      ['log', '005A'],
      ['review', '005B'],
    ]));
  test('the owner answered: nothing to look at', () => expect(roles(aToldCall(), { ...review, recordOwner: '005A' })).toEqual(['log']));
  test('nobody’s record', () => expect(roles(aToldCall(), review)).toEqual(['log']));
  test('a queue’s, or of somebody who left', () => {
    expect(roles(aToldCall(), { ...review, recordOwner: '00GQ' })).toEqual(['log']);
    expect(roles(aToldCall(), { ...review, recordOwner: '005Gone' })).toEqual(['log']);
  });
  test('RS-52: calls we make count only if the policy says so', () => {
    expect(roles(anOutboundCall(), { ...review, recordOwner: '005B' })).toEqual(['log']);
    expect(roles(anOutboundCall(), { followUp: { review: 'always' }, recordOwner: '005B' })).toEqual(['log', 'review']);
  });
  test('it is open, due after four hours in its owner’s zone, with a reminder, and leads to the call', () => {
    const [, toDo] = decided(aToldCall(), { ...review, recordOwner: '005B' }).wants;
    expect(toDo?.record).toMatchObject({
      about: 'to-do',
      status: 'open',
      who: { id: '00QX' },
      subject: 'Look at this call: Hanako talked with Anna Sato',
      dueDate: '2026-03-02',
      system: ['Customer: Hanako Tanaka, +81312345678', 'Line: Sales', 'Call: https://cordboard.example/calls/c-41'],
    });
    expect((toDo!.record.remindAtMs! - aToldCall().endedAt!) / 3_600_000).toBeCloseTo(4, 1);
  });
});

describe('RS-44, RS-50: a phone that is nobody’s answered', () => {
  const check = { followUp: { checkSetup: true, seniorManagerId: '005S' } };
  const { answeredBy: _, ...nobodys } = aToldCall();
  test('an endpoint without an agent', () =>
    expect(owned({ ...nobodys, answeredBy: undefined, lastWith: undefined }, check)).toContainEqual(['check-setup', '005S']));
  test('an agent who is no user of the CRM', () => {
    const zoe = anAgent('zoe');
    expect(owned(aToldCall({ answeredBy: zoe }), { ...check, people: { zoe: null } })).toContainEqual(['check-setup', '005S']);
  });
  test('an agent who hasn’t been looked up yet is no answer', () =>
    expect(roles(aToldCall({ answeredBy: anAgent('yet') }), check)).toEqual(['log']));
  test('not unless the policy says so', () => expect(roles({ ...nobodys, answeredBy: undefined }, {})).toEqual(['log']));
});

describe('RS-40…46: a call nobody took', () => {
  test('is its record’s owner’s', () => expect(owned(anUnansweredCall(), { recordOwner: '005B' })).toEqual([['log', '005B']]));
  test('else of whoever hands out what is nobody’s, a queue too', () => {
    expect(owned(anUnansweredCall(), { followUp: { seniorManagerId: '005S' } })).toEqual([['log', '005S']]);
    expect(owned(anUnansweredCall(), { followUp: { seniorManagerId: '00GQ' } })).toEqual([['log', '00GQ']]);
  });
  test('RS-46: an owner who left, or a queue, passes it on', () =>
    expect(owned(anUnansweredCall(), { recordOwner: '005Gone', followUp: { seniorManagerId: '005S' } })).toEqual([['log', '005S']]));
  test('else of the one who is connected', () => expect(owned(anUnansweredCall())).toEqual([['log', '005Z']]));
  test('not the record’s owner’s if the policy says so', () =>
    expect(owned(anUnansweredCall(), { recordOwner: '005B', followUp: { missedFor: 'default owner' } })).toEqual([['log', '005Z']]));
  test('has no other task: its log is the follow-up (D4)', () =>
    expect(roles(anUnansweredCall(), { followUp: { review: 'always', checkSetup: true }, recordOwner: '005B' })).toEqual(['log']));
  test('without a reminder if the policy says so', () =>
    expect(decided(anUnansweredCall(), { followUp: { reminder: false } }).wants[0]?.record.remindAtMs).toBe(undefined));
});

test('nobody talked, nobody is reviewed', () =>
  expect(roles(aToldCall({ type: 'internal' }), { ...review, recordOwner: '005B' })).toEqual([]));

describe('whole tasks', () => {
  const hanako = { kind: 'lead', id: '00QX', name: 'Hanako' };
  const ticket = { kind: 'case', id: '500A', name: '00001026' };
  const log: WantedActivity = {
    ...{ kind: 'activity', subject: 'The log', status: 'completed', direction: 'inbound', ownerId: '005A', who: hanako, what: ticket },
    ...{ dueDate: '2026-03-02', durationSeconds: 61, waitSeconds: 12, result: 'Answered', memo: 'Memo', system: ['Line'], callKey: 'c-41' },
    link: 'https://cordboard.example/log',
  };
  type Changes = {
    policy?: Partial<Policy>;
    followUp?: Partial<FollowUpRules>;
    record?: string;
    owner?: string;
    link?: string;
    leftOut?: string[];
  };
  const toDos = (
    call: Call,
    { policy, followUp, record = '00QX', owner = '005B', link, leftOut }: Changes = {},
    of: Partial<WantedActivity> = {},
    asked?: Parameters<typeof toDosOf>[4],
  ) =>
    toDosOf(
      call,
      {
        policyVersion: 1,
        policy: { ...defaultPolicy('en'), ...policy, followUp: { ...defaultPolicy('en').followUp, ...followUp } },
        people: { anna: annas, ben: bens, zoe: null },
        fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
        match: { candidates: [{ record: { kind: 'lead', id: record }, as: 'who', ownerId: owner, because: 'The book.' }], searched: '' },
        named: { '005B': bens, '005S': seniors },
        clockOffsetMs: 0,
        ...(leftOut && { leftOut }),
      },
      { recordingLinks: {}, settled: true, ...(link !== undefined && { link }) },
      { ...log, ...of },
      asked,
    );
  const shared = {
    kind: 'activity',
    about: 'to-do',
    status: 'open',
    direction: undefined,
    who: hanako,
    what: ticket,
    durationSeconds: 0,
    waitSeconds: 0,
    result: '',
    memo: '',
    callKey: 'c-41',
  };
  const customer = 'Customer: Hanako Tanaka, +81312345678';
  /** Four hours after the end, to the minute. */
  const inFourHours = aToldCall().endedAt! + 4 * 3_600_000 + 47_000;
  const due = (zone: string, date = '2026-03-02') => `Due ${date}: 4 h after the end of the call, in ${zone} (RS-43).`;

  test('RS-49: a review', () =>
    expect(toDos(aToldCall(), { followUp: { review: 'inbound' }, link: 'https://cordboard.example/calls/c-41' })).toStrictEqual([
      {
        role: 'review',
        qualifier: '',
        record: {
          ...shared,
          subject: 'Look at this call: Hanako talked with Anna Sato',
          ownerId: '005B',
          spareOwnerId: '005Z',
          dueDate: '2026-03-02',
          remindAtMs: inFourHours,
          system: [customer, 'Line: Sales', 'Call: https://cordboard.example/calls/c-41'],
          link: 'https://cordboard.example/calls/c-41',
        },
        because: ["Anna Sato had the call, and the record is Ben Roy's, who shall look at it (RS-49).", due('Europe/Paris')],
      },
    ]));
  test('RS-44, RS-50: a look at the settings, without a reminder, a line or a page to lead to', () =>
    expect(
      toDos(aToldCall({ answeredBy: anAgent('zoe', 'Zoe Lind'), line: undefined }), {
        followUp: { checkSetup: true, reminder: false, seniorManagerId: '005S' },
      }),
    ).toStrictEqual([
      {
        role: 'check-setup',
        qualifier: '',
        record: {
          ...shared,
          subject: 'Answered by unassigned Zoe Lind: check the set-up and hand out the call',
          ownerId: '005S',
          spareOwnerId: '005Z',
          dueDate: '2026-03-02',
          system: [customer],
          link: undefined,
        },
        because: [
          'Zoe Lind is no user of the CRM (RS-44, RS-50).',
          "The owner is Senior, who hands out what is nobody's (RS-40).",
          due('Europe/Warsaw'),
        ],
      },
    ]));
  const task = { name: 'Offer', row: 'VIPs' };
  test('what a row of the policy asks for, due when it says, of whom it says', () =>
    expect(
      toDos(anUnansweredCall(), { followUp: { seniorManagerId: '005S' } }, {}, [
        { ...task, subject: '{RECORD_NAME}, {OWNER_NAME}, {DATE}', owner: ['senior manager'], due: { hours: 30 } },
      ]),
    ).toStrictEqual([
      {
        role: 'task',
        qualifier: 'Offer',
        record: {
          ...shared,
          subject: 'Hanako, Senior, 2026-03-03',
          ownerId: '005S',
          spareOwnerId: '005Z',
          dueDate: '2026-03-03',
          remindAtMs: inFourHours + 26 * 3_600_000,
          system: [customer, 'Line: Sales'],
          link: undefined,
        },
        because: [
          'The row “VIPs” asks for the task “Offer”.',
          'The owner is Senior: senior manager.',
          'Due 2026-03-03: 30 h after the end of the call, in Europe/Warsaw (RS-43).',
        ],
      },
    ]));
  const calendars = { office: { week: { tuesday: ['09:00-17:00'] }, holidays: [], exceptions: [] } };
  test('or by business hours, in the owner’s name, under the name of the task', () => {
    const of = (changes: Partial<WantedActivity>, subject?: string) =>
      toDos(anUnansweredCall(), { policy: { hours: { ...defaultPolicy('en').hours, calendar: 'office', calendars } } }, changes, [
        { ...task, ...(subject !== undefined && { subject }), due: { count: 'business hours' } },
      ]).map(({ record, because }) => [record.subject, record.ownerId, record.dueDate, because[1]]);
    const bensRecord = 'The owner is Ben Roy, who owns the record (RS-46).';
    expect([
      of({}),
      of({}, '{AGENT}'),
      of({ who: undefined, what: ticket }),
      of({ who: undefined, what: undefined }),
      of({ who: { kind: 'lead', id: '00QX' } }),
    ]).toEqual([
      [['Offer: Hanako', '005B', '2026-03-03', bensRecord]],
      [['Offer: Hanako', '005B', '2026-03-03', bensRecord]],
      [['Offer: 00001026', '005Z', '2026-03-03', 'Nobody talked with the customer.']],
      [['Offer: Hanako Tanaka, +81312345678', '005Z', '2026-03-03', 'Nobody talked with the customer.']],
      [['Offer: Hanako Tanaka, +81312345678', '005B', '2026-03-03', bensRecord]],
    ]);
  });
  test('C6: a title tells times by our clock', () => {
    const call = aToldCall();
    const inputs = (clockOffsetMs: number): Inputs => ({
      ...{ policyVersion: 1, policy: defaultPolicy('en'), people: {}, fallbackOwner: null, named: {}, clockOffsetMs },
      match: matchCall(call, nobodyKnown, defaultRules),
    });
    const of = (offsetMs: number) =>
      toDosOf(call, inputs(offsetMs), { recordingLinks: {}, settled: true }, log, [{ ...task, subject: '{CALL_START}' }])[0]?.record
        .subject;
    expect([of(0), of(60_000)]).toEqual(['2026-03-02 12:00:00', '2026-03-02 12:01:00']);
  });
  test('a row’s tasks come last, and are no others’ reason to stay away', () =>
    expect(
      toDos(aToldCall({ answeredBy: anAgent('zoe') }), { followUp: { checkSetup: true, review: 'always' } }, {}, [task]).map(
        ({ role }) => role,
      ),
    ).toEqual(['check-setup', 'task']));
  test.each<[string, Call, Changes, string[]]>([
    ['never unless the policy says so', aToldCall(), { followUp: { review: 'never' } }, []],
    ['of an inbound call', aToldCall(), { followUp: { review: 'inbound' } }, ['review']],
    ['of one we made: only always', anOutboundCall(), { followUp: { review: 'inbound' } }, []],
    ['then it is', anOutboundCall(), { followUp: { review: 'always' } }, ['review']],
    ['of one without an agent: none', aToldCall({ answeredBy: undefined }), { followUp: { review: 'always' } }, []],
    ['of an agent whom the CRM knows not: none', aToldCall({ answeredBy: anAgent('zoe') }), { followUp: { review: 'always' } }, []],
    ['of one who isn’t looked up yet: none', aToldCall({ answeredBy: anAgent('new') }), { followUp: { review: 'always' } }, []],
    ['of another record: none', aToldCall(), { followUp: { review: 'always' }, record: '00QZ' }, []],
    ['of nobody whom we know: none', aToldCall(), { followUp: { review: 'always' }, owner: 'toString' }, []],
    ['the owner had it', aToldCall({ answeredBy: anAgent('ben') }), { followUp: { review: 'always' } }, []],
    ['who dialled counts', anOutboundCall({ dialledBy: anAgent('ben') }), { followUp: { review: 'always' } }, []],
    ['else who answered', anOutboundCall({ dialledBy: undefined, answeredBy: anAgent('ben') }), { followUp: { review: 'always' } }, []],
    ['who dialled an inbound one doesn’t', aToldCall({ dialledBy: anAgent('ben') }), { followUp: { review: 'always' } }, ['review']],
    ['whom the admin left out', aToldCall({ answeredBy: anAgent('zoe') }), { followUp: { checkSetup: true }, leftOut: ['zoe'] }, []],
    ['but nobody else', aToldCall({ answeredBy: anAgent('zoe') }), { followUp: { checkSetup: true }, leftOut: ['anna'] }, ['check-setup']],
    ['whom the CRM knows', aToldCall(), { followUp: { checkSetup: true } }, []],
  ])('is there one: %s', (_, call, changes, expected) => expect(toDos(call, changes).map(({ role }) => role)).toEqual(expected));
  test('a phone without an agent is named as it was dialled, in 80 characters', () => {
    const of = (endpoints: readonly string[]) => {
      const people = endpoints.map((endpoint, place) => ({
        ...{ endpoint, ringSeconds: 1, talkSeconds: 1, holdSeconds: 0 },
        answered: place === 1,
      }));
      const [found] = toDos(aToldCall({ people, answeredBy: undefined }), { followUp: { checkSetup: true } });
      return [found?.record.subject, found?.because[0]];
    };
    const said = (phone: string) => `Answered by unassigned ${phone}: check the set-up and hand out the call`;
    expect([of(['101', ' 102\n']), of(['101']), of(['', 'x'.repeat(81)])]).toEqual([
      [said('102'), '102 is no user of the CRM (RS-44, RS-50).'],
      [said('phone'), 'Whoever answered is no user of the CRM (RS-44, RS-50).'],
      [said(`${'x'.repeat(79)}…`), `${'x'.repeat(79)}… is no user of the CRM (RS-44, RS-50).`],
    ]);
  });
});
