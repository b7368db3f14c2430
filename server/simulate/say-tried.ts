import type { DifferingCall, TriedCall, TriedPeriod, TriedRecord } from '../../wire/simulate.ts';
import type { Call } from '../call/call.ts';
import type { Crm } from '../crm.ts';
import { explainStep } from '../decide/decide.ts';
import type { Period, StoredCall, WantedRecord } from '../store/simulate-store.ts';
import type { OrgView } from '../store.ts';
import { composeText } from '../write/text.ts';
import { sayDifference } from './differences.ts';
import { type Change, type Compared, compare, sayMove, type Side, sideOf, type Tally } from './tally.ts';
import type { Book, Tried } from './try-call.ts';

type InCrmWords = Pick<Crm, 'draft' | 'unfit' | 'textField' | 'recordUrl'> | undefined;

/** One call in the wire's words; `stored`: of a stored one, with what was decided and written. */
export function sayTried(tried: Tried, stored: StoredCall | undefined, crm: InCrmWords, org: OrgView): TriedCall {
  const { decision, wants } = tried;
  const compared = compare({ decided: stored?.decided }, tried);
  const after = sideOf({ verdict: decision.verdict, trace: decision.trace, wants });
  const was = stored?.decided;
  return {
    ...sayHead(tried.call, stored),
    book: tried.book,
    ...(stored &&
      was && {
        before: {
          ...saySide(compared.before, (want) =>
            sayRecord(
              want,
              crm,
              stored.due.writes.find((row) => row.role === want.role && row.qualifier === want.qualifier),
            ),
          ),
          policyVersion: was.policyVersion,
        },
      }),
    after: saySide(after, (want) => sayRecord(want, crm)),
    trace: decision.trace.map((step) => ({
      rule: step.rule,
      words: explainStep(step),
      ...('fired' in step
        ? { fired: true, outcome: step.outcome, because: [...step.because] }
        : { fired: false, blockedBy: step.blockedBy }),
    })),
    differences: stored ? compared.differences.map((one) => ({ ...one, words: sayDifference(one, ownersOf(org)) })) : [],
  };
}

/** One call of a period, as short as it can be read. */
export const sayDiffering = (
  { call }: Tried,
  stored: StoredCall,
  { before, after, differences }: Compared,
  org: OrgView,
): DifferingCall => ({
  ...sayHead(call, stored),
  before: sayMove(before),
  after: sayMove(after),
  words: differences.map((one) => sayDifference(one, ownersOf(org))),
});

export function sayPeriod(
  tally: Tally,
  {
    period,
    asked,
    first,
    seconds,
    org,
  }: { readonly period: Period; readonly asked: Book; readonly first: DifferingCall[]; readonly seconds: number; readonly org: OrgView },
): TriedPeriod {
  const counted = (map: ReadonlyMap<string, number>) => [...map].toSorted(([, a], [, b]) => b - a);
  const changed = <T extends Change>(map: ReadonlyMap<string, T>) =>
    [...map].toSorted(([, a], [, b]) => Math.max(b.before, b.after) - Math.max(a.before, a.after));
  return {
    from: new Date(period.fromMs).toISOString(),
    to: new Date(period.toMs).toISOString(),
    calls: tally.calls,
    differ: tally.differ,
    book: { asked, then: tally.books.then, now: tally.books.now, nobody: tally.books.none },
    outcomes: changed(tally.outcomes).map(([is, change]) => ({ is: is as Side['is'], ...change })),
    rules: changed(tally.rules).map(([, rule]) => rule),
    records: changed(tally.records).map(([what, change]) => ({ what, ...change })),
    owners: changed(tally.owners).map(([id, change]) => ({
      ...(id !== '' && { id }),
      name: id === '' ? 'nobody: the CRM decides' : (org.usersById.get(id)?.name ?? id),
      ...change,
    })),
    moves: counted(tally.moves).map(([words, calls]) => ({ words, calls })),
    fields: counted(tally.fields).map(([field, calls]) => ({ field, calls })),
    untried: counted(tally.untried).map(([because, calls]) => ({ because, calls })),
    first,
    seconds,
  };
}

const ownersOf =
  ({ usersById }: OrgView) =>
  (id: string) =>
    usersById.get(id)?.name;

const sayHead = (call: Call, stored: StoredCall | undefined) => ({
  ...(stored && { id: stored.due.id, page: `/calls/${stored.due.id}` }),
  ...(call.direction && { direction: call.direction }),
  ...(call.type && { type: call.type }),
  ...(call.customer.number !== undefined && { number: call.customer.number }),
  startedAt: new Date(stored?.startedAtMs ?? call.startedAt).toISOString(),
});

const saySide = ({ is, rule, because, wants }: Side, say: (want: WantedRecord) => TriedRecord) => ({
  is,
  ...(rule !== undefined && { rule }),
  ...(because !== undefined && { because }),
  records: wants.map(say),
});

/** `row`: how it stands in the org. */
function sayRecord({ role, qualifier, record }: WantedRecord, crm: InCrmWords, row?: StoredCall['due']['writes'][number]): TriedRecord {
  return {
    role,
    ...(qualifier !== '' && { qualifier }),
    fields: { ...record },
    ...(crm && { crm: inCrmWords(record, crm) }),
    ...(row && {
      state: row.state,
      ...(row.human.length > 0 && { human: [...row.human] }),
      ...(crm && row.crmId !== undefined && { url: crm.recordUrl(row.crmId) }),
    }),
  };
}

/** As the writer would send it to create the record. */
const inCrmWords = (record: WantedRecord['record'], crm: NonNullable<InCrmWords>): Record<string, unknown> => ({
  ...Object.fromEntries(
    Object.entries(crm.draft(record)).flatMap(([field, value]) => {
      const { [field]: unfit } = crm.unfit(record);
      return unfit ? (unfit.instead === undefined ? [] : [[field, unfit.instead]]) : [[field, value]];
    }),
  ),
  ...(record.kind === 'activity' && { [crm.textField]: composeText(record.memo, record.system) }),
});
