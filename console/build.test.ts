import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { buildConsole, type Place } from './build.ts';

function aCheckout() {
  const root = mkdtempSync(join(tmpdir(), 'cordboard-console-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const folder of ['console', 'wire']) mkdirSync(join(root, folder));
  const write = (path: string, body: string) => writeFileSync(join(root, path), body);
  for (const path of ['console/main.tsx', 'wire/console.ts', 'vite.config.ts', 'package-lock.json']) write(path, path);
  let installed = true;
  let times = 0;
  const dist = join(root, 'console/dist');
  const place: Place = {
    root,
    dist,
    bundle: async () =>
      installed
        ? new Map<string, string>([
            ['index.html', `page ${++times}`],
            [`assets/main-${times}.js`, 'code'],
          ])
        : undefined,
  };
  const said: string[] = [];
  return {
    said,
    dist,
    write,
    build: () => buildConsole({ onProgress: (line) => void said.push(line) }, place),
    uninstall: () => void (installed = false),
    files: () => readdirSync(dist, { recursive: true, encoding: 'utf8' }).toSorted(),
    page: () => readFileSync(join(dist, 'index.html'), 'utf8'),
  };
}

test('it is built when it is missing, and again only when its sources have changed', async () => {
  const checkout = aCheckout();
  expect([await checkout.build(), await checkout.build()]).toEqual(['built', 'fresh']);
  checkout.write('console/main.test.ts', 'a test is no source');
  expect(await checkout.build()).toBe('fresh');
  checkout.write('wire/console.ts', 'another contract');
  expect(await checkout.build()).toBe('built');
  expect(checkout.page()).toBe('page 2');
  expect(checkout.files()).toEqual(['.built-from', 'assets', 'assets/main-2.js', 'index.html']);
});

test('without the build tools the built one is shown and said to be old; a missing one is told with what to do', async () => {
  const checkout = aCheckout();
  await checkout.build();
  checkout.uninstall();
  expect(await checkout.build()).toBe('fresh');
  checkout.write('console/main.tsx', 'changed');
  expect(await checkout.build()).toBe('kept');
  expect(checkout.said.at(-1)).toContain('built from other sources');
  const bare = aCheckout();
  bare.uninstall();
  await expect(bare.build()).rejects.toThrow('npm ci && npm run console');
});

test('servers that start at once build it side by side, and neither takes the other’s files away', async () => {
  const checkout = aCheckout();
  const built = await Promise.allSettled(Array.from({ length: 8 }, () => checkout.build()));
  expect(built.filter(({ status }) => status === 'rejected')).toEqual([]);
  mkdirSync(join(checkout.dist, 'assets'), { recursive: true });
  writeFileSync(join(checkout.dist, 'assets/main.js.4711-0'), 'half of another’s');
  checkout.write('console/main.tsx', 'changed');
  expect(await checkout.build()).toBe('built');
  expect(checkout.files()).toContain('assets/main.js.4711-0');
});
