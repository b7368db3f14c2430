import { describe, expect, test } from 'vitest';
import { aCall, agentNamed, aMondayMorning, type CallStory } from '../testing/a-call.ts';
import type { Call } from './call.ts';
import type { CallId, Customer, Endpoint, PhoneNumber } from './event.ts';
import { foldCall } from './fold.ts';

const tanaka = '+81312345678' as PhoneNumber;
const fold = (id: string, ...stories: readonly CallStory[]): Call => {
  const call = foldCall(
    id as CallId,
    stories.flatMap((story) => story.events),
  );
  if (!call) throw new Error('no call');
  return call;
};
const second = (at: number) => (at - aMondayMorning) / 1000;
/** `0–60 heard 60, waited 4 talked 56 held 3: anna rang 4 talked 20 held 3, ben talked 36`; `…` while it goes on, `?` when its end is presumed. */
const timesOf = (call: Call): string => {
  const people = call.people.map(({ endpoint, agent, ringSeconds, talkSeconds, holdSeconds, answered }) =>
    [agent?.id ?? endpoint, ringSeconds && `rang ${ringSeconds}`, answered && `talked ${talkSeconds}`, holdSeconds && `held ${holdSeconds}`]
      .filter(Boolean)
      .join(' '),
  );
  const end = call.endedAt === undefined ? '…' : `${second(call.endedAt)}${call.endPresumed ? '?' : ''}`;
  const seconds = [
    `waited ${call.waitSeconds}`,
    call.talkSeconds && `talked ${call.talkSeconds}`,
    call.holdSeconds && `held ${call.holdSeconds}`,
  ];
  return `${second(call.startedAt)}–${end} heard ${second(call.lastFactAt)}, ${[...seconds.filter(Boolean)].join(' ')}: ${people.join(', ')}`;
};
const leaves = (story: CallStory, seconds: number, who: string) =>
  story.after(seconds).tells({ type: 'left', endpoint: { asDialled: who, agent: agentNamed(who) } });
const nobodys = (asDialled: string): Endpoint => ({ asDialled });

const inbound = aCall('c1').inbound(tanaka);
const annaTalks = inbound.rings('anna').answeredAfter(4);
const consultation = aCall('c2').at(25).internal('anna', 'ben').rings('ben').answeredAfter(5);

type Row = readonly [title: string, words: string, ...stories: CallStory[]];
const rowOf = ([title, words, ...stories]: Row) => [title, words, stories] as const;

describe('its beginning and end', () => {
  const table: readonly Row[] = [
    ['still going on, a tag makes no time', '0–… heard 99, waited 4: anna rang 4 talked 0', annaTalks.at(99).tagged('hot')],
    [
      'a voicemail stamped before the start doesn’t begin it',
      '0–6 heard 6, waited 6: ',
      inbound.at(-5).leavesVoicemailAfter(0).at(6).ends(),
    ],
    ['but alone it does', '-5–6 heard 6, waited 11: ', aCall('c1').at(-5).leavesVoicemailAfter(0).at(6).ends()],
    ['a presumed end is heard by nobody', '0–9? heard 0, waited 9: anna rang 9', inbound.rings('anna').presumedEndedAfter(9)],
    ['a presumed end alone is all there is', '9–9? heard 9, waited 0: ', aCall('c1').presumedEndedAfter(9)],
    ['a presumed end before the start', '0–0? heard 0, waited 0: ', inbound.presumedEndedAfter(-9)],
    [
      'a presumed end after a tag is before what was heard of the conversation only',
      '0–9? heard 30, waited 9: ',
      inbound.presumedEndedAfter(9).at(30).tagged('x'),
    ],
    [
      'a colleague’s call that began before the customer’s and was joined doesn’t begin it',
      '0–50 heard 50, waited 40 talked 10: ben talked 10',
      inbound.at(50).ends(),
      aCall('c2').at(-25).internal('anna', 'ben').rings('ben').answeredAfter(5).at(40).joinedInto('c1'),
    ],
    [
      'an internal call begins with its own word, not its part’s, and ends with its own',
      '0–30 heard 30, waited 3 talked 27: dora rang 30, ben talked 27, anna talked 27',
      aCall('c1').internal('anna', 'ben').answeredAfter(3, 'ben').at(30).ends(),
      aCall('c2').at(-10).internal('carl', 'dora').ringsAfter(2, 'dora').at(-5).ends().joinedInto('c1'),
    ],
    [
      'a part that alone tells its course ends it',
      '2–9 heard 30, waited 7: ',
      aCall('c1').tagged('hot').at(30).tagged('hot'),
      aCall('c2').at(2).inbound(tanaka).at(9).ends().joinedInto('c1'),
    ],
    [
      'which a colleague asked meanwhile doesn’t',
      '2–… heard 30, waited 23: ben rang 5',
      aCall('c1').tagged('hot'),
      aCall('c2').at(2).inbound(tanaka).joinedInto('c1'),
      aCall('c3').at(20).internal('anna', 'ben').rings('ben').at(25).ends().at(30).joinedInto('c1'),
    ],
    [
      'unless nothing but that is told',
      '25–35 heard 35, waited 8 talked 2: ben rang 5 talked 2',
      aCall('c1').at(-9).tagged('hot'),
      consultation.at(33).joinedInto('c1').at(35).ends(),
    ],
    [
      'surviving a circle, a colleague’s call ends with the customer’s, or when it is presumed to',
      '0–90? heard 40, waited 4 talked 86: anna rang 4 talked 86, ben rang 5 talked 50',
      consultation.at(35).ends().at(90).tells({ type: 'ended', presumed: true }),
      annaTalks.at(40).joinedInto('c2'),
    ],
  ];
  test.each(table.map(rowOf))('%s', (title, words, stories) =>
    expect(timesOf(fold(title.startsWith('surviving') ? 'c2' : 'c1', ...stories))).toBe(words),
  );

  test('of causes the last told by an end that counts', () => {
    const causeOf = (story: CallStory) => fold('c1', story).endCause;
    expect(causeOf(inbound.endsAfter(5, 'busy').endsAfter(1, 'normal').endsAfter(1))).toBe('normal');
    expect(causeOf(inbound.endsAfter(5, 'busy').after(1).tells({ type: 'ended', presumed: true, cause: 'silence' }))).toBe('busy');
    expect(causeOf(inbound.after(1).tells({ type: 'ended', presumed: true, cause: 'silence' }))).toBe('silence');
    expect(causeOf(inbound.endsAfter(5))).toBeUndefined();
  });
});

describe('its durations', () => {
  const table: readonly Row[] = [
    [
      'a talk within another’s counts once',
      '0–40 heard 40, waited 4 talked 30: anna talked 16, ben talked 5, carl talked 16',
      leaves(leaves(inbound.answeredAfter(4, 'anna').answeredAfter(6, 'ben'), 5, 'ben').answeredAfter(3, 'carl'), 2, 'anna')
        .at(34)
        .tells({
          type: 'left',
          endpoint: { asDialled: 'carl', agent: agentNamed('carl') },
        })
        .at(40)
        .ends(),
    ],
    [
      'nobody’s time between two talks',
      '0–30 heard 30, waited 4 talked 21: anna talked 6, ben talked 15',
      leaves(inbound.answeredAfter(4, 'anna'), 6, 'anna').answeredAfter(5, 'ben').at(30).ends(),
    ],
    [
      'whose phone rang first need not talk first',
      '0–30 heard 30, waited 4 talked 26: anna rang 4 talked 20, ben rang 4 talked 26',
      inbound.rings('anna', 'ben').answeredAfter(4, 'ben').answeredAfter(6, 'anna').at(30).ends(),
    ],
    [
      'two who hold at once hold once',
      '0–30 heard 30, waited 4 talked 26 held 11: anna talked 26 held 8, ben talked 25 held 8',
      inbound
        .answeredAfter(4, 'anna')
        .answeredAfter(1, 'ben')
        .at(10)
        .heldAfter(0, 'anna')
        .heldAfter(3, 'ben')
        .resumedAfter(5, 'anna')
        .resumedAfter(3, 'ben')
        .at(30)
        .ends(),
    ],
    [
      'a hold stamped after the end is none',
      '0–20 heard 33, waited 4 talked 16: anna rang 4 talked 16',
      annaTalks.at(20).ends().at(30).heldAfter(0).resumedAfter(3),
    ],
    [
      'a resume stamped after the end holds until then',
      '0–20 heard 33, waited 4 talked 16 held 5: anna rang 4 talked 16 held 5',
      annaTalks.at(15).heldAfter(0).at(20).ends().at(33).resumedAfter(0),
    ],
    [
      'a hold that began before the customer was there counts from then on',
      '0–60 heard 60, waited 40 talked 20 held 5: ben rang 5 talked 20 held 5',
      inbound.at(32).heldAfter(0, 'ben').at(45).resumedAfter(0, 'ben').at(60).ends(),
      consultation.at(40).joinedInto('c1'),
    ],
    [
      'and not at all when it was over by then',
      '0–60 heard 60, waited 40 talked 20: ben rang 5 talked 20',
      inbound.at(32).heldAfter(0, 'ben').at(36).resumedAfter(0, 'ben').at(60).ends(),
      consultation.at(40).joinedInto('c1'),
    ],
    [
      'who couldn’t ring was not there',
      '0–9 heard 9, waited 9: ',
      inbound
        .after(2)
        .tells({ type: 'ring-ended', endpoint: nobodys('600'), how: 'busy' })
        .at(9)
        .ends(),
    ],
    [
      'who is heard of without a phone',
      '0–9 heard 9, waited 2 talked 7: anna talked 7',
      inbound.after(2).resumedAfter(0, 'anna').at(9).ends(),
    ],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, stories) => expect(timesOf(fold('c1', ...stories))).toBe(words));

  test('who is heard of without a phone is told by their id', () =>
    expect(fold('c1', inbound.resumedAfter(2, 'anna')).people.map(({ endpoint }) => endpoint)).toEqual(['anna']));
  test('C2: a colleague who was asked and no more never talked with the customer', () => {
    const asked = consultation.at(40).tells({ type: 'joined', into: 'c1' as CallId, consultation: true });
    expect(timesOf(fold('c1', annaTalks.at(60).ends(), asked))).toBe(
      '0–60 heard 60, waited 4 talked 56: anna rang 4 talked 56, ben rang 5',
    );
  });
  test('C2: who was asked by whoever was asked talks with the customer once both calls are joined', () => {
    const further = aCall('c3').at(31).internal('ben', 'carl').rings('carl').answeredAfter(2).at(35).joinedInto('c2');
    expect(timesOf(fold('c1', annaTalks.at(60).ends(), consultation.at(40).joinedInto('c1'), further))).toBe(
      '0–60 heard 60, waited 4 talked 56: anna rang 4 talked 56, ben rang 5 talked 20, carl rang 2 talked 20',
    );
    expect(timesOf(fold('c1', annaTalks.at(60).ends(), consultation.at(35).joinedInto('c1'), further.at(40).joinedInto('c4')))).toBe(
      '0–60 heard 60, waited 4 talked 56: anna rang 4 talked 56, ben rang 5 talked 25',
    );
    const customersPart = aCall('c2').at(25).inbound(tanaka).at(40).joinedInto('c1');
    expect(timesOf(fold('c1', annaTalks.at(60).ends(), customersPart, further))).toBe(
      '0–60 heard 60, waited 4 talked 56: anna rang 4 talked 56, carl rang 2 talked 25',
    );
  });
  test('C2: a call once told to be a customer’s is no consultation, whatever else it is told to be', () => {
    const both = aCall('c2').at(25).inbound(tanaka).internal('carl', 'ben').rings('ben').answeredAfter(5).at(40).joinedInto('c1');
    const words = '0–60 heard 60, waited 30 talked 30: ben rang 5 talked 30';
    expect(timesOf(fold('c1', inbound.at(60).ends(), both))).toBe(words);
    const other = aCall('c2').at(24).internal('carl', 'ben').after(1).inbound(tanaka).rings('ben').answeredAfter(5).at(40).joinedInto('c1');
    expect(timesOf(fold('c1', inbound.at(60).ends(), other))).toBe(words);
  });
});

describe('who answered, and who was last', () => {
  const both = (call: Call) => [call.answeredBy?.id, call.lastWith?.id];
  const two = inbound.answeredAfter(4, 'anna').answeredAfter(6, 'ben');
  const table: readonly (readonly [string, readonly (string | undefined)[], CallStory])[] = [
    ['of two still there, who came later was last', ['anna', 'ben'], two.endsAfter(9)],
    [
      'of two who came at once, whose phone rang first',
      ['ben', 'ben'],
      inbound.rings('ben', 'anna').answeredAfter(4, 'anna').answered('ben').endsAfter(9),
    ],
    [
      'whose phone rang first need not answer first',
      ['ben', 'anna'],
      inbound.rings('anna', 'ben').answeredAfter(4, 'ben').answeredAfter(2, 'anna').endsAfter(9),
    ],
    ['who left first was not last', ['anna', 'anna'], leaves(leaves(two, 5, 'ben'), 5, 'anna').endsAfter(9)],
    ['who left last was', ['anna', 'ben'], leaves(leaves(two, 5, 'anna'), 5, 'ben').endsAfter(9)],
    ['of two who left at once, who came later was last', ['anna', 'ben'], leaves(leaves(two, 5, 'ben'), 0, 'anna').endsAfter(9)],
    [
      'of two who left at once, who came later was last, though their phone rang first',
      ['ben', 'anna'],
      leaves(leaves(inbound.rings('anna', 'ben').answeredAfter(4, 'ben').answeredAfter(2, 'anna'), 5, 'ben'), 0, 'anna').endsAfter(9),
    ],
    ['who is there still was last, though who left in the last moment came later', ['anna', 'anna'], leaves(two, 5, 'ben').ends()],
    ['who is there still was last, though another left in the last moment', ['anna', 'ben'], leaves(two, 5, 'anna').ends()],
    [
      'who came back was last',
      ['anna', 'anna'],
      leaves(leaves(two, 5, 'anna'), 1, 'ben')
        .answeredAfter(3, 'anna')
        .endsAfter(5),
    ],
    [
      'who came back and is there still was last, though another left in the last moment',
      ['anna', 'anna'],
      leaves(leaves(two, 5, 'anna').answeredAfter(3, 'anna'), 2, 'ben').ends(),
    ],
    [
      'nobody’s phone is nobody',
      ['anna', 'anna'],
      inbound.answeredAfter(2, nobodys('600')).answeredAfter(2, 'anna').answeredAfter(2, nobodys('601')).endsAfter(5),
    ],
    ['nobody’s phone alone', [undefined, undefined], inbound.answeredAfter(2, nobodys('600')).endsAfter(5)],
    [
      'who called a colleague and is alone there',
      ['anna', 'anna'],
      aCall('c1').internal('anna', 'ben').rings('anna').answeredAfter(1).endsAfter(5),
    ],
  ];
  test.each(table)('%s', (_title, ids, story) => expect(both(fold('c1', story))).toEqual(ids));

  test('nobody says who called a colleague: who answered alone is known', () => {
    const unsaid = aCall('c1')
      .tells({ type: 'started', direction: 'internal', customer: {} })
      .rings('ben')
      .answeredAfter(3)
      .answeredAfter(2, 'carl');
    const call = fold('c1', unsaid.endsAfter(5));
    expect([call.dialledBy, ...both(call)]).toEqual([undefined, 'ben', 'carl']);
  });
});

describe('the customer’s phone, whichever of its names it is told by', () => {
  const customer: Customer = { number: tanaka, asSent: '0312345678' };
  test.each(['+81 3 1234 5678', '0312345678', tanaka])('%s', (asDialled) => {
    const started = aCall('c1').tells({
      type: 'started',
      direction: 'outbound',
      customer,
      dialled: '+81 3 1234 5678',
      agent: agentNamed('anna'),
    });
    const passedOn = started.after(5).tells({ type: 'transferred', from: agentNamed('anna'), to: nobodys('600'), how: 'blind' });
    expect(fold('c1', passedOn.ringsAfter(1, nobodys(asDialled))).people.map(({ endpoint }) => endpoint)).toEqual(['anna']);
    expect(fold('c1', passedOn.ringsAfter(1, nobodys('603'))).people.map(({ endpoint }) => endpoint)).toEqual(['anna', '603']);
  });
});
