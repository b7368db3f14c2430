import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { EntryMoved, FileRead, PeopleCheck } from '../wire/people.ts';
import type { CrmQueue, CrmUser } from './crm.ts';
import { agentCookie, hashToken, sessionCookie } from './guard.ts';
import { openTestDoors } from './testing/test-doors.ts';
import { consoleStore, type ConsoleStore } from './store/console-store.ts';
import { type Database, openDatabase } from './store/database.ts';
import { postgresStore } from './store/postgres.ts';
import type { OrgId, Store } from './store.ts';
import { aConnect } from './testing/a-connect.ts';
import { startTestDatabase } from './testing/test-database.ts';
import { realWorld } from './world.ts';

const world = realWorld();
let database: Database;
let store: Store;
let admin: ConsoleStore;
let app: ReturnType<typeof openTestDoors>;
let drop: () => Promise<void>;
let org: OrgId;
let cookie: string;

beforeAll(async () => {
  const made = await startTestDatabase();
  drop = () => made.drop();
  database = openDatabase(made.address, world, () => undefined);
  store = postgresStore(database, world, () => undefined);
  admin = consoleStore(database);
  app = openTestDoors({ world, store, console: admin, connect: aConnect(database, admin, undefined).parts });
});
afterAll(async () => {
  await database.close();
  await drop();
});
let orgs = 0;
beforeEach(async () => {
  org = await admin.addOrg(`Acme ${++orgs}`, 'observe', null);
  await admin.addSession(org, hashToken(`admin ${orgs}`), 'admin');
  cookie = `${sessionCookie}=admin ${orgs}`;
});

const ask = (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  app.request(`http://127.0.0.1:4700${path}`, {
    method,
    headers: { host: '127.0.0.1:4700', 'x-cordboard': '1', cookie, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body) }),
  });
const told = async <T>(answer: Response | Promise<Response>): Promise<T> => (await answer).json() as Promise<T>;
const refusal = async (answer: Response | Promise<Response>) => {
  const given = await answer;
  const { error } = (await given.json()) as { error: { code: string; message: string } };
  return [given.status, error.code, error.message] as const;
};
const policy = (document: object) => admin.savePolicy(org, { language: 'en', ...document }, 'admin');
const user = (n: number, more: Partial<CrmUser> = {}): CrmUser => ({
  ...{ id: `00500000000000${n}AAA`, name: `User ${n}`, email: `user${n}@acme.example`, zone: 'UTC', active: true, permitted: true },
  ...more,
});
const known = (users: readonly CrmUser[], queues?: readonly CrmQueue[]) => store.saveUsers(org, users, '005000000000009AAA', queues);
const anna = { name: 'Anna Nowak', email: 'USER1@acme.example', extension: '101' };
const add = (more: object = {}) => ask('POST', '/api/people/agents', { ...anna, ...more });
const agents = async () => (await told<{ agents: { code: string }[] }>(ask('GET', '/api/people/agents'))).agents;
const check = async () => PeopleCheck.parse(await told(ask('GET', '/api/people/check')));
const problemsOf = async (code: string) => {
  const found = (await check()).agents.find((agent) => agent.code === code);
  return [found?.state, ...(found?.problems ?? []).map(({ problem }) => problem)];
};
const agentFile = (text: string | Uint8Array, query = '') =>
  ask('POST', `/api/people/agents.csv${query}`, text, { 'content-type': 'text/csv' });
const read = async (answer: Response | Promise<Response>) => FileRead.parse(await told(answer));

describe('agents', () => {
  test('RS-16, RS-21: the code is the extension unless one is given; each is one agent’s', async () => {
    expect((await add()).status).toBe(201);
    expect(await agents()).toMatchObject([{ code: '101', active: true, telephony: true, missedComeToThem: false, sipAccounts: [] }]);
    expect(await refusal(add({ email: undefined }))).toEqual([409, 'taken', expect.stringContaining('There is an agent 101 already')]);
    expect(await refusal(add({ code: 'K2', email: undefined }))).toEqual([409, 'taken', "Extension 101 is Anna Nowak's (101) already."]);
    expect(await refusal(add({ code: 'K2', extension: '102' }))).toEqual([
      409,
      'taken',
      expect.stringContaining('The e-mail USER1@acme.example'),
    ]);
    expect(await refusal(add({ code: 'K2', email: undefined, extension: '102', sipAccounts: ['101'] }))).toEqual([
      409,
      'taken',
      expect.any(String),
    ]);
  });
  test.each([
    [{ extension: '1' }, 'extension: must have 2 to 6 digits'],
    [{ extension: undefined }, 'must have a code or an extension'],
    [{ numbers: ['600100200'] }, 'numbers.0: must be a whole number such as +48221234567'],
    [{ numbers: ['+48600100200', '+48600100200'] }, 'numbers: has something twice'],
    [{ sipAccounts: ['anna@'] }, 'sipAccounts.0: must be an account'],
    [{ user: '003000000000001' }, 'user: must be the id of a user'],
    [{ colour: 'red' }, 'colour'],
  ])('what can’t be is refused in words: %j', async (wrong, words) =>
    expect(await refusal(add(wrong))).toEqual([400, 'malformed', expect.stringContaining(words)]),
  );
  test('one is changed, and removed; the audit log has who did it', async () => {
    await add();
    expect((await ask('PUT', '/api/people/agents/101', { ...anna, team: 'Sales' })).status).toBe(200);
    expect((await ask('PUT', '/api/people/agents/K2', { name: 'Piotr' })).status).toBe(201);
    expect(await agents()).toMatchObject([{ code: '101', team: 'Sales' }, { code: 'K2' }]);
    expect((await ask('POST', '/api/people/agents/101/remove')).status).toBe(204);
    expect(await refusal(ask('POST', '/api/people/agents/101/remove'))).toEqual([404, 'unknown_agent', expect.any(String)]);
    const { rows } = await database.query({ text: 'select who, what, detail from audit where org = $1 order by at, what' }, [org]);
    expect(rows.map(({ who, what, detail }) => [who, what, (detail as { code: string }).code])).toEqual([
      ['admin', 'added an agent', '101'],
      ['admin', 'changed an agent', '101'],
      ['admin', 'added an agent', 'K2'],
      ['admin', 'removed an agent', '101'],
    ]);
  });
  test('a team of the directory is known wherever an agent is', async () => {
    await add({ team: 'Sales', numbers: ['+48600100200'] });
    const { people, peopleByEmail } = (await store.readOrg(org))!;
    expect(people.get('["","+48600100200"]')).toMatchObject({ team: 'Sales', code: '101' });
    expect(peopleByEmail.get('user1@acme.example')).toMatchObject({ team: 'Sales' });
  });
  test('FC-09: without a number of their own and a caller ID nobody calls out, and it says why', async () => {
    await add({ dialsOut: true });
    expect(await agents()).toMatchObject([
      { mayDialOut: false, because: [expect.stringContaining('no number of their own'), expect.stringContaining('no number is shown')] },
    ]);
    await ask('PUT', '/api/people/agents/101', { ...anna, dialsOut: true, did: '+48221234567', presentation: '+48221234500' });
    expect(await agents()).toMatchObject([{ mayDialOut: true, because: [] }]);
    await ask('PUT', '/api/people/agents/101', {
      ...anna,
      dialsOut: true,
      did: '+48221234567',
      presentation: '+48221234500',
      telephony: false,
    });
    expect(await agents()).toMatchObject([{ active: false, mayDialOut: false }]);
  });
});

describe('FC-55: the check says green or red, and why', () => {
  test('green', async () => {
    await known([user(1)]);
    await add();
    expect(await check()).toMatchObject({
      agents: [{ code: '101', state: 'green', problems: [], user: { id: user(1).id }, by: 'email' }],
      org: [],
    });
  });
  test('no user, and what was looked for', async () => {
    await known([user(2)]);
    await add();
    expect(await problemsOf('101')).toEqual(['red', 'no-user']);
    expect((await check()).agents[0]?.problems[0]?.words).toContain('email (USER1@acme.example), extension (101)');
    expect((await check()).unmatched).toMatchObject({ agents: ['101'], users: [{ name: 'User 2' }] }); // FC-42
  });
  test('a user who left', async () => {
    await known([user(1), user(2)]);
    await known([user(2)]);
    await add();
    expect(await problemsOf('101')).toEqual(['red', 'inactive-user']);
  });
  test('RS-32: two agents with one user', async () => {
    await known([user(1)]);
    await add();
    await add({ extension: '102', email: undefined, name: 'Piotr', user: user(1).id.slice(0, 15) });
    expect([await problemsOf('101'), await problemsOf('102')]).toEqual([
      ['red', 'shared-user'],
      ['red', 'shared-user'],
    ]);
    expect((await check()).agents[0]?.problems[0]?.words).toContain('Piotr (102)');
    await ask('PUT', '/api/people/agents/102', { name: 'Piotr', extension: '102', user: user(1).id, included: false });
    expect([await problemsOf('101'), await problemsOf('102')]).toEqual([['green'], ['off']]);
  });
  test('no permission set; not where it can’t be seen', async () => {
    await known([user(1, { permitted: false }), user(2)]);
    await add();
    expect(await problemsOf('101')).toEqual(['red', 'no-permission-set']);
    const { permitted: _unseen, ...unseen } = user(1);
    await known([unseen]);
    expect(await problemsOf('101')).toEqual(['green']);
  });
  test('FC-06: no telephony, no phone, calls out without a number', async () => {
    await known([user(1), user(2), user(3)]);
    await add({ telephony: false });
    await add({ code: 'K2', name: 'B', email: 'user2@acme.example', extension: undefined });
    await add({ code: 'K3', name: 'C', email: 'user3@acme.example', extension: '103', dialsOut: true });
    expect(await problemsOf('101')).toEqual(['red', 'no-telephony']);
    expect(await problemsOf('K2')).toEqual(['red', 'no-phone']);
    expect(await problemsOf('K3')).toEqual(['red', 'no-did', 'no-presentation']);
  });
  test('nobody is red for what was not read yet', async () => {
    await add();
    expect(await problemsOf('101')).toEqual(['green']);
  });
  test('owners who can’t own, and an org without queues for tasks', async () => {
    await known([user(1)], [{ id: '00G000000000001AAA', name: 'Leads', takes: ['lead'] }]);
    await policy({ followUp: { missedOwnerId: '00G000000000001AAA' } });
    expect((await check()).org.map(({ problem }) => problem)).toEqual(['no-owner', 'no-task-queue']);
    await policy({ queues: { q5: { followUp: { missedOwnerId: '005000000000777AAA' } } } });
    expect((await check()).org[0]?.words).toContain('queues.q5.followUp.missedOwnerId: 005000000000777AAA is no active user');
    await policy({ followUp: { missedOwnerId: '00G000000000001AAA' } });
    expect(await told(ask('GET', '/api/people/queues'))).toEqual({
      queues: [],
      warning: expect.stringContaining('No queue of the CRM takes tasks'),
    });
    await known([user(1)], [{ id: '00G000000000001AAA', name: 'Missed', takes: ['activity', 'lead'] }]);
    expect((await check()).org).toEqual([]);
    expect(await told(ask('GET', '/api/people/queues'))).toEqual({ queues: [{ id: '00G000000000001AAA', name: 'Missed' }] });
  });
});

describe('before anything is written', () => {
  const live = (mode = 'live') => ask('POST', '/api/org/mode', { mode });
  test('RS-28: a senior manager must be appointed, where the policy asks for one', async () => {
    await policy({ people: { beforeLive: ['senior manager', 'campaign'] } });
    expect(await refusal(live())).toEqual([
      409,
      'not_ready',
      expect.stringMatching(/Appoint a senior manager: followUp.seniorManagerId.*campaigns.outside/),
    ]);
    expect((await live('paused')).status).toBe(204);
    await policy({ people: { beforeLive: ['senior manager'] }, followUp: { seniorManagerId: user(1).id } });
    expect((await live()).status).toBe(204);
  });
  test('who is live already is warned, not stopped', async () => {
    expect((await live()).status).toBe(204);
    await policy({ people: { beforeLive: ['default owner'] } });
    expect((await live()).status).toBe(204);
    expect((await check()).org).toEqual([{ problem: 'before-live', words: 'Name a default owner: defaultOwnerId.' }]);
  });
});

describe('seats', () => {
  test('FC-56: no more agents than seats; only new ones are refused', async () => {
    await add();
    await add({ extension: '102', email: undefined });
    await policy({ people: { seats: 2 } });
    expect(await refusal(add({ extension: '103', email: undefined }))).toEqual([
      409,
      'no_seat',
      expect.stringContaining('There are 2 seats, and 2 are taken'),
    ]);
    expect((await add({ extension: '103', email: undefined, included: false })).status).toBe(201);
    await policy({ people: { seats: 1 } });
    expect((await ask('PUT', '/api/people/agents/101', { ...anna, team: 'Sales' })).status).toBe(200); // who was there works on
    expect(await refusal(ask('PUT', '/api/people/agents/103', { name: 'C', extension: '103' }))).toEqual([
      409,
      'no_seat',
      expect.any(String),
    ]);
    expect(await check()).toMatchObject({
      seats: { taken: 2, of: 1 },
      org: [{ problem: 'over-seats', words: expect.stringContaining('No other can be added') }],
    });
  });
  test('FC-57: if the policy is strict, nobody works until it is right', async () => {
    await add();
    await add({ extension: '102', email: undefined });
    await known([user(1)]);
    await database.query(
      {
        text: "insert into sessions (token_hash, org, person, crm_user, expires_at) values ($1, $2, 'Anna', $3, cb_now() + interval '1 hour')",
      },
      [hashToken(`anna ${orgs}`), org, user(1).id],
    );
    const open = () => ask('GET', '/api/agent/stream?after=0', undefined, { cookie: `${agentCookie}=anna ${orgs}` });
    const isOpen = async () => {
      const answer = await open();
      await answer.body?.cancel();
      return answer.status;
    };
    await policy({ people: { seats: 1 } });
    expect(await isOpen()).toBe(200);
    await policy({ people: { seats: 1, strictSeats: true } });
    expect(await refusal(open())).toEqual([403, 'over_seats', expect.stringContaining('Calls are logged all the same')]);
    await ask('POST', '/api/people/agents/102/remove');
    expect(await isOpen()).toBe(200);
  });
  test('to be strict about a number that isn’t there makes no sense', async () =>
    expect(await refusal(ask('PUT', '/api/policy', { language: 'en', people: { strictSeats: true } }))).toMatchObject([
      400,
      'mistakes',
      expect.stringContaining('people.strictSeats: Say how many seats there are'),
    ]));
});

describe('lines', () => {
  const line = (id: string, body: object) => ask('PUT', `/api/people/lines/${encodeURIComponent(id)}`, body);
  test('DP-02, DP-53: each is a contact centre, a group or the main number, for the office, sales or support', async () => {
    expect((await line('main/1', { kind: 'main', number: '+48221234567' })).status).toBe(201);
    expect((await line('q 5', { kind: 'contact centre', name: 'Hotline', workspace: 'support' })).status).toBe(201);
    expect(await told(ask('GET', '/api/people/lines'))).toEqual({
      lines: [
        { line: 'main/1', kind: 'main', number: '+48221234567', workspace: 'office' },
        { line: 'q 5', kind: 'contact centre', name: 'Hotline', workspace: 'support' },
      ],
    });
    expect(await refusal(line('x', { kind: 'queue' }))).toEqual([400, 'malformed', expect.stringContaining('kind')]);
    expect(await refusal(line('x', { kind: 'group', number: '+48221234567' }))).toEqual([409, 'taken', expect.any(String)]);
    await line('second', { kind: 'main' });
    expect((await check()).lines.map(({ line: id, state }) => [id, state])).toEqual([
      ['main/1', 'red'],
      ['q 5', 'green'],
      ['second', 'red'],
    ]);
    expect((await ask('POST', '/api/people/lines/second/remove')).status).toBe(204);
  });
  test('R7: the main number’s settings are the company’s', async () => {
    await line('l1', { kind: 'main', number: '+48221234567' });
    await line('l2', { kind: 'group' });
    const own = { followUp: { dueHours: 1 } };
    await policy({ lines: { '+48221234567': own, l2: own } });
    expect((await check()).lines.map(({ line: id, problems }) => [id, problems.map(({ problem }) => problem)])).toEqual([
      ['l1', ['main-overridden']],
      ['l2', []],
    ]);
  });
  test('DP-02: what a line is for suggests its settings, and changes nothing by itself', async () => {
    for (const workspace of ['office', 'sales', 'support']) {
      await line('l1', { kind: 'group', workspace });
      const suggested = await told<{ lines: { l1: object } }>(ask('GET', '/api/people/lines/l1/suggested'));
      expect(suggested.lines.l1).toMatchObject(
        workspace === 'sales' ? { stranger: { missed: 'lead' } } : workspace === 'office' ? {} : { stranger: { missed: 'contact' } },
      );
      expect((await ask('PUT', '/api/policy', { language: 'en', ...suggested })).status).toBe(200);
    }
    expect((await ask('GET', '/api/people/lines/l2/suggested')).status).toBe(404);
  });
  test('FC-78: the time to write up is the campaign’s, else the one for all, 30 seconds at first', async () => {
    const wrap = (query = '') => told(ask('GET', `/api/people/wrap${query}`));
    expect(await wrap()).toEqual({ seconds: 30, because: 'campaigns.wrapSeconds' });
    await policy({ campaigns: { wrapSeconds: 10, outside: 'day', known: { spring: { wrapSeconds: 90 }, day: { wrapSeconds: 0 } } } });
    expect(await wrap('?campaign=spring')).toEqual({ seconds: 90, because: 'campaigns.known.spring.wrapSeconds' });
    expect(await wrap('?campaign=summer')).toEqual({ seconds: 10, because: 'campaigns.wrapSeconds' });
    expect(await wrap()).toEqual({ seconds: 0, because: 'campaigns.known.day.wrapSeconds' });
    await policy({ queues: { q5: { campaigns: { wrapSeconds: 60 } } } });
    expect(await wrap('?queue=q5')).toEqual({ seconds: 60, because: 'campaigns.wrapSeconds', from: { level: 'queue', name: 'q5' } });
  });
});

describe('as a file', () => {
  const two =
    'code,name,email,extension,numbers\r\n0101,Anna,USER1@Acme.example,101,+48600100200\r\nK2,Piotr,,102,"+48600100201, 0048 600 100 202"\r\n';
  test('is only looked at, then taken in, and taken in again without a change', async () => {
    expect(await read(agentFile(two))).toMatchObject({ saved: false, added: ['0101', 'K2'], mistakes: [] });
    expect(await agents()).toEqual([]);
    expect(await read(agentFile(two, '?apply=1'))).toMatchObject({ saved: true, added: ['0101', 'K2'] });
    expect(await agents()).toMatchObject([{ code: '0101', email: 'USER1@Acme.example' }, { numbers: ['+48600100201', '+48600100202'] }]);
    expect(await read(agentFile(two, '?apply=1'))).toEqual({ saved: true, added: [], changed: [], removed: [], same: 2, mistakes: [] });
    const { rows } = await database.query(
      { text: "select count(*)::int as n from audit where org = $1 and what = 'took in a file of agents'" },
      [org],
    );
    expect(rows[0]!.n).toBe(1);
  });
  test('what comes out goes in again, whatever a spreadsheet thinks of it', async () => {
    await add({
      code: '0101',
      name: '=HYPERLINK("http://evil.example")',
      numbers: ['+48600100200'],
      sipAccounts: ['anna@pbx.example', 'anna-2'],
      team: 'A;B, "C"',
    });
    const answer = await ask('GET', '/api/people/agents.csv');
    const bytes = new Uint8Array(await answer.arrayBuffer());
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    expect(answer.headers.get('cache-control')).toBe('private, no-store');
    expect(text.startsWith('\uFEFF"code","name"')).toBe(true);
    expect(text).toContain(`"'0101","'=HYPERLINK(""http://evil.example"")"`);
    expect(text).toContain(`"'+48600100200"`);
    expect(await read(agentFile(bytes))).toMatchObject({ added: [], changed: [], same: 1, mistakes: [] });
  });
  test.each([
    ['semicolons', 'code;name;extension\nK1;Anna;101\n'],
    ['tabs', 'code\tname\textension\rK1\tAnna\t101'],
    ['a separator of its own', 'sep=;\r\ncode;name;extension\r\nK1;"Anna";101\r\n'],
    ['names of columns as people write them', 'Code,NAME,Extension,"Sip Accounts"\nK1,Anna,101,\n\n,,,\n'],
  ])('%s', async (_what, text) => expect(await read(agentFile(text))).toMatchObject({ added: ['K1'], mistakes: [] }));
  test('UTF-16, as spreadsheets save text in Unicode', async () => {
    const text = '\uFEFFcode\tname\textension\r\nK1\tŻółć\t101\r\n';
    const bytes = new Uint8Array(new Uint16Array([...text].map((letter) => letter.charCodeAt(0))).buffer);
    expect(await read(agentFile(bytes, '?apply=1'))).toMatchObject({ added: ['K1'] });
    expect(await agents()).toMatchObject([{ name: 'Żółć' }]);
  });
  test('mistakes are told by line and column, and nothing is saved', async () => {
    const wrong =
      'code,name,extension,numbers,included\nK1,Anna,1,+48600100200,yes\nK2,"Two\nlines",102,4.86E+10,perhaps\nK3,C,102\nK3,D,103\nK4,E,104,+1,no,more\n';
    const said = await read(agentFile(wrong));
    expect(said.mistakes.map(({ line, column, field, message }) => [line, column, field, message])).toEqual([
      [2, 3, 'extension', 'extension must have 2 to 6 digits, not "1".'],
      [3, 4, 'numbers', expect.stringContaining('A spreadsheet has rounded this to 4.86E+10')],
      [3, 5, 'included', 'included must be yes or no, not "perhaps".'],
      [6, 1, 'code', 'K3 stands in line 5 as well.'],
      [7, 6, undefined, expect.stringContaining('There are 6 cells, and 5 columns')],
    ]);
    const [status, code, message] = await refusal(agentFile(wrong, '?apply=1'));
    expect([status, code, message.includes('Line 2, column 3: extension must have')]).toEqual([400, 'mistakes', true]);
    expect(await agents()).toEqual([]);
  });
  test.each([
    ['', 'The file is empty'],
    ['code,nmae\n', 'There is no column "nmae"'],
    ['name\nAnna\n', 'The column code is missing'],
    ['code,code\n', 'The column code is there twice'],
    ['code,name\nK1,"Anna\n', 'is never closed'],
  ])('a file that can’t be read: %j', async (text, words) =>
    expect((await read(agentFile(text))).mistakes.map(({ message }) => message)).toEqual([expect.stringContaining(words)]),
  );
  test('what is no UTF-8 is asked for anew', async () =>
    expect((await read(agentFile(new Uint8Array([0x63, 0xf3, 0x0a])))).mistakes).toEqual([
      { line: 1, column: 1, message: expect.stringContaining('CSV UTF-8') },
    ]));
  test('a column that isn’t there changes nothing, an empty cell takes away, who isn’t named stays', async () => {
    await agentFile(two, '?apply=1');
    expect(await read(agentFile('code,extension,team\n0101,,Sales\n', '?apply=1'))).toMatchObject({
      changed: [
        {
          id: '0101',
          fields: [
            { field: 'team', from: '', to: 'Sales' },
            { field: 'extension', from: '101', to: '' },
          ],
        },
      ],
      removed: [],
    });
    expect(await agents()).toMatchObject([{ name: 'Anna', numbers: ['+48600100200'], team: 'Sales' }, { code: 'K2' }]);
    expect(await read(agentFile('code\n0101\n', '?missing=remove'))).toMatchObject({ removed: ['K2'], same: 1 });
  });
  test('what two can’t both have is told where the second has it, and so is a seat too many', async () => {
    await add({ numbers: ['+48600100200'] });
    await policy({ people: { seats: 2 } });
    expect((await read(agentFile('code,name,numbers\nK2,B,+48600100200\nK3,C,\n'))).mistakes).toMatchObject([
      { line: 2, column: 3, message: "The number +48600100200 is Anna Nowak's (101) already." },
      { line: 3, message: expect.stringContaining('There are 2 seats') },
    ]);
  });
  test('who took the lists, and when, is in the audit log', async () => {
    await add();
    await ask('GET', '/api/people/agents.csv');
    await ask('GET', '/api/people/lines.csv');
    await agentFile('code,name\nK2,Piotr\n'); // only looked at
    const { rows } = await database.query(
      { text: "select who, what, detail, at <= cb_now() as dated from audit where org = $1 and what <> 'added an agent' order by id" },
      [org],
    );
    expect(rows).toEqual([
      { who: 'admin', what: 'took the list of agents', detail: { rows: 1 }, dated: true },
      { who: 'admin', what: 'took the list of lines', detail: { rows: 0 }, dated: true },
    ]);
  });
  test('lines, too', async () => {
    const file = 'line,name,number,kind,workspace\nq5,Hotline,+48221234567,contact centre,support\n';
    expect(await read(ask('POST', '/api/people/lines.csv?apply=1', file))).toMatchObject({ saved: true, added: ['q5'] });
    expect(await (await ask('GET', '/api/people/lines.csv')).text()).toContain(
      `"'q5","Hotline","'+48221234567","contact centre","support"`,
    );
    expect((await read(ask('POST', '/api/people/lines.csv', 'line,kind\nq6,queue\n'))).mistakes).toMatchObject([
      { line: 2, column: 2, field: 'kind' },
    ]);
  });
  test('names that begin with an apostrophe, or hold what would be a formula, come back from the file as they were', async () => {
    await add({ name: "Jan van 't Hooft" });
    await add({ name: "'s-Gravesande", code: 'K2', email: undefined, extension: undefined });
    await add({ name: "Anna;-Maria ;'=1", code: 'K3', email: undefined, extension: undefined, team: "'+1" });
    await add({ name: "'t Hooft", code: 'K4', email: undefined, extension: undefined, team: '-north' });
    const file = await (await ask('GET', '/api/people/agents.csv')).text();
    expect(await read(agentFile(file))).toMatchObject({ added: [], changed: [], mistakes: [], same: 4 });
  });
  test('5,000 agents go in one file', async () => {
    const rows = Array.from(
      { length: 5_000 },
      (_, n) => `${10_000 + n},Agent ${n},agent${n}@acme.example,${10_000 + n},+4860${1_000_000 + n}`,
    );
    const file = `code,name,email,extension,numbers\n${rows.join('\n')}`;
    expect(await read(agentFile(file, '?apply=1'))).toMatchObject({ saved: true, same: 0, mistakes: [] });
    expect(await read(agentFile(file))).toMatchObject({ same: 5_000 });
  });
});

describe('what somebody else changed meanwhile', () => {
  const tagOf = async (path: string) => (await ask('GET', `/api/people/${path}`)).headers.get('etag')!;
  const over = (tag: string) => ({ 'if-match': tag });
  const asPiotr = async () => {
    await admin.addSession(org, hashToken(`piotr ${orgs}`), 'Piotr');
    cookie = `${sessionCookie}=piotr ${orgs}`;
  };

  test('an agent is not saved over it: who, when, and what yours would change now', async () => {
    await add();
    await add({ code: 'K2', email: undefined, extension: '102' });
    const seen = await tagOf('agents');
    await asPiotr();
    const saved = await ask('PUT', '/api/people/agents/101', { ...anna, team: 'Sales' });
    expect(saved.status).toBe(200);
    const mine = { ...anna, name: 'Anna N.' };
    const answer = await ask('PUT', '/api/people/agents/101', mine, over(seen));
    expect(answer.status).toBe(409);
    const moved = EntryMoved.parse(await answer.json());
    expect(moved).toMatchObject({
      savedBy: 'Piotr',
      yours: [
        { field: 'name', from: 'Anna Nowak', to: 'Anna N.' },
        { field: 'team', from: 'Sales', to: '' },
      ],
    });
    expect(moved.error.message).toMatch(/^Piotr saved agent 101 at \S+Z, in version 3; yours rests on version 2\. .*name, team/);
    expect(await agents()).toMatchObject([{ name: 'Anna Nowak', team: 'Sales' }, {}]);
    // another agent is nobody's business, and neither is what one has saved oneself
    expect((await ask('PUT', '/api/people/agents/K2', { name: 'Piotr' }, over(seen))).status).toBe(200);
    const again = await ask('PUT', '/api/people/agents/101', mine, over(`"${moved.version}"`));
    expect([again.status, again.headers.get('etag')]).toEqual([200, await tagOf('agents')]);
    expect((await ask('PUT', '/api/people/agents/101', { ...mine, team: 'A' }, over(again.headers.get('etag')!))).status).toBe(200);
    // without If-Match it is saved over whatever is there; what says the same is no change
    expect((await ask('PUT', '/api/people/agents/101', anna)).status).toBe(200);
    const last = await tagOf('agents');
    expect((await ask('PUT', '/api/people/agents/101', anna)).status).toBe(200);
    expect(await tagOf('agents')).toBe(last);
  });

  test('who was removed is not brought back, and who was changed is not removed, unseen', async () => {
    await add();
    const seen = await tagOf('agents');
    await ask('PUT', '/api/people/agents/101', { ...anna, team: 'Sales' });
    expect(await refusal(ask('POST', '/api/people/agents/101/remove', undefined, over(seen)))).toEqual([
      409,
      'moved',
      expect.stringContaining('admin saved agent 101'),
    ]);
    const now = await tagOf('agents');
    expect((await ask('POST', '/api/people/agents/101/remove', undefined, over(now))).status).toBe(204);
    const [status, code, words] = await refusal(ask('PUT', '/api/people/agents/101', anna, over(now)));
    expect([status, code]).toEqual([409, 'moved']);
    expect(words).toContain('admin removed agent 101');
    expect((await ask('PUT', '/api/people/agents/101', anna)).status).toBe(201);
    expect((await ask('PUT', '/api/people/agents/101', { ...anna, team: 'A' }, over(now))).status).toBe(409);
    // somebody saved the same: nothing is lost
    expect((await ask('PUT', '/api/people/agents/101', anna, over(now))).status).toBe(200);
  });

  test('lines, too; a version is a number in quotes', async () => {
    const line = { kind: 'group' };
    await ask('PUT', '/api/people/lines/q5', line);
    const seen = await tagOf('lines');
    expect(seen).toBe('"1"');
    await ask('PUT', '/api/people/lines/q5', { ...line, name: 'Hotline' });
    expect(await refusal(ask('PUT', '/api/people/lines/q5', line, over(seen)))).toEqual([409, 'moved', expect.stringContaining('line q5')]);
    expect((await ask('POST', '/api/people/lines/q5/remove', undefined, over(seen))).status).toBe(409);
    expect((await ask('PUT', '/api/people/lines/q5', line, over('*'))).status).toBe(200);
    expect(await refusal(ask('PUT', '/api/people/lines/q5', line, over('seven')))).toEqual([
      400,
      'malformed',
      expect.stringContaining('"7"'),
    ]);
  });

  test('a file says which of its rows were changed under it, and saves none', async () => {
    const file = (...rows: string[]) => ['code,name', ...rows, ''].join('\n');
    await agentFile(file('K1,Anna', 'K2,Piotr', 'K3,Olga', 'K4,Ewa'), '?apply=1');
    const seen = await tagOf('agents.csv');
    expect(seen).toBe(await tagOf('agents'));
    await asPiotr();
    await ask('PUT', '/api/people/agents/K1', { name: 'Anna N.' });
    await ask('PUT', '/api/people/agents/K2', { name: 'Pjotr' });
    await ask('POST', '/api/people/agents/K3/remove');
    const mine = file('K1,Anna Maria', 'K2,Pjotr', 'K3,Olga', 'K4,Eva');
    const put = (text: string, query: string, tag = seen) =>
      ask('POST', `/api/people/agents.csv${query}`, text, { 'content-type': 'text/csv', ...over(tag) });
    const looked = await read(put(mine, ''));
    expect(looked).toMatchObject({ saved: false, added: ['K3'], changed: [{ id: 'K1' }, { id: 'K4' }], same: 1 });
    expect(looked.moved).toMatchObject([
      { id: 'K1', by: 'Piotr', fields: [{ field: 'name', from: 'Anna N.', to: 'Anna Maria' }] },
      { id: 'K3', by: 'Piotr', removed: true },
    ]);
    const [status, code, words] = await refusal(put(mine, '?apply=1'));
    expect([status, code]).toEqual([409, 'moved']);
    expect(words).toMatch(/^Nothing was saved\. Piotr saved K1 at .* Piotr removed K3 at /);
    expect(await agents()).toMatchObject([{ name: 'Anna N.' }, { name: 'Pjotr' }, { code: 'K4', name: 'Ewa' }]);
    // whom the file would take away: who was changed or added since isn't meant
    await ask('PUT', '/api/people/agents/K9', { name: 'Jan' });
    expect((await read(put(file('K4,Ewa'), '?missing=remove'))).moved?.map(({ id }) => id)).toEqual(['K1', 'K2', 'K9']);
    expect(await read(put(mine, '?apply=1', await tagOf('agents')))).toMatchObject({ saved: true });
    expect(await read(agentFile(file('K4,Ewa'), '?apply=1'))).toMatchObject({ saved: true, changed: [{ id: 'K4' }] });
    expect((await refusal(ask('POST', '/api/people/lines.csv', 'line,kind\n', over('7'))))[0]).toBe(400);
  });
});

test('S1: none of it is for strangers', async () => {
  cookie = '';
  for (const path of ['agents', 'agents.csv', 'lines', 'lines.csv', 'queues', 'check', 'wrap'])
    expect((await ask('GET', `/api/people/${path}`)).status).toBe(401);
  for (const path of ['agents', 'agents.csv', 'lines.csv', 'agents/1/remove', 'lines/1/remove'])
    expect((await ask('POST', `/api/people/${path}`, {})).status).toBe(401);
  for (const path of ['agents/1', 'lines/1']) expect((await ask('PUT', `/api/people/${path}`, {})).status).toBe(401);
});
