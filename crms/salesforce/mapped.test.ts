import { describe, expect, test } from 'vitest';
import type { FieldWish } from '../../server/crm.ts';
import type { DescribedField } from './defaults.ts';
import { draftMapped, readChoices, writableFields } from './mapped.ts';

const field = (type: string, more: Partial<DescribedField> = {}): DescribedField => ({
  name: 'F__c',
  type,
  createable: true,
  updateable: true,
  ...more,
});
const list = (...values: string[]) => values.map((value) => ({ value, active: !value.startsWith('-') }));
const drafted = (described: DescribedField, wish: FieldWish) => {
  const { fields, unfit } = draftMapped({ f__C: wish }, [described], () => true);
  const left = unfit['F__c'];
  return left ? [fields['F__c'], left.code, left.instead] : [fields['F__c']];
};
const text = (value: string): FieldWish => ({ as: 'text', text: value });
const number = (value: number): FieldWish => ({ as: 'number', number: value, text: String(value) });
const tags = (...values: string[]): FieldWish => ({ as: 'list', list: values, text: values.join(', ') });
const noon: FieldWish = { as: 'time', atMs: Date.UTC(2026, 2, 2, 12, 0, 0, 999), date: '2026-03-02', text: '2026-03-02 13:00:00' };

describe('a value in the words of its field', () => {
  test.each<[string, DescribedField, FieldWish, unknown[]]>([
    ['MT-24: text is cut to the field’s length', field('string', { length: 8 }), text('Sales of the North'), ['Sales of']],
    ['a text of one line has none but that', field('string', { length: 20 }), text('a\r\nb'), ['a b']],
    ['a long one keeps its lines', field('textarea', { length: 20 }), text('a\nb'), ['a\nb']],
    ['MT-25: a time is UTC, in whole seconds as Salesforce keeps them', field('datetime'), noon, ['2026-03-02T12:00:00.000Z']],
    ['its day is the owner’s', field('date'), noon, ['2026-03-02']],
    ['its text is as in a comment', field('string', { length: 40 }), noon, ['2026-03-02 13:00:00']],
    ['a number has the field’s decimals', field('double', { precision: 18, scale: 1 }), number(12.345), [12.3]],
    ['an integer has none', field('int', { digits: 8 }), number(12.5), [13]],
    ['a number that is too long is left out', field('double', { precision: 4, scale: 2 }), number(100), [100, 'NOT_FOR_FIELD', undefined]],
    ['digits are a number', field('double', { precision: 18, scale: 0 }), text('42'), [42]],
    ['words are none', field('double', { precision: 18, scale: 0 }), text('many'), ['many', 'NOT_FOR_FIELD', undefined]],
    ['a box is ticked for whatever there is', field('boolean'), text('https://x.example'), [true]],
    ['and not for no', field('boolean'), text('No'), [false]],
    ['nor for nought', field('boolean'), number(0), [false]],
    ['an address is one', field('email', { length: 80 }), text('ewa@example.com'), ['ewa@example.com']],
    ['or is left out', field('email', { length: 80 }), text('ewa'), ['ewa', 'NOT_FOR_FIELD', undefined]],
    [
      'half a link leads nowhere',
      field('url', { length: 10 }),
      text('https://long.example'),
      ['https://long.example', 'NOT_FOR_FIELD', undefined],
    ],
    ['a lookup takes ids', field('reference'), text('003000000000001AAA'), ['003000000000001AAA']],
    ['and nothing else', field('reference'), text('Ewa'), ['Ewa', 'NOT_FOR_FIELD', undefined]],
    ['MT-44: what is emptied is null', field('string'), { as: 'nothing' }, [null]],
    ['a box is unticked', field('boolean'), { as: 'nothing' }, [false]],
  ])('%s', (_, described, wish, expected) => expect(drafted(described, wish)).toEqual(expected));

  test('MT-29, MT-31: a multi-select field has ; between; a restricted one drops what it doesn’t offer', () => {
    const free = field('multipicklist', { picklistValues: list('dummy') });
    const shut = field('multipicklist', { picklistValues: list('b', 'a', '-old'), restrictedPicklist: true });
    expect(drafted(free, tags('vip', 'x;y', 'VIP'))).toEqual(['VIP;x,y']);
    expect(drafted(shut, tags('A', 'b'))).toEqual(['b;a']);
    expect(drafted(shut, tags('a', 'old', 'new'))).toEqual(['a;old;new', 'NOT_IN_PICKLIST', 'a']);
    expect(drafted(shut, tags('new'))).toEqual(['new', 'NOT_IN_PICKLIST', undefined]);
    expect(readChoices(shut, 'a;b')).toBe('b;a');
  });
  test('a restricted list of one choice', () => {
    const shut = field('picklist', { picklistValues: list('Talked'), restrictedPicklist: true, length: 255 });
    expect([drafted(shut, text('talked')), drafted(shut, text('Sung'))]).toEqual([['Talked'], ['Sung', 'NOT_IN_PICKLIST', undefined]]);
  });
  test('a field that isn’t there, or that something else decides, is not written', () => {
    expect(draftMapped({ Gone__c: text('x') }, [field('string')], () => true).fields).toEqual({});
    expect(draftMapped({ F__c: text('x') }, [field('string')], () => false).fields).toEqual({});
    expect(draftMapped({ F__c: text('x') }, [field('string', { createable: false })], () => true).fields).toEqual({});
  });
});

test('what an admin can choose from: writable fields, with what they take', () =>
  expect(
    writableFields(
      [
        field('multipicklist', { label: 'Tags', picklistValues: list('a', '-b'), restrictedPicklist: true, length: 4_099 }),
        field('string', { name: 'Once__c', updateable: false }),
        field('string', { name: 'Read__c', createable: false }),
        field('combobox', { name: 'Subject', length: 255 }),
      ],
      (name) => (name === 'Subject' ? 'texts' : undefined),
      ['Subject'],
    ),
  ).toEqual([
    { name: 'F__c', label: 'Tags', type: 'choices', length: 4_099, choices: ['a'], only: true },
    { name: 'Once__c', label: 'Once__c', type: 'text', onceOnly: true },
    { name: 'Subject', label: 'Subject', type: 'text', length: 255, usual: true, decidedBy: 'texts' },
  ]));
