import type { ContactOfAPerson, CrmKit, OrgBackdoor } from '../../../server/crm-conformance.ts';
import type { Fields } from '../../../server/crm.ts';
import { realWorld, type World } from '../../../server/world.ts';
import { connectSalesforce } from '../salesforce.ts';
import { startInBetween } from './in-between.ts';

/** An org that only its own API leads into. */
export type RealOrg = { readonly loginUrl: string; readonly clientId: string; readonly clientSecret: string };
type Row = Fields & { readonly Id: string };

/** The org that SF_LOGIN_URL, SF_CLIENT_ID and SF_CLIENT_SECRET name, if they do. */
export function realOrgOf(env: Readonly<Record<string, string | undefined>>): RealOrg | undefined {
  const { SF_LOGIN_URL: loginUrl, SF_CLIENT_ID: clientId, SF_CLIENT_SECRET: clientSecret } = env;
  return loginUrl && clientId && clientSecret ? { loginUrl: new URL(loginUrl).origin, clientId, clientSecret } : undefined;
}

const mark = 'CordboardConformance';
/** Names of real calls are hashes; those that begin with so many noughts are the suite's. */
const namespace = `cb1${'0'.repeat(25)}`;
const loopback = /^http:\/\/(?:127\.0\.0\.1|localhost)(?::|$)/;

/**
 * Opens the org anew for each test, swept of what the suite has made before. Every test has names of its own: what was deleted is
 * still seen for a while. Production orgs are refused.
 */
export function kitsOf(org: RealOrg): () => Promise<CrmKit> {
  let rest: Promise<Rest> | undefined;
  let tests = 0;
  const world = realWorld();
  const started = Math.floor(world.now() / 1000);
  return async () => {
    rest ??= openRest(org);
    return openKit(org, await rest, world, started * 100_000 + (tests += 1) * 1000);
  };
}

async function openKit(org: RealOrg, rest: Rest, world: World, namesFrom: number): Promise<CrmKit> {
  const { nameField } = rest;
  await sweep(rest);
  const inBetween = await startInBetween(org.loginUrl);
  const crm = await connectSalesforce({ ...org, loginUrl: inBetween.url, requestLimitMs: 60_000 }, world);
  const company = await rest.make('Account', { Name: mark });
  const contact = await rest.make('Contact', { LastName: mark, AccountId: company });
  const named = ({ lastName, mobile }: Partial<ContactOfAPerson>) => ({
    ...(lastName === undefined ? {} : { LastName: lastName }),
    ...(mobile === undefined ? {} : { MobilePhone: mobile }),
  });
  const added: string[] = [];
  const backdoor: OrgBackdoor = {
    contact: { kind: 'contact', id: contact },
    account: { kind: 'account', id: company },
    owners: rest.owners,
    // There is no way from outside to hold a row, nor to make a rule at once.
    cannot: ['refuse', 'lockNextRow'],
    async named(name) {
      const rows = await rest.query(`SELECT Id FROM Task WHERE ${nameField} = '${name}'`);
      return Promise.all(rows.map(async ({ Id }) => ({ id: Id, fields: await rest.read('Task', Id) })));
    },
    editAsHuman: (id, fields) => rest.change('Task', id, fields),
    deleteAsHuman: (id) => rest.remove([id]),
    refuse: () => Promise.reject(new Error('no rule can be made')),
    loseNextAnswer: async () => inBetween.next('lost-answer'),
    turnNextAway: async () => inBetween.next('turned-away'),
    lockNextRow: () => Promise.reject(new Error('no row can be held')),
    hangNext: async () => inBetween.next('never-answered'),
    endSessions: () => rest.revoke(inBetween.session() ?? ''),
    async addContact(one) {
      const id = await rest.make('Contact', named(one));
      added.push(id);
      return id;
    },
    editContact: (id, one) => rest.change('Contact', id, named(one)),
    deleteContact: (id) => rest.remove([id]),
    calls: async () => inBetween.calls(),
  };
  return {
    crm,
    org: backdoor,
    namesFrom,
    async close() {
      await crm.close();
      await inBetween.close();
      await rest.remove(added);
      await sweep(rest);
    },
  };
}

/** Deletes what carries the suite's names, and nothing else. */
async function sweep(rest: Rest): Promise<void> {
  const named = rest.nameField === 'Cordboard_Name__c' ? (['Task', 'Lead', 'Contact', 'Account'] as const) : (['Task'] as const);
  const found = [
    ...(await Promise.all(named.map((object) => rest.query(`SELECT Id FROM ${object} WHERE ${rest.nameField} LIKE '${namespace}%'`)))),
    await rest.query(`SELECT Id FROM Contact WHERE LastName = '${mark}'`),
    await rest.query(`SELECT Id FROM Account WHERE Name = '${mark}'`),
  ].flat();
  await rest.remove(found.map(({ Id }) => Id));
}

type Rest = Awaited<ReturnType<typeof openRest>>;
/** The org as its own people reach it: nothing here is the client's. */
async function openRest({ loginUrl, clientId, clientSecret }: RealOrg) {
  if (!loginUrl.startsWith('https://') && !loopback.test(loginUrl)) throw new Error('SF_LOGIN_URL must be an https: address.');
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });
  const signedIn = await fetch(`${loginUrl}/services/oauth2/token`, { method: 'POST', body: form, redirect: 'manual' });
  if (!signedIn.ok) throw new Error(`The sign-in was refused: ${signedIn.status} ${await signedIn.text()}`);
  const { access_token: token } = (await signedIn.json()) as { access_token: string };
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${loginUrl}/services/data/v67.0${path}`, {
      method,
      redirect: 'manual',
      headers: {
        authorization: `Bearer ${token}`,
        'sforce-auto-assign': 'FALSE',
        'sforce-duplicate-rule-header': 'allowSave=true',
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const query = async (soql: string): Promise<readonly Row[]> =>
    ((await ask('GET', `/query?q=${encodeURIComponent(soql)}`)) as { records: readonly Row[] }).records;
  const [organization] = await query('SELECT Id, IsSandbox, OrganizationType FROM Organization');
  if (!organization?.['IsSandbox'] && organization?.['OrganizationType'] !== 'Developer Edition' && !loopback.test(loginUrl))
    throw new Error('SF_LOGIN_URL leads to a production org. Use a sandbox or a Developer Edition.');
  const [first, second] = await query(
    "SELECT Id FROM User WHERE IsActive = true AND UserType = 'Standard' ORDER BY CreatedDate, Id LIMIT 2",
  );
  if (!first || !second) throw new Error('The org needs two active users: records change their owners here.');
  const task = (await ask('GET', '/sobjects/Task/describe')) as { readonly fields: readonly { readonly name: string }[] };
  return {
    query,
    owners: [first.Id, second.Id] as const,
    nameField: task.fields.some(({ name }) => name === 'Cordboard_Name__c') ? 'Cordboard_Name__c' : 'CallObject',
    make: async (object: string, fields: object) => ((await ask('POST', `/sobjects/${object}`, fields)) as { id: string }).id,
    change: async (object: string, id: string, fields: object) => void (await ask('PATCH', `/sobjects/${object}/${id}`, fields)),
    async read(object: string, id: string): Promise<Fields> {
      const { attributes: _, ...fields } = (await ask('GET', `/sobjects/${object}/${id}`)) as Fields & { attributes: unknown };
      return fields;
    },
    async remove(ids: readonly string[]): Promise<void> {
      for (let from = 0; from < ids.length; from += 200)
        await ask('DELETE', `/composite/sobjects?ids=${ids.slice(from, from + 200).join(',')}`);
    },
    async revoke(session: string): Promise<void> {
      await fetch(`${loginUrl}/services/oauth2/revoke`, {
        method: 'POST',
        body: new URLSearchParams({ token: session }),
        redirect: 'manual',
      });
    },
  };
}
