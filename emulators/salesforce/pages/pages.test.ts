import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bulkClient } from '../testing/bulk.ts';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';

let org: TestOrg;
let now = Date.parse('2026-11-22T10:00:00Z');
beforeAll(async () => {
  org = await testOrg({ clock: () => now });
});
afterAll(() => org.stop());

const hostile = `<script>alert(1)</script>"'\`<img src=x onerror=alert(2)>\u202Etxt`;
async function open(path: string, base = org.apiUrl): Promise<{ status: number; html: string; text: string; headers: Headers }> {
  const response = await fetch(base + path);
  const html = await response.text();
  const text = html
    .replace(/<style>[\s\S]*<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)))
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
  return { status: response.status, html, text, headers: response.headers };
}
const made = async (object: string, fields: Record<string, unknown>): Promise<string> =>
  ((await org.call('POST', `/sobjects/${object}`, fields)).body as { id: string }).id;

describe('every page', () => {
  test.each([
    '/',
    '/lightning/page/home',
    '/lightning/o/Contact/list',
    '/lightning/o/Lead/home?q=x',
    `/lightning/r/Contact/${seeded.ewa}/view`,
    `/lightning/r/Account/${seeded.bakery}/related/Contact.AccountId/view`,
    '/lightning/setup/SetupOneHome/home',
    '/lightning/setup/ManageUsers/home',
    '/lightning/setup/Queues/home',
    '/lightning/setup/ObjectManager/home',
  ])('%s is found, has a heading, landmarks and captions, and runs nothing', async (path) => {
    const { status, html, headers } = await open(path);
    expect(status).toBe(200);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    expect(html).toMatch(/<nav class="top" aria-label="Org">[\s\S]*<main id="main"/);
    expect(html.match(/<table/g)?.length ?? 0).toBe(html.match(/<caption>/g)?.length ?? 0);
    expect(html).not.toMatch(/<script|<link|<img|<iframe| on\w+=/i);
    expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*form-action 'self'/);
  });

  test.each([
    '/lightning/o/Nothing/list',
    '/lightning/o/User/list',
    '/lightning/setup/Nothing/home',
    '/nothing',
    `/lightning/r/Account/${seeded.bakery}/related/Contact.Nope/view`,
  ])('%s is not there', async (path) => {
    expect((await open(path)).status).toBe(404);
  });

  test('shows what strangers wrote as text', async () => {
    const id = await made('Contact', {
      LastName: hostile,
      Title: hostile,
      Email: 'a@b.example',
      Description: `</dd>${hostile}`,
      AccountId: seeded.bakery,
    });
    await made('Task', { Subject: hostile, Description: hostile, WhoId: id, Status: 'Completed' });
    await org.call('GET', `/query?q=${encodeURIComponent(`SELECT Id FROM Contact WHERE Name = '${hostile}'`)}`);
    const pages = [
      '/',
      `/${id}`,
      `/${seeded.bakery}`,
      '/lightning/o/Contact/list',
      `/lightning/o/Contact/list?q=${encodeURIComponent(hostile)}`,
    ];
    for (const page of [
      ...(await Promise.all(pages.map((path) => open(path)))),
      await open(`/log?path=${encodeURIComponent(hostile)}`, org.controlUrl),
      await open('/log', org.controlUrl),
    ]) {
      expect(page.html).not.toMatch(/<script|<img|\u202E/i);
      expect(page.text).toContain('<script>alert(1)</script>');
    }
    await org.call('DELETE', `/sobjects/Contact/${id}`);
  });
});

test('the home page counts what lives', async () => {
  await org.call('DELETE', `/sobjects/Case/${await made('Case', { Subject: 'gone' })}`);
  const count = async (object: string) => (await org.rows(object)).length;
  const { text } = await open('/');
  for (const [name, object] of [
    ['Accounts', 'Account'],
    ['Contacts', 'Contact'],
    ['Cases', 'Case'],
  ] as const)
    expect(text).toContain(`${name} ${await count(object)} `);
});

describe('a list', () => {
  test('has the latest change first, page by page', async () => {
    await org.control('POST', '/seed', { people: 300, fresh: false });
    now += 60_000;
    await org.call('PATCH', `/sobjects/Contact/${seeded.iryna}`, { Title: 'changed last' });
    let path = '/lightning/o/Contact/list';
    const seen: string[] = [];
    for (let pages = 0; path !== '' && pages < 20; pages += 1) {
      const { html } = await open(path);
      seen.push(
        ...[...html.matchAll(/<td role="cell" data-label="Full Name"\s*><a href="\/lightning\/r\/Contact\/(\w{18})\/view">/g)].map(
          (found) => found[1] ?? '',
        ),
      );
      path = /<a href="([^"]+)">Next page<\/a>/.exec(html)?.[1]?.replaceAll('&#38;', '&') ?? '';
    }
    const living = (await org.rows('Contact')).map((row) => row['Id']);
    expect(seen[0]).toBe(seeded.iryna);
    expect(new Set(seen)).toEqual(new Set(living));
    expect(seen.length).toBe(living.length);
  });

  test('finds names and numbers, however the number is written', async () => {
    const found = async (words: string) => (await open(`/lightning/o/Contact/list?q=${encodeURIComponent(words)}`)).text;
    expect(await found("o'neil")).toContain("Grace O'Neil");
    expect(await found('田中')).toContain('美咲 田中');
    expect(await found('4155550199')).toContain("Grace O'Neil");
    expect(await found('601-234-567')).toMatch(/Ewa Kowalczyk/);
    expect(await found('%')).toContain('No records');
    expect(await found('zzzz')).toContain('No records');
  });
});

describe('a record', () => {
  test('shows its fields by groups, the empty ones by name, and what points at it', async () => {
    const { text } = await open(`/lightning/r/Account/${seeded.bakery}/view`);
    expect(text).toMatch(
      /Details About .*Contact Account Phone \+48 22 123 45 67 .*Address .*Warszawa .*System Information .*Account ID 001/,
    );
    expect(text).toMatch(/Contacts \(2\) .*Tomasz Wiśniewski.*Opportunities \(1\) .*Second bakery oven.*Cases \(1\) .*00001001/);
    expect((await open(`/lightning/r/Account/${seeded.bakery}/related/Contact.AccountId/view`)).text).toMatch(/Contacts .*Ewa Kowalczyk/);
  });

  test('has its activities as Lightning shows them', async () => {
    now = Date.parse('2026-11-22T10:00:00Z');
    const lead = await made('Lead', { LastName: 'Timeline', Company: 'Clock' });
    for (const fields of [
      { Subject: 'someday' },
      { Subject: 'late', ActivityDate: '2026-11-20', Priority: 'High' },
      { Subject: 'soon', ActivityDate: '2026-11-23', TaskSubtype: 'Call' },
      { Subject: 'now', ActivityDate: '2026-11-22' },
      { Subject: 'talked', Status: 'Completed', TaskSubtype: 'Call', CallDurationInSeconds: 61, Description: 'about\nclocks' },
      { Subject: 'wrote', Status: 'Completed', TaskSubtype: 'Email', ActivityDate: '2026-10-31' },
      { Subject: 'long ago', Status: 'Completed', ActivityDate: '2025-01-01' },
    ])
      await made('Task', { WhoId: lead, ...fields });
    const { text, html } = await open(`/${lead}`);
    const order = [
      'Upcoming & Overdue',
      'late',
      'Overdue · 2026-11-20',
      'now',
      'soon',
      'Tomorrow',
      'someday',
      'No due date',
      'Past Activity',
      'November 2026 · This Month',
      'talked',
      'logged a call with Timeline',
      'about clocks',
      'October 2026',
      'wrote',
      'sent an email to',
      'January 2025',
      'long ago',
    ];
    expect(text).toMatch(new RegExp(order.map((words) => words.replace(/[&·]/g, '.')).join('.*')));
    expect(html).toMatch(/<details>\s*<summary[^>]*>Details<span class="ears"> of talked<\/span>/);
  });

  test('leads from a user to everything that user has', async () => {
    for (let n = 1; n <= 6; n += 1) await made('Contact', { LastName: `Anna's ${n}`, OwnerId: seeded.anna });
    const { html } = await open(`/${seeded.anna}`);
    const all = /<a href="([^"]+)">All Contacts<\/a>/.exec(html)?.[1] ?? '';
    expect(all).toBe(`/lightning/r/User/${seeded.anna}/related/Contact.OwnerId/view`);
    expect((await open(all)).text).toMatch(/The newest first .*Anna's 6 .*Anna's 1 /);
    const found = (await open(`${all}?q=Anna's 4`)).text;
    expect(found).toContain("Anna's 4");
    expect(found).not.toContain("Anna's 5");
    expect(html).toContain('href="/lightning/setup/ManageUsers/home"');
  });
});

test('Setup has what an admin made, and no page of what is not there', async () => {
  expect((await open('/lightning/setup/SetupOneHome/home')).text).not.toContain('Bulk Data Load Jobs');
  await bulkClient(org).asked('SELECT Id FROM Lead');
  await org.control('POST', '/validation-rules', {
    object: 'Lead',
    name: 'No <b>',
    field: 'Company',
    op: '=',
    value: 'x',
    message: 'never',
  });
  expect((await open('/lightning/setup')).text).toMatch(/Users Queues Custom Fields .*Apps .*Rules Bulk Data Load Jobs/);
  expect((await open('/lightning/setup/Rules/home')).text).toMatch(/No <b> Lead Yes Company = "x" never/);
  expect((await open('/lightning/setup/Rules/home')).text).toMatch(
    /Standard_Lead_Duplicate_Rule Lead Yes alert allow Lead: Standard_Lead_Match_Rule_v1_0; Contact: Standard_Contact_Match_Rule_v1_1/,
  );
  expect((await open('/lightning/setup/AsyncApiJobStatus/home')).text).toMatch(/750\w+ query Lead JobComplete/);
  expect((await open('/lightning/setup/ObjectManager/home')).text).toMatch(
    /Cordboard_Name__c Account Cordboard Name string \(64\) Yes Yes/,
  );
  expect((await open('/lightning/setup/ManageExternalClientApplication/home')).text).toMatch(
    /Salesforce CLI PlatformCLI .*AllSelfAuthorized/,
  );
  expect((await open('/lightning/setup/Queues/home')).text).toMatch(/Missed Calls Task/);
});

describe('the request log', () => {
  const log = async (query = '') => (await open(`/log${query}`, org.controlUrl)).text;
  test('has the newest first, and can be narrowed', async () => {
    await org.control('POST', '/faults', { kind: 'status-503', times: 1 });
    await org.call('GET', '/limits');
    await org.control('POST', '/faults', { kind: 'refused', times: 1 });
    await org.call('GET', '/limits').catch(() => undefined);
    await org.call('GET', '/sobjects/Nope');
    await org.call('GET', `/query?q=${encodeURIComponent("SELECT Id FROM Lead WHERE Name = 'a b'")}`);
    await org.call('POST', '/composite', {
      compositeRequest: [{ method: 'POST', url: '/services/data/v67.0/sobjects/Task', referenceId: 'a', body: { Subject: 'part' } }],
    });
    expect(await log()).toMatch(
      /POST \/services\/data\/v67.0\/composite 1 part POST \/sobjects\/Task.*q=SELECT Id FROM Lead WHERE Name = 'a b'.*Nope 404.*no answer refused.*503 status-503/,
    );
    expect(await log('?status=404')).not.toMatch(/composite|503 status-503/);
    expect(await log('?status=5xx')).toMatch(/503 status-503/);
    expect(await log('?status=0')).toMatch(/no answer refused/);
    expect(await log('?fault=any')).toMatch(/no answer refused.*503 status-503/);
    expect(await log('?fault=refused')).not.toMatch(/503 status-503 /);
    expect(await log("?path=WHERE Name = 'a")).toMatch(/q=SELECT/);
    expect(await log('?path=nowhere')).toContain('No requests');
  });
  test('is read further back, and shown anew only when a person asks for it', async () => {
    for (let n = 0; n < 101; n += 1) await org.call('GET', `/sobjects/Task/${n}`);
    const { html } = await open('/log?path=/sobjects/Task/', org.controlUrl);
    expect(html).not.toContain('http-equiv');
    const older = /<a href="([^"]+)">Older<\/a>/.exec(html)?.[1]?.replaceAll('&#38;', '&') ?? '';
    expect((await open(older, org.controlUrl)).text).toContain('/sobjects/Task/0 404');
    expect((await open('/log?refresh=5', org.controlUrl)).html).toContain('<meta http-equiv="refresh" content="5"');
    expect((await open('/log?refresh=0', org.controlUrl)).html).not.toContain('http-equiv');
    expect((await open('/log', org.controlUrl)).headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});
