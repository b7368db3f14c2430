import { isCrmId, longId } from '../decide/crm-id.ts';
import { isOwnerWord, type OwnerChain } from '../decide/owner-chain.ts';
import type { Policy, Settings } from '../decide/policy.ts';
import { layersGiven } from '../decide/read-layers.ts';
import { say } from '../decide/settings.ts';
import type { OrgView } from '../store.ts';
import type { Warning } from './warnings.ts';

/** An id of a user or queue that a policy names. `takes`: what its records have to be takeable as. */
type Named = { readonly path: string; readonly id: string; readonly takes: 'activity' | 'lead' | 'case' };

/** Ids that can be nobody's in any org, with what to give instead. A former release took them, so they are no mistakes of reading. */
export const misshapenIdsIn = (policy: Policy): Warning[] =>
  idsIn(policy)
    .filter(({ id }) => !isCrmId(id))
    .map(({ path, id }) => ({
      path,
      message: `Give the id of a user or queue of the CRM: 15 or 18 letters and digits, as in the address of its page, not ${say(id)}.`,
    }));

/** Ids that no active user of this org has, and no queue that takes such records. What wasn't read yet, or can't be, is no news. */
export function unknownIdsIn(policy: Policy, { usersById, queues }: Pick<OrgView, 'usersById' | 'queues'>): Warning[] {
  if (usersById.size === 0) return [];
  return idsIn(policy).flatMap(({ path, id, takes }): Warning[] => {
    const queue = queues?.get(longId(id));
    // which queues take cases isn't read
    const isQueue = queues === undefined || takes === 'case' ? id.startsWith('00G') : queue?.takes.includes(takes) === true;
    if (usersById.has(longId(id)) || isQueue || !isCrmId(id)) return [];
    const what = { activity: 'tasks', lead: 'leads', case: 'cases' }[takes];
    return [
      {
        path,
        message: queue
          ? `The queue ${queue.name} takes no ${what}: let it in the CRM, or name another. Until then whoever comes next owns them.`
          : `${id} is no active user of the CRM and no queue that takes ${what}. Until it is one, whoever comes next owns them.`,
      },
    ];
  });
}

/** Each id with where it stands: the company's, what is different at its levels, and rows. */
function idsIn(policy: Policy): Named[] {
  const inRows = policy.rows.flatMap(({ then }, place) => {
    const at = `rows[${place}].then`;
    return [
      ...ofChain(`${at}.owner`, then.owner, 'activity'),
      ...ofChain(`${at}.person.owner`, then.person?.owner, 'lead'),
      ...(then.tasks ?? []).flatMap((task, index) => ofChain(`${at}.tasks[${index}].owner`, task.owner, 'activity')),
    ];
  });
  const inLevels = layersGiven(policy).flatMap(({ at, rules }) => (at === '' ? [] : ofSettings(`${at}.`, rules)));
  return [...ofSettings('', policy), ...inRows, ...inLevels];
}

function ofSettings(at: string, { defaultOwnerId, followUp, stranger, cases, owner }: Settings): Named[] {
  const one = (path: string, id: string | undefined, takes: Named['takes'] = 'activity'): Named[] =>
    id === undefined ? [] : [{ path: `${at}${path}`, id, takes }];
  return [
    ...one('defaultOwnerId', defaultOwnerId),
    ...one('followUp.seniorManagerId', followUp?.seniorManagerId),
    ...one('followUp.missedOwnerId', followUp?.missedOwnerId),
    ...one('stranger.ownerId', stranger?.ownerId, 'lead'),
    ...one('cases.ownerId', cases?.ownerId, 'case'),
    ...ofChain(`${at}owner`, owner, 'activity'),
    ...ofChain(`${at}stranger.owner`, stranger?.owner, 'lead'),
  ];
}

const ofChain = (path: string, chain: OwnerChain | undefined, takes: Named['takes']): Named[] =>
  (chain ?? []).filter((step) => !isOwnerWord(step)).map((id) => ({ path, id, takes }));
