import type { Told } from './compare.ts';
import { type Question, mark, type Step } from './question.ts';
import { CannotAsk, Names } from './normalise.ts';
import { type Answer, type Org, ParityTrouble } from './org.ts';
import { views } from './views.ts';

/** One request and what came of it. */
export type Asked = { readonly step: Step; readonly told: Told };
/** An question as one org answered it, and why it was broken off, or why it could not be tried there at all. */
export type Outcome =
  | { readonly question: Question; readonly scene: readonly Asked[]; readonly asked: readonly Asked[]; readonly brokenOff?: string }
  | { readonly question: Question; readonly untried: string };
export type Scenes = Readonly<Record<string, readonly Step[]>>;

/** Headers that programs read. What else comes is the edge's business. */
const headersThatMatter = [
  'allow',
  'content-type',
  'etag',
  'last-modified',
  'location',
  'sforce-limit-info',
  'sforce-locator',
  'sforce-numberofrecords',
  'www-authenticate',
];

/** Without the numbers, and without the names of apps that have an allocation of their own. */
const usageOf = (value: string): string => (/^api-usage=\d+\/\d+/.test(value) ? 'api-usage=<n>/<n>' : value);

function told({ status, headers, body }: Answer, step: Step, names: Names): Told {
  const seen = step.view ? views[step.view].of(body) : body;
  // What a view leaves out may be many ids in one org and few in another; the one that was asked for has a name in both.
  if (step.view && typeof body === 'object' && body !== null && 'id' in body) names.value(body.id);
  const kept = headersThatMatter.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    if (value === null) return [];
    if (name === 'content-type') return [[name, value.toLowerCase().replaceAll(/\s+/g, '')]];
    if (name === 'etag') return [[name, '<etag>']];
    return [[name, names.text(name === 'sforce-limit-info' ? usageOf(value) : value)]];
  });
  return { status, headers: Object.fromEntries(kept), body: names.value(seen) };
}

/** Asks a list of requests in order, as far as it gets. Ids in the requests themselves are met first. */
async function askAll(
  org: Org,
  steps: readonly Step[],
  names: Names,
): Promise<{ readonly asked: readonly Asked[]; readonly brokenOff?: string }> {
  const asked: Asked[] = [];
  for (const step of steps) {
    names.text(`${step.path} ${JSON.stringify(step.body ?? '')}`);
    try {
      asked.push({ step, told: told(await org.send(step, names), step, names) });
    } catch (error) {
      if (!(error instanceof CannotAsk)) throw error;
      return { asked, brokenOff: error.message };
    }
  }
  return { asked };
}

/** What a list needs to know of an org, asked once each. */
function needsOf(org: Org, flags: ReadonlySet<string>): (need: string) => Promise<string | undefined> {
  const fields = new Map<string, Promise<ReadonlySet<string>>>();
  const fieldsOf = (object: string) => {
    const known = fields.get(object);
    if (known) return known;
    const asking = org.send({ method: 'GET', path: `/sobjects/${object}/describe` }, namesFor(org)).then(({ body }) => {
      const { fields: list = [] } = body as { fields?: { name: string }[] };
      return new Set(list.map(({ name }) => name));
    });
    fields.set(object, asking);
    return asking;
  };
  return async (need) => {
    if (need === 'client') return org.clientId === undefined ? 'it needs SF_CLIENT_ID' : undefined;
    if (need.startsWith('flag:')) return flags.has(need.slice(5)) ? undefined : `it is tried with --${need.slice(5)} only`;
    const [, not = '', object = '', field = ''] = /^(!?)(\w+)\.(\w+)$/.exec(need) ?? [];
    const there = (await fieldsOf(object)).has(field);
    if (there !== (not === '')) return there ? `the org has ${object}.${field}` : `the org has no ${object}.${field}`;
    return undefined;
  };
}

export const namesFor = (org: Org, before?: Names): Names =>
  new Names({ url: org.url, userId: org.userId, clientId: org.clientId, clientSecret: org.clientSecret, now: Date.now }, before);

type Stage = {
  readonly name: string;
  readonly asked: readonly Asked[];
  readonly brokenOff?: string;
  readonly names: Names;
  readonly made: ReadonlySet<string>;
};
async function makeScene(org: Org, name: string, steps: readonly Step[]): Promise<Stage> {
  const before = new Set(org.made);
  const names = namesFor(org);
  const come = await askAll(org, steps, names);
  return { name, names, ...come, made: new Set([...org.made].filter((id) => !before.has(id))) };
}

/** Tries the questions one after the other; what each made is deleted after it, what a scene made when the next one begins. */
export async function runList(
  org: Org,
  questions: readonly Question[],
  scenes: Scenes,
  { flags, onOutcome = () => {} }: { readonly flags: ReadonlySet<string>; readonly onOutcome?: (outcome: Outcome) => void },
): Promise<Outcome[]> {
  const lacks = needsOf(org, flags);
  const outcomes: Outcome[] = [];
  let stage: Stage | undefined;
  for (const question of questions) {
    let untried: string | undefined;
    for (const need of question.needs) untried ??= await lacks(need);
    if (stage && stage.name !== question.scene) {
      await remove(org, stage.made);
      stage = undefined;
    }
    if (question.scene !== undefined && untried === undefined) stage ??= await makeScene(org, question.scene, scenes[question.scene] ?? []);
    untried ??= stage?.brokenOff;
    const before = new Set(org.made);
    let outcome: Outcome;
    try {
      outcome =
        untried === undefined
          ? { question, scene: stage?.asked ?? [], ...(await askAll(org, question.steps, namesFor(org, stage?.names))) }
          : { question, untried };
    } finally {
      await remove(org, new Set([...org.made].filter((id) => !before.has(id))));
    }
    outcomes.push(outcome);
    onOutcome(outcome);
  }
  if (stage) await remove(org, stage.made);
  return outcomes;
}

/** Objects that hold what we made, and where the mark stands in each. Tasks and what hangs on others first. */
const swept = {
  Task: 'Subject',
  Event: 'Subject',
  Case: 'Subject',
  Opportunity: 'Name',
  Contact: 'LastName',
  Lead: 'LastName',
  Account: 'Name',
  Campaign: 'Name',
  Group: 'Name',
} as const;
/** Requests that one sweep takes when there is nothing to delete. */
export const callsOfSweep = Object.keys(swept).length;

/** Deletes what carries our mark, from this run or one before it. Gives back how many records that were. */
export async function sweep(org: Org): Promise<number> {
  const found: string[] = [];
  for (const [object, field] of Object.entries(swept)) {
    const soql = encodeURIComponent(`SELECT Id FROM ${object} WHERE ${field} LIKE '${mark}%' LIMIT 1000`);
    const { body } = await org.send({ method: 'GET', path: `/query?q=${soql}` }, namesFor(org));
    for (const { Id } of (body as { records?: { Id: string }[] }).records ?? []) found.push(Id);
  }
  for (const id of found) org.made.add(id);
  await remove(org, new Set(found));
  return found.length;
}

/** Deletes records, the last made first, and lets go of jobs. */
async function remove(org: Org, ids: ReadonlySet<string>): Promise<void> {
  const mine = [...ids].toReversed();
  const names = namesFor(org);
  for (const job of mine.filter((id) => id.startsWith('750')))
    for (const kind of ['ingest', 'query']) await org.send({ method: 'DELETE', path: `/jobs/${kind}/${job}` }, names);
  const fields = mine.filter((id) => id.startsWith('00N'));
  for (const field of fields) await org.send({ method: 'DELETE', path: `/tooling/sobjects/CustomField/${field}` }, names);
  const records = mine.filter((id) => !/^(?:750|00N)/.test(id));
  for (let from = 0; from < records.length; from += 200)
    await org.send(
      { method: 'DELETE', path: `/composite/sobjects?ids=${records.slice(from, from + 200).join(',')}&allOrNone=false` },
      names,
    );
  for (const id of mine) org.made.delete(id);
}

/** What kind of org it is; records of real customers are in one that is neither a sandbox nor a Developer Edition. */
export async function editionOf(org: Org): Promise<{ readonly edition: string; readonly production: boolean }> {
  const soql = encodeURIComponent('SELECT OrganizationType, IsSandbox FROM Organization');
  const { body } = await org.send({ method: 'GET', path: `/query?q=${soql}` }, namesFor(org));
  const [row] = (body as { records?: { OrganizationType: string; IsSandbox: boolean }[] }).records ?? [];
  if (!row)
    throw new ParityTrouble(
      'The org does not say what edition it is, so it is taken for a production org. Give the user the right to see Organization.',
    );
  return {
    edition: `${row.OrganizationType}${row.IsSandbox ? ', sandbox' : ''}`,
    production: !row.IsSandbox && row.OrganizationType !== 'Developer Edition',
  };
}
