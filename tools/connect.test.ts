import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { consoleStore } from '../server/store/console-store.ts';
import { openDatabase } from '../server/store/database.ts';
import { openSecrets, type Secrets } from '../server/store/secrets.ts';
import { startTestDatabase, type TestDatabase } from '../server/testing/test-database.ts';
import { realWorld } from '../server/world.ts';
import { type FakeAmi, startFakeAmi } from '../sources/asterisk/testing/fake-ami.ts';
import { connectPbx, type ConnectOptions, type Installation } from './connect.ts';

const world = realWorld();
const made: { test: TestDatabase; installation: Installation; secrets: Secrets; pbx: FakeAmi } = Object.create(null);
beforeAll(async () => {
  made.test = await startTestDatabase();
  made.secrets = openSecrets(Buffer.alloc(32, 7).toString('base64'), world);
  made.installation = { database: openDatabase(made.test.address, world, () => undefined, 3), secrets: made.secrets };
  await consoleStore(made.installation.database).addOrg('org', 'live', null);
});
afterAll(async () => {
  await made.installation.database.close();
  await made.test.drop();
});
beforeEach(async () => {
  made.pbx = await startFakeAmi({ devices: ['PJSIP/101', 'PJSIP/telco'] });
});
afterEach(async () => {
  await made.pbx.close();
  await made.installation.database.query({ text: 'delete from connections' });
});

async function run(argv: readonly string[], options: Partial<ConnectOptions> = {}) {
  const said: string[] = [];
  let [asked, opened] = [0, 0];
  const outcome = await connectPbx({
    argv,
    env: {},
    world,
    say: (text) => void said.push(text),
    askSecret: () => Promise.resolve(void asked++).then(() => 's3cret'),
    open: () => Promise.resolve(void opened++).then(() => made.installation),
    ...options,
  }).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  return { said: said.join('\n'), asked, opened, outcome };
}
const at = () => ['asterisk', '--host', '127.0.0.1', '--port', String(made.pbx.port), '--user', 'cordboard'];
const stored = async () =>
  (await made.installation.database.query({ text: 'select connection, source, name, settings from connections' })).rows.map((row) => ({
    ...(row as { connection: string; source: string; name: string }),
    settings: JSON.parse(made.secrets.open(row.settings, `connections ${row.connection} settings`)) as unknown,
  }));

describe('connecting an Asterisk', () => {
  test('looks, reports and stores; the secret is asked for, sealed, and never shown', async () => {
    const { said, asked, outcome } = await run([...at(), '--country', 'jp', '--trunk', 'PJSIP/telco', '--line', '5550300=Support']);
    expect(outcome).toBeUndefined();
    expect(asked).toBe(1);
    expect(said).toContain('ok      Asterisk 22.10.1 answers.');
    expect(said).toMatch(/Asterisk is connected \(con_[0-9a-f]{16}\)\./);
    expect(said).not.toContain('s3cret');
    const [row] = await stored();
    expect(row).toMatchObject({
      source: 'asterisk',
      name: 'Asterisk',
      settings: {
        host: '127.0.0.1',
        port: made.pbx.port,
        user: 'cordboard',
        secret: 's3cret',
        country: 'JP',
        trunks: ['PJSIP/telco'],
        lines: { 5550300: 'Support' },
      },
    });
    const { rows } = await made.installation.database.query({
      text: "select (select string_agg(settings, '') from connections) || (select string_agg(detail::text, '') from audit) as everything",
    });
    expect((rows[0] as { everything: string }).everything).not.toContain('s3cret');
  });
  test('one of that name is changed in what is given; its id and secret stay', async () => {
    await run([...at(), '--name', 'Tokyo', '--country', 'JP']);
    const [before] = await stored();
    const { asked, said } = await run(['asterisk', '--name', 'Tokyo', '--trunk', 'PJSIP/telco']);
    expect(asked).toBe(0);
    expect(said).toContain('Tokyo is changed (');
    const after = await stored();
    expect(after).toEqual([{ ...before, settings: { ...(before!.settings as object), trunks: ['PJSIP/telco'] } }]);
    expect((await run(['asterisk', '--name', 'Tokyo', '--new-secret'])).asked).toBe(1);
    await run([...at(), '--name', 'Osaka']);
    expect((await stored()).map(({ name }) => name).toSorted()).toEqual(['Osaka', 'Tokyo']);
  });
  test('--check only looks', async () => {
    const { said, opened, outcome } = await run([...at(), '--check'], { env: { ASTERISK_SECRET: 's3cret' } });
    expect([outcome, opened]).toEqual([undefined, 0]);
    expect(said).toContain('Taken as leading outside: PJSIP/telco');
    expect(await stored()).toEqual([]);

    await run([...at(), '--name', 'Tokyo']);
    const before = await stored();
    expect((await run(['asterisk', '--name', 'Tokyo', '--country', 'DE', '--check'])).said).toContain('ok      Asterisk');
    expect(await stored()).toEqual(before);
  });
  test('a PBX that does not let us in is not stored', async () => {
    const { outcome } = await run(at(), { env: { ASTERISK_SECRET: 'wrong' } });
    expect(outcome).toMatch(/^The PBX did not let cordboard in\./);
    expect(await stored()).toEqual([]);
  });
  test.each([
    [['twilio'], /^Say which kind of phone system: asterisk\./],
    [['asterisk', 's3cret', '--host', 'a'], /The secret is never typed here/],
    [['asterisk', '--hots', 'a'], /Unknown option '--hots'/],
    [['asterisk', '--host', 'a', '--check'], /`user` is missing/],
    [['asterisk', '--host', 'a', '--port', 'x', '--user', 'u', '--check'], /`port` must be a whole number/],
    [['asterisk', '--host', 'a', '--tls', 'on', '--fingerprint', 'ab'], /Give --tls or --fingerprint/],
    [['asterisk', '--line', 'Support'], /--line Support must be a number, = and a name/],
    [['asterisk', '--org', '99'], /Say which org with --org/],
  ])('%j says what to mend', async (argv, words) => {
    expect((await run(argv)).outcome).toMatch(words);
  });
  test('help is there', async () => {
    expect((await run(['--help'])).said).toMatch(/^npm run connect -- asterisk/);
    expect((await run([])).said).toMatch(/ASTERISK_SECRET/);
  });
});
