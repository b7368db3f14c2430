import { describe, expect, test } from 'vitest';
import type { Call } from '../call/call.ts';
import type { Instant } from '../call/event.ts';
import { anna, anUnansweredCall, aToldCall, noon } from '../testing/a-told-call.ts';
import { type FieldSource, fieldsReader, wishesFor, withWishes } from './fields.ts';
import type { Known } from './merge.ts';
import { parsePolicy } from './policy.ts';
import { SettingsReader } from './settings.ts';

/** What is known of a call under a policy with these fields. */
const known = (fields: object, call: Call = aToldCall(), more: Partial<Known> = {}): Known => ({
  call,
  inputs: {
    ...{ policyVersion: 1, people: {}, fallbackOwner: null, named: {}, clockOffsetMs: 0 },
    policy: parsePolicy({ language: 'en', fields }),
    match: { candidates: [], searched: '' },
  },
  facts: { recordingLinks: {}, settled: true },
  owner: { ownerId: '005A', zone: 'Asia/Tokyo', agent: anna, agentOwns: true, because: [] },
  ...{ date: '2026-03-02', zone: 'Asia/Tokyo', clockMs: 0, recordName: 'Hanako Tanaka' },
  ...more,
});
/** What a field is to hold, in a list that is empty where there is nothing to say. */
const wished = (source: FieldSource, call?: Call, more?: Partial<Known>) =>
  Object.values(wishesFor('Task', known({ Task: { X__c: source } }, call, more)));

describe('what the fields of an object are to hold', () => {
  const fields = { task: { Caller__c: { from: 'FROM' } }, TASK: { Fixed__c: { value: 7 } }, Lead: { Source__c: { value: 'Phone' } } };
  test('by the object’s name, capital letters or not, and by the policy’s spelling of the fields', () => {
    expect(wishesFor('Task', known(fields))).toEqual({
      Caller__c: { as: 'text', text: '+81312345678' },
      Fixed__c: { as: 'number', number: 7, text: '7' },
    });
    expect(wishesFor('lead', known(fields))).toEqual({ Source__c: { as: 'text', text: 'Phone' } });
    expect(wishesFor('Account', known(fields))).toEqual({});
  });
  test('of those that are meant', () =>
    expect(Object.keys(wishesFor('Task', known(fields), ({ from }) => from === undefined))).toEqual(['Fixed__c']));
  test('a record without such fields is as it was', () => {
    expect(withWishes({})).toEqual({});
    expect(withWishes({ X__c: { as: 'nothing' } })).toEqual({ fields: { X__c: { as: 'nothing' } } });
  });
});

describe('where a value comes from', () => {
  test.each<[FieldSource, object[]]>([
    [{ value: 'Phone' }, [{ as: 'text', text: 'Phone' }]],
    [{ value: 12.5 }, [{ as: 'number', number: 12.5, text: '12.5' }]],
    [{ value: 0 }, [{ as: 'number', number: 0, text: '0' }]],
    [{ value: false }, [{ as: 'truth', truth: false }]],
    [{ text: '{RECORD_NAME} from {CUSTOMER_NUMBER}' }, [{ as: 'text', text: 'Hanako Tanaka from +81312345678' }]],
    [{ text: '{QUEUE}' }, []],
    [{ from: 'RECORD_NAME' }, [{ as: 'text', text: 'Hanako Tanaka' }]],
    [{ from: 'QUEUE' }, []],
    [{ from: 'SCORE' }, []],
    [{ from: 'RECORDING_URL' }, []],
    [{ from: 'DURATION_SEC' }, [{ as: 'number', number: 61, text: '61' }]],
    // of seconds the number is whole, and the text says them in words
    [{ from: 'WAIT_TIME' }, [{ as: 'number', number: 13, text: '13 s' }]],
    // 12:00 UTC, and the clock of the phone system
    [{ from: 'CALL_START' }, [{ as: 'time', atMs: noon, date: '2026-03-02', text: '2026-03-02 21:00:00' }]],
    [{ from: 'TALK_END' }, [{ as: 'time', atMs: noon + 15 * 3_600_000, date: '2026-03-03', text: '2026-03-03 12:00:00' }]],
    [{ from: 'TAGS' }, [{ as: 'list', list: ['vip', 'complaint'], text: 'vip, complaint' }]],
    [{ from: 'REFERRER' }, [{ as: 'text', text: 'https://www.example.com/' }]],
    // what is no link a person should be sent to is a text
    [{ from: 'LANDING_PAGE' }, [{ as: 'text', text: 'ftp://acme.example /x' }]],
  ])('%j', (source, expected) => {
    const call = aToldCall({
      waitSeconds: 12.6,
      endedAt: (noon + 15 * 3_600_000) as Instant,
      tags: ['vip', 'complaint'],
      attribution: { referrer: 'HTTPS://www.example.com', landingPage: 'ftp://acme.example\n/x' },
    });
    expect(wished(source, call)).toEqual(expected);
  });
  test('a field for a link has the first of several', () => {
    const recorded: Call['recordings'] = ['1', '2'].map((id) => ({
      recordingId: id,
      kind: 'call',
      url: `https://phone.example.com/recordings/${id}`,
    }));
    expect(wished({ from: 'RECORDING_URL' }, aToldCall({ recordings: recorded }))).toEqual([
      { as: 'text', text: 'https://phone.example.com/recordings/1' },
    ]);
  });
});

describe('MT-44: where the call has nothing', () => {
  test.each<[FieldSource, object[]]>([
    [{ from: 'QUEUE' }, []],
    [{ from: 'QUEUE', ifEmpty: 'leave' }, []],
    [{ from: 'QUEUE', ifEmpty: 'clear' }, [{ as: 'nothing' }]],
    [{ from: 'QUEUE', default: 'none' }, [{ as: 'text', text: 'none' }]],
    [{ from: 'QUEUE', default: 0, ifEmpty: 'clear' }, [{ as: 'number', number: 0, text: '0' }]],
    [{ from: 'QUEUE', default: false }, [{ as: 'truth', truth: false }]],
    [{ from: 'QUEUE', map: { '*': 'Other' }, default: 'none' }, [{ as: 'text', text: 'none' }]],
    [{ text: '{QUEUE}', default: 'none', ifEmpty: 'clear' }, [{ as: 'text', text: 'none' }]],
    [{ from: 'LINE', default: 'none', ifEmpty: 'clear' }, [{ as: 'text', text: 'Sales' }]],
  ])('%j', (source, expected) => expect(wished(source)).toEqual(expected));
});

describe('a map', () => {
  const missed = anUnansweredCall({ missedBecause: 'no answer', tags: ['vip', 'new', 'vip 2'] });
  test.each<[string, FieldSource, object[]]>([
    ['by what the value reads as', { from: 'LINE', map: { Sales: 'S', sales: 's', '*': '?' } }, [{ as: 'text', text: 'S' }]],
    ['by its word in events', { from: 'DIRECTION', map: { inbound: 'in', '*': '?' } }, [{ as: 'text', text: 'in' }]],
    ['as it reads before its word', { from: 'RESULT', map: { missed: 'word', Missed: 'text' } }, [{ as: 'text', text: 'text' }]],
    ['for the rest', { from: 'LINE', map: { Support: 'S', '*': 3 } }, [{ as: 'number', number: 3, text: '3' }]],
    ['else it stays as it is', { from: 'LINE', map: { Support: 'S' } }, [{ as: 'text', text: 'Sales' }]],
    ['whatever the value is called', { from: 'LINE', map: {} }, [{ as: 'text', text: 'Sales' }]],
    ['to a truth', { from: 'RESULT', map: { missed: false } }, [{ as: 'truth', truth: false }]],
    ['of a number', { from: 'DURATION_SEC', map: { '0': 'none' } }, [{ as: 'text', text: 'none' }]],
    ['of a template, as it reads', { text: '{LINE}!', map: { 'Sales!': 'S' } }, [{ as: 'text', text: 'S' }]],
    ['of a template, which has no word', { text: 'x', map: { missed: 'S', inbound: 'S' } }, [{ as: 'text', text: 'x' }]],
    ['of each tag', { from: 'TAGS', map: { vip: 'V', new: 1 } }, [{ as: 'list', list: ['V', '1', 'vip 2'], text: 'V, 1, vip 2' }]],
  ])('%s', (_, source, expected) => expect(wished(source, missed)).toEqual(expected));
  test('a value called as what every object has is not in it', () =>
    expect(wished({ from: 'LINE', map: { Sales: 'S' } }, aToldCall({ line: { id: 'l1', name: 'constructor' } }))).toEqual([
      { as: 'text', text: 'constructor' },
    ]));
});

describe('reading the settings', () => {
  const read = (document: unknown) => {
    const reader = new SettingsReader();
    return [fieldsReader(reader)('fields', document), reader.mistakes] as const;
  };
  test('what is given is kept', () => {
    const given = {
      Task: {
        Caller__c: { from: 'FROM', default: 'nobody', map: { '*': true }, ifEmpty: 'clear' },
        Line__c: { text: 'Line {LINE}', ifEmpty: 'leave' },
      },
      Lead: { Flag__c: { value: false }, Weight__c: { value: 1.5 }, Source__c: { from: 'UTM_SOURCE', touch: 'last' } },
    };
    expect(read(given)).toEqual([given, []]);
  });
  test.each<[object, object[]]>([
    [
      { from: 'CALLER' },
      [{ path: 'fields.Task.X__c.from', message: 'Give the name of a value of the call, such as CUSTOMER_NUMBER, not "CALLER".' }],
    ],
    [{ from: 5 }, [{ path: 'fields.Task.X__c.from', message: 'Give the name of a value of the call, such as CUSTOMER_NUMBER, not 5.' }]],
    [{ value: null }, [{ path: 'fields.Task.X__c.value', message: 'Give a text, a number, true or false, not null.' }]],
    [{ value: Infinity }, [{ path: 'fields.Task.X__c.value', message: 'Give a text, a number, true or false, not null.' }]],
    [{ value: ' ' }, [{ path: 'fields.Task.X__c.value', message: 'Give a text that isn\'t empty, not " ".' }]],
    [{ from: 'FROM', map: { a: [] } }, [{ path: 'fields.Task.X__c.map.a', message: 'Give a text, a number, true or false, not a list.' }]],
    [{ from: 'FROM', map: 'a' }, [{ path: 'fields.Task.X__c.map', message: 'Give an object with a value for each value, not "a".' }]],
    [{ from: 'FROM', ifEmpty: 'no' }, [{ path: 'fields.Task.X__c.ifEmpty', message: 'Choose one of "leave", "clear", not "no".' }]],
    [{ from: 'FROM', touch: 'no' }, [{ path: 'fields.Task.X__c.touch', message: 'Choose one of "first", "last", not "no".' }]],
    [{}, [{ path: 'fields.Task.X__c', message: 'Give one of from, text and value, not none.', together: true }]],
    [
      { from: 'FROM', text: 'x' },
      [{ path: 'fields.Task.X__c', message: 'Give one of from, text and value, not from and text.', together: true }],
    ],
    [
      { text: 'x', value: 0, from: 'TO' },
      [{ path: 'fields.Task.X__c', message: 'Give one of from, text and value, not from and text and value.', together: true }],
    ],
    [
      { value: 'x', map: { x: 'y' } },
      [{ path: 'fields.Task.X__c.map', message: 'A constant is what it is: leave the map out.', together: true }],
    ],
  ])('%j is a mistake, and it is said once', (source, mistakes) => expect(read({ Task: { X__c: source } })[1]).toEqual(mistakes));
  test('of an object, a field or a source that can’t be one', () => {
    const source = { value: 1 };
    expect(read([])[1]).toEqual([
      { path: 'fields', message: `Give an object with the CRM's objects, such as {"Task": {"Caller__c": {"from": "FROM"}}}, not a list.` },
    ]);
    expect(read({ Task: 'x' })[1]).toEqual([{ path: 'fields.Task', message: 'Give an object with a source for each field, not "x".' }]);
    expect(read({ Task: { X__c: 'FROM' } })[1]).toEqual([
      { path: 'fields.Task.X__c', message: 'Give an object such as {"from": "CUSTOMER_NUMBER"}, not "FROM".' },
    ]);
    expect(read({ 'My Task': { X__c: source }, Task: { '1st': source, [`a${'b'.repeat(78)}`]: source } })[1]).toEqual([
      { path: 'fields.My Task', message: 'Give the API name of an object, such as Task.' },
      { path: 'fields.Task.1st', message: 'Give the API name of a field, such as Region__c.' },
    ]);
    expect(read({ Task: { [`a${'b'.repeat(79)}`]: source } })[1]).toHaveLength(1);
  });
  test('a field that stands there twice, but for capital letters', () =>
    expect(
      read({ Task: { Region__c: { value: 1 }, Other__c: { value: 2 }, region__C: { value: 3 } }, Lead: { REGION__c: { value: 4 } } })[1],
    ).toEqual([{ path: 'fields.Task.region__C', message: 'It stands there twice; capital letters make no difference.', together: true }]));
});
