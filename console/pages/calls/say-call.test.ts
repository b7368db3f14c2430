import { describe, expect, test } from 'vitest';
import type { CallLine } from '../../../wire/console.ts';
import { formatFor } from '../../format.ts';
import { en } from '../../words/en.ts';
import { ja } from '../../words/ja.ts';
import { layOut } from '../../parts/data-view.tsx';
import { isSafeAddress } from '../../parts/record-link.tsx';
import { aboutOf, dataOf, iconOf, kindOf, orderFields, sayField, whoOf } from './say-call.ts';
import { sayStep } from './story-decided.tsx';

const aLine = (change: Partial<CallLine>): CallLine => ({
  id: '1',
  version: 1,
  source: 'asterisk',
  customer: {},
  waitSeconds: 0,
  talkSeconds: 0,
  heardAt: '2026-11-22T12:00:00Z',
  explanation: { is: 'waiting', because: 'its turn' },
  records: [],
  ...change,
});

describe('who it is', () => {
  test.each<[Partial<CallLine>, object]>([
    [{ customer: { name: 'Anna', number: '+48221234567' } }, { who: 'Anna', number: '+48221234567' }],
    [{ customer: { number: '+48221234567' } }, { who: '+48221234567' }],
    [{ customer: { asSent: '203' } }, { who: '203' }],
    [{ customer: { withheld: true } }, { who: 'Hidden number' }],
    [{ customer: {}, direction: 'internal' }, { who: 'Between colleagues' }],
    [{ customer: {} }, { who: 'Unknown caller' }],
  ])('%j', (line, who) => expect(whoOf(aLine(line), en)).toEqual(who));
});

test('a live call says where it stands, an ended one what it was', () => {
  expect(kindOf(aLine({ phase: 'ringing', direction: 'inbound', type: 'missed' }), en)).toBe('Ringing');
  expect(kindOf(aLine({ phase: 'ended', type: 'missed' }), ja)).toBe('不在着信');
  expect(kindOf(aLine({ direction: 'outbound' }), en)).toBe('Outbound');
  expect([aLine({ type: 'voicemail', direction: 'inbound' }), aLine({ type: 'inbound-answered' }), aLine({})].map(iconOf)).toEqual([
    'voicemail',
    'inbound',
    'unknown',
  ]);
});

test('the second line of a call', () => {
  const line = aLine({ phase: 'ended', type: 'inbound-answered', agent: 'Jan', line: 'Sales', talkSeconds: 151, waitSeconds: 9 });
  expect(aboutOf(line, en, formatFor('en'))).toEqual(['Inbound', 'Jan', 'talked 2:31']);
});

describe('the data of a fact, whatever it holds', () => {
  const agent = { id: 'a', name: 'Anna' };
  test.each<[string, unknown, string]>([
    ['started', { customer: { number: '+4822' }, line: { id: 'q', name: 'Sales' } }, '+4822 → Sales'],
    ['started', { customer: {}, agent, dialled: '202' }, 'Anna → 202'],
    ['started', { customer: {} }, ''],
    ['started', { customer: { name: 'Jan' } }, 'Jan'],
    ['ringing', { endpoint: { asDialled: '201', agent } }, 'Anna (201)'],
    ['transferred', { from: agent, to: { asDialled: '202' } }, 'Anna → 202'],
    ['voicemail', { seconds: 62 }, '1:02'],
    ['tagged', { tags: ['vip', 7, 'angry'] }, 'vip, angry'],
    ['linked', { who: { kind: 'Contact', id: '003x' } }, 'Contact 003x'],
    ['ended', null, ''],
    ['of-tomorrow', { anything: 1 }, ''],
    ['constructor', {}, ''],
  ])('%s %j', (type, fact, said) =>
    expect(dataOf({ type, fact, at: '2026-11-22T12:00:00Z', correctedMs: 0, ownWords: false, contradicted: false })).toBe(said),
  );
});

describe('a field of a wanted record', () => {
  const said = (name: string, value: unknown, words = en) => sayField(name, value, words, formatFor('en'));
  test('what an admin has mapped: each field by its name in the CRM, with what it gets', () =>
    expect(
      said('fields', {
        Caller__c: { as: 'text', text: '+48221234567' },
        Score__c: { as: 'number', number: 7, text: '7' },
        Began__c: { as: 'time', atMs: 0, date: '1970-01-01', text: '1 Jan 1970, 01:00' },
        Tags__c: { as: 'list', list: ['vip', 'new'], text: 'vip, new' },
        VIP__c: { as: 'truth', truth: true },
        Away__c: { as: 'truth', truth: false },
        Old__c: { as: 'nothing' },
        Odd__c: { as: 'of tomorrow', value: 3 },
      }),
    ).toEqual({
      label: 'Fields by the policy',
      value:
        'Caller__c: +48221234567\nScore__c: 7\nBegan__c: 1 Jan 1970, 01:00\nTags__c: vip, new\nVIP__c: ✓\nAway__c: –\nOld__c: emptied\nOdd__c: {"as":"of tomorrow","value":3}',
    }));
  test.each<[string, unknown, string, string]>([
    ['statuses', { completed: 'Done', open: 'To call' }, 'Status in Salesforce', 'Completed: Done\nOpen: To call'],
    ['plain', true, 'Shown as a plain task', '✓'],
    ['mobile', true, 'A mobile number', '✓'],
    ['type', 'Call', 'Type', 'Call'],
    ['firstName', 'Anna', 'First name', 'Anna'],
    ['recordType', 'Inbound_Lead', 'Record type', 'Inbound_Lead'],
    ['kind', 'case', 'Object', 'Case'],
    ['first', { LeadSource: { as: 'text', text: 'google' } }, 'Where nothing stands yet', 'LeadSource: google'],
  ])('%s %j', (name, value, label, text) => expect(said(name, value)).toEqual({ label, value: text }));
  test('in the person’s language', () => {
    expect(said('statuses', { open: '折り返し' }, ja)).toEqual({ label: 'Salesforce の状況', value: '未完了: 折り返し' });
    expect(said('fields', {}, ja)).toEqual({ label: 'ポリシーによる項目', value: '' });
  });
});

test('a rule is explained in the person’s language where it is known, and else left to the server’s words', () => {
  const step = { rule: 'missed', fired: false, words: 'english' };
  expect(sayStep({ ...step, blockedBy: { fact: 'type', wanted: 'missed', held: 'voicemail' } }, ja)).toBe(
    '通話の種類: 条件は「不在着信」、実際は「ボイスメール」です。',
  );
  expect(sayStep({ ...step, blockedBy: { fact: 'earlier rule', wanted: 'none', held: 'internal call' } }, en)).toBe(
    'Not needed: “Internal call” came first.',
  );
  expect(sayStep({ ...step, fired: true, outcome: 'open' }, en)).toBe('The call is logged as an open task.');
  expect(sayStep({ ...step, blockedBy: { fact: 'weather', wanted: 'sun', held: 'rain' } }, ja)).toBeUndefined();
  expect(sayStep(step, ja)).toBeUndefined();
});

describe('a field of a record that is wanted', () => {
  const said = (name: string, value: unknown, words = en) => sayField(name, value, words, formatFor(words === ja ? 'ja' : 'en'));
  test.each<[string, unknown, string, string]>([
    ['kind', 'lead', 'Object', 'Lead'],
    ['kind', 'of-tomorrow', 'Object', 'of-tomorrow'],
    ['kind', 'constructor', 'Object', 'constructor'],
    ['name', 'Anna', 'Name', 'Anna'],
    ['company', 'Missed call', 'Company', 'Missed call'],
    ['phone', '+48501999888', 'Phone', '+48501999888'],
    ['email', 'anna@acme.example', 'E-mail', 'anna@acme.example'],
    ['ownerId', '005A', 'Owner', '005A'],
    ['author', { id: '005B', name: 'Anna Nowak' }, 'Whose call it was', 'Anna Nowak'],
    ['byAssignmentRules', true, 'Owner by assignment rules', '✓'],
    ['about', 'to-do', 'Type', 'To do'],
    ['who', { kind: 'lead', id: '00QA', name: 'Anna' }, 'Person', 'Lead Anna'],
    ['what', { kind: 'Site__c', id: 'a01A' }, 'Related to', 'Site__c a01A'],
    ['status', 'open', 'Status', 'Open'],
    ['durationSeconds', 151, 'Talked', '2:31'],
    ['durationSeconds', 0, 'Talked', ''],
    ['system', ['one', 'two'], 'Lines of Cordboard', 'one\ntwo'],
    ['who', ['odd'], 'Person', '["odd"]'],
    ['waitSeconds', 'odd', 'Waited', 'odd'],
  ])('%s %j', (name, value, label, text) => expect(said(name, value)).toEqual({ label, value: text }));
  test('when its owner is reminded, as the person’s country writes it', () =>
    expect(said('remindAtMs', Date.parse('2026-11-22T12:03:00Z'))?.value).toMatch(/2026/));
  test('they come as people look at a record, those of a newer server last', () =>
    expect(Object.keys(orderFields({ phone: '', tomorrow: '', name: '', kind: '' }, en))).toEqual(['kind', 'name', 'phone', 'tomorrow']));
  test('in the person’s language; one that is newer than this page is left as it is', () => {
    expect(said('kind', 'lead', ja)).toEqual({ label: 'オブジェクト', value: 'リード' });
    expect(said('of-tomorrow', 'x')).toBeUndefined();
    expect(said('constructor', 'x')).toBeUndefined();
  });
});

test('a body is laid out only where nothing else changes', () => {
  expect(layOut('{"a":1,"b":[2]}')).toBe('{\n  "a": 1,\n  "b": [\n    2\n  ]\n}');
  for (const body of ['{"id":12345678901234567890}', '{"a":1,"a":2}', '{ "a": 1 }', 'a=1&b=2', '']) expect(layOut(body)).toBe(body);
});

test.each([
  ['https://acme.my.salesforce.com/00T1', true],
  ['http://127.0.0.1:4701/00T1', true],
  ['http://localhost:4701/00T1', true],
  ['http://acme.example/00T1', false],
  ['http://127.0.0.1.evil.example/', false],
  ['javascript:alert(1)', false],
  ['data:text/html,x', false],
  ['//evil.example', false],
])('%s is followed: %s', (address, safe) => expect(isSafeAddress(address)).toBe(safe));
