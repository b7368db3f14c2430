import { longId } from './crm-id.ts';
import { moments } from './task.ts';
import { agentKey } from './layers.ts';
import { isOwnerWord, ownerWords, type OwnerChain } from './owner-chain.ts';
import type { Logging, Making, Policy } from './policy.ts';
import { type Row, type RowDue, type RowTask, type RowThen, saidBy, speaksOfHours } from './rows.ts';
import { described, type JsonSchema, type ReadValue, say, type SettingsReader } from './settings.ts';
import { type NamedFact, namedFacts, type SituationFact, situationFacts, situationWords, type WordedFact } from './situation.ts';
import { subjectReader } from './templates.ts';

/** A policy is kept with each call it decided (D1). */
const most = { rows: 100, tasks: 10, names: 50, chain: 10 };

type Choices = {
  readonly loggings: readonly Logging[];
  readonly makings: readonly Making[];
  readonly counts: readonly Policy['followUp']['count'][];
};

/** The first who is known owns it: words, or ids, which have a digit. */
export function ownerChainIn(reader: SettingsReader): ReadValue<OwnerChain> {
  const step = new RegExp(`^(${ownerWords.join('|')}|[A-Za-z0-9]{0,32}\\d[A-Za-z0-9]{0,32})$`);
  const chain = reader.list(step, `${ownerWords.join(', ')}, or ids of users and queues`);
  return described(chain.schema ?? {}, (path, value) => chain(path, value)?.map(longId));
}

/** What is different in which situation. */
export function rowsIn(reader: SettingsReader, { loggings, makings, counts }: Choices): ReadValue<readonly Row[]> {
  const owner = ownerChainIn(reader);
  const name = reader.line(80);
  const due = reader.object<RowDue>({ hours: reader.number('hours', 0, 720), count: reader.oneOf(counts) });
  const task = reader.object<RowTask>({ name, owner, subject: subjectReader(reader), due });
  const when = reader.object<Row['when']>(
    Object.fromEntries(situationFacts.map((fact) => [fact, wordsIn(reader, fact)])) as Record<SituationFact, ReadValue<readonly string[]>>,
    'an object with what a call has to be',
    'There is no such fact.',
  );
  const then = reader.object<RowThen>(
    {
      log: reader.oneOf(loggings),
      owner,
      due,
      reminder: reader.truth,
      person: reader.object<NonNullable<RowThen['person']>>({
        make: reader.oneOf(makings),
        moment: reader.oneOf(moments),
        owner,
      }),
      tasks: reader.each('tasks', task, { needed: ['name'], atMost: most.tasks }),
    },
    'an object with what is done',
    'There is nothing of that name to do.',
  );
  const row = reader.object<Row>({ name, enabled: reader.truth, when, then });
  const rows = reader.each<Omit<Row, 'enabled'> & { readonly enabled?: boolean }>('rows', row, {
    needed: ['name', 'when', 'then'],
    atMost: most.rows,
  });
  return described(rows.schema ?? {}, (path, value) => rows(path, value)?.map((one) => ({ enabled: true, ...one })));
}

/** One word or name, or several of which one has to be true. */
function wordsIn(reader: SettingsReader, fact: SituationFact): ReadValue<readonly string[]> {
  const isNamed = (one: string): one is NamedFact => (namedFacts as readonly string[]).includes(one);
  const known: readonly string[] | undefined = isNamed(fact) ? undefined : situationWords[fact];
  const one: ReadValue<string> = known ? reader.oneOf(known) : reader.line(200);
  const list: JsonSchema = { type: 'array', items: one.schema ?? {}, uniqueItems: true };
  return described({ anyOf: [one.schema ?? {}, list] }, (path, value) => {
    const given: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (given.length > most.names) return reader.wrong(path, `Give at most ${most.names}, not ${given.length}.`);
    if (new Set(given).size < given.length) reader.wrong(path, 'Something stands there twice.');
    const read = given.flatMap((each) => one(path, each) ?? []);
    if (read.length < given.length) return undefined;
    return fact === 'agent' ? read.map(agentKey) : read;
  });
}

/** What only the whole list shows: rows that can never count, and rows that contradict themselves. */
export function checkRows(reader: SettingsReader, { rows = [] }: Partial<Policy>): void {
  const seen = new Set<string>();
  const known = rows.map((row) => ({ row, said: saidBy(row), points: situations.map((point) => matches(row.when, point)) }));
  for (const [place, { row, said, points }] of known.entries()) {
    const at = `rows[${place}]`;
    if (seen.has(row.name)) reader.clash(`${at}.name`, `There is another row ${say(row.name)}: a decision names its row.`);
    seen.add(row.name);
    checkThen(reader, at, row);
    if (!points.includes(true)) {
      reader.clash(`${at}.when`, 'No call is all of that at once: leave something out.');
      continue;
    }
    const before = known.slice(0, place).filter((other) => isAsWide(other.row, row));
    const isNeeded = said.some((thing) => {
      const sayers = before.filter((other) => other.said.includes(thing));
      return points.some((isMine, index) => isMine && !sayers.some((other) => other.points[index]));
    });
    if (said.length > 0 && row.enabled && !isNeeded) {
      const names = before.map((other) => say(other.row.name)).join(', ');
      reader.clash(
        at,
        `It never counts: ${names} before it say${before.length === 1 ? 's' : ''} all of this. Move it up, or leave it out.`,
      );
    }
  }
}

/** Names and hours are no points: there a row is as wide if it names none, or all that the other names. */
function isAsWide(before: Row, row: Row): boolean {
  const facts = [...namedFacts, 'hours', 'phone', 'reason'] as const;
  const isOpen = (fact: (typeof facts)[number]) => {
    const [wide, narrow] = [before.when[fact], row.when[fact]];
    return wide === undefined || (narrow !== undefined && narrow.every((one) => wide.includes(one)));
  };
  // a row that says nothing of hours leaves closed ones to those that do
  return before.enabled && facts.every(isOpen) && (!speaksOfHours(row.when) || speaksOfHours(before.when));
}

function checkThen(reader: SettingsReader, at: string, { then }: Row): void {
  const { log, due, reminder, owner, person, tasks = [] } = then;
  const things = saidBy({ then });
  if (things.length === 0) reader.clash(`${at}.then`, 'It says nothing to do.');
  const others = things.filter((thing) => thing !== 'log');
  const makesNobody = person?.make === 'nothing' && others.length === 1;
  if (log === 'skip' && others.length > 0 && !makesNobody)
    reader.clash(`${at}.then`, `What isn't logged leaves nothing behind (AC-08): leave out ${others.join(', ')}, or log it.`);
  if (log === 'completed' && (due !== undefined || reminder === true))
    reader.clash(`${at}.then`, 'A completed log is due to nobody: leave out due and reminder, or log it as open.');
  if (person?.make === 'nothing' && (person.moment !== undefined || person.owner !== undefined))
    reader.clash(`${at}.then.person`, 'Nobody is made, so there is no moment and no owner.');
  const names = tasks.map(({ name }) => name);
  for (const name of new Set(names.filter((one, index) => names.indexOf(one) < index)))
    reader.clash(`${at}.then.tasks`, `The task ${say(name)} stands there twice.`);
  for (const chain of [owner, person?.owner, ...tasks.map((task) => task.owner)])
    if (chain && chain.length > most.chain) reader.clash(`${at}.then`, `Name at most ${most.chain} in a chain of owners.`);
  for (const chain of [owner, person?.owner]) {
    const last = chain?.findIndex((step) => !isOwnerWord(step)) ?? -1;
    if (chain && last >= 0 && last < chain.length - 1)
      reader.clash(`${at}.then`, `${chain[last]} takes it in any case: nobody comes after them in the chain.`);
  }
}

/** A combination of what a call can be at once. */
type Point = { readonly [Fact in 'direction' | 'outcome' | 'customer' | 'takenBy']: readonly string[] };

/** Every combination of words there can be: a stranger has no owner, and a missed call nobody who took it. */
const situations: readonly Point[] = (() => {
  const open = [['missed'], ['missed', 'abandoned'], ['voicemail']];
  const inVain = [...open, ...open.map((outcome) => [...outcome, 'out of hours'])];
  const ours = [['agent'], ['agent', 'owner'], ['agent', 'colleague'], ['unmapped endpoint']];
  const kinds = [['lead', 'open lead'], ['lead', 'closed lead'], ['contact'], ['account'], ['person account'], ['other object']];
  const known = kinds.flatMap((kind) => [kind, [...kind, 'many']]);
  const unknown = [['stranger'], ['nobody'], ['withheld']];
  const ends = (direction: string, outcomes: string[][], taken: string[][]): Point[] =>
    outcomes.flatMap((outcome) =>
      taken.flatMap((takenBy) =>
        [...known, ...(takenBy.includes('owner') || takenBy.includes('colleague') ? [] : unknown)].map((customer) => ({
          ...{ direction: [direction], outcome, customer, takenBy },
        })),
      ),
    );
  return [
    ...['inbound', 'unknown'].flatMap((direction) => [...ends(direction, [['answered']], ours), ...ends(direction, inVain, [['nobody']])]),
    ...ends('outbound', [['answered'], ['failed'], ['failed', 'busy']], [...ours, ['nobody']]),
  ];
})();

function matches(when: Row['when'], point: Point): boolean {
  const isTaken = !point.takenBy.includes('nobody');
  // who nobody took has no agent and no phone; what was answered has no reason
  if (!isTaken && (when.agent ?? when.team ?? when.phone)) return false;
  if (when.reason && point.outcome.includes('answered')) return false;
  return (['direction', 'outcome', 'customer', 'takenBy'] as const satisfies readonly WordedFact[]).every(
    (fact) => when[fact]?.some((one) => point[fact].includes(one)) !== false,
  );
}
