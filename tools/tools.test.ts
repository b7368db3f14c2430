import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parts, scriptsOfTests } from './parts.ts';
import { compare, namedIn, readClaims } from './read-requirements.ts';
import { add, countOf, root, run } from './run.ts';
import { readReport } from './unit-tests.ts';

describe('npm test', () => {
  test('runs every script of tests that is there, and none that is not', () => {
    expect(parts.map(({ script }) => script).toSorted()).toEqual(scriptsOfTests.filter((script) => existsSync(root + script)).toSorted());
  });
  test('asks for nothing that is not there', () => expect(parts.filter(({ script }) => !existsSync(root + script))).toEqual([]));
});

describe('a part counts by its last line', () => {
  test.each([
    ['12 passed, 0 failed\n', 0, { passed: 12, failed: 0 }],
    ['1 failed for a reason\n3 passed, 1 failed', 1, { passed: 3, failed: 1 }],
    ['3 passed, 0 failed', 1, { passed: 3, failed: 1 }],
    ['3 passed, 0 failed\nSegmentation fault', 139, { passed: 0, failed: 1 }],
    ['almost: 3 passed, 0 failed', 0, { passed: 0, failed: 1 }],
    ['', 0, { passed: 0, failed: 1 }],
  ])('%j with exit %d', (output, exitCode, count) => expect(countOf({ output, exitCode })).toEqual(count));
  test('and the parts add up', () =>
    expect(
      add([
        { passed: 2, failed: 1 },
        { passed: 40, failed: 0 },
      ]),
    ).toEqual({ passed: 42, failed: 1 }));
  test('a program that is not there says so', async () => {
    const { exitCode, output } = await run(['no-such-program']);
    expect(exitCode).toBeNull();
    expect(output).toMatch(/no-such-program can't be started/);
  });
});

describe("vitest's report", () => {
  const file = (status: string, tests: string[], message = '') => ({
    name: '/here/a.test.ts',
    status,
    message,
    assertionResults: tests.map((one) => ({
      status: one,
      fullName: `it ${one}`,
      failureMessages: one === 'failed' ? ['Error: 1 is not 2\n    at node_modules/x'] : [],
    })),
  });
  const read = (success: boolean, ...testResults: object[]) =>
    readReport(JSON.stringify({ success, testResults }), 'what was printed', '/here/');
  test('is counted test by test', () =>
    expect(read(true, file('passed', ['passed', 'passed', 'skipped']))).toMatchObject({ passed: 2, failed: 0, skipped: 1, story: '' }));
  test('tells what failed, without the runner', () => {
    expect(read(false, file('failed', ['passed', 'failed']))).toMatchObject({
      passed: 1,
      failed: 1,
      story: 'a.test.ts: it failed\n    Error: 1 is not 2',
    });
  });
  test('a file that can not be loaded failed', () =>
    expect(read(false, file('failed', [], 'SyntaxError: x'))).toMatchObject({
      failed: 1,
      story: 'a.test.ts could not be run\n    SyntaxError: x',
    }));
  test('an error outside any test failed', () =>
    expect(read(false, file('passed', ['passed']))).toMatchObject({
      passed: 1,
      failed: 1,
      story: expect.stringContaining('what was printed'),
    }));
  test('no tests at all failed', () => expect(read(true)).toMatchObject({ passed: 0, failed: 1 }));
  test('no report at all failed', () =>
    expect(readReport(undefined, 'it crashed', '/here/')).toMatchObject({
      passed: 0,
      failed: 1,
      story: expect.stringContaining('it crashed'),
    }));
});

describe('requirements', () => {
  const claims = readClaims('id\twhere\topen for\nDP-01\tserver/decide\nDP-02\t\tphone\nDP-03\t\nMT-114\tserver/write\n');
  test('are listed one a line', () => expect(claims.map(({ id }) => id)).toEqual(['DP-01', 'DP-02', 'DP-03', 'MT-114']));
  test('that are claimed must be named by a test', () => {
    const named = namedIn([
      { path: 'a.test.ts', text: "test('DP-01: …'); // and DP-01 again, RS-07; not XDP-02, nor DP-2" },
      { path: 'b.test.ts', text: 'DP-01' },
    ]);
    expect(named.get('DP-01')).toEqual(['a.test.ts', 'b.test.ts']);
    const { tested, untested, open, unexplained, unlisted } = compare(claims, named);
    expect(tested.map(({ id }) => id)).toEqual(['DP-01']);
    expect(untested.map(({ id }) => id)).toEqual(['MT-114']);
    expect(open.map(({ id, openFor }) => [id, openFor])).toEqual([
      ['DP-02', 'phone'],
      ['DP-03', ''],
    ]);
    expect(unexplained.map(({ id }) => id)).toEqual(['DP-03']);
    expect(unlisted).toEqual(['RS-07']);
  });
});
