/**
 * Calls as a phone system tells them, and what the org must hold of each in the end. The expectation is worked out here, from the
 * story, by nobody's code but this file's: it is what the judge compares the org with.
 */
export type CallKind = 'answered' | 'transferred' | 'missed' | 'voicemail' | 'outbound-answered' | 'outbound-unanswered' | 'internal';
/** One request of the phone system. `afterMs` counts from the call's place in the schedule. */
export type Said = { readonly deliveryId: string; readonly afterMs: number; readonly body: string };
/** The one Task a call must have. */
export type Expected = {
  readonly status: 'Completed' | 'Not Started';
  readonly callType: 'Inbound' | 'Outbound';
  readonly result: string;
  readonly seconds: number;
  /** Must be found in the comments. */
  readonly texts: readonly string[];
  readonly whoId: string | null;
};
export type Story = {
  readonly call: string;
  readonly kind: CallKind;
  /** The customer's number: no two calls share one, so that a Task tells its call in an org without our fields too. */
  readonly number: string;
  readonly deliveries: readonly Said[];
  /** Undefined: the org must hold nothing of this call. */
  readonly expected: Expected | undefined;
};
export type Mix = {
  /** Same seed, same calls. */
  readonly seed: number;
  /** Begins every call's id. */
  readonly prefix: string;
  readonly count: number;
  /** Number of the first call; numbers of customers follow it. */
  readonly first?: number;
  /** When the calls began, by the phone system's clock, ms. */
  readonly atMs: number;
  /** Contacts of the org that people link calls with. */
  readonly contacts: readonly string[];
  /** `each`: one event a delivery, as most phone systems send. `batch`: what is known at the end of the call in one. */
  readonly deliveries?: 'each' | 'batch';
  /** Milliseconds over which a call's deliveries are spread. */
  readonly spreadMs?: number;
  /** Instead of the honest mix: only this kind, without late facts, links, repeats and disorder. */
  readonly plain?: CallKind;
};

/** Of 100 calls: 50 answered, 25 missed or left on the answering machine, 22 outbound, 3 between colleagues. */
const shares: readonly (readonly [CallKind, number])[] = [
  ['answered', 45],
  ['transferred', 5],
  ['missed', 19],
  ['voicemail', 6],
  ['outbound-answered', 17],
  ['outbound-unanswered', 5],
  ['internal', 3],
];
const lateRecording = 0.6;
const lateNote = 0.4;
const linkedAgain = 0.05;
const repeated = 0.05;
const shuffled = 0.05;

/** Users of the stand-in org. */
const agents = [
  { id: '101', name: 'Anna Nowak', email: 'anna.nowak@acme.example' },
  { id: '102', name: 'Haruto Sato', email: 'haruto.sato@acme.example' },
  { id: '103', name: 'Olena Kovalenko', email: 'olena.kovalenko@acme.example' },
  { id: '104', name: 'James Miller', email: 'james.miller@acme.example' },
  { id: '105', name: 'Camille Laurent', email: 'camille.laurent@acme.example' },
  { id: '106', name: 'Piotr Zielinski', email: 'piotr.zielinski@acme.example' },
];

/** mulberry32: the same seed throws the same dice. */
export function dice(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function makeCalls(mix: Mix): Story[] {
  const roll = dice(mix.seed);
  return Array.from({ length: mix.count }, (_, place) => makeCall(mix, (mix.first ?? 0) + place, roll));
}

type Fact = { readonly type: string; readonly atMs: number; readonly data: Record<string, unknown>; readonly late?: true };

function makeCall(mix: Mix, place: number, roll: () => number): Story {
  const call = `${mix.prefix}-${place}`;
  const number = `+4822${String(1_000_000 + place).padStart(7, '0')}`;
  const kind = mix.plain ?? kindOf(roll());
  const pick = () => agents[Math.floor(roll() * agents.length)]!;
  const agent = pick();
  const colleague = agents[(agents.indexOf(agent) + 1) % agents.length]!;
  const waited = 2 + Math.floor(roll() * 20);
  const talked = 5 + Math.floor(roll() * 300);
  const answeredIn = (seconds: number) => mix.atMs + seconds * 1000;
  const phone = (who: typeof agent) => ({ asDialled: who.id, agent: who, softphone: true });
  const customer = { number, name: `Customer ${place}` };
  const inbound: Fact[] = [
    { type: 'started', atMs: mix.atMs, data: { direction: 'inbound', customer, line: { id: 'main', name: 'Main' } } },
    { type: 'ringing', atMs: answeredIn(1), data: { endpoint: phone(agent) } },
  ];
  const fact = (type: string, seconds: number, data: Record<string, unknown>): Fact => ({ type, atMs: answeredIn(seconds), data });
  const endedAt = (seconds: number, cause?: string) => fact('ended', seconds, cause === undefined ? {} : { cause });
  const texts = [number];
  const who: { id: string | null } = { id: null };

  const facts: Fact[] = (() => {
    switch (kind) {
      case 'answered':
        return [...inbound, fact('answered', waited, { endpoint: phone(agent) }), endedAt(waited + talked)];
      case 'transferred':
        return [
          ...inbound,
          fact('answered', waited, { endpoint: phone(agent) }),
          fact('transferred', waited + 3, { from: agent, to: phone(colleague), how: 'blind' }),
          fact('answered', waited + 3, { endpoint: phone(colleague) }),
          endedAt(waited + talked),
        ];
      case 'missed':
        return [...inbound, endedAt(waited, 'caller hung up')];
      case 'voicemail':
        texts.push(`https://recordings.example.com/${call}/voicemail`);
        return [
          ...inbound,
          fact('voicemail', waited, { seconds: talked, url: `https://recordings.example.com/${call}/voicemail` }),
          endedAt(waited + talked),
        ];
      case 'outbound-answered':
        return [
          { type: 'started', atMs: mix.atMs, data: { direction: 'outbound', customer, agent, dialled: number } },
          fact('answered', waited, { endpoint: { asDialled: number, agent } }),
          endedAt(waited + talked),
        ];
      case 'outbound-unanswered':
        return [
          { type: 'started', atMs: mix.atMs, data: { direction: 'outbound', customer, agent, dialled: number } },
          endedAt(waited, 'no answer'),
        ];
      case 'internal':
        return [
          { type: 'started', atMs: mix.atMs, data: { direction: 'internal', agent, dialled: colleague.id } },
          fact('ringing', 1, { endpoint: phone(colleague) }),
          fact('answered', waited, { endpoint: phone(colleague) }),
          endedAt(waited + talked),
        ];
    }
  })();

  const late = (type: string, seconds: number, data: Record<string, unknown>) =>
    void facts.push({ ...fact(type, waited + talked + seconds, data), late: true });
  const chance = (share: number) => roll() < share && mix.plain === undefined && kind !== 'internal';
  const talkedAtAll = kind === 'answered' || kind === 'transferred' || kind === 'outbound-answered';
  if (chance(lateRecording) && talkedAtAll) {
    texts.push(`https://recordings.example.com/${call}/1`);
    late('recording', 30, { recordingId: 'r-1', url: `https://recordings.example.com/${call}/1`, seconds: talked });
  }
  if (chance(lateNote)) {
    texts.push(`Note on ${call}: call back on Monday`);
    late('commented', 45, { text: `Note on ${call}: call back on Monday`, agent });
  }
  if (chance(linkedAgain) && mix.contacts.length > 1) {
    const [first, second] = [place, place + 1].map((n) => mix.contacts[n % mix.contacts.length]!);
    late('linked', 50, { who: { kind: 'Contact', id: first }, by: agent });
    late('linked', 60, { who: { kind: 'Contact', id: second }, by: agent });
    who.id = second!;
  }
  return { call, kind, number, deliveries: sayIt(mix, call, facts, roll), expected: expectation(kind, talked, texts, who.id) };
}

function kindOf(roll: number): CallKind {
  let sum = 0;
  for (const [kind, share] of shares) if (roll * 100 < (sum += share)) return kind;
  return 'answered';
}

function sayIt(mix: Mix, call: string, facts: readonly Fact[], roll: () => number): Said[] {
  const event = (fact: Fact, place: number) => ({
    type: `call.${fact.type}`,
    call,
    id: `${call}.${place}`,
    at: new Date(fact.atMs).toISOString(),
    data: fact.data,
  });
  const events = facts.map((fact, place) => ({ late: fact.late === true, said: event(fact, place) }));
  const together = mix.deliveries === 'batch' ? events.filter(({ late }) => !late) : [];
  const alone = events.filter((one) => !together.includes(one));
  let bodies = [
    ...(together.length > 0 ? [{ version: 1, events: together.map(({ said }) => said) }] : []),
    ...alone.map(({ said }) => ({ version: 1, ...said })),
  ].map((body, place) => ({ deliveryId: `${call}/${place}`, body: JSON.stringify(body) }));
  if (mix.plain === undefined && roll() < shuffled) bodies = shuffle(bodies, roll);
  const again = mix.plain === undefined ? bodies.filter(() => roll() < repeated) : [];
  const inOrder = [...bodies, ...again];
  const stepMs = (mix.spreadMs ?? 0) / Math.max(inOrder.length - 1, 1);
  return inOrder.map((one, place) => ({ ...one, afterMs: Math.round(place * stepMs) }));
}

function shuffle<T>(items: readonly T[], roll: () => number): T[] {
  const result = [...items];
  for (let i = result.length - 1; i > 0; i--) {
    const j = Math.floor(roll() * (i + 1));
    [result[i], result[j]] = [result[j]!, result[i]!];
  }
  return result;
}

function expectation(kind: CallKind, talked: number, texts: readonly string[], whoId: string | null): Expected | undefined {
  const task = (status: Expected['status'], callType: Expected['callType'], result: string, seconds: number) => ({
    status,
    callType,
    result,
    seconds,
    texts,
    whoId,
  });
  switch (kind) {
    case 'answered':
    case 'transferred':
      return task('Completed', 'Inbound', 'Answered', talked);
    case 'missed':
      return task('Not Started', 'Inbound', 'Missed', 0);
    case 'voicemail':
      return task('Not Started', 'Inbound', 'Voicemail', 0);
    case 'outbound-answered':
      return task('Completed', 'Outbound', 'Answered', talked);
    case 'outbound-unanswered':
      return task('Completed', 'Outbound', 'No answer', 0);
    case 'internal':
      return undefined;
  }
}
