import { describe, expect, test } from 'vitest';
import { anna, aToldCall } from '../testing/a-told-call.ts';
import { matchCall } from './match.ts';

const contact = { kind: 'Contact', id: '003A', name: 'Hanako Tanaka' };
const lead = { kind: 'Lead', id: '00QA', name: 'Taro Mori' };
const caseRecord = { kind: 'Case', id: '500A' };

describe('the first rung: the record a person chose', () => {
  test('DP-23: the chosen person is who, and it says who chose', () =>
    expect(matchCall(aToldCall({ linked: { who: contact, by: anna } }))).toEqual({
      candidates: [{ record: contact, as: 'who', because: 'Chosen by Anna Sato.' }],
      searched: 'Looked for a record chosen by a person: found Contact Hanako Tanaka.',
    }));
  test('AC-23, AC-24: a contact and a case may be chosen together', () =>
    expect(matchCall(aToldCall({ linked: { who: contact, what: caseRecord } })).candidates).toEqual([
      { record: contact, as: 'who', because: 'Chosen by a person.' },
      { record: caseRecord, as: 'what', because: 'Chosen by a person.' },
    ]));
  test('AC-14, FC-70: a chosen case ranks before a chosen lead, since one activity can’t have both', () =>
    expect(matchCall(aToldCall({ linked: { who: lead, what: caseRecord } })).candidates.map(({ record }) => record.kind)).toEqual([
      'Case',
      'Lead',
    ]));
});

describe('nobody found says what was looked at, and claims no more', () => {
  test('nobody has chosen', () =>
    expect(matchCall(aToldCall())).toEqual({
      candidates: [],
      searched: 'Looked for a record chosen by a person: nobody has chosen one. Nothing else was looked at.',
    }));
  test('the link was taken off', () =>
    expect(matchCall(aToldCall({ linked: { by: anna } }))).toEqual({
      candidates: [],
      searched: 'Looked for a record chosen by a person: Anna Sato took the link off. Nothing else was looked at.',
    }));
});
