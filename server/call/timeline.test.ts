import { describe, expect, test } from 'vitest';
import { aCall, agentNamed, aMondayMorning, type CallStory } from '../testing/a-call.ts';
import { canonicalOrder } from './canonical-order.ts';
import type { AgentId, CallFact, CallId, Endpoint, RingEnd } from './event.ts';
import { type Setting, type Span, tellTimeline } from './timeline.ts';

const tanaka = '+81312345678';
const unknown: Setting = {
  direction: 'inbound',
  dialledBy: undefined,
  customerAddresses: new Set(),
  colleaguesUntil: new Map(),
  consulting: new Map(),
};
const second = (at: number | undefined) => (at === undefined ? '' : at === Infinity ? 'never' : (at - aMondayMorning) / 1000);
const spanOf = ({ start, end }: Span) => `${second(start)}–${second(end)}`;
/** `anna on 101: rang 0–4, talked 4– held 10–15`, each person of ours; without an end it goes on. */
const timelineOf = (setting: Partial<Setting>, stories: readonly CallStory[]): string => {
  const { presences, transfers } = tellTimeline(canonicalOrder(stories.flatMap((story) => story.events)), { ...unknown, ...setting });
  const people = presences.map(({ agentId, endpoint, rings, talks, unnamed }) => {
    const phone = endpoint && endpoint.asDialled !== agentId ? [endpoint.asDialled] : [];
    const who = [unnamed ? 'somebody' : (agentId ?? 'nobody’s'), ...phone].join(' ');
    const spans = [
      ...rings.map((ring) => `rang ${spanOf(ring)}`),
      ...talks.map((talk) => [`talked ${spanOf(talk)}`, ...talk.holds.map((hold) => `held ${spanOf(hold)}`)].join(' ')),
    ];
    return `${who}: ${spans.join(', ')}`;
  });
  return [...people, ...transfers.map(({ at, from, to, how }) => `${how} ${from.id}→${to.asDialled} ${second(at)}`)].join('; ');
};

const inbound = aCall('c1').inbound(tanaka);
const annaTalks = inbound.rings('anna').answeredAfter(4);
const desk: Endpoint = { asDialled: '101', agent: agentNamed('anna') };
const mobile: Endpoint = { asDialled: '102', agent: agentNamed('anna') };
const nobodys = (asDialled: string): Endpoint => ({ asDialled });
const phoneOf = (who: string): Endpoint => ({ asDialled: who, agent: agentNamed(who) });
const endpointOf = (who: string | Endpoint) => (typeof who === 'string' ? phoneOf(who) : who);
const stops = (story: CallStory, seconds: number, who: string | Endpoint, how: RingEnd = 'busy') =>
  story.after(seconds).tells({ type: 'ring-ended', endpoint: endpointOf(who), how });
const leaves = (story: CallStory, seconds: number, who: string | Endpoint) =>
  story.after(seconds).tells({ type: 'left', endpoint: endpointOf(who) });
const passes = (story: CallStory, seconds: number, from: string, to: string | Endpoint, how: 'blind' | 'attended' = 'blind') =>
  story.after(seconds).tells({ type: 'transferred', from: agentNamed(from), to: endpointOf(to), how });

type Row = readonly [title: string, words: string, ...stories: CallStory[]];
const rowOf = ([title, words, ...stories]: Row) => [title, words, stories] as const;

describe('ringing', () => {
  const table: readonly Row[] = [
    ['until the answer', 'anna: rang 2–6, talked 6–', inbound.ringsAfter(2, 'anna').answeredAfter(4)],
    [
      'until anybody’s answer in the same leg, and in another on',
      'anna: rang 0–6; ben: rang 1–6, talked 6–; carl: rang 2–',
      inbound.rings('anna').ringsAfter(1, 'ben').answeredAfter(5),
      aCall('c2').at(2).rings('carl'),
    ],
    [
      'until the person’s own answer in another leg',
      'anna: rang 0–3, talked 3–',
      inbound.rings('anna'),
      aCall('c2').at(3).answered('anna'),
    ],
    ['told again it goes on', 'anna: rang 0–', inbound.rings('anna').ringsAfter(3, 'anna')],
    ['at two phones it is one person’s', 'anna 101: rang 0–5', stops(inbound.rings(desk).ringsAfter(2, mobile), 3, mobile)],
    ['ended, and once more', 'anna: rang 0–3, rang 5–', stops(inbound.rings('anna'), 3, 'anna').ringsAfter(2, 'anna')],
    ['its end told again is none', 'anna: rang 0–3', stops(stops(inbound.rings('anna'), 3, 'anna'), 2, 'anna')],
    [
      'ended before another’s answer, it is not ended by that',
      'anna: rang 0–3; ben: rang 0–5, talked 5–',
      stops(inbound.rings('anna', 'ben'), 3, 'anna').answeredAfter(2, 'ben'),
    ],
    [
      'once more in another leg, it isn’t that leg’s',
      'anna: rang 0–1, rang 2–; ben: talked 3–',
      stops(inbound.rings('anna'), 1, 'anna').at(3).answered('ben'),
      aCall('c2').at(2).rings('anna'),
    ],
    ['of somebody who talks is none', 'anna: rang 0–4, talked 4–', annaTalks.ringsAfter(2, mobile)],
    [
      'of somebody who was passed the call back',
      'anna: rang 0–4, rang 11–, talked 4–9; blind anna→ben 9',
      passes(annaTalks, 5, 'anna', 'ben').ringsAfter(2, 'anna'),
    ],
    ['where they answered is where they are', 'anna 102: rang 0–4, talked 4–', inbound.rings(desk).answeredAfter(4, mobile)],
    ['where they answered first is where they are', 'anna 102: talked 4–', inbound.answeredAfter(4, mobile).answeredAfter(2, desk)],
    [
      'of somebody heard of without a phone',
      'anna 101: rang 7–, talked 2–5 held 2–5',
      leaves(inbound.heldAfter(2, 'anna'), 3, 'anna').ringsAfter(2, desk),
    ],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, stories) => expect(timelineOf({}, stories)).toBe(words));
});

describe('talking and holding', () => {
  const gaveAway = passes(inbound.rings('anna'), 5, 'anna', nobodys('600'));
  const table: readonly Row[] = [
    ['until they leave', 'anna: rang 0–4, talked 4–9', leaves(annaTalks, 5, 'anna')],
    [
      'until they leave, and from their next answer on',
      'anna: rang 0–4, talked 4–9, talked 12–',
      leaves(annaTalks, 5, 'anna').answeredAfter(3, 'anna'),
    ],
    ['the answer told again begins nothing', 'anna: rang 0–4, talked 4–', annaTalks.answeredAfter(3, 'anna')],
    ['who leaves twice left at first', 'anna: rang 0–4, talked 4–9', leaves(leaves(annaTalks, 5, 'anna'), 2, 'anna')],
    ['who never was there can’t leave', 'anna: rang 0–4, talked 4–', leaves(annaTalks, 5, 'ben')],
    ['who leaves while holding holds no longer', 'anna: rang 0–4, talked 4–9 held 6–9', leaves(annaTalks.heldAfter(2), 3, 'anna')],
    [
      'a hold that ended before is not ended by leaving',
      'anna: rang 0–4, talked 4–9 held 6–7',
      leaves(annaTalks.heldAfter(2).resumedAfter(1), 2, 'anna'),
    ],
    ['held twice', 'anna: rang 0–4, talked 4– held 6–9 held 11–', annaTalks.heldAfter(2).resumedAfter(3).heldAfter(2)],
    ['a hold told again goes on', 'anna: rang 0–4, talked 4– held 6–9', annaTalks.heldAfter(2).heldAfter(1).resumedAfter(2)],
    ['its end told again is none', 'anna: rang 0–4, talked 4– held 6–9', annaTalks.heldAfter(2).resumedAfter(3).resumedAfter(4)],
    ['a resume proves a talk, and no hold', 'anna: rang 0–7, talked 7–', inbound.rings('anna').resumedAfter(7, 'anna')],
    ['a hold proves a talk', 'anna: rang 0–7, talked 7– held 7–', inbound.rings('anna').heldAfter(7, 'anna')],
    ['a hold after leaving proves none', 'anna: rang 0–4, talked 4–9', leaves(annaTalks, 5, 'anna').heldAfter(3, 'anna')],
    ['a transfer proves a talk that is over', 'anna: rang 0–5, talked 5–5; blind anna→600 5', gaveAway],
    [
      'a late stamp of the answer before a transfer is no talk',
      'anna: rang 0–5, talked 5–5; blind anna→600 5',
      gaveAway.answeredAfter(1, 'anna'),
    ],
    [
      'but a second answer is',
      'anna: rang 0–5, talked 5–5, talked 7–; blind anna→600 5',
      gaveAway.answeredAfter(1, 'anna').answeredAfter(1, 'anna'),
    ],
    [
      'and so is one after ringing',
      'anna: rang 0–5, rang 6–8, talked 5–5, talked 8–; blind anna→600 5',
      gaveAway.ringsAfter(1, 'anna').answeredAfter(2),
    ],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, stories) => expect(timelineOf({}, stories)).toBe(words));
});

describe('transferring', () => {
  const table: readonly Row[] = [
    ['blind to a phone not heard of', 'anna: rang 0–4, talked 4–9; blind anna→ben 9', passes(annaTalks, 5, 'anna', 'ben')],
    [
      'blind to somebody who has answered begins nothing',
      'anna: rang 0–4, talked 4–9; ben: talked 5–6; blind anna→ben 9',
      passes(leaves(annaTalks.answeredAfter(1, 'ben'), 1, 'ben'), 3, 'anna', 'ben'),
    ],
    [
      'attended to a phone not heard of',
      'anna: rang 0–4, talked 4–9; ben: talked 9–; attended anna→ben 9',
      passes(annaTalks, 5, 'anna', 'ben', 'attended'),
    ],
    [
      'attended to a phone that only rang',
      'anna: rang 0–4, talked 4–9; ben: rang 6–; attended anna→ben 9',
      passes(annaTalks.ringsAfter(2, 'ben'), 3, 'anna', 'ben', 'attended'),
    ],
    [
      'attended to a phone that rings later',
      'anna: rang 0–4, talked 4–9; ben: rang 11–14, talked 14–; attended anna→ben 9',
      passes(annaTalks, 5, 'anna', 'ben', 'attended').ringsAfter(2, 'ben').answeredAfter(3),
    ],
    [
      'attended to a phone that answers later without having rung',
      'anna: rang 0–4, talked 4–9; ben: talked 14–; attended anna→ben 9',
      passes(annaTalks, 5, 'anna', 'ben', 'attended').answeredAfter(5, 'ben'),
    ],
    [
      'attended to somebody who has answered and left',
      'anna: rang 0–4, talked 4–9; ben: talked 5–6, talked 9–; attended anna→ben 9',
      passes(leaves(annaTalks.answeredAfter(1, 'ben'), 1, 'ben'), 3, 'anna', 'ben', 'attended'),
    ],
    [
      'back to Anna, whose hold proves that she took it',
      'anna: rang 0–4, talked 4–9, talked 15– held 15–; ben: talked 10–12; blind anna→ben 9; blind ben→anna 12',
      passes(passes(annaTalks, 5, 'anna', 'ben').answeredAfter(1, 'ben'), 2, 'ben', 'anna').heldAfter(3, 'anna'),
    ],
    [
      'by somebody who gave it away already',
      'anna: rang 0–4, talked 4–9; blind anna→ben 9; blind anna→carl 11',
      passes(passes(annaTalks, 5, 'anna', 'ben'), 2, 'anna', 'carl'),
    ],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, stories) => expect(timelineOf({}, stories)).toBe(words));
});

describe('whose phone it is', () => {
  const owned: readonly (readonly [string, CallFact])[] = [
    ['ringing', { type: 'ringing', endpoint: desk }],
    ['the end of ringing', { type: 'ring-ended', endpoint: desk, how: 'busy' }],
    ['an answer', { type: 'answered', endpoint: desk }],
    ['leaving', { type: 'left', endpoint: desk }],
    ['a transfer to it', { type: 'transferred', from: agentNamed('ben'), to: desk, how: 'blind' }],
  ];
  test.each(owned)('is told by %s, also later', (_title, fact) => {
    const story = inbound.rings(nobodys('101')).answeredAfter(4);
    expect(timelineOf({}, [story.after(5).tells(fact)])).toMatch(/^anna 101: rang 0–4, talked 4–/);
    expect(timelineOf({}, [story])).toBe('nobody’s 101: rang 0–4, talked 4–');
  });
  const several: readonly Row[] = [
    [
      'nobody’s, told with several',
      'nobody’s 101: rang 0–4; anna 101: rang 1–4; ben 101: rang 2–4, talked 4–',
      inbound
        .rings(nobodys('101'))
        .ringsAfter(1, desk)
        .ringsAfter(1, { asDialled: '101', agent: agentNamed('ben') })
        .answeredAfter(2),
    ],
    [
      'nobody’s, told with two and with the first again',
      'nobody’s 101: rang 0–; anna 101: rang 1–; ben 101: rang 2–',
      inbound
        .rings(nobodys('101'))
        .ringsAfter(1, desk)
        .ringsAfter(1, { asDialled: '101', agent: agentNamed('ben') })
        .ringsAfter(1, desk),
    ],
    ['theirs, told with them again and again', 'anna 101: rang 0–', inbound.rings(nobodys('101')).ringsAfter(1, desk).ringsAfter(1, desk)],
    ['two that are nobody’s', 'nobody’s 101: rang 0–; nobody’s 102: rang 3–', inbound.rings(nobodys('101')).ringsAfter(3, nobodys('102'))],
    ['an agent’s id is no number', 'nobody’s anna: rang 0–; anna 101: rang 3–', inbound.rings(nobodys('anna')).ringsAfter(3, desk)],
    [
      'leaving a phone told without its agent',
      'anna 101: rang 0–4, talked 4–6',
      leaves(inbound.rings(desk).answeredAfter(4), 2, nobodys('101')),
    ],
  ];
  test.each(several.map(rowOf))('%s', (_title, words, stories) => expect(timelineOf({}, stories)).toBe(words));
});

describe('calling out', () => {
  const setting: Partial<Setting> = {
    direction: 'outbound',
    dialledBy: agentNamed('anna').id,
    customerAddresses: new Set([tanaka, '0312345678']),
  };
  const outbound = aCall('c1').outbound(tanaka, 'anna');
  const theyAnswer = outbound.rings().answeredAfter(6);
  const passedOn = passes(theyAnswer, 10, 'anna', nobodys('600'));
  const table: readonly Row[] = [
    ['theirs rings', '', outbound.rings()],
    ['theirs was busy', '', stops(outbound.rings(), 3, nobodys(tanaka))],
    ['theirs was busy, nobody’s phone of any number', '', stops(outbound.rings(nobodys('999')), 3, nobodys('999'))],
    ['theirs answers', 'anna: talked 6–', theyAnswer],
    ['Anna’s phone rang first', 'anna: rang 0–8, talked 8–', outbound.rings('anna').ringsAfter(3).answeredAfter(5)],
    ['theirs answers again', 'anna: talked 6–16; blind anna→600 16', passedOn.answeredAfter(3, nobodys(tanaka))],
    ['theirs rings once Anna gave it away', 'anna: talked 6–16; blind anna→600 16', passedOn.ringsAfter(3, nobodys('0312345678'))],
    [
      'a phone told before she gave it away stays theirs',
      'anna: talked 2–12; blind anna→600 12',
      passes(outbound.answeredAfter(2, nobodys('999')), 10, 'anna', nobodys('600')).answeredAfter(3, nobodys('999')),
    ],
    [
      'a phone told once she gave it away is ours',
      'anna: talked 6–16; nobody’s 603: rang 18–23, talked 23–; blind anna→600 16',
      passedOn.ringsAfter(2, nobodys('603')).answeredAfter(5),
    ],
    [
      'a phone that rings in the very moment she gives it away is ours',
      'anna: talked 6–16; nobody’s 603: rang 16–; blind anna→600 16',
      passedOn.ringsAfter(0, nobodys('603')),
    ],
    ['an agent’s phone is the agent’s', 'anna 101: rang 0–4, talked 4–', outbound.rings(desk).answeredAfter(4, nobodys('101'))],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, stories) => expect(timelineOf(setting, stories)).toBe(words));

  test('nobody says who dials: somebody talks', () =>
    expect(timelineOf({ ...setting, dialledBy: undefined }, [theyAnswer])).toBe('somebody: talked 6–'));
  test('called in, a phone is ours whoever’s number it has', () =>
    expect(timelineOf({ ...setting, direction: 'inbound' }, [theyAnswer])).toBe(`nobody’s ${tanaka}: rang 0–6, talked 6–`));
  test('a phone rung for a colleague asked meanwhile is ours', () => {
    const asked = aCall('c2').at(8).rings(nobodys(tanaka)).answeredAfter(2);
    const consultation = { ...setting, colleaguesUntil: new Map([['c2' as CallId, aMondayMorning + 30_000]]) };
    expect(timelineOf(consultation, [theyAnswer, asked])).toBe(`anna: talked 6–; nobody’s ${tanaka}: rang 8–10, talked 30–`);
    const told = aCall('c2').at(8).rings(nobodys('603'));
    expect(timelineOf(consultation, [passes(theyAnswer, 10, 'anna', nobodys('600')).ringsAfter(1, nobodys('603')), told])).toBe(
      'anna: talked 6–16; nobody’s 603: rang 8–; blind anna→600 16',
    );
  });
});

describe('calling a colleague', () => {
  const setting: Partial<Setting> = { direction: 'internal', dialledBy: agentNamed('anna').id };
  const internal = aCall('c1').internal('anna', 'ben');
  const table: readonly Row[] = [
    ['who dialled talks with whoever answers', 'ben: rang 0–3, talked 3–; anna: talked 3–', internal.rings('ben').answeredAfter(3)],
    [
      'and no longer rings then',
      'anna: rang 0–5, talked 5–; ben: rang 2–5, talked 5–',
      internal.rings('anna').ringsAfter(2, 'ben').answeredAfter(3),
    ],
    [
      'rung in another leg as well',
      'anna: rang 1–5, talked 5–; ben: talked 5–',
      internal.answeredAfter(5, 'ben'),
      aCall('c2').at(1).rings('anna'),
    ],
    [
      'who dialled has taken up before',
      'anna: rang 0–1, talked 1–; ben: talked 4–',
      internal.rings('anna').answeredAfter(1).answeredAfter(3, 'ben'),
    ],
    ['who dialled alone talks alone', 'anna: rang 0–1, talked 1–', internal.rings('anna').answeredAfter(1)],
    [
      'who dialled and left isn’t brought back by another’s answer',
      'ben: talked 3–; anna: talked 3–5; carl: talked 8–',
      leaves(internal.answeredAfter(3, 'ben'), 2, 'anna').answeredAfter(3, 'carl'),
    ],
    [
      'who dialled and gave up before is not brought in by an answer',
      'anna: rang 0–3; ben: talked 3–',
      leaves(internal.rings('anna'), 1, 'anna').answeredAfter(2, 'ben'),
    ],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, stories) => expect(timelineOf(setting, stories)).toBe(words));
  test('nobody says who dialled: nobody else talks', () =>
    expect(timelineOf({ direction: 'internal' }, [internal.rings('ben').answeredAfter(3)])).toBe('ben: rang 0–3, talked 3–'));
  test('a call from outside has no second end of ours', () =>
    expect(timelineOf({ dialledBy: agentNamed('anna').id }, [inbound.answeredAfter(3, 'ben')])).toBe('ben: talked 3–'));
});

describe('a colleague asked meanwhile', () => {
  const setting: Partial<Setting> = {
    colleaguesUntil: new Map([['c2' as CallId, aMondayMorning + 40_000]]),
    consulting: new Map([['c2' as CallId, 'anna' as AgentId]]),
  };
  const asked = aCall('c2').at(20).rings('ben').answeredAfter(5);
  const table: readonly Row[] = [
    ['rings, and talks with the customer from then on', 'anna: rang 0–4, talked 4–; ben: rang 20–25, talked 40–', annaTalks, asked],
    ['who asked is no colleague asked', 'anna: rang 0–4, talked 4–', annaTalks, aCall('c2').at(22).answered('anna')],
    ['who asked answers from then on', 'anna: talked 40–', aCall('c2').at(40).answered('anna')],
    ['a phone of nobody’s answers', 'nobody’s 603: talked 40–', aCall('c2').at(22).answered(nobodys('603'))],
    ['answers the customer as well, and talks from there on', 'ben: rang 20–25, talked 33–', asked, aCall('c1').at(33).answered('ben')],
    ['leaves before', 'anna: rang 0–4, talked 4–; ben: rang 20–25', annaTalks, leaves(asked, 6, 'ben')],
    ['leaves in that very moment', 'anna: rang 0–4, talked 4–; ben: rang 20–25, talked 40–40', annaTalks, leaves(asked, 15, 'ben')],
    ['leaves later', 'anna: rang 0–4, talked 4–; ben: rang 20–25, talked 40–45', annaTalks, leaves(asked, 20, 'ben')],
    [
      'who asked leaves the colleague, not the customer',
      'anna: rang 0–4, talked 4–; ben: rang 20–25, talked 40–',
      annaTalks,
      leaves(asked, 6, 'anna'),
    ],
    ['who asked leaves from then on', 'anna: rang 0–4, talked 4–40; ben: rang 20–25, talked 40–', annaTalks, leaves(asked, 15, 'anna')],
    ['a phone of nobody’s leaves before', 'nobody’s 603: ', leaves(aCall('c2').at(22).answered(nobodys('603')), 3, nobodys('603'))],
    [
      'holding before holds no customer',
      'anna: rang 0–4, talked 4–; ben: rang 20–25, talked 40–',
      annaTalks,
      asked.heldAfter(2, 'ben').heldAfter(1, 'anna'),
    ],
    ['holding from then on does', 'anna: rang 0–4, talked 4–; ben: rang 20–25, talked 40– held 40–', annaTalks, asked.heldAfter(15, 'ben')],
    [
      'passed on by whoever was asked, the customer isn’t',
      'anna: rang 0–4, talked 4–; ben: rang 20–25; carl: rang 32–34, talked 40–',
      annaTalks,
      passes(asked, 5, 'ben', 'carl').ringsAfter(2, 'carl').answeredAfter(2),
    ],
    ['passed on by somebody nothing is known of', 'ben: rang 20–25, talked 40–', passes(asked, 5, 'carl', 'dora')],
    [
      'passed on by whoever asked, the customer is',
      'ben: rang 20–25, talked 30–; anna: talked 30–30; attended anna→ben 30',
      passes(asked, 5, 'anna', 'ben', 'attended'),
    ],
    [
      'passed on by another who talks with the customer, the customer is',
      'dora: talked 4–30; ben: rang 20–25, talked 30–; attended dora→ben 30',
      inbound.answeredAfter(4, 'dora'),
      passes(asked, 5, 'dora', 'ben', 'attended'),
    ],
    [
      'passed on by another who talks with the customer since that very moment',
      'ben: rang 20–25; dora: talked 30–30; blind dora→carl 30',
      inbound.at(30).answered('dora'),
      leaves(passes(asked, 5, 'dora', 'carl'), 1, 'ben'),
    ],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, stories) => expect(timelineOf(setting, stories)).toBe(words));

  test('nobody says who asked: a phone of nobody’s answers and leaves like any', () => {
    const { colleaguesUntil } = setting as Setting;
    const answers = aCall('c2').at(22).answered(nobodys('603'));
    expect(timelineOf({ colleaguesUntil }, [answers])).toBe('nobody’s 603: talked 40–');
    expect(timelineOf({ colleaguesUntil }, [leaves(answers, 3, nobodys('603'))])).toBe('nobody’s 603: ');
  });
  test('with nothing coming of it, they never talked with the customer', () => {
    const never: Partial<Setting> = { ...setting, colleaguesUntil: new Map([['c2' as CallId, Infinity]]) };
    expect(timelineOf(never, [annaTalks, asked.answeredAfter(1, 'carl')])).toBe('anna: rang 0–4, talked 4–; ben: rang 20–25; carl: ');
    expect(timelineOf(never, [leaves(annaTalks.answeredAfter(1, 'ben'), 2, 'ben'), asked])).toBe(
      'anna: rang 0–4, talked 4–; ben: rang 20–25, talked 5–7',
    );
  });
});
