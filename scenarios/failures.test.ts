import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mends } from '../crms/salesforce/failures.ts';
import { saidRefusals } from '../crms/salesforce/said-refusals.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// The table of failures (crms/salesforce/failures.ts), row by row through the whole line: as the refusal of one record, and of a whole request.
const secondMs = 1_000;
const minuteMs = 60 * secondMs;
let line: Line;
type Row = {
  state: string;
  attempts: number;
  refused: Record<string, { code: string }>;
  trouble: { code: string; message: string; mendedBy: string } | null;
  call: string;
};
const rowOf = async (call: string) =>
  (
    await line.database.query(
      { text: 'select w.* from writes w join calls c on c.org = w.org and c.id = w.call where c.external_id = $1' },
      [call],
    )
  ).rows[0] as Row;
const hear = async (call: string) => {
  for (const [type, data, atMs] of [
    ['call.started', { direction: 'inbound', customer: { number: '+48999888777' } }, 0],
    ['call.ended', {}, 20_000],
  ] as const)
    await line.send({ id: `${call} ${type}`, body: { version: 1, type, call, at: new Date(line.now() + atMs).toISOString(), data } });
};
const tasks = async (call: string) => (await line.export('Task')).filter((task) => task['Cordboard_Call__c'] === call);
/** What the log of these calls sends and can be without. Their owner is the connected user, so there is no other. */
const sent = new Set(['CallType', 'CallDisposition', 'WhoId', 'WhatId']);
const todos: Readonly<Record<string, { readonly todo: string } | undefined>> = mends;
/** What is to be done is said with each; codes that mean something else in some of their texts say it in words of their own. */
const todoOf = (code: string, message: string): string | undefined =>
  /Concurrent|external ID|UNABLE_TO_LOCK_ROW/.test(message) ? undefined : (todos[code]?.todo ?? "We don't know this answer yet.");
const refusals = saidRefusals.map(([code, message, mendedBy, fields = []], n) => ({
  code,
  message,
  mendedBy,
  fields,
  call: `${code}-${n}`,
  spares: code in mends && 'field' in mends[code as keyof typeof mends] && fields.length > 0 && fields.every((field) => sent.has(field)),
}));

const open = async () => {
  line = await openLine({ orgs: [{ policy: { language: 'en' } }] });
};
const close = async () => {
  const unexplained = await line.unexplained();
  await line.close();
  if (unexplained.length > 0) throw new Error(`Calls without an explanation (D5): ${JSON.stringify(unexplained)}`);
};
const isWritten = async (calls: readonly string[]) => {
  const { rows } = await line.database.query(
    {
      text: "select 1 from writes w join calls c on c.org = w.org and c.id = w.call where c.external_id = any($1) and w.state <> 'written'",
    },
    [calls],
  );
  return rows.length === 0;
};
/** A minute at a time, and no longer than all that is tried again takes. */
const advanceUntilWritten = async (calls: readonly string[]) => {
  for (let minutes = 0; minutes < 20 && !(await isWritten(calls)); minutes++) await line.advanceTo(line.now() + minuteMs);
};

describe('of one record', () => {
  const before = new Map<string, Row>();
  const after = new Map<string, readonly unknown[]>();
  beforeAll(async () => {
    await open();
    for (const { code, message, fields, call, spares } of refusals)
      await line.control('POST', '/faults', {
        kind: 'row-error',
        field: 'Cordboard_Call__c',
        value: call,
        error: { statusCode: code, message, fields },
        // Refused once for the field; without it the record is taken.
        ...(spares ? { times: 1 } : {}),
      });
    for (const { call } of refusals) await hear(call);
    await line.advanceTo(line.now() + 2 * minuteMs);
    for (const { call } of refusals) before.set(call, await rowOf(call));
    await line.control('DELETE', '/faults');
    for (const { state, call } of before.values()) if (state === 'parked') await line.admin.writeAgain(line.org, call);
    await advanceUntilWritten(refusals.map(({ call }) => call));
    for (const { call } of refusals) after.set(call, await tasks(call));
    await close();
  }, 180_000);
  test.each(refusals)('$code “$message”: $mendedBy', ({ code, message, mendedBy, fields, call, spares }) => {
    const row = before.get(call)!;
    if (spares) {
      expect(row).toMatchObject({ state: 'written', attempts: 0, trouble: null });
      expect(Object.keys(row.refused)).toEqual(fields);
    } else {
      expect(row.trouble).toMatchObject({ code, mendedBy });
      expect(row.trouble!.message).toContain(`“${message}” ${todoOf(code, message) ?? ''}`);
      if (mendedBy === 'time') expect(row).toMatchObject({ state: 'due', attempts: 0 });
      else expect(row).toMatchObject({ state: 'parked', attempts: mendedBy === 'admin' ? 1 : 5 });
    }
    expect(after.get(call), 'mended, it is written, once').toHaveLength(1);
  });
});

describe('of a whole request', () => {
  beforeAll(open);
  afterAll(close);
  test.each(refusals)('$code “$message”: $mendedBy', async ({ code, message, mendedBy, fields, call: before, spares }) => {
    const call = `whole ${before}`;
    await line.control('POST', '/faults', {
      kind: 'whole-400',
      error: { statusCode: code, message, fields },
      match: { method: 'PATCH' },
    });
    await hear(call);
    await line.advanceTo(line.now() + minuteMs);
    const row = await rowOf(call);
    const [facts] = (await line.database.query({ text: 'select crm_trouble from org_facts' })).rows as { crm_trouble: unknown }[];
    await line.control('DELETE', '/faults');
    if (row.state === 'parked') await line.admin.writeAgain(line.org, row.call);
    await advanceUntilWritten([call]);

    // A collection is refused as one for a column that isn't there for the connected user, and that column is spared.
    const columns = ['INVALID_FIELD', 'INVALID_FIELD_FOR_INSERT_UPDATE'].includes(code) && spares;
    if (mendedBy === 'us') expect(row).toMatchObject({ state: 'parked', attempts: 5, trouble: { code } });
    else if (!columns) {
      // It may be this record and it may be all of them: nothing is held against it, the org says why, and it goes on by itself.
      expect(row).toMatchObject({ state: 'due', attempts: 0 });
      if (row.trouble === null || mendedBy === 'time') expect(facts!.crm_trouble).toMatchObject({ code, mendedBy });
      else expect(row.trouble).toMatchObject({ code, mendedBy });
    }
    expect(await tasks(call)).toHaveLength(1);
    expect(await rowOf(call)).toMatchObject({ state: 'written', attempts: 0 });
  });
});
