import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { Instant, PhoneNumber } from '../call/event.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { anAgent, anna, anOutboundCall, anUnansweredCall, aToldCall, noon } from '../testing/a-told-call.ts';
import { anyText } from '../testing/any-text.ts';
import { hostileKeys, hostileTexts } from '../testing/hostile.ts';
import { commentCap } from './fit-comment.ts';
import { defaultPolicy, parsePolicy, PolicyMistakes } from './policy.ts';
import { previewTexts } from './preview-text.ts';
import { type MergeField, mergeFields, mistakesInTemplate } from './templates.ts';
import { vendors, vendorTexts } from './vendor-texts.ts';
import { wantedLog } from './wanted-log.ts';
import { languages } from './words.ts';

const names = Object.keys(mergeFields) as MergeField[];
const annaInCrm = { crmUserId: '005A', zone: 'Asia/Tokyo', name: 'Anna Sato' };
/** The log of a call under a policy document. */
const worded = (call: Call, policy: object, clockOffsetMs = 0) =>
  wantedLog(
    call,
    {
      policyVersion: 1,
      policy: parsePolicy({ language: 'en', product: 'Planted', ...policy }),
      people: { anna: annaInCrm },
      fallbackOwner: null,
      named: {},
      match: matchCall(call, nobodyKnown, defaultPolicy('en').match),
      clockOffsetMs,
    },
    { recordingLinks: {}, settled: true },
    'completed',
  );
const linesOf = (call: Call, comment: string, clockOffsetMs = 0) =>
  worded(call, { texts: { en: { every: { comment } } } }, clockOffsetMs).record.system;
const said = (call: Call, field: MergeField) => linesOf(call, `{${field}}`).join('\n');

describe('what the fields say', () => {
  const at = (seconds: number) => (noon + seconds * 1000) as Instant;
  const inbound = aToldCall({
    line: { id: 'sales', name: 'Sales', number: '+48221234567' as PhoneNumber },
    attempts: [
      { at: at(1), endpoint: 'SIP/ben', seconds: 3, how: 'no answer' },
      { at: at(5), endpoint: 'SIP/anna', agent: anna, seconds: 7, how: 'answered' },
    ],
  });
  const outbound = anOutboundCall({ line: inbound.line });
  test('MT-22, MT-23: inbound from the customer to the line, outbound the other way; a withheld number is empty', () => {
    expect([said(inbound, 'FROM'), said(inbound, 'TO')]).toEqual(['+81312345678', '+48221234567']);
    expect([said(outbound, 'FROM'), said(outbound, 'TO')]).toEqual(['+48221234567', '+81312345678']);
    expect(linesOf(aToldCall({ customer: { withheld: true, asSent: 'anonymous' } }), 'From {FROM}\nNumber {CUSTOMER_NUMBER}')).toEqual([]);
  });
  test('MT-25, MT-26, MT-27: when the first phone rang, the talk began and was over, in the owner’s zone', () => {
    expect(['DIAL_START', 'RING_END', 'TALK_START', 'TALK_END'].map((field) => said(inbound, field as MergeField))).toEqual([
      '2026-03-02 21:00:01',
      '2026-03-02 21:00:12',
      '2026-03-02 21:00:12',
      '2026-03-02 21:01:13',
    ]);
    expect(said(outbound, 'DIAL_START')).toBe('2026-03-02 21:00:00');
  });
  test('MT-27 (ruling): an unanswered call has no talk end; the end of its ringing is there', () => {
    const missed = anUnansweredCall({ attempts: [{ at: at(2), endpoint: '101', seconds: 20, how: 'no answer' }], endedAt: at(40) });
    expect(linesOf(missed, 'Talk {TALK_START} {TALK_END}\nTalked {DURATION}\nRing {RING_END}, {RING_TIME}\n{DURATION_SEC}')).toEqual([
      'Ring 2026-03-02 12:00:22, 20 s',
      '0',
    ]);
  });
  test('C6: times are told by our clock where the phone system’s is wrong', () =>
    expect(linesOf(inbound, '{TALK_START}', 3_600_000)).toEqual(['2026-03-02 22:00:12']));
  test('what was pressed last, and the whole way', () => {
    const call = aToldCall({ digits: '1 2 4711' });
    expect([said(call, 'IVR_CODE'), said(call, 'IVR_PATH')]).toEqual(['4711', '1 › 2 › 4711']);
  });
  test('why nobody answered, by what the phone said or the caller did', () => {
    expect(said(anUnansweredCall({ missedBecause: 'busy' }), 'MISSED_REASON')).toBe('busy');
    expect(said(anUnansweredCall({ outcome: 'closed' }), 'MISSED_REASON')).toBe('out of hours');
    expect(linesOf(inbound, 'Because: {MISSED_REASON}')).toEqual([]);
  });
  test('MT-43: score and the agent’s share of the talking', () => {
    const call = aToldCall({ analysis: { score: 0, talkRatio: 0.414 } });
    expect([said(call, 'SCORE'), said(call, 'TALK_RATIO')]).toEqual(['0', '41%']);
  });
  test('where the visit came from; an attribution named like a built-in property is none', () => {
    expect(said(aToldCall({ attribution: { source: 'google', gclid: 'x1' } }), 'UTM_SOURCE')).toBe('google');
    for (const key of hostileKeys) expect(said(aToldCall({ attribution: { [key]: 'planted' } }), 'UTM_MEDIUM')).toBe('');
  });
  test('whose it is, who answered, at which phone', () =>
    expect(linesOf(inbound, '{OWNER_NAME}, {ANSWERED_BY}, {AGENT_NAME}, {ENDPOINT}')).toEqual([
      'Anna Sato, Anna Sato, Anna Sato, SIP/anna',
    ]));
  test('each field’s name, and no other, is a template without mistakes; each shows something for one of the examples', () => {
    for (const name of names) {
      expect(mistakesInTemplate(`{${name}}`)).toEqual([]);
      const policy = parsePolicy({ language: 'en', texts: { en: { every: { subject: `{${name}}!` } } } });
      const subjects = previewTexts(policy).map(({ subject }) => subject);
      expect(
        subjects.some((subject) => subject !== '!'),
        name,
      ).toBe(true);
    }
  });
});

describe('which template', () => {
  const texts = {
    en: {
      every: { subject: 'every', comment: 'every' },
      unanswered: { comment: 'in vain' },
      missed: { subject: 'missed' },
      'outbound-unanswered': { comment: 'not reached' },
    },
    ja: { every: { subject: '着信' } },
  };
  const of = (call: Call, language = 'en', more: object = {}) => {
    const { subject, system } = worded(call, { language, texts, ...more }).record;
    return [subject, system.join()];
  };
  test('MT-34: in vain apart from answered, and each direction apart', () => {
    expect(of(aToldCall())).toEqual(['every', 'every']);
    expect(of(anUnansweredCall())).toEqual(['missed', 'in vain']);
    expect(of(anUnansweredCall({ type: 'voicemail' }))).toEqual(['every', 'in vain']);
    expect(of(anOutboundCall({ type: 'outbound-unanswered', answeredAt: undefined }))).toEqual(['every', 'not reached']);
    expect(of(anUnansweredCall({ type: undefined, direction: undefined }))).toEqual(['missed', 'in vain']);
    expect(of(aToldCall({ type: 'internal', direction: 'internal' }))).toEqual(['every', 'every']);
  });
  test('RS-30: another language has its own, or its own words', () => {
    expect(of(aToldCall(), 'ja')[0]).toBe('着信');
    expect(of(aToldCall(), 'ru')[0]).toBe('Звонок Planted - Входящий / (2) мин');
    expect(of(aToldCall(), 'ru', { subject: '{CALL_TYPE}' })[0]).toBe('Входящий отвеченный');
  });
  test('the trace says which', () =>
    expect(worded(anUnansweredCall(), { texts }).because.slice(-2)).toEqual([
      'Worded by the template texts.en.missed.subject (MT-32).',
      'Worded by the template texts.en.unanswered.comment (MT-32).',
    ]));
});

describe('lines', () => {
  test('a line whose fields are all empty is left out with its words, and leaves no gap', () =>
    expect(linesOf(aToldCall(), 'A\n\nQueue: {QUEUE}\n\n\nTags: {TAGS} {SCORE}\nB {QUEUE} {LINE}\n')).toEqual(['A', '', 'B Sales']));
  test('DP-50: several recordings are several lines, each whole', () => {
    const recordings = ['a', 'b'].map((recordingId) => ({ recordingId, url: `https://pbx.example/${recordingId}` }));
    expect(linesOf(aToldCall({ recordings }), 'Recording of {AGENT}: {RECORDING_URL}')).toEqual([
      'Recording of Anna Sato: https://pbx.example/a',
      'Recording of Anna Sato: https://pbx.example/b',
    ]);
  });
  test('MT-38: a link stays whole beside a transcript that fills the comment', () => {
    const call = aToldCall({
      recordings: [{ recordingId: 'r', url: 'https://pbx.example/r' }],
      transcript: { text: 'word '.repeat(20_000) },
    });
    const system = linesOf(call, '{TRANSCRIPT} {RECORDING_URL} {TRANSCRIPT}');
    expect(system[0]).toBe('https://pbx.example/r');
    expect(system.join('\n').length).toBeLessThanOrEqual(commentCap);
    expect(system.at(-1)).toMatch(/… \(truncated\)$/);
  });
  test('MT-38: the transcript goes before the template’s own words, those before the link', () => {
    const recordings = [{ recordingId: 'r', url: 'https://pbx.example/r' }];
    const own = Array.from({ length: 100 }, (_, index) => `${index} ${'x'.repeat(197)}`);
    const template = [...own, 'Said: {TRANSCRIPT}', 'Recording: {RECORDING_URL}'].join('\n');
    const call = aToldCall({ recordings, transcript: { text: 'word '.repeat(8_000) } });
    expect(linesOf(call, template).slice(0, 101)).toEqual([...own, 'Recording: https://pbx.example/r']);
    const noted = worded(
      { ...call, comments: [{ at: noon, text: 'm'.repeat(20_000) }] },
      { texts: { en: { every: { comment: template } } } },
    );
    expect(noted.record.system).toContain('Recording: https://pbx.example/r');
    expect(noted.record.system.length).toBeLessThan(80);
    expect(noted.record.memo.length).toBeGreaterThan(14_000);
  });
  test('W3: the comments are the memo above the block, whatever the template; {COMMENT} doesn’t say them twice', () => {
    const call = aToldCall({ comments: [{ at: noon, text: 'Call again' }] });
    const { record } = worded(call, { texts: { en: { every: { comment: 'Note: {COMMENT}\n{CALL_TYPE}', subject: '{COMMENT}' } } } });
    expect(record).toMatchObject({ memo: 'Call again', system: ['Inbound answered'], subject: 'Call again' });
  });
});

describe('MT-40: until when comments count', () => {
  const minutes = (n: number) => (noon + 73_000 + n * 60_000) as Instant;
  const call = (analysedAt: Instant | undefined) =>
    aToldCall({ analysedAt, comments: [1, 9, 11].map((n) => ({ at: minutes(n), text: `after ${n}` })) });
  const memo = (analysedAt: Instant | undefined, comments: object) => worded(call(analysedAt), { comments }).record.memo.split('\n');
  test('by default always: a later one changes the task (AC-31)', () => expect(memo(minutes(2), {})).toHaveLength(3));
  test('until the analysis was complete', () => expect(memo(minutes(2), { until: 'analysed' })).toEqual(['after 1']));
  test('where none comes, until ten minutes after the end, or as many as are said', () => {
    expect(memo(undefined, { until: 'analysed' })).toEqual(['after 1', 'after 9']);
    expect(memo(undefined, { until: 'analysed', minutesAfterEnd: 5 })).toEqual(['after 1']);
  });
  test('what came too late is said', () =>
    expect(worded(call(minutes(2)), { comments: { until: 'analysed' } }).because).toContain(
      '2 comments came too late to be taken up (MT-40).',
    ));
});

describe('mistakes', () => {
  const meant = (name: string) => /Did you mean (.*)\?$/.exec(mistakesInTemplate(`{${name}}`)[0]!.message)?.[1];
  test.each([
    ['CALLTYPE', '{CALL_TYPE}'],
    ['call_type', '{CALL_TYPE}'],
    ['DURATOIN', '{DURATION}'],
    ['RECORDING', '{RECORDING_URL}'],
    ['REASON', '{MISSED_REASON}'],
    ['UTM_SORCE', '{UTM_SOURCE}'],
    ['AGNET', '{AGENT}'],
    ['通話種別:', undefined],
    ['', undefined],
    ['CALL_TYPE'.repeat(2_000), undefined],
    ['constructor', undefined],
  ])('MT-37: {%s}: did you mean %s', (name, expected) => expect(meant(name)).toBe(expected));
  test('MT-36: braces as literal text are refused with the place of each', () =>
    expect(mistakesInTemplate('{通話種別:} {CALL_TYPE}\n{{DATE}} }').map(({ position }) => position)).toEqual([1, 21, 28, 30]));
  test('MT-38: a template may have 30,000 characters', () => {
    const policy = (length: number) => ({ language: 'en', texts: { en: { every: { comment: 'x'.repeat(length) } } } });
    expect(parsePolicy(policy(30_000))).toBeDefined();
    expect(() => parsePolicy(policy(30_001))).toThrow('at most 30000 characters, not 30001');
  });
  test('S3: control characters are refused with their place; line breaks of Windows are line breaks', () => {
    const policy = (comment: string) => parsePolicy({ language: 'en', texts: { en: { every: { comment } } } });
    expect(() => policy('a\nb\u0007')).toThrow('Take out the control character at line 2, character 2.');
    expect(() => policy('a\u2028b')).toThrow('character 2');
    expect(() => policy('😀 a\ud83d')).toThrow('Half of a character stands at character 5.');
    expect(policy('a\r\nb').texts).toEqual({ en: { every: { comment: 'a\nb' } } });
  });
  test('a type or a language that isn’t there, a template that is no text', () => {
    const paths = (texts: unknown) => {
      try {
        parsePolicy({ language: 'en', texts });
      } catch (error) {
        if (error instanceof PolicyMistakes) return error.mistakes.map(({ path }) => path);
      }
      return [];
    };
    expect(paths({ de: {}, en: { lost: {}, missed: { title: 'x', comment: 5 } } })).toEqual([
      'texts.de',
      'texts.en.lost',
      'texts.en.missed.title',
      'texts.en.missed.comment',
    ]);
  });
});

describe('the vendors’ wordings', () => {
  test.each(vendors.flatMap((vendor) => languages.map((language) => [vendor, language] as const)))(
    '%s in %s is a policy',
    (vendor, language) => {
      const policy = parsePolicy({ language, texts: vendorTexts(vendor, language) });
      for (const { subject, comment } of previewTexts(policy)) {
        expect(subject).not.toMatch(/[{}]/);
        expect(comment).not.toBe('');
      }
    },
  );
  test('DP-49: Dialpad’s title', () =>
    expect(
      previewTexts(parsePolicy({ language: 'ja', product: 'Dialpad', texts: vendorTexts('dialpad', 'ja') })).map(({ subject }) => subject),
    ).toEqual([
      'Dialpad 通話 - 発信 / (3)分',
      'Dialpad 通話 - 発信 / (0)分',
      'Dialpad 通話 - 着信 / (3)分',
      'Dialpad 通話 - 不在着信 / (0)分',
      'Dialpad 通話 - ボイスメール / (0)分',
    ]));
});

describe('S3: a stranger’s text never becomes template', () => {
  const hostile = fc.oneof(
    anyText({ maxLength: 60 }),
    fc.constantFrom(...Object.values(hostileTexts)),
    fc.constantFrom(...names).map((name) => `{${name}}`),
    fc.constant('{PROD{PRODUCT}UCT} $& $1 }{'),
  );
  const anyCall = fc.tuple(hostile, hostile, fc.constantFrom(aToldCall, anUnansweredCall, anOutboundCall)).map(([a, b, call]) =>
    call({
      customer: { name: a, asSent: b, email: a },
      line: { id: a, name: b },
      queue: { id: b, name: a },
      answeredBy: anAgent(a, b),
      dialledBy: anAgent(b, a),
      digits: a,
      tags: [a, b],
      comments: [{ at: noon, text: b }],
      recordings: [{ recordingId: a, url: 'https://pbx.example/r' }],
      transcript: { text: a },
      analysis: { summary: b },
      campaign: { campaignId: a, name: b },
      attribution: { source: a, referrer: b },
      linked: { who: { kind: 'Contact', id: '003A', name: a } },
    }),
  );
  const part = fc.oneof(
    fc.constantFrom(...names.filter((name) => name !== 'PRODUCT')).map((name) => `{${name}}`),
    fc.constantFrom(' ', ': ', 'x', '\n', '$&'),
  );
  const template = fc.array(part, { minLength: 1, maxLength: 12 }).map((parts) => parts.join(''));

  test('whatever the names: merged once, within the limits, links whole, and only long texts have lines of their own', () => {
    fc.assert(
      fc.property(anyCall, template, (call, text) => {
        fc.pre(text.trim() !== '');
        const { record } = worded(call, {
          texts: { en: { every: { subject: text.replaceAll('\n', ' ').trim(), comment: text } } },
        });
        const all = [record.subject, ...record.system];
        if (record.subject.startsWith('Planted call')) all.shift(); // the usual title, since nothing came out of this one
        expect(all.join('\n')).not.toContain('Planted');
        expect(record.subject.length).toBeLessThanOrEqual(255);
        expect([record.memo, ...record.system].join('\n').length).toBeLessThanOrEqual(commentCap + 1);
        expect([...record.system, record.subject].every((line) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(line) && line.isWellFormed())).toBe(true);
        if (text.includes('{RECORDING_URL}')) expect(record.system.join('\n')).toContain('https://pbx.example/r');
        if (!/TRANSCRIPT|SUMMARY|TAGS/.test(text)) expect(record.system.length).toBeLessThanOrEqual(text.split('\n').length);
        expect(worded(call, { texts: { en: { every: { comment: text } } } }).record.memo).toBe(worded(call, {}).record.memo);
      }),
      { numRuns: 200 },
    );
  });
});
