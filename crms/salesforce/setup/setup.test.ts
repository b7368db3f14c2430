import { afterEach, describe, expect, test } from 'vitest';
import { startOrg } from '../../../emulators/salesforce/org.ts';
import { seeded } from '../../../emulators/salesforce/testing/test-org.ts';
import type { CheckAsk, InstallAsk, OnStep, SetupStep } from '../../../server/crm-setup.ts';
import { Refused, Unanswered } from '../../../server/crm.ts';
import { realWorld } from '../../../server/world.ts';
import { connectSalesforce } from '../salesforce.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
const ask: CheckAsk = {
  persons: [],
  kinds: ['contact', 'lead', 'account'],
  zone: 'Europe/Warsaw',
  selfIsAgent: false,
  callsPerDay: 10,
  wasUnique: false,
  publicUrl: 'https://phone.acme.example',
};
const never = new AbortController().signal;
const real = realWorld();
/** Looks at a deployment come at once; how long an answer may take stays as it is. */
const world = { ...real, sleep: (ms: number, signal?: AbortSignal) => real.sleep(ms <= 3_000 ? 5 : ms, signal) };
const client = { clientId: 'setup', clientSecret: 'setup-secret' };

/** A bare org, with an admin's own way in; ours goes through `connect`. */
async function anOrg() {
  const org = await startOrg({ file: ':memory:', ...client, withoutCustomFields: true });
  closing.push(() => org.stop());
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: client.clientId, client_secret: client.clientSecret });
  const token = (await (await fetch(`${org.apiUrl}/services/oauth2/token`, { method: 'POST', body: form })).json()) as {
    access_token: string;
  };
  const call = async (method: string, path: string, body?: object) => {
    const answer = await fetch(`${org.apiUrl}/services/data/v67.0${path}`, {
      method,
      headers: { authorization: `Bearer ${token.access_token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
  };
  const query = async (soql: string) => (await call('GET', `/query?q=${encodeURIComponent(soql)}`))['records'] as Record<string, unknown>[];
  const connect = async () => {
    const crm = await connectSalesforce({ loginUrl: org.apiUrl, ...client }, world);
    closing.unshift(() => crm.close());
    return crm;
  };
  return {
    connect,
    call,
    query,
    control: (path: string, body: object) => fetch(`${org.controlUrl}/__org${path}`, { method: 'POST', body: JSON.stringify(body) }),
    tasks: async () => (await (await fetch(`${org.controlUrl}/__org/export?object=Task&deleted=1`)).text()).split('\n').filter(Boolean),
    /** From now on the connected user is one of the agents, with these rights beside. */
    async demote(rights: readonly string[]) {
      const [profile] = await query("SELECT Id FROM Profile WHERE Name = 'Acme Agent'");
      if (rights.length > 0) {
        const given = Object.fromEntries(rights.map((right) => [`Permissions${right}`, true]));
        const set = await call('POST', '/sobjects/PermissionSet', { Name: 'Given', Label: 'Given', ...given });
        await call('POST', '/sobjects/PermissionSetAssignment', { PermissionSetId: set['id'], AssigneeId: seeded.integration });
      }
      await call('PATCH', `/sobjects/User/${seeded.integration}`, { ProfileId: profile!['Id'] });
    },
  };
}
function followed() {
  const steps: SetupStep[] = [];
  const onStep: OnStep = async (step) => void (steps.at(-1) === step || steps.push(step));
  return { steps, onStep };
}
const install = async (crm: Awaited<ReturnType<typeof connectSalesforce>>, more: Partial<InstallAsk> = {}) =>
  crm.setup.install({ publicUrl: ask.publicUrl, ...more }, async () => undefined, never);

describe('one button', () => {
  test('installs all of it, step by step, tries it without a trace, and can be pressed again', async () => {
    const org = await anOrg();
    const crm = await org.connect();
    const { steps, onStep } = followed();
    const before = (await org.tasks()).length;
    const outcome = await crm.setup.install({ publicUrl: ask.publicUrl }, onStep, never);
    expect(outcome).toMatchObject({ by: 'deploy', failures: [], lacks: [], leftOut: [], verified: true });
    expect(outcome.parts).toEqual(
      expect.arrayContaining(['Activity.Cordboard_Name__c', 'PermissionSet Cordboard', 'CallCenter Cordboard', 'CspTrustedSite Cordboard']),
    );
    expect(steps).toEqual(['begin', 'send', 'deploy', 'assign', 'verify']);
    const trial = (await org.tasks()).slice(before).map((task) => JSON.parse(task) as Record<string, unknown>);
    expect(trial).toMatchObject([{ IsDeleted: true, Cordboard_Name__c: expect.stringMatching(/^cb1[0-9a-f]{40}$/) as string }]);

    const again = await org.connect();
    expect(again.form).toBe('unique');
    expect(again.missing).toEqual([]);
    expect(await install(again)).toMatchObject({ failures: [], verified: true });
    expect(await org.query("SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Cordboard'")).toHaveLength(1);
    expect((await again.setup.check(ask)).installed.state).toBe('current');
  });

  test('without a public https address the agents’ phone is left out, and said', async () => {
    const org = await anOrg();
    const outcome = await install(await org.connect(), { publicUrl: 'http://localhost:8080' });
    expect(outcome.leftOut).toEqual([
      { part: 'call-center', because: 'no-public-address' },
      { part: 'trusted-site', because: 'no-public-address' },
    ]);
    expect(outcome.verified).toBe(true);
    expect(await org.query('SELECT Id FROM CallCenter')).toEqual([]);
  });

  test('an org that refuses tasks is said, although everything was deployed', async () => {
    const org = await anOrg();
    await org.control('/validation-rules', {
      object: 'Task',
      when: { field: 'CallType', op: '=', value: 'Inbound' },
      message: 'No calls here',
    });
    const outcome = await install(await org.connect());
    expect(outcome).toMatchObject({
      verified: false,
      failures: [{ part: 'Task', because: expect.stringContaining('No calls here') as string }],
    });
  });

  test('a field of ours that somebody made in another type costs nothing of what is there, and is named', async () => {
    const org = await anOrg();
    await org.call('POST', '/tooling/sobjects/CustomField', {
      FullName: 'Activity.Cordboard_Name__c',
      Metadata: { type: 'Date', label: 'Cordboard Name' },
    });
    const outcome = await install(await org.connect());
    expect(outcome.verified).toBe(false);
    expect(outcome.failures[0]).toMatchObject({ part: 'Activity.Cordboard_Name__c' });
    expect(await org.query("SELECT Id FROM PermissionSet WHERE Name = 'Cordboard'")).toEqual([]); // all or nothing
  });
});

describe('a connected user with fewer rights', () => {
  test('who may customise but not deploy has the fields made one by one', async () => {
    const org = await anOrg();
    await org.demote(['CustomizeApplication', 'ManageProfilesPermissionsets', 'AssignPermissionSets', 'ViewSetup']);
    const crm = await org.connect();
    const outcome = await install(crm);
    expect(outcome).toMatchObject({ by: 'fields', failures: [], verified: true });
    expect(outcome.leftOut).toContainEqual({ part: 'call-center', because: 'by-fields' });
    expect((await org.connect()).form).toBe('unique');
    expect(await install(await org.connect())).toMatchObject({ by: 'fields', failures: [], verified: true });
  });

  test('who may do neither is told which rights are lacking, and the org is as it was', async () => {
    const org = await anOrg();
    await org.demote([]);
    const crm = await org.connect();
    const outcome = await install(crm);
    expect(outcome).toMatchObject({
      verified: false,
      lacks: ['Modify Metadata Through Metadata API Functions', 'Customize Application'],
    });
    expect(outcome.failures).toHaveLength(1);
    expect((await crm.setup.check(ask)).installed.state).toBe('missing');
  });

  test('who may deploy but not assign is told so, with the fields in place', async () => {
    const org = await anOrg();
    await org.demote(['ModifyMetadata', 'CustomizeApplication', 'ViewSetup', 'ManageCallCenters', 'ManageProfilesPermissionsets']);
    const outcome = await install(await org.connect());
    expect(outcome).toMatchObject({ by: 'deploy', lacks: ['Assign Permission Sets'], verified: false });
  });

  test('the check says what such a user sees and may', async () => {
    const org = await anOrg();
    await org.demote(['ViewSetup']);
    const { findings } = await (await org.connect()).setup.check({ ...ask, persons: ['lead'] });
    const said = findings.flatMap(({ problem }) => problem ?? []);
    expect(said).toEqual(expect.arrayContaining(['rights-to-install', 'not-installed', 'person-name-field']));
    expect(said).not.toContain('user-is-admin');
  });
});

describe('fields an admin asks for (MT-28…31)', () => {
  test('are made beside ours, kept when ours are installed again, and gone with them', async () => {
    const org = await anOrg();
    await install(await org.connect());
    const crm = await org.connect();
    const outcome = await install(crm, { add: { object: 'activity', label: 'Tags', type: 'multi-picklist' } });
    expect(outcome.parts).toContain('Activity.Cordboard_Tags__c');
    await install(crm, { add: { object: 'lead', label: 'First call', type: 'date-time' } });
    await install(crm);
    const fields = (await org.call('GET', '/sobjects/Task/describe'))['fields'] as Record<string, unknown>[];
    expect(fields.find(({ name }) => name === 'Cordboard_Tags__c')).toMatchObject({
      type: 'multipicklist',
      restrictedPicklist: false,
      createable: true,
    });
    const task = await org.call('POST', '/sobjects/Task', { Subject: 'x', Cordboard_Tags__c: 'VIP;nobody entered this' });
    expect(task).toMatchObject({ success: true });
    expect((await crm.setup.removal()).extraFields).toEqual(['Activity.Cordboard_Tags__c', 'Lead.Cordboard_First_call__c']);
  });

  test('never take the place of another field', async () => {
    const org = await anOrg();
    await install(await org.connect());
    const crm = await org.connect();
    const add = { object: 'activity', label: 'Tags', type: 'multi-picklist' } as const;
    await install(crm, { add });
    await expect(install(crm, { add: { ...add, label: 'Name', type: 'text' } })).rejects.toThrow(/FIELD_EXISTS/); // our own
    await expect(install(crm, { add: { ...add, label: 'タグ', name: 'Tags' } })).rejects.toThrow(/FIELD_EXISTS/);
    expect(await install(crm, { add })).toMatchObject({ verified: true }); // the same once more
  });
});

test.each([
  ['another server gave it up', new Unanswered('Another server gave it up.'), /carries it out or not\. Another server gave it up\.$/],
  ['this one is stopping', undefined, /carries it out or not\. It was stopped here/],
])('a deployment left to itself says why: %s', async (_, reason, words) => {
  const org = await anOrg();
  const crm = await org.connect();
  const over = new AbortController();
  const onStep: OnStep = async (step) => void (step === 'send' && over.abort(reason));
  await expect(crm.setup.install({ publicUrl: ask.publicUrl }, onStep, over.signal)).rejects.toThrow(words);
});

describe('DP-68: uninstalling', () => {
  test('says what is lost, takes it all out, and leaves the tasks', async () => {
    const org = await anOrg();
    await install(await org.connect());
    await org.call('PATCH', `/sobjects/Task/Cordboard_Name__c/cb1${'a'.repeat(40)}`, { Subject: 'Call' });
    const crm = await org.connect();
    expect(await crm.setup.removal()).toMatchObject({ people: 1, tasks: 1, extraFields: [] });
    const { steps, onStep } = followed();
    expect(await crm.setup.uninstall(onStep, never)).toMatchObject({ failures: [], lacks: [] });
    expect(steps).toEqual(['begin', 'unassign', 'send', 'deploy']);
    expect((await org.connect()).form).toBe('reduced');
    expect(await org.query("SELECT Id FROM PermissionSet WHERE Name = 'Cordboard'")).toEqual([]);
    expect(await org.query('SELECT Id FROM CallCenter')).toEqual([]);
    expect(await org.query("SELECT Subject FROM Task WHERE Subject = 'Call'")).toHaveLength(1);
    expect(await (await org.connect()).setup.removal()).toEqual({ parts: [], extraFields: [], stays: [], people: 0, tasks: 0 });
  });
});

test('fields that nobody sees any more, since somebody deleted the permission set, are taken out all the same', async () => {
  const org = await anOrg();
  await install(await org.connect());
  const [assigned] = await org.query("SELECT Id FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Cordboard'");
  await org.call('DELETE', `/sobjects/PermissionSetAssignment/${assigned!['Id']}`);
  const [set] = await org.query("SELECT Id FROM PermissionSet WHERE Name = 'Cordboard'");
  await org.call('DELETE', `/sobjects/PermissionSet/${set!['Id']}`);
  const crm = await org.connect();
  expect(crm.form).toBe('reduced');
  expect((await crm.setup.removal()).parts).toContain('Activity.Cordboard_Name__c');
  expect(await crm.setup.uninstall(async () => undefined, never)).toMatchObject({ failures: [] });
  expect((await org.call('GET', '/tooling/query?q=SELECT+DeveloperName+FROM+CustomField'))['records']).toEqual([]);
});

describe('an uninstall that can’t be carried out gives the permission set back', () => {
  const holders =
    "SELECT AssigneeId, ExpirationDate FROM PermissionSetAssignment WHERE PermissionSet.Name = 'Cordboard' ORDER BY AssigneeId";
  /** Installed, and given to so many of the org's people beside the connected user. */
  async function given(count: number) {
    const org = await anOrg();
    await install(await org.connect());
    const [set] = await org.query("SELECT Id FROM PermissionSet WHERE Name = 'Cordboard'");
    const [profile] = await org.query("SELECT Id FROM Profile WHERE Name = 'Acme Agent'");
    const made = async (records: object[]) => {
      const rows = (await org.call('POST', '/composite/sobjects', { records })) as unknown as { id: string; success: boolean }[];
      expect(rows.find(({ success }) => !success)).toBeUndefined();
      return rows.map(({ id }) => id);
    };
    const users = await made(
      Array.from({ length: count }, (_, place) => ({
        attributes: { type: 'User' },
        LastName: `Holder ${place}`,
        Username: `holder${place}@acme.example`,
        Email: `holder${place}@acme.example`,
        Alias: `h${place}`,
        ProfileId: profile!['Id'],
        TimeZoneSidKey: 'Europe/Warsaw',
        LocaleSidKey: 'en_US',
        EmailEncodingKey: 'UTF-8',
        LanguageLocaleKey: 'en_US',
        IsActive: true,
      })),
    );
    const type = 'PermissionSetAssignment';
    await made(users.map((AssigneeId) => ({ attributes: { type }, AssigneeId, PermissionSetId: set!['Id'] })));
    return { org, users, setId: set!['Id'] as string };
  }
  const refuseDeploying = (org: Awaited<ReturnType<typeof anOrg>>, status: number) =>
    org.control('/faults', {
      kind: 'whole-error',
      status,
      error: { statusCode: 'UNKNOWN_EXCEPTION', message: 'An unexpected error occurred.' },
      match: { pathPrefix: '/services/data/v67.0/metadata/deployRequest' },
    });

  test('to everybody who had it, until the day they had it, whatever stopped it', async () => {
    const { org, users, setId } = await given(2);
    const [limited] = await org.query(
      `SELECT Id FROM PermissionSetAssignment WHERE AssigneeId = '${users[0]}' AND PermissionSetId = '${setId}'`,
    );
    await org.call('DELETE', `/sobjects/PermissionSetAssignment/${limited!['Id']}`);
    const ExpirationDate = '2099-12-31T00:00:00.000+0000';
    await org.call('POST', '/sobjects/PermissionSetAssignment', { AssigneeId: users[0], PermissionSetId: setId, ExpirationDate });
    const crm = await org.connect();
    const before = await org.query(holders);
    const plain = (rows: Record<string, unknown>[]) => rows.map((row) => [row['AssigneeId'], row['ExpirationDate']]);
    expect(before).toHaveLength(3);
    const givenUp: OnStep = async (step) => {
      if (step === 'send') throw new Error('Given up.');
    };
    await expect(crm.setup.uninstall(givenUp, never)).rejects.toThrow('Given up.');
    expect(plain(await org.query(holders))).toEqual(plain(before));
    await refuseDeploying(org, 500);
    await expect(crm.setup.uninstall(async () => undefined, never)).rejects.toThrow(/can't be relied on \(status 500/);
    expect(plain(await org.query(holders))).toEqual(plain(before));
  });

  test('and says to whom it could not be given back', async () => {
    const { org, users } = await given(2);
    await org.call('PATCH', `/sobjects/User/${users[1]}`, { IsActive: false });
    const crm = await org.connect();
    await refuseDeploying(org, 400);
    const failed = crm.setup.uninstall(async () => undefined, never);
    await expect(failed).rejects.toThrow(
      /An unexpected error occurred[^]* could not be given back: Cordboard → Holder 1 \(005\w+\): FIELD_INTEGRITY_EXCEPTION/,
    );
    await expect(failed).rejects.not.toThrow(/Holder 0/);
    expect(await org.query(holders)).toHaveLength(2);
  });

  test('to nobody where Salesforce carried it out though it answered nothing', async () => {
    const { org } = await given(1);
    const crm = await org.connect();
    const onStep: OnStep = async (step) => {
      if (step === 'deploy' && (await org.query(holders)).length === 0) throw new Error('Cut off.');
    };
    await expect(crm.setup.uninstall(onStep, never)).rejects.toThrow(/^Cut off\.$/);
    expect(await org.query("SELECT Id FROM PermissionSet WHERE Name = 'Cordboard'")).toEqual([]);
  });

  test('who may not take it from people is told so, and nothing is deployed', async () => {
    const { org } = await given(1);
    await org.demote(['ModifyMetadata', 'CustomizeApplication', 'ViewSetup', 'ManageCallCenters', 'ManageProfilesPermissionsets']);
    const crm = await org.connect();
    const { steps, onStep } = followed();
    expect(await crm.setup.uninstall(onStep, never)).toMatchObject({
      lacks: ['Assign Permission Sets'],
      failures: expect.arrayContaining([
        { part: expect.stringMatching(/^Cordboard → Holder 0 \(005/) as string, because: expect.any(String) as string },
      ]) as object[],
    });
    expect(steps).toEqual(['begin', 'unassign']);
  });
});

describe('a field of the org’s own that an admin opened by our permission set', () => {
  test('keeps its rights at every install, is named at uninstalling, and stays', async () => {
    const org = await anOrg();
    await install(await org.connect());
    const FullName = 'Contact.Region__c';
    await org.call('POST', '/tooling/sobjects/CustomField', { FullName, Metadata: { type: 'Text', length: 64, label: 'Region' } });
    const [set] = await org.query("SELECT Id FROM PermissionSet WHERE Name = 'Cordboard'");
    const opened = { ParentId: set!['Id'], SobjectType: 'Contact', PermissionsRead: true };
    await org.call('POST', '/sobjects/FieldPermissions', { ...opened, Field: 'Contact.Region__c', PermissionsEdit: false });
    await org.call('POST', '/sobjects/FieldPermissions', { ...opened, Field: 'Contact.Title', PermissionsEdit: true });

    const crm = await org.connect();
    await install(crm, { add: { object: 'contact', label: 'Region', type: 'text' } });
    await install(await org.connect());
    const kept = await org.query(
      "SELECT Field, PermissionsEdit FROM FieldPermissions WHERE Parent.Name = 'Cordboard' AND SobjectType = 'Contact' ORDER BY Field",
    );
    expect(kept.map(({ Field, PermissionsEdit }) => [Field, PermissionsEdit])).toEqual([
      ['Contact.Cordboard_Name__c', true],
      ['Contact.Cordboard_Region__c', true],
      ['Contact.Region__c', false],
      ['Contact.Title', true],
    ]);

    const after = await org.connect();
    const removal = await after.setup.removal();
    expect(removal).toMatchObject({ extraFields: ['Contact.Cordboard_Region__c'], stays: ['Contact.Region__c', 'Contact.Title'] });
    expect(removal.parts).not.toContain('Contact.Region__c');
    expect(await after.setup.uninstall(async () => undefined, never)).toMatchObject({ failures: [] });
    const fields = (await org.call('GET', '/tooling/query?q=SELECT+DeveloperName+FROM+CustomField'))['records'];
    expect(fields).toMatchObject([{ DeveloperName: 'Region' }]);
  });

  test('is not taken from them unseen: who may not read the permission set doesn’t deploy it anew', async () => {
    const org = await anOrg();
    await install(await org.connect());
    const crm = await org.connect();
    await org.control('/faults', {
      kind: 'whole-error',
      status: 400,
      error: { statusCode: 'INVALID_TYPE', message: "sObject type 'FieldPermissions' is not supported." },
      match: { pathPrefix: '/services/data/v67.0/query' },
    });
    await expect(install(crm)).rejects.toThrow(/FieldPermissions/);
  });
});

test('fields under other names are somebody else’s to keep up', async () => {
  const org = await anOrg();
  await install(await org.connect());
  await org.call('POST', '/tooling/sobjects/CustomField', {
    FullName: 'Activity.Call_Key__c',
    Metadata: { type: 'Text', length: 64, unique: true, externalId: true, label: 'Call Key' },
  });
  const [set] = await org.query("SELECT Id FROM PermissionSet WHERE Name = 'Cordboard'");
  await org.call('POST', '/sobjects/FieldPermissions', {
    ParentId: set!['Id'],
    SobjectType: 'Task',
    Field: 'Task.Call_Key__c',
    PermissionsRead: true,
    PermissionsEdit: true,
  });
  const crm = await org.connect();
  expect(crm.form).toBe('unique');
  const other = await connectSalesforce(
    { loginUrl: crm.recordUrl('x').slice(0, -2), ...client, fields: { name: 'Call_Key__c' } },
    realWorld(),
  );
  closing.unshift(() => other.close());
  await expect(install(other)).rejects.toThrow(Refused);
  await expect(install(other)).rejects.toThrow(/OTHER_NAMES/);
});
