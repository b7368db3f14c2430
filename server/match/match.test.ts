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
