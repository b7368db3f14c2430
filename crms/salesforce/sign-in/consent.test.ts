import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from 'vitest';
import { Refused } from '../../../server/crm.ts';
import { type Vault, VaultTaken } from '../../../server/vault.ts';
import { realWorld } from '../../../server/world.ts';
import { type Heard, type Said, type ScriptedOrg, selfId, startScriptedOrg } from '../scripted-org.ts';
import { keptConsent, openSession } from '../session.ts';
import { openTransport } from '../transport.ts';
import { readKept, sayKept } from './kept.ts';
import { salesforceSignIn } from './web.ts';

const world = realWorld();
const secret = 'planted-secret-5f1c';
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** As the server's: one at a time, and what was stored counts at once. */
function vaultOf(text: string | undefined) {
  let turn = Promise.resolve();
  const vault = {
    kept: text,
    stored: [] as string[],
    read: async () => vault.kept,
    change(enough: (kept: string | undefined) => boolean, work: Parameters<Vault['change']>[1]) {
      const mine = turn.then(async () => {
        if (enough(vault.kept)) return;
        await work(vault.kept, async (next) => {
          vault.stored.push((vault.kept = next));
        });
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
  };
  return vault;
}
/** An app whose refresh tokens rotate: each is good once, and showing an old one ends it all. */
function rotating(org: ScriptedOrg) {
  const state = { good: 'refresh-1', given: 1, dead: false };
  org.script = (heard: Heard): Said => {
    if (heard.path !== '/services/oauth2/token') return undefined;
    const shown = new URLSearchParams(heard.body).get('refresh_token');
    org.signIns.push(heard);
    if (shown !== state.good) state.dead = true;
    if (state.dead) return { status: 400, body: { error: 'invalid_grant', error_description: 'expired access/refresh token' } };
    state.good = `refresh-${++state.given}`;
    return {
      body: {
        access_token: `access-${state.given}`,
        refresh_token: state.good,
        instance_url: org.url,
        id: `${org.url}/id/00D000000000001AAA/${selfId}`,
      },
    };
  };
  return state;
}
async function open(vault = vaultOf(sayKept({ refreshToken: 'refresh-1', atMs: 0 }))) {
  const org = await startScriptedOrg();
  const transport = openTransport(world);
  closing.push(
    () => transport.close(),
    () => org.close(),
  );
  const session = () =>
    openSession(org.url, keptConsent({ clientId: 'the-client', clientSecret: secret }, vault), transport, world, () => undefined);
  return { org, vault, session, state: rotating(org) };
}
const refusal = async (work: Promise<unknown>) => {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  if (!(error instanceof Refused)) throw new Error(`not refused: ${String(error)}`);
  return error.failure;
};

describe('a refresh token that rotates', () => {
  test('four workers that meet the same end exchange it once, and all go on', async () => {
    const { org, vault, session, state } = await open();
    const workers = [1, 2, 3, 4].map(() => session());
    const first = await Promise.all(workers.map((worker) => worker.grant()));
    expect(new Set(first.map(({ accessToken }) => accessToken))).toEqual(new Set(['access-2']));
    const second = await Promise.all(workers.map((worker, place) => worker.renew(first[place]!)));
    expect(new Set(second.map(({ accessToken }) => accessToken))).toEqual(new Set(['access-3']));
    expect(org.signIns).toHaveLength(2);
    expect(state.dead).toBe(false);
    expect(readKept(vault.kept)).toMatchObject({ refreshToken: 'refresh-3', grant: { accessToken: 'access-3' } });
  });
  test('a session that somebody else has kept is used as it is', async () => {
    const { org, session } = await open();
    await session().grant();
    await session().grant();
    expect(org.signIns).toHaveLength(1);
  });
  test('the new one is kept before anybody has the session', async () => {
    const { vault, session } = await open();
    const order: string[] = [];
    const change = vault.change.bind(vault);
    vault.change = (enough, work) =>
      change(enough, (kept, store) =>
        work(kept, async (text) => {
          await new Promise((resolve) => setImmediate(resolve));
          order.push(readKept(text)!.refreshToken);
          await store(text);
        }),
      );
    await session().grant();
    order.push('used');
    expect(order).toEqual(['refresh-1', 'refresh-2', 'used']);
  });
  describe('another node’s exchange whose answer isn’t kept yet, though its right to change was lost (E7)', () => {
    const nowMs = Date.parse('2026-11-22T10:00:00Z');
    const underWay = { refreshToken: 'refresh-1', atMs: 0, askedAtMs: nowMs, underWayUntilMs: nowMs + 35_000 };
    /** Time passes only in sleep; `then` at each of its ends. */
    const waits = async (then: (passedMs: number, vault: ReturnType<typeof vaultOf>) => void, kept: object = underWay) => {
      const { org, vault, state } = await open(vaultOf(JSON.stringify(kept)));
      let passedMs = 0;
      const theirs = {
        ...world,
        now: () => nowMs + passedMs,
        monotonic: () => passedMs,
        sleep: async (ms: number) => then((passedMs += ms), vault),
      };
      const transport = openTransport(world);
      closing.unshift(() => transport.close());
      const client = { clientId: 'the-client', clientSecret: secret };
      const session = openSession(org.url, keptConsent(client, vault), transport, theirs, () => undefined);
      return { org, vault, state, session, passed: () => passedMs };
    };
    test('is waited for, and its session used', async () => {
      const grant = { accessToken: 'theirs', instanceUrl: 'https://acme.my.salesforce.com', userId: selfId, orgId: '00D000000000001AAA' };
      const { org, session, passed } = await waits((passedMs, vault) => {
        if (passedMs > 3_000) vault.kept = sayKept({ refreshToken: 'refresh-2', grant, atMs: nowMs });
      });
      expect((await session.grant()).accessToken).toBe('theirs');
      expect(org.signIns).toEqual([]);
      expect(passed()).toBeLessThan(5_000);
    });
    test('is waited for until it can’t come any more, also where clocks differ', async () => {
      for (const aheadMs of [0, 3_600_000]) {
        const { session, state, passed, vault } = await waits(() => undefined, { ...underWay, underWayUntilMs: nowMs + 35_000 + aheadMs });
        expect((await session.grant()).accessToken).toBe('access-2');
        expect(passed()).toBeGreaterThanOrEqual(35_000);
        expect(passed()).toBeLessThan(36_000);
        expect(state.dead).toBe(false);
        expect(readKept(vault.kept)).not.toHaveProperty('underWayUntilMs');
      }
    });
    test('one that ended without an answer is not: the next goes on at once', async () => {
      const { org, session, passed, vault } = await waits(() => undefined, { refreshToken: 'refresh-1', atMs: 0 });
      const rotate = org.script;
      org.script = () => 'hang up';
      expect(await refusal(session.grant())).toMatchObject({ code: 'SIGN_IN_UNANSWERED' });
      expect(readKept(vault.kept)).toMatchObject({ askedAtMs: nowMs });
      org.script = rotate;
      expect((await session.grant()).accessToken).toBe('access-2');
      expect(passed()).toBe(0);
    });
    test('nobody waits for it in a connection that is being closed', async () => {
      const begun = await waits(() => undefined);
      const asked = refusal(begun.session.grant());
      await begun.session.close();
      expect(await asked).toMatchObject({ mendedBy: 'time', code: 'SIGN_IN_NOT_KEPT' });
      expect(begun.org.signIns).toEqual([]);
    });
  });
  test('one that doesn’t rotate stays', async () => {
    const { org, vault, session } = await open();
    org.script = () => undefined;
    await session().grant();
    expect(readKept(vault.kept)).toMatchObject({ refreshToken: 'refresh-1', grant: { accessToken: 'planted-token-1' } });
  });
  test('proving exchanges it although the session is good, and the session goes on when that fails', async () => {
    const { org, session } = await open();
    const worker = session();
    await worker.grant();
    await worker.prove();
    expect((await worker.grant()).accessToken).toBe('access-3');
    org.script = () => ({ status: 503, body: '<html>' });
    expect(await refusal(worker.prove())).toMatchObject({ mendedBy: 'time' });
    expect((await worker.grant()).accessToken).toBe('access-3');
  });
});

describe('a consent that is over', () => {
  test('asks for a person, and Salesforce is asked once', async () => {
    const { org, state, session } = await open();
    state.dead = true;
    const worker = session();
    expect(await refusal(worker.grant())).toMatchObject({
      mendedBy: 'admin',
      signIn: true,
      code: 'invalid_grant',
      message: expect.stringContaining('Reconnect'),
    });
    expect(await refusal(worker.grant())).toMatchObject({ code: 'invalid_grant', signIn: true });
    expect(await refusal(session().grant())).toMatchObject({ code: 'invalid_grant', signIn: true });
    expect(org.signIns).toHaveLength(1);
  });
  test('says that it was interrupted, where it was', async () => {
    const { state, session } = await open(
      vaultOf(sayKept({ refreshToken: 'refresh-1', atMs: 0, askedAtMs: Date.parse('2026-11-22T10:00:00Z') })),
    );
    state.dead = true;
    expect(await refusal(session().grant())).toMatchObject({
      message: expect.stringContaining('begun at 2026-11-22T10:00:00.000Z was interrupted'),
    });
  });
  test('nobody ever gave one', async () => {
    const { session } = await open(vaultOf(undefined));
    expect(await refusal(session().grant())).toMatchObject({ code: 'NOT_SIGNED_IN', signIn: true });
  });
});

describe('anything else is tried again, and costs nothing', () => {
  test.each<[string, Said, string]>([
    ['503', { status: 503, body: '<html>' }, 'HTTP_503'],
    ['unknown_error', { status: 400, body: { error: 'unknown_error', error_description: 'retry your request' } }, 'unknown_error'],
    ['no answer', 'hang up', 'SIGN_IN_UNANSWERED'],
  ])('%s', async (_, said, code) => {
    const { org, session } = await open();
    const rotate = org.script;
    org.script = () => said;
    const worker = session();
    expect(await refusal(worker.grant())).toMatchObject({ mendedBy: 'time', code });
    org.script = rotate;
    expect((await worker.grant()).accessToken).toBe('access-2');
  });
  test('a wrong secret is mended by entering the right one', async () => {
    const { org, vault, session } = await open();
    const rotate = org.script;
    org.script = () => ({ status: 401, body: { error: 'invalid_client', error_description: 'invalid client credentials' } });
    expect(await refusal(session().grant())).toMatchObject({ mendedBy: 'admin', signIn: true });
    expect(readKept(vault.kept)?.over).toBeUndefined();
    org.script = rotate;
    expect((await session().grant()).accessToken).toBe('access-2');
  });
  test('a database that is away, and a right that was lost on the way', async () => {
    const { vault, session } = await open();
    vault.read = () => Promise.reject(new Error('no connection'));
    expect(await refusal(session().grant())).toMatchObject({ mendedBy: 'time', code: 'SIGN_IN_NOT_KEPT' });
    const other = await open();
    other.vault.change = async () => {
      other.vault.kept = sayKept({
        refreshToken: 'refresh-9',
        atMs: 1,
        grant: { accessToken: 'theirs', instanceUrl: other.org.url, userId: selfId, orgId: '00D' },
      });
      throw new VaultTaken();
    };
    expect((await other.session().grant()).accessToken).toBe('theirs');
  });
});

test('a sign-in that leads to another org is not used', async () => {
  const { org } = await open();
  const transport = openTransport(world);
  closing.unshift(() => transport.close());
  const vault = vaultOf(sayKept({ refreshToken: 'refresh-1', atMs: 0 }));
  const session = openSession(
    org.url,
    keptConsent({ clientId: 'c', clientSecret: secret }, vault),
    transport,
    world,
    () => undefined,
    '00D00000000000Z',
  );
  expect(await refusal(session.grant())).toMatchObject({ code: 'OTHER_ORG', signIn: true });
});

test('S2: refresh tokens leave no trace in words', async () => {
  const { session } = await open();
  const worker = session();
  await worker.grant();
  expect(worker.redact('refresh-1 refresh-2 access-2')).toBe('[secret] [secret] [secret]');
});

describe('how a person lets us in', () => {
  const signIn = salesforceSignIn(world);
  const redirectUri = 'https://phone.acme.example/signed-in';
  const at = (url: string) => ({ loginUrl: url, auth: { by: 'web', clientId: 'the-client', clientSecret: secret } });

  test('the page is asked for with a challenge, a state and the least scopes', () => {
    const { url, verifier } = signIn.begin(at('https://login.salesforce.com/'), { redirectUri, state: 'the-state', for: 'org' });
    const { origin, pathname, searchParams } = new URL(url);
    expect(`${origin}${pathname}`).toBe('https://login.salesforce.com/services/oauth2/authorize');
    expect(Object.fromEntries(searchParams)).toEqual({
      response_type: 'code',
      client_id: 'the-client',
      redirect_uri: redirectUri,
      scope: 'id api refresh_token',
      state: 'the-state',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
      prompt: 'login',
    });
    expect(verifier).toMatch(/^[\w-]{43,128}$/);
    expect(url).not.toContain(secret);
    const agent = new URL(signIn.begin(at('https://login.salesforce.com'), { redirectUri, state: 's', for: 'identity' }).url).searchParams;
    expect([agent.get('scope'), agent.get('prompt')]).toEqual(['id', null]);
  });
  const redeem = async (body: object, status = 200, what: 'org' | 'identity' = 'org') => {
    const org = await startScriptedOrg();
    closing.push(() => org.close());
    const said: Heard[] = [];
    org.script = (heard) => {
      said.push(heard);
      return heard.path.endsWith('/revoke')
        ? { body: '' }
        : { status, body: { instance_url: org.url, id: `${org.url}/id/00D000000000001AAA/${selfId}`, ...body } };
    };
    const given = { code: 'the-code', verifier: 'the-verifier', redirectUri, for: what } as const;
    return { said, work: signIn.redeem(at(org.url), given) };
  };
  test('the code is exchanged with the verifier and the secret', async () => {
    const { said, work } = await redeem({ access_token: 'a', refresh_token: 'r' });
    const { kept, ...who } = await work;
    expect(who).toMatchObject({ orgId: '00D000000000001AAA', userId: selfId });
    expect(readKept(kept)).toMatchObject({ refreshToken: 'r', grant: { accessToken: 'a' } });
    expect(Object.fromEntries(new URLSearchParams(said[0]?.body))).toEqual({
      grant_type: 'authorization_code',
      code: 'the-code',
      client_id: 'the-client',
      client_secret: secret,
      redirect_uri: redirectUri,
      code_verifier: 'the-verifier',
    });
  });
  test('a session without the right to renew it is refused, with what to tick', async () =>
    expect(await refusal((await redeem({ access_token: 'a' })).work)).toMatchObject({
      code: 'NO_REFRESH_TOKEN',
      message: expect.stringContaining('offline_access'),
    }));
  test('who only says who they are leaves nothing behind', async () => {
    const { said, work } = await redeem({ access_token: 'a' }, 200, 'identity');
    expect(await work).toMatchObject({ userId: selfId, kept: undefined });
    expect(said.map(({ path, body }) => `${path} ${body}`).at(-1)).toBe('/services/oauth2/revoke token=a');
  });
  test('a code that came twice or too late: begin once more', async () =>
    expect(
      await refusal((await redeem({ error: 'invalid_grant', error_description: 'expired authorization code' }, 400)).work),
    ).toMatchObject({
      code: 'invalid_grant',
      message: '“expired authorization code” The sign-in took too long, or its answer came twice. Begin once more.',
    }));
  test('S2: what was sent isn’t quoted back', async () => {
    const { work } = await redeem({ error: 'invalid_client', error_description: `bad ${secret} the-code the-verifier` }, 401);
    expect((await refusal(work)).message).toMatch(/^“bad \[secret\] \[secret\] \[secret\]” The client secret is wrong/);
  });
  test.each([
    ['access_denied', 'end-user denied authorization', 'admin', /begin once more and allow it/],
    ['redirect_uri_mismatch', 'redirect_uri must match configuration', 'admin', /copy the address/],
    ['OAUTH_APP_BLOCKED', 'this app is blocked by admin', 'admin', /unblock/],
    ['server_error', undefined, 'time', /this time/],
    ['<script>', '<b>x</b>', 'admin', /external client app/],
  ])('on the way back: %s', (error, description, mendedBy, words) => {
    const failure = signIn.whyRefused(error, description);
    expect(failure).toMatchObject({ mendedBy, message: expect.stringMatching(words) });
    expect(failure.code).toMatch(/^[\w.-]+$/);
  });
  test('revoking takes back the lasting one, at the org’s own host', async () => {
    const org = await startScriptedOrg();
    closing.push(() => org.close());
    const said: Heard[] = [];
    const answers: Said[] = [{ body: '' }, { status: 400, body: { error: 'unsupported_token_type' } }];
    org.script = (heard) => (said.push(heard), answers.shift());
    const kept = sayKept({ refreshToken: 'r', atMs: 0, grant: { accessToken: 'a', instanceUrl: org.url, userId: selfId, orgId: '00D' } });
    expect(await signIn.revoke(at('https://login.salesforce.com'), kept)).toBe(true);
    expect(await signIn.revoke(at('https://login.salesforce.com'), kept)).toBe(false);
    expect(said[0]).toMatchObject({ path: '/services/oauth2/revoke', body: 'token=r' });
  });
});
