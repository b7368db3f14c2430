import type { BookObject, Crm } from '../crm.ts';
import type { Region } from '../match/region.ts';
import type { BookKind } from '../store/book-store.ts';

/** What a kind was read from and how it was understood: another basis wants another fill. */
export const basisOf = ({ orgId }: Pick<Crm, 'orgId'>, { fields }: BookObject, region: Region | undefined): string =>
  JSON.stringify([orgId, ...fields, region ?? null]);

/** Is it this org that the kind is read from? Another can be connected in its place meanwhile, and nothing of the former is stored then. */
export const isReadFrom = ({ orgId }: Pick<Crm, 'orgId'>, { basis }: Pick<BookKind, 'basis'>): boolean =>
  basis.startsWith(`${JSON.stringify([orgId]).slice(0, -1)},`);
