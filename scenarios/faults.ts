import { sayStatus } from '../server/admin/status.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { troublesOf } from '../server/notify/alerts.ts';
import { type Line, openLine } from '../server/testing/line.ts';

/** One thing that goes wrong between us and the org while calls come in, and what must be seen of it. */
export type FaultStory = {
  readonly name: string;
  /** What a person reads of it while it lasts: in the org's trouble, or with a row or an attempt. Left out: it is nobody's business. */
  readonly told?: RegExp;
  /** Sets it up; `after` so many calls have been heard. */
  begin(line: Line): Promise<unknown>;
  /** What else mends it, besides clearing the faults. */
  readonly end?: (line: Line) => Promise<unknown>;
  /** Rows that are refused for good until the admin presses "Write again". */
  readonly parks?: true;
};

const order = (line: Line, fault: object) => line.control('POST', '/faults', fault);
/** Of the requests about half meet it, by dice, so that it isn't always the reads or always the writes. */
const request = (kind: string, told: RegExp | undefined, more: object = {}, rest: Partial<FaultStory> = {}): FaultStory => ({
  name: 'hang' in more ? `${kind}, the connection stays open` : kind,
  ...(told && { told }),
  begin: (line) => order(line, { kind, probability: 0.5, seed: 7, ...more }),
  ...rest,
});
const row = (name: string, told: RegExp, fault: object, rest: Partial<FaultStory> = {}): FaultStory => ({
  name,
  told,
  begin: (line) => order(line, { everyNth: 2, ...fault }),
  ...rest,
});

/** Every fault of the stand-in, and its rules. What a row is refused with for good waits for the admin. */
export const faultStories: readonly FaultStory[] = [
  request('lost-answer', /connection broke/),
  request('late-answer', undefined, { delayMs: 5 }),
  request('late-apply', /connection broke/, { delayMs: 1 }),
  request('late-apply', /didn't answer/, { delayMs: 1, hang: true, probability: 0.2 }),
  request('twice', undefined),
  request('down', /connection broke|reached/, { match: { pathPrefix: '/services/data' } }),
  request('refused', /connection broke/),
  request('status-503', /SERVER_UNAVAILABLE/),
  request('html-502', /can't be relied on/),
  // Never twice in a row: a session refused as soon as it was given is the way in's affair (connect.test.ts), not the writer's.
  request('session-401', undefined, { probability: 1, everyNth: 2 }),
  request('limit-daily-403', /REQUEST_LIMIT_EXCEEDED/),
  request('limit-concurrent-403', /REQUEST_LIMIT_EXCEEDED/),
  request('whole-400', /JSON_PARSER_ERROR/, { probability: 0.8 }, { parks: true }),
  row('lock-row', /UNABLE_TO_LOCK_ROW/, { kind: 'lock-row' }),
  row(
    'row-error: half of a collection fails',
    /FIELD_CUSTOM_VALIDATION_EXCEPTION/,
    { kind: 'row-error', error: { statusCode: 'FIELD_CUSTOM_VALIDATION_EXCEPTION', message: 'Not today.' } },
    { parks: true },
  ),
  row('row-error: half of it for a field', /STRING_TOO_LONG/, {
    kind: 'row-error',
    field: 'CallDisposition',
    error: { statusCode: 'STRING_TOO_LONG', message: 'too long', fields: ['CallDisposition'] },
  }),
  {
    name: 'refused: a rule of the org for each row',
    told: /FIELD_CUSTOM_VALIDATION_EXCEPTION/,
    begin: (line) =>
      line.control('POST', '/validation-rules', {
        object: 'Task',
        when: { field: 'Subject', op: '!=', value: null },
        message: 'Not today.',
      }),
    end: (line) => line.control('DELETE', '/validation-rules'),
    parks: true,
  },
  {
    name: 'refused: a field the org insists on',
    told: /REQUIRED_FIELD_MISSING/,
    begin: (line) =>
      line.control('POST', '/fields', { object: 'Task', name: 'Region__c', label: 'Region', type: 'string', length: 20, required: true }),
    end: (line) => line.admin.savePolicy(line.org, parsePolicy({ language: 'en', defaults: { Task: { Region__c: 'EMEA' } } }), 'admin'),
    parks: true,
  },
];

/** The allocation of the org is used up in mid-day: calls are heard, looked up and decided all the same, and written when it comes back. */
export async function spendAllocation(calls: number): Promise<{
  readonly warnedAt: readonly number[];
  /** Decided while nothing could be written, and on whom they are, as the book knows. */
  readonly decidedMeanwhile: number;
  readonly linkedMeanwhile: number;
  readonly writtenMeanwhile: number;
  readonly told: string;
  readonly lost: number;
  readonly doubled: number;
}> {
  const line = await openLine({ orgs: [{ policy: { language: 'en' } }] });
  try {
    const warnedAt: number[] = [];
    const told = new Set<string>();
    const count = async (text: string) => Number(((await line.database.query({ text })).rows[0] as { n: unknown }).n);
    const watch = async () => {
      const status = sayStatus(await line.admin.status(line.org), 'the watch', { standIn: true, hookUrl: (id) => id });
      if (troublesOf(status, undefined, line.now()).some(({ key }) => key === 'api'))
        warnedAt.push(status.org.api!.used / status.org.api!.max);
      await look(line, told);
    };
    const wave = async (from: number, to: number) => {
      for (let n = from; n < to; n++) await hear(line, `call-${n}`, n);
      await line.advanceTo(line.now() + 90 * secondMs);
      await watch();
    };
    const third = Math.ceil(calls / 3);
    await line.control('POST', '/limits', { max: 1_000, used: 700 });
    await wave(0, third);
    await line.control('POST', '/limits', { used: 820 });
    await wave(third, 2 * third);
    const before = await count("select count(*) as n from writes where state = 'written'");
    const decided = await count('select count(*) as n from decisions');
    await line.control('POST', '/limits', { used: 1_000 });
    await wave(2 * third, calls);
    const decidedMeanwhile = (await count('select count(*) as n from decisions')) - decided;
    const linkedMeanwhile = await count("select count(*) as n from writes where state <> 'written' and wanted->'who'->>'id' is not null");
    const writtenMeanwhile = (await count("select count(*) as n from writes where state = 'written'")) - before;
    // The hours that used it up fall out of the window of 24 hours.
    await line.control('POST', '/limits', { used: 300 });
    await line.advanceTo(line.now() + 20 * 60 * secondMs);
    const tasks = Map.groupBy(await line.export('Task'), (task) => task['Cordboard_Call__c']);
    return {
      warnedAt,
      decidedMeanwhile,
      linkedMeanwhile,
      writtenMeanwhile,
      told: [...told].join('\n'),
      lost: calls - tasks.size,
      doubled: [...tasks.values()].filter((same) => same.length > 1).length,
    };
  } finally {
    await line.close();
  }
}

export type FaultReport = {
  readonly calls: number;
  readonly lost: readonly string[];
  readonly doubled: readonly string[];
  /** What was told while it lasted: codes and messages of rows, attempts and the org. */
  readonly told: string;
  readonly unexplained: number;
  readonly requests: number;
};

const secondMs = 1_000;
/** So many calls come in while a fault lasts, some a second; then it is mended, and everything must be there once. */
export async function playFault(story: FaultStory, calls: number): Promise<FaultReport> {
  const line = await openLine({ orgs: [{ policy: { language: 'en' } }], givesUpMs: 300 });
  try {
    await story.begin(line);
    const names = Array.from({ length: calls }, (_, n) => `call-${n}`);
    const told = new Set<string>();
    // In a few waves: what is refused waits while others come.
    const wave = Math.max(1, Math.ceil(calls / 5));
    for (let from = 0; from < calls; from += wave) {
      await Promise.all(names.slice(from, from + wave).map((name, n) => hear(line, name, from + n)));
      await line.advanceTo(line.now() + 20 * secondMs, () => look(line, told));
    }
    await line.control('DELETE', '/faults');
    await story.end?.(line);
    if (story.parks) await writeParkedAgain(line);
    await line.advanceTo(line.now() + 30 * 60 * secondMs);
    if (story.parks) await writeParkedAgain(line);
    await line.advanceTo(line.now() + 60 * secondMs);
    const tasks = Map.groupBy(await line.export('Task'), (task) => String(task['Cordboard_Call__c']));
    const counts = (await line.control('GET', '/counts')) as { requests: number };
    return {
      calls,
      lost: names.filter((name) => !tasks.has(name)),
      doubled: names.filter((name) => (tasks.get(name)?.length ?? 0) > 1),
      told: [...told].join('\n'),
      unexplained: (await line.unexplained()).length,
      requests: counts.requests,
    };
  } finally {
    await line.close();
  }
}

async function hear(line: Line, call: string, n: number): Promise<void> {
  const at = (seconds: number) => new Date(line.now() + seconds * secondMs).toISOString();
  const events = [
    {
      type: 'call.started',
      at: at(0),
      data: { direction: 'inbound', customer: { number: n % 3 === 0 ? '+48601234567' : `+4822555${1000 + n}` } },
    },
    { type: 'call.ended', at: at(20) },
  ];
  await line.send({ id: `d-${call}`, body: { version: 1, events: events.map((event) => ({ ...event, call })) } });
}

async function look(line: Line, told: Set<string>): Promise<void> {
  const { rows } = await line.database.query({
    text: `select distinct said from (
      select trouble->>'code' || ': ' || (trouble->>'message') as said from writes where trouble is not null
      union all select value->>'code' || ': ' || (value->>'message') from writes, jsonb_each(refused)
      union all select answer->>'unanswered' from attempts where answer ? 'unanswered'
      union all select crm_trouble->>'code' || ': ' || (crm_trouble->>'message') from org_facts) x where said is not null`,
  });
  for (const { said } of rows as { said: string }[]) told.add(said);
}

async function writeParkedAgain(line: Line): Promise<void> {
  await line.rest();
  const { rows } = await line.database.query({ text: "select distinct call from writes where state = 'parked'" });
  for (const { call } of rows as { call: string }[]) await line.admin.writeAgain(line.org, call);
}
