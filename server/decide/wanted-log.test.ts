import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { CallId, Instant, PhoneNumber } from '../call/event.ts';
import type { CrmRecord } from '../crm.ts';
import { type MadePerson, type Match, matchCall, nobodyKnown } from '../match/match.ts';
import { anAgent, anna, anOutboundCall, anUnansweredCall, at, aToldCall, ben, noon } from '../testing/a-told-call.ts';
import { hostileKeys, hostileTexts } from '../testing/hostile.ts';
import type { DecideFacts } from './decide.ts';
import { commentCap } from './fit-comment.ts';
import type { Inputs } from './pin.ts';
import { defaultPolicy, type Policy } from './policy.ts';
import { aboutOf, ownerOfRecord, wantedLog, whoOf } from './wanted-log.ts';
import { languages, type Language } from './words.ts';

const annaInCrm = { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' };
const integration = { crmUserId: '005Z', zone: 'Europe/Warsaw', name: 'Integration' };
type Given = Partial<Omit<Inputs, 'policy'>> & { policy?: Partial<Policy>; language?: Language; links?: Partial<DecideFacts> };
type Rest = [status?: 'open' | 'completed', calledBack?: Call['calledBack'], matter?: CrmRecord];
const logged = (call: Call, { policy, language = 'en', links, ...inputs }: Given = {}, ...[status = 'completed', ...rest]: Rest) =>
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
    status,
    ...rest,
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

describe('the whole log', () => {
  const after = (seconds: number) => (noon + seconds * 1000) as Instant;
  const contact = { kind: 'contact', id: '003A', name: 'Hana Mori' };
  const found: Match = {
    candidates: [{ record: contact, as: 'who', ownerId: '005B', because: 'The book has her number.' }],
    searched: 'The book was asked.',
  };
  const bensInCrm = { crmUserId: '005B', zone: 'Europe/Warsaw', name: 'Ben Nowak' };

  test('of a talk, with everything that was told of it', () =>
    expect(
      logged(
        aToldCall({
          customer: { number: '+81312345678' as PhoneNumber, name: 'Hanako', email: 'h@example.com' },
          queue: { id: 'q1', name: 'Support' },
          waitSeconds: 12.4,
          talkSeconds: 60.6,
          digits: '1 4711',
          answeredBy: ben,
          attempts: [
            { at: after(1), endpoint: '101', agent: anna, seconds: 3, how: 'declined' },
            { at: after(2), endpoint: '102', agent: anAgent('cleo', 'Cleo Maes'), seconds: 5, how: 'no answer' },
            { at: after(2), endpoint: '103', agent: anAgent('dora', 'Dora Lind'), seconds: 5, how: 'elsewhere' },
            { at: after(3), endpoint: '104', seconds: 5, how: 'busy' },
            { at: after(4), endpoint: '105', agent: anAgent('ewa', 'Ewa Kot'), seconds: 5, how: undefined },
            { at: after(5), endpoint: '106', agent: ben, seconds: 7, how: 'answered' },
          ],
          transfers: [{ at: after(30), from: ben, to: { asDialled: '12', agent: anna }, how: 'blind' }],
          voicemail: { url: 'https://pbx.example/vm' },
          recordings: [{ recordingId: 'r1', url: 'https://pbx.example/r1', seconds: 59 }],
          transcript: { url: 'https://pbx.example/t', text: 'Hello.\n\tHi.' },
          analysis: { score: 0, summary: 'Wants a quote.\nSoon.' },
          tags: ['vip', 'complaint'],
          comments: [{ at: after(70), text: 'Call again' }],
          endCause: 'NORMAL',
          endPresumed: true,
        }),
        {
          match: found,
          people: { anna: annaInCrm, ben: null },
          clockOffsetMs: 12 * 3_600_000,
          policy: { task: { type: 'Call', subtype: 'Task', result: 'outcome' }, status: { completed: 'Done' }, zone: 'Asia/Tokyo' },
          links: { link: 'https://cb.example/calls/1' },
        },
        'completed',
        undefined,
        { kind: 'case', id: '500A', name: '00001026' },
      ),
    ).toStrictEqual({
      record: {
        kind: 'activity',
        subject: 'Cordboard call - Inbound / (2) min',
        status: 'completed',
        direction: 'inbound',
        ownerId: '005Z',
        who: contact,
        what: { kind: 'case', id: '500A', name: '00001026' },
        dueDate: '2026-03-03',
        durationSeconds: 61,
        waitSeconds: 12,
        result: 'Answered',
        memo: 'Call again',
        system: [
          'Customer: Hanako, +81312345678, h@example.com',
          'Line: Sales',
          'Queue: Support',
          'Waiting time: 12 s',
          'Rang: Anna Sato (declined), Cleo Maes (no answer)',
          'Keys pressed: 1 4711',
          'Answered by: Ben Nowak (no user in the CRM)',
          'Transferred from Ben Nowak to Anna Sato',
          'Voicemail: https://pbx.example/vm',
          'Recording (59 s): https://pbx.example/r1',
          'Transcript: https://pbx.example/t',
          'Score: 0',
          'Tags: vip, complaint',
          'The phone system never reported the end of this call; it was presumed.',
          'Summary: Wants a quote.',
          'Soon.',
          'Transcript: Hello.',
          'Hi.',
        ],
        callKey: 'c-41',
        link: 'https://cb.example/calls/1',
        statuses: { completed: 'Done' },
        type: 'Call',
        plain: true,
      },
      because: [
        'Ben Nowak talked with the customer first.',
        'Ben Nowak has no user in the CRM.',
        'The policy names no default owner.',
        'The owner is Integration, as whom Cordboard is connected (AC-33).',
        "Due 2026-03-03: the day the call began in Europe/Warsaw, the owner's zone (DP-64). The phone system's clock was corrected by 43200000 ms (C6).",
        'The book was asked.',
        'Best as who: contact Hana Mori. The book has her number.',
      ],
    }));

  const missed = anUnansweredCall({ customer: {}, line: undefined, endedAt: after(22), waitSeconds: 21.6, queue: { id: 'q1' } });
  const settledBy = { at: after(7_200), by: 'c-9\n' as CallId };
  test('RS-43, RS-46: of a call nobody took: what is to do, by whom and until when', () =>
    expect(logged(missed, { match: found, named: { '005B': bensInCrm } }, 'open')).toStrictEqual({
      record: {
        kind: 'activity',
        subject: 'Cordboard call - Missed / (0) min',
        status: 'open',
        direction: 'inbound',
        ownerId: '005B',
        spareOwnerId: '005Z',
        who: contact,
        what: undefined,
        dueDate: '2026-03-02',
        remindAtMs: at('2026-03-02T16:01:00Z'),
        durationSeconds: 0,
        waitSeconds: 22,
        result: 'Missed',
        memo: '',
        system: ['Customer: unknown', 'Queue: q1', 'Waiting time: 22 s'],
        callKey: 'c-41',
        link: undefined,
      },
      because: [
        'The owner is Ben Nowak, who owns the record (RS-46).',
        'Due 2026-03-02: 4 h after the end of the call, in Europe/Warsaw (RS-43).',
        'The book was asked.',
        'Best as who: contact Hana Mori. The book has her number.',
      ],
    }));
  test('D4: until somebody has called back, which its first line says', () => {
    const given = {
      match: found,
      named: { '005B': bensInCrm },
      policy: { texts: { en: { every: { comment: 'Due: {DUE_TIME}\n{RESULT}' } } } },
    };
    const closed = (calledBack: NonNullable<Call['calledBack']>, status: 'open' | 'completed' = 'completed') => {
      const { record: log, because } = logged(missed, given, status, calledBack);
      return [log.status, log.ownerId, log.remindAtMs, log.system, because[0]];
    };
    expect([
      closed({ ...settledBy, agent: ben, direction: 'outbound' }),
      closed(settledBy),
      closed({ ...settledBy, agent: ben, direction: 'inbound' }),
    ]).toEqual([
      [
        ...['completed', '005B', undefined, ['Called back by Ben Nowak on 2026-03-02', 'Missed']],
        'Ben Nowak talked with this number on 2026-03-02, in call c-9, calling back (D4).',
      ],
      [
        ...['completed', '005B', undefined, ['Called back on 2026-03-02', 'Missed']],
        'Somebody talked with this number on 2026-03-02, in call c-9, calling back (D4).',
      ],
      [
        ...['completed', '005B', undefined, ['Called again and was answered by Ben Nowak on 2026-03-02', 'Missed']],
        'Ben Nowak talked with this number on 2026-03-02, in call c-9, when it called again (D4).',
      ],
    ]);
    expect(logged(missed, given, 'open').record.system).toEqual(['Due: 2026-03-02 17:01:00', 'Missed']);
  });
  test('the talk that settled it is dated by our clock, in the owner’s zone', () =>
    expect(
      logged(
        missed,
        { match: found, named: { '005B': { ...bensInCrm, zone: 'Asia/Tokyo' } }, clockOffsetMs: 3_600_000 },
        'completed',
        settledBy,
      ).record.system[0],
    ).toBe('Called back on 2026-03-03'));
  test('an answered call that is left open is its agent’s all the same, and has a reminder unless the policy says otherwise', () => {
    const { followUp } = defaultPolicy('en');
    const of = (reminder: boolean) => {
      const { record: log } = logged(
        aToldCall(),
        { match: found, named: { '005B': bensInCrm }, policy: { followUp: { ...followUp, reminder } } },
        'open',
      );
      return [log.ownerId, log.dueDate, log.remindAtMs];
    };
    expect([of(true), of(false)]).toEqual([
      ['005A', '2026-03-03', at('2026-03-02T16:02:00Z')],
      ['005A', '2026-03-03', undefined],
    ]);
  });
  test('MT-14: while it goes on, whoever talks has been answered; nothing is left to do yet', () => {
    const live = { phase: 'talking', type: undefined, endedAt: undefined } as const;
    const of = (call: Call) => {
      const { record: log, because } = logged(call, { policy: { subject: '{CALL_TYPE}/{MINUTES}' } }, 'open');
      return [log.subject, log.result, log.dueDate, log.remindAtMs, because.includes('The call goes on; its end completes this (MT-14).')];
    };
    expect([
      of(aToldCall(live)),
      of(anOutboundCall(live)),
      of(aToldCall({ ...live, phase: 'ringing', answeredAt: undefined })),
      of(aToldCall({ ...live, direction: undefined })),
      of(aToldCall({ ...live, type: 'internal', direction: 'internal', phase: 'talking' })),
      of(aToldCall()).slice(4),
    ]).toEqual([
      ['Inbound answered/2', 'Answered', '2026-03-02', undefined, true],
      ['Outbound answered/2', 'Answered', '2026-03-02', undefined, true],
      ['Inbound/0', '', '2026-03-02', undefined, true],
      ['Direction unknown/0', '', '2026-03-02', undefined, true],
      ['Internal/2', 'Internal', '2026-03-02', undefined, true],
      [false],
    ]);
  });
  test('DP-46: what an agent saved stands before every template, and is said', () => {
    const memo = (name: string, text: string) => ({ at: noon, text, by: { user: '005A', name } });
    const of = (noted: NonNullable<Call['noted']>) => {
      const { record: log, because } = logged(aToldCall({ noted }), {
        match: { candidates: [], searched: 'Looked for.' },
        policy: { texts: { en: { every: { subject: 'Talk', comment: '{RESULT}' } } } },
      });
      return [log.subject, log.memo, because.slice(3)];
    };
    const byTemplates = [
      'Worded by the template texts.en.every.subject (MT-32).',
      'Worded by the template texts.en.every.comment (MT-32).',
    ];
    expect([
      of({ subject: ' Bread\n', memos: [memo('Anna', 'Twice'), memo('Ben', 'a week'), memo('Anna', 'please')] }),
      of({ subject: 'Bread', memos: [] }),
      of({ memos: [memo('Anna', 'Twice')] }),
      of({ memos: [] }),
    ]).toEqual([
      ['Bread', 'Twice\na week\nplease', ['Looked for.', 'An agent saved the title and the memo (Anna, Ben) (DP-46).', byTemplates[1]]],
      ['Bread', '', ['Looked for.', 'An agent saved the title (DP-46).', byTemplates[1]]],
      ['Talk', 'Twice', ['Looked for.', 'An agent saved the memo (Anna) (DP-46).', ...byTemplates]],
      ['Talk', '', ['Looked for.', 'What an agent saved was taken away again.', ...byTemplates]],
    ]);
  });
  test('MT-40: comments that came too late are counted', () => {
    const comments = [1, 2, 3].map((n) => ({ at: after(n), text: `note ${n}` }));
    const of = (analysedAt: Instant) =>
      logged(aToldCall({ comments, analysedAt }), {
        match: { candidates: [], searched: 'Looked for.' },
        policy: { comments: { until: 'analysed', minutesAfterEnd: 5 } },
      }).because.at(-1);
    expect([of(after(1)), of(after(2)), of(after(3))]).toEqual([
      '2 comments came too late to be taken up (MT-40).',
      '1 comment came too late to be taken up (MT-40).',
      'Looked for.',
    ]);
  });
  test('a field that the admin fills is beside the rest', () =>
    expect(record(aToldCall(), { policy: { fields: { Task: { Line__c: { from: 'LINE' } } } } }).fields).toEqual({
      Line__c: { as: 'text', text: 'Sales' },
    }));
  test('what a call has not has no line: no line of ours, no keys, nobody it rang in vain, an empty transcript', () =>
    expect(
      record(
        aToldCall({
          line: undefined,
          queue: { id: 'q1', name: 'Support' },
          transcript: { text: ' \n' },
          recordings: [{ recordingId: 'r', url: 'https://pbx.example/r' }],
          attempts: [{ at: after(1), endpoint: '101', agent: anna, seconds: 3, how: 'answered' }],
        }),
      ).system,
    ).toEqual(['Customer: Hanako Tanaka, +81312345678', 'Queue: Support', 'Waiting time: 12 s', 'Recording: https://pbx.example/r']));
  test('who made an outbound call is said where they don’t own it, and who answered it', () =>
    expect(
      [anOutboundCall({ dialledBy: ben }), aToldCall({ direction: undefined, dialledBy: ben }), aToldCall({ answeredBy: ben })].map(
        (call) => record(call).system.at(-1),
      ),
    ).toEqual(['Called by: Ben Nowak', 'Called by: Ben Nowak', 'Answered by: Ben Nowak']));
});

describe('who and what it is about', () => {
  const lead = { kind: 'lead', id: '00QA', name: 'Hanako' };
  const account = { kind: 'account', id: '001A', name: ' ' };
  const ticket = { kind: 'case', id: '500A', name: '00001026' };
  const who = (one: CrmRecord) => ({ record: one, as: 'who', because: 'It has the number.' }) as const;
  const what = (one: CrmRecord) => ({ record: one, as: 'what', because: 'It is theirs.' }) as const;
  const about = (candidates: Match['candidates'], made?: Partial<MadePerson>, stranger = made !== undefined) => {
    const { because, ...chosen } = aboutOf(
      { match: { candidates, searched: 'Looked for.', ...(stranger && { stranger: true as const }) } },
      made && { kind: 'lead', generation: 1, state: 'there', row: 'w1', ...made },
    );
    return [chosen, because];
  };
  const neither = { who: undefined, what: undefined };
  test.each<[string, ReturnType<typeof about>, ReturnType<typeof about>]>([
    ['nobody', about([]), [neither, ['Looked for.']]],
    [
      'a person and what is theirs, the best of each',
      about([who({ ...lead, kind: 'contact' }), who({ kind: 'contact', id: '003B' }), what(account)]),
      [
        { who: { ...lead, kind: 'contact' }, what: account },
        ['Looked for.', 'Best as who: contact Hanako. It has the number.', 'Best as what: account 001A. It is theirs.'],
      ],
    ],
    [
      'a lead stands alone, if it comes first',
      about([who(lead), what(ticket)]),
      [
        { who: lead, what: undefined },
        [
          ...['Looked for.', 'Best as who: lead Hanako. It has the number.', 'Best as what: case 00001026. It is theirs.'],
          "An activity of a lead can't also be about a case: the log stays on the lead.",
        ],
      ],
    ],
    [
      'else what comes first',
      about([what(ticket), who(lead)]),
      [
        { who: undefined, what: ticket },
        [
          ...['Looked for.', 'Best as who: lead Hanako. It has the number.', 'Best as what: case 00001026. It is theirs.'],
          "An activity of a lead can't also be about a case: the log moved off the lead to the case.",
        ],
      ],
    ],
    ['a lead alone', about([who(lead)]), [{ who: lead, what: undefined }, ['Looked for.', 'Best as who: lead Hanako. It has the number.']]],
    [
      'P1: the lead that was made for the number',
      about([], { record: lead }),
      [{ who: lead, what: undefined }, ['Looked for.', 'The lead made for this number: lead Hanako (P1).']],
    ],
    [
      'or the account',
      about([], { kind: 'account', record: account }),
      [{ who: undefined, what: account }, ['Looked for.', 'The account made for this number: account 001A (P1).']],
    ],
    ['but not when it is on its way, or gone', about([], { state: 'waiting', record: lead }), [neither, ['Looked for.']]],
    ['or nobody knows which it is', about([], {}), [neither, ['Looked for.']]],
    ['or somebody turned out to have the number', about([], { record: lead }, false), [neither, ['Looked for.']]],
    [
      'what can’t be made is said',
      about([], { kind: 'contact', state: 'parked', because: 'Last name:\nrequired.' }),
      [neither, ['Looked for.', "The contact can't be made: Last name: required."]],
    ],
    ['at least that it can’t', about([], { state: 'parked' }), [neither, ['Looked for.', "The lead can't be made: it is parked"]]],
    ['of a stranger’s number alone', about([], { state: 'parked' }, false), [neither, ['Looked for.']]],
  ])('%s', (_, found, expected) => expect(found).toEqual(expected));
  test('R5: of a lead that is closed it is no more, once another is to be made', () => {
    const match: Match = { candidates: [], searched: '', stranger: true };
    const made: MadePerson = { kind: 'lead', generation: 1, state: 'there', row: 'w1', record: lead, status: 'Closed' };
    const of = (closedLead: 'log' | 'new lead') =>
      record(aToldCall(), {
        ...{ match, links: { made } },
        policy: { match: { ...defaultPolicy('en').match, closedLeadStatuses: ['Closed'], closedLead } },
      }).who;
    expect([of('log'), of('new lead')]).toEqual([lead, undefined]);
  });
  test('whose record it is: the person’s before what it is about', () => {
    const match = {
      candidates: [
        { ...who(lead), ownerId: '005A' },
        { ...what(account), ownerId: '005B' },
      ],
      searched: '',
    };
    expect([
      ownerOfRecord({ match }, { who: lead, what: account }),
      ownerOfRecord({ match }, { who: undefined, what: account }),
      ownerOfRecord({ match }, neither),
      ownerOfRecord({ match }, { who: { kind: 'lead', id: '00QZ' }, what: account }),
      whoOf({ match }, undefined),
    ]).toEqual(['005A', '005B', undefined, undefined, lead]);
  });
});
