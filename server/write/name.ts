import { createHash } from 'node:crypto';
import type { CallId } from '../call/event.ts';

/**
 * The name of a record in the org (W1): `cb1` and 40 lower-case hex digits. Length-prefixed, so that no two lists of parts read
 * the same; hashed, so that it is safe in a URL, blind to case and never too long, whatever characters a phone system puts in its ids.
 */
export function nameOf(parts: { connection: string; call: CallId; incarnation: number; role: string; qualifier: string }): string {
  return hashed([parts.connection, parts.call, String(parts.incarnation), parts.role, parts.qualifier]);
}

/** Of the record made for a number: every call from it, on whatever phone system, means the same one (P1). */
export const nameOfPerson = (orgUid: string, number: string, generation: number): string =>
  hashed([orgUid, number, String(generation), 'person', '']);

/** Of a task that an agent saved: their own key tells one saving from the next. */
export const nameOfTask = (orgUid: string, agent: string, key: string): string => hashed([orgUid, agent, key, 'task', '']);

function hashed(parts: readonly string[]): string {
  const hash = createHash('sha256');
  for (const part of parts) {
    const bytes = Buffer.from(part, 'utf8');
    hash.update(`${bytes.length}:`).update(bytes);
  }
  return `cb1${hash.digest('hex').slice(0, 40)}`;
}
