import type { Crm } from '../crm.ts';
import { type KnownCrm, objectsToKnow, type Remark, remarksOn } from '../decide/check-fields.ts';
import { lay } from '../decide/layers.ts';
import { layersGiven } from '../decide/read-layers.ts';
import type { Policy } from '../decide/policy.ts';

/** What the connected CRM says to a policy's fields, statuses and record types. Throws like `Crm.exchange`. */
export async function remarksBy(crm: Pick<Crm, 'fields' | 'statuses'>, policy: Policy): Promise<Remark[]> {
  const fields = new Map<string, NonNullable<Awaited<ReturnType<Crm['fields']>>>>();
  const layers = layersGiven(policy).map(({ rules: { locked: _locked, ...settings } }) => lay(policy, settings));
  for (const object of new Set([policy, ...layers].flatMap((one) => [...objectsToKnow(one)]))) {
    const found = await crm.fields(object);
    if (found) fields.set(object, found);
  }
  const known: KnownCrm = { fields, statuses: crm.statuses };
  const remarks = remarksOn(policy, known);
  // What a line or agent has of its own is looked at as it holds there; what the company says has been said.
  const said = new Set(remarks.map(({ path, message }) => `${path} ${message}`));
  const below = layersGiven(policy).flatMap(({ at, rules: { locked: _locked, ...settings } }) =>
    at === ''
      ? []
      : remarksOn(lay(policy, settings), known)
          .filter(({ path, message }) => !said.has(`${path} ${message}`))
          .map((remark) => ({ ...remark, path: `${at}.${remark.path}` })),
  );
  return [...remarks, ...below];
}
