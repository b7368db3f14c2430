import { idFor } from './ids.ts';
import { seedRights } from './rights/grants.ts';
import type { SObject } from './schema.ts';
import type { Row, Store, Value } from './store.ts';
import { wholeSecond } from './values.ts';

// The company the org belongs to. Same ids every time, so that a story told today reads the same tomorrow.

const user = (n: number) => idFor('005', n);
export const organizationId = idFor('00D', 1);
/** The user programs run as (the app's run-as user). Its zone decides what TODAY means in SOQL. */
export const integrationUserId = user(1);

const people: readonly [first: string, last: string, zone: string, extension: string, active?: boolean][] = [
  ['Anna', 'Nowak', 'Europe/Warsaw', '101'],
  ['Haruto', 'Sato', 'Asia/Tokyo', '102'],
  ['Olena', 'Kovalenko', 'Europe/Kyiv', '103'],
  ['James', 'Miller', 'America/New_York', '104'],
  ['Camille', 'Laurent', 'Europe/Paris', '105'],
  ['Piotr', 'Zielinski', 'Europe/Warsaw', '106'],
  ['Marek', 'Wozniak', 'Europe/Warsaw', '107', false],
];
const agentIds = people.map((_, place) => user(place + 2));

function addTo(store: Store, nowMs: number): (name: string, given: Row) => string {
  const at = wholeSecond(nowMs);
  return (name, given) => {
    const object = store.schema.named(name);
    const { n, id } = store.newId(object);
    store.insert(object, n, { ...empty(object), ...given, Id: id, ...audit(object, at) });
    return id;
  };
}

/** The company, unless it is there, and what an org of an older file has not yet. */
export function seedOrg(store: Store, nowMs: number): void {
  if (store.meta('seeded') === undefined) seedCompany(store, nowMs);
  seedLeadStatuses(store, nowMs);
  seedCaseStatuses(store, nowMs);
  seedStages(store, nowMs);
  if (store.schema.features.personAccounts) seedRecordTypes(store, nowMs);
  seedRights(store, nowMs, [integrationUserId]);
}

/** The two kinds of account an org with person accounts has at least. What was there before is a company. */
function seedRecordTypes(store: Store, nowMs: number): void {
  if (store.count('SELECT COUNT(*) AS count FROM "RecordType"') > 0) return;
  const add = addTo(store, nowMs);
  const type = { SobjectType: 'Account', IsActive: 1, NamespacePrefix: null, Description: null };
  const business = add('RecordType', { ...type, Name: 'Business Account', DeveloperName: 'Business_Account', IsPersonType: 0 });
  add('RecordType', { ...type, Name: 'Person Account', DeveloperName: 'PersonAccount', IsPersonType: 1 });
  store.run('UPDATE "Account" SET "RecordTypeId" = ?', [business]);
}

function seedLeadStatuses(store: Store, nowMs: number): void {
  if (store.count('SELECT COUNT(*) AS count FROM "LeadStatus"') > 0) return;
  const add = addTo(store, nowMs);
  for (const [place, [label, isDefault, isConverted]] of (
    [
      ['Open - Not Contacted', 1, 0],
      ['Working - Contacted', 0, 0],
      ['Closed - Converted', 0, 1],
      ['Closed - Not Converted', 0, 0],
    ] as const
  ).entries())
    add('LeadStatus', { MasterLabel: label, ApiName: label, SortOrder: place + 1, IsDefault: isDefault, IsConverted: isConverted });
}

/** Those of the recorded picklist; Closed closes. */
function seedCaseStatuses(store: Store, nowMs: number): void {
  if (store.count('SELECT COUNT(*) AS count FROM "CaseStatus"') > 0) return;
  const add = addTo(store, nowMs);
  for (const [place, label] of ['New', 'Working', 'Escalated', 'Closed'].entries())
    add('CaseStatus', {
      MasterLabel: label,
      ApiName: label,
      SortOrder: place + 1,
      IsDefault: label === 'New' ? 1 : 0,
      IsClosed: label === 'Closed' ? 1 : 0,
    });
}

/** The stages of a new org with their probabilities and forecast categories [K]. */
function seedStages(store: Store, nowMs: number): void {
  if (store.count('SELECT COUNT(*) AS count FROM "OpportunityStage"') > 0) return;
  const add = addTo(store, nowMs);
  for (const [place, [label, probability, category]] of (
    [
      ['Prospecting', 10, 'Pipeline'],
      ['Qualification', 10, 'Pipeline'],
      ['Needs Analysis', 20, 'Pipeline'],
      ['Value Proposition', 50, 'Pipeline'],
      ['Id. Decision Makers', 60, 'Pipeline'],
      ['Perception Analysis', 70, 'Pipeline'],
      ['Proposal/Price Quote', 75, 'Best Case'],
      ['Negotiation/Review', 90, 'Commit'],
      ['Closed Won', 100, 'Closed'],
      ['Closed Lost', 0, 'Omitted'],
    ] as const
  ).entries())
    add('OpportunityStage', {
      MasterLabel: label,
      ApiName: label,
      IsActive: 1,
      SortOrder: place + 1,
      IsClosed: label.startsWith('Closed') ? 1 : 0,
      IsWon: label === 'Closed Won' ? 1 : 0,
      // The two say one thing: BestCase is the name of Best Case [D object reference, OpportunityStage].
      ForecastCategory: category === 'Best Case' ? 'BestCase' : category === 'Commit' ? 'Forecast' : category,
      ForecastCategoryName: category,
      DefaultProbability: probability,
    });
}

function seedCompany(store: Store, nowMs: number): void {
  const at = wholeSecond(nowMs);
  const add = addTo(store, nowMs);

  add('Organization', {
    Name: 'Acme Example',
    OrganizationType: 'Enterprise Edition',
    InstanceName: 'STAND',
    TimeZoneSidKey: 'Europe/Warsaw',
    DefaultLocaleSidKey: 'en_US',
    LanguageLocaleKey: 'en_US',
    IsSandbox: 0,
    Country: 'PL',
  });
  const person = (first: string, last: string, zone: string, extension: Value, active: boolean): Row => {
    const name = `${first}.${last}`.toLowerCase();
    return {
      FirstName: first,
      LastName: last,
      Name: `${first} ${last}`,
      Username: `${name}@acme.example`,
      Email: `${name}@acme.example`,
      Alias: last.slice(0, 8).toLowerCase(),
      CommunityNickname: name,
      IsActive: active ? 1 : 0,
      TimeZoneSidKey: zone,
      LocaleSidKey: 'en_US',
      LanguageLocaleKey: 'en_US',
      EmailEncodingKey: 'UTF-8',
      UserType: 'Standard',
      Extension: extension,
    };
  };
  add('User', person('Integration', 'User', 'Europe/Warsaw', null, true));
  for (const [first, last, zone, extension, active] of people) add('User', person(first, last, zone, extension, active ?? true));

  for (const [name, developerName] of [
    ['Missed Calls', 'Missed_Calls'],
    ['Support Callbacks', 'Support_Callbacks'],
  ] as const) {
    const queueId = add('Group', { Name: name, DeveloperName: developerName, Type: 'Queue', OwnerId: integrationUserId, Email: null });
    add('QueueSobject', { QueueId: queueId, SobjectType: 'Task' });
  }
  const leads = add('Group', { Name: 'New Leads', DeveloperName: 'New_Leads', Type: 'Queue', OwnerId: integrationUserId }); // a queue, but not for tasks
  add('QueueSobject', { QueueId: leads, SobjectType: 'Lead' });
  add('Group', { Name: 'Everyone', DeveloperName: 'Everyone', Type: 'Regular', OwnerId: integrationUserId });

  for (const [place, [label, isDefault, isClosed]] of (
    [
      ['Not Started', 1, 0],
      ['In Progress', 0, 0],
      ['Completed', 0, 1],
      ['Waiting on someone else', 0, 0],
      ['Deferred', 0, 0],
    ] as const
  ).entries())
    add('TaskStatus', { MasterLabel: label, ApiName: label, SortOrder: place + 1, IsDefault: isDefault, IsClosed: isClosed });
  for (const [place, [label, isDefault, isHigh]] of (
    [
      ['High', 0, 1],
      ['Normal', 1, 0],
      ['Low', 0, 0],
    ] as const
  ).entries())
    add('TaskPriority', { MasterLabel: label, ApiName: label, SortOrder: place + 1, IsDefault: isDefault, IsHighPriority: isHigh });
  const [anna = '', haruto = '', olena = '', james = '', camille = '', piotr = ''] = agentIds;
  const bakery = add('Account', {
    Name: 'Piekarnia Złoty Kłos',
    Phone: '+48 22 123 45 67',
    OwnerId: anna,
    BillingCity: 'Warszawa',
    BillingCountry: 'Poland',
  });
  const sake = add('Account', {
    Name: '株式会社さくら酒造',
    Phone: '03-1234-5678',
    OwnerId: haruto,
    BillingCity: '東京',
    BillingCountry: 'Japan',
  });
  const mill = add('Account', {
    Name: 'Harbor & Mill "Supply"',
    Phone: '(415) 555-0134',
    OwnerId: james,
    BillingCity: 'Portland',
    BillingCountry: 'USA',
  });
  const atelier = add('Account', {
    Name: 'Atelier Dubois',
    Phone: '01 42 68 53 00',
    OwnerId: camille,
    BillingCity: 'Paris',
    BillingCountry: 'France',
  });

  const contact = (first: string, last: string, accountId: Value, owner: string, more: Row): string =>
    add('Contact', { FirstName: first, LastName: last, Name: `${first} ${last}`, AccountId: accountId, OwnerId: owner, ...more });
  contact('Ewa', 'Kowalczyk', bakery, anna, { MobilePhone: '+48601234567', Phone: '22 123 45 67', Email: 'ewa@zloty-klos.example' });
  contact('Tomasz', 'Wiśniewski', bakery, piotr, { MobilePhone: '601 234 568', Email: 'tomasz@zloty-klos.example' });
  contact('美咲', '田中', sake, haruto, { MobilePhone: '090-1234-5678', Email: 'tanaka@sakura.example' });
  contact('Grace', "O'Neil", mill, james, { MobilePhone: '(415) 555-0199', Phone: '415.555.0134', Email: 'grace@harbormill.example' });
  contact('Luc', 'Dubois', atelier, camille, { MobilePhone: '+33 6 12 34 56 78', Email: 'luc@dubois.example' });
  contact('Iryna', 'Shevchenko', null, olena, { MobilePhone: '+380 67 123 4567', Email: 'iryna@freelance.example' });

  const lead = (first: Value, last: string, company: string, owner: string, more: Row): string =>
    add('Lead', {
      FirstName: first,
      LastName: last,
      Name: [first, last].filter((part) => part !== null).join(' '),
      Company: company,
      OwnerId: owner,
      Status: 'Open - Not Contacted',
      ...more,
    });
  lead('Kenji', 'Suzuki', 'Suzuki Denki', haruto, { Phone: '+81 3 9876 5432' });
  lead('Zofia', 'Mazur', 'Mazur Logistyka', piotr, { MobilePhone: '+48 502 345 678', Email: 'zofia@mazur.example' });
  lead(null, '+380501112233', 'Unknown caller', olena, { Phone: '+380501112233' });

  const ticket = store.schema.named('Case');
  const caseNumber = store.newId(ticket);
  store.insert(ticket, caseNumber.n, {
    ...empty(ticket),
    Id: caseNumber.id,
    CaseNumber: '00001001',
    Subject: 'Oven arrived without its door',
    Status: 'New',
    Priority: 'Medium',
    Origin: 'Phone',
    AccountId: bakery,
    OwnerId: anna,
    ...audit(ticket, at),
  });
  add('Opportunity', {
    Name: 'Second bakery oven',
    StageName: 'Proposal/Price Quote',
    CloseDate: '2027-01-31',
    AccountId: bakery,
    OwnerId: anna,
    Amount: 48000,
  });
  store.setMeta('seeded', String(at));
}

const empty = (object: SObject): Row =>
  Object.fromEntries(object.fields.map((field) => [field.name, field.type === 'boolean' ? (field.defaultValue === 'true' ? 1 : 0) : null]));

const audit = (object: SObject, at: number): Row => ({
  ...(object.byName.has('createddate') ? { CreatedDate: at } : {}),
  ...(object.byName.has('createdbyid') ? { CreatedById: integrationUserId } : {}),
  ...(object.byName.has('lastmodifieddate') ? { LastModifiedDate: at, LastModifiedById: integrationUserId } : {}),
  SystemModstamp: at,
});
