import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Config, readConfig } from '../server/config.ts';
import { type Difference, diffPolicies, sayDifferences } from '../server/decide/policy-diff.ts';
import { parsePolicy } from '../server/decide/policy.ts';
import { checkPolicy, type CheckedPolicy } from '../server/policy/check-policy.ts';
import { everyPreset, presetNamed } from '../server/policy/preset-doors.ts';
import { effectiveSettings } from '../server/policy/effective.ts';
import { publishedSchema } from '../server/policy/published-schema.ts';
import { type FileHeader, readPolicyFile, sayFileMistake, sayHeader, withHeader, writePolicy } from '../server/policy/policy-yaml.ts';
import { consoleStore } from '../server/store/console-store.ts';
import { type Database, openDatabase } from '../server/store/database.ts';
import type { PolicyVersion } from '../server/store/policy-store.ts';
import { postgresStore } from '../server/store/postgres.ts';
import type { OrgId } from '../server/store.ts';
import { realWorld } from '../server/world.ts';
import { tryPolicy } from './try-policy.ts';

const help = `npm run -s policy -- export             the policy as a file for git: what was given, and the version it is
npm run -s policy -- diff FILE          what applying the file would change
npm run -s policy -- apply FILE         saves it, and writes its new version into the file's first line
npm run -s policy -- versions           who saved what, newest first
npm run -s policy -- effective          what holds, and who says so; --line --queue --team --agent: for one of them
npm run -s policy -- presets            ready-made settings, and how many each would change
npm run -s policy -- preset NAME        what it would change; --apply saves it
npm run -s policy -- simulate FILE      what it would do to stored calls, without doing it; --from --to or --call
npm run -s policy -- schema             JSON Schema of such a file, for editors

Cordboard need not be running, its database must be; this must have the same environment. What is applied holds on every
node within a second, for calls that end afterwards. FILE may be - for what is piped in.

  --org <n or name>  which org, if there are several
  --line, --queue, --team, --agent   whose settings effective prints, by the names the policy has for them
  --force            apply over a version the file doesn't rest on
  --from, --to <date>, --call <n>, --book now   which calls simulate looks at: the last 30 days unless told; who is meant as found
                     then, or as the book knows it now

It ends with 0 where the file says what is saved, or would do what was done, 1 where there is a mistake, and 2 where they differ,
or where apply refuses because the policy was saved meanwhile.
`;

/** What the person who types must mend; the message says how. */
class Trouble extends Error {}
export type PolicyCommand = {
  readonly argv: readonly string[];
  readonly say: (text: string) => void;
  /** Who is named in the audit log. */
  readonly who: string;
  readonly read: (file: string) => string;
  readonly write: (file: string, text: string) => void;
  /** Opened only where something is asked of it. */
  readonly open: () => Promise<Database>;
  /** Of the server, for links in what is tried. */
  readonly publicUrl?: () => string | undefined;
};
type Org = { readonly org: OrgId; readonly name: string };

/** Does what the arguments ask for. Gives the code to exit with; throws what can't be done at all. */
export async function runPolicy({ argv, say, who, read, write, open, publicUrl }: PolicyCommand): Promise<0 | 1 | 2> {
  const given = readArguments(argv);
  if (given.what === 'help') return done(say, help);
  if (given.what === 'schema') return done(say, JSON.stringify(publishedSchema(), null, 2));
  // a file with mistakes is told without asking anybody
  const { file: path } = given;
  const text = path === undefined ? '' : read(path);
  const found = path === undefined ? undefined : readPolicyFile(text);
  if (path !== undefined && found && 'mistakes' in found) {
    for (const mistake of found.mistakes) say(sayFileMistake(path, mistake));
    return 1;
  }
  const file = found && 'document' in found ? found : undefined;
  const database = await open();
  const { policies, org } = await find(database, given.org);
  if (given.what === 'versions') {
    const versions = await policies.list(org.org, undefined, 100);
    for (const [place, row] of versions.entries()) say(sayVersion(row, versions[place + 1]));
    if (versions.length === 0) say('No version was saved yet; the defaults hold.');
    return 0;
  }
  const newest = await policies.newest(org.org);
  const version = newest?.version ?? 0;
  if (given.what === 'effective') {
    const { line, queue, team, agent } = given.of;
    const whose = { line: [line], queue: [queue], team, agent: [agent] };
    for (const { words } of effectiveSettings(newest?.document ?? { language: 'en' }, whose)) say(words);
    return 0;
  }
  if (given.what === 'presets') {
    for (const name of everyPreset) {
      const preset = presetNamed(name, newest?.document)!;
      say(`${name.padEnd(12)} ${String(diffPolicies(newest?.document, preset.document).length).padStart(3)} settings  ${preset.says}`);
    }
    return 0;
  }
  if ('name' in given) {
    const preset = presetNamed(given.name, newest?.document);
    if (!preset) throw new Trouble(`There is no preset ${given.name}; there are ${everyPreset.join(', ')}.`);
    const changes = sayDifferences(diffPolicies(newest?.document, preset.document));
    for (const line of changes) say(line);
    for (const { path, because } of preset.left) say(`${path} stays as it is: ${because}`);
    if (changes.length === 0) return done(say, `The policy of ${org.name} says what ${preset.title} says.`);
    if (!given.apply) return 2;
    const saved = await save(preset.document, version);
    if (saved === undefined) return done(say, 'Somebody saved the policy this very moment. Look at the differences again.', 2);
    return done(say, `Saved as version ${saved} of ${org.name}.`);
  }
  if (given.what === 'simulate' && file) {
    const { wrong, warnings } = await check(file.document);
    for (const { path: at, message } of wrong) say(`A save would refuse it: ${at}: ${message}`);
    for (const { path: at, message } of warnings) say(`${at}: ${message}`);
    const differs = await tryPolicy(database, { org: org.org, document: file.document, publicUrl: publicUrl?.(), ...given.on }, say);
    if (differs === undefined) throw new Trouble(`There is no call ${given.on.call}.`);
    return differs ? 2 : 0;
  }
  if (given.what === 'export' || !file)
    return done(say, writePolicy(newest?.document ?? { language: 'en' }, headerOf(org, newest)).trimEnd());

  const differences = diffPolicies(newest?.document, file.document);
  for (const line of sayDifferences(differences)) say(line);
  if (differences.length === 0) return done(say, `The same as version ${version} of ${org.name}.`);
  if (given.what === 'diff') return 2;
  const because = given.force ? undefined : whyNot(file.header, org, newest, await sinceHeader());
  if (because !== undefined) return done(say, because, 2);
  const saved = await save(file.document, given.force ? undefined : version);
  if (saved === undefined) return done(say, 'Somebody saved the policy this very moment. Look at the differences again: run diff.', 2);
  if (path !== undefined && path !== '-') write(path, withHeader(text, headerOf(org, await policies.one(org.org, saved))));
  return done(say, `Saved as version ${saved} of ${org.name}.`);

  /** As the door does, except that the CRM isn't asked: nobody is signed in here. */
  async function check(document: unknown): Promise<CheckedPolicy> {
    const view = await postgresStore(database, realWorld(), () => undefined).readOrg(org.org);
    return checkPolicy(parsePolicy(document), { crm: undefined, view, leftOut: await policies.leftOut(org.org) });
  }
  /** Saves what can be used, and says what of it leads nowhere. Gives its version; undefined: another than `expected` is the newest. */
  async function save(document: unknown, expected: number | undefined): Promise<number | undefined> {
    const { wrong, warnings } = await check(document);
    if (wrong.length > 0) throw new Trouble(wrong.map((one) => `${one.path}: ${one.message}`).join(' '));
    const saving = await policies.save(org.org, { document, by: who, ...(expected === undefined ? {} : { expected }) });
    if (saving.outcome === 'moved') return undefined;
    for (const one of warnings) say(`${one.path}: ${one.message}`);
    return saving.version;
  }
  /** What was saved since the version the file rests on. */
  async function sinceHeader(): Promise<readonly Difference[]> {
    const base = file?.header ? await policies.one(org.org, file.header.version) : undefined;
    return diffPolicies(base?.document, newest?.document);
  }
}

function done(say: (text: string) => void, text: string, code: 0 | 2 = 0): 0 | 2 {
  say(text);
  return code;
}

/** Why a file isn't saved over the newest version, or undefined. */
function whyNot(
  header: FileHeader | undefined,
  org: Org,
  newest: PolicyVersion | undefined,
  since: readonly Difference[],
): string | undefined {
  const version = newest?.version ?? 0;
  if (!header)
    return `Not saved: the file doesn't say which version it rests on. Begin with export, or give --force to save it over version ${version}.`;
  if (header.org !== Number(org.org))
    return `Not saved: the file is of org ${header.org}, and this is org ${org.org}, ${org.name}. Give --force if it is meant.`;
  if (header.version === version) return undefined;
  const who = newest ? `${newest.savedBy} saved version ${version} at ${newest.savedAt.toISOString()}` : 'none was saved here';
  return [
    `Not saved: the file rests on version ${header.version}, and ${who}.`,
    ...(since.length > 0 ? [`Since version ${header.version}:`, ...sayDifferences(since).map((line) => `  ${line}`)] : []),
    'Export it again and make your changes there, or give --force to save yours over it.',
  ].join('\n');
}

const headerOf = ({ org, name }: Org, row: PolicyVersion | undefined): string =>
  sayHeader(
    { version: row?.version ?? 0, org },
    { orgName: name, ...(row && { savedAt: row.savedAt.toISOString(), savedBy: row.savedBy }) },
  );

function sayVersion(row: PolicyVersion, former: PolicyVersion | undefined): string {
  const changed = sayDifferences(diffPolicies(former?.document, row.document));
  return [`version ${row.version}, saved ${row.savedAt.toISOString()} by ${row.savedBy}`, ...changed.map((line) => `  ${line}`)].join('\n');
}

async function find(database: Database, asked: string | undefined) {
  const { policies } = consoleStore(database);
  const orgs = (await database.query({ text: 'select org, name from orgs order by org' })).rows as Org[];
  const meant =
    asked === undefined ? orgs : orgs.filter(({ org, name }) => String(org) === asked || name.toLowerCase() === asked.toLowerCase());
  const [org, ...others] = meant;
  if (!org || others.length > 0)
    throw new Trouble(
      orgs.length === 0
        ? 'There is no org yet: start Cordboard first.'
        : `Say which org with --org: there are ${orgs.map(({ org: id, name }) => `${id} (${name})`).join(', ')}.`,
    );
  return { policies, org };
}

function readArguments(argv: readonly string[]) {
  const parsed = (() => {
    try {
      const about = { line: { type: 'string' }, queue: { type: 'string' }, team: { type: 'string' }, agent: { type: 'string' } } as const;
      const on = { from: { type: 'string' }, to: { type: 'string' }, call: { type: 'string' }, book: { type: 'string' } } as const;
      const flags = { force: { type: 'boolean' }, apply: { type: 'boolean' }, help: { type: 'boolean' } } as const;
      const options = { ...about, ...on, ...flags, org: { type: 'string' } } as const;
      return parseArgs({ args: [...argv], allowPositionals: true, options });
    } catch (error) {
      throw new Trouble(`${(error as Error).message}\n\n${help}`);
    }
  })();
  const [what, file, ...more] = parsed.positionals;
  const { org, force = false, apply = false, help: _help, from, to, call, book, ...of } = parsed.values;
  if (parsed.values.help || what === undefined) return { what: 'help' as const };
  const isAboutFile = what === 'diff' || what === 'apply' || what === 'simulate';
  const isAlone = ['export', 'versions', 'schema', 'effective', 'presets'].includes(what);
  const takes = isAboutFile ? 'one file' : what === 'preset' ? 'one name' : isAlone ? 'no file' : undefined;
  if (takes === undefined) throw new Trouble(`There is no ${what}.\n\n${help}`);
  if (more.length > 0 || (takes !== 'no file') !== (file !== undefined)) throw new Trouble(`${what} takes ${takes}.\n\n${help}`);
  if (what !== 'effective' && Object.keys(of).length > 0) throw new Trouble(`${what} is about the whole policy.\n\n${help}`);
  if (what !== 'simulate' && [from, to, call, book].some((one) => one !== undefined))
    throw new Trouble(`${what} looks at no calls.\n\n${help}`);
  if (what === 'preset' && file !== undefined) return { what, name: file, apply, org, force, of };
  return { what, file, org, force, of, on: readCalls({ from, to, call, book }) };
}

const usualDays = 30;
/** Which calls, and whose word it is who is meant. */
function readCalls({ from, to, call, book = 'then' }: { readonly [Key in 'from' | 'to' | 'call' | 'book']: string | undefined }) {
  const toMs = to === undefined ? Date.now() : Date.parse(to);
  const fromMs = from === undefined ? toMs - usualDays * 86_400_000 : Date.parse(from);
  if (Number.isNaN(toMs) || Number.isNaN(fromMs)) throw new Trouble('Give --from and --to as 2026-11-01 or 2026-11-01T09:00:00Z.');
  if (toMs <= fromMs) throw new Trouble('--to lies before --from.');
  if (book !== 'then' && book !== 'now') throw new Trouble('--book is then or now.');
  if (call !== undefined && !/^\d{1,18}$/.test(call)) throw new Trouble('--call is the number of a call, as in its address.');
  return { fromMs, toMs, book, ...(call !== undefined && { call }) } as const;
}

function readInstallation(): Config {
  const config = readConfig(process.env, (path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined));
  if ('mistakes' in config) throw new Trouble(config.mistakes.map(({ place, message }) => `${place}: ${message}`).join('\n'));
  return config;
}

/** Whoever may open the database may read and save policies. */
function openInstallation(): Database {
  const config = readInstallation();
  if (config.databaseUrl === undefined && !existsSync(join(config.dataFolder, 'postgres')))
    throw new Trouble(`Cordboard has not been started with ${config.dataFolder}.`);
  const address = config.databaseUrl
    ? { connectionString: config.databaseUrl }
    : { host: join(config.dataFolder, 'socket'), port: 5432, user: 'cordboard', database: 'cordboard' };
  return openDatabase(address, realWorld(), () => undefined, 1);
}

async function main(): Promise<void> {
  let opened: Database | undefined;
  try {
    process.exitCode = await runPolicy({
      argv: process.argv.slice(2),
      say: (text) => process.stdout.write(`${text}\n`),
      who: 'command line',
      read: (file) => readFileSync(file === '-' ? 0 : file, 'utf8'),
      write: (file, text) => writeFileSync(file, text),
      open: async () => (opened = openInstallation()),
      publicUrl: () => readInstallation().publicUrl,
    });
  } finally {
    await opened?.close();
  }
}

if (import.meta.main)
  main().catch((error: unknown) => {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exitCode = 1;
  });
