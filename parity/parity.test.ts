import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startOrg } from '../emulators/salesforce/org.ts';
import { readLedger } from '../emulators/salesforce/truth/ledger.ts';
import { run } from '../tools/run.ts';
import { questions, scenes } from './questions/all.ts';
import { mark } from './question.ts';
import { openOrg, readWay } from './org.ts';
import { readRecordings, recordedFolder } from './recordings.ts';
import { type Rehearsal, startRehearsal } from './rehearsal.ts';
import { replay } from './replay.ts';
import { type ParityOptions, runParity } from './run-parity.ts';
import { linesOf, type Verdict } from './weigh.ts';

// The harness against a second stand-in in the role of a real org: a process of its own, on other ports.
const [clientId, clientSecret] = ['the-real-app', 'the-real-secret'];
const folder = mkdtempSync(join(tmpdir(), 'cordboard-parity-'));
let real: Rehearsal;
beforeAll(async () => void (real = await startRehearsal(clientId, clientSecret)));
afterAll(async () => {
  await real.stop();
  rmSync(folder, { recursive: true });
});

const told: string[] = [];
const options = (more: Partial<ParityOptions> = {}): ParityOptions => ({
  way: real.way,
  questions,
  scenes,
  apiVersion: '67.0',
  maxCalls: 1000,
  flags: new Set(['tooling']),
  iKnow: false,
  recordInto: undefined,
  day: '2026-11-22',
  say: (text) => void told.push(text),
  ...more,
});
const only = (...areas: string[]) => questions.filter(({ area, name }) => areas.includes(area) || areas.includes(`${area}/${name}`));
const named = (verdicts: readonly Verdict[], is: Verdict['is']) =>
  verdicts.filter((one) => one.is === is).map(({ question }) => `${question.area}/${question.name}`);
const control = (path: string, body?: object) =>
  fetch(`${real.controlUrl}/__org${path}`, body ? { method: 'POST', body: JSON.stringify(body) } : { method: 'DELETE' });
const ours = async () => {
  const kept = await Promise.all(
    ['Task', 'Contact', 'Account', 'Lead', 'Group'].map(async (object) =>
      (await fetch(`${real.controlUrl}/__org/export?object=${object}`)).text(),
    ),
  );
  return kept
    .join('')
    .split('\n')
    .filter((line) => line.includes(mark));
};

describe('two orgs that are alike', () => {
  let asked: ReturnType<typeof runParity> | undefined;
  const askAll = () => (asked ??= runParity(options({ recordInto: folder })));
  test('agree in everything, and nothing is left behind', async () => {
    const { verdicts, calls } = await askAll();
    expect(named(verdicts, 'differs')).toEqual([]);
    expect(named(verdicts, 'untried')).toEqual(['record/record-type', 'person/on']);
    expect(verdicts).toHaveLength(questions.length);
    expect(calls).toBeLessThan(1000);
    expect(await ours()).toEqual([]);
  });
  test('what was recorded is told again by a stand-in, and holds nobody’s ids or secrets', async () => {
    await askAll();
    const recordings = readRecordings(folder);
    expect(recordings.length).toBe(questions.length - 2);
    expect(JSON.stringify(recordings)).not.toMatch(/005Sx0|00DSx0|the-real|127\.0\.0\.1/);
    expect(await replay(recordings.filter(({ area }) => ['task', 'search', 'upsert', 'sign-in'].includes(area)))).toEqual([]);
  });
  test('a recording that says otherwise is heard', async () => {
    await askAll();
    const recordings = readRecordings(folder).filter(({ name }) => name === 'lead-and-what');
    const other = JSON.parse(
      JSON.stringify(recordings).replace('a lead cannot be related', 'a lead must not be related'),
    ) as typeof recordings;
    expect(await replay(other)).toMatchObject([{ question: { name: 'lead-and-what' }, is: 'differs' }]);
  });
});

describe('an org that is otherwise', () => {
  test('is found out, by name, place and line of the ledger; the exit code says so', async () => {
    await control('/search', { phoneTokens: 'strict' });
    await control('/validation-rules', {
      object: 'Case',
      when: { field: 'Status', op: '=', value: 'Nothing like it' },
      message: 'Not like this',
      errorField: 'Status',
    });
    const { exitCode, output } = await run([
      'env',
      `SF_LOGIN_URL=${real.way.loginUrl}`,
      `SF_CLIENT_ID=${clientId}`,
      `SF_CLIENT_SECRET=${clientSecret}`,
      process.execPath,
      'parity/parity.ts',
      ...['search', 'record/case-status', 'task/defaults'].flatMap((one) => ['--only', one]),
    ]);
    await control('/search', { phoneTokens: 'lenient' });
    await control('/validation-rules');
    expect(exitCode).toBe(1);
    expect(output).toMatch(/^DIFFERS {2}search\/joined-finds-grouped/m);
    expect(output).toMatch(/ledger search: a phone value is found by each group.* – guessed\n.*\n +body\.searchRecords/);
    expect(output).toMatch(/^DIFFERS {2}record\/case-status[^]*? +status\n +org: +400\n +stand-in: 201/m);
    expect(output).toMatch(/^agrees {3}task\/defaults/m);
    expect(output.trimEnd().split('\n').at(-1)).toMatch(/^\d+ passed, [1-9]\d* failed$/);
    expect(await ours()).toEqual([]);
  });
  test('a status that closes nothing is one difference in one place', async () => {
    const kept = await (await fetch(`${real.controlUrl}/__org/export?object=TaskStatus`)).text();
    const rows = kept
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { Id: string; ApiName: string });
    const close = (IsClosed: boolean) =>
      control('/as-human', {
        action: 'update',
        object: 'TaskStatus',
        id: rows.find(({ ApiName }) => ApiName === 'Completed')?.Id,
        fields: { IsClosed },
      });
    await close(false);
    const { verdicts } = await runParity(options({ questions: only('task/closed', 'task/defaults') }));
    await close(true);
    expect(named(verdicts, 'agrees')).toEqual(['task/defaults']);
    const [differs] = verdicts.filter((one) => one.is === 'differs');
    expect(differs?.places.flatMap(({ differences }) => differences)).toEqual([
      { at: 'body.CompletedDateTime', org: null, standIn: '<time.000+0000>' },
      { at: 'body.IsClosed', org: false, standIn: true },
    ]);
  });
  test('a run that stops half-way cleans up', async () => {
    const half = {
      ...options({ questions: only('query') }),
      scenes: {
        ...scenes,
        family: [...(scenes['family'] ?? []), { method: 'DELETE', path: '/sobjects/Contact/003Sx0000000001IAA' } as const],
      },
    };
    await expect(runParity(half)).rejects.toThrow('003Sx0000000001IAA was not made by this run');
    expect(await ours()).toEqual([]);
  });
});

describe('before anything is sent', () => {
  test('it says what it will do, and how much', async () => {
    told.length = 0;
    await runParity(options({ questions: only('limits') }));
    expect(told[0]).toMatch(/^1 questions with 127\.0\.0\.1:\d+, about \d+ API calls, at most 1000\.$/);
  });
  test('more than was allowed is not begun', () => expect(runParity(options({ maxCalls: 20 }))).rejects.toThrow('--max-calls'));
  test.each([
    ['http://acme.my.salesforce.com', 'must be an https: address'],
    ['nonsense', 'must be an https: address'],
  ])('%s: %s', (loginUrl, says) =>
    expect(openOrg({ loginUrl, clientId, clientSecret }, { apiVersion: '67.0', maxCalls: 5 })).rejects.toThrow(says),
  );
  test('a sign-in that leads to another host is not followed', async () => {
    const elsewhere = await startOrg({ file: ':memory:', clientId, clientSecret, instanceUrl: 'https://elsewhere.my.salesforce.com' });
    await expect(openOrg({ loginUrl: elsewhere.apiUrl, clientId, clientSecret }, { apiVersion: '67.0', maxCalls: 5 })).rejects.toThrow(
      'elsewhere',
    );
    await elsewhere.stop();
  });
  test('a session may be given instead of an app', async () => {
    const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret });
    const answer = await fetch(`${real.way.loginUrl}/services/oauth2/token`, { method: 'POST', body: form });
    const { access_token: accessToken } = (await answer.json()) as { access_token: string };
    const way = readWay({ SF_ACCESS_TOKEN: accessToken, SF_INSTANCE_URL: real.way.loginUrl });
    const { verdicts } = await runParity(options({ way, questions: only('limits', 'sign-in/wrong-secret') }));
    expect(named(verdicts, 'agrees')).toEqual(['limits/keys']);
    expect(verdicts).toMatchObject([{ because: 'it needs SF_CLIENT_ID' }, {}]);
  });
  test('no org is named', () => expect(() => readWay({ SF_LOGIN_URL: 'https://acme.my.salesforce.com' })).toThrow('No org is named'));
});

test('every question touches a line of the ledger, and has a name of its own', () => {
  const ledger = readLedger();
  expect(questions.filter((one) => linesOf(one, ledger).length === 0).map(({ area, name, line }) => `${area}/${name}: ${line}`)).toEqual(
    [],
  );
  expect(new Set(questions.map(({ area, name }) => `${area}/${name}`)).size).toBe(questions.length);
});

test('what real orgs were recorded to say, the stand-in says', async () =>
  expect(await replay(readRecordings(recordedFolder))).toEqual([]));
