import type { Verdict } from '../decide/decide.ts';
import type { Decided, StoredCall, WantedRecord } from '../store/simulate-store.ts';
import { type RecordDifference, recordDifferences } from './differences.ts';
import type { Tried } from './try-call.ts';

/** What becomes of a call, in the words of its explanation. `nothing`: nothing was decided of it yet. */
export type Outcome = 'written' | 'skipped' | 'waiting' | 'part-of' | 'nothing';
/** What was decided of a call, or would be. */
export type Side = {
  readonly is: Outcome;
  readonly rule: string | undefined;
  readonly because: string | undefined;
  readonly wants: readonly WantedRecord[];
};
/** One call, before and after. */
export type Compared = {
  readonly before: Side;
  readonly after: Side;
  /** Another outcome, another rule, or another field of a record. */
  readonly differs: boolean;
  readonly differences: readonly RecordDifference[];
};
export type Change = { readonly before: number; readonly after: number };

const outcomeOf: Readonly<Record<Verdict['is'], Outcome>> = {
  wants: 'written',
  skipped: 'skipped',
  waiting: 'waiting',
  'part-of': 'part-of',
};

export const sideOf = ({ verdict, trace, wants }: Pick<Decided, 'verdict' | 'trace' | 'wants'>): Side => ({
  is: outcomeOf[verdict.is],
  rule: trace.find((step) => 'fired' in step && step.outcome !== 'adds')?.rule,
  because: verdict.is === 'skipped' ? verdict.because : verdict.is === 'waiting' ? `waits for ${verdict.for}` : undefined,
  wants,
});

/** Before: what was decided last; after: what would be. Pure. */
export function compare({ decided }: Pick<StoredCall, 'decided'>, { decision, wants }: Tried): Compared {
  const before: Side = decided ? sideOf(decided) : { is: 'nothing', rule: undefined, because: undefined, wants: [] };
  const after = sideOf({ verdict: decision.verdict, trace: decision.trace, wants });
  const differences = recordDifferences(before.wants, after.wants);
  return { before, after, differences, differs: before.is !== after.is || before.rule !== after.rule || differences.length > 0 };
}

/** Counts of a period. Each map is by what stands in the order it was met. */
export class Tally {
  calls = 0;
  differ = 0;
  readonly books = { then: 0, now: 0, none: 0 };
  /** Calls that nothing can be told of, with why. */
  readonly untried = new Map<string, number>();
  readonly outcomes = new Map<string, Change>();
  /** By outcome and rule: `written by missed`. */
  readonly rules = new Map<string, Change & { readonly is: Outcome; readonly rule: string }>();
  /** Records by role, and by status where they have one. */
  readonly records = new Map<string, Change>();
  /** By the id of the owner; '' for none. */
  readonly owners = new Map<string, Change>();
  /** From where to where, of calls whose outcome or rule is another. */
  readonly moves = new Map<string, number>();
  /** Fields that are another, by role and name. */
  readonly fields = new Map<string, number>();
  readonly #persons = new Set<string>();

  add(tried: Tried, { before, after, differs, differences }: Compared): void {
    this.calls += 1;
    this.books[tried.book] += 1;
    if (differs) this.differ += 1;
    for (const [side, one] of [
      ['before', before],
      ['after', after],
    ] as const) {
      this.#count(this.outcomes, one.is, side);
      const rule = one.rule ?? '';
      const key = sayMove(one);
      const known = this.rules.get(key) ?? { is: one.is, rule, before: 0, after: 0 };
      this.rules.set(key, { ...known, [side]: known[side] + 1 });
      for (const want of one.wants) this.#record(want, side);
    }
    if (before.is !== after.is || before.rule !== after.rule) add(this.moves, `${sayMove(before)} → ${sayMove(after)}`);
    for (const { role, field } of differences) if (field !== undefined) add(this.fields, `${role}.${field}`);
  }

  skip(because: string): void {
    this.calls += 1;
    add(this.untried, because);
  }

  #record({ role, record }: WantedRecord, side: keyof Change): void {
    if (record.kind !== 'activity') {
      // one for each number, whatever calls ask for it (P1)
      const key = JSON.stringify([side, record.kind, 'phone' in record ? record.phone : this.calls]);
      if (this.#persons.has(key)) return;
      this.#persons.add(key);
      return this.#count(this.records, `${role}: ${record.kind}`, side);
    }
    this.#count(this.records, `${role}: ${record.status}`, side);
    this.#count(this.owners, record.ownerId ?? '', side);
  }

  #count(map: Map<string, Change>, key: string, side: keyof Change): void {
    const known = map.get(key) ?? { before: 0, after: 0 };
    map.set(key, { ...known, [side]: known[side] + 1 });
  }
}

const add = (map: Map<string, number>, key: string) => void map.set(key, (map.get(key) ?? 0) + 1);
export const sayMove = ({ is, rule }: Pick<Side, 'is' | 'rule'>): string => (rule === undefined ? is : `${is} by “${rule}”`);
