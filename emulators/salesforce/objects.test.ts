import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { seeded, testOrg, type Reply, type TestOrg } from './testing/test-org.ts';

// Objects beside the oldest ones: events, campaigns and their members, contacts of deals, and objects an admin makes.

let org: TestOrg;
beforeAll(async () => {
  org = await testOrg({ clock: () => Date.parse('2026-11-21T09:00:00Z') });
});
afterAll(() => org.stop());

const errorOf = (reply: Reply) => (reply.body as { errorCode: string; message: string; fields?: string[] }[])[0];
const make = async (object: string, fields: Record<string, unknown>): Promise<string> => {
  const reply = await org.call('POST', `/sobjects/${object}`, fields);
  if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
  return (reply.body as { id: string }).id;
};
const get = async (object: string, id: string) => (await org.call('GET', `/sobjects/${object}/${id}`)).body as Record<string, unknown>;
type Described = { name: string; fields: Record<string, unknown>[]; childRelationships: Record<string, unknown>[] } & Record<
  string,
  unknown
>;
const described = async (object: string) => (await org.call('GET', `/sobjects/${object}/describe`)).body as Described;

describe('events', () => {
  test('the end follows from the length, the day from the start', async () => {
    const id = await make('Event', {
      Subject: 'Call back',
      StartDateTime: '2026-11-23T23:30:00Z',
      DurationInMinutes: 45,
      WhoId: seeded.ewa,
    });
    expect(await get('Event', id)).toMatchObject({
      ActivityDateTime: '2026-11-23T23:30:00.000+0000',
      ActivityDate: '2026-11-23',
      EndDateTime: '2026-11-24T00:15:00.000+0000',
      EndDate: '2026-11-24',
      AccountId: seeded.bakery,
      ShowAs: 'Busy',
      EventSubtype: 'Event',
      OwnerId: seeded.integration,
    });
  });
  test('the length follows from the end, and a moved event keeps it', async () => {
    const id = await make('Event', { ActivityDateTime: '2026-11-23T10:00:00Z', EndDateTime: '2026-11-23T11:30:00Z' });
    expect(await get('Event', id)).toMatchObject({ DurationInMinutes: 90, StartDateTime: '2026-11-23T10:00:00.000+0000' });
    await org.call('PATCH', `/sobjects/Event/${id}`, { StartDateTime: '2026-11-24T10:00:00Z' });
    expect(await get('Event', id)).toMatchObject({ EndDateTime: '2026-11-24T11:30:00.000+0000', DurationInMinutes: 90 });
    await org.call('PATCH', `/sobjects/Event/${id}`, { DurationInMinutes: 15 });
    expect(await get('Event', id)).toMatchObject({ EndDateTime: '2026-11-24T10:15:00.000+0000' });
  });
  test('a whole day is a day unless told otherwise', async () => {
    const id = await make('Event', { IsAllDayEvent: true, ActivityDate: '2026-11-23' });
    expect(await get('Event', id)).toMatchObject({
      DurationInMinutes: 1440,
      StartDateTime: '2026-11-23T00:00:00.000+0000',
      EndDate: '2026-11-23',
    });
    const two = await make('Event', { IsAllDayEvent: true, ActivityDate: '2026-11-23', DurationInMinutes: 2880 });
    expect(await get('Event', two)).toMatchObject({ EndDateTime: '2026-11-24T00:00:00.000+0000' });
  });
  test.each([
    [{ StartDateTime: '2026-11-23T10:00:00Z' }, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [DurationInMinutes]'],
    [{ DurationInMinutes: 30 }, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [ActivityDateTime]'],
    [{ IsAllDayEvent: true }, 'REQUIRED_FIELD_MISSING', 'Required fields are missing: [ActivityDate]'],
    [{ StartDateTime: '2026-11-23T10:00:00Z', EndDateTime: '2026-11-23T09:00:00Z' }, 'FIELD_INTEGRITY_EXCEPTION', 'negative'],
    [{ StartDateTime: '2026-11-23T10:00:00Z', DurationInMinutes: 15 * 1440 }, 'FIELD_INTEGRITY_EXCEPTION', '14 days'],
    [
      { StartDateTime: '2026-11-23T10:00:00Z', DurationInMinutes: 5, EndDateTime: '2026-11-23T11:00:00Z' },
      'FIELD_INTEGRITY_EXCEPTION',
      'agree',
    ],
    [
      { StartDateTime: '2026-11-23T10:00:00Z', DurationInMinutes: 5, OwnerId: seeded.taskQueue },
      'FIELD_INTEGRITY_EXCEPTION',
      'id value of incorrect type',
    ],
    [
      { StartDateTime: '2026-11-23T10:00:00Z', DurationInMinutes: 5, WhoId: seeded.kenji, WhatId: seeded.bakery },
      'FIELD_INTEGRITY_EXCEPTION',
      'lead',
    ],
    [
      { StartDateTime: '2026-11-23T10:00:00Z', DurationInMinutes: 5, IsPrivate: true, WhoId: seeded.ewa },
      'FIELD_INTEGRITY_EXCEPTION',
      'private',
    ],
  ])('%j: %s', async (fields, code, words) => {
    expect(errorOf(await org.call('POST', '/sobjects/Event', fields))).toMatchObject({
      errorCode: code,
      message: expect.stringContaining(words) as string,
    });
  });
  test('a unique field of activities is one for tasks and events', async () => {
    await make('Task', { Cordboard_Name__c: 'both' });
    const reply = await org.call('POST', '/sobjects/Event', {
      StartDateTime: '2026-11-23T10:00:00Z',
      DurationInMinutes: 5,
      Cordboard_Name__c: 'BOTH',
    });
    expect(errorOf(reply)).toMatchObject({
      errorCode: 'DUPLICATE_VALUE',
      message: expect.stringMatching(/Cordboard_Name__c duplicates value on record with id: 00T/) as string,
    });
  });
});

describe('campaigns', () => {
  test('a new one has two states, and its members start in the first', async () => {
    const campaign = await make('Campaign', { Name: 'Autumn', Status: 'In Progress' });
    const states = (
      await org.query(`SELECT Label, IsDefault, HasResponded FROM CampaignMemberStatus WHERE CampaignId = '${campaign}' ORDER BY SortOrder`)
    ).records;
    expect(states.map(({ Label, IsDefault, HasResponded }) => [Label, IsDefault, HasResponded])).toEqual([
      ['Sent', true, false],
      ['Responded', false, true],
    ]);
    const member = await make('CampaignMember', { CampaignId: campaign, ContactId: seeded.ewa });
    expect(await get('CampaignMember', member)).toMatchObject({
      Status: 'Sent',
      HasResponded: false,
      FirstRespondedDate: null,
      Name: 'Ewa Kowalczyk',
      MobilePhone: '+48601234567',
      CompanyOrAccount: 'Piekarnia Złoty Kłos',
      Type: 'Contact',
      LeadOrContactId: seeded.ewa,
    });
    await org.call('PATCH', `/sobjects/CampaignMember/${member}`, { Status: 'Responded' });
    expect(await get('CampaignMember', member)).toMatchObject({ HasResponded: true, FirstRespondedDate: '2026-11-21' });
    await make('CampaignMember', { CampaignId: campaign, LeadId: seeded.kenji });
    expect(await get('Campaign', campaign)).toMatchObject({ NumberOfContacts: 1, NumberOfLeads: 1, NumberOfResponses: 1 });
  });
  test('a member shows who he is now', async () => {
    const campaign = await make('Campaign', { Name: 'Winter' });
    const lead = await make('Lead', { LastName: 'Ito', Company: 'Ito Inc', Phone: '1' });
    const member = await make('CampaignMember', { CampaignId: campaign, LeadId: lead });
    await org.call('PATCH', `/sobjects/Lead/${lead}`, { Phone: '2', FirstName: 'Ken' });
    expect(await get('CampaignMember', member)).toMatchObject({ Phone: '2', Name: 'Ken Ito', CompanyOrAccount: 'Ito Inc', Type: 'Lead' });
    expect(errorOf(await org.call('PATCH', `/sobjects/CampaignMember/${member}`, { Phone: '3' }))).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    });
  });
  test('nobody is a member twice, until he is taken out', async () => {
    const campaign = await make('Campaign', { Name: 'Twice' });
    const member = await make('CampaignMember', { CampaignId: campaign, ContactId: seeded.ewa });
    const again = () => org.call('POST', '/sobjects/CampaignMember', { CampaignId: campaign, ContactId: seeded.ewa });
    expect(errorOf(await again())).toMatchObject({ errorCode: 'DUPLICATE_VALUE', message: 'Already a campaign member.' });
    await org.call('DELETE', `/sobjects/CampaignMember/${member}`);
    expect((await again()).status).toBe(201);
    expect(await get('Campaign', campaign)).toMatchObject({ NumberOfContacts: 1 });
    expect((await org.call('POST', '/sobjects/CampaignMember', { CampaignId: campaign })).status).toBe(400);
  });
  test('a task may be about one', async () => {
    const campaign = await make('Campaign', { Name: 'About' });
    const task = await make('Task', { WhatId: campaign, WhoId: seeded.ewa });
    expect((await org.query(`SELECT What.Type, What.Name FROM Task WHERE Id = '${task}'`)).records).toMatchObject([
      { What: { Type: 'Campaign', Name: 'About' } },
    ]);
    await org.call('DELETE', `/sobjects/Campaign/${campaign}`);
    expect(await get('Task', task)).toMatchObject({ WhatId: null, WhoId: seeded.ewa });
  });
});

describe('what people do on the screens', () => {
  test('a converted lead’s events and memberships are the contact’s', async () => {
    const campaign = await make('Campaign', { Name: 'Converted' });
    const lead = await make('Lead', { LastName: 'Ueda', Company: 'Ueda Inc' });
    const member = await make('CampaignMember', { CampaignId: campaign, LeadId: lead });
    const event = await make('Event', { StartDateTime: '2026-11-23T10:00:00Z', DurationInMinutes: 5, WhoId: lead });
    const { contactId } = (await org.control('POST', '/as-human', { action: 'convert', object: 'Lead', id: lead })).body as {
      contactId: string;
    };
    expect(await get('Event', event)).toMatchObject({ WhoId: contactId });
    expect(await get('CampaignMember', member)).toMatchObject({ LeadId: lead, ContactId: contactId, Type: 'Contact' });
    expect(await get('Campaign', campaign)).toMatchObject({ NumberOfConvertedLeads: 1 });
  });
  test('of two merged contacts one stays a member and a deal’s contact', async () => {
    const campaign = await make('Campaign', { Name: 'Merged' });
    const [winner, loser] = [await make('Contact', { LastName: 'W' }), await make('Contact', { LastName: 'L' })];
    for (const ContactId of [winner, loser]) await make('CampaignMember', { CampaignId: campaign, ContactId });
    const deal = await make('Opportunity', { Name: 'm', StageName: 'Prospecting', CloseDate: '2027-05-01', ContactId: loser });
    expect((await org.control('POST', '/as-human', { action: 'merge', object: 'Contact', id: winner, losers: [loser] })).status).toBe(200);
    expect((await org.query(`SELECT ContactId FROM CampaignMember WHERE CampaignId = '${campaign}'`)).records).toMatchObject([
      { ContactId: winner },
    ]);
    expect(await get('Opportunity', deal)).toMatchObject({ ContactId: winner });
  });
});

describe('deals and cases', () => {
  test('one primary contact: the newest', async () => {
    const deal = await make('Opportunity', { Name: 'x', StageName: 'Prospecting', CloseDate: '2027-05-01', ContactId: seeded.ewa });
    const roles = async () =>
      (
        await org.query(`SELECT Id, ContactId, IsPrimary FROM OpportunityContactRole WHERE OpportunityId = '${deal}' ORDER BY Id`)
      ).records.map((row) => [row['ContactId'], row['IsPrimary']]);
    expect(await roles()).toEqual([[seeded.ewa, true]]);
    await make('OpportunityContactRole', { OpportunityId: deal, ContactId: seeded.tomasz, IsPrimary: true, Role: 'Decision Maker' });
    expect(await roles()).toEqual([
      [seeded.ewa, false],
      [seeded.tomasz, true],
    ]);
    expect(await get('Opportunity', deal)).toMatchObject({ ContactId: seeded.tomasz });
    expect(errorOf(await org.call('PATCH', `/sobjects/Opportunity/${deal}`, { ContactId: seeded.ewa }))).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    });
    // The query the facts give for a contact's open deals.
    expect(
      (
        await org.query(
          `SELECT OpportunityId, Opportunity.Name FROM OpportunityContactRole WHERE ContactId = '${seeded.tomasz}' AND Opportunity.IsClosed = false ORDER BY IsPrimary DESC, Opportunity.LastModifiedDate DESC`,
        )
      ).records,
    ).toMatchObject([{ OpportunityId: deal, Opportunity: { Name: 'x' } }]);
  });
  test('the stage says what a deal is worth and when it is over', async () => {
    const deal = await make('Opportunity', { Name: 'y', StageName: 'Negotiation/Review', CloseDate: '2027-05-01', Amount: 200 });
    expect(await get('Opportunity', deal)).toMatchObject({
      Probability: 90,
      ExpectedRevenue: 180,
      ForecastCategoryName: 'Commit',
      IsClosed: false,
      FiscalYear: 2027,
      FiscalQuarter: 2,
      Fiscal: '2027 2',
    });
    await org.call('PATCH', `/sobjects/Opportunity/${deal}`, { StageName: 'Closed Lost' });
    expect(await get('Opportunity', deal)).toMatchObject({ Probability: 0, IsClosed: true, IsWon: false, ForecastCategoryName: 'Omitted' });
  });
  test('a case is over by what an admin’s list of statuses says', async () => {
    await org.control('POST', '/as-human', {
      action: 'create',
      object: 'CaseStatus',
      fields: { MasterLabel: 'Solved', ApiName: 'Solved', SortOrder: 9, IsClosed: true },
    });
    const id = await make('Case', { Subject: 'x', Status: 'Solved' });
    expect(await get('Case', id)).toMatchObject({ IsClosed: true, ClosedDate: '2026-11-21T09:00:00.000+0000' });
    expect((await described('Case')).fields.find((field) => field['name'] === 'Status')?.['picklistValues']).toContainEqual(
      expect.objectContaining({ value: 'Solved' }),
    );
  });
  test('an address is one thing to read, and only to read', async () => {
    const id = await make('Contact', { LastName: 'A', MailingCity: 'Łódź', MailingPostalCode: '90-001' });
    expect((await org.query(`SELECT MailingAddress, OtherAddress FROM Contact WHERE Id = '${id}'`)).records).toMatchObject([
      {
        MailingAddress: {
          city: 'Łódź',
          postalCode: '90-001',
          street: null,
          country: null,
          state: null,
          latitude: null,
          longitude: null,
          geocodeAccuracy: null,
        },
        OtherAddress: null,
      },
    ]);
    expect(errorOf(await org.call('POST', '/sobjects/Contact', { LastName: 'B', MailingAddress: { city: 'x' } }))).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    });
  });
});

describe('an object an admin makes', () => {
  beforeAll(async () => {
    const set = async (path: string, body: unknown) => {
      const reply = await org.control('POST', path, body);
      if (reply.status !== 201) throw new Error(JSON.stringify(reply.body));
    };
    await set('/objects', { name: 'Ticket__c', label: 'Ticket', nameFormat: 'T-{00000}', allowActivities: true });
    await set('/objects', { name: 'Part__c', label: 'Part', sharing: 'ReadWrite' });
    const link = { type: 'reference', label: 'Link' };
    await set('/fields', { ...link, object: 'Ticket__c', name: 'Caller__c', referenceTo: 'Contact', childrenName: 'Tickets' });
    const level = { type: 'picklist', picklist: ['Low', 'High', 'Old'], inactive: ['Old'], restricted: true, defaultValue: 'Low' };
    await set('/fields', { ...level, object: 'Ticket__c', name: 'Level__c', label: 'Level' });
    await set('/fields', {
      ...link,
      object: 'Part__c',
      name: 'Ticket__c',
      referenceTo: 'Ticket__c',
      childrenName: 'Parts',
      masterDetail: true,
    });
  });
  test('is written, read and found like any other', async () => {
    const id = await make('Ticket__c', { Caller__c: seeded.ewa });
    expect(id).toMatch(/^a00Sx/);
    expect(await get('Ticket__c', id)).toMatchObject({
      Name: expect.stringMatching(/^T-0000\d$/) as string,
      Level__c: 'Low',
      OwnerId: seeded.integration,
      IsDeleted: false,
    });
    expect((await org.query(`SELECT Name, Caller__r.Name FROM Ticket__c WHERE Caller__r.LastName = 'Kowalczyk'`)).records).toMatchObject([
      { Name: expect.stringMatching(/^T-0000\d$/) as string, Caller__r: { Name: 'Ewa Kowalczyk' } },
    ]);
    expect(errorOf(await org.call('PATCH', `/sobjects/Ticket__c/${id}`, { Name: 'x' }))).toMatchObject({
      errorCode: 'INVALID_FIELD_FOR_INSERT_UPDATE',
    });
    expect(errorOf(await org.call('PATCH', `/sobjects/Ticket__c/${id}`, { Level__c: 'Old' }))).toMatchObject({
      errorCode: 'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    });
    await make('Task', { WhatId: id });
    expect((await org.call('GET', '/sobjects')).body).toMatchObject({
      sobjects: expect.arrayContaining([
        expect.objectContaining({ name: 'Ticket__c', keyPrefix: 'a00', custom: true, createable: true }),
      ]) as unknown,
    });
  });
  test('takes its details along, and its tasks; a look-up that loses its record is empty', async () => {
    const contact = await make('Contact', { LastName: 'Gone' });
    const id = await make('Ticket__c', { Caller__c: contact });
    const part = await make('Part__c', { Name: 'Door', Ticket__c: id });
    expect(await get('Part__c', part)).not.toHaveProperty('OwnerId');
    expect(errorOf(await org.call('POST', '/sobjects/Part__c', { Name: 'x' }))).toMatchObject({
      message: 'Required fields are missing: [Ticket__c]',
    });
    await org.call('DELETE', `/sobjects/Contact/${contact}`);
    expect(await get('Ticket__c', id)).toMatchObject({ Caller__c: null });
    await org.call('DELETE', `/sobjects/Ticket__c/${id}`);
    expect((await org.query(`SELECT Id FROM Part__c WHERE Id = '${part}'`)).records).toEqual([]);
    await org.control('POST', '/as-human', { action: 'undelete', object: 'Ticket__c', id });
    expect((await org.query(`SELECT Id FROM Part__c WHERE Id = '${part}'`)).records).toHaveLength(1);
  });
  test('is described with its lists', async () => {
    const contact = await described('Contact');
    expect(contact.childRelationships).toContainEqual(
      expect.objectContaining({ childSObject: 'Ticket__c', field: 'Caller__c', relationshipName: 'Tickets__r', cascadeDelete: false }),
    );
    const ticket = await described('Ticket__c');
    expect(ticket.childRelationships).toContainEqual(
      expect.objectContaining({ childSObject: 'Part__c', relationshipName: 'Parts__r', cascadeDelete: true }),
    );
    expect(ticket.childRelationships).toContainEqual(
      expect.objectContaining({ childSObject: 'Task', field: 'WhatId', relationshipName: 'Tasks' }),
    );
    expect(ticket.fields.find((field) => field['name'] === 'Level__c')?.['picklistValues']).toMatchObject([
      { value: 'Low', active: true, defaultValue: true },
      { value: 'High' },
      { value: 'Old', active: false },
    ]);
    expect((await described('Task')).fields.find((field) => field['name'] === 'WhatId')?.['referenceTo']).toContain('Ticket__c');
  });
  test('goes with what points at it', async () => {
    await org.control('POST', '/objects', { name: 'Short__c', label: 'Short' });
    await org.control('POST', '/fields', {
      object: 'Lead',
      name: 'Short__c',
      label: 'Short',
      type: 'reference',
      referenceTo: 'Short__c',
      childrenName: 'Leads',
    });
    expect((await org.control('DELETE', '/objects/Short__c')).status).toBe(200);
    expect((await org.call('GET', '/sobjects/Short__c/describe')).status).toBe(404);
    expect(errorOf(await org.query('SELECT Short__c FROM Lead'))).toMatchObject({ errorCode: 'INVALID_FIELD' });
    // A prefix is never given twice.
    expect(await org.control('POST', '/objects', { name: 'Next__c', label: 'Next' })).toMatchObject({ body: { keyPrefix: 'a03' } });
    expect((await org.control('POST', '/objects', { name: 'no', label: 'no' })).status).toBe(400);
  });
});

describe('record types', () => {
  test('the field comes with the first one; new records get the default, and no other may be foreign', async () => {
    expect(errorOf(await org.query('SELECT RecordTypeId FROM Case'))).toMatchObject({ errorCode: 'INVALID_FIELD' });
    const type = async (fields: Record<string, unknown>) =>
      (
        (await org.control('POST', '/as-human', { action: 'create', object: 'RecordType', fields: { IsActive: true, ...fields } }))
          .body as { id: string }
      ).id;
    const support = await type({ Name: 'Support', DeveloperName: 'Support', SobjectType: 'Case' });
    const old = await type({ Name: 'Old', DeveloperName: 'Old', SobjectType: 'Case', IsActive: false });
    const id = await make('Case', { Subject: 'x' });
    expect(await get('Case', id)).toMatchObject({ RecordTypeId: support });
    expect(errorOf(await org.call('PATCH', `/sobjects/Case/${id}`, { RecordTypeId: old }))).toMatchObject({
      errorCode: 'INVALID_CROSS_REFERENCE_KEY',
      message: `Record Type ID: this ID value isn't valid for the user: ${old}`,
      fields: ['RecordTypeId'],
    });
    expect((await described('Case'))['recordTypeInfos']).toMatchObject([
      { developerName: 'Support', active: true, available: true, defaultRecordTypeMapping: true, master: false },
      { developerName: 'Old', active: false, available: false },
      { developerName: 'Master', recordTypeId: '012000000000000AAA', defaultRecordTypeMapping: false },
    ]);
  });
});

describe('definitions', () => {
  test('say what describe says', async () => {
    const { records } = await org.query(
      "SELECT QualifiedApiName, KeyPrefix, Label, InternalSharingModel FROM EntityDefinition WHERE QualifiedApiName IN ('Task', 'Account') ORDER BY QualifiedApiName",
    );
    expect(records).toMatchObject([
      { QualifiedApiName: 'Account', KeyPrefix: '001', Label: 'Account', InternalSharingModel: 'ReadWrite' },
      { QualifiedApiName: 'Task', KeyPrefix: '00T' },
    ]);
    const fields = await org.query(
      "SELECT QualifiedApiName, DataType, EntityDefinition.QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName = 'Task' AND QualifiedApiName LIKE 'Cordboard%' ORDER BY QualifiedApiName",
    );
    expect(fields.records.map((row) => [row['QualifiedApiName'], row['DataType']])).toEqual([
      ['Cordboard_Call__c', 'Text(64)'],
      ['Cordboard_Link__c', 'URL(255)'],
      ['Cordboard_Name__c', 'Text(64) (External ID) (Unique Case Insensitive)'],
      ['Cordboard_Wait_Seconds__c', 'Number(18, 0)'],
    ]);
    await org.control('POST', '/fields', { object: 'Lead', name: 'Later__c', label: 'Later', type: 'phone' });
    expect((await org.query("SELECT DataType FROM FieldDefinition WHERE DurableId = 'Lead.Later__c'")).records).toMatchObject([
      { DataType: 'Phone' },
    ]);
    expect(errorOf(await org.query('SELECT QualifiedApiName FROM FieldDefinition'))).toMatchObject({ errorCode: 'MALFORMED_QUERY' });
  });
});

describe('users and groups through the API', () => {
  const person = (n: string): Record<string, unknown> => ({
    Username: `${n}@acme.example`,
    LastName: n,
    Email: `${n}@acme.example`,
    Alias: n.slice(0, 8),
    TimeZoneSidKey: 'Europe/Warsaw',
    LocaleSidKey: 'en_US',
    EmailEncodingKey: 'UTF-8',
    LanguageLocaleKey: 'en_US',
  });
  test('a user needs a profile, and a name nobody has', async () => {
    const [profile] = (await org.query("SELECT Id, UserLicense.Name FROM Profile WHERE Name = 'Standard User'")).records;
    expect(profile).toMatchObject({ UserLicense: { Name: 'Salesforce' } });
    expect(errorOf(await org.call('POST', '/sobjects/User', person('ola')))).toMatchObject({
      message: 'Required fields are missing: [ProfileId]',
    });
    const id = await make('User', { ...person('ola'), ProfileId: profile?.['Id'] });
    expect(await get('User', id)).toMatchObject({ Name: 'ola', UserType: 'Standard', CommunityNickname: 'ola', IsActive: false });
    expect(errorOf(await org.call('POST', '/sobjects/User', { ...person('ola'), ProfileId: profile?.['Id'] }))).toMatchObject({
      errorCode: 'DUPLICATE_USERNAME',
    });
    expect((await org.call('PATCH', `/sobjects/User/${id}`, { IsActive: true, ManagerId: seeded.anna })).status).toBe(204);
    expect(errorOf(await org.call('DELETE', `/sobjects/User/${id}`))).toMatchObject({ errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY' });
  });
  test('a queue is made, given objects and members, and owns', async () => {
    const queue = await make('Group', { Name: 'Night shift', Type: 'Queue' });
    expect(await get('Group', queue)).toMatchObject({ DeveloperName: 'Night_shift' });
    expect(errorOf(await org.call('POST', '/sobjects/Task', { OwnerId: queue }))).toMatchObject({ errorCode: 'FIELD_INTEGRITY_EXCEPTION' });
    await make('QueueSobject', { QueueId: queue, SobjectType: 'Task' });
    await make('GroupMember', { GroupId: queue, UserOrGroupId: seeded.anna });
    await make('Task', { OwnerId: queue });
    expect(
      (
        await org.query(
          `SELECT Id, Name FROM Group WHERE Type = 'Queue' AND Id IN (SELECT QueueId FROM QueueSobject WHERE SobjectType = 'Task') AND Name = 'Night shift'`,
        )
      ).records,
    ).toHaveLength(1);
    expect(errorOf(await org.call('POST', '/sobjects/QueueSobject', { QueueId: seeded.group, SobjectType: 'Task' }))).toMatchObject({
      errorCode: 'FIELD_INTEGRITY_EXCEPTION',
    });
    expect(errorOf(await org.call('POST', '/sobjects/Group', { Name: 'Night shift', Type: 'Queue' }))).toMatchObject({
      errorCode: 'DUPLICATE_DEVELOPER_NAME',
    });
    expect((await org.call('DELETE', `/sobjects/Group/${queue}`)).status).toBe(204);
    expect((await org.query(`SELECT Id FROM GroupMember WHERE GroupId = '${queue}'`)).records).toEqual([]);
  });
  test('the probe of the CLI for a Dev Hub finds none', async () => {
    expect(errorOf(await org.query('SELECT Id FROM ScratchOrgInfo LIMIT 1'))).toMatchObject({ errorCode: 'INVALID_TYPE' });
  });
});
