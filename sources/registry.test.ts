import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { sources } from './index.ts';

const here = new URL('./', import.meta.url);
const folders = readdirSync(here, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

test('every folder is registered under its own name', () => {
  expect(sources.map(({ name }) => name).toSorted()).toEqual(folders.toSorted());
});
describe.each(folders)('%s', (name) => {
  const read = (path: string) => readFileSync(new URL(`${name}/${path}`, here), 'utf8');
  test('has a README, deliveries, and a test that runs the conformance suite', () => {
    expect(read('README.md').length).toBeGreaterThan(200);
    expect(readdirSync(new URL(`${name}/deliveries/`, here)).length).toBeGreaterThan(0);
    expect(existsSync(new URL(`${name}/${name}.test.ts`, here))).toBe(true);
    expect(read(`${name}.test.ts`)).toMatch(/^sourceConformance\(/m);
  });
  test('its report card answers every question, with a reason where the answer is no', () => {
    const card = JSON.parse(read('quality.json')) as Record<string, Record<string, true | string>>;
    expect(Object.fromEntries(Object.entries(card).map(([part, answers]) => [part, Object.keys(answers)]))).toEqual({
      hears: ['recordedDeliveries', 'signature', 'timesWithZone'],
      tellsApart: ['missed', 'voicemail', 'transfer', 'internal'],
      proven: ['scenarioPerOutcome', 'recordedFromLiveSystem'],
      kept: ['maintainer', 'lastChecked'],
    });
    for (const answer of Object.values(card).flatMap(Object.values)) expect(answer).not.toBe('');
  });
});
