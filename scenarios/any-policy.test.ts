import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parsePolicy } from '../server/decide/policy.ts';
import type { OrgId } from '../server/store.ts';
import { anyPolicy } from '../server/testing/any-policy.ts';
import { openLine, type Line } from '../server/testing/line.ts';

/**
 * What must hold whatever the admin chose: a policy that can be saved never makes Salesforce refuse for a reason that could have been known
 * when it was saved; no policy gives one call two logs, and none leaves a call without its explanation.
 */
const numRuns = Number(process.env['PROPERTY_RUNS'] ?? 2);
const seed = Number(process.env['PROPERTY_SEED'] ?? Date.now() % 2 ** 31);
const policiesAtOnce = 4;
const seconds = 1_000;

const anna = { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' };
const nobody = { id: '199', name: 'Nobody Known' };
const at = (agent: typeof anna | typeof nobody) => ({ endpoint: { asDialled: agent.id, agent } });
const line = { id: 'sales', name: 'Sales', number: '+48221230000' };
type Fact = readonly [type: string, atSeconds: number, data?: object];
const from = (number: string | undefined, more: object = {}): Fact => [
  'started',
  0,
  { direction: 'inbound', customer: number === undefined ? { withheld: true } : { number }, line, ...more },
];
/** `NUMBER` is a stranger's, another in each org. */
const calls: Readonly<Record<string, readonly Fact[]>> = {
  answered: [
    from('+48221234567'),
    ['ringing', 2, at(anna)],
    ['answered', 6, at(anna)],
    ['tagged', 50, { tags: ['offer', 'oven'] }],
    ['ended', 65],
  ],
  'a stranger, missed': [from('NUMBER'), ['ringing', 2, at(anna)], ['ended', 30, { cause: 'no answer' }]],
  'the stranger again, answered': [
    from('NUMBER', { customer: { number: 'NUMBER', name: 'Ewa Ćwik', email: 'ewa@example.com' } }),
    ['answered', 6, at(anna)],
    ['ended', 400],
  ],
  'answered by nobody known': [
    from('+48221234567'),
    ['answered', 6, at(nobody)],
    ['commented', 70, { text: 'Call {back}\n\n--- x ---' }],
    ['ended', 65],
  ],
  'a closed lead, answered': [from('+48502345678'), ['answered', 6, at(anna)], ['ended', 65]],
  'a closed lead, missed': [from('+48502345678'), ['ended', 30, { cause: 'no answer' }]],
  voicemail: [from('NUMBER'), ['ended', 30], ['voicemail', 31, { seconds: 20, url: 'https://pbx.example.com/v' }]],
  withheld: [from(undefined), ['ended', 30]],
  outbound: [
    ['started', 0, { direction: 'outbound', customer: { number: '+48221234567' }, agent: anna, dialled: '+48221234567', line }],
    ['answered', 9, at(anna)],
    ['ended', 200],
    ['recording', 230, { recordingId: 'r', url: 'https://pbx.example.com/r', seconds: 190 }],
  ],
  busy: [
    ['started', 0, { direction: 'outbound', customer: { number: 'NUMBER' }, agent: anna, dialled: 'NUMBER' }],
    ['ended', 31, { cause: 'busy' }],
  ],
  internal: [
    ['started', 0, { direction: 'internal', agent: anna, dialled: '106' }],
    ['ended', 60],
  ],
};

const people = ['005Sx0000000001IAA', '005Sx0000000002IAA'];
/** The ids that a policy names are of people and queues there are: what is there is known when it is saved. */
function withPeople(document: unknown, key = ''): unknown {
  // a chain of owners may name some by id, which has a digit; the others by what they are to the call
  const isId = /(?:[oO]wner|[mM]anager)Id$/.test(key) || (key === 'owner' && /\d/.test(String(document)));
  if (typeof document === 'string') return isId ? people[document.length % people.length] : document;
  if (Array.isArray(document)) return [...new Set(document.map((one) => withPeople(one, key)))];
  if (typeof document !== 'object' || document === null) return document;
  return Object.fromEntries(Object.entries(document).map(([inner, value]) => [inner, withPeople(value, inner)]));
}

test('any policy that can be saved', { timeout: 180_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyPolicy(), { minLength: policiesAtOnce, maxLength: policiesAtOnce }), async (documents) => {
      const policies = documents.map((document) => withPeople(document));
      for (const policy of policies) parsePolicy(policy);
      // whoever makes person accounts has them: that is known when it is saved
      const orgs = policies.map((policy) => ({ policy, personAccounts: JSON.stringify(policy).includes('person-account') }));
      const opened = await openLine({ orgs });
      try {
        for (const { org } of (await rows(opened, 'select org from orgs')) as { org: OrgId }[]) await closeLead(opened, org);
        await opened.advanceTo(opened.now() + 2 * 60 * seconds);
        for (const place of policies.keys()) await hear(opened, `con_${place + 1}`, `+486021000${place}0`);
        await opened.advanceTo(opened.now() + 20 * 60 * seconds);
        expect(await refusals(opened), JSON.stringify(policies)).toEqual([]);
        expect(await opened.unexplained()).toEqual([]);
        expect(await logsTwice(opened)).toEqual([]);
        expect(await opened.explanations()).toHaveLength(policies.length * (Object.keys(calls).length + 1)); // and a conversation
      } finally {
        await opened.close();
      }
    }),
    { seed, numRuns, interruptAfterTimeLimit: 60_000, endOnFailure: true },
  );
});

/** Zofia Mazur's, whose number two of the calls come from. */
async function closeLead(opened: Line, org: OrgId): Promise<void> {
  const zofia = (await opened.export('Lead', org)).find((one) => one['Name'] === 'Zofia Mazur')!;
  const fields = { Status: 'Closed - Not Converted' };
  await opened.asHuman({ action: 'update', object: 'Lead', id: String(zofia['Id']), fields }, org);
}

async function hear(opened: Line, connection: string, stranger: string): Promise<void> {
  const start = opened.now();
  for (const [call, facts] of Object.entries(calls))
    for (const [place, [type, atSeconds, data = {}]] of facts.entries()) {
      const event = { version: 1, type: `call.${type}`, call, at: start + atSeconds * seconds, id: `${call}/${place}`, data };
      const body = JSON.parse(JSON.stringify(event).replaceAll('NUMBER', stranger)) as unknown;
      const answer = await opened.send({ id: `${connection}/${call}/${place}`, connection, body });
      if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
    }
  const customer = { number: stranger, name: 'Ewa Ćwik' };
  const events = [
    { type: 'message.received', message: 'm1', at: start, data: { customer, line, text: 'Call {back}\n\n--- x ---' } },
    { type: 'message.sent', message: 'm2', at: start + 30 * seconds, data: { customer, line, agent: anna } },
  ];
  const answer = await opened.send({ id: `${connection}/messages`, connection, body: { version: 1, events } });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
}
const rows = async (opened: Line, text: string) => (await opened.database.query({ text })).rows as unknown[];
/** What Salesforce refused, of calls and of people made for numbers. */
const refusals = (opened: Line) =>
  rows(opened, "select org, call, role, state, trouble, refused from writes where state = 'parked' or refused <> '{}'");
const logsTwice = (opened: Line) =>
  rows(
    opened,
    // each message may have a log of its own
    `select w.org, w.call from writes w join calls c on c.org = w.org and c.id = w.call
     where w.role = 'log' and w.state <> 'dropped' group by w.org, w.call, case when c.told ? 'messages' then w.qualifier end having count(*) > 1`,
  );
