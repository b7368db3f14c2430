import { area, del, find, get, make, mark, patch, post, type Question } from '../question.ts';

const record = area('record');
const lead = area('lead');
const person = area('person');
const task = area('task');

const duplicates = area('duplicates');

const haruko = { FirstName: 'Haruko', LastName: mark, Email: 'haruko@parity.example' };
const asked = { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=false' } };
const detected = '400 DUPLICATES_DETECTED with duplicateResult';
const twins: readonly Question[] = [
  duplicates('lead', detected, 'the same lead twice, under the standard rules', [
    make('Lead', { ...haruko, Company: mark }),
    make('Lead', { ...haruko, Company: mark }, asked),
  ]),
  duplicates('contact', detected, 'the same contact twice', [make('Contact', haruko), make('Contact', haruko, asked)]),
  duplicates('account', 'the equation of accounts', 'the same account twice', [
    make('Account', { Name: mark, Phone: '+48601555142' }),
    make('Account', { Name: mark, Phone: '+48601555142' }, asked),
  ]),
  duplicates('lead-like-contact', 'leads are compared with contacts', 'a lead like a contact', [
    make('Contact', haruko),
    make('Lead', { ...haruko, Company: mark }, asked),
  ]),
  duplicates('allowed', 'Sforce-Duplicate-Rule-Header from 52.0', 'the same lead twice, allowed by the header', [
    make('Lead', { ...haruko, Company: mark }),
    make('Lead', { ...haruko, Company: mark }, { headers: { 'Sforce-Duplicate-Rule-Header': 'allowSave=true' } }),
  ]),
  duplicates('by-phone', 'the equation of contacts and leads', 'the same name and phone, written otherwise', [
    make('Contact', { FirstName: 'Haruko', LastName: mark, Phone: '(415) 555-0143' }),
    make('Contact', { FirstName: 'Haruko', LastName: mark, Phone: '415-555-0143' }, asked),
  ]),
  duplicates('name-alone', 'the equation of contacts and leads', 'the same name alone', [
    make('Contact', { FirstName: 'Haruko', LastName: mark }),
    make('Contact', { FirstName: 'Haruko', LastName: mark }, asked),
  ]),
  duplicates('in-collection', 'a collection’s row has statusCode', 'the same contact twice, in a collection', [
    make('Contact', haruko),
    post('/composite/sobjects', { records: [{ attributes: { type: 'Contact' }, ...haruko }] }, asked),
  ]),
  duplicates('one-save', 'records of one save are not compared', 'the same contact twice in one collection', [
    post('/composite/sobjects', { records: [haruko, haruko].map((one) => ({ attributes: { type: 'Contact' }, ...one })) }, asked),
  ]),
  duplicates('on-edit', 'on an edit a rule looks only', 'a contact that becomes like another', [
    make('Contact', haruko),
    make('Contact', { ...haruko, Email: 'other@parity.example', FirstName: 'Olena' }),
    patch('/sobjects/Contact/<contact:2>', haruko, asked),
  ]),
];

const contact = make('Contact', { LastName: `${mark} A` });
const aTask = make('Task', { Subject: `${mark} A` });

export const records: readonly Question[] = [
  ...twins,
  record('create', 'create: 201', 'what a creation answers', [contact]),
  record('change', 'change and delete: 204', 'what a change answers', [
    contact,
    patch('/sobjects/Contact/<contact:1>', { FirstName: 'B' }),
  ]),
  record('delete', 'change and delete: 204', 'what a deletion answers', [contact, del('/sobjects/Contact/<contact:1>')]),
  record('deleted-again', 'deleting or changing what is deleted', 'deleting twice', [
    contact,
    del('/sobjects/Contact/<contact:1>', { aside: true }),
    del('/sobjects/Contact/<contact:1>'),
  ]),
  record('deleted-changed', 'deleting or changing what is deleted', 'changing what is deleted', [
    contact,
    del('/sobjects/Contact/<contact:1>', { aside: true }),
    patch('/sobjects/Contact/<contact:1>', { FirstName: 'B' }),
  ]),
  record('deleted-read', 'deleting or changing what is deleted', 'reading what is deleted', [
    contact,
    del('/sobjects/Contact/<contact:1>', { aside: true }),
    get('/sobjects/Contact/<contact:1>'),
  ]),
  record('deleted-in-collection', 'deleting or changing what is deleted', 'changing what is deleted, in a collection', [
    contact,
    del('/sobjects/Contact/<contact:1>', { aside: true }),
    patch('/composite/sobjects', { records: [{ attributes: { type: 'Contact' }, id: '<contact:1>', FirstName: 'B' }] }),
  ]),
  record('id-in-body', 'Id or the key in the body', 'an id in the body of a change', [
    contact,
    patch('/sobjects/Contact/<contact:1>', { Id: '<contact:1>', FirstName: 'B' }),
  ]),
  record('unknown-field', 'unknown field: INVALID_FIELD', 'a field that is none', [make('Task', { Subject: mark, Nothing__c: 1 })]),
  record('two-unknown-fields', 'unknown field: INVALID_FIELD', 'two fields that are none: which is told', [
    make('Task', { Subject: mark, Nothing__c: 1, Another__c: 2 }),
  ]),
  record('task-type', 'unknown field: INVALID_FIELD', 'whether Task.Type is there', [make('Task', { Subject: mark, Type: 'Call' })]),
  record('field-case', 'field names in any case', 'a field name in small letters', [make('Contact', { lastname: mark })]),
  record('empty-body', 'REQUIRED_FIELD_MISSING', 'what is required is missing', [make('Contact', { FirstName: mark })]),
  record('two-missing', 'REQUIRED_FIELD_MISSING', 'two required fields are missing: their order', [make('Lead', { FirstName: mark })]),
  record('required-null', 'REQUIRED_FIELD_MISSING', 'a required field emptied', [
    contact,
    patch('/sobjects/Contact/<contact:1>', { LastName: null }),
  ]),
  record('white-space', 'leading and trailing white space goes', 'white space around a value, and nothing but it', [
    make('Contact', { LastName: ` ${mark} `, FirstName: '  ' }),
    get('/sobjects/Contact/<contact:1>?fields=LastName,FirstName'),
  ]),
  record('too-long', 'STRING_TOO_LONG', 'a text that is too long', [make('Task', { Subject: mark.repeat(18) })]),
  record('two-mistakes', 'STRING_TOO_LONG', 'two mistakes in one record: which are told', [
    make('Contact', { FirstName: mark.repeat(4), Email: 'nonsense' }),
  ]),
  record('surrogates', 'length counted in UTF-16 units', 'how long a pair of surrogates is', [
    make('Contact', { LastName: mark, FirstName: '\u{1F4DE}'.repeat(21) }),
  ]),
  record('bad-email', 'INVALID_EMAIL_ADDRESS', 'an e-mail address that is none', [make('Contact', { LastName: mark, Email: 'nonsense' })]),
  record('number-out-of-range', 'NUMBER_OUTSIDE_VALID_RANGE', 'a number with too many digits', [
    make('Task', { Subject: mark, CallDurationInSeconds: 999_999_999_999 }),
  ]),
  record('number-with-fraction', 'digits in a string are taken', 'a fraction in a whole number', [
    make('Task', { Subject: mark, CallDurationInSeconds: 1.5 }),
  ]),
  record('number-as-text', 'digits in a string are taken', 'a number as text', [
    make('Task', { Subject: mark, CallDurationInSeconds: '61' }),
    get('/sobjects/Task/<task:1>?fields=CallDurationInSeconds'),
  ]),
  record('word-for-number', 'JSON_PARSER_ERROR', 'a word for a number', [make('Task', { Subject: mark, CallDurationInSeconds: 'many' })]),
  record('word-for-date', 'JSON_PARSER_ERROR', 'a word for a date', [make('Task', { Subject: mark, ActivityDate: 'soon' })]),
  record('word-for-yes', 'JSON_PARSER_ERROR', 'a word for yes or no', [make('Task', { Subject: mark, IsReminderSet: 'perhaps' })]),
  record('list-for-text', 'JSON_PARSER_ERROR', 'a list for a text', [make('Contact', { LastName: [mark] })]),
  record('not-json', 'JSON_PARSER_ERROR', 'a body that is no JSON', [
    post('/sobjects/Contact', `{"LastName": "${mark}"`, { headers: { 'content-type': 'application/json' } }),
  ]),
  record('list-for-record', 'JSON_PARSER_ERROR', 'a list where a record belongs', [post('/sobjects/Contact', [{ LastName: mark }])]),
  record('read-only', 'INVALID_FIELD_FOR_INSERT_UPDATE', 'a field nobody may write', [make('Task', { Subject: mark, IsClosed: true })]),
  record('audit-field', 'INVALID_FIELD_FOR_INSERT_UPDATE', 'the time of creation', [
    make('Contact', { LastName: mark, CreatedDate: '2031-01-01T00:00:00Z' }),
  ]),
  record('whole-seconds', 'times have whole seconds', 'fractions of seconds', [
    make('Task', { Subject: mark, IsReminderSet: true, ReminderDateTime: '2031-01-01T09:00:00.789Z' }),
    get('/sobjects/Task/<task:1>?fields=ReminderDateTime,CreatedDate'),
  ]),
  record(
    'record-type',
    'RecordTypeId must be an active',
    'a record type that is none',
    [make('Account', { Name: mark, RecordTypeId: '012000000000000AAA' })],
    { needs: ['Account.RecordTypeId'] },
  ),
  record('reference-nobody', 'unknown field: INVALID_FIELD', 'a reference to a record that is not there', [
    make('Contact', { LastName: mark, AccountId: '001000000000000AAA' }),
  ]),
  record(
    'duplicate-value',
    'DUPLICATE_VALUE with the other',
    'a unique value twice',
    [make('Task', { Subject: mark, Cordboard_Name__c: 'cbparity1' }), make('Task', { Subject: mark, Cordboard_Name__c: 'cbparity1' })],
    { needs: ['Task.Cordboard_Name__c'] },
  ),
  record(
    'duplicate-value-case',
    'DUPLICATE_VALUE with the other',
    'a unique value in another case',
    [make('Task', { Subject: mark, Cordboard_Name__c: 'cbparity1' }), make('Task', { Subject: mark, Cordboard_Name__c: 'CBPARITY1' })],
    { needs: ['Task.Cordboard_Name__c'] },
  ),
  record('converted-lead', 'a program’s change of a converted lead', 'a lead made as a converted one, and changed', [
    make('Lead', { LastName: mark, Company: mark, IsConverted: true }),
    patch('/sobjects/Lead/<lead:1>', { FirstName: 'B' }),
  ]),
  record('address', 'an address in one piece', 'an address in one piece', [
    make('Contact', { LastName: mark, MailingCity: 'Osaka', MailingPostalCode: '530-0001' }),
    get('/sobjects/Contact/<contact:1>?fields=MailingAddress,OtherAddress'),
  ]),
  record('deleted-along', 'a deleted account takes its contacts', 'what a deletion takes along', [
    make('Account', { Name: mark }),
    make('Contact', { LastName: mark, AccountId: '<account:1>' }),
    del('/sobjects/Account/<account:1>'),
    get('/sobjects/Contact/<contact:1>'),
  ]),
  record('case-status', 'CaseStatus.IsClosed closes', 'a status in no list', [
    make('Case', { Subject: mark, Status: 'Nothing like it' }),
    get('/sobjects/Case/<case:1>?fields=Status,IsClosed'),
  ]),
  lead('defaults', 'LastName and Company required', 'the status a lead begins with', [
    make('Lead', { LastName: mark, Company: mark }),
    get('/sobjects/Lead/<lead:1>?fields=IsConverted,LeadSource'),
  ]),
  lead('convert-by-change', 'IsConverted only when created', 'a lead converted by a change', [
    make('Lead', { LastName: mark, Company: mark }),
    patch('/sobjects/Lead/<lead:1>', { IsConverted: true }),
  ]),
  lead('task-owner-of-queue', 'a queue listed for Lead', 'a group that is no queue of leads as the owner', [
    find("SELECT Id FROM Group WHERE Type = 'Regular' LIMIT 1"),
    make('Lead', { LastName: mark, Company: mark, OwnerId: '<group:1>' }),
  ]),
  person('off', 'Account.IsPersonAccount, FirstName', 'a person account in an org without them', [make('Account', { LastName: mark })], {
    needs: ['!Account.IsPersonAccount'],
  }),
  person(
    'on',
    'created by LastName and a RecordTypeId',
    'a person account and its contact',
    [
      find("SELECT Id FROM RecordType WHERE SobjectType = 'Account' AND IsPersonType = true LIMIT 1"),
      make('Account', { LastName: mark, RecordTypeId: '<record-type:1>' }),
      get('/sobjects/Account/<account:1>?fields=Name,IsPersonAccount'),
    ],
    { needs: ['Account.IsPersonAccount'] },
  ),
  task('who', 'ids of the wrong kind', 'an account as WhoId', [
    make('Account', { Name: mark }),
    make('Task', { Subject: mark, WhoId: '<account:1>' }),
  ]),
  task('what', 'ids of the wrong kind', 'a contact as WhatId', [contact, make('Task', { Subject: mark, WhatId: '<contact:1>' })]),
  task('not-an-id', 'ids of the wrong kind', 'what is no id as WhatId', [make('Task', { Subject: mark, WhatId: 'nonsense' })]),
  task('lead-and-what', 'a lead may not come with WhatId', 'the text for a lead with a WhatId', [
    make('Lead', { LastName: mark, Company: mark }),
    make('Account', { Name: mark }),
    make('Task', { Subject: mark, WhoId: '<lead:1>', WhatId: '<account:1>' }),
  ]),
  task('converted-lead', 'a task about a converted lead', 'a task for a converted lead', [
    make('Lead', { LastName: mark, Company: mark, IsConverted: true }),
    make('Task', { Subject: mark, WhoId: '<lead:1>' }),
  ]),
  task('call-type', 'CallType and TaskSubtype restricted', 'a call type that is none', [
    make('Task', { Subject: mark, CallType: 'Wilstermann' }),
  ]),
  task('subtype', 'CallType and TaskSubtype restricted', 'a subtype that is none', [
    make('Task', { Subject: mark, TaskSubtype: 'Wilstermann' }),
  ]),
  task('subtype-changed', 'TaskSubtype only when created', 'a subtype changed', [
    aTask,
    patch('/sobjects/Task/<task:1>', { TaskSubtype: 'Call' }),
  ]),
  task('status', 'Status and Priority take anything', 'a status and a priority in no list', [
    make('Task', { Subject: mark, Status: 'Wilstermann', Priority: 'Wilstermann' }),
    get('/sobjects/Task/<task:1>?fields=Status,Priority,IsClosed,IsHighPriority'),
  ]),
  task('closed', 'IsClosed by TaskStatus', 'a task made closed', [
    make('Task', { Subject: mark, Status: 'Completed' }),
    get('/sobjects/Task/<task:1>?fields=IsClosed,CompletedDateTime,TaskSubtype,IsArchived,OwnerId'),
  ]),
  task('defaults', 'IsClosed by TaskStatus', 'the defaults of a task', [
    aTask,
    get('/sobjects/Task/<task:1>?fields=Status,Priority,IsClosed,TaskSubtype,IsReminderSet,OwnerId,ActivityDate'),
  ]),
  task('inactive-owner', 'an inactive owner', 'a user who is inactive as the owner', [
    find("SELECT Id FROM User WHERE IsActive = false AND UserType = 'Standard' LIMIT 1"),
    make('Task', { Subject: mark, OwnerId: '<user:1>' }),
  ]),
  task('queue', 'a queue listed for Task may own it', 'a queue as the owner, listed for tasks and not', [
    make('Group', { Name: mark, DeveloperName: mark, Type: 'Queue' }),
    make('Task', { Subject: mark, OwnerId: '<group:1>' }),
    make('QueueSobject', { QueueId: '<group:1>', SobjectType: 'Task' }),
    make('Task', { Subject: mark, OwnerId: '<group:1>' }),
  ]),
  task('account', 'AccountId from WhatId', 'the account of a task', [
    make('Account', { Name: mark }),
    make('Contact', { LastName: mark, AccountId: '<account:1>' }),
    make('Task', { Subject: mark, WhoId: '<contact:1>' }),
    get('/sobjects/Task/<task:1>?fields=AccountId,WhoId,WhatId'),
  ]),
  task('moment-for-day', 'ActivityDate cuts a datetime', 'a moment for the due day', [
    make('Task', { Subject: mark, ActivityDate: '2031-01-01T23:30:00Z' }),
    get('/sobjects/Task/<task:1>?fields=ActivityDate'),
  ]),
  task('reminder', 'a reminder needs its time', 'a reminder without its time', [make('Task', { Subject: mark, IsReminderSet: true })]),
  task(
    'key-of-event',
    'a unique field of activities',
    'a key that an event has',
    [
      make('Event', { Subject: mark, DurationInMinutes: 10, ActivityDateTime: '2031-01-01T09:00:00Z', Cordboard_Name__c: 'cbparity2' }),
      make('Task', { Subject: mark, Cordboard_Name__c: 'cbparity2' }),
    ],
    { needs: ['Event.Cordboard_Name__c'] },
  ),
  task(
    'old-and-closed',
    'an upsert by its key meets an archived task',
    'whether an old closed task is archived at once, and found by its key',
    [
      make('Task', { Subject: mark, Status: 'Completed', ActivityDate: '2020-01-01', Cordboard_Name__c: 'cbparity3' }),
      get('/sobjects/Task/Cordboard_Name__c/cbparity3?fields=IsArchived,CompletedDateTime'),
      patch('/sobjects/Task/Cordboard_Name__c/cbparity3', { Subject: `${mark} B` }),
    ],
    { needs: ['Task.Cordboard_Name__c'] },
  ),
  task('archived', 'closed tasks and events a year old', 'whether a program may say that a task is archived', [
    make('Task', { Subject: mark, Status: 'Completed', IsArchived: true }),
  ]),
];
