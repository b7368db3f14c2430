import { createHash } from 'node:crypto';
import type { CallEvent, CallId } from '../call/event.ts';
import { type CrmQueue, type CrmUser, isWantedMatter, isWantedOfLead, type WantedMatter } from '../crm.ts';
import type { Inputs } from '../decide/pin.ts';
import { completed, defaultPolicy, parsePolicy } from '../decide/policy.ts';
import type {
  Channel,
  DueCall,
  OrgId,
  OrgView,
  PersonEntry,
  Store,
  StoredDelivery,
  StoredEvent,
  Told,
  TranslatedDelivery,
  WriteRow,
} from '../store.ts';
import { regionOf } from '../match/region.ts';
import { type AgentEntry, knowPeople } from '../people/directory.ts';
import type { World } from '../world.ts';
import { type Connection, type Database, isAboutData } from './database.ts';
import { canonicalJson, storable, storableJson } from './canonical-json.ts';
import { decisionKey } from './decision-key.ts';
import { holdLane } from './lane.ts';
import { writeRow } from './rows.ts';

/**
 * Deliveries translated in one transaction: many, since translating waits for the tellings that hold its calls, and what has come
 * meanwhile is done in one go.
 */
const translateAtOnce = 500;
/** Calls told in one transaction: enough to share a commit, few enough that who waits for one of them doesn't wait long. */
const tellAtOnce = 100;
/** A busy door rings this often at most. */
const noteEveryMs = 20;
/** A start this long after the known end is another call under an old id (C4). */
const reuseAfterMs = 12 * 3_600_000;

/** The store on PostgreSQL. Statements are in `sql/`; here is only what goes in and what comes out. */
export function postgresStore(database: Database, world: World, onTrouble: (error: Error) => void): Store {
  // Nobody who delivers waits for the note, and one stands for all that came meanwhile; whoever misses it polls.
  let notedAtMs = -Infinity;
  let noting = false;
  const noteDeliveries = () => {
    if (noting) return;
    noting = true;
    void world
      .sleep(Math.max(notedAtMs + noteEveryMs - world.monotonic(), 0))
      .then(() => {
        noting = false;
        notedAtMs = world.monotonic();
        return database.query({ text: "select pg_notify('deliveries', '')" });
      })
      .catch(onTrouble);
  };
  return {
    async append(rows) {
      await database.query('append-deliveries', [
        rows.map((row) => row.org),
        rows.map((row) => row.connection),
        rows.map((row) => row.deliveryId),
        rows.map((row) => row.payloadHash),
        rows.map((row) => JSON.stringify(row.headers)),
        rows.map((row) => Buffer.from(row.body)),
        rows.map((row) => row.receivedAt ?? null),
      ]);
      noteDeliveries();
    },

    async translateSome(work) {
      let claimed: StoredDelivery[] = [];
      const translateBatch = (only: readonly string[] | null, limit: number) =>
        database.transaction(async (connection) => {
          const rows = (await connection.query('claim-deliveries', [limit, only])).rows;
          claimed = rows.map(storedDelivery);
          if (claimed.length > 0)
            await storeTranslated(
              connection,
              await work(claimed),
              rows.map((row) => row.received_at),
            );
          return claimed.length;
        });
      return aloneIfBlamed(
        () => translateBatch(null, translateAtOnce),
        () => claimed,
        async (suspect) => void (await translateBatch([suspect.id], 1)),
        async (suspect, blame) => {
          await database.query('park-delivery', [suspect.org, suspect.id, `could not be stored: ${blame.message}`]);
        },
      );
    },

    async tellSome(work) {
      let claimedIds: { org: number; id: string }[] = [];
      const tell = (only: readonly string[] | null, limit: number) =>
        database.transaction(async (connection) => {
          const claimed = (await connection.query('claim-calls', [limit, only])).rows;
          claimedIds = claimed.map((row) => ({ org: row.org, id: row.id }));
          if (claimed.length === 0) return 0;
          await storeTold(connection, await work((await gather(connection, claimed)).dues));
          return claimed.length;
        });
      return aloneIfBlamed(
        () => tell(null, tellAtOnce),
        () => claimedIds,
        async (suspect) => void (await tell([suspect.id], 1)),
        async (suspect, blame) => {
          await database.query('park-call', [suspect.org, suspect.id, `could not be stored: ${blame.message}`]);
        },
      );
    },

    takeLane: (org, holder) => holdLane(database, world, org, holder, onTrouble),

    async readOrg(org) {
      const row = (await database.query('read-org', [org])).rows[0];
      if (!row) return undefined;
      const users = (await database.query('read-users', [org])).rows.map(crmUser);
      const policy = row.policy ? parsePolicy(row.policy) : defaultPolicy('en');
      const known = knowPeople(
        (await database.query('read-people', [org])).rows.map(personEntry),
        (await database.query('read-agents', [org])).rows.map((found) => found.entry as AgentEntry),
        users,
        { ways: policy.people.mapping, region: regionOf(policy.country) },
      );
      return {
        org,
        name: row.name,
        uid: row.uid,
        mode: row.mode,
        policy,
        policyVersion: row.policy_version ?? 0,
        ...(row.policy_saved_at_ms !== null && { policySavedAtMs: Number(row.policy_saved_at_ms) }),
        usersByEmail: new Map(users.map((user) => [user.email.toLowerCase(), user])),
        usersByExtension: uniqueByExtension(users),
        usersById: new Map(users.map((user) => [user.id, user])),
        queues: row.queues ? new Map((row.queues as CrmQueue[]).map((queue) => [queue.id, queue])) : undefined,
        people: known.people,
        peopleByEmail: known.byEmail,
        agentAt: known.at,
        selfUser: row.self_user ?? undefined,
        ...(row.related_to !== null && { relatedTo: row.related_to as string[] }),
        lent: new Map(Object.entries((row.lent ?? {}) as Record<string, { readonly trouble?: string }>)),
      } satisfies OrgView;
    },
    async policyVersion(org) {
      const found = await database.query({ text: 'select coalesce(max(version), 0) as version from policies where org = $1' }, [org]);
      return found.rows[0].version as number;
    },
    async policyAt(org, atMs) {
      const found = await database.query(
        {
          text: `select version, document from policies where org = $1
            order by saved_at <= to_timestamp($2::float8 / 1000) desc, case when saved_at <= to_timestamp($2::float8 / 1000) then -version else version end
            limit 1`,
        },
        [org, atMs],
      );
      const row = found.rows[0];
      return row && { version: row.version as number, policy: parsePolicy(row.document) };
    },
    async readOrgs() {
      return (
        await database.query({
          text: `select org, name, mode, crm, unique_since is not null as "wasUnique",
            coalesce((select p.document ->> 'enabled' from policies p where p.org = orgs.org order by p.version desc limit 1), '') = 'false' as off
            from orgs left join org_facts using (org) order by org`,
        })
      ).rows;
    },
    async rememberUnique(org, crm) {
      await database.query('remember-unique', [org, crm]);
    },
    async readConnection(connection) {
      const row = (
        await database.query({ text: 'select org, connection, source, name, secrets from connections where connection = $1' }, [connection])
      ).rows[0];
      return row && { org: row.org, connection: row.connection, source: row.source, name: row.name, sealedSecrets: row.secrets };
    },
    async saveUsers(org, users, self, queues) {
      await database.transaction(async (connection) => {
        await connection.query('save-users', [org, JSON.stringify(users)]);
        if (queues) await connection.query('save-queues', [org, JSON.stringify(queues)]);
        await connection.query('save-org-facts', [org, self, null, null, null, false]);
        await connection.query({ text: "select pg_notify('orgs', $1)" }, [String(org)]);
      });
    },
    async saveRelatedTo(org, objects) {
      await database.query({ text: 'update org_facts set related_to = $2 where org = $1 and related_to is distinct from $2' }, [
        org,
        objects,
      ]);
    },
    async saveWrongDefaults(org, wrong) {
      await database.query('save-wrong-defaults', [org, JSON.stringify(wrong)]);
    },
    async saveUsage(org, usage, trouble) {
      await database.query('save-org-facts', [
        org,
        null,
        usage?.used ?? null,
        usage?.max ?? null,
        trouble ? JSON.stringify(trouble) : null,
        true,
      ]);
    },

    listen: (onNote) => listen(database, world, onNote, onTrouble),
    async clock() {
      return Number((await database.query({ text: 'select extract(epoch from cb_now()) * 1000 as ms' })).rows[0]!.ms);
    },
    close: () => database.close(),
  };
}

/**
 * Runs a batch; when PostgreSQL refuses something in it, each row alone finds the one to blame, and only that one stands
 * aside (E1, E2). Gives how many rows were handled.
 */
async function aloneIfBlamed<Row>(
  batch: () => Promise<number>,
  claimed: () => readonly Row[],
  alone: (row: Row) => Promise<void>,
  park: (row: Row, blame: Error) => Promise<void>,
): Promise<number> {
  try {
    return await batch();
  } catch (error) {
    if (!isAboutData(error)) throw error;
    const suspects = claimed();
    for (const suspect of suspects) {
      try {
        await alone(suspect);
      } catch (blame) {
        if (!isAboutData(blame)) throw blame;
        await park(suspect, blame as Error);
      }
    }
    return suspects.length;
  }
}

const storedDelivery = (row: Record<string, unknown>): StoredDelivery => ({
  org: row['org'] as OrgId,
  id: row['id'] as string,
  connection: row['connection'] as string,
  source: row['source'] as string,
  deliveryId: row['delivery_id'] as string,
  payloadHash: row['payload_hash'] as string,
  headers: row['headers'] as Record<string, string>,
  body: row['body'] as Uint8Array,
  receivedAtMs: Number(row['received_at_ms']),
});

/** An extension that two users claim is nobody's. */
function uniqueByExtension(users: readonly CrmUser[]): Map<string, CrmUser> {
  const owners = Map.groupBy(
    users.filter((user) => user.extension),
    (user) => user.extension!,
  );
  return new Map([...owners].flatMap(([extension, [user, ...others]]) => (others.length === 0 ? [[extension, user!] as const] : [])));
}

/** Key of a call before it has a number: org, connection and id, in JSON so that no characters of an id can collide. */
const keyOf = (org: number, connection: string, externalId: string) => JSON.stringify([org, connection, externalId]);

async function storeTranslated(connection: Connection, told: readonly TranslatedDelivery[], receivedAt: readonly unknown[]): Promise<void> {
  const translated = await keepPlaces(connection, told);
  const heard = translated.flatMap(({ delivery, events, offsetMs }) => events.map((event) => ({ delivery, event, offsetMs })));
  const calls = new Map<
    string,
    { org: number; connection: string; externalId: string; startsAtMs: number | undefined; incarnation: number }
  >();
  const mention = (delivery: StoredDelivery, externalId: string, startsAtMs: number | undefined) => {
    const key = keyOf(delivery.org, delivery.connection, storable(externalId));
    const known = calls.get(key);
    if (!known)
      calls.set(key, { org: delivery.org, connection: delivery.connection, externalId: storable(externalId), startsAtMs, incarnation: 0 });
    else if (startsAtMs !== undefined) known.startsAtMs = Math.min(known.startsAtMs ?? Infinity, startsAtMs);
  };
  for (const { delivery, event, offsetMs } of heard) {
    mention(delivery, event.callId, event.type === 'started' ? event.at + offsetMs : undefined);
    if (event.type === 'joined') mention(delivery, event.into, undefined);
  }

  const newDeliveries = new Set<string>();
  const mentioned = [...calls.values()];
  if (mentioned.length) {
    const [orgs, connections, externalIds] = [
      mentioned.map((x) => x.org),
      mentioned.map((x) => x.connection),
      mentioned.map((x) => x.externalId),
    ];
    const placed = new Set<object>();
    for (const row of (await connection.query('incarnations', [orgs, connections, externalIds])).rows) {
      const call = calls.get(keyOf(row.org, row.connection, row.external_id))!;
      if (placed.has(call)) continue;
      const endedAtMs = row.ended_at_ms === null ? undefined : Number(row.ended_at_ms);
      const belongs = call.startsAtMs !== undefined && (endedAtMs === undefined || call.startsAtMs <= endedAtMs + reuseAfterMs);
      // A start goes to the first life it fits into, be it told late; what has no start, to the last one.
      if (belongs) placed.add(call);
      call.incarnation = row.incarnation + (call.startsAtMs === undefined || belongs ? 0 : 1);
    }
    const raised = (await connection.query('raise-calls', [orgs, connections, externalIds, mentioned.map((x) => x.incarnation)])).rows;
    const rowIds = new Map(raised.map((row) => [keyOf(row.org, row.connection, row.external_id), row.id as string]));
    const rowOf = (delivery: StoredDelivery, callId: string) => rowIds.get(keyOf(delivery.org, delivery.connection, storable(callId)))!;
    const rows = heard.map(({ delivery, event, offsetMs }) => ({
      org: delivery.org,
      call: rowOf(delivery, event.callId),
      event,
      offsetMs,
      delivery: delivery.id,
    }));
    for (const id of await insertEvents(connection, rows)) newDeliveries.add(id);
    const joins = heard.flatMap(({ delivery, event }) =>
      event.type === 'joined' ? [{ org: delivery.org, part: rowOf(delivery, event.callId), into: rowOf(delivery, event.into) }] : [],
    );
    if (joins.length) await connection.query('insert-joins', [joins.map((x) => x.org), joins.map((x) => x.part), joins.map((x) => x.into)]);
    await connection.query({ text: "select pg_notify('calls', '')" });
  }
  const stateOf = ({ delivery, events, state }: TranslatedDelivery) =>
    state === 'translated' && events.length > 0 && !newDeliveries.has(delivery.id) ? 'repeat' : state;
  await connection.query('finish-deliveries', [
    translated.map((x) => x.delivery.org),
    translated.map((x) => x.delivery.id),
    receivedAt,
    translated.map(stateOf),
    translated.map((x) => x.note),
  ]);
  const offsets = new Map(translated.map((x) => [x.delivery.connection, x] as const));
  const heardFrom = [...offsets.values()].sort((a, b) => (a.delivery.connection < b.delivery.connection ? -1 : 1));
  await connection.query('heard-connections', [
    heardFrom.map((x) => x.delivery.org),
    heardFrom.map((x) => x.delivery.connection),
    heardFrom.map((x) => x.offsetMs),
  ]);
}

/** A message told again stays with the conversation's day it was first told to, whatever the policy or the phone system says of the zone by now (AC-38). */
async function keepPlaces(connection: Connection, translated: readonly TranslatedDelivery[]): Promise<readonly TranslatedDelivery[]> {
  const messages = translated.flatMap(({ delivery: { org, connection: from }, events }) =>
    events.flatMap((event) =>
      event.type === 'message' ? [{ org, connection: from, message: storable(event.message), call: storable(event.callId) }] : [],
    ),
  );
  if (messages.length === 0) return translated;
  const rows = (await connection.query('place-messages', [storableJson(messages)])).rows;
  const places = new Map(rows.map((row) => [keyOf(row.org, row.connection, row.message), row.call as CallId]));
  return translated.map((one) => {
    if (one.state === 'parked') return one;
    const place = (event: CallEvent): CallEvent =>
      event.type === 'message'
        ? { ...event, callId: places.get(keyOf(one.delivery.org, one.delivery.connection, storable(event.message))) ?? event.callId }
        : event;
    return { ...one, events: one.events.map(place) };
  });
}

/** Gives the deliveries that said something new. */
async function insertEvents(
  connection: Connection,
  rows: readonly { org: number; call: string; event: CallEvent; offsetMs: number; delivery: string }[],
): Promise<string[]> {
  if (rows.length === 0) return [];
  const facts = rows.map(({ event: { id: _id, callId: _callId, at: _at, ...fact } }) => canonicalJson(fact));
  const inserted = await connection.query('insert-events', [
    rows.map((x) => x.org),
    rows.map((x) => x.call),
    rows.map((x) => storable(x.event.id)),
    rows.map((x, i) => createHash('sha256').update(`${x.event.at} ${facts[i]}`).digest('hex').slice(0, 32)),
    rows.map((x) => x.event.type),
    rows.map((x) => x.event.at),
    rows.map((x) => x.offsetMs),
    facts,
    rows.map((x) => x.delivery),
  ]);
  return inserted.rows.map((row) => row.delivery as string);
}

/** Everything the telling of these calls needs, in six statements whatever their number, and the decision each had last. `writes-as-they-are`: nothing is locked. */
export async function gather(
  connection: Connection,
  claimed: readonly Record<string, unknown>[],
  writesAs: 'writes-of-calls' | 'writes-as-they-are' = 'writes-of-calls',
): Promise<{ readonly dues: DueCall[]; readonly decisions: readonly Record<string, unknown>[] }> {
  const orgs = claimed.map((row) => row['org']);
  const ids = claimed.map((row) => row['id']);
  const family = (await connection.query('family-of-calls', [orgs, ids])).rows;
  const members = [...new Map(family.map((row) => [`${row.org} ${row.member}`, row])).values()];
  const [events, writes, decisions] = [
    (await connection.query('events-of-calls', [members.map((row) => row.org), members.map((row) => row.member)])).rows,
    (await connection.query(writesAs, [orgs, ids])).rows.map(writeRow),
    (await connection.query('newest-decisions', [orgs, ids])).rows,
  ];
  const claimedKeys = new Set(claimed.map((row) => `${row['org'] as number} ${row['id'] as string}`));
  const isJoined = members.length > claimedKeys.size || family.length > claimedKeys.size;
  const all = isJoined ? [members.map((row) => row.org), members.map((row) => row.member)] : undefined;
  const mattersOf = Map.groupBy(
    (all ? (await connection.query('writes-as-they-are', all)).rows : [])
      .map(writeRow)
      .filter((row): row is WriteRow<WantedMatter> => isWantedMatter(row.wanted)),
    (row) => `${row.org} ${row.call}`,
  );
  const eventsOf = Map.groupBy(events, (row) => `${row.org} ${row.call}`);
  const familyOf = Map.groupBy(family, (row) => `${row.org} ${row.call}`);
  const writesOf = Map.groupBy(writes, (row) => `${row.org} ${row.call}`);
  const decisionOf = new Map(decisions.map((row) => [`${row.org} ${row.call}`, row]));
  const dues = claimed.map((row): DueCall => {
    const key = `${row['org'] as number} ${row['id'] as string}`;
    const kin = familyOf.get(key) ?? [];
    const decided = decisionOf.get(key);
    return {
      org: row['org'] as OrgId,
      id: row['id'] as string,
      connection: row['connection'] as string,
      source: row['source'] as string,
      externalId: row['external_id'] as CallId,
      incarnation: row['incarnation'] as number,
      version: row['version'] as number,
      heardAtMs: Number(row['heard_at_ms']),
      ...(row['rules_at_ms'] !== null && { rulesAtMs: Number(row['rules_at_ms']) }),
      pinned: row['pinned'] ? completePins(row['pinned'] as Inputs) : undefined,
      wantsPerson: row['wants_person'] as boolean,
      personGeneration: (row['person_generation'] as number | null) ?? undefined,
      events: kin.flatMap((member) => (eventsOf.get(`${member.org} ${member.member}`) ?? []).map(storedEvent)),
      // a call's own are activities and matters, and changes of leads; what is made for its number is nobody's (noCall)
      writes: (writesOf.get(key) ?? []).filter(({ wanted }) => !isWantedOfLead(wanted)) as DueCall['writes'],
      ofLeads: (writesOf.get(key) ?? []).filter(({ wanted }) => isWantedOfLead(wanted)) as DueCall['ofLeads'],
      ofKin: kin.flatMap((member) =>
        member.member === row['id']
          ? []
          : (mattersOf.get(`${member.org} ${member.member}`) ?? []).map((matter) => ({ call: member.external_id as CallId, row: matter })),
      ),
      known: new Map(kin.map((member) => [member.external_id as CallId, member.member as string])),
      lastDecision: decided && decisionKey(decided.verdict, decided.wants, decided.policy_version),
    };
  });
  return { dues, decisions };
}

/** A former release pinned less: what it didn't know of is as it is by default (E5). */
const completePins = (pinned: Inputs): Inputs => ({
  ...pinned,
  policy: completed(pinned.policy),
  named: pinned.named ?? {},
});

const crmUser = (row: Record<string, unknown>): CrmUser =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as CrmUser;

const personEntry = (row: Record<string, unknown>): PersonEntry => ({
  connection: row['connection'] as string,
  agent: row['agent'] as string,
  ...(row['user'] === null ? {} : { user: row['user'] as string }),
  ...(row['email'] === null ? {} : { email: row['email'] as string }),
  ...(row['team'] === null ? {} : { team: row['team'] as string }),
});

const storedEvent = (row: Record<string, unknown>): StoredEvent => ({
  event: { id: row['id'], callId: row['external_id'], at: row['at'], ...(row['fact'] as object) } as CallEvent, // parsed when it was translated
  clockOffsetMs: row['clock_offset_ms'] as number,
  contradicted: row['contradicted'] as boolean,
});

async function storeTold(connection: Connection, told: readonly Told[]): Promise<void> {
  const well = told.filter((x) => x.call !== undefined);
  for (const { due, trouble } of told.filter((x) => x.trouble !== undefined))
    await connection.query('park-call', [due.org, due.id, trouble]);
  const saved = await connection.query('save-calls', [
    storableJson(
      well.map((x) => ({
        org: x.due.org,
        id: x.due.id,
        version: x.due.version + 1,
        told: { ...x.call, ...x.flags },
        pinned: x.pinned ?? null,
        verdict: x.verdict ?? null,
        part_of: x.partOf === undefined ? null : x.due.known.get(x.partOf),
        started_at_ms: x.startedAtMs ?? null,
        ended_at_ms: x.endedAtMs ?? null,
        number_key: x.numberKey ?? null,
        talked_at_ms: x.talkedAtMs ?? null,
        open_until_ms: x.openUntilMs === Infinity ? 'Infinity' : (x.openUntilMs ?? null),
        person_generation: x.person?.generation ?? null,
        next_due_ms: x.nextDueMs ?? null,
      })),
    ),
  ]);
  const own = well.flatMap((x) =>
    (x.ownFacts ?? []).map((event) => ({ org: x.due.org, call: x.due.id, event, offsetMs: 0, delivery: '0' })),
  );
  await insertEvents(connection, own);
  const decided = well.filter((x) => x.decision !== undefined && x.decision !== x.due.lastDecision);
  if (decided.length) {
    await connection.query('insert-decisions', [
      storableJson(
        decided.map((x) => ({
          org: x.due.org,
          call: x.due.id,
          version: x.due.version + 1,
          policy_version: x.policyVersion,
          verdict: x.verdict,
          wants: x.wants,
          trace: x.trace,
        })),
      ),
    ]);
  }
  const plans = well.flatMap((x) =>
    (x.writes ?? [])
      .filter((plan) => plan.change !== 'none')
      .map((plan) => ({
        org: x.due.org,
        call: x.due.id,
        role: plan.role,
        qualifier: plan.qualifier,
        name: plan.name,
        wanted: plan.wanted,
        wanted_version: x.due.version + 1,
        policy_version: plan.policyVersion,
        retracted: plan.retracted,
        only_untouched: plan.onlyUntouched,
        change: plan.change,
        lane: plan.lane,
        delay_ms: plan.delayMs,
      })),
  );
  if (plans.length) {
    await connection.query('want-writes', [storableJson(plans)]);
    await connection.query({ text: "select pg_notify('writes', '')" });
  }
  // A part passes on to the call it belongs to that something new was heard, and to the one it belonged to that it left (C2). Two tellings that wake each other's calls
  // may dead-lock; PostgreSQL ends one, and a transaction is repeatable.
  const movedOn = saved.rows.filter((row) => row.former_part_of !== null && row.former_part_of !== row.part_of);
  const wakes = well.flatMap((x) => [
    ...movedOn
      .filter((row) => row.org === x.due.org && row.id === x.due.id)
      .map((row) => ({ org: x.due.org, id: row.former_part_of as string })),
    ...(x.partOf === undefined ? [] : [{ org: x.due.org, id: x.due.known.get(x.partOf)! }]),
    ...(own.some((fact) => fact.call === x.due.id) ? [{ org: x.due.org, id: x.due.id }] : []),
  ]);
  if (wakes.length) {
    await connection.query('wake-calls', [wakes.map((x) => x.org), wakes.map((x) => x.id)]);
    await connection.query({ text: "select pg_notify('calls', '')" });
  }
  const named = well.flatMap((x) =>
    x.heardName && x.numberKey !== undefined && x.startedAtMs !== undefined
      ? [
          {
            org: x.due.org,
            number_key: x.numberKey,
            name: x.heardName.name.slice(0, 200),
            email: x.heardName.email ?? null,
            at_ms: x.startedAtMs,
          },
        ]
      : [],
  );
  if (named.length > 0) await connection.query('hear-names', [storableJson(named)]);
  const nobodys = well.flatMap(({ due, nobodysPhones = [] }) =>
    nobodysPhones.map((phone) => ({ ...phone, org: due.org, connection: due.connection, call: due.id })),
  );
  if (nobodys.length > 0) await connection.query('hear-nobodys-phones', [storableJson(nobodys)]);
  await wantPersons(connection, well);
  // Who wants nothing made any more, or has turned out to have another number.
  const left = saved.rows.flatMap((row) =>
    row.wanted_person && (!row.wants_person || row.former_number !== row.number_key)
      ? [{ org: row.org as number, number: row.former_number as string }]
      : [],
  );
  const concerned = well.filter(isAboutNumber);
  const making = well.flatMap(({ due, writes = [] }) =>
    writes.flatMap(({ role, wanted, change, once }) =>
      once && change === 'send' && isWantedMatter(wanted) && wanted.contactId !== undefined
        ? [{ org: due.org, call: due.id, role, key: `${role} of ${wanted.contactId}` }]
        : [],
    ),
  );
  if (concerned.length + left.length + making.length > 0) {
    await connection.query('lock-numbers', [
      [...concerned.map((x) => x.due.org), ...left.map((x) => x.org), ...making.map((x) => x.org)],
      [...concerned.map((x) => x.numberKey), ...left.map((x) => x.number), ...making.map((x) => x.key)],
    ]);
    await claimMatters(connection, making);
    await storePersons(connection, concerned, left);
    await storeCallBacks(connection, concerned);
  }
  const said = well.flatMap((x) => (x.summary === undefined ? [] : [{ org: x.due.org, recipient: 'admin', body: x.summary }]));
  const news = [...said, ...(await storeNotices(connection, well))];
  if (news.length) {
    await connection.query('tell-stream', [news.map((x) => x.org), news.map((x) => x.recipient), news.map((x) => storableJson(x.body))]);
    await connection.query({ text: "select pg_notify('stream', '')" });
  }
}

/**
 * What people are told of these calls, where it differs from what they were told last. Of the records it shows each those they may see, as far
 * as that is known; until it is, they see the number, and the org is asked (B2).
 */
async function storeNotices(connection: Connection, well: readonly Told[]): Promise<{ org: OrgId; recipient: string; body: unknown }[]> {
  const all = well.flatMap(({ due, notices: its = [] }) => its.map((notice) => ({ org: due.org, callRow: due.id, ...notice })));
  if (all.length === 0) return [];
  const keys = [all.map((x) => x.org), all.map((x) => x.callRow), all.map((x) => x.recipient), all.map((x) => x.kind)];
  const told = new Map(
    (await connection.query('told-notices', keys)).rows.map((row) => [`${row.org} ${row.call} ${row.recipient} ${row.kind}`, row]),
  );
  const former = (x: (typeof all)[number]) => told.get(`${x.org} ${x.callRow} ${x.recipient} ${x.kind}`);
  // Who never saw it needn't hear that it is over, and who has heard it needn't again.
  const notices = all.filter((x) => x.live || x.kind === 'missed' || former(x)?.live === true);
  const pairs = notices.flatMap(({ org, recipient, records }) => records.map(({ id }) => ({ org, recipient, id })));
  const accessOf = new Map<string, { allowed: boolean | null; fresh: boolean | null }>();
  const access = (org: number, recipient: string, id: string) => accessOf.get(`${org} ${recipient} ${id}`);
  const look = async (some: typeof pairs) => {
    if (some.length === 0) return;
    const values = [some.map((x) => x.org), some.map((x) => x.recipient), some.map((x) => x.id)];
    for (const row of (await connection.query('access-of', values)).rows) accessOf.set(`${row.org} ${row.recipient} ${row.record}`, row);
  };
  await look(pairs);
  const stale = pairs.filter(({ org, recipient, id }) => !access(org, recipient, id)?.fresh);
  if (stale.length > 0) {
    // These rows are ours from here on: an answer that is just being stored is seen below, a later one finds what we store.
    await connection.query('ask-access', [stale.map((x) => x.org), stale.map((x) => x.recipient), stale.map((x) => x.id)]);
    await connection.query({ text: "select pg_notify('access', '')" });
    await look(stale);
  }
  const fresh = notices.flatMap(({ org, callRow, recipient, kind, body, records, live }) => {
    const seen = records.filter(({ id }) => access(org, recipient, id)?.fresh && access(org, recipient, id)?.allowed === true);
    const shown = { notice: kind, ...body, ...(seen.length > 0 ? { records: seen } : {}) };
    const before = told.get(`${org} ${callRow} ${recipient} ${kind}`);
    return before !== undefined && canonicalJson(before.body) === canonicalJson(shown)
      ? []
      : [{ org, call: callRow, recipient, kind, body: shown, records: records.map(({ id }) => id), live }];
  });
  if (fresh.length > 0) await connection.query('save-notices', [storableJson(fresh)]);
  return fresh.map(({ org, recipient, body }) => ({ org, recipient: `user ${recipient}`, body }));
}

/**
 * What is known by number is looked at under a lock on the number: whichever of two tellings, or of a telling and the writer, comes later
 * finds what the earlier stored. It is taken after every row lock of a telling, once and in one order: who waits for it holds up nobody it
 * waits for. A call that is being told elsewhere is not woken: its own telling looks as well, and wakes itself.
 */
const isAboutNumber = (x: Told) =>
  x.numberKey !== undefined && (x.talkedAtMs !== undefined || x.openUntilMs !== undefined || x.person !== undefined);

/** Records to be made for numbers, whatever call wants them (P1). */
async function wantPersons(connection: Connection, well: readonly Told[]): Promise<void> {
  const wanting = well.flatMap(({ due, person }) => (person ? [{ due, person }] : []));
  if (wanting.length === 0) return;
  await connection.query('want-persons', [
    storableJson(
      wanting.map(({ due, person: { generation, name, wanted, policyVersion } }) => ({
        org: due.org,
        call: due.id,
        number_key: wanted.phone,
        generation,
        name,
        wanted,
        policy_version: policyVersion,
      })),
    ),
  ]);
  await connection.query({ text: "select pg_notify('writes', '')" });
}

/** The writer may have made a record while the call that awaits it was told; and one that nobody wants any more isn't made (D2). */
async function storePersons(
  connection: Connection,
  concerned: readonly Told[],
  left: readonly { readonly org: number; readonly number: string }[],
): Promise<void> {
  if (left.length > 0) await connection.query('drop-persons', [left.map((x) => x.org), left.map((x) => x.number)]);
  const wanting = concerned.flatMap((x) => (x.person ? [{ due: x.due, person: x.person, seen: x.seenPerson }] : []));
  if (wanting.length === 0) return;
  const names = wanting.map(({ person }) => person.name);
  const settled = (await connection.query('persons-settled', [wanting.map(({ due }) => due.org), names])).rows;
  const late = wanting.filter(({ due, person, seen }) =>
    settled.some(
      (row) => row.org === due.org && row.name === person.name && (seen?.generation !== person.generation || seen.row !== row.state),
    ),
  );
  if (late.length === 0) return;
  await connection.query('wake-calls', [late.map(({ due }) => due.org), late.map(({ due }) => due.id)]);
  await connection.query({ text: "select pg_notify('calls', '')" });
}

/** What a contact is to have once is made for one of its calls; the others are told again, and find it (claim-matters.sql). */
async function claimMatters(
  connection: Connection,
  making: readonly { readonly org: number; readonly call: string; readonly role: string }[],
): Promise<void> {
  if (making.length === 0) return;
  const late = (await connection.query('claim-matters', [making.map((x) => x.org), making.map((x) => x.call), making.map((x) => x.role)]))
    .rows;
  if (late.length === 0) return;
  await connection.query('wake-calls', [late.map((row) => row.org), late.map((row) => row.call)]);
  await connection.query({ text: "select pg_notify('calls', '')" });
}

/** An answered call settles the open logs of its number, whichever of the two is told first (D4). */
async function storeCallBacks(connection: Connection, told: readonly Told[]): Promise<void> {
  const concerned = told.filter((x) => x.numberKey !== undefined && (x.talkedAtMs !== undefined || x.openUntilMs !== undefined));
  if (concerned.length === 0) return;
  const orgs = concerned.map((x) => x.due.org);
  const found = (await connection.query('insert-call-backs', [orgs, concerned.map((x) => x.due.id)])).rows;
  const heardBy = new Map(concerned.map((x) => [`${x.due.org} ${x.due.id}`, new Set(x.due.events.map((stored) => stored.event.id))]));
  const wakes = found.filter((row) => {
    const heard = heardBy.get(`${row.org} ${row.call}`);
    return heard ? !heard.has(row.id) : row.inserted;
  });
  if (wakes.length === 0) return;
  await connection.query('wake-called-back', [wakes.map((row) => row.org), wakes.map((row) => row.call)]);
  await connection.query({ text: "select pg_notify('calls', '')" });
}

/** Ids and lists come back as PostgreSQL sends them; only the shape is ours. */
async function listen(
  database: Database,
  world: World,
  onNote: (channel: Channel, payload: string) => void,
  onTrouble: (error: Error) => void,
): Promise<{ close(): Promise<void> }> {
  const closing = new AbortController();
  const channels: readonly Channel[] = ['deliveries', 'calls', 'writes', 'stream', 'orgs', 'access'];
  const session = async () => {
    const client = await database.dedicated();
    const ended = new AbortController();
    client.on('end', () => ended.abort());
    client.on('error', () => ended.abort());
    try {
      client.on('notification', (note) => onNote(note.channel as Channel, note.payload ?? ''));
      for (const channel of channels) await client.query(`listen ${channel}`);
      for (const channel of channels) onNote(channel, ''); // whatever was said before we listened is in the tables
      // An idle listener hears nothing of a cut connection; asking each second does (ha.md).
      while (!closing.signal.aborted && !ended.signal.aborted) {
        await client.query({ text: 'select 1', query_timeout: 1_500 } as { text: string });
        await world.sleep(1_000, AbortSignal.any([closing.signal, ended.signal]));
      }
    } finally {
      await client.end();
    }
  };
  const running = (async () => {
    while (!closing.signal.aborted) {
      try {
        await session();
      } catch (error) {
        onTrouble(error as Error);
        await world.sleep(250 + 500 * world.chance(), closing.signal);
      }
    }
  })();
  return {
    async close() {
      closing.abort();
      await running;
    },
  };
}
