import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { asUser } from '../testing/as-user.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

const now = Date.parse('2026-11-21T23:30:00Z');
let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
  for (const object of ['Lead', 'Contact', 'Account']) await org.control('POST', '/duplicate-rules', { object, active: false });
  await org.control('POST', '/fields', {
    object: 'Contact',
    name: 'Tags__c',
    label: 'Tags',
    type: 'multipicklist',
    picklist: ['VIP', 'Sales'],
  });
});
afterEach(() => org.control('DELETE', '/validation-rules'));
afterAll(() => org.stop());

const rule = (object: string, formula: string, more: Record<string, unknown> = {}) =>
  org.control('POST', '/validation-rules', { object, formula, message: 'No.', ...more });
/** Whether a new record is taken. */
const taken = async (object: string, fields: Record<string, unknown>): Promise<boolean> => {
  const reply = await org.call('POST', `/sobjects/${object}`, fields);
  if (reply.status !== 201) expect(reply.body).toMatchObject([{ errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' }]);
  return reply.status === 201;
};
const made = async (object: string, fields: Record<string, unknown>) =>
  ((await org.call('POST', `/sobjects/${object}`, fields)).body as { id: string }).id;

describe('a formula that is true refuses the record', () => {
  test.each<[string, string, string, Record<string, unknown>, Record<string, unknown>]>([
    ['ISBLANK of a text', 'Contact', 'ISBLANK(Email)', { LastName: 'a' }, { LastName: 'a', Email: 'a@b.pl' }],
    ['ISBLANK of a list', 'Lead', 'ISBLANK(TEXT(LeadSource))', {}, { LeadSource: 'Web' }],
    ['ISPICKVAL', 'Task', 'ISPICKVAL(Status, "Completed") && ISBLANK(Description)', { Status: 'Completed' }, { Status: 'In Progress' }],
    ['TEXT of a list', 'Task', 'TEXT(Priority) = "High"', { Priority: 'High' }, { Priority: 'Low' }],
    ['CASE', 'Task', 'CASE(Priority, "High", 1, "Low", 2, 3) = 3', {}, { Priority: 'Low' }],
    [
      'REGEX with escapes',
      'Contact',
      'NOT(REGEX(Phone, "\\\\+48\\\\d{9}"))',
      { LastName: 'a', Phone: '601' },
      { LastName: 'a', Phone: '+48601234567' },
    ],
    [
      'LEN, AND and a comparison',
      'Contact',
      'AND(NOT(ISBLANK(Phone)), LEN(Phone) < 6)',
      { LastName: 'a', Phone: '601' },
      { LastName: 'a' },
    ],
    [
      'VALUE behind its guard',
      'Contact',
      'AND(ISNUMBER(Fax), VALUE(Fax) > 5)',
      { LastName: 'a', Fax: '7' },
      { LastName: 'a', Fax: 'seven' },
    ],
    ['numbers without value compare with nothing', 'Lead', 'NumberOfEmployees < 5', { NumberOfEmployees: 3 }, {}],
    [
      'a text in quotes with a quote',
      'Contact',
      "Title = 'it\\'s' /* always */",
      { LastName: 'a', Title: "it's" },
      { LastName: 'a', Title: 'its' },
    ],
    [
      'a field of the parent',
      'Contact',
      'Account.Name = "Piekarnia Złoty Kłos"',
      { LastName: 'a', AccountId: seeded.bakery },
      { LastName: 'a', AccountId: seeded.sake },
    ],
    ['the owner, of one of its kinds', 'Lead', 'Owner:User.IsActive', {}, { OwnerId: seeded.leadQueue }],
    ['INCLUDES', 'Contact', 'INCLUDES(Tags__c, "VIP")', { LastName: 'a', Tags__c: 'Sales;VIP' }, { LastName: 'a', Tags__c: 'Sales' }],
    ['dates', 'Task', 'ActivityDate < TODAY()', { ActivityDate: '2026-11-20' }, { ActivityDate: '2026-11-22' }],
    ['ids have 15 characters', 'Task', `WhoId = "${seeded.ewa.slice(0, 15)}"`, { WhoId: seeded.ewa }, { WhoId: seeded.tomasz }],
  ])('%s', async (_, object, formula, wrong, right) => {
    expect(await rule(object, formula)).toMatchObject({ status: 201, body: { formula, active: true } });
    const lead = object === 'Lead' ? { LastName: 'a', Company: 'b' } : {};
    expect(await taken(object, { ...lead, ...wrong })).toBe(false);
    expect(await taken(object, { ...lead, ...right })).toBe(true);
  });

  test('who saves', async () => {
    await rule('Task', `$User.Id = "${seeded.anna.slice(0, 15)}" && $Profile.Id <> ""`);
    const anna = await asUser(org, seeded.anna);
    expect((await anna.call('POST', '/sobjects/Task', {})).status).toBe(400);
    expect(await taken('Task', {})).toBe(true);
  });

  test('what it was before, whether it is new, what changed', async () => {
    await rule('Task', 'AND(NOT(ISNEW()), ISCHANGED(Subject), PRIORVALUE(Subject) = "first")');
    const id = await made('Task', { Subject: 'first' });
    expect((await org.call('PATCH', `/sobjects/Task/${id}`, { Description: 'x' })).status).toBe(204);
    expect((await org.call('PATCH', `/sobjects/Task/${id}`, { Subject: 'second' })).body).toMatchObject([
      { errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'No.', fields: [] },
    ]);
  });

  test('a field with its own object before it', async () => {
    await rule('Account', 'PRIORVALUE(Account.Name) <> Name && Account.IsDeleted = FALSE');
    const id = await made('Account', { Name: 'Acme' });
    expect((await org.call('PATCH', `/sobjects/Account/${id}`, { Name: 'Acme 2' })).status).toBe(400);
    expect((await org.call('PATCH', `/sobjects/Account/${id}`, { Name: 'Acme', Phone: '1' })).status).toBe(204);
  });

  test('TODAY is the day of who saves', async () => {
    await rule('Task', 'ActivityDate < TODAY()');
    const user = seeded.anna;
    const zone = (await org.query(`SELECT TimeZoneSidKey FROM User WHERE Id = '${user}'`)).records[0]?.['TimeZoneSidKey'];
    const day = new Intl.DateTimeFormat('en-CA', { timeZone: String(zone) }).format(now);
    const anna = await asUser(org, user);
    const before = new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
    expect((await anna.call('POST', '/sobjects/Task', { ActivityDate: day })).status).toBe(201);
    expect((await anna.call('POST', '/sobjects/Task', { ActivityDate: before })).status).toBe(400);
  });

  test('every rule that is true is told, each with its place; an inactive one is not asked', async () => {
    await rule('Lead', 'ISBLANK(Phone)', { name: 'Phone', message: 'Who is it?', errorField: 'phone' });
    await rule('Lead', 'ISBLANK(Email)', { name: 'Email', message: 'No letters?' });
    await rule('Lead', 'TRUE', { name: 'Off', active: false });
    expect((await org.call('POST', '/sobjects/Lead', { LastName: 'a', Company: 'b' })).body).toEqual([
      { message: 'Who is it?', errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: ['Phone'] },
      { message: 'No letters?', errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', fields: [] },
    ]);
    const records = [{ attributes: { type: 'Lead' }, LastName: 'a', Company: 'b' }];
    expect((await org.call('POST', '/composite/sobjects', { records })).body).toEqual([
      {
        success: false,
        errors: [
          { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Who is it?', fields: ['Phone'] },
          { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'No letters?', fields: [] },
        ],
      },
    ]);
  });

  test('people at their screens meet it as well', async () => {
    await rule('Contact', 'ISBLANK(Email)');
    const reply = await org.control('POST', '/as-human', { object: 'Contact', action: 'create', fields: { LastName: 'a' } });
    expect(reply).toMatchObject({ status: 400, body: [{ errorCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' }] });
  });
});

describe('a formula that cannot be had is refused when the rule is made', () => {
  test.each([
    ['AND(', 'Syntax error'],
    ['Nothing__c = "a"', 'Field Nothing__c does not exist. Check spelling.'],
    ['Account.Nothing = "a"', 'Field Account.Nothing does not exist. Check spelling.'],
    ['VLOOKUP(Title, Title, Title) = "a"', 'Unknown function VLOOKUP. Check spelling.'],
    ['Title', 'Formula result is data type (Text), incompatible with expected data type (true or false).'],
    ['IF(TRUE, TRUE, LEN(3) > 1)', "Incorrect parameter type for function 'LEN()'. Expected Text, received Number"],
    ['AND(Title, TRUE)', "Incorrect parameter type for function 'AND()'. Expected Checkbox, received text"],
    ['ISCHANGED(Account.Name)', 'ISCHANGED() takes a field of the record itself'],
    ['$Setup.A__c', '$Setup is not here ($User, $Profile, $UserRole, $Organization, $RecordType are)'],
    ['ISNEW(Title)', "Incorrect number of parameters for function 'ISNEW()'. Expected 0, received 1"],
  ])('%s', async (formula, error) => {
    expect(await rule('Contact', formula)).toMatchObject({ status: 400, body: { error } });
    expect((await org.control('GET', '/validation-rules')).body).toEqual([]);
  });

  test('and what turns out later ends the request, and nothing is guessed', async () => {
    await rule('Contact', 'VALUE(Fax) > 5', { name: 'Fax' });
    expect(await org.call('POST', '/sobjects/Contact', { LastName: 'a', Fax: 'seven' })).toMatchObject({
      status: 501,
      body: [{ errorCode: 'STAND_IN_CANNOT', message: expect.stringContaining('the validation rule Fax: VALUE() of "seven"') as string }],
    });
    expect(await taken('Contact', { LastName: 'a' })).toBe(true);
  });
});
