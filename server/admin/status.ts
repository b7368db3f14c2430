import type { z } from 'zod';
import type { Book, Status } from '../../wire/console.ts';
import type { Pace } from '../book/budget.ts';
import { forecast } from '../book/forecast.ts';
import type { Eventless } from '../crm.ts';

type Row = Record<string, unknown>;

/** The state of one org, in the wire's words. */
export function sayStatus(
  row: Row | undefined,
  person: string,
  parts: { readonly standIn: boolean; hookUrl(connection: string): string },
): z.infer<typeof Status> {
  if (!row) throw new Error('the org of this session is gone');
  const unsent = row['unsent'] as { count: number; seconds: number };
  const trouble = row['crm_trouble'] as { message: string; mendedBy?: 'time' | 'admin' | 'us'; signIn?: true } | null;
  const proof = row['proof_trouble'] as { message: string } | null;
  const endsAt = row['ends_at'] as Date | null;
  const connections = row['connections'] as {
    id: string;
    name: string;
    source: string;
    lastHeardAt: string | null;
    clockOffsetMs: number;
    listening: { node: string | null; since: string | null; trouble: string | null; silentSeconds: number | null } | null;
  }[];
  return {
    org: {
      id: row['org'] as number,
      name: row['name'] as string,
      mode: row['mode'] as 'observe' | 'live' | 'paused',
      standIn: parts.standIn,
      ...(trouble ? { trouble: trouble.message, ...(trouble.mendedBy && { mendedBy: trouble.mendedBy }) } : {}),
      ...(trouble?.signIn ? { reconnect: true as const } : {}),
      ...(proof ? { endsSoon: { because: proof.message } } : {}),
      ...(endsAt ? { endsAt: endsAt.toISOString() } : {}),
      ...(row['disconnected'] ? { disconnected: true as const } : {}),
      ...sayApi(row),
      calls: row['api_spent'] as Record<string, number>,
    },
    person,
    unsent: { count: unsent.count, oldestSeconds: Math.round(unsent.seconds) },
    parked: row['parked'] as { cause: string; count: number }[],
    refused: row['refused'] as z.infer<typeof Status>['refused'],
    wrongDefaults: row['wrong_defaults'] as z.infer<typeof Status>['wrongDefaults'],
    connections: connections.map(({ lastHeardAt, listening, ...connection }) => ({
      ...connection,
      ...(lastHeardAt ? { lastHeardAt: new Date(lastHeardAt).toISOString() } : {}),
      ...(listening ? { listening: sayListening(listening) } : {}),
      hookUrl: parts.hookUrl(connection.id),
    })),
    inbox: { untranslated: row['untranslated'] as number, parked: row['parked_deliveries'] as number, unheard: row['unheard'] as number },
    book: sayBook(row),
  };
}

/** Nodes that don't write know the org's count as well: the newest of all is told. */
function sayApi(row: Row): { api?: NonNullable<z.infer<typeof Status>['org']['api']> } {
  const samples = (row['api_samples'] as readonly [number, number, number][]).map(([atMs, used, max]) => ({ atMs, used, max }));
  const last = samples.at(-1) ?? (row['api_max'] === null ? undefined : { used: row['api_used'] as number, max: row['api_max'] as number });
  if (!last) return {};
  const { perHour, driesAtMs } = forecast(samples, Number(row['now_ms'])) ?? {};
  return {
    api: {
      used: last.used,
      max: last.max,
      ...(perHour !== undefined && { perHour: Math.round(perHour) }),
      ...(driesAtMs !== undefined && { driesAt: new Date(driesAtMs).toISOString() }),
    },
  };
}

type KindRow = { readonly kind: string; readonly filled: boolean; readonly read: number; readonly polledAt: string | null } & Readonly<
  Record<'expected' | 'records' | 'numbers' | 'unmatchable', number | null> &
    Record<'trouble' | 'since' | 'because' | 'said', string | null>
>;

function sayBook(row: Row): Book {
  const kinds = row['book_kinds'] as readonly KindRow[];
  const trouble = row['book_trouble'] as string | null;
  return {
    kinds: kinds.map(({ kind, filled, read, polledAt, since, because, said, ...rest }) => ({
      kind,
      filled,
      read,
      fresh:
        since === null
          ? { by: 'polling', ...(because !== null && { because: because as Eventless }), ...(said !== null && { said }) }
          : { by: 'events', since: new Date(since).toISOString() },
      ...(polledAt === null ? {} : { polledAt: new Date(polledAt).toISOString() }),
      ...(Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== null)) as Partial<Book['kinds'][number]>),
    })),
    leftOut: [...((row['book_left_out'] ?? []) as Book['leftOut'])],
    ...(trouble === null ? {} : { trouble }),
    ...sayPace(row['book_pace'] as Pace | null),
  };
}

function sayPace(pace: Pace | null): { pace?: Book['pace'] } {
  if (!pace) return {};
  const { everyMs, is, budget, spent } = pace;
  return {
    pace: { ...(everyMs !== undefined && { everySeconds: everyMs / 1000 }), is, ...(typeof budget === 'number' && { budget }), spent },
  };
}

/** A node that listens says so every 5 s; longer than this, and nobody does. */
const silentAfterSeconds = 20;

function sayListening(row: { node: string | null; since: string | null; trouble: string | null; silentSeconds: number | null }) {
  if (row.node === null || row.silentSeconds === null) return { trouble: 'No node listens to it yet.' };
  if (row.silentSeconds > silentAfterSeconds) return { trouble: `No node listens to it since ${row.node} stopped.` };
  return {
    node: row.node,
    ...(row.since === null ? {} : { since: new Date(row.since).toISOString() }),
    ...(row.trouble === null ? {} : { trouble: row.trouble }),
  };
}
