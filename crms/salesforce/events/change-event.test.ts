import avro from 'avsc';
import { describe, expect, test } from 'vitest';
import { keepsAmong } from './book-events.ts';
import { eventReader } from './change-event.ts';

const strings = { type: 'array', items: 'string' };
const address = {
  type: 'record',
  name: 'Address',
  fields: ['Street', 'City', 'Country'].map((name) => ({ name, type: ['null', 'string'] })),
};
/** As https://developer.salesforce.com/docs/platform/pub-sub-api/guide/event-deserialization-considerations.html has it; a type is written out once. */
const schema = {
  type: 'record',
  name: 'ContactChangeEvent',
  fields: [
    {
      name: 'ChangeEventHeader',
      type: {
        type: 'record',
        name: 'ChangeEventHeader',
        fields: [
          { name: 'recordIds', type: strings },
          { name: 'changeType', type: { type: 'enum', name: 'ChangeType', symbols: ['CREATE', 'UPDATE'] } },
          { name: 'changeOrigin', type: 'string' },
          { name: 'commitTimestamp', type: 'long' },
          { name: 'commitNumber', type: 'long' },
          { name: 'changedFields', type: strings },
        ],
      },
    },
    { name: 'Phone', type: ['null', 'string'] },
    { name: 'OtherAddress', type: ['null', address] },
    { name: 'MailingAddress', type: ['null', 'Address'] },
  ],
};
const written = (changedFields: string[], commitTimestamp = 0) =>
  eventReader(JSON.stringify(schema))(
    avro.Type.forSchema(schema as avro.Schema).toBuffer({
      ChangeEventHeader: {
        ...{ recordIds: ['003Sx0000000001IAA'], changeType: 'UPDATE', changeOrigin: 'x', commitNumber: 7 },
        ...{ commitTimestamp, changedFields },
      },
      Phone: '1',
      OtherAddress: null,
      MailingAddress: null,
    }),
  );

describe('what an event says was changed', () => {
  test.each([
    ['a plain field', ['0x02'], ['Phone']],
    ['several', ['0x06'], ['Phone', 'OtherAddress']],
    ['a part of a compound', ['2-0x05'], ['OtherAddress.Street', 'OtherAddress.Country']],
    ['a part of one whose type was met before', ['0x02', '3-0x02'], ['Phone', 'MailingAddress.City']],
    ['nothing it names', [], undefined],
    ['a field that isn’t in the schema', ['0x80'], undefined],
    ['a part of what has none', ['1-0x01'], undefined],
    ['no bitmap', ['Phone'], undefined],
  ])('%s', (_, bitmaps, changed) => expect(written(bitmaps)).toMatchObject({ recordIds: ['003Sx0000000001IAA'], changed }));
  test('and when, by the org’s clock', () => {
    expect(written([], 1_700_000_000_000).committedMs).toBe(1_700_000_000_000);
    expect(() => written([], 9_000_000_000_000_000)).toThrow('no time');
  });
  test('a payload of another schema is no event', () =>
    expect(() => eventReader(JSON.stringify(schema))(Buffer.from('00', 'hex'))).toThrow(/truncated/));
});

test.each([
  ['Phone', true],
  ['Fax', false],
  ['Name', true],
  ['Name.LastName', true],
  ['MailingAddress.Country', true],
  ['MailingAddress.City', false],
  ['OtherAddress.Country', false],
  ['BillingAddress.Country', true], // kept as its code, of which events know only the name
  ['LastModifiedDate', false],
])('the book keeps %s: %s', (field, kept) =>
  expect(keepsAmong(new Set(['Phone', 'MailingCountry', 'BillingCountryCode', 'LastModifiedDate']))(field)).toBe(kept),
);
