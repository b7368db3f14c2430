import { readFileSync } from 'node:fs';

/** A metadata type: where its files lie, and what the org does with them here. */
export type Kind = {
  readonly type: string;
  readonly folder: string;
  readonly suffix: string;
  /** Three characters every id of it begins with; undefined: a real org knows the type, this one doesn't. */
  readonly keyPrefix: string | undefined;
};

/** What is applied here or kept as a document. Prefixes [K; those of trusted sites and external client apps guessed]. */
const applied: Readonly<Record<string, string>> = {
  CustomObject: '01I',
  CustomField: '00N',
  PermissionSet: '0PS',
  Profile: '00e',
  CallCenter: '04v',
  Queue: '00G',
  Layout: '00h',
  CspTrustedSite: '08y',
  CorsWhitelistOrigin: '04L',
  RemoteSiteSetting: '0rp',
  ExternalClientApplication: '0xI',
  ExtlClntAppOauthSettings: '0xO',
  ExtlClntAppGlobalOauthSettings: '0xG',
  ExtlClntAppOauthConfigurablePolicies: '0xP',
  ExtlClntAppConfigurablePolicies: '0xC',
};

/** kinds.tsv: every type with its folder and suffix [C forcedotcom/source-deploy-retrieve, metadataRegistry.json]. */
export const kinds: ReadonlyMap<string, Kind> = new Map(
  readFileSync(new URL('kinds.tsv', import.meta.url), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line): [string, Kind] => {
      const [type = '', folder = '', suffix = ''] = line.split('\t');
      return [type, { type, folder, suffix, keyPrefix: applied[type] }];
    }),
);
export const appliedTypes = Object.keys(applied);

const byFolder = new Map<string, Kind[]>();
for (const kind of kinds.values()) if (kind.folder !== '') byFolder.set(kind.folder, [...(byFolder.get(kind.folder) ?? []), kind]);

/** Whose file this is: its type, and the full name its place gives it. */
export function kindOfFile(path: string): { kind: Kind; fullName: string } | undefined {
  const [folder = '', ...rest] = path.split('/');
  const name = rest.join('/');
  const candidates = byFolder.get(folder) ?? [];
  const bare = name.replace(/-meta\.xml$/, '');
  const kind =
    candidates.find(({ suffix }) => suffix !== '' && bare.endsWith(`.${suffix}`)) ??
    (candidates.length === 1 && candidates[0]?.keyPrefix === undefined ? candidates[0] : undefined);
  if (!kind || name === '') return undefined;
  return {
    kind,
    fullName: decodeName(kind.suffix !== '' && bare.endsWith(`.${kind.suffix}`) ? bare.slice(0, -kind.suffix.length - 1) : (rest[0] ?? '')),
  };
}

/** What may not stand in a file name is percent-encoded there [C layouts of public projects: `Account-A%2FB Layout`]. */
const decodeName = (name: string): string => {
  try {
    return decodeURIComponent(name);
  } catch (cause) {
    if (cause instanceof URIError) return name;
    throw cause;
  }
};
export const fileOf = (type: string, fullName: string): string => {
  const kind = kinds.get(type);
  if (type === 'CustomField') return `objects/${fullName.split('.')[0] ?? ''}.object`;
  const name = fullName.replace(/[%/\\:*?"<>|#&+]/g, (char) => encodeURIComponent(char));
  return `${kind?.folder ?? ''}/${name}.${kind?.suffix ?? ''}`;
};

/** In this order components are applied: nothing before what it names. */
export const order = (type: string): number => {
  const place = ['CustomObject', 'CustomField', 'Queue', 'CallCenter', 'Layout'].indexOf(type);
  if (place >= 0) return place;
  return type === 'PermissionSet' || type === 'Profile' ? 99 : 50;
};
