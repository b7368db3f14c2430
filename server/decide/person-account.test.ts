import { describe, expect, test } from 'vitest';
import type { PhoneNumber } from '../call/event.ts';
import type { CrmField } from '../crm.ts';
import { aToldCall } from '../testing/a-told-call.ts';
import { objectsToKnow, remarksOn } from './check-fields.ts';
import { decide, type DecideFacts } from './decide.ts';
import type { Inputs } from './pin.ts';
import { parsePolicy } from './policy.ts';

const making = { stranger: { answered: 'person-account', names: 'first last', phoneField: 'mobile' } };
const decided = (policy: object, known: Partial<DecideFacts> = {}) => {
  const inputs: Inputs = {
    ...{ policyVersion: 1, people: {}, fallbackOwner: null, named: {}, clockOffsetMs: 0 },
    policy: parsePolicy({ language: 'en', ...policy }),
    match: { candidates: [], stranger: true, searched: 'Looked.' },
  };
  return decide(aToldCall({ customer: { number: '+48601777555' as PhoneNumber, name: 'Hanako Tanaka' } }), inputs, {
    ...{ recordingLinks: {}, settled: true },
    ...known,
  });
};

test('a person account is made of a stranger, with a name in two and fields of accounts', () => {
  const fields = { Account: { Description: { value: 'Caller' } }, Contact: { Description: { value: 'no' } } };
  const { person, trace } = decided({ ...making, fields });
  expect(person?.record).toMatchObject({
    ...{ kind: 'person-account', firstName: 'Hanako', lastName: 'Tanaka', phone: '+48601777555', mobile: true },
    fields: { Description: { as: 'text', text: 'Caller' } },
  });
  expect(JSON.stringify(trace)).toContain('a person account is made for the number (AC-10)');
});
test('P1: what was made first counts', () => {
  const made = { kind: 'person-account', generation: 1, state: 'there', row: 'written', record: { kind: 'account', id: '001A' } } as const;
  const { person, wants, trace } = decided({ stranger: { answered: 'lead' } }, { made });
  expect([person?.record.kind, wants[0]?.record.what?.id]).toEqual(['person-account', '001A']);
  expect(JSON.stringify(trace)).toContain('a lead would be made, but a person account is there already for this number');
});

describe('an org says whether it has them', () => {
  const type: CrmField = { name: 'RecordTypeId', label: 'Record type', type: 'reference' };
  const said = (policy: object, choices?: readonly string[]) =>
    remarksOn(parsePolicy({ language: 'en', ...policy }), {
      fields: new Map(choices ? [['person-account', [{ ...type, choices }]]] : []),
      statuses: [],
    }).map(({ path, message }) => `${path}: ${message}`);
  const none = 'This org has no person accounts: have them enabled, or choose another record.';
  test('where they are made: of strangers, of whoever writes, by a row', () => {
    const everywhere = {
      ...making,
      messages: { create: 'person-account' },
      rows: [
        { name: 'one', when: { outcome: ['missed'] }, then: { person: { make: 'lead' } } },
        { name: 'other', when: { outcome: ['voicemail'] }, then: { person: { make: 'person-account' } } },
      ],
    };
    expect(said(everywhere)).toEqual(
      ['stranger.answered', 'messages.create', 'rows[1].then.person.make'].map((path) => `${path}: ${none}`),
    );
    expect(said(everywhere, ['PersonAccount'])).toEqual([]);
    expect(said({ stranger: { answered: 'account' } })).toEqual([]);
  });
  test('and whether the user may make one', () =>
    expect(said(making, [])).toEqual(['stranger.answered: The connected user may use no record type of person accounts.']));
  test('the record type that is named has to be one of persons', () =>
    expect(said({ stranger: { ...making.stranger, recordType: 'Business_Account' } }, ['PersonAccount'])).toEqual([
      'stranger.recordType: Choose one of PersonAccount.',
    ]));
  test('it is asked only where they are made', () =>
    expect([making, {}].map((policy) => objectsToKnow(parsePolicy({ language: 'en', ...policy })).has('person-account'))).toEqual([
      true,
      false,
    ]));
});
