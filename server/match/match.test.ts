import { describe, expect, test } from 'vitest';
import { anna, aToldCall } from '../testing/a-told-call.ts';
import { defaultRules, type LookedUp, matchCall, nobodyKnown } from './match.ts';
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
    expect(match(aToldCall({ linked: { who: lead, what: caseRecord } })).candidates.map(({ record }) => record.kind)).toEqual([
      'Case',
      'Lead',
    ]));
});

describe('nobody found says what was looked at, and claims no more', () => {
  test('nobody has the number', () =>
    expect(match(aToldCall())).toEqual({
      candidates: [],
      searched: `Looked for ${aToldCall().customer.number} in the book: nobody has it.`,
      stranger: true,
    }));
  test('a book that is still being read says so', () =>
    expect(match(aToldCall(), { ...nobodyKnown, complete: false }).searched).toContain('still being read, so somebody may be missing'));
  test('the link was taken off', () =>
    expect(match(aToldCall({ linked: { by: anna } }), { ...nobodyKnown, exact: [found('contact', '003A')] })).toEqual({
      candidates: [],
      searched: 'Looked for a record chosen by a person: Anna Sato took the link off. Nothing else was looked at.',
    }));
  test('a withheld number', () => expect(match(aToldCall({ customer: { withheld: true } })).searched).toContain('withheld'));
  test('an address that is no phone number', () =>
    expect(match(aToldCall({ customer: { asSent: 'sip:bob@example.com' } })).searched).toContain('no phone number'));
  test('one of our own numbers is nobody, whoever has it', () => {
    const call = aToldCall();
    const rules = { ...defaultRules, ownNumbers: [call.customer.number!] };
    expect(matchCall(call, { ...nobodyKnown, exact: [found('contact', '003A')] }, rules).candidates).toEqual([]);
  });
});

describe('records that have the number', () => {
  test('one is meant, the others can be chosen, and it says why (AC-16, DP-21)', () => {
    const { candidates, others, searched } = match(aToldCall(), {
      ...nobodyKnown,
      exact: [found('lead', '00QA'), found('contact', '003A')],
    });
    expect(candidates.map(({ record }) => record.id)).toEqual(['003A']);
    expect(candidates[0]?.because).toBe('The number stands in Phone. Contacts come before leads (AC-16).');
    expect(others?.map(({ record }) => record.id)).toEqual(['00QA']);
    expect(searched).toContain('2 records have it. Also: lead Name of 00QA.');
  });
  test('the last digits alone are possible, and never meant', () => {
    const { candidates, possible } = match(aToldCall(), { ...nobodyKnown, weak: [found('contact', '003A')] });
    expect([candidates, possible?.map(({ record }) => record.id)]).toEqual([[], ['003A']]);
  });
  test('who has the whole number leaves no room for who might', () =>
    expect(match(aToldCall(), { ...nobodyKnown, exact: [found('contact', '003A')], weak: [found('contact', '003B')] }).possible).toBe(
      undefined,
    ));
});

describe('the record that was pointed at', () => {
  const account = { kind: 'Account', id: '001A', name: 'Acme' };
  const clicked = (record: typeof account, book: LookedUp = nobodyKnown) => match(aToldCall({ clicked: { record, by: anna } }), book);
  test('MT-17: it counts before the numbers, which can still be chosen, and it says who clicked', () => {
    const { candidates, others, stranger, pointed } = clicked(account, { ...nobodyKnown, exact: [found('contact', '003A')] });
    expect(candidates).toEqual([
      { record: { kind: 'account', id: '001A', name: 'Acme' }, as: 'what', because: 'It was clicked to dial by Anna Sato (MT-17).' },
    ]);
    expect([others?.map(({ record }) => record.id), stranger, pointed]).toEqual([['003A'], undefined, true]);
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
    expect(clicked(account, { ...nobodyKnown, known: { '001A': null } }).stranger).toBe(true);
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
  test('ask: one of them for now, and it says that a person may choose', () => {
    expect(by('ask')).toMatchObject({ candidates: [{ record: { id: '003A' } }], tied: 3, by: 'ask' });
    expect(by('ask').searched).toContain('3 records of contact are equally good: a person may choose');
  });
  test('none: nobody, no stranger, and all of them can be chosen', () => {
    const { candidates, others, stranger, searched } = by('none');
    expect([candidates, others?.length, stranger]).toEqual([[], 3, undefined]);
    expect(searched).toContain('none of them is meant until a person chooses');
  });
  test('by whoever has the call: as many as there are, since any may be theirs', () => {
    const many = { ...nobodyKnown, exact: Array.from({ length: 40 }, (_, n) => found('contact', `003${n}`)) };
    const rules = { ...defaultRules, tieBreak: 'owned by agent', sharedAbove: 50 } as const;
    expect(matchCall(aToldCall(), many, rules)).toMatchObject({ tied: 40, by: 'owned by agent', others: { length: 39 } });
    expect(matchCall(aToldCall(), many, { ...rules, tieBreak: 'latest' }).others).toHaveLength(20);
  });
  test('DP-24: what is remembered is not looked at where the admin says so', () => {
    const remembered = { who: contact, atMs: 0 };
    expect(match(aToldCall(), { ...three, remembered }).candidates).toMatchObject([{ record: { id: '003A', kind: 'Contact' } }]);
    const off = matchCall(aToldCall(), { ...three, remembered }, { ...defaultRules, remembered: false });
    expect(off.searched).not.toContain('remembered');
  });
});
