import type { Policy } from './policy.ts';

export const nameOrders = ['first last', 'last first'] as const;
export type NameOrder = (typeof nameOrders)[number];

/** How a name the phone system tells is meant: as the policy says, or as its language has it. */
export const nameOrderOf = ({ language, stranger }: Pick<Policy, 'language' | 'stranger'>): NameOrder =>
  stranger.names === 'first last' || stranger.names === 'last first' ? stranger.names : language === 'ja' ? 'last first' : 'first last';

/** A name of one line in its two parts (AC-20). A comma ends the last name, whatever the order; one word is a last name; a number is none. */
export function splitName(name: string, order: NameOrder): { readonly first: string; readonly last: string } {
  if (!/\p{L}/u.test(name)) return { first: '', last: '' };
  const [beforeComma = '', ...afterComma] = name.split(',').map((part) => part.trim());
  if (beforeComma !== '' && afterComma.some(Boolean)) return { first: afterComma.filter(Boolean).join(' '), last: beforeComma };
  const words = name.replaceAll(',', ' ').split(/\s+/).filter(Boolean);
  const last = order === 'first last' ? words.at(-1)! : words[0]!;
  const first = order === 'first last' ? words.slice(0, -1) : words.slice(1);
  return { first: first.join(' '), last };
}
