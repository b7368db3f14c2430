import { afterEach, describe, expect, test } from 'vitest';
import { type PresetName, withPreset } from '../server/policy/presets.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// RS-36: what presets promise, from a delivery into the org.
const minutes = (n: number) => Date.parse('2026-03-02T09:00:00Z') + n * 60_000;
const anna = { id: 'anna.nowak@acme.example', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
const jamesHimself = { id: 'james.miller@acme.example', name: 'James Miller', email: 'james.miller@acme.example' };

let line: Line;
afterEach(disconnect);
async function disconnect() {
  const unexplained = await line.unexplained();
  await line.close();
  expect(unexplained).toEqual([]); // D5
}
const open = async (preset: PresetName) => {
  line = await openLine({ orgs: [{ policy: withPreset({ language: 'en' }, preset).document }] });
  const users = await line.export('User');
  return (email: string) => users.find((user) => user['Email'] === email)!['Id'] as string;
};
type Heard = {
  readonly direction?: 'inbound' | 'outbound';
  readonly number: string;
  readonly by?: typeof anna;
  readonly talked?: boolean;
  readonly voicemail?: true;
};
async function hear(call: string, atMs: number, { direction = 'inbound', number, by, talked, voicemail }: Heard) {
  const say = (type: string, afterMs: number, data: unknown) =>
    line.send({ id: `${call}-${type}`, body: { version: 1, type, call, at: new Date(atMs + afterMs).toISOString(), data } });
  await say('call.started', 0, { direction, customer: { number }, ...(direction === 'outbound' && { agent: by }) });
  if (talked) await say('call.answered', 5_000, { endpoint: { asDialled: '201', agent: by } });
  if (voicemail) await say('call.voicemail', 9_000, { seconds: 3 });
  await say('call.ended', 20_000, {});
  if (talked) await say('call.recording', 21_000, { recordingId: 'r-1', url: 'https://recordings.example.com/r-1', seconds: 15 });
}
const taskOf = async (call: string) => {
  const [task, ...others] = (await line.export('Task')).filter((one) => one['CallObject'] === call);
  expect(others).toEqual([]);
  return task;
};

describe('presets in the org', () => {
  test('DP-48: Dialpad: all calls of a linked contact are logged as completed tasks, and are past activities', async () => {
    await open('dialpad');
    const number = '+48501999123';
    const { id } = await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Tanaka', Phone: number } });
    await line.advanceTo(minutes(5));
    await hear('answered', minutes(6), { number, by: anna, talked: true });
    await hear('missed', minutes(7), { number });
    await hear('voicemail', minutes(8), { number, voicemail: true });
    await hear('dialled', minutes(9), { direction: 'outbound', number, by: anna, talked: true });
    await hear('in-vain', minutes(10), { direction: 'outbound', number, by: anna });
    await line.advanceTo(minutes(20));
    for (const call of ['answered', 'missed', 'voicemail', 'dialled', 'in-vain'])
      expect(await taskOf(call)).toMatchObject({ Status: 'Completed', IsClosed: true, WhoId: id });
    expect(await taskOf('dialled')).toMatchObject({ Subject: 'Cordboard call - Outbound / (1) min' });
  });

  test('RS-51, RS-52, RS-53, RS-54: Ringostat: outbound talks are closed tasks with the link for the lead’s owner, whoever called; in vain, or to a stranger, nothing', async () => {
    const idOf = await open('ringostat');
    const number = '+48501999123';
    const fields = { LastName: 'Tanaka', Company: 'Acme', Phone: number, OwnerId: idOf(anna.email) };
    const { id } = await line.asHuman({ action: 'create', object: 'Lead', fields });
    await line.advanceTo(minutes(5));
    await hear('talked', minutes(6), { direction: 'outbound', number, by: anna, talked: true });
    await hear('in-vain', minutes(7), { direction: 'outbound', number, by: anna });
    await hear('colleague', minutes(8), { number, by: jamesHimself, talked: true });
    await hear('missed', minutes(9), { number });
    await hear('for-owner', minutes(10), { direction: 'outbound', number, by: jamesHimself, talked: true });
    await hear('stranger', minutes(11), { direction: 'outbound', number: '+48501999777', by: anna, talked: true });
    await line.advanceTo(minutes(20));
    expect(await taskOf('for-owner')).toMatchObject({ IsClosed: true, OwnerId: idOf(anna.email), WhoId: id });
    expect(await taskOf('stranger')).toBeUndefined();
    expect(await taskOf('talked')).toMatchObject({
      IsClosed: true,
      OwnerId: idOf(anna.email),
      WhoId: id,
      Description: expect.stringContaining('https://recordings.example.com/r-1'),
    });
    expect(await taskOf('in-vain')).toBeUndefined();
    expect(await taskOf('missed')).toMatchObject({ IsClosed: false, OwnerId: idOf(anna.email), WhoId: id }); // RS-46
    const review = (await line.export('Task')).find(
      (task) => String(task['Subject']).includes('James Miller') && task['IsClosed'] === false,
    );
    expect(review).toMatchObject({ OwnerId: idOf(anna.email), WhoId: id }); // RS-49
  });
});
