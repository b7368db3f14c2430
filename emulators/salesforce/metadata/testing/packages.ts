import { zipSync } from 'fflate';
import type { TestOrg } from '../../testing/test-org.ts';

const xmlns = 'xmlns="http://soap.sforce.com/2006/04/metadata"';
const utf8 = (text: string) => new TextEncoder().encode(text);

export const file = (type: string, body: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<${type} ${xmlns}>\n${body}\n</${type}>\n`;
export const packageXml = (types: Record<string, readonly string[]>, more = '<version>66.0</version>'): string =>
  file(
    'Package',
    Object.entries(types)
      .map(([name, members]) => `<types>${members.map((member) => `<members>${member}</members>`).join('')}<name>${name}</name></types>`)
      .join('\n') + more,
  );
export const zipOf = (files: Record<string, string | Uint8Array>): Buffer =>
  Buffer.from(
    zipSync(
      Object.fromEntries(Object.entries(files).map(([name, content]) => [name, typeof content === 'string' ? utf8(content) : content])),
    ),
  );

export type Told = {
  changed: boolean;
  created: boolean;
  deleted: boolean;
  success: boolean;
  componentType: string;
  fullName: string;
  fileName: string;
  id?: string;
  problem?: string;
  problemType?: string;
  lineNumber?: number;
  columnNumber?: number;
};
export type Result = {
  id: string;
  status: string;
  done: boolean;
  success: boolean;
  errorMessage?: string;
  numberComponentErrors: number;
  numberComponentsDeployed: number;
  numberComponentsTotal: number;
  details: { componentFailures: Told[]; componentSuccesses: Told[] };
};

/** Begins a deployment by REST. */
export async function startDeploy(
  org: TestOrg,
  files: Record<string, string | Uint8Array> | Buffer,
  options: Record<string, unknown> = {},
  part = 'json',
): Promise<{ status: number; body: unknown }> {
  const form = new FormData();
  form.append(part, new Blob([JSON.stringify({ deployOptions: { singlePackage: true, ...options } })], { type: 'application/json' }));
  form.append('file', new Blob([new Uint8Array(Buffer.isBuffer(files) ? files : zipOf(files))], { type: 'application/zip' }), 'deploy.zip');
  const response = await fetch(`${org.apiUrl}/services/data/v67.0/metadata/deployRequest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${org.token}` },
    body: form,
  });
  return { status: response.status, body: await response.json() };
}
export const resultOf = async (org: TestOrg, id: string): Promise<Result> =>
  ((await org.call('GET', `/metadata/deployRequest/${id}?includeDetails=true`)).body as { deployResult: Result }).deployResult;

/** Deploys by REST, to its end. */
export async function deploy(
  org: TestOrg,
  files: Record<string, string | Uint8Array> | Buffer,
  options: Record<string, unknown> = {},
): Promise<Result> {
  const { body } = await startDeploy(org, files, options);
  return resultOf(org, (body as { id: string }).id);
}
export const failures = (result: Result): string[] =>
  result.details.componentFailures.map(({ fullName, problem }) => `${fullName}: ${problem ?? ''}`);

/** Calls the Metadata API by SOAP as jsforce does: the session in the envelope, no Authorization. */
export async function soap(
  org: TestOrg,
  body: string,
  more: { session?: string; path?: string; header?: string } = {},
): Promise<{ status: number; text: string }> {
  const response = await fetch(`${org.apiUrl}${more.path ?? '/services/Soap/m/66.0'}`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml', soapaction: '""' },
    body: `<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Header ${xmlns}><SessionHeader><sessionId>${more.session ?? org.token}</sessionId></SessionHeader>${more.header ?? ''}</soapenv:Header><soapenv:Body ${xmlns}>${body}</soapenv:Body></soapenv:Envelope>`,
  });
  return { status: response.status, text: await response.text() };
}
/** All texts of an element in an answer. */
export const all = (text: string, name: string): string[] =>
  [...text.matchAll(new RegExp(`<${name}>([^<]*)</${name}>`, 'g'))].map((found) => found[1] ?? '');
