import { afterEach, describe, expect, test } from 'vitest';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// What each setting does alone is told beside it; here is what several do together.
let line: Line;
afterEach(() => line.close());
let sent = 0;
async function tell(call: string, type: string, data: unknown = {}, secondsAgo = 0) {
  await line.send({
    id: `i${++sent}`,
    body: { version: 1, type: `call.${type}`, call, at: line.now() - secondsAgo * 1000, data },
  });
  await pass(1);
}
const pass = (seconds: number) => line.advanceTo(line.now() + seconds * 1000);
const save = (policy: object) => line.admin.savePolicy(line.org, parsePolicy({ language: 'en', ...policy }), 'admin');
async function under(policy: object) {
  line = await openLine({ orgs: [{ policy: { language: 'en', ...policy } }] });
}
const anna = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
const at101 = { endpoint: { asDialled: '101', agent: anna } };
const ewa = '+48601234567';
async function answered(call: string, number = ewa, on = { id: 'shop' }) {
  await tell(call, 'started', { direction: 'inbound', customer: { number }, line: on });
  await tell(call, 'ringing', at101);
  await tell(call, 'answered', at101);
  await pass(15);
}
const tasks = async (call: string) =>
  (await line.export('Task')).filter((one) => one['CallObject'] === call && !one['IsDeleted']).map((one) => one['Status']);
const verdictOf = async (call: string) =>
  (await line.database.query({ text: 'select verdict from calls where external_id = $1' }, [call])).rows[0]!['verdict'];

describe('a log written while the call goes on', () => {
  test('DP-08: its end is decided by the version that was in force then, not by one saved before the end was heard of', async () => {
    await under({ moment: 'answer' });
    await answered('c');
    expect(await tasks('c')).toEqual(['Not Started']);
    await pass(60);
    await save({ moment: 'answer', logging: { 'inbound-answered': 'skip' } });
    await pass(10);
    await tell('c', 'ended', {}, 30);
    await pass(120);
    const [task] = (await line.export('Task')).filter((one) => one['CallObject'] === 'c');
    expect(task!['Status']).toBe('Completed');
    expect(task!['Description']).not.toContain('No longer valid');
  });
  test('DP-05: switched off before it ends, it stays as it is; asked for once it is on, it is completed, and there is one', async () => {
    await under({ moment: 'answer' });
    await answered('c');
    await save({ moment: 'answer', lines: { shop: { enabled: false } } });
    await pass(10);
    await tell('c', 'ended');
    await pass(120);
    expect(await tasks('c')).toEqual(['Not Started']);
    expect(await verdictOf('c')).toMatchObject({ is: 'skipped', because: 'The integration is off for line shop (DP-05).' });
    expect(await line.explanations()).toMatchObject([
      { explanation: 'written', because: 'left as it was written: The integration is off for line shop (DP-05).' },
    ]);
    await save({ moment: 'answer' });
    await line.admin.policies.writeKept(line.org, 'Olga');
    await pass(120);
    expect(await tasks('c')).toEqual(['Completed']);
    expect(await line.explanations()).toMatchObject([{ explanation: 'written', because: 'in Salesforce' }]);
    expect(await line.unexplained()).toEqual([]);
  });
  test('a row about calls we make holds from the first ring on: nothing is written only to be taken back', async () => {
    const skipped = { name: 'ours', when: { direction: 'outbound' }, then: { log: 'skip' } };
    await under({ moment: 'ring', rows: [skipped] });
    await tell('c', 'started', { direction: 'outbound', customer: { number: ewa }, agent: anna, dialled: ewa });
    await pass(30);
    expect(await tasks('c')).toEqual([]);
    await tell('c', 'ended', { cause: 'busy' });
    await pass(120);
    expect(await tasks('c')).toEqual([]);
  });
});

test('RS-02: where a caller came from goes into the lead made for the number, also when it calls again', async () => {
  await under({});
  await line.control('POST', '/fields', { object: 'Lead', name: 'Last_Source__c', label: 'Last source', type: 'string', length: 40 });
  await save({
    stranger: { answered: 'lead', moment: 'answer' },
    attribution: { how: 'first and last' },
    fields: { Lead: { Last_Source__c: { from: 'UTM_SOURCE', touch: 'last' } } },
  });
  await pass(10);
  const number = '+48501999777';
  const sources = async () => (await line.export('Lead')).filter((one) => one['Phone'] === number).map((one) => one['Last_Source__c']);
  for (const [call, source] of [
    ['first', 'google'],
    ['again', 'bing'],
  ] as const) {
    await tell(call, 'started', { direction: 'inbound', customer: { number }, line: { id: 'shop' } });
    await tell(call, 'attributed', { source });
    await tell(call, 'answered', at101);
    await tell(call, 'ended');
    await pass(200);
    await tell(call, 'tagged', { tags: ['late'] });
    await pass(200);
    expect(await sources()).toEqual([source]);
  }
});
