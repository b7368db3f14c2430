import type { Field } from '../schema.ts';

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** Whether a list offers this value: in any case of letters, and not when it was taken out of use. */
export const offers = (field: Field, value: string): boolean =>
  field.picklist.some((entry) => same(entry, value)) && !field.inactive?.some((entry) => same(entry, value));

/**
 * `B;A;B` as it is kept: each value once, in the order of the list, what the list does not know at the end in the order given [K]. A bad
 * one of a restricted list is named by `bad`.
 */
export function chosen(field: Field, text: string): { value: string | null; bad: string | undefined } {
  const given = text
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const once = given.filter((one, place) => given.findIndex((other) => same(one, other)) === place);
  const rank = (one: string) => {
    const place = field.picklist.findIndex((entry) => same(entry, one));
    return place < 0 ? field.picklist.length : place;
  };
  const sorted = once.toSorted((one, other) => rank(one) - rank(other));
  return {
    value: sorted.length > 0 ? sorted.join(';') : null,
    bad: field.restricted && field.picklist.length > 0 ? once.find((one) => !offers(field, one)) : undefined,
  };
}
