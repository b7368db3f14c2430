import { Agent, createServer, request as ask, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request to the org is for, as far as its records are concerned. */
export type Purpose = 'create' | 'change' | 'read';
/** `unsent`: read from the server, not yet forwarded. `unanswered`: the org has done it and answered, the server doesn't know. */
export type Moment = 'unsent' | 'unanswered';
/** One record in one request, as it went over the wire. */
type SentRecord = {
  readonly turn: number;
  readonly purpose: 'create' | 'change';
  readonly fields: Readonly<Record<string, unknown>>;
};
export type Hold = {
  /** Resolves when a request stands at the moment. */
  readonly reached: Promise<void>;
  release(): void;
};
type Armed = { readonly moment: Moment; readonly purpose: Purpose; reach(): void; readonly released: Promise<void> };

/**
 * Stands between the server and the org: notes what each record was sent, and can hold a request at either side of the org.
 * A request whose sender died while it was held was never sent; one that was forwarded is carried out whoever is still there.
 */
export class WireTap {
  readonly #server: Server;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #armed = new Set<Armed>();
  readonly #target: () => number;
  /** What the org took, by id of the record, in the order it was sent. */
  readonly #taken = new Map<string, SentRecord[]>();
  #forwarded = 0;
  /** Requests by purpose. */
  readonly counts: Record<Purpose | 'other', number> = { create: 0, change: 0, read: 0, other: 0 };
  lastTakenAtMs = 0;
  port = 0;

  /** `target`: the org's port, asked at each request. */
  constructor(target: () => number) {
    this.#target = target;
    this.#server = createServer((incoming, answer) => void this.#pass(incoming, answer));
  }
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => this.#server.once('error', reject).listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }
  async close(): Promise<void> {
    this.#agent.destroy();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Holds every request for this purpose at this moment, until released. */
  hold(moment: Moment, purpose: Purpose): Hold {
    const reached = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const armed: Armed = { moment, purpose, reach: reached.resolve, released: released.promise };
    this.#armed.add(armed);
    return {
      reached: reached.promise,
      release: () => {
        this.#armed.delete(armed);
        released.resolve();
      },
    };
  }
  async #at(moment: Moment, purposes: ReadonlySet<Purpose>): Promise<void> {
    for (const armed of [...this.#armed]) {
      if (armed.moment !== moment || !purposes.has(armed.purpose)) continue;
      armed.reach();
      await armed.released;
    }
  }

  async #pass(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(incoming);
      const parts = partsOf(incoming, body);
      const purposes = new Set(parts.map(({ purpose }) => purpose));
      for (const purpose of purposes) this.counts[purpose]++;
      if (purposes.size === 0) this.counts.other++;
      await this.#at('unsent', purposes);
      if (answer.destroyed || incoming.socket.destroyed) return; // its sender is dead: it never left
      const turn = ++this.#forwarded;
      const { status, headers, body: said } = await this.#forward(incoming, body);
      this.#note(parts, status, said, turn);
      await this.#at('unanswered', purposes);
      answer.writeHead(status, headers).end(said);
    } catch {
      answer.destroy(); // the org broke the connection, so it breaks here too
    }
  }

  #forward(incoming: IncomingMessage, body: Buffer): Promise<{ status: number; headers: Record<string, string>; body: Buffer }> {
    const { 'transfer-encoding': _chunked, connection: _hop, ...headers } = incoming.headers;
    return new Promise((resolve, reject) => {
      const onward = ask(
        {
          host: '127.0.0.1',
          port: this.#target(),
          agent: this.#agent,
          method: incoming.method,
          path: incoming.url,
          headers: { ...headers, 'accept-encoding': 'identity', 'content-length': body.byteLength },
        },
        (reply) => {
          bodyOf(reply).then((said) => {
            const {
              'transfer-encoding': _chunks,
              'content-encoding': _coded,
              connection: _over,
              'content-length': _length,
              ...kept
            } = reply.headers;
            resolve({ status: reply.statusCode ?? 500, headers: kept as Record<string, string>, body: said });
          }, reject);
        },
      );
      onward.on('error', reject);
      onward.end(body);
    });
  }

  #note(parts: readonly Part[], status: number, said: Buffer, turn: number): void {
    const writes = parts.filter((part) => part.purpose !== 'read');
    if (writes.length === 0 || status !== 200) return;
    const json = JSON.parse(said.toString('utf8')) as { compositeResponse?: { referenceId: string; body: unknown }[] };
    for (const part of writes) {
      const rows = part.reference === undefined ? json : json.compositeResponse?.find((one) => one.referenceId === part.reference)?.body;
      if (!Array.isArray(rows)) continue;
      for (const [place, row] of (rows as { id?: string; success?: boolean }[]).entries()) {
        if (!row.success || !row.id) continue;
        const { Id: _id, attributes: _attributes, ...fields } = part.records[place] ?? {};
        const id = row.id.slice(0, 15);
        this.#taken.set(id, [...(this.#taken.get(id) ?? []), { turn, purpose: part.purpose as 'create' | 'change', fields }]);
        this.lastTakenAtMs = performance.now();
      }
    }
  }

  /**
   * What was not in order: a record made twice, or one from which a fact that had been written was taken away again. Facts of a call
   * only ever grow, so an older version after a newer one would miss some.
   */
  disorder(): string[] {
    const mistakes: string[] = [];
    for (const [id, taken] of this.#taken) {
      const sent = taken.toSorted((a, b) => a.turn - b.turn); // an answer may come late
      let known = new Set<string>();
      for (const [place, { purpose, fields }] of sent.entries()) {
        if (purpose === 'create' && place > 0) mistakes.push(`${id} was created after it had been written`);
        const text = fields['Description'];
        if (typeof text !== 'string') continue;
        const facts = new Set(text.match(/https:\/\/\S+|Note on \S+/g) ?? []);
        const gone = [...known].filter((fact) => !facts.has(fact));
        if (gone.length > 0) mistakes.push(`${id} lost ${gone.join(', ')} again`);
        known = facts;
      }
    }
    return mistakes;
  }
}

type Part = { readonly purpose: Purpose; readonly reference?: string; readonly records: readonly Record<string, unknown>[] };
function partsOf({ method = 'GET', url = '/' }: IncomingMessage, body: Buffer): Part[] {
  const path = url.replace(/^\/services\/data\/v[\d.]+/, '');
  if (path === url) return [];
  const json = body.byteLength > 0 ? (JSON.parse(body.toString('utf8')) as Record<string, unknown>) : {};
  if (path !== '/composite') return partOf(method, path, json);
  const parts = json['compositeRequest'] as { method: string; url: string; referenceId: string; body?: Record<string, unknown> }[];
  return parts.flatMap((part) =>
    partOf(part.method, part.url.replace(/^\/services\/data\/v[\d.]+/, ''), part.body ?? {}).map((one) => ({
      ...one,
      reference: part.referenceId,
    })),
  );
}
function partOf(method: string, path: string, json: Record<string, unknown>): Part[] {
  const records = (json['records'] ?? []) as Record<string, unknown>[];
  if (path.startsWith('/queryAll')) return [{ purpose: 'read', records: [] }];
  if (!path.startsWith('/composite/sobjects')) return [];
  return [{ purpose: method === 'POST' || path.startsWith('/composite/sobjects/') ? 'create' : 'change', records }];
}

async function bodyOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}
