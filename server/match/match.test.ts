import { describe, expect, test } from 'vitest';
import { anAgent, anna, aToldCall } from '../testing/a-told-call.ts';
import { defaultRules, isLead, type LookedUp, matchCall, nobodyKnown } from './match.ts';
import type { Found } from './rank.ts';

const found = (kind: string, id: string): Found => ({
  field: 'Phone',
  extension: undefined,
  converted: false,
  id,
  kind,
  name: `Name of ${id}`,
  company: undefined,
  ownerId: undefined,
  email: undefined,
  accountId: undefined,
  contactId: undefined,
  status: undefined,
  modifiedAtMs: 0,
});
const match = (call: Parameters<typeof matchCall>[0], book: LookedUp = nobodyKnown) => matchCall(call, book, defaultRules);

const number = aToldCall().customer.number!;
const contact = { kind: 'Contact', id: '003A', name: 'Hanako Tanaka' };
const lead = { kind: 'Lead', id: '00QA', name: 'Taro Mori' };
const caseRecord = { kind: 'Case', id: '500A' };

describe('the first rung: the record a person chose', () => {
  test('DP-23: the chosen person is who, and it says who chose', () =>
    expect(match(aToldCall({ linked: { who: contact, by: anna } }))).toEqual({
      candidates: [{ record: contact, as: 'who', because: 'Chosen by Anna Sato.' }],
      searched: 'Looked for a record chosen by a person: found Contact Hanako Tanaka.',
    }));
  test('AC-23, AC-24: a contact and a case may be chosen together', () =>
    expect(match(aToldCall({ linked: { who: contact, what: caseRecord } })).candidates).toEqual([
      { record: contact, as: 'who', because: 'Chosen by a person.' },
      { record: caseRecord, as: 'what', because: 'Chosen by a person.' },
    ]));
  test('AC-14, FC-70: a chosen case ranks before a chosen lead, since one activity can’t have both', () =>
    expect(match(aToldCall({ linked: { who: lead, what: caseRecord, by: anAgent('agent-7') } }))).toEqual({
      candidates: [
        { record: caseRecord, as: 'what', because: 'Chosen by agent-7.' },
        { record: lead, as: 'who', because: 'Chosen by agent-7.' },
      ],
      searched: 'Looked for a record chosen by a person: found Case 500A and Lead Taro Mori.',
    }));
  test('an agent without a name is called by the e-mail address; whose the records are is told, as far as the book knows', () => {
    const by = { ...anAgent('agent-7'), email: 'anna@example.com' };
    const book = { ...nobodyKnown, owners: { '003A': '005A', '500B': '005B' } };
    expect(match(aToldCall({ linked: { who: contact, what: caseRecord, by } }), book).candidates).toEqual([
      { record: contact, as: 'who', ownerId: '005A', because: 'Chosen by anna@example.com.' },
      { record: caseRecord, as: 'what', because: 'Chosen by anna@example.com.' },
    ]);
    const oddId = { kind: 'Site__c', id: 'constructor' };
    expect(match(aToldCall({ linked: { what: oddId, by } }), book).candidates).toEqual([
      { record: oddId, as: 'what', because: 'Chosen by anna@example.com.' },
    ]);
  });
});

describe('nobody found says what was looked at, and claims no more', () => {
  test('nobody has the number', () =>
    expect(match(aToldCall())).toEqual({
      candidates: [],
      searched: `Looked for ${number} in the book: nobody has it.`,
      stranger: true,
    }));
  test('a book that is still being read says so', () =>
    expect(match(aToldCall(), { ...nobodyKnown, complete: false })).toEqual({
      candidates: [],
      searched: `Looked for ${number} in the book: nobody has it. The book is still being read, so somebody may be missing.`,
      unsure: true,
    }));
  test('the link was taken off', () =>
    expect(match(aToldCall({ linked: { by: anna } }), { ...nobodyKnown, exact: [found('contact', '003A')] })).toEqual({
      candidates: [],
      searched: 'Looked for a record chosen by a person: Anna Sato took the link off. Nothing else was looked at.',
    }));
  test.each<[string, Parameters<typeof aToldCall>[0], string]>([
    ['a withheld number', { customer: { withheld: true, number } }, 'The number was withheld: there is nothing to look for.'],
    [
      'what is no phone number',
      { customer: { asSent: 'sip:bob@example.com' } },
      'What was told is no phone number: there is nothing to look for.',
    ],
    ['no number at all', { customer: {} }, 'No number was told: there is nothing to look for.'],
  ])('%s', (_, told, searched) =>
    expect(match(aToldCall(told), { ...nobodyKnown, exact: [found('contact', '003A')] })).toEqual({ candidates: [], searched }),
  );
  test('one of our own numbers is nobody, whoever has it', () =>
    expect(
      matchCall(aToldCall(), { ...nobodyKnown, exact: [found('contact', '003A')] }, { ...defaultRules, ownNumbers: ['+4811', number] }),
    ).toEqual({ candidates: [], searched: `${number} is one of our own numbers: nobody is looked for.` }));
});

describe('records that have the number', () => {
  const where = 'The number stands in Phone.';
  const byId = 'Changed at the same time as another; the lower id comes first.';
  const person = (kind: string, id: string, because: string) => ({ record: { kind, id, name: `Name of ${id}` }, as: 'who', because });
  test('one is meant, the others can be chosen, and it says why (AC-16, DP-21)', () => {
    const because = `${where} Contacts come before leads (AC-16).`;
    expect(match(aToldCall(), { ...nobodyKnown, exact: [found('lead', '00QA'), found('contact', '003A')] })).toEqual({
      candidates: [person('contact', '003A', because)],
      others: [person('lead', '00QA', because)],
      searched: `Looked for ${number} in the book: 2 records have it. Also: lead Name of 00QA.`,
    });
  });
  test('one alone', () =>
    expect(match(aToldCall(), { ...nobodyKnown, exact: [found('contact', '003A')], complete: false })).toEqual({
      candidates: [person('contact', '003A', where)],
      unsure: true,
      searched: `Looked for ${number} in the book: one record has it. The book is still being read, so somebody may be missing.`,
    }));
  const names = (count: number) => Array.from({ length: count }, (_, n) => `003${n}`);
  test.each([
    [4, '4 records have it. Also: contact Name of 0031, contact Name of 0032, contact Name of 0033.'],
    [6, '6 records have it. Also: contact Name of 0031, contact Name of 0032, contact Name of 0033 and 2 more.'],
  ])('of %i the first three others are named', (count, said) =>
    expect(match(aToldCall(), { ...nobodyKnown, exact: names(count).map((id) => found('contact', id)) }).searched).toBe(
      `Looked for ${number} in the book: ${said}`,
    ),
  );
  test('R5: leads that are over can be chosen, after the others, and leave the number a stranger’s', () => {
    const over = { ...found('lead', '00QA'), status: 'Closed - Converted' };
    const rules = { ...defaultRules, closedLead: 'new lead' } as const;
    const closed = { ...person('lead', '00QA', "Its status is “Closed - Converted”: it is nobody's any more (R5)."), closed: true };
    expect(matchCall(aToldCall(), { ...nobodyKnown, exact: [over] }, rules)).toEqual({
      candidates: [],
      others: [closed],
      stranger: true,
      searched: `Looked for ${number} in the book: nobody has it. Also: lead Name of 00QA.`,
    });
    expect(matchCall(aToldCall(), { ...nobodyKnown, exact: [over, ...names(2).map((id) => found('contact', id))] }, rules)).toEqual({
      candidates: [person('contact', '0030', `${where} ${byId}`)],
      others: [person('contact', '0031', `${where} ${byId}`), closed],
      searched: `Looked for ${number} in the book: 2 records have it. Also: contact Name of 0031, lead Name of 00QA.`,
    });
  });
  test('a shared number is nobody’s in person, and its caller no stranger', () => {
    const searched = `Looked for ${number} in the book: too many people have it for one of them to be meant.`;
    const shared = { ...defaultRules, sharedNumbers: ['+4811', number] };
    const book = { ...nobodyKnown, exact: [found('contact', '003A')], remembered: { who: contact, atMs: 0 } };
    expect(matchCall(aToldCall(), book, shared)).toEqual({ candidates: [], searched });
    expect(matchCall(aToldCall(), { ...nobodyKnown, exact: names(11).map((id) => found('contact', id)) }, defaultRules)).toEqual({
      candidates: [],
      searched,
    });
  });
  test('the last digits alone are possible, and never meant; at most twenty are shown', () => {
    const weak = (count: number) => ({ ...nobodyKnown, weak: names(count).map((id) => found('contact', id)) });
    const said = (count: string) =>
      `Looked for ${number} in the book: nobody has it. ${count} the same last digits and no country: possible, and never linked unasked.`;
    expect(match(aToldCall(), weak(1))).toEqual({
      candidates: [],
      possible: [person('contact', '0030', where)],
      stranger: true,
      searched: said('one record has'),
    });
    const many = matchCall(aToldCall(), weak(25), { ...defaultRules, sharedAbove: 50 });
    expect([many.possible?.length, many.searched]).toEqual([20, said('25 records have')]);
  });
  test('who has the whole number leaves no room for who might', () =>
    expect(match(aToldCall(), { ...nobodyKnown, exact: [found('contact', '003A')], weak: [found('contact', '003B')] })).toEqual({
      candidates: [person('contact', '003A', where)],
      searched: `Looked for ${number} in the book: one record has it.`,
    }));
});

describe('the record that was pointed at', () => {
  const account = { kind: 'Account', id: '001A', name: 'Acme' };
  const clicked = (record: typeof account, book: LookedUp = nobodyKnown) => match(aToldCall({ clicked: { record, by: anna } }), book);
  test('MT-17: it counts before the numbers, which can still be chosen, and it says who clicked', () =>
    expect(clicked(account, { ...nobodyKnown, exact: [found('contact', '003A'), found('account', '001A')] })).toEqual({
      candidates: [
        { record: { kind: 'account', id: '001A', name: 'Acme' }, as: 'what', because: 'It was clicked to dial by Anna Sato (MT-17).' },
      ],
      others: [
        {
          record: { kind: 'contact', id: '003A', name: 'Name of 003A' },
          as: 'who',
          because: 'The number stands in Phone. Contacts come before accounts (AC-16).',
        },
      ],
      pointed: true,
      searched: 'Looked at the record that was clicked to dial: account Acme.',
    }));
  test('where nobody else has the number there is nobody else to choose; at most twenty can be', () => {
    expect(clicked(account, { ...nobodyKnown, exact: [found('account', '001A')] })).not.toHaveProperty('others');
    const many = { ...nobodyKnown, exact: Array.from({ length: 25 }, (_, n) => found('account', `001${n}`)) };
    expect(clicked(account, many).others).toHaveLength(20);
  });
  test('FC-73: of a person account the account and its person, whose owner is the same', () => {
    const known = { '001A': { kind: 'person-account', id: '001A', name: 'Maria Wójcik', ownerId: '005A', contactId: '003P' } };
    expect(clicked(account, { ...nobodyKnown, known }).candidates).toMatchObject([
      { record: { kind: 'person-account', id: '003P', name: 'Maria Wójcik' }, as: 'who', ownerId: '005A' },
      { record: { kind: 'account', id: '001A', name: 'Maria Wójcik' }, as: 'what', ownerId: '005A' },
    ]);
  });
  test('FC-74: of a case the case and its contact', () => {
    const known = { '500A': { kind: 'case', id: '500A', name: '00001026', contactId: '003A' } };
    expect(clicked({ kind: 'Case', id: '500A', name: '' }, { ...nobodyKnown, known }).candidates).toMatchObject([
      { record: { kind: 'contact', id: '003A' }, as: 'who' },
      { record: { kind: 'case', id: '500A', name: '00001026' }, as: 'what' },
    ]);
  });
  test('what takes no activities is passed over, and it says so; as long as nobody knows what does, it is believed', () => {
    const site = { kind: 'Site__c', id: 'a00A', name: 'Gdynia' };
    const passedOver = clicked(site, { ...nobodyKnown, relatedTo: ['Account', 'Case'] });
    expect([passedOver.candidates, passedOver.stranger]).toEqual([[], true]);
    expect(passedOver.searched).toMatch(/^Site__c Gdynia was clicked to dial, but a Site__c takes no activities \(MT-17\)\. Looked for/);
    expect(clicked(site).candidates).toHaveLength(1);
    expect(clicked(site, { ...nobodyKnown, relatedTo: ['site__c'] }).candidates).toHaveLength(1);
  });
  test('where it was deleted the number is looked for; while the book is being read, once more later', () => {
    const book = { ...nobodyKnown, known: { '001A': null } };
    expect(clicked(account, book)).toEqual({
      candidates: [],
      stranger: true,
      searched: `Account Acme was clicked to dial, and isn't there any more. Looked for ${number} in the book: nobody has it.`,
    });
    expect(clicked(account, { ...nobodyKnown, complete: false }).unsure).toBe(true);
  });
  test('what a person chose counts more, also that it is nobody', () => {
    const call = aToldCall({ clicked: { record: account }, linked: { by: anna } });
    expect(match(call).candidates).toEqual([]);
  });
});

describe('AC-17: what the tie-break leaves to others', () => {
  const three = { ...nobodyKnown, exact: ['003A', '003B', '003C'].map((id) => found('contact', id)) };
  const by = (tieBreak: typeof defaultRules.tieBreak) => matchCall(aToldCall(), three, { ...defaultRules, tieBreak });
  const looked = `Looked for ${number} in the book: 3 records have it.`;
  const also = 'Also: contact Name of 003B, contact Name of 003C.';
  test.each([
    [
      'ask',
      1,
      { tied: 3, by: 'ask' },
      `${looked} 3 records of contact are equally good: a person may choose; until then it is the one changed last (AC-17). ${also}`,
    ],
    [
      'none',
      0,
      {},
      `${looked} 3 records of contact are equally good: none of them is meant until a person chooses (AC-17). Also: contact Name of 003A, contact Name of 003B, contact Name of 003C.`,
    ],
    ['owned by agent', 1, { tied: 3, by: 'owned by agent' }, `${looked} ${also}`],
    ['latest', 1, {}, `${looked} ${also}`],
  ] as const)('%s: one of them for now, or nobody, and all can be chosen', (tieBreak, count, more, searched) => {
    const { candidates, others = [], ...rest } = by(tieBreak);
    expect(candidates).toHaveLength(count);
    expect([...candidates, ...others].map(({ record }) => record.id)).toEqual(['003A', '003B', '003C']);
    expect(rest).toEqual({ ...more, searched });
  });
  test('none: one alone is meant', () => {
    const one = matchCall(aToldCall(), { ...nobodyKnown, exact: [found('contact', '003A')] }, { ...defaultRules, tieBreak: 'none' });
    expect(one.candidates).toHaveLength(1);
  });
  test('by whoever has the call: as many as there are, since any may be theirs', () => {
    const many = { ...nobodyKnown, exact: Array.from({ length: 40 }, (_, n) => found('contact', `003${n}`)) };
    const rules = { ...defaultRules, tieBreak: 'owned by agent', sharedAbove: 50 } as const;
    expect(matchCall(aToldCall(), many, rules)).toMatchObject({ tied: 40, by: 'owned by agent', others: { length: 39 } });
    expect(matchCall(aToldCall(), many, { ...rules, tieBreak: 'latest' }).others).toHaveLength(20);
  });
  test('by whoever has the call, at least twenty', () => {
    const many = Array.from({ length: 40 }, (_, n) => found(n < 2 ? 'contact' : 'account', `003${n}`));
    const rules = { ...defaultRules, tieBreak: 'owned by agent' } as const;
    expect(matchCall(aToldCall(), { ...nobodyKnown, exact: many }, rules)).toMatchObject({ tied: 2, others: { length: 20 } });
    const untied = many.slice(1);
    expect(matchCall(aToldCall(), { ...nobodyKnown, exact: untied }, rules).others).toHaveLength(20);
    expect(matchCall(aToldCall(), { ...nobodyKnown, exact: untied }, rules)).not.toHaveProperty('by');
  });
});

describe('DP-24: what is remembered for a number', () => {
  const atMs = Date.UTC(2026, 1, 27, 23);
  const book = { ...nobodyKnown, exact: [found('contact', '003A'), found('contact', '003B')] };
  test('counts before who has it, who can still be chosen, and it says who chose, and when', () =>
    expect(
      match(aToldCall(), { ...book, remembered: { who: contact, what: caseRecord, by: anna, atMs }, owners: { '003A': '005A' } }),
    ).toEqual({
      candidates: [
        { record: contact, as: 'who', ownerId: '005A', because: 'Chosen for this number twice, last by Anna Sato on 2026-02-27 (DP-24).' },
        { record: caseRecord, as: 'what', because: 'Chosen for this number twice, last by Anna Sato on 2026-02-27 (DP-24).' },
      ],
      others: [
        {
          record: { kind: 'contact', id: '003B', name: 'Name of 003B' },
          as: 'who',
          because: 'The number stands in Phone. Changed at the same time as another; the lower id comes first.',
        },
      ],
      searched: `Looked for ${number}: Contact Hanako Tanaka and Case 500A is remembered for it.`,
    }));
  test('also what was said to be for the number, once; while the book is being read, it is looked at again', () =>
    expect(match(aToldCall(), { ...nobodyKnown, complete: false, remembered: { what: caseRecord, always: true, atMs } })).toEqual({
      candidates: [{ record: caseRecord, as: 'what', because: 'Chosen for this number from then on by a person on 2026-02-27 (DP-24).' }],
      unsure: true,
      searched: `Looked for ${number}: Case 500A is remembered for it.`,
    }));
  test('is not looked at where the admin says so', () => {
    const remembered = { who: contact, atMs };
    expect(matchCall(aToldCall(), { ...book, remembered }, { ...defaultRules, remembered: false })).toEqual(match(aToldCall(), book));
  });
});

test.each([
  [{ kind: 'Lead' }, true],
  [{ kind: 'lead' }, true],
  [{ kind: 'Contact' }, false],
  [undefined, false],
])('%j is a lead, which stands alone: %s', (record, is) => expect(isLead(record)).toBe(is));
