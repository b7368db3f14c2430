import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { readConfig } from '../server/config.ts';
import { consoleStore } from '../server/store/console-store.ts';
import { type Database, openDatabase } from '../server/store/database.ts';
import { loadSecretsKey, openSecrets, type Secrets } from '../server/store/secrets.ts';
import type { OrgId } from '../server/store.ts';
import { realWorld, type World } from '../server/world.ts';
import { connectAmi } from '../sources/asterisk/ami-client.ts';
import { commandsOf, kindOfPbx, preflight, sayPreflight } from '../sources/asterisk/preflight.ts';
import { type AsteriskSettings, parseAsteriskSettings } from '../sources/asterisk/settings.ts';
import { secretOf } from '../sources/generic-webhook/sign.ts';

const help = `npm run connect -- asterisk --host pbx.example.com --user cordboard

Looks at an Asterisk with the rights of one of its manager logins, says what it lacks and what to paste where,
and has Cordboard listen to it. Cordboard must be running, and this must have the same environment.

  --host <name or address>   where its manager listens
  --port <n>                 5038; 5039 with TLS
  --user <name>              the name in brackets in manager.conf; its secret is asked for, or taken from ASTERISK_SECRET
  --tls on|off               off
  --fingerprint <sha-256>    TLS with this certificate, whoever signed it
  --login md5|plain          md5
  --name <text>              what you call this PBX (Asterisk); one that has this name already is changed in what is given
  --trunk <endpoint>         leads outside, such as PJSIP/telco; may come again. Left out: told by their names
  --country <code>           where numbers without a country code are from, such as JP
  --line <number>=<name>     what you call a number; may come again
  --new-secret               ask for the secret, although one is kept
  --org <n>                  which org, if there are several
  --check                    only look; nothing is stored
`;

/** What the person who types must mend; the message says how. */
class ConnectTrouble extends Error {}
/** An installation, as far as connecting needs it. */
export type Installation = { readonly database: Database; readonly secrets: Secrets };
export type ConnectOptions = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly world: World;
  readonly say: (text: string) => void;
  readonly askSecret: (question: string) => Promise<string>;
  /** Opened only when something is read or stored. */
  readonly open: () => Promise<Installation>;
};

/** Does what the arguments ask for. Throws `ConnectTrouble`, or what the PBX or the database had to say. */
export async function connectPbx({ argv, env, world, say, askSecret, open }: ConnectOptions): Promise<void> {
  const given = readArguments(argv);
  if (given === 'help') return say(help);
  const installation = given.check && given.settings['host'] !== undefined ? undefined : await open();
  const org = installation && (await orgOf(installation, given.org));
  const kept = installation && org !== undefined ? await readKept(installation, org, given.name) : undefined;
  const secret = env['ASTERISK_SECRET'] || (given.newSecret || kept?.['secret'] === undefined ? undefined : (kept['secret'] as string));
  // Another certificate, or none, is another choice of the same thing.
  const settings = parseAsteriskSettings({
    ...(given.settings['tls'] !== undefined && given.settings['port'] === undefined ? { ...kept, port: undefined } : kept),
    ...given.settings,
    secret: secret ?? (await askSecret(`Secret of ${(given.settings['user'] ?? kept?.['user'] ?? 'the login') as string}: `)),
  });
  if ('mistakes' in settings) throw new ConnectTrouble(settings.mistakes.join('\n'));

  say(await look(settings, world));
  if (given.check || !installation || org === undefined) return;
  const random = Buffer.from(world.bytes(8)).toString('hex');
  const admin = consoleStore(installation.database);
  const stored = await admin.saveListened(org, { connection: `con_${random}`, source: 'asterisk', name: given.name }, (connection) => ({
    settings: installation.secrets.seal(JSON.stringify(settings), `connections ${connection} settings`),
    // Not for listening: what is sent to its address, such as lines of CEL, is signed with it.
    secrets: installation.secrets.seal(JSON.stringify([secretOf(world.bytes(32))]), `connections ${connection} secrets`),
  }));
  await admin.audit(org, 'command line', stored.made ? 'connected a phone system' : 'changed a phone system', {
    connection: stored.connection,
    host: settings.host,
    user: settings.user,
  });
  say(
    `\n${given.name} is ${stored.made ? 'connected' : 'changed'} (${stored.connection}). Cordboard listens to it as soon as it hears of this; /api/status says how it goes.`,
  );
}

async function look(settings: AsteriskSettings, world: World): Promise<string> {
  const ami = await connectAmi(settings, settings, { world, onEvent: () => undefined, events: 'off' });
  try {
    const commands = await commandsOf(ami);
    const findings = await preflight(ami, settings, { commands, thorough: true });
    return sayPreflight(findings, await kindOfPbx(ami, commands));
  } finally {
    await ami.close();
  }
}

function readArguments(argv: readonly string[]) {
  const parsed = (() => {
    try {
      return parseArgs({
        args: [...argv],
        allowPositionals: true,
        options: {
          ...Object.fromEntries(
            ['host', 'port', 'user', 'tls', 'fingerprint', 'login', 'name', 'country', 'org'].map((name) => [
              name,
              { type: 'string' as const },
            ]),
          ),
          trunk: { type: 'string', multiple: true },
          line: { type: 'string', multiple: true },
          check: { type: 'boolean' },
          'new-secret': { type: 'boolean' },
          help: { type: 'boolean' },
        },
      });
    } catch (error) {
      throw new ConnectTrouble(`${(error as Error).message}\n\n${help}`);
    }
  })();
  const values: Readonly<Record<string, string | boolean | (string | boolean)[] | undefined>> = parsed.values;
  if (values['help'] || (parsed.positionals.length === 0 && argv.length === 0)) return 'help';
  if (parsed.positionals.join(' ') !== 'asterisk')
    throw new ConnectTrouble(`Say which kind of phone system: asterisk. The secret is never typed here; it is asked for.\n\n${help}`);
  const text = (name: string) => values[name] as string | undefined;
  const list = (name: string) => values[name] as string[] | undefined;
  const lines = list('line')?.map((line) => {
    const at = line.indexOf('=');
    if (at < 1) throw new ConnectTrouble(`--line ${line} must be a number, = and a name, such as --line 5550300=Support.`);
    return [line.slice(0, at).trim(), line.slice(at + 1).trim()] as const;
  });
  if (text('tls') !== undefined && text('fingerprint') !== undefined)
    throw new ConnectTrouble('Give --tls or --fingerprint: a fingerprint means TLS.');
  const fingerprint = text('fingerprint');
  const settings: Readonly<Record<string, unknown>> = Object.fromEntries(
    Object.entries({
      host: text('host'),
      port: text('port') === undefined ? undefined : Number(text('port')),
      user: text('user'),
      tls: fingerprint === undefined ? text('tls') : { fingerprint },
      login: text('login'),
      trunks: list('trunk'),
      country: text('country'),
      lines: lines && Object.fromEntries(lines),
    }).filter(([, value]) => value !== undefined),
  );
  const name = text('name') ?? 'Asterisk';
  if (!/^[^\p{Cc}]{1,80}$/u.test(name)) throw new ConnectTrouble('--name must be 1 to 80 characters on one line.');
  return { settings, name, org: text('org'), check: values['check'] === true, newSecret: values['new-secret'] === true };
}

async function orgOf({ database }: Installation, asked: string | undefined): Promise<OrgId> {
  const orgs = await consoleStore(database).orgs();
  const found = asked === undefined ? (orgs.length === 1 ? orgs[0] : undefined) : orgs.find((org) => String(org) === asked);
  if (found === undefined)
    throw new ConnectTrouble(
      orgs.length === 0 ? 'There is no org yet: start Cordboard first.' : `Say which org with --org: there are ${orgs.join(', ')}.`,
    );
  return found;
}

/** The settings of the connection of that name, as they were given. */
async function readKept({ database, secrets }: Installation, org: OrgId, name: string): Promise<Record<string, unknown> | undefined> {
  const row = (
    await database.query(
      {
        text: "select connection, settings from connections where org = $1 and source = 'asterisk' and name = $2 and settings is not null",
      },
      [org, name],
    )
  ).rows[0] as { connection: string; settings: string } | undefined;
  return row && (JSON.parse(secrets.open(row.settings, `connections ${row.connection} settings`)) as Record<string, unknown>);
}

/** Whoever may read the key file and the database may connect a phone system. */
async function openInstallation(world: World): Promise<Installation> {
  const config = readConfig(process.env, (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined));
  if ('mistakes' in config) throw new ConnectTrouble(config.mistakes.map(({ place, message }) => `${place}: ${message}`).join('\n'));
  if (config.databaseUrl === undefined && !existsSync(join(config.dataFolder, 'postgres')))
    throw new ConnectTrouble(`Cordboard has not been started with ${config.dataFolder}.`);
  const secrets = openSecrets(await loadSecretsKey(config, world), world);
  const address = config.databaseUrl
    ? { connectionString: config.databaseUrl }
    : { host: join(config.dataFolder, 'socket'), port: 5432, user: 'cordboard', database: 'cordboard' };
  return { database: openDatabase(address, world, () => undefined, 1), secrets };
}

/** Asks on the terminal; what is typed isn't shown. */
async function askOnTerminal(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new ConnectTrouble('There is no terminal to ask for the secret on: put it into ASTERISK_SECRET.');
  process.stdout.write(question);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stdout.write('\n');
  }
}

async function main(): Promise<void> {
  const world = realWorld();
  let opened: Installation | undefined;
  try {
    await connectPbx({
      argv: process.argv.slice(2),
      env: process.env,
      world,
      say: (text) => process.stdout.write(`${text}\n`),
      askSecret: askOnTerminal,
      open: async () => (opened = await openInstallation(world)),
    });
  } finally {
    await opened?.database.close();
  }
}

if (import.meta.main)
  main().catch((error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  });
