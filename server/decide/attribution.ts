import type { Call } from '../call/call.ts';
import type { CrmRecord, WantedMarks } from '../crm.ts';
import type { DecideFacts } from './decide.ts';
import { type FieldSource, wishesFor } from './fields.ts';
import { zoneOf } from './due.ts';
import { correctedMs, localDate } from './local-date.ts';
import type { Known } from './merge.ts';
import { chooseOwner } from './owner.ts';
import type { Inputs } from './pin.ts';
import type { ReadValue, SettingsReader } from './settings.ts';
import type { MergeField } from './templates.ts';

/** What becomes of a visit's marks once a lead is there (RS-02, RS-55). */
export type AttributionRules = {
  /** Only what is empty; whatever stands there; or by each field's `touch`. */
  readonly how: (typeof ways)[number];
  /** Leads that others made get them, too; else only those made for a number here. */
  readonly existing: boolean;
};
const ways = ['fill empty', 'overwrite', 'first and last'] as const;
export const defaultAttribution: AttributionRules = { how: 'fill empty', existing: false };

export const attributionReader = (reader: SettingsReader): ReadValue<Partial<AttributionRules>> =>
  reader.object<AttributionRules>({ how: reader.oneOf(ways), existing: reader.truth });

/** Values that say where a caller came from. */
const marks: ReadonlySet<MergeField | undefined> = new Set<MergeField>([
  ...(['UTM_SOURCE', 'UTM_MEDIUM', 'UTM_CAMPAIGN', 'UTM_TERM', 'UTM_CONTENT'] as const),
  ...(['REFERRER', 'LANDING_PAGE', 'GCLID', 'GA_CLIENT_ID'] as const),
]);

/** The marks of this call, for the lead that it is about, and why; or nothing. Whether the call is logged makes no difference (RS-55). */
export function chooseMarks(
  call: Call,
  inputs: Inputs,
  facts: DecideFacts,
  lead: CrmRecord | undefined,
): { readonly record?: WantedMarks; readonly because: readonly string[] } {
  const { policy, clockOffsetMs } = inputs;
  if (lead?.kind !== 'lead' || Object.keys(call.attribution).length === 0) return { because: [] };
  // also when its number calls again, or is looked for once more at the end: then the lead is found like any other
  const isOurs = facts.made?.state === 'there' && facts.made.record?.id === lead.id;
  // what a former release pinned says nothing of it
  const { how, existing } = { ...defaultAttribution, ...policy.attribution };
  if (!isOurs && !existing) return { because: [] };
  const owner = chooseOwner(call, inputs);
  const zone = zoneOf(owner, policy);
  const known: Known = {
    ...{ call, inputs, facts, owner, zone, date: localDate(correctedMs(call.startedAt, clockOffsetMs), zone) },
    clockMs: correctedMs(0, clockOffsetMs),
    recordName: lead.name,
  };
  const isRenewed = ({ touch }: FieldSource) => how === 'overwrite' || (how === 'first and last' && touch === 'last');
  const wishes = (renewed: boolean) => wishesFor('Lead', known, (source) => marks.has(source.from) && isRenewed(source) === renewed);
  const [first, last] = [wishes(false), wishes(true)];
  if (Object.keys(first).length + Object.keys(last).length === 0) return { because: [] };
  return {
    record: { kind: 'marks', id: lead.id, first, last },
    because: [`Where the caller came from is put into the lead: ${how} (${isOurs ? 'RS-02' : 'RS-55'}).`],
  };
}
