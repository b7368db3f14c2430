import { unzipSync } from 'fflate';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seeded, testOrg, type TestOrg } from '../testing/test-org.ts';
import { all, deploy, file, packageXml, soap, zipOf } from './testing/packages.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const accountField = (name: string) => ({
  'package.xml': packageXml({ CustomField: [`Account.${name}`] }),
  'objects/Account.object': file('CustomObject', `<fields><fullName>${name}</fullName><label>${name}</label><type>Date</type></fields>`),
});
const start = async (files: Record<string, string>, options = '') =>
  all(
    (
      await soap(
        org,
        `<deploy><ZipFile>${zipOf(files).toString('base64')}</ZipFile><DeployOptions><singlePackage>true</singlePackage>${options}</DeployOptions></deploy>`,
      )
    ).text,
    'id',
  )[0] ?? '';
const status = async (id: string, details = true) =>
  (
    await soap(
      org,
      `<checkDeployStatus><asyncProcessId>${id}</asyncProcessId><includeDetails>${details}</includeDetails></checkDeployStatus>`,
    )
  ).text;
const metadata = (type: string, body: string) => `<metadata xsi:type="${type}">${body}</metadata>`;
const dateField = (name: string, more = '<type>Date</type>') =>
  metadata('CustomField', `<fullName>${name}</fullName><label>D</label>${more}`);

test('a deployment is queued, and tells its details in the order of the WSDL', async () => {
  const begun = await soap(
    org,
    `<deploy><ZipFile>${zipOf(accountField('Soap__c')).toString('base64')}</ZipFile><DeployOptions><singlePackage>true</singlePackage></DeployOptions></deploy>`,
  );
  expect(begun.status).toBe(200);
  expect(begun.text).toContain('<deployResponse><result><done>false</done><id>0Af');
  expect(begun.text).toContain('<state>Queued</state></result></deployResponse>');
  const id = all(begun.text, 'id')[0] ?? '';
  const told = await status(id);
  expect([...told.matchAll(/<(\w+)>(?:true|false|[^<]*)<\/\1>/g)].map((found) => found[1])).toEqual([
    ...['checkOnly', 'completedDate', 'createdBy', 'createdByName', 'createdDate'],
    ...['changed', 'componentType', 'created', 'createdDate', 'deleted', 'fileName', 'fullName', 'success'],
    ...['changed', 'componentType', 'created', 'createdDate', 'deleted', 'fileName', 'fullName', 'id', 'success'],
    ...['numFailures', 'numTestsRun', 'totalTime'],
    ...['done', 'id', 'ignoreWarnings', 'lastModifiedDate', 'numberComponentErrors', 'numberComponentsDeployed', 'numberComponentsTotal'],
    ...[
      'numberTestErrors',
      'numberTestsCompleted',
      'numberTestsTotal',
      'rollbackOnError',
      'runTestsEnabled',
      'startDate',
      'status',
      'success',
    ],
  ]);
  expect(all(told, 'createdBy')).toEqual([seeded.integration.slice(0, 15)]);
  expect(await status(id, false)).not.toContain('componentSuccesses');
  expect((await soap(org, `<checkStatus><asyncProcessId>${id}</asyncProcessId></checkStatus>`)).text).toContain('<state>Completed</state>');
});

test('a validation is deployed, a deployment called off', async () => {
  const id = await start(accountField('Quick__c'), '<checkOnly>true</checkOnly><testLevel>RunLocalTests</testLevel>');
  expect(all(await status(id), 'status')).toEqual(['Succeeded']);
  const quick = await soap(org, `<deployRecentValidation><validationId>${id}</validationId></deployRecentValidation>`);
  const made = /<result>(0Af\w{15})<\/result>/.exec(quick.text)?.[1] ?? '';
  expect(made).not.toBe(id);
  expect(all(await status(made), 'status')).toEqual(['Succeeded']);

  await org.control('POST', '/deployments', { waitMs: 60_000 });
  const waiting = await start(accountField('Never__c'));
  expect((await soap(org, `<cancelDeploy><String>${waiting}</String></cancelDeploy>`)).text).toContain(
    `<done>true</done><id>${waiting}</id>`,
  );
  await org.control('POST', '/deployments', {});
  expect(all(await status(waiting), 'status')).toEqual(['Canceled']);
});

test.each([
  [
    'no session',
    '<describeMetadata/>',
    { session: '' },
    500,
    'sf:INVALID_SESSION_ID',
    'INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: null',
  ],
  [
    'a bad session',
    '<describeMetadata/>',
    { session: 'nonsense' },
    500,
    'sf:INVALID_SESSION_ID',
    'INVALID_SESSION_ID: Invalid Session ID found in SessionHeader: Illegal Session',
  ],
  [
    'a version to come',
    '<describeMetadata/>',
    { path: '/services/Soap/m/99.0' },
    500,
    'sf:UNSUPPORTED_API_VERSION',
    'UNSUPPORTED_API_VERSION: Invalid Api version specified on URL',
  ],
  [
    'no operation of ours',
    '<dance/>',
    {},
    500,
    'soapenv:Client',
    'No operation available for request {http://soap.sforce.com/2006/04/metadata}dance',
  ],
  [
    'an unknown deployment',
    '<checkDeployStatus><asyncProcessId>0AfSx0000009999MAA</asyncProcessId></checkDeployStatus>',
    {},
    500,
    'sf:INVALID_CROSS_REFERENCE_KEY',
    'INVALID_CROSS_REFERENCE_KEY: invalid cross reference id',
  ],
  ['a zip that is none', '<deploy><ZipFile>#</ZipFile></deploy>', {}, 500, 'soapenv:Client', 'ZipFile is not base64'],
  ['what is not here', '<renameMetadata><type>CustomObject</type></renameMetadata>', {}, 501, 'sf:STAND_IN_CANNOT', /renameMetadata/],
  [
    'a type that is not here',
    '<listMetadata><queries><type>ApexClass</type></queries></listMetadata>',
    {},
    501,
    'sf:STAND_IN_CANNOT',
    /ApexClass/,
  ],
] as const)('%s is a fault', async (_, body, more, code, faultcode, faultstring) => {
  const { status: http, text } = await soap(org, body, more);
  expect([http, all(text, 'faultcode')]).toEqual([code, [faultcode]]);
  expect(all(text, 'faultstring')[0]).toMatch(
    typeof faultstring === 'string' ? new RegExp(`^${faultstring.replace(/[{}./]/g, '\\$&')}$`) : faultstring,
  );
});

test('an envelope that is none, and one that brings its own entities', async () => {
  const post = async (body: string) =>
    (await fetch(`${org.apiUrl}/services/Soap/m/66.0`, { method: 'POST', body, headers: { 'content-type': 'text/xml' } })).text();
  expect(all(await post('<a><b></a>'), 'faultcode')).toEqual(['soapenv:Client']);
  expect(await post('<!DOCTYPE x [<!ENTITY y "zzz">]><x>&y;</x>')).toContain('DOCTYPE is not allowed');
});

test('whoever may not change metadata is told so, by SOAP and by REST', async () => {
  const refresh = ((await org.control('POST', '/refresh-token', { user: seeded.anna })).body as { refresh_token: string }).refresh_token;
  const reply = await fetch(`${org.apiUrl}/services/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'refresh_token', client_id: 'app', client_secret: 'secret', refresh_token: refresh }),
  });
  const session = ((await reply.json()) as { access_token: string }).access_token;
  const text = 'use of the Metadata API requires a user with the ModifyAllData or ModifyMetadata permissions';
  const told = await soap(org, '<describeMetadata/>', { session });
  expect([told.status, all(told.text, 'faultcode'), all(told.text, 'faultstring')]).toEqual([
    500,
    ['sf:INSUFFICIENT_ACCESS'],
    [`INSUFFICIENT_ACCESS: ${text}`],
  ]);
  const as = { authorization: `Bearer ${session}` };
  expect(await org.call('GET', '/metadata/deployRequest/0AfSx0000000001MAA', undefined, as)).toMatchObject({
    status: 403,
    body: [{ errorCode: 'INSUFFICIENT_ACCESS', message: text }],
  });
  expect((await org.call('GET', '/tooling/sobjects', undefined, as)).status).toBe(403);
});

test('components are made, read, changed, made again and taken away one by one', async () => {
  const made = (await soap(org, `<createMetadata>${dateField('Account.One__c')}${dateField('Task.Two__c')}</createMetadata>`)).text;
  expect(made).toContain('<result><fullName>Account.One__c</fullName><success>true</success></result>');
  expect(made).toContain(
    '<result><errors><message>Entity Enumeration Or ID: bad value for restricted picklist field: Task</message><statusCode>INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST</statusCode></errors><fullName>Task.Two__c</fullName><success>false</success></result>',
  );
  expect((await soap(org, `<createMetadata>${dateField('Account.One__c')}</createMetadata>`)).text).toContain(
    '<message>There is already a field named One on Account.</message><statusCode>DUPLICATE_DEVELOPER_NAME</statusCode>',
  );
  const upserted = (
    await soap(
      org,
      `<upsertMetadata>${dateField('Account.One__c', '<inlineHelpText>Of the call</inlineHelpText><type>Date</type>')}${dateField('Account.Three__c')}</upsertMetadata>`,
    )
  ).text;
  expect(all(upserted, 'created')).toEqual(['false', 'true']);
  const read = (
    await soap(
      org,
      '<readMetadata><type>CustomField</type><fullNames>Account.One__c</fullNames><fullNames>Account.Nope__c</fullNames></readMetadata>',
    )
  ).text;
  expect(read).toContain('<result><records xsi:type="CustomField"><fullName>Account.One__c</fullName>');
  expect(read).toContain('<inlineHelpText>Of the call</inlineHelpText>');
  expect(read).toContain('<records xsi:nil="true"/></result>');
  expect((await soap(org, `<updateMetadata>${dateField('Account.Nope__c')}</updateMetadata>`)).text).toContain(
    '<statusCode>INVALID_CROSS_REFERENCE_KEY</statusCode>',
  );
  const gone = (
    await soap(
      org,
      '<deleteMetadata><type>CustomField</type><fullNames>Account.One__c</fullNames><fullNames>Account.One__c</fullNames></deleteMetadata>',
    )
  ).text;
  expect(all(gone, 'success')).toEqual(['true', 'false']);
  const many = await soap(
    org,
    `<createMetadata>${Array.from({ length: 11 }, (_, n) => dateField(`Account.M${n}__c`)).join('')}</createMetadata>`,
  );
  expect(all(many.text, 'faultcode')).toEqual(['sf:LIMIT_EXCEEDED']);
});

test('with the AllOrNoneHeader one failure undoes the others', async () => {
  const { text } = await soap(org, `<createMetadata>${dateField('Account.All__c')}${dateField('Account.None__c', '')}</createMetadata>`, {
    header: '<AllOrNoneHeader><allOrNone>true</allOrNone></AllOrNoneHeader>',
  });
  expect(all(text, 'statusCode')).toEqual(['ALL_OR_NONE_OPERATION_ROLLED_BACK', 'REQUIRED_FIELD_MISSING']);
  expect((await soap(org, '<readMetadata><type>CustomField</type><fullNames>Account.All__c</fullNames></readMetadata>')).text).toContain(
    'xsi:nil="true"',
  );
});

test('what the org is made of is listed and described', async () => {
  const list = async (type: string) => (await soap(org, `<listMetadata><queries><type>${type}</type></queries></listMetadata>`)).text;
  expect(all(await list('Queue'), 'fullName')).toEqual(['Missed_Calls', 'New_Leads', 'Support_Callbacks']);
  expect(await list('CspTrustedSite')).toContain('<listMetadataResponse/>');
  const fields = await list('CustomField');
  expect(all(fields, 'fullName')).toEqual(expect.arrayContaining(['Activity.Cordboard_Name__c', 'Lead.Cordboard_Name__c']));
  expect(all(fields, 'fileName')).toEqual(expect.arrayContaining(['objects/Activity.object']));
  const objects = await list('CustomObject');
  expect(all(objects, 'fullName')).toEqual(expect.arrayContaining(['Account', 'Activity', 'Task']));
  expect(
    all(
      (
        await soap(org, '<describeMetadata><asOfVersion>66.0</asOfVersion></describeMetadata>', {
          path: '/services/Soap/m/66.0/00DSx0000000001',
        })
      ).text,
      'xmlName',
    ),
  ).toEqual(expect.arrayContaining(['CustomObject', 'PermissionSet', 'CallCenter', 'Queue', 'Layout']));
});

async function retrieve(types: Record<string, string[]>, more = ''): Promise<{ text: string; files: Record<string, string> }> {
  const asked = Object.entries(types)
    .map(([name, members]) => `<types>${members.map((member) => `<members>${member}</members>`).join('')}<name>${name}</name></types>`)
    .join('');
  const id =
    all(
      (
        await soap(
          org,
          `<retrieve><retrieveRequest><apiVersion>66.0</apiVersion>${more}<unpackaged>${asked}<version>66.0</version></unpackaged></retrieveRequest></retrieve>`,
        )
      ).text,
      'id',
    )[0] ?? '';
  const { text } = await soap(org, `<checkRetrieveStatus><asyncProcessId>${id}</asyncProcessId></checkRetrieveStatus>`);
  const zip = all(text, 'zipFile')[0];
  const opened = zip === undefined ? {} : unzipSync(Buffer.from(zip, 'base64'));
  return { text, files: Object.fromEntries(Object.entries(opened).map(([name, bytes]) => [name, Buffer.from(bytes).toString('utf8')])) };
}

test('what was deployed is retrieved as files that deploy again and change nothing', async () => {
  const label = 'Müller & Söhne <“x”>';
  const deployed = await deploy(
    org,
    {
      'package.xml': packageXml({
        CustomField: ['Lead.Round__c'],
        Layout: ['Lead-A%2FB Layout', 'Lead-A/B Layout'],
        PermissionSet: ['Round'],
      }),
      'objects/Lead.object': file(
        'CustomObject',
        `<fields><fullName>Round__c</fullName><description>${label.replace(/[&<]/g, (char) => (char === '&' ? '&amp;' : '&lt;'))}</description><label>Round</label><type>Picklist</type><valueSet><restricted>true</restricted><valueSetDefinition><sorted>false</sorted><value><fullName>A</fullName><default>false</default><label>Ä</label></value><value><fullName>B</fullName><default>true</default><isActive>false</isActive><label>B</label></value></valueSetDefinition></valueSet></fields>`,
      ),
      'layouts/Lead-A%2FB Layout.layout': file(
        'Layout',
        '<layoutSections><label>One</label></layoutSections><layoutSections><label>Two</label></layoutSections>',
      ),
      'permissionsets/Round.permissionset': file(
        'PermissionSet',
        '<fieldPermissions><editable>true</editable><field>Lead.Round__c</field><readable>true</readable></fieldPermissions><label>Round</label><tabSettings><tab>standard-Lead</tab><visibility>Visible</visibility></tabSettings><userPermissions><enabled>true</enabled><name>ApiEnabled</name></userPermissions>',
      ),
    },
    { allowMissingFiles: true },
  );
  expect(deployed.details.componentFailures).toEqual([]);
  const { files } = await retrieve(
    { CustomField: ['Lead.Round__c'], Layout: ['*'], PermissionSet: ['Round'], CustomObject: ['Account'] },
    '<singlePackage>true</singlePackage>',
  );
  expect(Object.keys(files).toSorted()).toEqual([
    'layouts/Lead-A%2FB Layout.layout',
    'objects/Account.object',
    'objects/Lead.object',
    'package.xml',
    'permissionsets/Round.permissionset',
  ]);
  expect(files['objects/Lead.object']).toContain(
    '    <fields>\n        <fullName>Round__c</fullName>\n        <description>Müller &amp; Söhne &lt;“x”&gt;</description>',
  );
  expect(files['layouts/Lead-A%2FB Layout.layout']).toMatch(/One[\s\S]*Two/);
  expect(files['objects/Account.object']).toContain('<fullName>Cordboard_Name__c</fullName>');
  const again = await deploy(org, files);
  expect(again.details.componentFailures).toEqual([]);
  expect(again.details.componentSuccesses.filter(({ changed, fullName }) => changed && fullName !== 'package.xml')).toEqual([]);
});

test('a retrieve says what it cannot find, and knows no packages', async () => {
  const { text, files } = await retrieve({ CustomField: ['Lead.Nope__c'], Nonsense: ['X'], ApexClass: ['*'], Queue: ['*'] });
  expect(all(text, 'problem')).toEqual([
    'Entity of type &apos;CustomField&apos; named &apos;Lead.Nope__c&apos; cannot be found',
    'Unknown type name &apos;Nonsense&apos; specified in package.xml',
    expect.stringContaining('STAND_IN_CANNOT') as string,
  ]);
  expect(Object.keys(files)).toContain('unpackaged/queues/Missed_Calls.queue');
  expect(files['unpackaged/package.xml']).toContain('<members>New_Leads</members>');
  const named =
    all((await soap(org, '<retrieve><retrieveRequest><packageNames>Mine</packageNames></retrieveRequest></retrieve>')).text, 'id')[0] ?? '';
  const told = (await soap(org, `<checkRetrieveStatus><asyncProcessId>${named}</asyncProcessId></checkRetrieveStatus>`)).text;
  expect([all(told, 'errorMessage'), all(told, 'errorStatusCode'), all(told, 'status')]).toEqual([
    ['INVALID_CROSS_REFERENCE_KEY: No package named &apos;Mine&apos; found'],
    ['UNKNOWN_EXCEPTION'],
    ['Failed'],
  ]);
  await org.control('POST', '/deployments', { workMs: 60_000 });
  const slow = all((await soap(org, '<retrieve><request><unpackaged/></request></retrieve>')).text, 'id')[0] ?? '';
  await org.control('POST', '/deployments', {});
  const waiting = () => soap(org, `<checkRetrieveStatus><asyncProcessId>${slow}</asyncProcessId></checkRetrieveStatus>`);
  expect(all((await waiting()).text, 'done')).toEqual(['false']);
  await org.control('POST', '/clock', { advanceMs: 61_000 });
  expect(all((await waiting()).text, 'done')).toEqual(['true']);
});
