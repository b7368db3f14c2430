import { crmSignIns } from '../../crms/index.ts';
import { connectStore } from '../store/connect-store.ts';
import type { Database } from '../store/database.ts';
import { openSecrets } from '../store/secrets.ts';
import type { OrgId } from '../store.ts';
import { openVault, placeOfConsent } from '../store/vault-store.ts';
import type { LentConsents } from '../vault.ts';
import { realWorld } from '../world.ts';

const world = realWorld();
const secrets = openSecrets(Buffer.alloc(32, 9).toString('base64'), world);
/** Where the stand-in's own app sends people back to. */
export const comeBackTo = 'http://localhost:8089/signed-in';

/** What agents of this org have lent, as one node sees it. */
export const lentOn = (database: Database, org: OrgId): LentConsents => ({
  vault: (user) => openVault({ database, world, secrets, onTrouble: () => undefined }, org, user),
  given: (user) => connectStore(database).consentGiven(org, user),
  say: (user, trouble, given) => connectStore(database).sayAgentTrouble(org, user, trouble, given),
});

/** A user signs in on the pages of a stand-in and lets us act as them. Gives their id. */
export async function lend(
  database: Database,
  org: OrgId,
  standIn: { readonly apiUrl: string; readonly controlUrl: string },
  user: string,
): Promise<string> {
  const consent = (method: string, body?: object) =>
    fetch(`${standIn.controlUrl}/__org/consent`, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  const given = await consent('POST', { user });
  if (!given.ok) throw new Error(await given.text());
  const settings = { loginUrl: standIn.apiUrl, auth: { by: 'web', clientId: 'cordboard', clientSecret: 'stand-in-secret' } };
  const signIn = crmSignIns.salesforce(world);
  const asked = { redirectUri: comeBackTo, for: 'agent' } as const;
  const { url, verifier } = signIn.begin(settings, { ...asked, state: 'state' });
  let at = new URL(url);
  while (!at.href.startsWith(comeBackTo)) {
    const answer = await fetch(at, { redirect: 'manual' });
    const to = answer.headers.get('location');
    if (to === null) throw new Error(`${at.href} answered ${answer.status}: ${await answer.text()}`);
    at = new URL(to, at);
  }
  await consent('DELETE');
  const code = at.searchParams.get('code');
  if (code === null) throw new Error(`the stand-in refused the sign-in: ${at.search}`);
  const { orgId, userId, host, kept } = await signIn.redeem(settings, { ...asked, code, verifier });
  await database.query(
    {
      text: `insert into ways_in (org, means, login_url, client_id, crm_org, crm_org_name, crm_user, crm_user_name, login, host, connected_by)
        values ($1, 'client-credentials', $2, 'cordboard', $3, 'Stand-in', '', '', '', $4, 'a test') on conflict do nothing`,
    },
    [org, standIn.apiUrl, orgId, host],
  );
  const { crm: over } = (await connectStore(database).org(org))!;
  const sealedConsent = secrets.seal(kept!, placeOfConsent(org, userId));
  await connectStore(database).addAgentSession(org, {
    tokenHash: `a session of ${userId} ${world.now()}`,
    crmUser: userId,
    sealedConsent,
    over,
  });
  return userId;
}
