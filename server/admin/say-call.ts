import type { CallEvent } from '../call/event.ts';
import { explainStep, type Step } from '../decide/decide.ts';
import type { Call } from '../call/call.ts';
import type { CallLine, CallStory } from '../../wire/console.ts';
import type { InName, Refusals } from '../store.ts';
import type { ConsoleStore } from '../store/console-store.ts';

type Row = Record<string, unknown>;
const iso = (value: unknown): string => new Date(value as string | number | Date).toISOString();
const optional = <K extends string, V>(key: K, value: V | undefined | null): Partial<Record<K, V>> =>
  value === undefined || value === null ? {} : ({ [key]: value } as Record<K, V>);

/** One line of the list, in the wire's words. */
export function sayLine(row: Row, recordUrl: (id: string) => string | undefined): CallLine {
  const told = row['told'] as Call | null;
  const records = row['records'] as { role: string; state: string; crm_id: string | null }[];
  const agent = told?.lastWith ?? told?.answeredBy ?? told?.dialledBy ?? told?.messages?.findLast((message) => message.agent)?.agent;
  return {
    id: row['id'] as string,
    version: row['version'] as number,
    source: row['source'] as string,
    ...optional('direction', told?.direction),
    ...optional('type', told?.type),
    ...optional('phase', told?.phase),
    ...optional('messages', told?.messages?.length),
    customer: told?.customer ?? {},
    ...optional('line', told?.line?.name ?? told?.line?.number ?? told?.line?.id),
    ...optional('agent', agent?.name ?? agent?.email ?? agent?.id),
    ...optional('startedAt', told ? iso(told.startedAt) : undefined),
    ...optional('endedAt', told?.endedAt === undefined || told.endedAt === null ? undefined : iso(told.endedAt)),
    waitSeconds: Math.round(told?.waitSeconds ?? 0),
    talkSeconds: Math.round(told?.talkSeconds ?? 0),
    heardAt: iso(row['heard_at']),
    explanation: { is: row['explanation'] as CallLine['explanation']['is'], because: (row['because'] as string | null) ?? '' },
    records: records.map((record) => ({
      role: record.role,
      state: record.state,
      ...optional('url', record.crm_id ? recordUrl(record.crm_id) : undefined),
    })),
  };
}

/** The whole story of a call, from wire to record. */
export function sayStory(
  line: CallLine,
  story: NonNullable<Awaited<ReturnType<ConsoleStore['story']>>>,
  recordUrl: (id: string) => string | undefined,
  conclude: (source: string, events: readonly CallEvent[]) => readonly CallEvent[],
): CallStory {
  // Whatever was only signalled is shown as what was concluded from it; the bytes are with the deliveries.
  const rows = new Map(story.events.map((row) => [storedEvent(row), row]));
  const signalled = story.events.find((row) => row['type'] === 'signalled');
  const facts = conclude(story.head['source'] as string, [...rows.keys()])
    .filter((event) => event.type !== 'signalled')
    .toSorted((a, b) => a.at - b.at);
  return {
    call: line,
    externalId: story.head['external_id'] as string,
    incarnation: story.head['incarnation'] as number,
    deliveries: story.deliveries.map((row) => ({
      id: row['id'] as string,
      deliveryId: row['delivery_id'] as string,
      receivedAt: iso(row['received_at']),
      state: row['state'] as CallStory['deliveries'][number]['state'],
      ...optional('note', row['note'] as string | null),
      body: new TextDecoder().decode(row['body'] as Uint8Array),
    })),
    facts: facts.map((event) => {
      const { id: _id, callId: _callId, at, ...fact } = event;
      const row = rows.get(event) ?? signalled;
      return {
        type: event.type,
        at: iso(at),
        correctedMs: (row?.['clock_offset_ms'] as number | undefined) ?? 0,
        fact,
        ownWords: row?.['delivery'] === '0',
        contradicted: row?.['contradicted'] === true,
      };
    }),
    decisions: story.decisions.map((row) => ({
      version: row['version'] as number,
      at: iso(row['decided_at']),
      policyVersion: row['policy_version'] as number,
      verdict: sayVerdict(row['verdict'] as { is: string; because?: string; for?: string; call?: string }),
      trace: (row['trace'] as Step[]).map((step) => ({
        rule: step.rule,
        words: explainStep(step),
        ...('fired' in step
          ? {
              fired: true,
              outcome: step.outcome,
              because: [...step.because],
              ...optional(
                'provenance',
                step.provenance?.map((one) => ({ ...one, path: [...one.path] })),
              ),
            }
          : { fired: false, blockedBy: step.blockedBy }),
      })),
      wants: (row['wants'] as { role: string; record: Record<string, unknown> }[]).map((want) => ({
        role: want.role,
        fields: want.record,
      })),
    })),
    writes: story.writes.map((row) => ({
      role: row['role'] as string,
      name: row['name'] as string,
      state: row['state'] as CallStory['writes'][number]['state'],
      lane: row['lane'] as 'now' | 'later',
      ...optional('url', row['crm_id'] ? recordUrl(row['crm_id'] as string) : undefined),
      ...optional('crmId', row['crm_id'] as string | null),
      human: row['human'] as string[],
      refused: Object.entries(row['refused'] as Refusals).map(([field, { code, message, value, instead }]) => ({
        field,
        code,
        message,
        ...optional('instead', instead ?? undefined),
        ...(value === null && instead !== undefined ? { missing: true as const } : {}),
      })),
      ...optional('retracted', row['retracted'] as string | null),
      ...optional('trouble', row['trouble'] as { code: string; message: string } | null),
      sent: row['sent'] as Record<string, unknown>,
      attempts: story.attempts
        .filter((attempt) => attempt['role'] === row['role'] && attempt['qualifier'] === row['qualifier'])
        .map((attempt) => ({
          kind: attempt['kind'] as 'read' | 'create' | 'change',
          sentAt: iso(attempt['sent_at']),
          ...optional('answeredAt', attempt['answered_at'] ? iso(attempt['answered_at']) : undefined),
          sent: attempt['sent'],
          answer: attempt['answer'],
          wire: attempt['wire'],
          ...optional('inName', attempt['in_name'] as InName | null),
        })),
    })),
  };
}

function sayVerdict(verdict: { is: string; because?: string; for?: string; call?: string }): string {
  switch (verdict.is) {
    case 'wants':
      return 'a record is wanted';
    case 'skipped':
      return `skipped: ${verdict.because ?? ''}`;
    case 'waiting':
      return `waiting for ${verdict.for ?? ''}`;
    default:
      return `part of call ${verdict.call ?? ''}`;
  }
}

const storedEvent = (row: Record<string, unknown>): CallEvent =>
  ({ id: row['id'], callId: row['external_id'], at: row['at'], ...(row['fact'] as object) }) as CallEvent; // parsed when it was translated
