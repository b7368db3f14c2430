import type { SaveTask } from '../../wire/tasks.ts';
import type { CrmRecord, WantedActivity } from '../crm.ts';
import { manyLines, singleLine } from '../decide/plain-text.ts';
import type { OrgView } from '../store.ts';

type Linked = NonNullable<SaveTask['who']>;
const recordOf = ({ kind, id, name }: Linked): CrmRecord => ({ kind, id, ...(name !== undefined && { name }) });

/** A lead, by the CRM's own prefix or by what it was called. */
export const isLead = ({ kind, id }: Linked): boolean => id.startsWith('00Q') || kind.toLowerCase() === 'lead';

/** A task as its agent saved it: open, theirs, and about no call (DP-40…42). Pure. */
export function wantedTask(
  asked: SaveTask & { readonly subject: string },
  agent: { readonly id: string; readonly name: string },
  { policy, selfUser }: Pick<OrgView, 'policy' | 'selfUser'>,
): WantedActivity {
  const spare = [policy.defaultOwnerId, selfUser].find((id) => id !== undefined && id !== agent.id);
  return {
    kind: 'activity',
    about: 'task',
    author: agent,
    subject: singleLine(asked.subject),
    status: 'open',
    direction: undefined,
    ownerId: agent.id,
    ...(spare !== undefined && { spareOwnerId: spare }),
    who: asked.who && recordOf(asked.who),
    what: asked.what && recordOf(asked.what),
    dueDate: asked.dueDate,
    durationSeconds: 0,
    waitSeconds: 0,
    result: '',
    memo: manyLines(asked.memo ?? ''),
    system: [],
    callKey: '',
    link: undefined,
  };
}
