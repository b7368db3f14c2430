import { dice, type Expected, type Story } from '../chaos/generator.ts';

/** One request of the phone system; `afterMs` counts from the call's first. */
export type Saying = {
  readonly deliveryId: string;
  readonly afterMs: number;
  readonly type: string;
  readonly data: Readonly<Record<string, unknown>>;
};
export type BenchCall = {
  readonly call: string;
  readonly says: readonly Saying[];
  readonly endedAfterMs: number;
  readonly story: Story;
};
export type Rate = {
  /** Same seed, same calls. */
  readonly seed: number;
  readonly prefix: string;
  readonly perSecond: number;
  /** How long new calls begin. */
  readonly seconds: number;
  /** Number of the first call: customers' numbers follow it, so two runs into one org never share one. */
  readonly first: number;
  /** Contacts that people link calls with. */
  readonly contacts: readonly string[];
  /** Customers' numbers, one a call, instead of numbers nobody has. */
  readonly numbers?: readonly string[];
};

/** Every call tells exactly so many things, late ones included. */
export const eventsPerCall = 8;
const answeredShare = 0.5;
const missedShare = 0.25;
/** Of calls with talk, three quarters of all: 60 % of all calls are recorded. */
const recordedShare = 0.8;
const notedShare = 0.4;
const linkedAgainShare = 0.05;

/** Users of the stand-in org. */
export const agents = ['Anna Nowak', 'Haruto Sato', 'Olena Kovalenko', 'James Miller', 'Camille Laurent', 'Piotr Zielinski'].map(
  (name, place) => ({
    id: String(101 + place),
    name,
    email: `${name.toLowerCase().replace(' ', '.')}@acme.example`,
  }),
);

export const countOfCalls = (rate: Rate): number => Math.round(rate.perSecond * rate.seconds);

/**
 * Calls in real time, as an office has them, only shorter: a call's length costs nothing, its facts do. Half are answered, a quarter
 * missed, a quarter outbound; recordings come 5 to 20 s after the end, notes 10 to 60 s, and 5 % are linked anew by a person.
 */
export function makeCall(rate: Rate, place: number): BenchCall {
  const number = rate.first + place;
  const roll = dice(rate.seed * 1_000_003 + number);
  const between = (least: number, most: number) => least + Math.floor(roll() * (most - least + 1));
  const call = `${rate.prefix}-${number}`;
  const kindRoll = roll();
  const kind = kindRoll < answeredShare ? 'answered' : kindRoll < answeredShare + missedShare ? 'missed' : 'outbound';
  const phone = rate.numbers ? rate.numbers[number % rate.numbers.length]! : `+4822${String(1_000_000 + number).padStart(7, '0')}`;
  const first = between(0, agents.length - 1);
  const agent = agents[first]!;
  const customer = { number: phone, name: `Customer ${number}` };
  const endpoint = (n: number) => ({
    asDialled: agents[(first + n) % agents.length]!.id,
    agent: agents[(first + n) % agents.length]!,
    softphone: true,
  });
  const waitedMs = 1000 * between(2, 5);
  const talkedMs = 1000 * between(4, 12);
  const endedAfterMs = kind === 'missed' ? waitedMs : waitedMs + talkedMs;

  const late: { afterMs: number; type: string; data: Record<string, unknown> }[] = [];
  const texts = [phone];
  let whoId: string | null = null;
  if (kind !== 'missed' && roll() < recordedShare) {
    const url = `https://recordings.example.com/${call}/1`;
    texts.push(url);
    late.push({
      afterMs: endedAfterMs + between(5_000, 20_000),
      type: 'recording',
      data: { recordingId: 'r-1', url, seconds: talkedMs / 1000 },
    });
  }
  if (roll() < notedShare) {
    const text = `Note on ${call}: call back on Monday`;
    texts.push(text);
    late.push({ afterMs: endedAfterMs + between(10_000, 60_000), type: 'commented', data: { text, agent } });
  }
  if (roll() < linkedAgainShare && rate.contacts.length > 0) {
    whoId = rate.contacts[number % rate.contacts.length]!;
    late.push({ afterMs: endedAfterMs + between(5_000, 60_000), type: 'linked', data: { who: { kind: 'Contact', id: whoId }, by: agent } });
  }

  const started = {
    afterMs: 0,
    type: 'started',
    data:
      kind === 'outbound'
        ? { direction: 'outbound', customer, agent, dialled: phone }
        : { direction: 'inbound', customer, line: { id: 'main', name: 'Main', zone: 'Europe/Warsaw' }, dialled: '+48221112233' },
  };
  const ended = { afterMs: endedAfterMs, type: 'ended', data: kind === 'missed' ? { cause: 'caller hung up' } : {} };
  const core =
    kind === 'missed'
      ? [started, { afterMs: 200, type: 'ringing', data: { endpoint: endpoint(0) } }, ended]
      : kind === 'answered'
        ? [
            started,
            { afterMs: 200, type: 'ringing', data: { endpoint: endpoint(0) } },
            { afterMs: waitedMs, type: 'answered', data: { endpoint: endpoint(0) } },
            ended,
          ]
        : [started, { afterMs: waitedMs, type: 'answered', data: { endpoint: { asDialled: phone, agent } } }, ended];
  // What else a phone system tells of a call: more phones that ring, keys pressed, where it came from.
  const ringsElsewhere = [1, 2, 3, 4, 5].map((n) => ({ afterMs: 200 + 100 * n, type: 'ringing', data: { endpoint: endpoint(n) } }));
  const besides = [
    { afterMs: 100, type: 'digits', data: { digits: '2', purpose: 'menu' } },
    { afterMs: 150, type: 'attributed', data: { source: 'website', medium: 'organic' } },
    { afterMs: waitedMs + 500, type: 'held', data: { agent } },
    { afterMs: waitedMs + 1_500, type: 'resumed', data: { agent } },
    { afterMs: endedAfterMs - 500, type: 'digits', data: { digits: '4711', purpose: 'customer id' } },
  ];
  const fillers = (kind === 'outbound' ? besides : [...ringsElsewhere]).slice(0, eventsPerCall - core.length - late.length);
  const says = [...core, ...fillers, ...late]
    .toSorted((a, b) => a.afterMs - b.afterMs)
    .map((said, n) => ({ ...said, type: `call.${said.type}`, deliveryId: `${call}/${n}` }));

  const expected: Expected = {
    status: kind === 'missed' ? 'Not Started' : 'Completed',
    callType: kind === 'outbound' ? 'Outbound' : 'Inbound',
    result: kind === 'missed' ? 'Missed' : 'Answered',
    seconds: kind === 'missed' ? 0 : talkedMs / 1000,
    texts,
    whoId,
  };
  return {
    call,
    says,
    endedAfterMs,
    story: { call, kind: kind === 'outbound' ? 'outbound-answered' : kind, number: phone, deliveries: [], expected },
  };
}

/** The request's body. `beganAtMs`: when the call began, by the phone system's clock. */
export const bodyOf = ({ call }: BenchCall, said: Saying, beganAtMs: number): string =>
  JSON.stringify({
    version: 1,
    type: said.type,
    call,
    id: said.deliveryId,
    at: new Date(beganAtMs + said.afterMs).toISOString(),
    data: said.data,
  });

/** Bodies of real calls, in the order the calls tell them. */
export function bodiesOf(first: number, count: number): { deliveryId: string; body: string }[] {
  const rate: Rate = { seed: 5, prefix: 'door', perSecond: 50, seconds: 1e9, first, contacts: [] };
  const bodies: { deliveryId: string; body: string }[] = [];
  const nowMs = Date.now();
  for (let place = 0; bodies.length < count; place++) {
    const call = makeCall(rate, place);
    for (const said of call.says) bodies.push({ deliveryId: said.deliveryId, body: bodyOf(call, said, nowMs - 90_000) });
  }
  return bodies.slice(0, count);
}
