import type { Choices } from '../../wire/choices.ts';
import { withMeant } from '../decide/meant.ts';
import { matchCall, nobodyKnown } from '../match/match.ts';
import type { ChoicesRows } from '../store/console-store.ts';
import type { OrgView } from '../store.ts';

/**
 * The records a call may be about, with what a person needs to choose one (DP-22). Those it was decided with; while it rings and nothing is
 * decided, those who have its number now. `urlOf`: a page where the CRM shows a record.
 */
export function sayChoices(
  { told, pinned, found, known }: ChoicesRows,
  { policy }: Pick<OrgView, 'policy'>,
  urlOf: (id: string) => string | undefined,
): Choices {
  const match = pinned ? withMeant(told, pinned).match : matchCall(told, { ...nobodyKnown, exact: found }, policy.match);
  const byId = new Map(known.map((one) => [one.id, one]));
  const { candidates, others = [], possible = [], searched, by } = match;
  const listed = [
    ...candidates.map((candidate) => ({ candidate, is: 'meant' as const })),
    ...others.map((candidate) => ({ candidate, is: 'other' as const })),
    ...possible.map((candidate) => ({ candidate, is: 'possible' as const })),
  ];
  return {
    searched,
    ask: by === 'ask',
    choices: listed.map(({ candidate: { record, as, because }, is }) => {
      const { name, company, status, owner, activeOn } = byId.get(record.id) ?? {};
      const url = urlOf(record.id);
      const told = { name: name ?? record.name, company, status, owner, activeOn, url };
      return {
        is,
        as,
        kind: record.kind,
        id: record.id,
        because,
        ...(Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined && value !== null)) as Partial<
          Record<keyof typeof told, string>
        >),
      };
    }),
  };
}
