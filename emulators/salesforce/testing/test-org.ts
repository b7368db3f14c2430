import { startOrg, type OrgOptions, type RunningOrg } from '../org.ts';

export type Reply = { status: number; headers: Headers; body: unknown };
export type TestOrg = RunningOrg & {
  token: string;
  signIn(): Promise<string>;
  /** A data request below /services/data/v67.0. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Reply>;
  control(method: string, path: string, body?: unknown): Promise<Reply>;
  /** Rows of an upsert by Cordboard_Name__c. */
  upsert(records: Record<string, unknown>[], allOrNone?: boolean): Promise<Row[]>;
  query(soql: string): Promise<Reply & { records: Record<string, unknown>[] }>;
  rows(object: string, deleted?: boolean): Promise<Record<string, unknown>[]>;
};
export type Row = { id?: string; success: boolean; created?: boolean; errors: { statusCode: string; message: string; fields: string[] }[] };

/** Records of the seed, in its order. */
export const seeded = {
  integration: '005Sx0000000001IAA',
  anna: '005Sx0000000002IAA',
  inactive: '005Sx0000000008IAA',
  taskQueue: '00GSx0000000001MAA',
  leadQueue: '00GSx0000000003MAA',
  group: '00GSx0000000004MAA',
  bakery: '001Sx0000000001IAA',
  sake: '001Sx0000000002IAA',
  ewa: '003Sx0000000001IAA',
  tomasz: '003Sx0000000002IAA',
  misaki: '003Sx0000000003IAA',
  iryna: '003Sx0000000006IAA',
  kenji: '00QSx0000000001MAA',
  ticket: '500Sx0000000001MAA',
  deal: '006Sx0000000001IAA',
} as const;

async function read(response: Response): Promise<Reply> {
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('application/json') ?? false;
  return { status: response.status, headers: response.headers, body: json && text !== '' ? (JSON.parse(text) as unknown) : text };
}

export async function testOrg(options: Partial<OrgOptions> = {}): Promise<TestOrg> {
  const running = await startOrg({ file: ':memory:', clientId: 'app', clientSecret: 'secret', ...options });
  const signIn = async (): Promise<string> => {
    const response = await fetch(`${running.apiUrl}/services/oauth2/token`, {
      method: 'POST',
      body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'app', client_secret: 'secret' }),
    });
    org.token = ((await response.json()) as { access_token: string }).access_token;
    return org.token;
  };
  const org: TestOrg = {
    ...running,
    token: '',
    signIn,
    async call(method, path, body, headers) {
      const init: RequestInit = {
        method,
        headers: {
          authorization: `Bearer ${org.token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
      };
      if (body !== undefined) init.body = typeof body === 'string' ? body : JSON.stringify(body);
      return read(await fetch(`${running.apiUrl}/services/data/v67.0${path}`, init));
    },
    control: async (method, path, body) =>
      read(await fetch(`${running.controlUrl}/__org${path}`, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })),
    upsert: async (records, allOrNone = false) =>
      (await org.call('PATCH', '/composite/sobjects/Task/Cordboard_Name__c', { allOrNone, records })).body as Row[],
    async query(soql) {
      const reply = await org.call('GET', `/query?${new URLSearchParams({ q: soql }).toString()}`);
      return { ...reply, records: (reply.body as { records?: Record<string, unknown>[] }).records ?? [] };
    },
    async rows(object, deleted = false) {
      const response = await fetch(`${running.controlUrl}/__org/export?object=${object}${deleted ? '&deleted=1' : ''}`);
      const text = await response.text();
      return text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
    },
  };
  await signIn();
  return org;
}
