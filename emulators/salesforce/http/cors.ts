import type { Doc } from '../metadata/xml.ts';
import type { Store } from '../store.ts';

// What a browser's page of another origin may ask: only what the org's list of origins lets in. [D Help, Configure Salesforce CORS Allowlist]

const methods = 'GET, POST, PUT, PATCH, DELETE, HEAD, OPTIONS';

/** "The wildcard character (*) is supported and must be in front of a second-level domain name" [D the same]. */
function matches(pattern: string, origin: string): boolean {
  const [before, after] = pattern.replace(/\/+$/, '').toLowerCase().split('*.');
  const asked = origin.toLowerCase();
  if (after === undefined) return asked === before;
  return asked.startsWith(before ?? '') && asked.endsWith(`.${after}`) && asked.length > (before ?? '').length + after.length + 1;
}

function isListed(store: Store, origin: string): boolean {
  return store.select('SELECT doc FROM "component" WHERE type = ?', ['CorsWhitelistOrigin']).some(({ doc }) => {
    const { urlPattern } = JSON.parse(String(doc)) as Doc;
    return typeof urlPattern === 'string' && matches(urlPattern.trim(), origin);
  });
}

/** For an answer to a page of that origin; none where the origin is not on the list. Which headers there are is guessed. */
export function corsHeaders(store: Store, origin: string | undefined): Record<string, string> {
  if (origin === undefined || !isListed(store, origin)) return {};
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-expose-headers': 'Sforce-Limit-Info, Location, ETag',
    vary: 'Origin',
  };
}

/** To a browser that asks beforehand: it needs no session. An origin that is not on the list: 403 [D the same; that it is empty guessed]. */
export function preflight(
  store: Store,
  origin: string,
  asksFor: string | undefined,
): { readonly status: number; readonly headers: Record<string, string> } {
  const headers = corsHeaders(store, origin);
  if (!('access-control-allow-origin' in headers)) return { status: 403, headers: {} };
  return {
    status: 200,
    headers: {
      ...headers,
      'access-control-allow-methods': methods,
      ...(asksFor === undefined ? {} : { 'access-control-allow-headers': asksFor }),
      'access-control-max-age': '86400',
    },
  };
}
