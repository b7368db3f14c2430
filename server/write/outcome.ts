import type { CrmFailure } from '../crm-failure.ts';
import { afterFailure } from '../crm-failure.ts';
import { type Duplicate, isWantedPerson, type RefusedField, type WriteAnswer } from '../crm.ts';
import { hasNumber } from '../match/has-number.ts';
import type { Ghost, Refusals, RowOutcome, WriteRow } from '../store.ts';
import { type NextStep, same, seenAfter, sharedOf } from './prepare.ts';

/** Rows refused or unanswered this often go alone: whatever is wrong with them, it delays nobody else (W5). */
export const aloneFrom = 3;

type Write = Extract<NextStep, { do: 'write' }>;
/** What an answer is read by. */
export type Reading = {
  readonly shared: readonly string[];
  /** As in `Terms`. */
  readonly basis: string;
  readonly duplicates: 'park' | 'use' | 'save';
  /** ISO 3166: where a number without a country code is dialled. */
  readonly country: string | undefined;
};
/** Nothing can land any more that was sent before its limit passed; what still can is looked at once, then (W4). */
const stillOut = (ghosts: readonly Ghost[], nowMs: number) => ghosts.filter((ghost) => ghost.untilMs > nowMs);
const lookAgainInMs = (ghosts: readonly Ghost[], nowMs: number) =>
  ghosts.length ? Math.max(...ghosts.map((ghost) => ghost.untilMs)) - nowMs + 1 : undefined;

const base = (row: WriteRow): RowOutcome => ({
  row,
  state: row.state,
  crmId: row.crmId,
  sent: row.sent,
  seen: row.seen,
  human: row.human,
  refused: row.refused,
  ghosts: row.ghosts,
  attempts: row.attempts,
  setbacks: row.setbacks,
  trouble: undefined,
  dueInMs: undefined,
  lane: row.lane,
  written: false,
});

/** The org holds it already, or nothing of the difference is ours to send. */
export function rested(row: WriteRow, step: Extract<NextStep, { do: 'rest' }>, nowMs: number): RowOutcome {
  const ghosts = stillOut(row.ghosts, nowMs);
  // What was read is what we would send: it counts as sent.
  return {
    ...base(row),
    state: 'written',
    crmId: step.crmId,
    sent: { ...row.sent, ...step.target },
    seen: step.known.seen,
    human: step.known.human,
    refused: step.known.refused,
    ghosts,
    attempts: 0,
    setbacks: 0,
    dueInMs: lookAgainInMs(ghosts, nowMs),
    written: true,
  };
}

/** It isn't as we left it, and the wish held only for that (W9). What we last saw stays what it was, so that looking again finds the same. */
export const leftAlone = (row: WriteRow, step: Extract<NextStep, { do: 'leave' }>, nowMs: number): RowOutcome => {
  const ghosts = stillOut(row.ghosts, nowMs);
  return {
    ...base(row),
    state: 'written',
    crmId: step.crmId,
    human: step.known.human,
    ghosts,
    attempts: 0,
    setbacks: 0,
    dueInMs: lookAgainInMs(ghosts, nowMs),
    trouble: { code: 'LEFT_ALONE', message: `left as it is, since a person has changed it; not ${row.retracted ?? 'changed'}` },
  };
};

/** It isn't there and needn't be, once what was never answered can't land any more (D2). */
export const forgotten = (row: WriteRow, nowMs: number): RowOutcome => {
  const ghosts = stillOut(row.ghosts, nowMs);
  return {
    ...base(row),
    state: ghosts.length ? 'uncertain' : 'dropped',
    ghosts,
    dueInMs: lookAgainInMs(ghosts, nowMs),
  };
};

/** A person deleted it, or took it out of our sight: it is theirs (W2). */
export const yielded = (row: WriteRow, crmId: string | undefined, inBin = true): RowOutcome => ({
  ...base(row),
  state: 'deleted',
  crmId: crmId ?? row.crmId,
  ghosts: [],
  trouble: inBin
    ? { code: 'DELETED', message: 'deleted in Salesforce by a person' }
    : { code: 'UNSEEN', message: 'no longer in Salesforce, or no longer shown to the connected user' },
});

/** What an answered write makes of its row. `row.ghosts` still holds `ghost`, the version just answered. */
export function answered(
  row: WriteRow,
  step: Write,
  ghost: Ghost,
  answer: WriteAnswer,
  { shared, basis, duplicates, country }: Reading,
  nowMs: number,
): RowOutcome {
  const others = row.ghosts.filter((other) => other.untilMs !== ghost.untilMs);
  const known = {
    ...base(row),
    crmId: step.crmId ?? row.crmId,
    seen: step.known.seen,
    human: step.known.human,
    refused: step.known.refused,
    ghosts: others,
  };
  if (!('refused' in answer)) {
    const ghosts = stillOut(others, nowMs);
    return {
      ...known,
      state: 'written',
      crmId: answer.id,
      sent: { ...row.sent, ...step.target, ...answer.given },
      seen: seenAfter(step.known, step.fields, sharedOf(row.wanted, shared, step.fields)),
      ghosts,
      attempts: 0,
      setbacks: 0,
      dueInMs: lookAgainInMs(ghosts, nowMs),
      written: true,
    };
  }
  const before = { ...base(row), ghosts: others }; // nothing was applied: what was known before still is
  switch (answer.refused) {
    case 'deleted':
      return yielded({ ...row, ghosts: others }, answer.id);
    case 'exists':
      // Our name is on a record already: an earlier request landed after all. Read it, then send the difference (W4).
      if (answer.id === undefined && others.length > 0) return unseen({ ...before, ghosts: [...others, ghost] }, answer.message);
      return {
        ...before,
        state: 'uncertain',
        crmId: answer.id ?? row.crmId,
        ghosts: [...others, ghost],
        dueInMs: 0,
        trouble: { code: 'EXISTS', message: answer.message },
      };
    case 'fields': {
      const refused = refusedNow(step, answer.fields, answer.failure, basis);
      if (!refused) return failed(before, answer.failure, nowMs);
      const state = stillOut(others, nowMs).length ? 'uncertain' : 'due';
      return { ...before, state, refused, trouble: undefined, dueInMs: 0 };
    }
    case 'duplicate':
      return duplicates === 'use' ? used(before, answer.others, answer.failure, country, nowMs) : failed(before, answer.failure, nowMs);
    case 'unanswered':
      return unanswered({ ...row, ghosts: [...others, ghost] }, 'unique', answer.message, 0, nowMs);
    case 'failed':
    case 'author': // never left unasked by the writer; were it, the row is tried again
      return failed(before, answer.failure, nowMs);
  }
}

/**
 * What the org refuses by now. Undefined: it says nothing new, and asking again would be asking for ever. A field goes from the value
 * wanted to what is sent instead and from there to nothing, or the other way about: each at most once for one value and basis.
 */
function refusedNow(step: Write, fields: readonly RefusedField[], failure: CrmFailure, basis: string): Refusals | undefined {
  const { refused, wants } = step.known;
  const more: Record<string, Refusals[string]> = {};
  for (const { field, instead } of fields) {
    const before = Object.hasOwn(refused, field) && refused[field]!.basis === basis ? refused[field] : undefined;
    if (before && (before.both || (before.instead === undefined) === (instead === undefined))) return undefined;
    const value = before ? before.value : (wants[field] ?? null);
    if (instead !== undefined && same(value, instead)) return undefined;
    more[field] = {
      code: failure.code,
      message: failure.message,
      value,
      ...(instead === undefined ? {} : { instead }),
      basis,
      ...(before ? { both: true } : {}),
    };
  }
  return fields.length === 0 ? undefined : { ...refused, ...more };
}

/** The record a duplicate rule found is taken for the one that was to be made, if it has the number: never somebody else's. */
function used(
  before: RowOutcome,
  others: readonly Duplicate[],
  failure: CrmFailure,
  country: string | undefined,
  nowMs: number,
): RowOutcome {
  const { wanted } = before.row;
  const having = !isWantedPerson(wanted)
    ? []
    : others.filter(({ phones }) => phones.some((written) => hasNumber(wanted.phone, written, country)));
  const [only, ...more] = having;
  if (only && more.length === 0) return { ...isThere(before.row, only.id, only), ghosts: before.ghosts };
  const because = only
    ? `${having.length} records that a duplicate rule found have the number: merge them.`
    : 'No record that the duplicate rule found has the number, as far as the connected user sees: add the number to it, or let the rule allow saving.';
  return failed(before, { mendedBy: 'admin', code: failure.code, message: `${failure.message} ${because}` }, nowMs);
}

/**
 * It was looked up and not found, and yet it is there: it landed just between, or the connected user may not see it. Asking again at once
 * for ever would use the day's calls up.
 */
function unseen(before: RowOutcome, message: string): RowOutcome {
  const attempts = before.attempts + 1;
  const trouble: CrmFailure = {
    mendedBy: 'admin',
    code: 'EXISTS_UNSEEN',
    message: `“${message}” Salesforce holds the record and doesn't show it: give the connected user the right to see all tasks, then write again.`,
  };
  if (attempts >= 12) return { ...before, state: 'parked', attempts, trouble };
  return { ...before, state: 'uncertain', attempts, trouble, dueInMs: Math.min(600_000, 250 * 2 ** attempts) };
}

/** What a failure makes of a row that nothing was done to. */
function failed(before: RowOutcome, failure: CrmFailure, nowMs: number): RowOutcome {
  const fault = failure.mendedBy === 'time' ? 0 : 1; // an outage is nobody's fault (W7)
  const attempts = before.attempts + fault;
  const next = afterFailure(failure, attempts);
  if (next === 'park') return { ...before, state: 'parked', attempts, trouble: failure };
  return {
    ...before,
    state: stillOut(before.ghosts, nowMs).length ? 'uncertain' : 'due',
    attempts,
    setbacks: before.setbacks + 1 - fault,
    trouble: failure,
    dueInMs: next.retryInMs,
  };
}
export const failedRow = (row: WriteRow, failure: CrmFailure, nowMs: number): RowOutcome => failed(base(row), failure, nowMs);

/** No answer: it may have landed, it may land yet (W4). In reduced form nobody may look before it can't any more (W8). */
export function unanswered(row: WriteRow, form: 'unique' | 'reduced', message: string, retryInMs: number, nowMs: number): RowOutcome {
  const setbacks = row.setbacks + 1;
  // It may be this row that is never answered: then the others are not to wait for it each half second (W5).
  const apartMs = setbacks < aloneFrom ? 0 : Math.min(60_000, 250 * 2 ** setbacks);
  const waitMs = Math.max(retryInMs, apartMs, form === 'reduced' ? (lookAgainInMs(row.ghosts, nowMs) ?? 0) : 0);
  return {
    ...base(row),
    state: row.ghosts.length ? 'uncertain' : 'due',
    setbacks,
    dueInMs: waitMs,
    trouble: { mendedBy: 'time', code: 'UNANSWERED', message },
  };
}

/**
 * Alone in its request, and the request was refused as a whole for something an admin can mend. It may be the row, it may be all of
 * them: it waits apart and says why, ever longer, and is never parked for what may be nobody's fault (W5, W7).
 */
export function refusedAlone(row: WriteRow, failure: CrmFailure): RowOutcome {
  const setbacks = Math.max(row.setbacks + 1, aloneFrom);
  return { ...givenBack(row), setbacks, trouble: failure, dueInMs: Math.min(600_000, 7_500 * 2 ** (setbacks - aloneFrom)) };
}

/** Given back untouched. */
export const givenBack = (row: WriteRow): RowOutcome => ({ ...base(row), state: row.ghosts.length ? 'uncertain' : 'due', dueInMs: 0 });

/**
 * Without a unique field a look before the limit is worth nothing: what was sent may land after it, and then there are two (W8). Rows
 * that a killed node had under way come here too. Undefined: it may go now.
 */
export function tooEarly(row: WriteRow, form: 'unique' | 'reduced', nowMs: number): RowOutcome | undefined {
  const out = stillOut(row.ghosts, nowMs);
  if (form === 'unique' || row.crmId !== undefined || out.length === 0) return undefined;
  return { ...givenBack(row), dueInMs: lookAgainInMs(out, nowMs) };
}

/**
 * Somebody has the number by now: that record is taken for the one that was to be made, and nothing is sent (P3); none if too many have it.
 * `found`: it may be nobody the book knows, who is kept there as what they are (persons-came.sql).
 */
export const isThere = (row: WriteRow, crmId: string | undefined, found?: Pick<Duplicate, 'kind' | 'name'>): RowOutcome => ({
  ...base(row),
  state: crmId === undefined ? 'dropped' : 'written',
  crmId,
  attempts: 0,
  setbacks: 0,
  trouble: {
    code: 'FOUND',
    message: 'somebody in Salesforce has this number by now; nothing was made',
    ...(found && { found: { kind: found.kind, name: found.name } }),
  },
});

/** It can't be told who is there, so nobody is made yet. That is asked for all at once, with a back-off of its own, and held against no row (W7). */
export const notMadeYet = (row: WriteRow, message: string): RowOutcome => ({
  ...givenBack(row),
  trouble: { mendedBy: 'time', code: 'BOOK_BEHIND', message },
  dueInMs: 10_000,
});
