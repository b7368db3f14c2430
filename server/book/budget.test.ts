import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bookBudget, mayRead, paceOf, pollSteps, spentOnBook, type Standing, writesExpected } from './budget.ts';

const defaultBudget = { bookShare: 0.5, reserve: 0.2, bookAtLeast: 100 };
const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const calls = fc.integer({ min: 0, max: 200_000 });
const share = fc.double({ min: 0, max: 1, noNaN: true });
const budgets = fc.record({ bookShare: share, reserve: share, bookAtLeast: fc.integer({ min: 0, max: 500 }) });
const standings: fc.Arbitrary<Standing> = fc.record({
  usage: fc.option(fc.record({ used: calls, max: fc.integer({ min: 1, max: 5_000_000 }) }), { nil: undefined }),
  spent: fc.record({ write: calls, poll: calls, fill: calls, events: calls, rights: calls }, { requiredKeys: [] }),
  busiest: calls,
  lastHour: fc.integer({ min: 0, max: 20_000 }),
});
const quiet: Standing = { usage: { used: 0, max: 100_000 }, spent: {}, busiest: 0, lastHour: 0 };
const spent = (more: Partial<Standing['spent']>, used = 0): Standing => ({
  ...quiet,
  usage: { used: used + Object.values(more).reduce((sum, one) => sum + one, 0), max: 100_000 },
  spent: more,
});
const usual = { calls: 1, usualMs: minuteMs };

describe('the budget', () => {
  test.each([
    ['nobody else', quiet, 40_000],
    ['others use a third', spent({}, 30_000), 25_000],
    ['we write 20,000 a day', { ...spent({ write: 20_000 }), busiest: 20_000 }, 30_000],
    ['the last hour was busier than any day', { ...spent({ write: 5_000 }), busiest: 5_000, lastHour: 5_000 }, 20_000],
    ['what the book has used is its own', spent({ poll: 1_440, fill: 10_000 }), 40_000],
    ['others use 80 %', spent({}, 80_000), 0],
    ['nothing is known', { ...quiet, usage: undefined }, Infinity],
  ])('%s', (_, standing, budget) => expect(bookBudget(standing, defaultBudget)).toBe(budget));

  test('who keeps to it leaves the reserve and the writes that are expected alone', () =>
    fc.assert(
      fc.property(standings, budgets, (standing, budget) => {
        const allowed = bookBudget(standing, { ...budget, bookAtLeast: 0 });
        fc.pre(allowed > 0);
        if (!standing.usage) return;
        const ours = Object.values(standing.spent).reduce((sum, one) => sum + one, 0);
        const others = Math.max(0, standing.usage.used - ours);
        expect(others + writesExpected(standing) + allowed).toBeLessThanOrEqual(standing.usage.max * (1 - budget.reserve) + 1e-6);
      }),
    ));
  test('whatever is granted is within it, or within what the book may in any case', () =>
    fc.assert(
      fc.property(standings, budgets, fc.integer({ min: 1, max: 10 }), (standing, budget, more) => {
        const granted = mayRead(standing, budget, more);
        expect(granted).toBe(spentOnBook(standing) + more <= Math.max(bookBudget(standing, budget), budget.bookAtLeast));
      }),
    ));
});

describe('the pace', () => {
  test.each([
    ['as often as is useful', quiet, 1, 'usual'],
    ['others use 77 %: 1,500 calls are left, which is one a minute', spent({}, 77_000), 1, 'usual'],
    ['others use 78 %: 1,000 are left', spent({}, 78_000), 5, 'slowed'],
    ['others use 79.5 %: 250 are left', spent({}, 79_500), 15, 'slowed'],
    ['others use 80 %: the least', spent({}, 80_000), 15, 'least'],
    ['others use all', spent({}, 100_000), 15, 'least'],
    ['a fill has used nearly all of it', spent({ fill: 39_500 }), 5, 'slowed'],
    ['polls of the hours before don’t count twice', spent({ poll: 1_400 }, 77_000), 1, 'usual'],
    ['the budget shrank below what was polled', spent({ poll: 1_400 }, 79_000), 15, 'least'],
  ] as const)('%s', (_, standing, minutes, is) =>
    expect(paceOf(standing, defaultBudget, usual)).toMatchObject({ everyMs: minutes * minuteMs, is }),
  );
  test('ten kinds cost two calls a poll, and the least is then each hour', () =>
    expect(paceOf(spent({}, 80_000), defaultBudget, { calls: 2, usualMs: minuteMs }).everyMs).toBe(60 * minuteMs));
  test('an admin who leaves nothing gets nothing', () =>
    expect(paceOf(spent({}, 90_000), { ...defaultBudget, bookAtLeast: 0 }, usual)).toMatchObject({ everyMs: undefined, is: 'least' }));
  test('while changes are told, five minutes are usual', () =>
    expect(paceOf(quiet, defaultBudget, { calls: 1, usualMs: 5 * minuteMs })).toMatchObject({ everyMs: 5 * minuteMs, is: 'usual' }));

  test('kept up for a day it is within the budget or the least, and more use never quickens it', () =>
    fc.assert(
      fc.property(standings, budgets, fc.integer({ min: 1, max: 4 }), calls, (standing, budget, each, more) => {
        const { everyMs, budget: allowed } = paceOf(standing, budget, { calls: each, usualMs: minuteMs });
        if (everyMs !== undefined) {
          expect(pollSteps).toContain(everyMs);
          expect((dayMs / everyMs) * each).toBeLessThanOrEqual(Math.max(allowed, budget.bookAtLeast));
        }
        if (standing.usage) {
          const busier = { ...standing, usage: { ...standing.usage, used: standing.usage.used + more } };
          const later = paceOf(busier, budget, { calls: each, usualMs: minuteMs }).everyMs ?? Infinity;
          expect(later).toBeGreaterThanOrEqual(everyMs ?? Infinity);
        }
      }),
    ));
});
