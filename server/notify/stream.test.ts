import { expect, test } from 'vitest';
import { Bell } from '../bell.ts';
import { realWorld } from '../world.ts';
import { followStream } from './stream.ts';

const first = async (rows: readonly number[], last: number, after: number | undefined) => {
  const read = {
    after: (id: number, limit: number) =>
      Promise.resolve(
        rows
          .filter((row) => row > id)
          .slice(0, limit)
          .map((row) => ({ id: row, body: {} })),
      ),
    last: () => Promise.resolve(last),
  };
  const stop = new AbortController();
  const stream = followStream(read, after, new Bell(), { ...realWorld(), sleep: () => Promise.resolve(stop.abort()) }, stop.signal);
  const item = await stream.next();
  await stream.return(undefined);
  return item.value as unknown;
};

test('E4: who was away hears what was said meanwhile', async () => {
  expect(await first([6, 7], 7, 5)).toEqual({ is: 'note', id: 6, body: {} });
  expect(await first([6, 7], 7, 7)).toBeUndefined();
  expect(await first([], 7, undefined)).toBeUndefined();
});
test('E4: who was away for longer than rows are kept loads anew', async () => {
  expect(await first([7], 7, 5)).toEqual({ is: 'reset', id: 7 });
  expect(await first([], 7, 5)).toEqual({ is: 'reset', id: 7 }); // also when nothing has been said since
  expect(await first([], 3, 5)).toEqual({ is: 'reset', id: 3 }); // restored from a back-up
});
