import { mends } from '../crms/salesforce/failures.ts';

type Row = (typeof mends)[keyof typeof mends];
const rows = Object.entries(mends) as [string, Row][];
const by = (who: Row['by']) => rows.filter(([, row]) => row.by === who);
const table = (head: readonly string[], lines: readonly (readonly string[])[]) =>
  [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
const after = (seconds: number) => (seconds < 60 ? `${seconds} to ${2 * seconds} s` : `${seconds / 60} to ${(2 * seconds) / 60} min`);

/** The table of failures as a page. */
export const sayFailures = (): string =>
  [
    '## Time: nothing to do',
    'Never parked and never given up, however long it lasts.',
    table(
      ['cause', 'why', 'tried again after'],
      by('time').map(([code, row]) => [`\`${code}\``, row.todo, 'seconds' in row ? after(row.seconds) : '']),
    ),
    '## The org’s admin',
    '_field_: where Salesforce names a field that the record can be without, it is written without it (or with what the policy says instead), and that is told. Else the record is parked at once.',
    table(
      ['cause', 'what to do', ''],
      by('admin').map(([code, row]) => [`\`${code}\``, row.todo, 'field' in row ? '_field_' : '']),
    ),
    '## Us',
    'Tried five times within half a minute, then parked. Please report it with the text. So is every code that isn’t on this page.',
    table(
      ['cause', 'what to do', ''],
      by('us').map(([code, row]) => [`\`${code}\``, row.todo, 'field' in row ? '_field_' : '']),
    ),
  ].join('\n\n');
