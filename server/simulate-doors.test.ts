import { Hono } from 'hono';
import { beforeEach, describe, expect, test } from 'vitest';
import { PeriodLine, TriedCall, type TriedPeriod } from '../wire/simulate.ts';
import type { Crm } from './crm.ts';
import type { Visitor } from './guard.ts';
import type { OrgId, OrgView } from './store.ts';
import { noSimulator } from './testing/no-simulator.ts';
import { simulateDoors } from './simulate/simulate-doors.ts';
import { type Draft, type Simulator, Unreadable } from './simulate/simulator.ts';

const period = { from: '2026-03-01T00:00:00Z', to: '2026-03-02T00:00:00+01:00' };
let tried: { draft: Draft; ended: number; goOn: () => void }[];
let simulator: Partial<Simulator>;
let connected: Pick<Crm, 'fields' | 'statuses'> | undefined;
const users: OrgView['usersById'] = new Map([
  ['005000000000001AAA', { id: '005000000000001AAA', name: 'Olga', email: 'olga@acme.example', zone: 'UTC', active: true }],
]);
const noPeriod: TriedPeriod = {
  ...{ ...period, calls: 0, differ: 0, book: { asked: 'then', then: 0, now: 0, nobody: 0 }, seconds: 0 },
  ...{ outcomes: [], rules: [], records: [], owners: [], moves: [], fields: [], untried: [], first: [] },
};
beforeEach(() => {
  connected = undefined;
  tried = [];
  simulator = {};
});

/** Steps as long as somebody asks for them. */
const endless: Simulator['period'] = async function* (_org, _period, draft) {
  const one = { draft, ended: 0, goOn: () => {} };
  tried.push(one);
  try {
    for (let done = 0; ; done++) {
      yield { done, of: 1_000 };
      await new Promise<void>((resolve) => (one.goOn = resolve));
    }
  } finally {
    one.ended += 1;
  }
};

function open() {
  const app = new Hono<{ Variables: { visitor: Visitor } }>();
  const saved = { version: 3, document: { language: 'pl' }, savedAt: new Date(0), savedBy: 'Olga' };
  const policies = {
    newest: async () => undefined,
    one: async (_org: OrgId, version: number) => (version === 3 ? saved : undefined),
    leftOut: async () => [],
  };
  for (const [method, path, , handler] of simulateDoors({
    simulator: { ...noSimulator, ...simulator },
    console: { policies },
    store: { readOrg: async () => ({ usersById: users, queues: undefined }) },
    crm: () => connected,
    report: () => undefined,
  }))
    app[method](path, async (c) => {
      c.set('visitor', { org: 1 as OrgId, person: 'Olga' });
      return handler(c);
    });
  return async (body: unknown) => app.request('/api/policy/simulate', { method: 'POST', body: JSON.stringify(body) });
}
const refusal = async (answer: Response) => [answer.status, ((await answer.json()) as { error: { message: string } }).error.message];

describe('the door of the simulator', () => {
  test.each([
    ['nothing to try it on', {}, 'give one of call, invented, events and period'],
    ['two policies', { version: 1, policy: {}, call: '1' }, 'give one of policy, yaml and version'],
    ['a period that ends before it begins', { period: { from: period.to, to: period.from } }, 'period: ends before it begins.'],
    ['a policy with a mistake', { policy: { language: 'en', logging: { missed: 'no' } }, call: '1' }, 'logging.missed: '],
    ['a file with a mistake', { yaml: 'language: en\nminuts: ceil\n', call: '1' }, '2:1 minuts: '],
    ['a version that was never saved', { version: 4, call: '1' }, 'There is no version 4 of the policy.'],
    ['a version beyond all numbers', { version: 3_000_000_000, call: '1' }, 'version'],
    ['something besides', { call: '1', days: 3 }, 'days'],
  ])('RS-37: refuses %s in words', async (_, body, words) => {
    const [status, message] = await refusal(await open()(body));
    expect([status, message]).toEqual([words.startsWith('There is no version') ? 404 : 400, expect.stringContaining(words)]);
  });

  test('RS-37: tries a document, a file, a version, or what is in force', async () => {
    const drafts: Draft[] = [];
    simulator = { call: async (_org, id, draft) => (drafts.push(draft), id === '7' ? undefined : `it stands aside`) };
    const ask = open();
    for (const body of [{ policy: { language: 'ja' } }, { yaml: 'language: fr\n' }, { version: 3 }, { version: 0 }, { book: 'now' }])
      expect(await refusal(await ask({ ...body, call: '8' }))).toEqual([409, 'Nothing can be told of this call: it stands aside.']);
    expect(drafts.map(({ policy, book }) => `${policy.language} ${book}`)).toEqual(['ja then', 'fr then', 'pl then', 'en then', 'en now']);
    expect(await refusal(await ask({ call: '7' }))).toEqual([404, 'There is no call 7.']);
  });

  test('RS-37: what can’t be read of an invented call is told', async () => {
    simulator = { invented: () => Promise.reject(new Unreadable('at: is missing.')) };
    expect(await refusal(await open()({ events: [{}] }))).toEqual([400, 'at: is missing.']);
  });

  test('RS-37: says what a save would refuse, and what of it leads nowhere, in the words of the save', async () => {
    const told: TriedCall = { after: { is: 'nothing', records: [] }, book: 'none', startedAt: period.from, trace: [], differences: [] };
    simulator = {
      call: async () => told,
      invented: async () => told,
      async *period() {
        yield { done: 0, of: 0, result: noPeriod };
      },
    };
    connected = { fields: async () => [], statuses: [{ name: 'Completed', closed: true }] };
    const ask = open();
    const policy = {
      language: 'en',
      defaultOwnerId: 'Anna',
      owner: ['005000000000009AAA', 'senior manager'],
      status: { completed: 'Done' },
    };
    const expected = [
      ['defaultOwnerId', 'Give the id of a user or queue of the CRM: ', true],
      ['status.completed', '', true],
      ['owner', 'No senior manager is named', undefined],
      ['owner', '005000000000009AAA is no active user', undefined],
    ];
    for (const body of [{ call: '1' }, { invented: { direction: 'inbound' } }]) {
      const { warnings } = TriedCall.parse(await (await ask({ ...body, policy })).json());
      expect(warnings?.map(({ path, refuses }, place) => [path, expected[place]?.[1], refuses])).toEqual(expected);
      warnings?.forEach(({ message }, place) => expect(message).toContain(expected[place]![1]));
    }
    const [line] = (await (await ask({ period, policy })).text()).trim().split('\n');
    expect(PeriodLine.parse(JSON.parse(line!))).toMatchObject({ result: { warnings: expected.map(([path]) => ({ path })) } });
    connected = undefined;
    expect(await (await ask({ call: '1', policy: { language: 'en' } })).json()).toMatchObject({ warnings: [] });
  });

  test('RS-37: a period is told line by line, two at a time, and whoever goes away ends it', async () => {
    simulator = { period: endless };
    const ask = open();
    const answers = [await ask({ period }), await ask({ period })];
    expect(answers[0]!.headers.get('content-type')).toBe('application/x-ndjson; charset=utf-8');
    const readers = answers.map((answer) => answer.body!.getReader());
    for (const reader of readers) {
      const { value } = await reader.read();
      expect(PeriodLine.parse(JSON.parse(new TextDecoder().decode(value)))).toEqual({ progress: { done: 0, of: 1_000 } });
    }
    expect(await refusal(await ask({ period }))).toEqual([409, expect.stringContaining('2 periods are being tried')]);
    const leaving = readers[0]!.cancel();
    tried[0]!.goOn();
    await leaving;
    expect(tried.map(({ ended }) => ended)).toEqual([1, 0]);
    const third = (await ask({ period })).body!.getReader();
    expect((await third.read()).done).toBe(false);
    for (const [place, reader] of [readers[1]!, third].entries()) {
      const gone = reader.cancel();
      tried[place + 1]!.goOn();
      await gone;
    }
  });

  test('two at a time also where nobody has begun to read; who leaves before makes room', async () => {
    simulator = { period: endless };
    const ask = open();
    const answers = await Promise.all([ask({ period }), ask({ period }), ask({ period })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 409]);
    await answers[0].body!.cancel();
    const next = await ask({ period });
    expect(next.status).toBe(200);
    await Promise.all([next, answers[1]].map((answer) => answer.body!.cancel()));
    expect((await ask({ period })).status).toBe(200);
  });

  test('RS-37: trouble on the way is the last line', async () => {
    simulator = {
      async *period() {
        yield { done: 0, of: 2 };
        throw new Error('the database went away');
      },
    };
    const lines = (await (await open()({ period })).text()).trim().split('\n');
    expect(lines.map((line) => Object.keys(PeriodLine.parse(JSON.parse(line))))).toEqual([['progress'], ['error']]);
  });
});
