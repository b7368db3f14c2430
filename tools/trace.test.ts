import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AmiEvent } from '../sources/asterisk/ami.ts';
import { asterisk } from '../sources/asterisk/asterisk.ts';
import { openHearing, type Signal } from '../sources/asterisk/hearing.ts';
import { type Expected, expected } from '../sources/asterisk/traces/expected.ts';
import { callsIn, callsOf, factsOf, sayCall } from './trace.ts';

type Recorded = AmiEvent & { readonly t: unknown };
const folder = join(import.meta.dirname, '../sources/asterisk/traces');
const names = Object.keys(expected);
const recorded = new Map<string, Recorded[]>(
  names.map((name) => [
    name,
    readFileSync(join(folder, `${name}.ami.jsonl`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Recorded),
  ]),
);
const signalsOf = (events: readonly Recorded[]): Signal[] => {
  const hearing = openHearing();
  return events.flatMap((event) => hearing.hear(event, Number(event.t)) ?? []);
};
const near = (seconds: number) => expect.closeTo(seconds, 0.7); // ± 0.2
const allNear = (by: Readonly<Record<string, number>> = {}) =>
  Object.fromEntries(Object.entries(by).map(([who, seconds]) => [who, near(seconds)]));

function asSaid(told: Expected) {
  return {
    direction: told.direction,
    customer: told.customer,
    dialled: told.dialled,
    outcome: told.outcome,
    reason: told.reason ?? null,
    answeredBy: told.answeredBy ?? null,
    lastWith: told.lastWith ?? null,
    waitSeconds: told.waited === undefined ? null : near(told.waited),
    talkSeconds: allNear(told.talk),
    holdSeconds: allNear(told.hold),
    attempts: (told.ringing ?? []).map((ringing) => {
      const [who, how] = ringing.split(':');
      return expect.objectContaining({ who, how });
    }),
    transfers: (told.transfers ?? []).map((transfer) => {
      const [how, from, to] = transfer.split(/ |→/);
      return { how, from, to };
    }),
    queue: told.queue ?? null,
    digits: told.digits ?? null,
    voicemail: told.voicemail ?? null,
    recording: told.recorded ? expect.any(String) : null,
    withheld: told.customer === 'withheld',
    endedAt: expect.any(String),
  };
}

test.each(names)('%s is the call its phones made', (name) => {
  const calls = callsIn(recorded.get(name)!).map(sayCall);
  expect(calls).toEqual([expect.objectContaining(asSaid(expected[name]!))]);
});

/** Every Linkedid, channel, bridge and number another one, as if all had happened on one busy PBX. */
function renamed(events: readonly Recorded[], place: number): Recorded[] {
  return events.map((event) =>
    Object.fromEntries(
      Object.entries(event).map(([key, value]) => [key, Array.isArray(value) ? value.map((one) => rename(one as string)) : rename(value)]),
    ),
  ) as unknown as Recorded[];
  function rename(value: unknown): unknown {
    if (typeof value !== 'string') return value;
    return value
      .replaceAll(
        /\blab-(\d+)\.(\d+)\b/g,
        (_, second: string, counter: string) => `pbx-${Number(second) - 7}.${Number(counter) + 1_000 * place}`,
      )
      .replaceAll('crm-click-1', `crm-click-${place}`)
      .replaceAll(/-0([0-9a-f]{7})\b/g, (_, digits: string) => `-${(place + 1).toString(16).padStart(2, '0')}${digits.slice(1)}`)
      .replaceAll(
        /\b([0-9a-f]{8})-([0-9a-f]{4})-/g,
        (_, a: string, b: string) => `${place.toString(16).padStart(8, '0')}-${b}-${a.slice(0, 0)}`,
      )
      .replaceAll('15551230001', `1555123${String(place).padStart(4, '0')}`);
  }
}

test('all calls at once on one PBX, under other names, are the same calls', () => {
  const started = (events: readonly Recorded[]) => Number(events[0]!['Timestamp']);
  const base = started(recorded.get(names[0]!)!);
  const all = names
    .flatMap((name, place) => {
      const shift = base + place / 10 - started(recorded.get(name)!);
      return renamed(recorded.get(name)!, place).map((event) => ({ ...event, Timestamp: (Number(event['Timestamp']) + shift).toFixed(6) }));
    })
    .toSorted((a, b) => Number(a.Timestamp) - Number(b.Timestamp)) as unknown as Recorded[];
  const calls = callsIn(all).map(sayCall);
  expect(calls).toHaveLength(names.length);
  for (const [place, name] of names.entries()) {
    const { customer, ...rest } = asSaid(expected[name]!);
    const number = customer === '15551230001' ? `1555123${String(place).padStart(4, '0')}` : customer;
    expect(calls, name).toContainEqual(expect.objectContaining({ ...rest, customer: number }));
  }
});

describe.each(names)('%s', (name) => {
  const signals = signalsOf(recorded.get(name)!);
  const [whole] = callsOf(factsOf(signals));

  test('is a legal call after every signal', () => {
    for (let count = 1; count <= signals.length; count++) {
      const [call, ...others] = callsOf(factsOf(signals.slice(0, count)));
      for (const { direction } of others) expect(direction).toBe('internal'); // a consultation that is no transfer yet
      expect(call!.id).toBe(whole!.id);
      for (const { talkSeconds, holdSeconds, ringSeconds } of call!.people) {
        expect(holdSeconds).toBeLessThanOrEqual(talkSeconds);
        expect(Math.min(talkSeconds, holdSeconds, ringSeconds)).toBeGreaterThanOrEqual(0);
      }
      expect(call!.startedAt).toBe(whole!.startedAt);
      if (call!.endedAt !== undefined) expect(call!.endedAt).toBeGreaterThanOrEqual(call!.startedAt);
      if (call!.outcome === 'answered') expect(whole!.outcome).toBe('answered');
    }
  });
  test('is not lost with any one signal, and answered stays answered', () => {
    for (let missing = 0; missing < signals.length; missing++) {
      const calls = callsOf(factsOf(signals.filter((_, place) => place !== missing)));
      const said = JSON.stringify(signals[missing]);
      expect(calls.length, said).toBeGreaterThanOrEqual(1);
      const call = calls.find(({ id }) => id === whole!.id);
      expect(call, said).toBeDefined();
      expect(call!.direction, said).toBe(whole!.direction);
      // What hung up last and was never heard to is told by the next snapshot, or by silence.
      if (signals[missing]!.Event !== 'Hangup') expect(call!.phase, said).toBe('ended');
      if (whole!.outcome === 'answered') expect(call!.outcome, said).toBe('answered');
      else expect(call!.outcome, said).not.toBe('answered');
    }
  });
  test('is the same in any order and told twice', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...signals, ...signals], { minLength: signals.length * 2 }), (shuffled) => {
        expect(callsOf(factsOf(shuffled)).map(sayCall)).toEqual([sayCall(whole!)]);
      }),
      { numRuns: 3 },
    );
  });
});

test('whatever signals come, in whatever state, there is a call and no error', () => {
  const all = names.flatMap((name) => signalsOf(recorded.get(name)!));
  const fields = [...new Set(all.flatMap((signal) => Object.keys(signal)))].filter(
    (field) => !['Event', 'at', 'n', 'call', 'joins'].includes(field),
  );
  const values = fc.oneof(
    fc.constantFrom(...new Set(all.flatMap((signal) => [signal['Uniqueid'], signal['Channel'], signal.Event]))),
    fc.string(),
  );
  const mangled = fc
    .tuple(fc.constantFrom(...all), fc.constantFrom(...fields), values, fc.boolean())
    .map(([signal, field, value, drop]) => {
      const { [field]: _dropped, ...rest } = signal;
      return (drop ? rest : { ...rest, [field]: value }) as Signal;
    });
  fc.assert(
    fc.property(fc.array(mangled, { minLength: 1, maxLength: 60 }), (signals) => {
      for (const call of callsOf(factsOf(signals))) {
        expect(JSON.parse(JSON.stringify(sayCall(call)))).toBeTypeOf('object');
        expect(call.holdSeconds).toBeLessThanOrEqual(call.talkSeconds);
      }
    }),
    { numRuns: 200 },
  );
});

describe('what Asterisk writes to a file, for when nobody listened', () => {
  const quoted = (value: string | undefined) => `"${(value ?? '').replaceAll('"', '""')}"`;
  const columns = [
    'EventName',
    'Timestamp',
    'CallerIDname',
    'CallerIDnum',
    'Exten',
    'Context',
    'Channel',
    'Application',
    'AppData',
    'UniqueID',
    'LinkedID',
    'Extra',
  ];
  /** The lines that cel_custom writes, from the same records as the manager interface told them. */
  const fileOf = (name: string) =>
    readFileSync(join(folder, `${name}.cel.jsonl`), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Record<string, string | undefined>)
      .filter((row) => row['Event'] === 'CEL')
      .map((row) => `${columns.map((column) => quoted(row[column])).join(',')}\n`)
      .join('');
  const pushed = (text: string) =>
    asterisk.translate({ body: new TextEncoder().encode(text), headers: { 'content-type': 'text/csv' }, receivedAt: 0, deliveryId: 'push' })
      .events;
  /** Neither a message left, an announcement of closing time, keys pressed nor hold is in these records. */
  const untold: Readonly<Record<string, object>> = {
    'in-after-hours': { outcome: 'missed', reason: 'nobody reachable' },
    'in-voicemail-agent': { outcome: 'missed', reason: 'no answer', voicemail: null },
    'ivr-digits-agent': { digits: null },
    'attended-transfer': { holdSeconds: {} },
    'hold-unhold': { holdSeconds: {} },
  };

  test.each(names)('%s from the file alone', (name) => {
    const { recording: _recording, ...told } = { ...asSaid(expected[name]!), ...untold[name] };
    expect(callsOf(pushed(fileOf(name))).map(sayCall)).toEqual([expect.objectContaining(told)]);
  });
  test.each(names)('%s heard and read in the file too is the same call', (name) => {
    const heard = factsOf(signalsOf(recorded.get(name)!));
    const [once, both] = [callsOf(heard), callsOf([...heard, ...pushed(fileOf(name))])].map((calls) => calls.map(sayCall));
    const same = Object.fromEntries(
      Object.entries({ ...once![0]!, ...asSaid(expected[name]!) }).filter(([key]) => !['startedAt', 'endedAt', 'attempts'].includes(key)),
    );
    expect(both).toEqual([expect.objectContaining(same)]);
    expect(once).toHaveLength(1);
  });
  test('a consultation and its transfer are found wherever the file is cut into two pushes', () => {
    const lines = fileOf('attended-transfer').split(/(?<=\n)/);
    for (let cut = 0; cut <= lines.length; cut++) {
      const [call, ...others] = callsOf([...pushed(lines.slice(0, cut).join('')), ...pushed(lines.slice(cut).join(''))]).map(sayCall);
      expect(others, `cut ${cut}`).toEqual([]);
      expect(call, `cut ${cut}`).toMatchObject({ talkSeconds: allNear({ 101: 2.8, 102: 7.2 }), transfers: [{ from: '101', to: '102' }] });
    }
  });
  test('numbers in it are read as dialled in the country that the script names', () => {
    const { events } = asterisk.translate({
      body: new TextEncoder().encode(fileOf('in-answered')),
      headers: { 'content-type': 'text/csv', 'x-pbx-country': 'US' },
      receivedAt: 0,
      deliveryId: 'push',
    });
    expect(callsOf(events)[0]!.customer).toMatchObject({ number: '+15551230001' });
  });
  test('a line that is still being written is left for the next push', () => {
    const text = fileOf('in-answered');
    const [whole, cut] = [pushed(text), pushed(text.slice(0, -20))];
    expect(cut.length).toBeGreaterThan(0);
    expect(JSON.stringify(cut).length).toBeLessThan(JSON.stringify(whole).length);
  });
  test('a time with a date is no number, and the answer says what to change', () => {
    expect(() => pushed('"HANGUP","2026-11-22 04:03:34.920339","","","","","PJSIP/101-00000000","","","a.1","a.1",""\n')).toThrow(
      /leave dateformat out of cel\.conf/,
    );
  });
});

test('who hung up while nobody listened is gone, though their call goes on', () => {
  const all = recorded.get('blind-transfer')!;
  const away = all.findIndex((event) => event['Event'] === 'BlindTransfer');
  const back = all.findIndex((event) => event['Event'] === 'BridgeEnter' && String(event['Channel']).includes('/102-'));
  const before = openHearing();
  const heard = all.slice(0, away).flatMap((event) => before.hear(event, Number(event.t)) ?? []);
  const after = openHearing(); // another node, or the same one started again
  const there = ['trunk', '102'].map((endpoint) => all.findLast((event) => String(event['Channel']).includes(`/${endpoint}-`))!);
  const looked = after.snapshot(there, Number(all[back]!.t) + 5);
  const rest = all.slice(back + 2).flatMap((event) => after.hear(event, Number(event.t)) ?? []);
  const [call, ...others] = callsOf(factsOf([...heard, ...looked, ...rest]));
  expect(others).toEqual([]);
  expect(call).toMatchObject({ phase: 'ended', outcome: 'answered', answeredBy: { id: '101' } });
});

/** One event of a call that nobody recorded, by the clock of `attended-transfer`. */
const made = (name: string, seconds: number, fields: Record<string, string>): Recorded => ({
  Event: name,
  Timestamp: (Number(recorded.get('attended-transfer')![0]!['Timestamp']) + seconds).toFixed(6),
  t: '0',
  ...fields,
});
const line = { Channel: 'PJSIP/trunk-0000aaaa', Uniqueid: 'other-1.1', Linkedid: 'other-1.1' };
const phone = { Channel: 'PJSIP/101-0000bbbb', Uniqueid: 'other-1.2', Linkedid: 'other-1.1' };
const bridge = { BridgeUniqueid: 'other-bridge', BridgeTechnology: 'simple_bridge' };

test('a consultation for one customer is not that of another whom the same phone has on hold', () => {
  const before = [
    made('Newchannel', -9, { ...line, CallerIDNum: '15559999999', Exten: '5550101' }),
    made('Newchannel', -9, { ...phone, CallerIDNum: '101' }),
    made('BridgeEnter', -8, { ...phone, ...bridge }),
    made('BridgeEnter', -8, { ...line, ...bridge }),
    made('Hold', -7, phone),
  ];
  const after = [made('Unhold', 60, phone), made('Hangup', 70, { ...phone, Cause: '16' }), made('Hangup', 70, { ...line, Cause: '16' })];
  const calls = callsIn([...before, ...recorded.get('attended-transfer')!, ...after]).map(sayCall);
  expect(calls).toHaveLength(2);
  expect(calls[0]).toMatchObject({
    customer: '15559999999',
    transfers: [],
    talkSeconds: { 101: near(78) },
    holdSeconds: { 101: near(67) },
  });
  expect(calls[1]).toEqual(expect.objectContaining(asSaid(expected['attended-transfer']!)));
});

test('who connects two customers makes their calls no one call', () => {
  const [mine, theirs] = [line, { Channel: 'PJSIP/trunk-0000cccc', Uniqueid: 'other-2.1', Linkedid: 'other-2.1' }];
  const second = { Channel: 'PJSIP/101-0000dddd', Uniqueid: 'other-2.2', Linkedid: 'other-2.1' };
  const calls = callsIn([
    made('Newchannel', 0, { ...mine, CallerIDNum: '15559999991', Exten: '5550101' }),
    made('BridgeEnter', 1, { ...phone, ...bridge, CallerIDNum: '101' }),
    made('BridgeEnter', 1, { ...mine, ...bridge }),
    made('Hold', 2, phone),
    made('Newchannel', 3, { ...theirs, CallerIDNum: '15559999992', Exten: '5550101' }),
    made('BridgeEnter', 4, { ...second, ...bridge, BridgeUniqueid: 'second', CallerIDNum: '101' }),
    made('BridgeEnter', 4, { ...theirs, ...bridge, BridgeUniqueid: 'second' }),
    made('AttendedTransfer', 9, {
      Result: 'Success',
      OrigTransfererChannel: phone.Channel,
      OrigTransfererUniqueid: phone.Uniqueid,
      OrigTransfererLinkedid: 'other-1.1',
      SecondTransfererUniqueid: second.Uniqueid,
      SecondTransfererLinkedid: 'other-2.1',
      TransfereeUniqueid: mine.Uniqueid,
      TransfereeLinkedid: 'other-1.1',
      TransferTargetChannel: theirs.Channel,
      TransferTargetUniqueid: theirs.Uniqueid,
      TransferTargetLinkedid: 'other-2.1',
    }),
    ...[phone, second].map((leg) => made('Hangup', 9.1, { ...leg, Cause: '16' })),
    ...[mine, theirs].map((leg) => made('Hangup', 20, { ...leg, Linkedid: 'other-1.1', Cause: '16' })),
  ]).map(sayCall);
  expect(calls.map(({ customer, outcome, answeredBy }) => [customer, outcome, answeredBy])).toEqual([
    ['15559999991', 'answered', '101'],
    ['15559999992', 'answered', '101'],
  ]);
});

test('who hangs up while the colleague rings has handed the call over, also where Asterisk names no target', () => {
  // As Asterisk 22 told it in four of twelve calls: the agent had left the second bridge when it looked who else was in it.
  const [to, from] = ['1', '2'].map((half) => ({
    Channel: `Local/102@agents-00000007;${half}`,
    Uniqueid: `other-1.${half}0`,
    Linkedid: 'other-1.1',
  })) as [typeof phone, typeof phone];
  const colleague = { Channel: 'PJSIP/102-0000eeee', Uniqueid: 'other-1.5', Linkedid: 'other-1.1' };
  const asking = { ...bridge, BridgeUniqueid: 'asking' };
  const last = { ...bridge, BridgeUniqueid: 'last' };
  const [call] = callsIn([
    made('Newchannel', 0, { ...line, CallerIDNum: '15559999999', Exten: '5550101' }),
    made('BridgeEnter', 1, { ...phone, ...bridge, CallerIDNum: '101' }),
    made('BridgeEnter', 1, { ...line, ...bridge }),
    made('Hold', 2, phone),
    made('Newchannel', 4, to),
    made('Newchannel', 4, from),
    made('BridgeEnter', 4, { ...to, ...asking }),
    made('BridgeLeave', 4, { ...phone, ...bridge }),
    made('BridgeEnter', 4, { ...phone, ...asking }),
    made('DialBegin', 4, { ...from, DestChannel: colleague.Channel, DestUniqueid: colleague.Uniqueid, DestLinkedid: 'other-1.1' }),
    made('BridgeLeave', 5, { ...phone, ...asking }),
    made('BridgeLeave', 5, { ...to, ...asking }),
    made('BridgeEnter', 5, { ...to, ...bridge }),
    made('AttendedTransfer', 5, {
      Result: 'Success',
      OrigTransfererUniqueid: phone.Uniqueid,
      OrigTransfererLinkedid: 'other-1.1',
      SecondTransfererUniqueid: phone.Uniqueid,
      SecondTransfererLinkedid: 'other-1.1',
      TransfereeLinkedid: 'other-1.1',
    }),
    made('DialEnd', 6, { ...from, DestChannel: colleague.Channel, DestUniqueid: colleague.Uniqueid, DialStatus: 'ANSWER' }),
    made('BridgeEnter', 6, { ...colleague, ...last, CallerIDNum: '102' }),
    made('Hangup', 6, { ...phone, Cause: '16' }),
    made('BridgeEnter', 6, { ...from, ...last }),
    made('BridgeLeave', 6.1, { ...line, ...bridge }),
    made('BridgeEnter', 6.1, { ...line, ...last }),
    ...[from, to].map((half) => made('Hangup', 6.2, { ...half, Cause: '16' })),
    ...[line, colleague].map((leg) => made('Hangup', 20, { ...leg, Cause: '16' })),
  ]).map(sayCall);
  expect(call).toMatchObject({ lastWith: '102', transfers: [{ from: '101', to: '102', how: 'attended' }] });
});

test('who keys in a case again means the last one', () => {
  const keyed = (seconds: number, Case: string) => made('UserEvent', seconds, { ...line, UserEvent: 'CrmIvr', Case });
  const [call] = callsIn([
    made('Newchannel', 0, { ...line, CallerIDNum: '15559999999', Exten: '5550500' }),
    keyed(3, '4812'),
    keyed(9, '4821'),
    made('Hangup', 20, { ...line, Cause: '16' }),
  ]).map(sayCall);
  expect(call?.digits).toBe('4821');
});

test('a job of the PBX itself is no missed call', () => {
  const job = { Channel: 'Local/wake-up@jobs-00000001;1', Uniqueid: 'job.1', Linkedid: 'job.1' };
  const calls = callsIn([made('Newchannel', 0, job), made('Hangup', 1, { ...job, Cause: '16' })]);
  expect(calls.map(({ type }) => type)).toEqual(['internal']);
});

test('a call that other software begins by ringing the customer is an outbound one', () => {
  const [call] = callsIn([
    made('Newchannel', 0, { ...line, ChannelState: '0', Exten: 's' }),
    made('DialBegin', 0, {
      DestChannel: line.Channel,
      DestUniqueid: line.Uniqueid,
      DestLinkedid: 'other-1.1',
      DialString: 'trunk/15557770007',
    }),
    made('DialEnd', 5, { DestChannel: line.Channel, DestUniqueid: line.Uniqueid, DestLinkedid: 'other-1.1', DialStatus: 'NOANSWER' }),
    made('Hangup', 5, { ...line, Cause: '19' }),
  ]).map(sayCall);
  expect(call).toMatchObject({ direction: 'outbound', customer: '15557770007' });
  expect(call!['outcome']).not.toBe('missed');
});
