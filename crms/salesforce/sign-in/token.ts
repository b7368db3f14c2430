import { z } from 'zod';
import type { CrmFailure } from '../../../server/crm-failure.ts';
import { Refused, Unanswered } from '../../../server/crm.ts';
import type { World } from '../../../server/world.ts';
import { cleanText, cutAt } from '../text.ts';
import { NotSent, type Reply, type Transport } from '../transport.ts';

/** A session of one user in one org. It has no end date: only a 401 tells that it is over (salesforce.md §1.4). */
export type Grant = { readonly accessToken: string; readonly instanceUrl: string; readonly userId: string; readonly orgId: string };
/** What the token endpoint gave. A refresh token comes with a person's consent, and anew with each use where the app rotates them. */
export type Token = { readonly grant: Grant; readonly refreshToken: string | undefined };
/** By what an org lets us in; the advice after a refusal depends on it. */
export type SignsInBy = 'client-credentials' | 'jwt' | 'web';

const TokenAnswer = z.looseObject({
  access_token: z.string().min(1),
  refresh_token: z.string().min(1).nullish(),
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
export const signInLimitMs = 30_000;
const formHeaders = { 'content-type': 'application/x-www-form-urlencoded' };

/** Where tokens are given and taken back. */
export type TokenHost = {
  readonly loginUrl: string;
  readonly transport: Transport;
  readonly world: World;
  redact(text: string): string;
};

/** Asks the token endpoint. Throws `Refused` only: while signing in nothing can happen to a record. */
export async function askForToken(host: TokenHost, by: SignsInBy | 'code', form: Readonly<Record<string, string>>): Promise<Token> {
  const reply = await post(host, '/services/oauth2/token', form);
  const token = TokenAnswer.safeParse(reply.json);
  if (reply.status !== 200 || !token.success) throw new Refused(refusalOf(reply, by, host));
  const { data } = token;
  if (!isSafeBase(data.instance_url))
    throw new Refused({
      mendedBy: 'admin',
      code: 'UNSAFE_INSTANCE_URL',
      message: 'The sign-in points to an address without https. Check the login URL.',
      signIn: true,
    });
  const [orgId = '', userId = ''] = data.id.split('/').slice(-2);
  return {
    grant: { accessToken: data.access_token, instanceUrl: new URL(data.instance_url).origin, userId, orgId },
    refreshToken: data.refresh_token ?? undefined,
  };
}

/** Takes a refresh token and all its sessions back. False: Salesforce doesn't know it (any more). */
export async function revokeToken(host: TokenHost, token: string): Promise<boolean> {
  const reply = await post(host, '/services/oauth2/revoke', { token });
  if (reply.status === 200) return true;
  if (reply.status === 400) return false;
  throw new Refused(refusalOf(reply, 'web', host));
}

async function post({ loginUrl, transport, world }: TokenHost, path: string, form: Readonly<Record<string, string>>): Promise<Reply> {
  try {
    const body = new URLSearchParams(form).toString();
    return await transport.send({ method: 'POST', url: `${loginUrl}${path}`, headers: formHeaders, body }, signInLimitMs);
  } catch (error) {
    if (!(error instanceof NotSent || error instanceof Unanswered)) throw error;
    throw new Refused({
      mendedBy: 'time',
      // Told apart: what was never sent has used nothing up.
      code: error instanceof NotSent ? 'SIGN_IN_UNREACHABLE' : 'SIGN_IN_UNANSWERED',
      message: `The sign-in host doesn't answer: ${error.message}`,
      retryAfterMs: soon(world),
    });
  }
}

function refusalOf({ status, json }: Reply, by: SignsInBy | 'code', { redact, world }: TokenHost): CrmFailure {
  const said = TokenError.safeParse(json);
  const code = said.success ? cutAt(redact(said.data.error).replace(/[^\w.-]/g, '_'), 80) : `HTTP_${status}`;
  const quote = said.success && said.data.error_description ? `“${cutAt(cleanText(redact(said.data.error_description)), 300)}” ` : '';
  // Only Salesforce's own refusals need a person; whatever else went wrong may be over in a minute (salesforce.md §1.6).
  if (status < 300 || status === 408 || status === 429 || status >= 500 || passing.has(code))
    return { mendedBy: 'time', code, message: `${quote}The sign-in didn't succeed this time.`, retryAfterMs: soon(world) };
  return {
    mendedBy: 'admin',
    code,
    message: `${quote}${advice[by][code] ?? 'Check the login URL and the external client app, then reconnect.'}`,
    signIn: true,
  };
}

const soon = (world: World) => Math.round(10_000 * (1 + world.chance()));
const passing = new Set(['server_error', 'temporarily_unavailable', 'unknown_error', 'rate_limit_exceeded']);

type Advice = Readonly<Record<string, string | undefined>>;
/** Errors of the token endpoint: help.salesforce.com, remoteaccess_oauth_flow_errors. */
const common: Advice = {
  invalid_client: 'The client secret is wrong or was changed: enter the new one.',
  invalid_client_id: 'Salesforce doesn’t know this client id: check it. An app made minutes ago may need ten more.',
  inactive_org: 'The org is locked or closed: ask Salesforce.',
  invalid_scope: 'Give the external client app the scope "Manage user data via APIs (api)".',
};
const web: Advice = {
  ...common,
  invalid_grant: 'Salesforce no longer accepts this sign-in. An admin signs in once more: press “Reconnect”.',
  unsupported_grant_type: 'Enable OAuth with the web server flow in the external client app.',
  inactive_user: 'The user who signed in is inactive: activate it, or reconnect as another.',
  invalid_app_access: 'The user may not use the external client app: add its permission set to the policies of the app.',
  redirect_uri_mismatch: 'The callback URL of the external client app is another one: copy the address shown here into it.',
  invalid_request: 'Salesforce could not check who asked. Begin once more.',
};
const advice: Readonly<Record<SignsInBy | 'code', Advice>> = {
  'client-credentials': {
    ...common,
    invalid_grant: 'Salesforce no longer accepts this connection: check the run-as user of the external client app, then reconnect.',
    unsupported_grant_type:
      'Enable the client credentials flow in the external client app. It works on the My Domain address only, not on login.salesforce.com.',
    inactive_user: 'The run-as user is inactive: activate it or choose another in the external client app.',
    invalid_app_access: 'The run-as user may not use the external client app: add its permission set.',
  },
  jwt: {
    ...common,
    invalid_grant:
      'Check that the certificate in the external client app is the one made here, that the user name is right, and that the user is pre-authorised by a permission set or profile of the app.',
    invalid_client: 'The external client app has another certificate: upload the one made here.',
    unsupported_grant_type: 'Enable the JWT bearer flow in the external client app and upload the certificate.',
    inactive_user: 'This user is inactive: activate it, or connect as another.',
    invalid_app_access: 'Pre-authorise this user: add its permission set or profile to the policies of the external client app.',
  },
  web,
  /** A person's code is exchanged: they are in front of the screen. */
  code: { ...web, invalid_grant: 'The sign-in took too long, or its answer came twice. Begin once more.' },
};
