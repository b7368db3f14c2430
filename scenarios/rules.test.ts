import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// What the vendors' articles say of whose a call is and what becomes of it, said by rows and levels: from the delivery to the org's records.
let line: Line;
const seconds = 1_000;
const stranger = '+48501999888';
const zofia = '+48502345678'; // a lead of Piotr's
const agents = { anna: 'anna.nowak@acme.example', piotr: 'piotr.zielinski@acme.example', door: undefined } as const;
const endpointOf = (agent: keyof typeof agents, softphone = true) => {
  const email = agents[agent];
  return { asDialled: agent, softphone, ...(email && { agent: { id: agent, email } }) };
};
const users = new Map<string, string>();

beforeAll(async () => {
  line = await openLine({ orgs: [{ policy: { language: 'en' } }] });
  for (const user of await line.export('User')) users.set(String(user['Email']), String(user['Id']));
});
afterAll(async () => {
  const unexplained = await line.unexplained();
  await line.close();
  if (unexplained.length > 0) throw new Error(`D5: not explained: ${JSON.stringify(unexplained)}`);
});

const userOf = (agent: 'anna' | 'piotr') => users.get(agents[agent])!;
const save = (policy: object) => line.admin.savePolicy(line.org, parsePolicy({ language: 'en', ...policy }), 'admin');
let calls = 0;
type Asked = {
  readonly number?: string;
  readonly by?: keyof typeof agents;
  readonly out?: true;
  readonly on?: object;
  readonly softphone?: boolean;
  readonly queue?: string;
  /** Half-way through it. */
  readonly talking?: () => Promise<void>;
};

/** A call to its end, and until nothing more is expected of it. Inbound, and answered if `by` is there, unless it says otherwise. */
async function call(
  { number = stranger, by, out, on = { id: 'sales', name: 'Sales' }, softphone, queue, talking }: Asked,
  answered = by !== undefined,
) {
  const id = `c-${++calls}`;
  const at = line.now();
  const endpoint = endpointOf(by ?? 'anna', softphone);
  const moments: [string, number, unknown][] = [
    [
      'call.started',
      0,
      out
        ? { direction: 'outbound', customer: { number }, line: on, agent: endpoint.agent }
        : { direction: 'inbound', customer: { number }, line: on },
    ],
    ...(queue ? ([['call.queued', 0.5, { queue: { id: queue } }]] as [string, number, unknown][]) : []),
    ...(out ? [] : ([['call.ringing', 1, { endpoint }]] as [string, number, unknown][])),
    ...(answered ? ([['call.answered', 5, { endpoint }]] as [string, number, unknown][]) : []),
    ['call.ended', 65, {}],
  ];
  for (const [type, after, data] of moments) {
    if (type === 'call.ended' && talking) {
      await line.advanceTo(at + 30 * seconds);
      await talking();
    }
    await line.send({ id: `${id}-${type}`, body: { version: 1, type, call: id, at: at + after * seconds, data } });
  }
  await line.advanceTo(at + 120 * seconds);
  return id;
}
const living = async (object: string) => (await line.export(object)).filter((record) => record['IsDeleted'] !== true);
/** What the org holds of a call: subject, closed or not, owner; the log first. */
async function tasksOf(id: string) {
  const tasks = (await living('Task')).filter((task) => task['CallObject'] === id || String(task['Description']).includes(id));
  return tasks
    .toSorted((a, b) => Number(b['CallObject'] === id) - Number(a['CallObject'] === id))
    .map((task) => [task['Status'], [...users].find(([, user]) => user === task['OwnerId'])?.[0] ?? task['OwnerId']]);
}
const leadsOf = async (number: string) => (await living('Lead')).filter((lead) => lead['Phone'] === number);
const verdictOf = async (id: string) => (await line.explanations()).find(({ externalId }) => externalId === id)!;

describe('RS-35, RS-36: the integration matrix, which says by situation what is made and whose it is', () => {
  beforeAll(() =>
    save({
      followUp: { seniorManagerId: userOf('anna') },
      rows: [
        {
          name: 'missed, new',
          when: { outcome: ['missed', 'voicemail'], customer: 'stranger' },
          then: { log: 'open', owner: ['senior manager'], person: { make: 'lead', owner: ['senior manager'] } },
        },
        {
          name: 'missed, known',
          when: { outcome: ['missed', 'voicemail'] },
          then: { log: 'open', owner: ['record owner', 'senior manager'] },
        },
        {
          name: 'answered, new',
          when: { direction: 'inbound', outcome: 'answered', customer: 'stranger' },
          then: { person: { make: 'lead', moment: 'end', owner: ['first answerer'] } },
        },
        {
          name: 'colleague answered',
          when: { direction: 'inbound', takenBy: 'colleague' },
          then: { tasks: [{ name: 'Look', owner: ['record owner'], due: { hours: 1 } }] },
        },
        {
          name: 'colleague called',
          when: { direction: 'outbound', outcome: 'answered', takenBy: 'colleague' },
          then: { owner: ['record owner'] },
        },
        { name: 'called in vain', when: { direction: 'outbound', outcome: 'failed' }, then: { log: 'skip' } },
        { name: 'called a stranger', when: { direction: 'outbound', customer: 'stranger' }, then: { log: 'skip' } },
        { name: 'other phones', when: { phone: 'hardphone', line: 'Support' }, then: { log: 'skip' } },
      ],
    }),
  );
  test('RS-01, RS-04, RS-42: a missed call of a new client is an open task of the senior manager, on the lead that is made for it', async () => {
    const id = await call({ number: stranger });
    expect(await tasksOf(id)).toEqual([['Not Started', agents.anna]]);
    const [lead, ...more] = await leadsOf(stranger);
    expect([lead?.['OwnerId'], more]).toEqual([userOf('anna'), []]);
    expect((await living('Task')).find((task) => task['CallObject'] === id)!['WhoId']).toBe(lead!['Id']);
  });
  test('RS-04, RS-07: of an existing lead in work, its responsible manager’s', async () =>
    expect(await tasksOf(await call({ number: zofia }))).toEqual([['Not Started', agents.piotr]]));
  test('RS-05: a colleague answered: the responsible manager gets a task to check', async () =>
    expect(await tasksOf(await call({ number: zofia, by: 'anna' }))).toEqual([
      ['Completed', agents.anna],
      ['Not Started', agents.piotr],
    ]));
  test('RS-01, RS-06, RS-34: a new client’s call that was answered: a lead at the moment that was chosen, and a closed task with the recording', async () => {
    const number = '+48501333222';
    const whileTalking: unknown[] = [];
    const id = await call({ number, by: 'piotr', talking: async () => void whileTalking.push(...(await leadsOf(number))) });
    expect(whileTalking).toEqual([]);
    expect((await leadsOf(number)).map((lead) => lead['OwnerId'])).toEqual([userOf('piotr')]);
    await line.send({
      id: `${id}-recording`,
      body: {
        ...{ version: 1, type: 'call.recording', call: id, at: line.now() },
        data: { recordingId: 'r1', url: 'https://phone.example/r1', seconds: 60 },
      },
    });
    await line.advanceTo(line.now() + 120 * seconds);
    expect(await tasksOf(id)).toEqual([['Completed', agents.piotr]]);
    expect((await living('Task')).find((task) => task['CallObject'] === id)!['Description']).toContain('https://phone.example/r1');
  });
  test('RS-51: a successful outbound call by the owner is a closed task on the lead', async () => {
    const id = await call({ number: zofia, by: 'piotr', out: true });
    expect(await tasksOf(id)).toEqual([['Completed', agents.piotr]]);
    const [lead] = (await living('Lead')).filter(({ Name }) => Name === 'Zofia Mazur');
    expect((await living('Task')).find((task) => task['CallObject'] === id)!['WhoId']).toBe(lead!['Id']);
  });
  test('RS-52: by a colleague, for the responsible manager to know of, and the caller gets none', async () =>
    expect(await tasksOf(await call({ number: zofia, by: 'anna', out: true }))).toEqual([['Completed', agents.piotr]]));
  test('RS-53: an unsuccessful outbound call: nothing, and the call says which row', async () => {
    const id = await call({ number: zofia, by: 'piotr', out: true }, false);
    expect(await tasksOf(id)).toEqual([]);
    expect(await verdictOf(id)).toMatchObject({ explanation: 'skipped', because: expect.stringContaining('The row “called in vain”') });
  });
  test('RS-54: an outbound call without a lead: nothing', async () =>
    expect(await tasksOf(await call({ number: '+48501777666', by: 'piotr', out: true }))).toEqual([]));
  test('FC-28: calls of those who work with another phone are registered unless it is switched off', async () => {
    const on = { id: 'support', name: 'Support' };
    const told = async (softphone: boolean) => (await tasksOf(await call({ number: zofia, by: 'piotr', on, softphone }))).length;
    expect([await told(true), await told(false)]).toEqual([1, 0]);
  });
});

describe('DP-05, FC-23: the administrator switches the integration on before anyone can use it', () => {
  const requests = async () => ((await line.control('GET', '/log?since=0&limit=100000')) as { entries: unknown[] }).entries.length;
  test('off, nothing goes out and nothing is read; calls are kept, and written when somebody asks for it once it is on', async () => {
    await save({ enabled: false });
    await line.advanceTo(line.now() + 60 * seconds);
    const before = await requests();
    const kept = await call({ number: zofia, by: 'anna' });
    await line.advanceTo(line.now() + 3_600 * seconds);
    expect(await requests()).toBe(before);
    expect(await tasksOf(kept)).toEqual([]);
    expect(await verdictOf(kept)).toMatchObject({ explanation: 'skipped', because: 'The integration is off (DP-05).' });

    await save({ enabled: true });
    await line.send({ id: `${kept}-tag`, body: { version: 1, type: 'call.tagged', call: kept, at: line.now(), data: { tags: ['late'] } } });
    expect(await tasksOf(await call({ number: zofia, by: 'anna' }))).toHaveLength(1);
    expect(await tasksOf(kept)).toEqual([]);
    expect(await line.admin.policies.writeKept(line.org, 'Olga')).toBeGreaterThanOrEqual(1);
    await line.advanceTo(line.now() + 120 * seconds);
    expect(await tasksOf(kept)).toEqual([['Completed', agents.anna]]);
    expect(await line.admin.policies.writeKept(line.org, 'Olga')).toBe(0);
  });
  test('of one line: its calls are kept, and nobody is made for who called it, not even while they talk', async () => {
    await save({ stranger: { answered: 'lead' }, lines: { shop: { enabled: false } } });
    const number = '+48501444111';
    const id = await call({ number, by: 'anna', on: { id: 'shop' }, talking: async () => expect(await leadsOf(number)).toEqual([]) });
    expect([await tasksOf(id), await leadsOf(number)]).toEqual([[], []]);
    expect(await verdictOf(id)).toMatchObject({ because: 'The integration is off for line shop (DP-05).' });
    expect(await tasksOf(await call({ number, by: 'anna' }))).toHaveLength(1);
  });
});

describe('DP-08: a save is for calls that end after it', () => {
  test('a call that ended before it is decided by what held then, also when it is decided later', async () => {
    await save({ logging: { missed: 'skip' } });
    await line.advanceTo(line.now() + 600 * seconds);
    const ended = (id: string, secondsAgo: number) =>
      Promise.all(
        (['call.started', 'call.ended'] as const).map((type, place) =>
          line.send({
            id: `${id}-${type}`,
            body: {
              ...{ version: 1, type, call: id, at: line.now() - (secondsAgo - place) * seconds },
              data: type === 'call.started' ? { direction: 'inbound', customer: { number: zofia } } : {},
            },
          }),
        ),
      );
    await ended('before', 30);
    await save({ logging: { missed: 'open' } });
    await line.advanceTo(line.now() + 60 * seconds);
    await ended('after', 30);
    await line.advanceTo(line.now() + 120 * seconds);
    expect([await tasksOf('before'), await tasksOf('after')]).toEqual([[], [['Not Started', agents.piotr]]]);
    const row = (await verdictOf('before')).call;
    // late news of it change nothing; asked for, today's rules hold
    await line.send({
      id: 'before-tag',
      body: { version: 1, type: 'call.tagged', call: 'before', at: line.now(), data: { tags: ['late'] } },
    });
    await line.advanceTo(line.now() + 120 * seconds);
    expect(await tasksOf('before')).toEqual([]);
    await line.admin.applyRules(line.org, row);
    await line.advanceTo(line.now() + 120 * seconds);
    expect(await tasksOf('before')).toHaveLength(1);
  });
});

describe('DP-56, DP-57: a line, queue, team or agent differs from the company', () => {
  beforeAll(() =>
    save({
      defaultOwnerId: userOf('piotr'),
      followUp: { missedFor: 'default owner' },
      lines: { main: { defaultOwnerId: userOf('anna') }, shop: { logging: { missed: 'skip' } } },
      queues: { vip: { logging: { missed: 'open' } } },
      teams: { quiet: { members: [agents.anna], logging: { 'inbound-answered': 'skip' } } },
      agents: { [agents.piotr.toUpperCase()]: { logging: { 'inbound-answered': 'open' } } },
    }),
  );
  test('FC-26, FC-27: a call no agent takes is the default user’s, and another line’s default user has that line’s', async () => {
    expect(await tasksOf(await call({ number: '+48501555444' }))).toEqual([['Not Started', agents.piotr]]);
    expect(await tasksOf(await call({ number: '+48501555444', on: { id: 'main' } }))).toEqual([['Not Started', agents.anna]]);
  });
  test('DP-57: a line that records no missed calls, but for a queue that does', async () => {
    const id = await call({ on: { id: 'shop' } });
    expect(await tasksOf(id)).toEqual([]);
    expect(await tasksOf(await call({ on: { id: 'shop' }, queue: 'vip' }))).toHaveLength(1);
    const { rows } = await line.database.query({
      text: 'select c.external_id as id, d.trace from decisions d join calls c on c.org = d.org and c.id = d.call order by d.version',
    });
    const { trace } = rows.findLast((row) => row['id'] === id) as { trace: { fired?: true; provenance?: object[] }[] };
    expect(trace.find(({ fired }) => fired)!.provenance).toEqual([{ path: ['logging', 'missed'], level: 'line', name: 'shop' }]);
  });
  test('a team’s calls aren’t logged, an agent’s are left open', async () => {
    expect(await tasksOf(await call({ number: zofia, by: 'anna' }))).toEqual([]);
    expect(await tasksOf(await call({ number: zofia, by: 'piotr' }))).toEqual([['Not Started', agents.piotr]]);
  });
});
