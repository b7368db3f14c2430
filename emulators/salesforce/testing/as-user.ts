import type { Reply, TestOrg } from './test-org.ts';

/** A program that runs as one of the org's users. */
export type AsUser = {
  readonly token: string;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  query(soql: string): Promise<Reply & { records: Record<string, unknown>[] }>;
};

export async function asUser(org: TestOrg, userId: string): Promise<AsUser> {
  const { refresh_token } = (await org.control('POST', '/refresh-token', { user: userId })).body as { refresh_token: string };
  const response = await fetch(`${org.apiUrl}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'app', client_secret: 'secret', refresh_token }),
  });
  const { access_token } = (await response.json()) as { access_token: string };
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    org.call(method, path, body, { ...headers, authorization: `Bearer ${access_token}` });
  return {
    token: access_token,
    call,
    async query(soql) {
      const reply = await call('GET', `/query?${new URLSearchParams({ q: soql }).toString()}`);
      return { ...reply, records: (reply.body as { records?: Record<string, unknown>[] }).records ?? [] };
    },
  };
}
