import { afterAll, beforeAll, expect, test } from 'vitest';
import { testOrg, type TestOrg } from '../testing/test-org.ts';
import { deploy, file, packageXml } from './testing/packages.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const create = (fullName: string, metadata: Record<string, unknown>) =>
  org.call('POST', '/tooling/sobjects/CustomField', { FullName: fullName, Metadata: metadata });
const text = (length = 20) => ({ type: 'Text', label: 'Made', length });
const query = (soql: string, more = '') => org.call('GET', `/tooling/query?${new URLSearchParams({ q: soql }).toString()}${more}`);
const names = async (soql: string, column = 'DeveloperName') =>
  ((await query(soql)).body as { records: Record<string, unknown>[] }).records.map((record) => record[column]);

test('a field is made, read, changed and deleted by its id', async () => {
  const made = await create('Activity.Made__c', text());
  expect(made).toMatchObject({
    status: 201,
    body: { success: true, errors: [], warnings: [], infos: [], id: expect.stringMatching(/^00N\w{15}$/) as string },
  });
  const at = `/tooling/sobjects/CustomField/${(made.body as { id: string }).id}`;
  const read = await org.call('GET', at);
  expect(read.body).toMatchObject({
    attributes: { type: 'CustomField', url: `/services/data/v67.0${at}` },
    FullName: 'Activity.Made__c',
    DeveloperName: 'Made',
    TableEnumOrId: 'Activity',
    Metadata: { type: 'Text', length: 20, unique: false, formula: null },
  });
  // What was read can be sent back, changed.
  const { Metadata: metadata } = read.body as { Metadata: Record<string, unknown> };
  expect(
    (await org.call('PATCH', at, { FullName: 'Activity.Made__c', Metadata: { ...metadata, length: 40, inlineHelpText: 'Help' } })).status,
  ).toBe(204);
  expect((await org.call('GET', at.slice(0, -3))).body).toMatchObject({ Metadata: { length: 40, inlineHelpText: 'Help' } });
  expect((await org.call('PATCH', at, { Metadata: { ...metadata, length: 400 } })).body).toMatchObject([
    { errorCode: 'FIELD_INTEGRITY_EXCEPTION' },
  ]);
  expect((await org.call('DELETE', at)).status).toBe(204);
  expect((await org.call('GET', at)).status).toBe(404);
  const next = await create('Activity.Made__c', text());
  expect((next.body as { id: string }).id).not.toBe((made.body as { id: string }).id);
});

test('values of a list are called valueName here', async () => {
  const valueSet = {
    restricted: true,
    valueSetDefinition: {
      sorted: false,
      value: [
        { valueName: 'Hot', label: 'Hot', default: true },
        { fullName: 'Cold', label: 'Cold' },
      ],
    },
  };
  const made = await create('Lead.Warmth__c', { type: 'Picklist', label: 'Warmth', valueSet });
  const read = await org.call('GET', `/tooling/sobjects/CustomField/${(made.body as { id: string }).id}`);
  expect(read.body).toMatchObject({
    Metadata: {
      valueSet: { restricted: true, valueSetDefinition: { value: [{ valueName: 'Hot', default: true }, { valueName: 'Cold' }] } },
    },
  });
});

test.each([
  [
    'a name that is taken',
    'Account.Cordboard_Name__c',
    text(),
    400,
    'DUPLICATE_DEVELOPER_NAME',
    'There is already a field named Cordboard_Name on Account.',
  ],
  [
    'a field of tasks',
    'Task.X__c',
    text(),
    400,
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    'Entity Enumeration Or ID: bad value for restricted picklist field: Task',
  ],
  [
    'no length',
    'Account.X__c',
    { type: 'Text', label: 'X' },
    400,
    'FIELD_INTEGRITY_EXCEPTION',
    "Must specify 'length' for a CustomField of type Text",
  ],
  [
    'an unknown word',
    'Account.X__c',
    { ...text(), colour: 'red' },
    400,
    'INVALID_FIELD',
    "No such column 'colour' on sobject of type CustomField",
  ],
  [
    'an unknown type',
    'Account.X__c',
    { ...text(), type: 'hat' },
    400,
    'JSON_PARSER_ERROR',
    "'hat' is not a valid value for the enum 'FieldType' at Metadata.type",
  ],
  ['a formula', 'Account.X__c', { ...text(), formula: 'Name' }, 501, 'STAND_IN_CANNOT', /formula fields/],
] as const)('%s is refused', async (_, fullName, metadata, status, errorCode, message) => {
  const refused = await create(fullName, metadata);
  expect(refused).toMatchObject({ status, body: [{ errorCode }] });
  expect((refused.body as { message: string }[])[0]?.message).toMatch(message);
});

test('what a request lacks, and what is not here', async () => {
  expect((await org.call('POST', '/tooling/sobjects/CustomField', { Metadata: text() })).body).toMatchObject([
    { errorCode: 'REQUIRED_FIELD_MISSING', fields: ['FullName'] },
  ]);
  expect((await org.call('POST', '/tooling/sobjects/CustomField', { FullName: 'Account.X__c' })).body).toMatchObject([
    { errorCode: 'REQUIRED_FIELD_MISSING' },
  ]);
  expect((await org.call('POST', '/tooling/sobjects/CustomField', { FullName: 'A.X__c', Nope: 1 })).body).toMatchObject([
    { errorCode: 'INVALID_FIELD' },
  ]);
  expect((await org.call('GET', '/tooling/sobjects/ApexClass/describe')).status).toBe(501);
  expect((await org.call('GET', '/tooling/runTestsSynchronous')).status).toBe(501);
  expect((await org.call('GET', '/tooling/sobjects/SourceMember/describe')).status).toBe(404);
  expect((await query('SELECT Id FROM ApexClass')).status).toBe(501);
  expect((await query('SELECT Id FROM Account')).body).toMatchObject([{ errorCode: 'INVALID_TYPE' }]);
  expect((await org.call('GET', '/tooling/sobjects')).body).toMatchObject({
    sobjects: expect.arrayContaining([expect.objectContaining({ name: 'CustomField', keyPrefix: '00N' })]) as unknown,
  });
  expect((await org.call('GET', '/tooling/sobjects/CustomField/describe')).body).toMatchObject({
    name: 'CustomField',
    fields: expect.arrayContaining([expect.objectContaining({ name: 'Metadata', type: 'complexvalue' })]) as unknown,
  });
});

test('custom fields are asked for; Metadata of one only', async () => {
  expect(
    await names(
      "SELECT DeveloperName FROM CustomField WHERE TableEnumOrId = 'Activity' AND DeveloperName LIKE 'Cordboard%' ORDER BY DeveloperName DESC LIMIT 2",
    ),
  ).toEqual(['Cordboard_Wait_Seconds', 'Cordboard_Name']);
  const one = await query(
    "SELECT Id, Metadata, EntityDefinition.QualifiedApiName FROM CustomField WHERE TableEnumOrId = 'Lead' AND DeveloperName = 'Cordboard_Name'",
  );
  expect(one.body).toMatchObject({
    size: 1,
    totalSize: 1,
    done: true,
    queryLocator: null,
    entityTypeName: 'CustomField',
    records: [{ Metadata: { type: 'Text', unique: true }, EntityDefinition: { QualifiedApiName: 'Lead' } }],
  });
  const many = await query("SELECT FullName FROM CustomField WHERE DeveloperName = 'Cordboard_Name'");
  expect(many.body).toEqual([
    {
      errorCode: 'MALFORMED_QUERY',
      message:
        'When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row for retrieval. Result size: 6',
    },
  ]);
  expect((await query('SELECT Id, EntityDefinition.Label FROM CustomField', '&columns=true')).body).toMatchObject({
    columnMetadata: [
      { columnName: 'Id', joinColumns: [] },
      { columnName: 'EntityDefinition', joinColumns: [{ columnName: 'Label' }] },
    ],
    entityName: 'CustomField',
    idSelected: true,
  });
  expect(
    (await query("SELECT COUNT() FROM CustomField WHERE TableEnumOrId IN ('Lead', 'Contact') AND DeveloperName = 'Cordboard_Name'")).body,
  ).toMatchObject({
    size: 2,
    records: [],
  });
});

test('objects, fields and deployments are asked for as well', async () => {
  await deploy(org, {
    'package.xml': packageXml({ CustomObject: ['Visit__c'] }),
    'objects/Visit__c.object': file(
      'CustomObject',
      '<label>Visit</label><nameField><type>Text</type></nameField><pluralLabel>Visits</pluralLabel><fields><fullName>When__c</fullName><label>When</label><type>DateTime</type></fields>',
    ),
  });
  expect(await names("SELECT DeveloperName FROM CustomField WHERE EntityDefinition.QualifiedApiName = 'Visit__c'")).toEqual(['When']);
  expect((await query("SELECT QualifiedApiName, Label FROM EntityDefinition WHERE QualifiedApiName = 'Account'")).body).toMatchObject({
    size: 1,
    queryLocator: null,
    entityTypeName: 'EntityDefinition',
    records: [{ attributes: { url: expect.stringContaining('/tooling/sobjects/EntityDefinition/') as string }, Label: 'Account' }],
  });
  expect(
    await names(
      "SELECT QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Lead' AND QualifiedApiName = 'Company'",
      'QualifiedApiName',
    ),
  ).toEqual(['Company']);
  expect(
    await names(
      "SELECT Status FROM DeployRequest WHERE CheckOnly = false AND NumberComponentsTotal >= 1 AND NOT Status LIKE 'F%'",
      'Status',
    ),
  ).toEqual(['Succeeded']);
});
