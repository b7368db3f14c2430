import type { Answer } from '../call.ts';

/** What the OAuth endpoints say no with: `error` and `error_description` [D Help, OAuth authorization errors]. */
export class Denied extends Error {
  readonly status: number;
  readonly error: string;

  constructor(error: string, description: string, status = 400) {
    super(description);
    this.name = 'Denied';
    this.status = status;
    this.error = error;
  }
  answer(): Answer {
    return { status: this.status, body: { error: this.error, error_description: this.message } };
  }
}

/** [D the same page; C jsforce tests look for the text] */
export const refreshTokenOver = () => new Denied('invalid_grant', 'expired access/refresh token');
/** [C omniphx/forrest#169 for a code used twice, simple-salesforce#491 for an assertion that ran out] */
export const codeOver = () => new Denied('invalid_grant', 'expired authorization code');
/** [C quoted widely] */
export const codeUnknown = () => new Denied('invalid_grant', 'invalid authorization code');
/** [D release notes, simultaneous token requests are blocked; C forcedotcom/sfdx-core#1342] */
export const alreadyAsked = () => new Denied('invalid_grant', 'token request is already being processed');
/** [D the same page] */
export const clientUnknown = () => new Denied('invalid_client_id', 'client identifier invalid');
/** [D the same page; the status is a guess after RFC 6749] */
export const secretWrong = () => new Denied('invalid_client', 'invalid client credentials', 401);
/** [C quoted widely] */
export const callbackWrong = () => new Denied('redirect_uri_mismatch', 'redirect_uri must match configuration');
/** [D the same page] */
export const userInactive = () => new Denied('inactive_user', 'user is inactive');
/** [C forcedotcom/cli#3260] */
export const notApprovedByAdmin = () => new Denied('invalid_app_access', 'user is not admin approved to access this app');
/** [C forcedotcom/cli#1028, salesforce.stackexchange 184363] */
export const notApprovedByUser = () => new Denied('invalid_grant', "user hasn't approved this consumer");
/** [C salesforce.stackexchange 184363] */
export const audienceWrong = () => new Denied('invalid_grant', 'audience is invalid');
/** [C frankkessler/salesforce-laravel-oauth2-rest#68] */
export const assertionWrong = () => new Denied('invalid_grant', 'invalid assertion');
/** [C tests of singer-io/tap-salesforce] */
export const noRunAsUser = () => new Denied('invalid_grant', 'no client credentials user enabled');
/** [C vdesabou/kafka-docker-playground#4178: the flow is blocked by default] */
export const passwordFlowBlocked = () => new Denied('invalid_grant', 'authentication failure');
/** [C forcedotcom/code-builder-feedback#263] */
export const deviceFlowOff = () => new Denied('invalid_grant', 'device flow is not enabled for the app');
/** [D the same page] */
export const grantTypeUnknown = () => new Denied('unsupported_grant_type', 'grant type not supported');
/** [K] */
export const missing = (parameter: string) => new Denied('invalid_request', `missing required parameter: ${parameter}`);
/** [C n8n-io/n8n#32421: the code invalid_grant, and "invalid code verifier"; the documentation says invalid_request] */
export const verifierWrong = () => new Denied('invalid_grant', 'invalid code verifier');
/** [D web server flow for the code; text guessed after the one before] */
export const verifierMissing = () => new Denied('invalid_grant', 'missing required code verifier');
