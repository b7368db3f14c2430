import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { signDelivery, secretOf, whyUnsigned } from '../sources/generic-webhook/sign.ts';
import type { Status } from '../wire/console.ts';
import { sayAlerts } from './admin/say-alerts.ts';
import { sayStatus } from './admin/status.ts';
import { postAlerts } from './notify/post-alert.ts';
import { type AlertMessage, keepWatch } from './notify/watch.ts';
import { alertStore } from './store/alert-store.ts';
import { consoleStore } from './store/console-store.ts';
import { type Database, openDatabase } from './store/database.ts';
import type { OrgId } from './store.ts';
import { startTestDatabase } from './testing/test-database.ts';
import { realWorld, type World } from './world.ts';

const real = realWorld();
let database: Database;
let drop: () => Promise<void>;
let org: OrgId;
let receiver: Server;
let url: string;
let status: number;
let heard: { message: AlertMessage; headers: IncomingMessage['headers']; raw: string }[];

beforeAll(async () => {
  const made = await startTestDatabase();
  drop = () => made.drop();
  database = openDatabase(made.address, real, () => undefined);
  receiver = createServer((request, response) => {
    void (async () => {
      let raw = '';
      for await (const piece of request) raw += String(piece);
      heard.push({ message: JSON.parse(raw) as AlertMessage, headers: request.headers, raw });
      response.writeHead(status, { location: 'http://127.0.0.1:1/' }).end('thank you');
    })();
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/services/s3cret`;
});
afterAll(async () => {
  await new Promise((resolve) => receiver.close(resolve));
  await database.close();
  await drop();
});
beforeEach(async () => {
  [status, heard] = [200, []];
  org = await consoleStore(database).addOrg('Acme', 'live', null);
});
afterEach(() => database.query({ text: 'delete from alerts' }));

/** Looks as often as asked, ten seconds apart by the watch's clock; the first `rounds` looks find what `found` says. */
async function watch(
  looks: number,
  found: (look: number, of: OrgId) => string | undefined,
  nodes = 1,
  atMs = real.now(),
  orgs: () => readonly OrgId[] = () => [org],
) {
  const said: string[] = [];
  const base = sayStatus(await consoleStore(database).status(org), 'the watch', { standIn: false, hookUrl: (id) => id });
  const node = () => {
    const stop = new AbortController();
    let [look, nowMs] = [0, atMs];
    const world: World = {
      ...real,
      now: () => nowMs,
      async sleep(ms, signal) {
        if (signal !== stop.signal) return real.sleep(ms, signal);
        nowMs += ms;
        if (++look >= looks) stop.abort();
      },
    };
    return keepWatch({
      store: alertStore(database),
      world,
      orgs: async () => orgs(),
      status: async (of): Promise<Status> => {
        const trouble = found(look, of);
        return trouble === undefined ? base : { ...base, org: { ...base.org, trouble, mendedBy: 'admin' } };
      },
      full: () => undefined,
      send: postAlerts(url, real, undefined),
      report: (what, fields) => said.push(`${what} ${String(fields['alert'] ?? fields['because'])}`),
      stop: stop.signal,
    });
  };
  await Promise.all(Array.from({ length: nodes }, node));
  return said;
}
const listed = async () => sayAlerts(await alertStore(database).list(org), 'hooks.chat.example').alerts;

describe('the watch', () => {
  test('tells once that trouble began, and once that it is over', async () => {
    expect(await watch(12, (look) => (look < 3 ? 'The client secret is wrong.' : undefined))).toEqual([
      'alert.began org admin',
      'alert.ended org admin',
    ]);
    expect(heard.map(({ message: { type, level, org: of, text } }) => [type, level, of, text])).toEqual([
      [
        'alert.began',
        'bad',
        { id: org, name: 'Acme' },
        '🔴 Cordboard, Acme: Nothing is written to Acme: The client secret is wrong. Calls are heard and kept meanwhile.',
      ],
      ['alert.ended', 'bad', { id: org, name: 'Acme' }, expect.stringContaining('✅ Cordboard, Acme: over after ')],
    ]);
    expect(new Set(heard.map(({ message }) => message.id)).size).toBe(2);
    const [alert, ...more] = await listed();
    expect([alert, more]).toEqual([
      expect.objectContaining({
        key: 'org admin',
        level: 'bad',
        endedAt: expect.any(String) as string,
        toldAt: expect.any(String) as string,
      }),
      [],
    ]);
  });
  test('of several nodes one tells', async () => {
    expect(await watch(6, () => 'The client secret is wrong.', 3)).toEqual(['alert.began org admin']);
    expect(heard).toHaveLength(1);
  });
  test('after a restart it is not told again', async () => {
    await watch(2, () => 'The client secret is wrong.');
    expect(await watch(2, () => 'The client secret is wrong.', 1, real.now() + 60_000)).toEqual([]);
    expect(heard).toHaveLength(1);
  });
  test.each([500, 404, 302])('an address that answers %i is asked again later, and says so until it takes it', async (answer) => {
    status = answer;
    expect(await watch(2, () => 'The client secret is wrong.')).toEqual(['alert.began org admin', 'alert.unsent org admin']);
    expect(sayAlerts(await alertStore(database).list(org), undefined).trouble).toBe(`The address for alerts answered ${answer}.`);
    status = 204;
    await database.query({ text: 'update alerts set try_after = cb_now()' });
    await watch(2, () => 'The client secret is wrong.');
    expect(heard.map(({ message }) => message.type)).toEqual(['alert.began', 'alert.began']);
    expect(heard[0]!.message.id).toBe(heard[1]!.message.id);
    expect(sayAlerts(await alertStore(database).list(org), undefined).trouble).toBeUndefined();
  });
  test('what was over before anybody could be told is told as over', async () => {
    status = 500;
    await watch(12, (look) => (look < 1 ? 'The client secret is wrong.' : undefined));
    status = 200;
    heard = [];
    await database.query({ text: 'update alerts set try_after = cb_now()' });
    await watch(1, () => undefined);
    expect(heard.map(({ message }) => message.type)).toEqual(['alert.ended']);
  });
  test('the database away is said, and the watch goes on', async () => {
    let asked = 0;
    const said = await watch(3, () => {
      if (asked++ === 0) throw new Error('connection terminated');
      return undefined;
    });
    expect(said).toEqual(['alert.unwatched connection terminated']);
    expect(asked).toBe(3);
  });
});

describe('of two orgs', () => {
  let other: OrgId;
  beforeEach(async () => void (other = await consoleStore(database).addOrg('Beta', 'live', null)));
  const both = () => [org, other];

  test('one that can’t be looked at silences neither the other nor what waits to be told', async () => {
    const said = await watch(
      2,
      (_look, of) => {
        if (of === org) throw new Error('its status is unreadable');
        return 'The client secret is wrong.';
      },
      1,
      real.now(),
      both,
    );
    expect(said).toEqual(['alert.unwatched its status is unreadable', 'alert.began org admin', 'alert.unwatched its status is unreadable']);
    expect(heard).toHaveLength(1);
  });
  test('an address that takes nothing is asked once a round, not once for each that waits', async () => {
    status = 500;
    const said = await watch(1, () => 'The client secret is wrong.', 1, real.now(), both);
    expect(said.filter((one) => one.startsWith('alert.unsent'))).toHaveLength(1);
    expect(heard).toHaveLength(1);
  });
});

describe('what is sent', () => {
  const message: AlertMessage = {
    id: 'alert-1-began',
    type: 'alert.began',
    text: 'No ü.',
    words: 'No ü.',
    since: '2026-11-21T03:00:00.000Z',
  };
  test('can be checked by whoever has the secret', async () => {
    const secret = secretOf(real.bytes(32));
    await postAlerts(url, real, (id, atMs, body) => signDelivery(secret, id, atMs, body))(message);
    const [{ raw, headers } = { raw: '', headers: {} }] = heard;
    const given = new Headers(headers as Record<string, string>);
    expect(given.get('webhook-id')).toBe('alert-1-began');
    expect(whyUnsigned(Buffer.from(raw), given, [secret], real.now())).toBeUndefined();
    expect(whyUnsigned(Buffer.from(`${raw} `), given, [secret], real.now())).toMatchObject({ code: 'signature_mismatch' });
  });
  test('an address that is not there is named without its path', async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
    const { port } = closed.address() as AddressInfo;
    await new Promise((resolve) => closed.close(resolve));
    const nowhere = postAlerts(`http://127.0.0.1:${port}/services/s3cret`, real, undefined)(message);
    await expect(nowhere).rejects.toThrow("The address for alerts can't be reached (ECONNREFUSED).");
  });
  test('one that does not answer is given up', async () => {
    const patient = createServer(() => undefined);
    await new Promise<void>((resolve) => patient.listen(0, '127.0.0.1', resolve));
    const hurried: World = { ...real, sleep: (_ms, signal) => real.sleep(20, signal) };
    const slow = `http://127.0.0.1:${(patient.address() as AddressInfo).port}/`;
    await expect(postAlerts(slow, hurried, undefined)(message)).rejects.toThrow('did not answer within 10 s');
    patient.closeAllConnections();
    await new Promise((resolve) => patient.close(resolve));
  });
});
