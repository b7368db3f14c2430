import { describe, expect, test } from 'vitest';
import type { AgentId } from '../call/event.ts';
import { anna, aToldCall, ben } from '../testing/a-told-call.ts';
import { byPointer, type KnownRecord, type Pointer, pointersOf } from './pointed.ts';

const acme = { kind: 'Account', id: '001A', name: 'Acme' };
const hanako = { kind: 'Contact', id: '003A', name: 'Hanako Tanaka' };

describe('which of those pointed at count', () => {
  const call = aToldCall({ clicked: { record: acme, by: anna }, shown: { record: hanako, by: ben } });
  const [clicked, shown] = [
    { how: 'clicked', record: acme, by: anna },
    { how: 'shown', record: hanako, by: ben },
  ];
  test.each([
    [{ clicked: true, shown: true }, [clicked, shown]],
    [{ clicked: true, shown: false }, [clicked]],
    [{ clicked: false, shown: true }, [shown]],
    [{ clicked: false, shown: false }, []],
  ])('MT-17: as the admin says: %j', (rules, expected) => {
    expect(pointersOf(call, rules)).toEqual(expected);
    expect(pointersOf(aToldCall(), rules)).toEqual([]);
  });
});

describe('whom and what the call is about', () => {
  const clicked = (record: Pointer['record'], found?: KnownRecord, more: Partial<Pointer> = {}) =>
    byPointer({ how: 'clicked', record, ...more }, found ? { known: { [record.id]: found } } : {});
  const because = 'It was clicked to dial (MT-17).';

  test.each([
    ['Contact', 'contact', 'who'],
    ['Lead', 'lead', 'who'],
    ['Account', 'account', 'what'],
    ['case', 'case', 'what'],
    ['Site__c', 'Site__c', 'what'],
  ])('a %s that the book doesn’t know, as it was told', (kind, called, as) =>
    expect(clicked({ kind, id: 'X1', name: 'Gdynia' })).toEqual({
      candidates: [{ record: { kind: called, id: 'X1', name: 'Gdynia' }, as, because }],
      searched: `Looked at the record that was clicked to dial: ${called} Gdynia.`,
    }),
  );
  test('a record nobody has named is said by its id', () => {
    expect(clicked({ kind: 'Lead', id: '00QA' })).toEqual({
      candidates: [{ record: { kind: 'lead', id: '00QA' }, as: 'who', because }],
      searched: 'Looked at the record that was clicked to dial: lead 00QA.',
    });
    expect(clicked({ kind: 'Lead', id: '00QA', name: '' })).toMatchObject({
      searched: 'Looked at the record that was clicked to dial: lead 00QA.',
    });
  });
  test('what it became counts, with its name and whose it is', () =>
    expect(
      clicked(
        { kind: 'Lead', id: '00QA', name: 'Taro' },
        { kind: 'contact', id: '003B', name: 'Taro Mori', ownerId: '005A', contactId: '003X' },
      ),
    ).toEqual({
      candidates: [{ record: { kind: 'contact', id: '003B', name: 'Taro Mori' }, as: 'who', ownerId: '005A', because }],
      searched: 'Looked at the record that was clicked to dial: contact Taro Mori.',
    }));
  test('where the book has no name for it, it has the one that was told', () =>
    expect(clicked(acme, { kind: 'account', id: '001A', name: '' })).toEqual({
      candidates: [{ record: { kind: 'account', id: '001A', name: 'Acme' }, as: 'what', because }],
      searched: 'Looked at the record that was clicked to dial: account Acme.',
    }));
  test('FC-73: of a person account the person and the account', () =>
    expect(clicked(acme, { kind: 'person-account', id: '001A', name: 'Maria Wójcik', ownerId: '005A', contactId: '003P' })).toEqual({
      candidates: [
        { record: { kind: 'person-account', id: '003P', name: 'Maria Wójcik' }, as: 'who', ownerId: '005A', because },
        { record: { kind: 'account', id: '001A', name: 'Maria Wójcik' }, as: 'what', ownerId: '005A', because },
      ],
      searched: 'Looked at the record that was clicked to dial: person-account Maria Wójcik.',
    }));
  test('FC-74: of a case its contact, whose name isn’t known, and the case', () =>
    expect(
      clicked({ kind: 'Case', id: '500A' }, { kind: 'case', id: '500A', name: '00001026', ownerId: '005B', contactId: '003A' }),
    ).toEqual({
      candidates: [
        { record: { kind: 'contact', id: '003A' }, as: 'who', ownerId: '005B', because: 'It is the contact of the case (FC-74).' },
        { record: { kind: 'case', id: '500A', name: '00001026' }, as: 'what', ownerId: '005B', because },
      ],
      searched: 'Looked at the record that was clicked to dial: case 00001026.',
    }));
});

describe('who pointed at it, and how', () => {
  test.each([
    ['clicked', undefined, 'It was clicked to dial (MT-17).'],
    ['clicked', { id: 'agent-7' }, 'It was clicked to dial by agent-7 (MT-17).'],
    ['clicked', { id: 'agent-7', email: 'anna@example.com' }, 'It was clicked to dial by anna@example.com (MT-17).'],
    ['shown', { id: 'agent-7', email: 'anna@example.com', name: 'Anna Sato' }, 'It was on the screen of Anna Sato (FC-70).'],
    ['shown', undefined, 'It was on the screen (FC-70).'],
  ] as const)('%s by %j', (how, by, because) =>
    expect(byPointer({ how, record: hanako, ...(by && { by: { ...by, id: by.id as AgentId } }) }, {})).toMatchObject({
      candidates: [{ because }],
      searched: `Looked at the record that was ${how === 'clicked' ? 'clicked to dial' : 'on the screen'}: contact Hanako Tanaka.`,
    }),
  );
});

describe('what can’t be what a call is about', () => {
  const site = { kind: 'Site__c', id: 'a00A', name: 'Gdynia' };
  const shown = (record: Pointer['record'], lookedUp: Parameters<typeof byPointer>[1]) => byPointer({ how: 'shown', record }, lookedUp);
  test('what is gone', () => {
    expect(shown(acme, { known: { '001A': null } })).toEqual({ because: "Account Acme was on the screen, and isn't there any more." });
    expect(shown({ kind: 'Account', id: '001A' }, { known: { '001A': null } })).toEqual({
      because: "Account 001A was on the screen, and isn't there any more.",
    });
  });
  test('an id that is no record of the book, whatever it is called', () =>
    expect(shown({ kind: 'Site__c', id: 'constructor' }, { known: {} })).toMatchObject({
      candidates: [{ record: { kind: 'Site__c', id: 'constructor' } }],
    }));
  test('what takes no activities; what comes with every org does', () => {
    const relatedTo = ['Case', 'Opportunity', 'SITE__c'];
    expect(shown(site, { relatedTo: ['Case', 'Opportunity'] })).toEqual({
      because: 'Site__c Gdynia was on the screen, but a Site__c takes no activities (MT-17).',
    });
    for (const record of [site, acme, hanako, { kind: 'opportunity', id: '006A' }])
      expect(shown(record, { relatedTo })).toHaveProperty('candidates');
    const person = { kind: 'person-account', id: '001A', name: 'Maria Wójcik' };
    expect(shown(acme, { relatedTo, known: { '001A': person } })).toHaveProperty('candidates');
  });
});
