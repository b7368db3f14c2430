import type { z } from 'zod';
import type { Status } from '../../wire/console.ts';

type Row = Record<string, unknown>;

/** The state of one org, in the wire's words. */
export function sayStatus(
  row: Row | undefined,
  person: string,
  parts: { readonly standIn: boolean; hookUrl(connection: string): string },
): z.infer<typeof Status> {
  if (!row) throw new Error('the org of this session is gone');
  const unsent = row['unsent'] as { count: number; seconds: number };
  const trouble = row['crm_trouble'] as { message: string } | null;
  const connections = row['connections'] as {
    id: string;
    name: string;
    source: string;
    lastHeardAt: string | null;
    clockOffsetMs: number;
  }[];
  return {
    org: {
      id: row['org'] as number,
      name: row['name'] as string,
      mode: row['mode'] as 'observe' | 'live' | 'paused',
      standIn: parts.standIn,
      ...(trouble ? { trouble: trouble.message } : {}),
      ...(row['api_max'] === null ? {} : { api: { used: row['api_used'] as number, max: row['api_max'] as number } }),
    },
    person,
    unsent: { count: unsent.count, oldestSeconds: Math.round(unsent.seconds) },
    parked: row['parked'] as { cause: string; count: number }[],
    connections: connections.map(({ lastHeardAt, ...connection }) => ({
      ...connection,
      ...(lastHeardAt ? { lastHeardAt: new Date(lastHeardAt).toISOString() } : {}),
      hookUrl: parts.hookUrl(connection.id),
    })),
    inbox: { untranslated: row['untranslated'] as number, parked: row['parked_deliveries'] as number, unheard: row['unheard'] as number },
  };
}
