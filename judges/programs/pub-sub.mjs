import { strict as assert } from 'node:assert';
import PubSubApiClient from 'salesforce-pubsub-api-client';

// salesforce-pubsub-api-client as npm has it. Prints one line of JSON for each thing tried.
const { apiUrl, pubsub, accessToken, organizationId } = JSON.parse(process.argv[2]);
const report = (name, error) =>
  console.log(JSON.stringify({ name, ok: !error, ...(error && { because: String(error.message ?? error).slice(0, 600) }) }));
const quiet = { info() {}, warn() {}, debug() {}, error() {} };
// It insists on https in the name of the instance, which it only passes on.
const settings = {
  authType: 'user-supplied',
  accessToken,
  instanceUrl: 'https://acme.my.salesforce.com',
  organizationId,
  pubSubEndpoint: pubsub,
  rejectUnauthorizedSsl: false,
};
const client = new PubSubApiClient(settings, quiet);
const rest = (method, path, body) =>
  fetch(`${apiUrl}/services/data/v66.0${path}`, {
    method,
    headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  }).then(async (answer) => (answer.status === 204 ? undefined : answer.json()));

const heard = [];
let wake = () => undefined;
const next = async (what) => {
  const until = Date.now() + 20_000;
  while (!heard.some(what)) {
    if (Date.now() > until) throw new Error(`heard only ${JSON.stringify(heard).slice(0, 400)}`);
    await new Promise((resolve) => {
      wake = resolve;
      setTimeout(resolve, 200);
    });
  }
  return heard.find(what);
};
try {
  await client.connect();
  report('connect');
  client.subscribe(
    '/data/ContactChangeEvent',
    (subscription, type, data) => {
      if (type === 'event') heard.push(data);
      else if (type === 'error') report(`the stream`, data);
      wake();
    },
    10,
  );
  await new Promise((resolve) => setTimeout(resolve, 500));
  const { id } = await rest('POST', '/sobjects/Contact', { LastName: 'Heard', Phone: '+48 22 307 12 34' });
  const created = await next(({ payload }) => payload.ChangeEventHeader.changeType === 'CREATE');
  assert.equal(created.payload.ChangeEventHeader.entityName, 'Contact');
  assert.deepEqual(created.payload.ChangeEventHeader.recordIds, [id]);
  assert.equal(created.payload.Phone, '+48 22 307 12 34');
  report('a contact that is made');
  await rest('PATCH', `/sobjects/Contact/${id}`, { Phone: null, MobilePhone: '601 234 567' });
  const changed = await next(({ payload }) => payload.ChangeEventHeader.changeType === 'UPDATE');
  assert.equal(changed.payload.MobilePhone, '601 234 567');
  assert.ok(
    changed.payload.ChangeEventHeader.changedFields.includes('MobilePhone'),
    String(changed.payload.ChangeEventHeader.changedFields),
  );
  assert.ok(changed.payload.ChangeEventHeader.changedFields.includes('Phone'));
  report('a change, with the fields that changed');
  await rest('DELETE', `/sobjects/Contact/${id}`);
  await next(({ payload }) => payload.ChangeEventHeader.changeType === 'DELETE');
  report('a deletion');
  const again = [];
  const other = new PubSubApiClient(settings, quiet);
  await other.connect();
  other.subscribeFromReplayId(
    '/data/ContactChangeEvent',
    (subscription, type, data) => void (type === 'event' && again.push(data)),
    10,
    created.replayId,
  );
  for (let turns = 0; again.length < 2 && turns < 100; turns++) await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual(
    again.map(({ payload }) => payload.ChangeEventHeader.changeType),
    ['UPDATE', 'DELETE'],
  );
  report('what came after an event heard before');
  other.close();
} catch (error) {
  report('to the end', error);
}
client.close();
process.exit(0);
