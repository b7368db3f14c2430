import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { testOrg } from '../testing/test-org.ts';
import { countries, type Country, type CountryCode } from './countries.ts';
import { capacity, numberAt, numberOf, ownNumbers, spellings } from './numbers.ts';
import { mostPeople } from './fill.ts';
import { blockSize, planBlock } from './plan.ts';

const countryOf = (code: CountryCode): Country => {
  const found = countries.find(([country]) => country.code === code)?.[0];
  if (!found) throw new Error(code);
  return found;
};
const spelled = (code: CountryCode, name: string, kind: 'mobile' | 'landline' = 'mobile') => {
  const country = countryOf(code);
  const national = { PL: '601234567', UA: '671234567', JP: '9012345678', US: '4155550199', FR: '612345678' }[code];
  const line = { PL: '221234567', UA: '441234567', JP: '312345678', US: '4155550134', FR: '142685300' }[code];
  const number = numberOf(country, kind === 'mobile' ? national : line, country[kind].groups);
  const spelling = spellings.find((one) => one.name === name);
  if (!spelling) throw new Error(name);
  return spelling.write(number, number, 0.2);
};

describe('spellings', () => {
  test.each([
    ['UA', '+380671234567', '+380671234567'],
    ['UA', '+380 67 123 4567', '+380 67 123 4567'],
    ['UA', '067 123 4567', '067 123 4567'],
    ['UA', '+38-067-123-4567', '+38-067-123-4567'],
    ['UA', '(067) 123-4567', '(067) 123-4567'],
    ['UA', 'an extension behind it', '+380 67 123 4567 доб. 28'],
    ['UA', '+380 (0) 67 123 4567', '+380 (0) 67 123 4567'],
    ['PL', '+380 67 123 4567', '+48 601 234 567'],
    ['PL', '067 123 4567', '601 234 567'],
    ['PL', '+38-067-123-4567', '+48-601-234-567'],
    ['PL', 'as the screen leaves ten digits', '601234567'],
    ['JP', '067-123-4567', '090-1234-5678'],
    ['JP', 'full-width digits', '０９０－１２３４－５６７８'],
    ['JP', 'as the screen leaves ten digits', '09012345678'],
    ['US', 'as the screen leaves ten digits', '(415) 555-0199'],
    ['US', '067.123.4567', '415.555.0199'],
    ['FR', '067 123 4567', '06 12 34 56 78'],
    ['FR', 'as the screen leaves ten digits', '(061) 234-5678'],
    ['FR', 'two numbers in one field', '06 12 34 56 78 / +33612345678'],
  ] as const)('%s, %s: %s', (code, name, text) => expect(spelled(code, name)).toBe(text));
  test('a landline of Tokyo', () => expect(spelled('JP', '067-123-4567', 'landline')).toBe('03-1234-5678'));
  test('add up to a hundred', () => expect(spellings.reduce((sum, { weight }) => sum + weight, 0)).toBe(100));
  test('fit into a phone field', () => {
    for (const [country] of countries)
      for (const { write } of spellings)
        for (const kind of ['mobile', 'landline'] as const)
          for (const roll of [0, 0.3, 0.6, 0.99])
            expect(write(numberAt(country, kind, 7), numberAt(country, 'mobile', 8), roll).length).toBeLessThanOrEqual(40);
  });
});

describe('numbers', () => {
  test('are each another, and there are enough for everybody', () => {
    for (const [country] of countries)
      for (const kind of ['mobile', 'landline'] as const) {
        expect(capacity(country[kind])).toBeGreaterThan(mostPeople * 4);
        expect(new Set(country[kind].begins.map((begin) => begin.length)).size).toBe(1);
        expect(new Set(Array.from({ length: 5_000 }, (_, n) => numberAt(country, kind, n).e164)).size).toBe(5_000);
      }
  });
  test('the last is as whole as the first', () => {
    for (const [country] of countries) {
      const digits = country.mobile.groups.reduce((sum, size) => sum + size, 0);
      for (const n of [0, mostPeople * 4])
        expect(numberAt(country, 'mobile', n).e164).toMatch(new RegExp(`^\\+${country.callingCode}\\d{${digits}}$`));
    }
  });
});

describe('a block of people', () => {
  const { people, accounts } = planBlock(1, 0, true);
  test('is the same every time, and another for another seed or place', () => {
    expect(planBlock(1, 0, true)).toEqual({ people, accounts });
    expect(planBlock(2, 0, true).people[0]).not.toEqual(people[0]);
    expect(planBlock(1, 1, true).people[0]).not.toEqual(people[0]);
  });
  test('has everybody a phone book meets', () => {
    const count = (wanted: (person: (typeof people)[number]) => boolean) => people.filter(wanted).length;
    expect(people.length).toBe(blockSize);
    expect(count(({ kind }) => kind === 'lead')).toBeGreaterThan(200);
    expect(count(({ kind }) => kind === 'person-account')).toBeGreaterThan(25);
    expect(count(({ kind, fate }) => kind === 'lead' && fate === 'converted')).toBeGreaterThan(15);
    expect(count(({ fate }) => fate === 'merged' || fate === 'deleted')).toBeGreaterThan(2);
    expect(count(({ account }) => account === undefined)).toBeGreaterThan(10);
    expect(new Set(people.map(({ country }) => country.code)).size).toBe(5);
    expect(planBlock(1, 0, false).people.some(({ kind }) => kind === 'person-account')).toBe(false);
    for (const { fate, into } of people.filter((person) => person.into !== undefined)) {
      expect(['merged', 'converted']).toContain(fate);
      expect(people[into ?? -1]).toMatchObject({ kind: 'contact', fate: 'there' });
    }
  });
  test('has a house whose switchboard 50 to 500 people give as their number', () => {
    const switchboard = accounts.find((account) => account.switchboard)?.phones[0]?.numbers[0] ?? '';
    const staff = people.filter(({ phones }) => phones.some(({ numbers }) => numbers[0] === switchboard)).length;
    expect(staff).toBeGreaterThanOrEqual(30);
    expect(staff).toBeLessThanOrEqual(500);
  });
  test('has numbers of several people, numbers of nobody, and Acme’s own', () => {
    const many = [0, 1, 2, 3, 4].flatMap((block) => planBlock(1, block, true).people);
    const holders = new Map<string, Set<string>>();
    for (const { first, last, phones } of many)
      for (const number of phones.flatMap(({ numbers }) => numbers))
        holders.set(number, (holders.get(number) ?? new Set()).add(`${first.written} ${last.written}`));
    expect([...holders.values()].filter(({ size }) => size === 2).length).toBeGreaterThan(10);
    const phones = many.flatMap((person) => person.phones);
    expect(phones.filter(({ numbers }) => numbers.length === 0).length).toBeGreaterThan(20);
    const own = ownNumbers.map(({ country, national }) => `+${countryOf(country).callingCode}${national}`);
    expect(phones.some(({ numbers }) => own.includes(numbers[0] ?? ''))).toBe(true);
    for (const { text } of phones) expect(text.length).toBeLessThanOrEqual(40);
  });
});

describe('in an org', () => {
  test('the control puts them in beside the company, fresh or grown over years, and never the same twice', async () => {
    const now = Date.parse('2026-11-21T09:00:00Z');
    const org = await testOrg({ clock: () => now });
    const first = await org.control('POST', '/seed', { people: 300 });
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({ people: 300 });
    const { contacts, leads, accounts } = first.body as { contacts: number; leads: number; accounts: number };
    expect(contacts + leads).toBe(300);
    expect((await org.rows('Contact', true)).length).toBe(6 + contacts);
    expect((await org.rows('Account')).length).toBe(4 + accounts);
    expect((await org.query("SELECT Id FROM Contact WHERE LastName = 'Kowalczyk' AND FirstName = 'Ewa'")).records[0]).toMatchObject({
      Id: '003Sx0000000001IAA',
    });
    const [person] = (
      await org.query(
        'SELECT Id, Phone, MobilePhone, Description, SystemModstamp, Owner.Name, Account.Name FROM Contact WHERE MobilePhone != null ORDER BY Id DESC LIMIT 1',
      )
    ).records;
    expect(person).toMatchObject({ SystemModstamp: '2026-11-21T09:00:00.000+0000' });
    expect(JSON.parse(String(person?.['Description']))).toMatchObject({ MobilePhone: expect.any(Array) as unknown[] });

    expect((await org.control('POST', '/seed', { people: 300, fresh: false })).status).toBe(201);
    const rows = (await org.rows('Lead')).slice(3);
    const old = rows.filter((row) => String(row['SystemModstamp']) < '2026-11-20');
    expect(old.length).toBeGreaterThan(50);
    for (const row of rows) expect(String(row['SystemModstamp']) >= String(row['CreatedDate'])).toBe(true);
    expect(new Set((await org.rows('Contact')).map((row) => row['Description'])).size).toBeGreaterThan(contacts);
    for (const lead of rows.filter((row) => row['IsConverted'] === true))
      expect((await org.call('GET', `/sobjects/Contact/${String(lead['ConvertedContactId'])}`)).body).toMatchObject({
        LastName: lead['LastName'],
        AccountId: lead['ConvertedAccountId'],
      });
    const losers = (await org.rows('Contact', true)).filter((row) => row['MasterRecordId'] !== null);
    for (const loser of losers) expect(loser['IsDeleted']).toBe(true);

    expect((await org.control('POST', '/seed', { people: 0 })).status).toBe(400);
    const both = await Promise.all([org.control('POST', '/seed', { people: 5_000 }), org.control('POST', '/reset')]);
    expect(both.map((reply) => reply.status)).toEqual([201, 400]);
    await org.control('POST', '/reset');
    expect((await org.rows('Contact')).length).toBe(6);
    await org.stop();
  });
  test('many come without indexes, and these are there again afterwards', async () => {
    const org = await testOrg();
    const filling = org.control('POST', '/seed', { people: 21_000 });
    expect((await org.query('SELECT Id FROM Lead ORDER BY SystemModstamp, Id LIMIT 1')).status).toBe(200);
    expect((await filling).status).toBe(201);
    expect((await org.call('PATCH', '/sobjects/Lead/Cordboard_Name__c/x', { LastName: 'x', Company: 'x' })).status).toBe(201);
    await org.stop();
  });
  test('an org that is stopped meanwhile stops', async () => {
    const org = await testOrg();
    const filling = org.control('POST', '/seed', { people: 200_000 }).catch(() => 'gone');
    await org.control('GET', '/health');
    await org.stop();
    expect(await filling).toBe('gone');
  });
});

describe('the command', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stand-in-people-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...flags: string[]) =>
    spawnSync(process.execPath, [new URL('../seed-people.ts', import.meta.url).pathname, ...flags], { encoding: 'utf8' });
  test('fills a file an org then serves, and says in one sentence what is in it', async () => {
    const file = join(folder, 'org.sqlite');
    const { status, stdout, stderr } = run('--people', '2500', '--file', file);
    expect(stdout).toMatch(/^2,500 people in [\d.]+ s: [\d,]+ contacts \(.*\n$/);
    expect(stderr).toMatch(/2,500 of 2,500 people after/);
    expect(status).toBe(0);
    const [org, twin] = await Promise.all([testOrg({ file }), testOrg()]);
    await twin.control('POST', '/seed', { people: 2_500 });
    const phones = async (one: typeof org) =>
      (await one.rows('Contact')).map((row) => [row['Id'], row['Name'], row['Phone'], row['MobilePhone']]);
    expect(await phones(org)).toEqual(await phones(twin));
    await Promise.all([org.stop(), twin.stop()]);
  });
  test('makes an org of persons, if told to', async () => {
    const file = join(folder, 'persons.sqlite');
    expect(run('--people', '300', '--person-accounts', '--without-custom-fields', '--file', file).stdout).toMatch(
      / [1-9]\d* person accounts/,
    );
    const org = await testOrg({ file, withoutCustomFields: true });
    expect((await org.query('SELECT Name FROM Account WHERE IsPersonAccount = true')).records.length).toBeGreaterThan(5);
    expect((await org.query('SELECT Cordboard_Name__c FROM Lead')).status).toBe(400);
    await org.stop();
  });
  test('leaves a file alone that an org has open', async () => {
    const file = join(folder, 'open.sqlite');
    const org = await testOrg({ file });
    expect(run('--file', file).stderr).toContain('is no stand-in using it?');
    await org.stop();
  });
  test('tells its proportions', () => {
    const { stdout } = run('--help');
    expect(stdout).toContain('24 %  +380671234567');
    expect(stdout).toContain('--people');
  });
  test('says what is wrong in a sentence', () => {
    expect(run('--people', 'many').stderr).toBe('--people must be a whole number from 1 to 5000000, not "many".\n');
    expect(run('--file', join(folder, 'nowhere', 'org.sqlite')).stderr).toMatch(/^The org's file cannot be used .*\n$/);
  });
});
