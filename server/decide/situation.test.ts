import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { Agent, AgentId, PhoneNumber } from '../call/event.ts';
import type { Candidate, Match } from '../match/match.ts';
import { anna, anOutboundCall, anUnansweredCall, aToldCall, ben, noon } from '../testing/a-told-call.ts';
import type { Inputs } from './pin.ts';
import { parsePolicy } from './policy.ts';
import { situationFacts, situationOf, typeSoFar } from './situation.ts';

const record = (kind: string, changes: Partial<Candidate> = {}): Candidate => ({
  ...{ record: { kind, id: `${kind}-1` }, as: 'who', ownerId: '005B', because: 'It has the number.' },
  ...changes,
});
const nobody: Match = { candidates: [], searched: 'Looked.' };
const inputs = (match: Match = nobody, policy: object = {}, changes: Partial<Inputs> = {}): Inputs => ({
  policyVersion: 2,
  policy: parsePolicy({ language: 'en', ...policy }),
  people: {
    anna: { crmUserId: '005A', zone: 'UTC', name: 'Anna' },
    ben: { crmUserId: '005B', zone: 'Asia/Tokyo', name: 'Ben' },
    door: null,
  },
  fallbackOwner: null,
  named: {},
  match,
  clockOffsetMs: 0,
  ...changes,
});
const door: Agent = { id: 'door' as AgentId, name: 'Door' };
const eve: Agent = { id: 'eve' as AgentId };
const takenBy = (agent: Agent, changes: Partial<Call> = {}) => aToldCall({ answeredBy: agent, lastWith: agent, people: [], ...changes });
const inVain = (changes: Partial<Call> = {}) => anUnansweredCall({ missedBecause: undefined, ...changes });
const alwaysClosed = {
  calendar: 'never',
  calendars: { never: { week: {}, exceptions: [{ date: '2020-01-01', open: ['09:00-10:00'] }] } },
};
const openAtNoon = { calendar: 'office', calendars: { office: { week: { monday: ['11:00-13:00'] } } } };

test('the whole of a call that was answered, with every name of whose it is', () =>
  expect(
    situationOf(
      aToldCall({
        line: { id: 'sales', number: '+48221234567' as PhoneNumber, name: 'Sales' },
        queue: { id: 'q1', name: 'Support' },
        campaign: { campaignId: 'c7', name: 'Spring' },
        answeredBy: { ...anna, email: 'Anna@Example.com' },
        lastWith: { ...anna, email: 'Anna@Example.com' },
        people: [{ endpoint: '1', agent: anna, ringSeconds: 1, talkSeconds: 2, holdSeconds: 3, answered: true, softphone: true }],
      }),
      inputs(
        { ...nobody, candidates: [record('lead')], others: [record('contact')] },
        { hours: { ...openAtNoon, calls: 'in hours' }, teams: { north: { members: ['anna'] } } },
      ),
    ),
  ).toEqual({
    direction: ['inbound'],
    outcome: ['answered'],
    reason: [],
    customer: ['lead', 'open lead', 'many'],
    takenBy: ['agent', 'colleague'],
    hours: ['in'],
    phone: ['softphone'],
    line: ['sales', '+48221234567', 'Sales'],
    queue: ['q1', 'Support'],
    team: ['north'],
    agent: ['anna', 'anna@example.com'],
    campaign: ['c7', 'Spring'],
    settings: { log: ['logging', 'inbound-answered'], person: ['stranger', 'answered'] },
    isOff: false,
  }));
test('the whole of one in vain of which next to nothing is known', () =>
  expect(
    situationOf(
      inVain({ line: undefined, direction: undefined, type: undefined }),
      inputs(nobody, { hours: { ...alwaysClosed, calls: 'in hours' } }),
    ),
  ).toEqual({
    direction: ['unknown'],
    outcome: ['missed', 'out of hours'],
    reason: [],
    customer: ['nobody'],
    takenBy: ['nobody'],
    hours: ['out'],
    phone: [],
    ...{ line: [], queue: [], team: [], agent: [], campaign: [] },
    settings: { log: ['logging', 'missed'], person: ['stranger', 'missed'] },
    isOff: true,
  }));
test('a situation tells every fact that a row may name', () => {
  const { settings: _settings, isOff: _isOff, ...facts } = situationOf(aToldCall(), inputs());
  expect(Object.keys(facts).toSorted()).toEqual(situationFacts.toSorted());
});

describe('what became of it', () => {
  const outbound = { direction: 'outbound', type: 'outbound-unanswered', dialledBy: anna } as const;
  test.each<[string, Call, readonly string[], readonly string[]]>([
    ['nobody took it', inVain({ missedBecause: 'no answer' }), ['missed'], ['no answer']],
    ['they hung up', inVain({ outcome: 'abandoned', missedBecause: 'stopped' }), ['missed', 'abandoned'], ['stopped', 'abandoned']],
    ['they were told it is closed', inVain({ outcome: 'closed' }), ['missed', 'out of hours'], ['closed']],
    ['they left a message', inVain({ outcome: 'voicemail', voicemail: { seconds: 5 } }), ['voicemail'], []],
    [
      'they left one while it was closed',
      inVain({ outcome: 'closed', voicemail: { seconds: 5 } }),
      ['voicemail', 'out of hours'],
      ['closed'],
    ],
    ['we called in vain', inVain({ ...outbound, outcome: 'no answer', missedBecause: 'no answer' }), ['failed'], ['no answer']],
    ['it was busy', inVain({ ...outbound, outcome: 'busy' }), ['failed', 'busy'], ['busy']],
    ['we gave up', inVain({ ...outbound, outcome: 'cancelled', missedBecause: 'answered' }), ['failed'], ['cancelled']],
    ['somebody answered', takenBy(anna, { missedBecause: 'declined' }), ['answered'], []],
    ['it goes on', inVain({ phase: 'ringing', outcome: undefined, missedBecause: 'declined' }), [], ['declined']],
  ])('%s', (_what, call, outcome, reason) => {
    const situation = situationOf(call, inputs());
    expect([situation.outcome, situation.reason]).toEqual([outcome, reason]);
  });
  test.each([
    ['inbound', undefined, 'missed', 'missed'],
    ['inbound', noon, 'inbound-answered', 'answered'],
    ['outbound', undefined, 'outbound-unanswered', 'outbound'],
    ['outbound', noon, 'outbound-answered', 'outbound'],
    [undefined, undefined, 'missed', 'missed'],
  ] as const)('%s, answered at %s, is %s so far', (direction, answeredAt, logging, stranger) => {
    expect(typeSoFar({ direction, answeredAt })).toBe(logging);
    const { settings } = situationOf(inVain({ direction, answeredAt, type: undefined, phase: 'talking', endedAt: undefined }), inputs());
    expect(settings).toEqual({ log: ['logging', logging], person: ['stranger', stranger] });
  });
  test('a call that is over goes by its type; an internal one by what it would be', () => {
    const logging = (changes: Partial<Call>) => situationOf(inVain(changes), inputs()).settings.log;
    expect([logging({ type: 'voicemail' }), logging({ type: 'internal', direction: 'internal' })]).toEqual([
      ['logging', 'voicemail'],
      ['logging', 'missed'],
    ]);
  });
});

describe('whose number it is', () => {
  const customer = (match: Partial<Match>, changes: Partial<Call> = {}) =>
    situationOf(aToldCall(changes), inputs({ ...nobody, ...match })).customer;
  test.each<[string, Partial<Match>, readonly string[]]>([
    ['a lead', { candidates: [record('lead')] }, ['lead', 'open lead']],
    ['a lead of a click, as the CRM spells it', { candidates: [record('Lead')] }, ['lead', 'open lead']],
    ['a lead that is over', { candidates: [record('lead', { closed: true })] }, ['lead', 'closed lead']],
    ['a contact, others have none', { candidates: [record('contact')], others: [] }, ['contact']],
    ['an account that shares it', { candidates: [record('account', { as: 'what' })], others: [record('lead')] }, ['account', 'many']],
    ['a person account', { candidates: [record('person-account')] }, ['person account']],
    ['an object of the org', { candidates: [record('Site__c', { as: 'what' })] }, ['other object']],
    ['the person of two records', { candidates: [record('account', { as: 'what' }), record('contact')] }, ['contact']],
    ['a stranger', { stranger: true }, ['stranger']],
    ['nobody yet', { unsure: true }, []],
    ['nobody', {}, ['nobody']],
  ])('%s', (_who, match, words) => expect(customer(match)).toEqual(words));
  test('nobody, since it is withheld, and also while the book is read', () => {
    const withheld = { customer: { withheld: true } } as const;
    expect([customer({}, withheld), customer({ unsure: true }, withheld)]).toEqual([['withheld'], ['withheld']]);
  });
});

describe('who took it, and at which phone', () => {
  const lead = { ...nobody, candidates: [record('lead')] };
  const { ownerId: _ownerId, ...ofNobody } = record('lead');
  const unowned = { ...nobody, candidates: [ofNobody] };
  test.each<[string, Call, Match, readonly string[]]>([
    ['the owner of the record', takenBy(ben), lead, ['agent', 'owner']],
    ['a colleague of theirs', takenBy(anna), lead, ['agent', 'colleague']],
    ['an agent, of a record that has no owner', takenBy(anna), unowned, ['agent']],
    ['an agent, of nobody’s number', takenBy(ben), nobody, ['agent']],
    ['a phone that is nobody in the CRM', takenBy(door), lead, ['unmapped endpoint']],
    ['a phone that is nobody’s at all', aToldCall({ answeredBy: undefined, lastWith: undefined, people: [] }), lead, ['unmapped endpoint']],
    ['somebody of whom it isn’t known yet', takenBy(eve), lead, []],
    ['nobody', inVain(), lead, ['nobody']],
    ['who dialled', anOutboundCall({ dialledBy: ben }), lead, ['agent', 'owner']],
  ])('%s', (_who, call, match, words) => expect(situationOf(call, inputs(match)).takenBy).toEqual(words));

  const at = (agent: Agent | undefined, softphone: boolean | undefined, answered = true) => ({
    ...{ endpoint: String(softphone), ringSeconds: 1, talkSeconds: 1, holdSeconds: 0, answered },
    ...(agent && { agent }),
    ...(softphone !== undefined && { softphone }),
  });
  const unnamed = { answeredBy: undefined, lastWith: undefined };
  test.each<[string, Call, readonly string[]]>([
    ['their own, though another one answered too', takenBy(ben, { people: [at(anna, true), at(ben, false)] }), ['hardphone']],
    ['their own, though another one rang', takenBy(anna, { people: [at(ben, false, false), at(anna, true)] }), ['softphone']],
    ['the one that answered, of who has none there', takenBy(eve, { people: [at(ben, false, false), at(anna, true)] }), ['softphone']],
    [
      'one that answered and is nobody’s',
      aToldCall({ ...unnamed, people: [at(undefined, true, false), at(undefined, false)] }),
      ['hardphone'],
    ],
    ['one of which nobody says what it is', takenBy(anna, { people: [at(anna, undefined)] }), ['not known']],
    ['none that is known', takenBy(anna, { people: [] }), ['not known']],
    ['none: nobody took it', inVain({ people: [at(anna, true, false)] }), []],
    ['that of who dialled in vain', inVain({ direction: 'outbound', dialledBy: anna, people: [at(anna, true, false)] }), ['softphone']],
  ])('%s', (_which, call, words) => expect(situationOf(call, inputs()).phone).toEqual(words));
});

test.each<[string, object, readonly string[], boolean]>([
  ['no calendar', {}, [], false],
  ['open, and asked', { ...openAtNoon, calls: 'in hours' }, ['in'], false],
  ['closed, and asked', { ...alwaysClosed, calls: 'in hours' }, ['out'], true],
  ['closed, and not asked', alwaysClosed, ['out'], false],
  ['closed, asked of messages alone', { ...alwaysClosed, messages: 'in hours' }, ['out'], false],
])('AC-09: with %s', (_when, hours, words, isOff) => {
  const situation = situationOf(aToldCall(), inputs(nobody, { hours }));
  expect([situation.hours, situation.isOff]).toEqual([words, isOff]);
});
