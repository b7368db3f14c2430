import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { OrgId } from '../store.ts';
import { startTestDatabase } from '../testing/test-database.ts';
import { type Vault, VaultTaken } from '../vault.ts';
import { realWorld } from '../world.ts';
import { consoleStore } from './console-store.ts';
import { type Database, openDatabase } from './database.ts';
import { openSecrets } from './secrets.ts';
import { openVault } from './vault-store.ts';

const world = realWorld();
const secrets = openSecrets(Buffer.alloc(32, 3).toString('base64'), world);
const onTrouble = () => undefined;
/** Two nodes: each has its own connections. */
let nodes: Database[];
let org: OrgId;
let drop: () => Promise<void>;
beforeAll(async () => {
  const made = await startTestDatabase();
  nodes = [1, 2].map(() => openDatabase(made.address, world, onTrouble, 4));
  drop = made.drop;
});
afterAll(async () => {
  await Promise.all(nodes.map((node) => node.close()));
  await drop();
});
const vaultOn = (node: number, database = nodes[node]!) => openVault({ database, world, secrets, onTrouble }, org);
beforeEach(async () => {
  org = await consoleStore(nodes[0]!).addOrg('Vault', 'live', null);
  await nodes[0]!.query('give-consent', [org, '', secrets.seal('token 0', `consents ${org} `)]);
});
const stored = async () =>
  (await nodes[0]!.query({ text: 'select sealed, version from consents where org = $1' }, [org])).rows[0] as {
    sealed: string;
    version: string;
  };
const next = (text: string | undefined) => `token ${Number(text?.split(' ')[1]) + 1}`;

test('what many workers of two nodes want to change is changed by one; the others take what it kept', async () => {
  let inside = 0;
  let most = 0;
  const worker = (vault: Vault) =>
    vault.change(
      (kept) => kept !== 'token 0',
      async (kept, store) => {
        most = Math.max(most, ++inside);
        await world.sleep(150);
        await store(next(kept));
        inside--;
      },
    );
  await Promise.all([0, 1, 0, 1].map((node) => worker(vaultOn(node))));
  expect(await vaultOn(0).read()).toBe('token 1');
  expect(most).toBe(1);
});
test('each change sees what the one before has kept', async () => {
  const changes = Array.from({ length: 6 }, (_, number) =>
    vaultOn(number % 2).change(
      () => false,
      (kept, store) => store(next(kept)),
    ),
  );
  await Promise.all(changes);
  expect(await vaultOn(1).read()).toBe('token 6');
});
test('several steps of one change are each durable at once', async () => {
  const seen: (string | undefined)[] = [];
  await vaultOn(0).change(
    () => false,
    async (kept, store) => {
      await store(next(kept));
      seen.push(await vaultOn(1).read());
      await store('token 2');
    },
  );
  expect([...seen, await vaultOn(1).read()]).toEqual(['token 1', 'token 2']);
});
test('E7: who has lost the right overwrites nothing newer', async () => {
  const late = vaultOn(0).change(
    () => false,
    async (_kept, store) => {
      await nodes[1]!.query('give-consent', [org, '', secrets.seal('a person signed in', `consents ${org} `)]);
      await store('old news');
    },
  );
  await expect(late).rejects.toBeInstanceOf(VaultTaken);
  expect(await vaultOn(1).read()).toBe('a person signed in');
});
test('a store whose answer was lost is repeated, and counts once', async () => {
  const before = await stored();
  let cut = 1;
  const flaky: Database = {
    ...nodes[0]!,
    async query(name, values) {
      const result = await nodes[0]!.query(name, values);
      if (name === 'store-consent' && cut-- > 0) throw Object.assign(new Error('terminated'), { code: '57P01' });
      return result;
    },
  };
  await vaultOn(0, flaky).change(
    () => false,
    (kept, store) => store(next(kept)),
  );
  expect(await vaultOn(1).read()).toBe('token 1');
  expect(BigInt((await stored()).version) - BigInt(before.version)).toBe(1n);
});
test('a failure inside leaves what was there, and the right is free again', async () => {
  await expect(
    vaultOn(0).change(
      () => false,
      () => Promise.reject(new Error('no answer')),
    ),
  ).rejects.toThrow('no answer');
  await vaultOn(1).change(
    () => false,
    (kept, store) => store(next(kept)),
  );
  expect(await vaultOn(0).read()).toBe('token 1');
});
test('S2, S5: it is sealed, and only at its own place', async () => {
  const { sealed } = await stored();
  expect(sealed).not.toContain('token');
  const other = await consoleStore(nodes[0]!).addOrg('Other', 'live', null);
  await nodes[0]!.query('give-consent', [other, '', sealed]);
  await expect(openVault({ database: nodes[0]!, world, secrets, onTrouble }, other).read()).rejects.toThrow('moved');
});
test('where nobody has signed in, nothing is kept', async () => {
  await nodes[0]!.query({ text: 'delete from consents where org = $1' }, [org]);
  expect(await vaultOn(0).read()).toBeUndefined();
});
test('a consent that was taken away and given anew is nobody’s who still works with the former one', async () => {
  const late = vaultOn(0).change(
    () => false,
    async (_, store) => {
      await nodes[1]!.query({ text: 'delete from consents where org = $1' }, [org]);
      await nodes[1]!.query('give-consent', [org, '', secrets.seal('token 7', `consents ${org} `)]);
      await store('token 1');
    },
  );
  await expect(late).rejects.toBeInstanceOf(VaultTaken);
  expect(await vaultOn(1).read()).toBe('token 7');
});
