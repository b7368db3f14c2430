import { z } from 'zod';
import { Refused, Unanswered } from '../../../server/crm.ts';
import { readRowErrors } from '../failures.ts';
import type { Api } from '../request.ts';
import { isOneOf } from '../soql.ts';
import { getTogether } from '../together.ts';
import { type CustomField, type Metadata, seenAs } from './field.ts';
import type { Asking } from './seen.ts';

const Fields = z.looseObject({
  records: z.array(z.looseObject({ Id: z.string(), DeveloperName: z.string(), TableEnumOrId: z.string() })),
});
type Failure = { readonly part: string; readonly because: string };

/**
 * Makes or changes custom fields one by one, for users who may customise the org but not deploy to it (Tooling API, CustomField). What is
 * refused is told; a refusal of the first thing asked is thrown, since then nothing at all is allowed.
 */
export async function makeFields(
  { api }: { readonly api: Api },
  fields: readonly CustomField[],
  onProgress: (done: number, total: number) => Promise<void>,
): Promise<{ readonly parts: string[]; readonly failures: Failure[] }> {
  const idOf = await fieldIds(api, fields);
  const parts: string[] = [];
  const failures: Failure[] = [];
  for (const [place, field] of fields.entries()) {
    const part = `${field.object}.${field.name}`;
    const body = { FullName: part, Metadata: toolingMetadata(field.metadata) };
    const there = idOf(field);
    try {
      if (there) await api.call({ method: 'PATCH', path: `${api.base}/tooling/sobjects/CustomField/${there}`, body });
      else await api.call({ method: 'POST', path: `${api.base}/tooling/sobjects/CustomField`, body });
      parts.push(part);
    } catch (error) {
      if (!(error instanceof Refused) || error.failure.mendedBy === 'time' || place === 0) throw error;
      failures.push({ part, because: error.failure.message });
    }
    await onProgress(place + 1, fields.length);
  }
  return { parts, failures };
}

type Named = Pick<CustomField, 'object' | 'name'>;
/** Which of these fields the org has, by their ids. Seen also by who may not see what is in them; it takes the right to view Setup. */
export async function fieldIds(api: Pick<Api, 'base' | 'call'>, fields: readonly Named[]): Promise<(field: Named) => string | undefined> {
  const soql = `SELECT Id, DeveloperName, TableEnumOrId FROM CustomField WHERE ${isOneOf('DeveloperName', [
    ...new Set(fields.map(({ name }) => name.replace(/__c$/, ''))),
  ])}`;
  const known = Fields.safeParse((await api.call({ method: 'GET', path: `${api.base}/tooling/query?q=${encodeURIComponent(soql)}` })).json);
  if (!known.success) throw new Unanswered("Salesforce lists its custom fields in a way we can't read.");
  const { records } = known.data;
  return ({ object, name }) => records.find((one) => one.TableEnumOrId === object && `${one.DeveloperName}__c` === name)?.Id;
}

/** A value's name is called valueName there, and lists are lists. */
function toolingMetadata(metadata: Metadata): unknown {
  const { valueSet, ...rest } = metadata;
  if (typeof valueSet !== 'object') return rest;
  const definition = valueSet['valueSetDefinition'] as Metadata;
  const { fullName, ...value } = definition['value'] as Metadata;
  return { ...rest, valueSet: { ...valueSet, valueSetDefinition: { ...definition, value: [{ ...value, valueName: fullName }] } } };
}

const Rows = z.array(z.looseObject({ success: z.boolean(), id: z.string().nullish(), errors: z.unknown() }));
const Ids = z.looseObject({ records: z.array(z.looseObject({ Id: z.string() })) });

/** Creates records, and says of each why not. `DUPLICATE_VALUE`: it is there already, which is as good. */
export async function createAll(
  api: Pick<Api, 'base' | 'call'>,
  records: readonly ({ readonly type: string } & Readonly<Record<string, unknown>>)[],
): Promise<readonly ({ readonly id: string } | { readonly code: string; readonly because: string })[]> {
  if (records.length === 0) return [];
  const body = { allOrNone: false, records: records.map(({ type, ...fields }) => ({ attributes: { type }, ...fields })) };
  const answer = Rows.safeParse((await api.call({ method: 'POST', path: `${api.base}/composite/sobjects`, body })).json);
  if (!answer.success || answer.data.length !== records.length) throw new Unanswered("Salesforce's answer can't be read.");
  return answer.data.map((row) => {
    if (row.success && row.id) return { id: row.id };
    const first = readRowErrors(row.errors)?.[0];
    return { code: first?.code ?? 'UNKNOWN', because: `${first?.code ?? 'UNKNOWN'}: ${first?.message ?? ''}` };
  });
}

/** The permission set with rights on these fields, made record by record where nothing may be deployed. */
export async function makePermissionSet(
  asking: Asking,
  set: { readonly name: string; readonly label: string; readonly description: string },
  fields: readonly { readonly object: string; readonly name: string }[],
): Promise<Failure[]> {
  const { api } = asking;
  let id = await permissionSetId(asking, set.name);
  if (id === undefined) {
    const [made] = await createAll(api, [{ type: 'PermissionSet', Name: set.name, Label: set.label, Description: set.description }]);
    if (!made || !('id' in made)) return [{ part: set.name, because: made?.because ?? '' }];
    id = made.id;
  }
  const permissions = fields.map(({ object, name }) => ({
    type: 'FieldPermissions',
    ParentId: id,
    SobjectType: seenAs(object),
    Field: `${seenAs(object)}.${name}`,
    PermissionsRead: true,
    PermissionsEdit: true,
  }));
  const rows = await createAll(api, permissions);
  return rows.flatMap((row, place) =>
    'code' in row && !row.code.startsWith('DUPLICATE') ? [{ part: permissions[place]!.Field, because: row.because }] : [],
  );
}

export async function permissionSetId(asking: Asking, name: string): Promise<string | undefined> {
  const soql = `SELECT Id FROM PermissionSet WHERE ${isOneOf('Name', [name])} AND IsOwnedByProfile = false`;
  const [answer] = await getTogether(asking, [`${asking.api.base}/query?q=${encodeURIComponent(soql)}`]);
  if (answer instanceof Refused) throw answer;
  const found = Ids.safeParse(answer);
  if (!found.success) throw new Unanswered("Salesforce lists its permission sets in a way we can't read.");
  return found.data.records[0]?.Id;
}
