import { defaultPolicy } from './policy.ts';
import { inOrder } from './policy-order.ts';

/** What a setting is in one of two documents: `given` there, or left to its default. No value: not given, and there is no default. */
export type Side = { readonly given: boolean; readonly value?: unknown };
export type Difference = { readonly path: readonly string[]; readonly from: Side; readonly to: Side };

/**
 * How two policy documents differ, as they were given, setting by setting in the order of the schema. `undefined`: none was ever saved. An
 * object without anything in it gives nothing. A setting that is now given and is what it was by default differs too: a later default is not
 * for it.
 */
export function diffPolicies(from: unknown, to: unknown): Difference[] {
  const [before, after] = [leavesOf(from), leavesOf(to)];
  const both = leavesOf(inOrder(unite(from, to)));
  return [...both.keys()].flatMap((key) => {
    const path = JSON.parse(key) as string[];
    const sides = { from: sideOf(before, key, path), to: sideOf(after, key, path) };
    return sides.from.given === sides.to.given && isSame(sides.from.value, sides.to.value) ? [] : [{ path, ...sides }];
  });
}

/** Each difference in one line: `stranger.missed: "nothing" (default) → "lead"`. */
export const sayDifferences = (differences: readonly Difference[]): string[] =>
  differences.map(({ path, from, to }) => `${sayPath(path)}: ${sayChange(from, to)}`);

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
/** Of settings, lists and what is in them: nothing in them has keys. */
const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Every setting by its path as JSON, for keys may hold dots. */
function leavesOf(document: unknown, path: readonly string[] = []): Map<string, unknown> {
  if (!isObject(document)) return new Map(path.length === 0 ? [] : [[JSON.stringify(path), document]]);
  return new Map(Object.entries(document).flatMap(([key, inner]) => [...leavesOf(inner, [...path, key])]));
}

/** What stands in either, for its paths. */
function unite(a: unknown, b: unknown): unknown {
  if (!isObject(a) || !isObject(b)) return b ?? a;
  const [first, second] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  return Object.fromEntries([...new Set([...first.keys(), ...second.keys()])].map((key) => [key, unite(first.get(key), second.get(key))]));
}

function sideOf(leaves: ReadonlyMap<string, unknown>, key: string, path: readonly string[]): Side {
  if (leaves.has(key)) return { given: true, value: leaves.get(key) };
  const byDefault = path.reduce<unknown>(
    (inner, name) => (isObject(inner) && Object.hasOwn(inner, name) ? inner[name] : undefined),
    defaultPolicy('en'),
  );
  return byDefault === undefined ? { given: false } : { given: false, value: byDefault };
}

const sayPath = (path: readonly string[]) => path.map((key) => (/^[\w+-]+$/.test(key) ? key : JSON.stringify(key))).join('.');

function sayChange(from: Side, to: Side): string {
  if (isSame(from.value, to.value))
    return `${sayValue(to.value)}, ${to.given ? 'now given; it was the default' : 'now left to its default'}`;
  const [before, after] = [from.value, to.value];
  if (Array.isArray(before) && Array.isArray(after)) {
    const [gone, added] = [before.filter((one) => !after.includes(one)), after.filter((one) => !before.includes(one))];
    const kept = (list: readonly unknown[], other: readonly unknown[]) => list.filter((one) => other.includes(one));
    if (isSame(kept(before, after), kept(after, before)) && isSame([...kept(before, after), ...added], after))
      return [
        ...(gone.length > 0 ? [`without ${sayList(gone)}`] : []),
        ...(added.length > 0 ? [`with ${sayList(added)}`] : []),
        ...(from.given ? [] : ['against the default']),
        ...(to.given ? [] : ['by default']),
      ].join(', ');
  }
  return `${saySide(from)} → ${saySide(to)}`;
}

const saySide = ({ given, value }: Side) => (value === undefined ? 'not given' : `${sayValue(value)}${given ? '' : ' (default)'}`);
const sayValue = (value: unknown) => (Array.isArray(value) ? `[${sayList(value)}]` : JSON.stringify(value));
const mostSaid = 20;
const sayList = (list: readonly unknown[]) =>
  `${list
    .slice(0, mostSaid)
    .map((one) => JSON.stringify(one))
    .join(', ')}${list.length > mostSaid ? ` and ${list.length - mostSaid} more` : ''}`;
