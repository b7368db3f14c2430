import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { Instant, PhoneNumber } from '../call/event.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import { anAgent, anna, anOutboundCall, anUnansweredCall, aToldCall, noon } from '../testing/a-told-call.ts';
import { anyText } from '../testing/any-text.ts';
import { hostileKeys, hostileTexts } from '../testing/hostile.ts';
import { commentCap } from './fit-comment.ts';
import { codeOf, type Known, renderLine, renderLines, sayValue, valueOf } from './merge.ts';
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

describe('every field', () => {
  const at = (seconds: number) => (noon + seconds * 1000) as Instant;
  const facts = { recordingLinks: {}, settled: true };
  const nobody = { ownerId: undefined, zone: undefined, agent: undefined, agentOwns: false, because: [] };
  const knowing = (call: Call, changes: Partial<Known> = {}): Known => ({
    call,
    inputs: {
      policyVersion: 1,
      policy: parsePolicy({ language: 'en', product: 'Planted' }),
      people: { anna: annaInCrm, ben: { crmUserId: '005B', zone: 'UTC', name: 'Ben Roy' }, zoe: null },
      fallbackOwner: { crmUserId: '005Z', zone: 'UTC', name: 'Integration' },
      named: { '005S': { crmUserId: '005S', zone: 'UTC', name: 'Senior' }, '00GQ': null },
      match: { candidates: [], searched: '' },
      clockOffsetMs: 0,
    },
    facts,
    owner: nobody,
    date: '2026-03-04',
    zone: 'Asia/Tokyo',
    clockMs: 0,
    recordName: undefined,
    ...changes,
  });
  const full = aToldCall({
    customer: { number: '+81312345678' as PhoneNumber, name: 'Hanako Tanaka', email: 'hanako@example.com' },
    line: { id: 'sales', name: 'Sales', number: '+48221234567' as PhoneNumber },
    people: [
      { endpoint: 'SIP/ben', agent: anAgent('ben', 'Ben Nowak'), ringSeconds: 3, talkSeconds: 0, holdSeconds: 0, answered: false },
      { endpoint: 'SIP/anna', agent: anna, ringSeconds: 7, talkSeconds: 61, holdSeconds: 30, answered: true },
    ],
    attempts: [
      { at: at(1), endpoint: 'SIP/ben', seconds: 3, how: 'no answer' },
      { at: at(5), endpoint: 'SIP/anna', agent: anna, seconds: 7, how: 'answered' },
    ],
    answeredBy: anAgent('cleo', 'Cleo Maes'),
    lastWith: anAgent('dora', 'Dora Lind'),
    holdSeconds: 30,
    queue: { id: 'q1', name: 'Support' },
    voicemail: { url: 'https://pbx.example/vm' },
    recordings: ['a', 'b'].map((recordingId) => ({ recordingId, url: `https://pbx.example/${recordingId}` })),
    transcript: { text: 'Good morning.\nHi.' },
    analysis: { score: 87, summary: 'Wants\na quote.', talkRatio: 0.414 },
    tags: ['vip', 'complaint'],
    wrapUp: 'Interested',
    comments: [{ at: noon, text: 'Call again' }],
    digits: '1 2 4711',
    attribution: {
      ...{ source: 'google', medium: 'cpc', campaign: 'brand', term: 'oven', content: 'banner', gclid: 'x1', gaClientId: '123.456' },
      ...{ referrer: 'https://www.example.com/', landingPage: 'https://acme.example/ovens' },
    },
    campaign: { campaignId: '7', name: 'Spring' },
  });
  const saidBy = (known: Known) => Object.fromEntries(names.map((name) => [name, sayValue(name, known)]).filter(([, value]) => value));

  test('says what the call has', () =>
    expect(
      saidBy(
        knowing(full, {
          owner: { ...nobody, ownerId: '005B', agent: { ...anna, email: 'anna@example.com' } },
          dueMs: at(14_400),
          clockMs: 3_600_000,
          recordName: 'Hana Mori',
        }),
      ),
    ).toEqual({
      CALL_TYPE: 'Inbound answered',
      DIRECTION: 'Inbound',
      RESULT: 'Answered',
      DISPOSITION: 'Interested, vip, complaint',
      OUTCOME: 'Interested',
      CALL_ID: 'c-41',
      DATE: '2026-03-04',
      CALL_START: '2026-03-02 22:00:00',
      DIAL_START: '2026-03-02 22:00:01',
      RING_END: '2026-03-02 22:00:12',
      TALK_START: '2026-03-02 22:00:12',
      TALK_END: '2026-03-02 22:01:13',
      DURATION: '1 min 1 s',
      DURATION_SEC: '61',
      MINUTES: '2',
      WAIT_TIME: '12 s',
      RING_TIME: '11 s',
      HOLD_TIME: '30 s',
      CUSTOMER: 'Hana Mori',
      FIRST_NAME: 'Hana',
      LAST_NAME: 'Mori',
      CUSTOMER_NUMBER: '+81312345678',
      RECORD_NAME: 'Hana Mori',
      RECORD_EMAIL: 'hanako@example.com',
      FROM: '+81312345678',
      TO: '+48221234567',
      LINE: 'Sales',
      LINE_NAME: 'Sales',
      LINE_NUMBER: '+48221234567',
      QUEUE: 'Support',
      AGENT: 'Anna Sato',
      AGENT_NAME: 'Anna Sato',
      AGENT_EMAIL: 'anna@example.com',
      ANSWERED_BY: 'Cleo Maes',
      DUE_TIME: '2026-03-03 01:00:00',
      OWNER_NAME: 'Ben Roy',
      ENDPOINT: 'SIP/anna',
      RECORDING_URL: 'https://pbx.example/a https://pbx.example/b',
      VOICEMAIL_URL: 'https://pbx.example/vm',
      TAGS: 'vip, complaint',
      COMMENT: 'Call again',
      TRANSCRIPT: 'Good morning.\nHi.',
      SUMMARY: 'Wants\na quote.',
      SCORE: '87',
      TALK_RATIO: '41%',
      IVR_CODE: '4711',
      IVR_PATH: '1 › 2 › 4711',
      CAMPAIGN: 'Spring',
      UTM_SOURCE: 'google',
      UTM_MEDIUM: 'cpc',
      UTM_CAMPAIGN: 'brand',
      UTM_TERM: 'oven',
      UTM_CONTENT: 'banner',
      REFERRER: 'https://www.example.com/',
      LANDING_PAGE: 'https://acme.example/ovens',
      GCLID: 'x1',
      GA_CLIENT_ID: '123.456',
      PRODUCT: 'Planted',
    }));
  const bare = anUnansweredCall({ customer: {}, line: undefined, endedAt: at(40) });
  test('says nothing of what a call has not', () =>
    expect(saidBy(knowing(bare))).toEqual({
      CALL_TYPE: 'Missed',
      DIRECTION: 'Missed',
      RESULT: 'Missed',
      DISPOSITION: 'Missed',
      CALL_ID: 'c-41',
      DATE: '2026-03-04',
      CALL_START: '2026-03-02 21:00:00',
      DIAL_START: '2026-03-02 21:00:00',
      RING_END: '2026-03-02 21:00:40',
      DURATION_SEC: '0',
      MINUTES: '0',
      WAIT_TIME: '22 s',
      CUSTOMER: 'unknown',
      PRODUCT: 'Planted',
    }));
  test('as it is: no value, an empty one, a number, a list', () => {
    const values = (call: Call) =>
      (['HOLD_TIME', 'RING_TIME', 'VOICEMAIL_URL', 'RECORDING_URL', 'TAGS', 'IVR_CODE', 'TALK_RATIO'] as const).map((name) =>
        valueOf(name, knowing(call)),
      );
    expect([values(bare), values(full)]).toEqual([
      [undefined, undefined, [], [], [], '', undefined],
      [30, 11, 'https://pbx.example/vm', ['https://pbx.example/a', 'https://pbx.example/b'], ['vip', 'complaint'], '4711', 41],
    ]);
  });
  test.each<[string, MergeField, Known, string]>([
    ['the second of what is there: the name that was sent', 'CUSTOMER', knowing(full), 'Hanako Tanaka'],
    ['which has a last name', 'LAST_NAME', knowing(full), 'Tanaka'],
    ['else the number', 'CUSTOMER', knowing(aToldCall({ customer: { number: '+4812' as PhoneNumber } })), '+4812'],
    ['a name heard in another call', 'LAST_NAME', knowing(bare, { facts: { ...facts, heard: { name: 'Jan Nowak' } } }), 'Nowak'],
    [
      'an e-mail heard there',
      'RECORD_EMAIL',
      knowing(bare, { facts: { ...facts, heard: { name: 'J', email: 'j@x.example' } } }),
      'j@x.example',
    ],
    ['a number as it was sent', 'CUSTOMER_NUMBER', knowing(aToldCall({ customer: { asSent: ' 03-1\n' } })), '03-1'],
    ['a withheld one not even so', 'CUSTOMER_NUMBER', knowing(aToldCall({ customer: { asSent: 'anonymous', withheld: true } })), ''],
    ['a queue without a name', 'QUEUE', knowing(aToldCall({ queue: { id: 'q1' } })), 'q1'],
    ['a campaign without a name', 'CAMPAIGN', knowing(aToldCall({ campaign: { campaignId: '7' } })), '7'],
    ['the phone that rang first', 'ENDPOINT', knowing(aToldCall({ people: full.people.slice(0, 1) })), 'SIP/ben'],
    ['who talked last', 'ANSWERED_BY', knowing(aToldCall({ answeredBy: undefined, lastWith: anAgent('dora', 'Dora') })), 'Dora'],
    ['nobody of ours answered what we dialled', 'ANSWERED_BY', knowing(anOutboundCall()), ''],
    ['nor what went to voicemail', 'ANSWERED_BY', knowing(aToldCall({ type: 'voicemail' })), ''],
    ['when we dialled', 'DIAL_START', knowing(anOutboundCall({ attempts: full.attempts })), '2026-03-02 21:00:00'],
    ['the owner: a user the rules name', 'OWNER_NAME', knowing(full, { owner: { ...nobody, ownerId: '005S' } }), 'Senior'],
    ['who connected the CRM', 'OWNER_NAME', knowing(full, { owner: { ...nobody, ownerId: '005Z' } }), 'Integration'],
    ['a queue has no name here', 'OWNER_NAME', knowing(full, { owner: { ...nobody, ownerId: '00GQ' } }), ''],
    ['what a phone said', 'MISSED_REASON', knowing(anUnansweredCall({ missedBecause: 'declined' })), 'declined'],
    ['but not of an answered call', 'MISSED_REASON', knowing(aToldCall({ missedBecause: 'busy' })), ''],
  ])('%s', (_, name, known, expected) => expect(sayValue(name, known)).toBe(expected));
  test('MT-27: of phones that rang at the same time the last one ends the ringing', () => {
    const attempts = [
      { at: at(2), endpoint: '101', seconds: 20, how: 'no answer' },
      { at: at(3), endpoint: '102', seconds: 4, how: 'declined' },
    ] as const;
    const known = knowing(anUnansweredCall({ attempts, endedAt: at(40) }));
    expect([valueOf('RING_END', known), valueOf('RING_TIME', known)]).toEqual([at(22), 20]);
  });

  const codes = (call: Call) =>
    (['CALL_TYPE', 'DIRECTION', 'RESULT', 'DISPOSITION', 'MISSED_REASON', 'CALL_ID'] as const).map((name) => codeOf(name, knowing(call)));
  test.each<[string, Partial<Call>, (string | undefined)[]]>([
    ['answered', {}, ['inbound-answered', 'inbound', 'answered', 'answered', undefined, undefined]],
    [
      'missed',
      { type: 'missed', outcome: 'abandoned', missedBecause: 'stopped' },
      ['missed', 'inbound', 'abandoned', 'abandoned', 'stopped', undefined],
    ],
    [
      'going on',
      { phase: 'ringing', type: undefined, direction: 'outbound', outcome: undefined },
      ['outbound-answered', 'outbound', undefined, undefined, undefined, undefined],
    ],
    ['over, and of no type', { type: undefined, outcome: 'missed' }, ['unknown', 'inbound', 'missed', 'missed', undefined, undefined]],
    [
      'of colleagues',
      { phase: 'talking', type: undefined, direction: 'internal' },
      ['unknown', 'internal', 'answered', 'answered', undefined, undefined],
    ],
    [
      'of no direction yet',
      { phase: 'talking', type: undefined, direction: undefined },
      ['unknown', undefined, 'answered', 'answered', undefined, undefined],
    ],
  ])('has the word that events have for it: %s', (_, changes, expected) => expect(codes(aToldCall(changes))).toEqual(expected));

  describe('in lines', () => {
    const lines = (template: string, call = full) => renderLines(template, knowing(call));
    const fact = (text: string) => ({ text, keep: 'fact' });
    const link = (text: string) => ({ text, keep: 'link' });
    const long = (text: string) => ({ text, keep: 'long' });
    test('what may be cut first, and what never is', () =>
      expect(lines('Line {LINE}\nTags: {TAGS}\nSaid: {TRANSCRIPT}\nMail {VOICEMAIL_URL} of {AGENT}{LINE}')).toEqual([
        fact('Line Sales'),
        long('Tags: vip, complaint'),
        long('Said: Good morning.'),
        long('Hi.'),
        link('Mail https://pbx.example/vm of Sales'),
      ]));
    test('two links in one line are beside each other, as far as there are two', () =>
      expect(lines('Call {RECORDING_URL}, mail {VOICEMAIL_URL}')).toEqual([
        link('Call https://pbx.example/a, mail https://pbx.example/vm'),
        link('Call https://pbx.example/b, mail'),
      ]));
    test('MT-38: what leaves no room beside a link stands below the links, once', () => {
      const textOf = (length: number) => lines('{RECORDING_URL}{TRANSCRIPT}', { ...full, transcript: { text: 'x'.repeat(length) } });
      expect(textOf(1_000)).toEqual([link(`https://pbx.example/a${'x'.repeat(1_000)}`), link(`https://pbx.example/b${'x'.repeat(1_000)}`)]);
      expect(textOf(1_001)).toEqual([link('https://pbx.example/a'), long('x'.repeat(1_001)), link('https://pbx.example/b')]);
      expect(lines('{VOICEMAIL_URL}{RECORDING_URL}{TRANSCRIPT}', { ...full, transcript: { text: 'x'.repeat(1_001) } })).toEqual([
        ...[link('https://pbx.example/vm'), link('https://pbx.example/a'), long('x'.repeat(1_001))],
        link('https://pbx.example/b'),
      ]);
    });
    test('spaces stand as the template has them, unless something beside them came out empty', () =>
      expect(lines('  {LINE}   {AGENT} \n  {LINE}  -  {OUTCOME} ')).toEqual([fact('Sales'), fact('  Sales  -  Interested')]));
    test('empty lines at the beginning and at the end are left out, one between others stays', () =>
      expect([lines('\nA\n\n\nB\n\n'), lines('A\n\n\n'), lines('{AGENT}\n')]).toEqual([[fact('A'), fact(''), fact('B')], [fact('A')], []]));
    test('a name that is no field is text', () =>
      expect([lines('{LINE} {FOO}\n{FOO}'), renderLine('{FOO} {LINE}', knowing(full))]).toEqual([
        [fact('Sales {FOO}'), fact('{FOO}')],
        '{FOO} Sales',
      ]));
    test('one line has everything in it, texts of many lines as well', () =>
      expect(renderLine(' {RECORDING_URL}  {AGENT} {TRANSCRIPT} ', knowing(full))).toBe(
        'https://pbx.example/a https://pbx.example/b Good morning. Hi.',
      ));
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
