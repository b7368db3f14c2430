import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { z } from 'zod';
import { readId } from '../ids.ts';
import type { OrgState } from '../org-state.ts';
import { integrationUserId } from '../seed.ts';
import { hasChangeEvents, mostObjects } from './change-log.ts';
import { lastingFaults } from './stream-faults.ts';

// What an admin sets about change events, and what can go wrong with them. Below /__org/change-events.

const whole = z.int().min(0);
const settings = z.strictObject({
  objects: z.array(z.string()).optional(),
  retentionHours: z.number().positive().optional(),
  maxDelivered: whole.optional(),
  overflowAfter: whole.optional(),
  /** Deliveries of the last 24 hours, as if they had been. */
  delivered: whole.optional(),
});
const gap = z.strictObject({
  object: z.string(),
  ids: z.array(z.string()).default([]),
  changeType: z.enum(['GAP_CREATE', 'GAP_UPDATE', 'GAP_DELETE', 'GAP_UNDELETE', 'GAP_OVERFLOW']),
});
const topic = z.string().optional();
const fault = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('drop') }),
  z.strictObject({
    kind: z.literal('end'),
    topic,
    status: z.int().min(1).max(16),
    errorCode: z.string().default('service.unavailable'),
    message: z.string().default('The Pub/Sub API service is unavailable.'),
  }),
  z.strictObject({
    kind: z.enum(lastingFaults),
    topic,
    delayMs: whole.optional(),
    times: whole.optional(),
    probability: z.number().min(0).max(1).optional(),
  }),
]);

type Said<T> = { readonly value: T } | { readonly error: string };
async function read<T>(schema: z.ZodType<T>, request: { text(): Promise<string> }): Promise<Said<T>> {
  try {
    const text = await request.text();
    const found = schema.safeParse(JSON.parse(text === '' ? '{}' : text));
    return found.success ? { value: found.data } : { error: z.prettifyError(found.error) };
  } catch (cause) {
    return { error: `the body is not JSON: ${String(cause)}` };
  }
}

export function changeEventControls(org: OrgState): Hono<{ Bindings: HttpBindings }> {
  const app = new Hono<{ Bindings: HttpBindings }>();
  const log = org.store.changes;
  const now = () => ({
    ...log.settings,
    delivered: log.delivered,
    latestReplayId: log.last,
    kept: org.store.count('SELECT COUNT(*) AS count FROM "change_event" WHERE object <> \'\''),
    subscriptions: org.pubsub?.list() ?? [],
    faults: org.pubsub?.faults.list() ?? [],
  });

  app.get('/', (c) => c.json(now()));
  app.post('/', async (c) => {
    const said = await read(settings, c.req);
    if ('error' in said) return c.json({ error: said.error }, 400);
    const { objects: names, delivered, ...numbers } = said.value;
    const objects = names?.map((name) => org.store.schema.find(name));
    const wrong = names?.filter((_, place) => !objects?.[place] || !hasChangeEvents(objects[place])) ?? [];
    if (wrong.length > 0) return c.json({ error: `no change events of ${wrong.join(', ')}` }, 400);
    const chosen = objects && [...new Set(objects.flatMap((object) => object?.name ?? []))];
    if (chosen && chosen.length > mostObjects)
      return c.json({ error: `at most ${mostObjects} objects, as in an org without an add-on` }, 400);
    org.store.commit(); // what was written before is told as it was chosen before
    log.change({ ...defined(numbers), ...(chosen ? { objects: chosen } : {}) });
    if (delivered !== undefined) log.setDelivered(delivered);
    log.keepDelivered();
    log.prune();
    org.store.commit();
    org.pubsub?.tick();
    return c.json(now());
  });
  app.delete('/', (c) => {
    org.store.commit();
    log.change({ objects: [] });
    org.store.commit();
    return c.json(now());
  });

  app.post('/gap', async (c) => {
    const said = await read(gap, c.req);
    if ('error' in said) return c.json({ error: said.error }, 400);
    const { object: name, ids: given, changeType } = said.value;
    const object = org.store.schema.find(name);
    if (!object || !log.isSelected(object.name)) return c.json({ error: `${name} is not selected for change events` }, 400);
    const ids = given.map((id) => (id === `${object.keyPrefix}*` ? id : readId(id)));
    if (ids.includes(undefined) || (ids.length === 0 && changeType !== 'GAP_OVERFLOW'))
      return c.json({ error: `ids: record ids, or "${object.keyPrefix}*"` }, 400);
    log.gap(
      object,
      ids.flatMap((id) => id ?? []),
      changeType,
      integrationUserId,
    );
    org.store.commit();
    return c.json({ latestReplayId: log.last }, 201);
  });

  app.get('/faults', (c) => c.json(org.pubsub?.faults.list() ?? []));
  app.post('/faults', async (c) => {
    const said = await read(fault, c.req);
    if ('error' in said) return c.json({ error: said.error }, 400);
    const { value } = said;
    if (!org.pubsub) return c.json({ error: 'this org was started without its Pub/Sub server' }, 400);
    if (value.kind === 'drop') return c.json({ dropped: org.pubsub.drop() });
    if (value.kind === 'end') return c.json({ ended: org.pubsub.end(value, value.topic) });
    return c.json(org.pubsub.faults.add({ ...defined(value), kind: value.kind }), 201);
  });
  app.delete('/faults', (c) => {
    org.pubsub?.faults.clear();
    org.pubsub?.tick();
    return c.json([]);
  });

  /** Whom to trust for TLS, when the certificate is the org's own. */
  app.get('/authority.pem', (c) =>
    org.authority === undefined ? c.json({ error: 'this org made no certificate of its own' }, 404) : c.text(org.authority),
  );
  return app;
}

/** Without the keys that were not given. */
const defined = <T extends object>(given: T): { [K in keyof T]?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
