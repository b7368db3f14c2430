import type { InventedCall } from '../../wire/simulate.ts';
import type { Found } from '../match/rank.ts';

/** Of the ranges kept for fiction; so is every id here. */
const inventedId = 'invented';
const ended = 'call.ended';
const ringMs = 1_000;

/** The events of an invented call as the door of the generic source takes them. `nowMs`: when it began, unless it says so. Pure. */
export function inventEvents(given: InventedCall, nowMs: number): Record<string, unknown>[] {
  const beganMs = given.at === undefined ? nowMs : Date.parse(given.at);
  const { direction, outcome, waitSeconds, talkSeconds, agent, line, queue } = given;
  const someone = agent && { id: agent.id ?? agent.email ?? agent.name ?? inventedId, ...only(agent, ['name', 'email']) };
  const customer = direction === 'internal' ? {} : given.withheld ? { withheld: true } : only(given, ['number', 'name', 'email']);
  const phone = {
    asDialled: someone?.id ?? '100',
    ...(someone && { agent: someone }),
    ...(given.softphone !== undefined && { softphone: given.softphone }),
  };
  const say = (type: string, afterMs: number, data: Record<string, unknown> = {}) => ({
    type,
    call: inventedId,
    at: new Date(beganMs + afterMs).toISOString(),
    data,
  });
  const waitedMs = waitSeconds * 1000;
  const endMs = waitedMs + talkSeconds * 1000;
  const isDialled = direction !== 'inbound';
  const started = say('call.started', 0, {
    direction,
    customer,
    ...(line && { line: { id: line.id ?? line.number ?? line.name ?? inventedId, ...only(line, ['number', 'name', 'zone']) } }),
    ...(isDialled && someone && { agent: someone }),
    ...(isDialled && given.number !== undefined && { dialled: given.number }),
  });
  const queued = queue ? [say('call.queued', 0, { queue })] : [];
  const rings =
    direction === 'inbound' && outcome !== 'closed' && outcome !== 'abandoned'
      ? [say('call.ringing', Math.min(ringMs, waitedMs), { endpoint: phone })]
      : [];
  const answer = say('call.answered', waitedMs, {
    endpoint: isDialled ? { asDialled: given.number ?? '100', ...(someone && { agent: someone }) } : phone,
  });
  const course = (): Record<string, unknown>[] => {
    switch (outcome) {
      case 'answered':
        return [...queued, ...rings, answer, say(ended, endMs)];
      case 'voicemail':
        return [...queued, ...rings, say('call.voicemail', endMs, { seconds: Math.round(talkSeconds) }), say(ended, endMs)];
      case 'closed':
        return [say('call.closed', 0), say(ended, waitedMs)];
      case 'abandoned':
        return [...(queue ? queued : [say('call.queued', 0, { queue: { id: inventedId } })]), say(ended, waitedMs, { by: 'customer' })];
      case 'missed':
      case 'cancelled':
        return [...queued, ...rings, say(ended, waitedMs, { by: isDialled ? 'agent' : 'customer' })];
      case 'busy':
      case 'no answer':
      case 'declined':
      case 'no such number':
      case 'unreachable': {
        const rung = isDialled ? { asDialled: given.number ?? '100' } : phone;
        return [...queued, ...rings, say('call.ring-ended', waitedMs, { endpoint: rung, how: outcome }), say(ended, waitedMs)];
      }
    }
  };
  return [
    started,
    ...course(),
    ...(given.digits === undefined ? [] : [say('call.digits', 0, { digits: given.digits })]),
    ...(given.campaign === undefined ? [] : [say('call.campaign', 0, { campaignId: given.campaign, name: given.campaign })]),
    ...(given.tags === undefined ? [] : [say('call.tagged', endMs, { tags: given.tags })]),
  ];
}

/** The records an invented call says have its number, as the book would know them; the first is the latest changed. Pure. */
export const inventFound = (match: NonNullable<InventedCall['match']>): Found[] =>
  match.map(({ kind, id, name, ownerId, status }, place) => ({
    field: 'Phone',
    extension: undefined,
    converted: false,
    id,
    kind,
    name: name ?? id,
    company: undefined,
    ownerId,
    email: undefined,
    accountId: undefined,
    contactId: undefined,
    status,
    modifiedAtMs: match.length - place,
  }));

const only = <T extends object, K extends keyof T>(from: T, keys: readonly K[]): Partial<Pick<T, K>> =>
  Object.fromEntries(keys.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]]))) as Partial<Pick<T, K>>;
