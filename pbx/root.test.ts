import { expect, test } from 'vitest';
import { findMirror } from './root.ts';

test.each([
  ['deb822', 'Types: deb\nURIs: http://mirror.example/debian\nSuites: bookworm\n', 'http://mirror.example/debian'],
  ['one line', 'deb http://mirror.example/debian bookworm main\n', 'http://mirror.example/debian'],
  ['options', 'deb [arch=amd64 signed-by=/x] https://mirror.example/debian/ bookworm main\n', 'https://mirror.example/debian'],
  ['two addresses', 'URIs: http://mirror.example/debian http://other.example/debian\n', 'http://mirror.example/debian'],
])('the mirror is found in %s', (_, text, mirror) => {
  expect(findMirror(text)).toBe(mirror);
});

test('archives of others, of security updates and what is commented out are passed over', () => {
  const text = [
    '# deb http://old.example/debian bookworm main',
    'deb http://mirror.example/debian-security bookworm-security main',
    'deb https://vendor.example/apt stable main',
    'deb-src http://mirror.example/debian bookworm main',
  ].join('\n');
  expect(findMirror(text)).toBeUndefined();
});
