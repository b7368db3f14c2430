import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { Agent, AgentId } from '../call/event.ts';
import { anAgent, anna, anOutboundCall, anUnansweredCall, aToldCall, ben, noon } from '../testing/a-told-call.ts';
import { authorOf, chooseByChain, chooseFollowUpOwner, chooseLogOwner, chooseOwner, nameOf, spareOwner, whoseCall } from './owner.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, type Policy } from './policy.ts';

const cleo = anAgent('cleo', 'Cleo Roy');
const inputsFor = (policy: Partial<Policy> = {}, more: Partial<Inputs> = {}): Inputs => ({
  policyVersion: 1,
  policy: { ...defaultPolicy('en'), ...policy },
  people: {
    anna: { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna in the CRM' },
    ben: { crmUserId: '005B', zone: 'Europe/Paris', name: 'Ben in the CRM' },
    dan: null,
  },
  fallbackOwner: { crmUserId: '005Z', zone: 'Europe/Warsaw', name: 'Integration' },
  named: {
    '005D': { crmUserId: '005D', zone: 'America/Lima', name: 'Default' },
    '005R': { crmUserId: '005R', zone: 'Africa/Cairo', name: 'Record' },
    '005S': { crmUserId: '005S', zone: 'Asia/Kabul', name: 'Senior' },
    '005Gone': null,
  },
  match: { candidates: [], searched: '' },
  clockOffsetMs: 0,
  ...more,
});
const followUp = (more: Partial<Policy['followUp']>) => ({ followUp: { ...defaultPolicy('en').followUp, ...more } });

describe('whose a call is', () => {
  const text = { id: 'm1', at: noon, direction: 'inbound' } as const;
  const nobody = { answeredBy: undefined, lastWith: undefined, dialledBy: undefined };
  const none: Agent | undefined = undefined;
  test.each([
    ['who dialled', anOutboundCall({ dialledBy: anna, answeredBy: ben, lastWith: cleo }), anna, 'Anna Sato made the call.'],
    [
      'who dialled, also where the direction isn’t known',
      aToldCall({ direction: undefined, dialledBy: ben }),
      ben,
      'Ben Nowak made the call.',
    ],
    [
      'not who dialled a call that came in',
      aToldCall({ dialledBy: cleo, answeredBy: ben, lastWith: anna }),
      ben,
      'Ben Nowak talked with the customer first.',
    ],
    [
      'who talked first of a call we made, where it isn’t said who dialled',
      anOutboundCall({ dialledBy: undefined, answeredBy: ben }),
      ben,
      'Ben Nowak talked with the customer first.',
    ],
    [
      'who talked last',
      aToldCall({ ...nobody, lastWith: ben }),
      ben,
      "The phone system doesn't say who talked first; Ben Nowak talked last.",
    ],
    ['nobody’s who is named', aToldCall(nobody), none, 'The phone system names nobody who talked with the customer.'],
    ['nobody’s', anUnansweredCall(), none, 'Nobody talked with the customer.'],
    [
      'who first wrote of ours',
      aToldCall({ messages: [text, { ...text, agent: ben }, { ...text, agent: cleo }] }),
      ben,
      'Ben Nowak has the messages.',
    ],
    ['nobody’s of messages', aToldCall({ messages: [text] }), none, 'The phone system names nobody of ours with the messages.'],
  ])('%s', (_who, call, agent, because) => expect(whoseCall(call)).toEqual({ agent, because }));

  test.each([
    [{ id: 'x' as AgentId, name: ' Xi\n', email: 'x@example.com' }, 'Xi'],
    [{ id: 'x' as AgentId, name: ' ', email: ' x@example.com' }, 'x@example.com'],
    [{ id: 'x\n' as AgentId }, 'x'],
  ])('%j is called %s', (agent, name) => expect(nameOf(agent)).toBe(name));
});

describe('DP-60, AC-33: who owns what a call leaves', () => {
  const talked = 'Anna Sato talked with the customer first.';
  const nobodyTalked = 'Nobody talked with the customer.';
  const noDefault = 'The policy names no default owner.';
  const connected = 'The owner is Integration, as whom Cordboard is connected (AC-33).';
  const anns = { ownerId: '005A', zone: 'Asia/Tokyo', agent: anna, agentOwns: true };
  const dan = anAgent('dan');
  test('whoever had it', () =>
    expect(chooseOwner(aToldCall(), inputsFor({ defaultOwnerId: '005D' }))).toEqual({
      ...anns,
      because: [talked, 'The owner is Anna in the CRM (DP-60).'],
    }));
  test.each([
    ['a user who was looked up', '005D', 'America/Lima', 'Default'],
    ['the one who is connected', '005Z', 'Europe/Warsaw', 'Integration'],
    ['an agent', '005B', 'Europe/Paris', 'Ben in the CRM'],
    ['a queue', '00GQ', undefined, '00GQ'],
  ])('else the default owner: %s', (_who, defaultOwnerId, zone, name) =>
    expect(chooseOwner(anUnansweredCall(), inputsFor({ defaultOwnerId }))).toEqual({
      ...{ ownerId: defaultOwnerId, zone, agent: undefined, agentOwns: false },
      because: [nobodyTalked, `The owner is the policy's default owner, ${name} (AC-33).`],
    }),
  );
  test.each([
    ['has no user', dan, 'dan has no user in the CRM.'],
    ['isn’t known', cleo, "It isn't known which user of the CRM Cleo Roy is."],
  ])('who had it, and %s, is passed over, and still is whose call it was', (_why, agent, because) => {
    const call = aToldCall({ answeredBy: agent });
    const whose = `${nameOf(agent)} talked with the customer first.`;
    expect(chooseOwner(call, inputsFor({ defaultOwnerId: '005D' }))).toEqual({
      ...{ ownerId: '005D', zone: 'America/Lima', agent, agentOwns: false },
      because: [whose, because, "The owner is the policy's default owner, Default (AC-33)."],
    });
    expect(chooseOwner(call, inputsFor())).toEqual({
      ...{ ownerId: '005Z', zone: 'Europe/Warsaw', agent, agentOwns: false },
      because: [whose, because, noDefault, connected],
    });
    expect(chooseOwner(call, inputsFor({}, { fallbackOwner: null }))).toEqual({
      ...{ ownerId: undefined, zone: undefined, agent, agentOwns: false },
      because: [whose, because, noDefault, 'No user of the CRM is known to own it; the CRM decides.'],
    });
  });

  const managed = { seniorManagerId: '005S' };
  const handed = { agent: undefined, agentOwns: false };
  const queueOrGone = "The record's owner is no active user of the CRM, or a queue.";
  const asUsual = { ...handed, ownerId: '005Z', zone: 'Europe/Warsaw' };
  const usually = [nobodyTalked, noDefault, connected];
  test.each([
    [
      'RS-46: who owns the record',
      managed,
      '005R',
      { ...handed, ownerId: '005R', zone: 'Africa/Cairo', because: ['The owner is Record, who owns the record (RS-46).'] },
    ],
    [
      'RS-40: else who hands it out',
      managed,
      '005Gone',
      {
        ...handed,
        ownerId: '005S',
        zone: 'Asia/Kabul',
        because: [queueOrGone, "The owner is Senior, who hands out what is nobody's (RS-40)."],
      },
    ],
    [
      'a queue that hands it out',
      { seniorManagerId: '00GS' },
      undefined,
      { ...handed, ownerId: '00GS', zone: undefined, because: ["The owner is 00GS, who hands out what is nobody's (RS-40)."] },
    ],
    ['a queue that owns the record is nobody’s choice', {}, '00GR', { ...asUsual, because: [queueOrGone, ...usually] }],
    [
      'not the record’s owner if the policy says so',
      { missedFor: 'default owner', ...managed },
      '005R',
      { ...handed, ownerId: '005S', zone: 'Asia/Kabul', because: ["The owner is Senior, who hands out what is nobody's (RS-40)."] },
    ],
    ['nobody in particular', {}, undefined, { ...asUsual, because: usually }],
    ['S3: an id that is a built-in property', {}, 'toString', { ...asUsual, because: [queueOrGone, ...usually] }],
    [
      'a queue that hands it out, also of a record of its own',
      { seniorManagerId: '00GS' },
      '00GS',
      { ...handed, ownerId: '00GS', zone: undefined, because: [queueOrGone, "The owner is 00GS, who hands out what is nobody's (RS-40)."] },
    ],
  ] satisfies [string, Partial<Policy['followUp']>, string | undefined, object][])(
    'what is left to do: %s',
    (_who, rules, recordOwnerId, expected) =>
      expect(chooseFollowUpOwner(anUnansweredCall(), inputsFor(followUp(rules)), recordOwnerId)).toEqual(expected),
  );
  test('the agent who had it is kept with it', () =>
    expect(chooseFollowUpOwner(aToldCall(), inputsFor(followUp({ seniorManagerId: '005S' })), undefined)).toMatchObject({
      agent: anna,
      ownerId: '005S',
    }));
});

describe('a chain of owners: the first who is known', () => {
  const usual = { ownerId: '005U', zone: 'UTC', agent: cleo, agentOwns: false, because: ['As usual.'] };
  const dan = anAgent('dan', 'Dan');
  const call = aToldCall({ answeredBy: ben, lastWith: anna });
  const walk = (chain: readonly string[], of: Call = call, policy: Partial<Policy> = {}, recordOwnerId?: string) =>
    chooseByChain(chain, of, inputsFor(policy), recordOwnerId, () => usual);
  const bens = { ownerId: '005B', zone: 'Europe/Paris', agent: ben, agentOwns: true };
  const others = { agent: ben, agentOwns: false };
  const managed = followUp({ seniorManagerId: '005S' });
  test.each([
    ['agent', call, {}, { ...bens, because: ['The owner is Ben in the CRM: agent.'] }],
    ['first answerer', call, {}, { ...bens, because: ['The owner is Ben in the CRM: first answerer.'] }],
    [
      'last answerer',
      call,
      {},
      { ...others, ownerId: '005A', zone: 'Asia/Tokyo', because: ['The owner is Anna in the CRM: last answerer.'] },
    ],
    ['last answerer', { ...call, lastWith: undefined }, {}, { ...bens, because: ['The owner is Ben in the CRM: last answerer.'] }],
    ['record owner', call, {}, { ...others, ownerId: '005R', zone: 'Africa/Cairo', because: ['The owner is Record: record owner.'] }],
    [
      'senior manager',
      call,
      managed,
      { ...others, ownerId: '005S', zone: 'Asia/Kabul', because: ['The owner is Senior: senior manager.'] },
    ],
    [
      'default owner',
      call,
      { defaultOwnerId: '005D' },
      { ...others, ownerId: '005D', zone: 'America/Lima', because: ['The owner is Default: default owner.'] },
    ],
    ['005S', call, {}, { ...others, ownerId: '005S', zone: 'Asia/Kabul', because: ['The owner is Senior: named by the policy.'] }],
    ['00GX', call, {}, { ...others, ownerId: '00GX', zone: undefined, because: ['The owner is 00GX: named by the policy.'] }],
    ['toString', call, {}, { ...others, ownerId: 'toString', zone: undefined, because: ['The owner is toString: named by the policy.'] }],
  ] satisfies [string, Call, Partial<Policy>, object][])('%s', (step, of, policy, expected) =>
    expect(walk([step, '005Never'], of, policy, '005R')).toEqual(expected),
  );
  test('who isn’t known is passed over, and what was looked for is said', () => {
    const nobodys = aToldCall({ answeredBy: undefined, lastWith: undefined });
    expect(walk(['agent', 'first answerer', 'last answerer', 'record owner', 'senior manager', 'default owner'], nobodys).because).toEqual([
      'There is no agent.',
      'There is no first answerer.',
      'There is no last answerer.',
      'There is no record owner.',
      'There is no senior manager.',
      'There is no default owner.',
      'As usual.',
    ]);
    expect(walk(['agent', '005S'], aToldCall({ answeredBy: dan }))).toEqual({
      ...{ ownerId: '005S', zone: 'Asia/Kabul', agent: dan, agentOwns: false },
      because: ['Dan has no user in the CRM.', 'The owner is Senior: named by the policy.'],
    });
    for (const owner of ['005Gone', '00GR'])
      expect(walk(['record owner'], call, {}, owner)).toEqual({
        ...usual,
        because: ["The record's owner is no active user of the CRM, or a queue.", 'As usual.'],
      });
  });
  test('nobody owns what nobody had', () =>
    expect(walk(['00GX'], anUnansweredCall())).toMatchObject({ ownerId: '00GX', agent: undefined, agentOwns: false }));
});

describe('whose the log is', () => {
  const rang = (agent: Agent | undefined) => ({ at: noon, endpoint: 'x', seconds: 5, how: 'no answer', ...(agent && { agent }) }) as const;
  const people = {
    ...inputsFor().people,
    ben: { crmUserId: '005B', zone: 'Europe/Paris', name: 'Ben in the CRM', takesMissed: true },
  } as const;
  const named = { ...followUp({ missedOwnerId: '005D', seniorManagerId: '005S' }) };
  const nobodys = { agent: undefined, agentOwns: false };
  const missed = (call: Call, policy: Partial<Policy> = named, more: Partial<Inputs> = { people }) =>
    chooseLogOwner(call, inputsFor(policy, more), '005R', true);
  test('RS-22: the agent’s whom it rang, and who wants such calls', () =>
    expect(missed(anUnansweredCall({ attempts: [rang(undefined), rang(anna), rang(ben)] }))).toEqual({
      ...{ ...nobodys, ownerId: '005B', zone: 'Europe/Paris' },
      because: ['The call rang Ben Nowak, to whom missed calls come: the owner is Ben in the CRM (RS-22).'],
    }));
  test('DP-53: else whose the admin says', () =>
    expect(missed(anUnansweredCall({ attempts: [rang(anna)] }))).toEqual({
      ...{ ...nobodys, ownerId: '005D', zone: 'America/Lima' },
      because: ['The owner of missed calls and voicemails is Default (DP-53).'],
    }));
  test.each([
    ['an outbound call', anOutboundCall({ answeredAt: undefined, attempts: [rang(ben)] })],
    ['a call among colleagues', anUnansweredCall({ direction: 'internal', attempts: [rang(ben)] })],
    ['one that was taken', aToldCall({ attempts: [rang(ben)] })],
  ])('%s is not missed', (_what, call) =>
    expect(missed(call)).toMatchObject({ ownerId: '005R', because: ['The owner is Record, who owns the record (RS-46).'] }),
  );
  test.each([
    [
      'neither a user nor a queue',
      { '00GL': null },
      { '00GL': null },
      "Missed calls are 00GL's, who is no active user, and no queue that takes tasks (DP-54, DP-55).",
    ],
    ['no user, and not looked for among the queues', { '00GL': null }, {}, 'The owner of missed calls and voicemails is 00GL (DP-53).'],
    ['no queue, and not looked for among the users', {}, { '00GL': null }, 'The owner of missed calls and voicemails is 00GL (DP-53).'],
    ['a queue', { '00GL': null }, { '00GL': 'Late' }, 'The owner of missed calls and voicemails is the queue Late (DP-53).'],
  ])('%s', (_what, users, queues, because) =>
    expect(missed(anUnansweredCall(), followUp({ missedOwnerId: '00GL' }), { named: users, queues }).because[0]).toBe(because),
  );
  test('who can’t own it is said before who does', () => {
    const gone = { named: { '005M': null, '005R': null, '005S': null }, queues: { '005M': null } };
    const rules = followUp({ missedOwnerId: '005M', seniorManagerId: '005S' });
    expect(missed(anUnansweredCall(), rules, gone)).toEqual({
      ...{ ...nobodys, ownerId: '005S', zone: undefined },
      because: [
        "Missed calls are 005M's, who is no active user, and no queue that takes tasks (DP-54, DP-55).",
        "The record's owner is no active user of the CRM, or a queue.",
        "The owner is 005S, who hands out what is nobody's (RS-40).",
      ],
    });
  });
  test('where nothing is left to do, it is as any call’s', () =>
    expect(chooseLogOwner(aToldCall(), inputsFor(named), '005R', false)).toMatchObject({ ownerId: '005A', agentOwns: true }));
  test('a chain of the policy’s goes before all of these, and ends with them', () => {
    const chained = (owner: readonly string[]) => chooseLogOwner(anUnansweredCall(), inputsFor({ ...named, owner }), '005R', true);
    expect(chained(['record owner']).because).toEqual(['The owner is Record: record owner.']);
    expect(chained(['agent']).because).toEqual(['There is no agent.', 'The owner of missed calls and voicemails is Default (DP-53).']);
  });
});

test.each([
  ['005A', '005D', '005Z', '005D'],
  ['005D', '005D', '005Z', '005Z'],
  ['005A', undefined, '005Z', '005Z'],
  ['005Z', undefined, '005Z', undefined],
  ['005A', undefined, undefined, undefined],
  [undefined, '005D', '005Z', undefined],
])('AC-33: if the org won’t let %s own it, with %s by default and %s connected: %s', (ownerId, defaultOwnerId, connected, spare) => {
  const fallbackOwner = connected === undefined ? null : { crmUserId: connected, zone: 'UTC', name: 'Integration' };
  const inputs = inputsFor(defaultOwnerId === undefined ? {} : { defaultOwnerId }, { fallbackOwner });
  expect(spareOwner(ownerId, inputs)).toStrictEqual(spare === undefined ? {} : { spareOwnerId: spare });
});

test.each([
  ['who took it', aToldCall(), { author: { id: '005A', name: 'Anna in the CRM' } }],
  ['nobody of the CRM', aToldCall({ answeredBy: anAgent('dan') }), {}],
  ['nobody who is known', aToldCall({ answeredBy: cleo }), {}],
  ['nobody where nobody took it', anUnansweredCall(), {}],
  ['nobody among colleagues', aToldCall({ type: 'internal' }), {}],
])('DP-11: in whose name it is written: %s', (_who, call, author) => expect(authorOf(call, inputsFor())).toStrictEqual(author));
