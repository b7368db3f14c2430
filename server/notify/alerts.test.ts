import { describe, expect, test } from 'vitest';
import type { Status } from '../../wire/console.ts';
import { type Alert, troublesOf, type Trouble, weigh } from './alerts.ts';

const nowMs = Date.parse('2026-11-21T03:00:00Z');
const well: Status = {
  org: { id: 1, name: 'Acme', mode: 'live', standIn: false, api: { used: 10, max: 100_000 } },
  person: 'admin',
  unsent: { count: 0, oldestSeconds: 0 },
  parked: [],
  refused: [],
  wrongDefaults: [],
  connections: [{ id: 'con_1', name: 'Asterisk', source: 'asterisk', clockOffsetMs: 40, hookUrl: '', lastHeardAt: '2026-11-20T03:00:00Z' }],
  inbox: { untranslated: 3, parked: 0, unheard: 9 },
  book: {
    kinds: [{ kind: 'contact', filled: true, read: 5, polledAt: '2026-11-21T02:59:00Z' }],
    leftOut: [{ kind: 'person-account', because: 'none', absent: true }],
  },
};
const keys = (status: Partial<Status>, full?: string) =>
  troublesOf({ ...well, ...status }, full, nowMs).map(({ key, level, patienceMs }) => `${key} ${level} ${patienceMs / 1000}`);

describe('what is worth waking somebody for', () => {
  test('a quiet night is not', () => expect(keys({})).toEqual([]));
  test.each<[string, Partial<Status>, string[]]>([
    ['a sign-in that a person must mend, at once', { org: { ...well.org, trouble: 'No.', mendedBy: 'admin' } }, ['org admin bad 0']],
    ['an org that will not let us in again', { org: { ...well.org, endsSoon: { because: 'No.' } } }, ['sign-in bad 0']],
    ['a sign-in that ends in seven days', { org: { ...well.org, endsAt: '2026-11-28T03:00:00Z' } }, ['sign-in ends warn 0']],
    ['not one that ends in eight', { org: { ...well.org, endsAt: '2026-11-29T03:00:00Z' } }, []],
    ['an org that is away, when it stays away', { org: { ...well.org, trouble: 'Busy.', mendedBy: 'time' } }, ['org time bad 120']],
    [
      'parked records, by cause',
      {
        parked: [
          { cause: 'INVALID_FIELD', count: 2 },
          { cause: 'TELLING', count: 1 },
        ],
      },
      ['parked INVALID_FIELD bad 0', 'parked TELLING bad 0'],
    ],
    ['deliveries nobody could read', { inbox: { untranslated: 0, parked: 1, unheard: 0 } }, ['inbox bad 0']],
    ['a backlog', { inbox: { untranslated: 1_000, parked: 0, unheard: 0 } }, ['untranslated warn 60']],
    ['records that wait too long', { unsent: { count: 1, oldestSeconds: 180 } }, ['unsent warn 0']],
    ['not those of an org that is observed', { org: { ...well.org, mode: 'observe' }, unsent: { count: 9, oldestSeconds: 9_999 } }, []],
    [
      'a PBX nobody hears',
      { connections: [{ ...well.connections[0]!, listening: { trouble: 'No node listens to it yet.' } }] },
      ['listening con_1 bad 60'],
    ],
    ['a clock half a minute off', { connections: [{ ...well.connections[0]!, clockOffsetMs: -30_000 }] }, ['clock con_1 warn 60']],
    ['a book that stands still', { book: { ...well.book, trouble: 'No.' } }, ['book bad 300']],
    [
      'a kind that is wanted and not there',
      { book: { ...well.book, leftOut: [{ kind: 'Kunde__c', because: 'There is no such object.' }] } },
      ['book Kunde__c warn 60'],
    ],
    [
      'a book read half an hour ago',
      { book: { ...well.book, kinds: [{ ...well.book.kinds[0]!, polledAt: '2026-11-21T02:30:00Z' }] } },
      ['book stale warn 0'],
    ],
    [
      'an allocation that will be spent this morning, unless that passes',
      { org: { ...well.org, api: { used: 30_000, max: 100_000, perHour: 15_000, driesAt: '2026-11-21T07:40:00.000Z' } } },
      ['api dries warn 600'],
    ],
    [
      'not one that lasts until tonight',
      { org: { ...well.org, api: { used: 9, max: 10, driesAt: '2026-11-21T20:00:00.000Z' } } },
      ['api warn 0'],
    ],
    [
      'not a book that is read each hour, as its budget allows',
      {
        book: {
          ...well.book,
          kinds: [{ ...well.book.kinds[0]!, polledAt: '2026-11-21T02:00:00Z' }],
          pace: { everySeconds: 3_600, is: 'least', budget: 0, spent: 30 },
        },
      },
      [],
    ],
    ['an allocation nearly spent', { org: { ...well.org, api: { used: 80_000, max: 100_000 } } }, ['api warn 0']],
  ])('%s', (_, status, told) => expect(keys(status)).toEqual(told));
  test('no room', () => expect(keys({}, 'The disk is nearly full: 3 MB are free.')).toEqual(['room bad 0']));
  test('one cause is told once: an org that is away keeps the book from being read, too', () =>
    expect(
      keys({
        org: { ...well.org, trouble: 'Busy.', mendedBy: 'admin' },
        book: { ...well.book, trouble: 'Busy.' },
        unsent: { count: 5, oldestSeconds: 900 },
      }),
    ).toEqual(['org admin bad 0']));
});

describe('told once, and once when it is over', () => {
  const trouble = (patienceMs: number): Trouble => ({ key: 'org', level: 'bad', words: 'No.', patienceMs });
  /** What a look each ten seconds makes of it. */
  const follow = (found: readonly boolean[], patienceMs: number) => {
    let followed: readonly Alert[] = [];
    return found.map((is, place) => {
      const told = followed.some(({ beganAtMs }) => beganAtMs !== undefined);
      const weighed = weigh(followed, is ? [trouble(patienceMs)] : [], nowMs + place * 10_000);
      ({ followed } = weighed);
      const isTold = followed.some(({ beganAtMs }) => beganAtMs !== undefined);
      return weighed.ended.length
        ? 'ended'
        : weighed.passed.length
          ? 'passed'
          : isTold && !told
            ? 'began'
            : followed.length
              ? 'follows'
              : '-';
    });
  };
  const times = (count: number, is: boolean) => Array.from({ length: count }, () => is);
  test('at once where nothing passes by itself', () =>
    expect(follow([false, true, true, false], 0)).toEqual(['-', 'began', 'follows', 'follows']));
  test('over when it is well for a minute', () =>
    expect(follow([true, ...times(7, false), false], 0)).toEqual(['began', ...Array.from({ length: 6 }, () => 'follows'), 'ended', '-']));
  test('what comes back within the minute is the same', () =>
    expect(follow([true, ...times(6, false), true, ...times(6, false), false], 0).filter((one) => one !== 'follows')).toEqual([
      'began',
      'ended',
    ]));
  test('what passes by itself is never told', () =>
    expect(follow([true, true, true, false, false], 60_000)).toEqual(['follows', 'follows', 'follows', 'passed', '-']));
  test('what stays is told when patience is over', () =>
    expect(follow(times(8, true), 60_000)).toEqual([...Array.from({ length: 6 }, () => 'follows'), 'began', 'follows']));
  test('the newest words, since the first moment', () => {
    const before = weigh([], [trouble(0)], nowMs).followed;
    const [alert] = weigh(before, [{ ...trouble(0), words: 'Now two.' }], nowMs + 20_000).followed;
    expect(alert).toEqual({ key: 'org', level: 'bad', words: 'Now two.', sinceMs: nowMs, beganAtMs: nowMs, wellSinceMs: undefined });
  });
});
