import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';
import { deploy, failures, file, packageXml } from './testing/packages.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const field = (name: string, body: string) => `<fields><fullName>${name}</fullName><label>${name.slice(0, 20)}</label>${body}</fields>`;
/** One deployment of these fields on one object. */
const deployOn = (object: string, fields: Record<string, string>, options: Record<string, unknown> = {}) =>
  deploy(
    org,
    {
      'package.xml': packageXml({ CustomField: Object.keys(fields).map((name) => `${object}.${name}`) }),
      [`objects/${object}.object`]: file(
        'CustomObject',
        Object.entries(fields)
          .map(([name, body]) => field(name, body))
          .join('\n'),
      ),
    },
    options,
  );
const values = (...names: string[]) =>
  `<valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted>${names
    .map((name) => `<value><fullName>${name}</fullName><default>${name === names[0]}</default><label>${name}</label></value>`)
    .join('')}</valueSetDefinition></valueSet>`;
const described = async (object: string) =>
  Object.fromEntries(
    ((await org.call('GET', `/sobjects/${object}/describe`)).body as { fields: (Record<string, unknown> & { name: string })[] }).fields.map(
      (one) => [one.name, one],
    ),
  );
async function grantAll(object: string, names: string[]): Promise<void> {
  const set = await deploy(org, {
    'package.xml': packageXml({ PermissionSet: [`All_${object}`] }),
    [`permissionsets/All_${object}.permissionset`]: file(
      'PermissionSet',
      `<label>All</label>${names.map((name) => `<fieldPermissions><editable>true</editable><field>${object}.${name}</field><readable>true</readable></fieldPermissions>`).join('')}`,
    ),
  });
  expect(failures(set)).toEqual([]);
  await org.call('POST', '/sobjects/PermissionSetAssignment', {
    AssigneeId: seeded.integration,
    PermissionSetId: set.details.componentSuccesses[1]?.id,
  });
}

test('every type that is here becomes the column a describe shows', async () => {
  const types: Record<string, [body: string, shows: Record<string, unknown>]> = {
    Text__c: [
      '<length>80</length><type>Text</type><caseSensitive>true</caseSensitive><unique>true</unique>',
      { type: 'string', length: 80, unique: true, caseSensitive: true },
    ],
    Area__c: ['<type>TextArea</type>', { type: 'textarea', length: 255 }],
    Long__c: ['<length>30000</length><type>LongTextArea</type><visibleLines>5</visibleLines>', { type: 'textarea', length: 30_000 }],
    Html__c: ['<length>32768</length><type>Html</type><visibleLines>10</visibleLines>', { type: 'textarea', length: 32_768 }],
    Number__c: ['<precision>6</precision><scale>2</scale><type>Number</type>', { type: 'double', precision: 6, scale: 2 }],
    Currency__c: ['<precision>18</precision><scale>2</scale><type>Currency</type>', { type: 'currency', precision: 18 }],
    Percent__c: ['<precision>5</precision><scale>1</scale><type>Percent</type>', { type: 'percent', scale: 1 }],
    Check__c: ['<defaultValue>true</defaultValue><type>Checkbox</type>', { type: 'boolean', defaultValue: true }],
    Date__c: ['<type>Date</type>', { type: 'date' }],
    Time__c: ['<type>DateTime</type>', { type: 'datetime' }],
    Phone__c: ['<type>Phone</type>', { type: 'phone', length: 40 }],
    Email__c: ['<type>Email</type><externalId>true</externalId>', { type: 'email', externalId: true }],
    Url__c: ['<type>Url</type>', { type: 'url', length: 255 }],
    Pick__c: [`<type>Picklist</type>${values('Won', 'Lost')}`, { type: 'picklist', restrictedPicklist: true }],
    Multi__c: [`<type>MultiselectPicklist</type><visibleLines>4</visibleLines>${values('One', 'Two')}`, { type: 'multipicklist' }],
    Deal__c: [
      '<type>Lookup</type><referenceTo>Opportunity</referenceTo><relationshipName>Callers</relationshipName><deleteConstraint>SetNull</deleteConstraint>',
      { type: 'reference', referenceTo: ['Opportunity'], relationshipName: 'Deal__r' },
    ],
  };
  expect(failures(await deployOn('Contact', Object.fromEntries(Object.entries(types).map(([name, [body]]) => [name, body]))))).toEqual([]);
  await grantAll('Contact', Object.keys(types));
  const fields = await described('Contact');
  for (const [name, [, shows]] of Object.entries(types)) expect(fields[name], name).toMatchObject(shows);
  expect(fields['Pick__c']).toMatchObject({
    picklistValues: [
      { value: 'Won', defaultValue: true },
      { value: 'Lost', defaultValue: false },
    ],
  });
  const bad = await org.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, { Pick__c: 'Maybe' });
  expect(bad).toMatchObject({ status: 400, body: [{ errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST' }] });
  const good = { Pick__c: 'Lost', Number__c: 12.5, Deal__c: seeded.deal, Check__c: false, Long__c: 'x'.repeat(20_000) };
  expect((await org.call('PATCH', `/sobjects/Contact/${seeded.ewa}`, good)).status).toBe(204);
  expect((await org.call('GET', `/sobjects/Contact/${seeded.ewa}?fields=Pick__c,Number__c,Deal__c,Check__c`)).body).toMatchObject({
    Pick__c: 'Lost',
    Number__c: 12.5,
    Deal__c: expect.stringMatching(`^${seeded.deal.slice(0, 15)}`) as string,
  });
});

test('what the org refuses of a field', async () => {
  const text = '<length>10</length><type>Text</type>';
  const cases: [name: string, body: string, problem: string | RegExp][] = [
    ['NoLength__c', '<type>Text</type>', "Must specify 'length' for a CustomField of type Text"],
    ['NoLines__c', '<type>LongTextArea</type><length>1000</length>', "Must specify 'visibleLines' for a CustomField of type LongTextArea"],
    ['NoDefault__c', '<type>Checkbox</type>', "Must specify 'defaultValue' for a CustomField of type Checkbox"],
    ['AreaLength__c', '<type>TextArea</type><length>255</length>', "Can not specify 'length' for a CustomField of type TextArea"],
    [
      'LongMust__c',
      '<type>LongTextArea</type><length>1000</length><visibleLines>3</visibleLines><required>true</required>',
      "Can not specify 'required' for a CustomField of type LongTextArea",
    ],
    [
      'CheckMust__c',
      '<type>Checkbox</type><defaultValue>false</defaultValue><required>true</required>',
      "Can not specify 'required' for a CustomField of type Checkbox",
    ],
    [
      'MoneyKey__c',
      '<type>Currency</type><precision>9</precision><scale>2</scale><externalId>true</externalId>',
      "Can not specify 'externalId' for a CustomField of type Currency",
    ],
    ['TooLong__c', '<type>Text</type><length>256</length>', "'length' must be between 1 and 255"],
    ['NoValues__c', '<type>Picklist</type>', "Must specify 'valueSet' for a CustomField of type Picklist"],
    ['Twins__c', `<type>Picklist</type>${values('A', 'a')}`, 'Duplicate value: a'],
    [
      'Nowhere__c',
      '<type>Lookup</type><referenceTo>Nope__c</referenceTo>',
      "referenceTo value of 'Nope__c' does not resolve to a valid sObject type",
    ],
    [
      'Ordered__c',
      '<type>Lookup</type><referenceTo>Account</referenceTo><relationshipOrder>0</relationshipOrder>',
      "Can not specify 'relationshipOrder' for a CustomField of type Lookup",
    ],
    [
      'MustLook__c',
      '<type>Lookup</type><referenceTo>Account</referenceTo><relationshipName>Musts</relationshipName><required>true</required>',
      'field integrity exception: unknown (must specify either cascade delete or restrict delete for required lookup foreign key)',
    ],
    [
      'Master__c',
      '<type>MasterDetail</type><referenceTo>Account</referenceTo><relationshipName>Details</relationshipName><required>true</required>',
      'Master-Detail Relationship Fields Cannot be Optional or Required',
    ],
    ['Two__Lines__c', text, /managed package/],
    ['1st__c', text, /^Field Name: The Field Name can only contain underscores/],
    [`${'x'.repeat(41)}__c`, text, /^Field Name: data value too large: x{41} \(max length=40\)$/],
    ['Formula__c', '<type>Text</type><formula>Name</formula>', /^STAND_IN_CANNOT: .*formula/],
    ['Place__c', '<type>Location</type><scale>5</scale>', /^STAND_IN_CANNOT: .*Location/],
    ['Global__c', '<type>Picklist</type><valueSet><valueSetName>Countries</valueSetName></valueSet>', /^STAND_IN_CANNOT: .*Countries/],
  ];
  const result = await deployOn('Lead', Object.fromEntries(cases.map(([name, body]) => [name, body])));
  expect(result.status).toBe('Failed');
  const told = new Map(result.details.componentFailures.map(({ fullName, problem }) => [fullName, problem]));
  for (const [name, , problem] of cases) {
    if (typeof problem === 'string') expect(told.get(`Lead.${name}`), name).toBe(problem);
    else expect(told.get(`Lead.${name}`), name).toMatch(problem);
  }
});

test.each([
  [
    'a label',
    '<fields><fullName>X__c</fullName><type>Date</type></fields>',
    'Account.X__c: Must specify a non-empty label for the CustomField',
  ],
  ['a type', '<fields><fullName>X__c</fullName><label>X</label></fields>', 'Account.X__c: Required field is missing: type'],
  [
    'one that is none',
    '<fields><fullName>X__c</fullName><label>X</label><type>hat</type></fields>',
    "Account: Error parsing file: 'hat' is not a valid value for the enum 'FieldType'",
  ],
  [
    'twice the same',
    '<fields><fullName>X__c</fullName><label>X</label><label>X</label><type>Date</type></fields>',
    'Account: Error parsing file: Element label is duplicated at this location in type CustomField',
  ],
])('a field needs %s', async (_, body, problem) => {
  const result = await deploy(org, {
    'package.xml': packageXml({ CustomField: ['Account.X__c'], CustomObject: ['Account'] }),
    'objects/Account.object': file('CustomObject', body),
  });
  expect(failures(result)).toContain(problem);
});

test('a wrong word is shown where it stands', async () => {
  const result = await deploy(org, {
    'package.xml': packageXml({ CustomObject: ['Account'] }),
    'objects/Account.object':
      '<CustomObject xmlns="http://soap.sforce.com/2006/04/metadata">\n    <fields>\n        <type>hat</type>\n    </fields>\n</CustomObject>',
  });
  expect(result.details.componentFailures[0]).toMatchObject({ lineNumber: 3, columnNumber: 25 });
});

test.each(['Task', 'Event', 'Group', 'Nope__c'])('%s takes no fields', async (object) => {
  const problem = `Entity Enumeration Or ID: bad value for restricted picklist field: ${object}`;
  expect(failures(await deployOn(object, { X__c: '<length>5</length><type>Text</type>' }))).toEqual([`${object}.X__c: ${problem}`]);
});

test('a field changes among its like, and nowhere else', async () => {
  const change = async (body: string) => failures(await deployOn('Opportunity', { Shape__c: body }));
  expect(await change('<length>20</length><type>Text</type>')).toEqual([]);
  expect(await change('<length>90</length><type>Text</type>')).toEqual([]);
  expect(await change('<type>Phone</type>')).toEqual([]);
  expect(await change('<precision>9</precision><scale>0</scale><type>Number</type>')).toEqual([
    'Opportunity.Shape__c: Cannot change type due to existing data',
  ]);
  expect(await change('<displayFormat>A-{0}</displayFormat><type>AutoNumber</type>')).toEqual([
    'Opportunity.Shape__c: Cannot update a field to a AutoNumber from something else',
  ]);
});

test('a key is made unique only over values that are apart', async () => {
  const key = (more = '') => ({ Twin__c: `<length>20</length><type>Text</type>${more}` });
  await deployOn('Account', key());
  await grantAll('Account', ['Twin__c']);
  for (const id of [seeded.bakery, seeded.sake]) await org.call('PATCH', `/sobjects/Account/${id}`, { Twin__c: 'same' });
  expect(failures(await deployOn('Account', key('<unique>true</unique>')))).toEqual([
    'Account.Twin__c: Can not make Twin__c unique: there are duplicate values',
  ]);
  await org.call('PATCH', `/sobjects/Account/${seeded.sake}`, { Twin__c: 'other' });
  expect(failures(await deployOn('Account', key('<unique>true</unique>')))).toEqual([]);
  expect(await org.call('PATCH', `/sobjects/Account/${seeded.sake}`, { Twin__c: 'same' })).toMatchObject({
    status: 400,
    body: [{ errorCode: 'DUPLICATE_VALUE' }],
  });
});

test('a custom object with a master comes with its fields, and goes with them', async () => {
  const objectFile = (body: string) =>
    file(
      'CustomObject',
      `<deploymentStatus>Deployed</deploymentStatus><label>Visit</label><nameField><displayFormat>V-{0000}</displayFormat><label>Visit No</label><type>AutoNumber</type></nameField><pluralLabel>Visits</pluralLabel><sharingModel>ControlledByParent</sharingModel>${body}`,
    );
  const master = field(
    'Account__c',
    '<type>MasterDetail</type><referenceTo>Account</referenceTo><relationshipName>Visits</relationshipName><relationshipOrder>0</relationshipOrder>',
  );
  const set = file(
    'PermissionSet',
    '<label>Visits</label><objectPermissions><allowCreate>true</allowCreate><allowDelete>false</allowDelete><allowEdit>true</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Visit__c</object><viewAllRecords>false</viewAllRecords></objectPermissions>',
  );
  const files = {
    'package.xml': packageXml({ CustomObject: ['Visit__c'], PermissionSet: ['Visits'] }),
    'objects/Visit__c.object': objectFile(master),
    'permissionsets/Visits.permissionset': set,
  };
  expect(failures(await deploy(org, files))).toEqual(['Visits: Permission Read Visit__c depends on permission(s): Read Account']);
  const read =
    '<allowCreate>false</allowCreate><allowDelete>false</allowDelete><allowEdit>false</allowEdit><allowRead>true</allowRead><modifyAllRecords>false</modifyAllRecords><object>Account</object><viewAllRecords>false</viewAllRecords>';
  const whole = await deploy(org, {
    ...files,
    'permissionsets/Visits.permissionset': set.replace(
      '</objectPermissions>',
      `</objectPermissions><objectPermissions>${read}</objectPermissions>`,
    ),
  });
  expect(failures(whole)).toEqual([]);
  await org.call('POST', '/sobjects/PermissionSetAssignment', {
    AssigneeId: seeded.integration,
    PermissionSetId: whole.details.componentSuccesses.find(({ fullName }) => fullName === 'Visits')?.id,
  });
  expect(await described('Visit__c')).toMatchObject({ Name: { type: 'string' }, Account__c: { referenceTo: ['Account'] } });
  expect((await org.call('POST', '/sobjects/Visit__c', { Account__c: seeded.bakery })).status).toBe(201);

  const twin = await deployOn('Contact', {
    Other__c: '<type>Lookup</type><referenceTo>Account</referenceTo><relationshipName>Visits</relationshipName>',
  });
  expect(failures(twin)).toEqual(['Contact.Other__c: There is already a Child Relationship named Visits on Account.']);

  await deployOn('Contact', {
    Visit__c: '<type>Lookup</type><referenceTo>Visit__c</referenceTo><relationshipName>Guests</relationshipName>',
  });
  const remove = { 'package.xml': packageXml({}), 'destructiveChanges.xml': packageXml({ CustomObject: ['Visit__c'] }, '') };
  expect(failures(await deploy(org, remove))).toEqual([
    'Visit__c: This custom object is referenced elsewhere in salesforce.com. : Custom Field - Contact.Visit__c',
  ]);
  await deploy(org, { 'package.xml': packageXml({}), 'destructiveChanges.xml': packageXml({ CustomField: ['Contact.Visit__c'] }, '') });
  expect(failures(await deploy(org, remove))).toEqual([]);
  expect((await org.call('GET', '/sobjects/Visit__c/describe')).status).toBe(404);
});

test.each([
  ['a label', '<pluralLabel>X</pluralLabel>', 'Must specify a non-empty label for the CustomObject'],
  ['a name', '<label>X</label><pluralLabel>X</pluralLabel>', 'Must specify a nameField of type Text or AutoNumber'],
])('a custom object needs %s; what hangs on it fails with it', async (_, body, problem) => {
  const result = await deploy(org, {
    'package.xml': packageXml({ CustomObject: ['Poor__c'], Layout: ['Poor__c-Poor'] }),
    'objects/Poor__c.object': file('CustomObject', body + field('A__c', '<type>Date</type>')),
    'layouts/Poor__c-Poor.layout': file('Layout', ''),
  });
  expect(failures(result)).toEqual([
    `Poor__c: ${problem}`,
    'Poor__c.A__c: Parent entity failed to deploy',
    'Poor__c-Poor: Parent entity failed to deploy',
  ]);
});
