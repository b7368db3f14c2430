import { type ApiPurpose, apiPurposes, Refused, Unanswered } from '../../server/crm.ts';
import type { World } from '../../server/world.ts';
import { edgeFailure, failureOf, readErrorBody, type SalesforceError } from './failures.ts';
import { readUsage, type Usage } from './limits.ts';
import type { Session } from './session.ts';
import type { Grant } from './sign-in/token.ts';
import { NotSent, type Reply, type Sent, type Transport } from './transport.ts';

/** `path` begins with `/services/data/…`. */
export type Ask = {
  readonly method: Sent['method'];
  readonly path: string;
  readonly body?: unknown;
  readonly purpose?: ApiPurpose;
  /** JSON unless it says otherwise. */
  readonly accept?: string;
  /** Sent as it is, instead of a body in JSON. */
  readonly raw?: { readonly type: string; readonly bytes: Uint8Array };
  /** Besides those that every request has; of the same name, instead of it. */
  readonly headers?: Readonly<Record<string, string>>;
};
/** The default is TRUE, and then an assignment rule takes the owner we chose away (headers-autoassign.md). */
export const ownerAsDecided = { 'Sforce-Auto-Assign': 'FALSE' } as const;
export type Answer = { readonly status: number; readonly json: unknown; readonly ms: number };
/** A page of a file. `next`: Sforce-Locator. */
export type Page = { readonly text: string; readonly next: string | undefined };
export interface Api {
  /** `/services/data/v67.0` */
  readonly base: string;
  /** One API call. Answers only what Salesforce said with a 2xx and JSON; else throws `Refused` or `Unanswered`. */
  call(ask: Ask, signal?: AbortSignal): Promise<Answer>;
  /** The same, of what is no JSON. */
  file(ask: Ask): Promise<Page>;
  /** The same for one record: an error of the record is an answer, with all that Salesforce says of it. */
  attempt(ask: Ask, signal?: AbortSignal): Promise<Answer & { readonly errors?: readonly SalesforceError[] }>;
  /** The same API in another user's session; what it uses counts with the rest. */
  inSession(session: Session): Api;
  usage(): Usage | undefined;
  /** Calls sent so far, by what they were for. */
  spent(): Readonly<Record<ApiPurpose, number>>;
}

/** The same API, its calls counted as this unless they say otherwise. */
export const countedAs = (api: Api, purpose: ApiPurpose): Api => ({
  ...api,
  call: (ask, signal) => api.call({ purpose, ...ask }, signal),
  file: (ask) => api.file({ purpose, ...ask }),
  attempt: (ask, signal) => api.attempt({ purpose, ...ask }, signal),
  inSession: (session) => countedAs(api.inSession(session), purpose),
});

/** What our calls are marked with: change events tell it of those we have caused ourselves. */
export const clientName = 'cordboard';

export function openApi(
  session: Session,
  transport: Transport,
  world: World,
  limits: { apiVersion: string; requestLimitMs: number },
  onLog: (line: string) => void,
): Api {
  let usage: Usage | undefined;
  const spent = Object.fromEntries(apiPurposes.map((purpose) => [purpose, 0])) as Record<ApiPurpose, number>;
  return within(session);

  function within(session: Session): Api {
    async function send(ask: Ask, grant: Grant, signal: AbortSignal | undefined): Promise<Reply> {
      const headers = {
        authorization: `Bearer ${grant.accessToken}`,
        'content-type': ask.raw?.type ?? 'application/json; charset=utf-8',
        ...ownerAsDecided,
        'sforce-call-options': `client=${clientName}`,
        ...(ask.accept !== undefined && { accept: ask.accept }),
        ...ask.headers,
      };
      const body = ask.raw ? { body: ask.raw.bytes } : ask.body === undefined ? {} : { body: JSON.stringify(ask.body) };
      spent[ask.purpose ?? 'other']++;
      const reply = await transport.send(
        { method: ask.method, url: `${grant.instanceUrl}${ask.path}`, headers, ...body },
        limits.requestLimitMs,
        signal,
      );
      usage = readUsage(reply.limitInfo) ?? usage;
      return reply;
    }

    /** A 401 is said before anything is done, so this one repetition is safe. Nothing else is ever repeated here. */
    async function sendSignedIn(ask: Ask, signal: AbortSignal | undefined): Promise<Reply> {
      const grant = await session.grant(signal);
      const reply = await send(ask, grant, signal);
      if (isSessionOver(reply)) {
        const again = await send(ask, await session.renew(grant, signal), signal);
        if (isSessionOver(again))
          throw new Refused({
            mendedBy: 'admin',
            code: 'INVALID_SESSION_ID',
            message:
              'Salesforce refuses the session it has just given. Check login hours, IP ranges and "API Enabled" of the connected user.',
            signIn: true,
          });
        return again;
      }
      // The org has moved to another host; the next sign-in tells where to.
      if (reply.status >= 300 && reply.status < 400) session.forget(grant);
      return reply;
    }

    const unreachable = ({ message }: NotSent) =>
      new Refused({
        mendedBy: 'time',
        code: 'UNREACHABLE',
        message: `Salesforce can't be reached: ${message}.`,
        retryAfterMs: Math.round(5_000 * (1 + world.chance())),
      });

    async function logged(ask: Ask, signal?: AbortSignal): Promise<Reply & { readonly ms: number }> {
      const begun = world.monotonic();
      const log = (status: string | number) =>
        onLog(
          `crm.request method=${ask.method} path=${ask.path.split('?')[0]} status=${status} tookMs=${Math.round(world.monotonic() - begun)}${usage ? ` used=${usage.used}/${usage.max}` : ''}`,
        );
      const reply = await sendSignedIn(ask, signal).catch((error: unknown) => {
        log(error instanceof NotSent ? 'not-sent' : error instanceof Refused ? error.failure.code : 'unanswered');
        throw error instanceof NotSent ? unreachable(error) : error;
      });
      // A refusal brings no figures of its own, and says all there is to say.
      if (usage && isAllSpent(reply)) usage = { ...usage, used: Math.max(usage.used, usage.max) };
      log(reply.status);
      return { ...reply, ms: Math.round(world.monotonic() - begun) };
    }
    // 204 has no body to read: it is done, and nothing more is said.
    const isDone = ({ status, json }: Reply) => status >= 200 && status < 300 && (json !== undefined || status === 204);

    return {
      base: `/services/data/v${limits.apiVersion}`,
      async call(ask, signal) {
        const reply = await logged(ask, signal);
        if (!isDone(reply)) throw whatHappened(reply);
        return { status: reply.status, json: reply.json, ms: reply.ms };
      },
      async file(ask) {
        const reply = await logged(ask);
        if (reply.status < 200 || reply.status >= 300) throw whatHappened(reply);
        return { text: reply.text, next: reply.locator };
      },
      async attempt(ask, signal) {
        const reply = await logged(ask, signal);
        const errors = reply.status === 400 ? readErrorBody(reply.json) : undefined;
        if (!isDone(reply) && !errors) throw whatHappened(reply);
        return { status: reply.status, json: reply.json, ms: reply.ms, ...(errors ? { errors } : {}) };
      },
      inSession: within,
      usage: () => usage,
      spent: () => ({ ...spent }),
    };

    /**
     * Refused only where it is certain that nothing happened: a 4xx is said before or instead of the work, and SERVER_UNAVAILABLE
     * is Salesforce's word for "not now". Any other 5xx, and a 200 we can't read, may come from an edge server after the work
     * was done behind it, or after a composite had committed its first half. In doubt: unanswered, and the writer looks (W4).
     */
    function whatHappened({ status, json }: Reply): Refused | Unanswered {
      const errors = readErrorBody(json);
      const isSurelyRefused =
        (status >= 300 && status < 500 && status !== 408) || (status === 503 && errors?.[0]?.code === 'SERVER_UNAVAILABLE');
      if (!isSurelyRefused)
        return new Unanswered(
          `Salesforce's answer can't be relied on (status ${status}${errors?.[0] ? `, ${session.redact(errors[0].code)}` : ', not JSON'}).`,
        );
      return new Refused(errors ? failureOf(errors, world.chance, session.redact) : edgeFailure(status, world.chance));
    }
  }
}

function isAllSpent({ status, json }: Reply): boolean {
  const error = status === 403 ? readErrorBody(json)?.[0] : undefined;
  return error?.code === 'REQUEST_LIMIT_EXCEEDED' && !/concurrent/i.test(error.message);
}
const isSessionOver = (reply: Reply): boolean => reply.status === 401 && readErrorBody(reply.json)?.[0]?.code === 'INVALID_SESSION_ID';
