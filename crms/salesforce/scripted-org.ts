import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

/** For tests: a host that says what it is told to say, so that answers no stand-in would give can be tried too. */
export type Heard = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };
/** `undefined` leaves the request to the host's own manners: signing in and describing tasks. */
export type Said =
  | { readonly status?: number; readonly body?: unknown; readonly headers?: Record<string, string> }
  | 'hang up'
  | 'say nothing'
  | undefined;
export type Script = (heard: Heard) => Said | Promise<Said>;

export type ScriptedOrg = {
  readonly url: string;
  /** API calls heard, without sign-ins and what connecting asks for. */
  readonly heard: Heard[];
  readonly signIns: Heard[];
  /** What to say from now on. */
  script: Script;
  close(): Promise<void>;
};

export const settingsFor = (org: { url: string }) => ({
  loginUrl: org.url,
  clientId: 'the-client-id',
  clientSecret: 'planted-secret-5f1c',
});
export const selfId = '005000000000001AAA';

const field = (name: string, type = 'string', more: object = {}) => ({
  name,
  type,
  length: type === 'string' ? 255 : 0,
  createable: true,
  updateable: true,
  externalId: false,
  unique: false,
  restrictedPicklist: false,
  picklistValues: [],
  ...more,
});
const choices = (...values: string[]) => ({ restrictedPicklist: true, picklistValues: values.map((value) => ({ value, active: true })) });
/** As much of a Task's describe as the client reads. */
export const taskFields = [
  field('Subject', 'combobox', { length: 255 }),
  field('Status', 'picklist'),
  field('OwnerId', 'reference'),
  field('WhoId', 'reference'),
  field('WhatId', 'reference'),
  field('ActivityDate', 'date'),
  field('Description', 'textarea', { length: 32_000 }),
  field('TaskSubtype', 'picklist', { updateable: false, ...choices('Task', 'Email', 'Call') }),
  field('CallType', 'picklist', choices('Internal', 'Inbound', 'Outbound')),
  field('CallDurationInSeconds', 'int'),
  field('CallDisposition'),
  field('CallObject'),
  field('IsReminderSet', 'boolean'),
  field('ReminderDateTime', 'datetime'),
  field('AccountId', 'reference', { createable: false, updateable: false }),
  field('CreatedDate', 'datetime', { createable: false, updateable: false }),
  field('Cordboard_Name__c', 'string', { externalId: true, unique: true }),
  field('Cordboard_Call__c'),
  field('Cordboard_Link__c', 'url', { length: 255 }),
  field('Cordboard_Wait_Seconds__c', 'double'),
];
export const withoutOurFields = taskFields.filter(({ name }) => !name.endsWith('__c'));
export const taskStatuses = [
  { ApiName: 'Not Started', IsDefault: true, IsClosed: false },
  { ApiName: 'In Progress', IsDefault: false, IsClosed: false },
  { ApiName: 'Completed', IsDefault: false, IsClosed: true },
];

/** `token` counts: the first session is `planted-token-1`. */
export async function startScriptedOrg(
  task: { fields?: readonly object[]; statuses?: readonly object[]; createable?: boolean } = {},
): Promise<ScriptedOrg> {
  const org = { url: '', heard: [] as Heard[], signIns: [] as Heard[], script: (() => undefined) as Script, close };
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const heard: Heard = {
        method: request.method ?? '',
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString(),
      };
      void Promise.resolve(org.script(heard)).then((told) => {
        const said = told ?? manners(heard);
        if (said === 'hang up') request.socket.destroy();
        else if (said !== 'say nothing') {
          const headers = { 'content-type': 'application/json', 'sforce-limit-info': 'api-usage=42/15000', ...said.headers };
          response.writeHead(said.status ?? 200, headers).end(typeof said.body === 'string' ? said.body : JSON.stringify(said.body ?? {}));
        }
      });
    });
  });

  function manners(heard: Heard): Exclude<Said, undefined> {
    if (heard.path === '/services/oauth2/token') {
      org.signIns.push(heard);
      return {
        body: {
          access_token: `planted-token-${org.signIns.length}`,
          instance_url: org.url,
          id: `${org.url}/id/00D000000000001AAA/${selfId}`,
          token_type: 'Bearer',
        },
      };
    }
    if (heard.path.endsWith('/sobjects/Task/describe'))
      return { body: { createable: task.createable ?? true, updateable: true, fields: task.fields ?? taskFields } };
    if (heard.path.includes('TaskStatus')) return { body: { done: true, records: task.statuses ?? taskStatuses } };
    org.heard.push(heard);
    return obliging(heard);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  org.url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  async function close() {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  return org;
}

/** Grants every wish: finds nothing and writes every record. */
function obliging(heard: Heard): Exclude<Said, undefined> {
  const body = heard.body === '' ? undefined : JSON.parse(heard.body);
  if (!body?.compositeRequest) return { body: carriedOut(heard.method, heard.path, body) };
  const parts: { method: string; url: string; referenceId: string; body?: unknown }[] = body.compositeRequest;
  return {
    body: {
      compositeResponse: parts.map((part) => ({
        referenceId: part.referenceId,
        httpStatusCode: 200,
        httpHeaders: {},
        body: carriedOut(part.method, part.url, part.body),
      })),
    },
  };
}
function carriedOut(method: string, path: string, body: unknown): unknown {
  if (method === 'GET') return { totalSize: 0, done: true, records: [] };
  const { records } = body as { records: { Id?: string }[] };
  const isUpsert = path.includes('/composite/sobjects/Task/');
  return records.map(({ Id }, index) => ({ id: Id ?? taskId(index), success: true, errors: [], ...(isUpsert ? { created: true } : {}) }));
}
export const taskId = (index: number) => `00T${String(index).padStart(12, '0')}AAA`;
/** As written in an error body of the REST API. */
export const errorBody = (errorCode: string, message: string, fields?: string[]) => [{ errorCode, message, ...(fields ? { fields } : {}) }];
/** One failed row of a collection. */
export const failedRow = (statusCode: string, message: string, fields: string[] = []) => ({
  success: false,
  errors: [{ statusCode, message, fields }],
});
