import { afterEach, describe, expect, test } from 'vitest';
import { type CrmBook, isMatterKind } from '../server/crm.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { type Line, type LineOptions, type LineOrg, openLine } from '../server/testing/line.ts';

const lines: Line[] = [];
type Opened = LineOrg & Pick<LineOptions, 'nodes' | 'book'>;
const open = async (policy: Readonly<Record<string, unknown>>, { nodes = 1, book, ...org }: Opened = {}) => {
  const line = await openLine({ nodes, ...(book && { book }), orgs: [{ ...org, policy: { language: 'en', country: 'PL', ...policy } }] });
  lines.push(line);
  return line;
};
afterEach(async () => {
  await Promise.all(lines.splice(0).map((line) => line.close()));
});

const secondMs = 1_000;
const anna = { id: '101', email: 'anna.nowak@acme.example' };
type Sent = { readonly type: string; readonly at: number; readonly data: unknown };
type More = Readonly<Record<string, unknown>>;
const started = (number: string | undefined, more: More = {}): Sent => ({
  type: 'call.started',
  at: 0,
  data: {
    direction: 'inbound',
    customer: number === undefined ? { withheld: true } : { number },
    line: { id: 'support', name: 'Support' },
    ...more,
  },
});
const talked: readonly Sent[] = [
  { type: 'call.answered', at: 5, data: { endpoint: { asDialled: '101', agent: anna } } },
  { type: 'call.ended', at: 65, data: {} },
];
const answered = (number: string | undefined, more?: More): Sent[] => [started(number, more), ...talked];
const missed = (number: string): Sent[] => [started(number), { type: 'call.ended', at: 20, data: { cause: 'no answer' } }];
const deliveries = (line: Line, call: string, sent: readonly Sent[]) =>
  sent.map(({ type, at, data }) => ({
    id: `${call}-${type}-${at}`,
    body: { version: 1, type, call, at: line.now() + at * secondMs, data },
  }));
const tell = async (line: Line, call: string, sent: readonly Sent[]) => {
  for (const delivery of deliveries(line, call, sent)) await line.send(delivery);
};
const pass = (line: Line, seconds: number) => line.advanceTo(line.now() + seconds * secondMs);
const through = async (line: Line, call: string, sent: readonly Sent[]) => {
  await tell(line, call, sent);
  await pass(line, 90);
};
/** The book hears of what was made by its next poll. */
const poll = (line: Line) => pass(line, 130);
const rules = async (line: Line, policy: More) =>
  void (await line.admin.savePolicy(line.org, parsePolicy({ language: 'en', country: 'PL', ...policy }), 'admin'));

const living = async (line: Line, object: string) => (await line.export(object)).filter((record) => !record['IsDeleted']);
const make = async (line: Line, object: string, fields: More) => (await line.asHuman({ action: 'create', object, fields })).id;
const change = (line: Line, object: string, id: string, fields: More) => line.asHuman({ action: 'update', object, id, fields });
const contactOf = (line: Line, number: string, name = 'Tanaka') => make(line, 'Contact', { LastName: name, Phone: number });
const caseOf = (line: Line, contact: string, more: More = {}) =>
  make(line, 'Case', { ContactId: contact, Subject: 'Broken', Status: 'New', ...more });
const dealOf = async (line: Line, contact: string, more: More = {}, isPrimary = true) => {
  const deal = await make(line, 'Opportunity', { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-12-31', ...more });
  await make(line, 'OpportunityContactRole', { OpportunityId: deal, ContactId: contact, IsPrimary: isPrimary });
  return deal;
};
const logsOf = async (line: Line, call: string) => (await living(line, 'Task')).filter((task) => task['Cordboard_Call__c'] === call);
/** Whom and what the one log of a call is about. */
const about = async (line: Line, call: string) => {
  const [log, ...more] = await logsOf(line, call);
  expect(more).toEqual([]);
  return [log?.['WhoId'], log?.['WhatId']];
};
const casesOf = async (line: Line, contact: string | null) => (await living(line, 'Case')).filter((one) => one['ContactId'] === contact);
const number = (last: number) => `+4850111${String(2000 + last)}`;

describe('AC-12: calls are additionally logged on an existing case or opportunity of the contact, as the admin prefers', () => {
  test('a case, an opportunity, the case and else the opportunity, the one changed last, or nothing', async () => {
    const line = await open({ cases: { attach: 'latest of both' } });
    const contact = await contactOf(line, number(1));
    const ticket = await caseOf(line, contact);
    await pass(line, 5);
    const deal = await dealOf(line, contact);
    const onlyDeal = await contactOf(line, number(2));
    const other = await dealOf(line, onlyDeal);
    await poll(line);
    await through(line, 'latest of both', answered(number(1)));
    for (const attach of ['case', 'opportunity', 'case, then opportunity', 'nothing']) {
      await rules(line, { cases: { attach } });
      await poll(line);
      await through(line, attach, answered(number(1)));
    }
    expect(await about(line, 'latest of both')).toEqual([contact, deal]);
    expect(await about(line, 'case')).toEqual([contact, ticket]);
    expect(await about(line, 'opportunity')).toEqual([contact, deal]);
    expect(await about(line, 'case, then opportunity')).toEqual([contact, ticket]);
    expect(await about(line, 'nothing')).toEqual([contact, null]);
    await rules(line, { cases: { attach: 'case, then opportunity' } });
    await poll(line);
    await through(line, 'no case', answered(number(2)));
    expect(await about(line, 'no case')).toEqual([onlyDeal, other]);
    expect(await line.unexplained()).toEqual([]);
  });
});

describe('a case is looked for, and made where none is open', () => {
  const noneOpen = { cases: { attach: 'case', create: 'none open' } };

  test('AC-13: if a case is selected, a new one is made if none exists, with the contact, Origin Phone and the owner of the log', async () => {
    const line = await open(noneOpen);
    const contact = await contactOf(line, number(1));
    await poll(line);
    await tell(line, 'c', answered(number(1)).slice(0, 2));
    await pass(line, 20);
    const [made, ...more] = await casesOf(line, contact);
    expect(more).toEqual([]); // and that while they talk: FC-29, at answer
    const [user] = (await line.export('User')).filter((one) => one['Email'] === anna.email);
    expect(made).toMatchObject({ Origin: 'Phone', Status: 'New', Priority: 'Medium', Subject: 'Call: Tanaka', OwnerId: user!['Id'] });
    await tell(line, 'c', talked.slice(1));
    await pass(line, 120);
    expect(await about(line, 'c')).toEqual([contact, made!['Id']]);
    // The next call finds it open, before any poll has seen it and after.
    await through(line, 'c2', answered(number(1)));
    expect(await about(line, 'c2')).toEqual([contact, made!['Id']]);
    // Closed, it is no open case: another is made.
    await change(line, 'Case', String(made!['Id']), { Status: 'Closed' });
    await poll(line);
    await through(line, 'c3', answered(number(1)));
    const [, second, ...others] = (await casesOf(line, contact)).toSorted((a, b) =>
      String(a['CaseNumber']).localeCompare(String(b['CaseNumber'])),
    );
    expect([await about(line, 'c3'), others]).toEqual([[contact, second!['Id']], []]);

    // AC-18: several open ones: the one changed last, and a closed one never.
    const customer = await contactOf(line, number(2));
    const first = await caseOf(line, customer);
    await pass(line, 5);
    await caseOf(line, customer);
    await pass(line, 5);
    await caseOf(line, customer, { Status: 'Closed' });
    await change(line, 'Case', first, { Subject: 'Still broken' });
    await poll(line);
    await through(line, 'c4', answered(number(2)));
    expect([await about(line, 'c4'), (await casesOf(line, customer)).length]).toEqual([[customer, first], 3]);
    expect(await line.unexplained()).toEqual([]);
  });

  test('AC-14, AC-15: never for a lead, an account, a stranger or a contact just made for the number, unless the admin says so', async () => {
    const line = await open({ ...noneOpen, stranger: { answered: 'contact' } });
    await make(line, 'Lead', { LastName: 'Sato', Company: 'Sato KK', Phone: number(1) });
    const account = await make(line, 'Account', { Name: 'Acme', Phone: number(2) });
    const theirs = await make(line, 'Case', { AccountId: account, Subject: 'Of nobody in person', Status: 'New' });
    await poll(line);
    for (const [n, call] of ['lead', 'account', 'stranger'].entries()) await through(line, call, answered(number(n + 1)));
    expect((await living(line, 'Case')).filter(({ Origin, Id }) => Origin === 'Phone' && Id !== theirs)).toHaveLength(1); // the seed's
    expect(await about(line, 'account')).toEqual([null, account]);
    const [made] = (await living(line, 'Contact')).filter(({ Phone }) => Phone === number(3));
    expect(await about(line, 'stranger')).toEqual([made!['Id'], null]);

    // AC-15, the English page: "found or automatically created by the integration"; and accounts, where the admin wants them.
    await rules(line, {
      cases: { ...noneOpen.cases, createFor: 'any contact', via: 'contact or account' },
      stranger: { answered: 'contact' },
    });
    await through(line, 'account again', answered(number(2)));
    await through(line, 'another stranger', answered(number(4)));
    expect(await about(line, 'account again')).toEqual([null, theirs]);
    const [other] = (await living(line, 'Contact')).filter(({ Phone }) => Phone === number(4));
    const [its] = await casesOf(line, String(other!['Id']));
    expect(await about(line, 'another stranger')).toEqual([other!['Id'], its!['Id']]);
    expect(await line.unexplained()).toEqual([]);
  });

  test('FC-29: on each inbound contact; never for outbound, missed, withheld or internal calls, nor out of hours, unless chosen', async () => {
    const hours = { calendars: { shop: { week: { monday: ['00:00-00:01'] } } }, calendar: 'shop' };
    const line = await open({ cases: { create: 'always', createFor: 'anybody' } });
    const contact = await contactOf(line, number(1));
    await poll(line);
    const count = async () => (await living(line, 'Case')).length - 1;
    await through(line, 'first', answered(number(1)));
    await through(line, 'second', answered(number(1)));
    const theirs = [(await about(line, 'first'))[1], (await about(line, 'second'))[1]];
    expect(new Set(theirs)).toEqual(new Set((await casesOf(line, contact)).map(({ Id }) => Id)));
    expect(new Set(theirs).size).toBe(2);
    await through(line, 'nobody known', answered(number(9)));
    expect((await casesOf(line, null)).find(({ SuppliedPhone }) => SuppliedPhone === number(9))?.['Id']).toBe(
      (await about(line, 'nobody known'))[1],
    );
    expect(await count()).toBe(3);
    await through(line, 'outbound', [started(number(1), { direction: 'outbound', agent: anna }), ...talked]);
    await through(line, 'missed', missed(number(1)));
    await through(line, 'withheld', answered(undefined));
    await through(line, 'internal', [started(number(1), { direction: 'internal', agent: anna }), ...talked]);
    await rules(line, { cases: { create: 'always', createFor: 'anybody' }, hours });
    await through(line, 'closed', answered(number(1)));
    expect([await count(), (await logsOf(line, 'closed')).length]).toEqual([3, 1]);
    await rules(line, {
      cases: { create: 'always', createFor: 'anybody', also: ['outbound', 'missed', 'withheld', 'out of hours'] },
      hours,
    });
    await through(line, 'outbound too', [started(number(1), { direction: 'outbound', agent: anna }), ...talked]);
    await through(line, 'missed too', missed(number(1)));
    await through(line, 'withheld too', answered(undefined));
    await through(line, 'closed too', answered(number(1)));
    await through(line, 'internal never', [started(number(1), { direction: 'internal', agent: anna }), ...talked]);
    expect(await count()).toBe(7);
    expect(await line.unexplained()).toEqual([]);
  });

  test('FC-30: the case made for a call follows the agent’s choice of a contact, until a person has changed whose it is', async () => {
    const line = await open(noneOpen);
    const [contact, wife] = [await contactOf(line, number(1)), await contactOf(line, number(2), 'Mika')];
    await poll(line);
    await through(line, 'c', answered(number(1)));
    const [made] = await casesOf(line, contact);
    await through(line, 'c', [{ type: 'call.linked', at: 0, data: { who: { kind: 'Contact', id: wife }, by: anna } }]);
    expect(await about(line, 'c')).toEqual([wife, made!['Id']]);
    expect([(await casesOf(line, contact)).length, (await casesOf(line, wife)).map(({ Id }) => Id)]).toEqual([0, [made!['Id']]]);

    const other = await contactOf(line, number(3), 'Ken');
    await change(line, 'Case', String(made!['Id']), { ContactId: other });
    await through(line, 'c', [{ type: 'call.linked', at: 1, data: { who: { kind: 'Contact', id: contact }, by: anna } }]);
    expect(await about(line, 'c')).toEqual([contact, made!['Id']]);
    expect((await casesOf(line, other)).map(({ Id }) => Id)).toEqual([made!['Id']]);
    expect(await line.unexplained()).toEqual([]);
  });

  test('deleted by a person, it stays deleted, and the log stands without it', async () => {
    const line = await open(noneOpen);
    const contact = await contactOf(line, number(1));
    await poll(line);
    await through(line, 'c', answered(number(1)));
    const [made] = await casesOf(line, contact);
    await line.asHuman({ action: 'delete', object: 'Case', id: String(made!['Id']) });
    await poll(line);
    await through(line, 'c', [{ type: 'call.commented', at: 70, data: { text: 'Call again', agent: anna } }]);
    expect(await casesOf(line, contact)).toEqual([]);
    expect((await about(line, 'c'))[0]).toBe(contact);
    expect(await line.unexplained()).toEqual([]);
  });

  test('W1, W4: repeated, reordered, at once on two nodes and with a lost answer, one contact gets one case', async () => {
    const line = await open(noneOpen, { nodes: 2 });
    const contact = await contactOf(line, number(1));
    await poll(line);
    await line.control('POST', '/faults', {
      kind: 'lost-answer',
      times: 2,
      match: { method: 'POST', pathPrefix: '/services/data/v67.0/composite/sobjects' },
    });
    const sent = ['c1', 'c2', 'c3'].flatMap((call) => deliveries(line, call, answered(number(1))));
    const all = [...sent.toReversed(), ...sent, ...sent.filter((_, n) => n % 2 === 0)];
    await Promise.all(all.map((delivery, n) => line.send(delivery, n % 2)));
    await pass(line, 300);
    const [made, ...more] = await casesOf(line, contact);
    expect(more).toEqual([]);
    for (const call of ['c1', 'c2', 'c3']) expect(await about(line, call)).toEqual([contact, made!['Id']]);
    // D1: what was found then stays what the calls are about, also when news comes after it was closed.
    await change(line, 'Case', String(made!['Id']), { Status: 'Closed' });
    await poll(line);
    for (const call of ['c1', 'c2', 'c3'])
      await tell(line, call, [{ type: 'call.commented', at: 60, data: { text: 'Late', agent: anna } }]);
    await pass(line, 120);
    for (const call of ['c1', 'c2', 'c3']) expect(await about(line, call)).toEqual([contact, made!['Id']]);
    expect(await casesOf(line, contact)).toHaveLength(1);
    expect(await line.unexplained()).toEqual([]);
  });
});

describe('the case that was keyed in, or chosen', () => {
  test('FC-31: the case is found by the code entered in the IVR, however it is keyed; not found, the number decides', async () => {
    const line = await open({ cases: { code: true, attach: 'case', create: 'always' } });
    const [caller, other] = [await contactOf(line, number(1)), await contactOf(line, number(2), 'Mika')];
    const theirs = await caseOf(line, other);
    const closed = await caseOf(line, other, { Status: 'Closed' });
    await poll(line);
    const numberOf = async (id: string) => String((await living(line, 'Case')).find(({ Id }) => Id === id)?.['CaseNumber']);
    const keyed = (digits: string): Sent => ({ type: 'call.digits', at: 1, data: { digits, purpose: 'case' } });
    const calling = (digits: string) => [started(number(1)), keyed(digits), ...talked];
    await through(line, 'short', calling(`${Number(await numberOf(theirs))}#`));
    await through(line, 'padded', calling(`*${await numberOf(closed)}`));
    expect(await about(line, 'short')).toEqual([other, theirs]);
    expect(await about(line, 'padded')).toEqual([other, closed]);
    expect(await casesOf(line, other)).toHaveLength(2);
    await through(line, 'wrong', calling('99999'));
    const [made] = await casesOf(line, caller);
    expect(await about(line, 'wrong')).toEqual([caller, made!['Id']]);
    // Told late, it is the case all the same; an agent's own choice stands before it.
    const colleague = await contactOf(line, number(3), 'Ken');
    await through(line, 'late', answered(number(3)));
    await through(line, 'late', [keyed(await numberOf(theirs))]);
    expect(await about(line, 'late')).toEqual([other, theirs]);
    await through(line, 'late', [{ type: 'call.linked', at: 70, data: { who: { kind: 'Contact', id: colleague }, by: anna } }]);
    expect((await about(line, 'late'))[0]).toBe(colleague);
    expect(await line.unexplained()).toEqual([]);
  });

  test('FC-74: from a case the value is the case, and who it is about is the case’s contact', async () => {
    const line = await open({ cases: { attach: 'case' } });
    const contact = await contactOf(line, number(1));
    const ticket = await caseOf(line, contact);
    const lead = await make(line, 'Lead', { LastName: 'Sato', Company: 'Sato KK', Phone: number(2) });
    await poll(line);
    await through(line, 'c', [
      ...answered(number(2)),
      { type: 'call.linked', at: 66, data: { what: { kind: 'Case', id: ticket }, by: anna } },
    ]);
    expect(await about(line, 'c')).toEqual([contact, ticket]);
    const both = { who: { kind: 'Lead', id: lead }, what: { kind: 'Case', id: ticket }, by: anna };
    await through(line, 'd', [...answered(number(2)), { type: 'call.linked', at: 66, data: both }]);
    expect(await about(line, 'd')).toEqual([contact, ticket]);
    expect(await line.unexplained()).toEqual([]);
  });
});

test('AC-19: no opportunity is made unless the admin says in which stage; then for a contact that has none open, when the call is over', async () => {
  const line = await open({ cases: { attach: 'opportunity' } });
  const [contact, other] = [await contactOf(line, number(1)), await contactOf(line, number(2))];
  const open_ = await dealOf(line, other, {}, false);
  await poll(line);
  const deals = async () => (await living(line, 'Opportunity')).filter(({ Name }) => Name === 'Tanaka');
  await through(line, 'c', answered(number(1)));
  expect([await deals(), await about(line, 'c')]).toEqual([[], [contact, null]]);
  await rules(line, { cases: { attach: 'opportunity' }, opportunities: { create: 'none open', stage: 'Qualification', closeDays: 10 } });
  await through(line, 'd', answered(number(1)));
  await through(line, 'e', answered(number(1)));
  await through(line, 'f', answered(number(2)));
  const [deal, ...more] = await deals();
  expect(more).toEqual([]);
  const day = new Date(line.now() + 10 * 86_400_000).toISOString().slice(0, 10);
  expect(deal).toMatchObject({ StageName: 'Qualification', CloseDate: day });
  expect((await living(line, 'OpportunityContactRole')).filter(({ OpportunityId }) => OpportunityId === deal!['Id'])).toMatchObject([
    { ContactId: contact, IsPrimary: true },
  ]);
  expect([await about(line, 'd'), await about(line, 'e'), await about(line, 'f')]).toEqual([
    [contact, deal!['Id']],
    [contact, deal!['Id']],
    [other, open_],
  ]);
  expect(await line.unexplained()).toEqual([]);
});

test('DP-04: an org, or a user, without cases and opportunities: nothing fails, calls are logged and strangers made all the same', async () => {
  const because = 'There is no such object, or the connected user may not see it.';
  const without = (book: CrmBook): CrmBook =>
    Object.assign(Object.create(book) as CrmBook, {
      objects: async (kinds: readonly string[]) => {
        const seen = await book.objects(kinds.filter((kind) => !isMatterKind(kind)));
        return kinds.map((kind) => seen.find((one) => one.kind === kind) ?? { kind, because });
      },
    });
  const line = await open({ cases: { attach: 'latest of both', create: 'none open' }, stranger: { answered: 'lead' } }, { book: without });
  const contact = await contactOf(line, number(1));
  await poll(line);
  await through(line, 'known', answered(number(1)));
  await through(line, 'stranger', answered(number(2)));
  const [made] = (await living(line, 'Lead')).filter(({ Phone }) => Phone === number(2));
  expect([await about(line, 'known'), await about(line, 'stranger')]).toEqual([
    [contact, null],
    [made!['Id'], null],
  ]);
  const { rows } = await line.database.query({ text: 'select left_out from books' });
  const leftOut = (rows[0] as { left_out: { kind: string }[] }).left_out.map(({ kind }) => kind);
  expect(leftOut).toEqual(['person-account', 'case', 'opportunity', 'opportunity-role']);
  expect(await line.unexplained()).toEqual([]);
});

describe('C2, FC-29: a conversation told as two calls that turn out to be one has one case', () => {
  const joined = (into: string): Sent => ({ type: 'call.joined', at: 30, data: { into } });
  const always = (more: More = {}) => open({ cases: { create: 'always', moment: 'answer', ...more } });

  test('each made one: the part’s says that it is, the log hangs on the other, and twice is once', async () => {
    const line = await always();
    const contact = await contactOf(line, number(1));
    await poll(line);
    for (const call of ['whole', 'part']) await through(line, call, answered(number(1)));
    const [one, two] = await casesOf(line, contact);
    expect([one!['Subject'], two!['Subject']]).toEqual(['Call: Tanaka', 'Call: Tanaka']);
    for (const again of ['', '-again']) {
      const [sent] = deliveries(line, 'part', [joined('whole')]);
      await line.send({ ...sent!, id: `joined${again}` });
      await pass(line, 120);
    }
    const subjects = (await casesOf(line, contact)).map(({ Subject }) => String(Subject)).toSorted();
    expect(subjects).toEqual(['Call: Tanaka', 'No longer valid: this call is part of call whole; see there. Call: Tanaka']);
    const whole = (await casesOf(line, contact)).find(({ Subject }) => Subject === 'Call: Tanaka');
    expect(await about(line, 'whole')).toEqual([contact, whole!['Id']]);
    expect(await line.unexplained()).toEqual([]);
  });

  test('W3: whoever has renamed the part’s case keeps their words', async () => {
    const line = await always();
    const contact = await contactOf(line, number(1));
    await poll(line);
    await through(line, 'whole', answered(number(1)));
    const before = new Set((await casesOf(line, contact)).map(({ Id }) => Id));
    await through(line, 'part', answered(number(1)));
    const part = (await casesOf(line, contact)).find(({ Id }) => !before.has(Id))!;
    await change(line, 'Case', String(part['Id']), { Subject: 'The oven' });
    await tell(line, 'part', [joined('whole')]);
    await pass(line, 120);
    expect((await casesOf(line, contact)).map(({ Subject }) => String(Subject)).toSorted()).toEqual(['Call: Tanaka', 'The oven']);
  });

  test('only the part made one: the whole hangs on it, and makes no other', async () => {
    const line = await always();
    const contact = await contactOf(line, number(1));
    await poll(line);
    await tell(line, 'part', answered(number(1)).slice(0, 2));
    await pass(line, 20);
    await tell(line, 'whole', [started(number(1))]);
    await tell(line, 'part', [talked[1]!, joined('whole')]);
    await pass(line, 5);
    await tell(line, 'whole', talked);
    await pass(line, 120);
    const [made, ...more] = await casesOf(line, contact);
    expect([made!['Subject'], more]).toEqual(['Call: Tanaka', []]);
    expect(await about(line, 'whole')).toEqual([contact, made!['Id']]);
  });

  test('known before anything was made: one', async () => {
    const line = await always();
    const contact = await contactOf(line, number(1));
    await poll(line);
    await tell(line, 'part', [joined('whole')]);
    for (const call of ['whole', 'part']) await through(line, call, answered(number(1)));
    expect(await casesOf(line, contact)).toHaveLength(1);
  });
});
