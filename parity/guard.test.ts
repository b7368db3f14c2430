import { expect, test } from 'vitest';
import { whyNot } from './guard.ts';
import { withChecksum } from './normalise.ts';

const mine = withChecksum('0035g00000AbCdE');
const theirs = withChecksum('0035g00000ZzZzZ');
const made = new Set([mine]);
const data = '/services/data/v67.0';
const why = (method: string, path: string, body?: unknown) =>
  whyNot({ method, path: path.startsWith('/services') ? path : data + path, body }, made);

test.each<[method: string, path: string, body?: unknown]>([
  ['PATCH', `/sobjects/Contact/${theirs}`, { FirstName: 'CordboardParity' }],
  ['DELETE', `/sobjects/Contact/${theirs}`],
  ['DELETE', `/sobjects/Contact/${theirs.slice(0, 15)}`],
  ['GET', `/sobjects/Contact/${theirs}?_HttpMethod=DELETE`],
  ['DELETE', `/composite/sobjects?ids=${mine},${theirs}`],
  ['DELETE', `/composite/sobjects?ids=${mine}%2C${theirs}`],
  ['PATCH', '/composite/sobjects', { records: [{ id: theirs, LastName: 'CordboardParity' }] }],
  ['POST', '/composite', { compositeRequest: [{ method: 'DELETE', url: `${data}/sobjects/Contact/${theirs}` }] }],
  ['POST', '/composite/batch', { batchRequests: [{ method: 'DELETE', url: `v67.0/sobjects/Contact/${theirs}` }] }],
  [
    'POST',
    '/composite/graph',
    { graphs: [{ compositeRequest: [{ method: 'PATCH', url: `${data}/sobjects/Contact/${theirs}`, body: {} }] }] },
  ],
  ['PATCH', '/sobjects/Task/Cordboard_Name__c/cb1abc', { Subject: 'CordboardParity' }],
  ['DELETE', '/sobjects/Task/Cordboard_Name__c/cb1abc'],
  ['POST', '/sobjects/Contact', { LastName: 'Tanaka' }],
  ['POST', '/sobjects/Case', {}],
  ['POST', '/jobs/ingest', { object: 'Contact', operation: 'delete' }],
  ['PUT', `/jobs/ingest/750000000000000AAA/batches`, 'LastName\nCordboardParity\nTanaka\n'],
  ['POST', '/services/oauth2/revoke', 'token=00D5g0000012345!AQ.abc'],
  ['POST', '/tooling/sobjects/CustomField', { FullName: 'Activity.Theirs__c' }],
])('%s %s is not sent', (method, path, body) => expect(why(method, path, body)).toEqual(expect.any(String)));

test.each<[method: string, path: string, body?: unknown]>([
  ['GET', `/sobjects/Contact/${theirs}`],
  ['PATCH', `/sobjects/Contact/${mine}`, { FirstName: 'B' }],
  ['DELETE', `/sobjects/Contact/${mine}`],
  ['DELETE', `/composite/sobjects?ids=${mine}`],
  ['PATCH', '/sobjects/Task/Cordboard_Name__c/cbparity1', { Subject: 'x' }],
  ['POST', '/sobjects/Contact', { LastName: 'CordboardParity A' }],
  ['POST', '/sobjects/QueueSobject', { QueueId: mine, SobjectType: 'Task' }],
  ['POST', '/composite', { compositeRequest: [{ method: 'GET', url: `${data}/sobjects/Contact/${theirs}` }] }],
  ['PUT', `/jobs/ingest/750000000000000AAA/batches`, 'LastName\nCordboardParity\n'],
  ['POST', '/services/oauth2/token', 'grant_type=none'],
])('%s %s is', (method, path, body) => expect(why(method, path, body)).toBeUndefined());
