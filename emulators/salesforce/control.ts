import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import { isLoopbackHost } from './api.ts';
import { assignedObjects, assignment, saveAssignment, type AssignmentRule } from './assignment.ts';
import { turn } from './clock.ts';
import { operators, type Condition } from './conditions.ts';
import { Refusal } from './errors.ts';
import { changeEventControls } from './events/controls.ts';
import { requestFaults, rowFaults, type FaultOrder } from './faults.ts';
import { identityControls } from './identity/controls.ts';
import { idFor, readId } from './ids.ts';
import { isProfile, profiles } from './latency.ts';
import type { OrgState } from './org-state.ts';
import { deleteRow, insertRow, undelete, updateRow } from './records.ts';
import { ruleControls } from './rules/controls.ts';
import { fillPeople, mostPeople, type Filled, type FillOrder } from './people/fill.ts';
import type { CustomField, SObject } from './schema.ts';
import { headers as pageHeaders } from './pages/html.ts';
import { logPage } from './pages/log.ts';
import { isPerson } from './person-accounts.ts';
import { saveSharing, sharing } from './sharing.ts';
import { changeOwner, convertLead, mergeRecords, type Conversion } from './screens.ts';
import { integrationUserId } from './seed.ts';
import { searchControls } from './sosl/search-controls.ts';
import { forget, openField, openObject } from './rights/grants.ts';
import { readRecord, writeValue } from './values.ts';
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

const idOf = (given: unknown, key: string): string => {
  const id = typeof given === 'string' ? readId(given) : undefined;
  if (id === undefined) throw new Mistake(`${key} is not an id`);
  return id;
};
const conversionOf = (fields: Json): Conversion => {
  const { accountId, contactId, ownerId, createOpportunity, opportunityName, convertedStatus } = fields;
  return {
    ...(accountId === undefined ? {} : { accountId: idOf(accountId, 'accountId') }),
    ...(contactId === undefined ? {} : { contactId: idOf(contactId, 'contactId') }),
    ...(ownerId === undefined ? {} : { ownerId: idOf(ownerId, 'ownerId') }),
    ...(createOpportunity === true ? { createOpportunity } : {}),
    ...(typeof opportunityName === 'string' ? { opportunityName } : {}),
    ...(typeof convertedStatus === 'string' ? { convertedStatus } : {}),
  };
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
    for (const key of ['times', 'everyNth', 'probability', 'seed', 'delayMs', 'status']) number(body, key);
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
    org.pubsub?.tick();
    return c.json({ shiftMs: org.shiftMs, now: new Date(org.now()).toISOString() });
  });

  app.route('/__org/change-events', changeEventControls(org));

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

  app.post('/__org/deployments', async (c) => {
    const body = await bodyOf(c.req);
    const [waitMs, workMs] = [number(body, 'waitMs'), number(body, 'workMs')];
    org.deployments.pace = waitMs === undefined && workMs === undefined ? undefined : { waitMs: waitMs ?? 0, workMs: workMs ?? 0 };
    return c.json(org.deployments.pace ?? {});
  });

  app.post('/__org/limits', async (c) => {
    const body = await bodyOf(c.req);
    org.limits.max = number(body, 'max') ?? org.limits.max;
    org.limits.used = number(body, 'used') ?? org.limits.used;
    org.limits.maxConcurrentLong = number(body, 'maxConcurrentLong') ?? org.limits.maxConcurrentLong;
    org.limits.longMs = number(body, 'longMs') ?? org.limits.longMs;
    org.limits.rowsPerPage = number(body, 'rowsPerPage') ?? org.limits.rowsPerPage;
    org.locks.waitMs = number(body, 'lockWaitMs') ?? org.locks.waitMs;
    return c.json({
      max: org.limits.max,
      used: org.limits.used,
      maxConcurrentLong: org.limits.maxConcurrentLong,
      longMs: org.limits.longMs,
      rowsPerPage: org.limits.rowsPerPage,
      lockWaitMs: org.locks.waitMs,
    });
  });

  const bulkNow = () => ({
    paused: org.bulk.paused,
    hardDelete: org.bulk.hardDelete,
    allowed: org.bulk.allowed,
    atWork: org.bulk.atWork,
    ...(org.bulk.failNext ? { failNext: org.bulk.failNext } : {}),
  });
  app.get('/__org/bulk', (c) => c.json(bulkNow()));
  app.post('/__org/bulk', async (c) => {
    const body = await bodyOf(c.req);
    const { bulk } = org;
    if (typeof body['paused'] === 'boolean') bulk.paused = body['paused'];
    if (typeof body['hardDelete'] === 'boolean') bulk.hardDelete = body['hardDelete'];
    for (const key of ['batches', 'queryJobs', 'records'] as const) bulk.allowed[key] = number(body, key) ?? bulk.allowed[key];
    if (body['failNext'] !== undefined) {
      const fail = body['failNext'] as Json;
      bulk.failNext = { afterRecords: number(fail, 'afterRecords') ?? 0, errorMessage: text(fail, 'errorMessage') };
    }
    return c.json(bulkNow());
  });

  app.route('/', identityControls(org.oauth));
  searchControls(app, org, bodyOf);

  app.get('/log', (c) => c.html(logPage(org, new URL(c.req.url).searchParams), 200, { ...pageHeaders }));
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
    const startedMsAgo = number(body, 'startedMsAgo') ?? 0;
    const userId = readId(typeof body['user'] === 'string' ? body['user'] : integrationUserId);
    if (userId === undefined || org.store.get(org.store.schema.named('User'), userId) === undefined)
      throw new Mistake('user is not a user of this org');
    const ctx: Ctx = {
      store: org.store,
      // A transaction that took long: its records carry the time it began, and are seen only now [C salesforce.stackexchange 234824].
      now: () => org.now() - startedMsAgo,
      userId,
      via: 'screen',
      version: '67.0',
      locks: org.locks,
      holder: Symbol('screen'),
      heldIds: new Set(),
      autoAssign: undefined,
      rowFault: undefined,
      tally: { written: 0, rowErrors: new Map(), subrequests: [] },
    };
    let made = action === 'create' ? '' : idOf(body['id'], 'id');
    let more = {};
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
      case 'convert':
        if (object.name !== 'Lead') throw new Mistake('only leads are converted');
        more = await save(convertLead(ctx, made, conversionOf(fields)));
        break;
      case 'merge': {
        const losers = Array.isArray(body['losers']) ? body['losers'].map((loser: unknown) => idOf(loser, 'losers')) : [];
        await save(mergeRecords(ctx, object, made, losers, readRecord(object, fields)));
        break;
      }
      case 'change-owner':
        await save(changeOwner(ctx, object, made, idOf(fields['OwnerId'], 'OwnerId')));
        break;
      default:
        throw new Mistake('action is create, update, delete, undelete, convert, merge or change-owner');
    }
    await org.store.durable();
    return c.json({ id: made, ...more });
  });

  /** Criteria as an admin enters them. */
  const conditionsOf = (object: SObject, given: unknown): Condition[] =>
    (Array.isArray(given) ? given : [given]).map((condition: unknown) => {
      const { field, op, value } = condition as { field?: string; op?: string; value?: string | number | boolean | null };
      if (field === undefined || !object.byName.has(field.toLowerCase())) throw new Mistake(`${object.name} has no field ${String(field)}`);
      const known = operators.find((one) => one === op);
      if (!known) throw new Mistake(`op is one of ${operators.join(' ')}`);
      return { field, op: known, value: value ?? null };
    });

  ruleControls({ app, org, bodyOf, conditionsOf });

  app.get('/__org/assignment-rules', (c) => c.json(assignment(org.store)));
  app.post('/__org/assignment-rules', async (c) => {
    const body = await bodyOf(c.req);
    const object = org.store.schema.named(text(body, 'object'));
    if (!assignedObjects.includes(object.name)) throw new Mistake(`Assignment rules are for ${assignedObjects.join(' and ')}`);
    const ownerOf = (given: unknown): string => {
      const id = readId(typeof given === 'string' ? given : '');
      const owner = id === undefined ? undefined : org.store.schema.ofId(id);
      if (id === undefined || !owner || !['User', 'Group'].includes(owner.name) || !org.store.get(owner, id))
        throw new Mistake('ownerId and defaultOwnerId name a user or a queue of this org');
      return id;
    };
    const { rules, defaultOwners } = assignment(org.store);
    const entries = Array.isArray(body['entries']) ? (body['entries'] as Json[]) : [];
    const rule: AssignmentRule = {
      id: idFor('01Q', rules.length + 1),
      name: typeof body['name'] === 'string' ? body['name'] : `${object.name} rule ${rules.length + 1}`,
      object: object.name,
      active: body['active'] !== false,
      entries: entries.map(({ when, ownerId }) => ({
        when: when === undefined ? [] : conditionsOf(object, when),
        ownerId: ownerOf(ownerId),
      })),
    };
    saveAssignment(org.store, {
      // Only one rule of an object is active [K].
      rules: [...rules.map((one) => (rule.active && one.object === rule.object ? { ...one, active: false } : one)), rule],
      defaultOwners: {
        ...defaultOwners,
        [object.name]:
          body['defaultOwnerId'] === undefined ? (defaultOwners[object.name] ?? integrationUserId) : ownerOf(body['defaultOwnerId']),
      },
    });
    return c.json(rule, 201);
  });
  app.delete('/__org/assignment-rules', (c) => {
    saveAssignment(org.store, { rules: [], defaultOwners: {} });
    return c.json(assignment(org.store));
  });

  const sharingNow = () => ({
    private: [],
    admins: org.store
      .select(
        'SELECT u."Id" FROM "User" u JOIN "PermissionSet" s ON s."ProfileId" = u."ProfileId" WHERE s."PermissionsViewAllData" = 1 ORDER BY u.n',
      )
      .map((row) => String(row['Id'])),
    ...sharing(org.store),
    hidden: Object.fromEntries(
      org.store.select('SELECT userId, COUNT(*) AS count FROM "hidden" GROUP BY userId').map((row) => [row['userId'], row['count']]),
    ),
  });
  app.get('/__org/sharing', (c) => c.json(sharingNow()));
  app.post('/__org/sharing', async (c) => {
    const body = await bodyOf(c.req);
    const before = sharing(org.store);
    const listed = (key: 'private' | 'readOnly' | 'byParent' | 'admins', read: (given: string) => string): string[] | undefined => {
      const given = body[key];
      if (given === undefined) return before?.[key];
      if (!Array.isArray(given)) throw new Mistake(`${key} must be a list`);
      return given.map((one: unknown) => read(String(one)));
    };
    const objectOf = (name: string): string => {
      const object = org.store.schema.named(name);
      if (!object.byName.has('ownerid') || !object.writable) throw new Mistake(`${object.name} records cannot be private`);
      return object.name;
    };
    const parentOf = (name: string): string => {
      const object = objectOf(name);
      if (!['Contact', 'Task', 'Event'].includes(object)) throw new Mistake(`${object} records have no parent they are shared by`);
      return object;
    };
    const [readOnly, byParent] = [listed('readOnly', objectOf), listed('byParent', parentOf)];
    const admins = listed('admins', (id) => idOf(id, 'admins'));
    saveSharing(org.store, {
      private: listed('private', objectOf) ?? [],
      ...(readOnly ? { readOnly } : {}),
      ...(byParent ? { byParent } : {}),
      ...(admins ? { admins } : {}),
    });
    for (const key of ['hide', 'show'] as const)
      for (const { user, records } of (Array.isArray(body[key]) ? body[key] : []) as { user?: unknown; records?: unknown }[])
        for (const record of Array.isArray(records) ? records : [])
          hideFrom(org, idOf(user, 'user'), idOf(record, 'records'), key === 'hide');
    await org.store.durable();
    return c.json(sharingNow());
  });
  app.delete('/__org/sharing', (c) => {
    org.store.deleteMeta('sharing');
    org.store.run('DELETE FROM "hidden"');
    return c.json(sharingNow());
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
    // As the screen does it: visible to the org's own people, unless told otherwise.
    if (body['visible'] === false) forget(org.store, field.object, field.name);
    else openField(org.store, org.now(), field.object, field.name);
    org.queries.forget();
    return c.json(field, 201);
  });
  app.delete('/__org/fields/:object/:name', (c) => {
    const { object, name } = c.req.param();
    org.store.changeFields((custom) => custom.filter((one) => one.object !== object || one.name !== name));
    forget(org.store, object, name);
    org.queries.forget();
    return c.json({ removed: `${object}.${name}` });
  });

  app.get('/__org/objects', (c) => c.json(org.store.customObjects));
  app.post('/__org/objects', async (c) => {
    const body = await bodyOf(c.req);
    const name = text(body, 'name');
    if (!/^[A-Za-z](?!\w*__\w*__c$)\w*[A-Za-z0-9]__c$/.test(name))
      throw new Mistake('name is letters, digits and single underscores, and ends in __c');
    const levels = ['Private', 'Read', 'ReadWrite'] as const;
    const level = body['sharing'] === undefined ? undefined : levels.find((one) => one === body['sharing']);
    if (body['sharing'] !== undefined && !level) throw new Mistake(`sharing is one of ${levels.join(', ')}`);
    const label = text(body, 'label');
    const object = org.store.saveObject({
      name,
      label,
      labelPlural: typeof body['labelPlural'] === 'string' ? body['labelPlural'] : `${label}s`,
      nameLabel: typeof body['nameLabel'] === 'string' ? body['nameLabel'] : `${label} Name`,
      ...(typeof body['nameFormat'] === 'string' ? { nameFormat: body['nameFormat'] } : {}),
      ...(body['allowActivities'] === true ? { allowActivities: true } : {}),
      ...(level ? { sharing: level } : {}),
    });
    const made = org.store.schema.named(name);
    if (body['visible'] === false) forget(org.store, name);
    else openObject(org.store, org.now(), made);
    org.queries.forget();
    await org.store.durable();
    return c.json(object, 201);
  });
  app.delete('/__org/objects/:name', (c) => {
    const name = c.req.param('name');
    if (!org.store.customObjects.some((object) => object.name === name)) throw new Mistake(`${name} is no object an admin made`);
    org.store.removeObject(name);
    forget(org.store, name);
    org.queries.forget();
    return c.json({ removed: name });
  });

  app.post('/__org/seed', async (c) => {
    const body = await bodyOf(c.req);
    const people = number(body, 'people') ?? 1_000;
    const given = number(body, 'seed') ?? 1;
    for (const [key, value, most] of [['people', people, mostPeople] as const, ['seed', given, 2 ** 31] as const])
      if (!Number.isInteger(value) || value < 1 || value > most) throw new Mistake(`${key} must be a whole number from 1 to ${most}`);
    if (org.filling) throw new Mistake('people are being put in already');
    const filling = fill(org, { people, seed: given, fresh: body['fresh'] !== false });
    org.filling = filling;
    try {
      return c.json(await filling, 201);
    } finally {
      org.filling = undefined;
    }
  });

  app.post('/__org/reset', (c) => {
    if (org.filling) throw new Mistake('people are being put in');
    org.reset();
    return c.json({ ok: true });
  });
  return app;
}

/** Some at a time: programs go on reading and writing in between. */
async function fill(org: OrgState, order: FillOrder): Promise<Filled> {
  const filling = fillPeople(org.store, order, org.now);
  for (;;) {
    const step = filling.next();
    if (step.done) {
      await org.store.durable();
      return step.value;
    }
    await turn();
    if (!org.stopped) continue;
    filling.throw(new Mistake('the org was stopped')); // its indexes are built again first
  }
}

/** A person account and its contact are seen or not seen together. */
function hideFrom(org: OrgState, userId: string, recordId: string, hidden: boolean): void {
  const object = org.store.schema.ofId(recordId);
  const row = object && org.store.get(object, recordId);
  if (!row) throw new Mistake(`${recordId} is no record of this org`);
  const twin = isPerson(row) ? row[object?.name === 'Contact' ? 'AccountId' : 'PersonContactId'] : null;
  for (const id of [recordId, ...(typeof twin === 'string' ? [twin] : [])]) org.store.hide(userId, id, hidden);
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
