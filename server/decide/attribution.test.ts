import { describe, expect, test } from 'vitest';
import type { CrmRecord } from '../crm.ts';
import { aToldCall } from '../testing/a-told-call.ts';
import { attributionReader, chooseMarks } from './attribution.ts';
import { decide, type DecideFacts } from './decide.ts';
import type { Inputs } from './pin.ts';
import { parsePolicy } from './policy.ts';
import { SettingsReader } from './settings.ts';

const call = aToldCall({ attribution: { source: 'google', gclid: 'x1' } });
/** What is put into the lead that has the number. */
const marks = (more: object, known: Partial<DecideFacts> = {}) => {
  const inputs: Inputs = {
    ...{ policyVersion: 1, people: {}, fallbackOwner: null, named: {}, clockOffsetMs: 0 },
    policy: parsePolicy({
      language: 'en',
      fields: { Lead: { Source__c: { from: 'UTM_SOURCE' } } },
      attribution: { existing: true },
      ...more,
    }),
    match: { candidates: [{ record: { kind: 'lead', id: '00Q1' }, as: 'who', because: 'The book.' }], searched: '' },
  };
  return decide(call, inputs, { recordingLinks: {}, settled: true, ...known }).marks;
};

test('RS-55: a lead that is there gets where its caller came from, also if the call isn’t logged', () => {
  expect(marks({})).toMatchObject({ kind: 'marks', id: '00Q1' });
  expect(Object.keys(marks({ logging: { 'inbound-answered': 'skip' } })!.first)).toEqual(['Source__c']);
  expect(marks({ attribution: { existing: false } })).toBeUndefined();
});
test('AC-08: a call that isn’t logged does nothing, also where the lead was made for its number', () => {
  const record = { kind: 'lead', id: '00Q1' };
  const ours: Partial<DecideFacts> = { made: { kind: 'lead', generation: 1, state: 'there', row: 'written', record } };
  const onlyOurs = { attribution: { existing: false } };
  expect(marks(onlyOurs, ours)).toMatchObject({ id: '00Q1' });
  expect(marks({ ...onlyOurs, logging: { 'inbound-answered': 'skip' } }, ours)).toBeUndefined();
});
test('DP-05: nothing is put into it while the integration is off', () => {
  expect(marks({ enabled: false })).toBeUndefined();
  expect(marks({ lines: { [call.line!.id]: { enabled: false } } })).toBeUndefined();
});

describe('which marks go where', () => {
  const lead = { kind: 'lead', id: '00Q1', name: 'Taro Mori' };
  const visited = aToldCall({
    attribution: {
      ...{ source: 'google', medium: 'cpc', campaign: 'brand', term: 'oven', content: 'banner' },
      ...{ referrer: 'https://www.example.com/', landingPage: 'https://acme.example/ovens', gclid: 'EAIaIQ', gaClientId: '123.456' },
    },
  });
  const made = (more: object = {}): Partial<DecideFacts> => ({
    made: { kind: 'lead', generation: 1, state: 'there', row: 'written', record: { kind: 'lead', id: '00Q1' }, ...more },
  });
  const chosen = (
    fields: object,
    attribution: object | undefined,
    about: CrmRecord | null = lead,
    facts: Partial<DecideFacts> = {},
    of = visited,
  ) => {
    const policy = parsePolicy({ language: 'en', fields: { Lead: fields, Contact: { Source__c: { from: 'UTM_SOURCE' } } } });
    const inputs: Inputs = {
      ...{ policyVersion: 1, people: {}, fallbackOwner: null, named: {}, clockOffsetMs: 0, match: { candidates: [], searched: '' } },
      policy: { ...policy, attribution: attribution as typeof policy.attribution },
    };
    return chooseMarks(of, inputs, { recordingLinks: {}, settled: true, ...facts }, about ?? undefined);
  };
  const text = (value: string) => ({ as: 'text', text: value });
  const source = { Source__c: { from: 'UTM_SOURCE' } };

  test('all that says where a caller came from, and nothing else', () => {
    const marked = {
      ...{ A__c: 'UTM_SOURCE', B__c: 'UTM_MEDIUM', C__c: 'UTM_CAMPAIGN', D__c: 'UTM_TERM', E__c: 'UTM_CONTENT', F__c: 'REFERRER' },
      ...{ G__c: 'LANDING_PAGE', H__c: 'GCLID', I__c: 'GA_CLIENT_ID', J__c: 'CUSTOMER_NUMBER', K__c: 'RECORD_NAME' },
    };
    const others = { L__c: { value: 'Phone' }, M__c: { text: '{UTM_SOURCE}' } };
    const fields = { ...Object.fromEntries(Object.entries(marked).map(([field, from]) => [field, { from }])), ...others };
    expect(chosen(fields, { how: 'fill empty', existing: true })).toEqual({
      record: {
        kind: 'marks',
        id: '00Q1',
        first: {
          ...{ A__c: text('google'), B__c: text('cpc'), C__c: text('brand'), D__c: text('oven'), E__c: text('banner') },
          ...{
            F__c: text('https://www.example.com/'),
            G__c: text('https://acme.example/ovens'),
            H__c: text('EAIaIQ'),
            I__c: text('123.456'),
          },
        },
        last: {},
      },
      because: ['Where the caller came from is put into the lead: fill empty (RS-55).'],
    });
  });
  const touched = {
    First__c: { from: 'UTM_SOURCE', touch: 'first' },
    Last__c: { from: 'UTM_MEDIUM', touch: 'last' },
    Either__c: { from: 'GCLID' },
  };
  const values = { First__c: text('google'), Last__c: text('cpc'), Either__c: text('EAIaIQ') };
  test.each([
    ['fill empty', values, {}],
    ['overwrite', {}, values],
    ['first and last', { First__c: values.First__c, Either__c: values.Either__c }, { Last__c: values.Last__c }],
  ])('RS-02: “%s”, in a lead that was made for its number', (how, first, last) =>
    expect(chosen(touched, { how, existing: false }, lead, made())).toEqual({
      record: { kind: 'marks', id: '00Q1', first, last },
      because: [`Where the caller came from is put into the lead: ${how} (RS-02).`],
    }),
  );
  test('what a former release pinned says nothing of it: what is empty, in leads made here', () => {
    expect(chosen(source, undefined, lead, made())).toEqual({
      record: { kind: 'marks', id: '00Q1', first: { Source__c: text('google') }, last: {} },
      because: ['Where the caller came from is put into the lead: fill empty (RS-02).'],
    });
    expect(chosen(source, undefined)).toEqual({ because: [] });
  });
  const existing = { how: 'overwrite', existing: true };
  const ours = { how: 'overwrite', existing: false };
  test.each<[string, ReturnType<typeof chosen>]>([
    ['a contact', chosen(source, existing, { kind: 'contact', id: '003A' })],
    ['nobody', chosen(source, existing, null)],
    ['a lead of which the call says nothing', chosen(source, existing, lead, made(), aToldCall())],
    ['a lead of whose fields the call says nothing', chosen(source, existing, lead, made(), aToldCall({ attribution: { gclid: 'x' } }))],
    ['a lead without such fields', chosen({}, existing)],
    ['a lead that others made', chosen(source, ours)],
    ['another lead than the one that was made', chosen(source, ours, lead, made({ record: { kind: 'lead', id: '00Q2' } }))],
    ['one that a person has taken away', chosen(source, ours, lead, made({ state: 'deleted' }))],
  ])('nothing is put into %s', (_, nothing) => expect(nothing).toEqual({ because: [] }));
});

test('how, and into whose leads, is read from the settings', () => {
  const read = (given: object) => {
    const reader = new SettingsReader();
    return [attributionReader(reader)('attribution', given), reader.mistakes.map(({ path, message }) => `${path}: ${message}`)];
  };
  expect(read({ how: 'first and last', existing: true })).toEqual([{ how: 'first and last', existing: true }, []]);
  expect(read({})).toEqual([{}, []]);
  expect(read({ how: 'never', existing: 'yes' })).toEqual([
    {},
    [
      'attribution.how: Choose one of "fill empty", "overwrite", "first and last", not "never".',
      'attribution.existing: Give true or false, not "yes".',
    ],
  ]);
});
