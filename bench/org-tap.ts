import { Agent, createServer, request as ask, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

/** One request that has been answered, as it went over the wire. */
export type Passed = {
  readonly atMs: number;
  readonly ms: number;
  readonly records: number;
  readonly failedRows: number;
  readonly status: number;
};

/**
 * Stands between the server and the org and notes when each call's record was there. The org answers after it has committed, so the
 * instant its answer passes here is the latest the record can have been committed. Nothing is asked of the product.
 */
export class OrgTap {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server = createServer((incoming, answer) => {
    const begun = performance.now();
    const path = incoming.url ?? '/';
    const chunks: Buffer[] = [];
    const { connection: _hop, ...headers } = incoming.headers;
    const onward = ask({ host: '127.0.0.1', port: this.#target, agent: this.#agent, method: incoming.method, path, headers }, (reply) => {
      const said: Buffer[] = [];
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.on('data', (chunk: Buffer) => said.push(chunk));
      reply.pipe(answer);
      reply.once('end', () => this.#note(path, Buffer.concat(chunks), reply, Buffer.concat(said), performance.now() - begun));
    });
    onward.once('error', () => answer.destroy()); // the org broke the connection, so it breaks here too
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.pipe(onward);
  });
  readonly #target: number;
  /** When the answer about a call's first record passed, by the machine's clock, ms. */
  readonly committedAtMs = new Map<string, number>();
  readonly passed: Passed[] = [];
  /** Requests below /services/data: what the org's allocation counts. */
  apiCalls = 0;
  port = 0;

  constructor(target: number) {
    this.#target = target;
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

  #note(path: string, sent: Buffer, reply: IncomingMessage, said: Buffer, ms: number): void {
    if (!path.startsWith('/services/data/')) return;
    const atMs = Date.now();
    this.apiCalls += 1;
    const status = reply.statusCode ?? 0;
    let [records, failedRows] = [0, 0];
    if (path.includes('/composite') && status === 200) {
      const request = JSON.parse(sent.toString('utf8')) as Batch & { compositeRequest?: { referenceId: string; body?: Batch }[] };
      const plain = reply.headers['content-encoding'] === 'gzip' ? gunzipSync(said) : said;
      const answer = JSON.parse(plain.toString('utf8')) as Result[] | { compositeResponse: { referenceId: string; body: unknown }[] };
      const parts = Array.isArray(answer)
        ? [{ records: request.records ?? [], results: answer }]
        : (request.compositeRequest ?? []).map(({ referenceId, body }) => ({
            records: body?.records ?? [],
            results: answer.compositeResponse.find((one) => one.referenceId === referenceId)?.body as Result[],
          }));
      for (const part of parts)
        for (const [place, record] of part.records.entries()) {
          if (!part.results[place]?.success) {
            failedRows += 1;
            continue;
          }
          records += 1;
          const call = record['Cordboard_Call__c'];
          if (typeof call === 'string' && !this.committedAtMs.has(call)) this.committedAtMs.set(call, atMs);
        }
    }
    this.passed.push({ atMs, ms, records, failedRows, status });
  }
}
type Batch = { readonly records?: readonly Readonly<Record<string, unknown>>[] };
type Result = { readonly success?: boolean };
