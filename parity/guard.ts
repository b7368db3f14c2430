import { keyMark, mark } from './question.ts';
import { readId } from './normalise.ts';

/** A request as it is about to be sent: references filled, no host. */
export type Outgoing = { readonly method: string; readonly path: string; readonly body: unknown };

/** Addresses outside the data that are asked without changing anything: sign-ins that fail, tokens that are none. */
const harmless = /^\/services\/(?:oauth2\/(?:token|introspect|revoke|userinfo)|data\/?$)/;
const nobodys = /^\w{3}0{12}/;
type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Why this may not be sent: it would change something that this run has not made. Undefined: it may.
 * `made`: ids of 18 characters.
 */
export function whyNot({ method, path, body }: Outgoing, made: ReadonlySet<string>): string | undefined {
  const where = path.replace(/^\/services\/data\/v\d+\.0/, '');
  if (method === 'GET' && !/_HttpMethod/i.test(where) && !where.includes('/revoke')) return undefined;
  if (harmless.test(where)) return /00D\w{12,15}!/.test(`${where}${JSON.stringify(body)}`) ? 'it holds a session' : undefined;
  const [resource = '', parameters = ''] = where.split('?', 2);
  if (/^\/composite(\/batch|\/graph)?\/?$/.test(resource))
    return partsOf(body)
      .map((part) => whyNot(part, made))
      .find((why) => why !== undefined);
  const inAddress = [...resource.split('/'), ...parameters.split(/[=&,]|%2C/i)].flatMap((word) => readId(word) ?? []);
  const stray = [...inAddress, ...idsIn(body)].find((id) => !made.has(id) && !nobodys.test(id));
  if (stray !== undefined) return `${stray} was not made by this run`;
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  if (resource.startsWith('/jobs/')) return whyNotJob(method, text);
  const [, , , key = '', value] = resource.split('/');
  if (value !== undefined && resource.startsWith('/sobjects/') && method !== 'POST' && readId(value) === undefined)
    return decodeURIComponent(value).startsWith(keyMark) ? undefined : `${value} is not one of our keys`;
  // What a change is about stands in its address, and has been looked at.
  if (method !== 'POST' && (inAddress.length > 0 || key.startsWith('@{'))) return undefined;
  if (text.includes(mark) || text.includes(keyMark) || [...made].some((id) => text.includes(id))) return undefined;
  return 'what it makes would not carry our mark';
}

/** Rows of a job are made, never found by ids that somebody else's records may have. */
function whyNotJob(method: string, text: string): string | undefined {
  if (/"operation":\s*"(?:update|delete|hardDelete)"/i.test(text)) return 'its rows could be anybody’s';
  return method === 'PUT' &&
    text
      .split(/\r?\n/)
      .slice(1)
      .some((row) => row !== '' && !row.includes(mark))
    ? 'what it makes would not carry our mark'
    : undefined;
}

/** The requests inside a composite, a batch or a graph. */
function partsOf(body: unknown): Outgoing[] {
  if (!isTree(body)) return [];
  const lists = [
    body['compositeRequest'],
    body['batchRequests'],
    ...(Array.isArray(body['graphs']) ? body['graphs'].map((one: unknown) => isTree(one) && one['compositeRequest']) : []),
  ];
  return lists
    .flatMap((list) => (Array.isArray(list) ? list : []))
    .filter(isTree)
    .map((part) => {
      const path = String(part['url']);
      return {
        method: String(part['method']),
        path: path.startsWith('/') ? path : `/services/data/${path}`,
        body: part['body'] ?? part['richInput'],
      };
    });
}

/** Ids that say which records a body is about. */
function idsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(idsIn);
  if (!isTree(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => (/^ids?$/i.test(key) && typeof one === 'string' ? (readId(one) ?? []) : idsIn(one)));
}
