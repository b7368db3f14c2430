import type { Call, Memo } from './call.ts';
import type { CallEvent } from './event.ts';

/**
 * What stands of all that agents saved, facts in canonical order. A colleague's words are nobody else's to replace: after a transfer both memos
 * stand. An empty memo takes one away.
 */
export function memosOf(told: readonly Extract<CallEvent, { type: 'noted' }>[]): Call['noted'] {
  if (told.length === 0) return undefined;
  const memos = new Map<string, Memo>();
  let subject: string | undefined;
  for (const { at, key: saving, memo, whole, by, subject: chosen } of told) {
    subject = chosen ?? subject;
    if (whole) for (const [key, { by: whose }] of memos) if (whose.user === by.user) memos.delete(key);
    const key = JSON.stringify([by.user, saving]);
    if (memo === '') memos.delete(key);
    else if (memo !== undefined) memos.set(key, { at: memos.get(key)?.at ?? at, text: memo, by });
  }
  return { ...(subject !== undefined && { subject }), memos: [...memos.values()] };
}
