import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';
import { deploy, failures, file, packageXml, resultOf, startDeploy, zipOf } from './testing/packages.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
  await deploy(org, callKey);
});
afterAll(() => org.stop());

const textField = (name: string, more = '') =>
  `    <fields>\n        <fullName>${name}</fullName>\n        <label>${name.replace('__c', '')}</label>\n        <length>64</length>\n        <type>Text</type>${more}\n    </fields>`;
const object = (...fields: string[]) => file('CustomObject', fields.join('\n'));
const callKey = {
  'package.xml': packageXml({ CustomField: ['Activity.Call_Key__c'] }),
  'objects/Activity.object': object(textField('Call_Key__c')),
};
const accountField = (name: string, more = '') => ({
  'package.xml': packageXml({ CustomField: [`Account.${name}`] }),
  'objects/Account.object': object(textField(name, more)),
});
const fieldOf = async (name: string, of: string) =>
  ((await org.call('GET', `/sobjects/${of}/describe`)).body as { fields: Record<string, unknown>[] }).fields.find(
    (field) => field['name'] === name,
  );
const assign = (setId: string | undefined) =>
  org.call('POST', '/sobjects/PermissionSetAssignment', { AssigneeId: seeded.integration, PermissionSetId: setId });
const tooling = async (soql: string) =>
  (await org.call('GET', `/tooling/query?${new URLSearchParams({ q: soql }).toString()}`)).body as { records: Record<string, unknown>[] };
const exists = async (object: string, name: string) =>
  (await tooling(`SELECT Id FROM CustomField WHERE TableEnumOrId = '${object}' AND DeveloperName = '${name}'`)).records.length === 1;

test('a field on Activity is one on tasks and events once a permission set shows it; the same again changes nothing', async () => {
  const package_ = {
    'package.xml': packageXml({ CustomField: ['Activity.Other_Key__c'] }),
    'objects/Activity.object': object(textField('Other_Key__c', '<externalId>true</externalId><unique>true</unique>')),
  };
  const first = await deploy(org, package_);
  expect(first).toMatchObject({
    status: 'Succeeded',
    done: true,
    success: true,
    numberComponentsTotal: 1,
    numberComponentsDeployed: 1,
    numberComponentErrors: 0,
  });
  expect(first.details.componentSuccesses).toEqual([
    expect.objectContaining({ fullName: 'package.xml', componentType: '', success: true }),
    expect.objectContaining({
      fullName: 'Activity.Other_Key__c',
      componentType: 'CustomField',
      fileName: 'objects/Activity.object',
      created: true,
      changed: true,
      id: expect.stringMatching(/^00N/) as string,
    }),
  ]);
  const again = await deploy(org, package_);
  expect(again.details.componentSuccesses[1]).toMatchObject({ created: false, changed: false });

  const set = await deploy(org, {
    'package.xml': packageXml({ PermissionSet: ['Calls'] }),
    'permissionsets/Calls.permissionset': file(
      'PermissionSet',
      `<label>Calls</label>${['Task', 'Event']
        .map(
          (of) =>
            `<fieldPermissions><editable>true</editable><field>${of}.Other_Key__c</field><readable>true</readable></fieldPermissions>`,
        )
        .join('')}`,
    ),
  });
  expect(failures(set)).toEqual([]);
  await assign(set.details.componentSuccesses[1]?.id);
  for (const of of ['Task', 'Event']) expect(await fieldOf('Other_Key__c', of)).toMatchObject({ type: 'string', length: 64, unique: true });
  expect((await org.call('PATCH', '/sobjects/Task/Other_Key__c/one', { Subject: 'Call' })).status).toBe(201);
});

test('what the package and its files disagree about', async () => {
  const result = await deploy(org, {
    'package.xml': packageXml({ CustomField: ['Account.Named__c'], Nonsense: ['X'], ApexClass: ['Calls'] }),
    'objects/Account.object': object(textField('Stray__c')),
    'classes/Calls.cls': 'public class Calls {}',
    'classes/Calls.cls-meta.xml': file('ApexClass', '<apiVersion>66.0</apiVersion>'),
  });
  expect(result).toMatchObject({ status: 'Failed', success: false });
  expect(failures(result).toSorted()).toEqual([
    "Account.Named__c: An object 'Account.Named__c' of type CustomField was named in package.xml, but was not found in zipped directory",
    'Account.Stray__c: Not in package.xml',
    expect.stringMatching(/^Calls: STAND_IN_CANNOT: .*ApexClass/) as string,
    "package.xml: Unknown type name 'Nonsense' specified in package.xml",
  ]);
});

test('allowMissingFiles makes a missing file a warning', async () => {
  const result = await deploy(org, { 'package.xml': packageXml({ CustomField: ['Account.Named__c'] }) }, { allowMissingFiles: true });
  expect(result).toMatchObject({ status: 'Succeeded', success: true });
  expect(result.details.componentSuccesses.map(({ problemType }) => problemType)).toContain('Warning');
});

test.each([
  ['no package.xml', { 'objects/Account.object': object() }, {}, 'package.xml: No package.xml found'],
  ['a package.xml in a folder', { 'src/package.xml': packageXml({}) }, {}, 'package.xml: No package.xml found'],
  ['a broken package.xml', { 'package.xml': '<Package><types></Package>' }, {}, /^package\.xml: Error parsing file: /],
  [
    'another root',
    { 'package.xml': '<Paket/>' },
    {},
    'package.xml: Error parsing file: Element Paket invalid at this location in type Package',
  ],
])('%s', async (_, files, options, expected) => {
  const result = await deploy(org, files, options);
  expect(result).toMatchObject({ status: 'Failed', numberComponentsTotal: 0, numberComponentErrors: 0 });
  expect(failures(result)).toEqual([typeof expected === 'string' ? expected : (expect.stringMatching(expected) as string)]);
});

test('without singlePackage each folder is a package, and its files are named with it', async () => {
  const result = await deploy(
    org,
    { 'one/package.xml': packageXml({ CustomField: ['*'] }), 'one/objects/Account.object': object(textField('InFolder__c')) },
    { singlePackage: false },
  );
  expect(result.details.componentSuccesses.map(({ fileName }) => fileName)).toEqual(['one/package.xml', 'one/objects/Account.object']);
});

test('one failure rolls everything back; without rollbackOnError the rest stays', async () => {
  const files = {
    'package.xml': packageXml({ CustomField: ['Account.Good__c', 'Account.Bad__c'] }),
    'objects/Account.object': object(textField('Good__c'), textField('Bad__c').replace('<length>64</length>', '')),
  };
  const whole = await deploy(org, files);
  expect(whole).toMatchObject({ status: 'Failed', numberComponentsTotal: 2, numberComponentErrors: 1, numberComponentsDeployed: 1 });
  expect(whole.details.componentFailures).toEqual([
    expect.objectContaining({
      problem: "Must specify 'length' for a CustomField of type Text",
      problemType: 'Error',
      lineNumber: 9,
      columnNumber: 13,
    }),
  ]);
  expect(await exists('Account', 'Good')).toBe(false);
  const part = await deploy(org, files, { rollbackOnError: false });
  expect(part).toMatchObject({ status: 'SucceededPartial', success: true });
  expect(await exists('Account', 'Good')).toBe(true);
});

test('a validation changes nothing, and is deployed quickly when it ran tests', async () => {
  const untested = await deploy(org, accountField('Checked__c'), { checkOnly: true });
  expect(untested).toMatchObject({ status: 'Succeeded', checkOnly: true });
  expect(await exists('Account', 'Checked')).toBe(false);
  expect(await org.call('POST', `/metadata/deployRequest/${untested.id}`)).toMatchObject({
    status: 400,
    body: [{ errorCode: 'INVALID_ID_FIELD' }],
  });

  const tested = await deploy(org, accountField('Checked__c'), { checkOnly: true, testLevel: 'RunLocalTests' });
  const quick = await org.call('POST', '/metadata/deployRequest', { validatedDeployRequestId: tested.id });
  expect(quick).toMatchObject({ status: 201, body: { validatedDeployRequestId: tested.id, deployResult: { status: 'Pending' } } });
  expect(await resultOf(org, (quick.body as { id: string }).id)).toMatchObject({ status: 'Succeeded', checkOnly: false });
  expect(await exists('Account', 'Checked')).toBe(true);

  await org.control('POST', '/clock', { advanceMs: 11 * 86_400_000 });
  await org.signIn();
  expect((await org.call('POST', `/metadata/deployRequest/${tested.id}`)).status).toBe(400);
  await org.control('POST', '/clock', { shiftMs: 0 });
  await org.signIn();
  expect(await org.call('POST', '/metadata/deployRequest/0AfSx0000009999MAA')).toMatchObject({
    status: 400,
    body: [{ errorCode: 'INVALID_CROSS_REFERENCE_KEY', message: 'invalid cross reference id' }],
  });
});

test('a deployment waits, is worked on and is done by the clock; it can be called off', async () => {
  await org.control('POST', '/deployments', { waitMs: 60_000, workMs: 60_000 });
  const first = await startDeploy(org, accountField('Slow1__c'));
  const second = await startDeploy(org, accountField('Slow2__c'));
  const third = await startDeploy(org, accountField('Slow3__c'));
  await org.control('POST', '/deployments', {});
  const id = (started: { body: unknown }) => (started.body as { id: string }).id;
  const status = async (started: { body: unknown }) => (await resultOf(org, id(started))).status;
  expect(first).toMatchObject({ status: 201, body: { deployResult: { status: 'Pending', done: false } } });
  await org.control('POST', '/clock', { advanceMs: 61_000 });
  expect(await status(first)).toBe('InProgress');
  expect(await status(second)).toBe('Pending');
  const canceled = await org.call('PATCH', `/metadata/deployRequest/${id(second)}`, { deployResult: { status: 'Canceling' } });
  expect(canceled).toMatchObject({ status: 202, body: { deployResult: { status: 'Canceled', canceledByName: 'Integration User' } } });
  expect(await org.call('PATCH', `/metadata/deployRequest/${id(first)}`, { deployResult: { status: 'Canceling' } })).toMatchObject({
    status: 202,
    body: { deployResult: { status: 'Canceling' } },
  });
  expect(await status(first)).toBe('Canceled');
  await org.control('POST', '/clock', { advanceMs: 61_000 });
  expect(await status(third)).toBe('Succeeded');
  expect([await exists('Account', 'Slow1'), await exists('Account', 'Slow2'), await exists('Account', 'Slow3')]).toEqual([
    false,
    false,
    true,
  ]);
  expect((await org.call('PATCH', `/metadata/deployRequest/${id(third)}`, { deployResult: { status: 'Canceling' } })).status).toBe(400);
});

test('what is deployed can be taken out again, before or after; what is not there is a warning', async () => {
  await deploy(org, accountField('Old__c'));
  const set = await deploy(org, {
    'package.xml': packageXml({ PermissionSet: ['Old'] }),
    'permissionsets/Old.permissionset': file(
      'PermissionSet',
      '<fieldPermissions><editable>false</editable><field>Account.Old__c</field><readable>true</readable></fieldPermissions><label>Old</label>',
    ),
  });
  expect(failures(set)).toEqual([]);
  const gone = await deploy(org, {
    ...accountField('New__c'),
    'destructiveChangesPre.xml': packageXml({ CustomField: ['Account.Old__c'] }, ''),
    'destructiveChangesPost.xml': packageXml({ PermissionSet: ['Old'] }, ''),
  });
  expect(gone.details.componentSuccesses.map(({ fullName, deleted, fileName }) => [fullName, deleted, fileName])).toEqual([
    ['package.xml', false, 'package.xml'],
    ['Account.Old__c', true, 'destructiveChangesPre.xml'],
    ['Account.New__c', false, 'objects/Account.object'],
    ['Old', true, 'destructiveChangesPost.xml'],
  ]);
  expect((await org.query("SELECT Id FROM FieldPermissions WHERE Field = 'Account.Old__c'")).records).toEqual([]);
  expect((await org.query("SELECT Id FROM PermissionSet WHERE Name = 'Old'")).records).toEqual([]);

  const missing = { 'package.xml': packageXml({}), 'destructiveChanges.xml': packageXml({ CustomField: ['Account.Old__c'] }, '') };
  const refused = await deploy(org, missing);
  expect(refused).toMatchObject({ status: 'Failed' });
  expect(refused.details.componentFailures).toEqual([
    expect.objectContaining({
      problem: 'No CustomField named: Account.Old__c found',
      problemType: 'Warning',
      fullName: 'destructiveChanges.xml',
    }),
  ]);
  expect(await deploy(org, missing, { ignoreWarnings: true })).toMatchObject({ status: 'Succeeded' });
  const wild = await deploy(org, { 'package.xml': packageXml({}), 'destructiveChanges.xml': packageXml({ CustomField: ['*'] }, '') });
  expect(failures(wild)).toEqual(['*: Wildcards are not supported in destructiveChanges.xml']);
});

test('a permission set grants what is there and what may be granted, and takes away what it no longer names', async () => {
  const set = (body: string) => ({
    'package.xml': packageXml({ PermissionSet: ['Rights'] }),
    'permissionsets/Rights.permissionset': file('PermissionSet', body),
  });
  const field = (name: string, editable = true, readable = true) =>
    `<fieldPermissions><editable>${editable}</editable><field>${name}</field><readable>${readable}</readable></fieldPermissions>`;
  const objects = (name: string, rights: Record<string, boolean>) =>
    `<objectPermissions>${Object.entries({
      allowCreate: false,
      allowDelete: false,
      allowEdit: false,
      allowRead: false,
      modifyAllRecords: false,
      viewAllRecords: false,
      ...rights,
    })
      .map(([key, value]) => `<${key}>${value}</${key}>`)
      .join('')}<object>${name}</object></objectPermissions>`;
  await deploy(org, accountField('Must__c', '<required>true</required>'));
  const label = '<label>Rights</label>';
  for (const [body, problem] of [
    ['', 'Required field is missing: label'],
    [label + field('Account.Nope__c'), 'In field: field - no CustomField named Account.Nope__c found'],
    [label + field('Activity.Call_Key__c'), 'In field: field - no CustomField named Activity.Call_Key__c found'],
    [label + field('Account.Must__c'), 'You cannot deploy to a required field: Account.Must__c'],
    [label + field('Account.Name'), 'You cannot deploy to a required field: Account.Name'],
    [label + field('Account.Phone') + field('Account.Phone'), 'Field: field, value: Account.Phone appears more than once'],
    [label + objects('Nope__c', { allowRead: true }), 'In field: object - no CustomObject named Nope__c found'],
    [label + objects('Account', { allowEdit: true }), 'Permission Edit Account depends on permission(s): Read Account'],
    [
      `${label}<userPermissions><enabled>true</enabled><name>FlyToTheMoon</name></userPermissions>`,
      'Unknown user permission: FlyToTheMoon',
    ],
    [
      `${label}<colour>red</colour>`,
      'Error parsing file: Element {http://soap.sforce.com/2006/04/metadata}colour invalid at this location in type PermissionSet',
    ],
    [`${label}<classAccesses><apexClass>X</apexClass><enabled>true</enabled></classAccesses>`, /^STAND_IN_CANNOT: .*classAccesses/],
  ] as const) {
    const result = await deploy(org, set(body));
    expect(failures(result)).toEqual([
      typeof problem === 'string' ? `Rights: ${problem}` : (expect.stringMatching(/STAND_IN_CANNOT: .*classAccesses/) as string),
    ]);
  }

  const full = await deploy(
    org,
    set(
      `${label}<description>Of calls</description>${field('Account.Phone')}${field('Account.Fax', false)}${objects('Account', { allowRead: true, allowEdit: true })}<userPermissions><enabled>true</enabled><name>ApiEnabled</name></userPermissions>`,
    ),
  );
  expect(failures(full)).toEqual([]);
  const rows = async (object: string, columns: string) =>
    (await org.query(`SELECT ${columns} FROM ${object} WHERE Parent.Name = 'Rights' ORDER BY ${columns.split(',')[0] ?? ''}`)).records;
  expect(
    (
      await org.query(
        "SELECT Label, Description, PermissionsApiEnabled, PermissionsViewSetup, IsOwnedByProfile FROM PermissionSet WHERE Name = 'Rights'",
      )
    ).records,
  ).toMatchObject([
    { Label: 'Rights', Description: 'Of calls', PermissionsApiEnabled: true, PermissionsViewSetup: false, IsOwnedByProfile: false },
  ]);
  expect(await rows('FieldPermissions', 'Field, SobjectType, PermissionsRead, PermissionsEdit')).toMatchObject([
    { Field: 'Account.Fax', SobjectType: 'Account', PermissionsRead: true, PermissionsEdit: false },
    { Field: 'Account.Phone', SobjectType: 'Account', PermissionsRead: true, PermissionsEdit: true },
  ]);
  expect(await rows('ObjectPermissions', 'SobjectType, PermissionsEdit, PermissionsDelete')).toMatchObject([
    { SobjectType: 'Account', PermissionsEdit: true, PermissionsDelete: false },
  ]);
  await deploy(org, set(label + field('Account.Fax', false)));
  expect(await rows('FieldPermissions', 'Field')).toMatchObject([{ Field: 'Account.Fax' }]);
  expect(await rows('ObjectPermissions', 'SobjectType')).toEqual([]);
});

test('a profile in the same deployment shows a new field; what it does not name stays', async () => {
  const files = {
    'package.xml': packageXml({ CustomField: ['Account.Shown__c'], Profile: ['Admin'] }),
    'objects/Account.object': object(textField('Shown__c')),
    'profiles/Admin.profile': file(
      'Profile',
      '<custom>false</custom><fieldPermissions><editable>true</editable><field>Account.Shown__c</field><readable>true</readable></fieldPermissions><userLicense>Salesforce</userLicense>',
    ),
  };
  const before = await fieldOf('Phone', 'Account');
  expect(failures(await deploy(org, files))).toEqual([]);
  expect(await fieldOf('Shown__c', 'Account')).toMatchObject({ updateable: true });
  expect(await fieldOf('Phone', 'Account')).toEqual(before);
  const hide = files['profiles/Admin.profile'].replace('<editable>true', '<editable>false').replace('<readable>true', '<readable>false');
  expect(failures(await deploy(org, { ...files, 'profiles/Admin.profile': hide }))).toEqual([]);
  expect(await fieldOf('Shown__c', 'Account')).toBeUndefined();
  const nobody = { 'package.xml': packageXml({ Profile: ['Nobody'] }), 'profiles/Nobody.profile': file('Profile', '') };
  expect(failures(await deploy(org, nobody))).toEqual([expect.stringContaining('STAND_IN_CANNOT') as string]);
});

test('a deployment under way outlives the process', async () => {
  const path = join(await mkdtemp(join(tmpdir(), 'deploy-')), 'org.sqlite');
  const clock = { nowMs: Date.now() };
  const first = await testOrg({ file: path, clock: () => clock.nowMs });
  await first.control('POST', '/deployments', { waitMs: 60_000, workMs: 0 });
  const { body } = await startDeploy(first, accountField('Later__c'));
  await first.stop();
  clock.nowMs += 61_000;
  const second = await testOrg({ file: path, clock: () => clock.nowMs });
  try {
    expect(await resultOf(second, (body as { id: string }).id)).toMatchObject({ status: 'Succeeded', numberComponentsDeployed: 1 });
  } finally {
    await second.stop();
    await rm(dirname(path), { recursive: true });
  }
});

test('call centers, queues and documents come to be', async () => {
  const files = {
    'package.xml': packageXml({
      CallCenter: ['Cordboard'],
      Queue: ['Callbacks'],
      CspTrustedSite: ['Cordboard'],
      CorsWhitelistOrigin: ['Cordboard'],
      RemoteSiteSetting: ['Cordboard'],
      Layout: ['Task-Task Layout'],
      ExternalClientApplication: ['Cordboard'],
      ExtlClntAppOauthSettings: ['Cordboard_oauth'],
    }),
    'callCenters/Cordboard.callCenter': file(
      'CallCenter',
      '<displayName>Cordboard phone</displayName><displayNameLabel>Display Name</displayNameLabel><internalNameLabel>Internal Name</internalNameLabel><sections><items><label>Adapter</label><name>reqAdapterUrl</name><value>https://phone.example/</value></items><label>General</label><name>reqGeneralInfo</name></sections><version>4.0</version>',
    ),
    'queues/Callbacks.queue': file(
      'Queue',
      '<doesSendEmailToMembers>true</doesSendEmailToMembers><email>a@b.example</email><name>Call back</name><queueMembers><users><user>anna.nowak@acme.example</user></users></queueMembers><queueSobject><sobjectType>Task</sobjectType></queueSobject>',
    ),
    'cspTrustedSites/Cordboard.cspTrustedSite': file(
      'CspTrustedSite',
      '<endpointUrl>https://phone.example</endpointUrl><isActive>true</isActive>',
    ),
    'corsWhitelistOrigins/Cordboard.corsWhitelistOrigin': file('CorsWhitelistOrigin', '<urlPattern>https://phone.example</urlPattern>'),
    'remoteSiteSettings/Cordboard.remoteSite': file(
      'RemoteSiteSetting',
      '<disableProtocolSecurity>false</disableProtocolSecurity><isActive>true</isActive><url>https://phone.example</url>',
    ),
    'layouts/Task-Task Layout.layout': file(
      'Layout',
      '<layoutSections><label>Call</label><layoutColumns><layoutItems><behavior>Edit</behavior><field>Call_Key__c</field></layoutItems></layoutColumns></layoutSections>',
    ),
    'externalClientApps/Cordboard.eca': file(
      'ExternalClientApplication',
      '<contactEmail>a@b.example</contactEmail><distributionState>Local</distributionState><label>Cordboard</label>',
    ),
    'extlClntAppOauthSettings/Cordboard_oauth.ecaOauth': file(
      'ExtlClntAppOauthSettings',
      '<commaSeparatedOauthScopes>Api, RefreshToken</commaSeparatedOauthScopes><externalClientApplication>Cordboard</externalClientApplication><label>OAuth</label>',
    ),
  };
  const result = await deploy(org, files);
  expect(failures(result)).toEqual([]);
  expect((await org.query('SELECT Name, InternalName, AdapterUrl, Version FROM CallCenter')).records).toMatchObject([
    { Name: 'Cordboard phone', InternalName: 'Cordboard', AdapterUrl: 'https://phone.example/', Version: 4 },
  ]);
  const [queue] = (await org.query("SELECT Id, Name, Email FROM Group WHERE DeveloperName = 'Callbacks'")).records;
  expect(queue).toMatchObject({ Name: 'Call back', Email: 'a@b.example' });
  expect((await org.query(`SELECT UserOrGroupId FROM GroupMember WHERE GroupId = '${String(queue?.['Id'])}'`)).records).toMatchObject([
    { UserOrGroupId: seeded.anna },
  ]);
  const task = await org.call('POST', '/sobjects/Task', { Subject: 'Call back', OwnerId: queue?.['Id'] });
  expect(task.status).toBe(201);

  const owned = await deploy(org, { 'package.xml': packageXml({}), 'destructiveChanges.xml': packageXml({ Queue: ['Callbacks'] }, '') });
  expect(failures(owned)).toEqual(['Callbacks: This queue cannot be deleted since it owns records of type Task']);

  for (const [type, path, body, problem] of [
    [
      'Queue',
      'queues/Q.queue',
      '<name>Q</name><queueSobject><sobjectType>Account</sobjectType></queueSobject>',
      'Q: In field: sobjectType - no CustomObject named Account found',
    ],
    [
      'Queue',
      'queues/Q.queue',
      '<name>Q</name><queueMembers><users><user>nobody@acme.example</user></users></queueMembers>',
      'Q: In field: user - no User named nobody@acme.example found',
    ],
    [
      'CorsWhitelistOrigin',
      'corsWhitelistOrigins/Q.corsWhitelistOrigin',
      '<urlPattern>http://phone.example</urlPattern>',
      /must include the HTTPS protocol/,
    ],
    ['CspTrustedSite', 'cspTrustedSites/Q.cspTrustedSite', '<isActive>true</isActive>', 'Q: Required field is missing: endpointUrl'],
    [
      'CspTrustedSite',
      'cspTrustedSites/Q.cspTrustedSite',
      '<isActive>yes</isActive>',
      /'yes' is not a valid value for the type xsd:boolean/,
    ],
    [
      'ExtlClntAppOauthSettings',
      'extlClntAppOauthSettings/Q.ecaOauth',
      '<externalClientApplication>Nope</externalClientApplication><label>x</label>',
      /no ExternalClientApplication named Nope found/,
    ],
    ['Layout', 'layouts/Q.layout', '', 'Q: Invalid fullName: Q'],
  ] as const) {
    const refused = await deploy(org, { 'package.xml': packageXml({ [type]: ['Q'] }), [path]: file(type, body) });
    expect(failures(refused)).toEqual([typeof problem === 'string' ? problem : (expect.stringMatching(problem) as string)]);
  }
  const layout = await deploy(org, {
    'package.xml': packageXml({ Layout: ['Task-Other'] }),
    'layouts/Task-Other.layout': file(
      'Layout',
      '<layoutSections><layoutColumns><layoutItems><field>Nope__c</field></layoutItems></layoutColumns></layoutSections>',
    ),
  });
  expect(failures(layout)).toEqual(['Task-Other: In field: field - no CustomField named Task.Nope__c found']);
});

test('the form is read byte for byte, by either name of its part, and refused when it is none', async () => {
  const zip = zipOf(accountField('Named2__c'));
  expect(await startDeploy(org, zip, {}, 'entity_content')).toMatchObject({ status: 201 });
  const post = (type: string, body: string) => org.call('POST', '/metadata/deployRequest', body, { 'content-type': type });
  expect(await post('multipart/form-data; boundary=x', 'nothing')).toMatchObject({
    status: 400,
    body: [{ errorCode: 'INVALID_MULTIPART_REQUEST' }],
  });
  expect(
    await post('multipart/form-data; boundary=x', '--x\r\nContent-Disposition: form-data; name="json"\r\n\r\n{}\r\n--x--\r\n'),
  ).toMatchObject({
    status: 400,
    body: [{ errorCode: 'INVALID_MULTIPART_REQUEST', message: expect.stringContaining('file') as string }],
  });
  expect((await post('text/plain', '')).status).toBe(415);
  expect(await startDeploy(org, zip, { testLevel: 'RunEverything' })).toMatchObject({
    status: 400,
    body: [{ errorCode: 'JSON_PARSER_ERROR' }],
  });
  expect((await org.call('GET', '/metadata/deployRequest/0AfSx0000009999MAA')).status).toBe(404);
  const broken = await deploy(org, Buffer.from('PK but no zip'));
  expect(broken).toMatchObject({
    status: 'Failed',
    done: true,
    errorMessage: expect.stringMatching(/^INVALID_OPERATION: The zip file cannot be read/) as string,
  });
});
