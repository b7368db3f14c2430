import type { ViewName } from './question.ts';
import { views } from './views.ts';

/** What came back, with references for what is volatile. */
export type Told = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown };
/** One place where two answers are not alike; `undefined` is nothing at all. */
export type Difference = { readonly at: string; readonly org: unknown; readonly standIn: unknown };

type Tree = Readonly<Record<string, unknown>>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every place where the stand-in's answer is not the org's. */
export function differences(org: Told, standIn: Told, view: ViewName | undefined): Difference[] {
  const open = view && views[view].open;
  const found: Difference[] = [];
  const look = (a: unknown, b: unknown, at: string): void => {
    if (Array.isArray(a) && Array.isArray(b)) {
      for (let place = 0; place < Math.max(a.length, b.length); place += 1) look(a[place], b[place], `${at}[${place}]`);
    } else if (isTree(a) && isTree(b)) {
      const more = open !== undefined && at === `body.${open}`;
      const keys = more ? Object.keys(b) : [...new Set([...Object.keys(a), ...Object.keys(b)])];
      for (const key of keys.toSorted()) look(a[key], b[key], `${at}.${key}`);
    } else if (a !== b) found.push({ at, org: a, standIn: b });
  };
  look(org.status, standIn.status, 'status');
  look(org.headers, standIn.headers, 'headers');
  look(org.body, standIn.body, 'body');
  return found;
}
