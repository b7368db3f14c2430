import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOrg } from '../emulators/salesforce/org.ts';
import { consoleStore } from '../server/store/console-store.ts';
import { type Database, openDatabase } from '../server/store/database.ts';
import { startTestDatabase } from '../server/testing/test-database.ts';
import { realWorld } from '../server/world.ts';
import { runOrgSetup } from './org-setup.ts';

const world = realWorld();
let database: Database;
let standIn: Awaited<ReturnType<typeof startOrg>>;
let drop: () => Promise<void>;
beforeAll(async () => {
  const testing = await startTestDatabase();
  drop = () => testing.drop();
  database = openDatabase(testing.address, world, () => undefined);
  standIn = await startOrg({ file: ':memory:', clientId: 'cordboard', clientSecret: 'stand-in-secret', withoutCustomFields: true });
  const settings = { kind: 'salesforce', loginUrl: standIn.apiUrl, clientId: 'cordboard', clientSecret: 'stand-in-secret' };
  await consoleStore(database).addOrg('Acme', 'observe', JSON.stringify(settings));
});
afterAll(async () => {
  await database.close();
  await drop();
  await standIn.stop();
});

async function run(...argv: string[]) {
  const said: string[] = [];
  const code = await runOrgSetup({
    argv,
    world,
    say: (text) => void said.push(text),
    // As another seal is: other text that says the same.
    open: async () => ({
      database,
      secrets: { open: (sealed) => sealed, seal: (text) => `${text} `, reseal: (sealed) => sealed, keyIds: [] },
      publicUrl: undefined,
    }),
    stop: new AbortController().signal,
  });
  return { code, said: said.join('\n') };
}

test('DP-67, DP-68: the command says what is missing, installs it, tells the version, says what is lost, and takes it out', async () => {
  const before = await run('check');
  expect(before.said).toContain('! What Cordboard installed: Cordboard’s fields are not installed (version 2 is at hand).');
  expect(before.said).toContain('docs/operate/org.md#not-installed');
  expect((await run('install', '--version', '--language', 'pl')).said).toBe('Nie zainstalowano: Cordboard działa w formie zredukowanej.');

  const installed = await run('install');
  expect(installed.code).toBe(0);
  expect(installed.said).toMatch(/Installed\.\nA task was written, found by its name and deleted\./);
  expect(installed.said).toContain('Left out: the call center. This server has no public https address (CORDBOARD_PUBLIC_URL).');
  expect((await run('install', '--version')).said).toBe('Installed, version 2.');
  expect(JSON.parse((await run('check', '--json')).said)).toMatchObject({ installed: { state: 'current' } });

  const asked = await run('install', '--uninstall');
  expect(asked.said).toMatch(/what stood in these fields is lost[\s\S]*Activity\.Cordboard_Name__c[\s\S]*--uninstall --yes/);
  expect((await run('install', '--version')).said).toBe('Installed, version 2.');
  expect((await run('install', '--uninstall', '--yes')).said).toContain('Uninstalled');
  expect((await run('install', '--version')).said).toMatch(/^Not installed/);
});

test('what can’t be done is said before anything is opened', async () => {
  await expect(run('install', '--yes')).rejects.toThrow('--yes is for --uninstall');
  await expect(run('remove')).rejects.toThrow('Say check or install');
  await expect(run('check', '--language', 'de')).rejects.toThrow('--language is one of');
  await expect(run('check', '--org', '99')).rejects.toThrow('Say which org');
  expect((await run('--help')).said).toMatch(/^npm run org:check/);
});
