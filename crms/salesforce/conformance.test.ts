import { afterAll, describe, expect, test } from 'vitest';
import { type RunningOrg, startOrg } from '../../emulators/salesforce/org.ts';
import { type ContactOfAPerson, crmConformance, type CrmKit, type OrgBackdoor } from '../../server/crm-conformance.ts';
import type { Fields } from '../../server/crm.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce } from './salesforce.ts';
import { kitsOf, realOrgOf } from './testing/real-org.ts';

const client = { clientId: 'conformance', clientSecret: 'conformance-secret' };

async function open(withoutCustomFields: boolean): Promise<CrmKit> {
  const org = await startOrg({ file: ':memory:', ...client, withoutCustomFields });
  const crm = await connectSalesforce({ loginUrl: org.apiUrl, ...client, requestLimitMs: 20_000 }, realWorld());
  return {
    crm,
    org: await backdoor(org.controlUrl, withoutCustomFields ? 'CallObject' : 'Cordboard_Name__c'),
    async close() {
      await crm.close();
      await org.stop();
    },
  };
}

async function backdoor(controlUrl: string, nameField: string): Promise<OrgBackdoor> {
  const control = async (path: string, order?: object): Promise<string> => {
    const answer = await fetch(
      `${controlUrl}/__org${path}`,
      order ? { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(order) } : {},
    );
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer.text();
  };
  const all = async (object: string): Promise<(Fields & { Id: string })[]> =>
    (await control(`/export?object=${object}`))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line));
  const fault = async (kind: string, more: object = {}) => void (await control('/faults', { kind, times: 1, ...more }));
  const act = async (order: object): Promise<string> => (JSON.parse(await control('/as-human', order)) as { id: string }).id;
  const asHuman = async (order: object) => void (await act({ object: 'Task', ...order }));
  const named = ({ lastName, mobile }: Partial<ContactOfAPerson>) => ({
    ...(lastName === undefined ? {} : { LastName: lastName }),
    ...(mobile === undefined ? {} : { MobilePhone: mobile }),
  });
  const contact = (await all('Contact')).find((one) => one['AccountId']);
  const people = (await all('User')).filter((one) => one['IsActive'] && one['FirstName'] !== 'Integration');
  return {
    contact: { kind: 'contact', id: contact?.Id ?? '' },
    account: { kind: 'account', id: String(contact?.['AccountId']) },
    owners: [people[0]?.Id ?? '', people[1]?.Id ?? ''],
    named: async (name) => (await all('Task')).filter((task) => task[nameField] === name).map(({ Id, ...fields }) => ({ id: Id, fields })),
    editAsHuman: (id, fields) => asHuman({ action: 'update', id, fields }),
    deleteAsHuman: (id) => asHuman({ action: 'delete', id }),
    refuse: async (field, value) =>
      void (await control('/validation-rules', {
        object: 'Task',
        when: { field, op: '=', value },
        message: 'Not like this',
        errorField: field,
      })),
    loseNextAnswer: () => fault('lost-answer'),
    turnNextAway: () => fault('status-503'),
    lockNextRow: () => fault('lock-row'),
    hangNext: () => fault('late-apply', { hang: true, delayMs: 0 }),
    endSessions: async () => void (await fetch(`${controlUrl}/__org/sessions`, { method: 'DELETE' })),
    addContact: (contact) => act({ object: 'Contact', action: 'create', fields: named(contact) }),
    editContact: async (id, contact) => void (await act({ object: 'Contact', action: 'update', id, fields: named(contact) })),
    deleteContact: async (id) => void (await act({ object: 'Contact', action: 'delete', id })),
    calls: async () => JSON.parse(await control('/counts')).usage.used,
  };
}

crmConformance('Salesforce, names in a unique field', () => open(false));
crmConformance('Salesforce, without custom fields (W8)', () => open(true));

// The same once more as a real org is reached: by its API alone, everything in one org. It shows that the real one can be trusted to the suite.
let shared: { readonly org: RunningOrg; readonly kit: () => Promise<CrmKit> } | undefined;
crmConformance('Salesforce, through its API alone', async () => {
  if (!shared) {
    const org = await startOrg({ file: ':memory:', ...client });
    shared = { org, kit: kitsOf({ loginUrl: org.apiUrl, ...client }) };
  }
  return shared.kit();
});
afterAll(() => shared?.org.stop());

const real = realOrgOf(process.env);
const nowhere = { loginUrl: 'https://nowhere.example', clientId: '', clientSecret: '' };
const where = real ? new URL(real.loginUrl).host : 'no org is named by SF_LOGIN_URL, SF_CLIENT_ID and SF_CLIENT_SECRET';
describe.skipIf(real === undefined)(where, () => {
  crmConformance('Salesforce itself', kitsOf(real ?? nowhere));
});

test('the stand-in sees what we mean it to see', async () => {
  const { crm, close } = await open(false);
  expect(crm.form).toBe('unique');
  await close();
  const reduced = await open(true);
  expect(reduced.crm.form).toBe('reduced');
  await reduced.close();
});
