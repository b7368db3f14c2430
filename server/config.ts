import { homedir, hostname } from 'node:os';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { z } from 'zod';

/** One thing an operator can set. */
type Setting = {
  /** Name of the environment variable. */
  readonly env: string;
  /** What the value is, with its unit. */
  readonly unit: string;
  /** As the reference prints it. */
  readonly default: string;
  /** What it is for, and why the default is what it is. */
  readonly why: string;
  /** May only come from the environment: a file gets copied, mailed and committed. */
  readonly environmentOnly?: true;
  readonly schema: z.ZodType;
};

const wholeNumber = (least: number, most: number) =>
  z
    .union([z.int(), z.string().regex(/^\d+$/).transform(Number)], 'must be a whole number')
    .refine((value) => value >= least && value <= most, `must be from ${least} to ${most}`);
const port = wholeNumber(1, 65_535);
const path = z.string().min(1);
const yesNo = z.union(
  [z.boolean(), z.stringbool({ truthy: ['true', 'yes', 'on', '1'], falsy: ['false', 'no', 'off', '0'] })],
  'must be true or false',
);
/** `con_1=/mnt/pbx; con_2=/mnt/other`: which connection's recordings are in which folder. */
const inboxes = z.string().transform((text, context) =>
  text
    .split(';')
    .map((part) => part.trim())
    .filter(Boolean)
    .flatMap((part) => {
      const [, connection, folder] = /^(con_\w{1,60})=(\/.+)$/.exec(part) ?? [];
      if (connection && folder) return [{ connection, folder }];
      context.addIssue({
        code: 'custom',
        message: `"${part}" must look like con_0123456789abcdef=/var/spool/recordings, with a whole path`,
      });
      return [];
    }),
);
const bucket = z
  .url({ protocol: /^https?$/, error: 'must begin with https://' })
  .refine(
    (url) => url.startsWith('https:') || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname),
    'must begin with https://: recordings would travel in clear',
  )
  .refine(
    (url) => /^\/[\w.-]+(\/[\w.-]+)*\/?$/.test(new URL(url).pathname) && !new URL(url).search,
    'must end in the name of the bucket, such as /acme-recordings',
  )
  .transform((url) => url.replace(/\/$/, ''));
const postAddress = z
  .url({ protocol: /^https?$/, error: 'must begin with https://' })
  .refine(
    (url) => url.startsWith('https:') || /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(url).hostname),
    'must begin with https://: what is wrong would be told to everybody on the way',
  );
const oneOf = <const Words extends readonly [string, ...string[]]>(words: Words) => z.enum(words, `must be one of ${words.join(', ')}`);

const settings = {
  host: {
    env: 'CORDBOARD_HOST',
    unit: 'address to listen on',
    default: '127.0.0.1',
    why: 'Only this machine can reach it until you say otherwise. In a container, or behind a proxy on another machine, 0.0.0.0.',
    schema: z.string().regex(/^[\w.:-]+$/, 'must be an address such as 127.0.0.1, 0.0.0.0 or ::1, without a port'),
  },
  port: { env: 'CORDBOARD_PORT', unit: 'TCP port', default: '4700', why: 'Console, panel, API and webhooks are all here.', schema: port },
  publicUrl: {
    env: 'CORDBOARD_PUBLIC_URL',
    unit: 'https address',
    default: 'none: links work on this machine only',
    why: 'The address at which people and phone systems reach Cordboard through your proxy. Links written to Salesforce begin with it, and only its Host and Origin are accepted besides loopback.',
    schema: z
      .url({ protocol: /^https$/, error: 'must begin with https://' })
      .refine((url) => new URL(url).pathname === '/' && !new URL(url).search, 'must have no path: give Cordboard a host name of its own'),
  },
  dataFolder: {
    env: 'CORDBOARD_DATA',
    unit: 'folder',
    default: './data',
    why: 'Holds the embedded database and its log. Relative to where Cordboard is started, or to cordboard.json if it stands there.',
    schema: path,
  },
  databaseUrl: {
    env: 'DATABASE_URL',
    unit: 'postgres:// address',
    default: 'none: a PostgreSQL of our own in the data folder',
    why: 'Your PostgreSQL, 15 or later. Needed for more than one node. A pooler must pool by session.',
    schema: z.url({ protocol: /^postgres(ql)?$/, error: 'must look like postgres://user:password@host:5432/database' }),
  },
  production: {
    env: 'CORDBOARD_PRODUCTION',
    unit: 'true or false',
    default: 'false',
    why: 'True: no stand-in org ever, the key of the secrets must be given, and the log is in JSON.',
    schema: yesNo,
  },
  standIn: {
    env: 'CORDBOARD_STAND_IN',
    unit: 'on, off or auto',
    default: 'auto: on while an org is connected to it; never in production',
    why: 'The stand-in Salesforce org on this machine, so that everything can be tried without an account.',
    schema: oneOf(['auto', 'on', 'off']),
  },
  standInPort: {
    env: 'CORDBOARD_STAND_IN_PORT',
    unit: 'TCP port',
    default: '4701',
    why: "The stand-in org's API, on loopback only.",
    schema: port,
  },
  standInControlPort: {
    env: 'CORDBOARD_STAND_IN_CONTROL_PORT',
    unit: 'TCP port',
    default: '4702',
    why: "The stand-in org's controls (clock, faults, log), on loopback only and on a port of their own, so that no proxy can expose them with the API.",
    schema: port,
  },
  recordingsInbox: {
    env: 'CORDBOARD_RECORDINGS_INBOX',
    unit: 'connection=folder, several separated by semicolons',
    default: 'none: recordings are only taken in when they are pushed',
    why: 'Folders into which phone systems put finished recordings, on this machine or shared over the network, with the id of the connection each belongs to. See docs/operate/recordings.md.',
    schema: inboxes,
  },
  recordingsAfter: {
    env: 'CORDBOARD_RECORDINGS_AFTER',
    unit: 'leave, move or delete',
    default: 'leave',
    why: 'What becomes of a file in such a folder when it was taken in. move puts it into the folder taken beside it. Nothing of yours is deleted unless you say so.',
    schema: oneOf(['leave', 'move', 'delete']),
  },
  recordingMaxMb: {
    env: 'CORDBOARD_RECORDING_MAX_MB',
    unit: 'megabytes',
    default: '500',
    why: 'The longest recording that is taken in. An hour of WAV, mono at 8 kHz, has 58.',
    schema: wholeNumber(1, 5_000),
  },
  recordingsS3: {
    env: 'CORDBOARD_RECORDINGS_S3',
    unit: 'https address of a bucket, or of a folder in it',
    default: 'none: recordings are on the disk, below the data folder',
    why: 'An S3-compatible storage for recordings, such as https://s3.eu-central-1.amazonaws.com/acme-recordings. What is on the disk already stays there and is still played. http only on this machine.',
    schema: bucket,
  },
  s3Region: {
    env: 'CORDBOARD_S3_REGION',
    unit: "the storage's region",
    default: 'us-east-1',
    why: 'Part of every signature. Storages other than Amazon mostly take the default.',
    schema: z.string().regex(/^[\w-]{1,60}$/, 'must be a region such as eu-central-1'),
  },
  s3KeyId: {
    env: 'CORDBOARD_S3_KEY_ID',
    unit: 'access key id',
    default: 'none',
    why: 'For recordingsS3. Its key needs s3:PutObject, s3:GetObject, s3:DeleteObject and s3:ListBucket on the bucket, and nothing else.',
    environmentOnly: true,
    schema: z.string().min(1),
  },
  s3Secret: {
    env: 'CORDBOARD_S3_SECRET',
    unit: 'secret access key',
    default: 'none',
    why: 'Belongs to the key id.',
    environmentOnly: true,
    schema: z.string().min(1),
  },
  requestLimitMs: {
    env: 'CORDBOARD_REQUEST_LIMIT_MS',
    unit: 'milliseconds',
    default: '120000',
    why: "How long an answer of Salesforce is awaited. Salesforce ends its own transactions after about 10 minutes; two minutes are beyond every answer that still comes. A request without an answer is looked up before it's sent again.",
    schema: wholeNumber(1000, 600_000),
  },
  nodeName: {
    env: 'CORDBOARD_NODE_NAME',
    unit: 'name',
    default: "this machine's host name",
    why: 'Tells the nodes apart in the log and on the Health page.',
    schema: z.string().regex(/^[\w.-]{1,63}$/, 'must be 1 to 63 letters, digits, dots, hyphens or underscores'),
  },
  alertUrl: {
    env: 'CORDBOARD_ALERT_URL',
    unit: 'https address',
    default: 'none: trouble is told by the log and the console only',
    why: 'Where trouble is told when it begins and when it is over, by POST of JSON: the address of an incoming webhook of your chat or pager. See docs/operate/alerts.md.',
    environmentOnly: true,
    schema: postAddress,
  },
  alertSecret: {
    env: 'CORDBOARD_ALERT_SECRET',
    unit: 'whsec_ and base64 of 24 to 64 bytes',
    default: 'none: alerts are not signed',
    why: 'Signs alerts as Standard Webhooks define it, for a receiver that checks it. `echo whsec_$(openssl rand -base64 32)` makes one.',
    environmentOnly: true,
    schema: z.string().regex(/^whsec_[A-Za-z0-9+/]{32,88}={0,2}$/, 'must be whsec_ and the base64 of 24 to 64 bytes'),
  },
  logLevel: {
    env: 'CORDBOARD_LOG_LEVEL',
    unit: 'error, warn, info or debug',
    default: 'info',
    why: 'info is one line per call and room; debug adds every request.',
    schema: oneOf(['error', 'warn', 'info', 'debug']),
  },
  logFormat: {
    env: 'CORDBOARD_LOG_FORMAT',
    unit: 'text or json',
    default: 'text; json in production',
    why: 'text is for people, json for a log collector.',
    schema: oneOf(['text', 'json']),
  },
  secretsKey: {
    env: 'CORDBOARD_SECRETS_KEY',
    unit: 'base64 of 32 bytes; several separated by spaces, the newest last',
    default: 'none: see secretsKeyFile',
    why: 'Encrypts tokens and passwords in the database. Other processes of the same user can read an environment; a file or a command is better.',
    environmentOnly: true,
    schema: z.string().min(1),
  },
  secretsKeyFile: {
    env: 'CORDBOARD_SECRETS_KEY_FILE',
    unit: 'file with mode 0600',
    default: '~/.config/cordboard/<installation>.key, made at first start; none in production',
    why: 'As secretsKey, one key a line, the newest last. It must be outside the data folder, so that a copy of the data is no copy of the secrets.',
    schema: path,
  },
  secretsKeyCommand: {
    env: 'CORDBOARD_SECRETS_KEY_COMMAND',
    unit: 'shell command',
    default: 'none',
    why: 'Prints what would be in the file, for example from a vault.',
    environmentOnly: true,
    schema: z.string().min(1),
  },
  watchToken: {
    env: 'CORDBOARD_WATCH_TOKEN',
    unit: 'at least 16 characters',
    default: 'none: /readyz and /metrics are for signed-in people only',
    why: 'A load balancer and Prometheus cannot sign in. With `Authorization: Bearer` and this they may ask /readyz and /metrics, and nothing else.',
    environmentOnly: true,
    schema: z.string().min(16, 'must have at least 16 characters'),
  },
} as const satisfies Record<string, Setting>;

type Name = keyof typeof settings;
const names = Object.keys(settings) as Name[];

/** What an operator decided, complete and consistent. */
export type Config = {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  readonly dataFolder: string;
  readonly databaseUrl: string | undefined;
  readonly production: boolean;
  readonly standIn: 'auto' | 'on' | 'off';
  readonly standInPort: number;
  readonly standInControlPort: number;
  /** How recordings come in and where they lie (server/recordings). */
  readonly recordings: {
    readonly inboxes: readonly { readonly connection: string; readonly folder: string }[];
    readonly after: 'leave' | 'move' | 'delete';
    readonly maxBytes: number;
    readonly s3: { readonly url: string; readonly region: string; readonly keyId: string; readonly secret: string } | undefined;
  };
  readonly requestLimitMs: number;
  readonly nodeName: string;
  readonly watchToken: string | undefined;
  /** Where trouble is told, besides the log. */
  readonly alerts: { readonly url: string; readonly secret: string | undefined } | undefined;
  readonly logLevel: 'error' | 'warn' | 'info' | 'debug';
  readonly logFormat: 'text' | 'json';
  /** Undefined: the file of this installation below the home folder (server/store/secrets.ts). */
  readonly secretsKeyFrom: { readonly text: string } | { readonly file: string } | { readonly command: string } | undefined;
};
/** Everything that is wrong, each with where it stands. */
export type ConfigMistakes = { readonly mistakes: readonly { readonly place: string; readonly message: string }[] };
type Given = { [N in Name]?: z.output<(typeof settings)[N]['schema']> };
type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings: the environment wins over `cordboard.json`, which wins over the defaults. `readFile` gives undefined when there is no file. */
export function readConfig(env: Environment, readFile: (path: string) => string | undefined): Config | ConfigMistakes {
  const mistakes: { place: string; message: string }[] = [];
  const asked = env['CORDBOARD_CONFIG'];
  const file = resolve(asked || 'cordboard.json');
  const text = readFile(file);
  if (asked && text === undefined) mistakes.push({ place: 'CORDBOARD_CONFIG', message: `there is no file ${asked}` });
  const written = parseFile(text, file, mistakes);

  const places = new Map<Name, { place: string; from: string }>();
  const given: Given = {};
  for (const name of names) {
    const { env: variable, schema }: Setting = settings[name];
    const value = env[variable] || written.values[name]; // an empty variable, as compose files leave them, counts as none
    if (value === undefined) continue;
    const inEnvironment = Boolean(env[variable]);
    const place = inEnvironment ? variable : `${file}:${written.lineOf(name)} ${name}`;
    places.set(name, { place, from: inEnvironment ? process.cwd() : dirname(file) });
    const parsed = schema.safeParse(value);
    if (parsed.success) Object.assign(given, { [name]: parsed.data });
    else for (const issue of parsed.error.issues) mistakes.push({ place, message: issue.message });
  }
  mistakes.push(...unknownVariables(env));

  const pathOf = (name: 'dataFolder' | 'secretsKeyFile') => {
    const value = given[name];
    return value && resolve(places.get(name)?.from ?? '.', value.replace(/^~(?=\/)/, homedir()));
  };
  const placeOf = (name: Name) => places.get(name)?.place ?? `${settings[name].env} (default ${settings[name].default})`;
  const production = given.production ?? false;
  const config = {
    host: given.host ?? '127.0.0.1',
    port: given.port ?? 4700,
    publicUrl: given.publicUrl?.replace(/\/$/, ''),
    dataFolder: pathOf('dataFolder') ?? resolve('data'),
    databaseUrl: given.databaseUrl,
    production,
    standIn: production ? 'off' : (given.standIn ?? 'auto'),
    standInPort: given.standInPort ?? 4701,
    standInControlPort: given.standInControlPort ?? 4702,
    recordings: {
      inboxes: given.recordingsInbox ?? [],
      after: given.recordingsAfter ?? 'leave',
      maxBytes: (given.recordingMaxMb ?? 500) * 1_000_000,
      s3:
        given.recordingsS3 && given.s3KeyId && given.s3Secret
          ? { url: given.recordingsS3, region: given.s3Region ?? 'us-east-1', keyId: given.s3KeyId, secret: given.s3Secret }
          : undefined,
    },
    requestLimitMs: given.requestLimitMs ?? 120_000,
    nodeName:
      given.nodeName ??
      (hostname()
        .replaceAll(/[^\w.-]/g, '-')
        .slice(0, 63) ||
        'node'),
    watchToken: given.watchToken,
    alerts: given.alertUrl === undefined ? undefined : { url: given.alertUrl, secret: given.alertSecret },
    logLevel: given.logLevel ?? 'info',
    logFormat: given.logFormat ?? (production ? 'json' : 'text'),
    secretsKeyFrom: keyFrom(given.secretsKey, pathOf('secretsKeyFile'), given.secretsKeyCommand),
  } as const satisfies Config;

  // What single values can't tell. A value that was wrong by itself is not complained about twice.
  const whole = (...involved: Name[]) => involved.every((name) => !places.has(name) || name in given);
  const ports = ['port', 'standInPort', 'standInControlPort'] as const;
  for (const [index, name] of ports.entries())
    for (const earlier of ports.slice(0, index))
      if (whole(name, earlier) && config[name] === config[earlier])
        mistakes.push({ place: placeOf(name), message: `is ${config[name]}, and so is ${earlier}: each needs a port of its own` });
  if (production && given.standIn === 'on')
    mistakes.push({
      place: placeOf('standIn'),
      message: 'the stand-in org never runs in production: set it to off, or CORDBOARD_PRODUCTION to false',
    });
  for (const name of ['s3KeyId', 's3Secret'] as const)
    if (given.recordingsS3 && !places.has(name))
      mistakes.push({ place: placeOf('recordingsS3'), message: `needs ${settings[name].env} too, which comes from the environment` });
  if (given.alertSecret && !places.has('alertUrl'))
    mistakes.push({ place: placeOf('alertSecret'), message: `signs what is sent to ${settings.alertUrl.env}, which is missing` });
  const sources = (['secretsKey', 'secretsKeyFile', 'secretsKeyCommand'] as const).filter((name) => places.has(name));
  if (sources.length > 1)
    mistakes.push({
      place: sources.map((name) => placeOf(name)).join(', '),
      message: 'only one of them may say where the key of the secrets is',
    });
  if (production && sources.length === 0)
    mistakes.push({
      place: settings.secretsKeyFile.env,
      message:
        'production needs the key of the secrets: set this, CORDBOARD_SECRETS_KEY_COMMAND or CORDBOARD_SECRETS_KEY. `openssl rand -base64 32` makes one',
    });
  const keyFile = pathOf('secretsKeyFile');
  if (keyFile && isInside(config.dataFolder, keyFile))
    mistakes.push({
      place: placeOf('secretsKeyFile'),
      message: 'is inside the data folder: a copy of the data would be a copy of the secrets. Put it elsewhere',
    });
  return mistakes.length > 0 ? { mistakes } : config;
}

type Written = { readonly values: Readonly<Record<string, unknown>>; lineOf(name: string): number };
function parseFile(text: string | undefined, file: string, mistakes: { place: string; message: string }[]): Written {
  const lineOf = (name: string) => (text ?? '').split('\n').findIndex((line) => line.includes(`"${name}"`)) + 1;
  const none: Written = { values: {}, lineOf };
  if (text === undefined) return none;
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (cause) {
    mistakes.push({ place: file, message: `is not JSON: ${(cause as Error).message}` });
    return none;
  }
  const object = z.record(z.string(), z.unknown()).safeParse(parsed);
  if (!object.success || Array.isArray(parsed)) {
    mistakes.push({ place: file, message: 'must hold one object, such as { "port": 4700 }' });
    return none;
  }
  for (const name of Object.keys(object.data)) {
    const place = `${file}:${lineOf(name)} ${name}`;
    if (!(name in settings)) mistakes.push({ place, message: `there is no such setting${hint(name, names)}` });
    else if ((settings[name as Name] as Setting).environmentOnly)
      mistakes.push({ place, message: `is taken from the environment only: set ${settings[name as Name].env}, and remove it here` });
  }
  const allowed = Object.entries(object.data).filter(([name]) => name in settings && !(settings[name as Name] as Setting).environmentOnly);
  return { values: Object.fromEntries(allowed), lineOf };
}

const variables = ['CORDBOARD_CONFIG', ...names.map((name) => settings[name].env)];
const unknownVariables = (env: Environment) =>
  Object.keys(env)
    .filter((name) => name.startsWith('CORDBOARD_') && !variables.includes(name))
    .map((name) => ({ place: name, message: `there is no such setting${hint(name, variables)}` }));

/** The known word with the fewest letters changed, if it is near enough to be meant. */
function hint(word: string, known: readonly string[]): string {
  const near = known.map((one) => ({ one, far: distance(word.toLowerCase(), one.toLowerCase()) })).toSorted((a, b) => a.far - b.far)[0];
  return near && near.far <= 3 ? `; did you mean ${near.one}?` : '';
}
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + (letter === other ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

function keyFrom(text: string | undefined, file: string | undefined, command: string | undefined): Config['secretsKeyFrom'] {
  if (text) return { text };
  if (file) return { file };
  return command ? { command } : undefined;
}

function isInside(folder: string, file: string): boolean {
  const way = relative(folder, file);
  return way !== '' && !way.startsWith('..') && !isAbsolute(way);
}

/** What start-up prints of the mistakes, all at once. */
export const printMistakes = ({ mistakes }: ConfigMistakes): string =>
  [
    `Cordboard was not started: ${mistakes.length === 1 ? 'one setting is' : `${mistakes.length} settings are`} wrong.`,
    ...mistakes.map(({ place, message }) => `  ${place}: ${message}`),
    'docs/reference/configuration.md lists every setting.',
  ].join('\n');

/** What start-up prints of the settings: every value, secrets never. */
export function printConfig(config: Config): string {
  const key = config.secretsKeyFrom;
  const shown: Record<string, string | number | boolean | undefined> = {
    ...config,
    recordings: [
      ...config.recordings.inboxes.map(({ connection, folder }) => `${connection}=${folder} (${config.recordings.after})`),
      config.recordings.s3 ? `in ${config.recordings.s3.url}` : 'on the disk',
    ].join('; '),
    watchToken: config.watchToken && '(given)',
    alerts: config.alerts && `to ${new URL(config.alerts.url).host}${config.alerts.secret ? ', signed' : ''}`,
    databaseUrl: config.databaseUrl && maskPassword(config.databaseUrl),
    secretsKeyFrom:
      key === undefined ? "this installation's file" : 'text' in key ? 'the environment' : 'file' in key ? key.file : 'a command',
  };
  return Object.entries(shown)
    .map(([name, value]) => `  ${name.padEnd(20)} ${value ?? 'none'}`)
    .join('\n');
}
function maskPassword(address: string): string {
  const url = new URL(address);
  if (url.password) url.password = '***';
  for (const name of [...url.searchParams.keys()]) if (/password|secret|key/i.test(name)) url.searchParams.set(name, '***');
  return url.href;
}

/** The section of the reference that lists every setting, as Markdown. */
export const describeSettings = (): string =>
  [
    '| setting in `cordboard.json` | environment variable | what it is | default | why |',
    '|---|---|---|---|---|',
    ...names.map((name) => {
      const setting: Setting = settings[name];
      return `| ${setting.environmentOnly ? 'environment only' : `\`${name}\``} | \`${setting.env}\` | ${setting.unit} | ${setting.default.replaceAll(/[<>]/g, (sign) => (sign === '<' ? '&lt;' : '&gt;'))} | ${setting.why} |`;
    }),
  ].join('\n');
