import { expect, test } from 'vitest';
import { defaultPolicy } from './policy.ts';
import { type NameOrder, nameOrderOf, splitName } from './names.ts';

test.each([
  ['Hanako Tanaka', 'first last', 'Hanako', 'Tanaka'],
  ['Ewa Maria Kowalczyk', 'first last', 'Ewa Maria', 'Kowalczyk'],
  ['田中 花子', 'last first', '花子', '田中'],
  ['Tanaka, Hanako', 'first last', 'Hanako', 'Tanaka'],
  ['Tanaka, Hanako', 'last first', 'Hanako', 'Tanaka'],
  ['Acme', 'first last', '', 'Acme'],
  ['Acme,', 'last first', '', 'Acme'],
  [', Hanako', 'first last', '', 'Hanako'],
  [', Hanako', 'last first', '', 'Hanako'],
  [',Ewa,Kowalczyk', 'first last', 'Ewa', 'Kowalczyk'],
  ['Kowalczyk, Ewa, Maria', 'first last', 'Ewa Maria', 'Kowalczyk'],
  ['Kowalczyk,, Ewa', 'last first', 'Ewa', 'Kowalczyk'],
  ['+48601234567', 'first last', '', ''],
  ['', 'last first', '', ''],
] as const)('AC-20: “%s”, %s, is %s and %s', (name, order, first, last) => expect(splitName(name, order)).toEqual({ first, last }));

test('where the policy keeps names whole, its language says which part is which', () => {
  const orderIn = (language: 'en' | 'ja', names: 'whole' | NameOrder) =>
    nameOrderOf({ ...defaultPolicy(language), stranger: { ...defaultPolicy(language).stranger, names } });
  expect([orderIn('en', 'whole'), orderIn('ja', 'whole')]).toEqual(['first last', 'last first']);
  expect([orderIn('ja', 'first last'), orderIn('en', 'last first')]).toEqual(['first last', 'last first']);
});
