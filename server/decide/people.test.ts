import { describe, expect, test } from 'vitest';
import type { Attempt } from '../call/call.ts';
import type { Instant } from '../call/event.ts';
import { anAgent, anOutboundCall, anUnansweredCall, aToldCall } from '../testing/a-told-call.ts';
import { matchCall, nobodyKnown, defaultRules } from '../match/match.ts';
import { campaignOf, campaignsIn, wrapOf } from './campaigns.ts';
import { chooseLogOwner } from './owner.ts';
import { missingBeforeLive, peopleIn } from './people.ts';
import type { Inputs, Owner } from './pin.ts';
import { pinInputs } from './pin.ts';
import { defaultPolicy, parsePolicy, type PolicyMistakes } from './policy.ts';
import { SettingsReader } from './settings.ts';

const user = (id: string, more: Partial<Owner> = {}): Owner => ({ crmUserId: id, zone: 'UTC', name: `User ${id}`, ...more });
const rang = (id: string): Attempt => ({ at: 0 as Instant, endpoint: id, agent: anAgent(id), seconds: 5, how: 'no answer' });
const inputs = (document: object, more: Partial<Inputs> = {}): Inputs => ({
  policyVersion: 1,
  policy: parsePolicy({ language: 'en', ...document }),
  people: {},
  fallbackOwner: user('005Z'),
  match: matchCall(anUnansweredCall(), nobodyKnown, defaultRules),
  named: { '005M': user('005M'), '005Gone': null, '00GQ': null, '00GLeads': null },
  queues: { '005M': null, '005Gone': null, '00GQ': 'Missed', '00GLeads': null },
  clockOffsetMs: 0,
  ...more,
});
const ownerOf = (given: Inputs, call = anUnansweredCall(), recordOwner?: string) => chooseLogOwner(call, given, recordOwner, true);
const missedFor = (missedOwnerId: string, more?: Partial<Inputs>) => inputs({ followUp: { missedOwnerId, seniorManagerId: '005S' } }, more);

describe('whose a missed call is', () => {
  test('DP-54: the user’s, before the record’s owner, in their zone', () =>
    expect(ownerOf(missedFor('005M'), anUnansweredCall(), '005R')).toEqual({
      ownerId: '005M',
      zone: 'UTC',
      agent: undefined,
      agentOwns: false,
      because: ['The owner of missed calls and voicemails is User 005M (DP-53).'],
    }));
  test('DP-55: a queue’s, by its name', () =>
    expect(ownerOf(missedFor('00GQ'))).toMatchObject({
      ownerId: '00GQ',
      zone: undefined,
      because: ['The owner of missed calls and voicemails is the queue Missed (DP-53).'],
    }));
  test.each(['005Gone', '00GLeads'])('%s can’t own it: the chain goes on and says so', (id) => {
    const { ownerId, because } = ownerOf(missedFor(id));
    expect([ownerId, because[0]]).toEqual([
      '005S',
      `Missed calls are ${id}'s, who is no active user, and no queue that takes tasks (DP-54, DP-55).`,
    ]);
  });
  test('what was not looked up is taken at its word', () => {
    const { queues: _queues, ...unread } = missedFor('00GQ');
    expect(ownerOf(unread)).toMatchObject({ ownerId: '00GQ', because: ['The owner of missed calls and voicemails is 00GQ (DP-53).'] });
    expect(ownerOf(missedFor('005X', { named: {}, queues: {} })).ownerId).toBe('005X');
  });
  test.each([
    ['an answered call', aToldCall()],
    ['a call we made', anOutboundCall({ answeredAt: undefined })],
    ['a call among colleagues', anUnansweredCall({ direction: 'internal' })],
  ])('not %s', (_what, call) => expect(ownerOf(missedFor('005M'), call).ownerId).not.toBe('005M'));
  test('a call of unknown direction may have been a customer’s', () =>
    expect(ownerOf(missedFor('005M'), anUnansweredCall({ direction: undefined })).ownerId).toBe('005M'));
  test('RS-22: the first who was rung and wants them, before the one that is named', () => {
    const people = { anna: user('005A'), ben: user('005B', { takesMissed: true }), cleo: user('005C', { takesMissed: true }), dan: null };
    const call = anUnansweredCall({ attempts: [rang('dan'), rang('anna'), rang('ben'), rang('cleo')] });
    const { ownerId, because } = ownerOf(missedFor('005M', { people }), call);
    expect([ownerId, because]).toEqual(['005B', [expect.stringMatching(/^The call rang .*: the owner is User 005B \(RS-22\)\.$/)]]);
    expect(ownerOf(missedFor('005M', { people }), anUnansweredCall({ attempts: [rang('anna')] })).ownerId).toBe('005M');
  });
});

describe('campaigns', () => {
  const { policy } = inputs({
    campaigns: { outside: 'day', wrapSeconds: 10, known: { day: { name: 'Day' }, spring: { wrapSeconds: 0 } } },
  });
  test('FC-25: a call’s own, else the one of calls outside; the phone system’s name goes first', () => {
    expect(campaignOf({ campaign: undefined }, policy)).toEqual({ campaignId: 'day', name: 'Day' });
    expect(campaignOf({ campaign: { campaignId: 'day', name: 'Told' } }, policy)).toEqual({ campaignId: 'day', name: 'Told' });
    expect(campaignOf({ campaign: { campaignId: 'toString' } }, policy)).toEqual({ campaignId: 'toString' });
    expect(campaignOf({ campaign: undefined }, defaultPolicy('en'))).toBeUndefined();
  });
  test('FC-78: how long an agent has, and what says so', () => {
    expect(wrapOf({ campaign: { campaignId: 'spring' } }, policy)).toEqual({ seconds: 0, because: 'campaigns.known.spring.wrapSeconds' });
    expect(wrapOf({ campaign: undefined }, policy)).toEqual({ seconds: 10, because: 'campaigns.wrapSeconds' });
    expect(wrapOf({ campaign: undefined }, defaultPolicy('en'))).toEqual({ seconds: 30, because: 'campaigns.wrapSeconds' });
    expect(wrapOf({ campaign: { campaignId: 'toString' } }, policy)).toEqual({ seconds: 10, because: 'campaigns.wrapSeconds' });
  });
  test('what is given is kept, and every mistake is told', () => {
    const read = (campaigns: unknown) => {
      const reader = new SettingsReader();
      return [campaignsIn(reader)('campaigns', campaigns), reader.mistakes.map(({ path, message }) => `${path}: ${message}`)];
    };
    const given = { outside: 'day', wrapSeconds: 3_600, known: { day: { name: 'Day', wrapSeconds: 0 }, spring: {} } };
    expect(read(given)).toEqual([given, []]);
    expect(read({ outside: 'd'.repeat(65), wrapSeconds: 3_601, known: { day: { name: 'D'.repeat(81), wrapSeconds: 0.5 } } })).toEqual([
      { known: { day: {} } },
      [
        'campaigns.outside: Give at most 64 characters, not 65.',
        'campaigns.wrapSeconds: Give seconds from 0 to 3600, not 3601.',
        'campaigns.known.day.name: Give at most 80 characters, not 81.',
        'campaigns.known.day.wrapSeconds: Give seconds from 0 to 3600, not 0.5.',
      ],
    ]);
    expect(read({ known: ['day'] })).toEqual([{}, ['campaigns.known: Give an object with the campaigns by their ids, not a list.']]);
  });
});

describe('what is asked of everybody', () => {
  test('RS-28: what is needed before going live, and only what the policy asks for', () => {
    const asks = { people: { beforeLive: ['campaign', 'senior manager', 'default owner'] } };
    const missing = (given: object) => missingBeforeLive(inputs({ ...asks, ...given }).policy);
    const [manager, owner, campaign] = [
      { followUp: { seniorManagerId: '005S' } },
      { defaultOwnerId: '005D' },
      { campaigns: { outside: 'day', known: { day: {} } } },
    ];
    const [noManager, noOwner, noCampaign] = [
      'Appoint a senior manager: followUp.seniorManagerId.',
      'Name a default owner: defaultOwnerId.',
      'Name the campaign of calls outside campaigns: campaigns.outside.',
    ];
    expect(missing({})).toEqual([noCampaign, noManager, noOwner]);
    expect(missing({ ...owner, ...campaign })).toEqual([noManager]);
    expect(missing({ ...manager, ...campaign })).toEqual([noOwner]);
    expect(missing({ ...manager, ...owner })).toEqual([noCampaign]);
    expect(missing({ ...manager, ...owner, ...campaign })).toEqual([]);
    expect(missingBeforeLive(defaultPolicy('en'))).toEqual([]);
  });
  const ways = '"by hand", "email", "federation id", "employee number", "extension"';
  const needs = '"senior manager", "default owner", "campaign"';
  test.each([
    [{ mapping: [] }, ['people.mapping: Give at least one of them.']],
    [{ mapping: ['email', 'email'] }, ['people.mapping: Something stands there twice.']],
    [
      { mapping: ['name', 'email', 'email', 'luck'] },
      [`people.mapping: Choose one of ${ways}, not "name".`, `people.mapping: Choose one of ${ways}, not "luck".`],
    ],
    [{ mapping: 'email' }, [`people.mapping: Give a list of ${ways}, not "email".`]],
    [{ beforeLive: ['luck'] }, [`people.beforeLive: Choose one of ${needs}, not "luck".`]],
    [{ beforeLive: 'luck' }, [`people.beforeLive: Give a list of ${needs}, not "luck".`]],
    [{ seats: 0 }, ['people.seats: Give a whole number from 1 to 100000, not 0.']],
    [{ seats: 1.5 }, ['people.seats: Give a whole number from 1 to 100000, not 1.5.']],
    [{ strictSeats: 1 }, ['people.strictSeats: Give true or false, not 1.']],
    [{ strictSeats: true }, ['people.strictSeats: Say how many seats there are, in people.seats, or leave strictSeats out.']],
  ])('%j is a mistake', (people, expected) => {
    const read = () => {
      try {
        return parsePolicy({ language: 'en', people });
      } catch (error) {
        return (error as PolicyMistakes).mistakes.map(({ path, message }) => `${path}: ${message}`);
      }
    };
    expect(read()).toEqual(expected);
  });
  test.each([
    { mapping: ['extension', 'by hand'], beforeLive: [], strictSeats: false },
    { mapping: ['employee number'], beforeLive: ['campaign', 'default owner'], seats: 100_000, strictSeats: true },
  ] as const)('%j is read as it is given', (people) => expect(parsePolicy({ language: 'en', people }).people).toStrictEqual(people));
  test('the same is said to editors', () =>
    expect(peopleIn(new SettingsReader()).schema?.properties).toEqual({
      mapping: {
        type: 'array',
        items: { enum: ['by hand', 'email', 'federation id', 'employee number', 'extension'] },
        uniqueItems: true,
        minItems: 1,
      },
      beforeLive: { type: 'array', items: { enum: ['senior manager', 'default owner', 'campaign'] }, uniqueItems: true },
      seats: { type: 'integer', minimum: 1, maximum: 100_000 },
      strictSeats: { type: 'boolean' },
    }));
});

describe('D1: what was known of people is pinned', () => {
  const call = anUnansweredCall({ attempts: [rang('anna')] });
  const now = inputs({}, { phones: { '1': anAgent('anna') }, leftOut: ['ben'], queues: { '00GQ': 'New name' } });
  test('phones, queues and who is left out stay as they were; what is new joins', () => {
    const pinned = inputs({}, { phones: { '1': null }, people: { ben: user('005B') }, queues: { '00GQ': 'Missed' } });
    const later = pinInputs(pinned, { ...now, phones: { ...now.phones, '2': null } }, call);
    expect([later.phones, later.queues, later.leftOut]).toEqual([{ '1': null, '2': null }, { '00GQ': 'Missed' }, undefined]);
  });
  test('a call that a former release pinned has no phones, and gets none', () =>
    expect(pinInputs(inputs({}), now, call).phones).toBeUndefined());
  test('who is left out joins where nothing was known', () => expect(pinInputs(inputs({}), now, call).leftOut).toEqual(['ben']));
});
