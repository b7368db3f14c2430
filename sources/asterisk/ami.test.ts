import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyText } from '../../server/testing/any-text.ts';
import { hostileKeys, hostileTexts } from '../../server/testing/hostile.ts';
import { type AmiEvent, frameAction, readAmi, Unsendable, valueOf, valuesOf } from './ami.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const banner = 'Asterisk Call Manager/7.0.3\r\n';
const said = [
  { Response: 'Success', ActionID: 'a-1', Message: 'Authentication accepted' },
  {
    Event: 'Newchannel',
    Privilege: 'call,all',
    Timestamp: '1795299647.320237',
    Channel: 'PJSIP/trunk-00000000',
    CallerIDNum: '15551230001',
    CallerIDName: 'Müller: 山田 ☎',
    AccountCode: '',
    Uniqueid: 'lab-1795299647.0',
    ChanVariable: ['CRM_PRES=', 'CRM_REC=', 'CRM_CASE= 4821'],
  },
  { Event: 'Shutdown', Shutdown: 'Cleanly', Restart: 'False' },
] satisfies AmiEvent[];
const lines = (message: AmiEvent) => Object.entries(message).flatMap(([key, value]) => [value].flat().map((one) => `${key}: ${one}\r\n`));
const wire = (messages: readonly AmiEvent[]) => banner + messages.map((message) => `${lines(message).join('')}\r\n`).join('');
const readAll = (text: string) => {
  const reader = readAmi();
  return [...reader.read(bytes(text)), ...reader.end()];
};
/** The bytes, cut where the numbers say. */
function chunksOf(whole: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < whole.length; turn++) {
    const length = lengths[turn % lengths.length] ?? whole.length;
    chunks.push(whole.subarray(at, at + length));
    at += length;
  }
  return chunks;
}
const anyChunking = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 30 });

describe('reading', () => {
  test('the banner, then messages; a key that comes twice holds a list', () => {
    const reader = readAmi();
    expect(reader.read(bytes(wire(said)))).toEqual(said);
    expect(reader.banner).toBe('Asterisk Call Manager/7.0.3');
    expect(reader.cut).toBe(0);
  });
  test('however it is cut, the same messages come', () => {
    const whole = bytes(wire(said));
    fc.assert(
      fc.property(anyChunking, (lengths) => {
        const reader = readAmi();
        expect(chunksOf(whole, lengths).flatMap((chunk) => reader.read(chunk))).toEqual(said);
      }),
    );
  });
  test('whatever is said, however it is cut: the same messages, and no error', () => {
    const anyLine = fc.oneof(
      fc.constantFrom(...Object.values(hostileTexts), ...hostileKeys.map((key) => `${key}: x`), '', '\r\n', ': ', 'Event: X', 'a:b'),
      anyText({ maxLength: 60 }),
    );
    fc.assert(
      fc.property(fc.array(anyLine, { maxLength: 30 }), fc.uint8Array({ maxLength: 60 }), anyChunking, (text, raw, lengths) => {
        const whole = Buffer.concat([bytes(text.join('\r\n')), raw, bytes(`\r\n\r\n${text.join('\n')}`)]);
        const [once, cut] = [readAmi({ lineBytes: 50, messageBytes: 300 }), readAmi({ lineBytes: 50, messageBytes: 300 })];
        const heard = [...once.read(whole), ...once.end()];
        expect([...chunksOf(whole, lengths).flatMap((chunk) => cut.read(chunk)), ...cut.end()]).toEqual(heard);
        expect(cut.cut).toBe(once.cut);
        for (const message of heard) expect(Object.keys(message).length).toBeGreaterThan(0);
      }),
    );
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
  test('a message is read back as it was said', () => {
    const key = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_()]{0,12}$/);
    const value = fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => text.replaceAll(/[\r\n]/g, ''));
    const message = fc.dictionary(key, fc.oneof(value, fc.array(value, { minLength: 2, maxLength: 4 })), {
      minKeys: 1,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        expect(readAll(wire(messages))).toEqual(messages);
      }),
    );
  });
  test('bare line feeds will do', () => {
    expect(readAll(wire(said).replaceAll('\r\n', '\n'))).toEqual(said);
  });
  test('one space belongs to the colon, further ones to the value', () => {
    expect(readAll(`${banner}A:b\r\nC:  d \r\nE:\r\n\r\n`)).toEqual([{ A: 'b', C: ' d ', E: '' }]);
  });
  test('an answer may lack its last line break; half an event is not heard', () => {
    expect(readAll(`${banner}Response: Goodbye\r\nMessage: Thanks for all the fish.`)).toEqual([
      { Response: 'Goodbye', Message: 'Thanks for all the fish.' },
    ]);
    expect(readAll(`${banner}Event: Hangup\r\nUniqueid: 1.1\r\n`)).toEqual([]);
    expect(readAll('')).toEqual([]);
    expect(readAll('Asterisk Call')).toEqual([]);
  });
  test('a line without end is cut, and what follows it is read', () => {
    const reader = readAmi({ lineBytes: 100, messageBytes: 1_000 });
    reader.read(bytes(`${banner}Event: X\r\nEndless: `));
    for (let round = 0; round < 1_000; round++) expect(reader.read(bytes('x'.repeat(1_000)))).toEqual([]);
    expect(reader.read(bytes('\r\nUniqueid: 1.1\r\n\r\n'))).toEqual([{ Event: 'X', Endless: 'x'.repeat(91), Uniqueid: '1.1' }]);
    expect(reader.cut).toBe(1);
  });
  test('a message without end is cut, and the next is read', () => {
    const reader = readAmi({ lineBytes: 100, messageBytes: 1_000 });
    reader.read(bytes(`${banner}Event: X\r\n`));
    for (let line = 0; line < 1_000; line++) reader.read(bytes(`Key${line}: value\r\n`));
    const [message, next] = reader.read(bytes('\r\nEvent: Y\r\n\r\n'));
    expect(Object.keys(message!).length).toBeLessThan(100);
    expect(message).toMatchObject({ Event: 'X', Key0: 'value' });
    expect(next).toEqual({ Event: 'Y' });
    expect(reader.cut).toBe(1);
  });
  test('keys that bite are keys', () => {
    const [message] = readAll(`${banner}__proto__: a\r\nconstructor: b\r\nconstructor: c\r\n\r\n`);
    expect(Object.entries(message!)).toEqual([
      ['__proto__', 'a'],
      ['constructor', ['b', 'c']],
    ]);
    expect(valueOf({}, 'constructor')).toBe('');
    expect(valuesOf({}, 'toString')).toEqual([]);
  });
  test('one value or all of a key', () => {
    const event = { A: 'a', B: ['b', 'c'] };
    expect([valueOf(event, 'A'), valueOf(event, 'B'), valueOf(event, 'C')]).toEqual(['a', 'b', '']);
    expect([valuesOf(event, 'A'), valuesOf(event, 'B'), valuesOf(event, 'C')]).toEqual([['a'], ['b', 'c'], []]);
  });
});

describe('sending', () => {
  test('an action as the wire wants it', () => {
    expect(frameAction('Originate', 'a-1', { Channel: 'PJSIP/101', Timeout: 30_000, Variable: ['A=1', 'B=2'] })).toBe(
      'Action: Originate\r\nActionID: a-1\r\nChannel: PJSIP/101\r\nTimeout: 30000\r\nVariable: A=1\r\nVariable: B=2\r\n\r\n',
    );
  });
  test('S3: no field can begin an action of its own', () => {
    for (const text of Object.values(hostileTexts)) {
      let framed: string;
      try {
        framed = frameAction('Originate', 'a-1', { CallerID: text });
      } catch (error) {
        expect(error).toBeInstanceOf(Unsendable);
        continue;
      }
      expect(framed.split('\r\n')).toHaveLength(5);
      expect(framed).not.toMatch(/[\r\n](?!\n|Action|CallerID|$|\r)/);
    }
    expect(() => frameAction('Ping', 'a\r\nAction: Originate', {})).toThrow(Unsendable);
    expect(() => frameAction('Ping\r\nAction: Originate', 'a', {})).toThrow(Unsendable);
    expect(() => frameAction('Ping', 'a', { 'A\r\nB': 'c' })).toThrow(Unsendable);
    expect(() => frameAction('Ping', 'a', { Variable: ['a', 'b\nc'] })).toThrow(Unsendable);
  });
  test('what Asterisk would drop unread is refused before it is sent', () => {
    expect(() => frameAction('UserEvent', 'a', { Note: 'x'.repeat(1_100) })).toThrow('longer than 1000 bytes');
    expect(() => frameAction('UserEvent', 'a', { Variable: Array.from({ length: 130 }, () => 'a=b') })).toThrow('more than 120 lines');
  });
});
