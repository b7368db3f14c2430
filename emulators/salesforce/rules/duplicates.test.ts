import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bulkClient } from '../testing/bulk.ts';
import { asUser } from '../testing/as-user.ts';
import { seeded, testOrg, type Reply, type Row, type TestOrg } from '../testing/test-org.ts';
import { jaroWinkler, sameBusiness, samePerson, samePhone, type Company, type Person } from './matching.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterEach(() => org.control('DELETE', '/duplicate-rules'));
afterAll(() => org.stop());

type Fields = Record<string, unknown>;
const create = (object: string, fields: Fields, headers?: Record<string, string>): Promise<Reply> =>
  org.call('POST', `/sobjects/${object}`, fields, headers);
const made = async (object: string, fields: Fields): Promise<string> => {
  const reply = await create(object, fields, { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' });
  expect(reply.body).toMatchObject({ success: true });
  return (reply.body as { id: string }).id;
};
const codeOf = ({ body }: Reply): unknown => (Array.isArray(body) ? (body as { errorCode: unknown }[])[0]?.errorCode : undefined);

describe('in a new org', () => {
  test('a contact who is there already is not saved again, and the answer names him', async () => {
    const id = await made('Contact', { FirstName: 'Zofia', LastName: 'Żuraw', Email: 'zofia@zuraw.example' });
    const reply = await create('Contact', { FirstName: 'Zofja', LastName: 'Żuraw', Email: 'Zofia@Zuraw.example' });
    expect([reply.status, reply.body]).toEqual([
      400,
      [
        {
          duplicateResult: {
            allowSave: true,
            duplicateRule: 'Standard_Contact_Duplicate_Rule',
            duplicateRuleEntityType: 'Contact',
            errorMessage: 'Use one of these records?',
            matchResults: [
              {
                entityType: 'Contact',
                errors: [],
                matchEngine: 'FuzzyMatchEngine',
                matchRecords: [
                  {
                    additionalInformation: [],
                    fieldDiffs: [],
                    matchConfidence: 100,
                    record: { attributes: { type: 'Contact', url: `/services/data/v67.0/sobjects/Contact/${id}` }, Id: id },
                  },
                ],
                rule: 'Standard_Contact_Match_Rule_v1_1',
                size: 1,
                success: true,
              },
            ],
          },
          message: 'Use one of these records?',
          errorCode: 'DUPLICATES_DETECTED',
        },
      ],
    ]);
    expect((await org.query("SELECT COUNT() FROM Contact WHERE Email = 'zofia@zuraw.example'")).body).toMatchObject({ totalSize: 1 });
  });

  test('a lead meets contacts, a contact meets leads, by name and phone however it is written', async () => {
    const contact = await made('Contact', { FirstName: 'Jan', LastName: 'Wilk', Phone: '+48 601 555 101', Email: 'jan@wilk.example' });
    const reply = await create('Lead', { FirstName: 'J.', LastName: 'Wilk', Company: 'Wilk', Phone: '601-555-101' });
    expect(reply.body).toMatchObject([
      {
        duplicateResult: {
          duplicateRule: 'Standard_Lead_Duplicate_Rule',
          matchResults: [{ entityType: 'Contact', rule: 'Standard_Contact_Match_Rule_v1_1', matchRecords: [{ record: { Id: contact } }] }],
        },
      },
    ]);
    const lead = await made('Lead', { FirstName: 'Ola', LastName: 'Lis', Company: 'Lis', Email: 'ola@lis.example' });
    expect((await create('Contact', { FirstName: 'Ola', LastName: 'Lis', Email: 'ola@lis.example' })).body).toMatchObject([
      {
        duplicateResult: {
          matchResults: [{ entityType: 'Lead', rule: 'Standard_Lead_Match_Rule_v1_0', matchRecords: [{ record: { Id: lead } }] }],
        },
      },
    ]);
  });

  test('a number alone is nobody’s duplicate: a lead of a missed call is made twice', async () => {
    const call = { LastName: '+48 22 555 01 99', Company: 'Missed call', Phone: '+48 22 555 01 99' };
    expect([(await create('Lead', call)).status, (await create('Lead', call)).status]).toEqual([201, 201]);
  });

  test('an account by its name and one thing more', async () => {
    const id = await made('Account', {
      Name: 'Młyn Stary Sp. z o.o.',
      Phone: '+48 22 777 01 02',
      BillingCity: 'Toruń',
      BillingState: 'KP',
    });
    expect((await create('Account', { Name: 'Młyn Stary Sp. z o.o.', BillingCity: 'Torun', BillingState: 'kp' })).body).toMatchObject([
      { duplicateResult: { duplicateRule: 'Standard_Account_Duplicate_Rule', matchResults: [{ matchRecords: [{ record: { Id: id } }] }] } },
    ]);
    expect((await create('Account', { Name: 'Młyn Stary Sp. z o.o.' })).status).toBe(201);
  });

  test('an edit is not stopped, and what is converted or deleted is no duplicate', async () => {
    const id = await made('Lead', { FirstName: 'Ewa', LastName: 'Sowa', Company: 'Sowa', Email: 'ewa@sowa.example' });
    const other = await made('Lead', { FirstName: 'Ewa', LastName: 'Sowa', Company: 'Sowa' });
    expect((await org.call('PATCH', `/sobjects/Lead/${other}`, { Email: 'ewa@sowa.example' })).status).toBe(204);
    await org.call('DELETE', `/sobjects/Lead/${id}`);
    await org.call('DELETE', `/sobjects/Lead/${other}`);
    expect((await create('Lead', { FirstName: 'Ewa', LastName: 'Sowa', Company: 'Sowa', Email: 'ewa@sowa.example' })).status).toBe(201);
  });
});

describe('the header', () => {
  let fields: Fields = {};
  let n = 0;
  beforeEach(() => {
    n += 1;
    fields = { FirstName: 'Piotr', LastName: `Dąb${n}`, Email: `piotr${n}@dab.example`, Title: 'Boss' };
  });
  test('saves beside an alert, never beside a block', async () => {
    await made('Contact', fields);
    expect(codeOf(await create('Contact', fields, { 'Sforce-Duplicate-Rule-Header': 'includeRecordDetails=true' }))).toBe(
      'DUPLICATES_DETECTED',
    );
    expect((await create('Contact', fields, { 'Sforce-Duplicate-Rule-Header': 'allowSave=true; runAsCurrentUser=true' })).status).toBe(201);
    await org.control('POST', '/duplicate-rules', { object: 'Contact', action: 'block' });
    const reply = await create('Contact', fields, { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' });
    expect(reply.body).toMatchObject([{ errorCode: 'DUPLICATES_DETECTED', duplicateResult: { allowSave: false } }]);
  });
  test('brings the records whole', async () => {
    await made('Contact', fields);
    const reply = await create('Contact', fields, { 'Sforce-Duplicate-Rule-Header': 'includeRecordDetails=true' });
    expect(reply.body).toMatchObject([
      { duplicateResult: { matchResults: [{ matchRecords: [{ record: { Title: 'Boss', Email: fields['Email'] } }] }] } },
    ]);
  });
  test('is not there before 52.0; up to 54.0 the answer’s key is spelt otherwise', async () => {
    await made('Contact', fields);
    const old = (version: string) =>
      fetch(`${org.apiUrl}/services/data/v${version}/sobjects/Contact`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${org.token}`,
          'content-type': 'application/json',
          'Sforce-Duplicate-Rule-Header': 'allowSave=true',
        },
        body: JSON.stringify(fields),
      });
    const refused = await old('51.0');
    expect([refused.status, Object.keys(((await refused.json()) as object[])[0] ?? {})]).toEqual([
      400,
      ['duplicateResut', 'message', 'errorCode'],
    ]);
    expect((await old('52.0')).status).toBe(201);
  });
  test('belongs to the part of a composite that has it', async () => {
    await made('Contact', fields);
    const part = (referenceId: string, httpHeaders?: Record<string, string>) => ({
      method: 'POST',
      url: '/services/data/v67.0/sobjects/Contact',
      referenceId,
      body: fields,
      ...(httpHeaders ? { httpHeaders } : {}),
    });
    const reply = await org.call(
      'POST',
      '/composite',
      { compositeRequest: [part('a'), part('b', { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' })] },
      { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' },
    );
    expect(reply.body).toMatchObject({ compositeResponse: [{ httpStatusCode: 400 }, { httpStatusCode: 201 }] });
  });
});

describe('many at once', () => {
  test('rows of one save are not compared with each other, but with what is there', async () => {
    const row = (n: number) => ({
      attributes: { type: 'Lead' },
      FirstName: 'Iga',
      LastName: `Rój${n}`,
      Company: 'x',
      Email: `iga${n}@roj.example`,
    });
    const records = [row(1), row(1), row(2)];
    const first = (await org.call('POST', '/composite/sobjects', { records })).body as Row[];
    expect(first.map(({ success }) => success)).toEqual([true, true, true]);
    const again = (await org.call('POST', '/composite/sobjects', { records: [row(1), row(3)] })).body as Row[];
    // The details are not in a collection's answer.
    expect(again).toMatchObject([
      { success: false, errors: [{ statusCode: 'DUPLICATES_DETECTED', message: 'Use one of these records?', fields: [] }] },
      { success: true },
    ]);
    expect(Object.keys(again[0]?.errors[0] ?? {})).toEqual(['statusCode', 'message', 'fields']);
  });
  test('a bulk job’s row fails by itself', async () => {
    await made('Lead', { FirstName: 'Ula', LastName: 'Kos', Company: 'x', Email: 'ula@kos.example' });
    const bulk = bulkClient(org);
    const info = await bulk.load(
      { object: 'Lead', operation: 'insert' },
      'FirstName,LastName,Company,Email\nUla,Kos,x,ula@kos.example\nUla,Kos,x,ula2@kos.example\n',
    );
    expect(info).toMatchObject({ numberRecordsProcessed: 2, numberRecordsFailed: 1 });
    expect(await bulk.outcome(info.id, 'failedResults')).toContain('"DUPLICATES_DETECTED:Use one of these records?:--"');
  });
});

describe('an admin’s own rules', () => {
  test('fields that must be equal, on an edit as well, only where they change', async () => {
    await org.control('POST', '/duplicate-rules', {
      object: 'Lead',
      name: 'One_Phone',
      action: 'block',
      match: ['Phone', 'Company'],
      message: 'We know them.',
    });
    const id = await made('Lead', { LastName: 'a', Company: 'Pod Lipą', Phone: '123' });
    const body = (await create('Lead', { LastName: 'b', Company: 'pod lipą', Phone: '123' })).body;
    expect(body).toMatchObject([
      {
        message: 'We know them.',
        duplicateResult: { duplicateRule: 'One_Phone', matchResults: [{ matchEngine: 'ExactMatchEngine', rule: 'One_Phone_Match_Rule' }] },
      },
    ]);
    const other = await made('Lead', { LastName: 'b', Company: 'Pod Lipą', Phone: '124' });
    expect(codeOf(await org.call('PATCH', `/sobjects/Lead/${other}`, { Phone: '123' }))).toBe('DUPLICATES_DETECTED');
    expect((await org.call('PATCH', `/sobjects/Lead/${id}`, { Title: 'x' })).status).toBe(204);
    expect((await org.control('POST', '/duplicate-rules', { object: 'Lead', action: 'perhaps' })).status).toBe(400);
    expect((await org.control('POST', '/duplicate-rules', { object: 'Task', match: 'standard' })).status).toBe(400);
  });
  test('switched off, nobody is asked', async () => {
    await org.control('POST', '/duplicate-rules', { object: 'Contact', active: false });
    const fields = { FirstName: 'Ala', LastName: 'Bóbr', Email: 'ala@bobr.example' };
    expect([(await create('Contact', fields)).status, (await create('Contact', fields)).status]).toEqual([201, 201]);
  });
  test('what the user does not see is compared only when sharing is bypassed, and never shown', async () => {
    const fields = { FirstName: 'Nina', LastName: 'Cień', Email: 'nina@cien.example' };
    const id = await made('Contact', fields);
    await org.control('POST', '/sharing', { hide: [{ user: seeded.anna, records: [id] }] });
    const anna = await asUser(org, seeded.anna);
    await org.control('POST', '/duplicate-rules', { object: 'Contact', sharing: 'bypass' });
    expect((await anna.call('POST', '/sobjects/Contact', fields)).body).toMatchObject([
      { duplicateResult: { matchResults: [{ matchRecords: [], size: 1 }] } },
    ]);
    await org.control('POST', '/duplicate-rules', { object: 'Contact', sharing: 'enforce' });
    expect((await anna.call('POST', '/sobjects/Contact', fields)).status).toBe(201);
  });
});

describe('how alike', () => {
  const person = (fields: Partial<Person>): Person => ({
    first: '',
    last: '',
    title: '',
    company: () => '',
    email: '',
    phone: '',
    street: '',
    city: '',
    zip: '',
    ...fields,
  });
  const john = person({
    first: 'John',
    last: 'Smith',
    title: 'Chief Executive Officer',
    company: () => 'International Business Machines Corp',
    email: 'js@ibm.example',
    phone: '1-415-555-1234',
    street: '12 Main St.',
    city: 'San Francisco',
    zip: '94105-1234',
  });
  test.each<[string, Partial<Person>, boolean]>([
    ['names and e-mail', { first: 'Jon', last: 'Smith', email: 'JS@ibm.example' }, true],
    ['e-mail, without a first name', { last: 'Smith', email: 'js@ibm.example' }, true],
    ['e-mail, and another name', { first: 'Mary', last: 'Jones', email: 'js@ibm.example' }, false],
    ['names turned round', { first: 'Smith', last: 'John', email: 'js@ibm.example' }, true],
    ['names and the phone but for its last four digits', { first: 'John', last: 'Smith', phone: '(415) 555-5678' }, true],
    ['another area code', { first: 'John', last: 'Smith', phone: '(416) 555-1234' }, false],
    ['title and company by their first letters', { first: 'J.', last: 'Smith', title: 'CEO', company: () => 'IBM' }, true],
    ['title alone', { first: 'John', last: 'Smith', title: 'CEO' }, false],
    ['street and city', { first: 'John', last: 'Smith', street: '12 Main Street', city: 'San Fransisco' }, true],
    ['street with another number', { first: 'John', last: 'Smith', street: '14 Main Street', zip: '94105' }, false],
    ['street and ZIP', { first: 'John', last: 'Smith', street: '12 Main Street', zip: '94105' }, true],
    ['a phone without a name', { phone: '1-415-555-1234' }, false],
    ['a letter beside the right key', { first: 'John', last: 'Smitj', email: 'js@ibm.example' }, true],
    ['a name variant', { first: 'Jack', last: 'Smith', email: 'js@ibm.example' }, true],
  ])('%s', (_, fields, same) => {
    expect(samePerson(john, person(fields))).toBe(same);
  });
  const company = (fields: Partial<Company>): Company => ({
    name: '',
    phone: '',
    website: '',
    street: '',
    city: '',
    state: '',
    zip: '',
    ...fields,
  });
  const acme = company({
    name: 'Acme Inc',
    phone: '4155551234',
    website: 'https://www.acme.example/en',
    zip: '94105',
    street: '1 Pine Ave',
  });
  test.each<[string, Partial<Company>, boolean]>([
    ['name and ZIP', { name: 'ACME Corporation', zip: '94105' }, true],
    ['name alone', { name: 'Acme' }, false],
    ['website and phone', { website: 'acme.example', phone: '(415) 555-1234' }, true],
    ['website and ZIP', { website: 'acme.example', zip: '94105' }, false],
    ['name and street', { name: 'Acme', street: '1 Pine Avenue' }, true],
  ])('companies: %s', (_, fields, same) => {
    expect(sameBusiness(acme, company(fields))).toBe(same);
  });
  test('the methods by themselves', () => {
    expect(jaroWinkler('martha', 'marhta')).toBeCloseTo(96.11, 2);
    expect(jaroWinkler('abc', 'xyz')).toBe(0);
    expect([samePhone('+48 601 555 101', '601555101'), samePhone('', ''), samePhone('601555101', '602555101')]).toEqual([
      true,
      false,
      false,
    ]);
  });
});
