import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { agentDoors } from '../server/testing/agent-doors.ts';
import { type Line, type LineOptions, openLine } from '../server/testing/line.ts';

// What agents save before, during and after a call, from their door into the org.
// One line serves all tests but those with an org of their own; each sees the tasks that came since it began.
let shared: Line | undefined;
let line: Line | undefined;
let before: ReadonlySet<string>;
const close = async () => {
  const unexplained = await line?.unexplained();
  if (line !== shared) await line?.close();
  line = undefined;
  expect(unexplained ?? []).toEqual([]);
};
afterEach(close);
afterAll(() => shared?.close());

const anna = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
const piotr = { id: '106', name: 'Piotr Zielinski', email: 'piotr.zielinski@acme.example' };
const ewa = '+48601234567';
let sent = 0;
let round = 0;
const own = (name: string) => `${name}.${round}`;
const open = async (options?: LineOptions) => {
  line = options ? await openLine(options) : (shared ??= await openLine());
  // a call of a former test is not one of just now
  await line.advanceTo(line.now() + 120_000);
  before = new Set((await line.export('Task')).map(({ Id }) => String(Id)));
  round++;
  const doors = agentDoors(line);
  const as = async (name: string) => {
    const ask = await doors(name);
    return (method: string, path: string, body?: unknown, key?: string) => ask(method, path, body, key && own(key));
  };
  return { line, as, agent: await as(anna.name) };
};
async function tell(call: string, type: string, data: unknown = {}, seconds = 0) {
  await line!.advanceTo(line!.now() + seconds * 1000);
  await line!.send({ id: `n${++sent}`, body: { version: 1, type: `call.${type}`, call: own(call), at: line!.now(), data } });
  await line!.rest();
}
const settle = (seconds = 120) => line!.advanceTo(line!.now() + seconds * 1000);
const rings = async (call: string, number = ewa) => {
  await tell(call, 'started', { direction: 'inbound', customer: { number }, line: { id: 'sales', name: 'Sales' } });
  await tell(call, 'ringing', { endpoint: { asDialled: '101', agent: anna } }, 1);
};
const talks = async (call: string, number = ewa) => {
  await rings(call, number);
  await tell(call, 'answered', { endpoint: { asDialled: '101', agent: anna } }, 5);
};
const ends = (call: string) => tell(call, 'ended', {}, 60);
const contact = async (name = 'Ewa Kowalczyk') => {
  const one = (await line!.export('Contact')).find((each) => each['Name'] === name);
  return { kind: 'contact', id: String(one!['Id']), name };
};
type Task = Record<'Id' | 'Subject' | 'Description' | 'Status' | 'OwnerId' | 'WhoId' | 'CallObject', string>;
const tasks = async () =>
  ((await line!.export('Task')) as Task[])
    .filter(({ Id }) => !before.has(Id))
    .map((task) => ({ ...task, CallObject: task.CallObject && task.CallObject.replace(own(''), '') }));
/** The one task that came. */
const onlyTask = async (): Promise<Task> => {
  const [task, ...others] = await tasks();
  expect(others.map(({ Subject }) => Subject)).toEqual([]);
  return task!;
};
/** What stands above our block, and in it. */
const partsOf = ({ Description }: Task) => {
  const [memo = '', block = ''] = Description.split('--- Cordboard ---\n');
  return { memo: memo.trim(), block: block.split('\n--- end of Cordboard ---')[0]! };
};
const ago = (seconds: number) => new Date(line!.now() - seconds * 1000).toISOString();

describe('before a call', () => {
  test('DP-37, DP-40, DP-42: a task created from the app is "Not Started", under next steps, and its agent’s', async () => {
    const { agent } = await open();
    const who = await contact();
    const saved = await agent('POST', '/api/tasks', { subject: 'Send the offer', memo: 'By e-mail', who, dueDate: '2026-03-05' }, 'k1');
    expect(saved).toMatchObject({ status: 201, body: { state: 'waiting', because: 'the org to take it' } });
    await settle(5);
    const task = await onlyTask();
    const [user] = (await line!.export('User')).filter((one) => one['Name'] === anna.name);
    expect(task).toMatchObject({
      ...{ Subject: 'Send the offer', Description: 'By e-mail', Status: 'Not Started', WhoId: who.id, OwnerId: user!['Id'] },
      ...{ ActivityDate: '2026-03-05', TaskSubtype: 'Task', IsClosed: false, CallType: null, CallDurationInSeconds: null },
    });
    expect(await agent('GET', `/api/tasks/${String(saved.body['id'])}`)).toEqual({
      status: 200,
      body: { id: saved.body['id'], state: 'written', url: `https://acme.my.salesforce.com/${task.Id}` },
    });
  });

  test('DP-41: a task created before calling stays independent; the call that follows has a log of its own', async () => {
    const { agent } = await open();
    const who = await contact();
    await agent('POST', '/api/tasks', { subject: 'Ask for the order', who }, 'k');
    await settle(30);
    await talks('c');
    await ends('c');
    await settle();
    const all = await tasks();
    expect(all.map(({ Subject, Status, CallObject }) => [Subject, Status, CallObject])).toEqual([
      ['Ask for the order', 'Not Started', null],
      ['Cordboard call - Inbound / (1) min', 'Completed', 'c'],
    ]);
    expect(partsOf(all[1]!).memo).toBe('');
  });

  test('a double click, an answer that was lost, and another agent with the same key: once each; another text under the key is refused', async () => {
    const { agent, as } = await open();
    const save = () => agent('POST', '/api/tasks', { subject: 'Once' }, 'k');
    const answers = await Promise.all([save(), save(), save()]);
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 200, 201]);
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(1);
    expect(await agent('POST', '/api/tasks', { subject: 'Twice' }, 'k')).toMatchObject({
      status: 409,
      body: { error: { code: 'key_reused' } },
    });
    const colleague = await as(piotr.name);
    expect((await colleague('POST', '/api/tasks', { subject: 'Once' }, 'k')).status).toBe(201);
    expect((await colleague('GET', `/api/tasks/${String(answers[0].body['id'])}`)).status).toBe(404);
    await settle(5);
    expect((await tasks()).map(({ Subject }) => Subject)).toEqual(['Once', 'Once']);
  });

  test('W4: the org’s answer is lost, and the request lands late: one task all the same, and its text nobody else’s', async () => {
    const { agent, line } = await open();
    line.holdNextWrite();
    const { body } = await agent('POST', '/api/tasks', { subject: 'Once', memo: 'whatever happens' }, 'k');
    await settle(10);
    await line.letHeldRequestsLand();
    await settle(300);
    expect(await onlyTask()).toMatchObject({ Subject: 'Once', Description: 'whatever happens' });
    expect((await agent('GET', `/api/tasks/${String(body['id'])}`)).body).toMatchObject({ state: 'written' });
    expect((await agent('GET', `/api/tasks/${String(body['id'])}`)).body).not.toHaveProperty('theirs');
  });

  test('what the org won’t take is said to its agent, and goes when it is mended; deleted by a person it stays so until its agent says otherwise', async () => {
    const { agent, line } = await open();
    await line.control('POST', '/validation-rules', {
      object: 'Task',
      name: 'NoOffers',
      formula: 'CONTAINS(Subject, "offer")',
      message: 'Offers go by the portal.',
    });
    const { body } = await agent('POST', '/api/tasks', { subject: 'Send the offer' }, 'k');
    const path = `/api/tasks/${String(body['id'])}`;
    await settle(60);
    expect((await agent('GET', path)).body).toMatchObject({
      state: 'failed',
      because: expect.stringContaining('Offers go by the portal.'),
    });
    await line.control('DELETE', '/validation-rules');
    expect(await agent('POST', `${path}/write-again`)).toMatchObject({ status: 202, body: { state: 'waiting' } });
    await agent('POST', `${path}/write-again`); // it waits already
    const asked = await line.database.query({ text: "select who, detail from audit where what = 'task.write-again'" });
    expect(asked.rows).toEqual([{ who: 'Anna Nowak', detail: { task: path.split('/').at(-1), agent: expect.stringMatching(/^005/) } }]);
    await settle(60);
    expect((await agent('GET', path)).body).toMatchObject({ state: 'written' });
    await line.asHuman({ action: 'delete', object: 'Task', id: (await onlyTask()).Id });
    await settle(3_600);
    expect((await tasks()).length).toBe(1);
  });

  test('what can’t be a task is refused with what to do', async () => {
    const { agent } = await open();
    const lead = { kind: 'lead', id: '00Q000000000001AAA' };
    const account = { kind: 'account', id: '001000000000001AAA' };
    const said = async (body: object, key?: string) => (await agent('POST', '/api/tasks', body, key)).body['error'];
    expect(await said({ subject: 'x' })).toMatchObject({
      code: 'no_key',
      message: expect.stringMatching(/^Send the header idempotency-key/),
    });
    expect(await said({ memo: 'x' }, 'k')).toMatchObject({ message: 'subject: a task that goes into no call needs one' });
    expect(await said({ subject: 'x', who: lead, what: account }, 'k')).toMatchObject({ message: expect.stringMatching(/^what: /) });
    expect(await said({ subject: 'x', who: { ...lead, id: "'; drop" } }, 'k')).toMatchObject({
      message: expect.stringMatching(/^who.id: /),
    });
    expect(await said({ subject: 'x'.repeat(256) }, 'k')).toMatchObject({ message: expect.stringMatching(/^subject: /) });
    expect(await said({ subject: 'x', call: '999' }, 'k')).toMatchObject({ code: 'unknown_call' });
    expect(await tasks()).toEqual([]);
  });

  test('DP-11: in the agent’s own name where they lent it', async () => {
    const { agent, line } = await open({});
    const user = await line.lend(anna.email);
    await agent('POST', '/api/tasks', { subject: 'Mine' }, 'k');
    await settle(5);
    expect(await onlyTask()).toMatchObject({ OwnerId: user, CreatedById: user });
  });

  test('W9: what an agent saved while the org was only observed is written when it goes live, whatever becomes of the calls', async () => {
    const { agent, line } = await open({ orgs: [{ mode: 'observe' }] });
    const { body } = await agent('POST', '/api/tasks', { subject: 'Later' }, 'k');
    await settle(60);
    expect(body).toMatchObject({ state: 'waiting', because: 'the org to go live: it is only observed' });
    expect(await tasks()).toEqual([]);
    await line.admin.setMode(line.org, 'live', false);
    await settle(60);
    expect(await onlyTask()).toMatchObject({ Subject: 'Later' });
  });
});

describe('during a call', () => {
  const offer = { subject: 'Wants an offer', memo: 'Two hundred pieces' };

  test('DP-16, DP-39, DP-43, DP-44, DP-46: subject and memo saved in the call: one completed task tied to the call, with its call fields', async () => {
    const { agent } = await open();
    const who = await contact();
    await talks('c');
    const saved = await agent('POST', '/api/tasks', { ...offer, who, opened: ago(0) }, 'k');
    expect(saved).toMatchObject({ status: 201, body: { call: expect.any(String), state: 'waiting' } });
    await settle(5);
    expect(await tasks()).toEqual([]);
    await ends('c');
    await settle();
    const task = await onlyTask();
    expect(task).toMatchObject({
      ...{ Subject: offer.subject, Status: 'Completed', CallObject: 'c', WhoId: who.id },
      ...{ CallType: 'Inbound', TaskSubtype: 'Call', CallDurationInSeconds: 65 },
    });
    expect(partsOf(task)).toEqual({
      memo: offer.memo,
      block: expect.stringMatching(/^Customer: \+48601234567\nLine: Sales\nWaiting time: 6 s/),
    });
    expect((await agent('GET', `/api/tasks/${String(saved.body['id'])}`)).body).toMatchObject({
      state: 'written',
      url: expect.any(String),
    });
  });

  test('DP-45: "[Save] may be pressed during the call or after it has ended, both work": the same single task', async () => {
    const { agent } = await open();
    const who = await contact();
    await talks('c');
    const opened = ago(0);
    await ends('c');
    await settle();
    const former = await onlyTask();
    await agent('POST', '/api/tasks', { ...offer, who, opened }, 'k');
    await settle();
    const after = await onlyTask();
    expect(after).toMatchObject({ Id: former.Id, Subject: offer.subject, Status: 'Completed' });
    expect(partsOf(after)).toEqual({ memo: offer.memo, block: partsOf(former).block });
  });

  test('DP-41, DP-46: opened or saved during the call it is bound; taken off by the agent’s toggle, with another record, or after the call it is not', async () => {
    const { agent } = await open();
    const [who, other] = [await contact(), await contact("Grace O'Neil")];
    const bound = async (body: object, key: string) =>
      (await agent('POST', '/api/tasks', { subject: key, ...body }, key.replaceAll(' ', '-'))).body['call'] !== undefined;
    const early = ago(60);
    await talks('c');
    expect(await bound({ who, opened: early }, 'opened before, saved in the call')).toBe(true);
    expect(await bound({ who, opened: early, attach: false }, 'toggle off')).toBe(false);
    expect(await bound({ who: other, opened: ago(0) }, 'about somebody else')).toBe(false);
    const opened = ago(0);
    await ends('c');
    await settle(1);
    expect(await bound({ who, opened }, 'opened in the call, saved after')).toBe(true);
    expect(await bound({ who, opened: early }, 'opened before, saved after')).toBe(false);
    await settle(5);
    expect(await bound({ who, opened: ago(0) }, 'opened after')).toBe(false);
    await settle();
    const all = await tasks();
    expect(all.filter(({ CallObject }) => CallObject === 'c').map(({ Subject }) => Subject)).toEqual(['opened in the call, saved after']);
    expect(all.length).toBe(5);
  });

  test('an outbound call, a number nobody has, and a call of a colleague', async () => {
    const { agent, as } = await open();
    await tell('o', 'started', { direction: 'outbound', customer: { number: '+48221112233' }, agent: anna });
    const { rows } = await line!.database.query({ text: 'select max(id) as id from calls' });
    const call = String(rows[0]!.id);
    expect((await agent('POST', '/api/tasks', { subject: 'Left word', call }, 'k')).body).toMatchObject({ call });
    const colleague = await as(piotr.name);
    expect((await colleague('POST', '/api/tasks', { subject: 'Not mine', call }, 'k')).status).toBe(404);
    expect((await colleague('PUT', `/api/calls/${call}/memo`, { memo: 'Not mine' }, 'm')).status).toBe(404);
    expect((await colleague('GET', `/api/calls/${call}/memo`)).status).toBe(404);
    await ends('o');
    await settle();
    expect(await onlyTask()).toMatchObject({ Subject: 'Left word', CallObject: 'o' });
  });

  test('DP-23, DP-73: saved for the call with another record on the screen, that is what the call is about, and its tasks follow', async () => {
    const rows = [{ name: 'all', when: {}, then: { tasks: [{ name: 'Offer' }] } }];
    const { agent } = await open({ orgs: [{ policy: { language: 'en', moment: 'answer', rows } }] });
    const [found, luc] = [await contact(), await contact('Luc Dubois')];
    const whoOf = async () => (await tasks()).map(({ WhoId }) => WhoId);
    await talks('c');
    await settle(30);
    expect(await whoOf()).toEqual([found.id]);
    const call = await rowOf('c');
    await agent('POST', '/api/tasks', { ...offer, who: luc, call }, 'k');
    await settle(30);
    expect(await whoOf()).toEqual([luc.id]);
    await ends('c');
    await settle();
    expect(await whoOf()).toEqual([luc.id, luc.id]);
    // sent again, it is the saving it was: the agent has chosen anew meanwhile
    await agent('POST', '/api/tasks', { memo: 'No, Ewa', who: found, call, opened: ago(130) }, 'k2');
    await agent('POST', '/api/tasks', { ...offer, who: luc, call }, 'k');
    await settle();
    expect(await whoOf()).toEqual([found.id, found.id]);
  });

  test('DP-24: a memo for the record that the call is about anyway is no choice', async () => {
    const { agent } = await open();
    await talks('c');
    await agent('POST', '/api/tasks', { ...offer, who: await contact(), call: await rowOf('c') }, 'k');
    await ends('c');
    await settle();
    const { rows } = await line!.database.query({ text: `select told -> 'linked' as linked from calls where id = $1` }, [await rowOf('c')]);
    expect(rows).toEqual([{ linked: null }]);
  });

  test('AC-08, DP-52 against an explicit save: a call that the rules would not log is logged', async () => {
    const { agent } = await open({ orgs: [{ policy: { language: 'en', logging: { 'inbound-answered': 'skip' } } }] });
    const who = await contact();
    for (const call of ['quiet', 'noted']) {
      await talks(call);
      if (call === 'noted') await agent('POST', '/api/tasks', { ...offer, who }, 'k');
      await ends(call);
    }
    await settle();
    expect(await onlyTask()).toMatchObject({ CallObject: 'noted', Status: 'Completed' });
  });

  test('C1: repeated, and told in any order: the memo before the call’s own facts, and after them', async () => {
    const results = [];
    for (const order of ['memo first', 'memo last']) {
      const { agent } = await open();
      await rings('c');
      const at = line!.now();
      const facts = [
        { id: 'a', type: 'call.answered', at: at + 5_000, data: { endpoint: { asDialled: '101', agent: anna } } },
        { id: 'e', type: 'call.ended', at: at + 65_000, data: {} },
      ].map((event) => ({ id: own(event.id), body: { version: 1, call: own('c'), ...event } }));
      const say = async () => {
        for (const fact of order === 'memo first' ? facts.toReversed() : facts) await line!.send(fact);
        await line!.rest();
      };
      const save = async () => {
        const asked = { ...offer, who: await contact(), opened: new Date(at).toISOString() };
        for (const key of ['k', 'k']) await agent('POST', '/api/tasks', asked, key);
      };
      for (const step of order === 'memo first' ? [save, say, say] : [say, save, say]) await step();
      await settle();
      const { Subject, Description, Status, CallDurationInSeconds } = (await onlyTask()) as Task & { CallDurationInSeconds: number };
      results.push({ Subject, Description, Status, CallDurationInSeconds });
      await close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[0]).toMatchObject({ Subject: offer.subject, CallDurationInSeconds: 60 });
  });

  test('a call that is transferred: both agents’ memos stand, and each changes their own', async () => {
    const { agent, as } = await open();
    const colleague = await as(piotr.name);
    await talks('c');
    await agent('PUT', `/api/calls/${await rowOf('c')}/memo`, { memo: 'From Anna' }, 'm');
    await tell('c', 'transferred', { from: anna, to: { asDialled: '106', agent: piotr }, how: 'attended' }, 20);
    await colleague('PUT', `/api/calls/${await rowOf('c')}/memo`, { memo: 'From Piotr' }, 'm');
    await ends('c');
    await settle();
    expect(partsOf(await onlyTask()).memo).toBe('From Anna\nFrom Piotr');
    const path = `/api/calls/${await rowOf('c')}/memo`;
    await colleague('PUT', path, { memo: 'From Piotr, again', subject: 'Renamed by Piotr' }, 'm2');
    await settle();
    expect((await colleague('GET', path)).body).toMatchObject({ subject: 'Renamed by Piotr', memo: 'From Piotr, again' });
    const { subject, memo } = (await agent('GET', path)).body;
    expect([subject, memo]).toEqual([undefined, 'From Anna']);
    expect(partsOf(await onlyTask()).memo).toBe('From Anna\nFrom Piotr, again');
  });

  test('W4: the log’s request is lost and lands late while the agent saves again: one task, with the last words', async () => {
    const { agent, line } = await open();
    const who = await contact();
    await talks('c');
    await agent('POST', '/api/tasks', { ...offer, who }, 'k');
    line.holdNextWrite();
    await ends('c');
    await settle(5);
    await agent('PUT', `/api/calls/${await rowOf('c')}/memo`, { memo: 'Three hundred' }, 'm');
    await line.letHeldRequestsLand();
    await settle(400);
    expect(partsOf(await onlyTask()).memo).toBe('Three hundred');
  });
});

const rowOf = async (call: string): Promise<string> =>
  String((await line!.database.query({ text: 'select id from calls where external_id = $1' }, [own(call)])).rows[0]!.id);

describe('after a call', () => {
  test('DP-47: "entering a memo and saving overwrites the memo on the previous call’s task", and the system’s block survives', async () => {
    const { agent } = await open();
    await talks('c');
    await agent('POST', '/api/tasks', { subject: 'Order', memo: 'First words', who: await contact() }, 'k');
    await ends('c');
    await tell('c', 'recording', { recordingId: 'r', url: 'https://pbx.example.com/r' });
    await tell('c', 'commented', { text: 'Typed in the phone', agent: anna });
    await settle();
    const former = await onlyTask();
    expect(partsOf(former).memo).toBe('Typed in the phone\nFirst words');
    const path = `/api/calls/${await rowOf('c')}/memo`;
    expect(await agent('PUT', path, { memo: 'Other words' }, 'm1')).toMatchObject({ status: 202, body: { state: 'waiting' } });
    await settle();
    const after = await onlyTask();
    expect(after).toMatchObject({ Id: former.Id, Subject: 'Order', Status: 'Completed' });
    expect(partsOf(after)).toEqual({ memo: 'Typed in the phone\nOther words', block: partsOf(former).block });
    expect(partsOf(after).block).toContain('Recording: https://pbx.example.com/r');
    expect(await agent('GET', path)).toMatchObject({
      body: { state: 'written', subject: 'Order', memo: 'Other words', call: await rowOf('c') },
    });
    // an earlier saving that is sent again comes too late to count
    await agent('PUT', path, { memo: '' }, 'm2');
    await agent('PUT', path, { memo: 'Other words' }, 'm1');
    await settle();
    expect(partsOf(await onlyTask()).memo).toBe('Typed in the phone');
  });

  test('words under a key that was used for others are refused, never lost without a word', async () => {
    const { agent } = await open();
    await talks('c');
    const path = `/api/calls/${await rowOf('c')}/memo`;
    const reused = { status: 409, body: { error: { code: 'key_reused' } } };
    await agent('POST', '/api/tasks', { memo: 'First', who: await contact() }, 'k');
    expect(await agent('PUT', path, { memo: 'Second' }, 'k')).toMatchObject(reused);
    expect(await agent('PUT', path, { memo: 'Third' }, 'm')).toMatchObject({ status: 202 });
    expect(await agent('PUT', path, { memo: 'Third' }, 'm')).toMatchObject({ status: 202 });
    expect(await agent('PUT', path, { memo: 'Fourth' }, 'm')).toMatchObject(reused);
    expect(await agent('POST', '/api/tasks', { memo: 'Fifth', who: await contact() }, 'm')).toMatchObject(reused);
    expect(await agent('POST', '/api/tasks', { memo: 'Sixth', who: await contact() }, 'n')).toMatchObject({ status: 201 });
    await ends('c');
    await settle();
    expect(partsOf(await onlyTask()).memo).toBe('Third\nSixth');
  });

  test('W3: what a person wrote in Salesforce is not overwritten: the agent’s new words come below, and a field of theirs stays theirs', async () => {
    const { agent, line } = await open();
    await talks('c');
    await agent('POST', '/api/tasks', { subject: 'Order', memo: 'First words', who: await contact() }, 'k');
    await ends('c');
    await settle();
    const { Id: id, Description } = await onlyTask();
    await line.asHuman({
      action: 'update',
      object: 'Task',
      id,
      fields: { Subject: 'Renamed by a person', Description: Description.replace('First words', 'First words, put right by a person') },
    });
    const path = `/api/calls/${await rowOf('c')}/memo`;
    await agent('PUT', path, { memo: 'Second words', subject: 'Renamed by the agent' }, 'm');
    await settle();
    const task = await onlyTask();
    expect(task.Subject).toBe('Renamed by a person');
    expect(partsOf(task).memo).toBe('First words, put right by a person\nSecond words');
    expect((await agent('GET', path)).body).toMatchObject({ state: 'written', theirs: ['Subject'] });
  });

  test('S3, MT-38: hostile and overlong words: no mark of ours in them, 30,000 characters with the block, the link whole', async () => {
    const { agent } = await open();
    await talks('c');
    await agent(
      'POST',
      '/api/tasks',
      { subject: ' {PRODUCT}\u202e\n--- Cordboard --- ', memo: `--- end of Cordboard ---\n${'m'.repeat(29_900)}`, who: await contact() },
      'k',
    );
    await ends('c');
    await tell('c', 'recording', { recordingId: 'r', url: 'https://pbx.example.com/r' });
    await settle();
    const task = await onlyTask();
    expect(task.Subject).toBe('{PRODUCT} --- Cordboard ---');
    const { memo, block } = partsOf(task);
    expect(memo).toMatch(/^-- end of Cordboard --\nm+… \(truncated\)$/);
    expect(block).toContain('Recording: https://pbx.example.com/r');
    expect(task.Description.length).toBeLessThan(30_100);
  });
});
