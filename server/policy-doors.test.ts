import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  PolicyDiff,
  PolicyEffective,
  PolicyFields,
  PolicyMoved,
  PolicySaid,
  PolicyTold,
  PolicyVersions,
  PolicyWrong,
} from '../wire/policy.ts';
import { type Crm, Unanswered } from './crm.ts';
import { defaultPolicy } from './decide/policy.ts';
import { hashToken, sessionCookie } from './guard.ts';
import { publishedSchema } from './policy/published-schema.ts';
import { openTestDoors } from './testing/test-doors.ts';
import { consoleStore, type ConsoleStore } from './store/console-store.ts';
import { type Database, openDatabase } from './store/database.ts';
import { postgresStore } from './store/postgres.ts';
import type { OrgId } from './store.ts';
import { aConnect } from './testing/a-connect.ts';
import { startTestDatabase } from './testing/test-database.ts';
import { realWorld } from './world.ts';

const world = realWorld();
let database: Database;
let admin: ConsoleStore;
let app: ReturnType<typeof openTestDoors>;
let drop: () => Promise<void>;
let org: OrgId;
let orgs = 0;
let connected: Pick<Crm, 'fields' | 'statuses'> | undefined;

beforeAll(async () => {
  const made = await startTestDatabase();
  drop = () => made.drop();
  database = openDatabase(made.address, world, () => undefined);
  admin = consoleStore(database);
  app = openTestDoors({
    world,
    store: postgresStore(database, world, () => undefined),
    console: admin,
    connect: aConnect(database, admin, undefined).parts,
    crm: () => connected,
  });
});
afterAll(async () => {
  await database.close();
  await drop();
});
beforeEach(async () => {
  connected = undefined;
  org = await admin.addOrg(`Acme ${++orgs}`, 'live', null);
  for (const person of ['Olga', 'Piotr']) await admin.addSession(org, hashToken(`${person} ${orgs}`), person);
});

const ask = (path: string, person = 'Olga', init: RequestInit = {}) =>
  app.request(`http://127.0.0.1:4700/api/policy${path}`, {
    ...init,
    headers: {
      host: '127.0.0.1:4700',
      'x-cordboard': '1',
      cookie: `${sessionCookie}=${person} ${orgs}`,
      ...(init.headers as Record<string, string>),
    },
  });
const put = (document: unknown, person = 'Olga', headers: Record<string, string> = {}) =>
  ask('', person, { method: 'PUT', body: typeof document === 'string' ? document : JSON.stringify(document), headers });
const en = { language: 'en' };

describe('the policy', () => {
  test('FC-35: person accounts asked for in an org that has none are told of, and saved; nothing is said where they aren’t asked for', async () => {
    const because = 'This org has no person accounts.';
    const leftOut = JSON.stringify([{ kind: 'person-account', because, absent: true }]);
    await database.query({ text: 'insert into books (org, left_out) values ($1, $2)' }, [org, leftOut]);
    const warned = async (personAccounts: string) =>
      PolicySaid.parse(await (await put({ language: 'en', match: { personAccounts } })).json());
    expect(await warned('on')).toMatchObject({
      saved: true,
      warnings: [{ path: 'match.personAccounts', message: expect.stringContaining(because) as string }],
    });
    for (const choice of ['auto', 'off']) expect((await warned(choice)).warnings).toEqual([]);
  });
  test('DP-08: is told as it was saved and as it holds, with who saved it when', async () => {
    const none = await ask('');
    expect([none.headers.get('etag'), PolicyTold.parse(await none.json())]).toEqual(['"0"', { version: 0, policy: defaultPolicy('en') }]);
    expect(PolicySaid.parse(await (await put({ stranger: { missed: 'lead' }, language: 'pl' }, 'Piotr')).json())).toMatchObject({
      version: 1,
      saved: true,
    });
    const answer = await ask('');
    expect(answer.headers.get('etag')).toBe('"1"');
    const told = PolicyTold.parse(await answer.json());
    expect(told).toMatchObject({ version: 1, savedBy: 'Piotr', document: { language: 'pl', stranger: { missed: 'lead' } } });
    expect(told.policy).toEqual({ ...defaultPolicy('pl'), stranger: { ...defaultPolicy('pl').stranger, missed: 'lead' } });
    expect(Object.keys(told.document as object)).toEqual(['language', 'stranger']);
    expect((await ask('/versions/1')).status).toBe(200);
    for (const version of ['0', '2', 'x', '99999999999']) expect((await ask(`/versions/${version}`)).status).toBe(404);
  });
  test('DP-08, FC-23: a save without a difference makes no version, no line in the audit log and no note', async () => {
    await put({ ...en, match: { tieBreak: 'oldest' }, product: 'Acme' });
    const again = PolicySaid.parse(await (await put({ product: 'Acme', lines: {}, match: { tieBreak: 'oldest' }, ...en })).json());
    expect(again).toEqual({ version: 1, saved: false, differences: [], warnings: [] });
    const audit = await database.query({ text: "select who, detail from audit where org = $1 and what = 'saved the policy'" }, [org]);
    expect(audit.rows).toEqual([
      {
        who: 'Olga',
        detail: {
          version: 1,
          differences: [
            'language: "en", now given; it was the default',
            'product: "Cordboard" (default) → "Acme"',
            'match.tieBreak: "latest" (default) → "oldest"',
          ],
        },
      },
    ]);
  });
  test('is not saved over what somebody else saved meanwhile: who did, what it changed, and what yours would', async () => {
    await put(en);
    await put({ ...en, product: 'Acme' }, 'Piotr', { 'if-match': '"1"' });
    const refused = await put({ ...en, minutes: 'floor' }, 'Olga', { 'if-match': '"1"' });
    expect(refused.status).toBe(409);
    const moved = PolicyMoved.parse(await refused.json());
    expect(moved).toMatchObject({ version: 2, savedBy: 'Piotr', error: { code: 'moved' } });
    expect(moved.error.message).toMatch(
      /^Piotr saved version 2 at \S+Z; yours rests on version 1\. It changed product: "Cordboard" \(default\) → "Acme"\. Look at it,/,
    );
    expect(moved.meanwhile.map(({ words }) => words)).toEqual(['product: "Cordboard" (default) → "Acme"']);
    expect(moved.yours.map(({ words }) => words)).toEqual([
      'product: "Acme" → "Cordboard" (default)',
      'minutes: "ceil" (default) → "floor"',
    ]);
    expect((await put({ ...en, minutes: 'floor' }, 'Olga', { 'if-match': '"2"' })).status).toBe(200);
    // the same is the same, whatever it rests on
    expect((await put({ ...en, minutes: 'floor' }, 'Piotr', { 'if-match': '"1"' })).status).toBe(200);
    expect((await put({ ...en, minutes: 'round' }, 'Piotr', { 'if-match': '*' })).status).toBe(200);
    for (const bad of ['3', 'W/"3"', '"x"', '"3", "4"']) expect((await put(en, 'Olga', { 'if-match': bad })).status).toBe(400);
    expect((await put(en, 'Olga', { 'if-match': '"77"' })).status).toBe(409);
  });
  test('of two who save the same version at once, one does', async () => {
    await put(en);
    const both = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (product) => (await put({ ...en, product }, 'Olga', { 'if-match': '"1"' })).status),
    );
    expect(both.toSorted((a, b) => a - b)).toEqual([200, 409, 409, 409]);
    expect(await admin.hasPolicy(org, 3)).toBe(false);
  });
  test('its versions are told with what each changed, and compared', async () => {
    await put(en);
    await put({ ...en, product: 'Acme' }, 'Piotr');
    await put({ ...en, product: 'Acme', minutes: 'floor' });
    const { versions, more } = PolicyVersions.parse(await (await ask('/versions')).json());
    expect(versions.map(({ version, savedBy, changed }) => [version, savedBy, changed])).toEqual([
      [3, 'Olga', ['minutes: "ceil" (default) → "floor"']],
      [2, 'Piotr', ['product: "Cordboard" (default) → "Acme"']],
      [1, 'Olga', ['language: "en", now given; it was the default']],
    ]);
    expect(more).toBe(false);
    expect(PolicyVersions.parse(await (await ask('/versions?before=2')).json()).versions.map(({ version }) => version)).toEqual([1]);
    expect((await ask('/versions?before=x')).status).toBe(400);
    const diff = async (query: string) => {
      const { from, to, differences } = PolicyDiff.parse(await (await ask(`/diff${query}`)).json());
      return [from, to, differences.map(({ path }) => path.join('.'))];
    };
    expect(await diff('')).toEqual([2, 3, ['minutes']]);
    expect(await diff('?from=3&to=1')).toEqual([3, 1, ['product', 'minutes']]);
    expect(await diff('?from=0')).toEqual([0, 3, ['language', 'product', 'minutes']]);
    for (const query of ['?from=9', '?to=9', '?from=x']) expect((await ask(`/diff${query}`)).status).toBe(404);
  });
  test('is taken out as a file and put in again, with the places of mistakes', async () => {
    await put({ ...en, country: 'NO' });
    const answer = await ask('/policy.yaml');
    expect(answer.headers.get('content-type')).toBe('application/yaml; charset=utf-8');
    const file = await answer.text();
    expect(file).toMatch(
      /^# Cordboard policy: version 1 of org \d+ "Acme \d+", saved \S+Z by "Olga"\n# .*\nlanguage: en\ncountry: "NO"\n$/,
    );
    const yaml = { 'content-type': 'application/yaml', 'if-match': '"1"' };
    expect(PolicySaid.parse(await (await put(file, 'Piotr', yaml)).json())).toMatchObject({ version: 1, saved: false });
    expect(PolicySaid.parse(await (await put(file.replace('NO', 'PL'), 'Piotr', yaml)).json())).toMatchObject({ version: 2, saved: true });
    const wrong = await put('language: en\nmatch:\n  tieBreak: newest\n', 'Piotr', yaml);
    expect([wrong.status, PolicyWrong.parse(await wrong.json()).error.mistakes]).toEqual([
      400,
      [
        {
          path: 'match.tieBreak',
          message: 'Choose one of "latest", "active", "owned by agent", "oldest", "ask", "none", not "newest".',
          line: 3,
          column: 3,
        },
      ],
    ]);
  });
  test('every mistake of a document is told by its path, and nothing is saved', async () => {
    const { error } = PolicyWrong.parse(await (await put({ language: 'xx', followUp: { dueHours: -1 } })).json());
    expect(error.mistakes.map(({ path }) => path)).toEqual(['language', 'followUp.dueHours']);
    expect(error.message).toMatch(/^The policy can't be used\. language: /);
    expect(PolicyWrong.parse(await (await put('{')).json()).error.mistakes).toEqual([
      { path: '(document)', message: 'Give an object, not nothing.' },
    ]);
    expect(await admin.hasPolicy(org, 1)).toBe(false);
  });
  test('is told as it holds for a line or an agent, setting by setting, with who says so and who locks it', async () => {
    await put({
      language: 'en',
      logging: { voicemail: 'completed' },
      locked: ['minutes'],
      lines: { sales: { logging: { missed: 'skip' }, locked: ['zone'] } },
      agents: { 'anna@example.com': { logging: { missed: 'completed' } } },
    });
    const told = async (asked: string) => {
      const { settings } = PolicyEffective.parse(await (await ask(`/effective${asked}`)).json());
      return ['logging.missed', 'logging.voicemail', 'zone', 'minutes'].map(
        (path) => settings.find((one) => one.path.join('.') === path)!.words,
      );
    };
    expect(await told('')).toEqual([
      'logging.missed: "open" (default)',
      'logging.voicemail: "completed" (the company)',
      'zone: "UTC" (default)',
      'minutes: "ceil" (default, locked by the company)',
    ]);
    expect(await told('?line=sales')).toEqual([
      'logging.missed: "skip" (line sales)',
      'logging.voicemail: "completed" (the company)',
      'zone: "UTC" (default, locked by line sales)',
      'minutes: "ceil" (default, locked by the company)',
    ]);
    expect((await told('?line=sales&agent=Anna@Example.com'))[0]).toBe('logging.missed: "completed" (agent anna@example.com)');
  });
  test('what leads nowhere today is saved with a warning', async () => {
    const then = { tasks: [{ name: 'Look', owner: ['senior manager'] }] };
    const rows = [{ name: 'closed', when: { hours: 'out', team: 'north' }, then }];
    const said = PolicySaid.parse(await (await put({ language: 'en', owner: ['default owner'], rows, agents: { anna: {} } })).json());
    expect([said.saved, ...said.warnings.map(({ path, message }) => `${path}: ${message}`)]).toEqual([
      true,
      'owner: No default owner is named: give defaultOwnerId, or they are passed over.',
      'rows[0].when.hours: There is no calendar, so no call is in or out of hours: name one in hours.calendar.',
      'rows[0].when.team: teams has no "north". If the directory has it, all is well.',
      'rows[0].then.tasks[0].owner: No senior manager is named: give followUp.seniorManagerId, or they are passed over.',
      'agents.anna: It says nothing: the agent is as all others.',
    ]);
    const named = { language: 'en', defaultOwnerId: '005000000000001', owner: ['default owner'] };
    expect(PolicySaid.parse(await (await put(named)).json()).warnings).toEqual([]);
  });
  test('an id that can be nobody’s is refused; one that is nobody’s here is told, wherever it stands, and saved', async () => {
    const wrong = PolicyWrong.parse(
      await (await put({ ...en, defaultOwnerId: 'olga@acme.example', rows: [{ name: 'r', when: {}, then: { owner: ['5'] } }] })).json(),
    );
    expect(wrong.error.mistakes.map(({ path }) => path)).toEqual(['defaultOwnerId', 'rows[0].then.owner']);
    expect(wrong.error.mistakes[0]!.message).toContain('15 or 18 letters and digits');

    const [olga, gone, tasks, leads] = ['005000000000001AAA', '005000000000002', '00G000000000001EAA', '00G000000000002EAA'] as const;
    const user = { id: olga, name: 'Olga', email: 'olga@acme.example', zone: 'UTC', active: true };
    await postgresStore(database, world, () => undefined).saveUsers(org, [user], olga, [
      { id: tasks, name: 'Calls', takes: ['activity'] },
      { id: leads, name: 'Web', takes: ['lead'] },
    ]);
    const named = {
      defaultOwnerId: olga.slice(0, 15),
      followUp: { missedOwnerId: tasks, seniorManagerId: leads },
      stranger: { ownerId: leads, owner: [gone] },
      owner: [gone],
      cases: { create: 'none open', ownerId: gone },
      rows: [{ name: 'r', when: { direction: 'inbound' }, then: { tasks: [{ name: 'Look', owner: ['agent', gone] }] } }],
      lines: { shop: { followUp: { missedOwnerId: gone } } },
    };
    const said = PolicySaid.parse(await (await put({ ...en, ...named })).json());
    expect([said.saved, ...said.warnings.map(({ path }) => path)]).toEqual([
      true,
      ...[
        'followUp.seniorManagerId',
        'cases.ownerId',
        'owner',
        'stranger.owner',
        'rows[0].then.tasks[0].owner',
        'lines.shop.followUp.missedOwnerId',
      ],
    ]);
    expect(said.warnings.map(({ message }) => message).slice(0, 3)).toEqual([
      'The queue Web takes no tasks: let it in the CRM, or name another. Until then whoever comes next owns them.',
      `${gone}AAA is no active user of the CRM and no queue that takes cases. Until it is one, whoever comes next owns them.`,
      `${gone}AAA is no active user of the CRM and no queue that takes tasks. Until it is one, whoever comes next owns them.`,
    ]);
  });
  test('has a schema', async () => {
    const answer = await ask('/schema.json');
    expect([answer.headers.get('content-type'), await answer.json()]).toEqual([
      'application/schema+json',
      JSON.parse(JSON.stringify(publishedSchema())),
    ]);
  });
});

describe('fields of the CRM', () => {
  const crm: NonNullable<typeof connected> = {
    fields: (object) =>
      Promise.resolve(
        object.toLowerCase() === 'task'
          ? [
              { name: 'Caller__c', label: 'Caller', type: 'phone', length: 40 },
              { name: 'Line__c', label: 'Line', type: 'text', length: 20 },
              { name: 'Subject', label: 'Subject', type: 'text', length: 255, usual: true, decidedBy: 'texts' },
            ]
          : undefined,
      ),
    statuses: [{ name: 'Completed', closed: true }],
  };
  const mapped = (from: string, name = 'Caller__c') => ({ ...en, fields: { Task: { [name]: { from } } } });
  test('RS-33, R3: which can be filled, from what, and what fills them; the default set is among them', async () => {
    connected = crm;
    await put(mapped('FROM'));
    const { object, fields } = PolicyFields.parse(await (await ask('/fields?object=Task')).json());
    expect(object).toBe('Task');
    expect(fields.map(({ name, sources, source, usual, decidedBy }) => [name, sources.length > 0, source, usual, decidedBy])).toEqual([
      ['Caller__c', true, { from: 'FROM' }, undefined, undefined],
      ['Line__c', true, undefined, undefined, undefined],
      ['Subject', false, undefined, true, 'texts'],
    ]);
    expect(fields[0]!.sources).toEqual(['CUSTOMER_NUMBER', 'FROM', 'TO', 'LINE_NUMBER']);
  });
  test('MT-21, MT-24: what a field can’t take is not saved; what it takes in part is, and says so', async () => {
    connected = crm;
    const wrong = await put(mapped('LINE_NAME'));
    expect([wrong.status, PolicyWrong.parse(await wrong.json()).error.mistakes.map(({ path }) => path)]).toEqual([
      400,
      ['fields.Task.Caller__c'],
    ]);
    const line = await put({ ...mapped('FROM'), lines: { sales: { fields: { Task: { Caller__c: { from: 'LINE_NAME' } } } } } });
    expect(PolicyWrong.parse(await line.json()).error.mistakes.map(({ path }) => path)).toEqual(['lines.sales.fields.Task.Caller__c']);
    const cut = PolicySaid.parse(await (await put(mapped('LINE_NAME', 'Line__c'))).json());
    expect([cut.version, cut.warnings?.map(({ path }) => path)]).toEqual([1, ['fields.Task.Line__c']]);
    expect((await put({ ...en, status: { completed: 'Done' } })).status).toBe(400);
  });
  test('a CRM that is not connected, or doesn’t answer, stops nobody from saving', async () => {
    expect((await put(mapped('LINE_NAME'))).status).toBe(200);
    connected = { ...crm, fields: () => Promise.reject(new Unanswered('no answer')) };
    expect((await put(mapped('TAGS'))).status).toBe(200);
    expect((await ask('/fields?object=Task')).status).toBe(502);
    connected = undefined;
    expect((await ask('/fields?object=Task')).status).toBe(409);
  });
  test('only what we write is told, and only by a name', async () => {
    connected = crm;
    expect((await ask('/fields?object=Asset')).status).toBe(404);
    expect((await ask('/fields')).status).toBe(400);
    expect((await ask("/fields?object=Task'--")).status).toBe(400);
  });
});
