import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookUps } from '../server/book/look-up.ts';
import { mattersOf } from '../server/book/matters.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { hashPayload } from '../server/ingest/hash-payload.ts';
import { lineSteps, makeBells } from '../server/pipeline.ts';
import { simulator } from '../server/simulate/simulator.ts';
import { bookStore } from '../server/store/book-store.ts';
import { consoleStore } from '../server/store/console-store.ts';
import { type Database, openDatabase, readOnly } from '../server/store/database.ts';
import { startEmbedded } from '../server/store/embedded.ts';
import { migrate } from '../server/store/migrate.ts';
import { postgresStore } from '../server/store/postgres.ts';
import { simulateStore } from '../server/store/simulate-store.ts';
import type { OrgId } from '../server/store.ts';
import { realWorld } from '../server/world.ts';
import { sources } from '../sources/index.ts';
import { agents, bodyOf, makeCall, type Rate } from './calls.ts';
import { quantile, say } from './numbers.ts';
import { atMost, type Figure, type Found, type Part } from './part.ts';

const calls = 10_000;
const people = 2_000;
const mostSeconds = 10;
const mostHeldMs = 50;
const askEveryMs = 5;
const connection = 'con_bench';
const policy = { language: 'en', closeWhenCalledBack: true };
/** Another answer, another text, another owner and records for strangers: everything is decided anew. */
const draft = {
  ...policy,
  product: 'Acme',
  closeWhenCalledBack: false,
  logging: { missed: 'completed', 'outbound-unanswered': 'skip' },
  stranger: { missed: 'lead', answered: 'contact' },
};
const numberOf = (place: number) => `+4860${String(1_000_000 + place).padStart(7, '0')}`;

/** 10,000 stored calls under another policy, while somebody else asks the book on the same node all the time. */
async function run({ say: tell }: { say(line: string): void }): Promise<Found> {
  const folder = await mkdtemp(join(tmpdir(), 'cordboard-simulate-'));
  const world = realWorld();
  const embedded = await startEmbedded({ folder, world, durable: false });
  const database = openDatabase(embedded.address, world, () => undefined);
  try {
    await migrate(database);
    const org = await prepare(database);
    const store = postgresStore(database, world, () => undefined);
    const book = bookStore(readOnly(database), world, () => undefined);
    const sourcesByName = Object.fromEntries(sources.map((source) => [source.name, source]));
    const links = {
      callLink: (due: { readonly id: string }) => `https://cordboard.example/calls/${due.id}`,
      recordingLink: () => undefined,
    };
    const orgView = async (id: OrgId) => (await store.readOrg(id))!;
    const lookUp = lookUps(book, world);
    await hearCalls(store, org);
    const [translate, tellCalls] = lineSteps(
      { store, world, sources: sourcesByName, orgView, lookUp, matters: mattersOf(book), ...links, report: () => undefined },
      makeBells(),
    );
    tell('  the calls come in');
    while ((await translate!.run()) > 0);
    while ((await tellCalls!.run()) > 0);
    await database.query({ text: 'vacuum analyze' });

    const tries = simulator({
      store: simulateStore(database),
      world,
      sources: sourcesByName,
      generic: sources[0]!,
      links,
      orgView,
      lookUp,
      matters: mattersOf(book),
      crm: () => undefined,
    });
    const period = { fromMs: 0, toMs: Date.now() };
    const begin = async (book: 'then' | 'now') => {
      const begun = performance.now();
      for await (const { result } of tries.period(org, period, { policy: parsePolicy(draft), book }, 50))
        if (result) return { ...result, ms: performance.now() - begun };
      throw new Error('the period came to no result');
    };
    await begin('then'); // code is compiled and plans are made meanwhile
    const idle = await watch(3_000, () => lookUp(org, { number: numberOf(7) as never, chosen: [] }));
    const figures: Figure[] = [];
    for (const which of ['then', 'now'] as const) {
      tell(`  with the book of ${which}`);
      const done = new AbortController();
      const asking = watch(Infinity, () => lookUp(org, { number: numberOf(7) as never, chosen: [] }), done.signal);
      const result = await begin(which);
      done.abort();
      const asked = await asking;
      if (result.calls !== calls || result.differ < calls / 4) throw new Error(`${result.calls} calls, ${result.differ} differ`);
      const [before, meanwhile] = [quantile(idle.askedMs, 0.99), quantile(asked.askedMs, 0.99)];
      figures.push(
        atMost(
          `${say(calls)} stored calls under another policy, who is meant as of ${which}`,
          result.ms / 1000,
          mostSeconds,
          's',
          say(result.ms / 1000),
        ),
        atMost(`longest the node was held meanwhile`, asked.heldMs, mostHeldMs, 'ms', say(asked.heldMs)),
        {
          name: 'a look-up meanwhile, p99',
          value: `${say(meanwhile)} ms, ${say(meanwhile / before)} times one alone (${say(before)} ms; the node was held ${say(idle.heldMs)} ms then)`,
        },
      );
    }
    return {
      figures,
      notes: [
        `${say(calls)} calls of ${say(people)} people and of strangers, some eight facts each, in the database of the node. "Held": the longest time this process worked without letting anything else happen on the node, garbage collection included.`,
      ],
    };
  } finally {
    await database.close();
    await embedded.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function prepare(database: Database): Promise<OrgId> {
  const admin = consoleStore(database);
  const org = await admin.addOrg('Bench', 'observe', null);
  await admin.addConnection(org, connection, 'generic-webhook', 'Bench', '');
  await admin.savePolicy(org, policy, 'bench');
  const text = (sql: string, values: readonly unknown[]) => database.query({ text: sql }, values);
  await text(
    "insert into crm_users (org, id, name, email, zone, active) select $1, '005' || lpad(n::text, 15, '0'), name, email, 'Europe/Warsaw', true from unnest($2::text[], $3::text[]) with ordinality as a(name, email, n)",
    [org, agents.map(({ name }) => name), agents.map(({ email }) => email)],
  );
  await text(
    "insert into book_kinds (org, kind, basis, filled_at) select $1, kind, 'bench', cb_now() from unnest(array['contact', 'lead', 'account', 'person-account']) kind",
    [org],
  );
  await text(
    "insert into book_records (org, id, kind, name, owner_id, state, fill) select $1, '003' || lpad(n::text, 15, '0'), 'contact', 'Person ' || n, '005' || lpad((1 + n % 6)::text, 15, '0'), 'there', 1 from generate_series(0, $2 - 1) n",
    [org, people],
  );
  await text(
    "insert into book_numbers (org, number_key, record, field) select org, '+4860' || (1000000 + substr(id, 4)::int)::text, record, 'Phone' from book_records where org = $1",
    [org],
  );
  return org;
}

async function hearCalls(store: ReturnType<typeof postgresStore>, org: OrgId): Promise<void> {
  const numbers = Array.from({ length: people }, (_, place) => numberOf(place));
  const rate: Rate = { seed: 9, prefix: 'try', perSecond: 50, seconds: calls / 50, first: 0, contacts: ['003000000000000001'] };
  const beganMs = Date.now() - 86_400_000;
  for (let place = 0; place < calls; place += 250) {
    const some = Array.from({ length: 250 }, (_, n) => makeCall(n % 2 ? rate : { ...rate, numbers }, place + n));
    await store.append(
      some.flatMap((call, n) =>
        call.says.map((said) => {
          const body = new TextEncoder().encode(bodyOf(call, said, beganMs + (place + n) * 1_000));
          return { org, connection, deliveryId: said.deliveryId, headers: {}, body, payloadHash: hashPayload(body) };
        }),
      ),
    );
  }
}

/** Asks again and again, and notes how long each answer took and how late the clock rang for our own work. */
async function watch(forMs: number, ask: () => Promise<unknown>, stop?: AbortSignal): Promise<{ askedMs: number[]; heldMs: number }> {
  const askedMs: number[] = [];
  let heldMs = 0;
  const until = performance.now() + forMs;
  while (performance.now() < until && !stop?.aborted) {
    const [begun, used] = [performance.now(), process.cpuUsage()];
    await new Promise((resolve) => setTimeout(resolve, askEveryMs));
    const [lateMs, { user, system }] = [performance.now() - begun - askEveryMs, process.cpuUsage(used)];
    heldMs = Math.max(heldMs, Math.min(lateMs, (user + system) / 1000)); // what others have of the machine isn't ours
    const asked = performance.now();
    await ask();
    askedMs.push(performance.now() - asked);
  }
  return { askedMs, heldMs };
}

export const simulate: Part = { name: 'simulate', title: 'Trying a policy out', takes: 'a minute', run };
