import { convertedLead, entityIsDeleted, noSuchReference, Refusal } from './errors.ts';
import { isPerson, notByItself, recordTypeId } from './person-accounts.ts';
import { moveRelations } from './model/shared-activities.ts';
import { applyChange, insertRow, settled, updateRow } from './records.ts';
import type { SObject } from './schema.ts';
import type { Row, Value } from './store.ts';
import { wholeSecond } from './values.ts';
import { allOrNothing, type Ctx, type Work } from './work.ts';

// What people do with a few clicks and programs cannot do over REST: converting, merging, handing over. Each is one transaction.

const whole = <T>(ctx: Ctx, work: () => Work<T>): Work<T> => allOrNothing(ctx, 0, work, () => true);

function living(ctx: Ctx, object: SObject, id: string): Row {
  const row = ctx.store.get(object, id);
  if (!row) throw noSuchReference();
  if (row['IsDeleted'] === 1) throw entityIsDeleted();
  return row;
}
const refused = (message: string) => new Refusal(400, 'INVALID_INPUT', message, []);

export type Conversion = {
  /** Existing ones, or new ones are made. */
  accountId?: string;
  contactId?: string;
  createOpportunity?: boolean;
  opportunityName?: string;
  convertedStatus?: string;
  /** Who gets the new records, and the open tasks of who converts. The lead's owner, if that is a person. */
  ownerId?: string;
};

/** Standard lead field mapping [D Help, lead conversion field mapping]. Custom fields go nowhere until an admin maps them. */
const address = (lead: Row, prefix: string): Row =>
  Object.fromEntries(['Street', 'City', 'State', 'PostalCode', 'Country'].map((part) => [prefix + part, lead[part] ?? null]));
const accountOf = (lead: Row): Row => ({
  Name: lead['Company'] ?? null,
  AccountSource: lead['LeadSource'] ?? null,
  ...copied(lead, ['Phone', 'Fax', 'Website', 'Industry', 'AnnualRevenue', 'NumberOfEmployees', 'Rating']),
  ...address(lead, 'Billing'),
});
const contactOf = (lead: Row): Row => ({
  ...copied(lead, ['FirstName', 'LastName', 'Salutation', 'Title', 'Phone', 'MobilePhone', 'Fax', 'Email', 'LeadSource', 'Description']),
  ...address(lead, 'Mailing'),
});
/** The fields of both, as the account of a person has them. */
const personOf = (lead: Row): Row => {
  const { Name: _, ...company } = accountOf(lead);
  const own = ['FirstName', 'LastName', 'Salutation', 'Phone', 'Fax', 'Description'];
  const person = Object.entries(contactOf(lead)).map(([name, value]) => [own.includes(name) ? name : `Person${name}`, value] as const);
  return Object.fromEntries([...Object.entries(company), ...person].filter(([, value]) => value !== null));
};
const copied = (from: Row, names: readonly string[]): Row => Object.fromEntries(names.map((name) => [name, from[name] ?? null]));

/** "Information from the lead is inserted only into blank fields; existing data is not overwritten" [C, quoted from Help]. */
const blanksOf = (row: Row, offered: Row): Row =>
  Object.fromEntries(Object.entries(offered).filter(([name, value]) => value !== null && row[name] == null));

export type Converted = { id: string; accountId: string; contactId: string; opportunityId: string | null };

export const convertLead = (ctx: Ctx, id: string, wish: Conversion): Work<Converted> =>
  whole(ctx, function* () {
    const named = (name: string) => ctx.store.schema.named(name);
    const lead = living(ctx, named('Lead'), id);
    if (lead['IsConverted'] === 1) throw convertedLead();
    const ownerId = wish.ownerId ?? (String(lead['OwnerId']).startsWith('005') ? String(lead['OwnerId']) : ctx.userId);

    const { accountId, contactId } = yield* intoWhom(ctx, lead, wish, ownerId);
    const opportunityId = wish.createOpportunity
      ? yield* insertRow(ctx, named('Opportunity'), {
          Name: wish.opportunityName ?? `${String(lead['Company'] ?? lead['Name'])}-`,
          StageName: 'Prospecting',
          CloseDate: endOfQuarter(ctx.now()),
          AccountId: accountId,
          ContactId: contactId, // who becomes the deal's primary contact role [D SOAP guide, convertLead()]
          OwnerId: ownerId,
          LeadSource: lead['LeadSource'] ?? null,
        })
      : null;

    // "The related activities have … Name and Related To set to the Contact and the Opportunity (if an Opportunity is created)", and their
    // Last Modified is updated; "open tasks assigned to the user converting the lead will be reassigned to the new owner" [D Help 000385227]
    for (const name of ['Task', 'Event'])
      for (const row of ctx.store.select(`SELECT * FROM "${name}" WHERE "WhoId" = ? AND "IsDeleted" = 0`, [id])) {
        const handedOver = name === 'Task' && row['IsClosed'] !== 1 && row['OwnerId'] === ctx.userId ? { OwnerId: ownerId } : {};
        const object = named(name);
        applyChange(ctx, object, row, settled(ctx, object, row, { WhoId: contactId, WhatId: opportunityId, ...handedOver }), 'update');
      }
    // The lead's memberships are the contact's from now on, unless he is a member himself [D object reference, CampaignMember].
    const member = named('CampaignMember');
    for (const row of ctx.store.select(
      `SELECT * FROM "CampaignMember" m WHERE m."LeadId" = ? AND m."IsDeleted" = 0 AND NOT EXISTS (SELECT 1 FROM "CampaignMember" o
        WHERE o."CampaignId" = m."CampaignId" AND o."ContactId" = ? AND o."IsDeleted" = 0)`,
      [id, contactId],
    ))
      applyChange(ctx, member, row, settled(ctx, member, row, { ContactId: contactId }), 'update');
    const converted = ctx.store
      .select('SELECT "ApiName" FROM "LeadStatus" WHERE "IsConverted" = 1 ORDER BY "SortOrder"')
      .map((row) => row['ApiName']);
    const status = wish.convertedStatus ?? converted[0] ?? 'Closed - Converted';
    if (converted.length > 0 && !converted.includes(status)) throw refused(`invalid convertedStatus: ${String(status)}`); // words guessed
    yield* updateRow(ctx, named('Lead'), id, {
      Status: status,
      IsConverted: 1,
      IsUnreadByOwner: 0,
      ConvertedDate: new Date(wholeSecond(ctx.now())).toISOString().slice(0, 10),
      ConvertedAccountId: accountId,
      ConvertedContactId: contactId,
      ConvertedOpportunityId: opportunityId,
    });
    return { id, accountId, contactId, opportunityId };
  });

function* intoWhom(ctx: Ctx, lead: Row, wish: Conversion, ownerId: string): Work<{ accountId: string; contactId: string }> {
  const [account, contact] = [ctx.store.schema.named('Account'), ctx.store.schema.named('Contact')];
  const known = wish.contactId === undefined ? undefined : living(ctx, contact, wish.contactId);
  let accountId = wish.accountId ?? (known?.['AccountId'] as string | undefined);
  if (known && accountId !== known['AccountId']) throw refused('The contact belongs to another account');
  // "Leads with a blank Company field are converted to person accounts" [C, quoted from Help]
  if (accountId === undefined ? lead['Company'] == null && !known : isPerson(living(ctx, account, accountId))) {
    if (accountId !== undefined) yield* fill(ctx, account, accountId, personOf(lead));
    else accountId = yield* insertRow(ctx, account, { ...personOf(lead), RecordTypeId: recordTypeId(ctx.store, true), OwnerId: ownerId });
    return { accountId, contactId: String(living(ctx, account, accountId)['PersonContactId']) };
  }
  if (accountId === undefined) accountId = yield* insertRow(ctx, account, { ...accountOf(lead), OwnerId: ownerId });
  else yield* fill(ctx, account, accountId, accountOf(lead));
  const contactId = wish.contactId ?? (yield* insertRow(ctx, contact, { ...contactOf(lead), AccountId: accountId, OwnerId: ownerId }));
  if (known) yield* fill(ctx, contact, contactId, contactOf(lead));
  return { accountId, contactId };
}

function* fill(ctx: Ctx, object: SObject, id: string, offered: Row): Work<void> {
  const blanks = blanksOf(living(ctx, object, id), offered);
  if (Object.keys(blanks).length > 0) yield* updateRow(ctx, object, id, blanks);
}

function endOfQuarter(ms: number): string {
  const date = new Date(ms);
  return new Date(Date.UTC(date.getUTCFullYear(), Math.floor(date.getUTCMonth() / 3) * 3 + 3, 0)).toISOString().slice(0, 10);
}

/**
 * What hangs on a record and moves with a merge: fields the parent has a named list for. A lead's ConvertedContactId has none and goes on
 * naming the loser [C salesforce.stackexchange 240439 for such fields].
 */
const children: Readonly<Record<string, readonly (readonly [object: string, field: string])[]>> = {
  Account: [
    ['Account', 'ParentId'],
    ['Contact', 'AccountId'],
    ['Case', 'AccountId'],
    ['Opportunity', 'AccountId'],
    ['Task', 'WhatId'],
    ['Task', 'AccountId'],
    ['Event', 'WhatId'],
    ['Event', 'AccountId'],
  ],
  Contact: [
    ['Contact', 'ReportsToId'],
    ['Case', 'ContactId'],
    ['Task', 'WhoId'],
    ['Event', 'WhoId'],
    ['OpportunityContactRole', 'ContactId'],
    ['CampaignMember', 'ContactId'],
  ],
  Lead: [
    ['Task', 'WhoId'],
    ['Event', 'WhoId'],
    ['CampaignMember', 'LeadId'],
  ],
};

/**
 * "Combines up to 3 records of the same type … deletes the other records, makes the master record the new parent of the related records"
 * [D api merge()]. The winner keeps its values but for `fields`; blank ones stay blank [C].
 */
export const mergeRecords = (ctx: Ctx, object: SObject, winnerId: string, loserIds: readonly string[], fields: Row): Work<void> =>
  whole(ctx, function* () {
    if (!children[object.name]) throw refused(`${object.labelPlural} cannot be merged`);
    if (loserIds.length < 1 || loserIds.length > 2 || new Set([winnerId, ...loserIds]).size <= loserIds.length)
      throw refused('A merge is of one winner and one or two other records');
    const [winner = {}, ...losers] = [winnerId, ...loserIds].map((id) => living(ctx, object, id));
    for (const row of [winner, ...losers]) {
      if (row['IsConverted'] === 1) throw convertedLead(); // [K]
      if (object.name === 'Account' && isPerson(row) !== isPerson(winner)) throw refused('A person and a company cannot be merged'); // [K]
      notByItself(object, row);
    }
    for (const loser of losers) {
      absorb(ctx, object, loser, winnerId, loserIds);
      if (object.name !== 'Account' || !isPerson(loser)) continue;
      const contact = ctx.store.schema.named('Contact');
      absorb(ctx, contact, living(ctx, contact, String(loser['PersonContactId'])), String(winner['PersonContactId']), []);
    }
    yield* updateRow(ctx, object, winnerId, fields);
  });

/** Nobody is a member twice: the loser's membership goes where the winner has one (guessed). */
const isMember = (ctx: Ctx, field: string, winnerId: string, member: Row): boolean =>
  ctx.store.count(`SELECT COUNT(*) AS count FROM "CampaignMember" WHERE "CampaignId" = ? AND "${field}" = ? AND "IsDeleted" = 0`, [
    member['CampaignId'] ?? null,
    winnerId,
  ]) > 0;

/** What hangs on the loser hangs on the winner; the loser goes. */
function absorb(ctx: Ctx, object: SObject, loser: Row, winnerId: string, losers: readonly string[]): void {
  // What an admin made points at the winner as well.
  const made = object.children.filter(({ child, field }) => ctx.store.schema.find(child)?.byName.get(field.toLowerCase())?.custom);
  for (const [name, field] of [...(children[object.name] ?? []), ...made.map((one) => [one.child, one.field] as const)]) {
    const child = ctx.store.schema.named(name);
    for (const row of ctx.store.select(`SELECT * FROM "${name}" WHERE "${field}" = ? AND "IsDeleted" = 0`, [loser['Id'] ?? null]))
      if (name === 'CampaignMember' && isMember(ctx, field, winnerId, row))
        applyChange(ctx, child, row, { ...row, IsDeleted: 1 }, 'delete');
      else if (!losers.includes(String(row['Id'])) && !(name === 'Contact' && isPerson(row)))
        applyChange(ctx, child, row, settled(ctx, child, row, { [field]: winnerId }), 'update');
  }
  moveRelations(ctx.store, loser['Id'] ?? null, winnerId);
  applyChange(ctx, object, loser, { ...loser, IsDeleted: 1, MasterRecordId: winnerId }, 'delete');
}

/**
 * Handing a record over on the screen takes along what a change by API leaves: open tasks, and of an account its owner's contacts and open
 * deals [D Help account_owner_transfer; C for tasks].
 */
export const changeOwner = (ctx: Ctx, object: SObject, id: string, ownerId: string): Work<void> =>
  whole(ctx, function* () {
    const before = living(ctx, object, id);
    yield* updateRow(ctx, object, id, { OwnerId: ownerId });
    const former: Value = before['OwnerId'] ?? null;
    const handOver = function* (name: string, field: string, open: string): Work<void> {
      const rows = ctx.store.select(`SELECT "Id" FROM "${name}" WHERE "${field}" = ? AND "OwnerId" = ? AND "IsDeleted" = 0${open}`, [
        id,
        former,
      ]);
      for (const row of rows) yield* updateRow(ctx, ctx.store.schema.named(name), String(row['Id']), { OwnerId: ownerId });
    };
    if (object.name === 'Contact' || object.name === 'Lead') yield* handOver('Task', 'WhoId', ' AND "IsClosed" = 0');
    if (object.name !== 'Account') return;
    yield* handOver('Task', 'WhatId', ' AND "IsClosed" = 0');
    yield* handOver('Contact', 'AccountId', '');
    yield* handOver('Opportunity', 'AccountId', ' AND "IsClosed" = 0');
  });
