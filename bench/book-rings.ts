import pg from 'pg';
import { agents, makeCall, type Rate } from './calls.ts';
import type { Product } from './product.ts';
import { type Ran, runCalls } from './run-calls.ts';

export type Rings = {
  readonly ran: Ran;
  /** From the 202 for "it rings" until the agent's card showed the number, and until it showed whose it is; endless where it never did, ms. */
  readonly toNumberMs: readonly number[];
  readonly toRecordMs: readonly number[];
};
/** Code is compiled and plans are made while these calls come in. */
const warmSeconds = 5;
const drainLimitMs = 120_000;

/** Calls of people in the book ring at agents; what is told to each agent's screen is read as a screen would, as soon as the database rings. */
export async function measureRings(product: Product, rate: Rate, tell: (line: string) => void): Promise<Rings> {
  const users = await product.query<{ id: string; email: string }>('select id, email from crm_users');
  const userOf = new Map(agents.map(({ id, email }) => [id, users.find((user) => user.email.toLowerCase() === email)?.id]));
  const screens = await watchScreens(product);
  try {
    const ran = await runCalls(product, rate, { drainLimitMs, say: tell });
    const first = new Map(Array.from({ length: ran.calls }, (_, place) => [makeCall(rate, place).call, place]));
    const toNumberMs: number[] = [];
    const toRecordMs: number[] = [];
    for (const [call, agent, atMs] of ran.rang) {
      const place = first.get(call)!;
      if (place < warmSeconds * rate.perSecond) continue;
      const shown = screens.cards.get(`${makeCall(rate, place).story.number} user ${userOf.get(agent)}`);
      toNumberMs.push((shown?.numberAtMs ?? Infinity) - atMs);
      toRecordMs.push((shown?.recordAtMs ?? Infinity) - atMs);
    }
    return { ran, toNumberMs, toRecordMs };
  } finally {
    await screens.close();
  }
}

type Card = { readonly numberAtMs: number; recordAtMs?: number };
type Row = {
  readonly recipient: string;
  readonly id: string;
  readonly body: { readonly number?: string; readonly records?: readonly unknown[] };
};
async function watchScreens(product: Product): Promise<{ readonly cards: ReadonlyMap<string, Card>; close(): Promise<void> }> {
  const cards = new Map<string, Card>();
  const seen = new Map<string, string>();
  const client = new pg.Client({ ...product.databaseAddress, application_name: 'bench screens' });
  await client.connect();
  const { rows } = await client.query<{ recipient: string; last: string }>(
    "select recipient, last from stream_counters where recipient like 'user %'",
  );
  for (const { recipient, last } of rows) seen.set(recipient, last);
  let rung = false;
  let reading: Promise<void> | undefined;
  const read = async () => {
    while (rung) {
      rung = false;
      const answer = await client.query<Row>({
        name: 'screens',
        text: `select s.recipient, s.id, s.body from stream_counters c left join unnest($1::text[], $2::bigint[]) as k(recipient, last) using (recipient)
          join stream s on s.org = c.org and s.recipient = c.recipient and s.id > coalesce(k.last, 0)
          where c.recipient like 'user %' order by s.recipient, s.id`,
        values: [[...seen.keys()], [...seen.values()]],
      });
      const atMs = Date.now();
      for (const { recipient, id, body } of answer.rows) {
        seen.set(recipient, id);
        const key = `${body.number} ${recipient}`;
        const card = cards.get(key) ?? { numberAtMs: atMs };
        if (body.records !== undefined) card.recordAtMs ??= atMs;
        cards.set(key, card);
      }
    }
    reading = undefined;
  };
  client.on('notification', () => {
    rung = true;
    reading ??= read();
  });
  await client.query('listen stream');
  return { cards, close: () => client.end() };
}
