import fc from 'fast-check';
import type {
  Agent,
  AgentId,
  CallEvent,
  CallFact,
  CallId,
  Customer,
  Endpoint,
  Instant,
  LinkedRecord,
  PhoneNumber,
  Saver,
} from '../call/event.ts';
import { hostileTexts } from './hostile.ts';
import { anyText } from './any-text.ts';

/** The corpus without its longest texts, and what could be mistaken for a key or a marker of the fold's own. */
const texts = [
  ...Object.values(hostileTexts).filter((text) => text.length <= 300),
  'agent:anna',
  'endpoint:anna',
  'unnamed',
  'several',
  'undefined',
  'null',
  'é',
  'e\u0301',
];
export type Vocabulary = {
  /** Ids of the calls the facts are about; few, so that they meet. */
  readonly calls?: readonly string[];
  /** Agents' ids, endpoints, names, urls: any text. */
  readonly text?: fc.Arbitrary<string>;
};

const someText = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('anna', 'ben', 'carl') },
  fc.constantFrom(...texts),
  anyText({ maxLength: 8 }),
);
/**
 * Any facts at all, legal together or not: equal times, clocks stepping back, ids told twice with different content, ends before starts,
 * joins in circles. No `at` is anything but a whole number of milliseconds, which the doors see to.
 */
export function anyEvents({ calls = ['c1', 'c2', 'c3'], text = someText }: Vocabulary = {}, maxLength = 25): fc.Arbitrary<CallEvent[]> {
  return fc.array(anyEvent({ calls, text }), { maxLength });
}

function anyEvent({ calls = ['c1', 'c2', 'c3'], text = someText }: Vocabulary = {}): fc.Arbitrary<CallEvent> {
  const callId = fc.constantFrom(...calls).map((id) => id as CallId);
  const seconds = fc.nat({ max: 100_000 });
  const perhaps = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 2 });
  /** Absent keys rather than keys holding `undefined`: that is what `exactOptionalPropertyTypes` and JSON agree on. */
  const told = <T>(keys: Record<string, fc.Arbitrary<unknown>>) =>
    fc.record(keys).map((record) => Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as T);
  const agent = told<Agent>({ id: text.map((id) => id as AgentId), name: perhaps(text), email: perhaps(text) });
  const endpoint = told<Endpoint>({ asDialled: text, agent: perhaps(agent), softphone: perhaps(fc.boolean()) });
  const number = fc.constantFrom('+81312345678', '+4930123456', '+16505550100').map((digits) => digits as PhoneNumber);
  const customer = told<Customer>({
    number: perhaps(number),
    asSent: perhaps(text),
    withheld: perhaps(fc.constant(true)),
    name: perhaps(text),
    email: perhaps(text),
  });
  const line = told({
    id: text,
    name: perhaps(text),
    number: perhaps(number),
    zone: perhaps(fc.constantFrom('Asia/Tokyo', 'Europe/Paris')),
  });
  const record = told<LinkedRecord>({ kind: fc.constantFrom('Lead', 'Contact', 'Account', 'Case'), id: text, name: perhaps(text) });
  const is = (type: CallFact['type'], keys: Record<string, fc.Arbitrary<unknown>> = {}) =>
    told<CallFact>({ type: fc.constant(type), ...keys });

  const course: fc.Arbitrary<CallFact> = fc.oneof(
    is('started', {
      direction: fc.constantFrom('inbound', 'outbound', 'internal'),
      customer,
      line: perhaps(line),
      agent: perhaps(agent),
      dialled: perhaps(text),
    }),
    is('ringing', { endpoint }),
    is('answered', { endpoint }),
    is('held', { agent }),
    is('resumed', { agent }),
    is('transferred', { from: agent, to: endpoint, how: fc.constantFrom('blind', 'attended') }),
    is('joined', { into: callId }),
    is('ended', { cause: perhaps(text), presumed: perhaps(fc.constant(true)) }),
  );
  const attached: fc.Arbitrary<CallFact> = fc.oneof(
    is('voicemail', { seconds: perhaps(seconds), url: perhaps(text) }),
    is('recording', { recordingId: text, url: text, seconds: perhaps(seconds) }),
    is('transcript', { url: perhaps(text), text: perhaps(text), language: perhaps(text) }),
    is('analysed', { score: perhaps(fc.integer()), summary: perhaps(text), talkRatio: perhaps(fc.integer({ min: 0, max: 1 })) }),
    is('tagged', { tags: fc.array(text, { maxLength: 3 }), agent: perhaps(agent) }),
    is('outcome', { value: text, agent: perhaps(agent) }),
    is('commented', { text, agent: perhaps(agent) }),
    is('digits', { digits: fc.constantFrom('', '1', '4821', '#'), purpose: perhaps(text) }),
    is('attributed', {
      source: perhaps(text),
      medium: perhaps(text),
      campaign: perhaps(text),
      term: perhaps(text),
      content: perhaps(text),
      referrer: perhaps(text),
      landingPage: perhaps(text),
      gclid: perhaps(text),
      gaClientId: perhaps(text),
    }),
    is('campaign', { campaignId: text, name: perhaps(text) }),
    is('clicked', { record, by: perhaps(agent) }),
    is('shown', { record, by: perhaps(agent) }),
    is('linked', { who: perhaps(record), what: perhaps(record), by: perhaps(agent), always: perhaps(fc.constant(true)) }),
    is('message', {
      message: fc.constantFrom('m1', 'm2'),
      direction: fc.constantFrom('inbound', 'outbound'),
      customer,
      line: perhaps(line),
      agent: perhaps(agent),
      text: perhaps(text),
      conversation: perhaps(text),
    }),
    is('noted', {
      key: fc.constantFrom('n1', 'n2'),
      subject: perhaps(text),
      memo: perhaps(text),
      whole: perhaps(fc.constant(true)),
      by: told<Saver>({ user: fc.constantFrom('005a', '005b'), name: text }),
    }),
    is('called-back', { by: callId, direction: perhaps(fc.constantFrom('inbound', 'outbound')), agent: perhaps(agent) }),
    is('undone', { policyVersion: fc.nat({ max: 3 }), by: text }),
  );
  // a few seconds on a few ids, so that ties and collisions are the rule; and now and then a clock gone wild
  const at = fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 0, max: 40 }).map((half) => half * 500) },
    fc.integer({ min: -(2 ** 40), max: 2 ** 42 }),
  );
  const eventId = fc.oneof(fc.uuid(), fc.constantFrom('e1', 'e2', 'é', 'e\u0301', '', '__proto__'));
  return fc
    .tuple(eventId, callId, at, fc.oneof({ weight: 3, arbitrary: course }, attached))
    .map(([id, ofCall, ms, fact]): CallEvent => ({ id, callId: ofCall, at: ms as Instant, ...fact }));
}
