import type { Call } from './call/call.ts';
import { isWantedMatter, type WantedMatter } from './crm.ts';
import { type CaseRules, mattersRead } from './decide/cases.ts';
import type { OwnMatter } from './decide/matter.ts';
import type { Inputs } from './decide/pin.ts';
import type { Policy } from './decide/policy.ts';
import type { LookedUp, Match } from './match/match.ts';
import { byRecency, codeAsNumbered, isCase, type KnownMatters, type MattersAsk, noMatters } from './match/matters.ts';
import { pointersOf } from './match/pointed.ts';
import type { DueCall } from './store.ts';
import { neverSent } from './write/plan.ts';

/** The code of a case that the caller keyed in, as it is looked for (FC-31); the last one counts. */
export function codeOf({ keyed }: Pick<Call, 'keyed'>, { code, codeField, codePurpose }: CaseRules): string | undefined {
  if (!code) return undefined;
  const isMeant = (purpose: string | undefined) =>
    codePurpose === undefined
      ? purpose === undefined || purpose.toLowerCase() === 'case'
      : purpose?.toLowerCase() === codePurpose.toLowerCase();
  return keyed.flatMap(({ digits, purpose }) => (isMeant(purpose) ? (codeAsNumbered(digits, codeField) ?? []) : [])).at(-1);
}

/** Whose cases and opportunities have to be known for this call; undefined: nobody's, by the policy as it holds for it. */
export function mattersAsk(call: Call, book: LookedUp, pinned: Inputs | undefined, policy: Policy): MattersAsk | undefined {
  const { cases } = policy;
  if (mattersRead(policy).kinds.length === 0) return undefined;
  const { who, what } = call.linked ?? {};
  const found = (kind: string) => book.exact.filter((one) => one.kind === kind);
  const chosen = [book.remembered?.who, who].flatMap((one) => (one && one.kind.toLowerCase() !== 'lead' ? [one.id] : []));
  const pointed = pointersOf(call, policy.match).flatMap(({ record }) => (record.kind.toLowerCase() === 'contact' ? [record.id] : []));
  const contacts = [
    ...pointed,
    ...found('contact').map(({ id }) => id),
    ...found('person-account').map(({ id, contactId }) => contactId ?? id),
    ...chosen,
    ...(book.made?.record?.kind === 'contact' ? [book.made.record.id] : []),
    // What another call was making is for whom this one was found to be about.
    ...(pinned?.match.candidates ?? []).flatMap(({ as, record }) => (as === 'who' ? record.id : [])),
  ];
  const accounts = [
    ...found('account'),
    ...found('person-account'),
    ...(pinned?.match.candidates ?? []).flatMap(({ as, record }) => (as === 'what' ? record : [])),
  ];
  const code = codeOf(call, cases);
  return {
    contacts: [...new Set(contacts)],
    accounts: cases.via === 'contact' ? [] : [...new Set(accounts.map(({ id }) => id))],
    ...(isCase(what) && { chosen: what!.id }),
    ...(code !== undefined && { code }),
  };
}

/** So many of each kind of one contact are kept with a call: the first counts, and a few say what else there is. */
const mostKept = 3;

/** What of it is kept with the call (D1). What this call has begun itself is no other's. */
export function relevantMatters(known: KnownMatters, { exact }: LookedUp, own: readonly string[]): KnownMatters {
  const ordered = known.open.toSorted(byRecency);
  const groups = Map.groupBy(ordered, ({ kind, contactId, accountId }) => `${kind} ${contactId ?? accountId}`);
  const accounts = exact.flatMap(({ kind, id, accountId }) =>
    kind === 'contact' && accountId !== undefined ? [[id, accountId] as const] : [],
  );
  return {
    ...known,
    open: [...groups.values()].flatMap((group) => group.slice(0, mostKept)),
    coming: known.coming
      .filter(({ name }) => !own.includes(name))
      .toSorted((a, b) => Number(a.id !== undefined) - Number(b.id !== undefined))
      .slice(0, mostKept),
    ...(accounts.length > 0 && { accounts: Object.fromEntries(accounts) }),
  };
}

/** Another call is making what this one would hang on, or has taken it from this one: it is looked for once more. */
export const awaitsMatter = ({ pinned, writes }: Pick<DueCall, 'pinned' | 'writes'>): boolean =>
  pinned?.matters?.coming.some(({ id }) => id === undefined) === true ||
  writes.some(
    ({ wanted, state }) => isWantedMatter(wanted) && state === 'dropped' && !isThereInstead(pinned?.matters ?? noMatters, wanted),
  );

/** What was found then stays what the call is about, whatever becomes of it (D1). */
const isThereInstead = ({ open, coming }: KnownMatters, { kind, contactId }: WantedMatter): boolean =>
  [...open, ...coming].some((one) => one.kind === kind && one.contactId === contactId);

/** The match, unsure while cases it needs are still being read: then it is looked at again. */
export const unsureWhileReading = (
  match: Match,
  matters: KnownMatters | undefined,
  policy: Pick<Policy, 'cases' | 'opportunities'>,
): Match =>
  matters && mattersRead(policy).kinds.some((kind) => kind in matters.is && matters.is[kind as keyof KnownMatters['is']] === 'reading')
    ? { ...match, unsure: true }
    : match;

/** How the case or opportunity stands that a call has begun, by its row of `writes`. */
export function ownMatterOf(row: DueCall['writes'][number]): OwnMatter[] {
  const { wanted, state, crmId: id } = row;
  if (!isWantedMatter(wanted) || state === 'dropped') return [];
  const common = { role: wanted.kind, wanted, sent: !neverSent(row) };
  if (state === 'deleted') return [{ ...common, state: 'deleted' }];
  if (id !== undefined) return [{ ...common, state: 'there', id }];
  return [{ ...common, state: state === 'parked' || row.leftOut ? 'parked' : 'waiting' }];
}
