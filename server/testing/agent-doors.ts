import { Bell } from '../bell.ts';
import { agentCookie, hashToken } from '../guard.ts';
import { openShelf } from '../recordings/shelf.ts';
import { openDoors } from '../routes.ts';
import { postgresStore } from '../store/postgres.ts';
import { realWorld } from '../world.ts';
import { aConnect } from './a-connect.ts';
import type { Line } from './line.ts';
import { noSetup } from './no-setup.ts';
import { noSimulator } from './no-simulator.ts';

/** What a door answered, its body as it came. */
export type DoorAnswer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

/** The doors of a line's server, for agents: whoever has a user in the first org has a session. */
export function agentDoors(line: Line) {
  const world = { ...realWorld(), now: line.now };
  const app = openDoors({
    world,
    store: postgresStore(line.database, world, () => undefined),
    console: line.admin,
    publicUrl: undefined,
    secureCookies: false,
    watchToken: undefined,
    streamBell: new Bell(),
    stop: new AbortController().signal,
    receive: async () => ({ status: 202, headers: {}, body: { accepted: '' } }),
    sayMoment: async () => undefined,
    recordUrl: (_org, id) => `https://acme.my.salesforce.com/${id}`,
    conclude: (_source, events) => events,
    standIn: async () => true,
    connect: aConnect(line.database, line.admin, undefined).parts,
    whyNotReady: async () => undefined,
    openApi: () => ({}),
    docsPage: { html: '', headers: {} },
    file: () => undefined,
    recordings: {
      shelf: openShelf(line.database),
      push: async () => ({ status: 200, headers: {}, body: { recording: '', is: 'known' } }),
      play: async () => new Response(''),
      figures: async () => ({}),
    },
    setup: noSetup,
    simulator: noSimulator,
    alerts: { store: { list: async () => [] }, sentTo: undefined, send: undefined },
    hookUrl: () => '',
    metrics: () => ({}),
    report: () => undefined,
  });
  /** Somebody signs in; gives what asks the doors in their name. */
  return async (name: string) => {
    const user = (await line.export('User')).find((one) => one['Name'] === name);
    if (!user) throw new Error(`There is no user ${name}.`);
    const token = Buffer.from(realWorld().bytes(16)).toString('hex');
    const text = `insert into sessions (token_hash, org, person, crm_user, expires_at) values ($1, $2, $3, $4, cb_now() + interval '12 hours')`;
    await line.database.query({ text }, [hashToken(token), line.org, name, user['Id']]);
    return async (method: string, path: string, body?: unknown, key?: string): Promise<DoorAnswer> => {
      const answer = await app.request(`http://127.0.0.1:4700${path}`, {
        method,
        headers: {
          host: '127.0.0.1:4700',
          cookie: `${agentCookie}=${token}`,
          'x-cordboard': '1',
          'content-type': 'application/json',
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: answer.status, body: (await answer.json()) as DoorAnswer['body'] };
    };
  };
}
