import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

let org: TestOrg;
const made: Record<string, string> = {};
const create = async (object: string, name: string, fields: Record<string, unknown>): Promise<string> => {
  const id = ((await org.call('POST', `/sobjects/${object}`, fields)).body as { id: string }).id;
  made[id] = name;
  return id;
};
beforeAll(async () => {
  org = await testOrg();
  await create('Contact', 'plus', {
    LastName: 'Zawadzka',
    FirstName: 'Zofia',
    Phone: '+48 609 234 567',
    Email: 'zofia.zawadzka@huta.example',
  });
  await create('Contact', 'joined', { LastName: 'Zawadzki', Phone: '48609234567', MobilePhone: '(415) 555-1234' });
  await create('Contact', 'bare', { LastName: 'Śniadecki', Phone: '609234567', Description: 'Asked about blue1 paint' });
  await create('Lead', 'lead', { LastName: '田中', FirstName: '太郎', Company: '東京都知事室', Phone: '０３-1234-5678' });
  await create('Lead', 'caps', { LastName: 'JOHNSON', Company: 'Acme Johnson', Email: 'j@acme.example' });
});
afterAll(() => org.stop());

type Found = { attributes: { type: string; url: string }; Id?: string } & Record<string, unknown>;
const search = async (q: string) => org.call('GET', `/search?${new URLSearchParams({ q }).toString()}`);
const found = async (q: string): Promise<Found[]> => {
  const reply = await search(q);
  expect([reply.status, reply.body]).toEqual([200, reply.body]);
  return (reply.body as { searchRecords: Found[] }).searchRecords;
};
/** Which of ours were found. */
const names = async (q: string) => (await found(q)).flatMap(({ Id = '' }) => made[Id] ?? []).toSorted();
const refused = async (q: string) => {
  const reply = await search(q);
  const [error] = reply.body as { errorCode: string; message: string }[];
  return `${reply.status} ${error?.errorCode ?? ''} ${error?.message ?? ''}`;
};

describe('phones', () => {
  const inPhones = (text: string) => names(`FIND {${text}} IN PHONE FIELDS RETURNING Contact, Lead`);
  test('leniently a value is found by its groups and by all its digits; a country code makes another number', async () => {
    expect(await inPhones('48609234567')).toEqual(['joined', 'plus']);
    expect(await inPhones('609234567')).toEqual(['bare']);
    expect(await inPhones('609')).toEqual(['plus']);
    expect(await inPhones('\\+48 609 234 567')).toEqual(['plus']);
    expect(await inPhones('"\\+48 609\\-234\\-567"')).toEqual(['joined', 'plus']);
    expect(await inPhones('4155551234 OR 609234567')).toEqual(['bare', 'joined']);
    expect(await inPhones('(415) 5551234')).toEqual([]);
    expect(await inPhones('415*')).toEqual(['joined']);
    expect(await inPhones('48609*')).toEqual(['joined', 'plus']);
    expect(await inPhones('03 1234')).toEqual(['lead']);
  });
  test('strictly by its groups alone', async () => {
    await org.control('POST', '/search', { phoneTokens: 'strict' });
    expect(await inPhones('48609234567')).toEqual(['joined']);
    expect(await inPhones('4155551234')).toEqual([]);
    expect(await inPhones('"415 555 1234"')).toEqual(['joined']);
    expect((await org.control('POST', '/search', { phoneTokens: 'lenient' })).body).toMatchObject({ phoneTokens: 'lenient' });
    expect(await inPhones('4155551234')).toEqual(['joined']);
    expect((await org.control('POST', '/search', { phoneTokens: 'fuzzy' })).status).toBe(400);
  });
});

describe('what is found', () => {
  test.each([
    ['FIND {johnson}', ['caps']],
    ['find {JOHN*} in name fields returning lead', ['caps']],
    ['FIND {joh?son} RETURNING Lead', ['caps']],
    ['FIND {jo*n} RETURNING Lead', ['caps']],
    ['FIND {"acme johnson"}', ['caps']],
    ['FIND {"johnson acme"}', []],
    ['FIND {acme johnson}', ['caps']],
    ['FIND {zawadzki or zawadzka}', ['joined', 'plus']],
    ['FIND {zawadzk* AND NOT zofia}', ['joined']],
    ['FIND {zofia AND (nobody OR zawadzka)}', ['plus']],
    ['FIND {śniadecki}', ['bare']],
    ['FIND {zofia.zawadzka@huta.example} IN EMAIL FIELDS', ['plus']],
    ['FIND {zawadzka} IN EMAIL FIELDS', ['plus']],
    ['FIND {609} IN NAME FIELDS', []],
    ['FIND {acme} IN NAME FIELDS RETURNING Lead', ['caps']],
    ['FIND {blue1}', ['bare']],
    ['FIND {blue}', ['bare']],
    ['FIND {blue1} IN SIDEBAR FIELDS', []],
    ['FIND {京都}', ['lead']],
    ['FIND {東京都}', ['lead']],
    ['FIND {東都}', []],
    ['FIND {田中 太郎}', ['lead']],
    ['FIND {zawadzki} RETURNING Lead', []],
  ])('%s', async (q, expected) => {
    expect(await names(q)).toEqual(expected);
  });

  test('of all searchable objects the id alone; of named ones their fields, in their order', async () => {
    expect(await found('FIND {ewa}')).toEqual([
      { attributes: { type: 'Contact', url: `/services/data/v67.0/sobjects/Contact/${seeded.ewa}` }, Id: seeded.ewa },
    ]);
    const both = await found('FIND {johnson OR zawadzka} RETURNING Lead(Company, Owner.Name), Contact(FirstName)');
    expect(both.map(({ attributes: { type }, ...rest }) => ({ type, ...rest }))).toMatchObject([
      { type: 'Lead', Company: 'Acme Johnson', Owner: { Name: 'Integration User' } },
      { type: 'Contact', FirstName: 'Zofia' },
    ]);
    expect(both[1]).not.toHaveProperty('Id');
  });
  test('filters, orders and pages as SOQL does', async () => {
    const q = (spec: string) => found(`FIND {zawadzk* OR śniadecki} RETURNING Contact(${spec})`);
    expect((await q("LastName WHERE LastName LIKE 'Zaw%)%' OR (FirstName = null AND LastName != 'x (')")).length).toBe(2);
    const ordered = 'LastName ORDER BY LastName DESC';
    expect((await q(ordered)).map((one) => one['LastName'])).toEqual(['Śniadecki', 'Zawadzki', 'Zawadzka']);
    expect((await q(`${ordered} LIMIT 1 OFFSET 1`)).map((one) => one['LastName'])).toEqual(['Zawadzki']);
    expect((await q('Id LIMIT 2')).length).toBe(2);
    expect((await q('Id LIMIT 0')).length).toBe(0);
  });
  test('more than a page of SOQL, the best first', async () => {
    const lead = (n: number) => ({ attributes: { type: 'Lead' }, LastName: `Legion ${n}`, Company: n === 449 ? 'Legion Legion' : 'X' });
    for (const from of [0, 150, 300])
      await org.call('POST', '/composite/sobjects', { records: Array.from({ length: 150 }, (_, n) => lead(from + n)) });
    const all = await found('FIND {legion} RETURNING Lead(Company, LastName)');
    expect([all.length, all[0]?.['LastName']]).toEqual([450, 'Legion 449']);
    expect(new Set(all.map((one) => one['LastName'])).size).toBe(450);
    const page = await found('FIND {legion} RETURNING Lead(LastName ORDER BY LastName DESC LIMIT 2 OFFSET 300)');
    expect(page.map((one) => one['LastName'])).toEqual(['Legion 232', 'Legion 231']);
  });
  test('a limit on the whole is shared among the objects', async () => {
    const counts = async (limit: number) => {
      const all = await found(`FIND {example OR johnson OR acme} RETURNING Contact, Lead LIMIT ${limit}`);
      return ['Contact', 'Lead'].map((type) => all.filter((one) => one.attributes.type === type).length);
    };
    expect(await counts(2)).toEqual([1, 1]);
    const [contacts = 0, leads = 0] = await counts(2000);
    expect([contacts > 2, leads > 0]).toEqual([true, true]);
    // What one object does not need the other gets.
    expect(await counts(contacts + leads - 1)).toEqual(contacts > leads ? [contacts - 1, leads] : [contacts, leads - 1]);
  });
  test('more than 4,000 characters: operators mean nothing; more than 10,000: nothing is found', async () => {
    const reply = (length: number) =>
      org.call('POST', '/parameterizedSearch', { q: `johnson AND ${'nobody '.repeat(length / 7)}`, sobjects: [{ name: 'Lead' }] });
    const count = async (length: number) => ((await reply(length)).body as { searchRecords: unknown[] }).searchRecords.length;
    expect([await count(3_500), await count(4_200), await count(10_500)]).toEqual([0, 1, 0]);
  });
  test('what is deleted, hidden or changed is not found any more; what is undeleted is', async () => {
    const id = await create('Lead', 'gone', { LastName: 'Ephemera', Company: 'X', Phone: '777000111' });
    expect(await names('FIND {ephemera}')).toEqual(['gone']);
    await org.call('PATCH', `/sobjects/Lead/${id}`, { LastName: 'Persistent' });
    expect([await names('FIND {ephemera}'), await names('FIND {persistent}')]).toEqual([[], ['gone']]);
    await org.control('POST', '/sharing', { hide: [{ user: seeded.integration, records: [id] }] });
    expect(await names('FIND {777000111}')).toEqual([]);
    await org.control('DELETE', '/sharing');
    expect(await names('FIND {777000111}')).toEqual(['gone']);
    await org.call('DELETE', `/sobjects/Lead/${id}`);
    expect(await names('FIND {777000111}')).toEqual([]);
    await org.control('POST', '/as-human', { action: 'undelete', object: 'Lead', id });
    expect(await names('FIND {777000111}')).toEqual(['gone']);
  });
  test('a field of an admin is searched from then on, by its type', async () => {
    await org.control('POST', '/fields', { object: 'Lead', name: 'Second_Phone__c', label: 'Second', type: 'phone', length: 40 });
    await create('Lead', 'second', { LastName: 'Deux', Company: 'X', Second_Phone__c: '+33 (0)1 23' });
    expect(await names('FIND {330123} IN PHONE FIELDS')).toEqual(['second']);
    await org.control('DELETE', '/fields/Lead/Second_Phone__c');
    expect(await names('FIND {330123} IN PHONE FIELDS')).toEqual([]);
  });
});

describe('with an index delay', () => {
  test('what was written is found that much later, what was there before at once', async () => {
    await org.control('POST', '/search', { indexDelayMs: 2_000 });
    const id = await create('Lead', 'late', { LastName: 'Latecomer', Company: 'X' });
    expect(await names('FIND {latecomer OR johnson}')).toEqual(['caps']);
    await org.control('POST', '/clock', { advanceMs: 2_000 });
    expect(await names('FIND {latecomer}')).toEqual(['late']);
    await org.call('PATCH', `/sobjects/Lead/${id}`, { LastName: 'Renamed' });
    expect([await names('FIND {latecomer}'), await names('FIND {renamed}')]).toEqual([['late'], []]);
    await org.control('POST', '/clock', { advanceMs: 2_000 });
    expect([await names('FIND {latecomer}'), await names('FIND {renamed}')]).toEqual([[], ['late']]);
    await org.call('PATCH', `/sobjects/Lead/${id}`, { LastName: 'Again' });
    await org.control('POST', '/search', { indexDelayMs: 0 });
    expect(await names('FIND {again}')).toEqual(['late']);
  });
});

describe('refusals', () => {
  test.each([
    ["FIND 'Jones' IN ALL FIELDS", '400 MALFORMED_SEARCH No search term found. The search term must be enclosed in braces.'],
    ['FIND {a}', '400 INVALID_SEARCH search term must be longer than one character: a'],
    [
      'FIND {John|jane} RETURNING Contact',
      "400 MALFORMED_SEARCH \nFIND {John|jane} RETURNING Contact\n         ^\nERROR at Row:1:Column:10\nline 1:10 mismatched character '|' expecting '}'",
    ],
    [
      'FIND {name} IN ALL TYPE RETURNING Account(name)',
      '400 MALFORMED_SEARCH \nFIND {name} IN ALL TYPE RETURNING Account(name)\n                  ^\nERROR at Row:1:Column:19\nMalformed search token: TYPE',
    ],
  ])('%s', async (q, expected) => {
    expect(await refused(q)).toBe(expected);
  });
  test.each([
    ['FIND {marie-pier}', /MALFORMED_SEARCH[^]*Column:11\n.*'-' expecting/],
    ['FIND {one two', /MALFORMED_SEARCH/],
    ['FIND {one} IN FAX FIELDS', /Malformed search token: FAX/],
    ['FIND {one} RETURNING Contact(Id', /MALFORMED_SEARCH/],
    ['FIND {one} RETURNING Contact, Contact', /MALFORMED_SEARCH/],
    ['FIND {one} RETURNING Contact() ', /MALFORMED_SEARCH/],
    ['FIND {one OR} ', /MALFORMED_SEARCH/],
    ['FIND {one (two} ', /MALFORMED_SEARCH/],
    ['FIND {one} LIMIT many', /MALFORMED_SEARCH/],
    ['FIND {one} RETURNING Contact(Id OFFSET 2001)', /SOSL offset should be between 0 to 2000/],
    ['FIND {one} RETURNING Contact(Id OFFSET 1), Lead', /OFFSET/],
    ['FIND {one} RETURNING Nonsense', /INVALID_TYPE[^]*sObject type 'Nonsense' is not supported/],
    ['FIND {one} RETURNING Organization', /INVALID_TYPE/],
    ['FIND {one} RETURNING Contact(Id, Nope)', /INVALID_FIELD \nFIND [^]*Row:1:Column:33\n[^]*No such column 'Nope' on entity 'Contact'/],
    ["FIND {one} RETURNING Contact(Id WHERE Bad = 'x')", /INVALID_FIELD[^]*Column:38\n[^]*No such column 'Bad'/],
    ['FIND {*one}', /^501/],
    ['FIND {one} WITH SNIPPET', /^501/],
    ['FIND {one} RETURNING Contact(Id USING ListView=Recent)', /^501/],
    ['FIND {one} UPDATE TRACKING', /^501/],
  ])('%s', async (q, expected) => {
    expect(await refused(q)).toMatch(expected);
  });
  test('a search is read-only, and only what is there is there', async () => {
    expect((await org.call('POST', '/search?q=x', {})).status).toBe(405);
    expect((await org.call('GET', '/search')).status).toBe(400);
    expect((await org.call('GET', '/search/nothing')).status).toBe(404);
    expect((await org.call('GET', '/search/scopeOrder')).status).toBe(501);
  });
});

describe('parameterized', () => {
  const get = async (params: string) => (await org.call('GET', `/parameterizedSearch?${params}`)).body as { searchRecords: Found[] };
  test('by address', async () => {
    expect((await get('q=zawadzka')).searchRecords.map((one) => made[one.Id ?? ''])).toEqual(['plus']);
    const { searchRecords } = await get(
      'q=zawadzki+OR+śniadecki+OR+johnson&in=NAME&sobject=Contact&sobject=Lead&fields=Id&Contact.fields=LastName&Contact.limit=1&Lead.where=Company+LIKE+%27Acme%25%27',
    );
    expect(searchRecords.map((one) => one.attributes.type)).toEqual(['Contact', 'Lead']);
    expect(searchRecords[0]).toHaveProperty('LastName');
  });
  test('a filter cannot bring in what was not found', async () => {
    const reply = await org.call('POST', '/parameterizedSearch', {
      q: 'johnson',
      sobjects: [{ name: 'Lead', where: "LastName = 'nobody') OR (LastName != 'nobody'" }],
    });
    expect(reply.status).toBe(400);
  });
  test('by body; reserved characters are punctuation', async () => {
    const reply = await org.call('POST', '/parameterizedSearch', {
      q: '+48-609-234-567',
      in: 'PHONE',
      fields: ['Id', 'Name'],
      sobjects: [{ name: 'Contact', where: "LastName != 'x'", orderBy: 'LastName ASC', limit: 5 }, { name: 'Lead' }],
      overallLimit: 10,
      defaultLimit: 5,
    });
    expect((reply.body as { searchRecords: Found[] }).searchRecords.map((one) => one['Name'])).toEqual(['Zofia Zawadzka', 'Zawadzki']);
  });
  test.each([
    [{}, 400],
    [{ q: 'x' }, 400],
    [{ q: 'xx', defaultLimit: 5 }, 400],
    [{ q: 'xx', overallLimit: 2001 }, 400],
    [{ q: 'xx', in: 'FAX' }, 400],
    [{ q: 'xx', nonsense: true }, 400],
    [{ q: 'xx', snippet: 5 }, 501],
    [{ q: 'xx', sobjects: [{ name: 'Lead', where: 'Nope = 1' }] }, 400],
  ])('%j → %i', async (body, status) => {
    expect((await org.call('POST', '/parameterizedSearch', body)).status).toBe(status);
  });
  test('before 37.0 the answer is a list', async () => {
    const response = await fetch(`${org.apiUrl}/services/data/v36.0/search?q=FIND+%7Bzawadzka%7D`, {
      headers: { authorization: `Bearer ${org.token}` },
    });
    expect(await response.json()).toMatchObject([{ attributes: { type: 'Contact' } }]);
  });
});

test('the index says how far it is, is built on request, and a reset empties it', async () => {
  const other = await testOrg();
  try {
    const count = async (text: string) =>
      ((await other.call('GET', `/search?q=FIND+%7B${text}%7D`)).body as { searchRecords: unknown[] }).searchRecords.length;
    await other.call('POST', '/sobjects/Lead', { LastName: 'Ephemera', Company: 'X' });
    expect((await other.control('GET', '/search')).body).toMatchObject({ index: { Lead: { rows: 4, waiting: 4 } } });
    expect((await other.control('POST', '/search', { build: true })).body).toMatchObject({
      phoneTokens: 'lenient',
      indexDelayMs: 0,
      index: { Lead: { rows: 4, waiting: 0 }, User: { waiting: 0 } },
    });
    expect(await count('ephemera')).toBe(1);
    await other.control('POST', '/reset');
    expect([await count('ephemera'), await count('ewa')]).toEqual([0, 1]);
  } finally {
    await other.stop();
  }
});
