import { afterEach, describe, expect, test } from 'vitest';
import type { Listening } from '../../server/source.ts';
import { realWorld, type World } from '../../server/world.ts';
import { type AmiEvent, valueOf } from './ami.ts';
import { type Ears, listenToAsterisk, type ListenerBounds } from './listener.ts';
import { type FakeAmi, type FakeOptions, startFakeAmi } from './testing/fake-ami.ts';

const world = realWorld();
const quick: Partial<ListenerBounds> = {
  graceMs: 60,
  firstRetryMs: 20,
  lastRetryMs: 60,
  notLetInRetryMs: 100,
  lastHandMs: 300,
  steadyMs: 50,
};

/** Ears that tell what they are given, in order. */
const openEars = (): Ears => ({
  hear: (event, atMs) =>
    valueOf(event, 'Linkedid') === ''
      ? undefined
      : { call: valueOf(event, 'Linkedid'), Event: valueOf(event, 'Event'), n: valueOf(event, 'N'), at: atMs },
  snapshot: (channels, atMs) => [
    { call: 'snapshot', Event: 'Snapshot', channels: channels.map((row) => valueOf(row, 'Uniqueid')), at: atMs },
  ],
});
type Signal = { call: string; Event: string; n?: string; channels?: string[] };
type Delivered = { version: number; pbx: string; signals: Signal[] };

const ending: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});
async function fake(options: FakeOptions = {}): Promise<FakeAmi> {
  const started = await startFakeAmi(options);
  ending.push(started.close);
  return started;
}
function listening(
  pbx: FakeAmi,
  options: {
    live?: Listening['live'];
    bounds?: Partial<ListenerBounds>;
    settings?: object;
    world?: World;
    ears?: typeof openEars;
    hand?: Listening['hand'];
  } = {},
) {
  const stop = new AbortController();
  const seen = {
    deliveries: [] as { id: string; body: Delivered }[],
    troubles: [] as (string | undefined)[],
    reports: [] as [string, Readonly<Record<string, unknown>>][],
    away: undefined as Error | undefined,
    opened: [] as unknown[],
  };
  const done = listenToAsterisk(
    {
      settings: { ...pbx.address, user: 'cordboard', secret: 's3cret', ...options.settings },
      live: options.live ?? (() => Promise.resolve([])),
      hand:
        options.hand ??
        ((id, bytes) => {
          if (seen.away) return Promise.reject(seen.away);
          seen.deliveries.push({ id, body: JSON.parse(new TextDecoder().decode(bytes)) as Delivered });
          return Promise.resolve();
        }),
      world: options.world ?? world,
      report: (what, fields) => void seen.reports.push([what, fields]),
      trouble: (sentence) => void seen.troubles.push(sentence),
      stop: stop.signal,
    },
    (of) => {
      seen.opened.push(of);
      return (options.ears ?? openEars)();
    },
    { ...quick, ...options.bounds },
  );
  const end = async () => {
    stop.abort();
    await done;
  };
  ending.push(end);
  return {
    seen,
    end,
    signals: () => seen.deliveries.flatMap(({ body }) => body.signals),
    heard: () => seen.deliveries.flatMap(({ body }) => body.signals).filter(({ Event }) => Event !== 'Snapshot'),
    well: () => expect.poll(() => seen.troubles.at(-1) === undefined && seen.troubles.length > 0, { timeout: 5_000 }).toBe(true),
  };
}
const call = (event: string, id: string, more: AmiEvent = {}) => ({ Event: event, Uniqueid: id, Linkedid: id, ...more });

describe('hearing', () => {
  test('the channels first, then what is signalled, in order, each delivery with an id of its own', async () => {
    const pbx = await fake({ systemName: 'lab' });
    pbx.showChannels([{ Uniqueid: '1.1', Linkedid: '1.1' }]);
    const { seen, signals, well } = listening(pbx, { bounds: { graceMs: 5_000 } });
    await well();
    for (let n = 0; n < 300; n++) pbx.say('call', call('Newchannel', `2.${n % 7}`, { N: String(n) }));
    await expect.poll(() => signals().length).toBe(301);
    expect(signals()[0]).toMatchObject({ Event: 'Snapshot', channels: ['1.1'] });
    expect(
      signals()
        .slice(1)
        .map(({ n }) => Number(n)),
    ).toEqual(Array.from({ length: 300 }, (_, n) => n));
    expect(seen.deliveries.every(({ body }) => body.version === 1 && body.pbx === 'lab')).toBe(true);
    const ids = seen.deliveries.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.map((id) => Number(id.split('/')[1]))).toEqual(ids.map((_, n) => n));
    expect(new Set(ids.map((id) => id.split('/')[0])).size).toBe(1);
    expect(ids[0]).toMatch(/^[a-z0-9]+-[0-9a-f]{12}\/0$/);
    expect(seen.troubles).toEqual([undefined]);
  });
  test('a lone signal goes at once; those that come together share a delivery', async () => {
    const pbx = await fake();
    const { seen, heard, well } = listening(pbx, { bounds: { batchMs: 200, batchSignals: 50 } });
    await well();
    await world.sleep(250);
    const before = seen.deliveries.length;
    const begunMs = world.monotonic();
    pbx.say('call', call('Newchannel', '1.1'));
    await expect.poll(() => heard().length, { interval: 5 }).toBe(1);
    expect(world.monotonic() - begunMs).toBeLessThan(150);
    for (let n = 0; n < 120; n++) pbx.say('call', call('BridgeEnter', '1.1'));
    await expect.poll(() => heard().length).toBe(121);
    expect(seen.deliveries.slice(before).map(({ body }) => body.signals.length)).toEqual([1, 50, 50, 20]);
  });
  test('what is said while the channels are listed comes after them', async () => {
    const pbx = await fake();
    const order: string[] = [];
    const ears: Ears = {
      hear: (event) => (order.push(valueOf(event, 'Event')), undefined),
      snapshot: (rows) => (order.push(`${rows.length} channels`), []),
    };
    pbx.onList(() => pbx.say('call', call('Newchannel', '9.9')));
    pbx.showChannels([{ Uniqueid: '1.1' }]);
    const { well } = listening(pbx, { ears: () => ears });
    await well();
    await expect.poll(() => order.includes('Newchannel')).toBe(true);
    expect(order.indexOf('1 channels')).toBeLessThan(order.indexOf('Newchannel'));
  });
  test('the ears hear what the admin knows: trunks, country, names of lines', async () => {
    const pbx = await fake();
    const { seen, well } = listening(pbx, { settings: { trunks: ['PJSIP/telco'], country: 'JP', lines: { 5550300: 'Support' } } });
    await well();
    expect(seen.opened).toEqual([{ outside: ['PJSIP/telco'], country: 'JP', lines: { 5550300: 'Support' } }]);
  });
  test('a trunk named like an extension is known by its registration, and adds to what names tell', async () => {
    const pbx = await fake({
      registrations: [{ Event: 'OutboundRegistrationDetail', ObjectName: 'r', Endpoint: '6001' }],
      devices: ['PJSIP/101', 'PJSIP/6001', 'PJSIP/telco', 'Queue:support', 'PJSIP/102w'],
    });
    const { seen, well } = listening(pbx);
    await well();
    expect(seen.opened).toEqual([{ alsoOutside: ['PJSIP/6001', 'PJSIP/telco'] }]);
  });
});

describe('the PBX goes and comes', () => {
  test('a short break is nobody’s business; the channels are told anew', async () => {
    const pbx = await fake();
    const { seen, signals, heard, well } = listening(pbx, { bounds: { graceMs: 2_000 } });
    await well();
    pbx.hangUp();
    await expect.poll(() => signals().filter(({ Event }) => Event === 'Snapshot').length).toBe(2);
    pbx.say('call', call('Newchannel', '1.1'));
    await expect.poll(() => heard().length).toBe(1);
    expect(seen.troubles).toEqual([undefined]);
    expect(seen.opened).toHaveLength(1); // one pair of ears, which remembers
  });
  test('a long one is told in a sentence, and so is its end', async () => {
    const pbx = await fake();
    const { seen, well } = listening(pbx);
    await well();
    await pbx.shut();
    await expect.poll(() => seen.troubles.at(-1)).toMatch(/^Nothing listens at 127\.0\.0\.1:\d+\./);
    await pbx.open();
    await well();
  });
  test('a network that is cut is noticed, and told', async () => {
    const pbx = await fake();
    const { seen, well } = listening(pbx, { bounds: { ami: { pingAfterMs: 40, pingLimitMs: 40, actionMs: 50, connectMs: 50 } } });
    await well();
    pbx.freeze(true);
    await expect.poll(() => seen.troubles.at(-1)).toMatch(/127\.0\.0\.1:\d+ (?:is silent|did not answer)/);
    pbx.freeze(false);
    await well();
  });
  test('a refused login is told at once, and tried seldom: the address would be banned', async () => {
    const pbx = await fake();
    const { seen } = listening(pbx, { settings: { secret: 'wrong' }, bounds: { graceMs: 10_000, notLetInRetryMs: 10_000 } });
    await expect.poll(() => seen.troubles.at(-1)).toMatch(/^The PBX did not let cordboard in\. Check user and secret/);
    await world.sleep(200);
    expect(pbx.received.filter((action) => action.startsWith('Action: Login'))).toHaveLength(1);
  });
  test('each failure waits longer for the next try, up to a limit, and never all at one time', async () => {
    const pbx = await fake();
    await pbx.shut();
    const slept: number[] = [];
    const impatient: World = {
      ...world,
      chance: () => 0,
      sleep: (ms, signal) => {
        if (ms === 60_000) return world.sleep(ms, signal); // the grace
        if ([5_000, 10_000].includes(ms)) return world.sleep(ms, signal); // limits of the client
        slept.push(ms);
        return world.sleep(1, signal);
      },
    };
    const { end } = listening(pbx, { world: impatient, bounds: { firstRetryMs: 500, lastRetryMs: 30_000, graceMs: 60_000 } });
    await expect.poll(() => slept.length).toBeGreaterThan(8);
    await end();
    expect(slept.slice(0, 8)).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]);
  });
  test('settings that can’t be used are told, with what to do', async () => {
    const pbx = await fake();
    const { seen } = listening(pbx, { settings: { port: 'x', trunk: 'y' } });
    await expect
      .poll(() => seen.troubles)
      .toEqual([expect.stringMatching(/can't be listened to: `port` must be a whole number\. `trunk` is no setting.*npm run connect/)]);
  });
});

describe('the database goes and comes', () => {
  test('it goes on hearing, says so, and hands over everything in order, under the ids it had', async () => {
    const pbx = await fake();
    const { seen, heard, well } = listening(pbx, { bounds: { batchSignals: 10 } });
    await well();
    await expect.poll(() => seen.deliveries.length).toBe(1);
    seen.away = new Error('no database');
    for (let n = 0; n < 100; n++) pbx.say('call', call('Newchannel', `1.${n}`, { N: String(n) }));
    await expect.poll(() => seen.troubles.at(-1)).toMatch(/can’t be stored just now.*kept in memory/);
    seen.away = undefined;
    await expect.poll(() => heard().length, { timeout: 10_000 }).toBe(100);
    await well();
    expect(heard().map(({ n }) => Number(n))).toEqual(Array.from({ length: 100 }, (_, n) => n));
    expect(seen.deliveries.map(({ id }) => Number(id.split('/')[1]))).toEqual(seen.deliveries.map((_, n) => n));
    expect(seen.reports.map(([what]) => what)).toContain('asterisk.not-stored');
  });
  test('beyond its bound the oldest calls are given up whole and by name, the newest stay', async () => {
    const pbx = await fake();
    const { seen, heard, well } = listening(pbx, { bounds: { waitingSignals: 100, batchSignals: 10 } });
    await well();
    await expect.poll(() => seen.deliveries.length).toBe(1);
    seen.away = new Error('no database');
    for (let id = 0; id < 100; id++) for (const name of ['Newchannel', 'Hangup']) pbx.say('call', call(name, `1.${id}`));
    await expect.poll(() => seen.reports.some(([what]) => what === 'asterisk.calls-given-up')).toBe(true);
    await world.sleep(100);
    seen.away = undefined;
    await well();
    await expect.poll(() => heard().at(-1)).toMatchObject({ call: '1.99', Event: 'Hangup' });
    const told = Map.groupBy(heard(), ({ call: id }) => id);
    for (const [id, its] of told) if (Number(id.slice(2)) > 10) expect(its.map(({ Event }) => Event)).toEqual(['Newchannel', 'Hangup']);
    const given = seen.reports
      .filter(([what]) => what === 'asterisk.calls-given-up')
      .flatMap(([, fields]) => String(fields['ids']).split(' '));
    expect(given.length).toBeGreaterThan(0);
    expect(new Set(given).size).toBe(given.length);
    for (const id of given) expect(told.has(id) && Number(id.slice(2)) > 10).toBe(false);
    expect([...told.keys(), ...given].length).toBeGreaterThanOrEqual(100);
  });
});

describe('the end', () => {
  test('what was heard is handed over', async () => {
    const pbx = await fake();
    const { heard, end, well } = listening(pbx, { bounds: { batchMs: 10_000, batchSignals: 10 } });
    await well();
    for (let n = 0; n < 95; n++) pbx.say('call', call('Newchannel', `1.${n}`));
    await world.sleep(100);
    await end();
    expect(heard()).toHaveLength(95);
    await expect.poll(pbx.sessions).toBe(0);
  });
  test('what can’t be is said to be lost, and nobody waits for ever', async () => {
    const pbx = await fake();
    const { seen, end, well } = listening(pbx);
    await well();
    await expect.poll(() => seen.deliveries.length).toBe(1);
    seen.away = new Error('no database');
    for (let n = 0; n < 5; n++) pbx.say('call', call('Newchannel', `1.${n}`));
    await world.sleep(50);
    const begunMs = world.monotonic();
    await end();
    expect(world.monotonic() - begunMs).toBeLessThan(4_000);
    expect(seen.reports).toContainEqual(['asterisk.signals-lost', expect.objectContaining({ signals: 5 })]);
  });
  test('it can be stopped while the PBX can’t be reached', async () => {
    const pbx = await fake();
    await pbx.shut();
    const { end } = listening(pbx, { bounds: { firstRetryMs: 60_000, lastRetryMs: 60_000 } });
    await world.sleep(30);
    await end();
  });
});

describe('a login with the wrong rights', () => {
  test('one that may not list channels is told so, and heard all the same', async () => {
    const pbx = await fake({ users: { cordboard: { secret: 's3cret', read: 'call,agent,user', write: 'call' } } });
    const { seen, heard } = listening(pbx);
    await expect.poll(() => seen.troubles.at(-1)).toMatch(/cordboard lacks reporting in write/);
    pbx.say('call', call('Hangup', '1.1'));
    await expect.poll(() => heard().length).toBe(1);
    expect(pbx.received.some((action) => action.includes('CoreShowChannels'))).toBe(false); // never asked for what it may not have
  });
  test('one that hears no calls although there are some is told so', async () => {
    const pbx = await fake({ users: { cordboard: { secret: 's3cret', read: 'agent,user', write: 'reporting' } } });
    const { seen, well } = listening(pbx, { bounds: { doubtMs: 1_100 } });
    await well();
    pbx.showChannels([{ Uniqueid: '1.1', Duration: '00:00:00' }]);
    const words = /hears nothing of them\. Add read = call,agent,user/;
    await expect.poll(() => seen.troubles.at(-1), { timeout: 8_000 }).toMatch(words);
    // It logs in anew, since that is when rights are given; the trouble stays until a call is heard.
    await expect.poll(() => pbx.received.filter((action) => action.startsWith('Action: Login')).length).toBe(2);
    await expect.poll(pbx.sessions).toBe(1);
    expect(seen.troubles.at(-1)).toMatch(words);
  });
  test('a PJSIP function among the variables is the admin’s first business, from the first call on', async () => {
    const pbx = await fake();
    const { seen, well } = listening(pbx);
    await well();
    pbx.say('call', call('Newchannel', '1.1', { ChanVariable: ['CRM_PRES=', 'CHANNEL(pjsip,call-id)=a@b=c'] }));
    await expect.poll(() => seen.troubles.at(-1)).toMatch(/channelvars holds CHANNEL\(pjsip,call-id\).*Take it out at once/);
  });
});
