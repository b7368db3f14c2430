import type { CrmFailure } from './crm-failure.ts';

/** What a person is asked to allow: to connect the org, to say who they are, or to let us act as them. */
export type ConsentFor = 'org' | 'identity' | 'agent';
/** Whose consent it is, as the CRM itself says. `kept`: for the vault; undefined where nothing lasting was asked for. */
export type Consent = { readonly orgId: string; readonly userId: string; readonly host: string; readonly kept: string | undefined };

/** How people let this server into a kind of CRM: OAuth 2.0 with a code (RFC 6749, 4.1) and a proof of who asked (RFC 7636). */
export interface CrmSignIn {
  /** The page where the person decides, and the secret that only whoever began can show afterwards. Throws `Refused` for settings that can't be. */
  begin(
    settings: unknown,
    asked: { readonly redirectUri: string; readonly state: string; readonly for: ConsentFor },
  ): {
    readonly url: string;
    readonly verifier: string;
  };
  /** What the code is worth; it can be tried once. Throws `Refused` or `Unanswered`. */
  redeem(
    settings: unknown,
    given: { readonly code: string; readonly verifier: string; readonly redirectUri: string; readonly for: ConsentFor },
  ): Promise<Consent>;
  /** What the CRM said on the way back instead of a code, and who can mend it. Its text may be anybody's. */
  whyRefused(error: string, description: string | undefined): CrmFailure;
  /** Takes back what is kept. False: the CRM didn't know it any more. Throws `Refused` or `Unanswered`. */
  revoke(settings: unknown, kept: string): Promise<boolean>;
  /** A key for signing in unattended, and the certificate that the admin gives the CRM. PEM. */
  makeKey(): Promise<{ readonly privateKey: string; readonly certificate: string }>;
}
