import { remarksBy } from './policy/remarks.ts';
import { Bell } from './bell.ts';
import type { CrmFailure } from './crm-failure.ts';
import { type Crm, Refused } from './crm.ts';
import type { OrgId, Store } from './store.ts';
import type { World } from './world.ts';
import { runWriter, type WhoIsThere, type WriterReport, type WriterSettings, type WritingRules } from './write/writer.ts';

export type KeeperOptions = {
  readonly store: Store;
  readonly world: World;
  readonly node: string;
  /** Opens the connection that these sealed settings describe. Throws `Refused` or `Unanswered`. */
  connect(sealed: string, org: OrgId): Promise<Crm>;
  /** When the newest session of an org came, ms. */
  signedIn(org: OrgId, atMs: number): Promise<void>;
  /** A new session could be had, or why not; asked for once a day, long before the one in use ends. */
  proved(org: OrgId, trouble: CrmFailure | undefined): Promise<void>;
  /** Uses what agents have lent and nobody has used for a day. */
  proveAgents(org: OrgId, crm: Crm): Promise<void>;
  readonly writer: WriterSettings;
  /** There is a connection to this org, or another one. */
  connected(org: OrgId): void;
  /** What today's policy of the org says of writing; asked for often. */
  rules(org: OrgId): Promise<WritingRules>;
  /** Looked at before records are made for strangers (P3). */
  whoIsThere(org: OrgId, numbers: readonly string[]): ReturnType<WhoIsThere>;
  report(what: string, fields: Readonly<Record<string, unknown>>): void;
  readonly stop: AbortSignal;
};
export type Keeper = {
  /** Somebody wished for a write, or changed an org. */
  ring(channel: 'writes' | 'orgs'): void;
  /** An org's connection, while there is one. */
  crm(org: OrgId): Crm | undefined;
  /** A connected org's page of a record. */
  recordUrl(org: OrgId, id: string): string | undefined;
  /** Every org known at the start has been reached once, or has said why not. */
  readonly tried: Promise<void>;
  readonly done: Promise<void>;
};

/** How often users are read again: a new colleague owns calls within minutes. */
const usersEveryMs = 5 * 60_000;
/** What is known of them is good enough to be asked for no sooner where the org refuses to tell. */
const usersAgainMs = 60_000;
/** Whether the policy's defaults fit the org is asked no sooner where it refuses to tell. */
const defaultsAgainMs = 30_000;
const usageEveryMs = 2_000;
/** A refresh token that nobody uses dies, mostly after 30 days, while a session that is used goes on for weeks: so it is used once a day. */
const proveEveryMs = 24 * 3_600_000;
const proveAgainMs = 3_600_000;
/** W8: the lookup before a create finds nothing that was written by unique names, so going on without them would write calls twice. */
const namesLost = (because = ''): CrmFailure => ({
  mendedBy: 'admin',
  code: 'NAME_FIELD_LOST',
  message: `${because} It was there before, and without it calls could be written twice, so nothing is written until it is back. Install again, give the connected user the permission set, or uninstall to go on without it.`,
});
/** Whose consent has rested for a day is looked for so often, a few at a time. */
const agentsEveryMs = 60_000;
/** Not let in, and a person has to mend it: so often it is looked whether it is mended without our being told. */
const shutOutMs = 5 * 60_000;

/**
 * Keeps every org connected: signs in, reads its users, and writes its rows while this node holds its lane and the org is live.
 * Whatever fails is said once in the org's facts and tried again; nothing here can lose a row.
 */
export function keepOrgs({
  store,
  world,
  node,
  connect,
  signedIn,
  proved,
  proveAgents,
  writer,
  connected,
  rules,
  whoIsThere,
  report,
  stop,
}: KeeperOptions): Keeper {
  const orgsBell = new Bell();
  const bells = new Map<OrgId, Bell>();
  const crms = new Map<OrgId, Crm>();
  stop.addEventListener('abort', () => [orgsBell, ...bells.values()].forEach((bell) => bell.ring()), { once: true });

  const keepOne = async (org: OrgId, bell: Bell, onTried: () => void): Promise<void> => {
    let failures = 0;
    let connectedTo: string | undefined;
    let usersAtMs = -Infinity;
    let saidTrouble: string | undefined;
    let ownTrouble: string | undefined; // what our own looks met, not the writer
    let usageAtMs = -Infinity;
    let saidSignInMs: number | undefined;
    let proveFromMs = -Infinity;
    let agentsFromMs = -Infinity;
    let looked: string | undefined;
    let lookFromMs = -Infinity;
    let namesFromMs = -Infinity;

    /** What nobody waits for, each at most once at a time: it may take as long as the org does. */
    const underWay = new Map<string, Promise<void>>();
    const beside = (unless: string, work: () => Promise<void>) => {
      if (underWay.has(unless)) return;
      const done = work()
        .catch((error: unknown) => report(unless, { org, because: (error as Error).message }))
        .finally(() => underWay.delete(unless));
      underWay.set(unless, done);
    };
    const say = async (crm: Crm | undefined, trouble: unknown, force = false) => {
      const text = trouble ? JSON.stringify(trouble) : undefined;
      if (!force && text === saidTrouble && world.monotonic() - usageAtMs < usageEveryMs) return;
      if (text !== saidTrouble) report(text ? 'org.trouble' : 'org.well', { org, ...(trouble as object | undefined) });
      saidTrouble = text;
      usageAtMs = world.monotonic();
      await store.saveUsage(org, crm?.usage(), trouble);
    };

    const disconnect = async () => {
      connectedTo = undefined;
      const crm = crms.get(org);
      crms.delete(org);
      await crm?.close();
    };
    /** Stores when we were last let in, and sees once a day whether we would be again. */
    const watchWayIn = async (crm: Crm) => {
      if (world.monotonic() >= agentsFromMs) {
        agentsFromMs = world.monotonic() + agentsEveryMs * (0.5 + world.chance());
        beside('org.agents-unproved', () => proveAgents(org, crm));
      }
      const sinceMs = crm.signedInAtMs();
      if (sinceMs === undefined) return;
      if (sinceMs !== saidSignInMs) await signedIn(org, (saidSignInMs = sinceMs));
      if (world.now() - sinceMs < proveEveryMs || world.monotonic() < proveFromMs) return;
      proveFromMs = world.monotonic() + proveAgainMs * (0.5 + world.chance());
      const trouble = await crm.prove().then(
        () => undefined,
        (error: unknown) => (error instanceof Refused ? error.failure : Promise.reject(error as Error)),
      );
      report(trouble ? 'org.unproved' : 'org.proved', { org, ...trouble });
      await proved(org, trouble);
    };

    while (!stop.aborted) {
      const heard = bell.count;
      const heardOrgs = orgsBell.count;
      try {
        const row = (await store.readOrgs()).find((candidate) => candidate.org === org);
        if (!row?.crm || row.off) {
          await disconnect();
          onTried();
          await bell.wait(heard, 30_000, world);
          continue;
        }
        const lost = (crm: Crm) => (crm.form === 'reduced' && row.wasUnique ? namesLost(crm.reducedBecause) : undefined);
        const takeUp = async (crm: Crm, sealed: string) => {
          await disconnect();
          crms.set(org, crm);
          connectedTo = sealed;
          namesFromMs = world.monotonic() + shutOutMs;
          report('org.connected', { org, name: row.name, form: crm.form, mode: row.mode });
          await say(crm, lost(crm), true);
          connected(org);
        };
        if (row.crm !== connectedTo) {
          await disconnect();
          await takeUp(await connect(row.crm, org), row.crm);
        } else if (lost(crms.get(org)!) && world.monotonic() >= namesFromMs) {
          // The connection there is stays meanwhile: somebody may be installing by it.
          namesFromMs = world.monotonic() + shutOutMs;
          const again = await connect(row.crm, org);
          if (lost(again)) await again.close();
          else await takeUp(again, row.crm);
        }
        const crm = crms.get(org)!;
        if (crm.form === 'unique' && !row.wasUnique) await store.rememberUnique(org, row.crm);
        /** Asked before anything is stored or written: another node may have connected another org meanwhile. */
        const isStillConnected = async () => (await store.readOrgs()).some((now) => now.org === org && now.crm === row.crm && !now.off);
        const readUsers = async () => {
          if (world.monotonic() - usersAtMs <= usersEveryMs) return;
          if (usersAtMs !== -Infinity) usersAtMs = world.monotonic() - usersEveryMs + usersAgainMs;
          const [users, self] = [await crm.users(), await crm.self()];
          // Who may not see the queues may still own calls.
          const queues = await crm.queues().catch((error: unknown) => {
            if (!(error instanceof Refused) || error.failure.mendedBy === 'time') throw error;
            if (error.failure.mendedBy === 'admin' && error.failure.signIn) throw error;
            report('org.queues-unread', { org, because: error.message });
            return undefined;
          });
          if (!(await isStillConnected())) return;
          await store.saveUsers(org, users, self.id, queues);
          await store.saveRelatedTo(org, await crm.relatedTo());
          usersAtMs = world.monotonic();
          // Nothing is written while the org is observed or paused, so nobody else would take it back.
          if (ownTrouble !== undefined && ownTrouble === saidTrouble) await say(crm, undefined, true);
          ownTrouble = undefined;
        };
        const lookAtDefaults = async () => {
          const { policyVersion, defaults, policy } = await rules(org);
          const now = `${connectedTo} ${crm.shape} ${policyVersion}`;
          if (now === looked || world.monotonic() < lookFromMs) return;
          lookFromMs = world.monotonic() + defaultsAgainMs;
          const wrong = [
            ...(Object.keys(defaults).length === 0 ? [] : await crm.wrongDefaults(defaults)),
            ...(policy ? (await remarksBy(crm, policy)).filter(({ warns }) => !warns) : []).map(({ path, object, field, message }) => ({
              ...{ object, field, because: message, setting: path },
            })),
          ];
          for (const one of wrong) report('org.default-unusable', { org, ...one });
          await store.saveWrongDefaults(org, wrong);
          looked = now;
          lookFromMs = -Infinity;
        };
        // Calls are written whether or not it is known that a default can be used.
        const lookAtDefaultsIfMay = () =>
          lookAtDefaults().catch((error: unknown) => report('org.defaults-unread', { org, because: (error as Error).message }));
        await readUsers();
        await watchWayIn(crm);
        await lookAtDefaultsIfMay();
        onTried();
        failures = 0;
        const isLost = lost(crm);
        if (isLost) await say(crm, isLost);
        if (row.mode !== 'live' || isLost) {
          await bell.wait(heard, 5_000, world);
          continue;
        }
        const hold = await store.takeLane(org, node);
        if (!hold) {
          await bell.wait(bell.count, 500, world); // another node writes; look again soon, it may die
          continue;
        }
        const pause = new AbortController();
        let shutOut: Refused | undefined;
        let watching: Promise<void> | undefined;
        try {
          if (!(await isStillConnected())) continue; // whoever connects another org ends the lanes there were (server/store/former-org.ts)
          report('lane.taken', { org, epoch: hold.epoch, recovered: await hold.recover() });
          const lookAfter = async () => {
            await readUsers();
            await lookAtDefaultsIfMay();
            await watchWayIn(crm);
          };
          watching = watchMode(org, row.crm, pause, () => beside('org.users-unread', lookAfter));
          const reports: WriterReport = {
            exchanged: (info) => {
              report('org.exchanged', { org, ...info });
              if (info.outcome !== 'answered') return; // what it was refused for is said below, and no answer says nothing
              void say(crm, undefined).catch((error: unknown) => report('org.usage-unsaved', { org, because: (error as Error).message }));
            },
            trouble: (failure) => {
              if (failure?.mendedBy === 'admin' && failure.signIn) {
                shutOut = new Refused(failure);
                pause.abort();
              }
              if (failure)
                void say(crm, failure).catch((error: unknown) => report('org.trouble-unsaved', { org, because: (error as Error).message }));
            },
          };
          await runWriter(
            hold,
            crm,
            world,
            writer,
            () => rules(org),
            (numbers) => whoIsThere(org, numbers),
            reports,
            AbortSignal.any([stop, pause.signal]),
            bell,
          );
        } finally {
          pause.abort();
          await watching;
          await hold.release();
          report('lane.released', { org, epoch: hold.epoch });
        }
        if (shutOut) throw shutOut;
      } catch (error) {
        failures++;
        onTried();
        report('org.failed', { org, because: (error as Error).message });
        if (error instanceof Refused) {
          ownTrouble = JSON.stringify(error.failure);
          await say(undefined, error.failure).catch(() => report('org.trouble-unsaved', { org }));
        }
        if (error instanceof Refused && error.failure.mendedBy === 'admin' && error.failure.signIn) {
          await disconnect();
          await orgsBell.wait(heardOrgs, shutOutMs, world);
          continue;
        }
        await world.sleep(Math.min(15_000, 250 * 2 ** Math.min(failures, 6)) * (0.5 + world.chance()), stop);
      }
    }
    await disconnect();
    await Promise.all(underWay.values());
  };

  /** Ends the writing when the org is paused, observed, or connected elsewhere; reads its users, checks the policy's defaults and looks after the way in meanwhile. */
  const watchMode = async (org: OrgId, crm: string, pause: AbortController, lookAfter: () => void): Promise<void> => {
    const ended = AbortSignal.any([pause.signal, stop]);
    ended.addEventListener('abort', () => orgsBell.ring(), { once: true });
    while (!ended.aborted) {
      const heard = orgsBell.count;
      const row = await store.readOrgs().then(
        (rows) => rows.find((candidate) => candidate.org === org),
        () => null, // the database is away; the lane's own heartbeat decides
      );
      if (row !== null && (row?.mode !== 'live' || row.crm !== crm || row.off)) return pause.abort();
      lookAfter();
      await orgsBell.wait(heard, 5_000, world);
    }
  };

  const everyoneTried = Promise.withResolvers<void>();
  const done = (async () => {
    const running = new Map<OrgId, Promise<void>>();
    while (!stop.aborted) {
      const heard = orgsBell.count;
      try {
        const tries: Promise<void>[] = [];
        for (const { org } of await store.readOrgs()) {
          if (running.has(org)) continue;
          const bell = new Bell();
          bells.set(org, bell);
          const tried = Promise.withResolvers<void>();
          tries.push(tried.promise);
          running.set(org, keepOne(org, bell, tried.resolve));
        }
        void Promise.all(tries).then(() => everyoneTried.resolve());
      } catch (error) {
        report('orgs.unread', { because: (error as Error).message });
        await world.sleep(500, stop);
      }
      await orgsBell.wait(heard, 10_000, world);
    }
    await Promise.all(running.values());
    everyoneTried.resolve();
  })();

  return {
    ring(channel) {
      if (channel === 'orgs') orgsBell.ring();
      for (const bell of bells.values()) bell.ring();
    },
    crm: (org) => crms.get(org),
    recordUrl: (org, id) => crms.get(org)?.recordUrl(id),
    tried: everyoneTried.promise,
    done,
  };
}
