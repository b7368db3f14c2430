import { afterEach, expect, test } from 'vitest';
import { startOrg } from '../../emulators/salesforce/org.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce } from './salesforce.ts';
import { errorBody, failedRow, type Said, settingsFor, startScriptedOrg } from './scripted-org.ts';

const client = { clientId: 'persons', clientSecret: 'persons-secret' };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function open() {
  const org = await startOrg({ file: ':memory:', ...client });
  const crm = await connectSalesforce({ loginUrl: org.apiUrl, ...client }, realWorld());
  closing.push(
    () => crm.close(),
    () => org.stop(),
  );
  const control = async (path: string, body?: object) => {
    const answer = await fetch(`${org.controlUrl}/__org${path}`, body ? { method: 'POST', body: JSON.stringify(body) } : {});
    const text = await answer.text();
    return path.startsWith('/export')
      ? text
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line))
      : JSON.parse(text);
  };
  return { crm, control };
}
const lead = (number: number, more: object = {}) => ({
  kind: 'lead' as const,
  name: `cb1${String(number).padStart(40, '0')}`,
  fields: { LastName: `Caller ${number}`, Company: 'Missed call', Phone: `+4850199988${number}` },
  ...more,
});

test('assignment rules are for those who ask; whom they chose is told, in one call more', async () => {
  const { crm, control } = await open();
  const [one, other] = (await control('/export?object=User')).filter((user: { IsActive: boolean }) => user.IsActive);
  await control('/assignment-rules', { object: 'Lead', entries: [{ ownerId: other.Id }] });
  const fields = { ...lead(1).fields, OwnerId: one.Id };
  const { writes } = await crm.exchange({
    reads: [],
    writes: [lead(1, { fields }), lead(2, { byAssignmentRules: true }), { name: lead(3).name, fields: { Subject: 'Call' } }],
  });
  expect(writes).toMatchObject([{ created: true }, { created: true, given: { OwnerId: other.Id } }, { created: true }]);
  expect(writes[0]).not.toHaveProperty('given');
  const owners = (await control('/export?object=Lead')).filter((record: { LastName: string }) => record.LastName.startsWith('Caller'));
  expect(owners.map((record: { OwnerId: string }) => record.OwnerId)).toEqual([one.Id, other.Id]);
});

test('whom a duplicate rule found is asked for by the record alone, and what stands in their phone fields', async () => {
  const { crm, control } = await open();
  const { id } = await control('/as-human', {
    action: 'create',
    object: 'Contact',
    fields: { LastName: 'Wilk', Email: 'wilk@wilk.example', MobilePhone: '501 999 881', HomePhone: '22 123 45 67' },
  });
  const fields = { ...lead(1).fields, LastName: 'Wilk', Email: 'wilk@wilk.example' };
  const ask = (more: object) => crm.exchange({ reads: [], writes: [lead(1, { fields, ...more }), lead(2)] });
  expect((await ask({})).writes[0]).toMatchObject({ refused: 'duplicate', others: [], failure: { mendedBy: 'admin' } });
  const { writes } = await ask({ lookAtDuplicates: true });
  expect(writes[0]).toMatchObject({
    refused: 'duplicate',
    others: [{ kind: 'contact', id, name: 'Wilk', phones: expect.arrayContaining(['501 999 881', '22 123 45 67']) }],
  });
  expect((await ask({ despiteDuplicates: true })).writes[0]).toMatchObject({ created: true });
});

test('to save despite them is said with the request, for those alone', async () => {
  const { crm, control } = await open();
  const { writes } = await crm.exchange({ reads: [], writes: [lead(1, { despiteDuplicates: true }), lead(2)] });
  expect(writes).toMatchObject([{ created: true }, { created: true }]);
  const { entries } = await control('/log');
  expect(entries.at(-1).parts ?? entries.at(-1).subrequests).toHaveLength(2);
});

const wilk = { ...lead(1).fields, LastName: 'Wilk', Email: 'wilk@wilk.example' };
async function openWithWilk() {
  const opened = await open();
  const { id } = await opened.control('/as-human', {
    action: 'create',
    object: 'Contact',
    fields: { LastName: 'Wilk', Email: 'wilk@wilk.example', MobilePhone: '501 999 881' },
  });
  return { ...opened, id };
}

test('it is asked with the defaults of the policy, or the org would say only what is missing', async () => {
  const { crm, control, id } = await openWithWilk();
  await control('/fields', { object: 'Lead', name: 'Region__c', label: 'Region', type: 'string', length: 20, required: true });
  const { writes } = await crm.exchange({
    reads: [],
    writes: [lead(1, { fields: wilk, lookAtDuplicates: true })],
    defaults: { Lead: { Region__c: 'EMEA' } },
  });
  expect(writes).toMatchObject([{ refused: 'duplicate', others: [{ id }] }]);
});

test.each([
  ['lost-answer', { refused: 'unanswered', message: expect.stringContaining('connection broke') }],
  ['status-503', { refused: 'failed', failure: { mendedBy: 'time', code: 'SERVER_UNAVAILABLE' } }],
] as const)('%s where one is asked for alone: the others’ answers stand, and nobody else is asked for', async (kind, answer) => {
  const { crm, control } = await openWithWilk();
  await control('/faults', { kind, match: { method: 'POST', pathPrefix: '/services/data/v67.0/sobjects/Lead' } });
  const before = (await control('/counts')).requests;
  const { writes } = await crm.exchange({
    reads: [],
    writes: [1, 2, 3].map((n) => lead(n, { ...(n === 2 ? {} : { fields: wilk }), lookAtDuplicates: true })),
  });
  expect(writes).toMatchObject([answer, { created: true }, { refused: 'failed', failure: { mendedBy: 'time' } }]);
  expect((await control('/counts')).requests - before, 'describe, the collection, one alone').toBeLessThanOrEqual(3);
});

/** An org whose duplicate rule refuses the collection, and which says this of the record alone. */
async function openScripted(alone: Said) {
  const org = await startScriptedOrg();
  const described = ['OwnerId', 'LastName', 'Company', 'Phone', 'Region__c', 'Cordboard_Name__c'].map((name) => ({
    name,
    type: 'string',
    length: 80,
    createable: true,
    externalId: true,
    unique: true,
    nillable: name !== 'Region__c',
    defaultedOnCreate: false,
  }));
  org.script = ({ path, body }) => {
    if (path.endsWith('/sobjects/Lead'))
      return body.includes('"Region__c":"EMEA"') ? alone : { status: 400, body: errorBody('REQUIRED_FIELD_MISSING', 'x', ['Region__c']) };
    if (path.endsWith('/composite/sobjects')) return { body: [failedRow('DUPLICATES_DETECTED', 'Use one of these records?')] };
    if (!path.endsWith('/composite')) return undefined;
    const { compositeRequest } = JSON.parse(body) as { compositeRequest: { referenceId: string }[] };
    const answer = { httpStatusCode: 200, httpHeaders: {}, body: { createable: true, fields: described } };
    return { body: { compositeResponse: compositeRequest.map(({ referenceId }) => ({ ...answer, referenceId })) } };
  };
  const crm = await connectSalesforce(settingsFor(org), realWorld());
  closing.push(
    () => crm.close(),
    () => org.close(),
  );
  const ask = () => crm.exchange({ reads: [], writes: [lead(1, { lookAtDuplicates: true })], defaults: { Lead: { Region__c: 'EMEA' } } });
  return { ask };
}
const leadId = '00Q000000000001AAA';

test('one that has come meanwhile under its name is there', async () => {
  const message = `duplicate value found: Cordboard_Name__c duplicates value on record with id: ${leadId}`;
  const { ask } = await openScripted({ status: 400, body: errorBody('DUPLICATE_VALUE', message) });
  expect((await ask()).writes).toMatchObject([{ refused: 'exists', id: leadId }]);
});
test('a field that is refused by then costs the field', async () => {
  const { ask } = await openScripted({ status: 400, body: errorBody('FIELD_CUSTOM_VALIDATION_EXCEPTION', 'no', ['Region__c']) });
  expect((await ask()).writes).toMatchObject([{ refused: 'fields', fields: [{ field: 'Region__c' }] }]);
});
test('the rule was switched off meanwhile: it is made, and what it was given is told', async () => {
  const { ask } = await openScripted({ status: 201, body: { id: leadId, success: true, errors: [] } });
  expect((await ask()).writes).toEqual([{ id: leadId, created: true, given: { Region__c: 'EMEA' } }]);
});
