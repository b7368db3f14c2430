import { createPublicKey } from 'node:crypto';
import type { Store } from '../store.ts';

/**
 * An external client app (or an old connected app) as its admin set it up. The two enumerations have the names of the Metadata API
 * [D ExtlClntAppOauthConfigurablePolicies].
 */
export type App = {
  /** The consumer key. */
  readonly clientId: string;
  readonly name: string;
  /** The consumer secret; a public client has none. */
  readonly secret?: string | undefined;
  readonly callbackUrls: readonly string[];
  readonly scopes: readonly string[];
  readonly requirePkce: boolean;
  readonly requireSecretForWebServer: boolean;
  readonly requireSecretForRefresh: boolean;
  /** Left out: as the org is set. */
  readonly rotateRefreshTokens?: boolean | undefined;
  readonly refreshTokenPolicy: (typeof refreshPolicies)[number];
  /** For SpecificLifetime and SpecificInactivity. */
  readonly refreshTokenValidityMs?: number | undefined;
  /** X.509 certificate or public key, PEM: who signs with its private key may speak for users (JWT bearer). */
  readonly certificate?: string | undefined;
  readonly permittedUsers: (typeof permissions)[number];
  /** The users an admin pre-authorised. */
  readonly approvedUsers: readonly string[];
  /** The user client credentials run as. */
  readonly runAs?: string | undefined;
  /** Left out: as the org is set. */
  readonly sessionTimeoutMs?: number | undefined;
};
export const refreshPolicies = ['Infinite', 'SpecificLifetime', 'SpecificInactivity', 'Zero'] as const;
export const permissions = ['AllSelfAuthorized', 'AdminApprovedPreAuthorized'] as const;

/** [C login.salesforce.com/.well-known/openid-configuration, scopes_supported] */
export const knownScopes: ReadonlySet<string> = new Set(
  `address api cdp_api cdp_calculated_insight_api cdp_identityresolution_api cdp_ingest_api cdp_profile_api cdp_query_api cdp_segment_api
   chatbot_api chatter_api content custom_permissions eclair_api einstein_gpt_api email forgot_password full id interaction_api lightning
   mcp_api offline_access openid pardot_api phone profile pwdless_login_api refresh_token scrt_api sfap_api user_registration_api
   visualforce wave_api web`.split(/\s+/),
);

/** Two names of one scope. */
export const lasting = (scope: string): boolean => scope === 'refresh_token' || scope === 'offline_access';
/** Whether these scopes allow that. `full` is everything but a refresh token [D Help, OAuth tokens and scopes]. */
export const allows = (scopes: readonly string[], scope: string): boolean =>
  scopes.includes(scope) || (lasting(scope) ? scopes.some(lasting) : scopes.includes('full'));

/** An app as the form under Setup begins it: secrets required, PKCE not, anybody may allow it for himself. */
const blank = {
  callbackUrls: [],
  scopes: ['api', 'web', 'refresh_token', 'openid', 'id', 'profile', 'email', 'address', 'phone'],
  requirePkce: false,
  requireSecretForWebServer: true,
  requireSecretForRefresh: true,
  refreshTokenPolicy: 'Infinite',
  permittedUsers: 'AllSelfAuthorized',
  approvedUsers: [],
} as const;

/** The app every org knows the Salesforce CLI by: no secret, one callback [E sf 2.146.3]. */
const salesforceCli: App = {
  ...blank,
  clientId: 'PlatformCLI',
  name: 'Salesforce CLI',
  callbackUrls: ['http://localhost:1717/OauthRedirect'],
  scopes: ['refresh_token', 'api', 'web'],
  requireSecretForWebServer: false,
  requireSecretForRefresh: false,
};

export type FirstApp = {
  readonly clientId: string;
  readonly secret: string;
  readonly callbackUrls: readonly string[];
  readonly runAs: string;
};

/** The org's apps: the one of the command line, the CLI's, and what an admin adds. */
export class Apps {
  readonly first: string;
  readonly #store: Store;
  readonly #apps = new Map<string, App>();

  constructor(store: Store, first: FirstApp) {
    this.#store = store;
    this.first = first.clientId;
    const begun: App = { ...blank, ...first, name: 'Stand-in app' };
    for (const app of [salesforceCli, begun]) this.#apps.set(app.clientId, app);
    for (const { value } of store.metaWith('app:')) {
      const app = JSON.parse(value) as App;
      // What the command line says holds, whatever was changed before.
      const callbackUrls = [...new Set([...app.callbackUrls, ...first.callbackUrls])];
      this.#apps.set(app.clientId, app.clientId === first.clientId ? { ...app, secret: first.secret, callbackUrls } : app);
    }
  }

  get(clientId: string): App | undefined {
    return this.#apps.get(clientId);
  }
  list(): App[] {
    return [...this.#apps.values()];
  }
  /** Adds an app, or changes what is named of one. Throws an Error in words for what no admin could save. */
  save(clientId: string, changes: Partial<App>): App {
    const app: App = { ...blank, name: clientId, ...this.#apps.get(clientId), ...changes, clientId };
    const unknown = app.scopes.filter((scope) => !knownScopes.has(scope));
    if (unknown.length > 0) throw new Error(`no such scope: ${unknown.join(', ')}`);
    const wrong = app.callbackUrls.find((url) => !URL.canParse(url) || url.includes('#'));
    if (wrong !== undefined) throw new Error(`not a callback URL: ${wrong}`);
    if (app.certificate !== undefined && keyOf(app.certificate) === undefined)
      throw new Error('certificate must be an X.509 certificate or an RSA public key, in PEM');
    this.#apps.set(clientId, app);
    this.#store.setMeta(`app:${clientId}`, JSON.stringify(app));
    return app;
  }
  remove(clientId: string): boolean {
    if (clientId === this.first || clientId === salesforceCli.clientId) return false;
    this.#store.deleteMeta(`app:${clientId}`);
    return this.#apps.delete(clientId);
  }
}

/** The RSA key of a certificate or public key. An ECDSA key signs nothing an org accepts [C simstudioai/sim#6526]. */
export function keyOf(pem: string): ReturnType<typeof createPublicKey> | undefined {
  try {
    const key = createPublicKey(pem);
    return key.asymmetricKeyType === 'rsa' ? key : undefined;
  } catch {
    return undefined; // whatever it was, no PEM
  }
}
