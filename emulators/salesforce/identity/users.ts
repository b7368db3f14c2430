import { readId } from '../ids.ts';
import type { Row, Store } from '../store.ts';

export function userById(store: Store, id: string): Row | undefined {
  const known = readId(id);
  return known === undefined ? undefined : store.get(store.schema.named('User'), known);
}
/** By the user name, in whatever case. */
export function userNamed(store: Store, username: string): Row | undefined {
  return store.select('SELECT * FROM "User" WHERE "Username" = ?', [username.trim()])[0];
}
export const isActive = (user: Row | undefined): boolean => user?.['IsActive'] === 1;

/** Who may sign in on the screen, by name. */
export const activeUsers = (store: Store, atMost: number): Row[] =>
  store.select('SELECT * FROM "User" WHERE "IsActive" = 1 ORDER BY "Name", n LIMIT ?', [atMost]);
