import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { randomBytes } from 'node:crypto';
import { integrationUserId } from '../seed.ts';
import { permissions, refreshPolicies, type App } from './apps.ts';
import type { Identity } from './identity.ts';
import { userById, userNamed } from './users.ts';

// What an admin does under Setup about apps and sessions, and what no program can ask of a real org: consent without a person.

class Mistake extends Error {}
type Json = Record<string, unknown>;

/** What may be said of an app, and how it is checked. */
const readers: { readonly [Key in Exclude<keyof App, 'clientId'>]: (value: unknown, key: string, identity: Identity) => unknown } = {
  name: text,
  secret: text,
  callbackUrls: texts,
  scopes: texts,
  requirePkce: yesOrNo,
  requireSecretForWebServer: yesOrNo,
  requireSecretForRefresh: yesOrNo,
  rotateRefreshTokens: yesOrNo,
  refreshTokenPolicy: (value, key) => oneOf(refreshPolicies, value, key),
  refreshTokenValidityMs: milliseconds,
  certificate: text,
  permittedUsers: (value, key) => oneOf(permissions, value, key),
  approvedUsers: (value, key, identity) => texts(value, key).map((user) => userId(identity, user, key)),
  runAs: (value, key, identity) => userId(identity, value, key),
  sessionTimeoutMs: milliseconds,
};
const isKey = (key: string): key is keyof typeof readers => Object.hasOwn(readers, key);

export function identityControls(identity: Identity): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  app.onError((cause, c) => c.json({ error: cause.message }, cause instanceof Mistake ? 400 : 500));
  const bodyOf = async (request: { text(): Promise<string> }, ...allowed: string[]): Promise<Json> => {
    const sent = await request.text();
    let json: unknown;
    try {
      json = JSON.parse(sent === '' ? '{}' : sent);
    } catch (cause) {
      throw new Mistake(`the body is not JSON: ${String(cause)}`);
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Mistake('the body must be a JSON object');
    const unknown = Object.keys(json).filter((key) => !allowed.includes(key));
    if (unknown.length > 0) throw new Mistake(`there is no ${unknown.join(', ')} here; known: ${allowed.join(', ')}`);
    return json as Json;
  };

  app.get('/__org/apps', (c) => c.json(identity.apps.list()));
  app.post('/__org/apps', async (c) => {
    const body = await bodyOf(c.req, 'clientId', ...Object.keys(readers));
    const { clientId: asked, ...given } = body;
    const clientId = asked === undefined ? `3MVG9${randomBytes(40).toString('base64url')}` : text(asked, 'clientId');
    const isNew = identity.apps.get(clientId) === undefined;
    const changes = Object.entries(given).map(([key, value]) => [
      key,
      value === null || !isKey(key) ? undefined : readers[key](value, key, identity),
    ]);
    const secret = isNew && !('secret' in given) ? { secret: randomBytes(32).toString('hex').toUpperCase() } : {};
    let saved: App;
    try {
      saved = identity.apps.save(clientId, { ...secret, ...(Object.fromEntries(changes) as Partial<App>) });
    } catch (cause) {
      throw new Mistake(cause instanceof Error ? cause.message : String(cause));
    }
    await identity.store.durable();
    return c.json(saved, isNew ? 201 : 200);
  });
  app.delete('/__org/apps/:clientId', async (c) => {
    const { clientId } = c.req.param();
    if (!identity.removeApp(clientId)) throw new Mistake(`${clientId} is no app that can be removed`);
    await identity.store.durable();
    return c.json({ removed: clientId });
  });

  app.get('/__org/consent', (c) => c.json(identity.consent ?? {}));
  app.post('/__org/consent', async (c) => {
    const body = await bodyOf(c.req, 'user', 'auto', 'deny');
    const on = body['auto'] === undefined || yesOrNo(body['auto'], 'auto');
    const allow = body['deny'] === undefined || !yesOrNo(body['deny'], 'deny');
    identity.consent = on
      ? { userId: body['user'] === undefined ? integrationUserId : userId(identity, body['user'], 'user'), allow }
      : undefined;
    await identity.store.durable();
    return c.json(identity.consent ?? {});
  });
  app.delete('/__org/consent', (c) => {
    identity.consent = undefined;
    return c.json({});
  });

  app.get('/__org/grants', (c) => c.json(identity.tokens.grantsOf(c.req.query('clientId'), userAsked(identity, c.req.query('user')))));
  app.delete('/__org/grants', async (c) => {
    const grants = identity.tokens.grantsOf(c.req.query('clientId'), userAsked(identity, c.req.query('user')));
    for (const grant of grants) identity.revoke(grant);
    await identity.store.durable();
    return c.json({ revoked: grants.length });
  });

  app.post('/__org/sessions', async (c) => {
    const body = await bodyOf(c.req, 'lifetimeMs', 'rotateRefreshTokens', 'simultaneousMs');
    const given = <T>(key: string, read: (value: unknown, key: string) => T) =>
      body[key] === undefined ? undefined : read(body[key], key);
    identity.tokens.change({
      lifetimeMs: given('lifetimeMs', milliseconds),
      rotate: given('rotateRefreshTokens', yesOrNo),
      simultaneousMs: given('simultaneousMs', milliseconds),
    });
    const { lifetimeMs, rotate, simultaneousMs } = identity.tokens;
    await identity.store.durable();
    return c.json({ lifetimeMs, rotateRefreshTokens: rotate, simultaneousMs });
  });
  app.delete('/__org/sessions', (c) => {
    const user = userAsked(identity, c.req.query('user'));
    return c.json({ expired: identity.tokens.endWhere((session) => user === undefined || session.userId === user) });
  });
  app.post('/__org/refresh-token', async (c) => {
    const body = await bodyOf(c.req, 'user', 'clientId');
    const clientId = body['clientId'] === undefined ? identity.apps.first : text(body['clientId'], 'clientId');
    if (!identity.apps.get(clientId)) throw new Mistake(`there is no app ${clientId}`);
    const user = body['user'] === undefined ? integrationUserId : userId(identity, body['user'], 'user');
    const refreshToken = identity.newRefreshToken(user, clientId);
    await identity.store.durable();
    return c.json({ refresh_token: refreshToken }, 201);
  });
  return app;
}

function text(value: unknown, key: string): string {
  if (typeof value !== 'string' || value === '') throw new Mistake(`${key} must be a text`);
  return value;
}
function texts(value: unknown, key: string): string[] {
  if (!Array.isArray(value)) throw new Mistake(`${key} must be a list of texts`);
  return value.map((one: unknown) => text(one, key));
}
function yesOrNo(value: unknown, key: string): boolean {
  if (typeof value !== 'boolean') throw new Mistake(`${key} must be true or false`);
  return value;
}
function milliseconds(value: unknown, key: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw new Mistake(`${key} must be a number of milliseconds`);
  return value;
}
function oneOf(choices: readonly string[], value: unknown, key: string): string {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw new Mistake(`${key} is one of ${choices.join(', ')}`);
  return found;
}
/** By id or by user name. */
function userId(identity: Identity, value: unknown, key: string): string {
  const named = text(value, key);
  const user = userById(identity.store, named) ?? userNamed(identity.store, named);
  if (!user) throw new Mistake(`${key}: ${named} is not a user of this org`);
  return String(user['Id']);
}
const userAsked = (identity: Identity, named: string | undefined): string | undefined =>
  named === undefined ? undefined : userId(identity, named, 'user');
