import { afterEach, describe, expect, test } from 'vitest';
import { type Line, type LineOptions, openLine } from '../server/testing/line.ts';

const lines: Line[] = [];
const open = async (options: LineOptions = {}) => {
  const line = await openLine(options);
  lines.push(line);
  return line;
};
afterEach(async () => {
  await Promise.all(lines.splice(0).map((line) => line.close()));
});

const secondMs = 1_000;
const ewa = '+48601234567';
const anna = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
const piotr = { id: '106', name: 'Piotr Zielinski', email: 'piotr.zielinski@acme.example' };
const at = (agent: typeof anna) => ({ endpoint: { asDialled: agent.id, agent } });
let sent = 0;
const say = async (line: Line, call: string, type: string, data: unknown = {}) => {
  await line.send({ id: `d${++sent}`, body: { version: 1, type: `call.${type}`, call, at: line.now(), data } });
  await line.advanceTo(line.now() + 1 * secondMs);
};
const rings = async (line: Line, call: string, agent = anna, number = ewa) => {
  await say(line, call, 'started', { direction: 'inbound', customer: { number }, line: { id: 'sales' } });
  await say(line, call, 'ringing', at(agent));
};
type Shown = { notice: string; state: string; number?: string; withheld?: true; records?: { id: string; name: string }[] };
/** What this person's screen was told, in order. */
const toldTo = async (line: Line, { name }: typeof anna): Promise<Shown[]> => {
  const user = (await line.export('User')).find((one) => one['Name'] === name);
  const { rows } = await line.database.query({ text: 'select body from stream where recipient = $1 order by id' }, [
    `user ${String(user?.['Id'])}`,
  ]);
  return rows.map((row) => row.body as Shown);
};
const short = (shown: readonly Shown[]) =>
  shown.map(({ state, number, records = [] }) => [state, number, ...records.map(({ name }) => name)].join(' '));
const hide = async (line: Line, what: object | undefined) => line.control(what ? 'POST' : 'DELETE', '/sharing', what);

describe('B2: what a person sees is what Salesforce would show them', () => {
  test('the number at once, the record as soon as the org has said yes', async () => {
    const line = await open();
    await rings(line, 'c');
    expect(short(await toldTo(line, anna))).toEqual([`ringing ${ewa}`, `ringing ${ewa} Ewa Kowalczyk`]);
  });

  test('who may not see the record sees the number and nothing else', async () => {
    const line = await open();
    await hide(line, { private: ['Contact'] });
    await rings(line, 'c', piotr);
    await say(line, 'c', 'answered', at(piotr));
    expect(short(await toldTo(line, piotr))).toEqual([`ringing ${ewa}`, `talking ${ewa}`]);
    await rings(line, 'd', anna); // the owner
    expect(short(await toldTo(line, anna)).at(-1)).toBe(`ringing ${ewa} Ewa Kowalczyk`);
  });

  test('rights withdrawn: the number again within ten minutes, on a screen that shows it and in the next call', async () => {
    const line = await open();
    await rings(line, 'c', piotr);
    await say(line, 'c', 'answered', at(piotr));
    expect(short(await toldTo(line, piotr)).at(-1)).toBe(`talking ${ewa} Ewa Kowalczyk`);
    await hide(line, { private: ['Contact'] });
    for (let minute = 0; minute < 10; minute++) await line.advanceTo(line.now() + 60 * secondMs);
    expect(short(await toldTo(line, piotr)).at(-1)).toBe(`talking ${ewa}`);
    await rings(line, 'd', piotr);
    expect(short(await toldTo(line, piotr)).at(-1)).toBe(`ringing ${ewa}`);
  });

  test('an agent’s stream holds that agent’s calls alone', async () => {
    const line = await open();
    await rings(line, 'c', anna);
    await rings(line, 'd', piotr, '+48502345678');
    expect(new Set((await toldTo(line, anna)).map(({ number }) => number))).toEqual(new Set([ewa]));
    expect(new Set((await toldTo(line, piotr)).map(({ number }) => number))).toEqual(new Set(['+48502345678']));
  });

  test('asked once for what rings again and again', async () => {
    const line = await open();
    await rings(line, 'c');
    const before = ((await line.control('GET', '/counts')) as { usage: { used: number } }).usage.used;
    for (const call of ['d', 'e', 'f']) await rings(line, call);
    expect(((await line.control('GET', '/counts')) as { usage: { used: number } }).usage.used).toBe(before);
    expect(short(await toldTo(line, anna)).at(-1)).toBe(`ringing ${ewa} Ewa Kowalczyk`);
  });

  test('an org that is away leaves the number, and the record follows', async () => {
    const line = await open();
    await line.control('POST', '/faults', { kind: 'status-503' });
    await rings(line, 'c');
    expect(short(await toldTo(line, anna))).toEqual([`ringing ${ewa}`]);
    await line.control('DELETE', '/faults');
    for (let n = 0; n < 6; n++) await line.advanceTo(line.now() + 10 * secondMs);
    expect(short(await toldTo(line, anna)).at(-1)).toBe(`ringing ${ewa} Ewa Kowalczyk`);
  });
});

describe('a card follows its call', () => {
  test('it rings at two, one takes it, the other’s is over; in the end both are', async () => {
    const line = await open();
    await rings(line, 'c', anna);
    await say(line, 'c', 'ringing', at(piotr));
    await say(line, 'c', 'answered', at(anna));
    expect([(await toldTo(line, anna)).at(-1)?.state, (await toldTo(line, piotr)).at(-1)?.state]).toEqual(['talking', 'over']);
    await say(line, 'c', 'ended');
    expect([(await toldTo(line, anna)).at(-1)?.state, (await toldTo(line, piotr)).at(-1)?.state]).toEqual(['over', 'over']);
  });
  test('told again, or much later, it says nothing new', async () => {
    const line = await open();
    await rings(line, 'c');
    await say(line, 'c', 'answered', at(anna));
    await say(line, 'c', 'ended');
    const before = await toldTo(line, anna);
    await say(line, 'c', 'tagged', { tags: ['vip'] });
    await line.advanceTo(line.now() + 3 * 3_600_000);
    await say(line, 'c', 'recording', { recordingId: 'r', url: 'https://pbx.example.com/r' });
    expect(await toldTo(line, anna)).toEqual(before);
  });
  test('a withheld number shows nothing of anybody', async () => {
    const line = await open();
    await say(line, 'c', 'started', { direction: 'inbound', customer: { withheld: true } });
    await say(line, 'c', 'ringing', at(anna));
    expect(await toldTo(line, anna)).toMatchObject([{ state: 'ringing', withheld: true }]);
  });
  test('RS-46: who has to call back hears of a missed call, with when it is due', async () => {
    const line = await open();
    await rings(line, 'c', piotr);
    await say(line, 'c', 'ended', { cause: 'no answer' });
    await line.advanceTo(line.now() + 30 * secondMs);
    const missed = (await toldTo(line, anna)).filter(({ notice }) => notice === 'missed');
    expect(missed.at(-1)).toMatchObject({
      state: 'missed',
      number: ewa,
      records: [{ name: 'Ewa Kowalczyk' }],
      dueAtMs: expect.any(Number),
    });
  });
  test('it never depends on a stream being read: two nodes tell it once', async () => {
    const line = await open({ nodes: 2 });
    await rings(line, 'c');
    expect(short(await toldTo(line, anna))).toEqual([`ringing ${ewa}`, `ringing ${ewa} Ewa Kowalczyk`]);
  });
});
