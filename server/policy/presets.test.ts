import { describe, expect, test } from 'vitest';
import { pathsIn } from '../decide/layers.ts';
import { parsePolicy } from '../decide/policy.ts';
import { diffPolicies, sayDifferences } from '../decide/policy-diff.ts';
import { languages } from '../decide/words.ts';
import { presetFile, presetNames, presetSettings, withoutPresets, withPreset } from './presets.ts';

const whole = presetNames.filter((name) => name !== 'enrich');
const spoken = (name: (typeof presetNames)[number]) =>
  pathsIn(presetSettings(name, 'en'))
    .map((path) => path.join('.'))
    .filter((path) => path !== 'rows' && !path.startsWith('texts.'))
    .toSorted();
/** What an admin has chosen that no preset speaks of. */
const own = {
  language: 'pl',
  product: 'Acme',
  zone: 'Europe/Warsaw',
  defaultOwnerId: '005000000000001AAA',
  country: 'PL',
  match: { kinds: ['contact'], ownNumbers: ['+48221112233'], sharedNumbers: ['+48224445566'] },
  stranger: { ownerId: '00G000000000001EAA', company: 'Nieznana' },
  followUp: { seniorManagerId: '005000000000002AAA' },
  defaults: { Task: { Region__c: 'EMEA' } },
  locked: ['zone'],
  rows: [{ name: 'VIP', when: { line: 'vip' }, then: { due: { hours: 1 } } }],
  lines: { main: { logging: { missed: 'skip' } } },
};

describe('presets', () => {
  test.each(presetNames)('RS-36: %s is a policy in every language, and names requirements', (name) => {
    for (const language of languages) {
      const { document, left } = withPreset(
        { language, hours: { calendars: { office: { week: { monday: ['09:00-17:00'] } } }, calendar: 'office' } },
        name,
      );
      expect(parsePolicy(document).language).toBe(language);
      expect(left).toEqual([]);
    }
    expect(presetFile(name)).toMatch(/[A-Z]{2}-\d\d/);
  });
  test('RS-36: all but the one for leads speak of the same settings, so that nothing of one is left when another is chosen', () => {
    for (const name of whole) expect([name, spoken(name)]).toEqual([name, spoken('recommended')]);
    for (const first of whole)
      for (const second of whole)
        expect(parsePolicy(withPreset(withPreset(own, first).document, second).document)).toEqual(
          parsePolicy(withPreset(own, second).document),
        );
  });
  test.each(presetNames)('RS-37: %s leaves alone what is the admin’s; the same twice is the same once', (name) => {
    const once = withPreset(own, name).document;
    const policy = parsePolicy(once);
    const { rows: _rows, ...settings } = own;
    expect(policy).toMatchObject({ ...settings, match: { ...own.match, kinds: policy.match.kinds } });
    expect(withPreset(once, name).document).toEqual(once);
  });
  test('RS-37: back to the default leaves nothing of a preset, and everything else', () => {
    for (const name of presetNames) {
      const { match, ...rest } = own;
      const { kinds: _kinds, ...numbers } = match;
      expect(withoutPresets(withPreset(own, name).document).document).toEqual({ ...rest, match: numbers });
    }
  });
  test('RS-43: what can’t be together with the admin’s settings stays as it was, and is told', () => {
    const { document, left } = withPreset(own, 'recommended');
    expect(parsePolicy(document).followUp.count).toBe('clock');
    expect(left).toEqual([{ path: 'followUp.count', because: expect.stringContaining('name one in followUp.calendar') }]);
  });
  test('RS-52, RS-54: rows of a preset stand behind the admin’s own, and go with it', () => {
    const names = (document: unknown) => parsePolicy(document).rows.map(({ name }) => name);
    const ringostat = withPreset(own, 'ringostat').document;
    expect(names(ringostat)).toEqual(['VIP', expect.stringMatching(/^Ringostat: /), expect.stringMatching(/^Ringostat: /)]);
    expect(names(withPreset(ringostat, 'fcc').document)).toEqual(['VIP']);
    const all = { ...own, rows: [{ name: 'mine', when: {}, then: { log: 'open', owner: ['agent'] } }] };
    const { document, left } = withPreset(all, 'ringostat');
    expect(names(document)).toEqual(['mine']);
    expect(left).toContainEqual({ path: 'rows', because: expect.any(String) });
  });
  test('DP-48: with the dialpad preset all calls are completed tasks, and the differences are told', () => {
    const { document } = withPreset({ language: 'ja' }, 'dialpad');
    expect(new Set(Object.values(parsePolicy(document).logging))).toEqual(new Set(['completed']));
    const words = sayDifferences(diffPolicies({ language: 'ja' }, document));
    expect(words).toContain('logging.missed: "open" (default) → "completed"');
    expect(words.find((line) => line.startsWith('texts.ja.every.subject'))).toContain('{PRODUCT} 通話 - ');
  });
});
