import { expect, test } from 'vitest';
import type { Finding, Job } from '../../../wire/setup.ts';
import { formatFor } from '../../format.ts';
import { en } from '../../words/setup/en.ts';
import { fr } from '../../words/setup/fr.ts';
import { canUninstall, detailsOf, objectsOf, sayFinding, sayJob, sorted } from './say-setup.ts';

const english = formatFor('en', [], 'UTC');
const finding = (more: Partial<Finding>): Finding => ({ area: 'api', level: 'warn', params: {}, doc: 'org.md', ...more });
const job = (more: Partial<Job>): Job => ({
  id: '1',
  what: 'install',
  by: 'Ada',
  state: 'running',
  step: 'deploy',
  beganAt: '2026-11-23T09:00:00Z',
  ...more,
});

test('a finding is a sentence in the person’s language, with numbers as they are written there', () => {
  const spent = finding({ problem: 'api-nearly-spent', params: { used: 81_000, max: 100_000, percent: 81 } });
  expect(sayFinding(spent, en, english)).toMatch(/^81 % of the API calls .* \(81,000 of 100,000\)/);
  expect(sayFinding(spent, fr, formatFor('fr', [], 'UTC'))).toMatch(/81\u202f000 sur 100\u202f000/);
  expect(sayFinding(finding({ problem: 'user-works', params: { when: '2026-11-20T08:00:00.000Z' } }), en, english)).toContain(
    'Nov 20, 2026',
  );
  expect(sayFinding(finding({ level: 'ok', params: { used: 5, max: 100 } }), en, english)).toBe('5 of 100');
});

test('what a newer server found is shown by its key rather than not at all', () => {
  expect(sayFinding(finding({ problem: 'of-next-year' as NonNullable<Finding['problem']> }), en, english)).toBe('of-next-year');
  expect(sayFinding(finding({ problem: 'toString' as NonNullable<Finding['problem']> }), en, english)).toBe('toString');
});

test('what must be mended stands first', () => {
  const levels = (['ok', 'off', 'bad', 'warn', 'bad'] as const).map((level) => finding({ level }));
  expect(sorted(levels).map(({ level }) => level)).toEqual(['bad', 'bad', 'warn', 'off', 'ok']);
});

test('a job says where it is, how it ended, and where it was cut off', () => {
  expect(sayJob(job({ progress: { done: 3, total: 10 } }), en, english)).toBe('Salesforce deploys it (3 of 10)');
  expect(sayJob(job({ state: 'done' }), en, english)).toBe('Installed.');
  expect(sayJob(job({ state: 'interrupted' }), en, english)).toContain('“Salesforce deploys it”');
  const outcome: NonNullable<Job['outcome']> = {
    by: 'fields',
    parts: [],
    leftOut: [{ part: 'call-center', because: 'by-fields' }],
    failures: [{ part: 'Cordboard → 005', because: 'INSUFFICIENT_ACCESS' }],
    lacks: ['Assign Permission Sets'],
    verified: false,
  };
  expect(detailsOf(job({ state: 'failed', outcome: outcome }), en)).toEqual({
    says: [
      'The connected user may not deploy, so the fields were made one by one.',
      'Left out: the call center. It takes the right to deploy.',
      'The connected user lacks: Assign Permission Sets. A Salesforce administrator can give them in a permission set.',
    ],
    asSaid: ['Cordboard → 005: INSUFFICIENT_ACCESS'],
  });
  expect(detailsOf(job({ state: 'failed', trouble: 'The wire is cut.' }), en)).toEqual({ says: [], asSaid: ['The wire is cut.'] });
});

test('DP-04: an object the org hasn’t is no choice for a field', () => {
  const absent = finding({
    area: 'objects',
    level: 'off',
    problem: 'objects-absent',
    params: { objects: 'Case, Campaign, Person Account' },
  });
  expect(objectsOf([absent])).toEqual(['activity', 'lead', 'contact', 'account', 'opportunity']);
  expect(objectsOf([])).toHaveLength(6);
});

test('uninstalling is offered where something is installed, and where the unique field was lost, to go on without it', () => {
  const at = { checkedAt: '2026-11-23T09:00:00Z', findings: [], installed: { state: 'missing', current: 1 } } as const;
  expect(canUninstall({ ...at, findings: [] })).toBe(false);
  expect(canUninstall({ ...at, findings: [], installed: { state: 'outdated', current: 1 } })).toBe(true);
  expect(canUninstall({ ...at, findings: [finding({ area: 'name-field', level: 'bad', problem: 'name-field-lost' })] })).toBe(true);
  expect(canUninstall({ findings: [finding({ problem: 'not-connected' })] })).toBe(false); // nobody could carry it out
});
