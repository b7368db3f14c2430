import { describe, expect, test } from 'vitest';
import { Bell } from '../bell.ts';
import {
  type Crm,
  type Exchange,
  type Exchanged,
  type Fields,
  isWantedOfLead,
  type ReadAnswer,
  Refused,
  Unanswered,
  type WriteAnswer,
  type WantedActivity,
} from '../crm.ts';
import type { AttemptLog, LaneHold, Lent, OrgId, RowOutcome, WriteRow } from '../store.ts';
import type { World } from '../world.ts';
import { runWriter } from './writer.ts';

const secondMs = 1_000;
const shared: Fields = { Subject: 'Call', Description: null };
const nobodyIsThere = () => Promise.resolve(new Map<string, string>());
const fresh = (name: string): WriteRow<WantedActivity> => ({
  org: 1 as OrgId,
  call: name,
  role: 'log',
  qualifier: '',
  name,
  wanted: {
    kind: 'activity',
    subject: 'Call',
    status: 'completed',
    direction: 'inbound',
    ownerId: undefined,
    who: undefined,
    what: undefined,
    dueDate: '2026-11-21',
    durationSeconds: 61,
    waitSeconds: 4,
    result: '',
    memo: '',
    system: [],
    callKey: name,
    link: undefined,
  },
  wantedVersion: 1,
  policyVersion: 0,
  retracted: undefined,
  onlyUntouched: false,
  leftOut: false,
  state: 'due',
  lane: 'now',
  sinceMs: 0,
  dueMs: 0,
  crmId: undefined,
  sent: {},
  seen: {},
  human: [],
  refused: {},
  ghosts: [],
  attempts: 0,
  setbacks: 0,
});
const written = (name: string): WriteRow<WantedActivity> => ({
  ...fresh(name),
  crmId: `00T${name.padStart(12, '0')}`,
  sent: { Subject: 'Call', Duration: 61 },
  seen: shared,
  human: ['Description'],
});
const created = ({ writes }: Exchange): WriteAnswer[] =>
  writes.map(({ name, id }) => ({ id: id ?? `00T${name.padStart(12, '0')}`, created: id === undefined }));

type Ask = {
  readonly atMs: number;
  readonly reads: readonly string[];
  readonly writes: readonly { name: string; fields: Fields }[];
  readonly as?: string;
};
/** What differs from an org whose agents lend nothing. */
type Acting = { readonly lent?: Lent; readonly mayActAs?: Crm['mayActAs']; readonly used?: number };

/** A writer over rows in memory and an org that answers as told; time passes only while everybody sleeps. */
function openWriter(
  rows: readonly WriteRow[],
  answer: (ask: Exchange, nowMs: number) => Promise<Partial<Exchanged>>,
  sideBySide = 2,
  { lent, mayActAs = () => Promise.resolve(undefined), used }: Acting = {},
) {
  const table = new Map(rows.map((row) => [row.name, row]));
  const asks: Ask[] = [];
  const logged: AttemptLog[] = [];
  let nowMs = 1_000_000;
  let stepMs = 0; // what the wall clock was set back by
  const alarms = new Set<{ atMs: number; wake: () => void }>();
  const world: World = {
    now: () => nowMs - stepMs,
    monotonic: () => nowMs,
    chance: () => 0.5,
    bytes: (count) => new Uint8Array(count),
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal?.aborted) return resolve();
        const alarm = { atMs: nowMs + ms, wake: () => void (alarms.delete(alarm), resolve()) };
        alarms.add(alarm);
        signal?.addEventListener('abort', alarm.wake, { once: true });
      }),
  };
  const dueOf = ({ dueMs = Infinity }: WriteRow) => dueMs;
  const pending = (lane: string) => [...table.values()].filter((row) => row.lane === lane && ['due', 'uncertain'].includes(row.state));
  const waits = (of: readonly WriteRow[]) => ({
    count: of.length,
    firstDueInMs: of.length ? Math.min(...of.map(dueOf)) - nowMs : undefined,
    oldestMs: of.length ? nowMs - Math.min(...of.map(({ sinceMs }) => sinceMs)) : undefined,
  });
  const hold: LaneHold = {
    org: 1 as OrgId,
    epoch: 1,
    lost: new AbortController().signal,
    recover: () => Promise.resolve(0),
    waiting: () => Promise.resolve({ now: waits(pending('now')), later: waits(pending('later')), verify: waits([]) }),
    ready: (lane, limit) =>
      Promise.resolve(
        pending(lane)
          .filter((row) => dueOf(row) <= nowMs)
          .slice(0, limit),
      ),
    verifiable: () => Promise.resolve([]),
    begin(wanted, sends) {
      for (const { name } of wanted) {
        const ghost = sends.find((send) => send.row.name === name)?.ghost;
        const row = table.get(name)!;
        table.set(name, { ...row, state: 'sending', ghosts: [...row.ghosts, ...(ghost ? [ghost] : [])] });
      }
      return Promise.resolve(wanted.map(({ name }) => table.get(name)!));
    },
    settle: (outcomes: readonly RowOutcome[], attempts) => {
      logged.push(...attempts);
      for (const { row, dueInMs, ...came } of outcomes)
        table.set(row.name, { ...table.get(row.name)!, ...came, dueMs: dueInMs === undefined ? undefined : nowMs + dueInMs });
      return Promise.resolve();
    },
    release: () => Promise.resolve(),
  };
  const crm: Omit<
    Crm,
    'book' | 'fields' | 'statuses' | 'readable' | 'identity' | 'signedInAtMs' | 'prove' | 'spent' | 'setup' | 'proveAgent'
  > = {
    orgId: '00D000000000001AAA',
    form: 'unique',
    reducedBecause: undefined,
    relatedTo: () => Promise.resolve([]),
    shape: 'fields 1',
    unfit: () => ({}),
    wrongDefaults: () => Promise.resolve([]),
    mayActAs,
    shared: ['Subject', 'Description'],
    repointed: [],
    textField: 'Description',
    maxRecords: 200,
    locks: (fields) => (fields['Result'] ? ['003000000000001'] : []),
    draft: (wanted) =>
      wanted.kind === 'activity'
        ? {
            Subject: wanted.subject,
            Duration: wanted.durationSeconds,
            ...(wanted.result ? { Result: wanted.result } : {}),
          }
        : { LastName: isWantedOfLead(wanted) ? null : wanted.kind === 'case' ? wanted.subject : wanted.name },
    async exchange(ask) {
      asks.push({ atMs: nowMs, reads: ask.reads.map(({ name }) => name), writes: ask.writes, ...(ask.as && { as: ask.as }) });
      await world.sleep(100);
      return { reads: [], writes: created(ask), wire: { request: '', status: 200, ms: 100 }, ...(await answer(ask, nowMs)) };
    },
    users: () => Promise.resolve([]),
    queues: () => Promise.resolve([]),
    self: () => Promise.resolve({ id: '' }),
    usage: () => (used === undefined ? undefined : { used, max: 100 }),
    recordUrl: (id) => id,
    close: () => Promise.resolve(),
  };
  const stop = new AbortController();
  const quiet = { exchanged: () => undefined, trouble: () => undefined };
  const ended = runWriter(
    hold,
    crm,
    world,
    { sideBySide, requestLimitMs: 120_000, pollMs: 500 },
    () => Promise.resolve({ policyVersion: 1, defaults: {}, duplicates: 'park', country: undefined, ...(lent && { lent }) }),
    nobodyIsThere,
    quiet,
    stop.signal,
    new Bell(),
  );
  ended.catch(() => undefined); // awaited by `close`
  const breathe = async () => {
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    asks,
    /** In whose name each row was sent, or why not. */
    inNames: () => logged.map(({ row, inName }) => [row.name, inName?.of, inName?.not]),
    hold,
    world,
    row: (name: string) => table.get(name)!,
    set: (row: WriteRow) => void table.set(row.name, row),
    setBack: (ms: number) => (stepMs = ms),
    async pass(ms: number) {
      const untilMs = nowMs + ms;
      for (await breathe(); ; await breathe()) {
        const next = Math.min(...[...alarms].map(({ atMs }) => atMs));
        if (next > untilMs) break;
        nowMs = Math.max(nowMs, next);
        for (const alarm of [...alarms].filter(({ atMs }) => atMs <= nowMs)) alarm.wake();
      }
      nowMs = untilMs;
    },
    async close() {
      stop.abort();
      await this.pass(60 * secondMs);
      return ended;
    },
  };
}
const holding = ({ reads }: Exchange): { reads: ReadAnswer[] } => ({
  reads: reads.map(({ id }) => ({
    held: id === undefined ? undefined : { id, fields: { ...shared, Duration: 61 }, deleted: false, doubles: [] },
  })),
});

test('who gathers company is not looked for 40 times a second', async () => {
  const writer = openWriter([], () => Promise.resolve({}), 2, { used: 99 }); // a minute, then
  const { waiting } = writer.hold;
  let looks = 0;
  writer.hold.waiting = () => (looks++, waiting());
  writer.set({ ...fresh('1'), sinceMs: writer.world.now(), dueMs: writer.world.now() });
  await writer.pass(59 * secondMs);
  expect([writer.asks.length, looks]).toEqual([0, expect.toSatisfy((count: number) => count < 130)]);
  await writer.pass(2 * secondMs);
  expect(writer.asks).toHaveLength(1);
  await writer.close();
});
test('W6: a row that had nothing to send is free again when something comes', async () => {
  const theirs = written('1');
  const writer = openWriter(
    [{ ...theirs, human: ['Description', 'Subject'], wanted: { ...theirs.wanted, subject: 'Other' } }, fresh('2')],
    (ask) => Promise.resolve(holding(ask)),
  );
  await writer.pass(secondMs);
  expect([writer.row('1').state, writer.row('2').state]).toEqual(['written', 'written']);
  const row = writer.row('1');
  writer.set({ ...row, state: 'due', dueMs: 0, wanted: { ...theirs.wanted, subject: 'Other', durationSeconds: 62 } });
  await writer.pass(5 * secondMs);
  expect(writer.asks.at(-1)?.writes).toEqual([{ name: '1', id: row.crmId, fields: { Duration: 62 } }]);
  await writer.close();
});

/** Sixty rows, of which the first request changes fifty and is told to come back in five minutes. */
const refusedFirst = (sideBySide: number) => {
  const refusal = new Refused({ mendedBy: 'time', code: 'REQUEST_LIMIT_EXCEEDED', message: '', retryAfterMs: 300 * secondMs });
  let refused = 0;
  return openWriter(
    Array.from({ length: 60 }, (_, n) => written(String(n + 1))).map((row) => ({ ...row, wanted: { ...row.wanted, subject: 'New' } })),
    (ask) => (ask.writes.length > 0 && refused++ === 0 ? Promise.reject(refusal) : Promise.resolve(holding(ask))),
    sideBySide,
  );
};

test('W3: what was read before a long wait is read again after it', async () => {
  const writer = refusedFirst(1);
  await writer.pass(400 * secondMs);
  expect(writer.asks.map(({ reads, writes }) => [reads.length, writes.length]).slice(0, 4)).toEqual([
    [60, 0],
    [0, 50],
    [60, 0],
    [0, 50],
  ]);
  await writer.close();
});

test('W7: “come back in five minutes” is not taken back by an answer to what was sent before', async () => {
  const writer = refusedFirst(2);
  await writer.pass(200 * secondMs);
  expect(writer.asks.map(({ reads, writes }) => [reads.length, writes.length])).toEqual([
    [60, 0],
    [0, 50],
    [0, 10],
  ]);
  await writer.pass(200 * secondMs);
  expect(writer.row('1').state).toBe('written');
  await writer.close();
});

test('W5: a row that is never answered is asked for less and less often, and the others go', async () => {
  const writer = openWriter([fresh('1'), fresh('2')], (ask) =>
    ask.reads.length + ask.writes.length > 0 && [...ask.reads, ...ask.writes].some(({ name }) => name === '1')
      ? Promise.reject(new Unanswered('the connection broke'))
      : Promise.resolve(holding(ask)),
  );
  await writer.pass(3_600 * secondMs);
  expect(writer.row('2').state).toBe('written');
  expect(writer.row('1').state).toBe('uncertain');
  expect(writer.asks.length).toBeLessThan(90);
  await writer.close();
});

test('W5: halves of a refused request leave nothing behind that might still land', async () => {
  const poison = { refused: 'failed', failure: { mendedBy: 'admin', code: 'APEX_ERROR', message: '' }, whole: true } as const;
  const writer = openWriter([fresh('1'), fresh('2'), fresh('3')], (ask) => {
    if (!ask.writes.some(({ name }) => name === '2')) return Promise.resolve({});
    if (ask.writes.length === 3) return Promise.reject(new Refused({ mendedBy: 'us', code: 'HTTP_400', message: '' }));
    return Promise.resolve({ writes: ask.writes.map(() => poison) });
  });
  await writer.pass(2 * secondMs);
  expect(['1', '2', '3'].map((name) => [writer.row(name).state, writer.row(name).ghosts, writer.row(name).dueMs])).toEqual([
    ['written', [], undefined],
    ['parked', [], undefined],
    ['written', [], undefined],
  ]);
  await writer.close();
});

test('W5: one row that a firewall never lets in waits apart, says why, and the others are written', async () => {
  const firewall = new Refused({ mendedBy: 'admin', code: 'HTTP_403', message: 'a page of a firewall' });
  const writer = openWriter(
    Array.from({ length: 60 }, (_, n) => fresh(String(n + 1))),
    (ask) => ([...ask.reads, ...ask.writes].some(({ name }) => name === '7') ? Promise.reject(firewall) : Promise.resolve(holding(ask))),
    1,
  );
  await writer.pass(120 * secondMs);
  const states = Array.from({ length: 60 }, (_, n) => writer.row(String(n + 1)).state);
  expect(states.filter((state) => state === 'written')).toHaveLength(59);
  expect(writer.row('7')).toMatchObject({ state: 'due', ghosts: [], attempts: 0, trouble: { code: 'HTTP_403' } });
  const before = writer.asks.length;
  await writer.pass(24 * 3_600 * secondMs);
  expect(writer.row('7')).toMatchObject({ state: 'due', attempts: 0 });
  expect(writer.asks.length - before).toBeLessThan(200);
  await writer.close();
});

test('W7: an org that lets nobody in parks nothing, and gets everything once it does', async () => {
  let closed = true;
  const writer = openWriter(
    Array.from({ length: 60 }, (_, n) => fresh(String(n + 1))),
    (ask) =>
      closed
        ? Promise.reject(new Refused({ mendedBy: 'admin', code: 'API_DISABLED_FOR_ORG', message: '' }))
        : Promise.resolve(holding(ask)),
  );
  await writer.pass(2 * 3_600 * secondMs);
  expect(writer.asks.length).toBeLessThan(300);
  closed = false;
  await writer.pass(600 * secondMs);
  expect(Array.from({ length: 60 }, (_, n) => writer.row(String(n + 1)).state).filter((state) => state !== 'written')).toEqual([]);
  await writer.close();
});

test('W7: a sign-in that a person must mend is held against no row, not even one that goes alone', async () => {
  let isIn = false;
  const writer = openWriter([fresh('1')], (ask) =>
    isIn
      ? Promise.resolve(holding(ask))
      : Promise.reject(new Refused({ mendedBy: 'admin', code: 'invalid_grant', message: 'Sign in again.', signIn: true })),
  );
  await writer.pass(10 * 60 * secondMs);
  expect(writer.row('1')).toMatchObject({ state: 'due', setbacks: 0, attempts: 0 });
  isIn = true;
  await writer.pass(60 * secondMs);
  expect(writer.row('1').state).toBe('written');
  await writer.close();
});

test('W7: no answer, however often, is held against no row', async () => {
  const writer = openWriter([fresh('1')], () => Promise.reject(new Unanswered('no answer')));
  await writer.pass(3_600 * secondMs);
  expect(writer.row('1')).toMatchObject({ state: 'uncertain', attempts: 0 });
  await writer.close();
});

test('W5: a row that goes alone has its turn in a rush too', async () => {
  const writer = openWriter([{ ...fresh('lone'), setbacks: 3 }], (ask) => Promise.resolve(holding(ask)), 1);
  for (let n = 0; n < 50 && writer.row('lone').state !== 'written'; n++) {
    for (let k = 0; k < 60; k++) writer.set(fresh(`${n}-${k}`));
    await writer.pass(200);
  }
  expect(writer.row('lone').state).toBe('written');
  await writer.close();
});

test('W6: in a rush, rows that wait for a locked record send no newcomer alone', async () => {
  const writer = openWriter([], (ask) => Promise.resolve(holding(ask)), 4);
  for (let n = 0; n < 200; n++) {
    // Every third call hangs on one contact: one request at a time may touch it.
    writer.set({ ...fresh(String(n)), ...(n % 3 ? {} : { wanted: { ...fresh('0').wanted, result: 'on the one contact' } }) });
    await writer.pass(50);
  }
  await writer.pass(5 * secondMs);
  expect([...Array(200).keys()].filter((n) => writer.row(String(n)).state !== 'written')).toEqual([]);
  expect(writer.asks.length).toBeLessThan(60); // 10 s at one in 400 ms, and what the first two seconds need to notice the rush
  await writer.close();
});

test('W4: our name is there and nobody shows us the record: asked for now and then, and parked', async () => {
  const writer = openWriter([fresh('1')], (ask) =>
    Promise.resolve({
      ...holding(ask),
      writes: ask.writes.map(() => ({ refused: 'exists', message: 'duplicates value on record with id: <Unknown>' })),
    }),
  );
  await writer.pass(2 * 3_600 * secondMs);
  expect(writer.row('1')).toMatchObject({ state: 'parked', trouble: { mendedBy: 'admin', code: 'EXISTS_UNSEEN' } });
  expect(writer.asks.length).toBeLessThan(40);
  await writer.close();
});

test('E7: an answer that could not be stored is nobody’s to interpret: the next holder of the lane finds the rows under way', async () => {
  const mine = written('1');
  const writer = openWriter([{ ...mine, wanted: { ...mine.wanted, subject: 'New' } }], (ask) => Promise.resolve(holding(ask)));
  const { settle } = writer.hold;
  let settled = 0;
  writer.hold.settle = (...given) =>
    settled++ === 0 ? Promise.reject(new Error('the database is away')) : settle.apply(writer.hold, given);
  await writer.pass(5 * secondMs);
  await expect(writer.close()).rejects.toThrow('the database is away');
  expect(writer.row('1').state).toBe('sending');
  expect(writer.asks).toHaveLength(1);
});

test('E3: a wall clock that is set back by an hour delays nothing and spoils no average', async () => {
  const mine = written('1');
  const writer = openWriter([fresh('2')], (ask) => Promise.resolve(holding(ask)));
  await writer.pass(secondMs);
  writer.setBack(3_600 * secondMs);
  for (let n = 10; n < 60; n++) {
    writer.set({ ...fresh(String(n)) });
    await writer.pass(100);
  }
  writer.set({ ...mine, wanted: { ...mine.wanted, subject: 'New' } });
  await writer.pass(2 * secondMs);
  expect(writer.row('1').state).toBe('written');
  expect(writer.row('59').state).toBe('written');
  await writer.close();
});

describe('in whose name (DP-11)', () => {
  const by = (name: string, id: string | undefined): WriteRow<WantedActivity> => {
    const row = fresh(name);
    return id === undefined ? row : { ...row, wanted: { ...row.wanted, author: { id, name: `Agent ${id}` } } };
  };
  const lent: Lent = new Map([
    ['A', {}],
    ['B', {}],
    ['C', { trouble: 'It was revoked.' }],
  ]);
  const named = (asks: readonly Ask[]) =>
    asks.map(({ as, writes }) => `${as ?? '-'}: ${writes.map(({ name }) => name).join(' ')}`).toSorted();

  test('rows of different people never share a request; those of one do, and whoever can’t be acted for shares the integration user’s', async () => {
    const writer = openWriter(
      [by('1', 'A'), by('2', 'B'), by('3', undefined), by('4', 'A'), by('5', 'C'), by('6', 'D')],
      () => Promise.resolve({}),
      2,
      { lent },
    );
    await writer.pass(5 * secondMs);
    expect(named(writer.asks)).toEqual(['-: 3 5 6', 'A: 1 4', 'B: 2']);
    expect(writer.inNames().toSorted(([a], [b]) => String(a).localeCompare(String(b)))).toEqual([
      ['1', 'Agent A', undefined],
      ['2', 'Agent B', undefined],
      ['3', undefined, undefined],
      ['4', 'Agent A', undefined],
      ['5', 'Agent C', 'It was revoked.'],
      ['6', 'Agent D', 'They have not let Cordboard act as them.'],
    ]);
    await writer.close();
  });
  test('where nobody lets us, or calls are scarce, all go in one request', async () => {
    for (const acting of [{}, { lent, used: 81 }]) {
      const writer = openWriter([by('1', 'A'), by('2', 'B'), by('3', undefined)], () => Promise.resolve({}), 2, acting);
      await writer.pass(60 * secondMs);
      expect(named(writer.asks)).toEqual(['-: 1 2 3']);
      await writer.close();
    }
  });
  test('nobody starves: while one name always has something older, the others have their turn', async () => {
    const hers = ['1', '2', '3'].map((name) => by(name, 'A'));
    const writer = openWriter([...hers, by('b', 'B'), by('none', undefined)], () => Promise.resolve({}), 1, { lent });
    const { settle } = writer.hold;
    writer.hold.settle = async (...settled) => {
      await settle(...settled);
      hers.forEach((row) => writer.set(row));
    };
    await writer.pass(5 * secondMs);
    expect(writer.asks.filter(({ as }) => as === 'A').length).toBeGreaterThan(5);
    expect([writer.row('b').state, writer.row('none').state]).toEqual(['written', 'written']);
    await writer.close();
  });
  test('what an agent may not write goes again at once as the integration user, whose answer counts, and alone', async () => {
    const failure = { mendedBy: 'admin', code: 'INSUFFICIENT_ACCESS', message: 'not yours' } as const;
    const writer = openWriter(
      [by('1', 'A'), by('2', 'A')],
      (ask) =>
        Promise.resolve(
          ask.as ? { writes: ask.writes.map(({ name }, n) => (name === '1' ? { refused: 'author', failure } : created(ask)[n]!)) } : {},
        ),
      2,
      { lent },
    );
    await writer.pass(secondMs);
    expect(named(writer.asks)).toEqual(['-: 1', 'A: 1 2']);
    expect(writer.inNames()).toEqual([
      ['1', 'Agent A', undefined],
      ['2', 'Agent A', undefined],
      ['1', 'Agent A', 'not yours'],
    ]);
    expect([writer.row('1'), writer.row('2')]).toMatchObject([
      { state: 'written', ghosts: [], attempts: 0 },
      { state: 'written', ghosts: [], attempts: 0 },
    ]);
    await writer.close();
  });
  test('W4: the second asking is a version of its own: unanswered, the row is uncertain and is read before it is sent again', async () => {
    const failure = { mendedBy: 'admin', code: 'INSUFFICIENT_ACCESS', message: 'not yours' } as const;
    let lost = 0;
    const writer = openWriter(
      [by('1', 'A')],
      (ask) =>
        ask.as
          ? Promise.resolve({ writes: [{ refused: 'author', failure }] })
          : lost++ === 0
            ? Promise.reject(new Unanswered('lost'))
            : Promise.resolve(holding(ask)),
      1,
      { lent },
    );
    await writer.pass(300);
    expect(writer.row('1')).toMatchObject({ state: 'uncertain', ghosts: [{ sent: { Subject: 'Call' } }] });
    await writer.pass(60 * secondMs);
    expect(writer.asks.slice(0, 3).map(({ as, reads, writes }) => [as, reads.length, writes.length])).toEqual([
      ['A', 0, 1],
      [undefined, 0, 1],
      [undefined, 1, 0],
    ]);
    await writer.close();
  });
  test('an agent who can’t be acted for just now: one request, in the integration user’s name, and it says why', async () => {
    const why = { mendedBy: 'time', code: 'SIGN_IN_UNANSWERED', message: 'No answer.', retryAfterMs: 1 } as const;
    const writer = openWriter([by('1', 'A')], () => Promise.resolve({}), 1, { lent, mayActAs: () => Promise.resolve(why) });
    await writer.pass(secondMs);
    expect(named(writer.asks)).toEqual(['-: 1']);
    expect(writer.inNames()).toEqual([['1', 'Agent A', 'No answer.']]);
    await writer.close();
  });
  test('W3: signing in that takes long sends nothing that was read before it', async () => {
    const row = { ...written('1'), wanted: { ...written('1').wanted, subject: 'New', author: { id: 'A', name: 'Agent A' } } };
    let slow = true;
    const writer = openWriter([row], (ask) => Promise.resolve(holding(ask)), 1, {
      lent,
      mayActAs: async () => {
        if (slow) await writer.world.sleep(5 * secondMs);
        slow = false;
        return undefined;
      },
    });
    await writer.pass(30 * secondMs);
    expect(writer.asks.map(({ as, reads, writes }) => [as, reads.length, writes.length])).toEqual([
      [undefined, 1, 0],
      [undefined, 1, 0],
      ['A', 0, 1],
    ]);
    await writer.close();
  });
});
