import { existsSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fill, loadSetupWords, type SetupWords } from '../console/words/setup/words.ts';
import { crms } from '../crms/index.ts';
import { type Config, readConfig } from '../server/config.ts';
import { resealed } from '../server/setup/reseal.ts';
import { orgSetup, SetupRefused } from '../server/setup/setup.ts';
import { type Crm, Refused, Unanswered } from '../server/crm.ts';
import { consoleStore } from '../server/store/console-store.ts';
import { type Database, openDatabase } from '../server/store/database.ts';
import { postgresStore } from '../server/store/postgres.ts';
import { loadSecretsKey, openSecrets, type Secrets } from '../server/store/secrets.ts';
import { openVault } from '../server/store/vault-store.ts';
import type { Vault } from '../server/vault.ts';
import { setupStore } from '../server/store/setup-store.ts';
import type { OrgId } from '../server/store.ts';
import { realWorld, type World } from '../server/world.ts';
import type { Finding, Setup } from '../wire/setup.ts';

const languages = ['en', 'ja', 'fr', 'ru', 'pl'] as const;
const help = `npm run org:check                       what the org has, what it lacks, and who can mend it
npm run org:install                     installs or updates fields, permission set, call center and trusted URL, and tries them
npm run org:install -- --version        which version is installed, and which is at hand
npm run org:install -- --uninstall      says what would be lost; with --yes it is taken out

The same as the buttons of the console. Cordboard need not be running, its database must be; this must have the same environment.
It ends with 1 where something must be mended.

  --org <n>          which org, if there are several
  --language <code>  ${languages.join(', ')}
  --json             the findings as the server gives them
`;

/** What the person who types must mend; the message says how. */
class Trouble extends Error {}
export type Installation = {
  readonly database: Database;
  readonly secrets: Secrets;
  readonly publicUrl: string | undefined;
};
export type OrgSetupOptions = {
  readonly argv: readonly string[];
  readonly world: World;
  readonly say: (text: string) => void;
  readonly open: () => Promise<Installation>;
  readonly stop: AbortSignal;
};

/** Does what the arguments ask for. Gives the code to exit with; throws what can't be done at all. */
export async function runOrgSetup({ argv, world, say, open, stop }: OrgSetupOptions): Promise<0 | 1> {
  const given = readArguments(argv);
  if (given === 'help') {
    say(help);
    return 0;
  }
  const words = await loadSetupWords(given.language);
  const { database, secrets, publicUrl } = await open();
  const admin = consoleStore(database);
  const org = await chooseOrg(await admin.orgs(), given.org);
  const store = postgresStore(database, world, () => undefined);
  const vault = openVault({ database, world, secrets, onTrouble: () => undefined }, org);
  const connectNow = async () => connect((await store.readOrgs()).find((one) => one.org === org)?.crm ?? undefined, secrets, world, vault);
  let connection = await connectNow();
  const who = 'command line';
  const setup = orgSetup({
    store: setupStore(database),
    world,
    node: `command line on ${hostname()}`,
    publicUrl,
    crm: () => connection,
    policy: async (id) => (await store.readOrg(id))!.policy,
    audit: admin.audit,
    reseal: (sealed) => resealed(secrets, sealed),
    async reconnected() {
      await connection?.close();
      connection = await connectNow();
    },
    report: () => undefined,
    stop,
  });
  try {
    if (given.what === 'check' || given.version) return await check();
    if (given.uninstall && !given.yes) return await sayRemoval();
    return await carryOut(given.uninstall ? 'uninstall' : 'install');
  } finally {
    await connection?.close();
  }

  async function check(): Promise<0 | 1> {
    const found = await setup.check(org);
    if (given !== 'help' && given.json) say(JSON.stringify(found, null, 2));
    else if (given !== 'help' && given.version) say(sayVersion(found, words));
    else found.findings.forEach((finding) => say(sayLine(finding, words)));
    return found.findings.some(({ level }) => level === 'bad') ? 1 : 0;
  }

  async function sayRemoval(): Promise<0> {
    const removal = await setup.removal(org);
    const { remove } = words;
    say(remove.explained);
    say(fill(remove.parts, { parts: removal.parts.join(', ') }));
    if (removal.extraFields.length > 0) say(fill(remove.fields, { fields: removal.extraFields.join(', ') }));
    if (removal.stays.length > 0) say(fill(remove.stays, { fields: removal.stays.join(', ') }));
    say(fill(remove.tasks, { count: String(removal.tasks) }));
    say(fill(remove.people, { count: String(removal.people) }));
    say(remove.back);
    say('\nnpm run org:install -- --uninstall --yes');
    return 0;
  }

  async function carryOut(what: 'install' | 'uninstall'): Promise<0 | 1> {
    const { ended } = await setup.begin(org, { what }, who);
    const over = new AbortController();
    let saidLast = '';
    const watching = (async () => {
      for (; !over.signal.aborted; await world.sleep(300, over.signal)) {
        const { job } = await setup.tell(org);
        if (!job || job.state !== 'running') continue;
        const { done, total } = job.progress ?? { done: 0, total: 0 };
        const far = total > 0 ? ` ${fill(words.install.progress, { done: String(done), total: String(total) })}` : '';
        const line = `${words.install.steps[job.step]}${far}`;
        if (line !== saidLast) say(line);
        saidLast = line;
      }
    })();
    const job = await ended;
    over.abort();
    await watching;
    if (!job) throw new Trouble('The database has forgotten the work.');
    say(job.state === 'done' ? words.install.ended[what] : words.install.notEnded.failed);
    const { outcome } = job;
    if (outcome?.verified) say(words.install.verified);
    if (outcome?.by === 'fields') say(words.install.byFields);
    for (const { part, because } of outcome?.leftOut ?? []) {
      const known = because === 'no-public-address' || because === 'by-fields' ? words.install.because[because] : because;
      say(fill(words.install.leftOut, { part: words.install.parts[part], because: known }));
    }
    if (job.state !== 'done' && outcome && outcome.lacks.length > 0) say(fill(words.install.lacks, { rights: outcome.lacks.join(', ') }));
    for (const { part, because } of outcome?.failures ?? []) say(`  ${part}: ${because}`);
    if (job.trouble !== undefined) say(`  ${job.trouble}`);
    return job.state === 'done' ? 0 : 1;
  }
}

/** One finding as a line, the sentence and who can mend it. */
function sayLine({ area, level, problem, params, mendedBy, doc }: Finding, words: SetupWords): string {
  const marks = { ok: '✓', warn: '!', bad: '✗', off: '·' } as const;
  const values = Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)]));
  const head = `${marks[level]} ${words.check.areas[area]}`;
  if (problem === undefined) return head;
  return [
    `${head}: ${fill(words.check.problems[problem], values).trim()}`,
    ...(mendedBy ? [`    ${words.check.menders[mendedBy]}`] : []),
    ...(level === 'ok' ? [] : [`    ${words.check.more}: docs/operate/${doc}`]),
  ].join('\n');
}

function sayVersion({ installed }: NonNullable<Setup['check']>, words: SetupWords): string {
  if (!installed) return words.check.areas.connection;
  return fill(words.install.states[installed.state], { version: String(installed.version ?? ''), current: String(installed.current) });
}

async function connect(sealed: string | undefined, secrets: Secrets, world: World, vault: Vault): Promise<Crm | undefined> {
  if (sealed === undefined) return undefined;
  const { kind = 'salesforce', ...settings } = JSON.parse(secrets.open(sealed, 'orgs crm')) as { kind?: keyof typeof crms } & Parameters<
    typeof crms.salesforce
  >[0];
  try {
    return await crms[kind](settings, world, () => undefined, vault);
  } catch (error) {
    if (error instanceof Refused || error instanceof Unanswered) throw new Trouble(`The org can't be reached. ${error.message}`);
    throw error;
  }
}

async function chooseOrg(orgs: readonly OrgId[], asked: string | undefined): Promise<OrgId> {
  const found = asked === undefined ? (orgs.length === 1 ? orgs[0] : undefined) : orgs.find((org) => String(org) === asked);
  if (found === undefined)
    throw new Trouble(
      orgs.length === 0 ? 'There is no org yet: start Cordboard first.' : `Say which org with --org: there are ${orgs.join(', ')}.`,
    );
  return found;
}

function readArguments(argv: readonly string[]) {
  const options = {
    org: { type: 'string' },
    language: { type: 'string', default: 'en' },
    uninstall: { type: 'boolean', default: false },
    version: { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  } as const;
  const { values, positionals } = (() => {
    try {
      return parseArgs({ args: [...argv], allowPositionals: true, options });
    } catch (error) {
      throw new Trouble(`${(error as Error).message}\n\n${help}`);
    }
  })();
  if (values.help || positionals.length === 0) return 'help';
  const what = positionals[0];
  const language = languages.find((one) => one === values.language);
  if ((what !== 'check' && what !== 'install') || positionals.length > 1) throw new Trouble(`Say check or install.\n\n${help}`);
  if (!language) throw new Trouble(`--language is one of ${languages.join(', ')}.`);
  if (values.yes && !values.uninstall) throw new Trouble('--yes is for --uninstall.');
  return { ...values, what, language } as const;
}

/** Whoever may read the key file and the database may set up its orgs. */
async function openInstallation(world: World): Promise<Installation> {
  const config: Config | { mistakes: readonly { place: string; message: string }[] } = readConfig(process.env, (path) =>
    existsSync(path) ? readFileSync(path, 'utf8') : undefined,
  );
  if ('mistakes' in config) throw new Trouble(config.mistakes.map(({ place, message }) => `${place}: ${message}`).join('\n'));
  if (config.databaseUrl === undefined && !existsSync(join(config.dataFolder, 'postgres')))
    throw new Trouble(`Cordboard has not been started with ${config.dataFolder}.`);
  const secrets = openSecrets(await loadSecretsKey(config, world), world);
  const address = config.databaseUrl
    ? { connectionString: config.databaseUrl }
    : { host: join(config.dataFolder, 'socket'), port: 5432, user: 'cordboard', database: 'cordboard' };
  return { database: openDatabase(address, world, () => undefined, 3), secrets, publicUrl: config.publicUrl };
}

async function main(): Promise<void> {
  const world = realWorld();
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  // Whoever reads only the beginning (`| head`) has what they wanted.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  let opened: Installation | undefined;
  try {
    process.exitCode = await runOrgSetup({
      argv: process.argv.slice(2),
      world,
      say: (text) => process.stdout.write(`${text}\n`),
      open: async () => (opened = await openInstallation(world)),
      stop: stop.signal,
    });
  } finally {
    await opened?.database.close();
  }
}

if (import.meta.main)
  main().catch((error: unknown) => {
    const isTheirs = error instanceof Trouble || error instanceof SetupRefused || error instanceof Refused || error instanceof Unanswered;
    process.stderr.write(`${isTheirs ? error.message : ((error as Error).stack ?? String(error))}\n`);
    process.exitCode = 1;
  });
