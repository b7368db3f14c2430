import type { Call } from '../call/call.ts';
import type { Agent } from '../call/event.ts';
import type { CrmRecord } from '../crm.ts';
import { withMeant } from '../decide/meant.ts';
import { type Inputs, personOf } from '../decide/pin.ts';

/**
 * What one person is to be told of a call. `records`: those it may be about, best first; which of them this person sees is for the CRM to
 * say (B2), so they are kept apart from what everybody who has the call may know.
 */
export type Notice = {
  /** A user of the CRM. */
  readonly recipient: string;
  readonly kind: 'call' | 'missed';
  readonly body: NoticeBody;
  readonly records: readonly CrmRecord[];
  /** It is on the screen now; when it is over nobody asks again who may see what. */
  readonly live: boolean;
};
export type NoticeBody = {
  readonly call: string;
  readonly state: 'ringing' | 'talking' | 'over' | 'missed';
  readonly direction?: 'inbound' | 'outbound' | 'internal';
  /** Absent: withheld, or no number. */
  readonly number?: string;
  readonly withheld?: true;
  /** What the phone system said; a caller's display can say anything. */
  readonly heardName?: string;
  readonly line?: string;
  /** When a missed call wants to be called back, ms. */
  readonly dueAtMs?: number;
};

/** So many of the records of one number are asked about; a longer choice is a search. */
const mostRecords = 5;

/**
 * Who is to see what of this call. An agent sees the calls of their own phone and nobody else's (B2); who has to call back hears of a call
 * nobody took. `id`: the call, as screens name it.
 */
export function noticesOf(
  id: string,
  call: Call,
  inputs: Inputs,
  made: CrmRecord | undefined,
  /** The case or opportunity it is about. */
  matter: CrmRecord | undefined,
  missedFor: { ownerId: string | undefined; dueAtMs?: number } | undefined,
): Notice[] {
  if (call.partOf !== undefined || call.direction === 'internal') return [];
  const { candidates, others = [] } = withMeant(call, inputs).match;
  const people = candidates.length === 0 && made ? [made] : [...candidates, ...others].map(({ record }) => record);
  const [first, ...rest] = people.filter(({ id }) => id !== matter?.id);
  // Who, what about, and who else it could be.
  const records = [first, matter, ...rest].filter((record) => record !== undefined).slice(0, mostRecords);
  const common = {
    call: id,
    ...(call.direction && { direction: call.direction }),
    ...(call.customer.withheld ? { withheld: true as const } : {}),
    ...(call.customer.number !== undefined && { number: call.customer.number }),
    ...(call.customer.name !== undefined && { heardName: call.customer.name }),
    ...(call.line && { line: call.line.name ?? call.line.id }),
  };
  const notices = new Map<string, Notice>();
  for (const { agent, state } of agentsOn(call)) {
    const person = personOf(inputs, agent);
    if (person)
      notices.set(`${person.crmUserId} call`, {
        recipient: person.crmUserId,
        kind: 'call',
        body: { ...common, state },
        records,
        live: state !== 'over',
      });
  }
  if (missedFor?.ownerId?.startsWith('005')) {
    const { ownerId, dueAtMs } = missedFor;
    const body = { ...common, state: 'missed' as const, ...(dueAtMs === undefined ? {} : { dueAtMs }) };
    notices.set(`${ownerId} missed`, { recipient: ownerId, kind: 'missed', body, records, live: false });
  }
  return [...notices.values()];
}

/** Everybody whose phone rang or who talked, and how it stands at their phone. */
function agentsOn(call: Call): { agent: Agent; state: NoticeBody['state'] }[] {
  const dialling = call.direction === 'outbound' && call.dialledBy ? [{ agent: call.dialledBy }] : [];
  return [...dialling, ...call.people].flatMap(({ agent }) => {
    if (!agent) return [];
    if (call.phase === 'ended') return [{ agent, state: 'over' }];
    const last = call.attempts.findLast((attempt) => attempt.agent?.id === agent.id);
    const talks = call.phase === 'talking' && (call.lastWith?.id === agent.id || call.dialledBy?.id === agent.id);
    const rings = call.phase === 'ringing' || (last !== undefined && last.how === undefined);
    const ringEnded = last?.how !== undefined && last.how !== 'answered';
    return [{ agent, state: talks ? 'talking' : rings && !ringEnded ? 'ringing' : 'over' }];
  });
}
