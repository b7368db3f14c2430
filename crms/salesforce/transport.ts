import { Agent, buildConnector, request } from 'undici';
import { Unanswered } from '../../server/crm.ts';
import type { World } from '../../server/world.ts';

/** Nothing left this machine: there was no connection to send it on. */
export class NotSent extends Error {}

export type Reply = {
  readonly status: number;
  /** Undefined when the body wasn't JSON (an edge server's page, an empty 204). */
  readonly json: unknown;
  /** The same as it came. */
  readonly text: string;
  readonly limitInfo: string | undefined;
  /** Sforce-Locator: where the next page of a file begins. */
  readonly locator: string | undefined;
};
export type Sent = {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};
export interface Transport {
  /** Throws `NotSent` or `Unanswered`, and neither ever quotes a header or a body (S2). */
  send(sent: Sent, limitMs: number, signal?: AbortSignal): Promise<Reply>;
  /** Waits for the answers still on their way; may be called again. */
  close(): Promise<void>;
}

/** 200 rows with a full Description (32,000 characters, up to 4 bytes each) fit; an endless body doesn't fill the memory. */
const maxAnswerBytes = 64 * 1024 * 1024;

/** One connection pool. No redirects are followed: a token never travels to a host nobody signed in to. */
export function openTransport(world: World): Transport {
  // HTTP/1.1 only: HTTP/2 may quietly send a request again after GOAWAY, and then "once" is no longer ours to promise.
  const connectOnce = buildConnector({ timeout: 10_000, allowH2: false });
  const agent = new Agent({
    connections: 10,
    pipelining: 1,
    keepAliveTimeout: 4_000, // shorter than any server's, so that we rarely write into a socket just being closed
    headersTimeout: 0, // the limit below is on the whole answer
    bodyTimeout: 0,
    maxResponseSize: maxAnswerBytes,
    // Whatever fails before there is a connection is marked here, at the source: error codes alone can't tell it from a lost answer.
    connect: (options, callback) =>
      connectOnce(options, (error, socket) => {
        if (error) callback(new NotSent(wordsOf(error)), null);
        else callback(null, socket);
      }),
  });
  let closed: Promise<void> | undefined;
  return {
    async send({ method, url, headers, body }, limitMs, signal) {
      if (closed) throw new NotSent('this connection was closed');
      if (signal?.aborted) throw new Unanswered('The request was cancelled before it was sent.');
      const late = new AbortController();
      const answered = new AbortController();
      void world.sleep(limitMs, answered.signal).then(() => late.abort());
      try {
        const reply = await request(url, {
          method,
          headers: { accept: 'application/json', ...headers },
          ...(body === undefined ? {} : { body }),
          dispatcher: agent,
          signal: AbortSignal.any(signal ? [late.signal, signal] : [late.signal]),
        });
        const text = await reply.body.text();
        const header = (name: string) => ((value) => (Array.isArray(value) ? value.join('; ') : value))(reply.headers[name]);
        return {
          status: reply.statusCode,
          json: /^text\/csv\b/.test(header('content-type') ?? '') ? undefined : jsonOf(text),
          text,
          limitInfo: header('sforce-limit-info'),
          locator: header('sforce-locator'),
        };
      } catch (error) {
        if (error instanceof NotSent) throw error;
        if (signal?.aborted) throw new Unanswered('The request was cancelled while Salesforce was answering.');
        if (late.signal.aborted) throw new Unanswered(`Salesforce didn't answer within ${limitMs / 1000} s.`);
        throw new Unanswered(`The connection broke before Salesforce's answer was complete (${wordsOf(error)}).`);
      } finally {
        answered.abort();
      }
    },
    close: () => (closed ??= agent.close()),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // a page of an edge server; the status says the rest
  }
}

/** The code of a network error. Its message may quote what was sent, so it stays out (S2). */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0]);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : 'network error';
}
