import { type Crm, type CrmIdentity, Refused, Unanswered } from '../crm.ts';
import type { CrmFailure } from '../crm-failure.ts';
import type { ConsentFor, CrmSignIn } from '../crm-sign-in.ts';
import { hashToken } from '../guard.ts';
import type { ActAs, Asking, ConnectStore, Means, OrgRow, Taken, WhyNoAsking } from '../store/connect-store.ts';
import type { Secrets } from '../store/secrets.ts';
import { placeOfConsent } from '../store/vault-store.ts';
import type { OrgId } from '../store.ts';
import type { Vault } from '../vault.ts';
import type { World } from '../world.ts';

export type ConnectParts = {
  readonly store: ConnectStore;
  readonly world: World;
  readonly secrets: Secrets;
  readonly signIn: CrmSignIn;
  /** Connects as these settings say. Throws `Refused` or `Unanswered`. */
  open(settings: object, vault: Vault): Promise<Crm>;
  vault(org: OrgId): Vault;
  audit(org: OrgId, who: string, what: string, detail: unknown): Promise<void>;
  readonly stop: AbortSignal;
};
/** How it went, in a code for the screen and a sentence for everybody. */
export type Problem = { readonly code: string; readonly message: string };
export type Outcome = { readonly org: OrgId; readonly what: ConsentFor; readonly popup: boolean } & (
  | { readonly identity: CrmIdentity }
  /** An agent: who, what opens their own page, and whether they let us act as them. */
  | { readonly agent: string; readonly token: string; readonly lends: boolean }
  | { readonly problem: Problem }
);
/** What an admin enters to let a person sign in. What is left out is as it was. */
export type ByConsent = {
  readonly loginUrl?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  /** Null: without end. */ readonly lifetimeDays?: number | null | undefined;
  /** Another org than before is meant. */
  readonly replace?: boolean | undefined;
};
/** What an admin enters to let this server in by itself. */
export type Unattended = ByConsent & {
  readonly by: 'client-credentials' | 'jwt';
  readonly username?: string | undefined;
  readonly privateKey?: string | undefined;
};
export type Connecting = ReturnType<typeof connecting>;

type Auth = {
  by: Means;
  clientId: string;
  clientSecret?: string | undefined;
  username?: string | undefined;
  privateKey?: string | undefined;
};
type Settings = { loginUrl: string; auth: Auth; orgId?: string };
type Begun = {
  settings: Settings;
  verifier: string;
  redirectUri: string;
  popup: boolean;
  replace: boolean;
  lifetimeDays: number | undefined;
};

const kind = 'salesforce';
const crmPlace = 'orgs crm';
/** Consents that are given back side by side. */
const revokedAtOnce = 8;
const sameOrg = (a: string, b: string) => a.slice(0, 15) === b.slice(0, 15);
const isSameOrigin = (a: string, b: string) => URL.canParse(a) && URL.canParse(b) && new URL(a).origin === new URL(b).origin;

/** How orgs are connected, reconnected and let go. Everything a person reads of a refusal is made here or in the CRM's own room. */
export function connecting(parts: ConnectParts) {
  const { store, world, secrets, signIn, stop } = parts;
  const running = new Set<Promise<unknown>>();
  /** Cut off between the CRM's answer and its keeping, it costs a person's consent: so it is ended before this process is. */
  const toItsEnd = <T>(work: () => Promise<T>): Promise<T> => {
    const begun = work();
    const ended = begun.then(
      () => void running.delete(ended),
      () => void running.delete(ended), // whoever asked hears of it
    );
    running.add(ended);
    return begun;
  };
  /** A connection to try. What it asks is given up at the stop; a token under way is kept first. */
  const tryOut = async <T>(settings: object, vault: Vault, work: (crm: Crm) => Promise<T>): Promise<T> => {
    if (stop.aborted) throw new Refused(stopping);
    const crm = await parts.open(settings, vault);
    const giveUp = () => void crm.close();
    stop.addEventListener('abort', giveUp, { once: true });
    try {
      if (stop.aborted) throw new Refused(stopping);
      return await work(crm);
    } catch (error) {
      throw stop.aborted ? new Refused(stopping) : error;
    } finally {
      stop.removeEventListener('abort', giveUp);
      await crm.close();
    }
  };
  const token = () => Buffer.from(world.bytes(32)).toString('base64url');

  const settingsOf = (row: Pick<OrgRow, 'crm'>): Settings | undefined => {
    if (row.crm === null) return undefined;
    const {
      kind: _,
      clientId,
      clientSecret,
      ...rest
    } = JSON.parse(secrets.open(row.crm, crmPlace)) as Settings & { kind?: string; clientId?: string; clientSecret?: string };
    return clientId === undefined ? rest : { ...rest, auth: { by: 'client-credentials', clientId, clientSecret } };
  };
  const need = async (org: OrgId): Promise<OrgRow> => {
    const row = await store.org(org);
    if (!row) throw new Refused(problem('unknown_org', 'There is no such org.'));
    return row;
  };
  /**
   * What was entered, over what was there. A secret belongs to its app and goes to one place: with another app's key, or to another address,
   * it isn't taken over, or who may sign in here could have it sent to themselves.
   */
  const settingsFrom = (row: OrgRow, given: ByConsent): Omit<Settings, 'auth'> & { clientId: string; clientSecret: string | undefined } => {
    const former = settingsOf(row);
    const { auth, orgId: _, loginUrl: formerUrl, ...rest } = former ?? { auth: undefined, loginUrl: undefined };
    const clientId = given.clientId || auth?.clientId || row.wayIn?.clientId || '';
    const loginUrl = given.loginUrl || formerUrl || row.wayIn?.loginUrl || '';
    const isItsOwn = auth?.clientId === clientId && formerUrl !== undefined && isSameOrigin(formerUrl, loginUrl);
    return { ...rest, loginUrl, clientId, clientSecret: given.clientSecret || (isItsOwn ? auth.clientSecret : undefined) };
  };

  /**
   * Nobody ever signed in to the stand-in of the first start: which org it is was never asked. It is the same at its own address, which is
   * no address that orgs share; whatever else comes is another one.
   */
  const isOtherOrg = (row: OrgRow, settings: Settings, { orgId }: CrmIdentity) => {
    if (row.wayIn) return !sameOrg(row.wayIn.crmOrg, orgId);
    const former = settingsOf(row)?.loginUrl;
    return row.hadCrm && (former === undefined || !isSameOrigin(former, settings.loginUrl));
  };
  /** Is it the org that was meant, and not one that is connected elsewhere here? */
  const whyNotThis = async (row: OrgRow, identity: CrmIdentity, isOther: boolean, replace: boolean): Promise<CrmFailure | undefined> => {
    if (isOther && !replace) {
      const former = row.wayIn
        ? `${row.wayIn.crmOrgName} (${row.wayIn.crmOrg})`
        : 'one that nobody has signed in to here, such as the stand-in';
      return problem(
        'other_org',
        `That is another org: ${identity.orgName} (${identity.orgId}), signed in as ${identity.login}. Connected before was ${former}. To connect another org beside it, add an org; to go on with this one in its place, say so and sign in again.`,
      );
    }
    const elsewhere = (await store.orgs()).find(
      (one) => one.org !== row.org && one.crm !== null && one.wayIn && sameOrg(one.wayIn.crmOrg, identity.orgId),
    );
    return (
      elsewhere &&
      problem('org_taken', `${identity.orgName} is connected already, as “${elsewhere.name}”. Twice, its calls would be written twice.`)
    );
  };

  /** Disconnects, and gives back what the CRM gave us and our agents. `revoked`: it knows. */
  const letGo = async (row: OrgRow, only?: OrgRow): Promise<{ revoked: boolean }> => {
    const settings = settingsOf(row);
    const gone = await store.disconnect(row.org, only);
    if (gone === undefined) throw new Refused(changedMeanwhile);
    return { revoked: settings === undefined ? gone.length === 0 : (await giveBack(row.org, settings, gone)) === gone.length };
  };

  /** Tells the CRM of consents that were taken away here. Gives of how many it knows that they are over. */
  const giveBack = async (org: OrgId, settings: Settings, gone: readonly Taken[]): Promise<number> => {
    let over = 0;
    for (let at = 0; at < gone.length; at += revokedAtOnce) {
      const told = await Promise.allSettled(
        gone
          .slice(at, at + revokedAtOnce)
          // One that can't be opened keeps nobody else's.
          .map(async ({ holder, sealed }) => signIn.revoke(settings, secrets.open(sealed, placeOfConsent(org, holder)))),
      );
      over += told.filter(({ status }) => status === 'fulfilled').length;
      // Of one that doesn't answer now nobody waits for the others to be refused as well: they end by themselves.
      if (over < at + told.length) break;
    }
    return over;
  };

  /** Tries the settings, and only then lets them take the place of those before. */
  const putInPlace = async (
    row: OrgRow,
    settings: Settings,
    kept: string | undefined,
    by: string,
    given: { replace: boolean; lifetimeDays: number | undefined },
  ) => {
    const vault = inMemory(kept);
    let placed = false;
    try {
      const identity = await tryOut(settings, vault, (crm) => crm.identity());
      const isOther = isOtherOrg(row, settings, identity);
      const refused = await whyNotThis(row, identity, isOther, given.replace);
      if (refused) throw new Refused(refused);
      const formerly = settingsOf(row);
      if (isOther) {
        // First nobody reads or writes there any more, then what was read is forgotten.
        const { revoked } = await letGo(row, row);
        await parts.audit(row.org, by, 'let go of the org, for another in its place', { crmOrg: row.wayIn?.crmOrg, revoked });
        if (!(await store.forgetFormerOrg(row.org))) throw new Refused(changedMeanwhile);
      }
      const former =
        isOther || settings.auth.by !== 'web'
          ? []
          : [
              await parts
                .vault(row.org)
                .read()
                .catch(() => undefined),
            ];
      const newest = await vault.read();
      const isSameApp =
        formerly?.auth.clientId === settings.auth.clientId && formerly !== undefined && isSameOrigin(formerly.loginUrl, settings.loginUrl);
      const gone = await store.connect(row.org, {
        over: isOther ? null : row.crm,
        keepsAgents: isSameApp && !isOther,
        sealedCrm: secrets.seal(JSON.stringify({ kind, ...settings, orgId: identity.orgId }), crmPlace),
        means: settings.auth.by,
        loginUrl: settings.loginUrl,
        clientId: settings.auth.clientId,
        identity,
        by,
        lifetimeDays: given.lifetimeDays,
        sealedConsent: newest === undefined ? undefined : secrets.seal(newest, placeOfConsent(row.org, '')),
      });
      if (!gone) throw new Refused(changedMeanwhile);
      placed = true;
      await parts.audit(row.org, by, isOther ? 'connected another org in its place' : 'connected the org', {
        means: settings.auth.by,
        crmOrg: identity.orgId,
        as: identity.login,
      });
      // Five consents a user and app are kept by Salesforce; the one before is given back rather than left to push others out.
      for (const text of former)
        if (text !== undefined && text !== newest) await signIn.revoke(formerly ?? settings, text).catch(() => false);
      if (formerly) await giveBack(row.org, formerly, gone);
      return identity;
    } catch (error) {
      const newest = placed ? undefined : await vault.read();
      if (newest !== undefined) await signIn.revoke(settings, newest).catch(() => false);
      throw error;
    }
  };

  const ask = async (org: OrgId, browser: string, person: string, what: ConsentFor, begun: Omit<Begun, 'verifier'>) => {
    const state = token();
    const { url, verifier } = signIn.begin(begun.settings, { redirectUri: begun.redirectUri, state, for: what });
    const hash = hashToken(state);
    const sealed = secrets.seal(JSON.stringify({ ...begun, verifier } satisfies Begun), `askings ${hash}`);
    await store.ask(hash, hashToken(browser), { org, what, person, sealed });
    return { url };
  };

  /** Undefined: the org isn't connected any more as it was when they were let in. Only what is kept here can be given back. */
  const addAgent = async (row: OrgRow, crmUser: string, kept: string | undefined) => {
    const settings = settingsOf(row);
    if (!settings) return undefined;
    const place = placeOfConsent(row.org, crmUser);
    const opens = token();
    const sealedConsent = kept === undefined ? undefined : secrets.seal(kept, place);
    const added = await store.addAgentSession(row.org, { tokenHash: hashToken(opens), crmUser, sealedConsent, over: row.crm });
    // Left to itself it would in time push out others of theirs, the org's own too where they are the connected user.
    const former = added?.former === undefined ? undefined : secrets.open(added.former, place);
    if (former !== undefined && former !== kept) await signIn.revoke(settings, former).catch(() => false);
    return added && { token: opens, lends: added.lends };
  };

  const ways = {
    /** The page of the CRM where a person lets us into this org. `browser`: what only the browser that begins can show. */
    async begin(org: OrgId, given: ByConsent, by: { person: string; browser: string; redirectUri: string; popup: boolean }) {
      const row = await need(org);
      const { clientId, clientSecret, ...rest } = settingsFrom(row, given);
      const settings: Settings = { ...rest, auth: { by: 'web', clientId, ...(clientSecret ? { clientSecret } : {}) } };
      return ask(org, by.browser, by.person, 'org', {
        settings,
        redirectUri: by.redirectUri,
        popup: by.popup,
        replace: given.replace === true,
        lifetimeDays: (given.lifetimeDays === undefined ? row.wayIn?.lifetimeDays : given.lifetimeDays) ?? undefined,
      });
    },

    /** The same for an agent, who says who they are, and lets us act as them where the org wants that (DP-11). */
    async beginAsAgent(uid: string, by: { browser: string; redirectUri: string; popup: boolean }) {
      const row = await store.forAgents(uid);
      const settings = row && settingsOf(row);
      if (!row || !settings) throw new Refused(problem('not_connected', 'This org is not connected. Ask whoever runs Cordboard.'));
      const asWeb: Settings = {
        loginUrl: settings.loginUrl,
        auth: { by: 'web', clientId: settings.auth.clientId, clientSecret: settings.auth.clientSecret },
      };
      const what = row.actAs === 'agent' ? 'agent' : 'identity';
      return ask(row.org, by.browser, 'agent', what, {
        settings: asWeb,
        redirectUri: by.redirectUri,
        popup: by.popup,
        replace: false,
        lifetimeDays: undefined,
      });
    },

    /** What came back from the CRM's page, to a browser that can show one of these. Gives a problem for everything a person can do something about. */
    async finish(
      state: string,
      browsers: readonly string[],
      came: { code: string } | { error: string; description: string | undefined },
    ): Promise<Outcome | { problem: Problem }> {
      if (stop.aborted) return { problem: problemOf(new Refused(stopping)) }; // another server finishes it
      const hash = hashToken(state);
      const taken: Asking | WhyNoAsking = await store.takeAsking(hash, browsers.map(hashToken));
      if (typeof taken === 'string') return { problem: { code: `state_${taken}`, message: whyNotTaken[taken] } };
      const { org, what, person } = taken;
      const begun = JSON.parse(secrets.open(taken.sealed, `askings ${hash}`)) as Begun;
      const about = { org, what, popup: begun.popup };
      try {
        if ('error' in came) throw new Refused(signIn.whyRefused(came.error, came.description));
        const { kept, userId, orgId } = await signIn.redeem(begun.settings, {
          code: came.code,
          verifier: begun.verifier,
          redirectUri: begun.redirectUri,
          for: what,
        });
        const row = await need(org);
        if (what === 'org') return { ...about, identity: await putInPlace(row, begun.settings, kept, person, begun) };
        const refused =
          row.wayIn && !sameOrg(row.wayIn.crmOrg, orgId)
            ? problem('other_org', `You signed in to another org than ${row.wayIn.crmOrgName}. Sign out of Salesforce, and sign in there.`)
            : (await store.isUser(org, userId))
              ? undefined
              : problem(
                  'not_a_user',
                  'You are signed in to Salesforce, but Cordboard doesn’t know you as a user of this org yet. Users are read every five minutes; if you are new, try again then.',
                );
        const added = refused === undefined ? await addAgent(row, userId, kept) : undefined;
        if (kept !== undefined && !added?.lends) await signIn.revoke(begun.settings, kept).catch(() => false);
        if (refused || !added) throw new Refused(refused ?? changedMeanwhile);
        return { ...about, agent: userId, ...added };
      } catch (error) {
        return { ...about, problem: problemOf(error) };
      }
    },

    /** By what this server can show alone. Tried before it takes the place of what was there. */
    async connectUnattended(org: OrgId, given: Unattended, person: string): Promise<CrmIdentity> {
      const row = await need(org);
      const { clientId, clientSecret, ...rest } = settingsFrom(row, given);
      const secret = clientSecret ? { clientSecret } : {};
      const former = settingsOf(row)?.auth;
      const key = given.privateKey || (await store.key(org).then((one) => one && secrets.open(one.sealed, `crm_keys ${org}`)));
      const auth: Auth =
        given.by === 'jwt'
          ? {
              by: 'jwt',
              clientId,
              ...secret,
              username: given.username || former?.username || '',
              privateKey: key || former?.privateKey || '',
            }
          : { by: 'client-credentials', clientId, clientSecret: clientSecret ?? '' };
      return putInPlace(row, { ...rest, auth }, undefined, person, { replace: given.replace === true, lifetimeDays: undefined });
    },

    /** A new key; the one before goes on until the admin has given the CRM the new certificate and connected with it. */
    async makeKey(org: OrgId, person: string): Promise<void> {
      await need(org);
      const { privateKey, certificate } = await signIn.makeKey();
      await store.saveKey(org, secrets.seal(privateKey, `crm_keys ${org}`), certificate);
      await parts.audit(org, person, 'made a key for signing in', {});
    },

    /** Signs in anew and reads: everything that writing needs but the writing. */
    async test(org: OrgId): Promise<CrmIdentity> {
      const row = await need(org);
      const settings = settingsOf(row);
      if (!settings) throw new Refused(problem('not_connected', 'This org is not connected.'));
      return tryOut(settings, parts.vault(org), async (crm) => {
        await crm.prove();
        return crm.identity();
      });
    },

    /** Nothing is written from now on; everything that was heard and decided stays. Gives whether the CRM was told. */
    async disconnect(org: OrgId, person: string): Promise<{ revoked: boolean }> {
      const row = await need(org);
      const { revoked } = await letGo(row);
      await parts.audit(org, person, 'disconnected the org', { crmOrg: row.wayIn?.crmOrg, revoked });
      return { revoked };
    },

    /** Set back to the integration user, what agents have lent is taken back, too. Gives how many that were. */
    async setActAs(org: OrgId, actAs: ActAs, person: string): Promise<number> {
      const row = await need(org);
      const settings = settingsOf(row);
      const gone = await store.setActAs(org, actAs);
      const revoked = settings ? await giveBack(org, settings, gone) : 0;
      await parts.audit(org, person, 'set in whose name records are written', {
        actAs,
        ...(gone.length > 0 ? { takenBack: gone.map(({ holder }) => holder), revoked } : {}),
      });
      return gone.length;
    },

    /** An agent takes back that we may act as them. */
    async dropAgent(org: OrgId, crmUser: string): Promise<void> {
      const row = await need(org);
      const settings = settingsOf(row);
      const sealed = await store.dropConsent(org, crmUser);
      if (settings && sealed !== undefined)
        await signIn.revoke(settings, secrets.open(sealed, placeOfConsent(org, crmUser))).catch(() => false);
    },
  };
  return {
    begin: ways.begin,
    beginAsAgent: ways.beginAsAgent,
    makeKey: ways.makeKey,
    finish: (...given: Parameters<typeof ways.finish>) => toItsEnd(() => ways.finish(...given)),
    connectUnattended: (...given: Parameters<typeof ways.connectUnattended>) => toItsEnd(() => ways.connectUnattended(...given)),
    test: (...given: Parameters<typeof ways.test>) => toItsEnd(() => ways.test(...given)),
    disconnect: (...given: Parameters<typeof ways.disconnect>) => toItsEnd(() => ways.disconnect(...given)),
    setActAs: (...given: Parameters<typeof ways.setActAs>) => toItsEnd(() => ways.setActAs(...given)),
    dropAgent: (...given: Parameters<typeof ways.dropAgent>) => toItsEnd(() => ways.dropAgent(...given)),
    /** What is under way has ended; for the end of this process. */
    async ended() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

const problem = (code: string, message: string) => ({ mendedBy: 'admin', code, message }) as const;
const stopping = {
  mendedBy: 'time',
  code: 'stopping',
  message: 'This server is stopping. Try again in a minute.',
  retryAfterMs: 60_000,
} as const;
const changedMeanwhile = problem('changed_meanwhile', 'Somebody else has changed this connection meanwhile. Look, and begin once more.');
export function problemOf(error: unknown): Problem {
  if (error instanceof Refused) return { code: error.failure.code, message: error.failure.message };
  if (error instanceof Unanswered) return { code: 'unanswered', message: `${error.message} Try again.` };
  throw error;
}

const whyNotTaken: Readonly<Record<WhyNoAsking, string>> = {
  unknown: 'This sign-in was not begun here. Begin on the page of the org.',
  used: 'This sign-in has been finished already. If it didn’t work, begin once more.',
  expired: 'This sign-in took longer than ten minutes. Begin once more.',
  'other-browser': 'This sign-in was begun in another browser, or you have signed out of Cordboard since. Begin once more, here.',
};

/** What a sign-in leaves is tried out before it is kept. */
function inMemory(text: string | undefined): Vault {
  let kept = text;
  return {
    read: async () => kept,
    async change(enough, work) {
      if (enough(kept)) return;
      await work(kept, async (next) => {
        kept = next;
      });
    },
  };
}
