import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OrgId } from '../store.ts';
import { groupCommit, NotStored, Overloaded, type Limits, type NewDelivery } from './group-commit.ts';

const row = (deliveryId: string, bytes = 10): NewDelivery => ({
  org: 1 as OrgId,
  connection: 'c',
  deliveryId,
  headers: {},
  body: new Uint8Array(bytes),
  payloadHash: 'h',
});
/** All that is already decided has been said. */
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A store whose commits end when the test says so. */
function slowStore() {
  const begun: { rows: string[]; end(failure?: Error): void; ended: boolean }[] = [];
  const append = (rows: readonly NewDelivery[]) =>
    new Promise<void>((resolve, reject) => {
      const one = {
        rows: rows.map(({ deliveryId }) => deliveryId),
        ended: false,
        end(failure?: Error) {
          one.ended = true;
          if (failure) reject(failure);
          else resolve();
        },
      };
      begun.push(one);
    });
  return { append, begun, open: () => begun.filter(({ ended }) => !ended) };
}
/** What became of each caller, counted: anything but one answer is a bug. */
function callers(add: (row: NewDelivery) => Promise<void>) {
  const answers = new Map<string, unknown[]>();
  const call = (id: string, bytes?: number) => {
    answers.set(id, []);
    add(row(id, bytes)).then(
      () => answers.get(id)!.push('stored'),
      (error: unknown) => answers.get(id)!.push(error),
    );
  };
  return { call, answers };
}

describe('gathering', () => {
  test('a lone delivery is appended at once', async () => {
    const store = slowStore();
    const { call } = callers(groupCommit(store.append).add);
    call('a');
    await settled();
    expect(store.begun.map(({ rows }) => rows)).toEqual([['a']]);
  });
  test('nobody is answered before the commit returned (E1)', async () => {
    const store = slowStore();
    const { call, answers } = callers(groupCommit(store.append).add);
    call('a');
    await settled();
    expect(answers.get('a')).toEqual([]);
    store.begun[0]!.end();
    await settled();
    expect(answers.get('a')).toEqual(['stored']);
  });
  test('what arrived while commits ran goes with the next one, in order', async () => {
    const store = slowStore();
    const { call } = callers(groupCommit(store.append).add);
    for (const id of ['a', 'b', 'c', 'd', 'e']) {
      call(id);
      await settled();
    }
    expect(store.begun.map(({ rows }) => rows)).toEqual([['a'], ['b']]);
    store.begun[1]!.end();
    await settled();
    expect(store.begun.map(({ rows }) => rows)).toEqual([['a'], ['b'], ['c', 'd', 'e']]);
  });
  test('at most 200 rows and 4 MB; a row larger than that goes alone', async () => {
    const store = slowStore();
    const { call } = callers(groupCommit(store.append, undefined, { commitsInFlight: 99 }).add);
    for (let index = 0; index < 450; index += 1) call(`s${index}`);
    await settled();
    expect(store.begun.map(({ rows }) => rows.length)).toEqual([200, 200, 50]);
    for (let index = 0; index < 5; index += 1) call(`l${index}`, 1_500_000);
    call('huge', 9_000_000);
    call('small');
    await settled();
    expect(store.begun.slice(3).map(({ rows }) => rows)).toEqual([['l0', 'l1'], ['l2', 'l3'], ['l4'], ['huge'], ['small']]);
  });
});

describe('failing', () => {
  test('a failed commit rejects exactly its rows', async () => {
    const store = slowStore();
    const { call, answers } = callers(groupCommit(store.append, undefined, { rowsPerCommit: 2 }).add);
    for (const id of ['a', 'b', 'c', 'd', 'e']) call(id);
    await settled();
    const cause = new Error('connection lost');
    store.begun[0]!.end(cause);
    store.begun[1]!.end();
    await settled();
    store.begun[2]!.end();
    await settled();
    for (const id of ['a', 'b']) expect(answers.get(id)).toEqual([expect.objectContaining({ constructor: NotStored, cause })]);
    for (const id of ['c', 'd', 'e']) expect(answers.get(id)).toEqual(['stored']);
  });
  test('a store that throws instead of rejecting stops nothing', async () => {
    let tries = 0;
    const { add } = groupCommit(() => {
      tries += 1;
      if (tries === 1) throw new Error('no pool');
      return Promise.resolve();
    });
    await expect(add(row('a'))).rejects.toBeInstanceOf(NotStored);
    await expect(add(row('b'))).resolves.toBeUndefined();
  });
  test('a store that finds itself full while committing says so to the sender', async () => {
    const { add } = groupCommit(() => Promise.reject(new Overloaded('The disk is nearly full.')));
    await expect(add(row('a'))).rejects.toThrow(new Overloaded('The disk is nearly full.'));
  });
});

describe('its bounds (E6)', () => {
  test('beyond 5,000 waiting nothing is taken, and nothing of it is stored; room again, taken again', async () => {
    const store = slowStore();
    const commit = groupCommit(store.append);
    const { call, answers } = callers(commit.add);
    for (let index = 0; index < 5_000; index += 1) call(`a${index}`);
    await settled();
    expect(commit.whyFull()).toBe('5000 deliveries are waiting to be stored.');
    call('late');
    await settled();
    expect(answers.get('late')).toEqual([expect.any(Overloaded)]);
    while (store.open().length > 0) {
      for (const one of store.open()) one.end();
      await settled();
    }
    expect(store.begun.flatMap(({ rows }) => rows)).toEqual(Array.from({ length: 5_000 }, (_, index) => `a${index}`));
    expect(commit.whyFull()).toBeUndefined();
    call('again');
    await settled();
    expect(store.open().map(({ rows }) => rows)).toEqual([['again']]);
  });
  test('large bodies are bounded by their bytes', async () => {
    const store = slowStore();
    const commit = groupCommit(store.append, undefined, { bytesWaiting: 1_000_000 });
    const { call, answers } = callers(commit.add);
    call('a', 600_000);
    call('b', 600_000);
    call('c', 1);
    await settled();
    expect([answers.get('a'), answers.get('b')]).toEqual([[], []]);
    expect(answers.get('c')).toEqual([expect.any(Overloaded)]);
    store.begun[0]!.end(new Error('lost'));
    await settled();
    expect(commit.whyFull()).toBeUndefined();
  });
  test('a full store is not asked', async () => {
    let full: string | undefined = 'The disk is nearly full.';
    const store = slowStore();
    const { add } = groupCommit(store.append, () => full);
    await expect(add(row('a'))).rejects.toThrow('The disk is nearly full.');
    expect(store.begun).toEqual([]);
    full = undefined;
    const stored = add(row('b'));
    await settled();
    store.begun[0]!.end();
    await expect(stored).resolves.toBeUndefined();
  });
});

describe('stopping', () => {
  test('takes nothing more, and ends when everybody is answered', async () => {
    const store = slowStore();
    const commit = groupCommit(store.append, undefined, { rowsPerCommit: 1, commitsInFlight: 1 });
    const { call, answers } = callers(commit.add);
    call('a');
    call('b');
    let closed = false;
    const closing = commit.close().then(() => (closed = true));
    call('late');
    await settled();
    expect(answers.get('late')).toEqual([expect.any(Overloaded)]);
    store.begun[0]!.end();
    await settled();
    expect(closed).toBe(false);
    store.begun[1]!.end(new Error('lost'));
    await closing;
    expect([answers.get('a'), answers.get('b')]).toEqual([['stored'], [expect.any(NotStored)]]);
  });
  test('ends at once when nobody waits, however often it is asked', async () => {
    const commit = groupCommit(slowStore().append);
    await commit.close();
    await commit.close();
    await expect(commit.add(row('a'))).rejects.toThrow('This node is stopping.');
  });
});

test('whatever comes and however commits end, each caller is answered once and truly, in bounds and in order', async () => {
  const limits: Limits = { rowsPerCommit: 3, bytesPerCommit: 10_000, commitsInFlight: 2, rowsWaiting: 8, bytesWaiting: 30_000 };
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('add' as const), bytes: fc.integer({ min: 0, max: 9_500 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('end' as const), which: fc.nat(1), fails: fc.boolean() }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('breathe' as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const store = slowStore();
      const { call, answers } = callers(groupCommit(store.append, undefined, limits).add);
      const failed = new Set<string>();
      const sizes = new Map<string, number>();
      const end = (which: number, fails: boolean) => {
        const one = store.open()[which];
        if (fails) for (const id of one?.rows ?? []) failed.add(id);
        one?.end(fails ? new Error('lost') : undefined);
      };
      for (const now of steps) {
        if (now.do === 'add') {
          const id = `d${sizes.size}`;
          sizes.set(id, now.bytes);
          call(id, now.bytes);
        } else if (now.do === 'end') end(now.which, now.fails);
        else await settled();
        expect(store.open().length).toBeLessThanOrEqual(2);
      }
      await settled();
      while (store.open().length > 0) {
        end(0, false);
        await settled();
      }
      const appended = store.begun.flatMap(({ rows }) => rows);
      const refused = [...answers].filter(([, [answer]]) => answer instanceof Overloaded).map(([id]) => id);
      // In order of arrival, each once, and just those not refused.
      expect(appended).toEqual([...sizes.keys()].filter((id) => !refused.includes(id)));
      for (const { rows } of store.begun) {
        expect(rows.length).toBeLessThanOrEqual(3);
        if (rows.length > 1) expect(rows.reduce((sum, id) => sum + sizes.get(id)!, 0)).toBeLessThanOrEqual(10_000);
      }
      for (const [id, said] of answers) {
        expect(said).toEqual(refused.includes(id) ? [expect.any(Overloaded)] : failed.has(id) ? [expect.any(NotStored)] : ['stored']);
      }
    }),
    { numRuns: 150 },
  );
});

test('many at once: thousands of callers, few commits', async () => {
  let commits = 0;
  const stored: string[] = [];
  const { add } = groupCommit(async (rows) => {
    commits += 1;
    await settled();
    stored.push(...rows.map(({ deliveryId }) => deliveryId));
  });
  await Promise.all(Array.from({ length: 4_000 }, (_, index) => add(row(`d${index}`))));
  expect(new Set(stored).size).toBe(4_000);
  expect(stored.length).toBe(4_000);
  expect(commits).toBe(20);
});
