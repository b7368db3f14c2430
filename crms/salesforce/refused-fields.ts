import type { Fields, FieldValue, RefusedField } from '../../server/crm.ts';
import { gone, mends, namedFields, type SalesforceError } from './failures.ts';
import { shortId } from './parts.ts';

/** A row as it was sent, and what of its record must not be missing. */
export type Sparable = {
  readonly fields: Fields;
  /** Without these the record says nothing: its title, its state, its name of ours. */
  readonly essential: readonly string[];
  readonly spareOwnerId: string | undefined;
  readonly creating: boolean;
  /** What the admin gives fields of this object when it is created. */
  readonly defaults: Fields;
};
/** Ids that may have gone while we weren't looking. */
export const references = ['WhoId', 'WhatId'] as const;

/**
 * Which fields of a refused row could be spared, so that a rule of the org costs a field and not the log. Every error must be about such a
 * field, or the next answer would be the same. `unclear`: a linked record is meant, and Salesforce doesn't say which.
 */
export function refusedFields(errors: readonly SalesforceError[], row: Sparable): readonly RefusedField[] | 'unclear' | undefined {
  const found = new Map<string, RefusedField>();
  let unclear = false;
  for (const error of errors) {
    const mend = mends[error.code as keyof typeof mends] as (typeof mends)[keyof typeof mends] | undefined;
    if (!mend || !('field' in mend)) return undefined;
    const named = fieldsMeant(error, row.fields);
    if (named.length === 0 && gone.has(error.code) && references.some((field) => row.fields[field])) {
      unclear = true;
      continue;
    }
    if (named.length === 0) return undefined;
    for (const field of named) {
      const spared = spare(field, error.code, row);
      if (!spared) return undefined;
      found.set(spared.field, spared);
    }
  }
  return unclear ? 'unclear' : found.size > 0 ? [...found.values()] : undefined;
}

/** `field` as the org spells it, or as we do: names are blind to case. */
const keyOf = (fields: Fields, field: string) => Object.keys(fields).find((key) => key.toLowerCase() === field.toLowerCase());

function spare(named: string, code: string, { fields, essential, spareOwnerId, creating, defaults }: Sparable): RefusedField | undefined {
  const field = keyOf(fields, named);
  const isMissing = field === undefined || fields[field] === null;
  if (isMissing && (code === 'REQUIRED_FIELD_MISSING' || code === 'FIELD_CUSTOM_VALIDATION_EXCEPTION')) {
    // What is there stays; a default is for creating.
    if (!creating) return field === undefined || essential.includes(field) ? undefined : { field };
    const key = keyOf(defaults, named);
    return key !== undefined && !essential.includes(key) ? { field: field ?? named, instead: defaults[key]! } : undefined;
  }
  if (field === undefined || code === 'REQUIRED_FIELD_MISSING' || essential.includes(field)) return undefined;
  if (field !== 'OwnerId') return { field };
  if (spareOwnerId !== undefined && !isId(fields[field], spareOwnerId)) return { field, instead: spareOwnerId };
  return creating ? undefined : { field }; // it has an owner
}

/** The fields an error is about: those it names, or those that hold what it quotes. */
function fieldsMeant(error: SalesforceError, fields: Fields): readonly string[] {
  const named = namedFields(error).filter((field) => field !== 'Id');
  if (named.length > 0) return named;
  if (error.code === 'INACTIVE_OWNER_OR_USER' || error.code === 'TRANSFER_REQUIRES_READ') return ['OwnerId'];
  if (error.code === 'CANNOT_UPDATE_CONVERTED_LEAD' && String(fields['WhoId']).startsWith('00Q')) return ['WhoId'];
  const ids: readonly string[] = error.message.match(/\b[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?\b/g) ?? [];
  return [...references, 'OwnerId'].filter((field) => ids.some((id) => isId(fields[field], id)));
}

const isId = (value: FieldValue | undefined, id: string): boolean => typeof value === 'string' && shortId(value) === shortId(id);
