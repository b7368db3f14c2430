import type { BookSettings } from './book/keeper.ts';
import { mattersRead } from './decide/cases.ts';
import { kindsLookedUp, lay } from './decide/layers.ts';
import type { Policy } from './decide/policy.ts';

/** What a policy wants the book to hold, for whatever line, queue, team or agent. */
export function bookSettings(policy: Policy): BookSettings {
  const { cases, opportunities, country, budget } = policy;
  const levels = [policy.lines, policy.queues, policy.teams, policy.agents].flatMap((level) => Object.values(level));
  const reads = [{ cases, opportunities }, ...levels.map((own) => lay({ cases, opportunities }, pickCases(own)))].map(mattersRead);
  return {
    kinds: [...new Set([...kindsLookedUp(policy), ...reads.flatMap(({ kinds }) => kinds)])],
    code: reads.find(({ code }) => code !== undefined)?.code,
    country,
    budget,
  };
}

const pickCases = ({ cases, opportunities }: Policy['lines'][string]) => ({
  ...(cases && { cases }),
  ...(opportunities && { opportunities }),
});
