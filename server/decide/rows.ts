import type { Blocked } from './decide.ts';
import { lay, type Provenance } from './layers.ts';
import { defaultMessages } from './message-rules.ts';
import type { OwnerChain } from './owner-chain.ts';
import type { Logging, Making, Policy } from './policy.ts';
import { type Situation, type SituationFact, situationFacts } from './situation.ts';

export type RowDue = { readonly hours?: number; readonly count?: Policy['followUp']['count'] };
/** A task besides the log. One name is one task of a call, in whatever rows it stands. */
export type RowTask = {
  readonly name: string;
  readonly owner?: OwnerChain;
  /** A template, as of the log's subject; left out: its name and the customer's. */
  readonly subject?: string;
  readonly due?: RowDue;
};
export type RowThen = {
  readonly log?: Logging;
  readonly owner?: OwnerChain;
  readonly due?: RowDue;
  readonly reminder?: boolean;
  readonly person?: { readonly make?: Making; readonly moment?: Policy['stranger']['moment']; readonly owner?: OwnerChain };
  readonly tasks?: readonly RowTask[];
};
/** What is different in a situation. Of what it doesn't name, anything goes. */
export type Row = {
  readonly name: string;
  readonly enabled: boolean;
  readonly when: { readonly [Fact in SituationFact]?: readonly string[] };
  readonly then: RowThen;
};

/** Every chain of owners a policy may go by: users whom it names are looked up in advance. */
export const chainsIn = ({ owner, stranger, rows }: Policy): OwnerChain[] =>
  [
    ...[owner, stranger.owner],
    ...rows.flatMap(({ then }) => [then.owner, then.person?.owner, ...(then.tasks ?? []).map((task) => task.owner)]),
  ].filter((chain) => chain !== undefined);

/** What became of a row: what it gave, or the first fact that disagreed. */
export type RowStep = { readonly row: string } & ({ readonly gave: readonly string[] } | { readonly blockedBy: Blocked });
export type RowsGive = {
  /** The policy with what the rows say in this situation. */
  readonly policy: Policy;
  readonly tasks: readonly (RowTask & { readonly row: string })[];
  readonly provenance: readonly Provenance[];
  /** What becomes of the log, and the row that says it, if one does. */
  readonly log?: { readonly row: string; readonly as: Logging };
  readonly steps: readonly RowStep[];
};

/** Rows in their order: the first that says a thing counts, thing by thing; tasks add up. */
export function applyRows(policy: Policy, situation: Situation): RowsGive {
  if (policy.rows.length === 0) return { policy, tasks: [], provenance: [], steps: [] };
  const said = new Map<string, { readonly row: string; readonly path: readonly string[]; readonly value: unknown }>();
  const tasks = new Map<string, RowTask & { readonly row: string }>();
  const steps: RowStep[] = [];
  let log: RowsGive['log'];
  for (const { name: row, enabled, when, then } of policy.rows) {
    const blockedBy = enabled ? disagreement(when, situation) : ({ fact: 'enabled', wanted: 'on', held: 'off' } as const);
    if (blockedBy) {
      steps.push({ row, blockedBy });
      continue;
    }
    const things = thingsIn(then, situation, policy);
    if (then.log !== undefined) log ??= { row, as: then.log };
    const fresh = things.filter(({ thing }) => !said.has(thing));
    for (const { thing, path, value } of fresh) said.set(thing, { row, path, value });
    const more = (then.tasks ?? []).filter(({ name }) => !tasks.has(name));
    for (const task of more) tasks.set(task.name, { ...task, row });
    const gave = [...fresh.map(({ thing }) => thing), ...more.map(({ name }) => `task ${name}`)];
    // each thing it says was said before: somebody said the first of them
    const before = said.get(things[0]?.thing ?? '')?.row ?? tasks.get(then.tasks?.[0]?.name ?? '')?.row;
    steps.push(
      gave.length > 0 || before === undefined
        ? { row, gave }
        : { row, blockedBy: { fact: 'earlier rule', wanted: 'none', held: ruleOfRow(before) } },
    );
  }
  const settled = [...said.values()].reduce((one, { path, value }) => lay(one, at(path, value)), policy);
  return {
    policy: settled,
    tasks: [...tasks.values()],
    provenance: [...said.values()].map(({ row, path }) => ({ path, level: 'row', name: row })),
    ...(log && { log }),
    steps,
  };
}

/** As a trace, a decision and its record name it. */
export const ruleOfRow = (row: string): `row: ${string}` => `row: ${row}`;

/** The first fact that disagrees. A call has several words of one fact: an abandoned call is a missed one, too. */
function disagreement(when: Row['when'], situation: Situation): Blocked | undefined {
  // DP-52 stands before all rows
  if (situation.direction.includes('internal')) return { fact: 'direction', wanted: 'inbound, outbound or unknown', held: 'internal' };
  for (const fact of situationFacts) {
    const wanted = when[fact];
    const held = situation[fact];
    if (wanted !== undefined && !wanted.some((one) => held.includes(one)))
      return { fact, wanted: wanted.join(' or '), held: held.join(', ') || 'not known' };
  }
  // AC-09 stands
  if (situation.isOff && !speaksOfHours(when)) return { fact: 'hours', wanted: 'in', held: 'out' };
  return undefined;
}

/** Whether calls that hours leave out (AC-09) are this row's, too: it says what becomes of closed hours. */
export const speaksOfHours = ({ hours, outcome }: Row['when']): boolean =>
  hours !== undefined || outcome?.includes('out of hours') === true;

/** What a row says, each thing as the setting it stands in the place of. */
function thingsIn(
  then: RowThen,
  { settings }: Pick<Situation, 'settings'>,
  { messages }: Pick<Policy, 'messages'>,
): { thing: string; path: readonly string[]; value: unknown }[] {
  const { log, owner, due, reminder, person } = then;
  const ofMessages = log === 'skip' ? 'not at all' : log && messages.log;
  const things: [string, readonly string[], unknown][] = [
    ['log', settings.log, settings.log[0] === 'messages' ? ofMessages : log],
    ['owner', ['owner'], owner],
    ['due.hours', ['followUp', 'dueHours'], due?.hours],
    ['due.count', ['followUp', 'count'], due?.count],
    ['reminder', ['followUp', 'reminder'], reminder],
    ['person.make', settings.person, person?.make],
    ['person.moment', ['stranger', 'moment'], person?.moment],
    ['person.owner', ['stranger', 'owner'], person?.owner],
  ];
  return things.flatMap(([thing, path, value]) => (value === undefined ? [] : [{ thing, path, value }]));
}

/** Everything a row says, by the names of `thingsIn`; tasks by theirs. */
export const saidBy = ({ then }: Pick<Row, 'then'>): string[] => [
  ...thingsIn(then, { settings: { log: ['logging', 'missed'], person: ['stranger', 'missed'] } }, { messages: defaultMessages }).map(
    ({ thing }) => thing,
  ),
  ...(then.tasks ?? []).map(({ name }) => `task ${name}`),
];

const at = (path: readonly string[], value: unknown): object =>
  path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object;
