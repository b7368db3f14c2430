import { forecast } from '../book/forecast.ts';

/** What each figure means, for whoever reads the scrape at 3 a.m. */
const meanings: Readonly<Record<string, string>> = {
  oldest_unsent_seconds: 'Age of the oldest record the org should hold and does not yet.',
  unsent: 'Records waiting to be written.',
  oldest_untranslated_seconds: 'Age of the oldest delivery not yet turned into facts.',
  calls_due: 'Calls whose turn to be told has come.',
  parked: 'Records somebody must look at, by cause.',
  refused_fields: 'Records of the last 24 hours that Salesforce took without a field, by that field.',
  silence_seconds: 'Seconds since each phone system was last heard.',
  clock_offset_ms: 'Our clock minus that of each phone system.',
  listening: 'Whether each phone system that we connect to is listened to without trouble: 1 or 0.',
  unexplained: 'Calls without an explanation: always 0.',
  book_records: 'Records of each org whose numbers are known, as last counted.',
  book_numbers: 'Phone fields of each org that hold a number, as last counted.',
  book_filled: 'Whether every kind of record that is to be known has been read to its end once: 1 or 0.',
  book_seconds_since_poll: 'Seconds since the changes of each org were last read, of the kind that waits longest.',
  api_used: 'API calls of the last 24 hours in each org, by all integrations, as its last answer said.',
  api_max: 'API calls of 24 hours each org allows.',
  api_spent: 'API calls of the last 24 hours that were ours, by org and purpose.',
  api_dries_in_seconds: 'Seconds until no API calls are left in each org, at the pace of the last hour; left out where that never happens.',
  book_events: 'Whether changes of each kind are told as they happen: 1 or 0.',
  book_poll_seconds: 'How often changes of each org are read; 0: not at all for the time being.',
  book_budget: 'API calls of 24 hours that reading the book may make.',
  recording_bytes: 'Bytes of recordings in the storage.',
  recordings: 'Recordings in the storage.',
  recordings_untold: 'Recordings whose call has not been told of them; those stay that no call was ever heard of.',
  recordings_damaged: 'Recordings whose file is not what came in, or is gone.',
  recordings_to_delete: 'Files that are to be deleted and are still there.',
  recordings_stray: 'Files in the storage that no row knows, as last counted.',
  recordings_waiting: 'Files in the inboxes that do not stand still yet.',
  recordings_failed: 'Files in the inboxes that could not be taken in.',
};
const label: Readonly<Record<string, string>> = {
  parked: 'cause',
  refused_fields: 'field',
  silence_seconds: 'connection',
  clock_offset_ms: 'connection',
  listening: 'connection',
  api_used: 'org',
  api_max: 'org',
  api_spent: 'org',
  api_dries_in_seconds: 'org',
  book_events: 'org',
  book_poll_seconds: 'org',
  book_budget: 'org',
  book_records: 'org',
  book_numbers: 'org',
  book_filled: 'org',
  book_seconds_since_poll: 'org',
};

/** What figures of two labels have besides the org. */
const innerLabel: Readonly<Record<string, string>> = { api_spent: 'purpose', book_events: 'kind' };

/** The state of the installation and of this node, in Prometheus' text format. */
export function sayMetrics(row: Readonly<Record<string, unknown>>, node: Readonly<Record<string, number>>): string {
  const lines: string[] = [];
  const { api_samples: samples = {}, now_ms: nowMs, ...figures } = row;
  for (const [name, value] of Object.entries({ ...figures, api_dries_in_seconds: driesIn(samples as Samples, Number(nowMs)) })) {
    lines.push(`# HELP cordboard_${name} ${meanings[name] ?? name}`, `# TYPE cordboard_${name} gauge`);
    if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value)) {
        const first = `${label[name] ?? 'key'}="${escape(key)}"`;
        if (inner === null || typeof inner !== 'object') lines.push(`cordboard_${name}{${first}} ${Number(inner)}`);
        else
          for (const [other, figure] of Object.entries(inner))
            lines.push(`cordboard_${name}{${first},${innerLabel[name] ?? 'key'}="${escape(other)}"} ${Number(figure)}`);
      }
    else lines.push(`cordboard_${name} ${Number(value)}`);
  }
  for (const [name, value] of Object.entries(node)) lines.push(`# TYPE cordboard_${name} counter`, `cordboard_${name} ${value}`);
  return `${lines.join('\n')}\n`;
}

type Samples = Readonly<Record<string, readonly (readonly [atMs: number, used: number, max: number])[]>>;
/** By org; one whose calls never run out at this pace is left out. */
function driesIn(samples: Samples, nowMs: number): Record<string, number> {
  return Object.fromEntries(
    Object.entries(samples).flatMap(([org, some]) => {
      const { driesAtMs } =
        forecast(
          some.map(([atMs, used, max]) => ({ atMs, used, max })),
          nowMs,
        ) ?? {};
      return driesAtMs === undefined ? [] : [[org, Math.round((driesAtMs - nowMs) / 1000)]];
    }),
  );
}

const escape = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
