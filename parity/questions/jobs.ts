import { area, get, mark, patch, post, put, type Question, type Step } from '../question.ts';

const bulk = area('bulk');
const tooling = area('tooling');

const csv = { headers: { 'content-type': 'text/csv' } };
const ingest = (more: object = {}): Step => post('/jobs/ingest', { object: 'Contact', operation: 'insert', lineEnding: 'LF', ...more });
const upload = (text: string): Step => put('/jobs/ingest/<job:1>/batches', text, csv);
const close = patch('/jobs/ingest/<job:1>', { state: 'UploadComplete' });
/** A job that ends otherwise than it should is a difference, not a wait. */
const ended = ['JobComplete', 'Failed', 'Aborted'].map((state) => `"state":"${state}"`);
const select = `SELECT Id, LastName, Account.Name FROM Contact WHERE LastName LIKE '${mark}%'`;

const jobs: readonly Question[] = [
  bulk('query-job', 'the properties of a job', 'a query job and its answer', [
    post('/jobs/query', { operation: 'query', query: select }, { view: 'shape' }),
    get('/jobs/query/<job:1>', { until: ended, view: 'shape' }),
  ]),
  bulk('query-results', 'results are CSV with every name', 'the results of a query job', [
    post('/sobjects/Contact', { LastName: mark }),
    post('/jobs/query', { operation: 'query', query: select }, { view: 'shape' }),
    get('/jobs/query/<job:1>', { until: ended, aside: true }),
    get('/jobs/query/<job:1>/results'),
  ]),
  bulk('bad-query', 'a query the org does not understand', 'a query job with a mistake', [
    post('/jobs/query', { operation: 'query', query: 'SELECT Nothing FROM Contact' }),
  ]),
  bulk('children', 'a query of children: API_ERROR', 'a query job with children', [
    post('/jobs/query', { operation: 'query', query: 'SELECT Id, (SELECT Id FROM Contacts) FROM Account' }),
  ]),
  bulk('grouped', 'GROUP BY, OFFSET, TYPEOF', 'a query job with an aggregate', [
    post('/jobs/query', { operation: 'query', query: 'SELECT COUNT(Id) FROM Contact' }),
  ]),
  bulk(
    'ingest-job',
    'the properties of a job',
    'a new ingest job',
    [ingest()].map((step) => ({ ...step, view: 'shape' as const })),
  ),
  bulk('unknown-object', 'an object Bulk API does not know', 'an ingest job of an object that is none', [ingest({ object: 'Nothing__c' })]),
  bulk('unknown-property', 'an unknown property or value', 'a property that is none', [ingest({ nothing: mark })]),
  bulk('unknown-operation', 'an unknown property or value', 'an operation that is none', [ingest({ operation: 'nothing' })]),
  bulk('no-key-field', 'an unknown property or value', 'an upsert without its key field', [ingest({ operation: 'upsert' })]),
  bulk('unknown-job', 'unknown job: 404 INVALIDJOB', 'a job that is none', [get('/jobs/ingest/750000000000000AAA')]),
  bulk(
    'results-too-early',
    'results of a job that is not complete',
    'results of a job that is open',
    [ingest(), get('/jobs/ingest/<job:1>/successfulResults')].map((step, place) =>
      place === 0 ? { ...step, aside: true as const } : step,
    ),
  ),
  bulk('rows', 'successfulResults: "sf__Id","sf__Created"', 'what was saved and what was not', [
    { ...ingest(), aside: true },
    upload(`LastName,Email\n${mark} A,\n${mark} B,nonsense\n`),
    { ...close, view: 'shape' },
    get('/jobs/ingest/<job:1>', { until: ended, view: 'shape' }),
    get('/jobs/ingest/<job:1>/successfulResults'),
    get('/jobs/ingest/<job:1>/failedResults'),
    get('/jobs/ingest/<job:1>/unprocessedrecords'),
  ]),
  bulk('unknown-column', 'an unknown column fails the whole job', 'a column that is none', [
    { ...ingest(), aside: true },
    upload(`LastName,Nothing\n${mark},x\n`),
    { ...close, aside: true },
    get('/jobs/ingest/<job:1>', { until: ended, view: 'shape' }),
  ]),
  bulk('wrong-line-ends', 'a line that ends otherwise fails', 'lines that end otherwise', [
    { ...ingest(), aside: true },
    upload(`LastName\r\n${mark}\r\n`),
    { ...close, aside: true },
    get('/jobs/ingest/<job:1>', { until: ended, view: 'shape' }),
  ]),
];

/** Only where asked for: these change the org's set-up, and a field that was deleted still counts for two weeks. */
const fields: readonly Question[] = [
  tooling(
    'create-field',
    'CustomField: POST FullName and Metadata',
    'a field made by the Tooling API',
    [
      post('/tooling/sobjects/CustomField', { FullName: `Activity.${mark}_1__c`, Metadata: { type: 'Text', length: 40, label: mark } }),
      get('/tooling/sobjects/CustomField/<field:1>', { view: 'shape' }),
    ],
    { needs: ['flag:tooling'] },
  ),
  tooling(
    'field-twice',
    'the refusals of a deployment',
    'a field that is there already',
    [1, 2].map(() =>
      post('/tooling/sobjects/CustomField', { FullName: `Activity.${mark}_2__c`, Metadata: { type: 'Text', length: 40, label: mark } }),
    ),
    { needs: ['flag:tooling'] },
  ),
  tooling(
    'field-of-task',
    'the refusals of a deployment',
    'a field of Task instead of Activity',
    [post('/tooling/sobjects/CustomField', { FullName: `Task.${mark}_3__c`, Metadata: { type: 'Text', length: 40, label: mark } })],
    { needs: ['flag:tooling'] },
  ),
  tooling(
    'field-without-length',
    'the refusals of a deployment',
    'a text field without a length',
    [post('/tooling/sobjects/CustomField', { FullName: `Activity.${mark}_4__c`, Metadata: { type: 'Text', label: mark } })],
    { needs: ['flag:tooling'] },
  ),
];

export const jobQuestions: readonly Question[] = [...jobs, ...fields];
