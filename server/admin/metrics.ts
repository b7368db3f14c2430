/** What each figure means, for whoever reads the scrape at 3 a.m. */
const meanings: Readonly<Record<string, string>> = {
  oldest_unsent_seconds: 'Age of the oldest record the org should hold and does not yet.',
  unsent: 'Records waiting to be written.',
  oldest_untranslated_seconds: 'Age of the oldest delivery not yet turned into facts.',
  calls_due: 'Calls whose turn to be told has come.',
  parked: 'Records somebody must look at, by cause.',
  silence_seconds: 'Seconds since each phone system was last heard.',
  clock_offset_ms: 'Our clock minus that of each phone system.',
  listening: 'Whether each phone system that we connect to is listened to without trouble: 1 or 0.',
  unexplained: 'Calls without an explanation: always 0.',
  book_records: 'Records of each org whose numbers are known, as last counted.',
  book_numbers: 'Phone fields of each org that hold a number, as last counted.',
  book_filled: 'Whether every kind of record that is to be known has been read to its end once: 1 or 0.',
  book_seconds_since_poll: 'Seconds since the changes of each org were last read, of the kind that waits longest.',
  api_used: 'API calls of the last 24 hours in each org, by all integrations, as its last answer said.',
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
  silence_seconds: 'connection',
  clock_offset_ms: 'connection',
  listening: 'connection',
  api_used: 'org',
  book_records: 'org',
  book_numbers: 'org',
  book_filled: 'org',
  book_seconds_since_poll: 'org',
};

/** The state of the installation and of this node, in Prometheus' text format. */
export function sayMetrics(row: Readonly<Record<string, unknown>>, node: Readonly<Record<string, number>>): string {
  const lines: string[] = [];
  for (const [name, value] of Object.entries(row)) {
    lines.push(`# HELP cordboard_${name} ${meanings[name] ?? name}`, `# TYPE cordboard_${name} gauge`);
    if (value !== null && typeof value === 'object')
      for (const [key, inner] of Object.entries(value))
        lines.push(`cordboard_${name}{${label[name] ?? 'key'}="${escape(key)}"} ${Number(inner)}`);
    else lines.push(`cordboard_${name} ${Number(value)}`);
  }
  for (const [name, value] of Object.entries(node)) lines.push(`# TYPE cordboard_${name} counter`, `cordboard_${name} ${value}`);
  return `${lines.join('\n')}\n`;
}

const escape = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
