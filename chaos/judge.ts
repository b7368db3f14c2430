import type { Story } from './generator.ts';

/** A Task as the stand-in org exports it. */
export type Task = Readonly<Record<string, string | number | boolean | null>>;
export type Verdict = {
  /** Calls that must have a Task. */
  readonly due: number;
  readonly lost: readonly string[];
  /** Calls with more than one Task, with how many are too many. */
  readonly doubled: ReadonlyMap<string, number>;
  /** Tasks of no call that was told, or of one that must have none. */
  readonly stray: readonly string[];
  /**
   * Calls between colleagues whose beginning was told last: what was written before it was known is kept, and says that it is no longer
   * valid (D2). One each is as promised.
   */
  readonly retracted: number;
  /** Tasks that don't hold what the call's story says. */
  readonly wrong: readonly string[];
};

/** The one who decides: the org's own export against the generator's list. Our tables are no witness. */
export function judge(stories: readonly Story[], tasks: readonly Task[]): Verdict {
  const byNumber = new Map(stories.map((story) => [story.number, story]));
  const tasksOf = new Map<string, Task[]>();
  const stray: string[] = [];
  const internal = new Set(stories.filter((story) => story.expected === undefined).map((story) => story.call));
  let retracted = 0;
  for (const task of tasks) {
    const story = byNumber.get(numberIn(task) ?? '');
    // An org without our fields doesn't hold the call's readable id: there only their number can be checked.
    const call = task['Cordboard_Call__c'] === undefined ? internal.values().next().value : String(task['Cordboard_Call__c']);
    if (saysRetracted(task) && call !== undefined && internal.delete(call)) retracted++;
    else if (!story?.expected) stray.push(`${task['Id']} (${String(task['Subject'])})`);
    else tasksOf.set(story.call, [...(tasksOf.get(story.call) ?? []), task]);
  }
  const due = stories.filter((story) => story.expected !== undefined);
  return {
    due: due.length,
    lost: due.filter((story) => !tasksOf.has(story.call)).map((story) => story.call),
    doubled: new Map([...tasksOf].filter(([, held]) => held.length > 1).map(([call, held]) => [call, held.length - 1])),
    stray,
    retracted,
    wrong: due.flatMap((story) => {
      // Of a doubled call one Task must be right: the other is counted as what it is.
      const [mistakes = []] = (tasksOf.get(story.call) ?? [])
        .map((task) => mistakesIn(story, task))
        .toSorted((a, b) => a.length - b.length);
      return mistakes.length > 0 ? [`${story.call} (${story.kind}): ${mistakes.join('; ')}`] : [];
    }),
  };
}

const saysRetracted = (task: Task) => String(task['Description'] ?? '').includes('No longer valid: it was an internal call');
/** The customer's number, from the comments: the one thing every form of the org holds. */
const numberIn = (task: Task): string | undefined => /\+4822\d{7}/.exec(String(task['Description'] ?? ''))?.[0];

function mistakesIn({ call, expected }: Story, task: Task): string[] {
  if (!expected) return [];
  const mistakes: string[] = [];
  const compare = (field: string, wanted: string | number | null) => {
    const held = task[field] ?? null;
    if (held !== wanted) mistakes.push(`${field} is ${JSON.stringify(held)}, not ${JSON.stringify(wanted)}`);
  };
  compare('Status', expected.status);
  compare('CallType', expected.callType);
  compare('CallDisposition', expected.result);
  compare('CallDurationInSeconds', expected.seconds);
  compare('WhoId', expected.whoId);
  compare('TaskSubtype', 'Call');
  // Where the org has our fields, the readable id of the call is on its Task too.
  if (task['Cordboard_Call__c'] !== undefined) compare('Cordboard_Call__c', call);
  for (const text of expected.texts)
    if (!String(task['Description'] ?? '').includes(text)) mistakes.push(`Description lacks ${JSON.stringify(text)}`);
  return mistakes;
}

export const doubles = ({ doubled }: Verdict): number => [...doubled.values()].reduce((sum, more) => sum + more, 0);
export const sayVerdict = (verdict: Verdict): string =>
  `${verdict.due} due, ${verdict.lost.length} lost, ${doubles(verdict)} doubled, ${verdict.wrong.length} wrong${verdict.stray.length > 0 ? `, ${verdict.stray.length} stray` : ''}`;
/** What is wrong with it, in words; nothing when all is well. */
export const complaints = (verdict: Verdict, doublesAllowed = 0): string[] => [
  ...verdict.lost.slice(0, 5).map((call) => `lost: ${call}`),
  ...(doubles(verdict) > doublesAllowed
    ? [...verdict.doubled].slice(0, 5).map(([call, more]) => `doubled: ${call}, ${more} too many`)
    : []),
  ...verdict.wrong.slice(0, 5).map((words) => `wrong: ${words}`),
  ...verdict.stray.slice(0, 5).map((words) => `stray: ${words}`),
];

/** What an org must hold after missed calls from one number that nobody had (P1): one person, and of each call one open Task that hangs on them. */
export function judgeStranger(
  number: string,
  calls: readonly string[],
  people: readonly Task[],
  tasks: readonly Task[],
): { readonly figures: string; readonly complaints: readonly string[] } {
  const phones = ['Phone', 'MobilePhone', 'HomePhone', 'OtherPhone'];
  const same = (written: Task[string] | undefined) => String(written ?? '').replaceAll(/\D/g, '') === number.slice(1);
  const theirs = people.filter((person) => phones.some((field) => same(person[field])));
  const tasksOf = Map.groupBy(tasks, (task) => String(task['Cordboard_Call__c']));
  const once = calls.filter((call) => tasksOf.get(call)?.length === 1);
  const held = calls.flatMap((call) => tasksOf.get(call) ?? []);
  const [person] = theirs;
  const hanging = held.filter((task) => person !== undefined && task['WhoId'] === person['Id']);
  const open = held.filter((task) => task['Status'] === 'Not Started');
  return {
    figures: `${theirs.length} person, ${tasks.length} tasks of ${calls.length} calls, ${hanging.length} on that person, ${open.length} open`,
    complaints: [
      ...(theirs.length === 1 ? [] : [`${theirs.length} people have ${number}: ${theirs.map((one) => String(one['Id'])).join(', ')}`]),
      ...(once.length === calls.length ? [] : [`${calls.length - once.length} of ${calls.length} calls don't have exactly one task`]),
      ...(tasks.length === held.length ? [] : [`${tasks.length - held.length} tasks are of no call that was told`]),
      ...(hanging.length === held.length ? [] : [`${held.length - hanging.length} tasks don't hang on the one person`]),
      ...(open.length === held.length ? [] : [`${held.length - open.length} tasks are not open`]),
    ],
  };
}
