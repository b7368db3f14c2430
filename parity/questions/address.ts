import { area, get, make, mark, post, type Question } from '../question.ts';

const address = area('address');
const errors = area('errors');
const limits = area('limits');
const describe = area('describe');

/** Objects whose fields the client and the stand-in rest on. */
const described = [
  'Account',
  'Contact',
  'Lead',
  'Case',
  'Opportunity',
  'Task',
  'Event',
  'User',
  'Campaign',
  'CampaignMember',
  'OpportunityContactRole',
  'Group',
];

export const addresses: readonly Question[] = [
  address('versions', '`GET /services/data` without a session', 'the list of versions', [
    get('/services/data', { anonymous: true, view: 'versions' }),
  ]),
  address('retired', 'versions before 31.0 answer 410', 'a retired version', [get('/services/data/v20.0/sobjects')]),
  address('unknown-version', 'unknown resource: 404', 'a version that is none', [get('/services/data/v999.0/sobjects')]),
  address('unknown-resource', 'unknown resource: 404', 'an address that is none', [get('/nothing/like/it')]),
  address('root', '`GET /services/data` without a session', 'the keys of the root', [get('/', { view: 'shape' })]),
  address('wrong-method', 'wrong method: 405', 'a method that a resource does not know', [post('/limits', { Name: mark })]),
  errors('wrong-content-type', '415 UNSUPPORTED_MEDIA_TYPE', 'a body that is no JSON by its header', [
    post('/sobjects/Contact', `LastName=${mark}`, { headers: { 'content-type': 'text/plain' } }),
  ]),
  address('no-session', '401 INVALID_SESSION_ID', 'no session', [get('/limits', { anonymous: true })]),
  address('bad-session', '401 INVALID_SESSION_ID', 'a session that is none', [
    get('/limits', { anonymous: true, headers: { authorization: 'Bearer none' } }),
  ]),
  address('other-scheme', '401 INVALID_AUTH_HEADER', 'another scheme than Bearer', [
    get('/limits', { anonymous: true, headers: { authorization: 'Basic bm9uZTpub25l' } }),
  ]),
  address('double-slash', 'double slashes collapse', 'an address with two slashes at its beginning', [
    get('//services/data/v60.0/limits', { view: 'limits' }),
  ]),
  address('long-uri', 'URI over 16,384 bytes: 414', 'an address that is too long', [get(`/query?q=${'x'.repeat(16_500)}`)]),
  address('updated', '`/sobjects/X/updated` and `/deleted`', 'ids of what has changed', [
    make('Contact', { LastName: mark }),
    get('/sobjects/Contact/updated?start=<minutes:-60>&end=<minutes:2>', { view: 'shape' }),
  ]),
  address('deleted', '`/sobjects/X/updated` and `/deleted`', 'ids of what was deleted', [
    get('/sobjects/Contact/deleted?start=<minutes:-60>&end=<minutes:2>', { view: 'shape' }),
  ]),
  address('updated-too-long-ago', 'a start over 30 days ago', 'a start 31 days ago', [
    get('/sobjects/Contact/updated?start=<minutes:-44640>&end=<minutes:0>'),
  ]),
  address('deleted-too-long-ago', 'a start over 30 days ago', 'deletions of 31 days ago', [
    get('/sobjects/Contact/deleted?start=<minutes:-44640>&end=<minutes:0>'),
  ]),
  address('updated-no-time', 'a start over 30 days ago', 'an end at its start', [
    get('/sobjects/Contact/updated?start=<minutes:-5>&end=<minutes:-5>'),
  ]),
  address('unknown-object', 'unknown resource: 404', 'an object that is none', [get('/sobjects/Nothing__c/describe')]),
  address('not-an-id', 'unknown resource: 404', 'a record by what is no id', [get('/sobjects/Contact/xyz')]),
  address('nobody', 'unknown resource: 404', 'a record that is not there', [get('/sobjects/Contact/003000000000000AAA')]),
  address('last-modified', 'records answer Last-Modified', 'the headers of a record', [
    make('Contact', { LastName: mark }),
    get('/sobjects/Contact/<contact:1>?fields=LastName'),
  ]),
  address('not-modified', 'If-Modified-Since and If-Unmodified-Since', 'a description that has not changed', [
    get('/sobjects/Contact/describe', { headers: { 'if-modified-since': 'Fri, 01 Jan 2100 00:00:00 GMT' }, view: 'shape' }),
  ]),
  limits('keys', '`/limits` has every key', 'the keys of the limits', [get('/limits', { view: 'limits' })]),
  describe('global', 'every key of an object and of a field', 'the list of objects', [get('/sobjects', { view: 'global' })]),
  ...described.map((object) =>
    describe(
      object.toLowerCase(),
      object === 'Event' || object === 'OpportunityContactRole'
        ? 'fields, types, lengths and flags of Event'
        : ['Account', 'Contact', 'Lead', 'Case', 'Opportunity'].includes(object)
          ? 'fields, types, lengths and flags of Account'
          : 'fields and types of Task, User',
      `fields of ${object}, their types, lengths and flags`,
      [get(`/sobjects/${object}/describe`, { view: 'describe' })],
    ),
  ),
];
