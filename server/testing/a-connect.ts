import type { CrmSignIn } from '../crm-sign-in.ts';
import { type Crm, type CrmIdentity, Refused } from '../crm.ts';
import type { ConnectDoorParts } from '../connect/connect-doors.ts';
import { connecting } from '../connect/connect.ts';
import { connectStore } from '../store/connect-store.ts';
import type { ConsoleStore } from '../store/console-store.ts';
import type { Database } from '../store/database.ts';
import { openSecrets } from '../store/secrets.ts';
import { openVault } from '../store/vault-store.ts';
import type { Vault } from '../vault.ts';
import { realWorld } from '../world.ts';

export const acme: CrmIdentity = {
  orgId: '00D000000000001AAA',
  orgName: 'Acme',
  userId: '005000000000001AAA',
  userName: 'Integration User',
  login: 'integration@acme.example',
  host: 'acme.my.salesforce.com',
};

/** A CRM that says what it is told to say when it is connected, for the doors of connecting. */
export function aConnect(database: Database, console: ConsoleStore, publicUrl: string | undefined) {
  const world = realWorld();
  const secrets = openSecrets(Buffer.alloc(32, 7).toString('base64'), world);
  const heard = {
    settings: [] as object[],
    begun: [] as { state: string; for: string; redirectUri: string }[],
    revoked: [] as string[],
    /** Consents it was asked to end, whether or not it answered. */
    toRevoke: 0,
    proved: 0,
    closed: 0,
  };
  const crm = {
    identity: acme,
    /** Who signs in on the CRM's page. */
    who: { orgId: acme.orgId, userId: acme.userId },
    /** Tells one consent of a user from the next. */
    consent: '',
    /** What happens while somebody is on its page. */
    meanwhile: async () => {},
    /** Until a new session is there. */
    proving: Promise.resolve(),
    /** It answers nobody who gives a consent back. */
    isAway: false,
    /** Why it can't be connected. */
    refused: undefined as Refused | undefined,
  };
  const signIn: CrmSignIn = {
    begin(_settings, { state, for: what, redirectUri }) {
      heard.begun.push({ state, for: what, redirectUri });
      return { url: `https://login.example/authorize?state=${state}`, verifier: 'planted-verifier' };
    },
    redeem: async (_settings, { code, for: what }) => {
      await crm.meanwhile();
      if (code !== 'good') throw new Refused({ mendedBy: 'admin', code: 'invalid_grant', message: 'The code is not good.' });
      return {
        ...crm.who,
        host: crm.identity.host,
        kept: what === 'identity' ? undefined : `planted-refresh of ${crm.who.userId}${crm.consent}`,
      };
    },
    whyRefused: (error, description) => ({ mendedBy: 'admin', code: error, message: `refused: ${description ?? ''}` }),
    async revoke(_settings, kept) {
      heard.toRevoke++;
      await new Promise((next) => setImmediate(next));
      if (crm.isAway) throw new Refused({ mendedBy: 'time', code: 'SIGN_IN_UNANSWERED', message: 'No answer.', retryAfterMs: 1_000 });
      return heard.revoked.push(kept) > 0;
    },
    makeKey: async () => ({ privateKey: 'planted-private-key', certificate: '-----BEGIN CERTIFICATE-----\n' }),
  };
  const store = connectStore(database);
  const stop = new AbortController();
  const parts: ConnectDoorParts = {
    connecting: connecting({
      store,
      world,
      secrets,
      signIn,
      async open(settings: object, _vault: Vault) {
        heard.settings.push(settings);
        if (crm.refused) throw crm.refused;
        return {
          identity: async () => crm.identity,
          prove: () => (heard.proved++, crm.proving),
          close: async () => void heard.closed++,
        } as Partial<Crm> as Crm;
      },
      vault: (org) => openVault({ database, world, secrets, onTrouble: () => undefined }, org),
      audit: console.audit,
      stop: stop.signal,
    }),
    orgs: store,
    console,
    world,
    publicUrl,
    secureCookies: publicUrl !== undefined,
  };
  return { parts, heard, crm, secrets, store, stop };
}
