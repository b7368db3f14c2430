import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { openLine, type Line, type LineOptions } from '../server/testing/line.ts';

/**
 * What must hold for every call, whatever its facts come in as. Hundreds of calls share one line here: each variation has ids and a
 * number of its own, and what the org holds of it in the end is compared with what it holds of the same call heard at once.
 */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 3);
const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);
console.log(`PROPERTY_SEED=${seed} PROPERTY_RUNS=${numRuns}`);
const seconds = 1_000;
const hours = 3_600_000;
/** The generic webhook's silence limit, and something. */
const silence = 4 * hours + 60 * seconds;

type Fact = {
  readonly type: string;
  readonly at: number;
  readonly data?: unknown;
  readonly call?: 'a' | 'b';
  /** Told under this id, otherwise under one of its own. */ readonly id?: string;
};
type Task = Readonly<Record<string, unknown>>;
const agent = (id: string, name: string) => ({ id, name, email: `${name.toLowerCase().replace(' ', '.')}@acme.example` });
const anna = agent('101', 'Anna Nowak');
const piotr = agent('106', 'Piotr Zielinski');
const on = (who: typeof anna) => ({ endpoint: { asDialled: who.id, agent: who } });
const inbound = { direction: 'inbound', customer: { number: 'NUMBER', name: 'Ewa' }, line: { id: 'sales', name: 'Sales' } };
const outbound = { direction: 'outbound', customer: { number: 'NUMBER' }, agent: anna, dialled: 'NUMBER' };
const recording = (id: string, at: number): Fact => ({
  type: 'recording',
  at,
  data: { recordingId: id, url: `https://pbx.example.com/${id}`, seconds: 50 },
});
const link = (at: number, id: string): Fact => ({
  type: 'linked',
  at,
  data: { who: { kind: 'Contact', id, name: 'A contact' }, by: { id: '101' } },
});

const stories: Readonly<Record<string, readonly Fact[]>> = {
  'answered, held, wrapped up': [
    { type: 'started', at: 0, data: inbound },
    { type: 'ringing', at: 2, data: on(anna) },
    { type: 'answered', at: 6, data: on(anna) },
    { type: 'held', at: 20, data: { agent: { id: '101' } } },
    { type: 'resumed', at: 40, data: { agent: { id: '101' } } },
    { type: 'ended', at: 65 },
    { type: 'tagged', at: 80, data: { tags: ['oven', 'offer'] } },
    { type: 'commented', at: 90, data: { text: 'Wants a second oven.' } },
    { type: 'commented', at: 95, data: { text: 'Send prices.\nSoon.' } },
    recording('r1', 120),
  ],
  'missed, with voicemail': [
    { type: 'started', at: 0, data: inbound },
    { type: 'ringing', at: 2, data: on(anna) },
    { type: 'ringing', at: 2, data: on(piotr) },
    { type: 'ended', at: 30, data: { cause: 'no answer' } },
    { type: 'voicemail', at: 31, data: { seconds: 20, url: 'https://pbx.example.com/v' } },
    { type: 'transcript', at: 60, data: { text: 'Call me back.' } },
  ],
  'outbound, answered': [
    { type: 'started', at: 0, data: outbound },
    { type: 'answered', at: 9, data: { endpoint: { asDialled: 'NUMBER', agent: anna } } },
    { type: 'ended', at: 200 },
    { type: 'analysed', at: 260, data: { score: 7, summary: 'Went well.' } },
    recording('r1', 230),
    recording('r2', 231),
  ],
  'outbound, unanswered': [
    { type: 'started', at: 0, data: outbound },
    { type: 'ringing', at: 1, data: { endpoint: { asDialled: 'NUMBER' } } },
    { type: 'ended', at: 31, data: { cause: 'busy' } },
    { type: 'tagged', at: 40, data: { tags: ['try again'] } },
  ],
  'transferred blind': [
    { type: 'started', at: 0, data: inbound },
    { type: 'answered', at: 6, data: on(anna) },
    { type: 'transferred', at: 40, data: { from: anna, to: { asDialled: '106', agent: piotr }, how: 'blind' } },
    { type: 'ringing', at: 41, data: on(piotr) },
    { type: 'answered', at: 45, data: on(piotr) },
    { type: 'ended', at: 120 },
  ],
  'a consultation joined': [
    { type: 'started', at: 0, data: inbound },
    { type: 'answered', at: 6, data: on(anna) },
    { type: 'started', at: 30, call: 'b', data: { ...outbound, customer: { number: '+48501000000' }, dialled: '+48501000000' } },
    { type: 'answered', at: 35, call: 'b', data: { endpoint: { asDialled: '+48501000000', agent: anna } } },
    { type: 'joined', at: 60, call: 'b', data: { into: 'a' } },
    { type: 'ended', at: 61, call: 'b' },
    { type: 'ended', at: 180 },
    recording('r1', 200),
  ],
  'an internal consultation joined': [
    { type: 'started', at: 0, data: inbound },
    { type: 'answered', at: 6, data: on(anna) },
    { type: 'started', at: 30, call: 'b', data: { direction: 'internal', agent: anna, dialled: '106' } },
    { type: 'answered', at: 34, call: 'b', data: on(piotr) },
    { type: 'transferred', at: 60, data: { from: anna, to: { asDialled: '106', agent: piotr }, how: 'attended' } },
    { type: 'joined', at: 60, call: 'b', data: { into: 'a' } },
    { type: 'ended', at: 61, call: 'b' },
    { type: 'ended', at: 180 },
  ],
  internal: [
    { type: 'started', at: 0, data: { direction: 'internal', agent: anna, dialled: '106' } },
    { type: 'ringing', at: 1, data: on(piotr) },
    { type: 'answered', at: 4, data: on(piotr) },
    { type: 'ended', at: 60 },
  ],
  'linked, and linked anew': [
    { type: 'started', at: 0, data: inbound },
    { type: 'answered', at: 6, data: on(anna) },
    { type: 'ended', at: 65 },
    link(70, '003Sx0000000001IAA'),
    link(90, '003Sx0000000002IAA'),
    link(90, '003Sx0000000003IAA'),
  ],
  'dialled by a click, told twice, with a record on the screen': [
    { type: 'started', at: 0, data: outbound },
    { type: 'clicked', at: 0, data: { record: { kind: 'Contact', id: '003Sx0000000002IAA' }, by: anna } },
    { type: 'clicked', at: 1, data: { record: { kind: 'Account', id: '001Sx0000000001AAA' } } },
    { type: 'shown', at: 9, data: { record: { kind: 'Contact', id: '003Sx0000000003IAA' } } },
    { type: 'answered', at: 9, data: { endpoint: { asDialled: 'NUMBER', agent: anna } } },
    { type: 'ended', at: 200 },
  ],
  'one id told with two contents': [
    { type: 'started', at: 0, data: inbound },
    { type: 'ended', at: 22, id: 'x', data: { cause: 'no answer' } },
    { type: 'ended', at: 22, id: 'x', data: { cause: 'busy' } },
    { type: 'ended', at: 20, data: { cause: 'rejected' } },
  ],
  'everything in one millisecond': [
    { type: 'ended', at: 0 },
    { type: 'started', at: 0, data: inbound },
    { type: 'answered', at: 0, data: on(anna) },
    { type: 'ringing', at: 0, data: on(anna) },
    { type: 'commented', at: 0, data: { text: 'b' } },
    { type: 'commented', at: 0, data: { text: 'a' } },
  ],
};
const storyNames = Object.keys(stories);

/** One way to hear a story: places of its facts, in steps; between the steps the line does what it can. */
type Variation = { readonly story: string; readonly steps: readonly (readonly number[])[] };
const inOneStep = (story: string): Variation => ({ story, steps: [stories[story]!.map((_, place) => place)] });

/** Plays all variations side by side. The pause after a step is everybody's; who has nothing left to tell is silent. */
async function play(
  line: Line,
  variations: readonly Variation[],
  pausesMs: readonly number[],
  meanwhile: (step: number) => Promise<void> = async () => {},
): Promise<void> {
  const start = line.now();
  const longest = Math.max(...variations.map(({ steps }) => steps.length));
  for (let step = 0; step < longest; step++) {
    for (const [v, { story, steps }] of variations.entries()) {
      const events = (steps[step] ?? []).map((place) => wireEvent(stories[story]![place]!, v, place, start));
      // In one delivery or in several, by chance of the place.
      const deliveries = v % 2 === 0 ? events.map((event) => [event]) : events.length > 0 ? [events] : [];
      for (const [n, batch] of deliveries.entries()) {
        const answer = await line.send({ id: `v${v}-${step}-${n}`, body: { version: 1, events: batch } }, v % line.nodes);
        if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
      }
    }
    await meanwhile(step);
    await line.advanceTo(line.now() + (pausesMs[step % pausesMs.length] ?? 0));
  }
  await line.advanceTo(line.now() + 60 * seconds);
}

function wireEvent({ type, at, data, call = 'a', id }: Fact, variation: number, place: number, startMs: number) {
  const text = JSON.stringify({
    type: `call.${type}`,
    call: `v${variation}-${call}`,
    at: startMs + at * 1000,
    id: `v${variation}/${id ?? place}`,
    ...(data === undefined ? {} : { data }),
  });
  return JSON.parse(text.replaceAll('NUMBER', numberOf(variation)).replaceAll('"into":"a"', `"into":"v${variation}-a"`)) as unknown;
}
const numberOf = (variation: number) => `+4860${String(variation + 1_000_000)}`;

/** Ids of the org, and its own times, differ between two records that are the same. */
const notCompared = new Set(['Id', 'CreatedDate', 'LastModifiedDate', 'SystemModstamp', 'CompletedDateTime', 'Cordboard_Name__c']);
/** What the org holds of each variation, by its calls a and b, without what tells variations apart. */
async function heldOf(line: Line, count: number): Promise<{ a: Task[]; b: Task[] }[]> {
  const held = Array.from({ length: count }, () => ({ a: [] as Task[], b: [] as Task[] }));
  for (const task of await line.export('Task')) {
    const [, v, call] = /^v(\d+)-([ab])$/.exec(String(task['Cordboard_Call__c'])) ?? [];
    const same = JSON.stringify(Object.entries(task).filter(([field]) => !notCompared.has(field)));
    held[Number(v)]![call as 'a' | 'b'].push(
      Object.fromEntries(JSON.parse(same.replaceAll(`v${v}-`, '').replaceAll(numberOf(Number(v)), 'NUMBER')) as [string, unknown][]),
    );
  }
  return held;
}

/**
 * What may differ by when things were heard (D1, D2), and nothing else: a call that wants no record in the end (a part of another call,
 * an internal call) has none, or the one it wanted before that was known, marked as no longer valid and completed.
 */
function compare(held: { a: Task[]; b: Task[] }, reference: { a: Task[]; b: Task[] }, words: string): void {
  for (const call of ['a', 'b'] as const) {
    if (reference[call].length > 0) expect(held[call], `${words}, call ${call}`).toEqual(reference[call]);
    else {
      expect(held[call].length, `${words}, call ${call}`).toBeLessThanOrEqual(1);
      for (const task of held[call])
        expect([task['Status'], task['Description'], task['IsDeleted']], `${words}, call ${call}`).toEqual([
          'Completed',
          expect.stringContaining('--- Cordboard ---\nNo longer valid: '),
          false,
        ]);
    }
  }
}

const lines: Line[] = [];
async function withLine<T>(options: LineOptions, work: (line: Line) => Promise<T>): Promise<T> {
  const line = await openLine(options);
  lines.push(line);
  try {
    const result = await work(line);
    expect(await line.unexplained()).toEqual([]);
    return result;
  } finally {
    lines.splice(lines.indexOf(line), 1);
    await line.close();
  }
}
afterAll(() => Promise.all(lines.map((line) => line.close())));

let references: Promise<Map<string, { a: Task[]; b: Task[] }>> | undefined;
/** Each story heard at once, after it was over. */
const heardAtOnce = () =>
  (references ??= withLine({}, async (line) => {
    await play(line, storyNames.map(inOneStep), [0]);
    const held = await heldOf(line, storyNames.length);
    return new Map(storyNames.map((name, place) => [name, held[place]!]));
  }));

/** Any order, anything again, cut into steps anywhere. */
const variation: fc.Arbitrary<Variation> = fc.constantFrom(...storyNames).chain((story) => {
  const places = stories[story]!.map((_, place) => place);
  return fc
    .tuple(
      fc.shuffledSubarray(places, { minLength: places.length }),
      fc.array(fc.tuple(fc.constantFrom(...places), fc.nat({ max: places.length }))),
      fc.array(fc.boolean(), { minLength: 2 * places.length, maxLength: 2 * places.length }),
    )
    .map(([order, again, cuts]) => {
      const told = [...order];
      for (const [place, where] of again.slice(0, places.length)) told.splice(where, 0, place);
      const steps: number[][] = [[]];
      for (const [n, place] of told.entries()) {
        steps.at(-1)!.push(place);
        if (cuts[n % cuts.length]) steps.push([]);
      }
      return { story, steps: steps.filter((step) => step.length > 0) };
    });
});
/** Told but lingering; written; after the silence limit, so that an end is presumed. */
const pauses = fc.array(fc.constantFrom(0, 1 * seconds, 45 * seconds, silence), { minLength: 1, maxLength: 6 });
const say = ({ story, steps }: Variation) =>
  `"${story}" told as ${JSON.stringify(steps.map((step) => step.map((place) => stories[story]![place]!.type)))}`;

describe('C1: any order and repetition, each prefix decided and written, ends in the same org', () => {
  test('heard at once, every call has its one record, or is an internal call or a part', async () => {
    const held = await heardAtOnce();
    for (const [name, { a, b }] of held) expect([name, a.length, b.length]).toEqual([name, name === 'internal' ? 0 : 1, 0]);
  });

  test('one node', { timeout: 180_000 }, async () => {
    const references = await heardAtOnce();
    await fc.assert(
      fc.asyncProperty(fc.array(variation, { minLength: 60, maxLength: 60 }), pauses, async (variations, pausesMs) => {
        await withLine({}, async (line) => {
          await play(line, variations, pausesMs);
          for (const [v, held] of (await heldOf(line, variations.length)).entries())
            compare(held, references.get(variations[v]!.story)!, say(variations[v]!));
        });
      }),
      { seed, numRuns, interruptAfterTimeLimit: 90_000 },
    );
  });

  test('two nodes on one database', { timeout: 180_000 }, async () => {
    const references = await heardAtOnce();
    await fc.assert(
      fc.asyncProperty(fc.array(variation, { minLength: 40, maxLength: 40 }), pauses, async (variations, pausesMs) => {
        await withLine({ nodes: 2 }, async (line) => {
          await play(line, variations, pausesMs);
          for (const [v, held] of (await heldOf(line, variations.length)).entries())
            compare(held, references.get(variations[v]!.story)!, say(variations[v]!));
        });
      }),
      { seed, numRuns: Math.max(1, Math.floor(numRuns / 3)), interruptAfterTimeLimit: 40_000 },
    );
  });

  test('W4: over a wire that loses answers, and whole requests until later', { timeout: 180_000 }, async () => {
    const references = await heardAtOnce();
    const fault = fc.record({
      kind: fc.constantFrom('lost-answer', 'refused', 'twice', 'status-503', 'html-502', 'lock-row'),
      probability: fc.constantFrom(0.1, 0.4),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(variation, { minLength: 40, maxLength: 40 }),
        pauses,
        fc.array(fault, { minLength: 1, maxLength: 2 }),
        async (variations, pausesMs, faults) => {
          await withLine({}, async (line) => {
            for (const one of faults) await line.control('POST', '/faults', one);
            await play(line, variations, pausesMs, async (step) => {
              if (step % 2 === 0) line.holdNextWrite();
              else await line.letHeldRequestsLand();
            });
            await line.control('DELETE', '/faults');
            await line.letHeldRequestsLand();
            await line.advanceTo(line.now() + 10 * 60 * seconds);
            for (const [v, held] of (await heldOf(line, variations.length)).entries())
              compare(held, references.get(variations[v]!.story)!, say(variations[v]!));
          });
        },
      ),
      { seed, numRuns: Math.max(1, Math.floor(numRuns / 2)), interruptAfterTimeLimit: 40_000 },
    );
  });
});

test('C1, D5: a call survives the loss of any one of its facts: it is explained, and after the silence limit it has its record', async () => {
  const variations = storyNames.flatMap((story) =>
    stories[story]!.map((_, lost): Variation => ({
      story,
      steps: [stories[story]!.flatMap((_, place) => (place === lost ? [] : [place]))],
    })),
  );
  await withLine({}, async (line) => {
    await play(line, variations, [0]);
    await line.advanceTo(line.now() + silence);
    const held = await heldOf(line, variations.length);
    const explained = new Map((await line.explanations()).map((row) => [row.externalId, row.explanation]));
    for (const [v, { story, steps }] of variations.entries()) {
      const words = say(variations[v]!);
      const told = steps[0]!.map((place) => stories[story]![place]!);
      for (const call of ['a', 'b'] as const) {
        const facts = told.filter((fact) => (fact.call ?? 'a') === call);
        if (facts.length === 0) continue;
        const isPart = call === 'b' && facts.some((fact) => fact.type === 'joined');
        const isInternal = facts.some((fact) => (fact.data as { direction?: string } | undefined)?.direction === 'internal');
        expect(explained.get(`v${v}-${call}`), `${words}, call ${call}`).toBe(isPart ? 'part-of' : isInternal ? 'skipped' : 'written');
        expect(held[v]![call].length, `${words}, call ${call}`).toBe(isPart || isInternal ? 0 : 1);
      }
    }
  });
});

test('C4, W1: ids in any case and of any characters never meet, nor do those of two connections', async () => {
  // PostgreSQL keeps neither U+0000 nor half a surrogate pair: both are stored as U+FFFD, so ids that differ in those alone are one.
  const stored = (id: string) => id.replaceAll('\u0000', '\uFFFD').toWellFormed();
  const known = [
    'A',
    'a',
    'a ',
    ' a',
    'a  ',
    '\ta',
    'a\u0000',
    'a\u00a0',
    'á',
    'a\u0301',
    'ａ',
    'x'.repeat(500),
    `${'x'.repeat(499)}y`,
    'X'.repeat(500),
    '😀'.repeat(250),
    `${'😀'.repeat(249)}😁`,
    '0',
    '00',
    '1e2',
    '100',
    'null',
    '__proto__',
    'constructor',
    "' or 1=1 --",
    '%',
    '_',
    '\\',
    '"',
    '{}',
    '["1"]',
    '1,2',
    '\u202ea',
    '\ud800',
    'İ',
    'i',
    'ß',
    'SS',
    'ss',
  ];
  const id = fc.oneof(
    fc.string({ minLength: 1, maxLength: 12 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom(...known).map((text) => text.toUpperCase().slice(0, 500)),
    fc.constantFrom(...known).map((text) => text.toLowerCase().slice(0, 500)),
  );
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(id, { minLength: 30, maxLength: 60, selector: stored }), async (some) => {
      const ids = [...new Map([...known, ...some].map((one) => [stored(one), one])).values()].filter((one) => [...one].length <= 500);
      await withLine({ orgs: [{ connections: ['con_a', 'con_A'] }] }, async (line) => {
        for (const connection of ['con_a', 'con_A']) {
          const events = ids.flatMap((call) =>
            ['started', 'ended'].map((type) => ({
              type: `call.${type}`,
              call,
              at: line.now(),
              ...(type === 'started' ? { data: { direction: 'inbound', customer: {} } } : {}),
            })),
          );
          for (let from = 0; from < events.length; from += 50)
            expect(
              (await line.send({ id: `d${from}`, connection, body: { version: 1, events: events.slice(from, from + 50) } })).status,
            ).toBe(202);
        }
        await line.advanceTo(line.now() + 60 * seconds);
        const explained = await line.explanations();
        expect(explained.filter(({ explanation }) => explanation === 'written').length).toBe(2 * ids.length);
        const tasks = await line.export('Task');
        expect(tasks.length).toBe(2 * ids.length);
        expect(new Set(tasks.map((task) => String(task['Cordboard_Name__c']).toLowerCase())).size).toBe(2 * ids.length);
        for (const one of ids)
          expect(
            explained
              .filter((row) => row.externalId === stored(one))
              .map((row) => row.connection)
              .sort(),
            JSON.stringify(one),
          ).toEqual(['con_A', 'con_a']);
      });
    }),
    { seed, numRuns: Math.max(1, Math.floor(numRuns / 3)) },
  );
});

test('W4: what is heard while a record is under way is written afterwards, whether it is being made or changed', async () => {
  await withLine({}, async (line) => {
    const start = line.now();
    const tell = async (id: string, ...facts: Fact[]) =>
      void (await line.send({
        id,
        body: { version: 1, events: facts.map((fact, place) => wireEvent(fact, 0, Number(id) * 10 + place, start)) },
      }));
    line.duringNextWrite(() => tell('1', recording('r1', 60)));
    await tell('0', { type: 'started', at: 0, data: inbound }, { type: 'ended', at: 22 });
    await line.advanceTo(start + 60 * seconds);
    line.duringNextWrite(() => tell('3', { type: 'answered', at: 10, data: on(anna) }));
    await tell('2', recording('r2', 70));
    await line.advanceTo(start + 200 * seconds);
    const [task, ...others] = await line.export('Task');
    expect(others).toEqual([]);
    expect(task).toMatchObject({ Status: 'Completed', CallDurationInSeconds: 12, Description: expect.stringMatching(/r1[^]*r2/) });
  });
});

describe('W2, W3: whatever a person does to a record, between any two of our writes, stays done', () => {
  const ownBlock = (task: Task) => /--- Cordboard ---[^]*--- end of Cordboard ---/.exec(String(task['Description']))?.[0] ?? '';
  type Edit = {
    readonly does: 'update' | 'delete' | 'undelete';
    readonly fields?: (task: Task) => Record<string, unknown>;
    /** Holds at the end. */ readonly stays: (task: Task) => unknown;
    readonly as: unknown;
  };
  const field = (name: string, value: unknown): Edit => ({
    does: 'update',
    fields: () => ({ [name]: value }),
    stays: (task) => task[name],
    as: value,
  });
  const edits: Readonly<Record<string, Edit>> = {
    subject: field('Subject', 'Call Ewa back'),
    owner: field('OwnerId', '005Sx0000000004IAA'),
    status: field('Status', 'In Progress'),
    'due date': field('ActivityDate', '2026-03-20'),
    contact: field('WhoId', '003Sx0000000006IAA'),
    account: field('WhatId', '001Sx0000000001IAA'),
    'memo above': {
      does: 'update',
      fields: (task) => ({ Description: `Mine, all mine.\nTwo lines.\n\n${String(task['Description'])}` }),
      stays: (task) => String(task['Description']).startsWith('Mine, all mine.\nTwo lines.'),
      as: true,
    },
    'memo below': {
      does: 'update',
      fields: (task) => ({ Description: `${String(task['Description'])}\n\nPS: mine` }),
      stays: (task) => String(task['Description']).endsWith('PS: mine'),
      as: true,
    },
    'marks removed': {
      does: 'update',
      fields: () => ({ Description: 'All mine.' }),
      stays: (task) => task['Description'],
      as: 'All mine.',
    },
    'inside our block': {
      does: 'update',
      fields: (task) => ({ Description: String(task['Description']).replace('Waiting time', 'My own waiting time') }),
      stays: (task) => String(task['Description']).includes('My own waiting time'),
      as: true,
    },
    emptied: { does: 'update', fields: () => ({ Description: null }), stays: (task) => task['Description'], as: null },
    deleted: { does: 'delete', stays: (task) => task['IsDeleted'], as: true },
    undeleted: {
      does: 'undelete',
      stays: (task) => [task['IsDeleted'], /r1[^]*r2/.test(ownBlock(task)), task['CallDisposition']],
      as: [false, true, 'Answered, oven, offer'],
    },
  };
  /** What we write, one after the other; a person comes in after any of them. */
  const ours: readonly (readonly Fact[])[] = [
    [
      { type: 'started', at: 0, data: inbound },
      { type: 'ended', at: 22, data: { cause: 'no answer' } },
    ],
    [
      { type: 'answered', at: 10, data: on(anna) },
      { type: 'commented', at: 30, data: { text: 'First note.' } },
    ],
    [recording('r1', 60), { type: 'commented', at: 61, data: { text: 'Second note.' } }, link(62, '003Sx0000000001IAA')],
    [
      recording('r2', 70),
      { type: 'tagged', at: 80, data: { tags: ['oven', 'offer'] } },
      { type: 'commented', at: 81, data: { text: 'Third note.\nWith two lines.' } },
      link(82, '003Sx0000000002IAA'),
    ],
    [{ type: 'commented', at: 90, data: { text: 'Fourth note.' } }],
  ];
  const cases = Object.keys(edits).flatMap((edit) => ours.slice(0, -1).map((_, after) => ({ edit, after })));

  test.each([
    { form: 'with our fields', withoutCustomFields: false },
    { form: 'without custom fields (W8)', withoutCustomFields: true },
  ])('$form', async ({ withoutCustomFields }) => {
    await withLine({ orgs: [{ withoutCustomFields }] }, async (line) => {
      const start = line.now();
      const taskOf = async () => {
        const { rows } = await line.database.query({
          text: "select c.external_id as call, w.crm_id as id from writes w join calls c on c.org = w.org and c.id = w.call where w.role = 'log'",
        });
        const tasks = new Map((await line.export('Task')).map((task) => [task['Id'], task]));
        return new Map((rows as { call: string; id: string }[]).map(({ call, id }) => [call, tasks.get(id)!]));
      };
      for (const [step, facts] of ours.entries()) {
        for (const v of cases.keys())
          await line.send({
            id: `v${v}-${step}`,
            body: { version: 1, events: facts.map((fact, place) => wireEvent(fact, v, step * 10 + place, start)) },
          });
        await line.advanceTo(line.now() + 60 * seconds);
        const tasks = await taskOf();
        for (const [v, { edit, after }] of cases.entries()) {
          if (after !== step) continue;
          const task = tasks.get(`v${v}-a`)!;
          const { does, fields } = edits[edit]!;
          const id = task['Id'] as string;
          if (does === 'undelete') await line.asHuman({ action: 'delete', object: 'Task', id });
          await line.asHuman({ action: does, object: 'Task', id, user: '005Sx0000000003IAA', ...(fields ? { fields: fields(task) } : {}) });
        }
      }
      const tasks = await taskOf();
      expect((await line.export('Task')).length).toBe(cases.length);
      for (const [v, { edit, after }] of cases.entries()) {
        const task = tasks.get(`v${v}-a`)!;
        const words = `${edit} after our write ${after + 1}`;
        expect(edits[edit]!.stays(task), words).toEqual(edits[edit]!.as);
        if (edit === 'deleted') continue;
        // And what is nobody else's goes on to be ours.
        expect([task['CallDurationInSeconds'], task['CallDisposition']], words).toEqual([12, 'Answered, oven, offer']);
        const isTextOurs = !['marks removed', 'inside our block', 'emptied'].includes(edit);
        if (isTextOurs) expect(ownBlock(task), words).toMatch(/r1[^]*r2/);
        const notes = ['First note.', 'Second note.', 'Third note.\nWith two lines.', 'Fourth note.'];
        if (isTextOurs)
          for (const note of notes) expect(String(task['Description']).split(note).length - 1, `${words}: "${note}" once`).toBe(1);
        if (edit !== 'status') expect(task['Status'], words).toBe('Completed');
        if (edit !== 'owner') expect(task['OwnerId'], words).toBe('005Sx0000000002IAA');
        if (edit !== 'contact') expect(task['WhoId'], words).toBe('003Sx0000000002IAA');
        if (edit !== 'subject') expect(task['Subject'], words).toBe('Cordboard call - Inbound / (1) min');
      }
    });
  });
});
