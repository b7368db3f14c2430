import { z } from 'zod';
import type { CrmFailure } from '../../server/crm-failure.ts';
import { Refused, Unanswered } from '../../server/crm.ts';
import type { World } from '../../server/world.ts';
import { cleanText, cutAt } from './text.ts';
import { NotSent, type Reply, type Transport } from './transport.ts';

/** A session of one user in one org. It has no end date: only a 401 tells that it is over (salesforce.md §1.4). */
export type Grant = { readonly accessToken: string; readonly instanceUrl: string; readonly userId: string; readonly orgId: string };

/** How a connection proves who it is. Client credentials today; a refresh token or a signed assertion is another of these. */
export interface Credentials {
  /** What the token endpoint is sent. Asked for each time, since some proofs serve once. */
  form(): Promise<Readonly<Record<string, string>>>;
  /** What may never be repeated by a log, an error or an attempt (S2). */
  readonly secrets: readonly string[];
}
export const clientCredentials = (clientId: string, clientSecret: string): Credentials => ({
  form: async () => ({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret }),
  secrets: [clientSecret],
});

export interface Session {
  /** The session in use, or a new one. Throws `Refused`: while signing in nothing can happen to a record. */
  grant(signal?: AbortSignal): Promise<Grant>;
  /** A session other than `rejected`. However many requests meet the same 401, one sign-in answers them all. */
  renew(rejected: Grant, signal?: AbortSignal): Promise<Grant>;
  /** The next request signs in again. */
  forget(rejected: Grant): void;
  /** The text without tokens and secrets, for everything that leaves this folder in words (S2). */
  redact(text: string): string;
}

const Token = z.looseObject({
  access_token: z.string().min(1),
  instance_url: z.url(),
  /** `https://login.salesforce.com/id/<org>/<user>`: all flows give it, and it saves a call to learn who we are. */
  id: z.string().regex(/\/id\/00D\w{12,15}\/005\w{12,15}$/),
});
const TokenError = z.looseObject({ error: z.string(), error_description: z.string().nullish() });

/** Plain http is for a stand-in on this machine only: a token must not cross a network in clear. */
export function isSafeBase(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname));
}

/** A sign-in that takes longer than this is asked again rather than waited for. */
const signInLimitMs = 30_000;
/** Tokens of requests still on their way when the session was renewed. */
const rememberedTokens = 8;

export function openSession(
  loginUrl: string,
  credentials: Credentials,
  transport: Transport,
  world: World,
  onLog: (line: string) => void,
): Session {
  let current: Grant | undefined;
  let signingIn: Promise<Grant> | undefined;
  let tokens: string[] = [];

  const redact = (text: string) =>
    [...credentials.secrets, ...tokens]
      .reduce((clean, secret) => clean.replaceAll(secret, '[secret]').replaceAll(encodeURIComponent(secret), '[secret]'), text)
      .replace(/(?:\bauthorization\W+)?\b(?:Bearer|Basic)\s+\S+/gi, '[secret]');

  async function signIn(): Promise<Grant> {
    const reply = await askForToken(new URLSearchParams(await credentials.form()).toString());
    const token = Token.safeParse(reply.json);
    if (reply.status !== 200 || !token.success) throw new Refused(signInFailure(reply));
    if (!isSafeBase(token.data.instance_url))
      throw new Refused({
        mendedBy: 'admin',
        code: 'UNSAFE_INSTANCE_URL',
        message: 'The sign-in points to an address without https. Check the login URL.',
      });
    const [orgId = '', userId = ''] = token.data.id.split('/').slice(-2);
    current = { accessToken: token.data.access_token, instanceUrl: new URL(token.data.instance_url).origin, userId, orgId };
    tokens = [...new Set([current.accessToken, ...tokens])].slice(0, rememberedTokens);
    onLog(`crm.signed-in org=${orgId} user=${userId} host=${new URL(current.instanceUrl).host}`);
    return current;
  }

  async function askForToken(form: string): Promise<Reply> {
    try {
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      return await transport.send({ method: 'POST', url: `${loginUrl}/services/oauth2/token`, headers, body: form }, signInLimitMs);
    } catch (error) {
      if (!(error instanceof NotSent || error instanceof Unanswered)) throw error;
      throw new Refused({
        mendedBy: 'time',
        code: 'SIGN_IN_UNREACHABLE',
        message: `The sign-in host doesn't answer: ${error.message}`,
        retryAfterMs: soon(),
      });
    }
  }

  function signInFailure({ status, json }: Reply): CrmFailure {
    const said = TokenError.safeParse(json);
    const code = said.success ? cutAt(redact(said.data.error).replace(/[^\w.-]/g, '_'), 80) : `HTTP_${status}`;
    const quote = said.success && said.data.error_description ? `“${cutAt(cleanText(redact(said.data.error_description)), 300)}” ` : '';
    // Only Salesforce's own refusals need a person; whatever else went wrong may be over in a minute (salesforce.md §1.6).
    if (status < 300 || status === 408 || status === 429 || status >= 500 || passing.has(code))
      return { mendedBy: 'time', code, message: `${quote}The sign-in didn't succeed this time.`, retryAfterMs: soon() };
    return {
      mendedBy: 'admin',
      code,
      message: `${quote}${signInAdvice[code] ?? 'Check the login URL and the external client app, then reconnect.'}`,
    };
  }

  const soon = () => Math.round(10_000 * (1 + world.chance()));
  const shared = () =>
    (signingIn ??= signIn().finally(() => {
      signingIn = undefined;
    }));

  const grant = (signal?: AbortSignal) => (current ? Promise.resolve(current) : orCancelled(shared(), signal));
  const forget = (rejected: Grant) => {
    if (current?.accessToken === rejected.accessToken) current = undefined;
  };
  return {
    grant,
    forget,
    renew(rejected, signal) {
      forget(rejected);
      return grant(signal);
    },
    redact,
  };
}

const passing = new Set(['server_error', 'temporarily_unavailable', 'unknown_error', 'rate_limit_exceeded']);
/** Errors of the token endpoint: help.salesforce.com, remoteaccess_oauth_flow_errors. */
const signInAdvice: Readonly<Record<string, string | undefined>> = {
  invalid_grant: 'Salesforce no longer accepts this connection: check the run-as user of the external client app, then reconnect.',
  invalid_client: 'The client secret is wrong or was changed: enter the new one.',
  invalid_client_id: 'Salesforce doesn’t know this client id: check it. An app made minutes ago may need ten more.',
  unsupported_grant_type:
    'Enable the client credentials flow in the external client app. It works on the My Domain address only, not on login.salesforce.com.',
  inactive_user: 'The run-as user is inactive: activate it or choose another in the external client app.',
  inactive_org: 'The org is locked or closed: ask Salesforce.',
  invalid_app_access: 'The run-as user may not use the external client app: add its permission set.',
  invalid_scope: 'Give the external client app the scope "Manage user data via APIs (api)".',
};

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
