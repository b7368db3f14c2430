import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import type { TestOrg } from './test-org.ts';

/** How programs and people sign in to the org, over the wire. */
export type Said = { readonly status: number; readonly body: Record<string, unknown> };

export async function askToken(org: TestOrg, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Said> {
  const response = await fetch(`${org.apiUrl}/services/oauth2/token`, { method: 'POST', body: new URLSearchParams(form), headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
export const refusal = (error: string, description: string, status = 400): Said => ({
  status,
  body: { error, error_description: description },
});

/** An app made for one test, public and self-authorised unless it says otherwise. */
export async function makeApp(org: TestOrg, more: Record<string, unknown> = {}): Promise<string> {
  const made = await org.control('POST', '/apps', {
    name: 'A test',
    callbackUrls: ['https://app.example/callback'],
    requireSecretForWebServer: false,
    requireSecretForRefresh: false,
    ...more,
  });
  if (made.status !== 201) throw new Error(JSON.stringify(made.body));
  return (made.body as { clientId: string }).clientId;
}

/** As many characters as the Salesforce CLI's. */
export const newVerifier = (): string => randomBytes(128).toString('base64url');
export const challengeOf = (verifier: string): string => createHash('sha256').update(verifier).digest('base64url');

/** A request to /authorize, as a program sends it that follows nothing. */
export const askAuthorize = (org: TestOrg, asked: Record<string, string>, cookie?: string): Promise<Response> =>
  fetch(`${org.apiUrl}/services/oauth2/authorize?${new URLSearchParams(asked).toString()}`, {
    redirect: 'manual',
    ...(cookie === undefined ? {} : { headers: { cookie } }),
  });
export const locationOf = (response: Response): URL => new URL(response.headers.get('location') ?? 'nowhere:', response.url);
/** What the callback was told. */
export const callbackOf = (response: Response): Record<string, string> => Object.fromEntries(locationOf(response).searchParams);

/** Web server flow without a browser: consent is given by the control. */
export async function signInAs(
  org: TestOrg,
  clientId: string,
  user: string,
  more: { scope?: string; redirectUri?: string; secret?: string } = {},
): Promise<Said> {
  const redirectUri = more.redirectUri ?? 'https://app.example/callback';
  await org.control('POST', '/consent', { user });
  const response = await askAuthorize(org, {
    response_type: 'code',
    client_id: clientId,
    redirect_uri: redirectUri,
    ...(more.scope === undefined ? {} : { scope: more.scope }),
  });
  await org.control('DELETE', '/consent');
  const { code = '' } = callbackOf(response);
  return askToken(org, {
    grant_type: 'authorization_code',
    code,
    client_id: clientId,
    redirect_uri: redirectUri,
    ...(more.secret === undefined ? {} : { client_secret: more.secret }),
  });
}

export const refresh = (org: TestOrg, clientId: string, token: unknown, more: Record<string, string> = {}): Promise<Said> =>
  askToken(org, { grant_type: 'refresh_token', client_id: clientId, refresh_token: String(token), ...more });

/** The status of a REST request with this access token. */
export const restStatus = async (org: TestOrg, accessToken: unknown): Promise<number> =>
  (await fetch(`${org.apiUrl}/services/data/v67.0/limits`, { headers: { authorization: `Bearer ${String(accessToken)}` } })).status;

/** Who signs assertions; one key for a file of tests, since making one takes a while. */
export function signer(): { certificate: string; assertion(claims: Record<string, unknown>, header?: Record<string, unknown>): string } {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const part = (json: unknown) => Buffer.from(JSON.stringify(json)).toString('base64url');
  return {
    certificate: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    assertion(claims, header = { alg: 'RS256' }) {
      const signed = `${part(header)}.${part(claims)}`;
      return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), privateKey).toString('base64url')}`;
    },
  };
}
