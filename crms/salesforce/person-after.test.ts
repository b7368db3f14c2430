import { afterEach, expect, test } from 'vitest';
import { startOrg } from '../../emulators/salesforce/org.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce } from './salesforce.ts';

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
    others: [{ id, phones: expect.arrayContaining(['501 999 881', '22 123 45 67']) }],
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
