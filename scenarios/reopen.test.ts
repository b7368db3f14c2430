import { afterEach, describe, expect, test } from 'vitest';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, type LineOrg, openLine } from '../server/testing/line.ts';
import { TriedCall } from '../wire/simulate.ts';

// R5: a closed lead is logged on, or opened again, or nobody's any more. On the whole line, into the org.
let line: Line;
afterEach(disconnect);
async function disconnect() {
  const unexplained = await line.unexplained();
  await line.close();
  expect(unexplained).toEqual([]); // D5
}
const reopening = { match: { closedLead: 'reopen' }, stranger: { answered: 'lead' } };
const open = async (policy: object = reopening, org: LineOrg = {}) => {
  line = await openLine({ orgs: [{ policy: { language: 'en', ...policy }, ...org }] });
  const zofia = String((await line.export('Lead')).find((one) => one['Name'] === 'Zofia Mazur')!['Id']);
  await change(zofia, { Status: 'Closed - Not Converted' });
  return zofia;
};
const secondMs = 1_000;
const number = '+48502345678'; // hers
const anna = { asDialled: '101', agent: { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' } };
const pass = (seconds: number) => line.advanceTo(line.now() + seconds * secondMs);
let sent = 0;
const say = (call: string, type: string, at: number, data: unknown) =>
  line.send({ id: `r${++sent}`, body: { version: 1, type: `call.${type}`, call, at, data } });
/** A call told to its end, and until nothing more is expected of it. */
async function call(id: string, { answered = true, ends = true, direction = 'inbound' } = {}) {
  const at = line.now();
  await say(id, 'started', at, { direction, customer: { number }, ...(direction === 'outbound' && { agent: anna.agent }) });
  if (answered) await say(id, 'answered', at + 5 * secondMs, { endpoint: anna });
  if (!ends) return pass(20);
  await say(id, 'ended', at + 65 * secondMs, {});
  await pass(120);
}
async function change(id: string, fields: Record<string, unknown>) {
  await line.asHuman({ action: 'update', object: 'Lead', id, fields });
  await pass(90);
}
const statusOf = async (id: string) => (await line.export('Lead')).find((one) => one['Id'] === id)!['Status'];
const leads = async () => (await line.export('Lead')).filter((one) => !one['IsDeleted']).length;
const logOf = async (id: string) => (await line.export('Task')).find((task) => task['Cordboard_Call__c'] === id);
const traceOf = async (id: string) => {
  const text = 'select d.trace from decisions d join calls c on c.id = d.call where c.external_id = $1 order by d.version desc limit 1';
  return JSON.stringify((await line.database.query({ text }, [id])).rows[0]);
};
const save = async (policy: object) => {
  await line.admin.savePolicy(line.org, parsePolicy({ language: 'en', ...policy }), 'admin');
  await pass(10);
};

describe('R5: a closed, unconverted lead is opened again', () => {
  test('with the status new leads have, once it is talked to; the call is logged on it, nobody is made, and the call says why', async () => {
    const zofia = await open();
    const before = await leads();
    await call('talked', { ends: false });
    expect(await statusOf(zofia)).toBe('Open - Not Contacted');
    await say('talked', 'ended', line.now(), {});
    await pass(120);
    expect([(await logOf('talked'))?.['WhoId'], await leads()]).toEqual([zofia, before]);
    expect(await traceOf('talked')).toContain('this call has had it opened again (R5)');
  });
  test('with the status the admin names, also at the end of the call', async () => {
    const match = { ...reopening.match, reopenedLeadStatus: 'Working - Contacted' };
    const zofia = await open({ match, stranger: { answered: 'lead', moment: 'end' } });
    await call('at the end', { ends: false });
    expect(await statusOf(zofia)).toBe('Closed - Not Converted');
    await say('at the end', 'ended', line.now(), {});
    await pass(120);
    expect(await statusOf(zofia)).toBe('Working - Contacted');
    expect(await traceOf('at the end')).toContain('It is closed, and of a stranger such a call would make a lead');
  });
  test('only by calls that would make a lead; logging alone leaves it closed', async () => {
    const zofia = await open();
    await call('missed', { answered: false });
    await call('outbound', { direction: 'outbound' });
    expect(await statusOf(zofia)).toBe('Closed - Not Converted');
    expect(await traceOf('missed')).toContain('It is closed and stays so');
    await save({ stranger: { answered: 'lead' } });
    await call('logged only');
    expect([await statusOf(zofia), (await logOf('logged only'))?.['WhoId']]).toEqual(['Closed - Not Converted', zofia]);
  });
  test('W3: whoever closes it again means it, whatever is heard of that call later; another call opens it once more', async () => {
    const zofia = await open();
    await call('first');
    await change(zofia, { Status: 'Closed - Not Converted' });
    await say('first', 'tagged', line.now(), { tags: ['late'] });
    await pass(120);
    await line.admin.applyRules(line.org, (await line.explanations()).find(({ externalId }) => externalId === 'first')!.call);
    await pass(120);
    expect(await statusOf(zofia)).toBe('Closed - Not Converted');
    await call('second');
    expect(await statusOf(zofia)).toBe('Open - Not Contacted');
  });
  test('who opened it before us has the last word, and so has who converts or deletes it', async () => {
    const zofia = await open({ ...reopening, stranger: { answered: 'lead', moment: 'end' } });
    await call('slow', { ends: false });
    await line.asHuman({ action: 'update', object: 'Lead', id: zofia, fields: { Status: 'Working - Contacted' } });
    await say('slow', 'ended', line.now(), {});
    await pass(60);
    expect(await statusOf(zofia)).toBe('Working - Contacted');
    await change(zofia, { Status: 'Closed - Not Converted' });
    await call('gone', { ends: false });
    await line.asHuman({ action: 'delete', object: 'Lead', id: zofia });
    await say('gone', 'ended', line.now(), {});
    await pass(120);
    expect((await line.export('Lead')).find((one) => one['Id'] === zofia)).toMatchObject({
      IsDeleted: true,
      Status: 'Closed - Not Converted',
    });
  });
  test('W9: undoing the policy version leaves it as it is', async () => {
    const zofia = await open();
    await call('undone');
    const { rows } = await line.database.query({ text: "select policy_version from writes where role = 'reopening'" });
    await line.admin.undoPolicy(line.org, (rows as [{ policy_version: number }])[0].policy_version, 'admin');
    await pass(180);
    expect(await statusOf(zofia)).toBe('Open - Not Contacted');
  });
  test('a status that the org refuses costs no log, and is told', async () => {
    const zofia = await open({ match: { ...reopening.match, reopenedLeadStatus: 'Never heard of' }, stranger: reopening.stranger });
    await call('refused');
    expect([await statusOf(zofia), (await logOf('refused'))?.['WhoId']]).toEqual(['Closed - Not Converted', zofia]);
    const because = (await line.explanations()).find(({ externalId }) => externalId === 'refused')?.because;
    expect(because).toContain('Status (NOT_TO_BE_REOPENED)');
    const { rows } = await line.database.query({ text: 'select wrong_defaults from org_facts' });
    expect((rows as [{ wrong_defaults: object[] }])[0].wrong_defaults).toMatchObject([{ setting: 'match.reopenedLeadStatus' }]);
  });
  test('RS-37: the simulator says what would be opened', async () => {
    await open({ stranger: { answered: 'lead' } });
    await call('as it was');
    const id = (await line.explanations()).find(({ externalId }) => externalId === 'as it was')!.call;
    const tried = TriedCall.parse(
      await line.simulator.call(line.org, id, { policy: parsePolicy({ language: 'en', ...reopening }), book: 'then' }),
    );
    expect(tried.after.records.map(({ role }) => role)).toEqual(['log', 'reopening']);
    expect(JSON.stringify(tried.trace)).toContain('it is opened again (R5)');
  });
});
