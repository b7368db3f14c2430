import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PubSubTester, type Fetch, type Received, type Subscriber } from '../testing/subscriber.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

const organization = '00DSx0000000001MAA';
const folder = mkdtempSync(join(tmpdir(), 'stand-in-events-'));
let org: TestOrg;
let client: PubSubTester;
const opened: Subscriber[] = [];
let token: string | undefined;

const headersOf = (one: TestOrg) => () => ({ accesstoken: token ?? one.token, instanceurl: one.apiUrl, tenantid: organization });
const urlOf = (one: TestOrg): string => {
  if (one.pubsubUrl === undefined) throw new Error('no Pub/Sub server');
  return one.pubsubUrl;
};

beforeAll(async () => {
  org = await testOrg({ pubsubPort: 0 });
  client = new PubSubTester(urlOf(org), headersOf(org));
});
afterAll(async () => {
  client.close();
  await org.stop();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  token = undefined;
  await org.control('POST', '/reset');
  await org.control('POST', '/clock', { shiftMs: 0 });
  await org.signIn();
  await select('Account', 'Contact', 'Lead', 'Opportunity', 'Task');
});
afterEach(() => {
  for (const subscriber of opened.splice(0)) subscriber.cancel();
});

const select = (...objects: string[]) => org.control('POST', '/change-events', { objects });
async function subscribe(topic: string, more: Fetch = {}, by = client): Promise<Subscriber> {
  const subscriber = by.subscribe({ topicName: topic, numRequested: 100, ...more });
  opened.push(subscriber);
  const ended = await Promise.race([subscriber.open, subscriber.end]);
  if (ended) throw new Error(JSON.stringify(ended));
  return subscriber;
}
/** What comes of a subscription that is refused. */
const refused = async (request: Fetch, by = client) => {
  const { code, errorCode, details } = await by.subscribe({ numRequested: 1, ...request }).end;
  return { code, errorCode: errorCode?.replace('sfdc.platform.eventbus.grpc.', ''), details };
};
const contacts = '/data/ContactChangeEvent';
const human = (body: Record<string, unknown>) => org.control('POST', '/as-human', { user: seeded.anna, ...body });
const create = async (object: string, fields: Record<string, unknown>): Promise<string> =>
  ((await org.call('POST', `/sobjects/${object}`, fields)).body as { id: string }).id;
const update = (object: string, id: string, fields: Record<string, unknown>, headers?: Record<string, string>) =>
  org.call('PATCH', `/sobjects/${object}/${id}`, fields, headers);
const advance = (seconds: number) => org.control('POST', '/clock', { advanceMs: seconds * 1000 });
/** Whatever was sent to this client before has arrived: one connection keeps its order. */
const settled = () => client.call('GetTopic', { topicName: contacts });
const told = (events: readonly Received[]) =>
  events.map(({ header }) => [header.changeType, header.entityName, header.recordIds, header.sequenceNumber]);

describe('what an event tells', () => {
  test('a new record with all its fields, compounds nested, and no list of changed fields', async () => {
    const subscriber = await subscribe(contacts);
    const id = await create('Contact', {
      FirstName: 'Jan',
      LastName: 'Kowalski',
      Phone: '+48223071234',
      MailingCity: 'Kraków',
      MailingCountry: 'PL',
      Birthdate: '1980-02-29',
      AccountId: seeded.bakery,
    });
    const [event] = await subscriber.until(1);
    expect(event?.header).toMatchObject({
      entityName: 'Contact',
      recordIds: [id],
      changeType: 'CREATE',
      changeOrigin: 'com/salesforce/api/rest/67.0',
      commitUser: seeded.integration,
      sequenceNumber: 1,
      changedFields: [],
      nulledFields: [],
      diffFields: [],
    });
    expect(event?.fields).toMatchObject({
      Name: { FirstName: 'Jan', LastName: 'Kowalski' },
      MailingAddress: { City: 'Kraków', Country: 'PL' },
      Phone: '+48223071234',
      AccountId: seeded.bakery,
      OwnerId: seeded.integration,
      Birthdate: Date.UTC(1980, 1, 29),
      CreatedById: seeded.integration,
    });
    const { fields } = (await client.schema(event?.schemaId ?? '')).json;
    for (const never of ['Id', 'IsDeleted', 'SystemModstamp', 'MasterRecordId', 'LastName', 'MailingCity'])
      expect(fields.map(({ name }) => name)).not.toContain(never);
    expect(event?.header.transactionKey).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    expect(Number(event?.header.commitTimestamp) % 1000).toBe(0);
    expect(event?.header.commitNumber).toBeGreaterThan(2n ** 53n);
  });

  test('an update with what changed and nothing else; who wrote stands there when it is another than before', async () => {
    const subscriber = await subscribe(contacts);
    await update('Contact', seeded.ewa, { Phone: '1', MailingCity: 'Łódź' }, { 'sforce-call-options': 'client=Cordboard/1, x=y' });
    await human({ action: 'update', object: 'Contact', id: seeded.ewa, fields: { FirstName: 'Ewka', Phone: null } });
    const [first, second] = await subscriber.until(2);
    expect(first?.header).toMatchObject({ changeType: 'UPDATE', changeOrigin: 'com/salesforce/api/rest/67.0;client=Cordboard/1' });
    expect(first?.header.changedFields.toSorted()).toEqual(['LastModifiedDate', 'MailingAddress.City', 'Phone']);
    expect(first?.fields).toEqual({ Phone: '1', MailingAddress: { City: 'Łódź' }, LastModifiedDate: expect.any(Number) as number });
    expect(second?.header).toMatchObject({
      changeOrigin: 'com/salesforce/api/soap/67.0;client=SfdcInternalAPI/',
      commitUser: seeded.anna,
      nulledFields: ['Phone'],
    });
    expect(second?.header.changedFields.toSorted()).toEqual(['LastModifiedById', 'LastModifiedDate', 'Name.FirstName', 'Phone']);
    expect(second?.fields).toMatchObject({ Name: { FirstName: 'Ewka' }, LastModifiedById: seeded.anna });
  });

  test('a deletion tells ids alone, what comes back comes back whole', async () => {
    const id = await create('Contact', { LastName: 'Gone', Email: 'gone@example.com' });
    const subscriber = await subscribe(contacts);
    await org.call('DELETE', `/sobjects/Contact/${id}`);
    await human({ action: 'undelete', object: 'Contact', id });
    const [gone, back] = await subscriber.until(2);
    expect(gone?.header).toMatchObject({ changeType: 'DELETE', recordIds: [id], changedFields: [] });
    expect(gone?.fields).toEqual({});
    expect(back?.header).toMatchObject({ changeType: 'UNDELETE', recordIds: [id], changedFields: [] });
    expect(back?.fields).toMatchObject({ Name: { LastName: 'Gone' }, Email: 'gone@example.com' });
  });

  test('of a long text that changed a little the lines that changed, with a hash of the whole', async () => {
    const lines = Array.from({ length: 40 }, (_, n) => `Line ${n} ${'x'.repeat(40)}`);
    const id = await create('Contact', { LastName: 'Long', Description: lines.join('\n') });
    const subscriber = await subscribe(contacts);
    const after = lines.with(6, 'Line 6 is another').join('\n');
    await update('Contact', id, { Description: after });
    await update('Contact', id, { Description: `${after.slice(0, 400)}` });
    const [diff, whole] = await subscriber.until(2);
    expect(diff?.header.diffFields).toEqual(['Description']);
    expect(diff?.header.changedFields).toContain('Description');
    expect(diff?.fields['Description']).toBe(
      `--- \n+++ ${createHash('sha256').update(after).digest('hex')}\n@@ -7,1 +7,1 @@\n-${lines[6]}\n+Line 6 is another`,
    );
    expect(whole?.header.diffFields).toEqual([]);
    expect(whole?.fields['Description']).toBe(after.slice(0, 400));
  });

  test('the schema is the one a real org gives: names, order, types', async () => {
    const { schemaId, canPublish, canSubscribe, tenantGuid } = await client.call('GetTopic', { topicName: contacts });
    expect({ canPublish, canSubscribe, tenantGuid }).toEqual({
      canPublish: false,
      canSubscribe: true,
      tenantGuid: `CORE/prod/${organization}`,
    });
    expect(schemaId).toMatch(/^[\w-]{22}$/);
    const { json } = await client.schema(String(schemaId));
    expect(json).toMatchObject({ name: 'ContactChangeEvent', namespace: 'com.sforce.eventbus', type: 'record', uuid: schemaId });
    const of = (name: string) => json.fields.find((field) => field.name === name);
    const [header] = json.fields as { name: string; type: { fields: { name: string }[] } }[];
    expect([header?.name, ...(header?.type.fields.map(({ name }) => name) ?? [])].join(' ')).toBe(
      'ChangeEventHeader entityName recordIds changeType changeOrigin transactionKey sequenceNumber commitTimestamp commitNumber commitUser nulledFields diffFields changedFields',
    );
    expect(of('Birthdate')).toEqual({ name: 'Birthdate', type: ['null', 'long'], doc: 'Data:DateOnly', default: null });
    expect(of('Description')).toMatchObject({ type: ['null', 'string'], doc: 'Data:StringPlusClob' });
    expect(of('CreatedDate')).toMatchObject({ type: ['null', 'long'], doc: 'CreatedDate:DateTime' });
    expect(of('AccountId')).toMatchObject({ doc: 'ForeignKey:EntityId' });
    const both = JSON.stringify([of('OtherAddress'), of('MailingAddress')]);
    expect(both).toContain('"name":"Address","type":"record"');
    expect(both).toContain('["null","Address"]');
    expect(JSON.stringify(of('Name'))).toContain('"name":"PersonName"');
    const account = await client.schema(String((await client.call('GetTopic', { topicName: '/data/AccountChangeEvent' }))['schemaId']));
    expect(account.json.fields[1]).toMatchObject({ name: 'Name', type: ['null', 'string', { name: 'Switchable_PersonName' }] });
    const task = await client.schema(String((await client.call('GetTopic', { topicName: '/data/TaskChangeEvent' }))['schemaId']));
    expect(task.json.fields.find(({ name }) => name === 'Cordboard_Wait_Seconds__c')).toMatchObject({
      type: ['null', 'double'],
      doc: expect.stringMatching(/^Data:Double:00N\w{12}$/) as string,
    });
  });
});

describe('transactions', () => {
  test('records changed alike in one request are one event, others are numbered under one key', async () => {
    const subscriber = await subscribe(contacts);
    const change = (fields: Record<string, unknown>[]) =>
      org.call('PATCH', '/composite/sobjects', {
        allOrNone: true,
        records: fields.map((record) => ({ attributes: { type: 'Contact' }, ...record })),
      });
    await change([
      { Id: seeded.ewa, Title: 'Chef' },
      { Id: seeded.tomasz, Title: 'Chef' },
      { Id: seeded.misaki, Title: 'Clerk' },
    ]);
    const events = await subscriber.until(2);
    expect(told(events)).toEqual([
      ['UPDATE', 'Contact', [seeded.ewa, seeded.tomasz], 1],
      ['UPDATE', 'Contact', [seeded.misaki], 2],
    ]);
    expect(events[1]?.header.transactionKey).toBe(events[0]?.header.transactionKey);
    expect(events[1]?.header.commitNumber).toBe(events[0]?.header.commitNumber);
    await update('Contact', seeded.ewa, { Title: 'Baker' });
    const [, , later] = await subscriber.until(3);
    expect(later?.header.transactionKey).not.toBe(events[0]?.header.transactionKey);
    expect(later?.header.commitNumber).toBeGreaterThan(events[0]?.header.commitNumber ?? 0n);
  });

  test('a record changed twice in one request is told once, as it is in the end', async () => {
    const subscriber = await subscribe(contacts);
    await org.call('POST', '/composite', {
      allOrNone: true,
      compositeRequest: [
        { method: 'POST', url: '/services/data/v67.0/sobjects/Contact', referenceId: 'a', body: { LastName: 'Twice', Title: 'One' } },
        { method: 'PATCH', url: '/services/data/v67.0/sobjects/Contact/@{a.id}', referenceId: 'b', body: { Title: 'Two' } },
      ],
    });
    await update('Contact', seeded.ewa, { Title: 'X' });
    const [event, next] = await subscriber.until(2);
    expect(event?.header.changeType).toBe('CREATE');
    expect(event?.fields).toMatchObject({ Title: 'Two' });
    expect(next?.header.recordIds).toEqual([seeded.ewa]);
  });

  test('what is rolled back was never told', async () => {
    const subscriber = await subscribe(contacts);
    await org.call('PATCH', '/composite/sobjects', {
      allOrNone: true,
      records: [
        { attributes: { type: 'Contact' }, id: seeded.ewa, Title: 'Never' },
        { attributes: { type: 'Contact' }, id: seeded.tomasz, LastName: null },
      ],
    });
    await update('Contact', seeded.misaki, { Title: 'Real' });
    expect(told(await subscriber.until(1))).toEqual([['UPDATE', 'Contact', [seeded.misaki], 1]]);
  });

  test('an account goes with what hangs on it, in one transaction, on the channel of all', async () => {
    const contact = await create('Contact', { LastName: 'One', AccountId: seeded.bakery });
    await org.call('DELETE', `/sobjects/Case/${seeded.ticket}`);
    const subscriber = await subscribe('/data/ChangeEvents');
    await org.call('DELETE', `/sobjects/Account/${seeded.bakery}`);
    const [account, people] = await subscriber.until(2);
    expect(told(account ? [account] : [])).toEqual([['DELETE', 'Account', [seeded.bakery], 1]]);
    expect(people?.header).toMatchObject({ changeType: 'DELETE', entityName: 'Contact', sequenceNumber: 2 });
    expect(people?.header.recordIds).toContain(contact);
    expect(people?.header.transactionKey).toBe(account?.header.transactionKey);
    expect((await client.call('GetTopic', { topicName: '/data/ChangeEvents' }))['schemaId']).toBe('');
  });

  test('a merge: the losers deleted, the children moved, the winner changed', async () => {
    const loser = await create('Contact', { LastName: 'Twin' });
    const task = await create('Task', { Subject: 'Call', WhoId: loser });
    const subscriber = await subscribe('/data/ChangeEvents');
    await human({ action: 'merge', object: 'Contact', id: seeded.ewa, losers: [loser], fields: { Title: 'Kept' } });
    const events = await subscriber.until(3);
    const types = events.map(({ header }) => `${header.changeType} ${header.entityName} ${header.recordIds.join()}`);
    expect(types.toSorted()).toEqual([`DELETE Contact ${loser}`, `UPDATE Contact ${seeded.ewa}`, `UPDATE Task ${task}`]);
    expect(events.find(({ header }) => header.entityName === 'Task')?.fields).toMatchObject({ WhoId: seeded.ewa });
    expect(new Set(events.map(({ header }) => header.transactionKey)).size).toBe(1);
  });

  test('a conversion: account, contact and deal created, then the lead, without LastModifiedDate', async () => {
    const subscriber = await subscribe('/data/ChangeEvents');
    await human({ action: 'convert', object: 'Lead', id: seeded.kenji, fields: { createOpportunity: true } });
    const events = (await subscriber.until(4)).filter(({ header }) => header.entityName !== 'Task');
    expect(events.map(({ header }) => `${header.changeType} ${header.entityName}`)).toEqual([
      'CREATE Account',
      'CREATE Contact',
      'CREATE Opportunity',
      'UPDATE Lead',
    ]);
    const lead = events.at(-1);
    expect(lead?.fields).toMatchObject({ IsConverted: true, ConvertedAccountId: events[0]?.header.recordIds[0] });
    expect(lead?.header.changedFields).not.toContain('LastModifiedDate');
    expect(lead?.header.changedFields).toContain('ConvertedContactId');
  });

  test('beyond the threshold one overflow event of each object, with the empty id', async () => {
    await org.control('POST', '/change-events', { overflowAfter: 2 });
    const subscriber = await subscribe('/data/ChangeEvents');
    await org.call('POST', '/composite/sobjects', {
      records: ['A', 'B', 'C', 'D'].map((LastName) => ({ attributes: { type: 'Contact' }, LastName })),
    });
    const events = await subscriber.until(3);
    expect(events.map(({ header }) => header.changeType)).toEqual(['CREATE', 'CREATE', 'GAP_OVERFLOW']);
    expect(events[2]?.header).toMatchObject({ recordIds: ['000000000000000AAA'], entityName: 'Contact', sequenceNumber: 3 });
    expect(events[2]?.fields).toEqual({});
  });

  test('an event of more than 1 MB becomes a gap event', async () => {
    for (let n = 0; n < 9; n += 1)
      await org.control('POST', '/fields', { object: 'Contact', name: `Long_${n}__c`, label: 'Long', type: 'textarea', length: 131_072 });
    const subscriber = await subscribe(contacts);
    const id = await create('Contact', {
      LastName: 'Big',
      ...Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`Long_${n}__c`, 'x'.repeat(131_072)])),
    });
    const [event] = await subscriber.until(1);
    expect(event?.header).toMatchObject({ changeType: 'GAP_CREATE', recordIds: [id] });
    expect(event?.fields).toEqual({});
    for (let n = 0; n < 9; n += 1) await org.control('DELETE', `/fields/Contact/Long_${n}__c`);
  });

  test('objects that are not selected tell nothing; more than five cannot be', async () => {
    await select('Contact');
    const subscriber = await subscribe('/data/ChangeEvents');
    await create('Lead', { LastName: 'Quiet', Company: 'Co' });
    await update('Contact', seeded.ewa, { Title: 'Loud' });
    expect(told(await subscriber.until(1))).toEqual([['UPDATE', 'Contact', [seeded.ewa], 1]]);
    expect((await select('Account', 'Contact', 'Lead', 'Opportunity', 'Task', 'Case')).status).toBe(400);
    expect((await select('Group')).body).toEqual({ error: 'no change events of Group' });
  });
});

describe('the stream', () => {
  test('gives what was asked for, says what is owed, and no more than a hundred at a time', async () => {
    const subscriber = await subscribe(contacts, { numRequested: 2 });
    for (const Title of ['1', '2', '3']) await update('Contact', seeded.ewa, { Title });
    await subscriber.until(2);
    expect(subscriber.answers.at(-1)?.pendingNumRequested).toBe(0);
    subscriber.ask({ numRequested: 500 });
    expect((await subscriber.until(3)).map(({ fields }) => fields['Title'])).toEqual(['1', '2', '3']);
    expect(subscriber.answers.at(-1)?.pendingNumRequested).toBe(99);
    expect(subscriber.answers.at(-1)?.latestReplayId).toEqual(subscriber.events.at(-1)?.replayId);
  });

  test('two subscribers each get everything, with the same event ids', async () => {
    const [one, two] = [await subscribe(contacts), await subscribe('/data/ChangeEvents')];
    await update('Contact', seeded.ewa, { Title: 'Both' });
    const [[first], [second]] = await Promise.all([one.until(1), two.until(1)]);
    expect(second).toEqual(first);
  });

  test('starts at the newest, at the oldest, or after a place: ten bytes, or the first eight of them', async () => {
    for (const Title of ['1', '2', '3']) await update('Contact', seeded.ewa, { Title });
    const latest = await subscribe(contacts, { replayPreset: 'LATEST' });
    const all = await (await subscribe(contacts, { replayPreset: 'EARLIEST' })).until(3);
    expect(all.map(({ fields }) => fields['Title'])).toEqual(['1', '2', '3']);
    const [first] = all;
    if (!first) throw new Error('no event');
    expect(first.replayId.length).toBe(10);
    expect(first.replayId.readUInt16BE(8)).toBe(0);
    for (const replayId of [first.replayId, first.replayId.subarray(0, 8)]) {
      const later = await (await subscribe(contacts, { replayPreset: 'CUSTOM', replayId })).until(2);
      expect(later.map(({ id }) => id)).toEqual(all.slice(1).map(({ id }) => id));
    }
    await update('Contact', seeded.ewa, { Title: '4' });
    expect((await latest.until(1)).map(({ fields }) => fields['Title'])).toEqual(['4']);
  });

  test('a place that never was, or is older than three days, is corrupted; one that is missing fails validation', async () => {
    await update('Contact', seeded.ewa, { Title: '1' });
    const [event] = await (await subscribe(contacts, { replayPreset: 'EARLIEST' })).until(1);
    const never = Buffer.from(event?.replayId ?? []);
    never.writeBigUInt64BE(never.readBigUInt64BE() + 1_000n);
    for (const replayId of [never, Buffer.from('text'), Buffer.alloc(10, 0xff)])
      expect(await refused({ topicName: contacts, replayPreset: 'CUSTOM', replayId })).toMatchObject({
        code: 3,
        errorCode: 'subscription.fetch.replayid.corrupted',
        details: expect.stringMatching(/within the retention window\. rpcId: [0-9a-f-]{36}$/) as string,
      });
    expect(await refused({ topicName: contacts, replayPreset: 'CUSTOM' })).toMatchObject({
      code: 3,
      errorCode: 'subscription.fetch.replayid.validation.failed',
    });
    await advance(73 * 3600);
    await org.signIn();
    expect(await refused({ topicName: contacts, replayPreset: 'CUSTOM', replayId: event?.replayId ?? Buffer.alloc(0) })).toMatchObject({
      errorCode: 'subscription.fetch.replayid.corrupted',
    });
    const empty = await subscribe(contacts, { replayPreset: 'EARLIEST' });
    await update('Contact', seeded.ewa, { Title: '2' });
    expect((await empty.until(1)).map(({ fields }) => fields['Title'])).toEqual(['2']);
  });

  test('a quiet stream says within 270 s how far it is, and that place can be taken up', async () => {
    const subscriber = await subscribe(contacts);
    await advance(268);
    await settled();
    expect(subscriber.answers).toEqual([]);
    await advance(2);
    const { latestReplayId, pendingNumRequested } = await subscriber.keepAlive();
    expect(pendingNumRequested).toBe(100);
    await update('Contact', seeded.ewa, { Title: 'After' });
    const resumed = await subscribe(contacts, { replayPreset: 'CUSTOM', replayId: latestReplayId });
    expect((await resumed.until(1)).map(({ fields }) => fields['Title'])).toEqual(['After']);
    expect((await subscriber.until(1)).length).toBe(1);
  });

  test('who asks for nothing more within a minute of the last event is let go', async () => {
    const subscriber = await subscribe(contacts, { numRequested: 1 });
    await update('Contact', seeded.ewa, { Title: 'Last' });
    await subscriber.until(1);
    await advance(59);
    subscriber.ask({ numRequested: 1 });
    await update('Contact', seeded.ewa, { Title: 'Last but one' });
    await subscriber.until(2);
    await advance(61);
    expect(await subscriber.end).toMatchObject({ code: 0 });
  });

  test('a topic cannot change in mid-stream, and nobody can ask for nothing', async () => {
    const one = await subscribe(contacts);
    one.ask({ topicName: '/data/LeadChangeEvent', numRequested: 1 });
    expect(await one.end).toMatchObject({ code: 3, errorCode: 'sfdc.platform.eventbus.grpc.subscription.fetch.topic.mismatch' });
    const invalid = { code: 3, errorCode: 'subscription.fetch.requested.events.invalid' };
    expect(await refused({ topicName: contacts, numRequested: 0 })).toMatchObject(invalid);
    expect(await refused({ topicName: contacts, numRequested: -1 })).toMatchObject(invalid);
  });
});

describe('who may', () => {
  const subscribeWith = (headers: Record<string, string>) => {
    const other = new PubSubTester(urlOf(org), () => headers);
    return refused({ topicName: contacts }, other).finally(() => other.close());
  };
  test('without a session nothing', async () => {
    const good = headersOf(org)();
    expect(await subscribeWith({ ...good, accesstoken: 'invalidToken' })).toMatchObject({
      code: 16,
      errorCode: 'service.auth.error',
      details: expect.stringMatching(
        /^An authentication exception occurred\. Provide valid authentication via metadata headers\. rpcId: [0-9a-f-]{36}$/,
      ) as string,
    });
    expect(await subscribeWith({ ...good, tenantid: '00D58000000arpqEAA' })).toMatchObject({ code: 16, errorCode: 'service.auth.error' });
    expect(await subscribeWith({ ...good, instanceurl: '' })).toMatchObject({ code: 16, errorCode: 'service.auth.headers.invalid' });
    expect(await subscribeWith({})).toMatchObject({ code: 16 });
    const nobody = new PubSubTester(urlOf(org), () => ({}));
    await expect(nobody.call('GetTopic', { topicName: contacts })).rejects.toMatchObject({ code: 16 });
    nobody.close();
  });

  test('who has no session hears it before he asks for anything', async () => {
    const other = new PubSubTester(urlOf(org), () => ({ ...headersOf(org)(), accesstoken: 'no' }));
    const stream = other.stream('Subscribe');
    expect(await new Promise((resolve) => stream.on('error', (cause: { code?: number }) => resolve(cause.code)))).toBe(16);
    other.close();
  });

  test('a session that ended meanwhile ends the stream when it asks again', async () => {
    const subscriber = await subscribe(contacts);
    await org.control('DELETE', '/sessions');
    subscriber.ask({ numRequested: 1 });
    expect(await subscriber.end).toMatchObject({ code: 16, errorCode: 'sfdc.platform.eventbus.grpc.service.auth.error' });
    await org.signIn();
  });

  test('who may not see all records of an object gets none of its events; records hidden one by one are told all the same', async () => {
    await org.control('POST', '/sharing', { private: ['Contact'] });
    const { body } = await org.control('POST', '/refresh-token', { user: seeded.anna });
    const form = {
      grant_type: 'refresh_token',
      client_id: 'app',
      client_secret: 'secret',
      refresh_token: (body as { refresh_token: string }).refresh_token,
    };
    const grant = await fetch(`${org.apiUrl}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    token = ((await grant.json()) as { access_token?: string }).access_token;
    expect(token).toBeDefined();
    expect(await refused({ topicName: contacts })).toMatchObject({ code: 7, errorCode: 'subscription.topic.cannot.subscribe' });
    const all = await subscribe('/data/ChangeEvents');
    await update('Contact', seeded.ewa, { Title: 'Secret' });
    await update('Lead', seeded.kenji, { Title: 'Open' });
    expect((await all.until(1)).map(({ header }) => header.entityName)).toEqual(['Lead']);
    await org.control('DELETE', '/sharing');
    await org.control('POST', '/sharing', { hide: [{ user: seeded.anna, records: [seeded.ewa] }] });
    await update('Contact', seeded.ewa, { Title: 'Hidden' });
    expect((await all.until(2)).at(-1)?.header.recordIds).toEqual([seeded.ewa]);
  });

  test('topics that are not there', async () => {
    await select('Contact');
    expect(await refused({ topicName: '/data/LeadChangeEvent' })).toMatchObject({
      code: 5,
      errorCode: 'topic.not.found',
      details: expect.stringMatching(
        new RegExp(
          `^The topic information for org CORE/prod/${organization} and topic /data/LeadChangeEvent not found\\. Ensure the topic name is correct and that the topic exists\\. rpcId: `,
        ),
      ) as string,
    });
    expect(await refused({ topicName: '/event/Sample__e' })).toMatchObject({ code: 5 });
    expect(await refused({})).toMatchObject({ code: 3, errorCode: 'topic.validation.empty' });
    await expect(client.call('GetTopic', { topicName: '/data/NothingChangeEvent' })).rejects.toMatchObject({ code: 5 });
    await expect(client.call('GetSchema', { schemaId: '' })).rejects.toMatchObject({
      code: 3,
      details: expect.stringMatching(/^Schema validation failed\. The schema ID can't be blank\. rpcId: /) as string,
    });
    await expect(client.call('GetSchema', { schemaId: 'unknown' })).rejects.toMatchObject({ code: 5 });
  });

  test('what is not here says so', async () => {
    expect(await refused({ topicName: '/data/Mine__chn' })).toMatchObject({ code: 12 });
    expect(await refused({ topicName: '/event/LoginEventStream' })).toMatchObject({ code: 12 });
    await expect(client.call('Publish', { topicName: '/event/Sample__e' })).rejects.toMatchObject({ code: 12 });
    for (const method of ['PublishStream', 'ManagedSubscribe'] as const) {
      const stream = client.stream(method);
      expect(await new Promise((resolve) => stream.on('error', (cause: { code?: number }) => resolve(cause.code)))).toBe(12);
    }
    expect((await fetch(`${org.apiUrl}/cometd/67.0`, { method: 'POST', body: '[]' })).status).toBe(501);
    expect((await org.call('GET', '/sobjects/ContactChangeEvent/describe')).status).toBe(501);
  });
});

test('a field that comes makes another schema; what was told before is read by the one it was told in', async () => {
  const subscriber = await subscribe(contacts);
  await update('Contact', seeded.ewa, { Title: 'Before' });
  await subscriber.until(1);
  await org.control('POST', '/fields', { object: 'Contact', name: 'Loyalty__c', label: 'Loyalty', type: 'picklist', picklist: ['Gold'] });
  await update('Contact', seeded.ewa, { Loyalty__c: 'Gold' });
  const [before, after] = await subscriber.until(2);
  expect(after?.schemaId).not.toBe(before?.schemaId);
  expect(after?.header.changedFields).toContain('Loyalty__c');
  expect(after?.fields).toMatchObject({ Loyalty__c: 'Gold' });
  expect((await client.call('GetTopic', { topicName: contacts }))['schemaId']).toBe(after?.schemaId);
  await org.control('DELETE', '/fields/Contact/Loyalty__c');
  expect((await client.call('GetTopic', { topicName: contacts }))['schemaId']).toBe(before?.schemaId);
  const fresh = new PubSubTester(urlOf(org), headersOf(org));
  const again = await (await subscribe(contacts, { replayPreset: 'EARLIEST' }, fresh)).until(2);
  expect(again).toEqual([before, after]);
  fresh.close();
});

describe('the allocation', () => {
  const limits = async () =>
    (await org.call('GET', '/limits')).body as { DailyDeliveredPlatformEvents: { Max: number; Remaining: number } };
  test('each delivery to each subscriber counts; when it is spent streams end and new ones get no event, until a day has passed', async () => {
    expect((await limits()).DailyDeliveredPlatformEvents).toEqual({ Max: 25_000, Remaining: 25_000 });
    await org.control('POST', '/change-events', { maxDelivered: 3 });
    const [one, two] = [await subscribe(contacts), await subscribe(contacts)];
    await update('Contact', seeded.ewa, { Title: '1' });
    await Promise.all([one.until(1), two.until(1)]);
    expect((await limits()).DailyDeliveredPlatformEvents).toEqual({ Max: 3, Remaining: 1 });
    await update('Contact', seeded.ewa, { Title: '2' });
    const exceeded = {
      code: 8,
      errorCode: 'sfdc.platform.eventbus.grpc.subscription.limit.exceeded',
      details: expect.stringMatching(/^You have exceeded the event delivery limit for your org\. rpcId: /) as string,
    };
    expect(await Promise.race([one.end, two.end])).toMatchObject(exceeded);
    const place = one.events[0]?.replayId ?? Buffer.alloc(0);
    expect(await client.subscribe({ topicName: contacts, numRequested: 1, replayPreset: 'CUSTOM', replayId: place }).end).toMatchObject(
      exceeded,
    );
    await advance(86_401 + 300);
    await org.signIn();
    const later = await subscribe(contacts, { replayPreset: 'CUSTOM', replayId: place });
    expect((await later.until(1)).map(({ fields }) => fields['Title'])).toEqual(['2']);
  });
});

describe('faults on demand', () => {
  const fault = (body: Record<string, unknown>) => org.control('POST', '/change-events/faults', body);
  afterEach(() => org.control('DELETE', '/change-events/faults'));

  test('drop: the connection is gone, and the stream is taken up where it was', async () => {
    const subscriber = await subscribe(contacts);
    await update('Contact', seeded.ewa, { Title: '1' });
    const [event] = await subscriber.until(1);
    expect((await fault({ kind: 'drop' })).body).toMatchObject({ dropped: expect.any(Number) as number });
    expect(await subscriber.end).toMatchObject({ code: 14, errorCode: undefined });
    await update('Contact', seeded.ewa, { Title: '2' });
    const again = new PubSubTester(urlOf(org), headersOf(org));
    const resumed = await subscribe(contacts, { replayPreset: 'CUSTOM', replayId: event?.replayId ?? Buffer.alloc(0) }, again);
    expect((await resumed.until(1)).map(({ fields }) => fields['Title'])).toEqual(['2']);
    resumed.cancel();
    again.close();
  });

  test('stall: nothing comes, not even a sign of life, until it is over', async () => {
    const subscriber = await subscribe(contacts);
    await fault({ kind: 'stall' });
    await update('Contact', seeded.ewa, { Title: 'Late' });
    await advance(600);
    await settled();
    expect(subscriber.answers).toEqual([]);
    await org.control('DELETE', '/change-events/faults');
    expect((await subscriber.until(1)).length).toBe(1);
  });

  test('delay: by the org’s clock', async () => {
    const subscriber = await subscribe(contacts);
    await fault({ kind: 'delay', delayMs: 30_000, topic: contacts });
    await update('Contact', seeded.ewa, { Title: 'Slow' });
    await advance(29);
    await settled();
    expect(subscriber.answers).toEqual([]);
    await advance(1);
    expect((await subscriber.until(1)).length).toBe(1);
  });

  test('refuse: so many calls; end: with whatever a client should survive', async () => {
    await fault({ kind: 'refuse', times: 2 });
    const unavailable = { code: 14, errorCode: 'service.unavailable' };
    expect(await refused({ topicName: contacts })).toMatchObject(unavailable);
    await expect(client.call('GetTopic', { topicName: contacts })).rejects.toMatchObject({ code: 14 });
    const subscriber = await subscribe(contacts);
    await fault({ kind: 'end', status: 13, errorCode: 'subscription.internal.error', message: 'Oops.' });
    expect(await subscriber.end).toMatchObject({ code: 13, errorCode: 'sfdc.platform.eventbus.grpc.subscription.internal.error' });
    expect((await fault({ kind: 'nonsense' })).status).toBe(400);
  });

  test('gap events of a program’s choosing', async () => {
    const subscriber = await subscribe(contacts);
    await org.control('POST', '/change-events/gap', { object: 'Contact', ids: [seeded.ewa, seeded.tomasz], changeType: 'GAP_UPDATE' });
    await org.control('POST', '/change-events/gap', { object: 'Contact', changeType: 'GAP_OVERFLOW' });
    const events = await subscriber.until(2);
    expect(told(events)).toEqual([
      ['GAP_UPDATE', 'Contact', [seeded.ewa, seeded.tomasz], 1],
      ['GAP_OVERFLOW', 'Contact', ['000000000000000AAA'], 1],
    ]);
    expect(events[0]?.fields).toEqual({});
    expect(
      (await org.control('POST', '/change-events/gap', { object: 'Case', ids: [seeded.ticket], changeType: 'GAP_UPDATE' })).status,
    ).toBe(400);
  });
});

test('an org that was stopped goes on where it was; its certificate too', async () => {
  const file = join(folder, 'again.sqlite');
  const first = await testOrg({ file, pubsubPort: 0, pubsubTls: {} });
  await first.control('POST', '/change-events', { objects: ['Contact'] });
  const secure = new PubSubTester(first.pubsubTlsUrl ?? '', headersOf(first), first.authority);
  const subscriber = await subscribe(contacts, {}, secure);
  await first.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Title: '1' });
  const [event] = await subscriber.until(1);
  subscriber.cancel();
  secure.close();
  await first.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Title: '2' });
  await first.stop();

  const second = await testOrg({ file, pubsubPort: 0, pubsubTls: {} });
  expect(second.authority).toBe(first.authority);
  expect((await second.control('GET', '/change-events/authority.pem')).body).toBe(first.authority);
  const again = new PubSubTester(second.pubsubTlsUrl ?? '', headersOf(second), second.authority);
  const resumed = await subscribe(contacts, { replayPreset: 'CUSTOM', replayId: event?.replayId ?? Buffer.alloc(0) }, again);
  await second.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Title: '3' });
  const events = await resumed.until(2);
  expect(events.map(({ fields }) => fields['Title'])).toEqual(['2', '3']);
  expect(events[1]?.header.commitNumber).toBeGreaterThan(events[0]?.header.commitNumber ?? 0n);
  expect((await second.control('GET', '/change-events')).body).toMatchObject({ objects: ['Contact'], delivered: 3 });
  const stranger = new PubSubTester(second.pubsubTlsUrl ?? '', headersOf(second));
  expect(await refused({ topicName: contacts }, stranger)).toMatchObject({ code: 14 });
  resumed.cancel();
  stranger.close();
  again.close();
  await second.stop();
});

test('a person account is told twice: as an account and as a contact', async () => {
  const persons = await testOrg({ pubsubPort: 0, personAccounts: true });
  const by = new PubSubTester(urlOf(persons), headersOf(persons));
  await persons.control('POST', '/change-events', { objects: ['Account', 'Contact'] });
  const subscriber = await subscribe('/data/ChangeEvents', {}, by);
  const [type] = (await persons.query('SELECT Id FROM RecordType WHERE IsPersonType = true')).records;
  const made = await persons.call('POST', '/sobjects/Account', {
    RecordTypeId: type?.['Id'],
    FirstName: 'Ola',
    LastName: 'Nowak',
    PersonEmail: 'o@example.com',
  });
  const { id } = made.body as { id: string };
  const [account, contact] = await subscriber.until(2);
  expect(account?.header).toMatchObject({ entityName: 'Account', changeType: 'CREATE', sequenceNumber: 1 });
  expect(account?.fields).toMatchObject({ Name: { FirstName: 'Ola', LastName: 'Nowak' }, PersonEmail: 'o@example.com' });
  expect(contact?.header).toMatchObject({ entityName: 'Contact', changeType: 'CREATE', sequenceNumber: 2 });
  expect(contact?.fields).toMatchObject({ Name: { LastName: 'Nowak' }, Email: 'o@example.com', AccountId: id, IsPersonAccount: true });

  await persons.call('PATCH', `/sobjects/Account/${id}`, { Industry: 'Banking' });
  await persons.call('PATCH', `/sobjects/Account/${id}`, { PersonMailingCity: 'Gdynia', LastName: 'Kot' });
  const events = await subscriber.until(6);
  expect(events[2]?.header.changedFields.toSorted()).toEqual(['Industry', 'LastModifiedDate']);
  expect(events[3]?.header.changedFields).toEqual(['LastModifiedDate']);
  expect(events[4]?.header.changedFields.toSorted()).toEqual(['LastModifiedDate', 'Name.LastName', 'PersonMailingAddress.City']);
  expect(events[5]?.header.changedFields.toSorted()).toEqual(['LastModifiedDate', 'MailingAddress.City', 'Name.LastName']);

  await persons.control('POST', '/change-events', { objects: ['Account'] });
  await persons.call('PATCH', `/sobjects/Account/${id}`, { PersonEmail: 'new@example.com', Phone: '1' });
  await persons.call('DELETE', `/sobjects/Account/${id}`);
  const [, , , , , , changed, gone] = await subscriber.until(8);
  expect(changed?.header.changedFields.toSorted()).toEqual(['LastModifiedDate', 'Phone']);
  expect(gone?.header).toMatchObject({ entityName: 'Account', changeType: 'DELETE' });
  const company = (await persons.call('POST', '/sobjects/Account', { Name: 'Company' })).body as { id: string };
  const last = (await subscriber.until(9)).at(-1);
  expect([last?.header.recordIds, last?.fields['Name']]).toEqual([[company.id], 'Company']);
  subscriber.cancel();
  by.close();
  await persons.stop();
});
