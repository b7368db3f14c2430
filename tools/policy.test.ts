import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { consoleStore, type ConsoleStore } from '../server/store/console-store.ts';
import { type Database, openDatabase } from '../server/store/database.ts';
import { postgresStore } from '../server/store/postgres.ts';
import type { OrgId } from '../server/store.ts';
import { startTestDatabase } from '../server/testing/test-database.ts';
import { realWorld } from '../server/world.ts';
import { runPolicy } from './policy.ts';

let database: Database;
let admin: ConsoleStore;
let drop: () => Promise<void>;
let org: OrgId;
const files = new Map<string, string>();

beforeAll(async () => {
  const made = await startTestDatabase();
  drop = () => made.drop();
  database = openDatabase(made.address, realWorld(), () => undefined, 3);
  admin = consoleStore(database);
});
afterAll(async () => {
  await database.close();
  await drop();
});
let orgs = 0;
beforeEach(async () => {
  org = await admin.addOrg(`Acme ${++orgs}`, 'live', null);
  files.clear();
});

async function run(...argv: string[]) {
  const said: string[] = [];
  let opened = 0;
  const outcome = await runPolicy({
    argv:
      ['export', 'diff', 'apply', 'versions', 'effective', 'presets', 'preset', 'simulate'].includes(argv[0] ?? '') &&
      !argv.includes('--org')
        ? [...argv, '--org', String(org)]
        : argv,
    say: (text) => void said.push(text),
    who: 'command line',
    read: (file) => files.get(file)!,
    write: (file, text) => void files.set(file, text),
    open: async () => (opened++, database),
  }).catch((error: unknown) => (error as Error).message);
  return { outcome, said: said.join('\n'), opened };
}
const exported = async () => {
  const { said } = await run('export');
  files.set('policy.yaml', `${said}\n`);
};
const gone = '005000000000999AAA';
/** Users of the org were read: whoever isn't among them is nobody. */
const knownUser = () =>
  postgresStore(database, realWorld(), () => undefined).saveUsers(
    org,
    [{ id: '005000000000001AAA', name: 'Olga', email: 'olga@acme.example', zone: 'Europe/Warsaw', active: true }],
    '005000000000001AAA',
    [],
  );
const edit = (from: string | RegExp, to: string) => files.set('policy.yaml', files.get('policy.yaml')!.replace(from, to));

describe('a policy kept in git', () => {
  test('is exported, edited, compared and applied; the file then rests on what it made', async () => {
    await exported();
    expect(files.get('policy.yaml')).toBe(
      `# Cordboard policy: version 0 of org ${org} "Acme ${orgs}"\n# yaml-language-server: $schema=policy.schema.json\nlanguage: en\n`,
    );
    edit('language: en', 'language: pl # as agreed\nstranger: {missed: lead}');
    expect(await run('diff', 'policy.yaml')).toMatchObject({
      outcome: 2,
      said: 'language: "en" (default) → "pl"\nstranger.missed: "nothing" (default) → "lead"',
    });
    expect(await admin.hasPolicy(org, 1)).toBe(false);
    expect(await run('apply', 'policy.yaml')).toMatchObject({ outcome: 0, said: expect.stringContaining('Saved as version 1 of Acme') });
    expect(files.get('policy.yaml')).toMatch(
      /^# Cordboard policy: version 1 of org .* by "command line"\n# yaml.*\nlanguage: pl # as agreed\n/,
    );
    expect(await run('diff', 'policy.yaml')).toMatchObject({ outcome: 0, said: expect.stringContaining('The same as version 1') });
    expect(await run('apply', 'policy.yaml')).toMatchObject({ outcome: 0 });
    edit('missed: lead', 'missed: contact');
    expect(await run('apply', 'policy.yaml')).toMatchObject({ outcome: 0, said: expect.stringContaining('Saved as version 2') });
    expect((await run('versions')).said).toMatch(
      /^version 2, saved \S+ by command line\n {2}stranger\.missed: "lead" → "contact"\nversion 1, saved \S+ by command line\n {2}language: /,
    );
    const { rows } = await database.query(
      { text: "select who, detail from audit where org = $1 and what = 'saved the policy' order by id" },
      [org],
    );
    expect(rows).toEqual([
      {
        who: 'command line',
        detail: { version: 1, differences: ['language: "en" (default) → "pl"', 'stranger.missed: "nothing" (default) → "lead"'] },
      },
      { who: 'command line', detail: { version: 2, differences: ['stranger.missed: "lead" → "contact"'] } },
    ]);
  });
  test('is not applied over what somebody saved meanwhile, unless forced', async () => {
    await admin.savePolicy(org, { language: 'en' }, 'Olga');
    await exported();
    await admin.savePolicy(org, { language: 'en', product: 'Acme' }, 'Olga');
    edit('language: en', 'language: fr');
    const refused = await run('apply', 'policy.yaml');
    expect(refused.outcome).toBe(2);
    expect(refused.said).toMatch(
      /language: "en" → "fr"\nproduct: "Acme" → "Cordboard" \(default\)\nNot saved: the file rests on version 1, and Olga saved version 2 at .*\nSince version 1:\n {2}product: "Cordboard" \(default\) → "Acme"\n/,
    );
    expect((await admin.policies.newest(org))?.version).toBe(2);
    expect(await run('apply', 'policy.yaml', '--force')).toMatchObject({ outcome: 0, said: expect.stringContaining('Saved as version 3') });
  });
  test('what of it leads nowhere is said when it is saved, as the door says it', async () => {
    files.set('policy.yaml', 'language: en\nowner: [senior manager]\n');
    const { outcome, said } = await run('apply', 'policy.yaml', '--force');
    expect([outcome, said]).toEqual([0, expect.stringContaining('owner: No senior manager is named')]);
  });
  test('an id that is nobody’s is said by apply, by preset and by simulate, as the door says it', async () => {
    await knownUser();
    files.set('policy.yaml', `language: en\ndefaultOwnerId: ${gone}\n`);
    expect(await run('simulate', 'policy.yaml')).toMatchObject({
      outcome: 0,
      said: expect.stringContaining(`defaultOwnerId: ${gone} is no active user`),
    });
    expect(await run('apply', 'policy.yaml', '--force')).toMatchObject({
      outcome: 0,
      said: expect.stringContaining(`defaultOwnerId: ${gone} is no active user of the CRM and no queue that takes tasks.`),
    });
    expect(await run('preset', 'dialpad', '--apply')).toMatchObject({
      outcome: 0,
      said: expect.stringContaining(`defaultOwnerId: ${gone} is no active user`),
    });
  });
  test('an id that can be nobody’s is not saved, with a preset neither, and simulate says so', async () => {
    await admin.savePolicy(org, { language: 'en', defaultOwnerId: 'Anna' }, 'a former release');
    const words = 'defaultOwnerId: Give the id of a user or queue of the CRM';
    expect((await run('preset', 'dialpad', '--apply')).outcome).toContain(words);
    expect((await admin.policies.newest(org))!.version).toBe(1);
    files.set('policy.yaml', 'language: fr\ndefaultOwnerId: Anna\n');
    expect((await run('apply', 'policy.yaml', '--force')).outcome).toContain(words);
    expect((await run('simulate', 'policy.yaml')).said).toContain(`A save would refuse it: ${words}`);
  });
  test.each([
    ['language: fr\n', "the file doesn't say which version it rests on"],
    ['# Cordboard policy: version 0 of org 999 "Other"\nlanguage: fr\n', 'the file is of org 999, and this is org'],
  ])('%j is applied only if it is meant', async (text, because) => {
    files.set('f', text);
    expect(await run('apply', 'f')).toMatchObject({ outcome: 2, said: expect.stringContaining(`Not saved: ${because}`) });
    expect(await run('apply', 'f', '--force')).toMatchObject({ outcome: 0 });
    expect(files.get('f')).toMatch(new RegExp(`^# Cordboard policy: version 1 of org ${org} `));
  });
  test('mistakes are told with their places, and nobody is asked', async () => {
    files.set('f', 'language: xx\nminutes: up\n');
    expect(await run('apply', 'f')).toEqual({
      outcome: 1,
      opened: 0,
      said: 'f:1:1: language: Choose one of "en", "ja", "fr", "ru", "pl", not "xx".\nf:2:1: minutes: Choose one of "ceil", "floor", "round", not "up".',
    });
  });
  test.each([
    [['apply'], /^apply takes one file/],
    [['export', 'f'], /^export takes no file/],
    [['undo'], /^There is no undo\./],
    [['diff', 'f', '--hard'], /Unknown option '--hard'/],
    [['versions', '--line', 'sales'], /^versions is about the whole policy/],
    [['versions', '--org', 'Nobody'], /^Say which org with --org: there are \d+ \(Acme 1\)/],
  ])('%j says what to mend', async (argv, words) => {
    files.set('f', 'language: en\n');
    expect((await run(...argv)).outcome).toMatch(words);
  });
  test('an org is found by its name, the schema and help without one', async () => {
    expect(await run('versions', '--org', `acme ${orgs}`)).toMatchObject({ outcome: 0, said: expect.stringContaining('No version') });
    expect(JSON.parse((await run('schema')).said)).toMatchObject({ required: ['language'] });
    expect(await run()).toMatchObject({ outcome: 0, opened: 0, said: expect.stringContaining('npm run -s policy -- export') });
  });
});

describe('presets and trying out', () => {
  test('RS-36, RS-37: presets are listed, compared, applied and taken back', async () => {
    await admin.savePolicy(org, { language: 'en', product: 'Acme' }, 'Olga');
    expect((await run('presets')).said).toMatch(/^ringostat +\d+ settings {2}Whoever calls for the first time becomes a lead/m);
    const compared = await run('preset', 'dialpad');
    expect(compared).toMatchObject({ outcome: 2, said: expect.stringContaining('logging.missed: "open" (default) → "completed"') });
    expect((await admin.policies.newest(org))!.version).toBe(1);
    expect(await run('preset', 'dialpad', '--apply')).toMatchObject({ outcome: 0, said: expect.stringContaining('Saved as version 2') });
    expect((await admin.policies.newest(org))!.document).toMatchObject({ product: 'Acme', logging: { missed: 'completed' } });
    expect(await run('preset', 'dialpad')).toMatchObject({ outcome: 0, said: expect.stringContaining('says what Dialpad says') });
    await run('preset', 'default', '--apply');
    expect((await admin.policies.newest(org))!.document).toEqual({ language: 'en', product: 'Acme' });
    expect((await run('preset', 'nonsense')).outcome).toContain('There is no preset nonsense; there are recommended, dialpad');
  });
  test('RS-37: a file is tried on stored calls', async () => {
    await exported();
    expect(await run('simulate', 'policy.yaml')).toMatchObject({ outcome: 0, said: expect.stringContaining('0 calls from') });
    expect((await run('simulate', 'policy.yaml', '--call', '4711')).outcome).toBe('There is no call 4711.');
    expect((await run('simulate', 'policy.yaml', '--from', 'monday')).outcome).toContain('Give --from and --to as');
    expect((await run('diff', 'policy.yaml', '--from', '2026-01-01')).outcome).toContain('diff looks at no calls');
  });
});
