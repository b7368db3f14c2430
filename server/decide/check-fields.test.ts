import { describe, expect, test } from 'vitest';
import type { CrmField } from '../crm.ts';
import { type KnownCrm, objectsToKnow, remarksOn, sourcesFor } from './check-fields.ts';
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
        field('Mail__c', 'email', { length: 80 }),
        field('Web__c', 'link', { length: 255 }),
        field('Short__c', 'text', { length: 5 }),
        field('Open__c', 'choices', { choices: ['a'], length: 4_099 }),
        field('Any__c', 'choice', { only: true }),
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
  const date = 'It takes a date such as 2026-03-31, not';
  const time = 'It takes a time such as 2026-03-31T09:00:00Z, not';
  const id = 'It takes the id of a record, not';
  test.each<[string, string | number | boolean, string?]>([
    ['Line__c', 5],
    ['Short__c', 'abcde'],
    ['Short__c', 'abcdef', 'It takes at most 5 characters, not 6.'],
    ['Caller__c', 48, 'It takes telephone numbers, not 48.'],
    ['Mail__c', true, 'It takes e-mail addresses, not true.'],
    ['Web__c', 3, 'It takes links, not 3.'],
    ['Count__c', 7],
    ['Count__c', false, 'It takes a number, not false.'],
    ['Ticked__c', false],
    ['Ticked__c', 1, 'It takes true or false, not 1.'],
    ['Day__c', '2026-03-31'],
    ['Day__c', 20260331, 'It takes dates, not 20260331.'],
    ['Day__c', '2026-03-31T09:00:00Z', `${date} "2026-03-31T09:00:00Z".`],
    ['Day__c', 'on 2026-03-31', `${date} "on 2026-03-31".`],
    ['Day__c', '2026-3-31', `${date} "2026-3-31".`],
    ['Start__c', '2026-03-31T09:00:00Z'],
    ['Start__c', 9, 'It takes times, not 9.'],
    ['Start__c', '2026-03-31', `${time} "2026-03-31".`],
    ['Start__c', '2026-03-31T25:00:00Z', `${time} "2026-03-31T25:00:00Z".`],
    ['Start__c', '+002026-03-31T09:00:00Z', `${time} "+002026-03-31T09:00:00Z".`],
    ['Contact__c', '003000000000001'],
    ['Contact__c', '003000000000001AA', `${id} "003000000000001AA".`],
    ['Contact__c', ' 003000000000001', `${id} " 003000000000001".`],
    ['Contact__c', '003000000000001AAAA', `${id} "003000000000001AAAA".`],
    ['Where__c', 'x', 'Fields of this type can’t be filled.'],
    ['Pick__c', 'b'],
    ['Pick__c', 'a;b', `Its list doesn't offer "a;b", and takes nothing else.`],
    ['Tags__c', 'b;a'],
    ['Tags__c', 'a;c;d', `Its list doesn't offer "c", "d", and takes nothing else.`],
    ['Free__c', 'c'],
    ['Open__c', 'c'],
    ['Any__c', 'c'],
  ])('%s is always %j', (name, value, message) =>
    expect(ofTask({ value }, name)).toEqual(message === undefined ? [] : [`wrong fields.Task.${name}: ${message}`]),
  );
  test('of what else it may be each is checked: the default, and every value for a value', () =>
    expect(ofTask({ from: 'DURATION_SEC', default: 'none', map: { '0': 'zero', '1': 1 } }, 'Count__c')).toEqual([
      'wrong fields.Task.Count__c: It takes a number, not "none".',
      'wrong fields.Task.Count__c: It takes a number, not "zero".',
    ]));

  test.each<[string, object, ...string[]]>([
    ['Count__c', { from: 'LINE_NUMBER' }, 'It takes numbers, and LINE_NUMBER is a telephone number.'],
    ['Count__c', { from: 'AGENT_EMAIL' }, 'It takes numbers, and AGENT_EMAIL is an e-mail address.'],
    ['Count__c', { from: 'REFERRER' }, 'It takes numbers, and REFERRER is a link.'],
    ['Count__c', { from: 'TAGS' }, 'It takes numbers, and TAGS is a list.'],
    ['Count__c', { from: 'CALL_START' }, 'It takes numbers, and CALL_START is a time.'],
    ['Caller__c', { from: 'WAIT_TIME' }, 'It takes telephone numbers, and WAIT_TIME is a number.'],
    ['Caller__c', { from: 'MINUTES' }, 'It takes telephone numbers, and MINUTES is a number.'],
    ['Mail__c', { from: 'QUEUE' }, 'It takes e-mail addresses, and QUEUE is text.'],
    ['Web__c', { from: 'QUEUE' }, 'It takes links, and QUEUE is text.'],
    ['Pick__c', { from: 'CALL_START', map: { x: 'a' } }, 'It takes a choice of its list, and CALL_START is a time.'],
    ['Open__c', { from: 'DATE' }, 'It takes choices of its list, and DATE is a date.'],
  ])('%s from %j is told what it takes, and what it would get', (name, source, message) => {
    const [first = ''] = ofTask(source, name);
    expect(first.replace(/ Choose one of .*/, '')).toBe(`wrong fields.Task.${name}: ${message}`);
    expect(first).toMatch(/ Choose one of [A-Z_]+(?:, [A-Z_]+)*\.$/);
  });
  test.each<[string, boolean]>([
    ...(['Long__c', 'Ticked__c', 'Free__c', 'Open__c'] as const).map((name): [string, boolean] => [name, true]),
    ...(['Caller__c', 'Mail__c', 'Web__c', 'Count__c', 'Day__c', 'Start__c', 'Contact__c', 'Where__c'] as const).map(
      (name): [string, boolean] => [name, false],
    ),
  ])('a template is text: %s takes it: %s', (name, isTaken) => {
    expect(ofTask({ text: '{FROM}' }, name).map((one) => /^wrong .* It takes .*; a template is text\.$/.test(one))).toEqual(
      isTaken ? [] : [true],
    );
    expect(ofTask({ text: '{FROM}', map: { '*': 'x' } }, name).filter((one) => one.includes('a template is text'))).toEqual([]);
  });

  const cut = 'It takes 20 characters: whatever is longer is cut.';
  const restricted =
    'Its list is restricted: what the list does not offer is left out, and said so. Lift the restriction to take any value.';
  test.each<[string, object, string?]>([
    ['Line__c', { text: '{DATE}' }, cut],
    ['Line__c', { from: 'DURATION' }, cut],
    ['Line__c', { from: 'TRANSCRIPT' }, cut],
    ['Line__c', { from: 'FROM' }],
    ['Line__c', { value: 'x' }],
    ['Once__c', { value: 'x' }, 'It can be set only when the record is made: what comes later is not put in.'],
    ['Caller__c', { from: 'FROM' }],
    ['Pick__c', { from: 'QUEUE' }, restricted],
    ['Pick__c', { text: '{QUEUE}' }, restricted],
    ['Pick__c', { text: '{QUEUE}', map: { '*': 'a' } }],
    ['Pick__c', { value: 'a' }],
  ])('what %s would lose of %j is told before', (name, source, message) =>
    expect(ofTask(source, name)).toEqual(message === undefined ? [] : [`warning fields.Task.${name}: ${message}`]),
  );
  test('a remark names its object and field; one that only warns says so', () =>
    expect(
      remarksOn(parsePolicy({ language: 'en', fields: { task: { line__c: { from: 'QUEUE' }, Gone__c: { value: 1 } } } }), crm),
    ).toStrictEqual([
      { path: 'fields.task.line__c', object: 'task', field: 'line__c', message: cut, warns: true },
      {
        ...{ path: 'fields.task.Gone__c', object: 'task', field: 'Gone__c' },
        message: 'There is no such field, or the connected user may not write it.',
      },
    ]));
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
describe('what is made and how it is classed', () => {
  const empty: KnownCrm = { fields: new Map(), statuses: [] };
  const org = (fields: Record<string, readonly CrmField[]>, statuses: KnownCrm['statuses'] = []): KnownCrm => ({
    fields: new Map(Object.entries(fields)),
    statuses,
  });
  const remarks = (given: object, known: KnownCrm) => remarksOn(parsePolicy({ language: 'en', ...given }), known);
  test('MT-19: of the statuses those that close are for completed logs, the others for open ones', () => {
    const known = org({}, [
      { name: 'New', closed: false },
      { name: 'Done', closed: true },
      { name: 'Waiting', closed: false },
      { name: 'Dropped', closed: true },
    ]);
    expect(remarks({ status: { completed: 'Dropped', open: 'Waiting' } }, known)).toEqual([]);
    expect(remarks({ status: { completed: 'Lost', open: 'Done' } }, known)).toEqual([
      {
        ...{ path: 'status.completed', object: 'Task', field: 'Status' },
        message: 'There is no status “Lost”. Choose one of Done, Dropped.',
      },
      {
        ...{ path: 'status.open', object: 'Task', field: 'Status' },
        message: '“Done” is a closed status. Choose one of New, Waiting.',
      },
    ]);
  });
  test('DP-65: a type is one the org has, in an org that has the field', () => {
    const typed = { task: { type: 'Fax' } };
    const remark = (message: string) => [{ path: 'task.type', object: 'Task', field: 'Type', message }];
    const lacks = remark('Tasks of this org have no field Type, or the connected user may not write it.');
    expect([remarks(typed, empty), remarks(typed, org({ task: [field('Other', 'text')] }))]).toEqual([lacks, lacks]);
    expect(remarks(typed, org({ task: [field('type', 'choice', { choices: ['Call', 'Mail'] })] }))).toEqual(
      remark('Choose one of Call, Mail.'),
    );
    expect([remarks(typed, org({ task: [field('Type', 'text')] })), remarks({}, empty)]).toEqual([[], []]);
  });
  test('RS-13: the record type is one of each kind that is made; a kind we know nothing of is left alone', () => {
    const types = (...choices: string[]) => [field('RecordTypeId', 'reference', { choices })];
    const stranger = { missed: 'lead', answered: 'contact', outbound: 'lead', recordType: 'Callers' };
    const remark = (object: string, message: string) => ({ path: 'stranger.recordType', object, field: 'RecordTypeId', message });
    expect(remarks({ stranger }, org({ lead: types('Web', 'Fair'), contact: types(), nothing: types('x') }))).toEqual([
      remark('lead', 'Choose one of Web, Fair.'),
      remark('contact', 'A new contact has none here.'),
    ]);
    expect(remarks({ stranger }, org({ lead: types('Web', 'callers'), contact: [] }))).toEqual([
      remark('contact', 'A new contact has none here.'),
    ]);
    expect(remarks({ stranger: { ...stranger, status: 'Open' } }, empty)).toEqual([]);
  });
  test('a lead’s status is looked at whatever is made, in any case of letters', () => {
    const known = org({ lead: [field('Status', 'choice', { choices: ['Open', 'Working'] })] });
    expect(remarks({ stranger: { status: 'oPEN' } }, known)).toEqual([]);
    expect(remarks({ stranger: { status: 'New' } }, known)).toEqual([
      { path: 'stranger.status', object: 'lead', field: 'Status', message: 'Choose one of Open, Working.' },
    ]);
  });
});
test('only what is named is asked for', () => {
  const asked = (document: object) => [...objectsToKnow(parsePolicy({ language: 'en', ...document }))];
  expect([asked({}), asked({ fields: { Lead: {} } }), asked({ status: { open: 'x' } })]).toEqual([[], ['lead'], ['task']]);
  expect(asked({ stranger: { missed: 'contact', recordType: 'X' } })).toEqual(['contact']);
  expect(asked({ stranger: { missed: 'contact' } })).toEqual([]);
  expect(asked({ stranger: { answered: 'account', outbound: 'lead', recordType: 'X' }, task: { type: 'Call' } })).toEqual([
    'task',
    'account',
    'lead',
  ]);
  expect(asked({ stranger: { missed: 'contact', status: 'New' } })).toEqual(['lead']);
});
