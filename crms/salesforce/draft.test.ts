import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Crm, WantedActivity } from '../../server/crm.ts';
import { realWorld } from '../../server/world.ts';
import { connectSalesforce } from './salesforce.ts';
import { settingsFor, startScriptedOrg, taskFields, withoutOurFields, type ScriptedOrg } from './scripted-org.ts';
import { anyText } from '../../server/testing/any-text.ts';

const orgs: ScriptedOrg[] = [];
const crms: Crm[] = [];
async function connect(fields: readonly object[], statuses?: readonly object[]): Promise<Crm> {
  const org = await startScriptedOrg({ fields, ...(statuses ? { statuses } : {}) });
  const crm = await connectSalesforce(settingsFor(org), realWorld());
  orgs.push(org);
  crms.push(crm);
  return crm;
}
let calls: { unique: Crm; reduced: Crm; japanese: Crm; typed: Crm };
beforeAll(async () => {
  calls = {
    unique: await connect(taskFields),
    reduced: await connect(withoutOurFields),
    typed: await connect([
      ...taskFields,
      { ...taskFields.find(({ name }) => name === 'CallType'), name: 'Type', picklistValues: [{ value: 'Call', active: true }] },
    ]),
    japanese: await connect(taskFields, [
      { ApiName: '未着手', IsDefault: true, IsClosed: false },
      { ApiName: '完了', IsDefault: false, IsClosed: true },
      { ApiName: '中止', IsDefault: false, IsClosed: true },
    ]),
  };
});
afterAll(async () => {
  for (const crm of crms) await crm.close();
  for (const org of orgs) await org.close();
});

const call: WantedActivity = {
  kind: 'activity',
  subject: 'Call with Anna',
  status: 'completed',
  direction: 'inbound',
  ownerId: '005000000000007AAA',
  who: { kind: 'contact', id: '003000000000001AAA' },
  what: { kind: 'account', id: '001000000000001AAA' },
  dueDate: '2026-11-21',
  durationSeconds: 61,
  waitSeconds: 4,
  result: 'Answered, vip',
  memo: 'hers',
  system: ['ours'],
  callKey: 'c_41',
  link: 'https://cordboard.example/calls/c_41',
};

describe('a call as a Task', () => {
  test('every field, and no text field: that one is the writer’s', () =>
    expect(calls.unique.draft(call)).toEqual({
      Subject: 'Call with Anna',
      Status: 'Completed',
      OwnerId: '005000000000007AAA',
      WhoId: '003000000000001AAA',
      WhatId: '001000000000001AAA',
      ActivityDate: '2026-11-21',
      TaskSubtype: 'Call',
      CallType: 'Inbound',
      CallDurationInSeconds: 61,
      CallDisposition: 'Answered, vip',
      CallObject: 'c_41',
      Cordboard_Call__c: 'c_41',
      Cordboard_Link__c: 'https://cordboard.example/calls/c_41',
      Cordboard_Wait_Seconds__c: 4,
      IsReminderSet: false,
      ReminderDateTime: null,
    }));
  test('RS-43: the hour something is due is in its reminder, since a task has a date only', () =>
    expect(calls.unique.draft({ ...call, status: 'open', remindAtMs: Date.UTC(2026, 10, 21, 13, 1) })).toMatchObject({
      IsReminderSet: true,
      ReminderDateTime: '2026-11-21T13:01:00.000Z',
    }));
  test('something to do about a call is no call', () => {
    const drafted = calls.unique.draft({ ...call, about: 'to-do', direction: undefined });
    expect([drafted['TaskSubtype'], drafted['CallType'], drafted['CallDurationInSeconds']]).toEqual([undefined, null, null]);
  });
  test('without our fields the name has CallObject for itself', () => {
    const drafted = calls.reduced.draft(call);
    expect(Object.keys(drafted).filter((field) => field.endsWith('__c') || field === 'CallObject')).toEqual([]);
    expect(calls.reduced.form).toBe('reduced');
  });
  test('statuses by the org’s own names', () => {
    expect(calls.japanese.draft(call)['Status']).toBe('完了');
    expect(calls.japanese.draft({ ...call, status: 'open' })['Status']).toBe('未着手');
    expect(calls.unique.draft({ ...call, status: 'open' })['Status']).toBe('Not Started');
  });
  test('MT-19, MT-20: the admin’s own status, where it is closed or open as it has to be', () => {
    const statuses = { completed: '中止', open: '完了' };
    expect(calls.japanese.draft({ ...call, statuses })['Status']).toBe('中止');
    expect(calls.japanese.draft({ ...call, statuses, status: 'open' })['Status']).toBe('未着手');
  });
  test('DP-65: Type is not written unless the admin says so, and only where there is one; a log may be shown as any task', () => {
    const drafted = (crm: Crm, more: Partial<WantedActivity>) => {
      const fields = crm.draft({ ...call, ...more });
      return ['Type', 'TaskSubtype'].map((name) => (name in fields ? fields[name] : 'not sent'));
    };
    expect(drafted(calls.typed, {})).toEqual(['not sent', 'Call']);
    expect(drafted(calls.typed, { type: 'Call', plain: true })).toEqual(['Call', 'not sent']);
    expect(drafted(calls.typed, { type: 'Fax' })).toEqual([null, 'Call']);
    expect(drafted(calls.unique, { type: 'Call' })).toEqual(['not sent', 'Call']);
  });
  test('a link that is no longer wanted is taken off; an owner isn’t', () => {
    const drafted = calls.unique.draft({
      ...call,
      who: undefined,
      what: undefined,
      ownerId: undefined,
      link: undefined,
      direction: undefined,
    });
    expect(drafted).toMatchObject({ WhoId: null, WhatId: null, Cordboard_Link__c: null, CallType: null });
    expect(drafted).not.toHaveProperty('OwnerId');
  });
  test.each([{ kind: 'lead', id: '00Q000000000001AAA' }])('a lead stands alone: Salesforce refuses it together with an account', (who) =>
    expect(calls.unique.draft({ ...call, who })).toMatchObject({ WhoId: who.id, WhatId: null }),
  );
  test.each(['http://cordboard.example/c', 'javascript:alert(1)', `https://x.example/${'a'.repeat(300)}`])('%s isn’t linked', (link) =>
    expect(calls.unique.draft({ ...call, link })['Cordboard_Link__c']).toBeNull(),
  );
  test.each([
    [-3, 0],
    [1.6, 2],
    [Number.NaN, 0],
    [Number.POSITIVE_INFINITY, 0],
    [1e12, 99_999_999],
  ])('%d seconds are written as %d', (durationSeconds, written) =>
    expect(calls.unique.draft({ ...call, durationSeconds })['CallDurationInSeconds']).toBe(written),
  );
  test('whatever a caller is called, the text fits and is as Salesforce would keep it', () =>
    fc.assert(
      fc.property(anyText({ maxLength: 600 }), (text) => {
        const drafted = calls.unique.draft({ ...call, subject: text, result: text, callKey: text });
        for (const field of ['Subject', 'CallDisposition', 'CallObject', 'Cordboard_Call__c']) {
          const value = drafted[field];
          if (value === null) continue;
          expect(value).toSatisfy(
            (kept: string) =>
              kept.length > 0 && kept.length <= 255 && kept.isWellFormed() && kept === kept.trim() && !/[\u0000-\u001f]/.test(kept),
          );
        }
        expect(calls.unique.draft({ ...call, subject: String(drafted['Subject'] ?? '') })['Subject']).toBe(drafted['Subject']);
      }),
    ));
});

describe('locks (salesforce.md §2.4)', () => {
  const links = { WhoId: '003000000000001AAA', WhatId: '500000000000001AAA', AccountId: '001000000000001AAA' };
  const ids = Object.values(links);
  test.each([
    ['a finished call is inserted', { ...links, Status: 'Completed', ActivityDate: '2026-11-21' }, true, []],
    ['an open task without a date is inserted', { ...links, Status: 'Not Started', ActivityDate: null }, true, []],
    ['an open task is inserted', { ...links, Status: 'Not Started', ActivityDate: '2026-11-21' }, true, ids],
    ['a finished call is changed', { ...links, Status: 'Completed', ActivityDate: '2026-11-21' }, false, ids],
    ['who and what are empty', { WhoId: null, WhatId: null, Status: 'Not Started', ActivityDate: '2026-11-21' }, false, []],
    ['what is the account itself', { WhatId: '001000000000001AAA', AccountId: '001000000000001AAA' }, false, ['001000000000001AAA']],
  ])('%s', (_, fields, creating, locked) => expect(calls.unique.locks(fields, creating)).toEqual(locked));
  test('any closed status counts, by the org’s own names', () =>
    expect(calls.japanese.locks({ ...links, Status: '中止', ActivityDate: '2026-11-21' }, true)).toEqual([]));
});
