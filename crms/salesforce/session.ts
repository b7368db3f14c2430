import { Refused, Unanswered } from '../../server/crm.ts';
import type { Vault } from '../../server/vault.ts';
import type { World } from '../../server/world.ts';
import { grantFromVault } from './sign-in/kept.ts';
import { assertion, audienceOf } from './sign-in/assertion.ts';
import { askForToken, type Grant, type SignsInBy, type TokenHost } from './sign-in/token.ts';
import type { readSettings } from './settings.ts';
import type { Transport } from './transport.ts';

/** How a connection proves who it is. */
export type Credentials = {
  readonly by: SignsInBy;
  /**
   * A session other than `rejected`, and when it came where it isn't new. `learnt`: to be told of everything that may never be repeated (S2).
   * `stop`: another's exchange isn't waited for any longer.
   */
  grant(
    host: TokenHost,
    rejected: Grant | undefined,
    learnt: (secrets: readonly string[]) => void,
    stop: AbortSignal,
  ): Promise<{ readonly grant: Grant; readonly atMs?: number }>;
  /** What may never be repeated by a log, an error or an attempt (S2). */
  readonly secrets: readonly string[];
};

/** Nothing is kept: whoever knows the secret is let in, each time anew. */
export const clientCredentials = (clientId: string, clientSecret: string): Credentials => ({
  by: 'client-credentials',
  secrets: [clientSecret],
  grant: (host) =>
    askForToken(host, 'client-credentials', { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
});

/** A statement signed with a key whose certificate the org has. */
export const signedAssertion = (given: { clientId: string; username: string; privateKey: string }): Credentials => ({
  by: 'jwt',
  secrets: [given.privateKey],
  grant(host) {
    const signed = assertion({ ...given, audience: audienceOf(host.loginUrl) }, host.world);
    return askForToken(host, 'jwt', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: signed });
  },
});

/** A person's consent, kept where every node finds it. */
export const keptConsent = (client: { clientId: string; clientSecret: string | undefined }, vault: Vault): Credentials => ({
  by: 'web',
  secrets: client.clientSecret === undefined ? [] : [client.clientSecret],
  grant: (host, rejected, learnt, stop) =>
    grantFromVault(
      vault,
      host,
      client,
      rejected,
      ({ refreshToken, grant }) => learnt([refreshToken, ...(grant ? [grant.accessToken] : [])]),
      stop,
    ),
});

/** Throws `Refused` where a person's consent is needed and there is nowhere it could be kept. */
export function credentialsOf({ auth }: ReturnType<typeof readSettings>, vault: Vault | undefined): Credentials {
  if (auth.by === 'client-credentials') return clientCredentials(auth.clientId, auth.clientSecret);
  if (auth.by === 'jwt') return signedAssertion(auth);
  if (!vault) throw new Refused({ mendedBy: 'us', code: 'NO_VAULT', message: 'There is nowhere to keep the sign-in.' });
  return keptConsent({ clientId: auth.clientId, clientSecret: auth.clientSecret }, vault);
}

export interface Session {
  /** The session in use, or a new one. Throws `Refused`: while signing in nothing can happen to a record. */
  grant(signal?: AbortSignal): Promise<Grant>;
  /** A session other than `rejected`. However many requests meet the same 401, one sign-in answers them all. */
  renew(rejected: Grant, signal?: AbortSignal): Promise<Grant>;
  /** Shows that a new session can still be had, and uses it from then on; if it can't, the one in use goes on. */
  prove(): Promise<void>;
  /** The next request signs in again. */
  forget(rejected: Grant): void;
  /** When the session in use came, ms; undefined: there is none. */
  sinceMs(): number | undefined;
  /** The text without tokens and secrets, for everything that leaves this folder in words (S2). */
  redact(text: string): string;
  /** Waits for an exchange under way: cut off between its answer and its keeping it costs a person's consent. */
  close(): Promise<void>;
}

/** Tokens of requests still on their way when the session was renewed. */
const rememberedTokens = 16;

/** `orgId`: the org it must lead to. */
export function openSession(
  loginUrl: string,
  credentials: Credentials,
  transport: Transport,
  world: World,
  onLog: (line: string) => void,
  orgId?: string,
): Session {
  let current: Grant | undefined;
  let currentMs = 0;
  let refused: Grant | undefined;
  let signingIn: Promise<Grant> | undefined;
  let tokens: string[] = [];
  const closing = new AbortController();

  const remember = (secrets: readonly string[]) => (tokens = [...new Set([...secrets, ...tokens])].slice(0, rememberedTokens));
  const redact = (text: string) =>
    [...credentials.secrets, ...tokens]
      .reduce((clean, secret) => clean.replaceAll(secret, '[secret]').replaceAll(encodeURIComponent(secret), '[secret]'), text)
      .replace(/(?:\bauthorization\W+)?\b(?:Bearer|Basic)\s+\S+/gi, '[secret]');
  const host: TokenHost = { loginUrl, transport, world, redact };

  async function signIn(): Promise<Grant> {
    const { grant, atMs } = await credentials.grant(host, refused, remember, closing.signal);
    remember([grant.accessToken]);
    if (orgId !== undefined && grant.orgId.slice(0, 15) !== orgId.slice(0, 15))
      throw new Refused({
        mendedBy: 'admin',
        code: 'OTHER_ORG',
        message: `The sign-in now leads to another org (${grant.orgId}) than the one that was connected (${orgId}). Nothing is written there. Reconnect to the right one.`,
        signIn: true,
      });
    current = grant;
    currentMs = atMs ?? world.now();
    onLog(`crm.signed-in by=${credentials.by} org=${grant.orgId} user=${grant.userId} host=${new URL(grant.instanceUrl).host}`);
    return grant;
  }

  const shared = () =>
    (signingIn ??= signIn().finally(() => {
      signingIn = undefined;
    }));

  const grant = (signal?: AbortSignal) => (current ? Promise.resolve(current) : orCancelled(shared(), signal));
  const forget = (rejected: Grant) => {
    if (current?.accessToken !== rejected.accessToken) return;
    refused = current;
    current = undefined;
  };
  return {
    grant,
    forget,
    renew(rejected, signal) {
      forget(rejected);
      return grant(signal);
    },
    async prove() {
      refused = current;
      await shared();
    },
    sinceMs: () => (current ? currentMs : undefined),
    redact,
    async close() {
      closing.abort();
      if (credentials.by === 'web') await signingIn?.catch(() => undefined);
    },
  };
}

/** A sign-in serves everybody who waits for it, so one who gives up only stops waiting. */
function orCancelled<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const giveUp = () => reject(new Unanswered('The request was cancelled while signing in.'));
  if (signal.aborted) giveUp();
  signal.addEventListener('abort', giveUp, { once: true });
  void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  return promise;
}
