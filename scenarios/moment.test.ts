import { afterEach, describe, expect, test } from 'vitest';
import { type Line, openLine } from '../server/testing/line.ts';

// When a log is written (MT-13): early or at the end, there is one, and at the end it says what was.
let line: Line | undefined;
afterEach(async () => {
  await line?.close();
  line = undefined;
});
let sent = 0;
async function tell(call: string, type: string, data: unknown = {}, seconds = 0) {
  await line!.advanceTo(line!.now() + seconds * 1000);
  await line!.send({ id: `m${++sent}`, body: { version: 1, type: `call.${type}`, call, at: line!.now(), data } });
  await line!.advanceTo(line!.now() + 1_000);
}
const settle = () => line!.advanceTo(line!.now() + 120_000);
const under = async (policy: object) => {
  line = await openLine({ orgs: [{ policy: { language: 'en', ...policy } }] });
};
const anna = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
const at101 = { endpoint: { asDialled: '101', agent: anna } };
const rings = async (call: string, number = '+48601234567') => {
  await tell(call, 'started', { direction: 'inbound', customer: { number } });
  await tell(call, 'ringing', at101);
};
async function tasks(call: string) {
  const all = await line!.export('Task');
  return all.filter((one) => one['CallObject'] === call && !one['IsDeleted']);
}
async function taskOf(call: string) {
  const [task, ...others] = await tasks(call);
  expect(others).toEqual([]);
  return task!;
}
const shown = (task: Record<string, unknown>) =>
  ['Status', 'Subject', 'CallDurationInSeconds', 'CallDisposition'].map((name) => task[name] ?? null);
const requests = async () =>
  (
    (await line!.database.query({ text: 'select kind, count(*)::int from attempts group by kind order by kind' })).rows as {
      kind: string;
      count: number;
    }[]
  ).map(({ kind, count }) => `${count} ${kind}`);

describe('“after call end”', () => {
  test('MT-13, MT-15: “registered after the call has ended”, and not before', async () => {
    await under({});
    await rings('c');
    await tell('c', 'answered', at101, 4);
    expect(await tasks('c')).toEqual([]);
    await tell('c', 'ended', {}, 60);
    await settle();
    expect(shown(await taskOf('c'))).toEqual(['Completed', 'Cordboard call - Inbound / (2) min', 61, 'Answered']);
    expect(await requests()).toEqual(['1 create']);
  });
});

describe('“after call start”', () => {
  test('MT-13, MT-14, MT-16: “registered once the call has started”, open; its end completes it, with all that was set', async () => {
    await under({ moment: 'answer', status: { open: 'In Progress' }, texts: { en: { every: { comment: 'Talked: {DURATION}' } } } });
    await rings('c');
    expect(await tasks('c')).toEqual([]);
    await tell('c', 'answered', at101, 4);
    const early = await taskOf('c');
    expect(shown(early)).toEqual(['In Progress', 'Cordboard call - Inbound / (1) min', 0, 'Answered']);
    expect([early['IsReminderSet'], early['ActivityDate'], early['IsClosed']]).toEqual([false, '2026-03-02', false]);
    await tell('c', 'ended', {}, 119);
    await settle();
    const late = await taskOf('c');
    expect(shown(late)).toEqual(['Completed', 'Cordboard call - Inbound / (2) min', 120, 'Answered']);
    expect([late['Id'], String(late['Description']).includes('Talked: 2 min')]).toEqual([early['Id'], true]);
    // what it costs: the task is made, read and changed, where it would only be made
    expect(await requests()).toEqual(['1 change', '1 create', '1 read']);
  });
  test('MT-14: “calls never answered are written at end”', async () => {
    await under({ moment: 'answer' });
    await rings('c');
    await settle();
    expect(await tasks('c')).toEqual([]);
    await tell('c', 'ended', {});
    await settle();
    expect(shown(await taskOf('c')).slice(0, 2)).toEqual(['Not Started', 'Cordboard call - Missed / (0) min']);
  });
  test('RS-12: “a lead and a task are created on the fact of the call”: at ring, for a stranger', async () => {
    await under({ moment: 'ring', stranger: { missed: 'lead', answered: 'lead', moment: 'ring' } });
    await rings('c', '+48501999888');
    await line!.advanceTo(line!.now() + 15_000);
    const early = await taskOf('c');
    expect(shown(early)).toEqual(['Not Started', 'Cordboard call - Inbound / (0) min', 0, null]);
    const [lead] = (await line!.export('Lead')).filter((one) => one['Phone'] === '+48501999888');
    expect([early['WhoId'], early['IsReminderSet'], lead!['Company']]).toEqual([lead!['Id'], false, 'Caller']);
    await tell('c', 'answered', at101, 4);
    await tell('c', 'ended', {}, 30);
    await settle();
    const late = await taskOf('c');
    expect([late['Id'], late['WhoId'], ...shown(late).slice(0, 2)]).toEqual([
      ...[early['Id'], lead!['Id']],
      ...['Completed', 'Cordboard call - Inbound / (1) min'],
    ]);
  });
  test('MT-14: “must be completed at end”, also when no end is ever told', async () => {
    await under({ moment: 'answer' });
    await rings('c');
    await tell('c', 'answered', at101, 4);
    await line!.advanceTo(line!.now() + 5 * 3_600_000);
    const task = await taskOf('c');
    expect(task['Status']).toBe('Completed');
    expect(task['Description']).toContain('it was presumed');
  });
  test('D2: one that turns out to be part of another is closed with the reason; one that its rule skips as well', async () => {
    await under({ moment: 'ring', logging: { voicemail: 'skip' } });
    await rings('main');
    await tell('main', 'answered', at101, 4);
    await tell('part', 'started', { direction: 'outbound', customer: { number: '+48601234567' }, agent: anna });
    await rings('box');
    await settle();
    expect((await Promise.all(['part', 'box'].map(taskOf))).map((task) => task['Status'])).toEqual(['Not Started', 'Not Started']);
    await tell('part', 'joined', { into: 'main' });
    await tell('main', 'ended', {}, 30);
    await tell('box', 'voicemail', { seconds: 9 });
    await tell('box', 'ended', {});
    await settle();
    const [main, part, box] = await Promise.all(['main', 'part', 'box'].map(taskOf));
    expect([main, part, box].map((task) => task!['Status'])).toEqual(['Completed', 'Completed', 'Completed']);
    expect(part!['Description']).toContain('No longer valid: this call is part of call main');
    expect(box!['Description']).toContain('No longer valid: calls of this type (Voicemail) are set not to be logged.');
  });
  test('W3: what a person does to it while they talk stays', async () => {
    await under({ moment: 'answer' });
    await rings('c');
    await tell('c', 'answered', at101, 4);
    const { Id } = await taskOf('c');
    await line!.asHuman({ action: 'update', object: 'Task', id: Id as string, fields: { Subject: 'Oven for Ewa' } });
    await tell('c', 'ended', {}, 60);
    await settle();
    expect(shown(await taskOf('c'))).toEqual(['Completed', 'Oven for Ewa', 61, 'Answered']);
  });
  test('D1: the record is looked for once more at the end', async () => {
    await under({ moment: 'answer' });
    await rings('c', '+48501999888');
    await tell('c', 'answered', at101, 4);
    expect((await taskOf('c'))['WhoId'] ?? null).toBe(null);
    const { id } = await line!.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', Phone: '+48501999888' } });
    await line!.advanceTo(line!.now() + 120_000);
    await tell('c', 'ended', {});
    await settle();
    expect((await taskOf('c'))['WhoId']).toBe(id);
  });
  test('it is written once, in whatever order its facts come', async () => {
    await under({ moment: 'ring' });
    await tell('c', 'ended', {});
    await tell('c', 'answered', at101);
    await rings('c');
    await settle();
    expect(await tasks('c')).toHaveLength(1);
    expect(await line!.unexplained()).toEqual([]);
  });
});
