import { childText, childTexts, parseXml, XmlBroken, type Doc, type Xml } from './xml.ts';
import { kindOfFile, kinds } from './kinds.ts';
import { Problem, readAny, readTyped } from './documents.ts';
import type { Place } from './xml.ts';

// A package: package.xml names components, folders hold their files.

export type Manifest = {
  readonly fullName: string | undefined;
  readonly version: string | undefined;
  readonly types: readonly { readonly type: string; readonly members: readonly string[] }[];
};

export const readManifest = (xml: Xml): Manifest => ({
  fullName: childText(xml, 'fullName') || undefined,
  version: childText(xml, 'version') || undefined,
  types: xml.children
    .filter((one) => one.name === 'types')
    .map((one) => ({ type: childText(one, 'name') ?? '', members: childTexts(one, 'members').filter((member) => member !== '') })),
});

/** One component of a package, read or not readable. */
export type Part = {
  readonly type: string;
  readonly fullName: string;
  readonly fileName: string;
  readonly doc: Doc | undefined;
  readonly problem: Problem | undefined;
  /** Where the component begins in its file. */
  readonly place: Place | undefined;
};
export type Removal = { readonly type: string; readonly fullName: string; readonly fileName: string };
export type Package = {
  readonly root: string;
  readonly manifest: Manifest | undefined;
  /** In the order of the files. */
  readonly parts: readonly Part[];
  readonly before: readonly Removal[];
  readonly after: readonly Removal[];
  /** What is wrong with the package itself. */
  readonly problems: readonly { readonly fileName: string; readonly fullName: string; readonly type: string; readonly problem: Problem }[];
};

const asProblem = (cause: unknown): Problem => {
  if (cause instanceof XmlBroken) return new Problem(`Error parsing file: ${cause.message}`, cause.place);
  if (cause instanceof Problem) return cause;
  throw cause;
};
const utf8 = new TextDecoder('utf-8');

/** With one package its package.xml is at the root of the zip; else each folder at the root is one [D deploy(), singlePackage]. */
export function readPackages(files: ReadonlyMap<string, Uint8Array>, single: boolean): Package[] {
  const roots = single
    ? ['']
    : [...new Set([...files.keys()].map((path) => (path.includes('/') ? `${path.split('/')[0] ?? ''}/` : '')))].filter(
        (root) => root !== '',
      );
  return (roots.length > 0 ? roots : ['']).map((root) =>
    readPackage(root, new Map([...files].flatMap(([path, bytes]) => (path.startsWith(root) ? [[path.slice(root.length), bytes]] : [])))),
  );
}

function readPackage(root: string, files: ReadonlyMap<string, Uint8Array>): Package {
  const problems: { fileName: string; fullName: string; type: string; problem: Problem }[] = [];
  const failed = (fileName: string, problem: Problem, fullName = fileName, type = '') =>
    problems.push({ fileName: root + fileName, fullName, type, problem });
  const readXml = (fileName: string): Xml | undefined => {
    const bytes = files.get(fileName);
    try {
      return bytes && parseXml(utf8.decode(bytes));
    } catch (cause) {
      failed(fileName, asProblem(cause));
      return undefined;
    }
  };
  const file = files.get('package.xml');
  if (!file) failed('package.xml', new Problem('No package.xml found'));
  const xml = readXml('package.xml');
  if (xml && xml.name !== 'Package')
    failed('package.xml', new Problem(`Error parsing file: Element ${xml.name} invalid at this location in type Package`, xml.opened));
  const manifest = xml?.name === 'Package' ? readManifest(xml) : undefined;
  if (!manifest) return { root, manifest, parts: [], before: [], after: [], problems };
  for (const { type } of manifest.types)
    if (!kinds.has(type)) failed('package.xml', new Problem(`Unknown type name '${type}' specified in package.xml`));

  const named = new Map(manifest.types.map(({ type, members }) => [type, members]));
  const wants = (type: string, fullName: string): boolean => {
    const members = named.get(type) ?? [];
    return members.includes('*') || members.includes(fullName);
  };
  const parts: Part[] = [];
  for (const [path, bytes] of files) {
    const found = kindOfFile(path);
    if (!found) continue;
    const { kind, fullName } = found;
    const fileName = root + path;
    if (kind.keyPrefix === undefined) {
      // Several files make one of these; one word about each is enough.
      if (!parts.some((part) => part.type === kind.type && part.fullName === fullName))
        parts.push({ type: kind.type, fullName, fileName, doc: undefined, problem: cannot(kind.type), place: undefined });
      continue;
    }
    parts.push(
      ...(kind.type === 'CustomObject' ? readObject(fullName, fileName, bytes, wants) : [readPart(kind.type, fullName, fileName, bytes)]),
    );
  }
  for (const part of parts)
    if (
      !wants(part.type, part.fullName) &&
      !(part.type !== 'CustomObject' && part.fileName.endsWith('.object') && wants('CustomObject', part.fullName.split('.')[0] ?? ''))
    )
      problems.push({ fileName: part.fileName, fullName: part.fullName, type: part.type, problem: new Problem('Not in package.xml') });
  const unlisted = new Set(
    problems.filter(({ problem }) => problem.message === 'Not in package.xml').map(({ type, fullName }) => `${type}:${fullName}`),
  );
  for (const { type, members } of manifest.types)
    for (const member of members)
      if (member !== '*' && kinds.has(type) && !parts.some((part) => part.type === type && part.fullName === member))
        failed(
          'package.xml',
          new Problem(`An object '${member}' of type ${type} was named in package.xml, but was not found in zipped directory`),
          member,
        );

  const removals = (fileName: string): Removal[] => {
    const list = readXml(fileName);
    return (list ? readManifest(list).types : []).flatMap(({ type, members }) =>
      members.flatMap((fullName) => {
        if (fullName !== '*') return [{ type, fullName, fileName: root + fileName }];
        // "wildcards aren't supported" [D]; text guessed
        failed(fileName, new Problem(`Wildcards are not supported in ${fileName}`), '*', type);
        return [];
      }),
    );
  };
  return {
    root,
    manifest,
    parts: parts.filter((part) => !unlisted.has(`${part.type}:${part.fullName}`)),
    before: [...removals('destructiveChangesPre.xml'), ...removals('destructiveChanges.xml')],
    after: removals('destructiveChangesPost.xml'),
    problems,
  };
}

export const cannot = (type: string): Problem =>
  new Problem(
    `STAND_IN_CANNOT: The stand-in org does not do this: metadata of type ${type}. See docs/reference/org.md`,
    undefined,
    'STAND_IN_CANNOT',
  );

function readPart(type: string, fullName: string, fileName: string, bytes: Uint8Array): Part {
  const part = { type, fullName, fileName, place: undefined };
  try {
    const xml = parseXml(utf8.decode(bytes));
    if (xml.name !== type)
      throw new Problem(`Error parsing file: Element ${xml.name} invalid at this location in type ${type}`, xml.opened);
    return { ...part, doc: readTyped(type, xml), problem: undefined };
  } catch (cause) {
    return { ...part, doc: undefined, problem: asProblem(cause) };
  }
}

/** What stands inside a .object file and is a component of its own. */
const childTypes: Readonly<Record<string, string>> = {
  fields: 'CustomField',
  businessProcesses: 'BusinessProcess',
  compactLayouts: 'CompactLayout',
  fieldSets: 'FieldSet',
  indexes: 'Index',
  listViews: 'ListView',
  recordTypes: 'RecordType',
  sharingReasons: 'SharingReason',
  validationRules: 'ValidationRule',
  webLinks: 'WebLink',
};
export const objectChildren = Object.values(childTypes);

function readObject(name: string, fileName: string, bytes: Uint8Array, wants: (type: string, fullName: string) => boolean): Part[] {
  let xml: Xml;
  try {
    xml = parseXml(utf8.decode(bytes));
    if (xml.name !== 'CustomObject')
      throw new Problem(`Error parsing file: Element ${xml.name} invalid at this location in type CustomObject`, xml.opened);
    // One wrong word and nothing of the file is read [C 'hat' is not a valid value: the object fails, its fields are not named].
    readTyped('CustomObject', xml);
  } catch (cause) {
    return [{ type: 'CustomObject', fullName: name, fileName, doc: undefined, problem: asProblem(cause), place: undefined }];
  }
  const own = { ...xml, children: xml.children.filter((one) => !(one.name in childTypes)) };
  const children = xml.children.flatMap((one): Part[] => {
    const type = childTypes[one.name];
    if (type === undefined) return [];
    const fullName = `${name}.${childText(one, 'fullName') ?? ''}`;
    const part = { type, fullName, fileName, place: one.opened };
    if (type !== 'CustomField') return [{ ...part, doc: readAny(one), problem: cannot(type) }];
    return [{ ...part, doc: readTyped(type, one), problem: undefined }];
  });
  const itself: Part = {
    type: 'CustomObject',
    fullName: name,
    fileName,
    doc: readTyped('CustomObject', own),
    problem: undefined,
    place: undefined,
  };
  return wants('CustomObject', name) || children.length === 0 ? [itself, ...children] : children;
}
