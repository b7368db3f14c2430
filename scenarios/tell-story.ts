import { parsePolicy } from '../server/decide/policy.ts';
import { openLine, type Line } from '../server/testing/line.ts';
import { type Before, type Happening, msOf, timeOf } from './happening.ts';
import { heard } from './heard.ts';
import { Names } from './names.ts';
import { sayCall, sayChange, sayDecision, sayExport, sayFields, sayMade, sayNotice } from './say.ts';

type Row = Record<string, unknown>;
type Told = {
  readonly atMs: number;
  readonly room: string;
  readonly who: string;
  readonly words: string;
  readonly detail: readonly string[];
};

/** Nobody is in the middle of something any more: what lingers has been written. */
const afterwardsMs = 60_000;
const rooms = ['ingest', 'wire', 'org', 'admin', 'human', 'call', 'decide', 'write', 'notify'];

/**
 * Plays what happens on a line of its own, and tells it from wire to wire. Same happenings, same story. `afterwards`: while the line is still
 * there.
 */
export async function tellStory(
  happenings: readonly Happening[],
  before: Before,
  afterwards: (line: Line, names: Names) => Promise<void> = async () => {},
): Promise<string> {
  const { records = [], ...org } = before;
  const happening = happenings.flatMap((one) => ('trace' in one ? heard(one) : [one]));
  const [first] = happening.flatMap((one) => ('at' in one ? [msOf(one.at)] : []));
  if (first === undefined) throw new Error('Nothing happens in this story.');
  const line = await openLine({ orgs: [withoutUndefined(org)], sideBySide: 1, startsAtMs: first });
  try {
    const names = new Names(line);
    for (const { object, fields } of records) await line.asHuman({ action: 'create', object, fields: await names.resolve(fields) });
    await names.learn();
    const teller = new Teller(line, names);
    const lines = happening.flatMap((one) => ('story' in one ? [one.story] : []));
    const moments = Map.groupBy(
      happening.filter((one) => 'at' in one),
      (one) => msOf(one.at),
    );
    let last = first;
    for (const [ms, together] of moments) {
      if (ms < last) throw new Error(`${timeOf(ms)} comes after ${timeOf(last)}: time goes on only.`);
      await teller.watchUntil(ms, false);
      for (const one of together) await teller.happen(one);
      await teller.watchUntil(ms, true);
      last = ms;
    }
    if (!happening.some((one) => 'end' in one)) await teller.watchUntil(last + afterwardsMs, true);
    const story = [...lines, '', ...teller.lines, '', ...(await teller.ending())].join('\n') + '\n';
    await afterwards(line, names);
    return story;
  } finally {
    await line.close();
  }
}

const withoutUndefined = <T extends object>(given: T) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };

class Teller {
  readonly lines: string[] = [];
  readonly #line: Line;
  readonly #names: Names;
  #fresh: Told[] = [];
  #seen = {
    deliveries: 0,
    calls: new Map<string, string>(),
    decisions: new Set<string>(),
    attempts: 0,
    stream: new Map<string, number>(),
    rows: new Map<string, string>(),
  };

  constructor(line: Line, names: Names) {
    this.#line = line;
    this.#names = names;
  }

  /** Goes on to this time, stopping wherever something is due, and tells what has happened there. */
  async watchUntil(ms: number, withIt: boolean): Promise<void> {
    const look = () => this.#observe();
    await (withIt ? this.#line.advanceTo(ms, look) : this.#line.at(ms, look));
  }

  async happen(one: Exclude<Happening, { story: string } | { trace: string }>): Promise<void> {
    const line = this.#line;
    const say = (room: string, who: string, words: string, detail: readonly string[] = []) =>
      void this.#fresh.push({ atMs: line.now(), room, who, words, detail });
    if ('delivery' in one) {
      const { delivery: id, body, connection, clockAheadMs } = one;
      const answer = await line.send(withoutUndefined({ id, body, connection, clockAheadMs }) as { id: string; body: unknown });
      if ('error' in answer.body)
        say('ingest', cutId(id), `refused with ${answer.status} ${answer.body.error.code}`, [answer.body.error.message]);
    } else if ('stored' in one) await line.store(one.stored, one.text);
    else if ('human' in one) {
      const { human, does, record, fields = {} } = one;
      const [object, id] = does === 'create' ? [record, undefined] : this.#names.find(record);
      await line.asHuman({
        action: does,
        object,
        ...(id === undefined ? {} : { id }),
        ...(one.losers && { losers: one.losers.map((loser) => this.#names.find(loser)[1]) }),
        user: this.#names.find(`<user ${human}>`)[1],
        fields: await this.#names.resolve(fields),
      });
      await this.#names.learn();
      say('human', human, `${does}s ${record}${one.losers ? ` with ${one.losers.join(', ')}` : ''}`, sayFields(fields));
    } else if ('agent' in one) {
      const user = this.#names.find(`<user ${one.agent}>`)[1];
      if (one.does === 'lets us act as them') await line.lend(user);
      else for (const what of ['grants', 'sessions']) await line.control('DELETE', `/${what}?user=${user}`);
      say('human', one.agent, one.does);
    } else if ('admin' in one) {
      if ('call' in one) {
        const call = await this.#callOf(one.call);
        say('admin', one.call, one.admin);
        await (one.admin === 'write again' ? line.admin.writeAgain(line.org, call) : line.admin.applyRules(line.org, call));
      } else if ('policy' in one)
        say('admin', '', `saves version ${await line.admin.savePolicy(line.org, parsePolicy(one.policy), 'admin')} of the policy`, [
          JSON.stringify(one.policy),
        ]);
      else {
        await line.admin.setMode(
          line.org,
          one.admin.startsWith('go live') ? 'live' : one.admin === 'pause' ? 'paused' : 'observe',
          one.admin.endsWith('backfill'),
        );
        say('admin', '', one.admin);
      }
    } else if ('org' in one) {
      if ('rule' in one) await line.control('POST', '/validation-rules', one.rule);
      else if ('fault' in one) await line.control('POST', '/faults', one.fault);
      else await line.control('DELETE', one.org === 'no faults' ? '/faults' : '/validation-rules');
      say('org', '', one.org, 'rule' in one ? [JSON.stringify(one.rule)] : 'fault' in one ? [JSON.stringify(one.fault)] : []);
    } else if ('wire' in one) {
      if (one.wire === 'lets it land') await line.letHeldRequestsLand();
      else line.holdNextWrite();
      say('wire', '', one.wire);
    }
  }

  /** What the tables say now that they didn't before. */
  async #observe(): Promise<void> {
    const ask = async (text: string, values: readonly unknown[] = []) => (await this.#line.database.query({ text }, values)).rows as Row[];
    const say = (atMs: unknown, room: string, who: unknown, words: string, detail: readonly string[] = []) =>
      void this.#fresh.push({ atMs: Number(atMs), room, who: cutId(String(who)), words, detail });
    const seen = this.#seen;
    await this.#names.learn();

    for (const row of await ask(
      'select id, delivery_id, state, note, body, extract(epoch from received_at) * 1000 as ms from deliveries where id > $1 order by id',
      [seen.deliveries],
    )) {
      seen.deliveries = Number(row['id']);
      const words =
        { translated: '', repeat: 'seen already', unheard: 'unheard', parked: 'parked', new: 'not looked at' }[row['state'] as string] ??
        '';
      say(
        row['ms'],
        'ingest',
        row['delivery_id'],
        [sayBody(row['body'] as Uint8Array), words].filter(Boolean).join('  '),
        typeof row['note'] === 'string' ? [row['note']] : [],
      );
    }
    const calls =
      await ask(`select c.id, c.external_id, c.incarnation, c.told, c.trouble, (select extract(epoch from min(s.told_at)) * 1000 from stream s
      where s.org = c.org and s.body->>'call' = c.id::text and s.body->>'version' = c.version::text) as ms from calls c order by c.id`);
    for (const row of calls) {
      const [words, detail] =
        typeof row['trouble'] === 'string'
          ? [`stands aside: ${row['trouble']}`, []]
          : row['told'] === null
            ? ['nothing heard of it yet', []]
            : sayCall(row['told'] as Row);
      const key = String(row['id']);
      if (seen.calls.get(key) === `${words}${detail.join()}`) continue;
      seen.calls.set(key, `${words}${detail.join()}`);
      say(row['ms'] ?? this.#line.now(), 'call', this.#nameOfCall(row), words, detail);
    }
    for (const row of await ask(
      'select d.*, extract(epoch from d.decided_at) * 1000 as ms, c.external_id, c.incarnation from decisions d join calls c on c.org = d.org and c.id = d.call order by d.decided_at, d.call, d.version',
    )) {
      const key = `${String(row['call'])} ${String(row['version'])}`;
      if (seen.decisions.has(key)) continue;
      seen.decisions.add(key);
      say(row['ms'], 'decide', this.#nameOfCall(row), ...sayDecision(row, (id) => this.#names.nameOf(id)));
    }
    for (const row of await ask(
      'select a.*, extract(epoch from a.sent_at) * 1000 as ms, c.external_id, c.incarnation, w.crm_id from attempts a left join calls c on c.org = a.org and c.id = a.call join writes w on w.org = a.org and w.call = a.call and w.role = a.role and w.qualifier = a.qualifier where a.id > $1 order by a.id',
      [seen.attempts],
    )) {
      seen.attempts = Number(row['id']);
      say(row['ms'], 'write', this.#nameOfCall(row), ...sayChange(row, this.#names));
    }
    for (const row of await ask(
      'select w.*, c.external_id, c.incarnation from writes w left join calls c on c.org = w.org and c.id = w.call order by w.call, w.role, w.qualifier',
    )) {
      const human = (row['human'] as string[]).join(', ');
      const trouble = row['trouble'] as { code?: string; message?: string; mendedBy?: string } | null;
      const now = ['parked', 'deleted', 'dropped', 'uncertain'].includes(row['state'] as string) ? String(row['state']) : '';
      const refused = Object.entries(row['refused'] as Record<string, { message: string; instead?: unknown }>);
      const without = refused
        .map(([field, { instead }]) => (instead === undefined ? `without ${field}` : `with another ${field}`))
        .join(', ');
      const words = [now && `is ${now}`, without && `goes ${without}`, human && `a person's now: ${human}`].filter(Boolean).join('; ');
      const key = this.#names.nameOf(String(row['name']));
      if (words === (seen.rows.get(key) ?? '')) continue;
      seen.rows.set(key, words);
      const why =
        now === 'dropped'
          ? String(row['retracted'])
          : trouble && now
            ? `${trouble.code}: ${trouble.message}${trouble.mendedBy ? ` (mended by ${trouble.mendedBy})` : ''}`
            : refused.length > 0
              ? refused.map(([, { message }]) => message).join('\n')
              : undefined;
      say(
        this.#line.now(),
        'write',
        this.#nameOfCall(row),
        words === '' ? `${String(row['role'])} is ${String(row['state'])}` : `${String(row['role'])} ${words}`,
        why === undefined ? [] : [why],
      );
    }
    const notices = await ask(
      "select s.id, extract(epoch from told_at) * 1000 as ms, s.recipient, s.body, c.external_id, c.incarnation from stream s join calls c on c.org = s.org and c.id = (s.body->>'call')::bigint order by s.recipient, s.id",
    );
    const fresh = notices.filter((row) => Number(row['id']) > (seen.stream.get(row['recipient'] as string) ?? 0));
    for (const row of fresh) seen.stream.set(row['recipient'] as string, Number(row['id']));
    for (const [ms, together] of Map.groupBy(
      fresh.filter((row) => row['recipient'] === 'admin'),
      (row) => Number(row['ms']),
    ))
      say(ms, 'notify', 'admin', `${[...new Set(together.map((row) => cutId(this.#nameOfCall(row))))].toSorted().join(', ')} changed`);
    for (const row of fresh)
      if (row['recipient'] !== 'admin')
        say(
          row['ms'],
          'notify',
          this.#names.nameOf(String(row['recipient']).replace('user ', '')).slice(6, -1),
          sayNotice(row['body'] as Row, this.#names),
        );

    const inOrder = this.#fresh.toSorted((a, b) => a.atMs - b.atMs || rooms.indexOf(a.room) - rooms.indexOf(b.room));
    this.#fresh = [];
    for (const { atMs, room, who, words, detail } of inOrder) {
      this.lines.push(`${timeOf(atMs)}  ${room.padEnd(7)} ${who.padEnd(9)} ${this.#names.inText(words)}`.trimEnd());
      for (const more of detail) for (const part of more.split('\n')) this.lines.push(`${' '.repeat(32)}${this.#names.inText(part)}`);
    }
  }

  /** The org's own export, and why each call is where it is. */
  async ending(): Promise<string[]> {
    const tasks = await this.#line.export('Task');
    const made: string[] = [];
    for (const [object, id] of this.#names.made) {
      const record = (await this.#line.export(object)).find((one) => one['Id'] === id);
      if (record) made.push(...sayMade(object, record, this.#names));
    }
    const explained = await this.#line.explanations();
    const unexplained = await this.#line.unexplained();
    return [
      'In the org',
      ...(tasks.length + made.length === 0 ? ['  nothing'] : [...made, ...tasks.flatMap((task) => sayExport(task, this.#names))]),
      '',
      'Explanations',
      ...explained.map(
        (row) =>
          `  ${cutId(this.#nameOfCall({ external_id: row.externalId, incarnation: row.incarnation }))}  ${row.explanation}: ${this.#names.inText(String(row.because))}`,
      ),
      `  ${unexplained.length} calls unexplained`,
    ];
  }

  /** What is made for a number is no call's. */
  readonly #nameOfCall = (row: Row): string =>
    row['external_id'] === null
      ? String(row['qualifier']).replace(/\/1$/, '')
      : `${row['external_id'] as string}${row['incarnation'] ? `#${Number(row['incarnation']) + 1}` : ''}`;

  async #callOf(externalId: string): Promise<string> {
    const { rows } = await this.#line.database.query(
      { text: 'select id from calls where external_id = $1 order by incarnation desc limit 1' },
      [externalId],
    );
    if (rows.length === 0) throw new Error(`Nobody has heard of call ${externalId} yet.`);
    return String((rows[0] as Row)['id']);
  }
}

export const cutId = (id: string): string => (id.length > 24 ? `${id.slice(0, 20)}…` : id).replaceAll(/[^\P{C}]/gu, '�');

/** What a delivery tells, in its own words: types and calls. */
function sayBody(body: Uint8Array): string {
  const text = new TextDecoder().decode(body);
  try {
    const said = JSON.parse(text) as {
      events?: { type: string; call?: string }[];
      type?: string;
      call?: string;
      signals?: { Event: string }[];
    };
    if (said.signals) return said.signals.map((signal) => signal.Event).join(' ');
    const events = said.events ?? [{ type: said.type ?? '?', ...(said.call === undefined ? {} : { call: said.call }) }];
    const calls = [...new Set(events.map((event) => event.call).filter((call) => call !== undefined))];
    return `${events.map((event) => event.type).join(', ')}${calls.length > 0 ? `  of ${calls.map(cutId).join(', ')}` : ''}`;
  } catch (error) {
    if (error instanceof SyntaxError) return JSON.stringify(text.slice(0, 60));
    throw error;
  }
}
