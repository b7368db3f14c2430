import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { type Line, openLine } from '../server/testing/line.ts';

// Text messages, from the phone system's words into the org.
// One line serves all tests but those with a policy of their own; each has conversations of its own there, and sees the tasks that came since.
let shared: Line | undefined;
let line: Line | undefined;
let before: ReadonlySet<string>;
let round = 0;
const close = async () => {
  const unexplained = await line?.unexplained();
  if (line !== shared) await line?.close();
  line = undefined;
  expect(unexplained ?? []).toEqual([]);
};
afterEach(close);
afterAll(() => shared?.close());

const anna = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
const ewa = { number: '+48601234567' };
const sales = { id: 'sales', name: 'Sales', zone: 'Europe/Warsaw' };
const open = async (policy?: object) => {
  line = policy ? await openLine({ orgs: [{ policy: { language: 'en', ...policy } }] }) : (shared ??= await openLine());
  round++;
  await line.rest();
  before = new Set((await line.export('Task')).map(({ Id }) => String(Id)));
};
const own = (name: string) => (line === shared ? `${name}.${round}` : name);
type Said = { readonly id: string; readonly at: string; readonly sent?: true; readonly text?: string; readonly data?: object };
/** As the phone system says it; `at` by the clock of Warsaw, on 2 March unless it says another day; now, where it says nothing. */
const bodyOf = ({ id, at, sent, text, data }: Said) => ({
  type: sent ? 'message.sent' : 'message.received',
  message: own(id),
  at: at === '' ? line!.now() : `${at.includes('T') ? at : `2026-03-02T${at}`}:00+01:00`,
  data: {
    customer: ewa,
    line: sales,
    ...(sent && { agent: anna }),
    ...(text !== undefined && { text }),
    ...(line === shared && { conversation: own('x') }),
    ...data,
  },
});
let deliveries = 0;
const tell = async (...events: Said[]) => {
  for (const event of events) await line!.send({ id: `s${++deliveries}`, body: { version: 1, ...bodyOf(event) } });
  await line!.rest();
};
const settle = (seconds = 120) => line!.advanceTo(line!.now() + seconds * 1000);
type Task = Record<'Id' | 'Subject' | 'Description' | 'Status' | 'OwnerId' | 'WhoId' | 'ActivityDate', string>;
const tasks = async () => ((await line!.export('Task')) as Task[]).filter(({ Id }) => !before.has(Id));
const onlyTask = async (): Promise<Task> => {
  const [task, ...others] = await tasks();
  expect(others.map(({ Description }) => Description)).toEqual([]);
  return task!;
};
/** The messages in our block. */
const linesOf = ({ Description }: Task) => Description.split('\n').filter((text) => /^\d\d:\d\d /.test(text));
const traceOf = async () => {
  const { rows } = await line!.database.query({ text: 'select trace from decisions order by version desc limit 1' });
  return rows[0]!['trace'] as readonly { rule: string; fired?: true; because?: readonly string[] }[];
};
const morning: readonly Said[] = [
  { id: 'm1', at: '09:12', text: 'Is the bread ready?' },
  { id: 'm2', at: '09:14', text: 'At ten.', sent: true },
  { id: 'm3', at: '09:15', text: 'Thank you!\nTwo more, please.' },
];
const said = ['09:12 Ewa Kowalczyk: Is the bread ready?', '09:14 Anna Nowak: At ten.', '09:15 Ewa Kowalczyk: Thank you!'];

describe('AC-38: messages are logged by the same rules as calls', () => {
  test('one task for a conversation’s day, found by the number, its agent’s, completed, a task and no call', async () => {
    await open();
    await tell(...morning);
    await settle();
    const task = await onlyTask();
    const [user] = (await line!.export('User')).filter((one) => one['Name'] === anna.name);
    const [contact] = (await line!.export('Contact')).filter((one) => one['Name'] === 'Ewa Kowalczyk');
    expect(task).toMatchObject({
      ...{ Subject: 'Cordboard messages - Ewa Kowalczyk', Status: 'Completed', TaskSubtype: 'Task', CallType: null },
      ...{ CallDurationInSeconds: null, CallDisposition: null, WhoId: contact!['Id'], OwnerId: user!['Id'], ActivityDate: '2026-03-02' },
    });
    expect(task.Description).toBe(
      ['--- Cordboard ---', 'Customer: +48601234567', 'Line: Sales', ...said, 'Two more, please.', '--- end of Cordboard ---'].join('\n'),
    );
  });

  test('later messages of the day join the same task; the next day of the line has another, whatever day it is in UTC', async () => {
    await open();
    await tell(...morning);
    await settle();
    const { Id } = await onlyTask();
    // ten to and ten past midnight in Warsaw
    await tell({ id: 'm4', at: '2026-03-02T23:50', text: 'Still there?' }, { id: 'm5', at: '2026-03-03T00:10', text: 'Good night' });
    await settle();
    const all = (await tasks()).toSorted((a, b) => (a.ActivityDate < b.ActivityDate ? -1 : 1));
    expect(all.map((task) => [task.Id === Id, task.ActivityDate, linesOf(task)])).toEqual([
      [true, '2026-03-02', [...said, '23:50 Ewa Kowalczyk: Still there?']],
      [false, '2026-03-03', ['00:10 Ewa Kowalczyk: Good night']],
    ]);
  });

  test('C1, C5: in any order, each delivery as often as it likes, one by one and in a batch: the same one task', async () => {
    const results = [];
    for (const order of [
      [0, 1, 2],
      [2, 0, 0, 1, 2],
      [1, 2, 1, 0],
    ]) {
      await open();
      for (const place of order) {
        await tell(morning[place]!);
        if (results.length > 0) await settle(40); // written in between
      }
      await line!.send({ id: `batch${++deliveries}`, body: { version: 1, events: morning.map(bodyOf) } });
      await settle();
      const { Subject, Description, OwnerId, ActivityDate } = await onlyTask();
      results.push({ Subject, Description, OwnerId, ActivityDate });
      await close();
    }
    expect(results[1]).toEqual(results[0]);
    expect(results[2]).toEqual(results[0]);
  });

  test('per message: a task each, in its own words', async () => {
    await open({ messages: { log: 'per message' } });
    await tell(...morning);
    await tell(...morning);
    await settle();
    const all = await tasks();
    expect(all.map(({ Subject }) => Subject).toSorted()).toEqual([
      'Cordboard message received - Ewa Kowalczyk',
      'Cordboard message received - Ewa Kowalczyk',
      'Cordboard message sent - Ewa Kowalczyk',
    ]);
    expect(all.flatMap(linesOf).toSorted()).toEqual(said);
    const page = await line!.explanations();
    expect(page).toMatchObject([{ explanation: 'written' }]);
  });

  test('not at all: nothing is written, and each conversation says why', async () => {
    await open({ messages: { log: 'not at all' } });
    await tell(...morning);
    await settle();
    expect(await tasks()).toEqual([]);
    expect(await line!.explanations()).toMatchObject([
      { explanation: 'skipped', because: 'Version 1 of the policy says not to log messages (AC-38).' },
    ]);
  });

  test('several conversations: by their own id, else by line and customer', async () => {
    await open({});
    await tell(
      { id: 'a', at: '09:00', text: 'one' },
      { id: 'b', at: '09:01', text: 'two', data: { line: { ...sales, id: 'support', name: 'Support' } } },
      { id: 'c', at: '09:02', text: 'three', data: { customer: { number: '+33612345678' } } },
      { id: 'd', at: '09:03', text: 'four', data: { conversation: 'x' } },
      { id: 'e', at: '09:04', text: 'five', data: { conversation: 'x', line: { ...sales, id: 'support' } } },
    );
    await settle();
    expect(
      (await tasks())
        .map((task) =>
          linesOf(task)
            .map((text) => text.replace(/^.*: /, ''))
            .join(' '),
        )
        .toSorted(),
    ).toEqual(['four five', 'one', 'three', 'two']);
  });

  test('a message told again after the zone has changed stays where it was: it is never in two tasks', async () => {
    await open({ zone: 'Europe/Warsaw' });
    const late: Said = { id: 'late', at: '2026-03-03T00:30', text: 'Night', data: { line: { id: 'sales', name: 'Sales' } } };
    await tell(late);
    await settle();
    await line!.admin.savePolicy(line!.org, { language: 'en', zone: 'America/New_York' }, 'admin');
    await tell(late);
    await settle();
    expect(linesOf(await onlyTask())).toEqual(['00:30 Ewa Kowalczyk: Night']);
  });
});

describe('whose they are', () => {
  const stranger = { customer: { number: '+48221230000', name: 'Zofia Nowa' } };

  test('AC-38: a stranger is made only if the admin said so, once, and the task hangs on them', async () => {
    await open({ stranger: { missed: 'lead', answered: 'lead' } });
    await tell({ id: 'm1', at: '09:00', text: 'Hello', data: stranger });
    await settle();
    const known = (await line!.export('Lead')).length;
    expect((await onlyTask()).WhoId).toBeNull();
    await close();

    await open({ messages: { create: 'lead' } });
    await tell({ id: 'm1', at: '09:00', text: 'Hello', data: stranger }, { id: 'm2', at: '09:05', text: 'Anybody?', data: stranger });
    await settle();
    const leads = await line!.export('Lead');
    expect(leads.length).toBe(known + 1);
    const lead = leads.find((one) => one['Phone'] === stranger.customer.number);
    expect(lead).toMatchObject({ LastName: 'Zofia Nowa' });
    expect((await onlyTask()).WhoId).toBe(lead!['Id']);
  });

  test('AC-33: what no agent has is the record’s owner’s, and the agent’s once one answers', async () => {
    await open();
    const [contact] = (await line!.export('Contact')).filter((one) => one['Name'] === 'Luc Dubois');
    const luc = { customer: { number: '+33612345678' } };
    await tell({ id: 'm1', at: '09:00', text: 'Bonjour', data: luc });
    await settle();
    expect((await onlyTask()).OwnerId).toBe(contact!['OwnerId']);
    await tell({ id: 'm2', at: '09:10', text: 'Bonjour, Luc', sent: true, data: luc });
    await settle();
    const [user] = (await line!.export('User')).filter((one) => one['Name'] === anna.name);
    expect((await onlyTask()).OwnerId).toBe(user!['Id']);
  });

  test('no number, no text, nobody’s conversation: logged by itself, and no call for it is missed', async () => {
    await open();
    await tell({ id: 'picture', at: '09:00', data: { customer: {}, line: undefined } });
    await settle();
    expect((await onlyTask()).Description).toContain('08:00 unknown: (no text)'); // in UTC, since there is no line;
  });
});

describe('AC-09: messages have a switch of their own', () => {
  const office = { calendars: { office: { week: { monday: ['09:00-17:00'] } } }, calendar: 'office' };

  test('by default they are logged even when the numbers are closed, also where calls are not', async () => {
    await open({ hours: { ...office, calls: 'in hours' } });
    await tell({ id: 'm', at: '20:00', text: 'Late' });
    await settle();
    expect(linesOf(await onlyTask())).toEqual(['20:00 Ewa Kowalczyk: Late']);
  });

  test('only during business hours: those of the day that came in hours; a day without any says why', async () => {
    await open({ hours: { ...office, messages: 'in hours' } });
    await tell({ id: 'm1', at: '08:00', text: 'Early' });
    await settle();
    expect(await line!.explanations()).toMatchObject([
      {
        explanation: 'skipped',
        because: expect.stringMatching(/^Out of hours \(office: Monday .*: such messages are not logged \(AC-09\)\.$/),
      },
    ]);
    await tell({ id: 'm2', at: '09:30', text: 'Open' }, { id: 'm3', at: '18:00', text: 'Late' });
    await settle();
    expect(linesOf(await onlyTask())).toEqual(['09:30 Ewa Kowalczyk: Open']);
  });
});

describe('rows of the matrix hold for messages as for calls (AC-05, RS-41)', () => {
  test('AC-08: a row that says not to log leaves nothing, and the trace and the explanation name it', async () => {
    await open({ rows: [{ name: 'theirs', when: { customer: 'contact', line: 'sales' }, then: { log: 'skip' } }] });
    await tell(...morning);
    await settle();
    expect(await tasks()).toEqual([]);
    const because = 'The row “theirs” of version 1 of the policy says not to log such messages (AC-08).';
    expect(await line!.explanations()).toMatchObject([{ explanation: 'skipped', because }]);
    expect((await traceOf()).filter(({ fired }) => fired)).toMatchObject([{ rule: 'row: theirs', because: [because, expect.anything()] }]);
  });

  test.each(['per conversation and day', 'per message'])(
    '%s: what a row leaves out of a day is counted, and its name told',
    async (log) => {
      await open({ messages: { log }, rows: [{ name: 'ours', when: { direction: 'outbound' }, then: { log: 'skip' } }] });
      await tell(...morning);
      await settle();
      expect((await tasks()).flatMap(linesOf).toSorted()).toEqual([said[0], said[2]]);
      expect(await traceOf()).toContainEqual(
        expect.objectContaining({
          rule: 'messages',
          because: expect.arrayContaining(['1 of 3 messages is left out: the row “ours” says not to log such messages (AC-08).']),
        }),
      );
    },
  );

  test('RS-41, RS-43: open, due and reminded as a call would be, whose the row says, with the task it asks for', async () => {
    const asked = { log: 'open', owner: ['record owner'], due: { hours: 6 }, tasks: [{ name: 'Answer', due: { hours: 1 } }] };
    await open({ rows: [{ name: 'wait', when: { direction: 'inbound', customer: 'contact' }, then: asked }] });
    const [contact] = (await line!.export('Contact')).filter((one) => one['Name'] === 'Ewa Kowalczyk');
    await tell(...morning);
    await settle();
    const [task, log] = (await tasks()).toSorted((a, b) => (a.Subject < b.Subject ? -1 : 1));
    expect(log).toMatchObject({ Subject: 'Cordboard messages - Ewa Kowalczyk', Status: 'Not Started', OwnerId: contact!['OwnerId'] });
    expect(log).toMatchObject({ ReminderDateTime: '2026-03-02T14:12:00.000+0000' });
    expect(task).toMatchObject({
      Subject: 'Answer: Ewa Kowalczyk',
      Status: 'Not Started',
      ReminderDateTime: '2026-03-02T09:12:00.000+0000',
    });
    await tell({ id: 'm9', at: '16:00', text: 'Hello?' });
    await settle();
    expect(await tasks()).toHaveLength(2);
  });

  test('AC-10: who is made of a stranger who writes is what their row says', async () => {
    await open({ rows: [{ name: 'new', when: { customer: 'stranger' }, then: { person: { make: 'lead' } } }] });
    const customer = { number: '+48221230001', name: 'Zofia Nowa' };
    await tell({ id: 'm1', at: '09:00', text: 'Hello', data: { customer } });
    await settle();
    const lead = (await line!.export('Lead')).find((one) => one['Phone'] === customer.number);
    expect(await onlyTask()).toMatchObject({ WhoId: lead!['Id'] });
  });

  test('a row about what becomes of calls is not about messages; none is logged because of a row where none are', async () => {
    await open({ rows: [{ name: 'missed', when: { outcome: 'missed' }, then: { log: 'skip' } }] });
    await tell(morning[0]!);
    await settle();
    expect((await onlyTask()).Status).toBe('Completed');
    await close();
    await open({ messages: { log: 'not at all' }, rows: [{ name: 'all', when: { direction: 'inbound' }, then: { log: 'open' } }] });
    await tell(morning[0]!);
    await settle();
    expect(await tasks()).toEqual([]);
    expect(await traceOf()).toContainEqual({ rule: 'row: all', blockedBy: { fact: 'earlier rule', wanted: 'none', held: 'messages' } });
  });

  test('AC-09: a row about closed hours stands before the switch that leaves them out', async () => {
    const hours = { calendars: { office: { week: { monday: ['09:00-17:00'] } } }, calendar: 'office', messages: 'in hours' };
    await open({ hours, rows: [{ name: 'late', when: { hours: 'out' }, then: { log: 'open' } }] });
    await tell({ id: 'm', at: '20:00', text: 'Late' });
    await settle();
    expect(await onlyTask()).toMatchObject({ Status: 'Not Started' });
  });
});

describe('DP-05: the switch that was in force when a message came counts for it', () => {
  const on = { language: 'en' };
  const off = { language: 'en', lines: { sales: { enabled: false } } };
  /** A message of now; the phone system says the time. */
  const says = (id: string, text: string) => tell({ id, at: '', text, data: {} });
  const save = async (policy: object) => {
    await line!.admin.savePolicy(line!.org, policy, 'admin');
    await settle(10);
  };
  const textsOf = (task: Task) => linesOf(task).map((text) => text.replace(/^.*: /, ''));
  const kept = expect.arrayContaining(['1 of 3 messages came while the integration was off, and is kept (DP-05).']);

  test('on, off, on: what came between is left out and counted, and written when somebody asks for what was kept', async () => {
    await open(on);
    await says('m1', 'first');
    await settle();
    await save(off);
    await says('m2', 'between');
    await settle();
    expect(textsOf(await onlyTask())).toEqual(['first']);
    await save(on);
    await says('m3', 'last');
    await settle();
    expect(textsOf(await onlyTask())).toEqual(['first', 'last']);
    expect(await traceOf()).toContainEqual(expect.objectContaining({ rule: 'messages', because: kept }));
    expect(await line!.admin.policies.writeKept(line!.org, 'Olga')).toBe(1);
    await settle();
    expect(textsOf(await onlyTask())).toEqual(['first', 'between', 'last']);
    expect(await line!.admin.policies.writeKept(line!.org, 'Olga')).toBe(0);
  });

  test('off, then on: the day is written from then on', async () => {
    await open(off);
    await says('m1', 'kept');
    await settle();
    expect(await line!.explanations()).toMatchObject([
      { explanation: 'skipped', because: 'The integration is off for line sales (DP-05).' },
    ]);
    await save(on);
    await says('m2', 'on');
    await settle();
    expect(textsOf(await onlyTask())).toEqual(['on']);
    await save(off);
    await says('m2', 'on, put right');
    await says('m3', 'kept, too');
    await settle();
    expect(textsOf(await onlyTask())).toEqual(['on, put right']);
  });

  test('C1: heard late and all at once, the same', async () => {
    await open(on);
    const bodies = [];
    for (const [id, policy] of [
      ['m1', off],
      ['m2', on],
      ['m3', on],
    ] as const) {
      bodies.push(bodyOf({ id, at: '', text: id }));
      await settle();
      await save(policy);
    }
    await line!.send({ id: `late${++deliveries}`, body: { version: 1, events: bodies.toReversed() } });
    await settle();
    expect(textsOf(await onlyTask())).toEqual(['m1', 'm3']);
    expect(await traceOf()).toContainEqual(expect.objectContaining({ rule: 'messages', because: kept }));
  });
});

describe('who wrote what stays apart', () => {
  test('W3: a person’s words above the block, and a subject of theirs, outlive the messages that follow', async () => {
    await open();
    await tell(morning[0]!);
    await settle();
    const { Id: id, Description } = await onlyTask();
    await line!.asHuman({
      action: 'update',
      object: 'Task',
      id,
      fields: { Subject: 'Bread', Description: `Regular customer\n\n${Description}` },
    });
    await tell(morning[1]!);
    await settle();
    const task = await onlyTask();
    expect(task.Subject).toBe('Bread');
    expect(task.Description).toMatch(/^Regular customer\n\n--- Cordboard ---\n/);
    expect(linesOf(task)).toEqual(said.slice(0, 2));
  });

  test('W4: the request is lost and lands late while the next message comes: one task with both', async () => {
    await open();
    line!.holdNextWrite();
    await tell(morning[0]!);
    await settle(5);
    await tell(morning[1]!);
    await line!.letHeldRequestsLand();
    await settle(400);
    expect(linesOf(await onlyTask())).toEqual(said.slice(0, 2));
  });

  test('W2: a task that a person deleted stays so when more is written', async () => {
    await open();
    await tell(morning[0]!);
    await settle();
    await line!.asHuman({ action: 'delete', object: 'Task', id: (await onlyTask()).Id });
    await tell(morning[1]!);
    await settle();
    expect(await onlyTask()).toMatchObject({ IsDeleted: true });
  });

  test('MT-38, S3: 30,000 characters at most, what is left out is counted; a message that looks like our marks is a message', async () => {
    await open();
    await tell({ id: 'evil', at: '09:00', text: '--- end of Cordboard ---\n{PRODUCT}' });
    await tell(...Array.from({ length: 20 }, (_, n): Said => ({ id: `long${n}`, at: `10:${10 + n}`, text: `${n} ${'x'.repeat(3_000)}` })));
    await settle();
    const { Description } = await onlyTask();
    expect(Description).toContain('09:00 Ewa Kowalczyk: -- end of Cordboard --\n{PRODUCT}');
    expect(Description.length).toBeLessThanOrEqual(30_050);
    expect(Description).toMatch(/… \(\d+ more lines on the page of the call\)\n--- end of Cordboard ---$/);
  });
});

test('a day of messages is no call: nobody’s screen rings, nothing is missed, no earlier call is closed by it', async () => {
  await open({ closeWhenCalledBack: true });
  const call = { call: 'c', at: line!.now() };
  await line!.send({ id: 'c1', body: { version: 1, type: 'call.started', ...call, data: { direction: 'inbound', customer: ewa } } });
  await line!.send({ id: 'c2', body: { version: 1, type: 'call.ended', ...call, at: line!.now() + 20_000, data: {} } });
  await settle();
  await tell({ id: 'm', at: '11:00', text: 'Sorry that we missed you', sent: true });
  await settle(1_800);
  expect((await tasks()).map(({ Subject, Status }) => [Subject, Status])).toEqual([
    ['Cordboard call - Missed / (0) min', 'Not Started'],
    ['Cordboard messages - Ewa Kowalczyk', 'Completed'],
  ]);
  const { rows } = await line!.database.query({
    text: `select n.kind from notices n join calls c on c.id = n.call where c.external_id <> 'c'`,
  });
  expect(rows).toEqual([]);
});
