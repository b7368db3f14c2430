import { integrationUserId } from '../seed.ts';
import { asContact, recordTypeId } from '../person-accounts.ts';
import type { Row, Store } from '../store.ts';
import { wholeSecond } from '../values.ts';
import { pick } from './numbers.ts';
import { planBlock, shares, type WrittenPhone } from './plan.ts';

export type FillOrder = {
  readonly people: number;
  readonly seed: number;
  /** They came in just now, as by an import. Otherwise over the last five years. */
  readonly fresh: boolean;
};
export type Filled = {
  people: number;
  contacts: number;
  leads: number;
  personAccounts: number;
  accounts: number;
  converted: number;
  deleted: number;
  merged: number;
  /** Phone fields with something in them, and those that hold a number. */
  fields: number;
  numbers: number;
};

/** The ranges of the smallest kind of number last so long. */
export const mostPeople = 5_000_000;
const historyMs = 5 * 365 * 86_400_000;
/** Below this, and below a quarter of who is there, the indexes are not worth building anew. */
const manyPeople = 20_000;
/** So many at a time; programs wait no longer than these take. */
const atOnce = 250;

/**
 * Puts people into the org, some at a time; yields how many are there. Who they are depends on the seed and on how many were put in
 * before, so a second fill brings other people. What each phone field means stands on the record itself: Description says it as JSON,
 * `{"Phone":["+48223071234"]}`.
 */
export function* fillPeople(store: Store, order: FillOrder, now: () => number): Generator<number, Filled> {
  const there = store.count('SELECT coalesce(max(n), 0) AS count FROM "Contact"');
  const many = order.people >= manyPeople && order.people * 4 > there;
  if (many) store.dropIndexes();
  try {
    return yield* fill(store, order, now);
  } finally {
    store.commit();
    if (many) store.createIndexes();
  }
}

function* fill(store: Store, { people, seed, fresh }: FillOrder, now: () => number): Generator<number, Filled> {
  const filled: Filled = {
    people: 0,
    contacts: 0,
    leads: 0,
    personAccounts: 0,
    accounts: 0,
    converted: 0,
    deleted: 0,
    merged: 0,
    fields: 0,
    numbers: 0,
  };
  const ids = (sql: string) => store.select(sql).map((row) => String(row['Id']));
  const agents = ids(`SELECT "Id" FROM "User" WHERE "IsActive" = 1 AND "Id" <> '${integrationUserId}'`);
  const queues = ids(`SELECT "QueueId" AS "Id" FROM "QueueSobject" WHERE "SobjectType" = 'Lead'`);
  const ownerAt = (roll: number) => (agents.length > 0 ? pick(agents, roll) : integrationUserId);
  const leadOwnerAt = (roll: number) => (queues.length > 0 && roll * 100 < shares.leadOfAQueue ? pick(queues, 0) : ownerAt(roll));

  const { personAccounts } = store.schema.features;
  const [personType, businessType] = [recordTypeId(store, true), recordTypeId(store, false)];
  const loaderOf = (name: string, columns: string) =>
    store.loader(
      store.schema.named(name),
      `${columns} OwnerId CreatedDate CreatedById LastModifiedDate LastModifiedById SystemModstamp`.split(' '),
    );
  const human = 'FirstName LastName Name IsDeleted Phone';
  const ofContact = `${human} AccountId Email MailingCity MailingCountry MobilePhone HomePhone OtherPhone`;
  const addCompany = loaderOf(
    'Account',
    `Name BillingCity BillingCountry Website Phone Description${personAccounts ? ' RecordTypeId' : ''}`,
  );
  const addContact = loaderOf('Contact', `${ofContact} Description MasterRecordId`);
  const addLead = loaderOf(
    'Lead',
    `${human} Description Email Company City Country Status MobilePhone IsConverted ConvertedDate ConvertedAccountId ConvertedContactId`,
  );
  const addPerson = personAccounts
    ? {
        account: loaderOf(
          'Account',
          `${human} Description RecordTypeId IsPersonAccount PersonEmail PersonMailingCity PersonMailingCountry PersonMobilePhone PersonHomePhone PersonOtherPhone`,
        ),
        contact: loaderOf('Contact', `${ofContact} IsPersonAccount`),
      }
    : undefined;
  const account = store.schema.named('Account');

  const began = wholeSecond(now());
  /** The fields as they are written, and what they mean. */
  const told = (phones: readonly WrittenPhone[]): Row => {
    filled.fields += phones.length;
    for (const { numbers } of phones) filled.numbers += numbers.length;
    return {
      ...Object.fromEntries(phones.map(({ field, text }) => [field, text])),
      Description: phones.length > 0 ? JSON.stringify(Object.fromEntries(phones.map(({ field, numbers }) => [field, numbers]))) : null,
    };
  };
  /** When somebody came in and was last changed: those who came later have higher ids. */
  const stamped = (ownerId: string, changed: number): Row => {
    const created = fresh ? wholeSecond(now()) : wholeSecond(began - historyMs * (1 - filled.people / people));
    const modified = fresh || changed < 0.6 ? created : wholeSecond(created + (began - created) * (changed - 0.6) * 2.5);
    return {
      OwnerId: ownerId,
      CreatedDate: created,
      CreatedById: integrationUserId,
      LastModifiedDate: modified,
      LastModifiedById: ownerId.startsWith('005') ? ownerId : integrationUserId,
      SystemModstamp: modified,
    };
  };

  for (let block = Number(store.meta('peopleBlocks') ?? 0); filled.people < people; block += 1) {
    const plan = planBlock(seed, block, personAccounts);
    const left = plan.people.slice(0, people - filled.people);
    const staffed = new Set(left.map((person) => person.account));
    const companies = plan.accounts.map(({ name, city, country, owner, phones }, place) => {
      if (!staffed.has(place)) return null;
      filled.accounts += 1;
      const website = `https://www.${name.plain}.example`;
      const where = { BillingCity: city, BillingCountry: country.name, Website: website, RecordTypeId: businessType };
      return addCompany({ Name: name.written, ...where, ...told(phones), ...stamped(ownerAt(owner), 0) });
    });
    /** Where each of the block ended up, for those who are merged or converted into him. */
    const homes: { contactId: string; accountId: string | null }[] = [];
    for (const { kind, first, last, city, country, email, company, status, ...person } of left) {
      const { fate } = person;
      const into = person.into === undefined ? undefined : homes[person.into];
      const accountId = person.account === undefined ? null : (companies[person.account] ?? null);
      const self = {
        FirstName: first.written,
        LastName: last.written,
        Name: `${first.written} ${last.written}`,
        IsDeleted: fate === 'deleted' || fate === 'merged' ? 1 : 0,
        ...told(person.phones),
        ...stamped(kind === 'lead' ? leadOwnerAt(person.owner) : ownerAt(person.owner), person.changed),
      };
      const home = { contactId: '', accountId };
      switch (kind) {
        case 'lead':
          addLead({
            ...self,
            Email: email,
            Company: company.written,
            City: city,
            Country: country.name,
            Status: into ? 'Closed - Converted' : status,
            IsConverted: into ? 1 : 0,
            ConvertedDate: into ? new Date(began).toISOString().slice(0, 10) : null,
            ConvertedAccountId: into?.accountId ?? null,
            ConvertedContactId: into?.contactId ?? null,
          });
          filled.leads += 1;
          if (into) filled.converted += 1;
          break;
        case 'contact':
          home.contactId = addContact({
            ...self,
            AccountId: accountId,
            Email: email,
            MailingCity: city,
            MailingCountry: country.name,
            MasterRecordId: into?.contactId ?? null,
          });
          filled.contacts += 1;
          if (into) filled.merged += 1;
          break;
        case 'person-account': {
          if (!addPerson) throw new Error('This org has no person accounts');
          const mail = { PersonEmail: email, PersonMailingCity: city, PersonMailingCountry: country.name };
          const own = addPerson.account({ ...self, ...mail, RecordTypeId: personType, IsPersonAccount: 1 });
          home.contactId = addPerson.contact({ ...asContact(store.schema, { ...self, ...mail, Id: own }), ...self, Email: email });
          store.update(account, own, { PersonContactId: home.contactId });
          filled.personAccounts += 1;
          break;
        }
      }
      if (fate === 'deleted') filled.deleted += 1;
      homes.push(home);
      filled.people += 1;
      if (filled.people % atOnce === 0 && filled.people < people) yield filled.people;
    }
    store.setMeta('peopleBlocks', String(block + 1));
    yield filled.people;
  }
  return filled;
}

/** One sentence. */
export function told(filled: Filled, seconds: number): string {
  const n = (count: number) => count.toLocaleString('en');
  return `${n(filled.people)} people in ${seconds.toFixed(1)} s: ${n(filled.contacts)} contacts (${n(filled.merged)} merged away), ${n(filled.leads)} leads (${n(filled.converted)} converted), ${n(filled.personAccounts)} person accounts, ${n(filled.deleted)} of them deleted, and ${n(filled.accounts)} companies; ${n(filled.numbers)} numbers in ${n(filled.fields)} phone fields.`;
}
