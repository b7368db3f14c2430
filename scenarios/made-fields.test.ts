import { afterAll, beforeAll, expect, test } from 'vitest';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, openLine } from '../server/testing/line.ts';

// What an admin has put into which field of the cases and opportunities that calls make.
let line: Line;
const custom: readonly (readonly [object: string, name: string, type: string, more?: object])[] = [
  ['Case', 'Caller__c', 'phone', { length: 40 }],
  ['Case', 'Rang__c', 'datetime'],
  ['Case', 'Area__c', 'picklist', { length: 255, picklist: ['North', 'South'], restricted: true }],
  ['Opportunity', 'Wait__c', 'double', { digits: 18, scale: 0 }],
  ['Opportunity', 'Agent__c', 'string', { length: 6 }],
];
beforeAll(async () => {
  line = await openLine();
  for (const [object, name, type, more] of custom)
    await line.control('POST', '/fields', { object, name, label: name.replace('__c', ''), type, ...more });
});
afterAll(() => line.close());

let sent = 0;
async function tell(call: string, type: string, data: unknown = {}, seconds = 0) {
  await line.advanceTo(line.now() + seconds * 1000);
  await line.send({ id: `m${++sent}`, body: { version: 1, type: `call.${type}`, call, at: line.now(), data } });
}
const settle = () => line.advanceTo(line.now() + 130_000);
async function under(document: object) {
  await line.admin.savePolicy(line.org, parsePolicy({ language: 'en', country: 'PL', ...document }), 'admin');
  await settle(); // cases and opportunities are read
}
const anna = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
async function answered(call: string, number: string, lineName: string) {
  await tell(call, 'started', { direction: 'inbound', customer: { number }, line: { id: 'sales', name: lineName } });
  await tell(call, 'answered', { endpoint: { asDialled: '101', agent: anna } }, 6);
  await tell(call, 'ended', {}, 60);
  await settle();
}
const contactOf = async (number: string) =>
  (await line.asHuman({ action: 'create', object: 'Contact', fields: { LastName: 'Sato', Phone: number } })).id;
const wrong = async () => {
  const { rows } = await line.database.query({ text: 'select wrong_defaults from org_facts' });
  return (rows as [{ wrong_defaults: unknown[] }])[0].wrong_defaults;
};

test('values of a call go into fields of the case and the opportunity that it makes, as they go into those of a task', async () => {
  const fields = {
    Case: {
      ...{ caller__c: { from: 'CUSTOMER_NUMBER' }, Rang__c: { from: 'CALL_START' }, Priority: { value: 'High' } },
      ...{ Description: { text: '{CUSTOMER_NUMBER} on {LINE_NAME}' }, Area__c: { from: 'LINE_NAME' } },
    },
    Opportunity: { Wait__c: { from: 'WAIT_TIME' }, Agent__c: { from: 'AGENT' }, LeadSource: { value: 'Phone Inquiry' } },
  };
  await under({ fields, cases: { create: 'none open' }, opportunities: { create: 'none open', stage: 'Prospecting' } });
  const contact = await contactOf('+48501177001');
  await settle();
  const began = line.now();
  await answered('both', '+48501177001', 'North');
  const [ticket, ...others] = (await line.export('Case')).filter((one) => one['ContactId'] === contact);
  expect(ticket).toMatchObject({
    ...{ Caller__c: '+48501177001', Priority: 'High', Description: '+48501177001 on North', Area__c: 'North', Origin: 'Phone' },
    Rang__c: new Date(Math.floor(began / 1000) * 1000).toISOString().replace('Z', '+0000'),
  });
  const [deal, ...more] = (await line.export('Opportunity')).filter((one) => one['ContactId'] === contact);
  expect(deal).toMatchObject({ Wait__c: 6, Agent__c: 'Anna N', LeadSource: 'Phone Inquiry', StageName: 'Prospecting' });
  expect([others, more, await wrong(), await line.unexplained()]).toEqual([[], [], [], []]);
});

test('a restricted list costs the value, not the case, and that is said', async () => {
  await under({ fields: { Case: { Area__c: { from: 'LINE_NAME' } } }, cases: { create: 'always' } });
  const contact = await contactOf('+48501177002');
  await settle();
  await answered('restricted', '+48501177002', 'East');
  const [ticket] = (await line.export('Case')).filter((one) => one['ContactId'] === contact);
  expect([ticket?.['Area__c'] ?? null, ticket?.['Origin']]).toEqual([null, 'Phone']);
  const { rows } = await line.database.query({
    text: "select w.state, w.refused from writes w join calls c on c.id = w.call where w.role = 'case' and c.external_id = 'restricted'",
  });
  expect(rows).toMatchObject([{ state: 'written', refused: { Area__c: { code: 'NOT_IN_PICKLIST', value: 'East' } } }]);
});

test('what a case or an opportunity can’t be given is told with its path', async () => {
  await under({
    fields: {
      Case: {
        ...{ Caller__c: { from: 'LINE_NAME' }, Rang__c: { value: 'soon' }, Nowhere__c: { value: 1 } },
        ...{ Origin: { value: 'Web' }, Area__c: { value: 'West' }, RecordTypeId: { value: '012000000000000AAA' } },
      },
      Opportunity: { StageName: { value: 'Won' }, Wait__c: { from: 'LINE_NAME' } },
    },
  });
  const said = (await wrong()) as { setting: string; because: string }[];
  expect(said.map(({ setting, because }) => `${setting}: ${because}`).toSorted()).toEqual([
    'fields.Case.Area__c: Its list doesn\'t offer "West", and takes nothing else.',
    expect.stringMatching(/^fields\.Case\.Caller__c: It takes telephone numbers, and LINE_NAME is text\./),
    'fields.Case.Nowhere__c: There is no such field, or the connected user may not write it.',
    'fields.Case.Origin: What stands there is decided elsewhere: cases.origin.',
    'fields.Case.Rang__c: It takes a time such as 2026-03-31T09:00:00Z, not "soon".',
    expect.stringMatching(/^fields\.Case\.RecordTypeId: /),
    'fields.Opportunity.StageName: What stands there is decided elsewhere: opportunities.stage.',
    expect.stringMatching(/^fields\.Opportunity\.Wait__c: It takes numbers, and LINE_NAME is text\./),
  ]);
});
