import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// What an admin has put into which field, from the phone system's words into the org.
let line: Line;
const custom: readonly (readonly [object: string, name: string, type: string, more?: object])[] = [
  ['Task', 'Caller__c', 'phone', { length: 40 }],
  ['Task', 'Callee__c', 'phone', { length: 40 }],
  ['Task', 'Line__c', 'string', { length: 8 }],
  ['Task', 'Dial_Start__c', 'datetime'],
  ['Task', 'Arrived__c', 'datetime'],
  ['Task', 'Talk_Start__c', 'datetime'],
  ['Task', 'Talk_End__c', 'datetime'],
  ['Task', 'Ring_End__c', 'datetime'],
  ['Task', 'Tags__c', 'multipicklist', { length: 4_099, picklist: ['dummy'], restricted: false }],
  ['Task', 'Known_Tags__c', 'multipicklist', { length: 4_099, picklist: ['quote', 'vip'], restricted: true }],
  ['Task', 'Outcome__c', 'picklist', { length: 255, picklist: ['Talked', 'In vain'], restricted: true }],
  ['Task', 'Minutes__c', 'double', { digits: 18, scale: 0 }],
  ['Task', 'Recorded__c', 'boolean'],
  ['Task', 'Recording__c', 'url', { length: 255 }],
  ['Task', 'First__c', 'string', { length: 40 }],
  ['Task', 'Last__c', 'string', { length: 80 }],
  ['Task', 'Mail__c', 'email', { length: 80 }],
  ['Task', 'Client_Id__c', 'string', { length: 64 }],
  ['Task', 'Note__c', 'string', { length: 255 }],
  ['Lead', 'Utm_Source__c', 'string', { length: 40 }],
  ['Lead', 'Last_Source__c', 'string', { length: 40 }],
  ['Lead', 'Client_Id__c', 'string', { length: 64 }],
];
beforeAll(async () => {
  line = await openLine();
  for (const [object, name, type, more] of custom)
    await line.control('POST', '/fields', { object, name, label: name.replace('__c', ''), type, ...more });
});
afterAll(() => line.close());

let sent = 0;
async function tell(call: string, type: string, data: unknown = {}, seconds = 0) {
  await line.advanceTo(line.now() + seconds * 1000);
  await line.send({ id: `f${++sent}`, body: { version: 1, type: `call.${type}`, call, at: line.now(), data } });
}
const settle = () => line.advanceTo(line.now() + 120_000);
async function under(document: object) {
  await line.admin.savePolicy(line.org, parsePolicy({ language: 'en', ...document }), 'admin');
  await line.advanceTo(line.now() + 10_000);
}
const anna = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
const ewa = { number: '+48601234567' };
const sales = { id: 'sales', name: 'Sales of the North', number: '+48221234500' };
/** Six seconds in a menu, six of ringing, a minute's talk. */
async function answered(call: string, customer: object = ewa) {
  await tell(call, 'started', { direction: 'inbound', customer, line: sales });
  await tell(call, 'ringing', { endpoint: { asDialled: '101', agent: anna } }, 6);
  await tell(call, 'answered', { endpoint: { asDialled: '101', agent: anna } }, 6);
  await tell(call, 'ended', {}, 60);
}
async function missed(call: string, customer: object = ewa) {
  await tell(call, 'started', { direction: 'inbound', customer, line: sales });
  await tell(call, 'ringing', { endpoint: { asDialled: '101', agent: anna } }, 6);
  await tell(call, 'ended', {}, 20);
}
async function dialled(call: string) {
  await tell(call, 'started', { direction: 'outbound', customer: ewa, agent: anna, line: sales });
  await tell(call, 'answered', { endpoint: { asDialled: ewa.number } }, 10);
  await tell(call, 'ended', {}, 30);
}
async function taskOf(call: string): Promise<Record<string, unknown>> {
  const [task, ...others] = (await line.export('Task')).filter((one) => one['CallObject'] === call);
  expect(others).toEqual([]);
  return task!;
}
const pick = (record: Record<string, unknown>, ...names: string[]) => names.map((name) => record[name] ?? null);

describe('the vendor’s numbered settings', () => {
  test('MT-21, MT-22, MT-23, MT-24: who called and who was called into Phone fields, the line’s name into a Text field, cut to its length', async () => {
    await under({ fields: { Task: { Caller__c: { from: 'FROM' }, Callee__c: { from: 'TO' }, Line__c: { from: 'LINE_NAME' } } } });
    await answered('in');
    await dialled('out');
    await answered('withheld', { withheld: true, asSent: 'anonymous' });
    await settle();
    expect(pick(await taskOf('in'), 'Caller__c', 'Callee__c', 'Line__c')).toEqual(['+48601234567', '+48221234500', 'Sales of']);
    expect(pick(await taskOf('out'), 'Caller__c', 'Callee__c')).toEqual(['+48221234500', '+48601234567']);
    expect(pick(await taskOf('withheld'), 'Caller__c', 'Callee__c')).toEqual([null, '+48221234500']);
  });
  test('MT-25, MT-26, MT-27: dial start is the first ring of a phone; talk start and end are empty if nobody answered; its ringing has an end', async () => {
    await under({
      fields: {
        Task: {
          ...{ Arrived__c: { from: 'CALL_START' }, Dial_Start__c: { from: 'DIAL_START' }, Ring_End__c: { from: 'RING_END' } },
          ...{ Talk_Start__c: { from: 'TALK_START' }, Talk_End__c: { from: 'TALK_END' } },
        },
      },
    });
    const all = ['Arrived__c', 'Dial_Start__c', 'Ring_End__c', 'Talk_Start__c', 'Talk_End__c'];
    const began = line.now();
    await answered('talk');
    const again = line.now();
    await missed('vain');
    await settle();
    const after = (ms: number, ...seconds: (number | null)[]) =>
      seconds.map((one) => (one === null ? null : new Date(Math.floor(ms / 1000 + one) * 1000).toISOString().replace('Z', '+0000')));
    expect(pick(await taskOf('talk'), ...all)).toEqual(after(began, 0, 6, 12, 12, 72));
    expect(pick(await taskOf('vain'), ...all)).toEqual(after(again, 0, 6, 26, null, null));
  });
  test('MT-29, AC-32: tags go into a multi-select field, joined by ;, and tags changed later update the task; a person’s choice stays', async () => {
    await under({ fields: { Task: { Tags__c: { from: 'TAGS' } } } });
    await answered('ours');
    await answered('theirs');
    await tell('ours', 'tagged', { tags: ['vip', 'a;b'] });
    await tell('theirs', 'tagged', { tags: ['vip'] });
    await settle();
    expect(pick(await taskOf('ours'), 'Tags__c')).toEqual(['vip;a,b']);
    await line.asHuman({
      action: 'update',
      object: 'Task',
      id: (await taskOf('theirs'))['Id'] as string,
      fields: { Tags__c: 'complaint' },
    });
    for (const call of ['ours', 'theirs']) await tell(call, 'tagged', { tags: ['quote'] });
    await settle();
    expect(pick(await taskOf('ours'), 'Tags__c')).toEqual(['vip;a,b;quote']);
    expect(pick(await taskOf('theirs'), 'Tags__c')).toEqual(['complaint']);
  });
  test('MT-31: a restricted list costs the unknown tag, not the task, and that is said', async () => {
    await under({ fields: { Task: { Known_Tags__c: { from: 'TAGS' } } } });
    await answered('restricted');
    await tell('restricted', 'tagged', { tags: ['vip', 'Prague', 'quote'] });
    await settle();
    expect(pick(await taskOf('restricted'), 'Known_Tags__c', 'CallDisposition')).toEqual(['quote;vip', 'Answered, vip, Prague, quote']);
    expect((await line.explanations()).find(({ externalId }) => externalId === 'restricted')?.because).toContain(
      'Known_Tags__c (NOT_IN_PICKLIST)',
    );
    await tell('restricted', 'tagged', { tags: ['Brno'] });
    await settle();
    expect(pick(await taskOf('restricted'), 'Known_Tags__c')).toEqual(['quote;vip']);
  });
  test('MT-44: what is left empty isn’t sent; what is to be cleared is, and what the call lacks takes its default', async () => {
    const Note__c = { from: 'COMMENT', ifEmpty: 'leave' };
    await under({
      fields: { Task: { Note__c, Line__c: { from: 'QUEUE', default: 'none' }, First__c: { from: 'IVR_CODE', ifEmpty: 'clear' } } },
    });
    await answered('empty');
    await settle();
    const { rows } = await line.database.query({
      text: `select sent from attempts a join calls c on c.id = a.call where c.external_id = 'empty' and a.kind = 'create' order by a.id desc limit 1`,
    });
    const [{ sent: first }] = rows as [{ sent: object }];
    expect(['Note__c', 'Line__c', 'First__c'].map((field) => field in first)).toEqual([false, true, true]);
    expect(pick(await taskOf('empty'), 'Note__c', 'Line__c')).toEqual([null, 'none']);
  });
});

describe('the status and type of a log', () => {
  const open = { logging: { missed: 'open', 'inbound-answered': 'completed' } };
  const asShown = async (call: string) => pick(await taskOf(call), 'Status', 'IsClosed', 'TaskSubtype');
  test('MT-19, MT-20, AC-06, AC-07: “Completed” under past activity, “In Progress” under next steps, with a date to be shown at', async () => {
    await under({ ...open, status: { open: 'In Progress' } });
    await answered('done');
    await missed('next');
    await settle();
    expect(await asShown('done')).toEqual(['Completed', true, 'Call']);
    expect(await asShown('next')).toEqual(['In Progress', false, 'Call']);
    expect((await taskOf('next'))['ActivityDate']).toBe('2026-03-02');
  });
  test('MT-19: a status that is closed is none of an open log, and a name the org doesn’t have is none: the org’s own stands, and it is told', async () => {
    await under({ ...open, status: { open: 'Completed', completed: 'Erledigt' } });
    await answered('done2');
    await missed('next2');
    await settle();
    expect([await asShown('done2'), await asShown('next2')]).toEqual([
      ['Completed', true, 'Call'],
      ['Not Started', false, 'Call'],
    ]);
    const { rows } = await line.database.query({ text: 'select wrong_defaults from org_facts' });
    expect((rows as [{ wrong_defaults: { setting?: string; because: string }[] }])[0].wrong_defaults).toMatchObject([
      { setting: 'status.completed', because: 'There is no status “Erledigt”. Choose one of Completed.' },
      {
        setting: 'status.open',
        because: expect.stringMatching(/^“Completed” is a closed status\. Choose one of Not Started, In Progress/) as string,
      },
    ]);
  });
  test('DP-65: Type “is currently not recorded”; a task may be shown as any other', async () => {
    await under({});
    await answered('untyped');
    await settle();
    await under({ task: { subtype: 'Task' } });
    await answered('plain');
    await settle();
    expect('Type' in (await taskOf('untyped'))).toBe(false);
    expect([(await taskOf('untyped'))['TaskSubtype'], (await taskOf('plain'))['TaskSubtype']]).toEqual(['Call', 'Task']);
    await under({ task: { type: 'Call' } });
    await answered('typed');
    await settle();
    expect((await taskOf('typed'))['Status']).toBe('Completed');
    const { rows } = await line.database.query({ text: 'select wrong_defaults from org_facts' });
    expect((rows as [{ wrong_defaults: object[] }])[0].wrong_defaults).toMatchObject([
      { setting: 'task.type', because: 'Tasks of this org have no field Type, or the connected user may not write it.' },
    ]);
  });
  test('AC-32: the outcome chosen at wrap-up goes into Call Result, the tags only where the admin wants them there', async () => {
    await under({});
    await answered('both');
    await tell('both', 'outcome', { value: 'Interested' });
    await tell('both', 'tagged', { tags: ['vip'] });
    await settle();
    await under({ task: { result: 'outcome' }, fields: { Task: { Tags__c: { from: 'TAGS' } } } });
    await answered('apart');
    await tell('apart', 'outcome', { value: 'Interested' });
    await tell('apart', 'outcome', { value: 'Not now' });
    await tell('apart', 'tagged', { tags: ['vip'] });
    await settle();
    await under({ task: { result: 'tags' } });
    await answered('tags');
    await tell('tags', 'tagged', { tags: Array.from({ length: 60 }, (_, n) => `tag ${n}`) });
    await settle();
    expect((await taskOf('both'))['CallDisposition']).toBe('Interested, vip');
    expect(pick(await taskOf('apart'), 'CallDisposition', 'Tags__c')).toEqual(['Not now', 'vip']);
    const cut = String((await taskOf('tags'))['CallDisposition']);
    expect([cut.length <= 255, /^tag 0, tag 1, .*, tag \d+, …$/.test(cut)]).toEqual([true, true]);
  });
});

describe('what a call is about, as fields', () => {
  test('AC-25, AC-27, AC-28: direction, date and duration', async () => {
    await under({});
    await answered('basic');
    await dialled('basic-out');
    await settle();
    expect(pick(await taskOf('basic'), 'CallType', 'ActivityDate', 'CallDurationInSeconds')).toEqual(['Inbound', '2026-03-02', 60]);
    expect(pick(await taskOf('basic-out'), 'CallType', 'ActivityDate', 'CallDurationInSeconds')).toEqual(['Outbound', '2026-03-02', 30]);
  });
  test('FC-04: “date, time, duration, recording, first and last name, e-mail address, call status”, each in a field of its own', async () => {
    await under({
      fields: {
        Task: {
          ...{ Dial_Start__c: { from: 'DIAL_START' }, Minutes__c: { from: 'MINUTES' }, Recording__c: { from: 'RECORDING_URL' } },
          ...{ First__c: { from: 'FIRST_NAME' }, Last__c: { from: 'LAST_NAME' }, Mail__c: { from: 'RECORD_EMAIL' } },
          ...{ Recorded__c: { from: 'RECORDING_URL' }, Outcome__c: { from: 'RESULT', map: { answered: 'Talked', '*': 'In vain' } } },
        },
      },
    });
    const began = line.now();
    await answered('fc', { ...ewa, name: 'Ewa Maria Kowalczyk', email: 'ewa@example.com' });
    await tell('fc', 'recording', { recordingId: 'r', url: 'https://pbx.example.com/r' });
    await missed('fc-missed');
    await settle();
    const task = await taskOf('fc');
    expect(Date.parse(String(task['Dial_Start__c']))).toBe(began + 6_000);
    expect(pick(task, 'Minutes__c', 'Recording__c', 'Recorded__c', 'First__c', 'Last__c', 'Mail__c', 'Outcome__c')).toEqual([
      ...[1, 'https://pbx.example.com/r', true, 'Ewa', 'Kowalczyk', 'ewa@example.com', 'Talked'],
    ]);
    expect(pick(await taskOf('fc-missed'), 'Recorded__c', 'Outcome__c')).toEqual([false, 'In vain']);
  });
  test('RS-03: the visit’s Google client id, on the task', async () => {
    await under({ fields: { Task: { Client_Id__c: { from: 'GA_CLIENT_ID' } } } });
    await answered('visit');
    await tell('visit', 'attributed', { gaClientId: '123.456' });
    await settle();
    expect(pick(await taskOf('visit'), 'Client_Id__c')).toEqual(['123.456']);
  });
});

describe('a record made for a stranger', () => {
  let strangers = 100;
  const nobody = (more: object = {}) => ({ number: `+48601777${++strangers}`, ...more });
  const madeFor = async (number: string) => {
    const all = (await Promise.all(['Lead', 'Contact'].map((object) => line.export(object)))).flat();
    const [made, ...others] = all.filter((one) => one['Phone'] === number || one['MobilePhone'] === number);
    expect(others).toEqual([]);
    return made!;
  };
  const lead = (more: object = {}) => ({ stranger: { missed: 'lead', answered: 'lead', ...more } });
  test('AC-20, AC-21, AC-22: last and first name, phone number, e-mail; a mobile number in its own field', async () => {
    await under(lead({ names: 'first last', phoneField: 'by number type', unnamed: { en: 'Caller {CUSTOMER_NUMBER}' } }));
    const [hanako, unnamed, office] = [
      nobody({ name: 'Hanako Tanaka', email: 'hanako@example.com' }),
      nobody(),
      { number: '+48225551234' },
    ];
    await answered('hanako', hanako);
    await answered('unnamed', unnamed);
    await answered('office', office);
    await settle();
    expect(pick(await madeFor(hanako.number), 'FirstName', 'LastName', 'MobilePhone', 'Phone', 'Email')).toEqual([
      ...['Hanako', 'Tanaka', hanako.number, null, 'hanako@example.com'],
    ]);
    expect(pick(await madeFor(unnamed.number), 'FirstName', 'LastName')).toEqual([null, `Caller ${unnamed.number}`]);
    expect(pick(await madeFor(office.number), 'LastName', 'MobilePhone', 'Phone')).toEqual(['Caller +48225551234', null, '+48225551234']);
  });
  test('RS-13: a lead’s status, record type and queue are as the settings say', async () => {
    const { id: recordType } = (await line.control('POST', '/record-types', {
      object: 'Lead',
      name: 'Callers',
      developerName: 'Callers',
    })) as { id: string };
    const queue = (await line.export('Group')).find((one) => one['DeveloperName'] === 'New_Leads')!;
    await under(lead({ status: 'Working - Contacted', recordType: 'callers', ownerId: queue['Id'] }));
    const who = nobody();
    await missed('funnel', who);
    await settle();
    expect(pick(await madeFor(who.number), 'Status', 'RecordTypeId', 'OwnerId')).toEqual(['Working - Contacted', recordType, queue['Id']]);
  });
  test('RS-33: “configure extra fields to pass if not in the default set”', async () => {
    await under({ ...lead(), fields: { Lead: { Client_Id__c: { from: 'CALL_ID' }, LeadSource: { value: 'Phone Inquiry' } } } });
    const who = nobody();
    await missed('extra', who);
    await settle();
    expect(pick(await madeFor(who.number), 'Client_Id__c', 'LeadSource')).toEqual(['extra', 'Phone Inquiry']);
  });
  test('RS-38: “at the moment a manager picks up, a lead is created and the marks are pulled into it”', async () => {
    await under({ ...lead({ moment: 'answer' }), fields: { Lead: { Utm_Source__c: { from: 'UTM_SOURCE' } } } });
    const who = nobody();
    await tell('marks', 'started', { direction: 'inbound', customer: who, line: sales });
    await tell('marks', 'attributed', { source: 'google', medium: 'cpc' });
    await tell('marks', 'answered', { endpoint: { asDialled: '101', agent: anna } }, 6);
    await line.advanceTo(line.now() + 10_000);
    expect(pick(await madeFor(who.number), 'Utm_Source__c')).toEqual(['google']);
    await tell('marks', 'ended', {}, 30);
    await settle();
  });
});

describe('where a caller came from, in leads that are there', () => {
  const mapped = {
    Utm_Source__c: { from: 'UTM_SOURCE' },
    Last_Source__c: { from: 'UTM_SOURCE', touch: 'last' },
    Client_Id__c: { from: 'GA_CLIENT_ID' },
  };
  let numbers = 200;
  /** A lead of somebody else's making, and a call from it. */
  async function aLead(fields: object = {}) {
    const number = `+48601888${++numbers}`;
    const { id } = await line.asHuman({
      action: 'create',
      object: 'Lead',
      fields: { LastName: 'Nowy', Company: 'Acme', Phone: number, ...fields },
    });
    await line.advanceTo(line.now() + 120_000);
    const lead = async () =>
      pick(
        (await line.export('Lead')).find((one) => one['Id'] === id)!,
        'Utm_Source__c',
        'Last_Source__c',
        'Client_Id__c',
      );
    return { number, id, lead };
  }
  const visits = async (call: string, number: string, visit: object) => {
    await answered(call, { number });
    await tell(call, 'attributed', visit);
    await settle();
  };
  test('RS-55: data of sources “in leads created earlier by another integration”: what is empty is filled, a person’s words stay', async () => {
    await under({ fields: { Lead: mapped }, attribution: { existing: true } });
    const { number, id, lead } = await aLead({ Utm_Source__c: 'fair' });
    await visits('enrich', number, { source: 'google', gaClientId: '1.2' });
    expect(await lead()).toEqual(['fair', 'google', '1.2']);
    expect((await taskOf('enrich'))['WhoId']).toBe(id);
    await visits('enrich2', number, { source: 'bing', gaClientId: '3.4' });
    expect(await lead()).toEqual(['fair', 'google', '1.2']);
  });
  test('RS-55: “overwrite”, and “first-touch + last-touch fields”; what a person changed after us is theirs for that call', async () => {
    await under({ fields: { Lead: mapped }, attribution: { existing: true, how: 'overwrite' } });
    const over = await aLead({ Utm_Source__c: 'fair' });
    await visits('over', over.number, { source: 'google' });
    expect(await over.lead()).toEqual(['google', 'google', null]);
    await line.asHuman({ action: 'update', object: 'Lead', id: over.id, fields: { Utm_Source__c: 'a friend' } });
    await tell('over', 'attributed', { source: 'bing' });
    await settle();
    expect(await over.lead()).toEqual(['a friend', 'bing', null]);
    await under({ fields: { Lead: mapped }, attribution: { existing: true, how: 'first and last' } });
    const both = await aLead();
    await visits('first', both.number, { source: 'google' });
    await visits('last', both.number, { source: 'bing' });
    expect(await both.lead()).toEqual(['google', 'bing', null]);
  });
  test('RS-55: unless the admin says so, leads of others are left alone; nor is anything read for calls that tell of no visit', async () => {
    await under({ fields: { Lead: mapped } });
    const { number, lead } = await aLead();
    await visits('alone', number, { source: 'google' });
    expect(await lead()).toEqual([null, null, null]);
    await under({ fields: { Lead: mapped }, attribution: { existing: true } });
    await answered('no-visit', { number });
    await settle();
    const { rows } = await line.database.query({
      text: "select 1 from writes w join calls c on c.id = w.call where w.role = 'attribution' and c.external_id in ('alone', 'no-visit')",
    });
    expect(rows).toEqual([]);
  });
  test('RS-02, RS-38: “call sources are attached to the lead” made for the caller, also when they are told after it was made', async () => {
    await under({ stranger: { answered: 'lead' }, fields: { Lead: mapped } });
    await answered('late', { number: '+48601888999' });
    await settle();
    await tell('late', 'attributed', { source: 'google', gaClientId: '123.456' });
    await settle();
    const made = (await line.export('Lead')).find((one) => one['Phone'] === '+48601888999')!;
    expect(pick(made, 'Utm_Source__c', 'Client_Id__c')).toEqual(['google', '123.456']);
    expect(await line.unexplained()).toEqual([]);
  });
  test('RS-55: also where calls aren’t logged', async () => {
    const logging = { 'inbound-answered': 'skip' };
    await under({ fields: { Lead: mapped }, attribution: { existing: true }, logging });
    const { number, lead } = await aLead();
    await visits('unlogged', number, { source: 'google' });
    expect(await lead()).toEqual(['google', 'google', null]);
    expect((await line.export('Task')).filter((one) => one['CallObject'] === 'unlogged')).toEqual([]);
    expect(await line.unexplained()).toEqual([]);
  });
  test('of a call that is moved to another lead, each has its own', async () => {
    await under({ fields: { Lead: mapped }, attribution: { existing: true } });
    const [wrong, right] = [await aLead(), await aLead()];
    await visits('moved', wrong.number, { source: 'google' });
    await tell('moved', 'linked', { who: { kind: 'lead', id: right.id }, by: anna });
    await settle();
    expect([await wrong.lead(), await right.lead()]).toEqual([
      ['google', 'google', null],
      ['google', 'google', null],
    ]);
  });
  test('D2: a lead that was converted or deleted meanwhile is left as it is, and its call is explained', async () => {
    await under({ fields: { Lead: mapped }, attribution: { existing: true } });
    const { number, id } = await aLead();
    await answered('gone', { number });
    await settle();
    await line.asHuman({ action: 'delete', object: 'Lead', id });
    await tell('gone', 'attributed', { source: 'google' });
    await settle();
    const { rows } = await line.database.query({
      text: "select w.state from writes w join calls c on c.id = w.call where w.role = 'attribution' and c.external_id = 'gone'",
    });
    expect(rows).toEqual([{ state: 'deleted' }]);
    expect(await line.unexplained()).toEqual([]);
  });
});
