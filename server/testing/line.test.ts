import { afterEach, expect, test } from 'vitest';
import { type Line, openLine } from './line.ts';

let line: Line | undefined;
afterEach(async () => {
  await line?.close();
  line = undefined;
});

const [former, newer] = ['003Sx0000000001IAA', '003Sx0000000002IAA'];
const say = (type: string, data: unknown = {}) =>
  line!.send({ id: `${type} ${line!.now()}`, body: { version: 1, type: `call.${type}`, call: 'c', at: line!.now(), data } });
const link = (id: string) => say('linked', { who: { kind: 'Contact', id, name: 'A contact' }, by: { id: '101' } });
const contacts = async () => (await line!.export('Task')).map((task) => task['WhoId']);

test.each([
  { afterMs: 120_000, words: 'in the last moment it can: it undoes the newer one, and is mended', lands: former },
  { afterMs: 120_001, words: 'later than that: it is lost', lands: newer },
])('W4: a change held back is let land $words', async ({ afterMs, lands }) => {
  line = await openLine({ sideBySide: 1 });
  await say('started', { direction: 'inbound', customer: { number: '+48501999888' } });
  await say('ended');
  await line.advanceTo(line.now() + 60_000);
  line.holdNextWrite();
  await link(former);
  await line.advanceTo(line.now() + 10_000);
  await link(newer);
  await line.advanceTo(line.now() + 10_000);
  const { rows } = await line.database.query({
    text: "select extract(epoch from sent_at)::float8 * 1000 as ms from attempts where answer ? 'unanswered'",
  });
  expect([rows.length, await contacts()]).toEqual([1, [newer]]);

  await line.advanceTo((rows[0] as { ms: number }).ms + afterMs);
  await line.letHeldRequestsLand();
  expect(await contacts()).toEqual([lands]);
  await line.advanceTo(line.now() + 60_000);
  expect(await contacts()).toEqual([newer]);
});
