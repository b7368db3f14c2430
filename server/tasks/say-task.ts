import type { SavedMemo, SavedTask } from '../../wire/tasks.ts';
import type { Call } from '../call/call.ts';
import type { TaskRow } from '../store/task-store.ts';

type Standing = Omit<SavedTask, 'id' | 'call'>;

export const sayTask = (row: TaskRow, recordUrl: (id: string) => string | undefined): SavedTask => ({
  id: row['id'] as string,
  ...(row['call'] !== null && { call: row['call'] as string }),
  ...standingOf(row, recordUrl),
});

/** `agent`: whose words; colleagues' stand in the record as well, and aren't theirs to change. */
export function sayMemo(row: TaskRow, agent: string, recordUrl: (id: string) => string | undefined): SavedMemo {
  const noted = row['noted'] as Call['noted'] | null;
  const own = (noted?.memos ?? []).filter(({ by }) => by.user === agent).map(({ text }) => text);
  return {
    call: row['call'] as string,
    ...(row['subject'] !== null && { subject: row['subject'] as string }),
    memo: own.join('\n'),
    ...standingOf(row, recordUrl),
  };
}

function standingOf(row: TaskRow, recordUrl: (id: string) => string | undefined): Standing {
  const crmId = row['crm_id'] as string | null;
  const url = crmId === null ? undefined : recordUrl(crmId);
  const human = (row['human'] as string[] | null) ?? [];
  const is = (state: Standing['state'], because?: string): Standing => ({
    state,
    ...(because !== undefined && { because }),
    ...(url !== undefined && { url }),
    ...(human.length > 0 && { theirs: human }),
  });
  const trouble = (row['trouble'] as { readonly message?: string } | null)?.message;
  const told = row['because'] as string | null;
  if (row['call_trouble'] !== null) return is('failed', row['call_trouble'] as string);
  if (row['to_be_told'] === true) return is('waiting', 'its turn');
  switch (row['state'] as string | null) {
    case 'written':
      return is('written', trouble ?? undefined);
    case 'deleted':
      return is('deleted', trouble);
    case 'parked':
      return is('failed', trouble);
    case 'dropped':
      return is('failed', (row['retracted'] as string | null) ?? undefined);
    case null: // the call has no record yet, or none is wanted
      return is(row['explanation'] === 'waiting' ? 'waiting' : 'failed', told ?? undefined);
    default:
      return is('waiting', whyWaiting(row, trouble));
  }
}

function whyWaiting(row: TaskRow, trouble: string | undefined): string {
  if (row['mode'] === 'observe') return 'the org to go live: it is only observed';
  if (row['mode'] === 'paused') return 'the org to be resumed: it is paused';
  const orgTrouble = (row['crm_trouble'] as { readonly message?: string } | null)?.message;
  return orgTrouble ?? trouble ?? 'the org to take it';
}
