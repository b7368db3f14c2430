import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from './testing/test-org.ts';

const nine = Date.parse('2026-11-21T09:00:00Z');
let now = nine;
let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
  // The same people are made again and again.
  for (const object of ['Lead', 'Contact', 'Account']) await org.control('POST', '/duplicate-rules', { object, active: false });
});
afterAll(() => org.stop());

type Row = Record<string, unknown>;
const made = async (object: string, fields: Row): Promise<string> => {
  const reply = await org.call('POST', `/sobjects/${object}`, fields);
  expect(reply.body).toMatchObject({ success: true });
  return (reply.body as { id: string }).id;
};
const all = async (soql: string) =>
  ((await org.call('GET', `/queryAll?${new URLSearchParams({ q: soql }).toString()}`)).body as { records: Row[] }).records;
/** A record, wherever it is, a minute after everything else was made. */
const record = async (object: string, id: string): Promise<Row> => (await org.rows(object, true)).find((row) => row['Id'] === id) ?? {};
const act = async (action: string, object: string, id: string, more: Row = {}) => {
  now += 60_000;
  const reply = await org.control('POST', '/as-human', { user: seeded.anna, action, object, id, ...more });
  return { status: reply.status, body: reply.body as Row, at: new Date(now).toISOString().replace('Z', '+0000') };
};

const lead = {
  FirstName: 'Zofia',
  LastName: 'Mazur',
  Company: 'Mazur Logistyka',
  Phone: '+48 22 307 11 22',
  MobilePhone: '+48 502 345 678',
  Email: 'zofia@mazur.example',
  LeadSource: 'Phone Inquiry',
  City: 'Gdańsk',
};

describe('converting a lead', () => {
  test('makes an account, a contact and a deal, and closes the lead', async () => {
    const id = await made('Lead', { ...lead, OwnerId: seeded.anna, Cordboard_Name__c: 'stranger-z' });
    const { body, at } = await act('convert', 'Lead', id, { fields: { createOpportunity: true } });
    const { accountId, contactId, opportunityId } = body as Record<string, string>;
    expect(await record('Lead', id)).toMatchObject({
      IsConverted: true,
      ConvertedDate: '2026-11-21',
      ConvertedAccountId: accountId,
      ConvertedContactId: contactId,
      ConvertedOpportunityId: opportunityId,
      Status: 'Closed - Converted',
      IsDeleted: false,
      SystemModstamp: at,
      Cordboard_Name__c: 'stranger-z',
    });
    expect(await record('Account', accountId ?? '')).toMatchObject({
      Name: 'Mazur Logistyka',
      Phone: lead.Phone,
      BillingCity: 'Gdańsk',
      OwnerId: seeded.anna,
      SystemModstamp: at,
    });
    expect(await record('Contact', contactId ?? '')).toMatchObject({
      Name: 'Zofia Mazur',
      AccountId: accountId,
      Phone: lead.Phone,
      MobilePhone: lead.MobilePhone,
      Email: lead.Email,
      Cordboard_Name__c: null, // nobody has mapped it
    });
    expect(await record('Opportunity', opportunityId ?? '')).toMatchObject({
      Name: 'Mazur Logistyka-',
      AccountId: accountId,
      CloseDate: '2026-12-31',
    });
  });
  test('takes its tasks along to the contact, and to the deal if there is one', async () => {
    const [plain, withDeal] = [await made('Lead', lead), await made('Lead', lead)];
    const tasks = await Promise.all([plain, withDeal].map((WhoId) => made('Task', { WhoId, OwnerId: seeded.anna, Subject: 'Call back' })));
    const done = await made('Task', { WhoId: plain, OwnerId: seeded.anna, Status: 'Completed' });
    const first = (await act('convert', 'Lead', plain, { fields: { ownerId: seeded.integration } })).body;
    const second = (await act('convert', 'Lead', withDeal, { fields: { createOpportunity: true } })).body;
    expect(await record('Task', tasks[0] ?? '')).toMatchObject({
      WhoId: first['contactId'],
      WhatId: null,
      AccountId: first['accountId'],
      OwnerId: seeded.integration, // open, and of the one who converted
      LastModifiedById: seeded.anna,
    });
    expect(await record('Task', done)).toMatchObject({ WhoId: first['contactId'], OwnerId: seeded.anna });
    expect(await record('Task', tasks[1] ?? '')).toMatchObject({
      WhoId: second['contactId'],
      WhatId: second['opportunityId'],
      AccountId: second['accountId'],
    });
  });
  test('into people who are there: only blanks are filled in', async () => {
    const contact = await made('Contact', { LastName: 'Mazur', AccountId: seeded.sake, Phone: '22 999' });
    const { body } = await act('convert', 'Lead', await made('Lead', lead), { fields: { contactId: contact } });
    expect(body).toMatchObject({ contactId: contact, accountId: seeded.sake, opportunityId: null });
    expect(await record('Contact', contact)).toMatchObject({ Phone: '22 999', MobilePhone: lead.MobilePhone, FirstName: 'Zofia' });
    expect(await record('Account', seeded.sake)).toMatchObject({ Name: '株式会社さくら酒造', Phone: '03-1234-5678', BillingCity: '東京' });
  });
  test('a queue’s lead becomes the property of who converts it', async () => {
    const id = await made('Lead', { ...lead, OwnerId: seeded.leadQueue });
    const { body } = await act('convert', 'Lead', id);
    expect(await record('Contact', String(body['contactId']))).toMatchObject({ OwnerId: seeded.anna });
    expect(await record('Lead', id)).toMatchObject({ OwnerId: seeded.leadQueue });
  });
  test('after it, programs and tasks are refused', async () => {
    const id = await made('Lead', lead);
    await act('convert', 'Lead', id);
    const refused = [{ errorCode: 'CANNOT_UPDATE_CONVERTED_LEAD', message: 'cannot reference converted lead', fields: [] }];
    expect((await org.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'x' })).body).toEqual(refused);
    expect((await org.call('POST', '/sobjects/Task', { WhoId: id })).body).toEqual(refused);
    expect((await act('convert', 'Lead', id)).body).toEqual(refused);
    expect(
      (await org.query(`SELECT IsConverted, ConvertedContact.Name, ConvertedAccount.Name FROM Lead WHERE Id = '${id}'`)).records,
    ).toMatchObject([{ IsConverted: true, ConvertedContact: { Name: 'Zofia Mazur' }, ConvertedAccount: { Name: 'Mazur Logistyka' } }]);
  });
  test('happens wholly or not at all', async () => {
    const before = (await org.rows('Account', true)).length;
    const id = await made('Lead', lead);
    expect((await act('convert', 'Lead', id, { fields: { convertedStatus: 'Working - Contacted' } })).status).toBe(400);
    expect((await act('convert', 'Lead', id, { fields: { accountId: seeded.sake, contactId: seeded.ewa } })).status).toBe(400);
    expect((await act('convert', 'Contact', seeded.ewa)).status).toBe(400);
    expect((await org.rows('Account', true)).length).toBe(before);
    expect(await record('Lead', id)).toMatchObject({ IsConverted: false });
  });
});

describe('merging', () => {
  test('contacts: the losers are deleted and name the winner, whose children theirs become', async () => {
    const winner = await made('Contact', { LastName: 'Kowalski', MobilePhone: '+48600100200', AccountId: seeded.bakery });
    const losers = [
      await made('Contact', { LastName: 'Kowalsky', Phone: '22 555 11 22', Cordboard_Name__c: 'k-2' }),
      await made('Contact', { LastName: 'Kowalski J.', AccountId: seeded.sake }),
    ];
    const tasks = await Promise.all(losers.map((WhoId) => made('Task', { WhoId })));
    const ticket = await made('Case', { ContactId: losers[0], Subject: 'Oven' });
    const boss = await made('Contact', { LastName: 'Clerk', ReportsToId: losers[1] });
    const converted = await made('Lead', lead);
    await act('convert', 'Lead', converted, { fields: { contactId: losers[1] } });
    const { at, body } = await act('merge', 'Contact', winner, { losers, fields: { Phone: '22 555 11 22', Cordboard_Name__c: 'k-2' } });
    expect(body).toEqual({ id: winner });
    expect(await record('Contact', winner)).toMatchObject({
      IsDeleted: false,
      MasterRecordId: null,
      Phone: '22 555 11 22',
      MobilePhone: '+48600100200',
      Cordboard_Name__c: 'k-2',
      SystemModstamp: at,
      LastModifiedById: seeded.anna,
    });
    expect(
      await all(
        `SELECT Id, IsDeleted, MasterRecordId, MasterRecord.Name, SystemModstamp FROM Contact WHERE MasterRecordId != null ORDER BY Id`,
      ),
    ).toMatchObject(
      losers.map((Id) => ({ Id, IsDeleted: true, MasterRecordId: winner, MasterRecord: { Name: 'Kowalski' }, SystemModstamp: at })),
    );
    for (const task of tasks)
      expect(await record('Task', task)).toMatchObject({ WhoId: winner, AccountId: seeded.bakery, SystemModstamp: at });
    expect(await record('Case', ticket)).toMatchObject({ ContactId: winner });
    expect(await record('Contact', boss)).toMatchObject({ ReportsToId: winner });
    expect(await record('Lead', converted)).toMatchObject({ ConvertedContactId: losers[1] });
    expect((await org.call('GET', `/sobjects/Contact/${losers[0] ?? ''}`)).status).toBe(404);
    await act('undelete', 'Contact', losers[1] ?? '');
    expect(await record('Contact', losers[1] ?? '')).toMatchObject({ IsDeleted: false, MasterRecordId: null });
    expect(await record('Task', tasks[1] ?? '')).toMatchObject({ WhoId: winner });
  });
  test('accounts: contacts, deals and tasks move', async () => {
    const [winner, loser] = [await made('Account', { Name: 'Winner' }), await made('Account', { Name: 'Loser', Phone: '22 1' })];
    const contact = await made('Contact', { LastName: 'Staff', AccountId: loser });
    const tasks = [await made('Task', { WhoId: contact }), await made('Task', { WhatId: loser })];
    const { at } = await act('merge', 'Account', winner, { losers: [loser] });
    expect(await record('Account', winner)).toMatchObject({ Phone: null, SystemModstamp: at });
    expect(await record('Account', loser)).toMatchObject({ IsDeleted: true, MasterRecordId: winner, SystemModstamp: at });
    expect(await record('Contact', contact)).toMatchObject({ AccountId: winner, IsDeleted: false, SystemModstamp: at });
    for (const task of tasks) expect(await record('Task', task)).toMatchObject({ AccountId: winner, IsDeleted: false });
  });
  test('leads, but no converted ones; two to three of one kind', async () => {
    const [a, b, c] = [await made('Lead', lead), await made('Lead', lead), await made('Lead', lead)];
    const task = await made('Task', { WhoId: b });
    expect((await act('merge', 'Lead', a, { losers: [b] })).status).toBe(200);
    expect(await record('Task', task)).toMatchObject({ WhoId: a });
    await act('convert', 'Lead', c);
    for (const losers of [[], [a], [c], [b], [seeded.ewa], ['00Q'], [c, c]])
      expect((await act('merge', 'Lead', a, { losers })).status).toBe(400);
    expect((await act('merge', 'Case', seeded.ticket, { losers: [seeded.ticket] })).status).toBe(400);
  });
});

test('handing an account over takes along its owner’s contacts, open deals and open tasks; by API only the account goes', async () => {
  const account = await made('Account', { Name: 'Handed over', OwnerId: seeded.anna });
  const own = await made('Contact', { LastName: 'Own', AccountId: account, OwnerId: seeded.anna });
  const other = await made('Contact', { LastName: 'Other', AccountId: account, OwnerId: seeded.integration });
  const deal = { Name: 'Deal', CloseDate: '2026-12-01', AccountId: account, OwnerId: seeded.anna };
  const [open, won] = [
    await made('Opportunity', { ...deal, StageName: 'Prospecting' }),
    await made('Opportunity', { ...deal, StageName: 'Closed Won' }),
  ];
  const [task, done] = [
    await made('Task', { WhatId: account, OwnerId: seeded.anna }),
    await made('Task', { WhatId: account, OwnerId: seeded.anna, Status: 'Completed' }),
  ];
  const owners = async () =>
    Promise.all(
      (
        [
          ['Account', account],
          ['Contact', own],
          ['Contact', other],
          ['Opportunity', open],
          ['Opportunity', won],
          ['Task', task],
          ['Task', done],
        ] as const
      ).map(async ([object, id]) => (await record(object, id))['OwnerId']),
    );
  const [anna, system, haruto] = [seeded.anna, seeded.integration, '005Sx0000000003IAA'];
  await org.call('PATCH', `/sobjects/Account/${account}`, { OwnerId: haruto });
  expect(await owners()).toEqual([haruto, anna, system, anna, anna, anna, anna]);
  await org.call('PATCH', `/sobjects/Account/${account}`, { OwnerId: anna });
  const { at } = await act('change-owner', 'Account', account, { fields: { OwnerId: haruto } });
  expect(await owners()).toEqual([haruto, haruto, system, haruto, anna, haruto, anna]);
  expect(await record('Contact', own)).toMatchObject({ SystemModstamp: at });
  expect((await act('change-owner', 'Account', account, { fields: { OwnerId: seeded.inactive } })).body).toMatchObject([
    { errorCode: 'INACTIVE_OWNER_OR_USER' },
  ]);
  expect((await act('change-owner', 'Contact', own, { fields: { OwnerId: anna } })).status).toBe(200);
  expect((await act('change-owner', 'Lead', await made('Lead', lead), { fields: { OwnerId: seeded.leadQueue } })).status).toBe(200);
});

test('a name edited on the screen is another name, and a newer record', async () => {
  const id = await made('Contact', { FirstName: 'Jan', LastName: '+48600999888' });
  const { at } = await act('update', 'Contact', id, { fields: { LastName: 'Kowalski' } });
  expect(await record('Contact', id)).toMatchObject({ Name: 'Jan Kowalski', SystemModstamp: at });
});

test('a deleted account takes its contacts, deals and their tasks along, and brings them back', async () => {
  const account = await made('Account', { Name: 'Closing down' });
  const contact = await made('Contact', { LastName: 'Staff', AccountId: account });
  const deal = await made('Opportunity', { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-12-01', AccountId: account });
  const tasks = [
    await made('Task', { WhoId: contact }),
    await made('Task', { WhatId: account, WhoId: contact }),
    await made('Task', { WhatId: deal }),
  ];
  const gone = async () =>
    Promise.all(
      ([['Account', account], ['Contact', contact], ['Opportunity', deal], ...tasks.map((id) => ['Task', id] as const)] as const).map(
        async ([object, id]) => (await record(object, id))['IsDeleted'],
      ),
    );
  const { at } = await act('delete', 'Account', account);
  expect(await gone()).toEqual([true, true, true, true, true, true]);
  expect(await all(`SELECT IsDeleted, SystemModstamp, MasterRecordId FROM Contact WHERE Id = '${contact}'`)).toMatchObject([
    { IsDeleted: true, SystemModstamp: at, MasterRecordId: null },
  ]);
  expect((await act('undelete', 'Contact', contact)).body).toMatchObject([
    { errorCode: 'UNDELETE_FAILED', message: 'Entity is not in the recycle bin' },
  ]);
  await act('undelete', 'Account', account);
  expect(await gone()).toEqual([false, false, false, false, false, false]);
});

test('a transaction that took long shows its records late, with the time it began', async () => {
  const before = new Date(now).toISOString();
  now += 90_000;
  await org.control('POST', '/as-human', { action: 'create', object: 'Contact', fields: { LastName: 'Late' }, startedMsAgo: 120_000 });
  expect(await all(`SELECT Id FROM Contact WHERE LastName = 'Late' AND SystemModstamp >= ${before}`)).toEqual([]);
  expect(await all(`SELECT SystemModstamp FROM Contact WHERE LastName = 'Late'`)).toMatchObject([
    { SystemModstamp: new Date(now - 120_000).toISOString().replace('Z', '+0000') },
  ]);
});
