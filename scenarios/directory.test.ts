import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { AgentEntry } from '../server/people/directory.ts';
import { suggestedFor } from '../server/people/workspaces.ts';
import { type Line, openLine } from '../server/testing/line.ts';

let line: Line;
let users: Map<string, string>;
let queues: Map<string, string>;
beforeAll(async () => {
  line = await openLine();
  users = new Map((await line.export('User')).map((row) => [String(row['Name']), String(row['Id'])]));
  queues = new Map((await line.export('Group')).map((row) => [String(row['Name']), String(row['Id'])]));
});
afterAll(() => line.close());
beforeEach(async () => {
  await policy({});
  await directory();
});

const policy = (document: object) => line.admin.savePolicy(line.org, { language: 'en', ...document }, 'admin');
const anna: AgentEntry = {
  ...{ code: '7101', name: 'Anna Nowak', email: 'Anna.NOWAK@acme.example', extension: '7101' },
  ...{ sipAccounts: [], numbers: [], telephony: true, dialsOut: false, included: true, missedComeToThem: false },
};
const haruto: AgentEntry = { ...anna, code: '7102', name: 'Haruto Sato', email: 'haruto.sato@acme.example', extension: '7102' };
const directory = (...agents: AgentEntry[]) =>
  line.admin.directory.change(line.org, 'admin', () => ({ to: { agents }, answer: undefined }));

let sent = 0;
let call = '';
const say = async (type: string, data: object = {}) => {
  await line.send({ id: `d${++sent}`, body: { version: 1, type: `call.${type}`, call, at: line.now(), data } });
  await line.advanceTo(line.now() + 1_000);
};
const comesIn = async (on?: object, number = '+48501999888') => {
  call = `call-${++sent}`;
  await say('started', { direction: 'inbound', customer: { number }, ...(on && { line: on }) });
};
const ends = async () => {
  await say('ended');
  await line.advanceTo(line.now() + 30_000);
};
/** Somebody answers at this phone; the phone system may say who. */
const answeredAt = async (asDialled: string, agent?: object) => {
  await comesIn();
  await say('answered', { endpoint: { asDialled, ...(agent && { agent }) } });
  await ends();
  return ownerOf(call);
};
const missedAt = async (...phones: object[]) => {
  await comesIn();
  for (const endpoint of phones) await say('ringing', { endpoint });
  await ends();
  return ownerOf(call);
};
const taskOf = async (id: string) => (await line.export('Task')).find((row) => row['Cordboard_Call__c'] === id);
const ownerOf = async (id: string) => {
  const owner = (await taskOf(id))?.['OwnerId'];
  return [...users, ...queues].find(([, known]) => known === owner)?.[0];
};
const nobodys = async () => (await line.admin.nobodysPhones(line.org)).map((row) => row['agent']);

describe('whose call it was', () => {
  test('FC-08: the e-mail must be the one in Salesforce, in whatever case it is written', async () => {
    await directory(anna);
    expect(await answeredAt('7101', { id: '7101' })).toBe('Anna Nowak');
  });
  test('RS-23: whoever answers at a number on which an agent takes calls is that agent, however it is written', async () => {
    await policy({ country: 'PL' });
    await directory({ ...anna, numbers: ['+48600100200'] });
    expect(await answeredAt('+48600100200')).toBe('Anna Nowak');
    expect(await answeredAt('600 100 200')).toBe('Anna Nowak');
    expect(await answeredAt('0048600100200')).toBe('Anna Nowak');
    expect(await answeredAt('+48600100201')).toBe('Integration User');
    expect(await nobodys()).toContain('+48600100201');
    expect(await nobodys()).not.toContain('+48600100200');
  });
  test('RS-24: whoever answers at a SIP account of an agent is that agent, on another exchange as well', async () => {
    await directory({ ...anna, sipAccounts: ['anna@other.example', 'anna-desk'] });
    expect(await answeredAt('sip:Anna@other.example;transport=tls')).toBe('Anna Nowak');
    expect(await answeredAt('PJSIP/anna-desk-0000001a')).toBe('Anna Nowak');
    expect(await answeredAt('sip:anna@elsewhere.example')).toBe('Integration User');
  });
  test('an agent who answers at the desk and then on the mobile is one person', async () => {
    await directory({ ...anna, numbers: ['+48600100200'] });
    await comesIn();
    await say('ringing', { endpoint: { asDialled: '+48600100200' } });
    await say('answered', { endpoint: { asDialled: 'SIP/1', agent: { id: '7101', name: 'Anna' } } });
    await ends();
    const people = await line.database.query({ text: "select pinned->'phones' as phones from calls where external_id = $1" }, [call]);
    expect(people.rows).toEqual([{ phones: { '+48600100200': { id: '7101', name: 'Anna' } } }]);
  });
  test('the number of a customer is none of ours, though an agent has it', async () => {
    await directory({ ...anna, numbers: ['+48501999888'] });
    call = 'out';
    await say('started', { direction: 'outbound', customer: { number: '+48501999888' }, agent: { id: '102' } });
    await say('answered', { endpoint: { asDialled: '+48501999888' } });
    await ends();
    expect(await ownerOf('out')).toBe('Haruto Sato');
  });
  test('D1: what was decided stays, whoever has the phone tomorrow', async () => {
    await directory({ ...anna, numbers: ['+48600100200'] });
    expect(await answeredAt('+48600100200')).toBe('Anna Nowak');
    await directory({ ...haruto, numbers: ['+48600100200'] });
    await say('commented', { text: 'late' });
    await line.advanceTo(line.now() + 60_000);
    expect(await ownerOf(call)).toBe('Anna Nowak');
  });
  test('MT-42, RS-32: by federation id, by employee number or by hand, in the order the admin says', async () => {
    await line.asHuman({ action: 'update', object: 'User', id: users.get('Piotr Zielinski')!, fields: { EmployeeNumber: 'K-7' } });
    await line.asHuman({ action: 'update', object: 'User', id: users.get('Haruto Sato')!, fields: { FederationIdentifier: 'K-7' } });
    await line.advanceTo(line.now() + 6 * 60_000);
    const k7 = { ...anna, code: 'k-7' };
    await directory(k7);
    expect(await answeredAt('7101', { id: '7101' })).toBe('Anna Nowak');
    await policy({ people: { mapping: ['employee number', 'email'] } });
    expect(await answeredAt('7101', { id: '7101' })).toBe('Piotr Zielinski');
    await policy({ people: { mapping: ['federation id', 'employee number'] } });
    expect(await answeredAt('7101', { id: '7101' })).toBe('Haruto Sato');
    await policy({ people: { mapping: ['by hand', 'email'] } });
    await directory({ ...k7, user: users.get('Piotr Zielinski')!.slice(0, 15) });
    expect(await answeredAt('7101', { id: '7101' })).toBe('Piotr Zielinski');
  });
  test('RS-14, FC-06: who is left out, or has no telephony, is nobody in Salesforce, and no phone to look after', async () => {
    const setup = { checkSetup: true, seniorManagerId: users.get('Olena Kovalenko') };
    await policy({ followUp: setup });
    const tasks = async () => (await line.export('Task')).filter((row) => row['OwnerId'] === setup.seniorManagerId).length;
    const before = await tasks();
    for (const out of [
      { ...anna, code: '7301', extension: '7301', included: false },
      { ...anna, code: '7301', extension: '7301', telephony: false },
    ]) {
      await directory(out);
      expect(await answeredAt('7301', { id: '7301', email: 'anna.nowak@acme.example' })).toBe('Integration User');
    }
    expect(await nobodys()).not.toContain('7301');
    expect(await tasks()).toBe(before);
    await directory();
    await answeredAt('7302', { id: '7302', email: 'desk@phones.example' });
    expect([(await nobodys()).includes('7302'), await tasks()]).toEqual([true, before + 1]);
  });
});

describe('whose a missed call is', () => {
  const rang = (id: string) => ({ asDialled: id, agent: { id } });
  test('RS-22: unanswered calls are not theirs until the switch is on; then those that rang them are', async () => {
    await directory(anna, haruto);
    expect(await missedAt(rang('7101'), rang('7102'))).toBe('Integration User');
    await directory(anna, { ...haruto, missedComeToThem: true });
    expect(await missedAt(rang('7101'), rang('7102'))).toBe('Haruto Sato');
    expect(await missedAt(rang('7101'))).toBe('Integration User');
    expect(await answeredAt('7101', { id: '7101' })).toBe('Anna Nowak');
  });
  test('DP-53, DP-54: missed calls and voicemails are the user’s whom the admin named', async () => {
    await policy({ followUp: { missedOwnerId: users.get('Olena Kovalenko') } });
    expect(await missedAt(rang('7101'))).toBe('Olena Kovalenko');
    await comesIn();
    await say('voicemail', { seconds: 4 });
    await ends();
    expect(await ownerOf(call)).toBe('Olena Kovalenko');
    expect(await answeredAt('7101', { id: '7101', email: 'anna.nowak@acme.example' })).toBe('Anna Nowak');
  });
  test('DP-53: a contact centre’s and a group’s own come before the company’s, which is the main number’s (R7)', async () => {
    const group = { id: 'group', number: '+48221234500' };
    await policy({
      followUp: { missedOwnerId: users.get('Olena Kovalenko') },
      lines: { '+48221234500': { followUp: { missedOwnerId: queues.get('Missed Calls') } } },
      queues: { hotline: { followUp: { missedOwnerId: queues.get('Support Callbacks') } } },
    });
    const missedOn = async (on: object, queue?: object) => {
      await comesIn(on);
      if (queue) await say('queued', { queue });
      await ends();
      return ownerOf(call);
    };
    expect(await missedOn({ id: 'main', number: '+48221234567' })).toBe('Olena Kovalenko');
    expect(await missedOn(group)).toBe('Missed Calls');
    expect(await missedOn(group, { id: 'hotline' })).toBe('Support Callbacks');
  });
  test('a team of the directory has its own settings, wherever its agents answer', async () => {
    await policy({ subject: 'Call', teams: { Sales: { subject: 'Sales call' } } });
    await directory({ ...anna, team: 'Sales', numbers: ['+48600100200'] });
    await answeredAt('+48600100200');
    expect((await taskOf(call))?.['Subject']).toBe('Sales call');
  });
  test('DP-54: the user must be active, else the chain goes on', async () => {
    const gone = (await line.export('User')).find((row) => row['IsActive'] === 0 || row['IsActive'] === false);
    expect(gone).toBeDefined();
    await policy({ followUp: { missedOwnerId: gone?.['Id'], seniorManagerId: users.get('Piotr Zielinski') } });
    expect(await missedAt(rang('7101'))).toBe('Piotr Zielinski');
  });
  test('DP-55: they are a queue’s; it must take tasks, else the chain goes on', async () => {
    await policy({ followUp: { missedOwnerId: queues.get('Missed Calls') } });
    expect(await missedAt(rang('7101'))).toBe('Missed Calls');
    await policy({ followUp: { missedOwnerId: queues.get('New Leads'), seniorManagerId: users.get('Piotr Zielinski') } });
    expect(await missedAt(rang('7101'))).toBe('Piotr Zielinski');
  });
  test('a call that is logged as past is the same one’s', async () => {
    await policy({ logging: { missed: 'completed' }, followUp: { missedOwnerId: queues.get('Support Callbacks') } });
    expect(await missedAt(rang('7101'))).toBe('Support Callbacks');
  });
});

test('DP-02: a line for sales makes a lead of a stranger, one for the office makes nobody', async () => {
  const entry = (id: string, workspace: 'office' | 'sales') => ({ line: id, kind: 'group' as const, workspace });
  const lines = [entry('hotline', 'sales'), entry('desk', 'office')];
  await line.admin.directory.change(line.org, 'admin', () => ({ to: { lines }, answer: undefined }));
  const held = (await line.admin.directory.read(line.org)).lines;
  await policy({ lines: Object.fromEntries(held.map((one) => [one.line, suggestedFor[one.workspace]])) });
  const leads = async () => (await line.export('Lead')).length;
  const before = await leads();
  for (const id of ['desk', 'hotline']) {
    await comesIn({ id }, '+48501777666'); // no other call here may find the lead
    await ends();
    expect(await leads()).toBe(id === 'desk' ? before : before + 1);
  }
});

test('FC-25: a call outside campaigns counts as the campaign’s that is named for them', async () => {
  const known = { spring: { name: 'Spring sale' }, other: { name: 'Day to day' } };
  await policy({ subject: 'Call: {CAMPAIGN}', campaigns: { outside: 'other', known } });
  await answeredAt('7101', { id: '7101' });
  expect((await taskOf(call))?.['Subject']).toBe('Call: Day to day');
  await comesIn();
  await say('campaign', { campaignId: 'spring' });
  await say('answered', { endpoint: { asDialled: '7101', agent: { id: '7101' } } });
  await ends();
  expect((await taskOf(call))?.['Subject']).toBe('Call: Spring sale');
});

test('FC-57: nobody may work with too many seats taken, and still every call is logged', async () => {
  await policy({ people: { seats: 1, strictSeats: true } });
  await directory(anna, haruto);
  expect(await answeredAt('7101', { id: '7101' })).toBe('Anna Nowak');
});
