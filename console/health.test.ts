import { describe, expect, test } from 'vitest';
import type { Status } from '../wire/console.ts';
import { formatFor } from './format.ts';
import { healthOf } from './health.ts';
import { en } from './words/en.ts';

const now = Date.parse('2026-11-22T12:00:00Z');
const pbx = {
  id: 'con_1',
  name: 'Acme PBX',
  source: 'asterisk',
  lastHeardAt: '2026-11-22T11:59:00Z',
  clockOffsetMs: 0,
  hookUrl: 'http://127.0.0.1/hooks/con_1',
};
const well: Status = {
  org: { id: 1, name: 'Acme', mode: 'live', standIn: false },
  person: 'admin',
  unsent: { count: 0, oldestSeconds: 0 },
  parked: [],
  refused: [],
  wrongDefaults: [],
  connections: [pbx],
  inbox: { untranslated: 0, parked: 0, unheard: 0 },
  book: { kinds: [], leftOut: [] },
};
const told = (change: Partial<Status>) =>
  healthOf({ ...well, ...change }, now, en, formatFor('en')).map(({ level, text }) => `${level}: ${text.replaceAll(/\s/g, ' ')}`);

test('all well is no item at all', () => expect(told({})).toEqual([]));

test('an org that lets nobody in is never well, and one that soon will not is said before', () => {
  expect(told({ org: { ...well.org, trouble: 'Sign in again.', reconnect: true } })).toEqual([
    'bad: Salesforce does not let Cordboard in.',
  ]);
  expect(told({ org: { ...well.org, disconnected: true } })).toEqual(['bad: This org is not connected.']);
  expect(told({ org: { ...well.org, endsSoon: { because: 'The secret is wrong.' } } })[0]).toMatch(/^bad: .*The secret is wrong/);
  expect(told({ org: { ...well.org, endsAt: '2026-11-29T11:00:00Z' } })[0]).toMatch(/^warn: .*November 29/);
  expect(told({ org: { ...well.org, endsAt: '2026-12-15T12:00:00Z' } })).toEqual([]);
});

describe('the clock of a source (C6)', () => {
  test.each([
    [1999, []],
    [2000, ['note: Clock of Acme PBX is off by 2 sec; times are corrected']],
    [-2500, ['note: Clock of Acme PBX is off by 2.5 sec; times are corrected']],
    [29_999, ['note: Clock of Acme PBX is off by 30 sec; times are corrected']],
    [30_000, ['warn: Clock of Acme PBX is off by 30 sec: set it']],
    [-3_600_000, ['warn: Clock of Acme PBX is off by 60 min: set it']],
  ])('%s ms', (clockOffsetMs, expected) => expect(told({ connections: [{ ...pbx, clockOffsetMs }] })).toEqual(expected));
});

test('a source silent for a day, and one never heard', () => {
  const { lastHeardAt: _, ...never } = pbx;
  expect(told({ connections: [{ ...pbx, lastHeardAt: '2026-11-20T12:00:00Z' }] })).toEqual(['warn: Acme PBX was last heard 2 days ago']);
  expect(told({ connections: [{ ...pbx, lastHeardAt: '2026-11-21T13:00:00Z' }] })).toEqual([]);
  expect(told({ connections: [never] })).toEqual(['note: Nothing heard from Acme PBX yet']);
});

test('a PBX that can’t be heard is said first, in the words of the server', () => {
  const listening = { node: 'a', trouble: 'It refuses the login cordboard: the secret is wrong.' };
  expect(told({ connections: [{ ...pbx, listening }], inbox: { untranslated: 3, parked: 0, unheard: 0 } })[0]).toBe(
    'bad: Acme PBX: It refuses the login cordboard: the secret is wrong.',
  );
  expect(told({ connections: [{ ...pbx, listening: { node: 'a', since: '2026-11-22T11:00:00Z' } }] })).toEqual([]);
});

test('records that wait: a note at first, a warning from a minute on; observed and paused ones wait on purpose', () => {
  expect(told({ unsent: { count: 1, oldestSeconds: 4 } })).toEqual(['note: 1 record waiting for 4 sec']);
  expect(told({ unsent: { count: 12, oldestSeconds: 300 } })).toEqual(['warn: 12 records waiting, the oldest for 5 min']);
  expect(told({ org: { ...well.org, mode: 'observe' }, unsent: { count: 12, oldestSeconds: 300 } })).toEqual([
    'note: 12 records would be written',
  ]);
  expect(told({ org: { ...well.org, mode: 'paused' }, unsent: { count: 12, oldestSeconds: 300 } })).toEqual([
    'note: 12 records held, the oldest for 5 min',
  ]);
});

test('the worst comes first, each parked cause by itself', () => {
  expect(
    told({
      org: { ...well.org, trouble: 'The org refuses the sign-in.', api: { used: 81_000, max: 100_000 } },
      unsent: { count: 2, oldestSeconds: 5 },
      parked: [
        { cause: 'REQUIRED_FIELD_MISSING', count: 2 },
        { cause: 'TELLING', count: 1 },
      ],
      inbox: { untranslated: 3, parked: 1, unheard: 1 },
    }),
  ).toEqual([
    'bad: The org refuses the sign-in.',
    'bad: 2 records parked: REQUIRED_FIELD_MISSING',
    'bad: 1 call parked: Cordboard could not work it out',
    'bad: 1 delivery parked: it could not be read',
    'warn: API 81,000 of 100,000',
    'note: 2 records waiting, the oldest for 5 sec',
    'note: 3 deliveries not read yet',
    'note: 1 delivery of a kind Cordboard does not know',
  ]);
});

test('how long the API calls last, when that is soon; else how many are used', () => {
  const api = (more: object) => told({ org: { ...well.org, api: { used: 85_000, max: 100_000, ...more } } });
  expect(api({})).toEqual(['warn: API 85,000 of 100,000']);
  expect(api({ driesAt: '2026-11-22T14:30:00.000Z' })[0]).toMatch(/^warn: API 85,000 of 100,000: at this pace it lasts until /);
  expect(api({ driesAt: '2026-11-23T09:00:00.000Z' })).toEqual(['warn: API 85,000 of 100,000']);
});

describe('the book', () => {
  const contacts = {
    kind: 'contact',
    filled: true,
    read: 6,
    expected: 6,
    polledAt: '2026-11-22T11:59:00Z',
    records: 6,
    numbers: 8,
    unmatchable: 0,
  };
  const book = (change: Partial<Status['book']>, rest: Partial<Status> = {}) =>
    told({ ...rest, book: { kinds: [contacts], leftOut: [], ...change } });

  test('one that is kept, one that is being filled and kinds the org has none of are no trouble', () => {
    expect(book({})).toEqual([]);
    const { polledAt: _, ...unread } = contacts;
    expect(book({ kinds: [{ ...unread, filled: false, read: 2 }] })).toEqual([]);
    expect(book({ leftOut: [{ kind: 'person-account', because: 'This org has no person accounts.', absent: true }] })).toEqual([]);
  });
  test('a kind that can’t be read, or no more, is named with the reason', () => {
    const leftOut = [
      { kind: 'Site__c', because: 'There is no such object.' },
      { kind: 'lead', because: 'It has no phone field that the connected user may see.' },
    ];
    expect(book({ kinds: [{ ...contacts, trouble: 'No such column.' }], leftOut })).toEqual([
      'bad: Contacts: No such column.',
      'warn: Leads: It has no phone field that the connected user may see.',
      'warn: Site__c: There is no such object.',
    ]);
  });
  test('a kind that was read and can’t be any more is told of once', () =>
    expect(book({ kinds: [{ ...contacts, trouble: 'No access.' }], leftOut: [{ kind: 'contact', because: 'No access.' }] })).toEqual([
      'warn: Contacts: No access.',
    ]));
  test('when nothing is read on it is said once, by the org or by the book', () => {
    expect(book({ trouble: 'The query takes too long.' })).toEqual(['bad: Book: The query takes too long.']);
    const org = { ...well.org, trouble: 'The org refuses the sign-in.' };
    expect(book({ trouble: 'The org refuses the sign-in.' }, { org })).toEqual(['bad: The org refuses the sign-in.']);
  });
  test.each([
    ['2026-11-22T11:31:00Z', []],
    ['2026-11-22T11:29:00Z', ['warn: Changes in Salesforce were last read 31 minutes ago']],
  ])('changes last read at %s', (polledAt, expected) =>
    expect(book({ kinds: [contacts, { ...contacts, kind: 'lead', polledAt }] })).toEqual(expected),
  );
});
