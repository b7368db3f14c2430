import { mergeFields } from '../server/decide/templates.ts';

/** The merge fields as a table, for the page that says what a task may be made of. */
export function sayMergeFields(): string {
  const rows = Object.entries(mergeFields).map(
    ([name, { says, example, ids }]) => `| \`{${name}}\` | ${says} | ${example} | ${ids ?? ''} |`,
  );
  return ['## Merge fields', '', '| field | says | example | asked for by |', '| --- | --- | --- | --- |', ...rows].join('\n');
}
