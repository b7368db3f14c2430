import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type Reply, type TestOrg } from './testing/test-org.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

type Json = Record<string, unknown>;
const recordType = async (given: Json): Promise<string> => {
  const reply = await org.control('POST', '/record-types', given);
  expect(reply).toMatchObject({ status: 201 });
  return (reply.body as { id: string }).id;
};
const make = async (object: string, fields: Json): Promise<string> => {
  const { body } = await org.call('POST', `/sobjects/${object}`, fields);
  expect(body).toMatchObject({ success: true });
  return (body as { id: string }).id;
};
const get = async (object: string, id: string) => (await org.call('GET', `/sobjects/${object}/${id}`)).body as Json;
const refused = ({ status, body }: Reply) => [status, body];
const field = (name: string, label: string, restricted: boolean) =>
  org.control('POST', '/fields', { object: 'Lead', name, label, type: 'picklist', picklist: ['North', 'South', 'West'], restricted });
const named = (list: unknown, name: string) => (list as Json[]).find((one) => one['name'] === name);
/** The values a layout offers of a field. */
const offered = (body: unknown, name: string): unknown[] => {
  type Section = { layoutRows: { layoutItems: { layoutComponents: { value: string; details: { picklistValues: Json[] } }[] }[] }[] };
  const sections = (body as { editLayoutSections: Section[] }).editLayoutSections;
  const components = sections.flatMap(({ layoutRows }) => layoutRows.flatMap(({ layoutItems }) => layoutItems));
  return (
    components
      .flatMap(({ layoutComponents }) => layoutComponents)
      .find(({ value }) => value === name)
      ?.details.picklistValues.map(({ value }) => value) ?? []
  );
};

describe('a record type with lists of its own', () => {
  let [sales, support] = ['', ''];
  beforeAll(async () => {
    await field('Region__c', 'Region', true);
    await field('Route__c', 'Route', false);
    sales = await recordType({
      object: 'Lead',
      name: 'Sales Lead',
      picklists: { Region__c: { values: ['North', 'South'], default: 'South' }, Route__c: ['North'], Status: ['Working - Contacted'] },
    });
    support = await recordType({ object: 'Lead', name: 'Support', developerName: 'Helpdesk' });
  });
  const lead = (fields: Json) => ({ LastName: 'Type', Company: 'Types', ...fields });

  test('a new record has its defaults, and a type’s own value where the field’s is not offered', async () => {
    expect(await get('Lead', await make('Lead', lead({})))).toMatchObject({
      RecordTypeId: sales,
      Region__c: 'South',
      Route__c: null,
      Status: 'Working - Contacted',
    });
    expect(await get('Lead', await make('Lead', lead({ RecordTypeId: support })))).toMatchObject({
      Region__c: null,
      Status: 'Open - Not Contacted',
    });
    expect(await get('Lead', await make('Lead', lead({ Region__c: null, Status: 'Closed - Converted' })))).toMatchObject({
      Region__c: null,
      Status: 'Closed - Converted',
    });
  });

  test('a restricted list refuses what the type does not offer, another list takes it', async () => {
    const bad = [
      400,
      [
        {
          message: 'Region: bad value for restricted picklist field: West',
          errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
          fields: ['Region__c'],
        },
      ],
    ];
    expect(refused(await org.call('POST', '/sobjects/Lead', lead({ Region__c: 'West' })))).toEqual(bad);
    const id = await make('Lead', lead({ RecordTypeId: support, Region__c: 'West', Route__c: 'West' }));
    expect(refused(await org.call('PATCH', `/sobjects/Lead/${id}`, { RecordTypeId: sales, Region__c: 'West' }))).toEqual(bad);
    // What was there before is not asked about.
    expect((await org.call('PATCH', `/sobjects/Lead/${id}`, { RecordTypeId: sales, Title: 'x' })).status).toBe(204);
    expect((await org.call('PATCH', `/sobjects/Lead/${id}`, { Region__c: 'north', Route__c: 'West' })).status).toBe(204);
  });

  test('of a list of several values each is asked about', async () => {
    const several = { object: 'Case', name: 'Tags__c', label: 'Tags', type: 'multipicklist', picklist: ['A', 'B', 'C'], restricted: true };
    await org.control('POST', '/fields', several);
    await recordType({ object: 'Case', name: 'Tagged', picklists: { Tags__c: ['A', 'B'] } });
    expect(await get('Case', await make('Case', { Tags__c: 'B;A' }))).toMatchObject({ Tags__c: 'A;B' });
    expect((await org.call('POST', '/sobjects/Case', { Tags__c: 'A;C' })).body).toMatchObject([
      { message: 'Tags: bad value for restricted picklist field: C' },
    ]);
  });

  test('describe has the whole list, whatever the type', async () => {
    const { body } = await org.call('GET', '/sobjects/Lead/describe');
    const { fields, recordTypeInfos } = body as { fields: unknown; recordTypeInfos: Json[] };
    const whole = ['North', 'South', 'West'].map((value) => expect.objectContaining({ value, active: true }) as unknown);
    expect(named(fields, 'Region__c')).toMatchObject({ picklistValues: whole });
    expect(recordTypeInfos.map(({ developerName, defaultRecordTypeMapping }) => [developerName, defaultRecordTypeMapping])).toEqual([
      ['Sales_Lead', true],
      ['Helpdesk', false],
      ['Master', false],
    ]);
  });

  test('UI API has what the type offers, and its default', async () => {
    const values = async (type: string) => {
      const { body } = await org.call('GET', `/ui-api/object-info/Lead/picklist-values/${type}/Region__c`);
      const { defaultValue, values: all } = body as { defaultValue: Json | null; values: Json[] };
      return [defaultValue?.['value'] ?? null, all.map(({ value }) => value)];
    };
    expect(await values(sales)).toEqual(['South', ['North', 'South']]);
    expect(await values(support)).toEqual([null, ['North', 'South', 'West']]);
  });

  test('its layout has what it offers; with several types the list of layouts is null', async () => {
    const all = (await org.call('GET', '/sobjects/Lead/describe/layouts')).body as { layouts: unknown; recordTypeMappings: Json[] };
    expect(all).toMatchObject({ layouts: null, recordTypeSelectorRequired: [true] });
    const urls = { layout: `/services/data/v67.0/sobjects/Lead/describe/layouts/${sales}` };
    expect(all.recordTypeMappings[0]).toEqual({
      active: true,
      available: true,
      defaultRecordTypeMapping: true,
      developerName: 'Sales_Lead',
      layoutId: expect.stringMatching(/^00h\w{15}$/) as string,
      master: false,
      name: 'Sales Lead',
      picklistsForRecordType: [],
      recordTypeId: sales,
      urls,
    });
    const layout = (await org.call('GET', urls.layout.replace('/services/data/v67.0', ''))).body;
    expect(Object.keys(layout as Json)).toEqual([
      ...['buttonLayoutSection', 'detailLayoutSections', 'editLayoutSections', 'feedView', 'highlightsPanelLayoutSection', 'id'],
      ...['multirowEditLayoutSections', 'offlineLinks', 'quickActionList', 'relatedContent', 'relatedLists', 'saveOptions'],
    ]);
    expect([offered(layout, 'Region__c'), offered(layout, 'Status')]).toEqual([['North', 'South'], ['Working - Contacted']]);
  });

  test('an object without types has the Master’s layout', async () => {
    const { body } = await org.call('GET', '/sobjects/Task/describe/layouts/');
    const { layouts, recordTypeMappings } = body as { layouts: Json[]; recordTypeMappings: Json[] };
    expect(recordTypeMappings).toMatchObject([{ master: true, recordTypeId: '012000000000000AAA', layoutId: layouts[0]?.['id'] }]);
    expect(body).toMatchObject({ recordTypeSelectorRequired: [false] });
    expect(offered(layouts[0], 'CallType')).toEqual(['Internal', 'Inbound', 'Outbound']);
    expect(offered((await org.call('GET', '/sobjects/Task/describe/layouts/012000000000000AAA')).body, 'CallType')).toHaveLength(3);
  });

  test.each([
    ['an unknown type', `Lead/describe/layouts/${seeded.anna}`, 404],
    ['an object without layouts', 'TaskStatus/describe/layouts', 404],
    ['global actions', 'Global/describe/layouts', 501],
    ['compact layouts', 'Lead/describe/compactLayouts', 501],
  ])('%s: no layout', async (_, path, status) => expect((await org.call('GET', `/sobjects/${path}`)).status).toBe(status));

  test('a type is changed by its developer name', async () => {
    expect(await recordType({ object: 'Lead', developerName: 'Helpdesk', name: 'Help', active: false })).toBe(support);
    expect((await org.control('GET', '/record-types')).body).toContainEqual({
      id: support,
      object: 'Lead',
      name: 'Help',
      developerName: 'Helpdesk',
      active: false,
      picklists: {},
    });
    await recordType({ object: 'Lead', developerName: 'Helpdesk', active: true });
  });

  test.each<[string, Json]>([
    ['TaskStatus has no record types', { object: 'TaskStatus', name: 'x' }],
    ['name or developerName is required', { object: 'Lead' }],
    ['LastName is no list of Lead', { object: 'Lead', name: 'x', picklists: { LastName: [] } }],
    ['Region__c has no value East', { object: 'Lead', name: 'x', picklists: { Region__c: ['East'] } }],
    [
      'Region__c: the default is one of the values',
      { object: 'Lead', name: 'x', picklists: { Region__c: { values: ['North'], default: 'West' } } },
    ],
  ])('%s', async (error, given) =>
    expect(await org.control('POST', '/record-types', given)).toMatchObject({ status: 400, body: { error } }),
  );
});
