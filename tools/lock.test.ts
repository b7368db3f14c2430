import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { completeLock, type Lock, missingPlatforms } from './lock.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, '..', name), 'utf8');

test('npm ci takes the lock on every platform: npm run lock', () =>
  expect(missingPlatforms(JSON.parse(read('package-lock.json')) as Lock)).toEqual([]));
test('the lock names no address: it must not tell where it was made', () =>
  expect(read('package-lock.json')).not.toMatch(/"resolved": "https?:/));
test('what npm left out is added with its platform', () => {
  const lock: Lock = {
    packages: {
      '': {},
      'node_modules/tool': {
        version: '1.0.0',
        dev: true,
        optionalDependencies: { '@tool/binding-linux-x64-musl': '1.0.0', '@tool/binding-darwin-arm64': '1.0.0' },
      },
    },
  };
  expect(completeLock(lock).packages['node_modules/@tool/binding-linux-x64-musl']).toEqual({
    version: '1.0.0',
    cpu: ['x64'],
    dev: true,
    libc: ['musl'],
    optional: true,
    os: ['linux'],
  });
  expect(missingPlatforms(completeLock(lock))).toEqual([]);
});
