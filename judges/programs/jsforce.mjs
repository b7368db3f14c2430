import { createHash, randomBytes } from 'node:crypto';
import { strict as assert } from 'node:assert';
import { readFile } from 'node:fs/promises';
import jsforce from 'jsforce';

// jsforce as npm has it, asked for what its own users ask it for. Prints one line of JSON for each thing tried.
const { apiUrl, clientId, clientSecret, refreshToken, accessToken, zip } = JSON.parse(process.argv[2]);
const conn = new jsforce.Connection({
  instanceUrl: apiUrl,
  accessToken,
  refreshToken,
  oauth2: { loginUrl: apiUrl, clientId, clientSecret, redirectUri: 'http://localhost:1/callback' },
  version: '66.0',
});
const tryIt = async (name, work) => {
  try {
    await work();
    console.log(JSON.stringify({ name, ok: true }));
  } catch (error) {
    console.log(JSON.stringify({ name, ok: false, because: `${error.errorCode ?? error.name}: ${error.message}`.slice(0, 600) }));
  }
};
const collect = (query, options) =>
  new Promise((resolve, reject) => {
    const records = [];
    query.on('record', (record) => records.push(record));
    query.on('end', () => resolve(records));
    query.on('error', reject);
    query.run(options);
  });
let account;
let contacts;

await tryIt('identity', async () => {
  const me = await conn.identity();
  assert.match(me.user_id, /^005/);
  assert.match(me.organization_id, /^00D/);
  assert.ok(me.urls.rest.includes('/services/data/'));
});
await tryIt('create and retrieve, one and several', async () => {
  account = await conn.sobject('Account').create({ Name: 'jsforce & Söhne', Phone: '+49 30 1234567' });
  assert.ok(account.success);
  contacts = await conn.sobject('Contact').create([
    { LastName: 'One', AccountId: account.id },
    { LastName: 'Two', AccountId: account.id },
    { LastName: 'Three', AccountId: account.id },
  ]);
  assert.deepEqual(
    contacts.map(({ success }) => success),
    [true, true, true],
  );
  assert.equal((await conn.sobject('Account').retrieve(account.id)).Name, 'jsforce & Söhne');
  const several = await conn.sobject('Contact').retrieve(contacts.map(({ id }) => id));
  assert.deepEqual(
    several.map(({ LastName }) => LastName),
    ['One', 'Two', 'Three'],
  );
});
await tryIt('update, one and several', async () => {
  assert.ok((await conn.sobject('Contact').update({ Id: contacts[0].id, MobilePhone: '0151 2345678' })).success);
  const several = await conn.sobject('Contact').update(contacts.map(({ id }, place) => ({ Id: id, Title: `No ${place}` })));
  assert.ok(several.every(({ success }) => success));
});
await tryIt('what is wrong throws with the code of the org', async () => {
  await assert.rejects(conn.sobject('Contact').create({ FirstName: 'Nobody' }), (error) => error.errorCode === 'REQUIRED_FIELD_MISSING');
  await assert.rejects(conn.query('SELECT Nothing FROM Contact'), (error) => error.errorCode === 'INVALID_FIELD');
  const mixed = await conn.sobject('Contact').create([{ LastName: 'Good' }, { FirstName: 'Bad' }]);
  assert.deepEqual(
    mixed.map(({ success }) => success),
    [true, false],
  );
  assert.equal(mixed[1].errors[0].statusCode, 'REQUIRED_FIELD_MISSING');
});
await tryIt('find with conditions, sorted, limited', async () => {
  const found = await conn
    .sobject('Contact')
    .find({ AccountId: account.id, LastName: { $in: ['One', 'Two', 'Three'] } }, 'Id, LastName, Account.Name')
    .sort({ LastName: 1 })
    .limit(2);
  assert.deepEqual(
    found.map(({ LastName, Account }) => [LastName, Account.Name]),
    [
      ['One', 'jsforce & Söhne'],
      ['Three', 'jsforce & Söhne'],
    ],
  );
  assert.equal(await conn.sobject('Contact').count({ AccountId: account.id }), 3);
});
await tryIt('query as a stream, page by page', async () => {
  const made = await conn.sobject('Lead').create(
    Array.from({ length: 450 }, (_, place) => ({ LastName: `Stream ${place}`, Company: 'Many' })),
    { allowRecursive: true },
  );
  assert.equal(made.filter(({ success }) => success).length, 450);
  const headers = { 'Sforce-Query-Options': 'batchSize=200' };
  const records = await collect(conn.query("SELECT Id, LastName FROM Lead WHERE Company = 'Many'"), {
    autoFetch: true,
    maxFetch: 1000,
    headers,
  });
  assert.equal(new Set(records.map(({ Id }) => Id)).size, 450);
  const first = await conn.query("SELECT Id FROM Lead WHERE Company = 'Many'", {
    headers: { 'Sforce-Query-Options': 'batchSize=200' },
    autoFetch: false,
  });
  assert.equal(first.done, false);
  const second = await conn.queryMore(first.nextRecordsUrl);
  assert.ok(second.records.length > 0);
});
await tryIt('aggregates', async () => {
  const { records } = await conn.query("SELECT Company, COUNT(Id) many FROM Lead WHERE Company = 'Many' GROUP BY Company");
  assert.deepEqual(
    records.map(({ Company, many }) => [Company, many]),
    [['Many', 450]],
  );
});
await tryIt('upsert by an external id', async () => {
  const [one, two] = [
    await conn.sobject('Account').upsert({ Name: 'Key', Judge_Key__c: 'k-1' }, 'Judge_Key__c'),
    await conn.sobject('Account').upsert({ Name: 'Key again', Judge_Key__c: 'k-1' }, 'Judge_Key__c'),
  ];
  assert.ok(one.success && two.success);
  const { totalSize } = await conn.query("SELECT Id FROM Account WHERE Judge_Key__c = 'k-1'");
  assert.equal(totalSize, 1);
});
await tryIt('describe, of all and of one', async () => {
  const all = await conn.describeGlobal();
  assert.ok(all.sobjects.some(({ name }) => name === 'Task'));
  const task = await conn.describe('Task');
  assert.deepEqual(task.fields.find(({ name }) => name === 'WhoId').referenceTo.toSorted(), ['Contact', 'Lead']);
  assert.ok((await conn.describe$('Account')).childRelationships.some(({ relationshipName }) => relationshipName === 'Contacts'));
});
await tryIt('search', async () => {
  const { searchRecords } = await conn.search('FIND {"jsforce"} IN NAME FIELDS RETURNING Account(Id, Name)');
  assert.deepEqual(
    searchRecords.map(({ Id }) => Id),
    [account.id],
  );
});
await tryIt('limits, and the figure each answer carries', async () => {
  assert.ok((await conn.limits()).DailyApiRequests.Max > 0);
  assert.ok(conn.limitInfo.apiUsage.used > 0);
});
await tryIt('what changed and what was deleted', async () => {
  const gone = await conn.sobject('Contact').destroy(contacts[2].id);
  assert.ok(gone.success);
  const [start, end] = [new Date(Date.now() - 3_600_000).toISOString(), new Date(Date.now() + 120_000).toISOString()];
  assert.ok((await conn.sobject('Contact').updated(start, end)).ids.includes(contacts[0].id));
  assert.ok((await conn.sobject('Contact').deleted(start, end)).deletedRecords.some(({ id }) => id === contacts[2].id));
});
await tryIt('several in one request, by composite', async () => {
  const answer = await conn.requestPost('/composite', {
    compositeRequest: [
      { method: 'POST', url: '/services/data/v66.0/sobjects/Account', referenceId: 'ref', body: { Name: 'Composite' } },
      {
        method: 'POST',
        url: '/services/data/v66.0/sobjects/Contact',
        referenceId: 'person',
        body: { LastName: 'Composite', AccountId: '@{ref.id}' },
      },
    ],
  });
  assert.deepEqual(
    answer.compositeResponse.map(({ httpStatusCode }) => httpStatusCode),
    [201, 201],
  );
});
await tryIt('bulk 2.0: load and query', async () => {
  const results = await conn.bulk2.loadAndWaitForResults({
    object: 'Contact',
    operation: 'insert',
    input: [
      { LastName: 'Bulk A', FirstName: 'Anna' },
      { LastName: 'Bulk, "B"', FirstName: '' },
      { LastName: '', FirstName: 'Nobody' },
    ],
    pollTimeout: 60_000,
    pollInterval: 100,
  });
  assert.equal(results.successfulResults.length, 2);
  assert.equal(results.failedResults.length, 1);
  assert.match(results.failedResults[0].sf__Error, /REQUIRED_FIELD_MISSING/);
  const records = await (
    await conn.bulk2.query("SELECT Id, LastName FROM Contact WHERE LastName LIKE 'Bulk%'", { pollTimeout: 60_000, pollInterval: 100 })
  ).toArray();
  assert.deepEqual(
    records.map(({ LastName }) => LastName).toSorted((a, b) => a.localeCompare(b)),
    ['Bulk A', 'Bulk, "B"'],
  );
});
await tryIt('bulk 1.0: load and query', async () => {
  conn.bulk.pollInterval = 100;
  const results = await conn.bulk.load('Contact', 'insert', [
    { LastName: 'Classic A', FirstName: 'Anna' },
    { LastName: '', FirstName: 'Nobody' },
    { LastName: 'Classic B', FirstName: '' },
  ]);
  assert.deepEqual(
    results.map(({ success }) => success),
    [true, false, true],
  );
  assert.match(results[1].errors[0], /REQUIRED_FIELD_MISSING/);
  const records = await (await conn.bulk.query("SELECT Id, LastName FROM Contact WHERE LastName LIKE 'Classic%'")).toArray();
  assert.deepEqual(
    records.map(({ LastName }) => LastName).toSorted((a, b) => a.localeCompare(b)),
    ['Classic A', 'Classic B'],
  );
});
await tryIt('metadata: describe, list, deploy, read', async () => {
  assert.ok((await conn.metadata.describe('66.0')).metadataObjects.some(({ xmlName }) => xmlName === 'CustomObject'));
  const deployed = await conn.metadata.deploy(await readFile(zip), { singlePackage: true, rollbackOnError: true }).complete(true);
  assert.equal(deployed.success, true);
  const fields = await conn.metadata.list({ type: 'CustomField' }, '66.0');
  assert.ok(fields.some(({ fullName }) => fullName === 'Account.Judged__c'));
  assert.equal((await conn.metadata.read('CustomField', 'Account.Judged__c')).label, 'Judged');
});
await tryIt('tooling: make a field', async () => {
  const made = await conn.tooling
    .sobject('CustomField')
    .create({ FullName: 'Account.Tooled__c', Metadata: { type: 'Text', label: 'Tooled', length: 20 } });
  assert.ok(made.success);
});
await tryIt('a session that ends is renewed by the refresh token, unseen', async () => {
  const stale = new jsforce.Connection({
    instanceUrl: apiUrl,
    accessToken: '00D000000000000!gone',
    refreshToken,
    oauth2: { loginUrl: apiUrl, clientId, clientSecret, redirectUri: 'http://localhost:1/callback' },
    version: '66.0',
  });
  let renewed = 0;
  stale.on('refresh', () => renewed++);
  assert.ok((await stale.query('SELECT Id FROM Account LIMIT 1')).done);
  assert.equal(renewed, 1);
});
await tryIt('the address to sign in at', async () => {
  const verifier = randomBytes(40).toString('base64url');
  const url = new jsforce.OAuth2({
    loginUrl: apiUrl,
    clientId,
    clientSecret,
    redirectUri: 'http://localhost:1/callback',
  }).getAuthorizationUrl({
    scope: 'api refresh_token',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
  });
  const answer = await fetch(url);
  assert.equal(answer.status, 200);
  assert.match(await answer.text(), /<form/i);
});
await tryIt('sign out', async () => {
  await conn.logout();
});
