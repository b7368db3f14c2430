import { Refusal } from '../errors.ts';
import type { SObject } from '../schema.ts';
import type { Row, Store, Value } from '../store.ts';
import { parentOf } from './parent.ts';

// Campaigns, their members, and the contacts of deals.

/** "Already a campaign member." [C recorded answer in a public client's test] */
const alreadyMember = () => new Refusal(400, 'DUPLICATE_VALUE', 'Already a campaign member.', []);
/** Words guessed. */
const needsPerson = () => new Refusal(400, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [LeadId]', ['LeadId']);

const shown = [
  'Salutation',
  'Name',
  'FirstName',
  'LastName',
  'Title',
  'Email',
  'Phone',
  'Fax',
  'MobilePhone',
  'Description',
  'DoNotCall',
  'HasOptedOutOfEmail',
  'HasOptedOutOfFax',
  'LeadSource',
];

/** What a member shows of its lead or contact. It is always theirs: it changes when they do [D object reference, CampaignMember]. */
function mirrored(store: Store, member: Row): Row {
  // Of a converted lead both are set; the contact is who it is now [D the same].
  const contact = parentOf(store, member['ContactId']);
  const from = contact ?? parentOf(store, member['LeadId']);
  if (!from) return {};
  const { row, object } = from;
  const address = object.name === 'Contact' ? 'Mailing' : '';
  const company: Value | undefined = object.name === 'Contact' ? parentOf(store, row['AccountId'])?.row['Name'] : row['Company'];
  return {
    ...Object.fromEntries(shown.map((name) => [name, row[name] ?? (name.startsWith('Do') || name.startsWith('Has') ? 0 : null)])),
    ...Object.fromEntries(['Street', 'City', 'State', 'PostalCode', 'Country'].map((part) => [part, row[address + part] ?? null])),
    CompanyOrAccount: company ?? null,
    Type: object.name,
    LeadOrContactId: row['Id'] ?? null,
    LeadOrContactOwnerId: row['OwnerId'] ?? null,
  };
}

/** The words an admin gave a campaign's states, in his order. */
const statesOf = (store: Store, campaignId: Value | undefined): Row[] =>
  store.select('SELECT * FROM "CampaignMemberStatus" WHERE "CampaignId" = ? AND "IsDeleted" = 0 ORDER BY "SortOrder", n', [
    campaignId ?? null,
  ]);

export function settleMember(store: Store, before: Row | undefined, row: Row, today: string): void {
  if (row['LeadId'] == null && row['ContactId'] == null) throw needsPerson();
  const states = statesOf(store, row['CampaignId']);
  const same = states.find((state) => String(state['Label']).toLowerCase() === String(row['Status'] ?? '').toLowerCase());
  // A state the campaign has not becomes its default (guessed).
  const state = same ?? states.find((one) => one['IsDefault'] === 1) ?? states[0];
  row['Status'] = state?.['Label'] ?? row['Status'] ?? null;
  row['HasResponded'] = state?.['HasResponded'] ?? 0;
  if (row['HasResponded'] === 1) row['FirstRespondedDate'] ??= today;
  else row['FirstRespondedDate'] = null;
  Object.assign(row, mirrored(store, row));
  if (before) return;
  for (const link of ['LeadId', 'ContactId'])
    if (
      row[link] != null &&
      store.count(`SELECT COUNT(*) AS count FROM "CampaignMember" WHERE "CampaignId" = ? AND "${link}" = ? AND "IsDeleted" = 0`, [
        row['CampaignId'] ?? null,
        row[link],
      ]) > 0
    )
      throw alreadyMember();
}

/** A lead or contact changed: its memberships show it. No time of theirs changes (guessed). */
export function mirrorToMembers(store: Store, object: SObject, id: string): void {
  const link = object.name === 'Lead' ? 'LeadId' : 'ContactId';
  const member = store.schema.named('CampaignMember');
  for (const row of store.select(`SELECT * FROM "CampaignMember" WHERE "${link}" = ?`, [id]))
    store.update(member, String(row['Id']), mirrored(store, row));
}

/** "Number of …" of a campaign are counted by the org. */
export function recount(store: Store, campaignId: Value | undefined): void {
  if (typeof campaignId !== 'string') return;
  const count = (where: string) =>
    store.count(`SELECT COUNT(*) AS count FROM "CampaignMember" m WHERE m."CampaignId" = ? AND m."IsDeleted" = 0 AND ${where}`, [
      campaignId,
    ]);
  const converted = 'EXISTS (SELECT 1 FROM "Lead" l WHERE l."Id" = m."LeadId" AND l."IsConverted" = 1)';
  store.update(store.schema.named('Campaign'), campaignId, {
    NumberOfLeads: count('m."LeadId" IS NOT NULL'),
    NumberOfConvertedLeads: count(converted),
    NumberOfContacts: count('m."ContactId" IS NOT NULL'),
    NumberOfResponses: count('m."HasResponded" = 1'),
  });
}

/** Every new campaign has these two [C quoted: "a fresh campaign carrying Sent and Responded as its default member statuses"]. */
export const firstStates: readonly Row[] = [
  { Label: 'Sent', SortOrder: 1, IsDefault: 1, HasResponded: 0 },
  { Label: 'Responded', SortOrder: 2, IsDefault: 0, HasResponded: 1 },
];
