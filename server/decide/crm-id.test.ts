import { expect, test } from 'vitest';
import { crmIdIn, isCrmId, longId } from './crm-id.ts';
import { SettingsReader } from './settings.ts';

test.each([
  ['001B0000007nLEp', true],
  ['001B0000007nLEpIAM', true],
  ['001B0000007nLE', false],
  ['001B0000007nLEpIA', false],
  ['001B0000007nLEpIAMx', false],
  ['001B0000007nLE-', false],
  [' 001B0000007nLEp', false],
  ['001B0000007nLEpIAM ', false],
  ['', false],
])('“%s” can be an id of the CRM: %s', (text, is) => expect(isCrmId(text)).toBe(is));

test.each([
  ['001B0000007nLEp', '001B0000007nLEpIAM'], // capital letters in the 4th, 12th and 13th place
  ['00e30000000XaYp', '00e30000000XaYpAAK'],
  ['ABCDEFGHIJKLMNO', 'ABCDEFGHIJKLMNO555'],
  ['abcdefghijklmno', 'abcdefghijklmnoAAA'],
  ['Aaaaa0aaaa9aaaZ', 'Aaaaa0aaaa9aaaZBAQ'],
  ['001B0000007nLEpIAM', '001B0000007nLEpIAM'],
  ['001B0000007nLE-', '001B0000007nLE-'],
  ['sales queue', 'sales queue'],
])('%s is %s in full', (id, long) => expect(longId(id)).toBe(long));

test('as a setting it is kept in full; what is no line of text is a mistake, what is no id is seen to elsewhere', () => {
  const reader = new SettingsReader();
  const read = crmIdIn(reader);
  expect(['001B0000007nLEp', 'sales queue', 5, ' '].map((given, at) => read(`owner${at}`, given))).toEqual([
    '001B0000007nLEpIAM',
    'sales queue',
    undefined,
    undefined,
  ]);
  expect(reader.mistakes.map(({ path }) => path)).toEqual(['owner2', 'owner3']);
  expect(read.schema).toMatchObject({ type: 'string', maxLength: 64 });
});
