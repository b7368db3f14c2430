/** What each figure means, for whoever reads the scrape at 3 a.m. */
const meanings: Readonly<Record<string, string>> = {
  oldest_unsent_seconds: 'Age of the oldest record the org should hold and does not yet.',
  unsent: 'Records waiting to be written.',
  oldest_untranslated_seconds: 'Age of the oldest delivery not yet turned into facts.',
  calls_due: 'Calls whose turn to be told has come.',
  parked: 'Records somebody must look at, by cause.',
  silence_seconds: 'Seconds since each phone system was last heard.',
  clock_offset_ms: 'Our clock minus that of each phone system.',
  unexplained: 'Calls without an explanation: always 0.',
  api_used: 'API calls of the last 24 hours in each org, by all integrations, as its last answer said.',
};
const label: Readonly<Record<string, string>> = {
  parked: 'cause',
  silence_seconds: 'connection',
  clock_offset_ms: 'connection',
  api_used: 'org',
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
