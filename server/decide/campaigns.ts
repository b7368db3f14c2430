import type { Call } from '../call/call.ts';
import type { Policy } from './policy.ts';
import type { ReadValue, SettingsReader } from './settings.ts';

/** Calling campaigns of the phone system, and how long an agent has after a call to write things up. */
export type CampaignRules = {
  /** Calls that belong to no campaign count as this one's (FC-25): its id. */
  readonly outside?: string;
  /** Seconds after a call; none at 0 (FC-78). */
  readonly wrapSeconds: number;
  /** By the phone system's id of the campaign. */
  readonly known: Readonly<Record<string, { readonly name?: string; readonly wrapSeconds?: number }>>;
};
export const defaultCampaigns: CampaignRules = { wrapSeconds: 30, known: {} };

export function campaignsIn(reader: SettingsReader): ReadValue<Partial<CampaignRules>> {
  const wrapSeconds = reader.number('seconds', 0, 3_600, true);
  const campaign = reader.object<CampaignRules['known'][string]>({ name: reader.line(80), wrapSeconds });
  return reader.object<CampaignRules>({
    outside: reader.line(64),
    wrapSeconds,
    known: reader.map('an object with the campaigns by their ids', (path, _id, value) => campaign(path, value), {
      values: campaign.schema,
    }),
  });
}

/** The campaign a call counts as: its own, else the one of calls outside campaigns. */
export function campaignOf({ campaign }: Pick<Call, 'campaign'>, { campaigns }: Pick<Policy, 'campaigns'>): Call['campaign'] {
  const campaignId = campaign?.campaignId ?? campaigns.outside;
  if (campaignId === undefined) return undefined;
  const name = campaign?.name ?? own(campaigns, campaignId)?.name;
  return { campaignId, ...(name !== undefined && { name }) };
}

/** How long an agent has after this call, and what says so. */
export function wrapOf(
  call: Pick<Call, 'campaign'>,
  policy: Pick<Policy, 'campaigns'>,
): { readonly seconds: number; readonly because: string } {
  const { campaigns } = policy;
  const campaign = campaignOf(call, policy);
  const seconds = campaign && own(campaigns, campaign.campaignId)?.wrapSeconds;
  return seconds === undefined
    ? { seconds: campaigns.wrapSeconds, because: 'campaigns.wrapSeconds' }
    : { seconds, because: `campaigns.known.${campaign!.campaignId}.wrapSeconds` };
}

const own = ({ known }: CampaignRules, id: string) => (Object.hasOwn(known, id) ? known[id] : undefined);
