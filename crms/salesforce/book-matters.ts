import type { BookRecord } from '../../server/crm.ts';

/** Kinds without numbers: what a call may be about besides its person, and whose an opportunity is. */
export const matterObjects: Readonly<Record<string, string>> = {
  case: 'Case',
  opportunity: 'Opportunity',
  'opportunity-role': 'OpportunityContactRole',
};
export const isMatter = (kind: string): boolean => Object.hasOwn(matterObjects, kind);

/** What is read of one, and whether the records of a fill are the open ones only: a code may be one of a closed case. */
type MatterShape = {
  readonly columns: readonly string[];
  /** As `BookObject.fields`: another one wants another fill. */
  readonly fields: readonly string[];
  readonly atFill: string | undefined;
  readonly code: string | undefined;
};

/** Without these the record says nothing. */
const needed: Readonly<Record<string, readonly string[]>> = {
  case: ['CaseNumber', 'ContactId', 'IsClosed'],
  opportunity: ['Name', 'IsClosed'],
  'opportunity-role': ['OpportunityId', 'ContactId'],
};
const wanted: Readonly<Record<string, readonly string[]>> = {
  case: ['Subject', 'Status', 'AccountId', 'OwnerId', 'MasterRecordId'],
  opportunity: ['StageName', 'AccountId', 'OwnerId'],
  'opportunity-role': ['IsPrimary'],
};

/** What this user may read of a kind; in words what they may not, and must. */
export function matterShape(
  kind: string,
  has: (field: string) => boolean,
  code: string | undefined,
): MatterShape | { readonly because: string } {
  const must = [...(needed[kind] ?? []), ...(kind === 'case' && code !== undefined ? [code] : [])];
  const missing = must.find((field) => !has(field));
  if (missing !== undefined) return { because: `The connected user may not see ${matterObjects[kind] ?? kind}.${missing}.` };
  const own = [...new Set([...must, ...(wanted[kind] ?? []).filter(has)])];
  const columns = ['Id', 'SystemModstamp', 'LastModifiedDate', 'IsDeleted'].filter(has);
  const isOpenOnly = kind === 'opportunity' || (kind === 'case' && code === undefined);
  return {
    columns: [...new Set([...columns, ...own])],
    fields: [...own, isOpenOnly ? 'open' : 'all'],
    atFill: isOpenOnly ? 'IsClosed = false' : undefined,
    code: kind === 'case' ? code : undefined,
  };
}

/** What only such a record holds. A case is called by its number and its subject. */
export function matterFields(
  kind: string,
  code: string | undefined,
  text: (field: string | undefined) => string | undefined,
  is: (field: string) => boolean,
): Partial<BookRecord> & { readonly name: string } {
  const optional = {
    contactId: text('ContactId'),
    accountId: text('AccountId'),
    ownerId: text('OwnerId'),
    status: text('Status') ?? text('StageName'),
    code: code === undefined ? undefined : text(code),
    parentId: text('OpportunityId'),
  };
  return {
    name: [text('CaseNumber') ?? text('Name'), text('Subject')].filter((part) => part !== undefined).join(' '),
    ...(kind === 'opportunity-role' ? { primary: is('IsPrimary') } : { closed: is('IsClosed') }),
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<BookRecord>),
  };
}
