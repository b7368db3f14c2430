import { z } from 'zod';
import { Refused, Unanswered } from '../../../server/crm.ts';
import type { World } from '../../../server/world.ts';
import { readRowErrors } from '../failures.ts';
import type { Api } from '../request.ts';
import { quoted } from '../soql.ts';
import { allRows } from './rows.ts';
import { createAll } from './tooling.ts';

/** One person who has a permission set. `until`: when it ends by itself, as Salesforce writes it. */
export type Assignment = { readonly id: string; readonly user: string; readonly name: string; readonly until: string | undefined };
type Failure = { readonly part: string; readonly because: string };
type PermissionSet = { readonly id: string; readonly name: string };

const Row = z.looseObject({
  Id: z.string(),
  AssigneeId: z.string(),
  Assignee: z.looseObject({ Name: z.string().nullish() }).nullish(),
  ExpirationDate: z.string().nullish(),
});
const Deleted = z.array(z.looseObject({ success: z.boolean(), errors: z.unknown() }));
/** As many records as one call of sObject Collections takes. */
const atOnce = 200;
/** What is gone already needn't be taken. */
const gone = new Set(['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY']);
/** Giving back is tried so often, with a pause: whatever kept the work from its end may keep us from this for a moment, too. */
const tries = 4;
const pauseMs = 2_000;

/** Everybody who has this permission set. */
export async function assignmentsOf(api: Api, set: PermissionSet): Promise<Assignment[]> {
  const soql = `SELECT Id, AssigneeId, Assignee.Name, ExpirationDate FROM PermissionSetAssignment WHERE PermissionSetId = ${quoted(set.id)} ORDER BY Id`;
  return (await allRows(api, soql, Row)).map((row) => ({
    id: row.Id,
    user: row.AssigneeId,
    name: row.Assignee?.Name ?? '',
    until: row.ExpirationDate ?? undefined,
  }));
}

/** Takes it from all of them; gives whom it could not be taken from. */
export async function takeAway(
  api: Pick<Api, 'base' | 'call'>,
  set: PermissionSet,
  assignments: readonly Assignment[],
  signal: AbortSignal,
): Promise<Failure[]> {
  const failures: Failure[] = [];
  for (const some of inParts(assignments)) {
    const path = `${api.base}/composite/sobjects?ids=${some.map(({ id }) => id).join(',')}&allOrNone=false`;
    const answer = Deleted.safeParse((await api.call({ method: 'DELETE', path }, signal)).json);
    if (!answer.success || answer.data.length !== some.length) throw new Unanswered("Salesforce's answer can't be read.");
    answer.data.forEach((row, place) => {
      const error = row.success ? undefined : (readRowErrors(row.errors)?.[0] ?? { code: 'UNKNOWN', message: '' });
      if (error && !gone.has(error.code)) failures.push({ part: said(set, some[place]!), because: `${error.code}: ${error.message}` });
    });
  }
  return failures;
}

/**
 * Gives it back to all of them, until the same day; who has it keeps it. Gives to whom it could not be given back, and why; throws nothing.
 * Nobody is to wait long for this: while `signal` is aborted there are no pauses.
 */
export async function giveBack(
  { api, world }: { readonly api: Pick<Api, 'base' | 'call'>; readonly world: Pick<World, 'now' | 'sleep'> },
  set: PermissionSet,
  assignments: readonly Assignment[],
  signal: AbortSignal,
): Promise<(Failure & { readonly user: string })[]> {
  const failures: (Failure & { readonly user: string })[] = [];
  const lasting = assignments.filter(({ until }) => until === undefined || !(Date.parse(until) <= world.now()));
  for (const some of inParts(lasting)) {
    const records = some.map(({ user, until }) => ({
      type: 'PermissionSetAssignment',
      PermissionSetId: set.id,
      AssigneeId: user,
      ...(until === undefined ? {} : { ExpirationDate: until }),
    }));
    const rows = await oftener(() => createAll(api, records), world, signal);
    some.forEach((assignment, place) => {
      const row = rows instanceof Error ? { code: '', because: rows.message } : rows[place]!;
      if ('code' in row && row.code !== 'DUPLICATE_VALUE') {
        failures.push({ part: said(set, assignment), because: row.because, user: assignment.user });
      }
    });
  }
  return failures;
}

/** The same again until it is answered; what was done the first time is refused as a duplicate the second. */
async function oftener<T>(work: () => Promise<T>, world: Pick<World, 'sleep'>, signal: AbortSignal): Promise<T | Refused | Unanswered> {
  for (let left = tries - 1; ; left--) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refused || error instanceof Unanswered)) throw error;
      if (left === 0 || (error instanceof Refused && error.failure.mendedBy !== 'time')) return error;
    }
    await world.sleep(pauseMs, signal);
  }
}

const said = (set: PermissionSet, { name, user }: Assignment) => `${set.name} → ${name === '' ? user : `${name} (${user})`}`;
const inParts = <T>(all: readonly T[]): T[][] =>
  Array.from({ length: Math.ceil(all.length / atOnce) }, (_, part) => all.slice(part * atOnce, (part + 1) * atOnce));
