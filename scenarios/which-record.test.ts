import { afterEach, describe, expect, test } from 'vitest';
import { sayChoices } from '../server/admin/say-choices.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, type LineOrg, openLine } from '../server/testing/line.ts';

// Which record a call belongs to, in the vendors' words and on the whole line: from the delivery to what hangs on it in the org.
let line: Line | undefined;
afterEach(async () => {
  await line?.close();
  line = undefined;
});
const open = async (policy: object = {}, org: LineOrg = {}) =>
  (line = await openLine({ orgs: [{ policy: { language: 'en', ...policy }, ...org }] }));
const secondMs = 1_000;
const ewa = '+48601234567';
const stranger = '+48501999888';
const phones = { anna: '101', piotr: '106' } as const;
const endpointOf = (agent: keyof typeof phones) => {
  const email = { anna: 'anna.nowak@acme.example', piotr: 'piotr.zielinski@acme.example' }[agent];
  return { endpoint: { asDialled: phones[agent], agent: { id: phones[agent], email } } };
};
type Said = readonly [type: string, atSecond: number, data: unknown];
type CallTold = {
  readonly number?: string;
  readonly direction?: 'inbound' | 'outbound';
  readonly by?: keyof typeof phones;
  readonly ended?: object;
  readonly more?: readonly Said[];
  readonly order?: (said: readonly Said[]) => readonly Said[];
};
/** A call told to its end, and until nothing more is expected of it. Without `by` nobody takes it. */
async function call(id: string, { number = stranger, direction = 'inbound', by, ended = {}, more = [], order = (all) => all }: CallTold) {
  const at = line!.now();
  const { agent } = endpointOf('anna').endpoint;
  const said: Said[] = [
    ['started', 0, { direction, customer: { number }, line: { id: 'sales', name: 'Sales' }, ...(direction === 'outbound' && { agent }) }],
    ...(direction === 'inbound' ? [['ringing', 1, endpointOf(by ?? 'anna')] as const] : []),
    ...(by ? [['answered', 5, endpointOf(by)] as const] : []),
    ['ended', 65, ended],
    ...more,
  ];
  for (const [type, second, data] of order(said))
    await line!.send({
      id: `${id}-${type}-${second}`,
      body: { version: 1, type: `call.${type}`, call: id, at: at + second * secondMs, data },
    });
  await line!.advanceTo(line!.now() + 120 * secondMs);
}
const living = async (object: string) => (await line!.export(object)).filter((record) => !record['IsDeleted']);
const tasksOf = async (id: string) => (await living('Task')).filter((task) => task['Cordboard_Call__c'] === id);
const taskOf = async (id: string) => {
  const [task, ...others] = await tasksOf(id);
  expect(others).toEqual([]);
  return task!;
};
const aboutOf = async (id: string) => (({ WhoId, WhatId }) => [WhoId, WhatId])(await taskOf(id));
const idOf = async (object: string, name: string) =>
  (await living(object)).find((record) => record['Name'] === name || record['Subject'] === name)!['Id'];
const make = async (object: string, fields: Record<string, unknown>) => {
  const { id } = await line!.asHuman({ action: 'create', object, fields });
  await line!.advanceTo(line!.now() + 90 * secondMs);
  return String(id);
};
const change = async (object: string, id: string, fields: Record<string, unknown>) => {
  await line!.asHuman({ action: 'update', object, id, fields });
  await line!.advanceTo(line!.now() + 90 * secondMs);
};
const clicked = (kind: string, id: unknown, second = 0): Said => ['clicked', second, { record: { kind, id }, by: { id: '101' } }];
/** What objects look like, and what takes activities, is asked at once, and then every few hours. */
const connectAnew = async () => {
  await line!.database.query({ text: "update orgs set crm = crm || ' '" });
  await line!.advanceTo(line!.now() + 10 * 60 * secondMs);
};
const traceOf = async (id: string) => {
  const text = `select newest.trace from calls c cross join lateral
    (select trace from decisions d where d.call = c.id order by d.version desc limit 1) newest where c.external_id = $1`;
  return JSON.stringify((await line!.database.query({ text }, [id])).rows[0]);
};

describe('MT-17: a call dialled by a click is logged on the record that was clicked', () => {
  test('FC-75: a contact or lead: with them, and related to nothing, whoever else has the number', async () => {
    await open();
    const kenji = await idOf('Lead', 'Kenji Suzuki');
    await call('c', { number: ewa, direction: 'outbound', by: 'anna', more: [clicked('Lead', kenji)] });
    expect(await aboutOf('c')).toEqual([kenji, null]);
    expect(await traceOf('c')).toContain('was clicked to dial');
  });
  test('FC-73: an account is what it is related to', async () => {
    await open();
    const atelier = await idOf('Account', 'Atelier Dubois');
    await call('c', { number: ewa, direction: 'outbound', by: 'anna', more: [clicked('Account', atelier)] });
    expect(await aboutOf('c')).toEqual([null, atelier]);
  });
  test('FC-73: a person account, too, and it is with the person', async () => {
    await open({}, { personAccounts: true });
    const [type] = (await living('RecordType')).filter((one) => one['IsPersonType'] === true);
    const maria = await make('Account', { FirstName: 'Maria', LastName: 'Wójcik', RecordTypeId: type!['Id'] });
    await call('c', { number: ewa, direction: 'outbound', by: 'anna', more: [clicked('Account', maria)] });
    const contact = (await living('Account')).find((one) => one['Id'] === maria)!['PersonContactId'];
    expect(await aboutOf('c')).toEqual([contact, maria]);
  });
  test('a custom object that takes activities is what it is related to; one that takes none is passed over, and it says so', async () => {
    await open();
    await line!.control('POST', '/objects', { name: 'Site__c', label: 'Site', allowActivities: true });
    await line!.control('POST', '/objects', { name: 'Note__c', label: 'Note' });
    const [site, note] = [await make('Site__c', { Name: 'Gdynia' }), await make('Note__c', { Name: 'Call them' })];
    await connectAnew();
    await call('site', { number: ewa, direction: 'outbound', by: 'anna', more: [clicked('Site__c', site)] });
    expect(await aboutOf('site')).toEqual([null, site]);
    await call('note', { number: ewa, direction: 'outbound', by: 'anna', more: [clicked('Note__c', note)] });
    expect(await aboutOf('note')).toEqual([await idOf('Contact', 'Ewa Kowalczyk'), null]);
    expect(await traceOf('note')).toContain('takes no activities (MT-17)');
  });
  test('FC-72: nobody answered, and the one who was called or the line was busy: the record stands on the log', async () => {
    await open();
    const atelier = await idOf('Account', 'Atelier Dubois');
    for (const [id, cause] of [
      ['theirs', 'busy'],
      ['ours', 'agent busy'],
    ] as const) {
      await call(id, { number: ewa, direction: 'outbound', ended: { cause }, more: [clicked('Account', atelier)] });
      expect(await aboutOf(id)).toEqual([null, atelier]);
    }
  });
  test('not ticked: the number is looked for', async () => {
    await open({ match: { clicked: false } });
    const kenji = await idOf('Lead', 'Kenji Suzuki');
    await call('c', { number: ewa, direction: 'outbound', by: 'anna', more: [clicked('Lead', kenji)] });
    expect(await aboutOf('c')).toEqual([await idOf('Contact', 'Ewa Kowalczyk'), null]);
  });
  test('a record that is gone is passed over; one that was merged is what it became', async () => {
    await open();
    const zofia = String(await idOf('Lead', 'Zofia Mazur'));
    await line!.asHuman({ action: 'delete', object: 'Lead', id: zofia });
    await line!.advanceTo(line!.now() + 90 * secondMs);
    await call('c', { number: ewa, direction: 'outbound', by: 'anna', more: [clicked('Lead', zofia)] });
    expect(await aboutOf('c')).toEqual([await idOf('Contact', 'Ewa Kowalczyk'), null]);
    expect(await traceOf('c')).toContain("isn't there any more");
  });
  test('a stranger whose record was clicked is none: nobody is made', async () => {
    await open({ stranger: { outbound: 'lead' } });
    const before = (await living('Lead')).length;
    const atelier = await idOf('Account', 'Atelier Dubois');
    await call('c', { direction: 'outbound', by: 'anna', more: [clicked('Account', atelier)] });
    expect([await aboutOf('c'), (await living('Lead')).length]).toEqual([[null, atelier], before]);
  });
  test('what a person chooses afterwards counts more; told first, last or in between, and twice, it is the same', async () => {
    await open();
    const [kenji, luc, atelier] = [
      await idOf('Lead', 'Kenji Suzuki'),
      await idOf('Contact', 'Luc Dubois'),
      await idOf('Account', 'Atelier Dubois'),
    ];
    const chosen: Said = ['linked', 70, { who: { kind: 'Contact', id: luc }, by: { id: '101' } }];
    for (const [id, order] of [
      ['as it came', (all: readonly Said[]) => all],
      ['backwards', (all: readonly Said[]) => all.toReversed()],
      ['in between', (all: readonly Said[]) => [...all.slice(2), ...all.slice(0, 2), ...all.slice(3)]],
    ] as const) {
      await call(id, {
        number: ewa,
        direction: 'outbound',
        by: 'anna',
        more: [clicked('Lead', kenji, 1), clicked('Account', atelier, 2)],
        order,
      });
      expect(await aboutOf(id)).toEqual([kenji, null]);
      await call(`${id}, chosen`, { number: ewa, direction: 'outbound', by: 'anna', more: [clicked('Lead', kenji), chosen], order });
      expect(await aboutOf(`${id}, chosen`)).toEqual([luc, null]);
    }
  });
  test('told after the log was written it moves the log; a policy that has changed meanwhile doesn’t', async () => {
    await open();
    const kenji = await idOf('Lead', 'Kenji Suzuki');
    await call('c', { number: ewa, direction: 'outbound', by: 'anna' });
    expect(await aboutOf('c')).toEqual([await idOf('Contact', 'Ewa Kowalczyk'), null]);
    await line!.admin.savePolicy(line!.org, { language: 'en', match: { clicked: false } }, 'admin');
    await call('c', { order: () => [clicked('Lead', kenji, -60)] });
    expect(await aboutOf('c')).toEqual([kenji, null]);
  });
  test('FC-70: what was on the screen counts only where the admin says so, and less than what was clicked', async () => {
    const shown = (id: unknown): Said => ['shown', 5, { record: { kind: 'Lead', id } }];
    await open();
    const kenji = await idOf('Lead', 'Kenji Suzuki');
    await call('off', { number: ewa, by: 'anna', more: [shown(kenji)] });
    expect(await aboutOf('off')).toEqual([await idOf('Contact', 'Ewa Kowalczyk'), null]);
    await line!.admin.savePolicy(line!.org, { language: 'en', match: { shown: true } }, 'admin');
    await call('on', { number: ewa, by: 'anna', more: [shown(kenji)] });
    expect(await aboutOf('on')).toEqual([kenji, null]);
    const luc = await idOf('Contact', 'Luc Dubois');
    await call('both', { number: ewa, by: 'anna', more: [shown(kenji), clicked('Contact', luc)] });
    expect(await aboutOf('both')).toEqual([luc, null]);
  });
});

describe('AC-17: several of one kind have the number', () => {
  const twins = async (owners: readonly string[] = []) => {
    const ids: string[] = [];
    for (const n of [0, 1, 2]) {
      const owner = owners[n] === undefined ? undefined : await idOf('User', owners[n]);
      ids.push(await make('Contact', { LastName: `Twin ${n}`, Phone: stranger, ...(owner !== undefined && { OwnerId: owner }) }));
    }
    return ids;
  };
  test('the one changed last; the one unchanged for longest', async () => {
    await open();
    const [first, second] = await twins();
    await change('Contact', second!, { Title: 'Director' });
    await call('latest', { by: 'anna' });
    expect(await aboutOf('latest')).toEqual([second, null]);
    await line!.admin.savePolicy(line!.org, { language: 'en', match: { tieBreak: 'oldest' } }, 'admin');
    await call('oldest', { by: 'anna' });
    expect(await aboutOf('oldest')).toEqual([first, null]);
  });
  test('the one active last, as the org counts it: closed tasks and events', async () => {
    await open({ match: { tieBreak: 'active' } });
    const [first, second, third] = await twins();
    await call('none yet', { by: 'anna' });
    expect(await aboutOf('none yet')).toEqual([third, null]);
    const done = { Status: 'Completed', Subject: 'Visited' };
    await make('Task', { ...done, WhoId: first, ActivityDate: '2026-03-05' });
    await make('Task', { ...done, WhoId: second, ActivityDate: '2026-03-04' });
    await call('visited', { by: 'anna' });
    expect(await aboutOf('visited')).toEqual([first, null]);
    expect(await traceOf('visited')).toContain('The one active last comes first (AC-17)');
  });
  test('the own one of whoever has the call, in whatever order it is told; else the one changed last', async () => {
    await open({ match: { tieBreak: 'owned by agent' } });
    const [annas, piotrs, last] = await twins(['Anna Nowak', 'Piotr Zielinski']);
    await call('anna', { by: 'anna' });
    expect(await aboutOf('anna')).toEqual([annas, null]);
    expect(await traceOf('anna')).toContain("Anna Nowak's own is meant");
    await call('piotr', { by: 'piotr', order: (all) => all.toReversed() });
    expect(await aboutOf('piotr')).toEqual([piotrs, null]);
    await call('dialled', { direction: 'outbound', by: 'anna' });
    expect(await aboutOf('dialled')).toEqual([annas, null]);
    await call('nobody', {});
    expect(await aboutOf('nobody')).toEqual([last, null]);
    // who took it is heard of after it was written as missed
    await call('late', {});
    await call('late', { order: () => [['answered', -115, endpointOf('piotr')]] });
    expect(await aboutOf('late')).toEqual([piotrs, null]);
  });
  test('ask: the best guess at once, and a person may choose; none: nobody until a person chooses, and no stranger is made', async () => {
    await open({ match: { tieBreak: 'ask' }, stranger: { missed: 'lead', answered: 'lead' } });
    const [first, second, last] = await twins();
    await call('ask', { by: 'anna' });
    expect(await aboutOf('ask')).toEqual([last, null]);
    const text = `select d.verdict from decisions d join calls c on c.id = d.call where c.external_id = 'ask' order by d.version`;
    const told = await line!.database.query({ text });
    expect(told.rows.at(-1)?.['verdict']).toEqual({ is: 'wants', choose: 3 });
    await call('ask', { order: () => [['linked', -10, { who: { kind: 'Contact', id: first }, by: { id: '101' } }]] });
    expect(await aboutOf('ask')).toEqual([first, null]);
    await line!.admin.savePolicy(
      line!.org,
      { language: 'en', match: { tieBreak: 'none' }, stranger: { missed: 'lead', answered: 'lead' } },
      'admin',
    );
    const before = (await living('Lead')).length;
    await call('none', { by: 'anna' });
    expect([await aboutOf('none'), (await living('Lead')).length]).toEqual([[null, null], before]);
    await call('none', { order: () => [['linked', -10, { who: { kind: 'Contact', id: second }, by: { id: '101' } }]] });
    expect(await aboutOf('none')).toEqual([second, null]);
  });
});

describe('numbers wherever they stand, and those that are nobody’s', () => {
  test('MT-01: a phone field of one’s own, on a contact and on an object of one’s own', async () => {
    await open({ match: { kinds: ['contact', 'Site__c'] } });
    await line!.control('POST', '/objects', { name: 'Site__c', label: 'Site', allowActivities: true });
    for (const object of ['Contact', 'Site__c'])
      await line!.control('POST', '/fields', { object, name: 'Doorbell__c', label: 'Doorbell', type: 'phone' });
    await connectAnew();
    const contact = await make('Contact', { LastName: 'Lis', Doorbell__c: '501 999 888' });
    await call('contact', { by: 'anna' });
    expect(await aboutOf('contact')).toEqual([contact, null]);
    const site = await make('Site__c', { Name: 'Gdynia', Doorbell__c: '0048 501 777 666' });
    await call('site', { number: '+48501777666', by: 'anna' });
    expect(await aboutOf('site')).toEqual([null, site]);
  });
  test('own numbers are nobody’s; one shared by many is their company’s', async () => {
    await open({ match: { ownNumbers: [ewa], sharedNumbers: [stranger] } });
    await call('own', { number: ewa, by: 'anna' });
    expect(await aboutOf('own')).toEqual([null, null]);
    const bakery = await make('Account', { Name: 'Shared roof' });
    for (const LastName of ['One', 'Two']) await make('Contact', { LastName, Phone: stranger, AccountId: bakery });
    await call('shared', { by: 'anna' });
    expect(await aboutOf('shared')).toEqual([null, bakery]);
  });
});

describe('R5: a lead that nobody works on any more', () => {
  const number = '+48502345678'; // Zofia Mazur's, a lead
  const closed = async () => {
    const zofia = String(await idOf('Lead', 'Zofia Mazur'));
    await change('Lead', zofia, { Status: 'Closed - Not Converted' });
    return zofia;
  };
  test('RS-01: a number on no open lead and no contact is a new client’s: a new lead, once, and the next call is on it', async () => {
    await open({ match: { closedLead: 'new lead' }, stranger: { missed: 'lead', answered: 'lead' } });
    const zofia = await closed();
    await call('a', { number, by: 'anna' });
    const made = (await living('Lead')).filter((lead) => lead['Phone'] === number && lead['Id'] !== zofia);
    expect(made).toHaveLength(1);
    expect(await aboutOf('a')).toEqual([made[0]!['Id'], null]);
    await call('b', { number, by: 'anna' });
    expect(await aboutOf('b')).toEqual([made[0]!['Id'], null]);
  });
  test('RS-01: also of a lead that was made here; what was logged on it stays there, whatever is heard later', async () => {
    await open({ match: { closedLead: 'new lead' }, stranger: { missed: 'lead', answered: 'lead' } });
    await call('a', { by: 'anna' });
    const [first] = await aboutOf('a');
    await change('Lead', String(first), { Status: 'Closed - Not Converted' });
    await Promise.all([call('b', { by: 'anna' }), call('c', {})]);
    const [second, nothing] = await aboutOf('b');
    expect([second === first, nothing, await aboutOf('c')]).toEqual([false, null, [second, null]]);
    await call('a', { order: () => [['tagged', -10, { tags: ['late'] }]] });
    expect(await aboutOf('a')).toEqual([first, null]);
    expect((await living('Lead')).filter((lead) => lead['Phone'] === stranger)).toHaveLength(2);
    await change('Lead', String(second), { Status: 'Closed - Not Converted' });
    await call('b', { order: () => [['tagged', -10, { tags: ['late'] }]] });
    expect(await aboutOf('b')).toEqual([second, null]);
    expect(await line!.unexplained()).toEqual([]);
  });
  test('R5: by default it is still somebody, after all others; no new one is made', async () => {
    await open({ stranger: { missed: 'lead', answered: 'lead' } });
    const zofia = await closed();
    const before = (await living('Lead')).length;
    await call('a', { number, by: 'anna' });
    expect([await aboutOf('a'), (await living('Lead')).length]).toEqual([[zofia, null], before]);
    const account = await make('Account', { Name: 'Mazur', Phone: number });
    await call('b', { number, by: 'anna' });
    expect(await aboutOf('b')).toEqual([null, account]);
  });
  test('RS-01, R5: a contact without an open lead is a client there is: logged on the contact, to do for its owner, nobody made', async () => {
    await open({ match: { kinds: ['lead', 'contact'], closedLead: 'new lead' }, stranger: { missed: 'lead', answered: 'lead' } });
    await closed();
    const owner = await idOf('User', 'Camille Laurent');
    const contact = await make('Contact', { LastName: 'Mazur', Phone: number, OwnerId: owner });
    const before = (await living('Lead')).length;
    await call('a', { number });
    expect([await aboutOf('a'), (await taskOf('a'))['OwnerId'], (await living('Lead')).length]).toEqual([[contact, null], owner, before]);
  });
  test('RS-45: which statuses are closed is the admin’s word', async () => {
    await open({ match: { closedLeadStatuses: ['Working - Contacted'], closedLead: 'new lead' }, stranger: { answered: 'lead' } });
    const zofia = String(await idOf('Lead', 'Zofia Mazur'));
    await change('Lead', zofia, { Status: 'Working - Contacted' });
    await call('a', { number, by: 'anna' });
    expect((await aboutOf('a'))[0]).not.toBe(zofia);
  });
});

describe('FC-33, FC-34: person accounts', () => {
  const maria = async () => {
    const [type] = (await living('RecordType')).filter((one) => one['IsPersonType'] === true);
    const id = await make('Account', { FirstName: 'Maria', LastName: 'Wójcik', PersonMobilePhone: stranger, RecordTypeId: type!['Id'] });
    return (await living('Account')).find((one) => one['Id'] === id)!['PersonContactId'];
  };
  test('looked for by any of their numbers where they are on, once and never as a contact, too; off: not at all', async () => {
    await open({ match: { kinds: ['contact', 'account'], personAccounts: 'on' } }, { personAccounts: true });
    const person = await maria();
    await call('on', { by: 'anna' });
    expect(await aboutOf('on')).toEqual([person, null]);
    expect(await traceOf('on')).toContain('one record has it');
    await line!.admin.savePolicy(line!.org, { language: 'en', match: { personAccounts: 'off' } }, 'admin');
    await line!.advanceTo(line!.now() + 120 * secondMs);
    await call('off', { by: 'anna' });
    expect(await aboutOf('off')).toEqual([null, null]);
  });
  test('auto: as the org says and the kinds name them', async () => {
    await open({}, { personAccounts: true });
    const person = await maria();
    await call('auto', { by: 'anna' });
    expect(await aboutOf('auto')).toEqual([person, null]);
  });
});

test('DP-21, DP-22: what a call may be about can be asked for, with type, name, company, owner and last activity, while it rings and after', async () => {
  await open();
  const account = await make('Account', { Name: 'Bakery Lis' });
  const owner = await idOf('User', 'Camille Laurent');
  const first = await make('Contact', { LastName: 'Lis', FirstName: 'Jan', Phone: stranger, AccountId: account, OwnerId: owner });
  const lead = await make('Lead', { LastName: 'Lis', Company: 'Lis & Co', Phone: stranger });
  await make('Task', { WhoId: first, Status: 'Completed', Subject: 'Visited', ActivityDate: '2026-03-01' });
  const said = async () => {
    const [row] = (await line!.database.query({ text: 'select id from calls order by id desc limit 1' })).rows;
    const rows = await line!.admin.choices(line!.org, row.id as string);
    return sayChoices(rows!, { policy: parsePolicy({ language: 'en' }) }, (id) => `https://acme.example/${id}`);
  };
  const expected = [
    {
      is: 'meant',
      as: 'who',
      kind: 'contact',
      id: first,
      name: 'Jan Lis',
      company: 'Bakery Lis',
      owner: 'Camille Laurent',
      activeOn: '2026-03-01',
      url: `https://acme.example/${first}`,
    },
    { is: 'other', as: 'who', kind: 'lead', id: lead, name: 'Lis', company: 'Lis & Co', status: 'Open - Not Contacted' },
  ];
  const at = line!.now();
  const data = { direction: 'inbound', customer: { number: stranger } };
  await line!.send({ id: 'ring', body: { version: 1, type: 'call.started', call: 'rings', at, data } });
  await line!.advanceTo(at + 5 * secondMs);
  expect((await said()).choices).toMatchObject(expected);
  await call('over', { by: 'anna' });
  // the call itself is the last activity by then
  expect((await said()).choices).toMatchObject([{ ...expected[0], activeOn: '2026-03-02' }, expected[1]!]);
});
