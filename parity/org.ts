import { setTimeout as pause } from 'node:timers/promises';
import type { Step } from './question.ts';
import { whyNot } from './guard.ts';
import { CannotAsk, type Names } from './normalise.ts';

/** How an org is reached. */
export type Way = {
  readonly loginUrl?: string | undefined;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly accessToken?: string | undefined;
  readonly instanceUrl?: string | undefined;
};
/** What came back, as it is. */
export type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };
/** An org during one run. */
export type Org = {
  readonly url: string;
  readonly userId: string;
  readonly clientId: string | undefined;
  readonly clientSecret: string | undefined;
  readonly apiVersion: string;
  /** Ids of everything that is ours to change. */
  readonly made: Set<string>;
  /** Requests sent so far. */
  calls(): number;
  /** From now on only what was made is deleted, and no limit holds that back. */
  clean(): void;
  send(step: Step, names: Names): Promise<Answer>;
};

/** What the person who runs this must mend; the message says how. */
export class ParityTrouble extends Error {}

const loopback = ['localhost', '127.0.0.1', '[::1]'];
export const isLoopback = (url: string): boolean => loopback.includes(new URL(url).hostname);

/** The way that the SF_* variables name. Throws `ParityTrouble`. */
export function readWay(env: Readonly<Record<string, string | undefined>>): Way {
  const given = (name: string) => env[name]?.trim() || undefined;
  const way: Way = {
    loginUrl: given('SF_LOGIN_URL'),
    clientId: given('SF_CLIENT_ID'),
    clientSecret: given('SF_CLIENT_SECRET'),
    accessToken: given('SF_ACCESS_TOKEN'),
    instanceUrl: given('SF_INSTANCE_URL'),
  };
  const byClient = way.loginUrl !== undefined && way.clientId !== undefined && way.clientSecret !== undefined;
  if (!byClient && (way.accessToken === undefined || way.instanceUrl === undefined))
    throw new ParityTrouble(
      'No org is named. Set SF_LOGIN_URL, SF_CLIENT_ID and SF_CLIENT_SECRET, or SF_ACCESS_TOKEN and SF_INSTANCE_URL (docs/extend/parity.md), or try the harness itself with --rehearse.',
    );
  return way;
}

/** The origin, if a secret may be sent there. Throws `ParityTrouble`. */
function safeOrigin(url: string, name: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && isLoopback(url))) return parsed.origin;
  throw new ParityTrouble(`${name} must be an https: address${parsed ? '; http: is for this machine only' : ''}.`);
}

export type OrgOptions = { readonly apiVersion: string; readonly maxCalls: number };

/** Signs in. Nothing is ever sent to another host than the one that was named. Throws `ParityTrouble`. */
export async function openOrg(way: Way, { apiVersion, maxCalls }: OrgOptions): Promise<Org> {
  let calls = 0;
  let cleaning = false;
  const ask = async (url: string, init: RequestInit): Promise<Answer> => {
    if (calls >= maxCalls && !cleaning)
      throw new ParityTrouble(`${maxCalls} requests were sent, which is the limit of this run (--max-calls).`);
    calls += 1;
    const response = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(120_000) });
    const text = await response.text();
    const [, used = 0, max = 1] = /api-usage=(\d+)\/(\d+)/.exec(response.headers.get('sforce-limit-info') ?? '') ?? [];
    if (Number(used) / Number(max) > mostOfTheDay && !cleaning)
      throw new ParityTrouble(`The org has used ${used} of its ${max} API calls of the day, and others need the rest.`);
    const json = response.headers.get('content-type')?.includes('application/json') === true && text !== '';
    return { status: response.status, headers: response.headers, body: json ? (JSON.parse(text) as unknown) : text };
  };
  const { url, token } = await signIn(way, ask);
  const who = await ask(`${url}/services/oauth2/userinfo`, { headers: { authorization: `Bearer ${token}` } });
  const userId = (who.body as { user_id?: unknown }).user_id;
  if (who.status !== 200 || typeof userId !== 'string')
    throw new ParityTrouble(
      `The org doesn't say who is signed in: userinfo answered ${who.status}. Give the app the scopes api and openid.`,
    );
  const made = new Set<string>();
  return {
    url,
    userId,
    clientId: way.clientId,
    clientSecret: way.clientSecret,
    apiVersion,
    made,
    calls: () => calls,
    clean: () => void (cleaning = true),
    async send(step, names) {
      const path = names.fill(step.path, true);
      const whole = /^\/\/?services\//.test(path) ? path : `/services/data/v${apiVersion}${path}`;
      const filled =
        step.body === undefined ? undefined : names.fill(typeof step.body === 'string' ? step.body : JSON.stringify(step.body));
      const body: unknown = filled === undefined || typeof step.body === 'string' ? filled : JSON.parse(filled);
      const refused = whyNot({ method: step.method, path: whole, body }, made);
      if (refused !== undefined) throw new ParityTrouble(`${step.method} ${whole} is not sent: ${refused}.`);
      const headers: Record<string, string> = {
        // Assignment rules would mail people, and duplicate rules would have a say in questions about something else.
        'sforce-auto-assign': 'FALSE',
        'sforce-duplicate-rule-header': 'allowSave=true',
        ...(step.anonymous ? {} : { authorization: `Bearer ${token}` }),
        ...(filled === undefined || typeof step.body === 'string' ? {} : { 'content-type': 'application/json' }),
        ...Object.fromEntries(Object.entries(step.headers ?? {}).map(([name, value]) => [name.toLowerCase(), names.fill(value)])),
      };
      const once = () => ask(`${url}${whole}`, { method: step.method, headers, ...(filled === undefined ? {} : { body: filled }) });
      let answer = await once();
      const { until } = step;
      for (let waited = 0, next = 50; until && !until.some((text) => JSON.stringify(answer.body).includes(text));) {
        if (waited > longestWaitMs) throw new CannotAsk(`${step.method} ${step.path} did not come to an end within three minutes`);
        await pause(next);
        [waited, next] = [waited + next, Math.min(next * 2, 5000)];
        answer = await once();
      }
      for (const id of madeBy(step, answer)) made.add(id);
      return answer;
    },
  };
}
/** Of the org's allocation, all programs together. */
const mostOfTheDay = 0.8;
const longestWaitMs = 180_000;

async function signIn(way: Way, ask: (url: string, init: RequestInit) => Promise<Answer>): Promise<{ url: string; token: string }> {
  if (way.accessToken !== undefined && way.instanceUrl !== undefined)
    return { url: safeOrigin(way.instanceUrl, 'SF_INSTANCE_URL'), token: way.accessToken };
  const url = safeOrigin(way.loginUrl ?? '', 'SF_LOGIN_URL');
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: way.clientId ?? '',
    client_secret: way.clientSecret ?? '',
  });
  const { status, body } = await ask(`${url}/services/oauth2/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
  });
  const { access_token: token, instance_url: instance, error, error_description: why } = body as Readonly<Record<string, string>>;
  if (status !== 200 || typeof token !== 'string' || typeof instance !== 'string')
    throw new ParityTrouble(`The sign-in was refused: ${status} ${error ?? ''} ${why ?? ''}`.trim());
  if (new URL(instance).origin !== url)
    throw new ParityTrouble(
      `The sign-in leads to ${new URL(instance).origin}, and nothing is sent anywhere but to SF_LOGIN_URL. If that is your org, name it there.`,
    );
  return { url, token };
}

/** Ids of what an answer says was made. Deletions and changes answer with ids, too: those are ours already, or were refused unsent. */
function madeBy({ method, path }: Step, { status, body }: Answer): string[] {
  if (path.endsWith('/successfulResults') && typeof body === 'string')
    return [...body.matchAll(/^"(\w{18})","true"/gm)].map(([, id]) => id!);
  if (method !== 'POST' && method !== 'PATCH') return [];
  const found: string[] = [];
  const look = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(look);
    else if (typeof value === 'object' && value !== null) {
      const { id, success, referenceId, errors, state } = value as Readonly<Record<string, unknown>>;
      const made = success === true || state !== undefined || (referenceId !== undefined && errors === undefined);
      if (typeof id === 'string' && id !== '' && made) found.push(id);
      Object.values(value).forEach(look);
    }
  };
  if (status < 300) look(body);
  return found;
}
