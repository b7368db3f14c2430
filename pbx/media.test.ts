import { expect, test } from 'vitest';
import { keyPayloads, keyStream, pcap, pcmu, sine, telephoneEvent, toUlaw, wav, writeRtp } from './media.ts';

test('µ-law has the code words of G.711, table 2b', () => {
  // Full scale and silence of both signs, and the first step of some segments.
  const words = toUlaw(Int16Array.from([0, -1, 32_767, -32_768, 124, -124, 31_612]));
  expect([...words]).toEqual([0xff, 0x7f, 0x80, 0x00, 0xef, 0x6f, 0x80]);
});

test('a sine has its pitch and its level', () => {
  const samples = sine(1000, 1, 0.5);
  const rises = samples.filter((sample, at) => sample >= 0 && (samples[at - 1] ?? 0) < 0).length;
  expect(samples).toHaveLength(8000);
  expect(rises).toBeGreaterThanOrEqual(999);
  expect(rises).toBeLessThanOrEqual(1000);
  expect(Math.max(...samples)).toBe(16_383);
});

test('a WAV file says how long it is', () => {
  const file = wav(Int16Array.from([1, -2, 3]));
  expect(file.toString('latin1', 0, 4)).toBe('RIFF');
  expect(file.readUInt32LE(4)).toBe(file.length - 8);
  expect(file.readUInt32LE(40)).toBe(6);
  expect([file.readInt16LE(44), file.readInt16LE(46), file.readInt16LE(48)]).toEqual([1, -2, 3]);
});

test('an RTP header carries type, mark, sequence, time and source in network order', () => {
  const packet = writeRtp({
    type: 101,
    marked: true,
    sequence: 0x1_0002,
    timestamp: 0x01020304,
    source: 0xfffffffe,
    payload: Buffer.from('x'),
  });
  expect(packet.toString('hex')).toBe('80e5000201020304fffffffe78');
});

test('a key is sent as one event whose end is told three times (RFC 4733)', () => {
  const payloads = keyPayloads('#');
  expect(payloads.map((payload) => payload[0])).toEqual(Array(8).fill(11));
  expect(payloads.map((payload) => ((payload[1] ?? 0) & 0x80) !== 0)).toEqual([false, false, false, false, false, true, true, true]);
  expect(payloads.map((payload) => payload.readUInt16BE(2))).toEqual([160, 320, 480, 640, 800, 960, 960, 960]);
  expect(() => keyPayloads('x')).toThrow('"x" is no key of a phone');
  expect(() => keyPayloads('')).toThrow('is no key of a phone');
});

test('the numbers of a stream run on from key to key', () => {
  const packets = keyStream('4821#');
  expect(packets.map(({ sequence }) => sequence)).toEqual(packets.map((_, at) => at + 1));
  const keys = packets.filter(({ type }) => type === telephoneEvent);
  expect(keys).toHaveLength(5 * 8);
  expect(keys.filter(({ marked }) => marked).map(({ payload }) => payload[0])).toEqual([4, 8, 2, 1, 11]);
  expect(new Set(keys.map(({ timestamp }) => timestamp)).size).toBe(5);
  const sounds = packets.filter(({ type }) => type === pcmu).map(({ timestamp }) => timestamp);
  expect(sounds).toEqual(sounds.toSorted((a, b) => a - b));
});

test('a pcap file holds each packet with its time, wrapped in UDP, IPv4 and Ethernet', () => {
  const file = pcap([Buffer.from('first'), Buffer.from('second!')], 600);
  expect(file.readUInt32LE(0)).toBe(0xa1b2c3d4);
  expect(file.readUInt32LE(20)).toBe(1);
  let at = 24;
  const read: { ms: number; text: string }[] = [];
  while (at < file.length) {
    const length = file.readUInt32LE(at + 8);
    expect(file.readUInt32LE(at + 12)).toBe(length);
    const frame = file.subarray(at + 16, at + 16 + length);
    expect(frame.readUInt16BE(12)).toBe(0x0800);
    expect(frame.readUInt16BE(16)).toBe(length - 14);
    expect(frame[23]).toBe(17);
    expect(frame.readUInt16BE(38)).toBe(length - 34);
    read.push({ ms: file.readUInt32LE(at) * 1000 + file.readUInt32LE(at + 4) / 1000, text: frame.toString('latin1', 42) });
    at += 16 + length;
  }
  expect(read).toEqual([
    { ms: 1_000_000, text: 'first' },
    { ms: 1_000_600, text: 'second!' },
  ]);
});
