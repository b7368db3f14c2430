import { createHash, timingSafeEqual } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getCookie } from 'hono/cookie';
import type { ConsoleStore } from './store/console-store.ts';
import type { OrgId } from './store.ts';

/** Who may come in by a door (S1). `anyone` only where nothing is told; `signed` where the source checks the signature itself; `watcher` a person, or a program with the watch token; `page` a person, and anybody else sees the sign-in there; `agent` a user of the org who signed in there, for what is theirs. */
export type Entry = 'anyone' | 'signed' | 'person' | 'watcher' | 'page' | 'agent';
/** `agent`: a user of the CRM, who is let in nowhere else. */
export type Visitor = { readonly org: OrgId; readonly person: string; readonly agent?: string };
export const sessionCookie = 'cordboard_session';
export const agentCookie = 'cordboard_agent';
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * Every request: its Host must be ours, so that no foreign page reaches us under its own name (DNS rebinding), and one that
 * changes anything must come from our own pages. Senders of webhooks have no Origin; their signature is their proof.
 */
export function checkAddress(publicUrl: string | undefined): MiddlewareHandler {
  const ours = publicUrl === undefined ? undefined : new URL(publicUrl);
  return async (context, next) => {
    const host = context.req.header('host') ?? '';
    if (!loopback.test(host) && host.toLowerCase() !== ours?.host) {
      return refuse(
        context,
        403,
        'unknown_host',
        `This is not ${host.slice(0, 100)}. Open Cordboard at its own address, or set CORDBOARD_PUBLIC_URL.`,
      );
    }
    const origin = context.req.header('origin');
    if (
      origin !== undefined &&
      origin !== ours?.origin &&
      !(URL.canParse(origin) && loopback.test(new URL(origin).host) && new URL(origin).host === host)
    ) {
      return refuse(context, 403, 'unknown_origin', 'This request comes from a page of another site.');
    }
    return next();
  };
}

/** Lets a person with a session in, and tells the handler who it is. */
export function askForPerson(store: Pick<ConsoleStore, 'findSession'>): MiddlewareHandler<{ Variables: { visitor: Visitor } }> {
  return async (context, next) => {
    const visitor = await visitorOf(context, store);
    if (!visitor) return refuse(context, 401, 'sign_in', 'Sign in first: open the link that the server printed when it started.');
    if (!isFromOurPage(context)) return refuseForm(context);
    context.set('visitor', visitor);
    return next();
  };
}

/** Lets an agent with a session in, and tells the handler who it is. */
export function askForAgent(store: Pick<ConsoleStore, 'findSession'>): MiddlewareHandler<{ Variables: { visitor: Visitor } }> {
  return async (context, next) => {
    const visitor = await agentOf(context, store);
    if (!visitor) return refuse(context, 401, 'sign_in', 'Sign in first, with Salesforce.');
    if (!isFromOurPage(context)) return refuseForm(context);
    context.set('visitor', visitor);
    return next();
  };
}

/** A form of another site can't set this header, whatever the browser thinks of cookies. */
export const isFromOurPage = (context: Context): boolean =>
  ['GET', 'HEAD'].includes(context.req.method) || context.req.header('x-cordboard') !== undefined;
export const refuseForm = (context: Context): Response =>
  refuse(context, 403, 'not_from_console', 'Send the header x-cordboard: 1 with every change.');

/** As `askForPerson`, for an address that people open: who isn't signed in is shown `signIn` there, and afterwards what was asked for. */
export function askOnPage(
  store: Pick<ConsoleStore, 'findSession'>,
  signIn: (context: Context<{ Variables: { visitor: Visitor } }>) => Response,
): MiddlewareHandler<{ Variables: { visitor: Visitor } }> {
  return async (context, next) => {
    const visitor = await visitorOf(context, store);
    if (!visitor) return signIn(context);
    context.set('visitor', visitor);
    return next();
  };
}

/** Who asks, as far as their session is still good. An agent's session is nobody's here, whatever cookie it comes in. */
export async function visitorOf(context: Context, store: Pick<ConsoleStore, 'findSession'>): Promise<Visitor | undefined> {
  const token = getCookie(context, sessionCookie);
  const visitor = token === undefined ? undefined : await store.findSession(hashToken(token));
  return visitor?.agent === undefined ? visitor : undefined;
}

/** The agent who asks, as far as their session is still good. */
export async function agentOf(context: Context, store: Pick<ConsoleStore, 'findSession'>): Promise<Visitor | undefined> {
  const token = getCookie(context, agentCookie);
  const visitor = token === undefined ? undefined : await store.findSession(hashToken(token));
  return visitor?.agent === undefined ? undefined : visitor;
}

/** Lets a program in that watches the installation, by its token; anybody else must be a person. */
export function askForWatcher(
  watchToken: string | undefined,
  person: MiddlewareHandler<{ Variables: { visitor: Visitor } }>,
): MiddlewareHandler<{ Variables: { visitor: Visitor } }> {
  const wanted = watchToken === undefined ? undefined : Buffer.from(hashToken(watchToken));
  return async (context, next) => {
    const given = /^Bearer (.+)$/.exec(context.req.header('authorization') ?? '')?.[1];
    // Hashes of one length: neither the time nor the length tells anything of the token.
    if (wanted !== undefined && given !== undefined && timingSafeEqual(Buffer.from(hashToken(given)), wanted)) return next();
    return person(context, next);
  };
}

export const refuse = (context: Context, status: 400 | 401 | 403 | 404 | 409 | 413 | 502 | 503, code: string, message: string) =>
  context.json({ error: { code, message } }, status);
