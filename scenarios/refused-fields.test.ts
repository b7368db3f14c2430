import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { defaultPolicy, parsePolicy } from '../server/decide/policy.ts';
import { type Line, type LineOptions, openLine } from '../server/testing/line.ts';

// A rule of the org that refuses one field costs that field, not the log; and nothing is asked for ever, written twice, or taken from people.
const secondMs = 1_000;
let line: Line;
const open = async (options: LineOptions = {}) => (line = await openLine(options));
afterEach(async () => {
  const unexplained = await line.unexplained();
  await line.close();
  if (unexplained.length > 0) throw new Error(`Calls without an explanation (D5): ${JSON.stringify(unexplained)}`);
});

type Row = Record<string, unknown>;
type Refused = Record<string, { code: string; message: string; value: unknown; instead?: unknown }>;
let said = 0;
const say = (type: string, call: string, data: unknown = {}, aheadMs = 0) =>
  line.send({ id: `d-${++said}`, body: { version: 1, type, call, at: new Date(line.now() + aheadMs).toISOString(), data } });
async function hear(call: string, number = '+48221234567', more: object = {}) {
  await say('call.started', call, { direction: 'inbound', customer: { number }, ...more });
  await say('call.answered', call, { endpoint: { asDialled: '101', agent: { id: '101', email: 'anna.nowak@acme.example' } } }, 4_000);
  await say('call.ended', call, {}, 60_000);
  await line.advanceTo(line.now() + 60 * secondMs);
}
const tasks = async (call: string) =>
  (await line.export('Task')).filter((one) => one['CallObject'] === call || one['Cordboard_Call__c'] === call);
const rows = async (text: string, values: unknown[] = []) => (await line.database.query({ text }, values)).rows as Row[];
const rowOf = async (call: string) =>
  (await rows('select w.* from writes w join calls c on c.org = w.org and c.id = w.call where c.external_id = $1', [call]))[0] as
    | { state: string; refused: Refused; trouble: { code: string; message: string } | null; human: string[]; call: string }
    | undefined;
const writesOf = async (call: string) =>
  (
    await rows(
      "select a.kind, a.sent, a.answer from attempts a join calls c on c.org = a.org and c.id = a.call where c.external_id = $1 and a.kind <> 'read' order by a.id",
      [call],
    )
  ).map(({ kind, sent, answer }) => ({ kind, sent: sent as Row, answer: answer as Row }));
const because = async (call: string) => (await line.explanations()).find(({ externalId }) => externalId === call)?.because;
const refuse = (field: string, statusCode: string, more: object = {}) =>
  line.control('POST', '/faults', { kind: 'row-error', field, error: { statusCode, message: `no ${field}`, fields: [field] }, ...more });
const mend = () => line.control('DELETE', '/faults');
const again = async (call: string) => {
  await line.admin.writeAgain(line.org, (await rowOf(call))!.call);
  await line.advanceTo(line.now() + 60 * secondMs);
};
const status = async () => (await line.admin.status(line.org)) as { refused: Row[]; wrong_defaults: Row[] };

describe('a field that is refused', () => {
  test('is left out and told; it is sent again when the policy changes, and when the admin says so, and not before', async () => {
    await open();
    await refuse('CallType', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST');
    await hear('c');
    expect((await tasks('c')).map((task) => [task['CallType'], task['CallDisposition']])).toEqual([[null, 'Answered']]);
    expect(await rowOf('c')).toMatchObject({ state: 'written', refused: { CallType: { value: 'Inbound' } }, trouble: null });
    expect((await writesOf('c')).map(({ sent }) => 'CallType' in sent)).toEqual([true, false]);
    expect(await because('c')).toBe('in Salesforce; it refused CallType (INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST)');
    expect((await status()).refused).toMatchObject([{ field: 'CallType', code: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', count: 1 }]);

    // something else changes: the field isn't tried again
    await say('call.commented', 'c', { text: 'Wants a second oven.' });
    await line.advanceTo(line.now() + 60 * secondMs);
    expect((await writesOf('c')).slice(2).map(({ sent }) => Object.keys(sent))).toEqual([['Description']]);
    // the policy changes: once more, with the next change, and refused once more
    await line.admin.savePolicy(line.org, defaultPolicy('en'), 'admin');
    await say('call.commented', 'c', { text: 'And a third.' });
    await line.advanceTo(line.now() + 60 * secondMs);
    expect((await writesOf('c')).slice(3).map(({ sent }) => Object.keys(sent).toSorted())).toEqual([
      ['CallType', 'Description'],
      ['Description'],
    ]);
    // it is mended, and the admin says so
    await mend();
    await again('c');
    expect((await tasks('c')).map((task) => task['CallType'])).toEqual(['Inbound']);
    expect(await rowOf('c')).toMatchObject({ state: 'written', refused: {} });
    expect(await because('c')).toBe('in Salesforce');
  });

  test('lost in mid-flight: a column that isn’t there any more refuses the whole request, and costs itself', async () => {
    await open();
    await hear('before');
    await line.control('DELETE', '/fields/Task/Cordboard_Wait_Seconds__c');
    await hear('c');
    await hear('after');
    expect([...(await tasks('c')), ...(await tasks('after'))]).toHaveLength(2);
    expect(await because('c')).toBe('in Salesforce; it refused Cordboard_Wait_Seconds__c (INVALID_FIELD)');
    expect(
      (await writesOf('after')).map(({ sent }) => 'Cordboard_Wait_Seconds__c' in sent),
      'the org was looked at again',
    ).toEqual([false]);
    await say('call.linked', 'before', {});
    await line.advanceTo(line.now() + 60 * secondMs);
    expect(await rowOf('before')).toMatchObject({ state: 'written' }); // reading asks for what is there
  });

  test('a record that was deleted meanwhile isn’t linked, the other one is; whoever a person links then stays', async () => {
    await open();
    const [contact, other] = (await line.export('Contact')).filter((one) => one['AccountId']);
    await say('call.started', 'c', { direction: 'inbound', customer: { number: '+48221234567' } });
    await say('call.linked', 'c', {
      who: { kind: 'contact', id: contact!['Id'], name: 'Gone' },
      what: { kind: 'account', id: contact!['AccountId'], name: 'There' },
    });
    await line.asHuman({ action: 'delete', object: 'Contact', id: String(contact!['Id']) });
    await say('call.ended', 'c', {}, 5_000);
    await line.advanceTo(line.now() + 60 * secondMs);
    expect((await tasks('c')).map((task) => [task['WhoId'], task['WhatId']])).toEqual([[null, contact!['AccountId']]]);
    const [task] = await tasks('c');
    await line.asHuman({ action: 'update', object: 'Task', id: String(task!['Id']), fields: { WhoId: other!['Id'] } });
    await mend();
    await line.admin.writeAgain(line.org, (await rowOf('c'))!.call);
    await line.advanceTo(line.now() + 15 * 60 * secondMs);
    expect((await tasks('c')).map((one) => one['WhoId'])).toEqual([other!['Id']]);
    expect(await rowOf('c')).toMatchObject({ human: ['WhoId'] });
  });

  test('an owner who can’t be one costs the owner: the next in the chain has it', async () => {
    const inactive = async () => String((await line.export('User')).find((user) => !user['IsActive'])?.['Id']);
    await open();
    const id = await inactive();
    await line.admin.savePolicy(line.org, { ...defaultPolicy('en'), defaultOwnerId: id }, 'admin');
    await say('call.started', 'c', { direction: 'inbound', customer: { number: '+48999888777' } });
    await say('call.ended', 'c', {}, 20_000);
    await line.advanceTo(line.now() + 60 * secondMs);
    const [self] = (await line.export('User')).filter((user) => user['FirstName'] === 'Integration');
    expect((await tasks('c')).map((task) => task['OwnerId'])).toEqual([self!['Id']]);
    expect(await rowOf('c')).toMatchObject({ refused: { OwnerId: { code: 'INACTIVE_OWNER_OR_USER', value: id, instead: self!['Id'] } } });
  });

  test('what the log can’t be without parks it, with the reason', async () => {
    await open();
    await refuse('Subject', 'FIELD_CUSTOM_VALIDATION_EXCEPTION');
    await hear('c');
    expect(await rowOf('c')).toMatchObject({ state: 'parked', refused: {}, trouble: { code: 'FIELD_CUSTOM_VALIDATION_EXCEPTION' } });
    await mend();
    await again('c');
    expect(await tasks('c')).toHaveLength(1);
  });

  test('the answer to the second try is lost: it is found, and stays one', async () => {
    await open();
    await refuse('CallDisposition', 'STRING_TOO_LONG');
    line.duringNextWrite(async () =>
      line.duringNextWrite(async () => void (await line.control('POST', '/faults', { kind: 'lost-answer', times: 1 }))),
    );
    await hear('c');
    await line.advanceTo(line.now() + 300 * secondMs);
    expect(await tasks('c')).toHaveLength(1);
    expect(await rowOf('c')).toMatchObject({ state: 'written', refused: { CallDisposition: { code: 'STRING_TOO_LONG' } } });
  });
});

describe('required fields', () => {
  const region = { object: 'Task', name: 'Region__c', label: 'Region', type: 'picklist', picklist: ['EMEA', 'APAC'], restricted: true };
  const policyWith = async (defaults: object) => line.admin.savePolicy(line.org, parsePolicy({ language: 'en', defaults }), 'admin');

  test('without a default the record waits and says what to set; then it goes, and changes leave it alone', async () => {
    await open();
    await line.control('POST', '/fields', { ...region, required: true });
    await hear('c');
    expect(await rowOf('c')).toMatchObject({ state: 'parked', trouble: { code: 'REQUIRED_FIELD_MISSING', fields: ['Region__c'] } });
    expect((await rowOf('c'))!.trouble!.message).toMatch(/Region__c.*default/);
    await policyWith({ Task: { region__c: 'EMEA' } });
    await again('c');
    expect((await tasks('c')).map((task) => task['Region__c'])).toEqual(['EMEA']);
    const [task] = await tasks('c');
    await line.asHuman({ action: 'update', object: 'Task', id: String(task!['Id']), fields: { Region__c: 'APAC' } });
    await say('call.commented', 'c', { text: 'Wants a second oven.' });
    await line.advanceTo(line.now() + 60 * secondMs);
    expect((await tasks('c')).map((one) => [one['Region__c'], String(one['Description']).includes('second oven')])).toEqual([
      ['APAC', true],
    ]);
  });
  test('a default is given where the org asks for it, and only there; one that can’t be used is told', async () => {
    await open();
    await line.control('POST', '/fields', { ...region, required: true });
    await line.control('POST', '/fields', { ...region, name: 'Team__c', label: 'Team' });
    await policyWith({ Task: { Region__c: 'EMEA', Team__c: 'APAC' }, Lead: { Nothing__c: 1 }, Site__c: { X__c: 'x' } });
    await hear('c');
    expect((await tasks('c')).map((task) => [task['Region__c'], task['Team__c']])).toEqual([['EMEA', null]]);
    await line.control('POST', '/validation-rules', {
      object: 'Task',
      when: { field: 'Team__c', op: '=', value: null },
      message: 'Which team?',
      errorField: 'Team__c',
    });
    await hear('d');
    expect((await tasks('d')).map((task) => [task['Region__c'], task['Team__c']])).toEqual([['EMEA', 'APAC']]);
    expect(await rowOf('d')).toMatchObject({ refused: { Team__c: { value: null, instead: 'APAC' } } });
    expect((await status()).wrong_defaults).toEqual([
      { object: 'Lead', field: 'Nothing__c', because: 'There is no such field, or the connected user can’t see it.' },
      {
        object: 'Site__c',
        field: 'X__c',
        because: 'Cordboard creates no such records: name Task, Lead, Contact, Account, Case or Opportunity.',
      },
    ]);
  });
  test('a default stays with the record when the policy changes, although nothing of ours is wanted there', async () => {
    await open();
    const [account] = await line.export('Account');
    await line.control('POST', '/validation-rules', {
      object: 'Task',
      when: { field: 'WhatId', op: '=', value: null },
      message: 'Which account?',
      errorField: 'WhatId',
    });
    await policyWith({ Task: { WhatId: account!['Id'] } });
    await hear('c', '+48999888777');
    const held = async () => (await tasks('c')).map((task) => [task['WhatId'], String(task['Description']).includes('oven')]);
    expect(await held()).toEqual([[account!['Id'], false]]);
    await policyWith({});
    await say('call.commented', 'c', { text: 'Wants a second oven.' });
    await line.advanceTo(line.now() + 60 * secondMs);
    expect(await held()).toEqual([[account!['Id'], true]]);
    await line.control('DELETE', '/validation-rules');
    await again('c');
    expect(await held()).toEqual([[account!['Id'], true]]);
    expect(await rowOf('c')).toMatchObject({ state: 'written', refused: { WhatId: { value: null, instead: account!['Id'] } }, human: [] });
  });
});

describe('records made for strangers', () => {
  const stranger = '+48501999888';
  const leads = async () => (await line.export('Lead')).filter((lead) => lead['Phone'] === stranger && !lead['IsDeleted']);
  const personRow = async () =>
    (await rows("select * from writes where role = 'person'"))[0] as Row & { trouble: Row | null; sent: Row; answer: Row };
  const missed = async (call: string) => {
    await say('call.started', call, { direction: 'inbound', customer: { number: stranger, email: 'not an address@' } });
    await say('call.ended', call, {}, 20_000);
    await line.advanceTo(line.now() + 120 * secondMs);
  };
  const rule = async () => {
    const [, , other] = (await line.export('User')).filter((user) => user['IsActive']);
    await line.control('POST', '/assignment-rules', { object: 'Lead', entries: [{ ownerId: other!['Id'] }] });
    return other!['Id'];
  };

  test('the owner is as decided, whatever the org’s assignment rules say', async () => {
    await open({ orgs: [{ policy: { language: 'en', stranger: { missed: 'lead' } } }] });
    const ruled = await rule();
    await missed('c');
    const [lead] = await leads();
    expect(lead!['OwnerId']).not.toBe(ruled);
    expect((await personRow()).sent['OwnerId']).toBe(lead!['OwnerId']);
  });
  test('unless the admin wants them: then whom they chose is read and told', async () => {
    await open({ orgs: [{ policy: { language: 'en', stranger: { missed: 'lead', leadsOwnedBy: 'assignment rules' } } }] });
    const ruled = await rule();
    await missed('c');
    expect((await leads()).map((lead) => lead['OwnerId'])).toEqual([ruled]);
    expect((await personRow()).sent['OwnerId']).toBe(ruled);
    expect((await tasks('c')).map((task) => task['OwnerId'])).not.toEqual([ruled]); // the call's own owner is still as decided
  });

  test('also when the answer was lost, and the record is found by its name', async () => {
    await open({ orgs: [{ policy: { language: 'en', stranger: { missed: 'lead', leadsOwnedBy: 'assignment rules' } } }] });
    const ruled = await rule();
    const pathPrefix = '/services/data/v67.0/composite/sobjects';
    await line.control('POST', '/faults', { kind: 'lost-answer', times: 1, match: { method: 'POST', pathPrefix } });
    await missed('c');
    await line.advanceTo(line.now() + 300 * secondMs);
    expect((await leads()).map((lead) => lead['OwnerId'])).toEqual([ruled]);
    expect(await personRow()).toMatchObject({ state: 'written', sent: { OwnerId: ruled }, ghosts: [] });
  });
  test('P2: “write again” leaves one that was made as it is, and what it was refused for is still told', async () => {
    await open({ orgs: [{ policy: { language: 'en', stranger: { missed: 'lead' } } }] });
    await refuse('Email', 'INVALID_EMAIL_ADDRESS');
    await say('call.started', 'c', { direction: 'inbound', customer: { number: stranger, email: 'wilk@wilk.example' } });
    await say('call.ended', 'c', {}, 20_000);
    await line.advanceTo(line.now() + 120 * secondMs);
    const made = await personRow();
    expect(made).toMatchObject({ state: 'written', refused: { Email: { value: 'wilk@wilk.example' } } });
    await mend();
    await again('c');
    expect((await leads()).map((lead) => lead['Email'])).toEqual([null]);
    expect(await personRow()).toEqual(made);
  });
  test('P2: nor does it bring back one that a person deleted', async () => {
    await open({ orgs: [{ policy: { language: 'en', stranger: { missed: 'lead' } } }] });
    await missed('c');
    const [lead] = await leads();
    await line.asHuman({ action: 'delete', object: 'Lead', id: String(lead!['Id']) });
    await line.advanceTo(line.now() + 120 * secondMs);
    await rows("update writes set state = 'deleted' where role = 'person'"); // as the writer's own look would have it
    await again('c');
    expect(await leads()).toEqual([]);
  });

  describe('and duplicate rules of the org', () => {
    // The org's own rule compares leads with contacts, by name and e-mail. Contacts aren't looked at for callers, so the book knows nobody.
    const openWith = async (choice: string, mobile = '501 999 888') => {
      await open({
        orgs: [{ policy: { language: 'en', country: 'PL', duplicates: choice, match: { kinds: ['lead'] }, stranger: { missed: 'lead' } } }],
      });
      const fields = { LastName: 'Wilk', Email: 'wilk@wilk.example', MobilePhone: mobile };
      const { id } = await line.asHuman({ action: 'create', object: 'Contact', fields });
      await say('call.started', 'c', { direction: 'inbound', customer: { number: stranger, name: 'Wilk', email: 'wilk@wilk.example' } });
      await say('call.ended', 'c', {}, 20_000);
      await line.advanceTo(line.now() + 120 * secondMs);
      return id;
    };
    test('left to the admin: parked, with what can be chosen; chosen, it goes on', async () => {
      const id = await openWith('park');
      expect(await leads()).toEqual([]);
      expect(await personRow()).toMatchObject({
        state: 'parked',
        trouble: { code: 'DUPLICATES_DETECTED', message: expect.stringContaining('“duplicates”') },
      });
      const policy = parsePolicy({
        language: 'en',
        country: 'PL',
        duplicates: 'use',
        match: { kinds: ['lead'] },
        stranger: { missed: 'lead' },
      });
      await line.admin.savePolicy(line.org, policy, 'admin');
      await again('c');
      expect(await personRow()).toMatchObject({ state: 'written', crm_id: id });
    });
    test('used: the one found is taken if it has the number, and the call hangs on it', async () => {
      const id = await openWith('use');
      expect(await leads()).toEqual([]);
      expect(await personRow()).toMatchObject({ state: 'written', crm_id: id });
      expect((await tasks('c')).map((task) => task['WhoId'])).toEqual([id]);
      // The book looks at leads only; of her it knows what the rule has found, and nothing of the lead that was to be made.
      expect(await rows(`select kind, name, email, owner_id from book_records where id = '${id}'`)).toEqual([
        { kind: 'contact', name: 'Wilk', email: null, owner_id: null },
      ]);
    });
    test('used: never somebody who hasn’t got the number', async () => {
      await openWith('use', '601 000 000');
      expect(await leads()).toEqual([]);
      expect(await personRow()).toMatchObject({ state: 'parked', trouble: { message: expect.stringContaining('has the number') } });
      expect((await tasks('c')).map((task) => task['WhoId'])).toEqual([null]);
    });
    test('saved anyway, where the rule lets people do so; one that blocks parks it', async () => {
      await openWith('save');
      expect(await leads()).toHaveLength(1);
      await line.close();
      await open({ orgs: [{ policy: { language: 'en', duplicates: 'save', match: { kinds: ['lead'] }, stranger: { missed: 'lead' } } }] });
      await line.control('POST', '/duplicate-rules', { object: 'Lead', action: 'block', match: ['Company'], name: 'No_companies_twice' });
      await line.asHuman({ action: 'create', object: 'Lead', fields: { LastName: 'Wilk', Company: 'Missed call' } });
      await missed('c');
      expect(await leads()).toEqual([]);
      expect(await personRow()).toMatchObject({ state: 'parked', trouble: { code: 'DUPLICATES_DETECTED' } });
    });
  });
});

/** Of each field: what its refusal is called, and whether the log can be without it. */
const refusable = [
  ['CallType', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', true],
  ['CallDisposition', 'STRING_TOO_LONG', true],
  ['Cordboard_Wait_Seconds__c', 'NUMBER_OUTSIDE_VALID_RANGE', true],
  ['Cordboard_Link__c', 'INVALID_FIELD_FOR_INSERT_UPDATE', true],
  ['Description', 'FIELD_CUSTOM_VALIDATION_EXCEPTION', true],
  ['ActivityDate', 'FIELD_CUSTOM_VALIDATION_EXCEPTION', true],
  ['CallDurationInSeconds', 'FIELD_CUSTOM_VALIDATION_EXCEPTION', true],
  ['TaskSubtype', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', true],
  ['Subject', 'FIELD_CUSTOM_VALIDATION_EXCEPTION', false],
  ['Status', 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', false],
] as const;

test('whatever fields are refused, in whatever order: once, at most one more try for each, and no more after that', async () => {
  await open();
  const some = fc.sample(fc.uniqueArray(fc.constantFrom(...refusable), { maxLength: 5, selector: ([field]) => field }), {
    numRuns: 30,
    seed: 7,
  });
  for (const [n, refused] of some.entries()) {
    const call = `call-${n}`;
    for (const [field, code] of refused) await refuse(field, code);
    await hear(call);
    const row = (await rowOf(call))!;
    const asked = await writesOf(call);
    const well = refused.every(([, , spared]) => spared);
    const names = refused.map(([field]) => field).join(' ');
    expect(row.state, names).toBe(well ? 'written' : 'parked');
    expect(await tasks(call), names).toHaveLength(well ? 1 : 0);
    if (well) expect(Object.keys(row.refused).toSorted(), names).toEqual(refused.map(([field]) => field).toSorted());
    expect(asked.length, names).toBeLessThanOrEqual(refused.length + 1);
    expect(new Set(asked.map(({ sent }) => Object.keys(sent).toSorted().join(' '))).size, `${names}: never the same again`).toBe(
      asked.length,
    );
    await line.advanceTo(line.now() + 3_600 * secondMs);
    expect((await writesOf(call)).length, `${names}: nothing more is asked`).toBe(asked.length);
    await mend();
    await again(call);
    const [task, ...doubles] = await tasks(call);
    expect(doubles).toEqual([]);
    for (const [field] of refused) expect(task![field], `${field} came after all`).not.toBeNull();
    expect(await rowOf(call)).toMatchObject({ state: 'written', refused: {} });
  }
});
