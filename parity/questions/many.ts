import { area, del, find, get, keyMark, make, mark, patch, post, type Question } from '../question.ts';

const upsert = area('upsert');
const collections = area('collections');
const composite = area('composite');

const named = { needs: ['Task.Cordboard_Name__c'] };
const namedContacts = { needs: ['Contact.Cordboard_Name__c'] };
const byKey = (key: string, object = 'Task') => `/sobjects/${object}/Cordboard_Name__c/${keyMark}${key}`;
const keyed = (key: string, fields: object = {}) => ({
  attributes: { type: 'Task' },
  Cordboard_Name__c: `${keyMark}${key}`,
  Subject: mark,
  ...fields,
});
const tasksByKey = '/composite/sobjects/Task/Cordboard_Name__c';

const upserts: readonly Question[] = [
  upsert('created', '201 created true', 'an upsert that creates', [patch(byKey('1'), { Subject: mark })], named),
  upsert(
    'updated',
    '200 with a body and created false',
    'an upsert that changes: 200 with a body, or 204',
    [patch(byKey('1'), { Subject: mark }), patch(byKey('1'), { Subject: `${mark} B` })],
    named,
  ),
  upsert(
    'key-in-body',
    'keys compare without case',
    'the key in the body, too',
    [patch(byKey('1'), { Subject: mark, Cordboard_Name__c: `${keyMark}1` })],
    named,
  ),
  upsert(
    'another-case',
    'keys compare without case',
    'a key in another case',
    [patch(byKey('a'), { Subject: mark }), patch(byKey('A'), { Subject: `${mark} B` })],
    named,
  ),
  upsert(
    'key-in-recycle-bin',
    'keys compare without case',
    'a key whose record is in the recycle bin',
    [patch(byKey('1'), { Subject: mark }), del('/sobjects/Task/<task:1>'), patch(byKey('1'), { Subject: mark })],
    named,
  ),
  upsert(
    'update-only',
    '`updateOnly=true` never creates',
    'an upsert that must not create',
    [patch(`${byKey('1')}?updateOnly=true`, { Subject: mark })],
    named,
  ),
  upsert('by-id', '`POST /sobjects/X/Id` creates', 'an upsert by Id', [
    make('Task', { Subject: mark }),
    patch('/sobjects/Task/Id/<task:1>', { Subject: `${mark} B` }),
  ]),
  upsert('post-id', '`POST /sobjects/X/Id` creates', 'POST to the Id field', [post('/sobjects/Task/Id', { Subject: mark })]),
  upsert(
    'read-by-key',
    '201 created true',
    'a record read by its key',
    [patch(byKey('1'), { Subject: mark }), get(`${byKey('1')}?fields=Subject`)],
    named,
  ),
  upsert('read-no-key', '201 created true', 'a key that nobody has', [get(byKey('none'))], named),
  upsert('no-key-field', 'by an external id that is not unique', 'a key field that is none', [
    patch(`/sobjects/Task/Subject/${keyMark}1`, { Priority: 'Normal', Description: mark }),
  ]),
  upsert('unknown-key-field', 'by an external id that is not unique', 'a key field that is not there', [
    patch(`/sobjects/Task/Nothing__c/${keyMark}1`, { Subject: mark }),
  ]),
  upsert(
    'subtype-on-update',
    '200 with a body and created false',
    'a field that can only be set at creation, in an upsert that changes',
    [patch(byKey('1'), { Subject: mark, TaskSubtype: 'Call' }), patch(byKey('1'), { Subject: mark, TaskSubtype: 'Call' })],
    named,
  ),
  upsert(
    'same-key-twice',
    'rows sharing a key in one request',
    'one key twice in a request',
    [patch(tasksByKey, { allOrNone: false, records: [keyed('1'), keyed('1'), keyed('2')] })],
    named,
  ),
  upsert(
    'parent-by-key',
    'a parent named by external id',
    'the contact of a task, by its key',
    [
      make('Contact', { LastName: mark, Cordboard_Name__c: `${keyMark}c` }),
      make('Task', { Subject: mark, Who: { attributes: { type: 'Contact' }, Cordboard_Name__c: `${keyMark}c` } }),
      get('/sobjects/Task/<task:1>?fields=WhoId'),
    ],
    namedContacts,
  ),
  upsert(
    'no-parent',
    'not there: INVALID_FIELD',
    'a parent by a key that nobody has',
    [make('Contact', { LastName: mark, Account: { Cordboard_Name__c: `${keyMark}none` } })],
    { needs: ['Account.Cordboard_Name__c'] },
  ),
  upsert(
    'two-parent-fields',
    'two fields: "More than 1 field',
    'a parent by two fields',
    [make('Contact', { LastName: mark, Account: { Cordboard_Name__c: `${keyMark}none`, Name: mark } })],
    { needs: ['Account.Cordboard_Name__c'] },
  ),
];

const collected: readonly Question[] = [
  collections('rows', '200 records, HTTP 200 with a row each', 'two rows, one of them refused', [
    post('/composite/sobjects', {
      records: [
        { attributes: { type: 'Task' }, Subject: mark },
        { attributes: { type: 'Contact' }, FirstName: mark },
      ],
    }),
  ]),
  collections('all-or-none', 'ALL_OR_NONE_OPERATION_ROLLED_BACK', 'all or none, and one is refused', [
    post('/composite/sobjects', {
      allOrNone: true,
      records: [
        { attributes: { type: 'Task' }, Subject: mark },
        { attributes: { type: 'Contact' }, FirstName: mark },
      ],
    }),
  ]),
  collections('too-many', 'over 200: EXCEEDED_ID_LIMIT', '201 rows', [
    post('/composite/sobjects', { records: Array.from({ length: 201 }, () => ({ attributes: { type: 'Contact' }, FirstName: mark })) }),
  ]),
  collections(
    'unknown-field',
    '200 records, HTTP 200 with a row each',
    'a field that is none, in one row of two: whether it ends the request',
    [
      post('/composite/sobjects', {
        records: [
          { attributes: { type: 'Task' }, Subject: mark },
          { attributes: { type: 'Task' }, Subject: mark, Nothing__c: 1 },
        ],
      }),
    ],
  ),
  collections(
    'wrong-type',
    '200 records, HTTP 200 with a row each',
    'a word for a number, in one row of two: whether it ends the request',
    [
      post('/composite/sobjects', {
        records: [
          { attributes: { type: 'Task' }, Subject: mark },
          { attributes: { type: 'Task' }, Subject: mark, CallDurationInSeconds: 'many' },
        ],
      }),
    ],
  ),
  collections('no-type', '200 records, HTTP 200 with a row each', 'a row that says not of what object', [
    post('/composite/sobjects', { records: [{ Subject: mark }] }),
  ]),
  collections(
    'upsert',
    '200 records, HTTP 200 with a row each',
    'upserts that create and change',
    [patch(tasksByKey, { records: [keyed('1')] }), patch(tasksByKey, { records: [keyed('1', { Subject: `${mark} B` }), keyed('2')] })],
    named,
  ),
  collections(
    'upsert-without-key',
    '200 records, HTTP 200 with a row each',
    'an upsert without its key',
    [patch(tasksByKey, { records: [{ attributes: { type: 'Task' }, Subject: mark }] })],
    named,
  ),
  collections('update', '200 records, HTTP 200 with a row each', 'changes: one is, one is nobody', [
    make('Task', { Subject: mark }),
    patch('/composite/sobjects', {
      records: [
        { attributes: { type: 'Task' }, id: '<task:1>', Priority: 'High' },
        { attributes: { type: 'Task' }, id: '00T000000000000AAA', Priority: 'High' },
      ],
    }),
  ]),
  collections('delete', '200 records, HTTP 200 with a row each', 'deletions: one is, one is nobody', [
    make('Task', { Subject: mark }),
    del('/composite/sobjects?ids=<task:1>,00T000000000000AAA'),
  ]),
  collections('id-twice', 'one id twice in one request', 'one id twice', [
    make('Task', { Subject: mark }),
    patch('/composite/sobjects', {
      records: ['High', 'Low'].map((Priority) => ({ attributes: { type: 'Task' }, id: '<task:1>', Priority })),
    }),
  ]),
  collections('many-runs', 'more than ten runs of one type', 'eleven runs of types', [
    post('/composite/sobjects', {
      records: Array.from({ length: 11 }, (_, at) => ({ attributes: { type: at % 2 === 0 ? 'Contact' : 'Lead' }, FirstName: mark })),
    }),
  ]),
  collections('read', '200 records, HTTP 200 with a row each', 'reading: one is, one is nobody', [
    make('Task', { Subject: mark }),
    get('/composite/sobjects/Task?ids=<task:1>,00T000000000000AAA&fields=Id,Subject'),
  ]),
];

const data = '/services/data/v60.0';
const makePart = (referenceId: string, fields: object, object = 'Contact') => ({
  method: 'POST',
  url: `${data}/sobjects/${object}`,
  referenceId,
  body: fields,
});
const composed: readonly Question[] = [
  composite('references', '25 parts, 5 queries or collections', 'a part that uses the one before', [
    post('/composite', {
      compositeRequest: [makePart('a', { Name: mark }, 'Account'), makePart('b', { LastName: mark, AccountId: '@{a.id}' })],
    }),
  ]),
  composite('all-or-none', 'allOrNone: PROCESSING_HALTED', 'all or none, and the second is refused', [
    post('/composite', { allOrNone: true, compositeRequest: [makePart('a', { LastName: mark }), makePart('b', { FirstName: mark })] }),
  ]),
  composite('halted', 'a reference that finds nothing', 'a part that refers to one that failed', [
    post('/composite', {
      compositeRequest: [makePart('a', { Name: mark, Nothing__c: 1 }, 'Account'), makePart('b', { LastName: mark, AccountId: '@{a.id}' })],
    }),
  ]),
  composite('bad-reference', 'a reference that finds nothing', 'a reference to no part', [
    post('/composite', { compositeRequest: [makePart('b', { LastName: mark, AccountId: '@{nobody.id}' })] }),
  ]),
  composite('reference-id', 'a reference id with other characters', 'a reference id with a dash', [
    post('/composite', { compositeRequest: [makePart('a-b', { LastName: mark })] }),
  ]),
  composite('twice-the-same', 'a reference that finds nothing', 'a reference id twice', [
    post('/composite', { compositeRequest: [makePart('a', { LastName: mark }), makePart('a', { LastName: mark })] }),
  ]),
  composite('too-many', 'more than 25 parts', '26 parts', [
    post('/composite', { compositeRequest: Array.from({ length: 26 }, (_, at) => makePart(`a${at}`, { FirstName: mark })) }),
  ]),
  composite('too-many-queries', 'more than 5 query', 'six queries', [
    post('/composite', {
      compositeRequest: Array.from({ length: 6 }, (_, at) => ({
        method: 'GET',
        url: `${data}/query?q=SELECT+Id+FROM+Contact+LIMIT+0`,
        referenceId: `a${at}`,
      })),
    }),
  ]),
  composite('list', '`GET /composite` lists', 'what /composite lists', [get('/composite')]),
  composite('batch', 'batch: 25 parts', 'a batch: one is, one is nobody', [
    make('Contact', { LastName: mark }),
    post('/composite/batch', {
      batchRequests: [
        { method: 'GET', url: 'v60.0/sobjects/Contact/<contact:1>?fields=LastName' },
        { method: 'GET', url: 'v60.0/sobjects/Contact/003000000000000AAA' },
      ],
    }),
  ]),
  composite('batch-halted', 'batch: 25 parts', 'a batch that halts at the first error', [
    post('/composite/batch', {
      haltOnError: true,
      batchRequests: [
        { method: 'GET', url: 'v60.0/sobjects/Contact/003000000000000AAA' },
        { method: 'GET', url: 'v60.0/sobjects/Contact/003000000000000AAA' },
      ],
    }),
  ]),
  composite('graph', 'graph: each whole or not at all', 'two graphs, one of them refused', [
    post('/composite/graph', {
      graphs: [
        {
          graphId: 'g1',
          compositeRequest: [makePart('a', { Name: mark }, 'Account'), makePart('b', { LastName: mark, AccountId: '@{a.id}' })],
        },
        { graphId: 'g2', compositeRequest: [makePart('a', { LastName: mark }), makePart('b', { FirstName: mark })] },
      ],
    }),
  ]),
  composite('tree', 'tree: 200 records', 'an account and its contact, in a tree', [
    post('/composite/tree/Account', {
      records: [
        {
          attributes: { type: 'Account', referenceId: 'a' },
          Name: mark,
          Contacts: { records: [{ attributes: { type: 'Contact', referenceId: 'b' }, LastName: mark }] },
        },
      ],
    }),
  ]),
  composite('tree-refused', 'tree: 200 records', 'a tree with a mistake', [
    post('/composite/tree/Contact', {
      records: [
        { attributes: { type: 'Contact', referenceId: 'a' }, LastName: mark },
        { attributes: { type: 'Contact', referenceId: 'b' }, FirstName: mark },
      ],
    }),
  ]),
  composite('tree-no-reference', 'tree: "Include a reference ID', 'a record of a tree without a reference', [
    post('/composite/tree/Contact', { records: [{ attributes: { type: 'Contact' }, LastName: mark }] }),
  ]),
  composite('tree-twice', 'tree: "Include a reference ID', 'a reference twice in a tree', [
    post('/composite/tree/Contact', {
      records: [
        { attributes: { type: 'Contact', referenceId: 'a' }, LastName: mark },
        { attributes: { type: 'Contact', referenceId: 'a' }, LastName: mark },
      ],
    }),
  ]),
];

const owner: readonly Question[] = [
  area('owner')(
    'moved-by-program',
    'on the screen an account takes',
    'whether an account whose owner a program sets takes its contact along',
    [
      find("SELECT Id FROM User WHERE IsActive = true AND UserType = 'Standard' AND Id != '<me>' LIMIT 1"),
      make('Account', { Name: mark }),
      make('Contact', { LastName: mark, AccountId: '<account:1>' }),
      patch('/sobjects/Account/<account:1>', { OwnerId: '<user:1>' }),
      get('/sobjects/Contact/<contact:1>?fields=OwnerId'),
    ],
  ),
];

export const many: readonly Question[] = [...upserts, ...collected, ...composed, ...owner];
