import { describe, expect, test } from 'vitest';
import type { CrmField } from '../crm.ts';
import { objectsToKnow, remarksOn, sourcesFor } from './check-fields.ts';
import { parsePolicy } from './policy.ts';

const field = (name: string, type: CrmField['type'], more: Partial<CrmField> = {}): CrmField => ({ name, label: name, type, ...more });
const crm = {
  fields: new Map<string, readonly CrmField[]>([
    [
      'task',
      [
        field('Caller__c', 'phone', { length: 40 }),
        field('Line__c', 'text', { length: 20 }),
        field('Long__c', 'text', { length: 32_000 }),
        field('Start__c', 'time'),
        field('Day__c', 'date'),
        field('Count__c', 'number'),
        field('Ticked__c', 'truth'),
        field('Tags__c', 'choices', { choices: ['a', 'b'], only: true, length: 4_099 }),
        field('Pick__c', 'choice', { choices: ['a', 'b'], only: true, length: 255 }),
        field('Free__c', 'choice', { choices: ['a'], length: 255 }),
        field('Contact__c', 'reference'),
        field('Where__c', 'other'),
        field('Once__c', 'text', { length: 255, onceOnly: true }),
        field('Subject', 'text', { length: 255, decidedBy: 'texts' }),
        field('Type', 'choice', { choices: ['Call', 'Meeting'], length: 40 }),
      ],
    ],
    [
      'lead',
      [
        field('Status', 'choice', { choices: ['Open', 'Working'], decidedBy: 'stranger.status' }),
        field('RecordTypeId', 'reference', { choices: ['Callers'] }),
      ],
    ],
  ]),
  statuses: [
    { name: 'Not Started', closed: false },
    { name: 'Completed', closed: true },
  ],
};
const said = (document: object) =>
  remarksOn(parsePolicy({ language: 'en', ...document }), crm).map(
    ({ path, message, warns }) => `${warns ? 'warning' : 'wrong'} ${path}: ${message}`,
  );
const ofTask = (source: object, name = 'X') => said({ fields: { Task: { [name]: source } } });

describe('a source is checked against its field', () => {
  test('MT-21: a Phone field takes numbers, and says which', () => {
    expect(ofTask({ from: 'FROM' }, 'caller__C')).toEqual([]);
    expect(ofTask({ from: 'LINE_NAME' }, 'Caller__c')).toEqual([
      'wrong fields.Task.Caller__c: It takes telephone numbers, and LINE_NAME is text. Choose one of CUSTOMER_NUMBER, FROM, TO, LINE_NUMBER.',
    ]);
    expect(ofTask({ text: 'tel {FROM}' }, 'Caller__c')).toEqual([
      'wrong fields.Task.Caller__c: It takes telephone numbers; a template is text.',
    ]);
  });
  test('MT-24: that a text will be cut is told before it is', () =>
    expect([
      ofTask({ from: 'LINE_NAME' }, 'Line__c'),
      ofTask({ from: 'DATE' }, 'Line__c'),
      ofTask({ from: 'TRANSCRIPT' }, 'Long__c'),
    ]).toEqual([['warning fields.Task.Line__c: It takes 20 characters: whatever is longer is cut.'], [], []]));
  test('MT-25: a Date/Time field takes times, a Date field their days as well', () => {
    expect([ofTask({ from: 'TALK_END' }, 'Start__c'), ofTask({ from: 'TALK_END' }, 'Day__c'), ofTask({ from: 'DATE' }, 'Day__c')]).toEqual([
      [],
      [],
      [],
    ]);
    expect(ofTask({ from: 'DATE' }, 'Start__c')[0]).toMatch(/^wrong .* It takes times, and DATE is a date\. Choose one of CALL_START/);
  });
  test('MT-31: a restricted list warns; a value for each of the rest needs none', () => {
    expect(ofTask({ from: 'TAGS' }, 'Tags__c')[0]).toMatch(/^warning .*Its list is restricted/);
    expect(ofTask({ from: 'RESULT', map: { answered: 'a', '*': 'b' } }, 'Pick__c')).toEqual([]);
    expect(ofTask({ from: 'RESULT', map: { answered: 'c', '*': 'b' } }, 'Pick__c')).toEqual([
      `wrong fields.Task.Pick__c: Its list doesn't offer "c", and takes nothing else.`,
    ]);
    expect(ofTask({ from: 'RESULT' }, 'Free__c')).toEqual([]);
  });
  test.each([
    ['Count__c', { from: 'DURATION_SEC' }, []],
    ['Count__c', { from: 'TAGS', map: { '*': 1 } }, []],
    ['Count__c', { value: '5' }, ['It takes a number, not "5".']],
    ['Ticked__c', { from: 'RECORDING_URL' }, []],
    ['Ticked__c', { value: 'yes' }, ['It takes true or false, not "yes".']],
    ['Day__c', { value: '31.3.2026' }, ['It takes a date such as 2026-03-31, not "31.3.2026".']],
    ['Start__c', { value: 'noon' }, ['It takes a time such as 2026-03-31T09:00:00Z, not "noon".']],
    ['Contact__c', { value: '003000000000001AAA' }, []],
    ['Contact__c', { value: 'Ewa' }, ['It takes the id of a record, not "Ewa".']],
    ['Contact__c', { from: 'CUSTOMER' }, ['It takes the id of a record, and CUSTOMER is text.']],
    ['Where__c', { from: 'CUSTOMER' }, ['It takes nothing that a call has, and CUSTOMER is text.']],
    ['Once__c', { from: 'QUEUE' }, ['It can be set only when the record is made: what comes later is not put in.']],
    ['Subject', { from: 'QUEUE' }, ['What stands there is decided elsewhere: texts.']],
    ['Nothing__c', { from: 'QUEUE' }, ['There is no such field, or the connected user may not write it.']],
  ] as const)('%s from %j', (name, source, messages) =>
    expect(ofTask(source, name).map((one) => one.slice(one.indexOf(': ') + 2))).toEqual(messages),
  );
  test('an object we don’t write is none', () =>
    expect(said({ fields: { Asset: { Name: { value: 'x' } } } })).toEqual([
      'wrong fields.Asset.Name: Cordboard writes no such records: name Task, Lead, Contact, Account, Case or Opportunity.',
    ]));
  test('what can be chosen for a field fits it', () => {
    expect(sourcesFor({ type: 'phone' })).toEqual(['CUSTOMER_NUMBER', 'FROM', 'TO', 'LINE_NUMBER']);
    expect(sourcesFor({ type: 'reference' })).toEqual([]);
  });
});

test('MT-19, DP-65, RS-13: statuses, types and record types are those the org has', () => {
  expect(said({ status: { completed: 'Completed', open: 'Not Started' }, task: { type: 'Call' } })).toEqual([]);
  expect(said({ status: { completed: 'Not Started', open: 'Started' }, task: { type: 'Fax' } })).toEqual([
    'wrong status.completed: “Not Started” is not a closed status. Choose one of Completed.',
    'wrong status.open: There is no status “Started”. Choose one of Not Started.',
    'wrong task.type: Choose one of Call, Meeting.',
  ]);
  const lead = (more: object) => said({ stranger: { missed: 'lead', ...more } });
  expect([lead({ status: 'Working', recordType: 'callers' }), lead({ status: 'Lost' }), lead({ recordType: 'Others' })]).toEqual([
    [],
    ['wrong stranger.status: Choose one of Open, Working.'],
    ['wrong stranger.recordType: Choose one of Callers.'],
  ]);
});
test('only what is named is asked for', () => {
  const asked = (document: object) => [...objectsToKnow(parsePolicy({ language: 'en', ...document }))];
  expect([asked({}), asked({ fields: { Lead: {} } }), asked({ status: { open: 'x' } })]).toEqual([[], ['lead'], ['task']]);
  expect(asked({ stranger: { missed: 'contact', recordType: 'X' } })).toEqual(['contact']);
});
