import type pg from 'pg';
import { type Experiment, type Outcome, reckon, withInstallation } from './experiment.ts';
import { makeCalls, type Story } from './generator.ts';
import type { Installation } from './installation.ts';
import { pause, until } from './pause.ts';
import type { Moment, Purpose } from './wire-tap.ts';

export type Victim = 'server' | 'postgres' | 'both';
/** Something that stands still on the road, so that a kill meets it there. */
type Held = {
  /** Resolves when the line stands at the point. */
  reached(): Promise<unknown>;
  /** After the kill: lets go of what held it. */
  letGo(): Promise<void>;
};
type Point = {
  readonly name: string;
  /** The step of the line (`lineSteps`), or the stage of the writer, that is cut off here. */
  readonly step: 'receive' | 'translate' | 'tell' | 'take the lane' | 'begin' | 'read' | 'send' | 'settle';
  /** Statements of server/store/sql whose effect is lost or kept at this very point. */
  readonly statements: readonly string[];
  readonly victims: readonly Victim[];
  /** Which calls are on the road: new ones, or written ones that a person links anew. */
  readonly of: 'new calls' | 'written calls';
  hold(installation: Installation): Promise<Held>;
};
const anybody: readonly Victim[] = ['server', 'postgres', 'both'];

/** A table nobody may write to: a transaction of the line waits before its commit, until it is killed. */
const heldByLock =
  (table: string, mode: 'exclusive' | 'access exclusive' = 'exclusive', alsoEnd = false) =>
  async (installation: Installation): Promise<Held> => {
    const holder = await installation.connect();
    await holder.query('begin');
    await holder.query(`lock table ${table} in ${mode} mode`);
    const waiting = `select a.pid from pg_locks l join pg_stat_activity a using (pid)
      where l.relation = '${table}'::regclass and not l.granted and a.application_name = 'cordboard'`;
    return {
      reached: () => until(`somebody waits for the table ${table}`, 20_000, async () => (await installation.query(waiting)).length > 0),
      async letGo() {
        // What a killed server had asked goes on inside PostgreSQL; ended, it never happened.
        if (alsoEnd) await holder.query(`select pg_terminate_backend(pid) from (${waiting}) x`).catch(() => undefined);
        await holder.end().catch(() => undefined); // killed with PostgreSQL, it holds nothing any more
      },
    };
  };
/** A request to the org that stands still on the wire. */
const heldOnWire =
  (moment: Moment, purpose: Purpose) =>
  async (installation: Installation): Promise<Held> => {
    const hold = installation.tap.hold(moment, purpose);
    return {
      reached: () =>
        until(`a ${purpose} is ${moment}`, 20_000, () => Promise.race([hold.reached.then(() => true), pause(10).then(() => false)])),
      letGo: async () => hold.release(),
    };
  };

/** Every arrow of the line, cut where it can be cut. In the order of the road. */
export const points: readonly Point[] = [
  {
    name: 'heard, not stored',
    step: 'receive',
    statements: ['append-deliveries'],
    victims: anybody,
    of: 'new calls',
    hold: heldByLock('deliveries', 'exclusive', true),
  },
  {
    // The insert is waiting when its server dies; let go, PostgreSQL commits it with nobody left to answer the sender.
    name: 'stored, not answered',
    step: 'receive',
    statements: ['append-deliveries'],
    victims: ['server'],
    of: 'new calls',
    hold: heldByLock('deliveries'),
  },
  {
    name: 'answered, not translated',
    step: 'translate',
    statements: [
      'place-messages',
      'raise-calls',
      'insert-events',
      'insert-joins',
      'finish-deliveries',
      'heard-connections',
      'park-delivery',
    ],
    victims: anybody,
    of: 'new calls',
    hold: heldByLock('events'),
  },
  {
    name: 'translated, not told',
    step: 'tell',
    statements: [
      'save-calls',
      'insert-decisions',
      'want-writes',
      'wake-calls',
      'tell-stream',
      'park-call',
      'insert-call-backs',
      'wake-called-back',
      'want-persons',
      'claim-matters',
      'drop-persons',
      'hear-names',
      'hear-nobodys-phones',
      'save-notices',
      'ask-access',
    ],
    victims: anybody,
    of: 'new calls',
    hold: heldByLock('decisions'),
  },
  {
    name: 'told, not begun',
    step: 'begin',
    statements: ['begin-writes'],
    victims: anybody,
    of: 'new calls',
    hold: heldByLock('lanes', 'access exclusive'),
  },
  { name: 'begun, not sent', step: 'send', statements: [], victims: anybody, of: 'new calls', hold: heldOnWire('unsent', 'create') },
  { name: 'sent, not answered', step: 'send', statements: [], victims: anybody, of: 'new calls', hold: heldOnWire('unanswered', 'create') },
  {
    name: 'answered, not settled',
    step: 'settle',
    statements: ['settle-writes', 'insert-attempts', 'tell-calls-changed', 'persons-came', 'matters-came'],
    victims: anybody,
    of: 'new calls',
    hold: heldByLock('attempts'),
  },
  { name: 'settled', step: 'settle', statements: [], victims: anybody, of: 'new calls', hold: settledCalls },
  {
    name: 'a change: read, not answered',
    step: 'read',
    statements: [],
    victims: anybody,
    of: 'written calls',
    hold: heldOnWire('unanswered', 'read'),
  },
  {
    name: 'a change: begun, not sent',
    step: 'send',
    statements: [],
    victims: anybody,
    of: 'written calls',
    hold: heldOnWire('unsent', 'change'),
  },
  {
    name: 'a change: sent, not answered',
    step: 'send',
    statements: [],
    victims: anybody,
    of: 'written calls',
    hold: heldOnWire('unanswered', 'change'),
  },
  {
    name: 'a change: answered, not settled',
    step: 'settle',
    statements: ['settle-writes'],
    victims: ['server'],
    of: 'written calls',
    hold: heldByLock('attempts'),
  },
  {
    // Killed in the middle of a write, started again, and killed while it looks what the last one had under way.
    name: 'killed, and killed again while recovering',
    step: 'take the lane',
    statements: ['take-lane', 'recover-writes'],
    victims: ['server', 'both'],
    of: 'new calls',
    hold: killedWhileWriting,
  },
];

/** Statements that write, but carry no call on its road: what is lost with them is said with each. */
export const besideTheRoad: Readonly<Record<string, string>> = {
  'save-org-facts': 'usage and trouble of the org: said again with the next answer',
  'save-wrong-defaults': 'what is wrong with the policy’s defaults: looked at again at each connection and each change of the policy',
  'save-users': 'users of the org: read again every five minutes and at each start',
  'save-queues': 'queues of the org: read again with its users',
  'set-mode': 'a person’s click, answered only when it is stored',
  'write-again': 'a person’s click, answered only when it is stored',
  'unpark-call': 'a person’s click, answered only when it is stored',
  'forget-observed': 'a person’s click, answered only when it is stored',
  'use-sign-in': 'a sign-in, answered only when it is stored',
  'undo-policy': 'a person’s click, answered only when it is stored; page by page, and clicking again goes on',
  trim: 'forgets what is over',
  'tell-persons': 'told again by whoever takes the lane next, as long as a person is untold',
  'tell-matters': 'told again by whoever takes the lane next, as long as a case is untold',
  'matters-told': 'stored with the calls that are told, in one transaction',
  'wake-later': 'a call whose record is gone stays parked with its reason, and a person can write it again',
  'save-access': 'who may see what: asked again, since nothing says that it was',
  'wake-free-calls': 'stored with what it is about, in one transaction',
  'save-people': 'a person’s click, answered only when it is stored',
  'save-agents': 'a person’s click, answered only when it is stored',
  'save-lines': 'a person’s click, answered only when it is stored',
  'take-listening': 'who listens: taken again by the next',
  'say-listening': 'how listening goes: said again within seconds',
  'api-spent': 'calls of the API that nobody counted: the org’s own count goes on',
  'follow-alerts': 'what is wrong is found again ten seconds later',
  'claim-alert': 'an alert not marked as told is told again under its id',
  'save-way-in': 'a person’s click, stored in one transaction with the settings it is about',
  'give-consent': 'a person’s sign-in, stored in one transaction with what it is about; else they sign in once more',
  'store-consent': 'a rotated token: cut between Salesforce’s answer and this statement, a person signs in once more, and is told so',
  'begin-setup-job': 'a person’s click, answered only when it is stored',
  'beat-setup-job': 'how far installing is: said again within seconds; a server that stops saying so is found (server/setup)',
  'end-setup-job': 'an end that was not stored is found as an interruption, and what was installed is installed again',
  'give-up-setup-jobs': 'what nobody works on is found by the next who looks',
  'remember-unique': 'that names are unique in an org: seen again and stored when it is connected next, before anything is written there',
  ...Object.fromEntries(
    ['book-part', 'forget-persons', 'leave-calls', 'leave-writes'].map((name) => [
      name,
      'another org in the place of a former one: nothing is connected until all of it is stored, and it is done again as a whole',
    ]),
  ),
  ...Object.fromEntries(
    ['save-task', 'save-memo', 'write-task-again'].map((name) => [
      name,
      'what an agent saves: answered only when it is stored, and sent again under its key it is the same',
    ]),
  ),
  'save-check': 'what was found in an org: looked at again by a click',
  ...Object.fromEntries(
    ['begin', 'save', 'filled', 'forget', 'count', 'wake-calls', 'gone', 'heard'].map((name) => [
      `book-${name}`,
      'the book: a fill goes on where it stood, and what changed is read once more',
    ]),
  ),
  ...Object.fromEntries(
    ['begin', 'keep', 'told', 'checked', 'mend', 'scrapped', 'retire', 'erase', 'hold', 'keep-days'].map((name) => [
      `recording-${name}`,
      'recordings have tests of their own with kills (server/recordings)',
    ]),
  ),
};
/** Tables that hold nothing of a call on its road. */
export const tablesBesideTheRoad = [
  'clock',
  'orgs',
  'policies',
  'crm_users',
  'org_facts',
  'sign_ins',
  'sessions',
  'audit',
  'migrations',
  'listenings',
  'recordings',
  'recording_scraps',
  'recording_rules',
  'books',
  'book_kinds',
  'book_records',
  'book_numbers',
  'book_unmatchable',
  'access',
  'people',
  'agents',
  'directory_changes',
  'lines',
  'alerts',
  'ways_in',
  'consents',
  'askings',
  'crm_keys',
  'api_calls',
  'api_usage',
  'book_topics',
  'org_checks',
  'setup_jobs',
  'forgotten_choices',
  'tasks',
] as const;

async function settledCalls(installation: Installation): Promise<Held> {
  const written = async () => Number((await installation.query("select count(*) as n from writes where state = 'written'"))[0]!['n']);
  const before = await written();
  return {
    reached: () => until('more calls are settled', 20_000, async () => (await written()) >= before + callsAPoint),
    letGo: async () => undefined,
  };
}

async function killedWhileWriting(installation: Installation): Promise<Held> {
  const wire = installation.tap.hold('unanswered', 'create');
  const locked: { client?: pg.Client } = {};
  return {
    async reached() {
      await wire.reached;
      await installation.killServer();
      wire.release();
      const client = (locked.client = await installation.connect());
      await client.query('begin');
      await client.query('lock table writes in exclusive mode');
      await installation.startServer();
      await until('the next one recovers', 20_000, async () => {
        const waiting = await installation.query(
          `select 1 from pg_locks l join pg_stat_activity a using (pid) where l.relation = 'writes'::regclass and not l.granted and a.query like '%former holder%'`,
        );
        return waiting.length > 0;
      });
    },
    async letGo() {
      await locked.client?.end().catch(() => undefined);
    },
  };
}

const callsAPoint = 2;

export const killAtEachPoint: Experiment = {
  name: 'points',
  shows: 'SIGKILL at every arrow of the line, of the server, of PostgreSQL and of both',
  run: ({ seed, say, long }) =>
    withInstallation({}, async (installation) => {
      const contacts = await installation.contacts();
      let place = 0;
      let kills = 0;
      const calls = (count: number): Story[] => {
        const atMs = Date.now() + installation.shiftMs - 600_000;
        return makeCalls({
          seed: seed + place,
          prefix: 'point',
          first: place,
          count,
          atMs,
          contacts,
          plain: 'answered',
          deliveries: 'batch',
        }).map((story) => (place++, story));
      };
      for (const [number, point] of points.entries()) {
        // All victims at each point takes long; in turn, every victim meets a third of the points, and the server all of them.
        const others = point.victims.filter((victim) => victim !== 'server');
        const victims: readonly Victim[] = long ? point.victims : ['server', ...others.slice(number % 2, (number % 2) + 1)];
        for (const victim of victims) {
          say(`${point.name}: ${victim}`);
          const fresh = calls(callsAPoint);
          let sending: Promise<void>;
          let held: Held;
          if (point.of === 'written calls') {
            await installation.send(fresh, 100);
            await installation.drain();
            held = await point.hold(installation);
            sending = installation.send(
              fresh.map((story) => linked(installation, story, contacts[kills % contacts.length]!)),
              100,
            );
          } else {
            held = await point.hold(installation);
            sending = installation.send(fresh, 100);
          }
          sending.catch(() => undefined); // awaited below
          await held.reached();
          await killVictim(installation, victim);
          kills++;
          await held.letGo();
          await revive(installation, victim);
          await sending;
        }
      }
      const outcome: Outcome = await reckon(installation);
      const missed = await tablesWithoutAPoint(installation);
      return {
        figures: `${points.length} points, ${kills} kills: ${outcome.figures}`,
        complaints: [...outcome.complaints, ...missed.map((table) => `the table ${table} was written to, and no point names it`)],
      };
    }),
};

/** The same call, which a person now links with this contact: the story has changed, and so has what is expected of it. */
export function linked(installation: Installation, story: Story, contact: string): Story {
  installation.stories.splice(installation.stories.indexOf(story), 1); // it is told anew
  const at = new Date(Date.now() + installation.shiftMs).toISOString();
  const body = JSON.stringify({ version: 1, type: 'call.linked', call: story.call, at, data: { who: { kind: 'Contact', id: contact } } });
  return {
    ...story,
    deliveries: [{ deliveryId: `${story.call}/link/${contact}`, afterMs: 0, body }],
    expected: { ...story.expected!, whoId: contact },
  };
}

export async function killVictim(installation: Installation, victim: Victim): Promise<void> {
  if (victim !== 'postgres') await installation.killServer();
  if (victim !== 'server') await installation.killPostgres();
}
async function revive(installation: Installation, victim: Victim): Promise<void> {
  if (victim !== 'postgres') await installation.startServer();
  // PostgreSQL alone is started again by the server that lives on.
  else await installation.query('select 1');
}

/** What the run itself wrote to, as PostgreSQL counted it since it was last started. */
async function tablesWithoutAPoint(installation: Installation): Promise<string[]> {
  const named = new Set<string>([...tablesOnTheRoad, ...tablesBesideTheRoad]);
  const rows = await installation.query(
    "select relname from pg_stat_user_tables where n_tup_ins + n_tup_upd + n_tup_del > 0 and relname !~ '^deliveries'",
  );
  return rows.map((row) => row['relname'] as string).filter((table) => !named.has(table));
}
/** Where a call is between two steps; each is written by statements that `points` names. */
export const tablesOnTheRoad = [
  'deliveries',
  'calls',
  'events',
  'joins',
  'decisions',
  'writes',
  'attempts',
  'lanes',
  'stream',
  'stream_counters',
  'connections',
  'persons',
  'notices',
  'address_book',
  'nobodys_phones',
  'messages',
] as const;
