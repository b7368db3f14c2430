import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What happens to the next request. */
export type Trouble = 'lost-answer' | 'turned-away' | 'never-answered';
/** A stretch of the way to an org that can fail, where the org itself can't be asked to. */
export type InBetween = {
  /** Where the client signs in. */
  readonly url: string;
  /** Requests for data that were passed on. */
  calls(): number;
  next(trouble: Trouble): void;
  /** The session that was used last. */
  session(): string | undefined;
  close(): Promise<void>;
};

/** Passes everything on to `origin` and nowhere else; the address of the org in a sign-in becomes this one. */
export async function startInBetween(origin: string): Promise<InBetween> {
  let calls = 0;
  let trouble: Trouble | undefined;
  let session: string | undefined;
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const path = request.url ?? '/';
    const data = path.startsWith('/services/data');
    const happens = data ? trouble : undefined;
    if (data) trouble = undefined;
    if (happens === 'turned-away')
      return void response
        .writeHead(503, { 'content-type': 'application/json' })
        .end('[{"message":"Server unavailable","errorCode":"SERVER_UNAVAILABLE"}]');
    if (happens === 'never-answered') return;
    if (data) calls += 1;
    const { authorization, 'content-type': type, accept } = request.headers;
    session = /^Bearer (.+)$/.exec(authorization ?? '')?.[1] ?? session;
    const ours = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      name.startsWith('sforce-') && typeof value === 'string' ? [[name, value]] : [],
    );
    const answer = await fetch(`${origin}${path}`, {
      method: request.method ?? 'GET',
      redirect: 'manual',
      headers: {
        ...Object.fromEntries(ours),
        ...(authorization === undefined ? {} : { authorization }),
        ...(type === undefined ? {} : { 'content-type': type }),
        ...(accept === undefined ? {} : { accept }),
      },
      ...(parts.length === 0 ? {} : { body: Buffer.concat(parts) }),
    });
    const text = await answer.text();
    if (happens === 'lost-answer') return void request.socket.destroy();
    const headers = ['content-type', 'sforce-limit-info'].flatMap((name): [string, string][] => {
      const value = answer.headers.get(name);
      return value === null ? [] : [[name, value]];
    });
    response
      .writeHead(answer.status, Object.fromEntries(headers))
      .end(path.endsWith('/oauth2/token') ? text.replace(`"${origin}"`, `"${url}"`) : text);
  };
  const server = createServer((request, response) => {
    // Whatever goes wrong on the way is a connection that breaks.
    pass(request, response).catch(() => request.socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    calls: () => calls,
    next: (one) => void (trouble = one),
    session: () => session,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
