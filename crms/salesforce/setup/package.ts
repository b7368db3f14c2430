import { zipSync } from 'fflate';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { type CustomField, escaped, readFlat, seenAs, writeElements } from './field.ts';

/** The project as it lies in `org/`, by path below `main/default`. */
export type Project = ReadonlyMap<string, string>;
/** What is deployed: the files of the zip, and what they are called. */
export type Package = {
  readonly files: ReadonlyMap<string, string>;
  /** As the Metadata API names them: `Activity.Cordboard_Name__c`, `Cordboard` … */
  readonly members: readonly Member[];
};
export type Member = { readonly type: string; readonly name: string };
/** A field of a permission set; `field` as `Contact.Phone`. */
export type FieldRights = { readonly field: string; readonly readable: boolean; readonly editable: boolean };
export type PackageAsk = {
  /** Where agents reach this server; only a public https address is one. */
  readonly publicUrl: string | undefined;
  /** Objects the org has. */
  readonly objects: (name: string) => boolean;
  /** Fields beside our own, of which `make` are to be made and the others are only kept in the permission set. */
  readonly extra: readonly { readonly object: string; readonly name: string; readonly make?: CustomField }[];
  /** Fields of others in the permission set: they stay there as they are. */
  readonly others: readonly FieldRights[];
  readonly without: readonly ('call-center' | 'trusted-site')[];
};

/** Where the project says our address; nobody is there. */
const placeholder = 'https://cordboard.example.com';
const main = join(import.meta.dirname, '../org/force-app/main/default');
const namespace = 'http://soap.sforce.com/2006/04/metadata';
const head = '<?xml version="1.0" encoding="UTF-8"?>\n';

export function readProject(): Project {
  const paths = readdirSync(main, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    paths
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(main, path).split(sep).join('/'), readFileSync(path, 'utf8')] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The fields of the project. */
export function fieldsOf(project: Project): CustomField[] {
  return [...project].flatMap(([path, xml]) => {
    const found = /^objects\/(\w+)\/fields\/(\w+)\.field-meta\.xml$/.exec(path);
    if (!found) return [];
    const { fullName: _, ...metadata } = readFlat(xml);
    return [{ object: found[1]!, name: found[2]!, metadata }];
  });
}

/** What the permission set says of itself. */
export function permissionSetOf(project: Project): { readonly name: string; readonly label: string; readonly description: string } {
  const found = [...project].find(([path]) => path.startsWith('permissionsets/'));
  if (!found) throw new Error('the project in org/ has no permission set');
  const said = readFlat(found[1]);
  return { name: nameOf(found[0]), label: String(said['label']), description: String(said['description']) };
}
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).split('.')[0] ?? '';

/** An address agents' browsers reach from anywhere: Salesforce takes no other for a trusted URL. */
export function publicAddress(url: string | undefined): URL | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  const address = new URL(url);
  return address.protocol === 'https:' && !/^(localhost|127\.|\[::1\]|[^.]+$)/i.test(address.hostname) ? address : undefined;
}

/**
 * The project in the form the Metadata API takes: one file an object, no `-meta.xml`, and package.xml. Pure. The Salesforce CLI makes the same
 * of the same folder.
 */
export function packageOf(project: Project, apiVersion: string, ask: PackageAsk): Package {
  const files = new Map<string, string>();
  const members: Member[] = [];
  const address = publicAddress(ask.publicUrl);
  const ours = fieldsOf(project).filter(({ object }) => object === 'Activity' || ask.objects(object));
  const made = [...ours, ...ask.extra.flatMap(({ make }) => make ?? [])];
  for (const object of new Set(made.map((field) => field.object))) {
    const fields = made.filter((field) => field.object === object);
    const inner = fields.map(
      ({ name, metadata }) => `    <fields>\n        <fullName>${name}</fullName>\n${writeElements(metadata, '        ')}    </fields>\n`,
    );
    files.set(`objects/${object}.object`, `${head}<CustomObject xmlns="${namespace}">\n${inner.join('')}</CustomObject>\n`);
    members.push(...fields.map(({ name }) => ({ type: 'CustomField', name: `${object}.${name}` })));
  }
  for (const [path, xml] of project) {
    if (path.startsWith('permissionsets/')) {
      files.set(path.replace('-meta.xml', ''), permissionsWith(xml, [...ours, ...ask.extra], ask.others));
      members.push({ type: 'PermissionSet', name: nameOf(path) });
    } else if (path.startsWith('callCenters/') && address && !ask.without.includes('call-center')) {
      files.set(path.replace('-meta.xml', ''), xml.replaceAll(placeholder, escaped(address.href.replace(/\/$/, ''))));
      members.push({ type: 'CallCenter', name: nameOf(path) });
    } else if (path.startsWith('cspTrustedSites/') && address && !ask.without.includes('trusted-site')) {
      files.set(path.replace('-meta.xml', ''), xml.replaceAll(placeholder, escaped(address.origin)));
      members.push({ type: 'CspTrustedSite', name: nameOf(path) });
    }
  }
  files.set('package.xml', manifest(members, apiVersion));
  return { files, members };
}

/** Every field made here is called so (`fieldFor`); whatever isn't belongs to somebody else. */
export const isOursByName = (name: string): boolean => /^Cordboard_\w+__c$/.test(name);

/** What a permission set opens, parted: fields of ours by the names they are made under, and others as they are, in order. */
export function whoseRights(permitted: readonly FieldRights[]): { readonly ours: readonly string[]; readonly others: FieldRights[] } {
  const ours = new Set<string>();
  const others: FieldRights[] = [];
  for (const rights of permitted) {
    const [object = '', name = ''] = rights.field.split('.');
    // One field is seen under two names: a task's and an event's, a contact's and a person account's, which comes and goes with it.
    if (isOursByName(name)) ours.add(`${['Task', 'Event'].includes(object) ? 'Activity' : object}.${name}`);
    else if (isOursByName(name.replace(/__pc$/, '__c'))) ours.add(`Contact.${name.replace(/__pc$/, '__c')}`);
    else others.push(rights);
  }
  return { ours: [...ours], others: others.toSorted((a, b) => (a.field < b.field ? -1 : 1)) };
}

/** The permission set with exactly these fields: a deployed permission set takes the place of the one before, whole. */
function permissionsWith(
  xml: string,
  fields: readonly { readonly object: string; readonly name: string }[],
  others: readonly FieldRights[],
): string {
  const without = xml.replace(/ *<fieldPermissions>[\s\S]*?<\/fieldPermissions>\n/g, '');
  const own = [...new Set(fields.map(({ object, name }) => `${seenAs(object)}.${name}`))];
  const given = [...own.map((field) => ({ field, readable: true, editable: true })), ...others]
    .toSorted((a, b) => (a.field < b.field ? -1 : 1))
    .map(
      ({ field, readable, editable }) =>
        `    <fieldPermissions>\n${writeElements({ editable, field, readable }, '        ')}    </fieldPermissions>\n`,
    );
  return without.replace(/( *<hasActivationRequired>)/, (found) => `${given.join('')}${found}`);
}

/** package.xml, or destructiveChanges.xml, which looks the same. */
function manifest(members: readonly Member[], apiVersion: string | undefined): string {
  const types = [...Map.groupBy(members, ({ type }) => type)].map(
    ([type, list]) =>
      `    <types>\n${list.map(({ name }) => `        <members>${escaped(name)}</members>\n`).join('')}        <name>${type}</name>\n    </types>\n`,
  );
  const version = apiVersion === undefined ? '' : `    <version>${apiVersion}</version>\n`;
  return `${head}<Package xmlns="${namespace}">\n${types.join('')}${version}</Package>\n`;
}

/** What takes these out again: an empty package.xml, and the list. */
export function removalOf(members: readonly Member[], apiVersion: string): Package {
  return {
    files: new Map([
      ['package.xml', manifest([], apiVersion)],
      ['destructiveChanges.xml', manifest(members, undefined)],
    ]),
    members,
  };
}

/** The files as a zip, the same bytes for the same files. */
export function zipped({ files }: Package): Uint8Array {
  const encode = new TextEncoder();
  // The oldest time a zip can tell, in whatever zone: what is packed doesn't depend on when.
  return zipSync(Object.fromEntries([...files].map(([path, text]) => [path, encode.encode(text)])), { mtime: '1980-01-02T00:00:00Z' });
}
