import { afterEach, expect, test } from 'vitest';
import { connectStore } from '../server/store/connect-store.ts';
import type { OrgId } from '../server/store.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// W9: another org takes the place of the one that was connected. On the whole line, between two stand-ins.
const stranger = '+48501999888';
const tanaka = '+48501999777';
const policy = { language: 'en', stranger: { missed: 'lead' }, logging: { missed: 'open' } };

let line: Line | undefined;
afterEach(disconnect);
async function disconnect() {
  const unexplained = await line?.unexplained();
  await line?.close();
  line = undefined;
  if (unexplained) expect(unexplained).toEqual([]); // D5
}
const say = (type: string, call: string, atMs: number, data: unknown) =>
  line!.send({ id: `${call}-${type}`, body: { version: 1, type, call, at: new Date(atMs).toISOString(), data } });
async function missed(call: string, number: string) {
  const startedAtMs = line!.now();
  await say('call.started', call, startedAtMs, { direction: 'inbound', customer: { number } });
  await say('call.ended', call, startedAtMs + 20_000, {});
}
const pass = (ms: number) => line!.advanceTo(line!.now() + ms);
const rows = async (text: string) => (await line!.database.query({ text })).rows as Record<string, unknown>[];
const explained = async () =>
  Object.fromEntries((await line!.explanations()).map((one) => [one.externalId, `${one.explanation}: ${one.because}`]));
const tasks = async (org: OrgId) => (await line!.export('Task', org)).map((one) => [one['CallObject'], one['Description'], one['WhoId']]);

/** As connecting does it: let go, forget, connect. `org` 2 lends its stand-in. */
async function connectAnother(meanwhile: () => Promise<void> = async () => undefined) {
  const store = connectStore(line!.database);
  const [{ crm }] = (await rows('select crm from orgs where org = 2')) as [{ crm: string }];
  await line!.database.query({ text: 'update orgs set crm = null where org = 2' });
  await store.disconnect(line!.org);
  await meanwhile();
  await store.forgetFormerOrg(line!.org);
  await line!.database.query({ text: 'update orgs set crm = $1 where org = 1' }, [crm]);
  await pass(60_000);
}

test('what the former org holds is left alone, what waited is not sent elsewhere, and who was known there is a stranger', async () => {
  line = await openLine({ orgs: [{ policy }, { mode: 'observe' }] });
  const [former, another] = [1, 2] as OrgId[];
  await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', MobilePhone: tanaka } });
  await pass(2 * 60_000);
  await missed('known', tanaka);
  await missed('stranger', stranger);
  await pass(2 * 60_000);
  await line.admin.setMode(line.org, 'paused', false);
  await missed('waiting', tanaka);
  await pass(60_000);
  expect(await explained()).toMatchObject({ known: 'written: in Salesforce', stranger: 'written: in Salesforce' });
  const before = await tasks(former!);
  expect(before.map(([call]) => call)).toEqual(['known', 'stranger']);

  await line.admin.setMode(line.org, 'live', false);
  await connectAnother();
  expect(await rows('select mode from orgs where org = 1')).toEqual([{ mode: 'observe' }]);
  expect(await explained()).toMatchObject({
    known: 'written: in the org that was connected before',
    stranger: 'written: in the org that was connected before',
    waiting: 'skipped: meant for the org that was connected before',
  });
  expect(await rows('select 1 from writes where crm_id is not null')).toEqual([]);
  expect(await rows(`select 1 from book_numbers where number_key in ('${tanaka}', '${stranger}')`)).toEqual([]);

  // Live, with all that was observed; and something late is heard of the former calls
  await line.admin.setMode(line.org, 'live', true);
  for (const call of ['known', 'stranger', 'waiting'])
    await say('call.commented', call, line.now(), { text: 'late', agent: { id: '101' } });
  await pass(2 * 60_000);
  expect(await tasks(another!)).toEqual([]);
  expect(await tasks(former!)).toEqual(before);

  await missed('again', stranger);
  await missed('known again', tanaka);
  await pass(2 * 60_000);
  expect((await tasks(another!)).map(([call]) => call)).toEqual(['again', 'known again']);
  expect(await tasks(former!)).toEqual(before);
  const leads = (await line.export('Lead', another)).filter((lead) => [stranger, tanaka].some((phone) => phone === lead['Phone']));
  expect(leads).toHaveLength(2);

  // A person's word brings one over; nobody of the former org is named by it
  const call = (await line.explanations()).find(({ externalId }) => externalId === 'known')!.call;
  expect(await line.admin.writeAgain(line.org, call)).toBe(1);
  await pass(2 * 60_000);
  const [, , whoId] = (await tasks(another!)).find(([id]) => id === 'known')!;
  expect([undefined, null, ...leads.map((lead) => lead['Id'])]).toContain(whoId);
  expect(await explained()).toMatchObject({ known: 'written: in Salesforce' });
});

test('a call whose number somebody was chosen for in the former org, and one that is being told, are matched anew', async () => {
  line = await openLine({ orgs: [{ policy }, { mode: 'observe' }] });
  const { id } = await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', MobilePhone: tanaka } });
  await pass(2 * 60_000);
  const linked = { who: { kind: 'contact', id, name: 'Tanaka' }, by: { id: '101' } };
  for (const call of ['one', 'two']) {
    await missed(call, stranger);
    await say('call.linked', call, line.now() + 30_000, linked);
    await pass(60_000);
  }
  expect(await rows("select count(*)::int as n from calls where told -> 'linked' is not null")).toEqual([{ n: 2 }]);
  await connectAnother(async () => void (await missed('meanwhile', stranger)));
  await missed('three', stranger);
  await line.admin.setMode(line.org, 'live', true);
  await pass(2 * 60_000);
  expect(
    JSON.stringify(await rows("select wanted from writes w join calls c on c.id = w.call where c.external_id = 'three'")),
  ).not.toContain(id);
  expect((await tasks(2 as OrgId)).map(([call]) => call)).toEqual(['meanwhile', 'three']);
});
