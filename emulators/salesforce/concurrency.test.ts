import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Latency } from './latency.ts';
import { seeded, testOrg, type Row, type TestOrg } from './testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
beforeEach(async () => {
  await org.control('POST', '/latency', { profile: 'none' });
  await org.control('POST', '/limits', { lockWaitMs: 10_000 });
});
afterAll(() => org.stop());

describe('two upserts of one new key', () => {
  test('one creates, the other gets DUPLICATE_VALUE with the winner’s id', async () => {
    await org.control('POST', '/latency', { baseMs: 40, perRecordMs: 10, tail: 0 });
    const rows = (
      await Promise.all([
        org.upsert([{ Cordboard_Name__c: 'race', Subject: 'a' }]),
        org.upsert([{ Cordboard_Name__c: 'RACE', Subject: 'b' }]),
      ])
    ).flat();
    const winner = rows.find((row) => row.success);
    const loser = rows.find((row) => !row.success);
    expect(winner).toMatchObject({ created: true });
    expect(loser?.errors[0]).toEqual({
      statusCode: 'DUPLICATE_VALUE',
      message: `duplicate value found: Cordboard_Name__c duplicates value on record with id: ${winner?.id?.slice(0, 15) ?? ''}`,
      fields: [],
    });
    expect((await org.control('GET', '/counts')).body).toMatchObject({ rowErrors: { DUPLICATE_VALUE: expect.any(Number) as number } });
  });
  test('never two records, without latency either', async () => {
    const keys = Array.from({ length: 20 }, (_, n) => `storm-${n}`);
    await Promise.all(
      keys.flatMap((key) => [1, 2, 3].map(() => org.call('PATCH', `/sobjects/Task/Cordboard_Name__c/${key}`, { Subject: key }))),
    );
    const rows = (await org.rows('Task')).filter((row) => String(row['Cordboard_Name__c']).startsWith('storm-'));
    expect(rows.length).toBe(20);
  });
  test('all or none meets it too', async () => {
    await org.control('POST', '/latency', { baseMs: 40, perRecordMs: 5, tail: 0 });
    const both = await Promise.all([
      org.upsert([{ Cordboard_Name__c: 'whole-1' }, { Cordboard_Name__c: 'whole-2' }], true),
      org.upsert([{ Cordboard_Name__c: 'whole-2' }, { Cordboard_Name__c: 'whole-3' }], true),
    ]);
    const codes = both.map((rows) => rows.map((row) => row.errors[0]?.statusCode ?? 'ok').join(' '));
    expect(codes.toSorted()).toEqual(expect.arrayContaining(['ok ok']));
    expect(codes.join(' ')).toContain('DUPLICATE_VALUE');
    expect(codes.join(' ')).toContain('ALL_OR_NONE_OPERATION_ROLLED_BACK');
  });
});

test('rows of a collection are applied one by one: others see the first before the last', async () => {
  await org.control('POST', '/latency', { baseMs: 0, perRecordMs: 40, tail: 0 });
  let finished = false;
  const slow = org.upsert(Array.from({ length: 8 }, (_, n) => ({ Cordboard_Name__c: `each-${n}` }))).then((rows) => {
    finished = true;
    return rows;
  });
  const seen = async () =>
    ((await org.query("SELECT COUNT() FROM Task WHERE Cordboard_Name__c LIKE 'each-%'")).body as { totalSize: number }).totalSize;
  await expect.poll(seen, { interval: 10 }).toBeGreaterThan(0);
  expect(finished).toBe(false);
  expect(await seen()).toBeLessThan(8);
  expect((await slow).every((row) => row.created)).toBe(true);
});

describe('row locks', () => {
  const open = { ActivityDate: '2026-12-01', WhoId: seeded.ewa };
  const slowly = async () => {
    await org.control('POST', '/latency', { baseMs: 0, perRecordMs: 60, tail: 0 });
    await org.control('POST', '/limits', { lockWaitMs: 30 });
  };
  /** A request that holds Ewa and her bakery until its last row is done. */
  const holding = (name: string) => org.upsert(Array.from({ length: 8 }, (_, n) => ({ Cordboard_Name__c: `${name}-${n}`, ...open })));
  const held = () => expect.poll(async () => (await org.control('GET', '/health')).body, { interval: 5 }).toMatchObject({ locksHeld: 2 });

  test('an open task with a date locks its person and account; who comes later waits, then UNABLE_TO_LOCK_ROW', async () => {
    await slowly();
    const first = holding('lock');
    await held();
    const reply = await org.call('POST', '/sobjects/Task', { ActivityDate: '2026-12-02', WhoId: seeded.tomasz }); // the same account
    expect([reply.status, reply.body]).toEqual([
      400,
      [
        {
          message: `unable to obtain exclusive access to this record or 1 records: ${seeded.bakery}`,
          errorCode: 'UNABLE_TO_LOCK_ROW',
          fields: [],
        },
      ],
    ]);
    expect((await first).every((row: Row) => row.success)).toBe(true);
    expect((await org.control('GET', '/health')).body).toMatchObject({ locksHeld: 0 });
  });
  test('a completed task, or one without a date, locks nobody', async () => {
    await slowly();
    const first = holding('free');
    await held();
    expect((await org.call('POST', '/sobjects/Task', { Status: 'Completed', ActivityDate: '2026-12-02', WhoId: seeded.ewa })).status).toBe(
      201,
    );
    expect((await org.call('POST', '/sobjects/Task', { WhoId: seeded.ewa })).status).toBe(201);
    await first;
  });
  test('given time, who waits gets through', async () => {
    await slowly();
    await org.control('POST', '/limits', { lockWaitMs: 5000 });
    const first = holding('patient');
    await held();
    const { id } = (await org.call('POST', '/sobjects/Task', { WhoId: seeded.ewa, Status: 'Completed' })).body as { id: string };
    expect((await org.call('PATCH', `/sobjects/Task/${id}`, { Subject: 'changed' })).status).toBe(204); // changing always locks
    await first;
  });
  test('a transaction waits as well', async () => {
    await slowly();
    await org.control('POST', '/limits', { lockWaitMs: 5000 });
    const first = holding('tx');
    await held();
    const whole = await org.upsert([{ Cordboard_Name__c: 'tx-whole', ...open }, { Cordboard_Name__c: 'tx-whole-2' }], true);
    expect(whole.every((row) => row.created)).toBe(true);
    await first;
  });
});

test('the tail is thrown by seeded dice: the same requests are slow every time', () => {
  const times = (seed: number) => {
    const latency = new Latency('typical', seed);
    return Array.from({ length: 1000 }, () => latency.forRequest().baseMs);
  };
  expect(times(7)).toEqual(times(7));
  const slow = times(7).filter((ms) => ms === 500).length;
  expect(slow).toBeGreaterThan(5);
  expect(slow).toBeLessThan(50);
});
