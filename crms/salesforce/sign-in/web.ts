import { createHash } from 'node:crypto';
import { Refused } from '../../../server/crm.ts';
import type { CrmFailure } from '../../../server/crm-failure.ts';
import type { Consent, ConsentFor, CrmSignIn } from '../../../server/crm-sign-in.ts';
import type { World } from '../../../server/world.ts';
import { readSettings } from '../settings.ts';
import { cleanText, cutAt } from '../text.ts';
import { openTransport } from '../transport.ts';
import { makeKey } from './certificate.ts';
import { readKept, sayKept } from './kept.ts';
import { askForToken, revokeToken, type TokenHost } from './token.ts';

/**
 * The least that each needs (https://help.salesforce.com, "OAuth Tokens and Scopes"): who it is for all of them; the API and a lasting
 * consent only where we act.
 */
const scopes: Readonly<Record<ConsentFor, string>> = { org: 'id api refresh_token', identity: 'id', agent: 'id api refresh_token' };

/** The web server flow with PKCE S256, which Salesforce asks of every new app, and with the secret where there is one. */
export function salesforceSignIn(world: World): CrmSignIn {
  const clientOf = (settings: unknown) => {
    const { loginUrl, auth } = readSettings(settings);
    return { loginUrl, clientId: auth.clientId, clientSecret: auth.clientSecret };
  };
  async function asking<T>(loginUrl: string, secrets: readonly (string | undefined)[], work: (host: TokenHost) => Promise<T>): Promise<T> {
    const transport = openTransport(world);
    const redact = (text: string) =>
      secrets.reduce<string>(
        (clean, secret) => (secret ? clean.replaceAll(secret, '[secret]').replaceAll(encodeURIComponent(secret), '[secret]') : clean),
        text,
      );
    try {
      return await work({ loginUrl, transport, world, redact });
    } finally {
      await transport.close();
    }
  }
  return {
    begin(settings, asked) {
      const { loginUrl, clientId } = clientOf(settings);
      const verifier = Buffer.from(world.bytes(48)).toString('base64url'); // 64 characters of RFC 7636, 4.1
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        redirect_uri: asked.redirectUri,
        scope: scopes[asked.for],
        state: asked.state,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
        // Who connects an org is mostly signed in as somebody else there: without this their own user would be connected (FC-39).
        ...(asked.for === 'org' ? { prompt: 'login' } : {}),
      });
      return { url: `${loginUrl}/services/oauth2/authorize?${query}`, verifier };
    },
    redeem(settings, { code, verifier, redirectUri, for: what }): Promise<Consent> {
      const { loginUrl, clientId, clientSecret } = clientOf(settings);
      return asking(loginUrl, [clientSecret, verifier, code], async (host) => {
        const form = {
          grant_type: 'authorization_code',
          code,
          client_id: clientId,
          redirect_uri: redirectUri,
          code_verifier: verifier,
          ...(clientSecret === undefined ? {} : { client_secret: clientSecret }),
        };
        const { grant, refreshToken } = await askForToken(host, 'code', form);
        const { orgId, userId, instanceUrl } = grant;
        const who = { orgId, userId, host: new URL(instanceUrl).host };
        if (what === 'identity') {
          // It has said who it is, and that is all it was for; one that couldn't be taken back ends by itself.
          await revokeToken(host, grant.accessToken).catch(() => false);
          return { ...who, kept: undefined };
        }
        if (refreshToken === undefined)
          throw new Refused({
            mendedBy: 'admin',
            code: 'NO_REFRESH_TOKEN',
            message:
              'Salesforce gave a session and no right to renew it. Give the external client app the scope "Perform requests at any time (refresh_token, offline_access)", and see that its policy isn’t "Immediately expire refresh token".',
            signIn: true,
          });
        return { ...who, kept: sayKept({ refreshToken, grant, atMs: world.now() }) };
      });
    },
    whyRefused(error, description): CrmFailure {
      const code = cutAt(error.replace(/[^\w.-]/g, '_'), 80);
      const quote = description ? `“${cutAt(cleanText(description), 300)}” ` : '';
      if (/^(server_error|temporarily_unavailable|unknown_error|rate_limit_exceeded)$/.test(code))
        return {
          mendedBy: 'time',
          code,
          message: `${quote}Salesforce could not sign you in this time. Begin once more.`,
          retryAfterMs: 10_000,
        };
      return {
        mendedBy: 'admin',
        code,
        message: `${quote}${callbackAdvice[code] ?? 'Salesforce refused the sign-in. Check the external client app.'}`,
      };
    },
    async revoke(settings, text) {
      const kept = readKept(text);
      if (!kept || kept.over) return false;
      const { loginUrl, clientSecret } = clientOf(settings);
      // The org's own host is asked: the login hosts know tokens of their own orgs only.
      return asking(kept.grant?.instanceUrl ?? loginUrl, [clientSecret, kept.refreshToken], (host) => revokeToken(host, kept.refreshToken));
    },
    makeKey: () => makeKey(world),
  };
}

/** What comes back to the callback URL: help.salesforce.com, remoteaccess_oauth_flow_errors; OAUTH_… as seen in public reports. */
const callbackAdvice: Readonly<Record<string, string | undefined>> = {
  access_denied: 'The sign-in was refused on Salesforce’s page. To connect, begin once more and allow it.',
  'access-denied': 'The sign-in was refused on Salesforce’s page. To connect, begin once more and allow it.',
  redirect_uri_mismatch: 'The callback URL of the external client app is another one: copy the address shown here into it.',
  invalid_client_id: 'Salesforce doesn’t know this consumer key at this login host: check both. An app made minutes ago may need ten more.',
  invalid_client: 'The consumer key or secret is wrong: enter them again.',
  invalid_scope: 'Give the external client app the scopes "api", "refresh_token" and "id".',
  unsupported_response_type: 'Enable OAuth with the web server flow in the external client app.',
  inactive_user: 'This user is inactive: sign in as another.',
  inactive_org: 'The org is locked or closed: ask Salesforce.',
  login_required: 'Nobody is signed in to Salesforce in this browser: begin once more.',
  OAUTH_APP_BLOCKED: 'An admin of the org has blocked the app: unblock it under Connected Apps OAuth Usage.',
  OAUTH_APP_ACCESS_DENIED:
    'This user is not pre-authorised: add their permission set or profile to the policies of the external client app.',
  OAUTH_EC_APP_NOT_FOUND: 'The app is of another org. Make one in the org you connect, or sign in to the org it was made in.',
  OAUTH_APPROVAL_ERROR_GENERIC:
    'Salesforce could not show the page that asks for consent: check the scopes and policies of the external client app.',
};
