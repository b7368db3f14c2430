import { describe, expect, test } from 'vitest';
import { aCall, agentNamed, aMondayMorning, type CallStory } from '../testing/a-call.ts';
import type { Call } from './call.ts';
import type { Agent, CallEvent, CallFact, CallId, Customer, Endpoint, Instant, PhoneNumber } from './event.ts';
import { foldCall } from './fold.ts';

const tanaka = '+81312345678' as PhoneNumber;
const fold = (...stories: readonly CallStory[]): Call => {
  const call = foldCall(
    'c1' as CallId,
    stories.flatMap((story) => story.events),
  );
  if (!call) throw new Error('no call');
  return call;
};
const at = (seconds: number) => (aMondayMorning + seconds * 1000) as Instant;
/** A row of a table: a title, what is expected, and what is told. */
const rowOf = <Words, Told>([title, words, ...told]: readonly [string, Words, ...Told[]]) => [title, words, told] as const;
/** By id alone, as most facts tell an agent. */
const idOf = (id: string): Agent => ({ id: agentNamed(id).id });
const [anna, ben, carl, dora] = ['anna', 'ben', 'carl', 'dora'].map(agentNamed) as [Agent, Agent, Agent, Agent];
const lead = { kind: 'Lead', id: '00Q1' };
const contact = { kind: 'Contact', id: '0031', name: 'Hanako Tanaka' };
const matter = { kind: 'Case', id: '5001' };
const inbound = aCall('c1').inbound(tanaka);
const told = (...facts: readonly CallFact[]): CallStory => facts.reduce<CallStory>((story, fact) => story.after(1).tells(fact), inbound);

test('a call of which everything is told, whole', () => {
  const sales = { id: 's', name: 'Sales', number: '+48221111111' as PhoneNumber, zone: 'Europe/Warsaw' };
  const call = fold(
    aCall('c1')
      .inbound({ number: tanaka, asSent: '0312345678', name: 'Tanaka' }, sales)
      .at(1)
      .tells({ type: 'queued', queue: { id: 'q1', name: 'First line' } })
      .ringsAfter(1, { asDialled: '101', agent: anna, softphone: true }, { asDialled: '102', agent: idOf('ben') })
      .answeredAfter(4)
      .at(10)
      .pressed('48', 'case')
      .heldAfter(2)
      .resumedAfter(3)
      .at(20)
      .tells({ type: 'parked', slot: '701', agent: idOf('anna') })
      .at(30)
      .tells({ type: 'transferred', from: idOf('anna'), to: { asDialled: '102', agent: idOf('ben') }, how: 'blind' })
      .rings({ asDialled: '102', agent: idOf('ben') })
      .answeredAfter(5)
      .endsAfter(25, 'normal')
      .at(61)
      .tells({ type: 'voicemail', seconds: 12, url: 'https://voicemail.example/1', mailbox: '900' })
      .tells({ type: 'recorded', recordingId: 'r1' })
      .tells({ type: 'recording', recordingId: 'r1', url: 'https://recordings.example/1', seconds: 55 })
      .tells({ type: 'transcript', url: 'https://transcripts.example/1', text: 'Dzień dobry', language: 'pl' })
      .at(62)
      .tells({ type: 'analysed', score: 80, summary: 'content', talkRatio: 0.4 })
      .tells({ type: 'tagged', tags: ['hot'], agent: idOf('anna') })
      .tells({ type: 'outcome', value: 'Interested', agent: ben })
      .tells({ type: 'commented', text: 'call back', agent: idOf('ben') })
      .tells({
        ...{ type: 'attributed', source: 'google', medium: 'cpc', campaign: 'spring', term: 'shoes', content: 'banner' },
        ...{ referrer: 'https://google.example/', landingPage: 'https://acme.example/', gclid: 'g1', gaClientId: '1.2' },
      })
      .tells({ type: 'campaign', campaignId: '701x', name: 'Spring' })
      .tells({ type: 'clicked', record: lead, by: idOf('carl') })
      .tells({ type: 'shown', record: contact, by: idOf('ben') })
      .tells({ type: 'linked', who: contact, what: matter, by: carl, always: true })
      .at(63)
      .tells({ type: 'called-back', by: 'b1' as CallId, direction: 'outbound', agent: idOf('ben') })
      .tells({ type: 'undone', policyVersion: 3, by: 'Olga' }),
  );
  expect(call).toStrictEqual({
    id: 'c1',
    phase: 'ended',
    type: 'inbound-answered',
    direction: 'inbound',
    customer: { number: tanaka, asSent: '0312345678', name: 'Tanaka' },
    line: sales,
    dialled: undefined,
    startedAt: at(0),
    answeredAt: at(6),
    endedAt: at(60),
    endPresumed: false,
    endCause: 'normal',
    lastFactAt: at(62),
    people: [
      { endpoint: '101', agent: anna, softphone: true, ringSeconds: 4, talkSeconds: 24, holdSeconds: 3, answered: true },
      { endpoint: '102', agent: ben, ringSeconds: 9, talkSeconds: 25, holdSeconds: 0, answered: true },
    ],
    answeredBy: anna,
    lastWith: ben,
    dialledBy: undefined,
    outcome: 'answered',
    missedBecause: undefined,
    attempts: [
      { at: at(2), endpoint: '101', agent: anna, seconds: 4, how: 'answered' },
      { at: at(2), endpoint: '102', agent: ben, seconds: 33, how: 'answered' },
    ],
    queue: { id: 'q1', name: 'First line' },
    parked: [{ at: at(20), slot: '701', agent: anna }],
    waitSeconds: 5,
    talkSeconds: 49,
    holdSeconds: 3,
    transfers: [{ at: at(30), from: anna, to: { asDialled: '102', agent: ben }, how: 'blind' }],
    voicemail: { seconds: 12, url: 'https://voicemail.example/1', mailbox: '900' },
    recorded: ['r1'],
    recordings: [{ recordingId: 'r1', url: 'https://recordings.example/1', seconds: 55 }],
    transcript: { url: 'https://transcripts.example/1', text: 'Dzień dobry', language: 'pl' },
    analysis: { score: 80, summary: 'content', talkRatio: 0.4 },
    tags: ['hot'],
    wrapUp: 'Interested',
    analysedAt: at(62),
    comments: [{ at: at(62), text: 'call back', agent: ben }],
    noted: undefined,
    messages: undefined,
    digits: '48',
    keyed: [{ digits: '48', purpose: 'case' }],
    attribution: {
      ...{ source: 'google', medium: 'cpc', campaign: 'spring', term: 'shoes', content: 'banner' },
      ...{ referrer: 'https://google.example/', landingPage: 'https://acme.example/', gclid: 'g1', gaClientId: '1.2' },
    },
    campaign: { campaignId: '701x', name: 'Spring' },
    clicked: { record: lead, by: carl },
    shown: { record: contact, by: ben },
    linked: { who: contact, what: matter, by: carl, always: true },
    calledBack: { at: at(63), by: 'b1', direction: 'outbound', agent: idOf('ben') },
    undone: [{ policyVersion: 3, by: 'Olga' }],
    partOf: undefined,
    parts: [],
  });
});

test('a call of which nothing but its ringing is told, whole', () => {
  expect(fold(inbound.ringsAfter(2, { asDialled: '101' }).after(3).pressed('7'))).toStrictEqual({
    id: 'c1',
    phase: 'ringing',
    type: undefined,
    direction: 'inbound',
    customer: { number: tanaka },
    line: undefined,
    dialled: undefined,
    startedAt: at(0),
    answeredAt: undefined,
    endedAt: undefined,
    endPresumed: false,
    endCause: undefined,
    lastFactAt: at(5),
    people: [{ endpoint: '101', ringSeconds: 3, talkSeconds: 0, holdSeconds: 0, answered: false }],
    answeredBy: undefined,
    lastWith: undefined,
    dialledBy: undefined,
    outcome: undefined,
    missedBecause: undefined,
    attempts: [{ at: at(2), endpoint: '101', seconds: 3, how: undefined }],
    queue: undefined,
    parked: [],
    waitSeconds: 5,
    talkSeconds: 0,
    holdSeconds: 0,
    transfers: [],
    voicemail: undefined,
    recorded: [],
    recordings: [],
    transcript: undefined,
    analysis: undefined,
    tags: [],
    wrapUp: undefined,
    analysedAt: undefined,
    comments: [],
    noted: undefined,
    messages: undefined,
    digits: '7',
    keyed: [{ digits: '7' }],
    attribution: {},
    campaign: undefined,
    clicked: undefined,
    shown: undefined,
    linked: undefined,
    calledBack: undefined,
    undone: [],
    partOf: undefined,
    parts: [],
  });
});

describe('what is told twice', () => {
  const table: readonly (readonly [string, Partial<Call>, ...CallFact[]])[] = [
    [
      'of a voicemail each word as last told',
      { voicemail: { seconds: 9, url: 'https://voicemail.example/2', mailbox: '901' } },
      { type: 'voicemail', seconds: 8, mailbox: '901' },
      { type: 'voicemail', seconds: 9, url: 'https://voicemail.example/2' },
    ],
    [
      'of a transcript and its analysis each word as last told',
      { transcript: { text: 'b', language: 'ja' }, analysis: { score: 1, talkRatio: 0.5 }, analysedAt: at(3) },
      { type: 'transcript', text: 'a', language: 'ja' },
      { type: 'transcript', text: 'b' },
      { type: 'analysed', score: 2, talkRatio: 0.5 },
      { type: 'analysed', score: 1 },
    ],
    [
      'of a recording each word as last told, in the order of first telling',
      {
        recorded: ['r2', 'r1'],
        recordings: [
          { recordingId: 'r2', url: 'https://recordings.example/new', seconds: 5 },
          { recordingId: 'r1', url: 'https://recordings.example/1' },
        ],
      },
      { type: 'recorded', recordingId: 'r2' },
      { type: 'recorded', recordingId: 'r1' },
      { type: 'recorded', recordingId: 'r2' },
      { type: 'recording', recordingId: 'r2', url: 'https://recordings.example/old', seconds: 5 },
      { type: 'recording', recordingId: 'r1', url: 'https://recordings.example/1' },
      { type: 'recording', recordingId: 'r2', url: 'https://recordings.example/new' },
    ],
    [
      'each tag once, the wrap-up as last chosen',
      { tags: ['b', 'a', 'c'], wrapUp: 'Later' },
      { type: 'tagged', tags: ['b', 'a'] },
      { type: 'tagged', tags: ['a', 'c'] },
      { type: 'outcome', value: 'Interested' },
      { type: 'outcome', value: 'Later' },
    ],
    [
      'each comment once of each author, when it was first entered',
      {
        comments: [
          { at: at(1), text: 'x' },
          { at: at(2), text: 'x', agent: anna },
          { at: at(4), text: 'y', agent: anna },
          { at: at(6), text: 'x', agent: ben },
        ],
      },
      { type: 'commented', text: 'x' },
      { type: 'commented', text: 'x', agent: anna },
      { type: 'commented', text: 'x' },
      { type: 'commented', text: 'y', agent: anna },
      { type: 'commented', text: 'x', agent: anna },
      { type: 'commented', text: 'x', agent: ben },
    ],
    [
      'keys pressed for one purpose are one entry, pressed again for it later another',
      {
        digits: '482 1 3 7',
        keyed: [{ digits: '482', purpose: 'case' }, { digits: '1', purpose: 'menu' }, { digits: '3', purpose: 'case' }, { digits: '7' }],
      },
      { type: 'digits', digits: '48', purpose: 'case' },
      { type: 'digits', digits: '2', purpose: 'case' },
      { type: 'digits', digits: '1', purpose: 'menu' },
      { type: 'digits', digits: '3', purpose: 'case' },
      { type: 'digits', digits: '7' },
    ],
    [
      'of campaigns the last, of clicked and shown records the first, of links the last',
      {
        campaign: { campaignId: '701y', name: 'Autumn' },
        clicked: { record: lead, by: anna },
        shown: { record: matter },
        linked: { what: matter },
      },
      { type: 'campaign', campaignId: '701x', name: 'Spring' },
      { type: 'campaign', campaignId: '701y', name: 'Autumn' },
      { type: 'clicked', record: lead, by: anna },
      { type: 'clicked', record: contact, by: ben },
      { type: 'shown', record: matter },
      { type: 'shown', record: lead, by: carl },
      { type: 'linked', who: contact, by: anna, always: true },
      { type: 'linked', what: matter },
    ],
    [
      'each parking',
      {
        parked: [
          { at: at(1), slot: '701', agent: anna },
          { at: at(2), slot: '702' },
        ],
      },
      { type: 'parked', slot: '701', agent: anna },
      { type: 'parked', slot: '702' },
    ],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, facts) => {
    const call = fold(told(...facts));
    expect(Object.fromEntries(Object.keys(words).map((key) => [key, call[key as keyof Call]]))).toStrictEqual(words);
  });

  test('what was pointed at in the call itself goes before what was in its parts, also when that was earlier', () => {
    const part = aCall('c2').tells({ type: 'clicked', record: lead }).tells({ type: 'shown', record: contact, by: ben }).joinedInto('c1');
    const own = inbound.after(5).tells({ type: 'clicked', record: contact }).tells({ type: 'shown', record: matter });
    expect(fold(own, part)).toMatchObject({ clicked: { record: contact }, shown: { record: matter } });
    expect(fold(inbound, part)).toMatchObject({ clicked: { record: lead }, shown: { record: contact, by: ben } });
  });
});

describe('what is told of an agent anywhere is known everywhere', () => {
  const phone = (agent: Agent): Endpoint => ({ asDialled: '1', agent });
  const customer: Customer = {};
  const facts: readonly ((agent: Agent) => CallFact)[] = [
    (agent) => ({ type: 'started', direction: 'inbound', customer, agent }),
    (agent) => ({ type: 'ringing', endpoint: phone(agent) }),
    (agent) => ({ type: 'ring-ended', endpoint: phone(agent), how: 'busy' }),
    (agent) => ({ type: 'answered', endpoint: phone(agent) }),
    (agent) => ({ type: 'left', endpoint: phone(agent) }),
    (agent) => ({ type: 'parked', slot: '701', agent }),
    (agent) => ({ type: 'held', agent }),
    (agent) => ({ type: 'resumed', agent }),
    (agent) => ({ type: 'transferred', from: agent, to: { asDialled: '600' }, how: 'blind' }),
    (agent) => ({ type: 'transferred', from: agent, to: phone(idOf('ben')), how: 'blind' }),
    (agent) => ({ type: 'transferred', from: idOf('ben'), to: phone(agent), how: 'blind' }),
    (agent) => ({ type: 'tagged', tags: [], agent }),
    (agent) => ({ type: 'outcome', value: 'Interested', agent }),
    (agent) => ({ type: 'commented', text: 'x', agent }),
    (agent) => ({ type: 'message', message: 'm', direction: 'inbound', customer, agent }),
    (agent) => ({ type: 'clicked', record: lead, by: agent }),
    (agent) => ({ type: 'shown', record: lead, by: agent }),
    (agent) => ({ type: 'linked', by: agent }),
  ];
  test.each(facts.map((fact) => [fact(dora).type, fact] as const))('%s', (_type, fact) => {
    const comment = { type: 'commented', text: 'hello', agent: idOf('dora') } as const;
    const commentOf = (story: CallStory) => fold(story).comments.find(({ text }) => text === 'hello');
    expect(commentOf(told(comment, fact(dora)))).toEqual({ at: at(1), text: 'hello', agent: dora });
    expect(commentOf(told(comment, fact(idOf('dora'))))).toEqual({ at: at(1), text: 'hello', agent: idOf('dora') });
  });
  test('one fact brings the name, another the e-mail; the last told of each counts', () => {
    const comment = (text: string, agent: Agent): CallFact => ({ type: 'commented', text, agent });
    const { id } = anna;
    const call = fold(
      told(comment('a', { id, name: 'Ann' }), comment('b', { id, email: 'anna@example.com' }), comment('c', { id, name: 'Anna' })),
    );
    expect(call.comments.map(({ agent }) => agent)).toEqual([anna, anna, anna]);
  });
  test('both ends of a transfer', () => {
    const call = fold(
      told(
        { type: 'transferred', from: idOf('anna'), to: { asDialled: '102', agent: idOf('ben') }, how: 'attended' },
        { type: 'commented', text: 'a', agent: anna },
        { type: 'commented', text: 'b', agent: ben },
      ),
    );
    expect(call.transfers).toStrictEqual([{ at: at(1), from: anna, to: { asDialled: '102', agent: ben }, how: 'attended' }]);
    expect(fold(told({ type: 'transferred', from: anna, to: { asDialled: '600' }, how: 'blind' })).transfers).toStrictEqual([
      { at: at(1), from: anna, to: { asDialled: '600' }, how: 'blind' },
    ]);
  });
});

describe('who called, or was called', () => {
  const number = tanaka;
  const other = '+4930123456' as PhoneNumber;
  const table: readonly (readonly [string, Customer, ...Customer[]])[] = [
    ['nobody is told of', {}, {}, {}],
    ['a name alone', { name: 'Tanaka' }, { name: 'Tanaka' }],
    ['whoever has a number goes before whoever has none', { number, name: 'Tanaka' }, { name: 'Tanaka' }, { number }],
    [
      'what was sent when it is no number',
      { asSent: 'sip:hanako@acme.example', name: 'Hanako' },
      { asSent: 'sip:hanako@acme.example' },
      { name: 'Hanako' },
    ],
    ['the first name of a number', { number, name: 'Tanaka' }, { number, name: 'Tanaka' }, { number, name: 'Hanako' }],
    [
      'each word is completed by the first that tells it',
      { number, asSent: '0312345678', name: 'Tanaka', email: 'hanako@acme.example' },
      { number },
      { number, asSent: '0312345678', email: 'hanako@acme.example' },
      { name: 'Tanaka', email: 'later@acme.example' },
      { number, name: 'Later', asSent: 'later' },
    ],
    ['another number’s name is another’s', { number }, { number }, { number: other, name: 'Other' }],
    [
      'what else was sent is another’s',
      { number },
      { number },
      { asSent: 'sip:other@acme.example', name: 'Other', email: 'o@example.com' },
    ],
    ['who withheld is another', { number }, { number }, { number, withheld: true, name: 'Tanaka', email: 'h@acme.example' }],
    ['withheld, and a number told later', { withheld: true }, {}, { withheld: true }, { number, name: 'Tanaka' }],
    ['withheld, with nothing sent', { withheld: true }, { withheld: true, number, name: 'Tanaka' }, { number, name: 'Tanaka' }],
    [
      'withheld, and what was sent instead',
      { withheld: true, asSent: 'anonymous' },
      {},
      { withheld: true, asSent: 'anonymous', email: 'h@acme.example' },
    ],
  ];
  test.each(table.map(rowOf))('%s', (_title, who, customers) =>
    expect(fold(customers.reduce<CallStory>((story, customer) => story.after(1).inbound(customer), aCall('c1'))).customer).toStrictEqual(
      who,
    ),
  );
});

describe('where a call came from', () => {
  const started = (story: CallStory, fact: Partial<Extract<CallFact, { type: 'started' }>>) =>
    story.after(1).tells({ type: 'started', direction: 'inbound', customer: {}, ...fact });
  const sales = { id: 'sales' };
  const service = { id: 'service' };
  const bare = aCall('c1');
  const part = aCall('c2').at(-10);
  const partOf = (fact: Partial<Extract<CallFact, { type: 'started' }>>) => started(part, fact).joinedInto('c1');
  type Told = Pick<Call, 'direction' | 'line' | 'dialled' | 'dialledBy'>;
  const nothing: Told = { direction: undefined, line: undefined, dialled: undefined, dialledBy: undefined };
  const table: readonly (readonly [string, Partial<Told>, ...CallStory[]])[] = [
    [
      'the first word of each counts',
      { direction: 'outbound', line: sales, dialled: '+49', dialledBy: anna },
      started(started(started(bare, { direction: 'outbound' }), { direction: 'outbound', line: sales, dialled: '+49', agent: anna }), {
        direction: 'outbound',
        line: service,
        dialled: '+48',
        agent: ben,
      }),
    ],
    [
      'a customer’s direction beats internal, whichever comes first',
      { direction: 'outbound', line: sales, dialledBy: ben },
      started(started(bare, { direction: 'internal', agent: anna, line: service }), { direction: 'outbound', line: sales, agent: ben }),
    ],
    ['an inbound call is dialled by nobody of ours', { direction: 'inbound', dialled: '2' }, started(bare, { dialled: '2', agent: anna })],
    [
      'who dialled is told by a fact of the same direction',
      { direction: 'outbound', dialledBy: ben },
      started(started(started(bare, { direction: 'outbound' }), { direction: 'inbound', agent: anna }), {
        direction: 'outbound',
        agent: ben,
      }),
    ],
    [
      'the call’s own word goes before its parts’, also when theirs came earlier',
      { direction: 'inbound', line: sales, dialled: '2' },
      started(bare, { line: sales, dialled: '2' }),
      partOf({ direction: 'outbound', line: service, dialled: '3', agent: anna }),
    ],
    [
      'its parts complete what it doesn’t say',
      { direction: 'inbound', line: service, dialled: '3' },
      started(bare, {}),
      partOf({ line: service, dialled: '3' }),
    ],
    ['a part alone tells a customer’s call', { direction: 'inbound', line: service }, bare.after(3).ends(), partOf({ line: service })],
    ['a part alone tells no internal call', {}, bare.after(3).ends(), partOf({ direction: 'internal', line: service, agent: anna })],
    ['an internal call', { direction: 'internal', dialled: '102', dialledBy: anna }, bare.internal('anna', '102')],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, stories) => {
    const { direction, line, dialled, dialledBy } = fold(...stories);
    expect({ direction, line, dialled, dialledBy }).toStrictEqual({ ...nothing, ...words });
  });

  const heard: readonly (readonly [string, CallFact])[] = [
    ['rang', { type: 'ringing', endpoint: { asDialled: '1', agent: anna } }],
    ['answered', { type: 'answered', endpoint: { asDialled: '1', agent: anna } }],
    ['held', { type: 'held', agent: anna }],
    ['resumed', { type: 'resumed', agent: anna }],
    ['transferred', { type: 'transferred', from: anna, to: { asDialled: '1', agent: carl }, how: 'blind' }],
  ];
  test.each(heard)('an outbound call that doesn’t say who dialled was dialled by the first of ours who %s', (_word, fact) => {
    const unsaid = aCall('c1').outbound(tanaka).rings().after(1);
    expect(fold(unsaid.commented('x', 'dora').tells(fact).ringsAfter(1, 'ben')).dialledBy).toEqual(anna);
    expect(fold(aCall('c1').outbound(tanaka, 'ben').after(1).tells(fact)).dialledBy).toEqual(ben);
    expect(fold(inbound.after(1).tells(fact)).dialledBy).toBeUndefined();
  });
  test('who was asked meanwhile didn’t dial', () => {
    const asked = aCall('c2').at(1).internal('carl', 'dora').rings('dora').joinedInto('c1');
    expect(fold(aCall('c1').outbound(tanaka).ringsAfter(5, 'anna'), asked).dialledBy).toEqual(anna);
  });
});

test('what belongs to other calls alone is told all the same, when nothing else is left', () => {
  const strangers: CallEvent[] = [...aCall('c9').inbound(tanaka).endsAfter(8).events];
  expect(foldCall('c1' as CallId, strangers)).toMatchObject({ id: 'c1', type: 'missed', customer: { number: tanaka }, waitSeconds: 8 });
  expect(foldCall('c1' as CallId, [...strangers, ...aCall('c1').inbound('+4930123456').events])).toMatchObject({
    ...{ id: 'c1', phase: 'ringing', customer: { number: '+4930123456' } },
  });
});
