import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { PhoneNumber } from '../call/event.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { anAgent, anna, anOutboundCall, anUnansweredCall, at, aToldCall, ben, noon } from '../testing/a-told-call.ts';
import { hostileKeys, hostileTexts } from '../testing/hostile.ts';
import type { DecideFacts } from './decide.ts';
import { commentCap } from './fit-comment.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { wantedLog } from './wanted-log.ts';
import { languages, type Language } from './words.ts';

const annaInCrm = { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' };
const integration = { crmUserId: '005Z', zone: 'Europe/Warsaw', name: 'Integration' };
type Given = Partial<Omit<Inputs, 'policy'>> & { policy?: Partial<Policy>; language?: Language; links?: Partial<DecideFacts> };
const logged = (call: Call, { policy, language = 'en', links, ...inputs }: Given = {}) =>
  wantedLog(
    call,
    {
      policyVersion: 1,
      policy: { ...defaultPolicy(language), ...policy },
      people: { anna: annaInCrm },
      fallbackOwner: integration,
      named: {},
      match: matchCall(call, nobodyKnown, defaultPolicy('en').match),
      clockOffsetMs: 0,
      ...inputs,
    },
    { recordingLinks: {}, settled: true, ...links },
    'completed',
  );
const record = (call: Call, given: Given = {}) => logged(call, given).record;

describe('Subject', () => {
  const dialpad = { product: 'Dialpad' };
  test('DP-49: the default title is "Dialpad 通話 - 発信 / (1)分"', () =>
    expect(record(anOutboundCall({ talkSeconds: 42 }), { language: 'ja', policy: dialpad }).subject).toBe('Dialpad 通話 - 発信 / (1)分'));
  test.each([
    ['en', 'Dialpad call - Outbound / (1) min', 'Inbound', 'Missed', 'Voicemail'],
    ['ja', 'Dialpad 通話 - 発信 / (1)分', '着信', '不在着信', 'ボイスメール'],
    ['fr', 'Appel Dialpad - Sortant / (1) min', 'Entrant', 'Manqué', 'Message vocal'],
    ['ru', 'Звонок Dialpad - Исходящий / (1) мин', 'Входящий', 'Пропущенный', 'Голосовое сообщение'],
    ['pl', 'Połączenie Dialpad - Wychodzące / (1) min', 'Przychodzące', 'Nieodebrane', 'Wiadomość głosowa'],
  ] as const)('AC-01: in %s', (language, outbound, ...words) => {
    expect(record(anOutboundCall({ talkSeconds: 42 }), { language, policy: dialpad }).subject).toBe(outbound);
    const directions = [aToldCall(), anUnansweredCall(), anUnansweredCall({ type: 'voicemail' })].map(
      (call) => record(call, { language, policy: { subject: '{DIRECTION}' } }).subject,
    );
    expect(directions).toEqual(words);
  });
  test.each([
    ['ceil', 0, 1],
    ['ceil', 60, 1],
    ['ceil', 61, 2],
    ['floor', 29, 1],
    ['floor', 119, 1],
    ['floor', 120, 2],
    ['round', 29, 1],
    ['round', 89, 1],
    ['round', 90, 2],
  ] as const)('DP-49: minutes by %s: %i s of talk are (%i) min, one at least', (minutes, talkSeconds, expected) =>
    expect(record(aToldCall({ talkSeconds }), { policy: { minutes } }).subject).toBe(`Cordboard call - Inbound / (${expected}) min`),
  );
  test('DP-49 (ruling): an unanswered call shows 0', () => {
    for (const minutes of ['ceil', 'floor', 'round'] as const)
      expect(record(anUnansweredCall(), { policy: { minutes } }).subject).toBe('Cordboard call - Missed / (0) min');
    expect(record(anOutboundCall({ type: 'outbound-unanswered', answeredAt: undefined, talkSeconds: 0 })).subject).toBe(
      'Cordboard call - Outbound / (0) min',
    );
  });
  test('AC-26: "Inbound answered call from {CUSTOMER} on {LINE}"', () =>
    expect(record(aToldCall(), { policy: { subject: '{DIRECTION} call from {CUSTOMER} on {LINE} with {AGENT}' } }).subject).toBe(
      'Inbound call from Hanako Tanaka on Sales with Anna Sato',
    ));
  test('DP-61: {DATE} is the due date, so "the date the ToDo was created by the call" can be the title', () =>
    expect(record(aToldCall({ startedAt: at('2026-03-02T23:00:00Z') }), { policy: { subject: '{DATE}' } }).subject).toBe('2026-03-03'));
  test('{CUSTOMER} is the chosen record, else the name that was sent, else the number, else that it is withheld', () => {
    const subjectOf = (changes: Partial<Call>) => record(aToldCall(changes), { policy: { subject: '{CUSTOMER}' } }).subject;
    const number = '+81312345678' as PhoneNumber;
    expect(subjectOf({ linked: { who: { kind: 'Contact', id: '003A', name: 'H. Tanaka' } } })).toBe('H. Tanaka');
    expect(subjectOf({ customer: { number, name: 'Hanako' } })).toBe('Hanako');
    expect(subjectOf({ customer: { number } })).toBe(number);
    expect(subjectOf({ customer: { withheld: true } })).toBe('number withheld');
    expect(subjectOf({ customer: {} })).toBe('unknown');
  });
  test('a template that comes out empty gives the default title, since a title is required', () =>
    expect(record(anUnansweredCall(), { policy: { subject: '{AGENT}' } }).subject).toBe('Cordboard call - Missed / (0) min'));
  test('MT-18: at most 255 characters, never half of one', () => {
    const { subject } = record(aToldCall({ customer: { name: '😀'.repeat(100) } }), { policy: { subject: '-{CUSTOMER}{CUSTOMER}' } });
    expect(subject).toMatch(/^-😀+…$/u);
    expect(subject.length).toBe(254);
  });
  test('S3: a name with braces is text, not a field; a name with a dollar sign is itself', () => {
    expect(record(aToldCall({ customer: { name: '{PRODUCT} $& $1' } }), { policy: { subject: 'From {CUSTOMER}' } }).subject).toBe(
      'From {PRODUCT} $& $1',
    );
  });
});

describe('Assigned to', () => {
  test('DP-60: the user who took the call, not the one it was transferred to', () =>
    expect(
      record(aToldCall({ answeredBy: anna, lastWith: ben }), { people: { anna: annaInCrm, ben: { ...annaInCrm, crmUserId: '005B' } } })
        .ownerId,
    ).toBe('005A'));
  test('DP-60: the user who made the call, answered or not', () => {
    for (const type of ['outbound-answered', 'outbound-unanswered'] as const)
      expect(record(anOutboundCall({ type, answeredBy: undefined, lastWith: ben })).ownerId).toBe('005A');
  });
  test('an answered call whose first agent the phone system doesn’t name goes to who talked last', () =>
    expect(logged(aToldCall({ answeredBy: undefined, lastWith: anna }))).toMatchObject({
      record: { ownerId: '005A' },
      because: expect.arrayContaining(["The phone system doesn't say who talked first; Anna Sato talked last."]) as unknown,
    }));

  test('AC-33: who isn’t in the CRM leaves it to the policy’s default owner, said in words', () => {
    const { record: log, because } = logged(aToldCall(), { people: { anna: null }, policy: { defaultOwnerId: '00G9' } });
    expect(log.ownerId).toBe('00G9');
    expect(because.slice(0, 3)).toEqual([
      'Anna Sato talked with the customer first.',
      'Anna Sato has no user in the CRM.',
      "The owner is the policy's default owner, 00G9 (AC-33).",
    ]);
    expect(log.system).toContain('Answered by: Anna Sato (no user in the CRM)');
  });
  test('AC-33: otherwise the user who connected the CRM', () => {
    const { record: log, because } = logged(aToldCall(), { people: {} });
    expect(log.ownerId).toBe('005Z');
    expect(because).toContain("It isn't known which user of the CRM Anna Sato is.");
    expect(because).toContain('The owner is Integration, as whom Cordboard is connected (AC-33).');
    expect(log.system).toContain('Answered by: Anna Sato'); // not looked up is not the same as not there
  });
  test('DP-53: a missed call is nobody’s, so the default owner’s', () => {
    const { record: log, because } = logged(anUnansweredCall(), { policy: { defaultOwnerId: '00G9' } });
    expect(log.ownerId).toBe('00G9');
    expect(because[0]).toBe('Nobody talked with the customer.');
    expect(log.system.join()).not.toContain('Answered by');
  });
  test('nobody at all: the CRM decides', () =>
    expect(logged(anUnansweredCall(), { fallbackOwner: null })).toMatchObject({ record: { ownerId: undefined } }));
  test('an outbound call of someone without a user says who called', () =>
    expect(record(anOutboundCall(), { people: { anna: null } }).system).toContain('Called by: Anna Sato (no user in the CRM)'));
  test('the owner isn’t repeated in the comment', () => expect(record(aToldCall()).system.join()).not.toContain('Anna'));
  test('S3: an agent whose id is a built-in property owns nothing', () => {
    for (const id of hostileKeys) expect(record(aToldCall({ answeredBy: anAgent(id) })).ownerId).toBe('005Z');
  });
});

describe('Due date', () => {
  const due = (startedAt: string, zone: string, given: Given = {}) =>
    record(aToldCall({ startedAt: at(startedAt) }), { people: { anna: { ...annaInCrm, zone } }, ...given }).dueDate;
  test.each([
    ['2026-03-02T14:59:59Z', 'Asia/Tokyo', '2026-03-02'],
    ['2026-03-02T15:00:00Z', 'Asia/Tokyo', '2026-03-03'],
    ['2026-03-02T15:00:00Z', 'America/Los_Angeles', '2026-03-02'],
    ['2026-12-31T10:30:00Z', 'Pacific/Kiritimati', '2027-01-01'], // +14: the first to have a new year
    ['2027-01-01T10:30:00Z', 'Pacific/Pago_Pago', '2026-12-31'], // −11: the last to have the old one
    ['2026-03-29T00:59:59Z', 'Europe/Warsaw', '2026-03-29'], // the last second before the clocks go forward
    ['2026-03-29T21:59:59Z', 'Europe/Warsaw', '2026-03-29'], // in summer time: 23:59:59
    ['2026-03-29T22:00:00Z', 'Europe/Warsaw', '2026-03-30'],
    ['2026-10-25T22:59:59Z', 'Europe/Warsaw', '2026-10-25'], // in winter time again: a day of 25 hours
    ['2018-11-04T02:59:59Z', 'America/Sao_Paulo', '2018-11-03'], // the next second is 01:00: this day had no midnight
    ['2018-11-04T03:00:00Z', 'America/Sao_Paulo', '2018-11-04'],
    ['2011-12-30T09:59:59Z', 'Pacific/Apia', '2011-12-29'], // 30 December 2011 didn't happen there
    ['2011-12-30T10:00:00Z', 'Pacific/Apia', '2011-12-31'],
    ['2028-02-29T18:29:59Z', 'Asia/Kathmandu', '2028-03-01'], // +05:45
  ])('DP-64: a call at %s is of %3$s for an owner in %s', (startedAt, zone, expected) => expect(due(startedAt, zone)).toBe(expected));
  test('DP-64: a call over midnight is of the day it began', () =>
    expect(
      record(
        aToldCall({ startedAt: at('2026-03-02T14:59:00Z'), answeredAt: at('2026-03-02T14:59:30Z'), endedAt: at('2026-03-02T15:20:00Z') }),
      ).dueDate,
    ).toBe('2026-03-02'));
  test('DP-64: without an owner’s zone the policy’s counts, and the trace says so', () => {
    const given = { people: { anna: null }, policy: { defaultOwnerId: '00G9', zone: 'Asia/Tokyo' } };
    expect(due('2026-03-02T15:00:00Z', '', given)).toBe('2026-03-03');
    expect(logged(aToldCall(), given).because).toContain(
      "Due 2026-03-02: the day the call began in Asia/Tokyo, the policy's zone, since the owner's isn't known (DP-64).",
    );
  });
  test('the default owner’s zone counts where it is known from elsewhere', () =>
    expect(due('2026-03-02T23:30:00Z', '', { people: { anna: null }, policy: { defaultOwnerId: '005Z' } })).toBe('2026-03-03'));
  test('a zone of the org that this machine doesn’t know costs no log', () => {
    expect(due('2026-03-02T15:00:00Z', 'Mars/Olympus', { policy: { zone: 'Asia/Tokyo' } })).toBe('2026-03-03');
    expect(logged(aToldCall(), { people: { anna: { ...annaInCrm, zone: 'Mars/Olympus' } } }).because).toContain(
      `Due 2026-03-02: the day the call began in UTC, a zone of ours, since the owner's ("Mars/Olympus") is unknown here (DP-64).`,
    );
  });
  test.each([
    [1999, '2026-03-02'],
    [2000, '2026-03-03'],
    [-1999, '2026-03-02'],
  ])('C6: clocks that differ by %i ms: corrected from 2 s on', (clockOffsetMs, expected) =>
    expect(due('2026-03-02T14:59:59Z', 'Asia/Tokyo', { clockOffsetMs })).toBe(expected),
  );
  test('C6: a clock that is ahead is taken back, and the trace says so', () => {
    expect(due('2026-03-02T15:00:01Z', 'Asia/Tokyo', { clockOffsetMs: -2000 })).toBe('2026-03-02');
    expect(logged(aToldCall(), { clockOffsetMs: -2000 }).because.join()).toContain(
      "The phone system's clock was corrected by -2000 ms (C6).",
    );
  });
});

describe('the plain fields', () => {
  test('DP-62: the direction; DP-63: talk time in seconds; DP-51: the call id', () =>
    expect(record(aToldCall({ direction: 'inbound', talkSeconds: 61, waitSeconds: 12 }))).toMatchObject({
      direction: 'inbound',
      durationSeconds: 61,
      waitSeconds: 12,
      callKey: 'c-41',
    }));
  test('DP-63: 0 when missed', () => expect(record(anUnansweredCall()).durationSeconds).toBe(0));
  test('AC-23, AC-24: contact or lead, and the case', () =>
    expect(record(aToldCall({ linked: { who: { kind: 'Contact', id: '003A' }, what: { kind: 'Case', id: '500A' } } }))).toMatchObject({
      who: { kind: 'Contact', id: '003A' },
      what: { kind: 'Case', id: '500A' },
    }));
  test('MT-02: nobody found leaves both empty', () => expect(record(aToldCall())).toMatchObject({ who: undefined, what: undefined }));
  test('AC-14, FC-70: linking a case moves the log off the lead, and the trace says so', () => {
    const { record: log, because } = logged(
      aToldCall({ linked: { who: { kind: 'Lead', id: '00QA' }, what: { kind: 'Case', id: '500A' } } }),
    );
    expect(log).toMatchObject({ who: undefined, what: { kind: 'Case', id: '500A' } });
    expect(because).toContain("An activity of a lead can't also be about a Case: the log moved off the lead to the Case.");
  });
  test('a lead that ranks before what was only found keeps the log', () => {
    const match = {
      searched: 'the book',
      candidates: [
        { record: { kind: 'lead', id: '00QA' }, as: 'who', because: '' } as const,
        { record: { kind: 'account', id: '001A' }, as: 'what', because: '' } as const,
      ],
    };
    expect(record(aToldCall(), { match })).toMatchObject({ who: { id: '00QA' }, what: undefined });
  });
  test('S3: the page of the call is linked by https or not at all', () => {
    expect(record(aToldCall(), { links: { link: 'https://cb.example/calls/1' } }).link).toBe('https://cb.example/calls/1');
    for (const link of [
      'http://cb.example/1',
      'javascript:alert(1)',
      'https://user:pass@cb.example/',
      'https://bank.example@cb.example/',
      'calls/1',
      '',
    ])
      expect(record(aToldCall(), { links: { link } }).link).toBeUndefined();
  });
});

describe('Result', () => {
  test('AC-32: outcome and tags', () => expect(record(aToldCall({ tags: ['vip', 'complaint'] })).result).toBe('Answered, vip, complaint'));
  test.each(languages)('in %s each outcome has its own word', (language) => {
    const results = [
      aToldCall(),
      anUnansweredCall(),
      anUnansweredCall({ type: 'voicemail' }),
      anUnansweredCall({ type: 'outbound-unanswered' }),
    ].map((call) => record(call, { language }).result);
    expect(new Set(results).size).toBe(4);
  });
  test('AC-32: cut at 255 between tags; all of them are then in the comment', () => {
    const tags = Array.from({ length: 30 }, (_, index) => `tag number ${index + 10}`);
    const { result, system } = record(aToldCall({ tags }));
    expect(result).toBe(`Answered, ${tags.slice(0, 16).join(', ')}, …`);
    expect(result.length).toBeLessThanOrEqual(255);
    expect(`${result.slice(0, -1)}${tags[16]}, …`.length).toBeGreaterThan(255);
    expect(system).toContain(`Tags: ${tags.join(', ')}`);
  });
  test('AC-32: a tag that just fits is kept, one character more and it goes', () => {
    const resultOf = (length: number) => record(aToldCall({ tags: ['x'.repeat(length), 'y'.repeat(20)] })).result;
    expect(resultOf(242)).toBe(`Answered, ${'x'.repeat(242)}, …`);
    expect(resultOf(243)).toBe('Answered, …');
  });
  test('exactly 255 characters are not cut', () => {
    const tags = ['x'.repeat(100), 'y'.repeat(255 - 'Answered, , '.length - 100)];
    expect(record(aToldCall({ tags })).result).toBe(`Answered, ${tags.join(', ')}`);
  });
});

describe('Comment', () => {
  test('AC-29: the waiting time is in the description, in every language', () =>
    expect(languages.map((language) => record(aToldCall({ waitSeconds: 3725 }), { language }).system[2])).toEqual([
      'Waiting time: 1 h 2 min 5 s',
      '待ち時間: 1時間2分5秒',
      'Temps d’attente\u00a0: 1\u00a0h 2\u00a0min 5\u00a0s',
      'Время ожидания: 1 ч 2 мин 5 с',
      'Czas oczekiwania: 1 godz. 2 min 5 s',
    ]));
  test('AC-20, AC-21, AC-22: the customer as the phone system told them, so that a log without a record still says whom to call back', () =>
    expect(
      record(aToldCall({ customer: { number: '+81312345678' as PhoneNumber, name: 'Hanako', email: 'h@example.com' } })).system.slice(0, 2),
    ).toEqual(['Customer: Hanako, +81312345678, h@example.com', 'Line: Sales']));

  const recording = { recordingId: 'r1', url: 'http://10.0.0.5/r1.wav', seconds: 61 };
  test('DP-50, AC-30: a recording is linked by our own permanent address', () =>
    expect(
      record(aToldCall({ recordings: [recording] }), { links: { recordingLinks: { r1: 'https://cb.example/r/1' } } }).system,
    ).toContain('Recording (1 min 1 s): https://cb.example/r/1'));
  test('S3: without it only an https address of the phone system is linked', () => {
    expect(record(aToldCall({ recordings: [recording] })).system.join()).not.toContain('Recording');
    expect(record(aToldCall({ recordings: [{ recordingId: 'r1', url: 'https://pbx.example/r1' }] })).system).toContain(
      'Recording: https://pbx.example/r1',
    );
  });
  test('S3: no hostile text becomes a link', () => {
    for (const url of Object.values(hostileTexts))
      expect(record(aToldCall({ recordings: [{ recordingId: 'r1', url }] })).system.join()).not.toContain('Recording');
  });
  test('S3: a recording with the id of a built-in property has no link of ours', () => {
    for (const recordingId of hostileKeys)
      expect(record(aToldCall({ recordings: [{ recordingId, url: '' }] })).system.join()).not.toContain('Recording');
  });
  test('DP-50: a voicemail is in the comment, with its link if there is one', () => {
    const call = anUnansweredCall({ type: 'voicemail', voicemail: { seconds: 14.6, url: 'https://pbx.example/vm' } });
    expect(record(call).system).toContain('Voicemail (15 s): https://pbx.example/vm');
    expect(record(call, { links: { voicemailLink: 'https://cb.example/vm/1' } }).system).toContain(
      'Voicemail (15 s): https://cb.example/vm/1',
    );
    expect(record(anUnansweredCall({ type: 'voicemail', voicemail: {} })).system).toContain('Voicemail');
  });
  test('transfers, in order, to people and to what was only dialled', () => {
    const transfers = [
      { at: noon, from: anna, to: { asDialled: '12', agent: ben }, how: 'blind' },
      { at: noon, from: ben, to: { asDialled: '+4812000' }, how: 'attended' },
    ] as const;
    expect(record(aToldCall({ transfers })).system.filter((line) => line.startsWith('Transferred'))).toEqual([
      'Transferred from Anna Sato to Ben Nowak',
      'Transferred from Ben Nowak to +4812000',
    ]);
  });
  test('score, summary and transcript, in this order', () =>
    expect(
      record(
        aToldCall({
          analysis: { score: 87, summary: 'Wants a quote.' },
          transcript: { url: 'https://pbx.example/t', text: 'Hello.\r\n\tHi.' },
        }),
      ).system.slice(3),
    ).toEqual(['Transcript: https://pbx.example/t', 'Score: 87', 'Summary: Wants a quote.', 'Transcript: Hello.', 'Hi.']));
  test('why nobody answered, if the phone system says; not for an answered call', () => {
    expect(record(anUnansweredCall({ endCause: 'BUSY' })).system).toContain('Reason given by the phone system: BUSY');
    expect(record(aToldCall({ endCause: 'NORMAL_CLEARING' })).system.join()).not.toContain('NORMAL');
  });
  test('a presumed end is said', () =>
    expect(record(aToldCall({ endPresumed: true })).system.at(-1)).toBe(
      'The phone system never reported the end of this call; it was presumed.',
    ));
  test('AC-31: the comments are the memo, in order; line breaks stay, other control characters go', () =>
    expect(
      record(
        aToldCall({
          comments: [
            { at: noon, text: 'first\r\nline\u0000' },
            { at: noon, text: ' ' },
            { at: noon, text: 'second', agent: anna },
          ],
        }),
      ).memo,
    ).toBe('first\nline\nsecond'));
  test('S3: no text of a stranger begins a line of its own', () => {
    for (const hostile of Object.values(hostileTexts)) {
      const lines = record(
        aToldCall({
          customer: { name: hostile, asSent: hostile, email: hostile },
          line: { id: hostile },
          transfers: [{ at: noon, from: anAgent(hostile, hostile), to: { asDialled: hostile }, how: 'blind' }],
        }),
      ).system;
      expect(lines.join('\n').split('\n').length).toBe(lines.length);
      expect(lines.length).toBeLessThanOrEqual(4);
    }
  });
  test('MT-38: 30,000 characters with everything in it: the transcript is cut, never a link or the memo', () => {
    const { memo, system } = record(
      aToldCall({
        comments: [{ at: noon, text: 'm'.repeat(10_000) }],
        recordings: [{ recordingId: 'r1', url: 'https://pbx.example/r1' }],
        transcript: { text: `${'word '.repeat(10_000)}end` },
      }),
    );
    expect(memo.length).toBe(10_000);
    expect(system).toContain('Recording: https://pbx.example/r1');
    expect(system.at(-1)).toMatch(/^Transcript: word .*… \(truncated\)$/);
    expect([memo, ...system].join('\n').length).toBe(commentCap);
  });
});

describe('DP-11: in whose name it is written, where they let us', () => {
  const hers = { id: '005A', name: 'Anna Sato' };
  test.each<[string, Call, typeof hers | undefined]>([
    ['who took it', aToldCall(), hers],
    ['who made it', anOutboundCall(), hers],
    ['who made it in vain', anOutboundCall({ type: 'outbound-unanswered', answeredAt: undefined }), hers],
    ['nobody took it: nobody', anUnansweredCall(), undefined],
    ['between colleagues: nobody', aToldCall({ type: 'internal', direction: 'internal', dialledBy: anna }), undefined],
    ['who has no user in the CRM: nobody', aToldCall({ answeredBy: ben, lastWith: ben }), undefined],
  ])('%s', (_, call, author) => expect(record(call).author).toEqual(author));
});
