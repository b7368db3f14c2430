import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Agent, CallEvent } from '../call/event.ts';
import type { CrmUser } from '../crm.ts';
import { defaultPeople, type MappingWay, mappingWays } from '../decide/people.ts';
import { personKey, type PersonEntry } from '../store.ts';
import { type AgentEntry, atKnownPhones, crmUserOf, entryOf, indexUsers, knowPeople } from './directory.ts';
import { readCsv } from './read-csv.ts';
import { agentTable, readTable, writeTable } from './table.ts';

const anna: AgentEntry = {
  ...{ code: 'K1', name: 'Anna', extension: '101', sipAccounts: [], numbers: [] },
  ...{ telephony: true, dialsOut: false, included: true, missedComeToThem: false },
};
const user = (n: number, more: Partial<CrmUser> = {}): CrmUser => ({
  ...{ id: `00500000000000${n}AAA`, name: `User ${n}`, email: `u${n}@acme.example`, zone: 'UTC', active: true },
  ...more,
});
const know = (agents: readonly AgentEntry[], list: readonly PersonEntry[] = [], users = [user(1), user(2)]) =>
  knowPeople(list, agents, users, { ways: defaultPeople.mapping, region: 'PL' });
const agent = (id: string, more: object = {}) => ({ id, ...more }) as Agent;
const asked = ({ people, byEmail }: ReturnType<typeof know>, who: Agent, connection = 'c') =>
  entryOf({ people, peopleByEmail: byEmail }, connection, who);

describe('who somebody is', () => {
  test('by code, extension, account, number or e-mail', () => {
    const known = know([
      { ...anna, email: 'U1@acme.example', sipAccounts: ['anna@pbx.example'], numbers: ['+48600100200'], team: 'Sales' },
    ]);
    for (const id of ['K1', '101', 'anna@pbx.example', '+48600100200'])
      expect(asked(known, agent(id))).toMatchObject({ code: 'K1', user: user(1).id, team: 'Sales' });
    expect(asked(known, agent('x9', { email: 'u1@ACME.example' }))).toMatchObject({ code: 'K1' });
    expect(asked(known, agent('x9'))).toBeUndefined();
  });
  test('the list says who, the directory keeps the rest; for one phone system before all', () => {
    const list = [
      { connection: '', agent: '101', email: 'u2@acme.example' },
      { connection: 'c', agent: 'K1', team: 'Support' },
    ];
    const known = know([{ ...anna, user: user(1).id, team: 'Sales', missedComeToThem: true }], list);
    expect(asked(known, agent('101'))).toEqual({
      connection: '',
      agent: '101',
      code: 'K1',
      team: 'Sales',
      takesMissed: true,
      email: 'u2@acme.example',
    });
    expect(asked(known, agent('K1'))).toMatchObject({ user: user(1).id, team: 'Support' });
    expect(asked(known, agent('K1'), 'd')).toMatchObject({ user: user(1).id, team: 'Sales' });
  });
  test('who is left out is nobody, unless the list says who', () => {
    const out = { ...anna, included: false, user: user(1).id };
    expect(asked(know([out]), agent('101'))).toMatchObject({ nobody: true });
    expect(asked(know([out], [{ connection: '', agent: '101', user: user(2).id }]), agent('101'))).not.toHaveProperty('nobody');
  });
  test('an agent of whom nothing is said is who the phone system says', () => {
    const entry = asked(know([{ ...anna, extension: undefined, code: 'K9' }]), agent('K9'));
    expect([entry?.user, entry?.email, entry?.nobody]).toEqual([undefined, undefined, undefined]);
  });
});

describe('which user', () => {
  const all = [
    user(1, { employeeNumber: 'k1' }),
    user(2, { federationId: 'K1' }),
    user(3, { extension: '101' }),
    user(4, { email: 'A@acme.example' }),
  ];
  const who = { ...anna, email: 'a@ACME.example', user: user(5).id };
  const found = (...ways: MappingWay[]) => crmUserOf(who, indexUsers([...all, user(5)]), ways)?.user.name;
  test('MT-42: by each way, in any case', () =>
    expect(mappingWays.map((way) => [way, found(way)])).toEqual([
      ['by hand', 'User 5'],
      ['email', 'User 4'],
      ['federation id', 'User 2'],
      ['employee number', 'User 1'],
      ['extension', 'User 3'],
    ]));
  test('the first way that finds one counts', () => expect(found('employee number', 'by hand')).toBe('User 1'));
  test('what two users have is nobody’s', () =>
    expect(crmUserOf(anna, indexUsers([user(1, { extension: '101' }), user(2, { extension: '101' })]), ['extension'])).toBeUndefined());
  test('by hand is decisive, also where it leads nowhere', () =>
    expect(crmUserOf({ ...who, user: '005000000000999' }, indexUsers(all), ['by hand', 'email'])).toBeUndefined());
});

describe('whose phone', () => {
  const { at } = know([
    { ...anna, sipAccounts: ['anna@pbx.example'], numbers: ['+48600100200'] },
    { ...anna, code: 'K2', extension: '102', sipAccounts: ['desk-7'] },
  ]);
  test.each([
    ['101', 'K1'],
    ['sip:anna@pbx.example', 'K1'],
    ['<sips:ANNA@PBX.example;transport=tls>', 'K1'],
    ['"Anna" <sip:anna@pbx.example>', 'K1'],
    ['+48 600 100 200', 'K1'],
    ['600-100-200', 'K1'],
    ['PJSIP/desk-7-0000001f', 'K2'],
    ['sip:desk-7@any.example', 'K2'],
    ['sip:101@partner.example', undefined],
    ['anna@other.example', undefined],
    ['1010', undefined],
    ['', undefined],
    ['600100201', undefined],
  ])('%s', (asDialled, code) => expect(at(asDialled)?.code).toBe(code));
});

describe('the facts of a call', () => {
  let n = 0;
  const fact = (type: string, more: object) => ({ id: `e${++n}`, callId: 'c', at: n, type, ...more }) as CallEvent;
  const known = {
    at: know([{ ...anna, numbers: ['+48600100200'] }]).at,
    codeOf: (who: Agent) => (who.id === ('a7' as string) ? 'K1' : undefined),
  };
  const ring = (asDialled: string, more: object = {}) => fact('ringing', { endpoint: { asDialled, ...more } });
  test('a phone that the phone system names is left to it', () => {
    const told = [ring('101', { agent: agent('other') })];
    expect(atKnownPhones(told, undefined, known)).toEqual({ events: told, phones: {} });
  });
  test('what nobody has is pinned as nobody’s', () => expect(atKnownPhones([ring('999')], undefined, known).phones).toEqual({ 999: null }));
  test('D1: what was pinned stands, and a former release’s pins are told as it told them', () => {
    const pinned = { phones: { '101': null, '+48600100200': agent('was') } };
    expect(atKnownPhones([ring('101'), ring('+48600100200')], pinned, known).phones).toEqual(pinned.phones);
    const told = [ring('101')];
    expect(atKnownPhones(told, {}, known)).toEqual({ events: told, phones: {} });
  });
  test('one person has one id, whatever the order of the facts', () => {
    const facts = [
      ring('101'),
      ring('x', { agent: agent('a7') }),
      fact('transferred', { from: agent('z'), to: { asDialled: '+48600100200' }, how: 'blind' }),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(facts, { minLength: facts.length }), (told) => {
        expect(atKnownPhones(told, undefined, known).phones).toEqual({ '101': agent('a7'), '+48600100200': agent('a7') });
      }),
    );
  });
  test('hostile names of phones are names', () =>
    expect(atKnownPhones([ring('__proto__'), ring('constructor')], { phones: {} }, known).phones).toEqual(
      Object.fromEntries([
        ['__proto__', null],
        ['constructor', null],
      ]),
    ));
});

describe('files', () => {
  test('any directory comes back as it went out', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
      .map((one) => one.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, '').trim());
    const name = text.filter((one) => one !== '' && !one.startsWith("'") && !/;\s*["']*[=+\-@＝＋－＠]/u.test(one));
    const entry = fc.record({
      code: fc.stringMatching(/^[0-9a-zA-Z][0-9a-zA-Z._-]{0,8}$/),
      name,
      email: fc.constantFrom('a@acme.example', undefined),
      team: fc.option(name, { nil: undefined }),
      extension: fc.option(fc.stringMatching(/^\d{2,6}$/), { nil: undefined }),
      sipAccounts: fc.uniqueArray(fc.constantFrom('anna', 'anna@pbx.example', '-x', '+x@y.example'), { maxLength: 3 }),
      numbers: fc.uniqueArray(fc.constantFrom('+48600100200', '+815012345678', '+1202555010'), { maxLength: 3 }),
      telephony: fc.boolean(),
      dialsOut: fc.boolean(),
      included: fc.boolean(),
      missedComeToThem: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ({ code }) => code, maxLength: 5 }), (agents) => {
        const given = agents.map((one): AgentEntry => JSON.parse(JSON.stringify(one)) as AgentEntry); // what isn't there is not undefined
        const read = readTable<AgentEntry>(agentTable, new TextEncoder().encode(writeTable(agentTable, given)), [], true, () => []);
        expect(read.mistakes).toEqual([]);
        const inOrder = given.toSorted((a, b) => (a.code < b.code ? -1 : 1));
        expect(read.entries).toEqual(inOrder);
      }),
      { numRuns: 200 },
    );
  });
  test('whatever is in a file, it is read without an accident', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const { line } of readCsv(bytes).rows) expect(line).toBeGreaterThan(0);
      }),
    ));
  test('lines are counted as an editor counts them', () =>
    expect(readCsv(new TextEncoder().encode('a,b\r\n"x\ny",1\r\n\r\nz,2')).rows).toEqual([
      { line: 1, cells: ['a', 'b'] },
      { line: 2, cells: ['x\ny', '1'] },
      { line: 5, cells: ['z', '2'] },
    ]));
});

test('a key of the list names one agent of one phone system', () => {
  const known = know([], [{ connection: 'c', agent: '101', user: user(1).id }]);
  expect(known.people.get(personKey('c', '101'))).toMatchObject({ user: user(1).id });
  expect(known.people.get(personKey('', '101'))).toBeUndefined();
});
