import { lookUps } from '../server/book/look-up.ts';
import { mattersOf } from '../server/book/matters.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { pageLinks } from '../server/page-links.ts';
import { simulator } from '../server/simulate/simulator.ts';
import { bookStore } from '../server/store/book-store.ts';
import { type Database, readOnly } from '../server/store/database.ts';
import { postgresStore } from '../server/store/postgres.ts';
import { simulateStore } from '../server/store/simulate-store.ts';
import type { OrgId } from '../server/store.ts';
import { realWorld } from '../server/world.ts';
import { sources } from '../sources/index.ts';
import type { TriedCall, TriedPeriod } from '../wire/simulate.ts';

/** What is tried: on one call, or on those that began in a period; ms by our clock. */
export type TryOut = {
  readonly org: OrgId;
  readonly document: unknown;
  readonly book: 'then' | 'now';
  /** Of the server that wrote the links. */
  readonly publicUrl: string | undefined;
  readonly call?: string;
  readonly fromMs: number;
  readonly toMs: number;
};

/**
 * Tries a policy out on what is stored, and says in lines what would be different. Gives whether anything would be; a call that isn't there gives undefined.
 */
export async function tryPolicy(database: Database, asked: TryOut, say: (line: string) => void): Promise<boolean | undefined> {
  const world = realWorld();
  const reading = readOnly(database);
  const store = postgresStore(reading, world, () => undefined);
  const book = bookStore(reading, world, () => undefined);
  const sourcesByName = Object.fromEntries(sources.map((source) => [source.name, source]));
  const view = await store.readOrg(asked.org);
  if (!view) return undefined;
  const tries = simulator({
    store: simulateStore(database),
    world,
    sources: sourcesByName,
    generic: sources[0]!,
    links: pageLinks(asked.publicUrl),
    orgView: async () => view,
    lookUp: lookUps(book, world),
    matters: mattersOf(book),
    crm: () => undefined,
  });
  const draft = { policy: parsePolicy(asked.document), book: asked.book };
  if (asked.call !== undefined) {
    const tried = await tries.call(asked.org, asked.call, draft);
    if (tried === undefined) return undefined;
    if (typeof tried === 'string') {
      say(`Nothing can be told of call ${asked.call}: ${tried}.`);
      return false;
    }
    for (const line of sayCall(tried)) say(line);
    return tried.differences.length > 0 || tried.before?.is !== tried.after.is || tried.before.rule !== tried.after.rule;
  }
  let result: TriedPeriod | undefined;
  for await (const step of tries.period(asked.org, { fromMs: asked.fromMs, toMs: asked.toMs }, draft, 10)) result = step.result;
  for (const line of result ? sayPeriod(result) : []) say(line);
  return (result?.differ ?? 0) > 0;
}

function sayCall({ before, after, trace, differences, ...call }: TriedCall): string[] {
  return [
    `Call ${call.id ?? ''} of ${call.startedAt}: ${call.type ?? 'live'}, ${call.number ?? 'no number'}`,
    `  ${before ? `${before.is} by “${before.rule ?? ''}” under version ${before.policyVersion}` : 'nothing was decided yet'} → ${after.is} by “${after.rule ?? ''}”`,
    ...differences.map(({ words }) => `  ${words}`),
    'Why',
    ...trace.map(({ words }) => `  ${words}`),
  ];
}

function sayPeriod(result: TriedPeriod): string[] {
  const { calls, differ, book, seconds } = result;
  const table = (title: string, rows: readonly { readonly name: string; readonly before: number; readonly after: number }[]) => {
    const changed = rows.filter(({ before, after }) => before + after > 0);
    const width = Math.max(...changed.map(({ name }) => name.length), 10);
    return changed.length === 0
      ? []
      : [
          title,
          ...changed.map(
            ({ name, before, after }) =>
              `  ${name.padEnd(width)} ${String(before).padStart(7)} → ${after}${before === after ? '' : `  (${after > before ? '+' : ''}${after - before})`}`,
          ),
        ];
  };
  const counted = (title: string, rows: readonly { readonly name: string; readonly calls: number }[]) =>
    rows.length === 0 ? [] : [title, ...rows.map((row) => `  ${String(row.calls).padStart(7)}  ${row.name}`)];
  return [
    `${calls} calls from ${result.from} to ${result.to}: ${differ} would be different (${seconds.toFixed(1)} s).`,
    `Who is meant: as it was found then for ${book.then}, as the book knows it now for ${book.now}, nobody is looked for in ${book.nobody}.`,
    ...table(
      'Rules',
      result.rules.map(({ is, rule, ...row }) => ({ ...row, name: rule === '' ? is : `${is} by “${rule}”` })),
    ),
    ...table(
      'Records',
      result.records.map(({ what, ...row }) => ({ ...row, name: what })),
    ),
    ...table('Owners', result.owners),
    ...counted(
      'Other rules',
      result.moves.map(({ words, calls: n }) => ({ name: words, calls: n })),
    ),
    ...counted(
      'Other fields',
      result.fields.map(({ field, calls: n }) => ({ name: field, calls: n })),
    ),
    ...counted(
      'Nothing can be told of',
      result.untried.map(({ because, calls: n }) => ({ name: because, calls: n })),
    ),
    ...(result.first.length === 0 ? [] : ['First of those that differ']),
    ...result.first.flatMap((one) => [
      `  call ${one.id ?? ''} of ${one.startedAt}, ${one.number ?? 'no number'}: ${one.before === one.after ? one.after : `${one.before} → ${one.after}`}`,
      ...one.words.map((words) => `    ${words}`),
    ]),
  ];
}
