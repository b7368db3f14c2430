import { readdirSync, readFileSync } from 'node:fs';

/**
 * What the stand-in does and how we know, one line for each behaviour, one file for each area:
 * - `recorded`: the answer was seen coming from a real org, in published recordings or quoted in public code and issues;
 * - `documented`: Salesforce's documentation says so; the source says where;
 * - `guessed`: engineers' knowledge that was not looked up, or a plain guess; a client must not depend on it;
 * - `refused`: a real org can and this one cannot; it answers 501;
 * - `differs`: it is otherwise here, and no error says so.
 */
const evidences = ['recorded', 'documented', 'guessed', 'refused', 'differs'] as const;
export type Line = {
  readonly area: string;
  readonly behaviour: string;
  readonly evidence: (typeof evidences)[number];
  readonly source: string;
};

const folder = new URL('ledger/', import.meta.url);

export function readLedger(): Line[] {
  const areas = readdirSync(folder)
    .filter((name) => name.endsWith('.tsv'))
    .toSorted();
  return areas.flatMap((name) => {
    const [heading, ...lines] = readFileSync(new URL(name, folder), 'utf8').trimEnd().split('\n');
    if (heading !== 'behaviour\tevidence\tsource')
      throw new Error(`${name}: the first line must be "behaviour, evidence, source", tabs between`);
    return lines.map((line, place): Line => {
      const [behaviour = '', said = '', source = '', ...more] = line.split('\t');
      const evidence = evidences.find((one) => one === said);
      const where = `${name}, line ${place + 2}`;
      if (behaviour === '' || evidence === undefined || more.length > 0)
        throw new Error(`${where}: write a behaviour, one of ${evidences.join(', ')}, and a source, tabs between`);
      if ((evidence === 'recorded' || evidence === 'documented') && source === '')
        throw new Error(`${where}: what is ${evidence} has a source`);
      return { area: name.replace(/\.tsv$/, ''), behaviour, evidence, source };
    });
  });
}

export function sayCounts(lines: readonly Line[]): string {
  const count = (evidence: Line['evidence']) => lines.filter((line) => line.evidence === evidence).length;
  return `**${count('recorded')} behaviours recorded, ${count('documented')} documented, ${count('guessed')} guessed**`;
}

/** The ledger as people read it. */
export function sayLedger(lines: readonly Line[]): string {
  const list = (some: readonly Line[], say: (line: Line) => string) => some.map((line) => `- ${say(line)}\n`).join('');
  const byArea = (some: readonly Line[], say: (line: Line) => string) =>
    [...Map.groupBy(some, ({ area }) => area)].map(([area, its]) => `### ${area}\n\n${list(its, say)}`).join('\n');
  const does = lines.filter(({ evidence }) => evidence !== 'refused' && evidence !== 'differs');
  return [
    `## What it does: ${sayCounts(lines)}`,
    byArea(does, ({ behaviour, evidence, source }) => `${behaviour} – **${evidence}**${source === '' ? '' : `: ${source}`}`),
    '## What it cannot do and answers 501',
    byArea(
      lines.filter(({ evidence }) => evidence === 'refused'),
      ({ behaviour }) => behaviour,
    ),
    '## What is different, and no error says so',
    byArea(
      lines.filter(({ evidence }) => evidence === 'differs'),
      ({ behaviour }) => behaviour,
    ),
  ].join('\n\n');
}
