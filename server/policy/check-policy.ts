import { type Crm, Refused, Unanswered } from '../crm.ts';
import type { Remark } from '../decide/check-fields.ts';
import type { Policy } from '../decide/policy.ts';
import type { OrgView } from '../store.ts';
import { misshapenIdsIn, unknownIdsIn } from './ids.ts';
import { remarksBy } from './remarks.ts';
import { type LeftOut, type Warning, warningsIn, warningsOf } from './warnings.ts';

/** What a policy is held against. */
export type Against = {
  /** Undefined: what the CRM takes isn't known, and nothing is said of it. */
  readonly crm: Pick<Crm, 'fields' | 'statuses'> | undefined;
  readonly view: Pick<OrgView, 'usersById' | 'queues'> | undefined;
  /** What the book couldn't read of what the newest policy asks for. */
  readonly leftOut: readonly LeftOut[];
};
/** `wrong`: it isn't saved while it has some. */
export type CheckedPolicy = { readonly wrong: readonly Warning[]; readonly warnings: readonly Warning[] };

/** All that is said of a policy in an org beyond its reading: the same whether it is saved at the door, by the command, or tried out. */
export async function checkPolicy(policy: Policy, { crm, view, leftOut }: Against): Promise<CheckedPolicy> {
  const remarks = await remarksOf(crm, policy);
  const plain = ({ path, message }: Warning): Warning => ({ path, message });
  return {
    wrong: [...misshapenIdsIn(policy), ...remarks.filter(({ warns }) => !warns)].map(plain),
    warnings: [
      ...remarks.filter(({ warns }) => warns).map(plain),
      ...warningsIn(policy),
      ...(view ? unknownIdsIn(policy, view) : []),
      ...warningsOf(policy, leftOut),
    ],
  };
}

/** What the CRM says to it. A CRM that can't be asked just now stops nobody from saving: what can't be used is told by an alert, then. */
async function remarksOf(crm: Against['crm'], policy: Policy): Promise<Remark[]> {
  if (!crm) return [];
  try {
    return await remarksBy(crm, policy);
  } catch (error) {
    if (error instanceof Refused || error instanceof Unanswered) return [];
    throw error;
  }
}
