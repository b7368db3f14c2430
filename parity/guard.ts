import { keyMark, mark } from './exchange.ts';
import { readId } from './normalise.ts';

/** A request as it is about to be sent: references filled, no host. */
export type Outgoing = { readonly method: string; readonly path: string; readonly body: unknown };

/** Addresses outside the data that are asked without changing anything: sign-ins that fail, tokens that are none. */
const harmless = /^\/services\/(?:oauth2\/(?:token|introspect|revoke|userinfo)|data\/?$)/;
type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Why this may not be sent: it would change something that this run has not made. Undefined: it may.
 * `made`: ids of 18 characters. An id that ends in nine zeros is nobody's.
 */
export function whyNot({ method, path, body }: Outgoing, made: ReadonlySet<string>): string | undefined {
  const where = path.replace(/^\/services\/data\/v\d+\.0/, '');
  if (method === 'GET' && !/_HttpMethod/i.test(where) && !/\/revoke/.test(where)) return undefined;
  if (harmless.test(where)) return /00D\w{12,15}!/.test(`${where}${JSON.stringify(body)}`) ? 'it holds a session' : undefined;
  const ours = (id: string) => made.has(id) || /0{9}(?:[A-Z0-5]{3})$/.test(id);
  const [resource = '', parameters = ''] = where.split('?', 2);
  const stray = [...new Set([...resource.split('/'), ...parameters.split(/[=&,]|%2C/i)])]
    .flatMap((word) => readId(word) ?? [])
    .find((id) => !ours(id));
  if (stray !== undefined) return `${stray} was not made by this run`;
  if (/^\/composite(\/batch|\/graph)?\/?$/.test(resource))
    return partsOf(body)
      .map((part) => whyNot(part, made))
      .find((why) => why !== undefined);
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  const foreign = idsIn(body).find((id) => !ours(id));
  if (foreign !== undefined) return `${foreign} was not made by this run`;
  const [, , , key, value] = resource.split('/');
  if (
    /^\/sobjects\/[^/]+\/[^/]+\/[^/]+/.test(resource) &&
    resource.startsWith('/sobjects/') &&
    method !== 'POST' &&
    readId(value ?? '') === undefined
  )
    return decodeURIComponent(value ?? '').startsWith(keyMark) ? undefined : `${value ?? key ?? ''} is not one of our keys`;
  if (method === 'DELETE' || method === 'PATCH') {
    const named =
      readId(key ?? '') !== undefined || /[?&]ids=/.test(where) || /@\{/.test(resource) || /^\/(?:jobs|tooling)\//.test(resource);
    if (named) return undefined;
  }
  const ofOurs = [...made].some((id) => text.includes(id));
  if (text.includes(mark) || text.includes(keyMark) || ofOurs || /^\/jobs\//.test(resource)) return undefined;
  return 'what it makes would not carry our mark';
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
