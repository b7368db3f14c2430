import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Journal } from './journal.ts';
import { seeded, testOrg, type TestOrg } from './testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const page = async (path: string) => {
  const response = await fetch(org.apiUrl + path);
  return { status: response.status, csp: response.headers.get('content-security-policy'), text: await response.text() };
};

describe('a person at the screen', () => {
  test('creates, changes, deletes and brings back, without using up the API', async () => {
    const used = async () => ((await org.control('GET', '/counts')).body as { usage: { used: number } }).usage.used;
    const before = await used();
    const as = (action: string, more: Record<string, unknown>) =>
      org.control('POST', '/as-human', { user: seeded.anna, action, object: 'Task', ...more });
    const { id } = (await as('create', { fields: { Subject: 'by hand', WhoId: seeded.ewa } })).body as { id: string };
    await as('update', { id, fields: { Subject: 'by hand, later', OwnerId: seeded.taskQueue } });
    await as('delete', { id });
    await as('undelete', { id });
    expect(await used()).toBe(before);
    const row = (await org.rows('Task')).find((one) => one['Id'] === id);
    expect(row).toMatchObject({
      Subject: 'by hand, later',
      CreatedById: seeded.anna,
      LastModifiedById: seeded.anna,
      OwnerId: seeded.taskQueue,
      IsDeleted: false,
    });
    const { text } = await page(`/lightning/r/Task/${id}/view`);
    expect(text).toContain('Anna Nowak');
    expect(text).toMatch(/by hand → .*by hand, later/);
    expect(text).toContain('took this out of the recycle bin');
    expect(text).toContain('on the screen');
  });
  test('can do what programs cannot: make a colleague inactive', async () => {
    await org.control('POST', '/as-human', { action: 'update', object: 'User', id: seeded.anna, fields: { IsActive: false } });
    expect((await org.call('POST', '/sobjects/Task', { OwnerId: seeded.anna })).body).toMatchObject([
      { errorCode: 'INACTIVE_OWNER_OR_USER' },
    ]);
    await org.control('POST', '/as-human', { action: 'update', object: 'User', id: seeded.anna, fields: { IsActive: true } });
    expect((await org.call('POST', '/sobjects/Task', { OwnerId: seeded.anna })).status).toBe(201);
  });
  test('mistakes are said', async () => {
    expect((await org.control('POST', '/as-human', { action: 'paint', object: 'Task', id: '00TSx0000000001' })).status).toBe(400);
    expect((await org.control('POST', '/as-human', { action: 'update', object: 'Task', id: 'x' })).status).toBe(400);
    expect((await org.control('GET', '/nothing')).status).toBe(404);
    expect((await org.control('POST', '/latency', { profile: 'warp' })).status).toBe(400);
  });
});

test('the export holds every field, the recycle bin when asked, and more rows than a page', async () => {
  const own = await testOrg();
  try {
    for (let batch = 0; batch < 6; batch += 1)
      await own.upsert(Array.from({ length: 200 }, (_, n) => ({ Cordboard_Name__c: `x${batch}-${n}` })));
    const [first] = await own.rows('Task');
    await own.call('DELETE', `/sobjects/Task/${String(first?.['Id'])}`);
    expect((await own.rows('Task')).length).toBe(1199);
    const all = await own.rows('Task', true);
    expect(all.length).toBe(1200);
    expect(all[0]).toMatchObject({ IsDeleted: true, Cordboard_Name__c: 'x0-0', Status: 'Not Started' });
    expect((await own.rows('User')).length).toBe(8);
  } finally {
    await own.stop();
  }
});

test('the log can be read on from where one was, and forgets the oldest', async () => {
  const { last } = (await org.control('GET', '/log?limit=0')).body as { last: number };
  await org.call('GET', '/limits');
  const { entries } = (await org.control('GET', `/log?since=${last}`)).body as { entries: unknown[] };
  expect(entries).toEqual([
    expect.objectContaining({
      seq: last + 1,
      method: 'GET',
      path: '/services/data/v67.0/limits',
      status: 200,
      written: 0,
      ms: expect.any(Number) as number,
      usage: expect.any(Number) as number,
    }),
  ]);
  const journal = new Journal(3);
  for (let n = 0; n < 5; n += 1) journal.add({ at: '', method: 'GET', path: `/${n}`, status: 200, written: 1, ms: 0, usage: n }, true);
  expect(journal.since(0, 100)).toMatchObject({ oldest: 3, last: 5, entries: [{ path: '/2' }, { path: '/3' }, { path: '/4' }] });
  expect(journal.since(4, 100).entries.map((entry) => entry.seq)).toEqual([5]);
  expect(journal.counts).toMatchObject({ requests: 5, rowsWritten: 5 });
});

test('reset: the seed again with the same ids, sign-ins stay', async () => {
  const own = await testOrg();
  try {
    const before = await own.rows('Contact');
    await own.upsert([{ Cordboard_Name__c: 'gone' }]);
    await own.control('POST', '/validation-rules', { object: 'Task', field: 'Subject', op: 'isBlank', message: 'no' });
    await own.control('POST', '/reset');
    expect(await own.rows('Task', true)).toEqual([]);
    expect((await own.rows('Contact')).map((row) => row['Id'])).toEqual(before.map((row) => row['Id']));
    expect((await own.control('GET', '/validation-rules')).body).toEqual([]);
    expect((await own.call('POST', '/sobjects/Task', {})).body).toMatchObject({ id: '00TSx0000000001MAA' });
  } finally {
    await own.stop();
  }
});

test('the clock moves every time the org writes', async () => {
  const own = await testOrg({ clock: () => Date.parse('2026-11-21T10:00:00.750Z') });
  try {
    await own.control('POST', '/clock', { shiftMs: 3_600_000 });
    await own.upsert([{ Cordboard_Name__c: 'now' }]);
    expect((await own.rows('Task'))[0]).toMatchObject({ CreatedDate: '2026-11-21T11:00:00.000+0000' });
  } finally {
    await own.stop();
  }
});

describe('record pages', () => {
  test('show a task, its people, and say they are a stand-in', async () => {
    const { id } = (
      await org.call('POST', '/sobjects/Task', {
        Subject: 'Call with Ewa',
        WhoId: seeded.ewa,
        Status: 'Completed',
        Cordboard_Link__c: 'https://calls.example/1',
      })
    ).body as { id: string };
    const { status, text } = await page(`/lightning/r/Task/${id}/view`);
    expect(status).toBe(200);
    for (const words of [
      'stand-in',
      'Call with Ewa',
      'Ewa Kowalczyk',
      'Piekarnia Złoty Kłos',
      'href="https://calls.example/1"',
      'Integration User',
    ])
      expect(text).toContain(words);
    expect((await page(`/${id.slice(0, 15)}`)).status).toBe(200);
    for (const record of [seeded.ewa, seeded.bakery])
      expect((await page(`/${record}`)).text).toMatch(/Upcoming [\s\S]*Past Activity[\s\S]*Call with Ewa/);
    expect((await page('/')).text).toContain('Call with Ewa');
    expect((await page('/00TSx0000000zzz')).status).toBe(404);
    for (const record of Object.values(seeded)) expect((await page(`/${record}`)).status).toBe(200);
  });
  test('hostile text is text', async () => {
    const hostile = `<script>alert(1)</script>"'\`<img src=x onerror=alert(2)>\u202Etxt`;
    const { id } = (
      await org.call('POST', '/sobjects/Task', {
        Subject: hostile,
        Description: `</dd></dl>${hostile}`,
        Cordboard_Link__c: 'javascript:alert(3)',
        WhoId: seeded.iryna,
      })
    ).body as { id: string };
    await org.call('PATCH', `/sobjects/Task/${id}`, { Subject: `${hostile}2` });
    for (const path of [`/${id}`, '/', `/${seeded.iryna}`]) {
      const { text, csp } = await page(path);
      expect(text).not.toMatch(/<script|<img|href="javascript|\u202E/i);
      expect(csp).toContain("default-src 'none'");
      expect(text).toContain('alert(1)');
    }
  });
});
