import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type Reply, type TestOrg } from './testing/test-org.ts';

let org: TestOrg;
/** Made before the org had Shared Activities. */
let early: string;
beforeAll(async () => {
  org = await testOrg();
  early = await make('Task', { Subject: 'Early', WhoId: seeded.ewa, WhatId: seeded.deal });
  await org.control('POST', '/activity-settings', { sharedActivities: true });
});
afterAll(() => org.stop());

type Json = Record<string, unknown>;
const make = async (object: string, fields: Json): Promise<string> => {
  const { body } = await org.call('POST', `/sobjects/${object}`, fields);
  expect(body).toMatchObject({ success: true });
  return (body as { id: string }).id;
};
const task = (fields: Json = {}) => make('Task', { Subject: 'Shared', ...fields });
const relate = (TaskId: string, RelationId: string) => make('TaskRelation', { TaskId, RelationId });
const change = async (id: string, fields: Json) => expect((await org.call('PATCH', `/sobjects/Task/${id}`, fields)).status).toBe(204);
const person = (LastName: string) => make('Contact', { LastName, AccountId: seeded.sake });
const get = async (id: string) => (await org.call('GET', `/sobjects/Task/${id}`)).body as Json;
/** Of a task: the ids of its relations, its things first. */
const relations = async (id: string): Promise<unknown[]> =>
  (await org.query(`SELECT RelationId FROM TaskRelation WHERE TaskId = '${id}' ORDER BY IsWhat DESC, Id`)).records.map(
    ({ RelationId }) => RelationId,
  );
const code = ({ status, body }: Reply) => [status, (body as { errorCode: string }[])[0]?.errorCode];
const ofOne = (id: string) => org.query(`SELECT Id FROM TaskRelation WHERE TaskId = '${id}' AND IsWhat = false ORDER BY Id LIMIT 1`);

describe('switching it on', () => {
  test('an org without has no such objects and fields', async () => {
    const plain = await testOrg();
    expect(code(await plain.query('SELECT Id FROM TaskRelation'))).toEqual([400, 'INVALID_TYPE']);
    expect(code(await plain.query('SELECT WhoCount FROM Task'))).toEqual([400, 'INVALID_FIELD']);
    expect((await plain.call('GET', '/sobjects/TaskWhoRelation/describe')).status).toBe(404);
    await plain.stop();
  });
  test('tasks there were have their relations', async () => {
    expect(await relations(early)).toEqual([seeded.deal, seeded.ewa]);
    expect(await get(early)).toMatchObject({ WhoId: seeded.ewa, WhoCount: 1, WhatCount: 1 });
  });
  test('it is not switched off', async () => {
    expect((await org.control('POST', '/activity-settings', { sharedActivities: false })).status).toBe(400);
    expect((await org.control('GET', '/activity-settings')).body).toEqual({ sharedActivities: true });
  });
});

describe('the people of a task', () => {
  test('a task as programs write it has one; more come as relations', async () => {
    const id = await task({ WhoId: seeded.ewa, WhatId: seeded.bakery });
    expect(await get(id)).toMatchObject({ WhoCount: 1, WhatCount: 1, AccountId: seeded.bakery });
    const relation = await relate(id, seeded.misaki);
    expect(relation).toMatch(/^0RT/);
    expect(await relations(id)).toEqual([seeded.bakery, seeded.ewa, seeded.misaki]);
    expect(await get(id)).toMatchObject({ WhoId: seeded.ewa, WhoCount: 2, WhatCount: 1 });
    expect((await org.call('GET', `/sobjects/TaskRelation/${relation}`)).body).toMatchObject({
      IsWhat: false,
      RelationId: seeded.misaki,
      AccountId: seeded.sake,
      IsDeleted: false,
    });
  });

  test('the first person of a task without is WhoId, and the first thing WhatId', async () => {
    const id = await task();
    await relate(id, seeded.misaki);
    await relate(id, seeded.deal);
    expect(await get(id)).toMatchObject({ WhoId: seeded.misaki, WhatId: seeded.deal, AccountId: seeded.bakery, WhoCount: 1, WhatCount: 1 });
  });

  test('another WhoId is added, and who was primary stays', async () => {
    const id = await task({ WhoId: seeded.ewa });
    await change(id, { WhoId: seeded.misaki, WhatId: seeded.deal });
    expect(await relations(id)).toEqual([seeded.deal, seeded.ewa, seeded.misaki]);
    expect(await get(id)).toMatchObject({ WhoId: seeded.misaki, WhoCount: 2 });
    await change(id, { WhatId: seeded.bakery, Subject: 'x' });
    expect(await relations(id)).toEqual([seeded.bakery, seeded.ewa, seeded.misaki]);
  });

  test('without WhoId another of its people is promoted, and after the last there is none', async () => {
    const id = await task({ WhoId: seeded.ewa });
    await relate(id, seeded.tomasz);
    await change(id, { WhoId: null });
    expect([await get(id), await relations(id)]).toMatchObject([{ WhoId: seeded.tomasz, WhoCount: 1 }, [seeded.tomasz]]);
    await change(id, { WhoId: null });
    expect([await get(id), await relations(id)]).toMatchObject([{ WhoId: null, WhoCount: 0, AccountId: null }, []]);
  });

  test('a relation is deleted for good; was it the primary, the next is', async () => {
    const id = await task({ WhoId: seeded.ewa, WhatId: seeded.deal });
    await relate(id, seeded.misaki);
    const [first] = (await ofOne(id)).records;
    expect((await org.call('DELETE', `/sobjects/TaskRelation/${String(first?.['Id'])}`)).status).toBe(204);
    expect([await get(id), await relations(id)]).toMatchObject([{ WhoId: seeded.misaki }, [seeded.deal, seeded.misaki]]);
    expect((await org.call('GET', `/sobjects/TaskRelation/${String(first?.['Id'])}`)).status).toBe(404);
    const [what] = (await org.query(`SELECT Id FROM TaskRelation WHERE TaskId = '${id}' AND IsWhat = true`)).records;
    await org.call('DELETE', `/sobjects/TaskRelation/${String(what?.['Id'])}`);
    expect(await get(id)).toMatchObject({ WhatId: null, WhatCount: 0, WhoCount: 1 });
  });

  test('one lead or contacts, one thing, nobody twice', async () => {
    const [ofLead, ofContact] = [await task({ WhoId: seeded.kenji }), await task({ WhoId: seeded.ewa, WhatId: seeded.deal })];
    const refused = async (TaskId: string, RelationId: string) =>
      code(await org.call('POST', '/sobjects/TaskRelation', { TaskId, RelationId }));
    expect(await refused(ofLead, seeded.ewa)).toEqual([400, 'FIELD_INTEGRITY_EXCEPTION']);
    expect(await refused(ofContact, seeded.kenji)).toEqual([400, 'FIELD_INTEGRITY_EXCEPTION']);
    expect(await refused(ofContact, seeded.bakery)).toEqual([400, 'FIELD_INTEGRITY_EXCEPTION']);
    expect(await refused(ofContact, seeded.ewa)).toEqual([400, 'DUPLICATE_VALUE']);
    expect(await refused(ofContact, seeded.anna)).toEqual([400, 'FIELD_INTEGRITY_EXCEPTION']);
    // A lead that takes the place of contacts is alone.
    await change(ofContact, { WhoId: seeded.kenji, WhatId: null });
    expect(await relations(ofContact)).toEqual([seeded.kenji]);
  });

  test('fifty contacts are the most', async () => {
    const id = await task();
    const records = Array.from({ length: 51 }, (_, n) => ({ attributes: { type: 'Contact' }, LastName: `Many ${n}` }));
    const made = (await org.call('POST', '/composite/sobjects', { records })).body as { id: string }[];
    const rows = made.map((one) => ({ attributes: { type: 'TaskRelation' }, TaskId: id, RelationId: one.id }));
    const { body } = await org.call('POST', '/composite/sobjects', { records: rows });
    expect((body as { success: boolean }[]).filter(({ success }) => success)).toHaveLength(50);
    expect(await get(id)).toMatchObject({ WhoCount: 50, WhoId: made[0]?.id });
  });

  test('relations are not changed, and their list on the task is refused', async () => {
    const id = await task({ WhoId: seeded.ewa });
    const [first] = (await ofOne(id)).records;
    const path = `/sobjects/TaskRelation/${String(first?.['Id'])}`;
    expect(code(await org.call('PATCH', path, { RelationId: seeded.misaki }))[0]).toBe(400);
    expect((await org.call('POST', '/sobjects/Task', { TaskWhoIds: [seeded.ewa] })).status).toBe(501);
    expect((await org.query('SELECT TaskWhoIds FROM Task')).status).toBe(501);
    expect((await org.call('POST', '/sobjects/TaskWhoRelation', { TaskId: id })).status).toBe(501);
  });
});

describe('queries', () => {
  test('TaskWhoRelation shows people only, also as a list of the task', async () => {
    const id = await task({ WhoId: seeded.ewa, WhatId: seeded.deal });
    await relate(id, seeded.misaki);
    const { records } = await org.query(
      `SELECT Id, (SELECT RelationId, Relation.Name, Type, IsWhat FROM TaskWhoRelations ORDER BY Id) FROM Task WHERE Id = '${id}'`,
    );
    expect(records[0]?.['TaskWhoRelations']).toMatchObject({
      totalSize: 2,
      records: [
        { RelationId: seeded.ewa, Relation: { Name: 'Ewa Kowalczyk' }, Type: 'Contact', IsWhat: false },
        { RelationId: seeded.misaki, Type: 'Contact' },
      ],
    });
    const [people] = (await org.query(`SELECT Id, TaskId FROM TaskWhoRelation WHERE TaskId = '${id}' ORDER BY Id`)).records;
    expect((await org.call('GET', `/sobjects/TaskWhoRelation/${String(people?.['Id'])}`)).body).toMatchObject({ RelationId: seeded.ewa });
    const tasks = await org.query(
      `SELECT Id FROM Task WHERE Id IN (SELECT TaskId FROM TaskRelation WHERE RelationId = '${seeded.misaki}')`,
    );
    expect(tasks.status).toBe(200);
    const ofPerson = await org.query(`SELECT Id, (SELECT TaskId FROM TaskRelations) FROM Contact WHERE Id = '${seeded.misaki}'`);
    expect(JSON.stringify(ofPerson.records)).toContain(id);
  });

  test('describe tells what they are', async () => {
    const describeOf = async (object: string) => (await org.call('GET', `/sobjects/${object}/describe`)).body as Json;
    expect(await describeOf('TaskRelation')).toMatchObject({ keyPrefix: '0RT', createable: true, updateable: false, deletable: true });
    expect(await describeOf('TaskWhoRelation')).toMatchObject({ keyPrefix: null, createable: false, updateable: false, deletable: false });
    const children = (await describeOf('Task'))['childRelationships'] as Json[];
    expect(children.map(({ relationshipName }) => relationshipName)).toEqual(expect.arrayContaining(['TaskRelations', 'TaskWhoRelations']));
  });
});

describe('what becomes of relations', () => {
  const human = (order: Json) => org.control('POST', '/as-human', order);
  test('they go with the task, and come back with it', async () => {
    const id = await task({ WhoId: seeded.ewa });
    await relate(id, seeded.misaki);
    await org.call('DELETE', `/sobjects/Task/${id}`);
    expect(await relations(id)).toEqual([]);
    await human({ action: 'undelete', object: 'Task', id });
    expect(await relations(id)).toEqual([seeded.ewa, seeded.misaki]);
    expect((await org.query(`SELECT Id FROM TaskWhoRelation WHERE TaskId = '${id}'`)).records).toHaveLength(2);
    expect(await get(id)).toMatchObject({ WhoId: seeded.ewa, WhoCount: 2 });
  });

  test('a contact who is deleted leaves; the next is primary; without others the task goes along', async () => {
    const [one, two] = [await person('Leaver'), await person('Stayer')];
    const id = await task({ WhoId: one });
    await relate(id, two);
    await org.call('DELETE', `/sobjects/Contact/${one}`);
    expect([await get(id), await relations(id)]).toMatchObject([{ WhoId: two, WhoCount: 1 }, [two]]);
    const third = await person('Third');
    await relate(id, third);
    await org.call('DELETE', `/sobjects/Contact/${third}`);
    expect(await get(id)).toMatchObject({ WhoId: two, WhoCount: 1 });
    await human({ action: 'undelete', object: 'Contact', id: third });
    expect(await relations(id)).toEqual([two, third]);
    await org.call('DELETE', `/sobjects/Contact/${third}`);
    await org.call('DELETE', `/sobjects/Contact/${two}`);
    expect((await org.call('GET', `/sobjects/Task/${id}`)).status).toBe(404);
  });

  test('of two merged people one is left in each task', async () => {
    const [winner, loser] = [await person('Winner'), await person('Loser')];
    const [both, primary] = [await task({ WhoId: winner }), await task({ WhoId: loser })];
    await relate(both, loser);
    await human({ action: 'merge', object: 'Contact', id: winner, losers: [loser] });
    expect([await relations(both), await relations(primary)]).toEqual([[winner], [winner]]);
    expect(await get(primary)).toMatchObject({ WhoId: winner, WhoCount: 1 });
  });

  test('a converted lead’s task is the contact’s', async () => {
    const lead = await make('Lead', { LastName: 'Converted', Company: 'Shared' });
    const id = await task({ WhoId: lead });
    const { contactId } = (await human({ action: 'convert', object: 'Lead', id: lead })).body as { contactId: string };
    expect([await get(id), await relations(id)]).toMatchObject([{ WhoId: contactId, WhoCount: 1 }, [contactId]]);
  });
});
