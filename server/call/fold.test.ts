import { describe, expect, test } from 'vitest';
import { aCall, agentNamed, aMondayMorning, type CallStory } from '../testing/a-call.ts';
import type { Call } from './call.ts';
import { canonicalOrder, dedupe } from './canonical-order.ts';
import { type CallEvent, type CallId, type Instant, type PhoneNumber, kindsInOrder } from './event.ts';
import { foldCall } from './fold.ts';
import { boundEvents, isTerminal, maxEventsPerCall, maxTerminalEventsPerCall } from './limits.ts';

const tanaka = '+81312345678';
const fold = (id: string, ...stories: readonly CallStory[]): Call => {
  const call = foldCall(
    id as CallId,
    stories.flatMap((story) => story.events),
  );
  if (!call) throw new Error('no call');
  return call;
};
/** The call as one would tell it to a colleague: `inbound-answered: waited 4, talked 61; anna rang 4 talked 61`. */
const inWords = (call: Call): string => {
  const people = call.people.map(({ endpoint, agent, ringSeconds, talkSeconds, holdSeconds, answered }) =>
    [agent?.id ?? endpoint, ringSeconds && `rang ${ringSeconds}`, answered && `talked ${talkSeconds}`, holdSeconds && `held ${holdSeconds}`]
      .filter(Boolean)
      .join(' '),
  );
  const facts = [
    `${call.type ?? call.phase}: waited ${call.waitSeconds}`,
    call.answeredAt !== undefined && `talked ${call.talkSeconds}`,
    call.holdSeconds && `held ${call.holdSeconds}`,
  ];
  return [facts.filter(Boolean).join(', '), ...people].join('; ');
};

const inbound = aCall('c1').inbound(tanaka);
const annaTalks = inbound.rings('anna').answeredAfter(4);
const outbound = aCall('c1').outbound(tanaka, 'anna');

describe('calls as people tell them', () => {
  const table: readonly (readonly [string, CallStory, string])[] = [
    [
      'Anna answered after 4 seconds and talked a minute',
      annaTalks.endsAfter(61),
      'inbound-answered: waited 4, talked 61; anna rang 4 talked 61',
    ],
    [
      'it rang at Anna’s and Ben’s, Ben was quicker',
      inbound.rings('anna', 'ben').answeredAfter(6, 'ben').endsAfter(30),
      'inbound-answered: waited 6, talked 30; anna rang 6; ben rang 6 talked 30',
    ],
    ['nobody answered', inbound.rings('anna').missedAfter(22), 'missed: waited 22; anna rang 22'],
    ['the caller gave up in the queue before a phone rang', inbound.missedAfter(9), 'missed: waited 9'],
    [
      'nobody answered and the caller left a message',
      inbound.rings('anna').leavesVoicemailAfter(25, 12).endsAfter(12),
      'voicemail: waited 37; anna rang 37',
    ],
    [
      'a message left after a talk doesn’t make it unanswered',
      annaTalks.leavesVoicemailAfter(60).endsAfter(5),
      'inbound-answered: waited 4, talked 65; anna rang 4 talked 65',
    ],
    [
      'Anna called and the customer answered',
      outbound.rings().answeredAfter(8).endsAfter(100),
      'outbound-answered: waited 8, talked 100; anna talked 100',
    ],
    ['Anna called, nobody answered', outbound.rings().missedAfter(30), 'outbound-unanswered: waited 30'],
    [
      'Anna called and spoke to an answering machine of theirs',
      outbound.rings().leavesVoicemailAfter(20).endsAfter(5),
      'outbound-unanswered: waited 25',
    ],
    [
      'Anna clicked a number: her phone rang first, nobody said who dials',
      aCall('c1').outbound(tanaka).rings('anna').ringsAfter(3).answeredAfter(7, { asDialled: tanaka }).endsAfter(50),
      'outbound-answered: waited 10, talked 50; anna rang 10 talked 50',
    ],
    [
      'the customer answered a call nobody is known to have dialled',
      aCall('c1').outbound(tanaka).answeredAfter(5, { asDialled: tanaka }).endsAfter(50),
      'outbound-answered: waited 5, talked 50',
    ],
    [
      'an outbound `answered` that names an agent names the talker',
      outbound.answeredAfter(5, 'ben').endsAfter(50),
      'outbound-answered: waited 5, talked 50; ben talked 50',
    ],
    [
      'Anna called Ben',
      aCall('c1').internal('anna', 'ben').rings('ben').answeredAfter(3).endsAfter(20),
      'internal: waited 3, talked 20; ben rang 3 talked 20; anna talked 20',
    ],
    [
      'Anna held the customer twice',
      annaTalks.heldAfter(10).resumedAfter(5).heldAfter(10).resumedAfter(7).endsAfter(8),
      'inbound-answered: waited 4, talked 40, held 12; anna rang 4 talked 40 held 12',
    ],
    [
      'the customer hung up while on hold',
      annaTalks.heldAfter(10).endsAfter(20),
      'inbound-answered: waited 4, talked 30, held 20; anna rang 4 talked 30 held 20',
    ],
    [
      'Anna passed it to Ben, who took 5 seconds',
      annaTalks.transfersAfter(20, 'ben').rings('ben').answeredAfter(5).endsAfter(60),
      'inbound-answered: waited 4, talked 80; anna rang 4 talked 20; ben rang 5 talked 60',
    ],
    [
      'Anna passed it on while on hold',
      annaTalks.heldAfter(10).transfersAfter(6, 'ben').rings('ben').answeredAfter(5).endsAfter(60),
      'inbound-answered: waited 4, talked 76, held 6; anna rang 4 talked 16 held 6; ben rang 5 talked 60',
    ],
    [
      'Ben never took it',
      annaTalks.transfersAfter(20, 'ben').rings('ben').endsAfter(30),
      'inbound-answered: waited 4, talked 20; anna rang 4 talked 20; ben rang 30',
    ],
    [
      'Ben passed it back',
      annaTalks.transfersAfter(20, 'ben').answeredAfter(5).transfersAfter(10, 'anna').answeredAfter(2).endsAfter(30),
      'inbound-answered: waited 4, talked 60; anna rang 4 talked 50; ben talked 10',
    ],
    [
      'an attended transfer, with nothing told of the target’s phone',
      annaTalks.transfersAfter(20, 'ben', 'attended').endsAfter(60),
      'inbound-answered: waited 4, talked 80; anna rang 4 talked 20; ben talked 60',
    ],
    [
      'an attended transfer to a phone that only rang',
      annaTalks.ringsAfter(10, 'ben').transfersAfter(10, 'ben', 'attended').endsAfter(60),
      'inbound-answered: waited 4, talked 20; anna rang 4 talked 20; ben rang 70',
    ],
    [
      'Anna called out and passed the customer to a phone nobody owns',
      outbound
        .answeredAfter(5, { asDialled: tanaka })
        .transfersAfter(20, { asDialled: '600' })
        .rings({ asDialled: '603' })
        .answeredAfter(5)
        .endsAfter(30),
      'outbound-answered: waited 5, talked 50; anna talked 20; 603 rang 5 talked 30',
    ],
    [
      'a phone told without its owner, and once with',
      inbound
        .rings({ asDialled: '102' })
        .answeredAfter(5, { asDialled: '102', agent: agentNamed('ben') })
        .endsAfter(9),
      'inbound-answered: waited 5, talked 9; ben rang 5 talked 9',
    ],
    [
      'a queue’s number is nobody’s',
      inbound
        .rings({ asDialled: '600' }, { asDialled: '600', agent: agentNamed('ben') }, { asDialled: '600', agent: agentNamed('anna') })
        .answeredAfter(5, 'ben')
        .endsAfter(9),
      'inbound-answered: waited 5, talked 9; 600 rang 5; ben rang 5 talked 9; anna rang 5',
    ],
    [
      'Anna is still talking',
      annaTalks.heldAfter(10).resumedAfter(2),
      'talking: waited 4, talked 12, held 2; anna rang 4 talked 12 held 2',
    ],
    [
      'the customer’s answer, told again, doesn’t bring Anna back to a call she gave away',
      outbound
        .answeredAfter(5, { asDialled: tanaka })
        .transfersAfter(20, 'ben')
        .answeredAfter(5)
        .answeredAfter(5, { asDialled: tanaka })
        .endsAfter(20),
      'outbound-answered: waited 5, talked 45; anna talked 20; ben talked 25',
    ],
    ['it is ringing', inbound.rings('anna').ringsAfter(7, 'ben'), 'ringing: waited 7; anna rang 7; ben'],
  ];
  test.each(table)('%s', (_title, story, words) => expect(inWords(fold('c1', story))).toBe(words));

  test('who answered, who was last, who dialled', () => {
    const passedOn = fold('c1', outbound.answeredAfter(5, { asDialled: tanaka }).transfersAfter(20, 'ben').answeredAfter(2).endsAfter(9));
    expect([passedOn.dialledBy?.id, passedOn.answeredBy?.id, passedOn.lastWith?.id]).toEqual(['anna', 'anna', 'ben']);
    const internal = fold('c1', aCall('c1').internal('anna', 'ben').rings('ben').answeredAfter(3).endsAfter(20));
    expect([internal.dialledBy?.id, internal.answeredBy?.id, internal.lastWith?.id]).toEqual(['anna', 'ben', 'ben']);
    const carlStayed = inbound.answeredAfter(2, 'carl').answeredAfter(2, 'anna').transfersAfter(50, 'ben').ends();
    expect(fold('c1', carlStayed).lastWith?.id).toBe('carl');
    const clickedInternal = fold(
      'c1',
      aCall('c1').internal('anna', 'ben').rings('anna').ringsAfter(2, 'ben').answeredAfter(3).endsAfter(20),
    );
    expect([clickedInternal.answeredBy?.id, clickedInternal.lastWith?.id]).toEqual(['ben', 'ben']);
    const nobody = fold('c1', inbound.rings('anna').missedAfter(20));
    expect([nobody.dialledBy, nobody.answeredBy, nobody.lastWith]).toEqual([undefined, undefined, undefined]);
  });

  test('a withheld number stays withheld, also when the trunk lets it through (telephony.md, pitfall 8)', () => {
    expect(fold('c1', aCall('c1').inboundWithheld().missedAfter(5)).customer).toEqual({ withheld: true, asSent: 'anonymous' });
    expect(fold('c1', aCall('c1').inbound({ withheld: true, number: tanaka as PhoneNumber, name: 'Tanaka' })).customer).toEqual({
      withheld: true,
    });
  });

  test('a name told later completes the customer; another number doesn’t replace the first', () => {
    const told = inbound
      .after(1)
      .inbound({ number: tanaka as PhoneNumber, name: 'Tanaka' })
      .after(1)
      .inbound('+4930123456');
    expect(fold('c1', told).customer).toEqual({ number: tanaka, name: 'Tanaka' });
  });

  test('what is told of an agent anywhere is known everywhere', () => {
    const call = fold(
      'c1',
      inbound
        .rings({ asDialled: '101', agent: { id: agentNamed('anna').id } })
        .answeredAfter(2)
        .after(1)
        .commented('called about the invoice', 'anna')
        .endsAfter(1),
    );
    expect(call.answeredBy).toEqual(agentNamed('anna'));
    expect(call.people[0]).toMatchObject({ endpoint: '101', agent: agentNamed('anna') });
  });

  test('what was said about a call', () => {
    const lead = { kind: 'Lead', id: '00Q1' };
    const call = fold(
      'c1',
      annaTalks
        .pressed('48', 'case')
        .pressed('21', 'case')
        .pressed('1', 'menu')
        .endsAfter(60, 'normal')
        .recorded('r1', 'https://recordings.example/old')
        .recorded('r2')
        .after(9)
        .recorded('r1', 'https://recordings.example/new')
        .transcribed('もしもし', 'ja')
        .analysed(80)
        .analysed(90, 'angry')
        .tagged('sales', 'hot')
        .tagged('hot', 'vip')
        .commented('call back', 'anna')
        .commented('call back', 'anna')
        .commented('call back', 'ben')
        .attributed({ source: 'google', gclid: 'x', landingPage: 'https://acme.example/', gaClientId: '1.2' })
        .after(1)
        .attributed({ source: 'bing' })
        .ofCampaign('spring')
        .linkedTo(lead, undefined, 'anna'),
    );
    expect(call).toMatchObject({
      endCause: 'normal',
      digits: '4821 1',
      recordings: [
        { recordingId: 'r1', url: 'https://recordings.example/new' },
        { recordingId: 'r2', url: 'https://recordings.example/r2' },
      ],
      transcript: { text: 'もしもし', language: 'ja' },
      analysis: { score: 90, summary: 'angry' },
      tags: ['sales', 'hot', 'vip'],
      attribution: { source: 'bing', gclid: 'x', landingPage: 'https://acme.example/', gaClientId: '1.2' },
      campaign: { campaignId: 'spring' },
      linked: { who: lead, by: agentNamed('anna') },
    });
    expect(call.comments.map(({ text, agent }) => `${agent?.id}: ${text}`)).toEqual(['anna: call back', 'ben: call back']);
  });

  test('of several choices the last counts, also the choice to take the link off', () => {
    const chosen = inbound.linkedTo({ kind: 'Lead', id: '1' }).after(1).linkedTo({ kind: 'Contact', id: '2' });
    expect(fold('c1', chosen).linked).toEqual({ who: { kind: 'Contact', id: '2' } });
    expect(fold('c1', chosen.after(1).unlinked('ben')).linked).toEqual({ by: agentNamed('ben') });
    expect(fold('c1', inbound).linked).toBeUndefined();
  });
});

describe('C1: a call is told by evidence, whatever is missing', () => {
  const table: readonly (readonly [string, CallStory, string])[] = [
    [
      '`started` was lost and nobody answered: better a needless look than a lost customer',
      aCall('c1').rings('anna').missedAfter(20),
      'missed: waited 20; anna rang 20',
    ],
    [
      '`started` was lost and Anna answered',
      aCall('c1').rings('anna').answeredAfter(4).endsAfter(10),
      'inbound-answered: waited 4, talked 10; anna rang 4 talked 10',
    ],
    ['`started` was lost and a message left', aCall('c1').leavesVoicemailAfter(9).endsAfter(1), 'voicemail: waited 1'],
    [
      '`answered` was lost, a hold proves the talk',
      inbound.rings('anna').heldAfter(10, 'anna').resumedAfter(5, 'anna').endsAfter(5),
      'inbound-answered: waited 10, talked 10, held 5; anna rang 10 talked 10 held 5',
    ],
    [
      '`answered` and `held` were lost, a resume proves the talk',
      inbound.rings('anna').resumedAfter(15, 'anna').endsAfter(5),
      'inbound-answered: waited 15, talked 5; anna rang 15 talked 5',
    ],
    [
      '`answered` was lost, a transfer proves the talk',
      inbound
        .rings('anna')
        .after(10)
        .tells({ type: 'transferred', from: agentNamed('anna'), to: { asDialled: '600' }, how: 'blind' })
        .endsAfter(5),
      'inbound-answered: waited 10, talked 0; anna rang 10 talked 0',
    ],
    [
      '`answered` is stamped after the end',
      inbound.rings('anna').endsAfter(20).answeredAfter(1, 'anna'),
      'inbound-answered: waited 20, talked 0; anna rang 20 talked 0',
    ],
    [
      'Ben passed it back and Anna’s second `answered` was lost, a hold proves the talk',
      annaTalks.transfersAfter(10, 'ben').answeredAfter(5).transfersAfter(10, 'anna').heldAfter(5, 'anna').endsAfter(20),
      'inbound-answered: waited 4, talked 40, held 20; anna rang 4 talked 30 held 20; ben talked 10',
    ],
    [
      '`answered` is stamped after the transfer it came before',
      inbound
        .rings('anna')
        .after(10)
        .tells({ type: 'transferred', from: agentNamed('anna'), to: { asDialled: '600' }, how: 'blind' })
        .answeredAfter(0.2, 'anna')
        .endsAfter(30),
      'inbound-answered: waited 10, talked 0; anna rang 10 talked 0',
    ],
    [
      '`resumed` comes by itself after a blind transfer (telephony.md, pitfall 6)',
      annaTalks.transfersAfter(10, 'ben').resumedAfter(1, 'anna').endsAfter(19),
      'inbound-answered: waited 4, talked 10; anna rang 4 talked 10',
    ],
    ['the clock stepped back an hour while they talked', annaTalks.endsAfter(-3600), 'inbound-answered: waited 0, talked 0; anna talked 0'],
    ['all that is left is a recording', aCall('c1').recorded(), 'ringing: waited 0'],
    ['all that is left is the end', aCall('c1').ends(), 'missed: waited 0'],
    ['all that is left is a presumed end', aCall('c1').presumedEndedAfter(9), 'missed: waited 0'],
  ];
  test.each(table)('%s', (_title, story, words) => expect(inWords(fold('c1', story))).toBe(words));

  test('no fact, no call', () => expect(foldCall('c1' as CallId, [])).toBeUndefined());

  test('a real end wins over a presumed one, whatever its time; of several real ends the latest counts', () => {
    const presumed = annaTalks.presumedEndedAfter(7200);
    expect(fold('c1', presumed)).toMatchObject({ endPresumed: true, talkSeconds: 7200 });
    expect(fold('c1', presumed.at(64).ends('normal'))).toMatchObject({ endPresumed: false, endCause: 'normal', talkSeconds: 60 });
    expect(fold('c1', presumed.at(64).ends().at(9000).ends())).toMatchObject({ endPresumed: false, talkSeconds: 8996 });
  });

  test('a presumed end moves behind facts heard after it, and isn’t a fact heard itself', () => {
    const call = fold('c1', annaTalks.presumedEndedAfter(10).heldAfter(90));
    expect(call).toMatchObject({ phase: 'ended', talkSeconds: 100, lastFactAt: aMondayMorning + 104_000 });
    expect(fold('c1', annaTalks.presumedEndedAfter(10)).lastFactAt).toBe(aMondayMorning + 4000);
  });

  test('notes and links come by another clock and make no durations (C6)', () => {
    const told = annaTalks.endsAfter(60);
    const early = told.at(-500).commented('from our own screen').linkedTo({ kind: 'Lead', id: '1' }).at(9999).tagged('late');
    expect(inWords(fold('c1', early))).toBe(inWords(fold('c1', told)));
    expect(fold('c1', early)).toMatchObject({ startedAt: aMondayMorning, lastFactAt: aMondayMorning + 9_999_000 });
  });

  test('the same id with other content is another fact, and has its place', () => {
    const twice = [...inbound.tells({ type: 'commented', text: 'b' }, 'e').tells({ type: 'commented', text: 'a' }, 'e').events];
    expect(foldCall('c1' as CallId, twice)?.comments.map(({ text }) => text)).toEqual(['a', 'b']);
    expect(foldCall('c1' as CallId, twice.toReversed())).toEqual(foldCall('c1' as CallId, twice));
  });

  test('canonical order: time, then kind, then id by code units, then content', () => {
    const facts = kindsInOrder.map(
      (type, place) => ({ ...aCall('c1').tells({ type: 'ended' }).events[0], type, id: String(100 - place) }) as unknown as CallEvent,
    );
    expect(canonicalOrder(facts.toReversed()).map(({ type }) => type)).toEqual([...kindsInOrder]);
    const ids = ['e', 'é', 'Z', 'a', 'e\u0301', '10', '9'].map((id) => ({ ...facts[0], id }) as CallEvent);
    expect(canonicalOrder(ids).map(({ id }) => id)).toEqual(['10', '9', 'Z', 'a', 'e', 'e\u0301', 'é']);
    expect(canonicalOrder([...aCall('c1').at(2).ends().at(1).ends().events]).map(({ at }) => at - aMondayMorning)).toEqual([1000, 2000]);
  });

  test('a repeat is known by its content, not by the order of its keys', () => {
    const fact = inbound.events[0] as CallEvent;
    const asStored = Object.fromEntries(Object.entries(fact).toReversed()) as CallEvent;
    expect(dedupe([fact, asStored, { ...fact, at: 5 as Instant }])).toHaveLength(2);
  });

  test('a kind written by a newer release changes nothing', () => {
    const newer = { ...inbound.events[0], id: 'n', type: 'teleported' } as unknown as CallEvent;
    expect(inWords(foldCall('c1' as CallId, [newer, ...annaTalks.endsAfter(61).events]) as Call)).toBe(
      'inbound-answered: waited 4, talked 61; anna rang 4 talked 61',
    );
  });
});

describe('C2: a call that turned out to be part of another', () => {
  const customers = annaTalks.heldAfter(20);
  const consultation = aCall('c2').at(25).internal('anna', 'ben').rings('ben').answeredAfter(5);
  const joined = consultation.at(40).joinedInto('c1');

  test('a consultation that became a transfer: colleagues’ talk isn’t the customer’s, Ben’s begins at the join', () => {
    const survivor = fold('c1', customers.at(40).transfersTo('ben', 'attended').at(100).ends(), joined.ends());
    expect(inWords(survivor)).toBe('inbound-answered: waited 4, talked 96, held 16; anna rang 4 talked 36 held 16; ben rang 5 talked 60');
    expect(survivor).toMatchObject({
      direction: 'inbound',
      dialled: undefined,
      dialledBy: undefined,
      partOf: undefined,
      parts: ['c2'],
      answeredBy: { id: 'anna' },
      lastWith: { id: 'ben' },
    });
    expect(survivor.transfers).toHaveLength(1);
  });
  test('also when the transfer is told of the consultation, a moment before the join', () => {
    const told = consultation
      .at(39.9)
      .tells({ type: 'transferred', from: agentNamed('anna'), to: { asDialled: 'ben', agent: agentNamed('ben') }, how: 'attended' })
      .at(40)
      .joinedInto('c1');
    expect(inWords(fold('c1', customers.at(100).ends(), told))).toBe(
      'inbound-answered: waited 4, talked 96, held 15.9; anna rang 4 talked 35.9 held 15.9; ben rang 5 talked 60.1',
    );
  });
  test('a transfer told of the consultation counts if its giver is known to talk with the customer, or to have called the colleague', () => {
    const told = (story: CallStory) =>
      story
        .at(39)
        .tells({ type: 'transferred', from: agentNamed('anna'), to: { asDialled: 'ben', agent: agentNamed('ben') }, how: 'attended' })
        .at(40)
        .joinedInto('c1');
    const startLost = aCall('c2').at(25).tells({ type: 'started', direction: 'internal', customer: {} }).rings('ben').answeredAfter(5);
    expect(fold('c1', customers.at(100).ends(), told(startLost)).people.map(({ talkSeconds }) => talkSeconds)).toEqual([35, 61]);
    expect(inWords(fold('c1', inbound.at(100).ends(), told(consultation)))).toBe(
      'inbound-answered: waited 39, talked 61; ben rang 5 talked 61; anna talked 0',
    );
  });
  test('a leg of the customer’s that ended doesn’t end the call', () => {
    const leg = aCall('c2').at(2).inbound(tanaka).rings('anna').answeredAfter(4).at(30).ends().joinedInto('c1');
    expect(fold('c1', inbound.rings('ben'), leg)).toMatchObject({ phase: 'talking', talkSeconds: 24 });
  });
  test('also when no transfer is told at all', () => {
    const survivor = fold('c1', customers.at(100).ends(), joined);
    expect(survivor.people.map(({ agent, talkSeconds }) => `${agent?.id} ${talkSeconds}`)).toEqual(['anna 96', 'ben 60']);
    expect(survivor.lastWith?.id).toBe('ben');
  });
  test('a colleague passing the consultation on transfers no customer', () => {
    const toCarl = consultation.transfersAfter(2, 'carl').answeredAfter(2).at(40).joinedInto('c1');
    const survivor = fold('c1', customers.at(100).ends(), toCarl);
    expect(survivor.transfers).toEqual([]);
    expect(survivor.people.map(({ agent, talkSeconds, answered }) => `${agent?.id} ${talkSeconds} ${answered}`)).toEqual([
      'anna 96 true',
      'ben 0 false',
      'carl 60 true',
    ]);
  });
  test('holding the colleague isn’t holding the customer', () => {
    const survivor = fold('c1', annaTalks.at(100).ends(), consultation.heldAfter(2, 'ben').at(40).joinedInto('c1'));
    expect(survivor.holdSeconds).toBe(0);
  });
  test('the part’s end is a leg’s end, not the call’s', () => expect(fold('c1', customers, joined.ends()).phase).toBe('talking'));
  test('the part tells itself, and what it is part of', () => {
    const part = fold('c2', customers, joined.ends());
    expect(part).toMatchObject({ partOf: 'c1', parts: [], type: 'internal', talkSeconds: 10 });
    expect(part.people.map(({ agent }) => agent?.id)).toEqual(['ben', 'anna']);
  });
  test('the part’s own direction doesn’t make the call internal, even when its own `started` was lost', () => {
    const survivor = fold('c1', aCall('c1').rings('anna').answeredAfter(4).at(100).ends(), joined);
    expect(survivor).toMatchObject({ type: 'inbound-answered', direction: undefined });
  });
  test('a customer’s call joined into a consultation makes it a customer’s call', () => {
    const survivor = fold('c2', consultation.ends(), customers.at(40).joinedInto('c2').at(100).ends());
    expect(survivor).toMatchObject({
      type: 'inbound-answered',
      customer: { number: tanaka },
      talkSeconds: 96,
      waitSeconds: 4,
      endedAt: aMondayMorning + 100_000,
    });
    expect(survivor.people.map(({ agent, talkSeconds }) => `${agent?.id} ${talkSeconds}`)).toEqual(['anna 96', 'ben 60']);
  });
  test('a survivor known by its part alone is a call', () => {
    expect(fold('c1', aCall('c2').joinedInto('c1'))).toMatchObject({ id: 'c1', phase: 'ringing', parts: ['c2'] });
    expect(fold('c1', inboundPart())).toMatchObject({ type: 'inbound-answered', talkSeconds: 60, parts: ['c2'] });
  });
  const inboundPart = () => aCall('c2').inbound(tanaka).rings('anna').answeredAfter(4).after(1).joinedInto('c1').endsAfter(59);

  test('parts of parts belong to the survivor; a part names the survivor at the end of the chain', () => {
    const chain = [
      inbound.after(20).ends(),
      aCall('c2').joinedInto('c1').tagged('two'),
      aCall('c3').joinedInto('c2').tagged('three'),
    ] as const;
    expect(fold('c1', ...chain)).toMatchObject({ parts: ['c2', 'c3'], tags: ['two', 'three'], partOf: undefined });
    expect(fold('c2', ...chain)).toMatchObject({ parts: ['c3'], partOf: 'c1', tags: ['two', 'three'] });
    expect(fold('c3', ...chain)).toMatchObject({ parts: [], partOf: 'c1', tags: ['three'] });
  });
  test('in a circle the smallest id by code units survives, seen from everywhere', () => {
    const circle = [
      aCall('b').joinedInto('c'),
      aCall('c').joinedInto('B'),
      aCall('B').joinedInto('b'),
      aCall('d').joinedInto('c'),
    ] as const;
    expect(fold('B', ...circle)).toMatchObject({ partOf: undefined, parts: ['b', 'c', 'd'] });
    for (const id of ['b', 'c', 'd']) expect(fold(id, ...circle).partOf).toBe('B');
    expect([fold('b', ...circle).parts, fold('c', ...circle).parts]).toEqual([[], ['b', 'd']]);
  });
  test('a call joined into itself stays where it was', () => {
    expect(fold('c1', inbound.joinedInto('c1'))).toMatchObject({ partOf: undefined, parts: [] });
    expect(fold('c1', inbound.joinedInto('c0').after(1).joinedInto('c1')).partOf).toBe('c0');
  });
  test('who is joined elsewhere later is part there only', () => {
    const moved = aCall('c3').joinedInto('c1').after(1).joinedInto('c2');
    expect(fold('c1', inbound, moved).parts).toEqual([]);
    expect(fold('c2', aCall('c2').inbound(tanaka), moved).parts).toEqual(['c3']);
  });
});

describe('what we ourselves add to a call', () => {
  const missed = inbound.rings('anna').missedAfter(20);
  const back = (story: CallStory, by: string, agent?: string) =>
    story.tells({ type: 'called-back', by: by as CallId, direction: 'outbound', ...(agent && { agent: agentNamed(agent) }) }, `back ${by}`);
  test('D4: the earliest talk after the end counts, in whatever order they are told; one before it doesn’t', () => {
    const told = [back(missed.at(900), 'b2'), back(missed.at(10), 'b0'), back(missed.at(300), 'b1', 'ben')];
    for (const stories of [told, told.toReversed()])
      expect(fold('c1', missed, ...stories).calledBack).toEqual({
        at: aMondayMorning + 300_000,
        by: 'b1',
        direction: 'outbound',
        agent: agentNamed('ben'),
      });
    expect(fold('c1', missed, told[1]!).calledBack).toBeUndefined();
    expect(fold('c1', missed, back(missed.at(20), 'b3')).calledBack).toEqual({
      at: aMondayMorning + 20_000,
      by: 'b3',
      direction: 'outbound',
    });
    expect(fold('c1', inbound.rings('anna'), back(inbound.at(300), 'b1')).calledBack).toBeUndefined();
  });
  test('D4: who called back is nobody of this call: another phone system’s ids mean other people', () => {
    const call = fold(
      'c1',
      missed,
      missed.at(300).tells({ type: 'called-back', by: 'b1' as CallId, agent: { id: agentNamed('anna').id, name: 'Not Anna' } }),
    );
    expect(call.people.map(({ agent }) => agent?.name)).toEqual(['Anna']);
    expect(call.answeredBy).toBeUndefined();
  });
  test('W9: each undone version once, by whom it was first', () => {
    const undo = (seconds: number, policyVersion: number, by: string) =>
      missed.at(seconds).tells({ type: 'undone', policyVersion, by }, `undone ${seconds}`);
    expect(fold('c1', missed, undo(500, 4, 'Piotr'), undo(400, 4, 'Olga'), undo(600, 2, 'Olga')).undone).toEqual([
      { policyVersion: 2, by: 'Olga' },
      { policyVersion: 4, by: 'Olga' },
    ]);
    expect(fold('c1', missed, undo(400, 2, 'Piotr'), undo(500, 4, 'Olga')).undone).toEqual([
      { policyVersion: 2, by: 'Piotr' },
      { policyVersion: 4, by: 'Olga' },
    ]);
  });
  test('neither is news of the call: no time and no end is moved by it', () => {
    const live = inbound.rings('anna');
    const added = [back(live.at(900), 'b1'), live.at(950).tells({ type: 'undone', policyVersion: 1, by: 'Olga' })];
    expect(fold('c1', live, ...added)).toMatchObject({ ...fold('c1', live), undone: [{ policyVersion: 1, by: 'Olga' }] });
  });
  test('C2: what was said of a part is about the part’s own record', () => {
    const part = aCall('c2').inbound('+81312345678').missedAfter(20);
    const facts = [part.joinedInto('c1'), back(part.at(300), 'b1'), part.at(400).tells({ type: 'undone', policyVersion: 1, by: 'Olga' })];
    expect(fold('c1', missed, ...facts)).toMatchObject({ parts: ['c2'], calledBack: undefined, undone: [] });
    expect(fold('c2', missed, ...facts)).toMatchObject({ partOf: 'c1', undone: [{ policyVersion: 1, by: 'Olga' }] });
  });
});

describe('C7: a call is bounded', () => {
  const noise = Array.from({ length: 30_000 }, (_, place): CallEvent => ({
    id: `d${place}`,
    callId: 'c1' as CallId,
    at: (aMondayMorning + 5000 + place) as Instant,
    type: 'digits',
    digits: '1',
  }));

  test('beyond 5,000 facts the terminal ones are still kept, and it is said', () => {
    const end = annaTalks.at(60).joinedInto('c0').ends().recorded().leavesVoicemailAfter(1);
    const { events, beyondBound } = boundEvents([...noise.toReversed(), ...end.events]);
    expect(beyondBound).toBe(true);
    expect(events).toHaveLength(maxEventsPerCall + 4);
    expect(events.filter(isTerminal).map(({ type }) => type)).toEqual(['joined', 'ended', 'recording', 'voicemail']);
    expect(boundEvents(noise.slice(0, maxEventsPerCall))).toEqual({ events: noise.slice(0, maxEventsPerCall), beyondBound: false });
  });
  test('what is kept depends on the facts alone', () => {
    const some = [...noise.slice(0, 6000), ...annaTalks.endsAfter(60).recorded().events];
    expect(boundEvents([...some, ...some].toReversed()).events).toEqual(boundEvents(some).events);
  });
  test('repeats don’t use up the bound', () => {
    const few = noise.slice(0, 3000);
    expect(boundEvents([...few, ...few])).toEqual({ events: few, beyondBound: false });
  });
  test('a flood of recordings neither passes the bound nor drowns the end', () => {
    const flood = noise.map(({ id, callId, at }): CallEvent => ({
      id,
      callId,
      at,
      type: 'recording',
      recordingId: id,
      url: 'https://recordings.example/r',
    }));
    const { events } = boundEvents([...flood, ...annaTalks.at(10).ends().events]);
    expect(events).toHaveLength(maxEventsPerCall + maxTerminalEventsPerCall);
    expect(events.some(({ type }) => type === 'ended')).toBe(true);
  });
});

test('20,000 facts are folded, also when all fall on one id and one millisecond: a quadratic fold would take minutes', () => {
  const facts = (event: (place: number) => Partial<CallEvent>) =>
    Array.from(
      { length: 20_000 },
      (_, place) =>
        ({ id: `e${place}`, callId: 'c1', at: place, type: 'ringing', endpoint: { asDialled: `${place}` }, ...event(place) }) as CallEvent,
    );
  const mixed = facts((place) => {
    const agent = agentNamed(`a${place % 50}`);
    const kinds = [
      { type: 'ringing', endpoint: { asDialled: agent.id, agent } },
      { type: 'answered', endpoint: { asDialled: agent.id, agent } },
      { type: 'held', agent },
      { type: 'transferred', from: agent, to: { asDialled: 'b' }, how: 'blind' },
    ] as const;
    return kinds[place % kinds.length] ?? {};
  });
  const chained = facts((place) => ({ callId: `c${place}`, type: 'joined', into: `c${place + 1}` }) as Partial<CallEvent>);
  for (const some of [facts(() => ({})), mixed, facts(() => ({ id: 'e', at: 0 as Instant })), chained]) {
    expect(foldCall('c20000' as CallId, some.toReversed())).toBeDefined();
  }
});
