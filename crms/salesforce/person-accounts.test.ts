import { afterEach, expect, test } from 'vitest';
import { startOrg } from '../../emulators/salesforce/org.ts';
import type { PersonKind, WantedPerson } from '../../server/crm.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce } from './salesforce.ts';

const client = { clientId: 'persons', clientSecret: 'persons-secret' };
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
async function open(personAccounts: boolean) {
  const org = await startOrg({ file: ':memory:', personAccounts, ...client });
  const crm = await connectSalesforce({ loginUrl: org.apiUrl, ...client }, realWorld());
  closing.push(
    () => crm.close(),
    () => org.stop(),
  );
  return crm;
}
const text = (words: string) => ({ as: 'text', text: words }) as const;
const someone = (kind: PersonKind, more: Partial<WantedPerson> = {}): WantedPerson => ({
  ...{ kind, name: 'Hanako Tanaka', firstName: 'Hanako', lastName: 'Tanaka', company: 'Caller', phone: '+48601777555' },
  ...{ email: 'hanako@example.com', ...(kind === 'account' ? {} : { mobile: true as const }), ...more },
});

test('a person and a company have each their own fields of the one object, whatever the admin wants in them', async () => {
  const crm = await open(true);
  await crm.fields('Account');
  const fields = { PersonHomePhone: text('+48221234567'), ParentId: text('001000000000001AAA'), Description: text('x'), Name: text('no') };
  const person = crm.draft(someone('person-account', { fields }));
  expect(person).toEqual({
    ...{ LastName: 'Tanaka', FirstName: 'Hanako', PersonMobilePhone: '+48601777555', PersonEmail: 'hanako@example.com' },
    ...{ RecordTypeId: expect.stringMatching(/^012/) as string, PersonHomePhone: '+48221234567', Description: 'x' },
  });
  expect(crm.draft(someone('account', { name: 'Tanaka KK', fields }))).toEqual({
    ...{ Name: 'Tanaka KK', Phone: '+48601777555', Description: 'x', ParentId: '001000000000001AAA' },
  });
  const business = { recordType: 'Business_Account' };
  expect(crm.draft(someone('person-account', business))['RecordTypeId']).toBe(person['RecordTypeId']);
  expect(crm.draft(someone('account', business))['RecordTypeId']).not.toBe(person['RecordTypeId']);
});
test('their fields can be filled, and their record types are told apart', async () => {
  const crm = await open(true);
  const typesOf = async (object: string) => (await crm.fields(object))?.find(({ name }) => name === 'RecordTypeId')?.choices;
  expect(await typesOf('person-account')).toEqual(['PersonAccount']);
  expect(await typesOf('Account')).toEqual(['Business_Account', 'Master']);
  const fillable = (await crm.fields('Account'))!.map(({ name }) => name);
  expect(['PersonMobilePhone', 'Description', 'Name'].filter((name) => !fillable.includes(name))).toEqual([]);
  const person = (await crm.fields('person-account'))!.map(({ name }) => name);
  expect([person.includes('PersonMobilePhone'), person.includes('Name')]).toEqual([true, false]);
  expect(await crm.wrongDefaults({ Account: { IsPersonAccount: true, PersonMobilePhone: 'x', Description: 'x' } })).toMatchObject([
    { field: 'IsPersonAccount' },
  ]);
});
test('an org without them says so, and is asked no oftener for it', async () => {
  const crm = await open(false);
  expect(await crm.fields('person-account')).toBeUndefined();
  const ask = (kind: PersonKind, last: number) =>
    crm.exchange({ reads: [], writes: [{ kind, name: `cb1${String(last).padStart(40, '0')}`, fields: crm.draft(someone(kind)) }] });
  expect((await ask('person-account', 1)).writes).toMatchObject([
    {
      refused: 'failed',
      failure: { mendedBy: 'admin', code: 'PERSON_CLOSED', message: expect.stringContaining('no person accounts') as string },
    },
  ]);
  const before = crm.spent();
  await ask('contact', 2);
  await ask('contact', 3);
  const spent = Object.entries(crm.spent()).map(([purpose, calls]) => calls - before[purpose as keyof typeof before]);
  expect(spent.reduce((all, one) => all + one, 0)).toBe(2);
});
