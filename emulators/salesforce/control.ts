import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { isLoopbackHost } from './api.ts';
import { Refusal } from './errors.ts';
import { requestFaults, rowFaults, type FaultOrder } from './faults.ts';
import { readId } from './ids.ts';
import { isProfile, profiles } from './latency.ts';
import type { OrgState } from './org-state.ts';
import { deleteRow, insertRow, readRecord, undelete, updateRow, validationRules, writeValue, type ValidationRule } from './records.ts';
import type { CustomField, SObject } from './schema.ts';
import { integrationUserId } from './seed.ts';
import { runWork, type Ctx, type Work } from './work.ts';

// What no program can ask of a real org: faults, the clock, the log, and people at their screens. On its own port, never on the API's.

class Mistake extends Error {}
type Json = Record<string, unknown>;

const number = (body: Json, key: string): number | undefined => {
  const value = body[key];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw new Mistake(`${key} must be a number`);
  return value;
};
const text = (body: Json, key: string): string => {
  const value = body[key];
  if (typeof value !== 'string' || value === '') throw new Mistake(`${key} is required`);
  return value;
};

export function controlApp(org: OrgState): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const bodyOf = async (request: { text(): Promise<string> }): Promise<Json> => {
    const sent = await request.text();
    let json: unknown;
    try {
      json = JSON.parse(sent === '' ? '{}' : sent);
    } catch (cause) {
      throw new Mistake(`the body is not JSON: ${String(cause)}`);
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Mistake('the body must be a JSON object');
    return json as Json;
  };

  app.use('*', async (c, next) => {
    if (!isLoopbackHost(c.req.header('host'))) return c.text('The stand-in org answers to this machine only.\n', 403);
    await next();
    return undefined;
  });
  app.onError((cause, c) => {
    if (cause instanceof Mistake) return c.json({ error: cause.message }, 400);
    if (cause instanceof Refusal) return c.json(cause.body(), 400);
    console.error(cause);
    return c.json({ error: cause.message }, 500);
  });
  app.notFound((c) => c.json({ error: `No such control: ${c.req.path}. See README.md` }, 404));

  app.get('/__org/health', (c) =>
    c.json({
      ok: true,
      pid: process.pid,
      now: new Date(org.now()).toISOString(),
      ...org.addresses,
      requests: org.journal.counts.requests,
      locksHeld: org.locks.size,
    }),
  );

  app.get('/__org/faults', (c) => c.json(org.faults.list()));
  app.post('/__org/faults', async (c) => {
    const body = await bodyOf(c.req);
    const kind = text(body, 'kind');
    const known: readonly string[] = [...requestFaults, ...rowFaults];
    if (!known.includes(kind)) throw new Mistake(`kind is one of: ${known.join(', ')}`);
    for (const key of ['times', 'everyNth', 'probability', 'seed', 'delayMs']) number(body, key);
    return c.json(org.faults.add(body as FaultOrder), 201);
  });
  app.delete('/__org/faults', (c) => {
    org.faults.clear();
    return c.json({ faults: [] });
  });
  app.delete('/__org/faults/:id', (c) => {
    org.faults.clear(Number(c.req.param('id')));
    return c.json({ faults: org.faults.list() });
  });

  app.post('/__org/clock', async (c) => {
    const body = await bodyOf(c.req);
    org.shiftMs = number(body, 'shiftMs') ?? org.shiftMs + (number(body, 'advanceMs') ?? 0);
    org.store.setMeta('shiftMs', String(org.shiftMs));
    return c.json({ shiftMs: org.shiftMs, now: new Date(org.now()).toISOString() });
  });

  app.post('/__org/latency', async (c) => {
    const body = await bodyOf(c.req);
    if (isProfile(body['profile'])) org.latency.pace = profiles[body['profile']];
    else if (body['profile'] !== undefined) throw new Mistake(`profile is one of: ${Object.keys(profiles).join(', ')}`);
    else {
      const { pace } = org.latency;
      org.latency.pace = {
        baseMs: number(body, 'baseMs') ?? pace.baseMs,
        perRecordMs: number(body, 'perRecordMs') ?? pace.perRecordMs,
        tail: number(body, 'tail') ?? pace.tail,
        tailTimes: number(body, 'tailTimes') ?? (pace.tailTimes > 1 ? pace.tailTimes : 5),
      };
    }
    return c.json(org.latency.pace);
  });

  app.post('/__org/limits', async (c) => {
    const body = await bodyOf(c.req);
    org.limits.max = number(body, 'max') ?? org.limits.max;
    org.limits.used = number(body, 'used') ?? org.limits.used;
    org.limits.maxConcurrentLong = number(body, 'maxConcurrentLong') ?? org.limits.maxConcurrentLong;
    org.limits.longMs = number(body, 'longMs') ?? org.limits.longMs;
    org.locks.waitMs = number(body, 'lockWaitMs') ?? org.locks.waitMs;
    return c.json({
      max: org.limits.max,
      used: org.limits.used,
      maxConcurrentLong: org.limits.maxConcurrentLong,
      longMs: org.limits.longMs,
      lockWaitMs: org.locks.waitMs,
    });
  });

  app.post('/__org/sessions', async (c) => {
    const body = await bodyOf(c.req);
    org.oauth.lifetimeMs = number(body, 'lifetimeMs') ?? org.oauth.lifetimeMs;
    if (typeof body['rotateRefreshTokens'] === 'boolean') org.oauth.rotate = body['rotateRefreshTokens'];
    return c.json({ lifetimeMs: org.oauth.lifetimeMs, rotateRefreshTokens: org.oauth.rotate });
  });
  app.delete('/__org/sessions', (c) => c.json({ expired: org.oauth.expireAll() }));
  app.post('/__org/refresh-token', async (c) => {
    const body = await bodyOf(c.req);
    return c.json({ refresh_token: org.oauth.newRefreshToken(typeof body['user'] === 'string' ? body['user'] : integrationUserId) }, 201);
  });

  app.get('/__org/log', (c) => c.json(org.journal.since(Number(c.req.query('since') ?? 0), Number(c.req.query('limit') ?? 10_000))));
  app.get('/__org/counts', (c) =>
    c.json({ ...org.journal.counts, usage: { used: org.limits.used, max: org.limits.max }, faultsSet: org.faults.list() }),
  );

  app.get('/__org/export', (c) => {
    const object = org.store.schema.find(c.req.query('object') ?? 'Task');
    if (!object) throw new Mistake('object names no object of this org');
    org.store.commit();
    return new Response(exportRows(org, object, c.req.query('deleted') === '1'), { headers: { 'content-type': 'application/x-ndjson' } });
  });

  app.post('/__org/as-human', async (c) => {
    const body = await bodyOf(c.req);
    const object = org.store.schema.named(text(body, 'object'));
    const action = text(body, 'action');
    const fields = (body['fields'] ?? {}) as Json;
    const userId = readId(typeof body['user'] === 'string' ? body['user'] : integrationUserId);
    if (userId === undefined || org.store.get(org.store.schema.named('User'), userId) === undefined)
      throw new Mistake('user is not a user of this org');
    const ctx: Ctx = {
      store: org.store,
      now: org.now,
      userId,
      via: 'screen',
      version: '67.0',
      locks: org.locks,
      holder: Symbol('screen'),
      heldIds: new Set(),
      rowFault: undefined,
      tally: { written: 0, rowErrors: new Map(), subrequests: [] },
    };
    const id = action === 'create' ? undefined : readId(text(body, 'id'));
    if (action !== 'create' && id === undefined) throw new Mistake('id is not an id');
    let made = id ?? '';
    // A person waits for locks like a program, but not for the API's latency.
    const save = <T>(work: Work<T>) => runWork(work, ctx, { baseMs: 0, perRecordMs: 0 });
    switch (action) {
      case 'create':
        made = await save(insertRow(ctx, object, readRecord(object, fields)));
        break;
      case 'update':
        await save(updateRow(ctx, object, made, readRecord(object, fields)));
        break;
      case 'delete':
        await save(deleteRow(ctx, object, made));
        break;
      case 'undelete':
        org.store.atomically(
          () => undelete(ctx, object, made),
          () => true,
        );
        break;
      default:
        throw new Mistake('action is create, update, delete or undelete');
    }
    await org.store.durable();
    return c.json({ id: made });
  });

  app.get('/__org/validation-rules', (c) => c.json(validationRules(org.store)));
  app.post('/__org/validation-rules', async (c) => {
    const body = await bodyOf(c.req);
    const object = org.store.schema.named(text(body, 'object'));
    const conditions = Array.isArray(body['when']) ? body['when'] : [body['when'] ?? body];
    const when = conditions.map((condition: unknown) => {
      const { field, op, value } = condition as { field?: string; op?: string; value?: string | number | boolean | null };
      if (field === undefined || !object.byName.has(field.toLowerCase())) throw new Mistake(`${object.name} has no field ${String(field)}`);
      if (!['=', '!=', '<', '>', '<=', '>=', 'isBlank', 'notBlank', 'contains'].includes(op ?? ''))
        throw new Mistake('op is one of = != < > <= >= isBlank notBlank contains');
      return { field, op: op as ValidationRule['when'][number]['op'], value: value ?? null };
    });
    const rule: ValidationRule = {
      name: typeof body['name'] === 'string' ? body['name'] : `rule_${validationRules(org.store).length + 1}`,
      object: object.name,
      when,
      message: text(body, 'message'),
      ...(typeof body['errorField'] === 'string' ? { errorField: body['errorField'] } : {}),
    };
    org.store.setMeta('validationRules', JSON.stringify([...validationRules(org.store), rule]));
    return c.json(rule, 201);
  });
  app.delete('/__org/validation-rules', (c) => {
    org.store.setMeta('validationRules', '[]');
    return c.json([]);
  });

  app.post('/__org/fields', async (c) => {
    const body = await bodyOf(c.req);
    const field: CustomField = {
      ...(body as Partial<CustomField>),
      object: org.store.schema.named(text(body, 'object')).name,
      name: text(body, 'name'),
      label: text(body, 'label'),
      type: text(body, 'type') as CustomField['type'],
    };
    if (!/^[A-Za-z]\w*__c$/.test(field.name)) throw new Mistake('name must end in __c');
    org.store.changeFields((custom) => [...custom.filter((one) => one.object !== field.object || one.name !== field.name), field]);
    org.queries.forget();
    return c.json(field, 201);
  });
  app.delete('/__org/fields/:object/:name', (c) => {
    const { object, name } = c.req.param();
    org.store.changeFields((custom) => custom.filter((one) => one.object !== object || one.name !== name));
    org.queries.forget();
    return c.json({ removed: `${object}.${name}` });
  });

  app.post('/__org/reset', (c) => {
    org.reset();
    return c.json({ ok: true });
  });
  return app;
}

const exportPage = 500;

/** Page by page, so that a million rows never are in memory at once. */
function exportRows(org: OrgState, object: SObject, deleted: boolean): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const living = !deleted && object.byName.has('isdeleted') ? 'AND "IsDeleted" = 0' : '';
  let last = 0;
  return new ReadableStream({
    pull(stream) {
      const rows = org.store.select(`SELECT * FROM "${object.name}" WHERE n > ? ${living} ORDER BY n LIMIT ${exportPage}`, [last]);
      if (rows.length > 0) {
        last = Number(rows.at(-1)?.['n']);
        stream.enqueue(
          encoder.encode(
            rows
              .map(
                (row) =>
                  `${JSON.stringify(Object.fromEntries(object.fields.map((field) => [field.name, writeValue(field, row[field.name])])))}\n`,
              )
              .join(''),
          ),
        );
      }
      if (rows.length < exportPage) stream.close();
    },
  });
}
