import type { WantedActivity } from '../crm.ts';
import { noCall, type OrgId } from '../store.ts';
import { storableJson } from './canonical-json.ts';
import type { Connection, Database } from './database.ts';

/** Which agent of which org. */
export type Whose = { readonly org: OrgId; /** A user of the CRM. */ readonly agent: string };
/** How what was saved stands, as PostgreSQL gives it; `server/tasks` says it in the wire's words. */
export type TaskRow = Readonly<Record<string, unknown>>;
/** A fact of a call under an id of its own. */
type Memo = { readonly id: string; readonly fact: object };
type Linked = { readonly kind: string; readonly id: string; readonly name?: string | undefined };
/** `by`: whose choice it is, if it is one. */
type Link = { readonly id: string; readonly by: object; readonly who?: Linked | undefined; readonly what?: Linked | undefined };
/** Other words were saved for this call under the same key: nothing of this saving may stay. */
class KeyTaken extends Error {}
/** What is to be done with what an agent saved: `memo` for the record of a call, or a record of its own. `link`: the records that were on the screen. */
export type ToSave = {
  readonly key: string;
  readonly asked: unknown;
} & (
  | { readonly call: string; readonly memo: Memo; readonly link: Link }
  | {
      readonly call: undefined;
      readonly wanted: WantedActivity;
      readonly name: string;
      readonly policyVersion: number;
    }
);
/** `other`: something else was saved under this key before. */
export type Saved = { readonly id: string; readonly is: 'new' | 'repeat' | 'other' };
export type TaskStore = ReturnType<typeof taskStore>;

/** What agents save, on PostgreSQL. */
export function taskStore(database: Database) {
  return {
    /** A call by its id, if it is theirs. `isOn`: it went on at `openedMs`, or goes on now. */
    async ownCall({ org, agent }: Whose, call: string, openedMs: number): Promise<{ call: string; isOn: boolean } | undefined> {
      const row = (await database.query('own-call', [org, agent, call, openedMs])).rows[0];
      return row && { call: row.id as string, isOn: row.is_on === true };
    },
    /** Their call that goes on, or went on at `openedMs`, with one of these records. */
    async callOnScreen({ org, agent }: Whose, records: readonly string[], openedMs: number): Promise<string | undefined> {
      if (records.length === 0) return undefined;
      const ids = records.map((id) => id.slice(0, 15));
      return (await database.query('call-on-screen', [org, agent, ids, openedMs])).rows[0]?.id as string | undefined;
    },
    /** What was saved under this key before, if anything was. */
    saved: (who: Whose, key: string, asked: unknown): Promise<Saved | undefined> => known(database, who, key, storableJson(asked)),
    /** Durable when it resolves, and once for each key. */
    save: ({ org, agent }: Whose, task: ToSave): Promise<Saved> => {
      const saving = database.transaction(async (connection): Promise<Saved> => {
        const asked = storableJson(task.asked);
        const [made] = (await connection.query('save-task', [org, agent, task.key, asked, task.call ?? null])).rows;
        if (!made) return (await known(connection, { org, agent }, task.key, asked))!; // whoever was first has committed by now
        const id = made.id as string;
        if (task.call !== undefined) {
          if ((await addMemo(connection, org, task.call, task.memo)) !== 'new') throw new KeyTaken(`${task.key} is that of a memo`);
          await addLink(connection, org, task.call, task.link);
        } else {
          const row = { org, call: noCall, role: 'task', qualifier: id, name: task.name, wanted: task.wanted, wanted_version: 1 };
          const rest = {
            policy_version: task.policyVersion,
            retracted: null,
            only_untouched: false,
            change: 'send',
            lane: 'now',
            delay_ms: 0,
          };
          await connection.query('want-writes', [storableJson([{ ...row, ...rest }])]);
          await connection.query({ text: "select pg_notify('writes', '')" });
        }
        return { id, is: 'new' };
      });
      return saving.catch((error: unknown) => {
        if (error instanceof KeyTaken) return { id: '', is: 'other' };
        throw error;
      });
    },
    one: async ({ org, agent }: Whose, id: string): Promise<TaskRow | undefined> =>
      (await database.query('tell-task', [org, agent, id])).rows[0] as TaskRow | undefined,
    saveMemo: ({ org }: Whose, call: string, memo: Memo): Promise<Saved['is']> =>
      database.transaction((connection) => addMemo(connection, org, call, memo)),
    memo: async ({ org, agent }: Whose, call: string): Promise<TaskRow | undefined> =>
      (await database.query('tell-memo', [org, call, agent])).rows[0] as TaskRow | undefined,
    /** `by`: as the audit log names them. What waits already stays as it is. */
    writeAgain: ({ org, agent }: Whose, id: string, by: string): Promise<boolean> =>
      database.transaction(async (connection) => {
        const { rowCount } = await connection.query('write-task-again', [org, agent, id]);
        if ((rowCount ?? 0) === 0) return false;
        await connection.query({ text: "insert into audit (org, who, what, detail) values ($1, $2, 'task.write-again', $3)" }, [
          ...[org, by, storableJson({ task: id, agent })],
        ]);
        await connection.query({ text: "select pg_notify('writes', '')" });
        return true;
      }),
  };
}

async function known(where: Pick<Database, 'query'>, { org, agent }: Whose, key: string, asked: string): Promise<Saved | undefined> {
  const statement = { text: 'select id, asked = $4::jsonb as same from tasks where org = $1 and agent = $2 and key = $3' };
  const row = (await where.query(statement, [org, agent, key, asked])).rows[0];
  return row && { id: row.id as string, is: row.same === true ? 'repeat' : 'other' };
}

/** Words that were saved under this key before stay what they were. */
async function addMemo(connection: Connection, org: OrgId, call: string, { id, fact }: Memo): Promise<Saved['is']> {
  const said = storableJson(fact);
  const { rowCount } = await connection.query('save-memo', [org, call, id, said]);
  if ((rowCount ?? 0) === 0) {
    // the agent may have been renamed since
    const statement = { text: `select fact - 'by' = $4::jsonb - 'by' as same from events where org = $1 and call = $2 and id = $3` };
    const [row] = (await connection.query(statement, [org, call, id, said])).rows;
    return row?.same === true ? 'repeat' : 'other';
  }
  await connection.query({ text: "select pg_notify('calls', '')" });
  return 'new';
}

/** Another record than the call is about is the agent's choice of what it is about (DP-23, DP-73); the same one is none. */
async function addLink(connection: Connection, org: OrgId, call: string, { id, by, who, what }: Link): Promise<void> {
  const [about] = (await connection.query('call-about', [org, call])).rows;
  const known = new Set((about.ids as string[]).map(short));
  if ([who, what].every((one) => one === undefined || known.has(short(one.id)))) return;
  const whom = who ?? (about.who as Linked | null) ?? undefined;
  await addMemo(connection, org, call, { id, fact: { type: 'linked', ...(whom && { who: whom }), ...(what && { what }), by } });
}
const short = (id: string): string => id.slice(0, 15);
