import { afterEach, expect, test } from 'vitest';
import type { LaneHold, RowOutcome } from '../server/store.ts';
import { lineSteps, makeBells } from '../server/pipeline.ts';
import { nobodyKnown } from '../server/match/match.ts';
import { noMatters } from '../server/match/matters.ts';
import { postgresStore } from '../server/store/postgres.ts';
import { type Line, openLine } from '../server/testing/line.ts';
import type { DueCall, Store } from '../server/store.ts';
import { realWorld } from '../server/world.ts';

// What comes late, is lost, or is taken back while it is under way.
const minutes = (n: number) => Date.parse('2026-03-02T09:00:00Z') + n * 60_000;
let line: Line | undefined;
const closing: (() => Promise<void>)[] = [];
afterEach(disconnect);
async function disconnect() {
  for (const close of closing.splice(0)) await close();
  const unexplained = await line?.unexplained();
  await line?.close();
  line = undefined;
  if (unexplained) expect(unexplained).toEqual([]); // D5
}

const say = (type: string, call: string, atMs: number, data: unknown = {}) =>
  line!.send({ id: `${call}-${type}-${atMs}`, body: { version: 1, type, call, at: new Date(atMs).toISOString(), data } });
async function hear(call: string, startedAtMs: number, number = '+48221234567') {
  await say('call.started', call, startedAtMs, { direction: 'inbound', customer: { number } });
  await say('call.ended', call, startedAtMs + 20_000);
}
const tasks = async (call: string) => (await line!.export('Task')).filter((one) => one['CallObject'] === call);
const explained = async () =>
  Object.fromEntries((await line!.explanations()).map((one) => [one.externalId, `${one.explanation}: ${one.because}`]));

test('D2: taken back while nobody knew whether it had landed, and it had not: nothing is created to say so', async () => {
  line = await openLine();
  line.holdNextWrite(); // and it never lands
  await hear('part', minutes(0));
  await line.advanceTo(line.now() + 300);
  expect((await explained())['part']).toBe('waiting: an answer: the last request was never answered');
  await say('call.joined', 'part', minutes(0) + 30_000, { into: 'whole' });
  await hear('whole', minutes(0));
  await line.advanceTo(minutes(10));
  expect(await tasks('part')).toEqual([]);
  expect(await tasks('whole')).toHaveLength(1);
  expect((await explained())['part']).toMatch(/^part-of: /);
});

test('W4, D2: the same, but it lands late: found, and marked', async () => {
  line = await openLine();
  line.holdNextWrite();
  await hear('part', minutes(0));
  await line.advanceTo(line.now() + 300);
  expect((await explained())['part']).toBe('waiting: an answer: the last request was never answered');
  await say('call.joined', 'part', minutes(0) + 30_000, { into: 'whole' });
  await line.advanceTo(minutes(0) + 60_000);

  await line.letHeldRequestsLand();
  await line.advanceTo(minutes(10));
  const [task, ...others] = await tasks('part');
  expect(others).toEqual([]);
  expect(task?.['Description']).toContain('No longer valid');
});

test('W4: a note that is lost on the way and lands after the next one leaves both', async () => {
  line = await openLine();
  await hear('c', minutes(0));
  await line.advanceTo(minutes(2));
  line.holdNextWrite();
  for (const [minute, text] of [
    [2, 'Wants a second oven.'],
    [3, 'Send prices.'],
  ] as const) {
    await say('call.commented', 'c', minutes(minute), { text });
    await line.advanceTo(minutes(minute) + 40_000);
  }
  await line.letHeldRequestsLand();
  expect((await tasks('c'))[0]?.['Description']).not.toContain('Send prices.');
  await line.advanceTo(minutes(10));
  expect((await tasks('c'))[0]?.['Description']).toMatch(/^Wants a second oven\.\nSend prices\.\n\n--- Cordboard ---/);
});

/** A lane over a real database, with one row of an ended call under way. */
async function rowUnderWay(): Promise<{ hold: LaneHold; outcome: RowOutcome; state(): Promise<unknown> }> {
  line = await openLine({ orgs: [{ mode: 'observe' }] });
  await hear('c', minutes(0));
  await line.advanceTo(minutes(1));
  const store = postgresStore(line.database, realWorld(), () => undefined);
  const hold = (await store.takeLane(line.org, 'test'))!;
  closing.push(() => hold.release());
  const [row] = await hold.ready('now', 1, false);
  await hold.begin([row!], []);
  const outcome: RowOutcome = {
    ...row!,
    row: row!,
    state: 'parked',
    trouble: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' },
    dueInMs: undefined,
    written: false,
  };
  return {
    hold,
    outcome,
    state: async () =>
      (await line!.database.query({ text: 'select state from writes' })).rows.map((one) => (one as { state: string }).state),
  };
}

test('W5: what is refused parks; if another wish came in meanwhile, that one goes first', async () => {
  const { hold, outcome, state } = await rowUnderWay();
  await line!.database.query({ text: 'update writes set wanted_version = wanted_version + 1' });
  await hold.settle([outcome], [], null, 0);
  expect(await state()).toEqual(['due']);
  await hold.settle([{ ...outcome, row: { ...outcome.row, wantedVersion: outcome.row.wantedVersion + 1 } }], [], null, 0);
  expect(await state()).toEqual(['parked']);
  await line!.database.query({ text: "update writes set state = 'due', trouble = null" });
});

test('E2: a database that is away for a moment parks no call', async () => {
  const steps = (failure: Error) => {
    const told: unknown[] = [];
    const due = {
      org: 1,
      id: '1',
      source: 's',
      externalId: 'c',
      heardAtMs: 0,
      writes: [],
      known: new Map(),
      pinned: undefined,
    } as unknown as DueCall;
    const events = [
      {
        event: { id: 'e', callId: 'c', at: 0, type: 'started', direction: 'inbound', customer: {} },
        clockOffsetMs: 0,
        contradicted: false,
      },
    ];
    const store = {
      tellSome: async (work: (claimed: readonly DueCall[]) => Promise<readonly unknown[]>) =>
        told.push(...(await work([{ ...due, events } as unknown as DueCall]))),
    };
    const [, tell] = lineSteps(
      {
        store: store as unknown as Store,
        world: realWorld(),
        sources: { s: { silenceMs: 1 } as never },
        orgView: () => Promise.reject(failure),
        recordingLink: () => undefined,
        matters: async () => noMatters,
        lookUp: async () => nobodyKnown,
        callLink: () => undefined,
        report: () => undefined,
      },
      makeBells(),
    );
    return { run: tell!.run, told };
  };
  const away = steps(new Error('timeout exceeded when trying to connect'));
  await expect(away.run()).rejects.toThrow('timeout exceeded');
  const broken = steps(new Error('the policy is broken'));
  await broken.run();
  expect(broken.told).toMatchObject([{ trouble: 'telling it failed: the policy is broken' }]);
});

test('C2: a part that moves on to another call leaves the former, whichever of the two joins is heard first', async () => {
  const stories: unknown[] = [];
  for (const order of [
    [1, 2],
    [2, 1],
  ]) {
    line = await openLine();
    for (const [call, at] of [
      ['first', 0],
      ['second', 1],
      ['part', 2],
    ] as const)
      await hear(call, minutes(at), `+4822123456${at}`);
    await line.advanceTo(minutes(5));
    for (const n of order) {
      await say('call.joined', 'part', minutes(3) + n * 1_000, { into: n === 1 ? 'first' : 'second' });
      await line.advanceTo(line.now() + 120_000);
    }
    stories.push((await line.database.query({ text: "select external_id, told->'parts' as parts from calls order by external_id" })).rows);
    await line.close();
    line = undefined;
  }
  expect(stories[1]).toEqual(stories[0]);
});
