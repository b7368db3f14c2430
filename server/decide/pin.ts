import type { Call } from '../call/call.ts';
import type { Agent } from '../call/event.ts';
import type { Match } from '../match/match.ts';
import type { KnownMatters } from '../match/matters.ts';
import type { Policy } from './policy.ts';

/** A user of the CRM as decisions need one. */
export type Owner = {
  readonly crmUserId: string;
  /** IANA. */ readonly zone: string;
  readonly name: string;
  /** Of an agent: calls nobody took that rang them are theirs (RS-22). */ readonly takesMissed?: true;
};

/** All that a decision rests on besides the call itself. Plain data: it is stored with the call. */
export type Inputs = {
  readonly policyVersion: number;
  readonly policy: Policy;
  /** By agent id. Null: looked up, and no user of the CRM is theirs. Absent: not looked up yet. */
  readonly people: Readonly<Record<string, Owner | null>>;
  /** The team of each agent whose team the directory knows. Pinned with the call like the agents. */
  readonly teams?: Readonly<Record<string, string>>;
  /** Owns what nobody else owns: the one who connected the CRM (AC-33). */
  readonly fallbackOwner: Owner | null;
  readonly match: Match;
  /** Cases and opportunities of who is meant. Absent: not asked for, or pinned by a former release. */
  readonly matters?: KnownMatters;
  /** The number that was looked for, null: none was told yet. Another one is looked for anew. Absent: pinned by a former release. */
  readonly number?: string | null;
  /** Records pointed at that were looked at, by their ids: others are looked at anew. Absent: none. */
  readonly pointed?: readonly string[];
  /** Users whom the rules, or the records it may be about, name by id. Null: no active user of the CRM; a queue, or somebody who left. */
  readonly named: Readonly<Record<string, Owner | null>>;
  /** Which of these are queues that take activities: their names. Null: no such queue. Absent: queues weren't read. */
  readonly queues?: Readonly<Record<string, string | null>>;
  /** Agents who are nobody in the CRM because the admin wants it so (RS-14). */
  readonly leftOut?: readonly string[];
  /** Whose phones those are that the phone system names without an agent (RS-23, RS-24); null: nobody's. Absent: pinned by a former release. */
  readonly phones?: Readonly<Record<string, Agent | null>>;
  /** Our clock minus the phone system's: added to its instants, they are ours (C6). */
  readonly clockOffsetMs: number;
  /** Pinned for a log that was written while the call went on: its end is decided by what is so then (D1). */
  readonly live?: true;
};

/**
 * The inputs this version of the call is decided with (D1). The first decision that wants a record pins them; from then
 * on only what a changed fact names is replaced: agents who weren't known join, a person's choice replaces the match, and so does the
 * whole book what was found in a part of it. `mattersAnew`: one
 * that another call was making may be there by now. `reopens`: a record for the number is wanted and not there yet, or the one that was meant is
 * gone: who turns up meanwhile is the one it is (P3).
 * To apply today's rules, give `undefined` for `pinned`.
 */
export function pinInputs(pinned: Inputs | undefined, now: Inputs, call: Call, reopens = false, mattersAnew = false): Inputs {
  const known = ofCall(call, now.people);
  const teams = ofCall(call, now.teams ?? {});
  if (pinned === undefined) return { ...now, people: known, ...(now.teams && { teams }) };
  if (pinned.live && call.phase === 'ended')
    return { ...now, people: { ...pinned.people, ...known }, named: { ...pinned.named, ...now.named }, ...(now.teams && { teams }) };
  // Keyed in late, or corrected: another case is meant.
  const isOtherCase = now.matters !== undefined && pinned.matters?.code?.looked !== now.matters.code?.looked;
  const isAnother = isOtherCase || (pinned.number !== undefined && pinned.number !== now.number) || !isSame(pinned.pointed, now.pointed);
  const isAnew =
    call.linked !== undefined || pinned.match.unsure || isAnother || (reopens && !(now.match.stranger && pinned.match.stranger));
  const leftOut = [...new Set([...(pinned.leftOut ?? []), ...(now.leftOut ?? []).filter((id) => !Object.hasOwn(pinned.people, id))])];
  const { match, matters, named, number, pointed, queues } = now;
  return {
    ...pinned,
    people: { ...known, ...pinned.people },
    ...(now.teams && { teams: { ...teams, ...pinned.teams } }),
    // whom the rules name for an agent who wasn't known before joins, too
    named: isAnew ? { ...pinned.named, ...named } : { ...named, ...pinned.named },
    ...(queues && { queues: isAnew ? { ...pinned.queues, ...queues } : { ...queues, ...pinned.queues } }),
    ...(leftOut.length > 0 && { leftOut }),
    ...(pinned.phones && { phones: { ...now.phones, ...pinned.phones } }),
    ...(((isAnew && !isStillChosen(pinned, now, call)) || mattersAnew) &&
      matters !== undefined && { matters: { ...(pinned.matters?.accounts && { accounts: pinned.matters.accounts }), ...matters } }),
    ...(isAnew && { match, ...(number !== undefined && { number }), ...((pointed ?? pinned.pointed) && { pointed: pointed ?? [] }) }),
  };
}

/** A choice holds however often the call is told; what was open when it was made stays what it was about. */
function isStillChosen(pinned: Inputs, now: Inputs, call: Call): boolean {
  const ids = ({ match }: Inputs) => match.candidates.map(({ record }) => record.id).join(' ');
  return call.linked !== undefined && pinned.matters !== undefined && ids(pinned) === ids(now);
}

/** Is it the same records that are pointed at? */
export const isSame = (a: readonly string[] = [], b: readonly string[] = []): boolean =>
  a.length === b.length && a.every((id, n) => id === b[n]);

/** The agents of this call; the rest of the directory is nobody's business here. */
function ofCall<T>(call: Call, people: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  const ids = new Set(agentsOf(call).map(({ id }) => String(id)));
  return Object.fromEntries(Object.entries(people).filter(([id]) => ids.has(id)));
}

/** Every agent a call names: for looking them up, once each. */
export function agentsOf(call: Call): Agent[] {
  const named = [
    call.answeredBy,
    call.lastWith,
    call.dialledBy,
    call.linked?.by,
    ...call.people.map((person) => person.agent),
    ...call.transfers.flatMap(({ from, to }) => [from, to.agent]),
    ...call.comments.map((comment) => comment.agent),
    ...(call.messages ?? []).map((message) => message.agent),
  ].filter((agent) => agent !== undefined);
  return [...new Map(named.map((agent) => [agent.id, agent])).values()];
}

/** What is known of an agent: an owner, null for none, undefined for not looked up. Ids are strangers' text, so only own keys count. */
export const personOf = ({ people }: Inputs, agent: Agent): Owner | null | undefined =>
  Object.hasOwn(people, agent.id) ? people[agent.id] : undefined;
