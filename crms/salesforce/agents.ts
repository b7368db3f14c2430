import type { CrmFailure } from '../../server/crm-failure.ts';
import { Refused, Unanswered } from '../../server/crm.ts';
import type { LentConsents } from '../../server/vault.ts';
import type { World } from '../../server/world.ts';
import type { Api } from './request.ts';
import { keptConsent, openSession, type Session } from './session.ts';
import type { Transport } from './transport.ts';

/** Whoever hasn't called for so long needs no session here; the one that is kept with their consent is used again then. */
const idleMs = 15 * 60_000;
/** Who can't be acted for isn't tried sooner. What is mended by a person is besides kept with their consent, for longer and for all nodes. */
const restMs = 60_000;

/** Nobody is let in who isn't already: so it is for all agents, and each of them would be waited for in vain. */
const hostAway: ReadonlySet<string> = new Set(['SIGN_IN_UNANSWERED', 'SIGN_IN_UNREACHABLE']);

/** No session could be had for an agent: nothing of theirs was sent, and it is nobody's fault but their consent's. */
export class NoSession extends Refused {}
/** An agent's own session, in which records are written in their name. */
export type Hand = {
  readonly api: Api;
  readonly session: Session;
  /** The consent it was opened with; undefined: there was none, or it couldn't be asked. */
  readonly given: Promise<string | undefined>;
};
export type Agents = {
  /** As `mayActAs` of `Crm`. Never throws. */
  mayActAs(userId: string): Promise<CrmFailure | undefined>;
  /** After `mayActAs` has said yes. */
  hand(userId: string): Hand | undefined;
  /** Something was refused in their name; `isShut`: they have no session. What will be so at every call is kept with their consent, and given. */
  refused(userId: string, hand: Hand, failure: CrmFailure, isShut: boolean): Promise<CrmFailure | undefined>;
  /** As `proveAgent` of `Crm`. Never throws. */
  prove(userId: string): Promise<void>;
  close(): Promise<void>;
};

/** One session for each consent that is lent (DP-11), opened when it is first needed. All use the org's connections. */
export function openAgents(parts: {
  readonly loginUrl: string;
  readonly orgId: string;
  readonly client: { readonly clientId: string; readonly clientSecret: string | undefined };
  readonly lent: LentConsents | undefined;
  readonly transport: Transport;
  readonly world: World;
  readonly api: Api;
  /** What this user lacks to write a task as a whole; asked when a field was refused. Throws `Refused` or `Unanswered`. */
  lacks(api: Api): Promise<readonly string[]>;
  onLog(line: string): void;
}): Agents {
  const { world, lent, client, api, onLog } = parts;
  type Open = Hand & { usedAtMs: number };
  const open = new Map<string, Open>();
  const resting = new Map<string, { readonly failure: CrmFailure; readonly untilMs: number }>();
  const closing = new Set<Promise<void>>();
  let away: { readonly failure: CrmFailure; readonly untilMs: number } | undefined;

  const letGo = (userId: string) => {
    const closed = open.get(userId)?.session.close();
    open.delete(userId);
    if (closed) closing.add(closed.finally(() => closing.delete(closed)));
  };
  /** Which consent it is with is known before its session reads it: what that one comes to is never said of one that is given meanwhile. */
  const opened = async (userId: string, { vault, given }: LentConsents): Promise<Open> => {
    const nowMs = world.monotonic();
    for (const [id, { usedAtMs }] of open) if (nowMs - usedAtMs > idleMs) letGo(id);
    const before = open.get(userId);
    if (before) {
      await before.given;
      return Object.assign(before, { usedAtMs: nowMs });
    }
    const session = markedSession(
      openSession(parts.loginUrl, keptConsent(client, vault(userId)), parts.transport, world, onLog, parts.orgId),
    );
    const agent = { session, api: api.inSession(session), given: given(userId).catch(() => undefined), usedAtMs: nowMs };
    open.set(userId, agent);
    await agent.given;
    return agent;
  };

  /** What stands against them, in words for them and the admin; kept where it doesn't pass by itself. */
  const setAside = async (userId: string, hand: Hand | undefined, failure: CrmFailure): Promise<CrmFailure> => {
    const passing = failure.mendedBy === 'time';
    const told = { ...failure, message: inWords(failure) };
    const rests = { failure: told, untilMs: world.monotonic() + restMs };
    resting.set(userId, rests);
    if (hostAway.has(failure.code)) away = rests;
    letGo(userId);
    onLog(`crm.agent-set-aside user=${userId} code=${failure.code}`);
    if (!passing) await say(userId, hand, { code: failure.code, message: told.message });
    return told;
  };
  const say = async (userId: string, hand: Hand | undefined, trouble: Parameters<LentConsents['say']>[1]) => {
    const given = await hand?.given;
    if (given === undefined) return;
    // Unsaid, it is found out again in a minute.
    await lent
      ?.say(userId, trouble, given)
      .catch((error: unknown) => onLog(`crm.agent-unsaid user=${userId} because="${(error as Error).message}"`));
  };
  const asFailure = (error: unknown): CrmFailure =>
    error instanceof Refused
      ? error.failure
      : { mendedBy: 'time', code: 'NO_SESSION', message: (error as Error).message, retryAfterMs: restMs };

  return {
    async mayActAs(userId) {
      const rests = resting.get(userId);
      if (rests && world.monotonic() < rests.untilMs) return rests.failure;
      resting.delete(userId);
      if (!lent) return notLent;
      if (away && world.monotonic() < away.untilMs && !open.has(userId)) return away.failure;
      const hand = await opened(userId, lent);
      try {
        const { userId: found } = await hand.session.grant();
        if (found.slice(0, 15) === userId.slice(0, 15)) return undefined;
        return await setAside(userId, hand, { mendedBy: 'admin', code: 'OTHER_USER', message: 'The consent is another user’s.' });
      } catch (error) {
        return setAside(userId, hand, asFailure(error));
      }
    },
    hand: (userId) => open.get(userId),
    async refused(userId, hand, failure, isShut) {
      if (isShut || shuts(failure)) return setAside(userId, hand, failure);
      if (!aboutFields.has(failure.code) || open.get(userId) !== hand) return undefined;
      try {
        const fields = await parts.lacks(hand.api);
        return fields.length > 0 ? await setAside(userId, hand, { mendedBy: 'admin', code: 'FIELDS', message: '', fields }) : undefined;
      } catch (error) {
        if (error instanceof Refused && error.failure.mendedBy !== 'time') return setAside(userId, hand, error.failure);
        if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
        return undefined;
      }
    },
    async prove(userId) {
      if (!lent) return;
      const hand = await opened(userId, lent);
      try {
        await hand.session.grant();
        await hand.session.prove();
        resting.delete(userId);
        // Rights may have been given meanwhile: whatever it was, it is tried once more.
        await say(userId, hand, undefined);
      } catch (error) {
        await setAside(userId, hand, asFailure(error));
      }
    },
    async close() {
      for (const userId of [...open.keys()]) letGo(userId);
      await Promise.all(closing);
    },
  };
}

/** Tells a sign-in that didn't succeed from a request that was refused. */
function markedSession(session: Session): Session {
  const mark = (error: unknown): never => {
    throw error instanceof Refused ? new NoSession(error.failure) : error;
  };
  return {
    ...session,
    grant: (signal) => session.grant(signal).catch(mark),
    renew: (rejected, signal) => session.renew(rejected, signal).catch(mark),
    prove: () => session.prove().catch(mark),
  };
}

const notLent: CrmFailure = { mendedBy: 'admin', code: 'NOT_LENT', message: 'They have not let Cordboard act as them.' };

/** Holds for whatever is asked in their name, until somebody mends it. */
const shuts = (failure: CrmFailure): boolean =>
  (failure.mendedBy === 'admin' && failure.signIn === true) || Object.hasOwn(words, failure.code) || failure.code === 'INVALID_TYPE';
/** Said of a field or an object: a right that is missing at every call, or only this record's matter. */
const aboutFields: ReadonlySet<string> = new Set([
  'INVALID_FIELD',
  'INVALID_FIELD_FOR_INSERT_UPDATE',
  'FIELD_NOT_UPDATABLE',
  'NOT_FOUND',
  'INSUFFICIENT_ACCESS',
]);

const words: Readonly<Record<string, string>> = {
  invalid_grant: 'Salesforce no longer accepts this consent: it was revoked or has expired. Signing in again and allowing it mends that.',
  NOT_SIGNED_IN: 'The consent was taken back.',
  inactive_user: 'The user is inactive in Salesforce.',
  invalid_app_access: 'The user may not use the external client app: add their permission set or profile to its policies.',
  INVALID_SESSION_ID: 'Salesforce ends this user’s sessions at once: check login hours, IP ranges and “API Enabled” of their profile.',
  API_DISABLED_FOR_ORG: 'The user may not use the API: give them “API Enabled”.',
  CLIENT_NOT_ACCESSIBLE_FOR_USER: 'The user may not use the external client app: API access control, profile or permission set.',
  TASKS_READ_ONLY: 'The user may not create or edit tasks: give them “Edit Tasks”.',
};
const inWords = (failure: CrmFailure): string => {
  if (failure.mendedBy === 'admin' && failure.fields && failure.code === 'FIELDS')
    return `The user may not write these fields of tasks: ${failure.fields.join(', ')}. Give them the permission set with Cordboard’s fields.`;
  return Object.hasOwn(words, failure.code) ? words[failure.code]! : failure.message;
};
