import { unzipSync } from 'fflate';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { fieldFor, readFlat, writeElements } from './field.ts';
import { fieldsOf, packageOf, permissionSetOf, publicAddress, readProject, removalOf, whoseRights, zipped } from './package.ts';
import { currentVersion, versionIn } from './version.ts';

const project = readProject();
const ask = { publicUrl: 'https://phone.acme.example/', objects: () => true, extra: [], others: [], without: [] };
const all = packageOf(project, '67.0', ask);

test('whatever changes in org/ is a new version, so that orgs learn that they are outdated', () => {
  const hash = createHash('sha256');
  for (const [path, text] of project) hash.update(`${path}\n${text}\n`);
  // Another hash? Raise the version in version.ts and in the help text of Activity.Cordboard_Name__c, then take the hash printed here.
  expect([currentVersion, hash.digest('hex').slice(0, 16)]).toEqual([2, '2d0801d7e35db838']);
  const name = fieldsOf(project).find((field) => field.object === 'Activity' && field.name === 'Cordboard_Name__c')!;
  expect(versionIn(name.metadata['inlineHelpText'] as string)).toBe(currentVersion);
});

test('one file an object, named as the Metadata API names it, and all of them in package.xml', () => {
  expect([...all.files.keys()]).toEqual([
    'objects/Account.object',
    'objects/Activity.object',
    'objects/Case.object',
    'objects/Contact.object',
    'objects/Lead.object',
    'objects/Opportunity.object',
    'callCenters/Cordboard.callCenter',
    'cspTrustedSites/Cordboard.cspTrustedSite',
    'permissionsets/Cordboard.permissionset',
    'package.xml',
  ]);
  const manifest = all.files.get('package.xml')!;
  for (const { type, name } of all.members) expect(manifest).toMatch(new RegExp(`<members>${name}</members>[\\s\\S]*<name>${type}</name>`));
  expect(manifest).toContain('<version>67.0</version>');
  expect(all.files.get('objects/Activity.object')).toContain('<fullName>Cordboard_Name__c</fullName>');
  expect(all.files.get('objects/Activity.object')).toContain('<unique>true</unique>');
  expect([...all.files.values()].join('')).not.toContain('Metadata xmlns'); // nothing of the source format is left
});

test('our own address stands where the project has a placeholder, and without one the phone stays out', () => {
  expect(all.files.get('callCenters/Cordboard.callCenter')).toContain('<adapterUrl>https://phone.acme.example/phone</adapterUrl>');
  expect(all.files.get('cspTrustedSites/Cordboard.cspTrustedSite')).toContain('<endpointUrl>https://phone.acme.example</endpointUrl>');
  expect([...all.files.values()].join('')).not.toContain('cordboard.example.com');
  const without = packageOf(project, '67.0', { ...ask, publicUrl: undefined });
  expect(without.members.map(({ type }) => type)).not.toContain('CallCenter');
  expect([...without.files.keys()].filter((path) => /callCenters|csp/.test(path))).toEqual([]);
});

test.each<[string | undefined, boolean]>([
  ['https://phone.acme.example', true],
  ['http://phone.acme.example', false],
  ['https://localhost:8443', false],
  ['https://127.0.0.1', false],
  ['https://intranet', false],
  ['nonsense', false],
  [undefined, false],
])('%s is a public address: %s', (url, isOne) => expect(publicAddress(url) !== undefined).toBe(isOne));

test('an object the org hasn’t is left out, of the permission set too: one unknown field refuses all', () => {
  const small = packageOf(project, '67.0', { ...ask, objects: (name) => name !== 'Lead' });
  expect([...small.files.values()].join('')).not.toMatch(/Lead[.<]/);
  expect(small.files.get('permissionsets/Cordboard.permissionset')).toContain('<field>Task.Cordboard_Name__c</field>');
});

test('MT-28, MT-29, MT-30, MT-31: a field an admin asks for is made on Activity, open to any value, and readable by permission', () => {
  const tags = fieldFor({ object: 'activity', label: 'Étiquettes & tags', type: 'multi-picklist' });
  expect(tags).toMatchObject({ object: 'Activity', name: 'Cordboard_Etiquettes_tags__c' });
  const pack = packageOf(project, '67.0', {
    ...ask,
    extra: [
      { object: tags.object, name: tags.name, make: tags },
      { object: 'Case', name: 'Cordboard_Old__c' },
    ],
  });
  const activity = pack.files.get('objects/Activity.object')!;
  expect(activity).toMatch(
    /<label>Étiquettes &amp; tags<\/label>[\s\S]*<type>MultiselectPicklist<\/type>[\s\S]*<restricted>false<\/restricted>/,
  );
  const set = pack.files.get('permissionsets/Cordboard.permissionset')!;
  expect(set).toContain('<field>Task.Cordboard_Etiquettes_tags__c</field>');
  expect(set).toContain('<field>Case.Cordboard_Old__c</field>'); // made before, and not to be lost with the new permission set
  expect(pack.members).not.toContainEqual({ type: 'CustomField', name: 'Case.Cordboard_Old__c' });
  expect(fieldFor({ object: 'lead', label: 'タグ', type: 'date-time' }).name).toBe('Cordboard_date_time__c');
  expect(fieldFor({ object: 'lead', label: 'タグ', type: 'text', name: 'Tag' }).name).toBe('Cordboard_Tag__c');
});

test('what is removed is named, and nothing is deployed beside it', () => {
  const gone = removalOf([{ type: 'CustomField', name: 'Activity.Cordboard_Name__c' }], '67.0');
  expect(gone.files.get('destructiveChanges.xml')).toContain('<members>Activity.Cordboard_Name__c</members>');
  expect(gone.files.get('package.xml')).not.toContain('members');
});

test('the zip holds the files and nothing of the moment it was packed', () => {
  const zip = zipped(all);
  expect(Object.fromEntries(Object.entries(unzipSync(zip)).map(([path, bytes]) => [path, new TextDecoder().decode(bytes)]))).toEqual(
    Object.fromEntries(all.files),
  );
  expect(Buffer.compare(zip, zipped(packageOf(project, '67.0', ask)))).toBe(0);
});

test('elements are read as they were written', () => {
  const metadata = { label: `<"A" & 'B'>`, length: 64, unique: true };
  expect(readFlat(writeElements(metadata))).toEqual(metadata);
  expect(permissionSetOf(project)).toMatchObject({ name: 'Cordboard', label: 'Cordboard' });
});

test('what a permission set opens is ours by its name, under whatever object it is seen; the rest is somebody else’s', () => {
  const rights = (field: string) => ({ field, readable: true, editable: false });
  const given = ['Task.Cordboard_Tags__c', 'Event.Cordboard_Tags__c', 'Account.Cordboard_Name__pc', 'Lead.Cordboard_Name__c'];
  const others = ['Account.Region__pc', 'Contact.Region__c', 'Contact.Title', 'Lead.My_Cordboard_Name__c', 'Lead.ns__Cordboard_X__c'];
  expect(whoseRights([...others, ...given].map(rights))).toEqual({
    ours: ['Activity.Cordboard_Tags__c', 'Contact.Cordboard_Name__c', 'Lead.Cordboard_Name__c'],
    others: others.map(rights),
  });
});
