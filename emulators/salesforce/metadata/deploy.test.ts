import { afterAll, beforeAll, expect, test } from 'vitest';
import { testOrg, type TestOrg } from '../testing/test-org.ts';
import { deploy, failures, file, packageXml, resultOf, startDeploy, zipOf } from './testing/packages.ts';

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg();
});
afterAll(() => org.stop());

const textField = (name: string, more = '') => `    <fields>\n        <fullName>${name}</fullName>\n        <label>${name.replace('__c', '')}</label>\n        <length>64</length>\n        <type>Text</type>${more}\n    </fields>`;
const activity = (...fields: string[]) => ({ 'objects/Activity.object': file('CustomObject', fields.join('\n')) });
const fieldsOf = async (object: string) =>
  ((await org.call('GET', `/sobjects/${object}/describe`)).body as { fields: { name: string; type: string; length: number; unique: boolean }[] }).fields;

test('a field on Activity is one on tasks and events; the same again changes nothing', async () => {
  const package_ = {
    'package.xml': packageXml({ CustomField: ['Activity.Call_Key__c'] }),
    ...activity(textField('Call_Key__c', '<externalId>true</externalId><unique>true</unique>')),
  };
  const first = await deploy(org, package_);
  expect(first).toMatchObject({ status: 'Succeeded', done: true, success: true, numberComponentsTotal: 1, numberComponentsDeployed: 1, numberComponentErrors: 0 });
  expect(first.details.componentSuccesses).toEqual([
    expect.objectContaining({ fullName: 'package.xml', componentType: '', success: true }),
    expect.objectContaining({ fullName: 'Activity.Call_Key__c', componentType: 'CustomField', fileName: 'objects/Activity.object', created: true, changed: true, id: expect.stringMatching(/^00N/) as string }),
  ]);
  const again = await deploy(org, package_);
  expect(again.details.componentSuccesses[1]).toMatchObject({ created: false, changed: false });

  const set = await deploy(org, {
    'package.xml': packageXml({ PermissionSet: ['Calls'] }),
    'permissionsets/Calls.permissionset': file(
      'PermissionSet',
      '<label>Calls</label><fieldPermissions><editable>true</editable><field>Task.Call_Key__c</field><readable>true</readable></fieldPermissions><fieldPermissions><editable>true</editable><field>Event.Call_Key__c</field><readable>true</readable></fieldPermissions>',
    ),
  });
  expect(failures(set)).toEqual([]);
  await org.call('POST', '/sobjects/PermissionSetAssignment', {
    AssigneeId: '005Sx0000000001IAA',
    PermissionSetId: set.details.componentSuccesses[1]?.id,
  });
  for (const object of ['Task', 'Event'])
    expect((await fieldsOf(object)).find(({ name }) => name === 'Call_Key__c')).toMatchObject({ type: 'string', length: 64, unique: true });
  const made = await org.call('PATCH', '/sobjects/Task/Call_Key__c/one', { Subject: 'Call' });
  expect(made.status).toBe(201);
});
