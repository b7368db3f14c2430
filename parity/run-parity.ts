import { startOrg } from '../emulators/salesforce/org.ts';
import { readLedger } from '../emulators/salesforce/truth/ledger.ts';
import type { Question } from './question.ts';
import { isLoopback, openOrg, type Org, ParityTrouble, type Way } from './org.ts';
import { recordingOf, writeRecording } from './recordings.ts';
import { callsOfSweep, editionOf, namesFor, type Outcome, runList, type Scenes, sweep } from './run-list.ts';
import { saySummary, sayVerdict, type Verdict, weigh } from './weigh.ts';

export type ParityOptions = {
  readonly way: Way;
  readonly questions: readonly Question[];
  readonly scenes: Scenes;
  readonly apiVersion: string;
  /** Requests to the real org in this run, at most. */
  readonly maxCalls: number;
  /** What is tried only where asked for, such as `tooling`. */
  readonly flags: ReadonlySet<string>;
  /** Production orgs, too. */
  readonly iKnow: boolean;
  /** Where recordings go; undefined: none are made. */
  readonly recordInto: string | undefined;
  readonly day: string;
  readonly say: (text: string) => void;
};

/** Requests that a list takes, not counting waits: its steps, a clean-up for each question, descriptions, and the sweeps. */
export function callsOf(questions: readonly Question[], scenes: Scenes): number {
  const staged = new Set(questions.flatMap(({ scene }) => scene ?? []));
  const ofScenes = [...staged].reduce((sum, name) => sum + (scenes[name]?.length ?? 0) + 1, 0);
  const described = new Set(questions.flatMap(({ needs }) => needs.flatMap((need) => /^!?(\w+)\./.exec(need)?.[1] ?? []))).size;
  const writes = questions.filter(({ steps }) => steps.some(({ method }) => method !== 'GET')).length;
  return questions.reduce((sum, { steps }) => sum + steps.length, 0) + writes + ofScenes + described + 2 * callsOfSweep + 5;
}

/** Asks the org and a stand-in of its own making the same, and says where their answers differ. Throws `ParityTrouble`. */
export async function runParity(options: ParityOptions): Promise<{ readonly verdicts: readonly Verdict[]; readonly calls: number }> {
  const { way, questions, scenes, apiVersion, say, flags } = options;
  const host = new URL(way.instanceUrl ?? way.loginUrl ?? '').host;
  say(`${questions.length} questions with ${host}, about ${callsOf(questions, scenes)} API calls, at most ${options.maxCalls}.`);
  say('Records called CordboardParity… are made there and deleted again; nothing else is changed, and nobody gets mail.');
  if (callsOf(questions, scenes) > options.maxCalls)
    throw new ParityTrouble('That is more than --max-calls allows. Raise it, or ask less with --only.');
  const org = await openOrg(way, { apiVersion, maxCalls: options.maxCalls });
  const { edition, production } = await editionOf(org);
  if (production && !options.iKnow && !isLoopback(org.url))
    throw new ParityTrouble(`This is a production org (${edition}). Use a sandbox or a Developer Edition; --i-know tries it all the same.`);
  await sayLanguage(org, say);
  const standIn = await startOrg({
    file: ':memory:',
    clientId: way.clientId ?? 'parity',
    clientSecret: 'parity-secret',
    ...(await featuresOf(org)),
  });
  try {
    const other = await openOrg(
      { loginUrl: standIn.apiUrl, clientId: way.clientId ?? 'parity', clientSecret: 'parity-secret' },
      { apiVersion, maxCalls: Number.POSITIVE_INFINITY },
    );
    const [real, told] = [await tryAll(org, options, 'org'), await runList(other, questions, scenes, { flags })];
    const verdicts = weigh(real, told);
    const ledger = readLedger();
    for (const verdict of verdicts) say(sayVerdict(verdict, ledger));
    if (options.recordInto !== undefined) say(record(real, options.recordInto, { date: options.day, apiVersion, edition }));
    say(`\n${saySummary(verdicts)}\n${org.calls()} API calls`);
    return { verdicts, calls: org.calls() };
  } finally {
    await standIn.stop();
  }
}

/** Whatever happens on the way, what was made is swept. */
async function tryAll(org: Org, { questions, scenes, flags, say }: ParityOptions, name: string): Promise<Outcome[]> {
  const left = await sweep(org);
  if (left > 0) say(`${left} records that an earlier run had left in the ${name} were deleted.`);
  try {
    return await runList(org, questions, scenes, { flags, onOutcome: ({ question }) => say(`asked    ${question.area}/${question.name}`) });
  } finally {
    org.clean();
    await sweep(org);
  }
}

function record(outcomes: readonly Outcome[], folder: string, recorded: Parameters<typeof recordingOf>[3]): string {
  const paths = outcomes.flatMap((outcome) =>
    'untried' in outcome || outcome.brokenOff !== undefined
      ? []
      : [writeRecording(folder, recordingOf(outcome.question, outcome.scene, outcome.asked, recorded))],
  );
  return `${paths.length} recordings are in ${folder}.`;
}

async function fieldsOf(org: Org, object: string): Promise<ReadonlySet<string>> {
  const { body } = await org.send({ method: 'GET', path: `/sobjects/${object}/describe` }, namesFor(org));
  return new Set(((body as { fields?: { name: string }[] }).fields ?? []).map(({ name }) => name));
}
/** The stand-in is to be such an org as the real one. */
async function featuresOf(org: Org): Promise<{ personAccounts: boolean; withoutCustomFields: boolean }> {
  return {
    personAccounts: (await fieldsOf(org, 'Account')).has('IsPersonAccount'),
    withoutCustomFields: !(await fieldsOf(org, 'Task')).has('Cordboard_Name__c'),
  };
}

async function sayLanguage(org: Org, say: (text: string) => void): Promise<void> {
  const soql = encodeURIComponent(`SELECT LanguageLocaleKey FROM User WHERE Id = '${org.userId}'`);
  const { body } = await org.send({ method: 'GET', path: `/query?q=${soql}` }, namesFor(org));
  const [row] = (body as { records?: { LanguageLocaleKey?: string }[] }).records ?? [];
  if (row?.LanguageLocaleKey?.startsWith('en') === false)
    say(`The user's language is ${row.LanguageLocaleKey}: the org's texts will differ. Set it to English in the user's settings.`);
}
