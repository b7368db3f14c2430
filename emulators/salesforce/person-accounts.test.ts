import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type Reply, type TestOrg } from './testing/test-org.ts';

let now = Date.parse('2026-11-21T09:00:00Z');
let org: TestOrg;
let personType: string;
let businessType: string;
beforeAll(async () => {
  org = await testOrg({ personAccounts: true, clock: () => now });
  const types = await org.query("SELECT Id, IsPersonType FROM RecordType WHERE SobjectType = 'Account' ORDER BY IsPersonType");
  [businessType = '', personType = ''] = types.records.map((type) => String(type['Id']));
});
afterAll(() => org.stop());

type Row = Record<string, unknown>;
const errorOf = (reply: Reply) => (reply.body as { errorCode: string; message: string; fields?: string[] }[])[0];
const made = async (object: string, fields: Row): Promise<string> => {
  const reply = await org.call('POST', `/sobjects/${object}`, fields);
  expect(reply.body).toMatchObject({ success: true });
  return (reply.body as { id: string }).id;
};
const record = async (object: string, id: unknown): Promise<Row> => (await org.rows(object, true)).find((row) => row['Id'] === id) ?? {};
const maria = {
  FirstName: 'Maria',
  LastName: 'Wójcik',
  Phone: '22 307 11 00',
  PersonMobilePhone: '+48601222333',
  PersonEmail: 'maria@x.example',
};
const person = (more: Row = {}) => made('Account', { ...maria, RecordTypeId: personType, ...more });

describe('an org without person accounts', () => {
  let plain: TestOrg;
  beforeAll(async () => {
    plain = await testOrg();
  });
  afterAll(() => plain.stop());
  test.each(['IsPersonAccount', 'FirstName', 'PersonContactId', 'PersonMobilePhone', 'RecordTypeId'])(
    'does not know Account.%s',
    async (field) => {
      expect(errorOf(await plain.query(`SELECT ${field} FROM Account`))).toMatchObject({
        errorCode: 'INVALID_FIELD',
        message: expect.stringContaining(`No such column '${field}' on entity 'Account'`) as string,
      });
      const { fields } = (await plain.call('GET', '/sobjects/Account/describe')).body as { fields: { name: string }[] };
      expect(fields.map(({ name }) => name)).not.toContain(field);
    },
  );
  test('nor of contacts', async () => {
    expect(errorOf(await plain.query('SELECT Id FROM Contact WHERE IsPersonAccount = false'))).toMatchObject({
      errorCode: 'INVALID_FIELD',
    });
    expect(errorOf(await plain.call('POST', '/sobjects/Account', { LastName: 'x' }))).toMatchObject({
      errorCode: 'INVALID_FIELD',
      message: "No such column 'LastName' on sobject of type Account",
    });
    expect((await plain.query('SELECT Id FROM RecordType')).records).toEqual([]);
    expect(errorOf(await plain.query('SELECT Id FROM RecordType WHERE IsPersonType = true'))).toMatchObject({ errorCode: 'INVALID_FIELD' });
  });
});

describe('a person account', () => {
  test('is an account and a contact with the same name, numbers and times', async () => {
    const id = await person();
    const account = await record('Account', id);
    expect(account).toMatchObject({
      ...maria,
      Name: 'Maria Wójcik',
      IsPersonAccount: true,
      RecordTypeId: personType,
      PersonHomePhone: null,
    });
    const contact = await record('Contact', account['PersonContactId']);
    expect(contact).toMatchObject({
      Name: 'Maria Wójcik',
      IsPersonAccount: true,
      AccountId: id,
      Phone: maria.Phone,
      MobilePhone: maria.PersonMobilePhone,
      Email: maria.PersonEmail,
      OwnerId: account['OwnerId'],
      SystemModstamp: account['SystemModstamp'],
    });
    expect((await org.query(`SELECT PersonContact.MobilePhone FROM Account WHERE Id = '${id}'`)).records).toMatchObject([
      { PersonContact: { MobilePhone: maria.PersonMobilePhone } },
    ]);
  });
  test('needs a record type for persons and a last name, and never takes Name', async () => {
    expect(errorOf(await org.call('POST', '/sobjects/Account', { ...maria, RecordTypeId: personType, Name: 'Maria' }))).toEqual({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      message: 'Account: bad field names on insert/update call: Name',
      fields: ['Name'],
    });
    expect(errorOf(await org.call('POST', '/sobjects/Account', maria))).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      message: 'Account: bad field names on insert/update call: FirstName, LastName, PersonMobilePhone, PersonEmail',
    });
    expect(errorOf(await org.call('POST', '/sobjects/Account', { FirstName: 'Maria', RecordTypeId: personType }))).toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
      fields: ['LastName'],
    });
    expect(errorOf(await org.call('POST', '/sobjects/Account', { RecordTypeId: businessType }))).toMatchObject({
      errorCode: 'REQUIRED_FIELD_MISSING',
      fields: ['Name'],
    });
    expect(
      errorOf(await org.call('POST', '/sobjects/Account', { ...maria, RecordTypeId: personType, IsPersonAccount: true })),
    ).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
      fields: ['IsPersonAccount'],
    });
  });
  test('a company stays one', async () => {
    const id = await made('Account', { Name: 'Piekarnia' });
    expect(await record('Account', id)).toMatchObject({ IsPersonAccount: false, RecordTypeId: businessType, PersonContactId: null });
    expect(await record('Account', seeded.bakery)).toMatchObject({ IsPersonAccount: false, RecordTypeId: businessType });
    expect(await record('Contact', seeded.ewa)).toMatchObject({ IsPersonAccount: false });
    expect((await org.call('PATCH', `/sobjects/Account/${id}`, { RecordTypeId: personType })).status).toBe(501);
  });
  test('a change of the one is a change of the other, at the same time', async () => {
    const id = await person();
    now += 60_000;
    expect(
      (await org.call('PATCH', `/sobjects/Account/${id}`, { LastName: 'Nowak', PersonHomePhone: '12 000 11 22', Industry: 'Banking' }))
        .status,
    ).toBe(204);
    const account = await record('Account', id);
    expect(account).toMatchObject({ Name: 'Maria Nowak', Industry: 'Banking' });
    expect(await record('Contact', account['PersonContactId'])).toMatchObject({
      Name: 'Maria Nowak',
      HomePhone: '12 000 11 22',
      SystemModstamp: account['SystemModstamp'],
      LastModifiedDate: new Date(now).toISOString().replace('Z', '+0000'),
    });
    now += 60_000;
    await org.call('PATCH', `/sobjects/Account/${id}`, { Rating: 'Hot' });
    expect(await record('Contact', account['PersonContactId'])).toMatchObject({
      SystemModstamp: new Date(now).toISOString().replace('Z', '+0000'),
    });
    expect(errorOf(await org.call('PATCH', `/sobjects/Account/${id}`, { Name: 'x' }))).toMatchObject({ fields: ['Name'] });
  });
  test('its contact is not written by itself', async () => {
    const { PersonContactId } = await record('Account', await person());
    expect((await org.call('PATCH', `/sobjects/Contact/${String(PersonContactId)}`, { Phone: '1' })).status).toBe(501);
    expect((await org.call('DELETE', `/sobjects/Contact/${String(PersonContactId)}`)).status).toBe(501);
  });
  test('its tasks hang on both', async () => {
    const id = await person();
    const { PersonContactId } = await record('Account', id);
    expect(await record('Task', await made('Task', { WhoId: PersonContactId }))).toMatchObject({ AccountId: id });
    expect(await record('Task', await made('Task', { WhoId: PersonContactId, WhatId: id }))).toMatchObject({ AccountId: id });
  });
  test('is deleted and brought back as one', async () => {
    const id = await person();
    const { PersonContactId } = await record('Account', id);
    const gone = async () => [(await record('Account', id))['IsDeleted'], (await record('Contact', PersonContactId))['IsDeleted']];
    await org.call('DELETE', `/sobjects/Account/${id}`);
    expect(await gone()).toEqual([true, true]);
    await org.control('POST', '/as-human', { action: 'undelete', object: 'Account', id });
    expect(await gone()).toEqual([false, false]);
  });
  test('has the contact’s own fields, ending in __pc, and the contact’s uniqueness', async () => {
    const id = await person({ Cordboard_Name__pc: 'stranger-9', Cordboard_Name__c: 'stranger-9' });
    const { PersonContactId } = await record('Account', id);
    expect(await record('Contact', PersonContactId)).toMatchObject({ Cordboard_Name__c: 'stranger-9' });
    expect(errorOf(await org.call('POST', '/sobjects/Contact', { LastName: 'x', Cordboard_Name__c: 'stranger-9' }))).toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
    });
    expect(
      errorOf(await org.call('POST', '/sobjects/Account', { ...maria, RecordTypeId: personType, Cordboard_Name__pc: 'STRANGER-9' })),
    ).toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
      message: expect.stringContaining(String(PersonContactId).slice(0, 15)) as string,
    });
    expect((await org.call('PATCH', '/sobjects/Account/Cordboard_Name__c/stranger-9', { PersonTitle: 'Baker' })).status).toBe(200);
    expect(await record('Contact', PersonContactId)).toMatchObject({ Title: 'Baker', Cordboard_Name__c: 'stranger-9' });
  });
  test('is found by describe: fields, record types', async () => {
    const described = (await org.call('GET', '/sobjects/Account/describe')).body as {
      fields: { name: string; type: string; createable: boolean }[];
      recordTypeInfos: { recordTypeId: string; developerName: string; defaultRecordTypeMapping: boolean; master: boolean }[];
    };
    expect(described.fields.filter(({ type }) => type === 'phone').map(({ name }) => name)).toEqual([
      'Phone',
      'Fax',
      'PersonMobilePhone',
      'PersonHomePhone',
      'PersonOtherPhone',
      'PersonAssistantPhone',
    ]);
    expect(
      described.recordTypeInfos.map(({ developerName, defaultRecordTypeMapping, master }) => [
        developerName,
        defaultRecordTypeMapping,
        master,
      ]),
    ).toEqual([
      ['Business_Account', true, false],
      ['PersonAccount', false, false],
      ['Master', false, true],
    ]);
    expect(
      (await org.query("SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true AND IsActive = true")).records,
    ).toMatchObject([{ Id: personType }]);
  });
});

describe('on the screens', () => {
  test('a lead without company becomes a person account', async () => {
    const id = await made('Lead', { FirstName: 'Jan', LastName: 'Lis', Phone: '22 1', MobilePhone: '+48602', City: 'Łódź' });
    const task = await made('Task', { WhoId: id });
    const { body } = await org.control('POST', '/as-human', { action: 'convert', object: 'Lead', id });
    const { accountId, contactId } = body as Record<string, string>;
    expect(await record('Account', accountId)).toMatchObject({
      IsPersonAccount: true,
      Name: 'Jan Lis',
      PersonContactId: contactId,
      Phone: '22 1',
      PersonMobilePhone: '+48602',
      PersonMailingCity: 'Łódź',
    });
    expect(await record('Task', task)).toMatchObject({ WhoId: contactId, AccountId: accountId });
    const again = await made('Lead', { LastName: 'Lis', Company: 'ignored', Email: 'lis@x.example' });
    expect(
      (await org.control('POST', '/as-human', { action: 'convert', object: 'Lead', id: again, fields: { accountId } })).body,
    ).toMatchObject({
      accountId,
      contactId,
    });
    expect(await record('Account', accountId)).toMatchObject({ PersonEmail: 'lis@x.example', FirstName: 'Jan' });
  });
  test('two persons become one, contacts and all; a person and a company do not', async () => {
    const [winner, loser] = [await person(), await person({ PersonHomePhone: '12 3' })];
    const contactOf = async (id: string) => (await record('Account', id))['PersonContactId'];
    const [kept, lost] = [await contactOf(winner), await contactOf(loser)];
    const task = await made('Task', { WhoId: lost });
    expect((await org.control('POST', '/as-human', { action: 'merge', object: 'Account', id: winner, losers: [loser] })).status).toBe(200);
    expect(await record('Account', loser)).toMatchObject({ IsDeleted: true, MasterRecordId: winner });
    expect(await record('Contact', lost)).toMatchObject({ IsDeleted: true, MasterRecordId: kept, AccountId: loser });
    expect(await record('Contact', kept)).toMatchObject({ IsDeleted: false, AccountId: winner });
    expect(await record('Task', task)).toMatchObject({ WhoId: kept, AccountId: winner, IsDeleted: false });
    expect(
      (await org.control('POST', '/as-human', { action: 'merge', object: 'Account', id: winner, losers: [seeded.bakery] })).status,
    ).toBe(400);
    expect((await org.control('POST', '/as-human', { action: 'merge', object: 'Contact', id: seeded.ewa, losers: [kept] })).status).toBe(
      400,
    );
  });
  test('handed over as one', async () => {
    const id = await person();
    const { PersonContactId } = await record('Account', id);
    await org.control('POST', '/as-human', { action: 'change-owner', object: 'Account', id, fields: { OwnerId: seeded.anna } });
    expect([(await record('Account', id))['OwnerId'], (await record('Contact', PersonContactId))['OwnerId']]).toEqual([
      seeded.anna,
      seeded.anna,
    ]);
  });
});

describe('a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-persons-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  test('of an org that had none gets them, and has them for good', async () => {
    const file = join(folder, 'org.sqlite');
    const before = await testOrg({ file });
    await before.control('POST', '/seed', { people: 100 });
    await before.stop();
    const on = await testOrg({ file, personAccounts: true });
    expect(
      (await on.query("SELECT Id FROM Account WHERE IsPersonAccount = false AND RecordType.DeveloperName = 'Business_Account'")).records
        .length,
    ).toBe((await on.rows('Account')).length);
    expect((await on.rows('Contact')).filter((contact) => contact['IsPersonAccount'] === null)).toEqual([]);
    await on.stop();
    const later = await testOrg({ file });
    expect((await later.query('SELECT PersonContactId FROM Account LIMIT 1')).status).toBe(200);
    await later.control('POST', '/reset');
    expect((await later.query('SELECT Id FROM RecordType')).records.length).toBe(2);
    await later.stop();
  });
});

test('people put in are persons, too', async () => {
  const own = await testOrg({ personAccounts: true });
  const { personAccounts, contacts } = (await own.control('POST', '/seed', { people: 1_000 })).body as {
    personAccounts: number;
    contacts: number;
  };
  expect(personAccounts).toBeGreaterThan(25);
  const persons = await own.query(
    'SELECT Name, Phone, PersonMobilePhone, PersonContact.Name, PersonContact.Phone, PersonContact.MobilePhone, PersonContact.AccountId, Id, RecordTypeId FROM Account WHERE IsPersonAccount = true ORDER BY Id',
  );
  const living = (await own.rows('Account')).filter((row) => row['IsPersonAccount'] === true);
  expect(persons.records.length).toBe(living.length);
  for (const { Name, Phone, PersonMobilePhone, Id, PersonContact } of persons.records)
    expect(PersonContact).toMatchObject({ Name, Phone, MobilePhone: PersonMobilePhone, AccountId: Id });
  expect((await own.rows('Contact', true)).filter((row) => row['IsPersonAccount'] === false).length).toBe(6 + contacts);
  await own.stop();
});
