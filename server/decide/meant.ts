import type { Call } from '../call/call.ts';
import type { Candidate, Match } from '../match/match.ts';
import { whoseCall } from './owner.ts';
import { type Inputs, personOf } from './pin.ts';

/** All of whom one is meant, whoever has the call. */
export const mayBeMeant = ({ candidates, others = [], by, tied = 1 }: Match): readonly Candidate[] =>
  by === 'owned by agent' ? [...candidates, ...others.slice(0, tied - 1)] : candidates;

/**
 * With the record that is meant first: of several that are equally good, the own one of whoever has the call, where the policy says so
 * (AC-17). The number is looked up while it rings and what was found is pinned; whose call it is shows later, so it is asked here.
 */
export function withMeant(call: Call, inputs: Inputs): Inputs {
  const { match } = inputs;
  const several = mayBeMeant(match);
  if (several.length < 2 || match.by !== 'owned by agent') return inputs;
  const { agent } = whoseCall(call);
  const user = agent && personOf(inputs, agent);
  const own = user ? several.find(({ ownerId }) => ownerId === user.crmUserId) : undefined;
  const said =
    !own || !user
      ? 'None of those that are equally good is owned by whoever has the call: the one changed last is meant (AC-17).'
      : `Of those that are equally good, ${user.name}'s own is meant, who has the call (AC-17).`;
  const meant = own ?? several[0]!;
  return {
    ...inputs,
    match: {
      ...match,
      candidates: [meant],
      others: [...several, ...(match.others ?? []).slice(several.length - 1)].filter((one) => one !== meant),
      searched: `${match.searched} ${said}`,
    },
  };
}
