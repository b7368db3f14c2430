import type { z } from 'zod';
import type { Alerts } from '../../wire/console.ts';
import type { AlertLine } from '../store/alert-store.ts';

/** What the admin was told of, in the wire's words. */
export function sayAlerts(lines: readonly AlertLine[], sentTo: string | undefined): z.infer<typeof Alerts> {
  const at = (ms: number) => new Date(ms).toISOString();
  const trouble = lines.find((line) => line.trouble !== undefined)?.trouble;
  return {
    alerts: lines.map(({ id, key, level, words, sinceMs, beganAtMs, endedAtMs, toldAtMs }) => ({
      id,
      key,
      level,
      words,
      since: at(sinceMs),
      beganAt: at(beganAtMs),
      ...(endedAtMs === undefined ? {} : { endedAt: at(endedAtMs) }),
      ...(toldAtMs === undefined ? {} : { toldAt: at(toldAtMs) }),
    })),
    ...(sentTo === undefined ? {} : { sentTo }),
    ...(trouble === undefined ? {} : { trouble }),
  };
}
