import type { ApiPurpose } from '../crm.ts';

/** What the admin lets the book have of the org's API calls. */
export type Budget = {
  /** Of what is left after the others, the forecast of writes and the reserve: this share, 0 to 1. */
  readonly bookShare: number;
  /** Of the whole allocation, 0 to 1: the book never counts on it. */
  readonly reserve: number;
  /** So many calls of 24 hours it may make whatever else is used. */
  readonly bookAtLeast: number;
};

/** How an org's API calls stand. All counts are of the last 24 hours. */
export type Standing = {
  /** By everything that calls the org; undefined before it was ever heard. */
  readonly usage: { readonly used: number; readonly max: number } | undefined;
  /** Ours, by what they were for. */
  readonly spent: Readonly<Partial<Record<ApiPurpose, number>>>;
  /** Ours besides the book's: of the busiest day lately, and of the last hour. */
  readonly busiest: number;
  readonly lastHour: number;
};
/** Purposes that the budget is about. What is looked up before a record is made belongs to writing. */
const bookPurposes = ['poll', 'fill', 'events'] as const satisfies readonly ApiPurpose[];

const dayMs = 24 * 3_600_000;
const minuteMs = 60_000;
/** A day at work: what the last hour took may go on for so long. */
const hoursAtWork = 8;
/** Polling slows down by these steps. */
export const pollSteps = [minuteMs, 5 * minuteMs, 15 * minuteMs, 60 * minuteMs] as const;

const sum = (counts: Iterable<number>): number => [...counts].reduce((all, one) => all + one, 0);
export const spentOnBook = ({ spent }: Standing): number => sum(bookPurposes.map((purpose) => spent[purpose] ?? 0));

/** Calls of ours besides the book's that a day may bring. */
export const writesExpected = ({ busiest, lastHour }: Standing): number => Math.max(busiest, hoursAtWork * lastHour);

/** Calls of 24 hours that the book may make; without end while the org has not said what it allows. */
export function bookBudget(standing: Standing, { bookShare, reserve }: Budget): number {
  const { usage, spent } = standing;
  if (!usage) return Infinity;
  const others = Math.max(0, usage.used - sum(Object.values(spent)));
  return Math.floor(Math.max(0, bookShare * (usage.max * (1 - reserve) - others - writesExpected(standing))));
}

/** May the book make so many calls now? Within its budget, or within what it may in any case. */
export const mayRead = (standing: Standing, budget: Budget, calls: number): boolean =>
  spentOnBook(standing) + calls <= Math.max(bookBudget(standing, budget), budget.bookAtLeast);

/** How often changes are read. `everyMs` undefined: not at all for the time being. */
export type Pace = {
  readonly everyMs: number | undefined;
  /** `usual`: as often as is useful. `slowed`: the budget allows no more. `least`: it is spent, and this is what goes on in any case. */
  readonly is: 'usual' | 'slowed' | 'least';
  readonly budget: number;
  readonly spent: number;
};

/** The quickest step that the budget bears for a whole day, none quicker than `usualMs`. `calls`: what one poll takes. */
export function paceOf(standing: Standing, budget: Budget, { calls, usualMs }: { calls: number; usualMs: number }): Pace {
  const [allowed, spent] = [bookBudget(standing, budget), spentOnBook(standing)];
  const isSpent = spent + calls > allowed;
  // What a fill and events take is gone for polling; what earlier polls took falls out of the 24 hours as new ones come.
  const others = spent - (standing.spent.poll ?? 0);
  const perDay = isSpent ? budget.bookAtLeast : Math.max(allowed - others, budget.bookAtLeast);
  const steps = [usualMs, ...pollSteps.filter((step) => step > usualMs)];
  const everyMs = steps.find((step) => (dayMs / step) * calls <= perDay);
  return { everyMs, is: everyMs === usualMs ? 'usual' : isSpent ? 'least' : 'slowed', budget: allowed, spent };
}
