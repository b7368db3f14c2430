import { readFileSync } from 'node:fs';
import type { Call } from '../server/call/call.ts';
import type { CallEvent, CallId } from '../server/call/event.ts';
import { foldCall } from '../server/call/fold.ts';
import type { AmiEvent } from '../sources/asterisk/ami.ts';
import { asterisk } from '../sources/asterisk/asterisk.ts';
import { openHearing, type Signal } from '../sources/asterisk/hearing.ts';

/** The calls in a recorded stream of AMI events, as the line would tell them. `outside`: endpoints that lead outside. */
export function callsIn(events: readonly (AmiEvent & { readonly t?: unknown })[], outside?: readonly string[]): Call[] {
  const hearing = openHearing(outside === undefined ? {} : { outside });
  const signals = events.flatMap((event) => hearing.hear(event, Number(event.t)) ?? []);
  return callsOf(factsOf(signals));
}
/** What the line would store of these signals. */
export function factsOf(signals: readonly Signal[]): readonly CallEvent[] {
  const body = new TextEncoder().encode(JSON.stringify({ version: 1, pbx: '', signals }));
  return asterisk.translate({ body, headers: {}, receivedAt: 0, deliveryId: 'trace' }).events;
}
/** Folds every family of connected calls, and gives those that are part of no other. */
export function callsOf(facts: readonly CallEvent[]): Call[] {
  const byCall = Map.groupBy(facts, ({ callId }) => callId);
  const families = familiesOf(facts);
  const calls: Call[] = [];
  for (const id of byCall.keys()) {
    const family = [...byCall.keys()].filter((other) => families.get(other) === families.get(id));
    const call = foldCall(id, asterisk.conclude!(family.flatMap((member) => byCall.get(member)!)));
    if (call && call.partOf === undefined) calls.push(call);
  }
  return calls;
}

function familiesOf(facts: readonly CallEvent[]): ReadonlyMap<CallId, CallId> {
  const parents = new Map<CallId, CallId>();
  const rootOf = (id: CallId): CallId => {
    const parent = parents.get(id);
    return parent === undefined || parent === id ? id : rootOf(parent);
  };
  for (const fact of facts) {
    if (fact.type !== 'joined') continue;
    const [part, into] = [rootOf(fact.callId), rootOf(fact.into)];
    if (part !== into) parents.set(part, into);
  }
  return new Map(facts.map(({ callId }) => [callId, rootOf(callId)]));
}

/** One call as one line of JSON. Seconds to the millisecond; what a call doesn't have is null or empty. */
export function sayCall(call: Call): Readonly<Record<string, unknown>> {
  const isOutside = (attempt: Call['attempts'][number]) => attempt.agent === undefined;
  const byAgent = (seconds: (person: Call['people'][number]) => number) =>
    Object.fromEntries(
      call.people.flatMap((person) => (person.agent && seconds(person) > 0 ? [[person.agent.id, seconds(person)] as const] : [])),
    );
  const inbound = call.direction === 'inbound';
  return {
    call: call.id,
    direction: call.direction ?? null,
    customer: call.customer.withheld ? 'withheld' : (call.customer.asSent ?? call.customer.number ?? null),
    dialled: call.dialled ?? null,
    outcome: call.outcome ?? null,
    reason: call.missedBecause === 'unreachable' ? 'nobody reachable' : (call.missedBecause ?? null),
    answeredBy: inbound ? (call.answeredBy?.id ?? null) : null,
    lastWith: call.lastWith?.id ?? null,
    waitSeconds: inbound && (call.outcome === 'answered' || call.queue) ? call.waitSeconds : null,
    talkSeconds: byAgent(({ talkSeconds }) => talkSeconds),
    holdSeconds: byAgent(({ holdSeconds }) => holdSeconds),
    attempts: call.attempts.map((attempt) => ({
      who: isOutside(attempt) && !inbound ? 'outside' : (attempt.agent?.id ?? attempt.endpoint),
      endpoint: attempt.endpoint,
      seconds: attempt.seconds,
      how: attempt.how ?? null,
    })),
    transfers: call.transfers.map(({ from, to, how }) => ({ how, from: from.id, to: to.agent?.id ?? to.asDialled })),
    queue: call.queue?.id ?? null,
    parked: call.parked.map(({ slot }) => slot),
    digits: call.digits === '' ? null : call.digits,
    voicemail: call.voicemail ? (call.voicemail.mailbox ?? true) : null,
    recording: call.recorded[0] ?? null,
    withheld: call.customer.withheld === true,
    startedAt: new Date(call.startedAt).toISOString(),
    endedAt: call.endedAt === undefined ? null : new Date(call.endedAt).toISOString(),
  };
}

const usage = `npm run -s trace -- FILE.ami.jsonl [--trunk NAME …]

Prints the calls of a recorded AMI stream, one line of JSON each. Each line of the file is one event as JSON; \`t\` is when it was heard, in
milliseconds. --trunk names an endpoint that leads outside; without it, whatever isn't named like an extension does.
`;
if (import.meta.main) {
  const args = process.argv.slice(2);
  const trunks = args.flatMap((arg, i) => (arg === '--trunk' ? [args[i + 1] ?? ''] : []));
  const [file] = args.filter((arg, i) => !arg.startsWith('--') && args[i - 1] !== '--trunk');
  if (file === undefined || args.includes('--help')) {
    process.stderr.write(usage);
    process.exit(file === undefined && !args.includes('--help') ? 2 : 0);
  }
  const events = readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line, i): (AmiEvent & { t?: unknown })[] => {
      if (line.trim() === '') return [];
      try {
        return [JSON.parse(line) as AmiEvent & { t?: unknown }];
      } catch {
        process.stderr.write(`${file}, line ${i + 1} is not JSON; it is left out.\n`);
        return [];
      }
    });
  for (const call of callsIn(events, trunks.length > 0 ? trunks : undefined)) process.stdout.write(`${JSON.stringify(sayCall(call))}\n`);
}
