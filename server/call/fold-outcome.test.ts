import { describe, expect, test } from 'vitest';
import { aCall, agentNamed, aMondayMorning, type CallStory } from '../testing/a-call.ts';
import type { Call } from './call.ts';
import type { CallId, Endpoint, RingEnd } from './event.ts';
import { foldCall } from './fold.ts';

const tanaka = '+81312345678';
const fold = (...stories: readonly CallStory[]): Call => {
  const call = foldCall(
    'c1' as CallId,
    stories.flatMap((story) => story.events),
  );
  if (!call) throw new Error('no call');
  return call;
};
const phoneOf = (who: string): Endpoint => ({ asDialled: who, agent: agentNamed(who) });
/** A row of a table: a title, what is expected, and the stories that tell it. */
const rowOf = <Words, Told>([title, words, ...told]: readonly [string, Words, ...Told[]]) => [title, words, told] as const;
const theirs: Endpoint = { asDialled: tanaka };
/** The ringing of this phone is over; `who`: a colleague, or the customer's phone. */
const stops = (story: CallStory, seconds: number, who: string | Endpoint, how: RingEnd): CallStory =>
  story.after(seconds).tells({ type: 'ring-ended', endpoint: typeof who === 'string' ? phoneOf(who) : who, how });
const hungUpBy = (story: CallStory, by: 'customer' | 'agent'): CallStory => story.after(3).tells({ type: 'ended', by });
const signalled = (story: CallStory): CallStory => story.tells({ type: 'signalled', signals: [] });
/** `missed, declined`: what became of it, and why. */
const outcomeOf = ({ outcome, missedBecause }: Call): string => [outcome, missedBecause].filter((word) => word !== undefined).join(', ');
/** `anna at 2 for 20: no answer`, every ringing. */
const attemptsOf = ({ attempts }: Call): string =>
  attempts
    .map(({ at, endpoint, agent, seconds, how }) =>
      [
        agent && agent.id !== endpoint ? `${agent.id} on` : '',
        endpoint,
        `at ${(at - aMondayMorning) / 1000} for ${seconds}: ${how ?? 'rings'}`,
      ]
        .filter(Boolean)
        .join(' '),
    )
    .join('; ');

const nameless = aCall('c1');
const inbound = nameless.inbound(tanaka);
const outbound = nameless.outbound(tanaka, 'anna');
const internal = nameless.internal('anna', 'ben');
const voicemail = (story: CallStory) => story.leavesVoicemailAfter(2);
const closed = (story: CallStory) => story.after(1).tells({ type: 'closed' });

describe('what became of a call', () => {
  const consultation = aCall('c2').internal('anna', 'ben').rings('ben').after(1).tells({ type: 'ended', by: 'agent' }).joinedInto('c1');
  const table: readonly (readonly [string, string, ...CallStory[]])[] = [
    ['Anna answered', 'answered', inbound.rings('anna').answeredAfter(4).endsAfter(9)],
    ['Anna is talking', 'answered', inbound.rings('anna').answeredAfter(4)],
    ['it still rings', '', inbound.rings('anna')],
    ['the caller left a message', 'voicemail', voicemail(inbound).endsAfter(1)],
    ['the caller heard that nobody is there, left a message and hung up', 'voicemail', hungUpBy(voicemail(closed(inbound)), 'customer')],
    ['a message was left in a call whose start was lost', 'voicemail', voicemail(nameless).endsAfter(1)],
    ['a message was left, and the call goes on', '', voicemail(inbound)],
    ['the caller heard that nobody is there', 'closed', closed(inbound).endsAfter(1)],
    ['the caller heard that nobody is there and hung up', 'closed', hungUpBy(closed(inbound), 'customer')],
    ['the caller gave up', 'abandoned', hungUpBy(inbound.rings('anna'), 'customer')],
    ['the caller gave up, and another end was told that names nobody', 'abandoned', hungUpBy(inbound, 'customer').endsAfter(1)],
    ['of two who are said to have hung up the last counts', 'missed', hungUpBy(hungUpBy(inbound, 'customer'), 'agent')],
    ['nobody answered', 'missed, no answer', inbound.rings('anna').endsAfter(20)],
    ['the last phone’s ringing says why', 'missed, busy', stops(stops(inbound, 1, 'anna', 'declined'), 1, 'ben', 'busy').endsAfter(20)],
    ['nothing rang, as far as is told', 'missed', inbound.endsAfter(20)],
    ['nothing rang, and signals would have told', 'missed, unreachable', signalled(inbound).endsAfter(20)],
    ['something rang, and signals told it', 'missed, no answer', signalled(inbound.rings('anna')).endsAfter(20)],
    ['who hung up on a colleague asked meanwhile hung up on nobody else', 'missed', inbound.endsAfter(20), consultation],

    ['Anna called and gave up', 'cancelled', hungUpBy(stops(outbound.rings(), 5, theirs, 'busy'), 'agent')],
    ['Anna called and gave up before anything rang', 'cancelled', hungUpBy(outbound, 'agent')],
    ['Anna called and an answering machine took it', 'no answer', voicemail(outbound.rings()).endsAfter(1)],
    ['Anna called, and the network says nothing of theirs', 'no answer', outbound.endsAfter(20)],
    ['Anna called, and the network says nothing of theirs, which signals would', 'unreachable', signalled(outbound).endsAfter(20)],
    ['Anna called, nobody answered', 'no answer', outbound.rings().endsAfter(20)],
    ['Anna called, and they hung up unanswered', 'no answer', hungUpBy(outbound, 'customer')],
    [
      'Anna called, her own phone rang after theirs was busy',
      'busy',
      stops(outbound, 1, theirs, 'busy').ringsAfter(1, 'anna').endsAfter(20),
    ],
    ['Anna called, and didn’t take up her own phone', 'declined', stops(outbound.rings('anna'), 1, 'anna', 'declined').endsAfter(2)],
    ['Anna called a place that was closed', 'no answer', closed(outbound).endsAfter(1)],

    ['Anna called Ben, who was busy', 'busy', stops(internal, 1, 'ben', 'busy').endsAfter(1)],
    ['Anna called Ben, then Carl, who declined', 'declined', stops(stops(internal, 1, 'ben', 'busy'), 1, 'carl', 'declined').endsAfter(1)],
    [
      'Anna called a phone of nobody’s, then Ben’s',
      'declined',
      stops(stops(internal, 1, theirs, 'busy'), 1, 'ben', 'declined').endsAfter(1),
    ],
    ['Anna called Ben and gave up', 'cancelled', hungUpBy(internal.rings('ben'), 'agent')],
    ['Anna called Ben, whose machine took it', 'voicemail', voicemail(internal.rings('ben')).endsAfter(1)],
    ['somebody of whom nothing is known hung up', 'missed', hungUpBy(nameless, 'agent')],
    ['a caller of whom nothing is known gave up', 'abandoned', hungUpBy(nameless, 'customer')],
  ];
  test.each(table.map(rowOf))('%s: %s', (_title, words, stories) => expect(outcomeOf(fold(...stories))).toBe(words));

  const ends: readonly (readonly [RingEnd, string])[] = [
    ['busy', 'busy'],
    ['no answer', 'no answer'],
    ['declined', 'declined'],
    ['no such number', 'no such number'],
    ['unreachable', 'unreachable'],
    ['stopped', 'cancelled'],
    ['forwarded', 'no answer'],
    ['do not disturb', 'no answer'],
    ['elsewhere', 'no answer'],
  ];
  test.each(ends)('the customer’s phone: %s, so the call: %s', (how, words) => {
    expect(outcomeOf(fold(stops(outbound.rings(), 5, theirs, how).endsAfter(1)))).toBe(words);
    expect(outcomeOf(fold(stops(inbound.rings('anna'), 5, 'anna', how).endsAfter(1)))).toBe(`missed, ${how}`);
  });
});

describe('every ringing, and how it ended', () => {
  const desk: Endpoint = { asDialled: '101', agent: agentNamed('anna') };
  const mobile: Endpoint = { asDialled: '102', agent: agentNamed('anna') };
  const table: readonly (readonly [string, string, ...CallStory[]])[] = [
    [
      'Ben was quicker than Anna',
      'anna at 2 for 6: elsewhere; ben at 3 for 5: answered',
      inbound.ringsAfter(2, 'anna').ringsAfter(1, 'ben').answeredAfter(5, 'ben').endsAfter(30),
    ],
    [
      'it rings still, until the last that was heard',
      'anna at 2 for 7: rings; ben at 9 for 0: rings',
      inbound.ringsAfter(2, 'anna').ringsAfter(7, 'ben'),
    ],
    ['it rang to the end', 'anna at 2 for 20: no answer', inbound.ringsAfter(2, 'anna').endsAfter(20)],
    ['it rang until the caller gave up', 'anna at 2 for 3: stopped', hungUpBy(inbound.ringsAfter(2, 'anna'), 'customer')],
    [
      'it rang until the caller gave up, and another end was told that names nobody',
      'anna at 2 for 4: stopped',
      hungUpBy(inbound.ringsAfter(2, 'anna'), 'customer').endsAfter(1),
    ],
    [
      'another answered in the very moment it rang',
      'anna at 2 for 0: elsewhere',
      inbound.ringsAfter(2, 'anna').answered('ben').endsAfter(9),
    ],
    ['it rang until somebody of ours hung up', 'anna at 2 for 3: no answer', hungUpBy(inbound.ringsAfter(2, 'anna'), 'agent')],
    [
      'told why, it is not concluded',
      'anna at 2 for 5: declined; ben at 8 for 4: answered',
      hungUpBy(stops(inbound.ringsAfter(2, 'anna'), 5, 'anna', 'declined').ringsAfter(1, 'ben').answeredAfter(4), 'customer'),
    ],
    [
      'told twice of one phone it is one ringing, and another when it had ended',
      'anna at 2 for 6: busy; anna at 9 for 4: answered',
      stops(inbound.ringsAfter(2, 'anna').ringsAfter(5, 'anna'), 1, 'anna', 'busy').ringsAfter(1, 'anna').answeredAfter(4).endsAfter(8),
    ],
    [
      'two phones of one agent are one ringing, at the first of them',
      'anna on 101 at 0 for 7: answered',
      inbound.rings(desk).ringsAfter(3, mobile).answeredAfter(4, mobile).endsAfter(2),
    ],
    [
      'phones of nobody’s are each their own',
      '600 at 0 for 7: elsewhere; 601 at 3 for 4: answered',
      inbound.rings({ asDialled: '600' }).ringsAfter(3, { asDialled: '601' }).answeredAfter(4, { asDialled: '601' }).endsAfter(2),
    ],
    [
      'a phone is known by its number when its agent isn’t told again',
      'anna on 101 at 0 for 7: answered',
      inbound.rings(desk).answeredAfter(7, { asDialled: '101' }).endsAfter(2),
    ],
    ['a phone that couldn’t ring', 'anna at 5 for 0: unreachable', stops(inbound, 5, 'anna', 'unreachable').endsAfter(20)],
    [
      'an end that is told of another phone leaves this one ringing',
      'anna at 0 for 25: no answer; ben at 5 for 0: busy',
      stops(inbound.rings('anna'), 5, 'ben', 'busy').endsAfter(20),
    ],
    [
      'an end told again is one that couldn’t ring',
      'anna at 0 for 5: busy; anna at 6 for 0: declined',
      stops(stops(inbound.rings('anna'), 5, 'anna', 'busy'), 1, 'anna', 'declined').endsAfter(20),
    ],
    [
      'an answer before the ringing is no end of it',
      'anna at 0 for 4: answered; ben at 14 for 20: no answer',
      inbound.rings('anna').answeredAfter(4).transfersAfter(10, 'ben').rings('ben').endsAfter(20),
    ],
    [
      'the customer’s phone is one of them',
      `anna at 0 for 3: answered; ${tanaka} at 3 for 6: answered`,
      outbound.rings('anna').answeredAfter(3).rings(theirs).answeredAfter(6).endsAfter(9),
    ],
    ['a stamp after the end takes no ringing out of the call', 'anna at 20 for 0: no answer', inbound.endsAfter(20).ringsAfter(1, 'anna')],
    [
      'what rang for a colleague asked meanwhile is none, nor its answer the end of one',
      'anna at 0 for 4: answered; carl at 6 for 24: no answer',
      inbound.rings('anna').answeredAfter(4).ringsAfter(2, 'carl').at(30).ends(),
      aCall('c2').at(10).internal('anna', 'ben').rings('ben').answeredAfter(5).at(40).joinedInto('c1'),
    ],
  ];
  test.each(table.map(rowOf))('%s', (_title, words, stories) => expect(attemptsOf(fold(...stories))).toBe(words));

  test('who is told by id alone is known by all that was told', () => {
    const call = fold(
      inbound
        .rings({ asDialled: '101', agent: { id: agentNamed('anna').id } })
        .answeredAfter(4, 'anna')
        .endsAfter(9),
    );
    expect(call.attempts).toEqual([{ at: aMondayMorning, endpoint: '101', agent: agentNamed('anna'), seconds: 4, how: 'answered' }]);
  });
});

describe('the queue the customer waited in', () => {
  const sales = { id: 'q1', name: 'Sales' };
  const service = { id: 'q2', name: 'Service' };
  const queued = (story: CallStory, seconds: number, queue = sales) => story.after(seconds).tells({ type: 'queued', queue });
  const unqueued = (story: CallStory, seconds: number, queue = sales) => story.after(seconds).tells({ type: 'unqueued', queue });
  const table: readonly (readonly [string, string, CallStory])[] = [
    ['no queue: from the start to the answer', 'none, 4', inbound.rings('anna').answeredAfter(4).endsAfter(9)],
    ['from joining the queue to the answer', 'Sales, 6', queued(inbound, 3).ringsAfter(2, 'anna').answeredAfter(4).endsAfter(9)],
    ['from joining the queue to giving up', 'Sales, 8', queued(inbound, 3).endsAfter(8)],
    ['waiting still', 'Sales, 5', queued(inbound, 3).ringsAfter(5, 'anna')],
    ['until the customer left it', 'Sales, 5', unqueued(queued(inbound, 3), 5).endsAfter(20)],
    ['leaving it in the moment of joining', 'Sales, 0', unqueued(queued(inbound, 3), 0).endsAfter(20)],
    ['leaving it for the answer', 'Sales, 4', unqueued(queued(inbound, 3).rings('anna').answeredAfter(4), 5).endsAfter(9)],
    ['the last of several', 'Service, 7', queued(unqueued(queued(inbound, 3), 5), 2, service).endsAfter(7)],
    ['leaving the former while waiting in the latter', 'Service, 7', unqueued(queued(queued(inbound, 3), 2, service), 5).endsAfter(2)],
    ['leaving one joined again', 'Sales, 6', unqueued(queued(unqueued(queued(inbound, 3), 5), 2), 6).endsAfter(9)],
    ['the first leaving counts', 'Sales, 5', unqueued(unqueued(queued(inbound, 3), 5), 4).endsAfter(9)],
    [
      'the one before the answer, not the one Anna passed it to',
      'Sales, 4',
      queued(queued(inbound, 3).rings('anna').answeredAfter(4).transfersAfter(10, 'ben'), 1, service).endsAfter(9),
    ],
    ['joined in the moment of the answer', 'Sales, 0', queued(inbound.after(3), 0).answered('anna').endsAfter(9)],
    [
      'of two the one joined in the moment of the answer',
      'Service, 0',
      queued(queued(inbound, 3), 2, service).answered('anna').endsAfter(9),
    ],
    ['joined after the answer only: it is no wait', 'Service, 4', queued(inbound.rings('anna').answeredAfter(4), 10, service).endsAfter(9)],
  ];
  test.each(table)('%s: %s', (_title, words, story) => {
    const { queue, waitSeconds } = fold(story);
    expect(`${queue?.name ?? 'none'}, ${waitSeconds}`).toBe(words);
  });
  test('is told whole', () => expect(fold(queued(inbound, 3)).queue).toEqual(sales));
});
